"""What is shown on a terminal: safe text, progress, plain tables."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import click

__all__ = ["ProgressLine", "format_columns", "format_json", "format_table", "paint", "printable", "show_error"]

DOTS = "…"
SHOWN = 300


def printable(text: str, limit: int = SHOWN) -> str:
    r"""A text from a file or an option, without anything that could drive the terminal.

    Args:
        text: Any text.
        limit: How many characters to show at most.

    Example:
        >>> printable("a\x1b[31mb")
        'a\\x1b[31mb'
    """
    shown = "".join(letter if is_shown(letter) else ascii(letter)[1:-1] for letter in text[: limit + 1])
    return shown if len(text) <= limit else shown[:limit] + DOTS


def is_shown(letter: str) -> bool:
    # Format characters are kept where Khmer needs them: the joiners and the zero-width space.
    return letter in "\u200b\u200c\u200d" or letter.isprintable()


def paint(text: str, color: str, *, bold: bool = False) -> str:
    """A text in a color, for a terminal; :func:`click.echo` takes the color out again where none is.

    Args:
        text: Safe text.
        color: As :func:`click.style` names it.
        bold: Whether it is bold too.

    Source: https://no-color.org: any value of ``NO_COLOR`` but an empty one means no color.
    """
    return text if os.environ.get("NO_COLOR") else click.style(text, fg=color, bold=bold or None)


def show_error(text: str) -> None:
    """Say on standard error what is wrong, safely; a line of the text is a line there.

    Args:
        text: Any text; may hold newlines of ours.
    """
    lines = "\n".join(printable(line, 2000) for line in text.split("\n"))
    click.echo(paint("error: ", "red", bold=True) + lines, err=True)


def format_json(value: Any) -> str:
    r"""A value as JSON for other programs: in ASCII, which no console's encoding can break and no terminal minds.

    Example:
        >>> format_json(["ក"])
        '[\n "\\u1780"\n]'
    """
    return json.dumps(value, indent=1, allow_nan=False)


class ProgressLine:
    """A line on standard error that tells how far a long run is; nothing unless a terminal watches.

    Args:
        quiet: Show nothing in any case.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.watched = sys.stderr.isatty() and not quiet
        self.bar: Any = None
        self.what = ""

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish()

    def __call__(self, what: str, done: int, total: int) -> None:
        if not self.watched:
            return
        if what != self.what or self.bar is None:
            self.finish()
            self.what = what
            self.bar = click.progressbar(length=total, label=what.ljust(9), file=sys.stderr)
            self.bar.__enter__()
        self.bar.update(done - self.bar.pos)

    def finish(self) -> None:
        if self.bar is not None:
            self.bar.__exit__(None, None, None)
            self.bar = None


def format_table(rows: list[tuple[str, str]]) -> str:
    """Two columns, the second one aligned.

    Example:
        >>> print(format_table([("pages", "3"), ("clusters", "12")]))
        pages     3
        clusters  12
    """
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name.ljust(width)}  {value}" for name, value in rows)


def format_columns(rows: Sequence[Sequence[str]]) -> str:
    """Columns of which the first stands left and the others, numbers mostly, right.

    Example:
        >>> print(format_columns([("", "bytes"), ("exact", "9,544"), ("full", "16,760")]))
                bytes
        exact   9,544
        full   16,760
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(
            (row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)))
        )
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)
