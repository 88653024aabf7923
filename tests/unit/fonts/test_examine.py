"""The report on a font: levels, kinds of font, remarks, and 8-bit fonts."""

from __future__ import annotations

import doctest
import importlib
import io
from pathlib import Path
from typing import Any

import pytest
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.ttLib import TTFont

from khmertext.errors import FontError
from khmertext.fonts import Face, open_face, read_face
from khmertext.fonts.behaviour import BASICS, LEVELS, TESTS, Hand, run_checks
from khmertext.fonts.detection import FontReport, Status, check_khmer, examine
from khmertext.fonts.legacy import find_legacy
from khmertext.script.classes import COENG, CONSONANTS, KHMER, VOWELS
from tests.font_files import find_font
from tests.unit.fonts.built import build_font
from tests.unit.fonts.conftest import save

KHMER_LETTERS = sorted(map(ord, CONSONANTS | VOWELS | {COENG}))
LATIN = range(0x20, 0x7F)
KHMEROS = sorted(Path("/usr/share/fonts/truetype/khmeros").glob("*.ttf"))
NOTO = sorted(Path("/usr/share/fonts/truetype/noto").glob("Noto*Khmer*.ttf"))


def failing(report: FontReport) -> dict[str, tuple[str, ...]]:
    return {check.name: check.failing for check in report.checks if check.failing}


def drop_table(tag: str) -> Any:
    def drop(font: Any) -> None:
        del font[tag]

    return drop


def unmap(*chars: str) -> Any:
    def drop(font: Any) -> None:
        for table in font["cmap"].tables:
            for char in chars:
                table.cmap.pop(ord(char), None)

    return drop


def drop_glyph(glyph: str) -> Any:
    """Let no rule make a glyph, as in a font whose maker forgot one subscript."""

    def drop(font: Any) -> None:
        for lookup in font["GSUB"].table.LookupList.Lookup:
            for subtable in lookup.SubTable:
                inner = getattr(subtable, "ExtSubTable", subtable)
                for first, ligatures in list(getattr(inner, "ligatures", {}).items()):
                    inner.ligatures[first] = [one for one in ligatures if one.LigGlyph != glyph]

    return drop


# -- good fonts ------------------------------------------------------------------------------------------------------


def test_the_default_font(variable: Face) -> None:
    report = examine(variable)
    assert (report.status, report.level, report.axes) == (Status.SHAPES, "full", ("wght", "wdth"))
    assert failing(report) == {}
    assert report.claims == ("OS/2", "cmap", "GSUB")
    assert report.remarks == ()
    assert report.version == "Version 2.004"
    assert report.license is not None
    assert report.license.name == "OFL-1.1"
    assert report.license.may_subset


@pytest.mark.skipif(not KHMEROS + NOTO, reason="needs fonts-khmeros or fonts-noto-core")
@pytest.mark.parametrize("path", KHMEROS + NOTO, ids=lambda path: path.stem)
def test_installed_fonts(path: Path) -> None:
    report = examine(read_face(path))
    assert report.status is Status.SHAPES
    if path.stem == "KhmerOSbokor":
        # Its sign toandakhiat stands on the vowel above: KhmerOS Bokor has no rule for the two.
        assert failing(report)["rare-stacks"] == ("កី៍", "កឹ៍", "កឺ៍")
        assert report.level == "middle"
    else:
        assert report.level == "full"
    # Only Noto places a coeng after a vowel, and that decides about nothing.
    assert ("final-coengs" in failing(report)) == (path in KHMEROS)


def test_every_khmer_character_is_looked_at() -> None:
    shaped = {char for test in TESTS for text in test.texts for char in text}
    assert KHMER - shaped == {"\u17b4", "\u17b5"}  # nothing is to be seen of them
    assert len({test.name for test in TESTS}) == len(TESTS)
    assert {test.level for test in TESTS} == set(LEVELS)
    assert all(test.level == "modern" and test.counted for test in BASICS)
    assert all(test.texts and len(set(test.texts)) == len(test.texts) for test in TESTS)


@pytest.mark.parametrize("name", ["behaviour", "detection", "legacy", "installed"])
def test_examples(name: str) -> None:
    outcome = doctest.testmod(importlib.import_module(f"khmertext.fonts.{name}"))
    assert outcome.attempted
    assert not outcome.failed


# -- bad fonts -------------------------------------------------------------------------------------------------------


