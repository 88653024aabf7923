"""``khmertext site``: build, check, clean."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from khmertext.cli.axes import parse_axes
from khmertext.cli.page_reports import notation
from khmertext.cli.site_changes import format_change
from khmertext.cli.site_check import check
from khmertext.cli.terminal import ProgressLine, format_json, format_table, paint, printable
from khmertext.errors import SiteError
from khmertext.web import (
    NOTICE_LANGUAGES,
    BuildOptions,
    BuildResult,
    Change,
    build_site,
    clean_site,
)
from khmertext.web.cache import default_cache

__all__ = ["site"]

SHOWN_FINDINGS = 20
DRY_RUN = "nothing was written: this was a dry run"
UP_TO_DATE = ", and everything is up to date"
CONFIG = "khmertext.toml"
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def site() -> None:
    """Give a finished web site its own Khmer font."""


site.add_command(check)


@site.command(short_help="Cut, prove and link the smallest font that draws a site.")
@click.argument("source", metavar="SITE", type=FOLDER)
@click.option("--output", "-o", type=FOLDER, help="Write the new site to this folder.")
@click.option("--in-place", is_flag=True, help="Change the site where it is.")
@click.option(
    "--font",
    "fonts",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="A Khmer font (TTF, OTF, WOFF, WOFF2); once for each weight of a family. "
    "[default: Noto Sans Khmer, which comes with khmertext]",
)
@click.option("--family", help="What the family is called in the site's CSS. [default: Site Khmer]")
@click.option(
    "--axes",
    help="What to serve of a variable font, as wght=400 or wght=400:700,wdth=100. [default: weights 400 to 700]",
)
@click.option("--exclude", multiple=True, metavar="GLOB", help="Files to leave as they are; repeatable.")
@click.option("--also", multiple=True, metavar="GLOB", help="Text files whose Khmer counts too, as '*.md'; repeatable.")
@click.option("--folder", help="The name of our folder in the site. [default: khmertext]")
@click.option(
    "--hinting", type=click.Choice(["auto", "keep", "drop"]), help="Whether the font keeps its hints. [default: auto]"
)
@click.option(
    "--detector/--no-detector", default=None, help="Whether pages check the visitor's browser. [default: they do]"
)
@click.option(
    "--noscript/--script-only",
    default=None,
    help="Whether the check is also in the body of pages, for browsers without JavaScript. [default: script only]",
)
@click.option(
    "--notice-language",
    "notice_languages",
    multiple=True,
    type=click.Choice(NOTICE_LANGUAGES),
    help="A language of the check's notice besides English and Khmer, which it always has; repeatable.",
)
@click.option(
    "--open-text/--known-text",
    default=None,
    help="Whether pages may come to show Khmer that is not in them now: comments, search, a CMS. Chromium then gets a "
    "font that knows the pages and flags the rest, other browsers all Khmer. [default: known text]",
)
@click.option(
    "--slack",
    type=click.FloatRange(0, 1000),
    help="How much larger than the smallest a font may be, in percent, so that the one of the build before is served "
    "again and visitors need not load another. [default: 10]",
)
@click.option(
    "--cache",
    type=FOLDER,
    help="Where to keep what the next build can use again. [default: the folder for caches of this system]",
)
@click.option("--no-cache", is_flag=True, help="Use nothing of earlier builds, and keep nothing.")
@click.option(
    "--config",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help=f"A TOML file with these options. [default: {CONFIG}, where there is one]",
)
@click.option("--jobs", "-j", type=click.IntRange(1, 64), help="Processes to use. [default: one a processor]")
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
    config: Path | None,
    no_cache: bool,
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
    options = read_options(config, given)
    if no_cache:
        options = replace(options, cache=None)
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


# -- options -------------------------------------------------------------------------------------------------------


def read_options(config: Path | None, given: dict[str, Any]) -> BuildOptions:
    """Options from a file, overruled by those of the command line."""
    if config is None and Path(CONFIG).is_file():
        config = Path(CONFIG)
    values: dict[str, Any] = read_config(config) if config is not None else {}
    for name, value in given.items():
        if value is not None and value != ():
            values[name] = value
    axes = values.get("axes", {})
    return BuildOptions(
        fonts=tuple(values.get("fonts", ())),
        family=values.get("family", BuildOptions().family),
        axes=parse_axes(axes) if isinstance(axes, str) else axes,
        exclude=tuple(values.get("exclude", ())),
        also=tuple(values.get("also", ())),
        folder=values.get("folder", BuildOptions().folder),
        hinting=values.get("hinting", BuildOptions().hinting),
        detector=values.get("detector", True),
        noscript=values.get("noscript", False),
        notice_languages=tuple(values.get("notice_languages", ())),
        open_text=values.get("open_text", False),
        cache=Path(values["cache"]) if "cache" in values else default_cache(),
        slack=values.get("slack", 100 * BuildOptions().slack) / 100,
        jobs=values.get("jobs"),
    )


def read_config(path: Path) -> dict[str, Any]:
    """The ``[site]`` table of a configuration file, checked."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SiteError(f"cannot be read as TOML: {error}", source=str(path)) from error
    kinds: dict[str, type | tuple[type, ...]] = {
        "font": (str, list),
        "family": str,
        "axes": str,
        "exclude": list,
        "also": list,
        "folder": str,
        "hinting": str,
        "detector": bool,
        "noscript": bool,
        "notice_languages": list,
        "open_text": bool,
        "cache": str,
        "slack": (int, float),
        "jobs": int,
    }
    table = document.get("site", {})
    stray = [name for name, value in document.items() if not isinstance(value, dict) and name != "site"]
    if stray:
        raise SiteError(f'has "{stray[0]}" outside [site]', source=str(path), hint="write the options below [site]")
    if not isinstance(table, dict):
        raise SiteError("its [site] is no table", source=str(path))
    for name, value in table.items():
        if name not in kinds:
            raise SiteError(f'has no option "{name}"', source=str(path), hint=f"the options are {', '.join(kinds)}")
        good = isinstance(value, kinds[name]) and (isinstance(value, bool) == (kinds[name] is bool))
        if not good or (isinstance(value, list) and not all(isinstance(one, str) for one in value)):
            raise SiteError(f'the value of "{name}" is of the wrong kind', source=str(path))
    values = dict(table)
    fonts = values.pop("font", [])
    if "cache" in values:
        values["cache"] = path.parent / values["cache"]
    values["fonts"] = tuple(path.parent / one for one in ([fonts] if isinstance(fonts, str) else fonts))
    return values


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
        ("files written", f"{result.written:,}" + (f", {result.removed:,} removed" if result.removed else "")),
        ("warnings", f"{len(result.warnings) + len(result.lacking):,}"),
    ]
    click.echo(format_table(rows))
    show_warnings(result)
    if dry_run:
        click.echo(DRY_RUN + ("" if result.written or result.removed else UP_TO_DATE))
    elif not result.written:
        click.echo(f"{printable(str(output or source))} was up to date")


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
        "lacking": [one._asdict() for one in result.lacking],
        "warnings": [one._asdict() for one in result.warnings],
    }
