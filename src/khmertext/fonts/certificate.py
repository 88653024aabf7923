"""Certificates: what was cut, from what, how, and what was compared, as a value that goes beside a font as JSON.

No time, no machine, no path: the same input gives the same certificate. What it says can be checked again from the two
fonts and the text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import brotli
import fontTools
import uharfbuzz as hb

from khmertext.errors import FontError
from khmertext.fonts.faces import Face
from khmertext.fonts.features import list_settings
from khmertext.fonts.gate import Judged
from khmertext.fonts.places import choose_weights, count_places, list_places
from khmertext.fonts.proof import Proof, Run
from khmertext.fonts.results import COVERAGES, Subset
from khmertext.fonts.runs import SPACE, prove_in_processes
from khmertext.fonts.sanitizing import Sanitized
from khmertext.fonts.subsetting import default_limits, limit_axes
from khmertext.version import __version__

__all__ = [
    "CERTIFICATE_VERSION",
    "Claim",
    "certify",
    "choose_weights",
    "count_gate",
    "hash_runs",
    "limit_like",
    "prove_everywhere",
    "read_claim",
]

FORMAT: Final = "khmertext font proof"

CERTIFICATE_VERSION: Final = 1
"""Grows when a reader of an older version would misread a certificate."""


def certify(
    original: bytes,
    shipped: bytes,
    reference: Face,
    subset: Subset,
    runs: Sequence[Run],
    *,
    axes: Mapping[str, tuple[float, float]],
    options: Mapping[str, Any],
    others: Mapping[str, int] | None = None,
    sanitized: Sanitized | None = None,
) -> dict[str, Any]:
    """Put together what was proven.

    Args:
        original: The bytes of the file that was cut.
        shipped: The bytes of the file that is published.
        reference: The uncut font with its axes limited.
        subset: The cut font.
        runs: What it was proven on.
        axes: Axis tag to the least and the greatest value.
        options: What else was asked for, in values that JSON has.
        others: The characters of the text that are left to other fonts, and how often each occurs.
        sanitized: What OpenType Sanitizer said of the published file; None when it was not asked.

    Returns:
        Values that JSON has; their order is fixed.

    Example:
        >>> from khmertext.fonts import default_face, default_limits, limit_axes, subset_text
        >>> face = limit_axes(default_face(), default_limits(default_face(), (400, 400)))
        >>> runs = [Run("ខ្មែរ", "km", 400)]
        >>> found = certify(b"", b"", face, subset_text(face, runs), runs, axes={}, options={})
        >>> found["format"], found["version"], found["proof"]["runs"]
        ('khmertext font proof', 1, 1)
    """
    left = others or {}
    used = {run.weight for run in runs}
    weights = [dict(place) for place in {tuple(reference.locate(weight).items()) for weight in used}]
    weights.sort(key=lambda place: list(place.values()))
    elsewhere = list_places(reference, len(used))
    places = [{**place, **weight} for place in elsewhere for weight in weights or [{}]]
    left_out = (count_places(reference) - len(elsewhere)) * max(1, len(weights))
    return {
        "format": FORMAT,
        "version": CERTIFICATE_VERSION,
        "tools": {
            "khmertext": __version__,
            "fontTools": fontTools.version,
            "uharfbuzz": hb.__version__,
            "HarfBuzz": hb.version_string(),
            "Brotli": brotli.__version__,
        },
        "original": {
            "sha256": hashlib.sha256(original).hexdigest(),
            "bytes": len(original),
            "glyphs": reference.glyph_count,
            "tables_left_out": sorted(reference.stripped),
        },
        "subset": {
            "sha256": hashlib.sha256(shipped).hexdigest(),
            "bytes": len(shipped),
            "glyphs": subset.face.glyph_count,
            "coverage": subset.coverage,
            "rounds": subset.rounds,
        },
        "options": {**options, "axes": {tag: list(span) for tag, span in sorted(axes.items())}},
        "text": {"other_characters": sum(left.values()), "other_characters_distinct": len(left)},
        "proof": {
            "runs": subset.proof.runs,
            "clusters": subset.proof.clusters,
            "across_spaces": len({run.text for run in runs if not SPACE.isdisjoint(run.text)}),
            "weights": sorted(used),
            "languages": sorted({run.language for run in runs}),
            "features": sorted({run.features for run in runs}),
            "places": places,
            "places_left_out": left_out,
            "runs_sha256": hash_runs(runs),
            "lacking": [list(run) for run in subset.proof.lacking],
            "differing": len(subset.proof.differing),
            "metrics_equal": subset.proof.metrics_equal,
        },
        "sanitizer": None if sanitized is None else {"version": sanitized.version, "passed": sanitized.passed},
        "gate": None if subset.gate is None else count_gate(subset.gate),
    }


class Claim(NamedTuple):
    """What a certificate says of a font, as far as it can be tried again from the fonts and the text.

    Args:
        original: The sha256 of the file that was cut.
        shipped: That of the file that was published.
        runs: That of the runs.
        coverage: One of :data:`khmertext.fonts.COVERAGES`.
        language: BCP 47 tag of the text.
        features: The settings of font features, the browser's default first.
        axes: Axis tag to the least and the greatest value that stayed.
    """

    original: str
    shipped: str
    runs: str
    coverage: str
    language: str
    features: tuple[str, ...]
    axes: Mapping[str, tuple[float, float]]


def read_claim(text: str) -> Claim | None:
    """Read a certificate; anybody could have written it, so that nothing of it counts as proven.

    Args:
        text: JSON.

    Returns:
        What it says; None where it is no certificate, or one of a later version.

    Example:
        >>> read_claim("{}") is None
        True
    """
    try:
        value = json.loads(text)
        if value["format"] != FORMAT or value["version"] > CERTIFICATE_VERSION:
            return None
        axes = {str(tag): (float(low), float(high)) for tag, (low, high) in value["options"]["axes"].items()}
        hashes = (value["original"]["sha256"], value["subset"]["sha256"], value["proof"]["runs_sha256"])
        coverage, language = value["subset"]["coverage"], value["options"]["language"]
        features = list_settings(str(setting) for setting in value["proof"]["features"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if not all(low <= high for low, high in axes.values()):  # no number is not less than one either
        return None
    if coverage not in COVERAGES or not isinstance(language, str) or not all(isinstance(one, str) for one in hashes):
        return None
    return Claim(*hashes, coverage, language, features, axes)


def count_gate(gate: Judged) -> dict[str, int]:
    """Return what other texts came out as, as numbers.

    Args:
        gate: What they came out as.

    Example:
        >>> count_gate(Judged(2, ("ក",), (), 0))
        {'texts': 3, 'right': 2, 'flagged': 1, 'wrong': 0, 'lacking': 0}
    """
    return {
        "texts": gate.texts,
        "right": gate.right,
        "flagged": len(gate.flagged),
        "wrong": len(gate.wrong),
        "lacking": gate.lacking,
    }


def hash_runs(runs: Sequence[Run]) -> str:
    """Return the sha256 of runs: sorted, as lines of text, language, weight and, where there are any, features."""
    lines = (
        f"{text}\t{language}\t{weight}\t{features}\n" if features else f"{text}\t{language}\t{weight}\n"
        for text, language, weight, features in sorted(set(runs))
    )
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def prove_everywhere(reference: Face, shipped: Face, runs: Sequence[Run], *, jobs: int = 1) -> Proof:
    """Compare two fonts on runs, at all places of axes other than the weight too.

    Args:
        reference: The font as it should look.
        shipped: The font that will be published; it has the same axes.
        runs: What the pages show.
        jobs: How many processes.

    Returns:
        The proof; what differs at the first place where anything does counts, runs and clusters are counted once.

    Raises:
        ValueError: The features of a run are no setting.

    Source: OpenType spec, fvar; the places are those of :func:`khmertext.fonts.places.list_places`.

    Example:
        >>> from khmertext.fonts import default_face
        >>> prove_everywhere(default_face(), default_face(), [Run("ខ្មែរ", "km", 400)]).runs
        1
    """
    first, *others = list_places(reference, len({run.weight for run in runs}))
    proof = prove_in_processes(jobs, reference, shipped, runs, first)
    for place in others:
        if not proof.holds:
            break
        there = prove_in_processes(jobs, reference, shipped, runs, place)
        if not there.holds:
            return Proof(0, frozenset(), there.differing, there.lacking, there.metrics)
    return proof


def limit_like(original: Face, shipped: Face, axes: Mapping[str, tuple[float, float]] | None = None) -> Limited:
    """Limit the axes of a font as those of a font that was cut from it.

    Args:
        original: The uncut font.
        shipped: The cut one. Of an axis that it lost, only the weight can be read from it; others are taken to have
            been pinned at their defaults.
        axes: Where axes that are gone were pinned, as far as that is known.

    Returns:
        The limited font, and to what its axes were limited.

    Raises:
        FontError: ``shipped`` has axes or values that ``original`` lacks.
    """
    limits = default_limits(original, (shipped.weight, shipped.weight))
    limits |= {tag: span for tag, span in (axes or {}).items() if original.axis(tag) is not None}
    limits |= {axis.tag: (axis.minimum, axis.maximum) for axis in shipped.axes}
    try:
        return Limited(limit_axes(original, limits), limits)
    except FontError as error:
        raise FontError(f"no subset of {original.source}: {error.message}", source=shipped.source) from error


class Limited(NamedTuple):
    """A font with limited axes.

    Args:
        face: The font.
        limits: Axis tag to the least and the greatest value.
    """

    face: Face
    limits: Mapping[str, tuple[float, float]]

    @property
    def pinned(self) -> dict[str, float]:
        """The axes that were pinned, and where."""
        return {tag: low for tag, (low, high) in self.limits.items() if low == high}
