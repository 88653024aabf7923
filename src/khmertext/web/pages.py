"""One HTML page → what the plan needs to know of it: its Khmer, and where our own nodes would go.

The page is parsed as a browser parses it, read once, and described by plain values; nothing here writes.
"""

from __future__ import annotations

from collections.abc import Collection

from khmertext.web.documents import PageDocument, PageMemos, text_attribute, text_of
from khmertext.web.facts import PageFacts, SiteContext, SiteWarning
from khmertext.web.modules import find_names
from khmertext.web.placing import FamilyPlacer
from khmertext.web.sources import decode_source, source_kind
from khmertext.web.texts import TextReader

__all__ = ["scan_page"]

SHADOWED = (
    "stands in a shadow, where the rules of our stylesheet do not reach, and its font is the browser's: its Khmer "
    "shows in the visitor's font; name a family for it in the shadow's own styles, and not `monospace` alone"
)
REFUSALS = {"style": "stylesheets", "font": "fonts", "script": "scripts"}


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
        SiteError: It is not in the encoding that it says, or declares a family of our name.

    Example:
        >>> facts = scan_page("<p lang=km>ខ្មែរ".encode(), "index.html", SiteContext("Site Khmer"))
        >>> [text.text for text in facts.texts], facts.needs_font
        (['ខ្មែរ'], True)
    """
    source = decode_source(data, source=path, kind=source_kind(path))
    page = PageDocument(source, path, context, memos if memos is not None else {})
    placer = FamilyPlacer(page)
    placer.mark_dynamic()
    reader = TextReader(page, placer.use_font)
    reader.read()
    linked = find_linked(page)
    dynamic = page.document.select_one("[data-khmer-dynamic]") is not None
    if not (reader.texts or linked or dynamic):
        return PageFacts(path, source.encoding, stacks=frozenset(placer.stacks), locked=frozenset(page.locked))
    if linked or reader.has_script_text:
        placer.edit_every_stack()
    elif reader.texts and page.document.select_one("script") is not None:
        # A script may give Khmer a class that nothing on the page has yet.
        for use in page.cascade.unmatched:
            placer.edit_stack(use)
    if reader.texts:
        for use in page.cascade.animated:
            placer.edit_stack(use)
    early = page.early_offset()
    prefix = page.find_prefix()
    texts = tuple(reader.texts.values())
    return PageFacts(
        path=path,
        encoding=source.encoding,
        texts=texts,
        characters=reader.characters,
        needs_font=True,
        open_text=bool(linked) or placer.has_fields or reader.has_script_text,
        head=source.byte_offset(page.head_offset()),
        prefix=prefix,
        early=source.byte_offset(early) if early >= 0 else -1,
        early_prefix=page.early_prefix(early, prefix) if early >= 0 else "",
        insertions=tuple(sorted(placer.insertions.values())),
        stacks=frozenset(placer.stacks),
        locked=frozenset(page.locked),
        linked=linked,
        rules=tuple(sorted(placer.rules)),
        warnings=(*page.warnings, *find_warnings(page, reader), *find_shadowed(page, placer.marked)),
    )


def find_linked(page: PageDocument) -> frozenset[str]:
    """The scripts and data with Khmer that a page comes to load."""
    scripts = page.context.scripts
    if not scripts.khmer:
        return frozenset()
    urls = [text_attribute(script, "src") for script in page.document.select("script[src]")]
    urls += [
        text_attribute(link, "href")
        for link in page.document.select("link[href]")
        if {"modulepreload", "preload", "prefetch"} & set(text_attribute(link, "rel").lower().split())
    ]
    for script in page.document.select("script"):
        urls += find_names(text_of(script))
    return scripts.find_khmer(page.url.base, urls)


def find_warnings(page: PageDocument, reader: TextReader) -> list[SiteWarning]:
    """What the owner of a page with Khmer should know of it as a whole."""
    found = []
    unknown = [text for text in reader.texts.values() if not text.language and text.where != "script"]
    if unknown:
        message = 'Khmer text whose language no `lang` tells; write lang="km"'
        found.append(SiteWarning("no-language", message, page.path, unknown[0].line))
    refused = [what for kind, what in REFUSALS.items() if page.policy.refuses(kind)]
    if refused:
        message = (
            f"its Content-Security-Policy refuses {' and '.join(refused)} of its own site, ours among them; "
            "let 'self' in"
        )
        found.append(SiteWarning("policy", message, page.path, 0))
    return found


def find_shadowed(page: PageDocument, marked: Collection[int]) -> list[SiteWarning]:
    """Name the first element in a shadow that we can only mark: a mark works by a rule, and rules end at shadows.

    Args:
        page: The page.
        marked: Where the start tags of marked elements begin.

    Source: CSS Scoping Level 1, section 3.1.
    """
    for element in page.document.select("template[shadowrootmode] *"):
        span = element.source_location
        # Where the shadow's own styles name a family, ours is in there.
        if span is not None and span.start_tag.start_offset in marked and not page.cascade.resolve(element).uses:
            return [SiteWarning("shadow", f"<{element.tag}> {SHADOWED}", page.path, element.source_line or 0)]
    return []
