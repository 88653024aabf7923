"""The fonts of a site: what is cut, proven, named and offered for download."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from khmertext.errors import FontError
from khmertext.fonts import (
    Face,
    License,
    Proof,
    Prover,
    Run,
    Subset,
    default_face,
    default_license_text,
    default_limits,
    limit_axes,
    open_face,
    read_face,
    read_license,
    require_khmer,
    require_subsettable,
    static_instances,
    subset_full,
    subset_text,
    unicode_range,
)
from khmertext.fonts.certificate import prove_everywhere
from khmertext.fonts.default import find_font
from khmertext.fonts.deviation import require_near
from khmertext.fonts.features import find_tags, keep_features
from khmertext.fonts.neighbours import MAX_PAIRS, chain_neighbours
from khmertext.fonts.runs import split_all_at_gaps, split_at_gaps, split_long
from khmertext.text.clusters import distinct_clusters
from khmertext.web.building import FontAsset, name_asset
from khmertext.web.cache import hash_value, source_key
from khmertext.web.keeping import KeptSource, ServedFont, Shelf, assume, keep_font, serve
from khmertext.web.looks import Look
from khmertext.web.manifest import hash_bytes
from khmertext.web.matching import allot_texts
from khmertext.workers import begin

__all__ = [
    "Download",
    "FontSource",
    "SiteFonts",
    "make_download",
    "make_fonts",
    "open_shipped",
    "open_sources",
    "use_shipped",
]

"""Limiting axes may move nothing farther than this part of the em: two units of 1,000, a thirtieth of a pixel at 16 px.

Rounding moves the default font by one unit at most; more than this is another font than the one that was given.
"""


NORMAL = 400  # the weight of text that nothing is said of
SOME_PAIRS = 40_000  # tried in each further language and weight

WORTHWHILE = 0.8
"""A font that flags is served if it has at most this share of the full one's bytes.

