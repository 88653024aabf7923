"""font list and font check: what they print, exit codes, nothing that drives a terminal."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from fontTools.ttLib import TTFont

from khmertext.cli import font_check as module
from khmertext.cli.font_check import font_check, font_list
from khmertext.fonts import default_face, default_limits, limit_axes
from khmertext.script.classes import COENG, CONSONANTS, VOWELS
from tests.font_files import find_font
from tests.unit.fonts.built import build_font, collect

ESCAPES = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]")
HOSTILE = "a\x1b[31mb\x9b2J\u202e"


@click.group()
def group() -> None:
    """As `khmertext font` will be."""


group.add_command(font_list)
group.add_command(font_check)


def call(*arguments: object, **options: Any) -> Result:
    return CliRunner().invoke(group, list(map(str, arguments)), catch_exceptions=False, **options)


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    face = default_face()
    face = limit_axes(face, default_limits(face, (400, 400)))
    path = tmp_path_factory.mktemp("fonts") / "good.ttf"
    path.write_bytes(face.data)
    return path


def changed(path: Path, place: Path, change: Any) -> Path:
    font = TTFont(path)
    change(font)
    font.save(place)
    return place


@pytest.fixture
def broken(good: Path, tmp_path: Path) -> Path:
    def drop(font: Any) -> None:
        del font["GSUB"]

    return changed(good, tmp_path / "broken.ttf", drop)


def test_a_good_font(good: Path) -> None:
    result = call("check", good)
    assert result.exit_code == 0
    assert f"{good}: passes modern" in result.stdout
    assert "OFL-1.1" in result.stdout
    assert "installable (fsType 0x0000)" in result.stdout
    assert "FAIL" not in result.stdout


def test_a_broken_font(broken: Path) -> None:
    result = call("check", broken)
    assert result.exit_code == 1
    assert "does not pass modern" in result.stdout
    assert "claims Khmer, and cannot shape it" in result.stdout
    assert "subscripts of all consonants but LA: 34 of 34 wrong" in result.stdout
    assert "ក្ក  U+1780 U+17D2 U+1780" in result.stdout
    assert "and 26 more" in result.stdout


def test_the_worst_decides(good: Path, broken: Path, tmp_path: Path) -> None:
    junk = tmp_path / "junk.ttf"
    junk.write_bytes(b"<html>")
    assert call("check", good, broken).exit_code == 1
    result = call("check", good, junk, broken, tmp_path / "none.ttf", tmp_path)
    assert result.exit_code == 2
    assert f"error: {junk}: not a font" in result.stderr
    assert "none.ttf: cannot read the font: No such file" in result.stderr
    assert f"{tmp_path}: not a file" in result.stderr
    assert "passes modern" in result.stdout  # what can be read is shown
    assert call("check").exit_code == 2


def test_levels(good: Path, tmp_path: Path) -> None:
    def drop(font: Any) -> None:
        for table in font["cmap"].tables:
            table.cmap.pop(0x19E0, None)

    path = changed(good, tmp_path / "no-lunar.ttf", drop)
    assert call("check", path, "--level", "minority").exit_code == 0
    full = call("check", path, "--level", "full")
    assert full.exit_code == 1
    assert "FAIL  full      lunar dates: 1 of 32 wrong" in full.stdout
    modern = call("check", path)
    assert modern.exit_code == 0
    assert "no    full      lunar dates: 1 of 32 wrong" in modern.stdout
    assert call("check", path, "--level", "some").exit_code == 2


def test_json(good: Path, broken: Path, tmp_path: Path) -> None:
    junk = tmp_path / "junk.ttf"
    junk.write_bytes(b"")
    result = call("check", good, broken, junk, "--json")
    assert result.exit_code == 2
    assert result.stdout.isascii()
    first, second, third = json.loads(result.stdout)
    assert (first["passes"], first["level"], first["error"]) == (True, "full", None)
    assert first["levels"] == dict.fromkeys(("modern", "middle", "minority", "full"), True)
    assert first["scripts"]["GSUB"]
    (coengs,) = (check for check in second["checks"] if check["name"] == "coengs")
    assert coengs["failing"][1] == {"text": "ក្ខ", "code_points": "U+1780 U+17D2 U+1781"}
    assert (second["status"], second["passes"], second["asked"]) == ("claims", False, "modern")
    assert third["error"] == "an empty file, not a font"
    assert third["passes"] is False


def test_collections(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "two.ttc"
    path.write_bytes(collect(good.read_bytes(), build_font(range(0x20, 0x7F))))
    result = call("check", path)
    assert result.exit_code == 1
    assert f"{path}: passes modern" in result.stdout
    assert f"{path}#1: does not pass modern" in result.stdout
    assert [row["index"] for row in json.loads(call("check", path, "--json").stdout)] == [0, 1]


def test_an_8_bit_font(tmp_path: Path) -> None:
    path = tmp_path / "limon.ttf"
    path.write_bytes(build_font(range(0x20, 0x7F), family="Limon S1", flat=map(ord, "wIiUuY")))
    result = call("check", path)
    assert result.exit_code == 1
    assert "of the series Limon, from before Unicode" in result.stdout
    (value,) = json.loads(call("check", path, "--json").stdout)
    assert value["legacy"]["series"] == "Limon"


def test_a_variable_font() -> None:
    result = call("check", default_face().source)
    assert result.exit_code == 0
    assert "variable (wght, wdth)" in result.stdout


def test_restricted_fonts(tmp_path: Path) -> None:
    path = tmp_path / "restricted.ttf"
    letters = sorted(map(ord, CONSONANTS | VOWELS | {COENG}))
    path.write_bytes(build_font(letters, fs_type=0x0102))
    assert "restricted, no subsetting (fsType 0x0102)" in call("check", path).stdout


@pytest.mark.parametrize("arguments", [["check"], ["list", "--all"]])
def test_nothing_drives_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    paths = [tmp_path / f"{HOSTILE}.ttf", tmp_path / f"{HOSTILE}2.ttf"]
    paths[0].write_bytes(build_font([*range(0x20, 0x7F), 0x1780], family=HOSTILE))
    paths[1].write_bytes(b"junk")
    monkeypatch.setattr(module, "find_font_files", lambda *, khmer_only: tuple(paths))
    result = call(*arguments, *(paths if arguments == ["check"] else []))
    assert not ESCAPES.search(result.output)
    assert "\\x1b[31m" in result.output


def test_color(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" in call("check", good, color=True).stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in call("check", good, color=True).stdout


# -- list --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def machine(good: Path, broken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """A machine with three fonts and a file that is none; whoever asks is noted."""
    latin, junk = tmp_path / "latin.ttf", tmp_path / "junk.ttf"
    latin.write_bytes(build_font(range(0x20, 0x7F)))
    junk.write_bytes(b"junk")
    paths = [junk, latin, broken, good]
    monkeypatch.setattr(module, "find_font_files", lambda *, khmer_only: tuple(paths))
    return paths


def test_list(machine: list[Path]) -> None:
    result = call("list")
    assert result.exit_code == 0
    (line,) = result.stdout.splitlines()
    assert re.split("  +", line) == ["Noto Sans Khmer", "full", "1 style", "OFL-1.1", str(machine[3])]
    assert "1 family, 1 of 4 fonts" in result.stderr


def test_list_all(machine: list[Path]) -> None:
    lines = call("list", "--all").stdout.splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("Noto Sans Khmer")
    assert "broken.ttf: it does not form the subscript" in lines[1]
    assert "latin.ttf: it has no Khmer letters" in lines[2]
    assert "junk.ttf: not a font" in lines[3]


def test_who_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def find(*, khmer_only: bool) -> tuple[Path, ...]:
        asked.append(khmer_only)
        return ()

    monkeypatch.setattr(module, "find_font_files", find)
    call("list")
    call("list", "--all")
    assert asked == [True, False]


def test_information_fails_nothing(good: Path, tmp_path: Path) -> None:
    found = find_font("Khmer OS")
    if found is None:
        pytest.skip("needs fonts-khmeros")
    result = call("check", found, "--level", "full")
    assert result.exit_code == 0
    assert "no    middle    coengs after vowels (Middle Khmer): 6 of 6 wrong (information only)" in result.stdout


def test_list_json(machine: list[Path]) -> None:
    assert [row["family"] for row in json.loads(call("list", "--json").stdout)] == ["Noto Sans Khmer"]
    rows = json.loads(call("list", "--json", "--all").stdout)
    assert [row.get("status") for row in rows] == ["shapes", "claims", "none", None]


def test_no_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_font_files", lambda *, khmer_only: ())
    result = call("list")
    assert (result.exit_code, result.stdout) == (1, "")
    assert json.loads(call("list", "--json").stdout) == []


def test_this_machine() -> None:
    result = call("list", "--json")
    assert result.exit_code in (0, 1)
    assert all(row["status"] == "shapes" for row in json.loads(result.stdout))


def test_woff2(good: Path, tmp_path: Path) -> None:
    font = TTFont(io.BytesIO(good.read_bytes()))
    font.flavor = "woff2"
    font.save(tmp_path / "good.woff2")
    assert call("check", tmp_path / "good.woff2").exit_code == 0
