"""Bytes of a site's file → text, with the way back from a place in the text to a byte.

Parsers count characters of newline-normalized text, edits happen at byte offsets of the file as it is. Everything that
edits a file goes through :class:`SourceText`, so that nobody's page or stylesheet is ever serialized again.

Source of the decoding rules: HTML Standard 13.2.3 (encoding sniffing) and CSS Syntax Level 3, section 3.2.
"""

from __future__ import annotations

import codecs
import math
import re
from bisect import bisect_right
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

import webencodings

from khmertext.errors import SiteError
from khmertext.fonts.runs import KHMER_LETTER

__all__ = [
    "SNIFFED_BYTES",
    "Insertion",
    "SourceText",
    "apply_insertions",
    "decode_source",
    "is_unmarked_utf16",
    "may_hold_khmer",
    "source_kind",
]

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How an XML declaration begins in UTF-16; in HTML too, browsers take it for a mark.
XML_UTF16 = ((b"<\0?\0x\0", "utf-16-le"), (b"\0<\0?\0x", "utf-16-be"))
META_CHARSET = re.compile(rb"""<meta[^>]{0,500}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{1,40})""", re.I)
XML_ENCODING = re.compile(rb"""^<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_.:-]{1,40})["']""")
CSS_CHARSET = re.compile(rb'^@charset "([A-Za-z0-9_.:-]{1,40})";')
SNIFFED_BYTES = 1024  # in which browsers look for the charset
EXACT = frozenset({"utf-8", "utf-16-le", "utf-16-be", "cp1252", "iso8859-1"})
XML_ENDINGS = (".xhtml", ".xht")
STEP = 4096  # characters between two places whose byte offset is kept

# Khmer (1780-17FF) and Khmer symbols (19E0-19FF) as UTF-8 and GB18030, as numeric character references, and as the
# escapes of JavaScript, JSON (\u1780, \u{1780}) and CSS (\1780).
KHMER_BYTES = re.compile(
    rb"\xe1(?:[\x9e\x9f]|\xa7[\xa0-\xbf])"
    rb"|\x81(?:4(?:[\xc6-\xd1]\d|\xd2[0-7])|5(?:\x84[89]|[\x85-\x87]\d))"
    rb"|(?:&|\\u0026)#(?:[xX]0*1(?:7[89a-fA-F]|9[eEfF])[0-9a-fA-F]|0*(?:60[1-9]\d|61[0-4]\d|66[2-5]\d))"
    rb"|\\(?:u\{?|u00)?0*1(?:7[89a-fA-F]|9[eEfF])[0-9a-fA-F]"
)


class Insertion(NamedTuple):
    """Text that goes into a file at a place.

    Attributes:
        offset: Where, in bytes of the file as it was.
        text: What, before it is encoded as the file is.
    """

    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class SourceText:
    """A decoded file.

    Attributes:
        text: The characters as a parser gets them: newlines normalized to LF, without a byte order mark, and of XML
            what an HTML parser would take otherwise written out.
        encoding: The Python codec that gives the bytes back.
        raw: The characters as they are in the file.
        start: Length of the byte order mark, in bytes.
        crlf: Offsets, in ``raw`` without the CR before each LF, of those LF.
        rewritten: What :func:`rewrite_xml` did.
    """

    text: str
    encoding: str
    raw: str
    start: int = 0
    crlf: tuple[int, ...] = field(default=(), repr=False)
    rewritten: Rewriting = field(default=(), repr=False)
    steps: list[int] = field(default_factory=list, repr=False, compare=False)

    def byte_offset(self, offset: int) -> int:
        """The byte offset in the file of a character offset in :attr:`text`.

        Example:
            >>> decode_source("ក\\r\\nx".encode()).byte_offset(2)
            5
        """
        if self.rewritten:
            offset = original_offset(self.rewritten, offset)
        raw_offset = offset + bisect_right(self.crlf, offset - 1)
        if not self.steps:
            total = self.start
            for position in range(0, len(self.raw) + 1, STEP):
                self.steps.append(total)
                total += len(self.encode(self.raw[position : position + STEP]))
        whole = raw_offset // STEP
        return self.steps[whole] + len(self.encode(self.raw[whole * STEP : raw_offset]))

    def encode(self, text: str) -> bytes:
        return text.encode(self.encoding, C1_ERRORS)


def source_kind(path: str) -> str:
    """How a page or stylesheet is decoded. Servers tell XHTML by the name, and browsers then read it as XML.

    Example:
        >>> source_kind("a.XHTML"), source_kind("a.htm"), source_kind("a.css")
        ('xhtml', 'html', 'css')
    """
    name = path.lower()
    return "css" if name.endswith(".css") else "xhtml" if name.endswith(XML_ENDINGS) else "html"


