"""Pruning: take out of a font the rules and outlines that a text never uses.

Each lookup is cut to the glyphs that it had before it (:mod:`khmertext.fonts.lookups`). That is less than the glyphs of
the font: a lookup for subscripts never sees what a later one makes. Then each rule has to find all its glyphs in one
and the same text; rules made of glyphs from different texts go. Lookups that are called by others get what their
callers saw, as far as the calling rule fits it.

Lookups keep their flags, and the font the glyph classes that these ask for (GDEF). Nothing here is trusted: the proof
reads back what came out.

Source: OpenType spec, "OpenType Layout Common Table Formats", GSUB, GPOS, glyf, loca, gvar.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate, pairwise
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

from fontTools.ttLib import TTFont

from khmertext.errors import FontError
from khmertext.fonts.containers import build_sfnt, read_tables
from khmertext.fonts.faces import Face, open_face
from khmertext.fonts.lookups import Place, Sight

__all__ = ["Rules", "empty_outlines", "prune_rules", "replace_tables", "tidy_rules"]

LAYOUT: Final = ("GSUB", "GPOS")
EXTENSION: Final = {"GSUB": 7, "GPOS": 9}
CONTEXT: Final = {"GSUB": (5, 6), "GPOS": (7, 8)}
KHMER: Final = "khmr"
# What is left of an outline: the operator endchar, which CFF2 lacks.
END_GLYPH: Final = {"CFF ": b"\x0e", "CFF2": b""}
# Operators of a Top DICT; ESCAPE is the first byte of those of two.
CHARSTRINGS, ESCAPE = 17, 12
# Composite glyphs: OpenType spec, glyf, "Component Glyph flags".
WORDS, SCALE, MORE, TWO_SCALES, MATRIX = 0x1, 0x8, 0x20, 0x40, 0x80

Sights = set[frozenset[str]]


class Rules(NamedTuple):
    """The layout tables of a font as fontTools has them, glyphs named by their numbers.

    Args:
        font: The fontTools font.
        tags: Which of GSUB and GPOS it has.
    """

    font: Any
    tags: tuple[str, ...]

    def compile(self) -> dict[str, bytes]:
        """Return the bytes of the tables; empty for one in which nothing is left.

        Raises:
            FontError: The tables cannot be written, since they were damaged when they were read.
        """
        try:
            return {
                tag: self.font[tag].compile(self.font) if self.font[tag].table.LookupList.Lookup else b""
                for tag in self.tags
            }
        except Exception as error:  # fontTools raises whatever the damage leads to
            raise FontError("a damaged font: its rules cannot be written") from error


def prune_rules(face: Face, sights: Mapping[Place, Iterable[Sight]]) -> Rules:
    """Cut each lookup to what it had before it.

    Args:
        face: The font.
        sights: Table and lookup to the glyphs of the texts that it changed.

    Returns:
        The tables; lookups that changed nothing are gone, and so are scripts that Khmer is not shaped with.

    Raises:
        FontError: The tables are damaged.
    """
    try:
        font = TTFont(io.BytesIO(face.data), lazy=True, recalcBBoxes=False, recalcTimestamp=False)
        font.setGlyphOrder([name_glyph(number) for number in range(face.glyph_count)])
        tags = tuple(tag for tag in LAYOUT if tag in font and has_lookups(font[tag].table))
        for tag in tags:
            named = {
                number: {frozenset(map(name_glyph, sight)) for sight in sights.get((tag, number), ())}
                for number in range(len(font[tag].table.LookupList.Lookup))
            }
            prune_table(font[tag], tag, named)
    except Exception as error:  # fontTools raises whatever the damage leads to
        raise FontError("the rules of the font cannot be read", source=face.source) from error
    return Rules(font, tags)


def name_glyph(number: int) -> str:
    """Return the name that a glyph has here."""
    return f"g{number:05d}"


def has_lookups(table: Any) -> bool:
    """Tell whether a layout table is more than a header."""
    return bool(table.LookupList and table.LookupList.Lookup and table.FeatureList and table.ScriptList)


def prune_table(wrapper: Any, tag: str, sights: dict[int, Sights]) -> None:
    """Prune one layout table in place."""
    table = wrapper.table
    lookups = table.LookupList.Lookup
    for lookup in lookups:
        unwrap(lookup, EXTENSION[tag])
    spread_calls(lookups, tag, sights)
    kept = [number for number, lookup in enumerate(lookups) if sights[number] and prune_lookup(lookup, sights[number])]
    keep_khmer(table)
    make_request(())  # loads the method
    wrapper.subset_lookups(kept)


def keep_khmer(table: Any) -> None:
    """Drop the scripts that Khmer is not shaped with, in place: all others where the font knows Khmer by its tag."""
    scripts = table.ScriptList.ScriptRecord
    if any(record.ScriptTag == KHMER for record in scripts):
        table.ScriptList.ScriptRecord = [record for record in scripts if record.ScriptTag == KHMER]


def unwrap(lookup: Any, extension: int) -> None:
    """Take the subtables of a lookup out of their extensions; what is left is small enough without."""
    if lookup.LookupType == extension:
        lookup.SubTable = [subtable.ExtSubTable for subtable in lookup.SubTable]
        lookup.LookupType = lookup.SubTable[0].LookupType if lookup.SubTable else extension


def spread_calls(lookups: list[Any], tag: str, sights: dict[int, Sights]) -> None:
    """Give lookups that others call what their callers saw, over as many levels as there are."""
    pending = [number for number, lookup in enumerate(lookups) if lookup.LookupType in CONTEXT[tag] and sights[number]]
    while pending:
        number = pending.pop()
        for called, seen in list_calls(lookups[number], sights[number]):
            if called < len(lookups) and not seen <= sights[called]:
                sights[called] |= seen
                if lookups[called].LookupType in CONTEXT[tag]:
                    pending.append(called)


def list_calls(lookup: Any, sights: Sights) -> Iterator[tuple[int, Sights]]:
    """Yield the lookups that a contextual lookup calls, each with the texts that the calling rule fits."""
    for subtable in lookup.SubTable:
        for rule, parts in iter_rules(subtable):
            calls = list_records(rule)
            fitting = {sight for sight in sights if all(any(map(part, sight)) for part in parts)} if calls else set()
            for call in calls if fitting else ():
                yield call.LookupListIndex, fitting


def list_records(rule: Any) -> list[Any]:
    """Return the calls of a contextual rule."""
    for name in ("SubstLookupRecord", "PosLookupRecord"):
        if hasattr(rule, name):
            return list(getattr(rule, name) or ())
    return []


Part = Callable[[str], bool]


def iter_rules(subtable: Any) -> Iterator[tuple[Any, list[Part]]]:
    """Yield each rule of a contextual subtable with a test for each of its places: does this glyph fit?"""
    if subtable.Format == 3:
        yield subtable, [set(coverage.glyphs).__contains__ for coverage in list_coverages(subtable)]
        return
    for _, rule, first in iter_rule_sets(subtable):
        if subtable.Format == 1:
            names = [first, *rule_values(rule, ("Input", "Backtrack", "LookAhead"))]
            yield rule, [name.__eq__ for name in names]
        else:
            yield rule, list_class_parts(subtable, rule, first)


def list_coverages(subtable: Any) -> list[Any]:
    """Return all coverages of a contextual rule of format 3."""
    names = ("Coverage", "InputCoverage", "BacktrackCoverage", "LookAheadCoverage")
    found: list[Any] = []
    for name in names:
        value = getattr(subtable, name, None) or []
        found += value if isinstance(value, list) else [value]
    return found


def iter_rule_sets(subtable: Any) -> Iterator[tuple[list[Any], Any, Any]]:
    """Yield each rule of format 1 or 2 with the list it stands in, and its first glyph or class."""
    for name in RULE_SETS:
        if not hasattr(subtable, name):
            continue
        for number, rule_set in enumerate(getattr(subtable, name) or ()):
            if rule_set is None:
                continue
            first = subtable.Coverage.glyphs[number] if subtable.Format == 1 else number
            rules = next(getattr(rule_set, inner) for inner in RULES if hasattr(rule_set, inner))
            for rule in rules:
                yield rules, rule, first


KINDS: Final = ("Sub", "Pos")
RULE_SETS: Final = tuple(
    f"{chain}{kind}{name}" for chain in ("", "Chain") for kind in KINDS for name in ("RuleSet", "ClassSet")
)
RULES: Final = tuple(
    f"{chain}{kind}{name}" for chain in ("", "Chain") for kind in KINDS for name in ("Rule", "ClassRule")
)


def rule_values(rule: Any, names: Iterable[str]) -> list[Any]:
    """Return the glyphs or classes of a rule's places, the first one aside."""
    return [value for name in names for value in (getattr(rule, name, None) or ())]


