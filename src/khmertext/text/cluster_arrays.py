"""Where clusters begin, as an array: many times faster than a list of numbers, and ready for NumPy.

Needs the ``numpy`` extra; nothing else in this package imports this module. The rule and the places where it may be
wrong are those of :mod:`khmertext.text.boundaries`, said in comparisons of code units. A code is in a range where the
difference to the first, taken without sign, is small.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from khmertext.script.classes import ZWJ, ZWNJ
from khmertext.text.boundaries import SHORTEST_CUT, mend_doubtful, mend_long_rows

__all__ = ["cluster_starts_array"]

CHUNK: Final = 1 << 16

# What the rule treats in ways of its own; to look for them costs less than to compare every character.
RARE: Final = (ZWNJ, ZWJ, "\u17dd", "\r")


def cluster_starts_array(text: str) -> NDArray[np.intp]:
    """Return where the clusters of a text begin: :func:`khmertext.cluster_starts` as an array.

    Args:
        text: Any string; lone surrogates and NUL are fine.

    Returns:
        Positions in code points, ascending; the first is 0. Empty when the text is.

    Raises:
        TypeError: ``text`` is not a str.

    Example:
        >>> cluster_starts_array("សួស្តី").tolist()
        [0, 2]
    """
    codes = read_codes(text)
    flags = bytearray(len(text))
    begins = np.frombuffer(flags, dtype=np.bool_)
    doubtful: list[int] = []
    for first in range(0, len(text), CHUNK):
        rare = any(text.find(char, max(first - 1, 0), first + CHUNK) >= 0 for char in RARE)
        # One character more than the chunk has: what stands before its first one.
        doubts = flag_chunk(codes[first : first + CHUNK + 1], begins[first : first + CHUNK], rare)
        if doubts.any():
            doubtful += (np.flatnonzero(doubts) + first).tolist()
    mend_doubtful(text, flags, doubtful)
    if has_row(begins):
        mend_long_rows(text, flags)
    return np.flatnonzero(begins)


def read_codes(text: str) -> NDArray[Any]:
    """The code points, behind a NUL; of two bytes each where that is enough."""
    data = ("\0" + text).encode("utf-16-le", "surrogatepass")
    if len(data) == 2 * len(text) + 2:
        return np.frombuffer(data, dtype="<u2")
    return np.frombuffer(("\0" + text).encode("utf-32-le", "surrogatepass"), dtype="<u4")


def has_row(begins: NDArray[np.bool_]) -> bool:
    """Whether there may be a row of marks that is cut: eight characters that begin no cluster, of nine or more."""
    assert SHORTEST_CUT >= 8
    for first in range(0, len(begins), CHUNK):
        row = begins[first : first + CHUNK + 8]
        for distance in (1, 2, 4):
            row = row[:-distance] | row[distance:]
        if not row.all():
            return True
    return False


def flag_chunk(codes: NDArray[Any], begins: NDArray[np.bool_], rare: bool) -> NDArray[np.bool_]:
    """Set the flags of one chunk by the rule; return where it is doubtful.

    Args:
        codes: The code points, with the one before the first.
        begins: The flags, one less; they are changed.
        rare: Whether one of RARE is among the code points.
    """
    number = codes.dtype.type
    khmer = codes - number(0x1780)
    coeng = khmer == 0x52
    takes_marks = khmer < 0x54
    joined = khmer[1:] < 0x34
    joined &= coeng[:-1]
    # From the inherent vowels 17B4 to the lunar sign 17D3, the conjoiner 17D2 included.
    khmer -= number(0x34)
    drawn_on = khmer < 0x20
    if rare:
        atthacan = khmer == 0x29
        strays = atthacan | ((codes | number(1)) == 0x200D)
        takes_marks |= atthacan
        drawn_on |= strays
        joined |= (codes[1:] == 0x0A) & (codes[:-1] == 0x0D)
    joined |= drawn_on[1:]
    np.logical_not(joined, out=begins)
    doubtful: NDArray[np.bool_] = drawn_on[1:] > takes_marks[:-1]
    if rare:
        doubtful |= strays[1:] & coeng[:-1]
    return doubtful