def test_no_rules(regular: Face, change: Any) -> None:
    report = examine(change(regular, drop_table("GSUB")))
    assert report.status is Status.CLAIMS
    assert report.level == ""
    assert len(failing(report)["coengs"]) == len(CONSONANTS) - 1
    assert {"split-vowels", "pre-vowels"} & set(failing(report)) == set()  # HarfBuzz does those by itself


def test_letters_alone() -> None:
    report = examine(open_face(build_font(KHMER_LETTERS)))
    assert report.status is Status.CLAIMS
    assert report.claims == ("cmap",)
    assert "stacks" in failing(report)  # boxes on boxes
    assert "\u17e0" in report.missing


def test_a_claim_and_nothing_more() -> None:
    report = examine(open_face(build_font(LATIN, khmer_bit=True)))
    assert (report.status, report.claims, report.checks) == (Status.CLAIMS, ("OS/2",), ())
    assert report.reasons() == ("it has no Khmer letters, though it claims Khmer (OS/2)",)


def test_no_khmer_at_all() -> None:
    report = examine(open_face(build_font(LATIN)))
    assert (report.status, report.claims) == (Status.NONE, ())
    assert report.reasons() == ("it has no Khmer letters",)


@pytest.mark.parametrize("letter", ["\u1781", "\u179a", "\u17a2"])
def test_the_coeng_of_one_consonant(regular: Face, change: Any, letter: str) -> None:
    report = examine(change(regular, drop_glyph(f"uni17D2{ord(letter):04X}")))
    assert failing(report)["coengs"] == (f"ក{COENG}{letter}",)
    assert ("coeng-ro" in failing(report)) == (letter == "\u179a")
    assert report.status is Status.PARTIAL
    assert f"U+{ord(letter):04X}" in report.reasons()[0]
    assert check_khmer(change(regular, drop_glyph(f"uni17D2{ord(letter):04X}")))


@pytest.mark.parametrize(
    ("glyph", "name", "text"),
    [
        ("uni17D21781", "coengs", f"ក{COENG}ខ"),
        ("uni17C2", "pre-vowels", "ក\u17c2"),
        ("uni17E3", "digits", "\u17e3"),
        ("uni17CC", "robat", "ក\u17cc"),
    ],
)
def test_glyphs_without_ink(regular: Face, change: Any, glyph: str, name: str, text: str) -> None:
    def empty(font: Any) -> None:
        font["glyf"][glyph] = type(font["glyf"][glyph])()

    assert text in failing(examine(change(regular, empty)))[name]


def test_a_coeng_that_only_goes_away() -> None:
    font = TTFont(io.BytesIO(build_font([*KHMER_LETTERS, 0x41])))
    addOpenTypeFeaturesFromString(font, "languagesystem khmr dflt; feature ccmp { sub g17D2 by g0041; } ccmp;")
    report = examine(open_face(save(font)))
    assert "GSUB" in report.claims
    assert len(failing(report)["coengs"]) == len(CONSONANTS) - 1  # a letter A, and the consonant as it is
    assert report.status is Status.CLAIMS


def test_a_robat_beside_the_base(regular: Face, change: Any) -> None:
    def widen(font: Any) -> None:
        font["hmtx"]["uni17CC"] = (600, 0)
        font["GDEF"].table.GlyphClassDef.classDefs["uni17CC"] = 1  # of a mark, shapers take no width

    assert "robat" in failing(examine(change(regular, widen)))


def test_a_shifter_that_is_always_below(regular: Face, change: Any) -> None:
    def move(font: Any) -> None:
        for table in font["cmap"].tables:
            for shifter in (0x17C9, 0x17CA):
                if shifter in table.cmap:
                    table.cmap[shifter] = table.cmap[0x17BB]

    found = failing(examine(change(regular, move)))
    assert len(found["joiner"]) == 2
    assert "shifters" not in found


def test_outlines_of_the_other_kind() -> None:
    report = examine(open_face(build_font(KHMER_LETTERS, cubic=True)))
    assert report.status is Status.CLAIMS
    assert failing(report).keys() == failing(examine(open_face(build_font(KHMER_LETTERS)))).keys()


def test_the_coeng_of_an_independent_vowel(regular: Face, change: Any) -> None:
    report = examine(change(regular, drop_glyph("uni17D217AB")))
    assert failing(report) == {"coeng-vowels": (f"ក{COENG}\u17ab",)}
    assert report.level == "middle"
    assert (report.passes("modern"), report.passes("minority"), report.passes("full")) == (True, False, False)


