"""Two fonts on the same texts: what they draw differently, shown one over the other.

Unlike :mod:`khmertext.fonts.proof`, which has to be fast and strict, this is for people: it takes fonts of different
makers too, names every kind of difference, and draws it. Lengths are in units of the first font.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, NamedTuple

from khmertext.fonts.detection import check_khmer
from khmertext.fonts.drawing import Box, split_runs
from khmertext.fonts.faces import Face
from khmertext.fonts.licensing import read_license, read_names
from khmertext.fonts.markup import escape, name_code_points, page, table
from khmertext.fonts.naming import VERSION
from khmertext.fonts.pictures import Gallery, PlacedText, merge_boxes, place_text, wrap_picture
from khmertext.fonts.places import choose_weights, describe_place, list_places
from khmertext.fonts.proof import read_outline
from khmertext.fonts.runs import split_long
from khmertext.script.classes import KHMER
from khmertext.text.clusters import split_clusters

__all__ = [
    "Change",
    "FaceComparison",
    "LineChange",
    "View",
    "compare_faces",
    "compare_page",
    "draw_comparison",
    "list_views",
]

METRICS: Final = ("ascent", "descent", "line gap")
SHOWN: Final = 60
SAMPLE: Final = 12
MAX_DRAWN: Final = 120  # code points of a run in one picture
NARROW: Final = 12  # code points that have room in a card beside others
EM: Final = 56.0  # CSS pixels
STROKE: Final = 1.5


class View(NamedTuple):
    """How two fonts are looked at.

    Args:
        place: Axes and their values, as for :meth:`Face.font`; what is not named is at its default.
        features: Font features that CSS sets (:func:`khmertext.fonts.normalize_features`).
    """

    place: tuple[tuple[str, float], ...] = ()
    features: str = ""

    @property
    def label(self) -> str:
        """The view in words; empty for the default one."""
        parts = [describe_place(dict(self.place)), self.features]
        return ", ".join(filter(None, parts))


class Change(NamedTuple):
    """A text that two fonts draw differently.

    Args:
        text: One cluster; or a whole run, when each of its clusters alone is the same.
        details: What differs, in words: glyphs, outline, advance, offset, cluster.
        runs: In how many distinct runs it was met.
        view: Where in the axes and with which features; the first where it differs.
    """

    text: str
    details: tuple[str, ...]
    runs: int
    view: View


class LineChange(NamedTuple):
    """A measure of lines that two fonts do not share.

    Args:
        name: ascent, descent or line gap.
        first: What the first font has, in ems.
        second: What the second has.
        view: Where in the axes; the first where it differs.
    """

    name: str
    first: float
    second: float
    view: View

    @property
    def words(self) -> str:
        """The measure, both values, and where in the axes."""
        place = describe_place(dict(self.view.place))
        return f"{self.name} {self.first:g} and {self.second:g} em{f' at {place}' if place else ''}"


@dataclass(frozen=True, slots=True)
class FaceComparison:
    """What came out of comparing two fonts.

    Args:
        first: One font.
        second: The other.
        changes: What differs, in the order of the texts; empty when nothing does.
        runs: How many distinct runs were looked at.
        differing_runs: How many of them differ.
        clusters: How many distinct clusters the runs have.
        line_changes: Which of ascent, descent and line gap are not the same part of an em.
        sample: The first clusters of Khmer, for a page that has nothing else to show.
        views: How the fonts were looked at.
        language: The language with which the texts were shaped; empty for none.
    """

    first: Face
    second: Face
    changes: tuple[Change, ...]
    runs: int
    differing_runs: int
    clusters: int
    line_changes: tuple[LineChange, ...]
    sample: tuple[str, ...]
    views: tuple[View, ...] = (View(),)
    language: str = "km"

    @property
    def line_metrics_equal(self) -> bool:
        """Whether ascent, descent and line gap are the same part of an em, wherever the fonts were looked at."""
        return not self.line_changes

    @property
    def has_khmer(self) -> bool:
        """Whether any of the texts is Khmer."""
        return bool(self.sample)

    @property
    def same(self) -> bool:
        """Whether the fonts draw the texts alike, on lines of the same height."""
        return not self.changes and self.line_metrics_equal


def list_views(first: Face, second: Face, features: Iterable[str] = ("",)) -> tuple[View, ...]:
    """List how to look at two fonts: at the same places as a proof when they have the same axes, else by default alone.

    Args:
        first: A font.
        second: Another.
        features: Settings of font features, in the one spelling.

    Returns:
        The views, the default place with the first setting first.

    Source: OpenType spec, fvar; the places are those of :func:`khmertext.fonts.places.list_places`.

    Example:
        >>> from khmertext.fonts import default_face
        >>> [view.label for view in list_views(default_face(), default_face())][:3]
        ['', 'wdth=100,wght=100', 'wdth=100,wght=500']
    """
    places: list[tuple[tuple[str, float], ...]] = [()]
    if first.axes and {axis.tag: axis for axis in first.axes} == {axis.tag: axis for axis in second.axes}:
        weights = [first.locate(weight) for weight in choose_weights(first)]
        default = {axis.tag: axis.default for axis in first.axes}
        grid = ({**place, **weight} for place in list_places(first, len(weights)) for weight in weights)
        places += [tuple(place.items()) for place in grid if {**default, **place} != default]
    return tuple(View(place, setting) for place in places for setting in dict.fromkeys(features))


def compare_faces(
    first: Face, second: Face, texts: Iterable[str], views: Iterable[View] = (View(),), *, language: str = "km"
) -> FaceComparison:
    """Shape texts with two fonts and find what differs.

    Args:
        first: A font.
        second: Another.
        texts: Any texts; each line is cut into runs of Khmer and of other scripts, and each distinct run is looked at
            once in each view.
        views: Where in their axes and with which features (:func:`list_views`); the default place unless given.
        language: BCP 47 tag of the texts; empty when it is not known.

    Returns:
        The clusters that differ; of a run that differs although its clusters do not, the run.

    Raises:
        ValueError: The features of a view are no setting.

    Source: HarfBuzz manual, hb_shape and hb_font_draw_glyph.

    Example:
        >>> from khmertext.fonts import default_face
        >>> compare_faces(default_face(), default_face(), ["ភាសាខ្មែរ"]).same
        True
    """
    chosen = tuple(dict.fromkeys(views))
    runs = list(
        dict.fromkeys(
            piece
            for text in texts
            for line in text.splitlines()
            for run, _ in split_runs(line)
            for piece in split_long(run)
        )
    )
    clusters = {run: list(dict.fromkeys(split_clusters(run))) for run in runs}
    distinct = list(dict.fromkeys(cluster for run in runs for cluster in clusters[run]))
    found: dict[str, Change] = {}
    met: dict[str, set[str]] = {}
    differing: set[str] = set()
    lines: dict[str, LineChange] = {}
    for view in chosen:
        pair = Pair(first, second, view, language)
        details = {cluster: pair.describe(cluster) for cluster in distinct}
        for run in runs:
            whole = pair.describe(run)
            changed = [cluster for cluster in clusters[run] if details[cluster]]
            if not whole and not changed:
                continue
            differing.add(run)
            for text in changed or [run]:
                found.setdefault(text, Change(text, details[text] if changed else whole, 0, view))
                met.setdefault(text, set()).add(run)
        measures = zip(METRICS, read_line_metrics(first, view), read_line_metrics(second, view), strict=True)
        for name, one, two in measures:
            if one != two:
                lines.setdefault(name, LineChange(name, one, two, view))
    return FaceComparison(
        first,
        second,
        tuple(change._replace(runs=len(met[text])) for text, change in found.items()),
        len(runs),
        len(differing),
        len(distinct),
        tuple(lines.values()),
        tuple(islice((cluster for cluster in distinct if not KHMER.isdisjoint(cluster)), SAMPLE)),
        chosen,
        language,
    )


class Pair:
    """Two fonts in one view and language, and which of their glyphs are known to have equal outlines."""

    def __init__(self, first: Face, second: Face, view: View, language: str) -> None:
        self.first = first.font(dict(view.place))
        self.second = second.font(dict(view.place))
        self.features = view.features
        self.language = language
        self.ratio = first.upem / second.upem
        # Fonts of different units cannot agree better than the coarser one can say.
        self.tolerance = 0.0 if first.upem == second.upem else max(1.0, self.ratio) / 2
        self.outlines: dict[tuple[int, int], bool] = {}

    def describe(self, text: str) -> tuple[str, ...]:
        """Return what differs in a text, in words; empty when nothing does."""
        one, two = (
            place_text(font, text, language=self.language, features=self.features) for font in (self.first, self.second)
        )
        details = list(self.compare_glyphs(one, two))
        if details and self.differs(one.width, two.width):
            details.append(f"width: {one.width} and {self.scale(two.width)}")
        return tuple(details)

    def compare_glyphs(self, one: PlacedText, two: PlacedText) -> Iterator[str]:
        missing = [sum(glyph.glyph == 0 for glyph in placed.glyphs) for placed in (one, two)]
        if missing[0] != missing[1]:
            yield f".notdef: {missing[0]} and {missing[1]}"
        if len(one.glyphs) != len(two.glyphs):
            yield f"glyphs: {len(one.glyphs)} and {len(two.glyphs)}"
            return
        pairs = list(enumerate(zip(one.glyphs, two.glyphs, strict=True), 1))
        total = len(pairs)
        numbers = [number for number, (a, b) in pairs if not self.same_outline(a.glyph, b.glyph)]
        if numbers:
            yield f"outline: {self.name(numbers, total)}"
        kinds: tuple[tuple[str, Callable[[Any], tuple[int, ...]]], ...] = (
            ("advance", lambda glyph: (glyph.advance,)),
            ("offset", lambda glyph: (glyph.x_offset, glyph.y_offset)),
        )
        for kind, read in kinds:
            different = [
                (number, read(a), read(b)) for number, (a, b) in pairs if any(map(self.differs, read(a), read(b)))
            ]
            if different:
                _, was, now = different[0]
                shown = " and ".join(
                    ", ".join(map(str, values)) for values in (was, [self.scale(value) for value in now])
                )
                yield f"{kind}: {self.name([number for number, _, _ in different], total)}: {shown}"
        numbers = [number for number, (a, b) in pairs if a.cluster != b.cluster]
        if numbers:
            yield f"cluster: {self.name(numbers, total)}"

    def name(self, numbers: list[int], total: int) -> str:
        """Name glyphs by their places in a text, the first few of many."""
        shown = ", ".join(map(str, numbers[:4])) + (f" and {len(numbers) - 4} more" if len(numbers) > 4 else "")
        return f"glyph {shown} of {total}" if len(numbers) == 1 else f"glyphs {shown} of {total}"

    def same_outline(self, one: int, two: int) -> bool:
        known = self.outlines.get((one, two))
        if known is None:
            known = self.outlines[one, two] = self.compare_outlines(one, two)
        return known

    def compare_outlines(self, one: int, two: int) -> bool:
        old, new = read_outline(self.first, one), read_outline(self.second, two)
        if not self.tolerance:
            return old == new
        return [step[0] for step in old] == [step[0] for step in new] and not any(
            self.differs(float(a), float(b))
            for was, now in zip(old, new, strict=True)
            for a, b in zip(was[1:], now[1:], strict=True)
        )

    def differs(self, one: float, two: float) -> bool:
        return abs(one - two * self.ratio) > self.tolerance

    def scale(self, value: int) -> str:
        """Write a length of the second font in units of the first."""
        return f"{round(value * self.ratio, 1):g}"


# -- the page ------------------------------------------------------------------------------------------------------


def compare_page(
    a: Face, b: Face, texts: Iterable[str], views: Iterable[View] = (View(),), *, language: str = "km"
) -> str:
    """Write what two fonts draw differently as one HTML page.

    The page needs no other file, no script and no network. It shows the first differences and says how many more there
    are; when there is none it says so, and shows a sample.

    Args:
        a: A font.
        b: Another.
        texts: What to draw.
        views: Where in their axes and with which features; the default place unless given.
        language: BCP 47 tag of the texts; empty when it is not known.

    Returns:
        The page. The same fonts and texts give the same text.

    Raises:
        FontError: The names of a font cannot be read.
        ValueError: The features of a view are no setting.

    Example:
        >>> from khmertext.fonts import default_face
        >>> "Nothing differs" in compare_page(default_face(), default_face(), ["ខ្មែរ"])
        True
    """
    return draw_comparison(compare_faces(a, b, texts, views, language=language))


def draw_comparison(comparison: FaceComparison, *, shown: int = SHOWN) -> str:
    """Write a comparison as one HTML page; see :func:`compare_page`.

    Args:
        comparison: What :func:`compare_faces` found.
        shown: How many differences to draw.

    Returns:
        The page: no script, nothing from elsewhere.

    Example:
        >>> from khmertext.fonts import default_face
        >>> face = default_face()
        >>> draw_comparison(compare_faces(face, face, ["ក"])).startswith("<!DOCTYPE html>")
        True
    """
    first, second = comparison.first, comparison.second
    views = list(dict.fromkeys((comparison.views[0], *(change.view for change in comparison.changes[:shown]))))
    galleries = {view: make_galleries(comparison, view, str(number or "")) for number, view in enumerate(views)}
    names = f"{first.family or 'a font without a name'} and {second.family or 'a font without a name'}"
    body = [
        f"<h1><bdi>{escape(names)}</bdi></h1>",
        *draw_verdict(comparison, shown),
        *draw_metrics(first, second),
        *draw_legend(),
        *draw_changes(comparison, galleries, shown),
    ]
    return page(
        f"{names}: what differs",
        body,
        "".join(one.first.definitions() + one.second.definitions() for one in galleries.values()),
    )


def draw_verdict(comparison: FaceComparison, shown: int) -> Iterator[str]:
    if len(comparison.views) > 1 or comparison.views[0].label:
        yield f"<p>Looked at {escape('; '.join(view.label or 'the default place' for view in comparison.views))}.</p>"
    language = f"in the language {comparison.language}" if comparison.language else "in no language that is declared"
    looked = (
        f"Compared: {count_of(comparison.runs, 'distinct run')}, {count_of(comparison.clusters, 'distinct cluster')}, "
        f"{escape(language)}.{'' if comparison.has_khmer else ' There is no Khmer in the text.'}"
    )
    lines = ""
    if comparison.line_changes:
        values = escape("; ".join(change.words for change in comparison.line_changes))
        lines = f'<p class="fails"><strong>The line metrics differ</strong>: {values}.</p>'
    if not comparison.runs:
        yield f"<p><strong>There was no text to compare.</strong></p>{lines}"
    elif comparison.same:
        yield f'<p class="passes"><strong>Nothing differs.</strong></p><p>{looked}</p>'
    elif not comparison.changes:
        yield f"{lines}<p>All runs are drawn alike.</p><p>{looked}</p>"
    else:
        count = len(comparison.changes)
        more = f" The first {shown:,} are shown, {count - shown:,} more are not." if count > shown else ""
        yield (
            f'<p class="fails"><strong>{comparison.differing_runs:,} of {comparison.runs:,} runs differ</strong>, '
            f"in {count:,} clusters or whole runs.{more}</p>{lines}<p>{looked}</p>"
        )
        kinds = Counter(
            kind for change in comparison.changes for kind in {detail.partition(":")[0] for detail in change.details}
        )
        rows = "".join(
            f'<tr><th scope="row">{escape(kind)}</th><td class="n">{number:,}</td></tr>\n'
            for kind, number in sorted(kinds.items())
        )
        head = '<thead><tr><th scope="col">kind</th><th scope="col" class="n">texts</th></tr></thead>'
        yield table("Differences by kind", f"{head}\n<tbody>{rows}</tbody>")


def count_of(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def draw_legend() -> Iterator[str]:
    yield (
        "<p>In the overlaid pictures the first font is <strong>filled</strong> and the second is an "
        "<strong>outline</strong>. Both stand on one baseline and are drawn at the same size of an em. Numbers are in "
        "units of the first font.</p>"
    )


def draw_metrics(first: Face, second: Face) -> Iterator[str]:
    rows = "".join(
        f'<tr><th scope="row">{escape(one.name)}</th><td><bdi>{escape(one.words)}</bdi></td>'
        f"<td><bdi>{escape(two.words)}</bdi></td>"
        f"<td>{'same' if one.value == two.value else '<strong>differs</strong>'}</td></tr>\n"
        for one, two in zip(read_facts(first), read_facts(second), strict=True)
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("what", "first", "second", "compared"))
    content = f"<thead><tr>{head}</tr></thead>\n<tbody>{rows}</tbody>"
    yield f"<h2>Side by side</h2>\n{table('What the two fonts say of themselves', content)}"


class Fact(NamedTuple):
    """What a font says of itself: shown in words, compared by its value."""

    name: str
    words: str
    value: str | float


def read_facts(face: Face) -> list[Fact]:
    """Return facts, the same names for every font."""
    license_ = read_license(face)
    (version,) = read_names(face, VERSION)
    extents = face.font().get_font_extents("ltr")
    units = extents.ascender, extents.descender, extents.line_gap
    words = [
        ("Family", face.family or "none"),
        ("Version", version or "none"),
        ("License", license_.name or "none is recognised"),
        ("Weight", f"{face.weight}{', italic' if face.italic else ''}"),
        ("Axes", "; ".join(f"{axis.tag} {axis.minimum:g} to {axis.maximum:g}" for axis in face.axes) or "none"),
        ("Shapes Khmer", "; ".join(check_khmer(face)) or "yes"),
        ("Bytes, unpacked", f"{len(face.data):,}"),
        ("Glyphs", f"{face.glyph_count:,}"),
        ("Characters", f"{len(face.unicodes):,}"),
        ("Units per em", f"{face.upem:,}"),
    ]
    lines = zip(METRICS, units, read_line_metrics(face, View()), strict=True)
    return [
        *(Fact(name, value, value) for name, value in words),
        # Fonts of different units share a measure when it is the same part of an em.
        *(Fact(name.capitalize(), f"{count:,} ({part:g} em)", part) for name, count, part in lines),
    ]


def read_line_metrics(face: Face, view: View) -> tuple[float, float, float]:
    """Return ascent, descent and line gap in ems, as HarfBuzz chooses them from hhea and OS/2."""
    extents = face.font(dict(view.place)).get_font_extents("ltr")
    up, down, gap = (round(value / face.upem, 4) for value in (extents.ascender, extents.descender, extents.line_gap))
    return up, down, gap


class Galleries(NamedTuple):
    """The outlines of both fonts."""

    first: Gallery
    second: Gallery


def make_galleries(comparison: FaceComparison, view: View, number: str) -> Galleries:
    """The galleries of one view; the ids of its glyphs hold its number."""
    first, second = (
        Gallery(face, f"{letter}{number}-" if number else letter, dict(view.place), view.features, comparison.language)
        for face, letter in ((comparison.first, "a"), (comparison.second, "b"))
    )
    return Galleries(first, second)


def draw_changes(comparison: FaceComparison, galleries: Mapping[View, Galleries], shown: int) -> Iterator[str]:
    if comparison.changes:
        yield '<h2>What differs</h2>\n<div class="cards">'
        for number, change in enumerate(comparison.changes[:shown], 1):
            met = "in 1 run" if change.runs == 1 else f"in {change.runs:,} runs"
            where = f", drawn at {escape(change.view.label)}" if change.view.label else ""
            codes = name_code_points(change.text)
            wide = "card wide" if len(change.text) > NARROW else "card"
            details = "".join(f"<li>{escape(detail)}</li>" for detail in change.details)
            yield (
                f'<article class="{wide}"><h3>{number}. <span class="code">{codes}</span></h3>'
                f"{draw_views(galleries[change.view], change.text)}<ul>{details}</ul><p>Met {met}{where}.</p></article>"
            )
        yield "</div>"
        if len(comparison.changes) > shown:
            yield f"<p>… and {len(comparison.changes) - shown:,} more.</p>"
    elif comparison.sample:
        yield "<h2>A sample</h2>"
        both = galleries[comparison.views[0]]
        frame = measure_both(both, comparison.sample)
        items = "".join(
            f'<li>{draw_overlay(both, text, frame)}<span class="code">{name_code_points(text)}</span></li>\n'
            for text in comparison.sample
        )
        yield f'<ul class="cells">\n{items}</ul>'


def draw_views(galleries: Galleries, text: str) -> str:
    """The text in each font, and both overlaid, with their baselines in one line."""
    if len(text) > MAX_DRAWN:
        return f"<p>Too long to draw: {len(text):,} characters.</p>"
    frame = measure_both(galleries, [text])
    ratio = galleries.second.upem / galleries.first.upem
    frames = frame, Box(*(round(side * ratio) for side in frame))
    views = []
    for name, gallery, own_frame in zip(("first", "second"), galleries, frames, strict=True):
        placed = gallery.shape(text)
        picture = gallery.picture(placed, f"{text} in the {name} font", em=EM, frame=own_frame)
        views.append(f"<figure>{picture}<figcaption>{name}</figcaption></figure>")
    views.append(f"<figure>{draw_overlay(galleries, text, frame)}<figcaption>overlaid</figcaption></figure>")
    return f'<div class="views">{"".join(views)}</div>'


def draw_overlay(galleries: Galleries, text: str, frame: Box) -> str:
    """One text in both fonts on one baseline: the first filled, the second as an outline over it."""
    first, second = galleries
    one, two = first.shape(text), second.shape(text)
    ratio = first.upem / second.upem
    own = measure_both(galleries, [text])
    box = Box(own.left, frame.top, own.right, frame.bottom)
    transform = f' transform="scale({ratio:.6g})"' if ratio != 1 else ""
    content = (
        f'<g class="fa">{first.draw(one)}</g>'
        f'<g class="fb" stroke-width="{max(1, round(STROKE * second.upem / EM))}"{transform}>{second.draw(two)}</g>'
    )
    return wrap_picture(
        content, f"{text}: the first font filled, the second as an outline", box=box, em=EM, upem=first.upem
    )


def measure_both(galleries: Galleries, texts: Iterable[str]) -> Box:
    """Return the box of the advances and the ink of texts in both fonts, in units of the first, y down."""
    boxes = [Box(0, 0, 0, 0)]
    for gallery in galleries:
        ratio = galleries.first.upem / gallery.upem
        for text in texts:
            placed = gallery.shape(text)
            for box in (Box(0, 0, placed.width, 0), gallery.measure(placed)):
                if box is not None:
                    boxes.append(Box(*(round(side * ratio) for side in box)))
    found = merge_boxes(boxes)
    assert found is not None
    return found
