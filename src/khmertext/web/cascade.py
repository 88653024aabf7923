"""Which declarations give an element its font: the CSS cascade, for the few properties that matter here.

A page is asked once per selector (the HTML parser matches them in C), then each element that holds Khmer is resolved
upwards, with a memo. Rules that apply only sometimes (media, hover, a pseudo-element) are candidates besides the
winner: their stacks get the Khmer family too, their weights are proven too.

Sources: CSS Cascade Level 5, sections 6 and 7; CSS Fonts Level 4, section 2.2 (relative weights); the HTML Standard,
section 15.3 (what browsers style by themselves).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from turbohtml import Document, Element

from khmertext.web.candidates import Candidate, FontOrigin, find_winner
from khmertext.web.families import (
    CONTROL_ELEMENTS,
    INLINE_DISPLAYS,
    INLINE_ELEMENTS,
    MONOSPACE_ELEMENTS,
    WIDE_KEYWORDS,
)
from khmertext.web.looks import Look
from khmertext.web.mediaqueries import MEDIA, Chance
from khmertext.web.mediumfonts import INITIAL_FONT, MediumFont, find_looks, resolve_media
from khmertext.web.stylesheets import ANONYMOUS, FontStack, LayerName, StyleSheet, parse_styles
from khmertext.web.variables import MAX_VARIABLES

__all__ = [
    "Cascade",
    "ElementFont",
    "FontOrigin",
    "SizeAlternative",
    "StackUse",
    "StyleSet",
    "inherits_from",
    "stack_attribute",
]


class StackUse(NamedTuple):
    """A font stack that reaches an element.

    Attributes:
        sheet: Index of the sheet in the page's order; -1 for a style attribute, -2 for an attribute that is one family
            stack (``face``, ``font-family``).
        stack: Index into that sheet's stacks.
        owner: The attribute's value, as a list of declarations, when ``sheet`` is below 0, else "".
    """

    sheet: int
    stack: int
    owner: str = ""


class Alternative(NamedTuple):
    """A family that an element, or a part of it, has only sometimes.

    Attributes:
        css: The stack as CSS text, or a CSS-wide keyword.
        selector: When and where: a selector with state, without pseudo-element.
        pseudo: The pseudo-element, or "".
        wrappers: The at-rules around it, the outermost first.
        inherited: Whether the selector is that of an ancestor.
        monospace: Whether the stack is ``monospace`` alone.
    """

    css: str
    selector: str
    pseudo: str
    wrappers: tuple[str, ...]
    inherited: bool
    monospace: bool


class SizeAlternative(NamedTuple):
    """A font size that an element, or one above it, has only sometimes.

    Attributes:
        value: The size.
        kind: What the element's size hangs on then, as in :class:`ElementFont`.
        selector: When and where.
        wrappers: The at-rules around it, the outermost first.
        inherited: Whether the selector is that of an ancestor.
    """

    value: str
    kind: str
    selector: str
    wrappers: tuple[str, ...]
    inherited: bool


@dataclass(frozen=True, slots=True)
class ElementFont:
    """What is known of an element's font.

    Attributes:
        origin: Where the family comes from.
        css: The winning stack as CSS text; "" when the browser decides.
        uses: Every stack that may apply, the winning one first.
        media: What weight, style, features and family it can have in each medium.
        looks: Every look that it can have.
        own: Whether the family is set on the element itself rather than inherited.
        size: The font size that the author set on the element itself; "" for none.
        size_kind: What the size hangs on: "relative" to the browser's own size, "absolute", or a keyword.
        inline: Whether text around the element is shaped together with it.
        alternatives: The families that it has only sometimes, the weakest first.
        bare: Whether no rule of the author's sets the family on the element itself, except sometimes.
        sizes: The sizes that it, or what it inherits from, has only sometimes, the weakest first.
    """

    origin: FontOrigin
    css: str
    uses: tuple[StackUse, ...]
    media: tuple[MediumFont, ...]
    looks: tuple[Look, ...]
    own: bool
    size: str
    size_kind: str
    inline: bool
    alternatives: tuple[Alternative, ...] = ()
    bare: bool = True
    sizes: tuple[SizeAlternative, ...] = ()


INITIAL = ElementFont(FontOrigin.ROOT, "", (), (INITIAL_FONT,) * len(MEDIA), (Look(400),), False, "", "relative", False)
SIZE_KEYWORDS = frozenset("xx-small x-small small medium large x-large xx-large xxx-large".split())
RELATIVE_SIZE = re.compile(r"[+-]?[0-9.]+(?:e[+-]?[0-9]+)?(?:%|em|ex|ch|lh|cap|ic)|smaller|larger", re.I)
# Presentational attributes that hold one font stack: weaker than any rule.
CUSTOM_NAME = re.compile(r"(--[-\w\x80-\U0010ffff]+)\s*:")
NAMED = re.compile(r"--[-\w\x80-\U0010ffff]+")
STACK_ATTRIBUTES = ("face", "font-family")


class StyleSet:
    """The stylesheets of a page as they are asked for, with what was found out; pages that load the same share it.

    Args:
        sheets: In order.
        more: Properties that are read besides those that decide the font.

    Attributes:
        sheets: The same.
        rules: Every rule with the index of its sheet; their order is that of the cascade.
        selectors: Each distinct selector with the indexes of its rules.
        values: The values of the custom properties that fonts are made of.
        ranks: How strong the layer of each rule is, see :func:`rank_layers`.
        custom: Custom property → the stacks that it is set to.
        everywhere: The custom properties that every element has.
        registered: Custom property of ``@property`` → its initial value, and whether it inherits.
        fonts: What is known already of elements with the same tag, style, rules and parent font.
        unique: Each distinct font, once: those that are equal are the same.
        known: What others found out of these stylesheets alone, by names of theirs.
    """

    def __init__(self, sheets: Sequence[StyleSheet], more: frozenset[str] = frozenset()) -> None:
        self.sheets = tuple(sheets)
        self.more = more
        self.values, wanted = find_variables(self.sheets)
        self.rules = tuple(
            (number, rule)
            for number, sheet in enumerate(self.sheets)
            for rule in sheet.rules
            if not rule.settings or any(one.name[:2] != "--" or one.name in wanted for one in rule.settings)
        )
        orders: dict[str, list[int]] = {}
        for order, (_, rule) in enumerate(self.rules):
            orders.setdefault(rule.selector, []).append(order)
        self.selectors = tuple((selector, tuple(found)) for selector, found in orders.items())
        ranks = rank_layers(self.sheets)
        self.ranks = tuple(ranks[own_layer(number, rule.layer)] for number, rule in self.rules)
        self.custom: dict[str, tuple[StackUse, ...]] = {}
        for number, sheet in enumerate(self.sheets):
            for name, stacks in sheet.custom:
                self.custom[name] = (*self.custom.get(name, ()), *(StackUse(number, stack) for stack in stacks))
        self.everywhere = frozenset[str]().union(*(sheet.everywhere for sheet in self.sheets))
        self.registered = {
            name: (value, inherits) for sheet in self.sheets for name, value, inherits in sheet.registered
        }
        self.fonts: dict[tuple[Any, ...], ElementFont] = {}
        self.unique: dict[ElementFont, ElementFont] = {}
        self.known: dict[object, Any] = {}


def find_variables(sheets: Sequence[StyleSheet]) -> tuple[frozenset[str], frozenset[str]]:
    """The values of the custom properties that fonts are made of, and the names of these."""
    said: dict[str, set[str]] = {}
    wanted: set[str] = set()
    for one in (one for sheet in sheets for rule in sheet.rules for one in rule.settings):
        if one.name[:2] == "--":
            said.setdefault(one.name, set()).add(one.value)
        elif "(" in one.value:
            wanted.update(NAMED.findall(one.value))
    values: set[str] = set()
    waiting = list(wanted)
    while waiting:
        found = said.get(waiting.pop(), set()) - values
        values |= found
        names = {name for value in found if "(" in value for name in NAMED.findall(value)} - wanted
        wanted |= names
        waiting += names
    return frozenset(values), frozenset(wanted)


def rank_layers(sheets: Sequence[StyleSheet]) -> dict[LayerName, int]:
    """The rank of each layer, 0 for the weakest.

    Layers are as strong as they are late, by where each is first named; what stands in a layer itself is stronger than
    the layers inside it. Whether a condition around the name holds is not asked.

    Source: CSS Cascade Level 5, section 6.4.4.

    Example:
        >>> ranks = rank_layers([parse_styles("@layer a, b; @layer b { @layer c {} } @layer a.d {}")])
        >>> sorted(ranks, key=ranks.__getitem__)
        [('a', 'd'), ('a',), ('b', 'c'), ('b',), ()]
    """
    first: dict[LayerName, int] = {}
    for number, sheet in enumerate(sheets):
        for layer in sheet.layers:
            own = own_layer(number, layer)
            for depth in range(1, len(own) + 1):
                first.setdefault(own[:depth], len(first))

    def strength(layer: LayerName) -> list[float]:
        return [*(first[layer[:depth]] for depth in range(1, len(layer) + 1)), math.inf]

    return {layer: rank for rank, layer in enumerate(sorted([*first, ()], key=strength))}


def own_layer(sheet: int, layer: LayerName) -> LayerName:
    """A layer, told apart from those without a name in other sheets."""
    if not any(name.startswith(ANONYMOUS) for name in layer):
        return layer
    return tuple(f"{name} {sheet}" if name.startswith(ANONYMOUS) else name for name in layer)


@dataclass(slots=True)
class Cascade:
    """The cascade of one page.

    Args:
        document: The parsed page.
        styles: Its stylesheets.
        quirks: Whether browsers show it in quirks mode.

    Attributes:
        inline: The custom properties that ``style`` attributes of the page set.
        custom: Custom property → the stacks that it is set to, by stylesheets and by these attributes.
        setting: The attributes that set some to stacks: what else the fonts of elements hang on.
        chances: What was found out of custom properties.

    Example:
        >>> from turbohtml import parse
        >>> page = parse("<p><b>x</b></p>")
        >>> cascade = Cascade(page, StyleSet([parse_styles("p { font-family: Inter, serif }")]))
        >>> found = cascade.resolve(page.find("b"))
        >>> found.css, [look.weight for look in found.looks]
        ('Inter, serif', [700])
    """

    document: Document
    styles: StyleSet
    quirks: bool = False
    matched: dict[Element, list[int]] = field(default_factory=dict)
    missed: list[int] = field(default_factory=list)
    resolved: dict[Element, ElementFont] = field(default_factory=dict)
    attributes: dict[str, StyleSheet] = field(default_factory=dict)
    inline: frozenset[str] = frozenset()
    custom: Mapping[str, tuple[StackUse, ...]] = field(default_factory=dict)
    setting: tuple[str, ...] = ()
    chances: dict[str, Chance] = field(default_factory=dict)

    def __post_init__(self) -> None:
        styled = self.document.select('[style*="--"]')
        self.inline = frozenset(name for element in styled for name in CUSTOM_NAME.findall(str(element.attr("style"))))
        self.custom, self.setting = self.styles.custom, ()
        if self.inline:
            self.read_inline(sorted({str(element.attr("style")) for element in styled}))
        for selector, orders in self.styles.selectors:
            elements = self.document.select(selector)
            if not elements:
                self.missed += orders
            for element in elements:
                self.matched.setdefault(element, []).extend(orders)

    def read_inline(self, styles: Sequence[str]) -> None:
        """Note what custom properties ``style`` attributes set to stacks."""
        custom = dict(self.styles.custom)
        found: dict[str, None] = {}
        for style in styles:
            sheet = self.attributes[style] = parse_styles(style, inline=True, more=self.styles.more)
            for name, stacks in sheet.custom:
                custom[name] = (*custom.get(name, ()), *(StackUse(-1, stack, style) for stack in stacks))
                found |= dict.fromkeys([style] if stacks else [])
        self.custom, self.setting = custom, tuple(found)

    @property
    def unmatched(self) -> list[StackUse]:
        """The stacks of rules that match nothing on the page."""
        rules = [self.styles.rules[order] for order in self.missed]
        return [StackUse(number, one.stack) for number, rule in rules for one in rule.settings if one.stack >= 0]

    @property
    def animated(self) -> list[StackUse]:
        """The stacks of keyframes: which elements run through them is not asked."""
        return [StackUse(number, stack) for number, sheet in enumerate(self.styles.sheets) for stack in sheet.animated]

    def has_layered_family(self, element: Element) -> bool:
        """Whether a rule in a cascade layer sets the font family of an element."""
        rules = [self.styles.rules[order][1] for order in self.matched.get(element, ())]
        return any(rule.layer and any(one.name == "font-family" for one in rule.settings) for rule in rules)

    def stack_of(self, use: StackUse) -> FontStack:
        """The :class:`FontStack` that a use names."""
        sheet = self.attributes[use.owner] if use.sheet < 0 else self.styles.sheets[use.sheet]
        return sheet.stacks[use.stack]

    def resolve(self, element: Element) -> ElementFont:
        """The font of an element."""
        # Iterative, since a hostile page nests deeper than Python recurses.
        chain: list[Element] = []
        node: Any = element
        while isinstance(node, Element) and node not in self.resolved:
            chain.append(node)
            node = inherits_from(node)
        font = self.resolved[node] if isinstance(node, Element) else INITIAL
        for one in reversed(chain):
            style = one.attr("style")
            style = style if isinstance(style, str) else ""
            hint = stack_attribute(one)
            for text in (style, hint):
                if text and text not in self.attributes:
                    self.attributes[text] = parse_styles(text, inline=True, more=self.styles.more)
            matched = tuple(sorted(self.matched.get(one, ())))
            key = (
                id(font),
                one.tag,
                style,
                hint,
                matched,
                self.inline,
                self.setting,
                self.quirks,
            )  # each font is there once, and stays
            found = self.styles.fonts.get(key)
            if found is None:
                found = self.inherit(one.tag, self.candidates(matched, style, hint), font)
                found = self.styles.fonts[key] = self.styles.unique.setdefault(found, found)
            font = self.resolved[one] = found
        return font

    def source_of(self, element: Element) -> Element | None:
        """The element that an element's family was set on: itself, an ancestor, or none."""
        node: Any = element
        while isinstance(node, Element):
            if self.resolve(node).own:
                return node
            node = inherits_from(node)
        return None

    def inherit(self, tag: str, candidates: Sequence[Candidate], parent: ElementFont) -> ElementFont:
        families = [one for one in candidates if one.setting.name == "font-family"]
        winner = find_winner(families)
        origin, css, own = FontOrigin.ROOT, "", True
        uses: tuple[StackUse, ...] = ()
        if winner is not None and winner.setting.stack >= 0:
            use = StackUse(winner.sheet, winner.setting.stack, winner.owner)
            css, uses = self.css_of(use), self.with_custom(use)
            origin = FontOrigin.MONOSPACE if self.is_lone_monospace(use) else FontOrigin.DECLARED
            chance = self.chance_of(self.stack_of(use))
            if chance is Chance.NEVER:
                # Invalid at computed-value time: the element inherits. A script may set the variable all the same.
                origin, css, uses, own = parent.origin, parent.css, (*parent.uses, *uses), False
            elif chance is Chance.SOMETIMES:
                uses = (*uses, *parent.uses)
        elif winner is not None and winner.setting.value == "initial":
            pass
        elif winner is not None and winner.setting.value == "system":
            origin = FontOrigin.CONTROL  # `font: menu` and the like
        elif (winner is None or winner.setting.value.startswith("revert")) and tag in MONOSPACE_ELEMENTS:
            origin = FontOrigin.MONOSPACE
        elif (winner is None or winner.setting.value.startswith("revert")) and tag in CONTROL_ELEMENTS:
            origin = FontOrigin.CONTROL
        elif winner is None and tag == "math":
            origin, css = FontOrigin.MATH, "math"
        elif winner is None or winner.setting.value in ("inherit", "unset", "revert", "revert-layer"):
            origin, css, uses, own = parent.origin, parent.css, parent.uses, False
        for one in families:
            if one.conditional and one.setting.stack >= 0 and (winner is None or one.key > winner.key or one.pseudo):
                use = StackUse(one.sheet, one.setting.stack, one.owner)
                uses = (*uses, *self.with_custom(use))
                if not one.pseudo and self.chance_of(self.stack_of(use)) is not Chance.ALWAYS:
                    uses = (*uses, *parent.uses)
        size, size_kind = find_size(tag, candidates, parent.size_kind)
        media = resolve_media(tag, candidates, parent.media, self.styles.values, quirks=self.quirks)
        return ElementFont(
            origin=origin,
            css=css,
            uses=uses,
            media=media,
            looks=parent.looks if media == parent.media else find_looks(media),
            own=own,
            size=size,
            size_kind=size_kind,
            inline=find_inline(tag, candidates),
            alternatives=(
                *(one._replace(inherited=True) for one in (() if own else parent.alternatives) if not one.pseudo),
                *self.alternatives(families, winner),
            ),
            bare=winner is None,
            sizes=(
                *(one._replace(inherited=True) for one in (() if size_kind != parent.size_kind else parent.sizes)),
                *find_sizes(candidates, parent.size_kind),
            ),
        )

    def alternatives(self, families: Sequence[Candidate], winner: Candidate | None) -> Iterator[Alternative]:
        """What sometimes wins over the winner, the weakest first."""
        for one in reversed(families):
            rule = one.rule
            if rule is None or rule.wrappers is None or not one.conditional:
                continue
            if winner is not None and one.key <= winner.key and not one.pseudo:
                continue
            use = StackUse(one.sheet, one.setting.stack, one.owner)
            listed = one.setting.stack >= 0
            if listed or one.setting.value in WIDE_KEYWORDS:
                css = self.css_of(use) if listed else one.setting.value
                lone = listed and self.is_lone_monospace(use)
                yield Alternative(css, rule.written, rule.pseudo, rule.wrappers, False, lone)

    def candidates(self, matched: Sequence[int], style: str, hint: str) -> list[Candidate]:
        """Every setting that reaches an element, the strongest first; those of parts of it count as conditional."""
        found: list[Candidate] = []
        for order in matched:
            number, rule = self.styles.rules[order]
            rank = self.styles.ranks[order]
            for setting in rule.settings:
                conditional = rule.conditional or bool(rule.pseudo)
                # Among important declarations the order of layers is the other way round.
                layer = -rank if setting.important else rank
                key = (setting.important, False, layer, rule.specificity, order)
                found.append(Candidate(key, conditional, number, "", setting, rule))
        for sheet, text, strength in ((-1, style, True), (-2, hint, False)):
            for rule in self.attributes[text].rules if text else ():
                for position, setting in enumerate(rule.settings):
                    # Attributes other than `style` are weaker than every layer.
                    key = (setting.important, strength, -1, (0, 0, 0), position if strength else -1)
                    found.append(Candidate(key, False, sheet, text, setting))
        # Within one rule the later declaration wins; sorting is stable, so reverse first.
        found.reverse()
        found.sort(key=lambda one: one.key, reverse=True)
        return found

    def chance_of(self, stack: FontStack, depth: int = 0) -> Chance:
        """Whether a stack has a value: not, when it needs a custom property that is not set.

        Source: CSS Variables Level 1, section 3.1 (invalid at computed-value time).
        """
        if not stack.needs and not any(family.needs for family in stack.families):
            return Chance.ALWAYS
        rest = [max(map(self.chance_to_be_set, names)) for names in stack.needs]
        families = [names for family in stack.families for names in family.needs]
        return min([*rest, *(max(self.chance_to_be_families(name, depth) for name in names) for names in families)])

    def chance_to_be_set(self, name: str) -> Chance:
        """Whether an element has a custom property."""
        if name in self.styles.everywhere:
            return Chance.ALWAYS
        return Chance.SOMETIMES if name in self.custom or name in self.inline else Chance.NEVER

    def chance_to_be_families(self, name: str, depth: int) -> Chance:
        """Whether an element has a custom property that holds a list of families."""
        if depth > MAX_VARIABLES:
            return Chance.SOMETIMES
        found = self.chances.get(name)
        if found is None:
            self.chances[name] = Chance.NEVER  # what names itself has no value
            stacks = [self.stack_of(use) for use in self.custom.get(name, ())]
            found = max((self.chance_of(stack, depth + 1) for stack in stacks), default=Chance.NEVER)
            found = min(found, self.chance_to_be_set(name))
            if found is Chance.NEVER and name in self.inline:
                found = Chance.SOMETIMES
            self.chances[name] = found
        return found

    def with_custom(self, use: StackUse) -> tuple[StackUse, ...]:
        """A stack, and those of the custom properties it names, and that these name."""
        found = {use: None}
        waiting = [use]
        while waiting:
            fresh = [value for value in self.values_of(waiting.pop()) if value not in found]
            found |= dict.fromkeys(fresh)
            waiting += fresh
        return tuple(found)

    def values_of(self, use: StackUse) -> tuple[StackUse, ...]:
        """The stacks of the custom properties that a stack names, in fallbacks too."""
        variables = (one for item in self.stack_of(use).families for one in item.walk() if one.kind == "var")
        return tuple(value for one in variables for value in self.custom.get(one.name, ()))

    def css_of(self, use: StackUse) -> str:
        """A stack as CSS text; of a custom property that holds a whole shorthand, the families in there."""
        stack = self.stack_of(use)
        values = self.styles.custom.get(stack.families[0].name, ()) if stack.shorthand else ()
        return str(self.stack_of(values[-1]).css if values else stack.css)

    def is_lone_monospace(self, use: StackUse) -> bool:
        stack = self.stack_of(use)
        if len(stack.families) == 1 and stack.families[0].kind == "var":
            values = self.styles.custom.get(stack.families[0].name, ())
            return bool(values) and all(self.stack_of(value).lone_monospace for value in values)
        return bool(stack.lone_monospace)


