"""Several files of one family: each is cut with what browsers draw with it."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from khmertext.fonts import default_face, open_face
from khmertext.web import BuildOptions, build_site, check_site

OPTIONS = BuildOptions(jobs=1, detector=False, fallbacks=False)
PAGE = "<!doctype html><html lang=km><head></head><body><p>ឆ</p><p><b>ខ</b><p><i>គ</i>{}"
CHECKED = {0x1780, 0x17B7, 0x17C1, 0x17D2}  # what the visitor check measures with: every font has it
STYLES = {"regular": (400, False), "bold": (700, False), "italic": (400, True), "heavy": (900, False)}


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Static fonts of one family by their style; the italic one is upright, and says that it is not."""
    folder = tmp_path_factory.mktemp("family")
    found = {}
    for name, (weight, italic) in STYLES.items():
        font = instantiateVariableFont(TTFont(io.BytesIO(default_face().data)), {"wght": weight, "wdth": 100})
        font["OS/2"].usWeightClass = weight
        if italic:
            font["OS/2"].fsSelection = font["OS/2"].fsSelection & ~64 | 1
            font["head"].macStyle |= 2
        font.save(folder / f"{name}.ttf")
        found[name] = folder / f"{name}.ttf"
    return found


def build(tmp_path: Path, page: str, fonts: list[Path], **options: Any) -> tuple[dict[str, Any], list[str], Path]:
    """The report of each source by its name, the codes of the warnings, and where the site went."""
    (tmp_path / "site").mkdir(exist_ok=True)
    (tmp_path / "site/index.html").write_text(page, "utf-8")
    result = build_site(tmp_path / "site", tmp_path / "out", replace(OPTIONS, fonts=tuple(fonts), **options))
    report = json.loads((tmp_path / "out/khmertext/manifest.json").read_bytes())["fonts"]
    return (
        {font["source"].removesuffix(".ttf"): font for font in report},
        [one.code for one in result.warnings],
        (tmp_path / "out"),
    )


def letters(out: Path, font: dict[str, Any]) -> str:
    (entry,) = (one for one in font["files"] if one["role"] == "text")
    data = (out / "khmertext" / entry["file"]).read_bytes()
    return "".join(chr(code) for code in sorted(open_face(data).unicodes - CHECKED) if 0x1780 <= code <= 0x17FF)


def test_each_file_holds_what_is_drawn_with_it_and_the_site_is_checked_so(
    tmp_path: Path, family: dict[str, Path]
) -> None:
    fonts, codes, out = build(tmp_path, PAGE.format(""), list(family.values()))
    assert {name: letters(out, font) for name, font in fonts.items() if font["files"]} == {
        "regular": "ឆ",
        "bold": "ខ",
        "italic": "គ",
    }
    assert fonts["heavy"]["unused"]
    assert codes == ["unused-font"]
    css = next((out / "khmertext").glob("*.css")).read_text()
    assert css.count("@font-face") == 6
    assert "font-weight:900" not in css
    assert check_site(out) == []
    page = out / "index.html"
    page.write_text(page.read_text("utf-8").replace("<i>គ", "<i>ខ"), "utf-8")
    (problem,) = check_site(out)
    assert problem.text == "ខ"


def test_what_may_be_written_on_the_pages_has_every_file_with_all_of_khmer(
    tmp_path: Path, family: dict[str, Path]
) -> None:
    fonts, codes, out = build(tmp_path, PAGE.format("<textarea>ក</textarea>"), list(family.values()))
    assert [one["role"] for one in fonts["heavy"]["files"]] == ["full"]
    assert codes == ["unused-font"]
    css = next((out / "khmertext").glob("*.css")).read_text()
    assert css.count("font-weight:900") == 1
    assert check_site(out) == []


def test_text_that_nobody_knows_keeps_every_file(tmp_path: Path, family: dict[str, Path]) -> None:
    fonts, codes, out = build(tmp_path, PAGE.format(""), [family["regular"], family["heavy"]], open_text=True)
    assert not any(font.get("unused") for font in fonts.values())
    assert "unused-font" not in codes
    assert check_site(out) == []


def test_what_no_file_has_browsers_make_up_and_the_owner_is_told_once(tmp_path: Path, family: dict[str, Path]) -> None:
    page = PAGE.format("<p><em>ឃ</em><p><b>ង</b>")
    fonts, codes, out = build(tmp_path, page, [family["regular"]])
    assert sorted(codes) == ["invented-bold", "invented-italic"]
    assert letters(out, fonts["regular"]) == "ខគឃងឆ"
    assert build(tmp_path / "..", page.replace("<i>", "<u>").replace("em>", "u>"), [])[1] == []


def test_files_that_are_as_near_as_each_other_are_both_cut(tmp_path: Path, family: dict[str, Path]) -> None:
    variable = tmp_path / "variable.ttf"
    variable.write_bytes(default_face().data)
    fonts, _, out = build(tmp_path, PAGE.format(""), [variable, family["bold"]])
    assert "ខ" in letters(out, fonts["variable"])
    assert letters(out, fonts["bold"]) == "ខ"
    assert check_site(out) == []


def test_features_that_a_page_turns_off_are_proven_and_no_others(tmp_path: Path) -> None:
    text = "<!doctype html><html lang=km><head></head><body><p style=\"font-feature-settings:'{}' 0\">ស្ត្រី"
    plain, *_ = build(tmp_path, text.format("zzzz"), [])
    ((name, font),) = plain.items()
    before = font["files"][0]["glyphs"]
    turned, _, out = build(tmp_path, text.format("blwf"), [])
    # The glyphs of letters that stay as they are instead of those of their subscripts.
    assert turned[name]["files"][0]["glyphs"] != before
    assert check_site(out) == []
