"""Runs: the stretches of a text that a Khmer font is asked to draw.

A page gives its Khmer font a ``unicode-range``; what stands outside it, and what the font does not map, goes to the
next font of the stack. So a text is cut there, and each piece is shaped as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Final

from khmertext.fonts.faces import Face
from khmertext.fonts.proof import Proof, Run, prove
from khmertext.workers import map_chunks, split_chunks

__all__ = ["KHMER_LETTER", "KHMER_RUN", "iter_khmer_runs", "list_runs", "prove_in_processes", "split_at_gaps"]

# What our font's unicode-range can hold; and what makes a run of it Khmer rather than a stray joiner.
KHMER_RUN = re.compile("[\u1780-\u17ff\u19e0-\u19ff\u200b-\u200d\u25cc]+")
KHMER_LETTER = re.compile("[\u1780-\u17ff\u19e0-\u19ff]")

# Default-ignorable characters: shapers hide them, mapped or not (Unicode, 5.21).
INVISIBLE: Final = frozenset("\u200b\u200c\u200d\u17b4\u17b5")
SMALL: Final = 4000  # runs below which one process is faster than several


def iter_khmer_runs(text: str) -> Iterator[tuple[int, str]]:
    """The runs of Khmer in a text, each with the offset of its start.

    A run is a longest stretch of the characters that the Khmer font is used for: Khmer, the joiners and the zero-width
    space among it, the dotted circle. Spaces and everything else end it.

    Args:
        text: Any text.

    Yields:
        Offset in characters, and the run.

    Example:
        >>> list(iter_khmer_runs("a ខ្មែរ, ក"))
        [(2, 'ខ្មែរ'), (9, 'ក')]
    """
    for match in KHMER_RUN.finditer(text):
        if KHMER_LETTER.search(match[0]):
            yield match.start(), match[0]


def split_at_gaps(text: str, unicodes: frozenset[int]) -> list[str]:
    """A run without the characters that a font does not map; those that show nothing by themselves may stay.

    Args:
        text: A run.
        unicodes: The code points that the font maps.

    Example:
        >>> split_at_gaps("កខ\u200bគ", frozenset({0x1780, 0x1782}))
        ['ក', '\u200bគ']
    """
    pieces = [""]
    for letter in text:
        if ord(letter) in unicodes or letter in INVISIBLE:
            pieces[-1] += letter
        else:
            pieces.append("")
    return [piece for piece in pieces if piece]


def list_runs(texts: Iterable[str], face: Face, *, language: str = "km", weights: Sequence[int] = (400,)) -> list[Run]:
    """List the distinct runs that a font is asked for by some texts.

    Args:
        texts: Any texts.
        face: The uncut font.
        language: BCP 47 tag of the texts; empty when it is not known.
        weights: The CSS weights at which they are shown.

    Returns:
        The runs, sorted.

    Example:
        >>> from khmertext.fonts import default_face
        >>> [run.text for run in list_runs(["ខ្មែរ, Khmer, ខ្មែរ"], default_face())]
        ['ខ្មែរ']
    """
    whole = {run for text in texts for _, run in iter_khmer_runs(text)}
    pieces = {piece for run in whole for piece in split_at_gaps(run, face.unicodes)}
    return sorted(Run(piece, language, weight) for piece in pieces for weight in weights)


def prove_in_processes(jobs: int, reference: Face, shipped: Face, runs: Sequence[Run]) -> Proof:
    """:func:`khmertext.fonts.prove`, spread over processes when that pays.

    Args:
        jobs: How many processes.
        reference: The font as it should look.
        shipped: The font that will be published.
        runs: What the pages show.
    """
    if jobs <= 1 or len(runs) < SMALL:
        return prove(reference, shipped, runs)
    chunks = split_chunks(runs, jobs * 2)
    proofs = list(map_chunks(partial(prove, reference, shipped), chunks, jobs))
    merged = proofs[0]
    for proof in proofs[1:]:
        merged = merged.merge(proof)
    return merged
