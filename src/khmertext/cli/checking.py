"""``khmertext check``: what is wrong with the Khmer of files, and its mending."""

from __future__ import annotations

import difflib
import os
import sys
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from typing import NamedTuple

import click

from khmertext.cli.reports import FORMATS, FileReport, find_places, format_reports, is_finding
from khmertext.cli.terminal import ProgressLine, paint, printable, show_error
from khmertext.cli.text import (
    FILES,
    LANGUAGE_OPTION,
    STDIN,
    STDIN_NAME,
    iter_file,
    iter_lines,
    with_newline,
    write_out,
)
from khmertext.errors import KhmerTextError
from khmertext.files import replace_file
from khmertext.script.classes import INVISIBLES
from khmertext.script.profiles import find_profile
from khmertext.text import Diagnostic, check, cluster_starts, fix_text
from khmertext.text.catalog import CATALOG
from khmertext.workers import count_jobs, map_chunks, split_chunks

__all__ = ["check_command"]

BOM = "\ufeff"
CONTEXT = 1  # lines around a change in --diff

# What is looked at in folders; a file that is named is read whatever it is called.
TEXT_SUFFIXES = frozenset(
    ".adoc .bib .cfg .css .csv .dtd .ftl .htm .html .ini .js .json .jsonl .jsx .less .lrc .markdown .md .mdx .mjs .org"
    " .po .pot .properties .py .resx .rst .scss .srt .strings .svg .tex .toml .ts .tsv .tsx .ttml .txt .vtt .vue .xhtml"
    " .xlf .xliff .xml .yaml .yml".split()
)


class Options(NamedTuple):
    """How to check a file: what :func:`khmertext.check` takes, which codes count, and what to do with edits."""

    lang: str
    codes: frozenset[str]
    fix: bool
    unsafe: bool
    diff: bool