def list_class_parts(subtable: Any, rule: Any, first: int) -> list[Part]:
    """Return the tests for a rule over classes; what is in no class is in class 0."""

    def test(definition: Any, wanted: int) -> Part:
        classes = definition.classDefs if definition is not None else {}
        return lambda glyph: classes.get(glyph, 0) == wanted

    inputs = getattr(subtable, "InputClassDef", None) or getattr(subtable, "ClassDef", None)
    covered = set(subtable.Coverage.glyphs)
    begins = test(inputs, first)
    parts: list[Part] = [lambda glyph: glyph in covered and begins(glyph)]
    parts += [test(inputs, value) for value in rule_values(rule, ("Input", "Class"))]
    parts += [test(getattr(subtable, "BacktrackClassDef", None), value) for value in rule_values(rule, ("Backtrack",))]
    parts += [test(getattr(subtable, "LookAheadClassDef", None), value) for value in rule_values(rule, ("LookAhead",))]
    return parts


def prune_lookup(lookup: Any, sights: Sights) -> bool:
    """Prune one lookup in place; tell whether anything is left of it."""
    request = make_request(frozenset[str]().union(*sights))
    kept = []
    for subtable in lookup.SubTable:
        if not prune_subtable(subtable, sights) or not subtable.subset_glyphs(request):
            continue
        kept.append(subtable)
    lookup.SubTable = kept
    lookup.SubTableCount = len(kept)
    return bool(kept)


