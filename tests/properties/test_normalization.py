"""What normal form promises, on every short string of class representatives and on random ones."""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora.generator import iter_syllables
from corpora.misspelling import spell_wrongly
from khmertext import is_normalized, normalize, normalize_with_edits, split_clusters
from khmertext.script import grammar
from khmertext.text.normalization import apply_edits
from tests.plain_normalizer import normalize_plainly

REPRESENTATIVES = (
    "\u1780\u1794\u179f\u1789\u179a\u17a3\u17a4\u17a5\u178a\u17d2\u17cc\u17c9\u17ca\u17c1\u17be\u17c4\u17b6\u17b8\u17bb"
    "\u17c6\u17cb\u17d0\u17dd\u17c7\u200c\u200d\u200b\u17e1\u17d4\u17d3a\u25cc\n"
)
KHMER_TEXT = st.text(
    alphabet=st.one_of(st.sampled_from(REPRESENTATIVES), st.characters(min_codepoint=0x1780, max_codepoint=0x17FF)),
    max_size=40,
)


# A row of marks that is cut into clusters may take a second round.
TOO_MANY = re.compile(
    f"[\u17b4-\u17d3\u17dd\u200c\u200d]{{{grammar.MAX_MARKS + 1}}}|(?:\u17d2.){{{grammar.MAX_COENGS}}}"
)


def iter_strings(longest: int, count: int) -> Iterator[str]:
    for length in range(1, longest + 1):
        for letters in itertools.product(REPRESENTATIVES, repeat=length):
            yield "".join(letters)
    chosen = random.Random(61)
    for _ in range(count):
        yield "".join(chosen.choices(REPRESENTATIVES, k=chosen.randint(4, 60)))


def check_promises(text: str) -> None:
    """Everything that normal form promises of one text."""
    form = normalize(text)
    assert form == normalize_plainly(text)
    if not TOO_MANY.search(text):
        assert normalize(form) is form
    assert len(form) <= len(text) + text.count("\u17a4")
    assert is_normalized(text) == (form == text)
    if form == text:
        assert form is text
    found = normalize_with_edits(text)
    assert found.text == form
    assert apply_edits(text, found.edits) == form
    assert all(edit.rule for edit in found.edits)
    to_source = [found.to_source(offset) for offset in range(len(form) + 1)]
    to_form = [found.to_normalized(offset) for offset in range(len(text) + 1)]
    assert to_source == sorted(to_source)
    assert to_form == sorted(to_form)
    assert (to_source[-1], to_form[-1]) == (len(text), len(form))


@pytest.mark.slow
def test_promises_hold_for_every_short_string_and_for_random_ones() -> None:
    count = 0
    for text in iter_strings(3, 5000):
        check_promises(text)
        count += 1
    assert count == sum(len(REPRESENTATIVES) ** length for length in (1, 2, 3)) + 5000


@pytest.mark.slow
def test_every_string_of_four_and_a_million_random_ones_have_a_form_that_is_one() -> None:
    unicodedata2 = pytest.importorskip("unicodedata2")
    chosen = random.Random(4)
    fours = map("".join, itertools.product(REPRESENTATIVES, repeat=4))
    random_ones = ("".join(chosen.choices(REPRESENTATIVES, k=chosen.randint(5, 24))) for _ in range(1_000_000))
    count = 0
    for text in itertools.chain(fours, random_ones):
        count += 1
        form = normalize(text)
        if form is not text:
            assert form != text
            assert len(form) <= len(text) + text.count("\u17a4")
            if normalize(form) is not form:
                assert TOO_MANY.search(text), ascii(text)
        assert unicodedata2.normalize("NFC", form) == form, ascii(text)
        if count % 8 == 0:  # the plain one takes its time
            assert form == normalize_plainly(text), ascii(text)
    assert count == len(REPRESENTATIVES) ** 4 + 1_000_000 > 2_100_000


def test_promises_hold_for_random_strings() -> None:
    for text in iter_strings(2, 1500):
        check_promises(text)


@given(st.text(max_size=30))
def test_text_outside_khmer_is_never_touched(text: str) -> None:
    if not re.search("[\u1780-\u17ff]", text):
        assert normalize(text) is text


@given(KHMER_TEXT)
def test_promises_hold_for_any_khmer(text: str) -> None:
    check_promises(text)


def test_normal_form_is_canonical_order() -> None:
    unicodedata2 = pytest.importorskip("unicodedata2")
    for text in iter_strings(2, 3000):
        form = normalize(text)
        assert unicodedata2.normalize("NFC", form) == form


# -- spelling sets: valid syllables, misspelled, come back -----------------------------------------------------------

STRONG, WEAK = "\u1780\u1781\u178f\u1791\u179f\u17a0", "\u1784\u1789\u1798\u1799\u179c"
PARTS = {"\u17be": "\u17c1\u17b8", "\u17c4": "\u17c1\u17b6"}


def make_syllable(chosen: random.Random) -> str:
    """A valid syllable of Modern Khmer with many marks."""
    while True:
        base = chosen.choice(STRONG + WEAK + "\u1794")
        coengs = "".join(
            "\u17d2" + letter for letter in chosen.sample("\u1780\u1798\u179c\u178f", chosen.randint(0, 1))
        ) + ("\u17d2\u179a" if chosen.random() < 0.4 else "")
        shifter = chosen.choice(["", "", "\u17c9", "\u17ca"])
        vowel = chosen.choice(["", *"\u17b6\u17b7\u17b8\u17bb\u17bc\u17c1\u17c2\u17be\u17bf\u17c0\u17c4\u17c5"])
        modifier = chosen.choice(["", "", "\u17c6", "\u17cb", "\u17d0"])
        final = chosen.choice(["", "", "\u17c7"])
        syllable = base + coengs + shifter + vowel + modifier + final
        if re.fullmatch(grammar.SYLLABLE, syllable) and normalize(syllable) is syllable:
            return syllable