def may_hold_khmer(data: bytes) -> bool:
    """Whether a file can hold Khmer at all: a quick look.

    Of the encodings of the web only UTF-8, UTF-16 and GB18030 have Khmer letters. No is never wrong where a letter is
    written in one of them (UTF-16 with a mark, as browsers want it), as a numeric character reference, or as
    a Unicode escape of JavaScript, JSON or CSS; what a program makes of other bytes nobody can see in the file.

    Args:
        data: The file's bytes.

    Example:
        >>> may_hold_khmer(b"caf\\xc3\\xa9"), may_hold_khmer(b"&#x1780;"), may_hold_khmer("ក".encode())
        (False, True, True)
    """
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or data.startswith(tuple(head for head, _ in XML_UTF16)):
        return True
    return KHMER_BYTES.search(data) is not None


def is_unmarked_utf16(data: bytes) -> bool:
    """Whether a page is Khmer in UTF-16 that nothing marks, so that browsers read it as something else.

    Args:
        data: The file's bytes.

    Example:
        >>> is_unmarked_utf16("<p>ក".encode("utf-16-le")), is_unmarked_utf16("<p>ក".encode("utf-16"))
        (True, False)
    """
    if b"\0" not in data[:SNIFFED_BYTES] or may_hold_khmer(data):
        return False
    for encoding in ("utf-16-le", "utf-16-be"):
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            if "<" in text and KHMER_LETTER.search(text):
                return True
    return False


def decode_source(data: bytes, *, source: str = "", kind: str = "html") -> SourceText:
    """Decode a file by its byte order mark, by what it declares, or as UTF-8.

    Args:
        data: The file's bytes.
        source: The file's name, for the error.
        kind: "html", "xhtml" and "svg" may declare an encoding in markup, "css" by ``@charset``; others are UTF-8.

    Returns:
        The text, with the way back to byte offsets.

    Raises:
        SiteError: The bytes are not in the encoding that they are said to be in.
    """
    encoding, start = sniff_encoding(data, kind)
    try:
        raw = data[start:].decode(encoding, C1_ERRORS)
    except (UnicodeDecodeError, LookupError) as error:
        place = f" at byte {start + error.start}" if isinstance(error, UnicodeDecodeError) else ""
        raise SiteError(
            f"is not valid {encoding.upper()}{place}",
            source=source,
            hint="save it as UTF-8, or leave it out with --exclude",
        ) from error
    if encoding not in EXACT and not same_encoded(raw, encoding, data[start:]):
        # Text put in at a byte would land elsewhere in an encoding with shift states, such as ISO-2022-JP.
        raise SiteError(
            f"is in {encoding.upper()}, where a byte has no place of its own", source=source, hint="save it as UTF-8"
        )
    text, crlf = normalize_newlines(raw)
    rewritten: Rewriting = ()
    if kind == "xhtml":
        text, rewritten = rewrite_xml(text)
    return SourceText(text, encoding, raw, start, crlf, rewritten)


def same_encoded(text: str, encoding: str, data: bytes) -> bool:
    try:
        return text.encode(encoding, C1_ERRORS) == data
    except UnicodeEncodeError:
        return False


def normalize_newlines(raw: str) -> tuple[str, tuple[int, ...]]:
    """Text with LF alone, and where in it a CR stood before."""
    if "\r" not in raw:
        return raw, ()
    crlf: list[int] = []
    position = raw.find("\r\n")
    while position >= 0:
        crlf.append(position - len(crlf))
        position = raw.find("\r\n", position + 2)
    return raw.replace("\r\n", "\n").replace("\r", "\n"), tuple(crlf)


# -- XML for an HTML parser ------------------------------------------------------------------------------------------

Rewriting = tuple[tuple[int, int, int], ...]
"""Kept stretches of a text: offset in the rewritten text, offset in the original, length; in ascending order."""

XML_TOKEN = re.compile(
    r"<!--.*?-->|<!\[CDATA\[(.*?)\]\]>|<\?.*?\?>"
    r"|<([A-Za-z_:][^\s/>]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*?)(/?)>|</([A-Za-z_:][^\s>]*)",
    re.S,
)
VOID_ELEMENTS = frozenset("area base br col embed hr img input link meta param source track wbr".split())


