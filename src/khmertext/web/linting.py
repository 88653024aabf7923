"""What is wrong with the Khmer of a page besides its font: by the rules of ``pagerules``, and those of the text itself.

What repeats on a page is told once, where it is first met, with how often; what is wrong with the text, each time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from turbohtml import Element, Text

from khmertext.fonts.legacy import SERIES, match_series
from khmertext.script.profiles import PROFILES
from khmertext.text import Diagnostic, Severity, check
from khmertext.web.cascade import inherits_from
from khmertext.web.documents import PageDocument, text_attribute
from khmertext.web.facts import PageFinding
from khmertext.web.pagerules import FONT_HOSTS, WRONG_TAGS
from khmertext.web.places import Place, PlaceFinder
from khmertext.web.scripts import KHMER_LETTER, KHMER_RUN
from khmertext.web.sources import SourceText
from khmertext.web.stylesheets import StyleSheet
from khmertext.web.texts import ATTRIBUTE_SELECTOR, TEXT_ATTRIBUTES
from khmertext.web.urls import resolve_url

__all__ = ["lint_page", "lint_sheet", "names_legacy"]

RAW_ELEMENTS = frozenset("script style template".split())
UNSEEN_ELEMENTS = frozenset("title noscript".split())  # whose looks nobody sees
LETTERS = re.compile(r"[^\W\d_\u1780-\u17ff\u19e0-\u19ff]")
LEAST_LETTERS = 10  # of Khmer, from which on a text is more than a name or a quoted word
# What CSS takes for a letter-spacing, and which of it is none (CSS Text Module Level 4, letter-spacing).
SPACING_VALUE = re.compile(
    r"normal|inherit|initial|unset|revert|revert-layer|[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?[a-z%]*|calc\(.*\)", re.S
)
NO_SPACING = re.compile(r"normal|initial|revert|revert-layer|[-+]?0*(?:\.0*)?(?:e[-+]?\d+)?[a-z%]*|calc\([^1-9]*\)")
UNTOLD = frozenset({"mul", "zxx", "und", "mis"})  # tags that say that there is nothing to say
MAX_TEXT_FINDINGS = 200
META_NAMES = ("content",)
DESCRIBING = re.compile(r"description|title|keywords|author|site_name", re.I)
SHOWN = 40
SPACING = "letter-spacing"
SPACES = re.compile("letter-spacing|all", re.I)


@dataclass(slots=True)
class Repeated:
    """A finding that a page has several times.

    Attributes:
        place: Where it is first.
        message: What it is.
        text: The text there.
        count: How many times there are.
    """

    place: Place
    message: str
    text: str = ""
    count: int = 1


@dataclass(slots=True)
class Notes:
    """What was found on one page.

    Args:
        path: The page.
    """

    path: str
    repeated: dict[tuple[str, str], Repeated] = field(default_factory=dict)
    texts: list[PageFinding] = field(default_factory=list)

    def has(self, code: str, key: str) -> bool:
        """Whether this was found before; if so it is counted once more."""
        found = self.repeated.get((code, key))
        if found is not None:
            found.count += 1
        return found is not None

    def add(self, code: str, key: str, place: Place, message: str, text: str = "") -> None:
        """Add what was not found before."""
        self.repeated[code, key] = Repeated(place, message, text)

    def findings(self) -> tuple[PageFinding, ...]:
        """Everything, in the order of places."""
        found = list(self.texts)
        for (code, _), one in self.repeated.items():
            more = f" ({one.count} places on this page)" if one.count > 1 else ""
            found.append(PageFinding(code, self.path, *one.place, one.message + more, one.text[:SHOWN]))
        return tuple(sorted(found, key=lambda one: (one.line, one.column, one.code, one.message)))


def lint_page(
    page: PageDocument, features_off: tuple[Element, list[str]] | None = None, *, comes: bool = False
) -> tuple[PageFinding, ...]:
    """Find what is wrong with the Khmer of a page.

    Args:
        page: The page.
        features_off: The first element with Khmer for which features of Khmer are turned off, and these.
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
    legacy = any(names_legacy(sheet.sheet) for sheet in page.sheets) or bool(
        page.document.select_one("font[face],[font-family],[style*=font]")
    )
    khmer = comes
    shown = [("", None), *iter_texts(page), ("", None)]
    for (before, _), (data, node), (after, _) in zip(shown, shown[1:], shown[2:], strict=False):
        if node is None or not isinstance(node.parent, Element):
            continue
        if KHMER_LETTER.search(data):
            khmer = True
            lint_language(page, finder, notes, node, node.parent)
            lint_looks(page, finder, notes, node, node.parent)
            # A syllable may go over the seam of two elements: what stands at one cannot be told from here.
            seams = KHMER_RUN.match(before[-1:]) is not None, KHMER_RUN.match(after) is not None
            lint_text(page, finder, notes, node, node.parent, seams)
        elif legacy and LETTERS.search(data):
            lint_legacy(page, finder, notes, node, node.parent)
    khmer = lint_attributes(page, finder, notes) or khmer
    if khmer:
        if features_off is not None:
            element, features = features_off
            what = f"`font-feature-settings` turns {', '.join(features)} off for Khmer; leave them on"
            notes.add("KS202", "", finder.of_tag(element), what)
        lint_links(page, finder, notes)
    return notes.findings()


