"""``khmertext site clipping``: what it prints and writes."""

from __future__ import annotations

import json
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


def test_a_check_tells_tight_lines_where_they_are_asked_for(tmp_path: Path, run_command: Run) -> None:
    site = make(tmp_path / "site", "p{line-height:1;overflow:hidden}")
    options = ("site", "check", site, "-j", 1)
    assert "KS20" not in run_command(*options).out
    code, out, err = run_command(*options, "--lines", "--ignore", "KS9,KT")
    assert (code, err) == (1, "")
    assert re.fullmatch(
        r"a\.html:1:98: KS206 a\.css: p: line-height: 1 lets \S+ of one line run 0\.\d\d em into \S+ of the next; "
        r"1\.\d+ does not \(2 elements\)\n"
        r"a\.html:1:98: KS207 a\.css: p \{ overflow: hidden \}: line-height: 1 lets the box cut off .*\(2 elements\)\n"
        r"2 findings, 0 errors; .*\n",
        out,
    )
    assert "KS207" not in run_command(*options, "--select", "KS206").out
    assert "KS206" in run_command(*options, "--select", "KS206").out
    assert "KS206" not in run_command(*options, "--select", "KS2", "--no-lines").out
    config = tmp_path / "c.toml"
    config.write_text("[site.check]\nlines = true\n", encoding="utf-8")
    assert "KS206" in run_command(*options, "--config", config).out
    config.write_text("[site.check]\nlines = 1\n", encoding="utf-8")
    assert run_command(*options, "--config", config).code == 2
    log = json.loads(run_command(*options, "--lines", "--format", "sarif", "--select", "KS207").out)
    (found,) = log["runs"][0]["results"]
    region = found["locations"][0]["physicalLocation"]["region"]
    assert (found["ruleId"], region["startLine"], region["startColumn"], region["endColumn"]) == ("KS207", 1, 98, 101)


def test_a_check_of_a_built_site_judges_lines_in_its_font(tmp_path: Path, run_command: Run) -> None:
    site = make(tmp_path / "site", "p{line-height:1}")
    options = ("--lines", "--select", "KS206", "-j", 1)
    assert run_command("site", "build", site, "-o", tmp_path / "built", "--no-cache", "-q").code == 0
    before = run_command("site", "check", site, *options)
    assert before.code == 1
    assert run_command("site", "check", tmp_path / "built", *options).out.splitlines()[0] == before.out.splitlines()[0]


def test_what_is_meant_to_be_tight_is_let_alone(tmp_path: Path, run_command: Run) -> None:
    site = make(tmp_path / "site", "p{line-height:1;overflow:hidden}")
    page = (site / "a.html").read_text(encoding="utf-8")
    for name in ("a.html", "b.html"):
        (site / name).write_text(page.replace("<p>", "<p data-khmer-ignore=KS206>"), encoding="utf-8")
    out = run_command("site", "check", site, "-j", 1, "--lines").out
    assert "KS207" in out
    assert "KS206" not in out
    for name in ("a.html", "b.html"):
        (site / name).write_text(page.replace("<p>", "<p data-khmer-ignore>"), encoding="utf-8")
    assert run_command("site", "clipping", site, "-j", 1).code == 0
