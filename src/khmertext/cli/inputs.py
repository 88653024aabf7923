"""Texts that commands read: files, and standard input where a dash stands for it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from khmertext.cli.terminal import printable
from khmertext.files import iter_text, read_text

__all__ = ["name_texts", "read_texts"]

STDIN = Path("-")


def read_texts(paths: Sequence[Path]) -> list[str]:
    """Read texts in the order given.

    Args:
        paths: Files in UTF-8; ``-`` is standard input.

    Raises:
        click.UsageError: Standard input is named twice.
        TextError: A text cannot be read, or is not UTF-8.
    """
    if list(paths).count(STDIN) > 1:
        raise click.UsageError("standard input (-) can be read once only")
    return [
        "".join(iter_text(sys.stdin.buffer, source="standard input")) if path == STDIN else read_text(path)
        for path in paths
    ]


def name_texts(paths: Sequence[Path]) -> str:
    """Name the texts in an error: the first, and how many more there are.

    Args:
        paths: What :func:`read_texts` read; at least one.

    Example:
        >>> name_texts([Path("-"), Path("a.txt")])
        'standard input and 1 more'
    """
    first = "standard input" if paths[0] == STDIN else printable(str(paths[0]))
    return first + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")
