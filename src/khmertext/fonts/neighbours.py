"""Known clusters beside each other, in every order: what a font must draw right for text that is made of them.

A font that is cut for a text draws its runs, and each of their clusters alone. Some fonts have rules across clusters,
so two known clusters that never stood side by side may come out otherwise than in the uncut font. The chains that are
made here have such neighbours; a cut that is proven on them keeps what they need.

Source: HarfBuzz's Khmer shaper: the features pref, blwf, abvf, pstf and cfar are held to one syllable; those after
them (pres, abvs, blws, psts, and all others) are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import gcd
from typing import Final, NamedTuple

from khmertext.text.clusters import split_clusters

__all__ = ["MAX_PAIRS", "Neighbours", "chain_neighbours"]

MAX_PAIRS: Final = 1_000_000
"""Pairs that are tried at most: all of a thousand clusters; of more, each beside as many others as that allows."""

LINK: Final = 64
"""Clusters in one chain: long enough for rules that look far, short enough to say where something differs."""

ZWSP: Final = "\u200b"
# A letter, a digit and a full stop: what a cluster can grow by, or into.
BESIDE: Final = ("\u1780", "\u17e1", "\u17d4")


class Neighbours(NamedTuple):
    """Chains of known clusters.

    Args:
        chains: The texts.
        pairs: How many ordered pairs of clusters stand side by side in them.
        possible: How many there are.
    """

    chains: tuple[str, ...]
    pairs: int
    possible: int


def chain_neighbours(clusters: Iterable[str], *, limit: int = MAX_PAIRS) -> Neighbours:
    """Put known clusters beside each other.

    Each chain takes the clusters in steps of one width, so that three in a row are never the same two ways. Clusters
    that grow into their neighbours (marks without a base, a dangling conjoiner) stand apart, as only there they are
    clusters by themselves.

    Args:
        clusters: Distinct clusters.
        limit: How many pairs there may be at most.

    Returns:
        The chains; with few enough clusters all pairs are in them, each in its own order.

    Example:
        >>> found = chain_neighbours(["ក", "ខ"])
        >>> found.chains, found.pairs, found.possible
        (('កក', 'ខខ', 'កខក'), 4, 4)
    """
    links = [link for cluster in sorted(set(clusters)) if (link := isolate(cluster))]
    count = len(links)
    steps = range(count) if count * count <= limit else spread_steps(count, limit)
    chains = tuple(chain for step in steps for chain in walk(links, step))
    return Neighbours(chains, count * len(steps), count * count)


def isolate(cluster: str) -> str:
    """A cluster as it can stand beside any other: with a zero width space where it would grow into it."""
    before = all(split_clusters(other + cluster) == [other, cluster] for other in BESIDE)
    behind = all(split_clusters(cluster + other) == [cluster, other] for other in BESIDE)
    return ("" if before else ZWSP) + cluster + ("" if behind else ZWSP)


def spread_steps(count: int, limit: int) -> Sequence[int]:
    """Widths of steps, far apart from each other: as many as give no more pairs than the limit."""
    wanted = max(1, limit // count)
    return sorted({number * count // wanted for number in range(wanted)})


def walk(links: Sequence[str], step: int) -> Iterator[str]:
    """Yield the chains of one step: from each link to the one that many further on, round and round."""
    count = len(links)
    for start in range(gcd(step, count)):
        ring = [links[(start + number * step) % count] for number in range(count // gcd(step, count) + 1)]
        for first in range(0, len(ring) - 1, LINK):
            yield "".join(ring[first : first + LINK + 1])
