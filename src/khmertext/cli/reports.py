"""Diagnostics of files, written for people and for programs: text, JSON, SARIF, GitHub's annotations. Pure."""

from __future__ import annotations

import json
import os
import re
import urllib.parse
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, NamedTuple

from khmertext.cli.terminal import paint, printable
from khmertext.text import Diagnostic, Severity
from khmertext.text.catalog import CATALOG, CatalogEntry
from khmertext.version import __version__

__all__ = [
    "COLORS",
    "FORMATS",
    "FileReport",
    "Place",
    "annotate",
    "find_places",
    "format_reports",
    "is_finding",
    "make_log",
    "make_rule",
]

FORMATS = ("text", "json", "sarif", "github")
UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
SHOWN = 40  # characters of a text and of its replacement on a line
COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


class Place(NamedTuple):
    """Where a diagnostic stands; lines and columns count from 1, columns in code points, as do offsets from 0."""

    line: int
    column: int
    end_line: int
    end_column: int


class FileReport(NamedTuple):
    """What was found in one file.

    Attributes:
        path: Its name, as the user wrote it.
        found: Diagnostics of the text as it is now, with their places.
        quotes: For each, the text that it speaks of, and what its edit makes of it ("" without one).
        applied: Code to how many edits were made for it.
        output: What is to be printed in the place of a changed file: a diff, or mended standard input.
        error: Why the file could not be checked; "" if it was.
        mark: How many code points stand before the first that offsets count: 1 for a byte order mark.
    """

    path: str
    found: tuple[tuple[Diagnostic, Place], ...] = ()
    quotes: tuple[tuple[str, str], ...] = ()
    applied: Mapping[str, int] = MappingProxyType({})
    output: str = ""
    error: str = ""
    mark: int = 0


def is_finding(diagnostic: Diagnostic) -> bool:
    """Whether a diagnostic makes a check fail."""
    return diagnostic.severity is not Severity.NOTE


def find_places(text: str, diagnostics: Iterable[Diagnostic]) -> list[Place]:
    """The lines and columns of diagnostics. Only LF ends a line, as editors and compilers count.

    Example:
        >>> from khmertext import check
        >>> find_places("a\\nខែ្មរ", check("a\\nខែ្មរ"))
        [Place(line=2, column=2, end_line=2, end_column=5)]
    """
    starts = [0]
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    places = []
    for diagnostic in diagnostics:
        line, end_line = bisect_right(starts, diagnostic.start), bisect_right(starts, diagnostic.end)
        places.append(
            Place(line, diagnostic.start - starts[line - 1] + 1, end_line, diagnostic.end - starts[end_line - 1] + 1)
        )
    return places


def format_reports(reports: Sequence[FileReport], style: str, *, notes: bool) -> str:
    """All reports in one of FORMATS; errors of files are not in it.

    Args:
        reports: In the order to print.
        style: One of FORMATS.
        notes: Whether text and annotations hold notes too; JSON and SARIF always do.
    """
    if style == "json":
        return json.dumps([row for report in reports for row in iter_json(report)], indent=1) + "\n"
    if style == "sarif":
        return json.dumps(make_sarif(reports), indent=1) + "\n"
    line = format_annotation if style == "github" else format_line
    return "".join(
        line(report.path, diagnostic, place, quote)
        for report in reports
        for (diagnostic, place), quote in zip(report.found, report.quotes, strict=True)
        if notes or is_finding(diagnostic)
    )


# -- for people ----------------------------------------------------------------------------------------------------


def format_line(path: str, diagnostic: Diagnostic, place: Place, quote: tuple[str, str]) -> str:
    before, after = map(show, quote)
    mark = "" if diagnostic.edit is None else " [*]" if diagnostic.safe else " [?]"
    change = f": {before}" + (f" → {after}" if diagnostic.edit is not None else "")
    code = paint(diagnostic.code, COLORS[diagnostic.severity], bold=True)
    return f"{printable(path, 2000)}:{place.line}:{place.column}: {code}{mark} {diagnostic.message}{change}\n"


def show(text: str) -> str:
    """A text in which nothing is invisible."""
    return printable(UNSEEN.sub(lambda found: f"<{ord(found[0]):04X}>", text), SHOWN)


# -- for programs --------------------------------------------------------------------------------------------------


