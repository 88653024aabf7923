"""Normal form: one encoding for what reads as one.

The strategy: real text is nearly normal and repeats itself. One scan finds the places where something *may* be wrong;
there the cluster is found, and its normal form comes from a memo or from the rules. Everything else is copied in long
slices. The rules (:mod:`khmertext.text.rules`) work on the parts of a syllable and run to a fixed point.

Source: UTN #61 (Khmer Encoding Structure, October 2024).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from khmertext.script.classes import COENG, DIGITS, JOINERS, KHMER
from khmertext.text.clusters import CLUSTER, MAX_CLUSTER, split_clusters
from khmertext.text.rules.coengs import move_coeng_ro, replace_coeng_da
from khmertext.text.rules.deprecated import replace_deprecated
from khmertext.text.rules.lunar import replace_lunar_date
from khmertext.text.rules.shifters import drop_idle_zwnj, replace_vowel_u
from khmertext.text.rules.vowels import compose_vowels, sort_vowels
from khmertext.text.syllables import Parts, parse_parts, write_parts

__all__ = ["Edit", "Normalization", "is_normalized", "normalize", "normalize_with_edits"]

Rule = Callable[[Parts], bool]

RULES: tuple[tuple[str, Rule], ...] = (
    ("deprecated", replace_deprecated),
    ("coeng-ro", move_coeng_ro),
    ("coeng-da", replace_coeng_da),
    ("split-vowel", compose_vowels),
    ("vowel-u", replace_vowel_u),
    ("vowel-order", sort_vowels),
    ("joiner", drop_idle_zwnj),
)
"""The rules in the order of application, with their stable names."""

MAX_ROUNDS = 20
MEMO_SIZE = 1 << 15
KHAN, ATTHACAN = "\u17d4", "\u17dd"


class Edit(NamedTuple):
    """A place that normalization changes.

    Attributes:
        start: Where it begins, in code points of the text as it was.
        end: Where it ends.
        replacement: What stands there in the normal form.
        rule: The names of the rules, joined by "+": those of RULES, "order" for parts that only moved, "lunar".
    """

    start: int
    end: int
    replacement: str
    rule: str


class Normalization(NamedTuple):
    """A text in normal form, and how it came about.

    Attributes:
        text: The normal form.
        edits: What was changed, in order; they do not overlap.
    """

    text: str
    edits: tuple[Edit, ...]

    def to_source(self, offset: int) -> int:
        """The offset in the text as it was of an offset in the normal form.

        Inside a replacement it is the start of what was replaced. Offsets are in code points; the map never goes
        backwards.

        Raises:
            IndexError: The offset is not in the text.

        Example:
            >>> found = normalize_with_edits("ក\\u17a3ខ")
            >>> found.to_source(2)
            2
        """
        if not 0 <= offset <= len(self.text):
            raise IndexError(f"offset {offset} is not in a text of {len(self.text)} code points")
        shift = 0
        for edit in self.edits:
            start = edit.start + shift
            end = start + len(edit.replacement)
            if offset < start:
                break
            if offset < end:
                return edit.start
            shift = end - edit.end
        return offset - shift

    def to_normalized(self, offset: int) -> int:
        """The offset in the normal form of an offset in the text as it was.

        Inside something replaced it is the start of the replacement. Offsets are in code points; the map never goes
        backwards.

        Raises:
            IndexError: The offset is not in the text.

        Example:
            >>> normalize_with_edits("ក\\u17a4ខ").to_normalized(2)
            3
        """
        length = len(self.text) + sum(edit.end - edit.start - len(edit.replacement) for edit in self.edits)
        if not 0 <= offset <= length:
            raise IndexError(f"offset {offset} is not in a text of {length} code points")
        shift = 0
        for edit in self.edits:
            if offset < edit.start:
                break
            if offset < edit.end:
                return edit.start + shift
            shift += len(edit.replacement) - (edit.end - edit.start)
        return offset + shift


def normalize(text: str, *, keep_coeng_da: bool = False) -> str:
    """Bring the Khmer of a text into the normal form of UTN #61.

    Text outside Khmer is never touched. What cannot be mended (a dangling coeng, a mark typed twice) stays as it is.

    Args:
        text: Any string; lone surrogates and NUL are fine.
        keep_coeng_da: Whether coeng da stays, rather than becoming coeng ta.

    Returns:
        The normal form: the same object when the text is in it already.

    Raises:
        TypeError: ``text`` is not a str.

    Example:
        >>> normalize("ខែ្មរ") == "ខ្មែរ"
        True

    Source: UTN #61, the structure of the Modern Khmer syllable, and its sequences not to be used.
    """
    places = find_suspects(text, keep_coeng_da)
    if not places:
        return text
    mend = mender(keep_coeng_da)
    if len(places) * 16 > len(text):
        found = "".join(map(mend, split_clusters(text)))
        return text if found == text else found
    pieces: list[str] = []
    taken = 0
    for start, cluster in iter_suspects(text, places):
        mended = mend(cluster)
        if mended is not cluster and mended != cluster:
            pieces += (text[taken:start], mended)
            taken = start + len(cluster)
    if not pieces:
        return text
    pieces.append(text[taken:])
    return "".join(pieces)


def is_normalized(text: str, *, keep_coeng_da: bool = False) -> bool:
    """Whether :func:`normalize` would change nothing.

    Args:
        text: Any string.
        keep_coeng_da: Whether coeng da counts as normal.

    Raises:
        TypeError: ``text`` is not a str.

    Example:
        >>> is_normalized("ខ្មែរ"), is_normalized("ខែ្មរ")
        (True, False)
    """
    mend = mender(keep_coeng_da)
    places = find_suspects(text, keep_coeng_da)
    return all(mend(cluster) == cluster for _, cluster in iter_suspects(text, places))


def normalize_with_edits(text: str, *, keep_coeng_da: bool = False) -> Normalization:
    """The normal form with everything that was changed, one edit a cluster.

    Args:
        text: Any string.
        keep_coeng_da: Whether coeng da stays.

    Returns:
        The text, the edits that lead to it, and maps of offsets both ways.

    Raises:
        TypeError: ``text`` is not a str.

    Example:
        >>> normalize_with_edits("ក្ដី").edits
        (Edit(start=2, end=3, replacement='ត', rule='coeng-da'),)
    """
    mend = mender(keep_coeng_da)
    edits: list[Edit] = []
    pieces: list[str] = []
    taken = 0
    for start, cluster in iter_suspects(text, find_suspects(text, keep_coeng_da)):
        mended = mend(cluster)
        if mended == cluster:
            continue
        head = common_start(cluster, mended)
        tail = common_start(cluster[head:][::-1], mended[head:][::-1])
        first, last = start + head, start + len(cluster) - tail
        replacement = mended[head : len(mended) - tail]
        edits.append(Edit(first, last, replacement, "+".join(explain_cluster(cluster, keep_coeng_da))))
        pieces += (text[taken:first], replacement)
        taken = last
    if not edits:
        return Normalization(text, ())
    pieces.append(text[taken:])
    return Normalization("".join(pieces), tuple(edits))


def apply_edits(text: str, edits: tuple[Edit, ...]) -> str:
    """Replay edits on the text that they were made for.

    Example:
        >>> found = normalize_with_edits("ខែ្មរ")
        >>> apply_edits("ខែ្មរ", found.edits) == found.text
        True
    """
    pieces: list[str] = []
    taken = 0
    for edit in edits:
        pieces += (text[taken : edit.start], edit.replacement)
        taken = edit.end
    pieces.append(text[taken:])
    return "".join(pieces)


# -- one cluster ---------------------------------------------------------------------------------------------------


def mend_cluster(cluster: str, keep_coeng_da: bool) -> str:
    """The normal form of one cluster, by the rules."""
    if cluster[0] in DIGITS or cluster[0] == KHAN:
        # Digits and punctuation are no syllables: nothing is moved on them but what canonical order asks for.
        mended = replace_lunar_date(cluster)
        while ATTHACAN + COENG in mended:
            mended = mended.replace(ATTHACAN + COENG, COENG + ATTHACAN)
        return mended
    if cluster[0] not in KHMER and len(cluster) == 1:
        return cluster
    found = parse_parts(cluster)
    for parts in found:
        apply_rules(parts, keep_coeng_da, set())
    mended = write_parts(found)
    return cluster if mended == cluster else mended


def apply_rules(parts: Parts, keep_coeng_da: bool, applied: set[str]) -> None:
    """Run the rules until none changes anything; ``applied`` takes the names of those that did."""
    for _ in range(MAX_ROUNDS):
        changed = False
        for name, rule in RULES:
            if name == "coeng-da" and keep_coeng_da:
                continue
            if rule(parts):
                changed = True
                applied.add(name)
        if not changed:
            return


def explain_cluster(cluster: str, keep_coeng_da: bool) -> list[str]:
    """The names of the rules that a cluster's normal form takes, in the order of RULES."""
    if cluster[0] in DIGITS or cluster[0] == KHAN:
        return ["lunar" if replace_lunar_date(cluster) != cluster else "order"]
    found = parse_parts(cluster)
    applied = {"joiner"} if any(parts.joiners for parts in found) else set()
    for parts in found:
        apply_rules(parts, keep_coeng_da, applied)
    return [name for name, _ in RULES if name in applied] or ["order"]


