"""``khmertext pdf check``: what it prints, its exit codes, and what it says of bad input."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from khmertext.cli.main import run
from tests.pdf_files import Font, make_pdf, show, span

HTML = "<html lang=km><p>ភាសា</p>\n<p>ខ្មែរ</p>"
FONT = Font({1: "ភា", 2: "សា", 3: "ខ", 4: "្ម", 5: "ែ", 6: "រ"})
GOOD = make_pdf([show([1, 2]) + span("ខ្មែ", show([5, 3, 4])) + show([6])], [FONT])
BAD = make_pdf([show([1, 2]), show([3, 5, 6])], [FONT], producer="Maker\x1b[31m 1")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.html").write_text(HTML, encoding="utf-8")
    (tmp_path / "good.pdf").write_bytes(GOOD)
    (tmp_path / "bad.pdf").write_bytes(BAD)
    return tmp_path


def check(*arguments: str) -> int:
    return run(["pdf", "check", *arguments])


def test_the_same_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("good.pdf", "--against", "page.html") == 0
    assert capsys.readouterr().out == "4 of 4 clusters come out of the PDF as the page has them\n"


def test_findings(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("bad.pdf", "--against", "page.html") == 1
    output = capsys.readouterr().out
    assert "bad.pdf:2: ខ្មែ → ខែ: lost a part (page.html:2, in ភាសា|រ)" in output
    assert "1  partial: lost a part" in output
    assert "why: Maker\\x1b[31m 1 gives each glyph" in output
    assert "Chromium" in output
    assert output.endswith("3 of 4 clusters come out of the PDF as the page has them\n")
    assert "\x1b" not in output


def test_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("bad.pdf", "--against", "page.html", "--json") == 1
    value = json.loads(capsys.readouterr().out)
    assert (value["expected"], value["same"], value["pages"], value["kinds"]) == (4, 3, 2, {"partial": 1})
    assert value["findings"][0]["page"] == 2
    assert value["causes"][0]["code"] == "glyph-by-glyph"


def test_pages_and_many_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("bad.pdf", "--against", "page.html", "--pages", "1") == 0
    assert "2 of 2 clusters" in capsys.readouterr().out
    (folder / "one.html").write_text("<p>ភាសា", encoding="utf-8")
    (folder / "two.html").write_text("<p>ខែរ", encoding="utf-8")
    assert check("bad.pdf", "--against", "one.html", "--against", "two.html") == 0


def test_standard_input(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BAD)))
    assert check("-", "--against", "page.html") == 1
    assert "<stdin>:2: " in capsys.readouterr().out


def test_only_the_first_findings_are_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "page.html").write_text("<p>ភា" * 30, encoding="utf-8")
    (folder / "many.pdf").write_bytes(make_pdf([show([1, 3] * 30)], [FONT]))
    assert check("many.pdf", "--against", "page.html") == 1
    output = capsys.readouterr().out
    assert "more; --json lists all" in output
    assert output.count("many.pdf:1") == 20


def test_a_stylesheet_that_is_not_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "page.html").write_text(f"<link rel=stylesheet href=no.css>{HTML}", encoding="utf-8")
    assert check("good.pdf", "--against", "page.html", "--root", ".") == 0
    assert "note: page.html: the stylesheet no.css was not found" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["good.pdf"], "Missing option '--against'"),
        (["none.pdf", "--against", "page.html"], "none.pdf: cannot be read: No such file"),
        (["good.pdf", "--against", "none.html"], "none.html: cannot be read: No such file"),
        (["page.html", "--against", "page.html"], "page.html: is no PDF"),
        (["cut.pdf", "--against", "page.html"], "cut.pdf: is damaged"),
        (["good.pdf", "--against", "page.html", "--pages", "2"], "the PDF has no page 2: it has 1"),
        (["good.pdf", "--against", "page.html", "--pages", "3-1"], "give numbers as 1-3,5"),
        (["good.pdf", "--against", "page.html", "--pages", "0"], "give numbers as 1-3,5"),
        (["good.pdf", "--against", "page.html", "--pages", "1-99999"], "give numbers as 1-3,5"),
        (["good.pdf", "--against", "page.html", "--pages", "x"], "give numbers as 1-3,5"),
    ],
)
def test_wrong_use(folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    (folder / "cut.pdf").write_bytes(GOOD[: len(GOOD) // 3])
    assert check(*arguments) == 2
    assert message in capsys.readouterr().err


def test_without_pypdf(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from khmertext.web.pdftext import read_pdf

    monkeypatch.setattr("khmertext.cli.pdf.read_pdf_apart", read_pdf)
    monkeypatch.setitem(sys.modules, "pypdf", None)
    assert check("good.pdf", "--against", "page.html") == 2
    assert 'pypdf is not installed (install it with: pip install "khmertext[pdf]")' in capsys.readouterr().err
