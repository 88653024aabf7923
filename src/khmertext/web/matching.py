"""Which face of a family a browser draws a text with.

Source: CSS Fonts Level 4, section 5.2 (style first, then weight) and 2.8 (``font-synthesis``: what is made up).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final, NamedTuple, Protocol

from khmertext.web.facts import FoundText, SiteWarning
from khmertext.web.looks import Look

__all__ = ["FaceStyle", "Style", "allot_texts", "choose_faces", "find_invented"]

BOLD: Final = 600
"""The weight from which browsers make a face bolder that is lighter than this (Chromium and Firefox, as measured)."""

INVENTED_BOLD: Final = (
    "Khmer in weight {}, and the heaviest font that it is given is {}: browsers smear it to look bold; give a bold "
    "file with --font, or set another `font-weight`"
)
INVENTED_ITALIC: Final = (
    "Khmer in italics, and no font is italic: browsers slant the upright one; give an italic file with --font, or set "
    "`font-style: normal`"
)


class FaceStyle(Protocol):
    """What an ``@font-face`` rule says of a face."""

    @property
    def weights(self) -> tuple[int, int]:
        """The lowest and highest CSS weight."""

    @property
    def italic(self) -> bool:
        """Whether it is slanted."""


class Style(NamedTuple):
    """Weights and slant of a face, by themselves."""

    weights: tuple[int, int]
    italic: bool


def choose_faces(faces: Sequence[FaceStyle], look: Look) -> list[int]:
    """The faces that a browser may draw a look with: one, or those that are equally near.

    Args:
        faces: The faces of a family.
        look: What CSS asks for.

    Returns:
        Their places.

    Example:
        >>> faces = [Style((400, 400), False), Style((700, 700), False), Style((400, 400), True)]
        >>> choose_faces(faces, Look(550)), choose_faces(faces, Look(700, italic=True))
        ([1], [2])
    """
    ranks = [(face.italic != look.italic, *rank_weight(face.weights, look.weight)) for face in faces]
    best = min(ranks, default=None)
    return [place for place, rank in enumerate(ranks) if rank == best]


def rank_weight(span: tuple[int, int], wanted: int) -> tuple[int, int]:
    """How far a face is from a weight; smaller is nearer."""
    low, high = span
    if low <= wanted <= high:
        return 0, 0
    above = low > wanted
    distance = low - wanted if above else wanted - high
    if 400 <= wanted <= 500:
        return (1 if above and low <= 500 else 3 if above else 2), distance
    return (1 if above == (wanted > 500) else 2), distance


def allot_texts(
    faces: Sequence[FaceStyle], texts: Iterable[tuple[str, str, Look]]
) -> list[list[tuple[str, str, Look]]]:
    """What each face of a family draws.

    Args:
        faces: The faces.
        texts: Texts with language and look.

    Returns:
        The texts of each face.
    """
    found: list[list[tuple[str, str, Look]]] = [[] for _ in faces]
    chosen: dict[Look, list[int]] = {}
    for text in texts:
        look = text[2]
        if look not in chosen:
            chosen[look] = choose_faces(faces, look)
        for place in chosen[look]:
            found[place].append(text)
    return found


def find_invented(
    faces: Sequence[FaceStyle], texts: Iterable[tuple[str, FoundText]], used: Collection[int]
) -> list[SiteWarning]:
    """What browsers make up because no face has it; each of the two once, where it is first met.

    Args:
        faces: The faces that the fonts were made from.
        texts: Every text with the file it is in.
        used: The places of those that are served.
    """
    served = [face for place, face in enumerate(faces) if place in used]
    found: dict[str, SiteWarning] = {}
    known: set[tuple[Look, ...]] = set()
    for path, text in texts:
        # Of the text of scripts nobody knows how it is shown.
        if text.looks in known or not text.where.startswith("<"):
            continue
        known.add(text.looks)
        for code, message in (one for look in text.looks for one in name_invented(served, look)):
            found.setdefault(code, SiteWarning(code, message, path, text.line))
    return list(found.values())


def name_invented(faces: Sequence[FaceStyle], look: Look) -> list[tuple[str, str]]:
    found = []
    chosen = [faces[place] for place in choose_faces(faces, look)]
    heaviest = max((face.weights[1] for face in chosen), default=1000)
    if look.weight >= BOLD > heaviest:
        found.append(("invented-bold", INVENTED_BOLD.format(look.weight, heaviest)))
    if look.italic and chosen and not any(face.italic for face in chosen):
        found.append(("invented-italic", INVENTED_ITALIC))
    return found
