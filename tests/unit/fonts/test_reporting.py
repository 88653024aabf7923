"""The report of a font: every picture is there, faults are told, and nothing from the font gets out of its place."""

from __future__ import annotations

import io
import random
import re
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.svgLib.path import parse_path
from fontTools.ttLib import TTFont

from khmertext.errors import FontError
from khmertext.fonts import Face, default_face, open_face, read_face
from khmertext.fonts.behaviour import LEVELS
from khmertext.fonts.comparing import compare_page
from khmertext.fonts.detection import examine
from khmertext.fonts.markup import MAX_TEXT, STYLE, escape
from khmertext.fonts.pictures import Gallery, place_text
from khmertext.fonts.reporting import find_troubles, report_page
from khmertext.fonts.sizes import measure_glyphs, measure_tables
from khmertext.script.classes import CONSONANTS, DIGITS, INDEPENDENT_VOWELS, KHMER, MODIFIERS, SHIFTERS, VOWELS
from tests.unit.fonts.built import build_font

DEBIAN = sorted(
    [
        *Path("/usr/share/fonts/truetype/khmeros").glob("*.ttf"),
        *Path("/usr/share/fonts/truetype/noto").glob("Noto*Khmer*.ttf"),
    ]
)
HOSTILE = "\"><script>alert(1)</script>\x00\x1b\u202e&amp;'ខ្មែរ" + "a" * 400


