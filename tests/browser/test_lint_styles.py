"""What the lint says of styles, held against what Chromium computes, and the pictures that its rules rest on."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from khmertext.web import SiteContext
from khmertext.web.documents import PageDocument
from khmertext.web.pagelooks import PROPERTIES, SpoiledStyles
from khmertext.web.sources import decode_source
from tests.browser.pages import Chromium, Page

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.conftest import Site
    from tests.browser.webkit import WebKit


pytestmark = pytest.mark.browser

VALUES = {
    "letter-spacing": ("1px", "0", "normal", "inherit", "initial", "unset", "-.1em", "0.0em", "revert", "revert-layer"),
    "font-feature-settings": ('"blwf" 0', '"liga" 0', "normal", "inherit", '"pref" off, "kern" 1', "unset"),
    "word-break": ("break-all", "normal", "break-word", "inherit", "initial", "keep-all", "revert-layer", "revert"),
}
SELECTORS = ("p", "b", ".a", ".b", "#c", "div p", "div > .a", "*", ":root", "p.a", "body", ":not(.a)", "p:first-child")
SPOILED: dict[str, Callable[[str], bool]] = {
    "letter-spacing": lambda value: value not in ("normal", "0px"),
    "font-feature-settings": lambda value: '"blwf" 0' in value or '"pref" 0' in value,
    "word-break": lambda value: value == "break-all",
}
PAGES = 150


def make_page(chance: random.Random) -> str:
    def declare() -> str:
        if chance.random() < 0.1:
            return "font: 1em serif"
        name = chance.choice(tuple(VALUES))
        value = chance.choice(VALUES[name])
        # An important `revert-layer` passes over layers that an unimportant one does not: nobody writes it.
        important = value != "revert-layer" and chance.random() < 0.25
        return f"{name}: {value}{' !important' if important else ''}"

    def open_tag(tag: str) -> str:
        parts = [tag, *(f'class="{name}"' for name in chance.sample(("a", "b", "a b"), chance.randint(0, 1)))]
        if chance.random() < 0.2:
            parts.append("id=c")
        if chance.random() < 0.3:
            parts.append(f"style='{declare()}'")
        return f"<{' '.join(parts)}>"

    rules = [
        f"@layer {chance.choice('xy')} {{{rule}}}" if chance.random() < 0.4 else rule
        for rule in (f"{chance.choice(SELECTORS)} {{{declare()}; {declare()}}}" for _ in range(chance.randint(1, 8)))
    ]
    inside = ("p", "b", "button", "p")
    body = ""
    for _ in range(3):
        first, second, third, fourth = map(open_tag, inside)
        body += f"{open_tag('div')}{first}ក{second}ខ</b>{third}ឃ</button></p>ក{fourth}គ</p></div>"
    return f"<!doctype html><html lang=km><style>{' '.join(rules)}</style><body>{body}"


def test_styles_reach_what_they_reach_in_a_browser(open_browser: Callable[..., Browser], khmer_font: Path) -> None:
    chance = random.Random(20)
    page = Chromium(open_browser([khmer_font])).new_page()
    counted = dict.fromkeys(VALUES, 0)
    for _ in range(PAGES):
        text = make_page(chance)
        page.page.set_content(text)
        computed = page.evaluate(
            "[...document.querySelectorAll('body *')].map(one => { const style = getComputedStyle(one);"
            "return {'letter-spacing': style.letterSpacing, 'font-feature-settings': style.fontFeatureSettings,"
            "'word-break': style.wordBreak} })"
        )
        read = PageDocument(decode_source(text.encode()), "a.html", SiteContext("Site Khmer"), {})
        styles = SpoiledStyles(read)
        elements = read.document.select("body *")
        assert len(elements) == len(computed)
        for element, values in zip(elements, computed, strict=True):
            for one in PROPERTIES:
                spoiled = SPOILED[one.name](values[one.name])
                counted[one.name] += spoiled
                assert bool(styles.find(one, element).part) == spoiled, (
                    f"{one.name} of {element.html}: {values}\n{text}"
                )
    assert min(counted.values()) > 100


# -- why there are such rules ----------------------------------------------------------------------------------------

WORD = "ស្ត្រីស្រឡាញ់ភាសាខ្មែរ"
# How many letters of the word stand in another line than the vowel behind them, and how wide the paragraph is.
MEASURE = """(() => {
  const text = document.querySelector("p").firstChild, torn = [];
  const place = at => { const range = document.createRange(); range.setStart(text, at); range.setEnd(text, at + 1);
    return Math.round(range.getBoundingClientRect().top) };
  for (let at = 1; at < text.length; at++)
    if (text.data[at] == "\\u17b6" && place(at) != place(at - 1)) torn.push(at);
  return [torn.length, Math.round(document.querySelector("p").getBoundingClientRect().width)] })()"""


def measure(page: Page, serve: Callable[..., Site], folder: Path, style: str) -> tuple[int, int]:
    (folder / "index.html").write_text(
        f"<!doctype html><html lang=km><style>{style}</style><p>{WORD}", encoding="utf-8"
    )
    page.open(f"{serve(folder).url}/index.html")
    torn, width = page.evaluate(MEASURE)
    return torn, width


def test_break_all_tears_syllables(
    open_browser: Callable[..., Browser], khmer_font: Path, serve: Callable[..., Site], tmp_path: Path
) -> None:
    page = Chromium(open_browser([khmer_font])).new_page()

    def count_torn(style: str) -> int:
        return sum(measure(page, serve, tmp_path, f"p{{width:{width}px;{style}}}")[0] for width in range(40, 120, 8))

    assert count_torn("word-break:break-all") > 0
    assert count_torn("overflow-wrap:anywhere") == count_torn("line-break:anywhere") == 0


def test_first_letters_are_torn_by_webkit_alone(
    open_browser: Callable[..., Browser],
    open_webkit: Callable[..., WebKit],
    khmer_font: Path,
    serve: Callable[..., Site],
    tmp_path: Path,
) -> None:
    def widen(page: Page) -> int:
        styles = ("p{display:inline-block}", "p{display:inline-block}p::first-letter{text-transform:uppercase}")
        first, second = (measure(page, serve, tmp_path, style)[1] for style in styles)
        return second - first

    assert widen(Chromium(open_browser([khmer_font])).new_page()) == 0
    assert widen(open_webkit([khmer_font]).new_page()) != 0
