"""Fonts that tests build: tiny ones, with only what a test is about."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any

from fontTools import varLib
from fontTools.designspaceLib import AxisDescriptor, DesignSpaceDocument, SourceDescriptor
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont

__all__ = ["build_font", "collect", "merge_cubic", "to_cubic"]

UPEM = 1000


def build_font(
    codes: Iterable[int],
    *,
    family: str = "Test",
    flat: Iterable[int] = (),
    names: Mapping[int, str] | None = None,
    khmer_bit: bool = False,
    fs_type: int = 0,
    cubic: bool = False,
) -> bytes:
    """A font of boxes without a rule.

    Args:
        codes: The code points that it maps.
        family: Its name.
        flat: Those of them without a width.
        names: Glyph names other than the usual.
        khmer_bit: Whether OS/2 says Khmer.
        fs_type: Embedding bits.
        cubic: Whether its outlines are CFF.
    """
    flat = set(flat)
    cmap = {code: (names or {}).get(code, f"g{code:04X}") for code in codes}
    pen: Any = T2CharStringPen(600, None) if cubic else TTGlyphPen(None)
    for number, point in enumerate(((50, 0), (50, 500), (400, 500), (400, 0))):
        (pen.lineTo if number else pen.moveTo)(point)
    pen.closePath()
    box = pen.getCharString() if cubic else pen.glyph()
    builder = FontBuilder(UPEM, isTTF=not cubic)
    order = [".notdef", *dict.fromkeys(cmap.values())]
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(cmap)
    if cubic:
        builder.setupCFF("Test", {}, dict.fromkeys(order, box), {})
    else:
        builder.setupGlyf(dict.fromkeys(order, box))
    widths = dict.fromkeys(order, 600) | {cmap[code]: 0 for code in flat}
    builder.setupHorizontalMetrics({name: (width, 50) for name, width in widths.items()})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": family, "styleName": "Regular", "version": "Version 1.5"})
    builder.setupOS2(
        sTypoAscender=800, usWinAscent=800, usWinDescent=200, fsType=fs_type, ulUnicodeRange3=int(khmer_bit) << 16
    )
    builder.setupPost()
    file = io.BytesIO()
    builder.save(file)
    return file.getvalue()


def collect(*fonts: bytes) -> bytes:
    """A collection of fonts."""
    collection = TTCollection()
    collection.fonts = [TTFont(io.BytesIO(data)) for data in fonts]
    file = io.BytesIO()
    collection.save(file)
    return file.getvalue()


def to_cubic(data: bytes, *, optimize: bool = True) -> bytes:
    """A font with CFF outlines in the place of its TrueType ones, static.

    Args:
        data: The font; a variable one is taken in its default place.
        optimize: Whether charstrings are made short; fonts that are to be merged must be alike.
    """
    font: Any = TTFont(io.BytesIO(data), recalcTimestamp=False)
    glyphs = font.getGlyphSet()
    strings = {}
    for name in font.getGlyphOrder():
        pen: Any = T2CharStringPen(font["hmtx"][name][0], glyphs)
        glyphs[name].draw(pen)
        strings[name] = pen.getCharString(optimize=optimize)
    for tag in ("glyf", "loca", "fpgm", "prep", "cvt ", "gasp", "fvar", "gvar", "avar", "HVAR", "MVAR", "STAT"):
        if tag in font:
            del font[tag]
    font.sfntVersion = "OTTO"
    FontBuilder(font=font).setupCFF("Test", {}, strings, {})
    font["maxp"].tableVersion = 0x00005000
    font["post"].formatType = 3.0
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()


def merge_cubic(masters: Mapping[int, bytes]) -> bytes:
    """A variable font with CFF2 outlines.

    Args:
        masters: Weight to a static font whose outlines are CFF, and alike; the first is the default. Their positioning
            is left out.
    """
    document = DesignSpaceDocument()
    document.addAxis(
        AxisDescriptor(
            tag="wght", name="Weight", minimum=min(masters), default=next(iter(masters)), maximum=max(masters)
        )
    )
    for weight, data in masters.items():
        font: Any = TTFont(io.BytesIO(data))
        for tag in ("GPOS", "GDEF"):
            if tag in font:
                del font[tag]
        source = SourceDescriptor(name=str(weight), location={"Weight": weight}, familyName="Test")
        source.font = font
        source.styleName = str(weight)
        document.addSource(source)
    merged, *_ = varLib.build(document, optimize=False)
    file = io.BytesIO()
    merged.save(file)
    return file.getvalue()
