"""The stylesheet for fonts that ``khmertext font subset`` cuts: the ``@font-face`` rules that sites get."""

from __future__ import annotations

from collections.abc import Sequence

from khmertext.cli.font_cutting import CutFont, Wish
from khmertext.fonts import read_license, unicode_range
from khmertext.fonts.naming import choose_family
from khmertext.web.building import FontAsset, format_face
from khmertext.web.engines import FALLS_BACK_AFTER_SHAPING

__all__ = ["format_stylesheet"]


def format_stylesheet(fonts: Sequence[CutFont], names: Sequence[str], wish: Wish) -> str:
    """Write the rules for the fonts of a family.

    A font that flags is for browsers alone that then ask the next font of the stack; others pass it over.

    Args:
        fonts: The fonts; at least one.
        names: Their file names, beside the stylesheet.
        wish: How they were cut.

    Returns:
        A rule a line, in ASCII.

    Source: CSS Fonts 4, section 4 (``@font-face``).
    """
    lines = []
    for font, name in zip(fonts, names, strict=True):
        face = font.source.face
        family = choose_family(face.family, read_license(face).reserved_names, wish.name, face.source) or face.family
        low, high = (round(weight) for weight in font.source.weights)
        ranges = unicode_range(font.subset.face.unicodes)
        rule = format_face(
            family or "Khmer", FontAsset("text", name, (low, high), face.italic, ranges), flavor=wish.flavor
        )
        flags = font.subset.coverage == "flagged"
        lines.append(f"@supports {FALLS_BACK_AFTER_SHAPING}{{{rule}}}" if flags else rule)
    return "".join(f"{line}\n" for line in lines)
