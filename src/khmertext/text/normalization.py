"""Normal form: one encoding for what reads as one.

The strategy: real text is nearly normal and repeats itself. One scan finds the places where something *may* be wrong;
there the cluster is found, and its normal form comes from a memo or from the rules. Everything else is copied in long
slices. The rules (:mod:`khmertext.text.rules`) work on the parts of a syllable and run to a fixed point.

Source: UTN #61 (Khmer Encoding Structure, October 2024).
"""

from __future__ import annotations

from typing import NamedTuple

from khmertext.text.clusters import split_clusters
from khmertext.text.mending import choose_settings, explain_cluster, mender
from khmertext.text.suspects import find_suspects, iter_suspects

__all__ = ["Edit", "Normalization", "apply_edits", "is_normalized", "normalize", "normalize_with_edits"]


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
    places = find_suspects(text, settings.fold_coeng_da)
    if not places:
        return text
    mend = mender(settings)
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
    mend = mender(settings)
    places = find_suspects(text, settings.fold_coeng_da)
    return all(mend(cluster) == cluster for _, cluster in iter_suspects(text, places))


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
    mend = mender(settings)
    edits: list[Edit] = []
    pieces: list[str] = []
    taken = 0
    for start, cluster in iter_suspects(text, find_suspects(text, settings.fold_coeng_da)):
        mended = mend(cluster)
        if mended == cluster:
            continue
        head = common_start(cluster, mended)
        tail = common_start(cluster[head:][::-1], mended[head:][::-1])
        first, last = start + head, start + len(cluster) - tail
        replacement = mended[head : len(mended) - tail]
        edits.append(Edit(first, last, replacement, "+".join(explain_cluster(cluster, settings))))
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


def common_start(one: str, other: str) -> int:
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length
