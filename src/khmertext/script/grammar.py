r"""The productions of Khmer spelling, as regular expressions in named pieces.

Two grammars over the same classes:

- the *strict* one is UTN #61's Modern Khmer syllable, which is the normal order too: ``SYLLABLE`` must match whole;
- the *lax* one is ours: ``CLUSTER`` takes what belongs to one syllable for the reader in whatever order it was typed,
  and matches at every place of every string.

Every piece is a string for :mod:`re` without capturing groups. ``CLUSTER`` needs the flag :data:`re.DOTALL`.

The repeats of ``CLUSTER`` are possessive and bounded (``MAX_MARKS``, ``MAX_COENGS``), so it takes linear time on any
text. Nothing in it looks behind: a text cut at the start of a cluster gives the same clusters in two parts as whole.
"""

from __future__ import annotations

from typing import Final

from khmertext.script.classes import (
    BA,
    BASE_SET,
    BASES,
    COENG,
    CONSONANTS,
    DIGITS,
    FINAL_SET,
    FINALS,
    GENERIC_BASE_SET,
    GENERIC_BASES,
    INDEPENDENT_VOWELS,
    JOINER_SET,
    JOINERS,
    KHMER,
    MODIFIER_SET,
    MODIFIERS,
    OTHER_SET,
    RO,
    ROBAT,
    SHIFTER_SET,
    SHIFTERS,
    STRONG_CONSONANTS,
    VOWEL_SET,
    VOWELS,
    WEAK_CONSONANTS,
    ZWNJ,
    char_set,
)

__all__ = [
    "CLUSTER",
    "COENGS",
    "HELD_UP_MUUSIKATOAN",
    "HELD_UP_TRIISAP",
    "JOINED_COENG",
    "LUNAR_DATE",
    "MAX_CLUSTER",
    "MAX_COENGS",
    "MAX_DIGITS",
    "MAX_MARKS",
    "MIDDLE_VOWELS",
    "SHAPED",
    "SIGNS",
    "STRONG_CLUSTER",
    "SYLLABLE",
    "WEAK_CLUSTER",
]

MUUSIKATOAN, TRIISAP = "\u17c9", "\u17ca"
ATTHACAN, SAMYOK_SANNYA, NIKAHIT = "\u17dd", "\u17d0", "\u17c6"
VOWEL_AA, VOWEL_U = "\u17b6", "\u17bb"
KHAN, CR = "\u17d4", "\r"

# --- Modern Khmer, strict -------------------------------------------------------------------------------------------

# UTN #61, the structure of the syllable: a base, or what stands in for one when marks are shown alone.
BASE: Final = char_set(BASES | GENERIC_BASES)

# UTN #61, coengs: at most two; coeng RO is the second of two.
COENGS: Final = f"(?:{COENG}{char_set(BASES - {RO})})?{COENG}{BASE_SET}"

# UTN #61, modifiers: at most two; samyok sannya and atthacan are not the first right after vowel U.
SIGNS: Final = (
    f"(?:{char_set(MODIFIERS - {SAMYOK_SANNYA, ATTHACAN})}|(?<!{VOWEL_U})[{SAMYOK_SANNYA}{ATTHACAN}]){MODIFIER_SET}?"
)

# UTN #61, register shifters: a strong cluster is consonants only, one of the strong list at least, and no BA; a weak
# one has BA, or nothing but weak consonants and independent vowels. Some are neither: a strong consonant below an
# independent vowel, a generic base. Robat and the conjoiner are skipped. Both look ahead over the onset of a cluster,
# from its base, and take nothing.
SKIPPED = COENG + ROBAT
STRONG_CLUSTER: Final = (
    f"(?={char_set({*WEAK_CONSONANTS, *SKIPPED})}*{char_set(STRONG_CONSONANTS)})"
    f"(?={char_set({*(CONSONANTS - {BA}), *SKIPPED})}++(?!{BASE_SET}))"
)
WEAK_CLUSTER: Final = (
    f"(?={char_set({*(BASES - {BA}), *GENERIC_BASES, *SKIPPED})}*{BA}"
    f"|{char_set({*WEAK_CONSONANTS, *INDEPENDENT_VOWELS, *SKIPPED})}++(?!{BASE_SET}))"
)

