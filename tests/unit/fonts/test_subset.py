"""The whole way from runs to a proven font, with fonts whose rules reach across clusters."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.ttLib import TTFont
from fontTools.varLib.featureVars import addFeatureVariations

from khmertext.errors import FontError
from khmertext.fonts import (
    Difference,
    Face,
    Proof,
    Run,
    open_face,
    plan_text,
    prove,
    read_face,
    shape,
    subset_full,
    subset_text,
    to_woff2,
)
from khmertext.fonts.containers import build_sfnt, read_tables
from khmertext.fonts.subsetting import close_layout, cut

RUNS = [Run(text, "km", 400) for text in ("ភាសាខ្មែរ", "ស្ត្រី", "ប៊ិច", "កើត", "ក\u200bខ", "២០២៤។", "្ក")]


def add_rule(rule: str) -> Any:
    """Add a Khmer rule to a font, in a feature that is applied to every glyph of a run."""

    def add(font: Any) -> None:
        addOpenTypeFeaturesFromString(
            font, f"languagesystem khmr dflt; feature clig {{ {rule} }} clig;", tables=["GSUB"]
        )

    return add


def test_text(regular: Face) -> None:
    subset = subset_text(regular, RUNS)
    assert subset.rounds == 1
    assert subset.proof.runs == len(RUNS)
    assert subset.proof.holds
    assert subset.data[:4] == b"wOF2"
    assert open_face(subset.data).data == subset.face.data
    assert subset.face.unicodes >= subset.plan.unicodes
    assert len(subset.face.unicodes) < 40
    assert prove(regular, subset.face, [Run("ឃឹ", "km", 400)]).differing  # it is cut for these texts only


def test_full(weighted: Face) -> None:
    runs = [*RUNS, *(Run(run.text, "km", 700) for run in RUNS)]
    subset = subset_full(weighted, runs)
    assert subset.rounds == 1
    assert subset.proof.runs == len(runs)
    assert prove(weighted, subset.face, [Run("ឃឹ ហ្វ៊ុឌ្ឍៀ", "km", 550)]).holds
    assert ord("a") not in subset.face.unicodes
    assert subset_full(weighted).proof.holds


def test_no_text_at_all(regular: Face) -> None:
    subset = subset_text(regular, [])
    assert subset.proof.runs == 0
    assert shape(subset.face.font(), "ក្ក", "km").glyph_infos[1].codepoint != 0


def test_rules_across_clusters_are_found_by_the_proof(regular: Face, change: Any) -> None:
    face = change(regular, add_rule("sub uni1780' uni1781 by B; sub uni1782 uni1783 by C;"))
    runs = [Run(text, "km", 400) for text in ("កខ", "កក", "គឃ", "គ", "ខក")]
    clusters = plan_text(face, [(letter, "km") for letter in "កខគឃ"])
    assert not prove(face, open_face(cut(face, clusters)), runs).holds
    subset = subset_text(face, runs)
    assert subset.rounds == 2
    assert subset.proof.runs == len(runs)
    assert {"drawn in 'កខ' (U+1780 U+1781)", "drawn in 'គឃ' (U+1782 U+1783)"} <= set(subset.plan.glyphs.values())


def test_rules_of_one_language(regular: Face, change: Any) -> None:
    def add(font: Any) -> None:
        addOpenTypeFeaturesFromString(
            font,
            "languagesystem khmr dflt; languagesystem khmr MKD; feature clig { language MKD; sub uni1780 by B; } clig;",
            tables=["GSUB"],
        )

    face = change(regular, add)
    runs = [Run("ក", "km", 400), Run("ក", "mk", 400)]
    subset = subset_text(face, runs)
    assert (subset.proof.runs, subset.rounds) == (2, 1)
    one = subset_text(face, runs[:1])
    assert prove(face, one.face, runs).runs == 1


def test_rules_of_one_weight(weighted: Face, change: Any) -> None:
    face = change(
        weighted, lambda font: addFeatureVariations(font, [([{"wght": (0.5, 1.0)}], {"uni1780": "A"})], "rvrn")
    )
    subset = subset_text(face, [Run("ក", "km", 400), Run("ក", "km", 700)])
    assert (subset.proof.runs, subset.rounds) == (2, 1)
    assert prove(face, subset_text(face, [Run("ក", "km", 400)]).face, [Run("ក", "km", 700)]).differing


def test_what_the_font_lacks_is_reported_not_proven(regular: Face) -> None:
    lacking = Run("ក\u4e00", "km", 400)
    subset = subset_text(regular, [lacking, *RUNS])
    assert subset.proof.lacking == (lacking,)
    assert subset.proof.runs == len(RUNS)


def test_a_prover_of_ones_own(regular: Face) -> None:
    calls = []

    def prover(reference: Face, shipped: Face, runs: Sequence[Run]) -> Proof:
        calls.append(len(runs))
        return prove(reference, shipped, runs[:3]).merge(prove(reference, shipped, runs[3:]))

    assert subset_text(regular, RUNS, prover=prover).proof.runs == len(RUNS)
    assert calls == [len(RUNS)]


def test_each_round_keeps_more_and_then_it_fails(regular: Face, change: Any) -> None:
    face = change(regular, add_rule("sub uni1781 uni1780 by B; sub uni1782 uni1780 by C;"))
    sizes: list[int] = []
    run = Run("ក\x1b[31m\u202eខ", "km", 400)

    def prover(reference: Face, shipped: Face, runs: Sequence[Run]) -> Proof:
        sizes.append(shipped.glyph_count)
        return Proof(differing=(Difference(run, "ខ", "another outline"),) * 2)

    with pytest.raises(FontError) as caught:
        subset_text(face, [Run("គ", "km", 400)], prover=prover)
    message = str(caught.value)
    assert "U+1781" in message
    assert "U+1780 U+001B" in message
    assert "another outline" in message
    assert "and 1 more" in message
    assert "\x1b" not in message
    assert "\u202e" not in message
    assert sizes == sorted(set(sizes))
    assert len(sizes) == 4  # clusters, the run, what rules make of it, what rules make of everything


def test_other_line_metrics_fail_at_once(regular: Face) -> None:
    def prover(reference: Face, shipped: Face, runs: Sequence[Run]) -> Proof:
        return Proof(metrics=("hhea ascender: 1 instead of 2",))

    with pytest.raises(FontError, match="other metrics"):
        subset_text(regular, RUNS, prover=prover)


def test_closure_holds_what_rules_can_make(regular: Face, change: Any) -> None:
    face = change(regular, add_rule("sub uni1780 uni1781 by B;"))
    font = face.font()
    glyphs = {font.get_nominal_glyph(code_point) for code_point in (0x1780, 0x1781)}
    assert close_layout(face, glyphs, []) == close_layout(face, [], [0x1780, 0x1781]) == {font.get_nominal_glyph(66)}
    assert close_layout(face, sorted(glyphs)[:1], []) == set()


def test_fonts_that_forbid_it(regular: Face, change: Any) -> None:
    face = change(regular, lambda font: setattr(font["OS/2"], "fsType", 0x0102))
    for subset in (subset_text, subset_full):
        with pytest.raises(FontError, match="0x0002"):
            subset(face, RUNS)


def test_a_font_with_other_engines_tables(regular: Face) -> None:
    # The reference is the face as it was opened; tables that were stripped play no part.
    version, tables = read_tables(regular.data)
    face = open_face(build_sfnt(version, {**tables, "morx": b"\0\3\0\0\0\0\0\0", "Silf": bytes(20)}))
    assert subset_text(face, RUNS).data == subset_text(regular, RUNS).data


def test_woff2_input(regular: Face) -> None:
    assert subset_text(open_face(to_woff2(regular.data)), RUNS).proof.holds


FASTHAND = Path("/usr/share/fonts/truetype/khmeros/KhmerOSfasthand.ttf")


@pytest.mark.skipif(not FASTHAND.exists(), reason="needs Debian's fonts-khmeros")
def test_a_real_font_with_rules_across_clusters() -> None:
    face = read_face(FASTHAND)
    letters = [chr(code_point) for code_point in range(0x1780, 0x17A3)]
    runs = [Run(a + vowel + b, "km", 400) for a in letters for b in letters[::5] for vowel in ("", "េ", "ុ", "ី", "្រ")]
    subset = subset_text(face, runs)
    assert subset.proof.runs == len(runs)
    assert "fpgm" not in TTFont(io.BytesIO(subset.face.data))
