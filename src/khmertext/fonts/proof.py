"""Proof: two fonts show the same texts in the same way.

The shipped font is compared with the one it was cut from, run by run, in what reaches the screen: which outlines,
where, how wide, and which characters belong to them. Glyph numbers differ between the two, so a pair of glyphs counts
as equal when its outlines are. Coordinates are compared in font units as they are; nothing is rounded.

The proof holds for HarfBuzz, which shapes text in Chromium, Firefox and most of Linux and Android. CoreText and
DirectWrite are other shapers of the same rules. Outlines are compared; layers of colour fonts are not.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import uharfbuzz as hb

from khmertext.fonts.faces import Face
from khmertext.fonts.places import describe_place
from khmertext.fonts.shaping import notate, shape
from khmertext.text.clusters import split_clusters

__all__ = ["Difference", "Proof", "Prover", "Run", "list_added_tables", "list_strangers", "prove"]

NOTDEF: Final = 0
HIDDEN: Final = frozenset({0x200B, 0x200C, 0x200D})  # shapers hide them (Unicode, 5.21)
USE_TYPO_METRICS: Final = 1 << 7
# Table, offset, names and forms of the metrics that do not change with the axes, in font units.
METRICS: Final = (
    ("hhea", 4, "ascender descender lineGap", ">hhh"),
    ("OS/2", 68, "sTypoAscender sTypoDescender sTypoLineGap usWinAscent usWinDescent", ">hhhHH"),
    ("OS/2", 26, "yStrikeoutSize yStrikeoutPosition", ">hh"),
    ("OS/2", 86, "sxHeight sCapHeight", ">hh"),
    ("post", 8, "underlinePosition underlineThickness", ">hh"),
)
# What draws in place of outlines, or as other outlines; and what places letters in lines that run down.
DRAWING_TABLES: Final = frozenset({"COLR", "SVG ", "sbix", "CBDT", "CBLC", "EBDT", "EBLC", "EBSC", "bdat", "bloc"})
OUTLINE_TABLES: Final = frozenset({"glyf", "CFF ", "CFF2", "VARC"})
VERTICAL_TABLES: Final = frozenset({"vhea", "vmtx", "VORG", "VVAR"})
ADDED_TABLES: Final = DRAWING_TABLES | OUTLINE_TABLES | VERTICAL_TABLES


# Metrics that MVAR can change along the axes.
VARIED: Final = {
    "underline size": hb.OTMetricsTag.UNDERLINE_SIZE,
    "underline offset": hb.OTMetricsTag.UNDERLINE_OFFSET,
    "strikeout size": hb.OTMetricsTag.STRIKEOUT_SIZE,
    "strikeout offset": hb.OTMetricsTag.STRIKEOUT_OFFSET,
    "x height": hb.OTMetricsTag.X_HEIGHT,
    "cap height": hb.OTMetricsTag.CAP_HEIGHT,
    "clipping ascent": hb.OTMetricsTag.HORIZONTAL_CLIPPING_ASCENT,
    "clipping descent": hb.OTMetricsTag.HORIZONTAL_CLIPPING_DESCENT,
}


class Run(NamedTuple):
    """A text as a page shows it: one language, one weight, one setting of features, shaped as a whole.

    Args:
        text: Its characters.
        language: BCP 47 tag; empty when it is not known.
        weight: CSS font-weight, 1 to 1000; a static font has only its own.
        features: Font features that CSS sets (:func:`khmertext.fonts.normalize_features`); empty for none.
    """

    text: str
    language: str
    weight: int
    features: str = ""


class Difference(NamedTuple):
    """Something that the two fonts show differently.

    Args:
        run: A run in which it occurs.
        part: The text that differs: the run's, or that of one cluster, or one character.
        detail: What differs, in words.
    """

    run: Run
    part: str
    detail: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What was compared, and what came out.

    Args:
        runs: How many distinct runs are the same, counted once per weight that the font tells apart.
        cluster_texts: The distinct clusters that are the same when shaped alone.
        differing: What differs; empty when the proof holds.
        lacking: Runs for which the reference itself shows .notdef: it lacks something. They count as not proven.
        metrics: What differs in units per em and in the metrics of lines, underlines and letters, a line each.
    """

    runs: int = 0
    cluster_texts: frozenset[str] = frozenset()
    differing: tuple[Difference, ...] = ()
    lacking: tuple[Run, ...] = ()
    metrics: tuple[str, ...] = ()

    @property
    def metrics_equal(self) -> bool:
        """Whether units per em and all metrics of lines, underlines and letters are the same."""
        return not self.metrics

    @property
    def clusters(self) -> int:
        """How many distinct clusters are the same when shaped alone."""
        return len(self.cluster_texts)

    @property
    def holds(self) -> bool:
        """Whether nothing differs. Runs that the reference lacks something for do not count against it."""
        return self.metrics_equal and not self.differing

    def describe(self) -> str:
        """Return in words what differs, the first of it so that it can be found; nothing where nothing does.

        Example:
            >>> Proof(metrics=("hhea ascender: 1 instead of 2",)).describe()
            'the cut font has other metrics than the uncut one: hhea ascender: 1 instead of 2'
        """
        if self.holds:
            return ""
        if not self.metrics_equal:
            return f"the cut font has other metrics than the uncut one: {'; '.join(self.metrics)}"
        first = self.differing[0]
        where = f" in the run {notate(first.run.text)}" if first.part != first.run.text else ""
        return (
            f"the cut font does not show {notate(first.part)}{where} as the uncut one does, "
            f"language {first.run.language or 'unknown'!r}, weight {first.run.weight}"
            + (f", features {first.run.features}" if first.run.features else "")
            + f": {first.detail}"
            + (f" (and {len(self.differing) - 1} more)" if len(self.differing) > 1 else "")
        )

    def merge(self, other: Proof) -> Proof:
        """Return the proof of both; they must be of the same fonts and of different runs.

        Args:
            other: Another chunk's proof.

        Example:
            >>> Proof(runs=2).merge(Proof(runs=3)).runs
            5
        """
        return Proof(
            self.runs + other.runs,
            self.cluster_texts | other.cluster_texts,
            self.differing + other.differing,
            self.lacking + other.lacking,
            tuple(dict.fromkeys((*self.metrics, *other.metrics))),
        )


