"""A page → the Khmer that it shows in print, in the order of the page, and what else it might show.

The web layer reads stylesheets for the screen. Here the two media swap their names before it reads, so that the same
cascade answers for print: rules for print hold always, those for the screen never. What a file cannot tell - a query
for the width of the paper, ``:checked``, what a script does - makes a text one that may be shown: it is neither missed
nor wondered at.

Not read: ``visibility``, ``opacity``, and text that is hidden by clipping or by its place.

Sources: CSS Display Level 3, section 2.5 (``none``); CSS Pseudo-Elements Level 4, section 4.1; Media Queries Level 4,
section 2; HTML Standard, section 15.3.1 (hidden elements).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from pathlib import Path
from typing import NamedTuple

from turbohtml import Element, Text

from khmertext.errors import SiteError
from khmertext.web.candidates import Candidate
from khmertext.web.cascade import inherits_from, stack_attribute
from khmertext.web.documents import PageDocument, has, text_attribute, text_of
from khmertext.web.facts import MARK, SiteContext
from khmertext.web.scripts import KHMER_LETTER, script_readings
from khmertext.web.sources import decode_source, source_kind
from khmertext.web.stylesheets import KHMER_DIGITS, StyleRule, StyleSheet, parse_styles
from khmertext.web.texts import TEXT_ATTRIBUTES
from khmertext.web.urls import resolve_url

__all__ = ["PrintedPiece", "PrintedText", "read_printed", "read_printed_file"]

NO_FAMILY = "\0"  # no page declares or names it
MEDIA_RULES = re.compile(r"(?i)@(?:media|import)\b[^{};]*")
MEDIA_ATTRIBUTES = re.compile(r"""(?i)\smedia\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)""")
MEDIUM = re.compile(r"(?i)\b(?:screen|print)\b")
MEDIUM_OR_URL = re.compile(r"""(?i)"[^"]*"|'[^']*'|url\([^)]*\)|\b(?:screen|print)\b""")
QUERY = re.compile(r"(?i)\s*(?:(not|only)\s+)?([\w-]+)?\s*(?:and\b)?(.*)", re.S)

NEVER_SHOWN = frozenset("head script style template title datalist rp desc metadata noembed noframes param".split())
# What stands in these is shown sometimes, or only where something else cannot be.
SOMETIMES_SHOWN = frozenset("select textarea noscript video audio iframe object canvas dialog".split())
NO_CONTENT = frozenset("br img input hr wbr textarea select iframe video audio canvas object".split())
SHOWN_ATTRIBUTES = {
    "input": ("value", "placeholder"),
    "textarea": ("placeholder",),
    "img": ("alt",),
    "option": ("label",),
    "optgroup": ("label",),
}
SCRIPT_TYPES = frozenset({"", "module", "text/javascript", "application/javascript"})
MAX_FILE = 16 << 20


class State(Enum):
    """Whether something is shown."""

    SHOWN = "shown"
    MAYBE = "maybe"
    HIDDEN = "hidden"


class PrintedPiece(NamedTuple):
    """A piece of text in the order of the page.

    Attributes:
        text: As it is written; white space is not collapsed.
        certain: Whether it is known to be shown in print; otherwise it may be.
        line: Its line in the file, from 1.
    """

    text: str
    certain: bool
    line: int


@dataclass(frozen=True, slots=True)
class PrintedText:
    """What a page shows in print.

    Attributes:
        path: The page.
        pieces: Its text in order; of what is hidden in print, nothing.
        elsewhere: Texts that can come to be shown at some place: of attributes, scripts, the title, stylesheets.
        counters: Whether numbers in Khmer digits may stand where no text is.
        notes: What could not be read, in words.
        scripted: Whether it runs scripts of its own, which may add, change or hide text.
    """

    path: str
    pieces: tuple[PrintedPiece, ...]
    elsewhere: str = ""
    counters: bool = False
    notes: tuple[str, ...] = ()
    scripted: bool = False


