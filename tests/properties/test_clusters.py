"""What holds for the clusters of every text.

The third party here is HarfBuzz with the default font: it knows nothing of UTN #61, and cuts text into syllables of
its own.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

import fontpkg
import uharfbuzz as hb
from hypothesis import given, settings
from hypothesis import strategies as st

from khmertext.script import classes
from khmertext.text.clusters import (
    MAX_CLUSTER,
    Cluster,
    ClusterKind,
    cluster_starts,
    distinct_clusters,
    iter_clusters,
    split_clusters,
    split_words,
)

DOTTED_CIRCLE = "\u25cc"
MARKS = classes.VOWELS | classes.SHIFTERS | classes.MODIFIERS | classes.FINALS | {classes.ROBAT, classes.COENG}

untimed = settings(deadline=None)

khmer_chars = st.sampled_from(
    sorted(classes.KHMER | classes.JOINERS | classes.GENERIC_BASES | {"\u200b", " ", "a", "\r", "\n", "\u17de"})
)
mark_chars = st.sampled_from(sorted(MARKS | classes.JOINERS))
letters = st.sampled_from(sorted(classes.BASES))
any_text = st.text()  # lone surrogates and NUL included
khmer_text = st.lists(st.one_of(khmer_chars, mark_chars, letters)).map("".join)
lunar_text = st.lists(st.sampled_from("\u17d4\u17d2\u17e1\u17e5\u1780\u17b6\u200c")).map("".join)
texts = st.one_of(any_text, st.text(st.characters(categories=["Cs", "Cc", "Lo"])), khmer_text, lunar_text)


@untimed
@given(texts)
def test_pieces_join_to_the_text(text: str) -> None:
    clusters = list(iter_clusters(text))
    assert "".join(cluster.text for cluster in clusters) == text
    assert all(cluster.text for cluster in clusters)
    assert all(len(cluster.text) <= MAX_CLUSTER for cluster in clusters)


@untimed
@given(texts)
def test_three_views_are_one(text: str) -> None:
    clusters = list(iter_clusters(text))
    assert [cluster.text for cluster in clusters] == split_clusters(text)
    assert [cluster.start for cluster in clusters] == cluster_starts(text)
    assert all(text[start : start + len(piece)] == piece for start, piece, _ in clusters)


@untimed
@given(texts)
def test_text_cut_at_a_cluster_gives_the_same_clusters(text: str) -> None:
    clusters = list(iter_clusters(text))
    for index, cut in enumerate(clusters):
        rest = [Cluster(cut.start + start, piece, kind) for start, piece, kind in iter_clusters(text[cut.start :])]
        assert rest == clusters[index:]


@untimed
@given(texts)
def test_a_cluster_alone_is_the_same_cluster(text: str) -> None:
    for _, piece, kind in iter_clusters(text):
        assert list(iter_clusters(piece)) == [(0, piece, kind)]


@untimed
@given(texts)
def test_other_clusters_are_single_code_points(text: str) -> None:
    for _, piece, kind in iter_clusters(text):
        if kind is ClusterKind.OTHER:
            assert piece == "\r\n" or (len(piece) == 1 and piece not in classes.KHMER)
        else:
            assert set(piece) & classes.KHMER


@untimed
@given(texts)
def test_a_mark_never_begins_a_cluster_after_khmer(text: str) -> None:
    for before, after in pairwise(split_clusters(text)):
        if after[0] in MARKS and len(before) < 16:  # below every cap
            assert not set(before) & classes.KHMER


@untimed
@given(texts)
def test_a_cluster_has_one_base(text: str) -> None:
    for piece in split_clusters(text):
        if piece == "\r\n" or piece[0] in classes.DIGITS or piece[0] == "\u17d4":
            continue
        # A letter after the first character is below: what comes before it is its conjoiner, but for what may stray
        # in between.
        for index, char in enumerate(piece[1:], 1):
            if char in classes.BASES:
                assert piece[:index].rstrip("\u17dd\u200c\u200d").endswith(classes.COENG)
            assert char in MARKS | classes.JOINERS | classes.BASES | {"\u17a3", "\u17a4", "\u17b4", "\u17b5", "\u17d3"}


@untimed
@given(letters, st.lists(st.one_of(mark_chars, letters.map(lambda letter: classes.COENG + letter)), max_size=8))
def test_misordered_text_stays_together(base: str, parts: list[str]) -> None:
    text = base + "".join(parts)
    assert split_clusters(text) == [text]


# --- against HarfBuzz -----------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def load_font() -> hb.Font:
    return hb.Font(hb.Face(fontpkg.path("Noto Sans Khmer", weight=400).read_bytes()))


def shape(text: str) -> tuple[set[int], bool]:
    """Return where HarfBuzz's clusters start, and whether it drew a dotted circle."""
    font = load_font()
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.script, buffer.language, buffer.direction = "Khmr", "km", "ltr"
    hb.shape(font, buffer)
    circle = font.get_nominal_glyph(ord(DOTTED_CIRCLE))
    infos = buffer.glyph_infos
    return {info.cluster for info in infos}, any(info.codepoint == circle for info in infos)