@pytest.mark.parametrize(
    ("chars", "name", "level"),
    [
        ("\u19e0\u19ff", "lunar", "minority"),
        ("\u17dc", "rest", "minority"),
        ("\u17d1", "signs", "middle"),
        ("\u17dd", "atthacan", "modern"),
        ("\u17e5", "digits", ""),
        ("\u17d4", "punctuation", ""),
        ("\u17b1", "independent-vowels", ""),
        ("\u17cc", "robat", ""),
        ("\u17c6", "marks", ""),
        ("\u17c9", "shifters", ""),
        (" ", "spaces", ""),
    ],
)
def test_characters_missing(regular: Face, change: Any, chars: str, name: str, level: str) -> None:
    report = examine(change(regular, unmap(*chars)))
    assert any(chars[0] in text for text in failing(report)[name])
    assert report.level == level
    assert report.status is Status.SHAPES  # what reading needs is there
    assert not report.passes("full")


def test_the_left_half_of_split_vowels(regular: Face, change: Any) -> None:
    report = examine(change(regular, unmap("\u17c1")))
    assert set(failing(report)["split-vowels"]) == {f"ក{vowel}" for vowel in "\u17be\u17bf\u17c0\u17c4\u17c5"}
    assert report.status is Status.PARTIAL


def test_shifters_that_stay(regular: Face, change: Any) -> None:
    def stop(font: Any) -> None:
        """Let no rule make the vowel U, which is how this font draws a shifter below."""
        for lookup in font["GSUB"].table.LookupList.Lookup:
            for subtable in lookup.SubTable:
                inner = getattr(subtable, "ExtSubTable", subtable)
                for first, second in list(getattr(inner, "mapping", {}).items()):
                    if second == "uni17BB":
                        inner.mapping[first] = first

    found = failing(examine(change(regular, stop)))
    assert len(found["shifters"]) == 20
    assert "joiner" not in found


def test_marks_over_each_other(regular: Face, change: Any) -> None:
    def drop(font: Any) -> None:
        """Without rules that put marks on marks (OpenType spec, GPOS lookup type 6)."""
        table = font["GPOS"].table
        kinds = [getattr(lookup.SubTable[0], "ExtSubTable", lookup.SubTable[0]) for lookup in table.LookupList.Lookup]
        for record in table.FeatureList.FeatureRecord:
            kept = [at for at in record.Feature.LookupListIndex if kinds[at].LookupType != 6]
            record.Feature.LookupListIndex, record.Feature.LookupCount = kept, len(kept)

    found = failing(examine(change(regular, drop)))
    assert "stacks" in found
    assert set(found) <= {"stacks", "rare-stacks", "final-coengs"}


def test_positions_missing(regular: Face, change: Any) -> None:
    assert "stacks" in failing(examine(change(regular, drop_table("GPOS"))))


# -- other engines -----------------------------------------------------------------------------------------------------


def test_rules_under_another_script(regular: Face, change: Any) -> None:
    def move(font: Any) -> None:
        for tag in ("GSUB", "GPOS"):
            scripts = font[tag].table.ScriptList
            (khmer,) = (record for record in scripts.ScriptRecord if record.ScriptTag == "khmr")
            khmer.ScriptTag = "DFLT"
            scripts.ScriptRecord = [khmer]

    report = examine(change(regular, move))
    assert (report.gsub_scripts, report.status) == (("DFLT",), Status.SHAPES)
    assert {remark.code for remark in report.remarks} == {"no-khmr", "no-khmr-gpos"}


def test_rules_for_one_language_only(regular: Face, change: Any) -> None:
    def hide(font: Any) -> None:
        from fontTools.ttLib.tables.otTables import LangSysRecord

        for record in font["GSUB"].table.ScriptList.ScriptRecord:
            if record.ScriptTag == "khmr":
                script = record.Script
                hidden = LangSysRecord()
                hidden.LangSysTag, hidden.LangSys = "KHM ", script.DefaultLangSys
                script.LangSysRecord, script.DefaultLangSys = [hidden], None

    assert "language" in {remark.code for remark in examine(change(regular, hide)).remarks}


