"""The Khmer of a page: every run, with its language, the looks that it can be shown in, and its place.

A *run* is what a browser hands to the shaper with our font: the text of one inline formatting context, joined across
inline elements, cut where the ``unicode-range`` ends.

Sources: HTML Standard, section 15 (rendering); CSS Fonts Level 4, section 5.3 (font matching).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from turbohtml import Element, Text, parse

from khmertext.web.cascade import StackUse
from khmertext.web.documents import PageDocument, text_attribute, text_of
from khmertext.web.facts import FoundText
from khmertext.web.looks import SCRIPTED, Look, merge_looks
from khmertext.web.mediumfonts import MAX_LOOKS, read_settings
from khmertext.web.scripts import KHMER_LETTER, KHMER_RUN, iter_khmer_runs, script_readings
from khmertext.web.stylesheets import FEATURE_PROPERTIES, GENERATED_TEXTS, Setting, StyleRule, StyleSheet, parse_styles

__all__ = ["ATTRIBUTE_SELECTOR", "TEXT_ATTRIBUTES", "TextReader", "scan_text", "shows_value"]

TEXT_ATTRIBUTES = ("alt", "title", "placeholder", "aria-label", "label", "summary", "value", "aria-description")
ATTRIBUTE_SELECTOR = ",".join(f"[{name}]" for name in TEXT_ATTRIBUTES)
SHOWN_VALUES = frozenset({"submit", "button", "reset", "text", "search", "email", "url", "tel", ""})
# What pages with the same stylesheets share.
GENERATING, LOOSE = "generating", "loose looks"
RAW_ELEMENTS = frozenset({"script", "style"})
# What inherits a text that stylesheets give an element, as far as it is shown there: selectors for what is inside it.
INHERITED = {"list-style-type": "li", "quotes": "q", "text-overflow": "", "content": ""}
ATOMS = frozenset("br img input button select textarea video audio iframe object canvas svg math hr".split())
DATA_ATTRIBUTE = re.compile(r"""\sdata-[\w.-]+\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def scan_text(text: str, *, where: str, language: str = "", looks: tuple[Look, ...] = (Look(400),)) -> list[FoundText]:
    """The distinct runs of Khmer in a text without markup.

    Args:
        text: The text; of a script, unescaped.
        where: What kind of text it is, for reports.
        language: Its language, or "".
        looks: The looks that it can be shown in.

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
            found[run] = FoundText(run, language, looks, line, where)
    return list(found.values())


class Piece(NamedTuple):
    text: str
    element: Element


class TextReader:
    """Reads a page's Khmer; made for one call of :meth:`read`.

    Args:
        page: The page.
        show: What to call with each element that shows Khmer in a font of its own.

    Attributes:
        texts: What was found, each run once for a language and its looks.
        characters: How many Khmer characters.
        has_script_text: Whether a script keeps Khmer of its own, in its source or in ``data-`` attributes.
    """

    def __init__(self, page: PageDocument, show: Callable[[Element], None]) -> None:
        self.page = page
        self.document = page.document
        self.show = show
        self.texts: dict[tuple[str, str, tuple[Look, ...], tuple[str, ...]], FoundText] = {}
        self.characters = 0
        self.has_script_text = False
        self.settings: dict[Element, tuple[str, tuple[Look, ...], tuple[str, ...]]] = {}
        self.blocks: dict[Element, Element] = {}
        self.families = OwnFamilies(page)

    @cached_property
    def loose_looks(self) -> tuple[Look, ...]:
        """The looks of texts that may be shown anywhere: the usual ones, with all features that stylesheets set."""
        known: dict[object, tuple[Look, ...]] = self.page.cascade.styles.known
        if LOOSE not in known:
            known[LOOSE] = find_loose(self.page.cascade.styles.sheets)
        return known[LOOSE]

    def read(self) -> None:
        """Read everything."""
        self.read_texts()
        self.read_attributes()
        self.read_generated()
        self.read_data()
        self.read_frames()
        self.read_scripts()

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
                elif node.tag in ATOMS or not self.page.is_inline(node):
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
            self.show(element)
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
            self.show(element)
        if len(elements) == 1:
            self.add_text(whole, elements[0])
            return
        # Browsers join the pieces where the font is the same; each alone is what they shape where it is not.
        looks = merge_looks(look for element in elements for look in self.page.cascade.resolve(element).looks)
        for element in elements:
            self.add_text(whole, element, looks=looks)
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
                    self.show(element)
                for _, run in iter_khmer_runs(value):
                    self.add_text(run, element, f"{name} of <{element.tag}>")

    def read_scripts(self) -> None:
        looks = self.loose_looks
        for element in self.document.select("script"):
            readings = script_readings(text_of(element))
            if KHMER_LETTER.search(readings[-1]) is None:
                continue
            self.characters += len(KHMER_LETTER.findall(readings[-1]))
            self.has_script_text = True
            line = element.source_line or 0
            language = self.page.language_of(element)
            for text in readings:
                for found in scan_text(text, where="script", language=language, looks=looks):
                    self.texts.setdefault(
                        (found.text, found.language, looks, ()), found._replace(line=line, families=self.families.all)
                    )

    def read_data(self) -> None:
        """Texts that a page keeps in ``data-`` attributes: nobody else than a script has a use for them."""
        root = self.document.find("html")
        for match in DATA_ATTRIBUTE.finditer(self.page.source.text) if root is not None else ():
            value = match[1] or match[2] or ""
            if "&" in value:
                value = html.unescape(value)
            if root is not None and not value.isascii() and KHMER_LETTER.search(value):
                self.has_script_text = True
                for _, run in iter_khmer_runs(value):
                    self.add_text(run, root, "a data attribute", self.loose_looks)

    def read_frames(self) -> None:
        """Pages inside an attribute: their Khmer counts, but nothing is put into them."""
        for element in self.document.select("iframe[srcdoc]"):
            source = text_attribute(element, "srcdoc")
            text = parse(source).text if KHMER_LETTER.search(html.unescape(source)) else ""
            if KHMER_LETTER.search(text) is None:
                continue
            self.characters += len(KHMER_LETTER.findall(text))
            for _, run in iter_khmer_runs(text):
                self.add_text(run, element, "srcdoc of <iframe>", SCRIPTED)
            self.page.warn(
                "srcdoc",
                element,
                "Khmer in the `srcdoc` of an iframe, which gets no font: make it a page, named in `src`",
            )

    def read_generated(self) -> None:
        """Text that stylesheets put before, after or instead of an element's own, and numbers in Khmer digits."""
        references: list[str] = []
        elsewhere = False
        known: dict[object, list[tuple[StyleSheet, list[tuple[StyleRule, Setting]]]]] = self.page.cascade.styles.known
        if GENERATING not in known:
            known[GENERATING] = list(find_generating(self.page.cascade.styles.sheets))
        for sheet, settings in known[GENERATING]:
            for rule, setting in settings:
                if setting.name == "content-attribute":
                    for element in self.document.select(rule.selector):
                        shown = setting._replace(name="content", value=text_attribute(element, setting.value))
                        if KHMER_LETTER.search(shown.value):
                            self.add_generated(element, rule.pseudo, shown)
                elif setting.name == "reference":
                    references.append(rule.selector)
                else:
                    elsewhere = elsewhere or setting.name == "quotes"
                    for element in self.select_inheriting(rule.selector, setting.name):
                        self.add_generated(element, rule.pseudo, setting)
            elsewhere = self.add_loose(sheet, self.document.find("html")) or elsewhere
        inside: set[Element] = set()
        for element in self.document.select("[style]"):
            style = text_attribute(element, "style")
            if KHMER_LETTER.search(style) or "\\" in style:
                sheet_of_one = parse_styles(style, inline=True)
                for setting in (setting for rule in sheet_of_one.rules for setting in rule.settings):
                    if setting.name in GENERATED_TEXTS and KHMER_LETTER.search(setting.value):
                        elsewhere = elsewhere or setting.name == "quotes"
                        self.add_generated(element, "", setting)
                        # What is inside an element that passed already has our family.
                        if element not in inside and INHERITED.get(setting.name, "*"):
                            inside.update(element.select("*"))
                            for one in element.select(INHERITED.get(setting.name, "*")):
                                self.add_generated(one, "", setting)
                elsewhere = self.add_loose(sheet_of_one, element) or elsewhere
        if elsewhere:  # nobody knows which of these texts is shown where: wherever one can be
            for selector in dict.fromkeys(references):
                for element in self.select_inheriting(selector, "list-style-type"):
                    self.show(element)

    def add_loose(self, sheet: StyleSheet, element: Element | None) -> bool:
        """The texts of a stylesheet that its rules only name; whether there is Khmer among them."""
        found = False
        for text in sheet.texts:
            if element is not None and KHMER_LETTER.search(text):
                found = True
                for _, run in iter_khmer_runs(text):
                    self.add_text(run, element, "a stylesheet", self.loose_looks)
        return found

    def select_inheriting(self, selector: str, name: str) -> Iterator[Element]:
        """The elements that a rule gives a text by a property, and those inside that inherit and show it."""
        yield from self.document.select(selector)
        inside = INHERITED.get(name, "*")
        if inside:
            yield from self.document.select(f":is({selector}) {inside}")

    def add_generated(self, element: Element, pseudo: str, setting: Setting) -> None:
        self.show(element)
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

    def add_text(self, text: str, element: Element, where: str = "", looks: tuple[Look, ...] = ()) -> None:
        setting = self.settings.get(element)
        if setting is None:
            own = self.page.cascade.resolve(element).looks
            setting = self.settings[element] = self.page.language_of(element), own, self.families.of(element)
        language, known, families = setting
        if looks:
            known = looks
        key = (text, language, known, families)
        if key not in self.texts:
            place = where or f"<{element.tag}>"
            self.texts[key] = FoundText(text, language, known, element.source_line or 0, place, families)

    def block_of(self, element: Element) -> Element:
        chain: list[Element] = []
        node = element
        while node not in self.blocks:
            chain.append(node)
            parent = node.parent
            if not isinstance(parent, Element) or not self.page.is_inline(node):
                self.blocks[node] = node
                break
            node = parent
        block = self.blocks[node]
        for one in chain:
            self.blocks[one] = block
        return block


