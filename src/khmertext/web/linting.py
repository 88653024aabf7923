"""What is wrong with the Khmer of a page besides its font: by the rules of ``pagerules``, and those of the text itself.

What repeats on a page is told once, where it is first met, with how often; what is wrong with the text, each time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from turbohtml import Element, Text

from khmertext.fonts.legacy import SERIES, match_series
from khmertext.script.profiles import PROFILES
from khmertext.text import Diagnostic, Severity, check
from khmertext.web.cascade import inherits_from
from khmertext.web.documents import PageDocument, text_attribute
from khmertext.web.facts import PageFinding
from khmertext.web.ignoring import Ignoring
from khmertext.web.pagelooks import LooksLint
from khmertext.web.pagenotes import Notes
from khmertext.web.pagerules import FONT_HOSTS, FONT_PACKAGES, WRONG_TAGS
from khmertext.web.places import Place, PlaceFinder
from khmertext.web.scripts import KHMER_LETTER, KHMER_RUN
from khmertext.web.sources import SourceText
from khmertext.web.stylesheets import StyleSheet
from khmertext.web.texts import ATTRIBUTE_SELECTOR, TEXT_ATTRIBUTES, shows_value
from khmertext.web.urls import resolve_url

__all__ = ["lint_page", "lint_sheet", "names_legacy"]

RAW_ELEMENTS = frozenset("script style template".split())
LETTERS = re.compile(r"[^\W\d_\u1780-\u17ff\u19e0-\u19ff]")
LEAST_LETTERS = 10  # of Khmer, from which on a text is more than a name or a quoted word
LEAST_TOTAL = 50  # of Khmer in short texts, from which on a page has more than names
UNTOLD = frozenset({"mul", "zxx", "und", "mis"})  # tags that say that there is nothing to say
SHARED_SELECTOR = 'meta[name="description"],meta[property="og:title"],meta[property="og:description"]'


def lint_page(page: PageDocument, *, comes: bool = False) -> tuple[PageFinding, ...]:
    """Find what is wrong with the Khmer of a page.

    Args:
        page: The page.
        comes: Whether scripts or styles bring Khmer to it.

    Returns:
        The findings, in the order of places.

    Example:
        >>> from khmertext.web import SiteContext
        >>> from khmertext.web.sources import decode_source
        >>> page = PageDocument(decode_source("<p lang=kh>ខ្មែរ".encode()), "a.html", SiteContext("Site Khmer"), {})
        >>> [(one.code, one.line, one.column, one.end_column) for one in lint_page(page)]
        [('KS103', 1, 4, 11)]
    """
    notes = Notes(page.path)
    finder = PlaceFinder(page.source)
    languages = LanguageLint(page, finder, notes)
    looks = LooksLint(page, finder, notes)
    legacy = any(names_legacy(sheet.sheet) for sheet in page.sheets) or bool(
        page.document.select_one("font[face],[font-family],[style*=font]")
    )
    ignoring = Ignoring(page.document)
    blocks = Blocks(page)
    khmer = False
    texts = list(iter_texts(page))
    shown = [("", None), *texts, ("", None)]
    for (before, last), (data, node), (after, next_node) in zip(shown, shown[1:], shown[2:], strict=False):
        if node is None or not isinstance(node.parent, Element):
            continue
        notes.enter(ignoring.find(node.parent))
        if KHMER_LETTER.search(data):
            khmer = True
            languages.look(node, node.parent)
            looks.look(node, node.parent)
            # A syllable may go over the seam of two elements: what stands at one cannot be told from here.
            seams = (
                KHMER_RUN.match(before[-1:]) is not None and blocks.join(last, node),
                KHMER_RUN.match(after) is not None and blocks.join(node, next_node),
            )
            lint_text(page, finder, notes, node, node.parent, seams)
        elif legacy and LETTERS.search(data):
            lint_legacy(page, finder, notes, node, node.parent)
    if khmer:
        languages.look_at_page(texts, ignoring)
        looks.look_at_first_letters(ignoring)
    if khmer or comes:
        lint_links(page, finder, notes, ignoring)
    lint_attributes(page, finder, notes, ignoring)
    return notes.findings()


def iter_texts(page: PageDocument) -> Iterator[tuple[str, Text]]:
    """The texts that a page shows, in order."""
    for node in page.document.descendants:
        element = node.parent if isinstance(node, Text) and node.data else None
        if isinstance(node, Text) and isinstance(element, Element) and element.tag not in RAW_ELEMENTS:
            yield node.data or "", node


class Blocks:
    """Which texts stand in one block, where a syllable may go from one to the next.

    Args:
        page: The page.
    """

    def __init__(self, page: PageDocument) -> None:
        self.page = page
        self.found: dict[Element, Element] = {}

    def join(self, first: Text | None, second: Text | None) -> bool:
        """Whether two texts that follow each other stand in one block."""
        homes = [
            self.find(one.parent) for one in (first, second) if one is not None and isinstance(one.parent, Element)
        ]
        return len(homes) == 2 and homes[0] is homes[1]

    def find(self, element: Element) -> Element:
        chain: list[Element] = []
        node: Element = element
        while node not in self.found:
            chain.append(node)
            above = inherits_from(node)
            if above is None or not self.page.is_inline(node):
                self.found[node] = node
                break
            node = above
        for one in chain:
            self.found[one] = self.found[node]
        return self.found[node]


# -- language --------------------------------------------------------------------------------------------------------


class LanguageLint:
    """Looks at the languages of one page's texts.

    Args:
        page: The page.
        finder: Finds places in it.
        notes: Where to write.
    """

    def __init__(self, page: PageDocument, finder: PlaceFinder, notes: Notes) -> None:
        self.page = page
        self.finder = finder
        self.notes = notes
        self.short: dict[str, tuple[Text, int]] = {}  # language → the first short text of Khmer in it, and how much

    def look(self, node: Text, element: Element) -> None:
        """Find what is wrong with the language of a text with Khmer."""
        language = self.page.language_of(element)
        data = node.data or ""
        if not language:
            if not self.notes.has("KS101", ""):
                place = self.finder.of_text(node, *first_letter(data))
                self.notes.add("KS101", "", place, 'Khmer text whose language no `lang` tells; write lang="km"', data)
        elif language in WRONG_TAGS:
            if not self.notes.has("KS103", language):
                place = self.finder.of_tag(*language_holder(element))
                message = f'lang="{language}" is no tag of Khmer; write lang="km"'
                self.notes.add("KS103", language, place, message, data)
        elif not is_khmer_tag(language):
            letters = len(KHMER_LETTER.findall(data))
            if letters >= LEAST_LETTERS and letters > len(LETTERS.findall(data)):
                self.add_foreign(language, node)
            else:
                first, more = self.short.get(language, (node, 0))
                self.short[language] = first, more + letters

    def look_at_page(self, texts: Sequence[tuple[str, Text]], ignoring: Ignoring) -> None:
        """Find what only a whole page shows: that its short texts are mostly Khmer, and languages told twice.

        Args:
            texts: All texts of the page.
            ignoring: Where what does not count.
        """
        for language, (first, letters) in self.short.items():
            notes_of = first.parent
            self.notes.enter(ignoring.find(notes_of) if isinstance(notes_of, Element) else frozenset())
            if letters >= LEAST_TOTAL and ("KS102", language) not in self.notes.repeated:
                others = sum(
                    len(LETTERS.findall(data))
                    for data, node in texts
                    if isinstance(node.parent, Element) and self.page.language_of(node.parent) == language
                )
                if letters > others:
                    self.add_foreign(language, first)
        for element in self.page.document.select("[lang]"):
            told, again = element.attr("lang"), element.attr("xml:lang")
            if not isinstance(told, str) or not isinstance(again, str):
                continue
            both = told.strip().lower(), again.strip().lower()
            if both[0].partition("-")[0] != both[1].partition("-")[0] and any(map(means_khmer, both)):
                self.notes.enter(ignoring.find(element))
                key = " ".join(both)
                if not self.notes.has("KS104", key):
                    message = f'lang="{both[0]}" and xml:lang="{both[1]}" on one element; write the same in both'
                    self.notes.add("KS104", key, self.finder.of_tag(element, "xml:lang"), message)

    def add_foreign(self, language: str, node: Text) -> None:
        if not self.notes.has("KS102", language):
            data = node.data or ""
            message = f'Khmer text in lang="{language}"; write lang="km" on its element'
            self.notes.add("KS102", language, self.finder.of_text(node, *first_letter(data)), message, data)


def means_khmer(language: str) -> bool:
    return language in WRONG_TAGS or language.partition("-")[0] in PROFILES


def first_letter(data: str) -> tuple[int, int]:
    """Where a text's Khmer begins and ends."""
    found = [match.start() for match in KHMER_LETTER.finditer(data)]
    return found[0], found[-1] + 1


