"""Runs: the stretches of a text that a Khmer font is asked to draw.

A page gives its Khmer font a ``unicode-range``; what stands outside it, and what the font does not map, goes to the
next font of the stack. So a text is cut there, and each piece is shaped as a whole.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain
from typing import Final

from khmertext.fonts.faces import Face
from khmertext.fonts.proof import Proof, Run, prove
from khmertext.text.boundaries import find_start
from khmertext.text.clusters import CLUSTER, cluster_starts, split_clusters
from khmertext.workers import map_chunks, split_chunks

__all__ = [
    "KHMER_LETTER",
    "KHMER_RUN",
    "MAX_RUN",
    "OVERLAP",
    "SPACE",
    "SPACES",
    "count_others",
    "iter_khmer_runs",
    "iter_spaced",
    "list_runs",
    "prove_in_processes",
    "split_all_at_gaps",
    "split_at_gaps",
    "split_long",
]

# What our font's unicode-range can hold; and what makes a run of it Khmer rather than a stray joiner.
KHMER_RUN = re.compile("[\u1780-\u17ff\u19e0-\u19ff\u200b-\u200d\u25cc]+")
KHMER_LETTER = re.compile("[\u1780-\u17ff\u19e0-\u19ff]")
OTHERS: Final = re.compile("[^\\s\0-\x1f\x7f-\x9f\u1780-\u17ff\u19e0-\u19ff\u200b-\u200f\u2060\u25cc\ufeff]")

SPACES: Final = " \u00a0"
"""The spaces that may stand in a line between words: the ordinary one, and that which keeps a line together."""
SPACE: Final = frozenset(SPACES)
SEVERAL: Final = re.compile("  +")

# Default-ignorable characters: shapers hide them, mapped or not (Unicode, 5.21).
INVISIBLE: Final = frozenset("\u200b\u200c\u200d\u17b4\u17b5")
GAP: Final = "\n"  # never in a run

MAX_RUN: Final = 2048
"""The most code points that are shaped at once: ten times the longest run of the real texts that were looked at."""
OVERLAP: Final = 512
"""How many code points of a longer run two pieces of it share, at least. HarfBuzz follows no rule over more than 64
glyphs (HB_MAX_CONTEXT_LENGTH)."""

SMALL: Final = 4000  # runs below which one process is faster than several


def iter_khmer_runs(text: str) -> Iterator[tuple[int, str]]:
    """The runs of Khmer in a text, each with the offset of its start.

    A run is a longest stretch of the characters that the Khmer font is used for: Khmer, the joiners and the zero-width
    space among it, the dotted circle. Spaces and everything else end it.

    Args:
        text: Any text.

    Yields:
        Offset in characters, and the run.

    Example:
        >>> list(iter_khmer_runs("a ខ្មែរ, ក"))
        [(2, 'ខ្មែរ'), (9, 'ក')]
    """
    for match in KHMER_RUN.finditer(text):
        if KHMER_LETTER.search(match[0]):
            yield match.start(), match[0]


def split_at_gaps(text: str, unicodes: frozenset[int]) -> list[str]:
    """A run without the characters that a font does not map; those that show nothing by themselves may stay.

    Args:
        text: A run.
        unicodes: The code points that the font maps.

    Returns:
        The pieces between them; one that is longer than :data:`MAX_RUN` is cut further (:func:`split_long`).

    Example:
        >>> split_at_gaps("កខ\u200bគ", frozenset({0x1780, 0x1782}))
        ['ក', '\u200bគ']
    """
    if unicodes_text(unicodes).issuperset(text):
        return split_long(text)
    gaps = {letter for letter in set(text) if ord(letter) not in unicodes and letter not in INVISIBLE}
    pieces = text.translate(dict.fromkeys(map(ord, gaps), GAP)).split(GAP) if gaps else [text]
    return [part for piece in pieces if piece for part in split_long(piece)]


def split_all_at_gaps(texts: Collection[str], unicodes: frozenset[int]) -> dict[str, list[str]]:
    """Many runs without the characters that a font does not map (:func:`split_at_gaps`).

    Args:
        texts: Runs.
        unicodes: The code points that the font maps.

    Returns:
        Run → its pieces.

    Example:
        >>> split_all_at_gaps(["កខ", "ក"], frozenset({0x1780}))
        {'កខ': ['ក'], 'ក': ['ក']}
    """
    if unicodes_text(unicodes).issuperset(set("".join(texts))):  # most fonts have all that a site shows
        return {text: split_long(text) for text in texts}
    return {text: split_at_gaps(text, unicodes) for text in texts}


@lru_cache(maxsize=16)
def unicodes_text(unicodes: frozenset[int]) -> frozenset[str]:
    """The characters that may stay in a run, for a font that maps these code points."""
    return INVISIBLE | frozenset(map(chr, unicodes))


def split_long(text: str) -> list[str]:
    """Cut a run that is too long to be shaped at once; shapers take more and more time for each character.

    Pieces begin where clusters do, and overlap, so that a rule whose context is at most :data:`OVERLAP` characters wide
    is met in one of them. What farther contexts would do is not seen.

    Args:
        text: A run.

    Returns:
        Pieces of at most :data:`MAX_RUN` characters; the run alone when it is not longer.

    Example:
        >>> [len(piece) for piece in split_long("ក" * 5000)]
        [2048, 2048, 1928]
    """
    if len(text) <= MAX_RUN:
        return [text]
    starts = cluster_starts(text)
    pieces, start = [], 0
    while start + MAX_RUN < len(text):
        end = starts[bisect_right(starts, start + MAX_RUN) - 1]
        pieces.append(text[start:end])
        start = starts[bisect_right(starts, end - OVERLAP) - 1]
    return [*pieces, text[start:]]


def iter_spaced(text: str) -> Iterator[str]:
    """What stands on both sides of the spaces of a text: a cluster, the spaces, a cluster.

    A font may have rules for the space and its neighbours, as kerning. Where a page gives it no ``unicode-range``, a
    browser shapes runs and the spaces between them as a whole. Ordinary spaces in a row are one, as in a page.

    Args:
        text: Any text.

    Yields:
        The last cluster of a run of Khmer with the spaces behind it and the first cluster of the next run; one cluster
        with the spaces alone where something else stands on the other side.

    Source: CSS Text 3, section 4.1.1 (spaces collapse); Unicode, 6.2 (Space Characters).

    Example:
        >>> list(iter_spaced("ខ្មែរ កម្ពុជា (ភាសា )"))
        ['រ ក', 'ជា ', 'សា ']
    """
    if not any(space in text for space in SPACES):
        return
    before, end = "", 0
    for start, run in chain(iter_khmer_runs(text), [(len(text), "")]):
        between = text[end:start]
        if between[:1] in SPACE or between[-1:] in SPACE:
            between = SEVERAL.sub(" ", between)
            rest = between.lstrip(SPACES)
            if not rest and (before or run):
                yield f"{find_last(before)}{between}{find_first(run)}"
            elif before and len(rest) < len(between):
                yield find_last(before) + between[: -len(rest)]
            spaces = rest[len(rest.rstrip(SPACES)) :]
            if spaces and run:
                yield spaces + find_first(run)
        before, end = run, start + len(run)


def find_first(run: str) -> str:
    """Return the first cluster of a run; nothing of none."""
    found = CLUSTER.match(run)
    return found[0] if found else ""


@lru_cache(maxsize=4096)
def find_last(run: str) -> str:
    """Return the last cluster of a run; nothing of none."""
    return split_clusters(run[find_start(run, len(run) - 1, 0) :])[-1] if run else ""


def list_runs(
    texts: Iterable[str],
    face: Face,
    *,
    language: str = "km",
    weights: Sequence[int] = (400,),
    features: Sequence[str] = ("",),
    spaces: bool = False,
) -> list[Run]:
    """List the distinct runs that a font is asked for by some texts.

    Args:
        texts: Any texts.
        face: The uncut font.
        language: BCP 47 tag of the texts; empty when it is not known.
        weights: The CSS weights at which they are shown.
        features: The settings of font features with which they are shown (:func:`khmertext.fonts.list_settings`).
        spaces: Whether spaces with their neighbours are runs too (:func:`iter_spaced`), where the font has the space.

    Returns:
        The runs, sorted.

    Example:
        >>> from khmertext.fonts import default_face
        >>> [run.text for run in list_runs(["ខ្មែរ, Khmer, ខ្មែរ"], default_face())]
        ['ខ្មែរ']
    """
    texts = list(texts)
    whole = {run for text in texts for _, run in iter_khmer_runs(text)}
    pieces = {piece for run in whole for piece in split_at_gaps(run, face.unicodes)}
    if spaces:
        spaced = {piece for text in texts for piece in iter_spaced(text)}
        parts = {part for piece in spaced for part in split_at_gaps(piece, face.unicodes)}
        pieces |= {part for part in parts if not SPACE.isdisjoint(part) and not SPACE.issuperset(part)}
    return sorted(
        Run(piece, language, weight, setting) for piece in pieces for weight in weights for setting in features
    )


def prove_in_processes(
    jobs: int, reference: Face, shipped: Face, runs: Sequence[Run], place: Mapping[str, float] | None = None
) -> Proof:
    """:func:`khmertext.fonts.prove`, spread over processes when that pays.

    Args:
        jobs: How many processes.
        reference: The font as it should look.
        shipped: The font that will be published.
        runs: What the pages show.
        place: Where axes other than the weight stand; at their defaults unless given.

    Returns:
        The proof; the same for any number of processes.

    Raises:
        ValueError: The features of a run are no setting.

    Example:
        >>> from khmertext.fonts import default_face
        >>> prove_in_processes(2, default_face(), default_face(), [Run("ខ្មែរ", "km", 400)]).holds
        True
    """
    if jobs <= 1 or len(runs) < SMALL:
        return prove(reference, shipped, runs, place)
    chunks = split_chunks(runs, jobs * 2)
    proofs = list(map_chunks(partial(prove, reference, shipped, place=place), chunks, jobs))
    merged = proofs[0]
    for proof in proofs[1:]:
        merged = merged.merge(proof)
    return merged


def count_others(texts: Iterable[str]) -> Counter[str]:
    """Count the visible characters of texts that no Khmer font is asked for.

    Args:
        texts: Any texts.

    Returns:
        Character to how often it occurs; spaces and controls are not counted.

    Example:
        >>> dict(count_others(["ខ្មែរ (Khmer)"]))
        {'(': 1, 'K': 1, 'h': 1, 'm': 1, 'e': 1, 'r': 1, ')': 1}
    """
    return Counter(letter for text in texts for letter in OTHERS.findall(text))