@lru_cache(maxsize=MEMO_SIZE)
def mend_modern(cluster: str) -> str:
    return mend_cluster(cluster, False)


@lru_cache(maxsize=MEMO_SIZE)
def mend_keeping_da(cluster: str) -> str:
    return mend_cluster(cluster, True)


def mender(keep_coeng_da: bool) -> Callable[[str], str]:
    return mend_keeping_da if keep_coeng_da else mend_modern


def common_start(one: str, other: str) -> int:
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length


# -- finding what may be wrong -------------------------------------------------------------------------------------

# Two marks side by side, but for the pairs that the normal order has. Shifters, vowels, modifiers and finals are runs
# of the code chart, so that two ranges find the candidates and look-behinds let the lawful ones go.
SHIFTER, VOWEL, FINAL, ROBAT = "\u17c9\u17ca", "\u17b6-\u17c5", "\u17c7\u17c8", "\u17cc"
CALM = "\u17c6\u17cb\u17cd-\u17cf\u17d1"  # modifiers but samyok sannya, which can push a shifter down
SIGN = f"{CALM}\u17d0"
SUSPECT_PAIR = re.compile(
    "[\u17b6-\u17d1][\u17b6-\u17d2]"
    f"(?<![{VOWEL}{SIGN}][{FINAL}])"
    f"(?<![\u17b6-\u17ba\u17bc-\u17c5][{SIGN}])"
    f"(?<![{SHIFTER}][\u17b6-\u17cb\u17cd-\u17d1])"
    f"(?<![\u17bb{SIGN}][{CALM}])"
    f"(?<!{ROBAT}[\u17b6-\u17d2])"
    f"(?<![{FINAL}][{FINAL}])"
)
# What is no pair of marks: each is found by a plain search, and is rare.
SUSPECT_TEXTS = ("\u200c", "\u200d", ATTHACAN, "\u17a3", "\u17a4", COENG + KHAN, KHAN + COENG, COENG + "\u179a" + COENG)
COENG_DA = COENG + "\u178a"

