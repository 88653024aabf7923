"""Khmer families that a site declares itself: cut from its own files, so that Khmer loads a small font.

Behind an ``@font-face`` rule of the author's goes one with the same descriptors, for the Khmer alone. The later of two
rules is asked first, so the author's file is left with all other characters, and is only loaded for these. The space
is served too, where that changes nothing: else each of them would load the whole file.

Sources: CSS Fonts Level 4, sections 4.5 (``unicode-range``; of overlapping ranges the later rule wins) and 5.2;
measured in Chromium and Firefox.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from khmertext.errors import FontError
from khmertext.fonts import (
    Face,
    Prover,
    Run,
    open_face,
    require_khmer,
    require_subsettable,
    subset_full,
    subset_text,
    unicode_range,
)
from khmertext.fonts.certificate import prove_everywhere
from khmertext.fonts.features import find_tags, keep_features
from khmertext.fonts.runs import split_all_at_gaps
from khmertext.fonts.spacing import space_stands_alone
from khmertext.web.building import format_ranges, name_asset
from khmertext.web.cache import hash_value, source_key
from khmertext.web.disk import read_file
from khmertext.web.escaping import quote_path
from khmertext.web.facefeatures import join_features, list_face_features, require_provable
from khmertext.web.faces import declares_khmer, is_data
from khmertext.web.facts import FoundText, SiteContext, SiteWarning
from khmertext.web.keeping import ServedFont, Shelf, assume, keep_font, serve
from khmertext.web.looks import Look
from khmertext.web.manifest import hash_bytes
from khmertext.web.matching import Style, choose_faces
from khmertext.web.stylesheets import FontFaceRule
from khmertext.web.urls import PageUrl, is_foreign, resolve_url

__all__ = ["OwnFace", "OwnFonts", "cut_own", "find_own_faces", "list_own_runs", "own_texts"]

KEPT: Final = "stays as it is, and browsers load it whole for Khmer: {}"
LOCKED: Final = "its stylesheet must keep its bytes, which a page fixes by `integrity`"
SPACES: Final = frozenset({0x20, 0xA0})
NAMED: Final = {"normal": 400, "bold": 700}

Texts = Sequence[tuple[str, FoundText]]


class OwnFace(NamedTuple):
    """An ``@font-face`` rule of the author's whose file has Khmer.

    Attributes:
        sheet: The stylesheet that it stands in.
        place: Which of its rules it is.
        source: The font file, from the root of the site.
        rule: The rule.
        twin: How many rules in front of it in the same stylesheet say the same.
    """

    sheet: str
    place: int
    source: str
    rule: FontFaceRule
    twin: int = 0


@dataclass(frozen=True, slots=True)
class OwnFonts:
    """What is cut from a site's own fonts.

    Attributes:
        files: Name → bytes.
        rules: Stylesheet → where rules go, in characters, and the rules.
        report: For the manifest.
        warnings: What the owner should know.
    """

    files: Mapping[str, bytes] = field(default_factory=dict)
    rules: Mapping[str, tuple[tuple[int, str], ...]] = field(default_factory=dict)
    report: tuple[Mapping[str, Any], ...] = ()
    warnings: tuple[SiteWarning, ...] = ()


def find_own_faces(context: SiteContext) -> list[OwnFace]:
    """The rules whose Khmer can be served apart: a file of the site, and no installed font in front of it.

    Args:
        context: What the site says.
    """
    found = []
    for path, sheet in sorted(context.sheets.items()):
        base = PageUrl.of_page(path, is_folder=context.folders.__contains__).base
        said: list[FontFaceRule] = []
        for place, rule in enumerate(sheet.faces):
            if rule.local or rule.end < 0 or not declares_khmer(rule, path, context.khmer_fonts):
                continue
            source = find_source(rule.sources, base, context.khmer_fonts)
            if source is not None:
                said.append(rule._replace(end=0))
                found.append(OwnFace(path, place, source, rule, said.count(said[-1]) - 1))
    return found


def find_source(urls: Iterable[str], base: str, fonts: Collection[str]) -> str | None:
    """The file that browsers take of those that a rule names; None where it may be one that we do not see.

    Args:
        urls: As they are written; a browser takes the first that it can read.
        base: The URL to join them to.
        fonts: The site's font files that map Khmer.
    """
    for url in urls:
        source = resolve_url(base, url, exists=fonts.__contains__)
        if source is not None or is_foreign(url) or is_data(url):
            return source
    return None


def own_texts(context: SiteContext, own: OwnFace, texts: Texts) -> list[tuple[str, FoundText]]:
    """The texts that browsers may draw with a face, each with those of its looks for which they do.

    Args:
        context: What the site says.
        own: The face.
        texts: Every text with the file it is in.
    """
    family = fold(own.rule.family)
    # A page may not load the other stylesheets; faces that are there besides can only take text from this one.
    rules = [
        rule
        for rule in context.sheets[own.sheet].faces
        if fold(rule.family) == family and (rule == own.rule or not rule.conditional)
    ]
    read = [(rule, style) for rule in rules for style in read_styles(rule)]
    styles = [style for _, style in read]
    places = {place for place, (rule, _) in enumerate(read) if rule == own.rule}
    known: dict[tuple[Look, ...], tuple[Look, ...]] = {}
    found = []
    for path, text in texts:
        if family not in text.families:
            continue
        if text.looks not in known:
            known[text.looks] = tuple(look for look in text.looks if not places.isdisjoint(choose_faces(styles, look)))
        if known[text.looks]:
            found.append((path, text._replace(looks=known[text.looks])))
    return found


def list_own_runs(rule: FontFaceRule, face: Face, texts: Texts) -> dict[Run, tuple[str, FoundText]]:
    """What a font is proven on: each text, alone and between spaces, which are in the same font.

    Args:
        rule: The rule that its face is declared by; one that :func:`require_provable` lets pass.
        face: The whole font.
        texts: Its texts.

    Returns:
        Run → the first place where it is.
    """
    tags = find_tags(face.tables)
    pieces = split_all_at_gaps({text.text for _, text in texts}, face.unicodes)
    said = list_face_features(rule)
    served: dict[Look, set[tuple[int, str]]] = {}
    runs: dict[Run, tuple[str, FoundText]] = {}
    for path, text in texts:
        for look in text.looks:
            if look not in served:
                joined = {join_features(one, look.features) for one in said}
                served[look] = {(look.weight, keep_features(one, tags)) for one in joined}
            for piece, place in product(pieces[text.text], served[look]):
                for shown in (piece, f" {piece} ") if 0x20 in face.unicodes else (piece,):
                    runs.setdefault(Run(shown, text.language, *place), (path, text))
    return runs


@dataclass(frozen=True, slots=True)
class OwnCutting:
    """How fonts are cut from a site's own.

    Args:
        name: A family name for fonts whose own is reserved.
        hinting: "keep", "drop" or "auto".
        whole: Whether pages may come to show other text, so that all of Khmer is needed.
        jobs: Processes for the proof.
        shelf: What earlier builds cut, and where to put what this one does.
    """

    name: str
    hinting: Literal["keep", "drop", "auto"]
    whole: bool
    jobs: int
    shelf: Shelf

    @property
    def role(self) -> str:
        """What the fonts are for."""
        return "full" if self.whole else "text"

    def key_of(self, own: OwnFace, digest: str) -> str:
        """What tells a font from any other that could be cut, whatever the text.

        Args:
            own: The face that it is cut for; two may have one file, and each has texts of its own.
            digest: sha256 of the file.
        """
        rule = [own.rule.family, own.rule.descriptors, own.rule.ranges]
        return hash_value(["own", source_key(), digest, own.sheet, own.twin, rule, self.name, self.hinting, self.role])

    def cut(self, face: Face, runs: Iterable[Run], prover: Prover) -> ServedFont:
        """Cut a font anew.

        Args:
            face: The whole font.
            runs: What has to look the same.
            prover: How to prove it.

        Raises:
            FontError: It cannot be cut.
        """
        cut = subset_full if self.whole else subset_text
        return serve(cut(face, sorted(runs), name=self.name, hinting=self.hinting, prover=prover))


def cut_own(
    root: Path,
    context: SiteContext,
    texts: Texts,
    *,
    folder: str,
    family: str,
    hinting: Literal["keep", "drop", "auto"],
    whole: bool,
    jobs: int = 1,
    shelf: Shelf | None = None,
) -> OwnFonts:
    """Cut the Khmer out of a site's own fonts, each proven against its file.

    Args:
        root: The site.
        context: What it says.
        texts: Every text with the file it is in.
        folder: Our folder.
        family: A name for fonts whose own is reserved.
        hinting: "keep", "drop" or "auto".
        whole: Whether pages may come to show other text, so that all of Khmer is needed.
        jobs: Processes for the proof.
        shelf: What earlier builds cut, and where to put what this one does.
    """
    files: dict[str, bytes] = {}
    rules: dict[str, list[tuple[int, str]]] = {}
    report: list[dict[str, Any]] = []
    warnings: list[SiteWarning] = []
    cutting = OwnCutting(family, hinting, whole, jobs, Shelf() if shelf is None else shelf)
    for own in find_own_faces(context):
        shown = own_texts(context, own, texts)
        if not shown:
            continue
        data = read_file(root, own.source)
        try:
            if own.sheet in context.locked:
                raise FontError(LOCKED)
            face, served = cut_face(own, data, shown, cutting)
        except FontError as error:
            warnings.append(SiteWarning("own-font", f"{own.source}: {KEPT.format(error.message)}", own.sheet, 0))
            continue
        ranges = clip_ranges(serve_ranges(face, served), own.rule.ranges)
        if len(served.data) >= len(data) or not ranges:
            continue  # nothing to be won
        name = name_asset(f"{own.rule.family} own", served.data, ".woff2")
        files[name] = served.data
        rules.setdefault(own.sheet, []).append((own.rule.end, format_own(own, f"{folder}/{name}", ranges)))
        report.append(
            {
                "family": own.rule.family,
                "sheet": own.sheet,
                "face": own.place,
                "source": own.source,
                "sha256": hash_bytes(data),
                "bytes": len(data),
                "file": name,
                "file_bytes": len(served.data),
                "whole": whole,
                "runs_proven": served.proof.runs,
            }
        )
    return OwnFonts(files, {path: tuple(found) for path, found in rules.items()}, tuple(report), tuple(warnings))


def cut_face(own: OwnFace, data: bytes, texts: Texts, cutting: OwnCutting) -> tuple[Face, ServedFont]:
    """The whole font, and the one that is served: of an earlier build, where that still draws the texts, or cut anew.

    Args:
        own: The face.
        data: The bytes of its file.
        texts: Its texts.
        cutting: How to cut.

    Raises:
        FontError: It may not or cannot be cut.
    """
    face = open_face(data, source=own.source)
    require_subsettable(face)
    require_khmer(face)
    require_provable(own.rule, face)
    runs = frozenset(list_own_runs(own.rule, face, texts))
    prover = partial(prove_everywhere, jobs=cutting.jobs)
    shelf, key = cutting.shelf, cutting.key_of(own, hash_bytes(data))
    served = None
    for kept in shelf.earlier[key].fonts if key in shelf.earlier else ():
        smallest = partial(measure_smallest, face, runs, cutting)
        served = keep_font(kept, face, runs, prover, smallest=smallest, slack=shelf.slack)
    if served is None:
        served = cutting.cut(face, runs, prover)
    shelf.put(key, [(cutting.role, served)], {cutting.role: runs}, ())
    return face, served


def measure_smallest(face: Face, runs: Iterable[Run], cutting: OwnCutting) -> int:
    """The bytes of the smallest font for some runs."""
    return len(cutting.cut(face, runs, assume).data)


def serve_ranges(face: Face, served: ServedFont) -> tuple[tuple[int, int], ...]:
    """The characters that the cut font is used for: Khmer, and the spaces where they mean nothing to other letters."""
    ranges = unicode_range(served.unicodes)
    spaces = sorted(SPACES & served.unicodes) if space_stands_alone(face) else []
    return (*((code, code) for code in spaces), *ranges)


def clip_ranges(ranges: Iterable[tuple[int, int]], limits: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Ranges as far as they lie inside others; none of these means everywhere.

    Example:
        >>> clip_ranges([(10, 20)], [(0, 12), (18, 99)])
        ((10, 12), (18, 20))
    """
    if not limits:
        return tuple(ranges)
    found = ((max(a, low), min(b, high)) for a, b in ranges for low, high in limits)
    return tuple((low, high) for low, high in found if low <= high)


