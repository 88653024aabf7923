"""Khmer as people mistype it.

Each misspelling here is one that normal form takes back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random
from typing import Final

from khmertext import ClusterKind, iter_clusters
from khmertext.script import grammar
from khmertext.script.classes import BASES, COENG, FINALS, MODIFIERS, RO, SHIFTER_SET, SHIFTERS, VOWELS, ZWNJ

__all__ = ["damage", "misspell", "spell_wrongly"]

COENG_DA, COENG_TA = COENG + "\u178a", COENG + "\u178f"
VOWEL_U = "\u17bb"
SPLIT_VOWELS: Final = {"\u17be": "\u17c1\u17b8", "\u17c4": "\u17c1\u17b6"}  # as the two parts are typed

UNIT = re.compile(f"{COENG}.|{SHIFTER_SET}{ZWNJ}?|.", re.DOTALL)
# A shifter with a ZWNJ where the grammar allows one: there it is pushed down without it, and drawn as vowel U.
PUSHED = re.compile(
    f"{grammar.STRONG_CLUSTER}.*?{grammar.HELD_UP_TRIISAP}|{grammar.WEAK_CLUSTER}.*?{grammar.HELD_UP_MUUSIKATOAN}"
)


def spell_wrongly(cluster: str, random: Random) -> dict[str, str]:
    """The ways in which people mistype a cluster.

    Args:
        cluster: A syllable of Modern Khmer in normal form.
        random: Chooses the places.

    Returns:
        What is wrong to the cluster spelled so; those that apply.

    Example:
        >>> sorted(spell_wrongly("ស្ត្រី", Random(1)))
        ['coeng da', 'coeng ro', 'order', 'zwnj']
    """
    base, *units = UNIT.findall(cluster)
    found = {"order": base + shuffle(units, random)}
    for vowel, parts in SPLIT_VOWELS.items():
        if vowel in units:
            found["split vowel"] = cluster.replace(vowel, parts)
    shifter = next((unit for unit in units if unit in SHIFTERS), "")
    if shifter and PUSHED.match(cluster.replace(shifter, shifter + ZWNJ)):
        found["vowel u"] = cluster.replace(shifter, VOWEL_U)
    found["coeng da"] = cluster.replace(COENG_TA, COENG_DA)
    found["coeng ro"] = re.sub(f"({COENG}.)({COENG}{RO})", r"\2\1", cluster)
    free = [place for place, unit in enumerate(units) if not SHIFTERS & {unit[0], units[place - 1][0] if place else ""}]
    if free:
        place = random.choice(free)
        found["zwnj"] = base + "".join(units[:place]) + ZWNJ + "".join(units[place:])
    return {name: text for name, text in found.items() if text != cluster}


def shuffle(units: Sequence[str], random: Random) -> str:
    """Units of different classes in another order; those of one class keep theirs, which may mean something."""
    classes = (BASES, SHIFTERS, VOWELS, MODIFIERS, FINALS)
    kinds = [next((n for n, kind in enumerate(classes) if unit.strip(COENG + ZWNJ) in kind), -1) for unit in units]
    order = random.sample(kinds, len(kinds))
    queues = {kind: iter([unit for unit, its in zip(units, kinds, strict=True) if its == kind]) for kind in kinds}
    return "".join(next(queues[kind]) for kind in order)


def misspell(cluster: str, random: Random) -> str:
    """A cluster as somebody may mistype it; the cluster itself where there is nothing to mistype.

    Args:
        cluster: A syllable of Modern Khmer in normal form.
        random: Chooses what is wrong.

    Example:
        >>> misspell("តោ", Random(2)), misspell("ត", Random(1))
        ('តេា', 'ត')
    """
    ways = spell_wrongly(cluster, random)
    return ways[random.choice(sorted(ways))] if ways else cluster


def damage(text: str, seed: int, share: float) -> str:
    """A text in which a share of the clusters that can be mistyped is.

    Args:
        text: Modern Khmer in normal form; what is not well-formed stays as it is.
        seed: The same gives the same damage.
        share: From 0 to 1.

    Example:
        >>> from khmertext import normalize
        >>> damaged = damage("ស្ត្រីខ្មែរ", 1, 1.0)
        >>> damaged != "ស្ត្រីខ្មែរ", normalize(damaged) == "ស្ត្រីខ្មែរ"
        (True, True)
    """
    random = Random(seed)
    pieces = []
    for cluster in iter_clusters(text):
        piece = misspell(cluster.text, random) if cluster.kind is ClusterKind.SYLLABLE else cluster.text
        pieces.append(piece if random.random() < share else cluster.text)
    return "".join(pieces)
