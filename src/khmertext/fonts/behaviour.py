"""How a font behaves with Khmer: checks, each of which shapes short strings and keeps those that come out wrong.

Flags in a font are no help: there are fonts with every Khmer bit and script tag set that cannot form a subscript, and
good ones that say nothing. So each check looks at what HarfBuzz draws: which glyphs, where, and how far their ink
reaches. Whatever a check looks for, a string is drawn wrong when a glyph is missing, or when a dotted circle or the
conjoiner shows.

Source: UTN #61; Unicode 16.4 (Khmer); OpenType spec, "Developing OpenType Fonts for Khmer Script".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from khmertext.fonts.faces import Face
from khmertext.fonts.shaping import shape
from khmertext.script.classes import (
    COENG,
    CONSONANTS,
    DIGITS,
    FINALS,
    INDEPENDENT_VOWELS,
    KHMER,
    MODIFIERS,
    RO,
    ROBAT,
    SHIFTERS,
    VOWELS,
    ZWNJ,
)

__all__ = ["BASICS", "LEVELS", "TESTS", "Check", "Hand", "run_checks"]

LEVELS: Final = ("modern", "middle", "minority", "full")
"""What a font can be asked for. Each level holds the one before it.

- *modern*: Khmer of today.
- *middle*: and the sign that Middle Khmer adds. Whether coengs typed after a vowel are placed there is told and never
  counted: few fonts do it, and only after vowels that have a part behind the base.
- *minority*: and what Pali, Sanskrit and the minority languages add: coengs of independent vowels, viriam, shifters
  kept above by ZWNJ, toandakhiat above vowels that today's Khmer does not put it on.
