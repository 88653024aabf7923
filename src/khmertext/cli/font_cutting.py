"""Cutting fonts as ``khmertext font subset`` does: a font file and texts in, a proven font with its certificate out.

Nothing here writes or shows anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import click

from khmertext.cli.axes import Axes, parse_axes
from khmertext.cli.terminal import printable
from khmertext.errors import FontError, TextError
from khmertext.fonts import (
    Face,
    Run,
    Subset,
    default_limits,
    limit_axes,
    list_runs,
    read_face,
    require_khmer,
    subset_full,
    subset_text,
)
from khmertext.fonts.certificate import certify, choose_weights, prove_everywhere
from khmertext.fonts.deviation import require_near
from khmertext.fonts.exact import Effort
from khmertext.fonts.runs import count_others
from khmertext.fonts.sanitizing import Sanitized, sanitize
from khmertext.fonts.subset import TextCoverage
from khmertext.fonts.subsetting import Flavor, Hinting, pack
from khmertext.workers import count_jobs

__all__ = ["CutFont", "Source", "Wish", "cut_font", "list_text_runs", "open_source", "require_family"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for, the same for all fonts of a family.

    Attributes:
        coverage: How much of the font stays.
        effort: ``fast`` or ``max``.
        hinting: ``keep``, ``drop`` or ``auto``.
        flavor: How the font is packed.
        name: The family name to use where the license reserves the font's own.
        language: The language of the texts.
        features: Settings of font features.
        ask: Whether OpenType Sanitizer is asked.
        allow_restricted: Whether a font is cut whose embedding bits forbid it.
    """

    coverage: str
    effort: Effort
    hinting: Hinting
    flavor: Flavor
    name: str | None
    language: str
    features: tuple[str, ...]
    ask: bool
    allow_restricted: bool


@dataclass(frozen=True, slots=True)
class Source:
    """A font to cut.

    Attributes:
        path: Its file.
        face: The whole font.
        reference: The same with its axes limited.
        limits: How far.
    """

    path: Path
    face: Face
    reference: Face
    limits: Axes

    @property
    def weights(self) -> tuple[float, float]:
        """The CSS weights that the cut font covers."""
        return self.limits.get("wght", (float(self.face.weight),) * 2)

    @property
    def style(self) -> str:
        """``normal`` or ``italic``, as CSS has it."""
        return "italic" if self.face.italic else "normal"


@dataclass(frozen=True, slots=True)
class CutFont:
    """A font that was cut and proven.

    Attributes:
        source: What it was cut from.
        runs: What it was proven on.
        subset: The cut font.
        data: The file to write.
        certificate: The proof, as values that JSON has.
        said: What OpenType Sanitizer said; None where it was not asked.
        others: The characters of the texts that are left to other fonts, and how often each occurs.
        make: Cuts the same with another coverage.
    """

    source: Source
    runs: Sequence[Run]
    subset: Subset
    data: bytes
    certificate: dict[str, Any]
    said: Sanitized | None
    others: Mapping[str, int]
    make: Callable[[str], Subset]


def open_source(path: Path, axes: str | None, *, alone: bool) -> Source:
    """Open a font, and limit its axes.

    Args:
        path: The file.
        axes: What stays of its axes, as the option gives it; None for the default.
        alone: Whether it is the only one; a static font of a family may lack the axes.

    Raises:
        FontError: It is no font that can shape Khmer, lacks an axis, or limiting moved its outlines.
        click.BadParameter: ``axes`` is not of its form.
    """
    face = read_face(path)
    require_khmer(face)
    asked = parse_axes(axes) if axes else {}
    limits = {**default_limits(face), **(asked if alone or face.axes else {})}
    return Source(path, face, limit_face(face, limits), limits)


