"""Axes of variable fonts as options give them."""

from __future__ import annotations

import click

from khmertext.cli.terminal import printable
from khmertext.fonts.axisranges import Axes, read_axes

__all__ = ["Axes", "parse_axes", "parse_place"]


def parse_axes(text: str) -> Axes:
    """``wght=400:700,wdth=100`` → axis tag → lowest and highest value.

    Raises:
        click.BadParameter: It is not of that form.

    Example:
        >>> parse_axes("wght=400:700,wdth=100")
        {'wght': (400.0, 700.0), 'wdth': (100.0, 100.0)}
    """
    try:
        return read_axes(text)
    except ValueError as error:
        raise click.BadParameter(printable(str(error)), param_hint="--axes") from error


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
