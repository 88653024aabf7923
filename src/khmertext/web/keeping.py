"""Fonts of the build before: shipped again, unchanged, as long as they still draw the site.

A font that changes costs every returning visitor a download. So one that an earlier build cut is compared with the
uncut font on what is new in the text. Where nothing differs, and it is hardly larger than the smallest font would be,
it stays.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from khmertext.errors import FontError
from khmertext.fonts import Face, Proof, Prover, Run, Subset, open_face
from khmertext.text.clusters import distinct_clusters, split_clusters

__all__ = ["KeptFont", "KeptSource", "ServedFont", "Shelf", "assume", "keep_font", "serve"]


class ServedFont(NamedTuple):
    """A font that a site serves.

    Args:
        data: The WOFF2 file.
        unicodes: The code points that it maps.
        glyph_count: How many glyphs it has.
        proof: What was compared; nothing differs.
        rounds: How many times it was cut.
        excess: How much larger than the smallest it is at most, as a share, as far as that was measured.
    """

    data: bytes
    unicodes: frozenset[int]
    glyph_count: int
    proof: Proof
    rounds: int
    excess: float = 0.0


class KeptFont(NamedTuple):
    """A font that an earlier build proved.

    Args:
        role: What it is for: ``text``, ``full`` or ``flagged``.
        data: The WOFF2 file.
        unicodes: The code points that it maps.
        glyph_count: How many glyphs it has.
        runs: What it was proven on.
        clusters: The clusters of these that are the same alone.
        lacking: Those of the runs that the uncut font lacks something for.
        rounds: How many times it was cut.
        excess: How much larger than the smallest for these runs it is at most, as a share.
    """

    role: str
    data: bytes
    unicodes: frozenset[int]
    glyph_count: int
    runs: frozenset[Run]
    clusters: frozenset[str]
    lacking: tuple[Run, ...]
    rounds: int
    excess: float = 0.0


class KeptSource(NamedTuple):
    """What an earlier build cut from one font.

    Args:
        fonts: The fonts, in their order.
        notes: What it had to say of them.
    """

    fonts: tuple[KeptFont, ...]
    notes: tuple[str, ...] = ()


class Shelf:
    """What earlier builds cut, and what this one does.

    Args:
        earlier: Key of a font and of how it is cut → what was cut from it.
        slack: How much larger than the smallest a font may be that stays, as a share.

    Attributes:
        current: The same of this build.
        deviations: How far limiting a font's axes moved anything, by what that depends on; of earlier builds.
        measured: The same of this build.
    """

    def __init__(self, earlier: Mapping[str, KeptSource] | None = None, slack: float = 0.0) -> None:
        self.earlier = earlier or {}
        self.slack = slack
        self.current: dict[str, KeptSource] = {}
        self.deviations: dict[str, float] = {}
        self.measured: dict[str, float] = {}

    def put(
        self,
        key: str,
        fonts: Iterable[tuple[str, ServedFont]],
        proven: Mapping[str, frozenset[Run]],
        notes: Sequence[str],
    ) -> None:
        """Keep what this build cut from a font.

        Args:
            key: Of the font and of how it is cut.
            fonts: What was cut, each with its role.
            proven: Role → what it was proven on.
            notes: What there is to say of them.
        """
        kept = []
        for role, font in fonts:
            proof = font.proof
            kept.append(
                KeptFont(
                    role,
                    font.data,
                    font.unicodes,
                    font.glyph_count,
                    proven[role],
                    proof.cluster_texts,
                    proof.lacking,
                    font.rounds,
                    font.excess,
                )
            )
        self.current[key] = KeptSource(tuple(kept), tuple(notes))


def serve(subset: Subset) -> ServedFont:
    """A font that was just cut, as one that a site serves.

    Args:
        subset: What was cut.
    """
    return ServedFont(subset.data, subset.face.unicodes, subset.face.glyph_count, subset.proof, subset.rounds)


def assume(_: Face, __: Face, ___: Sequence[Run]) -> Proof:
    """A prover that compares nothing: for finding how large a font would be."""
    return Proof()


def keep_font(
    kept: KeptFont,
    reference: Face,
    wanted: frozenset[Run],
    prover: Prover,
    *,
    smallest: Callable[[], int] | None = None,
    slack: float = 0.0,
) -> ServedFont | None:
    """See whether a font of an earlier build can be shipped again.

    Args:
        kept: The font.
        reference: The uncut font, the same that it was cut from.
        wanted: The runs that have to look the same.
        prover: How to prove what is new in them.
        smallest: Tells the bytes of the smallest font for the runs. It is not asked where the font was small enough
            for the runs before and all their syllables are still there: the smallest has not become smaller then.
        slack: How much larger than that it may be, as a share.

    Returns:
        The font with its proof; None where it is too large or draws something otherwise.
    """
    small = smallest is None or kept.excess <= slack
    if wanted == kept.runs and small:
        proof = Proof(len(wanted) - len(kept.lacking), kept.clusters, (), kept.lacking)
        return ServedFont(kept.data, kept.unicodes, kept.glyph_count, proof, kept.rounds, kept.excess)
    fresh = sorted(wanted - (kept.runs - set(kept.lacking)))
    gone = kept.runs - wanted
    clusters: Collection[str] = distinct_clusters({run.text for run in wanted}) if gone else ()
    fewer = not set(clusters).issuperset(distinct_clusters({run.text for run in gone}))
    excess = kept.excess
    # With no slack at all the smallest is served, whatever else has as many bytes.
    if smallest is not None and (fewer or not small or (slack == 0 and wanted != kept.runs)):
        excess = max(0.0, len(kept.data) / smallest() - 1)
        if excess > slack:
            return None
    proof = Proof()
    if fresh:
        try:
            face = open_face(kept.data, source=f"the earlier subset of {reference.source}")
        except FontError:
            return None
        proof = prover(reference, face, fresh)
    if not proof.holds:
        return None
    clusters = frozenset(clusters) if gone else kept.clusters | proof.cluster_texts
    doubtful = {cluster for run in proof.lacking for cluster in split_clusters(run.text)} - proof.cluster_texts
    whole = Proof(len(wanted) - len(proof.lacking), clusters - doubtful, (), proof.lacking)
    return ServedFont(kept.data, kept.unicodes, kept.glyph_count, whole, kept.rounds, excess)
