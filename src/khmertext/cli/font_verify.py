"""``khmertext font verify``: whether a cut font still draws a text, and keeps what its coverage promises."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from khmertext.cli.axes import parse_axes
from khmertext.cli.features import features_option
from khmertext.cli.font_options import FILE, language_option, text_file
from khmertext.cli.font_showing import (
    PROOF_SUFFIX,
    SHOWN,
    describe_gate,
    describe_others,
    describe_sanitized,
    proof_value,
    show_proof,
)
from khmertext.cli.inputs import name_texts, read_texts
from khmertext.cli.terminal import format_json, printable
from khmertext.errors import TextError
from khmertext.fonts import Face, read_face
from khmertext.fonts.certificate import Claim, count_gate, hash_runs, read_claim
from khmertext.fonts.runs import count_others
from khmertext.fonts.sanitizing import Sanitized, sanitize
from khmertext.fonts.shaping import notate
from khmertext.fonts.subset import COVERAGES
from khmertext.fonts.verifying import Verification, verify_subset
from khmertext.workers import count_jobs

__all__ = ["font_verify"]

MAX_PROOF = 64 << 20
FIXED = 1e-3  # more than what numbers of axes are rounded by (OpenType spec, "Data Types": Fixed; single floats)
FROM_PROOF = " [default: as the proof beside SUBSET says, else km]"


class Beside(NamedTuple):
    """The proof beside a font, and how it fits the files.

    Args:
        claim: What it says; None where it is not of this font.
        note: What has to be said of it; empty for nothing.
        broken: Whether it is of another font than the one beside it.
    """

    claim: Claim | None
    note: str
    broken: bool


@click.command("verify", short_help="Tell whether a cut font draws a text as the whole one.")
@click.argument("original", metavar="ORIGINAL", type=FILE)
@click.argument("subset", metavar="SUBSET", type=FILE)
@text_file
@click.option(
    "--coverage", type=click.Choice(COVERAGES), help="What it promises. [default: as the proof beside SUBSET says]"
)
@click.option("--axes", help="Where axes were pinned, as wdth=80. [default: as the proof beside SUBSET says]")
@language_option(FROM_PROOF, None)
@features_option("as the proof beside SUBSET says unless given")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def font_verify(
    original: Path,
    subset: Path,
    text_files: tuple[Path, ...],
    coverage: str | None,
    axes: str | None,
    language: str | None,
    features: tuple[str, ...],
    as_json: bool,
) -> None:
    """Tell whether SUBSET draws a text as ORIGINAL does.

    Everything is compared anew. The proof beside SUBSET only tells where axes were pinned, the language, the features
    and the coverage, and it has to be of this very SUBSET. What coverage flagged, open and full promise of other texts
    is tried too. Tables that shape, draw or place letters by themselves and that only SUBSET has are told, and
    characters that only SUBSET has, or draws otherwise.

    Exit code 1 when anything differs, when the proof beside SUBSET is of another file, or when OpenType Sanitizer,
    where it is installed, refuses SUBSET.
    """
    shipped = read_face(subset)
    face = read_face(original)
    data = subset.read_bytes()
    beside = read_beside(subset, hashlib.sha256(data).hexdigest())
    claim = beside.claim
    texts = read_texts(text_files)
    asked = parse_axes(axes) if axes else {}
    refuse_axes(face, shipped, asked)
    if language is None:
        language = claim.language if claim else "km"
    found = verify_subset(
        face,
        shipped,
        texts,
        language=language,
        features=features or (claim.features if claim else ("",)),
        axes={**(claim.axes if claim else {}), **asked},
        coverage=coverage or (claim.coverage if claim else ""),
        made_for=claim.runs if claim else "",
        jobs=count_jobs(),
    )
    if not found.runs:
        raise TextError("has no Khmer, so that there is nothing to compare", source=name_texts(text_files))
    said = sanitize(data)
    notes = [beside.note] if beside.note else []
    if claim is not None:
        if hashlib.sha256(original.read_bytes()).hexdigest() != claim.original:
            notes.append("the proof beside it was made from another file than ORIGINAL")
        if hash_runs(found.runs) != claim.runs:
            notes.append("the proof beside it was made for another text, or other options")
    if as_json:
        click.echo(format_json(verification_value(found, notes, said, broken=beside.broken)))
    else:
        for note in notes:
            click.echo(note)
        show_verification(face, found)
        if others := describe_others(count_others(texts)):
            click.echo(others)
        click.echo(describe_sanitized(said))
    if not found.holds or beside.broken or (said is not None and not said.passed):
        click.get_current_context().exit(1)


def read_beside(subset: Path, digest: str) -> Beside:
    """Read the proof beside a font.

    Args:
        subset: The font.
        digest: The sha256 of its bytes.
    """
    path = subset.with_name(subset.name + PROOF_SUFFIX)
    unsaid = "no promise of its coverage was tried: --coverage names one, --axes where axes were pinned"
    try:
        if path.exists() and not (path.is_file() and path.stat().st_size <= MAX_PROOF):
            raise OSError(f"{path} is no proof")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Beside(None, f"there is no proof beside it; {unsaid}", broken=False)
    except (OSError, ValueError):
        text = ""
    claim = read_claim(text)
    if claim is None:
        return Beside(None, f"the file {path.name} beside it is no proof that can be read; {unsaid}", broken=False)
    if claim.shipped != digest:
        return Beside(None, f"the proof {path.name} beside it is of another font, or this one was changed", broken=True)
    return Beside(claim, "", broken=False)


def verification_value(
    found: Verification, notes: Sequence[str], said: Sanitized | None, *, broken: bool
) -> dict[str, Any]:
    """What was found, as values that JSON has."""
    promise = found.promise
    return {
        "passed": found.holds and not broken and (said is None or said.passed),
        **proof_value(found.proof),
        "axes": {tag: list(span) for tag, span in sorted(found.limits.items())},
        "moved": found.moved or None,
        "added_tables": list(found.tables),
        "added_characters": list(found.strangers),
        "upright": list(found.upright),
        "coverage": found.coverage or None,
        "gate": None if promise is None else {**count_gate(promise), "faults": list(found.faults)},
        "proof_is_of_another_font": broken,
        "notes": list(notes),
        "sanitizer": None if said is None else said._asdict(),
    }


def show_verification(original: Face, found: Verification) -> None:
    for line in list_findings(found):
        click.echo(line)
    if original.axes:
        click.echo(f"compared with ORIGINAL limited to {describe_limits(found.limits)}")
    show_proof(found.proof)
    if found.upright:
        count, first = len(found.upright), notate(found.upright[0])
        click.echo(f"upright in vertical lines, which no proof is of, {count:,} clusters differ, the first is {first}")
    if found.promise is not None:
        click.echo(f"coverage {found.coverage}: {describe_gate(found.promise)}")
    elif found.coverage:
        click.echo(f"coverage {found.coverage}: it promises nothing of other text")


def describe_limits(limits: Mapping[str, tuple[float, float]]) -> str:
    """To what axes were limited, in words."""
    return ", ".join(
        f"{tag} {low:g}" if low == high else f"{tag} {low:g} to {high:g}" for tag, (low, high) in sorted(limits.items())
    )


def refuse_axes(original: Face, shipped: Face, asked: Mapping[str, tuple[float, float]]) -> None:
    """See that what is given of the axes can be.

    Raises:
        click.BadParameter: ORIGINAL lacks an axis, or SUBSET has another range of it.
    """
    for tag, (low, high) in asked.items():
        axis = shipped.axis(tag)
        if original.axis(tag) is None:
            raise click.BadParameter(f"ORIGINAL has no axis {printable(tag)}", param_hint="--axes")
        if axis is not None and max(abs(axis.minimum - low), abs(axis.maximum - high)) > FIXED:
            has = f"{axis.minimum:g} to {axis.maximum:g}"
            raise click.BadParameter(f"SUBSET has another range of {printable(tag)}, {has}", param_hint="--axes")


def list_findings(found: Verification) -> Iterator[str]:
    """Yield what is wrong besides what the proof says, a line each."""
    if found.moved:
        yield f"{found.moved}: what it is compared with is not ORIGINAL"
    if found.tables:
        what = "which shape, draw or place letters by themselves and were not compared"
        yield f"only SUBSET has {', '.join(found.tables)}, {what}"
    if found.strangers:
        some = ", ".join(f"U+{code:04X}" for code in found.strangers[:SHOWN])
        more = f" and {len(found.strangers) - SHOWN:,} more" if len(found.strangers) > SHOWN else ""
        yield f"only SUBSET has {some}{more}, or draws them otherwise"
    for text in found.faults[:SHOWN]:
        yield f"coverage {found.coverage} does not hold for {notate(text)}"
    if len(found.faults) > SHOWN:
        yield f"… and {len(found.faults) - SHOWN:,} more; --json lists all"
