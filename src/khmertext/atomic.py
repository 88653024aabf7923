"""Files put in their place whole or not at all: filled beside it under a name of our own, then moved there.

The only module that writes files; what may be written where is for those that call it. Its errors are the system's.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

__all__ = ["TEMPORARY", "fill_file", "put_whole", "temporary_of"]

TEMPORARY = ".khmertext-tmp"
"""How the names of files end that are not finished."""

BLOCK = 1 << 20


def put_whole(path: Path, fill: Callable[[Path], None]) -> None:
    """Put something in the place of a file, or at a free place.

    Args:
        path: Where. Its folder is there; what is at the path is no link, or one that is to go.
        fill: Makes it at a path where nothing is yet; else it raises FileExistsError before anything else.

    Raises:
        OSError: It cannot be written; what was there is as it was. So it is with whatever ``fill`` raises.
    """
    temporary = temporary_of(path)
    try:
        try:
            fill(temporary)
        except FileExistsError:
            temporary.unlink()  # left over from a killed run: ours by its name
            fill(temporary)
        os.replace(temporary, path)  # noqa: PTH105 - Path.replace makes a Path for each file
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def fill_file(path: Path, data: bytes | Path | Iterable[bytes], mode: int | None) -> None:
    """Make a new file of bytes, of another file's or of pieces.

    Args:
        path: Where.
        data: What; of a file and of pieces no more than a block is held.
        mode: Its permissions; None for what new files have.

    Raises:
        OSError: There is something already (nothing is written through it then, or taken from ``data``), or writing
            fails.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    with open(handle, "wb", buffering=0) as file:  # noqa: PTH123 - there is a handle, and no path to open again
        for block in iter_blocks(data):
            write_all(file, block)
        # Most have the right ones already; a call for each of thousands of files is saved.
        if mode is not None and stat.S_IMODE(os.fstat(handle).st_mode) != mode:
            path.chmod(mode)


def iter_blocks(data: bytes | Path | Iterable[bytes]) -> Iterator[bytes]:
    if isinstance(data, bytes):
        yield data
    elif isinstance(data, Path):
        with data.open("rb", buffering=0) as source:
            while block := source.read(BLOCK):
                yield block
    else:
        yield from data


def write_all(file: IO[bytes], data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def temporary_of(path: Path) -> Path:
    """Where a file is filled before it is moved to its place.

    Example:
        >>> temporary_of(Path("a.html")).name
        '.7aa267cfbf8eb1a7.khmertext-tmp'
    """
    # As long for every name: one of 255 bytes has no room for an ending.
    digest = hashlib.sha256(os.fsencode(path.name)).hexdigest()
    return path.with_name(f".{digest[:16]}{TEMPORARY}")