class Tags(HTMLParser):
    """Collects the elements of a page as an HTML parser sees them, and whether each is closed."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def check_page(page: str) -> ElementTree.Element:
    """Whatever a page shows: it is XML and HTML, self-contained, and each picture has a name and its outlines."""
    root = ElementTree.fromstring(page.encode())
    tags = Tags(page)
    assert not tags.open
    names = {tag for tag, _ in tags.tags}
    assert not names & {"script", "link", "img", "image", "iframe", "object", "embed", "a", "form", "base"}
    ids = [attributes["id"] for _, attributes in tags.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    used = set()
    for tag, attributes in tags.tags:
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "style", "xlink:href")]
        if "href" in attributes:
            assert tag == "use"
            used.add((attributes["href"] or "").removeprefix("#"))
    assert used == set(ids)  # nothing is missing, nothing is there for nothing
    assert not re.search(r"url\(|https?://|@import|file:", page.replace("\n", ""))
    for svg in root.iter("svg"):
        if svg.get("aria-hidden") != "true":
            assert svg.get("role") == "img"
            title = svg.find("title")
            assert title is not None
            assert title.text
    headings = [int(one.tag[1]) for one in root.iter() if re.fullmatch("h[1-6]", one.tag)]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(headings))
    regions = [one for one in root.iter("div") if one.get("class") == "scroll"]
    assert len(regions) == len(list(root.iter("table")))
    assert len({region.get("aria-label") for region in regions}) == len(regions)
    for region in regions:
        assert (region.get("role"), region.get("tabindex")) == ("region", "0")
        (table,) = region
        assert table.findtext("caption") == region.get("aria-label")
        assert all(cell.get("scope") for cell in table.iter("th"))
    return root


def faults_of(root: ElementTree.Element) -> dict[str, str]:
    """The code points of each picture of the grids, and the faults that its description tells."""
    found = {}
    for picture in root.iter("svg"):
        match = re.fullmatch(r".* \(((?:[0-9A-F]{4} ?)+)\)", picture.findtext("title") or "", re.DOTALL)
        if match:
            found[match[1]] = (picture.findtext("desc") or "").removeprefix("Fault: ")
    return found


def codes(text: str) -> str:
    return " ".join(f"{ord(char):04X}" for char in text)


@cache
def default_page() -> str:
    return report_page(default_face())


def test_page_is_whole_and_small() -> None:
    check_page(default_page())
    assert len(default_page().encode()) < 300_000


def test_same_font_gives_same_bytes(variable: Face) -> None:
    assert report_page(open_face(variable.data, source="another place")) == default_page()


def test_every_cell_is_there() -> None:
    found = faults_of(check_page(default_page()))
    expected = {
        *CONSONANTS,
        *(f"ក\u17d2{letter}" for letter in CONSONANTS),
        *(f"{letter}\u17d2ក" for letter in CONSONANTS),
        *(f"{letter}\u17d2{letter}" for letter in CONSONANTS),
        *(f"ក{sign}" for sign in VOWELS | MODIFIERS | SHIFTERS | {"\u17cc", "\u17c7", "\u17c8"}),
        *INDEPENDENT_VOWELS,
        *DIGITS,
        *(char for char in KHMER if ord(char) >= 0x17F0 or 0x17D4 <= ord(char) <= 0x17DC),
        *("ស្ត្រី", "ង៉", "ង៉ី", "ង៉\u200cី", "ស៊ី", "ធម៌", "ឲ្យ", "ក្រៀ"),
    }
    assert {codes(text) for text in expected} <= set(found)
    assert not [text for text, faults in found.items() if faults]


def test_pictures_show_what_they_name(variable: Face) -> None:
    """The uses of a picture, put together, are the outline of the shaped text."""
    root = check_page(default_page())
    wanted = place_text(variable.font(), "ស្ត្រី")
    (picture,) = [svg for svg in root.iter("svg") if (svg.findtext("title") or "").startswith("ស្ត្រី (")]
    places = [(use.get("href"), int(use.get("x", 0)), int(use.get("y", 0))) for use in picture.iter("use")]
    assert places == [(f"#g{glyph.glyph}", glyph.x, -glyph.y) for glyph in wanted.glyphs]
    left, top, width, height = (int(number) for number in picture.get("viewBox", "").split())
    ink = Gallery(variable, "g").measure(wanted)
    assert ink is not None
    assert left < ink.left
    assert top < ink.top
    assert left + width > ink.right
    assert top + height > ink.bottom


def test_outlines_can_be_read() -> None:
    from fontTools.pens.recordingPen import RecordingPen

    for path in check_page(default_page()).iter("path"):
        pen = RecordingPen()
        parse_path(path.get("d", ""), pen)
        assert pen.value


@pytest.mark.skipif(not DEBIAN, reason="needs fonts-khmeros or fonts-noto-core")
@pytest.mark.parametrize("path", DEBIAN, ids=lambda path: path.stem)
def test_good_fonts_have_no_faults(path: Path) -> None:
    page = report_page(read_face(path))
    assert ", none of them has a fault." in page
    check_page(page)


def test_faults_of_a_font_without_rules_are_marked(regular: Face, change: Any) -> None:
    def drop(font: Any) -> None:
        del font["GSUB"]

    page = report_page(change(regular, drop))
    root = check_page(page)
    found = faults_of(root)
    assert "fails the check for Khmer" in page
    for letter in CONSONANTS:
        assert found[codes(f"ក\u17d2{letter}")] == f"no subscript {codes(letter)}"
        assert not found[codes(letter)]
    assert "the shifter stays above" in found[codes("ង៉ី")]
    for vowel in "\u17be\u17bf\u17c0\u17c4\u17c5":
        assert "the part before the base is drawn twice" in found[codes(f"ក{vowel}")]
    assert not found[codes("ង៉")]
    # What is told in the name is told in words on the page too, in a marked cell.
    marked = [one for one in root.iter() if one.get("class") == "bad"]
    told = list(root.iter("desc"))
    assert len(marked) == len(told) > 3 * len(CONSONANTS)
    assert f", {len(told)} of them with a fault: " in page
    assert all(any(child.get("class") == "why" and child.text for child in one) for one in marked)


def cards_of(root: ElementTree.Element) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """The first word of each level's card, with its verdict and its checks by class and text."""
    (grid,) = [one for one in root.iter("div") if one.get("class") == "cards levels"]
    cards = {}
    for card in grid:
        checks = [(item.get("class") or "", "".join(item.itertext())) for item in card.iter("li")]
        title, verdict = card.findtext("h3") or "", "".join(card.find("p").itertext())  # type: ignore[union-attr]
        cards[title.partition(":")[0].lower()] = verdict, checks
    return cards


def test_the_head_tells_each_level_and_each_check(regular: Face, change: Any) -> None:
    def drop(font: Any) -> None:
        for table in font["cmap"].tables:
            table.cmap.pop(0x17DD, None)

    for face in (default_face(), change(regular, drop)):
        root, report = check_page(report_page(face)), examine(face)
        cards = cards_of(root)
        assert tuple(cards) == LEVELS
        for level, (verdict, checks) in cards.items():
            assert (verdict == "passes") == report.passes(level)
            own = [check for check in report.checks if check.level == level]
            assert len(checks) == len(own) > 0
            for check, (kind, text) in zip(own, checks, strict=True):
                assert text.startswith(check.title)
                assert kind == ("ok" if check.passed else "no" if check.counted else "info")
    assert cards["middle"][0] == "does not pass"
    assert cards["minority"][0] == "does not pass, for a level before it"
    assert ("no", "atthacan: 1 of 1 wrong 1780 17DD") in cards["middle"][1]
    assert cards["modern"][0] == "passes"


