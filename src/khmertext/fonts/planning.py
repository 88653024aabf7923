"""Plans: which glyphs and code points a cut font keeps, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from khmertext.fonts.faces import Face
from khmertext.fonts.shaping import Sample
from khmertext.fonts.tracing import Trace, trace
from khmertext.script.classes import KHMER_RANGES

__all__ = ["SubsetPlan", "plan_drawn", "plan_flagged", "plan_full", "plan_text", "unicode_range"]

SPACE: Final = 0x20
CIRCLE: Final = 0x25CC
NOTDEF: Final = 0

# Joiners and the zero width space stand inside Khmer words; the dotted circle carries marks without a base.
COMPANION_RANGES: Final = ((0x200B, 0x200D), (0x25CC, 0x25CC))

# What every font keeps, whatever the text. The space hides joiners (without it runs come out differently). The dotted
# circle holds broken syllables, 17C1 is the left half of split vowels. The rest lets a script in the page measure
# whether Khmer is shaped at all: the three texts below, and their letters.
ALWAYS: Final = {
    SPACE: "hides zero width characters",
    CIRCLE: "carries marks without a base",
    0x17C1: "the part of split vowels before the base",
    0x1780: "measured in the page to tell whether Khmer is shaped",
    0x17B7: "measured in the page to tell whether Khmer is shaped",
    0x17D2: "measured in the page to tell whether Khmer is shaped",
    0x200B: "separates words",
    0x200C: "keeps letters apart",
    0x200D: "joins letters",
}
# The least that an exact subset keeps beyond its text.
LEAST: Final = {SPACE: ALWAYS[SPACE]}
PROBE_TEXTS: Final = (("ក", "km"), ("ក្ក", "km"), ("កិ", "km"))


@dataclass(frozen=True, slots=True)
class SubsetPlan:
    """What a cut font keeps.

    Args:
        glyphs: Glyph id in the uncut font to the reason why it stays.
        unicodes: The code points that stay mapped; all of them are mapped in the uncut font.
        closure: Whether everything that the font's rules can make of these glyphs stays too.
    """

    glyphs: Mapping[int, str]
    unicodes: frozenset[int]
    closure: bool = field(default=False)

    def extend(self, face: Face, found: Trace) -> SubsetPlan:
        """Return the plan with what a trace found; reasons that stand already stay."""
        unicodes = self.unicodes | (found.unicodes & face.unicodes)
        return SubsetPlan({**found.glyphs, **self.glyphs}, unicodes, self.closure)

    def visible(self, drawn: Iterable[int]) -> frozenset[int]:
        """Return the glyphs that keep their outlines when only those that are drawn do: .notdef is always drawn."""
        return frozenset(drawn) | {NOTDEF}


def plan_text(face: Face, texts: Iterable[Sample], variations: Iterable[Mapping[str, float]] = ({},)) -> SubsetPlan:
    """Plan a font for texts that are known: every glyph that any step of shaping them touches.

    Args:
        face: The uncut font.
        texts: The distinct texts (clusters do) with their languages, and perhaps the font features that CSS sets.
        variations: The places in a variable font that are used.

    Returns:
        A plan without closure. Besides the texts it keeps .notdef, the space, the dotted circle, 17C1, the joiners,
        and what a page measures to tell whether Khmer is shaped.

    Example:
        >>> from khmertext.fonts import default_face
        >>> plan = plan_text(default_face(), [("ខ្មែរ", "km")])
        >>> 0x20 in plan.unicodes, 0x1781 in plan.unicodes, 0x1782 in plan.unicodes
        (True, True, False)
    """
    plan = plan_code_points(face, ALWAYS, closure=False)
    return plan.extend(face, trace(face, (*texts, *PROBE_TEXTS), variations))


def plan_drawn(
    face: Face, glyphs: Mapping[int, str], unicodes: Iterable[int], always: Mapping[int, str] = LEAST
) -> SubsetPlan:
    """Plan a font for what a trace found and nothing else but .notdef and the space.

    Args:
        face: The uncut font.
        glyphs: The glyphs of all steps with their reasons.
        unicodes: The code points, mapped or not.
        always: Code points that stay whatever the text, with the reasons.

    Returns:
        A plan without closure.

    Example:
        >>> from khmertext.fonts import default_face
        >>> sorted(plan_drawn(default_face(), {}, [0x1780]).unicodes)
        [32, 6016]
    """
    plan = plan_code_points(face, always, closure=False)
    return SubsetPlan({**glyphs, **plan.glyphs}, plan.unicodes | (frozenset(unicodes) & face.unicodes))


def plan_flagged(face: Face, glyphs: Mapping[int, str], unicodes: Iterable[int]) -> SubsetPlan:
    """Plan what a font that flags knows: what a trace found, and what every font keeps but the dotted circle.

    Args:
        face: The uncut font.
        glyphs: The glyphs of all steps with their reasons.
        unicodes: The code points, mapped or not.

    Returns:
        A plan without closure.

    Example:
        >>> from khmertext.fonts import default_face
        >>> len(plan_flagged(default_face(), {}, []).unicodes)
        8
    """
    circle = face.font().get_nominal_glyph(CIRCLE) if CIRCLE in face.unicodes else None
    # HarfBuzz puts the circle in as a glyph, and only into fonts that map it.
    always = ALWAYS if circle in glyphs else {char: why for char, why in ALWAYS.items() if char != CIRCLE}
    return plan_drawn(face, glyphs, unicodes, always)


def plan_full(face: Face) -> SubsetPlan:
    """Plan a font for any Khmer text: all the Khmer the font has, with all that its rules can make of it.

    Args:
        face: The uncut font.

    Returns:
        A plan with closure.
    """
    khmer = {
        code_point: "Khmer"
        for first, last in KHMER_RANGES
        for code_point in range(first, last + 1)
        if code_point in face.unicodes
    }
    return plan_code_points(face, {**khmer, **ALWAYS}, closure=True)


def plan_code_points(face: Face, reasons: Mapping[int, str], *, closure: bool) -> SubsetPlan:
    """Plan for code points with their reasons, as far as they are mapped, and .notdef."""
    mapped = {code_point: reason for code_point, reason in reasons.items() if code_point in face.unicodes}
    font = face.font()
    glyphs = {NOTDEF: "shown for what the font lacks"}
    for code_point, reason in mapped.items():
        glyphs.setdefault(int(font.get_nominal_glyph(code_point) or 0), f"U+{code_point:04X}: {reason}")
    return SubsetPlan(glyphs, frozenset(mapped), closure)


def unicode_range(unicodes: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Return the code points for which a page should use a Khmer font, as ranges for ``unicode-range``.

    These are the Khmer ones, 200B to 200D and 25CC. The space is never among them, though the font has it: it would
    make lines of other scripts taller, and their spaces wider or narrower.

    Args:
        unicodes: The code points that the font maps.

    Returns:
        Ranges in ascending order, first and last included.

    Source: CSS Fonts 4, section 4.5 (unicode-range).

    Example:
        >>> unicode_range({0x20, 0x41, 0x1780, 0x1781, 0x17D2})
        ((6016, 6017), (6098, 6098))
    """
    ranges: list[tuple[int, int]] = []
    for code_point in sorted(set(unicodes)):
        if not any(first <= code_point <= last for first, last in (*KHMER_RANGES, *COMPANION_RANGES)):
            continue
        if ranges and ranges[-1][1] == code_point - 1:
            ranges[-1] = (ranges[-1][0], code_point)
        else:
            ranges.append((code_point, code_point))
    return tuple(ranges)
