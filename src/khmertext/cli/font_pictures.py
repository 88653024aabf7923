"""``khmertext font report`` and ``khmertext font compare``: pages with pictures."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from khmertext.cli.axes import parse_place
from khmertext.cli.features import features_option
from khmertext.cli.terminal import printable
from khmertext.files import read_text, replace_file
from khmertext.fonts import View, compare_faces, draw_comparison, list_views, read_face, report_page

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
    type=FONT,
    help="A UTF-8 file with the text to draw; repeatable.",
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
@OUTPUT_OPTION
def font_compare(
    first: Path,
    second: Path,
    text_files: tuple[Path, ...],
    places: tuple[str, ...],
    features: tuple[str, ...],
    output: Path,
) -> None:
    """Write a page with pictures of what the fonts A and B draw differently.

    Exit code 1 when a run of the text or the line metrics differ.
    """
    faces = read_face(first), read_face(second)
    settings = features or ("",)
    views = [View(tuple(parse_place(place).items()), setting) for place in places for setting in settings]
    comparison = compare_faces(*faces, map(read_text, text_files), views or list_views(*faces, settings))
    write_page(output, draw_comparison(comparison), [first, second, *text_files])
    if output != Path(STDOUT):
        differing = f"{comparison.differing_runs:,} of {comparison.runs:,} distinct runs differ"
        lines = "" if comparison.line_metrics_equal else "; the line metrics differ"
        count = len(comparison.views)
        looked = f", looked at in {count:,} ways" if count > 1 else ""
        click.echo(f"{differing}{looked}{lines}: {printable(str(output))}")
    if not comparison.same:
        click.get_current_context().exit(1)


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