def require_family(sources: Sequence[Source]) -> None:
    """See that fonts are one family, and that CSS could tell them apart.

    Raises:
        FontError: One is of another family, or has a weight of another one of the same style.
    """
    first = sources[0]
    for number, source in enumerate(sources):
        if source.face.family != first.face.family:
            raise FontError(
                f"is of the family {printable(source.face.family)!r}, and {first.face.source} of "
                f"{printable(first.face.family)!r}",
                source=source.face.source,
                hint="cut each family by itself",
            )
        for other in sources[:number]:
            shared = max(source.weights[0], other.weights[0]) <= min(source.weights[1], other.weights[1])
            if shared and source.style == other.style:
                raise FontError(
                    f"has the weight and style of {other.face.source}",
                    source=source.face.source,
                    hint="give one file for each; what stays of a variable font is chosen with --axes",
                )


def cut_font(source: Source, texts: Sequence[str], wish: Wish, *, named: str) -> CutFont:
    """Cut a font and prove it.

    Args:
        source: The font.
        texts: What it has to draw.
        wish: What was asked for.
        named: Where the texts come from, for an error.

    Raises:
        TextError: The texts have no Khmer.
        FontError: It cannot be cut, or OpenType Sanitizer refuses what came out.
        click.UsageError: The name is none.
    """
    reference = source.reference
    runs = list_text_runs(texts, reference, wish.language, wish.features or ("",))
    if not runs and wish.coverage != "full":
        raise TextError("has no Khmer", source=named, hint="give a text, or --coverage full")
    make = partial(
        make_subset,
        reference,
        runs,
        effort=wish.effort,
        name=wish.name,
        hinting=wish.hinting,
        allow_restricted=wish.allow_restricted,
    )
    try:
        subset = make(wish.coverage)
    except ValueError as error:
        raise click.UsageError(printable(str(error))) from error
    data = pack(subset.face.data, wish.flavor) if wish.flavor != "woff2" else subset.data
    said = sanitize(data) if wish.ask else None
    if said is not None and not said.passed:
        raise FontError(
            f"OpenType Sanitizer {said.version} refuses the cut font: {printable(said.message)}",
            source=str(source.path),
            hint="nothing was written; use another font, or --no-sanitize",
        )
    others = count_others(texts)
    certificate = certify(
        source.path.read_bytes(),
        data,
        reference,
        subset,
        runs,
        axes=source.limits,
        options={
            "coverage": wish.coverage,
            "effort": wish.effort,
            "hinting": wish.hinting,
            "flavor": wish.flavor,
            "name": wish.name,
            "language": wish.language,
        },
        others=others,
        sanitized=said,
    )
    return CutFont(source, runs, subset, data, certificate, said, others, make)


def list_text_runs(texts: Sequence[str], reference: Face, language: str, features: tuple[str, ...]) -> list[Run]:
    """List the runs of Khmer in texts, and spaces with their neighbours, at each weight and setting of features."""
    weights = choose_weights(reference)
    return list_runs(texts, reference, language=language, weights=weights, features=features, spaces=True)


def limit_face(face: Face, limits: Axes) -> Face:
    """Limit axes.

    Raises:
        FontError: The font lacks one, or limiting moved its outlines.
    """
    reference = limit_axes(face, limits)
    pinned = {tag: low for tag, (low, high) in limits.items() if low == high}
    require_near(face, reference, choose_weights(reference), pinned)
    return reference


def make_subset(
    reference: Face,
    runs: Sequence[Run],
    coverage: str,
    *,
    effort: Effort,
    name: str | None,
    hinting: Hinting,
    allow_restricted: bool,
) -> Subset:
    """Cut a font, whatever the coverage."""
    prover = partial(prove_everywhere, jobs=count_jobs())
    if coverage == "full":
        return subset_full(
            reference, runs, name=name, hinting=hinting, prover=prover, allow_restricted=allow_restricted
        )
    return subset_text(
        reference,
        runs,
        name=name,
        hinting=hinting,
        prover=prover,
        coverage=cast(TextCoverage, coverage),
        effort=effort,
        allow_restricted=allow_restricted,
    )
