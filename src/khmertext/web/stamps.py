"""Whether a file is as it was, without reading it: by what the file system says of it.

A file's sha256 is kept with its size, its times and its number. While these are the same, so are its bytes: no program
can set the time at which a file's entry was last changed. A file that was changed right when it was looked at could
change again within the same tick of the clock; of such ones nothing is believed.

Source: POSIX, ``sys/stat.h`` (``st_ctim``); the same is done by Git ("racy git").
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

__all__ = ["Stamp", "StampedTree", "settle", "take_stamp"]

TICK: Final = 50_000_000
"""Nanoseconds within which a file system may give the same time twice."""
COARSE_TICK: Final = 2_000_000_000
"""The same where times are whole seconds, as on FAT and HFS+."""
SETTLED: Final = TICK + 10_000_000
SECOND: Final = 1_000_000_000


class Stamp(NamedTuple):
    """What the file system says of a regular file.

    Attributes:
        size: In bytes.
        modified: When its bytes were last written, in nanoseconds.
        changed: When its entry was last changed, in nanoseconds; on Windows when it was made.
        number: Its number in the file system.
    """

    size: int
    modified: int
    changed: int
    number: int

    def is_settled(self, now: int | None = None) -> bool:
        """Whether the file can no longer change within the tick in which it was last written.

        Args:
            now: In nanoseconds; the time unless given.

        Example:
            >>> Stamp(1, 5, 5, 1).is_settled(5), Stamp(1, 5, 5, 1).is_settled(10**10)
            (False, True)
        """
        last = max(self.modified, self.changed)
        return last + (TICK if self.modified % SECOND else COARSE_TICK) < (time.time_ns() if now is None else now)


def take_stamp(path: Path | str) -> Stamp | None:
    """Return the stamp of a file; None where there is no regular file.

    Args:
        path: Where; links are not followed.
    """
    try:
        found = os.lstat(path)
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


class StampedTree:
    """The sha256 of files below a folder, where it is known without reading them.

    Args:
        root: The folder.
        known: Path from the root → its stamp and sha256 when it was last looked at.
    """

    def __init__(self, root: Path, known: Mapping[str, tuple[Stamp, str]] | None = None) -> None:
        self.root = root
        self.known = known or {}

    def digest(self, path: str) -> str | None:
        """The sha256 of a file; None where it has to be read.

        Args:
            path: From the root, with forward slashes.
        """
        known = self.known.get(path)
        return known[1] if known is not None and known[0] == take_stamp(f"{self.root}/{path}") else None


def settle(since: int) -> None:
    """Wait until what was last written can be believed: less than a tenth of a second.

    Args:
        since: When that was, in nanoseconds.
    """
    time.sleep(min(max(since + SETTLED - time.time_ns(), 0), SETTLED) / SECOND)
