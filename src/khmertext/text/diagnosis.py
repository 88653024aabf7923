"""What is wrong with a text: diagnostics with a stable code, a place, and an edit where one helps.

The strategy: cut the text into clusters, ask of each *distinct* cluster once what is wrong with it, and look at the
few things that lie between clusters (a mark that has lost its base, look-alikes, legacy fonts) apart. What a cluster
becomes is decided by normal form alone, so that the two never contradict each other; here its faults get their names.

A cluster whose faults mend each other has one edit, which all of its diagnostics carry. An edit is safe when the
visual form makes it too: then the picture stays the same in every font tried.

Source: UTN #61 (Khmer Encoding Structure); the catalog of codes is :mod:`khmertext.text.catalog`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from itertools import accumulate
from typing import NamedTuple

from khmertext.script import grammar
from khmertext.script.classes import (
    COENG,
    DIGITS,
    FINALS,
    INVISIBLES,
    JOINERS,
    KHMER,
    KHMER_SET,
    MODIFIERS,
    OTHERS,
    RO,
    ROBAT,
    SHIFTERS,
    VOWELS,
    ZWJ,
    ZWNJ,
)
from khmertext.script.lookalikes import LIMON_WORDS, THAI_LOOKALIKES
from khmertext.script.profiles import Profile, Structure, find_profile
from khmertext.text.catalog import CATALOG, Severity
from khmertext.text.clusters import CLUSTER
from khmertext.text.edits import Edit, apply_edits, make_edit
from khmertext.text.mending import Settings, explain_cluster, mend_cluster
from khmertext.text.syllables import MIDDLE_VOWELS, MOST_COENGS, TOKEN, is_middle_syllable, parse_parts
from khmertext.text.visual import explain_visually, mend_visually

__all__ = ["Diagnostic", "FixResult", "check", "fix_text"]

MEMO_SIZE = 1 << 15
MAX_ROUNDS = 40
KHAN, BEYYAL, LETTER_TA = "\u17d4", "\u17d8", "\u178f"
LUNAR_SIGN, ATTHACAN, SAMYOK_SANNYA, VOWEL_U = "\u17d3", "\u17dd", "\u17d0", "\u17bb"
DISCOURAGED = frozenset("\u17d3\u17b4\u17b5")
DEPRECATED = {"\u17a3": "KT501", "\u17a4": "KT502"}
COENG_DA = re.compile(f"{COENG}\u178a")
SYLLABLE = re.compile(grammar.SYLLABLE)
FINAL_COENG = re.compile(f"{ZWJ}{COENG}.", re.DOTALL)
MOST_SIGNS = 2

# Marks make a cluster of their own where they have no base; what stands alone takes none.
MARKS = frozenset({*VOWELS, *SHIFTERS, *MODIFIERS, *FINALS, *JOINERS, ROBAT, COENG})
STANDALONE = OTHERS - set(DEPRECATED)

# The order of UTN #61: a part never follows one of a higher rank.
RANKS = {"robat": 1, "coeng": 2, "shifter": 3, "vowel": 4, "modifier": 5, "final": 6}
ONE_EACH = frozenset(("robat", "shifter", "vowel", "modifier", "final"))
SPLIT_VOWELS = (("KT201", "\u17c1", "\u17b8"), ("KT202", "\u17c1", "\u17b6"), ("KT203", "\u17c4", "\u17b8"))
RULE_CODES = {"coeng-ro": "KT401", "vowel-u": "KT301", "vowel-order": "KT106", "joiner": "KT601"}
RULE_PLACES = {"coeng-ro": ("coeng",), "vowel-u": ("", VOWEL_U), "vowel-order": ("vowel",), "joiner": ("joiner",)}

THAI = re.compile(f"(?<={KHMER_SET})[{''.join(THAI_LOOKALIKES)}]+")
MIXED_NUMBER = re.compile(
    "(?<![0-9\u17e0-\u17e9])(?:[0-9]++[\u17e0-\u17e9]|[\u17e0-\u17e9]++[0-9])[0-9\u17e0-\u17e9]*+"
)
LIMON = re.compile("|".join(sorted(map(re.escape, LIMON_WORDS), key=lambda word: (-len(word), word))))
LEGACY_WORDS, LEGACY_GAP = 4, 80  # so many different words, so few characters between them


class Diagnostic(NamedTuple):
    """One thing to say about a place in a text.

    Attributes:
        code: A key of :data:`khmertext.text.catalog.CATALOG`.
        start: Where it begins, in code points from the start of the text.
        end: Where it ends.
        message: What is wrong, in one line.
        edit: What would mend it, or None. It can reach further than the diagnostic.
        safe: Whether the edit keeps the picture in every font tried; False without one.
    """

    code: str
    start: int
    end: int
    message: str
    edit: Edit | None = None
    safe: bool = False

    @property
    def severity(self) -> Severity:
        """How much it weighs; notes never make a check fail."""
        return CATALOG[self.code].severity


class FixResult(NamedTuple):
    """A mended text.

    Attributes:
        text: The text.
        applied: Code to how many edits were made for it.
        remaining: The diagnostics of the mended text.
    """

    text: str
    applied: dict[str, int]
    remaining: list[Diagnostic]


def check(text: str, *, lang: str = "km", keep_coeng_da: bool = False) -> list[Diagnostic]:
    """Tell what is wrong with the Khmer of a text.

    A text without errors is *conformant*: its syllables follow the grammar, and it holds none of the sequences that
    UTN #61 says not to use.

    Args:
        text: Any string.
        lang: The language, as a BCP 47 tag: of those written in Khmer script.
        keep_coeng_da: Whether to say nothing about coeng da.

    Returns:
        Diagnostics in the order of their places; offsets are in code points.

    Raises:
        TypeError: ``text`` is not a str.
        ValueError: The language is not written in Khmer script.

    Example:
        >>> for found in check("ខែ្មរ"):
        ...     print(found.code, found.start, found.end, found.message, found.safe)
        KT102 1 4 a vowel or sign stands before a coeng True

    Source: UTN #61, the structure of the syllable; sequences not to be used.
    """
    profile = find_profile(lang)
    pieces: list[str] = CLUSTER.findall(text)
    diagnose = diagnoser(profile, keep_coeng_da)
    # Most text has nothing to say: that is found out without counting offsets.
    answers = list(map(diagnose, pieces))
    found: list[Diagnostic] = []
    if any(answers):
        starts = accumulate(map(len, pieces), initial=0)
        for index, (start, answer) in enumerate(zip(starts, answers, strict=False)):
            if answer:
                place(found, text, pieces, index, start, answer)
    found += iter_lookalikes(text)
    found.sort(key=lambda diagnostic: (diagnostic.start, diagnostic.end, diagnostic.code))
    return found


def place(
    found: list[Diagnostic], text: str, pieces: list[str], index: int, start: int, answer: tuple[Diagnostic, ...]
) -> None:
    """Put a cluster's diagnostics where it stands; what it lacks a base for is known by what is before it."""
    if answer[0].code != "KT701":
        found.extend(reach_repeat(move(diagnostic, start), text) for diagnostic in answer)
        return
    before = pieces[index - 1] if index else ""
    if before in INVISIBLES and index > 1 and pieces[index - 2][0] in KHMER:
        edit = Edit(start - 1, start, "", "invisible")
        found.append(Diagnostic("KT604", start - 1, start, CATALOG["KT604"].message, edit))
        found.extend(reach_repeat(move(diagnostic, start), text) for diagnostic in answer[1:])
    elif (
        (before[:1] in KHMER and before)
        or (len(before) > 1 and before != "\r\n")
        or (before in JOINERS and index > 1 and pieces[index - 2][0] in KHMER)
    ):
        # A mark after Khmer has no cluster of its own, unless the one before was full.
        if found and found[-1].code == "KT705" and found[-1].end == start:
            found[-1] = found[-1]._replace(end=start + len(pieces[index]))
        else:
            found.append(Diagnostic("KT705", start, start + len(pieces[index]), CATALOG["KT705"].message))
    else:
        found.extend(reach_repeat(move(diagnostic, start), text) for diagnostic in answer)


