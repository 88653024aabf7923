"""Khmer text beside the peers, on real text: read the ratios, not the seconds.

    python tools/fetch_packages.py corpora/MANIFEST.toml && python corpora/build_real_text.py
    python -m pytest benchmarks/test_text_speed.py --benchmark-timer=time.process_time --benchmark-json=/tmp/text.json
    python benchmarks/text_ratios.py /tmp/text.json

The first line makes the text that is read here. Processor time is what other work on the machine changes least. Each
group does one job on one text. What comes out is checked, so that nothing gets fast by doing less. Peers that are not
installed are skipped: those of the `bench` extra, NumPy of the `numpy` extra, and PyICU, which needs ICU's headers and
a compiler (Debian: libicu-dev, pkg-config, g++).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpora.misspelling import damage
from khmertext import cluster_starts, is_normalized, normalize, normalize_with_edits, split_clusters

TEXT = Path(__file__).resolve().parent.parent / "corpora" / "packages" / "real-khmer.txt"
SEED = 3
# What one version of the text holds; others are checked by what must hold of any.
KNOWN = "479fafa15c0a3c37bb34707431cbabef7b5fb86941ea5f7f426677b4dc37d424"
KNOWN_CLUSTERS, KNOWN_EDITS, KNOWN_DAMAGE = 1_165_331, 2_300, {0.03: 12_035, 1.0: 395_384}
SLOW = 5  # rounds of what takes a second and more

Benchmark = Any


@pytest.fixture(scope="module")
def text() -> str:
    """About 5 MB of mixed real Khmer."""
    if not TEXT.exists():
        pytest.skip(
            f"{TEXT} is not there: python tools/fetch_packages.py corpora/MANIFEST.toml && "
            "python corpora/build_real_text.py"
        )
    return TEXT.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def known(text: str) -> bool:
    """Whether it is the version that the figures are known of."""
    return hashlib.sha256(text.encode()).hexdigest() == KNOWN


@pytest.fixture(scope="module")
def clean(text: str) -> str:
    """The text in normal form."""
    return normalize(text)


@pytest.fixture(scope="module")
def mistyped(clean: str) -> Callable[[float], str]:
    """The text with a share of what can be mistyped mistyped; each made once."""
    made: dict[float, str] = {}

    def make(share: float) -> str:
        if share not in made:
            made[share] = damage(clean, SEED, share)
        return made[share]

    return make


def run(benchmark: Benchmark, function: Callable[[str], Any], text: str, rounds: int = 0, **info: object) -> Any:
    """Time a function on a text; ``info`` goes to the table."""
    benchmark.extra_info.update(bytes=len(text.encode()), **info)
    if rounds:
        return benchmark.pedantic(function, (text,), rounds=rounds)
    function(text)  # memos are warm, as in any program that has seen some text
    return benchmark.pedantic(function, (text,), rounds=15)


def run_pheasa(benchmark: Benchmark, text: str) -> str:
    pheasa = pytest.importorskip("pheasa")
    form: str = run(benchmark, pheasa.normalize, text, SLOW, peer="pheasa")
    return form


# -- normal form -------------------------------------------------------------------------------------------------------


@pytest.mark.benchmark(group="normalize, whole text")
def test_normalize(benchmark: Benchmark, text: str, clean: str) -> None:
    assert run(benchmark, normalize, text, target={"pheasa": 40}) == clean


@pytest.mark.benchmark(group="normalize, whole text")
def test_normalize_pheasa(benchmark: Benchmark, text: str) -> None:
    assert len(run_pheasa(benchmark, text)) > len(text) * 0.9


@pytest.mark.benchmark(group="normalize, whole text")
def test_normalize_khmerspell(benchmark: Benchmark, text: str) -> None:
    khmerspell = pytest.importorskip("khmerspell")
    assert run(benchmark, khmerspell.khnormal, text, 1, peer="khmerspell")


@pytest.mark.benchmark(group="normalize, whole text")
def test_normalize_khmernormalizer(benchmark: Benchmark, text: str) -> None:
    khmernormalizer = pytest.importorskip("khmernormalizer")
    assert run(benchmark, khmernormalizer.normalize, text, 1, peer="khmernormalizer")


@pytest.mark.benchmark(group="normalize, whole text")
def test_normalize_khmerthings(benchmark: Benchmark, text: str) -> None:
    khmerthings = pytest.importorskip("khmerthings")
    assert run(benchmark, khmerthings.normalize_text, text, 1, peer="khmerthings")


@pytest.mark.benchmark(group="normalize, whole text")
def test_normalize_khmereasytools(benchmark: Benchmark, text: str) -> None:
    khmereasytools = pytest.importorskip("khmereasytools")
    assert run(benchmark, khmereasytools.khnormalize, text, 1, peer="khmereasytools")


def each_line(function: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    return lambda text: [function(line) for line in text.splitlines(keepends=True)]


@pytest.mark.benchmark(group="normalize, line by line")
def test_lines(benchmark: Benchmark, text: str, clean: str) -> None:
    assert "".join(run(benchmark, each_line(normalize), text, target={"pheasa": 25})) == clean


@pytest.mark.benchmark(group="normalize, line by line")
def test_lines_pheasa(benchmark: Benchmark, text: str) -> None:
    pheasa = pytest.importorskip("pheasa")
    assert run(benchmark, each_line(pheasa.normalize), text, SLOW, peer="pheasa")


@pytest.mark.benchmark(group="normalize, 3 % mistyped")
def test_few_faults(benchmark: Benchmark, mistyped: Callable[[float], str], clean: str) -> None:
    assert run(benchmark, normalize, mistyped(0.03), target={"pheasa": 30}) == clean


@pytest.mark.benchmark(group="normalize, 3 % mistyped")
def test_few_faults_pheasa(benchmark: Benchmark, mistyped: Callable[[float], str]) -> None:
    assert run_pheasa(benchmark, mistyped(0.03))


@pytest.mark.benchmark(group="normalize, all mistyped")
def test_many_faults(benchmark: Benchmark, mistyped: Callable[[float], str], clean: str) -> None:
    assert run(benchmark, normalize, mistyped(1.0), target={"pheasa": 6}) == clean


@pytest.mark.benchmark(group="normalize, all mistyped")
def test_many_faults_pheasa(benchmark: Benchmark, mistyped: Callable[[float], str]) -> None:
    assert run_pheasa(benchmark, mistyped(1.0))


# -- with edits --------------------------------------------------------------------------------------------------------


def map_offsets(text: str) -> tuple[str, int]:
    """The form, and both maps in use."""
    found = normalize_with_edits(text)
    return found.text, found.to_normalized(len(text) // 2) + found.to_source(len(found.text) // 2)


def map_and_list(text: str) -> tuple[str, int]:
    """Likewise, and every edit as an object."""
    found = normalize_with_edits(text)
    assert found.to_normalized(len(text)) + found.to_source(len(found.text)) == len(text) + len(found.text)
    return found.text, len(found.edits)


@pytest.mark.benchmark(group="normal form and both offset maps, whole text")
def test_maps(benchmark: Benchmark, text: str, clean: str) -> None:
    form, offsets = run(benchmark, map_offsets, text, target={"pheasa": 30})
    assert form == clean
    assert offsets > len(text) * 0.9


@pytest.mark.benchmark(group="normal form and both offset maps, whole text")
def test_maps_and_edits(benchmark: Benchmark, text: str, known: bool) -> None:
    _, count = run(benchmark, map_and_list, text, name="with every edit as an object", target={"pheasa": 30})
    assert count == KNOWN_EDITS or not known


@pytest.mark.benchmark(group="normal form and both offset maps, whole text")
def test_maps_pheasa(benchmark: Benchmark, text: str) -> None:
    assert run_pheasa(benchmark, text)


@pytest.mark.benchmark(group="normal form and both offset maps, 3 % mistyped")
def test_maps_few_faults(benchmark: Benchmark, mistyped: Callable[[float], str], clean: str) -> None:
    form, _ = run(benchmark, map_offsets, mistyped(0.03), target={"pheasa": 30})
    assert form == clean


@pytest.mark.benchmark(group="normal form and both offset maps, 3 % mistyped")
def test_maps_and_edits_few_faults(benchmark: Benchmark, mistyped: Callable[[float], str], known: bool) -> None:
    _, count = run(benchmark, map_and_list, mistyped(0.03), name="with every edit as an object", target={"pheasa": 30})
    assert count == KNOWN_DAMAGE[0.03] or not known


@pytest.mark.benchmark(group="normal form and both offset maps, 3 % mistyped")
def test_maps_few_faults_pheasa(benchmark: Benchmark, mistyped: Callable[[float], str]) -> None:
    assert run_pheasa(benchmark, mistyped(0.03))


@pytest.mark.benchmark(group="normal form and both offset maps, all mistyped")
def test_maps_many_faults(benchmark: Benchmark, mistyped: Callable[[float], str], clean: str) -> None:
    form, _ = run(benchmark, map_offsets, mistyped(1.0), target={"pheasa": 2.5})
    assert form == clean


@pytest.mark.benchmark(group="normal form and both offset maps, all mistyped")
def test_maps_and_edits_many_faults(benchmark: Benchmark, mistyped: Callable[[float], str], known: bool) -> None:
    _, count = run(benchmark, map_and_list, mistyped(1.0), name="with every edit as an object", target={"pheasa": 2.5})
    assert count == KNOWN_DAMAGE[1.0] or not known


@pytest.mark.benchmark(group="normal form and both offset maps, all mistyped")
def test_maps_many_faults_pheasa(benchmark: Benchmark, mistyped: Callable[[float], str]) -> None:
    assert run_pheasa(benchmark, mistyped(1.0))


# -- is it normal ------------------------------------------------------------------------------------------------------


@pytest.mark.benchmark(group="is it in normal form")
def test_is_normalized(benchmark: Benchmark, clean: str, text: str) -> None:
    assert run(benchmark, is_normalized, clean, target={"pheasa.validate": 30, "a bare class scan": 0.15})
    assert not is_normalized(text)


@pytest.mark.benchmark(group="is it in normal form")
def test_validate_pheasa(benchmark: Benchmark, clean: str) -> None:
    pheasa = pytest.importorskip("pheasa")
    run(benchmark, pheasa.validate, clean, SLOW, peer="pheasa.validate")


@pytest.mark.benchmark(group="is it in normal form")
def test_scan(benchmark: Benchmark, clean: str) -> None:
    absent = re.compile("[\u1800-\u18af]")  # Mongolian: the least that a regular expression has to do
    assert run(benchmark, absent.search, clean, peer="a bare class scan") is None


# -- clusters ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def offsets() -> Callable[[str], list[int]]:
    """PyICU's ends of grapheme clusters."""
    icu = pytest.importorskip("icu")
    breaks = icu.BreakIterator.createCharacterInstance(icu.Locale("km"))

    def find(text: str) -> list[int]:
        breaks.setText(text)
        return list(breaks)

    return find


