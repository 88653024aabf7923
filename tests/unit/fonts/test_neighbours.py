"""Known clusters beside each other: which chains there are, and that a font which is proven on them draws any order."""

from __future__ import annotations

import random
from itertools import pairwise, product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khmertext.fonts import Run, read_face, subset_text
from khmertext.fonts.neighbours import chain_neighbours
from khmertext.fonts.proof import Comparison
from khmertext.fonts.runs import iter_khmer_runs
from khmertext.text.clusters import split_clusters
from tests.font_files import find_font

ROOT = Path(__file__).resolve().parents[3]
ZWSP = "\u200b"
# Also what grows into its neighbours: marks, conjoiners, an old lunar date, joiners.
KHMER = st.text(st.sampled_from("កខរ្ាិុេំ៉។១២៛\u17dd\u200c\u200d◌"), min_size=1, max_size=30)


def clusters_of(text: str) -> list[str]:
    return [cluster for cluster in split_clusters(text) if cluster != ZWSP]


@settings(deadline=None)
@given(KHMER)
def test_all_pairs_stand_side_by_side_as_the_clusters_that_they_are(text: str) -> None:
    known = {cluster for cluster in split_clusters(text) if "\u1780" <= cluster[0] < "\u1800"}
    found = chain_neighbours(known)
    seen = {pair for chain in found.chains for pair in pairwise(clusters_of(chain))}
    assert seen == set(product(known, repeat=2))
    assert found.pairs == found.possible == len(seen)


@given(st.integers(1, 60), st.integers(1, 500))
def test_no_more_pairs_than_the_limit_and_each_cluster_has_as_many_neighbours(count: int, limit: int) -> None:
    known = [chr(0x1780 + number) for number in range(min(count, 35))]
    found = chain_neighbours(known, limit=limit)
    seen = {pair for chain in found.chains for pair in pairwise(clusters_of(chain))}
    assert len(seen) == found.pairs
    assert found.pairs <= max(limit, len(known))
    assert {sum(first == one for first, _ in seen) for one in known} == {found.pairs // len(known)}


def test_nothing_gives_nothing() -> None:
    assert chain_neighbours([]) == ((), 0, 0)


def test_a_font_with_rules_across_clusters_needs_them() -> None:
    path = find_font("Khmer OS Fasthand")
    if path is None:
        pytest.skip("Khmer OS Fasthand is not here")
    text = (ROOT / "corpora/samples/news.txt").read_text(encoding="utf-8")[:2400]
    runs = sorted({Run(run, "km", 400) for _, run in iter_khmer_runs(text)})
    known = sorted({cluster for run in runs for cluster in clusters_of(run.text)})
    reference = read_face(path)
    chains = [Run(chain, "km", 400) for chain in chain_neighbours(known).chains]
    random_orders = random.Random(5)
    texts = ["".join(random_orders.choices(known, k=length)) for length in (2, 3, 12, 60) for _ in range(1500)]
    # Only texts that are made of known clusters, and of no others by chance.
    texts = [text for text in texts if set(clusters_of(text)) <= set(known)]
    assert len(texts) > 3000
    wrong = []
    for wanted in (runs, [*runs, *chains]):
        comparison = Comparison(reference.font(), subset_text(reference, wanted).face.font())
        wrong.append(sum(bool(comparison.compare(text, "km", "")[1]) for text in texts))
    assert wrong[0] > 0
    assert wrong[1] == 0
