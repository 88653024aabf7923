"""Byte offsets of decoded text, and insertions that come out again."""

from __future__ import annotations

import codecs

import pytest
import webencodings
from hypothesis import given
from hypothesis import strategies as st
from webencodings.labels import LABELS

from khmertext.errors import SiteError
from khmertext.web.sources import Insertion, apply_insertions, decode_source, may_hold_khmer, remove_insertions

PARTS = ("ក", "a", "\r\n", "\r", "\n", "😀", "é", "<p/>", "<br/>", "<![CDATA[ក&]]>", "<!-- <p/> -->")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16")


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=st.text(alphabet="ក្ខx\r\n🙂é", max_size=30), data=st.data())
def test_byte_offset_splits_the_file_where_the_text_is_split(encoding: str, text: str, data: st.DataObject) -> None:
    raw = ("<!-- -->" + text).encode(encoding)
    source = decode_source(raw)
    at = data.draw(st.integers(0, len(source.text)))
    before, after = raw[: source.byte_offset(at)], raw[source.byte_offset(at) :]
    # Newlines apart, what stands before and after the byte is what stands before and after the character.
    name = source.encoding
    assert before[source.start :].decode(name).replace("\r\n", "\n").replace("\r", "\n") == source.text[:at]
    assert after.decode(name).replace("\r\n", "\n").replace("\r", "\n") == source.text[at:]


@given(
    data=st.binary(max_size=40), texts=st.lists(st.tuples(st.integers(0, 40), st.text("aក&", max_size=4)), max_size=6)
)
def test_insertions_come_out_again(data: bytes, texts: list[tuple[int, str]]) -> None:
    insertions = [Insertion(min(offset, len(data)), text) for offset, text in texts]
    result, places = apply_insertions(data, insertions, "utf-8")
    assert remove_insertions(result, places) == data
    assert len(result) == len(data) + sum(len(text.encode()) for _, text in texts)


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (b'<meta charset="windows-1252"><p>\xe9', "cp1252"),
        (b'<meta http-equiv=content-type content="text/html; charset=iso-8859-1"><p>\xe9', "cp1252"),
        (b'<?xml version="1.0" encoding="ISO-8859-2"?><html/>', "iso8859-2"),
        (b'<meta charset="utf-16"><p>x', "utf-8"),
        (b"<p>x", "utf-8"),
    ],
)
def test_encoding_is_what_a_browser_takes(raw: bytes, encoding: str) -> None:
    assert decode_source(raw).encoding == encoding


KHMER = [*range(0x1780, 0x1800), *range(0x19E0, 0x1A00)]
WAYS_TO_WRITE = {
    "utf-8": lambda code: chr(code).encode(),
    "utf-16": lambda code: chr(code).encode("utf-16"),
    "gb18030": lambda code: chr(code).encode("gb18030"),
    "hexadecimal reference": lambda code: b"&#x%04x" % code,
    "capital hexadecimal reference": lambda code: b"&#X00%04X;" % code,
    "decimal reference": lambda code: b"&#0%d;" % code,
    "script": lambda code: b"\\u%04x" % code,
    "script with braces": lambda code: b"\\u{0%04X}" % code,
    "css": lambda code: b"\\%04x " % code,
    "css with six digits": lambda code: b"\\%06X" % code,
}


@pytest.mark.parametrize("way", WAYS_TO_WRITE)
def test_no_letter_of_khmer_is_overlooked(way: str) -> None:
    assert [hex(code) for code in KHMER if not may_hold_khmer(WAYS_TO_WRITE[way](code))] == []


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_neighbours_of_khmer_are_not_taken_for_it(encoding: str) -> None:
    others = [0x177F, 0x1800, 0x19DF, 0x1A00, 0x4E00, 0x1F600]
    assert [hex(code) for code in others if may_hold_khmer(chr(code).encode(encoding))] == []


def test_wrong_encoding_names_file_and_byte() -> None:
    with pytest.raises(SiteError, match=r"a\.html: is not valid UTF-8 at byte 3") as caught:
        decode_source("ក".encode() + b"\xff", source="a.html")
    assert "--exclude" in caught.value.hint


@pytest.mark.parametrize("code", [0x1780, 0x17B6, 0x17FF, 0x19E0, 0x19FF])
@pytest.mark.parametrize("form", ["{}", "&#x{:x};", "&#X00{:X};", "&#{:d};", "\\u{:04x}", "\\u{{{:x}}}", "\\{:x} "])
def test_the_quick_look_sees_khmer_in_every_spelling(code: int, form: str) -> None:
    written = form.format(chr(code)) if form == "{}" else form.format(code)
    assert may_hold_khmer(b"x" + written.encode() + b"y")


@pytest.mark.parametrize("encoding", sorted({webencodings.lookup(label).codec_info.name for label in LABELS}))
def test_the_quick_look_finds_khmer_in_every_encoding_of_the_web(encoding: str) -> None:
    for code in (*range(0x1780, 0x1800), *range(0x19E0, 0x1A00)):
        try:
            written = chr(code).encode(encoding)
        except (UnicodeEncodeError, LookupError):
            continue
        mark = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}.get(encoding, b"")
        assert may_hold_khmer(mark + written), f"{code:04X}"


@pytest.mark.parametrize("data", [b"plain", "é ก ᨀ 文".encode(), b"&#x1880;", b"\\u0e01"])
def test_the_quick_look_passes_other_scripts_by(data: bytes) -> None:
    assert not may_hold_khmer(data)


def test_an_encoding_with_shift_states_is_refused() -> None:
    page = '<meta charset="iso-2022-jp"><p style="font-family:A">日本</p>'.encode("iso-2022-jp") + b"\x1b(B"
    with pytest.raises(SiteError, match="ISO"):
        decode_source(page, source="a.html")


@pytest.mark.parametrize("byte", [0x81, 0x8D, 0x8F, 0x90, 0x9D])
def test_windows_1252_has_no_holes(byte: int) -> None:
    data = b"<meta charset=windows-1252>" + bytes([byte]) + b"\xe9x"
    source = decode_source(data)
    assert source.text[-3:] == chr(byte) + "éx"
    assert source.byte_offset(len(source.text) - 1) == len(data) - 1


@given(st.lists(st.sampled_from(PARTS)))
def test_every_character_knows_its_byte(parts: list[str]) -> None:
    raw = "".join(parts) * 3
    for encoding, bom in (("utf-8", b""), ("utf-8", codecs.BOM_UTF8), ("utf-16-le", codecs.BOM_UTF16_LE)):
        data = bom + raw.encode(encoding)
        for kind in ("html", "xhtml"):
            source = decode_source(data, kind=kind)
            offsets = [source.byte_offset(offset) for offset in range(len(source.text) + 1)]
            assert offsets == sorted(offsets)
            assert offsets[-1] == len(data)
            if kind == "html":
                for offset, letter in zip(offsets, source.text, strict=False):
                    rest = data[offset:].decode(encoding)
                    assert rest.startswith("\r" if letter == "\n" and rest[0] == "\r" else letter)
            elif "ក" in raw:
                at = source.text.index("ក")
                assert data[offsets[at] :].decode(encoding).startswith(("ក", "<![CDATA["))


def test_far_offsets_are_found_by_steps() -> None:
    raw = "កa\r\n" * 5000
    source = decode_source(raw.encode())
    assert source.byte_offset(len(source.text) - 3) == len(raw.encode()) - len("កa\r\n".encode())
