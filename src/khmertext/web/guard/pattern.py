r"""The grammar of clusters as a regular expression of JavaScript.

It is made of the pieces of :mod:`khmertext.script.grammar`. What is not Khmer is left out: a search passes it over.
Possessive repeats become plain ones. That changes nothing: what follows a repeat never begins with what it repeats, so
that giving something back finds no other match; a row of marks is bounded, and so is the time.

Source: ECMA-262, section 22.2 (no possessive quantifiers; ``\uXXXX`` in classes).
"""

from __future__ import annotations

from typing import Final

from khmertext.fonts.runs import KHMER_RUN
from khmertext.script import grammar
from khmertext.script.classes import DIGITS, GENERIC_BASE_SET, char_set
from khmertext.script.grammar import JOINED_COENG, KHAN, LUNAR_DATE, PLAIN, SHOWN_MARKS, TAIL

__all__ = ["CLUSTER_PATTERN", "RUN_CHARACTERS"]

CIRCLE: Final = "\u25cc"


def make_pattern() -> str:
    """The pattern of one Khmer cluster, in ASCII."""
    # Of the generic bases a run of our font can hold the circle alone: the others end it.
    shown = SHOWN_MARKS.replace(GENERIC_BASE_SET, CIRCLE)
    assert shown != SHOWN_MARKS
    python = f"(?:{PLAIN}|{LUNAR_DATE}|{char_set({*DIGITS, KHAN})}|{JOINED_COENG}|{shown}){TAIL}"
    assert grammar.CLUSTER.count(TAIL) == 2
    return escape(python.replace("}+", "}"))


def escape(pattern: str) -> str:
    r"""A pattern in ASCII.

    Example:
        >>> escape("[a\u1780]")
        '[a\\u1780]'
    """
    return "".join(char if char.isascii() else f"\\u{ord(char):04x}" for char in pattern)


CLUSTER_PATTERN: Final = make_pattern()
"""One Khmer cluster of a run, for ``new RegExp(…, "g")``: searched over and over it gives the clusters in order."""

RUN_CHARACTERS: Final = escape(KHMER_RUN.pattern.removesuffix("+"))
"""What our font's ``unicode-range`` can hold, as a character class."""
