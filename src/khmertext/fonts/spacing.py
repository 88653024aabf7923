"""Whether the space of a font may be drawn by another font than the letters around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import uharfbuzz as hb

from khmertext.fonts.faces import Face

__all__ = ["space_stands_alone"]

PRINTABLE: Final = tuple(map(chr, (*range(0x21, 0x7F), *range(0xA1, 0x180))))


def space_stands_alone(face: Face) -> bool:
    """Whether a space and any Latin letter or sign beside it are as wide as each alone.

    Browsers shape apart what two fonts draw. A font that kerns its spaces looks other then.

    Args:
        face: The font.

    Returns:
        Whether it is so at the default and at the ends of its axes.

    Example:
        >>> from khmertext.fonts import default_face
        >>> space_stands_alone(default_face())
        True
    """
    places: Iterable[Mapping[str, float]] = (
        {},
        *({axis.tag: end} for axis in face.axes for end in (axis.minimum, axis.maximum)),
    )
    for font in map(face.font, places):
        alone = measure(font, " ")
        for letter in PRINTABLE:
            both = measure(font, letter) + alone
            if measure(font, f"{letter} ") != both or measure(font, f" {letter}") != both:
                return False
    return True


def measure(font: hb.Font, text: str) -> int:
    buffer: Any = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    hb.shape(font, buffer)
    return sum(one.x_advance for one in buffer.glyph_positions)
