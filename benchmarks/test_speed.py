"""What our steps cost beside the bare tools under them: read the ratios, not the seconds.

    python -m pytest benchmarks/test_speed.py --benchmark-group-by=group --benchmark-columns=median,rounds

In each group the first line is the least that the job can take, and the number in brackets behind a time is how many
times slower than the fastest. What comes out is checked too, so that nothing gets fast by doing less. Needs the `test`
and `bench` extras.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import turbohtml
import uharfbuzz as hb

from khmertext.fonts import Face, Run, default_face, default_limits, limit_axes, plan_text, prove, shape, trace
from khmertext.fonts.subsetting import cut, to_woff2
from khmertext.text import split_clusters
from khmertext.web import SiteContext, scan_page
from khmertext.web.disk import read_tree
from khmertext.web.documents import PageMemos
from khmertext.web.reading import read_site

SITE = Path(__file__).resolve().parent.parent / "examples" / "site"
PAGE = (SITE / "news" / "land-titles.html").read_bytes()
KHMER = re.compile("[\u1780-\u17ff\u19e0-\u19ff]")
Benchmark = Callable[..., Any]


@pytest.fixture(scope="module")
def text() -> str:
    """The Khmer of the example site, each run as often as it stands there, twenty times over."""
    facts = read_site(read_tree(SITE), family="Site Khmer")
    return "\n".join(found.text for _, found in facts.iter_texts()) * 20


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    """Its distinct runs."""
    facts = read_site(read_tree(SITE), family="Site Khmer")
    return sorted({Run(found.text, found.language, 400) for _, found in facts.iter_texts()})


@pytest.fixture(scope="module")
def face() -> Face:
    """The default font at one weight."""
    whole = default_face()
    return limit_axes(whole, default_limits(whole, (400, 400)))


# -- a page ---------------------------------------------------------------------------------------------------------


@pytest.mark.benchmark(group="a page: parsed, and read")
def test_parse_page(benchmark: Benchmark) -> None:
    source = PAGE.decode()
    # With its text, since parsing alone may put work off.
    assert KHMER.search(benchmark(lambda: turbohtml.parse(source, source_locations=True).text))


@pytest.mark.benchmark(group="a page: parsed, and read")
def test_scan_page(benchmark: Benchmark) -> None:
    context, memos = SiteContext("Site Khmer"), PageMemos()  # as between pages of one site
    facts = benchmark(lambda: scan_page(PAGE, "news/land-titles.html", context, memos))
    assert 3_000 < facts.characters <= len(KHMER.findall(PAGE.decode()))


# -- text -----------------------------------------------------------------------------------------------------------


@pytest.mark.benchmark(group="text: letters, and clusters")
def test_find_letters(benchmark: Benchmark, text: str) -> None:
    assert len(benchmark(KHMER.findall, text)) > 100_000


@pytest.mark.benchmark(group="text: letters, and clusters")
def test_split_clusters(benchmark: Benchmark, text: str) -> None:
    assert "".join(benchmark(split_clusters, text)) == text


# -- fonts ----------------------------------------------------------------------------------------------------------


@pytest.mark.benchmark(group="runs: shaped, and proven")
def test_shape_twice(benchmark: Benchmark, face: Face, runs: list[Run]) -> None:
    font = face.font()
    shaped = benchmark(lambda: [shape(font, text, language) for text, language, _ in (*runs, *runs)])
    assert len(shaped) == 2 * len(runs)


@pytest.mark.benchmark(group="runs: shaped, and proven")
def test_prove(benchmark: Benchmark, face: Face, runs: list[Run]) -> None:
    proof = benchmark(lambda: prove(face, face, runs))
    assert proof.holds
    assert proof.runs == len(runs)


@pytest.mark.benchmark(group="clusters: shaped, and traced")
def test_shape_clusters(benchmark: Benchmark, face: Face, runs: list[Run]) -> None:
    clusters = sorted({(cluster, "km") for run in runs for cluster in split_clusters(run.text)})
    font = face.font()
    assert len(benchmark(lambda: [shape(font, *cluster) for cluster in clusters])) == len(clusters)


@pytest.mark.benchmark(group="clusters: shaped, and traced")
def test_trace_clusters(benchmark: Benchmark, face: Face, runs: list[Run]) -> None:
    clusters = sorted({(cluster, "km") for run in runs for cluster in split_clusters(run.text)})
    found = benchmark(lambda: trace(face, clusters))
    assert len(found.glyphs) > 100


@pytest.mark.benchmark(group="a font: cut by hb-subset, cut by us, packed")
def test_cut_bare(benchmark: Benchmark, face: Face, runs: list[Run]) -> None:
    characters = {ord(letter) for run in runs for letter in run.text}

    def cut_bare() -> bytes:
        request = hb.SubsetInput()
        request.unicode_set.update(characters)
        data: bytes = hb.SubsetPlan(hb.Face(face.data), request).execute().blob.data
        return data

    assert benchmark(cut_bare).startswith(b"\x00\x01\x00\x00")


@pytest.mark.benchmark(group="a font: cut by hb-subset, cut by us, packed")
def test_cut(benchmark: Benchmark, face: Face, runs: list[Run]) -> None:
    plan = plan_text(face, sorted({(cluster, "km") for run in runs for cluster in split_clusters(run.text)}))
    assert benchmark(lambda: cut(face, plan)).startswith(b"\x00\x01\x00\x00")


@pytest.mark.benchmark(group="a font: cut by hb-subset, cut by us, packed")
def test_pack(benchmark: Benchmark, face: Face, runs: list[Run]) -> None:
    plan = plan_text(face, sorted({(cluster, "km") for run in runs for cluster in split_clusters(run.text)}))
    sfnt = cut(face, plan)
    assert benchmark(lambda: to_woff2(sfnt)).startswith(b"wOF2")