With this share, visitors load less on the whole as long as fewer than one in five meets text that is flagged and has to
load the full one too.
"""


@dataclass(frozen=True, slots=True)
class FontSource:
    """A font that a site's fonts are cut from.

    Attributes:
        face: The whole font.
        reference: The same, limited to the axes that are served: what the proof compares with.
        license: What may be done with it.
        limits: Axis tag → lowest and highest value that is served.
        original: The file it came from.
        digest: sha256 of that file.
        name: Its file name, without folders.
    """

    face: Face
    reference: Face
    license: License
    limits: Mapping[str, tuple[float, float]]
    original: bytes
    digest: str
    name: str

    @property
    def size(self) -> int:
        """Bytes of the file it came from."""
        return len(self.original)

    @property
    def weights(self) -> tuple[int, int]:
        """The CSS weights that the cut font covers."""
        axis = self.reference.axis("wght")
        if axis is None:
            weight = round(self.limits["wght"][0]) if "wght" in self.limits else self.face.weight
            return weight, weight
        return round(axis.minimum), round(axis.maximum)

    @property
    def features(self) -> frozenset[str]:
        """The features that the font has rules for; a setting of any other one changes nothing."""
        return find_tags(self.reference.tables)

    @property
    def pinned(self) -> dict[str, float]:
        """The axes that are served at one value only."""
        return {tag: low for tag, (low, high) in self.limits.items() if low == high}

    @property
    def italic(self) -> bool:
        """Whether it is slanted."""
        return self.face.italic

    def serve_look(self, look: Look) -> tuple[int, str]:
        """The weight, and those of the features, that a look comes to in this font."""
        return self.use_weight(look.weight), keep_features(look.features, self.features)

    def use_weight(self, weight: int) -> int:
        """The weight that a browser asks this font for when CSS asks for ``weight``."""
        low, high = self.weights
        return min(max(weight, low), high)


@dataclass(frozen=True, slots=True)
class SiteFonts:
    """The fonts of a site, proven.

    Attributes:
        assets: What the stylesheet declares.
        files: Name → bytes.
        proofs: The proof of each text font.
        lacking: Texts, as the site has them, that the font itself cannot show whole.
        report: For the manifest.
        glyphs: Glyphs in the text fonts.
        before: Bytes of the fonts they were cut from.
        after: Bytes of the text fonts.
        whole: Bytes of the fonts that browsers get which do not take those that flag; 0 where all get the text fonts.
        preloads: The files that pages load at once.
        notes: What the owner should know of them.
        unused: The places of the sources that draw nothing on the pages as they are.
    """

    assets: tuple[FontAsset, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    proofs: tuple[Proof, ...] = ()
    lacking: frozenset[str] = frozenset()
    report: tuple[Mapping[str, Any], ...] = ()
    glyphs: int = 0
    before: int = 0
    after: int = 0
    whole: int = 0
    preloads: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unused: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Download:
    """A font offered to visitors.

    Attributes:
        files: Name → bytes: font files and the license text.
        fonts: Label and name of each font, the first one first.
        license_name: What the license is called.
        license_file: The name of its text.
        license_text: The text.
        family: The font's family name.
    """

    files: Mapping[str, bytes] = field(default_factory=dict)
    fonts: tuple[tuple[str, str], ...] = ()
    license_name: str = ""
    license_file: str = ""
    license_text: str = ""
    family: str = ""


def open_sources(
    paths: Sequence[Path],
    axes: Mapping[str, tuple[float, float]] | None = None,
    weights: tuple[int, int] = (400, 700),
) -> list[FontSource]:
    """Open the fonts to cut from, and see that they may and can be used.

    Args:
        paths: Font files of one family, a file for each weight or style; none means the default font.
        axes: Axis tag → values to serve; what is not named follows :func:`khmertext.fonts.default_limits`.
        weights: The lowest and highest weight that the site uses.

    Raises:
        FontError: One is no font, cannot shape Khmer, or may not be cut.
    """
    sources: list[FontSource] = []
    chosen: Sequence[Path | None] = paths or [None]
    for path in chosen:
        face = default_face() if path is None else read_face(path)
        require_subsettable(face)
        require_khmer(face)
        limits = dict(default_limits(face, weights))
        for tag, span in (axes or {}).items():
            if face.axis(tag) is None and not face.axes:
                continue  # a static font of a family serves what it is
            limits[tag] = span
        reference = limit_axes(face, limits) if limits else face
        data = (path or find_font()).read_bytes()
        name = path.name if path is not None else "fontpkg-noto-sans-khmer"
        twin = next((one for one in sources if (one.face.weight, one.face.italic) == (face.weight, face.italic)), None)
        if twin is not None:
            raise FontError(
                f"has the weight and style of {twin.face.source}", source=face.source, hint="give one file for each"
            )
        sources.append(FontSource(face, reference, read_license(face), limits, data, hash_bytes(data), name))
    return sources


def make_fonts(
    sources: Sequence[FontSource],
    texts: Sequence[tuple[str, str, Look]],
    *,
    family: str,
    hinting: Literal["keep", "drop", "auto"] = "auto",
    open_text: bool = False,
    anywhere: Sequence[str] = (),
    typed: bool = False,
    jobs: int = 1,
    progress: Callable[[str, int, int], None] | None = None,
    shelf: Shelf | None = None,
) -> SiteFonts:
    """Cut and prove a site's fonts: one with what its pages hold, one with all of Khmer, for each source.

    Each is cut with the text that browsers draw with it. A source that draws none is left out, but for its font with
    all of Khmer where visitors may write something bold or slanted.

    Where pages may come to hold other text, the first is one that flags it; where no such font can be made of a source,
    or none that is worth its while, there is the second alone.

    Args:
        sources: The fonts to cut from.
        texts: Distinct (text, language, look).
        family: The family's name, for fonts whose own name is reserved.
        hinting: "keep", "drop" or "auto".
        open_text: Whether pages may come to hold text that is not known.
        anywhere: Clusters that are to be drawn right in any order, in all languages and weights of the texts.
        typed: Whether they have places for such text, which is shown in the family with all of Khmer.
        jobs: Processes for the proof.
        progress: Told how far it is.
        shelf: What earlier builds cut, and where to put what this one does.

    Raises:
        FontError: A run would look different in a cut font, or limiting a font's axes moved its outlines.
    """
    assets: list[FontAsset] = []
    files: dict[str, bytes] = {}
    proofs: list[Proof] = []
    report: list[dict[str, Any]] = []
    glyphs = before = after = whole = done = 0
    preloads: list[str] = []
    prover = partial(prove_everywhere, jobs=jobs)
    lacking: set[str] = set()
    notes: list[str] = []
    shares = allot_texts(sources, texts or [("", "", Look(400))])
    unused = frozenset(place for place, share in enumerate(shares) if not share and not open_text)
    for place, (source, share) in enumerate(zip(sources, shares, strict=True)):
        if place in unused and not typed:
            report.append({**describe_source(source), "unused": True, "files": []})
            continue
        own = (share or texts) if texts else []
        looks = {look for _, _, look in own}
        deviation = measure_deviation(source, {look.weight for look in looks}, shelf)
        # What the font does not map goes to the next font of the stack, in browsers too: runs are cut there.
        pieces = split_all_at_gaps({text for text, _, _ in own}, source.reference.unicodes)
        served = {look: source.serve_look(look) for look in looks}
        runs = {Run(piece, language, *served[look]) for text, language, look in own for piece in pieces[text]}
        entries: list[dict[str, Any]] = []
        subsets: list[tuple[str, ServedFont]] = []
        said: list[str] = []
        if place in unused:
            runs = set(distinct_syllables(runs))
        around, neighbours = surround(source, anywhere, runs)
        plan = CuttingPlan(
            source,
            frozenset(runs | around),
            open_text,
            family,
            hinting,
            prover,
            said.append,
            jobs,
            full_only=place in unused,
        )
        for role, subset in serve_source(plan, shelf):
            subsets.append((role, subset))
            done += 1
            if progress is not None:
                progress("proving", done, len(sources) * 2)
        notes += said
        gaps = {run.text for run in subsets[0][1].proof.lacking}
        lacks = {text for text, parts in pieces.items() if parts != split_long(text) or not gaps.isdisjoint(parts)}
        lacking |= lacks if place not in unused else set()
        for role, subset in subsets:
            stem = family if role == "text" else f"{family} {role}"
            name = name_asset(stem, subset.data, ".woff2")
            # A letter that a font that flags does not map is flagged too, not left to a font outside the family.
            ranges = unicode_range((subsets[-1][1] if role == "flagged" else subset).unicodes)
            files[name] = subset.data
            assets.append(FontAsset(role, name, source.weights, source.face.italic, ranges))
            entries.append(
                {
                    "role": role,
                    "file": name,
                    "sha256": hash_bytes(subset.data),
                    "bytes": len(subset.data),
                    "glyphs": subset.glyph_count,
                    "runs_proven": subset.proof.runs,
                    "clusters_proven": subset.proof.clusters,
                    "rounds": subset.rounds,
                }
            )
        details = {
            "axis_deviation_units": round(deviation, 2),
            "lacking": sorted(lacks),
            "files": entries,
            **({"neighbours": neighbours} if anywhere else {}),
        }
        if place in unused:
            report.append({**describe_source(source), "unused": True, **details})
            continue
        proofs.append(leave_out(subsets[0][1].proof, around, runs))
        glyphs += subsets[0][1].glyph_count
        after += len(subsets[0][1].data)
        whole += len(subsets[-1][1].data) if subsets[0][0] == "flagged" else 0
        before += source.size
        # A page cannot tell its preloads which browser has come.
        if not source.face.italic and not preloads and not open_text:
            preloads.append(entries[0]["file"])
        report.append({**describe_source(source), **details})
    return SiteFonts(
        assets=tuple(assets),
        files=files,
        proofs=tuple(proofs),
        lacking=frozenset(lacking),
        report=tuple(report),
        glyphs=glyphs,
        before=before,
        after=after,
        whole=whole,
        preloads=tuple(preloads),
        notes=tuple(notes),
        unused=unused,
    )


def surround(
    source: FontSource, clusters: Sequence[str], runs: Collection[Run]
) -> tuple[frozenset[Run], Mapping[str, int]]:
    """Clusters beside each other, in the languages and weights of runs; and how many that are, for the manifest.

    All pairs are tried in one language and weight. Which rules apply hangs on the clusters; in the others a part of the
    pairs is enough to see that these have no rules of their own.
    """
    if not clusters:
        return frozenset(), {}
    # What the font does not map goes to another font, and is not drawn beside anything.
    mapped = [one for one in clusters if split_at_gaps(one, source.reference.unicodes) == [one]]
    places = sorted({(run.language, run.weight) for run in runs}) or [("km", source.use_weight(NORMAL))]
    found = set()
    pairs = 0
    for number, (language, weight) in enumerate(places):
        neighbours = chain_neighbours(mapped, limit=SOME_PAIRS if number else MAX_PAIRS)
        found |= {Run(chain, language, weight) for chain in neighbours.chains}
        pairs = pairs or neighbours.pairs
    return frozenset(found), {"clusters": len(mapped), "pairs": pairs, "possible": len(mapped) ** 2}


def leave_out(proof: Proof, around: frozenset[Run], runs: Collection[Run]) -> Proof:
    """A proof that counts the runs of pages alone."""
    extra = around.difference(runs, proof.lacking)
    return replace(proof, runs=proof.runs - len(extra)) if extra else proof


def describe_source(source: FontSource) -> dict[str, Any]:
    """What the manifest tells of a font that others are cut from."""
    return {
        "source": source.name,
        "sha256": source.digest,
        "bytes": source.size,
        "family": source.face.family,
        "weights": list(source.weights),
        "italic": source.italic,
        "license": source.license.name,
        "copyright": source.license.copyright,
        "tables_left_out": sorted(source.face.stripped),
        "axes": {tag: list(span) for tag, span in sorted(source.limits.items())},
    }


@dataclass(frozen=True, slots=True)
class CuttingPlan:
    """How fonts are cut from one.

    Attributes:
        source: The font.
        runs: What the pages show with it.
        open_text: Whether they may come to show other text.
        name: The family name to use where the license reserves the font's own.
        hinting: "keep", "drop" or "auto".
        prover: How to prove.
        note: Told what the owner should know.
        jobs: How many processes there may be.
        full_only: Whether the font with all of Khmer is all that is wanted.
    """

    source: FontSource
    runs: frozenset[Run]
    open_text: bool
    name: str
    hinting: Literal["keep", "drop", "auto"]
    prover: Prover
    note: Callable[[str], None]
    jobs: int = 1
    full_only: bool = False

    @property
    def key(self) -> str:
        """What tells this from any other way to cut any font, whatever the text."""
        limits = [[tag, *span] for tag, span in sorted(self.source.limits.items())]
        return hash_value(
            [source_key(), self.source.digest, limits, self.open_text, self.full_only, self.name, self.hinting]
        )

    def cut_full(self, syllables: Sequence[Run]) -> Subset:
        """Cut the font with all of Khmer.

        Args:
            syllables: What it is proven on.
        """
        return subset_full(self.source.reference, syllables, name=self.name, hinting=self.hinting, prover=self.prover)

    def cut_text(self, prover: Prover | None = None) -> Subset:
        """Cut the font with what the pages show."""
        return subset_text(
            self.source.reference,
            sorted(self.runs),
            name=self.name,
            hinting=self.hinting,
            prover=prover or self.prover,
            coverage="flagged" if self.open_text else "text",
        )


def serve_source(plan: CuttingPlan, shelf: Shelf | None) -> Iterator[tuple[str, ServedFont]]:
    """Yield the fonts that are served of one, each with its role; the first is the one that draws the pages."""
    if shelf is None:
        yield from cut_source(plan, find_syllables(plan))
        return
    earlier = shelf.earlier.get(plan.key)
    runs = plan.runs
    same = earlier is not None and bool(earlier.fonts) and earlier.fonts[0].runs == runs
    if earlier is not None and same and all(kept.excess <= shelf.slack for kept in earlier.fonts):
        served = keep_source(plan, earlier, {kept.role: kept.runs for kept in earlier.fonts}, shelf)
        if served:
            shelf.current[plan.key] = earlier
            yield from served
            return
    syllables = find_syllables(plan)
    proven = {"text": runs, "flagged": runs, "full": frozenset(syllables)}
    said: list[str] = []
    # Where the full font was alone, one that flags was not worth it; with this text it may be.
    served = keep_source(plan, earlier, proven, shelf) if earlier is not None and len(earlier.fonts) > 1 else []
    if not served:
        served = list(cut_source(replace(plan, note=said.append), syllables))
    for message in said:
        plan.note(message)
    shelf.put(plan.key, served, proven, said)
    yield from served


def keep_source(
    plan: CuttingPlan, earlier: KeptSource, wanted: Mapping[str, frozenset[Run]], shelf: Shelf
) -> list[tuple[str, ServedFont]]:
    """Return the fonts of an earlier build, where all can be shipped again; none where one cannot."""
    found = []
    for kept in earlier.fonts:
        font = keep_font(
            kept,
            plan.source.reference,
            wanted[kept.role],
            plan.prover,
            smallest=None if kept.role == "full" else lambda: len(plan.cut_text(assume).data),
            slack=shelf.slack,
        )
        if font is None:
            return []
        found.append((kept.role, font))
    for message in earlier.notes:
        plan.note(message)
    return found


def cut_source(plan: CuttingPlan, syllables: Sequence[Run]) -> Iterator[tuple[str, ServedFont]]:
    """Yield the fonts that are cut from one, each with its role; the first is the one that draws the pages."""
    source = plan.source
    if plan.full_only:
        yield "full", serve(plan.cut_full(syllables))
        return
    if not plan.open_text:
        with begin(lambda: serve(plan.cut_full(syllables)), plan.jobs) as full:  # while the other is cut
            yield "text", serve(plan.cut_text())
            yield "full", full()
        return
    whole = serve(plan.cut_full(syllables))
    try:
        flagged = serve(plan.cut_text())
    except FontError as error:
        plan.note(f"{source.name}: every browser gets the full font, since {error.message}")
    else:
        if len(flagged.data) <= len(whole.data) * WORTHWHILE:
            yield "flagged", flagged
        else:
            plan.note(
                f"{source.name}: every browser gets the full font ({len(whole.data):,} bytes), since one for the known "
                f"text that flags all other is hardly smaller ({len(flagged.data):,} bytes)"
            )
    yield "full", whole


def measure_deviation(source: FontSource, weights: Iterable[int], shelf: Shelf | None) -> float:
    """How far limiting the axes of a font moved anything at the weights that pages use, in font units.

    Args:
        source: The font.
        weights: What CSS asks for.
        shelf: What earlier builds measured, and where to put what this one does.

    Raises:
        FontError: Farther than allowed (:func:`khmertext.fonts.deviation.require_near`).
    """
    used = sorted({*source.weights, *map(source.use_weight, weights)})
    limits = [[tag, *span] for tag, span in sorted(source.limits.items())]
    key = hash_value([source_key(), source.digest, limits, used])
    found = shelf.deviations.get(key) if shelf is not None else None
    if found is None:
        found = require_near(source.face, source.reference, used, source.pinned)
    if shelf is not None:
        shelf.measured[key] = found
    return found


def find_syllables(plan: CuttingPlan) -> list[Run]:
    """What the full font can be proven on: it shows what nobody knows yet."""
    return sorted(plan.runs) if plan.open_text else distinct_syllables(plan.runs)


def distinct_syllables(runs: Collection[Run]) -> list[Run]:
    """The distinct clusters of runs, in the languages, weights and features they have there."""
    texts: dict[tuple[str, int, str], list[str]] = {}
    for run in runs:
        texts.setdefault(run[1:], []).append(run.text)
    return sorted(Run(text, *place) for place, found in texts.items() for text in distinct_clusters(found))


def make_download(sources: Sequence[FontSource]) -> Download:
    """The font that visitors are offered: the site's own where it is under the SIL Open Font License, else the default.

    Args:
        sources: The fonts of the site.

    Returns:
        Static font files, and the whole text of their license behind their own copyright notices. A font that is
        static already is offered as it is, byte for byte; whatever is changed has given up its Reserved Font Names.

    Raises:
        FontError: A font cannot be made static.
    """
    # The whole text of a license must go with a font; of others than this one, fonts carry but a notice.
    free = bool(sources) and all(source.license.may_publish and source.license.name == "OFL-1.1" for source in sources)
    offered = [(source.face, source.original) for source in sources if not source.face.italic] if free else []
    if not offered:
        offered = [(default_face(), find_font().read_bytes())]
    licenses = [read_license(face) for face, _ in offered]
    files: dict[str, bytes] = {}
    fonts: list[tuple[str, str]] = []
    families: list[str] = []
    for face, original in offered:
        for weight, data in sorted(static_instances(face, original=original).items()):
            # The name that the file has now: visitors must not meet a reserved one in links either.
            family = open_face(data, source=face.source).family or "Khmer"
            style = {400: "Regular", 700: "Bold"}.get(weight, str(weight))
            plain = "".join(letter for letter in family if letter.isascii() and letter.isalnum()) or "Khmer"
            name = f"{plain}-{style}.{'otf' if data.startswith(b'OTTO') else 'ttf'}"
            files[name] = data
            fonts.append((f"{family} {style}", name))
            families.append(family)
    # The default font's license file is the same license behind its own copyright line.
    _, _, body = default_license_text().partition("\n")
    notices = "\n".join(dict.fromkeys(license.copyright for license in licenses))
    files["LICENSE.txt"] = f"{notices}\n{body}".encode()
    return Download(
        files,
        tuple(fonts),
        licenses[0].name or "",
        "LICENSE.txt",
        files["LICENSE.txt"].decode(),
        families[0],
    )


def use_shipped(face: Face) -> FontSource:
    """A font of ours as one that a site is shown in: nothing is cut from it any more.

    Args:
        face: What :func:`open_shipped` gave.
    """
    return FontSource(face, face, read_license(face), {}, b"", "", "")


def open_shipped(data: bytes, *, source: str) -> Face:
    """Open a font of ours again, for a check.

    Raises:
        FontError: The file is damaged.
    """
    try:
        return open_face(data, source=source)
    except FontError as error:
        raise FontError(error.message, source=source, hint="build the site again") from error
