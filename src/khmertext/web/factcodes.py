"""Facts of files as values that JSON has, and back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import starmap
from typing import Any, Final

from khmertext.web.facts import Counted, FoundText, PageFacts, PageFinding, SiteWarning
from khmertext.web.looks import Look
from khmertext.web.reading import FileFacts
from khmertext.web.sources import Insertion

__all__ = ["decode_facts", "decode_file", "encode_facts", "encode_file", "encode_shared"]


SEPARATOR: Final = "\n"  # never in a run


def encode_shared(facts: PageFacts) -> tuple[Any, ...]:
    """Those of the facts of a page that many pages have alike, in tuples of values that JSON has."""
    return facts.rules, tuple(sorted(facts.stacks))


def encode_facts(facts: PageFacts) -> list[Any]:
    """The other facts of a page as values that JSON has, its path left out."""
    return [
        facts.encoding,
        text_columns(facts.texts),
        facts.characters,
        facts.needs_font,
        facts.open_text,
        facts.head,
        facts.prefix,
        facts.early,
        facts.early_prefix,
        facts.body,
        [[*one] for one in facts.insertions],
        sorted(facts.locked),
        sorted(facts.linked),
        [[*one] for one in facts.warnings],
        [[*one] for one in facts.findings],
        list(facts.counted),
        facts.brought,
        facts.ours,
    ]


def decode_facts(path: str, value: list[Any], shared: tuple[Any, ...]) -> PageFacts:
    """The facts of a page back.

    Args:
        path: The page.
        value: What :func:`encode_facts` made.
        shared: What :func:`encode_shared` made.

    Raises:
        TypeError, ValueError, IndexError, AttributeError: It is not of that form.

    Example:
        >>> texts = (FoundText("ក", "km", (Look(400),), 1, "p"),)
        >>> facts = PageFacts("a", texts=texts, stacks=frozenset({("a.css", 1)}))
        >>> decode_facts("a", encode_facts(facts), encode_shared(facts)) == facts
        True
    """
    rules, stacks = shared
    (encoding, texts, characters, needs_font, open_text, head, prefix, early, early_prefix, body, insertions, locked,
     linked, warnings, findings, counted, brought, ours) = value  # fmt: skip
    return PageFacts(
        path,
        encoding,
        read_texts(texts),
        characters,
        needs_font,
        open_text,
        head,
        prefix,
        early,
        early_prefix,
        body,
        tuple(Insertion(offset, text) for offset, text in insertions),
        freeze_stacks(stacks),
        frozenset(locked),
        frozenset(linked),
        rules,
        read_warnings(warnings),
        tuple(PageFinding(*one) for one in findings),
        Counted(*counted),
        brought,
        ours=ours,
    )


@lru_cache(maxsize=64)
def freeze_stacks(stacks: tuple[tuple[str, int], ...]) -> frozenset[tuple[str, int]]:
    return frozenset((sheet, index) for sheet, index in stacks)


def encode_file(facts: FileFacts) -> list[Any]:
    """The facts of a file other than a page, its name and hashes left out; it must be no stylesheet."""
    return [
        text_columns(facts.texts),
        facts.characters,
        list(facts.names),
        [[*warning] for warning in facts.warnings],
    ]


def decode_file(path: str, kind: str, original: str, found: str, value: list[Any]) -> FileFacts:
    """The facts of a file other than a page back.

    Args:
        path: The file.
        kind: What it is read as.
        original: sha256 of the author's bytes.
        found: sha256 of the file as it is.
        value: What :func:`encode_file` made.

    Raises:
        TypeError, ValueError, IndexError, AttributeError: It is not of that form.

    Example:
        >>> facts = FileFacts("a.js", "script", "", "", (FoundText("ក", "", (), 1, "script"),), 1, None, ("b.js",))
        >>> decode_file("a.js", "script", "", "", encode_file(facts)) == facts
        True
    """
    texts, characters, names, warnings = value
    return FileFacts(
        path, kind, original, found, read_texts(texts), characters, None, tuple(names), read_warnings(warnings)
    )


def text_columns(texts: Sequence[FoundText]) -> list[Any]:
    """Texts column by column, what repeats as numbers: far faster to read again than a list for each of them."""
    if not texts:
        return []
    tables: list[dict[Any, int]] = [{}, {}, {}]
    rows = ((one.language, (one.looks, one.families), one.where) for one in texts)
    languages, looks, places = (
        [table.setdefault(value, len(table)) for value in column]
        for table, column in zip(tables, zip(*rows, strict=True), strict=True)
    )
    return [
        SEPARATOR.join(one.text for one in texts),
        *([list(table), column] for table, column in zip(tables, (languages, looks, places), strict=True)),
        [one.line for one in texts],
    ]


def read_texts(columns: list[Any]) -> tuple[FoundText, ...]:
    if not columns:
        return ()
    whole, (languages, spoken), (looks, set_in), (places, found_in), lines = columns
    looks = [(tuple(starmap(Look, one)), tuple(families)) for one, families in looks]
    both = list(map(looks.__getitem__, set_in))
    rows = zip(
        whole.split(SEPARATOR),
        map(languages.__getitem__, spoken),
        [one for one, _ in both],
        lines,
        map(places.__getitem__, found_in),
        [families for _, families in both],
        strict=True,
    )
    return tuple(starmap(FoundText, rows))


def read_warnings(values: list[Any]) -> tuple[SiteWarning, ...]:
    return tuple(SiteWarning(*value) for value in values)
