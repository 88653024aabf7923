"""The text of a PDF as the format says it; damage, and limits."""

from __future__ import annotations

import io
import sys
import zlib
from contextlib import suppress

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmertext.errors import PdfError
from khmertext.web.pdftext import PdfLimits, PdfText, parse_to_unicode, read_pdf, read_pdf_apart
from tests.pdf_files import Font, hexes, make_pdf, pack, show, span

LETTERS = Font({1: "ក", 2: "ខ", 3: "ា", 4: "ក្ក", 5: "\0", 6: "\ue001"})


def text_of(data: bytes) -> str:
    return "\f".join(page.text for page in read_pdf(data).pages)


def test_codes_give_what_the_font_says() -> None:
    found = read_pdf(make_pdf([show([1, 3, 4]), show([2])], [LETTERS], producer="Maker 1.0"))
    assert [(page.number, page.text) for page in found.pages] == [(1, "កាក្ក"), (2, "ខ")]
    assert (found.producer, found.page_count) == ("Maker 1.0", 2)
    (font,) = found.fonts
    assert (font.name, font.kind, font.embedded, font.mapped, font.khmer) == ("TestKhmer", "Type0", True, True, True)
    assert (font.shown, font.covered, font.unmapped, font.private) == (4, 0, 0, 0)


def test_actual_text_counts_instead_of_glyphs() -> None:
    found = read_pdf(make_pdf([show([1]) + span("កោ", show([3, 5, 2])) + show([2])], [LETTERS]))
    assert found.pages[0].text == "កកោខ"
    assert (found.fonts[0].shown, found.fonts[0].covered, found.fonts[0].unmapped) == (2, 3, 0)


def test_the_outer_actual_text_counts() -> None:
    inner = span("x", show([1]))
    assert text_of(make_pdf([span("កោ", inner + show([2])) + show([1])], [LETTERS])) == "កោក"


def test_marked_content_without_text_changes_nothing() -> None:
    content = b"/P <</MCID 0>> BDC\n/Artifact BMC\n" + show([1]) + b"EMC EMC EMC\n" + show([2])
    assert text_of(make_pdf([content], [LETTERS])) == "កខ"


def test_actual_text_by_name() -> None:
    resources = b"/Properties << /P1 << /ActualText <FEFF" + hexes("កៅ") + b"> >> >>"
    content = b"/Span /P1 BDC\n" + show([1]) + b"EMC\n"
    assert text_of(make_pdf([content], [LETTERS], resources=resources)) == "កៅ"


def test_every_way_to_show_text() -> None:
    content = b"BT /F1 9 Tf [<0001> -120 <0003>] TJ <0002> ' 1 2 <0001> \" ET"
    assert text_of(make_pdf([content], [LETTERS])) == "កាខក"


def test_the_font_is_saved_and_restored() -> None:
    other = Font({1: "គ"})
    content = b"BT /F1 9 Tf q /F2 9 Tf <0001> Tj Q <0001> Tj ET"
    assert text_of(make_pdf([content], [LETTERS, other])) == "គក"


def test_forms_are_drawn_where_they_are_called() -> None:
    extra = {900: pack(b"/Type /XObject /Subtype /Form", show([2]))}
    resources = b"/XObject << /X0 900 0 R >>"
    content = show([1]) + b"/X0 Do\n" + show([1]) + span("ង", b"/X0 Do\n")
    assert text_of(make_pdf([content], [LETTERS], extra=extra, resources=resources)) == "កខកង"


def test_forms_without_an_end() -> None:
    resources = b"/XObject << /X0 900 0 R >>"
    form = b"/Type /XObject /Subtype /Form /Resources << /XObject << /X0 900 0 R >> >>"
    data = make_pdf([b"/X0 Do"], extra={900: pack(form, b"/X0 Do /X0 Do")}, resources=resources)
    with pytest.raises(PdfError, match="forms one inside the other"):
        read_pdf(data)


def test_a_font_that_tells_nothing() -> None:
    found = read_pdf(make_pdf([show([1, 2])], [Font(None)]))
    assert found.pages[0].text == "\ufffd\ufffd"
    assert (found.fonts[0].mapped, found.fonts[0].unmapped) == (False, 2)


def test_codes_without_a_character_and_private_ones() -> None:
    found = read_pdf(make_pdf([show([1, 5, 6, 77])], [LETTERS]))
    assert found.pages[0].text == "ក\ufffd\ue001\ufffd"
    assert (found.fonts[0].unmapped, found.fonts[0].private) == (2, 1)


def test_names_of_glyphs() -> None:
    font = Font(None, kind="Type3", names={1: "uni178017B6", 2: "u1781", 3: "g12"})
    found = read_pdf(make_pdf([show([1, 2], width=1)], [font]))
    assert (found.pages[0].text, found.fonts[0].embedded) == ("កាខ", True)


