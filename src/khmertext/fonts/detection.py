"""What a font can do with Khmer: the verdict over the checks of its behaviour, and what else decides about its use.

Example:
    >>> from khmertext.fonts import default_face
    >>> report = examine(default_face())
    >>> report.status.value, report.level
    ('shapes', 'full')
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from khmertext.errors import FontError
from khmertext.fonts.behaviour import BASICS, LEVELS, Check, Hand, run_checks
from khmertext.fonts.faces import Face
from khmertext.fonts.legacy import LegacyFont, find_legacy
from khmertext.fonts.licensing import License, read_license
from khmertext.script.classes import COENG, CONSONANTS, KHMER, RO

__all__ = ["FontReport", "Remark", "Status", "check_khmer", "examine", "require_khmer"]

VERSION_NAME: Final = 5
KHMER_RANGE: Final = 80  # OpenType spec, OS/2 ulUnicodeRange: bit 80 is Khmer. There is no bit for a code page.
LONGEST_NAME: Final = 500


class Status(Enum):
    """What kind of Khmer font a font is, the best first."""

    SHAPES = "shapes"
    """It passes every check that reading needs."""
    PARTIAL = "partial"
    """It has rules for Khmer, and some fail."""
    CLAIMS = "claims"
    """It says that it is for Khmer, by OS/2 or by having the letters, and forms no subscript at all."""
    LEGACY = "legacy"
    """An 8-bit font: Khmer, or perhaps another script, in the place of Latin letters."""
    NONE = "none"
    """It has nothing to do with Khmer."""


class Remark(NamedTuple):
    """What engines other than HarfBuzz may stumble over.

    Attributes:
        code: Short, stable name.
        message: One sentence.
    """

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class FontReport:
    """What a font can do with Khmer, and what may be done with it.

    Args:
        source: Where the font comes from.
        family: Its family name; empty when it has none.
        version: Name ID 5; empty when it has none.
        weight: usWeightClass.
        italic: Whether it says that it is italic.
        axes: The axes of a variable font, by tag; its default place is what was looked at.
        status: What kind of Khmer font it is.
        level: The highest level that it passes, of modern, middle, minority and full; empty when none.
        checks: What each check found; empty for fonts without a Khmer letter.
        claims: What in it says that it is for Khmer: ``OS/2`` (the Unicode range bit), ``cmap`` (Khmer letters),
            ``GSUB`` (rules for the script ``khmr``).
        missing: Assigned Khmer characters that it does not map.
        gsub_scripts: The script tags of its substitution rules.
        gpos_scripts: The script tags of its positioning rules.
        remarks: What other engines may stumble over.
        legacy: Why it is taken for an 8-bit font, or None.
        license: Its license, embedding permission and Reserved Font Names; None where its names are damaged.
    """

    source: str
    family: str
    version: str
    weight: int
    italic: bool
    axes: tuple[str, ...]
    status: Status
    level: str
    checks: tuple[Check, ...]
    claims: tuple[str, ...]
    missing: tuple[str, ...]
    gsub_scripts: tuple[str, ...]
    gpos_scripts: tuple[str, ...]
    remarks: tuple[Remark, ...]
    legacy: LegacyFont | None
    license: License | None

    def passes(self, level: str = "modern") -> bool:
        """Tell whether the font can be used at a level.

        Args:
            level: One of modern, middle, minority, full.

        Raises:
            ValueError: There is no such level.
        """
        return not self.reasons(level)

    def reasons(self, level: str = "modern") -> tuple[str, ...]:
        """Return why the font cannot be used at a level: a sentence each, none when it can.

        Args:
            level: One of modern, middle, minority, full.

        Raises:
            ValueError: There is no such level.
        """
        if level not in LEVELS:
            raise ValueError(f"a level is one of {', '.join(LEVELS)}, not {level!r}")
        if self.checks:
            return find_reasons(self.checks, level)
        if self.legacy is not None:
            kind = f"an 8-bit font of the series {self.legacy.series}" if self.legacy.series else "an 8-bit font"
            kind = kind if self.legacy.khmer else f"{kind}, of Khmer or another script"
            return (f"it is {kind}, from before Unicode: {'; '.join(self.legacy.evidence)}",)
        claim = ", though it claims Khmer (OS/2)" if self.status is Status.CLAIMS else ""
        return (f"it has no Khmer letters{claim}",)


def examine(face: Face) -> FontReport:
    """Look at a font.

    Args:
        face: An opened font; a variable one is looked at in its default place.

    Returns:
        What it can do with Khmer. This never fails for an opened face.

    Source: UTN #61; Unicode 16.4; OpenType spec (OS/2, name, GSUB, GPOS).

    Example:
        >>> from khmertext.fonts import default_face
        >>> report = examine(default_face())
        >>> report.passes("minority"), report.license.name
        (True, 'OFL-1.1')
    """
    has_letters = any(ord(letter) in face.unicodes for letter in CONSONANTS)
    checks = run_checks(face) if has_letters else ()
    legacy = None if has_letters else find_legacy(face)
    gsub, gpos = read_scripts(face, "GSUB"), read_scripts(face, "GPOS")
    claims = find_claims(face, gsub, has_letters=has_letters)
    return FontReport(
        source=face.source,
        family=face.family[:LONGEST_NAME],
        version=read_version(face),
        weight=face.weight,
        italic=face.italic,
        axes=tuple(axis.tag for axis in face.axes),
        status=judge(checks, legacy, claims),
        level=find_level(checks),
        checks=checks,
        claims=claims,
        missing=tuple(char for char in sorted(KHMER) if ord(char) not in face.unicodes) if has_letters else (),
        gsub_scripts=gsub,
        gpos_scripts=gpos,
        remarks=tuple(find_remarks(face, checks, gsub, gpos)) if has_letters else (),
        legacy=legacy,
        license=try_license(face),
    )


def judge(checks: tuple[Check, ...], legacy: LegacyFont | None, claims: tuple[str, ...]) -> Status:
    """Return the kind of font that the findings make."""
    if not checks:
        return Status.LEGACY if legacy else Status.CLAIMS if claims else Status.NONE
    by_name = {check.name: check for check in checks}
    if all(by_name[test.name].passed for test in BASICS):
        return Status.SHAPES
    coengs = by_name["coengs"]
    return Status.CLAIMS if len(coengs.failing) == coengs.tried else Status.PARTIAL


def find_level(checks: tuple[Check, ...]) -> str:
    """Return the highest level that is passed; empty when none is."""
    return next((level for level in reversed(LEVELS) if checks and not find_reasons(checks, level)), "")


def find_reasons(checks: tuple[Check, ...], level: str) -> tuple[str, ...]:
    """Return the sentences of the checks that fail a level."""
    needed = LEVELS[: LEVELS.index(level) + 1]
    return tuple(check.problem for check in checks if check.counted and check.failing and check.level in needed)


def find_claims(face: Face, gsub: tuple[str, ...], *, has_letters: bool) -> tuple[str, ...]:
    """Return what in a font says that it is for Khmer.

    Source: OpenType spec, OS/2 (ulUnicodeRange1 to 4, at offset 42).
    """
    (bits,) = struct.unpack_from(">L", face.tables["OS/2"], 42 + 4 * (KHMER_RANGE // 32))
    said = (("OS/2", bits >> KHMER_RANGE % 32 & 1), ("cmap", has_letters), ("GSUB", "khmr" in gsub))
    return tuple(name for name, holds in said if holds)


def read_scripts(face: Face, table: str) -> tuple[str, ...]:
    """Return the script tags of a layout table; none of a table that ends early, and no tag that could not be shown.

    Source: OpenType spec, GSUB and GPOS headers (scriptListOffset), ScriptList. HarfBuzz knows them too, and its Python
    binding fails at a tag that is not UTF-8.
    """
    body = face.tables.get(table, b"")
    try:
        (start,) = struct.unpack_from(">H", body, 4)
        (count,) = struct.unpack_from(">H", body, start)
        records = [struct.unpack_from(">4s", body, start + 2 + 6 * number)[0] for number in range(count)]
    except struct.error:
        return ()
    tags = (record.decode("latin-1") for record in records)
    return tuple(dict.fromkeys(tag for tag in tags if tag.isascii() and tag.isprintable()))


def read_version(face: Face) -> str:
    """Return name ID 5; empty when it cannot be read."""
    try:
        return str(face.hb_face.get_name(VERSION_NAME) or "")[:LONGEST_NAME].strip()
    except Exception:  # uharfbuzz raises UnicodeDecodeError and others
        return ""


def try_license(face: Face) -> License | None:
    """Return the license; None when the names are damaged, which says nothing about shaping."""
    try:
        return read_license(face)
    except FontError:
        return None


def find_remarks(face: Face, checks: tuple[Check, ...], gsub: tuple[str, ...], gpos: tuple[str, ...]) -> list[Remark]:
    """Return what engines other than HarfBuzz may stumble over.

    Source: OpenType spec, ScriptList; Microsoft's script development specification for Khmer. HarfBuzz takes the rules
    of DFLT or latn where a font has none for the script, and hides characters that a font lacks and nobody is to see.
    """
    remarks = []
    formed = any(check.name == "coengs" and len(check.failing) < check.tried for check in checks)
    if formed and "khmr" not in gsub:
        remarks.append(
            Remark(
                "no-khmr", f"its rules stand under {', '.join(gsub) or 'no script'}, not khmr: other engines skip them"
            )
        )
    if gpos and "khmr" not in gpos:
        remarks.append(Remark("no-khmr-gpos", f"its positions stand under {', '.join(gpos)}, not khmr"))
    if "morx" in face.stripped or "mort" in face.stripped:
        text = "it has rules of its own for Apple's engine, which were not tried"
        if not formed:
            text = "only Apple's engine can form its subscripts (morx): elsewhere they are broken"
        remarks.append(Remark("morx", text))
    if "Silf" in face.stripped:
        remarks.append(Remark("graphite", "it has Graphite rules, which Firefox prefers and which were not tried"))
    hand = Hand(face)
    sample = "ក" + COENG + "ខ" + COENG + RO
    if hand.draw(sample, "") != hand.draw(sample, "km"):
        remarks.append(Remark("language", "it is drawn otherwise where the language of the text is not declared"))
    for char, name in (("\u200b", "zero width space"), ("\u200c", "ZWNJ"), ("\u25cc", "dotted circle")):
        if ord(char) not in face.unicodes:
            remarks.append(Remark(f"no-{ord(char):04x}", f"it lacks the {name} (U+{ord(char):04X})"))
    return remarks


def check_khmer(face: Face) -> tuple[str, ...]:
    """Return why a font cannot shape Khmer: the checks that reading needs, which are fewer than any level has.

    Args:
        face: An opened font; a variable one is looked at in its default place.

    Returns:
        One sentence per reason; empty when the font passes.

    Source: UTN #61 (coeng, split vowels); OpenType spec, "Developing OpenType Fonts for Khmer Script".

    Example:
        >>> from khmertext.fonts import default_face
        >>> check_khmer(default_face())
        ()
    """
    (letters,) = run_checks(face, BASICS[:1])
    if letters.failing:
        return (letters.problem,)  # nothing else could be told
    return tuple(check.problem for check in run_checks(face, BASICS[1:]) if check.failing)


def require_khmer(face: Face) -> None:
    """Make sure that a font can shape Khmer.

    Args:
        face: An opened font.

    Raises:
        FontError: It cannot; the message says what fails.
    """
    reasons = check_khmer(face)
    if not reasons:
        return
    report = examine(face)
    # A font without a letter would have them all listed; what kind of font it is says more.
    raise FontError(
        f"the font cannot shape Khmer: {'; '.join(reasons if report.checks else report.reasons())}",
        source=face.source,
        hint="choose one that `khmertext font list` shows, or another Khmer Unicode font, as Noto Sans Khmer",
    )
