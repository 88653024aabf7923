"""Each code of the catalog: what raises it, where, and what mends it."""

from __future__ import annotations

import re

import pytest

from khmertext import Severity, check, fix_text, normalize
from khmertext.text.catalog import CATALOG, FAMILIES, FixSafety, find_entry

CASES = [
    ("KT101", "\u1780\u17c6\u17bb", "\u1780\u17bb\u17c6"),
    ("KT102", "\u1781\u17c2\u17d2\u1798", "\u1781\u17d2\u1798\u17c2"),
    ("KT103", "\u1798\u17c9\u17d2\u179b\u17c1\u17c7", "\u1798\u17d2\u179b\u17c9\u17c1\u17c7"),
    ("KT104", "\u1792\u1798\u17b6\u17cc", "\u1792\u1798\u17cc\u17b6"),
    ("KT105", "\u1780\u17d2\u17dd\u1798", "\u1780\u17d2\u1798\u17dd"),
    ("KT106", "\u1780\u17b6\u17bb", "\u1780\u17bb\u17b6"),
    ("KT201", "\u1780\u17b8\u17c1", "\u1780\u17be"),
    ("KT202", "\u1780\u17c1\u17b6", "\u1780\u17c4"),
    ("KT203", "\u1780\u17c4\u17b8", "\u1780\u17be\u17b6"),
    ("KT204", "\u1780\u17bb\u17b6", None),
    ("KT301", "\u179f\u17bb\u17b8", "\u179f\u17ca\u17b8"),
    ("KT302", "\u1780\u17bb\u17d0", None),
    ("KT303", "\u1780\u17c9\u17ca", None),
    ("KT401", "\u179f\u17d2\u179a\u17d2\u178f\u17b8", "\u179f\u17d2\u178f\u17d2\u179a\u17b8"),
    ("KT402", "\u1780\u17d2\u178a\u17b8", "\u1780\u17d2\u178f\u17b8"),
    ("KT403", "\u1780\u17d2", None),
    ("KT404", "\u1780\u17d2\u1798\u17d2\u1799\u17d2\u179b", None),
    ("KT405", "\u17e1\u17d2\u1780", None),
    ("KT501", "\u17a3", "\u17a2"),
    ("KT502", "\u17a4", "\u17a2\u17b6"),
    ("KT503", "\u17d8", "\u17d4\u179b\u17d4"),
    ("KT504", "\u17e1\u17e5\u17d2\u17d4", "\u19ef"),
    ("KT505", "\u17e8\u17d3", None),
    ("KT506", "\u1780\u17d3", None),
    ("KT601", "\u1780\u200d\u17b7", "\u1780\u17b7"),
    ("KT602", "\u1794\u200c\u17c9\u17b7", "\u1794\u17c9\u200c\u17b7"),
    ("KT603", "\u1780\u17b6\u200d\u17d2\u1793", None),
    ("KT604", "\u1780\u200b\u17b6", "\u1780\u17b6"),
    ("KT701", " \u17b6", None),
    ("KT702", "\u1780\u17b6\u17b6", "\u1780\u17b6"),
    ("KT703", "\u1780\u17c6\u17cb\u17cd", None),
    ("KT704", "\u17d4\u17b6", None),
    ("KT705", "\u1780" + "\u17b6" * 20, None),
    ("KT801", "RbeTskm\u003cuCa Edl man rbs;", None),
    ("KT901", "\u1780\u0e34", "\u1780\u17b7"),
    ("KT902", "\u17e2\u17e024", None),
]


@pytest.mark.parametrize(("code", "text", "mended"), CASES, ids=[case[0] for case in CASES])
def test_each_code(code: str, text: str, mended: str | None) -> None:
    (found, *_) = [item for item in check(text) if item.code == code]
    if mended is None:
        assert found.edit is None
    else:
        assert found.edit is not None
        assert fix_text(text, unsafe=True, codes=frozenset({code})).text == mended
        assert fix_text(text, codes=frozenset({code})).text == (mended if found.safe else text)


def test_every_code_has_a_case_but_the_one_that_nothing_reaches() -> None:
    assert {case[0] for case in CASES} == set(CATALOG) - {"KT706"}


def test_codes_are_in_families_and_names_are_unique() -> None:
    for code, entry in CATALOG.items():
        assert code == entry.code
        assert re.fullmatch(r"KT[1-9]\d\d", code)
        assert int(code[2]) in FAMILIES
        assert find_entry(entry.name) is entry
    assert {int(code[2]) for code in CATALOG} == set(FAMILIES)


def test_the_examples_of_the_catalog_raise_their_code_and_what_to_use_instead_does_not() -> None:
    for code, entry in CATALOG.items():
        if entry.example:
            assert code in {item.code for item in check(entry.example)}, code
        if entry.instead:
            assert code not in {item.code for item in check(entry.instead)}, code


def test_fixes_are_as_safe_as_the_catalog_says() -> None:
    for code, text, mended in CASES:
        fix = CATALOG[code].fix
        (found, *_) = [item for item in check(text) if item.code == code]
        assert (mended is None) == (fix is FixSafety.NONE), code
        if fix in (FixSafety.SAFE, FixSafety.UNSAFE):
            assert found.safe == (fix is FixSafety.SAFE), code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\u1781\u17d2\u1798\u17c2\u179a 2024 \u17e2\u17e0\u17e2\u17e4\u17d4",
        "caf\u00e9 na\u00efve \U0001f469\u200d\U0001f469\r\n\t",
        "Edlund and mYy said so; base64 enHab",
        "\u0e01\u0e34\u0e48 \u0e44\u0e17\u0e22",  # Thai on its own
        "\u1794\u17c9\u200c\u17b7",
        "\u25cc\u17b6 \u00a0\u17b6 -\u17b6",
        "\u19e0 \u17db1000 \u17d9",
    ],
)
def test_nothing_is_said_of_what_is_right(text: str) -> None:
    assert check(text) == []


def test_coeng_da_is_a_note_and_can_be_kept_quiet() -> None:
    (found,) = check("\u1780\u17d2\u178a\u17b8")
    assert (found.code, found.severity) == ("KT402", Severity.NOTE)
    assert check("\u1780\u17d2\u178a\u17b8", keep_coeng_da=True) == check("\u1780\u17d2\u178a\u17b8", lang="pi") == []


def test_faults_of_one_cluster_share_the_edit_that_mends_all() -> None:
    text = "\u179f\u17d2\u179a\u17b8\u17d2\u178f\u17c1"
    found = check(text)
    assert {item.code for item in found} >= {"KT401", "KT102", "KT201"}
    assert {item.edit for item in found} == {found[0].edit}
    assert fix_text(text, unsafe=True).text == normalize(text)


def test_what_stands_between_a_base_and_its_mark_is_named() -> None:
    (found,) = check("\u1780\u2060\u17b6")
    assert (found.code, found.start, found.end) == ("KT604", 1, 2)
    assert [item.code for item in check("a\u200b\u17b6")] == ["KT701"]


def test_robat_stays_before_coeng_ro_in_the_visual_form() -> None:
    text = "\u179a\u17cc\u17d2\u179a"
    assert normalize(text, form="visual") == text == normalize(text)
    assert normalize(text * 200 + "\u1780\u200d\u17b8" * 200, form="visual").startswith(text * 200)
