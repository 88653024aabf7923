"""The picture oracle: what HarfBuzz draws of a text in fonts of several makers.

Two texts look the same in a font when the same outlines stand at the same places and the advances are equal. Glyph
numbers do not count, nor does the order in which glyphs are painted, nor glyphs without ink. The fonts are opened
without AAT and Graphite tables, so that HarfBuzz shapes all of them by OpenType's rules for Khmer.

The default font is always at hand; the others come from packages (fonts/MANIFEST.toml) and are left out where they are
not installed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import uharfbuzz as hb

from khmertext.fonts import Face, default_face, open_face
from khmertext.fonts.proof import read_outline
from tests.font_files import find_font

__all__ = ["BASES", "ORACLE_FONTS", "UNITS", "Oracle", "iter_strings", "open_oracles"]

DOTTED_CIRCLE = "\u25cc"
NOTDEF = 0

# What strings are made of: bases of every strength (KA, BA, SA, NYO, RO), six coengs (DA and TA, which are one shape;
# RO, which stands in front; MO, below; YO and SA, with ink at the side), and every mark.
BASES = "\u1780\u1794\u179f\u1789\u179a"
UNITS = (
    *("\u17d2" + letter for letter in "\u178a\u178f\u179a\u1798\u1799\u179f"),
    *map(chr, range(0x17B6, 0x17C9)),
    *"\u17c9\u17ca\u17cb\u17cc\u17cd\u17ce\u17cf\u17d0\u17d1\u17dd\u200c\u200d",
)

# Three makers. Other fonts of the same makers share their designs, and Noto Sans Khmer draws coeng da and coeng ta
# differently.
ORACLE_FONTS = ("Khmer OS", "Noto Serif Khmer", "Kantumruy Pro")

Picture = tuple[tuple[int, int, int], ...]


class Oracle:
    """One font, and what it draws.

    Args:
        name: Its family.
        face: The font.
    """

    def __init__(self, name: str, face: Face) -> None:
        self.name = name
        self.font = face.font()
        self.circle = self.font.get_nominal_glyph(ord(DOTTED_CIRCLE))
        self.ink: dict[int, int] = {}
        self.outlines: dict[object, int] = {(): 0}
        self.buffer = hb.Buffer()

    def draw(self, text: str) -> Picture | None:
        """What is drawn: each outline with its place, and the advance last; None where something is broken.

        A dotted circle that the text does not name, or a letter that the font lacks, is broken.
        """
        buffer = self.buffer
        buffer.clear_contents()
        buffer.add_str(text)
        buffer.script = "Khmr"
        buffer.direction = "ltr"
        hb.shape(self.font, buffer)
        drawn = []
        advance = circles = 0
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions or (), strict=False):
            glyph = info.codepoint
            if glyph == NOTDEF:
                return None
            circles += glyph == self.circle
            outline = self.ink.get(glyph)
            if outline is None:
                shape = read_outline(self.font, glyph)
                outline = self.ink[glyph] = self.outlines.setdefault(shape, len(self.outlines))
            x_advance, _, x_offset, y_offset = read_place(place)
            if outline:
                drawn.append((outline, advance + x_offset, y_offset))
            advance += x_advance
        if circles > text.count(DOTTED_CIRCLE):
            return None
        drawn.sort()
        drawn.append((-1, advance, 0))
        return tuple(drawn)


def read_place(place: object) -> tuple[int, int, int, int]:
    x_offset, y_offset, x_advance, y_advance = place.position  # type: ignore[attr-defined]
    return x_advance, y_advance, x_offset, y_offset


def open_oracles() -> list[Oracle]:
    """The oracles of those of ORACLE_FONTS that are at hand; the default font's where none is."""
    found = [
        Oracle(name, open_face(path.read_bytes(), source=name))
        for name in ORACLE_FONTS
        if (path := find_font(name)) is not None
    ]
    return found or [Oracle("Noto Sans Khmer", default_face())]


def iter_strings(longest: int, bases: str = BASES) -> Iterator[str]:
    """Every base with one to ``longest`` units."""
    for base in bases:
        for length in range(1, longest + 1):
            for units in itertools.product(UNITS, repeat=length):
                yield base + "".join(units)
