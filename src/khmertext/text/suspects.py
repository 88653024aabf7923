"""Where in a text something may be wrong: one scan for what is rare, so that the rest is copied unseen.

Nearly every fault of order shows as two marks side by side, and real text has few of those. The scan may find too much,
never too little: every cluster that is not in normal form, in any form, is among those found. Where much is found, the
text is cut up whole instead: that is faster than looking around each place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from khmertext.script import grammar
from khmertext.script.classes import COENG, JOINERS, RO, ROBAT, ZWJ, ZWNJ, char_set
from khmertext.text.boundaries import CLUSTER, INSIDE, SHORTEST_CUT, find_start

__all__ = ["SHORT", "Stretch", "find_start", "iter_suspects", "may_be_wrong"]

KHAN, ATTHACAN = "\u17d4", "\u17dd"

# Two marks side by side, but for the pairs that the normal order has. Shifters, vowels, modifiers and finals are runs
# of the code chart, so that two ranges find the candidates and look-behinds let the lawful ones go. Candidates as well,
# since that is cheaper than a search for each: coeng da, and a conjoiner beside a KHAN.
SHIFTER, VOWEL, FINAL = "\u17c9\u17ca", "\u17b6-\u17c5", "\u17c7\u17c8"
CALM = "\u17c6\u17cb\u17cd-\u17cf\u17d1"  # modifiers but samyok sannya, which can push a shifter down
SIGN = f"{CALM}\u17d0"
DA = "\u178a"
NOT_COENG = "\u17b6-\u17d1\u17d3\u17d4"
LAWFUL = (
    f"[{NOT_COENG}][{DA}\u17d3\u17d4]",
    f"[{VOWEL}{SIGN}][{FINAL}]",
    f"[\u17b6-\u17ba\u17bc-\u17c5][{SIGN}]",
    f"[{SHIFTER}][\u17b6-\u17cb\u17cd-\u17d1]",
    f"[\u17bb{SIGN}][{CALM}]",
    f"{ROBAT}[\u17b6-\u17d2]",
    f"[{FINAL}][{FINAL}]",
)
PAIR = f"[\u17b6-\u17d4][{DA}\u17b6-\u17d4]" + "".join(f"(?<!{pair})" for pair in LAWFUL)

# What is suspect wherever it stands, and may stand between a conjoiner and its letter.
STRAYS = f"[{ZWNJ}{ZWJ}{ATTHACAN}]"

# Around a suspect: before it the base, where that is near and surely begins the cluster (nothing that could join it
# stands before it); behind it all that may belong to the same cluster.
BEGIN = f"(?<=(?<![{COENG}{ATTHACAN}{ZWNJ}{ZWJ}])([\u1780-\u17b3])"
LETTER = "[\u1780-\u17b3]"
NEAR_PAIR = f"(?:{BEGIN}[^{KHAN}]{{2}})|{BEGIN}{COENG}{LETTER}[^{KHAN}]{{2}})|)"
NEAR_STRAY = f"(?:{BEGIN}.)|{BEGIN}[\u17b6-\u17d1].)|{BEGIN}{COENG}{LETTER}.)|)"
BELOW = f"(?:{LETTER}|{STRAYS}{{1,{grammar.MAX_MARKS}}}+{LETTER})"
MARK = char_set({*grammar.MARKS, *JOINERS})
ROW = f"(?:(?<={COENG}){BELOW})?(?:{MARK}|{COENG}{BELOW}?)*+"


# Where a cluster surely begins, as find_start has it.
SURE = re.compile(f"(?<![{COENG}{ATTHACAN}{ZWNJ}{ZWJ}])[^{char_set({*INSIDE, chr(10)})[1:]}")

WINDOW = 1 << 14
"""Characters at a time: memory does not grow with the number of faults, and each part is treated as it deserves."""
DENSE = 8
"""With more than one suspect in so many characters, a window is cut up whole."""
UNSEEN = 8
"""So many windows after such a one are cut up unseen: faults come together."""
SHORT = 1 << 10
"""Up to this length :func:`may_be_wrong` is worth its while."""


Suspect = tuple[int, int, int]
"""A place where something may be wrong; where its cluster begins, or -1 where that must be looked for; and up to where
what is there may belong together."""


class Stretch(NamedTuple):
    """Clusters that may be wrong.

    Attributes:
        clusters: Their texts; not empty.
        starts: Where they begin; where there is one only, the others follow one another from there.
        end: Where the last one ends.
    """

    clusters: list[str]
    starts: list[int]
    end: int

    @property
    def whole(self) -> bool:
        """Whether they follow one another."""
        return len(self.starts) == 1


@cache
def compile_pair(coeng_da: bool) -> re.Pattern[str]:
    """What finds suspect pairs; coeng da is one of them, or not."""
    pair = PAIR if coeng_da else f"{PAIR}(?<!{DA})"
    return re.compile(f"{pair}{NEAR_PAIR}{ROW}")


@cache
def compile_stray(stray: str) -> re.Pattern[str]:
    """What finds one of the strays: a pattern that begins with one character is much faster than with three."""
    return re.compile(f"{stray}{NEAR_STRAY}{ROW}")


def may_be_wrong(text: str, coeng_da: bool) -> bool:
    """Whether there is a suspect at all: for short texts, where each search costs more than the scan.

    Args:
        text: Any string.
        coeng_da: Whether coeng da is wrong.
    """
    return (
        compile_pair(coeng_da).search(text) is not None
        or ZWNJ in text
        or ZWJ in text
        or ATTHACAN in text
        or ROBAT in text
        or "\u17a3" in text
        or "\u17a4" in text
        or COENG + RO + COENG in text
    )


def iter_suspects(text: str, coeng_da: bool) -> Iterator[Stretch]:
    """All clusters of a text that may be wrong, each once, in order, and perhaps others.

    Args:
        text: Any string.
        coeng_da: Whether coeng da is wrong.
    """
    floor = 0  # where a cluster begins; what is before it has been seen
    unseen = 0
    for first in range(0, len(text), WINDOW):
        last = first + WINDOW
        if last <= floor:
            continue
        suspects = [] if unseen else find_suspects(text, first, last, coeng_da)
        if unseen or len(suspects) * DENSE > WINDOW:
            unseen = unseen - 1 if unseen else UNSEEN
            start = find_start(text, max(first, floor), floor)
            sure = SURE.search(text, last)
            floor = sure.start() if sure else len(text)
            yield Stretch(CLUSTER.findall(text, start, floor), [start], floor)
        elif suspects:
            found = look_around(text, suspects, floor, last)
            if found is not None:
                yield found
                floor = found.end


def find_suspects(text: str, first: int, last: int, coeng_da: bool) -> list[Suspect]:
    """The suspects in a part of a text, ascending."""
    # One character more, for a pair whose second is behind the end.
    suspects = match_suspects(compile_pair(coeng_da), text, first, last + 1)
    pairs = len(suspects)
    for stray in (ZWNJ, ZWJ, ATTHACAN):
        place = text.find(stray, first, last)
        if place >= 0:
            suspects += match_suspects(compile_stray(stray), text, place, last)
    for rare in ("\u17a3", "\u17a4", ROBAT, COENG + RO + COENG):
        end = last + len(rare) - 1  # it may begin at the last character
        place = text.find(rare, first, end)
        while place >= 0:
            # Robat is in its place but behind a coeng.
            if rare != ROBAT or text.endswith(COENG, 0, max(place - 1, 0)):
                suspects.append((place, -1, place + 1))
            place = text.find(rare, place + 1, end)
    if len(suspects) > pairs:
        suspects.sort()
    return suspects


def match_suspects(pattern: re.Pattern[str], text: str, first: int, last: int) -> list[Suspect]:
    return [
        (match.start(), match.start(match.lastindex) if match.lastindex else -1, match.end())
        for match in pattern.finditer(text, first, last)
    ]


def look_around(text: str, suspects: list[Suspect], floor: int, last: int) -> Stretch | None:
    """The clusters of suspects, from a floor on; None if all of them have been seen."""
    starts: list[int] = []
    clusters: list[str] = []
    match = CLUSTER.match
    for place, start, end in suspects:
        if end <= floor:
            continue
        # A row as short as that is not cut anywhere; one that reaches beyond the window may go on.
        if floor <= start and end - start <= SHORTEST_CUT and end < last:
            starts.append(start)
            clusters.append(text[start:end])
            floor = end
            continue
        start = find_start(text, max(place, floor), floor)
        while start < end:
            found = match(text, start)
            assert found is not None  # CLUSTER takes any character
            if found.end() > place:
                starts.append(start)
                clusters.append(found[0])
            start = found.end()
        floor = start
    return Stretch(clusters, starts, floor) if clusters else None
