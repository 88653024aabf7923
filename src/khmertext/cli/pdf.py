"""``khmertext pdf``: whether the Khmer of a PDF can be read back."""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path
from typing import Any

import click

from khmertext.cli.terminal import format_json, format_table, paint, printable
from khmertext.errors import PdfError
from khmertext.web.pdf import KINDS, PdfComparison, PdfFinding, compare_pdf
from khmertext.web.pdftext import PdfLimits, PdfText, read_pdf_apart
from khmertext.web.printed import PrintedText, read_printed_file

__all__ = ["pdf"]

SHOWN_FINDINGS = 20
STDIN = Path("-")
RANGE = re.compile(r"(\d{1,7})(?:-(\d{1,7}))?")
MOST_PAGES = PdfLimits().pages


@click.group(short_help="Tell whether the Khmer of a PDF comes out whole.")
def pdf() -> None:
    """Tell whether the Khmer of a PDF can be searched, copied and read aloud."""


@pdf.command(short_help="Compare the text of a PDF with that of pages.")
@click.argument("document", metavar="PDF", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--against",
    "pages",
    metavar="PAGE",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path),
    help="The HTML page that the PDF was made of; repeatable, in the order of the PDF.",
)
@click.option(
    "--root",
    type=click.Path(file_okay=False, path_type=Path),
    help="The root of the pages' site, where their stylesheets are. [default: the nearest folder that has them]",
)
@click.option("--pages", "numbers", metavar="1-3,5", help="Only these pages of the PDF. [default: all]")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def check(document: Path, pages: tuple[Path, ...], root: Path | None, numbers: str | None, as_json: bool) -> None:
    """Compare the text that comes out of PDF with the text that pages show in print, cluster by cluster.

    PDF is a file, or - for standard input. The text is what the format itself tells: what search, copying and screen
    readers go by. White space and line breaks do not count, nor does the order of blocks. Exit code 1 when a cluster is
    lost, changed or doubled: the findings say where, and why if that can be told.
    """
    chosen = parse_pages(numbers) if numbers is not None else None
    printed = [read_printed_file(page, root=root) for page in pages]
    try:
        found = read_pdf_apart(read_input(document), source=name_of(document), pages=chosen)
    except ValueError as error:
        raise click.UsageError(printable(str(error))) from error
    result = compare_pdf(found, printed, partly=chosen is not None)
    if as_json:
        click.echo(format_json(result_value(result, found, printed)))
    else:
        show_result(name_of(document), result, printed)
    if not result.good:
        click.get_current_context().exit(1)


# -- input ---------------------------------------------------------------------------------------------------------


def read_input(path: Path) -> bytes:
    """The bytes of a PDF, no more than can be read."""
    limit = PdfLimits().size + 1  # one more, for the error
    if path == STDIN:
        return sys.stdin.buffer.read(limit)
    try:
        with path.open("rb") as stream:
            return stream.read(limit)
    except OSError as error:
        raise PdfError(f"cannot be read: {error.strerror or error}", source=str(path)) from error


def name_of(path: Path) -> str:
    return "<stdin>" if path == STDIN else str(path)


def parse_pages(text: str) -> list[int]:
    """Numbers of pages, as ``1-3,5``.

    Raises:
        click.UsageError: It is none.

    Example:
        >>> parse_pages("1-3,5")
        [1, 2, 3, 5]
    """
    found: dict[int, None] = {}
    for part in text.split(","):
        match = RANGE.fullmatch(part.strip())
        first, last = (int(match[1]), int(match[2] or match[1])) if match is not None else (0, 0)
        if not 1 <= first <= last or last - first > MOST_PAGES:
            raise click.UsageError(f"--pages {printable(text)}: give numbers as 1-3,5")
        found |= dict.fromkeys(range(first, last + 1))
    return sorted(found)


# -- output --------------------------------------------------------------------------------------------------------


def result_value(result: PdfComparison, found: PdfText, printed: list[PrintedText]) -> dict[str, Any]:
    """The result as plain values, for JSON."""
    return {
        "expected": result.expected,
        "same": result.same,
        "moved": result.moved,
        "kinds": result.count_kinds(),
        "findings": [finding._asdict() for finding in result.findings],
        "causes": [cause._asdict() for cause in result.causes],
        "producer": found.producer,
        "pages": found.page_count,
        "notes": [f"{page.path}: {note}" for page in printed for note in page.notes],
    }


def show_result(name: str, result: PdfComparison, printed: list[PrintedText]) -> None:
    for page in printed:
        for note in page.notes:
            click.echo(paint("note: ", "yellow") + printable(f"{page.path}: {note}", 1000), err=True)
    for finding in result.findings[:SHOWN_FINDINGS]:
        click.echo(format_finding(name, finding))
    if len(result.findings) > SHOWN_FINDINGS:
        click.echo(f"… and {len(result.findings) - SHOWN_FINDINGS:,} more; --json lists all")
    kinds = result.count_kinds()
    if kinds:
        click.echo("\nclusters")
        click.echo(format_table([(f"{count:8,}", f"{kind}: {KINDS[kind]}") for kind, count in kinds.items()]))
        click.echo()
    for cause in result.causes:
        fonts = f" ({', '.join(cause.fonts[:8])})" if cause.fonts else ""
        click.echo(f"why: {printable(cause.message + fonts, 1000)} [{cause.code}]")
        click.echo(f"     {printable(cause.advice, 1000)}")
    moved = f"; {result.moved:,} of them stand elsewhere than in the page" if result.moved else ""
    summary = f"{result.same:,} of {result.expected:,} clusters come out of the PDF as the page has them{moved}"
    click.echo(paint(summary, "green" if result.good else "red"))


def format_finding(name: str, finding: PdfFinding) -> str:
    place = printable(f"{name}:{finding.page}") if finding.page else printable(name)
    what = " → ".join(quote(text) for text in (finding.expected, finding.found) if text)
    context = f"{quote(finding.before)}|{quote(finding.after)}"
    source = printable(f"{finding.source}:{finding.line}, ") if finding.source else ""
    return f"{place}: {what}: {KINDS[finding.kind]} ({source}in {context})"


def quote(text: str) -> str:
    """A text for a terminal; a mark without a base gets a dotted circle, private-use characters their numbers."""
    shown = printable(text, 60)
    return f"◌{shown}" if shown and unicodedata.category(shown[0]).startswith("M") else shown
