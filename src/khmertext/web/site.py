"""A site in, a site out: build, check and clean.

The order keeps a site whole at every moment: read and prove everything; then write the assets, the journal, the
stylesheets and pages, and the manifest last. Whatever kills the run, pages link only to files that exist, and the next
run finds in the journal how to undo what was half done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any, Literal, NamedTuple

from khmertext.errors import SiteError
from khmertext.fonts import Run
from khmertext.text.clusters import split_clusters
from khmertext.version import __version__
from khmertext.web.building import SitePlan, edit_sheet, format_css, name_asset, page_insertions
from khmertext.web.detector import install_page, make_detector
from khmertext.web.disk import (
    Tree,
    copy_file,
    copy_link,
    read_file,
    read_tree,
    remove_file,
    write_file,
)
from khmertext.web.manifest import FileRecord, Manifest, check_path, hash_bytes, read_manifest, write_manifest
from khmertext.web.marks import restore_file
from khmertext.web.pages import FoundText, SiteWarning
from khmertext.web.reading import Progress, SiteFacts, read_site
from khmertext.web.sources import Insertion, apply_insertions, decode_source
from khmertext.web.webfonts import (
    SiteFonts,
    make_download,
    make_fonts,
    open_shipped,
    open_sources,
    prove_in_processes,
)
from khmertext.workers import count_jobs

__all__ = ["BuildOptions", "BuildResult", "Problem", "build_site", "check_site", "clean_site"]

MANIFEST = "manifest.json"
JOURNAL = "journal.json"
SHOWN_CLUSTERS = 8


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
        jobs: Processes, or None for one a processor.
    """

    fonts: tuple[Path, ...] = ()
    family: str = "Site Khmer"
    axes: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    folder: str = "khmertext"
    hinting: Literal["keep", "drop", "auto"] = "auto"
    detector: bool = True
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
        written: Files written or copied.
        removed: Files removed.
        lacking: What the font does not have; never counted as proven.
        warnings: What the owner should know.
        manifest: What was written, or None when there is no Khmer.
    """

    pages: int
    khmer_pages: int = 0
    characters: int = 0
    clusters: int = 0
    runs: int = 0
    glyphs: int = 0
    before: int = 0
    after: int = 0
    written: int = 0
    removed: int = 0
    lacking: tuple[Lacking, ...] = ()
    warnings: tuple[SiteWarning, ...] = ()
    manifest: Manifest | None = None


class Problem(NamedTuple):
    """Why a built site is no longer right.

    Attributes:
        path: The file.
        line: The line, or 0.
        text: The Khmer that the font cannot draw, or "".
        message: What is wrong.
    """

    path: str
    line: int
    text: str
    message: str


# -- build ---------------------------------------------------------------------------------------------------------


def build_site(
    source: Path,
    output: Path | None,
    options: BuildOptions | None = None,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> BuildResult:
    """Give a finished site its Khmer web font.

    Args:
        source: The site's folder.
        output: Where the new site goes, or None to change the site in place.
        options: What to do otherwise than by default.
        dry_run: Do everything but write.
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
    if output is not None:
        check_output(source, output)
    old = load_manifests(target, options.folder)
    if output is not None and not old and output.is_dir() and any(output.iterdir()):
        raise SiteError(
            "is not empty and holds no manifest of khmertext",
            source=str(output),
            hint="give a new folder, or empty this one",
        )
    # The input may itself be a built site; what a build put in is never read as the author's.
    own = old if output is None else load_manifests(source, options.folder)
    tree = read_tree(source, skip=options.folder)
    if not own and (source / options.folder).exists():
        raise SiteError(
            "is in the site already and is not ours", source=str(source / options.folder), hint="use --folder NAME"
        )
    facts = read_site(
        tree,
        family=options.family,
        manifests=own,
        exclude=options.exclude,
        also=options.also,
        jobs=jobs,
        progress=progress,
    )
    texts = facts.iter_texts()
    warnings = [*tree_warnings(tree, in_place=output is None), *facts.warnings]
    dynamic = any(page.facts.needs_font for page in facts.pages)
    if not texts and not dynamic:
        return finish_without_khmer(facts, output, own, options, warnings, dry_run=dry_run)
    sources = open_sources(options.fonts, options.axes)
    distinct = sorted({(text.text, text.language, weight) for _, text in texts for weight in text.weights})
    fonts = make_fonts(sources, distinct, family=options.family, hinting=options.hinting, jobs=jobs, progress=progress)
    plan = plan_site(facts, fonts, options, make_download(sources) if options.detector else None)
    report, clusters = make_report(facts, fonts, options, texts)
    writer = Writer(facts, plan, own, old, options, output, report, dry_run=dry_run, progress=progress)
    manifest = writer.write()
    return BuildResult(
        pages=facts.page_count,
        khmer_pages=sum(1 for page in facts.pages if page.facts.needs_font),
        characters=facts.characters,
        clusters=clusters,
        runs=sum(proof.runs for proof in fonts.proofs),
        glyphs=fonts.glyphs,
        before=fonts.before,
        after=fonts.after,
        written=writer.written,
        removed=writer.removed,
        lacking=find_lacking(fonts, texts),
        warnings=tuple(warnings),
        manifest=manifest,
    )


