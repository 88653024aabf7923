"""Characters and words of elsewhere that are met where Khmer is meant: facts for diagnosis.

Thai signs that look like Khmer ones, and the commonest Khmer words as 8-bit fonts of the Limon family spell them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["LIMON_WORDS", "THAI_LOOKALIKES"]

THAI_LOOKALIKES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "\u0e2f": "\u17d4",  # paiyannoi, khan
        "\u0e34": "\u17b7",  # sara i, vowel I
        "\u0e35": "\u17b8",  # sara ii, vowel II
        "\u0e36": "\u17b9",  # sara ue, vowel Y
        "\u0e37": "\u17ba",  # sara uee, vowel YY
        "\u0e48": "\u17cb",  # mai ek, bantoc
        "\u0e4d": "\u17c6",  # nikhahit, nikahit
        "\u0e4f": "\u17d9",  # fongman, phnaek muan
        "\u0e5a": "\u17d5",  # angkhankhu, bariyoosan
        "\u0e5b": "\u17da",  # khomut, koomuut
    }
)
"""Thai character to the Khmer one that it can be taken for.

Source: Unicode, UTS #39 (Unicode Security Mechanisms), confusables.txt.
"""

LIMON_WORDS: Final = frozenset(
    "Edl rbs; enH enaH eday cMnYn RbeTs CamYy TaMg RtUv sRmab; edIm,I edIm\u00bcI k\u00f1ug k\u00f1\u00fag Ex\u00b5r"
    " PasaEx\u00b5r km<uCa q\u00f1aM \u00e9f\u00b6 G\u00f1k elak RbCaCn P\u00f1MeBj k\u00be b\u00a4 Kat; eyIg mYy"
    " ext\u00fe eTA enA".split()
)
"""Frequent words of Khmer (which, of, this, that, by, number, country, with, all, in, Khmer, year, day ...) in Limon's
encoding, where Latin letters and signs stand for the shapes of Khmer. None is a word of a language in Latin script.

Source: the encoding of the Limon fonts, as converters between it and Unicode have it.
"""