def iter_texts(page: PageDocument) -> Iterator[tuple[str, Text]]:
    """The texts that a page shows, in order."""
    for node in page.document.descendants:
        element = node.parent if isinstance(node, Text) and node.data else None
        if isinstance(node, Text) and isinstance(element, Element) and element.tag not in RAW_ELEMENTS:
            yield node.data or "", node


# -- language --------------------------------------------------------------------------------------------------------


def lint_language(page: PageDocument, finder: PlaceFinder, notes: Notes, node: Text, element: Element) -> None:
    language = page.language_of(element)
    data = node.data or ""
    if not language:
        if not notes.has("KS101", ""):
            place = finder.of_text(node, *first_letter(data))
            notes.add("KS101", "", place, 'Khmer text whose language no `lang` tells; write lang="km"', data.strip())
        return
    if language in WRONG_TAGS:
        if not notes.has("KS103", language):
            place = finder.of_tag(*language_holder(element))
            notes.add("KS103", language, place, f'lang="{language}" is no tag of Khmer; write lang="km"', data.strip())
        return
    if is_khmer_tag(language):
        return
    letters = len(KHMER_LETTER.findall(data))
    if letters >= LEAST_LETTERS and letters > len(LETTERS.findall(data)) and not notes.has("KS102", language):
        message = f'Khmer text in lang="{language}"; write lang="km" on its element'
        notes.add("KS102", language, finder.of_text(node, *first_letter(data)), message, data.strip())


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


# -- looks -----------------------------------------------------------------------------------------------------------


def lint_looks(page: PageDocument, finder: PlaceFinder, notes: Notes, node: Text, element: Element) -> None:
    if element.tag in UNSEEN_ELEMENTS or element.closest("[hidden]") is not None:
        return
    spacing = find_spacing(page, element)
    if spacing and not notes.has("KS201", spacing):
        message = f"`letter-spacing: {spacing}` reaches Khmer, whose syllables are one drawing; keep it from Khmer"
        notes.add("KS201", spacing, finder.of_tag(element), message, (node.data or "").strip())
    family = "" if page.context.rebuilt else find_excluding(page, element)
    if family and not notes.has("KS203", family):
        message = f'the family "{family}" is declared for other characters alone, and no other of the stack shows Khmer'
        notes.add("KS203", family, finder.of_tag(element), message, (node.data or "").strip())


def find_spacing(page: PageDocument, element: Element) -> str:
    """The letter-spacing that an element has, or can have; "" for none.

    Source: CSS Text Module Level 3, section 8.2: it inherits.
    """
    cascade = page.cascade
    known = cascade.styles.known.setdefault(SPACING, {})
    node: Any = element
    while isinstance(node, Element):
        style = text_attribute(node, "style")
        cascade.resolve(node)  # reads the attributes
        key = (tuple(sorted(cascade.matched.get(node, ()))), style if SPACES.search(style) else "")
        if key not in known:
            said = cascade.candidates(key[0], key[1], "") if key != ((), "") else []
            known[key] = [
                (one.setting.value, one.conditional)
                for one in said
                if one.setting.name == SPACING and not one.pseudo
                if SPACING_VALUE.fullmatch(one.setting.value) or "var(" in one.setting.value
            ]
        for value, sometimes in known[key]:
            if value in ("inherit", "unset"):
                break
            if not NO_SPACING.fullmatch(value) and "var(" not in value:
                return str(value)
            if not sometimes:
                return ""
        node = inherits_from(node)
    return ""


