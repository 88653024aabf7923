"""The visitor check in Chromium and in Firefox: what it says with each kind of font, and how the notice behaves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from khmertext.web.detector import WORDS, make_detector
from tests.browser.checkpage import HOSTILE_CSS, STRICT_POLICY, write_check_page
from tests.browser.pages import (
    STATUS,
    VIEWPORT,
    Machine,
    OpenMachine,
    Page,
    count,
    read_status,
    wait_for,
    wait_for_load,
    wait_until,
)

pytestmark = pytest.mark.browser

STRICT_CSP = {"Content-Security-Policy": STRICT_POLICY}

Build = Callable[..., Path]
Serve = Callable[..., Any]
Visit = Callable[..., Page]

# What a page's scripts see before they run: nothing is lost of what happens while it loads.
WATCH = """
window.violations = []; addEventListener('securitypolicyviolation', e => violations.push(e.violatedDirective));
window.seen = []; document.addEventListener('khmertext:status', e => seen.push(e.detail));
window.errors = []; addEventListener('error', e => errors.push(e.message));
window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(e => shift += e.value))
  .observe({type: 'layout-shift', buffered: true}); // only Chromium tells it
"""
# A clock that stands still until tick() moves it; timers set by timers are not needed here.
CLOCK = """
let now = 0, timers = [];
window.setTimeout = (run, after = 0) => timers.push({run, at: now + after});
window.tick = after => {
  now += after;
  const due = timers.filter(timer => timer.at <= now);
  timers = timers.filter(timer => timer.at > now);
  due.forEach(timer => timer.run());
};
"""


@pytest.fixture
def build_site(tmp_path: Path) -> Build:
    """``build_site(font, css=…, family=…, body=…, languages=…)``: a page with the check, and maybe a web font."""

    def build_site(font: Path | None = None, **parts: Any) -> Path:
        return write_check_page(tmp_path / "site", font, **parts)

    return build_site


@pytest.fixture
def no_khmer(open_machine: OpenMachine, latin_font: Path) -> Machine:
    """A machine without a Khmer font."""
    return open_machine(fonts=[latin_font])


@pytest.fixture
def visit() -> Iterator[Visit]:
    """``visit(machine, site, clock=…, viewport=…, init=…)``: the page, opened by a new visitor.

    Its script has run by then, and what ``init`` holds before that. It may talk to the site's server only. With
    ``clock`` the page's timers stand still until ``tick(ms)`` moves them.
    """
    pages: list[tuple[Page, Any]] = []

    def visit(
        machine: Machine, site: Any, *, clock: bool = False, viewport: tuple[int, int] = VIEWPORT, init: str = ""
    ) -> Page:
        page = machine.new_page(init=WATCH + (CLOCK if clock else "") + init)
        pages.append((page, site))
        page.set_viewport(*viewport)
        page.open(f"{site.url}/index.html", until="domcontentloaded")
        return page

    yield visit
    for page, _ in pages:
        page.close()
    assert [url for page, site in pages for url in page.requests if not url.startswith(site.url)] == []


def count_notices(page: Page) -> int:
    return count(page, "[role=alert]")


def is_visible(page: Page, selector: str) -> bool:
    return bool(
        page.evaluate(
            f"(e => e.checkVisibility({{visibilityProperty: true, opacityProperty: true}})"
            f" && e.offsetWidth > 0 && e.offsetHeight > 0)(document.querySelector('{selector}'))"
        )
    )


# What it says


def test_trouble_is_told_once(no_khmer: Machine, build_site: Build, serve: Serve, visit: Visit) -> None:
    page = visit(no_khmer, serve(build_site()))
    assert read_status(page) == "tofu"
    assert count_notices(page) == 1
    assert page.evaluate("seen") == ["tofu"]


def test_good_news_is_told_once(
    no_khmer: Machine, khmer_font: Path, build_site: Build, serve: Serve, visit: Visit
) -> None:
    page = visit(no_khmer, serve(build_site(khmer_font)))
    assert read_status(page) == "ok"
    wait_for_load(page)
    assert page.evaluate("seen") == ["ok"]
    assert count_notices(page) == 0


def test_late_font_raises_no_false_alarm(
    no_khmer: Machine, khmer_font: Path, build_site: Build, serve: Serve, visit: Visit
) -> None:
    gate = threading.Event()
    site = serve(build_site(khmer_font), gates={"/font.ttf": gate})
    page = visit(no_khmer, site, clock=True)
    wait_until(lambda: "/font.ttf" in site.requests, "the request of the font")
    page.evaluate("tick(3000)")
    assert page.evaluate(STATUS) is None
    gate.set()
    assert read_status(page) == "ok"
    page.evaluate("tick(60_000)")
    assert page.evaluate("seen") == ["ok"]
    assert count_notices(page) == 0


def test_late_stylesheet_raises_no_false_alarm(
    no_khmer: Machine, khmer_font: Path, build_site: Build, serve: Serve, visit: Visit
) -> None:
    # A common trick to load a stylesheet without holding up the page.
    link = """<link rel="stylesheet" href="late.css" media="print" onload="this.media='all'">"""
    folder = build_site(body=link)
    (folder / "font.ttf").write_bytes(khmer_font.read_bytes())
    (folder / "late.css").write_text('@font-face{font-family:"Site Khmer";src:url(font.ttf)}', encoding="utf-8")
    gate = threading.Event()
    page = visit(no_khmer, serve(folder, gates={"/late.css": gate}), clock=True)
    page.evaluate("tick(3000)")
    assert page.evaluate(STATUS) is None
    gate.set()
    assert read_status(page) == "ok"
    assert page.evaluate("seen") == ["ok"]


def test_hanging_font_is_told_after_eight_seconds_and_withdrawn_when_it_comes(
    no_khmer: Machine, khmer_font: Path, build_site: Build, serve: Serve, visit: Visit
) -> None:
    gate = threading.Event()
    page = visit(no_khmer, serve(build_site(khmer_font), gates={"/font.ttf": gate}), clock=True)
    page.evaluate("tick(7900)")
    assert page.evaluate(STATUS) is None
    page.evaluate("tick(200)")
    assert read_status(page) == "tofu"
    assert count_notices(page) == 1
    gate.set()
    wait_for(page, "html[data-khmertext-status=ok]")
    assert count_notices(page) == 0
    assert page.evaluate("seen") == ["tofu", "ok"]


def test_font_added_by_a_script_withdraws_the_notice(
    no_khmer: Machine, khmer_font: Path, build_site: Build, serve: Serve, visit: Visit
) -> None:
    folder = build_site()
    (folder / "font.ttf").write_bytes(khmer_font.read_bytes())
    page = visit(no_khmer, serve(folder))
    assert read_status(page) == "tofu"
    page.evaluate(
        "(face => document.fonts.add(face) && face.load().then(() => 0))(new FontFace('Site Khmer', 'url(font.ttf)'))"
    )
    wait_for(page, "html[data-khmertext-status=ok]")
    assert count_notices(page) == 0


def test_font_loaded_before_it_is_added_withdraws_the_notice(
    no_khmer: Machine, khmer_font: Path, build_site: Build, serve: Serve, visit: Visit
) -> None:
    # No loadingdone is fired for a face that is loaded by itself and then added.
    folder = build_site()
    (folder / "font.ttf").write_bytes(khmer_font.read_bytes())
    page = visit(no_khmer, serve(folder), clock=True)
    wait_for_load(page)
    page.evaluate("tick(10_000)")
    assert read_status(page) == "tofu"
    page.evaluate("new FontFace('Site Khmer', 'url(font.ttf)').load().then(face => { document.fonts.add(face) })")
    wait_for(page, "html[data-khmertext-status=ok]")
    assert count_notices(page) == 0
    assert count(page, ".khmertext-probe") == 0
    assert page.evaluate("errors") == []


def test_optional_font_is_judged_by_what_the_page_draws(
    no_khmer: Machine, khmer_font: Path, build_site: Build, serve: Serve, visit: Visit
) -> None:
    # Whether a browser still takes a font that is optional and late is its own business.
    gate = threading.Event()
    widths = "<b style='position:fixed'>\u1780</b><b style='position:fixed'>\u1780\u17d2\u1780</b>"
    site = serve(build_site(khmer_font, display="optional", body=widths), gates={"/font.ttf": gate})
    page = visit(no_khmer, site)
    wait_until(lambda: "/font.ttf" in site.requests, "the request of the font")
    page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(() => done(0), 500)))")
    gate.set()
    status = read_status(page)
    one, two = page.evaluate("[...document.querySelectorAll('b')].map(e => e.offsetWidth)")
    assert status == ("ok" if two < 1.5 * one else "tofu")


def test_hidden_document_is_not_judged(no_khmer: Machine, build_site: Build, serve: Serve, visit: Visit) -> None:
    page = visit(no_khmer, serve(build_site(css="html{display:none}")), clock=True)
    wait_for_load(page)
    page.evaluate("tick(20_000)")
    assert page.evaluate(STATUS) is None
    assert count_notices(page) == 0


@pytest.mark.parametrize("expected", ["ok", "unshaped", "tofu"])
def test_hostile_css_changes_nothing(
    expected: str,
    no_khmer: Machine,
    khmer_font: Path,
    unshaped_font: Path,
    build_site: Build,
    serve: Serve,
    visit: Visit,
) -> None:
    font = {"ok": khmer_font, "unshaped": unshaped_font, "tofu": None}[expected]
    page = visit(no_khmer, serve(build_site(font, css=HOSTILE_CSS)))
    assert read_status(page) == expected
    if expected != "ok":
        assert page.evaluate("getComputedStyle(document.querySelector('[role=alert] p')).fontSize") == "16px"
        assert is_visible(page, "[role=alert]")
        assert is_visible(page, "[role=alert] button")
        assert page.evaluate("document.querySelector('[role=alert] img').offsetWidth") == 320


@pytest.mark.parametrize("family", ['x"}</style><script>alert(1)</script>', "a\\b'c\nd\0e", "ខ្មែរ, serif", "{;}"])
def test_any_family_name_is_measured(
    family: str, no_khmer: Machine, khmer_font: Path, build_site: Build, serve: Serve, visit: Visit
) -> None:
    page = visit(no_khmer, serve(build_site(khmer_font, family=family)))
    assert read_status(page) == "ok"


# How the notice behaves


def test_works_under_a_strict_policy_with_trusted_types(
    no_khmer: Machine, build_site: Build, serve: Serve, visit: Visit
) -> None:
    page = visit(no_khmer, serve(build_site(), headers=STRICT_CSP))
    assert read_status(page) == "tofu"
    page.evaluate("document.querySelector('[role=alert] img').decode()")
    assert page.evaluate("document.querySelector('[role=alert] img').naturalWidth") > 100
    assert page.evaluate("getComputedStyle(document.querySelector('[role=alert]')).position") == "fixed"
    assert page.evaluate("violations") == []


def test_notice_says_it_in_two_languages_and_links_on(
    no_khmer: Machine, build_site: Build, serve: Serve, visit: Visit
) -> None:
    page = visit(no_khmer, serve(build_site()))
    wait_for(page, "[role=alert]")
    notice = "document.querySelector('[role=alert]')"
    assert "cannot display Khmer" in page.evaluate(f"{notice}.innerText")
    assert page.evaluate(f"{notice}.lang") == "en"
    alt = make_detector(family="x").alt
    assert page.evaluate(f"[...{notice}.querySelectorAll('img')].map(e => [e.alt, e.lang])") == [[alt, "km"]]
    links = page.evaluate(f"[...{notice}.querySelectorAll('a')].map(e => [e.getAttribute('href'), e.download])")
    assert links == [["install.html", ""], ["download.ttf", ""], ["install.html", ""]]
    assert count(page, "[role=alert] a[download]") == 1


def test_dismissal_by_keyboard_is_remembered(no_khmer: Machine, build_site: Build, serve: Serve, visit: Visit) -> None:
    site = serve(build_site(body="<a href=x>link</a>"))
    page = visit(no_khmer, site)
    assert read_status(page) == "tofu"
    for _ in range(4):
        page.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Close this notice"
    page.press("Enter")
    assert count_notices(page) == 0
    page.open(f"{site.url}/index.html")
    assert read_status(page) == "tofu"
    assert count_notices(page) == 0


def test_dismissal_lasts_for_the_page_where_nothing_can_be_stored(
    no_khmer: Machine, build_site: Build, serve: Serve, visit: Visit
) -> None:
    # In a sandbox without an origin, to touch localStorage is an error.
    site = serve(build_site(), headers={"Content-Security-Policy": "sandbox allow-scripts"})
    page = visit(no_khmer, site)
    wait_for(page, "[role=alert]")
    page.evaluate("document.querySelector('[role=alert] button').click()")
    assert count_notices(page) == 0
    page.open(f"{site.url}/index.html")
    wait_for(page, "[role=alert]")
    assert page.evaluate("errors") == []


def test_escape_closes_where_the_notice_has_the_focus(
    no_khmer: Machine, build_site: Build, serve: Serve, visit: Visit
) -> None:
    page = visit(no_khmer, serve(build_site(body="<a href=x id=link>link</a>")))
    wait_for(page, "[role=alert]")
    page.evaluate("document.querySelector('#link').focus()")
    page.press("Escape")  # the page's own
    assert count_notices(page) == 1
    page.evaluate("document.querySelector('[role=alert] a[download]').focus()")
    page.press("Escape")
    assert count_notices(page) == 0
    page.press("Tab")  # goes on with the page
    assert page.evaluate("document.activeElement.id") == "link"


def test_tab_goes_through_the_notice_first_and_then_on(
    no_khmer: Machine, build_site: Build, serve: Serve, visit: Visit
) -> None:
    page = visit(no_khmer, serve(build_site(body="<a href=x>link</a>")))
    wait_for(page, "[role=alert]")
    seen = []
    for _ in range(5):
        page.press("Tab")
        seen.append(page.evaluate("[document.activeElement.tagName, document.activeElement.getAttribute('href')]"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none"
    assert seen == [["A", "install.html"], ["A", "download.ttf"], ["A", "install.html"], ["BUTTON", None], ["A", "x"]]


@pytest.mark.parametrize(
    ("visitor", "offered", "expected"),
    [
        (["fr-CA", "en"], ["fr", "vi"], "fr"),
        (["de", "vi-VN"], ["fr", "vi"], "vi"),
        (["en-GB", "fr"], ["fr"], "en"),
        (["km", "zh-TW"], ["zh"], "zh"),
        (["km"], ["fr"], "en"),
        (["fr"], [], "en"),
    ],
)
def test_notice_is_in_the_first_language_of_the_visitor_that_there_is(
    visitor: list[str],
    offered: list[str],
    expected: str,
    no_khmer: Machine,
    build_site: Build,
    serve: Serve,
    visit: Visit,
) -> None:
    languages = f"Object.defineProperty(navigator, 'languages', {{value: {visitor}}});"
    page = visit(no_khmer, serve(build_site(languages=offered)), init=languages)
    wait_for(page, "[role=alert]")
    words = WORDS[expected]
    notice = "document.querySelector('[role=alert]')"
    assert page.evaluate(f"{notice}.lang") == expected
    text = page.evaluate(f"{notice}.querySelector('p').textContent").strip()
    assert text == " ".join((words.sentence, words.font, words.install))
    assert page.evaluate(f"{notice}.querySelector('button').getAttribute('aria-label')") == words.close
    assert page.evaluate(f"{notice}.querySelector('img').lang") == "km"


def test_notice_moves_nothing_and_takes_no_focus(
    no_khmer: Machine, build_site: Build, serve: Serve, visit: Visit
) -> None:
    page = visit(no_khmer, serve(build_site(body="<input autofocus id=field>")))
    wait_for(page, "[role=alert]")
    page.evaluate("document.querySelector('[role=alert] img').decode()")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))")
    assert page.evaluate("document.activeElement.id") == "field"
    assert page.evaluate("shift") == 0
    places = "[...document.querySelectorAll('h1, input')].map(e => e.getBoundingClientRect()).map(r => [r.x, r.y])"
    before = page.evaluate(places)
    page.evaluate("document.querySelector('[role=alert] button').click()")
    assert count_notices(page) == 0
    assert page.evaluate(places) == before
