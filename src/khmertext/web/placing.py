"""Our family on a page: in the stacks that its Khmer uses, and by a mark on elements whose font the browser decides.

Sources: HTML Standard, section 15.3 (what browsers style by themselves); CSS Cascade Level 5, section 6.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from turbohtml import Element, parse

from khmertext.web.candidates import Candidate
from khmertext.web.cascade import (
    Alternative,
    Cascade,
    ElementFont,
    FontOrigin,
    SizeAlternative,
    StackUse,
    stack_attribute,
)
from khmertext.web.documents import PageDocument, has, text_attribute
from khmertext.web.engines import IN_FIREFOX
from khmertext.web.facts import LAYER, MARK
from khmertext.web.mediaqueries import Medium
from khmertext.web.scripts import KHMER_LETTER
from khmertext.web.sources import Insertion
from khmertext.web.stacks import alternative_css, names_khmer, place_family, stack_css
from khmertext.web.stylesheets import StyleRule, parse_styles

__all__ = ["FamilyPlacer"]

TYPED_INPUTS = frozenset({"text", "search", "email", "url", "tel", ""})
UNSEEN_ELEMENTS = frozenset({"script", "style", "title", "template"})
# Browsers show a lone `monospace` at 13/16 of a size that hangs on their own one; a longer stack loses that, so it is
# given back. Sizes by keyword have tables of their own (px at the browsers' usual 16 and 13).
MONOSPACE_SCALE = 13 / 16
KEYWORD_SIZES = {
    "xx-small": (9, 9),
    "x-small": (10, 10),
    "small": (13, 12),
    "medium": (16, 13),
    "large": (18, 16),
    "x-large": (24, 20),
    "xx-large": (32, 26),
    "xxx-large": (48, 39),
}
# What a script may make and browsers set in a font of their own choice; into the last of them visitors type.
SCRIPT_MONOSPACE = ("pre", "code", "kbd", "samp", "tt")
SCRIPT_FIELDS = ("input", "textarea")
SCRIPT_ELEMENTS = (*SCRIPT_MONOSPACE, "button", "select", *SCRIPT_FIELDS)
SCRIPT_WARNING = (
    "a script brings Khmer, and {} that it makes may show it in the visitor's font: give them a `font-family` that is "
    "not `monospace` alone"
)
NO_BODY = ", or write the <body> tag"
PROBE = "probe"
# What pages with the same stylesheets share.
EVERY_STACK, UNSCALED, TARGETS, SCRIPT_RULES, TOGGLED = "every stack", "unscaled", "targets", "script rules", "toggled"
UNMARKED = f":not([{MARK}])"
ONCE = ":not(x)"  # weighs as much as a tag, and holds for every element there is
TWICE = 2 * ONCE
TAG_NAME = re.compile(r"[^\s/>]*")
CHARACTER_REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[A-Za-z][A-Za-z0-9]*;?)")
# The last compound of a selector, where it begins with an element.
SUBJECT = re.compile(r"(?:^|[\s>+~])([A-Za-z][\w-]*)(?:[.#\[:][^\s>+~]*)?$")
MAX_TOGGLING = 100
MARKED = "\0"  # stands for the mark until it is known; no CSS has this character


class Scaling(NamedTuple):
    """How browsers scale what stands in lone ``monospace``, or in another font inside of it.

    Attributes:
        kind: What the size of the nest's parent hangs on.
        back: Whether it is the font inside.
    """

    kind: str
    back: bool = False


class FamilyPlacer:
    """Puts our family where a page's Khmer needs it; collects what goes in, changes nothing itself.

    Args:
        page: The page.

    Attributes:
        insertions: What goes into the page.
        stacks: The font stacks of stylesheet files that our family goes into: path and index.
        rules: CSS rules for the elements that the insertions mark.
        has_fields: Whether the page has places for text that nobody knows yet.
        typed: How many of these have the family with all of Khmer.
        bare: How many keep the browser's own font.
        fixed: The stylesheet files that our family would go into, if their bytes were not fixed; "" for the page's own.
        ours: Whether some Khmer is shown in our family, and not all in families of the site's own.
    """

    def __init__(self, page: PageDocument) -> None:
        self.page = page
        self.context = page.context
        self.document = page.document
        self.cascade = page.cascade
        self.sheets = page.sheets
        self.source = page.source
        self.insertions: dict[tuple[int, str], Insertion] = {}
        self.stacks: set[tuple[str, int]] = set()
        self.rules: set[str] = set()
        self.has_fields = False
        self.typed = self.bare = 0
        self.fixed: set[str] = set()
        self.ours = False
        self.marked: set[int] = set()
        self.used: set[Element] = set()
        self.settled: set[int] = set()
        self.edited: set[StackUse] = set()
        self.styled: dict[str, list[Element]] = {}

    def use_font(self, element: Element) -> None:
        """Khmer stands in this element: put our family where its font comes from."""
        if element in self.used or element.tag in UNSEEN_ELEMENTS:
            return
        self.used.add(element)
        font = self.cascade.resolve(element)
        self.ours = self.ours or not self.has_own_family(font)
        # Thousands of elements share a few fonts, which the cascade keeps as long as the page: told apart by identity.
        if id(font) in self.settled:
            return
        for use in font.uses:
            self.edit_stack(use)
        if font.origin is FontOrigin.DECLARED and not self.is_locked(font):
            self.settled.add(id(font))
            return
        # Where the browser decides, or a lone keyword that must stay alone, the element gets a stack of its own.
        source = self.cascade.source_of(element)
        if source is not None:
            # An element that the page only implies has no tag to write on.
            self.mark_element(source if source.source_location is not None else element)

    def expect_text(self) -> None:
        """A script brings Khmer, nobody knows where: taken to be shown in the font of the body."""
        body = self.document.find("body")
        self.ours = self.ours or body is None or not self.has_own_family(self.cascade.resolve(body))

    def has_own_family(self, font: ElementFont) -> bool:
        """Whether a font comes from a family with Khmer that the page's own stylesheets declare: ours is behind it."""
        if not self.own_families:
            return False
        names = list_families(font.media[Medium.SCREEN].chosen.families)
        return not self.own_families.isdisjoint(names)

    @cached_property
    def own_families(self) -> frozenset[str]:
        """The families with Khmer that the stylesheets of the page declare, in lower case."""
        if not self.context.khmer_families:
            return frozenset()
        faces = [face for sheet in self.sheets for face in sheet.sheet.faces if not face.conditional]
        return self.context.khmer_families & {" ".join(face.family.lower().split()) for face in faces}

    def is_locked(self, font: ElementFont) -> bool:
        """Whether an element's stack stands where nothing may be put in."""
        targets = [target for use in font.uses[:1] for target in self.targets(use)]
        return any(
            self.sheets[use.sheet].locked if use.sheet >= 0 else use.sheet == -1 and self.page.policy.fixes_attributes
            for use in targets
        )

    def edit_stack(self, use: StackUse) -> None:
        if use in self.edited:
            return
        self.edited.add(use)
        for target in self.targets(use):
            self.put_family(target)

    def targets(self, use: StackUse) -> list[StackUse]:
        """The stacks that our family goes into for one that Khmer uses: itself, or those of its custom properties."""
        if use.sheet < 0:
            return self.find_targets(use)
        known: dict[object, list[StackUse]] = self.cascade.styles.known
        key = (TARGETS, use, self.cascade.setting)
        if key not in known:
            known[key] = self.find_targets(use)
        return known[key]

    def find_targets(self, use: StackUse) -> list[StackUse]:
        stack = self.cascade.stack_of(use)
        if stack.custom or self.cascade.is_lone_monospace(use):
            return []
        return self.follow(use, {use})

    def follow(self, use: StackUse, seen: set[StackUse]) -> list[StackUse]:
        """A stack; or, where it gets a Khmer family from custom properties, those that these are set to.

        Args:
            use: The stack.
            seen: Those that were met on the way.
        """
        values = self.cascade.values_of(use)
        # Behind a family that a custom property names, hence into the property.
        if not self.cascade.stack_of(use).shorthand and not any(map(self.leads_to_khmer, values)):
            return [use]
        found = []
        for value in values:
            if value not in seen:
                seen.add(value)
                found += self.follow(value, seen)
        return found

    def leads_to_khmer(self, use: StackUse) -> bool:
        """Whether a stack names a family that shows Khmer, or a custom property that does."""
        stacks = map(self.cascade.stack_of, self.cascade.with_custom(use))
        return any(names_khmer(item, self.context) for stack in stacks for item in stack.families)

    def put_family(self, use: StackUse) -> None:
        stack = self.cascade.stack_of(use)
        place = place_family(stack, self.context.family, self.context)
        if place is None:
            return
        offset, text = place
        if use.sheet >= 0:
            sheet = self.sheets[use.sheet]
            if sheet.locked:
                self.fixed.add(sheet.path)
                return
            if sheet.path:
                self.stacks.add((sheet.path, use.stack))
            else:
                self.insert(sheet.start + offset, text)
            return
        if use.sheet == -1 and self.page.policy.fixes_attributes:
            return
        if use.sheet == -1:
            if not self.styled:
                for element in self.document.select("[style]"):
                    self.styled.setdefault(text_attribute(element, "style"), []).append(element)
            for element in self.styled.get(use.owner, ()):
                self.insert_in_attribute(element, "style", offset, text)
            return
        # An attribute that is a family stack: its value was read as a declaration.
        value = use.owner.removeprefix("font-family:")
        for element in self.document.select("font[face],[font-family]"):
            name = "face" if element.tag == "font" else "font-family"
            if element.attr(name) == value:
                self.insert_in_attribute(element, name, offset - len("font-family:"), text)

    def insert_in_attribute(self, element: Element, name: str, offset: int, text: str) -> None:
        location = element.source_location
        if location is None or name not in location.attrs:
            return
        span = location.attrs[name]
        raw = self.source.text[span.start_offset : span.end_offset]
        _, equals, value = raw.partition("=")
        if not equals:
            return
        lead = len(value) - len(value.lstrip())
        start = span.start_offset + len(raw) - len(value) + lead
        quote = value[lead : lead + 1]
        escaped = html.escape(text)
        if quote in ('"', "'"):
            start += 1
        else:
            escaped = escaped.replace(" ", "&#32;")
        inside = raw_offset(self.source.text[start : span.end_offset], offset)
        self.insert(start + inside, escaped)

    def edit_every_stack(self) -> None:
        """A script puts Khmer into this page, and nobody knows where: every stack may get it."""
        # Pages that load the same files have the same stacks, where they say nothing themselves.
        styles = self.cascade.styles
        shared = not self.cascade.inline and all(sheet.path and not sheet.locked for sheet in self.sheets)
        if shared and EVERY_STACK in styles.known:
            self.stacks |= styles.known[EVERY_STACK]
            return
        before, self.stacks, self.edited = self.stacks, set(), set()
        for number, sheet in enumerate(self.sheets):
            for index in range(len(sheet.sheet.stacks)):
                self.edit_stack(StackUse(number, index))
        if shared:
            styles.known[EVERY_STACK] = frozenset(self.stacks)
        self.stacks |= before

    def cover_script_elements(self) -> None:
        """A script puts Khmer into this page: elements that it makes may have a font that the browser decides.

        They get rules that weigh nothing in a layer below all others, for elements anywhere below the page's root. What
        is there already and set in monospace is marked one by one, since its size hangs on where it stands.
        """
        for element in self.document.select(",".join(SCRIPT_MONOSPACE)):
            font = self.cascade.resolve(element)
            if font.origin is FontOrigin.MONOSPACE and font.own:
                self.mark_element(element)
        body = self.document.find("body")
        if body is None:
            return
        block, left = self.script_rules(self.cascade.resolve(body).size_kind)
        anchors = (body, self.document.find("html"))
        done = not block or any(one is not None and self.write_mark(one, block) for one in anchors)
        if left or not done:
            which = ", ".join(left if done else SCRIPT_ELEMENTS)
            self.page.warn("script-elements", body, SCRIPT_WARNING.format(which) + ("" if done else NO_BODY))

    def script_rules(self, kind: str) -> tuple[str, tuple[str, ...]]:
        """The rules for elements that scripts make, with a stand-in for the mark, and the tags that they leave out.

        Args:
            kind: What the size of the body hangs on.
        """
        known: dict[object, tuple[str, tuple[str, ...]]] = self.cascade.styles.known
        key = (SCRIPT_RULES, kind)
        if key not in known:
            known[key] = self.find_script_rules(kind)
        return known[key]

    def find_script_rules(self, kind: str) -> tuple[str, tuple[str, ...]]:
        weak: list[str] = []
        strong: list[str] = []
        scaled: list[str] = []
        heavy: dict[str, str] = {}
        left: list[str] = []
        for tag, (font, plain) in self.probe_fonts().items():
            typed = tag in SCRIPT_FIELDS
            name = f"{self.context.family} Full" if typed else self.context.family
            size = monospace_size(font, kind) if font.origin is FontOrigin.MONOSPACE and not typed else ""
            declared = ";".join(filter(None, (f"font-family:{stack_css(font, name, self.context)}", size)))
            if font.origin not in (FontOrigin.MONOSPACE, FontOrigin.CONTROL):
                continue  # the author's own stack has our family by now
            if font.bare and not (size and font.size):
                weak.append(f":where({MARKED} {tag}{UNMARKED}){{{declared}}}")
            elif plain:
                strong.append(f":where({MARKED}) {tag}{ONCE}:where({UNMARKED}){{{declared}}}")
                if size:
                    heavy[tag] = font.size or "inherit"
            else:
                left.append(tag)
            scaled += [tag] if size else []
        if scaled:
            inner = f":is({','.join(scaled)})"
            # Nothing is scaled where the author gives another family, and nothing twice.
            for one in self.unscaled(list(scaled)):
                weak.append(f":where({MARKED} {inner}{UNMARKED}{one}){{font-size:inherit}}")
                strong += [
                    f":where({MARKED}) {tag}{TWICE}:where({UNMARKED}{one}){{font-size:{size}}}"
                    for tag, size in heavy.items()
                ]
            weak.append(f":where({MARKED} {inner} {inner}{UNMARKED}){{font-size:inherit}}")
            strong += [
                f":where({MARKED} {inner}) {tag}{TWICE}:where({UNMARKED}){{font-size:{size}}}"
                for tag, size in heavy.items()
            ]
        rules = [*weak, *strong]
        return f"@layer {LAYER}.script{{{''.join(weak)}}}{''.join(strong)}" if rules else "", tuple(left)

    def probe_fonts(self) -> dict[str, tuple[ElementFont, bool]]:
        """The fonts of elements that scripts may make, right inside a body.

        With each, whether what the author says of it weighs no more than its tag alone.
        """
        known = self.cascade.styles.fonts
        if (PROBE, SCRIPT_ELEMENTS[0]) not in known:
            page = parse("<body>" + "".join(f"<{tag}></{tag}>" for tag in SCRIPT_ELEMENTS))
            cascade = Cascade(page, self.cascade.styles)
            for element in page.select(",".join(SCRIPT_ELEMENTS)):
                font = known[PROBE, element.tag] = cascade.resolve(element)
                said = cascade.candidates(sorted(cascade.matched.get(element, ())), "", "")
                heavy = [
                    one
                    for one in said
                    if one.setting.name in ("font-family", "font-size") and one.rule is not None
                    if one.setting.important or one.rule.specificity > (0, 0, 1)
                ]
                if not heavy:
                    known[PROBE, element.tag, "plain"] = font
        return {tag: (known[PROBE, tag], (PROBE, tag, "plain") in known) for tag in SCRIPT_ELEMENTS}

    def unscaled(self, tags: Sequence[str]) -> list[str]:
        """Where elements of these tags have a family of the author's, so that browsers scale nothing."""
        known: dict[object, list[str]] = self.cascade.styles.known
        key = (UNSCALED, *tags)
        if key not in known:
            known[key] = self.find_unscaled(tags)
        return known[key]

    def find_unscaled(self, tags: Sequence[str]) -> list[str]:
        found = {
            f":is({rule.written})"
            for number, rule in self.cascade.styles.rules
            for one in rule.settings
            if one.name == "font-family" and one.stack >= 0 and not rule.pseudo
            if not self.cascade.is_lone_monospace(StackUse(number, one.stack))
            if subject_of(rule) in ("", *tags)
        }
        return sorted(found)[:MAX_TOGGLING]

    def mark_element(self, element: Element, *, full: bool = False) -> None:
        """Give one element a stack of its own, by an attribute and a rule."""
        font = self.cascade.resolve(element)
        # A text area's own size is absolute; one that an author gives it hangs on the page again.
        if font.origin is FontOrigin.MONOSPACE and (element.tag != "textarea" or font.size):
            self.mark_monospace(element, full=full)
        else:
            self.mark(element, font, full=full)

    def mark_monospace(self, element: Element, *, full: bool) -> None:
        """Mark the whole nest of lone monospace that an element is in: all of it keeps its size, or none does."""
        top = element
        while isinstance(top.parent, Element) and self.is_monospace(top.parent):
            top = top.parent
        above = top.parent
        kind = self.cascade.resolve(above).size_kind if isinstance(above, Element) else "relative"
        own, back = Scaling(kind), Scaling(kind, back=True)
        if full:
            self.mark(element, self.cascade.resolve(element), own if element is top else None, full=True)
        self.mark(top, self.cascade.resolve(top), own)
        for inner in top.select("*"):
            found = self.cascade.resolve(inner)
            if not found.own or not isinstance(inner.parent, Element) or found.origin is FontOrigin.CONTROL:
                continue
            was, now = self.is_monospace(inner.parent), self.is_monospace(inner)
            if was and now:
                self.mark(inner, found)
            elif was or now:  # browsers scale back what stands in another font in there, and scale again inside that
                self.mark(inner, found, back if was else own)

    def is_monospace(self, element: Element) -> bool:
        return self.cascade.resolve(element).origin is FontOrigin.MONOSPACE

    def mark(self, element: Element, font: ElementFont, scaling: Scaling | None = None, *, full: bool = False) -> None:
        toggled = tuple(self.toggled(element, font))
        block = self.format_rules(font, scaling, toggled, full=full)
        if element.tag == "textarea" and font.origin is FontOrigin.MONOSPACE and not font.size and not scaling:
            block = keep_textarea((*font.alternatives, *toggled)) + block
        self.write_mark(element, block)

    def write_mark(self, element: Element, block: str) -> bool:
        """Mark an element for rules that have a stand-in for the mark; whether it has a tag to write on."""
        location = element.source_location
        if location is None or location.start_tag.start_offset in self.marked:
            return False
        if self.source.text[location.start_tag.start_offset : location.start_tag.start_offset + 1] != "<":
            return False
        self.marked.add(location.start_tag.start_offset)
        known: dict[object, tuple[str, str]] = self.cascade.styles.known
        if block not in known:
            key = hashlib.sha256(block.encode()).hexdigest()[:8]
            known[block] = key, block.replace(MARKED, f'[{MARK}="{key}"]')
        key, rule = known[block]
        self.rules.add(rule)
        # The name as it is written: parsers rename some (`image` is `img`).
        name = TAG_NAME.match(self.source.text, location.start_tag.start_offset + 1)
        self.insert(name.end() if name else location.start_tag.start_offset, f' {MARK}="{key}"')
        return True

    def format_rules(
        self, font: ElementFont, scaling: Scaling | None, toggled: Sequence[Alternative], *, full: bool
    ) -> str:
        """The rules of a marked element, with a stand-in for the mark.

        Where the author says nothing they are weaker than all that he may say elsewhere, for another state or medium.
        Else they must win over what he says; so what he says for another medium, state or part is said again too.
        """
        family = self.context.family
        whole = f"{family} Full" if full else family
        weak: list[str] = []
        strong: list[str] = []
        stacks = [("", stack_css(font, whole, self.context))]
        if full:
            stacks.append(("::placeholder", stack_css(font, family, self.context)))
        for part, stack in stacks:
            if font.bare and font.origin in (FontOrigin.MONOSPACE, FontOrigin.CONTROL):
                weak.append(f":where({MARKED}){part}{{font-family:{stack}}}")
            else:
                strong.append(f"{MARKED}{part}{{font-family:{stack}!important}}")
        kind, back = scaling or Scaling("absolute")
        size = monospace_size(font, kind, back=back) if scaling else ""
        if size and not font.size:
            weak.append(f":where({MARKED}){{{size}}}")
        elif size:
            strong.append(f"{MARKED}{{{size}!important}}")
        for one in sorted((*font.alternatives, *toggled), key=lambda one: bool(one.pseudo)):
            scaled = scale_alternative(one, font)
            parts = [("is", f"::{one.pseudo}" if one.pseudo else "", family if one.pseudo else whole)]
            if full and not one.pseudo:
                parts.append(("where", "::placeholder", family))  # weaker than what the author says of placeholders
            for function, part, name in parts:
                declared = f"font-family:{alternative_css(one, name, self.context)}!important{scaled and ';' + scaled}"
                strong.append(wrap(one.wrappers, f"{place(one, function)}{part}{{{declared}}}"))
            if size and not one.monospace and not one.pseudo:
                # In this font browsers scale nothing.
                add_size(weak, strong, one, font.size)
        for sometimes in font.sizes if size else ():
            if sometimes.inherited:
                then = monospace_size(font, sometimes.kind, back=back)
                add_size(weak, strong, sometimes, font.size, then)
                continue
            own = replace(font, size=sometimes.value, size_kind=sometimes.kind)
            then = monospace_size(own, kind, back=back)
            # A size that hangs on nothing is the author's own, and wins as it is over a weak one.
            if then or font.size:
                add_size(weak, strong, sometimes, sometimes.value, then)
        layered = f"@layer {LAYER}{{{''.join(weak)}}}" if weak else ""
        return layered + "".join(strong)

    def toggled(self, element: Element, font: ElementFont) -> Iterator[Alternative]:
        """The families of rules that match nothing yet, but would reach an element once a script sets a class."""
        if not self.toggling:
            return
        source = element if font.own else self.cascade.source_of(element)
        key = self.winning_key(source) if source is not None else None
        between = tags_between(element, source)
        for candidate, rule in self.toggling:
            if key is not None and candidate.key <= key:
                continue
            use = StackUse(candidate.sheet, candidate.setting.stack)
            css, lone = self.cascade.css_of(use), self.cascade.is_lone_monospace(use)
            found = Alternative(css, rule.written, "", rule.wrappers or (), False, lone)
            tag = subject_of(rule)
            if source is element:
                if tag in ("", element.tag):
                    yield found
            elif source is not None and source.tag in ("html", "body") and tag in between:
                # Above its source a family does not reach the element.
                scope = f"{rule.written}):is({source.tag},{source.tag} *"
                yield found._replace(selector=scope, inherited=True)

    def winning_key(self, element: Element) -> Any:
        """What the family set on an element wins by; None where the browser decides."""
        matched = sorted(self.cascade.matched.get(element, ()))
        found = self.cascade.candidates(matched, text_attribute(element, "style"), stack_attribute(element))
        for one in found:
            if (
                one.setting.name == "font-family"
                and not one.conditional
                and (one.setting.stack >= 0 or one.setting.value)
            ):
                return one.key
        return None

    @cached_property
    def toggling(self) -> list[tuple[Candidate, StyleRule]]:
        """The families of rules that match nothing on a page with scripts, the weakest first."""
        if self.document.select_one("script") is None:
            return []
        found = [one for order in self.cascade.missed for one in self.families_of(order)]
        return sorted(found, key=lambda one: one[0].key)[-MAX_TOGGLING:]

    def families_of(self, order: int) -> list[tuple[Candidate, StyleRule]]:
        """The families that a rule sets on whole elements."""
        known: dict[object, list[tuple[Candidate, StyleRule]]] = self.cascade.styles.known
        key = (TOGGLED, order)
        if key not in known:
            known[key] = [
                (one, one.rule)
                for one in self.cascade.candidates((order,), "", "")
                if one.setting.name == "font-family" and one.setting.stack >= 0 and one.rule is not None
                if not one.rule.pseudo and one.rule.wrappers is not None
            ]
        return known[key]

    def mark_dynamic(self) -> None:
        """Fields that visitors type into, and places that scripts fill, use the family with all of Khmer."""
        first: Element | None = None
        for element in self.document.select("input,textarea,[contenteditable],[data-khmer-dynamic]"):
            if element.tag == "input" and text_attribute(element, "type").lower() not in TYPED_INPUTS:
                continue
            if text_attribute(element, "contenteditable").lower() == "false" and not has(element, "data-khmer-dynamic"):
                continue
            self.has_fields = True
            font = self.cascade.resolve(element)
            if font.origin in (FontOrigin.CONTROL, FontOrigin.MONOSPACE) and not self.holds_khmer(element):
                self.bare += 1
                first = first or element
                continue
            self.typed += 1
            self.mark_element(element, full=True)
        for element in self.document.select("[data-khmer-dynamic] *,[contenteditable] *"):
            font = self.cascade.resolve(element)
            if font.own and font.origin is FontOrigin.DECLARED:
                self.mark_element(element, full=True)  # what comes in here does not inherit from the place
        if first is not None:
            self.page.warn(
                "unstyled-fields",
                first,
                f"{self.bare} text field(s) keep the browser's own font; Khmer typed there "
                "shows in the visitor's font; `font: inherit` on them lets ours in",
            )

    def holds_khmer(self, element: Element) -> bool:
        texts = (element.text, *(text_attribute(element, name) for name in ("placeholder", "value")))
        return has(element, "data-khmer-dynamic") or any(KHMER_LETTER.search(text) for text in texts)

    def insert(self, offset: int, text: str) -> None:
        at = self.source.byte_offset(offset)
        self.insertions[at, text] = Insertion(at, text)


