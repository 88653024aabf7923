"""Dry runs: what they tell is what a build then does, file by file and byte by byte."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from khmertext.cli import main as command
from khmertext.cli.site_changes import format_change
from khmertext.web import BuildOptions, Change, build_site

OPTIONS = BuildOptions(jobs=1, axes={"wght": (400, 400)}, detector=False)
PAGES = {
    "index.html": "<!DOCTYPE html><html lang=km><link rel=stylesheet href=a.css>\r\n<p>ខ្មែរ\r\n<p>ក".encode(),
    "sub/b.html": "<p lang=km>កា".encode("utf-16"),
    "plain.html": b"<p>none",
    "a.css": b"p { font-family: serif }\n",
    "x.png": b"\x89PNG\0",
}


def write_files(root: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def read_files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def rehearse(site: Path, output: Path | None) -> dict[str, Change]:
    """A dry run, then the build; what the first told has to be what the second did."""
    target = output or site
    before = read_files(target)
    told: list[Change] = []
    dry = build_site(site, output, OPTIONS, dry_run=True, preview=told.append)
    assert read_files(target) == before
    done = build_site(site, output, OPTIONS)
    after = read_files(target)
    changes = {change.path: change for change in told}
    assert len(changes) == len(told)
    kinds = dict.fromkeys(before.keys() - after.keys(), "removed")
    kinds |= dict.fromkeys(after.keys() - before.keys(), "added")
    kinds |= {path: "changed" for path in before.keys() & after.keys() if before[path] != after[path]}
    assert {path: change.kind for path, change in changes.items()} == kinds
    for path, change in changes.items():
        assert change.before in (before.get(path), None)
        assert change.after in (after.get(path), None)
    assert (dry.written, dry.removed) == (done.written, done.removed)
    return changes


def cut_page(site: Path) -> None:
    (site / "sub" / "b.html").unlink()


def edit_page(site: Path) -> None:
    (site / "index.html").write_bytes(PAGES["index.html"] + "<p>ខ្លា".encode())


def turn_into_folder(site: Path) -> None:
    (site / "x.png").unlink()
    write_files(site, {"x.png/y.png": b""})


@pytest.mark.parametrize("placed", [True, False])
@pytest.mark.parametrize("change", [cut_page, edit_page, turn_into_folder])
def test_what_is_told_is_done(tmp_path: Path, placed: bool, change: Callable[[Path], None]) -> None:
    site = write_files(tmp_path / "site", PAGES)
    output = None if placed else tmp_path / "out"
    if output is not None:
        output.mkdir()
    first = rehearse(site, output)
    assert {"index.html", "sub/b.html", "a.css", "khmertext/manifest.json"} <= first.keys()
    assert rehearse(site, output) == {}
    change(site)
    assert rehearse(site, output) or (placed and change is turn_into_folder)  # in place, what has no Khmer is let be
    assert rehearse(site, output) == {}


def test_a_site_that_lost_its_khmer(tmp_path: Path) -> None:
    site = write_files(tmp_path / "site", {"a.html": PAGES["index.html"], "b.html": b"<p>none"})
    build_site(site, None, OPTIONS)
    (site / "a.html").write_bytes(b"<p>none")
    assert {change.kind for change in rehearse(site, None).values()} == {"removed"}
    assert read_files(site) == {"a.html": b"<p>none", "b.html": b"<p>none"}


def test_the_diff_is_one_that_patch_takes(tmp_path: Path) -> None:
    if shutil.which("patch") is None:
        pytest.skip("there is no patch")
    site = write_files(tmp_path / "site", {**PAGES, "d/é ខ.html": "<p lang=km>ខ\n\n<p>ខ្ញុំ\n".encode()})
    copy = tmp_path / "copy"
    shutil.copytree(site, copy)
    told: list[Change] = []
    build_site(site, None, OPTIONS, dry_run=True, preview=told.append)
    diff = "".join(format_change(one) for one in told if one.path != "sub/b.html")
    build_site(site, None, OPTIONS)
    done = subprocess.run(
        ["patch", "-p1", "--binary", "-s"], cwd=copy, input=diff.encode(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout
    for name in ("index.html", "a.css", "d/é ខ.html"):
        assert (copy / name).read_bytes() == (site / name).read_bytes() != PAGES.get(name)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    site = write_files(tmp_path / "site", PAGES)

    def call(*arguments: str) -> tuple[int, str]:
        code = command.run(["site", "build", "site", "--axes", "wght=400", "--no-detector", *arguments])
        return code, capsys.readouterr().out

    code, out = call("--dry-run")
    assert code == 1
    assert "--- a/index.html\n+++ b/index.html\n" in out
    assert "new file: khmertext/manifest.json, " in out
    assert out.endswith("nothing was written: this was a dry run\n")
    assert read_files(site) == PAGES
    code, out = call("--dry-run", "--json")
    assert code == 1
    assert {"path": "a.css", "kind": "changed"} in json.loads(out)["changes"]
    assert call("--dry-run", "--quiet") == (1, "")
    assert call("--in-place")[0] == 0
    code, out = call("--dry-run")
    assert (code, out.splitlines()[-1]) == (0, "nothing was written: this was a dry run, and everything is up to date")
    assert json.loads(call("--dry-run", "--json")[1])["changes"] == []


def test_a_diff_drives_no_terminal() -> None:
    change = Change("a\x1b[2J.html", b"\x1b[31m\x9b\n", b"\x07\ttab\n", "changed")
    assert not {*"\x1b\x9b\x07"} & {*format_change(change)}
    assert "\ttab" in format_change(change)
    assert format_change(Change("x.png", b"\x89\0", b"\0", "changed")) == "other content: x.png, 1 bytes\n"
