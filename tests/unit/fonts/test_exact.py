"""Exact subsets of every Khmer font at hand: nothing differs, nothing is larger than what others make of it."""

from __future__ import annotations

import io
import random
import re
import struct
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import ots
import pytest
import uharfbuzz as hb
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont

from khmertext.errors import FontError
from khmertext.fonts import (
    Face,
    Run,
    default_face,
    default_limits,
    limit_axes,
    list_runs,
    open_face,
    prove,
    read_face,
    subset_text,
    to_woff2,
    trace_lookups,
)
from khmertext.fonts.containers import build_sfnt, read_tables
from khmertext.fonts.planning import plan_code_points
from khmertext.fonts.proof import read_outline
from khmertext.fonts.pruning import empty_outlines, list_components, prune_rules
from khmertext.fonts.shrinking import shrink_rules
from khmertext.fonts.subsetting import cut
from tests.unit.fonts.built import merge_cubic, to_cubic

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("/usr/share/fonts/truetype/khmeros", "/usr/share/fonts/truetype/noto")
FONTS = [path for folder in FOLDERS for path in sorted(Path(folder).glob("*Khmer*.ttf"))]
REMEDY = "\u17c1\u25cc"


@cache
def read_samples() -> tuple[str, ...]:
    """Our own Khmer, by sample, and that of the example site with its mark-up."""
    samples = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "corpora" / "samples").glob("*.txt"))]
    pages = (ROOT / "examples" / "site").rglob("*.html")
    return (*samples, "".join(page.read_text(encoding="utf-8") for page in sorted(pages)))


def test_samples_are_there() -> None:
    assert len(read_samples()) > 5
    assert all(re.search("[ក-អ]", text) for text in read_samples())


def cut_with_harfbuzz(face: Face, runs: list[Run]) -> bytes:
    """What a careful user of hb-subset gets: the text's characters, and the two that are otherwise lost."""
    request = hb.SubsetInput()
    request.unicode_set.update(map(ord, {" ", *REMEDY}.union(*(run.text for run in runs))))
    request.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
    data: bytes = hb.SubsetPlan(hb.Face(face.data), request).execute().blob.data
    return data


def put_name(sfnt: bytes, face: Face) -> bytes:
    """The font with another's name records, so that sizes can be compared."""
    version, tables = read_tables(sfnt)
    return to_woff2(build_sfnt(version, {**tables, "name": face.tables["name"]}))