def format_own(own: OwnFace, path: str, ranges: Iterable[tuple[int, int]]) -> str:
    """The rule that goes behind one of the author's."""
    prefix = "../" * own.sheet.count("/")
    said = "".join(f"{name}:{value};" for name, value in own.rule.descriptors)
    return (
        f'\n@font-face{{{said}src:url("{prefix}{quote_path(path).removeprefix("./")}") format("woff2");'
        f"unicode-range:{format_ranges(ranges)}}}"
    )


def read_styles(rule: FontFaceRule) -> list[Style]:
    """The weights and the slant that a rule declares; both slants of a face that goes from upright to oblique.

    Example:
        >>> read_styles(FontFaceRule("A", (), (), descriptors=(("font-weight", "100 900"), ("font-style", "italic"))))
        [Style(weights=(100, 900), italic=True)]

    Source: CSS Fonts 4, section 5.2 (``normal`` is an angle of 0).
    """
    said = {name: value.lower().split() for name, value in rule.descriptors}
    weights = sorted(read_weights(said.get("font-weight", [])))
    span = (weights[0], weights[-1]) if weights else (400, 400)
    slant, *angles = said.get("font-style") or ["normal"]
    if slant in ("normal", "auto"):
        return [Style(span, italic=False)]
    upright = (len(angles) == 2 and not all(map(tilts, angles))) or len({angle[:1] == "-" for angle in angles}) == 2
    return [Style(span, italic=False), Style(span, italic=True)] if upright else [Style(span, italic=True)]


def tilts(angle: str) -> bool:
    """Whether an angle is none of 0."""
    return any(digit in "123456789" for digit in angle)


def read_weights(words: Iterable[str]) -> Iterator[int]:
    for word in words:
        if word == "auto":
            yield from (1, 1000)
        elif word in NAMED:
            yield NAMED[word]
        elif word.replace(".", "", 1).isdecimal():
            yield min(max(round(float(word)), 1), 1000)


def fold(family: str) -> str:
    return " ".join(family.lower().split())