def test_fonts_that_are_not_in_the_file() -> None:
    assert not read_pdf(make_pdf([show([1])], [Font({1: "ក"}, embedded=False)])).fonts[0].embedded


def test_chosen_pages() -> None:
    data = make_pdf([show([1]), show([2]), show([4])], [LETTERS])
    assert [page.text for page in read_pdf(data, pages=[3, 1]).pages] == ["ក្ក", "ក"]
    with pytest.raises(ValueError, match="no page 4: it has 3"):
        read_pdf(data, pages=[4])
    with pytest.raises(ValueError, match="no page 4: it has 3"):
        read_pdf_apart(data, pages=[4])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2 beginbfchar <01> <1780> <02> <178117B6> endbfchar", {1: "ក", 2: "ខា"}),
        ("1 beginbfrange <0001> <0003> <1780> endbfrange", {1: "ក", 2: "ខ", 3: "គ"}),
        ("1 beginbfrange <01> <02> [<1780> <17D2 1781>] endbfrange", {1: "ក", 2: "\u17d2ខ"}),
        ("1 beginbfchar <01> <D83DDC4B> endbfchar", {1: "👋"}),
        ("1 beginbfchar <01> <178> endbfchar", {1: "ក"}),
        ("beginbfchar <01> endbfchar beginbfrange <01> <02> endbfrange beginbfrange <1> [ endbfrange", {}),
        ("beginbfrange <01> <02> [<1780>", {}),
        ("", {}),
    ],
)
def test_to_unicode(text: str, found: dict[int, str]) -> None:
    assert parse_to_unicode(text.encode()) == found


def test_to_unicode_of_any_size_stays_small() -> None:
    ranges = b"beginbfrange" + b"<00000000> <FFFFFFFF> <0041>" * 1000 + b"endbfrange"
    assert len(parse_to_unicode(ranges)) <= 1 << 18


@given(st.binary(max_size=300))
def test_to_unicode_takes_anything(data: bytes) -> None:
    parse_to_unicode(b"beginbfrange" + data + b"endbfrange beginbfchar" + data + b"endbfchar")


# -- damage and limits ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("read", [read_pdf, read_pdf_apart])
@pytest.mark.parametrize(
    ("data", "message"), [(b"", "is no PDF"), (b"<html>", "is no PDF"), (b"%PDF-1.7\n", "is damaged")]
)
def test_no_pdf(read: object, data: bytes, message: str) -> None:
    assert callable(read)
    with pytest.raises(PdfError, match=message) as caught:
        read(data, source="a.pdf")
    assert caught.value.source == "a.pdf"


@given(st.data())
def test_damage_is_told(data: st.DataObject) -> None:
    good = bytearray(make_pdf([show([1]) + span("ក", show([2]))], [LETTERS]))
    for _ in range(data.draw(st.integers(1, 8))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    del good[data.draw(st.integers(0, len(good))) :]
    with suppress(PdfError):
        assert isinstance(read_pdf(bytes(good)), PdfText)


def test_encrypted() -> None:
    writer = pypdf.PdfWriter(io.BytesIO(make_pdf([show([1])], [LETTERS])))
    writer.encrypt("secret", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    with pytest.raises(PdfError, match="is encrypted") as caught:
        read_pdf(stream.getvalue())
    assert "password" in caught.value.hint


def test_encrypted_without_a_password() -> None:
    writer = pypdf.PdfWriter(io.BytesIO(make_pdf([show([1])], [LETTERS])))
    writer.encrypt("", "owner", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    assert text_of(stream.getvalue()) == "ក"


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (PdfLimits(size=100), "is larger than"),
        (PdfLimits(pages=1), "has more than 1 pages"),
        (PdfLimits(stream=10), "a page of more than"),
        (PdfLimits(operators=3), "more than 3 operators"),
        (PdfLimits(characters=1), "more than 1 characters"),
    ],
)
def test_limits(limits: PdfLimits, message: str) -> None:
    with pytest.raises(PdfError, match=message):
        read_pdf(make_pdf([show([1, 2]), show([1])], [LETTERS]), limits=limits)


def test_time_is_limited() -> None:
    with pytest.raises(PdfError, match="takes longer than 0 seconds"):
        read_pdf_apart(make_pdf([show([1])], [LETTERS]), limits=PdfLimits(seconds=0))


def test_a_stream_that_unpacks_to_too_much() -> None:
    packed = zlib.compress(bytes(200 << 20))
    content = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)
    data = make_pdf([b""], extra={100: content})
    with pytest.raises(PdfError):
        read_pdf_apart(data)


def test_a_pdf_is_read_apart_as_it_is_here() -> None:
    data = make_pdf([show([1, 3])], [LETTERS])
    assert read_pdf_apart(data) == read_pdf(data)


def test_without_pypdf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    with pytest.raises(PdfError, match="pypdf is not installed") as caught:
        read_pdf(make_pdf([b""]))
    assert 'pip install "khmertext[pdf]"' in caught.value.hint
