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

from khmertext.web.boxes import BOX_PROPERTIES, BoxReader
from khmertext.web.clipping import STEP, Clash, find_clipping
from khmertext.web.documents import PageDocument
from khmertext.web.facts import SiteContext
from khmertext.web.sources import decode_source
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


COMPUTED = [
    "line-height:calc(1.2 * 1.25)",
    "line-height:calc(1em + 2px)",
    "line-height:calc(100% + 0.25rem)",
    "line-height:calc(1px - 1em)",
    "line-height:calc((1em + 2px) * 2 / 3)",
    "line-height:calc(1em + -2px - (3px - 1px))",
    "line-height:min(2em, 30px, calc(1rem * 2))",
    "line-height:max(1.1, 1.2, .9)",
    "line-height:clamp(20px, 1.5em, 1rem)",
    "line-height:clamp(1, 1.7, 1.4)",
    "line-height:var(--number)",
    "line-height:calc(var(--number) * 2)",
    "line-height:var(--none, var(--length))",
    "line-height:var(--Camel)",
    "line-height:var(--twice)",
    "line-height:var(--alone, 1.25)",
    "line-height:var(--first)",
    "--number:1.1;line-height:var(--number)",
    "font:var(--font)",
    "font:italic 20px/var(--number) serif",
    "font:var(--Size)/calc(2px + 1em) serif",
    "font-size:var(--Size);line-height:1.5em",
    "font-size:clamp(10px, 2em, 25px);line-height:150%",
    "font-size:calc(100% - 2px);line-height:1.5em",
    "font-size:max(1.2rem, 10pt);line-height:2em",
    "padding:calc(1em + 2px) var(--length) calc(2px * var(--number))",
    "padding:var(--sides)",
    "padding-block:min(3px, 1em) max(1px, .5em)",
    "padding:calc(1px - 1em)",
    "height:calc(3em + var(--length))",
    "height:clamp(1em, 50px, 2rem)",
    "max-height:calc(var(--number) * 4em)",
]
GIVEN = """
@property --alone{syntax:'*';inherits:false}
@property --first{syntax:'<number>';inherits:false;initial-value:1.75}
body{--number:1.3;--length:7px;--Camel:calc(1em / 2);--twice:calc(var(--number) + var(--number));--alone:2;--first:3;
--font:bold 18px/1.9 serif;--Size:22px;--sides:1em 2px calc(2em - 1px);font:15px/1.2 serif}
"""
COMPUTE = """
(() => { const style = getComputedStyle(document.querySelector('p'));
  const tall = style.maxHeight == 'none' ? 'height' : 'maxHeight';
  const px = name => parseFloat(style[name]);
  return ['lineHeight', 'paddingTop', 'paddingBottom', tall].map(name => px(name) / px('fontSize')) })()
"""


@pytest.mark.parametrize("rule", COMPUTED)
def test_what_functions_and_variables_come_to_is_what_chromium_computes(tab: Page, rule: str) -> None:
    css = f"{GIVEN}p{{margin:0;overflow:hidden;{rule}}}"
    html = f"<!doctype html><html lang=km><meta charset=utf-8><style>{css}</style><body><p>ក</p>"
    page = PageDocument(decode_source(html.encode()), "a.html", SiteContext("K", more=BOX_PROPERTIES), {})
    element = page.document.select_one("p")
    assert element is not None
    box = BoxReader(page).read(element)
    assert box is not None
    tab.set_content(html)
    height, above, below, limit = tab.evaluate(COMPUTE)
    # Chromium holds lengths in 64ths of a pixel.
    assert [box.height, box.above, box.below] == pytest.approx([height, above, below], abs=0.002)
    if "height" in rule.replace("line-height", ""):
        assert box.limit == pytest.approx(limit, abs=0.002)
    tab.context.close()


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
