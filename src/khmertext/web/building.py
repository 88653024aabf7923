"""Facts of all pages → the plan of the site: which assets there are, and what goes into each file. Pure.

The Khmer family's ``unicode-range`` holds Khmer, the joiners among it and the dotted circle, never the space: so the
site's own font stays the first one for everything else, and its lines keep their height.

Source: CSS Fonts Level 4, sections 4.5 (``unicode-range``) and 5.2; HTML Standard 4.6.7 (``preload``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from khmertext.web.detector import make_noscript, make_script_tag
from khmertext.web.engines import FALLS_BACK_AFTER_SHAPING
from khmertext.web.escaping import escape_html, quote_path
from khmertext.web.facts import LAYER, MARK, PageFacts, SiteContext
from khmertext.web.guard import make_guard_tag
from khmertext.web.manifest import hash_bytes
from khmertext.web.sources import Insertion, SourceText
from khmertext.web.stacks import place_family, quote_families, quote_family
from khmertext.web.stylesheets import StyleSheet

__all__ = [
    "FontAsset",
    "SitePlan",
    "edit_sheet",
    "format_css",
    "format_face",
    "format_ranges",
    "name_asset",
    "page_insertions",
    "probe_family",
]

HASH_LENGTH = 12


class FontAsset(NamedTuple):
    """A font that the site serves.

    Attributes:
        role: "text" (what the pages hold), "full" (all of Khmer), or "flagged": what the pages hold, where all other
            Khmer comes out as .notdef. A site has fonts for text or fonts that flag, or full ones alone.
        name: The file's name in our folder.
        weights: The CSS weights it covers, lowest and highest.
        italic: Whether it is slanted.
        ranges: The code points it is used for, as pairs of first and last.
    """

    role: str
    name: str
    weights: tuple[int, int]
    italic: bool
    ranges: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class SitePlan:
    """What the build writes.

    Attributes:
        folder: Our folder, from the root of the site.
        family: The family's name.
        assets: Name in our folder → bytes.
        style: Name of the stylesheet.
        preloads: Names of the fonts that pages load at once.
        script: Attributes of the visitor check: names of its files; empty when it is left out.
        alt: What the pre-shaped sentence says.
        languages: The languages of the notice besides English and Khmer.
        noscript: Whether pages get the visitor check without JavaScript too.
        guard: Name of the script of the guard; empty when there is none.
        own: Stylesheet → where rules for the site's own fonts go, in characters, and the rules.
        written: What :meth:`links` found already.
    """

    folder: str
    family: str
    assets: Mapping[str, bytes] = field(default_factory=dict)
    style: str = ""
    preloads: tuple[str, ...] = ()
    script: Mapping[str, str] = field(default_factory=dict)
    alt: str = ""
    languages: tuple[str, ...] = ()
    noscript: bool = False
    guard: str = ""
    own: Mapping[str, tuple[tuple[int, str], ...]] = field(default_factory=dict)
    written: dict[tuple[str, bool, bool, bool], str] = field(default_factory=dict, repr=False, compare=False)

    def links(self, prefix: str, encoding: str = "utf-8", *, preload: bool = True, guard: bool = False) -> str:
        """The elements that go into the head of pages; those of one folder have the same.

        Args:
            prefix: What leads from the page to the root of the site.
            encoding: The codec of the page.
            preload: Whether the page surely shows Khmer in our family.
            guard: Whether scripts may bring it more.
        """
        key = prefix, encoding.startswith("utf-16"), preload, guard
        if key not in self.written:
            self.written[key] = page_links(self, prefix, encoding, preload=preload, guard=guard)
        return self.written[key]


def name_asset(stem: str, data: bytes, suffix: str) -> str:
    """A file name that changes when the content does.

    Example:
        >>> name_asset("Site Khmer", b"", ".css")
        'site-khmer.e3b0c44298fc.css'
    """
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in stem.lower())
    plain = "-".join(part for part in plain.split("-") if part) or "khmer"
    return f"{plain[:60]}.{hash_bytes(data)[:HASH_LENGTH]}{suffix}"


def format_ranges(ranges: Iterable[tuple[int, int]]) -> str:
    """``unicode-range`` notation of pairs of code points.

    Example:
        >>> format_ranges([(0x1780, 0x1782), (0x25CC, 0x25CC)])
        'U+1780-1782,U+25CC'
    """
    return ",".join(f"U+{first:X}" if first == last else f"U+{first:X}-{last:X}" for first, last in ranges)


def format_css(
    family: str,
    fonts: Sequence[FontAsset],
    rules: Iterable[str],
    check: bytes,
    fallbacks: Sequence[str] = (),
    fallback_faces: Sequence[str] = (),
    layer: str | None = LAYER,
) -> bytes:
    """Our stylesheet: the two families, the rules of marked elements, the notice of the visitor check.

    Args:
        family: The family's name; the one with all of Khmer is called the same with " Full".
        fonts: The fonts, in the same folder as the stylesheet.
        rules: One rule a line for elements that pages mark.
        check: The rules of the visitor check, if there is one.
        fallbacks: The families behind it (:func:`khmertext.web.stacks.fallback_families`).
        fallback_faces: Their ``@font-face`` rules.
        layer: The weakest cascade layer of pages, which gives their root the family; None where there is no such one.
    """
    # Without it, pages in UTF-16 have their stylesheets read as UTF-16 too (CSS Syntax Level 3, section 3.2).
    late = next(iter(fallbacks[2:]), "")
    lines = ['@charset "utf-8";', *format_faces(family, fonts, late), *fallback_faces]
    # The weakest rule there can be, below all of the author's, layered ones too: this layer is the first on the page.
    # Ours alone: where the site names no font, the browser's own comes next, as before.
    if layer is not None:
        lines.append(f"@layer {layer}{{html{{font-family:{quote_families(family, fallbacks)}}}}}")
    lines += sorted(set(rules))
    text = "\n".join(lines) + "\n"
    return text.encode() + check


def format_faces(family: str, fonts: Sequence[FontAsset], late: str = "") -> list[str]:
    """The ``@font-face`` rules.

    Where fonts are not to take the place of fallbacks, those of our family are optional: browsers leave them out when
    they are not there in time. A last family has them again, for visitors without fallbacks.

    Where there are fonts that flag, both families have two faces of the same characters, of which the later one is
    asked first: the whole font for every browser, and the one that flags where the browser then takes what is flagged
    from the former. The visitor check loads all faces of the family that it measures, so it has one of its own with
    one face.
    """
    text, full, flagged = ([font for font in fonts if font.role == role] for role in ("text", "full", "flagged"))
    whole, probe = f"{family} Full", probe_family(family, fonts)
    main = {family: "optional", late: "swap"} if late else {family: "swap"}
    lines = [format_face(name, font, display=display) for name, display in main.items() for font in text or full]
    lines += [format_face(whole, font) for font in full]
    if flagged and not text:
        names = {**main, whole: "swap", probe: "swap"}
        faces = "".join(format_face(name, font, display=shown) for name, shown in names.items() for font in flagged)
        others = "".join(format_face(probe, font) for font in full)
        lines.append(f"@supports {FALLS_BACK_AFTER_SHAPING}{{{faces}}}")
        lines.append(f"@supports not ({FALLS_BACK_AFTER_SHAPING}){{{others}}}")
    return lines


def format_face(family: str, font: FontAsset, *, flavor: str = "woff2", display: str = "swap") -> str:
    """One ``@font-face`` rule.

    Args:
        family: The family's name.
        font: The font, in the same folder as the stylesheet.
        flavor: ``woff2``, ``woff`` or ``ttf``.
        display: Its ``font-display``.

    Source: CSS Fonts 4, sections 4.3 (``format()``; ``opentype`` is any sfnt) and 11 (``font-display``).

    Example:
        >>> rule = format_face("A", FontAsset("text", "a.woff2", (400, 700), False, ((0x1780, 0x17FF),)))
        >>> rule.split(";")[2:4]
        ['font-weight:400 700', 'font-style:normal']
    """
    low, high = font.weights
    return (
        f"@font-face{{font-family:{quote_family(family)};"
        f'src:url("{quote_path(font.name).removeprefix("./")}") format("{"opentype" if flavor == "ttf" else flavor}");'
        f"font-weight:{low if low == high else f'{low} {high}'};"
        f"font-style:{'italic' if font.italic else 'normal'};font-display:{display};"
        f"unicode-range:{format_ranges(font.ranges)}}}"
    )


def probe_family(family: str, fonts: Sequence[FontAsset], late: str = "") -> str:
    """The family that the visitor check measures.

    Args:
        family: The family's name.
        fonts: The fonts of the site.
        late: The family that has them whenever they come, where the first has them in time or not at all.
    """
    return f"{family} Check" if any(font.role == "flagged" for font in fonts) else late or family


def asset_url(plan: SitePlan, prefix: str, name: str) -> str:
    return prefix + quote_path(f"{plan.folder}/{name}").removeprefix("./")


def style_link(plan: SitePlan, prefix: str) -> str:
    return f'<link {MARK}="" rel="stylesheet" href="{escape_html(asset_url(plan, prefix, plan.style))}"/>'


def page_links(
    plan: SitePlan,
    prefix: str,
    encoding: str = "utf-8",
    *,
    style: bool = True,
    preload: bool = True,
    guard: bool = False,
) -> str:
    """The elements that go into a page's head: preloads, the stylesheet, the visitor check, the guard.

    Scripts are read in the encoding of their page (HTML Standard 4.12.1.1); ours are ASCII, which any has but UTF-16.
    """

    def url(name: str) -> str:
        return asset_url(plan, prefix, name)

    links = [
        f'<link {MARK}="" rel="preload" href="{escape_html(url(name))}" as="font" type="font/woff2"'
        ' crossorigin="anonymous"/>'
        for name in (plan.preloads if preload else ())
    ]
    if style:
        links.append(style_link(plan, prefix))
    charset = "utf-8" if encoding.startswith("utf-16") else ""
    if plan.script:
        settings = {name: url(value) for name, value in plan.script.items()}
        links.append(make_script_tag(alt=plan.alt, languages=plan.languages, charset=charset, **settings))
    if guard and plan.guard:
        links.append(make_guard_tag(src=url(plan.guard), family=plan.family, charset=charset))
    return "".join(links)


def page_notice(plan: SitePlan, prefix: str) -> str:
    """What goes into a page's body: the visitor check for browsers without JavaScript."""
    links = {name: asset_url(plan, prefix, plan.script[name]) for name in ("font", "install") if name in plan.script}
    return make_noscript(alt=plan.alt, languages=plan.languages, **links)


