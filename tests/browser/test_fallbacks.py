"""Fallback faces in browsers: nothing moves when the font comes, and faces that are not there are passed over."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from khmertext.web import BuildOptions, build_site
from tests.browser.conftest import Site, find_opener
from tests.browser.pages import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

EXAMPLE = Path(__file__).parents[2] / "examples" / "site"
SYSTEM = Path("/usr/share/fonts/truetype")
KHMER_OS = ("khmeros/KhmerOS.ttf",)
NOTO_SANS = ("noto/NotoSansKhmer-Regular.ttf", "noto/NotoSansKhmer-Bold.ttf")
NOTO_SERIF = ("noto/NotoSerifKhmer-Regular.ttf", "noto/NotoSerifKhmer-Bold.ttf")
WIDTHS = (360, 768, 1280)
PAGES = ("index.html", "news/land-titles.html", "contact.html")
WATCH = """
window.moved = 0;
new PerformanceObserver(list => { for (const entry of list.getEntries()) moved += entry.value })
  .observe({type: 'layout-shift', buffered: true});
"""
# Two frames: what was laid out is on the screen, and what shifted has been told.
FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60))))"
PLACES = """
[...document.querySelectorAll('body *:not(.khmertext-probe)')].map(element => {
  const box = element.getBoundingClientRect(); return [box.y, box.height] })
"""


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Mapping[bool, Path]:
    """The example site, with fallbacks and without."""
    folder = tmp_path_factory.mktemp("sites")
    for fallbacks in (False, True):
        build_site(EXAMPLE, folder / str(fallbacks), BuildOptions(fallbacks=fallbacks, jobs=1))
    return {fallbacks: folder / str(fallbacks) for fallbacks in (False, True)}


def find_fonts(names: tuple[str, ...]) -> list[Path]:
    paths = [SYSTEM / name for name in names]
    if not all(path.is_file() for path in paths):
        pytest.skip("not installed: fonts-khmeros, fonts-noto-core")
    return paths


def measure_shift(browser: Browser, root: Path, serve: Callable[..., Site], width: int, page: str) -> tuple[float, int]:
    """The layout shift of the font's coming, and how many elements stand elsewhere afterwards."""
    gate = threading.Event()
    fonts = [f"/khmertext/{path.name}" for path in (root / "khmertext").glob("*.woff2")]
    site = serve(root, gates=dict.fromkeys(fonts, gate))
    context = browser.new_context(viewport={"width": width, "height": 800})
    try:
        tab = context.new_page()
        tab.add_init_script(WATCH)
        tab.goto(f"{site.url}/{page}", wait_until="domcontentloaded")
        tab.evaluate(FRAMES)
        wait_until(lambda: any(path in fonts for path in site.requests), "a request for the font")
        tab.evaluate(FRAMES)
        assert not tab.evaluate(
            "[...document.fonts].some(face => face.status == 'loaded' && face.family == 'Site Khmer')"
        )
        before, shifted = tab.evaluate(PLACES), tab.evaluate("moved")
        gate.set()
        tab.evaluate("document.fonts.ready.then(() => 1)")
        tab.evaluate(FRAMES)
        after = tab.evaluate(PLACES)
        elsewhere = sum(
            abs(one[0] - other[0]) > 0.6 or abs(one[1] - other[1]) > 0.6
            for one, other in zip(before, after, strict=True)
        )
        return float(tab.evaluate("moved")) - float(shifted), elsewhere
    finally:
        context.close()


def measure_site(
    browser: Browser, root: Path, serve: Callable[..., Site]
) -> Iterator[tuple[tuple[int, str], float, int]]:
    for width in WIDTHS:
        for page in PAGES:
            yield (width, page), *measure_shift(browser, root, serve, width, page)


def test_nothing_moves_when_the_font_comes_to_a_system_with_khmer_os(
    open_browser: Callable[..., Browser],
    serve: Callable[..., Site],
    fonts: Mapping[str, Path],
    sites: Mapping[bool, Path],
) -> None:
    browser = open_browser([fonts["european"], *find_fonts(KHMER_OS)])
    without = list(measure_site(browser, sites[False], serve))
    fitted = list(measure_site(browser, sites[True], serve))
    # Chromium calls up to 0.1 good; without fallbacks the worst page is beyond that.
    assert max(shift for _, shift, _ in without) > 0.1
    assert {place: round(shift, 3) for place, shift, _ in fitted if shift >= 0.001} == {}
    assert sum(count for _, _, count in fitted) * 5 < sum(count for _, _, count in without)


def test_no_element_moves_when_the_font_comes_to_a_system_with_its_older_version(
    open_browser: Callable[..., Browser],
    serve: Callable[..., Site],
    fonts: Mapping[str, Path],
    sites: Mapping[bool, Path],
) -> None:
    browser = open_browser([fonts["european"], *find_fonts(NOTO_SANS)])
    for place, shift, elsewhere in measure_site(browser, sites[True], serve):
        assert (round(shift, 3), elsewhere) == (0, 0), place


