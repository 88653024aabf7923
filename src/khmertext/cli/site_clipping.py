"""``khmertext site clipping``: where lines and boxes are too tight for a site's Khmer."""

from __future__ import annotations

from pathlib import Path

import click

from khmertext.atomic import fill_file, put_whole
from khmertext.cli.site_options import FOLDER, pick_options
from khmertext.cli.terminal import ProgressLine, format_json, printable
from khmertext.errors import SiteError
from khmertext.fonts import read_face
from khmertext.web.clipping import Clash, find_clipping
from khmertext.web.clippingpage import clipping_page, describe_clash
from khmertext.web.webfonts import open_sources

__all__ = ["clipping"]

SHOWN = 100
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(short_help="Tell where lines and boxes are too tight for a site's Khmer.")
@click.argument("site_folder", metavar="SITE", type=FOLDER)
@click.option("--output", "-o", type=FILE, help="Write a page with pictures to this file.")
@pick_options("fonts")
@click.option(
    "--line-font",
    type=FILE,
    help="The font that sets the lines: the first one of the page's stack that has Latin letters. "
    "[default: that of the Khmer]",
)
@click.option("--exclude", multiple=True, metavar="GLOB", help="Files to leave out; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@pick_options("jobs")
def clipping(
    site_folder: Path,
    output: Path | None,
    fonts: tuple[Path, ...],
    line_font: Path | None,
    exclude: tuple[str, ...],
    as_json: bool,
    jobs: int | None,
) -> None:
    """Tell where the lines of SITE are so tight that Khmer of one runs into the next, or that a box cuts it off.

    Measured is the ink of the clusters that the site shows in each place. With each finding stands the smallest
    line-height, in steps of 0.05, at which nothing meets. What a rule sets only sometimes (media, states) and what only
    a browser can tell is left out. Exit code 1 when anything is found.
    """
    sources = open_sources(fonts)
    face = read_face(line_font) if line_font is not None else None
    with ProgressLine(quiet=as_json) as progress:
        report = find_clipping(site_folder, sources, line_font=face, exclude=exclude, jobs=jobs, progress=progress)
    if output is not None:
        write_page(output, clipping_page(site_folder.name or str(site_folder), report, sources))
    if as_json:
        value = {"elements": report.elements, "unknown": report.unknown, "places": report.places}
        click.echo(format_json({**value, "findings": [clash._asdict() for clash in report.clashes]}))
    else:
        for clash in report.clashes[:SHOWN]:
            click.echo(format_clash(clash))
        if len(report.clashes) > SHOWN:
            click.echo(f"… and {len(report.clashes) - SHOWN:,} more; --json lists all")
        told = f"{report.elements - report.unknown:,} of {report.elements:,} elements with Khmer"
        findings = f"{len(report.clashes):,} finding{'s' if len(report.clashes) != 1 else ''}"
        click.echo(f"{findings} in {told}" if report.clashes else f"no line is too tight in {told}")
    if report.clashes:
        click.get_current_context().exit(1)


def format_clash(clash: Clash) -> str:
    more = f" (and {clash.elements - 1:,} more)" if clash.elements > 1 else ""
    place = f"{clash.path}:{clash.line}" if clash.line else clash.path
    return f"{printable(place)}: {printable(clash.where, 200)}: {printable(describe_clash(clash), 400)}{more}"


def write_page(path: Path, text: str) -> None:
    data = text.encode("utf-8", "replace")
    try:
        put_whole(path, lambda temporary: fill_file(temporary, data, None))
    except OSError as error:
        raise SiteError(f"cannot be written: {error.strerror or error}", source=str(path)) from error
