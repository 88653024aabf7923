from __future__ import annotations

import itertools
import re

import pytest

from khmertext.script import grammar
from khmertext.script.classes import BA, BASES, COENG, CONSONANTS, ROBAT, STRONG_CONSONANTS

SYLLABLE = re.compile(grammar.SYLLABLE)
STRONG = re.compile(grammar.STRONG_CLUSTER)
WEAK = re.compile(grammar.WEAK_CLUSTER)

MUUSIKATOAN, TRIISAP, ZWNJ = "\u17c9", "\u17ca", "\u200c"


def tell_strength(letters: str) -> str:
    if BA in letters:
        return "weak"
    if not any(letter in STRONG_CONSONANTS for letter in letters):
        return "weak"
    return "strong" if all(letter in CONSONANTS for letter in letters) else "neither"


LETTERS = ["\u1780", "\u1784", "\u1789", "\u1794", "\u179a", "\u179f", "\u17a1", "\u17a2", "\u17a5", "\u17b3"]
STACKS = [stack for length in (1, 2, 3) for stack in itertools.product(LETTERS, repeat=length)]


@pytest.mark.parametrize("robat", ["", ROBAT])
@pytest.mark.parametrize("after", ["", TRIISAP, MUUSIKATOAN + ZWNJ, "\u17b6"])
def test_strength_of_every_stack(robat: str, after: str) -> None:
    seen = set()
    for base, *coengs in STACKS:
        text = base + robat + "".join(COENG + letter for letter in coengs) + after
        strength = tell_strength(base + "".join(coengs))
        seen.add(strength)
        assert bool(STRONG.match(text)) == (strength == "strong"), text
        assert bool(WEAK.match(text)) == (strength == "weak"), text
    assert seen == {"strong", "weak", "neither"}


@pytest.mark.parametrize("letter", sorted(BASES), ids=lambda letter: f"{ord(letter):04X}")
def test_a_shifter_is_held_up_by_letters_of_its_strength(letter: str) -> None:
    strong = tell_strength(letter) == "strong"
    assert bool(SYLLABLE.fullmatch(letter + TRIISAP + ZWNJ + "\u17b8")) == strong
    assert bool(SYLLABLE.fullmatch(letter + MUUSIKATOAN + ZWNJ + "\u17b8")) != strong


@pytest.mark.parametrize(
    ("rhyme", "triisap", "muusikatoan"),
    [
        ("\u17b7", True, True),
        ("\u17ba\u17c6", True, True),
        ("\u17be", True, True),
        ("\u17dd", True, True),
        ("\u17b6\u17c6", True, True),
        ("\u17c1\u17dd", True, True),
        ("\u17d0", False, True),
        ("\u17c2\u17d0", False, True),
        ("", False, False),
        ("\u17b6", False, False),
        ("\u17bb", False, False),
        ("\u17bf", False, False),
        ("\u17c4", False, False),
        ("\u17c6", False, False),
        ("\u17b6\u17d0", False, False),
    ],
)
def test_where_zwnj_has_a_meaning(rhyme: str, triisap: bool, muusikatoan: bool) -> None:
    strong, weak = "\u179f", "\u1794"
    assert bool(SYLLABLE.fullmatch(strong + TRIISAP + ZWNJ + rhyme)) == triisap
    assert bool(SYLLABLE.fullmatch(weak + MUUSIKATOAN + ZWNJ + rhyme)) == muusikatoan
    assert SYLLABLE.fullmatch(strong + TRIISAP + rhyme)
    assert SYLLABLE.fullmatch(weak + MUUSIKATOAN + rhyme)


def test_patterns_hold_no_groups() -> None:
    for name in grammar.__all__:
        piece = getattr(grammar, name)
        if isinstance(piece, str):
            assert re.compile(piece).groups == 0, name
