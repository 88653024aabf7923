"""Carets, keys and cuts never break a cluster, and cost the same anywhere in a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmertext.text.clusters import cluster_starts
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


@pytest.mark.parametrize(
    "row", ["\u17b6", "\u200d", "\u17e1", "1", "\U0001f1e6", "\u0301", "\u17d2", "\u17d2\u1780", "e\u200d"]
)
@pytest.mark.parametrize("head", ["\u1780", ""])
def test_a_long_row_is_linear_for_every_function(row: str, head: str) -> None:
    text = head + row * (200_000 // len(row))
    count = len(text)
    carets = caret_positions(text)
    assert carets[-1] == count
    assert len(truncate_bytes(text + "a", count)) <= count
    assert previous_caret(text, count) == carets[-2]
    assert next_caret(text, count // 2) in carets
    assert truncate_clusters(text, count) == text
    assert delete(text, count - 1) == text[:-1]
    assert backspace(text, count)[1] == count - 1


def test_a_key_behind_a_row_looks_back_over_the_row_alone() -> None:
    text = "\u1780\u1798" * 2_000_000 + "\u17e1" * 400
    for _ in range(50):
        assert previous_caret(text, len(text)) == len(text) - 1
        assert next_caret(text, len(text) - 1) == len(text)


@pytest.mark.parametrize("position", [-1, 3])
def test_places_outside_the_text_are_refused(position: int) -> None:
    for function in (next_caret, previous_caret, backspace, delete):
        with pytest.raises(IndexError, match="not in a text of 2"):
            function("កខ", position)
    with pytest.raises(ValueError, match="0 or more"):
        truncate_bytes("ក", -1)
    with pytest.raises(ValueError, match="0 or more"):
        truncate_clusters("ក", -1)
