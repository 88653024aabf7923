"""Which values of ``font-family`` and ``font`` browsers take, on tokens of tinycss2, which are untyped.

A declaration with an invalid value counts for nothing: the cascade goes on with the next one. Where a value holds
``var()`` or the like, only the browser knows what it becomes; such a declaration always counts, and when no valid value
comes of it the element inherits.

Sources: CSS Fonts Level 4, sections 2.1 (``font-family``), 2.5 and 2.7 (``font-size``, ``font``); CSS Values Level 4,
sections 4.2, 6 and 10 (identifiers, units, math functions); CSS Variables Level 1, section 3. Where the grammar leaves
it open (a generic family's name followed by more), what Chromium and Firefox do.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, NamedTuple

from khmertext.web.families import WIDE_KEYWORDS

__all__ = [
    "SUBSTITUTIONS",
    "FontShorthand",
    "find_line_height",
    "is_family",
    "is_variable",
    "keyword_of",
    "needs_of",
    "split_commas",
    "split_font",
    "split_list",
    "unsettled",
]

FONT_SIZES = frozenset("xx-small x-small small medium large x-large xx-large xxx-large smaller larger math".split())
STYLES = frozenset({"italic", "oblique"})
WEIGHTS = frozenset({"bold", "bolder", "lighter"})
WIDTHS = frozenset(
    "ultra-condensed extra-condensed condensed semi-condensed semi-expanded expanded extra-expanded"
    " ultra-expanded".split()
)
LENGTHS = frozenset(
    "em rem ex rex ch rch cap rcap ic ric lh rlh px cm mm q in pt pc vw vh vi vb vmin vmax svw svh svi svb svmin svmax"
    " lvw lvh lvi lvb lvmin lvmax dvw dvh dvi dvb dvmin dvmax cqw cqh cqi cqb cqmin cqmax".split()
)
ANGLES = frozenset("deg grad rad turn".split())
MATH_FUNCTIONS = frozenset("calc clamp min max round mod rem abs hypot -webkit-calc calc-size".split())
# Functions that stand for something which only the browser knows.
SUBSTITUTIONS = frozenset("var env attr if".split())
# Browsers take these for the generic family wherever a name begins with them.
RESERVED_FIRST = frozenset("serif sans-serif cursive fantasy monospace system-ui".split())
UNKNOWN = ("",)  # no custom property has this name
MAX_DEPTH = 30
BLANKS = ("whitespace", "comment")


# -- lists and variables -------------------------------------------------------------------------------------------


def split_list(tokens: Iterable[Any]) -> list[list[Any]]:
    """Top-level groups between commas, without white space at their ends and comments."""
    groups: list[list[Any]] = [[]]
    for token in tokens:
        if token == ",":
            groups.append([])
        elif token.type != "comment":
            groups[-1].append(token)
    for group in groups:
        while group and group[0].type == "whitespace":
            group.pop(0)
        while group and group[-1].type == "whitespace":
            group.pop()
    return groups


def split_commas(tokens: Iterable[Any]) -> list[list[Any]]:
    """The same without empty groups."""
    return [group for group in split_list(tokens) if group]


def is_variable(token: Any) -> bool:
    """Whether it is ``var()``."""
    return bool(token.type == "function" and token.lower_name == "var")


def unsettled(tokens: Iterable[Any], depth: int = 0) -> bool:
    """Whether a value holds, at any depth, a function that stands for something else."""
    for token in tokens:
        if token.type == "function" and token.lower_name in SUBSTITUTIONS:
            return True
        inner = getattr(token, "content", None) or getattr(token, "arguments", None)
        if inner and depth < MAX_DEPTH and unsettled(inner, depth + 1):
            return True
    return False


def needs_of(tokens: Iterable[Any], depth: int = 0) -> tuple[tuple[str, ...], ...]:
    """What must be set for a value to become one.

    Args:
        tokens: A value, or a part of it.
        depth: How many brackets are around it.

    Returns:
        For each function in it that stands for something else, the custom properties of which one must be set; "" for
        what cannot be told. What has a fallback that is always there needs nothing.

    Example:
        >>> import tinycss2
        >>> needs_of(tinycss2.parse_component_value_list("var(--a, var(--b)), var(--c, Arial), var(--d)"))
        (('--a', '--b'), ('--d',))
    """
    found: list[tuple[str, ...]] = []
    for token in tokens:
        inner = getattr(token, "content", None) or getattr(token, "arguments", None) or []
        if is_variable(token) and depth < MAX_DEPTH:
            names = [one.value for one in inner if one.type == "ident"][:1]
            fallback = split_list(inner)[1:]
            if not any(fallback):
                found.append(tuple(names) or UNKNOWN)
            else:
                found += [(*names, *one) for one in needs_of((one for part in fallback for one in part), depth + 1)]
        elif token.type == "function" and token.lower_name in SUBSTITUTIONS:
            found.append(UNKNOWN)
        elif inner and depth < MAX_DEPTH:
            found += needs_of(inner, depth + 1)
    return tuple(found)


def keyword_of(tokens: Iterable[Any]) -> str:
    """The value in lower case when it is one identifier, else ""."""
    words = [token for token in tokens if token.type not in BLANKS]
    return str(words[0].lower_value) if len(words) == 1 and words[0].type == "ident" else ""


# -- families ------------------------------------------------------------------------------------------------------


def is_family(group: list[Any]) -> bool:
    """Whether one item of a list is a family: a string, or identifiers that are no keyword.

    Args:
        group: Its tokens, without white space.

    Source: CSS Fonts Level 4, section 2.1.1: keywords for all properties and ``default`` are no name unless quoted.
    """
    if len(group) == 1 and group[0].type == "string":
        return True
    if not group or any(token.type != "ident" for token in group):
        return False
    first = group[0].lower_value
    if len(group) > 1:
        return first not in RESERVED_FIRST
    return first not in WIDE_KEYWORDS and first != "default"


# -- the shorthand -------------------------------------------------------------------------------------------------


class FontShorthand(NamedTuple):
    """A value of ``font``, taken apart.

    Attributes:
        weight: The weight, in lower case; this and the next two are "" where only the browser knows.
        style: The style, in lower case.
        variant: ``small-caps`` or ``normal``.
        size: The size, in lower case.
        families: The tokens of its families.
    """

    weight: str
    style: str
    variant: str
    size: str
    families: list[Any]


def split_font(tokens: list[Any]) -> FontShorthand | None:
    """The ``font`` shorthand → its parts; None when it is none (or all ``var()``).

    The families themselves are not looked at.

    Args:
        tokens: The value.

    Source: CSS Fonts Level 4, section 2.7.
    """
    if unsettled(tokens):
        return guess_font(tokens)
    words = [(place, token) for place, token in enumerate(tokens) if token.type not in BLANKS]
    following = [token for _, token in words[1:]] + [None]
    weight = style = variant = "normal"
    kinds: set[str] = set()
    normals = 0
    at = 0
    while at < len(words):
        token, after = words[at][1], following[at]
        kind = kind_of(token, after)
        if not kind:
            break
        at += 1
        if kind == "normal":
            normals += 1
            continue
        if kind in kinds:
            return None
        kinds.add(kind)
        if kind == "weight":
            weight = token.lower_value if token.type == "ident" else str(getattr(token, "value", "normal"))
        elif kind == "variant":
            variant = token.lower_value
        elif kind == "style":
            style = token.lower_value
            if after is not None and style == "oblique" and is_angle(after, following[at]):
                style = f"oblique {after.serialize().lower()}"
                at += 1
    if len(kinds) + normals > 4 or at >= len(words) or not is_font_size(words[at][1]):
        return None
    size = lower_plain(words[at][1])
    at += 1
    if at < len(words) and words[at][1] == "/":
        if at + 1 >= len(words) or not is_line_height(words[at + 1][1]):
            return None
        at += 2
    return FontShorthand(weight, style, variant, size, tokens[words[at][0] :]) if at < len(words) else None


def find_line_height(tokens: Iterable[Any]) -> str:
    """The line height in a ``font`` shorthand; "normal" where there is none.

    Args:
        tokens: A value that is valid.

    Example:
        >>> import tinycss2
        >>> find_line_height(tinycss2.parse_component_value_list("bold 1em / 1.5 Inter, serif"))
        '1.5'
    """
    words = [token for token in tokens if token.type not in BLANKS]
    for one, following in pairwise(words):
        if one == "/":
            return lower_plain(following)
    return "normal"


def lower_plain(token: Any) -> str:
    """A value in lower case, but for the names of custom properties in it."""
    text = str(token.serialize())
    return text if unsettled([token]) else text.lower()


def kind_of(token: Any, following: Any) -> str:
    """What a word in front of the size sets; "" for none."""
    if token.type == "ident":
        word = token.lower_value
        if word in STYLES:
            return "style"
        if word in WEIGHTS:
            return "weight"
        if word in WIDTHS:
            return "width"
        return {"normal": "normal", "small-caps": "variant"}.get(word, "")
    if token.type == "number":
        return "weight" if 1 <= token.value <= 1000 else ""
    # A sum is the weight where the size comes only after it.
    return "weight" if is_math(token) and following is not None and is_font_size(following) else ""


def is_angle(token: Any, following: Any) -> bool:
    if token.type == "dimension":
        return token.lower_unit in ANGLES
    return is_math(token) and following is not None and is_font_size(following)


def is_math(token: Any) -> bool:
    return bool(token.type == "function" and token.lower_name in MATH_FUNCTIONS)


def is_length(token: Any) -> bool:
    """Whether it is a length or percentage that is not negative."""
    if token.type == "dimension":
        return bool(token.value >= 0 and token.lower_unit in LENGTHS)
    if token.type == "number":
        return bool(token.value == 0)
    return bool(token.value >= 0) if token.type == "percentage" else is_math(token)


def is_font_size(token: Any) -> bool:
    return token.lower_value in FONT_SIZES if token.type == "ident" else is_length(token)


def is_line_height(token: Any) -> bool:
    if token.type == "ident":
        return bool(token.lower_value == "normal")
    return bool(token.value >= 0) if token.type == "number" else is_length(token)


def guess_font(tokens: list[Any]) -> FontShorthand | None:
    """The same for a value with ``var()``, by where its parts stand."""
    index = find_font_size(tokens)
    if index < 0:
        return None
    weight = style = variant = "normal"
    for token in tokens[:index]:
        word = token.lower_value if token.type == "ident" else ""
        if word in WEIGHTS or token.type == "number":
            weight = word or str(token.value)
        elif word in STYLES:
            style = word
        elif word == "small-caps":
            variant = word
    if unsettled(tokens[:index]):
        weight = style = variant = ""
    size = lower_plain(tokens[index])
    index += 1
    rest = [token for token in tokens[index:] if token.type != "comment"]
    while rest and rest[0].type == "whitespace":
        rest.pop(0)
    if rest and rest[0] == "/":
        rest.pop(0)
        while rest and rest[0].type == "whitespace":
            rest.pop(0)
        rest = rest[1:]
    while rest and rest[0].type == "whitespace":
        rest.pop(0)
    return FontShorthand(weight, style, variant, size, rest) if rest else None


def find_font_size(tokens: list[Any]) -> int:
    """The index of the size in a ``font`` shorthand, -1 for none; among several ``var()``, by where they stand."""
    variables = []
    slash = False
    comma = next((index for index, token in enumerate(tokens) if token == ","), len(tokens))
    for index, token in enumerate(tokens[:comma]):
        if is_variable(token):
            if not slash:
                variables.append(index)
        elif is_font_size(token) and not slash:
            return index
        elif token == "/" and variables:
            slash = True
    if (
        len(variables) > 1
        and not slash
        and not any(token.type not in BLANKS for token in tokens[variables[-1] + 1 : comma])
    ):
        variables.pop()  # the last one holds the families
    return variables[-1] if variables else -1
