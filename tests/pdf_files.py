"""PDFs made for the purpose: the smallest that a reader takes, with fonts that tell their text well or badly."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Font", "hexes", "make_pdf", "pack", "show", "span"]


@dataclass(frozen=True)
class Font:
    """A font of a PDF.

    Args:
        characters: Code → text, as its ``ToUnicode`` tells it; None for a font without one.
        kind: "Type0" (codes of two bytes), "Type3" or "TrueType" (of one).
        embedded: Whether its outlines are in the file.
        names: Code → name of a glyph, for its ``Encoding``.
    """

    characters: Mapping[int, str] | None = None
    kind: str = "Type0"
    embedded: bool = True
    name: str = "ABCDEF+TestKhmer"
    names: Mapping[int, str] | None = None


def hexes(text: str) -> bytes:
    """A text as a PDF writes it in hexadecimal."""
    return text.encode("utf-16-be").hex().encode()


def show(codes: Sequence[int], *, width: int = 2) -> bytes:
    """Operators that show some codes in font F1."""
    return b"BT /F1 12 Tf <" + b"".join(code.to_bytes(width, "big") for code in codes).hex().encode() + b"> Tj ET\n"


def span(text: str, content: bytes) -> bytes:
    """Operators with an ``ActualText``."""
    return b"/Span <</ActualText <FEFF" + hexes(text) + b">>> BDC\n" + content + b"EMC\n"


def pack(dictionary: bytes, data: bytes, *, deflate: bool = False) -> bytes:
    """A stream object."""
    if deflate:
        data = zlib.compress(data)
        dictionary += b" /Filter /FlateDecode"
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (dictionary, len(data), data)


def make_pdf(
    pages: Sequence[bytes],
    fonts: Sequence[Font] = (),
    *,
    extra: Mapping[int, bytes] | None = None,
    resources: bytes = b"",
    producer: str = "",
) -> bytes:
    """A PDF.

    Args:
        pages: Their content streams.
        fonts: Fonts F1, F2 and so on.
        extra: More objects, numbered from 900.
        resources: More entries for the pages' resources.
        producer: Who is said to have made it.
    """
    objects: dict[int, bytes] = {1: b"<< /Type /Catalog /Pages 2 0 R >>"}
    kids = []
    for number, content in enumerate(pages):
        objects[100 + 2 * number] = pack(b"", content)
        objects[101 + 2 * number] = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R >>" % (
            100 + 2 * number
        )
        kids.append(b"%d 0 R" % (101 + 2 * number))
    listed = b" ".join(b"/F%d %d 0 R" % (number + 1, 10 * number + 10) for number in range(len(fonts)))
    objects[2] = b"<< /Type /Pages /Kids [%s] /Count %d /Resources << /Font << %s >> %s >> >>" % (
        b" ".join(kids),
        len(kids),
        listed,
        resources,
    )
    objects[3] = b"<< /Producer <FEFF%s> >>" % hexes(producer)
    for number, font in enumerate(fonts):
        objects |= font_objects(10 * number + 10, font)
    objects |= extra or {}
    return assemble(objects)


def font_objects(first: int, font: Font) -> dict[int, bytes]:
    name = font.name.encode()
    file = b"/FontFile2 %d 0 R" % (first + 3) if font.embedded else b""
    descriptor = b"<< /Type /FontDescriptor /FontName /%s /Flags 4 %s >>" % (name, file)
    mapped = b"/ToUnicode %d 0 R" % (first + 4) if font.characters is not None else b""
    listed = b" ".join(b"%d /%s" % (code, name.encode()) for code, name in (font.names or {}).items())
    encoding = b"/Encoding << /Differences [%s] >>" % listed if font.names is not None else b""
    found = {first + 2: descriptor, first + 3: pack(b"", b"outlines")}
    if font.kind == "Type0":
        found[first] = (
            b"<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%d 0 R] %s >>"
            % (name, first + 1, mapped)
        )
        found[first + 1] = b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s /FontDescriptor %d 0 R >>" % (
            name,
            first + 2,
        )
    else:
        found[first] = b"<< /Type /Font /Subtype /%s /BaseFont /%s /FontDescriptor %d 0 R %s %s >>" % (
            font.kind.encode(),
            name,
            first + 2,
            mapped,
            encoding,
        )
    if font.characters is not None:
        width = 4 if font.kind == "Type0" else 2
        lines = b"\n".join(
            b"<%s> <%s>" % (b"%0*X" % (width, code), hexes(text)) for code, text in font.characters.items()
        )
        found[first + 4] = pack(b"", b"%d beginbfchar\n%s\nendbfchar" % (len(font.characters), lines))
    return found


def assemble(objects: Mapping[int, bytes]) -> bytes:
    data = b"%PDF-1.7\n"
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        data += b"%d 1\n%010d 00000 n \n" % (number, place)
    size = max(objects) + 1
    return data + b"trailer\n<< /Size %d /Root 1 0 R /Info 3 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