def is_khmer_tag(language: str) -> bool:
    """Whether a language is written in Khmer script, or the tag leaves open which one it is.

    Example:
        >>> is_khmer_tag("km-kh"), is_khmer_tag("th-khmr"), is_khmer_tag("en")
        (True, True, False)
    """
    first, *rest = language.split("-")
    return first in PROFILES or "khmr" in rest or first in UNTOLD or first == "x"


def language_holder(element: Element) -> tuple[Element, str]:
    """The element whose attribute says the language of another one, and that attribute."""
    node: Any = element
    while isinstance(node, Element):
        for name in ("lang", "xml:lang"):
            if isinstance(node.attr(name), str):
                return node, name
        node = inherits_from(node)
    return element, ""


# -- text ------------------------------------------------------------------------------------------------------------


def lint_text(
    page: PageDocument, finder: PlaceFinder, notes: Notes, node: Text, element: Element, seams: tuple[bool, bool]
) -> None:
    """The codes of ``khmertext check``, but for notes."""
    data = node.data or ""
    for found in iter_mistakes(page, notes, data, element):
        if not (seams[0] and found.start == 0) and not (seams[1] and found.end == len(data)):
            place = finder.of_text(node, found.start, found.end)
            notes.add_text(found.code, place, found.message, data[found.start : found.end])


