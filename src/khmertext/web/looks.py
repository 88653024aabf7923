"""How a text can look as far as fonts go: weight, style, features, and in which media.

Source: CSS Fonts Level 4, sections 2.2, 2.4 (``font-weight``, ``font-style``), 5.2 (how they choose a face), 6 and 7
(what turns features on and off).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

__all__ = ["SCRIPTED", "Look", "merge_looks", "shown_looks"]


class Look(NamedTuple):
    """One way in which a text can be shown.

    Attributes:
        weight: The CSS weight, 1 to 1000.
        italic: Whether an italic or oblique face is asked for.
        features: The features that CSS sets (:func:`khmertext.fonts.normalize_features`).
        media: "screen", "print", or "all" for both.
    """

    weight: int
    italic: bool = False
    features: str = ""
    media: str = "all"


SCRIPTED: Final = tuple(Look(weight, italic) for weight in (400, 700) for italic in (False, True))
"""What is taken for texts that nobody knows the place of: the looks that nearly every site gives."""


def merge_looks(looks: Iterable[Look]) -> tuple[Look, ...]:
    """The distinct looks, sorted; what is shown on the screen and in print is shown in all media.

    Example:
        >>> merge_looks([Look(400, media="print"), Look(400, media="screen")])
        (Look(weight=400, italic=False, features='', media='all'),)
    """
    found: dict[tuple[int, bool, str], str] = {}
    for weight, italic, features, media in looks:
        known = found.setdefault((weight, italic, features), media)
        if known != media:
            found[weight, italic, features] = "all"
    return tuple(sorted(Look(*look, media) for look, media in found.items()))


@lru_cache(maxsize=1024)
def shown_looks(looks: tuple[Look, ...]) -> tuple[Look, ...]:
    """The distinct looks whatever the medium: a font is cut for both.

    Example:
        >>> shown_looks((Look(400, media="print"), Look(700, media="screen")))[0].media
        'all'
    """
    return tuple(dict.fromkeys(look._replace(media="all") for look in looks))
