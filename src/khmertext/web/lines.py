"""Values that tell in what lines the Khmer of a page stands, without the page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["LineBox", "LineHeight", "LinePlace", "PageLines"]


class LineHeight(NamedTuple):
    """A line height as it is inherited.

    Attributes:
        kind: "normal", "factor" (of the font size of whoever inherits it), "length", or "unknown".
        value: The factor, or CSS pixels; 0 for the others.
        css: As it is written; "" where nobody sets it.
        where: The rule that sets it: a stylesheet and a selector; "" where nobody does.
    """

    kind: str
    value: float
    css: str
    where: str


class LineBox(NamedTuple):
    """The lines that a text stands in. Lengths are in em of the text's font size.

    Attributes:
        line: The line height as it is set.
        height: From one baseline to the next; None for ``normal``.
        clip: The rule that hides what reaches out of the box; "" for none.
        above: How far ink may reach above the first line before it is cut off.
        below: The same below the last line.
        limit: How tall the box is, where it has a height.
        single: Whether the text stays on one line.
    """

    line: LineHeight
    height: float | None
    clip: str
    above: float
    below: float
    limit: float | None
    single: bool = False


@dataclass(slots=True)
class LinePlace:
    """All text of a page, or of a site, whose lines are alike.

    Attributes:
        box: Its lines.
        path: The page where it was first met.
        place: The start tag there: line, column, last line, column behind it; from 1.
        tag: The element.
        count: How many elements there are.
        clusters: CSS weight → the clusters there.
        kinds: What is looked for: "overlap", "cut" or both.
    """

    box: LineBox
    path: str
    place: tuple[int, int, int, int]
    tag: str
    count: int = 0
    clusters: dict[int, set[str]] = field(default_factory=dict)
    kinds: tuple[str, ...] = ("overlap", "cut")

    @property
    def key(self) -> tuple[object, ...]:
        """What those that are alike have in common."""
        box = self.box
        rounded = [None if one is None else round(one, 4) for one in (box.height, box.above, box.below, box.limit)]
        return box.line.where, box.line.css, box.clip, box.single, self.kinds, *rounded


class PageLines(NamedTuple):
    """The lines of a page.

    Attributes:
        places: Its Khmer, by its lines.
        unknown: How many elements with Khmer have lines that only a browser can tell.
    """

    places: tuple[LinePlace, ...] = ()
    unknown: int = 0
