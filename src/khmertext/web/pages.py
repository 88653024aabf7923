"""One HTML page → what the plan needs to know of it: its Khmer, and where our own nodes would go.

The page is parsed as a browser parses it (turbohtml follows the WHATWG algorithm and keeps source offsets), read once,
and described by plain values; nothing here writes. A *run* is what a browser hands to the shaper with our font: the
text of one inline formatting context, joined across inline elements, cut where the ``unicode-range`` ends.

Sources: HTML Standard, sections 13.2 (parsing) and 15 (rendering); CSS Fonts Level 4, section 5.3 (font matching).
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple

import tinycss2
from turbohtml import Document, Element, Text, parse

from khmertext.errors import SiteError
from khmertext.web.cascade import Cascade, ElementFont, FontOrigin, StackUse, StyleMemo
from khmertext.web.escaping import escape_css_string
from khmertext.web.families import is_known_khmer_family
from khmertext.web.scripts import KHMER_LETTER, KHMER_RUN, iter_khmer_runs, unescape_script
from khmertext.web.sources import Insertion, SourceText, decode_source
from khmertext.web.stylesheets import FontFaceRule, FontStack, Setting, StyleSheet, parse_styles
from khmertext.web.urls import PageUrl, resolve_url

__all__ = [
    "MARK",
    "FoundText",
    "PageFacts",
    "SiteContext",
    "SiteWarning",
    "declares_khmer",
    "place_family",
    "scan_page",
    "scan_text",
]

MARK = "data-khmertext"
TEXT_ATTRIBUTES = ("alt", "title", "placeholder", "aria-label", "label", "summary", "value", "aria-description")
ATTRIBUTE_SELECTOR = ",".join(f"[{name}]" for name in TEXT_ATTRIBUTES)
SHOWN_VALUES = frozenset({"submit", "button", "reset", "text", "search", "email", "url", "tel", ""})
TYPED_INPUTS = frozenset({"text", "search", "email", "url", "tel", ""})
RAW_ELEMENTS = frozenset({"script", "style"})
UNSEEN_ELEMENTS = frozenset({"script", "style", "title", "template"})
GENERATED = frozenset({"content", "list-style-type"})
ATOMS = frozenset("br img input button select textarea video audio iframe object canvas svg math hr".split())
# A browser's font for controls has no name that works everywhere; this is what the common ones resolve to.
CONTROL_STACK = "Arial,system-ui,sans-serif"
# Browsers show a lone `monospace` at 13/16 of a size that hangs on their own one; a longer stack loses that, so it is
# given back. Sizes by keyword have tables of their own (px at the browsers' usual 16 and 13).
MONOSPACE_SCALE = 13 / 16
KEYWORD_SIZES = {
    "xx-small": (9, 9),
    "x-small": (10, 10),
    "small": (13, 12),
    "medium": (16, 13),
    "large": (18, 16),
    "x-large": (24, 20),
    "xx-large": (32, 26),
    "xxx-large": (48, 39),
}
DATA_ATTRIBUTE = re.compile(r"""\sdata-[\w.-]+\s*=\s*(?:"([^"]*)"|'([^']*)')""")
TAG_NAME = re.compile(r"[^\s/>]*")
DOCTYPE = re.compile(r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*(?:<!doctype[^>]*>)?", re.I | re.S)
COMMENTS = re.compile(r"(?:\s|<!--.*?-->)*", re.S)
CHARACTER_REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[A-Za-z][A-Za-z0-9]*;?)")


class SiteWarning(NamedTuple):
    """Something that the site's owner should know.

    Attributes:
        code: A short stable name.
        message: What it is and what to do.
        path: The file, from the root of the site.
        line: The line, from 1; 0 when there is none.
    """

    code: str
    message: str
    path: str
    line: int


PageMemos = dict[tuple[tuple[str, bool], ...], StyleMemo]
"""Memos of the cascade, by the list of stylesheet files that a page loads."""


class FoundText(NamedTuple):
    """A run of Khmer as a page shows it.

    Attributes:
        text: The run.
        language: The language that the page says it is in, in lower case, or "".
        weights: The CSS font weights that it can be shown in.
        line: The line where it was first met, from 1.
        where: The element, attribute or kind of file, in words.
    """

    text: str
    language: str
    weights: tuple[int, ...]
    line: int
    where: str


