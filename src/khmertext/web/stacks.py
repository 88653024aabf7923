"""Where the Khmer family goes in a font stack.

Source: CSS Fonts Level 4, sections 3.1 (``font-family``) and 5.3 (the order in which families are asked).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import tinycss2

from khmertext.errors import SiteError
from khmertext.web.cascade import Alternative, ElementFont, FontOrigin
from khmertext.web.escaping import escape_css_string
from khmertext.web.facts import SiteContext
from khmertext.web.families import WIDE_KEYWORDS
from khmertext.web.stylesheets import FamilyName, FontStack, parse_styles

__all__ = [
    "alternative_css",
    "fallback_families",
    "names_khmer",
    "place_family",
    "quote_families",
    "quote_family",
    "refuse_named",
    "stack_css",
]

# A browser's font for controls has no name that works everywhere; this is what the common ones resolve to.
CONTROL_STACK = "Arial,system-ui,sans-serif"


def place_family(stack: FontStack, family: str, context: SiteContext) -> tuple[int, str] | None:
    """Where our family goes in a stack, and the text to put there.

    In front; behind the last family that shows Khmer already, where the stack names one; nowhere when it names ours.

    Args:
        stack: The stack.
        family: Our family's name.
        context: What the site declares.

    Returns:
        Offset in characters of the stylesheet and the text, or None.

    Example:
        >>> stack = parse_styles("p { font-family: Arial, serif }").stacks[0]
        >>> place_family(stack, "Site Khmer", SiteContext("Site Khmer"))
        (17, '"Site Khmer", ')
    """
    names = [item for item in stack.families if item.kind == "name"]
    if any(item.name == family for item in names):
        return None
    khmer = [item for item in stack.families if names_khmer(item, context)]
    quoted = quote_families(family, context.fallbacks)
    if khmer:
        return khmer[-1].end, f", {quoted}"
    return stack.families[0].start, f"{quoted}, "


def names_khmer(item: FamilyName, context: SiteContext) -> bool:
    """Whether an item of a stack is a family that shows Khmer, or falls back to one.

    Args:
        item: The item.
        context: What the site declares.
    """
    return any(one.kind == "name" and context.shows_khmer(one.name) for one in item.walk())


def fallback_families(family: str, *, swap: bool = True) -> tuple[str, ...]:
    """The names of the families behind ours: of fallback fonts with a bold of their own, and of those without.

    Args:
        family: Our family's name.
        swap: Whether our fonts take the place of fallbacks when they come. If not, a third family has them again, for
            visitors without any fallback.

    Example:
        >>> fallback_families("K", swap=False)
        ('K Fallback', 'K Fallback Regular', 'K Late')
    """
    names = f"{family} Fallback", f"{family} Fallback Regular"
    return names if swap else (*names, f"{family} Late")


def quote_families(family: str, fallbacks: Sequence[str]) -> str:
    """Our family and those behind it, as they stand in a stack.

    Example:
        >>> quote_families("K", fallback_families("K"))
        '"K", "K Fallback", "K Fallback Regular"'
    """
    return ", ".join(map(quote_family, (family, *fallbacks)))


def quote_family(name: str) -> str:
    """A family name as a CSS string, in ASCII: it goes into files of any encoding."""
    escaped = escape_css_string(name)
    return '"' + "".join(letter if letter.isascii() else f"\\{ord(letter):x} " for letter in escaped) + '"'


def refuse_named(stacks: Iterable[FontStack], context: SiteContext, source: str) -> None:
    """See that no stack of the author's names one of our families.

    Ours would be drawn instead of the font that was meant; and what we put in could not be told from it again.

    Args:
        stacks: Of a stylesheet, or of a page.
        context: What the site says.
        source: The file, for the error.

    Raises:
        SiteError: One does.

    Example:
        >>> refuse_named(parse_styles("p { font-family: Arial }").stacks, SiteContext("Site Khmer"), "a.css")
    """
    ours = {" ".join(name.lower().split()) for name in (context.family, f"{context.family} Full", *context.fallbacks)}
    for stack in () if context.rebuilt else stacks:
        for item in stack.families:
            if item.kind == "name" and " ".join(item.name.lower().split()) in ours:
                raise SiteError(
                    f'names a font family "{item.name}" itself',
                    source=source,
                    hint="choose another --family; or take the file from its source, if an earlier build put that in",
                )


def alternative_css(font: Alternative, family: str, context: SiteContext) -> str:
    """A stack that holds only sometimes, with our family put in, as CSS text; a keyword as it is."""
    return (
        font.css
        if font.css in WIDE_KEYWORDS
        else put_in_front(font.css, family, context.khmer_families, context.fallbacks)
    )


def stack_css(font: ElementFont, family: str, context: SiteContext) -> str:
    """An element's own stack with our family put in, as CSS text."""
    if font.origin is FontOrigin.CONTROL:
        css = CONTROL_STACK
    elif font.origin is FontOrigin.MONOSPACE:
        css = font.css or "monospace"
    else:
        css = font.css
    if not css:
        return quote_families(family, context.fallbacks)
    return put_in_front(css, family, context.khmer_families, context.fallbacks)


@lru_cache(maxsize=1024)
def put_in_front(css: str, family: str, khmer_families: frozenset[str], fallbacks: tuple[str, ...] = ()) -> str:
    """A stack, as CSS text, with our family where :func:`place_family` wants it."""
    start = "x{font-family:"
    stack = parse_styles(f"{start}{css}}}").stacks[0]
    place = place_family(stack, family, SiteContext(family, khmer_families=khmer_families, fallbacks=fallbacks))
    if place is None:
        return css
    at = place[0] - len(start)
    return tidy(css[:at] + place[1] + css[at:])


def tidy(css: str) -> str:
    return str(tinycss2.serialize(tinycss2.parse_component_value_list(css, skip_comments=True)))
