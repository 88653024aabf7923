"""Does a built site's font still draw all of its Khmer?

The font with all of Khmer, which every built site has, is what the text font is compared with: the check needs nothing
but the site.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from khmertext.errors import FontError, SiteError
from khmertext.fonts import Face, Run
from khmertext.fonts.certificate import prove_everywhere
from khmertext.fonts.features import find_tags, keep_features
from khmertext.fonts.runs import split_at_gaps, split_long
from khmertext.web.boxes import BOX_PROPERTIES
from khmertext.web.clipping import Clash, judge_lines
from khmertext.web.clippingpage import describe_clash
from khmertext.web.disk import read_file, read_tree
from khmertext.web.facts import FoundText, PageFinding, SiteContext
from khmertext.web.linereading import LINE_CODES
from khmertext.web.looks import Look
from khmertext.web.manifest import Manifest, check_path, hash_bytes
from khmertext.web.marks import Restorer
from khmertext.web.matching import choose_faces
from khmertext.web.ownfonts import OwnFace, find_own_faces, list_own_runs, own_texts
from khmertext.web.reading import PageRead, Progress, SiteFacts, read_site
from khmertext.web.sources import decode_source
from khmertext.web.stacks import fallback_families, place_family
from khmertext.web.stylesheets import parse_styles
from khmertext.web.webfonts import open_shipped, open_sources, use_shipped
from khmertext.web.writing import JOURNAL, MANIFEST, UNBUILT, find_folder, is_built, load_earlier
from khmertext.workers import count_jobs

__all__ = ["Problem", "SiteReview", "check_site", "review_site"]

AGAIN = "build the site again"
NO_FONT = "has Khmer, and the site has no font for it; run `khmertext site build`"
ROLES = frozenset({"text", "flagged", "full"})


class Problem(NamedTuple):
    """Why a built site is no longer right.

    Attributes:
        path: The file.
        line: The line, or 0.
        text: The Khmer that the font cannot draw, or "".
        message: What is wrong.
        code: Of :mod:`khmertext.web.pagerules`.
    """

    path: str
    line: int
    text: str
    message: str
    code: str


class SiteReview(NamedTuple):
    """What a look at a site found.

    Attributes:
        problems: Why its font is not right, in the order of files.
        findings: What is wrong with its pages and stylesheets, in the order of files.
        pages: How many pages there are.
        built: Whether a build wrote it.
        included: The names of the text files beside the site whose Khmer was proven when it was built. That holds as
            long as the fonts are those of the build.
        shown: The pages that show Khmer or may come to.
        originals: The path of each font that was cut → the path of the one that has all of it, from the root.
    """

    problems: tuple[Problem, ...]
    findings: tuple[PageFinding, ...]
    pages: int
    built: bool
    included: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    originals: Mapping[str, str] = MappingProxyType({})


class ShippedFont(NamedTuple):
    """What a manifest says of one font.

    These are the paths of the file that draws the pages, of the one with all Khmer and of all others, which are cut
    further; the runs that it never had; weights and slant.
    """

    text: str
    full: str
    cut: tuple[str, ...]
    lacking: frozenset[str]
    weights: tuple[int, int]
    italic: bool


class CutFont(NamedTuple):
    """A font that was cut from one of the site's own: which one, the sha256 that it had, and the path of ours."""

    own: OwnFace
    digest: str
    path: str


def check_site(
    root: Path, *, folder: str | None = None, jobs: int | None = None, progress: Progress | None = None
) -> list[Problem]:
    """Whether a built site's font still draws all of its Khmer.

    Args:
        root: The built site.
        folder: Our folder in it; None to find it.
        jobs: Processes, or None for one a processor.
        progress: Told how far it is.

    Returns:
        What is wrong, in the order of files; nothing when all is well.

    Raises:
        SiteError: There is no manifest, or it or a file cannot be read.
        FontError: A font that is as the build left it cannot be read.
    """
    folder = find_folder(root, folder)
    return list(review_site(root, folder=folder, jobs=jobs, progress=progress, lint=False).problems)