@dataclass(frozen=True, slots=True)
class SiteContext:
    """What reading a page needs to know of the rest of the site.

    Attributes:
        family: The name of the Khmer family to put in.
        sheets: Path → stylesheet, for every stylesheet of the site.
        khmer_files: The scripts that hold Khmer.
        khmer_sheets: Whether any stylesheet shows Khmer.
        khmer_families: Names, in lower case, of the Khmer-capable families that the site declares itself.
        khmer_fonts: The site's own font files that map Khmer.
        folders: Every folder of the site, "" for its root.
    """

    family: str
    sheets: Mapping[str, StyleSheet] = field(default_factory=dict)
    khmer_files: frozenset[str] = frozenset()
    khmer_sheets: bool = False
    khmer_families: frozenset[str] = frozenset()
    khmer_fonts: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset({""})

    def shows_khmer(self, name: str) -> bool:
        """Whether a family of this name shows Khmer: declared so in the site, or known."""
        return " ".join(name.lower().split()) in self.khmer_families or is_known_khmer_family(name)


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page holds, and where our nodes would go in it.

    Attributes:
        path: The page, from the root of the site.
        encoding: Its Python codec.
        texts: Its distinct runs of Khmer.
        characters: How many Khmer characters it holds.
        needs_font: Whether the page is to get our links.
        open_text: Whether it can show text that nobody knows yet: fields, places that scripts fill.
        head: Where the links go, in bytes.
        prefix: What leads from the page to the root of the site.
        insertions: What goes in besides the links.
        stacks: The font stacks of stylesheet files that Khmer uses: path and index.
        locked: The stylesheet files whose bytes the page fixes by ``integrity``.
        rules: CSS rules for the elements that the insertions mark.
        warnings: What the owner should know.
    """

    path: str
    encoding: str = "utf-8"
    texts: tuple[FoundText, ...] = ()
    characters: int = 0
    needs_font: bool = False
    open_text: bool = False
    head: int = 0
    prefix: str = ""
    insertions: tuple[Insertion, ...] = ()
    stacks: frozenset[tuple[str, int]] = frozenset()
    locked: frozenset[str] = frozenset()
    rules: tuple[str, ...] = ()
    warnings: tuple[SiteWarning, ...] = ()


def scan_text(text: str, *, where: str, language: str = "", weights: tuple[int, ...] = (400,)) -> list[FoundText]:
    """The distinct runs of Khmer in a text without markup.

    Args:
        text: The text; of a script, unescaped.
        where: What kind of text it is, for reports.
        language: Its language, or "".
        weights: The weights that it can be shown in.

    Example:
        >>> [found.text for found in scan_text("ក ខ ក", where="text")]
        ['ក', 'ខ']
    """
    found: dict[str, FoundText] = {}
    line, counted = 1, 0
    for offset, run in iter_khmer_runs(text):
        if run not in found:
            line += text.count("\n", counted, offset)
            counted = offset
            found[run] = FoundText(run, language, weights, line, where)
    return list(found.values())


def place_family(stack: FontStack, family: str, context: SiteContext) -> tuple[int, str] | None:
    """Where our family goes in a stack, and the text to put there.

    In front; behind the last family that shows Khmer already, where the stack names one; nowhere when it names ours.

    Args:
        stack: The stack.
        family: Our family's name.
        context: What the site declares.

    Returns:
        Offset in characters of the stylesheet and the text, or None.

    Example:
        >>> stack = parse_styles("p { font-family: Arial, serif }").stacks[0]
        >>> place_family(stack, "Site Khmer", SiteContext("Site Khmer"))
        (17, '"Site Khmer", ')
    """
    names = [item for item in stack.families if item.kind == "name"]
    if any(item.name == family for item in names):
        return None
    khmer = [item for item in names if context.shows_khmer(item.name)]
    quoted = quote_family(family)
    if khmer:
        return khmer[-1].end, f", {quoted}"
    return stack.families[0].start, f"{quoted}, "


def scan_page(data: bytes, path: str, context: SiteContext, memos: PageMemos | None = None) -> PageFacts:
    """Read a page.

    Args:
        data: The page as its author made it.
        path: Where it is, from the root of the site, with forward slashes.
        context: What the rest of the site says.
        memos: What was found out on other pages of the same site; pages that load the same stylesheets share it.

    Returns:
        What it holds and what would go in.

    Raises:
        SiteError: It is not in the encoding that it says.

    Example:
        >>> facts = scan_page("<p lang=km>ខ្មែរ".encode(), "index.html", SiteContext("Site Khmer"))
        >>> [text.text for text in facts.texts], facts.needs_font
        (['ខ្មែរ'], True)
    """
    source = decode_source(data, source=path)
    return PageReader(source, path, context, memos if memos is not None else {}).facts()


def declares_khmer(face: FontFaceRule, path: str, fonts: frozenset[str]) -> bool:
    """Whether an ``@font-face`` rule gives a family that shows Khmer.

    Args:
        face: The rule.
        path: The stylesheet or page it stands in, from the root of the site.
        fonts: The site's font files that map Khmer.

    Example:
        >>> declares_khmer(FontFaceRule("Mine", ("a.woff2",), ()), "css/a.css", frozenset({"css/a.woff2"}))
        True
    """
    if face.ranges and not any(first <= 0x17FF and last >= 0x1780 for first, last in face.ranges):
        return False
    base = PageUrl.of_page(path, is_folder=lambda folder: True).base
    if any(resolve_url(base, url, exists=fonts.__contains__) for url in face.sources):
        return True
    # A file that we cannot look into (on another host): believe a range that names Khmer and not everything.
    return any(0x1700 <= first <= 0x17FF for first, _ in face.ranges)


class Sheet(NamedTuple):
    path: str  # of the file, or "" for a style element
    sheet: StyleSheet
    start: int  # of a style element's text, in characters of the page
    plain: bool  # whether it always applies


class Piece(NamedTuple):
    text: str
    element: Element


class PageReader:
    """Reads one page; made for one call of :func:`scan_page`."""

    def __init__(self, source: SourceText, path: str, context: SiteContext, memos: PageMemos) -> None:
        self.source = source
        self.path = path
        self.context = context
        self.document: Document = parse(source.text, source_locations=True)
        base = self.document.find("base")
        href = base.attr("href") if base is not None else None
        self.url = PageUrl.of_page(
            path, href if isinstance(href, str) else None, is_folder=context.folders.__contains__
        )
        self.warnings: list[SiteWarning] = []
        self.locked: set[str] = set()
        self.sheets = list(self.find_sheets())
        declared = {
            " ".join(face.family.lower().split())
            for sheet in self.sheets
            if not sheet.path
            for face in sheet.sheet.faces
            if declares_khmer(face, path, context.khmer_fonts)
        }
        for sheet in self.sheets:
            for face in sheet.sheet.faces if not sheet.path else ():
                if face.family.lower() in (context.family.lower(), f"{context.family} full".lower()):
                    raise SiteError(
                        f'declares a font family named "{face.family}" itself',
                        source=path,
                        hint="choose another --family",
                    )
        if declared:
            self.context = replace(context, khmer_families=context.khmer_families | declared)
        # Two pages may share what is known of fonts only where the whole list of stylesheets is the same.
        same = tuple((sheet.path, sheet.plain) for sheet in self.sheets)
        memo = memos.setdefault(same, {}) if all(path for path, _ in same) else {}
        self.cascade = Cascade(self.document, [sheet.sheet for sheet in self.sheets], memo)
        self.texts: dict[tuple[str, str, tuple[int, ...]], FoundText] = {}
        self.characters = 0
        self.insertions: dict[tuple[int, str], Insertion] = {}
        self.stacks: set[tuple[str, int]] = set()
        self.rules: set[str] = set()
        self.languages: dict[Element, str] = {}
        self.settings: dict[Element, tuple[str, tuple[int, ...]]] = {}
        self.blocks: dict[Element, Element] = {}
        self.marked: set[int] = set()
        self.used: set[Element] = set()
        self.edited: set[StackUse] = set()
        self.styled: dict[str, list[Element]] = {}
        self.has_fields = False
        self.has_script_text = False

    def facts(self) -> PageFacts:
        self.mark_dynamic()
        self.read_texts()
        self.read_attributes()
        self.read_generated()
        self.read_data()
        self.read_scripts()
        linked = self.linked_khmer()
        dynamic = self.document.select_one("[data-khmer-dynamic]") is not None
        needs_font = bool(self.texts) or linked or dynamic
        if needs_font:
            self.warn_of_languages()
        if linked or self.has_script_text:
            self.edit_every_stack()
        elif self.texts and self.document.select_one("script") is not None:
            # A script may give Khmer a class that nothing on the page has yet.
            for use in self.cascade.unmatched:
                self.edit_stack(use)
        return PageFacts(
            path=self.path,
            encoding=self.source.encoding,
            texts=tuple(self.texts.values()),
            characters=self.characters,
            needs_font=needs_font,
            open_text=needs_font and (linked or self.has_fields or self.has_script_text),
            head=self.source.byte_offset(self.head_offset()) if needs_font else 0,
            prefix=self.url.prefix,
            insertions=tuple(sorted(self.insertions.values())) if needs_font else (),
            stacks=frozenset(self.stacks),
            locked=frozenset(self.locked),
            rules=tuple(sorted(self.rules)) if needs_font else (),
            warnings=tuple(self.warnings) if needs_font else (),
        )

    # -- stylesheets ---------------------------------------------------------------------------------------------

    def find_sheets(self) -> Iterator[Sheet]:
        for element in self.document.select("link[href],style"):
            media = text_attribute(element, "media").strip().lower()
            plain = media in ("", "all", "screen")
            if element.tag == "style":
                text = "".join(child.data or "" for child in element.children if isinstance(child, Text))
                location = element.source_location
                start = location.start_tag.end_offset if location is not None else -1
                if start >= 0 and not self.source.text.startswith(text, start):
                    start = -1  # markup in between (SVG): read it, but do not edit it
                yield Sheet("", conditional_unless(plain, parse_styles(text)), start, plain)
                continue
            relations = text_attribute(element, "rel").lower().split()
            loads = "stylesheet" in relations or (
                "preload" in relations and text_attribute(element, "as").lower() == "style"
            )
            if not loads:
                continue
            path = resolve_url(self.url.base, text_attribute(element, "href"), exists=self.context.sheets.__contains__)
            if path is not None:
                if text_attribute(element, "integrity"):
                    self.locked.add(path)
                yield from self.with_imports(path, plain and "alternate" not in relations, ())

    def with_imports(self, path: str, plain: bool, above: tuple[str, ...]) -> Iterator[Sheet]:
        if path in above or len(above) > 20:
            return
        sheet = self.context.sheets[path]
        base = PageUrl.of_page(path, is_folder=self.context.folders.__contains__).base
        for url in sheet.imports:
            imported = resolve_url(base, url, exists=self.context.sheets.__contains__)
            if imported is not None:
                yield from self.with_imports(imported, plain, (*above, path))
        yield Sheet(path, conditional_unless(plain, sheet), -1, plain)

    # -- texts ---------------------------------------------------------------------------------------------------

    def read_texts(self) -> None:
        """Follow the page in order and gather runs, joined across inline elements."""
        # The hot loop of a build: most nodes hold no Khmer, and are passed over with as little as can be.
        run: list[Piece] = []
        block: Element | None = None
        for node in self.document.descendants:
            if isinstance(node, Text):
                data = node.data
                if not data or (not run and (data.isascii() or KHMER_RUN.search(data) is None)):
                    continue
                element = node.parent
                if not isinstance(element, Element) or element.tag in RAW_ELEMENTS:
                    continue
                home = self.block_of(element)
                if run and home is not block:
                    self.close_run(run)
                block = home
                self.read_pieces(data, element, run)
            elif run and isinstance(node, Element):
                if node.tag == "wbr":
                    run.append(Piece("\u200b", node))
                elif node.tag in ATOMS or not self.is_inline(node):
                    self.close_run(run)
        self.close_run(run)

    def read_pieces(self, data: str, element: Element, run: list[Piece]) -> None:
        end = 0
        for match in KHMER_RUN.finditer(data):
            start = match.start()
            if run and start > 0:
                self.close_run(run)
            end = match.end()
            if run or end == len(data):
                run.append(Piece(match[0], element))
                if end < len(data):
                    self.close_run(run)
            else:
                self.add_run(match[0], element)
        if run and end < len(data):
            self.close_run(run)

    def add_run(self, text: str, element: Element) -> None:
        """A run that stands in one element."""
        letters = count_letters(text)
        if letters:
            self.characters += letters
            self.use_font(element)
            self.add_text(text, element)

    def close_run(self, run: list[Piece]) -> None:
        if not run:
            return
        pieces = list(run)
        run.clear()
        if len(pieces) == 1:
            self.add_run(pieces[0].text, pieces[0].element)
            return
        whole = "".join(piece.text for piece in pieces)
        letters = count_letters(whole)
        if not letters:
            return
        self.characters += letters
        elements = list(dict.fromkeys(piece.element for piece in pieces))
        for element in elements:
            self.use_font(element)
        if len(elements) == 1:
            self.add_text(whole, elements[0])
            return
        # Browsers join the pieces where the font is the same; each alone is what they shape where it is not.
        weights = frozenset().union(*(self.cascade.resolve(element).weights for element in elements))
        for element in elements:
            self.add_text(whole, element, weights=weights)
        for piece in pieces:
            if count_letters(piece.text):
                self.add_text(piece.text, piece.element)

    def read_attributes(self) -> None:
        for element in self.document.select(ATTRIBUTE_SELECTOR):
            for name in TEXT_ATTRIBUTES:
                value = text_attribute(element, name)
                if not value or KHMER_LETTER.search(value) is None or not shows_value(element, name):
                    continue
                self.characters += len(KHMER_LETTER.findall(value))
                if name in ("placeholder", "value", "alt", "label"):
                    self.use_font(element)
                for _, run in iter_khmer_runs(value):
                    self.add_text(run, element, f"{name} of <{element.tag}>")

    def read_scripts(self) -> None:
        weights = (400, 700)
        for element in self.document.select("script"):
            text = "".join(child.data or "" for child in element.children if isinstance(child, Text))
            text = unescape_script(text)
            if KHMER_LETTER.search(text) is None:
                continue
            self.characters += len(KHMER_LETTER.findall(text))
            self.has_script_text = True
            line = element.source_line or 0
            for found in scan_text(text, where="script", language=self.language_of(element), weights=weights):
                self.texts.setdefault((found.text, found.language, weights), found._replace(line=line))

    def read_data(self) -> None:
        """Texts that a page keeps in ``data-`` attributes: nobody else than a script has a use for them."""
        root = self.document.find("html")
        for match in DATA_ATTRIBUTE.finditer(self.source.text) if root is not None else ():
            value = match[1] or match[2] or ""
            if "&" in value:
                value = html.unescape(value)
            if root is not None and not value.isascii() and KHMER_LETTER.search(value):
                self.has_script_text = True
                for _, run in iter_khmer_runs(value):
                    self.add_text(run, root, "a data attribute", frozenset({400, 700}))

    def read_generated(self) -> None:
        """Text that stylesheets put before, after or instead of an element's own, and numbers in Khmer digits."""
        for sheet in self.sheets:
            for rule in sheet.sheet.rules:
                for setting in rule.settings:
                    if setting.name == "content-attribute":
                        for element in self.document.select(rule.selector):
                            shown = setting._replace(name="content", value=text_attribute(element, setting.value))
                            if KHMER_LETTER.search(shown.value):
                                self.add_generated(element, rule.pseudo, shown)
                    elif setting.name in GENERATED and KHMER_LETTER.search(setting.value):
                        for element in self.document.select(rule.selector):
                            self.add_generated(element, rule.pseudo, setting)
            for text in sheet.sheet.texts:
                root = self.document.find("html")
                if root is not None and KHMER_LETTER.search(text):
                    for _, run in iter_khmer_runs(text):
                        self.add_text(run, root, "a counter style", frozenset({400, 700}))

    def add_generated(self, element: Element, pseudo: str, setting: Setting) -> None:
        self.use_font(element)
        where = f"{setting.name} of <{element.tag}>" + (f"::{pseudo}" if pseudo else "")
        for _, run in iter_khmer_runs(setting.value):
            self.add_text(run, element, where)
        if setting.name != "content" or not pseudo:
            return
        # It stands in the same line as the element's own text: the run over the seam is shaped as one.
        before, after = (setting.value, element.text) if pseudo == "before" else (element.text, setting.value)
        for offset, run in iter_khmer_runs(before + after):
            if offset < len(before) < offset + len(run):
                self.add_text(run, element, where)

    def add_text(self, text: str, element: Element, where: str = "", weights: frozenset[int] = frozenset()) -> None:
        setting = self.settings.get(element)
        if setting is None:
            own = tuple(sorted(self.cascade.resolve(element).weights))
            setting = self.settings[element] = self.language_of(element), own
        language, known = setting
        if weights:
            known = tuple(sorted(weights))
        key = (text, language, known)
        if key not in self.texts:
            place = where or f"<{element.tag}>"
            self.texts[key] = FoundText(text, language, known, element.source_line or 0, place)

    def language_of(self, element: Element) -> str:
        chain: list[Element] = []
        node: Any = element
        found = ""
        while isinstance(node, Element):
            if node in self.languages:
                found = self.languages[node]
                break
            chain.append(node)
            own = node.attr("lang")
            own = own if isinstance(own, str) else node.attr("xml:lang")
            if isinstance(own, str):
                found = own.strip().lower()
                break
            node = node.parent
        for one in chain:
            self.languages[one] = found
        return found

    def is_inline(self, element: Element) -> bool:
        return self.cascade.resolve(element).inline

    def block_of(self, element: Element) -> Element:
        chain: list[Element] = []
        node = element
        while node not in self.blocks:
            chain.append(node)
            parent = node.parent
            if not isinstance(parent, Element) or not self.is_inline(node):
                self.blocks[node] = node
                break
            node = parent
        block = self.blocks[node]
        for one in chain:
            self.blocks[one] = block
        return block

    # -- our family, in stacks and on elements -------------------------------------------------------------------

    def use_font(self, element: Element) -> None:
        """Khmer stands in this element: put our family where its font comes from."""
        if element in self.used or element.tag in UNSEEN_ELEMENTS:
            return
        self.used.add(element)
        font = self.cascade.resolve(element)
        for use in font.uses:
            self.edit_stack(use)
        if font.origin is FontOrigin.DECLARED and not self.is_locked(font):
            return
        # Where the browser decides, or a lone keyword that must stay alone, the element gets a stack of its own.
        source = self.cascade.source_of(element)
        if source is not None:
            # An element that the page only implies has no tag to write on.
            self.mark_element(source if source.source_location is not None else element)

    def is_locked(self, font: ElementFont) -> bool:
        """Whether an element's stack stands in a stylesheet that must keep its bytes."""
        return any(use.sheet >= 0 and self.sheets[use.sheet].path in self.locked for use in font.uses[:1])

    def edit_stack(self, use: StackUse) -> None:
        if use in self.edited:
            return
        self.edited.add(use)
        stack = self.cascade.stack_of(use)
        if stack.custom or self.cascade.is_lone_monospace(use):
            return
        values = [
            value
            for family in stack.families
            if family.kind == "var"
            for value in self.cascade.custom.get(family.name, ())
        ]
        if any(self.names_khmer(self.cascade.stack_of(value)) for value in values):
            # Ours goes behind a family that the custom property names, hence into the property.
            for value in values:
                self.put_family(value)
        else:
            self.put_family(use)

    def names_khmer(self, stack: FontStack) -> bool:
        return any(item.kind == "name" and self.context.shows_khmer(item.name) for item in stack.families)

    def put_family(self, use: StackUse) -> None:
        stack = self.cascade.stack_of(use)
        place = place_family(stack, self.context.family, self.context)
        if place is None:
            return
        offset, text = place
        if use.sheet >= 0:
            sheet = self.sheets[use.sheet]
            if sheet.path in self.locked:
                return
            if sheet.path:
                self.stacks.add((sheet.path, use.stack))
            elif sheet.start >= 0:
                self.insert(sheet.start + offset, text)
            return
        if use.sheet == -1:
            if not self.styled:
                for element in self.document.select("[style]"):
                    self.styled.setdefault(text_attribute(element, "style"), []).append(element)
            for element in self.styled.get(use.owner, ()):
                self.insert_in_attribute(element, "style", offset, text)
            return
        # An attribute that is a family stack: its value was read as a declaration.
        value = use.owner.removeprefix("font-family:")
        for element in self.document.select("font[face],[font-family]"):
            name = "face" if element.tag == "font" else "font-family"
            if element.attr(name) == value:
                self.insert_in_attribute(element, name, offset - len("font-family:"), text)

    def insert_in_attribute(self, element: Element, name: str, offset: int, text: str) -> None:
        location = element.source_location
        if location is None or name not in location.attrs:
            return
        span = location.attrs[name]
        raw = self.source.text[span.start_offset : span.end_offset]
        _, equals, value = raw.partition("=")
        if not equals:
            return
        lead = len(value) - len(value.lstrip())
        start = span.start_offset + len(raw) - len(value) + lead
        quote = value[lead : lead + 1]
        escaped = html.escape(text)
        if quote in ('"', "'"):
            start += 1
        else:
            escaped = escaped.replace(" ", "&#32;")
        inside = raw_offset(self.source.text[start : span.end_offset], offset)
        self.insert(start + inside, escaped)

    def edit_every_stack(self) -> None:
        """A script puts Khmer into this page, and nobody knows where: every stack may get it."""
        for number, sheet in enumerate(self.sheets):
            for index in range(len(sheet.sheet.stacks)):
                self.edit_stack(StackUse(number, index))

    def mark_element(self, element: Element, *, full: bool = False) -> None:
        """Give one element a stack of its own, by an attribute and a rule."""
        font = self.cascade.resolve(element)
        if font.origin is FontOrigin.MONOSPACE and element.tag != "textarea":
            self.mark_monospace(element, full=full)
        else:
            self.mark(element, font, "", full=full)

    def mark_monospace(self, element: Element, *, full: bool) -> None:
        """Mark the whole nest of lone monospace that an element is in: all of it keeps its size, or none does."""
        top = element
        while isinstance(top.parent, Element) and self.is_monospace(top.parent):
            top = top.parent
        above = top.parent
        kind = self.cascade.resolve(above).size_kind if isinstance(above, Element) else "relative"
        size = monospace_size(self.cascade.resolve(top), kind)
        if full:
            self.mark(element, self.cascade.resolve(element), size if element is top else "", full=True)
        self.mark(top, self.cascade.resolve(top), size)
        for inner in top.select("*"):
            if isinstance(inner.parent, Element) and self.is_monospace(inner.parent) and self.is_monospace(inner):
                found = self.cascade.resolve(inner)
                if found.own:
                    self.mark(inner, found, "")

    def is_monospace(self, element: Element) -> bool:
        return self.cascade.resolve(element).origin is FontOrigin.MONOSPACE

    def mark(self, element: Element, font: ElementFont, size: str, *, full: bool = False) -> None:
        location = element.source_location
        if location is None or location.start_tag.start_offset in self.marked:
            return
        if self.source.text[location.start_tag.start_offset : location.start_tag.start_offset + 1] != "<":
            return
        self.marked.add(location.start_tag.start_offset)
        family = self.context.family
        own = stack_css(font, family, self.context)
        declarations = f"font-family:{own}!important{size}"
        key_text = declarations
        if full:
            whole = stack_css(font, f"{family} Full", self.context)
            declarations = f"font-family:{whole}!important{size}"
            key_text = f"{declarations}{own}"
        key = hashlib.sha256(key_text.encode()).hexdigest()[:8]
        self.rules.add(f'[{MARK}="{key}"]{{{declarations}}}')
        if full:
            self.rules.add(f'[{MARK}="{key}"]::placeholder{{font-family:{own}!important}}')
        # The name as it is written: parsers rename some (`image` is `img`).
        name = TAG_NAME.match(self.source.text, location.start_tag.start_offset + 1)
        self.insert(name.end() if name else location.start_tag.start_offset, f' {MARK}="{key}"')

    def mark_dynamic(self) -> None:
        """Fields that visitors type into, and places that scripts fill, use the family with all of Khmer."""
        bare = 0
        first: Element | None = None
        for element in self.document.select("input,textarea,[contenteditable],[data-khmer-dynamic]"):
            if element.tag == "input" and text_attribute(element, "type").lower() not in TYPED_INPUTS:
                continue
            if text_attribute(element, "contenteditable").lower() == "false" and not has(element, "data-khmer-dynamic"):
                continue
            self.has_fields = True
            font = self.cascade.resolve(element)
            if font.origin in (FontOrigin.CONTROL, FontOrigin.MONOSPACE) and not self.holds_khmer(element):
                bare += 1
                first = first or element
                continue
            self.mark_element(element, full=True)
        for element in self.document.select("[data-khmer-dynamic] *,[contenteditable] *"):
            font = self.cascade.resolve(element)
            if font.own and font.origin is FontOrigin.DECLARED:
                self.mark_element(element, full=True)  # what comes in here does not inherit from the place
        if first is not None:
            self.warn(
                "unstyled-fields",
                first,
                f"{bare} text field(s) keep the browser's own font; Khmer typed there "
                "shows in the visitor's font; `font: inherit` on them lets ours in",
            )

    def holds_khmer(self, element: Element) -> bool:
        texts = (element.text, *(text_attribute(element, name) for name in ("placeholder", "value")))
        return has(element, "data-khmer-dynamic") or any(KHMER_LETTER.search(text) for text in texts)

    # -- the rest ------------------------------------------------------------------------------------------------

    def linked_khmer(self) -> bool:
        """Whether a script that the page loads holds Khmer."""
        if not self.context.khmer_files:
            return False
        exists = self.context.khmer_files.__contains__
        scripts = self.document.select("script[src]")
        return any(resolve_url(self.url.base, text_attribute(script, "src"), exists=exists) for script in scripts)

    def warn(self, code: str, element: Element, message: str) -> None:
        self.warnings.append(SiteWarning(code, message, self.path, element.source_line or 0))

    def warn_of_languages(self) -> None:
        unknown = [text for text in self.texts.values() if not text.language and text.where != "script"]
        if unknown:
            self.warnings.append(
                SiteWarning(
                    "no-language",
                    'Khmer text whose language no `lang` tells; write lang="km"',
                    self.path,
                    unknown[0].line,
                )
            )

    def insert(self, offset: int, text: str) -> None:
        at = self.source.byte_offset(offset)
        self.insertions[at, text] = Insertion(at, text)

    def head_offset(self) -> int:
        """Where the links go: before the first stylesheet or script that comes after charset, base and CSP."""
        head = self.document.find("head")
        children = [child for child in head.children if isinstance(child, Element)] if head is not None else []
        located = [(child, child.source_location) for child in children]
        firm = [(child, span) for child, span in located if span is not None]
        after = max((end_of(span) for child, span in firm if must_come_first(child)), default=-1)
        for child, span in firm:
            if span.start_tag.start_offset >= after and (loads_style(child) or swallows(child, span)):
                return int(span.start_tag.start_offset)
        if head is not None and head.source_location is not None and head.source_location.end_tag is not None:
            return int(head.source_location.end_tag.start_offset)
        if firm:
            return max(end_of(span) for _, span in firm)
        if head is not None and head.source_location is not None:
            return int(head.source_location.start_tag.end_offset)
        root = self.document.find("html")
        location = root.source_location if root is not None else None
        start = DOCTYPE.match(self.source.text)
        end = int(location.start_tag.end_offset) if location is not None else start.end() if start else 0
        # A comment before the head must not come to lie inside it.
        comments = COMMENTS.match(self.source.text, end)
        return comments.end() if comments else end


