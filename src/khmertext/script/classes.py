"""The classes of UTN #61: which part of a syllable a character can be.

Each class is a frozenset of one-character strings. :data:`CHARACTER_CLASSES` tells the class of a character, and the
names in ``_SET`` are the same sets written as character classes of a regular expression, brackets included.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from khmertext.script.ucd import CHARACTERS

__all__ = [
    "ABOVE_VOWELS",
    "BA",
    "BASES",
    "BASE_SET",
    "BELOW_VOWELS",
    "CHARACTER_CLASSES",
    "COENG",
    "CONSONANTS",
    "DIGITS",
    "FINALS",
    "FINAL_SET",
    "GENERIC_BASES",
    "GENERIC_BASE_SET",
    "INDEPENDENT_VOWELS",
    "INVISIBLES",
    "JOINERS",
    "JOINER_SET",
    "KHMER",
    "KHMER_BLOCKS",
    "KHMER_RANGES",
    "KHMER_SET",
    "MODIFIERS",
    "MODIFIER_SET",
    "OTHERS",
    "OTHER_SET",
    "POST_VOWELS",
    "PRE_VOWELS",
    "RO",
    "ROBAT",
    "SHIFTERS",
    "SHIFTER_SET",
    "STRONG_CONSONANTS",
    "VOWELS",
    "VOWEL_POSITIONS",
    "VOWEL_SET",
    "WEAK_CONSONANTS",
    "ZWJ",
    "ZWNJ",
    "CharacterClass",
    "VowelPosition",
    "char_set",
]


class CharacterClass(Enum):
    """The class of a character.

    Source: UTN #61, its character classes. Generic bases are Base there; they are kept apart here, because
    they belong to no script and are Khmer only where a Khmer mark follows.
    """

    BASE = "base"
    GENERIC_BASE = "generic base"
    COENG = "coeng"
    ROBAT = "robat"
    SHIFTER = "shifter"
    VOWEL = "vowel"
    MODIFIER = "modifier"
    FINAL = "final"
    OTHER = "other"
    JOINER = "joiner"


class VowelPosition(Enum):
    """Where a part of a dependent vowel stands, seen from its base."""

    PRE = "pre"
    ABOVE = "above"
    BELOW = "below"
    POST = "post"


def span(first: int, last: int) -> frozenset[str]:
    """Return the characters from one code point to another, both included."""
    return frozenset(map(chr, range(first, last + 1)))


def find_ranges(chars: Iterable[str]) -> tuple[tuple[int, int], ...]:
    """Return the code points of the characters as ascending ranges, first and last included."""
    ranges: list[tuple[int, int]] = []
    for code in sorted(map(ord, chars)):
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], code)
        else:
            ranges.append((code, code))
    return tuple(ranges)


def char_set(chars: Iterable[str]) -> str:
    r"""Return the character class of a regular expression that matches one of the characters.

    Args:
        chars: One-character strings, each in the Basic Multilingual Plane.

    Example:
        >>> char_set("កខគ៍")
        '[\\u1780-\\u1782\\u17cd]'
    """
    parts = (
        f"\\u{first:04x}" if first == last else f"\\u{first:04x}-\\u{last:04x}" for first, last in find_ranges(chars)
    )
    return f"[{''.join(parts)}]"


KHMER_BLOCKS: Final = ((0x1780, 0x17FF), (0x19E0, 0x19FF))
"""First and last code point of the blocks Khmer and Khmer Symbols, unassigned code points included."""

KHMER: Final = frozenset(char for first, last in KHMER_BLOCKS for char in span(first, last) if ord(char) in CHARACTERS)
"""Every assigned Khmer character."""

KHMER_RANGES: Final = find_ranges(KHMER)
"""The assigned Khmer code points as ranges, first and last included: what is Khmer and what is not."""

# Base: consonants and independent vowels; 17A3 and 17A4 are deprecated (Unicode 16.4) and stand among the Others.
CONSONANTS: Final = span(0x1780, 0x17A2)
INDEPENDENT_VOWELS: Final = span(0x17A5, 0x17B3)
BASES: Final = CONSONANTS | INDEPENDENT_VOWELS
# What a mark is put on to be shown alone: hyphen-minus, no-break space, multiplication sign, dashes, bullet, dotted
# circle, squares.
GENERIC_BASES: Final = frozenset("\u002d\u00a0\u00d7\u2022\u25cc") | span(0x2012, 0x2015) | span(0x25FB, 0x25FE)

# A *coeng* in the grammar is this conjoiner with the letter that it puts below.
COENG: Final = "\u17d2"
RO: Final = "\u179a"
BA: Final = "\u1794"
ROBAT: Final = "\u17cc"
SHIFTERS: Final = frozenset("\u17c9\u17ca")

VOWEL_POSITIONS: Final[Mapping[str, frozenset[VowelPosition]]] = MappingProxyType(
    {
        "\u17b6": frozenset({VowelPosition.POST}),
        "\u17b7": frozenset({VowelPosition.ABOVE}),
        "\u17b8": frozenset({VowelPosition.ABOVE}),
        "\u17b9": frozenset({VowelPosition.ABOVE}),
        "\u17ba": frozenset({VowelPosition.ABOVE}),
        "\u17bb": frozenset({VowelPosition.BELOW}),
        "\u17bc": frozenset({VowelPosition.BELOW}),
        "\u17bd": frozenset({VowelPosition.BELOW}),
        "\u17be": frozenset({VowelPosition.PRE, VowelPosition.ABOVE}),
        "\u17bf": frozenset({VowelPosition.PRE, VowelPosition.ABOVE, VowelPosition.POST}),
        "\u17c0": frozenset({VowelPosition.PRE, VowelPosition.POST}),
        "\u17c1": frozenset({VowelPosition.PRE}),
        "\u17c2": frozenset({VowelPosition.PRE}),
        "\u17c3": frozenset({VowelPosition.PRE}),
        "\u17c4": frozenset({VowelPosition.PRE, VowelPosition.POST}),
        "\u17c5": frozenset({VowelPosition.PRE, VowelPosition.POST}),
    }
)
"""The positions of the parts of each dependent vowel.

