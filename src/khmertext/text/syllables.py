"""A cluster → its parts, whatever order they were typed in.

The strategy of normal form: take a cluster apart into what it is made of, let each rule mend the parts, and write them
down again in the one order that UTN #61 gives. What cannot be understood (a dangling coeng, a sign that stands alone)
is a wall: parts are never moved across it.

Source: UTN #61, the structure of the Modern and of the Middle Khmer syllable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from khmertext.script import grammar
from khmertext.script.classes import (
    BASES,
    BELOW_VOWELS,
    COENG,
    DIGITS,
    FINAL_SET,
    GENERIC_BASES,
    JOINER_SET,
    KHMER,
    MODIFIER_SET,
    OTHERS,
    RO,
    ROBAT,
    SHIFTER_SET,
    VOWEL_SET,
    ZWJ,
    ZWNJ,
)
from khmertext.text.clusters import split_clusters

__all__ = ["Parts", "Syllable", "is_middle_syllable", "parse_parts", "parse_syllable", "write_parts"]

ATTHACAN = "\u17dd"
NYO = "\u1789"
DEPRECATED = "\u17a3\u17a4"
MOST_COENGS = 2
VOWEL_U = "\u17bb"
MEANS_SHIFTER = re.compile("\u17b6.*\u17c6|\u17dd|\u17d0")  # together with vowel u
QAA, LETTER_QA, VOWEL_AA = "\u17a4", "\u17a2", "\u17b6"  # the second deprecated one is spelled out as these two

TOKEN = re.compile(
    f"(?P<coeng>{grammar.JOINED_COENG})|(?P<robat>{ROBAT})|(?P<shifter>{SHIFTER_SET})|(?P<vowel>{VOWEL_SET})"
    f"|(?P<modifier>{MODIFIER_SET})|(?P<final>{FINAL_SET})|(?P<joiner>{JOINER_SET})|(?P<wall>.)",
    re.DOTALL,
)
FINAL_COENG = re.compile(f"{ZWJ}{COENG}(?P<between>{grammar.STRAY}*)(?P<base>.)", re.DOTALL)

# UTN #61, Middle Khmer, final coengs: bases whose coeng has ink on the right; vowels with ink on the right.
RIGHT_SPACING_BASES = frozenset("\u1783\u1788\u178d\u1794\u1799\u179e\u179f\u17a1")
SPACING_VOWELS = frozenset("\u17b6\u17bf\u17c0\u17c4\u17c5")


MIDDLE_VOWELS = re.compile(grammar.MIDDLE_VOWELS)
MIDDLE_SIGNS = re.compile(f"(?:{grammar.SIGNS})?")
HELD_UP = (
    re.compile(grammar.STRONG_CLUSTER + ".*?" + grammar.HELD_UP_TRIISAP, re.DOTALL),
    re.compile(grammar.WEAK_CLUSTER + ".*?" + grammar.HELD_UP_MUUSIKATOAN, re.DOTALL),
)


class Syllable(NamedTuple):
    """The parts of one cluster.

    Attributes:
        base: The base, or the character that stands alone; "" for marks without one.
        robat: The robat, or "".
        coengs: Each conjoiner with its base.
        shifter: The register shifter, with the ZWNJ that holds it up.
        vowels: Dependent vowels.
        modifiers: Nonspacing signs.
        final: Spacing signs.
        tail: What follows that is no part of the syllable: a dangling conjoiner, final coengs of Middle Khmer with
            their own marks, whatever stands behind a sign that takes none.
    """

    base: str
    robat: str
    coengs: tuple[str, ...]
    shifter: str
    vowels: str
    modifiers: str
    final: str
    tail: str


class Parts:
    """The parts of a syllable, or of what follows a wall or a final coeng in it.

    Attributes:
        base: The base; "" where there is none.
        robat: Robats; one, in good text.
        coengs: Pairs of conjoiner and base, in the order typed.
        shifters: Register shifters.
        held: Whether a ZWNJ beside the shifter keeps it from being pushed down.
        vowels: Dependent vowels, in the order typed.
        modifiers: Nonspacing signs, in the order typed.
        finals: Spacing signs.
        joiners: How many other joiners there were.
        wall: What comes after: "", a dangling coeng, a sign that stands alone, or a final coeng with its ZWJ.
    """

    # Not a dataclass: that module takes longer to import than all of the text part may.
    __slots__ = ("base", "coengs", "finals", "held", "joiners", "modifiers", "robat", "shifters", "vowels", "wall")

    def __init__(self, base: str = "", *, vowels: list[str] | None = None, modifiers: list[str] | None = None) -> None:
        self.base = base
        self.robat = ""
        self.coengs: list[str] = []
        self.shifters: list[str] = []
        self.held = False
        self.vowels: list[str] = vowels or []
        self.modifiers: list[str] = modifiers or []
        self.finals: list[str] = []
        self.joiners = 0
        self.wall = ""

    @property
    def onset(self) -> str:
        """Base, robat and coengs as text."""
        return self.base + self.robat + "".join(self.coengs)


def parse_parts(cluster: str) -> list[Parts]:
    """Take a cluster apart.

    Args:
        cluster: A cluster of Khmer, as :func:`khmertext.split_clusters` cuts it.

    Returns:
        The parts between walls, in order; at least one.

    Example:
        >>> (parts,) = parse_parts("ខែ្ម")
        >>> parts.base, parts.coengs, parts.vowels
        ('ខ', ['្ម'], ['ែ'])
    """
    first = cluster[:1]
    has_base = first in BASES or first in GENERIC_BASES or (first != "" and first in DEPRECATED)
    parts = Parts(base=first if has_base else "")
    found = [parts]
    position = 1 if has_base else 0
    before = ""
    while position < len(cluster):
        final = FINAL_COENG.match(cluster, position)
        if final and takes_final(found[0], parts, final["base"]):
            deprecated = final["base"] in DEPRECATED
            parts.wall = ZWJ + COENG + (LETTER_QA if deprecated else final["base"])
            parts = Parts(
                vowels=[VOWEL_AA] if final["base"] == QAA else [],
                modifiers=[ATTHACAN] * final["between"].count(ATTHACAN),
            )
            found.append(parts)
            position = final.end()
            before = ""
            continue
        match = TOKEN.match(cluster, position)
        assert match is not None  # the last alternative takes anything
        kind, text = match.lastgroup or "", match[0]
        position = match.end()
        if kind == "wall" or text == COENG:
            parts.wall = text
            carried = take_atthacan(parts) if text == COENG else []
            parts = Parts(modifiers=carried)
            found.append(parts)
            before = ""
            continue
        add_part(parts, kind, text, before, cluster[position : position + 1])
        before = kind
    return found


def add_part(parts: Parts, kind: str, text: str, before: str, after: str) -> None:
    if kind == "coeng":
        # Canonical reordering puts atthacan between the conjoiner and its letter: each goes home again.
        parts.coengs.append(COENG + text[-1])
        parts.modifiers += [char for char in text[1:-1] if char == ATTHACAN]
        parts.joiners += sum(char in (ZWNJ, ZWJ) for char in text[1:-1])
    elif kind == "robat":
        parts.robat += text
    elif kind == "shifter":
        parts.shifters.append(text)
    elif kind == "vowel":
        parts.vowels.append(text)
    elif kind == "modifier":
        parts.modifiers.append(text)
    elif kind == "final":
        parts.finals.append(text)
    elif text == ZWNJ and (before == "shifter" or after in ("\u17c9", "\u17ca")):
        parts.held = True
    else:
        parts.joiners += 1


def take_atthacan(parts: Parts) -> list[str]:
    """Atthacans that canonical order wants behind the dangling coeng that follows.

    Source: Unicode, 3.11 (canonical ordering): 17D2 has class 9, 17DD has class 230.
    """
    carried: list[str] = []
    while not parts.finals and parts.modifiers and parts.modifiers[-1] == ATTHACAN:
        carried.append(parts.modifiers.pop())
    return carried


def takes_final(first: Parts, parts: Parts, base: str) -> bool:
    """Whether a final coeng is well-formed here: after which vowels, with which base.

    Source: UTN #61, Middle Khmer, final coengs.
    """
    if base not in BASES and base not in DEPRECATED:
        return False
    if base in RIGHT_SPACING_BASES and any(vowel in BELOW_VOWELS for vowel in parts.vowels) and not parts.finals:
        return True
    if base == RO:
        return False
    # 17A4 is 17A2 with the vowel 17B6, wherever it stands.
    letters = (parts.base, *(coeng[1] for coeng in parts.coengs))
    if QAA in letters or any(vowel in SPACING_VOWELS for vowel in parts.vowels):
        return True
    return parts is first and first.base == NYO and bool(parts.coengs) and not parts.finals


def write_parts(found: list[Parts]) -> str:
    """Write parts down in the order of UTN #61.

    Example:
        >>> write_parts(parse_parts("ខែ្ម"))
        'ខ្មែ'
    """
    return "".join(iter_written(found))


def iter_written(found: list[Parts]) -> Iterator[str]:
    for parts in found:
        yield parts.onset
        yield from parts.shifters
        if parts.held:
            yield ZWNJ
        yield from parts.vowels
        yield from parts.modifiers
        yield from parts.finals
        yield parts.wall


# -- for callers ---------------------------------------------------------------------------------------------------


def parse_syllable(cluster: str) -> Syllable:
    """Take one cluster apart into what it is made of, in whatever order it was typed.

    Args:
        cluster: A cluster, as :func:`khmertext.split_clusters` cuts it.

    Returns:
        The parts; those of a well-formed syllable join to the cluster. Repeated parts stay repeated; joiners without
        meaning are in none.

    Raises:
        ValueError: ``cluster`` is not one cluster.

    Example:
        >>> parse_syllable("ខ្មែ")
        Syllable(base='ខ', robat='', coengs=('្ម',), shifter='', vowels='ែ', modifiers='', final='', tail='')

    Source: UTN #61, the structure of the syllable.
    """
    if len(split_clusters(cluster)) != 1:
        raise ValueError(f"{cluster!r} is not one cluster; see split_clusters")
    alone = len(cluster) == 1 and (cluster in OTHERS or cluster not in KHMER)
    if alone or cluster[0] in DIGITS or cluster == "\r\n":
        return Syllable(cluster[0], "", (), "", "", "", "", cluster[1:])
    parts, *rest = parse_parts(cluster)
    return Syllable(
        base=parts.base,
        robat=parts.robat,
        coengs=tuple(parts.coengs),
        shifter="".join(parts.shifters) + (ZWNJ if parts.held else ""),
        vowels="".join(parts.vowels),
        modifiers="".join(parts.modifiers),
        final="".join(parts.finals),
        tail=parts.wall + write_parts(rest),
    )


def is_middle_syllable(cluster: str) -> bool:
    """Whether a cluster is one well-formed syllable of Middle Khmer, or one character that stands alone.

    Args:
        cluster: A cluster.

    Example:
        >>> is_middle_syllable("ក\u17bb\u200d\u17d2ស"), is_middle_syllable("ក\u200d\u17d2ស")
        (True, False)

    Source: UTN #61, the structure of the Middle Khmer syllable.
    """
    if len(cluster) == 1 and cluster in OTHERS:
        return True
    found = parse_parts(cluster)
    if write_parts(found) != cluster or not found[0].base or found[0].base in DEPRECATED:
        return False
    return all(
        (not parts.wall or (parts.wall[0] == ZWJ and number < len(found) - 1)) and is_subsyllable(parts)
        for number, parts in enumerate(found)
    )


def is_subsyllable(parts: Parts) -> bool:
    """Whether parts between final coengs are well-formed: the onset with what follows it, or what follows alone."""
    coengs = [coeng[1] for coeng in parts.coengs]
    if parts.joiners or len(parts.robat) > 1 or len(coengs) > MOST_COENGS or RO in coengs[:-1]:
        return False
    if len(parts.shifters) > 1 or len(parts.finals) > 1:
        return False
    if parts.held and not any(held.match(write_parts([parts])) for held in HELD_UP):
        return False
    vowels, signs = "".join(parts.vowels), "".join(parts.modifiers)
    if not MIDDLE_VOWELS.fullmatch(vowels) or (VOWEL_U in vowels and MEANS_SHIFTER.search(vowels + signs)):
        return False
    # SIGNS looks back at the vowel before.
    return MIDDLE_SIGNS.fullmatch(vowels[-1:] + signs, len(vowels[-1:])) is not None
