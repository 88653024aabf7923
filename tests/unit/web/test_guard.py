"""The guard: its list of clusters, the grammar in JavaScript, and that the committed script is the built one."""

from __future__ import annotations

import importlib
import json
import random
import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora.generator import iter_words
from khmertext.fonts.runs import iter_khmer_runs
from khmertext.script.classes import BASES, KHMER
from khmertext.script.everyday import everyday_clusters
from khmertext.text.clusters import split_clusters
from khmertext.web.guard import (
    CLUSTER_PATTERN,
    LONGEST,
    choose_listed,
    decode_clusters,
    encode_clusters,
    make_guard,
    make_guard_tag,
)

ROOT = Path(__file__).resolve().parents[3]
RUN = st.sampled_from(sorted({*KHMER, "\u200b", "\u200c", "\u200d", "\u25cc"}))
LETTERS = sorted({*KHMER, *"\u200b\u200c\u200d\u25cc\u17de-\u00a0 a\U0001f600\r\n"})
HEAVY = list("\u17d2\u17dd\u200c\u200d\u17d4\u17e1\u1780\u179a\u17b6\u17c6\u25cc\u200b-")

# The script with a page of no nodes: what is left to be seen is the first set that it makes.
PAGE = """
const sets = []
const Real = Set
global.Set = class extends Real { constructor() { super(); sets.push(this) } }
global.MutationObserver = class { observe() {} }
const walker = {nextNode: () => null, root: {contains: () => true}}
global.document = {
  currentScript: {getAttribute: () => '"K"'}, createElement: () => ({style: {}}), createTreeWalker: () => walker,
  addEventListener() {}
}
SCRIPT
console.log(JSON.stringify([...sets[0]]))
"""


def run_node(script: str, folder: Path) -> Any:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node.js")
    path = folder / "run.js"
    path.write_text(script, encoding="utf-8")
    done = subprocess.run([node, path], capture_output=True, check=True, text=True, encoding="utf-8")
    return json.loads(done.stdout)


# -- the list --------------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.lists(st.text(RUN, min_size=1, max_size=20), max_size=60))
def test_a_list_reads_back(clusters: list[str]) -> None:
    text = encode_clusters(clusters)
    assert decode_clusters(text) == sorted(set(clusters))
    assert not re.search(r'["\\\x00-\x1f]', text)


def test_everyday_clusters_are_small() -> None:
    clusters = choose_listed(everyday_clusters())[::4][:700]
    assert len(clusters) == 700
    packed = len(brotli.compress(encode_clusters(clusters).encode(), quality=11))
    assert packed < 1300  # a Bloom filter that errs once in 1,000 takes 14.4 bits for each: 1,260 bytes


def test_the_script_knows_just_the_list(tmp_path: Path) -> None:
    clusters = choose_listed(
        [*everyday_clusters(), "\u17d2", "១២្។", "\u17a3\u17d3", "ក\u200d", "\u25cc\u17b6", "៕", "᧠"]
    )
    assert len(clusters) > 2000
    script = make_guard(clusters).decode("ascii")
    assert sorted(run_node(PAGE.replace("SCRIPT", script), tmp_path)) == list(clusters)


@pytest.mark.parametrize(
    "row", ["ក" + "\u17b6" * 40, "ក" + "\u17d2" * 40, "ក" + "\u17d2ក" * 40, "ក" + "\u17d2" + "\u200d" * 40 + "ក"]
)
def test_a_row_that_is_cut_is_never_known(row: str) -> None:
    """A shaper does not cut it, so its parts say nothing of it."""
    parts = split_clusters(row)
    assert len(parts) > 1
    assert not set(parts) <= set(choose_listed(parts))


def test_what_is_well_formed_is_listed() -> None:
    longest = max(everyday_clusters(), key=len)
    assert len(longest) < LONGEST
    assert longest in choose_listed(everyday_clusters())


# -- the grammar -----------------------------------------------------------------------------------------------------


def split_as_built(text: str) -> list[str]:
    """The clusters with Khmer of the runs that a build finds."""
    runs = (run for _, run in iter_khmer_runs(text))
    return [cluster for run in runs for cluster in split_clusters(run) if not KHMER.isdisjoint(cluster)]


def test_both_grammars_cut_alike(tmp_path: Path) -> None:
    chance = random.Random(1)
    texts = [
        "".join(chance.choice(LETTERS if chance.random() < 0.3 else HEAVY) for _ in range(chance.randint(0, 40)))
        for _ in range(100_000)
    ]
    texts += [
        base + "\u17d2" + other + sign for base in BASES for other in BASES for sign in ("", "\u17b6", "\u17bb\u17c6")
    ]
    texts += iter_words(3, 20_000)
    texts += [path.read_text(encoding="utf-8") for path in sorted((ROOT / "corpora/samples").glob("*.txt"))]
    texts += ["ក" + "\u17b6" * 40, "ក" + "\u17d2" * 40, "ក" + "\u17d2ក" * 40, "\u17d2" + "\u200d" * 40 + "ក"]
    (tmp_path / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    script = f"""
    const texts = JSON.parse(require('fs').readFileSync({json.dumps(str(tmp_path / "texts.json"))}, 'utf8'))
    const pattern = new RegExp({json.dumps(CLUSTER_PATTERN)}, 'g')
    console.log(JSON.stringify(texts.map(text => text.match(pattern) || [])))
    """
    found = run_node(script, tmp_path)
    wanted = [split_as_built(text) for text in texts]
    assert sum(map(len, wanted)) > 900_000
    assert [text for text, was, now in zip(texts, wanted, found, strict=True) if was != now] == []


def test_hostile_text_takes_linear_time(tmp_path: Path) -> None:
    """Hundreds of thousands of what the pattern repeats, and never what may end it: done or killed."""
    rows = ["\u17d2", "\u17d2\u200d", "\u200d", "១", "១\u17d2", "\u25cc\u200d", "ក\u17b6", "\u17d4\u17d2១"]
    script = f"""
    const pattern = new RegExp({json.dumps(CLUSTER_PATTERN)}, 'g')
    console.log(JSON.stringify({json.dumps(rows)}.map(row => (row.repeat(300000).match(pattern) || []).length)))
    """
    assert len(run_node(script, tmp_path)) == len(rows)


# -- the files -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def build_guard() -> ModuleType:
    return importlib.import_module("tools.build_guard")


def test_committed_script_was_made_from_the_source_and_the_grammar(build_guard: ModuleType) -> None:
    source = build_guard.SOURCE.read_text(encoding="utf-8")
    assert build_guard.RESULT.read_text(encoding="ascii").startswith(build_guard.header(source))


def test_committed_script_is_what_the_minifier_gives(build_guard: ModuleType) -> None:
    try:
        built = build_guard.build_script(build_guard.SOURCE.read_text(encoding="utf-8"), offline=True)
    except RuntimeError:
        pytest.skip("no terser on this machine")
    assert build_guard.RESULT.read_text(encoding="ascii") == built


def test_script_is_small_and_plain() -> None:
    script = make_guard([])
    assert len(script) < 2600
    assert len(brotli.compress(script, quality=11)) < 1200
    for forbidden in (b"eval", b"innerHTML", b"Function", b"http", b"=>", b"`", b"let ", b"const ", b"fetch"):
        assert forbidden not in script


def test_the_element_says_the_family_as_css_does() -> None:
    tag = make_guard_tag(src='a&"b.js', family='ខ្មែរ "x"')
    assert tag.isascii()
    assert 'src="a&amp;&quot;b.js"' in tag
    assert 'data-family="&quot;\\1781 \\17d2 ' in tag
    assert tag.count("<") == 2
