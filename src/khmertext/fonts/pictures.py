"""Pictures that share their outlines: each glyph of a page is written once and used wherever it is drawn.

A page with hundreds of Khmer syllables shows the same few hundred glyphs over and over. A :class:`Gallery` keeps the
outline of each, and a picture is a list of references to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import uharfbuzz as hb

from khmertext.errors import FontError
from khmertext.fonts.drawing import Box, Outlines, format_path, outline_funcs, shape_other, split_runs
from khmertext.fonts.faces import Face
from khmertext.fonts.markup import escape
from khmertext.fonts.shaping import shape

__all__ = ["Gallery", "PlacedGlyph", "PlacedText", "merge_boxes", "place_text", "wrap_picture"]

# How far a picture may reach from its origin, in ems: more than any Khmer stack needs, so that a font with wild metrics
# makes no page that nobody can scroll through.
MAX_UP = 3
MAX_ACROSS = 60
MAX_PATHS = 8_000_000  # characters; the glyphs of a report take about a hundred thousand


class PlacedGlyph(NamedTuple):
    """One glyph of a shaped text, in font units, y up.

    Args:
        glyph: Its number.
        x: Where its origin is.
        y: Where its origin is.
        advance: Its own x advance.
        x_offset: How far it is moved from the pen.
        y_offset: How far it is moved from the pen.
        cluster: The first code point of the text that it belongs to.
    """

    glyph: int
    x: int
    y: int
    advance: int
    x_offset: int
    y_offset: int
    cluster: int


class PlacedText(NamedTuple):
    """A shaped text: its glyphs from left to right, and its advance in font units."""

    text: str
    glyphs: tuple[PlacedGlyph, ...]
    width: int


def place_text(font: hb.Font, text: str, *, language: str = "km", features: str = "") -> PlacedText:
    """Shape one line of text, as :func:`khmertext.fonts.drawing.draw_text` does.

    Args:
        font: A HarfBuzz font at its default scale.
        text: Any str; a newline is a character like any other.
        language: BCP 47 tag.
        features: Font features that CSS sets, for Khmer (:func:`khmertext.fonts.normalize_features`).

    Returns:
        Its glyphs and where they stand.

    Raises:
        ValueError: ``features`` is no setting.

    Example:
        >>> from khmertext.fonts import default_face
        >>> placed = place_text(default_face().font(), "ក្ក")  # the subscript is one glyph
        >>> len(placed.glyphs), placed.glyphs[0].x
        (2, 0)
    """
    glyphs: list[PlacedGlyph] = []
    x = y = start = 0
    for run, is_khmer in split_runs(text):
        buffer = shape(font, run, language, features) if is_khmer else shape_other(font, run, language)
        # Without glyphs HarfBuzz gives no positions at all.
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions or (), strict=True):
            dx, dy = place.x_offset, place.y_offset
            glyphs.append(PlacedGlyph(info.codepoint, x + dx, y + dy, place.x_advance, dx, dy, start + info.cluster))
            x += place.x_advance
            y += place.y_advance
        start += len(run)
    return PlacedText(text, tuple(glyphs), x)


class Gallery:
    """The outlines of a font at one place of its axes, for one page.

    Args:
        face: The font.
        prefix: How the ids of its glyphs begin: ASCII letters, another for each gallery of a page.
        variations: Axis tag to value, as for :meth:`Face.font`; the default place when it is not given.
        features: Font features with which Khmer is shaped.
        language: BCP 47 tag with which texts are shaped; empty when it is not known.

    Example:
        >>> from khmertext.fonts import default_face
        >>> gallery = Gallery(default_face(), "g")
        >>> uses = gallery.draw(gallery.shape("កក"))
        >>> uses.count("<use "), gallery.definitions().count("<path ")
        (2, 1)
    """

    def __init__(
        self,
        face: Face,
        prefix: str,
        variations: Mapping[str, float] | None = None,
        features: str = "",
        language: str = "km",
    ) -> None:
        self.font = face.font(variations)
        self.source = face.source
        self.upem = face.upem
        self.prefix = prefix
        self.features = features
        self.language = language
        self.funcs = outline_funcs()
        self.paths: dict[int, str] = {}
        self.boxes: dict[int, Box | None] = {}
        self.used: set[int] = set()
        self.size = 0

    def shape(self, text: str) -> PlacedText:
        """Shape one line of text with the font; see :func:`place_text`."""
        return place_text(self.font, text, language=self.language, features=self.features)

    def take(self, glyph: int) -> Box | None:
        """Keep the outline of a glyph; returns its box, y down, or ``None`` when it has no ink.

        Raises:
            FontError: With this one the outlines are more than a page can take.
        """
        if glyph not in self.paths:
            outlines = Outlines()
            self.font.draw_glyph(glyph, self.funcs, outlines)
            self.paths[glyph] = format_path(outlines.contours)
            self.boxes[glyph] = outlines.ink() if self.paths[glyph] else None
            self.size += len(self.paths[glyph])
            if self.size > MAX_PATHS:
                raise FontError(
                    "the outlines are too large to be drawn", source=self.source, hint="the font may be damaged"
                )
        return self.boxes[glyph]

    def measure(self, placed: PlacedText) -> Box | None:
        """Return the ink of a text in font units, y down; ``None`` when it has none."""
        boxes = []
        for glyph in placed.glyphs:
            box = self.take(glyph.glyph)
            if box is not None:
                boxes.append(Box(box.left + glyph.x, box.top - glyph.y, box.right + glyph.x, box.bottom - glyph.y))
        return merge_boxes(boxes)

    def draw(self, placed: PlacedText) -> str:
        """Return references to the glyphs of a text; those without ink are left out."""
        pieces = []
        for glyph in placed.glyphs:
            if self.take(glyph.glyph) is None:
                continue
            self.used.add(glyph.glyph)
            x = f' x="{glyph.x}"' if glyph.x else ""
            y = f' y="{-glyph.y}"' if glyph.y else ""
            pieces.append(f'<use href="#{self.prefix}{glyph.glyph}"{x}{y}/>')
        return "".join(pieces)

    def place(self, glyph: int) -> PlacedText:
        """Return one glyph as if a text had led to it."""
        advance = self.font.get_glyph_h_advance(glyph)
        return PlacedText("", (PlacedGlyph(glyph, 0, 0, advance, 0, 0, 0),), advance)

    def name(self, glyph: int) -> str:
        """Return the name that the font gives a glyph, or one made of its number."""
        try:
            return str(self.font.glyph_to_string(glyph))
        except UnicodeDecodeError:  # names are ASCII; those of a damaged font can be anything
            return f"gid{glyph}"

    def frame(self, texts: Iterable[PlacedText]) -> Box:
        """Return the box that holds the ink of several texts, for pictures whose baselines are to be in one line."""
        found = merge_boxes(box for box in map(self.measure, texts) if box is not None)
        return found or Box(0, -self.upem, self.upem, 0)

    def picture(self, placed: PlacedText, label: str, *, em: float, frame: Box, note: str = "") -> str:
        """Write a text as one SVG element.

        Args:
            placed: The text, shaped with this font.
            label: What it says, for people who do not see it.
            em: CSS pixels of an em.
            frame: From where to where it reaches up and down, in font units.
            note: What there is to say about it: its description.
        """
        ink = self.measure(placed)
        across = merge_boxes([Box(0, 0, placed.width, 0), *([ink] if ink else [])])
        assert across is not None
        box = Box(across.left, frame.top, across.right, frame.bottom)
        return wrap_picture(self.draw(placed), label, box=box, em=em, upem=self.upem, note=note)

    def line(self, words: Sequence[PlacedText], *, em: float) -> list[str]:
        """Write words as SVG elements that stand beside each other as text does, each as wide as its advance.

        Args:
            words: Texts, shaped with this font.
            em: CSS pixels of an em.

        Returns:
            One element for each. They are to be shown with ``overflow: visible``, for ink beyond the advance.
        """
        frame = self.frame(words)
        return [
            wrap_picture(
                self.draw(word),
                word.text,
                box=Box(0, frame.top, word.width, frame.bottom),
                em=em,
                upem=self.upem,
                margin=0,
            )
            for word in words
        ]

    def definitions(self) -> str:
        """Return the outlines that the pictures refer to, by glyph number."""
        return "".join(f'<path id="{self.prefix}{glyph}" d="{self.paths[glyph]}"/>' for glyph in sorted(self.used))


def merge_boxes(boxes: Iterable[Box]) -> Box | None:
    """Return the smallest box that holds all of them; ``None`` for none.

    Example:
        >>> merge_boxes([Box(0, -5, 3, 0), Box(-1, -2, 2, 4)])
        Box(left=-1, top=-5, right=3, bottom=4)
    """
    columns: Sequence[tuple[int, ...]] = list(zip(*boxes, strict=True))
    if not columns:
        return None
    left, top, right, bottom = columns
    return Box(min(left), min(top), max(right), max(bottom))


def wrap_picture(
    content: str, label: str, *, box: Box, em: float, upem: int, margin: int | None = None, note: str = ""
) -> str:
    """Return an SVG element around something drawn, with a margin, and no larger than a page can take.

    Args:
        content: SVG elements, in font units, y down.
        label: Its title: any text.
        box: What it takes.
        em: CSS pixels of an em.
        upem: Font units of an em.
        margin: Font units around it; by default a little for what the outlines' corners may hide.
        note: Its description: any text; empty for none.

    Example:
        >>> wrap_picture("", "a&b", box=Box(0, -80, 50, 20), em=10, upem=100)
        '<svg role="img" viewBox="-4 -84 58 108" width="5.8" height="10.8"><title>a&amp;b</title></svg>'
    """
    margin = upem // 25 if margin is None else margin
    left, right = max(box.left, -MAX_UP * upem), min(box.right, MAX_ACROSS * upem)
    top, bottom = max(box.top, -MAX_UP * upem), min(box.bottom, MAX_UP * upem)
    across, down = max(right - left, 0) + 2 * margin, max(bottom - top, 0) + 2 * margin
    description = f"<desc>{escape(note)}</desc>" if note else ""
    width, height = across * em / upem, down * em / upem
    return (
        f'<svg role="img" viewBox="{left - margin} {top - margin} {across} {down}" '
        f'width="{round(width, 1):g}" height="{round(height, 1):g}"><title>{escape(label)}</title>'
        f"{description}{content}</svg>"
    )
