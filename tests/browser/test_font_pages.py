"""Pages about fonts in Chromium: they fit on a small screen, in light and in dark."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from fontTools.ttLib import TTFont

from khmertext.fonts import Face, View, compare_page, default_face, limit_axes, open_face, report_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser

TEXTS = ["ភាសាខ្មែរ ស្ត្រី Khmer\n" + "ក្រ" * 40]
# The narrowest screen without scrolling of WCAG 2.2, 1.4.10, and a common one.
WIDTHS = (320, 360)
LONG = "Unbreakable" * 40


def rename(face: Face) -> Face:
    """A copy whose names, those of its glyphs too, are long words."""
    font = TTFont(io.BytesIO(face.data), recalcTimestamp=False)
    for name_id in (1, 5, 13, 16):
        font["name"].setName(LONG, name_id, 3, 1, 0x409)
    font["name"].setName("", 14, 3, 1, 0x409)
    font["post"].mapping = {name: f"{name}.{'long' * 40}" for name in font.getGlyphOrder()}
    file = io.BytesIO()
    font.save(file)
    return open_face(file.getvalue())


@pytest.fixture(scope="module")
def faces() -> dict[str, Face]:
    static = limit_axes(default_face(), {"wght": (400, 400), "wdth": (100, 100)})
    return {"default": default_face(), "static": static, "long": rename(static)}


@pytest.fixture(scope="module")
def pages(faces: dict[str, Face]) -> dict[str, str]:
    bold = limit_axes(default_face(), {"wght": (700, 700), "wdth": (100, 100)})
    views = [View(), View((), ",".join(f"ss{number:02}=1" for number in range(1, 21)))]
    found = {f"report {name}": report_page(face) for name, face in faces.items()}
    return found | {f"diff {name}": compare_page(face, bold, TEXTS, views) for name, face in faces.items()}


@pytest.fixture
def show(open_browser: Callable[..., Browser], khmer_font: Path) -> Iterator[Callable[..., Page]]:
    """``show(html, width=…, scheme=…)``: the page on a screen of its own."""
    contexts: list[BrowserContext] = []

    def show(html: str, *, width: int, scheme: Literal["light", "dark"] = "light") -> Page:
        context = open_browser(fonts=[khmer_font]).new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme
        )
        contexts.append(context)
        page = context.new_page()
        page.set_content(html)
        return page

    yield show
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["default", "static", "long"])
@pytest.mark.parametrize("kind", ["report", "diff"])
def test_no_page_scrolls_sideways(
    pages: dict[str, str], show: Callable[..., Page], kind: str, name: str, width: int
) -> None:
    page = show(pages[f"{kind} {name}"], width=width)
    found = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert found[0] <= found[1] == width


def test_what_is_wider_scrolls_by_itself_and_by_keyboard(pages: dict[str, str], show: Callable[..., Page]) -> None:
    page = show(pages["report default"], width=240)
    box = page.get_by_role("region", name="The heaviest glyphs")
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    box.focus()
    page.keyboard.press("ArrowRight")
    # Playwright's own way to wait evaluates a text, which the policy of the page forbids.
    box.evaluate(
        "box => new Promise(done => { (function look() {"
        " if (box.scrollLeft > 0) done(); else requestAnimationFrame(look); })(); })"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_overlay_has_its_colors(pages: dict[str, str], show: Callable[..., Page], scheme: str) -> None:
    """They are those whose contrast is tested with the stylesheet: nothing else mixes into them."""
    page = show(pages["diff static"], width=360, scheme=scheme)
    colors = page.evaluate(
        """() => {
            const style = one => getComputedStyle(document.querySelector(`.views ${one}`));
            const [first, second] = [style('.fa'), style('.fb')];
            return [first.fill, first.fillOpacity, first.opacity, second.fill, second.stroke, second.strokeOpacity];
        }"""
    )
    assert [one for one in colors if not re.fullmatch(r"rgb\(.*\)", one)] == ["1", "1", "none", "1"]
