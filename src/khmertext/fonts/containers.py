"""Font containers: WOFF, WOFF2, collections and plain sfnt files, read with bounds and written back.

Nothing here is believed before it is checked. A declared size is compared with the limit before anything is inflated,
and inflating itself stops at what was declared, so that a small file cannot fill the memory. Only the outer shape is
looked at; what stands inside the tables is for HarfBuzz and fontTools.
"""

from __future__ import annotations

import io
import logging
import struct
import sys
import zlib
from array import array
from collections.abc import Mapping
from typing import Any, NamedTuple

import brotli
from fontTools.ttLib import TTFont
from fontTools.ttLib.woff2 import woff2KnownTags

from khmertext.errors import FontError

__all__ = ["MAX_FONT_SIZE", "SIGNATURES", "Tables", "build_sfnt", "count_members", "read_tables"]

MAX_FONT_SIZE = 64 << 20
"""The largest font that is read, in bytes, packed or unpacked."""

MAX_TABLES = 256

# OpenType spec, "Table directory": TrueType outlines, CFF outlines, and Apple's older tag for TrueType outlines.
SIGNATURES = (b"\x00\x01\x00\x00", b"OTTO", b"true")

# fontTools logs each thing it stumbles over, thousands of them in a damaged font. Without a handler Python would print
# them; an application that sets up logging still gets them.
logging.getLogger("fontTools").addHandler(logging.NullHandler())

HINT = "give a TTF, OTF, WOFF, WOFF2 or TTC file"


class Tables(NamedTuple):
    """What an sfnt holds.

    Args:
        version: The four bytes that tell the kind of outlines.
        tables: The bytes of each table by its tag, in ascending order of tags.
    """

    version: bytes
    tables: dict[str, bytes]


def read_tables(data: bytes, *, source: str = "<memory>", index: int = 0) -> Tables:
    """Take the tables out of a font file of any supported kind.

    Args:
        data: The bytes of the file.
        source: Where they come from, for messages.
        index: Which font of a collection; 0 for every other file.

    Returns:
        The tables as they stand in the unpacked font.

    Raises:
        FontError: The file is no font, is damaged, or is larger than MAX_FONT_SIZE packed or unpacked.

    Source: OpenType spec, "Organization of an OpenType Font"; W3C WOFF 1.0 and 2.0.
    """
    if len(data) > MAX_FONT_SIZE:
        raise too_large(len(data), source)
    signature = data[:4]
    if signature == b"wOFF":
        found = read_woff(data, source)
    elif signature == b"wOF2":
        found = read_sfnt(unpack_woff2(data, source), 0, source)
    elif signature == b"ttcf":
        return read_sfnt(data, find_member(data, index, source), source)
    elif signature in SIGNATURES:
        found = read_sfnt(data, 0, source)
    else:
        raise FontError("not a font" if data else "an empty file, not a font", source=source, hint=HINT)
    if index != 0:
        raise FontError(f"there is no font number {index}: the file is not a collection", source=source)
    return found


def build_sfnt(version: bytes, tables: Mapping[str, bytes]) -> bytes:
    """Write tables as a plain font file.

    Args:
        version: The four bytes that tell the kind of outlines.
        tables: The bytes of each table by its tag.

    Returns:
        An sfnt with sorted tags, four-byte alignment and right checksums; the same tables always give the same bytes.

    Source: OpenType spec, "Table directory" and "Calculating checksums".
    """
    count = len(tables)
    power = max(count.bit_length() - 1, 0)
    offset = 12 + 16 * count
    directory = [struct.pack(">4sHHHH", version, count, 16 << power, power, 16 * count - (16 << power))]
    bodies: list[bytes] = []
    head_at = None
    for tag in sorted(tables):
        body = tables[tag]
        if tag == "head" and len(body) >= 12:
            head_at = offset
            body = body[:8] + bytes(4) + body[12:]  # checkSumAdjustment counts as 0 in its own sum
        directory.append(struct.pack(">4sLLL", tag.encode("latin-1"), checksum(body), offset, len(body)))
        padded = body + bytes(-len(body) % 4)
        bodies.append(padded)
        offset += len(padded)
    font = b"".join(directory + bodies)
    if head_at is None:
        return font
    adjustment = (0xB1B0AFBA - checksum(font)) & 0xFFFFFFFF
    return font[: head_at + 8] + struct.pack(">L", adjustment) + font[head_at + 12 :]


