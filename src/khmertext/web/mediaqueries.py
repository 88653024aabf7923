"""Where a style rule applies: on the screen, in print, for certain or only sometimes.

A query that names nothing but a medium is settled by that; of what it asks besides (widths, colours, what a visitor
prefers) nothing is known, so it holds sometimes. What is not understood holds sometimes, too.

Source: Media Queries Level 4, sections 2 (media types), 2.2 (``not``, ``only``) and 3 (syntax).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Any, Final, NamedTuple

import tinycss2

from khmertext.web.fontvalues import split_commas

__all__ = ["EVERYWHERE", "MEDIA", "NOT_ALWAYS", "Chance", "MediaChance", "Medium", "read_query"]


class Chance(IntEnum):
    """Whether something holds, as far as can be told."""

    NEVER = 0
    SOMETIMES = 1
    ALWAYS = 2


class Medium(IntEnum):
    """Where a page is shown; the number is the place in a :class:`MediaChance`."""

    SCREEN = 0
    PRINT = 1


class MediaChance(NamedTuple):
    """Whether something holds in each medium.

    Attributes:
        screen: On the screen.
        printed: On paper.
    """

    screen: Chance
    printed: Chance

    def both(self, other: MediaChance) -> MediaChance:
        """Whether this and something else hold together.

        Example:
            >>> EVERYWHERE.both(read_query("print")).printed.name
            'ALWAYS'
        """
        return MediaChance(min(self.screen, other.screen), min(self.printed, other.printed))

    def either(self, other: MediaChance) -> MediaChance:
        """Whether this or something else holds."""
        return MediaChance(max(self.screen, other.screen), max(self.printed, other.printed))

    def denied(self) -> MediaChance:
        """Whether this does not hold."""
        return MediaChance(Chance(Chance.ALWAYS - self.screen), Chance(Chance.ALWAYS - self.printed))


MEDIA: Final = tuple(Medium)
EVERYWHERE: Final = MediaChance(Chance.ALWAYS, Chance.ALWAYS)
NOT_ALWAYS: Final = MediaChance(Chance.SOMETIMES, Chance.SOMETIMES)
NOWHERE: Final = MediaChance(Chance.NEVER, Chance.NEVER)
TYPES: Final = {
    "all": EVERYWHERE,
    "screen": MediaChance(Chance.ALWAYS, Chance.NEVER),
    "print": MediaChance(Chance.NEVER, Chance.ALWAYS),
}
RESERVED: Final = frozenset({"and", "not", "only", "or", "layer"})


def read_query(query: str | Iterable[Any]) -> MediaChance:
    """Read a list of media queries.

    Args:
        query: Its text, or its tokens as tinycss2 has them.

    Returns:
        Where it holds. An empty list holds everywhere; a type other than screen and print names devices that no
        browser is.

    Example:
        >>> read_query("print, screen and (min-width: 600px)")
        MediaChance(screen=<Chance.SOMETIMES: 1>, printed=<Chance.ALWAYS: 2>)
    """
    tokens = tinycss2.parse_component_value_list(query) if isinstance(query, str) else query
    queries = split_commas(tokens)
    if not queries:
        return EVERYWHERE
    found = NOWHERE
    for one in queries:
        found = found.either(read_one([token for token in one if token.type not in ("whitespace", "comment")]))
    return found


def read_one(tokens: list[Any]) -> MediaChance:
    words = [token.lower_value if token.type == "ident" else "" for token in tokens]
    modifier = words[0] if len(words) > 1 and words[0] in ("not", "only") and words[1] else ""
    if modifier:
        words = words[1:]
    if not words or not words[0] or words[0] in RESERVED:
        return NOT_ALWAYS
    if len(words) > 1 and (words[1] != "and" or set(words[2:]) - {"", "and", "not", "or"}):
        return NOT_ALWAYS  # broken, which never holds
    found = TYPES.get(words[0], NOWHERE)
    if len(words) > 1:
        found = found.both(NOT_ALWAYS)
    return found.denied() if modifier == "not" else found