def rewrite_xml(text: str) -> tuple[str, Rewriting]:
    """XHTML → what gives an HTML parser the same tree: elements closed in their own tag closed by one, CDATA as text.

    Example:
        >>> rewrite_xml("<p/><br/><![CDATA[a<b]]>")[0]
        '<p/></p><br/>a&lt;b'
    """
    pieces: list[str] = []
    kept: list[tuple[int, int, int]] = []
    length = taken = 0

    def keep(end: int) -> None:
        nonlocal length, taken
        kept.append((length, taken, end - taken))
        pieces.append(text[taken:end])
        length += end - taken
        taken = end

    def add(added: str, end: int) -> None:
        nonlocal length, taken
        pieces.append(added)
        length += len(added)
        taken = end

    raw = ""  # inside style or script an HTML parser reads no markup
    for match in XML_TOKEN.finditer(text):
        data, name, _, closed, ended = match.groups()
        if ended is not None:
            raw = "" if ended == raw else raw
        elif data is not None:
            keep(match.start())
            if raw:
                add("", match.start() + len("<![CDATA["))
                keep(match.end() - len("]]>"))
                add("", match.end())
            else:
                add(data.replace("&", "&amp;").replace("<", "&lt;"), match.end())
        elif name is not None and closed and name.lower() not in VOID_ELEMENTS:
            keep(match.end())
            add(f"</{name}>", match.end())
        elif name in ("style", "script"):
            raw = name
    if not pieces:
        return text, ()
    keep(len(text))
    return "".join(pieces), tuple(kept)


def original_offset(rewriting: Rewriting, offset: int) -> int:
    """The offset in the original text; of what was written anew, where it stands."""
    new, old, length = rewriting[max(0, bisect_right(rewriting, (offset, math.inf, 0)) - 1)]
    return old + min(offset - new, length)


# -- decoding --------------------------------------------------------------------------------------------------------


def keep_c1(error: UnicodeError) -> tuple[str | bytes, int]:
    """Bytes that windows-125x code pages leave open are the control characters of their number.

    Source: Encoding Standard, section 9 (index of windows-1252 and others).
    """
    # Python names every code page "charmap" here.
    if isinstance(error, UnicodeDecodeError) and error.encoding == "charmap":
        part = error.object[error.start : error.end].decode("latin-1")
        if all("\x80" <= letter <= "\x9f" for letter in part):
            return part, error.end
    if isinstance(error, UnicodeEncodeError) and error.encoding == "charmap":
        part = error.object[error.start : error.end]
        if all("\x80" <= letter <= "\x9f" for letter in part):
            return part.encode("latin-1"), error.end
    raise error


C1_ERRORS = "khmertext.c1"
codecs.register_error(C1_ERRORS, keep_c1)


def sniff_encoding(data: bytes, kind: str) -> tuple[str, int]:
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return encoding, len(bom)
    if kind in ("html", "xhtml", "svg"):
        for declaration, encoding in XML_UTF16:
            if data.startswith(declaration):
                return encoding, 0
    head = data[:SNIFFED_BYTES]
    declared: re.Match[bytes] | None = None
    if kind in ("html", "xhtml"):
        declared = META_CHARSET.search(head) or XML_ENCODING.search(head)
    elif kind == "svg":
        declared = XML_ENCODING.search(head)
    elif kind == "css":
        declared = CSS_CHARSET.search(head)
    if declared:
        known = webencodings.lookup(declared[1].decode("ascii"))
        # A declaration that could be read as ASCII cannot be true when it names UTF-16: the standard says UTF-8 then.
        if known is not None and not known.name.startswith("utf-16"):
            return str(known.codec_info.name), 0
    return "utf-8", 0


def apply_insertions(data: bytes, insertions: list[Insertion], encoding: str) -> tuple[bytes, list[tuple[int, int]]]:
    """Put text into a file, and tell where it now stands, so that it can be taken out again.

    Args:
        data: The file as it is.
        insertions: What goes where; those at the same place keep the order given.
        encoding: The file's Python codec.

    Returns:
        The new bytes, and for each insertion its offset and length in the *new* bytes.

    Example:
        >>> apply_insertions(b"ad", [Insertion(1, "bc")], "utf-8")
        (b'abcd', [(1, 2)])
    """
    pieces: list[bytes] = []
    places: list[tuple[int, int]] = []
    taken = 0
    length = 0
    for insertion in sorted(insertions, key=lambda one: one.offset):
        kept = data[taken : insertion.offset]
        added = insertion.text.encode(encoding, "xmlcharrefreplace")
        pieces += (kept, added)
        length += len(kept)
        places.append((length, len(added)))
        length += len(added)
        taken = insertion.offset
    pieces.append(data[taken:])
    return b"".join(pieces), places


def remove_insertions(data: bytes, places: list[tuple[int, int]]) -> bytes:
    """Take out again what :func:`apply_insertions` put in.

    Args:
        data: The file with the insertions.
        places: Offset and length of each in ``data``, in ascending order.
    """
    pieces: list[bytes] = []
    taken = 0
    for offset, length in places:
        pieces.append(data[taken:offset])
        taken = offset + length
    pieces.append(data[taken:])
    return b"".join(pieces)
