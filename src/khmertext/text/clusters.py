"""Text to clusters: the orthographic syllables of Khmer, as the reader sees them.

A cluster is a base with everything that is drawn on, under or around it, coengs included, in whatever order it was
typed. It is not a grapheme cluster of UAX #29, whose boundaries inside Khmer depend on the version of Unicode; these
depend on nothing but the text.

How text is cut:

- A Khmer character takes all the Khmer marks that follow it, each conjoiner (17D2) with the letter after it, and the
  joiners ZWNJ and ZWJ among and after them. A dangling conjoiner stays with the cluster it ends.
- Lunar dates in the old spelling stay whole: a number of up to four digits and 17D2 17D4, or 17D4 17D2 and a number
  or 17D4.
- A generic base, such as the dotted circle, is taken for Khmer only where a Khmer mark follows.
- Marks without a base are a cluster of their own.
- Everything else is cut by code point, but CR LF stays together. Emoji and the marks of other scripts are not joined.
- A row of more than MAX_MARKS marks or MAX_COENGS conjoiners is cut; what follows has no base, and a joiner that then
  stands first is not Khmer.

The pieces always join to the text, which may hold lone surrogates and NUL. All functions take time linear in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from khmertext.script import grammar
from khmertext.script.classes import KHMER
from khmertext.text.boundaries import CLUSTER, MAX_CLUSTER, find_starts

__all__ = [
    "CLUSTER",
    "MAX_CLUSTER",
    "Cluster",
    "ClusterKind",
    "cluster_starts",
    "distinct_clusters",
    "iter_clusters",
    "split_clusters",
    "split_words",
]

SYLLABLE = re.compile(grammar.SYLLABLE)

ALONE = " \u200b"  # neither takes a mark nor is one: a cluster each, wherever it stands

# Real text repeats itself: millions of clusters are a few thousand distinct ones. The least recently used go first, so
# that dirty text neither fills the memo for good nor grows it.
MEMO_SIZE = 1 << 14


class ClusterKind(Enum):
    """What a cluster is.

    SYLLABLE: one well-formed syllable of Modern Khmer, or one Khmer character that stands alone (digit, punctuation).
    BROKEN: Khmer that is not well-formed: misordered or repeated parts, marks without a base, a dangling conjoiner,
    a joiner without meaning, an old lunar date, a row of marks that was cut.
    OTHER: not Khmer.

    Source: UTN #61, the structure of the Modern Khmer syllable.
    """

    SYLLABLE = "syllable"
    BROKEN = "broken"
    OTHER = "other"


class Cluster(NamedTuple):
    """A piece of a text.

    Args:
        start: Where it begins, in code points from the start of the text.
        text: Its characters; never empty, at most MAX_CLUSTER code points.
        kind: Whether it is well-formed Khmer, other Khmer, or not Khmer.
    """

    start: int
    text: str
    kind: ClusterKind


@lru_cache(maxsize=MEMO_SIZE)
def classify(text: str) -> ClusterKind:
    """Return the kind of a cluster; what is given must be one."""
    # The first character tells what is Khmer, but for generic bases, which are only so together with marks.
    if text[0] not in KHMER and (len(text) == 1 or text == "\r\n"):
        return ClusterKind.OTHER
    return ClusterKind.SYLLABLE if SYLLABLE.fullmatch(text) else ClusterKind.BROKEN


def iter_clusters(text: str) -> Iterator[Cluster]:
    """Cut a text into clusters, one at a time.

    Args:
        text: Any string; lone surrogates and NUL are fine.

    Returns:
        The clusters in order. Their texts join to the text, and each starts where the one before ends.

    Raises:
        TypeError: ``text`` is not a str.

    Example:
        >>> for cluster in iter_clusters("ខ្មែរ!"):
        ...     print(cluster.start, cluster.text, cluster.kind.name)
        0 ខ្មែ SYLLABLE
        4 រ SYLLABLE
        5 ! OTHER
    """
    matches = CLUSTER.finditer(text)
    return (Cluster(match.start(), piece := match.group(), classify(piece)) for match in matches)


def split_clusters(text: str) -> list[str]:
    """Cut a text into the texts of its clusters.

    Args:
        text: Any string; lone surrogates and NUL are fine.

    Returns:
        The pieces in order; they join to the text.

    Raises:
        TypeError: ``text`` is not a str.

    Example:
        >>> split_clusters("សួស្តី 👋")
        ['សួ', 'ស្តី', ' ', '👋']
    """
    return CLUSTER.findall(text)


def distinct_clusters(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct clusters of some texts, each cut by itself.

    Args:
        texts: Any strings.

    Returns:
        The texts of the clusters, each once, sorted.

    Raises:
        TypeError: One of the texts is not a str.

    Example:
        >>> distinct_clusters(["ខ្មែរ", "រ ខ្មែ"])
        (' ', 'ខ្មែ', 'រ')
    """
    return cut_distinct(frozenset(texts))


@lru_cache(maxsize=2)  # a build asks several times for those of all its text
def cut_distinct(texts: frozenset[str]) -> tuple[str, ...]:
    # A line feed ends every cluster and is one itself, so many short texts can be cut at once, which is far faster.
    whole = "\n".join(texts)
    if "\r" in whole or whole.count("\n") >= max(1, len(texts)):
        return tuple(sorted(set(chain.from_iterable(map(split_clusters, texts)))))
    alone = {mark for mark in ALONE if mark in whole}
    return tuple(sorted(({*split_clusters("\n".join(set(split_words(whole))))} | alone) - {"\n"}))


def split_words(text: str) -> list[str]:
    """Cut a text at its line feeds, spaces and zero-width spaces, each of which is a cluster wherever it stands.

    Args:
        text: Any string without carriage returns.

    Returns:
        What is between them. The clusters of a text are those of its words: of many texts far fewer have to be cut.

    Raises:
        TypeError: ``text`` is not a str.

    Example:
        >>> split_words("ខ្មែរ ភាសា\u200bខ្មែរ")
        ['ខ្មែរ', 'ភាសា', 'ខ្មែរ']
    """
    for mark in ALONE:
        text = text.replace(mark, "\n")
    return text.split("\n")


def cluster_starts(text: str) -> list[int]:
    """Return where the clusters of a text begin.

    Args:
        text: Any string; lone surrogates and NUL are fine.

    Returns:
        Positions in code points, ascending; the first is 0. Empty when the text is.

    Raises:
        TypeError: ``text`` is not a str.

    Example:
        >>> cluster_starts("សួស្តី")
        [0, 2]
    """
    return find_starts(text)
