"""``khmertext font list`` and ``khmertext font check``: which fonts can do what with Khmer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from khmertext.cli.terminal import ProgressLine, format_json, paint, printable, show_error
from khmertext.errors import KhmerTextError
from khmertext.fonts import LEVELS, Check, FontReport, License, Status
from khmertext.fonts.installed import InstalledFont, examine_file, find_font_files, rank

__all__ = ["font_check", "font_list"]

FILES = click.Path(path_type=Path)
LONGEST_PATH = 2000
SHOWN = 8  # failing strings of a check; JSON has them all
TITLES = {
    Status.SHAPES: "shapes Khmer",
    Status.PARTIAL: "shapes some Khmer",
    Status.CLAIMS: "claims Khmer, and cannot shape it",
    Status.LEGACY: "an 8-bit font from before Unicode",
    Status.NONE: "not a Khmer font",
}
# OpenType spec, OS/2 fsType.
EMBEDDING = (
    (0x0002, "restricted"),
    (0x0004, "preview and print"),
    (0x0008, "editable"),
    (0x0100, "no subsetting"),
    (0x0200, "bitmaps only"),
)


@click.command(name="list", short_help="List the fonts on this machine that can shape Khmer.")
@click.option("--all", "show_all", is_flag=True, help="Show the other fonts too, each with the reason why not.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one entry for each font of each file.")
def font_list(show_all: bool, as_json: bool) -> None:
    """List the fonts on this machine that can shape Khmer, the best first.

    Each was tried: it forms subscripts, and draws vowels where they belong. Exit code 1 when there is none.
    """
    with ProgressLine(quiet=as_json) as progress:
        paths = find_font_files(khmer_only=not show_all)
        found: list[InstalledFont] = []
        for number, path in enumerate(paths, 1):
            found += examine_file(path)
            progress("fonts", number, len(paths))
    found.sort(key=rank)
    good = [font for font in found if is_good(font)]
    shown = found if show_all else good
    if as_json:
        click.echo(format_json([font_value(font) for font in shown]))
    else:
        click.echo("".join(f"{line}\n" for line in format_list(shown)), nl=False)
        count = len({font.report.family for font in good if font.report})
        text = f"{count} {'family' if count == 1 else 'families'}, {len(good)} of {len(found)} fonts looked at"
        click.echo(paint(f"can shape Khmer: {text}", "green" if good else "red"), err=True)
    click.get_current_context().exit(0 if good else 1)


@click.command(name="check", short_help="Tell what fonts can do with Khmer, in levels.")
@click.argument("files", nargs=-1, required=True, type=FILES)
@click.option(
    "--level",
    type=click.Choice(LEVELS),
    default="modern",
    help="What the font is for: Khmer of today; Middle Khmer too (coengs after vowels are only told); Pali, Sanskrit "
    "and minority languages too; every Khmer character. [default: modern]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def font_check(files: tuple[Path, ...], level: str, as_json: bool) -> None:
    """Tell what font FILES can do with Khmer, by shaping it and looking.

    TTF, OTF, WOFF, WOFF2 and collections. What fails is shown as text and as code points. Exit code 1 when a font
    fails the level, 2 when a file is no font.
    """
    found = [font for path in files for font in examine_file(path)]
    if as_json:
        click.echo(format_json([{**font_value(font), **verdict_value(font, level)} for font in found]))
    else:
        reports = [list(format_font(font, level)) for font in found if font.report is not None]
        click.echo("\n".join("".join(f"{line}\n" for line in lines) for lines in reports), nl=False)
    for font in found:
        if font.report is None:
            show_error(printable(str(KhmerTextError(font.reason, source=name_of(font))), LONGEST_PATH))
    failed = any(font.report is None for font in found)
    passed = all(font.report.passes(level) for font in found if font.report is not None)
    click.get_current_context().exit(2 if failed else 0 if passed else 1)


def is_good(font: InstalledFont) -> bool:
    return font.report is not None and font.report.status is Status.SHAPES


def name_of(font: InstalledFont) -> str:
    """The file, and which font of a collection."""
    return f"{font.path}#{font.number}" if font.number else str(font.path)


# -- for people --------------------------------------------------------------------------------------------------------


def format_list(fonts: Sequence[InstalledFont]) -> Iterator[str]:
    """A line for each family of fonts that shape Khmer; the others one by one, each with the reason."""
    rows = []
    good = [(font.report, font) for font in fonts if font.report is not None and is_good(font)]
    for (family, level), members in groupby(good, key=lambda pair: (pair[0].family, pair[0].level)):
        same = list(members)
        report, first = same[0]
        styles = f"{len(same)} style" + ("s" if len(same) > 1 else "")
        kind = f"{styles}, variable" if report.axes else styles
        rows.append((printable(family) or "?", level or "below modern", kind, license_name(report), first))
    widths = [max((len(row[at]) for row in rows), default=0) for at in range(4)]
    for *cells, font in rows:
        line = "  ".join(str(cell).ljust(width) for cell, width in zip(cells, widths, strict=True))
        yield f"{line}  {printable(name_of(font), LONGEST_PATH)}"
    for font in fonts:
        if not is_good(font):
            why = font.reason if font.report is None else font.report.reasons("full")[0]
            yield f"{paint('no', 'red')}  {printable(name_of(font), LONGEST_PATH)}: {printable(why)}"


def format_font(font: InstalledFont, level: str) -> Iterator[str]:
    """The report on one font."""
    report = font.report
    assert report is not None
    passed = report.passes(level)
    verdict = f"passes {level}" if passed else f"does not pass {level}"
    yield f"{printable(name_of(font), LONGEST_PATH)}: {paint(verdict, 'green' if passed else 'red', bold=True)}"
    axes = f", variable ({', '.join(map(printable, report.axes))})" if report.axes else ""
    slope = ", italic" if report.italic else ""
    name = f"{printable(report.family) or 'no name'}, weight {report.weight}{slope}{axes}"
    yield f"  font       {name}"
    if report.version:
        yield f"  version    {printable(report.version)}"
    highest = f"; highest level: {report.level}" if report.level else ""
    yield f"  verdict    {TITLES[report.status]}{highest}"
    yield f"  license    {license_name(report)}"
    yield f"  embedding  {describe_embedding(report.license)}"
    if report.license is not None and report.license.reserved_names:
        yield f"  reserved   {printable(', '.join(report.license.reserved_names))}"
    yield f"  claims     {'Khmer, by ' + ', '.join(report.claims) if report.claims else 'no Khmer'}"
    if not report.checks:
        yield from (f"  {paint('why', 'red')}        {printable(reason)}" for reason in report.reasons(level))
    for check in report.checks:
        yield from format_check(check, level)
    for remark in report.remarks:
        yield f"  {paint('note', 'yellow')}  {printable(remark.message)}"


def format_check(check: Check, level: str) -> Iterator[str]:
    """A line for a check, and one for each string that fails, the first few of many."""
    needed = check.counted and LEVELS.index(check.level) <= LEVELS.index(level)
    word, color = ("ok", "green") if check.passed else ("FAIL", "red") if needed else ("no", "yellow")
    count = f": {len(check.failing)} of {check.tried} wrong" if check.failing else ""
    note = "" if check.counted else " (information only)"
    yield f"  {paint(word.ljust(4), color)}  {check.level.ljust(8)}  {check.title}{count}{note}"
    for text in check.failing[:SHOWN]:
        yield f"                    {printable(text)}  {code_points(text)}"
    if len(check.failing) > SHOWN:
        yield f"                    and {len(check.failing) - SHOWN} more"


def code_points(text: str) -> str:
    return " ".join(f"U+{ord(char):04X}" for char in text)


def license_name(report: FontReport) -> str:
    """The license in few words."""
    if report.license is None:
        return "names are damaged"
    return report.license.name or "no free license found"


def describe_embedding(rights: License | None) -> str:
    """What OS/2 fsType permits, in words."""
    if rights is None:
        return "unknown"
    words = [word for bit, word in EMBEDDING if rights.fs_type & bit] or ["installable"]
    return f"{', '.join(words)} (fsType 0x{rights.fs_type:04X})" + (f": {rights.refusal}" if rights.refusal else "")


# -- for programs ------------------------------------------------------------------------------------------------------


def font_value(font: InstalledFont) -> dict[str, Any]:
    """One font as JSON has it."""
    value: dict[str, Any] = {"file": str(font.path), "index": font.number}
    report = font.report
    if report is None:
        return {**value, "error": font.reason}
    rights = report.license
    return {
        **value,
        "error": None,
        "family": report.family,
        "version": report.version,
        "weight": report.weight,
        "italic": report.italic,
        "axes": report.axes,
        "status": report.status.value,
        "level": report.level or None,
        "levels": {level: report.passes(level) for level in LEVELS},
        "reasons": report.reasons("full"),
        "checks": [check_value(check) for check in report.checks],
        "missing": texts_value(report.missing),
        "claims": report.claims,
        "scripts": {"GSUB": report.gsub_scripts, "GPOS": report.gpos_scripts},
        "remarks": [remark._asdict() for remark in report.remarks],
        "legacy": legacy_value(report),
        "license": None
        if rights is None
        else {
            "name": rights.name,
            "fs_type": rights.fs_type,
            "may_subset": rights.may_subset,
            "may_publish": rights.may_publish,
            "refusal": rights.refusal,
            "reserved_names": rights.reserved_names,
        },
    }


def check_value(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "title": check.title,
        "level": check.level,
        "counted": check.counted,
        "tried": check.tried,
        "failing": texts_value(check.failing),
        "problem": check.problem,
    }


def legacy_value(report: FontReport) -> dict[str, Any] | None:
    found = report.legacy
    return None if found is None else {"series": found.series, "khmer": found.khmer, "evidence": found.evidence}


def texts_value(texts: Iterable[str]) -> list[dict[str, str]]:
    return [{"text": text, "code_points": code_points(text)} for text in texts]


def verdict_value(font: InstalledFont, level: str) -> dict[str, Any]:
    """What the level asked for adds."""
    return {"asked": level, "passes": font.report is not None and font.report.passes(level)}
