"""Where in a text something may be wrong: one scan for what is rare, so that the rest is copied unseen.

Nearly every fault of order shows as two marks side by side, and real text has few of those. The scan may find too much,
never too little: every cluster that is not in normal form, in any form, holds one of its places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from khmertext.script.classes import COENG, DIGITS, JOINERS
from khmertext.text.clusters import CLUSTER, MAX_CLUSTER

__all__ = ["find_start", "find_suspects", "iter_suspects"]

KHAN, ATTHACAN = "\u17d4", "\u17dd"

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


def find_suspects(text: str, coeng_da: bool) -> list[int]:
    """Where something may be wrong, ascending; every cluster that is not normal holds one of the places."""
    places = [match.start() for match in SUSPECT_PAIR.finditer(text)]
    for needle in (*SUSPECT_TEXTS, COENG_DA) if coeng_da else SUSPECT_TEXTS:
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
