"""Register shifters: vowel u typed for one that is drawn below, and the ZWNJ that holds one up.

Source: UTN #61, register shifters and downshifting.
"""

from __future__ import annotations

import re

from khmertext.script import grammar
from khmertext.script.classes import ABOVE_VOWELS, ZWNJ
from khmertext.text.syllables import Parts

__all__ = ["drop_idle_zwnj", "natural_shifter", "replace_vowel_u"]

VOWEL_U, VOWEL_AA, VOWEL_OE = "\u17bb", "\u17b6", "\u17be"
NIKAHIT, SAMYOK_SANNYA, ATTHACAN = "\u17c6", "\u17d0", "\u17dd"
MUUSIKATOAN, TRIISAP = "\u17c9", "\u17ca"

STRONG = re.compile(grammar.STRONG_CLUSTER)
WEAK = re.compile(grammar.WEAK_CLUSTER)
HELD_UP = {TRIISAP: re.compile(grammar.HELD_UP_TRIISAP), MUUSIKATOAN: re.compile(grammar.HELD_UP_MUUSIKATOAN)}


def natural_shifter(onset: str) -> str:
    """The shifter that is drawn as vowel u on an onset: triisap on a strong one, muusikatoan on a weak one.

    Args:
        onset: A base with its robat and coengs; "" has no shifter.

    Returns:
        The shifter, or "" where UTN #61 takes the cluster for neither.

    Example:
        >>> natural_shifter("ស") == "\u17ca", natural_shifter("ប") == "\u17c9"
        (True, True)
    """
    return TRIISAP if STRONG.match(onset) else MUUSIKATOAN if WEAK.match(onset) else ""


def replace_vowel_u(parts: Parts) -> bool:
    """Vowel u together with a vowel above is a shifter that was pushed down: it is written as the shifter."""
    if VOWEL_U not in parts.vowels or parts.shifters:
        return False
    shifter = natural_shifter(parts.onset) if parts.base else ""
    pushed = (
        any(vowel in ABOVE_VOWELS or vowel == VOWEL_OE for vowel in parts.vowels)
        or ATTHACAN in parts.modifiers
        or (VOWEL_AA in parts.vowels and NIKAHIT in parts.modifiers)
        or (shifter == MUUSIKATOAN and SAMYOK_SANNYA in parts.modifiers)
    )
    if not shifter or not pushed:
        return False
    parts.vowels.remove(VOWEL_U)
    parts.shifters.append(shifter)
    return True


def drop_idle_zwnj(parts: Parts) -> bool:
    """A ZWNJ beside a shifter stays only where the shifter would be pushed down without it."""
    if not parts.held:
        return False
    if len(parts.shifters) == 1 and parts.base and parts.shifters[0] == natural_shifter(parts.onset):
        rest = "".join((*parts.vowels, *parts.modifiers, *parts.finals))
        if HELD_UP[parts.shifters[0]].match(parts.shifters[0] + ZWNJ + rest):
            return False
    parts.held = False
    return True
