"""No fault is missed by the scan, however the text falls into windows, and no text makes it slow or big."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmertext import cluster_starts, is_normalized, iter_clusters, normalize, normalize_with_edits, split_clusters
from khmertext.text import normalization, suspects
from khmertext.text.edits import Edit, apply_edits
from khmertext.text.mending import choose_settings, mender
from khmertext.text.normalization import Normalization
from khmertext.text.suspects import iter_suspects

LETTERS = (
    "ក\u1794\u179f\u1789\u179a\u17a3\u17a4\u178a\u17d2\u17d2\u17cc\u17c9\u17c1\u17be\u17b6\u17b8\u17bb\u17c6\u17cb\u17d0\u17dd\u17c7"
    "\u200c\u200d\u200b\u17e1\u17d4\u17d3\u17b4a\u25cc\n\r \U00010000\ud812"
)
ROWS = (1, 1, 1, 2, 8, 9, 16, 17, 40)
UTN61 = (("km", False), ("xhm", False), ("km", True))  # language, whether coeng da stays


@pytest.fixture(params=[(3, 0), (16, 8), (16, 1 << 20), (1 << 14, 8)])
def windows(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows so small that everything falls on the edge of one; never, always and sometimes cut up whole."""
    window, dense = request.param
    monkeypatch.setattr(suspects, "WINDOW", window)
    monkeypatch.setattr(suspects, "DENSE", dense)
    monkeypatch.setattr(normalization, "SHORT", 0)


def iter_texts(count: int) -> Iterator[str]:
    chosen = random.Random(7)
    for _ in range(count):
        letters = chosen.sample(LETTERS, chosen.randint(2, 9))
        yield "".join(chosen.choices(letters, k=chosen.randint(1, 80)))
        yield "".join(chosen.choice(letters) * chosen.choice(ROWS) for _ in range(chosen.randint(1, 12)))


@pytest.mark.usefixtures("windows")
def test_normal_form_is_that_of_every_cluster() -> None:
    for number, text in enumerate(iter_texts(2000)):
        lang, keep = UTN61[number % len(UTN61)]
        form = "".join(map(mender(choose_settings("utn61", lang, keep)), split_clusters(text)))
        assert normalize(text, lang=lang, keep_coeng_da=keep) == form, ascii(text)
        assert is_normalized(text, lang=lang, keep_coeng_da=keep) == (form == text)
        found = normalize_with_edits(text, lang=lang, keep_coeng_da=keep)
        assert found.text == form
        assert apply_edits(text, found.edits) == form


@pytest.mark.usefixtures("windows")
def test_suspects_are_clusters_in_order() -> None:
    for text in iter_texts(1000):
        pieces = dict(zip(cluster_starts(text), split_clusters(text), strict=True))
        floor = 0
        for stretch in iter_suspects(text, True):
            for start, cluster in zip(normalization.iter_starts(stretch), stretch.clusters, strict=False):
                assert start >= floor
                assert pieces[start] == cluster
                floor = start + len(cluster)
            assert floor == stretch.end


# -- offset maps -------------------------------------------------------------------------------------------------------


def step_to_source(edits: tuple[Edit, ...], offset: int) -> int:
    """The map as it is defined: edit by edit."""
    shift = 0
    for start, end, replacement, _ in edits:
        if offset < start + shift:
            break
        if offset < start + shift + len(replacement):
            return start
        shift += len(replacement) - (end - start)
    return offset - shift


def step_to_normalized(edits: tuple[Edit, ...], offset: int) -> int:
    shift = 0
    for start, end, replacement, _ in edits:
        if offset < start:
            break
        if offset < end:
            return start + shift
        shift += len(replacement) - (end - start)
    return offset + shift


@given(st.text(st.sampled_from(LETTERS)))
def test_offset_maps_are_those_of_the_edits(text: str) -> None:
    found = normalize_with_edits(text)
    assert [found.to_source(offset) for offset in range(len(found.text) + 1)] == [
        step_to_source(found.edits, offset) for offset in range(len(found.text) + 1)
    ]
    assert [found.to_normalized(offset) for offset in range(len(text) + 1)] == [
        step_to_normalized(found.edits, offset) for offset in range(len(text) + 1)
    ]
    for outside in (-1, len(found.text) + 1):
        with pytest.raises(IndexError):
            found.to_source(outside)
    for outside in (-1, len(text) + 1):
        with pytest.raises(IndexError):
            found.to_normalized(outside)


def test_normalization_unpacks_compares_and_shows_itself() -> None:
    found = normalize_with_edits("ក\u17a3")
    text, edits = found
    assert (text, edits) == ("កអ", (Edit(1, 2, "អ", "deprecated"),))
    assert found == normalize_with_edits("ក\u17a3") != Normalization("កអ")
    assert hash(found) == hash(normalize_with_edits("ក\u17a3"))
    assert repr(found) == f"Normalization(text='កអ', edits={edits!r})"


# -- hostile texts -----------------------------------------------------------------------------------------------------

FUNCTIONS: tuple[Callable[[str], object], ...] = (
    normalize,
    is_normalized,
    normalize_with_edits,
    split_clusters,
    cluster_starts,
    lambda text: sum(1 for _ in iter_clusters(text)),
)
HOSTILE = (
    "\u17b6",
    "\u17d2",
    "\u17c7",
    "\u17cc",
    "\u200c",
    "\u17dd",
    "\u17a4",
    "\u17d4\u17d2",
    "\u17dd\u17d2",
    "\u17c1\u17b8",
    "\u17d2\u179a",
    "\u25cc\u200c",
    "-\u200d\u17b6",
    "\u17e1\u17d2\u17d4",
)


@pytest.mark.slow
@pytest.mark.parametrize("unit", HOSTILE, ids=ascii)
def test_a_million_marks_in_a_row_take_linear_time(unit: str) -> None:
    # Not timed: quadratic work on so much would not end.
    text = "ក" + unit * (1_000_000 // len(unit)) + "\u200c"
    for function in FUNCTIONS:
        assert function(text) is not None


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["ក\u17b6\u17c1", "ក\u200c ", "ក\u17b6\u17c6 ", "\u200c", "\u17d2"], ids=ascii)
def test_memory_is_bounded_by_the_text(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    for function in (normalize, is_normalized, normalize_with_edits):
        function(text[:100])
        tracemalloc.start()
        result = function(text)
        kept, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert result is not None
        assert peak - kept < 8 * len(text.encode())