def check_options(options: BuildOptions) -> None:
    family = options.family
    if not family.strip() or len(family) > 100 or any(ord(letter) < 32 for letter in family):
        raise ValueError("the family needs a name of 1 to 100 printable characters")
    if "/" in options.folder or options.folder in (".", "..") or options.folder.startswith("."):
        raise ValueError("the folder is one plain name, without a dot in front")
    check_path(options.folder, "--folder")
    if options.hinting not in ("keep", "drop", "auto"):
        raise ValueError("hinting is keep, drop or auto")


def check_output(source: Path, output: Path) -> None:
    here, there = source.resolve(), output.resolve()
    if here == there:
        raise SiteError("is the site itself", source=str(output), hint="use --in-place to change it where it is")
    if there.is_relative_to(here) or here.is_relative_to(there):
        raise SiteError("and the site lie inside each other", source=str(output), hint="give a folder beside the site")
    if output.exists() and not output.is_dir():
        raise SiteError("is no folder", source=str(output))


def load_manifests(root: Path, folder: str) -> tuple[Manifest, ...]:
    """The manifest and the journal of a site, where there are any; the manifest first."""
    found = []
    for name in (MANIFEST, JOURNAL):
        path = root / folder / name
        if path.is_file():
            found.append(read_manifest(read_file(root, f"{folder}/{name}"), source=str(path)))
    return tuple(found)


def tree_warnings(tree: Tree, *, in_place: bool) -> list[SiteWarning]:
    what = "a link that leaves the site or leads nowhere; not read" + ("" if in_place else ", not copied")
    return [SiteWarning("outside-link", what, path, 0) for path in tree.outside]


def plan_site(facts: SiteFacts, fonts: SiteFonts, options: BuildOptions, download: Any) -> SitePlan:
    """Every asset with its name, and what pages need to know to link to them."""
    assets: dict[str, bytes] = dict(fonts.files)
    detector = make_detector(family=options.family) if options.detector else None
    script: dict[str, str] = {}
    if detector is not None:
        script["src"] = name_asset("detector", detector.script, ".js")
        script["sentence"] = name_asset("sentence", detector.sentence_svg, ".svg")
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
    rules = [rule for page in facts.pages for rule in page.facts.rules]
    css = format_css(options.family, fonts.assets, rules, detector)
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
    )


def make_report(
    facts: SiteFacts, fonts: SiteFonts, options: BuildOptions, texts: Sequence[tuple[str, FoundText]]
) -> tuple[dict[str, Any], int]:
    clusters = sorted({cluster for text in {found.text for _, found in texts} for cluster in split_clusters(text)})
    inputs = {page.facts.path: page.original for page in facts.pages}
    inputs |= {file.path: file.original for file in facts.files if file.texts}
    report = {
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
        },
        "inputs": dict(sorted(inputs.items())),
        "text": {
            "pages": facts.page_count,
            "khmer_pages": sum(1 for page in facts.pages if page.facts.needs_font),
            "characters": facts.characters,
            "clusters": clusters,
        },
        "fonts": list(fonts.report),
    }
    return report, len(clusters)


def installed_version(name: str) -> str:
    try:
        return package_version(name)
    except PackageNotFoundError:
        return ""


def find_lacking(fonts: SiteFonts, texts: Sequence[tuple[str, FoundText]]) -> tuple[Lacking, ...]:
    lacking = {run.text for proof in fonts.proofs for run in proof.lacking}
    found: dict[str, Lacking] = {}
    for path, text in texts:
        if text.text in lacking:
            found.setdefault(text.text, Lacking(text.text, path, text.line))
    return tuple(found.values())


