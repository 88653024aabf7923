"""Firefox as it is installed, driven by WebDriver BiDi: the standard protocol, JSON over a websocket.

Firefox speaks it by itself, so all that is needed is a websocket (``websockets``, well kept and typed) and the few
commands below. The other ways: Selenium wants geckodriver, which no Python package keeps up to date;
``marionette_driver`` speaks Mozilla's own protocol, untyped, and brings many packages along; Playwright wants a Firefox
of its own build, and its BiDi, undocumented, sends a command that Firefox 153 does not know.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from tests.browser.pages import VIEWPORT, Until

PATIENCE = 60.0  # seconds for whatever should take much less

# Nothing but the loopback interface can be reached: all else goes to a proxy that is not there. The rest is so that
# nothing is even tried; the remote agent of Firefox itself switches off more.
PREFERENCES: Mapping[str, bool | int | str] = {
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.no_proxies_on": "127.0.0.1",
    "network.proxy.failover_direct": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "network.http.speculative-parallel-limit": 0,
    "network.prefetch-next": False,
    "network.trr.mode": 5,
    "app.normandy.enabled": False,
    "app.update.auto": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.region.update.enabled": False,
    "browser.safebrowsing.downloads.remote.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.search.update": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "datareporting.healthreport.uploadEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "datareporting.usage.uploadEnabled": False,
    "dom.push.connection.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "termsofuse.bypassNotification": True,
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": "",
    "toolkit.telemetry.unified": False,
    # No fonts that come with Firefox; a caret that does not blink.
    "gfx.bundled-fonts.activate": 0,
    "ui.caretBlinkTime": 0,
}
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c", "Space": " "}
STATES = {"load": "complete", "domcontentloaded": "interactive"}


class Firefox:
    """A running Firefox: a new profile in ``folder``, the fonts that ``fontconfig`` names, and changed preferences."""

    def __init__(self, executable: str, folder: Path, fontconfig: Path, changed: Mapping[str, bool | int]) -> None:
        profile = folder / "profile"
        profile.mkdir()
        preferences: dict[str, bool | int | str] = {**PREFERENCES, **changed}
        # Pages are drawn in processes that may read little of the disk: without this they find no font at all, and end.
        preferences["security.sandbox.content.read_path_whitelist"] = f"{fontconfig.parent}/"
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items()]
        (profile / "user.js").write_text("".join(lines), encoding="utf-8")
        self.log = folder / "log.txt"
        environment = {
            "FONTCONFIG_FILE": str(fontconfig),
            "HOME": str(folder),
            "MOZ_CRASHREPORTER_DISABLE": "1",
            "MOZ_REMOTE_SETTINGS_DEVTOOLS": "1",  # else services.settings.server is not heeded
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [executable, "--headless", "--no-remote", "--remote-debugging-port=0", "--profile", str(profile)],
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a group of its own, so that its children end with it
            )
        self.requests: dict[str, list[str]] = {}
        self.last = 0
        self.stack = ExitStack()
        self.stack.callback(self.kill)
        try:
            port = self.wait_for_port(profile / "WebDriverBiDiServer.json")
            url = f"ws://127.0.0.1:{port}/session"
            self.socket = self.stack.enter_context(connect(url, max_size=None, proxy=None, open_timeout=PATIENCE))
            self.send("session.new", capabilities={})
            self.send("session.subscribe", events=["network.beforeRequestSent"])
        except BaseException:
            self.stack.close()
            raise

    def wait_for_port(self, file: Path) -> int:
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < end:
            with suppress(FileNotFoundError, ValueError):  # not there yet, or half written
                return int(json.loads(file.read_bytes())["ws_port"])
            time.sleep(0.05)
        raise RuntimeError(f"Firefox did not start: {self.log.read_text('utf-8', 'replace')[-2000:]}")

    def send(self, method: str, **params: Any) -> Any:
        """What a command answers. What happens meanwhile is noted."""
        self.last += 1
        self.socket.send(json.dumps({"id": self.last, "method": method, "params": params}))
        while True:
            message = json.loads(self.socket.recv(timeout=PATIENCE))
            if message["type"] == "event":
                event = message["params"]
                self.requests.setdefault(event["context"], []).append(event["request"]["url"])
            elif message["id"] == self.last:
                if message["type"] == "error":
                    raise RuntimeError(f"{method}: {message['error']}: {message['message']}")
                return message["result"]

    def new_page(self, *, init: str = "") -> FirefoxPage:
        return FirefoxPage(self, init)

    def close(self) -> None:
        """End it: it is asked to, then made to."""
        with self.stack:
            with suppress(WebSocketException, RuntimeError, TimeoutError, OSError):
                self.send("browser.close")
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(10)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class FirefoxPage:
    """A page with storage of its own, as a ``Page``."""

    def __init__(self, firefox: Firefox, init: str) -> None:
        self.firefox = firefox
        self.user = firefox.send("browser.createUserContext")["userContext"]
        self.context = firefox.send("browsingContext.create", type="tab", userContext=self.user)["context"]
        self.set_viewport(*VIEWPORT)
        if init:
            firefox.send("script.addPreloadScript", functionDeclaration=f"() => {{ {init} }}", userContexts=[self.user])

    @property
    def requests(self) -> list[str]:
        return self.firefox.requests.get(self.context, [])

    def open(self, url: str, *, until: Until = "load") -> None:
        self.firefox.send("browsingContext.navigate", context=self.context, url=url, wait=STATES[until])

    def evaluate(self, script: str) -> Any:
        result = self.firefox.send(
            "script.callFunction",
            functionDeclaration=f"async () => JSON.stringify(await ({script}))",
            target={"context": self.context},
            awaitPromise=True,
        )
        if result["type"] == "exception":
            raise RuntimeError(result["exceptionDetails"]["text"])
        return json.loads(result["result"].get("value", "null"))

    def screenshot(self, *, full_page: bool = False) -> bytes:
        origin = "document" if full_page else "viewport"
        shot = self.firefox.send("browsingContext.captureScreenshot", context=self.context, origin=origin)
        return base64.b64decode(shot["data"])

    def print(self) -> bytes:
        """A PDF of the page."""
        return base64.b64decode(self.firefox.send("browsingContext.print", context=self.context)["data"])

    def find(self, **accessible: str) -> int:
        """How many elements have this role and this name."""
        locator = {"type": "accessibility", "value": accessible}
        return len(self.firefox.send("browsingContext.locateNodes", context=self.context, locator=locator)["nodes"])

    def set_viewport(self, width: int, height: int) -> None:
        self.firefox.send(
            "browsingContext.setViewport",
            context=self.context,
            viewport={"width": width, "height": height},
            devicePixelRatio=1,
        )

    def press(self, key: str) -> None:
        actions = [{"type": kind, "value": KEYS[key]} for kind in ("keyDown", "keyUp")]
        self.firefox.send(
            "input.performActions",
            context=self.context,
            actions=[{"type": "key", "id": "keyboard", "actions": actions}],
        )

    def close(self) -> None:
        self.firefox.send("browser.removeUserContext", userContext=self.user)
