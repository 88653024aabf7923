"""Fallback faces: what visitors see until the font has come, as wide and as tall as that.

A fallback face is a font of the visitor's own (``local()``), scaled so that the Khmer of this site is as wide with it
on the whole as with the site's font, and given the line metrics of that. Lines then break where they will break, but
for words that are wider in one of the two fonts than the average.

There are two families of them. The faces of one family that have the same weight are one face to browsers, of which the
part that is not there is passed over. So fonts with a bold of their own are one family; those without are another, in
which the face for bold text is declared one step below bold: browsers then take it for bold text and embolden it.

Sources: CSS Fonts Level 5, sections 2.2 and 2.3 (``size-adjust``, ``ascent-override`` and its like); CSS Fonts Level 4,
sections 4.3 (``local()``), 5.2 (matching, synthesis) and 5.3 (composite faces); what Chromium, Firefox and WebKitGTK do
with all that, as tests/browser/test_fallbacks.py has it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from typing import Final, NamedTuple

from khmertext.fonts.fallbacks import BOLD, FallbackFont, estimate_advance, measure_clusters
from khmertext.fonts.planning import COMPANION_RANGES
from khmertext.fonts.runs import KHMER_LETTER
from khmertext.script.classes import KHMER_RANGES
from khmertext.text.clusters import split_clusters, split_words
from khmertext.web.building import format_ranges
from khmertext.web.stacks import quote_family
from khmertext.web.webfonts import FontSource

__all__ = [
    "Adjustment",
    "ClusterCounts",
    "adjust_fallbacks",
    "count_clusters",
    "format_fallback_faces",
]

JUST_NOT_BOLD: Final = BOLD - 1
NORMAL_WEIGHT: Final = 400
MEDIUM_WEIGHT: Final = 500  # browsers look for what is lighter up to here, and for what is bolder above
BOLD_WEIGHT: Final = 700
MAX_WEIGHTS: Final = 3
MAX_SINGLE: Final = 8000
# The parts of clusters tell the width of text to a thousandth; a font that is as wide as that is left as it is.
ESTIMATED: Final = 0.001
SANE: Final = (0.25, 4.0)
# All that a site's font may be for, whatever of it this site's has; never the space, which sets the height of lines.
RANGE: Final = format_ranges((*KHMER_RANGES, *COMPANION_RANGES))

ClusterCounts = Mapping[int, Mapping[str, float]]
"""CSS weight → cluster → how often it occurs."""


class Adjustment(NamedTuple):
    """A fallback font, fitted to a site's font on the site's text.

    Attributes:
        font: The fallback.
        weight: The CSS weight that its face is declared for.
        size: ``size-adjust``, as a share.
        ascent: ``ascent-override``, as a share.
        descent: ``descent-override``, as a share.
        gap: ``line-gap-override``, as a share.
        spread: How far clusters differ in width after that: the root of the mean square, as a share of their width.
    """

    font: FallbackFont
    weight: int
    size: float
    ascent: float
    descent: float
    gap: float
    spread: float


Fit = tuple[float, float, float, float]
"""The size and the three overrides of an adjustment."""

STEADY = 0.002
"""How far a fit may be from that of an earlier build, as a share, before all are made anew: a pixel in 500."""


def keep_steady(fitted: Sequence[Adjustment], earlier: Mapping[str, Fit]) -> list[Adjustment]:
    """The fits of an earlier build, where none of these is much another: else each edit would change the stylesheet.

    Args:
        fitted: What was found for the text as it is now.
        earlier: What :func:`list_fits` gave then, in that order, which is that of the stylesheet.

    Example:
        >>> keep_steady([], {})
        []
    """
    now = list_fits(fitted)
    if now.keys() != earlier.keys():
        return list(fitted)
    if any(abs(one - other) > STEADY for key, fit in now.items() for one, other in zip(fit, earlier[key], strict=True)):
        return list(fitted)
    found = dict(zip(now, fitted, strict=True))
    return [
        found[key]._replace(size=size, ascent=ascent, descent=descent, gap=gap)
        for key, (size, ascent, descent, gap) in earlier.items()
    ]


def list_fits(fitted: Sequence[Adjustment]) -> dict[str, Fit]:
    """The numbers of adjustments by their fonts, for the next build.

    Args:
        fitted: Each for another font, or for its other weight.
    """
    return {
        " ".join((*one.font.names, str(one.font.weight), str(one.weight))): (one.size, one.ascent, one.descent, one.gap)
        for one in fitted
    }


class Widths(NamedTuple):
    """The text of a site in its own font.

    Attributes:
        advances: Cluster → how often it occurs, and its advance in em.
        ascent: Above the baseline, in em.
        descent: Below it, in em.
        gap: Between lines, in em.
    """

    advances: Sequence[tuple[str, float, float]]
    ascent: float
    descent: float
    gap: float


def count_clusters(texts: Iterable[tuple[str, Sequence[int]]]) -> ClusterCounts:
    """How often each cluster occurs in a site, by its weight.

    Args:
        texts: Runs of Khmer with the weights that they can have, a run as often as it occurs. One that can have several
            weights counts for each of them in part.

    Example:
        >>> count_clusters([("កក, ", [400]), ("ក", [400, 700])])
        {400: {'ក': 2.5}, 700: {'ក': 0.5}}
    """
    runs: Counter[tuple[str, tuple[int, ...]]] = Counter((text, tuple(weights)) for text, weights in texts)
    alike: dict[tuple[tuple[int, ...], int], list[str]] = {}
    once = sorted(run for run, times in runs.items() if times == 1)
    step = len(once) // MAX_SINGLE + 1  # of a large site's every second, third or so stands for the others
    for text, places in once[::step]:
        alike.setdefault((places, step), []).append(text)
    for (text, places), times in runs.items():
        if times > 1:
            alike.setdefault((places, times), []).append(text)
    found: dict[int, dict[str, float]] = {}
    for (places, times), group in alike.items():
        clusters: dict[str, int] = {}
        for word, count in Counter(split_words("\n".join(group))).items():
            for cluster in split_clusters(word):
                clusters[cluster] = clusters.get(cluster, 0) + count
        for cluster, count in clusters.items():
            if KHMER_LETTER.search(cluster):
                for weight in places:
                    counts = found.setdefault(weight, {})
                    counts[cluster] = counts.get(cluster, 0.0) + count * times / len(places)
    return dict(sorted(found.items()))


def adjust_fallbacks(
    sources: Sequence[FontSource], counts: ClusterCounts, fonts: Iterable[FallbackFont]
) -> list[Adjustment]:
    """Fit fallback fonts to a site's fonts.

    Args:
        sources: The site's fonts.
        counts: What the site shows.
        fonts: The fallbacks; those of a family's regular and bold belong together, slanted ones are left out.

    Returns:
        For each family a face for each weight of the site's text, or for the commonest (:func:`group_weights`); one
        without a bold has one for all that is bold, since browsers embolden only what is declared as lighter than that.
        The nearest first. What is so unlike that no browser should scale it is left out.
    """
    families: dict[str, dict[bool, FallbackFont]] = {}
    for font in fonts:
        if not font.italic:
            members = families.setdefault(font.family, {})
            usual = members.get(font.bold)
            wanted = BOLD_WEIGHT if font.bold else NORMAL_WEIGHT
            if usual is None or abs(font.weight - wanted) < abs(usual.weight - wanted):
                members[font.bold] = font
    texts = {weight: text for weight in counts if (text := measure_text(sources, weight, counts[weight])) is not None}
    groups = group_weights({weight: sum(counts[weight].values()) for weight in texts})
    light = {weight: join_texts(texts[one] for one in group) for weight, group in groups.items()}
    heavy = {weight: light.pop(weight) for weight in groups if weight > MEDIUM_WEIGHT}
    emboldened = {JUST_NOT_BOLD: join_texts(heavy.values())} if heavy else {}
    found: list[Adjustment] = []
    measured: dict[tuple[str, ...], dict[str, int | None]] = {}
    for members in families.values():
        regular, bold = members.get(False), members.get(True)
        for member, weights in ((regular, light), (bold or regular, heavy if bold else emboldened)):
            if member is not None:
                widths = measured.setdefault(member.names, {})
                fitted = (fit(member, text, weight, widths) for weight, text in weights.items())
                found += [one for one in fitted if one is not None]
    return sorted(found, key=lambda one: (one.spread, one.font.family, one.weight))


def group_weights(shares: Mapping[int, float]) -> dict[int, list[int]]:
    """The weights that get a face, each with those of the text that is counted with it.

    Args:
        shares: CSS weight → how much text has it.

    Returns:
        Up to medium, and above it, the :data:`MAX_WEIGHTS` commonest ones, each with those that it is the nearest to.

    Example:
        >>> group_weights({400: 9, 600: 2, 700: 1})
        {400: [400], 600: [600], 700: [700]}
        >>> group_weights({200: 3, 300: 2, 400: 9, 450: 1})
        {200: [200], 300: [300], 400: [400, 450]}
    """
    groups: dict[int, list[int]] = {}
    for bold in (False, True):
        side = sorted(weight for weight in shares if (weight > MEDIUM_WEIGHT) is bold)
        most = sorted(side, key=lambda weight: (-shares[weight], weight))[:MAX_WEIGHTS]
        for weight in side:
            groups.setdefault(min(most, key=lambda one: (abs(one - weight), one)), []).append(weight)
    return dict(sorted(groups.items()))


def measure_text(sources: Sequence[FontSource], weight: int, counts: Mapping[str, float]) -> Widths | None:
    """Measure the text of one weight in a site's fonts; None where there is none."""
    source = choose_source(sources, weight)
    face = source.reference
    place = face.locate(source.use_weight(weight))
    widths = measure_clusters(face, counts, place)
    advances = [(cluster, count, widths[cluster] / face.upem) for cluster, count in counts.items() if cluster in widths]
    if not advances:
        return None
    extents = face.font(place).get_font_extents("ltr")
    heights = extents.ascender, -extents.descender, extents.line_gap
    return Widths(advances, *(max(0.0, height / face.upem) for height in heights))


