"""Fallback fonts: what is in the table is what HarfBuzz says of the fonts, and enough to tell the width of any text."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from khmertext.errors import FontError
from khmertext.fonts import Face, default_face, open_face, read_face
from khmertext.fonts.fallbacks import (
    FORMAT,
    UNITS,
    FallbackFont,
    estimate_advance,
    format_fallbacks,
    known_fallbacks,
    measure_fallback,
    read_fallbacks,
)
from khmertext.fonts.shaping import shape
from khmertext.script.everyday import everyday_counts
from tests.font_files import ROOT
from tests.unit.fonts.built import build_font

INSTALLED = {
    font.names: path
    for name in ("noto/NotoSansKhmer-Regular", "noto/NotoSerifKhmer-Bold", "khmeros/KhmerOS", "khmeros/KhmerOSsiemreap")
    if (path := Path(f"/usr/share/fonts/truetype/{name}.ttf")).is_file()
    for font in [measure_fallback(read_face(path))]
}


def advance(face: Face, text: str) -> float:
    return float(sum(position.x_advance for position in shape(face.font(), text, "km").glyph_positions)) / face.upem


def test_the_table_is_what_its_script_writes() -> None:
    done = subprocess.run(
        [sys.executable, "tools/make_fallback_table.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 2:
        pytest.skip(done.stderr.strip())
    assert (done.returncode, done.stderr) == (0, "")


def test_the_table_has_whole_fonts_each_once() -> None:
    fonts = known_fallbacks()
    assert len({font.names for font in fonts}) == len(fonts) >= 15
    assert {font.family for font in fonts} >= {"Noto Sans Khmer", "Noto Serif Khmer", "Khmer OS", "Khmer OS Siemreap"}
    for font in fonts:
        assert font.origin.startswith("debian ")
        assert {"ក", "េ", "្រ", "កា"} <= font.advances.keys() <= set(UNITS)
        assert not font.italic


@pytest.mark.parametrize("names", INSTALLED, ids=lambda names: names[0])
def test_parts_tell_the_width_of_everyday_khmer(names: tuple[str, ...]) -> None:
    """HarfBuzz shapes every cluster of the held-out text; the sum of the parts is the same to a thousandth."""
    face, font = read_face(INSTALLED[names]), next(font for font in known_fallbacks() if font.names == names)
    real = told = 0.0
    for row in everyday_counts():
        parts = estimate_advance(font, row.cluster)
        if row.held_out and parts is not None:
            real += row.held_out * advance(face, row.cluster)
            told += row.held_out * parts / font.upem
    assert real > 10_000
    assert told == pytest.approx(real, rel=1e-3)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("ខ្មែរ", ("ខ", "្ម", "ែ", "រ")),
        ("ក\u200bខ\u200c", ("ក", "ខ")),
        ("ទា", ("ទា",)),
        ("ទៅ", ("ទា", "ៅ", "-ា")),
        ("ក x", ("ក",)),
    ],
)
def test_parts_are_taken_once_each(text: str, parts: tuple[str, ...]) -> None:
    font = next(font for font in known_fallbacks() if font.family == "Noto Sans Khmer")
    signs = [(-1, part[1:]) if part.startswith("-") else (1, part) for part in parts]
    assert estimate_advance(font, text) == sum(sign * font.advances[part] for sign, part in signs)


def test_what_a_font_lacks_has_no_width() -> None:
    font = measure_fallback(default_face())
    without = FallbackFont(font.family, font.names, 400, False, font.upem, {"ក": font.advances["ក"]}, "")
    assert estimate_advance(without, "ក") == font.advances["ក"]
    assert estimate_advance(without, "កខ") is None
    assert estimate_advance(without, "ក្ក") is None


def test_a_font_without_ka_is_refused() -> None:
    with pytest.raises(FontError, match="no letter KA"):
        measure_fallback(open_face(build_font([0x61]), source="latin.ttf"))


def test_files_come_back_as_they_were_written() -> None:
    fonts = known_fallbacks()
    text = format_fallbacks(fonts)
    assert read_fallbacks(text.encode(), source="x") == fonts
    assert text.count("\n") == len(fonts) + 2
    assert read_fallbacks(format_fallbacks([]).encode(), source="x") == ()


def spoiled() -> list[object]:
    good = json.loads(format_fallbacks(known_fallbacks()[:1]))
    (font,) = good["fonts"]
    changes: list[dict[str, object]] = [
        {"names": []},
        {"names": ["a\nb"]},
        {"names": [1]},
        {"names": ["x" * 201]},
        {"family": 'a"\x00'},
        {"upem": 0},
        {"upem": True},
        {"weight": "400"},
        {"weight": 1001},
        {"italic": "no"},
        {"origin": 3},
        {"advances": {}},
        {"advances": {"ក": 0}},
        {"advances": {"ក": 1e3}},
        {"advances": {"ក": 636, "ខ": 10**9}},
        {"advances": [1]},
    ]
    return [
        *({"format": FORMAT, "fonts": [{**font, **change}]} for change in changes),
        {"format": FORMAT, "fonts": [{name: value for name, value in font.items() if name != "upem"}]},
        {"format": FORMAT, "fonts": [font] * 1001},
        {"format": FORMAT, "fonts": 3},
        {"format": "other", "fonts": []},
        {"fonts": []},
        [],
        3,
        None,
    ]


@pytest.mark.parametrize("value", spoiled(), ids=lambda value: str(value)[:40])
def test_a_file_that_is_none_is_refused(value: object) -> None:
    with pytest.raises(FontError, match=r"m\.json: is no file of fallback fonts.*khmertext font fallbacks"):
        read_fallbacks(json.dumps(value).encode(), source="m.json")


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"[" * 100_000, b"{", b" " * ((4 << 20) + 1)], ids=range(5))
def test_bytes_that_are_none_are_refused(data: bytes) -> None:
    with pytest.raises(FontError, match=r"m\.json"):
        read_fallbacks(data, source="m.json")
