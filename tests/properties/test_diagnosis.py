"""What diagnostics promise: they agree with normal form and grammar, their edits lead there, and safe ones are."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmertext import (
    ClusterKind,
    Severity,
    apply_edits,
    check,
    fix_text,
    is_normalized,
    iter_clusters,
    normalize,
)
from khmertext.text.catalog import CATALOG
from khmertext.text.syllables import is_middle_syllable
from tests.pictures import Oracle, iter_strings, open_oracles

LETTERS = (
    "\u1780\u1794\u179f\u1789\u179a\u17a3\u17a4\u17a5\u178a\u17d2\u17cc\u17c9\u17ca\u17c1\u17be\u17c4\u17b6\u17b8\u17bb"
    "\u17c6\u17cb\u17d0\u17dd\u17c7\u200c\u200d\u200b\u17e1\u17d4\u17d3a\u25cc\n\u0e34\u17d8\u17b4"
)
TEXT = st.text(alphabet=st.one_of(st.sampled_from(LETTERS), st.characters()), max_size=30)

# These are about what the encoding allows and advises against.
ADVICE = {"KT503", "KT901"}


def iter_texts(longest: int, count: int, size: int = 40) -> Iterator[str]:
    for length in range(1, longest + 1):
        yield from map("".join, itertools.product(LETTERS, repeat=length))
    chosen = random.Random(7)
    for _ in range(count):
        yield "".join(chosen.choices(LETTERS, k=chosen.randint(4, size)))


def check_promises(text: str) -> None:
    found = check(text)
    assert found == sorted(found, key=lambda item: (item.start, item.end, item.code))
    for item in found:
        assert 0 <= item.start < item.end <= len(text)
        assert item.message == CATALOG[item.code].message
        assert item.edit is not None or not item.safe
        if item.edit is not None:
            assert apply_edits(text, [item.edit]) != text
    # Errors are just what keeps a text from being conformant.
    conformant = is_normalized(text, keep_coeng_da=True) and all(
        cluster.kind is not ClusterKind.BROKEN for cluster in iter_clusters(text)
    )
    assert conformant == (not any(item.severity is not Severity.NOTE and item.code not in ADVICE for item in found))
    for unsafe in (False, True):
        mended = fix_text(text, unsafe=unsafe)
        assert not any(item.edit and (unsafe or item.safe) for item in mended.remaining)
        assert mended.remaining == check(mended.text)
        if unsafe:
            assert is_normalized(mended.text)
        else:
            assert normalize(mended.text) == normalize(text)


@pytest.mark.slow
def test_promises_hold_for_every_short_text_and_for_random_ones() -> None:
    count = 0
    for text in iter_texts(3, 3000):
        check_promises(text)
        count += 1
    assert count == sum(len(LETTERS) ** length for length in (1, 2, 3)) + 3000 > 49_000


def test_promises_hold_for_random_texts() -> None:
    for text in iter_texts(2, 400):
        check_promises(text)


@given(TEXT)
def test_promises_hold_for_any_text(text: str) -> None:
    check_promises(text)


@pytest.mark.slow
def test_safe_edits_keep_the_picture_in_every_font() -> None:
    oracles: list[Oracle] = open_oracles()
    edits = 0
    for text in iter_strings(2):
        for item in check(text):
            if item.edit is not None and item.safe:
                edits += 1
                mended = apply_edits(text, [item.edit])
                for oracle in oracles:
                    assert oracle.draw(text) == oracle.draw(mended), (oracle.name, ascii(text), item)
    assert edits > 600


def test_middle_khmer_is_judged_by_its_own_grammar() -> None:
    final_coeng = "\u1780\u17bb\u200d\u17d2\u179f"
    assert is_middle_syllable(final_coeng)
    assert [item.code for item in check(final_coeng)] == ["KT603"]
    assert check(final_coeng, lang="xhm") == []
    for text in iter_texts(2, 1500, 12):
        wrong = [
            item for item in check(text, lang="xhm") if item.severity is not Severity.NOTE and item.code not in ADVICE
        ]
        clusters = [cluster.text for cluster in iter_clusters(text) if cluster.kind is not ClusterKind.OTHER]
        right = all(map(is_middle_syllable, clusters)) and is_normalized(text, lang="xhm")
        assert right == (not wrong), (ascii(text), wrong)


@pytest.mark.parametrize(
    "row",
    [
        *("\u17b6", "\u17d2", "\u17d2\u1780", "\u200c", "\u17c9\u17b8", "\u17dd\u17d2", "\u17b6\u17c6"),
        *("\u0e34", "Edl", "1", "\u17e1", "1\u17e1", "\u17e1\u17b6"),
    ],
)
def test_a_million_marks_are_bounded_work(row: str) -> None:
    text = "\u1780" + row * (1_000_000 // len(row))
    assert len(check(text)) <= 1_000_000


def test_a_row_of_marks_that_is_cut_is_one_diagnostic() -> None:
    found = check("\u1780" + "\u17b6\u17c6" * 50)
    assert [(item.code, item.start, item.end) for item in found][-1] == ("KT705", 17, 101)


@pytest.mark.parametrize("count", [2, 16, 17, 60, 1000, 100_000])
def test_a_drawn_out_mark_is_taken_away_whole(count: int) -> None:
    text = "\u1780" + "\u17b6" * count + " \u1781"
    (found,) = [item for item in check(text) if item.code == "KT702"]
    assert (found.start, found.end) == (2, count + 1)
    assert fix_text(text, unsafe=True) == ("\u1780\u17b6 \u1781", {"KT702": 1}, [])


def test_what_is_left_is_told_of_the_mended_text_also_where_rounds_run_out() -> None:
    mended = fix_text("\u1780" + "\u17b6\u17c6" * 2000, unsafe=True)
    assert mended.remaining == check(mended.text)