def reach_repeat(diagnostic: Diagnostic, text: str) -> Diagnostic:
    """Let the edit that takes away a repeated mark take the whole row of it, beyond the cluster too."""
    edit = diagnostic.edit
    if diagnostic.code != "KT702" or edit is None or text[edit.start - 1] != text[edit.start]:
        return diagnostic
    end = edit.end
    while end < len(text) and text[end] == text[end - 1]:
        end += 1
    return diagnostic._replace(end=end, edit=edit._replace(end=end))


def move(diagnostic: Diagnostic, offset: int) -> Diagnostic:
    edit = diagnostic.edit
    if edit is not None:
        edit = Edit(edit.start + offset, edit.end + offset, edit.replacement, edit.rule)
    return diagnostic._replace(start=diagnostic.start + offset, end=diagnostic.end + offset, edit=edit)


def fix_text(
    text: str,
    *,
    unsafe: bool = False,
    lang: str = "km",
    keep_coeng_da: bool = False,
    codes: frozenset[str] | None = None,
) -> FixResult:
    """Apply the edits that :func:`check` suggests, until there are no more, or :data:`MAX_ROUNDS` times.

    One round is enough for nearly every text; a long row of different marks on one base can take more than there are.

    Args:
        text: Any string.
        unsafe: Whether to apply edits too that can change what readers see.
        lang: As for :func:`check`.
        keep_coeng_da: As for :func:`check`.
        codes: Only the edits of these codes; None for all.

    Raises:
        TypeError: ``text`` is not a str.
        ValueError: The language is not written in Khmer script.

    Example:
        >>> fix_text("ខែ្មរ").text == "ខ្មែរ", fix_text("ក្ដី").applied, fix_text("ក្ដី", unsafe=True).applied
        (True, {}, {'KT402': 1})
    """
    applied: Counter[str] = Counter()
    for _ in range(MAX_ROUNDS):
        remaining = check(text, lang=lang, keep_coeng_da=keep_coeng_da)
        chosen = {
            diagnostic.edit: diagnostic.code
            for diagnostic in remaining
            if diagnostic.edit is not None
            and (unsafe or diagnostic.safe)
            and (codes is None or diagnostic.code in codes)
        }
        edits: list[Edit] = []
        for edit in sorted(chosen):
            # Edits of one cluster can overlap; the rest is for the next round.
            if not edits or edit.start >= edits[-1].end:
                edits.append(edit)
                applied[chosen[edit]] += 1
        if not edits:
            break
        text = apply_edits(text, tuple(edits))
    else:
        remaining = check(text, lang=lang, keep_coeng_da=keep_coeng_da)
    return FixResult(text, dict(applied), remaining)


