"""Normal form: one encoding for what reads as one.

The strategy: real text is nearly normal and repeats itself. One scan finds the clusters that *may* be wrong
(:mod:`khmertext.text.suspects`), and their normal form comes from a memo or from the rules. Everything else is copied
in long slices. The rules (:mod:`khmertext.text.rules`) work on the parts of a syllable and run to a fixed point.

Source: UTN #61 (Khmer Encoding Structure, October 2024).
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable
from functools import cache, cached_property, lru_cache
from itertools import accumulate
from operator import attrgetter
from typing import NamedTuple

from khmertext.text.edits import Edit, apply_edits, make_edit
from khmertext.text.mending import MEMO_SIZE, Settings, choose_settings, explain_cluster, mender
from khmertext.text.suspects import SHORT, Stretch, iter_suspects, may_be_wrong

__all__ = ["Edit", "Normalization", "apply_edits", "is_normalized", "normalize", "normalize_with_edits"]


class TextWithEdits(NamedTuple):
    """What a :class:`Normalization` holds and unpacks to."""

    text: str
    edits: tuple[Edit, ...]


class Normalization(TextWithEdits):
    """A text in normal form, and how it came about.

    The first use of an offset map goes through the edits once; each further one takes logarithmic time.

    Attributes:
        text: The normal form.
        edits: What was changed, in order; they do not overlap.
    """

    @cached_property
    def starts(self) -> array[int]:
        """Where the replacements stand in the normal form, and at last its length beyond that of the source."""
        shift = 0
        starts = array("q")
        for edit in self.edits:
            starts.append(edit.start + shift)
            shift += len(edit.replacement) - (edit.end - edit.start)
        starts.append(shift)
        return starts

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
        starts = self.starts
        number = bisect_right(starts, offset, 0, len(self.edits)) - 1
        if number < 0:
            return offset
        edit, start = self.edits[number], starts[number]
        end = start + len(edit.replacement)
        return edit.start if offset < end else edit.end + offset - end

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
        starts = self.starts
        length = len(self.text) - starts[-1]
        if not 0 <= offset <= length:
            raise IndexError(f"offset {offset} is not in a text of {length} code points")
        number = bisect_right(self.edits, offset, key=START) - 1
        if number < 0:
            return offset
        edit, start = self.edits[number], starts[number]
        return start if offset < edit.end else start + len(edit.replacement) + offset - edit.end


START: Callable[[Edit], int] = attrgetter("start")


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
    mend = mender(settings)
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
        for start, cluster, form in zip(starts, clusters, forms, strict=True):
            if form != cluster:
                pieces += (text[taken:start], form)
                taken = start + len(cluster)
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
    mend = mender(settings)
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
        return Normalization(text, ())
    explain = explainer(settings)
    edits: list[Edit] = []
    pieces: list[str] = []
    taken = 0
    for stretch in iter_suspects(text, settings.fold_coeng_da):
        for start, edit in zip(iter_starts(stretch), map(explain, stretch.clusters), strict=False):
            if edit is not None:
                first, last, replacement, rule = edit
                pieces += (text[taken : start + first], replacement)
                taken = start + last
                edits.append(Edit(start + first, taken, replacement, rule))
    if not edits:
        return Normalization(text, ())
    pieces.append(text[taken:])
    return Normalization("".join(pieces), tuple(edits))


def iter_starts(stretch: Stretch) -> Iterable[int]:
    """Where the clusters of a stretch begin; may go on behind the last."""
    return accumulate(map(len, stretch.clusters), initial=stretch.starts[0]) if stretch.whole else stretch.starts


@cache
def explainer(settings: Settings) -> Callable[[str], Edit | None]:
    """What a cluster's normal form takes, as an edit from its start, with a memo of its own; None where nothing."""
    mend = mender(settings)

    @lru_cache(maxsize=MEMO_SIZE)
    def explain(cluster: str) -> Edit | None:
        form = mend(cluster)
        if form == cluster:
            return None
        return make_edit(0, cluster, form, "+".join(explain_cluster(cluster, settings)))

    return explain
