"""Verifying a font that somebody cut: from the two fonts and the text alone.

Where the proof (:mod:`khmertext.fonts.proof`) compares what the text shows, this looks at the rest of the file too: at
tables that shape or draw by themselves, at characters that only the cut font has, at how far the reference is from the
font as its maker gave it, and at what its coverage promises of other texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from khmertext.errors import FontError
from khmertext.fonts.certificate import limit_like, prove_everywhere
from khmertext.fonts.deviation import require_near
from khmertext.fonts.faces import Face
from khmertext.fonts.gate import Judged, find_faults, try_promise
from khmertext.fonts.places import choose_weights
from khmertext.fonts.proof import Proof, Run, list_added_tables, list_strangers
from khmertext.fonts.runs import list_runs
from khmertext.fonts.subset import locate_all

__all__ = ["Verification", "verify_subset"]


@dataclass(frozen=True, slots=True)
class Verification:
    """What came out of verifying a cut font.

    Args:
        reference: The uncut font, without AAT and Graphite, its axes limited as those of the cut one.
        runs: What was compared.
        proof: What came out of that.
        moved: In words, why the reference is not the whole font, where limiting its axes moved too much; else empty.
        tables: The tables that shape or draw by themselves, which only the cut font has.
        strangers: The characters that only the cut font maps, or maps to another outline.
        coverage: What it promises; empty where that is not known.
        promise: What came out for other texts; None where nothing is promised of these.
    """

    reference: Face
    runs: Sequence[Run]
    proof: Proof
    moved: str
    tables: tuple[str, ...]
    strangers: tuple[int, ...]
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


def verify_subset(
    original: Face,
    shipped: Face,
    texts: Sequence[str],
    *,
    language: str = "km",
    features: Sequence[str] = ("",),
    axes: Mapping[str, tuple[float, float]] | None = None,
    coverage: str = "",
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
    return Verification(
        reference,
        runs,
        prove_everywhere(reference, shipped, runs, jobs=jobs),
        moved,
        list_added_tables(original, shipped),
        list_strangers(reference, shipped),
        coverage,
        try_promise(coverage, reference, shipped, runs, locate_all(reference, runs)),
    )
