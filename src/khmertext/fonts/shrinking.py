"""Shrinking: leave out one rule after the other, and see whether anything changes.

What a lookup had before it (:mod:`khmertext.fonts.pruning`) tells which rules may have been used, not which were. Here
each rule, each glyph of a context, each anchor is taken out for trial; where all texts still come out the same it stays
out. Rules go in halves, and halves of halves, so that what is not used goes quickly. This takes seconds rather than
milliseconds.

Glyphs keep their numbers while rules are tried, so results are compared as they are, without outlines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import uharfbuzz as hb

from khmertext.errors import FontError
from khmertext.fonts.containers import build_sfnt, read_tables
from khmertext.fonts.faces import Face
from khmertext.fonts.pruning import CONTEXT, Rules, iter_rule_sets, list_coverages, tidy_rules
from khmertext.fonts.shaping import Sample, shape, spread

__all__ = ["shrink_rules"]

# Shaping needs no outlines; without them a font for trial is made in no time.
OUTLINES = ("glyf", "loca", "gvar", "CFF ", "CFF2", "fpgm", "prep", "cvt ", "cvar", "HVAR")


class Part(NamedTuple):
    """Something made of items that can be left out one by one.

    Args:
        size: How many items.
        apply: Makes it of the items with these numbers.
    """

    size: int
    apply: Callable[[Sequence[int]], None]


def shrink_rules(
    face: Face, rules: Rules, texts: Iterable[Sample], variations: Iterable[Mapping[str, float]] = ({},)
) -> int:
    """Take rules out of pruned tables as long as texts come out the same.

    Args:
        face: The uncut font.
        rules: Its pruned tables (:func:`khmertext.fonts.pruning.prune_rules`); changed in place.
        texts: The texts with their languages, and perhaps the font features that CSS sets, each shaped as one run.
        variations: Where in a variable font.

    Returns:
        How many items were left out.

    Raises:
        FontError: The tables are damaged.
    """
    trial = Trial(face, rules, list(texts), list(variations))
    try:
        gone = sum(shrink_table(trial, rules, tag) for tag in rules.tags)
        tidy_rules(rules)
    except FontError:
        raise
    except Exception as error:  # fontTools raises whatever the damage leads to
        raise FontError("the rules of the font cannot be read", source=face.source) from error
    return gone


def shrink_table(trial: Trial, rules: Rules, tag: str) -> int:
    """Shrink one table: its largest parts first."""
    gone = 0
    for lookup in rules.font[tag].table.LookupList.Lookup:
        for list_parts in (list_subtables, list_rules, list_glyphs, list_anchors):
            for part in list(list_parts(lookup, tag)):
                gone += shrink_part(trial, part, tag)
    trial.passes(tag)  # the last trial may have been one that failed
    return gone


def shrink_part(trial: Trial, part: Part, tag: str) -> int:
    """Leave out all items of a part that may be; one of them always stays."""
    kept = list(range(part.size))

    def leave_out(first: int, last: int) -> None:
        rest = [number for number in kept if not first <= number < last]
        if rest and len(rest) < len(kept):
            part.apply(rest)
            if trial.passes(tag):
                kept[:] = rest
                return
            part.apply(kept)
        if last - first > 1:
            middle = (first + last) // 2
            leave_out(first, middle)
            leave_out(middle, last)

    if part.size > 1:
        leave_out(0, part.size)
        part.apply(kept)
    return part.size - len(kept)


# -- parts -----------------------------------------------------------------------------------------------------------


def list_subtables(lookup: Any, _: str) -> Iterator[Part]:
    """The subtables of a lookup."""
    yield part_of_list(lookup.SubTable)


def list_rules(lookup: Any, tag: str) -> Iterator[Part]:
    """The rules of each subtable."""
    for subtable in lookup.SubTable:
        kind = type(subtable).__name__
        if lookup.LookupType in CONTEXT[tag]:
            if subtable.Format != 3:
                rule_lists = {id(rules): rules for rules, _, _ in iter_rule_sets(subtable)}
                yield from map(part_of_list, rule_lists.values())
        elif kind in ("SingleSubst", "MultipleSubst"):
            yield part_of_mapping(subtable, "mapping")
        elif kind == "LigatureSubst":
            yield part_of_mapping(subtable, "ligatures")
            yield from map(part_of_list, subtable.ligatures.values())


def list_glyphs(lookup: Any, tag: str) -> Iterator[Part]:
    """The glyphs that subtables of contexts and of positions are for."""
    for subtable in lookup.SubTable:
        kind = type(subtable).__name__
        if lookup.LookupType in CONTEXT[tag]:
            if subtable.Format == 3:
                for coverage in list_coverages(subtable):
                    yield part_of_list(coverage.glyphs)
        elif kind == "MarkBasePos":
            yield part_of_lists(subtable.MarkCoverage.glyphs, subtable.MarkArray.MarkRecord)
            yield part_of_lists(subtable.BaseCoverage.glyphs, subtable.BaseArray.BaseRecord)
        elif kind == "MarkMarkPos":
            yield part_of_lists(subtable.Mark1Coverage.glyphs, subtable.Mark1Array.MarkRecord)
            yield part_of_lists(subtable.Mark2Coverage.glyphs, subtable.Mark2Array.Mark2Record)
        elif kind == "PairPos" and subtable.Format == 1:
            yield part_of_lists(subtable.Coverage.glyphs, subtable.PairSet)
            for pairs in subtable.PairSet:
                yield part_of_list(pairs.PairValueRecord)
        elif kind == "SinglePos":
            if subtable.Format == 2:
                yield part_of_lists(subtable.Coverage.glyphs, subtable.Value)
            else:
                yield part_of_list(subtable.Coverage.glyphs)


def list_anchors(lookup: Any, _: str) -> Iterator[Part]:
    """The anchors of bases for each class of marks."""
    for subtable in lookup.SubTable:
        kind = type(subtable).__name__
        if kind == "MarkBasePos":
            records = [record.BaseAnchor for record in subtable.BaseArray.BaseRecord]
        elif kind == "MarkMarkPos":
            records = [record.Mark2Anchor for record in subtable.Mark2Array.Mark2Record]
        else:
            continue
        cells = [(anchors, number) for anchors in records for number, anchor in enumerate(anchors) if anchor]
        yield part_of_cells(cells)


def part_of_list(items: list[Any]) -> Part:
    """A list as a part."""
    return part_of_lists(items)


def part_of_lists(*lists: list[Any]) -> Part:
    """Lists that belong together item by item, as one part."""
    whole = [list(items) for items in lists]

    def apply(kept: Sequence[int]) -> None:
        for items, all_items in zip(lists, whole, strict=True):
            items[:] = [all_items[number] for number in kept]

    return Part(min(map(len, whole)), apply)


def part_of_mapping(subtable: Any, name: str) -> Part:
    """A mapping of a subtable as a part."""
    whole = sorted(getattr(subtable, name).items(), key=lambda item: item[0])
    return Part(len(whole), lambda kept: setattr(subtable, name, {whole[n][0]: whole[n][1] for n in kept}))


def part_of_cells(cells: list[tuple[list[Any], int]]) -> Part:
    """Cells of tables, which are empty where they are left out."""
    whole = [anchors[number] for anchors, number in cells]

    def apply(kept: Sequence[int]) -> None:
        chosen = set(kept)
        for position, (anchors, number) in enumerate(cells):
            anchors[number] = whole[position] if position in chosen else None

    return Part(len(cells), apply)


# -- trial -----------------------------------------------------------------------------------------------------------

Glyphs = list[tuple[int, int, tuple[int, int, int, int]]]


class Trial:
    """Texts, and how they come out with all rules."""

    def __init__(self, face: Face, rules: Rules, texts: list[Sample], variations: list[Mapping[str, float]]) -> None:
        self.rules = rules
        self.version = read_tables(face.data, source=face.source).version
        self.tables = {tag: body for tag, body in face.tables.items() if tag not in OUTLINES}
        self.axes = [axis.tag for axis in face.axes]
        self.places = [{tag: value for tag, value in place.items() if tag in self.axes} for place in variations]
        fonts = self.make_fonts()
        self.cases = [
            (number, sample, draw(font, *sample)) for number, font in enumerate(fonts) for sample in map(spread, texts)
        ]
        self.tables |= rules.compile()

    def make_fonts(self) -> list[hb.Font]:
        """A font for each place in the axes."""
        face = hb.Face(build_sfnt(self.version, {tag: body for tag, body in self.tables.items() if body}))
        fonts = []
        for place in self.places or [{}]:
            font = hb.Font(face)
            if place:
                font.set_variations(place)
            fonts.append(font)
        return fonts

    def passes(self, tag: str) -> bool:
        """Whether all texts come out as they did."""
        try:
            self.tables[tag] = self.rules.font[tag].compile(self.rules.font)
        except Exception:  # fontTools cannot write a table from which too much was taken
            return False
        fonts = self.make_fonts()
        for position, (number, sample, wanted) in enumerate(self.cases):
            if draw(fonts[number], *sample) != wanted:
                # What shows that one rule is needed often shows it of the next.
                self.cases.insert(0, self.cases.pop(position))
                return False
        return True


def draw(font: hb.Font, text: str, language: str, features: str) -> Glyphs:
    """Shape a text: the glyphs, the characters that they stand for, and where they are."""
    buffer = shape(font, text, language, features)
    infos, places = buffer.glyph_infos, buffer.glyph_positions or ()
    return [(info.codepoint, info.cluster, place.position) for info, place in zip(infos, places, strict=False)]
