"""A site in, a site out: read it, cut and prove its font, plan, write."""

from __future__ import annotations

import errno
import math
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cache, partial
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any, Literal, NamedTuple

from khmertext.errors import SiteError
from khmertext.fonts.default import find_font
from khmertext.fonts.fallbacks import FallbackFont, known_fallbacks, read_fallbacks
from khmertext.text.clusters import distinct_clusters
from khmertext.version import __version__
from khmertext.web.assumptions import list_assumptions
from khmertext.web.building import SitePlan, format_css, name_asset, probe_family
from khmertext.web.detector import install_page, make_detector, make_noscript_style, more_languages
from khmertext.web.disk import Change, Rehearsal, Tree, TreeWriter, matches_any, read_file, read_tree
from khmertext.web.facts import LAYER, FoundText, SiteWarning
from khmertext.web.fallbacks import (
    Adjustment,
    adjust_fallbacks,
    count_clusters,
    format_fallback_faces,
    keep_steady,
    list_fits,
)
from khmertext.web.guard import choose_listed, make_guard
from khmertext.web.included import INCLUDED, IncludedText, include_texts, read_included
from khmertext.web.looks import shown_looks
from khmertext.web.manifest import FOLDER, Manifest, check_path, hash_bytes
from khmertext.web.marks import Restorer
from khmertext.web.matching import find_invented
from khmertext.web.ownfonts import OwnFonts, cut_own
from khmertext.web.reading import Progress, SiteFacts, file_kind, read_site
from khmertext.web.remembering import BuildMemory
from khmertext.web.stacks import fallback_families
from khmertext.web.webfonts import Download, FontSource, SiteFonts, make_download, make_fonts, open_sources
from khmertext.web.writing import (
    JOURNAL,
    SiteWriter,
    clean_site,
    load_earlier,
    require_distinct,
    require_folder,
    require_output,
)
from khmertext.workers import begin, count_jobs

__all__ = ["BuildOptions", "BuildResult", "build_site"]

# Controls, the line separators, and what has no UTF-8.
UNNAMABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

PACKED_ENDINGS = (".gz", ".br", ".zst")

UNUSED = "no page shows Khmer in its weight and style, so no font with their text is made of it"

UNREAD = frozenset({"huge-stylesheet", "srcdoc", "utf-16"})
"""Codes of warnings for what could not be read, or not all of it."""

NO_BODY = "no tag shows where its body begins, so it has no notice for browsers without JavaScript; write <body>"


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """What a build is told.

    Attributes:
        fonts: Font files of one family; none means the default font.
        family: The name of the family in the site's CSS.
        axes: Axis tag → lowest and highest value to serve.
        exclude: Patterns of files to copy as they are.
        also: Patterns of text files whose Khmer counts too.
        folder: Our folder in the site.
        hinting: "keep", "drop" or "auto".
        detector: Whether pages get the visitor check.
        noscript: Whether pages get it in their body too, for browsers without JavaScript.
        notice_languages: The languages of its notice besides English and Khmer.
        open_text: Whether pages may come to hold Khmer that the build does not know: comments, search, a CMS.
        include_text: Text files outside the site whose Khmer its scripts are known to bring.
        guard: Whether pages get a script that moves text with unknown clusters to the family with all of Khmer.
        fallbacks: Whether pages show fonts of the visitor's own, fitted to the site's, until that has come.
        measured: Files of fonts that were measured for this, besides those that are known.
        swap: Whether the site's font takes their place whenever it comes. If not, a page keeps the one that it shows.
        own_fonts: Whether the Khmer of families that the site declares itself is served from smaller fonts.
        cache: A folder for what the next build can use again; None for none.
        slack: How much larger than the smallest a font of the build before may be that is shipped again, as a share.
        jobs: Processes, or None for one a processor.
    """

    fonts: tuple[Path, ...] = ()
    family: str = "Site Khmer"
    axes: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    folder: str = FOLDER
    hinting: Literal["keep", "drop", "auto"] = "auto"
    detector: bool = True
    noscript: bool = False
    notice_languages: tuple[str, ...] = ()
    open_text: bool = False
    include_text: tuple[Path, ...] = ()
    guard: bool = False
    fallbacks: bool = True
    measured: tuple[Path, ...] = ()
    swap: bool = True
    own_fonts: bool = True
    cache: Path | None = None
    slack: float = 0.1
    jobs: int | None = None