def page_insertions(facts: PageFacts, plan: SitePlan) -> list[Insertion]:
    """Everything that goes into a page, the links among it; nothing for a page that needs nothing."""
    if not facts.needs_font:
        return []
    # A page may have the links for what its scripts might bring alone, or show all its Khmer in families of its own.
    if facts.early < 0:
        head = plan.links(facts.prefix, facts.encoding, preload=facts.ours, guard=facts.brought)
        links = [Insertion(facts.head, head)]
    else:
        links = [
            Insertion(facts.early, style_link(plan, facts.early_prefix)),
            Insertion(
                facts.head,
                page_links(plan, facts.prefix, facts.encoding, style=False, preload=facts.ours, guard=facts.brought),
            ),
        ]
    if plan.noscript and facts.body >= 0:
        links.append(Insertion(facts.body, page_notice(plan, facts.prefix)))
    return [*links, *facts.insertions]


def edit_sheet(source: SourceText, sheet: StyleSheet, stacks: Iterable[int], context: SiteContext) -> list[Insertion]:
    """What goes into a stylesheet: our family, in each of the font stacks that Khmer uses."""
    insertions = []
    for index in sorted(set(stacks)):
        place = place_family(sheet.stacks[index], context.family, context)
        if place is not None:
            insertions.append(Insertion(source.byte_offset(place[0]), place[1]))
    return insertions
