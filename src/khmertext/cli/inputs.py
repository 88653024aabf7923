"""Text files as options give them: ``-`` is standard input."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from khmertext.cli.text import STDIN, STDIN_NAME
from khmertext.errors import TextError
from khmertext.files import iter_text, read_text

__all__ = ["is_stdin", "name_texts", "read_texts"]

BOM = "\ufeff"


def read_texts(paths: Sequence[Path]) -> list[str]:
    """Read text files, UTF-8.

    Args:
        paths: The files; ``-`` is standard input, which can be named once.

    Returns:
        The text of each, without a byte order mark.

    Raises:
        click.UsageError: Standard input is named twice; nothing was read then.
        TextError: One cannot be read, or is not UTF-8.

    Source: Unicode Standard, section 23.8 (a byte order mark at the start is no part of the text).

    Example:
        >>> read_texts([])
        []
    """
    if sum(map(is_stdin, paths)) > 1:
        raise click.UsageError("- is standard input, which can be read once: give it once")
    return [(read_stdin() if is_stdin(path) else read_text(path)).removeprefix(BOM) for path in paths]


def name_texts(paths: Sequence[Path]) -> str:
    """Name text files, for what is told of all of them.

    Args:
        paths: As for :func:`read_texts`.

    Returns:
        The first few names.

    Example:
        >>> name_texts([Path("a.txt"), Path("-")])
        'a.txt, <stdin>'
    """
    names = [STDIN_NAME if is_stdin(path) else str(path) for path in paths]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def is_stdin(path: Path) -> bool:
    """Whether a path stands for standard input."""
    return str(path) == STDIN


def read_stdin() -> str:
    """The text of standard input.

    Raises:
        TextError: It is closed, cannot be read, or is not UTF-8.
    """
    if sys.stdin is None:  # started without one
        raise TextError("is closed", source=STDIN_NAME, hint="give a file")
    return "".join(iter_text(sys.stdin.buffer, source=STDIN_NAME))
