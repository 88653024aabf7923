"""What the visitor check says in each browser with each set-up of a visitor: with JavaScript and without."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from khmertext.web import BuildOptions, build_site
from tests.browser.checkpage import HOSTILE_CSS, STRICT_POLICY, write_check_page
from tests.browser.conftest import find_opener
from tests.browser.pages import PLAIN, Page, Setup, count, read_status, wait_for, wait_until

pytestmark = pytest.mark.browser

BROWSERS = ("chromium", "firefox", "webkit")
NO_WEB_FONTS = Setup(web_fonts=False)
RESISTS = Setup(resists=True)
POLICY = "Content-Security-Policy"
NOTICE = ".khmertext-room .khmertext-notice"


class Case(NamedTuple):
    """One set-up.

    Attributes:
        expected: What the check is to say.
        system: The Khmer font of the machine, of the fixture ``fonts``.
        web: The web font of the page.
        css: More rules of the page.
        policy: Its Content-Security-Policy.
        missing: Whether the web font is not there.
        display: Its ``font-display``.
        family: What it is called; the check looks for "Site Khmer".
        setup: How the browser is set up.
        browsers: The browsers that can be set up so.
    """

    expected: str
    system: str = ""
    web: str = ""
    css: str = ""
    policy: str = ""
    missing: bool = False
    display: str = "auto"
    family: str = ""
    setup: Setup = PLAIN
    browsers: tuple[str, ...] = BROWSERS


CASES = {
    "no font": Case("tofu"),
    "system font": Case("ok", system="khmer"),
    "web font": Case("ok", web="khmer"),
    "unshaped system font": Case("unshaped", system="unshaped"),
    "unshaped web font": Case("unshaped", web="unshaped"),
    "like Unifont": Case("unshaped", system="unifont"),
    # As wide as boxes, so it cannot be told from them; Khmer is as unreadable.
    "like Unifont, marks with width": Case("tofu", system="spaced"),
    "like Last Resort": Case("tofu", system="resort"),
    "web font, and like Last Resort": Case("ok", system="resort", web="khmer"),
    "404": Case("tofu", web="khmer", missing=True),
    "404, and a system font": Case("ok", system="khmer", web="khmer", missing=True),
    "corrupt": Case("tofu", web="corrupt"),
    "corrupt, and a system font": Case("ok", system="khmer", web="corrupt"),
    "hostile, ok": Case("ok", web="khmer", css=HOSTILE_CSS),
    "hostile, unshaped": Case("unshaped", web="unshaped", css=HOSTILE_CSS),
    "hostile, no font": Case("tofu", css=HOSTILE_CSS),
    "swap": Case("ok", web="khmer", display="swap"),
    "strict policy": Case("ok", web="khmer", policy=STRICT_POLICY),
    "strict policy, no font": Case("tofu", policy=STRICT_POLICY),
    "web fonts off": Case("tofu", web="khmer", setup=NO_WEB_FONTS, browsers=("chromium", "firefox")),
    "web fonts off, and a system font": Case(
        "ok", system="khmer", web="khmer", setup=NO_WEB_FONTS, browsers=("chromium", "firefox")
    ),
    "resists fingerprinting": Case("ok", web="khmer", setup=RESISTS, browsers=("firefox",)),
    "resists fingerprinting, no font": Case("tofu", setup=RESISTS, browsers=("firefox",)),
    "resists fingerprinting, unshaped": Case("unshaped", web="unshaped", setup=RESISTS, browsers=("firefox",)),
}
MATRIX = [pytest.param(browser, name) for name, case in CASES.items() for browser in case.browsers]

Visit = Callable[..., Page]


@pytest.fixture
def visit(
    request: pytest.FixtureRequest, fonts: Mapping[str, Path], serve: Callable[..., Any], tmp_path: Path
) -> Iterator[Visit]:
    """``visit(browser, case, scripts=…, gate=…)``: the page, opened by a new visitor.

    Without ``scripts`` the server forbids them for the page, which browsers take as scripts turned off. With ``gate``
    the web font comes when it is set.
    """
    pages: list[Page] = []

    def visit(browser: str, case: Case, *, scripts: bool = True, gate: threading.Event | None = None) -> Page:
        folder = write_check_page(
            tmp_path / "site", fonts[case.web] if case.web else None, css=case.css, display=case.display
        )
        if case.family:
            style = folder / "site.css"
            style.write_text(style.read_text("utf-8").replace("Site Khmer", case.family), encoding="utf-8")
        policy = "; ".join(filter(None, (case.policy, "" if scripts else "sandbox")))
        site = serve(
            folder,
            # A page without scripts has an origin of its own, and its font another.
            headers={**({POLICY: policy} if policy else {}), "Access-Control-Allow-Origin": "*"},
            missing=["/font.ttf"] if case.missing else [],
            gates={"/font.ttf": gate} if gate is not None else {},
        )
        system = [fonts["latin"], *([fonts[case.system]] if case.system else [])]
        opener = find_opener(request, browser)
        machine = opener(fonts=system) if browser == "webkit" else opener(fonts=system, setup=case.setup)
        page = machine.new_page()
        pages.append(page)
        page.open(f"{site.url}/index.html", until="domcontentloaded" if gate is not None else "load")
        return page

    yield visit
    for page in pages:
        page.close()


@pytest.mark.parametrize(("browser", "name"), MATRIX)
def test_with_javascript(browser: str, name: str, visit: Visit) -> None:
    case = CASES[name]
    page = visit(browser, case)
    assert read_status(page) == case.expected
    assert count(page, "[role=alert]") == (case.expected != "ok")
    assert count(page, ".khmertext-check") == 0  # the other one sleeps
    assert count(page, ".khmertext-probe") == (case.expected != "ok")


@pytest.mark.parametrize(("browser", "name"), MATRIX)
def test_without_javascript(browser: str, name: str, visit: Visit) -> None:
    case = CASES[name]
    page = visit(browser, case, scripts=False)
    wait_until(lambda: page.evaluate("document.fonts.status") == "loaded", "the fonts")
    wait_until(lambda: read_display(page) == ("none" if case.expected == "ok" else "flex"), "the notice")
    assert count(page, "html[data-khmertext-status]") == 0  # no script has run
    assert not is_shown(page)  # it waits
    finish(page)
    assert is_shown(page) == (case.expected != "ok")


def test_webkit_tells_a_hanging_font_and_withdraws_it(visit: Visit) -> None:
    # In real time; the other browsers are tried with a clock that stands still.
    gate = threading.Event()
    page = visit("webkit", CASES["web font"], gate=gate)
    assert count(page, "html[data-khmertext-status]") == 0
    assert read_status(page) == "tofu"
    gate.set()
    wait_for(page, "html[data-khmertext-status=ok]")
    assert count(page, "[role=alert]") == 0


def test_webkit_sees_a_font_that_was_loaded_before_it_is_added(visit: Visit) -> None:
    page = visit("webkit", CASES["web font"]._replace(family="Other"))
    assert read_status(page) == "tofu"
    page.evaluate("new FontFace('Site Khmer', 'url(font.ttf)').load().then(face => { document.fonts.add(face) }) && 0")
    wait_for(page, "html[data-khmertext-status=ok]")
    assert count(page, "[role=alert]") == 0


@pytest.mark.parametrize("browser", BROWSERS)
def test_without_javascript_a_late_font_raises_no_alarm(browser: str, visit: Visit) -> None:
    gate = threading.Event()
    page = visit(browser, CASES["web font"], scripts=False, gate=gate)
    wait_until(lambda: read_display(page) == "flex", "the notice")
    assert not is_shown(page)
    assert page.evaluate(f"getComputedStyle(document.querySelector('{NOTICE}')).animationDelay") == "8s"
    gate.set()
    wait_until(lambda: read_display(page) == "none", "the font")
    finish(page)
    assert not is_shown(page)


@pytest.mark.parametrize("browser", BROWSERS)
def test_without_javascript_a_hanging_font_is_told_and_withdrawn_when_it_comes(browser: str, visit: Visit) -> None:
    gate = threading.Event()
    page = visit(browser, CASES["web font"], scripts=False, gate=gate)
    wait_until(lambda: read_display(page) == "flex", "the notice")
    finish(page)
    assert is_shown(page)
    gate.set()
    wait_until(lambda: read_display(page) == "none", "the font")
    assert not is_shown(page)


@pytest.mark.parametrize("browser", BROWSERS)
@pytest.mark.parametrize("scripts", [True, False], ids=["script", "noscript"])
def test_built_pages_raise_no_alarm(
    browser: str,
    scripts: bool,
    request: pytest.FixtureRequest,
    fonts: Mapping[str, Path],
    serve: Callable[..., Any],
    tmp_path: Path,
) -> None:
    # The font is cut to letters that are none of those that are measured.
    (tmp_path / "in").mkdir()
    (tmp_path / "in/index.html").write_text("<!DOCTYPE html><title>x</title><body><p lang=km>នំ</p>", encoding="utf-8")
    build_site(tmp_path / "in", tmp_path / "out", BuildOptions(noscript=True, jobs=1))
    headers = {"Access-Control-Allow-Origin": "*", **({} if scripts else {POLICY: "sandbox"})}
    site = serve(tmp_path / "out", headers=headers)
    page = find_opener(request, browser)(fonts=[fonts["latin"]]).new_page()
    page.open(f"{site.url}/index.html")
    if scripts:
        assert read_status(page) == "ok"
    else:
        wait_until(lambda: read_display(page) == "none", "the font")
        assert count(page, ".khmertext-check") == 1
    page.close()


def read_display(page: Page) -> Any:
    return page.evaluate(f"getComputedStyle(document.querySelector('{NOTICE}')).display")


def is_shown(page: Page) -> bool:
    """Whether the notice can be seen. Its size is small where a page zooms: WebKit tells it as before that."""
    return bool(
        page.evaluate(
            f"(e => e.offsetWidth > 100 && e.offsetHeight > 30 && getComputedStyle(e).visibility === 'visible')"
            f"(document.querySelector('{NOTICE}'))"
        )
    )


def finish(page: Page) -> None:
    """Move on to where all waiting is over."""
    page.evaluate("document.getAnimations().forEach(animation => animation.finish())")