def test_a_font_without_khmer_has_no_levels() -> None:
    page = report_page(open_face(build_font(range(0x41, 0x5B))))
    check_page(page)
    assert "cards levels" not in page
    assert "fails the check for Khmer" in page


def test_letters_that_are_missing_are_named(regular: Face, change: Any) -> None:
    def drop(font: Any) -> None:
        for table in font["cmap"].tables:
            for code in (0x19E3, 0x1784):
                table.cmap.pop(code, None)

    found = faults_of(check_page(report_page(change(regular, drop))))
    assert found["19E3"] == "no glyph for 19E3"
    assert found["1780 17D2 1784"] == "no glyph for 1784"
    assert not found["19E4"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("\u17d2", "coeng is drawn as a mark"),
        ("\u17b6", "a dotted circle is drawn"),
        ("ក\u200b", ""),
        ("◌\u17b6", ""),
        ("\u17b4", "nothing is drawn"),
    ],
)
def test_what_is_a_fault(regular: Face, text: str, fault: str) -> None:
    found = find_troubles(regular, place_text(regular.font(), text))
    assert fault in found if fault else not found


def test_hostile_names_stay_text(regular: Face, change: Any) -> None:
    def rename(font: Any) -> None:
        for name_id in (1, 5, 13, 16):
            font["name"].setName(HOSTILE, name_id, 3, 1, 0x409)
        font["name"].setName("", 14, 3, 1, 0x409)

    face = change(regular, rename)
    assert "<script>" in face.family
    page = report_page(face)
    root = check_page(page)
    heading = root.find(".//h1/bdi")
    assert heading is not None
    assert (heading.text or "").startswith("\"><script>alert(1)</script>\ufffd\ufffd\ufffd&amp;'ខ្មែរ")
    assert len(heading.text or "") == MAX_TEXT + 1
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", page)


def test_hostile_glyph_names_stay_text(regular: Face) -> None:
    heaviest = measure_glyphs(regular)[0].glyph
    face = open_face(rewrite_post(regular.data, heaviest, b"<b>&\"'"))
    page = report_page(face)
    check_page(page)
    assert "&lt;b&gt;" in page
    assert "<b>" not in page


def test_glyph_names_that_are_no_text(regular: Face) -> None:
    heaviest = measure_glyphs(regular)[0].glyph
    page = report_page(open_face(rewrite_post(regular.data, heaviest, b"\xff\xfe")))
    check_page(page)
    assert f"<bdi>gid{heaviest}</bdi>" in page


