"""Names of files that are one name on the disks of Windows and macOS, where the site may go.

Source: Unicode Standard Annex #15 and section 3.13 (caseless matching). Disks of macOS take a letter for one with its
parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from unicodedata import normalize

__all__ = ["find_clashes"]


def find_clashes(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Names in one folder that only case or composition tells apart.

    Args:
        paths: Paths of files, with forward slashes.

    Returns:
        Pairs of paths of files or of the folders above them; what is in such folders is not told again.

    Example:
        >>> list(find_clashes(["a/Index.html", "a/index.html", "b/A.html", "A/x.css", "A/index.html"]))
        [('a/Index.html', 'a/index.html'), ('a', 'A')]
    """
    known: dict[str, str] = {}
    clashing: dict[str, bool] = {}
    for path in paths:
        for end in (*(index for index, letter in enumerate(path) if letter == "/"), len(path)):
            whole = path[:end]
            if whole not in clashing:
                other = known.setdefault(fold_name(whole), whole)
                clashing[whole] = other != whole
                if clashing[whole]:
                    yield other, whole
            if clashing[whole]:
                break


def fold_name(name: str) -> str:
    return name.lower() if name.isascii() else normalize("NFC", normalize("NFC", name).casefold())
