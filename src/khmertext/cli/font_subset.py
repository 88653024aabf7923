"""``khmertext font subset`` and ``font verify``: cut a font for a text, and check that it still draws the text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import click

from khmertext.atomic import fill_file, put_whole
from khmertext.cli.axes import Axes, parse_axes
from khmertext.cli.features import features_option
from khmertext.cli.terminal import format_columns, format_json, format_table, printable
from khmertext.errors import FontError, TextError
from khmertext.files import read_text
from khmertext.fonts import (
    Difference,
    Face,
    Judged,
    Proof,
    Run,
    Subset,
    axis_deviation,
    default_limits,
    limit_axes,
    list_runs,
    measure_unseen,
    read_face,
    require_khmer,
    subset_full,
    subset_text,
)
from khmertext.fonts.certificate import certify, choose_weights, limit_like, prove_everywhere
from khmertext.fonts.exact import EFFORTS, Effort
from khmertext.fonts.features import list_settings
from khmertext.fonts.sanitizing import HOW_TO_INSTALL, Sanitized, sanitize
from khmertext.fonts.shaping import notate
from khmertext.fonts.subset import COVERAGES, TextCoverage
from khmertext.fonts.subsetting import FLAVORS, HINTING, Flavor, Hinting, pack
from khmertext.text.clusters import split_clusters
from khmertext.workers import count_jobs

__all__ = ["font_subset", "font_verify"]

SHOWN = 20
PROOF_SUFFIX = ".proof.json"
MAX_DEVIATION = 500  # as for sites: limiting axes may move nothing farther than this part of the em
FILE = click.Path(dir_okay=False, path_type=Path)

text_file = click.option(
    "--text-file", "text_files", multiple=True, required=True, type=FILE, help="What it has to draw, UTF-8; repeatable."
)
language_option = click.option("--language", default="km", show_default=True, help="The language of the text (BCP 47).")


@click.command("subset")
@click.argument("file", metavar="FILE", type=FILE)
@text_file
@click.option(
    "--coverage",
    type=click.Choice(COVERAGES),
    default="text",
    show_default=True,
    help="exact: only rules and outlines that the text uses. text: all rules over the glyphs that the text touches. "
    "flagged: as little, but all other Khmer comes out as .notdef, for which Chromium asks the next font. "
    "open: everyday Khmer too, and what the rules can make of the text's glyphs. full: all the Khmer of the font.",
)
@click.option(
    "--effort",
    type=click.Choice(EFFORTS),
    default="fast",
    show_default=True,
    help="max: with coverage exact leave out each rule for trial; a little smaller, and seconds to minutes slower.",
)
@click.option(
    "--axes",
    help="What stays of a variable font, as wght=400 or wght=400:700,wdth=100. [default: weights 400 to 700]",
)
@click.option("--hinting", type=click.Choice(HINTING), default="auto", show_default=True, help="What becomes of hints.")
@click.option("--flavor", type=click.Choice(FLAVORS), help="[default: as OUT ends, else woff2]")
@click.option("--name", help="The family name to use where the license reserves the font's own.")
@language_option
@features_option("the font is cut for and proven with each besides the browser's default")
@click.option(
    "--sanitize/--no-sanitize", "ask", default=True, help="Run OpenType Sanitizer where it is installed. [default: do]"
)
@click.option("--allow-restricted", is_flag=True, help="Cut a font whose embedding bits forbid it; its owner may.")
@click.option(
    "--explain",
    is_flag=True,
    help="Show the bytes of each table, why each glyph is there, and what each coverage does to other Khmer.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the proof as JSON.")
@click.option(
    "--output", "-o", required=True, metavar="OUT", type=FILE, help="The font to write; its proof goes beside it."
)
def font_subset(
    file: Path,
    text_files: tuple[Path, ...],
    coverage: str,
    effort: Any,
    axes: str | None,
    hinting: Any,
    flavor: str | None,
    name: str | None,
    language: str,
    features: tuple[str, ...],
    ask: bool,
    allow_restricted: bool,
    explain: bool,
    as_json: bool,
    output: Path,
) -> None:
    """Cut FILE down to the smallest font that draws a text, and prove that it does.

    Every distinct run of Khmer in the text, and every space with its neighbours, is drawn with both fonts, at the ends,
    the default and the middle of each axis that stays. Where anything differs, or OpenType Sanitizer refuses the font,
    nothing is written.
    """
    kind = cast(Flavor, flavor or next((one for one in FLAVORS if output.suffix.lower() == f".{one}"), "woff2"))
    proof_path = output.with_name(output.name + PROOF_SUFFIX)
    for given in (file, *text_files):
        if any(is_same(given, written) for written in (output, proof_path)):
            raise click.UsageError(f"{printable(str(given))} would be written over")
    if not output.parent.is_dir():
        raise click.UsageError(f"there is no folder {printable(str(output.parent))}")
    face = read_face(file)
    require_khmer(face)
    limits = choose_limits(face, axes)
    reference = limit_face(face, limits)
    runs = read_runs(text_files, reference, language, features or ("",))
    if not runs and coverage != "full":
        raise TextError("has no Khmer", source=str(text_files[0]), hint="give a text, or --coverage full")
    make = partial(
        make_subset, reference, runs, effort=effort, name=name, hinting=hinting, allow_restricted=allow_restricted
    )
    try:
        subset = make(coverage)
    except ValueError as error:
        raise click.UsageError(printable(str(error))) from error
    data = pack(subset.face.data, kind) if kind != "woff2" else subset.data
    said = sanitize(data) if ask else None
    if said is not None and not said.passed:
        raise FontError(
            f"OpenType Sanitizer {said.version} refuses the cut font: {printable(said.message)}",
            source=str(file),
            hint="nothing was written; use another font, or --no-sanitize",
        )
    certificate = certify(
        file.read_bytes(),
        data,
        reference,
        subset,
        runs,
        axes=limits,
        options={
            "coverage": coverage,
            "effort": effort,
            "hinting": hinting,
            "flavor": kind,
            "name": name,
            "language": language,
        },
        sanitized=said,
    )
    write(output, data)
    write(proof_path, (format_json(certificate) + "\n").encode("ascii"))
    dial = measure_dial(reference, runs, subset, make) if explain else []
    if as_json:
        click.echo(format_json({**certificate, "dial": dial} if explain else certificate))
        return
    show_subset(certificate, subset, output, describe_sanitized(said) if ask else "OpenType Sanitizer was not run")
    if explain:
        show_reasons(subset, len(data))
        show_dial(dial, subset.coverage)


@click.command("verify")
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

    Both are taken as they are; nothing that was found out when SUBSET was made is believed. Exit code 1 when anything
    differs, or when OpenType Sanitizer, where it is installed, refuses SUBSET.
    """
    shipped = read_face(subset)
    face = read_face(original)
    proof_path = subset.with_name(subset.name + PROOF_SUFFIX)
    known = parse_axes(axes) if axes else read_axes(proof_path)
    reference = limit_like(face, shipped, known)
    runs = read_runs(text_files, reference, language, features or read_settings(proof_path))
    proof = prove_everywhere(reference, shipped, runs, jobs=count_jobs())
    said = sanitize(subset.read_bytes())
    if as_json:
        click.echo(format_json({**proof_value(proof), "sanitizer": None if said is None else said._asdict()}))
    else:
        show_proof(proof)
        click.echo(describe_sanitized(said))
    if not proof.holds or (said is not None and not said.passed):
        click.get_current_context().exit(1)


