"""Options that commands about cut fonts share."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from khmertext.cli.terminal import printable

__all__ = ["FILE", "language_option", "text_file"]

Function = TypeVar("Function", bound=Callable[..., Any])

FILE = click.Path(dir_okay=False, path_type=Path)

# RFC 5646, section 2.1, in the loose form of BCP 47 "language ranges": what follows the first part may be digits too.
LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")

text_file = click.option(
    "--text-file",
    "text_files",
    multiple=True,
    required=True,
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="What it has to draw, UTF-8; - for standard input; repeatable.",
)


def require_language(context: click.Context, parameter: click.Parameter, text: str | None) -> str | None:
    """See that a language is a tag; an empty one means that it is not known.

    Raises:
        click.BadParameter: It is none.
    """
    if text and not LANGUAGE.fullmatch(text):
        raise click.BadParameter(f"{printable(text)!r} is no language tag, as km or km-KH", context, parameter)
    return text


def language_option(words: str = "", default: str | None = "km") -> Callable[[Function], Function]:
    """The option ``--language``.

    Args:
        words: What counts unless it is given, where that is not ``default``.
        default: What counts else.
    """
    return click.option(
        "--language",
        default=default,
        show_default=default is not None,
        callback=require_language,
        help=f"The language of the text (BCP 47).{words}",
    )
