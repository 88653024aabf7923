"""What tests do with a page in any engine, and Chromium's way of doing it; Firefox's is in firefox.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Until = Literal["load", "domcontentloaded"]
VIEWPORT = (1280, 720)


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


class Machine(Protocol):
    """A browser with certain fonts. What ``init`` holds runs in a page before its own scripts."""

    def new_page(self, *, init: str = "") -> Page: ...


OpenMachine = Callable[..., Machine]


@dataclass(frozen=True)
class Chromium:
    """Chromium as a ``Machine``."""

    browser: Browser

    def new_page(self, *, init: str = "") -> ChromiumPage:
        return ChromiumPage(self.browser, init)


class ChromiumPage:
    """A page by Playwright; for what no other engine has, ``page`` is its own."""

    def __init__(self, browser: Browser, init: str) -> None:
        self.requests: list[str] = []
        self.context = browser.new_context(viewport={"width": VIEWPORT[0], "height": VIEWPORT[1]})
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
