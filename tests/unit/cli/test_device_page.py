"""``khmertext site device-page``: the page, the meaning of codes, wrong use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from khmertext.fonts.default import find_font
from khmertext.web.device import encode_result, sample_texts
from khmertext.web.device.page import font_number
from khmertext.web.manifest import hash_bytes
from tests.commands import Run

FONT = font_number(hash_bytes(find_font().read_bytes()))


def test_it_writes_one_file(run_command: Run, tmp_path: Path) -> None:
    answer = run_command("site", "device-page", "-o", "device.html")
    assert answer.code == 0
    assert answer.out.startswith("device.html: ")
    assert [path.name for path in tmp_path.iterdir()] == ["device.html"]
    value = json.loads(run_command("site", "device-page", "-o", "other.html", "--json").out)
    assert value["bytes"] == (tmp_path / "device.html").stat().st_size
    assert value["font"] == FONT
    assert (tmp_path / "other.html").read_bytes() == (tmp_path / "device.html").read_bytes()


@pytest.mark.parametrize(
    ("differing", "options", "code", "words"),
    [
        ([], {}, 0, ["the default font", "widths and ink", "0 samples"]),
        ([60], {}, 1, ["1 sample", "a letter with itself below", sample_texts()[60]]),
        ([60, 130], {}, 1, ["2 samples", "whole code"]),
        ([60, 130], {"whole": True}, 1, [sample_texts()[60], sample_texts()[130]]),
        ([len(sample_texts()) - 1], {}, 0, ["0 samples", "broken syllables (free)"]),
        ([], {"ink_measured": False}, 0, ["widths alone"]),
        ([1], {"font_used": False}, 1, ["did not use the font"]),
    ],
)
def test_a_code_is_explained(
    run_command: Run, differing: list[int], options: dict[str, bool], code: int, words: list[str]
) -> None:
    text = encode_result(differing, FONT, **options)
    answer = run_command("site", "device-page", "--decode", text)
    assert answer.code == code
    for word in words:
        assert word in answer.out
    value = json.loads(run_command("site", "device-page", "--decode", text, "--json").out)
    assert value["font_known"] is True
    assert value["ink_measured"] == options.get("ink_measured", True)


def test_another_font_is_told(run_command: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.ttf").write_bytes(find_font().read_bytes() + b"\0")
    code = encode_result([], FONT)
    assert "not this font" in run_command("site", "device-page", "--decode", code, "--font", "mine.ttf").out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "--output FILE or --decode CODE"),
        (["-o", "x.html", "--decode", "1"], "--output FILE or --decode CODE"),
        (["--decode", "1000-0000-0000-0002"], "mistyped"),
        (["--decode", "10"], "16 letters"),
        (["--decode", "ស្រ្តី\x1b[31m"], "no '"),
        (["-o", "-", "--json"], "standard output"),
        (["-o", "x.html", "--font", "none.ttf"], "none.ttf"),
        (["--decode", "1000-0000-0000-0001", "--font", "none.ttf"], "none.ttf"),
        (["-o", "none/x.html"], "none"),
    ],
)
def test_wrong_use_ends_with_2(run_command: Run, tmp_path: Path, arguments: list[str], told: str) -> None:
    answer = run_command("site", "device-page", *arguments)
    assert answer.code == 2
    assert told in answer.err
    assert "\x1b" not in answer.err
    assert list(tmp_path.iterdir()) == []


def test_the_font_is_not_written_over(run_command: Run, tmp_path: Path) -> None:
    data = find_font().read_bytes()
    (tmp_path / "a.ttf").write_bytes(data)
    assert run_command("site", "device-page", "-o", "a.ttf", "--font", "a.ttf").code == 2
    assert (tmp_path / "a.ttf").read_bytes() == data
