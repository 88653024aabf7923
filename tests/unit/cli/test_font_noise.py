"""What the libraries below say of a damaged font does not reach the terminal: our own one line does, or nothing."""

from __future__ import annotations

import os
import random
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from khmertext.fonts import default_face
from khmertext.fonts.containers import build_sfnt, read_tables
from tests.unit.fonts.test_fuzz import damage_tables

# In a process of its own: pytest sets up logging, and without that Python prints what nobody takes.
PROGRAM = """
import contextlib, io, sys
from pathlib import Path
from khmertext.cli import main
text = ("--text-file", "t.txt")
for path in sorted(Path().glob("*.ttf")):
    for arguments in (
        ("check", path), ("report", path, "-o", "r.html"), ("verify", path, path, *text),
        ("subset", path, *text, "-o", "o.woff2"), ("subset", path, *text, "--coverage", "exact", "-o", "o.woff2"),
        ("compare", path, path, *text, "-o", "c.html"),
    ):
        print("==", *arguments, file=sys.stderr)
        with contextlib.redirect_stdout(io.StringIO()):
            assert main.run(["font", *map(str, arguments)]) in (0, 1, 2)
"""
OURS = ("== ", "error: ", "the font itself lacks ", "the uncut font itself lacks ")


def write_fonts(folder: Path) -> None:
    """Fonts whose names are damaged in the ways that fontTools tells of, and some of the fuzzer's."""
    data = default_face().data
    version, tables = read_tables(data)
    names = tables["name"]
    at = struct.unpack_from(">H", names, 4)[0]
    record = names[6:18]
    bodies = {
        "offset": names[:4] + struct.pack(">H", at - 12) + names[6:],
        "beyond": names[:6] + record[:10] + struct.pack(">H", 60_000) + names[18:],
        "many": names[:2] + struct.pack(">H", 5000) + names[4:],
        "none": names[:2] + struct.pack(">HH", 0, 6),
        "encoding": names[:6] + struct.pack(">HH", 1, 99) + names[10:],
    }
    for name, body in bodies.items():
        (folder / f"{name}.ttf").write_bytes(build_sfnt(version, {**tables, "name": body}))
    chance = random.Random("noise")
    for number in range(6):
        (folder / f"fuzz{number}.ttf").write_bytes(damage_tables(bytearray(data), chance))


@pytest.mark.slow
def test_no_line_but_ours(tmp_path: Path) -> None:
    write_fonts(tmp_path)
    (tmp_path / "t.txt").write_text("ខ្មែរ ស្ត្រី", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    lines = done.stderr.splitlines()
    assert done.returncode == 0, lines[-1]
    assert [line for line in lines if not line.startswith(OURS)] == []
    assert sum(line.startswith("== ") for line in lines) == 11 * 6
