"""Edits: what is changed in a text, and where, so that it can be replayed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Edit", "apply_edits", "make_edit"]


class Edit(NamedTuple):
    """A place of a text that is changed.

    Attributes:
        start: Where it begins, in code points of the text as it was.
        end: Where it ends.
        replacement: What stands there then.
        rule: The names of the rules, joined by "+": those of :data:`khmertext.text.mending.RULES`, "order" for parts
            that only moved, "lunar"; of diagnostics also the names of repairs.
    """

    start: int
    end: int
    replacement: str
    rule: str


def make_edit(start: int, before: str, after: str, rule: str) -> Edit:
    """The smallest edit between two texts that differ.

    Args:
        start: Where ``before`` stands, in code points.
        before: The text as it was.
        after: What it becomes.
        rule: As for :class:`Edit`.

    Example:
        >>> make_edit(10, "abcd", "abxd", "x")
        Edit(start=12, end=13, replacement='x', rule='x')
    """
    head = common_start(before, after)
    tail = common_start(before[head:][::-1], after[head:][::-1])
    return Edit(start + head, start + len(before) - tail, after[head : len(after) - tail], rule)


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """Replay edits on the text that they were made for.

    Args:
        text: The text as it was.
        edits: In the order of their places; none overlaps another.

    Example:
        >>> apply_edits("abc", [Edit(1, 2, "xy", "x")])
        'axyc'
    """
    pieces: list[str] = []
    taken = 0
    for edit in edits:
        pieces += (text[taken : edit.start], edit.replacement)
        taken = edit.end
    pieces.append(text[taken:])
    return "".join(pieces)


def common_start(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
