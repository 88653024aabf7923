"""How far limiting the axes of a font moves what it draws.

Two fonts are compared with the one that was cut from the limited one; so the limited one has to be the whole font, but
for rounding. Coordinates of outlines are rounded once each. Where marks stand is a sum of several rounded numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import uharfbuzz as hb

from khmertext.errors import FontError
from khmertext.fonts.faces import Face
from khmertext.fonts.places import list_others
from khmertext.fonts.proof import read_outline
from khmertext.fonts.shaping import shape
from khmertext.script.everyday import everyday_clusters

__all__ = ["MAX_DEVIATION", "MAX_SHIFT", "axis_deviation", "place_deviation", "require_near"]

MAX_DEVIATION: Final = 500
"""Limiting axes may move no outline and no advance farther than this part of the em, at the default of other axes."""
MAX_SHIFT: Final = 250
"""Nor farther than this part of it at corners of other axes, and so for what stands in a cluster: roundings add up."""
STRIDE: Final = 47  # every how many of the everyday clusters is looked at: a few hundred shapings


def axis_deviation(
    original: Face,
    limited: Face,
    weights: Iterable[float],
    pinned: Mapping[str, float] | None = None,
    *,
    corners: bool = False,
) -> float:
    """Return how far limiting the axes of a font has moved anything.

    Args:
        original: The font before.
        limited: The font after :func:`limit_axes`, with the same glyphs.
        weights: The weights at which to compare.
        pinned: Where axes were pinned, unless at their defaults.
        corners: Whether to compare at corners of the other axes too, not at their defaults alone.

    Returns:
        The greatest distance, in font units, between any coordinate or advance before and after; ``math.inf`` when an
        outline has other steps.

    Raises:
        ValueError: The fonts have different numbers of glyphs.
    """
    if original.glyph_count != limited.glyph_count:
        raise ValueError("the fonts are compared glyph by glyph, and have different numbers of them")
    worst = 0.0
    for before, after in iter_pairs(original, limited, weights, pinned, corners=corners):
        for glyph in range(original.glyph_count):
            advances = before.get_glyph_h_advance(glyph), after.get_glyph_h_advance(glyph)
            worst = max(worst, abs(advances[0] - advances[1]), measure_outlines(before, after, glyph))
    return float(worst)


def measure_outlines(before: Any, after: Any, glyph: int) -> float:
    """Return the greatest distance between two outlines of a glyph, in font units along one coordinate."""
    old, new = read_outline(before, glyph), read_outline(after, glyph)
    if [step[0] for step in old] != [step[0] for step in new]:
        return math.inf
    return max(
        (
            abs(float(a) - float(b))
            for old_step, new_step in zip(old, new, strict=True)
            for a, b in zip(old_step[1:], new_step[1:], strict=True)
        ),
        default=0.0,
    )


def place_deviation(
    original: Face, limited: Face, weights: Iterable[float], pinned: Mapping[str, float] | None = None
) -> float:
    """Return how far limiting the axes of a font has moved what stands in a cluster.

    Args:
        original: The font before.
        limited: The font after :func:`limit_axes`, with the same glyphs.
        weights: The weights at which to compare.
        pinned: Where axes were pinned, unless at their defaults.

    Returns:
        The greatest distance, in font units, between an advance or offset before and after, over a sample of everyday
        clusters; ``math.inf`` when one has other glyphs.

    Source: OpenType spec, GPOS and "Item Variation Store": each value is rounded by itself.

    Example:
        >>> from khmertext.fonts import default_face
        >>> place_deviation(default_face(), default_face(), [400])
        0.0
    """
    worst = 0.0
    for before, after in iter_pairs(original, limited, weights, pinned, corners=True):
        for cluster in everyday_clusters()[::STRIDE]:
            old, new = shape(before, cluster, "km"), shape(after, cluster, "km")
            if [info.codepoint for info in old.glyph_infos] != [info.codepoint for info in new.glyph_infos]:
                return math.inf
            for one, other in zip(old.glyph_positions or (), new.glyph_positions or (), strict=True):
                worst = max(worst, *(abs(a - b) for a, b in zip(one.position, other.position, strict=True)))
    return float(worst)


def require_near(
    original: Face, limited: Face, weights: Iterable[float], pinned: Mapping[str, float] | None = None
) -> float:
    """See that limiting the axes of a font has moved nothing that anybody could see.

    Args:
        original: The font before.
        limited: The font after :func:`limit_axes`.
        weights: The weights at which to compare.
        pinned: Where axes were pinned, unless at their defaults.

    Returns:
        How far outlines and advances moved, in font units, corners included (:func:`axis_deviation`).

    Raises:
        FontError: Farther than :data:`MAX_DEVIATION` or :data:`MAX_SHIFT` allow.

    Example:
        >>> from khmertext.fonts import default_face
        >>> require_near(default_face(), default_face(), [400])
        0.0
    """
    if limited is original:
        return 0.0
    chosen = list(weights)
    deviation = axis_deviation(original, limited, chosen, pinned)
    if not deviation <= original.upem / MAX_DEVIATION:
        raise_moved(original, "outlines", deviation)
    if list_others(limited):
        deviation = max(deviation, axis_deviation(original, limited, chosen, pinned, corners=True))
        if not deviation <= original.upem / MAX_SHIFT:
            raise_moved(original, "outlines", deviation)
    shift = place_deviation(original, limited, chosen, pinned)
    if not shift <= original.upem / MAX_SHIFT:
        raise_moved(original, "marks", shift)
    return deviation


def raise_moved(original: Face, what: str, distance: float) -> None:
    raise FontError(
        f"limiting its axes moves {what} by {distance:.4g} of {original.upem} units",
        source=original.source,
        hint="serve another range of its axes, its whole range or its default with --axes, or give a static font",
    )


def iter_pairs(
    original: Face,
    limited: Face,
    weights: Iterable[float],
    pinned: Mapping[str, float] | None,
    *,
    corners: bool,
) -> Iterator[tuple[hb.Font, hb.Font]]:
    """Yield both fonts at each place that the weights come to, at the default and perhaps at corners of other axes."""
    located = {tuple(place.items()): place for place in map(limited.locate, weights)}
    for other in list_corners(limited)[: None if corners else 1]:
        for weight in located.values() or [{}]:
            place = {**other, **weight}
            yield original.font({**(pinned or {}), **place}), limited.font(place)


def list_corners(face: Face) -> list[dict[str, float]]:
    """Return places of the axes other than the weight: the default, and four corners, so that each end is in two."""
    axes = list_others(face)
    places = [{axis.tag: axis.default for axis in axes}]
    for odd, even in ((0, 0), (1, 1), (0, 1), (1, 0)):
        ends = [(axis.minimum, axis.maximum)[even if number % 2 else odd] for number, axis in enumerate(axes)]
        place = {axis.tag: end for axis, end in zip(axes, ends, strict=True)}
        if place not in places:
            places.append(place)
    return places
