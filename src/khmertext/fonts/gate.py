"""The gate for fonts that flag: nothing that a reader may meet is drawn wrong without notice.

Each text of a long list is shaped with the cut font, and what Chromium would do is simulated: clusters in which .notdef
came out are taken from the whole font, each row of them shaped by itself. What would be on the screen in the end is
compared with the whole text in the whole font, outline by outline.

The list holds every base with every coeng and every vowel or sign, every vowel with every sign, marks without a base,
and the clusters of everyday Khmer.

Source: HarfBuzz manual, "Clusters"; Chromium's own shaper falls back by clusters of level 0, as observed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import chain, product
from typing import Any, Final, NamedTuple

import uharfbuzz as hb

from khmertext.fonts.faces import Face
from khmertext.fonts.planning import plan_full
from khmertext.fonts.proof import NOTDEF, Run, read_outline
from khmertext.fonts.shaping import new_buffer, shape_buffer
from khmertext.script.classes import (
    BASES,
    COENG,
    FINALS,
    MODIFIERS,
    RO,
    ROBAT,
    SHIFTERS,
    VOWELS,
)
from khmertext.script.everyday import everyday_clusters
from khmertext.text.clusters import split_clusters

__all__ = [
    "Judge",
    "Judged",
    "Verdict",
    "Way",
    "find_faults",
    "iter_gate_texts",
    "judge_texts",
    "list_ways",
    "pass_gate",
    "try_promise",
]

SIGNS: Final = MODIFIERS | FINALS | SHIFTERS | {ROBAT}
Shown = tuple[object, ...]


class Verdict(Enum):
    """How a cut font draws a text.

    RIGHT: as the whole font does.
    FLAGGED: .notdef comes out, and what is drawn once the whole font has stepped in is right.
    WRONG: something else is on the screen in the end.
    LACKING: the whole font itself shows .notdef.
    """

    RIGHT = "right"
    FLAGGED = "flagged"
    WRONG = "wrong"
    LACKING = "lacking"


@dataclass(frozen=True, slots=True)
class Judged:
    """What came out for many texts.

    Args:
        right: How many are drawn right.
        flagged: The texts that are flagged.
        wrong: The texts that are drawn wrong.
        lacking: How many the whole font cannot draw.
    """

    right: int
    flagged: tuple[str, ...]
    wrong: tuple[str, ...]
    lacking: int

    def merge(self, other: Judged) -> Judged:
        """Return both together.

        Args:
            other: What came out for other texts, or in another way.
        """
        return Judged(
            self.right + other.right,
            self.flagged + other.flagged,
            self.wrong + other.wrong,
            self.lacking + other.lacking,
        )

    @property
    def texts(self) -> int:
        """How many texts were judged."""
        return self.right + len(self.flagged) + len(self.wrong) + self.lacking


class Judge:
    """Compares a cut font with the whole one, text by text.

    Args:
        reference: The whole font.
        shipped: The cut one.
        place: Where in the axes of both.
        language: BCP 47 tag of the texts.
        features: A setting of font features (:func:`khmertext.fonts.normalize_features`).
        direction: Of the line: ``ltr``, or ``ttb`` for letters that stand upright in vertical lines.
    """

    def __init__(
        self,
        reference: Face,
        shipped: Face,
        place: Mapping[str, float] | None = None,
        language: str = "km",
        features: str = "",
        direction: str = "ltr",
    ) -> None:
        self.reference = reference.font(place)
        self.shipped = shipped.font(place)
        self.language = language
        self.features = features
        self.direction = direction
        self.outlines: dict[tuple[bool, int], tuple[object, ...]] = {}

    def judge(self, text: str) -> Verdict:
        """Shape a text with both fonts, and tell what the reader sees.

        Args:
            text: A run of Khmer.
        """
        now = self.shape(self.shipped, text)
        infos = now.glyph_infos
        flagged = {info.cluster for info in infos if info.codepoint == NOTDEF}
        if flagged and flagged.issuperset(info.cluster for info in infos):
            was = self.shape(self.reference, text)
            lacks = any(info.codepoint == NOTDEF for info in was.glyph_infos)
            return Verdict.LACKING if lacks else Verdict.FLAGGED
        was = self.shape(self.reference, text)
        if any(info.codepoint == NOTDEF for info in was.glyph_infos):
            return Verdict.LACKING
        wanted = list(self.list_shown(was, whole=True, start=0))
        if not flagged:
            return Verdict.RIGHT if list(self.list_shown(now, whole=False, start=0)) == wanted else Verdict.WRONG
        seen = list(self.list_fallback(text, now, flagged))
        return Verdict.FLAGGED if seen == wanted else Verdict.WRONG

    def shape(self, font: hb.Font, text: str) -> hb.Buffer:
        """Shape a text; clusters are Chromium's."""
        buffer = new_buffer(text, self.language)
        buffer.cluster_level = hb.BufferClusterLevel.MONOTONE_GRAPHEMES
        buffer.direction = self.direction
        shape_buffer(font, buffer, self.features)
        return buffer

    def list_fallback(self, text: str, now: hb.Buffer, flagged: set[int]) -> Iterator[Shown]:
        """Yield what is on the screen once the whole font has drawn the clusters that are flagged."""
        shown = list(self.list_shown(now, whole=False, start=0))
        starts = sorted({info.cluster for info in now.glyph_infos})
        ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
        position = 0
        while position < len(starts):
            first = starts[position]
            if first not in flagged:
                yield from (item for item in shown if item[0] == first)
                position += 1
                continue
            while position < len(starts) and starts[position] in flagged:
                last = ends[starts[position]]
                position += 1
            piece = self.shape(self.reference, text[first:last])
            yield from self.list_shown(piece, whole=True, start=first)

    def list_shown(self, buffer: hb.Buffer, *, whole: bool, start: int) -> Iterator[Shown]:
        """Yield for each glyph its cluster, its outline and where it is."""
        places: Sequence[Any] = buffer.glyph_positions or ()
        for info, place in zip(buffer.glyph_infos, places, strict=True):
            key = whole, info.codepoint
            outline = self.outlines.get(key)
            if outline is None:
                font = self.reference if whole else self.shipped
                outline = self.outlines[key] = read_outline(font, info.codepoint)
            yield info.cluster + start, outline, place.position


