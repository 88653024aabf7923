"""Where in its file something of a page stands, in lines and columns as editors count them.

Parsers give places of tags only. Where a text begins follows from the tags around it; within it, character references
are followed one by one.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from typing import Any, NamedTuple

from turbohtml import Element, Text

from khmertext.web.sources import SourceText

__all__ = ["Place", "PlaceFinder"]

REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[A-Za-z][A-Za-z0-9]*;?)")
MARKUP = re.compile(r"<!--.*?-->|<[/!?][^>]*>|<[a-zA-Z][^>]*>", re.DOTALL)


# Elements whose text may hold what looks like tags (HTML Standard, 13.1.2: escapable raw text).
PLAIN = frozenset({"title", "textarea"})
SWALLOWING = frozenset({"pre", "textarea", "listing"})


class Place(NamedTuple):
    """Lines and columns, from 1; columns in code points. 0 for all where nothing is known.

    Attributes:
        line: Where it begins.
        column: The same.
        end_line: Where it ends.
        end_column: Behind its last character.
    """

    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0


class PlaceFinder:
    """Finds places in one file.

    Args:
        source: The file.

    Example:
        >>> from turbohtml import parse
        >>> from khmertext.web.sources import decode_source
        >>> page = decode_source("<p>\\n a&amp;ខ".encode())
        >>> element = parse(page.text, source_locations=True).find("p")
        >>> PlaceFinder(page).of_text(next(iter(element.children)), 4, 5)
        Place(line=2, column=8, end_line=2, end_column=9)
    """

    def __init__(self, source: SourceText) -> None:
        self.text = source.text
        self.starts = [0, *(match.end() for match in re.finditer("\n", self.text))]
        self.node: Text | None = None  # whose piece was asked for last, where that begins, and how far it was followed
        self.begin = self.position = self.decoded = 0

    def of_span(self, start: int, end: int) -> Place:
        """The place of a piece of the file.

        Args:
            start: Where it begins, in characters of the decoded file.
            end: Where it ends.
        """
        line, end_line = bisect_right(self.starts, start), bisect_right(self.starts, end)
        return Place(line, start - self.starts[line - 1] + 1, end_line, end - self.starts[end_line - 1] + 1)

    def of_tag(self, element: Element, name: str = "") -> Place:
        """The place of an element's start tag, or of one of its attributes.

        Args:
            element: The element; one that the page only implies has no place, and that around it is taken.
            name: The attribute.
        """
        node: Any = element
        while isinstance(node, Element):
            location = node.source_location
            if location is not None:
                span = location.attrs.get(name, location.start_tag) if node is element else location.start_tag
                return self.of_span(span.start_offset, span.end_offset)
            node = node.parent
        return Place()

    def of_text(self, node: Text, start: int, end: int) -> Place:
        """The place of a piece of a text.

        Args:
            node: The text.
            start: Where the piece begins in it, in characters.
            end: Where it ends.
        """
        data = node.data or ""
        if self.node is not node:
            self.node, self.begin = node, self.find_begin(node)
            self.position, self.decoded = self.begin, 0
        if self.text.startswith(data, self.begin):
            return self.of_span(self.begin + start, self.begin + end)
        # Findings come in order: from the last one on, so that a long text is gone through once.
        if start < self.decoded:
            self.position, self.decoded = self.begin, 0
        plain = is_plain(node)
        self.position = self.follow(self.position, start - self.decoded, over=True, plain=plain)
        self.decoded = start
        return self.of_span(self.position, self.follow(self.position, end - start, plain=plain))

    def find_begin(self, node: Text) -> int:
        """Where a text begins."""
        before: Any = node.previous_sibling
        between = 0
        while before is not None:
            location = before.source_location if isinstance(before, Element) else None
            if location is not None:
                return self.follow(int((location.end_tag or location.start_tag).end_offset), between, over=True)
            between += len(before.data or "") if isinstance(before, Text) else 0
            before = before.previous_sibling
        above: Any = node.parent
        plain = is_plain(node)
        while isinstance(above, Element):
            if above.source_location is not None:
                start = int(above.source_location.start_tag.end_offset)
                # Parsers drop a line feed right behind these tags (HTML Standard, 13.2.6.4.7).
                start += above.tag in SWALLOWING and self.text.startswith("\n", start)
                return self.follow(start, between, over=True, plain=plain)
            above = above.parent
        return self.follow(0, between, over=True, plain=plain)

    def follow(self, position: int, count: int, *, over: bool = False, plain: bool = False) -> int:
        """Where so many characters of a text end that begins somewhere, some of them written as references.

        Comments, and tags that make no element, may stand in between.

        Args:
            position: Where it begins.
            count: How many characters.
            over: Whether to go on to where the next one begins.
            plain: Whether tags and comments are text there.
        """
        decoded = 0
        while position < len(self.text):
            markup = MARKUP.match(self.text, position) if not plain and (decoded < count or over) else None
            if markup:
                position = markup.end()
                continue
            if decoded >= count:
                break
            match = REFERENCE.match(self.text, position)
            decoded += max(1, len(html.unescape(match[0]))) if match else 1
            position = match.end() if match else position + 1
        return position


def is_plain(node: Text) -> bool:
    """Whether tags are text in the element that a text stands in."""
    return isinstance(node.parent, Element) and node.parent.tag in PLAIN