def review_site(
    root: Path,
    *,
    folder: str | None = None,
    exclude: Sequence[str] = (),
    jobs: int | None = None,
    progress: Progress | None = None,
    lint: bool = True,
    lines: bool = False,
) -> SiteReview:
    """Look at a site, built or not: whether its font draws all of its Khmer, and what else is wrong with its pages.

    Args:
        root: The site.
        folder: Our folder in it; None to find it.
        exclude: Patterns of files to leave alone; those of the build count besides.
        jobs: Processes, or None for one a processor.
        progress: Told how far it is.
        lint: Whether to look at the pages for more than what the font needs.
        lines: Whether to look for lines and boxes that are too tight for their Khmer, too.

    Returns:
        What was found.

    Raises:
        SiteError: The folder is none, the manifest or a file cannot be read.
        FontError: A font that is as the build left it cannot be read.
    """
    if folder is None and not is_built(root):
        facts = read_site(
            read_tree(root),
            family=UNBUILT,
            exclude=exclude,
            jobs=count_jobs(jobs),
            progress=progress,
            lint=lint,
            more=BOX_PROPERTIES if lines else frozenset(),
        )
        tight = judge_lines(facts, open_sources([])).clashes if lines else ()
        first = next(iter(facts.iter_texts()), None)
        none = [] if first is None else [Problem(first[0], first[1].line, "", NO_FONT, "KS904")]
        return SiteReview(tuple(none), sort_findings(facts, tight), facts.page_count, built=False)
    folder = find_folder(root, folder)
    earlier = load_earlier(root, folder)
    if earlier.manifest is None:
        what = Problem(f"{folder}/{JOURNAL}", 0, "", f"a build was interrupted; {AGAIN}", "KS903")
        return SiteReview((what,), (), 0, built=True)
    manifest = earlier.manifest
    source = str(root / folder / MANIFEST)
    excluded, also, fonts = read_report(manifest, folder, source)
    included, guarded = read_brought(manifest, source)
    problems = []
    if earlier.journal is not None:
        problems.append(Problem(f"{folder}/{JOURNAL}", 0, "", f"a later build was interrupted; {AGAIN}", "KS903"))
    damaged = dict(damaged_assets(root, manifest))
    problems += [Problem(path, 0, "", f"{what}; {AGAIN}", "KS903") for path, what in damaged.items()]
    facts = read_site(
        read_tree(root, skip=folder),
        family=manifest.family,
        restorer=Restorer(earlier.all),
        exclude=(*excluded, *exclude),
        also=also,
        jobs=count_jobs(jobs),
        progress=progress,
        brought=guarded or bool(included),
        fallbacks=read_fallback_families(manifest),
        lint=lint,
        more=BOX_PROPERTIES if lines else frozenset(),
    )
    problems += check_links(root, facts, manifest)
    texts = facts.iter_texts()
    for place, font in enumerate(fonts):
        own = drawn_with(fonts, place, texts)
        faces = [open_again(root, path, path in damaged) for path in (font.full, font.text)]
        if faces[0] is not None and faces[1] is not None:
            problems += check_font(faces[0], faces[1], font.lacking, own, count_jobs(jobs))
    cut = list_cut(root, folder, facts.context, manifest)
    problems += check_own(root, facts.context, cut, texts, count_jobs(jobs))
    if not fonts:
        problems += [Problem(path, text.line, text.text, f"{text.where}: the site has no font yet; {AGAIN}", "KS901")
                     for path, text in texts]  # fmt: skip
    full = [open_again(root, font.full, font.full in damaged) for font in fonts] if lines else []
    tight = judge_lines(facts, [use_shipped(face) for face in full if face is not None]).clashes if any(full) else ()
    return SiteReview(
        tuple(sorted(set(problems))),
        sort_findings(facts, tight),
        facts.page_count,
        built=True,
        included=included,
        shown=tuple(page.facts.path for page in facts.pages if page.facts.needs_font),
        originals={path: font.full for font in fonts for path in font.cut} | {one.path: one.own.source for one in cut},
    )


def sort_findings(facts: SiteFacts, tight: Iterable[Clash]) -> tuple[PageFinding, ...]:
    """What is wrong with pages and their lines, in the order of files and places."""
    found = [
        PageFinding(
            LINE_CODES[one.kind],
            one.path,
            one.line,
            one.column,
            one.end_line,
            one.end_column,
            f"{one.where}: {describe_clash(one)}" + (f" ({one.elements:,} elements)" if one.elements > 1 else ""),
            "",
        )
        for one in tight
    ]
    if not found:
        return tuple(facts.findings)
    return tuple(sorted([*facts.findings, *found], key=lambda one: (one.path, one.line, one.column, one.code)))


