"""CSS text → what matters for Khmer: which rule sets which font, and where in the text a family can be put in.

The strategy: tinycss2 parses and gives the place of every token. Only the declarations that decide the font of text are
kept, each with its selector, so that a page can ask which of them reach an element. Selectors lose what only a live
browser knows (``:hover``, ``::before``); such rules are marked *conditional*: they may apply.

Sources: CSS Syntax Level 3; CSS Fonts Level 4, sections 3.1 and 3.7 (``font-family``, ``font``); CSS Cascade Level 5,
section 6 (order); CSS Nesting Level 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import tinycss2
from turbohtml.convert import css_specificity

from khmertext.fonts.features import split_variant
from khmertext.web.families import GENERIC_FAMILIES, SYSTEM_FONTS, WIDE_KEYWORDS
from khmertext.web.fontvalues import (
    FontShorthand,
    find_line_height,
    is_family,
    is_variable,
    keyword_of,
    needs_of,
    split_commas,
    split_font,
    split_list,
    unsettled,
)
from khmertext.web.mediaqueries import EVERYWHERE, NOT_ALWAYS, MediaChance, read_query

__all__ = [
    "ANONYMOUS",
    "FEATURE_PROPERTIES",
    "GENERATED_TEXTS",
    "LOOK_PROPERTIES",
    "RESET",
    "SHORTHAND",
    "FamilyName",
    "FontFaceRule",
    "FontStack",
    "LayerName",
    "Setting",
    "StyleImport",
    "StyleRule",
    "StyleSheet",
    "parse_styles",
]

# Pseudo-classes that depend on what the visitor does, or that our parser of selectors has no need to know.
STATE_PSEUDO_CLASSES = frozenset(
    "hover focus focus-within focus-visible active visited link any-link target target-within checked indeterminate"
    " disabled enabled read-only read-write placeholder-shown default valid invalid in-range out-of-range required"
    " optional user-valid user-invalid autofill fullscreen modal popover-open open playing paused defined blank"
    " current past future -webkit-autofill -moz-focusring -moz-placeholder -ms-input-placeholder".split()
)
OF_SELECTORS = frozenset({"is", "where", "has", "not"})
LEGACY_PSEUDO_ELEMENTS = frozenset({"before", "after", "first-line", "first-letter"})
FIRST_LETTER = "first-letter"
GROUPING_RULES = frozenset({"media", "supports", "layer", "container", "scope", "starting-style", "document"})
# No import counts behind one of them.
VALID_RULES = GROUPING_RULES | frozenset("font-face keyframes counter-style page property font-feature-values".split())
# Properties that bring text of their own to an element.
GENERATED_TEXTS = frozenset(
    "content list-style-type quotes text-emphasis text-emphasis-style text-overflow hyphenate-character".split()
)
READ_PROPERTIES = GENERATED_TEXTS | frozenset(
    "font-family font font-weight font-style font-size font-variant display list-style all".split()
)
# Properties that turn features of fonts on and off; those of the second line `font` sets back.
FEATURE_PROPERTIES = (
    *("letter-spacing", "text-rendering"),
    *("font-kerning", *split_variant("normal"), "font-feature-settings"),
)
READ_PROPERTIES |= frozenset({*FEATURE_PROPERTIES, "word-break"})
LOOK_PROPERTIES = ("font-weight", "font-style", *FEATURE_PROPERTIES)
# Marks of lists that are known not to be Khmer; another name may be that of a counter style.
PLAIN_MARKERS = frozenset("none disc circle square decimal inside outside inherit initial unset revert".split())
ROOT_WORD = re.compile(r":root|html|\*", re.I)
ROOT_SELECTORS = frozenset({":root", "html", "*"})
UNKNOWN = (("",),)  # no custom property has this name
KHMER_COUNTERS = frozenset({"khmer", "cambodian"})
KHMER_DIGITS = "០១២៣៤៥៦៧៨៩"
UNKNOWN_SPECIFICITY = (9, 9, 9)
MAX_NESTING = 30
MAX_ARMS = 20_000
MAX_SHORT = 2_000
# Each `&` stands for the whole selector above it, so that nested rules can double it at every step.
MAX_NESTED_SELECTOR = 10_000
MAX_NESTED_SELECTORS = 1_000_000


LayerName = tuple[str, ...]
"""A cascade layer: its names from the outermost in; empty for what stands in no layer.

