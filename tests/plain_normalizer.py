"""A plain, slow normalizer, written apart from the one that ships: what the fast one is compared with.

It follows UTN #61 directly: take a cluster's characters, sort them into the order of the syllable, mend the sequences
that are not to be used, and do it all again until nothing changes. No memo, no scan, no slices.
"""

from __future__ import annotations

import re

from khmertext import split_clusters
from khmertext.script import grammar

BASES = "[\u1780-\u17a2\u17a5-\u17b3]"
VOWELS = "\u17c1\u17c2\u17c3\u17be\u17bf\u17c0\u17c4\u17c5\u17bb\u17bc\u17bd\u17b7\u17b8\u17b9\u17ba\u17b6"
MODIFIERS = "\u17c6\u17cb\u17cd\u17ce\u17cf\u17d0\u17d1\u17dd"
LETTER = re.compile(f"{BASES}|[-\u00a0\u00d7\u2012-\u2015\u2022\u25cc\u25fb-\u25fe]")
FINAL_BASES = "\u1783\u1788\u178d\u1794\u1799\u179e\u179f\u17a1"


def normalize_plainly(text: str) -> str:
    """The normal form of a text."""
    return "".join(map(normalize_cluster, split_clusters(text)))


def normalize_cluster(cluster: str) -> str:
    if re.fullmatch("[\u17e0-\u17e9\u17d4].*", cluster, re.DOTALL):
        mended = lunar_date(cluster)
        while "\u17dd\u17d2" in mended:
            mended = mended.replace("\u17dd\u17d2", "\u17d2\u17dd")
        return mended
    if len(cluster) == 1 and not "\u1780" <= cluster <= "\u17ff":
        return cluster
    cluster = cluster.replace("\u17a3", "\u17a2").replace("\u17a4", "\u17a2\u17b6")
    # Atthacan between a conjoiner and its letter belongs behind the pair; a joiner there means nothing.
    torn = re.compile(f"\u17d2([\u17dd\u200c\u200d]+)({BASES})")
    cluster = torn.sub(lambda found: "\u17d2" + found[2] + "\u17dd" * found[1].count("\u17dd"), cluster)
    head = LETTER.match(cluster)
    base, rest = (head[0], cluster[1:]) if head else ("", cluster)
    written = ""
    onset_base = base
    while True:
        part, wall, rest = split_at_wall(rest, onset_base)
        held = bool(re.search("[\u17c9\u17ca]\u200c|\u200c[\u17c9\u17ca]", part))
        carried = ""
        if wall == "\u17d2" and not re.search("[\u17c7\u17c8]", part):
            # Canonical order wants atthacan behind the conjoiner: those that come last go over the wall.
            signs = [mark for mark in part if mark in MODIFIERS]
            while signs and signs.pop() == "\u17dd":
                at = part.rindex("\u17dd")
                part, carried = part[:at] + part[at + 1 :], carried + "\u17dd"
        written += order_part(onset_base, part, held) + wall
        if not wall:
            return written
        rest = carried + rest
        onset_base = ""


def split_at_wall(rest: str, base: str) -> tuple[str, str, str]:
    """What can be reordered, what cannot be crossed, and what comes after."""
    position = 0
    while position < len(rest):
        final = re.compile(f"\u200d\u17d2({BASES})").match(rest, position)
        if final and final_coeng_fits(base, rest[:position], final[1]):
            return rest[:position], final[0], rest[final.end() :]
        if re.compile(f"\u17d2{BASES}").match(rest, position):
            position += 2
        elif rest[position] in VOWELS + MODIFIERS + "\u17cc\u17c9\u17ca\u17c7\u17c8\u200c\u200d":
            position += 1
        else:
            return rest[:position], rest[position], rest[position + 1 :]
    return rest, "", ""


def final_coeng_fits(base: str, part: str, letter: str) -> bool:
    marks = re.sub(f"\u17d2{BASES}", "", part)
    if letter in FINAL_BASES and re.search("[\u17bb\u17bc\u17bd]", marks) and not re.search("[\u17c7\u17c8]", marks):
        return True
    if letter == "\u179a":
        return False
    if re.search("[\u17b6\u17bf\u17c0\u17c4\u17c5]", marks):
        return True
    return base == "\u1789" and "\u17d2" in part and not re.search("[\u17c7\u17c8]", marks)


def order_part(base: str, part: str, held: bool) -> str:
    coengs = [pair.replace("\u178a", "\u178f") for pair in re.findall(f"\u17d2{BASES}", part)]
    marks = re.sub(f"\u17d2{BASES}|[\u200c\u200d]", "", part)
    coengs.sort(key=lambda pair: pair == "\u17d2\u179a")
    robat = "\u17cc" * marks.count("\u17cc")
    shifters = "".join(re.findall("[\u17c9\u17ca]", marks))
    vowels = compose([mark for mark in marks if mark in VOWELS])
    modifiers = "".join(mark for mark in marks if mark in MODIFIERS)
    finals = "".join(re.findall("[\u17c7\u17c8]", marks))
    onset = base + robat + "".join(coengs)
    strong = bool(base) and bool(re.match(grammar.STRONG_CLUSTER, onset))
    weak = bool(base) and not strong and bool(re.match(grammar.WEAK_CLUSTER, onset))
    if "\u17bb" in vowels and not shifters and (strong or weak):
        pushed = (
            bool(set(vowels) & set("\u17b7\u17b8\u17b9\u17ba\u17be"))
            or "\u17dd" in modifiers
            or ("\u17b6" in vowels and "\u17c6" in modifiers)
            or (weak and "\u17d0" in modifiers)
        )
        if pushed:
            vowels.remove("\u17bb")
            shifters = "\u17ca" if strong else "\u17c9"
    tail = "".join(sorted(vowels, key=VOWELS.index)) + modifiers + finals
    joiner = ""
    if held and shifters in ("\u17c9", "\u17ca"):
        pattern = grammar.HELD_UP_TRIISAP if strong else grammar.HELD_UP_MUUSIKATOAN if weak else "(?!)"
        joiner = "\u200c" if re.match(pattern, f"{shifters}\u200c{tail}") else ""
    return onset + shifters + joiner + tail


def compose(vowels: list[str]) -> list[str]:
    pairs = (
        ("\u17c1", "\u17b8", ["\u17be"]),
        ("\u17c1", "\u17b6", ["\u17c4"]),
        ("\u17c4", "\u17b8", ["\u17be", "\u17b6"]),
    )
    for one, other, result in pairs:
        if one in vowels and other in vowels:
            vowels = list(vowels)
            vowels.remove(one)
            vowels.remove(other)
            return compose(vowels + result)
    return vowels


def lunar_date(cluster: str) -> str:
    days = {"".join(chr(0x17E0 + int(digit)) for digit in str(day)): day for day in range(16)}
    left, conjoiner, right = cluster.partition("\u17d2")
    if conjoiner and right == "\u17d4" and left in days:
        return chr(0x19E0 + days[left])
    if conjoiner and left == "\u17d4" and right in days:
        return chr(0x19F0 + days[right])
    return "\u19f0" if cluster == "\u17d4\u17d2\u17d4" else cluster
