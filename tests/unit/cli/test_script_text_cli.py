"""Text that scripts bring, on the command line: options, what is printed, exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from khmertext.web import BuildOptions, BuildResult
from khmertext.web.cache import default_cache
from tests.commands import Run


@pytest.fixture
def run(run_command: Run) -> Run:
    return run_command


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<p lang=km>ខ្មែរ<script src=a.js></script>", encoding="utf-8")
    return tmp_path / "site"


def test_options_reach_the_library(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[BuildOptions] = []

    def build(_: Path, __: Path, options: BuildOptions, **___: Any) -> BuildResult:
        asked.append(options)
        return BuildResult(1)

    monkeypatch.setattr("khmertext.cli.site.build_site", build)
    run("site", "build", "s", "-o", "o", "--guard", "--include-text", "b.txt", "--include-text", "a.txt")
    config = tmp_path / "k.toml"
    config.write_text('[site]\nguard = true\ninclude_text = ["a.txt"]\n', encoding="utf-8")
    run("site", "build", "s", "-o", "o", "--config", config, "--no-guard")
    assert asked == [
        BuildOptions(guard=True, include_text=(Path("b.txt"), Path("a.txt")), cache=default_cache()),
        BuildOptions(guard=False, include_text=(tmp_path / "a.txt",), cache=default_cache()),
    ]


def test_what_is_taken_for_granted_is_told(run: Run, site: Path, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("សួស្តី", encoding="utf-8")
    build = ("site", "build", site, "--in-place", "-j1", "--axes", "wght=400", "--guard", "--include-text", words)
    built = run(*build)
    assert built.code == 0, built.err
    assert re.search(r"^guard +7 clusters known, in any order$", built.out, re.M)
    assert re.search(r"^assumptions +3, listed in the manifest$", built.out, re.M)
    value = json.loads(run(*build, "--json").out)
    manifest = json.loads((site / "khmertext" / "manifest.json").read_text(encoding="utf-8"))
    assert value["assumptions"] == manifest["assumptions"]
    words.unlink()
    checked = run("site", "check", site, "--select", "KS9", "-j1")
    assert (checked.code, checked.err) == (0, "")
    assert checked.out.endswith("; the text of words.txt was proven when it was built\n")


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x80\x17"], ids=["missing", "not UTF-8"])
def test_a_bad_file_is_bad_input(run: Run, site: Path, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "bad.txt"
    if content is not None:
        path.write_bytes(content)
    answer = run("site", "build", site, "--in-place", "--include-text", path)
    assert answer.code == 2
    assert "bad.txt" in answer.err
    assert "Traceback" not in answer.err
    assert not (site / "khmertext").exists()


def test_guard_and_open_text_are_one_or_the_other(run: Run, site: Path) -> None:
    answer = run("site", "build", site, "--in-place", "--guard", "--open-text")
    assert answer.code == 2
    assert "either that or the guard" in answer.err
