"""Opening fonts: every container gives the same font, and nothing but a font is opened."""

from __future__ import annotations

import io
import pickle
import struct
import sys
import zlib
from pathlib import Path
from typing import Any

import brotli
import pytest
from fontTools.ttLib import TTCollection, TTFont
from fontTools.ttLib.sfnt import SFNTReader

from khmertext.errors import FontError
from khmertext.fonts import Face, Run, open_face, prove, read_face, shape
from khmertext.fonts.containers import MAX_FONT_SIZE, build_sfnt, read_tables

TEXT = "ភាសាខ្មែរ ស្ត្រី ប៊ិច កើត"


def repack(data: bytes, flavor: str | None) -> bytes:
    font = TTFont(io.BytesIO(data), recalcTimestamp=False)
    font.flavor = flavor
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()


@pytest.mark.parametrize("flavor", [None, "woff", "woff2"])
def test_containers_hold_the_same_font(regular: Face, flavor: str | None) -> None:
    face = open_face(repack(regular.data, flavor))
    assert face.unicodes == regular.unicodes
    assert (face.family, face.weight, face.italic, face.upem) == ("Noto Sans Khmer", 400, False, 1000)
    assert prove(regular, face, [Run(TEXT, "km", 400)]).holds


def test_collection(regular: Face, variable: Face) -> None:
    collection = TTCollection()
    collection.fonts = [TTFont(io.BytesIO(regular.data)), TTFont(io.BytesIO(variable.data))]
    file = io.BytesIO()
    collection.save(file)
    first, second = (open_face(file.getvalue(), index=index) for index in (0, 1))
    assert not first.axes
    assert second.axes == variable.axes
    assert prove(regular, first, [Run(TEXT, "km", 400)]).holds
    for index in (-1, 2, 1 << 30):
        with pytest.raises(FontError, match="no font number"):
            open_face(file.getvalue(), index=index)
    with pytest.raises(FontError, match="not a collection"):
        open_face(regular.data, index=1)


def test_built_sfnt_is_what_fonttools_checks(regular: Face) -> None:
    # fontTools computes the checksums on its own and raises when one is wrong.
    reader = SFNTReader(io.BytesIO(regular.data), checkChecksums=2)
    for tag in regular.tables:
        assert len(reader[tag]) == len(regular.tables[tag])
    version, tables = read_tables(regular.data)
    assert build_sfnt(version, dict(reversed(tables.items()))) == regular.data
    whole = struct.unpack(f">{len(regular.data) // 4}L", regular.data)
    assert sum(whole) & 0xFFFFFFFF == 0xB1B0AFBA


def test_other_engines_tables_are_stripped(regular: Face) -> None:
    tables = read_tables(regular.data)
    more = {**tables.tables, **dict.fromkeys(("morx", "kerx", "Silf", "Feat", "prop"), b"\0" * 16)}
    face = open_face(build_sfnt(tables.version, more))
    assert set(face.stripped) == {"morx", "kerx", "Silf", "Feat", "prop"}
    assert face.data == regular.data
    assert regular.stripped == ()


def test_a_face_pickles_small(variable: Face) -> None:
    shape(variable.font({"wght": 700}), TEXT)
    pickled = pickle.dumps(variable)
    assert len(pickled) < len(variable.data) + 5_000
    again = pickle.loads(pickled)
    assert (again.data, again.axes, again.unicodes) == (variable.data, variable.axes, variable.unicodes)
    assert prove(variable, again, [Run(TEXT, "km", 700)]).holds


def test_fonts_are_shared_per_place_and_clamped(variable: Face, regular: Face) -> None:
    assert variable.font({"wght": 400}) is variable.font()
    assert variable.font({"wght": 5000}) is variable.font({"wght": 900, "XXXX": 3})
    assert variable.font({"wght": 900}).get_glyph_h_advance(60) != variable.font().get_glyph_h_advance(60)
    assert regular.font({"wght": 900}) is regular.font()
    assert variable.locate(950) == {"wght": 900}
    assert regular.locate(700) == {}


def test_fonts_without_layout_tables_work(regular: Face, change: Any) -> None:
    def drop(font: TTFont) -> None:
        for tag in ("GDEF", "GPOS", "GSUB"):
            del font[tag]

    bare = change(regular, drop)
    assert len(shape(bare.font(), "ក្ក").glyph_infos) == 3


