"""The visitor check in Chromium and in Firefox: what it says with each kind of font, and how the notice behaves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from khmertext.web.detector import make_detector, make_script_tag
from khmertext.web.escaping import escape_css_string
from tests.browser.pages import (
    STATUS,
    VIEWPORT,
    Chromium,
    ChromiumPage,
    Machine,
    OpenMachine,
    Page,
    count,
    read_status,
    wait_for,
    wait_for_load,
    wait_until,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

STRICT_CSP = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self'; require-trusted-types-for 'script'"
}
HOSTILE_CSS = (
    "*{letter-spacing:.4em!important;word-spacing:1em!important;font-size:3px!important;text-transform:uppercase!"
    "important;white-space:pre-wrap!important;visibility:hidden!important;max-width:9px!important;min-width:7px!"
    "important;padding:20px!important;font-family:monospace!important;zoom:2!important;display:inline-flex!important}"
    "*::before,*::after{content:'xxxxxxxx'!important}html{transform:rotate(90deg);max-width:none!important;width:900px!important}"
)

Build = Callable[..., Path]
Serve = Callable[..., Any]
Open = Callable[..., "Browser"]
Visit = Callable[..., Page]

# What a page's scripts see before they run: nothing is lost of what happens while it loads.
WATCH = """
window.violations = []; addEventListener('securitypolicyviolation', e => violations.push(e.violatedDirective));
window.seen = []; document.addEventListener('khmertext:status', e => seen.push(e.detail));
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
    """``build_site(font, css=…, family=…, body=…)``: a page with the check; the font, if any, is its web font."""

    def build_site(font: Path | None = None, *, css: str = "", family: str = "Site Khmer", body: str = "") -> Path:
        folder = tmp_path / "site"
        folder.mkdir()
        detector = make_detector(family=family)
        name = escape_css_string(family)
        face = f'@font-face{{font-family:"{name}";src:url(font.ttf);unicode-range:U+1780-17FF}}' if font else ""
        files = {
            "detector.js": detector.script,
            "detector.css": detector.style,
            "sentence.svg": detector.sentence_svg,
            "site.css": f'{face}body{{font-family:"{name}",sans-serif}}{css}'.encode(),
            "icon.svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
            "font.ttf": font.read_bytes() if font else b"",
        }
        tag = make_script_tag(
            src="detector.js", sentence="sentence.svg", alt=detector.alt, font="download.ttf", install="install.html"
        )
        files["index.html"] = (
            '<!DOCTYPE html><html lang="km"><head><meta charset="utf-8"><title>t</title>'
            '<meta name="viewport" content="width=device-width"><link rel="icon" href="icon.svg">'
            '<link rel="stylesheet" href="site.css"><link rel="stylesheet" href="detector.css">'
            f"{tag}</head><body><h1>Hello ខ្មែរ</h1>{body}</body></html>"
        ).encode()
        for file, data in files.items():
            (folder / file).write_bytes(data)
        return folder

    return build_site


@pytest.fixture
def no_khmer(open_machine: OpenMachine, latin_font: Path) -> Machine:
    """A machine without a Khmer font."""
    return open_machine(fonts=[latin_font])


@pytest.fixture
def visit() -> Iterator[Visit]:
    """``visit(machine, site, clock=…, viewport=…)``: the page, opened by a new visitor, as soon as its script has run.

    It may talk to the site's server only. With ``clock`` the page's timers stand still until ``tick(ms)`` moves them.
    """
    pages: list[tuple[Page, Any]] = []

    def visit(machine: Machine, site: Any, *, clock: bool = False, viewport: tuple[int, int] = VIEWPORT) -> Page:
        page = machine.new_page(init=WATCH + (CLOCK if clock else ""))
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


def test_no_khmer_font_is_tofu(no_khmer: Machine, build_site: Build, serve: Serve, visit: Visit) -> None:
    page = visit(no_khmer, serve(build_site()))
    assert read_status(page) == "tofu"
    assert count_notices(page) == 1
    assert page.evaluate("seen") == ["tofu"]


def test_system_font_is_ok(
    open_machine: OpenMachine, latin_font: Path, khmer_font: Path, build_site: Build, serve: Serve, visit: Visit
) -> None:
    page = visit(open_machine(fonts=[latin_font, khmer_font]), serve(build_site()))
    assert read_status(page) == "ok"
    assert count_notices(page) == 0


def test_web_font_is_ok(no_khmer: Machine, khmer_font: Path, build_site: Build, serve: Serve, visit: Visit) -> None:
    page = visit(no_khmer, serve(build_site(khmer_font)))
    assert read_status(page) == "ok"
    wait_for_load(page)
    assert page.evaluate("seen") == ["ok"]
    assert count_notices(page) == 0


@pytest.mark.parametrize("where", ["web", "system"])
def test_font_without_gsub_is_unshaped(
    where: str,
    open_machine: OpenMachine,
    latin_font: Path,
    unshaped_font: Path,
    build_site: Build,
    serve: Serve,
    visit: Visit,
) -> None:
    machine = open_machine(fonts=[latin_font, *([unshaped_font] if where == "system" else [])])
    page = visit(machine, serve(build_site(unshaped_font if where == "web" else None)))
    assert read_status(page) == "unshaped"
    assert count_notices(page) == 1


def test_missing_web_font_is_tofu(
    no_khmer: Machine, khmer_font: Path, build_site: Build, serve: Serve, visit: Visit
) -> None:
    page = visit(no_khmer, serve(build_site(khmer_font), missing=["/font.ttf"]))
    assert read_status(page) == "tofu"
    assert count_notices(page) == 1


def test_missing_web_font_is_ok_with_a_system_font(
    open_machine: OpenMachine, latin_font: Path, khmer_font: Path, build_site: Build, serve: Serve, visit: Visit
) -> None:
    page = visit(open_machine(fonts=[latin_font, khmer_font]), serve(build_site(khmer_font), missing=["/font.ttf"]))
    assert read_status(page) == "ok"


def test_corrupt_web_font_is_tofu(
    no_khmer: Machine, tmp_path: Path, build_site: Build, serve: Serve, visit: Visit
) -> None:
    (tmp_path / "bad.ttf").write_bytes(b"\x00\x01\x00\x00" + bytes(500))
    page = visit(no_khmer, serve(build_site(tmp_path / "bad.ttf")))
    assert read_status(page) == "tofu"


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


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_notice_fits_a_phone(direction: str, no_khmer: Machine, build_site: Build, serve: Serve, visit: Visit) -> None:
    site = serve(build_site(css=f"html{{direction:{direction}}}"))
    page = visit(no_khmer, site, viewport=(320, 568))
    wait_for(page, "[role=alert]")
    boxes = page.evaluate(
        "[...document.querySelectorAll('[role=alert], [role=alert] *')].map(e => e.getBoundingClientRect())"
        ".map(box => [box.left, box.right, box.bottom])"
    )
    assert len(boxes) > 5
    for left, right, bottom in boxes:
        assert left >= 0
        assert right <= 320
        assert bottom <= 568
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_notice_is_not_printed(
    open_browser: Open, latin_font: Path, build_site: Build, serve: Serve, visit: Visit
) -> None:
    # In Chromium only: over BiDi this Firefox cannot be told to show a page as it is printed.
    page = visit(Chromium(open_browser(fonts=[latin_font])), serve(build_site()))
    assert isinstance(page, ChromiumPage)
    wait_for(page, "[role=alert]")
    page.page.emulate_media(media="print")
    assert not is_visible(page, "[role=alert]")
