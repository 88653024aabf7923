"""Tight lines in Chromium: at the line height that is told nothing meets and nothing is cut off; one step below it is.

The oracle is the browser's own picture, 200 px to the em: in which rows it has the ink of which line.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from khmertext.web.clipping import STEP, Clash, find_clipping
from khmertext.web.webfonts import open_sources
from tests.browser.conftest import Site
from tests.browser.pages import SETTLE

if TYPE_CHECKING:
    from PIL.Image import Image
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

EM = 200
FACE = "@font-face{font-family:K;src:url(k.ttf);font-weight:100 900}"
TEXTS = {
    "plain": "កខគ មនុស្ស",
    "stacks": "ស្ត្រី ថ្នូ ថ្លៃ សេចក្តី",
    "signs": "ញុំាង ប៉្រឺ ព័ត៌មាន",
    "deep": "ញ្ញូ ក្រ្ដូ ទំព័រ",
}
LINES = [(text, weight) for text in TEXTS for weight in (400, 700)]


@pytest.fixture
def folder(tmp_path: Path, khmer_font: Path) -> Path:
    shutil.copy(khmer_font, tmp_path / "k.ttf")
    return tmp_path


def find(folder: Path, text: str, rule: str) -> dict[str, Clash]:
    """What is told of a page with one paragraph."""
    site = folder / "site"
    site.mkdir(exist_ok=True)
    page = f"<!doctype html><html lang=km><meta charset=utf-8><title>x</title><style>p{{{rule}}}</style><p>{text}</p>"
    (site / "a.html").write_text(page, encoding="utf-8")
    return {clash.kind: clash for clash in find_clipping(site, open_sources([]), jobs=1).clashes}


@pytest.fixture
def tab(open_browser: Callable[..., Browser], latin_font: Path) -> Page:
    return open_browser([latin_font]).new_context(viewport={"width": 900, "height": 1200}).new_page()


def shoot(tab: Page, site: Site, folder: Path, body: str, rule: str) -> Image:
    from PIL.Image import open as open_image

    (folder / "b.html").write_text(
        f"<!doctype html><html lang=km><meta charset=utf-8><style>{FACE}*{{margin:0}}body{{padding:200px 20px}}"
        f"span{{mix-blend-mode:multiply}}p{{font-family:K;font-size:{EM}px;{rule}}}</style>{body}",
        encoding="utf-8",
    )
    tab.goto(f"{site.url}/b.html")
    tab.evaluate(SETTLE)
    return open_image(io.BytesIO(tab.screenshot())).convert("RGB")


def find_dark(image: Image, channel: str) -> Image:
    """Where a colour has no light."""
    return image.getchannel(channel).point(lambda value: 255 if value < 128 else 0)


@pytest.mark.parametrize(("text", "weight"), LINES)
def test_lines_meet_below_the_height_that_is_told_and_not_there(
    folder: Path, tab: Page, serve: Callable[..., Site], text: str, weight: int
) -> None:
    clash = find(folder, TEXTS[text], f"font-weight:{weight};line-height:0.5")["overlap"]
    site = serve(folder)
    body = f'<p><span style="color:#f00">{clash.deepest}</span><br><span style="color:#00f">{clash.highest}</span></p>'

    def gap(height: float) -> int:
        rule = f"font-weight:{weight};line-height:{height}"
        image = shoot(tab, site, folder, body, rule)
        upper, lower = find_dark(image, "B").getbbox(), find_dark(image, "R").getbbox()
        assert upper is not None
        assert lower is not None
        return lower[1] - upper[3]

    assert gap(clash.smallest) >= 0
    left = clash.needed - (clash.smallest - STEP)
    # Rows of pixels tell what is more than one of them.
    tight = gap(round(clash.smallest - STEP, 2))
    assert tight == pytest.approx(-left * EM, abs=2)
    if left * EM > 2:
        assert tight < 0
    tab.context.close()


@pytest.mark.parametrize(("text", "weight"), LINES)
@pytest.mark.parametrize("padding", ["0", "0.1em 0 0.2em"])
def test_boxes_cut_off_below_the_height_that_is_told_and_not_there(
    folder: Path, tab: Page, serve: Callable[..., Site], text: str, weight: int, padding: str
) -> None:
    rule = f"font-weight:{weight};overflow:hidden;padding:{padding};white-space:nowrap"
    found = find(folder, TEXTS[text], f"{rule};line-height:0.5")
    assert found.keys() == {"cut"}  # one line meets no other
    clash = found["cut"]
    site = serve(folder)
    body = f"<p>{clash.deepest} {clash.highest}</p>"

    def ink(height: float, *, hidden: bool) -> int:
        overflow = "" if hidden else ";overflow:visible"
        image = shoot(tab, site, folder, body, f"{rule};line-height:{height}{overflow}")
        return find_dark(image, "R").histogram()[255]

    assert ink(clash.smallest, hidden=True) == ink(clash.smallest, hidden=False) > 0
    if (clash.needed - (clash.smallest - STEP)) * EM > 6:  # half of it is above, half below
        below = round(clash.smallest - STEP, 2)
        assert ink(below, hidden=True) < ink(below, hidden=False)
    tab.context.close()
