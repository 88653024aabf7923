"""Names inside a font: what a cut or instanced font may be called, and how its styles are told apart.

The OFL lets nobody but its maker use a Reserved Font Name for a changed font. The notices of copyright and license
(name IDs 0, 13 and 14) stay as they are, and so may mention it; no other record may.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from khmertext.errors import FontError

__all__ = ["KEPT_NAMES", "TERSE_NAMES", "choose_family", "keep_notices", "rename", "set_style"]

# OpenType spec, name, "Name IDs".
FAMILY, STYLE, UNIQUE, FULL, VERSION, POSTSCRIPT = 1, 2, 3, 4, 5, 6
TYPOGRAPHIC_FAMILY, TYPOGRAPHIC_STYLE, WWS_FAMILY, WWS_STYLE, VARIATIONS_PREFIX = 16, 17, 21, 22, 25
NOTICES: Final = frozenset({0, 13, 14})
# What a web font needs of the rest; records from 256 on stay as long as a table refers to them.
KEPT_NAMES: Final = NOTICES | {
    FAMILY,
    STYLE,
    UNIQUE,
    FULL,
    VERSION,
    POSTSCRIPT,
    TYPOGRAPHIC_FAMILY,
    TYPOGRAPHIC_STYLE,
    VARIATIONS_PREFIX,
}
# The least: what licenses ask for, and the two without which a browser's decoder makes up names.
TERSE_NAMES: Final = NOTICES | {FAMILY, STYLE}
FIRST_FREE = 256

ENGLISH: Final = (3, 1, 0x409)  # Windows, Unicode BMP, United States
DEFAULT_FAMILIES: Final = ("Khmer Subset", "Site Subset", "Web Font")
MAX_POSTSCRIPT = 63
# Source: OpenType spec, OS/2 usWeightClass.
WEIGHT_NAMES: Final = {
    100: "Thin",
    200: "ExtraLight",
    300: "Light",
    400: "Regular",
    500: "Medium",
    600: "SemiBold",
    700: "Bold",
    800: "ExtraBold",
    900: "Black",
}


def choose_family(family: str, reserved: Sequence[str], name: str | None, source: str) -> str | None:
    """Return the family name that a changed font has to take.

    Args:
        family: Its name so far.
        reserved: The Reserved Font Names of its license.
        name: What the user wants in their place, or ``None``.
        source: The font, for messages.

    Returns:
        The new name; ``None`` when no name is reserved, so that everything may stay.

    Raises:
        FontError: The name that the user wants is reserved itself.
        ValueError: It is empty, or no text that a font can hold.
    """
    if name is not None and (not name.strip() or not name.isprintable() or len(name) > MAX_POSTSCRIPT):
        raise ValueError(f"a font name is 1 to {MAX_POSTSCRIPT} printable characters, not {name!r}")
    if not reserved:
        return None
    for candidate in DEFAULT_FAMILIES if name is None else (name,):
        if not mentions(candidate, reserved):
            return candidate
    raise FontError(
        f"the name {name or DEFAULT_FAMILIES[0]!r} is reserved by the font's license",
        source=source,
        hint="choose a name without " + " or ".join(f"'{word}'" for word in reserved),
    )


def mentions(text: str, reserved: Iterable[str]) -> bool:
    """Tell whether a text holds a reserved name, however it is spaced and capitalised ("Khmer OS", "KhmerOS")."""
    words = {squeeze(word) for word in re.split(r"[\W_]+", text)}
    squeezed = squeeze(text)
    # One or two letters would be found by chance; they count as a word of their own.
    return any(
        (name in squeezed if len(name) > 2 else name in words) for name in map(squeeze, reserved) if name
    ) or any(name.strip() and name.casefold() in text.casefold() for name in reserved if not squeeze(name))


def squeeze(text: str) -> str:
    """Return the letters and digits of a text, without case."""
    return re.sub(r"[\W_]+", "", text).casefold()


def keep_notices(font: Any) -> None:
    """Leave out the name records that a web font does not need; those that its tables refer to stay.

    The notices stay in every language; the Macintosh copy of a record goes when there is a Windows one, because nothing
    has read it for twenty years. Of the rest the English ones stay.

    Args:
        font: A fontTools TTFont; changed in place.
    """
    table = font["name"]
    modern = {record.nameID for record in table.names if record.platformID != 1}
    english = {record.nameID for record in table.names if is_english(record)}
    table.names = [
        record
        for record in table.names
        if (record.nameID in KEPT_NAMES or record.nameID >= FIRST_FREE)
        and (record.platformID != 1 or record.nameID not in modern)
        and (record.nameID in NOTICES or record.nameID not in english or is_english(record))
        and (record.nameID != VARIATIONS_PREFIX or "fvar" in font)
    ]


def is_english(record: Any) -> bool:
    """Tell whether a name record is the English one of Windows or Unicode."""
    return (record.platformID, record.langID) in ((3, 0x409), (0, 0))


def rename(font: Any, family: str, reserved: Sequence[str]) -> None:
    """Give a font a new family name, and take the reserved names out of every record but the notices.

    Args:
        font: A fontTools TTFont; changed in place.
        family: The new name; it holds no reserved one.
        reserved: The Reserved Font Names.
    """
    table = font["name"]
    style = table.getDebugName(TYPOGRAPHIC_STYLE) or table.getDebugName(STYLE) or "Regular"
    if mentions(style, reserved):
        style = "Regular"
    postscript = make_postscript(family, style)
    replacements = {
        FAMILY: family,
        STYLE: style,
        UNIQUE: postscript,
        FULL: f"{family} {style}",
        POSTSCRIPT: postscript,
        TYPOGRAPHIC_FAMILY: family,
        TYPOGRAPHIC_STYLE: style,
        WWS_FAMILY: family,
        VARIATIONS_PREFIX: make_postscript(family, ""),
    }
    for record in list(table.names):
        if record.nameID in NOTICES:
            continue
        text = record.toUnicode(errors="replace")
        if record.nameID in (FAMILY, UNIQUE, FULL, POSTSCRIPT, TYPOGRAPHIC_FAMILY, WWS_FAMILY, VARIATIONS_PREFIX):
            text = replacements[record.nameID]
        elif mentions(text, reserved):
            text = replacements.get(record.nameID) or describe(record.nameID, text, reserved)
        else:
            continue
        record.string = text if record.isUnicode() else text.encode(record.getEncoding(), "replace")
    for tag in ("CFF ", "CFF2"):
        if tag in font:
            rename_cff(font[tag].cff, family, style, reserved)


def describe(name_id: int, text: str, reserved: Sequence[str]) -> str:
    """Return another text for a record that held a reserved name: its number, if it was a version."""
    number = re.search(r"\d+\.\d+", text)
    plain = f"Version {number[0]}" if name_id == VERSION and number else "Version 1.0"
    if name_id == VERSION and not mentions(plain, reserved):
        return plain
    return f"Name {name_id}"


def rename_cff(cff: Any, family: str, style: str, reserved: Sequence[str]) -> None:
    """Give the names inside a CFF table the new family; they follow name IDs 1, 4 and 6."""
    postscript = make_postscript(family, style)
    if getattr(cff, "fontNames", None):
        cff.fontNames = [postscript]
    for top in cff.topDictIndex:
        for key, value in (("FullName", f"{family} {style}"), ("FamilyName", family), ("Weight", style)):
            if mentions(str(getattr(top, key, "") or ""), reserved) or (key != "Weight" and hasattr(top, key)):
                setattr(top, key, to_ascii(value))


def set_style(font: Any, family: str, weight: int, italic: bool) -> None:
    """Name a static font so that it stands beside the other weights of its family when both are installed.

    Regular and Bold (and their italics) share name ID 1, and systems pair them; any other weight is a family of its own
    there, and joins the family by name IDs 16 and 17.

    Args:
        font: A fontTools TTFont; changed in place.
        family: The family name.
        weight: usWeightClass.
        italic: Whether it is italic.

    Source: OpenType spec, name (IDs 1, 2, 16, 17), OS/2 (fsSelection bits 0, 5, 6), head (macStyle bits 0, 1).
    """
    table = font["name"]
    own = (FAMILY, STYLE, UNIQUE, FULL, POSTSCRIPT, TYPOGRAPHIC_FAMILY, TYPOGRAPHIC_STYLE, WWS_FAMILY, WWS_STYLE)
    version = table.getDebugName(VERSION) or "Version 1.0"
    table.names = [record for record in table.names if record.nameID not in (*own, VARIATIONS_PREFIX)]
    weight_name = WEIGHT_NAMES.get(weight, str(weight))
    style = (weight_name if weight_name != "Regular" or not italic else "") + (" Italic" if italic else "")
    style = style.strip()
    paired = weight in (400, 700)
    postscript = make_postscript(family, style)
    names = {
        FAMILY: family if paired else f"{family} {weight_name}",
        STYLE: style if paired else ("Italic" if italic else "Regular"),
        UNIQUE: f"{version.removeprefix('Version ')};{postscript}",
        FULL: f"{family} {style}",
        POSTSCRIPT: postscript,
    }
    if not paired:
        names |= {TYPOGRAPHIC_FAMILY: family, TYPOGRAPHIC_STYLE: style}
    for name_id, text in names.items():
        table.setName(text, name_id, *ENGLISH)
    os2, head = font["OS/2"], font["head"]
    os2.usWeightClass = weight
    bold = weight == 700
    os2.fsSelection = os2.fsSelection & ~0b1100001 | italic | bold << 5 | (not bold and not italic) << 6
    head.macStyle = head.macStyle & ~0b11 | bold | italic << 1


def make_postscript(family: str, style: str) -> str:
    """Return a PostScript name: printable ASCII without the characters that PostScript reserves, 63 at most."""
    parts = [re.sub(r"[^!-~]|[\[\](){}<>/%-]", "", part) for part in (family, style)]
    base = parts[0] or "KhmerSubset"
    return (f"{base}-{parts[1]}" if parts[1] else base)[:MAX_POSTSCRIPT]


def to_ascii(text: str) -> str:
    """Return a text as CFF can hold it."""
    return text.encode("ascii", "replace").decode("ascii")
