"""Fonts that say when they cannot draw something: every text that they were not cut for ends in .notdef.

A font cut for known text draws other text wrong, and nobody hears of it: it maps the letters, so no other font is
asked. Here the rules are poisoned instead. Let K be the glyphs that the known text touched. Every GSUB rule whose
glyphs are all in K stays as it is; where it would make a glyph outside K it makes .notdef. So a text either goes the
way that it goes in the whole font, rule by rule, or meets .notdef. Rules for positions stay for all glyphs that are
drawn.

Three rules of our own come last, under ``rclt``, which no property of CSS but ``font-feature-settings`` can switch off:

- a glyph that was only ever a step on the way, and so has lost its outline, becomes .notdef; so does the dotted circle,
  unless the known text draws it, and with it all that is broken;
- whatever stands behind .notdef, and then whatever stands before it, becomes .notdef too, to the ends of the run.

The last rule is there because letters of a syllable, and in some fonts those of its neighbours, look as they do because
of each other: the font that steps in must have all of them. It costs nothing, since that font is fetched anyway. The
joiners and the zero width space stay; shapers hide them whatever their glyph is.

What an engine makes of .notdef is its own affair. Chromium shapes first and asks the next font for the clusters that
came out as .notdef; Firefox and WebKit choose the font before they shape, and must be given the whole font
(:mod:`khmertext.fonts.gate` simulates the first).

Source: OpenType spec, "OpenType Layout Common Table Formats" and GSUB (types 1, 6 and 8); the registered feature rclt.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any, Final

from fontTools.otlLib.builder import buildLookup, buildSingleSubstSubtable
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables import otTables

from khmertext.errors import FontError
from khmertext.fonts.faces import Face
from khmertext.fonts.pruning import (
    EXTENSION,
    LAYOUT,
    Rules,
    has_lookups,
    keep_khmer,
    make_request,
    name_glyph,
    unwrap,
)

__all__ = ["poison_rules"]

NOTDEF: Final = 0
# Shapers hide these (Unicode, 5.21); and the space separates what is flagged from what is not.
HIDDEN: Final = frozenset({0x20, 0xA0, 0x200B, 0x200C, 0x200D})
LATE: Final = "rclt"


def poison_rules(face: Face, known: Iterable[int], drawn: Iterable[int]) -> Rules:
    """Return a font's rules, poisoned.

    Args:
        face: The uncut font.
        known: The glyphs that the known text touched, K.
        drawn: Those of them that keep their outlines, or have none in ``face`` either.

    Returns:
        The tables, with glyphs named by their numbers in ``face``.

    Raises:
        FontError: The font has no rules for Khmer, or they are damaged.

    Example:
        >>> from khmertext.fonts import default_face
        >>> face = default_face()
        >>> ka, coeng = (face.font().get_nominal_glyph(ord(letter)) for letter in "ក្")
        >>> poison_rules(face, [ka, coeng], [ka]).tags  # nothing of these is placed by GPOS
        ('GSUB',)
    """
    glyphs = frozenset(known) - {NOTDEF}
    shown = frozenset(drawn) & glyphs
    hidden = {face.font().get_nominal_glyph(char) for char in HIDDEN & face.unicodes}
    try:
        font = TTFont(io.BytesIO(face.data), lazy=True, recalcBBoxes=False, recalcTimestamp=False)
        font.setGlyphOrder([name_glyph(number) for number in range(face.glyph_count)])
        tags = [tag for tag in LAYOUT if tag in font and has_lookups(font[tag].table)]
        if "GSUB" not in tags:
            raise FontError("the font has no rules for Khmer that could flag anything", source=face.source)
        for tag in tags:
            limit_table(font[tag], tag, set(map(name_glyph, glyphs if tag == "GSUB" else shown)))
        add_flags(font["GSUB"].table, glyphs - shown - hidden, shown - hidden)
        tags = [tag for tag in tags if has_lookups(font[tag].table)]
    except FontError:
        raise
    except Exception as error:  # fontTools raises whatever the damage leads to
        raise FontError("the rules of the font cannot be read", source=face.source) from error
    return Rules(font, tuple(tags))


def limit_table(wrapper: Any, tag: str, glyphs: set[str]) -> None:
    """Keep of a layout table the rules over some glyphs, in place; in GSUB what leads out of these is poisoned."""
    table = wrapper.table
    # The glyph .notdef may come out of rules, never go into one: what is flagged stays so.
    request = make_request(glyphs | {name_glyph(NOTDEF)})
    kept = []
    for number, lookup in enumerate(table.LookupList.Lookup):
        unwrap(lookup, EXTENSION[tag])
        subtables = []
        for subtable in lookup.SubTable:
            if tag == "GSUB" and not poison_subtable(subtable, glyphs):
                continue
            if subtable.subset_glyphs(request):
                subtables.append(subtable)
        lookup.SubTable = subtables
        lookup.SubTableCount = len(subtables)
        if subtables:
            kept.append(number)
    keep_khmer(table)
    wrapper.subset_lookups(kept)


def poison_subtable(subtable: Any, glyphs: set[str]) -> bool:
    """Make .notdef of what a rule would make outside ``glyphs``; drop rules that cannot apply; tell if any is left."""
    kind = type(subtable).__name__
    nothing = name_glyph(NOTDEF)
    if kind in ("SingleSubst", "ReverseChainSingleSubst"):
        if kind == "SingleSubst":
            mapping = subtable.mapping
            subtable.mapping = {one: out if out in glyphs else nothing for one, out in mapping.items() if one in glyphs}
            return bool(subtable.mapping)
        pairs = [pair for pair in zip(subtable.Coverage.glyphs, subtable.Substitute, strict=True) if pair[0] in glyphs]
        subtable.Coverage.glyphs = [one for one, _ in pairs]
        subtable.Substitute = [out if out in glyphs else nothing for _, out in pairs]
        return bool(pairs)
    if kind == "MultipleSubst":
        subtable.mapping = {
            one: [out if out in glyphs else nothing for out in outs]
            for one, outs in subtable.mapping.items()
            if one in glyphs
        }
        return bool(subtable.mapping)
    if kind == "AlternateSubst":
        subtable.alternates = {
            one: [out if out in glyphs else nothing for out in outs]
            for one, outs in subtable.alternates.items()
            if one in glyphs
        }
        return bool(subtable.alternates)
    if kind == "LigatureSubst":
        for first, ligatures in list(subtable.ligatures.items()):
            ligatures[:] = [one for one in ligatures if first in glyphs and glyphs.issuperset(one.Component)]
            for one in ligatures:
                one.LigGlyph = one.LigGlyph if one.LigGlyph in glyphs else nothing
            if not ligatures:
                del subtable.ligatures[first]
        return bool(subtable.ligatures)
    return True  # contexts: their glyphs are cut by the subsetter's own method


def add_flags(gsub: Any, emptied: Iterable[int], shown: Iterable[int]) -> None:
    """Add the rules of our own behind all others."""
    nothing = name_glyph(NOTDEF)
    steps = {name_glyph(glyph): nothing for glyph in sorted(emptied)}
    spread = {name_glyph(glyph): nothing for glyph in sorted(shown)}
    lookups = gsub.LookupList.Lookup
    applied: list[int] = []
    if steps:
        applied.append(len(lookups))
        lookups.append(buildLookup([buildSingleSubstSubtable(steps)]))
    # Rules see what the ones before them made: this one walks to the end of the run, a reverse one to its beginning.
    applied += [len(lookups), len(lookups) + 1]
    lookups += [
        buildLookup([make_context(nothing, spread, len(lookups) + 2)]),
        buildLookup([make_reverse(nothing, spread)]),
        buildLookup([buildSingleSubstSubtable(spread)]),  # called by the first, never applied by itself
    ]
    gsub.LookupList.LookupCount = len(lookups)
    add_feature(gsub, LATE, applied)


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
            indices = [index for index in language.FeatureIndex if records[index].FeatureTag == tag]
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
            if language.ReqFeatureIndex != 0xFFFF:
                language.ReqFeatureIndex = places[language.ReqFeatureIndex]
    variations = getattr(gsub, "FeatureVariations", None)
    for record in variations.FeatureVariationRecord if variations else ():
        for one in record.FeatureTableSubstitution.SubstitutionRecord:
            one.FeatureIndex = places[one.FeatureIndex]