def read_report(
    manifest: Manifest, folder: str, source: str
) -> tuple[tuple[str, ...], tuple[str, ...], list[ShippedFont]]:
    """What a check needs of the manifest's report: patterns of files, and the fonts."""
    try:
        options: Mapping[str, Any] = manifest.report["options"]
        exclude, also = (tuple(str(glob) for glob in options[name]) for name in ("exclude", "also"))
        reported = manifest.report["fonts"]
        if not isinstance(reported, list):
            raise TypeError("a list of fonts")
        fonts = []
        for font in reported:
            if font.get("unused"):
                continue  # no page has a text that is drawn with it
            files = {entry["role"]: check_path(f"{folder}/{entry['file']}", source) for entry in font["files"]}
            if not manifest.assets.keys() >= set(files.values()) or not files.keys() <= ROLES:
                raise KeyError(folder)
            # What a font that flags does not know, browsers take from the full one.
            shown = files.get("text", files["full"])
            low, high = map(int, font["weights"])
            fonts.append(
                ShippedFont(
                    shown,
                    files["full"],
                    tuple(path for role, path in files.items() if role != "full"),
                    frozenset(font["lacking"]),
                    (low, high),
                    bool(font["italic"]),
                )
            )
    except (KeyError, TypeError, AttributeError) as error:
        raise SiteError(f"is a damaged manifest ({type(error).__name__})", source=source, hint=AGAIN) from error
    return exclude, also, fonts


def read_fallback_families(manifest: Manifest) -> tuple[str, ...]:
    """The families that stand behind the site's own; none where it was built without."""
    options = manifest.report.get("options")
    if not isinstance(options, dict) or options.get("fallbacks") is not True:
        return ()
    return fallback_families(manifest.family, swap=options.get("swap") is not False)


def read_brought(manifest: Manifest, source: str) -> tuple[tuple[str, ...], bool]:
    """The text files beside the site that a build knew of, and whether it has the guard; older builds had neither."""
    try:
        assumptions: Mapping[str, Any] = manifest.report.get("assumptions", {})
        names = tuple(str(one["name"]) for one in assumptions.get("included_text", ()))
        return names, bool(assumptions.get("guard", {}).get("on", False))
    except (KeyError, TypeError, AttributeError) as error:
        raise SiteError(f"is a damaged manifest ({type(error).__name__})", source=source, hint=AGAIN) from error


def damaged_assets(root: Path, manifest: Manifest) -> Iterator[tuple[str, str]]:
    for path, digest in manifest.assets.items():
        if not (root / path).is_file():
            yield path, "is missing"
        elif hash_bytes(read_file(root, path)) != digest:
            yield path, "is not the file that was built"


def open_again(root: Path, path: str, damaged: bool) -> Face | None:
    """A font of ours; None for one that is told to be missing or damaged anyway."""
    try:
        return open_shipped(read_file(root, path), source=str(root / path))
    except (FontError, SiteError):
        if damaged or not (root / path).is_file():
            return None
        raise


# -- links ---------------------------------------------------------------------------------------------------------


def check_links(root: Path, facts: SiteFacts, manifest: Manifest) -> Iterator[Problem]:
    """Whether pages and stylesheets that need the font still name it: a generator may have written them anew."""
    styles = [path.rpartition("/")[2] for path in manifest.assets if path.endswith(".css")]
    stacks: dict[str, set[int]] = {}
    for page in facts.pages:
        for path, index in page.facts.stacks:
            stacks.setdefault(path, set()).add(index)
        if not page.facts.needs_font or is_as_built(page, manifest):
            continue
        text = decode_source(read_file(root, page.facts.path), source=page.facts.path).text
        needed = Counter(insertion.text for insertion in page.facts.insertions)
        if not any(style in text for style in styles):
            yield Problem(page.facts.path, 0, "", f"has Khmer but not the site's font; {AGAIN}", "KS902")
        elif any(text.count(part) < count for part, count in needed.items()):
            what = f"has Khmer where its styles do not name the site's font; {AGAIN}"
            yield Problem(page.facts.path, 0, "", what, "KS902")
    for path, indexes in sorted(stacks.items()):
        if not names_family(root, path, indexes, facts.context):
            yield Problem(path, 0, "", f"does not name the site's font where Khmer needs it; {AGAIN}", "KS902")


def is_as_built(page: PageRead, manifest: Manifest) -> bool:
    record = manifest.changed.get(page.facts.path)
    return record is not None and record.result == page.found


