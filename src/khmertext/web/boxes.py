"""How tall the lines of an element are, and whether its box cuts off what reaches out of them.

Only what always holds is asked: what a rule says for some media, for a state or for a part of an element is passed
over. A value that only a browser can tell (``calc()``, ``var()``, lengths that hang on the window) is *not known*, and
nothing is said of what hangs on it.

Sources: CSS 2.2, sections 10.8 (``line-height``) and 11.1 (``overflow``); CSS Overflow Level 3, section 3.1; CSS Values
Level 4, section 6 (lengths); CSS Fonts Level 4, section 2.5 (sizes by keyword); HTML Standard, section 15.3 (the sizes
that browsers give headings).
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from turbohtml import Element

from khmertext.web.candidates import Candidate, find_winner
from khmertext.web.cascade import inherits_from, stack_attribute
from khmertext.web.documents import PageDocument, text_attribute
from khmertext.web.families import CONTROL_ELEMENTS, WIDE_KEYWORDS

__all__ = ["BOX_PROPERTIES", "BoxReader", "LineBox", "LineHeight"]

SIDES: Final = {"top": ("padding-top", "padding-block-start"), "bottom": ("padding-bottom", "padding-block-end")}
BOX_PROPERTIES: Final = frozenset(
    "line-height overflow overflow-y height max-height padding padding-block padding-top padding-bottom"
    " padding-block-start padding-block-end white-space text-wrap".split()
)
"""What is read of stylesheets besides what decides the font."""

MEDIUM: Final = 16.0
CONTROL: Final = 40 / 3
KEYWORDS: Final = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0, "xx-large": 32.0,
    "xxx-large": 48.0,
}  # fmt: skip
TAG_SIZES: Final = {"h1": 2.0, "h2": 1.5, "h3": 1.17, "h5": 0.83, "h6": 0.67, "small": 1 / 1.2, "big": 1.2}
ABSOLUTE: Final = {"px": 1.0, "pt": 96 / 72, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 9.6 / 2.54, "q": 2.4 / 2.54}
NUMBER: Final = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(%|[a-z]*)", re.I)
HIDING: Final = frozenset({"hidden", "clip"})
OVERFLOWS: Final = HIDING | {"visible", "scroll", "auto"}


class LineHeight(NamedTuple):
    """A line height as it is inherited.

    Attributes:
        kind: "normal", "factor" (of the font size of whoever inherits it), "length", or "unknown".
        value: The factor, or CSS pixels; 0 for the others.
        css: As it is written; "" where nobody sets it.
        where: The rule that sets it: a stylesheet and a selector; "" where nobody does.
    """

    kind: str
    value: float
    css: str
    where: str


NORMAL: Final = LineHeight("normal", 0.0, "", "")


class LineBox(NamedTuple):
    """The lines that a text stands in. Lengths are in em of the text's font size.

    Attributes:
        line: The line height as it is set.
        height: From one baseline to the next; None for ``normal``.
        clip: The rule that hides what reaches out of the box; "" for none.
        above: How far ink may reach above the first line before it is cut off.
        below: The same below the last line.
        limit: How tall the box is, where it has a height.
        single: Whether the text stays on one line.
    """

    line: LineHeight
    height: float | None
    clip: str
    above: float
    below: float
    limit: float | None
    single: bool = False


@dataclass(slots=True)
class BoxReader:
    """Reads the boxes of one page.

    Args:
        page: The page, of which :data:`BOX_PROPERTIES` were read.
    """

    page: PageDocument
    sizes: dict[Element, float | None] = field(default_factory=dict)
    lines: dict[Element, LineHeight] = field(default_factory=dict)
    found: dict[Element, list[Candidate]] = field(default_factory=dict)

    def read(self, element: Element) -> LineBox | None:
        """The lines of the text right inside an element; None where they cannot be told."""
        block = self.block_of(element)
        height = self.height_of(element, element)
        if block is not element and height is not None:
            outer = self.height_of(block, element)
            height = None if outer is None else max(height, outer)
        line = self.line_of(element)
        if height is None and line.kind != "normal":
            return None
        if height is None and block is not element and self.line_of(block).kind != "normal":
            return None
        clip, above, below, limit = self.clip_of(block, element)
        return LineBox(line, height, clip, above, below, limit, self.is_single(element))

    def is_single(self, element: Element) -> bool:
        """Whether a text stays on one line however long it is. Source: CSS Text Level 4, section 3 (it inherits)."""
        node: Element | None = element
        while node is not None:
            won = self.winner(node, "white-space", "text-wrap")
            if won is not None and won.setting.value not in WIDE_KEYWORDS:
                return "nowrap" in won.setting.value.split()
            node = inherits_from(node)
        return False

    def block_of(self, element: Element) -> Element:
        """The element whose lines a text stands in."""
        node = element
        while self.page.is_inline(node):
            parent = inherits_from(node)
            if parent is None:
                break
            node = parent
        return node

    def height_of(self, element: Element, text: Element) -> float | None:
        """The line height of one element, in em of another's font size; None where it is normal or not known."""
        line, size, own = self.line_of(element), self.size_of(element), self.size_of(text)
        if line.kind == "factor" and element is text:
            return line.value
        if own is None or own <= 0 or line.kind not in ("factor", "length"):
            return None
        if line.kind == "length":
            return line.value / own
        return None if size is None else line.value * size / own

    # -- computed values -----------------------------------------------------------------------------------------

    def candidates(self, element: Element) -> list[Candidate]:
        """What is set on an element, the strongest first."""
        if element not in self.found:
            cascade = self.page.cascade
            cascade.resolve(element)  # reads its attributes
            matched = sorted(cascade.matched.get(element, ()))
            self.found[element] = cascade.candidates(
                matched, text_attribute(element, "style"), stack_attribute(element)
            )
        return self.found[element]

    def winner(self, element: Element, *names: str) -> Candidate | None:
        """The strongest declaration of a property, or of several of which the strongest counts."""
        return find_winner(one for one in self.candidates(element) if one.setting.name in names and not one.pseudo)

    def size_of(self, element: Element) -> float | None:
        """The font size in CSS pixels; None where only a browser can tell."""
        chain = list(ancestors(element, self.sizes))
        for one in reversed(chain):
            self.sizes[one] = self.compute_size(one)
        return self.sizes[element]

    def compute_size(self, element: Element) -> float | None:
        parent = inherits_from(element)
        above = self.sizes[parent] if parent is not None else MEDIUM
        won = self.winner(element, "font-size")
        value = won.setting.value if won is not None else ""
        if not value or value.startswith("revert"):
            if element.tag in CONTROL_ELEMENTS:
                return CONTROL
            return None if above is None else above * TAG_SIZES.get(element.tag, 1.0)
        if value in WIDE_KEYWORDS:
            return MEDIUM if value == "initial" else above
        if value in ("smaller", "larger"):
            return None if above is None else above * (1.2 if value == "larger" else 1 / 1.2)
        if value in KEYWORDS:
            return KEYWORDS[value]
        root = self.root_size(element)
        return read_length(value, above, root, percent=above)

    def root_size(self, element: Element) -> float | None:
        """The font size of the root; for the root itself the browser's."""
        root = self.page.document.find("html")
        return MEDIUM if root is None or root is element else self.sizes.get(root, MEDIUM)

    def line_of(self, element: Element) -> LineHeight:
        """The line height of an element, its own or inherited."""
        chain = list(ancestors(element, self.lines))
        for one in reversed(chain):
            self.lines[one] = self.compute_line(one)
        return self.lines[element]

    def compute_line(self, element: Element) -> LineHeight:
        parent = inherits_from(element)
        above = self.lines[parent] if parent is not None else NORMAL
        won = self.winner(element, "line-height")
        if won is None or won.setting.value in ("inherit", "unset", "revert", "revert-layer"):
            # Browsers give controls a line height of their own.
            return NORMAL if won is None and element.tag in CONTROL_ELEMENTS else above
        value, where = won.setting.value, self.name_rule(won, element)
        if value in ("normal", "initial"):
            return LineHeight("normal", 0.0, value, where)
        match = NUMBER.fullmatch(value)
        if match is not None and not match[2]:
            return LineHeight("factor", float(match[1]), value, where)
        size = self.size_of(element)
        length = read_length(value, size, self.root_size(element), percent=size)
        kind = "unknown" if length is None or length < 0 else "length"
        return LineHeight(kind, length or 0.0, value, where)

    def name_rule(self, won: Candidate, element: Element) -> str:
        """A declaration as its author finds it: the file and the selector."""
        if won.rule is None or won.sheet < 0:
            return f"{self.page.path}: <{element.tag} style>"
        path = self.page.sheets[won.sheet].path or f"{self.page.path} <style>"
        return f"{path}: {won.rule.written or won.rule.selector}"

    # -- clipping ------------------------------------------------------------------------------------------------

    def clip_of(self, block: Element, text: Element) -> tuple[str, float, float, float | None]:
        """The rule by which a block hides what reaches out of it, the room around its lines, and its height, in em."""
        nothing = "", 0.0, 0.0, None
        won = self.winner(block, "overflow", "overflow-y")
        size, own = self.size_of(block), self.size_of(text)
        if won is None or block.tag in ("html", "body") or size is None or own is None or own <= 0:
            return nothing
        words = won.setting.value.split()
        if not words or words[-1] not in HIDING or any(word not in OVERFLOWS for word in words):
            return nothing
        room = [self.padding_of(block, side, size) for side in ("top", "bottom")]
        if room[0] is None or room[1] is None:
            return nothing
        heights = [self.length_of(block, name, size) for name in ("height", "max-height")]
        known = [height / own for height in heights if height is not None]
        rule = f"{self.name_rule(won, block)} {{ {won.setting.name}: {won.setting.value} }}"
        return rule, room[0] / own, room[1] / own, min(known) if known else None

    def padding_of(self, block: Element, side: str, size: float) -> float | None:
        """A padding in CSS pixels; None where only a browser can tell."""
        won = self.winner(block, "padding", "padding-block", *SIDES[side])
        if won is None:
            return 0.0
        words = won.setting.value.split()
        last = side == "bottom"
        if won.setting.name == "padding":
            word = words[2 if last and len(words) > 2 else 0] if words else ""
        else:
            word = words[-1 if last else 0] if words else ""
        return read_length(word, size, self.root_size(block), percent=None)

    def length_of(self, block: Element, name: str, size: float) -> float | None:
        won = self.winner(block, name)
        return None if won is None else read_length(won.setting.value, size, self.root_size(block), percent=None)


def ancestors(element: Element, known: Container[Element]) -> Iterator[Element]:
    """An element and those above it, up to one that is known already."""
    node: Element | None = element
    while node is not None and node not in known:
        yield node
        node = inherits_from(node)


def read_length(value: str, size: float | None, root: float | None, *, percent: float | None) -> float | None:
    """A length in CSS pixels.

    Args:
        value: As it is written, in lower case.
        size: What an em is.
        root: What a rem is.
        percent: What 100 % are.

    Returns:
        None for what is none, or what only a browser can tell.

    Example:
        >>> read_length("1.5em", 20, 16, percent=None), read_length("150%", 20, 16, percent=20)
        (30.0, 30.0)
        >>> read_length("12pt", None, None, percent=None), read_length("2vw", 20, 16, percent=20)
        (16.0, None)
    """
    match = NUMBER.fullmatch(value)
    if match is None:
        return None
    number, unit = float(match[1]), match[2].lower()
    if not unit:
        return 0.0 if number == 0 else None
    if unit == "%":
        return None if percent is None else number * percent / 100
    scale = {"em": size, "rem": root}.get(unit, ABSOLUTE.get(unit))
    return None if scale is None else number * scale
