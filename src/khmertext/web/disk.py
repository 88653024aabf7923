"""The only module of the web part that touches the disk: reads a tree, writes each file whole or not at all.

Nothing leaves the tree: links are not followed, and nothing is written or removed through one.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from khmertext.atomic import TEMPORARY, fill_file, put_whole, temporary_of
from khmertext.errors import SiteError

__all__ = [
    "Change",
    "Rehearsal",
    "Tree",
    "TreeWriter",
    "find_signed",
    "is_abandoned",
    "matches_any",
    "read_file",
    "read_tree",
]

MAX_FILE = 256 * 1024 * 1024
BLOCK = 1024 * 1024
SIGNED_BYTES = 200


# -- reading -------------------------------------------------------------------------------------------------------


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
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    path = f"{folder}/{entry.name}" if folder else entry.name
                    if path == skip or entry.name.endswith(TEMPORARY):
                        continue
                    if entry.is_symlink():
                        (links if stays_inside(Path(entry.path), path, real) else outside).append(path)
                    elif entry.is_dir(follow_symlinks=False):
                        folders.add(path)
                        waiting.append(path)
                    elif entry.is_file(follow_symlinks=False):
                        files.append(path)
        except OSError as error:
            raise site_error(error, root / folder, "cannot be read") from error
    return Tree(root, tuple(sorted(files)), frozenset(folders), tuple(sorted(links)), tuple(sorted(outside)))


def stays_inside(link: Path, path: str, root: Path) -> bool:
    try:
        target = link.resolve(strict=True)
        written = link.readlink()
    except (OSError, RuntimeError):  # a loop, or nothing there
        return False
    # An absolute link, or one that goes up past the root and comes back, leads out of a copy of the site.
    way = os.path.normpath(os.path.join(os.path.dirname(path), written))  # noqa: PTH118, PTH120 - no disk wanted
    return target.is_relative_to(root) and not written.is_absolute() and Path(way).parts[:1] != ("..",)


def matches_any(path: str, globs: Iterable[str]) -> bool:
    """Whether a path matches one of the patterns: whole, by its name, or as a folder above it.

    Example:
        >>> matches_any("drafts/a.html", ["drafts"]), matches_any("x/a.tmp.html", ["*.tmp.html"])
        (True, True)
    """
    globs = tuple(globs)
    if not globs:
        return False
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


def find_signed(root: Path, names: Iterable[str], sign: bytes) -> list[str]:
    """The folders in a folder that hold a file of one of these names with a sign near its start.

    Args:
        root: Where to look; links are not followed.
        names: File names.
        sign: What the file has among its first bytes.

    Returns:
        Names of folders, sorted; none where ``root`` is no folder.

    Raises:
        SiteError: The folder cannot be read.
    """
    try:
        with os.scandir(root) as entries:
            folders = [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise site_error(error, root, "cannot be read") from error
    return sorted(folder.name for folder in folders if any(has_sign(folder / name, sign) for name in names))


def has_sign(file: Path, sign: bytes) -> bool:
    try:
        with file.open("rb") as opened:
            return sign in opened.read(SIGNED_BYTES)
    except OSError:
        return False


def is_abandoned(folder: Path) -> bool:
    """Whether a folder holds nothing, or nothing but what a killed run of ours had not finished writing.

    Args:
        folder: Any path.
    """
    try:
        return all(
            entry.name.endswith(TEMPORARY) or (entry.is_dir(follow_symlinks=False) and is_abandoned(Path(entry.path)))
            for entry in os.scandir(folder)
        )
    except OSError:
        return False


# -- writing -------------------------------------------------------------------------------------------------------


class TreeWriter:
    """Writes and removes files below one folder: each wholly or not at all, none through a link.

    Args:
        root: The folder; it is made when there is something to write.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.safe: set[Path] = {root}  # folders that are no links
        self.made: set[Path] = set()  # folders that are there
        self.empty: set[Path] = set()  # folders that we made: what we did not put into them is not there

    def place(self, path: str) -> Path:
        """A site path on disk.

        Raises:
            SiteError: A folder above it is a symbolic link.
        """
        found = self.root / path
        parent = found.parent
        if parent not in self.safe:
            above = [folder for folder in (parent, *parent.parents) if folder.is_relative_to(self.root)]
            for folder in reversed(above):
                try:
                    linked = folder != self.root and is_link(folder)
                except OSError as error:  # longer than paths may be
                    raise site_error(error, found, "cannot be written") from error
                if linked:
                    raise SiteError(
                        "lies behind a link; khmertext does not write through it", source=str(found), hint=REMOVE_LINK
                    )
            self.safe.update(above)
        return found

    def write(self, path: str, data: bytes, *, like: Path | None = None) -> bool:
        """Write a file. One that has these bytes already is left alone.

        Args:
            path: Where, from the root.
            data: What.
            like: A file whose permissions it takes over; otherwise it keeps those it has.

        Returns:
            Whether anything was written.

        Raises:
            SiteError: It cannot be written, or is a symbolic link.
        """
        found = self.place(path)
        there = self.look(found)
        if there is not None and stat.S_ISLNK(there.st_mode):
            raise SiteError(
                "is a symbolic link; khmertext does not write through it", source=str(found), hint=REMOVE_LINK
            )
        try:
            if is_file_of(there, len(data)) and found.read_bytes() == data:
                return False
            pattern = like.stat() if like is not None else there
        except OSError as error:
            raise site_error(error, found, "cannot be read") from error
        mode = None if pattern is None else stat.S_IMODE(pattern.st_mode)
        self.put(found, lambda temporary: fill_file(temporary, data, mode))
        return True

    def copy(self, source: Path, path: str) -> bool:
        """Copy a file as it is, unless it is there already. Returns whether it was copied."""
        found = self.place(path)
        there = self.look(found)
        try:
            original = source.stat()
            if is_file_of(there, original.st_size) and same_bytes(source, found):
                return False
            # Most files of a site are small; of a large one no more than a block is held.
            data = source.read_bytes() if original.st_size <= BLOCK else source
        except OSError as error:
            raise site_error(error, source, "cannot be read") from error
        self.put(found, lambda temporary: fill_file(temporary, data, stat.S_IMODE(original.st_mode)))
        return True

    def link(self, source: Path, path: str) -> bool:
        """Make the same symbolic link again; where the system makes none, copy the file it leads to."""
        found = self.place(path)
        target = source.readlink()
        if is_link(found) and found.readlink() == target:
            return False
        try:
            self.put(found, lambda temporary: temporary.symlink_to(target, target_is_directory=source.is_dir()))
        except SiteError:
            if not source.is_file():
                raise
            return self.copy(source, path)
        return True

    def takes_for_one(self, one: str, other: str) -> bool:
        """Whether two names that are different, in one folder, are one on this disk. Leaves nothing behind.

        Args:
            one: A path from the root.
            other: Another.
        """
        probes = [self.root / (path.rpartition("/")[2] + TEMPORARY) for path in (one, other)]
        made = not self.root.exists()
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            fill_file(probes[0], b"", None)
            return os.path.lexists(probes[1])
        except OSError:
            return False  # what cannot be written is told when it is to be
        finally:
            with contextlib.suppress(OSError):
                probes[0].unlink()
            with contextlib.suppress(OSError):
                if made:
                    self.root.rmdir()

    def remove(self, path: str) -> bool:
        """Remove a file or a link, and the folders above it that this empties. Returns whether it was there.

        A folder of that name is not meant, and stays.
        """
        found = self.place(path)
        there = is_link(found) or found.is_file()
        try:
            if there:
                found.unlink()
        except OSError as error:
            raise site_error(error, found, "cannot be removed") from error
        self.prune(found.parent)
        return there

    def sweep(self, path: str) -> None:
        """Remove what a killed run left beside a file that it was about to write."""
        temporary = temporary_of(self.place(path))
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
            self.prune(temporary.parent)

    def prune(self, folder: Path) -> None:
        while folder != self.root and folder.is_relative_to(self.root):
            try:
                folder.rmdir()
            except OSError:
                return
            self.safe.discard(folder)
            self.made.discard(folder)
            self.empty.discard(folder)
            folder = folder.parent

    def look(self, found: Path) -> os.stat_result | None:
        """What is at a path, links not followed; None for nothing."""
        if found.parent in self.empty:
            return None
        try:
            there = found.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise site_error(error, found, "cannot be read") from error
        if is_junction(found):
            raise SiteError("is a junction; khmertext does not write through it", source=str(found), hint=REMOVE_LINK)
        return there

    def put(self, found: Path, fill: Callable[[Path], None]) -> None:
        try:
            self.make_folder(found.parent)
            put_whole(found, fill)
        except (OSError, NotImplementedError) as error:
            raise site_error(error, found, "cannot be written") from error

    def make_folder(self, folder: Path) -> None:
        if folder in self.made:
            return
        try:
            folder.mkdir()
            self.empty.add(folder)  # nobody else writes here: what we did not put there is not there
        except FileExistsError:
            pass
        except FileNotFoundError:
            self.make_folder(folder.parent)
            self.make_folder(folder)
            return
        self.made.add(folder)