# UTN #61, register shifters: what pushes a shifter down, and where a ZWNJ may forbid it. One of the vowels that are
# all in front may stand between.
PUSHING = f"(?:[\u17b7-\u17ba\u17be{ATTHACAN}]|{VOWEL_AA}{NIKAHIT})"
IN_FRONT = "[\u17c1-\u17c3]?"
HELD_UP_TRIISAP: Final = f"{TRIISAP}{ZWNJ}(?={IN_FRONT}{PUSHING})"
HELD_UP_MUUSIKATOAN: Final = f"{MUUSIKATOAN}{ZWNJ}(?={IN_FRONT}(?:{PUSHING}|{SAMYOK_SANNYA}))"

ONSET = f"{BASE}{ROBAT}?(?:{COENGS})?"
RHYME = f"{VOWEL_SET}?(?:{SIGNS})?{FINAL_SET}?"

SYLLABLE: Final = (
    f"(?:{ONSET}{SHIFTER_SET}?{RHYME}"
    f"|{STRONG_CLUSTER}{ONSET}{HELD_UP_TRIISAP}{RHYME}"
    f"|{WEAK_CLUSTER}{ONSET}{HELD_UP_MUUSIKATOAN}{RHYME}"
    f"|{OTHER_SET})"
)
"""One syllable of Modern Khmer, or one character that stands alone. To be matched whole.

Source: UTN #61, the structure of the Modern Khmer syllable, where ZWNJ keeps a shifter from being pushed down only in
the places that UTN #61 allows.
"""

# --- Middle Khmer ---------------------------------------------------------------------------------------------------

# UTN #61, Middle Khmer: one part in front, below, above and behind at most, and none of the sequences that are not to
# be used: those that are one split vowel, and vowel U where a shifter is meant. 17BE has a part above already; the
# other split vowels have one behind.
VOWELS_IN_FRONT, VOWELS_BELOW, VOWELS_ABOVE = "[\u17c1-\u17c3]", "[\u17bb-\u17bd]", "[\u17b7-\u17ba]"
MIDDLE_VOWELS: Final = (
    "(?!.*(?:\u17c1.*[\u17b6\u17b8]|\u17c4.*\u17b8|\u17bb.*[\u17b7-\u17ba]|\u17be.*\u17bb))"
    f"(?:{VOWELS_IN_FRONT}?{VOWELS_BELOW}?{VOWELS_ABOVE}?{VOWEL_AA}?"
    f"|\u17be{VOWELS_BELOW}?{VOWEL_AA}?"
    f"|[\u17bf\u17c0\u17c4\u17c5]{VOWELS_BELOW}?{VOWELS_ABOVE}?)"
)
"""The vowels of a syllable of Middle Khmer, none included, in the order in which shapers take them.

Source: UTN #61, the structure of the Middle Khmer syllable; its sequences not to be used.
"""

# --- What shapers take ------------------------------------------------------------------------------------------------

