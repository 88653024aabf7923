"""What browser tests share: browsers with chosen fonts only, a local server, and fonts made for the purpose.

Chromium is the one in ``KHMERTEXT_CHROMIUM``, else the first on PATH, else Playwright's own. Firefox is the one in
``KHMERTEXT_FIREFOX``, else the first on PATH. Tests whose browser is missing are skipped; where the environment
variable ``CI`` is set, they fail instead.
"""

from __future__ import annotations

import io
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import fontpkg
import pytest
from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from khmertext.web.browsers import write_fontconfig
from tests.browser.pages import PLAIN, Chromium, OpenMachine, Setup

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserType

    from tests.browser.firefox import Firefox
    from tests.browser.webkit import WebKit

FIREFOX_NAMES = ("firefox-esr", "firefox")
WEBKIT_PATHS = "usr/lib/*/webkit2gtk-*/MiniBrowser"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
)


# Khmer of Unicode: what is not assigned, and the marks, which GNU Unifont gives no width.
UNASSIGNED = frozenset({0x17DE, 0x17DF, *range(0x17EA, 0x17F0), *range(0x17FA, 0x1800)})
MARKS = frozenset({*range(0x17B4, 0x17D4), 0x17DD})


def give_up(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> Iterator[BrowserType]:
    """Playwright's handle on Chromium."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        give_up("playwright is not installed")
    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="session")
def chromium_path(chromium: BrowserType) -> str:
    """The browser to start."""
    found = os.environ.get("KHMERTEXT_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), "")
    path = found or chromium.executable_path
    if not Path(path).exists():
        give_up("no Chromium: set KHMERTEXT_CHROMIUM, install it, or run `playwright install chromium`")
    return path


@pytest.fixture(scope="session")
def open_browser(
    chromium: BrowserType, chromium_path: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Browser]]:
    """``open_browser(fonts=[path, …], web_fonts=…)``: a headless Chromium whose only system fonts are these files.

    One browser per set of fonts for the whole session; a test takes contexts of its own from it. Fontconfig is given a
    configuration of ours, so what is installed on the machine does not leak in.
    """
    browsers: dict[tuple[tuple[Path, ...], bool], Browser] = {}

    def open_browser(fonts: Sequence[Path], *, web_fonts: bool = True) -> Browser:
        key = (tuple(sorted(fonts)), web_fonts)
        if key not in browsers:
            config = write_fontconfig(tmp_path_factory.mktemp("fontconfig"), read_all(key[0]))
            browsers[key] = chromium.launch(
                executable_path=chromium_path,
                args=[*CHROMIUM_OPTIONS, *([] if web_fonts else ["--disable-remote-fonts"])],
                env={**os.environ, "FONTCONFIG_FILE": str(config)},
            )
        return browsers[key]

    yield open_browser
    for browser in browsers.values():
        browser.close()


@pytest.fixture(scope="session")
def open_firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Firefox]]:
    """``open_firefox(fonts=[path, …], setup=…)``: the same with Firefox, started when a test first asks for it."""
    started: dict[tuple[tuple[Path, ...], Setup], Firefox] = {}

    def open_firefox(fonts: Sequence[Path], setup: Setup = PLAIN) -> Firefox:
        executable = os.environ.get("KHMERTEXT_FIREFOX") or next(filter(None, map(shutil.which, FIREFOX_NAMES)), "")
        if not Path(executable).is_file():
            give_up("no Firefox: install it, or set KHMERTEXT_FIREFOX")
        try:
            from tests.browser.firefox import Firefox
        except ImportError:
            give_up("websockets is not installed")
        key = (tuple(sorted(fonts)), setup)
        if key not in started:
            folder = tmp_path_factory.mktemp("firefox")
            started[key] = Firefox(
                executable, folder, write_fontconfig(folder, read_all(key[0])), firefox_preferences(setup)
            )
        return started[key]

    yield open_firefox
    with ExitStack() as stack:
        for firefox in started.values():
            stack.callback(firefox.close)


def firefox_preferences(setup: Setup) -> dict[str, bool | int]:
    changed: dict[str, bool | int] = {}
    if not setup.web_fonts:
        changed["gfx.downloadable_fonts.enabled"] = False
    if not setup.scripts:
        changed["javascript.enabled"] = False
    if setup.dark:
        changed["layout.css.prefers-color-scheme.content-override"] = 0
    if setup.resists:
        changed["privacy.resistFingerprinting"] = True
    return changed


@pytest.fixture(scope="session")
def open_webkit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., WebKit]]:
    """``open_webkit(fonts=[path, …])``: the same with WebKitGTK."""
    started: dict[tuple[Path, ...], WebKit] = {}

    def open_webkit(fonts: Sequence[Path]) -> WebKit:
        from tests.browser.webkit import Programs, WebKit

        browser = os.environ.get("KHMERTEXT_WEBKIT") or next(map(str, sorted(Path("/").glob(WEBKIT_PATHS))), "")
        programs = Programs(shutil.which("WebKitWebDriver") or "", browser, shutil.which("Xvfb") or "")
        if not all(programs):
            pytest.skip("no WebKitGTK: install webkit2gtk-driver and xvfb")
        key = tuple(sorted(fonts))
        if key not in started:
            folder = tmp_path_factory.mktemp("webkit")
            started[key] = WebKit(programs, folder, write_fontconfig(folder, read_all(key)))
        return started[key]

    yield open_webkit
    with ExitStack() as stack:
        for webkit in started.values():
            stack.callback(webkit.close)


@pytest.fixture(params=["chromium", "firefox"])
def open_machine(request: pytest.FixtureRequest) -> OpenMachine:
    """``open_machine(fonts=[path, …], setup=Setup(…))``: a ``Machine``, in each engine."""
    return find_opener(request, request.param)


def find_opener(request: pytest.FixtureRequest, engine: str) -> OpenMachine:
    if engine != "chromium":
        opener: OpenMachine = request.getfixturevalue(f"open_{engine}")
        return opener
    open_browser = request.getfixturevalue("open_browser")

    def open_chromium(fonts: Sequence[Path], setup: Setup = PLAIN) -> Chromium:
        return Chromium(open_browser(fonts, web_fonts=setup.web_fonts), setup)

    return open_chromium


def read_all(fonts: Sequence[Path]) -> list[bytes]:
    return [font.read_bytes() for font in fonts]


@dataclass
class Site:
    """A running server: its address, and the paths it was asked for."""

    url: str
    requests: list[str] = field(default_factory=list)


@pytest.fixture
def serve() -> Iterator[Callable[..., Site]]:
    """A server on the loopback interface, for one test.

    ``serve(folder, headers={name: value}, missing=[path], gates={path: event})``: the headers go with every answer, a
    missing path is 404, a gated one is answered when its ``threading.Event`` is set. Paths begin with a slash.
    """
    servers: list[ThreadingHTTPServer] = []
    closed: list[threading.Event] = []

    def serve(
        folder: Path,
        *,
        headers: Mapping[str, str] | None = None,
        missing: Sequence[str] = (),
        gates: Mapping[str, threading.Event] | None = None,
    ) -> Site:
        site = Site("")
        handler = partial(Handler, folder=folder, headers=headers or {}, missing=missing, gates=gates or {}, site=site)
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        site.url = f"http://127.0.0.1:{server.server_port}"
        closed.extend((gates or {}).values())
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return site

    yield serve
    for gate in closed:
        gate.set()
    for server in servers:
        server.shutdown()
        server.server_close()


class Handler(SimpleHTTPRequestHandler):
    def __init__(
        self,
        *args: object,
        folder: Path,
        headers: Mapping[str, str],
        missing: Sequence[str],
        gates: Mapping[str, threading.Event],
        site: Site,
    ) -> None:
        self.added = headers
        self.missing = missing
        self.gates = gates
        self.site = site
        super().__init__(*args, directory=str(folder))  # type: ignore[arg-type]

    extensions_map = {  # noqa: RUF012 - as in the base class
        **SimpleHTTPRequestHandler.extensions_map,
        ".ttf": "font/ttf",
        ".woff2": "font/woff2",
        ".html": "text/html; charset=utf-8",
    }

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.site.requests.append(path)
        if path in self.gates:
            self.gates[path].wait(60)
        if path in self.missing:
            self.send_error(404)
            return
        with suppress(BrokenPipeError, ConnectionResetError):  # the page was closed meanwhile
            super().do_GET()

    def end_headers(self) -> None:
        for name, value in self.added.items():
            self.send_header(name, value)
        if "Cache-Control" not in self.added:
            self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def khmer_font() -> Path:
    """A font that shapes Khmer: the default one, variable."""
    return Path(fontpkg.path("Noto Sans Khmer", weight=400))


@pytest.fixture(scope="session")
def latin_font(khmer_font: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same design with nothing but ASCII."""
    return save_latin(khmer_font, range(0x20, 0x7F), tmp_path_factory.mktemp("fonts") / "latin.ttf")


def save_latin(source: Path, codes: Iterable[int], path: Path) -> Path:
    subsetter = subset.Subsetter(subset.Options(notdef_outline=True))
    subsetter.populate(unicodes=codes)
    font = TTFont(io.BytesIO(source.read_bytes()))
    subsetter.subset(font)
    return save_renamed(font, "Latin Only", path)


@pytest.fixture(scope="session")
def unshaped_font(khmer_font: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same letters without GSUB: every letter has a glyph, none is ever shaped."""
    font = TTFont(io.BytesIO(khmer_font.read_bytes()))
    del font["GSUB"]
    return save_renamed(font, "Unshaped Khmer", tmp_path_factory.mktemp("fonts") / "unshaped.ttf")


def make_flat_font(path: Path, *, spacing_marks: bool, one_glyph: bool = False) -> Path:
    """A font of boxes for all of Khmer that shapes nothing.

    Args:
        path: Where to.
        spacing_marks: Whether marks take room as letters do.
        one_glyph: Whether one glyph stands for the whole block, as in fonts of last resort.
    """
    codes = [code for code in range(0x1780, 0x1800) if code not in UNASSIGNED]
    names = {code: "block" if one_glyph else f"uni{code:04X}" for code in codes}
    order = [".notdef", "space", *dict.fromkeys(names.values())]
    pen = TTGlyphPen(None)
    for point, (x, y) in enumerate([(50, 0), (50, 600), (550, 600), (550, 0)]):
        (pen.lineTo if point else pen.moveTo)((x, y))
    pen.closePath()
    box = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap({0x20: "space", **names})
    builder.setupGlyf({name: TTGlyphPen(None).glyph() if name == "space" else box for name in order})
    marks = set() if spacing_marks else {names[code] for code in codes if code in MARKS}
    builder.setupHorizontalMetrics({name: (0 if name in marks else 600, 50) for name in order})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": path.stem, "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200)
    builder.setupPost()
    builder.save(path)
    return path


@pytest.fixture(scope="session")
def fonts(
    khmer_font: Path, latin_font: Path, unshaped_font: Path, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Path]:
    """Fonts by what they are like.

    "khmer" shapes; "unshaped" is the same without GSUB; "unifont" has a glyph for every character and marks without
    width, as GNU Unifont; "spaced" is the same with marks as wide as letters; "resort" has one glyph for the block, as
    Last Resort; "latin" has ASCII alone; "european" has the letters of most of Europe too; "corrupt" is no font.
    """
    folder = tmp_path_factory.mktemp("made")
    (folder / "corrupt.ttf").write_bytes(b"\x00\x01\x00\x00" + bytes(500))
    return {
        "khmer": khmer_font,
        "unshaped": unshaped_font,
        "latin": latin_font,
        "european": save_latin(khmer_font, [*range(0x20, 0x250), 0x2019], folder / "european.ttf"),
        "corrupt": folder / "corrupt.ttf",
        "unifont": make_flat_font(folder / "Flat.ttf", spacing_marks=False),
        "spaced": make_flat_font(folder / "Spaced.ttf", spacing_marks=True),
        "resort": make_flat_font(folder / "Resort.ttf", spacing_marks=True, one_glyph=True),
    }


def save_renamed(font: TTFont, family: str, path: Path) -> Path:
    for record in font["name"].names:
        if record.nameID in (1, 16):
            record.string = family
        elif record.nameID == 4:
            record.string = f"{family} Regular"
        elif record.nameID == 6:
            record.string = f"{family.replace(' ', '')}-Regular"
    font.save(path)
    return path
