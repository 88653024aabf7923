"""How tall the lines of an element are, and whether its box cuts off what reaches out of them.

Only what always holds is asked: what a rule says for some media, for a state or for a part of an element is passed
over. ``var()`` and ``calc()`` and its like are worked out. A value that only a browser can tell (a length that hangs on
the window, a custom property that no rule sets) is *not known*, and nothing is said of what hangs on it.

Sources: CSS 2.2, sections 10.8 (``line-height``) and 11.1 (``overflow``); CSS Overflow Level 3, section 3.1; CSS Values
Level 4, sections 6 (lengths) and 10 (functions); CSS Custom Properties Level 1; CSS Properties and Values API Level 1,
section 2 (``@property``); CSS Fonts Level 4, section 2.5 (sizes by keyword); HTML Standard, section 15.3 (the sizes
that browsers give headings).
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import tinycss2
from turbohtml import Element

from khmertext.web.calculating import Quantity, Units, calculate, split_words
from khmertext.web.candidates import Candidate, find_winner
from khmertext.web.cascade import inherits_from, stack_attribute
from khmertext.web.documents import PageDocument, text_attribute
from khmertext.web.families import CONTROL_ELEMENTS, WIDE_KEYWORDS
from khmertext.web.fontvalues import find_line_height, split_font
from khmertext.web.lines import LineBox, LineHeight
from khmertext.web.stylesheets import SHORTHAND
from khmertext.web.variables import resolve_variables, substitute

__all__ = ["BOX_PROPERTIES", "BoxReader"]

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
UNKNOWN: Final = "?"  # no value of anything
HIDING: Final = frozenset({"hidden", "clip"})
OVERFLOWS: Final = HIDING | {"visible", "scroll", "auto"}


NORMAL: Final = LineHeight("normal", 0.0, "", "")


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
    variables: dict[Element, Mapping[str, str]] = field(default_factory=dict)

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
            value = self.value_of(won, node)
            if value and value not in WIDE_KEYWORDS:
                return "nowrap" in value.split()
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

    def value_of(self, won: Candidate | None, element: Element) -> str:
        """What a declaration sets, with what its variables hold; "" for none, "?" for what is not known."""
        if won is None:
            return ""
        name, value = won.setting.name, won.setting.value
        if "(" not in value:
            return value
        settled = substitute(value.removeprefix(SHORTHAND), self.variables_of(element))
        if settled is None:
            return UNKNOWN
        settled = settled.strip().lower()
        # `font: var(--x)` may have set it: a size alone is no such shorthand.
        tokens = tinycss2.parse_component_value_list(settled)
        font = split_font(tokens) if name in ("font-size", "line-height") and settled not in WIDE_KEYWORDS else None
        if font is not None:
            return font.size if name == "font-size" else find_line_height(tokens)
        return UNKNOWN if value.startswith(SHORTHAND) and settled not in WIDE_KEYWORDS else settled

    def variables_of(self, element: Element) -> Mapping[str, str]:
        """What the custom properties of an element hold."""
        chain = list(ancestors(element, self.variables))
        for one in reversed(chain):
            parent = inherits_from(one)
            declared: dict[str, str] = {}
            for name in {each.setting.name for each in self.candidates(one) if each.setting.name.startswith("--")}:
                won = self.winner(one, name)
                if won is not None:
                    declared[name] = won.setting.value
            above = self.variables[parent] if parent is not None else {}
            registered = self.page.cascade.styles.registered
            if registered:
                kept = {name: value for name, value in above.items() if registered.get(name, ("", True))[1]}
                above = {name: value for name, (value, _) in registered.items() if value} | kept
            self.variables[one] = resolve_variables(declared, above) if declared else above
        return self.variables[element]

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
        value = self.value_of(won, element)
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
        return read_length(value, Units(above, self.root_size(element), above))

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
        value = self.value_of(won, element)
        if won is None or value in ("inherit", "unset", "revert", "revert-layer"):
            # Browsers give controls a line height of their own.
            return NORMAL if won is None and element.tag in CONTROL_ELEMENTS else above
        where = self.name_rule(won, element)
        css = value if won.setting.value.startswith(SHORTHAND) else won.setting.value
        if value in ("normal", "initial"):
            return LineHeight("normal", 0.0, css, where)
        size = self.size_of(element)
        found = calculate(value, Units(size, self.root_size(element), size))
        if found is None or (found.value < 0 and not is_function(value)):
            return LineHeight("unknown", 0.0, css, where)
        # What a function comes to is moved into the range that is allowed.
        return LineHeight("length" if found.length else "factor", max(0.0, found.value), css, where)

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
        words = self.value_of(won, block).split()
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
        words = split_words(self.value_of(won, block))
        last = side == "bottom"
        if won.setting.name == "padding":
            word = words[2 if last and len(words) > 2 else 0] if words else ""
        else:
            word = words[-1 if last else 0] if words else ""
        return read_length(word, Units(size, self.root_size(block)))

    def length_of(self, block: Element, name: str, size: float) -> float | None:
        won = self.winner(block, name)
        return None if won is None else read_length(self.value_of(won, block), Units(size, self.root_size(block)))


def ancestors(element: Element, known: Container[Element]) -> Iterator[Element]:
    """An element and those above it, up to one that is known already."""
    node: Element | None = element
    while node is not None and node not in known:
        yield node
        node = inherits_from(node)


def is_function(value: str) -> bool:
    return value.endswith(")")


def read_length(value: str, units: Units) -> float | None:
    """A length that cannot be negative, in CSS pixels.

    Args:
        value: As it is written, in lower case.
        units: What lengths hang on.

    Returns:
        None for what is none, or what only a browser can tell.

    Example:
        >>> read_length("1.5em", Units(20, 16)), read_length("150%", Units(20, 16, 20))
        (30.0, 30.0)
        >>> read_length("12pt", Units(None, None)), read_length("2vw", Units(20, 16)), read_length("3", Units(20, 16))
        (16.0, None, None)
        >>> read_length("calc(1em - 30px)", Units(20, 16)), read_length("-10px", Units(20, 16))
        (0.0, None)
    """
    found = calculate(value, units)
    if found == Quantity(0.0, length=False) and not is_function(value):
        return 0.0
    if found is None or not found.length or (found.value < 0 and not is_function(value)):
        return None
    return max(0.0, found.value)
