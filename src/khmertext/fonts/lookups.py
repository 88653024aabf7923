"""Which glyphs each layout lookup had before it when it changed something.

HarfBuzz tells when a lookup of GSUB or GPOS begins and ends. A lookup that left a text as it was is not needed for that
text; one that changed it needs at most the glyphs that were in the buffer before and after. HarfBuzz tells nothing of
lookups that another lookup calls: those are found in the font (:mod:`khmertext.fonts.pruning`).

What is missed here (a rule whose only work is to keep another from matching, say) the proof finds, and the text is
followed again with every lookup that ran.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import uharfbuzz as hb

from khmertext.fonts.faces import Face
from khmertext.fonts.shaping import Sample, name_sample, new_buffer, shape_buffer, spread
from khmertext.fonts.tracing import list_fonts

__all__ = ["LookupTrace", "trace_lookups"]

Sight = frozenset[int]
"""The glyphs of one text before and after one lookup."""

Place = tuple[str, int]
"""``GSUB`` or ``GPOS``, and the number of a lookup."""


@dataclass(frozen=True, slots=True)
class LookupTrace:
    """What some texts need of a font, lookup by lookup.

    Args:
        glyphs: Glyph id to the reason: the first text that touched it, and how.
        unicodes: The code points before and after decomposition, mapped or not.
        drawn: The glyphs that are drawn in the end.
        sights: Table and lookup to what it had before it, a set of glyph ids for each distinct text.
    """

    glyphs: dict[int, str] = field(default_factory=dict)
    unicodes: set[int] = field(default_factory=set)
    drawn: set[int] = field(default_factory=set)
    sights: dict[Place, set[Sight]] = field(default_factory=dict)

    def measure(self) -> tuple[int, ...]:
        """Return numbers that grow when the trace does."""
        return (len(self.glyphs), len(self.unicodes), len(self.drawn), sum(map(len, self.sights.values())))

    def add(self, other: LookupTrace) -> None:
        """Take in another trace; reasons that stand already stay.

        Args:
            other: A trace of the same font.
        """
        for glyph, reason in other.glyphs.items():
            self.glyphs.setdefault(glyph, reason)
        self.unicodes.update(other.unicodes)
        self.drawn.update(other.drawn)
        for place, sights in other.sights.items():
            self.sights.setdefault(place, set()).update(sights)


def trace_lookups(
    face: Face,
    texts: Iterable[Sample],
    variations: Iterable[Mapping[str, float]] = ({},),
    *,
    idle: bool = False,
) -> LookupTrace:
    """Shape texts and note what each lookup had before it.

    Args:
        face: The font.
        texts: Each text with its language (BCP 47; empty when it is not known) and perhaps the font features that CSS
            sets, shaped as one run.
        variations: Where in a variable font; the texts are shaped at each, since positions may differ.
        idle: Whether lookups count that changed nothing.

    Returns:
        The trace.

    Source: HarfBuzz manual, hb_buffer_set_message_func.

    Example:
        >>> from khmertext.fonts import default_face
        >>> found = trace_lookups(default_face(), [("ក្ក", "km")])
        >>> len(found.drawn) < len(found.glyphs)  # the sign 17D2 is a step only
        True
    """
    found = LookupTrace()
    fonts = list_fonts(face, variations, positions=True)
    for text, language, features in map(spread, texts):
        for font in fonts:
            steps, drawn = follow(font, text, language, features, found, idle=idle)
            for glyph in sorted(drawn - found.drawn):
                found.glyphs[glyph] = f"drawn in {name_sample(text, features)}"
            found.drawn.update(drawn)
            for glyph in sorted(steps - found.glyphs.keys()):
                found.glyphs[glyph] = f"a step of shaping {name_sample(text, features)}"
    return found


def follow(
    font: hb.Font, text: str, language: str, features: str, found: LookupTrace, *, idle: bool
) -> tuple[set[int], set[int]]:
    """Shape one text, note its code points and what its lookups saw; return all glyphs of its steps, and the drawn."""
    buffer = new_buffer(text, language)
    steps: set[int] = set()
    values = found.unicodes  # until the characters are mapped, the buffer holds code points
    table = ""
    state: list[int] = []
    places: list[object] = []

    def read(message: str) -> bool:
        # This sees some fifty messages for each text: what changes nothing is not looked at.
        nonlocal values, table, state, places
        if message.startswith(("start lookup", "skipped lookup")):
            return True
        now = [info.codepoint for info in buffer.glyph_infos]
        if message.startswith("start table"):
            table = message[12:16]
            values = steps
            if table == "GPOS":
                places = [place.position for place in buffer.glyph_positions or ()]
        elif message.startswith("end lookup"):
            changed = now != state
            if table == "GPOS":
                moved = [place.position for place in buffer.glyph_positions or ()]
                changed, places = moved != places, list(moved)
            if changed or idle:
                number = int(message[11:].split(" ", 1)[0])
                found.sights.setdefault((table, number), set()).add(frozenset(state).union(now))
        if now != state:
            state = now
            values.update(now)
        return True

    buffer.set_message_func(read)
    shape_buffer(font, buffer, features)
    drawn = {info.codepoint for info in buffer.glyph_infos}
    return steps | drawn, drawn
