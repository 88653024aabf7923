"""A page as a browser sees it: its tree, the stylesheets that reach it, the fonts of its elements.

turbohtml follows the WHATWG parsing algorithm and keeps source offsets.

Sources: HTML Standard, sections 13.2 (parsing) and 4.2.3 (the first ``base`` that has an ``href`` counts).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from turbohtml import Document, Element, Text, parse

from khmertext.errors import SiteError
from khmertext.web.cascade import Cascade, StyleSet, inherits_from
from khmertext.web.faces import declares_khmer
from khmertext.web.facts import SiteContext, SiteWarning
from khmertext.web.mediaqueries import EVERYWHERE, NOT_ALWAYS, MediaChance, read_query
from khmertext.web.policies import ContentPolicy
from khmertext.web.sources import SNIFFED_BYTES, SourceText
from khmertext.web.stylesheets import ANONYMOUS, LayerName, StyleImport, StyleSheet, parse_styles
from khmertext.web.urls import PageUrl, is_foreign, resolve_url

__all__ = ["PageDocument", "PageMemos", "Sheet", "has", "text_attribute", "text_of"]

DOCTYPE = re.compile(r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*(?:<!doctype[^>]*>)?", re.I | re.S)
COMMENTS = re.compile(r"(?:\s|<!--.*?-->)*", re.S)

LEAD = re.compile(r"(?:\s|\ufeff|<!--.*?-->|<\?.*?>)*", re.S)
# The document types of old that still bring quirks mode (HTML Standard, 13.2.6.4.1), those that are met.
QUIRKS = re.compile(
    r"<!doctype(?!\s+html\b)|<!doctype\s+html\s+public\s+[\"']-//(?:ietf|w3c//dtd\s+html\s+(?:3|4\.0[^\"']*"
    r"transitional//en[\"']\s*>))",
    re.I,
)

MAX_IMPORTS = 20
MAX_SHEETS = 1000
NOT_FOUND_PAGE = "404.html"
BRIEF = ("meta", "link", "base")  # elements of the head that nothing comes to lie inside of
RELATIVE = (
    "a server shows this page for addresses of any depth, and its links are relative: give one of them the whole path "
    '("/css/site.css"), and the links to the font become so too'
)
EARLY_LINK = 300  # bytes, more than the link to our stylesheet takes
LATE_CHARSET = (
    "stands behind a stylesheet with layers, so late that ours cannot go in front of both: the page's own font may be "
    "lost; put it first in the head"
)
HUGE = "a stylesheet with more rules than are read: text that the last of them style may get no Khmer font"

PageMemos = dict[tuple[tuple[str, bool, LayerName, str, MediaChance], ...], StyleSet]
"""The stylesheets of pages, with what was found out of fonts, by the list of stylesheet files that a page loads."""


class Sheet(NamedTuple):
    """A stylesheet as it reaches a page.

    Attributes:
        path: Of the file, or "" for a ``style`` element.
        sheet: What it says.
        start: Where the text of a ``style`` element begins, in characters of the page; -1 where it cannot be edited.
        plain: Whether it always applies.
        layer: The cascade layer that it is imported into.
        locked: Whether its bytes must stay as they are.
        media: For which media it is linked.
        chance: Whether it applies in each medium.
    """

    path: str
    sheet: StyleSheet
    start: int
    plain: bool
    layer: LayerName = ()
    locked: bool = False
    media: str = ""
    chance: MediaChance = EVERYWHERE


class Way(NamedTuple):
    """How a page comes to a stylesheet file: always or sometimes, into a layer, for which media."""

    plain: bool
    layer: LayerName
    media: str
    chance: MediaChance = EVERYWHERE

    def through(self, one: StyleImport, importer: str) -> Way:
        """The way to what a stylesheet imports. Two conditions at once are not written again: no media then."""
        media = one.media if self.plain else self.media if not one.conditional else ""
        # A layer without a name is another one in each stylesheet, but one for all that comes through this import.
        layer = tuple(f"{importer}{name}" if name.startswith(ANONYMOUS) else name for name in one.layer)
        return Way(self.plain and not one.conditional, (*self.layer, *layer), media, self.chance.both(one.chance))


class PageDocument:
    """A parsed page.

    Args:
        source: Its text.
        path: Where it is, from the root of the site.
        context: What the rest of the site says.
        memos: What was found out on other pages of the same site.

    Attributes:
        context: The same, with the families that the page itself declares.
        document: Its tree.
        url: Where its relative URLs start.
        sheets: The stylesheets that reach it, in order.
        locked: The stylesheet files whose bytes it fixes by ``integrity``.
        cascade: The fonts of its elements.
        fixes_styles: Whether its policy fixes a style of its own by a hash.
        warnings: What the owner should know.
        foreign: The addresses of stylesheets on other hosts, which are not read, each with the line of its link.
    """

    def __init__(self, source: SourceText, path: str, context: SiteContext, memos: PageMemos) -> None:
        self.source = source
        self.path = path
        self.context = context
        # What is to be the shadow of an element is read as the template that it is written as.
        self.document: Document = parse(source.text, source_locations=True, allow_declarative_shadow_roots=False)
        base = self.document.select_one("base[href]")
        href = base.attr("href") if base is not None else None
        self.url = PageUrl.of_page(
            path, href if isinstance(href, str) else None, is_folder=context.folders.__contains__
        )
        self.warnings: list[SiteWarning] = []
        self.foreign: dict[str, int] = {}
        self.fixes_styles = False
        self.imports = 0  # how many stylesheet files came so far
        self.policy = self.find_policy()
        self.locked: set[str] = set(context.locked)
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
        same = tuple((sheet.path, sheet.plain, sheet.layer, sheet.media, sheet.chance) for sheet in self.sheets)
        styles = memos.get(same) if all(sheet.path for sheet in self.sheets) else None
        if styles is None:
            styles = StyleSet([sheet.sheet for sheet in self.sheets], context.more)
            if all(sheet.path for sheet in self.sheets):
                memos[same] = styles
        self.cascade = Cascade(self.document, styles, is_quirky(source.text))
        self.languages: dict[Element, str] = {}

    def find_policy(self) -> ContentPolicy:
        metas = self.document.select("meta[http-equiv]")
        return ContentPolicy.parse(
            text_attribute(meta, "content")
            for meta in metas
            if text_attribute(meta, "http-equiv").strip().lower() == "content-security-policy"
        )

    def find_sheets(self) -> Iterator[Sheet]:
        for element in self.document.select("link[href],style"):
            media = text_attribute(element, "media").strip().lower()
            # In a template, styles hold for what is in there, or for nothing until a script takes them out.
            shadowed = element.closest("template") is not None
            plain = media in ("", "all", "screen") and not shadowed
            media = "" if shadowed else media
            # What runs when a stylesheet has come may set it to another medium.
            chance = NOT_ALWAYS if shadowed or has(element, "onload") else read_query(media)
            if element.tag == "style":
                yield from self.read_style(element, Way(plain, (), media, chance))
                continue
            relations = text_attribute(element, "rel").lower().split()
            loads = "stylesheet" in relations or (
                "preload" in relations and text_attribute(element, "as").lower() == "style"
            )
            if not loads:
                continue
            href = text_attribute(element, "href")
            path = resolve_url(self.url.base, href, exists=self.context.sheets.__contains__)
            if path is None and is_foreign(href):
                self.foreign.setdefault(href.strip(), element.source_line or 0)
            if path is not None:
                if text_attribute(element, "integrity"):
                    self.locked.add(path)
                alternate = "alternate" in relations
                way = Way(plain and not alternate, (), "" if alternate else media, NOT_ALWAYS if alternate else chance)
                yield from self.with_imports(path, way, ())

    def read_style(self, element: Element, way: Way) -> Iterator[Sheet]:
        text = text_of(element)
        location = element.source_location
        start = location.start_tag.end_offset if location is not None else -1
        if start >= 0 and not self.source.text.startswith(text, start):
            start = -1  # markup in between (SVG): read it, but do not edit it
        if start >= 0 and self.policy.fixes_style(text):
            start = -1
            self.fixes_styles = True
        sheet = parse_styles(text, more=self.context.more)
        if sheet.truncated:
            self.warn("huge-stylesheet", element, HUGE)
        yield from self.imported(sheet, self.url.base, way, (f"<style> {element.source_line} {start}",))
        adapted = sheet.adapt(conditional=not way.plain, layer=way.layer, media=way.media, chance=way.chance)
        yield Sheet("", adapted, start, way.plain, locked=start < 0, chance=way.chance)

    def with_imports(self, path: str, way: Way, above: tuple[str, ...]) -> Iterator[Sheet]:
        if path in above or len(above) > MAX_IMPORTS:
            return
        self.imports += 1
        if self.imports > MAX_SHEETS:  # files that import each other twice are soon millions
            if self.imports == MAX_SHEETS + 1:
                self.warnings.append(SiteWarning("huge-stylesheet", HUGE, self.path, 0))
            return
        sheet = self.context.sheets[path]
        base = PageUrl.of_page(path, is_folder=self.context.folders.__contains__).base if sheet.imports else ""
        yield from self.imported(sheet, base, way, (*above, path))
        adapted = sheet.adapt(conditional=not way.plain, layer=way.layer, media=way.media, chance=way.chance)
        yield Sheet(path, adapted, -1, way.plain, way.layer, path in self.locked, way.media, way.chance)

    def imported(self, sheet: StyleSheet, base: str, way: Way, above: tuple[str, ...]) -> Iterator[Sheet]:
        """What a stylesheet imports: as if it stood in front of its own rules (CSS Cascade Level 5, section 2).

        Layers that are named before an import come before those in it: they are given by sheets of nothing else.
        """
        named = 0
        for one in sheet.imports:
            path = resolve_url(base, one.url, exists=self.context.sheets.__contains__)
            through = way.through(one, above[-1])
            if one.after > named:
                yield from self.layers(above[-1], sheet.layers[named : one.after], way.layer)
                named = one.after
            if path is not None:
                yield from self.with_imports(path, through, above)
                continue
            if is_foreign(one.url):
                self.foreign.setdefault(one.url.strip(), 0)
            if one.layer:
                yield from self.layers(above[-1], (), through.layer)

    def layers(self, path: str, layers: tuple[LayerName, ...], outer: LayerName) -> Iterator[Sheet]:
        path = path if path in self.context.sheets else ""
        yield Sheet(path, StyleSheet(layers=layers).adapt(conditional=False, layer=outer), -1, True, outer)

    def find_prefix(self) -> str:
        """What leads from the page to the root of the site, for our links.

        A 404 page is served for addresses of any depth: relative links break there, so ours are made like the
        absolute ones that it has.
        """
        if self.path.rpartition("/")[2] == NOT_FOUND_PAGE and not self.url.fixed:
            for element in self.document.select("link[href],script[src],img[src],a[href]"):
                url = text_attribute(element, "href" if element.tag in ("link", "a") else "src").strip()
                if url.startswith("/") and not url.startswith("//"):
                    found = resolve_url(self.url.base, url, exists=self.context.files.__contains__)
                    written = unquote(url.partition("?")[0].partition("#")[0])
                    prefix = quote(written.removesuffix(found)) if found and written.endswith(found) else ""
                    # A slash that was written as %2F would make the way to the root name another host.
                    if prefix and not prefix.startswith("//"):
                        return prefix
            self.warnings.append(SiteWarning("not-found-page", RELATIVE, self.path, 0))
        return self.url.prefix

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
            node = inherits_from(node)
        for one in chain:
            self.languages[one] = found
        return found

    def is_inline(self, element: Element) -> bool:
        return self.cascade.resolve(element).inline

    def warn(self, code: str, element: Element, message: str) -> None:
        self.warnings.append(SiteWarning(code, message, self.path, element.source_line or 0))

    def head_children(self) -> list[Element]:
        """The elements of the head."""
        head = self.document.find("head")
        return [child for child in head.children if isinstance(child, Element)] if head is not None else []

    def early_offset(self) -> int:
        """Where our stylesheet goes when it cannot go with the other links: before the first of the author's; else -1.

        Our layer has to be the first one of the page. It is not where a stylesheet with layers stands before charset,
        base or CSP, and that matters where a layer says what font the root has.
        """
        root = self.document.find("html")
        if root is None or not self.cascade.has_layered_family(root):
            return -1
        firm = list(located(self.head_children()))
        after = max((end_of(span) for child, span in firm if must_come_first(child)), default=-1)
        first = next((int(span.start_tag.start_offset) for child, span in firm if is_style(child)), after)
        if first >= after:
            return -1
        for child, span in firm:
            end = self.source.byte_offset(end_of(span))
            if says_charset(child) and not self.source.start and end <= SNIFFED_BYTES < end + EARLY_LINK:
                self.warn("late-charset", child, LATE_CHARSET)
                return -1
        return first

    def early_prefix(self, offset: int, prefix: str) -> str:
        """What leads to the root of the site from a place where a ``base`` that comes later does not count yet."""
        base = self.document.select_one("base[href]")
        span = base.source_location if base is not None else None
        if span is None or span.start_tag.start_offset < offset or prefix.startswith("/"):
            return prefix
        return PageUrl.of_page(self.path, is_folder=self.context.folders.__contains__).prefix

    def head_offset(self) -> int:
        """Where the links go: before the first stylesheet or script that comes after charset, base and CSP."""
        head = self.document.find("head")
        children = self.head_children()
        firsts = [child for child in children if must_come_first(child)]
        after = max((end_of(span) for _, span in located(firsts)), default=-1)
        # Asking for places is slow, and heads may hold a hundred elements.
        for child, span in located(child for child in children if child.tag not in BRIEF or loads_style(child)):
            if span.start_tag.start_offset >= after and (loads_style(child) or swallows(child, span)):
                return int(span.start_tag.start_offset)
        if head is not None and head.source_location is not None and head.source_location.end_tag is not None:
            return int(head.source_location.end_tag.start_offset)
        firm = [end_of(span) for _, span in located(children)]
        if firm:
            return max(firm)
        if head is not None and head.source_location is not None:
            return int(head.source_location.start_tag.end_offset)
        root = self.document.find("html")
        location = root.source_location if root is not None else None
        start = DOCTYPE.match(self.source.text)
        end = int(location.start_tag.end_offset) if location is not None else start.end() if start else 0
        # A comment before the head must not come to lie inside it.
        comments = COMMENTS.match(self.source.text, end)
        return comments.end() if comments else end

    def body_offset(self) -> int:
        """Where something can go into the body, as early as can be; -1 where the source does not show it.

        Where tags leave it to the browser, a ``noscript`` in front of the content would still be one of the head.
        """
        body, head = self.document.find("body"), self.document.find("head")
        if body is None:
            return -1
        if body.source_location is not None:
            return int(body.source_location.start_tag.end_offset)
        if head is not None and head.source_location is not None and head.source_location.end_tag is not None:
            return int(head.source_location.end_tag.end_offset)
        first = next(iter(body.children), None)
        span = first.source_location if isinstance(first, Element) else None
        return int(span.end_tag.end_offset) if span is not None and span.end_tag is not None else -1


def is_quirky(text: str) -> bool:
    """Whether browsers show a page in quirks mode.

    Example:
        >>> is_quirky("<!-- x --><!DOCTYPE html><p>"), is_quirky("<html>")
        (False, True)
    """
    lead = LEAD.match(text)
    start = lead.end() if lead else 0
    return text[start : start + 9].lower() != "<!doctype" or QUIRKS.match(text, start) is not None


def text_of(element: Element) -> str:
    """The text right inside an element, as scripts and styles have it."""
    return "".join(child.data or "" for child in element.children if isinstance(child, Text))


def text_attribute(element: Element, name: str) -> str:
    value = element.attr(name)
    return value if isinstance(value, str) else ""


def has(element: Element, name: str) -> bool:
    return name in element.attrs


def located(elements: Iterable[Element]) -> Iterator[tuple[Element, Any]]:
    """Elements that stand in the source, each with its place."""
    for element in elements:
        span = element.source_location
        if span is not None:
            yield element, span


def must_come_first(element: Element) -> bool:
    policy = element.tag == "meta" and text_attribute(element, "http-equiv").lower() == "content-security-policy"
    return element.tag == "base" or policy or says_charset(element)


def says_charset(element: Element) -> bool:
    return element.tag == "meta" and (
        has(element, "charset") or text_attribute(element, "http-equiv").lower() == "content-type"
    )


def is_style(element: Element) -> bool:
    relations = text_attribute(element, "rel").lower().split() if element.tag == "link" else ()
    return element.tag == "style" or "stylesheet" in relations


def swallows(element: Element, location: Any) -> bool:
    """Whether what stands behind an element of the head could come to lie inside it."""
    return element.tag == "noscript" or (location.end_tag is None and element.tag not in BRIEF)


def loads_style(element: Element) -> bool:
    if element.tag in ("style", "script"):
        return True
    return element.tag == "link" and bool(
        {"stylesheet", "preload"} & set(text_attribute(element, "rel").lower().split())
    )


def end_of(location: Any) -> int:
    span = location.end_tag or location.start_tag
    return int(span.end_offset)
