"""Carets, keys and cuts never break a cluster, and cost the same anywhere in a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmertext.text.clusters import cluster_starts, split_clusters
from khmertext.text.editing import (
    backspace,
    caret_positions,
    delete,
    next_caret,
    previous_caret,
    truncate_bytes,
    truncate_clusters,
)

MIXED = st.text(
    alphabet=st.one_of(
        st.sampled_from("កខរត្្ាិុេើោំ់៊៉ះ\u200b\u200c\u200d◌១។\r\n a"),
        st.sampled_from("e\u0301👩🏽👨\u200d👩🇰🇭🇫🇷\ufe0f"),
    ),
    max_size=40,
)


@given(MIXED)
def test_carets_follow_one_another(text: str) -> None:
    positions = caret_positions(text)
    assert positions[0] == 0
    assert positions[-1] == len(text)
    assert set(positions) - {len(text)} <= set(cluster_starts(text)) | {0}
    for place in range(len(text) + 1):
        later = [position for position in positions if position > place]
        earlier = [position for position in positions if position < place]
        assert next_caret(text, place) == (later[0] if later else len(text))
        assert previous_caret(text, place) == (earlier[-1] if earlier else 0)


@given(MIXED)
def test_carets_of_khmer_are_the_clusters(text: str) -> None:
    khmer = "".join(char for char in text if "\u1780" <= char <= "\u17ff")
    assert caret_positions(khmer) == sorted({0, len(khmer), *cluster_starts(khmer)})


@given(MIXED, st.integers(0, 40))
def test_keys_remove_one_character_or_the_rest_of_a_cluster(text: str, place: int) -> None:
    position = min(place, len(text))
    shorter, caret = backspace(text, position)
    assert len(text) - len(shorter) == position - caret
    assert shorter[:caret] + text[caret:position] + shorter[caret:] == text
    assert position - caret == (2 if text[:position].endswith("\r\n") else min(position, 1))
    assert delete(text, position) == text[:position] + text[next_caret(text, position) :]


@given(MIXED, st.integers(0, 60), st.sampled_from(["utf-8", "utf-16-le"]))
def test_truncated_texts_fit_and_are_the_longest_that_do(text: str, limit: int, encoding: str) -> None:
    short = truncate_bytes(text, limit, encoding)
    assert text.startswith(short)
    assert len(short.encode(encoding)) <= limit
    assert len(short) in caret_positions(text)
    longer = next_caret(text, len(short))
    assert short == text or len(text[:longer].encode(encoding)) > limit


@given(MIXED, st.integers(0, 20))
def test_truncated_to_clusters(text: str, count: int) -> None:
    short = truncate_clusters(text, count)
    positions = caret_positions(text)
    assert len(short) == positions[min(count, len(positions) - 1)]


def test_a_long_row_of_marks_is_linear() -> None:
    text = "ក" + "\u17b6" * 1_000_000
    assert len(truncate_bytes(text, 1_000_000)) <= 1_000_000
    assert previous_caret(text, len(text)) < len(text)
    assert len(split_clusters(truncate_clusters(text, 3))) == 3


@pytest.mark.parametrize("position", [-1, 3])
def test_places_outside_the_text_are_refused(position: int) -> None:
    for function in (next_caret, previous_caret, backspace, delete):
        with pytest.raises(IndexError, match="not in a text of 2"):
            function("កខ", position)
    with pytest.raises(ValueError, match="0 or more"):
        truncate_bytes("ក", -1)
    with pytest.raises(ValueError, match="0 or more"):
        truncate_clusters("ក", -1)
