"""Texts that commands read: files, and standard input where a dash stands for it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from khmertext.cli.terminal import printable
from khmertext.errors import TextError
from khmertext.files import iter_text, read_text

__all__ = ["STDIN", "name_texts", "read_texts"]

STDIN: Final = Path("-")
STDIN_NAME: Final = "standard input"
BOM: Final = "\ufeff"


def read_texts(paths: Sequence[Path]) -> list[str]:
    """Read texts in the order given.

    Args:
        paths: Files in UTF-8; ``-`` is standard input.

    Returns:
        The text of each, without a byte order mark.

    Raises:
        click.UsageError: Standard input is named twice; nothing was read then.
        TextError: A text cannot be read, or is not UTF-8.

    Source: Unicode Standard, section 23.8 (a byte order mark at the start is no part of the text).

    Example:
        >>> read_texts([])
        []
    """
    if list(paths).count(STDIN) > 1:
        raise click.UsageError("standard input (-) can be read once only")
    return [(read_stdin() if path == STDIN else read_text(path)).removeprefix(BOM) for path in paths]


def read_stdin() -> str:
    """The text of standard input.

    Raises:
        TextError: It is closed, cannot be read, or is not UTF-8.
    """
    if sys.stdin is None:  # started without one
        raise TextError("is closed", source=STDIN_NAME, hint="give a file")
    return "".join(iter_text(sys.stdin.buffer, source=STDIN_NAME))


def name_texts(paths: Sequence[Path]) -> str:
    """Name the texts in an error: the first, and how many more there are.

    Args:
        paths: What :func:`read_texts` read; at least one.

    Example:
        >>> name_texts([Path("-"), Path("a.txt")])
        'standard input and 1 more'
    """
    first = STDIN_NAME if paths[0] == STDIN else printable(str(paths[0]))
    return first + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")
