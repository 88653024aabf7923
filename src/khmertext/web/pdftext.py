"""A PDF → the text of its pages as the format says it, and how its Khmer fonts tell it.

The strategy: the content streams are read in the order that they are written in. A show operator gives the text that
the font's ``ToUnicode`` has for its codes; where marked content has an ``ActualText``, that counts instead. Viewers
sort and space the text by geometry on top of this, each in its own way, and cannot give what is not in here.

Extractors at hand do not read ``ActualText`` (pypdf, pdfminer.six) or add clusters around it (PDFium), see docs/pdf.md.
pypdf parses the file here, and nothing more. It is a dependency of this module alone, and imported when it is called.
``ActualText`` of structure elements is not read: no writer tried has it there for Khmer.

Sources: ISO 32000-1, 9.10 (extraction of text), 14.6 (marked content), 14.9.4 (replacement text); Adobe Technical Note
5411 (ToUnicode mapping files); Adobe Glyph List Specification, section 2 (``uniXXXX``).
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from khmertext.errors import PdfError
from khmertext.web.scripts import KHMER_LETTER
from khmertext.workers import start_method

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

__all__ = ["PdfFont", "PdfLimits", "PdfPage", "PdfText", "parse_to_unicode", "read_pdf", "read_pdf_apart"]

REPLACEMENT = "\ufffd"
INSTALL = 'install it with: pip install "khmertext[pdf]"'
UNI_NAME = re.compile(r"/?uni((?:[0-9A-F]{4})+)|/?u([0-9A-F]{4,6})")
SECTION = re.compile(rb"begin(bfchar|bfrange|codespacerange)(.*?)end\1", re.S)
TOKEN = re.compile(rb"<([0-9A-Fa-f\s]*)>|([\[\]])")
MEBIBYTE = 1 << 20


class PdfLimits(NamedTuple):
    """What reading a PDF may cost.

    Attributes:
        size: Bytes of the file.
        pages: Pages that are read.
        stream: Bytes of one content stream, unpacked.
        operators: Operators in all, those of forms as often as they are drawn.
        characters: Characters of text in all.
        depth: Forms inside forms.
        memory: Bytes that the process which reads may take, where the system can limit them.
        seconds: How long it may take.
    """

    size: int = 256 * MEBIBYTE
    pages: int = 2000
    stream: int = 32 * MEBIBYTE
    operators: int = 20_000_000
    characters: int = 3_000_000
    depth: int = 12
    memory: int = 2048 * MEBIBYTE
    seconds: float = 300


@dataclass(slots=True)
class PdfFont:
    """What a font of a PDF tells of its text.

    Attributes:
        name: Its PostScript name, without the prefix of a subset; "" where it has none.
        kind: Its subtype: "Type0", "Type3", "TrueType", "Type1".
        embedded: Whether its outlines are in the file.
        mapped: Whether it has a ``ToUnicode``.
        shown: How many glyphs were shown outside of any ``ActualText``.
        covered: How many were shown inside one.
        unmapped: How many of those outside have no character, or U+0000 or U+FFFD.
        private: How many of those outside have a private-use character.
        khmer: Whether it showed Khmer, by its own map or an ``ActualText``.
    """

    name: str
    kind: str
    embedded: bool
    mapped: bool
    shown: int = 0
    covered: int = 0
    unmapped: int = 0
    private: int = 0
    khmer: bool = False


class PdfPage(NamedTuple):
    """The text of a page.

    Attributes:
        number: Of the page, from 1.
        text: In the order of the content stream.
    """

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class PdfText:
    """What a PDF says.

    Attributes:
        pages: Those that were read.
        fonts: The fonts that showed text on them.
        producer: What made the file, as it says itself; "" where it does not.
        page_count: How many pages it has in all.
    """

    pages: tuple[PdfPage, ...]
    fonts: tuple[PdfFont, ...] = ()
    producer: str = ""
    page_count: int = field(default=0)


class NoSuchPage(ValueError):
    """A page was asked for that a PDF does not have."""


def read_pdf(
    data: bytes, *, source: str = "", pages: Sequence[int] | None = None, limits: PdfLimits | None = None
) -> PdfText:
    """The text of a PDF.

    Args:
        data: The file.
        source: Its name, for errors.
        pages: Numbers of the pages to read, from 1; None for all.
        limits: What it may cost.

    Returns:
        Its text and its fonts.

    Raises:
        PdfError: It is no PDF, damaged, encrypted, or larger than the limits; or pypdf is not installed.
        ValueError: It has no such page.

    Example:
        >>> read_pdf(Path("page.pdf").read_bytes()).pages[0].text  # doctest: +SKIP
        'សួស្តី'
    """
    limits = limits or PdfLimits()
    if len(data) > limits.size:
        raise PdfError(f"is larger than {limits.size // MEBIBYTE:,} MiB", source=source, hint=SPLIT)
    if b"%PDF-" not in data[:1024]:
        raise PdfError("is no PDF", source=source)
    try:
        import pypdf
        from pypdf.errors import DependencyError
    except ImportError as error:
        raise PdfError("cannot be read: pypdf is not installed", source=source, hint=INSTALL) from error
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise PdfError(
                "is encrypted", source=source, hint="save it without a password first, as with `qpdf --decrypt`"
            )
        count = len(reader.pages)
        numbers = list(range(1, count + 1)) if pages is None else list(pages)
        wrong = next((number for number in numbers if not 1 <= number <= count), None)
        if wrong is not None:
            raise NoSuchPage(f"the PDF has no page {wrong}: it has {count}")
        if len(numbers) > limits.pages:
            raise PdfError(f"has more than {limits.pages:,} pages", source=source, hint="choose some with --pages")
        walker = Walker(reader, limits, source)
        found = tuple(PdfPage(number, walker.read_page(reader.pages[number - 1])) for number in numbers)
        return PdfText(found, tuple(walker.fonts.values()), find_producer(reader), count)
    except (PdfError, NoSuchPage):
        raise
    except DependencyError as error:
        raise PdfError(f"cannot be read: {error}", source=source) from error
    except (MemoryError, RecursionError) as error:
        raise PdfError("takes too much memory or is nested too deep", source=source, hint=SPLIT) from error
    except Exception as error:  # a parser can meet anything in a damaged file
        text = str(error) or type(error).__name__
        raise PdfError(f"is damaged: {text}", source=source, hint=DAMAGED) from error


def read_pdf_apart(
    data: bytes, *, source: str = "", pages: Sequence[int] | None = None, limits: PdfLimits | None = None
) -> PdfText:
    """The same as :func:`read_pdf`, in a process of its own, which is ended when it takes too much time or memory.

    Args:
        data: The file.
        source: Its name, for errors.
        pages: Numbers of the pages to read, from 1; None for all.
        limits: What it may cost.

    Returns:
        Its text and its fonts.

    Raises:
        PdfError: As for :func:`read_pdf`; or the time or the memory is used up.
        ValueError: It has no such page.

    Example:
        >>> read_pdf_apart(Path("page.pdf").read_bytes()).page_count  # doctest: +SKIP
        3
    """
    limits = limits or PdfLimits()
    context: Any = start_method()
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=serve, args=(sender, data, source, pages, limits), daemon=True)
    process.start()
    sender.close()
    try:
        if not receiver.poll(limits.seconds):
            raise PdfError(f"takes longer than {limits.seconds:g} seconds to read", source=source, hint=SPLIT)
        outcome = receiver.recv()
    except (EOFError, OSError) as error:
        died = "cannot be read: the process that reads it ended, most likely for want of memory"
        raise PdfError(died, source=source, hint=SPLIT) from error
    finally:
        process.kill()
        process.join()
        receiver.close()
    if isinstance(outcome, Exception):
        raise outcome
    found: PdfText = outcome
    return found


def serve(
    sender: Connection, data: bytes, source: str, pages: Sequence[int] | None, limits: PdfLimits
) -> None:  # pragma: no cover - in another process
    """Read a PDF and send what came of it."""
    logging.disable(logging.CRITICAL)  # what pypdf has to say of damage
    with contextlib.suppress(ImportError, OSError, ValueError):  # not on Windows
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory, hard))
    outcome: PdfText | Exception
    try:
        outcome = read_pdf(data, source=source, pages=pages, limits=limits)
    except (PdfError, ValueError) as error:
        outcome = error
    sender.send(outcome)
    sender.close()


SPLIT = "check it in parts, with --pages or as several files"
DAMAGED = "write it anew"


def find_producer(reader: Any) -> str:
    with contextlib.suppress(Exception):  # nobody's text depends on it
        information = reader.metadata
        if information is not None:
            return str(information.producer or information.creator or "")[:200]
    return ""


# -- content streams -----------------------------------------------------------------------------------------------


class FontMap(NamedTuple):
    font: PdfFont
    width: int  # bytes of a code
    characters: Mapping[int, str]


class Walker:
    """Reads content streams; pypdf's objects are of a hundred kinds, hence ``Any``.

    Args:
        reader: pypdf's.
        limits: What it may cost.
        source: The file, for errors.
    """

    def __init__(self, reader: Any, limits: PdfLimits, source: str) -> None:
        from pypdf.generic import ContentStream

        self.parse: Any = ContentStream
        self.reader = reader
        self.limits = limits
        self.source = source
        self.fonts: dict[object, PdfFont] = {}
        self.maps: dict[object, FontMap] = {}
        self.streams: dict[object, list[Any]] = {}
        self.operators = 0
        self.characters = 0
        self.pieces: list[str] = []

    def read_page(self, page: Any) -> str:
        self.pieces = []
        contents = page.get("/Contents")
        contents = contents.get_object() if contents is not None else None
        if contents is not None:
            self.walk(self.operations(contents), resolve(page.get("/Resources")), 0, False)
        return "".join(self.pieces)

    def operations(self, contents: Any) -> list[Any]:
        streams = contents if isinstance(contents, list) else [contents]
        size = 0
        for stream in streams:
            stream = resolve(stream)
            size += len(stream.get_data()) if hasattr(stream, "get_data") else 0
            if size > self.limits.stream:
                raise self.too_much(f"a page of more than {self.limits.stream // MEBIBYTE} MiB")
        return list(self.parse(contents, self.reader).operations)

    def walk(self, operations: Sequence[Any], resources: Any, depth: int, covered: bool) -> None:
        """Follow the operators of a page or form.

        Args:
            operations: pypdf's pairs of operands and operator.
            resources: What their names stand for.
            depth: How many forms are around them.
            covered: Whether an ``ActualText`` holds for all of them.
        """
        self.operators += len(operations)
        if self.operators > self.limits.operators:
            raise self.too_much(f"more than {self.limits.operators:,} operators")
        font: FontMap | None = None
        saved: list[FontMap | None] = []
        marks: list[bool] = []  # for each open marked content, whether it replaced its text
        actual = ""
        for operands, operator in operations:
            if operator in (b"Tj", b"'", b'"', b"TJ"):
                shown = operands[-1] if operands else b""
                for piece in shown if isinstance(shown, list) else (shown,):
                    if font is not None and isinstance(piece, (bytes, str)):
                        inside = covered or any(marks)
                        self.show(piece, font, covered=inside, khmer=inside and KHMER_LETTER.search(actual) is not None)
            elif operator == b"Tf":
                font = self.font_of(resolve(resources.get("/Font")), operands[0]) if operands else None
            elif operator == b"q":
                saved.append(font)
            elif operator == b"Q":
                font = saved.pop() if saved else font
            elif operator in (b"BDC", b"BMC"):
                text = actual_text(operands, resources) if operator == b"BDC" else None
                if text is not None and not covered and not any(marks):
                    actual = text
                    self.add(text)
                marks.append(text is not None)
            elif operator == b"EMC":
                if marks:
                    marks.pop()
            elif operator == b"Do" and operands:
                self.draw_form(operands[0], resources, depth, covered or any(marks))

    def draw_form(self, name: object, resources: Any, depth: int, covered: bool) -> None:
        form = resolve(resolve(resources.get("/XObject")).get(name))
        if form.get("/Subtype") != "/Form":
            return
        if depth >= self.limits.depth:
            raise self.too_much(f"more than {self.limits.depth} forms one inside the other")
        key = identity(form)
        if key not in self.streams:
            self.streams[key] = self.operations(form)
        own = form.get("/Resources")
        self.walk(self.streams[key], resolve(own) if own is not None else resources, depth + 1, covered)

    def show(self, codes: bytes | str, font: FontMap, *, covered: bool, khmer: bool) -> None:
        original = getattr(codes, "original_bytes", None)  # pypdf guesses an encoding for what looks like text
        raw = original if original is not None else codes if isinstance(codes, bytes) else codes.encode("latin-1")
        count = -(-len(raw) // font.width)
        if covered:
            font.font.covered += count
            font.font.khmer = font.font.khmer or khmer
            return
        font.font.shown += count
        found = []
        for start in range(0, len(raw), font.width):
            code = int.from_bytes(raw[start : start + font.width], "big")
            text = font.characters.get(code)
            if text is None or text == "\0":
                text = REPLACEMENT if font.width > 1 or font.font.mapped or text else chr(code)
            found.append(text)
        text = "".join(found)
        font.font.unmapped += text.count(REPLACEMENT)
        font.font.private += sum("\ue000" <= letter <= "\uf8ff" for letter in text)
        font.font.khmer = font.font.khmer or KHMER_LETTER.search(text) is not None
        self.add(text)

    def add(self, text: str) -> None:
        self.characters += len(text)
        if self.characters > self.limits.characters:
            raise self.too_much(f"more than {self.limits.characters:,} characters")
        self.pieces.append(text)

    def too_much(self, what: str) -> PdfError:
        return PdfError(f"holds {what}", source=self.source, hint=SPLIT)

    def font_of(self, fonts: Any, name: object) -> FontMap | None:
        font = resolve(fonts.get(name))
        if not font:
            return None
        key = identity(font)
        if key not in self.maps:
            self.maps[key] = self.read_font(font, key)
        return self.maps[key]

    def read_font(self, font: Any, key: object) -> FontMap:
        kind = str(font.get("/Subtype", "")).lstrip("/")
        encoding = resolve(font.get("/Encoding"))
        descendants = resolve(font.get("/DescendantFonts"))
        inner = resolve(descendants[0]) if descendants else font
        descriptor = resolve(inner.get("/FontDescriptor"))
        embedded = kind == "Type3" or any(name in descriptor for name in ("/FontFile", "/FontFile2", "/FontFile3"))
        name = str(font.get("/BaseFont") or descriptor.get("/FontName") or font.get("/Name") or "").lstrip("/")
        to_unicode = resolve(font.get("/ToUnicode"))
        width = 2 if kind == "Type0" else 1
        if kind == "Type0" and hasattr(encoding, "get_data"):
            width = code_width(encoding.get_data()[: self.limits.stream])
        if hasattr(to_unicode, "get_data"):
            characters = parse_to_unicode(to_unicode.get_data()[: self.limits.stream])
        else:
            characters = read_differences(encoding)
        mapped = hasattr(to_unicode, "get_data")
        found = PdfFont(re.sub(r"\A[A-Z]{6}\+", "", name)[:200], kind, embedded, mapped)
        self.fonts[key] = found
        return FontMap(found, width, characters)


def resolve(value: Any) -> Any:
    """What a reference leads to; an empty dictionary for nothing."""
    found = value.get_object() if hasattr(value, "get_object") else value
    return {} if found is None or type(found).__name__ == "NullObject" else found


def identity(value: Any) -> object:
    reference = getattr(value, "indirect_reference", None)
    return (reference.idnum, reference.generation) if reference is not None else id(value)


def actual_text(operands: Sequence[Any], resources: Any) -> str | None:
    """The ``ActualText`` that marked content begins with; None where it has none."""
    if len(operands) < 2:
        return None
    properties = resolve(operands[1])
    if isinstance(properties, str):
        properties = resolve(resolve(resources.get("/Properties")).get(properties))
    if not isinstance(properties, dict) or "/ActualText" not in properties:
        return None
    text = resolve(properties["/ActualText"])
    if isinstance(text, bytes):
        return text.decode("utf-16", "replace") if text[:2] in (b"\xfe\xff", b"\xff\xfe") else text.decode("latin-1")
    return str(text)


# -- maps of characters --------------------------------------------------------------------------------------------

MOST_MAPPED = 1 << 17


def parse_to_unicode(data: bytes) -> dict[int, str]:
    """Read a ``ToUnicode``.

    Args:
        data: The mapping file, unpacked.

    Returns:
        Code → text. What cannot be read is left out.

    Source: Adobe Technical Note 5411, section 1.

    Example:
        >>> parse_to_unicode(b"1 beginbfchar <01> <178017B6> endbfchar 1 beginbfrange <10> <11> <1780> endbfrange")
        {1: 'កា', 16: 'ក', 17: 'ខ'}
    """
    found: dict[int, str] = {}
    for section in SECTION.finditer(data):
        tokens = [(match[1], match[2]) for match in TOKEN.finditer(section[2])]
        if section[1] == b"bfchar":
            for (code, _), (text, _) in zip(tokens[::2], tokens[1::2], strict=False):
                found[to_number(code)] = to_text(text)
        elif section[1] == b"bfrange":
            read_ranges(tokens, found)
        if len(found) > MOST_MAPPED:
            break
    return found


def read_ranges(tokens: Sequence[tuple[bytes, bytes]], found: dict[int, str]) -> None:
    position = 0
    read = 0
    while position + 2 < len(tokens) and read <= MOST_MAPPED:
        first, last = to_number(tokens[position][0]), to_number(tokens[position + 1][0])
        position += 2
        if tokens[position][1] == b"[":
            position += 1
            code = first
            while position < len(tokens) and tokens[position][1] != b"]":
                found[code] = to_text(tokens[position][0])
                code += 1
                position += 1
        else:
            text = to_text(tokens[position][0])
            codes = range(first, min(last, first + 0xFFFF) + 1) if text else range(0)
            read += len(codes)
            for code in codes:
                found[code] = text[:-1] + chr(min(ord(text[-1]) + code - first, 0x10FFFF))
        position += 1


def to_number(digits: bytes | None) -> int:
    return int(b"".join((digits or b"0").split()) or b"0", 16)


def to_text(digits: bytes | None) -> str:
    plain = b"".join((digits or b"").split()).decode("ascii")
    return bytes.fromhex(plain + "0" * (-len(plain) % 2)).decode("utf-16-be", "replace")


def code_width(data: bytes) -> int:
    """How many bytes a code of an embedded CMap has: of its last range, as those of one byte are for ASCII there."""
    widths = [
        len(b"".join(match[1].split())) // 2
        for section in SECTION.finditer(data)
        if section[1] == b"codespacerange"
        for match in TOKEN.finditer(section[2])
        if match[1] is not None
    ]
    return min(max(widths, default=2), 4) or 2


def read_differences(encoding: Any) -> dict[int, str]:
    """The characters that glyph names of the form ``uni1780`` stand for."""
    found: dict[int, str] = {}
    code = 0
    for item in resolve(encoding.get("/Differences")) or () if isinstance(encoding, dict) else ():
        if isinstance(item, int):
            code = int(item)
            continue
        match = UNI_NAME.fullmatch(str(item).partition(".")[0])
        if match is not None:
            found[code] = to_text((match[1] or "").encode()) if match[1] else chr(min(int(match[2], 16), 0x10FFFF))
        code += 1
    return found
