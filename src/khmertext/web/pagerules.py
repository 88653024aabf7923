"""The rules for pages: what each code says, why it matters, what to write instead. Facts; nothing here looks at a page.

A code never changes its meaning. What is wrong with the text itself has the codes of :mod:`khmertext.text.catalog`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from khmertext.text.catalog import CatalogEntry, FixSafety, Severity

__all__ = ["FONT_HOSTS", "FONT_PACKAGES", "PAGE_CATALOG", "PAGE_FAMILIES", "WRONG_TAGS", "PageRule"]

PAGE_FAMILIES: Final[Mapping[int, str]] = MappingProxyType(
    {
        1: "language of pages",
        2: "looks of pages",
        3: "resources of pages",
        4: "encodings of pages",
        9: "the site's font",
    }
)
"""The hundreds of a code to the name of its family."""


class PageRule(CatalogEntry):
    """One kind of finding in pages; its code is "KS" and three digits, and its examples are HTML or CSS."""

    __slots__ = ()

    @property
    def family(self) -> str:
        """The name of its family."""
        return PAGE_FAMILIES[int(self.code[2])]


WRONG_TAGS: Final = frozenset(
    "kh khm khmer cambodian cambodia cam km_kh kh_kh kh-kh khm-kh kh-km km-km km_km khmr kmr-kh".split()
)
"""What pages write for Khmer that is no tag of it; in lower case."""

FONT_HOSTS: Final = (
    "fonts.googleapis.com",
    "fonts.gstatic.com",
    "fonts.bunny.net",
    "use.typekit.net",
    "p.typekit.net",
    "fast.fonts.net",
    "cloud.typography.com",
    "fonts.cdnfonts.com",
)
"""Hosts that serve web fonts for others, or the stylesheets that name them."""

FONT_PACKAGES: Final = ("/@fontsource/", "/@fontsource-variable/", "/fontsource/")
"""Parts of addresses at hosts of packages that say that the package is a font."""

E, W = Severity.ERROR, Severity.WARNING
NONE = FixSafety.NONE
AGAIN = "Run `khmertext site build` again."

RULES: Final = (
    PageRule(
        "KS101",
        "no-language",
        W,
        NONE,
        "Khmer text whose language no `lang` tells",
        "Text in Khmer letters where neither its element nor one around it has a `lang`.",
        "Browsers choose fonts and break lines by the language, screen readers their voice, search engines whom they "
        "show the page. Without it they guess.",
        "<html><body><p>ខ្មែរ</p>",
        '<html lang="km"><body><p>ខ្មែរ</p>',
        "HTML Standard, the lang attribute; WCAG 2.2, success criterion 3.1.1.",
    ),
    PageRule(
        "KS102",
        "other-language",
        W,
        NONE,
        "Khmer text where `lang` names another language",
        "A text of at least ten Khmer letters, more than it has of other scripts, whose nearest `lang` is a language "
        "that is not written in Khmer script.",
        "Screen readers spell it out or are silent, browsers look for a font of the other language and may break lines "
        "inside words.",
        '<html lang="en"><p>ប្រាសាទអង្គរវត្ត</p>',
        '<html lang="en"><p lang="km">ប្រាសាទអង្គរវត្ត</p>',
        "HTML Standard, the lang attribute; WCAG 2.2, success criterion 3.1.2.",
    ),
    PageRule(
        "KS103",
        "wrong-tag",
        E,
        NONE,
        "a `lang` that is meant for Khmer and is no tag of it",
        "A `lang` such as `kh`, `khm`, `km_KH` or `khmer` around Khmer text.",
        "The tag of Khmer is `km`; `kh` is the code of the country, in addresses, and no language at all. Nothing that "
        "asks for the language finds it: no `:lang(km)` of a stylesheet, no voice, no hyphenation.",
        '<html lang="kh">',
        '<html lang="km">',
        "BCP 47 (RFC 5646), section 2.2.1: the shortest code of ISO 639, and hyphens; the IANA registry of subtags.",
    ),
    PageRule(
        "KS104",
        "two-languages",
        W,
        NONE,
        "`lang` and `xml:lang` of an element with Khmer name different languages",
        "An element with both attributes where one names Khmer, or was meant to, and the other another language.",
        "A page that is read as HTML takes `lang`, one that is read as XML `xml:lang`: which language it is in depends "
        "on how it is served.",
        '<html lang="km" xml:lang="en">',
        '<html lang="km" xml:lang="km">',
        "HTML Standard, the lang and xml:lang attributes: both must have the same value.",
    ),
    PageRule(
        "KS201",
        "letter-spacing",
        W,
        NONE,
        "Khmer text with letter-spacing",
        "A `letter-spacing` other than none that reaches Khmer text, always or in some state or medium.",
        "A Khmer syllable is one drawing of many characters. WebKit puts the space between its parts, so that vowels "
        "and subscripts come loose; and where words have no spaces between them, they become hard to see as one.",
        "h1 { letter-spacing: 0.1em }",
        "h1 { letter-spacing: 0.1em }\nh1:lang(km) { letter-spacing: normal }",
        "CSS Text Module Level 4, letter-spacing (the unit is the typographic character unit, which not every engine "
        "follows).",
    ),
    PageRule(
        "KS202",
        "features-off",
        E,
        NONE,
        "`font-feature-settings` turns off what draws Khmer",
        "A feature that fonts need for every Khmer syllable (such as `blwf`, `pref`, `abvf`, `pstf`) is set to 0 where "
        "Khmer stands.",
        "Subscripts and vowels stand beside their letters, or not at all, in every browser.",
        'p { font-feature-settings: "blwf" 0 }',
        "p { font-feature-settings: normal }",
        "OpenType specification, Developing OpenType Fonts for Khmer Script.",
    ),
    PageRule(
        "KS203",
        "range-without-khmer",
        W,
        NONE,
        "Khmer in a family whose `unicode-range` leaves Khmer out",
        "The font stack of Khmer text begins with a family of the site's own `@font-face` rules that are all for other "
        "characters, and no family in it is known to show Khmer. In a site that has been built our family is in it.",
        "The family is not used for Khmer: readers see it in whatever font their system has.",
        "@font-face { font-family: Text; src: url(text.woff2); unicode-range: U+0-24F }\np { font-family: Text }",
        "Run `khmertext site build`, or name a Khmer font in the stack.",
        "CSS Fonts Module Level 4, unicode-range.",
    ),
    PageRule(
        "KS204",
        "break-all",
        W,
        NONE,
        "Khmer text with `word-break: break-all`",
        "A `word-break: break-all` that reaches Khmer text, always or in some state or medium.",
        "Chromium then ends lines between a letter and its vowel, which stands on the next line with a dotted circle. "
        "`overflow-wrap: anywhere` and `line-break: anywhere` keep syllables whole.",
        "td { word-break: break-all }",
        "td { overflow-wrap: anywhere }",
        "CSS Text Module Level 3, word-break; pictures of Chromium, Firefox and WebKitGTK.",
    ),
    PageRule(
        "KS205",
        "first-letter",
        W,
        NONE,
        "`::first-letter` on a Khmer letter with a subscript",
        "A block with a style for its first letter whose text begins with a Khmer letter and a subscript below it; "
        "what the style sets does not matter.",
        "WebKit takes the letter and the conjoiner alone: the subscript stands beside them, and the conjoiner becomes "
        "visible. Chromium and Firefox take the whole syllable.",
        "<style>p::first-letter { font-size: 200% }</style>\n<p>ស្ត្រី</p>",
        '<style>p:not(:lang(km))::first-letter { font-size: 200% }</style>\n<p lang="km">ស្ត្រី</p>',
        "CSS Pseudo-Elements Level 4, section 2.2; pictures of Chromium, Firefox and WebKitGTK.",
    ),
    PageRule(
        "KS206",
        "tight-lines",
        W,
        NONE,
        "a line height at which Khmer of one line runs into the next",
        "A line height that leaves less from one line to the next than the deepest and the highest syllable that "
        "the site shows with it need together, in the site's font. Looked for with `--lines` only; the place is "
        "the first such element. `khmertext site clipping` draws both.",
        "Subscripts and vowels of one line stand on the vowels and signs of the next, and neither can be read.",
        "p { line-height: 1.2 }",
        "p { line-height: 1.2 }\np:lang(km) { line-height: 1.8 }",
        "CSS 2.2, section 10.8; the ink of the syllables as HarfBuzz draws them.",
    ),
    PageRule(
        "KS207",
        "cut-off",
        W,
        NONE,
        "a box that cuts off what Khmer has above or below its line",
        "A box with `overflow: hidden` or `clip` whose line height, padding and height leave less room than the "
        "deepest or the highest syllable that the site shows in it needs, in the site's font. Looked for with "
        "`--lines` only; the place is the first such element. `khmertext site clipping` draws both.",
        "Subscripts and vowels lose their ends, so that one is taken for another.",
        ".title { line-height: 1.2; overflow: hidden }",
        ".title { line-height: 1.2; overflow: hidden }\n.title:lang(km) { line-height: 1.9 }",
        "CSS 2.2, sections 10.8 and 11.1; the ink of the syllables as HarfBuzz draws them.",
    ),
    PageRule(
        "KS301",
        "third-party-font",
        W,
        NONE,
        "a font, or a stylesheet of fonts, from another host",
        "A link, an `@import` or an `@font-face` that loads from a host that serves fonts for others; and any "
        "`@font-face` with a file from another host. Stylesheet files are looked at always, pages where they show "
        "Khmer.",
        "Each visit is told to somebody else; the page waits for a second connection, and has no font where that host "
        "cannot be reached. Fonts of such hosts are cut by code point, and what is lost of Khmer by that nobody has "
        "proven.",
        '<link rel="stylesheet" href="https://fonts.example/css?family=Battambang">',
        "Copy the font into the site, under its license.",
        "The fetching rules of CSS Fonts Module Level 4; HTML Standard, link types preconnect and stylesheet.",
    ),
    PageRule(
        "KS401",
        "legacy-font",
        E,
        NONE,
        "text in a font from before Unicode",
        "Text of Latin letters and signs whose font stack begins with a family of the Limon series or others like it, "
        "which draw Khmer in their place.",
        "To every program, and to everyone without that font, it is Latin gibberish: no search finds it, no screen "
        "reader reads it.",
        '<font face="Limon S1">RbeTs</font>',
        "Convert the text to Unicode, and take the font out.",
        "The families that were in use in Cambodia before Unicode.",
    ),
    PageRule(
        "KS901",
        "not-drawn",
        E,
        NONE,
        "the site's font cannot draw a text",
        "Khmer came into the site after it was built, and its font draws it otherwise than the uncut font.",
        "Vowels and subscripts are lost or misplaced.",
        "",
        AGAIN,
        "",
    ),
    PageRule(
        "KS902",
        "not-linked",
        E,
        NONE,
        "Khmer where the site's font is not in use",
        "A page with Khmer that does not load the site's font, or whose styles do not name it: a generator wrote it "
        "anew.",
        "Readers see it in whatever font their system has.",
        "",
        AGAIN,
        "",
    ),
    PageRule(
        "KS903",
        "damaged-build",
        E,
        NONE,
        "a file of ours is missing or not as it was built",
        "A font, a stylesheet or a script of the build is gone or changed, or a build was interrupted.",
        "Pages link to what is not there.",
        "",
        AGAIN,
        "",
    ),
    PageRule(
        "KS904",
        "no-font",
        W,
        NONE,
        "a site with Khmer that has not been built",
        "There is no manifest of `khmertext site build`.",
        "Readers see its Khmer in whatever font their system has.",
        "",
        "Run `khmertext site build`.",
        "",
    ),
    PageRule(
        "KS905",
        "not-shown",
        E,
        NONE,
        "a browser does not take the site's font for Khmer",
        "Only with `--browser`: the page's own visitor check does not say that all is well in a browser that has no "
        "Khmer font, or a text is drawn with a font of the machine.",
        "Readers without a Khmer font see boxes, others their system's font.",
        "",
        "Look at the page's console in the browser: most often the font is not found, or a content security policy "
        "forbids it. Then build the site again.",
        "",
    ),
    PageRule(
        "KS906",
        "other-pixels",
        E,
        NONE,
        "a browser draws a page otherwise than with the uncut font",
        "Only with `--browser`: pictures of the page differ from those with the whole font in the place of each cut "
        "one. `--pictures FOLDER` keeps them.",
        "Something in the text is lost or misplaced.",
        "",
        AGAIN,
        "",
    ),
    PageRule(
        "KS907",
        "not-comparable",
        W,
        NONE,
        "a page that cannot be looked at in a browser",
        "Only with `--browser`: the page does not load, or looks different each time it is opened, though animations "
        "are stopped and the clock stands still.",
        "Nothing is known of its pixels.",
        "",
        "Look at it by eye, and leave it out with `--exclude` or `--ignore KS907`.",
        "",
    ),
)

PAGE_CATALOG: Final[Mapping[str, PageRule]] = MappingProxyType({rule.code: rule for rule in RULES})
"""Code → rule, in the order in which they are listed.

Example:
    >>> PAGE_CATALOG["KS103"].name, PAGE_CATALOG["KS103"].family
    ('wrong-tag', 'language of pages')
"""
