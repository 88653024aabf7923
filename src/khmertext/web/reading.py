"""A site's tree → the facts that the plan is made of: every Khmer text with its place, and where changes would go.

Keeps facts and distinct runs, never the bytes of pages; large sites are read in several processes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

from turbohtml import parse

from khmertext.errors import SiteError
from khmertext.web.disk import Tree, matches_any, read_file
from khmertext.web.documents import HUGE, NOT_FOUND_PAGE, PageDocument, PageMemos
from khmertext.web.exemptions import UTF16
from khmertext.web.faces import MAX_SITE_FONT, declares_khmer, maps_khmer
from khmertext.web.facts import FoundText, PageFacts, PageFinding, SiteContext, SiteWarning
from khmertext.web.linting import lint_sheet
from khmertext.web.looks import SCRIPTED, merge_looks
from khmertext.web.marks import Restored, Restorer
from khmertext.web.modules import ScriptGraph, find_names
from khmertext.web.pages import scan_page
from khmertext.web.scripts import KHMER_LETTER, script_readings
from khmertext.web.sources import decode_source, is_unmarked_utf16, may_hold_khmer, source_kind
from khmertext.web.stacks import refuse_named
from khmertext.web.stylesheets import StyleSheet, parse_styles
from khmertext.web.texts import scan_text
from khmertext.workers import map_chunks, split_chunks

__all__ = ["FileFacts", "FileScan", "Memory", "PageScan", "Progress", "SiteFacts", "file_kind", "read_site"]

KINDS = {
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".xht": "html",
    ".css": "css",
    ".js": "script",
    ".mjs": "script",
    ".cjs": "script",
    ".json": "script",
    ".jsonld": "script",
    ".webmanifest": "script",
    ".svg": "svg",
    ".ttf": "font",
    ".otf": "font",
    ".woff": "font",
    ".woff2": "font",
}
# Large enough for what is known of one page to serve the next, small enough to share the work out.
CHUNK = 200
# Pages without a Khmer letter that need the font all the same: counters by name, places that scripts fill.
# A declaration is short; without a bound a page full of the word "counter" would be read again and again.
BY_NAME = re.compile(rb"data-khmer-dynamic|(?:list-style|counter)[^;}]{0,200}(?:khmer|cambodian)", re.I)

SCRIPT = re.compile(rb"<(?:[a-z]+:)?script\b|s\0c\0r\0i\0p\0t", re.I)
# Links whose target's bytes are fixed.
LOCKING = re.compile(rb"<link\b[^>]{0,2000}\bintegrity\s*=", re.I)

# What makes the meaning of a page's links depend on the site's folders (HTML Standard, 4.2.3).
BASE = re.compile(rb"<(?:[a-z]+:)?base\b|b\0a\0s\0e", re.I)

UNREACHED = (
    "holds Khmer, but no page seems to load it; where a page shows it all the same, give the place the attribute "
    "`data-khmer-dynamic`"
)

T = TypeVar("T")

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and how much there is."""


class FileFacts(NamedTuple):
    """What a file other than a page holds.

    Attributes:
        path: From the root of the site.
        kind: "css", "script", "svg" or "text".
        original: sha256 of the author's bytes.
        found: sha256 of the file as it is, with what an earlier build put in.
        texts: Its runs of Khmer.
        characters: How many Khmer characters.
        sheet: For CSS, what it says about fonts.
        names: For scripts and data, what in them looks like the name of another.
        warnings: What the owner should know.
        findings: What is wrong with a stylesheet.
    """

    path: str
    kind: str
    original: str
    found: str
    texts: tuple[FoundText, ...] = ()
    characters: int = 0
    sheet: StyleSheet | None = None
    names: tuple[str, ...] = ()
    warnings: tuple[SiteWarning, ...] = ()
    findings: tuple[PageFinding, ...] = ()


class PageRead(NamedTuple):
    """A page that was read.

    Attributes:
        facts: What it holds.
        original: sha256 of the author's bytes.
        found: sha256 of the page as it is, with what an earlier build put in.
    """

    facts: PageFacts
    original: str
    found: str


