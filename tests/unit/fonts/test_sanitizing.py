"""OpenType Sanitizer: what it says is passed on, and it may be missing."""

from __future__ import annotations

import io
import sys
from typing import Any

import ots
import pytest
from fontTools.ttLib import TTFont

from khmertext.errors import FontError
from khmertext.fonts import Face, Run, subset_text
from khmertext.fonts.containers import build_sfnt, read_tables
from khmertext.fonts.sanitizing import Sanitized, sanitize


def break_glyph(face: Face) -> bytes:
    """The font with an outline beyond its end: HarfBuzz minds when it draws it, browsers refuse the whole font."""
    font: Any = TTFont(io.BytesIO(face.data))
    start = font["loca"][font.getGlyphID("uni17F9")]
    version, tables = read_tables(face.data)
    outlines = bytearray(tables["glyf"])
    outlines[start : start + 2] = (2000).to_bytes(2, "big")
    return build_sfnt(version, {**tables, "glyf": bytes(outlines)})


def test_what_browsers_take(regular: Face) -> None:
    said = sanitize(regular.data)
    assert said == Sanitized(ots.__version__, "")
    assert said.passed
    subset = subset_text(regular, [Run("ខ្មែរ", "km", 400)], coverage="exact")
    for data in (subset.data, subset.face.data):
        assert sanitize(data) == said


def test_what_browsers_refuse(regular: Face) -> None:
    for data, words in ((break_glyph(regular), "glyf"), (b"", ""), (regular.data[:9000], ""), (b"<p>", "")):
        said = sanitize(data)
        assert said is not None
        assert not said.passed
        assert words in said.message


def test_without_it(regular: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ots", None)
    assert sanitize(regular.data) is None


def test_an_installation_that_is_broken(regular: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ots, "OTS_SANITIZE", "/nowhere/ots-sanitize")
    with pytest.raises(FontError, match="cannot be run"):
        sanitize(regular.data)
