"""The visual form: those rewrites alone that keep the picture in every font tried.

Shapers put the parts of a syllable into an order of their own before any font sees them: the vowels 17C1-17C3 go to
its front, and coeng ro goes there too. So where these two were typed makes no difference. For the other rewrites it is
the fonts that decide: what is here drew the same outlines at the same places in fonts of three makers, for each of
260,295 strings (tests/conformance/test_pictures.py). What one of them draws otherwise is left to the normal form.

A syllable that shapers show with a dotted circle is not touched: mending it changes what the reader sees. Nor is one
with more coengs than shapers look at to find coeng ro, or on a sign that stands in for a base.
"""

from __future__ import annotations

import re
from functools import cache

from khmertext.script import grammar
from khmertext.script.classes import (
    BASES,
    COENG,
    CONSONANTS,
    FINAL_SET,
    GENERIC_BASES,
    JOINER_SET,
    MODIFIER_SET,
    RO,
    ROBAT,
    ZWJ,
    char_set,
)

__all__ = ["explain_visually", "is_drawn_whole", "mend_visually"]

SPLIT_VOWEL = re.compile("(?=[\u17be-\u17c0\u17c4\u17c5])")
TRAILING = re.compile(f"{JOINER_SET}+\\Z")

LETTER_BELOW = f"{COENG}{char_set(BASES - {RO})}"
RO_BELOW = f"{COENG}{RO}"
LETTER = char_set(BASES | GENERIC_BASES)
NOT_IN_FRONT = "[\u17b6-\u17bd\u17c6\u17c9-\u17d1]"  # marks that stay where they were typed
IN_FRONT = "[\u17c1-\u17c3]"
SIGN = char_set("\u17c6\u17cb\u17cd\u17ce\u17cf\u17d0\u17d1")

# Narrow letters leave no room for the vowel's right part and its signs alike; on these four, fonts differ.
ROOMY = char_set(CONSONANTS - set("\u179a\u179c\u179d\u179e"))
# The bases on which every font tried draws a shifter below as it draws vowel U.
PUSHES_MUUSIKATOAN, PUSHES_TRIISAP = "[\u1784\u1789\u1793\u1794\u1798\u1799\u179a\u179b\u179c]", "[\u179f\u17a0]"
ABOVE = "[\u17b7-\u17ba]"
SIGNS_ONLY = f"(?={MODIFIER_SET}*+{FINAL_SET}*+\\Z)"

REWRITES = (
    # Drawn in front of the whole syllable wherever it was typed.
    ("coeng-ro", f"^({LETTER}{ROBAT}?+(?:{LETTER_BELOW})*)({RO_BELOW})({LETTER_BELOW})(?!.*{RO_BELOW})", r"\1\3\2"),
    ("order", f"^({LETTER}{ROBAT}?+(?:{LETTER_BELOW})*+)({NOT_IN_FRONT}+)({RO_BELOW})(?!.*{COENG})", r"\1\3\2"),
    # Likewise; but one that stands before coeng ro is drawn on the other side of it.
    ("order", f"({IN_FRONT})({LETTER_BELOW})", r"\2\1"),
    ("order", f"({SIGN})({IN_FRONT})", r"\2\1"),
    # A shape of its own in every font tried, and the same shape.
    ("split-vowel", f"^({ROOMY}{ROBAT}?+(?:{RO_BELOW})?)(?:\u17c1\u17b6|\u17b6\u17c1)", "\\1\u17c4"),
    ("vowel-u", f"^({PUSHES_MUUSIKATOAN})\u17bb({ABOVE}){SIGNS_ONLY}", "\\1\u17c9\\2"),
    ("vowel-u", f"^({PUSHES_TRIISAP})\u17bb({ABOVE}){SIGNS_ONLY}", "\\1\u17ca\\2"),
    # Nothing is drawn for a joiner that has nothing to join or part. Behind a mark above, ZWNJ can part that from
    # the next syllable, whose 17C2 some fonts make room for.
    ("joiner", f"{ZWJ}(?=[\u17b8-\u17ba\u17c6\u17cb\u17cc\u17ce-\u17d1]|\\Z)", ""),
    ("joiner", f"(?<=[\u1780-\u17b3\u17b6\u17bb-\u17bd\u17bf-\u17c5\u17c7\u17c8]){JOINER_SET}+\\Z", ""),
)
"""Name of the rule, pattern, replacement; applied in this order until nothing changes."""

MAX_ROUNDS = 20
MOST_COENGS = 3  # HarfBuzz's Khmer shaper looks no further for coeng ro


@cache
def compile_rewrites() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    """REWRITES, compiled when the first text is brought into this form: most programs never do."""
    return tuple((name, re.compile(pattern), replacement) for name, pattern, replacement in REWRITES)


@cache
def compile_shaped() -> re.Pattern[str]:
    return re.compile(grammar.SHAPED)


def mend_visually(cluster: str) -> str:
    """The visual form of a cluster: looks the same in every font tried, in the normal order as far as that goes.

    Args:
        cluster: What :func:`khmertext.split_clusters` cuts.

    Example:
        >>> mend_visually("ក\u17d2\u179a\u17d2ក") == "ក\u17d2ក\u17d2\u179a"
        True
    """
    return rewrite(cluster, set())


def explain_visually(cluster: str) -> list[str]:
    """The names of the rules that a cluster's visual form takes."""
    applied: set[str] = set()
    rewrite(cluster, applied)
    return [name for name in dict.fromkeys(name for name, _, _ in REWRITES) if name in applied]


def rewrite(cluster: str, applied: set[str]) -> str:
    """Apply REWRITES to a fixed point; ``applied`` takes the names of those that changed something.

    A step that would lead to a dotted circle is not taken: a moved mark can stand where shapers do not allow it.
    """
    if not is_drawn_whole(cluster) or cluster.count(COENG) > MOST_COENGS or cluster[0] in GENERIC_BASES:
        return cluster
    for _ in range(MAX_ROUNDS):
        before = cluster
        for name, pattern, replacement in compile_rewrites():
            found = pattern.sub(replacement, cluster)
            if found != cluster and is_drawn_whole(found):
                applied.add(name)
                cluster = found
        if cluster == before:
            break
    return cluster


def is_drawn_whole(cluster: str) -> bool:
    """Whether shapers draw a Khmer cluster without a dotted circle.

    Args:
        cluster: A cluster that begins with a base.

    Example:
        >>> is_drawn_whole("កើ"), is_drawn_whole("ក\u17b8\u17c1")
        (True, False)

    Source: :data:`khmertext.script.grammar.SHAPED`.
    """
    # Joiners that nothing follows belong to no syllable.
    return compile_shaped().fullmatch(SPLIT_VOWEL.sub("\u17c1", TRAILING.sub("", cluster))) is not None
