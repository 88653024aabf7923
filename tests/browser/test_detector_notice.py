"""How the notice of the visitor check looks, is read out and is left: the one of the script and the one without."""

from __future__ import annotations

import io
import itertools
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from khmertext.web.detector import NOTICE_LANGUAGES, WORDS, make_detector, more_languages
from tests.browser.checkpage import write_check_page
from tests.browser.conftest import find_opener
from tests.browser.firefox import FirefoxPage
from tests.browser.pages import PLAIN, VIEWPORT, ChromiumPage, Page, Setup, count, wait_until

if TYPE_CHECKING:
    from PIL.Image import Image

pytestmark = pytest.mark.browser

LIGHT, DARK = (255, 246, 223), (42, 34, 19)
NOTICE = "document.querySelector('[role=alert]')"
PHONE = (320, 568)
ALL = more_languages(NOTICE_LANGUAGES)
ALT = make_detector(family="x").alt

Show = Callable[..., Page]


class Kind(NamedTuple):
    """A browser, and which of the two notices it shows."""

    browser: str
    scripts: bool


KINDS = [
    pytest.param(Kind(browser, scripts), id=f"{browser}-{'script' if scripts else 'noscript'}")
    for browser, scripts in itertools.product(("chromium", "firefox"), (True, False))
]


@pytest.fixture
def show(
    request: pytest.FixtureRequest, fonts: Mapping[str, Path], serve: Callable[..., Any], tmp_path: Path
) -> Iterator[Show]:
    """``show(kind, setup=…, viewport=…, css=…, body=…, languages=…)``: a page that shows the notice."""
    pages: list[Page] = []

    def show(
        kind: Kind,
        *,
        setup: Setup = PLAIN,
        viewport: tuple[int, int] = VIEWPORT,
        css: str = "",
        body: str = "",
        languages: Sequence[str] = (),
    ) -> Page:
        folder = write_check_page(tmp_path / "site", css=css, body=body, languages=languages)
        site = serve(folder, headers={} if kind.scripts else {"Content-Security-Policy": "sandbox"})
        page = find_opener(request, kind.browser)(fonts=[fonts["european"]], setup=setup).new_page()
        pages.append(page)
        page.set_viewport(*viewport)
        page.open(f"{site.url}/index.html")
        wait_until(lambda: count(page, "[role=alert]") == 1, "the notice")
        if not kind.scripts:
            wait_until(lambda: page.evaluate("document.getAnimations().length") == 1, "the waiting")
            page.evaluate("document.getAnimations()[0].finish()")
        # No promise is awaited here: where scripts are off, nothing would keep it.
        wait_until(lambda: page.evaluate(f"getComputedStyle({NOTICE}).visibility") == "visible", "the notice")
        return page

    yield show
    for page in pages:
        page.close()


@pytest.fixture
def look(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[Page], Image]:
    """``look(page)``: what it shows; kept for people to look at."""
    from PIL.Image import open as open_image

    def look(page: Page) -> Image:
        data = page.screenshot()
        name = re.sub(r"\W+", "-", request.node.name).strip("-")
        (tmp_path / f"{name}.png").write_bytes(data)
        return open_image(io.BytesIO(data)).convert("RGB")

    return look


def count_ink(picture: Image, box: tuple[int, int, int, int], ground: tuple[int, int, int]) -> int:
    """How many pixels are far from the color of the ground."""
    from PIL import ImageChops
    from PIL.Image import new

    part = picture.crop(box)
    far = ImageChops.difference(part, new("RGB", part.size, ground)).convert("L").point(lambda value: value > 100)
    return part.width * part.height - far.histogram()[0]


