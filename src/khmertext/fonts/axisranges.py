"""Ranges of axes as people write them."""

from __future__ import annotations

__all__ = ["Axes", "read_axes"]

Axes = dict[str, tuple[float, float]]


def read_axes(text: str) -> Axes:
    """``wght=400:700,wdth=100`` → axis tag → lowest and highest value.

    Args:
        text: Tags with one value or two, between commas.

    Raises:
        ValueError: It is not of that form.

    Source: OpenType spec, fvar (tags have four characters).

    Example:
        >>> read_axes("wght=400:700,wdth=100")
        {'wght': (400.0, 700.0), 'wdth': (100.0, 100.0)}
    """
    axes: Axes = {}
    for part in text.split(","):
        tag, _, span = part.strip().partition("=")
        low, _, high = span.partition(":")
        try:
            values = float(low), float(high or low)
        except ValueError:
            values = (1.0, 0.0)
        if span and (len(tag) != 4 or not tag.isascii()):
            raise ValueError(f"{tag!r} is no axis: the tag of one has four characters, as in wght=400")
        if len(tag) != 4 or not tag.isascii() or not values[0] <= values[1]:
            raise ValueError(f"{part!r} is not like wght=400 or wght=400:700")
        if tag in axes:
            raise ValueError(f"{tag!r} is given twice")
        axes[tag] = values
    return axes