# -- reading ---------------------------------------------------------------------------------------------------------


def read_runs(paths: tuple[Path, ...], reference: Face, language: str, features: tuple[str, ...]) -> list[Run]:
    """The runs of Khmer in text files, and spaces with their neighbours, at each weight and setting of features."""
    texts = [read_text(path) for path in paths]
    weights = choose_weights(reference)
    return list_runs(texts, reference, language=language, weights=weights, features=features, spaces=True)


def choose_limits(face: Face, axes: str | None) -> Axes:
    """How far to limit the axes of a font."""
    asked = parse_axes(axes) if axes else {}
    return {**default_limits(face), **asked}


def limit_face(face: Face, limits: Axes) -> Face:
    """Limit axes.

    Raises:
        FontError: The font lacks one, or limiting moved its outlines.
    """
    reference = limit_axes(face, limits)
    if reference is face:
        return face
    pinned = {tag: low for tag, (low, high) in limits.items() if low == high}
    deviation = axis_deviation(face, reference, choose_weights(reference), pinned)
    if not deviation <= face.upem / MAX_DEVIATION:
        raise FontError(
            f"limiting its axes moves outlines by {deviation:.4g} of {face.upem} units",
            source=face.source,
            hint="keep the whole range, or the default alone, with --axes",
        )
    return reference


