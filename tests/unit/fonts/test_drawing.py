"""Drawing, against fontTools: its SVG reader reads our paths, its own outlines say where the points belong."""

from __future__ import annotations

import io
from functools import cache
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import fontpkg
import pytest
import uharfbuzz as hb
from fontTools.pens.areaPen import AreaPen
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.recordingPen import DecomposingRecordingPen, RecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.svgLib.path import parse_path
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from khmertext.fonts.drawing import Box, Drawing, Point, Segment, draw_text, escape_xml, format_path, split_runs, to_svg

untimed = settings(deadline=None)

SENTENCE = "ស្ត្រីខ្មែរ ធ្វើការនៅភ្នំពេញ ឲ្យបានល្អ៖ ២០២៤។"
SVG = "{http://www.w3.org/2000/svg}"


@cache
def font_data() -> bytes:
    return Path(fontpkg.path("Noto Sans Khmer", weight=400)).read_bytes()


@cache
def font() -> hb.Font:
    return hb.Font(hb.Face(font_data()))


def shape(text: str) -> hb.Buffer:
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.script, buffer.direction, buffer.language = "Khmr", "ltr", "km"
    hb.shape(font(), buffer)
    return buffer


@pytest.mark.parametrize("text", [SENTENCE, "ក", "ក្ក្រើ៉", "\u17d2", "◌ឿ"])
def test_path_is_the_outline_of_the_shaped_glyphs(text: str) -> None:
    expected = RecordingPen()
    glyphs = TTFont(io.BytesIO(font_data())).getGlyphSet()
    names = TTFont(io.BytesIO(font_data())).getGlyphOrder()
    buffer = shape(text)
    x = 0
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        outline = DecomposingRecordingPen(glyphs)
        glyphs[names[info.codepoint]].draw(outline)
        outline.replay(TransformPen(expected, (1, 0, 0, -1, x + position.x_offset, -position.y_offset)))
        x += position.x_advance

    drawing = draw_text(font(), text)
    drawn = RecordingPen()
    parse_path(drawing.path, drawn)

    assert drawing.width == x
    assert bounds(drawn) == pytest.approx(bounds(expected), abs=1)
    assert area(drawn) == pytest.approx(area(expected), rel=0.001)
    assert len([1 for command, _ in drawn.value if command == "moveTo"]) == len(
        [1 for command, _ in expected.value if command == "moveTo"]
    )


def bounds(pen: RecordingPen) -> tuple[float, ...]:
    box = BoundsPen(None)
    pen.replay(box)
    return tuple(box.bounds)


def area(pen: RecordingPen) -> float:
    measured = AreaPen(None)
    pen.replay(measured)
    return float(measured.value)


coordinates = st.integers(-3000, 3000)
points = st.builds(Point, coordinates, coordinates)
segments = st.one_of(
    st.builds(lambda p: Segment("l", (p,)), points),
    st.builds(lambda p, q: Segment("q", (p, q)), points, points),
    st.builds(lambda p, q, r: Segment("c", (p, q, r)), points, points, points),
)
contours = st.builds(
    lambda start, rest: [Segment("m", (start,)), *rest], points, st.lists(segments, min_size=1, max_size=8)
)


@untimed
@given(st.lists(contours, max_size=4))
def test_path_data_reads_back_exactly(drawn: list[list[Segment]]) -> None:
    read = RecordingPen()
    parse_path(format_path(drawn), read)
    expected = RecordingPen()
    for contour in drawn:
        start = contour[0].points[0]
        segments = contour[:-1] if contour[-1] == Segment("l", (start,)) else contour
        if len(segments) == 1:
            continue
        for command, corners in segments:
            {"m": expected.moveTo, "l": expected.lineTo, "q": expected.qCurveTo, "c": expected.curveTo}[command](
                *corners
            )
        if segments[-1].points[-1] != start:
            expected.lineTo(start)  # the reader writes the closing line out
        expected.closePath()
    assert read.value == expected.value


def test_mirrored_control_points_are_left_out() -> None:
    p = Point
    contour = [Segment("m", (p(0, 0),)), Segment("q", (p(5, 5), p(10, 0))), Segment("q", (p(15, -5), p(20, 0)))]
    assert format_path([contour]) == "m0 0q5 5 10 0t10 0z"