class Writer:
    """Writes a planned site; made for one call."""

    def __init__(
        self,
        facts: SiteFacts,
        plan: SitePlan,
        own: Sequence[Manifest],
        old: Sequence[Manifest],
        options: BuildOptions,
        output: Path | None,
        report: Mapping[str, Any],
        *,
        dry_run: bool,
        progress: Progress | None,
    ) -> None:
        self.facts = facts
        self.plan = plan
        self.own = own
        self.old = old
        self.options = options
        self.in_place = output is None
        self.root = facts.tree.root if output is None else output
        self.report = report
        self.dry_run = dry_run
        self.progress = progress
        self.written = 0
        self.removed = 0
        self.known = {page.facts.path: page.original for page in facts.pages}
        self.known |= {file.path: file.original for file in facts.files}

    def write(self) -> Manifest:
        insertions = self.plan_insertions()
        changed = {}
        for number, (path, (places, encoding)) in enumerate(sorted(insertions.items())):
            data, original = self.original(path)
            result, put = apply_insertions(data, places, encoding)
            changed[path] = FileRecord(original, hash_bytes(result), tuple(put))
            self.tell("planning", number + 1, len(insertions))
        manifest = self.make_manifest(changed)
        if self.dry_run:
            return manifest
        folder = self.options.folder
        for name, data in sorted(self.plan.assets.items()):
            self.count(write_file(self.root, f"{folder}/{name}", data))
        current = write_manifest(manifest)
        if not self.is_done(current, insertions):
            write_file(self.root, f"{folder}/{JOURNAL}", current)
        self.write_files(insertions)
        self.remove_old(manifest)
        self.count(write_file(self.root, f"{folder}/{MANIFEST}", current))
        remove_file(self.root, f"{folder}/{JOURNAL}")
        return manifest

    def is_done(self, current: bytes, insertions: Mapping[str, Any]) -> bool:
        """Whether the manifest is there already: then at most copies are missing, and nothing is to be undone."""
        path = self.root / self.options.folder / MANIFEST
        return path.is_file() and read_file(self.root, f"{self.options.folder}/{MANIFEST}") == current

    def plan_insertions(self) -> dict[str, tuple[list[Insertion], str]]:
        planned: dict[str, tuple[list[Insertion], str]] = {}
        stacks: dict[str, set[int]] = {}
        for page in self.facts.pages:
            facts = page.facts
            if facts.needs_font:
                planned[facts.path] = (page_insertions(facts, self.plan), facts.encoding)
            for path, index in facts.stacks:
                stacks.setdefault(path, set()).add(index)
        for path, indexes in stacks.items():
            data, _ = self.original(path)
            source = decode_source(data, source=path, kind="css")
            places = edit_sheet(source, self.facts.context.sheets[path], indexes, self.facts.context)
            if places:
                planned[path] = (places, source.encoding)
        return planned

    def original(self, path: str) -> tuple[bytes, str]:
        data = restore_file(path, read_file(self.facts.tree.root, path), self.own)
        digest = hash_bytes(data)
        known = self.known.get(path)
        if known is not None and known != digest:
            raise SiteError("changed while it was read", source=path, hint="run again when the site is finished")
        return data, digest

    def make_manifest(self, changed: Mapping[str, FileRecord]) -> Manifest:
        folder = self.options.folder
        assets = tuple(sorted(f"{folder}/{name}" for name in self.plan.assets))
        previous: tuple[str, ...] = ()
        for manifest in self.old:
            # The files of the build before stay for cached pages; a build that changes nothing changes this neither.
            previous = manifest.previous if set(manifest.assets) == set(assets) else manifest.assets
        copied: tuple[str, ...] = ()
        if not self.in_place:
            copied = tuple(path for path in (*self.facts.tree.files, *self.facts.tree.links) if path not in changed)
        return Manifest(
            family=self.options.family,
            changed=changed,
            assets=assets,
            previous=tuple(sorted(set(previous) - set(assets))),
            copied=tuple(sorted(copied)),
            report=self.report,
        )

    def write_files(self, insertions: Mapping[str, tuple[list[Insertion], str]]) -> None:
        tree = self.facts.tree
        total = len(tree.files)
        touched = {path for manifest in self.own for path in manifest.changed}
        for number, path in enumerate(tree.files):
            if path in insertions:
                data, _ = self.original(path)
                places, encoding = insertions[path]
                self.count(write_file(self.root, path, apply_insertions(data, places, encoding)[0]))
            elif path in touched:
                self.count(write_file(self.root, path, self.original(path)[0]))
            elif not self.in_place:
                self.count(copy_file(tree.root / path, self.root, path))
            self.tell("writing", number + 1, total)
        if not self.in_place:
            for path in tree.links:
                self.count(copy_link(tree.root / path, self.root, path))

    def remove_old(self, manifest: Manifest) -> None:
        """Remove what earlier builds put there and this one does not; in place, only files of ours."""
        mine = manifest.files
        for old in self.old:
            listed = old.files if not self.in_place else {*old.assets, *old.previous}
            for path in sorted(listed - mine):
                remove_file(self.root, path)
                self.removed += 1

    def count(self, written: bool) -> None:
        self.written += written

    def tell(self, what: str, done: int, total: int) -> None:
        if self.progress is not None and (done % 50 == 0 or done == total):
            self.progress(what, done, total)