class SheetFolder(Mapping[str, StyleSheet]):
    """The stylesheets below a folder, read when they are asked for.

    Args:
        root: The folder; None for none.
    """

    def __init__(self, root: Path | None) -> None:
        self.root = root
        self.read: dict[str, StyleSheet] = {}

    def __contains__(self, path: object) -> bool:
        if self.root is None or not isinstance(path, str) or not is_inside(path):
            return False
        return path in self.read or (path.lower().endswith(".css") and (self.root / path).is_file())

    def __getitem__(self, path: str) -> StyleSheet:
        if path not in self.read:
            if path not in self or self.root is None:
                raise KeyError(path)
            text = decode_source(read_bytes(self.root / path), source=path, kind="css").text
            self.read[path] = parse_styles(swap_media(text))
        return self.read[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self.read)

    def __len__(self) -> int:
        return len(self.read)


def read_printed_file(path: Path, *, root: Path | None = None) -> PrintedText:
    """Read a page from a file, with its stylesheets and scripts.

    Args:
        path: The page.
        root: The root of its site; None to look for the nearest folder in which its stylesheets are found.

    Returns:
        What it shows in print.

    Raises:
        SiteError: It cannot be read, or is not in the encoding that it says.

    Example:
        >>> read_printed_file(Path("public/index.html")).pieces[0].text  # doctest: +SKIP
        'ទំព័រដើម'
    """
    data = read_bytes(path)
    where = path.resolve()
    roots = [root.resolve()] if root is not None else list(where.parents)[:8]
    if root is not None and not where.is_relative_to(roots[0]):
        raise SiteError(f"does not lie in {root}", source=str(path))
    best: PrintedText | None = None
    for folder in roots:
        inside = where.relative_to(folder).as_posix()
        found = read_printed(data, str(path), inside=inside, root=folder)
        if best is None or len(found.notes) < len(best.notes):
            best = found
        if not best.notes:
            break
    assert best is not None  # a file has a folder
    return best


def read_printed(data: bytes, path: str, *, inside: str = "", root: Path | None = None) -> PrintedText:
    """Read a page.

    Args:
        data: The page.
        path: What to call it.
        inside: Where it is from the root of its site, with forward slashes.
        root: The folder that is the root of its site; None where only the page itself is at hand.

    Returns:
        What it shows in print.

    Raises:
        SiteError: It is not in the encoding that it says.

    Example:
        >>> page = "<style>@media print { nav { display: none } }</style><nav>ក</nav><p>ខ<p hidden>គ"
        >>> [piece.text for piece in read_printed(page.encode(), "page.html").pieces]
        ['ខ']
    """
    source = decode_source(data, source=path, kind=source_kind(path))
    swapped = MEDIA_ATTRIBUTES.sub(lambda media: MEDIUM.sub(other_medium, media[0]), swap_media(source.text))
    sheets = SheetFolder(root)
    # SourceText is for edits, which nobody makes here: the text alone counts, whatever its encoding was.
    document = PageDocument(
        replace(source, text=swapped), inside or path.rpartition("/")[2], SiteContext(NO_FAMILY, sheets=sheets), {}
    )
    return PrintReader(document, path, sheets).read()


def swap_media(text: str) -> str:
    """A stylesheet in which ``screen`` and ``print`` have changed places.

    Example:
        >>> swap_media("@media only print { p { color: red } } .print { }")
        '@media only screen { p { color: red } } .print { }'
    """
    return MEDIA_RULES.sub(lambda rule: MEDIUM_OR_URL.sub(other_medium, rule[0]), text)


def other_medium(match: re.Match[str]) -> str:
    return {"screen": "print", "print": "screen"}.get(match[0].lower(), match[0])


def is_inside(path: str) -> bool:
    return bool(path) and not path.startswith("/") and ".." not in path.split("/") and "\0" not in path


def read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE + 1)
    except OSError as error:
        raise SiteError(f"cannot be read: {error.strerror or error}", source=str(path)) from error
    if len(data) > MAX_FILE:
        raise SiteError(f"is larger than {MAX_FILE >> 20} MiB", source=str(path))
    return data


