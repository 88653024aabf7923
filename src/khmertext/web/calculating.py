"""The mathematical functions of CSS: what ``calc()``, ``min()``, ``max()`` and ``clamp()`` come to where all is known.

Source: CSS Values Level 4, sections 10.1 to 10.2 (the functions), 10.8 (their syntax) and 10.9 (types).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import tinycss2

__all__ = ["ABSOLUTE", "Quantity", "Units", "calculate", "split_words"]

ABSOLUTE: Final[Mapping[str, float]] = {
    "px": 1.0, "pt": 96 / 72, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 9.6 / 2.54, "q": 2.4 / 2.54
}  # fmt: skip
"""Unit → CSS pixels."""

BLANKS: Final = ("whitespace", "comment")
MAX_DEPTH: Final = 32


class Quantity(NamedTuple):
    """What a value comes to.

    Attributes:
        value: The number, or CSS pixels.
        length: Whether it is a length.
    """

    value: float
    length: bool


class Units(NamedTuple):
    """What lengths hang on, in CSS pixels; None for what is not known.

    Attributes:
        em: The font size.
        rem: That of the root.
        percent: What 100 % are.
    """

    em: float | None
    rem: float | None
    percent: float | None = None


def calculate(value: str, units: Units) -> Quantity | None:
    """What a number, a length, a percentage or a mathematical function comes to.

    Args:
        value: As it is written, without ``var()``.
        units: What lengths hang on.

    Returns:
        None for what is none, and for what only a browser can tell.

    Example:
        >>> calculate("calc(1em + 2 * (3px - 1px))", Units(16, 16))
        Quantity(value=20.0, length=True)
        >>> calculate("clamp(1, 1.2 * 1.25, 1.4)", Units(16, 16)).value
        1.4
        >>> calculate("calc(1em + 2vw)", Units(16, 16)), calculate("calc(1em + 2)", Units(16, 16))
        (None, None)
    """
    tokens = [token for token in tinycss2.parse_component_value_list(value) if token.type not in BLANKS]
    found = read_operand(tokens[0], units, 0) if len(tokens) == 1 else None
    return found if found is not None and math.isfinite(found.value) else None


def read_operand(token: Any, units: Units, depth: int) -> Quantity | None:
    if token.type == "number":
        return Quantity(float(token.value), length=False)
    if token.type == "percentage":
        return None if units.percent is None else Quantity(token.value * units.percent / 100, length=True)
    if token.type == "dimension":
        scale = {"em": units.em, "rem": units.rem}.get(token.lower_unit, ABSOLUTE.get(token.lower_unit))
        return None if scale is None else Quantity(token.value * scale, length=True)
    if depth > MAX_DEPTH:
        return None
    if token.type == "() block" and depth:
        return read_sum(token.content, units, depth + 1)
    if token.type != "function":
        return None
    arguments = [read_sum(part, units, depth + 1) for part in split_at_commas(token.arguments)]
    known = [one for one in arguments if one is not None]
    if len(known) < len(arguments) or len({one.length for one in known}) != 1:
        return None
    values = [one.value for one in known]
    name = token.lower_name
    if name == "calc" and len(values) == 1:
        return known[0]
    if name in ("min", "max"):
        return Quantity((min if name == "min" else max)(values), known[0].length)
    if name == "clamp" and len(values) == 3:
        return Quantity(max(values[0], min(values[1], values[2])), known[0].length)
    return None


def read_sum(tokens: Iterable[Any], units: Units, depth: int) -> Quantity | None:
    """A sum of products: what stands between brackets or commas."""
    words = [token for token in tokens if token.type != "comment"]
    while words and words[0].type == "whitespace":
        words.pop(0)
    while words and words[-1].type == "whitespace":
        words.pop()
    total: Quantity | None = None
    product: Quantity | None = None
    sign, operator, wanted = 1.0, "", True
    for place, token in enumerate(words):
        if token.type == "whitespace":
            continue
        if wanted:
            operand = read_operand(token, units, max(depth, 1))
            product = multiply(product, operator, operand)
            if product is None:
                return None
        elif token in ("*", "/"):
            operator = token.value
        elif token in ("+", "-") and words[place - 1].type == words[place + 1].type == "whitespace":
            total = add(total, sign, product)
            if total is None:
                return None
            sign, operator, product = (1.0 if token == "+" else -1.0), "", None
        else:
            return None
        wanted = not wanted
    return None if wanted else add(total, sign, product)


def multiply(product: Quantity | None, operator: str, operand: Quantity | None) -> Quantity | None:
    """One more factor; of two only one can be a length, and none is divided by."""
    if operand is None or not operator:
        return operand
    if product is None or (operand.length and (product.length or operator == "/")):
        return None
    if operator == "/":
        return None if operand.value == 0 else Quantity(product.value / operand.value, product.length)
    return Quantity(product.value * operand.value, product.length or operand.length)


def add(total: Quantity | None, sign: float, product: Quantity | None) -> Quantity | None:
    """One more term, of the same kind as those before it."""
    if product is None or (total is not None and total.length is not product.length):
        return None
    return Quantity((0.0 if total is None else total.value) + sign * product.value, product.length)


def split_at_commas(tokens: Iterable[Any]) -> list[list[Any]]:
    parts: list[list[Any]] = [[]]
    for token in tokens:
        if token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def split_words(value: str) -> Sequence[str]:
    """The words of a value; what stands in brackets is none by itself.

    Example:
        >>> split_words("calc(1em + 2px) 3px")
        ['calc(1em + 2px)', '3px']
    """
    if "(" not in value:
        return value.split()
    words = [""]
    for token in tinycss2.parse_component_value_list(value):
        if token.type in BLANKS:
            words.append("")
        else:
            words[-1] += token.serialize()
    return [word for word in words if word]
