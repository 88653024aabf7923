"""``khmertext describe`` and ``khmertext rule``: what characters are, and what codes mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from khmertext.cli.terminal import format_json, paint, printable
from khmertext.cli.text import COENG_OPTION, LANGUAGE_OPTION, STDIN, iter_file, write_out
from khmertext.script.classes import CHARACTER_CLASSES, INVISIBLES
from khmertext.script.ucd import CHARACTERS
from khmertext.text import Cluster, Diagnostic, Severity, check, is_normalized, iter_clusters, normalize
from khmertext.text.catalog import CATALOG, CatalogEntry, FixSafety, find_entry

__all__ = ["describe", "format_entry", "rule"]

CIRCLE = "\u25cc"
UNDECODED = re.compile("[\udc80-\udcff]")  # as Python passes on bytes of arguments that it cannot decode
LONGEST = 20_000  # characters: what anybody reads
SAFETY = {
    FixSafety.SAFE: "Safe: the picture stays the same in every font tried; `--fix` applies it.",
    FixSafety.DEPENDS: (
        "It depends on the syllable, and each diagnostic tells: where the picture stays the same in every font tried, "
        "`--fix` applies it; elsewhere it needs `--unsafe-fixes`."
    ),
    FixSafety.UNSAFE: "Unsafe: what readers see can change, so it needs `--unsafe-fixes`.",
    FixSafety.NONE: "There is none: only the author knows what was meant.",
}


@click.command(short_help="Tell what each character is, what is wrong, what it becomes.")
@click.argument("texts", nargs=-1)
@LANGUAGE_OPTION
@COENG_OPTION
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def describe(texts: tuple[str, ...], lang: str, keep_coeng_da: bool, as_json: bool) -> None:
    """Tell what each character of TEXTS, or of standard input, is, what is wrong, and what it becomes.

    Offsets count code points. Exit code 1 if anything is wrong.
    """
    given = [read_stdin() if text == STDIN else text for text in texts or (STDIN,)]
    if any(UNDECODED.search(text) for text in given):
        raise click.UsageError("a text is not in the encoding of the command line; give it on standard input")
    try:
        described = [describe_text(text, lang, keep_coeng_da) for text in given]
    except ValueError as error:
        raise click.UsageError(printable(str(error))) from error
    if as_json:
        write_out(format_json(described) + "\n")
    else:
        click.echo("\n".join(format_description(text) for text in described), nl=False)
    wrong = any(item["severity"] != Severity.NOTE.value for text in described for item in text["diagnostics"])
    click.get_current_context().exit(1 if wrong else 0)


def read_stdin() -> str:
    text = ""
    for part in iter_file(STDIN):
        text += part
        if len(text) > LONGEST:
            raise click.UsageError(f"describe is for up to {LONGEST:,} characters; see `khmertext check`")
    return text.removesuffix("\n")


def describe_text(text: str, lang: str, keep_coeng_da: bool) -> dict[str, Any]:
    """Everything that is known of a text, as JSON has it."""
    options = {"lang": lang, "keep_coeng_da": keep_coeng_da}
    form = normalize(text, **options)  # type: ignore[arg-type]
    visual = normalize(text, form="visual", **options)  # type: ignore[arg-type]
    return {
        "text": text,
        "clusters": [describe_cluster(cluster) for cluster in iter_clusters(text)],
        "diagnostics": [describe_diagnostic(found) for found in check(text, **options)],  # type: ignore[arg-type]
        "normalized": form,
        "is_normalized": is_normalized(text, **options),  # type: ignore[arg-type]
        "keeps_picture": visual == form,
    }


def describe_cluster(cluster: Cluster) -> dict[str, Any]:
    return {
        "start": cluster.start,
        "text": cluster.text,
        "kind": cluster.kind.value,
        "characters": [
            {"offset": cluster.start + at, "code": f"U+{ord(char):04X}", "name": name_of(char), "class": class_of(char)}
            for at, char in enumerate(cluster.text)
        ],
    }


def describe_diagnostic(found: Diagnostic) -> dict[str, Any]:
    return {
        "code": found.code,
        "severity": found.severity.value,
        "start": found.start,
        "end": found.end,
        "message": found.message,
        "edit": None if found.edit is None else {**found.edit._asdict(), "safe": found.safe},
    }


def name_of(char: str) -> str:
    """A character's name: for Khmer that of our table, for the rest what this Python knows; it decides nothing."""
    known = CHARACTERS.get(ord(char))
    return known.name if known else unicodedata.name(char, "<no name>")


def class_of(char: str) -> str:
    if char in INVISIBLES:
        return "invisible"
    found = CHARACTER_CLASSES.get(char)
    return found.value if found else ""


