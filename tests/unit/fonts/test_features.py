"""Font features that CSS sets: how they are written, and that cutting and proving see them."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from itertools import permutations
from typing import Any

import pytest
import uharfbuzz as hb
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from hypothesis import given
from hypothesis import strategies as st

from khmertext.fonts import (
    Face,
    Run,
    list_runs,
    list_settings,
    normalize_features,
    open_face,
    parse_features,
    prove,
    shape,
    subset_text,
    trace,
    trace_lookups,
)
from khmertext.fonts.certificate import certify, hash_runs
from khmertext.fonts.features import format_features
from khmertext.fonts.pruning import prune_rules
from khmertext.fonts.shrinking import shrink_rules

TAGS = st.from_regex(r"[A-Za-z0-9]{4}", fullmatch=True)
# ក and ខ become ឃ (a ligature), ខ becomes ង on demand, គ before ច is moved.
RULES = """
languagesystem DFLT dflt;
languagesystem khmr dflt;
feature calt { sub uni1780 uni1781 by uni1783; } calt;
feature ss01 { sub uni1781 by uni1784; } ss01;
feature kern { pos uni1782 uni1785 -70; } kern;
"""


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("", ""),
        ("kern=0", "kern=0"),
        ("-kern", "kern=0"),
        ("+ss01", "ss01=1"),
        ("ss01", "ss01=1"),
        ("kern off", "kern=0"),
        ('"kern" 0, "liga" on', "kern=0,liga=1"),
        ("'kern'0", "kern=0"),
        ('font-feature-settings: "liga" 0', "liga=0"),
        ("liga=0, clig=0", "clig=0,liga=0"),
        ("kern=1,kern=0", "kern=0"),
        ("aalt=2", "aalt=2"),
        ("font-kerning:none", "kern=0"),
        ("Font-Kerning: NONE;", "kern=0"),
        ("font-kerning:auto", ""),
        ("font-variant-ligatures:none", "calt=0,clig=0,dlig=0,hlig=0,liga=0"),
        ("font-variant-ligatures: no-common-ligatures discretionary-ligatures", "clig=0,dlig=1,liga=0"),
        ("kern=1, font-kerning:none", "kern=1"),
        ("letter-spacing:1px", "clig=0,liga=0"),
        ("letter-spacing:-.02em", "clig=0,liga=0"),
        ("letter-spacing:normal", ""),
        ("letter-spacing:0.0em", ""),
    ],
)
def test_spellings(text: str, normal: str) -> None:
    assert normalize_features(text) == normal
    assert normalize_features(normal) == normal


@pytest.mark.parametrize(
    "text",
    [
        *("ker", "kerns=0", "kern=maybe", "kern=-1", "-kern=1", "kern[0:3]=0", "kern==0", "kern=0 liga=0", '"kern'),
        *("font-kerning:", "font-kerning:no", "font-variant-ligatures:none x", "letter-spacing:", "color:red"),
        *("ខ្មែរ", "ke\nrn=0"),
    ],
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="no font feature"):
        parse_features(text)


@given(st.dictionaries(TAGS, st.integers(0, 99999), max_size=5))
def test_there_and_back(features: dict[str, int]) -> None:
    text = format_features(features)
    assert parse_features(text) == features
    assert {normalize_features(",".join(parts)) for parts in permutations(text.split(","))} == {text}
    assert normalize_features(", ".join(f'"{tag}" {value}' for tag, value in features.items())) == text


@given(st.text(st.sampled_from(" kern+-=0on,;:\"'ខ\0"), max_size=12))
def test_nothing_but_value_errors(text: str) -> None:
    with suppress(ValueError):
        assert normalize_features(normalize_features(text)) == normalize_features(text)


def test_settings() -> None:
    assert list_settings([]) == ("",)
    assert list_settings(["kern=0", "", "-kern", "clig=0"]) == ("", "clig=0", "kern=0")


def test_answers_are_the_callers_own() -> None:
    parse_features("kern=0")["liga"] = 1
    assert parse_features("kern=0") == {"kern": 0}


# -- what they do ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ruled(regular: Face, change: Any) -> Face:
    face: Face = change(regular, lambda font: addOpenTypeFeaturesFromString(font, RULES))
    return face


def without(face: Face, change: Any, tag: str, feature: str) -> Face:
    """The font without the rules of a feature."""

    def leave_out(font: Any) -> None:
        for record in font[tag].table.FeatureList.FeatureRecord:
            if record.FeatureTag == feature:
                record.Feature.LookupListIndex, record.Feature.LookupCount = [], 0

    less: Face = change(face, leave_out)
    return less


def shape_plainly(face: Face, text: str, features: dict[str, Any]) -> list[tuple[object, ...]]:
    """Outlines, clusters and places by HarfBuzz alone, without anything of ours."""
    font = hb.Font(hb.Face(face.data))
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.script, buffer.direction, buffer.language = "Khmr", "ltr", "km"
    buffer.cluster_level = hb.BufferClusterLevel.MONOTONE_CHARACTERS
    hb.shape(font, buffer, features)
    shown: list[tuple[object, ...]] = []
    for info, place in zip(buffer.glyph_infos, buffer.glyph_positions or (), strict=True):
        steps: list[Any] = []
        pen = hb.DrawFuncs()
        pen.set_move_to_func(lambda x, y, _, steps=steps: steps.append((x, y)))
        pen.set_line_to_func(lambda x, y, _, steps=steps: steps.append((x, y)))
        pen.set_quadratic_to_func(lambda a, b, x, y, _, steps=steps: steps.append((a, b, x, y)))
        font.draw_glyph(info.codepoint, pen, None)
        shown.append((tuple(steps), info.cluster, place.position))
    return shown


@pytest.mark.parametrize("features", ["", "calt=0", "kern=0", "ss01=1", "calt=0,ss01=1"])
def test_shaping_is_that_of_harfbuzz(ruled: Face, features: str) -> None:
    buffer = shape(ruled.font(), "កខគចខ", "km", features)
    shown = zip(buffer.glyph_infos, buffer.glyph_positions or (), strict=True)
    plain = shape_plainly(ruled, "កខគចខ", parse_features(features))
    assert [(info.cluster, place.position) for info, place in shown] == [line[1:] for line in plain]
    assert (features == "") == (plain == shape_plainly(ruled, "កខគចខ", {}))


def test_what_no_page_can_switch(regular: Face, change: Any) -> None:
    """HarfBuzz applies clig to Khmer and does not apply liga, whatever is asked; docs/proof.md says so."""
    for feature, on in (("clig", True), ("liga", False)):
        rules = RULES.replace("calt", feature)
        face = change(regular, lambda font, rules=rules: addOpenTypeFeaturesFromString(font, rules))
        for value in (0, 1):
            assert (len(shape(face.font(), "កខ", "km", f"{feature}={value}").glyph_infos) == 1) == on


def test_shaping_with_what_is_none(ruled: Face) -> None:
    with pytest.raises(ValueError, match="no font feature"):
        shape(ruled.font(), "ក", "km", "no")


@pytest.mark.parametrize(
    ("tag", "feature", "text", "setting"),
    [("GSUB", "ss01", "ខ", "ss01=1"), ("GPOS", "kern", "គច", "kern=1"), ("GSUB", "calt", "កខ", "calt=1")],
)
def test_a_rule_that_is_switched_is_proven(
    ruled: Face, change: Any, tag: str, feature: str, text: str, setting: str
) -> None:
    less = without(ruled, change, tag, feature)
    proof = prove(ruled, less, [Run(text, "km", 400, setting)])
    assert proof.differing
    assert proof.differing[0].run.features == setting
    other = setting.replace("=1", "=0")
    assert prove(ruled, less, [Run(text, "km", 400, other)]).holds
    # Each setting is looked at, whatever stood before it.
    both = prove(ruled, less, [Run(text, "km", 400, other), Run(text, "km", 400, setting)])
    assert both.runs == 1
    assert both.differing
    again = [Run(text, "km", 400, one) for one in (setting, other, setting, other)]
    assert prove(ruled, ruled, again).runs == 2


def test_clusters_are_proven_with_each_setting(ruled: Face, change: Any) -> None:
    # In the run the second letter is gone before ss01 comes; alone it is not.
    less = without(ruled, change, "GSUB", "ss01")
    assert prove(ruled, less, [Run("កខ", "km", 400)]).holds
    proof = prove(ruled, less, [Run("កខ", "km", 400), Run("កខ", "km", 400, "ss01=1")])
    assert [(one.part, one.run.features) for one in proof.differing] == [("ខ", "ss01=1")]
    assert proof.cluster_texts == {"ក"}


def test_traces_follow_features(ruled: Face) -> None:
    alternate = int(ruled.font().get_nominal_glyph(0x1784) or 0)
    assert alternate not in trace(ruled, [("ខ", "km")]).glyphs
    assert "ss01=1" in trace(ruled, [("ខ", "km", "ss01=1")]).glyphs[alternate]
    assert alternate in trace_lookups(ruled, [("ខ", "km", "ss01=1")]).drawn
    assert ("GPOS", 0) in trace_lookups(ruled, [("គច", "km")]).sights
    assert ("GPOS", 0) not in trace_lookups(ruled, [("គច", "km", "kern=0")]).sights


@pytest.mark.parametrize("coverage", ["exact", "text"])
@pytest.mark.parametrize("effort", ["fast", "max"])
def test_cut_for_features(ruled: Face, coverage: Any, effort: Any) -> None:
    text = "កខ គច ខ"
    settings = list_settings(["calt=0", "kern=0", "ss01", "calt=0,ss01=1"])
    runs = list_runs([text], ruled, features=settings)
    assert {run.features for run in runs} == set(settings)
    cut = open_face(subset_text(ruled, runs, coverage=coverage, effort=effort).data)
    for run in runs:
        features = parse_features(run.features)
        assert shape_plainly(cut, run.text, features) == shape_plainly(ruled, run.text, features), run
    # Without being told, an exact cut does not keep what only a setting shows.
    plain = open_face(subset_text(ruled, list_runs([text], ruled), coverage="exact").data)
    assert shape_plainly(plain, "ខ", {"ss01": 1}) != shape_plainly(ruled, "ខ", {"ss01": 1})


@pytest.mark.parametrize("coverage", ["exact", "text"])
def test_features_are_followed_from_the_start(ruled: Face, coverage: Any) -> None:
    assert subset_text(ruled, [Run("ខ", "km", 400, "ss01=1")], coverage=coverage).rounds == 1


def test_rules_across_clusters_are_followed_with_features(regular: Face, change: Any) -> None:
    rules = RULES.replace("calt", "dlig")
    face = change(regular, lambda font: addOpenTypeFeaturesFromString(font, rules))
    runs = [Run("កខ", "km", 400), Run("កខ", "km", 400, "dlig=1")]
    exact = subset_text(face, runs, coverage="exact")
    assert (exact.coverage, exact.proof.runs) == ("exact", 2)
    assert exact.rounds > 1
    assert shape_plainly(exact.face, "កខ", {"dlig": 1}) == shape_plainly(face, "កខ", {"dlig": 1})


def test_shrinking_minds_features(regular: Face, change: Any) -> None:
    rules = "languagesystem khmr dflt; feature ss01 { sub uni1781 by uni1784; sub uni1782 by uni1785; } ss01;"
    face = change(regular, lambda font: addOpenTypeFeaturesFromString(font, rules))
    plain: list[Any] = [("ខ", "km"), ("គ", "km")]
    asked: list[Any] = [("ខ", "km", "ss01=1"), ("គ", "km", "ss01=1")]
    left = []
    for texts in (plain, asked):
        kept = prune_rules(face, trace_lookups(face, asked).sights)
        shrink_rules(face, kept, texts)
        left.append(len(kept.font["GSUB"].table.LookupList.Lookup[0].SubTable[0].mapping))
    assert left == [1, 2]


def test_certificates_name_features(ruled: Face) -> None:
    runs = list_runs(["កខ"], ruled, features=("", "clig=0"))
    subset = subset_text(ruled, runs)
    found = certify(b"", b"", ruled, subset, runs, axes={}, options={})
    assert found["proof"]["features"] == ["", "clig=0"]
    assert found["proof"]["runs"] == 2
    lines = f"{runs[0].text}\tkm\t400\n{runs[1].text}\tkm\t400\tclig=0\n"
    assert hash_runs(runs) == hashlib.sha256(lines.encode()).hexdigest()
    assert hash_runs([Run("ក", "km", 400)]) == hash_runs([Run("ក", "km", 400, "")])
