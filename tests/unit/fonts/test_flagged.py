"""Fonts that flag: known text is right, other text is right or .notdef, whatever the text and the features."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
import uharfbuzz as hb
from fontTools.ttLib import TTFont

from corpora.generator import damage, iter_words
from khmertext.errors import FontError
from khmertext.fonts import (
    Face,
    Run,
    Subset,
    default_face,
    default_limits,
    judge_texts,
    limit_axes,
    list_runs,
    measure_unseen,
    open_face,
    prove,
    read_face,
    shape,
    subset_full,
    subset_text,
)
from khmertext.fonts import flagging as module
from khmertext.fonts.flagging import choose_flag, show_notdef
from khmertext.fonts.gate import Judge, Verdict, iter_gate_texts
from khmertext.fonts.proof import read_outline
from khmertext.fonts.shaping import new_buffer
from khmertext.script.classes import BASES, COENG, VOWELS
from khmertext.script.everyday import everyday_clusters, everyday_counts
from khmertext.text.clusters import split_clusters
from tests.font_files import find_font
from tests.unit.fonts.test_exact import sanitize

ROOT = Path(__file__).resolve().parents[3]
NEWS = (ROOT / "corpora" / "samples" / "news.txt").read_text(encoding="utf-8")
KNOWN = NEWS[:2400]
NAMES = ("default", "Khmer OS", "Khmer OS Fasthand", "Kantumruy Pro")


@cache
def open_reference(name: str) -> Face:
    if name == "default":
        face = default_face()
        return limit_axes(face, default_limits(face, (400, 400)))
    path = find_font(name)
    if path is None:
        pytest.skip(f"{name} is not here")
    return read_face(path)


@cache
def cut_flagged(name: str) -> Subset:
    reference = open_reference(name)
    return subset_text(reference, list_runs([KNOWN], reference), coverage="flagged")


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_known_text_is_drawn_and_the_rest_is_right_or_flagged(name: str) -> None:
    reference, subset = open_reference(name), cut_flagged(name)
    assert subset.coverage == "flagged"
    assert subset.proof.holds
    assert subset.proof.lacking == ()
    assert subset.gate is not None
    assert subset.gate.wrong == ()
    assert subset.gate.texts > 95_000
    assert subset.gate.right > 5_000
    assert len(subset.gate.flagged) > 50_000
    text = subset_text(reference, list_runs([KNOWN], reference))
    assert len(subset.data) < len(text.data)
    assert len(subset.data) < len(subset_full(reference).data) * 0.8


def test_the_browsers_check_lets_it_through(name: str) -> None:
    assert sanitize(cut_flagged(name).data)


def test_made_up_words_are_right_or_flagged(name: str) -> None:
    words = list(iter_words(3, 2000))
    texts = [*words, *(damage(word, number, 1.0) for number, word in enumerate(words))]
    random = Random(4)
    known = split_clusters(KNOWN)
    texts += [random.choice(known) + word + random.choice(known) for word in words]
    texts += [f"{word}\u200b{random.choice(known)}\u200b{random.choice(words)}" for word in words]
    judged = judge_texts(open_reference(name), cut_flagged(name).face, texts)
    # HarfBuzz leaves out some dotted circles of long texts (see tests/browser/test_open_text.py), so these are short.
    assert judged.wrong == ()
    assert judged.right > 20
    assert len(judged.flagged) > 6000


def list_feature_tags(face: Face) -> set[str]:
    font = TTFont(io.BytesIO(face.data))
    return {
        record.FeatureTag
        for tag in ("GSUB", "GPOS")
        if tag in font
        for record in font[tag].table.FeatureList.FeatureRecord
    }


def test_features_that_are_off_change_nothing(name: str) -> None:
    reference, shipped = open_reference(name), cut_flagged(name).face
    texts = [*random_clusters(1500), *split_clusters(KNOWN)[:200]]
    tags = list_feature_tags(reference)
    assert {"pres", "abvs"} & tags
    for tag in sorted(tags - {"rlig"}):
        for text in texts:
            was, now = (shape(face.font(), text, "km", f"{tag}=0") for face in (reference, shipped))
            if any(info.codepoint == 0 for info in now.glyph_infos):
                continue
            drawn = [
                [(read_outline(face.font(), info.codepoint), place.position) for info, place in zip(
                    buffer.glyph_infos, buffer.glyph_positions or (), strict=True)]
                for face, buffer in ((reference, was), (shipped, now))
            ]  # fmt: skip
            assert drawn[0] == drawn[1], (tag, text)


def random_clusters(count: int) -> list[str]:
    random = Random(9)
    bases, vowels = sorted(BASES), sorted(VOWELS)
    return [random.choice(bases) + COENG + random.choice(bases) + random.choice(vowels) for _ in range(count)]


def test_what_is_broken_is_flagged_unless_the_text_has_it() -> None:
    reference = open_reference("default")
    judge = Judge(reference, cut_flagged("default").face).judge
    assert judge("\u17b6ក") is Verdict.FLAGGED
    broken = [*list_runs([KNOWN], reference), Run("\u17b6ក", "km", 400)]
    subset = subset_text(reference, broken, coverage="flagged")
    assert subset.proof.holds
    assert Judge(reference, subset.face).judge("\u17b6ក") is Verdict.RIGHT
    assert Judge(reference, subset.face).judge("ឃ\u17b6\u17b6") is not Verdict.WRONG


def test_a_letter_that_the_text_lacks_takes_its_run_along() -> None:
    subset = cut_flagged("default")
    assert "ឫ" not in KNOWN
    for text in ("ឫ", "កឫក", "ក្ឫ", "ក\u200bឫ\u200bក", "ឫិ"):
        assert {info.codepoint for info in shape(subset.face.font(), text, "km").glyph_infos} == {0}, text
    # The space belongs to another font, so nothing goes past it.
    found = [info.codepoint for info in shape(subset.face.font(), "ក ឫ ក", "km").glyph_infos]
    assert [glyph == 0 for glyph in found] == [False, False, True, False, False]


@pytest.mark.parametrize("text", ["ក\u200c៉ា", "ក\u200d្ក", "កប៊\u200cីក"])
def test_joiners_that_the_text_has_are_known(name: str, text: str) -> None:
    reference = open_reference(name)
    subset = subset_text(reference, [Run(text, "km", 400)], coverage="flagged")
    assert subset.proof.holds
    assert Judge(reference, subset.face).judge(text) is Verdict.RIGHT


@pytest.mark.parametrize("script", ["Latn", "Zyyy", "Khmr"])
def test_the_circle_is_flagged_in_any_run(name: str, script: str) -> None:
    drawn = []
    for face in (open_reference(name), cut_flagged(name).face):
        buffer = new_buffer("\u25cc")
        buffer.script = script
        hb.shape(face.font(), buffer)
        drawn.append([info.codepoint for info in buffer.glyph_infos])
    assert 0 not in drawn[0]
    assert drawn[1] == [0]


def test_vertical_text_is_right_or_flagged(name: str) -> None:
    reference, shipped = open_reference(name), cut_flagged(name).face
    texts = [*random_clusters(1500), *split_clusters(KNOWN)[:200], "ឫក", "ឞ្ឋា"]
    for direction in ("ttb", "btt"):
        judged = judge_texts(reference, shipped, texts, direction=direction)
        assert judged.wrong == ()
        assert judged.right > 50
        assert len(judged.flagged) > 1000


@pytest.mark.parametrize("setting", ["rlig=0", "kern=0,rlig=0"])
def test_settings_that_switch_the_flags_off_are_refused(setting: str) -> None:
    reference = open_reference("Khmer OS")
    runs = list_runs([KNOWN], reference, features=("", setting))
    with pytest.raises(FontError, match=r"without a flag.*rlig=0"):
        subset_text(reference, runs, coverage="flagged")


def test_the_gate_tries_every_setting_language_and_place() -> None:
    face = default_face()
    reference = limit_axes(face, default_limits(face, (400, 700)))
    runs = list_runs(["ខ្មែរ"], reference, weights=(400, 700), features=("", "kern=0"))
    runs += [run._replace(language="") for run in runs]
    subset = subset_text(reference, runs, coverage="flagged")
    alone = subset_text(reference, [Run("ខ្មែរ", "km", 400)], coverage="flagged")
    assert subset.gate is not None
    assert alone.gate is not None
    everyday = len(everyday_clusters())
    # All texts once, left to right; the everyday ones and those between known ones in all other ways.
    assert subset.gate.texts == alone.gate.texts + (2 * 2 * 2 - 1) * 2 * everyday


def test_notdef_is_seen(name: str) -> None:
    assert read_outline(cut_flagged(name).face.font(), 0)


def test_a_box_for_notdef_leaves_all_else_alone() -> None:
    reference = open_reference("Khmer OS")
    shown = show_notdef(reference)
    assert not read_outline(reference.font(), 0)
    assert read_outline(shown.font(), 0)
    assert prove(reference, shown, list_runs([NEWS], reference)).holds
    assert show_notdef(shown) is shown


def test_same_input_same_bytes() -> None:
    reference = open_reference("Khmer OS")
    again = subset_text(reference, list_runs([KNOWN], reference), coverage="flagged")
    assert again.data == cut_flagged("Khmer OS").data


# -- the gate --------------------------------------------------------------------------------------------------------


def no_spread(gsub: Any, emptied: Any, shown: Any, flag: str) -> None:
    module.original(gsub, emptied, (), flag)  # type: ignore[attr-defined]


def no_steps(gsub: Any, emptied: Any, shown: Any, flag: str) -> None:
    module.original(gsub, (), shown, flag)  # type: ignore[attr-defined]


@pytest.mark.parametrize("change", [no_spread, no_steps])
def test_a_font_that_fails_the_gate_is_refused(change: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    reference = open_reference("Khmer OS Fasthand")
    monkeypatch.setattr(module, "original", module.add_flags, raising=False)
    monkeypatch.setattr(module, "add_flags", change)
    with pytest.raises(FontError, match="without a flag"):
        subset_text(reference, list_runs([KNOWN], reference), coverage="flagged")


def test_a_font_whose_rules_are_cut_and_not_poisoned_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(subtable: Any, glyphs: set[str], flag: str) -> bool:
        return True  # the subsetter's own method then drops what leads out of the glyphs

    monkeypatch.setattr(module, "poison_subtable", cut)
    reference = open_reference("Khmer OS")
    with pytest.raises(FontError, match="without a flag"):
        subset_text(reference, list_runs([KNOWN], reference), coverage="flagged")


def test_an_ordinary_subset_would_fail_the_gate() -> None:
    reference = open_reference("default")
    text = subset_text(reference, list_runs([KNOWN], reference))
    assert len(judge_texts(reference, text.face, list(iter_gate_texts())[:20_000]).wrong) > 1000


def test_gate_texts_are_all_combinations() -> None:
    texts = set(iter_gate_texts())
    for base in BASES:
        for letter in BASES:
            for vowel in VOWELS:
                assert base + COENG + letter + vowel in texts
    assert texts.issuperset(everyday_clusters())


def test_a_font_of_which_the_text_uses_all_has_no_flag() -> None:
    with pytest.raises(FontError, match="every glyph"):
        choose_flag(default_face(), range(default_face().glyph_count))


def test_a_font_without_rules_cannot_flag() -> None:
    font = TTFont(io.BytesIO(open_reference("Khmer OS").data))
    del font["GSUB"]
    file = io.BytesIO()
    font.save(file)
    with pytest.raises(FontError, match="no rules"):
        subset_text(open_face(file.getvalue()), [Run("ក", "km", 400)], coverage="flagged")


# -- open, and the dial ----------------------------------------------------------------------------------------------


def test_open_draws_everyday_khmer(name: str) -> None:
    reference = open_reference(name)
    subset = subset_text(reference, list_runs([KNOWN], reference), coverage="open")
    assert subset.coverage == "open"
    assert subset.proof.holds
    everyday = everyday_clusters()
    judged = judge_texts(reference, subset.face, everyday)
    assert (judged.wrong, judged.flagged) == ((), ())
    assert judged.right > len(everyday) - 10
    assert len(subset.data) < len(subset_full(reference).data)


def test_each_step_of_the_dial_knows_more() -> None:
    reference = open_reference("default")
    runs = list_runs([KNOWN], reference)
    known = split_clusters(KNOWN)
    exact, text, flagged, everyday = (
        measure_unseen(reference, subset_text(reference, runs, coverage=coverage).face, known)
        for coverage in ("exact", "text", "flagged", "open")
    )
    assert exact.total == text.total == flagged.total == everyday.total
    assert exact.occurrences == everyday.occurrences > 10_000
    assert exact.wrong_occurrences > text.wrong_occurrences > 0
    assert set(exact.wrong) > set(text.wrong)
    assert flagged.wrong == ()
    assert flagged.missing_occurrences > text.missing_occurrences
    assert everyday.wrong_occurrences + everyday.missing_occurrences < 10
    full = measure_unseen(reference, subset_full(reference).face, known)
    assert (full.wrong, full.missing) == ((), ())


def test_unseen_counts_are_those_of_the_table() -> None:
    face = open_reference("default")
    found = measure_unseen(face, face, [])
    held_out = [row for row in everyday_counts() if row.held_out]
    assert found.total == found.occurrences == sum(row.held_out for row in held_out)
    assert found.clusters == len(held_out)
