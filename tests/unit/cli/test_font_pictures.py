"""``khmertext font report`` and ``compare``: files, standard output, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import click
import pytest
from click.testing import CliRunner
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
    (folder / "text.txt").write_text("ភាសាខ្មែរ\n", encoding="utf-8")
    (folder / "latin1.txt").write_bytes(b"\xe9\xff")
    (folder / "blank.txt").write_text(" \n\u200b\u3000\n", encoding="utf-8")
    (folder / "empty.txt").write_bytes("\ufeff".encode())
    (folder / "latin.txt").write_text("Latin", encoding="utf-8")
    (folder / "whole.ttf").write_bytes(default_face().data)
    weights = limit_axes(default_face(), {"wght": (400, 700), "wdth": (100, 100)})
    (folder / "weights.ttf").write_bytes(weights.data)
    (folder / "broken.ttf").write_bytes((folder / "regular.ttf").read_bytes()[:5000])
    return folder


def invoke(command: click.Command, *arguments: object, given: bytes | None = None) -> tuple[int, bytes]:
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
    wrong = [
        (["report", str(fonts / "broken.ttf"), "-o", page], "broken.ttf"),
        (["report", str(fonts / "nowhere.ttf"), "-o", page], "nowhere.ttf"),
        (["report", good, "-o", str(tmp_path / "no" / "page.html")], "cannot be written"),
        (["report", good], "--output"),
        (["report", good, "-o", good], "one of the files to read"),
        (["compare", good, good, "-o", page], "--text-file"),
        (["compare", good, good, "--text-file", text], "--output"),
        (["compare", good, good, "--text-file", text, "--json", "-o", "-"], "standard output"),
        (["compare", good, good, "--text-file", "-", "--text-file", "-", "-o", page], "once"),
        (["compare", good, good, "--text-file", text, "--axes", "foo=3", "-o", page], "no axes"),
        (["compare", good, good, "--text-file", text, "--language", "ខ្មែរ", "-o", page], "no language tag"),
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


@pytest.mark.parametrize("names", [["blank.txt"], ["empty.txt"], ["blank.txt", "empty.txt"]])
def test_text_that_has_nothing_is_refused(fonts: Path, tmp_path: Path, names: list[str]) -> None:
    page = tmp_path / "diff.html"
    options = [part for name in names for part in ("--text-file", fonts / name)]
    with pytest.raises(TextError, match="nothing to compare") as caught:
        invoke(font_compare, fonts / "regular.ttf", fonts / "regular.ttf", *options, "-o", page)
    assert caught.value.source.startswith(str(fonts / names[0]))
    assert caught.value.hint
    assert not page.exists()


def test_a_text_beside_an_empty_one_is_compared(fonts: Path, tmp_path: Path) -> None:
    given = fonts / "regular.ttf", fonts / "bold.ttf", "--text-file", fonts / "empty.txt", "--text-file"
    code, out = invoke(font_compare, *given, fonts / "latin.txt", "-o", tmp_path / "p.html")
    assert code == 1
    assert out.startswith(b"1 of 1 distinct runs differ; there is no Khmer in the text: ")
    assert b"no Khmer" not in invoke(font_compare, *given, fonts / "text.txt", "-o", tmp_path / "p.html")[1]


def test_compare_reads_standard_input(fonts: Path, tmp_path: Path) -> None:
    given = fonts / "regular.ttf", fonts / "bold.ttf", "-o", "-", "--text-file"
    page = invoke(font_compare, *given, fonts / "text.txt")
    assert invoke(font_compare, *given, "-", given=(fonts / "text.txt").read_bytes()) == page
    with pytest.raises(TextError, match="nothing to compare") as caught:
        invoke(font_compare, *given, "-", given=b"")
    assert caught.value.source == "standard input"


def test_compare_as_json(fonts: Path, tmp_path: Path) -> None:
    page = tmp_path / "diff.html"
    given = fonts / "regular.ttf", fonts / "bold.ttf", "--text-file", fonts / "text.txt", "--json"
    code, out = invoke(font_compare, *given)
    found = json.loads(out)
    assert code == 1
    assert found["same"] is False
    assert (found["runs"], found["differing_runs"], found["clusters"]) == (1, 1, 4)
    assert found["khmer"] is True
    assert found["line_metrics_equal"] is True
    assert found["line_metrics"] == []
    assert found["views"] == [{"axes": {}, "features": "", "language": "km"}]
    assert [change["text"] for change in found["changes"]] == ["ភា", "សា", "ខ្មែ", "រ"]
    for change in found["changes"]:
        assert change["runs"] == 1
        assert change["view"] == found["views"][0]
        assert any(detail.startswith("outline: glyph") for detail in change["details"])
    assert found["second"] == {"file": str(fonts / "bold.ttf"), "family": "Noto Sans Khmer"}
    assert invoke(font_compare, *given, "-o", page) == (1, out)
    ElementTree.fromstring(page.read_bytes())

    same = fonts / "regular.ttf", fonts / "regular.ttf", *given[2:], "--language", "xhm", "--features", "kern=0"
    code, out = invoke(font_compare, *same)
    found = json.loads(out)
    assert (code, found["same"], found["changes"]) == (0, True, [])
    assert found["views"][-1] == {"axes": {}, "features": "kern=0", "language": "xhm"}


def test_the_terminal_names_the_metrics_that_differ(fonts: Path, tmp_path: Path) -> None:
    font = TTFont(fonts / "regular.ttf")
    for table, name in (("hhea", "ascent"), ("OS/2", "sTypoAscender"), ("OS/2", "usWinAscent")):
        setattr(font[table], name, getattr(font[table], name) + 100)
    font.save(tmp_path / "high.ttf")
    given = fonts / "regular.ttf", tmp_path / "high.ttf", "--text-file", fonts / "text.txt", "-o", tmp_path / "p.html"
    code, out = invoke(font_compare, *given)
    assert code == 1
    assert b"0 of 1 distinct runs differ; the line metrics differ: ascent 1.069 em and 1.169 em: " in out


@pytest.mark.parametrize(
    ("second", "place", "words"),
    [
        ("regular.ttf", "wght=700", "neither font has an axis wght; the fonts have no axes"),
        ("regular.ttf", "foo=3", "'foo=3' is not like wght=400; the fonts have no axes"),
        ("whole.ttf", "ital=1", "neither font has an axis ital; the fonts have wght 100 to 900, wdth 62.5 to 100"),
        ("whole.ttf", "wght=1000", "wght=1000 is out of the range of {fonts}/whole.ttf, wght 100 to 900"),
        ("whole.ttf", "wght=inf", "wght=inf is out of the range"),
        ("whole.ttf", "wght=4:5", "wght has to have one value, as wght=400; the fonts have wght 100 to 900"),
    ],
)
def test_places_that_are_not_there_are_wrong_use(
    fonts: Path, tmp_path: Path, second: str, place: str, words: str
) -> None:
    files = str(fonts / "regular.ttf"), str(fonts / second)
    result = CliRunner().invoke(
        font_compare,
        [*files, "--text-file", str(fonts / "text.txt"), "-o", str(tmp_path / "p.html"), "--axes", place],
    )
    assert result.exit_code == 2
    assert words.format(fonts=fonts) in result.stderr
    assert not list(tmp_path.iterdir())


def test_each_font_has_to_have_the_place(fonts: Path, tmp_path: Path) -> None:
    files = str(fonts / "whole.ttf"), str(fonts / "weights.ttf")
    result = CliRunner().invoke(
        font_compare,
        [*files, "--text-file", str(fonts / "text.txt"), "-o", str(tmp_path / "p.html"), "--axes", "wght=900"],
    )
    assert result.exit_code == 2
    assert f"out of the range of {fonts}/weights.ttf, wght 400 to 700" in result.stderr


def test_an_axis_of_one_font_is_told(fonts: Path, tmp_path: Path) -> None:
    options = ["--text-file", str(fonts / "text.txt"), "-o", str(tmp_path / "p.html")]
    places = ["--axes", "wght=700", "--axes", "wght=400"]
    regular, whole = str(fonts / "regular.ttf"), str(fonts / "whole.ttf")
    result = CliRunner().invoke(font_compare, [regular, whole, *options, *places])
    assert result.exit_code == 1
    assert result.stderr == f"{regular} has no axis wght and stays as it is\n"
    assert CliRunner().invoke(font_compare, [whole, whole, *options, *places]).stderr == ""
