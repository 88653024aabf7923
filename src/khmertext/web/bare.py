"""Elements whose font the browser decides, as far as a stylesheet alone can give them a stack.

A build marks the elements of its pages one by one (:mod:`khmertext.web.placing`). Behind a theme there are no pages:
what is said holds for every button and all code of a site, so it is said only where nothing else can change by it.

- **Buttons and fields** have a font of the browser's own in a size that is absolute. Which font that is differs between
  engines; its name goes behind ours.
- **Monospace**: browsers show a lone ``monospace`` smaller, as long as its size hangs on the browser's own one. A
  longer stack loses that, and no selector knows what a size hangs on. Where the theme gives the body a size in pixels
  or rem and sets none by keyword, nothing is scaled, and every stack gives the same size.
- **Text areas** are both. Firefox gives them a size by keyword, which is scaled in any case; there they stay as they
  are.

All of it weighs nothing, and stands in a layer below all others: whatever a theme says is stronger.

Sources: HTML Standard, section 15.5 (form controls); CSS Fonts Level 4, section 3.5; CSS Cascade Level 5, section
6.4.4; what Chromium and Firefox do, as tests/browser/test_kit.py has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from turbohtml import parse

from khmertext.web.candidates import FontOrigin
from khmertext.web.cascade import RELATIVE_SIZE, SIZE_KEYWORDS, Cascade, StyleSet, rank_layers
from khmertext.web.engines import FALLS_BACK_AFTER_SHAPING, IN_FIREFOX
from khmertext.web.facts import LAYER
from khmertext.web.stacks import quote_families
from khmertext.web.stylesheets import ANONYMOUS, LayerName, StyleSheet

__all__ = ["bare_rules", "find_weakest_layer", "has_fixed_sizes"]

CONTROLS: Final = "button,input,select"
MONOSPACE: Final = "pre,code,kbd,samp,tt"
NOT_FIREFOX: Final = f"not {IN_FIREFOX}"
RESETS: Final = frozenset({"initial", "revert", "revert-layer"})
WORD: Final = re.compile(r"[-\w\x80-\U0010ffff]+")
RELATIVE_UNIT: Final = re.compile(r"[0-9.](?:%|em|ex|ch|lh|cap|ic)(?![a-z])", re.I)


def bare_rules(families: Sequence[str], *, layer: str, fixed_sizes: bool) -> Iterator[str]:
    """Yield the rules for elements that a theme gives no font.

    Args:
        families: Our family, and those behind it.
        layer: What :func:`find_weakest_layer` found.
        fixed_sizes: What :func:`has_fixed_sizes` said.

    Source: the fonts of controls, as ``getComputedStyle`` tells them: Arial in Chromium, the system's in other engines.

    Example:
        >>> [rule] = list(bare_rules(["K"], layer="k", fixed_sizes=False))
        >>> rule[rule.rindex("{") :]
        '{font-family:"K", system-ui}}}'
    """
    ours = quote_families(families[0], families[1:])
    rules = [
        f"@supports {FALLS_BACK_AFTER_SHAPING}{{:where({CONTROLS}){{font-family:{ours}, Arial}}}}",
        f"@supports not ({FALLS_BACK_AFTER_SHAPING}){{:where({CONTROLS}){{font-family:{ours}, system-ui}}}}",
    ]
    if fixed_sizes:
        rules.append(f":where({MONOSPACE}){{font-family:{ours}, monospace}}")
        rules.append(f"@supports {NOT_FIREFOX}{{:where(textarea){{font-family:{ours}, monospace}}}}")
    yield f"@layer {layer}{{{''.join(rules)}}}"


def find_weakest_layer(sheets: Sequence[StyleSheet]) -> str | None:
    """A cascade layer below all that stylesheets have, for a stylesheet that comes after them.

    What stands in a layer inside of another is weaker than what stands in that one itself: so it is a layer inside of
    their first one, the innermost.

    Args:
        sheets: In their order.

    Returns:
        Its name; None where the first one has no name, so that nothing can be put into it.

    Example:
        >>> from khmertext.web.stylesheets import parse_styles
        >>> find_weakest_layer([parse_styles("@layer base, more; @layer base.reset {}")])
        'base.reset.khmertext'
        >>> find_weakest_layer([parse_styles("p {}")])
        'khmertext'
    """
    ranks = rank_layers([replace(sheet, layers=tuple(name_layers(sheet))) for sheet in sheets])
    weakest = min(ranks, key=ranks.__getitem__)
    if any(name.startswith(ANONYMOUS) for name in weakest):
        return None
    return ".".join((*weakest, LAYER))


def name_layers(sheet: StyleSheet) -> Iterator[LayerName]:
    """Yield the layers of a stylesheet in order, those of its imports among them."""
    imports = [one for one in sheet.imports if one.layer]
    for place in range(len(sheet.layers) + 1):
        yield from (one.layer for one in imports if one.after == place)
        yield from sheet.layers[place : place + 1]


def has_fixed_sizes(sheets: Sequence[StyleSheet]) -> bool:
    """Whether no size of text inside a body hangs on the browser's own, so that no font has a say in it.

    Args:
        sheets: In their order.

    Example:
        >>> from khmertext.web.stylesheets import parse_styles
        >>> def ask(css): return has_fixed_sizes([parse_styles(css)])
        >>> ask("body { font-size: 16px } code { font-size: .9em }"), ask("body { font-size: 1rem }")
        (True, True)
        >>> ask("code { font-size: 14px }"), ask("body { font: 16px/2 Inter } .small { font-size: small }")
        (False, False)
    """
    settings = [one for sheet in sheets for rule in sheet.rules for one in rule.settings]
    said: dict[str, list[str]] = {}
    for one in settings:
        if one.name.startswith("--"):
            said.setdefault(one.name, []).append(one.value)
    for one in settings:
        # What sets a family back may be `all`, which sets the size back as well.
        if one.name in ("font-size", "font-family") and one.value in RESETS:
            return False
        if one.name == "font-size" and not SIZE_KEYWORDS.isdisjoint(resolve_words(one.value, said)):
            return False
    page = parse("<body></body>")
    body, root = page.find("body"), page.find("html")
    if body is None or root is None:
        return False
    cascade = Cascade(page, StyleSet(sheets))
    inner, outer = cascade.resolve(body), cascade.resolve(root)
    fixed = bool(outer.size) and all(map(is_length, (outer.size, *(one.value for one in outer.sizes))))
    if outer.origin is FontOrigin.MONOSPACE and not fixed:
        return False  # the size of the root would be another one, on which rem hangs
    return all(
        fixed if not size or RELATIVE_SIZE.fullmatch(size) else is_length(size)
        for size in (inner.size, *(one.value for one in inner.sizes if not one.inherited))
    )


def is_length(size: str) -> bool:
    """Whether a size is one of pixels, rem or the like, whatever stands around it; what a variable holds is not known.

    Example:
        >>> is_length("16px"), is_length("clamp(1rem, 2vw, 20px)"), is_length("calc(1em + 2px)"), is_length("var(--x)")
        (True, True, False, False)
    """
    return bool(re.search("[0-9]", size)) and "var(" not in size and not RELATIVE_UNIT.search(size)


def resolve_words(value: str, said: Mapping[str, Sequence[str]]) -> set[str]:
    """The words of a value, and those that its custom properties hold as far as stylesheets say."""
    found: set[str] = set()
    known: set[str] = set()
    waiting = [value]
    while waiting:
        words = set(WORD.findall(waiting.pop())) - known
        known |= words
        found |= {word.lower() for word in words}
        waiting += [one for word in words for one in said.get(word, ())]
    return found