def units(syllable: str) -> list[str]:
    return re.findall("\u17d2.|.", syllable[1:])


def test_shuffled_marks_come_back() -> None:
    chosen = random.Random(1)
    for _ in range(4000):
        syllable = make_syllable(chosen)
        marks = units(syllable)
        chosen.shuffle(marks)
        # Coengs keep their order among themselves but for ro, and two modifiers keep theirs: neither can be guessed.
        assert normalize(syllable[0] + "".join(marks)) == syllable


def test_split_vowels_typed_in_two_come_back() -> None:
    chosen = random.Random(2)
    for _ in range(4000):
        syllable = make_syllable(chosen)
        typed = "".join(PARTS.get(letter, letter) for letter in syllable)
        assert normalize(typed) == syllable
        assert normalize(typed[0] + "".join(sorted(units(typed), key=lambda _: chosen.random()))) == syllable


def test_vowel_u_typed_for_a_shifter_comes_back() -> None:
    for base, shifter in [*((letter, "\u17ca") for letter in STRONG), *((letter, "\u17c9") for letter in WEAK)]:
        for vowel in "\u17b7\u17b8\u17b9\u17ba\u17be":
            assert normalize(base + "\u17bb" + vowel) == base + shifter + vowel
            assert normalize(base + vowel + "\u17bb") == base + shifter + vowel


@pytest.mark.slow
def test_no_conformant_syllable_changes_and_every_misspelling_comes_back() -> None:
    chosen = random.Random(3)
    kinds: Counter[str] = Counter()
    syllables = set(iter_syllables(3, 60_000))
    for syllable in syllables:
        assert normalize(syllable) is syllable
        for kind, typed in spell_wrongly(syllable, chosen).items():
            kinds[kind] += 1
            assert normalize(typed) == syllable, (kind, ascii(typed), ascii(syllable))
    assert len(syllables) > 25_000
    assert len(kinds) == 6
    assert min(kinds.values()) > 50, kinds
    assert sum(kinds.values()) > 40_000


def test_split_vowels_repeated_and_mixed_with_others_settle() -> None:
    chosen = random.Random(8)
    for _ in range(5000):
        parts = chosen.choices(
            ["\u17c1\u17b8", "\u17c1\u17b6", "\u17c1", "\u17b8", "\u17b6", *"\u17bb\u17bc\u17bd\u17c4"], k=4
        )
        text = chosen.choice(STRONG + WEAK) + "".join(parts)
        form = normalize(text)
        assert normalize(form) is form == normalize_plainly(text)
        assert not re.search("\u17c1.*[\u17b6\u17b8]|[\u17b6\u17b8].*\u17c1|\u17c4.*\u17b8", form), ascii(form)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("\u179f\u17d2\u179a\u17d2\u178f\u17b8", "\u179f\u17d2\u178f\u17d2\u179a\u17b8"),
        ("\u1780\u17d2\u178a\u17b8", "\u1780\u17d2\u178f\u17b8"),
        ("\u17a3", "\u17a2"),
        ("\u17a4", "\u17a2\u17b6"),
        ("\u17e1\u17e5\u17d2\u17d4", "\u19ef"),
        ("\u17e1\u17e6\u17d2\u17d4", "\u17e1\u17e6\u17d2\u17d4"),
        ("\u17d4\u17d2\u17e0", "\u19f0"),
        ("\u1780\u17d2\u17dd\u1781", "\u1780\u17d2\u1781\u17dd"),
        ("\u1780\u17dd\u17d2", "\u1780\u17d2\u17dd"),
        ("\u179f\u17ca\u17d2", "\u179f\u17ca\u17d2"),
        ("\u1780\u17c1\u17b6\u17b8", "\u1780\u17be\u17b6"),
        ("\u178a\u17d2\u200c\u178a", "\u178a\u17d2\u178f"),
        ("\u17a6\u17b8\u17b8\u17c1\u17bd\u17c1", "\u17a6\u17be\u17be\u17bd"),
        ("\u1780\u17b6\u17b6", "\u1780\u17b6\u17b6"),
        ("\u1780\u200b\u17b6", "\u1780\u200b\u17b6"),
        ("\u1794\u17c9\u200c\u17b8", "\u1794\u17c9\u200c\u17b8"),
        ("\u1794\u200c\u17c9\u17b8", "\u1794\u17c9\u200c\u17b8"),
        ("\u179f\u17c9\u200c\u17b8", "\u179f\u17c9\u17b8"),
        ("\U0001f469\u200d\U0001f469 caf\u00e9\r\n\t", "\U0001f469\u200d\U0001f469 caf\u00e9\r\n\t"),
    ],
)
def test_known_cases(text: str, form: str) -> None:
    assert normalize(text) == form


def test_coeng_da_can_stay() -> None:
    assert normalize("\u1780\u17d2\u178a\u17c1\u17b8", keep_coeng_da=True) == "\u1780\u17d2\u178a\u17be"


@pytest.mark.parametrize("mark", ["\u17b6", "\u17dd\u17d2", "\u17d2", "\u200c", "\u17d2\u179a", "\u17c1\u17b8"])
def test_long_rows_of_marks_are_bounded_work(mark: str) -> None:
    text = "\u1780" + mark * (200_000 // len(mark))
    form = normalize(text)
    assert split_clusters(form)
    assert len(form) <= len(text)
