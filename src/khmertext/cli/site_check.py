"""``khmertext site check``: is a site's Khmer right, in its font and in its pages?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from khmertext.cli.page_reports import SiteFinding, find_page_entry, format_findings, merge_findings
from khmertext.cli.reports import FORMATS
from khmertext.cli.site_options import CONFIG
from khmertext.cli.terminal import ProgressLine, printable
from khmertext.text.catalog import CATALOG, Severity
from khmertext.web import SiteReview, review_site
from khmertext.web.checking import Problem
from khmertext.web.linereading import LINE_CODES
from khmertext.web.pagerules import PAGE_CATALOG
from khmertext.web.settings import CheckSettings, read_check

__all__ = ["check"]

SHOWN = 100
CLEAN = "all Khmer found in this site is drawn by its font"
FONT_CODES = "KS9"
UNSEEN = "KS907"  # no build changes that a page cannot be looked at
MOST_PAGES = 30


@click.command(short_help="Tell what is wrong with the Khmer of a site: its font, its pages.")
@click.argument("site_folder", metavar="SITE", type=click.Path(file_okay=False, path_type=Path))
@click.option("--folder", help="The name of our folder in the site. [default: the one that is there]")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Files to leave out; repeatable.")
@click.option("--select", "selected", multiple=True, metavar="CODES", help="Only these codes or families: KS101,KT4.")
@click.option("--ignore", "ignored", multiple=True, metavar="CODES", help="All but these codes or families.")
@click.option(
    "--lines/--no-lines",
    default=None,
    help="Whether to look for lines and boxes that are too tight for the Khmer in them, KS206 and KS207, too; it takes "
    "longer. [default: where --select names them]",
)
@click.option(
    "--config",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help=f"A TOML file: `select`, `ignore` and `lines` of [site.check], `exclude` of [site]. [default: {CONFIG}, where "
    "there is one]",
)
@click.option("--format", "style", type=click.Choice(FORMATS), help="How to print. [default: text]")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--browser",
    is_flag=True,
    help="Look at the pages in Chromium too: its pixels, and the visitor check. Needs the extra `browser`.",
)
@click.option(
    "--pages",
    "most",
    type=click.IntRange(0),
    metavar="NUMBER",
    help=f"With --browser: how many pages to look at, spread over the site; 0 for all. [default: {MOST_PAGES}]",
)
@click.option(
    "--pictures",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="With --browser: write pictures of what differs here.",
)
@click.option("--jobs", "-j", type=click.IntRange(1, 64), help="Processes to use. [default: one a processor]")
def check(
    site_folder: Path,
    folder: str | None,
    exclude: tuple[str, ...],
    selected: tuple[str, ...],
    ignored: tuple[str, ...],
    lines: bool | None,
    config: Path | None,
    style: str | None,
    as_json: bool,
    browser: bool,
    most: int | None,
    pictures: Path | None,
    jobs: int | None,
) -> None:
    """Tell whether the font of a built SITE still draws all Khmer found in it, and what is wrong with its pages.

    Looked for are Khmer without its language or in a wrong one, styles that spoil it (letter-spacing, font features,
    ranges, breaks, first letters; with --lines, lines and boxes that are too tight), fonts from other hosts, text in
    fonts from before Unicode, and text that is not in normal form. `khmertext rule CODE` explains a code. Nothing is
    written. A site that has not been built is looked at too. With --browser, pages are opened in Chromium as built and
    with the uncut font; their pictures must not differ in a pixel, on wide and narrow screens and as printed. Exit code
    1 when anything is found.
    """
    if style not in (None, "json") and as_json:
        raise click.UsageError("give only one of --json and --format")
    if not browser and (most is not None or pictures is not None):
        raise click.UsageError("--pages and --pictures are for --browser")
    if config is None and Path(CONFIG).is_file():
        config = Path(CONFIG)
    said = read_check(config) if config is not None else CheckSettings()
    selected = selected or said.select
    codes = choose_codes(selected, ignored or said.ignore)
    exclude = exclude or said.exclude
    if lines is None:
        lines = said.lines or bool(selected)
    lines = lines and not codes.isdisjoint(LINE_CODES.values())
    style = "json" if as_json else style or "text"
    lint = any(not code.startswith(FONT_CODES) for code in codes)
    with ProgressLine(quiet=style != "text") as progress:
        review = review_site(
            site_folder, folder=folder, exclude=exclude, jobs=jobs, progress=progress, lint=lint, lines=lines
        )
        seen: tuple[Problem, ...] = ()
        told = ""
        if browser and not review.built:
            told = "not looked at in a browser: no build has touched this site"
        elif browser:
            seen, told = look(site_folder, review, MOST_PAGES if most is None else most, pictures, progress)
    found = [one for one in merge_findings((*review.problems, *seen), review.findings) if one.code in codes]
    if style != "text":
        click.echo(format_findings(found, style, find_root(site_folder)), nl=False)
    elif found:
        show_findings(found, built=review.built)
    else:
        click.echo(
            CLEAN + tell_included(review.included)
            if review.built
            else f"nothing is wrong with the Khmer of {count(review.pages, 'page')}"
        )
    if told and style == "text":
        click.echo(told)
    if found:
        click.get_current_context().exit(1)


def look(
    site: Path, review: SiteReview, most: int, pictures: Path | None, progress: ProgressLine
) -> tuple[tuple[Problem, ...], str]:
    """Look at a built site's pages in a browser: what is wrong, and a line that tells how much was looked at."""
    # Slow to load, and most checks do without.
    from khmertext.web.looking import choose_pages, look_at_site

    chosen = choose_pages(review.shown, most)
    seen = look_at_site(site, chosen, review.originals, pictures=pictures, progress=progress)
    of = "" if len(chosen) == len(review.shown) else f" of {len(review.shown):,}"
    told = f"Chromium {seen.version}: {count(seen.shots, 'picture')} of {count(seen.pages, 'page')}{of} compared"
    if len(chosen) < len(review.shown):
        told += "; --pages 0 looks at all"
    if seen.left:
        told += f"; {count(seen.left, 'page')} that {'leads' if seen.left == 1 else 'lead'} elsewhere not"
    if seen.pictures:
        told += f"; {count(len(seen.pictures), 'picture')} in {printable(str(pictures))}"
    return seen.problems, told


