"""What the author of a page has asked to be let alone: a page about mistakes has some on purpose."""

from __future__ import annotations

import re
from typing import Any

from turbohtml import Document, Element

from khmertext.web.cascade import inherits_from

__all__ = ["IGNORE", "Ignoring"]

IGNORE = "data-khmer-ignore"
"""The attribute: codes or families that do not count in its element, between spaces or commas; empty for all."""

NOTHING: frozenset[str] = frozenset()
EVERYTHING = frozenset({""})
WORDS = re.compile(r"[\s,]+")


class Ignoring:
    """The codes that do not count, element by element.

    Args:
        document: The page.

    Example:
        >>> from turbohtml import parse
        >>> page = parse("<div data-khmer-ignore='KT KS2'><p>x</p></div>")
        >>> sorted(Ignoring(page).find(page.find("p")))
        ['KS2', 'KT']
    """

    def __init__(self, document: Document) -> None:
        self.any = document.select_one(f"[{IGNORE}]") is not None
        self.found: dict[Element, frozenset[str]] = {}

    def find(self, element: Element) -> frozenset[str]:
        """How the codes begin that do not count in an element."""
        if not self.any:
            return NOTHING
        chain: list[Element] = []
        node: Any = element
        while isinstance(node, Element) and node not in self.found:
            chain.append(node)
            node = inherits_from(node)
        found = self.found[node] if isinstance(node, Element) else NOTHING
        for one in reversed(chain):
            if IGNORE in one.attrs:
                said = one.attr(IGNORE)
                words = {word.upper() for word in WORDS.split(said if isinstance(said, str) else "") if word}
                found = found | words if words else EVERYTHING
            self.found[one] = found
        return found
