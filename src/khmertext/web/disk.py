"""The only module that touches a site's files: reads a tree, writes each file whole or not at all.

Nothing leaves the tree: links are not followed, paths from a manifest are checked, and in place a link is never
written through.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from khmertext.errors import SiteError

__all__ = ["Tree", "copy_file", "read_file", "read_tree", "remove_file", "write_file"]

TEMPORARY = ".khmertext-tmp"
MAX_FILE = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Tree:
    """The files of a site.

    Attributes:
        root: The folder.
        files: Paths of regular files from the root, with forward slashes, sorted.
        folders: The folders, "" for the root.
        links: Symbolic links that stay inside the site.
        outside: Symbolic links that leave it, or lead nowhere.
    """

    root: Path
    files: tuple[str, ...]
    folders: frozenset[str]
    links: tuple[str, ...]
    outside: tuple[str, ...]


def read_tree(root: Path, *, skip: str = "") -> Tree:
    """List a site's files.

    Args:
        root: The site's folder.
        skip: A folder of the root to leave out: ours.

    Raises:
        SiteError: It is no folder, or cannot be read.
    """
    if not root.is_dir():
        raise SiteError("is no folder", source=str(root), hint="give the folder that your site generator writes")
    real = root.resolve()
    files: list[str] = []
    folders = {""}
    links: list[str] = []
    outside: list[str] = []
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            entries = sorted(os.scandir(root / folder), key=lambda entry: entry.name)
        except OSError as error:
            raise site_error(error, root / folder, "cannot be read") from error
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if path == skip or entry.name.endswith(TEMPORARY):
                continue
            if entry.is_symlink():
                (links if stays_inside(Path(entry.path), real) else outside).append(path)
            elif entry.is_dir(follow_symlinks=False):
                folders.add(path)
                waiting.append(path)
            elif entry.is_file(follow_symlinks=False):
                files.append(path)
    return Tree(root, tuple(sorted(files)), frozenset(folders), tuple(sorted(links)), tuple(sorted(outside)))


def stays_inside(link: Path, root: Path) -> bool:
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):  # a loop, or nothing there
        return False
    # An absolute link would point out of a copy of the site, even where it leads inside now.
    return target.is_relative_to(root) and not link.readlink().is_absolute()


def matches_any(path: str, globs: Iterable[str]) -> bool:
    """Whether a path matches one of the patterns: whole, by its name, or as a folder above it.

    Example:
        >>> matches_any("drafts/a.html", ["drafts"]), matches_any("x/a.tmp.html", ["*.tmp.html"])
        (True, True)
    """
    name = path.rpartition("/")[2]
    above = [path[:index] for index, letter in enumerate(path) if letter == "/"]
    for glob in globs:
        pattern = glob.replace("\\", "/").removeprefix("./").rstrip("/")
        if pattern.endswith("/**"):
            pattern = pattern[:-3]
        if fnmatchcase(path, pattern) or fnmatchcase(name, pattern):
            return True
        if any(fnmatchcase(folder, pattern) for folder in above):
            return True
    return False


def place_in(root: Path, path: str) -> Path:
    """A site path on disk; refuses one that a symbolic link would lead elsewhere."""
    found = root / path
    real = root.resolve()
    parent = found.parent.resolve()
    if parent != real and not parent.is_relative_to(real):
        raise SiteError("lies behind a link that leaves the site", source=str(found), hint="remove the link")
    return found


def read_file(root: Path, path: str) -> bytes:
    """The bytes of a site's file.

    Raises:
        SiteError: It cannot be read, or is larger than 256 MiB.
    """
    found = root / path
    try:
        if found.stat().st_size > MAX_FILE:
            raise SiteError("is larger than 256 MiB", source=str(found), hint="leave it out with --exclude")
        return found.read_bytes()
    except OSError as error:
        raise site_error(error, found, "cannot be read") from error


def write_file(root: Path, path: str, data: bytes) -> bool:
    """Write a site's file: wholly, or not at all. A file that has these bytes already is left alone.

    Returns:
        Whether anything was written.

    Raises:
        SiteError: It cannot be written, or is a symbolic link.
    """
    found = place_in(root, path)
    if found.is_symlink():
        raise SiteError("is a symbolic link; khmertext does not write through it", source=str(found))
    try:
        if found.is_file() and found.stat().st_size == len(data) and found.read_bytes() == data:
            return False
    except OSError as error:
        raise site_error(error, found, "cannot be read") from error

    def fill(temporary: Path) -> None:
        temporary.write_bytes(data)
        if found.exists():
            shutil.copymode(found, temporary)

    replace_file(found, fill)
    return True


def copy_file(source: Path, root: Path, path: str) -> bool:
    """Copy a file into a site as it is, unless it is there already. Returns whether it was copied."""
    found = place_in(root, path)
    try:
        if found.is_symlink():
            found.unlink()
        elif found.is_file() and same_bytes(source, found):
            return False
    except OSError as error:
        raise site_error(error, found, "cannot be read") from error

    def fill(temporary: Path) -> None:
        shutil.copyfile(source, temporary)
        shutil.copymode(source, temporary)

    replace_file(found, fill)
    return True


def copy_link(source: Path, root: Path, path: str) -> bool:
    """Make the same symbolic link again; where the system has none, copy the file it leads to."""
    found = place_in(root, path)
    target = source.readlink()
    if found.is_symlink() and found.readlink() == target:
        return False
    try:
        found.parent.mkdir(parents=True, exist_ok=True)
        if found.is_symlink() or found.is_file():
            found.unlink()
        found.symlink_to(target, target_is_directory=source.is_dir())
    except (OSError, NotImplementedError) as error:
        if source.is_file():
            return copy_file(source, root, path)
        raise site_error(OSError(*error.args), found, "cannot be linked") from error
    return True


def remove_file(root: Path, path: str) -> None:
    """Remove a site's file, and the folders above it that this empties."""
    found = place_in(root, path)
    try:
        found.unlink(missing_ok=True)
    except OSError as error:
        raise site_error(error, found, "cannot be removed") from error
    folder = found.parent
    while folder != root and folder.is_relative_to(root):
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def replace_file(found: Path, fill: Callable[[Path], None]) -> None:
    temporary = found.with_name(f".{found.name}{TEMPORARY}")
    try:
        found.parent.mkdir(parents=True, exist_ok=True)
        # Left over from a killed run: ours by its name. Never written through if somebody made it a link.
        temporary.unlink(missing_ok=True)
        fill(temporary)
        temporary.replace(found)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise site_error(error, found, "cannot be written") from error


def same_bytes(one: Path, other: Path) -> bool:
    return one.stat().st_size == other.stat().st_size and one.read_bytes() == other.read_bytes()


def site_error(error: OSError, path: Path, what: str) -> SiteError:
    reason = error.strerror or type(error).__name__
    hint = "free some space and run again; what was written is whole" if error.errno == errno.ENOSPC else ""
    return SiteError(f"{what}: {reason}", source=str(path), hint=hint)
