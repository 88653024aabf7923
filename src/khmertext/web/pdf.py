"""The text that comes out of a PDF against the text of pages, cluster by cluster.

Both texts are cut into clusters in normal form; white space and what only guides line breaking is left out, since
writers of PDF drop it. What is in the same order is matched by a longest common subsequence; blocks that a PDF has
elsewhere are matched where they are. The rest is what readers, search and screen readers get wrong.

The subsequence is found with the bits of long integers, so that even text that is wrong throughout takes bounded time
and memory; texts longer than MOST_ALIGNED are cut at stretches that both hold once.

Source of the algorithm: H. Hyyrö, "Bit-parallel LCS-length computation revisited", 2004.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from khmertext.script.classes import COENG, RO
from khmertext.text import normalize
from khmertext.text.clusters import split_clusters
from khmertext.web.pdftext import PdfFont, PdfText
from khmertext.web.printed import PrintedText
from khmertext.web.scripts import KHMER_LETTER

__all__ = ["KINDS", "Cause", "PdfComparison", "PdfFinding", "compare_pdf"]

# Nothing to see, and nothing that writers keep: white space, soft hyphens, ZWSP, word joiners, byte order marks.
IGNORED = "\\s\u00ad\u200b\u2060\ufeff"
DROPPED = re.compile(f"[{IGNORED}]+")
KEPT = re.compile(f"[^{IGNORED}]+")
DAMAGE = re.compile("[\ufffd\ue000-\uf8ff\0]")
MOST_ALIGNED = 8192
ANCHOR = 6
TILE = 3
MAX_CANDIDATES = 16
CONTEXT = 4
MOST_TOGETHER = 20
TOGETHER = frozenset({"visual-order", "reordered", "subscript", "split-vowel"})
KHMER_DIGITS = frozenset("០១២៣៤៥៦៧៨៩")
FRONT_VOWEL = re.compile("[\u17c1-\u17c3]")
COENG_RO = re.compile(f"{COENG}{RO}")
LEFT_PARTS = re.compile(f"[\u17c1-\u17c3]|{COENG}{RO}")
# What is left of a vowel of two parts when the part in front of the base is lost (and of some the sign below too).
LEFT_LOST = {"\u17be": "\u17b8", "\u17bf": "\u17ba", "\u17c0": "", "\u17c4": "\u17b6", "\u17c5": ""}
SPLIT_VOWELS = re.compile("[\u17be-\u17c0\u17c4\u17c5]")

KINDS = {
    "lost": "is not in the PDF",
    "added": "is in the PDF, but not in the page",
    "doubled": "comes twice",
    "replaced": "comes as U+FFFD or nothing: the font tells no character",
    "private-use": "comes as private-use characters",
    "visual-order": "comes in the order it is drawn in: a vowel or coeng ro in front of its base",
    "reordered": "comes in another order",
    "split-vowel": "lost a half of a vowel of two parts, or got it apart",
    "subscript": "comes with subscripts as letters of their own",
    "partial": "lost a part",
    "repeated": "got a part twice",
    "extra": "got a part that is not its own",
    "changed": "comes as something else",
}
"""What became of text, and what that means."""


class PdfFinding(NamedTuple):
    """A place where the PDF's text is not the page's.

    Attributes:
        kind: One of the keys of :data:`KINDS`.
        expected: The clusters of the page; "" where there are none.
        found: Those of the PDF; "" where there are none.
        clusters: How many clusters are wrong.
        page: The page of the PDF, from 1; for what is lost, where it would stand. 0 where the PDF has no text.
        source: The page (HTML) that has it; "" where none has.
        line: Its line there, from 1, or 0.
        before: What stands in front of it.
        after: What stands behind it.
    """

    kind: str
    expected: str
    found: str
    clusters: int
    page: int
    source: str
    line: int
    before: str
    after: str


class Cause(NamedTuple):
    """What a PDF does that explains findings, and what to do.

    Attributes:
        code: "no-text", "no-tounicode", "private-use", "glyph-by-glyph", "scripts" or "not-embedded".
        message: What it does.
        advice: What to do.
        fonts: The fonts that it is about.
    """

    code: str
    message: str
    advice: str
    fonts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PdfComparison:
    """How the text of a PDF compares.

    Attributes:
        expected: How many clusters the pages are known to show in print.
        same: How many of them come out as they are.
        moved: How many of these stand in another order than in the page; that is no fault.
        findings: What is wrong, in the order of the page.
        causes: Why.
    """

    expected: int
    same: int
    moved: int
    findings: tuple[PdfFinding, ...]
    causes: tuple[Cause, ...]

    @property
    def good(self) -> bool:
        """Whether there is nothing to say."""
        return not self.findings and not self.causes

    def count_kinds(self) -> dict[str, int]:
        """How many clusters each kind of finding is about, the most frequent first."""
        counts: Counter[str] = Counter()
        for finding in self.findings:
            counts[finding.kind] += finding.clusters
        return dict(counts.most_common())


class Token(NamedTuple):
    text: str  # a cluster in normal form
    raw: str  # as it is written
    certain: bool
    source: str
    line: int  # of the HTML, or the page of a PDF
    begins: bool = False  # whether white space or the edge of a piece of text is in front of it


def compare_pdf(pdf: PdfText, pages: Sequence[PrintedText], *, partly: bool = False) -> PdfComparison:
    """Compare the text that comes out of a PDF with what pages show in print.

    Args:
        pdf: The PDF.
        pages: The pages that it was made of, in order.
        partly: Whether only some pages of the PDF were read: what is lost in front of the first and behind the last
            cluster found is then no finding.

    Returns:
        What is lost, changed and doubled, and why.

    Example:
        >>> from khmertext.web.pdftext import PdfPage
        >>> from khmertext.web.printed import read_printed
        >>> page = read_printed("<p>ខ្មែរ".encode(), "page.html")
        >>> result = compare_pdf(PdfText((PdfPage(1, "ែខ្មរ"),)), [page])
        >>> [(finding.kind, finding.expected, finding.found) for finding in result.findings]
        [('visual-order', 'ខ្មែ', 'ែខ្ម')]
    """
    want = [token for page in pages for token in page_tokens(page)]
    got = [token for page in pdf.pages for token in cut(page.text, source="", line=page.number, damage=True)]
    starts = {place for place, token in enumerate(want) if token.begins}
    matching = Matching([token.text for token in want], [token.text for token in got], starts)
    matching.match_in_order()
    matching.match_moved()
    matching.prefer({place for place, token in enumerate(want) if token.certain})
    digits = any(page.counters for page in pages)
    matching.match_leftovers(digits=digits)
    findings = list(find_all(want, got, matching, pages, partly=partly))
    certain = sum(token.certain for token in want)
    wrong = sum(finding.clusters for finding in findings if finding.expected)
    if partly:
        certain = sum(want[place].certain for place in matching.found) + wrong
    moved = sum(want[place].certain for place in matching.find_moved())
    return PdfComparison(certain, certain - wrong, moved, tuple(findings), tuple(find_causes(pdf, pages, findings)))


def page_tokens(page: PrintedText) -> Iterator[Token]:
    """The clusters of a page, those that go over the seams of elements too."""
    text = "".join(piece.text for piece in page.pieces)
    ends: list[int] = []
    for piece in page.pieces:
        ends.append((ends[-1] if ends else 0) + len(piece.text))
    kept = DROPPED.sub("", text)
    # For each character that is kept, where it stood.
    places = array("l", (place for match in KEPT.finditer(text) for place in range(*match.span())))
    edges = {0, *ends}
    start = 0
    begins = True  # so does what stands behind other scripts
    for cluster in split_clusters(kept):
        place = places[start]
        if KHMER_LETTER.search(cluster):
            piece = page.pieces[bisect_left(ends, place + 1)]
            begins = begins or place in edges or text[place - 1].isspace()
            raw, normal = once(cluster)
            yield Token(normal, raw, piece.certain, page.path, piece.line, begins)
            begins = False
        else:
            begins = True
        start += len(cluster)


def cut(text: str, *, source: str, line: int, damage: bool = False) -> Iterator[Token]:
    for cluster in split_clusters(DROPPED.sub("", text)):
        if KHMER_LETTER.search(cluster):
            raw, normal = once(cluster)
            yield Token(normal, raw, True, source, line)
        elif damage and DAMAGE.match(cluster):
            yield Token(cluster, cluster, True, source, line)


@lru_cache(maxsize=1 << 14)
def once(cluster: str) -> tuple[str, str]:
    """A cluster and its normal form, the same two strings wherever it comes again."""
    normal = normalize(cluster)
    return (cluster, cluster if normal == cluster else normal)


# -- matching ------------------------------------------------------------------------------------------------------


class Matching:
    """Which clusters of two texts are the same ones.

    Args:
        want: Of the pages.
        got: Of the PDF.
        starts: Where pieces of text begin in ``want``.

    Attributes:
        found: Place in ``want`` → place in ``got``.
        used: The places in ``got`` that are in there.
    """

    def __init__(self, want: Sequence[str], got: Sequence[str], starts: Collection[int] = ()) -> None:
        self.want = want
        self.got = got
        self.starts = {*starts, 0, len(want)}
        self.found: dict[int, int] = {}
        self.used: set[int] = set()

    def take(self, place: int, other: int) -> None:
        self.found[place] = other
        self.used.add(other)

    def match_in_order(self) -> None:
        pairs = list(align(self.want, self.got))
        for place, other in drop_islands(pairs, len(self.want), len(self.got)):
            self.take(place, other)

    def match_moved(self) -> None:
        """Match blocks that stand elsewhere, the longest that begin at a place; then what is next to a match."""
        grams: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        for other in range(len(self.got)):
            if other not in self.used:
                grams[tuple(self.got[other : other + TILE])].append(other)
        place = 0
        while place < len(self.want):
            best = (0, 0)
            if place not in self.found:
                for other in grams.get(tuple(self.want[place : place + TILE]), ())[:MAX_CANDIDATES]:
                    best = max(best, (self.common_length(place, other), -other))
            length, other = best[0], -best[1]
            if length >= TILE:
                for step in range(length):
                    self.take(place + step, other + step)
            place += max(1, length)
        for left, right in self.pair_runs():
            if left and right:
                for first, second in align([self.want[one] for one in left], [self.got[one] for one in right]):
                    self.take(left[first], right[second])

    def prefer(self, certain: Collection[int]) -> None:
        """Give what a text that may be shown took to one nearby that is: the same cluster with no sure match between.

        Args:
            certain: The places in ``want`` of texts that are shown.
        """
        takers: defaultdict[str, list[int]] = defaultdict(list)
        losers: defaultdict[str, list[int]] = defaultdict(list)
        for place in range(len(self.want) + 1):
            if place == len(self.want) or (place in certain and place in self.found):
                for text, places in losers.items():
                    for loser, taker in zip(places, takers[text], strict=False):
                        self.found[loser] = self.found.pop(taker)
                takers.clear()
                losers.clear()
            elif place in certain:
                losers[self.want[place]].append(place)
            elif place in self.found:
                takers[self.want[place]].append(place)

    def pair_runs(self) -> list[tuple[list[int], list[int]]]:
        """What is left of both texts: runs of one, each with that of the other that has the same neighbour."""
        others = list(runs(other for other in range(len(self.got)) if other not in self.used))
        starts = {run[0]: number for number, run in enumerate(others)}
        ends = {run[-1]: number for number, run in enumerate(others)}
        paired: list[tuple[list[int], list[int]]] = []
        taken: set[int] = set()
        for run in runs(place for place in range(len(self.want)) if place not in self.found):
            number = starts.get(self.found.get(run[0] - 1, -1) + 1, -1)
            if number < 0 or number in taken:
                number = ends.get(self.found.get(run[-1] + 1, len(self.got)) - 1, -1)
            if number < 0 or number in taken:
                paired.append((run, []))
                continue
            taken.add(number)
            paired.append((run, others[number]))
        return paired + [([], run) for number, run in enumerate(others) if number not in taken]

    def common_length(self, place: int, other: int) -> int:
        length = 0
        while (
            place + length < len(self.want)
            and other + length < len(self.got)
            and self.want[place + length] == self.got[other + length]
            and place + length not in self.found
            and other + length not in self.used
        ):
            length += 1
        return length

    def match_leftovers(self, *, digits: bool) -> None:
        """Short texts, as numbers in tables, that are gone at one place and come at another; whole ones only.

        Args:
            digits: Whether digits are matched one by one, since counters may stand between them.
        """
        waiting: defaultdict[tuple[str, ...], list[list[int]]] = defaultdict(list)
        for run in self.leftover_runs(self.got, self.used, digits=digits):
            waiting[tuple(self.got[other] for other in run)].append(run)
        for run in self.leftover_runs(self.want, self.found, digits=digits):
            texts = tuple(self.want[place] for place in run)
            whole = run[0] in self.starts and run[-1] + 1 in self.starts
            others = waiting.get(texts) if whole or (digits and set(texts) <= KHMER_DIGITS) else None
            if others:
                for place, other in zip(run, others.pop(0), strict=True):
                    self.take(place, other)

    @staticmethod
    def leftover_runs(texts: Sequence[str], used: Container[int], *, digits: bool) -> list[list[int]]:
        found: list[list[int]] = []
        for run in runs(place for place in range(len(texts)) if place not in used):
            single = digits and all(texts[place] in KHMER_DIGITS for place in run)
            found += [[place] for place in run] if single else [run]
        return found

    def find_moved(self) -> set[int]:
        """Those places in ``want`` whose place in ``got`` is out of order."""
        pairs = sorted(self.found.items())
        return self.found.keys() - {place for place, _ in longest_ascending(pairs)}


def align(want: Sequence[str], got: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Pairs of places that hold the same, ascending in both; as many as there can be where the texts are not long."""
    stack = [(0, len(want), 0, len(got))]
    while stack:
        first, last, start, end = stack.pop()
        while first < last and start < end and want[first] == got[start]:
            yield first, start
            first, start = first + 1, start + 1
        tail = 0
        while first < last - tail and start < end - tail and want[last - tail - 1] == got[end - tail - 1]:
            tail += 1
        last, end = last - tail, end - tail
        if tail:
            stack.append((last, last + tail, end, end + tail))
        if first == last or start == end:
            continue
        if last - first <= MOST_ALIGNED and end - start <= MOST_ALIGNED:
            for place, other in common_subsequence(want[first:last], got[start:end]):
                yield first + place, start + other
            continue
        cuts = find_cuts(want, got, first, last, start, end)
        stack += reversed(pair_up(cuts))


