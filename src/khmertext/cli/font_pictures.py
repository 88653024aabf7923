"""``khmertext font report`` and ``khmertext font compare``: pages with pictures."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from khmertext.cli.axes import parse_place
from khmertext.cli.features import features_option
from khmertext.cli.font_options import language_option
from khmertext.cli.inputs import STDIN, name_texts, read_texts
from khmertext.cli.terminal import format_json, printable
from khmertext.errors import TextError
from khmertext.files import replace_file
from khmertext.fonts import (
    Axis,
    Face,
    FaceComparison,
    View,
    compare_faces,
    draw_comparison,
    list_views,
    read_face,
    report_page,
)
from khmertext.script.classes import INVISIBLES

__all__ = ["font_compare", "font_report"]

STDOUT = "-"
FONT = click.Path(path_type=Path)
OUTPUT_OPTION = click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(path_type=Path, allow_dash=True),
    help="Write the page to this file; - for standard output.",
)


@click.command(name="report", short_help="Write a page with pictures of what a font does.")
@click.argument("font", metavar="FILE", type=FONT)
@OUTPUT_OPTION
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
    help="A UTF-8 file with the text to draw; - for standard input; repeatable.",
)
@click.option(
    "--axes",
    "places",
    multiple=True,
    metavar="TEXT",
    help="Where in the axes to look, as wght=700,wdth=80; repeatable. [default: ends, default and middle of each axis "
    "where A and B have the same axes, else the default alone]",
)
@language_option()
@features_option("the fonts are compared with each besides the browser's default")
@click.option("--json", "as_json", is_flag=True, help="Print what differs as JSON; --output may be left out.")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Write the page to this file; - for standard output.  [required without --json]",
)
def font_compare(
    first: Path,
    second: Path,
    text_files: tuple[Path, ...],
    places: tuple[str, ...],
    language: str,
    features: tuple[str, ...],
    as_json: bool,
    output: Path | None,
) -> None:
    """Write a page with pictures of what the fonts A and B draw differently.

    The text may be of any script. Each distinct run of it is drawn with both fonts in each place of the axes.

    Exit code 1 when a run of the text or the line metrics differ.
    """
    if output is None and not as_json:
        raise click.UsageError("Missing option '--output' / '-o'; with --json it may be left out.")
    if output == Path(STDOUT) and as_json:
        raise click.UsageError("--json and the page would both go to standard output: give --output a file")
    texts = read_texts(text_files)
    if all(map(is_blank, texts)):
        raise TextError(
            "there is nothing to compare", source=name_texts(text_files), hint="give a text that is more than spaces"
        )
    sides = Side(first, read_face(first)), Side(second, read_face(second))
    settings = features or ("",)
    faces = sides[0].face, sides[1].face
    views = [View(place, setting, language) for place in find_places(places, sides) for setting in settings]
    comparison = compare_faces(*faces, texts, views or list_views(*faces, settings, language))
    if output is not None:
        inputs = [first, second, *(path for path in text_files if path != STDIN)]
        write_page(output, draw_comparison(comparison), inputs)
    if as_json:
        click.echo(format_json(comparison_value(comparison, sides)))
    elif output is not None and output != Path(STDOUT):
        click.echo(f"{describe_comparison(comparison)}: {printable(str(output))}")
    if not comparison.same:
        click.get_current_context().exit(1)


class Side(NamedTuple):
    """One of the two fonts, and the file that it comes from."""

    path: Path
    face: Face


def is_blank(text: str) -> bool:
    r"""Whether a text has nothing but spaces, line breaks and what is never seen.

    Args:
        text: Any text.

    Example:
        >>> is_blank(" \u200b\n"), is_blank("a")
        (True, False)
    """
    return all(char.isspace() or char in INVISIBLES for char in text)


def find_places(texts: Sequence[str], sides: Sequence[Side]) -> list[tuple[tuple[str, float], ...]]:
    """``wght=700`` → where in the axes of two fonts to look; says so where only one of them has an axis.

    Args:
        texts: As the option gives them.
        sides: The fonts.

    Raises:
        click.BadParameter: One is not of that form, neither font has the axis, or the value is out of a font's range.
    """
    places = [read_place(text, sides) for text in texts]
    for tag in dict.fromkeys(tag for place in places for tag in place):
        lacking = [printable(str(side.path)) for side in sides if side.face.axis(tag) is None]
        if len(lacking) == 1:
            click.echo(f"{lacking[0]} has no axis {printable(tag)} and stays as it is", err=True)
    return [tuple(place.items()) for place in places]


def read_place(text: str, sides: Sequence[Side]) -> dict[str, float]:
    try:
        place = parse_place(text)
    except click.BadParameter as error:
        raise click.BadParameter(f"{error.message}; {describe_axes(sides)}", param_hint="--axes") from error
    for tag, value in place.items():
        if not any(side.face.axis(tag) for side in sides):
            message = f"neither font has an axis {printable(tag)}; {describe_axes(sides)}"
            raise click.BadParameter(message, param_hint="--axes")
        for path, face in sides:
            axis = face.axis(tag)
            if axis is not None and axis.clamp(value) != value:
                message = f"{printable(tag)}={value:g} is out of the range of {printable(str(path))}, {show_axis(axis)}"
                raise click.BadParameter(message, param_hint="--axes")
    return place


def describe_axes(sides: Sequence[Side]) -> str:
    """The axes of fonts, in words."""
    shown = dict.fromkeys(show_axis(axis) for side in sides for axis in side.face.axes)
    return f"the fonts have {', '.join(shown)}" if shown else "the fonts have no axes"


def show_axis(axis: Axis) -> str:
    return f"{printable(axis.tag)} {axis.minimum:g} to {axis.maximum:g}"


def describe_comparison(comparison: FaceComparison) -> str:
    """What came out, in one line."""
    differing = f"{comparison.differing_runs:,} of {comparison.runs:,} distinct runs differ"
    count = len(comparison.views)
    looked = f", looked at in {count:,} ways" if count > 1 else ""
    khmer = "" if comparison.has_khmer else "; there is no Khmer in the text"
    lines = "" if comparison.line_metrics_equal else f"; the line metrics differ: {comparison.line_label}"
    return f"{differing}{looked}{khmer}{lines}"


def comparison_value(comparison: FaceComparison, sides: Sequence[Side]) -> dict[str, Any]:
    """What came out, for JSON."""
    return {
        **{
            name: {"file": str(side.path), "family": side.face.family}
            for name, side in zip(("first", "second"), sides, strict=True)
        },
        "same": comparison.same,
        "runs": comparison.runs,
        "differing_runs": comparison.differing_runs,
        "clusters": comparison.clusters,
        "khmer": comparison.has_khmer,
        "line_metrics_equal": comparison.line_metrics_equal,
        "line_metrics": [
            {"name": change.name, "first": change.first, "second": change.second, "view": view_value(change.view)}
            for change in comparison.line_changes
        ],
        "views": [view_value(view) for view in comparison.views],
        "changes": [
            {
                "text": change.text,
                "details": list(change.details),
                "runs": change.runs,
                "view": view_value(change.view),
            }
            for change in comparison.changes
        ],
    }


def view_value(view: View) -> dict[str, Any]:
    return {"axes": dict(view.place), "features": view.features, "language": view.language}


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
