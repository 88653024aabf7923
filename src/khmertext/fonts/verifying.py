"""Verifying a font that somebody cut: from the two fonts and the text alone.

Where the proof (:mod:`khmertext.fonts.proof`) compares what the text shows, this looks at the rest of the file too: at
tables that shape or draw by themselves, at characters that only the cut font has, at how far the reference is from the
font as its maker gave it, and at what its coverage promises of other texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from khmertext.errors import FontError
from khmertext.fonts.certificate import hash_runs, limit_like, prove_everywhere
from khmertext.fonts.deviation import require_near
from khmertext.fonts.faces import Face
from khmertext.fonts.gate import Judged, find_faults, judge_texts, try_promise
from khmertext.fonts.places import choose_weights
from khmertext.fonts.planning import plan_full
from khmertext.fonts.proof import Proof, Run, list_added_tables, list_strangers
from khmertext.fonts.runs import list_runs
from khmertext.fonts.subset import locate_all

__all__ = ["Verification", "verify_subset"]

PUT_IN: Final = frozenset({0x17C1, 0x17D2, 0x25CC})
"""The left half of split vowels, the coeng and the dotted circle (OpenType, "Developing OpenType Fonts for Khmer")."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What came out of verifying a cut font.

    Args:
        reference: The uncut font, without AAT and Graphite, its axes limited as those of the cut one.
        limits: Axis of the uncut font → the least and the greatest value that is left of it.
        runs: What was compared.
        proof: What came out of that.
        moved: In words, why the reference is not the whole font, where limiting its axes moved too much; else empty.
        tables: The tables that shape, draw or place letters by themselves, which only the cut font has.
        strangers: The characters that only the cut font maps, or draws otherwise.
        upright: The clusters that differ upright in vertical lines, at the first place; it counts for nothing, since
            no proof is of such lines.
        coverage: What it promises; empty where that is not known.
        promise: What came out for other texts; None where nothing is promised of these.
    """

    reference: Face
    limits: Mapping[str, tuple[float, float]]
    runs: Sequence[Run]
    proof: Proof
    moved: str
    tables: tuple[str, ...]
    strangers: tuple[int, ...]
    upright: tuple[str, ...]
    coverage: str
    promise: Judged | None

    @property
    def faults(self) -> tuple[str, ...]:
        """The texts with which the font breaks its promise."""
        return () if self.promise is None else find_faults(self.coverage, self.promise)

    @property
    def holds(self) -> bool:
        """Whether everything is as in the uncut font, as far as it was looked at."""
        return self.proof.holds and not (self.moved or self.tables or self.strangers or self.faults)


def list_steps(reference: Face, runs: Sequence[Run], coverage: str, made_for: str) -> frozenset[int]:
    """Return the characters that need not be drawn by themselves: those of the runs, and what shapers put in."""
    if coverage == "flagged" or (made_for and made_for != hash_runs(runs)):
        return plan_full(reference).unicodes
    return frozenset(map(ord, {letter for run in runs for letter in run.text})) | PUT_IN


def verify_subset(
    original: Face,
    shipped: Face,
    texts: Sequence[str],
    *,
    language: str = "km",
    features: Sequence[str] = ("",),
    axes: Mapping[str, tuple[float, float]] | None = None,
    coverage: str = "",
    made_for: str = "",
    jobs: int = 1,
) -> Verification:
    """Tell whether a cut font draws texts as the font it was cut from, and keeps the promise of its coverage.

    Args:
        original: The font as its maker gave it.
        shipped: The cut font, as read from its file.
        texts: What it has to draw.
        language: BCP 47 tag of the texts.
        features: Settings of font features (:func:`khmertext.fonts.list_settings`).
        axes: Where axes that ``shipped`` lost were pinned, as far as that is known.
        coverage: What it promises (:data:`khmertext.fonts.COVERAGES`); empty for nothing.
        made_for: The hash of the runs that it was cut for (:func:`khmertext.fonts.certificate.hash_runs`), as far as
            that is known. Where these are others, letters that they may have used as steps are not told.
        jobs: How many processes.

    Returns:
        What came out. Without Khmer in the texts there are no runs, and the proof is of the metrics alone.

    Raises:
        FontError: The cut font has axes or values that the original lacks.
        ValueError: ``features`` has what is no setting.

    Example:
        >>> from khmertext.fonts import default_face
        >>> verify_subset(default_face(), default_face(), ["ខ្មែរ"], coverage="full").holds
        True
    """
    limited = limit_like(original, shipped, axes)
    reference = limited.face
    weights = choose_weights(reference)
    runs = list_runs(texts, reference, language=language, weights=weights, features=features, spaces=True)
    moved = ""
    try:
        require_near(original, reference, weights, limited.pinned)
    except FontError as error:
        moved = error.message
    places = locate_all(reference, runs)
    proof = prove_everywhere(reference, shipped, runs, jobs=jobs)
    clusters = sorted(proof.cluster_texts)
    upright = judge_texts(reference, shipped, clusters, places[0], language=language, direction="ttb")
    return Verification(
        reference,
        limited.limits,
        runs,
        proof,
        moved,
        list_added_tables(original, shipped),
        list_strangers(reference, shipped, places, list_steps(reference, runs, coverage, made_for)),
        upright.wrong + (() if coverage == "flagged" else upright.flagged),
        coverage,
        try_promise(coverage, reference, shipped, runs, places),
    )