Prover = Callable[[Face, Face, Sequence[Run]], Proof]
"""A way to prove: :func:`prove`, or the same in several processes."""


def prove(reference: Face, shipped: Face, runs: Iterable[Run], place: Mapping[str, float] | None = None) -> Proof:
    """Compare two fonts on runs, and on every cluster of the runs alone.

    Args:
        reference: The font as it should look: uncut, without AAT and Graphite, axes limited as in ``shipped``.
        shipped: The font that will be published, as :func:`open_face` reads it back from its file.
        runs: What the pages show; repeated runs are looked at once.
        place: Where axes other than the weight stand: axis tag to value; at their defaults unless given.

    Returns:
        The proof. Of variable fonts each run is compared at its own weight, limited to the reference's range.

    Raises:
        ValueError: The features of a run are no setting.

    Source: HarfBuzz manual, hb_shape and hb_font_draw_glyph; OpenType spec, fvar.

    Example:
        >>> from khmertext.fonts import default_face
        >>> face = default_face()
        >>> prove(face, face, [Run("ខ្មែរ", "km", 400)]).holds
        True
    """
    others = place or {}
    there = f", at {describe_place(others)}" if others else ""
    by_weight: dict[int, Comparison] = {}
    comparisons: dict[object, Comparison] = {}
    characters: set[str] = set()
    proven: set[str] = set()
    unproven: set[str] = set()
    differing: list[Difference] = []
    lacking: list[Run] = []
    equal_runs = 0
    for run in runs:
        text, language, weight, features = run
        comparison = by_weight.get(weight)
        if comparison is None:
            located = reference.locate(weight)
            fonts = reference.font({**others, **located}), shipped.font({**others, **shipped.locate(weight)})
            comparison = by_weight[weight] = comparisons.setdefault(tuple(located.items()), Comparison(*fonts))
        if (text, language, features) in comparison.runs:
            continue
        comparison.runs.add((text, language, features))
        lacks, detail = comparison.compare(text, language, features)
        if lacks:
            lacking.append(run)
        if detail:
            differing.append(Difference(run, text, detail + there))
        elif not lacks:
            equal_runs += 1
        known = comparison.clusters.setdefault((language, features), set())
        clusters = split_clusters(text)
        if not known.issuperset(clusters):
            for cluster in dict.fromkeys(clusters):
                if cluster in known:
                    continue
                known.add(cluster)
                lacks, detail = comparison.compare(cluster, language, features)
                if detail and cluster != text:
                    differing.append(Difference(run, cluster, detail + there))
                (unproven if lacks or detail else proven).add(cluster)
        if not characters.issuperset(text):
            for character in sorted(set(text) - characters):
                characters.add(character)
                if (ord(character) in reference.unicodes) != (ord(character) in shipped.unicodes):
                    mapped = "is not mapped" if ord(character) in reference.unicodes else "is mapped, though it was not"
                    differing.append(Difference(run, character, f"U+{ord(character):04X} {mapped}"))
    places = comparisons.values() or [Comparison(reference.font(others), shipped.font(others))]
    metrics = dict.fromkeys(compare_metrics(read_metrics(reference), read_metrics(shipped)))
    for one in places:
        metrics |= dict.fromkeys(compare_metrics(read_extents(one.reference), read_extents(one.shipped), there))
    return Proof(equal_runs, frozenset(proven - unproven), tuple(differing), tuple(lacking), tuple(metrics))


