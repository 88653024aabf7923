"""A real browser to look at pages with: Chromium, driven by Playwright, with no other fonts than those given to it.

Playwright is a dependency of the modules that import this one's browser, and imported when it is called.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from khmertext.errors import SiteError

if TYPE_CHECKING:
    from playwright.async_api import Browser, Playwright

__all__ = ["find_chromium", "first_line", "open_chromium", "write_fontconfig"]

VARIABLE: Final = "KHMERTEXT_CHROMIUM"
NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
CHANNELS: Final = ("chrome", "msedge")  # where Playwright knows by itself where these are installed
INSTALL: Final = 'pip install "khmertext[browser]"'
NO_BROWSER: Final = f"install Chromium or Chrome, name it in {VARIABLE}, or run `playwright install chromium`"

OPTIONS: Final = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--font-render-hinting=none",
    # Nothing but this machine is asked for anything, and of it nothing by name.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-first-run",
    "--no-proxy-server",  # which would find other hosts for us
)


@asynccontextmanager
async def open_chromium(fonts: Sequence[bytes]) -> AsyncIterator[Browser]:
    """Start a browser without a window. Where fontconfig is what finds fonts, it has only those given.

    Args:
        fonts: Font files.

    Yields:
        Playwright's browser, for its asynchronous calls: only these can be given up. It reaches nothing but
        127.0.0.1, and ends with the context.

    Raises:
        SiteError: Playwright is not installed, there is no browser, or it does not start.
    """
    try:
        from playwright.async_api import Error, async_playwright
    except ImportError as error:
        raise SiteError("a browser cannot be driven: playwright is not installed", hint=INSTALL) from error
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="khmertext-", ignore_cleanup_errors=True)))
        environment: dict[str, str | float | bool] = {
            **os.environ,
            "FONTCONFIG_FILE": str(write_fontconfig(folder, fonts)),
        }
        try:
            playwright = await stack.enter_async_context(async_playwright())
            browser = await launch(playwright, environment)
        except Error as error:
            raise SiteError(f"the browser does not start: {first_line(error)}", hint=NO_BROWSER) from error
        stack.push_async_callback(browser.close)
        yield browser


async def launch(playwright: Playwright, environment: dict[str, str | float | bool]) -> Browser:
    """Start the browser that is named or found; the last resort is Chrome or Edge where they are usually installed."""
    from playwright.async_api import Error

    own = playwright.chromium.executable_path
    path = find_chromium() or (own if Path(own).exists() else "")
    if path:
        return await playwright.chromium.launch(executable_path=path, args=OPTIONS, env=environment)
    for channel in CHANNELS:
        try:
            return await playwright.chromium.launch(channel=channel, args=OPTIONS, env=environment)
        except Error:
            continue
    raise SiteError("there is no browser to look with", hint=NO_BROWSER)


def find_chromium() -> str:
    """The browser that ``KHMERTEXT_CHROMIUM`` names, else the first of the usual names on PATH, else "".

    Raises:
        SiteError: What the variable names is not there.
    """
    named = os.environ.get(VARIABLE, "")
    if named and not Path(named).is_file():
        raise SiteError("is no file", source=named, hint=f"it is named in {VARIABLE}")
    return named or next(filter(None, map(shutil.which, NAMES)), "")


def write_fontconfig(folder: Path, fonts: Sequence[bytes]) -> Path:
    """Write a configuration of fontconfig that knows these fonts and no others, and hints none.

    Args:
        folder: Where to, with copies of the fonts and fontconfig's cache.
        fonts: Font files.

    Returns:
        The file for ``FONTCONFIG_FILE``.

    Source: fontconfig user documentation, the file format of fonts.conf.
    """
    shelf = folder / "fonts"
    shelf.mkdir()
    for number, font in enumerate(fonts):
        (shelf / f"{number}.ttf").write_bytes(font)
    config = folder / "fonts.conf"
    config.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig><dir>{escape(str(shelf))}</dir><cachedir>{escape(str(folder / 'cache'))}</cachedir>"
        # The autohinter measures the letters that it finds in a font, so a subset would come out a little different.
        '<match target="pattern"><edit name="hinting"><bool>false</bool></edit>'
        '<edit name="autohint"><bool>false</bool></edit><edit name="hintstyle"><const>hintnone</const></edit></match>'
        "</fontconfig>",
        encoding="utf-8",
    )
    return config


def first_line(error: BaseException) -> str:
    """What an error of Playwright says, without the log behind it."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
