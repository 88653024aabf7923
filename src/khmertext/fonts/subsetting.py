"""Cutting fonts: the only place that calls the subsetters, and that writes WOFF2.

HarfBuzz cuts (in a millisecond), fontTools mends the names and packs. Nothing here decides what to keep: that is the
plan's; and nothing here is trusted: the proof reads back what came out.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Literal

import uharfbuzz as hb
from fontTools.ttLib import TTFont

from khmertext.errors import FontError
from khmertext.fonts.containers import MAX_FONT_SIZE, SIGNATURES, build_sfnt, read_tables
from khmertext.fonts.faces import Axis, Face, open_face
from khmertext.fonts.licensing import read_license
from khmertext.fonts.naming import KEPT_NAMES, TERSE_NAMES, choose_family, keep_notices, rename, set_style
from khmertext.fonts.planning import SubsetPlan

__all__ = [
    "FLAVORS",
    "HINTING",
    "Flavor",
    "Hinting",
    "close_layout",
    "cut",
    "default_limits",
    "limit_axes",
    "pack",
    "static_instances",
    "to_woff2",
]

Hinting = Literal["keep", "drop", "auto"]
HINTING: Final = ("keep", "drop", "auto")

Flavor = Literal["woff2", "woff", "ttf"]
FLAVORS: Final = ("woff2", "woff", "ttf")

# "auto" keeps hints that add at most this share to the cut font, before packing. With its hints a subset is drawn
# pixel by pixel as the whole font; but the hints of some fonts weigh as much as their outlines.
HINTING_SHARE = 0.05

# Neither a browser nor a shaper reads these; a signature no longer holds once the font is changed.
USELESS_TABLES: Final = ("DSIG", "FFTM", "LTSH", "PCLT", "PfEd", "TSI0", "TSI1", "TSI2", "TSI3", "TSI5", "VDMX", "hdmx")
DOTTED_CIRCLE: Final = 0x25CC
VARIATION_SEQUENCES: Final = 14  # a format of cmap
DEFAULT_WEIGHTS: Final = (400.0, 700.0)


def default_limits(face: Face, weights: tuple[float, float] = DEFAULT_WEIGHTS) -> dict[str, tuple[float, float]]:
    """Return how far to limit a variable font when nobody said anything.

    Args:
        face: The font.
        weights: The least and the greatest weight that pages use.

    Returns:
        For :func:`limit_axes`: the weight axis limited to ``weights`` as far as the font has them, every other axis
        pinned to its default; empty for a static font.

    Example:
        >>> from khmertext.fonts import default_face
        >>> default_limits(default_face())
        {'wght': (400.0, 700.0), 'wdth': (100.0, 100.0)}
    """
    return {
        axis.tag: (axis.clamp(weights[0]), axis.clamp(weights[1])) if axis.tag == "wght" else (axis.default,) * 2
        for axis in face.axes
    }


def limit_axes(face: Face, limits: Mapping[str, tuple[float, float]]) -> Face:
    """Return a variable font with some of its axes pinned or made shorter; everything else stays.

    Args:
        face: The font.
        limits: Axis tag to the least and the greatest value; equal ones pin the axis. The default moves to the nearest
            value that is left. Axes not named stay as they are.

    Returns:
        The limited font; the same face when there is nothing to do. Coordinates of what is not at the default are
        rounded (see :func:`axis_deviation`): in most fonts by a font unit or less.

    Raises:
        FontError: The font lacks an axis or does not reach so far, or HarfBuzz cannot limit it.
        ValueError: A least value is greater than its greatest.

    Source: OpenType spec, fvar; HarfBuzz, hb-subset (instancing).
    """
    return instance(face, limits, 0)


def instance(face: Face, limits: Mapping[str, tuple[float, float]], flags: int) -> Face:
    """Limit axes, with flags for hb-subset besides those that keep everything."""
    request = new_input()
    request.keep_everything()
    request.flags |= flags
    changed = False
    for tag, (least, greatest) in limits.items():
        axis = find_axis(face, tag)
        if not least <= greatest:
            raise ValueError(f"limits of an axis go from the least to the greatest value, not {least} to {greatest}")
        if least < axis.minimum or greatest > axis.maximum:
            raise FontError(
                f"the axis {tag} does not reach from {least:g} to {greatest:g}",
                source=face.source,
                hint=describe_axes(face.axes),
            )
        if (least, greatest) == (axis.minimum, axis.maximum):
            continue
        changed = True
        if least == greatest:
            request.pin_axis_location(face.hb_face, tag, least)
        else:
            request.set_axis_range(face.hb_face, tag, least, greatest, min(max(axis.default, least), greatest))
    if not changed:
        return face
    data = run_subsetter(face, request, "its axes cannot be limited")[0]
    if "kern" in face.tables:  # all glyphs keep their numbers here
        tables = read_tables(data, source=face.source)
        data = build_sfnt(tables.version, {**tables.tables, "kern": face.tables["kern"]})
    # What was taken out when the font was opened is still what the limited one lacks.
    return replace(open_face(data, source=face.source), stripped=face.stripped)


def find_axis(face: Face, tag: str) -> Axis:
    """Return an axis by its tag."""
    axis = face.axis(tag)
    if axis is None:
        raise FontError(f"the font has no axis {tag!r}", source=face.source, hint=describe_axes(face.axes))
    return axis


def describe_axes(axes: Iterable[Axis]) -> str:
    """Say in words which axes a font has."""
    described = ", ".join(f"{axis.tag} {axis.minimum:g} to {axis.maximum:g}" for axis in axes)
    return f"it has {described}" if described else "it is not a variable font"


def cut(
    face: Face, plan: SubsetPlan, *, name: str | None = None, hinting: Hinting = "auto", terse: bool = False
) -> bytes:
    """Cut a font to a plan.

    Glyph definitions (GDEF), line metrics, .notdef's outline and the notices of copyright and license stay. The old
    ``kern`` table goes: HarfBuzz kerns Khmer by GPOS alone.

    Args:
        face: The uncut font.
        plan: What to keep.
        name: The family name to use where the license reserves the font's own; by default "Khmer Subset".
        hinting: ``keep``, ``drop``, or ``auto``: keep when that adds at most 5 % to the unpacked font.
        terse: Whether of the names only the notices, family and style stay, and those that tables refer to.

    Returns:
        An sfnt. The same input gives the same bytes.

    Raises:
        FontError: The font cannot be cut, or ``name`` is reserved by its license.
        ValueError: ``hinting`` or ``name`` is not one.

    Source: SIL OFL 1.1, condition 3 (Reserved Font Names).

    Example:
        >>> from khmertext.fonts import default_face, plan_text
        >>> face = default_face()
        >>> len(cut(face, plan_text(face, [("ខ្មែរ", "km")]))) < len(face.data) / 10
        True
    """
    if hinting not in HINTING:
        raise ValueError(f"hinting is one of {', '.join(HINTING)}, not {hinting!r}")
    reserved = read_license(face).reserved_names
    family = choose_family(face.family, reserved, name, face.source)
    names = TERSE_NAMES if terse else KEPT_NAMES
    kept = run_plan(face, plan, 0, names)[0] if hinting != "drop" else None
    bare = run_plan(face, plan, hb.SubsetFlags.NO_HINTING, names)[0] if hinting != "keep" else None
    data = kept or bare or b""
    if kept and bare and len(kept) > len(bare) * (1 + HINTING_SHARE):
        data = bare
    try:
        font = TTFont(io.BytesIO(data), recalcBBoxes=False, recalcTimestamp=False)
        if "cmap" in font:
            unmap_others(font, plan.unicodes)
        keep_notices(font)
        if family is not None:
            rename(font, family, reserved)
        return save(font)
    except Exception as error:  # fontTools raises whatever the damage leads to
        raise FontError(
            "the font cannot be cut: its names or its character map are damaged", source=face.source
        ) from error


def unmap_others(font: Any, unicodes: frozenset[int]) -> None:
    """Take out of a font's character map what the plan does not name.

    HarfBuzz keeps every character whose glyph stays. Its outline may be gone, or it may be the flag: such a character
    is for the next font of the stack. The dotted circle stays: shapers look it up by themselves.
    """
    # Names of its own, so that outlines need not be read for theirs.
    font.setGlyphOrder([f"g{number}" for number in range(font["maxp"].numGlyphs)])
    kept = unicodes | {DOTTED_CIRCLE}
    for table in font["cmap"].tables:
        if table.format != VARIATION_SEQUENCES and not kept.issuperset(table.cmap):
            table.cmap = {code: glyph for code, glyph in table.cmap.items() if code in kept}


def close_layout(face: Face, glyphs: Iterable[int], unicodes: Iterable[int]) -> frozenset[int]:
    """Return the glyphs that a font's rules can make of some others, however many rules it takes.

    Args:
        face: The uncut font.
        glyphs: Glyph ids.
        unicodes: Code points, taken as their glyphs.

    Returns:
        Glyph ids beyond those that are given or are parts of their outlines.
    """
    wanted = SubsetPlan(dict.fromkeys(glyphs, ""), frozenset(unicodes))
    return frozenset(run_plan(face, replace(wanted, closure=True), 0)[1]) - run_plan(face, wanted, 0)[1].keys()


def run_plan(
    face: Face, plan: SubsetPlan, flags: int, names: Iterable[int] = KEPT_NAMES
) -> tuple[bytes, dict[int, int]]:
    """Cut to a plan by HarfBuzz; return the font and the glyphs' new numbers by their old ones."""
    request = new_input()
    request.glyph_set.update(plan.glyphs)
    request.unicode_set.update(plan.unicodes)
    request.name_id_set.clear()
    request.name_id_set.update(names)  # HarfBuzz adds those that the tables it keeps refer to
    if not face.axes:
        # It tells the styles of a family apart; a static web font is told apart by CSS.
        request.drop_table_tag_set.add(number_tag("STAT"))
    # .notdef must show: a character that a cut font lacks would otherwise vanish without a trace.
    request.flags = hb.SubsetFlags.NOTDEF_OUTLINE | hb.SubsetFlags.NAME_LEGACY | flags
    if not plan.closure:
        request.flags |= hb.SubsetFlags.NO_LAYOUT_CLOSURE
    return run_subsetter(face, request, "it cannot be cut")


