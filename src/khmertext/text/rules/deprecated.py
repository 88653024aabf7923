"""Letters that Unicode deprecates.

Source: Unicode, 16.4 (Khmer, deprecated characters); UTN #61, sequences not to be used.
"""

from __future__ import annotations

from khmertext.script.classes import COENG
from khmertext.text.syllables import Parts

__all__ = ["replace_deprecated"]

QAQ, QAA, LETTER_QA, VOWEL_AA = "\u17a3", "\u17a4", "\u17a2", "\u17b6"


def replace_deprecated(parts: Parts) -> bool:
    """17A3 becomes 17A2, and 17A4 becomes 17A2 17B6: as a base and as a coeng."""
    changed = False
    if parts.base in (QAQ, QAA):
        if parts.base == QAA:
            parts.vowels.insert(0, VOWEL_AA)
        parts.base = LETTER_QA
        changed = True
    for index, coeng in enumerate(parts.coengs):
        if coeng[1] in (QAQ, QAA):
            if coeng[1] == QAA:
                parts.vowels.insert(0, VOWEL_AA)
            parts.coengs[index] = COENG + LETTER_QA
            changed = True
    return changed