def find_excluding(page: PageDocument, element: Element) -> str:
    """The family that a stack begins with, where it is declared and none of its rules is for Khmer; "" else."""
    uses = page.cascade.resolve(element).uses
    if not uses:
        return ""
    stack = page.cascade.stack_of(uses[0])
    names = [item.name for item in stack.families if item.kind == "name"]
    unknown = any(item.kind == "var" for item in stack.families)
    if not names or unknown or any(map(page.context.shows_khmer, names)):
        return ""
    faces = [face for sheet in page.sheets for face in sheet.sheet.faces if face.family.lower() == names[0].lower()]
    if faces and all(face.ranges and not reaches_khmer(face.ranges) for face in faces):
        return names[0]
    return ""


def reaches_khmer(ranges: Sequence[tuple[int, int]]) -> bool:
    return any(first <= 0x17FF and last >= 0x1780 for first, last in ranges)


# -- text ------------------------------------------------------------------------------------------------------------


def lint_text(
    page: PageDocument, finder: PlaceFinder, notes: Notes, node: Text, element: Element, seams: tuple[bool, bool]
) -> None:
    """The codes of ``khmertext check``, but for notes."""
    data = node.data or ""
    for found in find_wrong(page, data, element, notes):
        if (seams[0] and found.start == 0) or (seams[1] and found.end == len(data)):
            continue
        place = finder.of_text(node, found.start, found.end)
        notes.texts.append(PageFinding(found.code, page.path, *place, found.message, data[found.start : found.end]))


def find_wrong(page: PageDocument, data: str, element: Element, notes: Notes) -> Iterator[Diagnostic]:
    """What is wrong with a text, as far as there is room for it."""
    if len(notes.texts) >= MAX_TEXT_FINDINGS:
        return
    language = page.language_of(element).partition("-")[0]
    for found in check(data, lang=language if language in PROFILES else "km"):
        if len(notes.texts) >= MAX_TEXT_FINDINGS:
            return
        if found.severity is not Severity.NOTE:
            yield found


def lint_attributes(page: PageDocument, finder: PlaceFinder, notes: Notes) -> bool:
    """The texts that attributes show or tell; whether there is Khmer among them. Their places are the attributes."""
    khmer = False
    for element in page.document.select(f"{ATTRIBUTE_SELECTOR},meta[content]"):
        names = META_NAMES if element.tag == "meta" else TEXT_ATTRIBUTES
        if element.tag == "meta" and not DESCRIBING.search(meta_name(element)):
            continue
        for name in names:
            value = text_attribute(element, name)
            if not value or not KHMER_LETTER.search(value):
                continue
            khmer = True
            place = finder.of_tag(element, name)
            for found in find_wrong(page, value, element, notes):
                text = value[found.start : found.end]
                notes.texts.append(PageFinding(found.code, page.path, *place, f"{found.message}, in {name}", text))
    return khmer


def meta_name(element: Element) -> str:
    return text_attribute(element, "name") or text_attribute(element, "property")


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
        notes.add("KS401", names[0], finder.of_tag(element), message, (node.data or "").strip())


# -- resources -------------------------------------------------------------------------------------------------------


def lint_links(page: PageDocument, finder: PlaceFinder, notes: Notes) -> None:
    """What a page itself loads from hosts of fonts; stylesheet files are looked at by themselves."""
    for link in page.document.select("link[href]"):
        url = text_attribute(link, "href").strip()
        relations = set(text_attribute(link, "rel").lower().split())
        font = "preload" in relations and text_attribute(link, "as").lower() == "font"
        host = foreign_host(page, url)
        serves = host in FONT_HOSTS and relations & {"stylesheet", "preload", "preconnect", "dns-prefetch"}
        if host and (font or serves) and not notes.has("KS301", host):
            notes.add("KS301", host, finder.of_tag(link), f"loads fonts from {host}; keep them in the site")
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


def host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def foreign_fonts(sheet: StyleSheet) -> Iterator[str]:
    """The URLs with a host from which a stylesheet may load fonts: of faces all, of imports those of hosts of fonts."""
    for face in sheet.faces:
        yield from (url for url in face.sources if url.lower().startswith(("//", "http://", "https://")))
    yield from (one.url for one in sheet.imports if host_of(one.url) in FONT_HOSTS)


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