class PrintReader:
    """Reads one page.

    Args:
        page: The page, its media swapped.
        path: What to call it.
        sheets: The stylesheets of its site.
    """

    def __init__(self, page: PageDocument, path: str, sheets: SheetFolder) -> None:
        self.page = page
        self.path = path
        self.sheets = sheets
        self.states: dict[Element, State] = {}
        self.pieces: list[PrintedPiece] = []
        self.elsewhere: list[str] = []
        self.generated = self.find_generated()

    def read(self) -> PrintedText:
        """Read everything."""
        # Iterative, since a hostile page nests deeper than Python recurses; what comes behind an element waits.
        stack: list[Element | Text | Callable[[], None]] = []
        stack += [child for child in reversed(list(self.page.document.children)) if isinstance(child, (Element, Text))]
        while stack:
            node = stack.pop()
            if isinstance(node, Text):
                parent = node.parent
                if isinstance(parent, Element) and node.data:
                    self.add(node.data, self.state_of(parent), parent)
            elif isinstance(node, Element):
                if self.state_of(node) is State.HIDDEN:
                    continue
                self.add_generated(node, "before")
                for name in SHOWN_ATTRIBUTES.get(node.tag, ()):
                    self.add(text_attribute(node, name), State.MAYBE, node)
                stack.append(partial(self.add_generated, node, "after"))
                stack += [child for child in reversed(list(node.children)) if isinstance(child, (Element, Text))]
            else:
                node()
        texts = [setting.value for sheet in self.page.sheets for rule in sheet.sheet.rules for setting in rule.settings]
        counters = any(KHMER_DIGITS in text for text in texts) or any(
            KHMER_DIGITS in text for sheet in self.page.sheets for text in sheet.sheet.texts
        )
        self.read_elsewhere()
        elsewhere = "\n".join(self.elsewhere)
        scripted = any(
            not has(script, MARK) and text_attribute(script, "type").lower() in SCRIPT_TYPES
            for script in self.page.document.select("script")
        )
        return PrintedText(self.path, tuple(self.pieces), elsewhere, counters, tuple(self.find_notes()), scripted)

    def add(self, text: str, state: State, element: Element) -> None:
        # White space counts: what stands in front of a mark in another paragraph is not its base.
        if text and state is not State.HIDDEN:
            self.pieces.append(PrintedPiece(text, state is State.SHOWN, element.source_line or 0))

    # -- what is shown -----------------------------------------------------------------------------------------------

    def state_of(self, element: Element) -> State:
        """Whether an element is shown: it and all around it."""
        chain: list[Element] = []
        node: Element | None = element
        while node is not None and node not in self.states:
            chain.append(node)
            node = inherits_from(node)
        state = self.states[node] if node is not None else State.SHOWN
        for one in reversed(chain):
            if state is not State.HIDDEN:
                own = self.own_state(one)
                state = own if State.SHOWN is state or own is State.HIDDEN else State.MAYBE
            self.states[one] = state
        return state

    def own_state(self, element: Element) -> State:
        tag = element.tag
        if tag == "template" and has(element, "shadowrootmode"):
            return State.MAYBE
        if tag in NEVER_SHOWN:
            return State.HIDDEN
        default = State.SHOWN
        if has(element, "hidden"):
            default = State.HIDDEN
        elif tag in SOMETIMES_SHOWN or is_folded(element):
            default = State.MAYBE
        found = set()
        for one in self.candidates(element):
            if one.setting.name != "display" or (one.rule is not None and one.rule.pseudo):
                continue
            chance = chance_of(one.rule)
            if chance is State.HIDDEN:
                continue
            value = one.setting.value
            hidden = value == "none"
            unclear = value.startswith("var(") or value in ("revert", "revert-layer")
            found.add(default if unclear else State.HIDDEN if hidden else State.SHOWN)
            if chance is State.SHOWN:
                break
        else:
            found.add(default)
        if State.SHOWN in found and default is State.MAYBE:
            return State.MAYBE
        return found.pop() if len(found) == 1 else State.MAYBE

    def candidates(self, element: Element) -> list[Candidate]:
        cascade = self.page.cascade
        cascade.resolve(element)  # which reads its attributes
        matched = tuple(sorted(cascade.matched.get(element, ())))
        return cascade.candidates(matched, text_attribute(element, "style"), stack_attribute(element))

    # -- text of stylesheets -----------------------------------------------------------------------------------------

    def find_generated(self) -> dict[tuple[Element, str], list[tuple[Candidate, str]]]:
        """The texts that rules put before and after elements, the strongest first."""
        wanted: dict[Element, None] = {}
        for sheet in self.page.sheets:
            for rule in sheet.sheet.rules:
                if rule.pseudo in ("before", "after") and any(one.name.startswith("content") for one in rule.settings):
                    wanted |= dict.fromkeys(self.page.document.select(rule.selector))
        found: dict[tuple[Element, str], list[tuple[Candidate, str]]] = {}
        for element in wanted:
            for one in self.candidates(element):
                if one.rule is None or one.rule.pseudo not in ("before", "after"):
                    continue
                name, value = one.setting.name, one.setting.value
                if name == "content-attribute":
                    value = text_attribute(element, value)
                elif name != "content":
                    continue
                found.setdefault((element, one.rule.pseudo), []).append((one, value))
        return found

    def add_generated(self, element: Element, pseudo: str) -> None:
        if element.tag in NO_CONTENT:
            return
        for one, text in self.generated.get((element, pseudo), ()):
            chance = chance_of(one.rule)
            if chance is State.HIDDEN:
                continue
            state = self.state_of(element)
            if chance is State.MAYBE or KHMER_DIGITS in text or one.setting.name != "content":
                state = State.MAYBE if state is State.SHOWN else state
            if text and KHMER_DIGITS not in text:
                self.add(text, state, element)
            if chance is State.SHOWN:
                return

    # -- the rest ----------------------------------------------------------------------------------------------------

    def read_elsewhere(self) -> None:
        document = self.page.document
        for element in document.select(",".join(f"[{name}]" for name in TEXT_ATTRIBUTES)):
            self.elsewhere += [text_attribute(element, name) for name in TEXT_ATTRIBUTES]
        for element in document.select("title,option,textarea"):
            self.elsewhere.append(text_of(element))
        for element in document.select("script"):
            texts = [text_of(element)]
            url = text_attribute(element, "src")
            if url and self.sheets.root is not None:
                texts.append(self.read_script(self.sheets.root, url))
            for text in texts:
                self.elsewhere += script_readings(text)
        for sheet in self.page.sheets:
            self.elsewhere += sheet.sheet.shown_texts
        self.elsewhere = [text for text in self.elsewhere if KHMER_LETTER.search(text)]

    def read_script(self, root: Path, url: str) -> str:
        found = resolve_url(self.page.url.base, url, exists=lambda path: is_inside(path) and (root / path).is_file())
        return read_bytes(root / found).decode("utf-8", "replace") if found is not None else ""

    def find_notes(self) -> Iterator[str]:
        for link in self.page.document.select("link[href]"):
            if "stylesheet" not in text_attribute(link, "rel").lower().split():
                continue
            url = text_attribute(link, "href")
            if resolve_url(self.page.url.base, url, exists=self.sheets.__contains__) is None:
                yield f"the stylesheet {url[:200]} was not found, so what it hides or shows in print is not known"


