"""Clusters taken apart, and what is well-formed in Modern and in Middle Khmer."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import pytest

from khmertext import normalize, split_clusters
from khmertext.script import grammar
from khmertext.text.syllables import Syllable, is_middle_syllable, parse_syllable

SYLLABLE = re.compile(grammar.SYLLABLE)
LETTERS = (
    "\u1780\u1794\u179f\u1789\u179a\u17a3\u17a5\u17cc\u17c9\u17ca\u17c1\u17be\u17c4\u17b6\u17b8\u17bb\u17c6\u17cb\u17d0\u17dd"
    "\u17c7\u200c\u200d\u17d3\u25cc"
)
UNITS = (*LETTERS, "\u17d2\u1780", "\u17d2\u179a", "\u17d2\u1794", "\u17d2", "\u200d\u17d2\u179f")


def iter_syllables(most: int) -> Iterator[str]:
    for count in range(1, most + 1):
        for units in itertools.product(UNITS, repeat=count):
            text = "".join(units)
            if len(split_clusters(text)) == 1:
                yield text


def test_the_parts_of_a_well_formed_syllable_join_to_it() -> None:
    count = 0
    for text in iter_syllables(3):
        found = parse_syllable(text)
        if SYLLABLE.fullmatch(text):
            count += 1
            fields = (found.base, found.robat, *found.coengs, found.shifter, found.vowels, found.modifiers, found.final)
            assert "".join(fields) == text
            assert found.tail == ""
    assert count > 500


@pytest.mark.slow
def test_middle_khmer_is_wider_than_modern_and_never_changed() -> None:
    modern = middle = 0
    for text in iter_syllables(4):
        if "\u17a3" in text:
            continue  # no grammar knows that it is deprecated
        wide = is_middle_syllable(text)
        if SYLLABLE.fullmatch(text) and not re.search("\u17be\u17bb|\u17bb.*[\u17d0\u17dd]", text):
            assert wide == (normalize(text, lang="xhm") == text), ascii(text)
            modern += 1
        if wide:
            assert normalize(text, lang="xhm") is text, ascii(text)
            middle += 1
    assert middle > modern > 3000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("កុ\u200d្ស", True),  # a below vowel, a base that is spaced on the right
        ("កុ\u200d្ក", False),
        ("កា\u200d្ក", True),  # a vowel with ink on the right: any base but ro
        ("កា\u200d្រ", False),
        ("ញ\u17d2ឆ\u200d្ក", True),  # NYO with a coeng
        ("ញ៉\u200d្ក", False),
        ("ក៉\u200d្ក", False),
        ("កា\u200d្កុំ", True),  # a syllable of its own after it
        ("កុា", True),
        ("កា\u17bb", False),  # another order
        ("កេា", False),  # one split vowel
        ("កេី", False),
        ("កុី", False),  # a shifter is meant
        ("ក្រ្ក", False),
        ("ក្ក្ក្ក", False),
        ("ក៉៊", False),
        ("ា", False),
        ("។", True),
        ("ក\u200c", False),
        ("ក្", False),
    ],
)
def test_middle_khmer(text: str, expected: bool) -> None:
    assert is_middle_syllable(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ខែ្ម", Syllable("ខ", "", ("្ម",), "", "ែ", "", "", "")),
        ("ស៊\u200cី", Syllable("ស", "", (), "៊\u200c", "ី", "", "", "")),
        ("ធម៌", None),
        ("ក្", Syllable("ក", "", (), "", "", "", "", "្")),
        ("ាា", Syllable("", "", (), "", "ាា", "", "", "")),
        ("១", Syllable("១", "", (), "", "", "", "", "")),
        ("a", Syllable("a", "", (), "", "", "", "", "")),
        ("", None),
    ],
)
def test_parts_of_other_clusters(text: str, expected: Syllable | None) -> None:
    if expected is None:
        with pytest.raises(ValueError, match="not one cluster"):
            parse_syllable(text)
    else:
        assert parse_syllable(text) == expected
