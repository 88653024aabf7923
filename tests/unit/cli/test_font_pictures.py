"""``khmertext font report`` and ``compare``: files, standard output, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import click
import pytest
from click.testing import CliRunner
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.ttLib import TTFont

from khmertext.cli.font_pictures import font_compare, font_report
from khmertext.cli.main import cli, run
from khmertext.errors import TextError
from khmertext.fonts import default_face, limit_axes
from khmertext.fonts.reporting import report_page


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fonts")
    for name, weight in (("regular", 400), ("bold", 700)):
        face = limit_axes(default_face(), {"wght": (weight, weight), "wdth": (100, 100)})
        (folder / f"{name}.ttf").write_bytes(face.data)
    (folder / "whole.ttf").write_bytes(default_face().data)
    (folder / "text.txt").write_text("ភាសាខ្មែរ\n", encoding="utf-8")
    (folder / "latin1.txt").write_bytes(b"\xe9\xff")
    (folder / "broken.ttf").write_bytes((folder / "regular.ttf").read_bytes()[:5000])
    return folder


def invoke(command: click.Command, *arguments: object, given: str = "") -> tuple[int, bytes]:
    result = CliRunner().invoke(command, [str(one) for one in arguments], input=given)
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
    whole = str(fonts / "whole.ttf")
    compare = ["compare", good, good, "--text-file", text]
    wrong = [
        (["report", str(fonts / "broken.ttf"), "-o", page], "broken.ttf"),
        (["report", str(fonts / "nowhere.ttf"), "-o", page], "nowhere.ttf"),
        (["report", good, "-o", str(tmp_path / "no" / "page.html")], "cannot be written"),
        (["report", good], "--output"),
        (["report", good, "-o", good], "one of the files to read"),
        (["compare", good, good, "-o", page], "--text-file"),
        (["compare", good, good, "--text-file", str(fonts / "latin1.txt"), "-o", page], "not UTF-8"),
        (["compare", good, str(fonts / "broken.ttf"), "--text-file", text, "-o", page], "broken.ttf"),
        ([*compare, "-o", text], "one of the files to read"),
        (compare, "--output"),
        ([*compare, "--json", "-o", "-"], "--output"),
        ([*compare, "-o", page, "--text-file", "-", "--text-file", "-"], "once only"),
        ([*compare, "-o", page, "--language", "k m"], "language tag"),
        ([*compare, "-o", page, "--axes", "foo=3"], "four characters"),
        ([*compare, "-o", page, "--axes", "wght=700"], "regular.ttf has none"),
        (["compare", whole, good, "--text-file", text, "-o", page, "--axes", "slnt=1"], "whole.ttf has wght, wdth"),
        (["compare", good, whole, "--text-file", text, "-o", page, "--axes", "wght=1200"], "100 to 900"),
        (["compare", good, whole, "--text-file", text, "-o", page, "--axes", "wght=inf"], "100 to 900"),
    ]
    for arguments, words in wrong:
        assert run(arguments) == 2
        told = " ".join(capsys.readouterr().err.split())
        assert words in told, arguments
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


@pytest.mark.parametrize("text", ["", " \n\t ", "\ufeff\u200b \u00a0\n"], ids=["empty", "spaces", "unseen"])
def test_a_text_without_anything_to_compare_is_an_error(fonts: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "nothing.txt").write_text(text, encoding="utf-8")
    given = ["font", "compare", str(fonts / "regular.ttf"), str(fonts / "bold.ttf"), "-o", str(tmp_path / "p.html")]
    for name, shown in ((str(tmp_path / "nothing.txt"), "nothing.txt"), ("-", "standard input")):
        result = CliRunner().invoke(cli, [*given, "--text-file", name], input=text)
        assert isinstance(result.exception, TextError)
        assert shown in result.exception.source
        assert result.exception.hint
    assert [one.name for one in tmp_path.iterdir()] == ["nothing.txt"]
    assert run([*given, "--text-file", str(tmp_path / "nothing.txt")]) == 2


def test_text_without_khmer_is_compared_and_told(fonts: Path, tmp_path: Path) -> None:
    given = fonts / "regular.ttf", fonts / "bold.ttf", "--text-file", "-", "-o", tmp_path / "p.html"
    code, out = invoke(font_compare, *given, given="only Latin")
    assert code == 1
    assert out.startswith(b"1 of 1 distinct runs differ; there is no Khmer in the text: ")
    assert "There is no Khmer in the text." in (tmp_path / "p.html").read_text(encoding="utf-8")
    _, out = invoke(font_compare, *given, given="ខ្មែរ")
    assert b"no Khmer" not in out
    assert "no Khmer" not in (tmp_path / "p.html").read_text(encoding="utf-8")


def test_standard_input_is_read(fonts: Path) -> None:
    given = fonts / "regular.ttf", fonts / "bold.ttf", "-o", "-", "--text-file"
    assert invoke(font_compare, *given, "-", given="ភាសាខ្មែរ\n") == invoke(font_compare, *given, fonts / "text.txt")


def test_what_differs_as_json(fonts: Path, tmp_path: Path) -> None:
    page = tmp_path / "p.html"
    given = "--text-file", fonts / "text.txt", "--json"
    code, out = invoke(font_compare, fonts / "regular.ttf", fonts / "regular.ttf", *given)
    value = json.loads(out)
    assert (code, value["same"], value["line_metrics_equal"], value["changes"]) == (0, True, True, [])
    assert value["views"] == [{"axes": {}, "features": ""}]
    assert (value["runs"], value["clusters"], value["language"], value["has_khmer"]) == (1, 4, "km", True)
    axes = "--axes", "wght=400", "--features", "kern=0", "-o", page
    code, out = invoke(font_compare, fonts / "whole.ttf", fonts / "bold.ttf", *given, *axes)
    value = json.loads(out)
    assert (code, value["same"], value["differing_runs"]) == (1, False, 1)
    assert len(value["views"]) == 2
    (first, *_) = value["changes"]
    assert (first["text"], first["runs"]) == ("ភា", 1)
    assert first["view"] == {"axes": {"wght": 400}, "features": ""}
    assert any(detail.startswith("outline: ") for detail in first["details"])
    ElementTree.fromstring(page.read_bytes())


@pytest.mark.parametrize(("text", "language"), [("ក", "mk"), ("A", "ro")])
def test_the_language_reaches_shaping(fonts: Path, tmp_path: Path, text: str, language: str) -> None:
    """One font has rules for these languages alone, in Khmer and in Latin."""
    rules = (
        "languagesystem khmr dflt; languagesystem khmr MKD; languagesystem latn dflt; languagesystem latn ROM;"
        "feature clig {{ script khmr; language MKD; sub {0} by {1}; }} clig;"
        "feature locl {{ script latn; language ROM; sub {2} by {3}; }} locl;"
    )
    for name in ("plain.ttf", "ruled.ttf"):
        font: Any = TTFont(fonts / "regular.ttf")
        del font["GSUB"]
        if name == "ruled.ttf":
            names = font.getBestCmap()
            addOpenTypeFeaturesFromString(font, rules.format(*(names[ord(char)] for char in "កខAB")), tables=["GSUB"])
        font.save(tmp_path / name)
    page = tmp_path / "p.html"
    given = tmp_path / "plain.ttf", tmp_path / "ruled.ttf", "--text-file", "-", "-o", page
    for option, code, said in (
        ((), 0, "in the language km."),
        (("--language", language), 1, f"in the language {language}."),
        (("--language", ""), 0, "in no language"),
    ):
        assert invoke(font_compare, *given, *option, given=text)[0] == code
        assert said in page.read_text(encoding="utf-8")
    # What is drawn is what was compared: the second font's picture is of its rule.
    assert invoke(font_compare, *given, "--language", language, given=text)[0] == 1
    root = ElementTree.fromstring(page.read_bytes())
    drawn = {use.get("href", "")[1:2]: use.get("href", "")[2:] for use in root.iter("use")}
    assert drawn["a"] != drawn["b"]


def test_an_axis_that_one_font_has_is_told(fonts: Path, tmp_path: Path) -> None:
    page = tmp_path / "p.html"
    arguments = [fonts / "bold.ttf", fonts / "whole.ttf", "--text-file", fonts / "text.txt", "-o", page]
    result = CliRunner().invoke(font_compare, [*map(str, arguments), "--axes", "wght=700", "--axes", "wght=100"])
    assert result.exit_code == 1
    (note,) = result.stderr.splitlines()
    assert note.endswith(f"whole.ttf has the axis wght; {fonts / 'bold.ttf'} is drawn without it")


def test_line_metrics_are_named_with_both_values(fonts: Path, tmp_path: Path) -> None:
    font: Any = TTFont(fonts / "regular.ttf")
    font["hhea"].ascent += 100
    font["OS/2"].sTypoAscender += 100
    font["OS/2"].usWinAscent += 100
    font.save(tmp_path / "high.ttf")
    page = tmp_path / "p.html"
    given = fonts / "regular.ttf", tmp_path / "high.ttf", "--text-file", fonts / "text.txt", "-o", page
    code, out = invoke(font_compare, *given)
    assert code == 1
    assert b"0 of 1 distinct runs differ; the line metrics differ (ascent 1.069 and 1.169 em): " in out
    value = json.loads(invoke(font_compare, *given, "--json")[1])
    assert (value["same"], value["changes"], value["line_metrics_equal"]) == (False, [], False)
    assert [(one["name"], one["first"], one["second"]) for one in value["line_changes"]] == [("ascent", 1.069, 1.169)]
