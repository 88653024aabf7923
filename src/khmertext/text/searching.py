"""Search keys: one key for all that a reader takes for the same word.

A key goes further than normal form. It is for comparing and indexing, never for storing or showing: it throws away
differences that an author may mean.
"""

from __future__ import annotations

import re

from khmertext.script import grammar
from khmertext.script.classes import (
    BASE_SET,
    COENG,
    INVISIBLES,
    JOINER_SET,
    JOINERS,
    MODIFIER_SET,
    ROBAT,
    SHIFTERS,
    STRONG_CONSONANTS,
    ZWNJ,
)
from khmertext.text.normalization import normalize
from khmertext.text.rules.shifters import natural_shifter

__all__ = ["search_key"]

# Nobody sees them; they come first, because a mark may find its base when they are gone.
UNSEEN = re.compile(f"[{''.join(sorted(INVISIBLES))}\u17b4\u17b5]+")

# Unicode, 16.4: 17B2 is a variant of 17B1; 17D8 is discouraged, and spelled with the letter between two khans.
SPELLED = re.compile("[\u17b2\u17d8]")
SPELLINGS = {"\u17b2": "\u17b1", "\u17d8": "\u17d4\u179b\u17d4"}

# A register shifter on its onset, before what can push it down; samyok sannya pushes muusikatoan only.
SHIFTED = re.compile(
    f"({BASE_SET}{ROBAT}?(?:{COENG}{BASE_SET}){{0,{grammar.MAX_COENGS}}})"
    f"(?:([\u17c9\u17ca]){ZWNJ}?(?={grammar.IN_FRONT}{grammar.PUSHING})|(\u17c9){ZWNJ}?(?={grammar.IN_FRONT}\u17d0))"
)
IDLE = re.compile(f"(?<=[\u1780-\u17dd]){JOINER_SET}+(?!{COENG}{BASE_SET})|(?<=[\u17c9\u17ca]){ZWNJ}")
SIGNS = re.compile(f"{MODIFIER_SET}{{2,}}")

DIGITS = {code: code - first + ord("0") for first in (0x17E0, 0x17F0) for code in range(first, first + 10)}
KHMER_DIGIT = re.compile("[\u17e0-\u17e9\u17f0-\u17f9]")
MAX_ROUNDS = 8


def search_key(text: str) -> str:
    """A key under which a text is found however it was typed.

    The normal form of UTN #61, and then: coeng da is coeng ta in every language; a register shifter that is pushed down
    is vowel U, also where a ZWNJ holds it up; several signs stand in one order; joiners, zero width spaces, soft
    hyphens and inherent vowels are gone; 17B2 is 17B1; 17D8 is spelled out; Khmer digits and lek attak are ASCII
    digits; everything outside Khmer is case-folded.

    Args:
        text: Any string.

    Returns:
        The key: equal for texts that look the same in every font tried, and for spellings of one word that normal form
        unites. It is its own key, and that of the normal form.

    Raises:
        TypeError: ``text`` is not a str.

    Example:
        >>> search_key("ឲ្យ ២០២៤") == search_key("ឱ្យ\u200b 2024")
        True

    Source: UTN #61, register shifters, sequences not to be used; Unicode, 16.4 (Khmer).
    """
    text = normalize(text)
    for _ in range(MAX_ROUNDS):
        key = fold(text)
        if key == text:
            break
        text = key
    return text


def fold(text: str) -> str:
    """One round: what is gone can bring together what the next round unites."""
    text = normalize(UNSEEN.sub("", text.casefold()))
    text = SPELLED.sub(lambda found: SPELLINGS[found[0]], text)
    if not SHIFTERS.isdisjoint(text):
        text = SHIFTED.sub(fold_shifter, text)
    if any(joiner in text for joiner in JOINERS):
        text = IDLE.sub("", text)
    text = SIGNS.sub(lambda found: "".join(sorted(found[0])), text)
    return KHMER_DIGIT.sub(lambda found: chr(DIGITS[ord(found[0])]), text)


def fold_shifter(found: re.Match[str]) -> str:
    """A shifter that is pushed down becomes vowel U, as which it is drawn.

    UTN #61 tells by the strength of the cluster which of the two that is. Where a coeng and its base differ in
    strength, fonts push down muusikatoan where triisap is prescribed, so that both are taken for vowel U.
    """
    onset, shifter = found[1], found[2] or found[3]
    letters = [letter for letter in onset if letter not in (COENG, ROBAT)]
    mixed = len({letter in STRONG_CONSONANTS for letter in letters}) > 1
    return f"{onset}\u17bb" if mixed or shifter == natural_shifter(onset) else found[0]
