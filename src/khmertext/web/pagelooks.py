"""What styles do to Khmer: spacing, features, line breaks, first letters, and families that are for other letters.

Sources: CSS Text Module Level 3, sections 5.2 (word-break) and 8.2 (letter-spacing); CSS Fonts Level 4, sections 5.3
and 7; CSS Pseudo-Elements Level 4, section 2.2. What each does to Khmer was looked at in pictures of Chromium, Firefox
and WebKitGTK; what broke it in none (text-transform, kerning, ligatures turned off, line breaks anywhere) has no rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from turbohtml import Element, Text

from khmertext.web.cascade import StackUse, inherits_from
from khmertext.web.documents import PageDocument, text_attribute
from khmertext.web.families import CONTROL_ELEMENTS, KHMER_FEATURES
from khmertext.web.ignoring import Ignoring
from khmertext.web.pagenotes import Notes
from khmertext.web.places import PlaceFinder
from khmertext.web.stylesheets import RESET

__all__ = ["FEATURES", "LooksLint", "SpoiledStyles"]

# What CSS takes for a letter-spacing, and which of it is none (CSS Text Module Level 4, letter-spacing).
SPACING = re.compile(
    r"normal|inherit|initial|unset|revert|revert-layer|[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?[a-z%]*|calc\(.*\)", re.S
)
NO_SPACING = re.compile(r"normal|initial|[-+]?0*(?:\.0*)?(?:e[-+]?\d+)?[a-z%]*|calc\([^1-9]*\)")
UNSEEN_ELEMENTS = frozenset("title noscript".split())  # whose looks nobody sees
SPACED = "letter-spacing"
FEATURE_OFF = re.compile(r"""["']([ -~]{4})["']\s+(?:0|off)\b""")
FROM_PARENT = frozenset({"inherit", "unset"})
BACK = frozenset({"revert", "revert-layer"})
# What browsers set on controls by themselves (HTML Standard, 15.5.2), so that it does not come from around them.
CONTROLS_RESET = frozenset({"letter-spacing", "font-feature-settings"})
# The parts of an element that hold its own text.
OWN_PARTS = frozenset({"", "first-line", "first-letter"})
# A letter with a subscript, behind the signs that count as part of a first letter.
TORN_LETTER = re.compile(r"\W*[\u1780-\u17a2]\u17d2")
FIRST_LETTER = "first-letter"
SHOWN = 40
MAX_ELEMENTS = 1000  # how many elements with a first letter of their own are looked at on a page
MAX_NODES = 50  # how far into an element its first letter is looked for


class Spoiling(NamedTuple):
    """What spoils Khmer in an element.

    Attributes:
        part: The value, or the part of it that does so; "" for none.
        sheet: Index of the stylesheet that says so; -1 for a ``style`` attribute.
        selector: Of the rule; "" in an attribute.
    """

    part: str = ""
    sheet: int = -1
    selector: str = ""


class Property(NamedTuple):
    """A property that can spoil Khmer.

    Attributes:
        name: The property.
        code: Of the rule.
        spoils: Which part of a value does so; "" for none.
        message: What is told, with the part, and where it is said, put in.
    """

    name: str
    code: str
    spoils: Callable[[str], str]
    message: str


INHERITED = Spoiling(sheet=-2)  # what an element asks for from its parent


def spoiling_space(value: str) -> str:
    """A letter-spacing that is one.

    Example:
        >>> spoiling_space("0.00em"), spoiling_space("-1px"), spoiling_space("var(--x)")
        ('', '-1px', '')
    """
    return "" if NO_SPACING.fullmatch(value) or "var(" in value else value


def spoiling_features(value: str) -> str:
    """The features of Khmer that a value turns off.

    Example:
        >>> spoiling_features("'liga' 0, 'blwf' 0, 'pref' off, 'pstf'")
        'blwf, pref'
    """
    return ", ".join(tag for tag in FEATURE_OFF.findall(value) if tag in KHMER_FEATURES)


def spoiling_break(value: str) -> str:
    return value if value == "break-all" else ""


FEATURES = Property(
    "font-feature-settings",
    "KS202",
    spoiling_features,
    "`font-feature-settings`{1} turns {0} off for Khmer; leave them on",
)
PROPERTIES = (
    Property(
        SPACED,
        "KS201",
        spoiling_space,
        "`letter-spacing: {}`{} reaches Khmer, whose syllables are one drawing; keep it from Khmer",
    ),
    FEATURES,
    Property(
        "word-break",
        "KS204",
        spoiling_break,
        "`word-break: {}`{} reaches Khmer: Chromium ends lines inside its syllables; use `overflow-wrap: anywhere`",
    ),
)
RANGES = 'the family "{}" is declared for other characters alone, and no other of the stack shows Khmer'
FIRST = "`::first-letter` styles a letter with a subscript, which WebKit tears off; leave it out for Khmer"


class SpoiledStyles:
    """What styles of one page spoil Khmer, found by the cascade, once per element.

    Args:
        page: The page.
    """

    def __init__(self, page: PageDocument) -> None:
        self.page = page
        self.found: dict[tuple[str, Element], Spoiling] = {}

    def find(self, wanted: Property, element: Element) -> Spoiling:
        """What spoils Khmer of the value that an element has of a property, or can have."""
        chain: list[Element] = []
        node: Any = element
        found = Spoiling()
        while isinstance(node, Element):
            known = self.found.get((wanted.name, node))
            if known is not None:
                found = known
                break
            chain.append(node)
            own = self.find_own(wanted, node)
            if own is None and node.tag in CONTROL_ELEMENTS and wanted.name in CONTROLS_RESET:
                break
            if own is not None and own != INHERITED:
                found = own
                break
            node = inherits_from(node)
        # Those below have no say of their own; only the last of the chain can have settled it.
        for one in chain:
            self.found[wanted.name, one] = found
        return found

    def find_own(self, wanted: Property, element: Element) -> Spoiling | None:
        """What an element's own declarations come to, :data:`INHERITED` among them; None where there are none.

        Source: CSS Cascade Level 5, section 7.3 (what ``revert`` and ``revert-layer`` go back to).
        """
        cascade = self.page.cascade
        style = text_attribute(element, "style")
        cascade.resolve(element)  # reads the attributes
        words = (wanted.name, "all", "font") if wanted is FEATURES else (wanted.name, "all")
        says = any(word in style.lower() for word in words)
        key = (tuple(sorted(cascade.matched.get(element, ()))), style if says else "")
        if key == ((), ""):
            return None
        memo: dict[Any, Spoiling | None] = cascade.styles.known.setdefault(wanted.name, {})
        if key not in memo:
            memo[key] = None
            passed: tuple[bool, bool, int] | None = None
            for one in cascade.candidates(key[0], key[1], ""):
                said = one.setting.name == wanted.name or (one.setting.name == RESET and wanted is FEATURES)
                if not said or one.pseudo not in OWN_PARTS or one.key[:3] == passed:
                    continue
                value = one.setting.value
                if wanted.name == SPACED and not SPACING.fullmatch(value) and "var(" not in value:
                    continue  # invalid, as if it did not stand there
                if value in BACK:
                    if one.conditional:
                        continue
                    if value == "revert":
                        break
                    passed = one.key[:3]
                    continue
                part = "" if value in FROM_PARENT else wanted.spoils(value)
                if part:
                    memo[key] = Spoiling(part, one.sheet, one.rule.written if one.rule is not None else "")
                elif one.conditional:
                    continue
                else:
                    memo[key] = INHERITED if value in FROM_PARENT else Spoiling()
                break
        return memo[key]


class LooksLint:
    """Looks at the styles of one page.

    Args:
        page: The page.
        finder: Finds places in it.
        notes: Where to write.
    """

    def __init__(self, page: PageDocument, finder: PlaceFinder, notes: Notes) -> None:
        self.page = page
        self.finder = finder
        self.notes = notes
        self.spoiled = SpoiledStyles(page)
        self.excluding: dict[StackUse, str] = {}

    def look(self, node: Text, element: Element) -> None:
        """Find what styles do to a text with Khmer.

        Args:
            node: The text.
            element: The element that it stands in.
        """
        if element.tag in UNSEEN_ELEMENTS or element.closest("[hidden]") is not None:
            return
        for one in PROPERTIES:
            found = self.spoiled.find(one, element)
            if found.part and not self.notes.has(one.code, found.part):
                message = one.message.format(found.part, self.describe_origin(found))
                self.notes.add(one.code, found.part, self.finder.of_tag(element), message, node.data or "")
        family = "" if self.page.context.rebuilt else self.find_excluding(element)
        if family and not self.notes.has("KS203", family):
            self.notes.add("KS203", family, self.finder.of_tag(element), RANGES.format(family), node.data or "")

    def describe_origin(self, found: Spoiling) -> str:
        """Which rule says something, in words: that is the place to mend it."""
        if not found.selector:
            return " of a style attribute"
        path = self.page.sheets[found.sheet].path
        selector = " ".join(found.selector.split())
        shown = selector if len(selector) <= SHOWN else selector[: SHOWN - 1] + "…"
        return f" of {shown} in {path or 'its own styles'}"

    # -- families --------------------------------------------------------------------------------------------------

    def find_excluding(self, element: Element) -> str:
        """The family that a stack begins with, where it is declared and none of its rules is for Khmer; "" else."""
        uses = self.page.cascade.resolve(element).uses
        if not uses:
            return ""
        if uses[0] not in self.excluding:
            self.excluding[uses[0]] = self.excluding_family(uses[0])
        return self.excluding[uses[0]]

    def excluding_family(self, use: StackUse) -> str:
        stack = self.page.cascade.stack_of(use)
        names = [item.name for item in stack.families if item.kind == "name"]
        unknown = any(item.kind == "var" for item in stack.families)
        if not names or unknown or any(map(self.page.context.shows_khmer, names)):
            return ""
        first = names[0].lower()
        faces = [face for sheet in self.page.sheets for face in sheet.sheet.faces if face.family.lower() == first]
        if faces and all(face.ranges and not reaches_khmer(face.ranges) for face in faces):
            return names[0]
        return ""

    # -- first letters ---------------------------------------------------------------------------------------------

    def look_at_first_letters(self, ignoring: Ignoring) -> None:
        """Find blocks with a style for their first letter that begin with a letter with a subscript.

        Args:
            ignoring: Where what does not count.
        """
        rules = [rule for _, rule in self.page.cascade.styles.rules if rule.pseudo == FIRST_LETTER]
        seen: set[Element] = set()
        for selector in dict.fromkeys(rule.selector for rule in rules):
            for element in self.page.document.select(selector):
                if len(seen) >= MAX_ELEMENTS:
                    return
                if element in seen or self.page.is_inline(element):  # only blocks have a first letter
                    continue
                seen.add(element)
                self.notes.enter(ignoring.find(element))
                text = first_text(element)
                if TORN_LETTER.match(text) and not self.notes.has("KS205", ""):
                    self.notes.add("KS205", "", self.finder.of_tag(element), FIRST, text)


def reaches_khmer(ranges: Sequence[tuple[int, int]]) -> bool:
    return any(first <= 0x17FF and last >= 0x1780 for first, last in ranges)


def first_text(element: Element) -> str:
    """The text that an element begins with; "" where it is far inside."""
    for number, node in enumerate(element.descendants):
        if isinstance(node, Text) and (text := (node.data or "").lstrip()):
            return text
        if number >= MAX_NODES:
            break
    return ""
