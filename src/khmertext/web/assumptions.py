"""What a build took for granted, as values for the manifest: nothing here is proven, or only as far as it says.

Text that is only known in the browser cannot be read from files. What a build does about it is said here, place by
place, so that an owner can see what a proof of the site does not cover.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from khmertext.web.disk import matches_any
from khmertext.web.facts import Counted, FoundText
from khmertext.web.included import INCLUDED
from khmertext.web.reading import SiteFacts, file_kind

__all__ = ["count_assumptions", "list_assumptions"]

PLACELESS = frozenset({"script", "text", "a data attribute", INCLUDED})
"""Where text is found of which nobody can tell where it is shown."""


def list_assumptions(
    facts: SiteFacts,
    texts: Iterable[tuple[str, FoundText]],
    *,
    exclude: Sequence[str],
    also: Sequence[str],
    guard: Mapping[str, Any],
) -> dict[str, Any]:
    """List what a build takes for granted.

    Args:
        facts: What was read.
        texts: Every text of it with the file it is in.
        exclude: Patterns of files that were left alone.
        also: Patterns of text files that were read too.
        guard: What is known of the guard; nothing where there is none.

    Returns:
        Values that JSON has, in a fixed order: docs/script-text.md says what each means.
    """
    found = [(path, text) for path, text in texts if text.where in PLACELESS]
    left = [path for path in facts.tree.files if matches_any(path, exclude) and file_kind(path, also)]
    return {
        "script_texts": {
            "runs": len({text.text for _, text in found}),
            "languages": sorted({text.language for _, text in found}),
            "weights": sorted({weight for _, text in found for weight in text.weights}),
            "files": sorted({path for path, text in found if text.where != INCLUDED}),
        },
        "included_text": [
            {"name": file.path, "sha256": file.original, "characters": file.characters, "runs": len(file.texts)}
            for file in facts.files
            if file.kind == INCLUDED
        ],
        "all_khmer": count_places(facts, lambda counted: counted.typed),
        "browser_font": count_places(facts, lambda counted: counted.unstyled),
        "scripts": count_places(facts, lambda counted: counted.scripts),
        "frames": count_places(facts, lambda counted: counted.frames),
        "excluded": sorted(left),
        "guard": {"on": bool(guard), **guard},
    }


def count_places(facts: SiteFacts, count: Callable[[Counted], int]) -> dict[str, int]:
    """Path → how many, for the pages that have any."""
    counted = ((page.facts.path, count(page.facts.counted)) for page in facts.pages)
    return dict(sorted((path, number) for path, number in counted if number))


def count_assumptions(assumptions: Mapping[str, Any]) -> int:
    """How much was taken for granted: runs, files, places; a page with scripts counts once.

    Args:
        assumptions: What :func:`list_assumptions` gave, or a manifest holds.

    Example:
        >>> count_assumptions({"script_texts": {"runs": 2}, "frames": {"a.html": 3}, "scripts": {"a.html": 9}})
        6
    """

    def total(name: str) -> int:
        values: Iterable[int] = assumptions.get(name, {}).values()
        return sum(values)

    places = sum(map(total, ("all_khmer", "browser_font", "frames")))
    lists = sum(len(assumptions.get(name, ())) for name in ("included_text", "scripts", "excluded"))
    return int(assumptions.get("script_texts", {}).get("runs", 0)) + places + lists