@st.composite
def syllables(draw: st.DrawFn, below_letters: frozenset[str] = classes.BASES) -> str:
    """Draw a syllable by picking parts in the order of UTN #61, without its regular expressions."""

    def pick(chars: frozenset[str], chance: bool = True) -> str:
        return draw(st.sampled_from(["", *sorted(chars)])) if chance else ""

    base = draw(letters)
    robat = pick(frozenset({classes.ROBAT}))
    below = [letter for letter in (pick(below_letters), pick(below_letters)) if letter]
    if len(below) == 2 and below[0] == classes.RO:
        below.pop()
    shifter = pick(classes.SHIFTERS)
    vowel = pick(classes.VOWELS)
    first = pick(classes.MODIFIERS - {"\u17d0", "\u17dd"} if vowel == "\u17bb" else classes.MODIFIERS)
    second = pick(classes.MODIFIERS, bool(first))
    final = pick(classes.FINALS)
    coengs = "".join(classes.COENG + letter for letter in below)
    return base + robat + coengs + shifter + vowel + first + second + final


@untimed
@given(syllables())
def test_well_formed_syllables_are_told(text: str) -> None:
    assert list(iter_clusters(text)) == [(0, text, ClusterKind.SYLLABLE)]


# UTN #61 has modifiers in any order; HarfBuzz has atthacan after all the others.
ATTHACAN_FIRST = re.compile("\u17dd[\u17c6\u17cb\u17cd-\u17d1]")


@untimed
@given(syllables())
def test_harfbuzz_accepts_well_formed_syllables(text: str) -> None:
    _, has_circle = shape(text)
    assert has_circle == bool(ATTHACAN_FIRST.search(text))


# The font has no glyphs for the coengs of most independent vowels, and draws them as two.
@untimed
@given(st.lists(syllables(classes.CONSONANTS), min_size=2, max_size=6))
def test_harfbuzz_cuts_words_where_we_do(parts: list[str]) -> None:
    starts, _ = shape("".join(parts))
    assert starts == set(cluster_starts("".join(parts)))


@untimed
@given(st.text(st.sampled_from(sorted(classes.KHMER - classes.DIGITS - {"\u17d4"})), max_size=8))
def test_what_harfbuzz_joins_is_one_cluster(text: str) -> None:
    starts, _ = shape(text)
    assert set(cluster_starts(text)) <= starts


def test_harfbuzz_draws_the_circle() -> None:
    assert shape("\u17b6")[1]
    assert shape("\u1780\u200b\u17b6")[1]


@untimed
@given(st.lists(khmer_text | any_text))
def test_distinct_clusters_are_those_of_each_text_alone(texts: list[str]) -> None:
    assert distinct_clusters(texts) == tuple(sorted({piece for text in texts for piece in split_clusters(text)}))


@untimed
@given(st.text(st.sampled_from(" \u200b\n\u00a0\u200c\u200dក្ា៊៌ះ់\u17dd\u25cc១៓៕a-"), max_size=9))
def test_clusters_of_words_are_those_of_their_text(text: str) -> None:
    marks = {" ", "\u200b", "\n"}
    words = {piece for word in split_words(text) for piece in split_clusters(word)}
    assert words == {*split_clusters(text)} - marks
