"""Cutting: right for HarfBuzz, right for the OpenType Sanitizer of the browsers, and faithful to the license."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import ots
import pytest
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._k_e_r_n import KernTable_format_0
from fontTools.varLib import instancer

from khmertext.errors import FontError
from khmertext.fonts import (
    Face,
    Run,
    cut,
    default_limits,
    limit_axes,
    open_face,
    plan_full,
    plan_text,
    prove,
    shape,
    static_instances,
    subset_text,
    to_woff2,
)
from khmertext.fonts.naming import mentions
from khmertext.text.clusters import split_clusters

TEXT = "ស្ត្រីខ្មែរទៅកោះ ប៉ុន្តែប៊ិចនៅភ្នំពេញ៖ ២០២៤។ ្ក កើត"
RUNS = [Run(TEXT, "km", 400), Run(TEXT, "km", 700)]


def cut_text(face: Face, text: str = TEXT, **options: Any) -> bytes:
    return cut(face, plan_text(face, [(cluster, "km") for cluster in split_clusters(text)]), **options)


def sanitize(data: bytes, tmp_path: Path) -> bytes:
    """Return what the OpenType Sanitizer makes of a font; it refuses what browsers refuse."""
    before, after = tmp_path / "before", tmp_path / "after"
    before.write_bytes(data)
    result = ots.sanitize(str(before), str(after), capture_output=True, check=False)
    assert result.returncode == 0, result.stderr
    assert b"ERROR" not in result.stderr
    assert b"WARNING" not in result.stderr, result.stderr
    return after.read_bytes()


@pytest.mark.parametrize("which", ["regular", "weighted", "variable"])
@pytest.mark.parametrize("plan", ["text", "full"])
def test_browsers_sanitizer_takes_it_and_it_looks_the_same(
    which: str, plan: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    face: Face = request.getfixturevalue(which)
    data = cut_text(face) if plan == "text" else cut(face, plan_full(face))
    woff2 = to_woff2(data)
    # Unpacked by Google's own decoder, not by the one that packed it.
    for sanitized in (sanitize(data, tmp_path), sanitize(woff2, tmp_path)):
        proof = prove(face, open_face(sanitized), RUNS)
        assert proof.holds, proof.differing
        assert proof.runs == (2 if face.axes else 1)


def test_it_is_small(regular: Face, weighted: Face) -> None:
    assert len(to_woff2(cut_text(regular))) < 8_000
    assert len(to_woff2(cut_text(weighted))) < 15_000


def test_same_input_same_bytes(regular: Face) -> None:
    assert to_woff2(cut_text(regular)) == to_woff2(cut_text(open_face(regular.data)))


def test_what_a_cut_font_holds(regular: Face) -> None:
    font = TTFont(io.BytesIO(cut_text(regular)))
    assert "GDEF" in font
    assert "STAT" not in font
    assert font["glyf"][".notdef"].numberOfContours > 0  # a missing letter shows
    assert set(font.getBestCmap()) >= {0x20, 0x25CC, 0x17C1, ord("ស")}
    assert ord("ឃ") not in font.getBestCmap()
    assert font["head"].modified == TTFont(io.BytesIO(regular.data))["head"].modified


def names_of(data: bytes) -> dict[int, str]:
    return {record.nameID: record.toUnicode() for record in TTFont(io.BytesIO(data))["name"].names}


def reserve(*reserved: str, family: str) -> Any:
    """Make a font one of a family under the OFL with Reserved Font Names."""

    def write(font: Any) -> None:
        table = font["name"]
        spaceless = family.replace(" ", "")
        table.setName(f"Copyright A, with Reserved Font Names {' and '.join(reserved)}.", 0, 3, 1, 0x409)
        for name_id, text in {
            1: family,
            3: f"1.0;{spaceless}-Regular",
            4: f"{family} Regular",
            5: f"Version 1.200; {family}",
            6: f"{spaceless}-Regular",
            7: f"{family} is a trademark",
            16: family,
            17: f"{family} Book",
            18: family,
            25: spaceless,
        }.items():
            table.setName(text, name_id, 3, 1, 0x409)
            table.setName(text, name_id, 1, 0, 0)
        if "fvar" in font:
            table.setName(f"{family} Weight", font["fvar"].axes[0].axisNameID, 3, 1, 0x409)
            for instance in font["fvar"].instances:
                instance.subfamilyNameID = table.addName(f"{family} One")
                instance.postscriptNameID = table.addName(f"{spaceless}-One")

    return write


@pytest.mark.parametrize("which", ["regular", "weighted"])
@pytest.mark.parametrize("name", [None, "Site Letters"])
@pytest.mark.parametrize("reserved", [("Angkor Sun",), ("AngkorSun", "Moon"), ("Angkor", "Khmer")])
def test_reserved_names_are_replaced(
    which: str, name: str | None, reserved: tuple[str, ...], change: Any, request: pytest.FixtureRequest
) -> None:
    face = change(request.getfixturevalue(which), reserve(*reserved, family="Angkor Sun"))
    before, after = names_of(face.data), names_of(cut_text(face, name=name))
    for name_id in (0, 13, 14):
        assert after[name_id] == before[name_id]
    rest = {name_id: text for name_id, text in after.items() if name_id not in (0, 13, 14)}
    assert {1, 2, 3, 4, 6, 16} <= rest.keys()
    for text in rest.values():
        for word in reserved:
            assert word.lower().replace(" ", "") not in text.lower().replace(" ", "").replace("-", "")
    if name:
        assert rest[1] == rest[16] == "Site Letters"
        assert rest[6].startswith("SiteLetters")
    elif "Khmer" not in reserved:
        assert rest[1] == "Khmer Subset"


def test_whole_fonts_do_not_carry_a_reserved_name_either(weighted: Face, change: Any) -> None:
    face = change(weighted, reserve("Angkor Sun", family="Angkor Sun"))
    (data,) = static_instances(face, (700,)).values()
    names = names_of(data)
    assert "Angkor Sun" in names[0]
    assert not any(mentions(text, ["Angkor Sun"]) for name_id, text in names.items() if name_id not in (0, 13, 14))


def test_unreserved_names_stay(regular: Face) -> None:
    assert names_of(cut_text(regular, name="Other"))[1] == "Noto Sans Khmer"


def test_a_name_that_is_reserved_or_none(regular: Face, change: Any) -> None:
    face = change(regular, reserve("Angkor Sun", family="Angkor Sun"))
    with pytest.raises(FontError, match="reserved"):
        cut_text(face, name="My angkorsun 2")
    for name in ("", " ", "a\0b", "a\nb", "x" * 500, "\ud800"):
        with pytest.raises(ValueError, match="font name"):
            cut_text(face, name=name)
    hostile = 'x"}</style><script>alert(1)</script> ខ្មែរ 🙂'
    assert names_of(cut_text(face, name=hostile))[1] == hostile


@pytest.mark.parametrize(
    ("text", "reserved", "expected"),
    [
        ("Khmer OS Muol", ["Khmer OS"], True),
        ("KhmerOS-Bold", ["Khmer OS"], True),
        ("khmer-os", ["KhmerOS"], True),
        ("Khmer", ["Khmer OS"], False),
        ("Bold", ["B"], False),
        ("Plan B", ["B"], True),
        ("Name", [""], False),
        ("☃", ["☃"], True),
    ],
)
def test_mentions(text: str, reserved: list[str], expected: bool) -> None:
    assert mentions(text, reserved) is expected


def make_kern(pairs: dict[tuple[str, str], int]) -> Any:
    def add(font: Any) -> None:
        kern = newTable("kern")
        kern.version = 0
        subtable = KernTable_format_0()
        subtable.coverage, subtable.tupleIndex = 1, None
        subtable.kernTable = pairs
        kern.kernTables = [subtable]
        font["kern"] = kern

    return add


PAIRS = {("uni1780", "uni1781"): -150, ("uni1781", "uni1780"): 60, ("A", "V"): -80}


@pytest.mark.parametrize("drop", [(), ("GPOS",), ("GPOS", "GDEF")])
def test_the_old_kerning_plays_no_part_in_khmer(regular: Face, change: Any, drop: tuple[str, ...]) -> None:
    def remove(font: Any) -> None:
        for tag in drop:
            del font[tag]

    runs = [Run(text, "km", 400) for text in ("កខកខ", "ក្ខ", "AV")]
    face = change(regular, remove, make_kern(PAIRS))
    assert "kern" in face.tables
    assert prove(face, change(regular, remove), runs).holds
    subset = subset_text(face, runs)
    assert (subset.rounds, "kern" in subset.face.tables) == (1, False)


def test_the_old_kerning_stays_in_whole_fonts(weighted: Face, change: Any) -> None:
    # Latin is kerned by it, where an installed font is used for that too.
    face = change(weighted, make_kern(PAIRS))
    for data in static_instances(face).values():
        assert TTFont(io.BytesIO(data))["kern"].kernTables[0].kernTable == PAIRS


def test_hinting(regular: Face, change: Any) -> None:
    def hint(font: Any) -> None:
        font["fpgm"] = newTable("fpgm")
        font["fpgm"].program = font["prep"].program.__class__()
        font["fpgm"].program.fromBytecode(b"\xb0\x00\x2d" * 3_000)

    hinted = change(regular, hint)

    def tables(face: Face, hinting: Any) -> set[str]:
        return set(TTFont(io.BytesIO(cut_text(face, hinting=hinting))).keys()) & {"prep", "fpgm"}

    assert tables(hinted, "keep") == {"prep", "fpgm"}
    assert tables(hinted, "drop") == tables(regular, "drop") == set()
    assert tables(hinted, "auto") == set()  # nine kilobytes
    assert tables(regular, "auto") == {"prep"}  # seven bytes
    with pytest.raises(ValueError, match="hinting"):
        cut_text(regular, hinting="yes")


def test_limit_axes(variable: Face, regular: Face) -> None:
    assert default_limits(variable) == {"wght": (400, 700), "wdth": (100, 100)}
    assert default_limits(variable, (50, 500))["wght"] == (100, 500)
    assert default_limits(regular) == {}
    assert limit_axes(variable, {}) is variable
    assert limit_axes(variable, {"wght": (100, 900)}) is variable
    limited = limit_axes(variable, {"wght": (600, 700)})
    assert [(axis.tag, axis.minimum, axis.default, axis.maximum) for axis in limited.axes] == [
        ("wght", 600, 600, 700),
        ("wdth", 62.5, 100, 100),
    ]
    assert limited.weight == 600
    assert limited.source == variable.source
    with pytest.raises(FontError, match="no axis 'opsz'") as caught:
        limit_axes(variable, {"opsz": (1, 2)})
    assert "wght 100 to 900, wdth 62.5 to 100" in caught.value.hint
    with pytest.raises(FontError, match="does not reach") as caught:
        limit_axes(variable, {"wght": (400, 1000)})
    assert "wght 100 to 900" in caught.value.hint
    with pytest.raises(FontError) as caught:
        limit_axes(regular, {"wght": (400, 400)})
    assert "not a variable font" in caught.value.hint
    for bad in ((700, 400), (float("nan"), 400)):
        with pytest.raises(ValueError, match="least"):
            limit_axes(variable, {"wght": bad})


@pytest.mark.parametrize("weight", [550])
def test_limiting_is_what_fonttools_does(variable: Face, weight: int) -> None:
    ours = limit_axes(variable, {"wght": (weight, weight), "wdth": (100, 100)})
    font = instancer.instantiateVariableFont(TTFont(io.BytesIO(variable.data)), {"wght": weight, "wdth": 100})
    file = io.BytesIO()
    font.save(file)
    theirs = open_face(file.getvalue())
    assert ours.weight == theirs.weight == weight
    for left, right in zip(
        shape(ours.font(), TEXT).glyph_positions, shape(theirs.font(), TEXT).glyph_positions, strict=True
    ):
        assert all(abs(a - b) <= 1 for a, b in zip(left.position, right.position, strict=True))


def test_static_instances(variable: Face, regular: Face, tmp_path: Path) -> None:
    instances = static_instances(variable)
    assert list(instances) == [400, 700]
    for weight, style in ((400, "Regular"), (700, "Bold")):
        data = instances[weight]
        names, font = names_of(data), TTFont(io.BytesIO(data))
        assert (names[1], names[2], names[4]) == ("Noto Sans Khmer", style, f"Noto Sans Khmer {style}")
        assert names[6] == f"NotoSansKhmer-{style}"
        assert not {16, 17, 25} & names.keys()
        assert names[14] == "https://scripts.sil.org/OFL"
        assert font["OS/2"].usWeightClass == weight
        assert font["OS/2"].fsSelection & 0b1100001 == (0b1000000 if weight == 400 else 0b0100000)
        assert font["head"].macStyle == (weight == 700)
        assert not {"fvar", "STAT", "gvar"} & set(font.keys())
        limited = limit_axes(variable, {"wght": (weight, weight), "wdth": (100, 100)})
        assert open_face(data).unicodes == variable.unicodes
        assert prove(limited, open_face(sanitize(data, tmp_path)), [Run(TEXT, "km", weight)]).holds
    assert list(static_instances(variable, (20, 5000))) == [100, 900]
    medium = static_instances(variable, (500,))[500]
    assert {1: "Noto Sans Khmer Medium", 2: "Regular", 16: "Noto Sans Khmer", 17: "Medium"}.items() <= names_of(
        medium
    ).items()
    assert static_instances(regular) == {400: regular.data}


@pytest.fixture(scope="module")
def postscript() -> Face:
    """A small font with CFF outlines and a ligature, under a reserved name."""
    glyphs = [".notdef", "space", "ka", "kha", "coeng", "kasub", "e", "a", "i", "circle"]
    builder = FontBuilder(1000, isTTF=False)
    builder.setupGlyphOrder(glyphs)
    code_points = {0x20: "space", 0x1780: "ka", 0x1781: "kha", 0x17D2: "coeng", 0x17C1: "e", 0x17B6: "a", 0x17B7: "i"}
    builder.setupCharacterMap({**code_points, 0x25CC: "circle"})
    strings = {}
    for number, glyph in enumerate(glyphs):
        pen = T2CharStringPen(600, None)
        if glyph != "space":
            pen.moveTo((50, 0))
            pen.lineTo((500, 20 * number))
            pen.curveTo((500, 300), (300, 500 + number), (50, 500))
            pen.closePath()
        strings[glyph] = pen.getCharString()
    builder.setupCFF("AngkorSun-Regular", {"FullName": "Angkor Sun", "FamilyName": "Angkor Sun"}, strings, {})
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (600, 50)))
    builder.setupHorizontalHeader(ascent=900, descent=-300)
    builder.setupNameTable({"familyName": "Angkor Sun", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=900, sTypoDescender=-300, usWinAscent=900, usWinDescent=300)
    builder.setupPost()
    addOpenTypeFeaturesFromString(
        builder.font, "languagesystem khmr dflt; feature blwf { sub coeng ka by kasub; } blwf;"
    )
    builder.font["name"].setName("Copyright A, with Reserved Font Name Angkor Sun.", 0, 3, 1, 0x409)
    file = io.BytesIO()
    builder.save(file)
    return open_face(file.getvalue(), source="sun.otf")


def test_cff_outlines(postscript: Face, tmp_path: Path) -> None:
    data = cut_text(postscript, "ក្ក", name="Site Letters")
    shipped = open_face(sanitize(to_woff2(data), tmp_path))
    proof = prove(postscript, shipped, [Run("ក្កា", "km", 400)])
    assert not proof.holds  # the vowel is not in the plan
    assert prove(postscript, shipped, [Run("ក្ក", "km", 400)]).holds
    assert shipped.glyph_count < postscript.glyph_count
    cff = TTFont(io.BytesIO(data))["CFF "].cff
    top = cff.topDictIndex[0]
    for text in (*cff.fontNames, getattr(top, "FullName", ""), getattr(top, "FamilyName", "")):
        assert not mentions(text, ["Angkor Sun"])


def test_garbage_is_not_packed() -> None:
    with pytest.raises(FontError):
        to_woff2(b"garbage")
