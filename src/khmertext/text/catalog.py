"""The codes of diagnostics: what each says, why it matters, and how safe its fix is.

A code never changes its meaning. The hundreds are families; within one, codes are in no order. Nothing here looks at
text: :mod:`khmertext.text.diagnosis` does, and the pages in docs/rules are made from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final, NamedTuple

__all__ = ["CATALOG", "FAMILIES", "CatalogEntry", "FixSafety", "Severity", "find_entry"]


class Severity(Enum):
    """How much a diagnostic weighs.

    ERROR: the text is not in the encoding that UTN #61 prescribes. WARNING: it is, or may be, but readers or programs
    will stumble. NOTE: something to know; it never makes a check fail.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class FixSafety(Enum):
    """What a fix may change.

    SAFE: the picture stays the same in every font tried. DEPENDS: in some syllables it does, in others not; each
    diagnostic tells. UNSAFE: what the reader sees can change. NONE: only the author can mend it.
    """

    SAFE = "safe"
    DEPENDS = "depends"
    UNSAFE = "unsafe"
    NONE = "none"


FAMILIES: Final[Mapping[int, str]] = MappingProxyType(
    {
        1: "order",
        2: "vowels",
        3: "shifters",
        4: "coengs",
        5: "deprecated and discouraged characters",
        6: "invisible characters",
        7: "structure",
        8: "legacy fonts",
        9: "confusables",
    }
)
"""The hundreds of a code to the name of its family."""


class CatalogEntry(NamedTuple):
    """One kind of diagnostic.

    Attributes:
        code: "KT" and three digits.
        name: A short name in kebab case.
        severity: How much it weighs.
        fix: What its fix may change.
        message: What diagnostics say, in one line.
        what: What is looked for.
        why: Why it matters to readers, search and programs.
        example: Text that has it; with "" where a picture says nothing.
        instead: What to write; "" where only the author knows.
        source: Where the rule comes from.
    """

    code: str
    name: str
    severity: Severity
    fix: FixSafety
    message: str
    what: str
    why: str
    example: str
    instead: str
    source: str

    @property
    def family(self) -> str:
        """The name of its family."""
        return FAMILIES[int(self.code[2])]


ORDER_WHY = (
    "Khmer marks can be typed in many orders, and fonts often draw several of them alike. Search, sorting and spell "
    "checking compare characters: two orders are two words to them. Where shapers do not know the order, readers see a "
    "dotted circle."
)
ORDER_SOURCE = "UTN #61, the structure of the Modern Khmer syllable, which is the normal order too."
NOT_USED = "UTN #61, sequences not to be used."
E, W, N = Severity.ERROR, Severity.WARNING, Severity.NOTE
SAFE, DEPENDS, UNSAFE, NONE = FixSafety.SAFE, FixSafety.DEPENDS, FixSafety.UNSAFE, FixSafety.NONE

