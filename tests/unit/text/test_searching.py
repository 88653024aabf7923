"""Search keys: what is found together, and what is not."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmertext import normalize
from khmertext.script.classes import KHMER
from khmertext.text.searching import search_key

KHMER_TEXT = st.text(
    alphabet=st.sampled_from(sorted(KHMER | set("\u200b\u200c\u200d\u00ad\ufeff a\u0130\u00df"))), max_size=20
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\u1780\u17d2\u178a\u17b8", "\u1780\u17d2\u178f\u17b8"),  # coeng da, coeng ta
        ("\u179f\u17ca\u17b8", "\u179f\u17bb\u17b8"),  # a shifter pushed down, vowel U
        ("\u1794\u17c9\u17b8", "\u1794\u17bb\u17b8"),
        ("\u1789\u17d2\u179f\u17c9\u17b8", "\u1789\u17d2\u179f\u17ca\u17b8"),  # fonts push down one, UTN #61 the other
        ("\u1780\u17bb\u17dd\u200b\u17d2", "\u1780\u17ca\u17d2\u17dd"),
        ("\u1794\u17c9\u200c\u17b8", "\u1794\u17c9\u17b8"),  # held up or not
        ("\u17b2\u17d2\u1799", "\u17b1\u17d2\u1799"),
        ("\u17d8", "\u17d4\u179b\u17d4"),
        ("\u17e1\u17e2", "12"),
        ("Khmer \u1781\u17d2\u1798\u17c2\u179a", "KHMER \u1781\u17c2\u17d2\u1798\u179a"),
        ("\u1780\u200b\u1781", "\u1780\u1781"),
        ("\u1780\u17c6\u17cb", "\u1780\u17cb\u17c6"),
    ],
)
def test_what_reads_alike_has_one_key(one: str, other: str) -> None:
    assert search_key(one) == search_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\u1780\u17b6", "\u1780"),
        ("\u1780\u17d2\u179a", "\u1780\u179a"),
        ("\u1794\u17ca\u17b8", "\u1794\u17c9\u17b8"),  # triisap is not pushed down on BA
        ("\u179f\u17ca\u17b8", "\u179f\u17c9\u17b8"),
        ("\u1798\u17c9\u17ba\u1793", "\u1798\u17ca\u17ba\u1793"),
        ("\u179f\u17ca", "\u179f\u17c9"),  # without a vowel above they are told apart
        ("\u1780\u17b7", "\u1780\u17b8"),
        ("\u1780 \u1781", "\u1780\u1781"),
        ("12", "21"),
    ],
)
def test_what_reads_otherwise_has_another(one: str, other: str) -> None:
    assert search_key(one) != search_key(other)


@given(KHMER_TEXT)
def test_a_key_is_its_own_key_and_that_of_the_normal_form(text: str) -> None:
    key = search_key(text)
    assert search_key(key) == key
    assert search_key(normalize(text)) == key


def test_a_million_marks_are_bounded_work() -> None:
    for mark in ("\u17b6", "\u200b", "\u17d2", "\u17c9\u200c", "\u17dd\u17d2"):
        assert search_key("\u1780" + mark * (1_000_000 // len(mark))) is not None


def test_keys_of_random_khmer_hold_nothing_unseen() -> None:
    chosen = random.Random(3)
    for _ in range(2000):
        text = "".join(chosen.choices(sorted(KHMER), k=12))
        assert not re.search("[\u17b4\u17b5\u200b\u00ad\u17b2\u17d8\u17e0-\u17e9]", search_key(text))