@pytest.mark.parametrize("system", [KHMER_OS, NOTO_SERIF], ids=["Khmer OS", "Noto Serif"])
def test_nothing_at_all_moves_where_fonts_do_not_swap(
    open_browser: Callable[..., Browser],
    serve: Callable[..., Site],
    fonts: Mapping[str, Path],
    system: tuple[str, ...],
    tmp_path: Path,
) -> None:
    """In 412 px a fitted Noto Serif Khmer has another item in the first row of the menu."""
    build_site(EXAMPLE, tmp_path, BuildOptions(swap=False, jobs=1))
    browser = open_browser([fonts["european"], *find_fonts(system)])
    for width in (412, 768):
        for page in PAGES:
            assert measure_shift(browser, tmp_path, serve, width, page) == (0, 0), (width, page)


@pytest.mark.parametrize("delay", [0, 0.05, 0.3])
def test_nothing_moves_whenever_a_font_comes_that_does_not_swap(
    open_browser: Callable[..., Browser],
    serve: Callable[..., Site],
    fonts: Mapping[str, Path],
    delay: float,
    tmp_path: Path,
) -> None:
    """From the beginning of the page on, and with one request for the font, though two families have it."""
    build_site(EXAMPLE, tmp_path, BuildOptions(swap=False, jobs=1))
    path = next(f"/khmertext/{one.name}" for one in (tmp_path / "khmertext").glob("site-khmer.*.woff2"))
    gate = threading.Event()
    site = serve(tmp_path, gates={path: gate}, headers={"Cache-Control": "max-age=3600"})
    context = open_browser([fonts["european"], *find_fonts(NOTO_SERIF)]).new_context(
        viewport={"width": 412, "height": 800}
    )
    try:
        tab = context.new_page()
        tab.add_init_script(WATCH)
        threading.Timer(delay, gate.set).start()
        tab.goto(f"{site.url}/index.html")
        tab.evaluate("document.fonts.ready.then(() => 1)")
        assert gate.wait(5)
        wait_until(lambda: tab.evaluate("document.fonts.status") == "loaded", "all fonts")
        tab.evaluate(FRAMES)
        assert tab.evaluate("moved") == 0
        assert site.requests.count(path) == 1
    finally:
        context.close()


SHOWN = """
(() => { const [one, other] = [...document.querySelectorAll('b')].map(each => each.getBoundingClientRect().width);
  return one == other })()
"""


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
@pytest.mark.parametrize("has_fallback", [True, False])
def test_fonts_that_do_not_swap_come_late_to_visitors_without_fallbacks_only(
    request: pytest.FixtureRequest,
    engine: str,
    has_fallback: bool,
    serve: Callable[..., Site],
    tmp_path: Path,
    fonts: Mapping[str, Path],
) -> None:
    """Whoever has a fallback sees the site's font from the next page on."""
    (tmp_path / "source").mkdir()
    for name in ("a", "b"):
        (tmp_path / "source" / f"{name}.html").write_text(
            f"<!doctype html><html lang=km><meta charset=utf-8><title>x</title><style>b{{float:left;font:400 90px x}}"
            # The fit is to all of the text, so that NAME itself is not quite as wide.
            f"</style><b>{NAME}</b><b>{NAME}</b><p>ព័ត៌មាន សន្លឹកព័ត៌មាន</p>",
            encoding="utf-8",
        )
    root = tmp_path / "site"
    build_site(tmp_path / "source", root, BuildOptions(swap=False, detector=False, jobs=1))
    gate = threading.Event()
    path = next(f"/khmertext/{font.name}" for font in (root / "khmertext").glob("*.woff2") if "full" not in font.name)
    site = serve(root, gates={path: gate}, headers={"Cache-Control": "max-age=3600"})
    installed = [fonts["latin"], *(find_fonts(KHMER_OS) if has_fallback else [])]
    page = find_opener(request, engine)(installed).new_page()
    late = "[...document.fonts].some(face => face.status == 'loaded' && /Site Khmer Late/.test(face.family))"
    compare = "document.querySelectorAll('b')[1].style.fontFamily = 'Site Khmer Late'"
    try:
        # Far later than what is in time; a browser may not be done with the page before.
        threading.Timer(1.5, gate.set).start()
        page.open(f"{site.url}/a.html")
        page.evaluate(compare)
        wait_until(lambda: bool(page.evaluate(late)), "the font")
        page.evaluate("new Promise(done => setTimeout(() => done(1), 100))")
        assert page.evaluate(SHOWN) is not has_fallback
        page.open(f"{site.url}/b.html")
        page.evaluate(compare)
        wait_until(lambda: bool(page.evaluate(late)), "the font")
        page.evaluate("new Promise(done => setTimeout(() => done(1), 100))")
        assert page.evaluate(SHOWN) is True
    finally:
        page.close()


