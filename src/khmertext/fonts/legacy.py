"""Khmer fonts from before Unicode: they draw Khmer in the place of Latin letters.

Text in them is Latin to every program, so a page that names one is unreadable without it, and no engine can shape it.
They have no Khmer in their character map. What gives them away: the name of a known series; glyphs on Latin codes whose
names are Khmer; many letters of ASCII without a width, which are marks. The last holds for old fonts of other scripts
too, so that alone it does not name Khmer.

Source: the families that were in use in Cambodia, as converters to Unicode name them; OpenType spec, cmap (a symbol
font has its codes at U+F000).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from khmertext.fonts.faces import Face

__all__ = ["LegacyFont", "find_legacy"]

# Series and how their families begin. The second group are words that other fonts begin with too: those count only
# with another sign.
SERIES: Final = (
    ("Limon", r"limon(?:[ _-]?[a-z]{0,2}\d*)?\b(?!ata)"),
    ("Khek", r"khek\b|khek[ _-]"),
    ("Baidok", r"baidok"),
    ("Zero-Space", r"zero[ _-]?space\b"),
)
UNSURE_SERIES: Final = (
    ("ABC", r"abc[ _-]"),
    ("FK", r"fk[ _-]"),
    ("Truth", r"truth\b"),
)
KHMER_NAME: Final = re.compile(
    r"(?:uni|u)?(?:17[89A-F][0-9A-F])(?![0-9A-F])|.*khmer|(?:afii)?coeng|.*(?:srak|bantoc|toandakhiat|muusikatoan)",
    re.IGNORECASE,
)
LETTERS: Final = range(0x21, 0x7F)
SYMBOLS: Final = 0xF000
LEAST_NAMES: Final = 3
LEAST_MARKS: Final = 6  # an alphabet of Khmer has more signs than that; Latin fonts have none without a width
LEAST_LETTERS: Final = 40


@dataclass(frozen=True, slots=True)
class LegacyFont:
    """Why a font is taken for an 8-bit one.

    Args:
        series: The series it belongs to, such as ``Limon``; empty when it is not known.
        khmer: Whether it is surely Khmer: by its name, or by the names of its glyphs.
        evidence: What gives it away, a phrase each.
    """

    series: str
    khmer: bool
    evidence: tuple[str, ...]


def find_legacy(face: Face) -> LegacyFont | None:
    """Tell whether a font without Khmer letters in its character map is an 8-bit Khmer font.

    Args:
        face: An opened font.

    Returns:
        What it is; None when it is no such font.

    Example:
        >>> from khmertext.fonts import default_face
        >>> find_legacy(default_face()) is None
        True
    """
    if any(0x1780 <= code < 0x17B4 for code in face.unicodes):
        return None
    glyphs = map_letters(face)
    names = count_khmer_names(face, glyphs)
    marks = count_marks(face, glyphs)
    evidence = []
    if names >= LEAST_NAMES:
        evidence.append(f"{names} Latin codes have glyphs with Khmer names")
    if marks >= LEAST_MARKS and len(glyphs) >= LEAST_LETTERS:
        evidence.append(f"{marks} Latin codes have glyphs without a width")
    series = match_series(face.family, SERIES) or (match_series(face.family, UNSURE_SERIES) if evidence else "")
    if series:
        evidence.insert(0, f"its name is one of the series {series}")
    if not evidence:
        return None
    return LegacyFont(series, bool(series) or names >= LEAST_NAMES, tuple(evidence))


def match_series(family: str, series: tuple[tuple[str, str], ...]) -> str:
    """Return the series that a family's name belongs to; empty when to none."""
    return next((name for name, pattern in series if re.match(pattern, family.strip(), re.IGNORECASE)), "")


def map_letters(face: Face) -> list[int]:
    """Return the glyphs of printable ASCII, or of the codes that symbol fonts have for it."""
    font = face.font()
    glyphs = []
    for code in LETTERS:
        at = code if code in face.unicodes else code + SYMBOLS
        glyph: Any = font.get_nominal_glyph(at) if at in face.unicodes else None
        if glyph:
            glyphs.append(int(glyph))
    return glyphs


def count_khmer_names(face: Face, glyphs: list[int]) -> int:
    """Count glyphs that are named after Khmer characters."""
    font = face.font()
    return sum(bool(KHMER_NAME.match(font.get_glyph_name(glyph) or "")) for glyph in glyphs)


def count_marks(face: Face, glyphs: list[int]) -> int:
    """Count glyphs that have ink and no width; none where hardly a glyph has a width, as in fonts of pictures."""
    font = face.font()
    flat = [glyph for glyph in glyphs if font.get_glyph_h_advance(glyph) == 0]
    if 2 * len(flat) > len(glyphs):
        return 0
    return sum(bool(box and box.width and box.height) for box in map(font.get_glyph_extents, flat))
