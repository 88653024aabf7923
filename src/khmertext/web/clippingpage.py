"""The page about tight lines: each place with a picture of what meets there, and of how it looks with room enough."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from khmertext.fonts.drawing import Drawing, draw_text
from khmertext.fonts.markup import escape, facts_table, name_code_points, page
from khmertext.web.clipping import Clash, ClippingReport, Edges
from khmertext.web.fallbacks import choose_source
from khmertext.web.webfonts import FontSource

__all__ = ["clipping_page", "describe_clash", "draw_cut", "draw_overlap"]

SIZE: Final = 64.0  # CSS pixels of an em
MARGIN: Final = 0.15
MAX_SHOWN: Final = 200


def clipping_page(title: str, report: ClippingReport, sources: Sequence[FontSource]) -> str:
    """Return the page: HTML that needs nothing else.

    Args:
        title: Of the site.
        report: What was found.
        sources: The fonts that it was found with.
    """
    return page(f"Tight lines of {title}", iter_body(title, report, sources), "")


def iter_body(title: str, report: ClippingReport, sources: Sequence[FontSource]) -> Iterator[str]:
    yield f"<h1>Tight lines of {escape(title)}</h1>"
    fonts = ", ".join(source.name for source in sources)
    rows = [
        ("elements with Khmer", f"{report.elements:,}"),
        ("kinds of lines", f"{report.places:,}"),
        ("too tight", f"{len({(one.where, one.path, one.line) for one in report.clashes}):,}"),
        ("only a browser can tell", f"{report.unknown:,} elements"),
        ("font", fonts),
    ]
    yield facts_table("The site", rows)
    if not report.clashes:
        yield "<p>No line is too tight for the Khmer that stands in it.</p>"
        return
    yield (
        "<p>Two lines: the upper one has the cluster that reaches deepest, the lower one, coloured, the one that"
        " reaches highest. Both stand in the site in lines like these; where one comes to stand above the other, they"
        " meet. A box: what reaches out of the frame is cut off. Left as it is, right with the smallest line height at"
        " which nothing meets or is cut off.</p>"
    )
    for clash in report.clashes[:MAX_SHOWN]:
        yield from iter_clash(clash, sources)
    if len(report.clashes) > MAX_SHOWN:
        yield f"<p>… and {len(report.clashes) - MAX_SHOWN:,} more.</p>"


def iter_clash(clash: Clash, sources: Sequence[FontSource]) -> Iterator[str]:
    yield f"<h2>{escape(clash.where)}</h2>"
    yield f"<p>{escape(describe_clash(clash))}</p>"
    drawn = (
        (draw_overlap(clash, clash.height, sources), draw_overlap(clash, clash.smallest, sources))
        if clash.edges is None
        else tuple(draw_cut(clash, edges, sources) for edges in clash.edges)
    )
    captions = f"as it is: {clash.height:.3g}", f"line-height: {clash.smallest:.3g}"
    pictures = "".join(
        f"<figure>{picture}<figcaption>{caption}</figcaption></figure>"
        for picture, caption in zip(drawn, captions, strict=True)
    )
    yield f'<div class="views">{pictures}</div>'
    codes = f"{name_code_points(clash.deepest)} above {name_code_points(clash.highest)}, weight {clash.weight}"
    yield f'<p class="code">{escape(codes)}</p>'


def describe_clash(clash: Clash) -> str:
    """What is wrong, in a sentence.

    Example:
        >>> clash = Clash("overlap", "a.css: p", "1.2", 1.2, 1.41, 1.45, 400, "ក្ក", "កី", 0.5, 0.91, None, 0,
        ...               "a.html", 3, 2)
        >>> describe_clash(clash)
        'line-height: 1.2 lets ក្ក of one line run 0.21 em into កី of the next; 1.45 does not'
    """
    set_to = "without a line-height, lines" if not clash.css else f"line-height: {clash.css}"
    shown = "" if clash.css in ("normal", f"{clash.height:.3g}") else f" ({clash.height:.3g} em)"
    over = max(0.01, round(clash.needed - clash.height, 2))
    if clash.kind == "overlap":
        return (
            f"{set_to}{shown} lets {clash.deepest} of one line run {over:.2f} em into {clash.highest} of the next; "
            f"{clash.smallest:.3g} does not"
        )
    tall = f" with a height of {clash.tall:.3g} em" if clash.tall else ""
    what = " or ".join(dict.fromkeys((clash.deepest, clash.highest)))
    more = "" if clash.edges is None or clash.tall else f", nor does {describe_padding(clash, clash.edges[0])}"
    return f"{set_to}{shown} lets the box cut off {what}; {clash.smallest:.3g}{tall} does not{more}"


def describe_padding(clash: Clash, edges: Edges) -> str:
    """How much more padding leaves the ink whole at the line height that there is, in hundredths of an em."""
    lacks = (("above", clash.rise - edges.top), ("below", clash.depth - edges.bottom))
    return " and ".join(f"{math.ceil(100 * by) / 100:.2f} em more padding {side}" for side, by in lacks if by > 0)


def draw_overlap(clash: Clash, height: float, sources: Sequence[FontSource]) -> str:
    """A picture of two lines, one below the other, as one SVG element.

    Args:
        clash: What stands in them.
        height: From one baseline to the next, in em.
        sources: The site's fonts.
    """
    upper, lower = (draw_cluster(text, clash, sources) for text in (clash.deepest, clash.highest))
    em = upper.upem
    rise, depth, step = (round(length * em) for length in (clash.rise, clash.depth, height))
    width = max(upper.width, lower.width)
    top = min(upper.frame.top, -rise)
    bottom = max(step + lower.frame.bottom, depth)
    inside = [line(em, width, y) for y in (0, step)]
    if depth > step - rise:
        inside.insert(0, band(em, width, step - rise, depth))
    label = f"{clash.deepest} above {clash.highest}, {height:.3g} em apart" + (
        ", meeting" if depth > step - rise else ""
    )
    inside.append(f'<path d="{upper.path}" transform="translate({(width - upper.width) // 2} 0)"/>')
    inside.append(f'<path class="fa" d="{lower.path}" transform="translate({(width - lower.width) // 2} {step})"/>')
    return picture(label, em, width, top, bottom, inside)


def draw_cut(clash: Clash, edges: Edges, sources: Sequence[FontSource]) -> str:
    """A picture of a line in its box, as one SVG element.

    Args:
        clash: What stands in it.
        edges: Where the box ends.
        sources: The site's fonts.
    """
    drawings = [draw_cluster(text, clash, sources) for text in dict.fromkeys((clash.deepest, clash.highest))]
    em = drawings[0].upem
    top, bottom = -round(edges.top * em), round(edges.bottom * em)
    rise, depth = round(clash.rise * em), round(clash.depth * em)
    width = sum(drawing.width for drawing in drawings)
    inside = [line(em, width, 0)]
    if -rise < top:
        inside.append(band(em, width, -rise, top))
    if depth > bottom:
        inside.append(band(em, width, bottom, depth))
    inside += [line(em, width, y, strong=True) for y in (top, bottom)]
    x = 0
    for drawing in drawings:
        inside.append(f'<path d="{drawing.path}" transform="translate({x} 0)"/>')
        x += drawing.width
    cut = -rise < top or depth > bottom
    label = " ".join((clash.deepest, clash.highest)) + (", cut off by a box" if cut else ", whole in a box")
    return picture(label, em, width, min(top, -rise), max(bottom, depth), inside)


def draw_cluster(text: str, clash: Clash, sources: Sequence[FontSource]) -> Drawing:
    source = choose_source(sources, clash.weight)
    face = source.reference
    return draw_text(face.font(face.locate(source.use_weight(clash.weight))), text)


def band(em: int, width: int, first: int, last: int) -> str:
    """Where ink meets, or is cut off."""
    margin = round(MARGIN * em)
    return (
        f'<rect fill="var(--badpaper)" stroke="var(--bad)" stroke-width="{max(1, em // 100)}" '
        f'x="{-margin}" y="{first}" width="{width + 2 * margin}" height="{last - first}"/>'
    )


def line(em: int, width: int, y: int, *, strong: bool = False) -> str:
    """A baseline, or the edge of a box."""
    margin = round(MARGIN * em)
    return (
        f'<path d="M{-margin} {y}h{width + 2 * margin}" fill="none" stroke="currentColor" '
        f'stroke-opacity="{".9" if strong else ".3"}" stroke-width="{max(1, em // 100)}"/>'
    )


def picture(label: str, em: int, width: int, top: int, bottom: int, inside: Sequence[str]) -> str:
    margin = round(MARGIN * em)
    box = (-margin, top - margin, width + 2 * margin, bottom - top + 2 * margin)
    scale = SIZE / em
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="{" ".join(map(str, box))}" '
        f'width="{box[2] * scale:.4g}" height="{box[3] * scale:.4g}">'
        f"<title>{escape(label)}</title>{''.join(inside)}</svg>"
    )
