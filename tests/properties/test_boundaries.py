"""Cluster starts by the simple rule, list and array, are those of the grammar, whatever the text and the chunks."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmertext import cluster_starts
from khmertext.text import boundaries
from khmertext.text.boundaries import CLUSTER, find_starts

LETTERS = (
    "ក\u1794\u179a\u17a3\u17a4\u17a5\u17d2\u17d2\u17cc\u17c9\u17b6\u17c1\u17b4\u17d3\u17dd\u17c7\u200c\u200d\u200b\u17e1\u17e2"
    "\u17d4\u17d5\u17f0\u19e0a-\u25cc\r\n \u0d0c\u200e\u20d2\u17de\u00b6\u00d2\x0c\ud800\udc00\U00010000\U000117b6"
)
ROWS = (1, 1, 2, 7, 8, 9, 10, 15, 16, 17, 18, 40)
TEXT = st.one_of(st.text(), st.text(st.sampled_from(LETTERS)), st.text(st.characters(categories=["Cs", "Mn", "Lo"])))
ROW_TEXT = st.lists(st.tuples(st.sampled_from(LETTERS), st.sampled_from(ROWS))).map(
    lambda rows: "".join(letter * count for letter, count in rows)
)


@pytest.fixture(params=[3, 16, 1 << 15])
def chunk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks so small that everything falls on the edge of one, and the real ones; the shortest texts likewise."""
    monkeypatch.setattr(boundaries, "CHUNK", request.param)
    monkeypatch.setattr(boundaries, "SHORT", 0)


def matched_starts(text: str) -> list[int]:
    return [match.start() for match in CLUSTER.finditer(text)]


def iter_texts(count: int) -> Iterator[str]:
    for length in (1, 2):
        for letters in itertools.product(LETTERS, repeat=length):
            yield "".join(letters)
    chosen = random.Random(14)
    for _ in range(count):
        some = chosen.sample(LETTERS, chosen.randint(2, 8))
        yield "".join(chosen.choice(some) * chosen.choice(ROWS) for _ in range(chosen.randint(2, 16)))


@pytest.mark.usefixtures("chunk")
def test_the_rule_gives_the_clusters_of_the_grammar() -> None:
    for text in iter_texts(6000):
        assert find_starts(text) == matched_starts(text), ascii(text)


@given(st.one_of(TEXT, ROW_TEXT), st.integers(0, 300))
def test_any_text_before_and_behind_a_long_one(text: str, length: int) -> None:
    for padded in (text, "ក" * length + text + "\u17b6" * length, text * 20):
        assert cluster_starts(padded) == matched_starts(padded)


@pytest.mark.parametrize("chunk", [1, 7, 1 << 16])
def test_arrays_are_equal_to_lists(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numpy")
    from khmertext.text import cluster_arrays

    monkeypatch.setattr(cluster_arrays, "CHUNK", chunk)
    for text in iter_texts(3000):
        assert cluster_arrays.cluster_starts_array(text).tolist() == matched_starts(text), ascii(text)


@given(st.one_of(TEXT, ROW_TEXT))
def test_arrays_of_any_text(text: str) -> None:
    pytest.importorskip("numpy")
    from khmertext.text.cluster_arrays import cluster_starts_array

    assert cluster_starts_array(text).tolist() == cluster_starts(text) == matched_starts(text)


@pytest.mark.parametrize("length", [0, 10, 1000])
def test_only_text_has_clusters(length: int) -> None:
    with pytest.raises(TypeError):
        cluster_starts(b"a" * length)  # type: ignore[arg-type]