def read_box(page: Page, selector: str) -> tuple[int, int, int, int]:
    left, top, right, bottom = page.evaluate(
        f"(r => [r.left, r.top, r.right, r.bottom].map(Math.round))"
        f"(document.querySelector('{selector}').getBoundingClientRect())"
    )
    return left, top, right, bottom


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("viewport", [VIEWPORT, PHONE], ids=["desktop", "phone"])
def test_notice_can_be_read(
    kind: Kind, dark: bool, viewport: tuple[int, int], show: Show, look: Callable[[Page], Image]
) -> None:
    page = show(kind, setup=Setup(dark=dark), viewport=viewport)
    if kind.scripts:
        page.evaluate(f"{NOTICE}.querySelector('img').decode()")
    ground = DARK if dark else LIGHT
    picture = "[role=alert] img" if kind.scripts else "[role=alert] [role=img]"
    box = read_box(page, picture)
    wait_until(lambda: count_ink(look(page), box, ground) > 1000, "the sentence")
    shot = look(page)
    assert shot.size == viewport
    assert shot.getpixel((2, 2)) == ground
    # The letters of the sentence differ from the ground as text has to, and so do words, links and the button.
    assert count_ink(shot, read_box(page, "[role=alert] p"), ground) > 300
    colors = page.evaluate(
        f"[...{NOTICE}.querySelectorAll('p, a, button, label')].map(e => getComputedStyle(e).color)"
        f".concat(getComputedStyle({NOTICE}).backgroundColor)"
    )
    *inks, back = [[int(value) for value in re.findall(r"\d+", color)][:3] for color in colors]
    assert tuple(back) == ground
    assert len(inks) >= 5
    assert min(contrast(ink, back) for ink in inks) >= 7  # WCAG 2.2, 1.4.6
    boxes = page.evaluate(
        f"[{NOTICE}, ...{NOTICE}.querySelectorAll('*')].map(e => e.getBoundingClientRect())"
        ".map(box => [box.left, box.right, box.bottom])"
    )
    for left, right, bottom in boxes:
        assert left >= 0
        assert right <= viewport[0]
        assert bottom <= viewport[1]
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport[0]
    sizes = page.evaluate(
        f"[...{NOTICE}.querySelectorAll('a, button, label')].map(e => e.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 24  # WCAG 2.2, 2.5.8


def contrast(one: Sequence[int], two: Sequence[int]) -> float:
    """The contrast ratio of two colors (WCAG 2.2)."""
    lights = []
    for color in (one, two):
        parts = [value / 255 for value in color]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        lights.append(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    return (max(lights) + 0.05) / (min(lights) + 0.05)


@pytest.mark.parametrize("kind", KINDS)
def test_notice_fits_a_phone_that_writes_from_the_right(kind: Kind, show: Show) -> None:
    page = show(kind, viewport=PHONE, css="html{direction:rtl}")
    left, _, right, _ = read_box(page, "[role=alert]")
    assert (left, right) == (0, PHONE[0])
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


@pytest.mark.parametrize("kind", KINDS)
def test_notice_in_every_language_scrolls_on_a_phone(kind: Kind, show: Show, look: Callable[[Page], Image]) -> None:
    page = show(kind, viewport=PHONE, languages=ALL)
    look(page)
    assert read_box(page, "[role=alert]")[3] <= PHONE[1]
    assert page.evaluate(f"{NOTICE}.scrollWidth") <= PHONE[0]
    assert page.evaluate(f"{NOTICE}.offsetHeight - {NOTICE}.clientHeight") == 3  # the border, no scroll bar
    languages = page.evaluate(f"[...{NOTICE}.querySelectorAll('p')].map(e => e.closest('[lang]').lang)")
    assert languages == (["en"] if kind.scripts else ["en", *ALL])
    texts = page.evaluate(f"[...{NOTICE}.querySelectorAll('p')].map(e => e.textContent.trim())")
    for language, text in zip(languages, texts, strict=True):
        assert text == " ".join((WORDS[language].sentence, WORDS[language].font, WORDS[language].install))


@pytest.mark.parametrize("kind", KINDS)
def test_notice_is_not_printed(kind: Kind, show: Show) -> None:
    page = show(kind)
    if isinstance(page, ChromiumPage):
        page.page.emulate_media(media="print")
        assert page.evaluate(f"{NOTICE}.offsetHeight") == 0
    else:
        from pypdf import PdfReader

        assert isinstance(page, FirefoxPage)
        text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(page.print())).pages)
        assert "Hello" in text
        assert "cannot" not in text
        assert "Download" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_notice_is_read_out(kind: Kind, show: Show) -> None:
    page = show(kind, body="<p>text</p>")
    words = WORDS["en"]
    control = "button" if kind.scripts else "checkbox"
    expected = [("alert", ""), ("link", words.font), ("link", words.install), (control, words.close), ("link", ALT)]
    if isinstance(page, FirefoxPage):
        for role, name in expected:
            assert page.find(role=role, **({"name": name} if name else {})) == 1, (role, name)
        return
    assert isinstance(page, ChromiumPage)
    nodes = page.context.new_cdp_session(page.page).send("Accessibility.getFullAXTree")["nodes"]
    heard = [(read_value(node, "role"), read_value(node, "name")) for node in nodes if not node.get("ignored")]
    for role, name in expected:
        assert [one for one in heard if one[0] == role and name in ("", one[1])] != [], (role, name)
    assert ("image", ALT) in heard
    (alert,) = [node for node in nodes if read_value(node, "role") == "alert"]
    live = {one["name"]: one["value"]["value"] for one in alert["properties"]}
    assert (live["live"], live["atomic"]) == ("assertive", True)
    # What is measured is no text.
    assert not [name for _, name in heard if re.search("\u1780\u17d2\u1780|\u1780\u1780", name)]


