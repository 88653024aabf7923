"""``khmertext font report`` and ``compare``: files, standard output, exit codes."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import click
import pytest
from click.testing import CliRunner
from fontTools.ttLib import TTFont

from khmertext.cli.font_pictures import font_compare, font_report
from khmertext.cli.main import cli, run
from khmertext.fonts import default_face, limit_axes
from khmertext.fonts.reporting import report_page


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fonts")
    for name, weight in (("regular", 400), ("bold", 700)):
        face = limit_axes(default_face(), {"wght": (weight, weight), "wdth": (100, 100)})
        (folder / f"{name}.ttf").write_bytes(face.data)
    (folder / "text.txt").write_text("ភាសាខ្មែរ\n", encoding="utf-8")
    (folder / "latin1.txt").write_bytes(b"\xe9\xff")
    (folder / "broken.ttf").write_bytes((folder / "regular.ttf").read_bytes()[:5000])
    return folder


def invoke(command: click.Command, *arguments: object) -> tuple[int, bytes]:
    result = CliRunner().invoke(command, [str(one) for one in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout_bytes


def test_report_is_written(fonts: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert invoke(font_report, fonts / "regular.ttf", "-o", page) == (0, b"")
    ElementTree.fromstring(page.read_bytes())
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]
    code, out = invoke(font_report, fonts / "regular.ttf", "-o", "-")
    assert code == 0
    assert out == page.read_bytes()
    assert str(tmp_path).encode() not in out
    assert str(fonts).encode() not in out


def test_report_is_of_the_font(fonts: Path, tmp_path: Path) -> None:
    face = limit_axes(default_face(), {"wght": (700, 700), "wdth": (100, 100)})
    _, out = invoke(font_report, fonts / "bold.ttf", "-o", "-")
    assert out.decode() == report_page(face)


@pytest.mark.parametrize(("other", "code"), [("regular.ttf", 0), ("bold.ttf", 1)])
def test_compare_tells_by_its_exit_code(fonts: Path, tmp_path: Path, other: str, code: int) -> None:
    page = tmp_path / "diff.html"
    found, out = invoke(
        font_compare, fonts / "regular.ttf", fonts / other, "--text-file", fonts / "text.txt", "-o", page
    )
    assert found == code
    assert f"{code} of 1 distinct runs differ".encode() in out
    ElementTree.fromstring(page.read_bytes())
    found, out = invoke(
        font_compare, fonts / "regular.ttf", fonts / other, "--text-file", fonts / "text.txt", "-o", "-"
    )
    assert (found, out) == (code, page.read_bytes())


def test_what_is_wrong_is_told(
    fonts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(cli.commands, "report", font_report)
    monkeypatch.setitem(cli.commands, "compare", font_compare)
    good, text, page = str(fonts / "regular.ttf"), str(fonts / "text.txt"), str(tmp_path / "page.html")
    wrong = [
        (["report", str(fonts / "broken.ttf"), "-o", page], "broken.ttf"),
        (["report", str(fonts / "nowhere.ttf"), "-o", page], "nowhere.ttf"),
        (["report", good, "-o", str(tmp_path / "no" / "page.html")], "cannot be written"),
        (["report", good], "--output"),
        (["report", good, "-o", good], "one of the files to read"),
        (["compare", good, good, "-o", page], "--text-file"),
        (["compare", good, good, "--text-file", str(fonts / "latin1.txt"), "-o", page], "not UTF-8"),
        (["compare", good, str(fonts / "broken.ttf"), "--text-file", text, "-o", page], "broken.ttf"),
        (["compare", good, good, "--text-file", text, "-o", text], "one of the files to read"),
    ]
    for arguments, words in wrong:
        assert run(arguments) == 2
        assert words in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    assert (fonts / "text.txt").read_text(encoding="utf-8") == "ភាសាខ្មែរ\n"


def test_compare_looks_everywhere_or_where_it_is_told(fonts: Path, tmp_path: Path) -> None:
    (tmp_path / "whole.ttf").write_bytes(default_face().data)
    font = TTFont(tmp_path / "whole.ttf")
    for variations in font["gvar"].variations.values():
        variations.clear()
    del font["HVAR"]
    font.save(tmp_path / "stiff.ttf")
    given = (
        tmp_path / "whole.ttf",
        tmp_path / "stiff.ttf",
        "--text-file",
        fonts / "text.txt",
        "-o",
        tmp_path / "p.html",
    )
    code, out = invoke(font_compare, *given)
    assert code == 1
    assert b"looked at in 12 ways" in out
    assert "wght=900" in (tmp_path / "p.html").read_text(encoding="utf-8")
    ElementTree.fromstring((tmp_path / "p.html").read_bytes())
    assert invoke(font_compare, *given, "--axes", "wght=400,wdth=100")[0] == 0
    assert invoke(font_compare, *given, "--axes", "wght=400,wdth=100", "--axes", "wght=650")[0] == 1
    assert invoke(font_compare, *given, "--axes", "wght=400:700")[0] == 2
    assert invoke(font_compare, *given, "--features", "kern")[0] == 1
    assert "kern=1" in (tmp_path / "p.html").read_text(encoding="utf-8")
    assert invoke(font_compare, *given, "--features", "no")[0] == 2
