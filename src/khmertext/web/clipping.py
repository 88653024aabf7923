"""Where lines are too tight for Khmer: a line's subscripts run into the next one's vowels, or a box cuts them off.

What counts is the ink of the clusters that a site really shows there, in its font: of two lines one may end with the
deepest of them, and the other have the highest right below it. So the smallest line height at which nothing meets is
the depth of the one and the height of the other together.

Source: CSS 2.2, section 10.8.1: half of what a line height has beyond the font's own is above the line, half below.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from khmertext.fonts import Face
from khmertext.fonts.ink import Ink, measure_ink
from khmertext.web.boxes import BOX_PROPERTIES
from khmertext.web.disk import read_tree
from khmertext.web.fallbacks import choose_source
from khmertext.web.lines import LineBox, LinePlace
from khmertext.web.marks import Restorer
from khmertext.web.reading import Progress, SiteFacts, read_site
from khmertext.web.webfonts import FontSource
from khmertext.web.writing import UNBUILT, find_folder, is_built, load_earlier
from khmertext.workers import count_jobs

__all__ = ["Clash", "ClippingReport", "Edges", "Metrics", "find_clashes", "find_clipping", "judge_lines", "round_up"]

STEP: Final = 0.05
# What is less than this is no overlap that anybody sees: a thirtieth of a pixel at 16 px.
TOLERANCE: Final = 0.002


class Metrics(NamedTuple):
    """How far the font that a line is set by reaches, in em.

    Attributes:
        ascent: Above the baseline.
        descent: Below it.
        gap: Between lines.
    """

    ascent: float
    descent: float
    gap: float = 0.0

    @classmethod
    def of_face(cls, face: Face, place: Mapping[str, float] | None = None) -> Metrics:
        """The metrics that HarfBuzz reads from a font."""
        extents = face.font(place).get_font_extents("ltr")
        return cls(extents.ascender / face.upem, -extents.descender / face.upem, extents.line_gap / face.upem)


class Edges(NamedTuple):
    """Where a box ends, in em from the baseline of a line: of the first one above, of the last one below."""

    top: float
    bottom: float


class Clash(NamedTuple):
    """A place where ink meets ink, or is cut off.

    Attributes:
        kind: "overlap" or "cut".
        where: The rule that is to blame.
        css: The line height as it is set; "normal" where it is not.
        height: From one baseline to the next, in em.
        needed: The smallest line height at which nothing meets, in em, exactly.
        smallest: The same, rounded up to a twentieth.
        weight: The CSS weight of the text.
        deepest: The cluster that reaches farthest below its line.
        highest: The cluster that reaches farthest above its line.
        depth: How far the former does, in em.
        rise: How far the latter does, in em.
        edges: Where the box of a "cut" ends above and below the baseline of its line: now, and with the smallest.
        tall: How tall a box that has a height must be then, in em, rounded up; 0 for one that has none.
        path: The page where it was first met.
        line: The line there, from 1.
        elements: How many elements are like that.
        column: The column there, from 1.
        end_line: Where the start tag ends.
        end_column: Behind its last character.
    """

    kind: str
    where: str
    css: str
    height: float
    needed: float
    smallest: float
    weight: int
    deepest: str
    highest: str
    depth: float
    rise: float
    edges: tuple[Edges, Edges] | None
    tall: float
    path: str
    line: int
    elements: int
    column: int = 0
    end_line: int = 0
    end_column: int = 0


class ClippingReport(NamedTuple):
    """What was found in a site.

    Attributes:
        clashes: What is wrong, the worst first.
        places: How many kinds of lines there are.
        elements: How many elements with Khmer.
        unknown: How many of these have lines that only a browser can tell.
    """

    clashes: tuple[Clash, ...]
    places: int
    elements: int
    unknown: int


def find_clipping(
    root: Path,
    sources: Sequence[FontSource],
    *,
    line_font: Face | None = None,
    exclude: Sequence[str] = (),
    jobs: int | None = None,
    progress: Progress | None = None,
) -> ClippingReport:
    """Find where the lines of a site are too tight for its Khmer.

    Args:
        root: The site, built or not.
        sources: The fonts that it is shown in.
        line_font: The font that sets the lines: the first of the page's stacks that has the space. None for the font of
            the Khmer itself.
        exclude: Patterns of files to leave alone.
        jobs: Processes, or None for one a processor.
        progress: Told how far it is.

    Raises:
        SiteError: The folder is none, or a file cannot be read.
    """
    folder = find_folder(root) if is_built(root) else ""
    restorer = Restorer(load_earlier(root, folder).all if folder else ())
    tree = read_tree(root, skip=folder) if folder else read_tree(root)
    facts = read_site(
        tree,
        family=UNBUILT,
        restorer=restorer,
        exclude=exclude,
        jobs=count_jobs(jobs),
        progress=progress,
        more=BOX_PROPERTIES,
    )
    return judge_lines(facts, sources, line_font)


def judge_lines(facts: SiteFacts, sources: Sequence[FontSource], line_font: Face | None = None) -> ClippingReport:
    """Find what is wrong with the lines of a site that was read with :data:`khmertext.web.boxes.BOX_PROPERTIES`.

    Args:
        facts: What was read.
        sources: The fonts that it is shown in.
        line_font: The font that sets the lines; None for the font of the Khmer itself.
    """
    places = merge_places(place for page in facts.pages for place in page.facts.lines.places)
    unknown = sum(page.facts.lines.unknown for page in facts.pages)
    clashes = [clash for place in places for clash in find_clashes(place, sources, line_font)]
    clashes.sort(
        key=lambda one: (
            one.kind != "overlap",
            one.height - one.needed,
            one.where,
            one.kind,
            one.path,
            one.line,
            one.weight,
        )
    )
    return ClippingReport(tuple(clashes), len(places), sum(place.count for place in places) + unknown, unknown)


def merge_places(places: Iterable[LinePlace]) -> list[LinePlace]:
    """Those of several pages that are alike as one, where the first stands."""
    found: dict[tuple[object, ...], LinePlace] = {}
    for place in places:
        first = found.get(place.key)
        if first is None:
            weights = {weight: set(clusters) for weight, clusters in place.clusters.items()}
            found[place.key] = replace(place, clusters=weights)
            continue
        first.count += place.count
        for weight, clusters in place.clusters.items():
            first.clusters.setdefault(weight, set()).update(clusters)
    return list(found.values())


# -- measuring -------------------------------------------------------------------------------------------------------


def find_clashes(place: LinePlace, sources: Sequence[FontSource], line_font: Face | None = None) -> Iterator[Clash]:
    """Find what is wrong with the lines of one place, the worst weight for each kind."""
    worst: dict[str, Clash] = {}
    for weight, clusters in sorted(place.clusters.items()):
        source = choose_source(sources, weight)
        face = source.reference
        variation = face.locate(source.use_weight(weight))
        ink = measure_ink(face, sorted(clusters), variation)
        if not ink:
            continue
        own = Metrics.of_face(face, variation)
        line = own if line_font is None else Metrics.of_face(line_font)
        for clash in compare(place, weight, ink, own, line):
            usual = worst.get(clash.kind)
            if clash.kind in place.kinds and (usual is None or clash.needed > usual.needed):
                worst[clash.kind] = clash
    yield from worst.values()


def compare(place: LinePlace, weight: int, ink: Mapping[str, Ink], own: Metrics, line: Metrics) -> Iterator[Clash]:
    """Compare the ink of some clusters with the lines that they stand in."""
    deepest = max(ink, key=lambda cluster: (ink[cluster].below, cluster))
    highest = max(ink, key=lambda cluster: (ink[cluster].above, cluster))
    depth, rise = ink[deepest].below, ink[highest].above
    box = place.box
    # With `normal`, each font that a line shows makes room for itself.
    height = own.ascent + own.descent + own.gap if box.height is None else box.height
    found: list[tuple[str, str, float, tuple[Edges, Edges] | None, float]] = []
    if depth + rise > height + TOLERANCE and not box.single:
        found.append(("overlap", box.line.where, depth + rise, None, 0.0))
    if box.clip and height > 0:
        edges = find_edges(box, line, height)
        if rise > edges.top + TOLERANCE or depth > edges.bottom + TOLERANCE:
            lift = line.ascent - line.descent
            needed = max(2 * (rise - box.above) - lift, 2 * (depth - box.below) + lift, height)
            lines = 0 if box.limit is None else count_lines(box.limit, height)
            then = find_edges(box._replace(limit=None), line, round_up(needed))
            found.append(("cut", box.clip, needed, (edges, then), round_up(lines * round_up(needed))))
    line_at, column, end_line, end_column = place.place
    for kind, where, needed, both, tall in found:
        yield Clash(
            kind=kind,
            where=where or f"<{place.tag}>, the browser's own",
            css=box.line.css or "normal",
            height=height,
            needed=needed,
            smallest=round_up(needed),
            weight=weight,
            deepest=deepest,
            highest=highest,
            depth=depth,
            rise=rise,
            edges=both,
            tall=tall,
            path=place.path,
            line=line_at,
            elements=place.count,
            column=column,
            end_line=end_line,
            end_column=end_column,
        )


def find_edges(box: LineBox, line: Metrics, height: float) -> Edges:
    """Where a box ends. One that has a height ends where that says: behind its last whole line, or within its only one.

    Args:
        box: The box.
        line: The font that sets its lines.
        height: From one baseline to the next, in em.
    """
    lift = line.ascent - line.descent  # how far the baseline is below the middle of the line, twice
    rest = 0.0 if box.limit is None else box.limit - count_lines(box.limit, height) * height
    return Edges(box.above + (height + lift) / 2, box.below + (height - lift) / 2 + rest)


def count_lines(limit: float, height: float) -> int:
    """How many whole lines a box shows, at least one."""
    return max(1, math.floor(limit / height + 1e-9))


def round_up(height: float) -> float:
    """A line height rounded up to a twentieth.

    Example:
        >>> round_up(1.501), round_up(1.5)
        (1.55, 1.5)
    """
    return round(math.ceil(height / STEP - 1e-9) * STEP, 2)
