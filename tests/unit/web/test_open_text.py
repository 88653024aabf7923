"""Sites whose pages may come to hold other Khmer: which fonts are made, and what the stylesheet says of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import tinycss2

from khmertext.errors import FontError
from khmertext.fonts import open_face, shape
from khmertext.web import BuildOptions, build_site, check_site, clean_site, webfonts
from khmertext.web.building import FontAsset, format_faces, probe_family
from khmertext.web.engines import FALLS_BACK_AFTER_SHAPING

OPTIONS = BuildOptions(jobs=1, open_text=True, axes={"wght": (400, 400)})
PAGE = "<!doctype html><html lang=km><head><title>t</title></head><body><p>ភាសាខ្មែរ</p></body></html>"
OTHER = "ឞ្ឋ"  # a cluster that the page lacks


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text(PAGE, encoding="utf-8")
    return tmp_path / "site"


def read_css(site: Path) -> str:
    (style,) = (site / "khmertext").glob("*.css")
    return style.read_text(encoding="utf-8")


def families_of(rules: list[Any]) -> list[tuple[str, str]]:
    """Family and role of the font of each ``@font-face``."""
    text = [tinycss2.serialize(rule.content) for rule in rules if getattr(rule, "lower_at_keyword", "") == "font-face"]
    return [
        (found[1], found[2])
        for rule in text
        if (found := re.search(r'font-family:"([^"]+)".*-(full|flagged)\.[0-9a-f]{12}\.woff2', rule))
    ]


def test_two_faces_of_one_family_and_one_for_the_check(site: Path) -> None:
    result = build_site(site, None, OPTIONS)
    assert result.warnings == ()
    rules = tinycss2.parse_stylesheet(read_css(site), skip_whitespace=True, skip_comments=True)
    assert families_of(rules) == [("Site Khmer", "full"), ("Site Khmer Full", "full")]
    blocks = [rule for rule in rules if getattr(rule, "lower_at_keyword", "") == "supports"]
    assert [tinycss2.serialize(rule.prelude).strip() for rule in blocks] == [
        FALLS_BACK_AFTER_SHAPING,
        f"not ({FALLS_BACK_AFTER_SHAPING})",
    ]
    inside = [families_of(tinycss2.parse_rule_list(rule.content, skip_whitespace=True)) for rule in blocks]
    assert inside[0] == [(name, "flagged") for name in ("Site Khmer", "Site Khmer Full", "Site Khmer Check")]
    assert inside[1] == [("Site Khmer Check", "full")]
    # Of two faces for the same characters the later one is asked first (CSS Fonts 4, section 4.5).
    assert rules.index(blocks[0]) > 1


def test_both_fonts_are_for_the_same_characters(site: Path) -> None:
    build_site(site, None, OPTIONS)
    assert len(set(re.findall(r"unicode-range:[^;}]+", read_css(site)))) == 1
    flagged, full = (
        open_face(next((site / "khmertext").glob(f"*-{role}.*.woff2")).read_bytes()) for role in ("flagged", "full")
    )
    assert {code for code in full.unicodes if code > 0x1700} <= flagged.unicodes
    assert {info.codepoint for info in shape(flagged.font(), OTHER, "km").glyph_infos} == {0}
    assert 0 not in {info.codepoint for info in shape(full.font(), OTHER, "km").glyph_infos}


def test_nothing_is_preloaded_since_a_page_does_not_know_the_browser(site: Path) -> None:
    build_site(site, None, OPTIONS)
    page = (site / "index.html").read_text(encoding="utf-8")
    assert "preload" not in page
    assert "khmertext/" in page


def test_the_check_lets_other_text_pass_and_clean_takes_all_out(site: Path) -> None:
    build_site(site, None, OPTIONS)
    assert check_site(site, jobs=1) == []
    page = site / "index.html"
    page.write_text(page.read_text(encoding="utf-8").replace("<p>", f"<p>{OTHER} "), encoding="utf-8")
    assert check_site(site, jobs=1) == []
    page.write_text(page.read_text(encoding="utf-8").replace(f"{OTHER} ", ""), encoding="utf-8")
    clean_site(site)
    assert page.read_text(encoding="utf-8") == PAGE
    assert [path.name for path in site.iterdir()] == ["index.html"]


def test_without_the_option_the_check_tells_other_text(site: Path) -> None:
    build_site(site, None, BuildOptions(jobs=1, axes={"wght": (400, 400)}))
    page = site / "index.html"
    page.write_text(page.read_text(encoding="utf-8").replace("<p>", f"<p>{OTHER} "), encoding="utf-8")
    assert [problem.text for problem in check_site(site, jobs=1)] == [OTHER]


def refuse(*args: Any, coverage: str = "text", **options: Any) -> Any:
    if coverage == "flagged":
        raise FontError("no flags today", source="a.ttf")
    raise AssertionError(f"nobody asks for {coverage}")


def test_a_font_that_cannot_flag_is_served_whole(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webfonts, "subset_text", refuse)
    result = build_site(site, None, OPTIONS)
    (warning,) = result.warnings
    assert warning.code == "open-text"
    assert "no flags today" in warning.message
    css = read_css(site)
    assert "flagged" not in css
    assert "@supports" not in css
    assert css.count("url(") == 2
    assert result.runs == 1
    assert check_site(site, jobs=1) == []


def test_both_fonts_are_counted(site: Path) -> None:
    result = build_site(site, None, OPTIONS)
    sizes = sorted(path.stat().st_size for path in (site / "khmertext").glob("*.woff2"))
    assert sorted((result.after, result.whole)) == sizes
    assert result.after < result.whole
    assert build_site(site, None, BuildOptions(jobs=1, axes={"wght": (400, 400)})).whole == 0


def test_a_font_that_is_hardly_smaller_is_not_served(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webfonts, "WORTHWHILE", 0.1)
    result = build_site(site, None, OPTIONS)
    (warning,) = result.warnings
    assert "hardly smaller" in warning.message
    assert "flagged" not in read_css(site)


def test_of_a_family_each_font_decides_for_itself() -> None:
    span = ((0x1780, 0x17FF),)
    full = [FontAsset("full", f"{weight}.woff2", (weight, weight), False, span) for weight in (400, 700)]
    flagged = FontAsset("flagged", "small.woff2", (400, 400), False, span)
    text = "".join(format_faces("A", [flagged, *full]))
    assert text.count("small.woff2") == 3
    assert text.count("700.woff2") == 3
    assert probe_family("A", [flagged, *full]) == "A Check"
    assert probe_family("A", full) == "A"


def test_same_input_same_bytes(site: Path, tmp_path: Path) -> None:
    outputs = []
    for name in ("one", "two"):
        build_site(site, tmp_path / name, OPTIONS)
        outputs.append({path.name: path.read_bytes() for path in (tmp_path / name).rglob("*") if path.is_file()})
    assert outputs[0] == outputs[1]
