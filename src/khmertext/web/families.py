"""Facts about font families: those known to show Khmer, and the words that CSS and browsers treat specially.

Sources: CSS Fonts Level 4, sections 3.1 (generic families, system fonts) and CSS Cascade Level 5, section 7.3
(CSS-wide keywords); the HTML Standard's rendering section, 15.3 and 15.5 (what browsers style by themselves); the Khmer
families that operating systems ship (Windows, macOS, Debian) or that web-font services publish under these names.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = [
    "BOLD_ELEMENTS",
    "CONTROL_ELEMENTS",
    "GENERIC_FAMILIES",
    "INLINE_DISPLAYS",
    "INLINE_ELEMENTS",
    "ITALIC_ELEMENTS",
    "KHMER_FAMILIES",
    "KHMER_FAMILY_PREFIXES",
    "KHMER_FEATURES",
    "MONOSPACE_ELEMENTS",
    "SYSTEM_FONTS",
    "WIDE_KEYWORDS",
    "is_known_khmer_face",
    "is_known_khmer_family",
]

GENERIC_FAMILIES = frozenset(
    "serif sans-serif cursive fantasy monospace system-ui math emoji fangsong ui-serif ui-sans-serif ui-monospace"
    " ui-rounded -apple-system blinkmacsystemfont".split()
)
WIDE_KEYWORDS = frozenset("inherit initial unset revert revert-layer".split())
SYSTEM_FONTS = frozenset("caption icon menu message-box small-caption status-bar".split())

# Names compared in lower case. A stack that names one of these already says how Khmer is to look.
KHMER_FAMILIES = frozenset(
    name.lower()
    for name in (
        "Angkor",
        "Battambang",
        "Bayon",
        "Bokor",
        "Busra",
        "Chenla",
        "Content",
        "Dangrek",
        "DaunPenh",
        "Fasthand",
        "Freehand",
        "Hanuman",
        "Kantumruy",
        "Kantumruy Pro",
        "Konkhmer Sleokchher",
        "Koulen",
        "Leelawadee UI",
        "Metal",
        "MoolBoran",
        "Moul",
        "Moulpali",
        "Nokora",
        "Odor Mean Chey",
        "Preahvihear",
        "Siemreap",
        "Suwannaphum",
        "Taprom",
    )
)
KHMER_FAMILY_PREFIXES = ("khmer ", "khmeros", "noto sans khmer", "noto serif khmer", "mondulkiri")
SQUEEZED_PREFIXES = tuple(prefix.replace(" ", "") for prefix in KHMER_FAMILY_PREFIXES if prefix != "khmer ")

# What the name of one font has behind that of its family: "Battambang Bold", "NotoSansKhmer-SemiBoldItalic".
STYLE_WORDS = re.compile(
    r"(?:[\s-]*(?:regular|normal|book|roman|thin|light|medium|bold|black|heavy|(?:extra|ultra|semi|demi)-?(?:bold|light)"
    r"|italic|oblique))*"
)

# The features without which a font draws no Khmer syllable right (OpenType spec, "Developing OpenType Fonts for Khmer
# Script"): browsers turn them on, and pages that turn them off lose subscripts and vowels.
KHMER_FEATURES = frozenset("ccmp pref blwf abvf pstf cfar pres blws abvs psts dist blwm abvm mark mkmk".split())

# What browsers set in monospace, in bold, and in the font of the platform's controls.
MONOSPACE_ELEMENTS = frozenset("pre code kbd samp tt listing plaintext xmp textarea".split())
BOLD_ELEMENTS = frozenset("h1 h2 h3 h4 h5 h6 b strong th optgroup".split())
ITALIC_ELEMENTS = frozenset("address cite dfn em i var".split())
CONTROL_ELEMENTS = frozenset("input button select textarea".split())

# Elements that browsers lay out inside a line of text. Unknown elements are inline too; everything else is a block or
# an atom (image, control), where text before and after is not shaped together.
INLINE_ELEMENTS = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr noscript output q rb ruby s"
    " samp slot small span strike strong sub sup time tt u var wbr tspan textpath".split()
)
INLINE_DISPLAYS = frozenset({"inline", "contents", "ruby", "ruby-base"})  # text before and after is shaped together


@lru_cache(maxsize=4096)
def is_known_khmer_family(name: str) -> bool:
    """Whether a family of this name is known to show Khmer.

    Args:
        name: The family name, unescaped, in any case.

    Example:
        >>> is_known_khmer_family("Khmer OS Battambang"), is_known_khmer_family("Arial")
        (True, False)
    """
    folded = " ".join(name.lower().split())
    return folded in KHMER_FAMILIES or folded.startswith(KHMER_FAMILY_PREFIXES)


def is_known_khmer_face(name: str) -> bool:
    """Whether a font of this full or PostScript name, as ``local()`` has it, is known to show Khmer.

    Args:
        name: The name, in any case.

    Example:
        >>> is_known_khmer_face("NotoSansKhmer-Bold"), is_known_khmer_face("Metal Rebel")
        (True, False)
    """
    folded = " ".join(name.lower().split())
    if is_known_khmer_family(folded) or folded.startswith(SQUEEZED_PREFIXES):
        return True
    return any(
        folded.startswith(family) and STYLE_WORDS.fullmatch(folded, len(family))
        for known in KHMER_FAMILIES
        for family in (known, known.replace(" ", ""))
    )
