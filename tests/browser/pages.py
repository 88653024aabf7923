"""What tests do with a page in any engine, and Chromium's way of doing it; Firefox's is in firefox.py."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Until = Literal["load", "domcontentloaded"]
VIEWPORT = (1280, 720)
STATUS = "document.documentElement.dataset.khmertextStatus"
# Until fonts are loaded and what they draw is on the screen.
SETTLE = (
    "(async () => { const frame = () => new Promise(done => requestAnimationFrame(() => done()));"
    "await frame(); await frame(); await document.fonts.ready; await frame(); await frame() })()"
)


class Page(Protocol):
    """One page of a visitor who has just come. ``requests``: the addresses that it asked for, so far."""

    @property
    def requests(self) -> list[str]: ...

    def open(self, url: str, *, until: Until = "load") -> None: ...

    def evaluate(self, script: str) -> Any:
        """The JSON of an expression; a promise is awaited."""

    def screenshot(self, *, full_page: bool = False) -> bytes:
        """A PNG of the viewport, or of all there is to scroll to."""

    def set_viewport(self, width: int, height: int) -> None: ...

    def press(self, key: str) -> None:
        """A key by its name in the DOM, such as "Tab"."""

    def close(self) -> None: ...


class Setup(NamedTuple):
    """How a visitor has set up the browser.

    Attributes:
        web_fonts: Whether pages may bring fonts.
        scripts: Whether pages may run scripts.
        dark: Whether dark colors are preferred.
        resists: Whether it resists fingerprinting; Firefox alone can.
    """

    web_fonts: bool = True
    scripts: bool = True
    dark: bool = False
    resists: bool = False


PLAIN = Setup()


class Machine(Protocol):
    """A browser with certain fonts. What ``init`` holds runs in a page before its own scripts."""

    def new_page(self, *, init: str = "") -> Page: ...


OpenMachine = Callable[..., Machine]


@dataclass(frozen=True)
class Chromium:
    """Chromium as a ``Machine``."""

    browser: Browser
    setup: Setup = PLAIN

    def new_page(self, *, init: str = "") -> ChromiumPage:
        return ChromiumPage(self.browser, init, self.setup)


class ChromiumPage:
    """A page by Playwright; for what no other engine has, ``page`` is its own."""

    def __init__(self, browser: Browser, init: str, setup: Setup) -> None:
        self.requests: list[str] = []
        self.context = browser.new_context(
            viewport={"width": VIEWPORT[0], "height": VIEWPORT[1]},
            java_script_enabled=setup.scripts,
            color_scheme="dark" if setup.dark else "light",
        )
        self.page = self.context.new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        if init:
            self.page.add_init_script(init)

    def open(self, url: str, *, until: Until = "load") -> None:
        self.page.goto(url, wait_until=until)

    def evaluate(self, script: str) -> Any:
        return self.page.evaluate(script)

    def screenshot(self, *, full_page: bool = False) -> bytes:
        return self.page.screenshot(full_page=full_page)

    def set_viewport(self, width: int, height: int) -> None:
        self.page.set_viewport_size({"width": width, "height": height})

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def close(self) -> None:
        self.context.close()


def read_status(page: Page) -> Any:
    """The outcome, as soon as there is one."""
    wait_for(page, "html[data-khmertext-status]")
    return page.evaluate(STATUS)


def wait_for(page: Page, selector: str) -> None:
    wait_until(lambda: count(page, selector) > 0, selector)


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Browsers do a thing when they get to it: soon, but not at once."""
    for _ in range(3000):
        if is_so():
            return
        time.sleep(0.01)
    raise AssertionError(f"{what}: in vain")


def wait_for_load(page: Page) -> None:
    wait_until(
        lambda: bool(page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd > 0")), "the load event"
    )


def count(page: Page, selector: str) -> int:
    return int(page.evaluate(f"document.querySelectorAll('{selector}').length"))