@click.command(name="check", short_help="Tell what is wrong with the Khmer of files, and mend it.")
@click.argument("paths", nargs=-1, type=FILES)
@click.option("--format", "style", type=click.Choice(FORMATS), default="text", help="How to print. [default: text]")
@click.option("--fix", is_flag=True, help="Mend files where the picture stays the same in every font tried.")
@click.option(
    "--unsafe-fixes", "unsafe", is_flag=True, help="With --fix or --diff: mend too what can change the picture."
)
@click.option("--diff", is_flag=True, help="Write nothing; show what --fix would change.")
@click.option("--select", "selected", multiple=True, metavar="CODES", help="Only these codes or families: KT102,KT4.")
@click.option("--ignore", "ignored", multiple=True, metavar="CODES", help="All but these codes or families.")
@click.option("--notes", is_flag=True, help="Show notes too, which never make a check fail.")
@click.option("--statistics", is_flag=True, help="Show how often each code occurs, instead of each place.")
@LANGUAGE_OPTION
@click.option("--include", multiple=True, metavar="GLOB", help="In folders, files like this too; repeatable.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Leave out files and folders like this; repeatable.")
@click.option("--jobs", "-j", type=click.IntRange(1, 64), help="Processes for many files. [default: one a processor]")
def check_command(
    paths: tuple[Path, ...],
    style: str,
    fix: bool,
    unsafe: bool,
    diff: bool,
    selected: tuple[str, ...],
    ignored: tuple[str, ...],
    notes: bool,
    statistics: bool,
    lang: str,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    jobs: int | None,
) -> None:
    """Tell what is wrong with the Khmer of files and folders, or of standard input.

    Each line names a place, a code, and what would mend it: [*] is safe, [?] can change what readers see. `khmertext
    rule CODE` explains a code. Files are UTF-8. With --fix, standard input is printed mended.
    """
    if fix and diff:
        raise click.UsageError("give only one of --fix and --diff")
    if unsafe and not (fix or diff):
        raise click.UsageError("--unsafe-fixes goes with --fix or --diff")
    try:
        find_profile(lang)
        codes = choose_codes(selected, ignored)
    except ValueError as error:
        raise click.UsageError(printable(str(error))) from error
    options = Options(lang, codes, fix, unsafe, diff)
    names = list(iter_names(paths or (Path(STDIN),), include, exclude))
    reports = []
    with ProgressLine(quiet=style != "text") as progress:
        for part in map_chunks(
            partial(check_some, options), split_chunks(names, max(1, len(names) // 8)), count_jobs(jobs)
        ):
            reports += part
            progress("check", len(reports), len(names))
    for report in reports:
        if report.error:
            show_error(printable(report.error, 2000))
    for report in reports:
        write_out(report.output)
    if not diff:
        shown = format_statistics(reports) if statistics else format_reports(reports, style, notes=notes)
        # Mended standard input goes out as a filter's output does; the report makes room for it.
        click.echo(shown, nl=False, err=fix and STDIN in names)
    sys.stdout.flush()
    if style == "text":
        show_summary(reports, options, notes=notes)
    failed = any(report.error for report in reports)
    found = any(is_finding(diagnostic) for report in reports for diagnostic, _ in report.found)
    click.get_current_context().exit(2 if failed else 1 if found else 0)


def choose_codes(selected: Sequence[str], ignored: Sequence[str]) -> frozenset[str]:
    """The codes that count.

    Raises:
        ValueError: There is no such code or family.
    """
    codes = expand_codes(selected) if selected else set(CATALOG)
    return frozenset(codes - expand_codes(ignored))


def expand_codes(given: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for name in (part.strip() for text in given for part in text.split(",")):
        chosen = {
            code
            for code, entry in CATALOG.items()
            if (len(name) > 2 and code.startswith(name.upper())) or entry.name == name.lower()
        }
        if not chosen:
            raise ValueError(f"there is no code or family {name!r}; `khmertext rule` lists them")
        found |= chosen
    return found


# -- files ---------------------------------------------------------------------------------------------------------


def iter_names(paths: Sequence[Path], include: Sequence[str], exclude: Sequence[str]) -> Iterator[str]:
    """The files to check, in order; each once."""
    seen: set[str] = set()
    for path in paths:
        for name in iter_folder(path, include, exclude) if path.is_dir() else [str(path)]:
            if name not in seen:
                seen.add(name)
                yield name


def iter_folder(folder: Path, include: Sequence[str], exclude: Sequence[str]) -> Iterator[str]:
    """The text files below a folder; hidden ones are left out, links to folders are not followed."""
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and not fits(folder, place, name, exclude)
        )
        for name in sorted(files):
            wanted = Path(name).suffix.lower() in TEXT_SUFFIXES or fits(folder, place, name, include)
            if wanted and not name.startswith(".") and not fits(folder, place, name, exclude):
                yield str(Path(place, name))


def fits(folder: Path, place: str, name: str, patterns: Sequence[str]) -> bool:
    path = Path(place, name).relative_to(folder).as_posix()
    return any(fnmatch(path, pattern) or fnmatch(name, pattern) for pattern in patterns)


def check_some(options: Options, names: Sequence[str]) -> list[FileReport]:
    return [check_file(name, options) for name in names]


def check_file(name: str, options: Options) -> FileReport:
    """Check one file, and mend it if asked; what is wrong with the file itself is in the report."""
    path = STDIN_NAME if name == STDIN else name
    keep = "KT402" not in options.codes
    try:
        text = "".join(iter_file(name))
        mark = BOM if text.startswith(BOM) else ""
        text = text.removeprefix(BOM)
        applied: dict[str, int] = {}
        output = ""
        if options.fix or options.diff:
            result = fix_text(text, unsafe=options.unsafe, lang=options.lang, keep_coeng_da=keep, codes=options.codes)
            if options.diff:
                output = format_diff(path, text, result.text)
            elif name == STDIN:
                output = mark + result.text
            elif result.text != text:
                replace_file(Path(name), (mark + result.text).encode())
            if options.fix:
                text, applied = result.text, result.applied
        found = [item for item in check(text, lang=options.lang, keep_coeng_da=keep) if item.code in options.codes]
    except KhmerTextError as error:
        return FileReport(path, error=str(error))
    quotes = tuple(iter_quotes(text, found))
    return FileReport(
        path, tuple(zip(found, find_places(text, found), strict=True)), quotes, applied, output, mark=len(mark)
    )


def iter_quotes(text: str, found: Sequence[Diagnostic]) -> Iterator[tuple[str, str]]:
    """For each diagnostic the clusters that it speaks of, and what its edit makes of them."""
    starts = [*cluster_starts(text), len(text)] if found else []
    for diagnostic in found:
        edit = diagnostic.edit
        first, last = diagnostic.start, diagnostic.end
        if edit is not None:
            first, last = min(first, edit.start), max(last, edit.end)
        # What parts a mark from its base is shown with both.
        start = starts[max(bisect_right(starts, first) - 1 - (text[first] in INVISIBLES), 0)]
        end = starts[min(bisect_left(starts, last) + (text[last - 1] in INVISIBLES), len(starts) - 1)]
        before = text[start:end]
        yield before, before if edit is None else text[start : edit.start] + edit.replacement + text[edit.end : end]


def format_diff(path: str, before: str, after: str) -> str:
    name = printable(path, 2000)
    lines = difflib.unified_diff(
        list(iter_lines([before])), list(iter_lines([after])), name, f"{name} (mended)", n=CONTEXT
    )
    return "".join(map(with_newline, lines))


# -- summary -------------------------------------------------------------------------------------------------------


def format_statistics(reports: Sequence[FileReport]) -> str:
    counted = Counter(diagnostic.code for report in reports for diagnostic, _ in report.found)
    rows = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return "".join(f"{count:7}  {code}  {CATALOG[code].name}\n" for code, count in rows)


def show_summary(reports: Sequence[FileReport], options: Options, *, notes: bool) -> None:
    """One line that counts, and one that tells what to do next."""
    found = [diagnostic for report in reports for diagnostic, _ in report.found]
    findings = [diagnostic for diagnostic in found if is_finding(diagnostic)]
    checked = sum(not report.error for report in reports)
    mended = sum(sum(report.applied.values()) for report in reports)
    hidden = len(found) - len(findings)
    counts = f"{count_of(len(findings), 'finding')} in {count_of(checked, 'file')}"
    if options.fix:
        counts = f"{count_of(mended, 'edit')} made; {counts} left"
    if hidden:
        counts += f", {count_of(hidden, 'note')}" + ("" if notes else " (--notes shows them)")
    click.echo(paint(counts, "red" if findings else "green"), err=True)
    safe = sum(diagnostic.safe for diagnostic in findings)
    unsafe = sum(diagnostic.edit is not None and not diagnostic.safe for diagnostic in findings)
    advice = []
    if safe and not options.fix:
        advice.append(f"{safe} can be mended with --fix")
    if unsafe and not (options.unsafe and options.fix):
        advice.append(f"{unsafe} with --fix --unsafe-fixes, which can change what readers see")
    if advice:
        click.echo("; ".join(advice), err=True)


def count_of(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
