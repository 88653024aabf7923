"""Normal form: one encoding for what reads as one.

The strategy: real text is nearly normal and repeats itself. One scan finds the clusters that *may* be wrong
(:mod:`khmertext.text.suspects`), and their normal form comes from a memo or from the rules. Everything else is copied
in long slices. The rules (:mod:`khmertext.text.rules`) work on the parts of a syllable and run to a fixed point.

Source: UTN #61 (Khmer Encoding Structure, October 2024).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property
from itertools import accumulate
from typing import Any, TypeVar

from khmertext.text.edits import Edit, apply_edits, make_edit
from khmertext.text.mending import MEMO_SIZE, Settings, choose_settings, explain_cluster, mender
from khmertext.text.suspects import SHORT, Stretch, iter_suspects, may_be_wrong

__all__ = ["Edit", "Normalization", "apply_edits", "is_normalized", "normalize", "normalize_with_edits"]

V = TypeVar("V")


class Normalization:
    """A text in normal form, and how it came about. It unpacks to both, and is not to be changed.

    The edits are made when they are asked for. The first use of an offset map goes through them once; each further one
    takes logarithmic time.

    Attributes:
        text: The normal form.
        bases: Where the clusters that changed begin in the text as it was, ascending.
        changes: What was changed in each, with offsets from its start.

    Example:
        >>> text, edits = normalize_with_edits("ខ\u17a3")
        >>> text, edits
        ('ខអ', (Edit(start=1, end=2, replacement='អ', rule='deprecated'),))
    """

    def __init__(self, text: str, bases: tuple[int, ...] = (), changes: tuple[Edit, ...] = ()) -> None:
        self.text = text
        self.bases = bases
        self.changes = changes

    @cached_property
    def edits(self) -> tuple[Edit, ...]:
        """What was changed, in order; they do not overlap."""
        make = tuple.__new__  # what the class itself calls, less one call
        return tuple(
            [
                make(Edit, (base + first, base + last, replacement, rule))
                for base, (first, last, replacement, rule) in zip(self.bases, self.changes, strict=True)
            ]
        )

    @cached_property
    def shifts(self) -> list[int]:
        """By how much the normal form is longer before each change, and at last on the whole."""
        growths = [len(replacement) - last + first for first, last, replacement, _ in self.changes]
        return list(accumulate(growths, initial=0))

    def __iter__(self) -> Iterator[Any]:
        yield self.text
        yield self.edits

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Normalization):
            return NotImplemented
        return (self.text, self.bases, self.changes) == (other.text, other.bases, other.changes)

    def __hash__(self) -> int:
        return hash((self.text, self.bases, self.changes))

    def __repr__(self) -> str:
        return f"Normalization(text={self.text!r}, edits={self.edits!r})"

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
        bases, changes, shifts = self.bases, self.changes, self.shifts
        number = bisect_right(range(len(bases)), offset, key=lambda n: bases[n] + changes[n].start + shifts[n]) - 1
        if number < 0:
            return offset
        base, (first, last, replacement, _) = bases[number], changes[number]
        end = base + first + shifts[number] + len(replacement)
        return base + first if offset < end else base + last + offset - end

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
        bases, changes, shifts = self.bases, self.changes, self.shifts
        length = len(self.text) - shifts[-1]
        if not 0 <= offset <= length:
            raise IndexError(f"offset {offset} is not in a text of {length} code points")
        number = bisect_right(range(len(bases)), offset, key=lambda n: bases[n] + changes[n].start) - 1
        if number < 0:
            return offset
        base, (first, last, _, _) = bases[number], changes[number]
        return base + first + shifts[number] if offset < base + last else offset + shifts[number + 1]


def normalize(text: str, *, form: str = "utn61", lang: str = "km", keep_coeng_da: bool = False) -> str:
    """Bring the Khmer of a text into the normal form of UTN #61.

    Text outside Khmer is never touched. What cannot be mended (a dangling coeng, a mark typed twice) stays as it is.

    Args:
        text: Any string; lone surrogates and NUL are fine.
        form: "utn61", or "visual" for those rewrites alone that keep the picture.
        lang: The language, as a BCP 47 tag: of those written in Khmer script.
        keep_coeng_da: Whether coeng da stays, rather than becoming coeng ta.

    Returns:
        The normal form: the same object when the text is in it already.

    Raises:
        TypeError: ``text`` is not a str.
        ValueError: There is no such form or language.

    Example:
        >>> normalize("ខែ្មរ") == "ខ្មែរ"
        True

    Source: UTN #61, the structure of the Modern Khmer syllable, and its sequences not to be used.
    """
    settings = choose_settings(form, lang, keep_coeng_da)
    if len(text) <= SHORT and not may_be_wrong(text, settings.fold_coeng_da):
        return text
    mend = find_forms(settings)
    pieces: list[str] = []
    taken = 0
    for stretch in iter_suspects(text, settings.fold_coeng_da):
        clusters, starts, end = stretch
        forms = list(map(mend, clusters))
        if forms == clusters:
            continue
        if stretch.whole:
            pieces += (text[taken : starts[0]], "".join(forms))
            taken = end
            continue
        fresh: list[str] = []
        for start, cluster, form in zip(starts, clusters, forms, strict=True):
            if form != cluster:
                fresh += (text[taken:start], form)
                taken = start + len(cluster)
        pieces.append("".join(fresh))  # many small strings take far more memory than their text
    if not pieces:
        return text
    pieces.append(text[taken:])
    return "".join(pieces)


def is_normalized(text: str, *, form: str = "utn61", lang: str = "km", keep_coeng_da: bool = False) -> bool:
    """Whether :func:`normalize` would change nothing.

    Args:
        text: Any string.
        form: As for :func:`normalize`.
        lang: As for :func:`normalize`.
        keep_coeng_da: Whether coeng da counts as normal.

    Raises:
        TypeError: ``text`` is not a str.
        ValueError: There is no such form or language.

    Example:
        >>> is_normalized("ខ្មែរ"), is_normalized("ខែ្មរ")
        (True, False)
    """
    settings = choose_settings(form, lang, keep_coeng_da)
    if len(text) <= SHORT and not may_be_wrong(text, settings.fold_coeng_da):
        return True
    mend = find_forms(settings)
    found = iter_suspects(text, settings.fold_coeng_da)
    return all(list(map(mend, stretch.clusters)) == stretch.clusters for stretch in found)


def normalize_with_edits(
    text: str, *, form: str = "utn61", lang: str = "km", keep_coeng_da: bool = False
) -> Normalization:
    """The normal form with everything that was changed, one edit a cluster.

    Args:
        text: Any string.
        form: As for :func:`normalize`.
        lang: As for :func:`normalize`.
        keep_coeng_da: Whether coeng da stays.

    Returns:
        The text, the edits that lead to it, and maps of offsets both ways.

    Raises:
        TypeError: ``text`` is not a str.
        ValueError: There is no such form or language.

    Example:
        >>> normalize_with_edits("ក្ដី").edits
        (Edit(start=2, end=3, replacement='ត', rule='coeng-da'),)
    """
    settings = choose_settings(form, lang, keep_coeng_da)
    if len(text) <= SHORT and not may_be_wrong(text, settings.fold_coeng_da):
        return Normalization(text)
    explain = find_changes(settings)
    bases: list[int] = []
    changes: list[Edit] = []
    pieces: list[str] = []
    taken = 0
    for stretch in iter_suspects(text, settings.fold_coeng_da):
        fresh: list[str] = []
        for base, change in zip(iter_starts(stretch), map(explain, stretch.clusters), strict=False):
            if change is not None:
                first, last, replacement, _ = change
                fresh += (text[taken : base + first], replacement)
                taken = base + last
                bases.append(base)
                changes.append(change)
        pieces.append("".join(fresh))
    if not bases:
        return Normalization(text)
    pieces.append(text[taken:])
    return Normalization("".join(pieces), tuple(bases), tuple(changes))


def iter_starts(stretch: Stretch) -> Iterable[int]:
    """Where the clusters of a stretch begin; may go on behind the last."""
    return accumulate(map(len, stretch.clusters), initial=stretch.starts[0]) if stretch.whole else stretch.starts


class Memo(dict[str, V]):
    """What a function gives for the clusters met so far. Real text repeats itself, and a plain dict is the fastest."""

    def __init__(self, function: Callable[[str], V]) -> None:
        self.function = function

    def __missing__(self, cluster: str) -> V:
        if len(self) >= MEMO_SIZE:
            self.clear()  # dirty text must not fill it for good
        value = self[cluster] = self.function(cluster)
        return value


@cache
def find_forms(settings: Settings) -> Callable[[str], str]:
    """What gives the normal form of a cluster."""
    return Memo(mender(settings)).__getitem__


@cache
def find_changes(settings: Settings) -> Callable[[str], Edit | None]:
    """What gives a cluster's normal form as an edit from its start; None where nothing changes."""
    mend = mender(settings)

    def find_change(cluster: str) -> Edit | None:
        form = mend(cluster)
        if form == cluster:
            return None
        return make_edit(0, cluster, form, "+".join(explain_cluster(cluster, settings)))

    return Memo(find_change).__getitem__
