"""A text in chunks has the same normal form as whole, however it is cut, in bounded memory."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmertext import normalize, split_clusters
from khmertext.text.clusters import MAX_CLUSTER
from khmertext.text.streaming import LONGEST_WAIT, StreamNormalizer, find_settled, normalize_stream

LETTERS = (
    "ក\u179aត\u17a3\u17a4\u178a\u17d2\u17cc\u17c9\u17ca\u17c1\u17be\u17b6\u17b8\u17bb\u17c6\u17dd\u17c7\u200c\u200d\u17e1\u17e2"
    "\u17d4\u17d3a-\u25cc\r\n\u200b"
)
UNITS = ("\u17b6", "\u17d2", "\u17d2ក", "\u17dd\u17d2", "\u200c", "\u17e1", "\u25cc\u200c", "ក\u17b6", "a")
TEXT = st.text(alphabet=st.sampled_from(LETTERS), max_size=60)


@given(TEXT, st.lists(st.integers(0, 60)))
def test_any_way_of_cutting_gives_the_same(text: str, cuts: list[int]) -> None:
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    chunks = [text[start:end] for start, end in itertools.pairwise(places)]
    found = list(normalize_stream(chunks))
    assert "".join(found) == normalize(text)
    assert all(found)


@given(TEXT, st.sampled_from(["utn61", "visual"]), st.sampled_from(["km", "xhm", "pi"]), st.booleans())
def test_every_form_by_single_characters(text: str, form: str, lang: str, keep: bool) -> None:
    whole = normalize(text, form=form, lang=lang, keep_coeng_da=keep)
    assert "".join(normalize_stream(text, form=form, lang=lang, keep_coeng_da=keep)) == whole


def test_every_cut_of_every_short_string() -> None:
    letters = "ក\u17d2\u17c1\u17b6\u17dd\u200c\u17e1\u17d4\u25cc\r\n"
    count = 0
    for size in (2, 3, 4):
        for letters_of in itertools.product(letters, repeat=size):
            text = "".join(letters_of)
            whole = normalize(text)
            assert "".join(normalize_stream(text)) == whole
            for cut in range(1, size):
                assert "".join(normalize_stream([text[:cut], text[cut:]])) == whole
                count += 1
    assert count > 45_000


def test_what_is_settled_ends_at_a_cluster_whatever_follows() -> None:
    chosen = random.Random(5)
    for _ in range(20_000):
        text = "".join(chosen.choices(LETTERS, k=chosen.randint(1, 40)))
        settled = find_settled(text)
        rest = "".join(chosen.choices(LETTERS, k=chosen.randint(0, 12)))
        starts = {0, *itertools.accumulate(map(len, split_clusters(text + rest)))}
        assert settled in starts, (ascii(text), ascii(rest))


@pytest.mark.parametrize(
    "unit", ["\u17b6", "\u17d2", "\u17d2ក", "\u17dd\u17d2", "\u200c", "\u17e1", "\u25cc\u200c", "ក\u17b6", "a"]
)
def test_no_more_waits_than_a_cluster(unit: str) -> None:
    stream = StreamNormalizer()
    text = "ក" + unit * 50_000
    found = []
    for start in range(0, len(text), 997):
        found.append(stream.feed(text[start : start + 997]))
        assert len(stream.waiting) <= LONGEST_WAIT + MAX_CLUSTER
    assert "".join(found) + stream.finish() == normalize(text)


def test_wrong_calls_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match="no form"):
        normalize_stream([], form="nfc")
    with pytest.raises(ValueError, match="Khmer script"):
        StreamNormalizer(lang="en")
    with pytest.raises(TypeError):
        list(normalize_stream([b"x"]))  # type: ignore[list-item]
