"""The texts that a device page measures: what shaping engines get wrong, in groups.

Their order is part of the result code: what is changed here gets a new :data:`SAMPLES_VERSION`.

Source: UTN #61 (the Modern and the Middle Khmer syllable, register shifters); Unicode Standard, section 16.4;
Microsoft, "Developing OpenType Fonts for Khmer Script" (what is moved, and where dotted circles stand).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from khmertext.script.classes import (
    COENG,
    CONSONANTS,
    DIGITS,
    FINALS,
    INDEPENDENT_VOWELS,
    MODIFIERS,
    RO,
    ROBAT,
    VOWELS,
    ZWJ,
    ZWNJ,
)
from khmertext.script.everyday import everyday_counts

__all__ = ["SAMPLES_VERSION", "SampleGroup", "sample_groups", "sample_texts"]

SAMPLES_VERSION: Final = 1
"""Which list of samples a result code is about; 1 to 31."""

KA: Final = "\u1780"
STACK: Final = "\u179f\u17d2\u178f\u17d2\u179a"  # SA with TA and RO below
ZWSP: Final = "\u200b"
SPLIT: Final = "\u17be\u17bf\u17c0\u17c4\u17c5"
SPLIT_BASES: Final = ("\u1780\u17d2\u179a", "\u1781\u17d2\u1798", "\u1789", "\u1794", "\u1789\u17d2\u1787")
ABOVE: Final = "\u17b7\u17b8\u17b9\u17ba\u17be"
# HarfBuzz itself draws a dotted circle or none, by its version, where 17BE follows the non-joiner.
HELD: Final = "\u17b7\u17b8\u17b9\u17ba"
# Unicode 16.4: with a vowel above, a shifter moves below the base and looks like the vowel U; a non-joiner keeps it up.
SHIFTED: Final = (("\u17c9", "\u1784\u1789\u1794\u1798\u1799\u179a\u179c"), ("\u17ca", "\u179f\u17a0\u17a2"))
STACKS: Final = 36
PUNCTUATION: Final = "\u17d4\u17d5\u17d6\u17d7\u17db"
ROBATS: Final = ("\u1780", "\u1792\u1798", "\u179c\u178e", "\u1796\u178e", "\u1782")
JOINED: Final = (
    f"\u1780{ZWSP}\u1781",
    f"\u1797\u17b6\u179f\u17b6{ZWSP}\u1781\u17d2\u1798\u17c2\u179a",
    f"\u179f\u17d2\u178f\u17d2\u179a\u17b8{ZWSP}\u1798\u17d2\u1793\u17b6\u1780\u17cb",
    f"\u1780\u17be{ZWSP}\u17d4",
    "\u1780\u2060\u1781",
    f"\u1780{ZWJ}\u1781",
    f"\u1780{ZWNJ}\u1781",
    "\u179f\u17bd\u179f\u17d2\u178f\u17b8 \u1796\u17b7\u1797\u1796\u179b\u17c4\u1780",
    "\u17e1\u17e2\u17e3 \u1786\u17d2\u1793\u17b6\u17c6",
    "\u1780\u17d2\u1798\u17c1\u1784\u17d7",
)
MIDDLE: Final = (
    "\u1780\u17d2\u1781\u17d2\u1782\u17d2\u1784",
    "\u1780\u17b6\u17d2\u1780",
    "\u1780\u17b7\u17d2\u1793",
    "\u1780\u17bc\u17b6",
    "\u1780\u17c2\u17b7",
    "\u1780\u17bb\u17c6\u17d2\u179a",
    "\u1793\u17c5\u17bb",
    "\u1781\u17d2\u1798\u17c3\u17bc",
)
BROKEN: Final = ("\u17b6", "\u17c1", "\u17be", "\u17d2\u1780", "\u1780\u17c1\u17c1", "\u17c6\u17bb", "\u1780\u17d2")


class SampleGroup(NamedTuple):
    """Samples that try one thing.

    Attributes:
        name: What they try.
        texts: The samples, in their order.
        counts: Whether one that differs is a fault. What engines are free in is for information.
    """

    name: str
    texts: tuple[str, ...]
    counts: bool = True


@cache
def sample_groups() -> tuple[SampleGroup, ...]:
    """Return all groups. The first has letters alone, which need no shaping.

    Example:
        >>> groups = sample_groups()
        >>> groups[0].name, len({text for group in groups for text in group.texts}) > 280
        ('letters alone', True)
    """
    letters = sorted(CONSONANTS)
    vowels = sorted(VOWELS)
    groups = (
        ("letters alone", (*letters, *sorted(INDEPENDENT_VOWELS)), True),
        ("a letter with itself below", (letter + COENG + letter for letter in letters), True),
        ("RO below, which is drawn in front", (letter + COENG + RO for letter in letters if letter != RO), True),
        ("two letters below", iter_stacks(), True),
        ("vowels", (base + vowel for base in (KA, STACK) for vowel in vowels), True),
        ("vowels in two parts", (base + vowel for base in SPLIT_BASES for vowel in SPLIT), True),
        ("shifters", iter_shifted(), True),
        ("robat", (word + ROBAT + tail for word in ROBATS for tail in ("", "\u17b6")), True),
        (
            "signs",
            (
                *(base + sign for base in (KA, STACK) for sign in sorted(MODIFIERS | FINALS)),
                *(
                    KA + signs
                    for signs in ("\u17bb\u17c6", "\u17b6\u17c6", "\u17c1\u17c7", "\u17c4\u17c7", "\u17b7\u17c7")
                ),
            ),
            True,
        ),
        ("digits and punctuation", (*sorted(DIGITS), *PUNCTUATION), True),
        ("spaces without width, words", JOINED, True),
        ("Middle Khmer", MIDDLE, False),
        ("broken syllables", BROKEN, False),
    )
    return tuple(SampleGroup(name, tuple(dict.fromkeys(texts)), counts) for name, texts, counts in groups)


def sample_texts() -> tuple[str, ...]:
    """Return all samples in the order that result codes have them in.

    Example:
        >>> len(sample_texts()) == sum(len(group.texts) for group in sample_groups())
        True
    """
    return tuple(text for group in sample_groups() for text in group.texts)


def iter_stacks() -> Iterator[str]:
    """Yield the clusters with two letters below that are the most frequent in everyday Khmer."""
    stacked = [row for row in everyday_counts() if row.cluster.count(COENG) == 2 and row.known]
    yield from (row.cluster for row in sorted(stacked, key=lambda row: (-row.known, row.cluster))[:STACKS])


def iter_shifted() -> Iterator[str]:
    """Yield letters with a shifter: alone, pushed down by a vowel above, kept up by a non-joiner."""
    for shifter, letters in SHIFTED:
        for number, letter in enumerate(letters):
            yield letter + shifter
            # Each vowel with some letter, each letter with some vowels: not all of both.
            for vowel in (ABOVE[number % 5], ABOVE[(number + 2) % 5]):
                yield letter + shifter + vowel
            yield letter + shifter + ZWNJ + HELD[number % 4]
