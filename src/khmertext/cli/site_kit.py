"""``khmertext site kit``: fonts, stylesheet and visitor check for a content management system."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from khmertext.cli.inputs import read_texts
from khmertext.cli.site_changes import DRY_RUN, UP_TO_DATE, format_change
from khmertext.cli.site_options import FOLDER, pick_options, read_options
from khmertext.cli.terminal import ProgressLine, format_json, format_table, paint, printable
from khmertext.web import Change
from khmertext.web.kit import Kit, KitOptions, write_kit

__all__ = ["kit"]


@click.command(short_help="Make fonts, stylesheet and check for a CMS theme, without pages.")
@click.option("--output", "-o", type=FOLDER, required=True, help="The folder of the kit.")
@click.option("--theme", type=FOLDER, help="The theme's folder: the font stacks of its stylesheets are said again.")
@click.option(
    "--stack",
    "stacks",
    multiple=True,
    metavar="SELECTOR=STACK",
    help="A font stack of the theme, as 'body=Inter, sans-serif'; repeatable.",
)
@click.option("--base-url", default="/", help="Where the folder of the kit will be, as pages see it. [default: /]")
@click.option(
    "--text-file",
    "texts",
    multiple=True,
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Text that the site is known to show; repeatable. [default: everyday Khmer]",
)
@pick_options(
    "fonts",
    "family",
    "axes",
    "folder",
    "hinting",
    "detector",
    "noscript",
    "notice_languages",
    "fallbacks",
    "measured",
    "jobs",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Write nothing; print as a diff what would change. Exit code 1 if anything would.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def kit(
    output: Path,
    theme: Path | None,
    stacks: tuple[str, ...],
    base_url: str,
    texts: tuple[Path, ...],
    dry_run: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Make what a WordPress, Drupal or Joomla site, or any other CMS, needs to show Khmer.

    No pages are read. The kit holds fonts for text that changes, a stylesheet, the visitor check with a font for
    download, HTML for the head of pages, and files for some systems; its README.txt says what to do with them.
    """
    options = read_options({**given, "config": None, "no_cache": True}, config=False)
    pairs = []
    for stack in stacks:
        selector, equals, families = stack.partition("=")
        if not equals or not selector.strip() or not families.strip():
            raise click.BadParameter(f"{printable(stack)} is not like body=Inter, sans-serif", param_hint="--stack")
        pairs.append((selector, families))
    changes: list[dict[str, str]] = []
    try:
        with ProgressLine(quiet=as_json) as progress:

            def preview(change: Change) -> None:
                changes.append({"path": change.path, "kind": change.kind})
                if not as_json:
                    progress.finish()
                    click.echo(format_change(change), nl=False)

            made = write_kit(
                output,
                KitOptions(options, tuple(read_texts(texts)), theme, tuple(pairs), base_url),
                dry_run=dry_run,
                preview=preview,
                progress=progress,
            )
    except ValueError as error:
        raise click.UsageError(printable(str(error))) from error
    if as_json:
        click.echo(
            format_json(
                {
                    "files": list(made.files),
                    "known": made.known,
                    "whole": made.whole,
                    "rules": made.rules,
                    "notes": list(made.notes),
                    "written": made.written,
                    "removed": made.removed,
                    **({"changes": changes} if dry_run else {}),
                }
            )
        )
    else:
        show(made, output, dry_run=dry_run)
    if changes:
        click.get_current_context().exit(1)


def show(made: Kit, output: Path, *, dry_run: bool) -> None:
    known = [("font, Chromium", f"{made.known:,} bytes, all Khmer where it is needed")] if made.known else []
    rows = [
        *known,
        ("font, others" if made.known else "font", f"{made.whole:,} bytes, all Khmer"),
        ("font stacks", f"{made.rules:,} of the theme said again" if made.rules else "none given"),
        ("files written", f"{made.written:,}" + (f", {made.removed:,} removed" if made.removed else "")),
    ]
    click.echo(format_table(rows))
    for note in made.notes:
        click.echo(paint("warning: ", "yellow") + printable(note), err=True)
    if not made.rules:
        click.echo(
            paint("warning: ", "yellow")
            + "give the theme's stacks with --theme or --stack, or name the family yourself",
            err=True,
        )
    if dry_run:
        click.echo(DRY_RUN + ("" if made.written or made.removed else UP_TO_DATE))
    else:
        click.echo(f"next: read {printable(str(output / 'README.txt'))}")