def make_request(glyphs: Iterable[str]) -> Any:
    """Return what fontTools' methods want to know of a subset: which glyphs stay."""
    from fontTools.subset import Options  # takes long to load, and puts these methods in their place

    return SimpleNamespace(glyphs=set(glyphs), options=Options(), old_glyph_order=(), used_mark_sets=[])


def tidy_rules(rules: Rules) -> None:
    """Take out what is of no use once rules have been taken out: classes of marks without marks, say.

    Args:
        rules: Pruned tables; changed in place.
    """
    request = make_request(rules.font.getGlyphOrder())
    for tag in rules.tags:
        for lookup in rules.font[tag].table.LookupList.Lookup:
            lookup.SubTable = [subtable for subtable in lookup.SubTable if subtable.subset_glyphs(request)]
            lookup.SubTableCount = len(lookup.SubTable)


def prune_subtable(subtable: Any, sights: Sights) -> bool:
    """Take out rules that find their glyphs in no text; tell whether to go on with the subtable."""
    kind = type(subtable).__name__
    if kind == "LigatureSubst":
        for first, ligatures in list(subtable.ligatures.items()):
            ligatures[:] = [
                one
                for one in ligatures
                if any(sight.issuperset((first, one.LigGlyph, *one.Component)) for sight in sights)
            ]
            if not ligatures:
                del subtable.ligatures[first]
        return bool(subtable.ligatures)
    if kind in ("SingleSubst", "MultipleSubst"):
        for glyph, result in list(subtable.mapping.items()):
            glyphs = (glyph, result) if isinstance(result, str) else (glyph, *result)
            if not any(sight.issuperset(glyphs) for sight in sights):
                del subtable.mapping[glyph]
        return bool(subtable.mapping)
    if kind in ("ContextSubst", "ChainContextSubst", "ContextPos", "ChainContextPos"):
        return prune_context(subtable, sights)
    return True


def prune_context(subtable: Any, sights: Sights) -> bool:
    """Prune a contextual subtable; where it is made of coverages these become as short as they may."""
    if subtable.Format == 3:
        coverages = list_coverages(subtable)
        sets = [set(coverage.glyphs) for coverage in coverages]
        fitting = [sight for sight in sights if all(not sight.isdisjoint(one) for one in sets)]
        used = frozenset[str]().union(*fitting)
        for coverage in coverages:
            coverage.glyphs = [glyph for glyph in coverage.glyphs if glyph in used]
        return bool(fitting)
    dead = {
        id(rule)
        for rule, parts in iter_rules(subtable)
        if not any(all(any(map(part, sight)) for part in parts) for sight in sights)
    }
    for rules, _, _ in list(iter_rule_sets(subtable)):
        rules[:] = [rule for rule in rules if id(rule) not in dead]
    return True


