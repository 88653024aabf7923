from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import khmertext
from khmertext.text.clusters import (
    MAX_CLUSTER,
    MEMO_SIZE,
    Cluster,
    ClusterKind,
    classify,
    cluster_starts,
    iter_clusters,
    split_clusters,
)

CASES = Path(__file__).resolve().parents[2] / "cases" / "clusters.txt"
KINDS = {"S": ClusterKind.SYLLABLE, "B": ClusterKind.BROKEN, "O": ClusterKind.OTHER}


def read_cases(path: Path) -> list[list[tuple[str, ClusterKind]]]:
    cases = []
    for line in path.read_text(encoding="utf-8").splitlines():
        case: list[tuple[str, ClusterKind]] = []
        text = ""
        for word in line.partition("#")[0].split():
            if word in KINDS:
                case.append((text, KINDS[word]))
                text = ""
            else:
                text += chr(int(word, 16))
        assert not text, f"no kind at the end of: {line}"
        if case:
            cases.append(case)
    return cases


def name_case(case: list[tuple[str, ClusterKind]]) -> str:
    return "|".join("-".join(f"{ord(char):04X}" for char in text) for text, _ in case)


ALL_CASES = read_cases(CASES)


def test_cases_are_there() -> None:
    assert len(ALL_CASES) >= 60
    assert {kind for case in ALL_CASES for _, kind in case} == set(ClusterKind)


@pytest.mark.parametrize("case", ALL_CASES, ids=name_case)
def test_case(case: list[tuple[str, ClusterKind]]) -> None:
    text = "".join(piece for piece, _ in case)
    assert [(cluster.text, cluster.kind) for cluster in iter_clusters(text)] == case


def test_cluster_is_a_tuple_of_start_text_kind() -> None:
    (cluster,) = iter_clusters("ក")
    assert cluster == Cluster(0, "ក", ClusterKind.SYLLABLE) == (0, "ក", ClusterKind.SYLLABLE)


def test_starts_count_code_points() -> None:
    assert cluster_starts("\U0001f44b\U0001f44bកាខ") == [0, 1, 2, 4]


def test_empty_text() -> None:
    assert (list(iter_clusters("")), split_clusters(""), cluster_starts("")) == ([], [], [])


@pytest.mark.parametrize("function", [iter_clusters, split_clusters, cluster_starts])
@pytest.mark.parametrize("wrong", [b"\xe1\x9e\x80", None, 1, ["\u1780"]])
def test_wrong_call(function: object, wrong: object) -> None:
    assert callable(function)
    with pytest.raises(TypeError):
        function(wrong)  # at once, not at the first cluster


# Each would take minutes if it were not linear.
@pytest.mark.parametrize(
    "unit",
    [
        *("\u17b6", "\u17d2", "\u17dd", "\u200c", "\u17d2\u200c", "\u17d2\u17dd", "\u17d2\u1780", "\u17d2\u25cc"),
        *("\u17e1", "\u17d4\u17d2", "\u25cc\u200d", "\u25cc\u17b6", "\u17c9\u200c", "\r", "\u17b6\u17d2\u200d"),
    ],
    ids=lambda unit: "-".join(f"{ord(char):04X}" for char in unit),
)
def test_a_million_marks(unit: str) -> None:
    text = "\u1780" + unit * (1_000_000 // len(unit))
    pieces = split_clusters(text)
    assert "".join(pieces) == text
    assert max(map(len, pieces)) <= MAX_CLUSTER
    assert classify("\u1780" + unit) in set(ClusterKind)


def test_a_row_of_marks_is_cut_and_broken() -> None:
    clusters = list(iter_clusters("\u1780" + "\u17b6" * 2 * MAX_CLUSTER + "\u1781"))
    assert len(clusters) > 2
    assert {cluster.kind for cluster in clusters[:-1]} == {ClusterKind.BROKEN}
    assert clusters[-1].text == "\u1781"


def test_longest_cluster_can_be_reached() -> None:
    coeng = "\u17d2" + "\u200c" * 16 + "\u1780" + "\u17b6" * 16
    text = "\u17e1" * 4 + "\u17d2\u17d4" + "\u17b6" * 16 + coeng * 8
    assert [len(piece) for piece in split_clusters(text)] == [MAX_CLUSTER]
    assert [len(piece) for piece in split_clusters(text + "\u17b6")] == [MAX_CLUSTER, 1]


def test_memo_is_bounded() -> None:
    for code in range(0x4E00, 0x4E00 + MEMO_SIZE + 100):
        classify(chr(code))
    info = classify.cache_info()
    assert info.maxsize == MEMO_SIZE
    assert info.currsize <= MEMO_SIZE


def test_public_names_are_those_of_the_text_part_and_of_files() -> None:
    assert set(khmertext.__all__) == {*khmertext.text.__all__, "FileResult", "__version__", "normalize_file"}
    assert khmertext.split_clusters is split_clusters
    assert all(getattr(khmertext, name) is not None for name in khmertext.__all__)
    assert set(dir(khmertext)) == set(khmertext.__all__)
    with pytest.raises(AttributeError):
        khmertext.none  # type: ignore[attr-defined] # noqa: B018


def test_import_loads_no_diagnostics_and_no_files() -> None:
    script = "import sys, khmertext; khmertext.normalize('ខែ្មរ'); print('\\n'.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, encoding="utf-8")
    assert not set(run.stdout.split()) & {"khmertext.text.diagnosis", "khmertext.files", "dataclasses", "inspect"}


def test_import_loads_no_font_or_web_code() -> None:
    script = "import sys, khmertext; khmertext.split_clusters('ខ្មែរ'); print('\\n'.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, encoding="utf-8")
    loaded = set(run.stdout.split())
    assert "khmertext.text.clusters" in loaded
    unwanted = {"uharfbuzz", "fontTools", "turbohtml", "tinycss2", "click", "brotli", "unicodedata", "unicodedata2"}
    assert not loaded & unwanted
    assert not [name for name in loaded if name.startswith(("khmertext.fonts", "khmertext.web", "khmertext.cli"))]