def judge_texts(
    reference: Face,
    shipped: Face,
    texts: Iterable[str],
    place: Mapping[str, float] | None = None,
    *,
    language: str = "km",
    features: str = "",
    direction: str = "ltr",
) -> Judged:
    """Judge many texts.

    Args:
        reference: The whole font.
        shipped: The cut one.
        texts: Each a run of Khmer.
        place: Where in the axes of both.
        language: BCP 47 tag of the texts.
        features: A setting of font features.
        direction: Of the line.

    Returns:
        How each is drawn.

    Example:
        >>> from khmertext.fonts import default_face
        >>> face = default_face()
        >>> judge_texts(face, face, ["ខ្មែរ", "ភាសា"]).right
        2
    """
    judge = Judge(reference, shipped, place, language, features, direction).judge
    found: dict[Verdict, list[str]] = {verdict: [] for verdict in Verdict}
    for text in texts:
        found[judge(text)].append(text)
    return Judged(
        len(found[Verdict.RIGHT]),
        tuple(found[Verdict.FLAGGED]),
        tuple(found[Verdict.WRONG]),
        len(found[Verdict.LACKING]),
    )


class Way(NamedTuple):
    """A way in which texts are shown: the language, the setting of font features, and the place in the axes.

    Args:
        language: BCP 47 tag.
        features: A setting of font features.
        place: Axis tag to value.
    """

    language: str
    features: str
    place: Mapping[str, float]


def list_ways(runs: Sequence[Run], places: Sequence[Mapping[str, float]]) -> list[Way]:
    """Return the ways in which runs are shown: each language and setting of features at each place, in a fixed order.

    Args:
        runs: What is shown.
        places: Where in the axes.

    Example:
        >>> list_ways([Run("ក", "km", 400)], [{}])
        [Way(language='km', features='', place={})]
    """
    settings = sorted({(run.features, run.language) for run in runs}) or [("", "km")]
    return [Way(language, features, place) for place in places for features, language in settings]


