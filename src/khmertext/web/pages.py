"""One HTML page → what the plan needs to know of it: its Khmer, and where our own nodes would go.

The page is parsed as a browser parses it, read once, and described by plain values; nothing here writes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from turbohtml import Element

from khmertext.web.cascade import stack_attribute
from khmertext.web.documents import PageDocument, PageMemos, text_attribute, text_of
from khmertext.web.exemptions import amp_warning, has_frameset
from khmertext.web.facts import MARK, NO_LINES, Counted, PageFacts, SiteContext, SiteWarning
from khmertext.web.linereading import read_lines
from khmertext.web.linting import lint_page
from khmertext.web.modules import find_names
from khmertext.web.pagelooks import FEATURES, SpoiledStyles
from khmertext.web.placing import FamilyPlacer
from khmertext.web.sources import decode_source, source_kind
from khmertext.web.stacks import refuse_named
from khmertext.web.stylesheets import FontStack, parse_styles
from khmertext.web.texts import TextReader

__all__ = ["scan_page"]

FRAMES = "iframe,frame,object,embed"
SHADOWED = (
    "stands in a shadow, where the rules of our stylesheet do not reach, and its font is the browser's: its Khmer "
    "shows in the visitor's font; name a family for it in the shadow's own styles, and not `monospace` alone"
)
FOREIGN = (
    "a stylesheet from another host, which is not read: Khmer that it gives a font, a weight or a feature may be shown "
    "otherwise than is known here; keep it in the site"
)
FIXED = (
    "keeps its bytes, which a hash fixes; elements with Khmer are marked instead, but what scripts bring may show in "
    "the visitor's font: let the hash be made after khmertext"
)
MARKED = (
    "holds what an earlier build put in, and what undoes it is not there: bring back the folder of that build, or take "
    "the file from its source"
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
        SiteError: It is not in the encoding that it says, or declares or names a family of our name.

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
    scripts = len(page.document.select("script"))
    brought = page.context.brought and scripts > 0
    features_off = find_features_off(page, placer)
    comes = bool(reader.texts or linked or dynamic)
    findings = lint_page(page, comes=comes) if context.lint else ()
    lines = read_lines(page) if context.more and reader.texts else NO_LINES
    if not (comes or brought):
        stacks, locked = frozenset(placer.stacks), frozenset(page.locked)
        return PageFacts(path, source.encoding, stacks=stacks, locked=locked, findings=findings)
    amp = amp_warning(page.document, path)
    if amp is not None or has_frameset(page.document):
        warnings = (amp,) if amp is not None else ()
        locked = frozenset(page.locked)
        return PageFacts(path, source.encoding, locked=locked, warnings=warnings, findings=findings, lines=lines)
    refuse_named(own_stacks(page), context, path)
    if linked or reader.has_script_text or brought:
        placer.edit_every_stack()
        placer.cover_script_elements()
        if linked or reader.has_script_text:
            placer.expect_text()
    elif reader.texts and scripts:
        # A script may give Khmer a class that nothing on the page has yet.
        for use in page.cascade.unmatched:
            placer.edit_stack(use)
    if reader.texts:
        for use in page.cascade.animated:
            placer.edit_stack(use)
    early, body = page.early_offset(), page.body_offset()
    prefix = page.find_prefix()
    texts = tuple(reader.texts.values())
    return PageFacts(
        path=path,
        encoding=source.encoding,
        texts=texts,
        characters=reader.characters,
        needs_font=True,
        open_text=bool(linked) or placer.has_fields or reader.has_script_text or brought,
        head=source.byte_offset(page.head_offset()),
        prefix=prefix,
        early=source.byte_offset(early) if early >= 0 else -1,
        early_prefix=page.early_prefix(early, prefix) if early >= 0 else "",
        body=source.byte_offset(body) if body >= 0 else -1,
        insertions=tuple(sorted(placer.insertions.values())),
        stacks=frozenset(placer.stacks),
        locked=frozenset(page.locked),
        linked=linked,
        rules=tuple(sorted(placer.rules)),
        warnings=(
            *page.warnings,
            *find_warnings(page, reader, placer, features_off),
            *find_shadowed(page, placer.marked),
        ),
        findings=findings,
        lines=lines,
        counted=Counted(placer.typed, placer.bare, scripts, len(page.document.select(FRAMES))),
        brought=brought,
        ours=placer.ours,
    )


def own_stacks(page: PageDocument) -> Iterator[FontStack]:
    """The font stacks that stand in a page itself."""
    for sheet in page.sheets:
        if not sheet.path:
            yield from sheet.sheet.stacks
    for element in page.document.select("[style],[face],[font-family]"):
        for text in (text_attribute(element, "style"), stack_attribute(element)):
            if text:
                yield from parse_styles(text, inline=True).stacks


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


def find_warnings(
    page: PageDocument, reader: TextReader, placer: FamilyPlacer, off: tuple[Element, list[str]] | None
) -> list[SiteWarning]:
    """What the owner of a page with Khmer should know of it as a whole."""
    found = []
    # Marked elements alone are no sign: whatever a build writes to has its stylesheet.
    if MARK in page.source.text and page.document.select_one(f'link[{MARK}=""][rel=stylesheet]') is not None:
        found.append(SiteWarning("marked", MARKED, page.path, 0))
    unknown = [text for text in reader.texts.values() if not text.language and text.where != "script"]
    if unknown:
        message = 'Khmer text whose language no `lang` tells; write lang="km"'
        found.append(SiteWarning("no-language", message, page.path, unknown[0].line))
    fixed = [path for path in sorted(placer.fixed) if path or page.fixes_styles]
    if fixed:
        found.append(SiteWarning("fixed-hash", f"{fixed[0] or 'a style of this page'} {FIXED}", page.path, 0))
    refused = [what for kind, what in REFUSALS.items() if page.policy.refuses(kind)]
    if refused:
        message = (
            f"its Content-Security-Policy refuses {' and '.join(refused)} of its own site, ours among them; "
            "let 'self' in"
        )
        found.append(SiteWarning("policy", message, page.path, 0))
    found += [SiteWarning("foreign-style", f"{url}: {FOREIGN}", page.path, line) for url, line in page.foreign.items()]
    if off is not None:
        element, features = off
        message = (
            f"`font-feature-settings` turns {', '.join(features)} off for Khmer, which any font then draws wrong; "
            "leave them on"
        )
        found.append(SiteWarning("features-off", message, page.path, element.source_line or 0))
    return found


def find_features_off(page: PageDocument, placer: FamilyPlacer) -> tuple[Element, list[str]] | None:
    """The first element with Khmer for which the page turns features of Khmer off, and these."""
    known = page.cascade.styles.known
    if FEATURES not in known:
        rules = (rule for sheet in page.sheets for rule in sheet.sheet.rules)
        known[FEATURES] = any(one.name == FEATURES.name for rule in rules for one in rule.settings)
    if not known[FEATURES] and page.document.select_one(f'[style*="{FEATURES.name}" i]') is None:
        return None
    spoiled = SpoiledStyles(page)
    found = ((element, spoiled.find(FEATURES, element).part) for element in placer.used)
    return next(((element, part.split(", ")) for element, part in found if part), None)


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
