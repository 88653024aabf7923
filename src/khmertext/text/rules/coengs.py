"""The letters below: coeng ro goes last, coeng da is written as coeng ta.

Source: UTN #61, coengs; its advice on 17D2 178A.
"""

from __future__ import annotations

from khmertext.script.classes import COENG, RO
from khmertext.text.syllables import Parts

__all__ = ["move_coeng_ro", "replace_coeng_da"]

COENG_DA, COENG_TA = COENG + "\u178a", COENG + "\u178f"


def move_coeng_ro(parts: Parts) -> bool:
    """Coeng ro follows every other coeng; it is drawn in front of all of them anyway."""
    ordered = sorted(parts.coengs, key=lambda coeng: coeng[1] == RO)
    changed = ordered != parts.coengs
    parts.coengs = ordered
    return changed


def replace_coeng_da(parts: Parts) -> bool:
    """In Modern Khmer, coeng da and coeng ta are one shape: it is written as coeng ta."""
    changed = COENG_DA in parts.coengs
    parts.coengs = [COENG_TA if coeng == COENG_DA else coeng for coeng in parts.coengs]
    return changed