@dataclass(frozen=True, slots=True)
class Change:
    """What would become of a file.

    Attributes:
        path: Where, from the root, with forward slashes.
        before: Its bytes; None where there is none, or it is copied from elsewhere or no regular file.
        after: Its bytes then; None where there would be none, or it is copied as it is.
        kind: ``added``, ``changed`` or ``removed``.
    """

    path: str
    before: bytes | None
    after: bytes | None
    kind: str


class Rehearsal(TreeWriter):
    """Goes through all that a :class:`TreeWriter` would do, and tells it instead.

    Args:
        root: The folder.
        tell: Given each change, in the order in which it would be made.
        silent: Paths of which nothing is told: what would be written for the time of the run alone.
    """

    def __init__(self, root: Path, tell: Callable[[Change], None], silent: Iterable[str] = ()) -> None:
        super().__init__(root)
        self.tell = tell
        self.silent = frozenset(silent)
        self.gone: set[Path] = set()  # what would have been removed by then

    def write(self, path: str, data: bytes, *, like: Path | None = None) -> bool:
        """See whether a file would be written."""
        return self.note(path, super().write(path, data, like=like), data)

    def copy(self, source: Path, path: str) -> bool:
        """See whether a file would be copied."""
        return self.note(path, super().copy(source, path))

    def link(self, source: Path, path: str) -> bool:
        """See whether a link would be made again."""
        return self.note(path, super().link(source, path))

    def takes_for_one(self, one: str, other: str) -> bool:
        """Tell that they are not: to find out, something would have to be written."""
        return False

    def remove(self, path: str) -> bool:
        """See whether a file would be removed."""
        found = self.place(path)
        there = found not in self.gone and (is_link(found) or found.is_file())
        self.gone.add(found)
        if there and path not in self.silent:
            self.tell(Change(path, None, None, "removed"))
        return there

    def look(self, found: Path) -> os.stat_result | None:
        """What would be at a path by then."""
        return None if found in self.gone else super().look(found)

    def sweep(self, path: str) -> None:
        """Leave what a killed run left."""

    def put(self, found: Path, fill: Callable[[Path], None]) -> None:
        """Write nothing."""

    def note(self, path: str, changes: bool, data: bytes | None = None) -> bool:
        """Tell of a file that would be put there."""
        if changes and path not in self.silent:
            found = self.root / path
            there = found.is_file() and not is_link(found)
            before = read_file(self.root, path) if there and data is not None else None
            self.tell(Change(path, before, data, "changed" if there or is_link(found) else "added"))
        return changes


REMOVE_LINK = "put a file or a folder in the place of the link, or leave it out with --exclude"


def is_link(path: Path) -> bool:
    return path.is_symlink() or is_junction(path)


def is_junction(path: Path) -> bool:
    # Junctions of Windows lead elsewhere too; Python tells them apart from 3.12 on.
    asked = getattr(path, "is_junction", None)
    return os.name == "nt" and asked is not None and bool(asked())


def is_file_of(there: os.stat_result | None, size: int) -> bool:
    """Whether what was found is a regular file of this size."""
    return there is not None and stat.S_ISREG(there.st_mode) and there.st_size == size


def same_bytes(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as left, other.open("rb") as right:
        while block := left.read(BLOCK):
            if block != right.read(BLOCK):
                return False
    return True


def site_error(error: Exception, path: Path, what: str) -> SiteError:
    reason = getattr(error, "strerror", None) or type(error).__name__
    full = getattr(error, "errno", None) == errno.ENOSPC
    return SiteError(
        f"{what}: {reason}",
        source=str(path),
        hint="free some space and run again; what was written is whole" if full else "",
    )