def count_letters(run: str) -> int:
    """How many characters of a run are Khmer, and not joiners, zero-width spaces or dotted circles."""
    return len(run) - sum(map(run.count, "\u200b\u200c\u200d\u25cc"))


def quote_family(name: str) -> str:
    """A family name as a CSS string, in ASCII: it goes into files of any encoding."""
    escaped = escape_css_string(name)
    return '"' + "".join(letter if letter.isascii() else f"\\{ord(letter):x} " for letter in escaped) + '"'


def text_attribute(element: Element, name: str) -> str:
    value = element.attr(name)
    return value if isinstance(value, str) else ""


def has(element: Element, name: str) -> bool:
    return name in element.attrs


def shows_value(element: Element, name: str) -> bool:
    if name != "value":
        return True
    return element.tag == "input" and text_attribute(element, "type").lower() in SHOWN_VALUES


def conditional_unless(plain: bool, sheet: StyleSheet) -> StyleSheet:
    if plain:
        return sheet
    rules = tuple(rule._replace(conditional=True) for rule in sheet.rules)
    return StyleSheet(rules, sheet.stacks, sheet.custom, sheet.faces, sheet.imports, sheet.texts)


def monospace_size(font: ElementFont, inherited: str) -> str:
    """A declaration that gives an element the size that browsers gave it for its lone ``monospace``.

    Args:
        font: The font of the outermost such element.
        inherited: What the size of its parent hangs on.

    Source: measured in Chromium: only sizes that hang on the browser's own size are scaled; a sum with a length counts
    as absolute, so that nothing inside is scaled again.
    """
    size = font.size
    if size in KEYWORD_SIZES:
        return f";font-size:{KEYWORD_SIZES[size][1]}px!important"
    if font.size_kind == "absolute" or inherited == "absolute":
        return ""
    normal, small = KEYWORD_SIZES.get(inherited, (16, 13))
    scale = f"{small / normal:.6g}"
    if not size:
        return f";font-size:calc({scale}em + 0px)"
    amount = {"smaller": "1em/1.2", "larger": "1em*1.2"}.get(size, size)
    return f";font-size:calc({amount}*{scale})!important"