A layer without a name is one of its own: :data:`ANONYMOUS` and its place in the stylesheet.
"""

ANONYMOUS = "\0"


class FamilyName(NamedTuple):
    """One item of a font stack.

    Attributes:
        name: The family name or keyword, unescaped; for ``var(--x)`` the name ``--x``.
        start: Where it begins, in characters of the stylesheet.
        end: Where it ends.
        kind: "name" (a family), "generic" (a generic family), or "var".
        needs: Of a "var", the custom properties of which one must be set, as in :func:`needs_of`.
        fallback: Of a "var", the families that it stands for where its property is not set.
    """

    name: str
    start: int
    end: int
    kind: str
    needs: tuple[tuple[str, ...], ...] = ()
    fallback: tuple[FamilyName, ...] = ()

    def walk(self) -> Iterator[FamilyName]:
        """The item itself, and whatever stands in its fallback."""
        yield self
        for inner in self.fallback:
            yield from inner.walk()


class FontStack(NamedTuple):
    """A list of families in a stylesheet: of ``font-family``, of ``font``, or of a custom property.

    Attributes:
        families: The items in order; never empty.
        css: The stack as CSS text, normalized.
        custom: The custom property that holds it, or "".
        shorthand: Whether it is ``font: var(--x)``, where the custom property holds size and all; such a stack cannot
            be put into, only those of its property.
        needs: What must be set for the rest of a ``font`` to have a value, as in :func:`needs_of`.
    """

    families: tuple[FamilyName, ...]
    css: str
    custom: str = ""
    shorthand: bool = False
    needs: tuple[tuple[str, ...], ...] = ()

    @property
    def lone_monospace(self) -> bool:
        """Whether it is ``monospace`` alone, for which browsers use a smaller font size."""
        return len(self.families) == 1 and self.families[0].kind == "generic" and self.families[0].name == "monospace"


SHORTHAND = "@font "
RESET = "@reset"
"""The name of a setting by which ``font`` sets back all features but those of ``letter-spacing``."""


class Setting(NamedTuple):
    """What one declaration sets.

    Attributes:
        name: The longhand property, in lower case.
        value: The value in lower case, but as it is written for families, features, custom properties and what holds
            ``var()``; for :data:`GENERATED_TEXTS` the text that is shown. "content-attribute" has the name of an
            attribute that is shown; "reference" stands for text that stands elsewhere: in a custom property, a counter
            style, ``quotes``. What is in a ``font`` that only the browser can take apart is :data:`SHORTHAND` and that.
        stack: Index into the sheet's stacks for ``font-family``, or -1.
        important: Whether it is marked so.
    """

    name: str
    value: str
    stack: int
    important: bool


class StyleRule(NamedTuple):
    """One arm of a selector list, with the settings that matter.

    Attributes:
        selector: The selector, without state and pseudo-elements; "*" when it could not be understood.
        specificity: (ids, classes, types).
        conditional: Whether it applies only sometimes (media, state, a part of the element).
        layer: The cascade layer that it stands in.
        pseudo: The pseudo-element it styles, or "".
        settings: What it sets.
        written: The selector with its state, without its pseudo-element.
        wrappers: The conditions around it, as at-rules, the outermost first; None when they cannot be written again.
        media: Whether it applies in each medium.
    """

    selector: str
    specificity: tuple[int, int, int]
    conditional: bool
    layer: LayerName
    pseudo: str
    settings: tuple[Setting, ...]
    written: str = ""
    wrappers: tuple[str, ...] | None = ()
    media: MediaChance = EVERYWHERE


class FontFaceRule(NamedTuple):
    """An ``@font-face`` rule.

    Attributes:
        family: The family that it declares.
        sources: The URLs of its files.
        ranges: What it is used for; none means all.
        local: The names of installed fonts that it stands for.
        descriptors: Its other descriptors as they are written, the family's among them.
        end: Where it ends, in characters of the stylesheet; -1 where it is not closed.
        conditional: Whether it applies only sometimes.
    """

    family: str
    sources: tuple[str, ...]
    ranges: tuple[tuple[int, int], ...]
    local: tuple[str, ...] = ()
    descriptors: tuple[tuple[str, str], ...] = ()
    end: int = -1
    conditional: bool = False


class StyleImport(NamedTuple):
    """An ``@import``.

    Attributes:
        url: Of the stylesheet.
        conditional: Whether it applies only sometimes.
        layer: The cascade layer that it goes into.
        media: For which media, when that is the only condition; else "".
        after: How many of the sheet's layers are named in front of it.
        chance: Whether it applies in each medium.
    """

    url: str
    conditional: bool
    layer: LayerName
    media: str = ""
    after: int = 0
    chance: MediaChance = EVERYWHERE


@dataclass(frozen=True, slots=True)
class StyleSheet:
    """What a stylesheet says about fonts.

    Attributes:
        rules: In source order.
        stacks: Every font stack in it; settings and edits name them by index.
        custom: Custom property → indexes of the stacks that it is set to, none where it is set to something else.
        everywhere: The custom properties that are always set on the root, so that every element has them.
        faces: The families it declares.
        imports: What it imports.
        texts: The strings of its counter styles, custom properties, keyframes and page margins.
        animated: Indexes of the stacks in its keyframes.
        layers: The cascade layers that it names, in order; each counts where it is first named.
        truncated: Whether it has more rules, or longer selectors, than are read.
        registered: The custom properties of its ``@property`` rules: name, initial value, whether they inherit.
    """

    rules: tuple[StyleRule, ...] = ()
    stacks: tuple[FontStack, ...] = ()
    custom: tuple[tuple[str, tuple[int, ...]], ...] = ()
    everywhere: frozenset[str] = frozenset()
    faces: tuple[FontFaceRule, ...] = ()
    imports: tuple[StyleImport, ...] = ()
    texts: tuple[str, ...] = ()
    animated: tuple[int, ...] = ()
    layers: tuple[LayerName, ...] = ()
    truncated: bool = False
    registered: tuple[tuple[str, str, bool], ...] = ()

    @property
    def shown_texts(self) -> list[str]:
        """Every text that the stylesheet itself brings to pages."""
        settings = [setting for rule in self.rules for setting in rule.settings]
        return [*(one.value for one in settings if one.name in GENERATED_TEXTS), *self.texts]

    def adapt(
        self, *, conditional: bool, layer: LayerName, media: str = "", chance: MediaChance = EVERYWHERE
    ) -> StyleSheet:
        """The same sheet as it applies through a link or an import: only sometimes, or in a cascade layer.

        Args:
            conditional: Whether it applies only sometimes.
            layer: The layer that it is in.
            media: The media query that is the condition; "" when it is something else.
            chance: Whether it applies in each medium.
        """
        if not conditional and not layer and chance == EVERYWHERE:
            return self
        query = plain_condition(tinycss2.parse_component_value_list(media)) if media else None
        around = None if query is None else (f"@media {query}",)

        def wrap(wrappers: tuple[str, ...] | None) -> tuple[str, ...] | None:
            if not conditional:
                return wrappers
            return None if around is None or wrappers is None else (*around, *wrappers)

        rules = tuple(
            rule._replace(
                conditional=rule.conditional or conditional,
                layer=(*layer, *rule.layer),
                wrappers=wrap(rule.wrappers),
                media=rule.media.both(chance),
            )
            for rule in self.rules
        )
        layers = tuple((*layer, *inner) for inner in ((), *self.layers)) if layer else self.layers
        everywhere = frozenset[str]() if conditional else self.everywhere
        return replace(self, rules=rules, layers=layers, everywhere=everywhere)


def parse_styles(text: str, *, inline: bool = False, more: frozenset[str] = frozenset()) -> StyleSheet:
    """Read a stylesheet.

    Args:
        text: The CSS, newlines normalized to LF.
        inline: Whether it is the value of a ``style`` attribute rather than a sheet.
        more: Properties to read besides those that decide the font; their values are as they are written.

    Returns:
        What it says about fonts. Broken CSS gives what a browser would make of it, never an error.

    Example:
        >>> sheet = parse_styles("p, li:hover { font: bold 1em/1.5 Inter, sans-serif }")
        >>> [(rule.selector, rule.conditional) for rule in sheet.rules]
        [('p', False), ('li', True)]
        >>> [family.name for family in sheet.stacks[0].families]
        ['Inter', 'sans-serif']
    """
    if inline and len(text) <= MAX_SHORT:
        return parse_short(text, more)
    return read_styles(text, inline=inline, more=more)


@lru_cache(maxsize=4096)
def parse_short(text: str, more: frozenset[str] = frozenset()) -> StyleSheet:
    """Read the value of a ``style`` attribute: the pages of a site repeat a few of them thousands of times."""
    return read_styles(text, inline=True, more=more)


def read_styles(text: str, *, inline: bool, more: frozenset[str] = frozenset()) -> StyleSheet:
    reader = Reader(text, more)
    try:
        if inline:
            settings = reader.read_block(tinycss2.parse_blocks_contents(text), Context("*"))
            reader.add_rule("*", False, Context("*"), settings)
        else:
            reader.read_rules(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True), Context(""))
    except RecursionError:  # hundreds of brackets, one inside the other: nobody writes such a value to be read
        reader.truncated = True
    return reader.sheet()


class Context(NamedTuple):
    parent: str
    conditional: bool = False
    layer: LayerName = ()
    depth: int = 0
    wrappers: tuple[str, ...] | None = ()
    media: MediaChance = EVERYWHERE


class Reader:
    """Collects from one stylesheet; tinycss2 nodes are untyped, hence ``Any``."""

    def __init__(self, text: str, more: frozenset[str] = frozenset()) -> None:
        self.text = text
        self.more = more
        self.lines = [0]
        position = re.compile(r"[\n\f]")
        self.lines += [match.end() for match in position.finditer(text)]
        self.rules: list[StyleRule] = []
        self.stacks: list[FontStack] = []
        self.custom: dict[str, list[int]] = {}
        self.everywhere: set[str] = set()
        self.faces: list[FontFaceRule] = []
        self.imports: list[StyleImport] = []
        self.texts: list[str] = []
        self.animated: list[int] = []
        self.layers: dict[LayerName, None] = {}
        self.begun = False  # whether a rule came, so that no import counts any more
        self.truncated = False
        self.registered: list[tuple[str, str, bool]] = []
        self.nested = 0  # how many characters the selectors of nested rules have together

    def sheet(self) -> StyleSheet:
        return StyleSheet(
            tuple(self.rules),
            tuple(self.stacks),
            tuple((name, tuple(indexes)) for name, indexes in self.custom.items()),
            frozenset(self.everywhere),
            tuple(self.faces),
            tuple(self.imports),
            tuple(self.texts),
            tuple(self.animated),
            tuple(self.layers),
            self.truncated,
            tuple(self.registered),
        )

    def offset(self, node: Any) -> int:
        return int(self.lines[node.source_line - 1] + node.source_column - 1)

    # -- rules ---------------------------------------------------------------------------------------------------

    def read_rules(self, nodes: Iterable[Any], context: Context) -> None:
        if context.depth > MAX_NESTING:
            return
        for node in nodes:
            if node.type == "qualified-rule":
                self.read_style_rule(node, context)
            elif node.type == "at-rule":
                self.read_at_rule(node, context)

    def read_at_rule(self, node: Any, context: Context) -> list[Setting]:
        name = node.lower_at_keyword
        if name == "import":
            found = read_import(node.prelude, self.offset(node))
            if found is not None and not self.begun:
                self.imports.append(found._replace(after=len(self.layers)))
            return []
        self.begun = self.begun or (node.content is not None and name in VALID_RULES)
        if name == "layer":
            context = context._replace(layer=self.read_layers(node, context.layer))
        if name == "font-face" and node.content is not None:
            self.read_font_face(tinycss2.parse_blocks_contents(node.content), self.offset(node), context.conditional)
        elif name == "counter-style" and node.content is not None:
            for declaration in tinycss2.parse_blocks_contents(node.content):
                if declaration.type == "declaration":
                    named = [token.value for token in declaration.value if token.type in ("string", "ident")]
                    self.texts += named
                    if KHMER_COUNTERS & {name.lower() for name in named}:  # `system: extends khmer`
                        self.texts.append(KHMER_DIGITS)
        elif name in ("property", "page") and node.content is not None:
            self.texts += strings_in(node.content)
            if name == "property":
                self.registered += read_property(node)
        elif name.endswith("keyframes") and node.content is not None:
            self.read_keyframes(tinycss2.parse_rule_list(node.content))
        elif name in GROUPING_RULES and node.content is not None:
            inner = Context(
                context.parent,
                context.conditional or (name != "layer" and not always_true(name, node.prelude)),
                context.layer,
                context.depth + 1,
                wrap(context.wrappers, name, node.prelude),
                context.media.both(chance_of_rule(name, node.prelude)),
            )
            if inner.parent and inner.depth <= MAX_NESTING:
                # Inside a style rule a group may hold declarations of its own (CSS Nesting).
                nodes = tinycss2.parse_blocks_contents(node.content)
                self.add_rule(inner.parent, inner.conditional, inner, self.read_block(nodes, inner))
            else:
                self.read_rules(tinycss2.parse_rule_list(node.content), inner)
        return []

    def read_keyframes(self, nodes: Iterable[Any]) -> None:
        for node in nodes:
            if node.type == "qualified-rule":
                settings = self.read_block(
                    tinycss2.parse_blocks_contents(node.content), Context("*", True, depth=MAX_NESTING)
                )
                self.animated += [one.stack for one in settings if one.stack >= 0]
                self.texts += [one.value for one in settings if one.name in GENERATED_TEXTS and one.value]
                # Which elements run through it is not asked.
                drawn = tuple(one for one in settings if one.name in LOOK_PROPERTIES)
                if drawn:
                    self.rules.append(
                        StyleRule("*", UNKNOWN_SPECIFICITY, True, (), "", drawn, "*", None, media=NOT_ALWAYS)
                    )

    def read_layers(self, node: Any, outer: LayerName) -> LayerName:
        """Note the layers that an ``@layer`` rule names; the last of them."""
        named = [
            (*outer, *(token.value for token in group if token.type == "ident")) for group in split_commas(node.prelude)
        ] or [(*outer, f"{ANONYMOUS}{self.offset(node)}")]
        named = [layer[:MAX_NESTING] for layer in named]
        self.layers.update(dict.fromkeys(named))
        return named[-1]

    def read_style_rule(self, node: Any, context: Context) -> None:
        if len(self.rules) > MAX_ARMS:
            self.truncated = True
            return
        selector = tinycss2.serialize(node.prelude).strip()
        self.begun = self.begun or bool(selector)
        if context.parent:
            length = nested_length(selector, context.parent)
            self.nested += length
            if length > MAX_NESTED_SELECTOR or self.nested > MAX_NESTED_SELECTORS:
                self.truncated = True
                return
            selector = nest(selector, context.parent)
        inner = context._replace(parent=selector, depth=context.depth + 1)
        if inner.depth > MAX_NESTING:
            return
        settings = self.read_block(tinycss2.parse_blocks_contents(node.content), inner)
        self.add_rule(selector, context.conditional, context, settings)

    def add_rule(self, selector: str, conditional: bool, context: Context, settings: list[Setting]) -> None:
        first_letter = FIRST_LETTER in selector.lower()  # matters whatever it sets
        if not settings and not first_letter:
            return
        for arm in split_arms(selector):
            plain, written, pseudo, states = strip_state(arm)
            if not settings and pseudo != FIRST_LETTER:
                continue
            specificity = specificity_of(plain)
            if specificity is None:
                # What it means is not known: it may reach anything, and win.
                plain, specificity, states = "*", UNKNOWN_SPECIFICITY, max(1, states)
            elif states:
                # What a state adds is told by the selector as it is written; one that our parser does not know either
                # is a class like any other (Selectors Level 4, section 17).
                a, b, c = specificity
                specificity = specificity_of(written) or (a, b + states, c)
            sometimes = conditional or states > 0
            media = context.media.both(NOT_ALWAYS) if states else context.media
            found = StyleRule(plain, specificity, sometimes, context.layer, pseudo, tuple(settings), written)
            self.rules.append(found._replace(wrappers=context.wrappers, media=media))

    def read_block(self, nodes: Iterable[Any], context: Context) -> list[Setting]:
        settings: list[Setting] = []
        for node in nodes:
            if node.type == "declaration":
                settings += self.read_declaration(node, context)
            elif node.type == "qualified-rule":
                self.read_style_rule(node, context)
            elif node.type == "at-rule":
                self.read_at_rule(node, context)
        return settings

    # -- declarations --------------------------------------------------------------------------------------------

    def read_declaration(self, node: Any, context: Context) -> Iterator[Setting]:
        name = node.lower_name
        if node.name.startswith("--"):
            self.texts += strings_in(node.value)
            stack = self.read_stack(node.value, node.name)
            if stack is None:
                # A whole shorthand may stand in it, for `font: var(--x)`.
                split = split_font(node.value)
                stack = self.read_stack(split.families, node.name) if split is not None else None
            known = self.custom.setdefault(node.name, [])
            if stack is not None:
                known.append(stack)
            if not context.conditional and means_root(context.parent):
                self.everywhere.add(node.name)
            # What can be no part of a font is left out, as sizes and most colours.
            parts = ("number", "string", "function")
            if stack is not None or self.more or any(token.type in parts for token in node.value):
                value = tinycss2.serialize(node.value).strip()
                yield Setting(node.name, value, -1, node.important)
            return
        if name not in READ_PROPERTIES and name not in self.more:
            return
        written = tinycss2.serialize(node.value).strip()
        value = written if unsettled(node.value) else written.lower()
        if name == "font-family":
            yield from self.family_settings(node.value, node.important, ())
        elif name == "font":
            yield from self.read_font(node, value)
        elif name == "content":
            text = "".join(token.value for token in node.value if token.type == "string")
            yield Setting("content", text, -1, node.important)
            for attribute in shown_attributes(node.value):
                yield Setting("content-attribute", attribute, -1, node.important)
            if counts_in_khmer(node.value):
                yield Setting("list-style-type", KHMER_DIGITS, -1, node.important)
            # The fallback of a variable, what stands between counters.
            self.texts += strings_in(token for token in node.value if token.type == "function")
            if any(token.type == "function" or token.type == "ident" for token in node.value):
                yield Setting("reference", value, -1, node.important)
        elif name in ("list-style-type", "list-style"):
            text = " ".join(token.value for token in node.value if token.type == "string")
            names = {token.lower_value for token in node.value if token.type == "ident"}
            if KHMER_COUNTERS & names:
                text += KHMER_DIGITS
            yield Setting("list-style-type", text, -1, node.important)
            if names - PLAIN_MARKERS or any(map(is_variable, node.value)):
                yield Setting("reference", value, -1, node.important)
        elif name in GENERATED_TEXTS:
            text = " ".join(token.value for token in node.value if token.type == "string")
            yield Setting(name, text, -1, node.important)
            if any(map(is_variable, node.value)):
                yield Setting("reference", value, -1, node.important)
        elif name == "all":
            if value in WIDE_KEYWORDS:
                for longhand in ("font-family", *LOOK_PROPERTIES, *sorted(self.more)):
                    yield Setting(longhand, value, -1, node.important)
        elif name == "font-feature-settings":
            yield Setting(name, written, -1, node.important)
        elif name == "font-variant":
            for longhand in split_variant("normal"):
                found = split_variant(value).get(longhand, value)
                yield Setting(longhand, found, -1, node.important)
        else:
            yield Setting(name, value, -1, node.important)

    def family_settings(
        self, tokens: list[Any], important: bool, needs: tuple[tuple[str, ...], ...]
    ) -> Iterator[Setting]:
        """What a list of families sets: nothing where it is invalid, for then it is as if it did not stand there."""
        keyword = keyword_of(tokens)
        if keyword in WIDE_KEYWORDS:
            yield Setting("font-family", keyword, -1, important)
            return
        stack = self.read_stack(tokens, "", needs)
        if stack is not None:
            yield Setting("font-family", tinycss2.serialize(tokens).strip(), stack, important)
        elif unsettled(tokens):
            # Invalid only when the browser puts in what its variables hold: it wins, and the element inherits.
            yield Setting("font-family", "unset", -1, important)

    def read_font(self, node: Any, value: str) -> Iterator[Setting]:
        keyword = keyword_of(node.value)
        if keyword in WIDE_KEYWORDS or keyword in SYSTEM_FONTS:
            family = keyword if keyword in WIDE_KEYWORDS else "system"
            for name in ("font-family", "font-weight", "font-style", "font-size", RESET):
                yield Setting(name, family, -1, node.important)
            if "line-height" in self.more:
                yield Setting("line-height", "normal" if family == "system" else keyword, -1, node.important)
            return
        split = split_font(node.value)
        if split is None:
            yield from self.read_font_variable(node, value)
            return
        needs = needs_of(node.value[: -len(split.families)])
        found = [
            one
            for one in self.family_settings(split.families, node.important, needs)
            if one.value not in WIDE_KEYWORDS  # such a keyword stands alone, or is none
        ]
        if not found and unsettled(node.value):
            found = [Setting("font-family", "unset", -1, node.important)]
        if found and found[0].value == "unset":
            split = FontShorthand("unset", "unset", "unset", "unset", [])
        if found:
            whole = SHORTHAND + value
            yield Setting("font-weight", split.weight or whole, -1, node.important)
            yield Setting("font-style", split.style or whole, -1, node.important)
            yield Setting("font-size", split.size, -1, node.important)
            yield Setting(RESET, "unset" if split.weight == "unset" else "initial", -1, node.important)
            if split.variant not in ("", "normal", "unset"):
                yield Setting("font-variant-caps", split.variant, -1, node.important)
            if "line-height" in self.more:
                height = "unset" if split.weight == "unset" else find_line_height(node.value)
                yield Setting("line-height", height, -1, node.important)
            yield from found

    def read_font_variable(self, node: Any, value: str) -> Iterator[Setting]:
        """``font: var(--x)`` or ``font: bold var(--x)``: size and families are in the custom property."""
        families = [family for family in self.read_families(node.value) if family is not None]
        variables = [token for token in node.value if is_variable(token)]
        if len(families) == 1 and families[0].kind == "var" and variables:
            name = variable_name(variables[-1])
            self.stacks.append(
                FontStack((families[0]._replace(name=name, needs=needs_of(node.value)),), value, shorthand=True)
            )
            yield Setting("font-weight", SHORTHAND + value, -1, node.important)
            yield Setting("font-style", SHORTHAND + value, -1, node.important)
            yield Setting("font-size", value, -1, node.important)
            if "line-height" in self.more:
                yield Setting("line-height", SHORTHAND + value, -1, node.important)
            yield Setting(RESET, "initial", -1, node.important)
            yield Setting("font-family", SHORTHAND + value, len(self.stacks) - 1, node.important)

    def read_stack(self, tokens: list[Any], custom: str, needs: tuple[tuple[str, ...], ...] = ()) -> int | None:
        families = list(self.read_families(tokens))
        if any(family is None for family in families):
            return None
        known = tuple(family for family in families if family is not None)
        css = tinycss2.serialize(tokens).strip()
        self.stacks.append(FontStack(known, css, custom, needs=needs))
        return len(self.stacks) - 1

    def read_fallback(self, variable: Any, depth: int) -> Iterator[FamilyName | None]:
        """The items behind the first comma of a ``var()``."""
        comma = next((place for place, one in enumerate(variable.arguments) if one == ","), None)
        if comma is not None and depth < MAX_NESTING:
            yield from self.read_families(variable.arguments[comma + 1 :], depth + 1)

    def read_families(self, tokens: list[Any], depth: int = 0) -> Iterator[FamilyName | None]:
        """The items between top-level commas; None for one that is no family."""
        for items in split_list(tokens):
            group = [token for token in items if token.type != "whitespace"]
            if unsettled(group):
                # Beside other words it may become any list.
                start = self.offset(group[0])
                name = variable_name(group[0]) if len(group) == 1 else ""
                end = end_of_function(self.text, start)
                fallback = tuple(filter(None, self.read_fallback(group[0], depth))) if name else ()
                yield FamilyName(name, start, end, "var", needs_of(group) if name else UNKNOWN, fallback)
            elif not is_family(group):
                yield None
            elif group[0].type == "string":
                start = self.offset(group[0])
                yield FamilyName(group[0].value, start, end_of_string(self.text, start), "name")
            else:
                name = " ".join(token.value for token in group)
                end = end_of_ident(self.text, self.offset(group[-1]))
                generic = len(group) == 1 and name.lower() in GENERIC_FAMILIES
                name = name.lower() if generic else name
                yield FamilyName(name, self.offset(group[0]), end, "generic" if generic else "name")

    def read_font_face(self, nodes: Iterable[Any], start: int, conditional: bool) -> None:
        family = ""
        descriptors: list[tuple[str, str]] = []
        sources: list[str] = []
        local: list[str] = []
        ranges: tuple[tuple[int, int], ...] = ()
        for node in nodes:
            if node.type != "declaration":
                continue
            if node.lower_name not in ("src", "unicode-range"):
                descriptors.append((node.lower_name, tinycss2.serialize(node.value).strip()))
            if node.lower_name == "font-family":
                family = " ".join(t.value for t in node.value if t.type in ("string", "ident"))
            elif node.lower_name == "src":
                sources += [url for url in map(url_of, node.value) if url]
                local += [name for name in map(local_name, node.value) if name]
            elif node.lower_name == "unicode-range":
                ranges = tuple((t.start, t.end) for t in node.value if t.type == "unicode-range")
        if family:
            end = end_of_block(self.text, start)
            self.faces.append(
                FontFaceRule(family, tuple(sources), ranges, tuple(local), tuple(descriptors), end, conditional)
            )


# -- selectors -----------------------------------------------------------------------------------------------------


def nest(selector: str, parent: str) -> str:
    inside = f":is({parent})"
    return selector.replace("&", inside) if "&" in selector else f"{inside} {selector}"


def nested_length(selector: str, parent: str) -> int:
    """How long :func:`nest` would make a selector at most."""
    return len(selector) + max(1, selector.count("&")) * (len(parent) + len(":is() "))


def split_arms(selector: str) -> list[str]:
    groups = split_commas(tinycss2.parse_component_value_list(selector, skip_comments=True))
    return [tinycss2.serialize(group).strip() for group in groups]


def strip_state(selector: str, depth: int = 0) -> tuple[str, str, str, int]:
    """Selector → what the tree alone can decide, the same with states, the pseudo-element, and how many states went.

    A selector with less in it reaches more: `:is(a:hover, b)` becomes `:is(a, b)`, and `:not(:hover)` goes as a whole.
    """
    kept: list[str] = []
    written: list[str] = []
    pseudo = ""
    states = 0
    colons = 0
    for token in tinycss2.parse_component_value_list(selector):
        if token == ":":
            colons += 1
            continue
        word = getattr(token, "lower_value", None) or getattr(token, "lower_name", None) or ""
        text = token.serialize()
        if colons:
            element = colons > 1 or word in LEGACY_PSEUDO_ELEMENTS
            colons = 0
            if token.type in ("ident", "function") and element:
                pseudo = word
            elif token.type == "ident" and word in STATE_PSEUDO_CLASSES:
                states += 1
                written.append(":" + text)
            else:
                written.append(":" + text)
                inside, found = strip_function(token, depth) if ":" in text and word in OF_SELECTORS else (text, 0)
                states += found
                if inside:
                    kept.append(":" + inside)
                    continue
            for parts in (kept, written):
                if not parts or parts[-1].isspace() or parts[-1] in (">", "+", "~"):
                    parts.append("*")
            continue
        kept.append(text)
        written.append(text)
    return join_selector(kept), join_selector(written), pseudo, states


def strip_function(token: Any, depth: int) -> tuple[str, int]:
    """The same for a pseudo-class that takes selectors; "" where it is to be left out."""
    text = str(token.serialize())
    if depth > MAX_NESTING:
        return text, 0
    arms = [strip_state(str(tinycss2.serialize(arm)), depth + 1) for arm in split_commas(token.arguments)]
    states = sum(states for _, _, _, states in arms)
    if not states:
        return text, 0
    if token.lower_name == "not":
        return "", states
    return f"{token.lower_name}({', '.join(plain for plain, _, _, _ in arms)})", states


def join_selector(parts: list[str]) -> str:
    # tinycss2 writes an empty comment between tokens that would run together; no selector has such a place.
    return "".join(parts).replace("/**/", "").strip() or "*"


def specificity_of(selector: str) -> tuple[int, int, int] | None:
    from turbohtml import parse

    try:
        found = css_specificity(selector)
        parse("").select(selector)
    except ValueError:
        return None
    return found[0] if found else None


def read_property(node: Any) -> Iterator[tuple[str, str, bool]]:
    """The name of an ``@property`` rule, its initial value, and whether it inherits; nothing where it is invalid.

    Source: CSS Properties and Values API Level 1, section 2.
    """
    names = [token.value for token in node.prelude if token.type == "ident"]
    said = {
        one.lower_name: tinycss2.serialize(one.value).strip()
        for one in tinycss2.parse_blocks_contents(node.content)
        if one.type == "declaration"
    }
    if len(names) == 1 and names[0][:2] == "--" and "syntax" in said and said.get("inherits") in ("true", "false"):
        yield names[0], said.get("initial-value", ""), said["inherits"] == "true"


def read_import(prelude: list[Any], offset: int) -> StyleImport | None:
    """The prelude of an ``@import`` rule: a URL, a layer, a ``supports()`` condition, media.

    Source: CSS Cascade Level 5, section 2.
    """
    tokens = [token for token in prelude if token.type not in ("whitespace", "comment")]
    if not tokens:
        return None
    url = tokens[0].value if tokens[0].type in ("string", "url") else url_of(tokens[0])
    rest = tokens[1:]
    layer: LayerName = ()
    if rest and rest[0].type == "ident" and rest[0].lower_value == "layer":
        layer = (f"{ANONYMOUS}{offset}",)
    elif rest and rest[0].type == "function" and rest[0].lower_name == "layer":
        layer = tuple(token.value for token in rest[0].arguments if token.type == "ident")[:MAX_NESTING]
    rest = rest[bool(layer) :]
    conditional = not always_true("media", rest)
    chance = read_query(rest)
    supports = any(token.type == "function" and token.lower_name == "supports" for token in rest)
    # Without the white space in between a query would run together: take it as it was written.
    start = prelude.index(rest[0]) if rest else 0
    media = tinycss2.serialize(prelude[start:]).strip() if conditional and not supports else ""
    chance = NOT_ALWAYS if supports else chance
    return StyleImport(str(url), conditional, layer, media, chance=chance) if url else None


def wrap(wrappers: tuple[str, ...] | None, rule: str, prelude: list[Any]) -> tuple[str, ...] | None:
    """The conditions around a rule, with one more; None for those that cannot be written again elsewhere."""
    if wrappers is None or rule == "layer" or always_true(rule, prelude):
        return wrappers
    condition = plain_condition(prelude) if rule in ("media", "supports", "container") else None
    return None if condition is None else (*wrappers, f"@{rule} {condition}")


def plain_condition(tokens: list[Any], depth: int = 0) -> str | None:
    """A condition as CSS text; None for one that could end a rule, is broken, or has too many brackets in it."""
    if depth > MAX_NESTING:
        return None
    for token in tokens:
        inner = getattr(token, "content", None) or getattr(token, "arguments", None) or []
        if token.type in ("{} block", "[] block", "error", "at-keyword") or token == ";":
            return None
        if inner and plain_condition(inner, depth + 1) is None:
            return None
    return str(tinycss2.serialize(tokens)).strip()


def chance_of_rule(rule: str, prelude: list[Any]) -> MediaChance:
    """Whether what stands in an at-rule applies in each medium."""
    if rule == "layer":
        return EVERYWHERE
    return read_query(prelude) if rule == "media" else NOT_ALWAYS


def always_true(rule: str, prelude: list[Any]) -> bool:
    if rule != "media":
        return False
    return tinycss2.serialize(prelude).strip().lower() in ("", "all", "screen", "only screen", "only all")


# -- values --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def means_root(selector: str) -> bool:
    """Whether a selector reaches the root, or every element."""
    if ROOT_WORD.search(selector) is None:  # most do not: no need to take them apart
        return False
    return not ROOT_SELECTORS.isdisjoint(arm.lower() for arm in split_arms(selector))


def variable_name(token: Any) -> str:
    """The custom property that ``var()`` names; "" for another function."""
    names = [inner.value for inner in token.arguments if inner.type == "ident"] if is_variable(token) else []
    return str(names[0]) if names else ""


def strings_in(tokens: Iterable[Any]) -> list[str]:
    """The strings of a value, those in its functions and blocks too; ASCII holds no Khmer."""
    found = []
    for token in tokens:
        if token.type == "string":
            found.append(str(token.value))
        else:
            found += strings_in(getattr(token, "content", None) or getattr(token, "arguments", None) or ())
    return [text for text in found if not text.isascii()]


def shown_attributes(tokens: list[Any]) -> list[str]:
    """The attributes that a ``content`` value shows by ``attr()``."""
    return [
        inner.lower_value
        for token in tokens
        if token.type == "function" and token.lower_name == "attr"
        for inner in token.arguments[:1]
        if inner.type == "ident"
    ]


def counts_in_khmer(tokens: list[Any]) -> bool:
    """Whether a ``content`` value shows a counter in Khmer digits."""
    return any(
        token.type == "function"
        and token.lower_name in ("counter", "counters")
        and KHMER_COUNTERS & {inner.lower_value for inner in token.arguments if inner.type == "ident"}
        for token in tokens
    )


def url_of(token: Any) -> str:
    if token.type == "url":
        return str(token.value)
    if token.type == "function" and token.lower_name in ("url", "src"):
        return next((str(inner.value) for inner in token.arguments if inner.type == "string"), "")
    return ""


def local_name(token: Any) -> str:
    """The installed font that ``local()`` names; "" for another function."""
    if token.type != "function" or token.lower_name != "local":
        return ""
    return " ".join(str(inner.value) for inner in token.arguments if inner.type in ("string", "ident"))


STRING = re.compile(r"""(["'])(?:\\[\s\S]|(?!\1)[^\\])*\1?""")
IDENT = re.compile(r"(?:\\[0-9a-fA-F]{1,6}[ \t\n\f]?|\\[\s\S]|[-\w]|[^\x00-\x7f])+")


LEXEME = re.compile(
    r"""/\*[\s\S]*?(?:\*/|\Z)|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?"""
    r"""|url\(\s*(?!["'\s])(?:\\[\s\S]|[^)\\])*\)?|\\[\s\S]|[{}]""",
    re.I,
)


BRACKET = re.compile(r"""/\*[\s\S]*?(?:\*/|\Z)|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?|\\[\s\S]|[()]""")


def end_of_block(text: str, start: int) -> int:
    """Where the first block behind a place ends; -1 where it is not closed.

    Example:
        >>> end_of_block("a{b:'}';c:url(})/*}*/}d", 0)
        22
    """
    depth = 0
    for match in LEXEME.finditer(text, start):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
            if depth <= 0:
                return match.end() if depth == 0 else -1
    return -1


def end_of_function(text: str, start: int) -> int:
    """Where the first function behind a place ends; where the text does, where it is not closed.

    Example:
        >>> end_of_function("var(--a, var(--b, ')')) x", 0)
        23
    """
    depth = 0
    for match in BRACKET.finditer(text, start):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth == 0 and match[0] == ")":
            return match.end()
    return len(text)


def end_of_string(text: str, start: int) -> int:
    match = STRING.match(text, start)
    return match.end() if match else start


def end_of_ident(text: str, start: int) -> int:
    match = IDENT.match(text, start)
    return match.end() if match else start