- *full*: and every other Khmer character: lunar dates, divination numbers, obsolete letters.
"""

KA: Final = "\u1780"
LA: Final = "\u17a1"
VOWEL_E: Final = "\u17c1"
CIRCLE: Final = 0x25CC
ATTHACAN, VIRIAM = "\u17dd", "\u17d1"
QUK: Final = "\u17a8"  # Unicode 16.4: an obsolete ligature of 17A7 and 1780

# Unicode 16.4, table 16-8: these vowels have a part before the base, which is drawn as the vowel E.
SPLIT_VOWELS: Final = "\u17be\u17bf\u17c0\u17c4\u17c5"
PRE_VOWELS: Final = "\u17c1\u17c2\u17c3"
# Unicode, NamedSequences.txt: KHMER INDEPENDENT VOWEL SIGN COENG QU, RY, RYY and QE are all that there are.
COENG_VOWELS: Final = "\u17a7\u17ab\u17ac\u17af"
# UTN #61, register shifters: vowels above push a shifter down.
PUSHING_VOWELS: Final = "\u17b7\u17b8\u17b9\u17ba\u17be"
# The stacks of the level modern are those that 1.9 million characters of the Khmer LibreOffice Help and of our samples
# have; the rest of what people could write stands at minority.
# Khan, bariyoosan, camnuc pii kuuh, lek too, riel; the rest of punctuation is for old texts.
PUNCTUATION: Final = "\u17d4\u17d5\u17d6\u17d7\u17db"
# Shapers show nothing for the inherent vowels, and nobody is to use them (Unicode 16.4).
UNSEEN: Final = frozenset("\u17b4\u17b5")

SHOWN: Final = 6
SHARE_OF_EM: Final = 50  # ink that differs by less than upem / 50 counts as equal
SHARE_OF_MARK: Final = 4  # marks collide when they share more than a quarter of the smaller one


class Box(NamedTuple):
    """A rectangle of ink, in font units."""

    left: int
    bottom: int
    right: int
    top: int


class Glyph(NamedTuple):
    """A glyph where it is drawn: its id and the place of its origin, in font units."""

    id: int
    x: int
    y: int


class Check(NamedTuple):
    """What a check found.

    Attributes:
        name: Short, stable name.
        title: What the check looks at, in words.
        level: The lowest level that needs it.
        tried: How many strings were shaped.
        failing: Those of them that are drawn wrong.
        problem: What is wrong, in a sentence; empty when nothing is.
        counted: Whether it decides about the level; what is not counted is information.
    """

    name: str
    title: str
    level: str
    tried: int
    failing: tuple[str, ...]
    problem: str
    counted: bool = True

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.failing


class Hand:
    """A font at its default place, drawing strings and remembering them.

    Args:
        face: The font.
    """

    def __init__(self, face: Face) -> None:
        self.face = face
        self.font = face.font()
        self.least = max(face.upem // SHARE_OF_EM, 1)
        self.drawings: dict[tuple[str, str], tuple[Glyph, ...]] = {}
        self.advances: dict[str, int] = {}
        self.boxes: dict[int, Box | None] = {}
        self.glyphs: dict[str, int] = {}
        self.odd = frozenset(filter(None, (self.nominal(COENG), self.nominal(chr(CIRCLE)))))

    def nominal(self, char: str) -> int:
        """Return the glyph that a character is mapped to; 0 when it is not."""
        found = self.glyphs.get(char)
        if found is None:
            code = ord(char)
            found = int(self.font.get_nominal_glyph(code) or 0) if code in self.face.unicodes else 0
            self.glyphs[char] = found
        return found

    def draw(self, text: str, language: str = "km") -> tuple[Glyph, ...]:
        """Return the glyphs of a string, from left to right."""
        found = self.drawings.get((text, language))
        if found is None:
            buffer = shape(self.font, text, language)
            glyphs = []
            pen = 0
            infos: list[Any] = buffer.glyph_infos
            for info, (x_offset, y_offset, x_advance, _) in zip(
                infos, (place.position for place in buffer.glyph_positions), strict=True
            ):
                glyphs.append(Glyph(info.codepoint, pen + x_offset, y_offset))
                pen += x_advance
            found = self.drawings[text, language] = tuple(glyphs)
            self.advances[text] = pen
        return found

    def advance(self, text: str) -> int:
        """Return the width of a string in font units."""
        self.draw(text)
        return self.advances[text]

    def box(self, glyph: int) -> Box | None:
        """Return the ink of a glyph around its origin; None when it has none."""
        if glyph not in self.boxes:
            extents = self.font.get_glyph_extents(glyph)
            box = None
            if extents is not None and extents.width and extents.height:
                left, top = extents.x_bearing, extents.y_bearing
                box = Box(left, top + extents.height, left + extents.width, top)
            self.boxes[glyph] = box
        return self.boxes[glyph]

    def ink(self, text: str) -> list[Box]:
        """Return the rectangles of ink of a string."""
        return list(filter(None, map(self.place, self.draw(text))))

    def place(self, glyph: Glyph) -> Box | None:
        """Return the ink of a glyph where it is drawn."""
        box = self.box(glyph.id)
        if box is None:
            return None
        return Box(box.left + glyph.x, box.bottom + glyph.y, box.right + glyph.x, box.top + glyph.y)

    def lowest(self, text: str) -> int:
        """Return where the ink of a string ends below; 0 without ink."""
        return min((box.bottom for box in self.ink(text)), default=0)

    def highest(self, text: str) -> int:
        """Return where the ink of a string ends above; 0 without ink."""
        return max((box.top for box in self.ink(text)), default=0)

    def is_whole(self, text: str) -> bool:
        """Tell whether a string is drawn without .notdef, dotted circle and conjoiner."""
        glyphs = self.draw(text)
        return bool(glyphs) and not any(glyph.id == 0 or glyph.id in self.odd for glyph in glyphs)


class Test(NamedTuple):
    """A check before it is run.

    Attributes:
        name, title, level, counted: As in :class:`Check`.
        problem: The beginning of the sentence about what is wrong; the failing characters follow.
        texts: The strings to draw.
        holds: Whether a string is drawn right.
        subject: Which character of a string the sentence names.
        basic: Whether a site's font must pass.
    """

    name: str
    title: str
    level: str
    problem: str
    texts: tuple[str, ...]
    holds: Callable[[Hand, str], bool]
    subject: int = -1
    basic: bool = False
    counted: bool = True

    def run(self, hand: Hand) -> Check:
        """Draw every string, and keep those that are wrong."""
        failing = tuple(text for text in self.texts if not self.holds(hand, text))
        problem = f"{self.problem} {name_all(text[self.subject] for text in failing)}" if failing else ""
        return Check(self.name, self.title, self.level, len(self.texts), failing, problem, self.counted)


# -- what it means to be drawn right ---------------------------------------------------------------------------------


def is_mapped(hand: Hand, text: str) -> bool:
    """The character has a glyph."""
    return hand.nominal(text[-1]) != 0


def shows(hand: Hand, text: str) -> bool:
    """The character has a glyph with ink."""
    return hand.box(hand.nominal(text)) is not None if hand.nominal(text) else False


def adds_ink(hand: Hand, text: str) -> bool:
    """The mark at the end of the string is drawn: on no circle, and the picture is not that of the rest."""
    return (
        is_mapped(hand, text)
        and hand.is_whole(text)
        and bool(hand.ink(text))
        and hand.draw(text) != hand.draw(text[:-1])
    )


def forms_coeng(hand: Hand, text: str) -> bool:
    """The letter at the end is a subscript: not as it is elsewhere, not on a circle, and with ink of its own."""
    if not hand.is_whole(text):
        return False
    letter = hand.nominal(text[-1])
    base = hand.nominal(text[0])
    glyphs = [glyph.id for glyph in hand.draw(text)]
    # The base comes first, or last before what is drawn to its left; it may be the same letter.
    unshaped = glyphs.count(letter) - (text[-1] == text[0] and base in glyphs)
    if unshaped > 0:
        return False
    # A ligature of both is as good as two glyphs with ink; the base alone is not.
    return len(hand.ink(text)) > 1 or base not in glyphs


def is_led(hand: Hand, text: str) -> bool:
    """Something with ink is drawn before the base."""
    glyphs = hand.draw(text)
    return (
        hand.is_whole(text)
        and glyphs[0].id != hand.nominal(text[0])
        and hand.box(glyphs[0].id) is not None
        and len(glyphs) > 1
    )


def leads_with_e(hand: Hand, text: str) -> bool:
    """What is drawn before the base is what the vowel E alone draws there."""
    before = hand.draw(text[0] + VOWEL_E)[:1]
    return hand.is_whole(text) and hand.draw(text)[:1] == before and before[0].id != hand.nominal(text[0])


def shifts_down(hand: Hand, text: str) -> bool:
    """The shifter stands below the base, since a vowel takes its place above."""
    return hand.is_whole(text) and hand.lowest(text) <= hand.lowest(text[0]) - hand.least


def stays_up(hand: Hand, text: str) -> bool:
    """The shifter stays above in spite of the vowel, because ZWNJ says so."""
    return hand.is_whole(text) and hand.lowest(text) > hand.lowest(text[0]) - hand.least


def rises(hand: Hand, text: str) -> bool:
    """The mark stands above the base, and takes no room beside it."""
    base = text[0]
    return (
        is_mapped(hand, text)
        and hand.is_whole(text)
        and hand.highest(text) >= hand.highest(base) + hand.least
        and hand.advance(text) <= hand.advance(base) + hand.face.upem // 10
    )


def stacks(hand: Hand, text: str) -> bool:
    """Two marks on one base keep out of each other's way: they are not drawn over each other, each as if alone."""
    if not hand.is_whole(text):
        return False
    base, first, second = split_stack(text)
    alone = set(hand.draw(base))
    ours = [set(hand.draw(base + marks)) - alone for marks in (first, second)]
    if not all(ours) or not ours[0] | ours[1] <= set(hand.draw(text)):
        return True  # something gave way: a mark has moved, has another form, or both are one glyph
    return not any(collide(hand.place(one), hand.place(other)) for one in ours[0] for other in ours[1])


