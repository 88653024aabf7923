"""What a look at a site found, written for people and for programs: text, JSON, SARIF, GitHub's annotations. Pure."""

from __future__ import annotations

import json
import os
import urllib.parse
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from khmertext.cli.reports import COLORS, annotate, make_log, make_rule
from khmertext.cli.terminal import format_json, paint, printable
from khmertext.text.catalog import CATALOG, CatalogEntry
from khmertext.web.checking import Problem
from khmertext.web.facts import PageFinding
from khmertext.web.pagerules import PAGE_CATALOG

__all__ = ["SiteFinding", "find_page_entry", "format_findings", "merge_findings", "notation"]

LONGEST = 2000


class SiteFinding(NamedTuple):
    """A problem of the site's font, or a finding in a page.

    Attributes:
        path: The file, from the root of the site.
        line: From 1; 0 where there is no place.
        column: In code points, from 1; 0 where only the line is known.
        end_line: Where it ends.
        end_column: Behind its last character.
        code: Its code.
        message: What is wrong.
        text: The Khmer that it speaks of, or "".
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    code: str
    message: str
    text: str


def merge_findings(problems: Iterable[Problem], findings: Iterable[PageFinding]) -> list[SiteFinding]:
    """Everything, in the order of files and places.

    Args:
        problems: Of the site's font.
        findings: In its pages.

    Example:
        >>> merge_findings([Problem("a.html", 3, "", "gone", "KS903")], [])[0].line
        3
    """
    found = [SiteFinding(one.path, one.line, 0, one.line, 0, one.code, one.message, one.text) for one in problems]
    found += [
        SiteFinding(one.path, one.line, one.column, one.end_line, one.end_column, one.code, one.message, one.text)
        for one in findings
    ]
    return sorted(found)


def find_page_entry(code: str) -> CatalogEntry:
    """The entry of a code, of pages or of text.

    Raises:
        KeyError: There is none.
    """
    return PAGE_CATALOG[code] if code in PAGE_CATALOG else CATALOG[code]


def format_findings(found: Sequence[SiteFinding], style: str, root: str) -> str:
    """All findings in one of the formats of ``khmertext check``.

    Args:
        found: In the order to print.
        style: ``text``, ``json``, ``sarif`` or ``github``.
        root: The site, as the user wrote it; programs find files from where they run.
    """
    if style == "json":
        return format_json([one._asdict() for one in found]) + "\n"
    if style == "sarif":
        return json.dumps(make_sarif(found, root), indent=1) + "\n"
    line = format_line if style == "text" else lambda one: format_annotation(one, root)
    return "".join(map(line, found))


def format_line(one: SiteFinding) -> str:
    place = (
        printable(one.path, LONGEST) + (f":{one.line}" if one.line else "") + (f":{one.column}" if one.column else "")
    )
    code = paint(one.code, COLORS[find_page_entry(one.code).severity], bold=True)
    # The letters count where it is they that are wrong; else the text tells the place.
    shown = notation(one.text) if one.code.startswith(("KT", "KS901")) else printable(one.text)
    return f"{place}: {code} {printable(one.message, LONGEST)}{': ' + shown if one.text else ''}\n"


def notation(text: str) -> str:
    """A run with its code points, since where the font lacks it nobody can see it."""
    codes = " ".join(f"{ord(letter):04X}" for letter in text[:24])
    return f"{printable(text, 24)} ({codes}{' …' if len(text) > 24 else ''})"


def join(root: str, path: str) -> str:
    return f"{root.replace(os.sep, '/').rstrip('/')}/{path}" if root not in ("", ".") else path


def format_annotation(one: SiteFinding, root: str) -> str:
    """One workflow command of GitHub Actions."""
    entry = find_page_entry(one.code)
    values: dict[str, object] = {"file": printable(join(root, one.path), LONGEST)}
    if one.line:
        values |= {"line": one.line, "endLine": one.end_line}
    values["title"] = f"{one.code} {entry.name}"
    if one.column and one.line == one.end_line:  # columns mean something on one line alone
        values |= {"col": one.column, "endColumn": one.end_column}
    return annotate(entry.severity, values, printable(one.message, LONGEST))


def make_sarif(found: Sequence[SiteFinding], root: str) -> dict[str, Any]:
    """A log of SARIF 2.1.0; columns are code points.

    Source: OASIS, SARIF 2.1.0, sections 3.14 (run), 3.27 (result), 3.30 (region).
    """
    codes = sorted({one.code for one in found})
    rules = [make_rule(find_page_entry(code)) for code in codes]
    return make_log(rules, [make_result(one, root, codes.index(one.code)) for one in found], [])


def make_result(one: SiteFinding, root: str, index: int) -> dict[str, Any]:
    uri = urllib.parse.quote(os.fsencode(join(root, one.path)))
    place: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if one.line:
        place["region"] = {"startLine": one.line}
    if one.line and one.column:
        place["region"] |= {"startColumn": one.column, "endLine": one.end_line, "endColumn": one.end_column}
    return {
        "ruleId": one.code,
        "ruleIndex": index,
        "level": find_page_entry(one.code).severity.value,
        "message": {"text": one.message.encode("utf-8", "replace").decode()},
        "locations": [{"physicalLocation": place}],
    }
