"""What a font can do with Khmer, by behaviour: shape it and look.

Flags in the font are no help: there are fonts with every Khmer bit and script tag set that cannot form a subscript, and
good ones that say nothing. Each check here shapes a few letters and returns a sentence when the result is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from khmertext.errors import FontError
from khmertext.fonts.faces import Face
from khmertext.fonts.shaping import shape
from khmertext.script.classes import CONSONANTS, VOWELS

__all__ = ["check_khmer", "require_khmer"]

KA: Final = 0x1780
RO: Final = 0x179A
COENG: Final = 0x17D2
VOWEL_E: Final = 0x17C1
DOTTED_CIRCLE: Final = 0x25CC
# Unicode 16.4, table 16-8: these vowels have a part before the base, which is drawn as the vowel E.
SPLIT_VOWELS: Final = (0x17BE, 0x17BF, 0x17C0, 0x17C4, 0x17C5)
SHOWN: Final = 6


def check_khmer(face: Face) -> tuple[str, ...]:
    """Return why a font cannot shape Khmer.

    Args:
        face: An opened font; a variable one is looked at in its default place.

    Returns:
        One sentence per reason; empty when the font passes.

    Source: UTN #61 (coeng, split vowels); OpenType spec, "Developing OpenType Fonts for Khmer Script".

    Example:
        >>> from khmertext.fonts import default_face
        >>> check_khmer(default_face())
        ()
    """
    missing = find_unmapped(face)
    if missing:
        return (missing,)  # nothing else could be told
    return tuple(filter(None, (check(face) for check in CHECKS)))


def require_khmer(face: Face) -> None:
    """Make sure that a font can shape Khmer.

    Args:
        face: An opened font.

    Raises:
        FontError: It cannot; the message says what fails.
    """
    reasons = check_khmer(face)
    if reasons:
        raise FontError(
            f"the font cannot shape Khmer: {'; '.join(reasons)}",
            source=face.source,
            hint="give a Khmer Unicode font, or none to use the default font",
        )


def find_unmapped(face: Face) -> str:
    """Letters that the font lacks."""
    lacking = sorted({COENG, *map(ord, CONSONANTS | VOWELS)} - face.unicodes)
    return f"it has no glyph for {name_all(lacking)}" if lacking else ""


def check_subscripts(face: Face) -> str:
    """Each consonant under a base: neither left as it is, nor .notdef, nor on a dotted circle."""
    coeng, circle = nominal(face, COENG), nominal(face, DOTTED_CIRCLE)
    failing = []
    for consonant in sorted(map(ord, CONSONANTS)):
        glyphs = draw(face, chr(KA) + chr(COENG) + chr(consonant))
        # The base comes first, or last before what is drawn to its left; it may be the same letter.
        unshaped = glyphs.count(nominal(face, consonant)) - (consonant == KA and nominal(face, KA) in glyphs)
        if unshaped > 0 or 0 in glyphs or coeng in glyphs or (circle and circle in glyphs):
            failing.append(consonant)
    return f"it does not form the subscript of {name_all(failing)}" if failing else ""


def check_split_vowels(face: Face) -> str:
    """Each split vowel: what is drawn before the base is what the vowel E alone draws there."""
    before = draw(face, chr(KA) + chr(VOWEL_E))[:1]
    failing = [vowel for vowel in SPLIT_VOWELS if draw(face, chr(KA) + chr(vowel))[:1] != before]
    return f"it does not draw the part before the base of {name_all(failing)}" if failing else ""


def check_prebase(face: Face) -> str:
    """The vowel E and the subscript of RO are drawn before the base."""
    base = nominal(face, KA)
    failing = [
        text
        for text in (chr(KA) + chr(VOWEL_E), chr(KA) + chr(COENG) + chr(RO))
        if draw(face, text)[:1] in ([base], [0], [])
    ]
    return f"it does not put {' or '.join(failing)} in the order of reading" if failing else ""


CHECKS: Final[tuple[Callable[[Face], str], ...]] = (check_subscripts, check_split_vowels, check_prebase)


def draw(face: Face, text: str) -> list[int]:
    """Return the glyphs that a text becomes, from left to right."""
    infos: list[Any] = shape(face.font(), text, "km").glyph_infos
    return [info.codepoint for info in infos]


def nominal(face: Face, code_point: int) -> int:
    """Return the glyph that a code point is mapped to; 0 when it is not."""
    return int(face.font().get_nominal_glyph(code_point) or 0)


def name_all(code_points: Iterable[int]) -> str:
    """Write code points in U+ notation, the first few of many."""
    names = [f"U+{code_point:04X}" for code_point in code_points]
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