# OpenType's syllable of Khmer: a letter, letters below, then vowels by their place, signs wherever, at most one letter
# below after the vowels, signs behind. Shapers take split vowels apart first, into 17C1 and themselves.
SHAPED_LETTER = char_set({*BASES, "\u17a3", "\u17a4"})
SHIFTER_OR_ROBAT = "[\u17c9\u17ca\u17cc]"
SHAPED_SIGNS = f"(?:{JOINER_SET}*+[\u17c6\u17cb\u17cd-\u17d1])*+"
SHAPED: Final = (
    f"(?:{SHAPED_LETTER}|{GENERIC_BASE_SET})(?:{JOINER_SET}?{SHIFTER_OR_ROBAT}{{1,2}})?"
    f"(?:{COENG}{SHAPED_LETTER}(?:{JOINER_SET}?{SHIFTER_OR_ROBAT})?)*+"
    f"(?:{COENG}|{SHAPED_SIGNS}{VOWELS_IN_FRONT}?{SHAPED_SIGNS}{VOWELS_BELOW}?{SHAPED_SIGNS}"
    f"(?:{JOINER_SET}?[\u17b7-\u17ba\u17be])?{SHAPED_SIGNS}[\u17b6\u17bf\u17c0\u17c4\u17c5]?{SHAPED_SIGNS}"
    f"(?:{COENG}{SHAPED_LETTER})?[\u17c7\u17c8\u17d3\u17dd]*+)"
)
"""A syllable that shapers draw without a dotted circle, its split vowels taken apart. To be matched whole.

Source: Microsoft's script development specification for Khmer, well-formed syllables; HarfBuzz's Khmer shaper, which
takes more than it: signs in several places, and a coeng after the vowels.
"""

# --- Clusters, lax --------------------------------------------------------------------------------------------------

MAX_MARKS: Final = 16
"""How many marks may follow one another in a cluster before it is cut."""
MAX_COENGS: Final = 8
"""How many conjoiners may follow the first character of a cluster before it is cut."""
MAX_DIGITS: Final = 4
"""How many digits an old lunar date takes; none above 15 means anything."""

# Whatever is drawn on or around a base. Inherent vowels (17B4 17B5) and the lunar sign 17D3 are nonspacing too:
# by UTN #61 they stand alone, but nothing is gained by tearing them from what they were typed on.
MARKS = {*VOWELS, *SHIFTERS, *MODIFIERS, *FINALS, ROBAT, "\u17b4", "\u17b5", "\u17d3"}
MARK_RUN = f"{char_set({*MARKS, *JOINERS})}{{0,{MAX_MARKS}}}+"

# Every letter can be put below, also the two deprecated ones. Canonical reordering (NFC, NFD) moves atthacan (class
# 230) between the conjoiner (class 9) and its letter, and people type joiners there: the letter still belongs to it.
LETTER = char_set({*BASES, "\u17a3", "\u17a4"})
STRAY = char_set({ATTHACAN, *JOINERS})
JOINED_COENG: Final = f"{COENG}(?:{LETTER}|{STRAY}{{1,{MAX_MARKS}}}+{LETTER})?"

# UTN #61, lunar dates: the symbols 19E0-19FF used to be typed as a number above or below a KHAN, by way of the
# conjoiner.
DIGIT_RUN = f"{char_set(DIGITS)}{{1,{MAX_DIGITS}}}+"
LUNAR_DATE: Final = f"(?:{DIGIT_RUN}{COENG}{KHAN}|{KHAN}{COENG}(?:{KHAN}|{DIGIT_RUN}))"

TAIL = f"{MARK_RUN}(?:{JOINED_COENG}{MARK_RUN}){{0,{MAX_COENGS}}}+"
PLAIN = char_set(KHMER - DIGITS - {KHAN, COENG})
SHOWN_MARKS = f"{GENERIC_BASE_SET}(?={JOINER_SET}{{0,{MAX_MARKS}}}+{char_set({*MARKS, COENG})})"
NOT_KHMER = f"[^{char_set({*KHMER, *GENERIC_BASES, CR})[1:]}"

# The order matters for speed alone, but for LUNAR_DATE: letters and plain text are most of every text.
CLUSTER: Final = (
    f"{PLAIN}{TAIL}|{NOT_KHMER}"
    f"|(?:{LUNAR_DATE}|{char_set({*DIGITS, KHAN})}|{JOINED_COENG}|{SHOWN_MARKS}){TAIL}"
    f"|{CR}\n|."
)
"""One cluster of any text: Khmer as it is read, everything else by code point, CR LF as one."""

MAX_CLUSTER: Final = MAX_DIGITS + 2 + MAX_MARKS + MAX_COENGS * (1 + MAX_MARKS + 1 + MAX_MARKS)
"""The most code points that one cluster can have. A longer row of marks is cut into several."""