def iter_json(report: FileReport) -> Iterable[dict[str, Any]]:
    for diagnostic, place in report.found:
        edit = diagnostic.edit
        if edit is not None:  # offsets are those of the file as it is read
            edit = edit._replace(start=edit.start + report.mark, end=edit.end + report.mark)
        yield {
            "file": report.path,
            "code": diagnostic.code,
            "name": CATALOG[diagnostic.code].name,
            "severity": diagnostic.severity.value,
            "message": diagnostic.message,
            "start": diagnostic.start + report.mark,
            "end": diagnostic.end + report.mark,
            **place._asdict(),
            "edit": None if edit is None else {**edit._asdict(), "safe": diagnostic.safe},
        }


def format_annotation(path: str, diagnostic: Diagnostic, place: Place, quote: tuple[str, str]) -> str:
    """One workflow command of GitHub Actions.

    Source: GitHub Actions, workflow commands: which characters of properties and of messages are escaped.
    """
    values: dict[str, object] = {
        "file": printable(PurePath(path).as_posix(), 2000),
        "line": place.line,
        "endLine": place.end_line,
        "title": f"{diagnostic.code} {CATALOG[diagnostic.code].name}",
    }
    if place.line == place.end_line:  # columns mean something on one line alone
        values |= {"col": place.column, "endColumn": place.end_column}
    return annotate(diagnostic.severity, values, diagnostic.message)


def annotate(severity: Severity, values: Mapping[str, object], message: str) -> str:
    """One workflow command of GitHub Actions.

    Args:
        severity: How much it weighs.
        values: Its properties.
        message: What it says.
    """
    level = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}[severity]
    shown = ",".join(f"{key}={escape_property(str(value))}" for key, value in values.items())
    return f"::{level} {shown}::{escape_message(message)}\n"


def escape_message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    return escape_message(text).replace(":", "%3A").replace(",", "%2C")


def make_sarif(reports: Sequence[FileReport]) -> dict[str, Any]:
    """A log of SARIF 2.1.0, with the rules that occur, the edits as fixes, and the files that could not be read.

    Lines, columns and offsets do not count a byte order mark.

    Source: OASIS, SARIF 2.1.0, sections 3.14 (run), 3.20 (invocation), 3.27 (result), 3.30 (region), 3.55 (fix).
    """
    codes = sorted({diagnostic.code for report in reports for diagnostic, _ in report.found})
    results = [
        make_result(report.path, diagnostic, place, codes.index(diagnostic.code))
        for report in reports
        for diagnostic, place in report.found
    ]
    errors = [{"level": "error", "message": {"text": report.error}} for report in reports if report.error]
    return make_log([make_rule(CATALOG[code]) for code in codes], results, errors)


def make_log(
    rules: Sequence[Mapping[str, Any]], results: Sequence[Mapping[str, Any]], errors: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """A log of SARIF with one run; its columns are code points.

    Args:
        rules: The rules that occur.
        results: The results.
        errors: What could not be looked at.
    """
    invocation = {"executionSuccessful": not errors, "toolExecutionNotifications": errors}
    driver = {"name": "khmertext", "version": __version__, "rules": rules}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "invocations": [invocation],
                "columnKind": "unicodeCodePoints",
                "results": results,
            }
        ],
    }


def make_rule(entry: CatalogEntry) -> dict[str, Any]:
    """A rule as SARIF has it."""
    return {
        "id": entry.code,
        "name": entry.name,
        "shortDescription": {"text": entry.message},
        "fullDescription": {"text": f"{entry.what} {entry.why}"},
        "help": {"text": f"{entry.what} {entry.why}"},
        "defaultConfiguration": {"level": entry.severity.value},
    }


def make_result(path: str, diagnostic: Diagnostic, place: Place, index: int) -> dict[str, Any]:
    artifact = {"uri": urllib.parse.quote(os.fsencode(PurePath(path).as_posix()))}
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
        "charOffset": diagnostic.start,
        "charLength": diagnostic.end - diagnostic.start,
    }
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": index,
        "level": diagnostic.severity.value,
        "message": {"text": diagnostic.message},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
    }
    edit = diagnostic.edit
    if edit is not None:
        deleted = {"charOffset": edit.start, "charLength": edit.end - edit.start}
        replacement = {"deletedRegion": deleted, "insertedContent": {"text": edit.replacement}}
        what = "keeps the picture" if diagnostic.safe else "can change the picture"
        result["fixes"] = [
            {
                "description": {"text": f"{edit.rule}; {what}"},
                "artifactChanges": [{"artifactLocation": artifact, "replacements": [replacement]}],
            }
        ]
    return result