def try_promise(
    coverage: str, reference: Face, shipped: Face, runs: Sequence[Run], places: Sequence[Mapping[str, float]]
) -> Judged | None:
    """Try what a coverage promises of Khmer that a font was not cut for.

    *flagged* promises that nothing is drawn wrong without a flag (:func:`pass_gate`), *open* that everyday Khmer is
    drawn right, and *full* that all Khmer is. Everyday Khmer, and each Khmer character of the whole font by itself, is
    tried in every way; the long list of :func:`iter_gate_texts` in the first.

    Args:
        coverage: One of :data:`khmertext.fonts.COVERAGES`.
        reference: The whole font.
        shipped: The cut one.
        runs: What it was cut for.
        places: Where in the axes that is shown.

    Returns:
        What came out; :func:`find_faults` tells what breaks the promise. None for the coverages that promise nothing.

    Example:
        >>> from khmertext.fonts import default_face
        >>> try_promise("open", default_face(), default_face(), [], [{}]).wrong
        ()
    """
    ways = list_ways(runs, places)
    if coverage == "flagged":
        known = sorted({cluster for text in {run.text for run in runs} for cluster in split_clusters(text)})
        return pass_gate(reference, shipped, known, ways)
    if coverage not in ("open", "full"):
        return None
    found = Judged(0, (), (), 0)
    for number, (language, features, place) in enumerate(ways):
        texts: Iterable[str] = everyday_clusters()
        if coverage == "full":
            alone = (chr(code) for code in sorted(plan_full(reference).unicodes))
            texts = dict.fromkeys(chain(alone, texts if number else iter_gate_texts()))
        found = found.merge(judge_texts(reference, shipped, texts, place, language=language, features=features))
    return found


def find_faults(coverage: str, found: Judged) -> tuple[str, ...]:
    """Return the texts with which a font breaks the promise of its coverage.

    Args:
        coverage: Which.
        found: What came out for texts (:func:`try_promise`).

    Returns:
        Those drawn wrong; for all but *flagged* those for which .notdef comes out too.

    Example:
        >>> find_faults("flagged", Judged(1, ("ខ",), ("គ",), 0)), find_faults("open", Judged(1, ("ខ",), (), 0))
        (('គ',), ('ខ',))
    """
    return found.wrong + (() if coverage == "flagged" else found.flagged)


def pass_gate(reference: Face, shipped: Face, known: Sequence[str], ways: Sequence[Way]) -> Judged:
    """Try a font that flags.

    The whole list is tried in the first way. In each other way, and in the first one upright in vertical lines, the
    clusters of everyday Khmer are tried, by themselves and between known ones: substitution takes the same path
    whatever the place, and a setting or language that switches the flags off shows in any text.

    Args:
        reference: The whole font.
        shipped: The font that flags.
        known: Clusters of the text that it was cut for.
        ways: How that is shown; at least one.

    Returns:
        What came out, all ways together; where something is wrong, as far as it was tried.
    """
    whole, *others = ways
    sample = [*everyday_clusters(), *iter_between(known)]
    found = judge_texts(reference, shipped, iter_gate_texts(known), whole.place, language=whole.language,
                        features=whole.features)  # fmt: skip
    if not found.wrong:
        found = found.merge(
            judge_texts(
                reference, shipped, sample, whole.place, language=whole.language, features=whole.features,
                direction="ttb",
            )
        )  # fmt: skip
    for language, features, place in others:
        if found.wrong:
            break
        found = found.merge(judge_texts(reference, shipped, sample, place, language=language, features=features))
    return found


def iter_gate_texts(known: Sequence[str] = ()) -> Iterator[str]:
    """Yield what a font that flags is tried on.

    Args:
        known: Clusters of the text that it was cut for.

    Yields:
        Every base with every coeng, or none, and every vowel or sign, or none; every base with every vowel and every
        sign; two coengs, one of them RO; rows of marks, with a base and without; the clusters of everyday Khmer, and
        these between known ones.

    Example:
        >>> texts = list(iter_gate_texts())
        >>> "ក្ខា" in texts, "\u17b6" in texts, len(texts) > 90_000
        (True, True, True)
    """
    bases, vowels, signs = sorted(BASES), sorted(VOWELS), sorted(SIGNS)
    coengs = ["", *(COENG + letter for letter in bases)]
    tails = ["", *vowels, *signs]
    yield from map("".join, product(bases, coengs, tails))
    for base, vowel in product(bases, vowels):
        for sign in signs:
            yield base + vowel + sign
            if sign in SHIFTERS or sign == ROBAT:
                yield base + sign + vowel
        yield base + COENG + RO + COENG + base + vowel
        yield base + COENG + base + COENG + RO + vowel
    marks = [mark for mark in (*tails, COENG) if mark]
    for first, second in product(marks, ["", *marks]):
        yield first + second
        yield bases[0] + first + second
    yield from everyday_clusters()
    yield from iter_between(known)


def iter_between(known: Sequence[str]) -> Iterator[str]:
    """Yield the clusters of everyday Khmer between known ones; nothing where none is known."""
    # Strides that are prime, so that each cluster meets many others.
    for number, cluster in enumerate(everyday_clusters() if known else ()):
        yield known[number * 7 % len(known)] + cluster + known[number * 11 % len(known)]
