"""Tight lines: computed line heights, boxes that hide, and what is told of them. A browser checks the figures too."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from khmertext.fonts import default_face, open_face
from khmertext.fonts.ink import measure_ink
from khmertext.web.boxes import BOX_PROPERTIES, BoxReader
from khmertext.web.clipping import ClippingReport, find_clipping, round_up
from khmertext.web.clippingpage import clipping_page
from khmertext.web.documents import PageDocument
from khmertext.web.facts import SiteContext
from khmertext.web.lines import LineBox
from khmertext.web.site import build_site
from khmertext.web.sources import decode_source
from khmertext.web.stylesheets import parse_styles
from khmertext.web.webfonts import open_sources
from tests.site_files import write_site
from tests.unit.fonts.built import build_font
from tests.unit.web.test_site import OPTIONS, read_site

DEEP = "ថ្នូ ស្ត្រី ញុំាង"


def read_box(html: str, css: str = "") -> LineBox | None:
    """The lines of the element with the id x."""
    page = PageDocument(
        decode_source(f"<!doctype html><html><style>{css}</style><body>{html}".encode()),
        "a.html",
        SiteContext("K", more=BOX_PROPERTIES),
        {},
    )
    element = page.document.select_one("#x")
    assert element is not None
    return BoxReader(page).read(element)


@pytest.mark.parametrize(
    ("html", "css", "height"),
    [
        ("<p id=x>", "p{line-height:1.5}", 1.5),
        ("<p id=x>", "body{line-height:1.5}p{font-size:40px}", 1.5),
        ("<p id=x>", "body{line-height:150%}p{font-size:40px}", 0.6),
        ("<p id=x>", "body{line-height:1.5em}p{font-size:40px}", 0.6),
        ("<p id=x>", "p{line-height:24px;font-size:20px}", 1.2),
        ("<p id=x>", "p{line-height:24px;font-size:15pt}", 1.2),
        ("<p id=x>", "html{font-size:20px}p{line-height:2rem}", 2.0),
        ("<p id=x>", "p{font:20px/30px Inter}", 1.5),
        ("<p id=x>", "p{line-height:2}p{font:20px Inter}", None),
        ("<p id=x>", "body{line-height:2}p{font:inherit}", 2.0),
        ("<p id=x>", "body{line-height:2}p{all:initial}", None),
        ("<p id=x>", "", None),
        ("<h1 id=x>", "body{line-height:32px}", 1.0),
        ("<p id=x style='line-height:1.1'>", "p{line-height:2}", 1.1),
        ("<p id=x style='line-height:1.1'>", "p{line-height:2!important}", 2.0),
        ("<p id=x>", "p{line-height:2}@media print{p{line-height:1}}p:hover{line-height:1}", 2.0),
        ("<p>a <b id=x>", "p{line-height:2}", 2.0),
        ("<p>a <small id=x>", "p{line-height:2}small{line-height:1;font-size:8px}", 4.0),
        ("<p>a <b id=x>", "p{line-height:1}b{line-height:2}", 2.0),
        ("<button id=x>", "body{line-height:2}", None),
        ("<button id=x>", "body{line-height:2}button{line-height:inherit}", 2.0),
    ],
)
def test_line_heights_are_those_that_browsers_compute(html: str, css: str, height: float | None) -> None:
    box = read_box(html, css)
    assert box is not None
    assert box.height == (None if height is None else pytest.approx(height))


@pytest.mark.parametrize(
    "css",
    [
        "p{line-height:calc(1em + 2vw)}",
        "p{line-height:calc(1em + 2)}",
        "p{line-height:calc(2 / 0)}",
        "p{line-height:max(20px, 1lh)}",
        "p{line-height:round(1.3, 1)}",
        "p{line-height:var(--x)}",
        "p{line-height:env(--x, 2)}",
        "p{--x:var(--y);--y:var(--x);line-height:var(--x)}",
        "p{font:var(--x)}",
        "p{font:var(--x);--x:16px/2vw serif}",
        "@property --x{syntax:'*';inherits:false}body{--x:2}p{line-height:var(--x)}",
        "p{line-height:20px;font-size:2vw}",
        "body{font-size:clamp(1rem,2vw,2rem)}p{line-height:20px}",
        "p{line-height:-1px}",
        "p{line-height:1.2.3}",
    ],
)
def test_what_only_a_browser_can_tell_is_not_told(css: str) -> None:
    assert read_box("<p id=x>", css) is None


@pytest.mark.parametrize(
    ("css", "height"),
    [
        ("p{line-height:calc(1em + 2px)}", 1.125),
        ("p{line-height:calc(1.2 * 1.25)}", 1.5),
        ("p{line-height:calc(1px - 1em)}", 0),
        ("p{line-height:clamp(1.2, 1, 1.4)}", 1.2),
        (":root{--x:1.3}p{line-height:var(--x)}", 1.3),
        (":root{--x:1.3}p{line-height:var(--X, 1.4)}", 1.4),
        (":root{--x:1.3;--y:calc(var(--x) * 2)}p{line-height:calc(var(--y) - .6)}", 2.0),
        ("body{--x:1.3}p{--x:1.5;line-height:var(--x)}", 1.5),
        ("p{line-height:var(--x);--x:1.5}@media print{p{--x:2}}p:hover{--x:3}", 1.5),
        ("p{font:var(--Font);--Font:italic 20px/1.7 serif}", 1.7),
        ("p{font:italic 20px/var(--Line) serif;--Line:30px}", 1.5),
        ("p{font:16px/1.2 serif}p{font:var(--x);--x:20px serif}", None),
        ("@property --x{syntax:'*';inherits:false}body{--x:2}p{line-height:var(--x, 1.25)}", 1.25),
        ("@property --x{syntax:'<number>';inherits:false;initial-value:1.75}p{line-height:var(--x)}", 1.75),
        ("body{font-size:20px}p{font-size:max(10px, 1.5em);line-height:calc(100% + 15px)}", 1.5),
    ],
)
def test_variables_and_functions_are_worked_out(css: str, height: float | None) -> None:
    box = read_box("<p id=x>", css)
    assert box is not None
    assert box.height == (None if height is None else pytest.approx(height))


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ("p{overflow:hidden}", (0, 0, None)),
        ("p{overflow:var(--o);--o:hidden;padding:calc(1px + .5em) var(--side) 1em;--side:4px}", (0.5625, 1, None)),
        ("p{overflow:hidden;padding:var(--p);--p:1em 2em calc(4em / 2)}", (1, 2, None)),
        ("p{overflow:hidden;height:calc(var(--n) * 1.5em);--n:2}", (0, 0, 3)),
        ("p{overflow:hidden;padding:calc(1vw)}", ()),
        ("p{overflow:clip;padding:.5em 1em}", (0.5, 0.5, None)),
        ("p{overflow:hidden;padding:1px 2px 8px;font-size:16px}", (1 / 16, 0.5, None)),
        ("p{overflow-y:hidden;padding-top:1em}", (1, 0, None)),
        ("p{overflow:hidden;padding-block:1em 2em}", (1, 2, None)),
        ("p{overflow:hidden;height:3em}", (0, 0, 3)),
        ("p{overflow:hidden;height:3em;max-height:20px;font-size:10px}", (0, 0, 2)),
        ("p{overflow:hidden;height:50%}", (0, 0, None)),
        ("p{overflow:auto hidden}", (0, 0, None)),
        ("p{overflow:hidden}p{overflow-y:visible}", ()),
        ("p{overflow:hidden auto}", ()),
        ("p{overflow:auto}", ()),
        ("p{overflow-x:hidden}", ()),
        ("p{overflow:hidden;padding:5%}", ()),
        ("body{overflow:hidden}", ()),
        ("@media print{p{overflow:hidden}}", ()),
    ],
)
def test_boxes_that_hide_are_told_with_their_room(css: str, expected: tuple[float | None, ...]) -> None:
    box = read_box("<p id=x>", f"p{{line-height:1}}{css}")
    assert box is not None
    if not expected:
        assert box.clip == ""
        return
    assert box.clip.startswith("a.html <style>: p { overflow")
    for found, wanted in zip((box.above, box.below, box.limit), expected, strict=True):
        assert found == (None if wanted is None else pytest.approx(wanted))


def test_text_that_cannot_wrap_meets_nothing() -> None:
    for css, single in [
        ("p{white-space:nowrap}", True),
        ("body{white-space:nowrap}", True),
        ("body{white-space:nowrap}p{white-space:normal}", False),
        ("p{text-wrap:nowrap}", True),
        ("", False),
    ]:
        box = read_box("<p><b id=x>", f"p{{line-height:1}}{css}")
        assert box is not None
        assert box.single is single


def test_a_font_line_height_is_read_only_when_asked_for() -> None:
    for more, names in ((frozenset[str](), set[str]()), (BOX_PROPERTIES, {"line-height"})):
        (rule,) = parse_styles("p{font:1em/2 Inter}", more=more).rules
        assert {one.name for one in rule.settings} & BOX_PROPERTIES == names


# -- sites -----------------------------------------------------------------------------------------------------------


def make(folder: Path, css: str, text: str = DEEP) -> Path:
    page = f"<!doctype html><html lang=km><meta charset=utf-8><title>x</title><link rel=stylesheet href=a.css><p>{text}"
    return write_site(folder, {"a.html": page.encode(), "b.html": page.encode(), "a.css": css.encode()})


def test_what_is_told_is_enough_and_a_step_less_is_not(tmp_path: Path) -> None:
    (clash,) = find_clipping(make(tmp_path, "p{line-height:1}"), open_sources([]), jobs=1).clashes
    assert (clash.kind, clash.where, clash.css, clash.height, clash.elements) == ("overlap", "a.css: p", "1", 1, 2)
    ink = measure_ink(default_face(), ["ថ្នូ", "ស្ត្រី", "ញុំា", "ង"])
    assert clash.needed == pytest.approx(
        max(one.below for one in ink.values()) + max(one.above for one in ink.values())
    )
    assert clash.smallest == round_up(clash.needed)
    for height, count in ((clash.smallest, 0), (clash.smallest - 0.05, 1)):
        site = make(tmp_path, f"p{{line-height:{height:.2f}}}")
        assert len(find_clipping(site, open_sources([]), jobs=1).clashes) == count


def test_only_the_clusters_of_a_place_count(tmp_path: Path) -> None:
    css = "p{line-height:1.2}"
    assert find_clipping(make(tmp_path, css, "កខគ"), open_sources([]), jobs=1).clashes == ()
    assert find_clipping(make(tmp_path, css, "Latin"), open_sources([]), jobs=1) == ClippingReport((), 0, 0, 0)
    assert len(find_clipping(make(tmp_path, css), open_sources([]), jobs=1).clashes) == 1


def test_a_box_with_a_height_needs_one_that_holds_its_lines(tmp_path: Path) -> None:
    site = make(tmp_path, "p{line-height:1.2;height:2.5em;overflow:hidden;white-space:nowrap}", "ថ្នូ")
    (clash,) = find_clipping(site, open_sources([]), jobs=1).clashes
    assert clash.kind == "cut"
    assert clash.tall == pytest.approx(2 * clash.smallest)
    mended = f"p{{line-height:{clash.smallest};height:{clash.tall}em;overflow:hidden}}"
    assert find_clipping(make(tmp_path, mended, "ថ្នូ"), open_sources([]), jobs=1).clashes == ()


def test_the_font_that_sets_the_lines_can_be_another(tmp_path: Path) -> None:
    site = make(tmp_path, "p{line-height:1.2;overflow:hidden;white-space:nowrap}")
    latin = open_face(build_font([0x20, 0x61]), source="latin.ttf")  # 0.8 em above the baseline, 0.2 em below
    own, other = (find_clipping(site, open_sources([]), line_font=font, jobs=1).clashes for font in (None, latin))
    assert other[0].needed == pytest.approx(max(2 * other[0].depth + 0.6, 2 * other[0].rise - 0.6))
    assert own[0].needed == pytest.approx(other[0].needed + 1.069 - 0.293 - 0.6)


def test_a_built_site_is_judged_as_its_author_made_it(tmp_path: Path) -> None:
    site = make(tmp_path / "site", "p{line-height:1;font-family:Inter}")
    before = find_clipping(site, open_sources([]), jobs=1)
    build_site(site, None, OPTIONS)
    files = read_site(site)
    assert find_clipping(site, open_sources([]), jobs=1) == before
    assert read_site(site) == files


def test_the_page_is_whole_and_shows_each_place(tmp_path: Path) -> None:
    sources = open_sources([])
    css = "p{line-height:1;overflow:hidden} /*<b>*/ p[title='</style>&']{line-height:1}"
    report = find_clipping(make(tmp_path, css), sources, jobs=1)
    text = clipping_page('x"><script>', report, sources)
    root = ElementTree.fromstring(re.sub("^<!DOCTYPE html>\n", "", text))
    pictures = list(root.iter("{http://www.w3.org/2000/svg}svg"))
    assert len(pictures) == 2 * len(report.clashes) == 4
    assert "<script" not in text
    assert "http" not in re.sub(r"http-equiv|http://www\.w3\.org/2000/svg", "", text)
    empty = clipping_page("x", ClippingReport((), 0, 0, 0), sources)
    assert "No line is too tight" in empty
