"""The proof must fail: each test breaks a font in one way and sees it told."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from khmertext.errors import FontError
from khmertext.fonts import (
    Difference,
    Face,
    Proof,
    Run,
    axis_deviation,
    cut,
    limit_axes,
    open_face,
    plan_text,
    prove,
)
from khmertext.fonts.deviation import MAX_SHIFT, place_deviation, require_near

TEXT = "ស្ត្រីខ្មែរ"
RUN = Run(TEXT, "km", 400)


def test_a_font_is_like_itself(variable: Face) -> None:
    runs = [RUN, Run(TEXT, "km", 700), Run(TEXT, "", 700), Run("ខ្មែរ", "km", 5), RUN, RUN]
    proof = prove(variable, variable, runs)
    assert proof.holds
    assert proof.runs == 4
    assert proof.clusters == len({"ស្ត្រី", "ខ្មែ", "រ"})
    assert proof.metrics_equal
    assert proof.lacking == ()


def test_weights_that_a_font_cannot_tell_apart_count_once(regular: Face, weighted: Face) -> None:
    assert prove(regular, regular, [RUN, Run(TEXT, "km", 700)]).runs == 1
    assert prove(weighted, weighted, [RUN, Run(TEXT, "km", 100), Run(TEXT, "km", 600)]).runs == 2


def move_point(font: Any) -> None:
    font["glyf"]["uni179A"].coordinates[3] = tuple(value + 1 for value in font["glyf"]["uni179A"].coordinates[3])


def widen(font: Any) -> None:
    advance, bearing = font["hmtx"]["uni179A"]
    font["hmtx"]["uni179A"] = (advance + 1, bearing)


def drop_rules(font: Any) -> None:
    del font["GSUB"]


def drop_positions(font: Any) -> None:
    del font["GPOS"]


BREAKS = [
    (move_point, "រ", "outline"),
    (widen, "រ", "advances"),
    (drop_rules, "ស្ត្រី", "glyphs"),
    (drop_positions, "ស្ត្រី", "offsets"),
]


@pytest.mark.parametrize(("break_font", "part", "word"), BREAKS, ids=lambda value: getattr(value, "__name__", ""))
def test_each_kind_of_difference_is_told(regular: Face, change: Any, break_font: Any, part: str, word: str) -> None:
    proof = prove(regular, change(regular, break_font), [RUN])
    assert not proof.holds
    assert proof.runs == 0
    assert {difference.run for difference in proof.differing} == {RUN}
    assert {difference.part for difference in proof.differing} >= {TEXT, part}
    assert word in next(difference.detail for difference in proof.differing if difference.part == part)
    # What does not hold the broken piece is the same still.
    assert prove(regular, change(regular, break_font), [Run("ក", "km", 400)]).holds


def test_a_difference_at_one_weight(weighted: Face, change: Any) -> None:
    def move_delta(font: Any) -> None:
        for variation in font["gvar"].variations["uni179A"]:
            variation.coordinates[3] = (9, 99)

    broken = change(weighted, move_delta)
    assert prove(weighted, broken, [RUN]).holds
    proof = prove(weighted, broken, [RUN, Run(TEXT, "km", 700)])
    assert proof.runs == 1
    assert {difference.run.weight for difference in proof.differing} == {700}


def test_unmapped_characters_are_told(regular: Face, change: Any) -> None:
    # U+17BE is taken apart by HarfBuzz, so a font could draw the text without having it in its cmap; but a browser
    # would take the text to another font.
    def unmap(font: Any) -> None:
        for table in font["cmap"].tables:
            table.cmap.pop(0x200B, None)

    proof = prove(regular, change(regular, unmap), [Run("ក\u200bខ", "km", 400)])
    assert Difference(Run("ក\u200bខ", "km", 400), "\u200b", "U+200B is not mapped") in proof.differing


def test_clusters_alone_are_compared(regular: Face, change: Any) -> None:
    # Wider before another letter only in the whole run would be found by the run; this is found by the cluster.
    def kern(font: Any) -> None:
        del font["GPOS"]
        advance, bearing = font["hmtx"]["uni1781"]
        font["hmtx"]["uni1781"] = (advance + 40, bearing)

    proof = prove(regular, change(regular, kern), [Run("កខ", "km", 400)])
    assert "ខ" in {difference.part for difference in proof.differing}
    assert proof.cluster_texts == {"ក"}


@pytest.mark.parametrize(
    ("table", "field"),
    [
        ("hhea", "ascent"),
        ("hhea", "descent"),
        ("hhea", "lineGap"),
        ("OS/2", "sTypoAscender"),
        ("OS/2", "sTypoDescender"),
        ("OS/2", "sTypoLineGap"),
        ("OS/2", "usWinAscent"),
        ("OS/2", "usWinDescent"),
    ],
)
def test_line_metrics(regular: Face, change: Any, table: str, field: str) -> None:
    proof = prove(regular, change(regular, lambda font: setattr(font[table], field, 333)), [RUN])
    assert not proof.metrics_equal
    assert not proof.holds
    assert proof.differing == ()


def test_other_metrics(regular: Face, change: Any) -> None:
    def flip(font: Any) -> None:
        font["OS/2"].fsSelection ^= 1 << 7

    def scale(font: Any) -> None:
        font["head"].unitsPerEm = 2000

    for broken in (flip, scale):
        assert not prove(regular, change(regular, broken), [RUN]).metrics_equal


def test_what_the_reference_lacks_is_not_proven(regular: Face) -> None:
    lacking = Run("ក\u4e00", "km", 400)
    proof = prove(regular, regular, [lacking, RUN])
    assert proof.lacking == (lacking,)
    assert proof.runs == 1
    assert proof.differing == ()
    assert proof.holds
    assert "\u4e00" not in proof.cluster_texts
    assert "ក" in proof.cluster_texts


def test_merge_and_pickle(regular: Face) -> None:
    runs = [Run(text, "km", 400) for text in ("ក", "កខ", "គ", "ស្ត្រីក", "\u4e00ក")]
    whole = prove(regular, regular, runs)
    parts = [pickle.loads(pickle.dumps(prove(regular, regular, chunk))) for chunk in (runs[:2], runs[2:4], runs[4:])]
    merged = Proof()
    for part in parts:
        merged = merged.merge(part)
    assert merged == whole
    broken = Proof(1, frozenset("ក"), (Difference(RUN, "ក", "x"),), (), ("units per em: 1 instead of 2",))
    assert not whole.merge(broken).holds
    assert not broken.merge(whole).metrics_equal


def test_no_runs_still_compares_metrics(regular: Face, change: Any) -> None:
    assert prove(regular, regular, []).holds
    assert not prove(regular, change(regular, lambda font: setattr(font["hhea"], "ascent", 1)), []).holds


def test_axis_deviation(variable: Face, weighted: Face, regular: Face) -> None:
    assert axis_deviation(variable, regular, [400]) == 0
    assert axis_deviation(variable, weighted, [400]) == 0
    assert 0 < axis_deviation(variable, weighted, [500, 700]) <= 1
    assert axis_deviation(regular, regular, [400]) == 0
    narrow = limit_axes(variable, {"wdth": (75, 75), "wght": (400, 400)})
    assert axis_deviation(variable, narrow, [400]) > 50
    assert axis_deviation(variable, narrow, [400], {"wdth": 75}) <= 1


def test_axis_deviation_of_different_fonts(variable: Face, regular: Face, change: Any) -> None:
    with pytest.raises(ValueError, match="different numbers"):
        axis_deviation(variable, open_face(cut(regular, plan_text(regular, []))), [400])
    simple = change(regular, lambda font: font["glyf"].__setitem__("uni179A", font["glyf"]["uni1780"]))
    assert axis_deviation(regular, simple, [400]) == float("inf")


def test_where_marks_stand_may_not_move_either(variable: Face, weighted: Face, change: Any) -> None:
    assert 0 < place_deviation(variable, weighted, [500, 700]) <= variable.upem / MAX_SHIFT
    assert require_near(variable, weighted, [500]) <= 1

    def move(font: Any) -> None:
        for lookup in font["GPOS"].table.LookupList.Lookup:
            for table in lookup.SubTable:
                if lookup.LookupType == 4:
                    for record in table.MarkArray.MarkRecord:
                        record.MarkAnchor.XCoordinate += 40

    moved = change(weighted, move)
    assert axis_deviation(variable, moved, [400]) == 0
    assert place_deviation(variable, moved, [400]) >= 40
    with pytest.raises(FontError, match="moves marks by 4"):
        require_near(variable, moved, [400])


def test_other_glyphs_are_infinitely_far(regular: Face, change: Any) -> None:
    def swap(font: Any) -> None:
        for table in font["cmap"].tables:
            table.cmap[0x1780] = table.cmap[0x1781]

    assert place_deviation(regular, change(regular, swap), [400]) == float("inf")
