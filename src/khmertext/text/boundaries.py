"""Where clusters begin: at one place, or all over a text, without cutting it up.

Two ways to the same boundaries. ``CLUSTER`` is the definition: it matches one cluster after the other. Over a long text
a simple rule is many times faster: what is drawn on a base begins no cluster, nor does a letter after a conjoiner.
The rule is wrong in few places, and where they are can be told from two characters side by side, or from a long row of
marks. The cluster is matched there, and what the rule said is put right (:func:`mend_doubtful`).

The rule needs no loop over characters: the classes of all characters stand as bits in the bytes of one big integer,
and shifting it by one byte lays each character's predecessor under it.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import compress
from typing import Final

from khmertext.script import grammar
from khmertext.script.classes import BASES, COENG, DIGITS, JOINERS, KHMER
from khmertext.script.grammar import MAX_CLUSTER, MAX_COENGS, MAX_MARKS

__all__ = ["CLUSTER", "MAX_CLUSTER", "SHORTEST_CUT", "find_start", "find_starts", "mend_doubtful", "mend_long_rows"]

CLUSTER: Final = re.compile(grammar.CLUSTER, re.DOTALL)

KHAN, ATTHACAN = "\u17d4", "\u17dd"

# Whatever may stand inside a cluster: not where one surely begins.
INSIDE = frozenset(chr(code) for code in (*range(0x17B4, 0x17D5), 0x17DD)) | DIGITS | JOINERS
STRAYS = JOINERS | {ATTHACAN}

SHORTEST_CUT: Final = min(MAX_MARKS, MAX_COENGS) + 1
"""How many characters that begin no cluster stand in a row, at least, where a row of marks is cut."""


def find_start(text: str, place: int, floor: int) -> int:
    """Where a cluster surely begins, at or before a place; ``floor`` is the end of one found before."""
    start = place
    lowest = max(floor, place - MAX_CLUSTER)
    while start > lowest:
        char = text[start]
        if char not in INSIDE and char != "\n":
            before = start - 1
            while before > lowest and text[before] in STRAYS:
                before -= 1
            if text[before] != COENG:
                return start
        start -= 1
    # At the floor; or in a row of marks so long that the cuts in it must be found from its beginning.
    return start if start == floor else floor


# -- all over a text ---------------------------------------------------------------------------------------------------

# The bits of a character's class.
MARK, BELOW, LETTER, LINE_FEED, RETURN, TAKES_MARKS, JOINER, ATTHACAN_SIGN = (1 << bit for bit in range(8))

CHUNK = 1 << 15
"""Characters at a time: what is in work stays in the processor's cache."""
SHORT = 160
"""Up to here, matching one cluster after the other is as fast."""


def make_tables() -> tuple[bytes, bytes]:
    """Tables from the low and from the high byte of a UTF-16 code unit to bits; the class is where both agree."""
    low, high = bytearray(256), bytearray(256)
    classes = (
        (MARK, grammar.MARKS),
        (BELOW, {COENG}),
        (LETTER, BASES | {"\u17a3", "\u17a4"}),
        (LINE_FEED, {"\n"}),
        (RETURN, {"\r"}),
        # Digits and KHAN are left out: lunar dates begin with them. So are the symbols, which have another high byte.
        (TAKES_MARKS, {char for char in KHMER - DIGITS - {KHAN} if char < "\u1800"}),
        (JOINER, JOINERS),
        (ATTHACAN_SIGN, {ATTHACAN}),
    )
    for bit, chars in classes:
        for char in chars:
            low[ord(char) & 0xFF] |= bit
            high[ord(char) >> 8] |= bit
    return bytes(low), bytes(high)


LOW, HIGH = make_tables()
FIRST_PLANE = b"\xff" + bytes(255)  # nothing beyond it has a class


@cache
def ones(length: int) -> int:
    """The lowest bit of each of so many bytes."""
    return int.from_bytes(b"\x01" * length, "little")


def find_starts(text: str) -> list[int]:
    """Where the clusters of a text begin, in code points, ascending.

    Args:
        text: Any string.
    """
    if len(text) <= SHORT:
        return [match.start() for match in CLUSTER.finditer(text)]
    flags = bytearray(len(text))
    doubtful: list[int] = []
    size = min(CHUNK, 1 << len(text).bit_length())
    for first in range(0, len(text), size):
        flag_chunk(text, first, size, flags, doubtful)
    mend_doubtful(text, flags, doubtful)
    mend_long_rows(text, flags)
    return list(compress(range(len(text)), flags))


def flag_chunk(text: str, first: int, size: int, flags: bytearray, doubtful: list[int]) -> None:
    """Set the flags of one chunk by the rule, and add the places in it where the rule may be wrong."""
    # One character more than the chunk has: what stands before its first one.
    piece = text[first - 1 : first + size] if first else "\0" + text[:size]
    classes = classify(piece)
    before = classes << 8
    every = ones(size + 1)
    # Bit 0 of each byte counts; what the shifts bring into the others is masked off.
    drawn_on = classes | classes >> 1 | classes >> 6  # a mark, a conjoiner, a joiner
    joined = drawn_on | classes >> 2 & before >> 1 | classes >> 3 & before >> 4  # a letter below; LF after CR
    begins = (joined & every ^ every).to_bytes(size + 1, "little")
    flags[first : first + size] = begins[1 : len(piece)]
    # Doubtful is what is drawn on something that takes no marks, or takes them in a way of its own (digits, generic
    # bases, joiners), and what strays between a conjoiner and its letter.
    found = (drawn_on & ~(before >> 5) | (classes >> 6 | classes >> 7) & before >> 1) & every
    if found:
        places = found.to_bytes(size + 1, "little")
        place = places.find(1, 1)
        while place >= 0:
            doubtful.append(first - 1 + place)
            place = places.find(1, place + 1)


def classify(text: str) -> int:
    """The classes of characters as an integer of as many bytes, the first character lowest."""
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) == 2 * len(text):
        return int.from_bytes(units[::2].translate(LOW), "little") & int.from_bytes(
            units[1::2].translate(HIGH), "little"
        )
    # There are characters of two units.
    units = text.encode("utf-32-le", "surrogatepass")
    return (
        int.from_bytes(units[::4].translate(LOW), "little")
        & int.from_bytes(units[1::4].translate(HIGH), "little")
        & int.from_bytes(units[2::4].translate(FIRST_PLANE), "little")
    )


def mend_doubtful(text: str, flags: bytearray, doubtful: list[int]) -> None:
    """Put right what the simple rule said, at the places where it may be wrong.

    Args:
        text: Any string.
        flags: A byte for each character: 1 where a cluster begins by the rule. They are changed.
        doubtful: The places, ascending.
    """
    floor = 0
    for place in doubtful:
        if place >= floor:
            floor = mend_from(text, flags, find_start(text, place, floor), place)


def mend_long_rows(text: str, flags: bytearray) -> None:
    """Cut the rows of marks that are too long for one cluster, when all else is right."""
    row = bytes(SHORTEST_CUT)
    floor = 0
    place = flags.find(row)
    while place >= 0:
        floor = mend_from(text, flags, find_start(text, place, floor), place)
        place = flags.find(row, floor)


def mend_from(text: str, flags: bytearray, start: int, place: int) -> int:
    """Match clusters from one that surely begins, beyond a place, until the rule is right again; return up to where."""
    while True:
        found = CLUSTER.match(text, start)
        assert found is not None  # CLUSTER takes any character
        end = found.end()
        flags[start:end] = b"\x01" + bytes(end - start - 1)
        if end > place and (end == len(flags) or flags[end]):
            return end
        start = end
