"""The visitor check in Chromium: what it says with each kind of font, and how the notice behaves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from khmertext.web.detector import make_detector, make_script_tag
from khmertext.web.escaping import escape_css_string

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

STATUS = "document.documentElement.dataset.khmertextStatus"
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
Visit = Callable[..., "Page"]


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
def no_khmer(open_browser: Open, latin_font: Path) -> Browser:
    """A machine without a Khmer font."""
    return open_browser(fonts=[latin_font])


@pytest.fixture
def visit() -> Iterator[Visit]:
    """``visit(browser, site, clock=…)``: the page, opened by a new visitor. It may talk to the site's server only.

    With ``clock`` the page's timers stand still until the test moves them.
    """
    contexts = []
    elsewhere: list[str] = []

    def visit(browser: Browser, site: Any, *, clock: bool = False, **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: None if request.url.startswith(site.url) else elsewhere.append(request.url))
        page.add_init_script(
            "window.violations=[];addEventListener('securitypolicyviolation',e=>violations.push(e.violatedDirective));"
            "window.seen=[];document.addEventListener('khmertext:status',e=>seen.push(e.detail));"
            "window.shift=0;new PerformanceObserver(list=>list.getEntries().forEach(e=>shift+=e.value))"
            ".observe({type:'layout-shift',buffered:true})"
        )
        if clock:
            page.clock.install()
            page.clock.pause_at("2100-01-01")
        page.goto(f"{site.url}/index.html", wait_until="commit")
        return page

    yield visit
    for context in contexts:
        context.close()
    assert elsewhere == []


def read_status(page: Page) -> Any:
    """The outcome, as soon as there is one."""
    wait_for(page, "html[data-khmertext-status]")
    return page.evaluate(STATUS)


def wait_for(page: Page, selector: str) -> None:
    # Not by wait_for_function: it evaluates strings, which a strict policy forbids.
    page.locator(selector).wait_for(state="attached")


def wait_for_request(page: Page, site: Any, path: str) -> None:
    # The browser asks for it when it gets to it: soon, but not at once.
    for _ in range(600):
        if path in site.requests:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{path} was never asked for, only {site.requests}")


def count_notices(page: Page) -> int:
    return page.locator("[role=alert]").count()


# What it says


def test_no_khmer_font_is_tofu(no_khmer: Browser, build_site: Build, serve: Serve, visit: Visit) -> None:
    page = visit(no_khmer, serve(build_site()))
    assert read_status(page) == "tofu"
    assert count_notices(page) == 1
    assert page.evaluate("seen") == ["tofu"]


def test_system_font_is_ok(
    open_browser: Open, latin_font: Path, khmer_font: Path, build_site: Build, serve: Serve, visit: Visit
) -> None:
    page = visit(open_browser(fonts=[latin_font, khmer_font]), serve(build_site()))
    assert read_status(page) == "ok"
    assert count_notices(page) == 0


def test_web_font_is_ok(no_khmer: Browser, khmer_font: Path, build_site: Build, serve: Serve, visit: Visit) -> None:
    page = visit(no_khmer, serve(build_site(khmer_font)))
    assert read_status(page) == "ok"
    page.wait_for_load_state("load")
    assert page.evaluate("seen") == ["ok"]
    assert count_notices(page) == 0


@pytest.mark.parametrize("where", ["web", "system"])
def test_font_without_gsub_is_unshaped(
    where: str, open_browser: Open, latin_font: Path, unshaped_font: Path, build_site: Build, serve: Serve, visit: Visit
) -> None:
    browser = open_browser(fonts=[latin_font, *([unshaped_font] if where == "system" else [])])
    page = visit(browser, serve(build_site(unshaped_font if where == "web" else None)))
    assert read_status(page) == "unshaped"
    assert count_notices(page) == 1


def test_missing_web_font_is_tofu(
    no_khmer: Browser, khmer_font: Path, build_site: Build, serve: Serve, visit: Visit
) -> None:
    page = visit(no_khmer, serve(build_site(khmer_font), missing=["/font.ttf"]))
    assert read_status(page) == "tofu"
    assert count_notices(page) == 1


def test_missing_web_font_is_ok_with_a_system_font(
    open_browser: Open, latin_font: Path, khmer_font: Path, build_site: Build, serve: Serve, visit: Visit
) -> None:
    page = visit(open_browser(fonts=[latin_font, khmer_font]), serve(build_site(khmer_font), missing=["/font.ttf"]))
    assert read_status(page) == "ok"


def test_corrupt_web_font_is_tofu(
    no_khmer: Browser, tmp_path: Path, build_site: Build, serve: Serve, visit: Visit
) -> None:
    (tmp_path / "bad.ttf").write_bytes(b"\x00\x01\x00\x00" + bytes(500))
    page = visit(no_khmer, serve(build_site(tmp_path / "bad.ttf")))
    assert read_status(page) == "tofu"


def test_late_font_raises_no_false_alarm(
    no_khmer: Browser, khmer_font: Path, build_site: Build, serve: Serve, visit: Visit
) -> None:
    gate = threading.Event()
    site = serve(build_site(khmer_font), gates={"/font.ttf": gate})
    page = visit(no_khmer, site, clock=True)
    page.wait_for_load_state("domcontentloaded")
    wait_for_request(page, site, "/font.ttf")
    page.clock.run_for(3000)
    assert page.evaluate(STATUS) is None
    gate.set()
    assert read_status(page) == "ok"
    page.clock.run_for(60_000)
    assert page.evaluate("seen") == ["ok"]
    assert count_notices(page) == 0


def test_late_stylesheet_raises_no_false_alarm(
    no_khmer: Browser, khmer_font: Path, build_site: Build, serve: Serve, visit: Visit
) -> None:
    # A common trick to load a stylesheet without holding up the page.
    link = """<link rel="stylesheet" href="late.css" media="print" onload="this.media='all'">"""
    folder = build_site(body=link)
    (folder / "font.ttf").write_bytes(khmer_font.read_bytes())
    (folder / "late.css").write_text('@font-face{font-family:"Site Khmer";src:url(font.ttf)}', encoding="utf-8")
    gate = threading.Event()
    page = visit(no_khmer, serve(folder, gates={"/late.css": gate}), clock=True)
    page.wait_for_load_state("domcontentloaded")
    page.clock.run_for(3000)
    assert page.evaluate(STATUS) is None
    gate.set()
    assert read_status(page) == "ok"
    assert page.evaluate("seen") == ["ok"]


def test_hanging_font_is_told_after_eight_seconds_and_withdrawn_when_it_comes(
    no_khmer: Browser, khmer_font: Path, build_site: Build, serve: Serve, visit: Visit
) -> None:
    gate = threading.Event()
    page = visit(no_khmer, serve(build_site(khmer_font), gates={"/font.ttf": gate}), clock=True)
    page.wait_for_load_state("domcontentloaded")
    page.clock.run_for(7900)
    assert page.evaluate(STATUS) is None
    page.clock.run_for(200)
    assert read_status(page) == "tofu"
    assert count_notices(page) == 1
    gate.set()
    wait_for(page, "html[data-khmertext-status=ok]")
    assert count_notices(page) == 0
    assert page.evaluate("seen") == ["tofu", "ok"]


def test_font_added_by_a_script_withdraws_the_notice(
    no_khmer: Browser, khmer_font: Path, build_site: Build, serve: Serve, visit: Visit
) -> None:
    folder = build_site()
    (folder / "font.ttf").write_bytes(khmer_font.read_bytes())
    page = visit(no_khmer, serve(folder))
    assert read_status(page) == "tofu"
    page.evaluate("const face = new FontFace('Site Khmer', 'url(font.ttf)'); document.fonts.add(face); face.load()")
    wait_for(page, "html[data-khmertext-status=ok]")
    assert count_notices(page) == 0


def test_hidden_document_is_not_judged(no_khmer: Browser, build_site: Build, serve: Serve, visit: Visit) -> None:
    page = visit(no_khmer, serve(build_site(css="html{display:none}")), clock=True)
    page.wait_for_load_state("load")
    page.clock.run_for(20_000)
    assert page.evaluate(STATUS) is None
    assert count_notices(page) == 0


@pytest.mark.parametrize("expected", ["ok", "unshaped", "tofu"])
def test_hostile_css_changes_nothing(
    expected: str,
    no_khmer: Browser,
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
        notice = page.locator("[role=alert]")
        assert notice.locator("p").evaluate("e => getComputedStyle(e).fontSize") == "16px"
        assert notice.is_visible()
        assert notice.locator("button").is_visible()
        assert notice.locator("img").evaluate("e => e.offsetWidth") == 320


@pytest.mark.parametrize("family", ['x"}</style><script>alert(1)</script>', "a\\b'c\nd\0e", "ខ្មែរ, serif", "{;}"])
def test_any_family_name_is_measured(
    family: str, no_khmer: Browser, khmer_font: Path, build_site: Build, serve: Serve, visit: Visit
) -> None:
    page = visit(no_khmer, serve(build_site(khmer_font, family=family)))
    assert read_status(page) == "ok"


# How the notice behaves


def test_works_under_a_strict_policy_with_trusted_types(
    no_khmer: Browser, build_site: Build, serve: Serve, visit: Visit
) -> None:
    page = visit(no_khmer, serve(build_site(), headers=STRICT_CSP))
    assert read_status(page) == "tofu"
    page.evaluate("document.querySelector('[role=alert] img').decode()")
    assert page.evaluate("document.querySelector('[role=alert] img').naturalWidth") > 100
    assert page.locator("[role=alert]").evaluate("e => getComputedStyle(e).position") == "fixed"
    assert page.evaluate("violations") == []


def test_notice_says_it_in_two_languages_and_links_on(
    no_khmer: Browser, build_site: Build, serve: Serve, visit: Visit
) -> None:
    page = visit(no_khmer, serve(build_site()))
    notice = page.get_by_role("alert")
    assert "cannot display Khmer" in notice.inner_text()
    assert notice.get_attribute("lang") == "en"
    picture = notice.get_by_role("img")
    assert picture.get_attribute("alt") == make_detector(family="x").alt
    assert picture.get_attribute("lang") == "km"
    links = notice.get_by_role("link").evaluate_all("all => all.map(e => [e.getAttribute('href'), e.download])")
    assert links == [["install.html", ""], ["download.ttf", ""], ["install.html", ""]]
    assert notice.locator("a[download]").count() == 1


def test_dismissal_by_keyboard_is_remembered(no_khmer: Browser, build_site: Build, serve: Serve, visit: Visit) -> None:
    page = visit(no_khmer, serve(build_site(body="<a href=x>link</a>")))
    assert read_status(page) == "tofu"
    for _ in range(4):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Close this notice"
    page.keyboard.press("Enter")
    assert count_notices(page) == 0
    page.reload(wait_until="load")
    assert read_status(page) == "tofu"
    assert count_notices(page) == 0


def test_notice_moves_nothing_and_takes_no_focus(
    no_khmer: Browser, build_site: Build, serve: Serve, visit: Visit
) -> None:
    page = visit(no_khmer, serve(build_site(body="<input autofocus id=field>")))
    page.get_by_role("alert").wait_for()
    page.evaluate("document.querySelector('[role=alert] img').decode()")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("document.activeElement.id") == "field"
    assert page.evaluate("shift") == 0


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_notice_fits_a_phone(direction: str, no_khmer: Browser, build_site: Build, serve: Serve, visit: Visit) -> None:
    site = serve(build_site(css=f"html{{direction:{direction}}}"))
    page = visit(no_khmer, site, viewport={"width": 320, "height": 568})
    page.get_by_role("alert").wait_for()
    for element in page.locator("[role=alert], [role=alert] *").all():
        box = element.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320
        assert box["y"] + box["height"] <= 568
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_notice_is_not_printed(no_khmer: Browser, build_site: Build, serve: Serve, visit: Visit) -> None:
    page = visit(no_khmer, serve(build_site()))
    page.get_by_role("alert").wait_for()
    page.emulate_media(media="print")
    assert not page.locator("[role=alert]").is_visible()
