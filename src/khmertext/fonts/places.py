"""Places: where in the axes of a variable font two fonts are compared.

Ends, default and middle of each axis are looked at, in all their combinations. What lies between is not.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Final

from khmertext.fonts.faces import Axis, Face

__all__ = ["MAX_PLACES", "choose_weights", "count_places", "describe_place", "list_others", "list_places"]

MAX_PLACES: Final = 81
"""How many places are looked at, the weights included."""


def choose_weights(face: Face) -> tuple[int, ...]:
    """Return the weights at which to compare a font: the ends of its weight axis, its middle and its default.

    Args:
        face: The font.

    Returns:
        CSS weights, ascending; a static font has only its own.

    Source: OpenType spec, fvar.

    Example:
        >>> from khmertext.fonts import default_face
        >>> choose_weights(default_face())
        (100, 400, 500, 900)
    """
    axis = face.axis("wght")
    if axis is None:
        return (face.weight,)
    return tuple(sorted({min(max(round(value), 1), 1000) for value in (*list_ends(axis), *list_middles(axis))}))


def list_places(face: Face, weights: int = 1) -> list[dict[str, float]]:
    """List where in the axes other than the weight to compare a font.

    Args:
        face: The font.
        weights: At how many weights it is compared at each of these places.

    Returns:
        Axis tag to value: first the default of every axis, then the corners, then what has a coordinate at a default or
        in the middle of an axis, as many as :data:`MAX_PLACES` lets through for that many weights. One empty place for
        a font without other axes.

    Source: OpenType spec, fvar.

    Example:
        >>> from khmertext.fonts import default_face
        >>> list_places(default_face())
        [{'wdth': 100.0}, {'wdth': 62.5}, {'wdth': 81.25}]
    """
    axes = list_others(face)
    first = {axis.tag: axis.default for axis in axes}
    places = {tuple(first.items()): first}
    wanted = max(1, MAX_PLACES // max(weights, 1))
    for place in iter_grid(axes):
        if len(places) >= wanted:
            break
        places.setdefault(tuple(place.items()), place)
    return list(places.values())


def count_places(face: Face) -> int:
    """Count the combinations of ends, defaults and middles of the axes other than the weight, without a bound.

    Args:
        face: The font.

    Returns:
        At least 1.

    Example:
        >>> from khmertext.fonts import default_face
        >>> count_places(default_face())
        3
    """
    count = 1
    for axis in list_others(face):
        count *= len({*list_ends(axis), *list_middles(axis)})
    return count


def describe_place(place: Mapping[str, float]) -> str:
    """Write a place as options do.

    Args:
        place: Axis tag to value.

    Example:
        >>> describe_place({"wght": 400.0, "wdth": 62.5})
        'wght=400,wdth=62.5'
    """
    return ",".join(f"{tag}={value:g}" for tag, value in place.items())


def list_others(face: Face) -> list[Axis]:
    """Return the axes that have more than one value, the weight left out.

    Args:
        face: The font.

    Example:
        >>> from khmertext.fonts import default_face
        >>> [axis.tag for axis in list_others(default_face())]
        ['wdth']
    """
    return [axis for axis in face.axes if axis.tag != "wght" and axis.minimum < axis.maximum]


def list_ends(axis: Axis) -> list[float]:
    """Return the two ends of an axis, or the one that both are."""
    return list(dict.fromkeys((axis.minimum, axis.maximum)))


def list_middles(axis: Axis) -> list[float]:
    """Return the default and the middle of an axis, as far as they are no ends of it."""
    ends = list_ends(axis)
    middles = (axis.default, (axis.minimum + axis.maximum) / 2)
    return [value for value in dict.fromkeys(middles) if value not in ends]


def iter_grid(axes: list[Axis]) -> Iterator[dict[str, float]]:
    """All combinations: those with the fewest coordinates between the ends first."""
    for count in range(len(axes) + 1):
        for inner in itertools.combinations(range(len(axes)), count):
            values = [list_middles(axis) if n in inner else list_ends(axis) for n, axis in enumerate(axes)]
            for place in itertools.product(*values):
                yield {axis.tag: value for axis, value in zip(axes, place, strict=True)}