@pytest.mark.benchmark(group="clusters as strings")
def test_split(benchmark: Benchmark, text: str, known: bool) -> None:
    pieces = run(benchmark, split_clusters, text, target={"PyICU offsets and slices": 1.3})
    assert "".join(pieces) == text
    assert len(pieces) == KNOWN_CLUSTERS or not known


@pytest.mark.benchmark(group="clusters as strings")
def test_split_pyicu(benchmark: Benchmark, text: str, offsets: Callable[[str], list[int]]) -> None:
    def split(text: str) -> list[str]:
        pieces = []
        start = 0
        for end in offsets(text):
            pieces.append(text[start:end])
            start = end
        return pieces

    assert "".join(run(benchmark, split, text, 15, peer="PyICU offsets and slices")) == text


@pytest.mark.benchmark(group="clusters as strings")
def test_split_regex(benchmark: Benchmark, text: str) -> None:
    regex = pytest.importorskip("regex")
    assert "".join(run(benchmark, regex.compile(r"\X").findall, text, SLOW, peer="regex \\X")) == text


@pytest.mark.benchmark(group="clusters as strings")
def test_split_pyuegc(benchmark: Benchmark, text: str) -> None:
    pyuegc = pytest.importorskip("pyuegc")
    assert "".join(run(benchmark, pyuegc.EGC, text, SLOW, peer="pyuegc")) == text


@pytest.mark.benchmark(group="clusters as strings")
def test_split_khmerthings(benchmark: Benchmark, text: str) -> None:
    khmerthings = pytest.importorskip("khmerthings")
    assert "".join(run(benchmark, khmerthings.segment_clusters, text, SLOW, peer="khmerthings"))


@pytest.mark.benchmark(group="clusters as offsets")
def test_starts(benchmark: Benchmark, text: str) -> None:
    starts = run(benchmark, cluster_starts, text, target={"PyICU offsets": 0.8})
    assert [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)] == split_clusters(
        text
    )


@pytest.mark.benchmark(group="clusters as offsets")
def test_starts_array(benchmark: Benchmark, text: str) -> None:
    pytest.importorskip("numpy")
    from khmertext.text.cluster_arrays import cluster_starts_array

    starts = run(benchmark, cluster_starts_array, text, name="as a NumPy array", target={"PyICU offsets": 10})
    assert starts.tolist() == cluster_starts(text)


@pytest.mark.benchmark(group="clusters as offsets")
def test_starts_pyicu(benchmark: Benchmark, text: str, offsets: Callable[[str], list[int]]) -> None:
    assert run(benchmark, offsets, text, 15, peer="PyICU offsets")[-1] == len(text)
