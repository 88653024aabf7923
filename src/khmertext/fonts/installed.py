"""The fonts on this machine: from fontconfig where it is, else from the folders in which each platform keeps them.

This alone looks at the disk for fonts that nobody named. What it finds was written by others: every file is opened with
the limits of :mod:`khmertext.fonts.faces`, and what cannot be used is told with the reason, never raised.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Final, NamedTuple

from khmertext.errors import FontError
from khmertext.fonts.behaviour import LEVELS
from khmertext.fonts.detection import FontReport, Status, examine
from khmertext.fonts.faces import read_members

__all__ = ["InstalledFont", "examine_file", "find_font_files", "font_folders", "iter_installed", "rank", "walk_folders"]

SUFFIXES: Final = frozenset({".otc", ".otf", ".ttc", ".ttf", ".woff", ".woff2"})
MAX_FILES: Final = 20_000
MAX_FOLDERS: Final = 20_000
TIMEOUT: Final = 60.0  # seconds: fontconfig makes its cache at the first call, which can take long
KA: Final = 0x1780


class InstalledFont(NamedTuple):
    """One font of a file on this machine.

    Attributes:
        path: The file.
        number: Its number in a collection; 0 for every other file.
        report: What it can do; None when it cannot be opened.
        reason: Why it cannot be opened; empty when it can.
    """

    path: Path
    number: int
    report: FontReport | None
    reason: str


def font_folders(platform: str, environment: Mapping[str, str], home: str) -> tuple[PurePath, ...]:
    """Return the folders in which a platform keeps fonts, whether they exist or not.

    Args:
        platform: As ``sys.platform`` has it: ``win32``, ``darwin``; everything else is taken for Linux.
        environment: The environment variables.
        home: The user's home folder; empty when it is not known.

    Returns:
        Folders in the order in which the user's own come first, each once. No look at the disk.

    Source: XDG Base Directory Specification (data folders); fontconfig's default configuration; Apple, "Font locations
        on Mac"; Microsoft, "Fonts" (for all users and, from Windows 10 version 1809, for one).

    Example:
        >>> [str(folder) for folder in font_folders("win32", {"WINDIR": "C:\\\\Windows"}, "")]
        ['C:\\\\Windows\\\\Fonts']
    """
    found: list[PurePath] = []
    if platform == "win32":
        local = environment.get("LOCALAPPDATA") or (home and str(PureWindowsPath(home, "AppData", "Local")))
        if local:
            found.append(PureWindowsPath(local, "Microsoft", "Windows", "Fonts"))
        system = environment.get("WINDIR") or environment.get("SYSTEMROOT") or "C:\\Windows"
        found.append(PureWindowsPath(system, "Fonts"))
    elif platform == "darwin":
        if home:
            found.append(PurePosixPath(home, "Library", "Fonts"))
        found += map(PurePosixPath, ("/Library/Fonts", "/System/Library/Fonts", "/Network/Library/Fonts"))
    else:
        data = environment.get("XDG_DATA_HOME") or (home and str(PurePosixPath(home, ".local", "share")))
        if data:
            found.append(PurePosixPath(data, "fonts"))
        if home:
            found.append(PurePosixPath(home, ".fonts"))
        shared = (environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":")
        found += (PurePosixPath(folder, "fonts") for folder in shared if folder)
        found += map(PurePosixPath, ("/usr/local/share/fonts", "/usr/share/fonts"))
    # XDG: a path that is not absolute is to be ignored.
    return tuple(dict.fromkeys(folder for folder in found if folder.is_absolute()))


def find_font_files(*, khmer_only: bool = False) -> tuple[Path, ...]:
    """Find the font files on this machine.

    Args:
        khmer_only: Leave out, where fontconfig can tell, the files without the letter KA.

    Returns:
        Files, sorted, each once; at most 20,000. Empty where there are none.
    """
    listed = ask_fontconfig(khmer_only=khmer_only)
    found = list(listed or ())
    if listed is None or sys.platform in ("win32", "darwin"):  # there fontconfig may know only fonts of its own
        try:
            home = str(Path.home())
        except RuntimeError:
            home = ""
        found += walk_folders(map(Path, font_folders(sys.platform, os.environ, home)))
    return tuple(sorted(set(found)))[:MAX_FILES]


def ask_fontconfig(*, khmer_only: bool) -> list[Path] | None:
    """Return the files that fontconfig knows; None where it is not, or does not answer."""
    program = shutil.which("fc-list")
    if program is None:
        return None
    pattern = [f":charset={KA:x}"] if khmer_only else []
    try:
        done = subprocess.run(
            [program, "--format", "%{file}\n", *pattern],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return [Path(os.fsdecode(line)) for line in done.stdout.split(b"\n") if line]


def walk_folders(folders: Iterable[Path]) -> Iterator[Path]:
    """Find the files below folders that are named like fonts.

    Args:
        folders: Where to look. Links to folders are followed, each folder is entered once; those that do not exist or
            may not be read are passed over.

    Yields:
        Files in the order of their names; at most 20,000, from at most 20,000 folders.
    """
    entered: set[tuple[int, int]] = set()
    count = 0
    for top in folders:
        for place, below, names in os.walk(top, followlinks=True):
            try:
                status = os.stat(place)  # noqa: PTH116
            except OSError:
                below.clear()
                continue
            key = (status.st_dev, status.st_ino)
            if key in entered or len(entered) >= MAX_FOLDERS:
                below.clear()
                continue
            entered.add(key)
            below.sort()
            for name in sorted(names):
                if Path(name).suffix.lower() in SUFFIXES:
                    yield Path(place, name)
                    count += 1
                    if count >= MAX_FILES:
                        return


def iter_installed(paths: Iterable[Path]) -> Iterator[InstalledFont]:
    """Look at fonts on the disk.

    Args:
        paths: Font files.

    Yields:
        Every font of each file: one, or all of a collection. What cannot be opened comes with the reason.
    """
    for path in paths:
        yield from examine_file(path)


def examine_file(path: Path) -> list[InstalledFont]:
    """Look at every font of one file.

    Args:
        path: The file.

    Returns:
        One entry for each font; one with the reason when the file cannot be read.
    """
    found = []
    try:
        for number, face, error in read_members(path):
            report = examine(face) if face is not None else None
            found.append(InstalledFont(path, number, report, error.message if error else ""))
    except FontError as error:
        found.append(InstalledFont(path, 0, None, error.message))
    return found


def rank(font: InstalledFont) -> tuple[object, ...]:
    """Return by what to sort fonts, so that the best comes first.

    By kind, level, failing strings, remarks and missing characters; then by family, slope and distance from the normal
    weight.

    Args:
        font: A font of this machine.

    Returns:
        A key for :func:`sorted`.
    """
    report = font.report
    if report is None:
        return (len(Status), str(font.path), font.number)
    level = LEVELS.index(report.level) if report.level else -1
    wrong = sum(len(check.failing) for check in report.checks if check.counted)
    return (
        list(Status).index(report.status),
        -level,
        wrong,
        len(report.remarks),
        len(report.missing),
        report.family,
        report.italic,
        abs(report.weight - 400),
        str(font.path),
        font.number,
    )