def split_stack(text: str) -> tuple[str, str, str]:
    """Take a base and two marks (a coeng is two characters) apart."""
    at = 3 if text[1] == COENG else 2
    return text[0], text[1:at], text[at:]


def collide(one: Box | None, other: Box | None) -> bool:
    """Tell whether two rectangles share much of the smaller one."""
    if one is None or other is None:
        return False
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.top, other.top) - max(one.bottom, other.bottom)
    if width <= 0 or height <= 0:
        return False
    least = min((box.right - box.left) * (box.top - box.bottom) for box in (one, other))
    return width * height * SHARE_OF_MARK > least


def is_space(hand: Hand, text: str) -> bool:
    """A space has a width and no ink; what is invisible between letters changes neither their picture nor width."""
    if text == " ":
        glyph = hand.nominal(text)
        return bool(glyph) and hand.box(glyph) is None and hand.font.get_glyph_h_advance(glyph) > 0
    bare = text[0] + text[-1]
    return hand.is_whole(text) and hand.advance(text) == hand.advance(bare) and hand.ink(text) == hand.ink(bare)


def follows_vowel(hand: Hand, text: str) -> bool:
    """A coeng typed after the vowel is a subscript, and stands further right than one that is typed before it."""
    base, vowel, coeng = text[0], text[1], text[2:]
    return forms_coeng(hand, text) and deepest(hand, text) >= deepest(hand, base + coeng + vowel) + hand.least