def test_outlines_that_are_too_large_are_refused(regular: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("khmertext.fonts.pictures.MAX_PATHS", 10_000)
    with pytest.raises(FontError, match="too large to be drawn") as caught:
        report_page(regular)
    assert caught.value.source == regular.source


def test_damaged_fonts_give_a_page_or_a_font_error(regular: Face, variable: Face) -> None:
    chance = random.Random("damaged fonts in pictures")
    drawn = 0
    for number in range(60):
        data = bytearray((regular, variable)[number % 2].data)
        for _ in range(chance.choice((1, 5, 50))):
            data[chance.randrange(12, len(data) if chance.random() < 0.5 else 4000)] = chance.randrange(256)
        try:
            face = open_face(bytes(data))
            pages = report_page(face), compare_page(regular, face, ["ស្ត្រីខ្មែរ"])
        except FontError:
            continue
        drawn += 1
        for page in pages:
            ElementTree.fromstring(page.encode())
    assert drawn > 20


def rewrite_post(data: bytes, glyph: int, name: bytes) -> bytes:
    """Return a font with one glyph name written over, whatever it holds."""
    font = TTFont(io.BytesIO(data), recalcTimestamp=False)
    old = font.getGlyphOrder()[glyph]
    table = font.reader["post"]
    at = table.index(bytes([len(old)]) + old.encode())
    assert len(old) >= len(name)
    name = name.ljust(len(old), b"<")
    font.close()
    return data.replace(table, table[: at + 1] + name + table[at + 1 + len(name) :])


def test_a_font_without_names(regular: Face, change: Any) -> None:
    def drop(font: Any) -> None:
        font["name"].names = []

    assert "A font without a name" in report_page(change(regular, drop))


def test_wild_metrics_make_no_endless_page(regular: Face, change: Any) -> None:
    def stretch(font: Any) -> None:
        font["head"].unitsPerEm = 16
        for glyph in font["hmtx"].metrics:
            font["hmtx"].metrics[glyph] = (65535, 0)

    for svg in check_page(report_page(change(regular, stretch))).iter("svg"):
        assert float(svg.get("width", 0)) < 10_000
        assert float(svg.get("height", 0)) < 1_000


def test_bytes_add_up(variable: Face, regular: Face) -> None:
    for face in (variable, regular):
        tables = dict(measure_tables(face))
        glyphs = measure_glyphs(face)
        assert sum(size.outline for size in glyphs) == tables["glyf"]
        assert sum(tables.values()) < len(face.data)
        assert [size.outline + size.variations for size in glyphs] == sorted(
            (size.outline + size.variations for size in glyphs), reverse=True
        )
    assert 0 < sum(size.variations for size in measure_glyphs(variable)) < len(variable.tables["gvar"])
    assert not any(size.variations for size in measure_glyphs(regular))


@cache
def cff_data() -> bytes:
    """A font of two letters with outlines as CFF has them."""
    builder = FontBuilder(1000, isTTF=False)
    builder.setupGlyphOrder([".notdef", "ka", "kha"])
    builder.setupCharacterMap({0x1780: "ka", 0x1781: "kha"})
    strings = {}
    for name, corners in ((".notdef", 0), ("ka", 4), ("kha", 40)):
        pen = T2CharStringPen(600, None)
        if corners:
            pen.moveTo((0, 0))
            for number in range(corners):
                pen.lineTo((300 + 200 * (number % 2), 10 + 13 * number))
            pen.closePath()
        strings[name] = pen.getCharString()
    builder.setupCFF("Two", {}, strings, {})
    builder.setupHorizontalMetrics(dict.fromkeys(strings, (600, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Two", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    file = io.BytesIO()
    builder.save(file)
    return file.getvalue()


def test_cff_is_weighed_and_drawn() -> None:
    face = open_face(cff_data())
    assert [size.glyph for size in measure_glyphs(face)] == [2, 1, 0]
    page = report_page(face)
    root = check_page(page)
    assert "fails the check for Khmer" in page
    assert not faults_of(root)["1781"]
    assert faults_of(root)["1782"] == "no glyph for 1782"


def test_damaged_outlines_are_a_font_error() -> None:
    face = open_face(cff_data())
    face.tables["CFF "] = b"\1\0\4\1" + b"\xff" * 40
    object.__setattr__(face, "data", cff_data().replace(open_face(cff_data()).tables["CFF "][4:60], b"\xff" * 56))
    with pytest.raises(FontError, match="cannot be counted") as caught:
        measure_glyphs(face)
    assert caught.value.source == "<memory>"


def test_escape_leaves_khmer_alone() -> None:
    assert escape("ភាសា\u200bខ្មែរ") == "ភាសា\u200bខ្មែរ"
    assert escape("\ud800\x07\u2067") == "\ufffd\ufffd\ufffd"


def luminance(color: str) -> float:
    """Source: WCAG 2.2, relative luminance."""
    digits = color if len(color) == 7 else "#" + "".join(2 * digit for digit in color[1:])
    values = [int(digits[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in values)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_colors_can_be_told_apart() -> None:
    """In light, in dark and on paper; WCAG 2.2, 1.4.3 and 1.4.11."""
    palettes = [dict(re.findall(r"--(\w+):(#\w+)", block)) for block in re.findall(r":root\{(.*?)\}", STYLE, re.DOTALL)]
    assert len(palettes) == 3
    for colors in palettes:
        for ground in (colors["paper"], colors["card"]):
            for name in ("ink", "soft", "bad", "good"):
                assert contrast(colors[name], ground) >= 4.5, (name, ground)
            for name in ("a", "b"):
                assert contrast(colors[name], ground) >= 3, (name, ground)
        assert contrast(colors["a"], colors["b"]) >= 3
        assert contrast(colors["bad"], colors["badpaper"]) >= 4.5
    assert "opacity" not in STYLE  # what lets the ground through has another contrast


def test_a_license_of_several_lines_is_one_text(regular: Face, change: Any) -> None:
    def rename(font: Any) -> None:
        for name_id in (0, 13, 14):
            font["name"].removeNames(nameID=name_id)
        font["name"].setName("Ask\r\n\tthe maker.", 13, 3, 1, 0x409)

    assert "<bdi>Ask the maker.</bdi>" in report_page(change(regular, rename))
