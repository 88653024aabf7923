"""Spaces with their neighbours: what is listed, and that a cut font keeps the rules for them."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from hypothesis import given
from hypothesis import strategies as st

from khmertext.fonts import Face, list_runs, open_face, prove, shape, subset_text
from khmertext.fonts.runs import SPACES, iter_khmer_runs, iter_spaced
from khmertext.text.clusters import split_clusters

ROOT = Path(__file__).resolve().parents[3]
TEXT = "ខ្មែរ កម្ពុជា\u00a0ខ (ខ )"


def list_plainly(text: str) -> set[str]:
    """The same in another way: each row of spaces, and what stands right before and behind it."""
    found = set()
    khmer = [""] * (len(text) + 1)
    for start, run in iter_khmer_runs(text):
        for place in range(start, start + len(run)):
            khmer[place] = run
    for match in re.finditer("[ \u00a0]+", text):
        before = split_clusters(khmer[match.start() - 1])[-1] if match.start() and khmer[match.start() - 1] else ""
        behind = split_clusters(khmer[match.end()])[0] if khmer[match.end()] else ""
        if before or behind:
            found.add(before + re.sub(" +", " ", match[0]) + behind)
    return found


@given(st.text(st.sampled_from("កខ្ែ\u200b \u00a0a\n"), max_size=24))
def test_pieces_are_those_around_each_space(text: str) -> None:
    assert set(iter_spaced(text)) == list_plainly(text)


@pytest.mark.parametrize("path", sorted((ROOT / "corpora" / "samples").glob("*.txt")), ids=lambda path: path.stem)
def test_pieces_of_real_text(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert set(iter_spaced(text)) == list_plainly(text)


def test_runs_with_spaces(regular: Face) -> None:
    plain = {run.text for run in list_runs([TEXT], regular)}
    assert not any(space in run for run in plain for space in SPACES)
    spaced = {run.text for run in list_runs([TEXT], regular, spaces=True)}
    assert spaced - plain == {"រ ក", "ជា\u00a0ខ", "ខ "}
    without = dataclasses.replace(regular, unicodes=regular.unicodes - {0x20})
    assert {run.text for run in list_runs([TEXT], without, spaces=True)} - plain == {"ជា\u00a0ខ"}


RULES = """
languagesystem DFLT dflt;
languagesystem khmr dflt;
feature kern {
    pos uni179A space -90;
    pos space uni1780 -40;
    pos uni1781 space -15;
} kern;
"""


@pytest.mark.parametrize("coverage", ["exact", "text"])
def test_rules_for_spaces_stay(regular: Face, change: Any, coverage: Any) -> None:
    face = change(regular, lambda font: addOpenTypeFeaturesFromString(font, RULES, tables=["GPOS"]))
    runs = list_runs([TEXT], face, spaces=True)
    cut = open_face(subset_text(face, runs, coverage=coverage).data)
    for text in re.findall("[ \u00a0\u1780-\u17ff]+", TEXT):  # as a browser does where no unicode-range cuts
        for part in ("glyph_positions", "glyph_infos"):
            key = "position" if part == "glyph_positions" else "cluster"
            was, now = (getattr(shape(font.font(), text, "km"), part) for font in (face, cut))
            assert [getattr(one, key) for one in was] == [getattr(one, key) for one in now], text
    # The rules are for the pieces alone: what knows of none of them has lost the rules.
    less = open_face(subset_text(face, list_runs([TEXT], face), coverage="exact").data)
    assert {one.part for one in prove(face, less, runs).differing} >= {"រ ក", "ខ ", "\u00a0"}


def test_texts_without_spaces_are_as_before(regular: Face) -> None:
    for text in ("", "ខ្មែរ", "a b", "ខ\nខ", " \u00a0"):
        assert list_runs([text], regular, spaces=True) == list_runs([text], regular)
