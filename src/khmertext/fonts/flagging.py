"""Fonts that say when they cannot draw something: every text that they were not cut for ends in .notdef.

A font cut for known text draws other text wrong, and nobody hears of it: it maps the letters, so no other font is
asked. Here the rules are poisoned instead. Let K be the glyphs that the known text touched, and the *flag* a glyph that
it did not touch. Every GSUB rule whose glyphs are all in K stays as it is; where it would make a glyph outside K it
makes the flag. Letters outside the text are mapped to the flag, and so is the dotted circle, unless the text draws it:
with it all that is broken is flagged. So a text either goes the way that it goes in the whole font, rule by rule, or
meets the flag. Rules for positions stay for all glyphs that are drawn.

Rules of our own come last, under ``rlig``, which is applied in lines of any direction, and which no property of CSS but
``font-feature-settings`` can switch off:

- a glyph that was only ever a step on the way, and so has lost its outline, becomes the flag;
- whatever stands behind the flag, and then whatever stands before it, becomes the flag too, as far as the font maps it;
- the flag becomes .notdef.

The second is there because letters of a syllable, and in some fonts those of its neighbours, look as they do because of
each other: the font that steps in must have all of them. It costs nothing, since that font is fetched anyway. The flag
is a glyph of its own because a browser shows every character outside the ``unicode-range``, such as the space, to the
shaper as .notdef, and these are no reason to flag anything. The joiners and the zero width space are never steps:
shapers hide them whatever their glyphs are. The dotted circle may stand in text of any script, so the last of the rules
is there for all.

What an engine makes of .notdef is its own affair. Chromium shapes first and asks the next font for the clusters that
came out as .notdef; Firefox and WebKit choose the font before they shape, and must be given the whole font
(:mod:`khmertext.fonts.gate` simulates the first).

Source: OpenType spec, "OpenType Layout Common Table Formats" and GSUB (types 1, 6 and 8); the registered feature rlig.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any, Final

from fontTools.otlLib.builder import buildLookup, buildSingleSubstSubtable
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables import otTables
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

from khmertext.errors import FontError
from khmertext.fonts.faces import Face, open_face
from khmertext.fonts.proof import read_outline
from khmertext.fonts.pruning import (
    EXTENSION,
    LAYOUT,
    Rules,
    has_lookups,
    keep_khmer,
    make_request,
    name_glyph,
    replace_tables,
    unwrap,
)

__all__ = ["choose_flag", "map_to_flag", "poison_rules", "show_notdef"]

NOTDEF: Final = 0
# What ends a run in the page ends it here.
SPACES: Final = frozenset({0x20, 0xA0})
# Shapers hide these (Unicode, 5.21).
HIDDEN: Final = frozenset({0x200B, 0x200C, 0x200D})
LATE: Final = "rlig"
NO_FEATURE: Final = 0xFFFF
DEFAULT_SCRIPT: Final = "DFLT"
MAKES_LISTS: Final = {"MultipleSubst": "mapping", "AlternateSubst": "alternates"}


def choose_flag(face: Face, known: Iterable[int]) -> int:
    """Return a glyph that can be the flag.

    Args:
        face: The uncut font.
        known: The glyphs that the known text touched.

    Raises:
        FontError: The text touched all glyphs.

    Example:
        >>> from khmertext.fonts import default_face
        >>> choose_flag(default_face(), [0, 1, 3])
        2
    """
    taken = frozenset(known) | {NOTDEF}
    flag = next((glyph for glyph in range(face.glyph_count) if glyph not in taken), None)
    if flag is None:
        raise FontError("the text uses every glyph of the font, so there is nothing to flag", source=face.source)
    return flag


def map_to_flag(face: Face, unicodes: Iterable[int], flag: int) -> Face:
    """Return a font that maps some of its characters to the flag.

    Args:
        face: The uncut font.
        unicodes: Code points. What is mapped beyond FFFF goes: nothing of Khmer is there.
        flag: The flag.

    Source: OpenType spec, cmap (format 4).
    """
    font = face.font()
    flagged = frozenset(unicodes)
    glyphs = {
        code_point: flag if code_point in flagged else int(font.get_nominal_glyph(code_point) or 0)
        for code_point in sorted(face.unicodes)
        if code_point <= 0xFFFF
    }
    # A damaged font may map characters to glyphs that it does not have.
    mapping = {code_point: name_glyph(glyph) for code_point, glyph in glyphs.items() if glyph < face.glyph_count}
    table = newTable("cmap")
    table.tableVersion = 0
    subtable = CmapSubtable.newSubtable(4)
    subtable.platformID, subtable.platEncID, subtable.language = 3, 1, 0
    subtable.cmap = mapping
    table.tables = [subtable]
    holder = TTFont(recalcBBoxes=False, recalcTimestamp=False)
    holder.setGlyphOrder([name_glyph(number) for number in range(face.glyph_count)])
    return replace_tables(face, {"cmap": table.compile(holder)})


def show_notdef(face: Face) -> Face:
    """Return a font in which .notdef is seen: a box where it was nothing.

    A browser that does not take what is flagged from elsewhere must not show nothing in its place.

    Args:
        face: A font; one with variations or without TrueType outlines stays as it is.

    Raises:
        FontError: The outlines are damaged.

    Source: OpenType spec, "Recommendations for OpenType Fonts" (the .notdef glyph).
    """
    if "glyf" not in face.tables or "gvar" in face.tables or read_outline(face.font(), NOTDEF):
        return face
    try:
        font = TTFont(io.BytesIO(face.data), lazy=True, recalcBBoxes=False, recalcTimestamp=False)
        font.setGlyphOrder([name_glyph(number) for number in range(face.glyph_count)])
        width = face.font().get_glyph_h_advance(NOTDEF) or face.upem // 2
        side, height, line = width // 10, face.upem * 7 // 10, face.upem // 25
        pen = TTGlyphPen(None)
        for inset, clockwise in ((0, True), (line, False)):
            left, right, low, high = side + inset, width - side - inset, inset, height - inset
            corners = [(left, low), (left, high), (right, high), (right, low)]
            pen.moveTo(corners[0])
            for corner in corners[1:] if clockwise else corners[:0:-1]:
                pen.lineTo(corner)
            pen.closePath()
        name = name_glyph(NOTDEF)
        font["glyf"][name] = pen.glyph()
        font["glyf"][name].recalcBounds(font["glyf"])
        font["hmtx"][name] = (width, side)
        for limit, least in (("maxPoints", 8), ("maxContours", 2)):
            setattr(font["maxp"], limit, max(getattr(font["maxp"], limit), least))
        file = io.BytesIO()
        font.save(file, reorderTables=None)
    except Exception as error:  # fontTools raises whatever the damage leads to
        raise FontError("the outlines of the font cannot be read", source=face.source) from error
    return open_face(file.getvalue(), source=face.source)


def poison_rules(face: Face, known: Iterable[int], drawn: Iterable[int], flag: int) -> Rules:
    """Return a font's rules, poisoned.

    Args:
        face: The uncut font.
        known: The glyphs that the known text touched, K.
        drawn: Those of them that keep their outlines, or have none in ``face`` either.
        flag: The flag, none of them (:func:`choose_flag`).

    Returns:
        The tables, with glyphs named by their numbers in ``face``.

    Raises:
        FontError: The font has no rules for Khmer, or they are damaged.

    Example:
        >>> from khmertext.fonts import default_face
        >>> face = default_face()
        >>> ka, coeng = (face.font().get_nominal_glyph(ord(letter)) for letter in "ក្")
        >>> poison_rules(face, [ka, coeng], [ka], 2).tags  # nothing of these is placed by GPOS
        ('GSUB',)
    """
    glyphs = frozenset(known) - {NOTDEF}
    shown = frozenset(drawn) & glyphs
    spaces, hidden = (find_glyphs(face, chars) for chars in (SPACES, HIDDEN))
    try:
        font = TTFont(io.BytesIO(face.data), lazy=True, recalcBBoxes=False, recalcTimestamp=False)
        font.setGlyphOrder([name_glyph(number) for number in range(face.glyph_count)])
        tags = [tag for tag in LAYOUT if tag in font and has_lookups(font[tag].table)]
        if "GSUB" not in tags:
            raise FontError("the font has no rules for Khmer that could flag anything", source=face.source)
        for tag in tags:
            limit_table(font[tag], tag, set(map(name_glyph, glyphs if tag == "GSUB" else shown)), name_glyph(flag))
        hidden &= glyphs
        add_flags(font["GSUB"].table, glyphs - shown - hidden, (shown | hidden) - spaces, name_glyph(flag))
        tags = [tag for tag in tags if has_lookups(font[tag].table)]
    except FontError:
        raise
    except Exception as error:  # fontTools raises whatever the damage leads to
        raise FontError("the rules of the font cannot be read", source=face.source) from error
    return Rules(font, tuple(tags))


def find_glyphs(face: Face, unicodes: frozenset[int]) -> set[int]:
    """Return the glyphs that some characters are mapped to."""
    return {int(face.font().get_nominal_glyph(char) or 0) for char in unicodes & face.unicodes}


def limit_table(wrapper: Any, tag: str, glyphs: set[str], flag: str) -> None:
    """Keep of a layout table the rules over some glyphs, in place; in GSUB what leads out of these is poisoned."""
    table = wrapper.table
    # The flag may come out of rules, never go into one: what is flagged stays so.
    request = make_request(glyphs | {flag})
    kept = []
    for number, lookup in enumerate(table.LookupList.Lookup):
        unwrap(lookup, EXTENSION[tag])
        subtables = []
        for subtable in lookup.SubTable:
            if tag == "GSUB" and not poison_subtable(subtable, glyphs, flag):
                continue
            if subtable.subset_glyphs(request):
                subtables.append(subtable)
        lookup.SubTable = subtables
        lookup.SubTableCount = len(subtables)
        if subtables:
            kept.append(number)
    keep_khmer(table)
    wrapper.subset_lookups(kept)


def poison_subtable(subtable: Any, glyphs: set[str], flag: str) -> bool:
    """Make the flag of what a rule would make outside ``glyphs``; drop rules that cannot apply; tell if any is left."""
    kind = type(subtable).__name__
    if kind in ("SingleSubst", "ReverseChainSingleSubst"):
        if kind == "SingleSubst":
            mapping = subtable.mapping
            subtable.mapping = {one: out if out in glyphs else flag for one, out in mapping.items() if one in glyphs}
            return bool(subtable.mapping)
        pairs = [pair for pair in zip(subtable.Coverage.glyphs, subtable.Substitute, strict=True) if pair[0] in glyphs]
        subtable.Coverage.glyphs = [one for one, _ in pairs]
        subtable.Substitute = [out if out in glyphs else flag for _, out in pairs]
        return bool(pairs)
    if kind in MAKES_LISTS:
        rules = {
            one: [out if out in glyphs else flag for out in outs]
            for one, outs in getattr(subtable, MAKES_LISTS[kind]).items()
            if one in glyphs
        }
        setattr(subtable, MAKES_LISTS[kind], rules)
        return bool(rules)
    if kind == "LigatureSubst":
        for first, ligatures in list(subtable.ligatures.items()):
            ligatures[:] = [one for one in ligatures if first in glyphs and glyphs.issuperset(one.Component)]
            for one in ligatures:
                one.LigGlyph = one.LigGlyph if one.LigGlyph in glyphs else flag
            if not ligatures:
                del subtable.ligatures[first]
        return bool(subtable.ligatures)
    return True  # contexts: their glyphs are cut by the subsetter's own method


def add_flags(gsub: Any, emptied: Iterable[int], shown: Iterable[int], flag: str) -> None:
    """Add the rules of our own behind all others."""
    steps = {name_glyph(glyph): flag for glyph in sorted(emptied)}
    spread = {name_glyph(glyph): flag for glyph in sorted(shown)}
    lookups = gsub.LookupList.Lookup
    first = len(lookups)
    if steps:
        lookups.append(buildLookup([buildSingleSubstSubtable(steps)]))
    # Rules see what the ones before them made: this one walks to the end of the run, a reverse one to its beginning.
    lookups += [
        buildLookup([make_context(flag, spread, len(lookups) + 3)]),
        buildLookup([make_reverse(flag, spread)]),
        buildLookup([buildSingleSubstSubtable({flag: name_glyph(NOTDEF)})]),
        buildLookup([buildSingleSubstSubtable(spread)]),  # called by the first, never applied by itself
    ]
    gsub.LookupList.LookupCount = len(lookups)
    add_script(gsub)
    add_feature(gsub, LATE, list(range(first, len(lookups) - 1)))


def add_script(gsub: Any) -> None:
    """Add the script that stands for all others, without any feature, unless it is there."""
    if any(record.ScriptTag == DEFAULT_SCRIPT for record in gsub.ScriptList.ScriptRecord):
        return
    record = otTables.ScriptRecord()
    record.ScriptTag, record.Script = DEFAULT_SCRIPT, otTables.Script()
    language = otTables.DefaultLangSys()
    language.LookupOrder, language.ReqFeatureIndex = None, NO_FEATURE
    language.FeatureIndex, language.FeatureCount = [], 0
    record.Script.DefaultLangSys = language
    record.Script.LangSysRecord, record.Script.LangSysCount = [], 0
    gsub.ScriptList.ScriptRecord = [record, *gsub.ScriptList.ScriptRecord]  # sorted by tag: capitals come first
    gsub.ScriptList.ScriptCount = len(gsub.ScriptList.ScriptRecord)


def make_context(before: str, mapping: Mapping[str, str], called: int) -> Any:
    """Return a rule that calls a lookup for each glyph of a mapping that has ``before`` before it."""
    subtable = otTables.ChainContextSubst()
    subtable.Format = 3
    subtable.BacktrackGlyphCount = subtable.InputGlyphCount = subtable.SubstCount = 1
    subtable.LookAheadGlyphCount = 0
    subtable.BacktrackCoverage = [make_coverage([before])]
    subtable.InputCoverage = [make_coverage(mapping)]
    subtable.LookAheadCoverage = []
    record = otTables.SubstLookupRecord()
    record.SequenceIndex, record.LookupListIndex = 0, called
    subtable.SubstLookupRecord = [record]
    return subtable


def make_reverse(behind: str, mapping: Mapping[str, str]) -> Any:
    """Return a rule that replaces, from the end, each glyph of a mapping that has ``behind`` behind it."""
    subtable = otTables.ReverseChainSingleSubst()
    subtable.Format = 1
    subtable.Coverage = make_coverage(mapping)
    subtable.BacktrackGlyphCount, subtable.BacktrackCoverage = 0, []
    subtable.LookAheadGlyphCount, subtable.LookAheadCoverage = 1, [make_coverage([behind])]
    subtable.Substitute = list(mapping.values())
    subtable.GlyphCount = len(mapping)
    return subtable


def make_coverage(glyphs: Iterable[str]) -> Any:
    """Return a coverage of glyphs, which are sorted."""
    coverage = otTables.Coverage()
    coverage.glyphs = list(glyphs)
    return coverage


def add_feature(gsub: Any, tag: str, lookups: list[int]) -> None:
    """Have lookups apply under a feature, for every script and language of the table."""
    records = gsub.FeatureList.FeatureRecord
    new: Any = None
    for script in gsub.ScriptList.ScriptRecord:
        languages = [record.LangSys for record in script.Script.LangSysRecord]
        for language in (script.Script.DefaultLangSys, *languages):
            if language is None:
                continue
            required = [] if language.ReqFeatureIndex == NO_FEATURE else [language.ReqFeatureIndex]
            indices = [index for index in (*required, *language.FeatureIndex) if records[index].FeatureTag == tag]
            for index in indices:
                for feature in list_variants(gsub, index):
                    feature.LookupListIndex = sorted({*feature.LookupListIndex, *lookups})
                    feature.LookupCount = len(feature.LookupListIndex)
            if not indices:
                if new is None:
                    new = len(records)
                    records.append(make_feature(tag, lookups))
                language.FeatureIndex = [*language.FeatureIndex, new]
                language.FeatureCount = len(language.FeatureIndex)
    sort_features(gsub)


def list_variants(gsub: Any, index: int) -> list[Any]:
    """Return a feature and what stands for it in variations."""
    features = [gsub.FeatureList.FeatureRecord[index].Feature]
    variations = getattr(gsub, "FeatureVariations", None)
    for record in variations.FeatureVariationRecord if variations else ():
        substitutions = record.FeatureTableSubstitution.SubstitutionRecord
        features += [one.Feature for one in substitutions if one.FeatureIndex == index]
    return features


def make_feature(tag: str, lookups: list[int]) -> Any:
    """Return a new record of a feature."""
    record = otTables.FeatureRecord()
    record.FeatureTag = tag
    record.Feature = otTables.Feature()
    record.Feature.FeatureParams = None
    record.Feature.LookupListIndex = list(lookups)
    record.Feature.LookupCount = len(lookups)
    return record


def sort_features(gsub: Any) -> None:
    """Put features in the order of their tags, which OpenType asks for, and renumber what refers to them."""
    records = gsub.FeatureList.FeatureRecord
    order = sorted(range(len(records)), key=lambda index: (records[index].FeatureTag, index))
    places: Mapping[int, int] = {old: new for new, old in enumerate(order)}
    gsub.FeatureList.FeatureRecord = [records[index] for index in order]
    gsub.FeatureList.FeatureCount = len(records)
    for script in gsub.ScriptList.ScriptRecord:
        for language in (script.Script.DefaultLangSys, *(record.LangSys for record in script.Script.LangSysRecord)):
            if language is None:
                continue
            language.FeatureIndex = sorted(places[index] for index in language.FeatureIndex)
            if language.ReqFeatureIndex != NO_FEATURE:
                language.ReqFeatureIndex = places[language.ReqFeatureIndex]
    variations = getattr(gsub, "FeatureVariations", None)
    for record in variations.FeatureVariationRecord if variations else ():
        for one in record.FeatureTableSubstitution.SubstitutionRecord:
            one.FeatureIndex = places[one.FeatureIndex]