# Whatever may stand inside a cluster: not where one surely begins.
INSIDE = frozenset(chr(code) for code in (*range(0x17B4, 0x17D5), 0x17DD)) | DIGITS | JOINERS
STRAYS = JOINERS | {ATTHACAN}


def find_suspects(text: str, keep_coeng_da: bool) -> list[int]:
    """Where something may be wrong, ascending; every cluster that is not normal holds one of the places."""
    places = [match.start() for match in SUSPECT_PAIR.finditer(text)]
    for needle in SUSPECT_TEXTS if keep_coeng_da else (*SUSPECT_TEXTS, COENG_DA):
        place = text.find(needle)
        while place >= 0:
            places.append(place)
            place = text.find(needle, place + 1)
    place = text.find(ROBAT)
    while place >= 0:
        if text[place - 2 : place - 1] == COENG:
            places.append(place)
        place = text.find(ROBAT, place + 1)
    places.sort()
    return places


def iter_suspects(text: str, places: list[int]) -> Iterator[tuple[int, str]]:
    """The clusters that hold the places, each once, with their starts."""
    match = CLUSTER.match
    floor = 0
    for place in places:
        if place < floor:
            continue
        start = find_start(text, place, floor)
        while True:
            found = match(text, start)
            assert found is not None  # CLUSTER takes any character
            end = found.end()
            if end > place:
                break
            start = end
        floor = end
        yield start, found[0]


def find_start(text: str, place: int, floor: int) -> int:
    """Where a cluster surely begins, at or before a place; ``floor`` is the end of one found before."""
    start = place
    lowest = max(floor, place - MAX_CLUSTER)
    while start > lowest:
        char = text[start]
        if char not in INSIDE and char != "\n":
            before = start - 1
            while before > lowest and text[before] in STRAYS:
                before -= 1
            if text[before] != COENG:
                return start
        start -= 1
    # At the floor; or in a row of marks so long that the cuts in it must be found from its beginning.
    return start if start == floor else floor