class PageScan(NamedTuple):
    """What became of a page that was looked at.

    Attributes:
        path: The page.
        facts: What it holds; None where it needs nothing.
        original: sha256 of the author's bytes.
        found: sha256 of the page as it is, with what an earlier build put in.
        broad: Whether the facts depend on which other pages and folders there are.
    """

    path: str
    facts: PageFacts | None
    original: str
    found: str
    broad: bool

    @property
    def page(self) -> PageRead:
        """The page as the plan wants it; only where there are facts."""
        assert self.facts is not None
        return PageRead(self.facts, self.original, self.found)


class FileScan(NamedTuple):
    """What became of another file that was looked at.

    Attributes:
        path: The file.
        kind: "css", "script", "svg" or "text".
        facts: What it holds; None where there is nothing to say of it.
        original: sha256 of the author's bytes.
        found: sha256 of the file as it is, with what an earlier build put in.
    """

    path: str
    kind: str
    facts: FileFacts | None
    original: str
    found: str


class Memory(Protocol):
    """What earlier builds found in files."""

    def recall_file(self, path: str, kind: str, restorer: Restorer) -> FileScan | None:
        """Return what a file other than a page holds, where that is known."""

    def keep_file(self, scan: FileScan) -> None:
        """Keep what a file other than a page holds."""

    def begin(self, context: SiteContext, files: Sequence[FileFacts]) -> None:
        """Be told what reading any page depends on."""

    def recall(self, path: str, restorer: Restorer) -> PageScan | None:
        """Return what a page holds, where that is known."""

    def keep(self, scan: PageScan) -> None:
        """Keep what a page holds."""


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What a site holds.

    Attributes:
        tree: Its files.
        context: What its stylesheets say.
        pages: The pages that show Khmer or may come to.
        files: Other files that hold Khmer, and every stylesheet.
        page_count: How many pages there are in all.
    """

    tree: Tree
    context: SiteContext
    pages: tuple[PageRead, ...] = ()
    files: tuple[FileFacts, ...] = ()
    page_count: int = 0

    @property
    def warnings(self) -> list[SiteWarning]:
        """Every warning, in the order of files; what is the same for many pages once."""
        found = [warning for page in self.pages for warning in page.facts.warnings]
        once = {warning.message: warning for warning in reversed(found) if warning.code == "foreign-style"}
        found = [one for one in found if one.code != "foreign-style" or once[one.message] is one]
        return found + [warning for file in self.files for warning in file.warnings]

    @property
    def findings(self) -> list[PageFinding]:
        """What is wrong with its files, in their order."""
        found = [finding for page in self.pages for finding in page.facts.findings]
        found += [finding for file in self.files for finding in file.findings]
        return sorted(found, key=lambda one: (one.path, one.line, one.column, one.code, one.message))

    @property
    def characters(self) -> int:
        """How many Khmer characters the site holds."""
        return sum(page.facts.characters for page in self.pages) + sum(file.characters for file in self.files)

    @property
    def weights(self) -> tuple[int, int]:
        """The lowest and highest weight that Khmer is shown in; at least 400 to 700 where that cannot be told."""
        looks = {text.looks for page in self.pages for text in page.facts.texts}
        weights = {look.weight for one in looks for look in one}
        if not weights or self.context.brought or any(page.facts.open_text for page in self.pages):
            weights |= {400, 700}
        return min(weights), max(weights)

    def iter_texts(self) -> list[tuple[str, FoundText]]:
        """Every text with the file it is in; those of scripts and the like in all the site's languages and looks."""
        found = [(page.facts.path, text) for page in self.pages for text in page.facts.texts]
        languages = sorted({text.language for _, text in found}) or ["km"]
        known = merge_looks(look for looks in {text.looks for _, text in found} for look in looks)
        scripted = merge_looks([*SCRIPTED, *known])
        for file in self.files:
            for text in file.texts if file.kind != "css" else ():  # read with the pages that it styles
                # Nobody can tell where a script puts its text: it is proven wherever Khmer stands.
                for language in languages[:4]:
                    looks = scripted if file.kind == "script" else known or SCRIPTED
                    own = tuple(sorted(self.context.khmer_families))
                    found.append((file.path, text._replace(language=language, looks=looks, families=own)))
        return found


