"""The pages about fonts on narrow screens: nothing but a table scrolls sideways, and that with keys too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont

from khmertext.fonts import Face, View, compare_page, default_face, limit_axes, open_face, report_page
from tests.browser.conftest import save_renamed
from tests.browser.pages import SETTLE, ChromiumPage, Setup

pytestmark = pytest.mark.browser

LONG = "Longestletterfoundry" * 12
WIDTHS = (320, 360)
OVERFLOW = "document.documentElement.scrollWidth - innerWidth"


@pytest.fixture(scope="module")
def long_face(tmp_path_factory: pytest.TempPathFactory, khmer_font: Path) -> Face:
    """The default font with a name and a version that have no place to break."""
    font: Any = TTFont(khmer_font)
    font["name"].setName(LONG, 5, 3, 1, 0x409)
    return open_face(save_renamed(font, LONG, tmp_path_factory.mktemp("long") / "long.ttf").read_bytes())


@pytest.fixture
def page(open_browser: Callable[..., Any], khmer_font: Path) -> Iterator[ChromiumPage]:
    page = ChromiumPage(open_browser([khmer_font]), "", Setup())
    yield page
    page.close()


@pytest.mark.parametrize("named", ["default", "long"])
@pytest.mark.parametrize("kind", ["report", "comparison"])
def test_pages_fit_narrow_screens(page: ChromiumPage, tmp_path: Path, long_face: Face, named: str, kind: str) -> None:
    face = default_face() if named == "default" else long_face
    text = "ស្ត្រី ភាសាខ្មែរ Khmer ១២៣" * 20
    markup = report_page(face) if kind == "report" else compare_page(face, long_face, [text])
    (tmp_path / "page.html").write_text(markup, encoding="utf-8")
    page.open((tmp_path / "page.html").as_uri())
    for width in WIDTHS:
        page.set_viewport(width, 640)
        page.evaluate(SETTLE)
        assert page.evaluate(OVERFLOW) <= 0, width


def test_settings_without_a_place_to_break_fit_narrow_screens(page: ChromiumPage, tmp_path: Path) -> None:
    settings = ",".join(f"ss{number:02}=1" for number in range(1, 21))
    views = View(), View((), settings)
    light, bold = (limit_axes(default_face(), {"wght": (weight, weight)}) for weight in (300, 700))
    (tmp_path / "page.html").write_text(compare_page(light, bold, ["ខ្មែរ"], views), encoding="utf-8")
    page.open((tmp_path / "page.html").as_uri())
    for width in WIDTHS:
        page.set_viewport(width, 640)
        page.evaluate(SETTLE)
        assert page.evaluate(OVERFLOW) <= 0, width


def test_a_wide_table_is_scrolled_with_keys(page: ChromiumPage, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(report_page(default_face()), encoding="utf-8")
    page.open((tmp_path / "page.html").as_uri())
    page.set_viewport(320, 640)
    page.evaluate(
        "(() => { window.wide = [...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth);"
        "window.wide[0].focus() })()"
    )
    assert page.evaluate("document.activeElement === window.wide[0]")
    page.press("ArrowRight")
    # The page's policy forbids the polling of wait_for_function, which builds its condition from a string.
    page.evaluate(
        "new Promise(done => { const look = () => window.wide[0].scrollLeft > 0 ? done() : requestAnimationFrame(look);"
        "look() })"
    )
