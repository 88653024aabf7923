"""Declarations that reach an element, and which of them wins.

Sources: CSS Cascade Level 5, sections 6.1 and 7.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import NamedTuple

from khmertext.web.mediaqueries import EVERYWHERE, Chance, MediaChance, Medium
from khmertext.web.stylesheets import Setting, StyleRule

__all__ = ["Candidate", "FontOrigin", "find_winner", "iter_holding"]


class FontOrigin(Enum):
    """Where an element's font family comes from."""

    DECLARED = "declared"  # a stack of the author's
    ROOT = "root"  # nobody says: the browser's standard font
    MONOSPACE = "monospace"  # the browser's monospace, or the author's lone `monospace`
    CONTROL = "control"  # the platform's font for controls
    MATH = "math"  # the browser's font for formulas


class Candidate(NamedTuple):
    """A declaration that reaches an element. Its key is its strength in the cascade.

    That is: whether it is important; whether it stands in a ``style`` attribute; the rank of its layer; specificity;
    order. Source: CSS Cascade Level 5, section 6.1.
    """

    key: tuple[bool, bool, int, tuple[int, int, int], int]
    conditional: bool
    sheet: int
    owner: str
    setting: Setting
    rule: StyleRule | None = None

    @property
    def pseudo(self) -> str:
        """The part of the element that it is for; there it competes with nothing that is for the element itself."""
        return self.rule.pseudo if self.rule is not None else ""

    @property
    def media(self) -> MediaChance:
        """Whether it holds in each medium."""
        return self.rule.media if self.rule is not None else EVERYWHERE


def find_winner(candidates: Iterable[Candidate]) -> Candidate | None:
    """The strongest of some declarations that always holds; ``revert-layer`` passes over all that stand in its layer.

    Source: CSS Cascade Level 5, section 7.3.5.
    """
    passed: tuple[bool, bool, int] | None = None
    for one in candidates:
        if one.conditional or one.key[:3] == passed:
            continue
        if one.setting.value != "revert-layer":
            return one
        passed = one.key[:3]
    return None


def iter_holding(candidates: Iterable[Candidate], medium: Medium, least: Chance) -> Iterator[tuple[Candidate, bool]]:
    """Those for an element itself that hold in a medium, the strongest first, and whether each does so for certain.

    Args:
        candidates: The declarations of one property, the strongest first.
        medium: The medium.
        least: What is left out: what holds with less chance.
    """
    passed: set[tuple[bool, bool, int]] = set()
    doubted: set[tuple[bool, bool, int]] = set()
    for one in candidates:
        chance = one.media[medium]
        place = one.key[:3]
        if chance < least or one.pseudo or place in passed:
            continue
        sure = chance is Chance.ALWAYS
        if one.setting.value == "revert-layer":
            (passed if sure else doubted).add(place)
            continue
        yield one, sure and place not in doubted
