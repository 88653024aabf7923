"""Finding the fonts of a machine: folders by platform, fontconfig, links, collections, what cannot be opened."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from khmertext.errors import FontError
from khmertext.fonts import Face, default_face, installed
from khmertext.fonts.detection import Status
from khmertext.fonts.faces import MAX_MEMBERS, read_members
from khmertext.fonts.installed import (
    InstalledFont,
    examine_file,
    find_font_files,
    font_folders,
    iter_installed,
    rank,
    walk_folders,
)
from tests.unit.fonts.built import build_font, collect

LATIN = range(0x20, 0x7F)


@pytest.mark.parametrize(
    ("platform", "environment", "home", "folders"),
    [
        (
            "linux",
            {},
            "/home/a",
            ["/home/a/.local/share/fonts", "/home/a/.fonts", "/usr/local/share/fonts", "/usr/share/fonts"],
        ),
        (
            "linux",
            {"XDG_DATA_HOME": "/data", "XDG_DATA_DIRS": "/a::relative:/usr/share"},
            "",
            ["/data/fonts", "/a/fonts", "/usr/share/fonts", "/usr/local/share/fonts"],
        ),
        ("freebsd14", {"XDG_DATA_HOME": "relative"}, "", ["/usr/local/share/fonts", "/usr/share/fonts"]),
        (
            "darwin",
            {},
            "/Users/a",
            ["/Users/a/Library/Fonts", "/Library/Fonts", "/System/Library/Fonts", "/Network/Library/Fonts"],
        ),
        (
            "win32",
            {"WINDIR": "D:\\Windows", "LOCALAPPDATA": "C:\\Users\\a\\AppData\\Local"},
            "",
            ["C:\\Users\\a\\AppData\\Local\\Microsoft\\Windows\\Fonts", "D:\\Windows\\Fonts"],
        ),
        (
            "win32",
            {"SYSTEMROOT": "C:\\W"},
            "C:\\Users\\b",
            ["C:\\Users\\b\\AppData\\Local\\Microsoft\\Windows\\Fonts", "C:\\W\\Fonts"],
        ),
        ("win32", {}, "", ["C:\\Windows\\Fonts"]),
    ],
)
def test_folders(platform: str, environment: dict[str, str], home: str, folders: list[str]) -> None:
    assert [str(folder) for folder in font_folders(platform, environment, home)] == folders


def test_walking(tmp_path: Path) -> None:
    (tmp_path / "b" / "deep").mkdir(parents=True)
    for name in ("a.TTF", "b/deep/c.otf", "b/d.woff2", "b/readme.txt", "e.ttc"):
        (tmp_path / name).write_bytes(b"")
    found = [path.relative_to(tmp_path).as_posix() for path in walk_folders([tmp_path, tmp_path / "none", tmp_path])]
    assert found == ["a.TTF", "e.ttc", "b/d.woff2", "b/deep/c.otf"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_in_a_circle(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.ttf").write_bytes(b"")
    top = tmp_path / "top"
    top.mkdir()
    (top / "again").symlink_to(top)
    (top / "other").symlink_to(outside)
    (outside / "back").symlink_to(top)
    assert [path.name for path in walk_folders([top])] == ["a.ttf"]


def test_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(9):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "a.ttf").write_bytes(b"")
    monkeypatch.setattr(installed, "MAX_FILES", 4)
    assert len(list(walk_folders([tmp_path]))) == 4
    monkeypatch.setattr(installed, "MAX_FILES", 100)
    monkeypatch.setattr(installed, "MAX_FOLDERS", 3)
    assert len(list(walk_folders([tmp_path]))) == 2  # the top is one of the three


def test_without_fontconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "a.ttf").write_bytes(b"")
    monkeypatch.setattr("khmertext.fonts.installed.shutil.which", lambda name: None)
    monkeypatch.setattr(installed, "font_folders", lambda *given: (tmp_path / "fonts",))
    assert find_font_files() == find_font_files(khmer_only=True) == (tmp_path / "fonts" / "a.ttf",)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="folders are looked at too there")
def test_with_fontconfig(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def answer(command: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
        calls.append(command)
        assert options["timeout"]
        return subprocess.CompletedProcess(command, 0, b"/b.ttf\n/a.ttf\n/a.ttf\n\n/\xff.ttf\n")

    monkeypatch.setattr("khmertext.fonts.installed.shutil.which", lambda name: "/bin/fc-list")
    monkeypatch.setattr("khmertext.fonts.installed.subprocess.run", answer)
    assert find_font_files(khmer_only=True) == (Path("/a.ttf"), Path("/b.ttf"), Path(os.fsdecode(b"/\xff.ttf")))
    assert calls[0][-1] == ":charset=1780"
    find_font_files()
    assert ":charset=1780" not in calls[1]


@pytest.mark.parametrize("error", [OSError("gone"), subprocess.TimeoutExpired("fc-list", 1)])
def test_fontconfig_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*given: Any, **options: Any) -> None:
        raise error

    (tmp_path / "a.ttf").write_bytes(b"")
    monkeypatch.setattr("khmertext.fonts.installed.shutil.which", lambda name: "/bin/fc-list")
    monkeypatch.setattr("khmertext.fonts.installed.subprocess.run", fail)
    monkeypatch.setattr(installed, "font_folders", lambda *given: (tmp_path,))
    assert find_font_files() == (tmp_path / "a.ttf",)


def test_files(regular: Face, tmp_path: Path) -> None:
    files = {
        "two.ttc": collect(regular.data, build_font(LATIN)),
        "junk.ttf": b"junk",
        "none.ttf": None,
        "bad.ttc": struct.pack(">4sLLLL", b"ttcf", 0x10000, 2, 20, 0xFFFFFFF0),
    }
    for name, data in files.items():
        if data is not None:
            (tmp_path / name).write_bytes(data)
    found = list(iter_installed(tmp_path / name for name in files))
    facts = [(font.path.name, font.number, font.report and font.report.status, bool(font.reason)) for font in found]
    assert facts == [
        ("two.ttc", 0, Status.SHAPES, False),
        ("two.ttc", 1, Status.NONE, False),
        ("junk.ttf", 0, None, True),
        ("none.ttf", 0, None, True),
        ("bad.ttc", 0, None, True),
        ("bad.ttc", 1, None, True),
    ]
    assert found[1].report is not None
    assert found[1].report.source.endswith("two.ttc#1")


def test_variable_fonts() -> None:
    (font,) = examine_file(Path(default_face().source))
    assert font.report is not None
    assert font.report.axes == ("wght", "wdth")


def test_collections_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    font = build_font(LATIN)
    shift = 12 + 4 * 1000
    # A thousand fonts, all the same one: its table directory, moved behind the header.
    count = struct.unpack_from(">H", font, 4)[0]
    moved = bytearray(font)
    for number in range(count):
        at = 12 + 16 * number + 8
        struct.pack_into(">L", moved, at, struct.unpack_from(">L", font, at)[0] + shift)
    path = tmp_path / "many.ttc"
    path.write_bytes(struct.pack(">4sLL", b"ttcf", 0x10000, 1000) + struct.pack(">L", shift) * 1000 + moved)
    members = list(read_members(path))
    assert len(members) == MAX_MEMBERS + 1
    assert all(member.face for member in members[:-1])
    assert "1000 fonts" in str(members[-1].error)
    monkeypatch.setattr("khmertext.fonts.faces.MAX_UNPACKED", 3 * len(font))
    assert len(list(read_members(path))) <= 6
    # One that says it has 2**32 - 1 and has none.
    path.write_bytes(struct.pack(">4sLL", b"ttcf", 0x10000, 0xFFFFFFFF))
    assert len(list(read_members(path))) == MAX_MEMBERS + 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ttf")
    assert [font.reason for font in examine_file(tmp_path / "pipe.ttf")] == ["not a file"]
    with pytest.raises(FontError, match="not a file"):
        list(read_members(tmp_path))


def test_order(regular: Face, change: Any, tmp_path: Path) -> None:
    def drop(tag: str, chars: str) -> Any:
        def apply(font: Any) -> None:
            font["name"].setName(tag, 16, 3, 1, 0x409)
            font["name"].setName(tag, 1, 3, 1, 0x409)
            for table in font["cmap"].tables:
                for char in chars:
                    table.cmap.pop(ord(char), None)

        return apply

    faces = {
        "whole": change(regular, drop("Z", "")).data,
        "no-lunar": change(regular, drop("Y", "\u19e0")).data,
        "no-digits": change(regular, drop("A", "\u17e0\u17e1\u17e2")).data,
        "no-digit": change(regular, drop("X", "\u17e0")).data,
        "no-e": change(regular, drop("W", "\u17c1")).data,
        "latin": build_font(LATIN, family="A"),
        "limon": build_font(LATIN, family="Limon S1"),
        "junk": b"junk",
    }
    for name, data in faces.items():
        (tmp_path / f"{name}.ttf").write_bytes(data)
    found: list[InstalledFont] = sorted(iter_installed(sorted(tmp_path.iterdir())), key=rank)
    assert [font.path.stem for font in found] == [
        "whole",
        "no-lunar",
        "no-digit",
        "no-digits",
        "no-e",
        "limon",
        "latin",
        "junk",
    ]
