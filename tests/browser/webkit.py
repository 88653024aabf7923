"""WebKitGTK's MiniBrowser, driven by WebDriver: the older standard protocol, JSON over HTTP.

It needs an X display, so it brings an Xvfb of its own. WebDriver runs nothing in a page before its own scripts, and
does not tell what a page asks for: tests that need either are for the other browsers.

Source: WebDriver, W3C Recommendation 5 June 2018; WebKitGTK's ``webkitgtk:browserOptions``.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import time
from contextlib import ExitStack, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, NamedTuple

from tests.browser.pages import VIEWPORT, Until

PATIENCE = 60.0  # seconds for whatever should take much less
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c", "Space": " "}


class Programs(NamedTuple):
    """What has to be installed: package webkit2gtk-driver and xvfb in Debian."""

    driver: str
    browser: str
    display: str


class WebKit:
    """A WebDriver and a display, with the fonts that ``fontconfig`` names. Every page is a browser of its own."""

    def __init__(self, programs: Programs, folder: Path, fontconfig: Path) -> None:
        self.programs = programs
        self.stack = ExitStack()
        try:
            display = self.start(
                [programs.display, "-displayfd", "1", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"], {}
            )
            assert display.stdout is not None
            environment = {
                "DISPLAY": f":{display.stdout.readline().decode().strip()}",
                "FONTCONFIG_FILE": str(fontconfig),
                "HOME": str(folder),
                "GDK_BACKEND": "x11",
                "LIBGL_ALWAYS_SOFTWARE": "1",
                "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
            }
            self.port = find_port()
            self.start([programs.driver, f"--port={self.port}"], environment)
            self.wait_for_driver()
        except BaseException:
            self.stack.close()
            raise

    def start(self, command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if not environment else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.stack.callback(end, process)
        return process

    def wait_for_driver(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(OSError, HTTPException):
                self.send("GET", "/status")
                return
            time.sleep(0.05)
        raise RuntimeError("WebKitWebDriver did not start")

    def send(self, method: str, path: str, **params: Any) -> Any:
        """What a command answers."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            body = json.dumps(params) if method == "POST" else None
            connection.request(method, path, body, {"Content-Type": "application/json"})
            value = json.load(connection.getresponse())["value"]
        finally:
            connection.close()
        if isinstance(value, dict) and "error" in value:
            raise RuntimeError(f"{path}: {value['error']}: {value.get('message', '')}")
        return value

    def new_page(self, *, init: str = "") -> WebKitPage:
        assert not init, "WebDriver runs nothing before a page's own scripts"
        return WebKitPage(self)

    def close(self) -> None:
        self.stack.close()


class WebKitPage:
    """A browser with one page, as a ``Page``."""

    def __init__(self, webkit: WebKit) -> None:
        self.webkit = webkit
        self.requests: list[str] = []  # not told
        options = {"binary": webkit.programs.browser, "args": ["--automation"]}
        # "none": a page that hangs must not hold up the test.
        capabilities = {"alwaysMatch": {"pageLoadStrategy": "none", "webkitgtk:browserOptions": options}}
        self.path = f"/session/{webkit.send('POST', '/session', capabilities=capabilities)['sessionId']}"
        self.set_viewport(*VIEWPORT)

    def send(self, method: str, path: str, **params: Any) -> Any:
        return self.webkit.send(method, self.path + path, **params)

    def open(self, url: str, *, until: Until = "load") -> None:
        self.send("POST", "/url", url=url)
        states = ("complete",) if until == "load" else ("complete", "interactive")
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(RuntimeError):  # between two pages
                if self.evaluate("[document.URL, document.readyState]") in [[url, state] for state in states]:
                    return
            time.sleep(0.02)
        raise RuntimeError(f"{url}: not loaded in time")

    def evaluate(self, script: str) -> Any:
        return self.send("POST", "/execute/sync", script=f"return ({script})", args=[])

    def screenshot(self, *, full_page: bool = False) -> bytes:
        assert not full_page
        return base64.b64decode(self.send("GET", "/screenshot"))

    def set_viewport(self, width: int, height: int) -> None:
        self.send("POST", "/window/rect", width=width, height=height)

    def press(self, key: str) -> None:
        actions = [{"type": kind, "value": KEYS[key]} for kind in ("keyDown", "keyUp")]
        self.send("POST", "/actions", actions=[{"type": "key", "id": "keyboard", "actions": actions}])

    def close(self) -> None:
        with suppress(RuntimeError, OSError, HTTPException):
            self.send("DELETE", "")


def find_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