class Comparison:
    """Two fonts at one place of their axes, and what is already known about them.

    Pages use the same glyphs over and over, so pairs of glyphs whose outlines are equal are kept.
    """

    def __init__(self, reference: hb.Font, shipped: hb.Font) -> None:
        self.reference = reference
        self.shipped = shipped
        self.runs: set[tuple[str, str, str]] = set()
        self.clusters: dict[tuple[str, str], set[str]] = {}
        self.equal: set[tuple[int, int]] = set()

    def compare(self, text: str, language: str, features: str) -> tuple[bool, str]:
        """Shape a text with both fonts.

        Returns:
            Whether the reference shows .notdef, and what differs first (empty when nothing does).
        """
        was = shape(self.reference, text, language, features)
        now = shape(self.shipped, text, language, features)
        old_infos, new_infos = was.glyph_infos, now.glyph_infos
        old_places, new_places = was.glyph_positions or (), now.glyph_positions or ()  # None when nothing is shown
        lacks = False
        detail = f"{len(new_infos)} glyphs instead of {len(old_infos)}" if len(new_infos) != len(old_infos) else ""
        # This loop sees every glyph of a site; attribute by attribute is the fastest that was measured.
        for old, new, old_place, new_place in zip(old_infos, new_infos, old_places, new_places, strict=False):
            pair = (old.codepoint, new.codepoint)
            if pair not in self.equal:
                lacks = lacks or pair[0] == NOTDEF
                if NOTDEF in pair and pair != (NOTDEF, NOTDEF):
                    # A browser may take .notdef from another font, whatever its outline is.
                    which = "the cut font shows" if pair[1] == NOTDEF else "the uncut font shows"
                    detail = detail or f"{which} .notdef in glyph {old_infos.index(old) + 1} of {len(old_infos)}"
                elif read_outline(self.reference, pair[0]) != read_outline(self.shipped, pair[1]):
                    detail = detail or f"another outline in glyph {old_infos.index(old) + 1} of {len(old_infos)}"
                elif pair[0] != NOTDEF:
                    self.equal.add(pair)
            if old.cluster != new.cluster or old_place.position != new_place.position:
                detail = detail or (
                    f"cluster, advances and offsets are {(new.cluster, *new_place.position)} "
                    f"instead of {(old.cluster, *old_place.position)}"
                )
        return lacks or any(info.codepoint == NOTDEF for info in old_infos[len(new_infos) :]), detail


def read_outline(font: hb.Font, glyph: int) -> tuple[tuple[float | str, ...], ...]:
    """Return the outline of a glyph: each step as its letter and coordinates, in font units."""
    steps: list[tuple[float | str, ...]] = []
    pen = hb.DrawFuncs()
    pen.set_move_to_func(lambda x, y, _: steps.append(("M", x, y)))
    pen.set_line_to_func(lambda x, y, _: steps.append(("L", x, y)))
    pen.set_quadratic_to_func(lambda a, b, x, y, _: steps.append(("Q", a, b, x, y)))
    pen.set_cubic_to_func(lambda a, b, c, d, x, y, _: steps.append(("C", a, b, c, d, x, y)))
    pen.set_close_path_func(lambda _: steps.append(("Z",)))
    font.draw_glyph(glyph, pen, None)
    return tuple(steps)