@lru_cache(maxsize=1024)
def list_families(css: str) -> tuple[str, ...]:
    """The families that a stack names, in lower case; of one that browsers cannot read, none."""
    stacks = parse_styles(f"x{{font-family:{css}}}").stacks if css else ()
    return tuple(" ".join(item.name.lower().split()) for stack in stacks for item in stack.families)


def subject_of(rule: StyleRule) -> str:
    """The tag that a rule is for; "" for any."""
    found = SUBJECT.search(rule.selector)
    return found[1].lower() if found else ""


def tags_between(element: Element, source: Element | None) -> set[str]:
    """The tags of the elements above one, up to another; "" among them."""
    found = {""}
    node: Any = element
    while node is not source and isinstance(node, Element):
        node = node.parent
        if isinstance(node, Element):
            found.add(node.tag)
    return found


def monospace_size(font: ElementFont, inherited: str, *, back: bool = False) -> str:
    """A declaration that gives an element the size that browsers gave it for its lone ``monospace``; "" for none.

    Args:
        font: The font of the element.
        inherited: What the size of its parent hangs on.
        back: Whether it stands in such an element and has another font, so that browsers scale the other way.

    Source: measured in Chromium: only sizes that hang on the browser's own size are scaled; a sum with a length counts
    as absolute, so that nothing inside is scaled again.
    """
    size = font.size
    if size in KEYWORD_SIZES:
        return "" if back else f"font-size:{KEYWORD_SIZES[size][1]}px"
    if font.size_kind == "absolute" or inherited == "absolute":
        return ""
    normal, small = KEYWORD_SIZES.get(inherited, (16, 13))
    scale = f"{normal / small if back else small / normal:.6g}"
    if not size:
        return f"font-size:calc({scale}em + 0px)"
    amount = {"smaller": "1em/1.2", "larger": "1em*1.2"}.get(size, size)
    return f"font-size:calc({amount}*{scale})"