def read_axes(path: Path) -> Axes:
    """The axes that a proof tells of; none where there is no proof, or one that is not ours."""
    try:
        axes = json.loads(path.read_text(encoding="utf-8"))["options"]["axes"]
        return {str(tag): (float(low), float(high)) for tag, (low, high) in axes.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def read_settings(path: Path) -> tuple[str, ...]:
    """The settings of features that a proof tells of; the browser's default alone where there is no proof of ours."""
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))["proof"]["features"]
        return list_settings(str(setting) for setting in settings)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ("",)


def is_same(one: Path, other: Path) -> bool:
    """Whether two paths lead to the same file."""
    try:
        return one.samefile(other)
    except OSError:
        return False


# -- cutting ---------------------------------------------------------------------------------------------------------


def make_subset(
    reference: Face,
    runs: Sequence[Run],
    coverage: str,
    *,
    effort: Effort,
    name: str | None,
    hinting: Hinting,
    allow_restricted: bool,
) -> Subset:
    """Cut a font, whatever the coverage."""
    prover = partial(prove_everywhere, jobs=count_jobs())
    if coverage == "full":
        return subset_full(
            reference, runs, name=name, hinting=hinting, prover=prover, allow_restricted=allow_restricted
        )
    return subset_text(
        reference,
        runs,
        name=name,
        hinting=hinting,
        prover=prover,
        coverage=cast(TextCoverage, coverage),
        effort=effort,
        allow_restricted=allow_restricted,
    )


# -- writing ---------------------------------------------------------------------------------------------------------


def write(path: Path, data: bytes) -> None:
    put_whole(path, lambda temporary: fill_file(temporary, data, None))


def show_subset(certificate: Mapping[str, Any], subset: Subset, output: Path, sanitizer: str) -> None:
    before, after, proof = certificate["original"], certificate["subset"], certificate["proof"]
    rows = [
        ("font", f"{before['bytes']:,} → {after['bytes']:,} bytes"),
        ("glyphs", f"{before['glyphs']:,} → {after['glyphs']:,}"),
        ("coverage", subset.coverage),
        ("runs proven", f"{proof['runs']:,}"),
        ("clusters", f"{proof['clusters']:,} distinct"),
        *([("other Khmer", describe_gate(subset.gate))] if subset.gate else []),
        ("places", describe_places(proof)),
        *([("features", ", ".join(["default", *filter(None, proof["features"])]))] if any(proof["features"]) else []),
        ("sanitizer", sanitizer),
        *([("left out", ", ".join(map(printable, left_out)))] if (left_out := before["tables_left_out"]) else []),
        ("written", f"{printable(str(output))}, {printable(output.name)}{PROOF_SUFFIX}"),
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


def show_proof(proof: Proof) -> None:
    if not proof.metrics_equal:
        click.echo("line metrics or units per em differ")
    for difference in proof.differing[:SHOWN]:
        click.echo(describe_difference(difference))
    if len(proof.differing) > SHOWN:
        click.echo(f"… and {len(proof.differing) - SHOWN:,} more; --json lists all")
    for text in dict.fromkeys(run.text for run in proof.lacking[:SHOWN]):
        click.echo(f"the uncut font itself lacks something for {notate(text)}", err=True)
    if proof.holds:
        click.echo(f"{proof.runs:,} runs and {proof.clusters:,} clusters are the same")
    else:
        click.echo(f"{len(proof.differing):,} differ")


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
        "differing": [{**one.run._asdict(), "part": one.part, "detail": one.detail} for one in proof.differing],
        "lacking": [run._asdict() for run in proof.lacking],
    }
