"""What ``khmertext font subset`` and ``font verify`` show of cut fonts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from khmertext.cli.terminal import format_columns, format_table, printable
from khmertext.errors import FontError
from khmertext.fonts import Difference, Face, Judged, Proof, Run, Subset, measure_unseen
from khmertext.fonts.sanitizing import HOW_TO_INSTALL, Sanitized
from khmertext.fonts.shaping import notate
from khmertext.fonts.subset import COVERAGES
from khmertext.text.clusters import split_clusters

__all__ = [
    "PROOF_SUFFIX",
    "SHOWN",
    "describe_gate",
    "describe_others",
    "describe_sanitized",
    "measure_dial",
    "proof_value",
    "show_dial",
    "show_proof",
    "show_reasons",
    "show_subset",
]

SHOWN = 20
FEW = 24
PROOF_SUFFIX = ".proof.json"


def show_subset(
    certificate: Mapping[str, Any], subset: Subset, others: Mapping[str, int], output: Path, sanitizer: str
) -> None:
    before, after, proof = certificate["original"], certificate["subset"], certificate["proof"]
    rows = [
        ("font", f"{before['bytes']:,} → {after['bytes']:,} bytes"),
        ("glyphs", f"{before['glyphs']:,} → {after['glyphs']:,}"),
        ("coverage", subset.coverage),
        ("runs proven", f"{proof['runs']:,}"),
        ("clusters", f"{proof['clusters']:,} distinct"),
        *([("other Khmer", describe_gate(subset.gate))] if subset.gate else []),
        *([("places", describe_places(proof))] if any(proof["places"]) else []),
        *([("features", ", ".join(["default", *filter(None, proof["features"])]))] if any(proof["features"]) else []),
        ("sanitizer", sanitizer),
        *([("left out", ", ".join(map(printable, left_out)))] if (left_out := before["tables_left_out"]) else []),
        *([("other text", left)] if (left := describe_others(others)) else []),
        ("written", printable(str(output))),
        ("its proof", f"{printable(str(output))}{PROOF_SUFFIX}"),
    ]
    click.echo(format_table(rows))
    for text in dict.fromkeys(run.text for run in subset.proof.lacking[:SHOWN]):
        click.echo(f"the font itself lacks something for {notate(text)}", err=True)


def describe_gate(gate: Judged) -> str:
    """What other texts came out as, in words."""
    flagged = f", {len(gate.flagged):,} flagged" if gate.flagged else ""
    return f"{gate.texts:,} texts tried: {gate.right:,} right{flagged}, {len(gate.wrong):,} wrong"


def describe_places(proof: Mapping[str, Any]) -> str:
    """At how many places of the axes the fonts were compared."""
    left_out = proof["places_left_out"]
    return f"{len(proof['places']):,} in the axes" + (f", {left_out:,} left out" if left_out else "")


def describe_sanitized(said: Sanitized | None) -> str:
    """One line on what OpenType Sanitizer said."""
    if said is None:
        return f"OpenType Sanitizer was not run; install it with: {HOW_TO_INSTALL}"
    if said.passed:
        return f"OpenType Sanitizer {said.version} lets the font through"
    return f"OpenType Sanitizer {said.version} refuses the font: {printable(said.message)}"


def show_reasons(subset: Subset, size: int) -> None:
    """Show where the bytes are, and why each glyph is there."""
    tables = sorted(subset.face.tables.items(), key=lambda item: (-len(item[1]), item[0]))
    click.echo(f"\nbytes by table, unpacked ({size:,} packed)")
    click.echo(format_table([(tag, f"{len(body):>9,}") for tag, body in tables]))
    click.echo("\nglyphs by their numbers in the uncut font")
    click.echo(format_table([(str(glyph), reason) for glyph, reason in sorted(subset.plan.glyphs.items())]))
    more = subset.face.glyph_count - len(subset.plan.glyphs)
    if more > 0:
        click.echo(f"and {more:,} that outlines are put together from, or that rules can make of these")


def measure_dial(
    reference: Face, runs: Sequence[Run], chosen: Subset, make: Callable[[str], Subset]
) -> list[dict[str, Any]]:
    """What each coverage costs, and what it does to Khmer that the text lacks, as values that JSON has."""
    known = {cluster for run in runs for cluster in split_clusters(run.text)}
    place = reference.locate(runs[0].weight) if runs else {}
    rows: list[dict[str, Any]] = []
    for coverage in COVERAGES if runs else ("full",):
        try:
            subset = chosen if coverage == chosen.coverage else make(coverage)
        except FontError as error:
            rows.append({"coverage": coverage, "refused": error.message})
            continue
        unseen = measure_unseen(reference, subset.face, known, place)
        rows.append(
            {
                "coverage": coverage,
                "woff2_bytes": len(subset.data),
                "glyphs": subset.face.glyph_count,
                "unseen": {
                    "held_out_clusters": unseen.total,
                    "not_in_text": unseen.occurrences,
                    "not_in_text_distinct": unseen.clusters,
                    "wrong": unseen.wrong_occurrences,
                    "wrong_distinct": list(unseen.wrong),
                    "missing": unseen.missing_occurrences,
                    "missing_distinct": list(unseen.missing),
                },
            }
        )
    return rows


def show_dial(rows: Sequence[Mapping[str, Any]], chosen: str) -> None:
    """Show the dial as a table."""
    table = [("", "WOFF2 bytes", "glyphs", "drawn wrong", "no glyph")]
    for row in rows:
        if "refused" in row:
            table.append((row["coverage"], "refused", "", "", ""))
            continue
        unseen = row["unseen"]
        shares = [f"{100 * unseen[key] / max(unseen['held_out_clusters'], 1):.2f} %" for key in ("wrong", "missing")]
        name = row["coverage"] + (" (this one)" if row["coverage"] == chosen else "")
        table.append((name, f"{row['woff2_bytes']:,}", f"{row['glyphs']:,}", *shares))
    click.echo("\nwhat each coverage makes of Khmer that is not in the text")
    click.echo(format_columns(table))
    for row in rows:
        if "refused" in row:
            click.echo(printable(f"{row['coverage']}: {row['refused']}"))
    unseen = next(row["unseen"] for row in rows if "unseen" in row)
    click.echo(
        f"Of {unseen['held_out_clusters']:,} clusters of other text {unseen['not_in_text']:,}, "
        f"{unseen['not_in_text_distinct']:,} distinct ones, are not in this text; the shares are of all. "
        "Where there is no glyph another font steps in."
    )


def describe_others(others: Mapping[str, int]) -> str:
    """What of a text no Khmer font is asked for, in words; empty where there is nothing.

    Args:
        others: Character to how often it occurs (:func:`khmertext.fonts.runs.count_others`).
    """
    if not others:
        return ""
    some = "".join(sorted(others, key=lambda letter: (-others[letter], letter))[:FEW])
    dots = " …" if len(others) > FEW else ""
    count = sum(others.values())
    return (
        f"{count:,} characters outside Khmer, {len(others):,} distinct, are for another font: {printable(some)}{dots}"
    )


def show_proof(proof: Proof) -> None:
    for metric in proof.metrics:
        click.echo(printable(f"metrics differ: {metric}"))
    for difference in proof.differing[:SHOWN]:
        click.echo(describe_difference(difference))
    if len(proof.differing) > SHOWN:
        click.echo(f"… and {len(proof.differing) - SHOWN:,} more; --json lists all")
    for text in dict.fromkeys(run.text for run in proof.lacking[:SHOWN]):
        click.echo(f"the uncut font itself lacks something for {notate(text)}", err=True)
    if proof.holds:
        click.echo(f"{proof.runs:,} runs and {proof.clusters:,} clusters are the same")
    else:
        texts = f"{len(proof.differing):,} texts differ" if proof.differing else "no text differs, but the fonts do"
        click.echo(texts)


def describe_difference(difference: Difference) -> str:
    features = f", features {difference.run.features}" if difference.run.features else ""
    where = f" in {notate(difference.run.text)}" if difference.part != difference.run.text else ""
    return f"{notate(difference.part)}{where}, weight {difference.run.weight}{features}: {printable(difference.detail)}"


def proof_value(proof: Proof) -> dict[str, Any]:
    return {
        "same": proof.holds,
        "runs": proof.runs,
        "clusters": proof.clusters,
        "metrics_equal": proof.metrics_equal,
        "metrics": list(proof.metrics),
        "differing": [{**one.run._asdict(), "part": one.part, "detail": one.detail} for one in proof.differing],
        "lacking": [run._asdict() for run in proof.lacking],
    }
