"""Custom properties: what ``var()`` stands for.

Source: CSS Custom Properties Level 1, sections 2 (they inherit), 2.3 (cycles) and 3 (``var()``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import tinycss2

from khmertext.web.fontvalues import SUBSTITUTIONS, is_variable, unsettled

__all__ = ["MAX_VARIABLES", "resolve_variables", "substitute"]

MAX_VARIABLES: Final = 30
"""How many custom properties may name each other in a row."""
MAX_VALUE: Final = 10_000  # a value that names another one twice, and so on, is soon as long as can be


def substitute(text: str, values: Mapping[str, str]) -> str | None:
    """Put in what ``var()`` stands for.

    Args:
        text: A value.
        values: What the custom properties of the element hold.

    Returns:
        The value; None where it has none.

    Example:
        >>> substitute("var(--a), serif", {"--a": "Arial"})
        'Arial, serif'
        >>> substitute("var(--b, Times)", {}), substitute("var(--b)", {})
        ('Times', None)
        >>> substitute("calc(2 * (var(--c) + 1px))", {"--c": "1em"})
        'calc(2 * (1em + 1px))'
    """
    if "(" not in text:
        return text
    return replace_variables(tinycss2.parse_component_value_list(text), values, 0)


def replace_variables(tokens: list[Any], values: Mapping[str, str], depth: int) -> str | None:
    parts: list[str] = []
    for token in tokens:
        if not is_variable(token):
            inside = replace_inside(token, values, depth) if unsettled([token]) else str(token.serialize())
            if inside is None:
                return None
            parts.append(inside)
            continue
        inner = [one for one in token.arguments if one.type not in ("whitespace", "comment")]
        name = inner[0].value if inner and inner[0].type == "ident" else ""
        found = values.get(name)
        if found is None:
            comma = next((place for place, one in enumerate(token.arguments) if one == ","), None)
            if comma is None or depth > MAX_VARIABLES:
                return None
            found = replace_variables(token.arguments[comma + 1 :], values, depth + 1)
            if found is None:
                return None
        parts.append(found.strip())
        if sum(map(len, parts)) > MAX_VALUE:
            return None
    return "".join(parts).strip()


def replace_inside(token: Any, values: Mapping[str, str], depth: int) -> str | None:
    """A function or brackets with variables inside; None for what stands for something else itself."""
    if depth > MAX_VARIABLES or (token.type == "function" and token.lower_name in SUBSTITUTIONS):
        return None
    if token.type == "function":
        inner = replace_variables(token.arguments, values, depth + 1)
        return None if inner is None else f"{token.name}({inner})"
    inner = replace_variables(token.content, values, depth + 1)
    brackets = token.type.partition(" ")[0]
    return None if inner is None else f"{brackets[0]}{inner}{brackets[1]}"


def resolve_variables(declared: Mapping[str, str], inherited: Mapping[str, str]) -> dict[str, str]:
    """What the custom properties of an element hold.

    Args:
        declared: What wins of what is said of it.
        inherited: What those of its parent hold.

    Returns:
        Name to value, without those that have none.

    Example:
        >>> resolve_variables({"--b": "var(--a), serif"}, {"--a": "Arial"})
        {'--a': 'Arial', '--b': 'Arial, serif'}
    """
    found = dict(inherited)
    waiting: dict[str, str] = {}
    for name, value in declared.items():
        if value in ("inherit", "unset", "revert", "revert-layer"):
            continue
        found.pop(name, None)
        if value != "initial":
            waiting[name] = value
    # What names none that waits is settled; whatever is left in the end is in a circle, or hangs on one.
    for _ in range(MAX_VARIABLES):
        ready = [name for name, value in waiting.items() if not any(other in value for other in waiting)]
        for name in ready:
            settled = substitute(waiting[name], found)
            if settled is not None:
                found[name] = settled
        for name in ready:
            del waiting[name]
        if not ready:
            break
    return found