def is_folded(element: Element) -> bool:
    """Whether an element stands in a ``details`` that is shut, and is not its summary."""
    parent = element.parent
    return (
        isinstance(parent, Element) and parent.tag == "details" and element.tag != "summary" and not has(parent, "open")
    )


def chance_of(rule: StyleRule | None) -> State:
    """Whether a rule holds in print: SHOWN for yes, HIDDEN for no."""
    if rule is None or (not rule.conditional and not rule.pseudo):
        return State.SHOWN
    if rule.wrappers is None:
        return State.MAYBE
    state = State.SHOWN if rule.written in ("", rule.selector) else State.MAYBE
    for wrapper in rule.wrappers:
        name, _, condition = wrapper.partition(" ")
        own = chance_of_media(condition) if name == "@media" else State.MAYBE
        if own is State.HIDDEN:
            return State.HIDDEN
        state = State.MAYBE if State.MAYBE in (own, state) else state
    return state


def chance_of_media(condition: str) -> State:
    """Whether a list of media queries is true in print, its media swapped: ``screen`` means print.

    Example:
        >>> [chance_of_media(query).value for query in ("print", "not print", "screen, print", "(width > 9px)")]
        ['hidden', 'shown', 'shown', 'maybe']
    """
    found = {chance_of_query(query) for query in condition.split(",")}
    return next((state for state in (State.SHOWN, State.MAYBE) if state in found), State.HIDDEN)


def chance_of_query(query: str) -> State:
    match = QUERY.fullmatch(query)
    if match is None:
        return State.MAYBE
    prefix, medium, features = (match[1] or "").lower(), (match[2] or "all").lower(), match[3].strip()
    fits = medium in ("all", "screen")
    if not features:
        return State.SHOWN if fits != (prefix == "not") else State.HIDDEN
    if not fits:
        return State.SHOWN if prefix == "not" else State.HIDDEN
    return State.MAYBE