def scale_alternative(one: Alternative, font: ElementFont) -> str:
    """The size of an element while a family holds; "" for the one it has anyway."""
    if not one.monospace:
        return ""
    if one.inherited:  # scaled already where the family is set; only it must not be scaled back
        return "" if font.size else "font-size:calc(1em + 0px)"
    return monospace_size(replace(font, size=""), font.size_kind)


def keep_textarea(alternatives: Sequence[Alternative]) -> str:
    """The rules that keep the size of a text area in Firefox, which sets it in the medium one.

    In lone ``monospace`` that is as large as ``small`` is in other fonts; where the author gives it another font, it is
    the medium one there, too.

    Source: measured in Firefox ESR 153; other engines give a text area a size in pixels.
    """
    rules = [f":where({MARKED}){{font-size:small}}"]
    for one in alternatives:
        if not one.monospace and not one.pseudo:
            rules.append(wrap(one.wrappers, f"{place(one, 'where', f':where({MARKED})')}{{font-size:medium}}"))
    return f"@layer {LAYER}{{@supports {IN_FIREFOX}{{{''.join(rules)}}}}}"


def add_size(
    weak: list[str], strong: list[str], one: Alternative | SizeAlternative, value: str, scaled: str = ""
) -> None:
    """Add what a size is when something holds: weak where the author gives none, else stronger than what he gives."""
    declared = scaled or f"font-size:{value or 'inherit'}"
    if value:
        strong.append(wrap(one.wrappers, f"{place(one, 'is')}{{{declared}!important}}"))
    else:
        weak.append(wrap(one.wrappers, f"{place(one, 'where', f':where({MARKED})')}{{{declared}}}"))


def place(one: Alternative | SizeAlternative, function: str, mark: str = MARKED) -> str:
    """A selector for a marked element where a selector of the author's holds for it, or for one above it."""
    condition = f":{function}({one.selector})"
    return f"{condition} {mark}" if one.inherited else f"{mark}{condition}"


def wrap(wrappers: Sequence[str], rule: str) -> str:
    """A rule inside at-rules, the outermost first."""
    for wrapper in reversed(wrappers):
        rule = f"{wrapper}{{{rule}}}"
    return rule


def raw_offset(raw: str, offset: int) -> int:
    """Offset in an attribute's value → offset in its source, where characters may be written as references."""
    position = 0
    decoded = 0
    while decoded < offset and position < len(raw):
        match = CHARACTER_REFERENCE.match(raw, position)
        if match:
            decoded += len(html.unescape(match[0]))
            position = match.end()
        else:
            decoded += 1
            position += 1
    return position
