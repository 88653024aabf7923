"""Licenses: what fonts in the wild declare, in the spellings they use."""

from __future__ import annotations

from typing import Any

import pytest

from khmertext.errors import FontError
from khmertext.fonts import Face, default_face, default_license_text, read_license, require_subsettable
from khmertext.fonts.licensing import find_reserved, recognise

RESERVED = [
    ("Copyright (c) 2010, A (a@example.org), with Reserved Font Name Moul.", ("Moul",)),
    ('Copyright 2010 A, with Reserved Font Name "Khmer Sun".', ("Khmer Sun",)),
    ("Copyright 2010 A, with Reserved Font Name “Khmer Sun”.", ("Khmer Sun",)),
    ("Copyright 2010 A, with Reserved Font Name 'Khmer Sun'", ("Khmer Sun",)),
    ("with Reserved Font Names Sun and Moon.", ("Sun", "Moon")),
    ("with Reserved Font Names Sun, Moon and Khmer Star. All rights reserved.", ("Sun", "Moon", "Khmer Star")),
    ('with Reserved Font Names "Sun" and "Moon"', ("Sun", "Moon")),
    ('with Reserved Font Names "Sun", "Moon", and "Black and White".', ("Sun", "Moon", "Black and White")),
    ('with Reserved Font Name: "Sun"', ("Sun",)),
    ("with Reserved Font Name(s) Sun; Version 2", ("Sun",)),
    ("WITH RESERVED FONT NAME SUN", ("SUN",)),
    ("with Reserved Font\nName\nSun\nThis Font Software is licensed", ("Sun",)),
    ("Reserved Font Name Sun This Font Software is licensed under", ("Sun",)),
    ("with Reserved Font Name ‘Sun’. B, with Reserved Font Name ‘Moon’.", ("Sun", "Moon")),
    ("with Reserved Font Name Sun. And with Reserved Font Name Sun.", ("Sun",)),
    ("Copyright 2020 A, with no Reserved Font Name.", ()),
    ("Copyright 2020 A, without Reserved Font Name.", ()),
    ("Copyright <dates>, <holder>, with Reserved Font Name <Reserved Font Name>.", ()),
    ('"Reserved Font Name" refers to any names specified as such after the copyright statement(s). "Original"', ()),
    ("“Reserved Font Name” refers to any names specified as such.", ()),
    ("No Modified Version may use the Reserved Font Name(s) unless explicit permission is granted.", ()),
    ("Copyright 2020 A", ()),
    ("", ()),
]


@pytest.mark.parametrize(("words", "names"), RESERVED)
def test_reserved_names(words: str, names: tuple[str, ...]) -> None:
    assert find_reserved(words) == names


def test_the_license_text_itself_reserves_nothing() -> None:
    text = default_license_text()
    assert "Reserved Font Name" in text
    assert find_reserved(text) == ()
    assert find_reserved(" ".join(text.split())) == ()
    assert recognise(text) == "OFL-1.1"


FREE = [
    ("This Font Software is licensed under the SIL Open Font License, Version 1.1.", "OFL-1.1"),
    ("http://scripts.sil.org/OFL", "OFL-1.1"),
    ("https://openfontlicense.org", "OFL-1.1"),
    ("Licensed under the Apache License, Version 2.0", "Apache-2.0"),
    ("http://www.apache.org/licenses/LICENSE-2.0.html", "Apache-2.0"),
    ("https://opensource.org/licenses/MIT", "MIT"),
    ("Released under the MIT License.", "MIT"),
    ("Licensed under the Ubuntu Font Licence 1.0", "UFL-1.0"),
    (
        "terms of the GNU Lesser General Public License; either version 2.1 of the License, or any later version.",
        "LGPL-2.1-or-later",
    ),
    (
        "GNU General Public License, version 2, with the font exception: if you create a document which uses this font",
        "GPL-2.0-only WITH Font-exception-2.0",
    ),
    ("GPL-3.0-or-later with font exception", "GPL-3.0-or-later WITH Font-exception-2.0"),
    ("GNU General Public License version 3 or later", None),  # reaches the pages that embed it
    ("Not licensed under the SIL Open Font License; commercial.", None),
    ("All rights reserved. Commercial font; do not redistribute.", None),
    ("Permitted with EMIT licenses", None),
    # Words that name a license for something else, or to say that it does not hold.
    ("This font is not released under the SIL Open Font License.", None),
    ("This font is no longer under the OFL 1.1.", None),
    ("The SIL Open Font License does not apply to this font.", None),
    ("Proprietary. Portions licensed under the SIL OFL 1.1", None),
    ("Portions are licensed under the SIL Open Font License, Version 1.1.", None),
    ("Latin glyphs from X, SIL Open Font License 1.1", None),
    ("Derived from Y, which is under the MIT License.", None),
    ("Unlike Z, which is under the SIL Open Font License, this font costs money.", None),
    ("Proprietary. See also: https://openfontlicense.org", None),
    ("Subject to the EULA of the foundry. Not the SIL Open Font License.", None),
    ("This Font Software is licensed under the SIL Open Font License, Version 1.1. No redistribution.", None),
    ("This font may not be redistributed. Its Latin is like one of https://openfontlicense.org", None),
    ("", None),
]


@pytest.mark.parametrize(("words", "name"), FREE)
def test_recognised_licenses(words: str, name: str | None) -> None:
    assert recognise(words) == name


