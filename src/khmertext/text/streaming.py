"""Normal form of text that comes in chunks, cut anywhere, in memory bounded by the longest cluster.

What came in is normalized up to a place where clusters surely end whatever follows; the rest waits. The grammar of
clusters never looks behind, so a text cut at the start of a cluster has the same clusters in two parts as whole. It
does look ahead, and in two cases more waits than the last cluster: digits, which an old lunar date may join, and a
generic base with joiners, which a mark makes Khmer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from khmertext.script import grammar
from khmertext.script.classes import DIGITS, GENERIC_BASE_SET, JOINER_SET
from khmertext.text.clusters import MAX_CLUSTER
from khmertext.text.editing import start_of_cluster
from khmertext.text.normalization import normalize

__all__ = ["StreamNormalizer", "normalize_stream"]

# At the end of what came in: what a mark may make one cluster.
SHOWN_JOINERS = re.compile(f"{GENERIC_BASE_SET}{JOINER_SET}{{1,{grammar.MAX_MARKS}}}\\Z")
LONGEST_WAIT = MAX_CLUSTER + grammar.MAX_DIGITS


class StreamNormalizer:
    """Takes text bit by bit and gives back what is settled.

    Args:
        form: As for :func:`khmertext.normalize`.
        lang: As for :func:`khmertext.normalize`.
        keep_coeng_da: As for :func:`khmertext.normalize`.

    Raises:
        ValueError: There is no such form or language.

    Example:
        >>> stream = StreamNormalizer()
        >>> stream.feed("ខែ"), stream.feed("្មរ"), stream.finish()
        ('', 'ខ្មែ', 'រ')
    """

    def __init__(self, *, form: str = "utn61", lang: str = "km", keep_coeng_da: bool = False) -> None:
        self.form = form
        self.lang = lang
        self.keep_coeng_da = keep_coeng_da
        self.waiting = ""
        self.mend("")

    def mend(self, text: str) -> str:
        return normalize(text, form=self.form, lang=self.lang, keep_coeng_da=self.keep_coeng_da)

    def feed(self, chunk: str) -> str:
        """Take a chunk.

        Args:
            chunk: Any string, cut anywhere.

        Returns:
            The normal form of what is settled now; may be empty.

        Raises:
            TypeError: ``chunk`` is not a str.
        """
        text = self.waiting + chunk
        if not text:
            return ""
        settled = find_settled(text)
        self.waiting = text[settled:]
        return self.mend(text[:settled])

    def finish(self) -> str:
        """The normal form of the rest; the stream may then begin anew."""
        rest, self.waiting = self.waiting, ""
        return self.mend(rest)


def normalize_stream(
    chunks: Iterable[str], *, form: str = "utn61", lang: str = "km", keep_coeng_da: bool = False
) -> Iterator[str]:
    """The normal form of a text in chunks.

    Args:
        chunks: Strings, cut anywhere: inside a cluster, or between CR and LF.
        form: As for :func:`khmertext.normalize`.
        lang: As for :func:`khmertext.normalize`.
        keep_coeng_da: As for :func:`khmertext.normalize`.

    Yields:
        Strings that join to ``normalize("".join(chunks))``; none is empty. No more is held back than a cluster and
        what may still join it.

    Raises:
        TypeError: A chunk is not a str.
        ValueError: There is no such form or language.

    Example:
        >>> "".join(normalize_stream(["ខែ", "្", "មរ"])) == normalize("ខែ្មរ")
        True
    """
    stream = StreamNormalizer(form=form, lang=lang, keep_coeng_da=keep_coeng_da)
    return iter_settled(stream, chunks)


def iter_settled(stream: StreamNormalizer, chunks: Iterable[str]) -> Iterator[str]:
    for chunk in chunks:
        settled = stream.feed(chunk)
        if settled:
            yield settled
    rest = stream.finish()
    if rest:
        yield rest


def find_settled(text: str) -> int:
    """Up to where the clusters of a text that goes on are known, in code points; the text begins with a cluster."""
    settled = start_of_cluster(text, len(text) - 1)
    shown = SHOWN_JOINERS.search(text, max(0, len(text) - LONGEST_WAIT))
    if shown is not None:
        settled = min(settled, start_of_cluster(text, shown.start()))
    first = settled
    while first > 0 and settled - first < grammar.MAX_DIGITS and text[first] in DIGITS and text[first - 1] in DIGITS:
        first -= 1
    return start_of_cluster(text, first) if first < settled else settled