def format_description(described: dict[str, Any]) -> str:
    """A table of the characters, cluster by cluster, then what is wrong and what it becomes."""
    lines: list[str] = []
    for cluster in described["clusters"]:
        broken = cluster["kind"] == "broken"
        for at, row in enumerate(cluster["characters"]):
            char = described["text"][row["offset"]]
            shown = printable(char) if row["class"] in ("", "base", "other", "generic base") else CIRCLE + char
            head = paint("!", "red", bold=True) if broken and at == 0 else " "
            gap = "┌" if len(cluster["characters"]) > 1 and at == 0 else "│" if at else " "
            if row["class"] in ("invisible", "joiner"):
                shown = " "
            lines.append(f"{head}{gap} {row['offset']:4}  {row['code']:8} {shown}\t{row['class']:12} {row['name']}")
    lines.append("")
    for found in described["diagnostics"]:
        color = "red" if found["severity"] == "error" else "yellow" if found["severity"] == "warning" else "cyan"
        edit = found["edit"]
        mark = "" if edit is None else " [*]" if edit["safe"] else " [?]"
        lines.append(
            f"{paint(found['code'], color, bold=True)} {found['start']}-{found['end']}{mark} {found['message']}"
        )
    if described["is_normalized"]:
        lines.append("in normal form" if described["diagnostics"] else "nothing is wrong; in normal form")
    else:
        form = described["normalized"]
        picture = "looks the same in every font tried" if described["keeps_picture"] else "can look different"
        codes = " ".join(f"{ord(char):04X}" for char in form)
        lines.append(f"becomes {printable(form)}  ({picture})\n        {codes}")
    return "\n".join(lines) + "\n"


# -- rules ---------------------------------------------------------------------------------------------------------


@click.command(short_help="Explain the codes of `khmertext check` and `khmertext site check`.")
@click.argument("codes", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rule(codes: tuple[str, ...], as_json: bool) -> None:
    """Explain CODES of `khmertext check` and `khmertext site check`, by code or by name; without any, list them all."""
    try:
        entries = [find_rule(code) for code in codes] or [*CATALOG.values(), *page_rules().values()]
    except ValueError as error:
        raise click.UsageError(f"{printable(str(error))}; `khmertext rule` lists them") from error
    if as_json:
        write_out(format_json(list(map(entry_as_json, entries))) + "\n")
    elif codes:
        write_out("\n".join(map(format_entry, entries)))
    else:
        write_out("".join(iter_list(entries)))


def page_rules() -> Mapping[str, CatalogEntry]:
    """The rules for pages; they take long to load."""
    from khmertext.web.pagerules import PAGE_CATALOG

    return PAGE_CATALOG


def find_rule(key: str) -> CatalogEntry:
    """The entry of a code or a name, of text or of pages.

    Raises:
        ValueError: There is none.
    """
    found = next((one for one in page_rules().values() if key.upper() == one.code or key.lower() == one.name), None)
    return found or find_entry(key)


def entry_as_json(entry: CatalogEntry) -> dict[str, str]:
    return {
        "code": entry.code,
        "name": entry.name,
        "family": entry.family,
        "severity": entry.severity.value,
        "fix": entry.fix.value,
        "message": entry.message,
        "what": entry.what,
        "why": entry.why,
        "example": entry.example,
        "instead": entry.instead,
        "source": entry.source,
    }


def iter_list(entries: Sequence[CatalogEntry]) -> Iterator[str]:
    family = ""
    for entry in entries:
        if entry.family != family:
            family = entry.family
            yield f"{family}\n"
        yield f"  {entry.code}  {entry.severity.value:8} {entry.name:22} {entry.message}\n"


def format_entry(entry: CatalogEntry, picture: str = "") -> str:
    """The page of a code, as Markdown.

    Args:
        entry: The code.
        picture: Markdown of a picture of before and after; "" without one.
    """
    parts = [
        f"# {entry.code}: {entry.name}",
        f"Family: {entry.family}. Severity: {entry.severity.value}.",
        f"## What it does\n\n{entry.what}",
        f"## Why it matters\n\n{entry.why}" + (f"\n\n{picture}" if picture else ""),
    ]
    if entry.example:
        parts.append(f"## Example\n\n{show_example(entry, entry.example)}")
    if entry.instead:
        parts.append(f"## Use instead\n\n{show_example(entry, entry.instead)}")
    if entry.code in CATALOG:  # nothing mends a page
        parts.append(f"## Fix\n\n{SAFETY[entry.fix]}")
    if entry.source:
        parts.append(f"## Source\n\n{entry.source}")
    return "\n\n".join(parts) + "\n"


def show_example(entry: CatalogEntry, text: str) -> str:
    if entry.code in CATALOG:
        return spell(text)
    code = any(sign in text for sign in "<{")  # HTML or CSS; else words
    return f"```{'html' if '<' in text else 'css'}\n{text}\n```" if code else text


def spell(text: str) -> str:
    codes = " ".join(f"{ord(char):04X}" for char in text)
    return f"{text.strip()} (`{codes}`)"