def test_rules_of_other_engines(regular: Face) -> None:
    from khmertext.fonts.containers import build_sfnt, read_tables

    tables = dict(read_tables(regular.data).tables)
    both = open_face(build_sfnt(b"\0\1\0\0", {**tables, "morx": bytes(8), "Silf": bytes(8)}))
    assert [remark.code for remark in examine(both).remarks] == ["morx", "graphite"]
    del tables["GSUB"]
    alone = examine(open_face(build_sfnt(b"\0\1\0\0", {**tables, "morx": bytes(8)})))
    assert alone.status is Status.CLAIMS
    assert any("only Apple" in remark.message for remark in alone.remarks)


def test_characters_that_others_want(regular: Face, change: Any) -> None:
    report = examine(change(regular, unmap("\u200b", "\u200c", "\u25cc")))
    assert [remark.code for remark in report.remarks] == ["no-200b", "no-200c", "no-25cc"]
    assert report.level == "full"  # HarfBuzz hides what a font lacks


def test_embedding(regular: Face) -> None:
    report = examine(open_face(build_font(KHMER_LETTERS, fs_type=0x0102)))
    assert report.license is not None
    assert (report.license.fs_type, report.license.may_subset) == (0x0102, False)


def test_damaged_names(regular: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(face: Face) -> None:
        raise FontError("a damaged font: the names cannot be read", source=face.source)

    monkeypatch.setattr("khmertext.fonts.detection.read_license", fail)
    report = examine(regular)
    assert report.license is None
    assert report.level == "full"  # names say nothing about shaping


def test_levels(regular: Face) -> None:
    report = examine(regular)
    assert all(report.passes(level) for level in LEVELS)
    with pytest.raises(ValueError, match="modern, middle, minority, full"):
        report.passes("some")


def test_variations_are_left_alone(variable: Face) -> None:
    before = variable.font({"wght": 900}).get_glyph_h_advance(100)
    examine(variable)
    assert variable.font({"wght": 900}).get_glyph_h_advance(100) == before


def test_some_checks(regular: Face) -> None:
    assert [check.name for check in run_checks(regular, BASICS)] == [test.name for test in BASICS]
    assert Hand(regular).advance("ក") > 0


# -- 8-bit fonts -------------------------------------------------------------------------------------------------------

MARKS = [ord(char) for char in "wIiUuYy;M:"]


@pytest.mark.parametrize(
    ("family", "series"),
    [
        ("Limon S1", "Limon"),
        ("limon r1", "Limon"),
        ("Limon", "Limon"),
        ("Khek Brosros", "Khek"),
        ("ABC-TEXT-05", "ABC"),
        ("Unknown", ""),
    ],
)
def test_marks_without_a_width(family: str, series: str) -> None:
    report = examine(open_face(build_font(LATIN, family=family, flat=MARKS)))
    assert report.status is Status.LEGACY
    assert report.legacy is not None
    assert (report.legacy.series, report.legacy.khmer) == (series, bool(series))
    assert any("10 Latin codes" in phrase for phrase in report.legacy.evidence)
    assert "from before Unicode" in report.reasons()[0]


def test_a_symbol_font() -> None:
    codes = [code + 0xF000 for code in LATIN]
    face = open_face(build_font(codes, flat=[code + 0xF000 for code in MARKS]))
    assert find_legacy(face) is not None


def test_khmer_glyph_names() -> None:
    names = {0x6B: "uni1780", 0x78: "uni1781", 0x4B: "uni1782"}
    found = find_legacy(open_face(build_font(LATIN, names=names)))
    assert found is not None
    assert found.khmer
    assert found.series == ""


@pytest.mark.parametrize(
    ("family", "flat"),
    [
        ("ABC Diatype", []),  # a Latin family
        ("Limonata", []),
        ("Truth", []),
        ("Latin", MARKS[:3]),
        ("Pictures", list(range(0x21, 0x7F))),  # nothing has a width
    ],
)
def test_no_legacy_font(family: str, flat: list[int]) -> None:
    assert find_legacy(open_face(build_font(LATIN, family=family, flat=flat))) is None


def test_a_name_is_not_enough_for_a_unicode_font(regular: Face, change: Any) -> None:
    def call(font: Any) -> None:
        font["name"].setName("Limon S1", 1, 3, 1, 0x409)

    report = examine(change(regular, call))
    assert (report.legacy, report.status) == (None, Status.SHAPES)


def test_a_font_of_another_maker() -> None:
    path = find_font("Kantumruy Pro")
    if path is None:
        pytest.skip("not brought")
    assert examine(read_face(path)).status is Status.SHAPES
