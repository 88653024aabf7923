"""Text files: read as UTF-8 bit by bit, normalized in bounded memory, and replaced whole or not at all.

The only module of the text part that touches the disk. A byte order mark and newlines stay as they are.
"""

from __future__ import annotations

import codecs
import hashlib
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from khmertext.atomic import fill_file, put_whole
from khmertext.errors import TextError
from khmertext.text.streaming import StreamNormalizer

__all__ = ["FileResult", "iter_text", "normalize_file", "read_text", "replace_file"]

BLOCK = 1 << 18


class FileResult(NamedTuple):
    """What became of a file.

    Attributes:
        changed: Whether its normal form is another text.
        characters: How many code points it has.
    """

    changed: bool
    characters: int


def iter_text(stream: IO[bytes], *, source: str = "") -> Iterator[str]:
    """Decode a stream of UTF-8, block by block.

    Args:
        stream: Open for reading bytes.
        source: Its name, for the error.

    Yields:
        Strings that join to the text; a byte order mark is its first character.

    Raises:
        TextError: It is not UTF-8, with the offset of the first bad byte; or it cannot be read.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset = 0
    read = getattr(stream, "read1", stream.read)  # of a pipe, what there is; not a whole block
    while True:
        try:
            block = read(BLOCK)
        except OSError as error:
            raise TextError(f"cannot be read: {error.strerror or error}", source=source) from error
        waiting = len(decoder.getstate()[0])
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            raise TextError(
                f"is not UTF-8: byte {offset - waiting + error.start} is 0x{error.object[error.start]:02x}",
                source=source,
                hint="convert it to UTF-8 first",
            ) from error
        offset += len(block)
        if text:
            yield text
        if not block:
            return


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        TextError: It cannot be read, or is not UTF-8.
    """
    with open_file(path) as stream:
        return "".join(iter_text(stream, source=str(path)))


def normalize_file(
    source: Path, target: Path | None = None, *, form: str = "utn61", lang: str = "km", keep_coeng_da: bool = False
) -> FileResult:
    """Normalize a file of UTF-8 of any size.

    Args:
        source: The file.
        target: Where its normal form goes; None to replace the file itself. A file that is in normal form already is
            then not written.
        form: As for :func:`khmertext.normalize`.
        lang: As for :func:`khmertext.normalize`.
        keep_coeng_da: As for :func:`khmertext.normalize`.

    Returns:
        Whether anything changed.

    Raises:
        TextError: The file cannot be read or is not UTF-8, or the other cannot be written; nothing was written then.
        ValueError: There is no such form or language.

    Example:
        >>> normalize_file(Path("book.txt"), Path("book.normal.txt"))  # doctest: +SKIP
        FileResult(changed=True, characters=120345)
    """
    stream = StreamNormalizer(form=form, lang=lang, keep_coeng_da=keep_coeng_da)
    counter = Counter()

    def chunks() -> Iterator[bytes]:
        with open_file(source) as opened:
            for text in iter_normal(stream, counter.count(iter_text(opened, source=str(source)))):
                yield counter.compare(text)

    if target is not None:
        replace_file(target, chunks())
        return counter.result()
    # Most files are in normal form: look first, so that nothing is written for them.
    for _ in chunks():
        pass
    if counter.result().changed:
        counter = Counter()
        replace_file(source, chunks())
    return counter.result()


class Counter:
    """Tells whether what goes out is what came in, keeping neither."""

    def __init__(self) -> None:
        self.read = hashlib.sha256()
        self.written = hashlib.sha256()
        self.characters = 0

    def count(self, texts: Iterable[str]) -> Iterator[str]:
        for text in texts:
            self.read.update(text.encode())
            self.characters += len(text)
            yield text

    def compare(self, text: str) -> bytes:
        data = text.encode()
        self.written.update(data)
        return data

    def result(self) -> FileResult:
        return FileResult(self.read.digest() != self.written.digest(), self.characters)


def iter_normal(stream: StreamNormalizer, texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield stream.feed(text)
    yield stream.finish()


def open_file(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise TextError(f"cannot be read: {error.strerror or error}", source=str(path)) from error


# -- writing -------------------------------------------------------------------------------------------------------


def replace_file(path: Path, data: bytes | Iterable[bytes]) -> None:
    """Put new bytes in the place of a file: all of them, or none.

    A symbolic link stays one: the file that it leads to is replaced. Permissions are kept.

    Args:
        path: The file; it need not be there yet.
        data: Its new bytes, or pieces of them.

    Raises:
        TextError: It cannot be written; the old file is as it was.
    """
    try:
        found = path.resolve()
        mode = stat.S_IMODE(found.stat().st_mode) if found.exists() else None
        if mode is not None and not stat.S_ISREG(found.stat().st_mode):
            raise TextError("is no regular file", source=str(path))
    except (OSError, RuntimeError) as error:
        raise TextError(f"cannot be written: {getattr(error, 'strerror', None) or error}", source=str(path)) from error
    try:
        put_whole(found, lambda temporary: fill_file(temporary, data, mode))
    except OSError as error:
        raise TextError(f"cannot be written: {error.strerror or error}", source=str(path)) from error