NAME = "ទំព័រដើម"
RULES = """
@font-face{font-family:first;src:local("No Such Font");size-adjust:200%}
@font-face{font-family:first;src:local("Khmer OS");size-adjust:50%}
@font-face{font-family:last;src:local("Khmer OS");size-adjust:50%}
@font-face{font-family:last;src:local("No Such Font");size-adjust:200%}
@font-face{font-family:none;src:local("No Such Font");size-adjust:50%}
@font-face{font-family:weights;src:local("Khmer OS");size-adjust:50%}
@font-face{font-family:weights;src:local("Khmer OS");size-adjust:25%;font-weight:599}
p{font-size:100px;float:left;clear:left;margin:0}
"""


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_faces_that_are_not_there_are_passed_over(
    request: pytest.FixtureRequest, engine: str, serve: Callable[..., Site], tmp_path: Path, fonts: Mapping[str, Path]
) -> None:
    """What the stylesheet builds upon: of the faces of a family that have one weight the last that is there counts."""
    stacks = {"plain": "'Khmer OS'", **{name: f"{name}, 'Khmer OS'" for name in ("first", "last", "none", "weights")}}
    body = "".join(
        f'<p id={name}{weight} style="font-family:{stack};font-weight:{weight}">{NAME}</p>'
        for name, stack in stacks.items()
        for weight in (400, 700)
    )
    (tmp_path / "a.html").write_text(
        f"<!doctype html><meta charset=utf-8><style>{RULES}</style>{body}", encoding="utf-8"
    )
    page = find_opener(request, engine)([fonts["latin"], *find_fonts(KHMER_OS)]).new_page()
    try:
        page.open(f"{serve(tmp_path).url}/a.html")

        def shares() -> dict[str, float]:
            widths: dict[str, Any] = page.evaluate(
                "Object.fromEntries([...document.querySelectorAll('p')].map("
                "one => [one.id, one.getBoundingClientRect().width]))"
            )
            return {name: round(width / widths[f"plain{name[-3:]}"], 2) for name, width in widths.items()}

        expected = {"plain": 1, "first": 0.5, "last": 0.5, "none": 1, "weights": 0.5}
        wanted = {f"{name}{weight}": share for name, share in expected.items() for weight in (400, 700)}
        wanted["weights700"] = 0.25
        # Local fonts may come a moment later.
        for _ in range(100):
            if shares() == wanted:
                break
            page.evaluate("new Promise(done => setTimeout(() => done(1), 30))")
        assert shares() == wanted
    finally:
        page.close()


def test_bold_text_stays_bold_in_a_font_without_bold(
    open_browser: Callable[..., Browser], serve: Callable[..., Site], tmp_path: Path, fonts: Mapping[str, Path]
) -> None:
    (tmp_path / "a.html").write_text(
        f"<!doctype html><meta charset=utf-8><style>{RULES}body{{margin:0}}p{{line-height:2}}</style>"
        + "".join(f"<p style='font-family:weights;font-weight:{weight}'>{NAME}</p>" for weight in (599, 700)),
        encoding="utf-8",
    )
    tab = open_browser([fonts["latin"], *find_fonts(KHMER_OS)]).new_context().new_page()
    tab.goto(f"{serve(tmp_path).url}/a.html")
    tab.evaluate(FRAMES)
    plain, bold = (locator.screenshot() for locator in tab.locator("p").all())
    tab.context.close()
    assert plain != bold


def test_line_metrics_are_those_of_the_font_that_comes(
    open_browser: Callable[..., Browser],
    serve: Callable[..., Site],
    fonts: Mapping[str, Path],
    sites: Mapping[bool, Path],
    tmp_path: Path,
) -> None:
    """With `line-height: normal` a fallback's own metrics make lines taller: Khmer OS has 1.9 em, ours 1.36."""
    for fallbacks, same in ((True, True), (False, False)):
        folder = tmp_path / str(fallbacks)
        build_site(make_tall_site(tmp_path / "source"), folder, BuildOptions(fallbacks=fallbacks, jobs=1))
        browser = open_browser([fonts["european"], *find_fonts(KHMER_OS)])
        _, elsewhere = measure_shift(browser, folder, serve, 900, "index.html")
        assert (elsewhere == 0) is same


def make_tall_site(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    lines = "".join(f"<p>{text}</p>" for text in (NAME, "Latin", "ព័ត៌មាន", f"<b>{NAME}</b>", "<i>x</i>"))
    head = "<!doctype html><html lang=km><meta charset=utf-8><title>x</title><style>p{font:30px Latin Only}</style>"
    (folder / "index.html").write_text(head + lines, encoding="utf-8")
    return folder
