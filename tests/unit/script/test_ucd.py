from __future__ import annotations

import importlib.util
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from khmertext.script import ucd
from khmertext.script.ucd import CHARACTERS

ROOT = Path(__file__).resolve().parents[3]
GENERATOR = ROOT / "tools" / "make_ucd_table.py"

needs_unicodedata2 = pytest.mark.skipif(
    importlib.util.find_spec("unicodedata2") is None, reason="the generator of the table needs unicodedata2"
)


def check_table(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(GENERATOR), "--check", *options], capture_output=True, text=True, check=False
    )


@needs_unicodedata2
def test_generator_writes_the_same_table() -> None:
    run = check_table()
    assert run.returncode == 0, run.stderr


@needs_unicodedata2
def test_generator_sees_a_changed_table(tmp_path: Path) -> None:
    table = Path(ucd.__file__).read_text(encoding="utf-8")
    changed = table.replace('"KHMER SIGN COENG", "Mn", 9', '"KHMER SIGN COENG", "Mn", 0')
    assert changed != table
    (tmp_path / "ucd.py").write_text(changed, encoding="utf-8")
    run = check_table("--output", str(tmp_path / "ucd.py"))
    assert run.returncode == 1
    assert "out of date" in run.stderr


def test_table_is_in_order_and_complete() -> None:
    assert list(CHARACTERS) == sorted(CHARACTERS)
    khmer = [code for code in CHARACTERS if 0x1780 <= code <= 0x17FF]
    symbols = [code for code in CHARACTERS if 0x19E0 <= code <= 0x19FF]
    assert (len(khmer), len(symbols)) == (114, 32)  # unchanged since Unicode 4.0


# Names and combining classes never change once assigned (Unicode stability policy), so that the database of whatever
# Python runs the tests is a second opinion on them; general categories have changed, though not for these lately.
@pytest.mark.parametrize("code", sorted(CHARACTERS), ids=lambda code: f"{code:04X}")
def test_row_agrees_with_python(code: int) -> None:
    char = chr(code)
    assert CHARACTERS[code] == (unicodedata.name(char), unicodedata.category(char), unicodedata.combining(char))