def inherits_from(element: Element) -> Element | None:
    """The parent of an element; of what stands in a template, the template: there or near it a page will show it."""
    parent: Any = element.parent
    if isinstance(parent, Element):
        return parent
    if parent is None or isinstance(parent, Document):
        return None
    template = element.closest("template")
    return template if template is not element else None


def stack_attribute(element: Element) -> str:
    """An attribute that is a font stack (of ``<font>`` and of SVG), as a declaration; "" where there is none."""
    for name in STACK_ATTRIBUTES:
        if name in element.attrs and (name == "font-family" or element.tag == "font"):
            value = element.attr(name)
            if isinstance(value, str) and value.strip():
                return f"font-family:{value}"
    return ""


def find_size(tag: str, candidates: Sequence[Candidate], inherited: str) -> tuple[str, str]:
    """The size set on an element, and what its size hangs on.

    Source: CSS Fonts Level 4, section 3.5; what Chromium scales for a lone ``monospace``, as measured.
    """
    for one in candidates:
        if one.setting.name != "font-size" or one.conditional:
            continue
        value = one.setting.value
        if value in ("inherit", "unset"):
            return "", inherited
        if value in ("initial", "revert", "revert-layer"):
            return "", "relative"
        if value in SIZE_KEYWORDS:
            return value, value
        return value, inherited if RELATIVE_SIZE.fullmatch(value) else "absolute"
    return "", "absolute" if tag in CONTROL_ELEMENTS else inherited


def find_sizes(candidates: Sequence[Candidate], inherited: str) -> Iterator[SizeAlternative]:
    """The sizes that sometimes win over the one set on an element, the weakest first."""
    sizes = [one for one in candidates if one.setting.name == "font-size"]
    winner = next((one for one in sizes if not one.conditional), None)
    for one in reversed(sizes):
        rule = one.rule
        if rule is None or rule.wrappers is None or rule.pseudo or not one.conditional:
            continue
        if winner is None or one.key > winner.key:
            value, kind = find_size("", [one._replace(conditional=False)], inherited)
            yield SizeAlternative(value, kind, rule.written, rule.wrappers, False)


def find_inline(tag: str, candidates: Sequence[Candidate]) -> bool:
    for one in candidates:
        if one.setting.name == "display" and not one.conditional:
            return one.setting.value in INLINE_DISPLAYS
    return tag in INLINE_ELEMENTS or "-" in tag
