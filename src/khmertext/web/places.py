"""Where in its file something of a page stands, in lines and columns as editors count them.

Parsers give places of tags only. Where a text begins follows from the tags around it; within it, character references
are followed one by one. What was found so is read back: where the file does not hold it (a text that the parser moved
out of a table, say), the place is that of the tag around it.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from typing import Any, NamedTuple

from turbohtml import Element, Text

from khmertext.web.sources import SourceText, normalize_newlines, original_offset

__all__ = ["Place", "PlaceFinder"]

SPECIAL = re.compile("[&<]")
REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[A-Za-z][A-Za-z0-9]*;?)")
MARKUP = re.compile(r"<!--.*?(?:-->|\Z)|<[/!?][^>]*>|<[a-zA-Z][^>]*>", re.DOTALL)
# A value as it is written behind the name of its attribute.
VALUE = re.compile(r"""[^\s=]+\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))""")
# A line feed right behind these tags is none of the text (HTML Standard, 13.2.6.4.7).
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
        self.source = source
        self.text = source.text
        # XHTML was written anew for the parser, with more in it than its author wrote.
        written = normalize_newlines(source.raw)[0] if source.rewritten else self.text
        self.starts = [0, *(match.end() for match in re.finditer("\n", written))]
        # Findings come in order: the next one is looked for from where the last one began.
        self.node: Text | None = None
        self.known = (0, 0)

    def of_span(self, start: int, end: int) -> Place:
        """The place of a piece of the file.

        Args:
            start: Where it begins, in characters of what the parser was given.
            end: Where it ends.
        """
        if self.source.rewritten:
            start, end = (original_offset(self.source.rewritten, offset) for offset in (start, end))
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

    def of_value(self, element: Element, name: str, start: int, end: int) -> Place:
        """The place of a piece of an attribute's value; where it cannot be told, of the attribute.

        Args:
            element: The element.
            name: The attribute.
            start: Where the piece begins in the value, in characters.
            end: Where it ends.
        """
        location = element.source_location
        span = location.attrs.get(name) if location is not None else None
        if span is None:
            return self.of_tag(element)
        match = VALUE.fullmatch(self.text, span.start_offset, span.end_offset)
        value = element.attr(name)
        if match is None or html.unescape(match[match.lastindex or 1]) != value:
            return self.of_tag(element, name)
        begin = match.start(match.lastindex or 1)
        first, last = self.follow(begin, start, markup=False), self.follow(begin, end, markup=False)
        if html.unescape(self.text[first:last]) != str(value)[start:end]:
            return self.of_tag(element, name)
        return self.of_span(first, last)

    def of_text(self, node: Text, start: int, end: int) -> Place:
        """The place of a piece of a text; where it cannot be told, of the tag around it.

        Args:
            node: The text.
            start: Where the piece begins in it, in characters.
            end: Where it ends.
        """
        data = node.data or ""
        if self.node is not node or start < self.known[1]:
            self.node, self.known = node, (self.find_begin(node), 0)
        begin, passed = self.known
        markup = not is_plain(node)
        first = self.follow(begin, start - passed, over=True, markup=markup)
        last = self.follow(first, end - start, markup=markup)
        written = self.text[first:last]
        if html.unescape(MARKUP.sub("", written) if markup else written) != data[start:end]:
            self.node = None
            return self.of_tag(node.parent) if isinstance(node.parent, Element) else Place()
        self.known = first, start
        return self.of_span(first, last)

    def find_begin(self, node: Text) -> int:
        """Where a text begins."""
        inner: Any = node
        markup = not is_plain(node)
        between = 0
        while True:
            before: Any = inner.previous_sibling
            while before is not None:
                end, passed = find_end(before)
                between += passed
                if end >= 0:
                    return self.follow(end, between, over=True, markup=markup)
                before = before.previous_sibling
            inner = inner.parent
            if not isinstance(inner, Element):
                return self.follow(0, between, over=True, markup=markup)
            if inner.source_location is not None:
                begin = int(inner.source_location.start_tag.end_offset)
                if inner.tag in SWALLOWING and self.text.startswith("\n", begin):
                    begin += 1
                return self.follow(begin, between, over=True, markup=markup)

    def follow(self, position: int, count: int, *, over: bool = False, markup: bool = True) -> int:
        """Where so many characters of a text end that begins somewhere, some of them written as references.

        Comments, and tags that make no element, may stand in between.

        Args:
            position: Where it begins.
            count: How many characters.
            over: Whether to go on to where the next one begins.
            markup: Whether there can be markup; in attributes there is none.
        """
        while position < len(self.text):
            if self.text[position] == "<" and markup and (count > 0 or over):
                found = MARKUP.match(self.text, position)
                if found is not None:
                    position = found.end()
                    continue
            if count <= 0:
                break
            reference = REFERENCE.match(self.text, position)
            if reference is not None:
                count -= len(html.unescape(reference[0]))
                position = reference.end()
                continue
            # Up to the next sign that may mean something, all is what it is.
            special = SPECIAL.search(self.text, position + 1, position + count)
            plain = special.start() if special is not None else min(position + count, len(self.text))
            count -= plain - position
            position = plain
        return position


def is_plain(node: Text) -> bool:
    """Whether tags are text in the element that a text stands in."""
    return isinstance(node.parent, Element) and node.parent.tag in PLAIN


def find_end(node: Any) -> tuple[int, int]:
    """Where a node ends, as far as the file shows it by a tag, and how many characters of text come behind that.

    Of an element that the page only implies, such as a head without a tag, that is where its last child ends; -1 where
    there is none.
    """
    between = 0
    while node is not None:
        if isinstance(node, Element) and node.source_location is not None:
            return int((node.source_location.end_tag or node.source_location.start_tag).end_offset), between
        between += len(node.data or "") if isinstance(node, Text) else 0
        last = next(reversed(list(node.children)), None) if isinstance(node, Element) else None
        while last is not None and not isinstance(last, Element):
            between += len(last.data or "") if isinstance(last, Text) else 0
            last = last.previous_sibling
        node = last
    return -1, between