def test_lines_stand_under_each_other() -> None:
    two, upper = draw_text(font(), "ក\nកខ"), draw_text(font(), "ក")
    lower = draw_text(font(), "កខ")
    step = two.descent - upper.descent
    assert two.path.startswith(upper.path)
    assert two.width == lower.width
    assert two.ascent == upper.ascent
    assert step == upper.ascent + upper.descent  # this font has no line gap
    assert two.ink is not None
    assert lower.ink is not None
    assert two.ink.bottom == lower.ink.bottom + step
    assert draw_text(font(), "ក\nក", line_height=2000).descent == upper.descent + 2000


def test_weight_shows() -> None:
    bold = hb.Font(hb.Face(font_data()))
    bold.set_variations({"wght": 700})
    light_pen, bold_pen = RecordingPen(), RecordingPen()
    parse_path(draw_text(font(), "ខ្មែរ").path, light_pen)
    parse_path(draw_text(bold, "ខ្មែរ").path, bold_pen)
    assert abs(area(bold_pen)) > 1.2 * abs(area(light_pen))


def test_mixed_scripts_are_all_drawn() -> None:
    pieces = ["HTML ", "ភាសាខ្មែរ (", "Khmer) ", "◌ៅ ៛១២៣ ", "abc"]
    assert draw_text(font(), "".join(pieces)).width == sum(draw_text(font(), piece).width for piece in pieces)
    # The dotted circle takes its vowel: HarfBuzz adds no second one.
    assert draw_text(font(), "◌ៅ").width == draw_text(font(), "ៅ").width


@pytest.mark.parametrize("language", ["en", "", "not a tag", "ខ្មែរ", "\0"])
def test_any_language_is_accepted(language: str) -> None:
    assert draw_text(font(), SENTENCE, language=language) == draw_text(font(), SENTENCE)


@untimed
@given(st.text(alphabet=st.sampled_from("កខ្រើ៛០ a.Z(é\u200b\u200d◌\u05d0\n")))
def test_runs_join_to_the_line(text: str) -> None:
    runs = list(split_runs(text))
    assert "".join(run for run, _ in runs) == text
    assert all(first[1] != second[1] for first, second in pairwise(runs))


@untimed
@given(st.text(max_size=12) | st.text(st.characters(categories=["Cs"]), max_size=3))
def test_any_text_can_be_drawn(text: str) -> None:
    drawing = draw_text(font(), text)
    ElementTree.fromstring(to_svg(drawing, label=text).encode())
    assert drawing.frame.right - drawing.frame.left >= drawing.width


def test_empty_text_has_lines_but_no_ink() -> None:
    drawing = draw_text(font(), "")
    assert (drawing.path, drawing.width, drawing.ink) == ("", 0, None)
    assert drawing.ascent > 0 < drawing.descent


def test_frame_holds_ink_outside_the_line() -> None:
    drawing = Drawing("m0 0", width=10, ascent=8, descent=2, ink=Box(-3, -9, 12, 1), upem=10)
    assert drawing.frame == Box(-3, -9, 12, 2)
    assert 'viewBox="-3 -9 15 11"' in to_svg(drawing, label="")


def test_svg_has_a_name_and_a_role() -> None:
    label = "<b>&\"'\x00\x1b\ud800ខ្មែរ"
    element = ElementTree.fromstring(to_svg(draw_text(font(), "ខ្មែរ"), label=label, height=40).encode())
    title = element.find(f"{SVG}title")
    assert title is not None
    assert title.text == "<b>&\"'\ufffd\ufffd\ufffdខ្មែរ"
    assert element.get("role") == "img"
    assert element.get("height") == "40"
    _, _, width, height = (float(number) for number in element.get("viewBox", "").split())
    assert float(element.get("width", 0)) == pytest.approx(40 * width / height, abs=0.01)


def test_color_cannot_leave_its_attribute() -> None:
    drawing = draw_text(font(), "ក")
    element = ElementTree.fromstring(to_svg(drawing, label="", color='red"/><script/>'))
    assert [child.tag for child in element] == [f"{SVG}title", f"{SVG}path"]


@untimed
@given(st.text())
def test_escaped_text_reads_back(text: str) -> None:
    read = ElementTree.fromstring(f'<a b="{escape_xml(text)}"/>'.encode()).get("b")
    assert read is not None
    assert len(read) == len(text)


def test_same_text_gives_same_bytes() -> None:
    fresh = hb.Font(hb.Face(font_data()))
    assert draw_text(fresh, SENTENCE) == draw_text(font(), SENTENCE)