def finish_without_khmer(
    facts: SiteFacts,
    output: Path | None,
    own: Sequence[Manifest],
    options: BuildOptions,
    warnings: list[SiteWarning],
    *,
    dry_run: bool,
) -> BuildResult:
    """Nothing to do: no Khmer. What an earlier build put in place is taken out."""
    written = 0
    if output is None and own and not dry_run:
        written = clean_site(facts.tree.root, folder=options.folder)
    return BuildResult(pages=facts.page_count, written=written, warnings=tuple(warnings))


# -- clean ---------------------------------------------------------------------------------------------------------


def clean_site(root: Path, *, folder: str = "khmertext") -> int:
    """Take out of a site everything that builds put in: the author's bytes come back.

    Args:
        root: The built site.
        folder: Our folder in it.

    Returns:
        How many files were changed or removed.

    Raises:
        SiteError: There is no manifest, or a file cannot be restored.
    """
    manifests = load_manifests(root, folder)
    if not manifests:
        raise SiteError(
            f"holds no {folder}/{MANIFEST}", source=str(root), hint="only a site that khmertext built can be cleaned"
        )
    count = 0
    for path in sorted({path for manifest in manifests for path in manifest.changed}):
        if not (root / path).is_file():
            continue  # the author removed it
        count += write_file(root, path, restore_file(path, read_file(root, path), manifests))
    for path in sorted({path for manifest in manifests for path in (*manifest.assets, *manifest.previous)}):
        remove_file(root, path)
        count += 1
    for name in (JOURNAL, MANIFEST):
        remove_file(root, f"{folder}/{name}")
    return count


# -- check ---------------------------------------------------------------------------------------------------------


def check_site(
    root: Path, *, folder: str = "khmertext", jobs: int | None = None, progress: Progress | None = None
) -> list[Problem]:
    """Whether a built site's font still draws all of its Khmer.

    The font with all of Khmer, which every built site has, is what the text font is compared with: the check needs
    nothing but the site.

    Args:
        root: The built site.
        folder: Our folder in it.
        jobs: Processes.
        progress: Told how far it is.

    Returns:
        What is wrong, in the order of files; nothing when all is well.

    Raises:
        SiteError: There is no manifest, or a file cannot be read.
        FontError: A font of ours is damaged.
    """
    manifests = load_manifests(root, folder)
    if not manifests:
        raise SiteError(f"holds no {folder}/{MANIFEST}", source=str(root), hint="run `khmertext site build` first")
    manifest = manifests[0]
    options = manifest.report.get("options", {})
    problems = [
        Problem(path, 0, "", "is missing; build the site again")
        for path in manifest.assets
        if not (root / path).is_file()
    ]
    facts = read_site(
        read_tree(root, skip=folder),
        family=manifest.family,
        manifests=manifests,
        exclude=tuple(options.get("exclude", ())),
        also=tuple(options.get("also", ())),
        jobs=count_jobs(jobs),
        progress=progress,
    )
    for page in facts.pages:
        if page.facts.needs_font and page.facts.path not in manifest.changed:
            problems.append(Problem(page.facts.path, 0, "", "has Khmer but not the site's font; build the site again"))
    texts = facts.iter_texts()
    for font in manifest.report.get("fonts", ()):
        problems += check_font(root, folder, font, texts, count_jobs(jobs))
    return sorted(set(problems))


def check_font(
    root: Path, folder: str, font: Mapping[str, Any], texts: Sequence[tuple[str, FoundText]], jobs: int
) -> list[Problem]:
    faces = {}
    problems = []
    for entry in font["files"]:
        path = check_path(f"{folder}/{entry['file']}", str(root))
        if not (root / path).is_file():
            return []  # told above
        data = read_file(root, path)
        if hash_bytes(data) != entry["sha256"]:
            problems.append(Problem(path, 0, "", "is not the file that was proven; build the site again"))
        faces[entry["role"]] = open_shipped(data, source=str(root / path))
    axis = faces["full"].axis("wght")
    low, high = (axis.minimum, axis.maximum) if axis is not None else (400, 400)
    runs: dict[Run, tuple[str, FoundText]] = {}
    for path, text in texts:
        for weight in text.weights:
            runs.setdefault(Run(text.text, text.language, round(min(max(weight, low), high))), (path, text))
    proof = prove_in_processes(jobs, faces["full"], faces["text"], sorted(runs))
    for difference in proof.differing:
        path, text = runs[difference.run]
        problems.append(
            Problem(path, text.line, difference.run.text, f"{text.where}: the site's font cannot draw this")
        )
    return problems
