"""Opening fonts: the only place where the bytes of a font file become something that can be shaped with.

A face is kept as a plain sfnt without the tables of Apple's and SIL's own shaping engines. HarfBuzz would prefer
``morx`` and ``kerx`` to the OpenType rules; browsers on most systems do not, and the two often disagree. With these
tables gone, every engine sees the same rules.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

import uharfbuzz as hb

from khmertext.errors import FontError
from khmertext.fonts.containers import MAX_FONT_SIZE, build_sfnt, count_members, read_tables

__all__ = ["Axis", "Face", "Member", "open_face", "read_face", "read_members"]

# Apple Advanced Typography (Apple TrueType Reference Manual, chapter 6) and Graphite (SIL Graphite font tables).
AAT_TABLES: Final = frozenset(
    {"acnt", "ankr", "bsln", "fdsc", "feat", "fmtx", "just", "kerx", "lcar", "ltag", "mort", "morx", "opbd", "prop"}
    | {"trak", "xref", "Zapf"}
)
GRAPHITE_TABLES: Final = frozenset({"Feat", "Glat", "Gloc", "Silf", "Sill"})

# A browser refuses a web font without any of these (OpenType spec, "Required Tables"; OpenType Sanitizer).
# With the size of the oldest version of each.
REQUIRED_TABLES: Final = {"OS/2": 68, "cmap": 4, "head": 54, "hhea": 36, "hmtx": 4, "maxp": 6, "name": 6, "post": 32}
OUTLINE_TABLES: Final = (("glyf", "loca"), ("CFF ",), ("CFF2",))

MAX_CACHED_FONTS: Final = 64
MAX_NAMES_SIZE: Final = 16 << 20
MAX_MEMBERS: Final = 256
MAX_UNPACKED: Final = 8 * MAX_FONT_SIZE  # the fonts of a collection share tables, and so can be far larger than it


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a variable font, in the units of the user (wght 400, wdth 100).

    Args:
        tag: Four characters, such as ``wght``.
        minimum: The smallest value.
        default: The value of the outlines as they are stored.
        maximum: The largest value.

    Source: OpenType spec, fvar.
    """

    tag: str
    minimum: float
    default: float
    maximum: float

    def clamp(self, value: float) -> float:
        """Return the nearest value that the axis has."""
        return min(max(value, self.minimum), self.maximum)