def checksum(data: bytes) -> int:
    """Add up the big-endian 32-bit words of some bytes, modulo 2**32."""
    words = array("I", data + bytes(-len(data) % 4))
    if sys.byteorder == "little":
        words.byteswap()
    return sum(words) & 0xFFFFFFFF


def read_sfnt(data: bytes, start: int, source: str) -> Tables:
    """Read the table directory at ``start``, and the tables it points to."""
    version = data[start : start + 4]
    if version not in SIGNATURES:
        raise damaged("no table directory where one should be", source)
    (count,) = unpack(">H", data, start + 4, source)
    check_count(count, source)
    tables: dict[str, bytes] = {}
    total = 0
    for number in range(count):
        tag, _, offset, length = unpack(">4sLLL", data, start + 12 + 16 * number, source)
        total += length
        # Directory entries may all point to the same bytes: it is the sum that counts.
        if total > MAX_FONT_SIZE:
            raise too_large(total, source)
        add_table(tables, tag, slice_exactly(data, offset, length, source), source)
    return Tables(version, dict(sorted(tables.items())))


def find_member(data: bytes, index: int, source: str) -> int:
    """Return the offset of one font's table directory in a collection."""
    (count,) = unpack(">L", data, 8, source)
    if not 0 <= index < count:
        raise FontError(
            f"there is no font number {index} in this collection of {count}", source=source, hint="numbers start at 0"
        )
    (offset,) = unpack(">L", data, 12 + 4 * index, source)
    return int(offset)


def count_members(data: bytes) -> int:
    """Return how many fonts a file says that it holds: 1 but for a collection, which can say anything up to 2**32.

    Source: OpenType spec, "TTC Header".
    """
    return int.from_bytes(data[8:12], "big") if data[:4] == b"ttcf" and len(data) >= 12 else 1


def read_woff(data: bytes, source: str) -> Tables:
    """Read a WOFF 1.0 file; each table is inflated to what it declares and not a byte further."""
    version, length, count, _, unpacked_size = unpack(">4sLHHL", data, 4, source)
    if version not in SIGNATURES or length > len(data):
        raise damaged("a WOFF header that does not fit the file", source)
    check_count(count, source)
    entries = [unpack(">4sLLLL", data, 44 + 20 * number, source) for number in range(count)]
    total = max(unpacked_size, sum(entry[3] for entry in entries))
    if total > MAX_FONT_SIZE:
        raise too_large(total, source)
    tables: dict[str, bytes] = {}
    for tag, offset, packed_length, original_length, _ in entries:
        packed = slice_exactly(data, offset, packed_length, source)
        add_table(tables, tag, inflate(packed, original_length, source), source)
    return Tables(version, dict(sorted(tables.items())))


def inflate(packed: bytes, size: int, source: str) -> bytes:
    """Return a WOFF 1.0 table, which is stored as it is when packing did not make it smaller."""
    if len(packed) == size:
        return packed
    inflater = zlib.decompressobj()
    try:
        body = inflater.decompress(packed, size + 1)
    except zlib.error as error:
        raise damaged("a table that cannot be inflated", source) from error
    if len(body) != size or not inflater.eof:
        raise damaged("a table of another size than declared", source)
    return body


def unpack_woff2(data: bytes, source: str) -> bytes:
    """Turn a WOFF 2.0 file into an sfnt, once its declared and its real sizes have proven harmless."""
    check_woff2(data, source)
    try:
        font = TTFont(io.BytesIO(data), recalcTimestamp=False, recalcBBoxes=False)
        font.flavor = None
        plain = io.BytesIO()
        font.save(plain)
    except Exception as error:  # fontTools raises whatever the damage leads to: struct.error, AssertionError, KeyError…
        raise damaged("WOFF2 that cannot be unpacked", source) from error
    return plain.getvalue()


