"""What editors need: where the caret may stand, what a key removes, and texts cut short without breaking a syllable.

The caret moves by cluster, since nobody can see into one; backspace takes one character, since that is how a cluster
was typed. Around a position only its surroundings are looked at: back to where a cluster surely begins, which is a
letter or so before, but in a long row of marks or digits the row's beginning.

Outside Khmer a step is one code point with the marks, joiners and emoji modifiers after it: near enough to UAX #29 that
nothing falls apart.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import islice

from khmertext.script.classes import COENG
from khmertext.text.boundaries import CLUSTER, INSIDE, STRAYS, find_start

__all__ = [
    "backspace",
    "caret_positions",
    "delete",
    "next_caret",
    "previous_caret",
    "truncate_bytes",
    "truncate_clusters",
]

ZWJ = "\u200d"
EMOJI_MODIFIERS = frozenset(map(chr, range(0x1F3FB, 0x1F400)))
FLAG_LETTERS = frozenset(map(chr, range(0x1F1E6, 0x1F200)))
KHMER_FIRST, KHMER_LAST = "\u1780", "\u17ff"


def caret_positions(text: str) -> list[int]:
    """Where a caret may stand: before and after each cluster.

    Args:
        text: Any string.

    Returns:
        Positions in code points, ascending, from 0 to the length of the text.

    Example:
        >>> caret_positions("ខ្មែរ")
        [0, 4, 5]
    """
    return [0, *iter_carets(text, 0)]


def next_caret(text: str, position: int) -> int:
    """Where the caret goes from a position on "right": the end of the cluster that it is in or in front of.

    Args:
        text: Any string.
        position: In code points.

    Returns:
        The next position; the length of the text from there.

    Raises:
        IndexError: The position is not in the text.

    Example:
        >>> next_caret("ខ្មែរ", 0), next_caret("ខ្មែរ", 2)
        (4, 4)
    """
    require_position(text, position)
    return next((caret for caret in iter_carets(text, sure_start(text, position)) if caret > position), len(text))


def previous_caret(text: str, position: int) -> int:
    """Where the caret goes from a position on "left": the start of the cluster that it is in or behind.

    Args:
        text: Any string.
        position: In code points.

    Raises:
        IndexError: The position is not in the text.

    Example:
        >>> previous_caret("ខ្មែរ", 5), previous_caret("ខ្មែរ", 4), previous_caret("ខ្មែរ", 2)
        (4, 0, 0)
    """
    require_position(text, position)
    return last_caret(text, position - 1)


def backspace(text: str, position: int) -> tuple[str, int]:
    """Remove what was typed last before the caret: one code point, or CR LF.

    Args:
        text: Any string.
        position: Where the caret is, in code points.

    Returns:
        The text without it, and where the caret is then.

    Raises:
        IndexError: The position is not in the text.

    Example:
        >>> backspace("ខ្មែ", 4)
        ('ខ្ម', 3)
    """
    require_position(text, position)
    count = 2 if text.endswith("\r\n", 0, position) else min(position, 1)
    return text[: position - count] + text[position:], position - count


def delete(text: str, position: int) -> str:
    """Remove the cluster behind the caret, or the rest of it where the caret stands inside.

    Args:
        text: Any string.
        position: Where the caret is, in code points.

    Returns:
        The text without it; the caret stays.

    Raises:
        IndexError: The position is not in the text.

    Example:
        >>> delete("ខ្មែរ", 0)
        'រ'
    """
    return text[:position] + text[next_caret(text, position) :]


def truncate_clusters(text: str, count: int) -> str:
    """The first clusters of a text.

    Args:
        text: Any string.
        count: How many clusters to keep at most.

    Raises:
        ValueError: ``count`` is negative.

    Example:
        >>> truncate_clusters("សួស្តី", 1)
        'សួ'
    """
    if count < 0:
        raise ValueError(f"a number of clusters is 0 or more, not {count}")
    return text[: [0, *islice(iter_carets(text, 0), count)][-1]]


def truncate_bytes(text: str, limit: int, encoding: str = "utf-8") -> str:
    """As much of a text as fits into a number of bytes, cut between clusters.

    Args:
        text: Any string that can be encoded.
        limit: Bytes at most.
        encoding: A Python codec without a byte order mark: "utf-8", "utf-16-le".

    Raises:
        ValueError: ``limit`` is negative, or the text cannot be encoded.

    Example:
        >>> truncate_bytes("សួស្តី", 17)
        'សួ'
    """
    if limit < 0:
        raise ValueError(f"a number of bytes is 0 or more, not {limit}")
    # No code point takes less than a byte: what lies beyond need not be looked at.
    data = text[:limit].encode(encoding)
    if len(data) <= limit and len(text) <= limit:
        return text
    return text[: last_caret(text, len(data[:limit].decode(encoding, "ignore")))]


# -- places --------------------------------------------------------------------------------------------------------


def iter_carets(text: str, start: int) -> Iterator[int]:
    """Where a caret may stand behind a place where it may stand, to the end of the text.

    Args:
        text: Any string.
        start: The place, in code points; no pair of flag letters lies across it.
    """
    flags = 0  # how many letters of flags stand in a row before ``end``
    end = start
    while end < len(text):
        found = CLUSTER.match(text, end)
        assert found is not None  # CLUSTER takes any character
        end = found.end()
        flags = flags + 1 if text[end - 1] in FLAG_LETTERS else 0
        if end == len(text) or not joins(text[end - 1], text[end], flags):
            yield end


def last_caret(text: str, position: int) -> int:
    """The last place up to a position where a caret may stand."""
    if position <= 0:
        return 0
    if position >= len(text):
        return len(text)
    last = start = sure_start(text, position)
    for caret in iter_carets(text, start):
        if caret > position:
            break
        last = caret
    return last


def sure_start(text: str, position: int) -> int:
    """A place at or before a position where a caret may stand, and a cluster begins, whatever is before it."""
    start = min(position, len(text) - 1)
    while start > 0:
        char, before = text[start], text[start - 1]
        if char not in INSIDE and char != "\n" and char not in FLAG_LETTERS and not joins(before, char, 0):
            at = start - 1
            while at > 0 and text[at] in STRAYS:
                at -= 1
            if text[at] != COENG:
                return start
        start -= 1
    return 0


def start_of_cluster(text: str, position: int) -> int:
    """The start of the cluster that a position lies in; the position itself where one begins, or at the end."""
    if position >= len(text):
        return len(text)
    start = find_start(text, position, 0)
    while True:
        found = CLUSTER.match(text, start)
        assert found is not None  # CLUSTER takes any character
        if found.end() > position:
            return start
        start = found.end()


def joins(before: str, char: str, flags: int) -> bool:
    """Whether a character belongs to the one before it, outside Khmer.

    Args:
        before: The one before.
        char: The character.
        flags: How many letters of flags stand in a row before it.

    Source: UAX #29, rules GB9, GB9a, GB11, GB12: marks, joiners, emoji sequences and pairs of flag letters.
    """
    if KHMER_FIRST <= char <= KHMER_LAST or KHMER_FIRST <= before <= KHMER_LAST or before in "\r\n":
        return False
    if char == ZWJ or char in EMOJI_MODIFIERS or (before == ZWJ and not char.isascii()):
        return True
    if char in FLAG_LETTERS:
        return flags % 2 == 1
    return not char.isascii() and unicodedata.category(char).startswith("M")


def require_position(text: str, position: int) -> None:
    if not 0 <= position <= len(text):
        raise IndexError(f"position {position} is not in a text of {len(text)} code points")