def lint_attributes(page: PageDocument, finder: PlaceFinder, notes: Notes, ignoring: Ignoring) -> None:
    """The same for texts that attributes show, or give to those who share or search the page."""
    elements = ((element, TEXT_ATTRIBUTES) for element in page.document.select(ATTRIBUTE_SELECTOR))
    shared = ((element, ("content",)) for element in page.document.select(SHARED_SELECTOR))
    for element, names in chain(elements, shared):
        for name in names:
            value = text_attribute(element, name)
            if KHMER_LETTER.search(value) and shows_value(element, name):
                notes.enter(ignoring.find(element))
                for found in iter_mistakes(page, notes, value, element):
                    place = finder.of_value(element, name, found.start, found.end)
                    notes.add_text(found.code, place, found.message, value[found.start : found.end])


def iter_mistakes(page: PageDocument, notes: Notes, text: str, element: Element) -> Iterator[Diagnostic]:
    """What is wrong with a text, until the page has enough."""
    if notes.full:
        return
    language = page.language_of(element).partition("-")[0]
    for found in check(text, lang=language if language in PROFILES else "km"):
        if notes.full:
            return
        if found.severity is not Severity.NOTE:
            yield found


# -- legacy fonts ----------------------------------------------------------------------------------------------------


def names_legacy(sheet: StyleSheet) -> bool:
    """Whether a stylesheet names a font of a series from before Unicode.

    Args:
        sheet: The stylesheet.
    """
    names = {item.name for stack in sheet.stacks for item in stack.families if item.kind == "name"}
    return any(match_series(name, SERIES) for name in names)


def lint_legacy(page: PageDocument, finder: PlaceFinder, notes: Notes, node: Text, element: Element) -> None:
    uses = page.cascade.resolve(element).uses
    names = [item.name for item in page.cascade.stack_of(uses[0]).families if item.kind == "name"] if uses else []
    series = match_series(names[0], SERIES) if names else ""
    if series and not notes.has("KS401", names[0]):
        message = f'text in "{names[0]}", a font from before Unicode: to programs it is Latin letters; convert it'
        notes.add("KS401", names[0], finder.of_tag(element), message, node.data or "")