# -- outlines --------------------------------------------------------------------------------------------------------


def empty_outlines(tables: Mapping[str, bytes], visible: Iterable[int]) -> dict[str, bytes]:
    """Take the outlines out of glyphs that are never drawn; their numbers stay.

    Args:
        tables: The tables of a font, as :func:`khmertext.fonts.containers.read_tables` gives them.
        visible: The glyphs whose outlines stay, and with them those that they are put together from.

    Returns:
        The tables; the same ones for CFF outlines that cannot be read. Letters that old CFF outlines are put together
        from (seac) are not looked for.

    Raises:
        FontError: The TrueType outlines are damaged.

    Source: OpenType spec, glyf, loca, gvar, CFF and CFF2; Adobe technical note 5176, sections 4 (DICT) and 5 (INDEX).

    Example:
        >>> from khmertext.fonts import default_face
        >>> tables = default_face().tables
        >>> len(empty_outlines(tables, [0])["glyf"]) < len(tables["glyf"]) / 100
        True
    """
    cff = next((tag for tag in END_GLYPH if tag in tables), None)
    if cff:
        return {**tables, cff: empty_charstrings(cff, tables[cff], visible)}
    if not {"glyf", "loca", "head", "maxp"} <= tables.keys():
        return dict(tables)
    try:
        return empty_truetype(tables, visible)
    except (struct.error, IndexError) as error:
        raise FontError("a damaged font: outlines that cannot be read") from error


def empty_truetype(tables: Mapping[str, bytes], visible: Iterable[int]) -> dict[str, bytes]:
    """Do the work of :func:`empty_outlines`."""
    (count,) = struct.unpack_from(">H", tables["maxp"], 4)
    (long_offsets,) = struct.unpack_from(">h", tables["head"], 50)
    starts = read_offsets(tables["loca"], 0, count, bool(long_offsets))
    bodies = [tables["glyf"][starts[number] : starts[number + 1]] for number in range(count)]
    shown: set[int] = set()
    pending = [number for number in visible if number < count]
    while pending:
        number = pending.pop()
        if number not in shown:
            shown.add(number)
            pending += list_components(bodies[number])
    changed = dict(tables)
    body, offsets = join(bodies, shown, align=4)
    changed["glyf"] = body or b"\0"  # a font needs the table, though every glyph in it is empty
    changed["loca"] = struct.pack(f">{count + 1}L", *offsets)
    changed["head"] = tables["head"][:50] + b"\0\1" + tables["head"][52:]
    if "gvar" in tables:
        changed["gvar"] = empty_variations(tables["gvar"], shown)
    return changed


def read_offsets(data: bytes, at: int, count: int, long_offsets: bool) -> list[int]:
    """Read ``count`` + 1 offsets, which are long ones, or short ones that count pairs of bytes."""
    found = struct.unpack_from(f">{count + 1}{'L' if long_offsets else 'H'}", data, at)
    return list(found) if long_offsets else [2 * offset for offset in found]


def join(bodies: list[bytes], shown: set[int], align: int) -> tuple[bytes, list[int]]:
    """Join what is shown; return it with the offset of each body and the end."""
    parts: list[bytes] = []
    offsets = [0]
    for number, body in enumerate(bodies):
        part = body + bytes(-len(body) % align) if number in shown else b""
        parts.append(part)
        offsets.append(offsets[-1] + len(part))
    return b"".join(parts), offsets


def list_components(body: bytes) -> list[int]:
    """Return the glyphs that a composite glyph is put together from."""
    if len(body) < 10 or struct.unpack_from(">h", body)[0] >= 0:
        return []
    found = []
    at, flags = 10, MORE
    while flags & MORE:
        flags, glyph = struct.unpack_from(">HH", body, at)
        found.append(glyph)
        at += 8 if flags & WORDS else 6
        at += 2 if flags & SCALE else 4 if flags & TWO_SCALES else 8 if flags & MATRIX else 0
    return found