def read_value(node: Mapping[str, Any], name: str) -> str:
    return str(node.get(name, {}).get("value", ""))


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_notice_without_javascript_is_left_by_the_keyboard(browser: str, show: Show) -> None:
    page = show(Kind(browser, scripts=False), body="<a href=x>link</a>")
    seen = []
    for _ in range(4):
        page.press("Tab")
        seen.append(page.evaluate("[document.activeElement.tagName, document.activeElement.getAttribute('href')]"))
    assert seen == [["A", "install.html"], ["A", "download.ttf"], ["A", "install.html"], ["INPUT", None]]
    assert page.evaluate("getComputedStyle(document.activeElement.parentNode).outlineStyle") == "solid"
    page.press("Space")
    wait_until(lambda: page.evaluate(f"getComputedStyle({NOTICE}).display") == "none", "the end of the notice")
    page.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "x"


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_notice_without_javascript_brings_its_picture_only_when_it_is_shown(
    browser: str,
    request: pytest.FixtureRequest,
    fonts: Mapping[str, Path],
    serve: Callable[..., Any],
    tmp_path: Path,
) -> None:
    site = serve(write_check_page(tmp_path / "site"), headers={"Content-Security-Policy": "sandbox"})
    opener = find_opener(request, browser)
    for system, asked in (["latin", "khmer"], False), (["latin"], True):
        page = opener(fonts=[fonts[name] for name in system]).new_page()
        page.open(f"{site.url}/index.html")
        page.screenshot()  # all that is to be drawn has been
        if asked:
            page.evaluate("document.getAnimations()[0].finish()")
            wait_until(lambda: "/sentence.svg" in site.requests, "the picture")
        assert ("/sentence.svg" in site.requests) == asked
        page.close()


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_scripts_turned_off_by_the_visitor(
    browser: str,
    request: pytest.FixtureRequest,
    fonts: Mapping[str, Path],
    serve: Callable[..., Any],
    tmp_path: Path,
) -> None:
    # Nothing can be asked of such a page, so: real time, and pixels.
    from PIL.Image import open as open_image

    opener = find_opener(request, browser)
    setup = Setup(scripts=False)
    site = serve(write_check_page(tmp_path / "site", fonts["khmer"], css="html{background:white}"))
    bare = serve(write_check_page(tmp_path / "bare", css="html{background:white}"))
    machine = opener(fonts=[fonts["latin"]], setup=setup)
    good, bad = machine.new_page(), machine.new_page()

    def corner(page: Page) -> Any:
        return open_image(io.BytesIO(page.screenshot())).convert("RGB").getpixel((2, 2))

    good.open(f"{site.url}/index.html")
    bad.open(f"{bare.url}/index.html")
    assert corner(bad) == (255, 255, 255)
    time.sleep(8)
    wait_until(lambda: corner(bad) == LIGHT, "the notice")
    assert corner(good) == (255, 255, 255)
    for page in (good, bad):
        page.close()
