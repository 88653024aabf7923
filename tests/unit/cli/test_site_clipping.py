"""``khmertext site clipping``: what it prints and writes."""

from __future__ import annotations

import re
from pathlib import Path

from tests.commands import Run


def make(folder: Path, css: str) -> Path:
    folder.mkdir(exist_ok=True)
    head = "<!doctype html><html lang=km><meta charset=utf-8><title>x</title><link rel=stylesheet href=a.css>"
    for name in ("a.html", "b.html"):
        (folder / name).write_text(f"{head}<p>ថ្នូ ស្ត្រី ញុំាង", encoding="utf-8")
    (folder / "a.css").write_text(css, encoding="utf-8")
    return folder


def test_the_command_tells_and_writes(tmp_path: Path, run_command: Run) -> None:
    site = make(tmp_path / "site", "p{line-height:1}")
    code, out, err = run_command("site", "clipping", site, "-o", tmp_path / "c.html", "-j", 1)
    assert (code, err) == (1, "")
    assert re.fullmatch(
        r"a\.html:1: a\.css: p: line-height: 1 lets \S+ of one line run 0\.\d\d em into \S+ of the next; 1\.\d+ does "
        r"not \(and 1 more\)\n1 finding in 2 of 2 elements with Khmer\n",
        out,
    )
    assert (tmp_path / "c.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert run_command("site", "clipping", site, "-j", 1, "--json").code == 1
    assert run_command("site", "clipping", make(site, "p{line-height:2}"), "-j", 1) == (
        0,
        "no line is too tight in 2 of 2 elements with Khmer\n",
        "",
    )
    assert run_command("site", "clipping", tmp_path / "none").code == 2
    assert run_command("site", "clipping", site, "-o", tmp_path / "no" / "c.html").code == 2
