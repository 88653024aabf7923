"""Tracing: which glyphs a text touches on its way through shaping.

The glyphs that are drawn in the end are not enough. A rule may look at a glyph that a later rule replaces, and
HarfBuzz takes split vowels apart before any rule runs. So every state of the buffer is read, from the code points after
decomposition to the last positioned glyph.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import uharfbuzz as hb

from khmertext.fonts.faces import Face
from khmertext.fonts.shaping import Sample, name_sample, new_buffer, shape_buffer, spread

__all__ = ["Trace", "list_fonts", "trace"]

# HarfBuzz sends these without having changed the buffer since its last message.
UNCHANGED = ("start lookup", "skipped lookup")
FIRST_GLYPHS = "start table GSUB"


@dataclass(frozen=True, slots=True)
class Trace:
    """What some texts touch.

    Args:
        glyphs: Glyph id to the reason: the first text that touched it, and how.
        unicodes: The code points before and after decomposition, mapped or not.
    """

    glyphs: Mapping[int, str]
    unicodes: frozenset[int]


def trace(face: Face, texts: Iterable[Sample], variations: Iterable[Mapping[str, float]] = ({},)) -> Trace:
    """Shape texts and note every glyph at every step.

    Args:
        face: The font.
        texts: Each text with its language (BCP 47; empty when it is not known) and perhaps the font features that CSS
            sets, shaped as one run.
        variations: Where in a variable font; the texts are shaped at each. Only fonts whose rules change with the
            variation (OpenType spec, FeatureVariations) are looked at more than once.

    Returns:
        The glyphs and code points.

    Example:
        >>> from khmertext.fonts import default_face
        >>> found = trace(default_face(), [("កើ", "km")])
        >>> 0x17C1 in found.unicodes  # the left half of the vowel
        True
    """
    fonts = list_fonts(face, variations)
    glyphs: dict[int, str] = {}
    unicodes: set[int] = set()
    for text, language, features in map(spread, texts):
        for font in fonts:
            steps, drawn = follow(font, text, language, features, unicodes)
            for glyph in sorted(drawn - glyphs.keys()):
                glyphs[glyph] = f"drawn in {name_sample(text, features)}"
            for glyph in sorted(steps - glyphs.keys()):
                glyphs[glyph] = f"a step of shaping {name_sample(text, features)}"
    return Trace(glyphs, frozenset(unicodes))


def list_fonts(face: Face, variations: Iterable[Mapping[str, float]], *, positions: bool = False) -> list[hb.Font]:
    """Return the distinct fonts to shape with: one for each place in a variable font where that makes a difference.

    Args:
        face: The font.
        variations: The places; the font's default for none.
        positions: Whether positions count, which differ at every place, or glyphs alone.
    """
    fonts = list({id(font): font for font in map(face.font, variations)}.values()) or [face.font()]
    return fonts if positions or has_feature_variations(face) else fonts[:1]


def follow(font: hb.Font, text: str, language: str, features: str, unicodes: set[int]) -> tuple[set[int], set[int]]:
    """Shape one text; add its code points to ``unicodes``; return the glyphs of all steps, and those drawn."""
    buffer = new_buffer(text, language)
    steps: set[int] = set()
    values = unicodes  # until the characters are mapped, the buffer holds code points

    def read(message: str) -> bool:
        nonlocal values
        if message.startswith(UNCHANGED):
            return True
        if message.startswith(FIRST_GLYPHS):
            values = steps
        values.update([info.codepoint for info in buffer.glyph_infos])
        return True

    buffer.set_message_func(read)
    shape_buffer(font, buffer, features)
    infos: list[Any] = buffer.glyph_infos
    return steps, {info.codepoint for info in infos}


def has_feature_variations(face: Face) -> bool:
    """Tell whether substitution rules depend on the variation.

    Source: OpenType spec, GSUB header version 1.1 (featureVariationsOffset).
    """
    gsub = face.tables.get("GSUB", b"")
    if len(gsub) < 14 or not face.axes:
        return False
    _, minor, offset = struct.unpack_from(">HH6xL", gsub)
    return bool(minor >= 1 and offset)
