"""Licenses: what a font says may be done with it.

Read from the font itself: the name records 0 (copyright), 13 (license) and 14 (license URL), and the embedding bits of
OS/2. This is what the file declares, not legal advice. "May be published" means that a free license was recognised;
"may be cut" means that nothing in the file forbids it, so that owners of a license can use their own fonts.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fontTools.ttLib import TTFont

from khmertext.errors import FontError
from khmertext.fonts.faces import Face

__all__ = ["License", "read_license", "require_subsettable"]

COPYRIGHT, LICENSE, LICENSE_URL = 0, 13, 14

# OpenType spec, OS/2 fsType.
RESTRICTED = 0x0002
PREVIEW_OR_EDIT = 0x0004 | 0x0008
NO_SUBSETTING = 0x0100
BITMAPS_ONLY = 0x0200

# The address or the words by which each license gives itself away; the first that matches counts. Names as in the SPDX
# License List, but for the GNU ones, whose version is read too.
# The license of Bitstream Vera begins with the same words, but is of fonts and reserves their names.
MIT_GRANT = r"Permission is hereby granted, free of charge, to any person obtaining a copy of this software"
MARKS: Final = (
    ("OFL-1.1", r"scripts\.sil\.org/OFL|openfontlicense\.org|SIL Open Font Licen[sc]e|\bOFL(?:-| v?)1\.1\b"),
    ("UFL-1.0", r"Ubuntu Font Licen[sc]e|font\.ubuntu\.com/(?:ufl|licen[sc]e)|ubuntu\.com/legal/font-licen[sc]e"),
    ("Apache-2.0", r"apache\.org/licenses/LICENSE-2\.0|Apache License,? (?:Version )?2\.0"),
    ("MIT", r"opensource\.org/licen[sc]es?/mit\b|\bMIT License\b|" + MIT_GRANT),
    ("CC0-1.0", r"creativecommons\.org/publicdomain/zero/1\.0|\bCC0(?:-| )1\.0\b"),
    ("LGPL", r"GNU (?:Lesser|Library) General Public Licen[sc]e|gnu\.org/licenses/lgpl|\bLGPL\b"),
    ("GPL", r"GNU General Public Licen[sc]e|gnu\.org/(?:licenses/gpl|copyleft/gpl)|\bGPL\b"),
)
FONT_EXCEPTION = r"font exception|embed(?:s|ding)?\s+(?:this|the|these)\s+fonts?\b.{0,200}\bdocument|FontException"
GNU_VERSION = (
    r"version\s+([23](?:\.[01])?)(\W+(?:of\s+the\s+Licen[sc]e\W*)?or[^.]{0,40}?\blater\b)?"
    r"|GPL-?v?([23](?:\.[01])?)(\+|-or-later)?"
)
# Sentences that name a free license to say that it does not hold, or that it holds for something else.
DOUBTS = (
    r"\b(?:not?|unlike|except|excluding|portions?|parts?|glyphs?|letters?|characters?|outlines?|based (?:up)?on"
    r"|derived from)\b"
)
# What no free license says of a font, anywhere among the words about its license.
CONTRADICTIONS = (
    r"\bproprietary\b|\beula\b|\bcommercial licen[sc]e|\bno (?:re)?distribution\b"
    r"|\bredistribution (?:is )?(?:prohibited|forbidden|not)\b"
    r"|\b(?:do|may|must) not (?:be )?(?:redistribut|copy|copied)"
)
RESERVATION = r"\ball rights reserved\b"  # in a notice of copyright a habit, of a license the opposite of a free one
# A sentence that does more than name a license: it puts the font under it, or says where it stands.
GRANT = (
    r"(?:^|\bthis\b.{0,80}?|\byou (?:can|may) )\b(?:licen[sc]ed|released|distributed|made available|redistribute)\b"
    r".{0,80}?\bunder\b|\bpermission is hereby granted\b|://"
)
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|;|\s*\n\s*\n\s*")
LEGAL_URL = re.compile(r"eula|licen[sc]|terms|legal", re.IGNORECASE)

# OFL 1.1: the names stand after the copyright statement, in many spellings.
RESERVED = re.compile(r"\bReserved\s+Font\s+Name(?:s|\(s\))?(?![A-Za-z])\s*:?\s*", re.IGNORECASE)
QUOTES: Final = "\"'`“”‘’„‟«»"
QUOTED = re.compile(rf"[{QUOTES}]{{1,2}}\s*([^{QUOTES}\n]*[^{QUOTES}\s])\s*[{QUOTES}]{{1,2}}")
BETWEEN = re.compile(r"[\s,;&]*(?:\b(?:and|or)\b[\s,;&]*)?", re.IGNORECASE)
UNQUOTED_END = re.compile(
    r"\.(?=\s|$)|[\n\r;()<>]|\bThis Font Software\b|https?://|\bAll rights\b|\bCopyright\b", re.IGNORECASE
)
SEPARATOR = re.compile(r"\s*,\s*(?:and\s+|or\s+)?|\s+and\s+|\s+or\s+|\s*&\s*", re.IGNORECASE)
# What follows in the license's own sentences about reserved names, and in its template, is no name.
NO_NAME = re.compile(
    r"<|(?:refers?|unless|is|are|as|of|by|in|or|the|for|to|that|may|which|restriction|shall)\b", re.IGNORECASE
)
MAX_NAME = 80
MAX_TEXT = 100_000


@dataclass(frozen=True, slots=True)
class License:
    """What a font declares about its use.

    Args:
        name: The free license as SPDX writes it (OFL-1.1, Apache-2.0, MIT, UFL-1.0, LGPL-2.1-or-later …), or ``None``
            when none was recognised.
        text: Name ID 13.
        url: Name ID 14.
        copyright: Name ID 0.
        reserved_names: The Reserved Font Names of the OFL, which no changed version may carry.
        fs_type: The embedding bits of OS/2.
        may_subset: Whether nothing forbids cutting it and using it as a web font.
        may_publish: Whether it may be offered for download: the font says that it is under a free license, by the
            license's address or in a sentence, and nothing that it says contradicts this.
        refusal: Why it may not be cut, in words; empty when it may.
    """

    name: str | None
    text: str
    url: str
    copyright: str
    reserved_names: tuple[str, ...]
    fs_type: int
    may_subset: bool
    may_publish: bool
    refusal: str


def read_license(face: Face) -> License:
    """Read what a font declares about its use.

    Args:
        face: An opened font.

    Returns:
        Its license; a font that declares nothing gives empty strings and ``name=None``.

    Raises:
        FontError: The name table cannot be read.

    Source: OpenType spec, name (IDs 0, 13, 14) and OS/2 (fsType); SIL OFL 1.1; SPDX License List.

    Example:
        >>> from khmertext.fonts import default_face
        >>> read_license(default_face()).name
        'OFL-1.1'
    """
    copyright_notice, text, url = read_names(face, COPYRIGHT, LICENSE, LICENSE_URL)
    # Older fonts put the license into the copyright notice. It counts only where nothing else tells of a license: an
    # address in the field for it may be the maker's home.
    words = f"{url}\n\n{text}" if text or recognise(url) or LEGAL_URL.search(url) else copyright_notice
    name = recognise(words)
    version, fs_type = read_embedding(face)
    refusal = refuse(version, fs_type)
    return License(
        name=name,
        text=text,
        url=url,
        copyright=copyright_notice,
        reserved_names=tuple(dict.fromkeys((*find_reserved(copyright_notice), *find_reserved(text)))),
        fs_type=fs_type,
        may_subset=not refusal,
        may_publish=not refusal and grants(words),
        refusal=refusal,
    )


def require_subsettable(face: Face) -> None:
    """Make sure that nothing in a font forbids cutting it.

    Args:
        face: An opened font.

    Raises:
        FontError: Its embedding bits forbid it; the message says which and what they mean.
    """
    refusal = read_license(face).refusal
    if refusal:
        raise FontError(
            refusal, source=face.source, hint="use another font, or ask its maker for one whose fsType permits this"
        )


def read_names(face: Face, *ids: int) -> list[str]:
    """Return the text of name records, English where there is a choice; empty for those that do not exist."""
    try:
        table = TTFont(io.BytesIO(face.data), lazy=True)["name"]
        found = [table.getDebugName(name_id) or "" for name_id in ids]
    except Exception as error:  # fontTools raises whatever the damage leads to
        raise FontError("a damaged font: the names cannot be read", source=face.source) from error
    return [text[:MAX_TEXT].strip() for text in found]


def read_embedding(face: Face) -> tuple[int, int]:
    """Return the version of OS/2 and fsType."""
    version, fs_type = struct.unpack_from(">H6xH", face.tables["OS/2"])
    return version, fs_type


def refuse(version: int, fs_type: int) -> str:
    """Return why these embedding bits forbid a web font cut from this one; empty when they do not.

    Source: OpenType spec, OS/2 fsType. Up to version 2 of OS/2 several of the lower bits may be set, and the most
    permissive counts.
    """
    if fs_type & RESTRICTED and not (version < 3 and fs_type & PREVIEW_OR_EDIT):
        return "the font forbids embedding (OS/2 fsType bit 0x0002: restricted license)"
    if fs_type & NO_SUBSETTING:
        return "the font forbids subsetting (OS/2 fsType bit 0x0100)"
    if fs_type & BITMAPS_ONLY:
        return "the font forbids embedding its outlines (OS/2 fsType bit 0x0200: bitmaps only)"
    return ""


def recognise(words: str) -> str | None:
    """Return the SPDX name of the free license that some words name, or ``None``.

    Args:
        words: Of the fields about the license. Where they contradict themselves, none is recognised.
    """
    if re.search(CONTRADICTIONS, flatten(words), re.IGNORECASE):
        return None
    sure = [sentence for sentence in iter_sentences(words) if not re.search(DOUBTS, sentence, re.IGNORECASE)]
    for name, mark in MARKS:
        if any(re.search(mark, sentence, re.IGNORECASE) for sentence in sure):
            return name_gnu(name, flatten(words)) if "GPL" in name else name
    return None


def grants(words: str) -> bool:
    """Tell whether some words put a font under a free license, rather than name one."""
    if recognise(words) is None or re.search(RESERVATION, flatten(words), re.IGNORECASE):
        return False
    marks = "|".join(mark for _, mark in MARKS)
    return any(
        re.search(marks, sentence, re.IGNORECASE)
        and re.search(GRANT, sentence, re.IGNORECASE)
        and not re.search(DOUBTS, sentence, re.IGNORECASE)
        for sentence in iter_sentences(words)
    )


def iter_sentences(words: str) -> Iterator[str]:
    """Cut words at the ends of their sentences, clauses and paragraphs."""
    return map(flatten, SENTENCE_END.split(words))


def flatten(words: str) -> str:
    """Return words with one space wherever there is white space."""
    return " ".join(words.split())


def name_gnu(name: str, words: str) -> str | None:
    """Return the full SPDX name of a GNU license.

    The plain GPL would reach the pages that embed the font; only its font exception (FSF, 2005) makes it a license
    that a site can use without asking.
    """
    exception = re.search(FONT_EXCEPTION, words, re.IGNORECASE) is not None
    if name == "GPL" and not exception:
        return None
    found = re.search(GNU_VERSION, words, re.IGNORECASE)
    version, later = ("2.1" if name == "LGPL" else "2.0"), True
    if found:
        version, later = found[1] or found[3], bool(found[2] or found[4])
    if len(version) == 1:
        version += ".0"
    return f"{name}-{version}-{'or-later' if later else 'only'}{' WITH Font-exception-2.0' if exception else ''}"


def find_reserved(words: str) -> tuple[str, ...]:
    """Return the Reserved Font Names that a copyright notice or license text declares, each once, in order."""
    return tuple(dict.fromkeys(name for name in iter_reserved(words) if 0 < len(name) <= MAX_NAME))


def iter_reserved(words: str) -> Iterator[str]:
    """Find each declaration of names and go through its names."""
    for found in RESERVED.finditer(words):
        before = words[max(0, found.start() - 12) : found.start()].lower()
        # The license's definition puts the term itself into quotes; "with no" and "without" declare that there is none.
        if before.endswith(tuple(QUOTES)) or before.rstrip().endswith((" no", "without", "without any")):
            continue
        at = found.end()
        quoted = QUOTED.match(words, at)
        if quoted is None:
            end = UNQUOTED_END.search(words, at)
            tail = words[at : end.start() if end else len(words)]
            if not NO_NAME.match(tail):
                yield from map(clean, SEPARATOR.split(tail))
        while quoted:
            yield clean(quoted[1])
            quoted = QUOTED.match(words, BETWEEN.match(words, quoted.end()).end())  # type: ignore[union-attr]


def clean(name: str) -> str:
    """Return a name without the punctuation around it."""
    return name.strip(" \t.,:;\"'“”‘’")