def tell_included(names: Sequence[str]) -> str:
    """What to say of text that is not in the site: it needs no file to hold, since the fonts are those of the build."""
    if not names:
        return ""
    files = printable(names[0]) if len(names) == 1 else f"{len(names):,} files beside it"
    return f"; the text of {files} was proven when it was built"


def find_root(site: Path) -> str:
    """A site's folder as other programs are told of it: from where they run, if it is below that."""
    here = Path.cwd()
    return str(site.relative_to(here) if site.is_absolute() and site.is_relative_to(here) else site)


def choose_codes(selected: Sequence[str], ignored: Sequence[str]) -> frozenset[str]:
    """The codes that count.

    Raises:
        click.UsageError: There is no such code or family.
    """
    known = {**PAGE_CATALOG, **CATALOG}

    def expand(given: Sequence[str]) -> set[str]:
        codes: set[str] = set()
        for name in (part.strip() for text in given for part in text.split(",")):
            chosen = {
                code
                for code, entry in known.items()
                if (len(name) > 1 and code.startswith(name.upper())) or entry.name == name.lower()
            }
            if not chosen:
                raise click.UsageError(f"there is no code or family {printable(name)!r}; `khmertext rule` lists them")
            codes |= chosen
        return codes

    return frozenset((expand(selected) if selected else set(known)) - expand(ignored))


def show_findings(found: Sequence[SiteFinding], *, built: bool) -> None:
    click.echo(format_findings(found[:SHOWN], "text", ""), nl=False)
    if len(found) > SHOWN:
        click.echo(f"… and {len(found) - SHOWN:,} more; --json lists all")
    errors = sum(find_page_entry(one.code).severity is Severity.ERROR for one in found)
    stale = built and any(one.code.startswith(FONT_CODES) and one.code != UNSEEN for one in found)
    again = "; run `khmertext site build` again" if stale else "; `khmertext rule CODE` explains"
    click.echo(f"{count(len(found), 'finding')}, {count(errors, 'error')}{again}")


def count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