def test_default_font() -> None:
    license = read_license(default_face())
    assert (license.name, license.may_subset, license.may_publish, license.refusal) == ("OFL-1.1", True, True, "")
    assert "Noto Project Authors" in license.copyright
    assert license.url.startswith("https://")
    require_subsettable(default_face())


def test_license_in_the_copyright_notice_and_names_in_two_places(regular: Face, change: Any) -> None:
    def write(font: Any) -> None:
        names = font["name"]
        names.names = [record for record in names.names if record.nameID not in (0, 13, 14)]
        names.setName('Copyright A, with Reserved Font Name "Sun". See http://scripts.sil.org/OFL', 0, 3, 1, 0x409)

    license = read_license(change(regular, write))
    assert (license.name, license.reserved_names, license.text, license.url) == ("OFL-1.1", ("Sun",), "", "")


OFL_SENTENCE = "This Font Software is licensed under the SIL Open Font License, Version 1.1."
OFL_URL = "https://scripts.sil.org/OFL"
LGPL_NOTICE = (
    "Copyright A. This font is free software; you can redistribute it under the terms of the GNU Lesser General Public "
    "License; either version 2.1 of the License, or any later version. You should have received a copy of the GNU "
    "Lesser General Public License along with this font; if not, write to the Free Software Foundation."
)
LATIN = "Copyright Foundry. Latin glyphs from X, SIL Open Font License 1.1."

DECLARED: list[tuple[str, str, str, str | None, bool]] = [
    ("Copyright A", OFL_SENTENCE, OFL_URL, "OFL-1.1", True),
    ("Copyright A", OFL_SENTENCE, "", "OFL-1.1", True),
    ("Copyright A", "", OFL_URL, "OFL-1.1", True),
    ("Copyright A. All rights reserved.", OFL_SENTENCE, OFL_URL, "OFL-1.1", True),
    (LATIN, OFL_SENTENCE, "", "OFL-1.1", True),
    (f"Copyright A. {OFL_SENTENCE}", "", "", "OFL-1.1", True),
    ("Copyright A", default_license_text(), OFL_URL, "OFL-1.1", True),
    ("Copyright A", "Licensed under the SIL Open Font License, Version 1.1", OFL_URL, "OFL-1.1", True),
    (LGPL_NOTICE, "", "", "LGPL-2.1-or-later", True),
    (LGPL_NOTICE, "", "http://www.khmeros.info", "LGPL-2.1-or-later", True),  # the maker's home
    # A name alone is no license, and what is said elsewhere counts.
    ("Copyright A", "SIL Open Font License 1.1", "", "OFL-1.1", False),
    ("Copyright A, SIL Open Font License 1.1", "", "", "OFL-1.1", False),
    ("Copyright A", f"{OFL_SENTENCE} All rights reserved.", OFL_URL, "OFL-1.1", False),
    ("Copyright A", OFL_SENTENCE, "https://foundry.example/eula", None, False),
    ("Copyright A", "Proprietary. Do not redistribute.", OFL_URL, None, False),
    (LATIN, "Proprietary. All rights reserved. No redistribution.", "https://foundry.example/eula", None, False),
    (LATIN, "All rights reserved.", "", None, False),
    (LATIN, "", "https://foundry.example/license", None, False),
    (LATIN, "", "", None, False),
    (f"Copyright A. {OFL_SENTENCE}", "Commercial license.", "", None, False),
    (f"Copyright A. {OFL_SENTENCE}", "", "https://foundry.example/terms", None, False),
]


@pytest.mark.parametrize(("notice", "text", "url", "name", "may_publish"), DECLARED)
def test_what_is_recognised_and_what_may_be_published(
    regular: Face, change: Any, notice: str, text: str, url: str, name: str | None, may_publish: bool
) -> None:
    def write(font: Any) -> None:
        names = font["name"]
        names.names = [record for record in names.names if record.nameID not in (0, 13, 14)]
        for name_id, words in ((0, notice), (13, text), (14, url)):
            if words:
                names.setName(words, name_id, 3, 1, 0x409)

    license = read_license(change(regular, write))
    assert (license.name, license.may_publish, license.may_subset) == (name, may_publish, True)


@pytest.mark.parametrize(
    ("version", "fs_type", "word"),
    [
        (4, 0x0000, ""),
        (4, 0x0004, ""),
        (4, 0x0008, ""),
        (4, 0x0002, "0x0002"),
        (4, 0x0100, "0x0100"),
        (4, 0x0108, "0x0100"),
        (4, 0x0200, "0x0200"),
        (4, 0x000A, "0x0002"),
        (2, 0x000A, ""),  # the most permissive counted then
        (2, 0x0002, "0x0002"),
    ],
)
def test_embedding_bits(regular: Face, change: Any, version: int, fs_type: int, word: str) -> None:
    def write(font: Any) -> None:
        font["OS/2"].version = version
        font["OS/2"].fsType = fs_type

    face = change(regular, write)
    license = read_license(face)
    assert license.fs_type == fs_type
    assert license.may_subset == license.may_publish == (not word)
    assert word in license.refusal
    assert bool(word) == bool(license.refusal)
    if word:
        with pytest.raises(FontError, match=word) as caught:
            require_subsettable(face)
        assert caught.value.hint
        assert caught.value.source == "changed"
    else:
        require_subsettable(face)
