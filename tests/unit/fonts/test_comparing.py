"""Comparing fonts: every kind of difference is found where it was made, and only there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fontTools.ttLib import newTable
from fontTools.ttLib.scaleUpem import scale_upem
from fontTools.ttLib.tables import otTables
from fontTools.varLib.models import VariationModel
from fontTools.varLib.varStore import OnlineVarStoreBuilder

from khmertext.fonts import Face
from khmertext.fonts.comparing import LineChange, View, compare_faces, compare_page, draw_comparison
from tests.unit.fonts.test_reporting import HOSTILE, check_page

TEXTS = ["កកិគ្រឿង ខ្មែរ\nស្ត្រី", "ខ្មែរ Khmer ១២"]
KA = 0x1780


def glyph_of(font: Any, code: int = KA) -> str:
    return str(font.getBestCmap()[code])


def move_anchor(font: Any) -> None:
    """Move where marks stand above KA, by 50 units to the right."""
    name = glyph_of(font)
    moved = 0
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for subtable in lookup.SubTable:
            subtable = getattr(subtable, "ExtSubTable", subtable)
            if type(subtable).__name__ == "MarkBasePos" and name in subtable.BaseCoverage.glyphs:
                record = subtable.BaseArray.BaseRecord[subtable.BaseCoverage.glyphs.index(name)]
                for anchor in record.BaseAnchor:
                    if anchor is not None:
                        anchor.XCoordinate += 50
                        moved += 1
    assert moved


def change_outline(font: Any) -> None:
    glyph = font["glyf"][glyph_of(font)]
    x, y = glyph.coordinates[0]
    glyph.coordinates[0] = (x + 30, y)
    glyph.recalcBounds(font["glyf"])


def widen(font: Any) -> None:
    advance, bearing = font["hmtx"].metrics[glyph_of(font)]
    font["hmtx"].metrics[glyph_of(font)] = (advance + 40, bearing)


def drop_rules(font: Any) -> None:
    del font["GSUB"]


def unmap(font: Any) -> None:
    for table in font["cmap"].tables:
        table.cmap.pop(KA, None)


def heighten(font: Any) -> None:
    font["hhea"].ascent += 100
    font["OS/2"].sTypoAscender += 100
    font["OS/2"].usWinAscent += 100


def test_equal_fonts(regular: Face) -> None:
    comparison = compare_faces(regular, regular, TEXTS)
    assert comparison.same
    assert comparison.runs == 5  # three lines of Khmer, "Khmer " and the digits
    assert not comparison.changes
    page = compare_page(regular, regular, TEXTS)
    root = check_page(page)
    assert "Nothing differs." in page
    assert "A sample" in page
    assert [one for one in root.iter("g") if one.get("class") == "fb"]


@pytest.mark.parametrize(
    ("mend", "kinds", "texts"),
    [
        (move_anchor, {"offset"}, {"កិ"}),
        (change_outline, {"outline"}, {"ក", "កិ"}),
        (widen, {"advance", "offset", "width"}, {"ក", "កិ"}),
        (unmap, {".notdef", "outline", "advance", "offset", "width"}, {"ក", "កិ"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_difference_is_found_where_it_was_made(
    regular: Face, change: Any, mend: Any, kinds: set[str], texts: set[str]
) -> None:
    other = change(regular, mend)
    comparison = compare_faces(regular, other, TEXTS)
    assert {one.text for one in comparison.changes} == texts
    found = {detail.partition(":")[0] for one in comparison.changes for detail in one.details}
    assert found == kinds
    assert comparison.differing_runs == 1
    assert not comparison.same
    page = compare_page(regular, other, TEXTS)
    root = check_page(page)
    assert len(list(root.iter("article"))) == len(texts)
    assert {one.get("class") for one in root.iter("g")} == {"fa", "fb"}


def test_details_tell_numbers(regular: Face, change: Any) -> None:
    (one,) = compare_faces(regular, change(regular, widen), ["ក"]).changes
    advance = regular.font().get_glyph_h_advance(regular.font().get_nominal_glyph(KA))
    assert one.details == (
        f"advance: glyph 1 of 1: {advance} and {advance + 40}",
        f"width: {advance} and {advance + 40}",
    )
    (moved,) = compare_faces(regular, change(regular, move_anchor), ["កិ"]).changes
    assert moved.details[0].startswith("offset: glyph 2 of 2: ")


def test_rules_make_other_glyphs(regular: Face, change: Any) -> None:
    comparison = compare_faces(regular, change(regular, drop_rules), TEXTS)
    (khmer,) = [one for one in comparison.changes if one.text == "ខ្មែ"]
    assert khmer.details[0].startswith("glyphs: ")
    assert khmer.runs == 2


def test_what_differs_only_in_a_run_is_shown_as_the_run(regular: Face, change: Any) -> None:
    """A kerning pair across two clusters."""
    from fontTools.feaLib.builder import addOpenTypeFeaturesFromString

    def kern(font: Any) -> None:
        del font["GPOS"]
        first, second = glyph_of(font), glyph_of(font, 0x1782)
        addOpenTypeFeaturesFromString(
            font,
            f"languagesystem khmr dflt; feature dist {{ pos {first} {second} -80; }} dist;",
            tables=["GPOS"],
        )

    def bare(font: Any) -> None:
        del font["GPOS"]

    comparison = compare_faces(change(regular, bare), change(regular, kern), ["កគ", "ក", "គ"])
    assert [(one.text, one.runs) for one in comparison.changes] == [("កគ", 1)]
    assert comparison.differing_runs == 1


def test_line_metrics_count(regular: Face, change: Any) -> None:
    other = change(regular, heighten)
    comparison = compare_faces(regular, other, TEXTS)
    assert not comparison.changes
    assert not comparison.line_metrics_equal
    assert not comparison.same
    assert comparison.line_changes == (LineChange("ascent", 1.069, 1.169, View()),)
    page = draw_comparison(comparison)
    assert "The line metrics differ</strong>: ascent 1.069 and 1.169 em." in page
    assert "Nothing differs" not in page
    assert "All runs are drawn alike." in page
    row = next(row for row in check_page(page).iter("tr") if row.findtext("th") == "Ascent")
    assert row.findtext("td/strong") == "differs"


def test_line_metrics_tell_where_they_differ(variable: Face, change: Any) -> None:
    def grow(font: Any) -> None:
        """The ascent grows with the weight."""
        builder = OnlineVarStoreBuilder(["wght", "wdth"])
        builder.setModel(VariationModel([{}, {"wght": 1.0}], ["wght", "wdth"]))
        _, index = builder.storeMasters([0, 50])
        record = otTables.MetricsValueRecord()
        record.ValueTag, record.VarIdx = "hasc", index
        table = otTables.MVAR()
        table.Version, table.Reserved, table.ValueRecordSize = 0x00010000, 0, 8
        table.VarStore, table.ValueRecord = builder.finish(), [record]
        font["MVAR"] = newTable("MVAR")
        font["MVAR"].table = table

    other = change(variable, grow)
    assert compare_faces(variable, other, ["ក"]).same
    views = View(), View((("wght", 900.0),))
    (found,) = compare_faces(variable, other, ["ក"], views).line_changes
    assert found.words == "ascent 1.069 and 1.119 em at wght=900"


def test_units_per_em_are_no_difference(regular: Face, change: Any) -> None:
    other = change(regular, lambda font: scale_upem(font, 2000))
    assert other.upem == 2000
    comparison = compare_faces(regular, other, TEXTS)
    assert comparison.same
    page = check_page(draw_comparison(comparison))
    rows = {row.findtext("th"): row.findtext("td/strong") for row in page.iter("tr")}
    assert (rows["Ascent"], rows["Units per em"]) == (None, "differs")
    assert {one.get("transform") for one in page.iter("g") if one.get("class") == "fb"} == {"scale(0.5)"}
    assert not compare_faces(regular, change(other, widen), ["ក"]).same


def test_the_page_is_bounded_and_says_so(regular: Face, change: Any) -> None:
    comparison = compare_faces(regular, change(regular, drop_rules), ["".join(f"ក្{c}" for c in "កខគឃងចឆជឈញ")])
    page = draw_comparison(comparison, shown=3)
    assert len(comparison.changes) == 10
    assert len(list(check_page(page).iter("article"))) == 3
    assert "7 more are not" in page
    assert "… and 7 more." in page


def test_hostile_names_and_texts_stay_text(regular: Face, change: Any) -> None:
    def rename(font: Any) -> None:
        for name_id in (1, 5, 16):
            font["name"].setName(HOSTILE, name_id, 3, 1, 0x409)

    other = change(regular, rename, change_outline, widen)
    page = compare_page(other, regular, [HOSTILE, '</title><script>x</script>"', "ក\x00\ud800\u17b7"])
    check_page(page)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", page)


def test_nothing_to_compare(regular: Face) -> None:
    page = compare_page(regular, regular, ["", "\n"])
    check_page(page)
    assert "no text to compare" in page


def test_same_input_gives_same_bytes(regular: Face, variable: Face) -> None:
    assert compare_page(regular, variable, TEXTS) == compare_page(regular, variable, TEXTS)
