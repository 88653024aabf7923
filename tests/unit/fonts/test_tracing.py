"""Tracing: nothing that shaping touches is missed."""

from __future__ import annotations

from typing import Any

from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.varLib.featureVars import addFeatureVariations

from khmertext.fonts import Face, shape, trace

WORDS = ["ខ្មែរ", "ស្ត្រី", "ស៊ី", "ប៉ុន", "កើត", "កៀន", "ក្រោះ", "្ក", "ឲ្យ", "ក\u200bខ", "២០២៤"]


def test_final_glyphs_are_among_them(regular: Face) -> None:
    font = regular.font()
    for word in WORDS:
        glyphs = trace(regular, [(word, "km")]).glyphs
        assert {info.codepoint for info in shape(font, word, "km").glyph_infos} <= glyphs.keys()


def test_nominal_glyphs_and_parts_of_vowels(regular: Face) -> None:
    found = trace(regular, [("កើ", "km")])
    assert {0x1780, 0x17BE, 0x17C1} <= found.unicodes
    font = regular.font()
    # The right half begins as the vowel's own glyph, which the abvf rule replaces.
    assert {font.get_nominal_glyph(0x17C1), font.get_nominal_glyph(0x17BE)} <= found.glyphs.keys()
    assert "drawn in 'កើ' (U+1780 U+17BE)" in found.glyphs.values()
    assert "a step of shaping 'កើ' (U+1780 U+17BE)" in found.glyphs.values()
    # Code points stand in the buffer first; they must not be taken for glyph ids.
    assert max(found.glyphs) < regular.glyph_count
    assert not found.unicodes & found.glyphs.keys()


def test_dotted_circle_of_broken_syllables(regular: Face) -> None:
    assert regular.font().get_nominal_glyph(0x25CC) in trace(regular, [("ិ", "km")]).glyphs


def test_a_step_inside_a_chain_of_rules(regular: Face, change: Any) -> None:
    def add(font: Any) -> None:
        addOpenTypeFeaturesFromString(
            font,
            "languagesystem khmr dflt; feature psts { lookup one { sub uni1780 by A; } one; lookup two"
            " { sub A by B; } two; } psts;",
            tables=["GSUB"],
        )

    changed = change(regular, add)
    font = changed.font()
    steps = trace(changed, [("ក", "")]).glyphs
    assert font.get_nominal_glyph(ord("A")) in steps  # seen only between the two
    assert font.get_nominal_glyph(ord("B")) in steps


def test_rules_that_change_with_the_weight(weighted: Face, change: Any) -> None:
    def add(font: Any) -> None:
        # wght is normalised to 0 at 400 and 1 at 700; boxes are in normalised values.
        addFeatureVariations(font, [([{"wght": (0.5, 1.0)}], {"uni1780": "A"})], "rvrn")

    changed = change(weighted, add)
    glyph = changed.font().get_nominal_glyph(ord("A"))
    assert glyph not in trace(changed, [("ក", "km")]).glyphs
    assert glyph not in trace(changed, [("ក", "km")], [{"wght": 400}]).glyphs
    assert glyph in trace(changed, [("ក", "km")], [{"wght": 400}, {"wght": 700}]).glyphs


def test_odd_text_and_languages(regular: Face) -> None:
    for text in ("", "\0", "\ud800", "a" * 5000, "្" * 500):
        for language in ("", "km", "KM-kh", "x", "not a tag\n", "é\udc80"):
            trace(regular, [(text, language)])