def join_texts(texts: Iterable[Widths]) -> Widths:
    """Texts that one face is for; lines are as tall as the tallest of them needs."""
    given = list(texts)
    return Widths(
        [one for text in given for one in text.advances],
        max(text.ascent for text in given),
        max(text.descent for text in given),
        max(text.gap for text in given),
    )


def choose_source(sources: Sequence[FontSource], weight: int) -> FontSource:
    """The font of a family that browsers take for upright text of a weight.

    Source: CSS Fonts Level 4, section 5.2, step 4, on weights.
    """
    upright = [one for one in sources if not one.face.italic] or list(sources)

    def distance(source: FontSource) -> tuple[int, int]:
        low, high = source.weights
        if low <= weight <= high:
            return 0, 0
        heavier = low > weight
        away = low - weight if heavier else weight - high
        if NORMAL_WEIGHT <= weight <= MEDIUM_WEIGHT:
            near = heavier and low <= MEDIUM_WEIGHT
            return (1 if near else 2 if not heavier else 3), away
        return (1 if heavier is (weight > MEDIUM_WEIGHT) else 2), away

    return min(upright, key=distance)


def fit(font: FallbackFont, text: Widths, weight: int, widths: dict[str, int | None]) -> Adjustment | None:
    """Fit one fallback, of which widths may be known; None for one that no browser should scale so far."""
    for cluster, _, _ in text.advances:
        if cluster not in widths:
            widths[cluster] = estimate_advance(font, cluster)
    pairs = [
        (count, advance, other / font.upem)
        for cluster, count, advance in text.advances
        if (other := widths[cluster]) is not None
    ]
    ours = sum(count * advance for count, advance, _ in pairs)
    theirs = sum(count * other for count, _, other in pairs)
    if ours <= 0 or theirs <= 0 or not SANE[0] <= ours / theirs <= SANE[1]:
        return None
    size = ours / theirs
    if abs(size - 1) < ESTIMATED:
        size = 1.0
    error = sum(count * (advance - size * other) ** 2 for count, advance, other in pairs)
    whole = sum(count * advance**2 for count, advance, _ in pairs)
    # What scales the letters scales their line metrics too.
    return Adjustment(
        font, weight, size, text.ascent / size, text.descent / size, text.gap / size, round(sqrt(error / whole), 6)
    )


