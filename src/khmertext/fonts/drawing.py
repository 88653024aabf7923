"""Text as outlines: shaped by HarfBuzz, written as SVG path data.

A picture of Khmer made here reads the same everywhere, also where no Khmer font is installed: nothing is left for the
viewer to shape. The path is in font units with integer coordinates, relative commands and no needless characters; it
is to be filled with the nonzero rule (SVG's default), because the contours of variable fonts overlap.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import uharfbuzz as hb

from khmertext.fonts.shaping import shape

__all__ = ["Box", "Drawing", "draw_text", "to_svg"]


class Box(NamedTuple):
    """A rectangle in font units, y down, the origin at the start of the first baseline."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """A text as outlines. Lengths are font units; y grows downward from the first baseline.

    Args:
        path: SVG path data (the ``d`` attribute); empty when nothing has ink.
        width: The advance of the widest line.
        ascent: How far the first line reaches above its baseline, by the font's line metrics.
        descent: How far the last line reaches below the *first* baseline, by the font's line metrics; positive.
        ink: A box that holds every point of the path, off-curve ones included; ``None`` when nothing has ink.
        upem: Font units per em.
    """

    path: str
    width: int
    ascent: int
    descent: int
    ink: Box | None
    upem: int

    @property
    def frame(self) -> Box:
        """The line box and the ink together, so that nothing drawn is cut off."""
        line = Box(0, -self.ascent, self.width, self.descent)
        if self.ink is None:
            return line
        return Box(*map(min, line[:2], self.ink[:2]), *map(max, line[2:], self.ink[2:]))


def draw_text(font: hb.Font, text: str, *, language: str = "km", line_height: int | None = None) -> Drawing:
    """Shape a text and take the outlines of its glyphs.

    Khmer is shaped as script Khmr; each stretch of anything else as HarfBuzz guesses it from the characters. The font
    must have the glyphs: what it lacks is drawn as its .notdef. A newline starts a new line at the left; nothing else
    breaks a line. A lone surrogate is drawn as U+FFFD.

    Args:
        font: A HarfBuzz font at its default scale (units per em), with the variations that are wanted.
        text: Any str.
        language: BCP 47 tag of the text, for the font's language systems.
        line_height: Font units from one baseline to the next; by default what the font asks for.

    Returns:
        The outlines, and the metrics that place them.

    Example:
        >>> from khmertext.fonts import default_face
        >>> font = default_face().font()
        >>> drawing = draw_text(font, "ខ្មែរ")
        >>> drawing.path.startswith("m"), drawing.width == draw_text(font, "ខ្មែ").width + draw_text(font, "រ").width
        (True, True)

    Source: OpenType, hhea and OS/2 tables (line metrics); SVG 2, section 9.3 (path data).
    """
    extents = font.get_font_extents("ltr")
    if line_height is None:
        line_height = extents.ascender - extents.descender + extents.line_gap
    lines = text.split("\n")
    outlines = Outlines()
    width = 0
    for number, line in enumerate(lines):
        width = max(width, draw_line(font, line, language, outlines, baseline=number * line_height))
    return Drawing(
        path=format_path(outlines.contours),
        width=width,
        ascent=extents.ascender,
        descent=-extents.descender + (len(lines) - 1) * line_height,
        ink=outlines.ink(),
        upem=font.face.upem,
    )


def to_svg(drawing: Drawing, *, label: str, height: float | None = None, color: str = "currentColor") -> str:
    """Write a drawing as one SVG element: a file of its own, or inline in HTML.

    Args:
        drawing: What to draw.
        label: What it says, for people who do not see it: the title. Characters that XML 1.0 does not allow become
            U+FFFD.
        height: CSS pixels of the whole frame; the width follows. Without it the element has a ``viewBox`` only.
        color: Any SVG paint; ``currentColor`` takes the text's colour when inline, and is black in ``<img>``.

    Returns:
        The element, without an XML declaration: UTF-8 is what XML takes it for.

    Example:
        >>> blank = Drawing(path="", width=500, ascent=800, descent=200, ink=None, upem=1000)
        >>> to_svg(blank, label="R&D", height=20)
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 -800 500 1000" width="10" height="20">\
<title>R&amp;D</title><path fill="currentColor" d=""/></svg>'
    """
    left, top, right, bottom = drawing.frame
    across, down = right - left, bottom - top
    size = ""
    if height is not None:
        width = height * across / down if down else 0
        size = f' width="{round(width, 2):g}" height="{round(height, 2):g}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="{left} {top} {across} {down}"{size}>'
        f'<title>{escape_xml(label)}</title><path fill="{escape_xml(color)}" d="{drawing.path}"/></svg>'
    )


def draw_line(font: hb.Font, text: str, language: str, outlines: Outlines, *, baseline: int) -> int:
    """Add one line to the outlines; returns its advance."""
    funcs = outline_funcs()
    x = 0
    y = -baseline  # font space has y up
    for run, is_khmer in split_runs(text):
        buffer = shape(font, run, language) if is_khmer else shape_other(font, run, language)
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            outlines.origin = (x + position.x_offset, y + position.y_offset)
            font.draw_glyph(info.codepoint, funcs, outlines)
            x += position.x_advance
            y += position.y_advance
    return x


def shape_other(font: hb.Font, text: str, language: str = "") -> hb.Buffer:
    """Shape a run of some other script, whichever it is."""
    buffer = hb.Buffer()
    buffer.add_str(text)
    # Left open, guessing takes the machine's locale.
    buffer.language = language if language and language.isascii() and language.isprintable() else "und"
    buffer.guess_segment_properties()
    hb.shape(font, buffer)
    return buffer


# Khmer letters, marks and digits, with what shapes together with them: joiners, ZWSP and the dotted circle.
KHMER = "\u1780-\u17ff\u19e0-\u19ff\u200b-\u200d\u25cc"
# Spaces, digits and punctuation of no script stay with the Khmer before them, as in browsers (UAX #24, section 5.1).
SHARED = "\x00-@\\[-`{-\xa9\xab-\xb9\xbb-\xbf\u2000-\u206f"
RUN = re.compile(f"(?P<khmer>[{KHMER}][{KHMER}{SHARED}]*)|[^{KHMER}]+")


def split_runs(text: str) -> Iterator[tuple[str, bool]]:
    """Cut a line where it changes between Khmer and anything else; the pieces join to the line."""
    for match in RUN.finditer(text):
        yield match.group(), match.group("khmer") is not None


class Point(NamedTuple):
    x: int
    y: int


class Segment(NamedTuple):
    """One drawing command with its points, absolute: m, l, q or c."""

    command: str
    points: tuple[Point, ...]


class Outlines:
    """Collects the contours of glyphs as absolute integer points, y down."""

    def __init__(self) -> None:
        self.origin = (0, 0)
        self.contours: list[list[Segment]] = []

    def add(self, command: str, *coordinates: float) -> None:
        """Take one drawing command with its points in the glyph's own space, y up."""
        # Half up, never half to even: outlines that touch must round alike.
        points = tuple(
            Point(math.floor(self.origin[0] + x + 0.5), -math.floor(self.origin[1] + y + 0.5))
            for x, y in zip(coordinates[::2], coordinates[1::2], strict=True)
        )
        if command == "m":
            self.contours.append([])
        self.contours[-1].append(Segment(command, points))

    def ink(self) -> Box | None:
        """The smallest box with every point."""
        points = [point for contour in self.contours for segment in contour for point in segment.points]
        if not points:
            return None
        xs, ys = zip(*points, strict=True)
        return Box(min(xs), min(ys), max(xs), max(ys))