# -- one cluster ---------------------------------------------------------------------------------------------------


@cache
def diagnoser(profile: Profile, keep_coeng_da: bool) -> Callable[[str], tuple[Diagnostic, ...]]:
    """:func:`diagnose_cluster` with a memo of its own."""

    @lru_cache(maxsize=MEMO_SIZE)
    def diagnose(cluster: str) -> tuple[Diagnostic, ...]:
        return diagnose_cluster(cluster, profile, keep_coeng_da)

    return diagnose


def diagnose_cluster(cluster: str, profile: Profile, keep_coeng_da: bool) -> tuple[Diagnostic, ...]:
    """What is to be said of a cluster alone; offsets count from its start. "Without a base" comes first.

    Args:
        cluster: What :func:`khmertext.split_clusters` cuts.
        profile: The language.
        keep_coeng_da: Whether to say nothing about coeng da.
    """
    if cluster[0] not in KHMER and (len(cluster) == 1 or cluster == "\r\n"):
        return ()
    found = Findings(cluster)
    settings = Settings("utn61", fold_coeng_da=False)
    mended = mend_cluster(cluster, settings)
    if mended != cluster:
        name_changes(found, cluster, mended, settings)
    well_formed = is_middle_syllable if profile.structure is Structure.MIDDLE else SYLLABLE.fullmatch
    if not well_formed(mended):
        name_faults(found, cluster, mended, profile)
        if not found.diagnostics:
            found.add("KT706", 0, len(cluster))
    if cluster == BEYYAL:
        found.add("KT503", 0, 1, Edit(0, 1, KHAN + "\u179b" + KHAN, "beyyal"))
    if profile.folds_coeng_da and not keep_coeng_da:
        for match in COENG_DA.finditer(cluster):
            found.add("KT402", match.start(), match.end(), Edit(match.end() - 1, match.end(), LETTER_TA, "coeng-da"))
    return tuple(sorted(found.diagnostics.values(), key=lambda diagnostic: diagnostic.code != "KT701"))


