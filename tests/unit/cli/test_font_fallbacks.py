"""``khmertext font fallbacks``: measurements of fonts, as a table for people and a file for builds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from khmertext.fonts import default_face
from khmertext.fonts.default import find_font
from khmertext.fonts.fallbacks import measure_fallback, read_fallbacks
from tests.commands import Run
from tests.unit.fonts.built import build_font

KHMER_OS = Path("/usr/share/fonts/truetype/khmeros/KhmerOS.ttf")


COMMAND = ("font", "fallbacks")


def test_the_default_font_is_as_wide_as_itself(tmp_path: Path, run_command: Run) -> None:
    output = tmp_path / "m.json"
    code, out, _ = run_command(*COMMAND, find_font(), "-o", output)
    assert code == 0
    assert out.splitlines()[1].split() == ["Noto", "Sans", "Khmer", "Regular", "400", "100.0", "%"]
    (font,) = read_fallbacks(output.read_bytes(), source="")
    assert font.advances == measure_fallback(default_face()).advances
    assert font.origin == find_font().name  # no folder of the user's


@pytest.mark.skipif(not KHMER_OS.is_file(), reason="not installed: fonts-khmeros")
def test_json_tells_each_font_once(tmp_path: Path, run_command: Run) -> None:
    code, out, _ = run_command(*COMMAND, KHMER_OS, find_font(), KHMER_OS, "--json")
    assert code == 0
    found = {font["family"]: font["width_percent"] for font in json.loads(out)}
    assert found == {"Khmer OS": pytest.approx(122, abs=1), "Noto Sans Khmer": 100}
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_measured_is_told(tmp_path: Path, run_command: Run) -> None:
    (tmp_path / "latin.ttf").write_bytes(build_font([0x61]))
    (tmp_path / "none.ttf").write_bytes(b"no font")
    output = tmp_path / "m.json"
    code, out, err = run_command(
        *COMMAND, tmp_path / "latin.ttf", tmp_path / "none.ttf", tmp_path / "missing.ttf", "-o", output
    )
    assert code == 2
    assert "no font that shapes Khmer" in out
    assert [line.split(": ")[1].rsplit("/", 1)[-1] for line in err.splitlines()] == [
        "latin.ttf",
        "none.ttf",
        "missing.ttf",
    ]
    assert not output.exists()


def test_a_machine_without_khmer_fonts_is_told(monkeypatch: pytest.MonkeyPatch, run_command: Run) -> None:
    monkeypatch.setattr("khmertext.cli.font_fallbacks.find_font_files", lambda **_: ())
    assert run_command(*COMMAND) == (1, "no font that shapes Khmer\n", "")


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path, run_command: Run) -> None:
    code, _, err = run_command(*COMMAND, find_font(), "-o", tmp_path / "no" / "m.json")
    assert code == 2
    assert "m.json" in err
