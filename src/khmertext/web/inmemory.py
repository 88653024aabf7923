"""The same as a build, without a disk: facts of pages → a plan with its fonts → pages rewritten one by one.

For programs that hold their pages in memory: generators, servers, tests. Only facts are kept between the steps, never
the bytes of pages, so a site of any size goes through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from khmertext.text.clusters import distinct_clusters
from khmertext.web.building import SitePlan, edit_sheet, page_insertions
from khmertext.web.disk import Tree
from khmertext.web.facts import PageFacts, SiteContext, SiteWarning
from khmertext.web.guard import choose_listed
from khmertext.web.looks import shown_looks
from khmertext.web.reading import PageRead, SiteFacts
from khmertext.web.site import (
    BuildOptions,
    check_options,
    fit_fallbacks,
    font_warnings,
    notice_warnings,
    plan_site,
)
from khmertext.web.sources import apply_insertions, decode_source
from khmertext.web.webfonts import SiteFonts, make_download, make_fonts, open_sources
from khmertext.workers import count_jobs

__all__ = ["PagesPlan", "lock_sheets", "plan_pages", "rewrite_page", "rewrite_sheet"]


@dataclass(frozen=True, slots=True)
class PagesPlan:
    """What goes into pages, and the files that they then need.

    Attributes:
        files: Path from the root of the site → bytes: fonts, stylesheet, visitor check.
        pages: Path → the facts of each page.
        context: What the site's stylesheets say.
        plan: What the pages link to.
        warnings: What the owner should know.
    """

    files: Mapping[str, bytes]
    pages: Mapping[str, PageFacts]
    context: SiteContext
    plan: SitePlan
    warnings: tuple[SiteWarning, ...] = ()


def lock_sheets(facts: Iterable[PageFacts], context: SiteContext) -> SiteContext:
    """Note which stylesheets must keep their bytes: those that any page loads with ``integrity``.

    Nobody knows these before all pages were read. Where the context that comes out is another one, the pages are to be
    read once more with it; elements are marked then instead.

    Args:
        facts: Of each page, those without Khmer among them.
        context: What they were read with.

    Returns:
        What to read them with; the same context where it knows them already.

    Source: Subresource Integrity, section 3.

    Example:
        >>> from khmertext.web import scan_page
        >>> from khmertext.web.stylesheets import parse_styles
        >>> context = SiteContext("Site Khmer", sheets={"a.css": parse_styles("p{font-family:serif}")})
        >>> page = b"<link rel=stylesheet href=a.css integrity=sha256-x>"
        >>> sorted(lock_sheets([scan_page(page, "index.html", context)], context).locked)
        ['a.css']
    """
    locked = context.locked.union(*(one.locked for one in facts))
    return context if locked == context.locked else replace(context, locked=locked)


def plan_pages(
    facts: Iterable[PageFacts], context: SiteContext | None = None, options: BuildOptions | None = None
) -> PagesPlan:
    """Cut and prove the fonts that pages need.

    Args:
        facts: Of each page, as :func:`khmertext.web.scan_page` gives them.
        context: What they were read with; it names the family, and the families of fonts that visitors may have.
        options: What to do otherwise than by default. Those about which files are read, about the site's own fonts and
            about caches have no effect.

    Returns:
        The plan; one without files when no page needs a font.

    Raises:
        FontError: A font cannot be used, or a run would look different.
        ValueError: An option makes no sense, or the pages were read for another family, without a thought of the
            guard, or without knowing that a stylesheet must keep its bytes (:func:`lock_sheets`).

    Example:
        >>> from khmertext.web import SiteContext, scan_page
        >>> context = SiteContext("Site Khmer")
        >>> page = "<p lang=km>ខ្មែរ</p>".encode()
        >>> plan = plan_pages([scan_page(page, "index.html", context)], context)
        >>> sorted(path.rpartition(".")[2] for path in plan.files if "download" not in path)
        ['css', 'js', 'svg', 'woff2', 'woff2']
        >>> b"khmertext/site-khmer." in rewrite_page(page, "index.html", plan)
        True
    """
    options = options or BuildOptions()
    check_options(options)
    context = context or SiteContext(options.family)
    if context.family != options.family:
        raise ValueError(f"pages were read for the family {context.family!r}, not {options.family!r}")
    if options.guard and not context.brought:
        raise ValueError("for the guard, pages are read with a context whose `brought` is true")
    pages = {one.path: one for one in facts}
    changed = {path for page in pages.values() for path, _ in page.stacks}
    fixed = sorted(changed & lock_sheets(pages.values(), context).locked)
    if fixed:
        raise ValueError(
            f"{fixed[0]} must keep its bytes, which a page fixes by `integrity`: read the pages again with the context "
            "that `lock_sheets(facts, context)` gives"
        )
    site = SiteFacts(
        Tree(Path(), (), frozenset(), (), ()), context, tuple(PageRead(one, "", "") for one in pages.values())
    )
    texts = site.iter_texts()
    if not texts and not any(page.needs_font for page in pages.values()):
        return PagesPlan({}, pages, context, SitePlan(options.folder, options.family), tuple(site.warnings))
    jobs = count_jobs(options.jobs)
    sources = open_sources(options.fonts, options.axes, site.weights)
    listed = choose_listed(distinct_clusters(text.text for _, text in texts)) if options.guard else ()
    fonts: SiteFonts = make_fonts(
        sources,
        list({(text.text, text.language, look) for _, text in texts for look in shown_looks(text.looks)}),
        family=options.family,
        hinting=options.hinting,
        open_text=options.open_text,
        anywhere=listed,
        typed=options.guard or any(page.open_text for page in pages.values()),
        jobs=jobs,
    )
    fitted = fit_fallbacks(sources, texts, options) if context.fallbacks else ()
    plan = plan_site(site, fonts, options, make_download(sources) if options.detector else None, fitted, guarded=listed)
    notes = tuple(SiteWarning("open-text", message, "", 0) for message in fonts.notes)
    lacking = tuple(
        SiteWarning("lacking", "the font lacks letters of " + text.text, path, text.line)
        for path, text in texts
        if text.text in fonts.lacking
    )
    files = {f"{plan.folder}/{name}": data for name, data in plan.assets.items()}
    said = (*site.warnings, *notes, *font_warnings(sources, fonts, texts), *notice_warnings(site, plan), *lacking)
    return PagesPlan(files, pages, context, plan, said)


def rewrite_page(data: bytes, path: str, plan: PagesPlan) -> bytes:
    """Put into a page what it needs.

    Args:
        data: The page, the same bytes that were read.
        path: Where it is.
        plan: The plan.

    Returns:
        The page with its links; the same bytes where it needs nothing.

    Raises:
        KeyError: No facts of such a page went into the plan.
    """
    facts = plan.pages[path]
    insertions = page_insertions(facts, plan.plan)
    return apply_insertions(data, insertions, facts.encoding)[0] if insertions else data


def rewrite_sheet(data: bytes, path: str, plan: PagesPlan) -> bytes:
    """Put our family into the font stacks of a stylesheet file that Khmer uses.

    Args:
        data: The stylesheet, the same bytes that the context was made of.
        path: Where it is.
        plan: The plan.

    Returns:
        The stylesheet; the same bytes where nothing goes in.

    Raises:
        KeyError: The context has no such stylesheet.
        SiteError: It is not in the encoding that it says.
    """
    sheet = plan.context.sheets[path]
    stacks = {index for page in plan.pages.values() for name, index in page.stacks if name == path}
    source = decode_source(data, source=path, kind="css")
    insertions = edit_sheet(source, sheet, stacks, plan.context)
    return apply_insertions(data, insertions, source.encoding)[0] if insertions else data