def deepest(hand: Hand, text: str) -> int:
    """Return where, from the left, the middle of the lowest ink of a string stands."""
    box = min(hand.ink(text), key=lambda box: box.bottom, default=Box(0, 0, 0, 0))
    return (box.left + box.right) // 2


# -- the checks --------------------------------------------------------------------------------------------------------


def on_ka(parts: Iterable[str]) -> tuple[str, ...]:
    """Put each of some marks on a base."""
    return tuple(KA + part for part in parts)


MODERN_SIGNS = sorted(SHIFTERS | FINALS | MODIFIERS - {ATTHACAN, VIRIAM})
LETTERS_AND_MARKS = CONSONANTS | INDEPENDENT_VOWELS | VOWELS | SHIFTERS | FINALS | MODIFIERS | {COENG, ROBAT}
REST = sorted(KHMER - (LETTERS_AND_MARKS - {QUK}) - DIGITS - set(PUNCTUATION) - UNSEEN)
LUNAR = [char for char in REST if ord(char) >= 0x19E0]

TESTS: Final[tuple[Test, ...]] = (
    Test(
        "letters",
        "consonants and vowels",
        "modern",
        "it has no glyph for",
        (COENG, *sorted(CONSONANTS | VOWELS)),
        is_mapped,
        basic=True,
    ),
    Test(
        "coengs",
        "subscripts of all consonants but LA",
        "modern",
        "it does not form the subscript of",
        on_ka(COENG + letter for letter in sorted(CONSONANTS - {LA})),
        forms_coeng,
        basic=True,
    ),
    # LA stands below in no word of 1.8 million characters of real text, and good fonts lack the form.
    Test(
        "coeng-la",
        "subscript of LA",
        "full",
        "it does not form the subscript of",
        (KA + COENG + LA,),
        forms_coeng,
    ),
    Test(
        "coeng-ro",
        "coeng ro before the base",
        "modern",
        "it does not put before the base the subscript of",
        (KA + COENG + RO, "ស" + COENG + "ត" + COENG + RO),
        is_led,
        basic=True,
    ),
    Test(
        "pre-vowels",
        "vowels before the base",
        "modern",
        "it does not put before the base",
        on_ka(PRE_VOWELS),
        is_led,
        basic=True,
    ),
    Test(
        "split-vowels",
        "both parts of split vowels",
        "modern",
        "it does not draw the part before the base of",
        on_ka(SPLIT_VOWELS),
        leads_with_e,
        basic=True,
    ),
    Test(
        "independent-vowels",
        "independent vowels",
        "modern",
        "it does not draw",
        tuple(sorted(INDEPENDENT_VOWELS - {QUK})),
        shows,
    ),
    Test(
        "marks",
        "each vowel and sign on a base",
        "modern",
        "it does not put on a base",
        on_ka([*sorted(VOWELS), *MODERN_SIGNS]),
        adds_ink,
    ),
    Test(
        "shifters",
        "shifters below the base, when a vowel is above",
        "modern",
        "it does not move the shifter down before",
        tuple(onset + vowel for onset in ("ស\u17ca", "ហ\u17ca", "ម\u17c9", "ប\u17c9") for vowel in PUSHING_VOWELS),
        shifts_down,
    ),
    Test(
        "stacks",
        "marks two high, above and below",
        "modern",
        "it draws over each other two marks of which the second is",
        (
            "ន\u17b7\u17cd",
            "ស\u17ca\u17d0",
            "ហ\u17ca\u17c6",
            *(f"ក{COENG}{letter}{vowel}" for letter in "កតមវ" for vowel in "\u17bb\u17bc\u17bd"),
        ),
        stacks,
    ),
    Test(
        "vowel-bases",
        "subscripts below independent vowels",
        "modern",
        "it does not form, below an independent vowel, the subscript of",
        ("ឲ" + COENG + "យ", "ឱ" + COENG + "យ"),
        forms_coeng,
    ),
    Test("robat", "robat above the base", "modern", "it does not put above the base", ("ក៌", "ណ៌", "ម៌"), rises),
    Test("digits", "digits", "modern", "it does not draw", tuple(sorted(DIGITS)), shows),
    Test("punctuation", "punctuation and riel", "modern", "it does not draw", tuple(PUNCTUATION), shows),
    Test(
        "spaces",
        "space, zero width space, joiners",
        "modern",
        "it does not space well around",
        (" ", "ក\u200bខ", "ក\u200cខ", "ក\u200dខ"),
        is_space,
    ),
    Test("atthacan", "atthacan", "middle", "it does not put on a base", on_ka([ATTHACAN]), adds_ink),
    Test(
        "final-coengs",
        "coengs after vowels (Middle Khmer)",
        "middle",
        "it does not place, after a vowel, the subscript of",
        tuple(f"{KA}{vowel}{COENG}{letter}" for vowel in "\u17b6\u17c4" for letter in "កងន"),
        follows_vowel,
        counted=False,
    ),
    Test(
        "rare-stacks",
        "toandakhiat above other vowels",
        "minority",
        "it draws over each other a vowel and",
        on_ka(["\u17b8\u17cd", "\u17b9\u17cd", "\u17ba\u17cd"]),
        stacks,
    ),
    Test(
        "joiner",
        "ZWNJ that keeps a shifter above",
        "minority",
        "it moves the shifter down in spite of ZWNJ before",
        (f"ស\u17ca{ZWNJ}\u17b8", f"ម\u17c9{ZWNJ}\u17b8"),
        stays_up,
    ),
    Test(
        "coeng-vowels",
        "subscripts of independent vowels",
        "minority",
        "it does not form the subscript of",
        on_ka(COENG + vowel for vowel in COENG_VOWELS),
        forms_coeng,
    ),
    Test("signs", "viriam", "minority", "it does not put on a base", on_ka([VIRIAM]), adds_ink),
    Test("lunar", "lunar dates", "full", "it does not draw", tuple(LUNAR), shows),
    Test(
        "rest",
        "other signs, numbers and old letters",
        "full",
        "it does not draw",
        tuple(char for char in REST if char not in LUNAR),
        shows,
    ),
)
"""Every check, in the order of the report.

Source: which characters belong to which language, UTN #61; names and numbers, the Unicode Character Database.
"""

BASICS: Final = tuple(test for test in TESTS if test.basic)
"""The checks without which nobody can read the Khmer of a page."""


def run_checks(face: Face, tests: Iterable[Test] = TESTS) -> tuple[Check, ...]:
    """Run checks on a font.

    Args:
        face: An opened font; a variable one is looked at in its default place.
        tests: Which checks.

    Returns:
        What each found, in order.

    Example:
        >>> from khmertext.fonts import default_face
        >>> [check.name for check in run_checks(default_face()) if not check.passed]
        []
    """
    hand = Hand(face)
    return tuple(test.run(hand) for test in tests)


def name_all(chars: Iterable[str]) -> str:
    """Write characters in U+ notation, each once, the first few of many."""
    names = [f"U+{ord(char):04X}" for char in dict.fromkeys(chars)]
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
