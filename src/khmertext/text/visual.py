"""The visual form: those rewrites alone that keep the picture in every font.

Shapers put some spellings of a syllable into the same order before any font sees them; only such rewrites are here.
"""

from __future__ import annotations

import re

from khmertext.script.classes import BASES, COENG, RO, char_set

__all__ = ["explain_visually", "mend_visually"]

# Coeng ro is drawn in front of the whole syllable wherever it was typed.
COENG_RO_FIRST = re.compile(f"({COENG}{RO})({COENG}{char_set(BASES - {RO})})")


def mend_visually(cluster: str) -> str:
    """The visual form of a cluster: looks the same in every font, in the normal order as far as that goes."""
    return COENG_RO_FIRST.sub(r"\2\1", cluster)


def explain_visually(cluster: str) -> list[str]:
    """The names of the rules that a cluster's visual form takes."""
    return ["coeng-ro"] if COENG_RO_FIRST.search(cluster) else []
