"""The device page in three engines: content with the font that it was made from, exact with one that shapes nothing."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont

from khmertext.web.device import (
    DeviceResult,
    decode_result,
    encode_result,
    make_device_page,
    sample_groups,
    sample_texts,
)
from khmertext.web.device.page import hash_source
from tests.browser.conftest import find_opener
from tests.browser.pages import Page, Setup, wait_for

pytestmark = pytest.mark.browser

ENGINES = ("chromium", "firefox", "webkit")
OVERFLOW = "document.documentElement.scrollWidth - innerWidth"
STATE = "document.documentElement.dataset.state"
OPEN_ALL = "(() => { document.querySelector('details').open = true; return true })()"


def swap_font(html: str, data: bytes) -> str:
    """The page with another font in it, and a policy that lets it in; what it expects is as before."""
    (packed,) = re.findall(r"base64,([A-Za-z0-9+/=]+)", html)
    html = html.replace(packed, base64.b64encode(data).decode("ascii"))
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.S)
    allowed = hash_source(style).replace("'", "&#x27;")
    return re.sub(r"style-src [^;]*;", lambda _: f"style-src {allowed};", html)


def drop_shaping(html: str) -> bytes:
    """The font of the page without its rules."""
    (packed,) = re.findall(r"base64,([A-Za-z0-9+/=]+)", html)
    font = TTFont(io.BytesIO(base64.b64decode(packed)))
    del font["GSUB"]
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("device")
    html = make_device_page().html.decode()
    pages = {"good": html, "unshaped": swap_font(html, drop_shaping(html)), "broken": swap_font(html, b"no font")}
    for name, text in pages.items():
        (folder / f"{name}.html").write_bytes(text.encode())
    return folder


@pytest.fixture(params=ENGINES)
def page(request: pytest.FixtureRequest, latin_font: Path) -> Any:
    """A page in a browser without any Khmer font."""
    page = find_opener(request, request.param)(fonts=[latin_font]).new_page()
    yield page
    page.close()


def read(page: Page, address: str) -> tuple[str, DeviceResult, DeviceResult]:
    """What a page shows: its state, its short code and its whole one; both as Python would have written them."""
    page.open(address)
    wait_for(page, "html[data-state]")
    texts = page.evaluate("['code', 'full'].map(id => document.getElementById(id).textContent)")
    short, whole = map(decode_result, texts)
    assert whole.samples is not None
    for text, is_whole in zip(texts, (False, True), strict=True):
        assert text == encode_result(
            whole.samples,
            whole.font,
            whole=is_whole,
            font_used=whole.font_used,
            ink_measured=whole.ink_measured,
        )
    return str(page.evaluate(STATE)), short, whole


def test_with_its_own_font_nothing_differs_and_nothing_is_asked_for(
    page: Page, folder: Path, serve: Callable[..., Any]
) -> None:
    server = serve(folder)
    state, short, whole = read(page, f"{server.url}/good.html")
    assert page.evaluate("document.getElementById('rows').textContent") == ""
    counted = [group.counts for group in sample_groups() for _ in group.texts]
    assert [sample_texts()[index] for index in whole.samples or () if counted[index]] == []
    assert (state, short.differing) == ("ok", 0)
    # A browser may ask for the site's icon by itself, whatever the page says.
    assert set(server.requests) - {"/favicon.ico"} == {"/good.html"}


def test_without_shaping_the_code_says_which_fail(page: Page, folder: Path) -> None:
    state, short, whole = read(page, (folder / "unshaped.html").as_uri())
    assert state == "differs"
    assert short.font_used
    assert short.differing == whole.differing > 100
    failing = {sample_texts()[index] for index in whole.samples or ()}
    groups = {group.name: group.texts for group in sample_groups()}
    assert failing >= set(groups["two letters below"])
    # NNO alone has a letter below that stands beside it in this font, and is as wide as if it were none.
    assert len(set(groups["a letter with itself below"]) - failing) <= 1
    assert failing.isdisjoint(groups["letters alone"])
    assert failing.isdisjoint(groups["digits and punctuation"])
    if short.ink_measured:
        # As wide as they should be, RO and signs still stand in the wrong places.
        assert failing >= set(groups["RO below, which is drawn in front"])
    shown = page.evaluate("document.querySelectorAll('#rows tr').length")
    assert shown == whole.differing


def test_a_font_that_is_not_used_is_told(page: Page, folder: Path) -> None:
    state, short, _ = read(page, (folder / "broken.html").as_uri())
    assert state == "no-font"
    assert not short.font_used
    assert page.evaluate("document.getElementById('differences').hidden")


@pytest.mark.parametrize("engine", ["chromium", "firefox"])
@pytest.mark.parametrize("width", [320, 1200])
@pytest.mark.parametrize("name", ["good", "unshaped"])
def test_it_fits_narrow_and_wide_screens(
    request: pytest.FixtureRequest, latin_font: Path, folder: Path, engine: str, width: int, name: str
) -> None:
    page = find_opener(request, engine)(fonts=[latin_font]).new_page()
    page.set_viewport(width, 800)
    page.open((folder / f"{name}.html").as_uri())
    wait_for(page, "html[data-state]")
    assert page.evaluate(OPEN_ALL)
    assert page.evaluate(OVERFLOW) <= 0
    page.close()


@pytest.mark.parametrize("engine", ["chromium", "firefox"])
def test_it_is_readable_in_the_dark(
    request: pytest.FixtureRequest, latin_font: Path, folder: Path, engine: str
) -> None:
    page = find_opener(request, engine)(fonts=[latin_font], setup=Setup(dark=True)).new_page()
    page.open((folder / "unshaped.html").as_uri())
    wait_for(page, "html[data-state]")
    colors = page.evaluate(
        "[document.body, document.querySelector('.panel'), document.querySelector('button')].map(element => {"
        "const style = getComputedStyle(element); return [style.color, style.backgroundColor] })"
    )
    for text, back in colors:
        assert contrast(text, back) >= 7, (text, back)
    page.close()


def contrast(one: str, other: str) -> float:
    """The contrast of two colors, as WCAG 2.2 defines it."""
    first, second = sorted((luminance(one), luminance(other)))
    return (second + 0.05) / (first + 0.05)


def luminance(color: str) -> float:
    values = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in values)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("engine", ["chromium", "firefox"])
def test_what_a_visitor_copies_is_the_code(
    request: pytest.FixtureRequest, latin_font: Path, folder: Path, engine: str
) -> None:
    page = find_opener(request, engine)(fonts=[latin_font]).new_page()
    page.open((folder / "good.html").as_uri())
    wait_for(page, "html[data-state]")
    chosen = page.evaluate(
        "(() => { document.querySelector('[data-copies=code]').click(); return String(getSelection()) })()"
    )
    assert decode_result(chosen).differing == 0
    page.close()
