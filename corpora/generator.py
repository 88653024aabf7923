"""Synthetic Khmer, made from the grammar: every class of character, in every place where it may stand.

It is not language: the syllables are well-formed and mean nothing. The same seed gives the same text everywhere. What
may stand where comes from :mod:`khmertext.script`; nothing of it is written down here a second time. Damage is in
:mod:`corpora.misspelling`, and can be had from here too.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from random import Random

from corpora.misspelling import damage, misspell, spell_wrongly
from khmertext import is_normalized, split_clusters
from khmertext.script import grammar
from khmertext.script.classes import (
    BASES,
    COENG,
    DIGITS,
    FINALS,
    GENERIC_BASES,
    MODIFIERS,
    OTHERS,
    RO,
    ROBAT,
    SHIFTERS,
    VOWELS,
    ZWJ,
    ZWNJ,
)
from khmertext.script.profiles import Structure
from khmertext.text.syllables import is_middle_syllable

__all__ = [
    "damage",
    "is_valid",
    "iter_representatives",
    "iter_syllables",
    "iter_words",
    "make_text",
    "misspell",
    "spell_wrongly",
]

MODERN, MIDDLE = Structure.MODERN, Structure.MIDDLE
KA, BA = "ក", "ប"  # a strong and a weak base
VOWEL_U, VOWEL_I = "\u17bb", "\u17b7"
KHAN, LEK_TOO = "។", "ៗ"

SYLLABLE = re.compile(grammar.SYLLABLE)
MIDDLE_VOWELS = re.compile(grammar.MIDDLE_VOWELS)


def is_valid(syllable: str, structure: Structure = MODERN, *, coeng_da: bool = False) -> bool:
    """Whether a text is one well-formed syllable: a Modern one in normal form, or a Middle one.

    Args:
        syllable: Any text.
        structure: Of which Khmer.
        coeng_da: Whether coeng da counts as normal.

    Example:
        >>> is_valid("ខ្មែ"), is_valid("ខែ្ម"), is_valid("ខ្មែរ")
        (True, False, False)
    """
    if split_clusters(syllable) != [syllable]:
        return False
    if structure is MIDDLE:
        return is_middle_syllable(syllable)
    return SYLLABLE.fullmatch(syllable) is not None and is_normalized(syllable, keep_coeng_da=coeng_da)


@cache
def vowel_runs(structure: Structure) -> tuple[str, ...]:
    """The vowels that one syllable can have: one, or in Middle Khmer up to four."""
    longest = 1 if structure is MODERN else 4
    runs = ("".join(run) for length in range(longest) for run in itertools.product(sorted(VOWELS), repeat=length + 1))
    return tuple(run for run in runs if MIDDLE_VOWELS.fullmatch(run))


class Deck:
    """Cards that are all dealt before any is dealt again: what is rare is not left to chance.

    Args:
        cards: What is dealt.
        random: Shuffles them.
    """

    def __init__(self, cards: Iterable[str], random: Random) -> None:
        self.cards = sorted(cards)
        self.random = random
        self.left: list[str] = []

    def deal(self, chance: float = 1) -> str:
        """The next card, or nothing in all cases but a share of ``chance``."""
        if chance < 1 and self.random.random() >= chance:
            return ""
        if not self.left:
            self.left = self.random.sample(self.cards, len(self.cards))
        return self.left.pop()


def iter_representatives(structure: Structure = MODERN, *, coeng_da: bool = False) -> Iterator[str]:
    """One syllable for each thing that syllables are made of, always the same ones.

    Args:
        structure: Of which Khmer.
        coeng_da: Whether coeng da is among the coengs of Modern Khmer.

    Example:
        >>> made = list(iter_representatives())
        >>> "ខ" in made, "ក្ស្រ" in made, "ក្ដ" in made
        (True, True, False)
    """
    signs = sorted(MODIFIERS)
    everything = (
        sorted(BASES | OTHERS),
        (base + VOWEL_I for base in sorted(GENERIC_BASES)),
        (KA + COENG + base for base in sorted(BASES)),
        (KA + COENG + base + COENG + RO for base in sorted(BASES - {RO})),
        (KA + run for run in vowel_runs(structure)),
        (base + shifter + rest for base in (KA, BA) for shifter in sorted(SHIFTERS) for rest in ("", ZWNJ + VOWEL_I)),
        (KA + mark for mark in (*signs, *sorted(FINALS), ROBAT)),
        (KA + one + other for one, other in itertools.permutations(signs, 2)),
        (KA + run + ZWJ + COENG + base for run in ("\u17b6", VOWEL_U) for base in sorted(BASES)),
    )
    for syllable in itertools.chain.from_iterable(everything):
        if is_valid(syllable, structure, coeng_da=coeng_da):
            yield syllable


def iter_syllables(
    seed: int, count: int, structure: Structure = MODERN, *, coeng_da: bool = False, alone: bool = True
) -> Iterator[str]:
    """Well-formed syllables; a few thousand have everything that the grammar knows.

    Args:
        seed: The same gives the same syllables.
        count: How many.
        structure: Of Modern Khmer, in normal form, or of Middle Khmer, with several vowels and final coengs.
        coeng_da: Whether coeng da may occur in Modern Khmer, where normal form has coeng ta.
        alone: Whether characters that stand alone and generic bases occur too.

    Example:
        >>> list(iter_syllables(1, 3)) == list(iter_syllables(1, 3))
        True
    """
    random = Random(seed)
    vowels, bases, coengs = (Deck(cards, random) for cards in (vowel_runs(structure), BASES, BASES))
    before_ro, shifters, signs = (Deck(cards, random) for cards in (BASES - {RO}, SHIFTERS, MODIFIERS))
    finals, others, generic = (Deck(cards, random) for cards in (FINALS, OTHERS, GENERIC_BASES))
    made = 0
    while made < count:
        syllable = others.deal(0.04 * alone) or generic.deal(0.02 * alone) or bases.deal()
        if syllable not in OTHERS:
            syllable += ROBAT if random.random() < 0.03 else ""
            below = coengs.deal(0.35)
            above = before_ro.deal(0.2) if below else ""
            syllable += "".join(COENG + letter for letter in (above, below) if letter)
            shifter = shifters.deal(0.12)
            syllable += shifter + (ZWNJ if shifter and random.random() < 0.5 else "") + vowels.deal(0.7)
            sign = signs.deal(0.15)
            syllable += sign + signs.deal(0.2 if sign else 0) + finals.deal(0.08)
            if structure is MIDDLE and random.random() < 0.2:
                syllable += ZWJ + COENG + bases.deal()
        if is_valid(syllable, structure, coeng_da=coeng_da) and syllable not in GENERIC_BASES:
            made += 1
            yield syllable


def iter_words(seed: int, count: int, structure: Structure = MODERN) -> Iterator[str]:
    """Words of one to four syllables, without characters that stand alone.

    Args:
        seed: The same gives the same words.
        count: How many.
        structure: Of which Khmer.

    Example:
        >>> len(list(iter_words(1, 10)))
        10
    """
    random = Random(seed)
    for number in range(count):
        length = random.choices((1, 2, 3, 4), (4, 4, 2, 1))[0]
        yield "".join(iter_syllables(seed * 1_000_003 + number, length, structure, alone=False))


def make_text(seed: int, characters: int) -> str:
    """Text of Modern Khmer in normal form: words with ZWSP or without, numbers, Latin words, sentences, lines.

    Args:
        seed: The same gives the same text.
        characters: How long at least; it ends with the sentence that reaches that.

    Example:
        >>> 500 <= len(make_text(1, 500)) < 1000
        True
    """
    random = Random(seed)
    words = list(iter_words(seed, min(2000, characters // 4 + 1)))
    pieces: list[str] = []
    length = 0
    while length < characters:
        between = random.choice(("", "\u200b"))
        phrases = (make_phrase(words, between, random) for _ in range(random.randint(1, 4)))
        pieces.append(" ".join(phrases) + KHAN + random.choice(" \n"))
        length += len(pieces[-1])
    return "".join(pieces)


def make_phrase(words: Sequence[str], between: str, random: Random) -> str:
    chosen = random.choices(words, k=random.randint(2, 8))
    if random.random() < 0.2:
        chosen.append("".join(random.choices(sorted(DIGITS), k=random.randint(1, 4))))
    if random.random() < 0.1:
        chosen[-1] += LEK_TOO
    if random.random() < 0.05:
        chosen.append(random.choice((" Khmer Unicode", " 2024", " example.org", " 👋")))
    return between.join(chosen)