# -- resources -------------------------------------------------------------------------------------------------------


def lint_links(page: PageDocument, finder: PlaceFinder, notes: Notes, ignoring: Ignoring) -> None:
    """What a page itself loads from hosts of fonts; stylesheet files are looked at by themselves."""
    for link in page.document.select("link[href]"):
        notes.enter(ignoring.find(link))
        url = text_attribute(link, "href").strip()
        relations = set(text_attribute(link, "rel").lower().split())
        font = "preload" in relations and text_attribute(link, "as").lower() == "font"
        host = foreign_host(page, url)
        serves = serves_fonts(url, host) and relations & {"stylesheet", "preload", "preconnect", "dns-prefetch"}
        if host and (font or serves) and not notes.has("KS301", host):
            notes.add("KS301", host, finder.of_tag(link), f"loads fonts from {host}; keep them in the site")
    for script in page.document.select("script[src]"):
        notes.enter(ignoring.find(script))
        host = foreign_host(page, text_attribute(script, "src").strip())
        if host in FONT_HOSTS and not notes.has("KS301", host):
            notes.add("KS301", host, finder.of_tag(script), f"loads fonts from {host}; keep them in the site")
    notes.enter(frozenset())
    for sheet in page.sheets:
        if sheet.path:
            continue
        for url in foreign_fonts(sheet.sheet):
            host = foreign_host(page, url)
            if host and not notes.has("KS301", host):
                at = find_url(page.source.text, url, max(sheet.start, 0))
                place = finder.of_span(at, at + len(url)) if at >= 0 else Place()
                notes.add("KS301", host, place, f"loads fonts from {host}; keep them in the site")


def foreign_host(page: PageDocument, url: str) -> str:
    """The host of a URL that leads out of the site; "" for none."""
    if not url.startswith("//") and "://" not in url[:12]:
        return ""
    if resolve_url(page.url.base, url, exists=page.context.files.__contains__) is not None:
        return ""
    return host_of(url)


def serves_fonts(url: str, host: str) -> bool:
    """Whether an address is one of those where fonts are kept for others."""
    return host in FONT_HOSTS or any(package in url for package in FONT_PACKAGES)


def host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def foreign_fonts(sheet: StyleSheet) -> Iterator[str]:
    """The URLs with a host from which a stylesheet may load fonts: of faces all, of imports those of hosts of fonts."""
    for face in sheet.faces:
        yield from (url for url in face.sources if url.lower().startswith(("//", "http://", "https://")))
    yield from (one.url for one in sheet.imports if serves_fonts(one.url, host_of(one.url)))


def find_url(css: str, url: str, start: int = 0) -> int:
    """Where a URL stands in CSS, comments passed over; -1 where it is written in another way."""
    at = css.find(url, start)
    while at >= 0 and css.rfind("/*", start, at) > css.rfind("*/", start, at):
        at = css.find(url, at + 1)
    return at


def lint_sheet(path: str, source: SourceText, sheet: StyleSheet) -> tuple[PageFinding, ...]:
    """Find what is wrong with a stylesheet file.

    Args:
        path: The file.
        source: Its text.
        sheet: What it says.

    Returns:
        The findings, in the order of places.

    Example:
        >>> from khmertext.web.sources import decode_source
        >>> from khmertext.web.stylesheets import parse_styles
        >>> css = decode_source(b"@import '//fonts.googleapis.com/css?family=Hanuman';", kind="css")
        >>> [(one.code, one.column) for one in lint_sheet("a.css", css, parse_styles(css.text))]
        [('KS301', 10)]
    """
    notes = Notes(path)
    finder: PlaceFinder | None = None
    for url in foreign_fonts(sheet):
        host = host_of(url)
        if not host or notes.has("KS301", host):
            continue
        finder = finder or PlaceFinder(source)
        at = find_url(source.text, url)
        place = finder.of_span(at, at + len(url)) if at >= 0 else Place()
        notes.add("KS301", host, place, f"loads fonts from {host}; keep them in the site")
    return notes.findings()