class OwnFamilies:
    """Which of the site's own Khmer families texts of a page may be shown in.

    Args:
        page: The page.

    Attributes:
        all: Those that there are.
    """

    def __init__(self, page: PageDocument) -> None:
        self.page = page
        self.all = tuple(sorted(page.context.khmer_families))
        self.known: dict[int, tuple[str, ...]] = {}

    def of(self, element: Element) -> tuple[str, ...]:
        """Those that an element's font stacks name; all on a page that sets variables on its elements."""
        if not self.all or self.page.cascade.inline:
            return self.all
        font = self.page.cascade.resolve(element)  # each is there once, and stays
        if id(font) not in self.known:
            self.known[id(font)] = tuple(sorted(self.named(font.uses) | self.anywhere))
        return self.known[id(font)]

    @cached_property
    def anywhere(self) -> frozenset[str]:
        """Those of keyframes, and, where there is a script, those of rules that match nothing yet."""
        cascade = self.page.cascade
        scripted = self.page.document.select_one("script") is not None
        return self.named([*cascade.animated, *(cascade.unmatched if scripted else ())])

    def named(self, uses: Iterable[StackUse]) -> frozenset[str]:
        cascade = self.page.cascade
        stacks = {cascade.stack_of(one) for use in uses for one in cascade.with_custom(use)}
        items = (one for stack in stacks for item in stack.families for one in item.walk())
        names = {" ".join(one.name.lower().split()) for one in items if one.kind == "name"}
        return frozenset(names & self.page.context.khmer_families)