def sanitize(data: bytes) -> bool:
    """Whether the browsers' own check lets a font through."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "font.woff2")
        path.write_bytes(data)
        return bool(ots.sanitize(str(path), str(Path(folder, "out.ttf")), capture_output=True).returncode == 0)


def check_exact(face: Face, runs: list[Run]) -> None:
    exact = subset_text(face, runs, coverage="exact", hinting="drop")
    assert exact.coverage == "exact"
    assert exact.proof.holds
    proof = prove(face, open_face(exact.data), runs)
    assert (proof.differing, proof.metrics_equal) == ((), True)
    assert proof.runs + len(proof.lacking) == len(set(runs))
    assert sanitize(exact.data)
    text = subset_text(face, runs, hinting="drop")
    assert text.coverage == "text"
    assert len(exact.data) <= len(put_name(text.face.data, exact.face))
    assert len(exact.data) <= len(put_name(cut_with_harfbuzz(face, runs), exact.face))


@pytest.mark.parametrize("path", FONTS, ids=lambda path: path.stem)
def test_fonts_of_this_machine(path: Path) -> None:
    face = read_face(path)
    for text in (*read_samples()[2:3], read_samples()[-1]):
        check_exact(face, list_runs([text], face))
    check_exact(face, list_runs(read_samples(), face))


def test_the_default_font(regular: Face, weighted: Face) -> None:
    for text in read_samples():
        check_exact(regular, list_runs([text], regular))
    check_exact(weighted, list_runs(read_samples()[:2], weighted, weights=(400, 550, 700)))


def test_the_default_font_with_both_axes(variable: Face) -> None:
    check_exact(variable, list_runs(read_samples()[:1], variable, weights=(100, 400, 900)))


def test_same_input_same_bytes(regular: Face) -> None:
    runs = list_runs(read_samples()[:1], regular)
    first = subset_text(regular, runs, coverage="exact").data
    again = subset_text(open_face(regular.data), list(reversed(runs)), coverage="exact").data
    assert first == again


def test_it_holds_its_text_and_no_other(regular: Face) -> None:
    exact = subset_text(regular, [Run("ខ្មែរ", "km", 400)], coverage="exact")
    assert exact.face.unicodes == {0x20, *map(ord, "ខ្មែរ")}
    assert len(exact.data) < 3000
    assert prove(regular, exact.face, [Run("ខែ្មរ", "km", 400), Run("ក្ក", "km", 400)]).differing


def test_no_text_at_all(regular: Face) -> None:
    exact = subset_text(regular, [], coverage="exact")
    assert exact.proof.runs == 0
    assert exact.face.unicodes == {0x20}
    assert sanitize(exact.data)


def test_names_are_the_notices_and_two_more(regular: Face) -> None:
    exact = subset_text(regular, [Run("ក", "km", 400)], coverage="exact")
    was, now = (TTFont(io.BytesIO(face.data))["name"] for face in (regular, exact.face))
    assert {record.nameID for record in now.names} <= {0, 1, 2, 13, 14}
    assert all(now.getDebugName(number) == was.getDebugName(number) for number in (0, 13, 14))


@pytest.mark.parametrize("hinting", ["keep", "drop", "auto"])
def test_hinting(hinting: Any) -> None:
    if not FONTS:
        pytest.skip("needs Debian's fonts-khmeros")
    exact = subset_text(read_face(FONTS[0]), [Run("ក", "km", 400)], coverage="exact", hinting=hinting)
    assert ("fpgm" in exact.face.tables) == (hinting == "keep")


def test_another_coverage(regular: Face) -> None:
    with pytest.raises(ValueError, match="full"):
        subset_text(regular, [], coverage="full")  # type: ignore[arg-type]


def test_fonts_that_forbid_it(regular: Face, change: Any) -> None:
    face = change(regular, lambda font: setattr(font["OS/2"], "fsType", 0x0102))
    with pytest.raises(FontError, match="0x0002"):
        subset_text(face, [], coverage="exact")
    assert subset_text(face, [Run("ក", "km", 400)], coverage="exact", allow_restricted=True).proof.holds


def test_the_greatest_effort_is_proven_and_never_larger(regular: Face, change: Any) -> None:
    runs = list_runs([read_samples()[0][:400]], regular)
    fast = subset_text(regular, runs, coverage="exact")
    best = subset_text(regular, runs, coverage="exact", effort="max")
    assert prove(regular, open_face(best.data), runs).holds
    assert len(best.data) <= len(fast.data)
    assert sanitize(best.data)
    # Both rules find their glyphs in the text, and only one is used.
    face = change(regular, add_rules("feature clig { sub uni1780 uni1781 by B; sub uni1781 uni1780 by B; } clig;"))
    trace = trace_lookups(face, [("កខ", "km"), ("កខក", "km")])
    rules = prune_rules(face, trace.sights)
    assert shrink_rules(face, rules, [("កខ", "km"), ("កខក", "km")]) == 1
    assert len(rules.compile()["GSUB"]) < len(prune_rules(face, trace.sights).compile()["GSUB"])
    with pytest.raises(ValueError, match="effort"):
        subset_text(regular, runs, coverage="exact", effort="least")  # type: ignore[arg-type]


# -- fonts that are hard ---------------------------------------------------------------------------------------------


def add_rules(rules: str) -> Any:
    def add(font: Any) -> None:
        addOpenTypeFeaturesFromString(font, "languagesystem khmr dflt;" + rules, tables=["GSUB"])

    return add


def test_a_rule_whose_work_is_to_keep_another_from_it(regular: Face, change: Any) -> None:
    # For the second run the lookup does nothing; without its first rule it would.
    face = change(regular, add_rules("feature clig { ignore sub uni1782 uni1780'; sub uni1780' by B; } clig;"))
    runs = [Run("ក", "km", 400), Run("គក", "km", 400), Run("គ", "km", 400)]
    exact = subset_text(face, runs, coverage="exact")
    assert exact.coverage == "exact"
    assert exact.rounds > 1
    assert exact.proof.runs == 3


def test_lookups_that_lookups_call(regular: Face, change: Any) -> None:
    rules = (
        "lookup inner { sub uni1780 by B; sub uni1781 by C; sub uni1782 by D; } inner;"
        "feature clig { sub [uni1780 uni1782]' lookup inner uni1783; sub uni1783 uni1781' lookup inner; } clig;"
    )
    face = change(regular, add_rules(rules))
    for texts in (("កឃ", "ក", "ឃ"), ("ឃខ", "ខ"), ("កឃ", "ឃខ", "គឃ")):
        runs = [Run(text, "km", 400) for text in texts]
        exact = subset_text(face, runs, coverage="exact")
        assert exact.coverage == "exact"
        assert exact.proof.runs == len(runs)


@pytest.mark.parametrize(
    "rules",
    [
        "feature clig { sub [uni1780 uni1781]' [uni1782 uni1783]' by B; } clig;",
        "feature clig { rsub uni1780' [uni1781 uni1782] by B; } clig;",
        "@a = [uni1780 uni1781]; @b = [uni1782 uni1783]; feature clig { sub @a' @b by B; sub @b @a' by C; } clig;",
        "feature clig { sub uni1780 by B C; } clig;",
    ],
)
def test_rules_of_many_forms(regular: Face, change: Any, rules: str) -> None:
    face = change(regular, add_rules(rules))
    runs = [Run(text, "km", 400) for text in ("កគ", "ខឃ", "ឃក", "កខ", "គ", "ក", "ខកគឃ")]
    exact = subset_text(face, runs, coverage="exact")
    assert (exact.coverage, exact.proof.runs) == ("exact", len(runs))


FASTHAND = Path("/usr/share/fonts/truetype/khmeros/KhmerOSfasthand.ttf")


@pytest.mark.skipif(not FASTHAND.exists(), reason="needs Debian's fonts-khmeros")
def test_a_real_font_with_rules_across_clusters() -> None:
    face = read_face(FASTHAND)
    letters = [chr(code_point) for code_point in range(0x1780, 0x17A3)]
    runs = [Run(a + vowel + b, "km", 400) for a in letters for b in letters[::5] for vowel in ("", "េ", "ុ", "ី", "្រ")]
    check_exact(face, runs)
    assert subset_text(face, list_runs(read_samples(), face), coverage="exact").rounds > 1


def test_fonts_without_layout_or_glyph_definitions(regular: Face) -> None:
    version, tables = read_tables(regular.data)
    for gone in (("GSUB", "GPOS", "GDEF"), ("GPOS",), ("GDEF",), ("GSUB",)):
        face = open_face(build_sfnt(version, {tag: body for tag, body in tables.items() if tag not in gone}))
        exact = subset_text(face, [Run("ខ្មែរ", "km", 400)], coverage="exact")
        assert exact.proof.runs == 1


def test_cff_outlines() -> None:
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.t2CharStringPen import T2CharStringPen

    builder = FontBuilder(1000, isTTF=False)
    names = [".notdef", "space", "k", "coeng", "sub"]
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({0x20: "space", 0x1780: "k", 0x17D2: "coeng"})
    strings = {}
    for number, name in enumerate(names):
        pen = T2CharStringPen(500, None)
        pen.moveTo((0, 0))
        pen.lineTo((100 * number, 0))
        pen.lineTo((100, 300))
        pen.closePath()
        strings[name] = pen.getCharString()
    builder.setupCFF("Test-Regular", {}, strings, {})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (500, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Test", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.addOpenTypeFeatures("languagesystem khmr dflt; feature blwf { sub coeng k by sub; } blwf;")
    file = io.BytesIO()
    builder.save(file)
    exact = subset_text(open_face(file.getvalue()), [Run("ក្ក", "km", 400)], coverage="exact")
    assert (exact.coverage, exact.proof.runs) == ("exact", 1)


KHMER_CODES = dict.fromkeys([0x20, *range(0x1780, 0x17EA), 0x200B, 0x200C, 0x200D, 0x25CC], "")


@cache
def cubic_face(weight: int, *, optimize: bool) -> Face:
    """The Khmer of the default font at a weight, with CFF outlines."""
    face = limit_axes(default_face(), {"wght": (weight, weight), "wdth": (100, 100)})
    khmer = cut(face, plan_code_points(face, KHMER_CODES, closure=True))
    return open_face(to_cubic(khmer, optimize=optimize), source="cubic")


@cache
def cubic_variable() -> Face:
    return open_face(merge_cubic({weight: cubic_face(weight, optimize=False).data for weight in (400, 700)}))


@pytest.mark.parametrize("kind", ["CFF ", "CFF2"])
def test_cubic_outlines_that_are_never_drawn(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    face = cubic_face(400, optimize=True) if kind == "CFF " else cubic_variable()
    assert kind in face.tables
    runs = list_runs(read_samples()[:1], face, weights=(400,) if kind == "CFF " else (400, 550, 700))
    less = subset_text(face, runs, coverage="exact")
    assert less.coverage == "exact"
    assert prove(face, open_face(less.data), runs).holds
    assert sanitize(less.data)
    monkeypatch.setattr("khmertext.fonts.exact.empty_outlines", lambda tables, visible: dict(tables))
    more = subset_text(face, runs, coverage="exact")
    assert len(less.data) < len(more.data)
    assert less.face.glyph_count == more.face.glyph_count


@pytest.mark.parametrize("kind", ["CFF ", "CFF2"])
def test_cubic_outlines_are_emptied_one_by_one(kind: str) -> None:
    face = cubic_face(400, optimize=True) if kind == "CFF " else cubic_variable()
    font = face.font()
    shown, hidden = (int(font.get_nominal_glyph(code) or 0) for code in (0x1780, 0x1781))
    version, tables = read_tables(face.data)
    emptied = empty_outlines(tables, [shown])
    assert len(emptied[kind]) == len(tables[kind])
    thin = open_face(build_sfnt(version, emptied))
    place = {"wght": 700.0}
    assert read_outline(thin.font(place), shown) == read_outline(face.font(place), shown) != ()
    assert read_outline(thin.font(place), hidden) == ()
    assert read_outline(face.font(place), hidden) != ()


def test_cubic_outlines_that_cannot_be_read_stay() -> None:
    table = cubic_face(400, optimize=True).tables["CFF "]
    chance = random.Random(7)
    for _ in range(300):
        body = bytearray(table)
        for _ in range(3):
            body[chance.randrange(min(len(body), chance.choice((30, 600, 3000))))] = chance.choice((0, 1, 255))
        damaged = bytes(body[: chance.choice((len(body), chance.randrange(len(body))))])
        assert len(empty_outlines({"CFF ": damaged}, [0])["CFF "]) == len(damaged)


# -- the parts --------------------------------------------------------------------------------------------------------


def test_lookups_that_changed_nothing_are_gone(regular: Face) -> None:
    found = trace_lookups(regular, [("ក", "km")])
    assert found.sights == {}
    idle = trace_lookups(regular, [("ក", "km")], idle=True)
    assert len(idle.sights) > 3
    assert prune_rules(regular, {}).compile() == {"GSUB": b"", "GPOS": b""}
    found.add(idle)
    assert found.measure() == idle.measure()


def test_rules_need_their_glyphs_in_one_text(regular: Face, change: Any) -> None:
    face = change(regular, add_rules("feature clig { sub uni1780 uni1781 by B; sub uni1780 uni1782 by C; } clig;"))
    font = face.font()
    k, kh, g, b, c = (font.get_nominal_glyph(code) for code in (0x1780, 0x1781, 0x1782, 66, 67))
    rules = prune_rules(face, {("GSUB", 0): {frozenset((k, kh, b)), frozenset((k, c))}, ("GSUB", 9): set()})
    (lookup,) = rules.font["GSUB"].table.LookupList.Lookup
    ((first, ligatures),) = lookup.SubTable[0].ligatures.items()
    assert (first, [one.LigGlyph for one in ligatures]) == (f"g{k:05d}", [f"g{b:05d}"])
    assert g not in (k, kh)


def test_damaged_rules(regular: Face) -> None:
    version, tables = read_tables(regular.data)
    face = open_face(build_sfnt(version, {**tables, "GSUB": tables["GSUB"][:200]}))
    with pytest.raises(FontError, match="rules of the font"):
        prune_rules(face, {})


def test_damage_anywhere_is_a_font_error(regular: Face) -> None:
    version, tables = read_tables(regular.data)
    chance = random.Random(4)
    runs = [Run("ស្ត្រី", "km", 400)]
    cut = refused = 0
    for _ in range(150):
        tag = chance.choice(("GSUB", "GPOS", "GDEF", "glyf", "loca", "name"))
        body = bytearray(tables[tag])
        for _ in range(chance.choice((1, 3, 10))):
            body[chance.randrange(min(len(body), chance.choice((40, 400))))] = chance.randrange(256)
        try:
            subset_text(open_face(build_sfnt(version, {**tables, tag: bytes(body)})), runs, coverage="exact")
            cut += 1
        except FontError:
            refused += 1
    assert cut > 10
    assert refused > 10


def test_rules_that_cannot_be_written(regular: Face) -> None:
    rules = prune_rules(regular, trace_lookups(regular, [("ក្ក", "km")]).sights)
    rules.font["GSUB"].table.LookupList.Lookup[0].SubTable[0].ligatures = {"g00001": 3}
    with pytest.raises(FontError, match="written"):
        rules.compile()


def test_outlines(weighted: Face) -> None:
    tables = weighted.tables
    shown = weighted.font().get_nominal_glyph(0x1780)
    emptied = empty_outlines(tables, [shown])
    version, _ = read_tables(weighted.data)
    face = open_face(build_sfnt(version, {**tables, **emptied}))
    assert face.glyph_count == weighted.glyph_count
    glyphs = {}
    for name, one in (("was", weighted), ("now", face)):
        glyphs[name] = TTFont(io.BytesIO(one.data)).getGlyphSet(location={"wght": 700})
    order = TTFont(io.BytesIO(weighted.data)).getGlyphOrder()
    pens = {}
    for name, one in glyphs.items():
        pens[name] = RecordingPen()
        one[order[shown]].draw(pens[name])
    assert pens["was"].value == pens["now"].value != []
    other = weighted.font().get_nominal_glyph(0x1781)
    pen = RecordingPen()
    glyphs["now"][order[other]].draw(pen)
    assert pen.value == []
    assert len(emptied["gvar"]) < len(tables["gvar"])


def test_components() -> None:
    simple = struct.pack(">h8x", 1)
    assert list_components(simple) == list_components(b"") == []
    words_and_scale = struct.pack(">h8xHH", -1, 0x1 | 0x8 | 0x20, 7) + bytes(6)
    matrix = struct.pack(">HH", 0x80 | 0x20, 8) + bytes(10)
    assert list_components(words_and_scale + matrix + struct.pack(">HHbb", 0x40, 9, 0, 0) + bytes(4)) == [7, 8, 9]


def test_outlines_that_cannot_be_read(regular: Face) -> None:
    with pytest.raises(FontError, match="damaged"):
        empty_outlines({**regular.tables, "loca": b"\0"}, [0])
    assert empty_outlines({"CFF ": b"x"}, [0]) == {"CFF ": b"x"}


def test_the_default_limits_are_what_sites_serve() -> None:
    face = limit_axes(default_face(), default_limits(default_face()))
    assert subset_text(face, list_runs(["ខ្មែរ"], face, weights=(400, 700)), coverage="exact").proof.runs == 2