def new_input() -> Any:
    """Return a request to hb-subset that keeps all layout rules and names.

    Its sets begin with HarfBuzz's defaults; ``clear`` and then ``invert`` makes them hold everything. Inverting alone
    would drop exactly the Khmer features.
    """
    request = hb.SubsetInput()
    for chosen in (
        request.layout_feature_tag_set,
        request.layout_script_tag_set,
        request.name_id_set,
        request.name_lang_id_set,
    ):
        chosen.clear()
        chosen.invert()
    request.drop_table_tag_set.update(map(number_tag, USELESS_TABLES))
    return request


def number_tag(tag: str) -> int:
    """Return a table tag as the number that HarfBuzz's sets hold."""
    return int.from_bytes(tag.encode("ascii"), "big")


def run_subsetter(face: Face, request: Any, failure: str) -> tuple[bytes, dict[int, int]]:
    """Run hb-subset; return the font and the glyphs' new numbers by their old ones."""
    try:
        plan = hb.SubsetPlan(face.hb_face, request)
        data: bytes = plan.execute().blob.data
        mapping = dict(plan.old_to_new_glyph_mapping.items())
    except Exception as error:  # uharfbuzz raises RuntimeError and MemoryError
        raise FontError(failure, source=face.source, hint="give another font") from error
    if not data or len(data) > MAX_FONT_SIZE:
        raise FontError(failure, source=face.source, hint="give another font")
    return data, mapping


