"""Khmer that is in no file of a site, but that its scripts are known to bring: text files that the owner names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from khmertext.files import read_text
from khmertext.web.facts import FoundText
from khmertext.web.manifest import hash_bytes
from khmertext.web.reading import FileFacts
from khmertext.web.scripts import KHMER_LETTER, script_readings
from khmertext.web.texts import scan_text

__all__ = ["INCLUDED", "IncludedText", "include_texts", "read_included"]

INCLUDED = "included text"
"""The kind of such a file, and what reports say of its text."""


class IncludedText(NamedTuple):
    """A text file beside the site.

    Attributes:
        name: Its file name, without folders: where it lies on this machine is nobody's business.
        digest: sha256 of its bytes.
        text: What it holds.
    """

    name: str
    digest: str
    text: str


def read_included(paths: Iterable[Path]) -> tuple[IncludedText, ...]:
    """Read text files, each once, in an order that does not depend on where they lie.

    Args:
        paths: Files in UTF-8.

    Raises:
        TextError: One cannot be read, or is not UTF-8.

    Example:
        >>> read_included([])
        ()
    """
    found = {}
    for path in paths:
        text = read_text(path)
        digest = hash_bytes(text.encode())
        found[path.name, digest] = IncludedText(path.name, digest, text)
    return tuple(found[key] for key in sorted(found))


def include_texts(included: Iterable[IncludedText]) -> tuple[FileFacts, ...]:
    r"""The facts of such files, as those of a script that holds the same.

    Args:
        included: The files.

    Example:
        >>> [facts] = include_texts([IncludedText("a.json", "", '["\\u1780", "ខ្មែរ"]')])
        >>> [found.text for found in facts.texts], facts.characters
        (['ក', 'ខ្មែរ'], 6)
    """
    return tuple(include_text(one) for one in included)


def include_text(one: IncludedText) -> FileFacts:
    readings = script_readings(one.text)
    found: dict[str, FoundText] = {}
    for reading in readings:
        for run in scan_text(reading, where=INCLUDED):
            found.setdefault(run.text, run)
    characters = len(KHMER_LETTER.findall(readings[-1]))
    return FileFacts(one.name, INCLUDED, one.digest, one.digest, tuple(found.values()), characters)
