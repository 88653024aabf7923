"""What ``font verify`` finds in fonts that were changed after they were cut, and what it says of the proof beside."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fontTools.colorLib.builder import buildCOLR, buildCPAL
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables.DefaultTable import DefaultTable

from khmertext.cli import main as command
from khmertext.fonts import default_face, limit_axes

TEXT = "ភាសាខ្មែរ (Khmer) ជាភាសា។ កើតនៅភ្នំពេញ\n"
CHECK = ("verify", "regular.ttf", "out.ttf", "--text-file", "t.txt")


class Answer(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Answer]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> Answer:
        code = command.run(["font", *map(str, arguments)])
        out, err = capsys.readouterr()
        return Answer(code, out, err)

    return call


@pytest.fixture
def cut(run: Run, tmp_path: Path) -> Path:
    """A folder with the default font at one weight, a text, and the font cut for it."""
    regular = limit_axes(default_face(), {"wght": (400, 400), "wdth": (100, 100)})
    (tmp_path / "regular.ttf").write_bytes(regular.data)
    (tmp_path / "t.txt").write_text(TEXT, encoding="utf-8")
    assert run("subset", "regular.ttf", "--text-file", "t.txt", "-o", "out.ttf", "--coverage", "exact").code == 0
    return tmp_path


def tamper(folder: Path, change: Callable[[Any], object]) -> None:
    """Change the cut font, and have the proof beside it tell its hash, as somebody would who wants to pass."""
    font: Any = TTFont(folder / "out.ttf")
    change(font)
    file = io.BytesIO()
    font.save(file)
    (folder / "out.ttf").write_bytes(file.getvalue())
    proof = folder / "out.ttf.proof.json"
    told = json.loads(proof.read_text(encoding="ascii"))
    told["subset"]["sha256"] = hashlib.sha256(file.getvalue()).hexdigest()
    proof.write_text(json.dumps(told), encoding="ascii")


def add_colours(font: Any) -> None:
    glyph = font.getBestCmap()[0x1781]
    font["COLR"] = buildCOLR({glyph: [(font.getGlyphOrder()[0], 0)]})
    font["CPAL"] = buildCPAL([[(1, 0, 0, 1)]])


def add_table(tag: str) -> Callable[[Any], None]:
    def change(font: Any) -> None:
        font[tag] = DefaultTable(tag)
        font[tag].data = b"\0\1\0\0" + bytes(60)

    return change


def map_another(font: Any) -> None:
    for table in font["cmap"].tables:
        table.cmap[ord("A")] = font.getBestCmap()[0x1781]


def swap_letters(font: Any) -> None:
    """A letter that the text lacks gets the outline of another."""
    for table in font["cmap"].tables:
        table.cmap[0x1794] = table.cmap[0x1781]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (add_colours, "only SUBSET has COLR"),
        (add_table("SVG "), "only SUBSET has SVG "),
        (add_table("morx"), "only SUBSET has morx"),
        (add_table("Silf"), "only SUBSET has Silf"),
        (map_another, "only SUBSET has U+0041"),
        (swap_letters, "only SUBSET has U+1794, or another outline there"),
        (lambda font: setattr(font["post"], "underlinePosition", 5), "underlinePosition in post: 5 instead of"),
        (lambda font: setattr(font["OS/2"], "yStrikeoutPosition", 5), "yStrikeoutPosition in OS/2: 5 instead of"),
        (lambda font: setattr(font["OS/2"], "sxHeight", 5), "sxHeight in OS/2: 5 instead of"),
        (lambda font: setattr(font["hhea"], "ascent", 5), "ascender in hhea: 5 instead of"),
    ],
)
def test_a_changed_font_is_told(run: Run, cut: Path, change: Callable[[Any], object], words: str) -> None:
    assert run(*CHECK).code == 0
    tamper(cut, change)
    answer = run(*CHECK)
    assert answer.code == 1
    assert words in answer.out
    told = json.loads(run(*CHECK, "--json").out)
    assert told["added_tables"] or told["added_characters"] or told["metrics"]


def test_what_the_original_has_too_is_not_told(run: Run, cut: Path) -> None:
    font: Any = TTFont(cut / "regular.ttf")
    add_table("morx")(font)
    font.save(cut / "regular.ttf")
    answer = run(*CHECK)
    assert answer.code == 0
    assert "made from another file than ORIGINAL" in answer.out
    tamper(cut, add_table("morx"))
    assert "only SUBSET" not in run(*CHECK).out


def test_a_proof_of_another_font(run: Run, cut: Path) -> None:
    (cut / "out.ttf").write_bytes((cut / "regular.ttf").read_bytes())
    answer = run(*CHECK)
    assert answer.code == 1
    assert answer.out.startswith("the proof out.ttf.proof.json beside it is of another font")
    assert " are the same" in answer.out
    told = json.loads(run(*CHECK, "--json").out)
    assert (told["same"], told["proof_is_of_another_font"], told["coverage"]) == (True, True, None)


def test_without_a_proof_it_is_said_what_was_not_tried(run: Run, cut: Path) -> None:
    (cut / "out.ttf.proof.json").unlink()
    answer = run(*CHECK)
    assert answer.code == 0
    assert "there is no proof beside it; no promise of its coverage was tried" in answer.out
    answer = run(*CHECK, "--coverage", "full")
    assert answer.code == 1
    assert "coverage full does not hold for " in answer.out


def test_another_text_is_told(run: Run, cut: Path) -> None:
    (cut / "t.txt").write_text("ភាសា", encoding="utf-8")
    answer = run(*CHECK)
    assert answer.code == 0
    assert "made for another text" in answer.out


def test_what_was_compared_with(run: Run, cut: Path) -> None:
    (cut / "variable.ttf").write_bytes(default_face().data)
    given = ("--text-file", "t.txt", "--axes", "wght=400:700,wdth=80")
    assert run("subset", "variable.ttf", *given[:2], "-o", "v.woff2", *given[2:]).code == 0
    answer = run("verify", "variable.ttf", "v.woff2", "--text-file", "t.txt")
    assert answer.code == 0
    assert "compared with ORIGINAL limited to wght 400 to 700\n" in answer.out
    assert json.loads(run("verify", "variable.ttf", "v.woff2", *given[:2], "--json").out)["axes"] == {
        "wght": [400, 700]
    }


@pytest.mark.parametrize("text", ["", " \n", "none of it"])
def test_a_text_without_khmer(run: Run, cut: Path, text: str) -> None:
    (cut / "t.txt").write_text(text, encoding="utf-8")
    answer = run(*CHECK)
    assert (answer.code, answer.out) == (2, "")
    assert "t.txt: has no Khmer" in answer.err


def test_the_text_from_standard_input(run: Run, cut: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Input(NamedTuple):
        buffer: io.BytesIO

    def give(text: str) -> None:
        monkeypatch.setattr("sys.stdin", Input(io.BytesIO(text.encode())))

    given = ("--text-file", "-")
    give(TEXT)
    assert run("subset", "regular.ttf", *given, "-o", "piped.ttf", "--coverage", "exact").code == 0
    assert (cut / "piped.ttf").read_bytes() == (cut / "out.ttf").read_bytes()
    give(TEXT)
    assert run("verify", "regular.ttf", "piped.ttf", *given).code == 0
    give("")
    answer = run("verify", "regular.ttf", "piped.ttf", *given)
    assert (answer.code, answer.out) == (2, "")
    assert "standard input: has no Khmer" in answer.err
    answer = run("verify", "regular.ttf", "piped.ttf", *given, *given)
    assert answer.code == 2
    assert "once only" in answer.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-o", "-"), "two files"),
        (("-o", "x.woff2", "--effort", "max"), "for --coverage exact alone"),
        (("-o", "x.woff2", "--language", "k m"), "no language tag"),
        (("-o", "x.ttf", "--flavor", "woff2"), "name it *.woff2"),
        (("-o", "x.woff2", "--css", "my.css"), "--css takes no file"),
    ],
)
def test_options_without_effect_are_refused(run: Run, cut: Path, options: tuple[str, ...], words: str) -> None:
    answer = run("subset", "regular.ttf", "--text-file", "t.txt", *options)
    assert (answer.code, answer.out) == (2, "")
    assert words in answer.err
    assert not list(cut.glob("x*"))


def test_other_text_is_counted(run: Run, cut: Path) -> None:
    answer = run("subset", "regular.ttf", "--text-file", "t.txt", "-o", "x.otf")
    assert (cut / "x.otf").read_bytes()[:4] == b"\0\1\0\0"
    assert "other text   7 characters outside Khmer, 7 distinct, are for another font: ()Kehmr\n" in answer.out
    told = json.loads((cut / "x.otf.proof.json").read_text(encoding="ascii"))
    assert told["text"] == {"other_characters": 7, "other_characters_distinct": 7}


def test_the_rules_of_a_font_that_flags_say_what_they_need(run: Run, cut: Path) -> None:
    given = ("--text-file", "t.txt", "--coverage", "flagged", "-o", "f.woff2", "--css")
    answer = run("subset", "regular.ttf", *given)
    assert answer.code == 0
    assert "cut FILE with --coverage full too" in answer.err