def to_woff2(sfnt: bytes) -> bytes:
    """Pack a font as WOFF2.

    Args:
        sfnt: A font as :func:`cut` returns it.

    Returns:
        The WOFF2 file, at Brotli's best quality. The same input gives the same bytes.

    Raises:
        FontError: It is not a font that can be packed.

    Source: W3C WOFF 2.0.
    """
    try:
        font = TTFont(io.BytesIO(sfnt), recalcBBoxes=False, recalcTimestamp=False)
        font.flavor = "woff2"
        return save(font)
    except Exception as error:  # fontTools raises whatever the damage leads to
        raise FontError("the font cannot be packed as WOFF2") from error


def pack(sfnt: bytes, flavor: Flavor) -> bytes:
    """Pack a font as a web font or leave it as it is.

    Args:
        sfnt: A font as :func:`cut` returns it.
        flavor: ``woff2``, ``woff`` or ``ttf``, which is the plain font whatever its outlines are.

    Returns:
        The file. The same input gives the same bytes.

    Raises:
        FontError: It is not a font that can be packed.
        ValueError: There is no such flavor.

    Source: W3C WOFF 1.0 and 2.0.
    """
    if flavor not in FLAVORS:
        raise ValueError(f"a flavor is one of {', '.join(FLAVORS)}, not {flavor!r}")
    if flavor == "woff2":
        return to_woff2(sfnt)
    if flavor == "ttf":
        return sfnt
    try:
        font = TTFont(io.BytesIO(sfnt), recalcBBoxes=False, recalcTimestamp=False)
        font.flavor = "woff"
        return save(font)
    except Exception as error:  # fontTools raises whatever the damage leads to
        raise FontError("the font cannot be packed as WOFF") from error