@dataclass(frozen=True, eq=False)
class Face:
    """An opened font. Made by :func:`open_face`; two faces are equal only when they are the same object.

    A face pickles as its bytes and facts, so that worker processes can have it.

    Args:
        source: Where it came from, for messages.
        data: The font as an sfnt, without AAT and Graphite tables.
        stripped: The tags of the tables that were taken out.
        axes: The axes of a variable font; empty for a static one.
        upem: Font units per em.
        glyph_count: How many glyphs it has, .notdef included.
        family: Name ID 16, or else 1; empty when the font has neither.
        weight: usWeightClass of OS/2, 1 to 1000.
        italic: Whether it says that it is italic.
        unicodes: The mapped code points.
    """

    source: str
    data: bytes
    stripped: tuple[str, ...]
    axes: tuple[Axis, ...]
    upem: int
    glyph_count: int
    family: str
    weight: int
    italic: bool
    unicodes: frozenset[int]

    def __repr__(self) -> str:
        return f"<Face {self.family!r} from {self.source!r}: {self.glyph_count} glyphs, {len(self.data)} bytes>"

    def __getstate__(self) -> dict[str, Any]:
        # The HarfBuzz objects are made again where they are needed.
        return {name: self.__dict__[name] for name in self.__dataclass_fields__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    @cached_property
    def hb_face(self) -> Any:
        """The face as HarfBuzz has it (``hb.Face``)."""
        return hb.Face(self.data)

    @cached_property
    def hb_fonts(self) -> dict[tuple[tuple[str, float], ...], Any]:
        """The fonts made so far by their variations."""
        return {}

    @cached_property
    def tables(self) -> dict[str, bytes]:
        """The bytes of each table by its tag."""
        return read_tables(self.data, source=self.source).tables

    def axis(self, tag: str) -> Axis | None:
        """Return the axis with this tag, if the font has it."""
        return next((axis for axis in self.axes if axis.tag == tag), None)

    def locate(self, weight: float) -> dict[str, float]:
        """Return the variations that CSS ``font-weight`` asks of this font: its nearest ``wght``.

        Args:
            weight: 1 to 1000.

        Returns:
            Axis tag to value; empty for a font without a weight axis. Other axes stay at their defaults.

        Source: CSS Fonts 4, section 5.2 and 7.1 (a font's range limits what is applied).
        """
        axis = self.axis("wght")
        return {} if axis is None else {"wght": axis.clamp(weight)}

    def font(self, variations: Mapping[str, float] | None = None) -> hb.Font:
        """Return a HarfBuzz font at its default scale, one unit per font unit.

        The font is cached per variations and shared: shape and draw with it, but do not change it.

        Args:
            variations: Axis tag to value. Axes that the font lacks are ignored, values are limited to the font's
                range, and axes not named stay at their defaults, all as in CSS.

        Returns:
            An ``hb.Font``.

        Example:
            >>> from khmertext.fonts import default_face
            >>> face = default_face()
            >>> face.font({"wght": 700}).get_glyph_h_advance(0) > 0
            True
        """
        wanted = variations or {}
        place = tuple((axis.tag, axis.clamp(wanted.get(axis.tag, axis.default))) for axis in self.axes)
        font = self.hb_fonts.get(place)
        if font is None:
            if len(self.hb_fonts) >= MAX_CACHED_FONTS:
                self.hb_fonts.clear()
            font = self.hb_fonts[place] = hb.Font(self.hb_face)
            if place:
                font.set_variations(dict(place))
        return font


def open_face(data: bytes, *, source: str = "<memory>", index: int = 0) -> Face:
    """Open a font.

    Args:
        data: The bytes of a TTF, OTF, WOFF, WOFF2 or TTC file, at most 64 MiB packed and unpacked.
        source: Where they come from, for messages.
        index: Which font of a collection.

    Returns:
        The font, unpacked and without AAT and Graphite tables.

    Raises:
        FontError: It is no font, is damaged, too large, has no outlines, or lacks a table that browsers demand.
        TypeError: ``data`` is not bytes.

    Example:
        >>> open_face(b"<html>")
        Traceback (most recent call last):
        khmertext.errors.FontError: <memory>: not a font (give a TTF, OTF, WOFF, WOFF2 or TTC file)
    """
    if not isinstance(data, bytes):
        raise TypeError(f"a font is bytes, not {type(data).__name__}")
    version, tables = read_tables(data, source=source, index=index)
    for tag, size in REQUIRED_TABLES.items():
        if len(tables.get(tag, b"")) < size:
            raise FontError(
                f"the font lacks what browsers demand (table {tag} is {'cut off' if tag in tables else 'missing'})",
                source=source,
                hint="give another font",
            )
    if not any(all(tables.get(tag) for tag in tags) for tags in OUTLINE_TABLES):
        raise FontError(
            "the font has no outlines", source=source, hint="bitmap fonts cannot be scaled; give an outline font"
        )
    stripped = tuple(tag for tag in tables if tag in AAT_TABLES or tag in GRAPHITE_TABLES)
    for tag in stripped:
        del tables[tag]
    sfnt = build_sfnt(version, tables)
    try:
        face = hb.Face(sfnt)
        # HarfBuzz takes anything for a face; one that it cannot make sense of has no glyphs.
        upem, glyph_count, unicodes = face.upem, face.glyph_count, frozenset(face.unicodes)
        axes = tuple(
            Axis(axis.tag, axis.min_value, axis.default_value, axis.max_value) for axis in face.axis_infos or ()
        )
        family = face.get_name(16) or face.get_name(1) or ""
    except Exception as error:  # uharfbuzz raises RuntimeError, MemoryError, UnicodeDecodeError and others
        raise FontError("HarfBuzz cannot read the font", source=source, hint="give another font") from error
    if glyph_count == 0 or not unicodes:
        raise FontError(
            "a damaged font: no glyphs, or none that a character has", source=source, hint="give another font"
        )
    check_outlines(tables, glyph_count, source)
    check_names(tables["name"], source)
    weight, italic = read_style(tables)
    return Face(source, sfnt, stripped, axes, upem, glyph_count, family, weight, italic, unicodes)


def read_face(path: Path, index: int = 0) -> Face:
    """Open a font file.

    Args:
        path: The file.
        index: Which font of a collection.

    Returns:
        The font; its ``source`` is the path as given.

    Raises:
        FontError: The file cannot be read, or is not a usable font (see :func:`open_face`).
    """
    return open_face(read_file(path), source=str(path), index=index)


class Member(NamedTuple):
    """One font of a file.

    Attributes:
        number: Its number in the collection; 0 for every other file.
        face: The font; None when it is not usable.
        error: Why not.
    """

    number: int
    face: Face | None
    error: FontError | None


def read_members(path: Path) -> Iterator[Member]:
    """Open every font of a file, one after another: all of a collection, or the only one.

    Args:
        path: The file.

    Yields:
        Each font, or why it cannot be used. A collection of too many fonts, or of fonts too large together, ends with
        an error that says so.

    Raises:
        FontError: The file cannot be read.
    """
    data = read_file(path)
    count = count_members(data)
    total = 0
    for index in range(count):
        source = f"{path}#{index}" if count > 1 else str(path)
        if index >= MAX_MEMBERS or total > MAX_UNPACKED:
            yield Member(index, None, FontError(f"a collection of {count} fonts; the rest is left out", source=source))
            return
        try:
            face = open_face(data, source=source, index=index)
        except FontError as error:
            yield Member(index, None, error)
        else:
            total += len(face.data)
            yield Member(index, face, None)


def read_file(path: Path) -> bytes:
    """Return the bytes of a file, one more than a font may have at most."""
    source = str(path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise FontError("not a file", source=source, hint="give a font file")
        with path.open("rb") as file:
            return file.read(MAX_FONT_SIZE + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        raise FontError(f"cannot read the font: {reason}", source=source) from error


def check_outlines(tables: Mapping[str, bytes], glyph_count: int, source: str) -> None:
    """Refuse a TrueType font whose outlines or advances end early; HarfBuzz would show nothing in their place.

    Source: OpenType spec, loca (indexToLocFormat of head), hmtx (numberOfHMetrics of hhea).
    """
    (metrics,) = struct.unpack_from(">H", tables["hhea"], 34)
    if not 0 < metrics <= glyph_count or len(tables["hmtx"]) < 4 * metrics + 2 * (glyph_count - metrics):
        raise FontError("a damaged font: table hmtx is cut off", source=source, hint="give another font")
    if "glyf" not in tables or "loca" not in tables:
        return
    (long_offsets,) = struct.unpack_from(">h", tables["head"], 50)
    size = 4 if long_offsets else 2
    last = tables["loca"][size * glyph_count : size * (glyph_count + 1)]
    if len(last) < size or int.from_bytes(last, "big") * (1 if long_offsets else 2) > len(tables["glyf"]):
        raise FontError("a damaged font: table glyf or loca is cut off", source=source, hint="give another font")


def check_names(table: bytes, source: str) -> None:
    """Refuse names that share their text so often that they would fill the memory once each has its own.

    Source: OpenType spec, name (count at offset 2; the length of a record's text at offset 8 of its 12 bytes).
    """
    (count,) = struct.unpack_from(">H", table, 2)
    if count * 0xFFFF <= MAX_NAMES_SIZE:
        return
    count = min(count, (len(table) - 6) // 12)
    if sum(struct.unpack_from(">H", table, 6 + 12 * number + 8)[0] for number in range(count)) > MAX_NAMES_SIZE:
        raise FontError("a damaged font: names of unbelievable length", source=source, hint="give another font")


def read_style(tables: Mapping[str, bytes]) -> tuple[int, bool]:
    """Return usWeightClass and whether the font is italic.

    Source: OpenType spec, OS/2 (usWeightClass, fsSelection bit 0) and head (macStyle bit 1).
    """
    (weight,) = struct.unpack_from(">H", tables["OS/2"], 4)
    (selection,) = struct.unpack_from(">H", tables["OS/2"], 62)
    (style,) = struct.unpack_from(">H", tables["head"], 44)
    if 1 <= weight <= 9:
        weight *= 100  # old fonts count from 1 to 9
    return min(max(weight, 1), 1000), bool(selection & 1 or style & 2)
