"""Ink: how far above and below the baseline what a font draws for a text really reaches.

Line metrics say what a font asks for; stacks of subscripts and signs reach farther. What is measured are the curves
themselves, not the points that they are bent towards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import uharfbuzz as hb
from fontTools.misc.bezierTools import calcCubicBounds, calcQuadraticBounds

from khmertext.fonts.faces import Face
from khmertext.fonts.shaping import shape

__all__ = ["Ink", "measure_ink"]


class Ink(NamedTuple):
    """How far ink reaches, in em.

    Attributes:
        above: Above the baseline; negative where all of it is below.
        below: Below it; negative where all of it is above.
    """

    above: float
    below: float


def measure_ink(
    face: Face, texts: Iterable[str], place: Mapping[str, float] | None = None, *, language: str = "km"
) -> dict[str, Ink]:
    """Measure the ink of texts, each shaped by itself.

    Args:
        face: The font.
        texts: Clusters, or any runs of Khmer.
        place: Its variations.
        language: BCP 47 tag.

    Returns:
        Text → its ink; texts without ink are left out.

    Example:
        >>> from khmertext.fonts import default_face
        >>> ink = measure_ink(default_face(), ["ក", "ក្ដ", " "])
        >>> sorted(ink), ink["ក្ដ"].below > 0.2 > ink["ក"].below
        (['ក', 'ក្ដ'], True)
    """
    font = face.font(place)
    glyphs: dict[int, tuple[float, float] | None] = {}
    found: dict[str, Ink] = {}
    for text in texts:
        buffer = shape(font, text, language)
        spans = []
        y = 0
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            if info.codepoint not in glyphs:
                glyphs[info.codepoint] = measure_glyph(font, info.codepoint)
            span = glyphs[info.codepoint]
            if span is not None:
                at = y + position.y_offset
                spans.append((at + span[0], at + span[1]))
            y += position.y_advance
        if spans:
            low, high = min(span[0] for span in spans), max(span[1] for span in spans)
            found[text] = Ink(high / face.upem, -low / face.upem)
    return found


def measure_glyph(font: hb.Font, glyph: int) -> tuple[float, float] | None:
    """The lowest and the highest point of a glyph, in font units; None where nothing is drawn."""
    heights: list[float] = []
    pen = [(0.0, 0.0)]

    def go(x: float, y: float, _: object) -> None:
        pen[0] = (x, y)

    def line(x: float, y: float, _: object) -> None:
        heights.extend((pen[0][1], y))
        pen[0] = (x, y)

    def quadratic(x1: float, y1: float, x: float, y: float, _: object) -> None:
        bounds = calcQuadraticBounds(pen[0], (x1, y1), (x, y))
        heights.extend((bounds[1], bounds[3]))
        pen[0] = (x, y)

    def cubic(x1: float, y1: float, x2: float, y2: float, x: float, y: float, _: object) -> None:
        bounds = calcCubicBounds(pen[0], (x1, y1), (x2, y2), (x, y))
        heights.extend((bounds[1], bounds[3]))
        pen[0] = (x, y)

    funcs = hb.DrawFuncs()
    funcs.set_move_to_func(go)
    funcs.set_line_to_func(line)
    funcs.set_quadratic_to_func(quadratic)
    funcs.set_cubic_to_func(cubic)
    funcs.set_close_path_func(lambda _: None)
    font.draw_glyph(glyph, funcs, None)
    return (min(heights), max(heights)) if heights else None