# -- stylesheet ----------------------------------------------------------------------------------------------------


def format_fallback_faces(families: Sequence[str], adjusted: Sequence[Adjustment]) -> list[str]:
    """The ``@font-face`` rules of fallback fonts.

    Args:
        families: The names of the two families: of fonts with a bold of their own, and of those without.
        adjusted: The fallbacks, the first one to be tried first.

    Returns:
        A rule a line; of the faces of a family that have the same weight, the one to be tried first comes last.
    """
    has_bold = {one.font.family for one in adjusted if one.font.bold}
    locals_of: dict[tuple[str, str], list[str]] = {}
    for one in adjusted:
        own = one.font.family in has_bold
        body = (
            f"{'' if one.weight == NORMAL_WEIGHT else f'font-weight:{one.weight};'}font-display:swap;"
            f"size-adjust:{percent(one.size)};ascent-override:{percent(one.ascent)};"
            f"descent-override:{percent(one.descent)};line-gap-override:{percent(one.gap)};unicode-range:{RANGE}"
        )
        locals_of.setdefault((families[not own], body), []).extend(one.font.names)
    rules = []
    for (family, body), names in reversed(locals_of.items()):
        source = ",".join(f"local({quote_family(name)})" for name in dict.fromkeys(names))
        rules.append(f"@font-face{{font-family:{quote_family(family)};src:{source};{body}}}")
    return rules


def percent(share: float) -> str:
    """A share as a percentage, exact to a two-thousandth of a pixel in text of 100 px.

    Example:
        >>> percent(0.81913), percent(1), percent(0)
        ('81.913%', '100%', '0%')
    """
    return f"{100 * share:.3f}".rstrip("0").rstrip(".") + "%"