def pair_up(cuts: Sequence[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    return [(one[0], two[0], one[1], two[1]) for one, two in pairwise(cuts)]


def find_cuts(
    want: Sequence[str], got: Sequence[str], first: int, last: int, start: int, end: int
) -> list[tuple[int, int]]:
    """Where to cut two long texts: at stretches that both hold once, in order; else evenly."""
    once = unique_grams(want, first, last)
    other = unique_grams(got, start, end)
    pairs = [(place, other[gram]) for gram, place in once.items() if gram in other]
    chain = [pair for pair in longest_ascending(pairs) if pair > (first, start)]
    if chain:
        return [(first, start), *chain, (last, end)]
    count = max(last - first, end - start) // MOST_ALIGNED + 1
    return [(first + (last - first) * n // count, start + (end - start) * n // count) for n in range(count + 1)]


def unique_grams(texts: Sequence[str], first: int, last: int) -> dict[tuple[str, ...], int]:
    found: dict[tuple[str, ...], int] = {}
    for place in range(first, last - ANCHOR + 1):
        gram = tuple(texts[place : place + ANCHOR])
        found[gram] = -1 if gram in found else place
    return {gram: place for gram, place in found.items() if place >= 0}


def longest_ascending(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest chain of pairs, given in the order of their first, that ascends in both."""
    heads: list[int] = []
    ends: list[int] = []
    listed = list(pairs)
    before = [-1] * len(listed)
    for number, (_, other) in enumerate(listed):
        place = bisect_left(heads, other)
        before[number] = ends[place - 1] if place else -1
        heads[place : place + 1] = [other]
        ends[place : place + 1] = [number]
    chain: list[tuple[int, int]] = []
    number = ends[-1] if ends else -1
    while number >= 0:
        chain.append(listed[number])
        number = before[number]
    return chain[::-1]


def common_subsequence(want: Sequence[str], got: Sequence[str]) -> list[tuple[int, int]]:
    """The longest common subsequence of two short texts, as pairs of places.

    Example:
        >>> common_subsequence("abcd", "xbd")
        [(1, 1), (3, 2)]
    """
    masks: defaultdict[str, int] = defaultdict(int)
    for place, text in enumerate(want):
        masks[text] |= 1 << place
    full = (1 << len(want)) - 1
    rows = []
    state = full
    for text in got:
        both = state & masks.get(text, 0)
        state = ((state + both) | (state - both)) & full
        rows.append(state)
    pairs = []
    place, other = len(want), len(got)
    while place and other:
        if rows[other - 1] >> (place - 1) & 1:
            place -= 1
            continue
        other -= 1
        if other and not rows[other - 1] >> (place - 1) & 1:
            continue
        place -= 1
        pairs.append((place, other))
    return pairs[::-1]


def drop_islands(pairs: Sequence[tuple[int, int]], wanted: int, gotten: int) -> Iterator[tuple[int, int]]:
    """Leave out matches of one or two clusters far from any other: chance, which would tear moved blocks apart."""
    blocks: list[list[tuple[int, int]]] = []
    for pair in pairs:
        if blocks and (pair[0] - blocks[-1][-1][0], pair[1] - blocks[-1][-1][1]) == (1, 1):
            blocks[-1].append(pair)
        else:
            blocks.append([pair])
    for number, block in enumerate(blocks):
        before = blocks[number - 1][-1] if number else (-1, -1)
        after = blocks[number + 1][0] if number + 1 < len(blocks) else (wanted, gotten)
        far = 4 * len(block)
        lonely = all(min(block[0][side] - before[side], after[side] - block[-1][side]) > far for side in (0, 1))
        if len(block) >= TILE or not lonely:
            yield from block


def runs(places: Iterable[int]) -> Iterator[list[int]]:
    """Ascending numbers, those that follow each other together."""
    run: list[int] = []
    for place in places:
        if run and place != run[-1] + 1:
            yield run
            run = []
        run.append(place)
    if run:
        yield run


# -- findings ------------------------------------------------------------------------------------------------------


def find_all(
    want: Sequence[Token], got: Sequence[Token], matching: Matching, pages: Sequence[PrintedText], *, partly: bool
) -> Iterator[PdfFinding]:
    elsewhere = "\n".join(
        "".join(token.text for token in cut(text, source="", line=0))
        for page in pages
        for text in page.elsewhere.split("\n")
    )
    digits = any(page.counters for page in pages)
    pairs = matching.pair_runs()
    if partly:  # what is before the first match and behind the last one stands on other pages
        first, last = min(matching.found, default=len(want)), max(matching.found, default=-1)
        pairs = [(left if left and first < left[0] and left[-1] < last else [], right) for left, right in pairs]
    forth = Lookup(matching.found)
    back = Lookup({other: place for place, other in matching.found.items()})
    # What only the PDF has is told behind the cluster of the page that it stands behind.
    pairs = [pair for pair in pairs if pair[0] or pair[1]]
    pairs.sort(key=lambda pair: pair[0][0] if pair[0] else back.before(pair[1][0]) + 0.5)
    for run, right in pairs:
        left = [place for place in run if want[place].certain]
        for expected, found in pair_gap(want, got, left, right):
            if not expected and is_known(got, found, elsewhere, digits=digits):
                continue
            if "".join(want[one].text for one in expected) == "".join(got[one].text for one in found):
                continue  # cut otherwise, as text with stray joiners can be
            page = got[found[0] if found else forth.before(expected[0], 0)].line if got else 0
            yield make_finding(want, got, expected, found, page)


class Lookup:
    """Where the text around a place is found in the other text.

    Args:
        found: Place → place in the other text.
    """

    def __init__(self, found: Mapping[int, int]) -> None:
        self.found = found
        self.places = sorted(found)

    def before(self, place: int, default: int = -1) -> int:
        """Where the last thing in front of a place is found."""
        number = bisect_left(self.places, place) - 1
        return self.found[self.places[number]] if number >= 0 else default


def pair_gap(
    want: Sequence[Token], got: Sequence[Token], left: list[int], right: list[int]
) -> Iterator[tuple[list[int], list[int]]]:
    """Cut what is left in a gap into pieces that belong together."""
    if not right:
        yield from ((run, []) for run in runs(left))
    elif not left:
        yield from (([], run) for run in runs(right))
    elif len(left) != len(right) or (
        # A vowel in front of its base belongs to the cluster before: these two are told together.
        len(left) <= MOST_TOGETHER
        and classify("".join(want[one].text for one in left), "".join(got[one].raw for one in right)) in TOGETHER
    ):
        yield left, right
    else:
        yield from (([place], [other]) for place, other in zip(left, right, strict=True))


def is_known(got: Sequence[Token], found: Sequence[int], elsewhere: str, *, digits: bool) -> bool:
    """Whether text that the page does not show is explained: attributes, scripts, counters; or is no Khmer."""
    texts = [got[other].text for other in found]
    if KHMER_LETTER.search("".join(texts)) is None:
        return True  # symbols of a private font
    while texts:
        if digits and texts[0] in KHMER_DIGITS:
            texts.pop(0)
            continue
        size = 0
        while size < len(texts) and "".join(texts[: size + 1]) in elsewhere:
            size += 1
        if size < min(2, len(found)):  # one cluster of many is chance
            return False
        del texts[:size]
    return True


def make_finding(
    want: Sequence[Token], got: Sequence[Token], expected: list[int], found: list[int], page: int
) -> PdfFinding:
    wanted = "".join(want[place].raw for place in expected)
    gotten = "".join(got[other].raw for other in found)
    kind = classify("".join(want[place].text for place in expected), gotten)
    if kind == "added" and is_double(got, found):
        kind = "doubled"
    around, places = (want, expected) if expected else (got, found)
    return PdfFinding(
        kind=kind,
        expected=wanted,
        found=gotten,
        clusters=len(expected) or len(found),
        page=page,
        source=want[expected[0]].source if expected else "",
        line=want[expected[0]].line if expected else 0,
        before="".join(token.raw for token in around[max(0, places[0] - CONTEXT) : places[0]]),
        after="".join(token.raw for token in around[places[-1] + 1 : places[-1] + 1 + CONTEXT]),
    )


def is_double(got: Sequence[Token], found: Sequence[int]) -> bool:
    """Whether a stretch only says again what stands in front of it or behind it."""
    text = [got[other].text for other in found]
    size = len(text)
    before = [token.text for token in got[max(0, found[0] - size) : found[0]]]
    after = [token.text for token in got[found[-1] + 1 : found[-1] + 1 + size]]
    return text in (before, after)


def classify(expected: str, found: str) -> str:
    """What became of some clusters: one of the keys of :data:`KINDS`.

    Args:
        expected: As the page has them.
        found: As the PDF has them.

    Example:
        >>> classify("ខ្មែ", "ែខ្ម"), classify("កោ", "កា"), classify("ខ្ម", "ខម"), classify("ក", "\ufffd")
        ('visual-order', 'split-vowel', 'subscript', 'replaced')
    """
    if not found:
        return "lost"
    if not expected:
        return "added"
    if "\ufffd" in found or "\0" in found:
        return "replaced"
    if DAMAGE.search(found):
        return "private-use"
    clusters = split_clusters(expected)
    if found in visual_forms(clusters):
        return "visual-order"
    if COENG in expected and found == expected.replace(COENG, ""):
        return "subscript"
    if SPLIT_VOWELS.search(expected) and found in half_forms(clusters):
        return "split-vowel"
    wanted, gotten = Counter(expected), Counter(found)
    if wanted == gotten:
        return "reordered"
    if gotten < wanted:
        return "partial"
    if wanted < gotten:
        return "repeated" if set(wanted) == set(gotten) else "extra"
    return "changed"


def visual_forms(clusters: Sequence[str]) -> set[str]:
    """Clusters in the order that they are drawn in: what stands on the left of its base comes first."""
    forms = []
    for left in (FRONT_VOWEL, COENG_RO, LEFT_PARTS):
        # Of both, the vowel stands farther left.
        parts = [("".join(sorted(left.findall(cluster), key=len)), left.sub("", cluster)) for cluster in clusters]
        forms.append("".join(part for pair in parts for part in pair))
    return set(forms) - {"".join(clusters)}


def half_forms(clusters: Sequence[str]) -> set[str]:
    """What is left of clusters when the vowels of two parts lose a half, or come apart."""
    forms = []
    for cluster in clusters:
        right = SPLIT_VOWELS.sub(lambda match: LEFT_LOST[match[0]], cluster)
        none = SPLIT_VOWELS.sub("", cluster)
        apart = SPLIT_VOWELS.sub(lambda match: "\u17c1" + (LEFT_LOST[match[0]] or match[0]), cluster)
        twice = SPLIT_VOWELS.sub(lambda match: "\u17c1" + match[0], cluster)
        found = [SPLIT_VOWELS.sub("\u17c1", cluster), right, none, apart, twice]
        # Drawn in front of the base.
        found += ["\u17c1" + text for text in (right, none, cluster)]
        forms.append(found if none != cluster else [cluster] * len(found))
    return {"".join(form) for form in zip(*forms, strict=True)}


# -- causes --------------------------------------------------------------------------------------------------------

CHROMIUM = "print the page from Chromium or Chrome (`chromium --headless --print-to-pdf`), which tells the whole text"


def find_causes(pdf: PdfText, pages: Sequence[PrintedText], findings: Sequence[PdfFinding]) -> Iterator[Cause]:
    """What a PDF does that explains what was found."""
    wrong = bool(findings)
    writer = pdf.producer or "the writer of this PDF"
    if wrong and not any(font.shown or font.covered for font in pdf.fonts) and not any(page.text for page in pdf.pages):
        yield Cause(
            "no-text",
            "the PDF has no text at all: its letters are outlines, or a picture",
            f"save with text, not outlines; or {CHROMIUM}",
        )
        return
    bare = names(font for font in pdf.fonts if font.kind == "Type0" and not font.mapped and font.shown)
    if wrong and bare:
        yield Cause(
            "no-tounicode",
            "fonts without ToUnicode: nothing tells which characters their glyphs stand for",
            f"let the writer put ToUnicode in, or {CHROMIUM}",
            bare,
        )
    private = names(font for font in pdf.fonts if font.private)
    if wrong and private:
        yield Cause(
            "private-use",
            "fonts whose ToUnicode gives private-use characters for glyphs without a character of their own",
            f"use a font whose subscripts and ligatures the writer can tell, or {CHROMIUM}",
            private,
        )
    single = names(font for font in pdf.fonts if font.khmer and font.mapped and font.shown)
    # Chromium leaves it out where a letter stands alone.
    if wrong and single and not any(font.covered for font in pdf.fonts):
        yield Cause(
            "glyph-by-glyph",
            f"{writer} gives each glyph the characters it was once made of, without ActualText: what a font "
            "reorders, splits or joins, as Khmer fonts do all the time, comes out wrong",
            f"{CHROMIUM}; or look for an option of the writer for tagged text with ActualText",
            single,
        )
    if any(page.scripted for page in pages) and any(finding.kind in ("lost", "added") for finding in findings):
        yield Cause(
            "scripts",
            "the page runs scripts, and what they add, change or hide is not in its file",
            "compare with the page as the browser has it: `chromium --headless --dump-dom ADDRESS > page.html`",
        )
    missing = names(font for font in pdf.fonts if font.khmer and not font.embedded)
    if missing:
        yield Cause(
            "not-embedded",
            "Khmer in fonts that are not in the file: readers see it in whatever font they have, or not at all",
            "embed all fonts (PDF/A asks for it)",
            missing,
        )


def names(fonts: Iterable[PdfFont]) -> tuple[str, ...]:
    return tuple(sorted({font.name or "(without a name)" for font in fonts}))
