"""``khmertext font report`` and ``khmertext font compare``: pages with pictures."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from khmertext.cli.axes import parse_place
from khmertext.cli.features import features_option
from khmertext.cli.font_options import language_option
from khmertext.cli.inputs import name_texts, read_texts
from khmertext.cli.terminal import format_json, printable
from khmertext.errors import TextError
from khmertext.files import replace_file
from khmertext.fonts import (
    Face,
    FaceComparison,
    View,
    compare_faces,
    draw_comparison,
    list_views,
    read_face,
    report_page,
)
from khmertext.script.classes import INVISIBLES, ZWJ, ZWNJ

__all__ = ["font_compare", "font_report"]

STDOUT = "-"
FONT = click.Path(path_type=Path)
OUTPUT = click.Path(path_type=Path, allow_dash=True)
PAGE = "Write the page to this file; - for standard output."
SEEN: Final = re.compile(f"[^\\s{''.join(sorted(INVISIBLES))}{ZWNJ}{ZWJ}]")


@click.command(name="report", short_help="Write a page with pictures of what a font does.")
@click.argument("font", metavar="FILE", type=FONT)
@click.option("--output", "-o", required=True, type=OUTPUT, help=PAGE)
def font_report(font: Path, output: Path) -> None:
    """Write a page with pictures of what the font in FILE does with Khmer.

    The page shows each consonant with its subscript, stacks, vowels, signs, digits and more; marks what the font draws
    wrong; and tells where its bytes are. It needs no other file and no network.
    """
    write_page(output, report_page(read_face(font)), [font])


@click.command(name="compare", short_help="Write a page with what two fonts draw differently.")
@click.argument("first", metavar="A", type=FONT)
@click.argument("second", metavar="B", type=FONT)
@click.option(
    "--text-file",
    "text_files",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path, allow_dash=True),
    help="A file with the text to draw, UTF-8; - for standard input; repeatable.",
)
@click.option(
    "--axes",
    "places",
    multiple=True,
    metavar="TEXT",
    help="Where in the axes to look, as wght=700,wdth=80; repeatable. [default: ends, default and middle of each axis "
    "where A and B have the same axes, else the default alone]",
)
@features_option("the fonts are compared with each besides the browser's default")
@language_option()
@click.option("--output", "-o", type=OUTPUT, help=f"{PAGE} Needed unless --json is given.")
@click.option("--json", "as_json", is_flag=True, help="Print what differs as JSON.")
def font_compare(
    first: Path,
    second: Path,
    text_files: tuple[Path, ...],
    places: tuple[str, ...],
    features: tuple[str, ...],
    language: str,
    output: Path | None,
    as_json: bool,
) -> None:
    """Write a page with pictures of what the fonts A and B draw differently.

    The text may be of any script. Exit code 1 when a run of the text or the line metrics differ.
    """
    if output is None and not as_json:
        raise click.UsageError("give the page a name with --output, or ask for --json")
    if output == Path(STDOUT) and as_json:
        raise click.UsageError("standard output takes the JSON; give the page a file with --output")
    wanted = [parse_place(place) for place in places]
    faces = read_face(first), read_face(second)
    notes = check_places(wanted, [(printable(face.source), face) for face in faces])
    texts = read_texts(text_files)
    if not any(map(SEEN.search, texts)):
        raise TextError(
            "has no text, so that there is nothing to compare",
            source=name_texts(text_files),
            hint="give a text that is more than spaces",
        )
    settings = features or ("",)
    views = [View(tuple(place.items()), setting) for place in wanted for setting in settings]
    comparison = compare_faces(*faces, texts, views or list_views(*faces, settings), language=language)
    for note in notes:
        click.echo(note, err=True)
    if output is not None:
        write_page(output, draw_comparison(comparison), [first, second, *text_files])
    if as_json:
        click.echo(format_json({"files": [str(first), str(second)], **comparison_value(comparison)}))
    elif output != Path(STDOUT):
        click.echo(f"{summarize(comparison)}: {printable(str(output))}")
    if not comparison.same:
        click.get_current_context().exit(1)


def check_places(places: Sequence[Mapping[str, float]], fonts: Sequence[tuple[str, Face]]) -> list[str]:
    """See that the axes of two fonts have the places to look at.

    Args:
        places: Axis tag to value.
        fonts: Each font with the name of its file, safe to be shown.

    Returns:
        A line for each axis that only one of them has.

    Raises:
        click.BadParameter: Neither has an axis, or an axis does not have the value.
    """
    notes: dict[str, str] = {}
    for tag, value in (item for place in places for item in place.items()):
        found = [(name, axis) for name, face in fonts if (axis := face.axis(tag)) is not None]
        if not found:
            known = "; ".join(
                f"{name} has {', '.join(axis.tag for axis in face.axes) or 'none'}" for name, face in fonts
            )
            raise click.BadParameter(f"neither font has the axis {printable(tag)}: {known}", param_hint="--axes")
        for name, axis in found:
            if not axis.minimum <= value <= axis.maximum:
                raise click.BadParameter(
                    f"{printable(tag)}={value:g} is out of the range of {name}: {axis.minimum:g} to {axis.maximum:g}",
                    param_hint="--axes",
                )
        if len(found) == 1:
            (other,) = (name for name, face in fonts if face.axis(tag) is None)
            notes[tag] = f"only {found[0][0]} has the axis {printable(tag)}; {other} is drawn without it"
    return list(notes.values())


def summarize(comparison: FaceComparison) -> str:
    """Say in one line what differs."""
    return "; ".join(list_findings(comparison))


def list_findings(comparison: FaceComparison) -> Iterator[str]:
    count = len(comparison.views)
    looked = f", looked at in {count:,} ways" if count > 1 else ""
    yield f"{comparison.differing_runs:,} of {comparison.runs:,} distinct runs differ{looked}"
    if not comparison.has_khmer:
        yield "there is no Khmer in the text"
    if comparison.line_changes:
        yield f"the line metrics differ ({', '.join(change.words for change in comparison.line_changes)})"


def comparison_value(comparison: FaceComparison) -> dict[str, Any]:
    """What was found, for JSON."""
    return {
        "same": comparison.same,
        "runs": comparison.runs,
        "differing_runs": comparison.differing_runs,
        "clusters": comparison.clusters,
        "has_khmer": comparison.has_khmer,
        "language": comparison.language,
        "line_metrics_equal": comparison.line_metrics_equal,
        "line_changes": [{**change._asdict(), "view": view_value(change.view)} for change in comparison.line_changes],
        "views": [view_value(view) for view in comparison.views],
        "changes": [{**change._asdict(), "view": view_value(change.view)} for change in comparison.changes],
    }


def view_value(view: View) -> dict[str, Any]:
    return {"axes": dict(view.place), "features": view.features}


def write_page(output: Path, page: str, inputs: list[Path]) -> None:
    """Write a page to a file, whole or not at all, or to standard output.

    Args:
        output: Where; ``-`` is standard output.
        page: HTML.
        inputs: Files that must not be overwritten.

    Raises:
        click.UsageError: The output is one of the inputs.
        TextError: It cannot be written.
    """
    data = page.encode()
    if output == Path(STDOUT):
        sys.stdout.buffer.write(data)
        return
    if any(output.resolve() == path.resolve() for path in inputs):
        raise click.UsageError(f"{printable(str(output))} is one of the files to read; give another name with --output")
    replace_file(output, data)
