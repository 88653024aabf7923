"""``khmertext font verify``: whether a cut font still draws a text, and keeps what its coverage promises."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from khmertext.cli.axes import Axes, parse_axes
from khmertext.cli.features import features_option
from khmertext.cli.font_cutting import list_text_runs
from khmertext.cli.font_options import FILE, language_option, text_file
from khmertext.cli.font_showing import PROOF_SUFFIX, SHOWN, describe_gate, describe_sanitized, proof_value, show_proof
from khmertext.cli.terminal import format_json
from khmertext.files import read_text
from khmertext.fonts import Face, Judged, Run, judge_texts, read_face
from khmertext.fonts.certificate import count_gate, limit_like, prove_everywhere
from khmertext.fonts.features import list_settings
from khmertext.fonts.gate import iter_gate_texts
from khmertext.fonts.sanitizing import sanitize
from khmertext.fonts.shaping import notate
from khmertext.fonts.subset import COVERAGES, locate_all
from khmertext.script.everyday import everyday_clusters
from khmertext.text.clusters import split_clusters
from khmertext.workers import count_jobs

__all__ = ["font_verify"]


@click.command("verify", short_help="Tell whether a cut font draws a text as the whole one.")
@click.argument("original", metavar="ORIGINAL", type=FILE)
@click.argument("subset", metavar="SUBSET", type=FILE)
@text_file
@click.option("--axes", help="Where axes were pinned, as wdth=80. [default: as the proof beside SUBSET says]")
@language_option
@features_option("as the proof beside SUBSET says unless given")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def font_verify(
    original: Path,
    subset: Path,
    text_files: tuple[Path, ...],
    axes: str | None,
    language: str,
    features: tuple[str, ...],
    as_json: bool,
) -> None:
    """Tell whether SUBSET draws a text as ORIGINAL does.

    Both are taken as they are; nothing that was found out when SUBSET was made is believed. Where the proof beside
    SUBSET says coverage flagged or open, what that promises of other texts is tried too. Exit code 1 when anything
    differs, or when OpenType Sanitizer, where it is installed, refuses SUBSET.
    """
    shipped = read_face(subset)
    face = read_face(original)
    proof_path = subset.with_name(subset.name + PROOF_SUFFIX)
    told = read_proof(proof_path)
    known = parse_axes(axes) if axes else read_axes(told)
    reference = limit_like(face, shipped, known)
    texts = [read_text(path) for path in text_files]
    runs = list_text_runs(texts, reference, language, features or read_settings(told))
    proof = prove_everywhere(reference, shipped, runs, jobs=count_jobs())
    coverage = read_coverage(told)
    gate = judge_coverage(coverage, reference, shipped, runs)
    faults = list_faults(coverage, gate)
    said = sanitize(subset.read_bytes())
    if as_json:
        value = proof_value(proof)
        value["coverage"] = coverage or None
        value["gate"] = None if gate is None else {**count_gate(gate), "faults": faults}
        click.echo(format_json({**value, "sanitizer": None if said is None else said._asdict()}))
    else:
        show_proof(proof)
        if gate is not None:
            show_gate(coverage, gate, faults)
        click.echo(describe_sanitized(said))
    if not proof.holds or faults or (said is not None and not said.passed):
        click.get_current_context().exit(1)


# -- the proof beside a font: anybody could have written it ----------------------------------------------------------


def read_proof(path: Path) -> Any:
    """What a proof says, as JSON has it; None where there is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def read_axes(told: Any) -> Axes:
    """The axes that a proof tells of; none where it is not ours."""
    try:
        return {str(tag): (float(low), float(high)) for tag, (low, high) in told["options"]["axes"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def read_settings(told: Any) -> tuple[str, ...]:
    """The settings of features that a proof tells of; the browser's default alone where it is not ours."""
    try:
        return list_settings(str(setting) for setting in told["proof"]["features"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return ("",)


def read_coverage(told: Any) -> str:
    """The coverage that a proof tells of; empty where it is not ours."""
    try:
        coverage = told["subset"]["coverage"]
    except (KeyError, TypeError):
        return ""
    return coverage if isinstance(coverage, str) and coverage in COVERAGES else ""


# -- other texts -----------------------------------------------------------------------------------------------------


def judge_coverage(coverage: str, reference: Face, shipped: Face, runs: Sequence[Run]) -> Judged | None:
    """What other texts come out as, for coverages that promise something of them; None for others."""
    texts: Iterable[str]
    if coverage == "flagged":
        texts = iter_gate_texts(sorted({cluster for run in runs for cluster in split_clusters(run.text)}))
    elif coverage == "open":
        texts = everyday_clusters()
    else:
        return None
    return judge_texts(reference, shipped, texts, locate_all(reference, runs)[0])


def list_faults(coverage: str, gate: Judged | None) -> list[str]:
    """The texts with which a font does not keep its promise: those drawn wrong; of *open*, those flagged too."""
    if gate is None:
        return []
    return [*gate.wrong, *(gate.flagged if coverage == "open" else ())]


def show_gate(coverage: str, gate: Judged, faults: Sequence[str]) -> None:
    for text in faults[:SHOWN]:
        click.echo(f"coverage {coverage} does not hold for {notate(text)}")
    if len(faults) > SHOWN:
        click.echo(f"… and {len(faults) - SHOWN:,} more; --json lists all")
    click.echo(f"coverage {coverage}: {describe_gate(gate)}")
