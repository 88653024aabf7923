"""Where the bytes of a font are: by table, and by glyph."""

from __future__ import annotations

import io
import struct
from itertools import pairwise
from typing import NamedTuple

from fontTools.ttLib import TTFont

from khmertext.errors import FontError
from khmertext.fonts.faces import Face

__all__ = ["GlyphSize", "measure_glyphs", "measure_tables"]


class GlyphSize(NamedTuple):
    """The bytes of one glyph.

    Args:
        glyph: Its number.
        outline: Bytes in glyf (hints included), or of its charstring in CFF.
        variations: Bytes in gvar.
    """

    glyph: int
    outline: int
    variations: int


def measure_tables(face: Face) -> list[tuple[str, int]]:
    """Return the bytes of each table, the largest first.

    Args:
        face: An opened font. The tables are those that it keeps, unpacked.

    Example:
        >>> from khmertext.fonts import default_face
        >>> dict(measure_tables(default_face()))["head"]
        54
    """
    return sorted(((tag, len(data)) for tag, data in face.tables.items()), key=lambda item: (-item[1], item[0]))


def measure_glyphs(face: Face) -> list[GlyphSize]:
    """Return the bytes of each glyph, the heaviest first.

    Args:
        face: An opened font. A composite glyph counts for itself, not for its parts; what subroutines of CFF hold
            counts for none.

    Raises:
        FontError: The outlines cannot be counted.

    Source: OpenType spec, loca, gvar, CFF (INDEX data).

    Example:
        >>> from khmertext.fonts import default_face
        >>> face = default_face()
        >>> sum(size.outline for size in measure_glyphs(face)) <= len(face.tables["glyf"])
        True
    """
    try:
        outlines = measure_glyf(face) if "glyf" in face.tables else measure_cff(face)
        variations = measure_gvar(face)
    except Exception as error:  # fontTools raises whatever the damage leads to
        raise FontError("a damaged font: the outlines cannot be counted", source=face.source) from error
    sizes = [
        GlyphSize(glyph, size, variations[glyph] if glyph < len(variations) else 0)
        for glyph, size in enumerate(outlines)
    ]
    return sorted(sizes, key=lambda size: (-size.outline - size.variations, size.glyph))


def measure_glyf(face: Face) -> list[int]:
    (long_offsets,) = struct.unpack_from(">h", face.tables["head"], 50)
    count = face.glyph_count + 1
    offsets = struct.unpack_from(f">{count}{'I' if long_offsets else 'H'}", face.tables["loca"])
    return steps(offsets, 1 if long_offsets else 2)


def measure_cff(face: Face) -> list[int]:
    font = TTFont(io.BytesIO(face.data), lazy=True)
    top = font["CFF2" if "CFF2" in font else "CFF "].cff.topDictIndex[0]
    strings = top.CharStrings.charStringsIndex
    return steps(strings.offsets, 1)


def measure_gvar(face: Face) -> list[int]:
    table = face.tables.get("gvar")
    if not table:
        return []
    count, flags = struct.unpack_from(">HH", table, 12)
    offsets = struct.unpack_from(f">{count + 1}{'I' if flags & 1 else 'H'}", table, 20)
    return steps(offsets, 1 if flags & 1 else 2)


def steps(offsets: tuple[int, ...] | list[int], unit: int) -> list[int]:
    """Return the lengths between offsets; where a damaged font goes back, none."""
    return [max(0, end - start) * unit for start, end in pairwise(offsets)]
