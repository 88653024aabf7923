"""What a run would change, as ``khmertext site build --dry-run`` prints it: a diff that ``patch`` reads."""

from __future__ import annotations

import codecs
import difflib
from typing import Final

from khmertext.cli.terminal import printable
from khmertext.web import Change

__all__ = ["DRY_RUN", "UP_TO_DATE", "format_change"]

DRY_RUN: Final = "nothing was written: this was a dry run"
UP_TO_DATE: Final = ", and everything is up to date"

CONTEXT: Final = 1
WORDS: Final = {"added": "new file", "changed": "other content", "removed": "removed"}
# Longest first: the mark of UTF-32 begins as that of UTF-16.
MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def format_change(change: Change) -> str:
    """Write a change: a unified diff of a text that is edited, a line for any other file.

    Args:
        change: What would become of a file.

    Returns:
        Lines with their ends. Nothing in them drives a terminal.

    Source: the unified format of GNU diffutils, "Detailed Unified Format".

    Example:
        >>> print(format_change(Change("a.html", b"<p>", b"<p>k", "changed")), end="")
        --- a/a.html
        +++ b/a.html
        @@ -1 +1 @@
        -<p>
        \\ No newline at end of file
        +<p>k
        \\ No newline at end of file
    """
    path = printable(change.path, 2000)
    before, after = decode(change.before), decode(change.after)
    if before is None or after is None:
        size = "" if change.after is None else f", {len(change.after):,} bytes"
        return f"{WORDS[change.kind]}: {path}{size}\n"
    tab = "\t" if " " in path else ""  # what ends a name with spaces
    old, new = f"a/{path}{tab}", f"b/{path}{tab}"
    lines = difflib.unified_diff(split_lines(before), split_lines(after), old, new, n=CONTEXT)
    return "".join(map(show_line, lines))


def decode(data: bytes | None) -> str | None:
    """The text of a file; None for none, and for what is no text."""
    if data is None:
        return None
    encoding = next((name for mark, name in MARKS if data.startswith(mark)), "utf-8")
    if encoding == "utf-8" and b"\0" in data:
        return None
    return data.decode(encoding, "backslashreplace")


def split_lines(text: str) -> list[str]:
    """Cut at newlines alone, as ``patch`` does; each line with its end."""
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def show_line(line: str) -> str:
    body = line.removesuffix("\n")
    shown = "".join(letter if letter in "\t\r" else printable(letter) for letter in body)
    return f"{shown}\n" if line.endswith("\n") else f"{shown}\n\\ No newline at end of file\n"
