"""Exact subsets: the rules and outlines that a text never uses are gone, and the proof says that it does not miss them.

A first cut keeps what the distinct clusters of the text used. Runs that come out different are followed as a whole,
then with every lookup that ran rather than those that changed something; what differs even then gets every rule for its
glyphs. Each round keeps more, so there is a last one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, Literal

from khmertext.errors import FontError
from khmertext.fonts.faces import Face, open_face
from khmertext.fonts.lookups import LookupTrace, trace_lookups
from khmertext.fonts.planning import SubsetPlan, plan_drawn
from khmertext.fonts.proof import Difference, Proof, Prover, Run
from khmertext.fonts.pruning import Rules, empty_outlines, prune_rules, replace_tables
from khmertext.fonts.results import Subset
from khmertext.fonts.shaping import Sample
from khmertext.fonts.shrinking import shrink_rules
from khmertext.fonts.subsetting import Hinting, cut, to_woff2
from khmertext.text.clusters import split_clusters

__all__ = ["EFFORTS", "Effort", "cut_exactly", "subset_exact"]

Effort = Literal["fast", "max"]
EFFORTS: Final = ("fast", "max")
MANY: Final = 6000  # runs from which on it pays to prove pairs of clusters first
MAX_SHRINKS: Final = 4


def subset_exact(
    reference: Face,
    runs: Sequence[Run],
    clusters: Iterable[Sample],
    places: Sequence[dict[str, float]],
    prover: Prover,
    *,
    name: str | None = None,
    hinting: Hinting = "auto",
    effort: Effort = "fast",
) -> Subset | None:
    """Cut a font down to exactly what runs use.

    Args:
        reference: The uncut font.
        runs: What has to look the same.
        clusters: Their distinct clusters with their languages and font features.
        places: Where in a variable font they are shown.
        prover: How to prove.
        name: The family name to use where the license reserves the font's own.
        hinting: ``keep``, ``drop``, or ``auto`` (see :func:`khmertext.fonts.cut`).
        effort: ``fast``, or ``max``: leave out each rule for trial, which takes seconds or minutes.

    Returns:
        The font; None when no exact cut of this font shows the runs as they should be.

    Raises:
        FontError: The font cannot be cut.
    """
    texts = list(clusters)
    found = trace_lookups(reference, texts, places)
    sift(reference, runs, found, places, prover, name, hinting)
    rounds = 0
    while True:
        rounds += 1
        plan = plan_drawn(reference, found.glyphs, found.unicodes)
        data = to_woff2(cut_exactly(reference, found, plan, name=name, hinting=hinting))
        shipped = open_face(data, source=f"the subset of {reference.source}")
        proof = prover(reference, shipped, runs)
        if proof.holds:
            fast = Subset(data, shipped, plan, proof, rounds, "exact")
            return (
                fast if effort == "fast" else shrink(reference, runs, texts, places, prover, found, fast, name, hinting)
            )
        if not proof.metrics_equal or not enlarge(reference, found, proof, places):
            return None


def shrink(
    reference: Face,
    runs: Sequence[Run],
    texts: Sequence[Sample],
    places: Sequence[dict[str, float]],
    prover: Prover,
    found: LookupTrace,
    fast: Subset,
    name: str | None,
    hinting: Hinting,
) -> Subset:
    """Leave out rules for trial, and try with what the proof finds missing too; the fast result where it is smaller."""
    tried = dict.fromkeys(texts)
    for rounds in range(1, MAX_SHRINKS + 1):
        rules = prune_rules(reference, found.sights)
        shrink_rules(reference, rules, tried, places)
        sfnt = cut_exactly(reference, found, fast.plan, name=name, hinting=hinting, rules=rules)
        data = to_woff2(sfnt)
        shipped = open_face(data, source=f"the subset of {reference.source}")
        proof = prover(reference, shipped, runs)
        if proof.holds:
            best = Subset(data, shipped, fast.plan, proof, fast.rounds + rounds, "exact")
            return best if len(data) < len(fast.data) else fast
        tried |= {sample: None for difference in proof.differing for sample in list_samples(difference)}
    return fast


def sift(
    reference: Face,
    runs: Sequence[Run],
    found: LookupTrace,
    places: Sequence[dict[str, float]],
    prover: Prover,
    name: str | None,
    hinting: Hinting,
) -> None:
    """Add to a trace what neighbours make of each other, where runs are many: proving all of them twice takes long."""
    if len(runs) < MANY:
        return
    texts: dict[tuple[str, int, str], dict[str, None]] = {}
    for run in runs:
        pairs = dict.fromkeys(a + b for a, b in pairwise(split_clusters(run.text)))
        texts.setdefault(run[1:], {}).update(pairs)
    plan = plan_drawn(reference, found.glyphs, found.unicodes)
    shipped = open_face(cut_exactly(reference, found, plan, name=name, hinting=hinting))
    proof = prover(reference, shipped, [Run(text, *setting) for setting, pairs in texts.items() for text in pairs])
    if proof.differing:
        enlarge(reference, found, proof, places)


def list_samples(difference: Difference) -> tuple[Sample, Sample]:
    """Return what differs: the part of a run, and the run."""
    run, part, _ = difference
    return (part, run.language, run.features), (run.text, run.language, run.features)


def enlarge(reference: Face, found: LookupTrace, proof: Proof, places: Sequence[dict[str, float]]) -> bool:
    """Add to a trace what differing runs use; tell whether that was anything."""
    texts = dict.fromkeys(sample for difference in proof.differing for sample in list_samples(difference))
    before = found.measure()
    for idle in (False, True):
        found.add(trace_lookups(reference, texts, places, idle=idle))
        if found.measure() != before:
            return True
    return False


def cut_exactly(
    reference: Face,
    found: LookupTrace,
    plan: SubsetPlan,
    *,
    name: str | None = None,
    hinting: Hinting = "auto",
    rules: Rules | None = None,
) -> bytes:
    """Cut a font to what a trace found.

    Args:
        reference: The uncut font.
        found: The trace.
        plan: What is kept of it.
        name: The family name to use where the license reserves the font's own.
        hinting: ``keep``, ``drop``, or ``auto``.
        rules: The rules that stay; None for those of the trace.

    Returns:
        An sfnt. The same input gives the same bytes.

    Raises:
        FontError: The font cannot be cut.
    """
    changes = (rules or prune_rules(reference, found.sights)).compile()
    tables = empty_outlines(reference.tables, plan.visible(found.drawn))
    thin = replace_tables(reference, {**tables, **changes})
    if thin.glyph_count != reference.glyph_count:
        raise FontError("the font cannot be cut", source=reference.source)
    return cut(thin, plan, name=name, hinting=hinting, terse=True)
