"""``khmertext site kit``: wrong use, and what it prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands import Run


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--stack", "body"], "--stack"),
        (["--stack", "body{}=Inter"], "body{}"),
        (["--stack", "body=}"], "body"),
        (["--stack", "body=var(--x)"], "var"),
        (["--base-url", "/x"], "slash"),
        (["--base-url", '/"><script>/'], "slash"),
        (["--theme", "none"], "none: is no folder"),
        (["--font", "none.ttf"], "none.ttf"),
        (["--text-file", "none.txt"], "none.txt"),
        (["--axes", "x"], "axes"),
        (["--measured", "none.json"], "none.json"),
        (["--theme", "none", "--dry-run"], "none: is no folder"),
    ],
)
def test_wrong_use_ends_with_2_and_writes_nothing(
    run_command: Run, tmp_path: Path, arguments: list[str], told: str
) -> None:
    answer = run_command("site", "kit", "-o", "kit", "-j1", *arguments)
    assert answer.code == 2
    assert told in answer.err
    assert not (tmp_path / "kit").exists()


def test_what_was_made_is_told(run_command: Run, tmp_path: Path) -> None:
    (tmp_path / "known.txt").write_text("ភាសាខ្មែរ", encoding="utf-8")
    arguments = ("site", "kit", "-o", "kit", "--axes", "wght=400", "--text-file", "known.txt", "-j1")
    plain = run_command(*arguments)
    assert plain.code == 0
    assert "README.txt" in plain.out
    assert "--theme or --stack" in plain.err
    value = json.loads(run_command(*arguments, "--json").out)
    assert value["written"] == 0
    assert value["known"] < value["whole"]
    assert {"head.html", "README.txt", "kit.json"} < set(value["files"])


def test_a_dry_run_ends_with_1_where_something_would_change(run_command: Run, tmp_path: Path) -> None:
    (tmp_path / "known.txt").write_text("ភាសាខ្មែរ", encoding="utf-8")
    arguments = ("site", "kit", "-o", "kit", "--axes", "wght=400", "--text-file", "known.txt", "-j1")
    first = run_command(*arguments, "--dry-run")
    assert first.code == 1
    assert not (tmp_path / "kit").exists()
    assert "new file: kit.json, " in first.out
    assert "nothing was written" in first.out
    assert "next: " not in first.out
    assert run_command(*arguments).code == 0
    told = {line.split(", ")[0].removeprefix("new file: ") for line in first.out.splitlines() if "new file" in line}
    assert told == {
        path.relative_to(tmp_path / "kit").as_posix() for path in (tmp_path / "kit").rglob("*") if path.is_file()
    }
    again = run_command(*arguments, "--dry-run")
    assert (again.code, "up to date" in again.out) == (0, True)
    other = run_command(*arguments, "--base-url", "/other/", "--no-fallbacks", "--dry-run")
    assert other.code == 1
    assert "--- a/head.html\n+++ b/head.html\n" in other.out
    value = json.loads(run_command(*arguments, "--no-fallbacks", "--dry-run", "--json").out)
    style = [one for one in value["changes"] if one["path"].endswith(".css")]
    assert sorted(one["kind"] for one in style) == ["added", "removed"]
    assert len(value["changes"]) == value["written"] + value["removed"]