BAD = {
    "empty": b"",
    "html": b"<!DOCTYPE html>",
    "signature alone": b"\x00\x01\x00\x00",
    "otto alone": b"OTTO",
    "woff alone": b"wOFF",
    "woff2 alone": b"wOF2",
    "ttc alone": b"ttcf\x00\x01\x00\x00\x00\x00\x00\x01",
    "no tables": b"\x00\x01\x00\x00" + bytes(8),
    "many tables": b"\x00\x01\x00\x00\xff\xff" + bytes(2_000_000),
    "type 1": b"%!PS-AdobeFont-1.0",
    "eot": bytes(100),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_font_is_refused(name: str) -> None:
    with pytest.raises(FontError) as caught:
        open_face(BAD[name], source="page.ttf")
    assert caught.value.source == "page.ttf"
    assert caught.value.hint


@pytest.mark.parametrize("tag", ["cmap", "head", "hhea", "hmtx", "maxp", "name", "OS/2", "post", "glyf", "loca"])
def test_a_font_lacking_a_table_is_refused(regular: Face, tag: str) -> None:
    version, tables = read_tables(regular.data)
    del tables[tag]
    with pytest.raises(FontError):
        open_face(build_sfnt(version, tables))
    with pytest.raises(FontError):
        open_face(build_sfnt(version, {**tables, tag: b"\0\0"}))


def test_sizes_are_limited() -> None:
    with pytest.raises(FontError, match="limit is 64 MiB"):
        open_face(b"\x00\x01\x00\x00" + bytes(MAX_FONT_SIZE))
    # One table's bytes, claimed by many directory entries.
    entries = b"".join(struct.pack(">4sLLL", b"t%03d" % n, 0, 0, 9 << 20) for n in range(100))
    with pytest.raises(FontError, match="limit is 64 MiB"):
        open_face(b"\x00\x01\x00\x00" + struct.pack(">HHHH", 100, 0, 0, 0) + entries + bytes(10 << 20))


def base128(value: int) -> bytes:
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.insert(0, value & 0x7F | 0x80)
    return bytes(groups)


def make_woff2(declared: int, stream: bytes, total: int = 1000) -> bytes:
    directory = b"\x01" + base128(declared)  # 1 is head, not transformed
    packed: bytes = brotli.compress(stream, quality=1)
    length = 48 + len(directory) + len(packed)
    header = struct.pack(">4sLLHHLLHHLLLLL", b"wOF2", 0x00010000, length, 1, 0, total, len(packed), *([0] * 7))
    return header + directory + packed


def test_woff2_is_refused_before_it_is_inflated(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = make_woff2(600_000_000, bytes(600_000))
    small = make_woff2(1_000, bytes(1_000), total=600_000_000)
    assert len(bomb) < 10_000

    def refuse(*_: object) -> None:
        raise AssertionError("inflated")

    monkeypatch.setattr(brotli, "Decompressor", refuse)
    monkeypatch.setattr(brotli, "decompress", refuse)
    for data in (bomb, small):
        with pytest.raises(FontError, match="limit is 64 MiB"):
            open_face(data)


def test_woff2_that_holds_more_than_it_declares(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = make_woff2(54, bytes(200 << 20))
    monkeypatch.setattr(brotli, "decompress", None)  # what has no limit must not be reached
    with pytest.raises(FontError, match="another size"):
        open_face(bomb)
    with pytest.raises(FontError, match="another size"):
        open_face(make_woff2(54, b"x"))


def test_woff_that_holds_more_than_it_declares() -> None:
    def make(declared: int, body: bytes) -> bytes:
        packed = zlib.compress(body, 9)
        entry = struct.pack(">4sLLLL", b"head", 64, len(packed), declared, 0)
        header = struct.pack(">4sLLHHLHHLLLLL", b"wOFF", 0x00010000, 64 + len(packed), 1, 0, 100, *([0] * 7))
        return header + entry + packed

    with pytest.raises(FontError, match="limit is 64 MiB"):
        open_face(make(600_000_000, b"x"))
    with pytest.raises(FontError, match="another size"):
        open_face(make(54_000, bytes(80 << 20)))
    with pytest.raises(FontError, match="lacks"):
        open_face(make(54, bytes(54)))  # well-formed, but nothing of a font


def test_wrong_calls() -> None:
    with pytest.raises(TypeError):
        open_face("font.ttf")  # type: ignore[arg-type]


def test_read_face(tmp_path: Path, regular: Face) -> None:
    path = tmp_path / "ខ្មែរ.ttf"
    path.write_bytes(regular.data)
    assert read_face(path).source == str(path)
    with pytest.raises(FontError, match="not a file"):
        read_face(tmp_path)
    with pytest.raises(FontError, match="cannot read the font"):
        read_face(tmp_path / "missing.ttf")
    with pytest.raises(FontError, match="cannot read the font"):
        read_face(Path("a\0b"))


@pytest.mark.skipif(sys.platform == "win32", reason="no devices in the file system")
def test_devices_are_not_read() -> None:
    with pytest.raises(FontError, match="not a file"):
        read_face(Path("/dev/zero"))
