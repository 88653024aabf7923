"""Runs too long to be shaped at once: how they are cut, and that shapers are never given more."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmertext.fonts import Face, list_runs, prove, split_at_gaps, subset_text
from khmertext.fonts.runs import MAX_RUN, OVERLAP, split_long
from khmertext.script.everyday import everyday_clusters
from khmertext.text.clusters import MAX_CLUSTER, cluster_starts

LETTERS = st.sampled_from("កខង្ែា៉\u200b។")


@given(st.lists(st.tuples(st.text(LETTERS, min_size=1, max_size=12), st.integers(1, 900)), max_size=4))
def test_pieces_cover_a_run_and_overlap(parts: list[tuple[str, int]]) -> None:
    text = "".join(part * count for part, count in parts)
    pieces = split_long(text)
    starts = {*cluster_starts(text), len(text)}
    covered = 0
    for piece in pieces:
        assert len(piece) <= MAX_RUN or len(pieces) == 1
        # Where it stands: a cluster begins there, and so much is shared with the one before.
        place = max(
            start
            for start in range(max(0, covered - OVERLAP - MAX_CLUSTER), covered - OVERLAP + 1 if covered else 1)
            if start in starts and text.startswith(piece, start) and start + len(piece) in starts
        )
        assert covered < place + len(piece) or not text
        covered = place + len(piece)
    assert covered == len(text)
    if len(text) <= MAX_RUN:
        assert pieces == [text]


def test_each_stretch_as_wide_as_the_overlap_is_in_a_piece() -> None:
    text = "".join(itertools.islice(itertools.cycle(everyday_clusters()), 9000))
    pieces = split_long(text)
    assert len(pieces) > 5
    for start in range(0, len(text) - OVERLAP, 7):
        assert any(text[start : start + OVERLAP] in piece for piece in pieces)


@pytest.mark.parametrize("text", ["ក" * 90_000, "ក" + "ា" * 90_000, "ក" + "\u17d2ក" * 90_000, "\u200b" * 90_000 + "ក"])
def test_no_font_is_asked_for_more(text: str, regular: Face) -> None:
    runs = list_runs([text], regular)
    assert runs
    assert max(len(run.text) for run in runs) <= MAX_RUN
    assert subset_text(regular, runs, coverage="exact").proof.holds


def test_gaps_are_cut_first(regular: Face) -> None:
    text = "\u1780" * 1500 + "\u17fe" + "\u1781" * 1500
    assert split_at_gaps(text, regular.unicodes) == ["\u1780" * 1500, "\u1781" * 1500]


def test_real_runs_are_shaped_whole(regular: Face) -> None:
    samples = Path(__file__).resolve().parents[3] / "corpora" / "samples"
    texts = [path.read_text(encoding="utf-8") for path in sorted(samples.glob("*.txt"))]
    assert texts
    assert max(len(run.text) for run in list_runs(texts, regular)) < MAX_RUN / 4
    assert prove(regular, regular, list_runs(texts, regular)).holds