Source: Unicode Character Database, IndicPositionalCategory.txt.
"""

VOWELS: Final = frozenset(VOWEL_POSITIONS)
# UTN #61 sorts by the part that is drawn first: a split vowel counts as a pre-base one.
PRE_VOWELS: Final = frozenset(vowel for vowel, where in VOWEL_POSITIONS.items() if VowelPosition.PRE in where)
ABOVE_VOWELS: Final = frozenset(vowel for vowel, where in VOWEL_POSITIONS.items() if where == {VowelPosition.ABOVE})
BELOW_VOWELS: Final = frozenset(vowel for vowel, where in VOWEL_POSITIONS.items() if where == {VowelPosition.BELOW})
POST_VOWELS: Final = frozenset(vowel for vowel, where in VOWEL_POSITIONS.items() if where == {VowelPosition.POST})

# Nonspacing signs after the vowel, then the two spacing ones that end a syllable.
MODIFIERS: Final = frozenset("\u17c6\u17cb\u17cd\u17ce\u17cf\u17d0\u17d1\u17dd")
FINALS: Final = frozenset("\u17c7\u17c8")

# The rest stands alone: deprecated letters, inherent vowels, the lunar sign 17D3, punctuation, digits, symbols.
OTHERS: Final = KHMER - BASES - VOWELS - SHIFTERS - MODIFIERS - FINALS - {COENG, ROBAT}
DIGITS: Final = span(0x17E0, 0x17E9)

ZWNJ: Final = "\u200c"
ZWJ: Final = "\u200d"
JOINERS: Final = frozenset((ZWNJ, ZWJ))
# Zero width space, word joiner, byte order mark, soft hyphen: between syllables they are the author's; between a base
# and its marks they break the syllable.
INVISIBLES: Final = frozenset("\u200b\u2060\ufeff\u00ad")

# The strength of consonants: which register shifter they take (UTN #61 on shifters). BA is in neither list:
# a cluster that contains it is always weak.
STRONG_CONSONANTS: Final = (
    span(0x1780, 0x1783)
    | span(0x1785, 0x1788)
    | span(0x178A, 0x178D)
    | span(0x178F, 0x1792)
    | span(0x1795, 0x1797)
    | span(0x179E, 0x17A0)
    | span(0x17A2, 0x17A2)
)
WEAK_CONSONANTS: Final = CONSONANTS - STRONG_CONSONANTS - {BA}

CHARACTER_CLASSES: Final[Mapping[str, CharacterClass]] = MappingProxyType(
    {
        char: kind
        for kind, chars in (
            (CharacterClass.BASE, BASES),
            (CharacterClass.GENERIC_BASE, GENERIC_BASES),
            (CharacterClass.COENG, {COENG}),
            (CharacterClass.ROBAT, {ROBAT}),
            (CharacterClass.SHIFTER, SHIFTERS),
            (CharacterClass.VOWEL, VOWELS),
            (CharacterClass.MODIFIER, MODIFIERS),
            (CharacterClass.FINAL, FINALS),
            (CharacterClass.OTHER, OTHERS),
            (CharacterClass.JOINER, JOINERS),
        )
        for char in sorted(chars)
    }
)
"""One-character string to class; a character that is not here has no part in Khmer syllables.

Example:
    >>> CHARACTER_CLASSES["ក"], CHARACTER_CLASSES.get("a")
    (<CharacterClass.BASE: 'base'>, None)
"""

KHMER_SET: Final = char_set(KHMER)
BASE_SET: Final = char_set(BASES)
GENERIC_BASE_SET: Final = char_set(GENERIC_BASES)
SHIFTER_SET: Final = char_set(SHIFTERS)
VOWEL_SET: Final = char_set(VOWELS)
MODIFIER_SET: Final = char_set(MODIFIERS)
FINAL_SET: Final = char_set(FINALS)
OTHER_SET: Final = char_set(OTHERS)
JOINER_SET: Final = char_set(JOINERS)