ENTRIES: Final = (
    CatalogEntry(
        "KT101",
        "mark-order",
        E,
        DEPENDS,
        "marks stand in another order than shifter, vowel, signs, final",
        "A register shifter, a vowel or a sign that stands behind something that should follow it.",
        ORDER_WHY,
        "\u1780\u17c6\u17bb",
        "\u1780\u17bb\u17c6",
        ORDER_SOURCE,
    ),
    CatalogEntry(
        "KT102",
        "vowel-before-coeng",
        E,
        DEPENDS,
        "a vowel or sign stands before a coeng",
        "A coeng typed after the vowel or the signs of its syllable, instead of right after the base.",
        ORDER_WHY + " A vowel such as 17C2 is drawn in front wherever it is typed, so nobody sees the difference.",
        "\u1781\u17c2\u17d2\u1798\u179a",
        "\u1781\u17d2\u1798\u17c2\u179a",
        ORDER_SOURCE,
    ),
    CatalogEntry(
        "KT103",
        "shifter-before-coeng",
        E,
        DEPENDS,
        "a register shifter stands before a coeng",
        "A muusikatoan or triisap typed before a coeng. It belongs after all coengs: no orthography tells the two "
        "places apart.",
        ORDER_WHY,
        "\u1794\u17c9\u17d2\u179a",
        "\u1794\u17d2\u179a\u17c9",
        ORDER_SOURCE,
    ),
    CatalogEntry(
        "KT104",
        "robat-not-on-base",
        E,
        UNSAFE,
        "robat does not follow its base",
        "A robat typed after a coeng, a vowel or a sign. It belongs right after the base.",
        ORDER_WHY,
        "\u1793\u17d2\u1798\u17cc",
        "\u1793\u17cc\u17d2\u1798",
        ORDER_SOURCE,
    ),
    CatalogEntry(
        "KT105",
        "torn-coeng",
        E,
        UNSAFE,
        "something stands between the conjoiner and the letter that it puts below",
        "An atthacan or a joiner between 17D2 and its letter. Unicode's canonical reordering puts atthacan there "
        "(combining classes 9 and 230): text that went through NFC or NFD can hold it though nobody typed it so.",
        "The letter is no longer drawn below: the coeng is torn apart.",
        "\u1780\u17d2\u17dd\u1798",
        "\u1780\u17d2\u1798\u17dd",
        "Unicode, 3.11 (canonical ordering); UTN #61, the structure of the syllable.",
    ),
    CatalogEntry(
        "KT106",
        "vowel-order",
        E,
        UNSAFE,
        "several vowels stand in another order than front, below, above, behind",
        "Two or more vowels on one base, in an order that shapers do not take.",
        ORDER_WHY,
        "\u1780\u17b6\u17bb",
        "\u1780\u17bb\u17b6",
        "UTN #61, the structure of the Middle Khmer syllable; OpenType, Khmer, well-formed syllables.",
    ),
    CatalogEntry(
        "KT201",
        "oe-typed-in-two",
        E,
        UNSAFE,
        "vowel OE (17BE) is typed as two vowels",
        "17C1 and 17B8 on one base, in either order.",
        "Together they look like 17BE in many fonts, so the word looks right and is not found. In the other order "
        "shapers draw a dotted circle.",
        "\u1780\u17b8\u17c1",
        "\u1780\u17be",
        NOT_USED,
    ),
    CatalogEntry(
        "KT202",
        "oo-typed-in-two",
        E,
        DEPENDS,
        "vowel OO (17C4) is typed as two vowels",
        "17C1 and 17B6 on one base, in either order.",
        "Together they look like 17C4 in nearly every font, so the word looks right and is not found.",
        "\u1780\u17c1\u17b6\u17c7",
        "\u1780\u17c4\u17c7",
        NOT_USED,
    ),
    CatalogEntry(
        "KT203",
        "oo-with-ii",
        E,
        UNSAFE,
        "17C4 with 17B8 is typed for 17BE with 17B6",
        "17C4 and 17B8 on one base.",
        "The two spellings look alike where they are drawn at all, but shapers put a dotted circle into 17C4 17B8 and "
        "none into 17BE 17B6.",
        "\u1780\u17c4\u17b8",
        "\u1780\u17be\u17b6",
        NOT_USED + " The note's text and its code contradict each other; this follows the text.",
    ),
    CatalogEntry(
        "KT204",
        "several-vowels",
        E,
        NONE,
        "more than one vowel on a base",
        "Vowels that are no split vowel typed in two, and no register shifter typed as 17BB.",
        "A syllable of Modern Khmer has one vowel. Two are drawn over each other or with a dotted circle; mostly one "
        "of them was typed by mistake.",
        "\u1780\u17bb\u17b6",
        "",
        "UTN #61, the structure of the Modern Khmer syllable. Middle Khmer has syllables with several.",
    ),
    CatalogEntry(
        "KT301",
        "u-for-shifter",
        E,
        DEPENDS,
        "vowel U (17BB) is typed for a register shifter",
        "17BB together with a vowel above, or with what pushes a shifter down: the shape of 17BB there is a shifter's.",
        "A register shifter under an upper vowel is drawn as 17BB. People type what they see; then the word has two "
        "encodings, and the one with 17BB sorts and reads as another syllable.",
        "\u179f\u17bb\u17b8",
        "\u179f\u17ca\u17b8",
        "UTN #61, register shifters.",
    ),
    CatalogEntry(
        "KT302",
        "u-with-sign",
        E,
        NONE,
        "vowel U (17BB) right before samyok sannya (17D0) or atthacan (17DD)",
        "17BB followed by 17D0 or 17DD on a cluster where neither can have pushed a shifter down.",
        "In a weak cluster 17BB there is muusikatoan; in a strong one samyok sannya pushes nothing down, so only the "
        "author knows what was meant.",
        "\u1780\u17bb\u17d0",
        "",
        "UTN #61, register shifters; modifiers.",
    ),
    CatalogEntry(
        "KT303",
        "two-shifters",
        E,
        NONE,
        "both register shifters on one base",
        "Muusikatoan and triisap in one syllable.",
        "One says the contrary of the other. Mostly the wrong one was typed first and not removed.",
        "\u1780\u17c9\u17ca",
        "",
        "UTN #61, the structure of the syllable: one shifter.",
    ),
    CatalogEntry(
        "KT401",
        "coeng-ro-first",
        E,
        DEPENDS,
        "coeng RO stands before another coeng",
        "17D2 179A followed by another coeng.",
        "Coeng RO is drawn in front of the syllable wherever it is typed, so nobody sees the order; search does.",
        "\u179f\u17d2\u179a\u17d2\u178f\u17b8",
        "\u179f\u17d2\u178f\u17d2\u179a\u17b8",
        "UTN #61, coengs: coeng RO is the second of two.",
    ),
    CatalogEntry(
        "KT402",
        "coeng-da",
        N,
        UNSAFE,
        "coeng DA (17D2 178A) where coeng TA (17D2 178F) is the usual spelling",
        "17D2 178A in Modern Khmer.",
        "Most fonts draw both alike, and most text has coeng TA in every word. Some publishers tell the two apart by "
        "sound, which is why this is a note and never fails a check.",
        "\u1780\u17d2\u178a\u17b8",
        "\u1780\u17d2\u178f\u17b8",
        "UTN #61, its advice on 17D2 178A.",
    ),
    CatalogEntry(
        "KT403",
        "dangling-coeng",
        E,
        NONE,
        "a conjoiner (17D2) that no letter follows",
        "17D2 at the end of a syllable.",
        "It joins nothing. Readers see a dotted circle or a plus sign; mostly a letter was deleted by half.",
        "\u1780\u17d2 ",
        "",
        "UTN #61, coengs: the conjoiner stands before a base only.",
    ),
    CatalogEntry(
        "KT404",
        "too-many-coengs",
        E,
        NONE,
        "more coengs than a syllable can have",
        "Three coengs or more, or coeng RO twice.",
        "No font has room for them, and no word has them: mostly one was typed twice.",
        "\u1780\u17d2\u1798\u17d2\u1798\u17d2\u1798",
        "",
        "UTN #61, coengs: at most two, coeng RO second.",
    ),
    CatalogEntry(
        "KT405",
        "coeng-without-base",
        E,
        NONE,
        "a coeng on a character that takes none",
        "17D2 after a digit or a sign that stands alone, where it spells no lunar date.",
        "Nothing can be put below a digit; readers see a dotted circle.",
        "\u17e1\u17d2\u1780",
        "",
        "UTN #61, the structure of the syllable; lunar dates.",
    ),
    CatalogEntry(
        "KT501",
        "deprecated-qaq",
        E,
        UNSAFE,
        "deprecated letter 17A3",
        "17A3, which Unicode encoded by mistake.",
        "It is the same letter as 17A2. Fonts may lack it, and search does not know that they are one.",
        "\u17a3",
        "\u17a2",
        "Unicode, 16.4 (Khmer, deprecated characters).",
    ),
    CatalogEntry(
        "KT502",
        "deprecated-qaa",
        E,
        UNSAFE,
        "deprecated letter 17A4",
        "17A4, which Unicode encoded by mistake.",
        "It is spelled 17A2 17B6. Fonts may lack it, and search does not know that they are one.",
        "\u17a4",
        "\u17a2\u17b6",
        "Unicode, 16.4 (Khmer, deprecated characters).",
    ),
    CatalogEntry(
        "KT503",
        "discouraged-beyyal",
        W,
        UNSAFE,
        "discouraged sign 17D8",
        "17D8, the sign for \u201cet cetera\u201d.",
        "Unicode advises to spell it 17D4 179B 17D4. Fonts draw the two differently, so normal form keeps it.",
        "\u17d8",
        "\u17d4\u179b\u17d4",
        "Unicode, 16.4 (Khmer, punctuation); UTN #61.",
    ),
    CatalogEntry(
        "KT504",
        "old-lunar-date",
        E,
        UNSAFE,
        "a lunar date is spelled with digits and the conjoiner",
        "A number up to 15 and 17D2 17D4, or 17D4 17D2 and such a number.",
        "Unicode has a symbol for each lunar day since version 4.0. The older spelling is drawn in pieces.",
        "\u17e1\u17e5\u17d2\u17d4",
        "\u19ef",
        "Unicode, 16.4 (Khmer, lunar date symbols); UTN #61.",
    ),
    CatalogEntry(
        "KT505",
        "lunar-sign-on-digit",
        W,
        NONE,
        "17D3 on a digit resembles a lunar symbol",
        "17E8 17D3, which looks like 19E0.",
        "17D3 is a lunar sign of an older model that Unicode discourages. What is meant is mostly the symbol 19E0.",
        "\u17e8\u17d3",
        "",
        "Unicode, 16.4 (Khmer, lunar date symbols).",
    ),
    CatalogEntry(
        "KT506",
        "discouraged-sign",
        E,
        NONE,
        "a discouraged sign on a syllable",
        "17D3, 17B4 or 17B5 behind a base or a mark.",
        "17D3 was meant for lunar dates, and the inherent vowels 17B4 and 17B5 for transliteration. In words they "
        "break search, and some fonts show them as a box.",
        "\u1780\u17d3",
        "",
        "Unicode, 16.4 (Khmer); UTN #61, where they stand alone.",
    ),
    CatalogEntry(
        "KT601",
        "idle-joiner",
        E,
        DEPENDS,
        "a joiner (ZWNJ or ZWJ) without meaning",
        "200C or 200D in or at the end of a syllable where it neither holds up a shifter nor begins a final coeng.",
        "Nobody sees it, or a dotted circle comes of it, and the word is not found.",
        "\u1780\u200d\u17b7",
        "\u1780\u17b7",
        "UTN #61, register shifters; final coengs of Middle Khmer.",
    ),
    CatalogEntry(
        "KT602",
        "zwnj-before-shifter",
        E,
        UNSAFE,
        "ZWNJ stands before the shifter that it holds up",
        "200C right before 17C9 or 17CA; it belongs right after.",
        "Older keyboards typed it before. Both places occur, so that words have two encodings.",
        "\u1794\u200c\u17c9\u17b7",
        "\u1794\u17c9\u200c\u17b7",
        "UTN #61, register shifters.",
    ),
    CatalogEntry(
        "KT603",
        "final-coeng",
        W,
        NONE,
        "a final coeng (200D 17D2) of Middle Khmer",
        "ZWJ and a coeng after the vowel, as in Middle Khmer.",
        "HarfBuzz shows a dotted circle there in every font tried: no font can show final coengs today. In Modern "
        "Khmer it is mostly a mistake.",
        "\u1780\u17b6\u200d\u17d2\u1793",
        "",
        "UTN #61, Middle Khmer, final coengs.",
    ),
    CatalogEntry(
        "KT604",
        "invisible-inside",
        E,
        UNSAFE,
        "an invisible character parts a base from its marks",
        "A zero width space, word joiner, byte order mark or soft hyphen right before a mark.",
        "The mark has lost its base: readers see a dotted circle.",
        "\u1780\u200b\u17b6",
        "\u1780\u17b6",
        "UTN #61, the structure of the syllable.",
    ),
    CatalogEntry(
        "KT701",
        "mark-without-base",
        E,
        NONE,
        "a mark without a base",
        "A mark or a coeng at the start of the text, or after a space or anything else that carries no marks.",
        "Readers see a dotted circle. To show a mark alone, put it on 25CC or 00A0.",
        " \u17b6",
        "",
        "UTN #61, the structure of the syllable; generic bases.",
    ),
    CatalogEntry(
        "KT702",
        "repeated-mark",
        E,
        UNSAFE,
        "the same mark twice",
        "A vowel, sign, shifter or robat that stands on its base already.",
        "Some are drawn over each other, so that nobody sees it, some with a dotted circle. Search does not find the "
        "word. Now and then it is a play with letters, so it is never repaired unasked.",
        "\u1780\u17b6\u17b6",
        "\u1780\u17b6",
        "UTN #61, the structure of the syllable: one of each.",
    ),
    CatalogEntry(
        "KT703",
        "too-many-signs",
        E,
        NONE,
        "more signs than a syllable can have",
        "Three modifiers or more, or both finals.",
        "Fonts have no room for them: they collide.",
        "\u1780\u17c6\u17cb\u17cd",
        "",
        "UTN #61, the structure of the syllable: at most two modifiers and one final.",
    ),
    CatalogEntry(
        "KT704",
        "marks-on-standalone",
        E,
        NONE,
        "marks on a character that stands alone",
        "A mark behind a digit, punctuation, a symbol or an inherent vowel.",
        "These take no marks: readers see a dotted circle.",
        "\u17d4\u17b6",
        "",
        "UTN #61, the structure of the syllable.",
    ),
    CatalogEntry(
        "KT705",
        "endless-marks",
        E,
        NONE,
        "a row of marks too long for any syllable",
        "More than 16 marks or 8 coengs in a row. The text is cut there and passed through as it is.",
        "No word has so many: it is damage, or an attack on whoever draws the text.",
        "",
        "",
        "A limit of khmertext, so that hostile text costs linear time.",
    ),
    CatalogEntry(
        "KT706",
        "not-well-formed",
        E,
        NONE,
        "not a well-formed syllable",
        "A syllable that the grammar does not have, for a reason that no other code names.",
        "What fonts make of it is anybody's guess.",
        "",
        "",
        "UTN #61, the structure of the syllable.",
    ),
    CatalogEntry(
        "KT801",
        "legacy-font-text",
        W,
        NONE,
        "this looks like Khmer typed for a legacy 8-bit font (Limon)",
        "Several frequent Khmer words in the encoding of Limon fonts, close together.",
        "Such text is Latin letters and signs to everyone without that font. No search finds it. Convert it to "
        "Unicode.",
        "",
        "",
        "The encoding of the Limon fonts.",
    ),
    CatalogEntry(
        "KT901",
        "thai-lookalike",
        W,
        UNSAFE,
        "a Thai character where the Khmer one that looks like it is meant",
        "A Thai vowel or sign right after Khmer.",
        "It looks right, more or less, and is not found; a mark is drawn with a dotted circle, or by another font.",
        "\u1780\u0e34",
        "\u1780\u17b7",
        "Unicode, UTS #39, confusables.",
    ),
    CatalogEntry(
        "KT902",
        "mixed-digits",
        N,
        NONE,
        "a number with both Khmer and European digits",
        "Khmer digits and ASCII digits side by side.",
        "Programs take it for two numbers.",
        "\u17e2\u17e024",
        "",
        "Unicode, UTS #39, mixed numbers.",
    ),
)

CATALOG: Final[Mapping[str, CatalogEntry]] = MappingProxyType({entry.code: entry for entry in ENTRIES})
"""Code to what it says.

Example:
    >>> CATALOG["KT203"].name, CATALOG["KT203"].family
    ('oo-with-ii', 'vowels')
"""


def find_entry(key: str) -> CatalogEntry:
    """The entry of a code or a name, in any case.

    Raises:
        ValueError: There is none.

    Example:
        >>> find_entry("kt402").name, find_entry("coeng-da").code
        ('coeng-da', 'KT402')
    """
    found = CATALOG.get(key.upper())
    if found is None:
        found = next((entry for entry in ENTRIES if entry.name == key.lower()), None)
    if found is None:
        raise ValueError(f"there is no rule {key!r}; codes are KT101 to {ENTRIES[-1].code}")
    return found