def file_kind(path: str, also: Iterable[str] = ()) -> str:
    """What a file is read as: "html", "css", "script", "svg", "font", "text" or "" for not at all.

    Args:
        path: From the root of the site.
        also: Patterns of files to read as plain text.

    Example:
        >>> file_kind("a/index.HTML"), file_kind("a.md"), file_kind("a.md", ["*.md"])
        ('html', '', 'text')
    """
    name = path.rpartition("/")[2].lower()
    kind = KINDS.get("." + name.rpartition(".")[2], "")
    return "text" if not kind and also and matches_any(path, also) else kind


def read_site(
    tree: Tree,
    *,
    family: str,
    restorer: Restorer | None = None,
    exclude: Sequence[str] = (),
    also: Sequence[str] = (),
    jobs: int = 1,
    progress: Progress | None = None,
    memory: Memory | None = None,
    brought: bool = False,
    lint: bool = False,
    fallbacks: tuple[str, ...] = (),
    more: frozenset[str] = frozenset(),
) -> SiteFacts:
    """Read every file of a site that can show Khmer.

    Args:
        tree: The site's files.
        family: The name of the family that goes in.
        restorer: Takes out what earlier builds in the same tree put in.
        exclude: Patterns of files to leave alone.
        also: Patterns of text files to read too.
        jobs: Processes to use.
        progress: Told how far it is.
        memory: What an earlier build found in the same pages, and where to keep what this one finds.
        brought: Whether scripts may bring Khmer that is in no file of the site.
        lint: Whether to find what is wrong with pages, too.
        fallbacks: The families that go in behind it.
        more: Properties of CSS to read besides those that decide the font; not with a memory.

    Returns:
        The facts.

    Raises:
        SiteError: A file cannot be read or is not in its encoding; or the site declares a family of that name.
        ValueError: Other properties are wanted of what an earlier build may have read without.
    """
    if more and memory is not None:
        raise ValueError("a memory has nothing of these properties")
    kinds = {path: file_kind(path, also) for path in tree.files if not matches_any(path, exclude)}
    pages = [path for path, kind in kinds.items() if kind == "html"]
    others = [path for path, kind in kinds.items() if kind in ("css", "script", "svg", "text")]
    restorer = restorer or Restorer()
    files = read_files(tree.root, kinds, restorer, others, jobs, memory, more)
    sheets = {file.path: file.sheet for file in files if file.sheet is not None}
    fonts = khmer_fonts(tree, [path for path, kind in kinds.items() if kind == "font"])
    declared = declared_families(sheets, fonts)
    ours = {" ".join(name.lower().split()) for name in (family, *fallbacks)}
    faces = {" ".join(face.family.lower().split()) for sheet in sheets.values() for face in sheet.faces}
    taken = sorted(ours & (declared | faces))
    if taken:
        raise SiteError(
            f'declares a font family named "{family if family.lower() in taken else taken[0]}" itself',
            source=str(tree.root),
            hint="choose another --family",
        )
    context = SiteContext(
        family=family,
        sheets=sheets,
        scripts=ScriptGraph(
            {file.path: file.names for file in files if file.kind == "script"},
            frozenset(file.path for file in files if file.texts and file.kind == "script"),
        ),
        khmer_sheets=any(file.texts and file.kind == "css" for file in files),
        khmer_families=declared,
        khmer_fonts=fonts,
        folders=tree.folders,
        files=frozenset(tree.files),
        rebuilt=family in restorer.families,
        brought=brought,
        lint=lint,
        fallbacks=fallbacks,
        more=more,
    )
    for path, sheet in sheets.items():
        refuse_named(sheet.stacks, context, path)
    scans: dict[str, PageScan] = {}
    if memory is not None:
        memory.begin(context, files)
        scans = {path: scan for path in pages if (scan := memory.recall(path, restorer)) is not None}
    wanted = [path for path in pages if path not in scans]
    shared: dict[str, str] = {}
    chunks = split_chunks(wanted, max(1, len(wanted) // CHUNK))
    done = len(scans)
    for read in map_chunks(partial(scan_pages, tree.root, context, restorer), chunks, jobs):
        for scan in read:
            scans[scan.path] = share_values(scan, shared)
            if memory is not None:
                memory.keep(scan)
        done += len(read)
        if progress is not None:
            progress("reading", done, len(pages))
    read_pages = [scans[path].page for path in pages if scans[path].facts]
    locked = frozenset[str]().union(*(page.facts.locked for page in read_pages))
    context = replace(context, locked=locked)
    read_pages = read_locked(tree.root, context, restorer, read_pages)
    # Of some we had to know no more than which stylesheets they fix.
    found = [
        page
        for page in read_pages
        if page.facts.texts
        or page.facts.needs_font
        or page.facts.warnings
        or page.facts.findings
        or page.facts.lines.places
    ]
    kept = tuple(file for file in files if file.texts or file.sheet is not None)
    return SiteFacts(tree, context, tuple(found), warn_of_unreached(kept, found), len(pages))


def share_values(scan: PageScan, shared: dict[str, str]) -> PageScan:
    """The same scan, with one object for what is equal on many pages: most runs of a large site are on several."""
    if scan.facts is None:
        return scan

    texts = tuple(FoundText(shared.setdefault(found[0], found[0]), *found[1:]) for found in scan.facts.texts)
    rules = tuple(shared.setdefault(rule, rule) for rule in scan.facts.rules)
    return scan._replace(facts=replace(scan.facts, texts=texts, rules=rules))


def read_locked(root: Path, context: SiteContext, restorer: Restorer, pages: list[PageRead]) -> list[PageRead]:
    """Read those pages again whose stylesheets must keep their bytes because some other page says so."""
    again = [page.facts.path for page in pages if any(path in context.locked for path, _ in page.facts.stacks)]
    scans = scan_pages(root, context, restorer, again)
    read = {scan.path: scan.page for scan in scans if scan.facts}
    return [read.get(page.facts.path, page) for page in pages]


def warn_of_unreached(files: Iterable[FileFacts], pages: Sequence[PageRead]) -> tuple[FileFacts, ...]:
    """Name the scripts and data with Khmer that no page seems to load."""
    linked = frozenset[str]().union(*(page.facts.linked for page in pages))
    return tuple(
        file._replace(warnings=(*file.warnings, SiteWarning("unreached-script", UNREACHED, file.path, 0)))
        if file.kind == "script" and file.texts and file.path not in linked
        else file
        for file in files
    )


def scan_pages(root: Path, context: SiteContext, restorer: Restorer, paths: Sequence[str]) -> list[PageScan]:
    """Scan some pages; of those that cannot hold Khmer or load any there are no facts."""
    found = []
    memos: PageMemos = {}
    for path in paths:
        restored = restorer.restore(path, read_file(root, path))
        broad = path.rpartition("/")[2] == NOT_FOUND_PAGE or BASE.search(restored.data) is not None
        facts = scan_data(restored.data, path, context, memos)
        found.append(PageScan(path, facts, restored.original, restored.found, broad))
    return found


def scan_data(data: bytes, path: str, context: SiteContext, memos: PageMemos) -> PageFacts | None:
    """The facts of a page; None where it needs nothing."""
    # A stylesheet or a script may bring Khmer to a page that has none itself.
    relevant = context.scripts.khmer or context.khmer_sheets or may_hold_khmer(data) or BY_NAME.search(data)
    brought = context.brought and SCRIPT.search(data)
    if not (relevant or brought):
        if is_unmarked_utf16(data):
            return PageFacts(path, warnings=(SiteWarning("utf-16", UTF16, path, 0),))
        if not context.lint:
            return find_locked(data, path, context, memos)
    try:
        facts = scan_page(data, path, context, memos)
    except SiteError:
        if not may_hold_khmer(data):
            return None  # some other encoding, no Khmer: none of our business
        raise
    found = facts.texts or facts.needs_font or facts.findings or facts.warnings or facts.locked
    return facts if found else None


def find_locked(data: bytes, path: str, context: SiteContext, memos: PageMemos) -> PageFacts | None:
    """The stylesheets whose bytes a page without Khmer fixes, so that no page with Khmer may have them changed."""
    if not context.sheets or not LOCKING.search(data):
        return None
    try:
        locked = PageDocument(decode_source(data, kind=source_kind(path)), path, context, memos).locked
    except SiteError:
        return None
    return PageFacts(path, locked=frozenset(locked)) if locked else None


def read_files(
    root: Path,
    kinds: Mapping[str, str],
    restorer: Restorer,
    paths: Sequence[str],
    jobs: int,
    memory: Memory | None,
    more: frozenset[str],
) -> list[FileFacts]:
    """Read the files other than pages; those that an earlier build read need no reading."""
    scans: dict[str, FileScan] = {}
    if memory is not None:
        scans = {path: scan for path in paths if (scan := memory.recall_file(path, kinds[path], restorer)) is not None}
    wanted = [path for path in paths if path not in scans]
    parts = split_chunks(wanted, max(1, len(wanted) // CHUNK))
    for part in map_chunks(partial(scan_files, root, kinds, restorer, more), parts, jobs):
        for scan in part:
            scans[scan.path] = scan
            if memory is not None:
                memory.keep_file(scan)
    return [facts for path in paths if (facts := scans[path].facts) is not None]


def scan_files(
    root: Path, kinds: Mapping[str, str], restorer: Restorer, more: frozenset[str], paths: Sequence[str]
) -> list[FileScan]:
    """Read stylesheets, scripts, pictures and texts; of those that say nothing there are no facts."""
    found = []
    for path in paths:
        restored = restorer.restore(path, read_file(root, path))
        facts = read_any(path, kinds[path], restored, more)
        found.append(FileScan(path, kinds[path], facts, restored.original, restored.found))
    return found


def read_any(path: str, kind: str, restored: Restored, more: frozenset[str]) -> FileFacts | None:
    """The facts of a file other than a page; None where there is nothing to say of it."""
    khmer = may_hold_khmer(restored.data)
    if kind == "script" and not khmer:
        names = find_names(restored.data.decode("utf-8", "replace"))
        return FileFacts(path, kind, restored.original, restored.found, names=names)
    if kind != "css" and not khmer:
        return None
    try:
        return read_other(path, kind, restored, more)
    except SiteError:
        if khmer:
            raise
        return None  # a stylesheet in some other encoding, without Khmer


def read_other(path: str, kind: str, restored: Restored, more: frozenset[str] = frozenset()) -> FileFacts:
    """The facts of a stylesheet, script, picture or text."""
    source = decode_source(restored.data, source=path, kind=kind)
    text = source.text
    findings: tuple[PageFinding, ...] = ()
    readings: tuple[str, ...] = ()
    sheet = None
    names: tuple[str, ...] = ()
    warnings: tuple[SiteWarning, ...] = ()
    if kind == "css":
        sheet = parse_styles(text, more=more)
        text = "\n".join(sheet.shown_texts)
        if sheet.truncated:
            warnings = (SiteWarning("huge-stylesheet", HUGE, path, 0),)
        findings = lint_sheet(path, source, sheet)
    elif kind == "script":
        names = find_names(text)
        readings = script_readings(text)
        text = readings[-1]
    elif kind == "svg":
        picture = parse(text)
        text = picture.text
        drawn = "".join(element.text for element in picture.select("text, foreignObject"))  # not titles
    characters = len(KHMER_LETTER.findall(text))
    if kind == "svg" and KHMER_LETTER.search(drawn):
        warnings = (
            SiteWarning(
                "svg-text",
                "a picture with Khmer text: shown by <img> it cannot use the site's font; put it inline, or make "
                "its text outlines",
                path,
                0,
            ),
        )
    found: dict[str, FoundText] = {}
    for reading in readings or (text,):
        for one in scan_text(reading, where=kind):
            found.setdefault(one.text, one)
    texts = tuple(found.values())
    return FileFacts(path, kind, restored.original, restored.found, texts, characters, sheet, names, warnings, findings)


def khmer_fonts(tree: Tree, paths: Sequence[str]) -> frozenset[str]:
    """The site's own font files that map Khmer letters."""
    found = set()
    for path in paths:
        try:
            if (tree.root / path).stat().st_size > MAX_SITE_FONT:
                continue
        except OSError:
            continue
        if maps_khmer(read_file(tree.root, path), path):
            found.add(path)
    return frozenset(found)


def declared_families(sheets: Mapping[str, StyleSheet], fonts: frozenset[str]) -> frozenset[str]:
    """Names, in lower case, of the families that the site's stylesheets declare with a font that has Khmer."""
    return frozenset(
        " ".join(face.family.lower().split())
        for path, sheet in sheets.items()
        for face in sheet.faces
        if declares_khmer(face, path, fonts)
    )