def read_metrics(face: Face) -> dict[str, int]:
    """Return units per em, and what any system uses to place lines and to draw them through and under text.

    Source: OpenType spec, hhea (ascender, descender, lineGap), OS/2 (sTypo*, usWin*, USE_TYPO_METRICS, yStrikeout*,
    sxHeight, sCapHeight) and post (underlinePosition, underlineThickness).
    """
    found = {"units per em": face.upem}
    for tag, start, names, form in METRICS:
        table = face.tables[tag]
        if len(table) >= start + struct.calcsize(form):
            values = struct.unpack_from(form, table, start)
            found |= {f"{name} in {tag}": value for name, value in zip(names.split(), values, strict=True)}
    (selection,) = struct.unpack_from(">H", face.tables["OS/2"], 62)
    return {**found, "USE_TYPO_METRICS in OS/2": int(bool(selection & USE_TYPO_METRICS))}


def read_extents(font: hb.Font) -> dict[str, int]:
    """Return the metrics of lines, underlines and letters that HarfBuzz finds at a place of the axes."""
    extents = font.get_font_extents("ltr")
    found = {"ascent": extents.ascender, "descent": extents.descender, "line gap": extents.line_gap}
    for name, tag in VARIED.items():
        value = font.get_metric_position(tag)
        if value is not None:
            found[name] = value
    return found


def compare_metrics(old: Mapping[str, int], new: Mapping[str, int], where: str = "") -> list[str]:
    """Return what differs, a line each."""
    return [
        f"{name}{where}: {new.get(name, 'none')} instead of {old.get(name, 'none')}"
        for name in dict.fromkeys((*old, *new))
        if old.get(name) != new.get(name)
    ]


def list_added_tables(original: Face, shipped: Face) -> tuple[str, ...]:
    """Return the tables of a font that shape or draw by themselves, where the font it was cut from has none such.

    Apple's and SIL's shapers read tables of their own, browsers draw coloured layers and bitmaps in place of outlines,
    and other programs may choose other outlines. None of these is compared.

    Args:
        original: The font as its maker gave it.
        shipped: The font that was cut from it.

    Returns:
        Table tags, sorted.

    Source: OpenType spec, "Tables Related to Color Fonts" and "Tables Related to Bitmap Glyphs"; Apple TrueType
    Reference Manual, chapter 6; SIL Graphite font tables.

    Example:
        >>> from khmertext.fonts import default_face
        >>> list_added_tables(default_face(), default_face())
        ()
    """
    had, has = ({*face.stripped, *(ADDED_TABLES & face.tables.keys())} for face in (original, shipped))
    return tuple(sorted(has - had))


def list_strangers(
    reference: Face,
    shipped: Face,
    places: Sequence[Mapping[str, float]] = ({},),
    steps: frozenset[int] = frozenset(),
) -> tuple[int, ...]:
    """Return the characters that a cut font maps and the uncut one does not, or draws otherwise, each by itself.

    Args:
        reference: The uncut font.
        shipped: The cut one.
        places: Where in the axes of both to look.
        steps: Code points whose glyphs may have lost their outlines: the text uses them as steps alone, or they are
            mapped to the flag (:mod:`khmertext.fonts.flagging`).

    Returns:
        Code points, sorted.

    Example:
        >>> from khmertext.fonts import default_face
        >>> list_strangers(default_face(), default_face())
        ()
    """
    strange = set(shipped.unicodes - reference.unicodes)
    for place in places:
        fonts = reference.font(place), shipped.font(place)
        for code_point in sorted(shipped.unicodes - strange):
            glyphs = [int(font.get_nominal_glyph(code_point) or 0) for font in fonts]
            was, now = map(read_outline, fonts, glyphs)
            if code_point in HIDDEN or (code_point in steps and not now):
                continue
            advances = {font.get_glyph_h_advance(glyph) for font, glyph in zip(fonts, glyphs, strict=True)}
            if len(advances) > 1 or now != was:
                strange.add(code_point)
    return tuple(sorted(strange))