def outline_funcs() -> hb.DrawFuncs:
    """HarfBuzz's drawing callbacks over an :class:`Outlines` as their state."""
    funcs = hb.DrawFuncs()
    funcs.set_move_to_func(lambda x, y, outlines: outlines.add("m", x, y))
    funcs.set_line_to_func(lambda x, y, outlines: outlines.add("l", x, y))
    funcs.set_quadratic_to_func(lambda *args: args[-1].add("q", *args[:-1]))
    funcs.set_cubic_to_func(lambda *args: args[-1].add("c", *args[:-1]))
    funcs.set_close_path_func(lambda outlines: None)  # contours are closed when written
    return funcs


def format_path(contours: Iterable[Sequence[Segment]]) -> str:
    """Write contours as SVG path data: relative, closed, each number and letter only where it is needed.

    Source: SVG 2, section 9.3 (the shorthands h, v and t; a letter is left out when the command repeats).
    """
    pieces: list[str] = []
    at = Point(0, 0)
    for contour in contours:
        start = contour[0].points[-1]
        drawn = contour[1:-1] if contour[-1] == Segment("l", (start,)) else contour[1:]  # z draws that line anyway
        if not drawn:
            continue
        last_letter, last_control = "", at
        for segment in (contour[0], *drawn):
            letter, numbers, control = abbreviate(segment, at, last_letter, last_control)
            repeats = letter == last_letter or (last_letter, letter) == ("m", "l")
            pieces.append(join_numbers(numbers, letter="" if repeats else letter))
            at, last_letter, last_control = segment.points[-1], letter, control
        pieces.append("z")
        at = start
    return "".join(pieces)


def abbreviate(segment: Segment, at: Point, last_letter: str, last_control: Point) -> tuple[str, list[int], Point]:
    """The shortest relative command for a segment, its numbers, and the point that a following ``t`` would mirror."""
    end = segment.points[-1]
    dx, dy = end.x - at.x, end.y - at.y
    if segment.command == "l" and dy == 0:
        return "h", [dx], end
    if segment.command == "l" and dx == 0:
        return "v", [dy], end
    if segment.command == "q":
        control = segment.points[0]
        mirrored = Point(2 * at.x - last_control.x, 2 * at.y - last_control.y)
        if last_letter in ("q", "t") and control == mirrored:
            return "t", [dx, dy], control
    return segment.command, [n for p in segment.points for n in (p.x - at.x, p.y - at.y)], segment.points[0]


def join_numbers(numbers: Sequence[int], *, letter: str) -> str:
    """Numbers after a letter, or after another number when there is none; a minus sign is separator enough."""
    text = "".join(str(number) if number < 0 else f" {number}" for number in numbers)
    return letter + text.removeprefix(" ") if letter else text


def escape_xml(text: str) -> str:
    """Text for XML content or a double-quoted attribute; what XML 1.0 (section 2.2) forbids becomes U+FFFD."""
    text = FORBIDDEN_IN_XML.sub("\ufffd", text)
    for character, reference in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(character, reference)
    return text


FORBIDDEN_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