def check_woff2(data: bytes, source: str) -> None:
    """Refuse a WOFF 2.0 file that declares too much, or whose stream holds something else than it declares."""
    version, length, count, _, unpacked_size, packed_size = unpack(">4sLHHLL", data, 4, source)
    if version == b"ttcf":
        raise FontError("a WOFF2 collection", source=source, hint="give one of its fonts as a file of its own")
    if version not in SIGNATURES or length != len(data):
        raise damaged("a WOFF2 header that does not fit the file", source)
    check_count(count, source)
    at = 48
    stream_size = total = 0
    for _ in range(count):
        (flags,) = unpack(">B", data, at, source)
        at += 1
        known, transform = flags & 0x3F, flags >> 6
        if known == 0x3F:
            tag = slice_exactly(data, at, 4, source)
            at += 4
        else:
            tag = woff2KnownTags[known].encode("ascii")
        original, at = read_base128(data, at, source)
        stored = original
        # WOFF2 section 4.1: version 3 is "as it is" for glyf and loca, version 0 for every other table.
        if transform != (3 if tag in (b"glyf", b"loca") else 0):
            stored, at = read_base128(data, at, source)
        stream_size += stored
        total += max(original, stored)
    if max(total, unpacked_size) > MAX_FONT_SIZE:
        raise too_large(max(total, unpacked_size), source)
    packed = slice_exactly(data, at, packed_size, source)
    try:
        inflater = brotli.Decompressor()
        body = inflater.process(packed, output_buffer_limit=stream_size + 1)
        size = len(body)
        # The limit only keeps the buffer from growing further, so a call may stop short of it or a little past it.
        while size <= stream_size and not inflater.is_finished():
            body = inflater.process(b"", output_buffer_limit=stream_size + 1)
            if not body:
                break
            size += len(body)
    except brotli.error as error:
        raise damaged("WOFF2 that cannot be inflated", source) from error
    if size != stream_size or not inflater.is_finished():
        raise damaged("WOFF2 that holds another size than it declares", source)


def read_base128(data: bytes, at: int, source: str) -> tuple[int, int]:
    """Read a UIntBase128 (WOFF2 section 4.1); return it and where the next field begins."""
    value = 0
    for position in range(at, at + 5):
        (byte,) = unpack(">B", data, position, source)
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            return value, position + 1
    raise damaged("a WOFF2 table of unbelievable length", source)


def add_table(tables: dict[str, bytes], tag: bytes, body: bytes, source: str) -> None:
    """Add a table under its tag, which must be new and printable."""
    if not all(0x20 <= byte < 0x7F for byte in tag):
        raise damaged("a table without a proper tag", source)
    name = tag.decode("ascii")
    if name in tables:
        raise damaged(f"two tables {name!r}", source)
    tables[name] = body


def check_count(count: int, source: str) -> None:
    """Refuse a number of tables that no font has."""
    if not 0 < count <= MAX_TABLES:
        raise damaged(f"{count} tables", source)


def slice_exactly(data: bytes, offset: int, length: int, source: str) -> bytes:
    """Return ``length`` bytes from ``offset``; all of them must be there."""
    if offset + length > len(data):
        raise damaged("the file ends before its last table", source)
    return data[offset : offset + length]


def unpack(layout: str, data: bytes, offset: int, source: str) -> tuple[Any, ...]:
    """Unpack a field; it must lie within the data."""
    return struct.unpack(layout, slice_exactly(data, offset, struct.calcsize(layout), source))


def damaged(what: str, source: str) -> FontError:
    """The error for a file that began like a font."""
    return FontError(f"a damaged font: {what}", source=source, hint="get the file again, or give another font")


def too_large(size: int, source: str) -> FontError:
    """The error for a font over the limit."""
    return FontError(
        f"a font of {size / (1 << 20):.0f} MiB; the limit is {MAX_FONT_SIZE >> 20} MiB",
        source=source,
        hint="is this really a font?",
    )