def empty_variations(gvar: bytes, shown: set[int]) -> bytes:
    """Take out the variations of glyphs that are not shown."""
    count, flags, start = struct.unpack_from(">HHL", gvar, 12)
    offsets = read_offsets(gvar, 20, count, bool(flags & 1))
    bodies = [gvar[start + offsets[number] : start + offsets[number + 1]] for number in range(count)]
    axes, shared_count, shared_at = struct.unpack_from(">HHL", gvar, 4)
    shared = gvar[shared_at : shared_at + 2 * axes * shared_count]
    body, placed = join(bodies, shown, align=4)
    head = 20 + 4 * (count + 1)
    return (
        gvar[:8]
        + struct.pack(">LHHL", head, count, flags | 1, head + len(shared))
        + struct.pack(f">{count + 1}L", *placed)
        + shared
        + body
    )


def empty_charstrings(tag: str, data: bytes, visible: Iterable[int]) -> bytes:
    """Take out the charstrings of glyphs that are not shown; what is left stands where all of them stood.

    The bytes behind it that nothing uses any more, and the subroutines, go when the font is cut.
    """
    end = END_GLYPH[tag]
    try:
        size, at, places = read_index(data, find_charstrings(tag, data), wide=tag == "CFF2")
    except (struct.error, IndexError, ValueError):
        return data
    shown = set(visible)
    parts = [
        data[first:last] if number in shown else end[: last - first]
        for number, (first, last) in enumerate(pairwise(places))
    ]
    offsets = accumulate(map(len, parts), initial=1)
    index = b"".join(offset.to_bytes(size, "big") for offset in offsets) + b"".join(parts)
    return data[:at] + index + data[at + len(index) :]


def find_charstrings(tag: str, data: bytes) -> int:
    """Return where the charstrings of a CFF or CFF2 table begin: what its first Top DICT says (operator 17).

    Raises:
        ValueError: It says nothing.
    """
    at = data[2]
    if tag == "CFF2":
        end = at + struct.unpack_from(">H", data, 3)[0]
    else:
        _, _, names = read_index(data, at, wide=False)
        _, _, dicts = read_index(data, names[-1], wide=False)
        at, end = dicts[0], dicts[1]
    value = -1
    while at < end:
        first = data[at]
        at += 1
        if first <= 27:  # an operator: of one byte, or of two
            if first == CHARSTRINGS:
                return value
            at += first == ESCAPE
        elif first == 30:  # a real number: half bytes until one is 15
            while data[at] & 15 != 15 and data[at] >> 4 != 15:
                at += 1
            at += 1
        elif first in (28, 29):
            (value,) = struct.unpack_from(">h" if first == 28 else ">l", data, at)
            at += 2 if first == 28 else 4
        elif first <= 246:
            value = first - 139
        else:
            value = (first - 247) * 256 + data[at] + 108 if first <= 250 else -(first - 251) * 256 - data[at] - 108
            at += 1
    raise ValueError("no charstrings")


def read_index(data: bytes, at: int, *, wide: bool) -> tuple[int, int, list[int]]:
    """Return how many bytes the offsets of an INDEX have, where they begin; the places of its objects and its end.

    Raises:
        ValueError: It is damaged, or empty.
    """
    count, size = struct.unpack_from(">LB" if wide else ">HB", data, max(at, 0))
    at = max(at, 0) + (5 if wide else 3)
    base = at + size * (count + 1) - 1
    if not count or not 1 <= size <= 4 or base > len(data):
        raise ValueError("a damaged INDEX")
    places = [base + int.from_bytes(data[n : n + size], "big") for n in range(at, base + 1, size)]
    if places[0] != base + 1 or places[-1] > len(data) or sorted(places) != places:
        raise ValueError("a damaged INDEX")
    return size, at, places


def replace_tables(face: Face, changes: Mapping[str, bytes]) -> Face:
    """Return a font with other tables; empty ones go.

    Args:
        face: The font.
        changes: The bytes of each table by its tag.
    """
    version = read_tables(face.data, source=face.source).version
    tables = {tag: body for tag, body in {**face.tables, **changes}.items() if body}
    return open_face(build_sfnt(version, tables), source=face.source)
