"""The device page without a browser: its samples, its codes, what it holds and what it may load."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from fontTools import subset
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from khmertext.fonts import default_face, limit_axes, open_face, shape
from khmertext.fonts.default import find_font
from khmertext.web.device import decode_result, encode_result, make_device_page, sample_groups, sample_texts
from khmertext.web.device.codes import ALPHABET
from khmertext.web.device.page import EM, measure_sample

COUNT = len(sample_texts())
CIRCLE = 0x25CC
indexes = st.sets(st.integers(0, COUNT - 1)).map(sorted)


# -- samples --


def test_groups_fit_a_code() -> None:
    groups = sample_groups()
    assert len({group.name for group in groups}) == len(groups) <= 15
    assert COUNT < 1024
    assert all(group.texts and len(set(group.texts)) == len(group.texts) for group in groups)


def test_samples_that_count_are_khmer_that_is_drawn_whole() -> None:
    face = default_face()
    font = face.font()
    circle = font.get_nominal_glyph(CIRCLE)
    for group in sample_groups():
        for text in group.texts if group.counts else ():
            glyphs = {info.codepoint for info in shape(font, text, "km").glyph_infos}
            assert not glyphs & {0, circle}, (group.name, text)


def test_every_consonant_has_its_letter_below() -> None:
    texts = set(sample_texts())
    assert all(f"{chr(code)}\u17d2{chr(code)}" in texts for code in range(0x1780, 0x17A3))
    assert all(f"{chr(code)}\u17d2\u179a" in texts for code in range(0x1780, 0x17A3))


# -- codes --


@given(indexes, st.integers(0, 2**15 - 1), st.booleans(), st.booleans())
def test_a_whole_code_says_everything(differing: list[int], font: int, used: bool, inked: bool) -> None:
    code = encode_result(differing, font, whole=True, font_used=used, ink_measured=inked)
    result = decode_result(code)
    assert result.samples == tuple(differing)
    assert (result.font, result.font_used, result.ink_measured) == (font, used, inked)
    short = decode_result(encode_result(differing, font, font_used=used, ink_measured=inked))
    assert (short.differing, short.groups, short.digest) == (result.differing, result.groups, result.digest)


def test_what_is_for_information_is_not_counted() -> None:
    free = [index for index, group in enumerate(of_samples()) if not group]
    assert free
    result = decode_result(encode_result(free, 0))
    assert result.differing == 0
    assert [sample_groups()[number].counts for number in result.groups] == [False, False]


def of_samples() -> list[bool]:
    return [group.counts for group in sample_groups() for _ in group.texts]


@given(indexes, st.integers(0, 2**15 - 1), st.booleans(), st.data())
def test_a_digit_that_is_wrong_or_swapped_is_told(
    differing: list[int], font: int, whole: bool, data: st.DataObject
) -> None:
    code = encode_result(differing, font, whole=whole).replace("-", "")
    place = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from([digit for digit in ALPHABET if digit != code[place]]))
    with pytest.raises(ValueError, match="code"):
        decode_result(code[:place] + other + code[place + 1 :])
    place = data.draw(st.integers(0, len(code) - 4))  # the check digits themselves are no sum
    if code[place] != code[place + 1]:
        with pytest.raises(ValueError, match="code"):
            decode_result(code[:place] + code[place + 1] + code[place] + code[place + 2 :])


@given(indexes, st.integers(0, 2**15 - 1))
def test_a_code_is_read_as_people_write_it(differing: list[int], font: int) -> None:
    code = encode_result(differing, font)
    written = code.lower().replace("0", "o").replace("1", "l").replace("-", " – ")
    assert decode_result(written) == decode_result(code)


@given(st.text(max_size=200) | st.text(alphabet=ALPHABET + "-oil ", max_size=200))
def test_anything_else_is_no_code(text: str) -> None:
    try:
        result = decode_result(text)
    except ValueError:
        return
    assert all(number < len(sample_groups()) for number in result.groups)


@pytest.mark.parametrize("index", [0, 1, COUNT - 1])
def test_one_sample_alone_is_known_by_a_short_code(index: int) -> None:
    assert decode_result(encode_result([index], 1)).samples == (index,)


def test_a_code_of_a_later_version_is_told_apart_from_one_that_is_mistyped() -> None:
    digits = [2] + [0] * 13
    check = sum((place + 1) * digit for place, digit in enumerate(digits)) % 1021
    code = "".join(ALPHABET[digit] for digit in [*digits, check >> 5, check & 31])
    with pytest.raises(ValueError, match="version 2"):
        decode_result(code)


# -- the page --


@pytest.fixture(scope="module")
def page() -> str:
    return make_device_page().html.decode()


def read_data(page: str) -> Any:
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    return json.loads(text)


def test_the_same_font_gives_the_same_bytes(page: str) -> None:
    assert make_device_page().html.decode() == page


def test_its_font_has_the_widths_that_the_page_expects(page: str) -> None:
    """What ships is shaped again, from the bytes in the page."""
    (packed,) = re.findall(r"base64,([A-Za-z0-9+/=]+)", page)
    face = open_face(base64.b64decode(packed), source="the page")
    font = face.font()
    tried = 0
    for group in read_data(page)["groups"]:
        for text, *expected in group["samples"]:
            width = sum(place.x_advance for place in shape(font, text, "km").glyph_positions)
            assert expected[0] == round(width * EM / font.face.upem), text
            assert tuple(expected) == measure_sample(face, text), text
            tried += 1
    assert tried == COUNT


def test_ink_is_where_the_outlines_are() -> None:
    """One glyph alone, by fontTools."""
    face = limit_axes(default_face(), {"wght": (400, 400), "wdth": (100, 100)})
    font = TTFont(io.BytesIO(face.data))
    for letter in "កឃឈ០។":
        pen = BoundsPen(font.getGlyphSet())
        font.getGlyphSet()[font.getBestCmap()[ord(letter)]].draw(pen)
        left, bottom, right, top = pen.bounds
        width, *ink = measure_sample(face, letter)
        assert width == font["hmtx"][font.getBestCmap()[ord(letter)]][0]
        assert ink == pytest.approx([left, top, right, bottom], abs=1)


def test_its_policy_lets_in_what_it_holds_and_nothing_else(page: str) -> None:
    (written,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    policy = dict(part.strip().split(" ", 1) for part in html.unescape(written).split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["font-src"] == "data:"
    for name, pattern in (("style-src", r"<style>(.*?)</style>"), ("script-src", r"<script>(.*?)</script>")):
        (text,) = re.findall(pattern, page, re.S)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert policy[name] == f"'sha256-{digest}'"
    assert not re.search(r"(?:src|href|action)=|url\((?!\"data:)|@import|fetch\(|XMLHttpRequest|sendBeacon", page)


def test_samples_whose_letters_a_font_lacks_are_not_tried(tmp_path: Path) -> None:
    path = tmp_path / "less.ttf"
    font = TTFont(find_font())
    options = subset.Options(notdef_outline=True, layout_features=["*"], name_IDs=["*"], glyph_names=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for code in font.getBestCmap() if code not in range(0x17E0, 0x17EA)])
    subsetter.subset(font)
    font.save(path)
    made = make_device_page(path)
    assert "\u17e0" in made.lacking
    assert made.font != make_device_page().font
    for group in read_data(made.html.decode())["groups"]:
        for text, *expected in group["samples"]:
            assert bool(expected) == (text not in made.lacking)


def test_the_names_in_a_font_write_no_html(tmp_path: Path) -> None:
    path = tmp_path / "named.ttf"
    font: Any = TTFont(find_font())
    evil = "</script></style><b onclick=alert(1)>\"'&"
    for number in (0, 1, 16):
        font["name"].setName(evil, number, 3, 1, 0x409)
    font.save(path)
    page = make_device_page(path).html.decode()
    assert "<b onclick" not in page
    assert html.escape("<b onclick=alert(1)>") in page