def find_generating(sheets: Iterable[StyleSheet]) -> Iterator[tuple[StyleSheet, list[tuple[StyleRule, Setting]]]]:
    """Stylesheets that give text, each with what in them does; pages that load the same share the list."""
    for sheet in sheets:
        found = [
            (rule, setting)
            for rule in sheet.rules
            for setting in rule.settings
            if setting.name in ("content-attribute", "reference")
            or (setting.name in GENERATED_TEXTS and KHMER_LETTER.search(setting.value))
        ]
        if found or sheet.texts:
            yield sheet, found


def find_loose(sheets: Sequence[StyleSheet]) -> tuple[Look, ...]:
    """The looks that a text can have which stands in any one element of a page, or in none that a rule is for."""
    said = dict.fromkeys(
        (one.name, one.value)
        for sheet in sheets
        for rule in sheet.rules
        for one in rule.settings
        if one.name in FEATURE_PROPERTIES
    )
    values = {one.value for sheet in sheets for rule in sheet.rules for one in rule.settings if one.name[:2] == "--"}
    settings = {setting for name, value in said for setting in read_settings(name, value, values) or ()}
    return tuple(look._replace(features=one) for look in SCRIPTED for one in sorted({"", *settings}))[:MAX_LOOKS]


def count_letters(run: str) -> int:
    """How many characters of a run are Khmer, and not joiners, zero-width spaces or dotted circles."""
    return len(run) - sum(map(run.count, "\u200b\u200c\u200d\u25cc"))


def shows_value(element: Element, name: str) -> bool:
    if name != "value":
        return True
    return element.tag == "input" and text_attribute(element, "type").lower() in SHOWN_VALUES
