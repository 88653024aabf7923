"""What weight, style and features the text of an element can have in one medium, and the font that it has for certain.

Where a rule applies only sometimes, what it says is possible besides what wins without it. What a script or a visitor
could change is not asked: it is what stylesheets say.

Sources: CSS Fonts Level 4, sections 2.2 (relative weights), 2.4, 6 and 7; CSS Cascade Level 5, section 7; the HTML
Standard, section 15.3 (what browsers style by themselves).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice, product
from typing import Final, NamedTuple, TypeVar

import tinycss2

from khmertext.fonts.features import normalize_features
from khmertext.web.candidates import Candidate, FontOrigin, iter_holding
from khmertext.web.families import (
    BOLD_ELEMENTS,
    CONTROL_ELEMENTS,
    ITALIC_ELEMENTS,
    MONOSPACE_ELEMENTS,
)
from khmertext.web.fontvalues import split_font
from khmertext.web.looks import Look, merge_looks
from khmertext.web.mediaqueries import MEDIA, Chance, Medium
from khmertext.web.stylesheets import FEATURE_PROPERTIES, RESET, SHORTHAND
from khmertext.web.variables import resolve_variables, substitute

__all__ = ["INITIAL_FONT", "MAX_LOOKS", "ChosenFont", "MediumFont", "find_looks", "read_settings", "resolve_media"]

# Up to which weight `bolder` and `lighter` mean what; a weight above, or of 0 here, stays as it is.
BOLDER: Final = ((350, 400), (550, 700), (900, 900))
LIGHTER: Final = ((100, 0), (550, 100), (750, 400), (1001, 700))
OBLIQUE: Final = re.compile(r"oblique(\s+\S.*)?", re.S)
NO_ANGLE: Final = re.compile(r"[+-]?0*\.?0+[a-z]*")
NO_SPACING: Final = re.compile(r"normal|[+-]?0*\.?0+[a-z%]*")
SPACED: Final = "clig=0,liga=0"
FAST: Final = "clig=0,kern=0,liga=0"
UNSET_BY_FONT: Final = tuple(name for name in FEATURE_PROPERTIES if name not in ("letter-spacing", "text-rendering"))
PLAIN: Final = frozenset({""})
SLANTS: Final = {"normal": (False,), "italic": (True,), "oblique": (False, True)}
MAX_LOOKS: Final = 256
"""The most looks of an element that are followed; only a page made for it has more."""

Groups = Mapping[str, Sequence[Candidate]]
"""The declarations that reach an element, by property, the strongest first."""

T = TypeVar("T", int, str)
Reader = Callable[[str, Iterable[T], Iterable[str]], Iterable[T] | None]
"""A value, what the element inherits, and the values of custom properties → what it can mean; None: invalid."""


class ChosenFont(NamedTuple):
    """The font that an element has where all that holds only sometimes does not.

    Attributes:
        origin: Where the family comes from.
        families: The list of families as CSS text, with what its variables hold; "" where the browser decides.
        weight: The weight.
        style: ``normal``, ``italic`` or ``oblique``.
        variables: What the custom properties hold that fonts are made of.
    """

    origin: FontOrigin = FontOrigin.ROOT
    families: str = ""
    weight: int = 400
    style: str = "normal"
    variables: tuple[tuple[str, str], ...] = ()


class MediumFont(NamedTuple):
    """What the font of an element can be in one medium.

    Attributes:
        weights: The weights that it can have.
        styles: The styles.
        features: For each of :data:`FEATURE_PROPERTIES`, the settings that it can make.
        chosen: What it is for certain, or where nothing else holds.
    """

    weights: frozenset[int]
    styles: frozenset[str]
    features: tuple[frozenset[str], ...]
    chosen: ChosenFont


INITIAL_FONT: Final = MediumFont(
    frozenset({400}), frozenset({"normal"}), (PLAIN,) * len(FEATURE_PROPERTIES), ChosenFont()
)


def group_candidates(candidates: Iterable[Candidate]) -> dict[str, list[Candidate]]:
    """Sort declarations by property, in their order; what sets back several counts for each."""
    found: dict[str, list[Candidate]] = {}
    for one in candidates:
        for name in UNSET_BY_FONT if one.setting.name == RESET else (one.setting.name,):
            found.setdefault(name, []).append(one)
    return found


def resolve_media(
    tag: str, candidates: Iterable[Candidate], parents: Sequence[MediumFont], values: Iterable[str], *, quirks: bool
) -> tuple[MediumFont, ...]:
    """What the font of an element can be, for each medium.

    Args:
        tag: The element.
        candidates: The declarations that reach it, the strongest first.
        parents: The fonts of what it inherits from.
        values: Every value that any custom property is given.
        quirks: Whether browsers show the page in quirks mode.
    """
    groups = group_candidates(candidates)
    screen = resolve_medium(tag, groups, parents[Medium.SCREEN], Medium.SCREEN, values, quirks=quirks)
    same = all(one.media.screen is one.media.printed for found in groups.values() for one in found)
    if same and parents[Medium.SCREEN] == parents[Medium.PRINT]:
        return screen, screen
    return screen, resolve_medium(tag, groups, parents[Medium.PRINT], Medium.PRINT, values, quirks=quirks)


def resolve_medium(
    tag: str, groups: Groups, parent: MediumFont, medium: Medium, values: Iterable[str], *, quirks: bool
) -> MediumFont:
    """What the font of an element can be.

    Args:
        tag: The element.
        groups: The declarations that reach it.
        parent: The font of what it inherits from.
        medium: The medium.
        values: Every value that any custom property is given.
        quirks: Whether browsers show the page in quirks mode.
    """
    chosen = choose_font(tag, groups, parent.chosen, medium, quirks=quirks)
    alone = tag in CONTROL_ELEMENTS or (tag == "table" and quirks)

    def collect(name: str, inherited: frozenset[T], read: Reader[T], own: Callable[[T], T | None]) -> frozenset[T]:
        found: set[T] = set()
        settled = False
        said = groups.get(name, ())
        for one, sure in iter_holding(said, medium, Chance.SOMETIMES):
            value = one.setting.value
            if value in ("inherit", "unset"):
                read_now: Iterable[T] | None = inherited
            elif value == "revert":
                read_now = defaults(inherited, own)
            else:
                read_now = read(value, inherited, values)
            if read_now is not None:
                found |= set(read_now)
                if sure:
                    settled = True
                    break
        if not settled:
            found |= set(defaults(inherited, own))
        whole = frozenset(found)
        for one in said:
            if one.pseudo and one.media[medium] is not Chance.NEVER:
                found |= set(read(one.setting.value, whole, values) or ())
        return frozenset(found)

    def defaults(inherited: frozenset[T], own: Callable[[T], T | None]) -> set[T]:
        return {one if (mine := own(one)) is None else mine for one in inherited}

    weights, styles = parent.weights, parent.styles
    if "font-weight" in groups or alone or tag in BOLD_ELEMENTS or tag == "option":
        weights = collect("font-weight", weights, read_weights, lambda one: own_weight(tag, one, alone)) | {
            chosen.weight
        }
        weights |= parent.weights if tag == "option" else frozenset()  # not every engine sets it back
    if "font-style" in groups or alone or tag in ITALIC_ELEMENTS:
        styles = collect("font-style", styles, read_styles, lambda _: own_style(tag, alone)) | {chosen.style}
    features = parent.features
    if alone or not groups.keys().isdisjoint(FEATURE_PROPERTIES):
        features = tuple(
            collect(name, inherited, feature_reader(name), lambda _: "" if alone else None)
            for name, inherited in zip(FEATURE_PROPERTIES, features, strict=True)
        )
    return MediumFont(weights, styles, features, chosen)


def find_looks(fonts: Sequence[MediumFont]) -> tuple[Look, ...]:
    """Every look that an element can have.

    Args:
        fonts: What its font can be in each medium.
    """
    if fonts[0] == fonts[1]:
        return tuple(list_looks(fonts[0], "all"))
    return merge_looks(look for medium in MEDIA for look in list_looks(fonts[medium], medium.name.lower()))


def list_looks(font: MediumFont, media: str) -> list[Look]:
    # For oblique text Firefox takes an upright face before an italic one, other browsers the other way round.
    slants = sorted({slant for style in font.styles for slant in SLANTS[style]})
    # A setting of one property counts only where it says anything, and the later ones win.
    features = {combine(parts) for parts in islice(product(*map(sorted, font.features)), MAX_LOOKS)}
    found = (Look(*one, media) for one in product(sorted(font.weights), slants, sorted(features)))
    return list(islice(found, MAX_LOOKS))


@lru_cache(maxsize=1024)
def combine(parts: tuple[str, ...]) -> str:
    return normalize_features(",".join(filter(None, parts)))


# -- what is for certain ---------------------------------------------------------------------------------------------


def choose_font(tag: str, groups: Groups, parent: ChosenFont, medium: Medium, *, quirks: bool) -> ChosenFont:
    """The font of an element where nothing holds that holds only sometimes."""

    def winner(name: str, read: Callable[[str], str | None]) -> str:
        """The value that wins, "" for none; what is invalid is passed over."""
        for one, _ in iter_holding(groups.get(name, ()), medium, Chance.ALWAYS):
            value = settle_value(name, one.setting.value, variables)
            if value in KEYWORDS and one.setting.stack < 0:
                return value
            found = "unset" if value is None else read(value)
            if found is not None:
                return found
            if value != one.setting.value:
                return "unset"  # invalid at computed-value time
        return ""

    declared: dict[str, str] = {}
    for name in groups:
        if name.startswith("--"):
            for one, _ in iter_holding(groups[name], medium, Chance.ALWAYS):
                declared[name] = one.setting.value
                break
    variables = resolve_variables(declared, dict(parent.variables)) if declared else dict(parent.variables)
    alone = tag in CONTROL_ELEMENTS or (tag == "table" and quirks)
    value = winner("font-weight", lambda value: value if read_weights(value, {400}, ()) is not None else None)
    if value in ("inherit", "unset"):
        weight = parent.weight
    elif value in ("", "revert"):
        mine = own_weight(tag, parent.weight, alone)
        weight = parent.weight if mine is None else mine
    else:
        weight = max(read_weights(value, {parent.weight}, ()) or {parent.weight})
    value = winner("font-style", lambda value: value if read_styles(value, {"normal"}, ()) is not None else None)
    if value in ("inherit", "unset"):
        style = parent.style
    elif value in ("", "revert"):
        style = own_style(tag, alone) or parent.style
    else:
        style = max(read_styles(value, {parent.style}, ()) or {parent.style})
    value = winner("font-family", lambda value: f'"{value}"' if value in KEYWORDS else value)
    origin, families = choose_family(tag, value, parent)
    changed = tuple(sorted(variables.items())) if declared else parent.variables
    return ChosenFont(origin, families, weight, style, changed)


def choose_family(tag: str, value: str, parent: ChosenFont) -> tuple[FontOrigin, str]:
    bare = value in ("", "revert")
    if value == "initial":
        return FontOrigin.ROOT, ""
    if value == "system" or (bare and tag in CONTROL_ELEMENTS and tag not in MONOSPACE_ELEMENTS):
        return FontOrigin.CONTROL, ""
    if bare and tag in MONOSPACE_ELEMENTS:
        return FontOrigin.MONOSPACE, "monospace"
    if bare and tag == "math":
        return FontOrigin.MATH, "math"
    if bare or value in ("inherit", "unset"):
        return parent.origin, parent.families
    lone = value.strip().lower() == "monospace"
    return (FontOrigin.MONOSPACE if lone else FontOrigin.DECLARED), value


def settle_value(name: str, value: str, variables: Mapping[str, str]) -> str | None:
    """A value with what its variables hold; of a ``font`` the part for one longhand; None where it has none."""
    whole = value.removeprefix(SHORTHAND)
    settled = substitute(whole, variables)
    if settled is None or whole == value:
        return settled if settled is None or settled == value or name == "font-family" else settled.lower()
    if settled.strip().lower() in KEYWORDS:
        return settled.strip().lower()
    parts = split_font(tinycss2.parse_component_value_list(settled))
    if parts is None:
        return None
    if name == "font-family":
        return str(tinycss2.serialize(parts.families)).strip()
    return parts.weight if name == "font-weight" else parts.style


KEYWORDS: Final = frozenset({"inherit", "unset", "initial", "revert", "system"})


# -- what browsers do by themselves ----------------------------------------------------------------------------------


def own_weight(tag: str, inherited: int, alone: bool) -> int | None:
    """The weight that browsers give an element; None for the one that it inherits."""
    if tag in ("b", "strong", "optgroup"):
        return step(BOLDER, inherited)
    return 700 if tag in BOLD_ELEMENTS else 400 if alone or tag == "option" else None


def own_style(tag: str, alone: bool) -> str | None:
    return "italic" if tag in ITALIC_ELEMENTS else "normal" if alone else None


# -- values ----------------------------------------------------------------------------------------------------------


def read_weights(value: str, inherited: Iterable[int], values: Iterable[str]) -> set[int] | None:
    """The weights that a value can mean."""
    if value in ("normal", "initial", "system"):
        return {400}
    if value == "bold":
        return {700}
    if value in ("inherit", "unset"):
        return set(inherited)
    if value in ("bolder", "lighter"):
        return {step(BOLDER if value == "bolder" else LIGHTER, one) for one in inherited}
    if "(" in value:
        # Only the browser knows: the two weights that nearly every site means, and those that variables name.
        found = {700, 400}
        for one in values:
            found |= set(() if "(" in one else read_weights(one.strip().lower(), inherited, ()) or ())
        return found
    try:
        number = float(value)
    except ValueError:
        return None
    return {round(number)} if 1 <= number <= 1000 else None


def read_styles(value: str, inherited: Iterable[str], values: Iterable[str]) -> set[str] | None:
    """The styles that a value can mean."""
    if value in ("normal", "initial", "system"):
        return {"normal"}
    if value in ("inherit", "unset"):
        return set(inherited)
    if value == "italic":
        return {"italic"}
    if value.startswith(SHORTHAND) or "var(" in value:
        return {"normal", "italic"}
    slant = OBLIQUE.fullmatch(value)
    if slant is None:
        return None
    angle = (slant[1] or "").strip()
    return {"normal"} if angle and NO_ANGLE.fullmatch(angle) else {"oblique"}


def feature_reader(name: str) -> Reader[str]:
    return lambda value, inherited, values: read_settings(name, value, values)


def read_settings(name: str, value: str, values: Iterable[str]) -> frozenset[str] | None:
    """The settings of features that a value of a property can mean."""
    if value in ("initial", "system"):
        return PLAIN
    if name != "letter-spacing" and "var(" in value:
        known = (read_setting(name, one.strip()) for one in values if "(" not in one)
        return PLAIN.union(*filter(None, known))
    return read_setting(name, value)


@lru_cache(maxsize=4096)
def read_setting(name: str, value: str) -> frozenset[str] | None:
    # Not every engine follows these two.
    if name == "letter-spacing":
        return PLAIN if NO_SPACING.fullmatch(value) else PLAIN | {SPACED}
    if name == "text-rendering":
        return PLAIN | {FAST} if value == "optimizespeed" else PLAIN
    if name == "font-feature-settings":
        if value.strip().lower() == "normal":
            return PLAIN
        try:
            return frozenset({normalize_features(value)})
        except ValueError:
            return None
    try:
        return frozenset({normalize_features(f"{name}:{value}")})
    except ValueError:
        return None


def step(table: Sequence[tuple[int, int]], weight: int) -> int:
    return next((result for limit, result in table if weight < limit), 0) or weight
