"""Which scripts a page comes to load: its own, those that they import, and the data that they fetch.

A whole parser of JavaScript would not tell more than this: what names a file of the site in a string literal is taken
to be loaded. Names that a script puts together from parts are not found; the report of a build says which files with
Khmer nobody seems to load.

Sources: ECMAScript 16.2.2 (imports); HTML Standard 8.1.6.1 (import maps); URL Standard 4.4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from khmertext.web.urls import PageUrl, resolve_url

__all__ = ["ScriptGraph", "find_names"]

# Where a file name of a script or of data ends, with its closing quote; the opening one is looked for backwards.
NAME_END = re.compile(r"""\.(?:[mc]?js|json)(?:[?#][^"'`\s]{0,100})?(["'`])""", re.I)
MAX_NAME = 300
MAX_NAMES = 2000


def find_names(text: str) -> tuple[str, ...]:
    """The string literals of a script that look like the URL of a script or of JSON, each once, in order.

    Args:
        text: A script, or an import map.

    Example:
        >>> find_names('import "./km.js"; const data = await fetch("/data/km.json?v=2")')
        ('./km.js', '/data/km.json?v=2')
    """
    names: dict[str, None] = {}
    for match in NAME_END.finditer(text):
        quote = text.rfind(match[1], max(0, match.start() - MAX_NAME), match.start())
        if quote >= 0:
            name = text[quote + 1 : match.end() - 1].replace("\\/", "/")  # as JSON may write it
            if not any(letter.isspace() for letter in name):
                names[name] = None
    return tuple(names)[:MAX_NAMES]


@dataclass(frozen=True, slots=True)
class ScriptGraph:
    """The scripts and data files of a site.

    Attributes:
        names: Path → the literals in it that look like files, for every script and JSON file.
        khmer: Those that hold Khmer.
        memo: What was found out already.
    """

    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    khmer: frozenset[str] = frozenset()
    memo: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict, compare=False, repr=False)

    def find_khmer(self, base: str, urls: Iterable[str]) -> frozenset[str]:
        """The files with Khmer that a page comes to load.

        Args:
            base: What the page's URLs are joined to (:attr:`PageUrl.base`).
            urls: What it loads, or names in its own scripts.

        Example:
            >>> graph = ScriptGraph({"js/a.js": ("./km.js",), "js/km.js": ()}, frozenset({"js/km.js"}))
            >>> sorted(graph.find_khmer(PageUrl.of_page("x/p.html", is_folder=bool).base, ["../js/a.js"]))
            ['js/km.js']
        """
        if not self.khmer:
            return frozenset()
        found: set[str] = set()
        for url in dict.fromkeys(urls):
            path = resolve_url(base, url, exists=self.names.__contains__)
            if path is not None:
                found |= self.reach(path, base)
        return frozenset(found)

    def reach(self, start: str, base: str) -> frozenset[str]:
        """The files with Khmer among a script and what it leads to; data is fetched from where the page is."""
        folder = base.rpartition("/")[0] + "/"
        key = (start, folder)
        if key not in self.memo:
            seen = {start}
            waiting = [start]
            while waiting:
                path = waiting.pop()
                own = PageUrl.of_page(path, is_folder=lambda _: True).base
                for name in self.names[path]:
                    for one in (own, folder):
                        other = resolve_url(one, name, exists=self.names.__contains__)
                        if other is not None and other not in seen:
                            seen.add(other)
                            waiting.append(other)
            self.memo[key] = frozenset(seen & self.khmer)
        return self.memo[key]
