"""What ``font verify`` finds in fonts that were changed after they were cut, and what it says of the proof beside."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fontTools.colorLib.builder import buildCOLR, buildCPAL
from fontTools.otlLib.builder import buildLookup, buildSingleSubstSubtable
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables import otTables
from fontTools.ttLib.tables._g_l_y_f import Glyph
from fontTools.ttLib.tables.DefaultTable import DefaultTable
from fontTools.varLib.models import VariationModel
from fontTools.varLib.varStore import OnlineVarStoreBuilder

from khmertext.fonts import default_face, limit_axes
from tests.commands import Run

TEXT = "ភាសាខ្មែរ (Khmer) ជាភាសា។ កើតនៅភ្នំពេញ\n"
CHECK = ("verify", "regular.ttf", "out.ttf", "--text-file", "t.txt")


@pytest.fixture
def run(run_command: Run) -> Run:
    return partial(run_command, "font")


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
    font: Any = TTFont(folder / "out.ttf", recalcBBoxes=False)
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


def add_glyph(font: Any, width: int) -> str:
    font["glyf"]["more"] = Glyph()
    font["hmtx"]["more"] = (width, 0)
    return "more"


def map_blank(code: int, width: int) -> Callable[[Any], None]:
    """A character is mapped to nothing, so that no other font is asked for it."""

    def change(font: Any) -> None:
        name = add_glyph(font, width)
        for table in font["cmap"].tables:
            table.cmap[code] = name

    return change


def stand_upright_otherwise(font: Any) -> None:
    """A letter is another one in vertical lines."""
    names, table = font.getBestCmap(), font["GSUB"].table
    table.LookupList.Lookup.append(buildLookup([buildSingleSubstSubtable({names[0x1781]: names[0x1797]})]))
    record = otTables.FeatureRecord()
    record.FeatureTag, record.Feature = "vert", otTables.Feature()
    record.Feature.FeatureParams, record.Feature.LookupListIndex = None, [len(table.LookupList.Lookup) - 1]
    table.FeatureList.FeatureRecord.append(record)
    for script in table.ScriptList.ScriptRecord:
        script.Script.DefaultLangSys.FeatureIndex.append(len(table.FeatureList.FeatureRecord) - 1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (map_blank(0x41, 0), "only SUBSET has U+0041"),
        (map_blank(0xA0, 3000), "only SUBSET has U+00A0"),
        (map_blank(0x17E9, 0), "only SUBSET has U+17E9"),
        (add_table("vhea"), "only SUBSET has vhea"),
        (add_table("CFF "), "only SUBSET has CFF "),
        (add_colours, "only SUBSET has COLR"),
        (add_table("SVG "), "only SUBSET has SVG "),
        (add_table("morx"), "only SUBSET has morx"),
        (add_table("Silf"), "only SUBSET has Silf"),
        (map_another, "only SUBSET has U+0041"),
        (swap_letters, "only SUBSET has U+1794, or draws them otherwise"),
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
    assert told["passed"] is False
    assert told["added_tables"] or told["added_characters"] or told["metrics"]


def test_vertical_lines_are_told_and_count_for_nothing(run: Run, cut: Path) -> None:
    tamper(cut, stand_upright_otherwise)
    answer = run(*CHECK)
    assert answer.code == 0
    assert "upright in vertical lines, which no proof is of, 1 clusters differ, the first is 'ខ្មែ'" in answer.out
    assert json.loads(run(*CHECK, "--json").out)["upright"] == ["ខ្មែ"]


@pytest.mark.parametrize("span", [[float("nan")] * 2, [float("nan"), 80], [90, 80], ["x", 1], [1], None])
def test_odd_axes_in_a_proof(run: Run, cut: Path, span: object) -> None:
    proof = cut / "out.ttf.proof.json"
    told = json.loads(proof.read_text(encoding="ascii"))
    told["options"]["axes"] = {"wdth": span}
    proof.write_text(json.dumps(told), encoding="ascii")
    assert "is no proof that can be read" in run(*CHECK).out


def test_blank_letters_of_khmer_are_told_too(run: Run, cut: Path) -> None:
    """Letters that the text lacks, mapped to nothing: no other font would be asked for them."""
    advance = int(TTFont(cut / "regular.ttf")["hmtx"][TTFont(cut / "regular.ttf").getBestCmap()[0x1783]][0])
    tamper(cut, map_blank(0x1783, advance))
    answer = run(*CHECK)
    assert answer.code == 1
    assert "only SUBSET has U+1783" in answer.out


@pytest.mark.parametrize("axes", ["wght=400:700,wdth=75:100", "wght=400:699.9,wdth=99.99:100", "wdth=87.5:100"])
def test_ranges_that_people_ask_for(run: Run, cut: Path, axes: str) -> None:
    (cut / "variable.ttf").write_bytes(default_face().data)
    given = ("--text-file", "t.txt", "--axes", axes)
    assert run("subset", "variable.ttf", "-o", "v.ttf", *given).code == 0
    assert run("verify", "variable.ttf", "v.ttf", *given).code == 0


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
    assert "compared with ORIGINAL limited to wdth 80, wght 400 to 700\n" in answer.out
    told = json.loads(run("verify", "variable.ttf", "v.woff2", *given[:2], "--json").out)
    assert (told["passed"], told["axes"]) == (True, {"wdth": [80, 80], "wght": [400, 700]})
    for axes, words in (("wght=400", "another range of wght, 400 to 700"), ("opsz=3", "no axis opsz")):
        answer = run("verify", "variable.ttf", "v.woff2", *given[:2], "--axes", axes)
        assert (answer.code, answer.out) == (2, "")
        assert words in answer.err


def test_a_range_without_the_default(run: Run, cut: Path) -> None:
    (cut / "variable.ttf").write_bytes(default_face().data)
    assert run("subset", "variable.ttf", "--text-file", "t.txt", "-o", "v.ttf", "--axes", "wdth=62.5:80").code == 0
    assert run("verify", "variable.ttf", "v.ttf", "--text-file", "t.txt").code == 0


def test_metrics_that_change_along_an_axis(run: Run, cut: Path) -> None:
    (cut / "variable.ttf").write_bytes(default_face().data)
    assert run("subset", "variable.ttf", "--text-file", "t.txt", "-o", "v.ttf", "--axes", "wght=400:700").code == 0
    font: Any = TTFont(cut / "v.ttf")
    builder = OnlineVarStoreBuilder(["wght"])
    builder.setModel(VariationModel([{}, {"wght": 1.0}], ["wght"]))
    _, index = builder.storeMasters([0, -600])
    record = otTables.MetricsValueRecord()
    record.ValueTag, record.VarIdx = "undo", index
    font["MVAR"] = newTable("MVAR")
    table = font["MVAR"].table = otTables.MVAR()
    table.Version, table.Reserved, table.ValueRecordSize = 0x00010000, 0, 8
    table.VarStore, table.ValueRecord, table.ValueRecordCount = builder.finish(), [record], 1
    font.save(cut / "v.ttf")
    answer = run("verify", "variable.ttf", "v.ttf", "--text-file", "t.txt")
    assert answer.code == 1
    assert "underline offset" in answer.out


def test_every_letter_of_a_full_font_is_tried(run: Run, cut: Path) -> None:
    assert run("subset", "regular.ttf", "--text-file", "t.txt", "-o", "out.ttf", "--coverage", "full").code == 0
    assert run(*CHECK).code == 0

    def unmap(font: Any) -> None:
        for table in font["cmap"].tables:
            table.cmap.pop(0x17F3, None)

    tamper(cut, unmap)
    answer = run(*CHECK)
    assert answer.code == 1
    assert "coverage full does not hold for" in answer.out
    assert "U+17F3" in answer.out


def test_a_coverage_that_promises_nothing_says_so(run: Run, cut: Path) -> None:
    assert "coverage exact: it promises nothing of other text\n" in run(*CHECK).out


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_no_odd_file_is_read_as_a_proof(run: Run, cut: Path) -> None:
    proof = cut / "out.ttf.proof.json"
    proof.unlink()
    os.mkfifo(proof)
    assert run(*CHECK).out.startswith("the file out.ttf.proof.json beside it is no proof that can be read")


@pytest.mark.parametrize("name", ["x.ttf", "x.ttf.proof.json"])
def test_a_folder_in_the_way(run: Run, cut: Path, name: str) -> None:
    (cut / name).mkdir()
    answer = run("subset", "regular.ttf", "--text-file", "t.txt", "-o", "x.ttf")
    assert answer.code == 2
    assert "is a folder" in answer.err
    assert sorted(path.name for path in cut.glob("x*")) == [name]


def test_axes_that_no_font_of_a_family_has(run: Run, cut: Path) -> None:
    (cut / "bold.ttf").write_bytes(limit_axes(default_face(), {"wght": (700, 700), "wdth": (100, 100)}).data)
    answer = run("subset", "regular.ttf", "bold.ttf", "--text-file", "t.txt", "-o", "out", "--axes", "wdth=80")
    assert answer.code == 2
    assert "none of the fonts has an axis wdth" in answer.err


def test_only_the_text_is_mapped(run: Run, cut: Path) -> None:
    """HarfBuzz maps whatever its glyphs are kept for: the letter A shares one of them here."""
    font: Any = TTFont(cut / "regular.ttf")
    for table in font["cmap"].tables:
        table.cmap[0x41] = table.cmap[0x1781]
    font.save(cut / "regular.ttf")
    for coverage in ("exact", "text", "flagged"):
        assert run("subset", "regular.ttf", "--text-file", "t.txt", "-o", "out.ttf", "--coverage", coverage).code == 0
        assert 0x41 not in TTFont(cut / "out.ttf").getBestCmap()


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
