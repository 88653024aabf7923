"""The old ``kern`` table, which subsetters drop although HarfBuzz, and so browsers, may use it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from fontTools.ttLib import TTFont, newTable

from khmertext.fonts.faces import Face

__all__ = ["rebuild_kern", "uses_kern"]


def uses_kern(face: Face) -> bool:
    """Tell whether Khmer text in this font is kerned by the ``kern`` table.

    HarfBuzz uses it when GPOS has no ``kern`` feature under the script it takes: khmr, or else DFLT, dflt or latn.
    """
    if "kern" not in face.tables:
        return False
    scripts: list[str] = list(face.hb_face.get_table_script_tags("GPOS"))
    chosen = next((tag for tag in ("khmr", "DFLT", "dflt", "latn") if tag in scripts), None)
    if chosen is None:
        return True
    index = scripts.index(chosen)
    languages = range(len(face.hb_face.get_script_language_tags("GPOS", index)))
    # 0xFFFF is the default language system.
    return not any(
        "kern" in face.hb_face.get_language_feature_tags("GPOS", index, language) for language in (0xFFFF, *languages)
    )


def rebuild_kern(face: Face, kept: Mapping[int, int], cut: Any) -> None:
    """Put the pairs among the glyphs that were kept back into a cut font.

    Only pair lists (format 0) are rebuilt; Apple's state tables are not, and the proof tells if that matters.

    Args:
        face: The uncut font.
        kept: Glyph ids in the uncut font to those in the cut one.
        cut: The cut font as a fontTools TTFont; changed in place.

    Source: OpenType spec, kern.
    """
    original = TTFont(io.BytesIO(face.data), lazy=True)
    table = original["kern"]
    number = original.getReverseGlyphMap()
    names = cut.getGlyphOrder()
    new = {name: names[kept[glyph]] for name, glyph in number.items() if glyph in kept}
    subtables = []
    for subtable in table.kernTables:
        pairs = getattr(subtable, "kernTable", {})
        subtable.kernTable = {
            (new[left], new[right]): value for (left, right), value in pairs.items() if left in new and right in new
        }
        if subtable.kernTable:
            subtables.append(subtable)
    if subtables:
        kern = newTable("kern")
        kern.version = table.version
        kern.kernTables = subtables
        cut["kern"] = kern
