"""Axes of variable fonts as options give them."""

from __future__ import annotations

import click

from khmertext.cli.terminal import printable

__all__ = ["Axes", "parse_axes", "parse_place"]

Axes = dict[str, tuple[float, float]]


def parse_axes(text: str) -> Axes:
    """``wght=400:700,wdth=100`` → axis tag → lowest and highest value.

    Raises:
        click.BadParameter: It is not of that form.

    Example:
        >>> parse_axes("wght=400:700,wdth=100")
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
            raise click.BadParameter(
                f"{printable(tag)!r} is no axis: the tag of one has four characters, as in wght=400",
                param_hint="--axes",
            )
        if len(tag) != 4 or not tag.isascii() or not values[0] <= values[1]:
            raise click.BadParameter(f"{printable(part)!r} is not like wght=400 or wght=400:700", param_hint="--axes")
        axes[tag] = values
    return axes


def parse_place(text: str) -> dict[str, float]:
    """``wght=700,wdth=80`` → axis tag → value.

    Args:
        text: As an option gives it.

    Raises:
        click.BadParameter: It is not of that form.

    Example:
        >>> parse_place("wght=700,wdth=80")
        {'wght': 700.0, 'wdth': 80.0}
    """
    axes = parse_axes(text)
    for tag, (low, high) in axes.items():
        if low != high:
            raise click.BadParameter(f"{printable(tag)} has to have one value, as wght=400", param_hint="--axes")
    return {tag: low for tag, (low, _) in axes.items()}
