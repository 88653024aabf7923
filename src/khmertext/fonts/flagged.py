"""Subsets that flag: the least font for known text, which says of every other text that it cannot draw it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from khmertext.errors import FontError
from khmertext.fonts.exact import cut_exactly, enlarge
from khmertext.fonts.faces import Face, open_face
from khmertext.fonts.flagging import choose_flag, map_to_flag, poison_rules, show_notdef
from khmertext.fonts.gate import list_ways, pass_gate
from khmertext.fonts.lookups import LookupTrace, trace_lookups
from khmertext.fonts.planning import PROBE_TEXTS, SubsetPlan, plan_flagged, plan_full
from khmertext.fonts.proof import Prover, Run, read_outline
from khmertext.fonts.results import Subset
from khmertext.fonts.shaping import Sample, notate
from khmertext.fonts.subsetting import Hinting, to_woff2

__all__ = ["subset_flagged"]

SHOWN: Final = 3


def subset_flagged(
    reference: Face,
    runs: Sequence[Run],
    clusters: Iterable[Sample],
    places: Sequence[dict[str, float]],
    prover: Prover,
    *,
    name: str | None = None,
    hinting: Hinting = "auto",
) -> Subset:
    """Cut a font down to what runs use, and have it flag everything else.

    Args:
        reference: The uncut font.
        runs: What has to look the same.
        clusters: Their distinct clusters with their languages and font features.
        places: Where in a variable font they are shown.
        prover: How to prove.
        name: The family name to use where the license reserves the font's own.
        hinting: ``keep``, ``drop``, or ``auto`` (see :func:`khmertext.fonts.cut`).

    Returns:
        The font.

    Raises:
        FontError: The font cannot be cut so that it shows the runs, or would draw something wrong without a flag.
    """
    clusters = list(clusters)
    found = trace_lookups(reference, [*clusters, *PROBE_TEXTS], places)
    rounds = 0
    while True:
        rounds += 1
        plan = plan_flagged(reference, found.glyphs, found.unicodes)
        data = to_woff2(cut_flagged(reference, found, plan, name=name, hinting=hinting))
        shipped = open_face(data, source=f"the subset of {reference.source}")
        proof = prover(reference, shipped, runs)
        if proof.holds:
            break
        if not proof.metrics_equal or not enlarge(reference, found, proof, places):
            raise FontError(
                f"no subset of it that flags shows the text: {proof.describe()}",
                source=reference.source,
                hint="use coverage full",
            )
    known = sorted({text for text, *_ in clusters})
    gate = pass_gate(reference, shipped, known, list_ways(runs, places))
    if gate.wrong:
        examples = ", ".join(map(notate, gate.wrong[:SHOWN]))
        settings = sorted({run.features for run in runs if run.features})
        raise FontError(
            f"a subset of it would draw {len(gate.wrong):,} of {gate.texts:,} other texts wrong without a flag: "
            + examples
            + (f"; with the features {' or '.join(settings)}" if settings else ""),
            source=reference.source,
            hint="use coverage full",
        )
    return Subset(data, shipped, plan, proof, rounds, "flagged", gate)


def cut_flagged(
    reference: Face, found: LookupTrace, plan: SubsetPlan, *, name: str | None = None, hinting: Hinting = "auto"
) -> bytes:
    """Cut a font to what a trace found, with poisoned rules.

    Args:
        reference: The uncut font.
        found: The trace.
        plan: What is kept of it.
        name: The family name to use where the license reserves the font's own.
        hinting: ``keep``, ``drop``, or ``auto``.

    Returns:
        An sfnt.

    Raises:
        FontError: The font cannot be cut.
    """
    font = reference.font()
    blank = {glyph for glyph in plan.glyphs if glyph not in found.drawn and not read_outline(font, glyph)}
    flag = choose_flag(reference, plan.glyphs)
    rules = poison_rules(reference, plan.glyphs, found.drawn | blank, flag)
    # Every letter of Khmer is mapped, those that the text lacks to the flag.
    khmer = plan_full(reference).unicodes
    mapped = map_to_flag(show_notdef(reference), khmer - plan.unicodes, flag)
    glyphs = {**plan.glyphs, flag: "the flag: stands for all that the text does not use"}
    return cut_exactly(
        mapped, found, SubsetPlan(glyphs, plan.unicodes | khmer), name=name, hinting=hinting, rules=rules
    )