class Lacking(NamedTuple):
    """Khmer that the font itself does not have."""

    text: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build did.

    Attributes:
        pages: Pages in the site.
        khmer_pages: Pages that got the font.
        characters: Khmer characters read.
        clusters: Distinct orthographic syllables.
        runs: Distinct runs, each in each of its weights and languages, proven the same.
        glyphs: Glyphs in the text font.
        before: Bytes of the font it was cut from.
        after: Bytes of the text font.
        whole: Bytes of the font with all Khmer, where some browsers load that instead of it; else 0.
        written: Files written or copied.
        removed: Files removed.
        lacking: What the font does not have; never counted as proven.
        warnings: What the owner should know.
        manifest: What was written; None for a site without Khmer that is changed in place.
    """

    pages: int
    khmer_pages: int = 0
    characters: int = 0
    clusters: int = 0
    runs: int = 0
    glyphs: int = 0
    before: int = 0
    after: int = 0
    whole: int = 0
    written: int = 0
    removed: int = 0
    lacking: tuple[Lacking, ...] = ()
    warnings: tuple[SiteWarning, ...] = ()
    manifest: Manifest | None = None

    @property
    def assumptions(self) -> Mapping[str, Any]:
        """What was taken for granted, as the manifest has it (:func:`khmertext.web.assumptions.list_assumptions`)."""
        found = self.manifest.report.get("assumptions") if self.manifest is not None else None
        return found if isinstance(found, Mapping) else {}


# -- build ---------------------------------------------------------------------------------------------------------


def build_site(
    source: Path,
    output: Path | None,
    options: BuildOptions | None = None,
    *,
    dry_run: bool = False,
    preview: Callable[[Change], None] | None = None,
    progress: Progress | None = None,
) -> BuildResult:
    """Give a finished site its Khmer web font.

    Args:
        source: The site's folder.
        output: Where the new site goes, or None to change the site in place.
        options: What to do otherwise than by default.
        dry_run: Do everything but write; what would be written or removed is counted in the result.
        preview: In a dry run, given each change in the order in which it would be made.
        progress: Told how far it is.

    Returns:
        What was done.

    Raises:
        SiteError: A file cannot be read or written, or the output is not ours to write to.
        FontError: A font cannot be used, or a run would look different; nothing is written then.
        ValueError: An option makes no sense.
    """
    options = options or BuildOptions()
    check_options(options)
    jobs = count_jobs(options.jobs)
    target = source if output is None else output
    earlier = load_earlier(target, options.folder)
    if output is not None:
        require_output(source, output, earlier)
        require_folder(target, options.folder, earlier)
    # The input may itself be a built site; what a build put in is never read as the author's.
    own = earlier if output is None else load_earlier(source, options.folder)
    included = read_included(options.include_text)
    require_cache(options.cache, source, target)
    memory = remember(source, output, options, included)
    if memory is not None and earlier.journal is None and earlier.manifest is not None:
        result = recall_result(memory, earlier.manifest)
        if result is not None:
            return result
    journal = f"{options.folder}/{JOURNAL}"
    disk = Rehearsal(target, preview or (lambda _: None), silent=[journal]) if dry_run else None
    tree = read_tree(source, skip=options.folder)
    require_folder(source, options.folder, own)
    if output is not None:
        require_distinct(tree, options.folder, disk or TreeWriter(target))
    restorer = Restorer(own.all)
    facts = read_site(
        tree,
        family=options.family,
        restorer=restorer,
        exclude=options.exclude,
        also=options.also,
        jobs=jobs,
        progress=progress,
        memory=memory.pages if memory is not None else None,
        brought=options.guard or bool(included),
        fallbacks=fallback_families(options.family, swap=options.swap) if options.fallbacks else (),
    )
    require_unmarked(facts)
    facts = replace(facts, files=(*facts.files, *include_texts(included)))
    texts = facts.iter_texts()
    clusters = distinct_clusters(found.text for _, found in texts)
    listed = choose_listed(clusters) if options.guard else ()
    khmer_pages = sum(page.facts.needs_font for page in facts.pages)
    warnings = (*tree_warnings(tree, in_place=output is None), *facts.warnings)
    fonts = SiteFonts()
    apart = OwnFonts()
    download: Download | None = None
    made_of: list[str] = []
    plan = SitePlan(options.folder, options.family)
    if texts or khmer_pages:
        sources = open_sources(options.fonts, options.axes, facts.weights)
        if options.detector:
            made_of = [one.digest for one in sources]
            download = memory.recall_download(made_of) if memory is not None else None
        distinct = list({(text.text, text.language, look) for _, text in texts for look in shown_looks(text.looks)})
        missing = options.detector and download is None
        with begin(partial(make_download, sources), jobs) if missing else nullcontext() as making:
            fonts = make_fonts(
                sources,
                distinct,
                family=options.family,
                hinting=options.hinting,
                open_text=options.open_text,
                anywhere=listed,
                typed=options.guard or any(page.facts.open_text for page in facts.pages),
                jobs=jobs,
                progress=progress,
                shelf=memory.shelf if memory is not None else None,
            )
            if making is not None:  # beside the site's own fonts
                download = making()
        fitted = fit_fallbacks(sources, texts, options)
        warnings += tuple(SiteWarning("open-text", message, "", 0) for message in fonts.notes)
        warnings += font_warnings(sources, fonts, texts)
        if memory is not None:
            if options.slack > 0:
                fitted = keep_steady(fitted, memory.fits)
            memory.fits = list_fits(fitted)
        plan = plan_site(facts, fonts, options, download, fitted, guarded=listed)
        if options.own_fonts:
            apart = cut_own(
                source,
                facts.context,
                texts,
                folder=options.folder,
                family=options.family,
                hinting=options.hinting,
                whole=options.open_text or options.guard or shows_more(facts, options),
                jobs=jobs,
                shelf=memory.shelf if memory is not None else None,
            )
            plan = replace(plan, assets={**plan.assets, **apart.files}, own=apart.rules)
            warnings += apart.warnings
        warnings += notice_warnings(facts, plan)
    elif output is None:
        written = clean_site(source, folder=options.folder, disk=disk) if own.all else 0
        return BuildResult(pages=facts.page_count, written=written, warnings=warnings)
    writer = SiteWriter(
        facts,
        plan,
        {**make_report(facts, texts, fonts, options, clusters, plan.guard), "own_fonts": list(apart.report)},
        restorer=restorer,
        earlier=earlier,
        output=output,
        progress=progress,
        disk=disk,
        known=memory.known_files if memory is not None else None,
    )
    manifest = writer.write()
    result = BuildResult(
        pages=facts.page_count,
        khmer_pages=khmer_pages,
        characters=facts.characters,
        clusters=len(clusters),
        runs=sum(proof.runs for proof in fonts.proofs),
        glyphs=fonts.glyphs,
        before=fonts.before,
        after=fonts.after,
        whole=fonts.whole,
        written=writer.written,
        removed=writer.removed,
        lacking=find_lacking(fonts, texts),
        warnings=(*warnings, *compressed_warnings(tree, manifest)),
        manifest=manifest,
    )
    if memory is not None and not dry_run:
        digests = memory.pages.digests
        if output is None:
            digests = {path: manifest.changed[path].result if path in manifest.changed else found
                       for path, found in digests.items()}  # fmt: skip
        memory.save(keep_result(result), digests, writer.signatures, download, made_of, jobs)
    return result


def require_cache(cache: Path | None, source: Path, target: Path) -> None:
    """See that what is kept for the next build does not become a part of the site.

    Raises:
        SiteError: It lies in there.
    """
    for root in (source, target):
        if cache is not None and cache.resolve().is_relative_to(root.resolve()):
            raise SiteError(
                "is inside the site, and would be read and published with it",
                source=str(cache),
                hint="give --cache a folder beside the site",
            )


def remember(
    source: Path, output: Path | None, options: BuildOptions, included: Sequence[IncludedText]
) -> BuildMemory | None:
    """What is known of a site from its earlier builds; None where nothing is to be kept."""
    if options.cache is None:
        return None
    # The default font counts in any case: visitors are offered it where the site's own may not be published.
    fonts = [hash_bytes(read_file(path.parent, path.name)) for path in (*options.fonts, find_font())]
    measured = [hash_bytes(read_file(path.parent, path.name)) for path in options.measured]
    values = asdict(options) | {"fonts": fonts, "measured": measured, "cache": None, "jobs": None}
    values["include_text"] = [[one.name, one.digest] for one in included]
    return BuildMemory(options.cache, source, output, values, options.slack)


def keep_result(result: BuildResult) -> dict[str, Any]:
    """A result in values that JSON has, without the manifest, which the site holds."""
    values = {item.name: getattr(result, item.name) for item in fields(result) if item.name != "manifest"}
    return values | {
        "lacking": [list(one) for one in result.lacking],
        "warnings": [list(one) for one in result.warnings],
    }


def recall_result(memory: BuildMemory, manifest: Manifest) -> BuildResult | None:
    """The result of the last build, where nothing has changed since; None else."""
    values = memory.recall()
    if values is None:
        return None
    try:
        lacking = tuple(Lacking(*one) for one in values["lacking"])
        warnings = tuple(SiteWarning(*one) for one in values["warnings"])
        return BuildResult(**{**values, "lacking": lacking, "warnings": warnings, "manifest": manifest})
    except (KeyError, TypeError):
        return None


def check_options(options: BuildOptions) -> None:
    family = options.family
    if not family.strip() or len(family) > 100 or UNNAMABLE.search(family):
        raise ValueError("the family needs a name of 1 to 100 printable characters")
    folder = options.folder
    if not folder or "/" in folder or "\\" in folder or folder.startswith(".") or UNNAMABLE.search(folder):
        raise ValueError("the folder is one plain name, without a dot in front")
    check_path(folder, "--folder")
    for tag, span in options.axes.items():
        if not all(map(math.isfinite, span)):
            raise ValueError(f"the axis {tag} goes from one number to another, not from {span[0]:g} to {span[1]:g}")
    if not 0 <= options.slack < math.inf:
        raise ValueError("the slack is a share of 0 or more")
    more_languages(options.notice_languages)
    if not options.detector and (options.noscript or options.notice_languages):
        raise ValueError("without the visitor check there is no notice to have languages or a version without scripts")
    if options.guard and options.open_text:
        raise ValueError("with open text every browser draws all Khmer already: use either that or the guard")
    if not options.swap and not options.fallbacks:
        raise ValueError("without fallbacks there is nothing that a font could leave in its place")
    if options.hinting not in ("keep", "drop", "auto"):
        raise ValueError("hinting is keep, drop or auto")


def tree_warnings(tree: Tree, *, in_place: bool) -> list[SiteWarning]:
    rest = "; not read" if in_place else "; not read, not copied"
    loop, outside = "a loop of links, which leads nowhere", "a link that leaves the site or leads nowhere"
    return [
        SiteWarning("outside-link", (loop if is_loop(tree.root / path) else outside) + rest, path, 0)
        for path in tree.outside
    ]


def require_unmarked(facts: SiteFacts) -> None:
    """See that nothing of an earlier build is taken for the author's.

    Raises:
        SiteError: A page is marked, and no manifest says what was put into it.
    """
    marked = next((one for one in facts.warnings if one.code == "marked"), None)
    if marked is not None:
        what, _, hint = marked.message.partition(": ")
        raise SiteError(what, source=marked.path, hint=hint)


def shows_more(facts: SiteFacts, options: BuildOptions) -> bool:
    """Whether fonts of the site's own may have to draw text that was not read, or that nobody knows yet.

    What is left out still loads the site's stylesheets, and so what is cut from its fonts.
    """
    if any(page.facts.open_text for page in facts.pages) or any(one.code in UNREAD for one in facts.warnings):
        return True
    return any(matches_any(path, options.exclude) and file_kind(path, options.also) for path in facts.tree.files)


def font_warnings(
    sources: Sequence[FontSource], fonts: SiteFonts, texts: Sequence[tuple[str, FoundText]]
) -> tuple[SiteWarning, ...]:
    """What the owner should know of how the fonts and the looks of the text fit."""
    unused = [SiteWarning("unused-font", f"{sources[place].name}: {UNUSED}", "", 0) for place in sorted(fonts.unused)]
    return (*unused, *find_invented(sources, texts, set(range(len(sources))) - fonts.unused))


def notice_warnings(facts: SiteFacts, plan: SitePlan) -> tuple[SiteWarning, ...]:
    """Name the pages that have no place for the notice without JavaScript."""
    pages = [page.facts for page in facts.pages if plan.noscript and page.facts.needs_font and page.facts.body < 0]
    return tuple(SiteWarning("no-body", NO_BODY, page.path, 0) for page in pages)


def is_loop(link: Path) -> bool:
    """Whether a link leads back to itself, by others or at once."""
    try:
        link.stat()
    except OSError as error:
        return error.errno == errno.ELOOP
    return False


def compressed_warnings(tree: Tree, manifest: Manifest) -> list[SiteWarning]:
    """Name the packed copies that servers may send instead of files that were changed."""
    files = set(tree.files)
    what = "holds the file as it was before the build; pack it again afterwards"
    return [
        SiteWarning("packed-copy", what, path + ending, 0)
        for path in manifest.changed
        for ending in PACKED_ENDINGS
        if path + ending in files
    ]


def fit_fallbacks(
    sources: Sequence[FontSource], texts: Sequence[tuple[str, FoundText]], options: BuildOptions
) -> list[Adjustment]:
    """Fonts of the visitor's own, fitted to the site's on what its pages show."""
    if not options.fallbacks or not sources:
        return []
    alike = {text.looks: text for _, text in texts}
    weights = {looks: text.weights for looks, text in alike.items()}
    counts = count_clusters((text.text, weights[text.looks]) for _, text in texts)
    return adjust_fallbacks(sources, counts, list_fallbacks(options))


def list_fallbacks(options: BuildOptions) -> list[FallbackFont]:
    """The fonts that visitors may have: those that the owner measured, and those that are known."""
    measured = [
        font
        for path in options.measured
        for font in read_fallbacks(read_file(path.parent, path.name), source=str(path))
    ]
    return [*measured, *known_fallbacks()]


def plan_site(
    facts: SiteFacts,
    fonts: SiteFonts,
    options: BuildOptions,
    download: Download | None,
    fitted: Sequence[Adjustment] = (),
    *,
    guarded: Sequence[str] = (),
    layer: str | None = LAYER,
) -> SitePlan:
    """Every asset with its name, and what pages need to know to link to them."""
    assets: dict[str, bytes] = dict(fonts.files)
    late = next(iter(facts.context.fallbacks[2:]), "")
    probe = probe_family(options.family, fonts.assets, late)
    detector = make_detector(family=probe) if download is not None else None
    script: dict[str, str] = {}
    check = b""
    if detector is not None and download is not None:
        script["src"] = name_asset("detector", detector.script, ".js")
        script["sentence"] = name_asset("sentence", detector.sentence_svg, ".svg")
        check = detector.style
        if options.noscript:
            check += make_noscript_style(family=probe, sentence=script["sentence"])
        assets[script["src"]] = detector.script
        assets[script["sentence"]] = detector.sentence_svg
        for name, data in download.files.items():
            assets[f"download/{name}"] = data
        page = install_page(
            title=f"Install {download.family}",
            files=[(label, name) for label, name in download.fonts],
            license_name=download.license_name,
            license_file=download.license_file,
            license_text=download.license_text,
        )
        assets["download/index.html"] = page
        script["font"] = f"download/{download.fonts[0][1]}"
        script["install"] = "download/index.html"
    guard = ""
    if options.guard:
        data = make_guard(guarded)
        guard = name_asset("guard", data, ".js")
        assets[guard] = data
    rules = [rule for page in facts.pages for rule in page.facts.rules]
    faces = format_fallback_faces(fallback_families(options.family)[:2], fitted)
    css = format_css(options.family, fonts.assets, rules, check, facts.context.fallbacks, faces, layer)
    style = name_asset(options.family, css, ".css")
    assets[style] = css
    return SitePlan(
        folder=options.folder,
        family=options.family,
        assets=assets,
        style=style,
        preloads=fonts.preloads,
        script=script,
        alt=detector.alt if detector is not None else "",
        languages=more_languages(options.notice_languages),
        noscript=options.noscript and detector is not None,
        guard=guard,
    )


def make_report(
    facts: SiteFacts,
    texts: Sequence[tuple[str, FoundText]],
    fonts: SiteFonts,
    options: BuildOptions,
    clusters: Sequence[str],
    guard: str = "",
) -> dict[str, Any]:
    """What the manifest tells besides the files: versions, options, inputs, what was read and proven."""
    inputs = {page.facts.path: page.original for page in facts.pages}
    inputs |= {file.path: file.original for file in facts.files if file.texts and file.kind != INCLUDED}
    watched = {"file": guard, "clusters": len(choose_listed(clusters))} if guard else {}
    return {
        "versions": {
            "khmertext": __version__,
            **{name: installed_version(name) for name in ("uharfbuzz", "fonttools", "brotli")},
        },
        "options": {
            "axes": {tag: list(span) for tag, span in sorted(options.axes.items())},
            "exclude": list(options.exclude),
            "also": list(options.also),
            "hinting": options.hinting,
            "detector": options.detector,
            "noscript": options.noscript,
            "notice_languages": list(more_languages(options.notice_languages)),
            "open_text": options.open_text,
            "guard": options.guard,
            "fallbacks": options.fallbacks,
            "swap": options.swap,
            "own_fonts": options.own_fonts,
        },
        "assumptions": list_assumptions(facts, texts, exclude=options.exclude, also=options.also, guard=watched),
        "inputs": dict(sorted(inputs.items())),
        "text": {
            "pages": facts.page_count,
            "khmer_pages": sum(page.facts.needs_font for page in facts.pages),
            "characters": facts.characters,
            "clusters": list(clusters),
        },
        "fonts": list(fonts.report),
    }


@cache
def installed_version(name: str) -> str:
    try:
        return package_version(name)
    except PackageNotFoundError:
        return ""


def find_lacking(fonts: SiteFonts, texts: Sequence[tuple[str, FoundText]]) -> tuple[Lacking, ...]:
    found: dict[str, Lacking] = {}
    for path, text in texts:
        if text.text in fonts.lacking:
            found.setdefault(text.text, Lacking(text.text, path, text.line))
    return tuple(found.values())