def save(font: Any) -> bytes:
    """Write a fontTools font into memory."""
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()


def static_instances(
    face: Face, weights: Iterable[int] = (400, 700), *, original: bytes | None = None
) -> dict[int, bytes]:
    """Return a whole font as static ones, to be installed: with all its glyphs, one file per weight.

    Args:
        face: A variable or static font.
        weights: The weights wanted; those beyond the font's range become its nearest.
        original: The bytes of the file that the font was opened from.

    Returns:
        Weight to an sfnt whose names and style bits let the weights stand side by side when installed. A static font
        gives its own weight alone: the original, where that is an sfnt already; else it is a changed font, since it
        was unpacked and lacks tables of other shaping engines, and has given up its Reserved Font Names.

    Raises:
        FontError: It cannot be instanced.

    Source: OpenType spec, name and OS/2; SIL OFL 1.1, condition 3 (Reserved Font Names).
    """
    axis = face.axis("wght")
    if not face.axes and original is not None and original[:4] in SIGNATURES:
        return {face.weight: original}
    reserved = read_license(face).reserved_names
    family = choose_family(face.family, reserved, None, face.source)
    if not face.axes:
        return {face.weight: rename_static(face, family, reserved)}
    pinned = {other.tag: (other.default, other.default) for other in face.axes}
    instances: dict[int, bytes] = {}
    for weight in weights if axis else (face.weight,):
        value = axis.clamp(weight) if axis else weight
        limits = {**pinned, **({"wght": (value, value)} if axis else {})}
        # Contours of variable fonts overlap; without the flag macOS shows the overlaps of a static font.
        static = instance(face, limits, hb.SubsetFlags.SET_OVERLAPS_FLAG)
        try:
            font = TTFont(io.BytesIO(static.data), recalcBBoxes=False, recalcTimestamp=False)
            for tag in ("DSIG", "STAT"):
                if tag in font:
                    del font[tag]
            if family is not None:
                rename(font, family, reserved)
            set_style(font, family or face.family or "Khmer", round(value), face.italic)
            font["name"].removeUnusedNames(font)
            instances[round(value)] = save(font)
        except Exception as error:  # fontTools raises whatever the damage leads to
            raise FontError("the font cannot be made static", source=face.source) from error
    return instances


def rename_static(face: Face, family: str | None, reserved: Sequence[str]) -> bytes:
    """Return a whole static font under the name that a changed one has to take; without a signature, which is void."""
    if family is None and "DSIG" not in face.tables:
        return face.data
    try:
        font = TTFont(io.BytesIO(face.data), recalcBBoxes=False, recalcTimestamp=False)
        if "DSIG" in font:
            del font["DSIG"]
        if family is not None:
            rename(font, family, reserved)
        return save(font)
    except Exception as error:  # fontTools raises whatever the damage leads to
        raise FontError("the font cannot be renamed: its names are damaged", source=face.source) from error