def names_family(root: Path, path: str, indexes: set[int], context: SiteContext) -> bool:
    now = parse_styles(decode_source(read_file(root, path), source=path, kind="css").text).stacks
    return all(
        place_family(context.sheets[path].stacks[index], context.family, context) is None
        or (index < len(now) and any(item.name == context.family for item in now[index].families))
        for index in indexes
    )


# -- the font ------------------------------------------------------------------------------------------------------


def list_cut(root: Path, folder: str, context: SiteContext, manifest: Manifest) -> list[CutFont]:
    """The fonts that were cut from the site's own, as far as its stylesheets still name those."""
    known = {(own.sheet, own.place): own for own in find_own_faces(context)}
    source = str(root / folder / MANIFEST)
    try:
        return [
            CutFont(
                known[entry["sheet"], entry["face"]],
                str(entry["sha256"]),
                check_path(f"{folder}/{entry['file']}", source),
            )
            for entry in manifest.report["own_fonts"]
            if (entry["sheet"], entry["face"]) in known
        ]
    except (KeyError, TypeError) as error:
        raise SiteError(f"is a damaged manifest ({type(error).__name__})", source=source, hint=AGAIN) from error


def check_own(
    root: Path,
    context: SiteContext,
    cut: Sequence[CutFont],
    texts: Sequence[tuple[str, FoundText]],
    jobs: int,
) -> Iterator[Problem]:
    """Every run that a font draws which was cut from one of the site's own, compared with that one."""
    for own, digest, path in cut:
        data = read_file(root, own.source)
        if hash_bytes(data) != digest:
            yield Problem(own.source, 0, "", f"is not the font that {path} was cut from; {AGAIN}", "KS903")
            continue
        face, shipped = open_shipped(data, source=own.source), open_again(root, path, damaged=True)
        if shipped is None:
            continue  # which is told already
        runs = list_own_runs(own.rule, face, own_texts(context, own, texts))
        for difference in prove_everywhere(face, shipped, sorted(runs), jobs=jobs).differing:
            where, text = runs[difference.run]
            what = f"{text.where}: the font made of {own.source} cannot draw this; {AGAIN}"
            yield Problem(where, text.line, text.text, what, "KS901")


def drawn_with(
    fonts: Sequence[ShippedFont], place: int, texts: Sequence[tuple[str, FoundText]]
) -> list[tuple[str, FoundText]]:
    """The texts that browsers draw with one of the fonts, with those of their looks for which they take it."""
    if len(fonts) == 1:
        return list(texts)
    known: dict[tuple[Look, ...], tuple[Look, ...]] = {}
    found = []
    for path, text in texts:
        if text.looks not in known:
            known[text.looks] = tuple(look for look in text.looks if place in choose_faces(fonts, look))
        if known[text.looks]:
            found.append((path, text._replace(looks=known[text.looks])))
    return found


def check_font(
    full: Face, text_face: Face, known: frozenset[str], texts: Sequence[tuple[str, FoundText]], jobs: int
) -> Iterator[Problem]:
    """Every run, compared between the text font and the one with all of Khmer."""
    axis = full.axis("wght")
    low, high = (axis.minimum, axis.maximum) if axis is not None else (400, 400)
    tags = find_tags(full.tables)
    served: dict[Look, tuple[int, str]] = {}
    runs: dict[Run, tuple[str, FoundText]] = {}
    lacking: dict[str, tuple[str, FoundText]] = {}
    for path, text in texts:
        pieces = split_at_gaps(text.text, full.unicodes)
        if pieces != split_long(text.text):
            lacking.setdefault(text.text, (path, text))
        for look in text.looks:
            if look not in served:
                served[look] = round(min(max(look.weight, low), high)), keep_features(look.features, tags)
            for piece in pieces:
                runs.setdefault(Run(piece, text.language, *served[look]), (path, text))
    proof = prove_everywhere(full, text_face, sorted(runs), jobs=jobs)
    for difference in proof.differing:
        path, text = runs[difference.run]
        yield Problem(path, text.line, text.text, f"{text.where}: the site's font cannot draw this", "KS901")
    for run in proof.lacking:
        lacking.setdefault(runs[run][1].text, runs[run])
    for run_text, (path, text) in lacking.items():
        # What it lacked from the start, building again does not bring.
        what = (
            "the whole font has no letters for this either; use another --font"
            if run_text in known
            else ("the site's font has no letters for this")
        )
        yield Problem(path, text.line, run_text, f"{text.where}: {what}", "KS901")
