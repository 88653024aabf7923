"""``khmertext site``: build, check, clean."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import click

from khmertext.cli.device import device_page
from khmertext.cli.page_reports import notation
from khmertext.cli.site_changes import DRY_RUN, UP_TO_DATE, format_change
from khmertext.cli.site_check import check
from khmertext.cli.site_clipping import clipping
from khmertext.cli.site_kit import kit
from khmertext.cli.site_options import FOLDER, build_options, read_options
from khmertext.cli.site_watch import watch
from khmertext.cli.terminal import ProgressLine, format_json, format_table, paint, printable
from khmertext.web import (
    BuildResult,
    Change,
    build_site,
    clean_site,
)
from khmertext.web.assumptions import count_assumptions

__all__ = ["site"]

SHOWN_FINDINGS = 20


@click.group()
def site() -> None:
    """Give a finished web site its own Khmer font."""


site.add_command(check)
site.add_command(clipping)
site.add_command(device_page)
site.add_command(kit)
site.add_command(watch)


@site.command(short_help="Cut, prove and link the smallest font that draws a site.")
@click.argument("source", metavar="SITE", type=FOLDER)
@click.option("--output", "-o", type=FOLDER, help="Write the new site to this folder.")
@click.option("--in-place", is_flag=True, help="Change the site where it is.")
@build_options
@click.option(
    "--dry-run",
    is_flag=True,
    help="Write nothing; print as a diff what would change. Exit code 1 if anything would.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
def build(
    source: Path,
    output: Path | None,
    in_place: bool,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
    **given: Any,
) -> None:
    """Cut, prove and link the smallest font that draws the Khmer of SITE.

    SITE is the folder that your site generator wrote. Its files are read, a font with just the Khmer found in them is
    made and proven to draw it as the uncut font does, and links to it are put into the pages.
    """
    if (in_place and output is not None) or not (in_place or output or dry_run):
        raise click.UsageError("give either --output FOLDER or --in-place")
    options = read_options(given)
    changes: list[dict[str, str]] = []
    try:
        with ProgressLine(quiet=quiet or as_json) as progress:

            def preview(change: Change) -> None:
                changes.append({"path": change.path, "kind": change.kind})
                if not quiet and not as_json:
                    progress.finish()
                    click.echo(format_change(change), nl=False)

            result = build_site(source, output, options, dry_run=dry_run, preview=preview, progress=progress)
    except ValueError as error:
        raise click.UsageError(printable(str(error))) from error
    if as_json:
        click.echo(format_json({**result_value(result), **({"changes": changes} if dry_run else {})}))
    elif not quiet:
        show_result(result, output, source, dry_run=dry_run)
    if changes:
        click.get_current_context().exit(1)


@site.command()
@click.argument("site_folder", metavar="SITE", type=FOLDER)
@click.option("--folder", help="The name of our folder in the site. [default: the one that is there]")
def clean(site_folder: Path, folder: str | None) -> None:
    """Take everything that khmertext put in out of SITE again."""
    count = clean_site(site_folder, folder=folder)
    files = "1 file" if count == 1 else f"{count} files"
    click.echo(f"{files} restored or removed; the site is as its author made it")


# -- output --------------------------------------------------------------------------------------------------------


def show_result(result: BuildResult, output: Path | None, source: Path, *, dry_run: bool) -> None:
    if not result.clusters and not result.khmer_pages:
        written = result.written - (output is not None and result.manifest is not None)  # our manifest is no copy
        files = f"{written:,} file{'s' if written != 1 else ''}"
        what = f"; {files} {'restored' if output is None else 'copied as they are'}" if written > 0 else ""
        click.echo(f"no Khmer in {result.pages:,} page{'s' if result.pages != 1 else ''}; nothing to do{what}")
        if dry_run:
            click.echo(DRY_RUN)
        show_warnings(result)
        return
    saved = f"{result.before:,} → {result.after:,} bytes"
    rows = [
        ("pages", f"{result.khmer_pages:,} of {result.pages:,} have Khmer"),
        ("Khmer characters", f"{result.characters:,}"),
        ("clusters", f"{result.clusters:,} distinct"),
        ("font", f"{saved}, {result.glyphs:,} glyphs" + (", in Chromium" if result.whole else "")),
        *([("other browsers", f"{result.whole:,} bytes, all Khmer")] if result.whole else []),
        ("runs proven", f"{result.runs:,}"),
        *guard_rows(result),
        ("assumptions", f"{count_assumptions(result.assumptions):,}, listed in the manifest"),
        ("files written", f"{result.written:,}" + (f", {result.removed:,} removed" if result.removed else "")),
        ("warnings", f"{len(result.warnings) + len(result.lacking):,}"),
    ]
    click.echo(format_table(rows))
    show_warnings(result)
    if dry_run:
        click.echo(DRY_RUN + ("" if result.written or result.removed else UP_TO_DATE))
    elif not result.written:
        click.echo(f"{printable(str(output or source))} was up to date")


def guard_rows(result: BuildResult) -> list[tuple[str, str]]:
    """What there is to say of the guard; nothing where there is none."""
    guard = result.assumptions.get("guard", {})
    return [("guard", f"{guard['clusters']:,} clusters known, in any order")] if guard.get("on") else []


def show_warnings(result: BuildResult) -> None:
    for lacking in result.lacking[:SHOWN_FINDINGS]:
        warn(f"{lacking.path}:{lacking.line}: the font lacks {notation(lacking.text)}")
    counts = Counter(warning.code for warning in result.warnings)
    shown: set[str] = set()
    for warning in result.warnings:
        if warning.code in shown:
            continue
        shown.add(warning.code)
        more = f" (and {counts[warning.code] - 1:,} more)" if counts[warning.code] > 1 else ""
        line = f":{warning.line}" if warning.line else ""
        where = f"{warning.path}{line}: " if warning.path else ""
        warn(f"{where}{warning.message} [{warning.code}]{more}")


def warn(text: str) -> None:
    click.echo(paint("warning: ", "yellow") + printable(text), err=True)


def result_value(result: BuildResult) -> dict[str, Any]:
    names = (
        "pages",
        "khmer_pages",
        "characters",
        "clusters",
        "runs",
        "glyphs",
        "before",
        "after",
        "whole",
        "written",
        "removed",
    )
    return {
        **{name: getattr(result, name) for name in names},
        "assumptions": dict(result.assumptions),
        "lacking": [one._asdict() for one in result.lacking],
        "warnings": [one._asdict() for one in result.warnings],
    }
