"""The accepted differences between UTN #61's text, its reference code and us: docs/utn61.md is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from khmertext import normalize

PAGE = Path(__file__).resolve().parents[2] / "docs" / "utn61.md"
ROWS = re.findall(
    r"^\| ([0-9A-F ]+?) \| (\w+) \| ([0-9A-F ]+?) \| ([0-9A-F ]+?) \| (.+) \|$", PAGE.read_text("utf-8"), re.M
)


def spell(codes: str) -> str:
    return "".join(chr(int(code, 16)) for code in codes.split())


def test_there_are_differences() -> None:
    assert len(ROWS) >= 18
    assert all(code != ours for _, _, code, ours, _ in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_our_column(row: tuple[str, ...]) -> None:
    typed, language, _, ours, _ = row
    assert normalize(spell(typed), lang=language) == spell(ours)
    assert normalize(spell(ours), lang=language) == spell(ours)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_the_column_of_the_reference_code(row: tuple[str, ...]) -> None:
    khmerspell = pytest.importorskip("khmerspell")
    typed, language, code, _, _ = row
    assert khmerspell.khnormal(spell(typed), lang=language) == spell(code)
