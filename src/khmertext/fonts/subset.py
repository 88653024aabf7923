"""The whole way: plan, cut, pack, read back, prove, and again with what differed, until nothing does.

How much of a font a subset keeps is its coverage, from the least to the most: *exact*, the rules and outlines that the
text uses; *text*, all rules over the glyphs that it touches; *flagged*, the same with every other text flagged
(:mod:`khmertext.fonts.flagging`); *open*, what the rules can make of the text's glyphs too, and everyday Khmer;
*full*, all Khmer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, get_args

from khmertext.errors import FontError
from khmertext.fonts.exact import EFFORTS, Effort, subset_exact
from khmertext.fonts.faces import Face, open_face
from khmertext.fonts.gate import find_faults, try_promise
from khmertext.fonts.licensing import require_subsettable
from khmertext.fonts.places import list_places
from khmertext.fonts.planning import SubsetPlan, plan_full, plan_text
from khmertext.fonts.proof import Difference, Prover, Run, prove
from khmertext.fonts.results import COVERAGES, Coverage, Subset, TextCoverage
from khmertext.fonts.shaping import notate
from khmertext.fonts.subsetting import Hinting, close_layout, cut, to_woff2
from khmertext.fonts.tracing import trace
from khmertext.script.everyday import everyday_clusters
from khmertext.text.clusters import distinct_clusters

__all__ = ["COVERAGES", "Coverage", "Subset", "TextCoverage", "subset_full", "subset_text"]

EVERYDAY: Final = "everyday Khmer"


def subset_text(
    reference: Face,
    runs: Sequence[Run],
    *,
    name: str | None = None,
    hinting: Hinting = "auto",
    prover: Prover = prove,
    coverage: TextCoverage = "text",
    effort: Effort = "fast",
    allow_restricted: bool = False,
) -> Subset:
    """Cut a font down to texts that are known, and prove that it shows them as the uncut font does.

    With coverage ``text`` every glyph stays that the text touches on its way, and every rule over these glyphs. With
    ``exact`` rules and outlines go that the text does not use: the font is smaller, and knows less of other texts. With
    ``flagged`` it knows as little, but says so: all other Khmer comes out as .notdef. With ``open`` it has what the
    rules can make of the text's glyphs, and everyday Khmer.

    The first cut keeps what the distinct clusters touch. Some fonts have rules across clusters; a run that such a rule
    changes comes out different, is traced as a whole, and the font is cut again.

    Args:
        reference: The uncut font; its axes limited to what the pages use (:func:`limit_axes`).
        runs: What the pages show.
        name: The family name to use where the license reserves the font's own.
        hinting: ``keep``, ``drop``, or ``auto`` (see :func:`cut`).
        prover: How to prove; give another one to do it in several processes.
        coverage: ``exact``, ``text``, ``flagged`` or ``open``.
        effort: For coverage ``exact``: ``fast``, or ``max`` to leave out each rule for trial, which takes far longer.
        allow_restricted: Whether to cut a font whose embedding bits forbid it, as its owner may.

    Returns:
        The font with its proof.

    Raises:
        ValueError: There is no such coverage or effort.
        FontError: The font may not be cut, or cannot; or something differs to the end, and the message shows the run.

    Example:
        >>> from khmertext.fonts import default_face, default_limits, limit_axes
        >>> face = limit_axes(default_face(), default_limits(default_face(), (400, 400)))
        >>> subset = subset_text(face, [Run("សួស្តី", "km", 400)])
        >>> subset.proof.runs, subset.proof.differing
        (1, ())
    """
    if coverage not in get_args(TextCoverage):
        raise ValueError(f"the coverage of a text is {', '.join(get_args(TextCoverage))}, not {coverage!r}")
    if effort not in EFFORTS:
        raise ValueError(f"the effort is {' or '.join(EFFORTS)}, not {effort!r}")
    if not allow_restricted:
        require_subsettable(reference)
    texts: dict[tuple[str, str], dict[str, None]] = {}
    for run in runs:
        texts.setdefault((run.language, run.features), {})[run.text] = None
    clusters = dict.fromkeys(
        (cluster, language, features)
        for (language, features), found in texts.items()
        for cluster in distinct_clusters(found)
    )
    places = locate_all(reference, runs)
    if coverage == "exact":
        exact = subset_exact(reference, runs, clusters, places, prover, name=name, hinting=hinting, effort=effort)
        if exact is not None:
            return exact
    if coverage == "flagged":
        from khmertext.fonts.flagged import subset_flagged  # takes long to load, and the others do without

        return subset_flagged(reference, runs, clusters, places, prover, name=name, hinting=hinting)
    plan = plan_text(reference, clusters, places)
    if coverage == "open":
        return subset_open(reference, runs, plan, places, name, hinting, prover)
    return refine(reference, runs, plan, name, hinting, prover)


def subset_open(
    reference: Face,
    runs: Sequence[Run],
    plan: SubsetPlan,
    places: Sequence[dict[str, float]],
    name: str | None,
    hinting: Hinting,
    prover: Prover,
) -> Subset:
    """Cut a font down to texts, what the rules can make of their glyphs, and everyday Khmer.

    Raises:
        FontError: As :func:`subset_text`; or everyday Khmer is not drawn right by what should have all of it.
    """
    closed = close_layout(reference, plan.glyphs, plan.unicodes)
    reasons = dict.fromkeys(sorted(closed), "what the rules can make of the text's glyphs")
    plan = replace(plan, glyphs={**reasons, **plan.glyphs})
    everyday = everyday_clusters()
    found = trace(reference, [(cluster, "km") for cluster in everyday], places)
    reasons = {glyph: f"{EVERYDAY}: {reason}" for glyph, reason in found.glyphs.items()}
    plan = plan.extend(reference, replace(found, glyphs=reasons))
    subset = refine(reference, runs, plan, name, hinting, prover)
    gate = try_promise("open", reference, subset.face, runs, places)
    assert gate is not None
    faults = find_faults("open", gate)
    if faults:
        raise FontError(
            f"the cut font does not show {notate(faults[0])} as the uncut one does",
            source=reference.source,
            hint="use coverage full",
        )
    return replace(subset, coverage="open", gate=gate)


def subset_full(
    reference: Face,
    runs: Sequence[Run] = (),
    *,
    name: str | None = None,
    hinting: Hinting = "auto",
    prover: Prover = prove,
    allow_restricted: bool = False,
) -> Subset:
    """Cut a font down to all the Khmer it has, for text that is not known, and prove it on texts that are.

    Args:
        reference: The uncut font; its axes limited to what the pages use.
        runs: What it is proven on.
        name: The family name to use where the license reserves the font's own.
        hinting: ``keep``, ``drop``, or ``auto`` (see :func:`cut`).
        prover: How to prove.
        allow_restricted: Whether to cut a font whose embedding bits forbid it, as its owner may.

    Returns:
        The font with its proof.

    Raises:
        FontError: As :func:`subset_text`.
    """
    if not allow_restricted:
        require_subsettable(reference)
    return replace(refine(reference, runs, plan_full(reference), name, hinting, prover), coverage="full")


def refine(
    reference: Face, runs: Sequence[Run], plan: SubsetPlan, name: str | None, hinting: Hinting, prover: Prover
) -> Subset:
    """Cut and prove until nothing differs; every round keeps more, so there is a last one."""
    rounds = 0
    while True:
        rounds += 1
        data = to_woff2(cut(reference, plan, name=name, hinting=hinting))
        shipped = open_face(data, source=f"the subset of {reference.source}")
        proof = prover(reference, shipped, runs)
        if proof.holds:
            return Subset(data, shipped, plan, proof, rounds)
        larger = enlarge(reference, plan, proof.differing) if proof.metrics_equal else plan
        if larger is plan:
            raise FontError(proof.describe(), source=reference.source, hint="nothing was written; use another font")
        plan = larger


def enlarge(reference: Face, plan: SubsetPlan, differing: Sequence[Difference]) -> SubsetPlan:
    """Return a plan that keeps more of what differed; the same plan when there is nothing more to keep.

    First what the runs touch; then what the rules could make of that; in the end, of everything.
    """
    runs = list(dict.fromkeys(difference.run for difference in differing))
    texts = dict.fromkeys((run.text, run.language, run.features) for run in runs)
    texts.update(dict.fromkeys((one.part, one.run.language, one.run.features) for one in differing))
    found = trace(reference, texts, locate_all(reference, runs))
    traced = plan.extend(reference, found)
    if len(traced.glyphs) > len(plan.glyphs) or traced.unicodes > plan.unicodes:
        return traced
    if plan.closure:
        return plan
    closed = close_layout(reference, found.glyphs, found.unicodes & reference.unicodes) - plan.glyphs.keys()
    if closed:
        reason = "what the rules can make of a run that differed"
        return replace(plan, glyphs={**plan.glyphs, **dict.fromkeys(sorted(closed), reason)})
    return replace(plan, closure=True)


def locate_all(face: Face, runs: Iterable[Run]) -> list[dict[str, float]]:
    """Return the distinct variations at which runs are looked at, the font's own for none.

    At each weight other axes stand where :func:`khmertext.fonts.places.list_places` says; pinned ones are none.
    """
    weights = [face.locate(weight) for weight in sorted({run.weight for run in runs})] or [{}]
    weights = list({tuple(place.items()): place for place in weights}.values())
    return [{**place, **weight} for place in list_places(face, len(weights)) for weight in weights]
