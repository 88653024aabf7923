"""What a cut font does to Khmer that it was not cut for: measured on clusters that were held out.

The table of everyday clusters (:mod:`khmertext.script.everyday`) has a second column of counts, over text that nothing
here was made from. Those of its clusters that a text lacks are that text's unseen Khmer; each counts as often as it
occurs there. Clusters are drawn by themselves: what rules across clusters do is not measured.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from khmertext.fonts.faces import Face
from khmertext.fonts.gate import Judge, Verdict
from khmertext.script.everyday import everyday_counts

__all__ = ["Unseen", "measure_unseen"]


@dataclass(frozen=True, slots=True)
class Unseen:
    """How a cut font draws the held-out clusters that its text lacks.

    Args:
        total: How many clusters the held-out text has, repeated ones counted each time.
        occurrences: How many of these the text lacks.
        clusters: How many distinct ones that is.
        wrong: The distinct clusters that are drawn wrong, and nothing says so.
        wrong_occurrences: How often these occur.
        missing: The distinct clusters for which .notdef comes out: another font has to step in.
        missing_occurrences: How often these occur.
    """

    total: int
    occurrences: int
    clusters: int
    wrong: tuple[str, ...]
    wrong_occurrences: int
    missing: tuple[str, ...]
    missing_occurrences: int


def measure_unseen(
    reference: Face, shipped: Face, known: Iterable[str], place: dict[str, float] | None = None
) -> Unseen:
    """Measure what a cut font does to Khmer that it was not cut for.

    Args:
        reference: The uncut font.
        shipped: The cut one.
        known: The distinct clusters of the text.
        place: Where in the axes of both.

    Returns:
        The counts. Clusters that the uncut font lacks something for are left out of all of them.

    Example:
        >>> from khmertext.fonts import default_face
        >>> face = default_face()
        >>> found = measure_unseen(face, face, ["ក"])
        >>> found.wrong, found.occurrences > 100_000
        ((), True)
    """
    judge = Judge(reference, shipped, place)
    seen = frozenset(known)
    total = occurrences = clusters = 0
    texts: dict[Verdict, list[str]] = {verdict: [] for verdict in Verdict}
    times = dict.fromkeys(Verdict, 0)
    for cluster, _, count in everyday_counts():
        if not count:
            continue
        if cluster in seen:
            total += count
            continue
        verdict = judge.judge(cluster)
        if verdict is Verdict.LACKING:
            continue
        total += count
        clusters += 1
        occurrences += count
        texts[verdict].append(cluster)
        times[verdict] += count
    return Unseen(
        total,
        occurrences,
        clusters,
        tuple(texts[Verdict.WRONG]),
        times[Verdict.WRONG],
        tuple(texts[Verdict.FLAGGED]),
        times[Verdict.FLAGGED],
    )
