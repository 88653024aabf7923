"""Cutting a font for a text file, and checking it: exit codes, what is written, what is refused."""

from __future__ import annotations

import hashlib
import io
import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import ots
import pytest
import uharfbuzz as hb
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables.DefaultTable import DefaultTable

from khmertext.fonts import default_face, limit_axes, open_face, prove
from khmertext.fonts.certificate import choose_weights, limit_like, prove_everywhere
from khmertext.fonts.proof import Run as FontRun
from khmertext.fonts.sanitizing import Sanitized
from tests.commands import Run

UNREADABLE = (
    "the file out.woff2.proof.json beside it is no proof that can be read; no promise of its coverage was tried: "
    "--coverage names one, --axes where axes were pinned"
)
TEXT = "ភាសាខ្មែរ (Khmer) ជាភាសា។ កើតនៅភ្នំពេញ\n"


@pytest.fixture
def run(run_command: Run) -> Run:
    return partial(run_command, "font")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with the default font, variable and at one weight, and a text."""
    regular = limit_axes(default_face(), {"wght": (400, 400), "wdth": (100, 100)})
    (tmp_path / "regular.ttf").write_bytes(regular.data)
    (tmp_path / "variable.ttf").write_bytes(default_face().data)
    (tmp_path / "t.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("coverage", ["exact", "text", "full"])
def test_cut_and_verify(run: Run, files: Path, coverage: str) -> None:
    answer = run("subset", "regular.ttf", "--text-file", "t.txt", "--coverage", coverage, "-o", "out.woff2")
    assert (answer.code, answer.err) == (0, "")
    data = (files / "out.woff2").read_bytes()
    assert data[:4] == b"wOF2"
    found = json.loads((files / "out.woff2.proof.json").read_text(encoding="ascii"))
    assert (found["format"], found["version"]) == ("khmertext font proof", 1)
    assert found["subset"]["sha256"] == hashlib.sha256(data).hexdigest()
    assert found["original"]["sha256"] == hashlib.sha256((files / "regular.ttf").read_bytes()).hexdigest()
    assert found["subset"]["coverage"] == found["options"]["coverage"] == coverage
    assert found["proof"]["runs"] == 6
    assert found["proof"]["across_spaces"] == 3  # before and behind the brackets, and after the full stop
    assert found["proof"]["features"] == [""]
    assert found["proof"]["places"] == [{}]
    assert found["sanitizer"] == {"version": ots.__version__, "passed": True}
    assert "OpenType Sanitizer" in answer.out
    assert found["proof"]["differing"] == 0
    assert str(files) not in json.dumps(found)
    assert sorted(path.name for path in files.iterdir() if "out" in path.name) == ["out.woff2", "out.woff2.proof.json"]
    checked = run("verify", "regular.ttf", "out.woff2", "--text-file", "t.txt")
    assert checked.code == 0
    assert re.fullmatch(
        r"6 runs and 13 clusters are the same\n"
        + (
            r"coverage full: [\d,]+ texts tried: [\d,]+ right, 0 wrong\n"
            if coverage == "full"
            else rf"coverage {coverage}: it promises nothing of other text\n"
        )
        + r"7 characters outside Khmer, 7 distinct, are for another font: \(\)Kehmr\n"
        r"OpenType Sanitizer [\d.]+ lets the font through\n",
        checked.out,
    )


def test_smaller_and_smaller(run: Run, files: Path) -> None:
    sizes = []
    for coverage in ("exact", "text", "full"):
        run("subset", "regular.ttf", "--text-file", "t.txt", "--coverage", coverage, "-o", "out.woff2")
        sizes.append((files / "out.woff2").stat().st_size)
    assert sizes == sorted(set(sizes))


def test_same_input_same_files(run: Run, files: Path) -> None:
    for name in ("a.woff2", "b.woff2"):
        assert run("subset", "variable.ttf", "--text-file", "t.txt", "--coverage", "exact", "-o", name).code == 0
    assert (files / "a.woff2").read_bytes() == (files / "b.woff2").read_bytes()
    assert (files / "a.woff2.proof.json").read_bytes() == (files / "b.woff2.proof.json").read_bytes()


@pytest.mark.parametrize(("flavor", "magic"), [("woff2", b"wOF2"), ("woff", b"wOFF"), ("ttf", b"\0\1\0\0")])
def test_flavors(run: Run, files: Path, flavor: str, magic: bytes) -> None:
    assert run("subset", "regular.ttf", "--text-file", "t.txt", "-o", f"out.{flavor}").code == 0
    assert (files / f"out.{flavor}").read_bytes()[:4] == magic
    assert run("verify", "regular.ttf", f"out.{flavor}", "--text-file", "t.txt").code == 0
    assert run("subset", "regular.ttf", "--text-file", "t.txt", "--flavor", flavor, "-o", "out.font").code == 0
    assert (files / "out.font").read_bytes() == (files / f"out.{flavor}").read_bytes()


def test_axes(run: Run, files: Path) -> None:
    given = ("--text-file", "t.txt", "--coverage", "exact", "-o", "out.woff2")
    assert run("subset", "variable.ttf", *given, "--axes", "wght=400:700,wdth=80:100").code == 0
    face = open_face((files / "out.woff2").read_bytes())
    assert [(axis.tag, axis.minimum, axis.maximum) for axis in face.axes] == [("wght", 400, 700), ("wdth", 80, 100)]
    found = json.loads((files / "out.woff2.proof.json").read_text(encoding="ascii"))
    assert found["proof"]["weights"] == [400, 550, 700]
    assert run("verify", "variable.ttf", "out.woff2", "--text-file", "t.txt").code == 0
    assert run("subset", "variable.ttf", *given, "--axes", "wght=700,wdth=80").code == 0
    assert run("verify", "variable.ttf", "out.woff2", "--text-file", "t.txt").code == 0
    (files / "out.woff2.proof.json").unlink()  # without it nobody knows how wide the font was made
    assert run("verify", "variable.ttf", "out.woff2", "--text-file", "t.txt").code == 1
    assert run("verify", "variable.ttf", "out.woff2", "--text-file", "t.txt", "--axes", "wdth=80").code == 0
    assert run("subset", "variable.ttf", *given, "--axes", "opsz=3").code == 2
    assert run("subset", "variable.ttf", *given, "--axes", "bold").code == 2


def test_explain(run: Run, files: Path) -> None:
    answer = run("subset", "regular.ttf", "--text-file", "t.txt", "--coverage", "exact", "--explain", "-o", "out.woff2")
    assert answer.code == 0
    assert "glyf" in answer.out
    assert "drawn in 'ភា'" in answer.out
    assert "a step of shaping" in answer.out
    assert "shown for what the font lacks" in answer.out


def test_json(run: Run, files: Path) -> None:
    answer = run("subset", "regular.ttf", "--text-file", "t.txt", "--json", "-o", "out.woff2")
    assert answer.out == (files / "out.woff2.proof.json").read_text(encoding="ascii")


def test_what_differs_is_shown(run: Run, files: Path) -> None:
    run("subset", "regular.ttf", "--text-file", "t.txt", "--coverage", "exact", "-o", "out.woff2")
    (files / "more.txt").write_text("ខ្មែរ ឃ្លា\x1b[31m", encoding="utf-8")
    answer = run("verify", "regular.ttf", "out.woff2", "--text-file", "more.txt")
    assert answer.code == 1
    assert "U+1783" in answer.out
    assert "\x1b" not in answer.out
    found = json.loads(run("verify", "regular.ttf", "out.woff2", "--text-file", "more.txt", "--json").out)
    assert found["same"] is False
    assert any("ឃ" in one["part"] for one in found["differing"])
    assert run("verify", "regular.ttf", "regular.ttf", "--text-file", "more.txt").code == 0


def test_several_texts(run: Run, files: Path) -> None:
    (files / "more.txt").write_text("ឃ្លា", encoding="utf-8")
    both = ("--text-file", "t.txt", "--text-file", "more.txt")
    assert run("subset", "regular.ttf", *both, "-o", "out.woff2").code == 0
    assert run("verify", "regular.ttf", "out.woff2", *both).code == 0


def test_bad_input(run: Run, files: Path) -> None:
    (files / "latin.txt").write_text("no such letters", encoding="utf-8")
    (files / "bad.txt").write_bytes(b"\xe1\x9e")
    (files / "bad.ttf").write_bytes(b"<html>")
    given = ("--text-file", "t.txt", "-o", "out.woff2")
    for arguments, words in (
        (("subset", "bad.ttf", *given), "not a font"),
        (("subset", "none.ttf", *given), "cannot read"),
        (("subset", "regular.ttf", "--text-file", "latin.txt", "-o", "out.woff2"), "no Khmer"),
        (("subset", "regular.ttf", "--text-file", "bad.txt", "-o", "out.woff2"), "UTF-8"),
        (("subset", "regular.ttf", "--text-file", "none.txt", "-o", "out.woff2"), "none.txt"),
        (("subset", "regular.ttf", "-o", "out.woff2"), "--text-file"),
        (("subset", "regular.ttf", "--text-file", "t.txt", "-o", "regular.ttf"), "written over"),
        (("subset", "regular.ttf", "--text-file", "t.txt", "-o", "t.txt"), "written over"),
        (("subset", "regular.ttf", "--text-file", "t.txt", "-o", "no/out.woff2"), "no folder"),
        (("subset", "regular.ttf", *given, "--coverage", "some"), "coverage"),
        (("verify", "regular.ttf", "bad.ttf", "--text-file", "t.txt"), "not a font"),
        (("verify", "none.ttf", "regular.ttf", "--text-file", "t.txt"), "cannot read"),
    ):
        answer = run(*arguments)
        assert (answer.code, answer.out) == (2, ""), arguments
        assert words in answer.err, arguments
    assert not list(files.glob("out*"))
    assert (files / "t.txt").read_text(encoding="utf-8") == TEXT


def test_a_text_is_not_needed_for_full(run: Run, files: Path) -> None:
    (files / "latin.txt").write_text("none", encoding="utf-8")
    answer = run("subset", "regular.ttf", "--text-file", "latin.txt", "--coverage", "full", "-o", "out.woff2")
    assert answer.code == 0


def test_fonts_that_forbid_it(run: Run, files: Path) -> None:
    font: Any = TTFont(files / "regular.ttf")
    font["OS/2"].fsType = 0x0102
    file = io.BytesIO()
    font.save(file)
    (files / "regular.ttf").write_bytes(file.getvalue())
    given = ("subset", "regular.ttf", "--text-file", "t.txt", "-o", "out.woff2")
    answer = run(*given)
    assert answer.code == 2
    assert "0x0002" in answer.err
    assert run(*given, "--allow-restricted").code == 0


def test_a_proof_that_is_none(run: Run, files: Path) -> None:
    assert run("subset", "regular.ttf", "--text-file", "t.txt", "-o", "out.woff2").code == 0
    for text in ("", "[]", '{"options": 3}', '{"options": {"axes": {"wght": "x"}}}', "[" * 5000):
        (files / "out.woff2.proof.json").write_text(text, encoding="utf-8")
        assert run("verify", "regular.ttf", "out.woff2", "--text-file", "t.txt").code == 0


def test_other_axes_are_compared_at_their_ends() -> None:
    face = limit_axes(default_face(), {"wght": (400, 400), "wdth": (80, 100)})
    font: Any = TTFont(io.BytesIO(face.data))
    del font["gvar"], font["HVAR"]
    file = io.BytesIO()
    font.save(file)
    stiff = open_face(file.getvalue())
    runs = [FontRun("ក", "km", 400)]
    assert prove(face, stiff, runs).holds
    assert prove_everywhere(face, stiff, runs).differing
    assert prove_everywhere(face, face, runs).runs == 1


# -- features, places, spaces, the sanitizer ---------------------------------------------------------------------------

RULES = """
languagesystem DFLT dflt;
languagesystem khmr dflt;
feature ss01 { pos uni1797 <0 9 30 0>; } ss01;
feature kern { pos uni179A uni1787 -70; pos uni1794 space -20; } kern;
"""


@pytest.fixture
def ruled(files: Path) -> Path:
    font: Any = TTFont(files / "regular.ttf")
    addOpenTypeFeaturesFromString(font, RULES, tables=["GPOS"])
    font.save(files / "ruled.ttf")
    return files


def test_features(run: Run, ruled: Path) -> None:
    given = ("subset", "ruled.ttf", "--text-file", "t.txt", "--coverage", "exact")
    assert run(*given, "-o", "plain.woff2").code == 0
    answer = run(*given, "-o", "out.woff2", "--features", "font-kerning:none", "--features", "ss01, -kern")
    assert answer.code == 0
    assert "default, kern=0, kern=0,ss01=1" in answer.out
    found = json.loads((ruled / "out.woff2.proof.json").read_text(encoding="ascii"))
    assert found["proof"]["features"] == ["", "kern=0", "kern=0,ss01=1"]
    check = ("verify", "ruled.ttf", "out.woff2", "--text-file", "t.txt")
    # They are read from the proof; what else is asked for is not there.
    told = json.loads(run(*check, "--json").out)
    assert (told["same"], told["runs"]) == (True, found["proof"]["runs"])
    (ruled / "out.woff2.proof.json").unlink()
    assert json.loads(run(*check, "--json").out)["runs"] == found["proof"]["runs"] // 3
    assert run(*check, "--features", "ss01").code == 0
    answer = run("verify", "ruled.ttf", "plain.woff2", "--text-file", "t.txt", "--features", "ss01")
    assert answer.code == 1
    assert "features ss01=1" in answer.out
    told = json.loads(
        run("verify", "ruled.ttf", "plain.woff2", "--text-file", "t.txt", "--features", "ss01", "--json").out
    )
    assert {one["features"] for one in told["differing"]} == {"ss01=1"}
    assert run("verify", "ruled.ttf", "plain.woff2", "--text-file", "t.txt").code == 0


def test_features_that_are_none(run: Run, files: Path) -> None:
    for verb in (("subset", "regular.ttf", "-o", "out.woff2"), ("verify", "regular.ttf", "regular.ttf")):
        answer = run(*verb, "--text-file", "t.txt", "--features", "kern=\x1b")
        assert answer.code == 2
        assert "no font feature" in answer.err
        assert "\x1b" not in answer.err
    for settings in (3, ["kerning"], [["x"]], {"a": 1}, None):
        (files / "regular.ttf.proof.json").write_text(json.dumps({"proof": {"features": settings}}), encoding="utf-8")
        assert run("verify", "regular.ttf", "regular.ttf", "--text-file", "t.txt").code == 0


def test_places_are_named(run: Run, files: Path) -> None:
    given = ("--text-file", "t.txt", "--coverage", "exact", "-o", "out.woff2")
    answer = run("subset", "variable.ttf", *given, "--axes", "wght=400:700,wdth=80:100")
    assert "9 in the axes" in answer.out
    found = json.loads((files / "out.woff2.proof.json").read_text(encoding="ascii"))["proof"]
    assert {"wdth": 90.0, "wght": 550.0} in found["places"]
    assert found["places_left_out"] == 0


def test_a_page_of_text_in_one_piece(run: Run, ruled: Path) -> None:
    text = "ខ្មែរជាប ភ ប"
    (ruled / "t.txt").write_text(text, encoding="utf-8")
    assert run("subset", "ruled.ttf", "--text-file", "t.txt", "--coverage", "exact", "-o", "out.woff2").code == 0
    drawn = []
    for data in ((ruled / "ruled.ttf").read_bytes(), open_face((ruled / "out.woff2").read_bytes()).data):
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        hb.shape(hb.Font(hb.Face(data)), buffer)
        drawn.append([place.position for place in buffer.glyph_positions or ()])
    assert drawn[0] == drawn[1]


def test_what_browsers_refuse(run: Run, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = ("subset", "regular.ttf", "--text-file", "t.txt", "-o", "out.woff2")
    check = ("verify", "regular.ttf", "out.woff2", "--text-file", "t.txt")
    monkeypatch.setattr("khmertext.cli.font_cutting.sanitize", lambda data: Sanitized("9", "glyf: bad\x1b"))
    monkeypatch.setattr("khmertext.cli.font_verify.sanitize", lambda data: Sanitized("9", "glyf: bad\x1b"))
    answer = run(*given)
    assert answer.code == 2
    assert "OpenType Sanitizer 9 refuses the cut font: glyf: bad" in answer.err
    assert "\x1b" not in answer.err
    assert not list(files.glob("out*"))
    assert run(*given, "--no-sanitize").code == 0
    assert json.loads((files / "out.woff2.proof.json").read_text(encoding="ascii"))["sanitizer"] is None
    answer = run(*check)
    assert answer.code == 1
    assert "refuses the font: glyf: bad" in answer.out
    assert json.loads(run(*check, "--json").out)["sanitizer"] == {"version": "9", "message": "glyf: bad\x1b"}


def test_without_the_sanitizer(run: Run, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("khmertext.cli.font_cutting.sanitize", lambda data: None)
    monkeypatch.setattr("khmertext.cli.font_verify.sanitize", lambda data: None)
    answer = run("subset", "regular.ttf", "--text-file", "t.txt", "-o", "out.woff2")
    assert answer.code == 0
    assert "was not run; install it with: pip install" in answer.out
    assert json.loads((files / "out.woff2.proof.json").read_text(encoding="ascii"))["sanitizer"] is None
    answer = run("verify", "regular.ttf", "out.woff2", "--text-file", "t.txt")
    assert answer.code == 0
    assert "was not run" in answer.out


@pytest.mark.parametrize("name", ["regular.ttf", "variable.ttf"])
def test_what_the_reference_lacks_is_named(run: Run, files: Path, name: str) -> None:
    font: Any = TTFont(files / name)
    font["morx"] = DefaultTable("morx")
    font["morx"].data = b"\0\3\0\0\0\0\0\0"
    font.save(files / "apple.ttf")
    answer = run("subset", "apple.ttf", "--text-file", "t.txt", "-o", "out.woff2")
    assert re.search(r"left out +morx\n", answer.out)
    found = json.loads((files / "out.woff2.proof.json").read_text(encoding="ascii"))
    assert found["original"]["tables_left_out"] == ["morx"]


def test_weights_and_limits() -> None:
    face = default_face()
    bold = limit_axes(face, {"wght": (700, 700), "wdth": (100, 100)})
    assert choose_weights(bold) == (700,)
    assert limit_like(face, bold).face.data == bold.data


# -- families ----------------------------------------------------------------------------------------------------------


def set_italic(font: Any) -> None:
    font["OS/2"].fsSelection = 1
    font["head"].macStyle |= 2


@pytest.fixture
def family(files: Path) -> Path:
    """Static fonts of one family: regular, bold, and an italic that only says so."""
    bold = limit_axes(default_face(), {"wght": (700, 700), "wdth": (100, 100)})
    (files / "bold.ttf").write_bytes(bold.data)
    font: Any = TTFont(files / "regular.ttf")
    set_italic(font)
    font.save(files / "slanted.ttf")
    return files


FAMILY = ("regular.ttf", "bold.ttf", "slanted.ttf")
TEXT_FILE = ("--text-file", "t.txt", "--coverage", "exact")


def test_a_family(run: Run, family: Path) -> None:
    answer = run("subset", *FAMILY, *TEXT_FILE, "-o", "new/out", "--css")
    assert (answer.code, answer.err) == (0, "")
    written = sorted(path.name for path in (family / "new" / "out").iterdir())
    fonts = ["bold.woff2", "regular.woff2", "slanted.woff2"]
    assert written == sorted([*fonts, *(f"{name}.proof.json" for name in fonts), "fonts.css"])
    for name in FAMILY:
        packed = f"new/out/{Path(name).stem}.woff2"
        assert packed in answer.out
        assert run("verify", name, packed, "--text-file", "t.txt").code == 0
        assert run("subset", name, *TEXT_FILE, "-o", "one.woff2").code == 0
        assert (family / packed).read_bytes() == (family / "one.woff2").read_bytes()
        assert (family / f"{packed}.proof.json").read_bytes() == (family / "one.woff2.proof.json").read_bytes()
    rules = (family / "new/out/fonts.css").read_text(encoding="ascii").splitlines()
    assert len(rules) == 3
    for rule, name, style in zip(
        rules,
        ("regular", "bold", "slanted"),
        ("400;font-style:normal", "700;font-style:normal", "400;font-style:italic"),
        strict=True,
    ):
        assert rule.startswith(f'@font-face{{font-family:"Noto Sans Khmer";src:url("{name}.woff2") format("woff2");')
        assert f"font-weight:{style};" in rule
        assert "unicode-range:U+1780-1781,U+1787," in rule
    assert run("subset", *FAMILY, *TEXT_FILE, "-o", "new/out", "--flavor", "woff").code == 0
    assert (family / "new/out/bold.woff").read_bytes()[:4] == b"wOFF"


def test_a_family_as_json(run: Run, family: Path) -> None:
    answer = run("subset", *FAMILY, *TEXT_FILE, "-o", "out", "--json", "--css")
    told = json.loads(answer.out)
    assert [one.pop("file") for one in told] == ["regular.woff2", "bold.woff2", "slanted.woff2"]
    assert told[1] == json.loads((family / "out/bold.woff2.proof.json").read_text(encoding="ascii"))


def test_what_is_no_family(run: Run, family: Path) -> None:
    font: Any = TTFont(family / "bold.ttf")
    for record in font["name"].names:
        if record.nameID in (1, 16):
            record.string = "Another"
    font.save(family / "other.ttf")
    (family / "again").mkdir()
    (family / "again" / "bold.ttf").write_bytes((family / "regular.ttf").read_bytes())
    (family / "bad.ttf").write_bytes(b"<html>")
    (family / "file").write_bytes(b"")
    for names, place, words in (
        (("regular.ttf", "again/bold.ttf"), "out", "has the weight and style of regular.ttf"),
        (("regular.ttf", "variable.ttf"), "out", "has the weight and style of regular.ttf"),
        (("regular.ttf", "other.ttf"), "out", "cut each family by itself"),
        (("bold.ttf", "again/bold.ttf"), "out", "the same place"),
        (("regular.ttf", "regular.ttf"), "out", "the same place"),
        (("regular.ttf", "bad.ttf"), "out", "not a font"),
        (("regular.ttf", "bold.ttf"), "file", "is a file"),
        (("regular.ttf",), "again", "is a folder"),
        (("regular.ttf", "variable.ttf", "--axes", "opsz=3"), "out", "no axis"),
        (("regular.ttf", "--css", "--json"), "out", "--css and --json"),
    ):
        answer = run("subset", *names, *TEXT_FILE, "-o", place)
        assert (answer.code, answer.out) == (2, ""), names
        assert words in answer.err, names
        assert not (family / "out").exists()
    assert run("subset", "regular.ttf", "bold.ttf", *TEXT_FILE, "--flavor", "ttf", "-o", ".").code == 2  # over itself
    assert run("subset", "regular.ttf", "variable.ttf", *TEXT_FILE, "--axes", "wght=500:700", "-o", "out").code == 0


def test_nothing_of_a_family_is_written_when_one_fails(run: Run, family: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = iter([Sanitized("9", ""), Sanitized("9", "glyf: bad")])
    monkeypatch.setattr("khmertext.cli.font_cutting.sanitize", lambda data: next(said))
    assert run("subset", "regular.ttf", "bold.ttf", *TEXT_FILE, "-o", "out").code == 2
    assert not (family / "out").exists()


def test_rules_for_one_font(run: Run, files: Path) -> None:
    for name, given, words in (
        ("regular.ttf", ("-o", "out.woff2"), ('url("out.woff2") format("woff2")', "font-weight:400;")),
        ("variable.ttf", ("-o", "out.ttf"), ('url("out.ttf") format("opentype")', "font-weight:400 700;")),
        ("variable.ttf", ("-o", "o.woff", "--axes", "wght=600"), ('format("woff")', "font-weight:600;")),
    ):
        answer = run("subset", name, *TEXT_FILE, *given, "--css")
        assert answer.code == 0
        assert answer.out.startswith("@font-face{")
        assert answer.out.count("\n") == 1
        assert all(word in answer.out for word in words)
        assert "runs proven" in answer.err
    answer = run("subset", "regular.ttf", "--text-file", "t.txt", "--coverage", "flagged", "-o", "out.woff2", "--css")
    assert answer.out.startswith("@supports (-webkit-app-region:drag)")
    assert answer.out.endswith("}}\n")


def test_rules_do_not_name_what_is_reserved(run: Run, files: Path) -> None:
    font: Any = TTFont(files / "regular.ttf")
    font["name"].setName('Copyright 2020 A (a@b.c), with Reserved Font Name "Noto".', 0, 3, 1, 0x409)
    font.save(files / "regular.ttf")
    answer = run("subset", "regular.ttf", *TEXT_FILE, "-o", "out.woff2", "--css")
    assert 'font-family:"Khmer Subset"' in answer.out
    answer = run("subset", "regular.ttf", *TEXT_FILE, "-o", "out.woff2", "--css", "--name", "Mine")
    assert 'font-family:"Mine"' in answer.out


# -- verifying what a coverage promises --------------------------------------------------------------------------------


@pytest.mark.parametrize("coverage", ["open", "flagged"])
def test_verify_a_coverage(run: Run, files: Path, coverage: str) -> None:
    given = ("--text-file", "t.txt", "-o", "out.woff2")
    check = ("verify", "regular.ttf", "out.woff2", "--text-file", "t.txt")
    proof = files / "out.woff2.proof.json"
    assert run("subset", "regular.ttf", *given, "--coverage", coverage).code == 0
    made = json.loads(proof.read_text(encoding="ascii"))
    answer = run(*check)
    assert answer.code == 0
    assert f"coverage {coverage}: {made['gate']['texts']:,} texts tried" in answer.out
    told = json.loads(run(*check, "--json").out)
    assert (told["coverage"], told["gate"]) == (coverage, {**made["gate"], "faults": []})
    # A font that knows the text alone, with a proof that promises more.
    assert run("subset", "regular.ttf", *given, "--coverage", "exact").code == 0
    told = json.loads(run(*check, "--json").out)
    assert (told["coverage"], told["gate"]) == ("exact", None)
    exact = json.loads(proof.read_text(encoding="ascii"))
    exact["subset"]["coverage"] = coverage
    proof.write_text(json.dumps(exact), encoding="ascii")
    for asked in ((), ("--coverage", coverage)):
        answer = run(*check, *asked)
        assert answer.code == 1
        assert f"coverage {coverage} does not hold for " in answer.out
        assert " are the same" in answer.out
        told = json.loads(run(*check, *asked, "--json").out)
        assert told["same"] is True
        assert len(told["gate"]["faults"]) == told["gate"]["wrong"] + told["gate"]["flagged"] * (coverage == "open") > 0
        proof.unlink(missing_ok=True)
    for odd in (3, [coverage], "all"):
        exact["subset"]["coverage"] = odd
        proof.write_text(json.dumps(exact), encoding="ascii")
        answer = run(*check)
        assert (answer.code, answer.out.splitlines()[0]) == (0, UNREADABLE)