class Findings:
    """Diagnostics of one cluster, one of each code.

    Args:
        cluster: The cluster.
    """

    def __init__(self, cluster: str) -> None:
        self.diagnostics: dict[str, Diagnostic] = {}
        self.tokens = list(iter_tokens(cluster))

    def add(self, code: str, start: int, end: int, edit: Edit | None = None, safe: bool = False) -> None:
        """Say something, unless it was said already."""
        self.diagnostics.setdefault(code, Diagnostic(code, start, end, CATALOG[code].message, edit, safe))

    def span(self, kinds: str, chars: str = "") -> tuple[int, int]:
        """From the first to the last token of some kinds, or holding some characters; else everything."""
        chosen = [token for token in self.tokens if token.kind in kinds.split() or any(c in chars for c in token.text)]
        if not chosen:
            chosen = self.tokens
        return (chosen[0].start, chosen[-1].end) if chosen else (0, 1)


class Token(NamedTuple):
    """A part of a cluster, as typed: its kind is a group of the tokens' pattern, or "base"."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def iter_tokens(cluster: str) -> Iterator[Token]:
    start = 0
    if cluster[0] not in MARKS:
        yield Token("base", cluster[0], 0)
        start = 1
    for match in TOKEN.finditer(cluster, start):
        # A conjoiner with nothing to join is a wall.
        kind = "wall" if match[0] == COENG else match.lastgroup or ""
        yield Token(kind, match[0], match.start())


# -- what normal form changes --------------------------------------------------------------------------------------


def name_changes(found: Findings, cluster: str, mended: str, settings: Settings) -> None:
    """The faults that normal form mends; all carry its edit, or that of the visual form where it does for them."""
    rules = explain_cluster(cluster, settings)
    whole = make_edit(0, cluster, mended, "+".join(rules))
    visual = mend_visually(cluster)
    safe = visual == mended
    kept: set[str] = set()  # the rules for which the visual form is enough
    part = whole
    if not safe and visual != cluster:
        shown = explain_visually(cluster)
        part = make_edit(0, cluster, visual, "+".join(shown))
        kept = set(shown) - set(explain_cluster(visual, settings))
    for code, rule, (start, end) in iter_changes(found, cluster, mended, rules):
        if rule in kept:
            found.add(code, start, end, part, safe=True)
        else:
            found.add(code, start, end, whole, safe=safe)


def iter_changes(
    found: Findings, cluster: str, mended: str, rules: list[str]
) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """Code, rule and place of what normal form mends in a cluster."""
    if "lunar" in rules:
        yield "KT504", "lunar", (0, len(cluster))
        return
    for token in found.tokens:
        letter = token.text[-1]
        if letter in DEPRECATED and token.kind in ("base", "coeng"):
            yield DEPRECATED[letter], "deprecated", (token.start, token.end)
        if token.kind == "coeng" and len(token.text) > len(COENG) + 1:
            yield "KT105", "order", (token.start, token.end)
    if "split-vowel" in rules:
        typed = Counter(token.text for token in found.tokens if token.kind == "vowel")
        for code, one, other in SPLIT_VOWELS:
            if typed[one] and typed[other]:
                yield code, "split-vowel", found.span("", one + other)
    for rule, code in RULE_CODES.items():
        if rule in rules:
            yield code, rule, found.span(*RULE_PLACES[rule])
    if ZWNJ in mended:
        # It holds up a shifter and is kept, but behind the shifter.
        before = re.search(f"{ZWNJ}(?=[\u17c9\u17ca])", cluster)
        if before:
            yield "KT602", "order", (before.start(), before.end() + 1)
    highest = 0
    start = 0
    for token in found.tokens:
        if token.kind == "wall" or (token.kind == "joiner" and token.text == ZWJ):
            highest = 0
        rank = RANKS.get(token.kind, 0)
        if rank > highest:
            highest, start = rank, token.start
        elif 0 < rank < highest:
            yield order_code(token.kind, highest), "order", (start, token.end)
    if not found.diagnostics and not any(code for code in rules if code in RULE_CODES or code == "split-vowel"):
        yield "KT101", "order", found.span("")


def order_code(kind: str, highest: int) -> str:
    """The code of a part that stands behind one of a higher rank."""
    if kind == "coeng":
        return "KT103" if highest == RANKS["shifter"] else "KT102"
    return "KT104" if kind == "robat" else "KT101"


# -- what nothing changes ------------------------------------------------------------------------------------------


def name_faults(found: Findings, cluster: str, mended: str, profile: Profile) -> None:
    """The faults that stay in the normal form."""
    if cluster[0] in STANDALONE:
        name_faults_alone(found, cluster)
        return
    if cluster[0] in MARKS:
        found.add("KT701", 0, len(cluster))
    repeated = find_repeated(found.tokens)
    if repeated is not None:
        edit = Edit(repeated.start, repeated.end, "", "repeated-mark")
        found.add("KT702", repeated.start, repeated.end, edit)
    dangling = next((token for token in found.tokens if token.text == COENG), None)
    for parts in parse_parts(mended):
        vowels, shifters = set(parts.vowels), set(parts.shifters)
        signs = "".join(parts.modifiers)
        several = len(vowels) > 1 and (
            profile.structure is Structure.MODERN or not MIDDLE_VOWELS.fullmatch("".join(parts.vowels))
        )
        if several:
            found.add("KT204", *found.span("vowel"))
        if len(shifters) > 1:
            found.add("KT303", *found.span("shifter"))
        if len(parts.coengs) > MOST_COENGS or any(coeng[1] == RO for coeng in parts.coengs[:-1]):
            found.add("KT404", *found.span("coeng"))
        if len(set(signs)) > MOST_SIGNS or len(set(parts.finals)) > 1:
            found.add("KT703", *found.span("modifier final"))
        if parts.vowels[-1:] == [VOWEL_U] and signs[:1] in (SAMYOK_SANNYA, ATTHACAN) and signs:
            found.add("KT302", *found.span("", VOWEL_U + signs[0]))
        if parts.wall == COENG:
            place = (dangling.start, dangling.end) if dangling else (0, len(cluster))
            found.add("KT403", *place)
        elif parts.wall[:1] == ZWJ:
            final = FINAL_COENG.search(cluster)
            if profile.structure is Structure.MODERN and final:
                found.add("KT603", final.start(), final.end())
        elif parts.wall:
            found.add("KT506" if parts.wall in DISCOURAGED else "KT704", *found.span("", parts.wall))


def name_faults_alone(found: Findings, cluster: str) -> None:
    """The faults of a digit, a sign or a symbol with something on it."""
    for token in found.tokens[1:]:
        if token.text == COENG:
            found.add("KT403", token.start, token.end)
        elif token.kind == "coeng":
            found.add("KT405", token.start, token.end)
        elif token.kind == "joiner":
            found.add("KT601", token.start, token.end, Edit(token.start, token.end, "", "joiner"))
        elif token.text in DISCOURAGED:
            on_digit = token.text == LUNAR_SIGN and cluster[0] in DIGITS
            found.add("KT505" if on_digit else "KT506", token.start - 1, token.end)
        else:
            found.add("KT704", token.start, token.end)


def find_repeated(tokens: list[Token]) -> Token | None:
    """The first mark that its part of the cluster has already."""
    seen: set[str] = set()
    for token in tokens:
        if token.kind == "wall":
            seen.clear()
        elif token.kind in ONE_EACH:
            if token.text in seen:
                return token
            seen.add(token.text)
    return None


# -- what lies between clusters ------------------------------------------------------------------------------------


def iter_lookalikes(text: str) -> Iterator[Diagnostic]:
    """Thai letters among Khmer ones, numbers of both digits, text for legacy fonts."""
    for match in THAI.finditer(text):
        replacement = "".join(THAI_LOOKALIKES[char] for char in match[0])
        edit = Edit(match.start(), match.end(), replacement, "lookalike")
        yield Diagnostic("KT901", match.start(), match.end(), CATALOG["KT901"].message, edit)
    for match in MIXED_NUMBER.finditer(text):
        yield Diagnostic("KT902", match.start(), match.end(), CATALOG["KT902"].message)
    yield from iter_legacy(text)


def iter_legacy(text: str) -> Iterator[Diagnostic]:
    """Stretches of a line in which several words of a legacy encoding stand close together."""
    group: list[re.Match[str]] = []
    for match in (*LIMON.finditer(text), None):
        if match is not None and group:
            between = text[group[-1].end() : match.start()]
            if len(between) <= LEGACY_GAP and "\n" not in between:
                group.append(match)
                continue
        if len({found[0] for found in group}) >= LEGACY_WORDS:
            yield Diagnostic("KT801", group[0].start(), group[-1].end(), CATALOG["KT801"].message)
        group = [match] if match is not None else []