def stack_css(font: ElementFont, family: str, context: SiteContext) -> str:
    """An element's own stack with our family put in, as CSS text."""
    if font.origin is FontOrigin.CONTROL:
        css = CONTROL_STACK
    elif font.origin is FontOrigin.MONOSPACE:
        css = font.css or "monospace"
    else:
        css = font.css
    return put_in_front(css, family, context.khmer_families) if css else quote_family(family)


@lru_cache(maxsize=1024)
def put_in_front(css: str, family: str, khmer_families: frozenset[str]) -> str:
    """A stack, as CSS text, with our family where :func:`place_family` wants it."""
    start = "x{font-family:"
    stack = parse_styles(f"{start}{css}}}").stacks[0]
    place = place_family(stack, family, SiteContext(family, khmer_families=khmer_families))
    if place is None:
        return css
    at = place[0] - len(start)
    return tidy(css[:at] + place[1] + css[at:])


def tidy(css: str) -> str:
    return str(tinycss2.serialize(tinycss2.parse_component_value_list(css, skip_comments=True)))


def raw_offset(raw: str, offset: int) -> int:
    """Offset in an attribute's value → offset in its source, where characters may be written as references."""
    position = 0
    decoded = 0
    while decoded < offset and position < len(raw):
        match = CHARACTER_REFERENCE.match(raw, position)
        if match:
            decoded += len(html.unescape(match[0]))
            position = match.end()
        else:
            decoded += 1
            position += 1
    return position


def must_come_first(element: Element) -> bool:
    if element.tag == "base":
        return True
    if element.tag != "meta":
        return False
    return has(element, "charset") or text_attribute(element, "http-equiv").lower() in (
        "content-type",
        "content-security-policy",
    )


def swallows(element: Element, location: Any) -> bool:
    """Whether what stands behind an element of the head could come to lie inside it."""
    return element.tag == "noscript" or (location.end_tag is None and element.tag not in ("meta", "link", "base"))


def loads_style(element: Element) -> bool:
    if element.tag in ("style", "script"):
        return True
    return element.tag == "link" and bool(
        {"stylesheet", "preload"} & set(text_attribute(element, "rel").lower().split())
    )


def end_of(location: Any) -> int:
    span = location.end_tag or location.start_tag
    return int(span.end_offset)
