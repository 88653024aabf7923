"""Font features as options give them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from khmertext.cli.terminal import printable
from khmertext.fonts.features import list_settings

__all__ = ["features_option", "parse_settings"]

Function = TypeVar("Function", bound=Callable[..., Any])


def parse_settings(context: click.Context, parameter: click.Parameter, texts: tuple[str, ...]) -> tuple[str, ...]:
    """What is given with ``--features``, in the one spelling; the browser's default is the first.

    Args:
        context: As click has it.
        parameter: As click has it.
        texts: What was given; for nothing the answer is empty, so that a default may come from elsewhere.

    Raises:
        click.BadParameter: It is not of that form.
    """
    try:
        return list_settings(texts) if texts else ()
    except ValueError as error:
        raise click.BadParameter(printable(str(error)), context, parameter) from error


def features_option(words: str) -> Callable[[Function], Function]:
    """The option ``--features``.

    Args:
        words: What the font is for with each setting.
    """
    return click.option(
        "--features",
        multiple=True,
        metavar="TEXT",
        callback=parse_settings,
        help='Font features that the pages set in CSS, as "kern=0", "clig=0,liga=0" or "font-kerning:none"; '
        f"{words}; repeatable.",
    )
