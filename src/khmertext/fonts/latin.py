"""A font for machines that are to have no Khmer: browsers need some font, and draw nothing without."""

from __future__ import annotations

import io

import uharfbuzz as hb
from fontTools.ttLib import TTFont

from khmertext.fonts.faces import Face
from khmertext.fonts.naming import rename
from khmertext.fonts.subsetting import limit_axes, run_subsetter, save

__all__ = ["latin_font"]

ASCII = range(0x20, 0x7F)


def latin_font(face: Face, family: str) -> bytes:
    """Cut the letters of ASCII, and no others, out of a font.

    Args:
        face: A font that has them.
        family: What the new one is called: a name that no page asks for.

    Returns:
        A static TrueType or CFF font, its axes at their defaults.

    Raises:
        FontError: It cannot be cut.

    Example:
        >>> from khmertext.fonts import default_face, open_face
        >>> small = open_face(latin_font(default_face(), "Plain"))
        >>> small.family, len(small.unicodes)
        ('Plain', 95)
    """
    static = limit_axes(face, {axis.tag: (axis.default, axis.default) for axis in face.axes})
    request = hb.SubsetInput()
    request.unicode_set.update(ASCII)
    data, _ = run_subsetter(static, request, "its Latin letters cannot be cut out")
    font = TTFont(io.BytesIO(data), recalcBBoxes=False, recalcTimestamp=False)
    rename(font, family, ())
    return save(font)
