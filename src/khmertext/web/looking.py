"""A built site looked at in a real browser: does it draw each page as it would with the uncut font?

The site is served twice on this machine: as it is, and with the whole font in the place of each cut one. Both are
opened alike, screenshots of both are compared pixel by pixel, and the visitor check of the page has to say that all is
well. The browser has no Khmer font of its own where it can be given its fonts (fontconfig), so what the site's font
does not draw shows; elsewhere it is asked which font drew what.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple
from urllib.parse import quote

from khmertext.atomic import fill_file, put_whole
from khmertext.errors import SiteError
from khmertext.fonts import default_face
from khmertext.fonts.latin import latin_font
from khmertext.web.browsers import first_line, open_chromium
from khmertext.web.checking import Problem
from khmertext.web.disk import read_file
from khmertext.web.reading import Progress
from khmertext.web.serving import serve_folder
from khmertext.web.sources import decode_source

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, Request

__all__ = ["BrowserReview", "choose_pages", "look_at_site"]

PLAIN: Final = "Khmertext Latin"  # the browser's own font, which no page asks for
PATIENCE: Final = 30_000  # milliseconds for a page to load
STATUS_PATIENCE: Final = 12_000  # more than the visitor check itself waits for a font that hangs
STRIP: Final = 4000  # CSS pixels of height in one picture, since browsers draw no picture that is much higher
MOST_STRIPS: Final = 25
SHOWN: Final = 60
END_OF_TITLE: Final = re.compile("</title", re.IGNORECASE)

# The same moment and the same chance on every visit, before the page's own scripts run.
STEADY: Final = """(() => {
  const today = Date.UTC(2026, 0, 15, 9), Real = Date;
  // No class, which cannot be called without `new`.
  window.Date = new Proxy(Real, {
    construct: (real, all, target) => Reflect.construct(real, all.length ? all : [today], target),
    apply: () => new Real(today).toString(),
    get: (real, name) => name === 'now' ? () => today : Reflect.get(real, name)
  });
  Real.prototype.constructor = window.Date;
  let state = 1;
  Math.random = () => (state = state * 48271 % 2147483647) / 2147483647;
})()"""

# Until fonts are loaded and what they draw is on the screen.
SETTLE: Final = """(async () => {
  const frame = () => new Promise(done => { requestAnimationFrame(() => done()); setTimeout(done, 200) });
  for (let round = 0; round < 2; round++) { await frame(); await frame(); await document.fonts.ready }
  await frame();
})()"""

# Elements with Khmer of their own that are shown, numbered; their texts.
NUMBER: Final = r"""() => [...document.querySelectorAll('body *')].filter(e =>
  e.tagName !== 'IFRAME' && (!e.checkVisibility || e.checkVisibility({visibilityProperty: true})) &&
  [...e.childNodes].some(n => n.nodeType === 3 && /[\u1780-\u17b3\u17b6-\u17ff]/.test(n.data))
).map((e, i) => { e.setAttribute('data-khmertext-look', i); return e.textContent })"""

FORGET: Final = (
    "document.querySelectorAll('[data-khmertext-look]').forEach(e => e.removeAttribute('data-khmertext-look'))"
)

# How many pixels two pictures differ in, where, and the second one with these in red.
COMPARE: Final = """async ([one, other]) => {
  const load = async data => {
    const image = new Image(); image.src = 'data:image/png;base64,' + data; await image.decode(); return image };
  const images = [await load(one), await load(other)];
  const width = Math.max(...images.map(i => i.width)), height = Math.max(...images.map(i => i.height));
  const pixels = images.map(image => {
    const canvas = Object.assign(document.createElement('canvas'), {width, height});
    const context = canvas.getContext('2d', {willReadFrequently: true});
    context.drawImage(image, 0, 0);
    return [canvas, context, context.getImageData(0, 0, width, height)] });
  const [a, b] = pixels.map(p => new Uint32Array(p[2].data.buffer));
  let count = 0, left = width, top = height, right = 0, bottom = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) {
    const x = i % width, y = (i - x) / width;
    count++; left = Math.min(left, x); right = Math.max(right, x + 1);
    top = Math.min(top, y); bottom = Math.max(bottom, y + 1); b[i] = 0xff0000ff }
  const [canvas, context, data] = pixels[1];
  context.putImageData(data, 0, 0);
  return {count, left, top, right, bottom, picture: canvas.toDataURL('image/png').split(',')[1]} }"""

# The text with Khmer that stands where pictures differ, in coordinates of the document: the one with most of itself
# there, else one near by, since marks stand out of their lines.
LOCATE: Final = r"""([left, top, right, bottom]) => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange();
  let found = '', most = 0;
  for (let node; (node = walker.nextNode());) {
    if (!/[\u1780-\u17b3\u17b6-\u17ff]/.test(node.data)) continue;
    range.selectNodeContents(node);
    for (const r of range.getClientRects()) {
      const x = r.left + scrollX, y = r.top + scrollY;
      const meets = (above, below) => Math.max(0, Math.min(x + r.width, right) - Math.max(x, left)) *
        Math.max(0, Math.min(y + below, bottom) - Math.max(y - above, top));
      const much = meets(0, r.height) || meets(r.height, 2 * r.height) / 1e6;
      if (much > most) { most = much; found = node.data } } }
  return found }"""


class View(NamedTuple):
    """How a page is looked at: CSS pixels of width, and the medium."""

    width: int
    medium: Literal["screen", "print"]

    def __str__(self) -> str:
        return f"{self.width} px" if self.medium == "screen" else "print"


VIEWS: Final = (View(1200, "screen"), View(375, "screen"), View(720, "print"))


class BrowserReview(NamedTuple):
    """What a browser showed.

    Attributes:
        problems: What is wrong, in the order of files.
        pages: How many pages were looked at.
        shots: How many pictures were compared with their counterpart.
        version: Of the browser.
        pictures: The files that were written.
        left: How many other pages send their visitors on at once.
    """

    problems: tuple[Problem, ...]
    pages: int
    shots: int
    version: str
    pictures: tuple[Path, ...] = ()
    left: int = 0


class Shots(NamedTuple):
    """One visit: what the visitor check said ("" where there is none), the pictures, and what others' fonts drew."""

    status: str
    pictures: Mapping[tuple[View, int], bytes]
    foreign: Sequence[tuple[str, str]] = ()


class Difference(NamedTuple):
    """Where two pictures differ: in how many pixels, in which box of the picture, and the picture that shows it."""

    pixels: int
    box: tuple[int, int, int, int]
    picture: bytes


def choose_pages(pages: Sequence[str], most: int) -> list[str]:
    """Some of a site's pages, spread evenly over their sorted names; the first and the last are among them.

    Args:
        pages: All of them.
        most: How many at most; 0 for all.

    Example:
        >>> choose_pages(["a", "b", "c", "d", "e"], 3)
        ['a', 'c', 'e']
    """
    ordered = sorted(pages)
    if not most or len(ordered) <= most:
        return ordered
    if most == 1:
        return ordered[:1]
    return [ordered[place * (len(ordered) - 1) // (most - 1)] for place in range(most)]


def look_at_site(
    root: Path,
    pages: Sequence[str],
    originals: Mapping[str, str],
    *,
    pictures: Path | None = None,
    progress: Progress | None = None,
) -> BrowserReview:
    """Open pages of a built site in Chromium and compare them with what the whole font draws.

    Each page is opened in a new profile, at 1200 and 375 CSS pixels of width and as it is printed, with animations
    stopped and the clock standing still. A page that differs is opened once more: what differs from itself cannot be
    judged, and is told as that.

    Args:
        root: The site.
        pages: Which ones, from the root.
        originals: The path of a font that was cut → the path of the one that it was cut from, both from the root.
        pictures: A folder for pictures of what differs, made when it is needed; None for no pictures.
        progress: Told how far it is.

    Returns:
        What was seen.

    Raises:
        SiteError: There is no browser or it ended, or a picture cannot be written.
    """
    return asyncio.run(look_at_pages(root, pages, originals, pictures, progress))


async def look_at_pages(
    root: Path,
    pages: Sequence[str],
    originals: Mapping[str, str],
    pictures: Path | None,
    progress: Progress | None,
) -> BrowserReview:
    """See :func:`look_at_site`."""
    problems: list[Problem] = []
    written: list[Path] = []
    shots = left = 0
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(open_chromium([latin_font(default_face(), PLAIN)]))
        served = stack.enter_context(serve_folder(root))
        whole = stack.enter_context(serve_folder(root, originals))
        for done, path in enumerate(pages):
            if progress is not None:
                progress("browser", done, len(pages))
            look = PageLook(browser, root, path)
            problems += [problem async for problem in look.compare(served, whole)]
            shots += look.shots
            left += look.left
            if pictures is not None:
                written += [write_picture(pictures, path, view, data) for view, data in look.pictures]
        if progress is not None and pages:
            progress("browser", len(pages), len(pages))
        version = browser.version
    return BrowserReview(tuple(sorted(set(problems))), len(pages) - left, shots, version, tuple(written), left)


class Unseen(Exception):
    """A page that cannot be compared, and why."""


class PageLook:
    """One page compared.

    Args:
        browser: Playwright's.
        root: The site.
        path: The page, from the root.

    Attributes:
        shots: How many pictures were compared.
        left: Whether it sends its visitors to another page at once, so that there is nothing to compare.
        pictures: Pictures of what differs, each with its name.
    """

    def __init__(self, browser: Browser, root: Path, path: str) -> None:
        self.browser = browser
        self.root = root
        self.path = path
        self.shots = 0
        self.navigations = 0
        self.left = False
        self.pictures: list[tuple[str, bytes]] = []

    async def compare(self, served: str, whole: str) -> AsyncIterator[Problem]:
        """Compare the page as it is served with the page that has the whole font.

        Args:
            served: The address of the site as it is.
            whole: That of the site with the whole fonts.
        """
        from playwright.async_api import Error

        try:
            first = await self.visit(served, ask=True)
            if self.leaves:
                self.left = True
                return
            second = await self.visit(whole)
            for problem in self.judge_status(first):
                yield problem
            differing = [key for key in first.pictures if first.pictures[key] != second.pictures.get(key)]
            self.shots = len(first.pictures)
            if not differing and first.pictures.keys() == second.pictures.keys():
                return
            again = await self.visit(served)
            if again.pictures != first.pictures:
                yield self.problem("KS907", "looks different each time it is opened, so it cannot be compared")
                return
            async for problem in self.judge_pictures(first, second, differing, served):
                yield problem
        except Unseen as error:
            yield self.problem("KS907", str(error))
        except Error as error:
            if not self.browser.is_connected():
                raise SiteError(f"the browser ended: {first_line(error)}", source=self.path) from error
            if self.leaves:
                self.left = True  # where it leads to is looked at by itself, if it is in the site
                return
            yield self.problem("KS907", f"cannot be looked at: {first_line(error)}")

    def problem(self, code: str, message: str, text: str = "") -> Problem:
        return Problem(self.path, self.find_line(text), text.strip()[:SHOWN], message, code)

    def find_line(self, text: str) -> int:
        """The line where a text of the page stands in its file, if it is there as it is shown; else 0."""
        text = text.strip()
        source = decode_source(read_file(self.root, self.path), source=self.path).text if text else ""
        # What is seen stands in the body: a title often says the same.
        title = END_OF_TITLE.search(source)
        place = source.find(text, title.end() if title else 0) if text else -1
        return source.count("\n", 0, place) + 1 if place >= 0 else 0

    # -- visits --------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def open(self, address: str) -> AsyncIterator[Page]:
        """The page in a new profile, loaded and at rest."""
        context = await self.browser.new_context(
            viewport={"width": VIEWS[0].width, "height": 800}, reduced_motion="reduce", service_workers="block"
        )
        try:
            context.set_default_timeout(PATIENCE)
            await context.add_init_script(STEADY)
            page = await context.new_page()
            page.on("request", self.note_navigation)
            self.navigations = 0
            response = await page.goto(f"{address}/{quote(os.fsencode(self.path))}", wait_until="load")
            # Two error pages are alike, and nothing is seen of the page.
            if response is not None and not response.ok and not self.leaves:
                raise Unseen(f"cannot be looked at: it is answered with {response.status}")
            yield page
        except TimeoutError:
            raise Unseen(f"cannot be looked at: it is busy for more than {PATIENCE // 1000} seconds") from None
        finally:
            await context.close()

    @property
    def leaves(self) -> bool:
        """Whether the page sent its visitor to another one by itself."""
        return self.navigations > 1

    def note_navigation(self, request: Request) -> None:
        self.navigations += request.is_navigation_request() and request.frame.parent_frame is None

    async def visit(self, address: str, *, ask: bool = False) -> Shots:
        async with self.open(address) as page:
            status = await read_status(page)
            pictures: dict[tuple[View, int], bytes] = {}
            foreign: Sequence[tuple[str, str]] = ()
            for view in VIEWS:
                await arrange(page, view)
                shots = [shot async for shot in shoot(page)]
                pictures.update({(view, place): shot for place, shot in enumerate(shots)})
                if ask and view is VIEWS[0]:
                    foreign = await find_foreign(page)
            return Shots(status, pictures, foreign)

    # -- judgements ----------------------------------------------------------------------------------------------

    def judge_status(self, shots: Shots) -> Iterator[Problem]:
        if shots.status not in ("", "ok"):
            yield self.problem("KS905", f"its visitor check says {shots.status!r} in a browser")
        for text, family in shots.foreign:
            yield self.problem("KS905", f"a browser takes {family} for this and not the site's font", text)

    async def judge_pictures(
        self, first: Shots, second: Shots, differing: Sequence[tuple[View, int]], served: str
    ) -> AsyncIterator[Problem]:
        sizes = [view for view, place in first.pictures.keys() ^ second.pictures.keys()]
        for view in VIEWS:
            strips = [place for other, place in differing if other == view and (view, place) in second.pictures]
            if not strips:
                if view in sizes:
                    yield self.problem("KS906", f"{view}: is not as long as with the whole font")
                continue
            key = view, strips[0]
            difference = await self.measure(first.pictures[key], second.pictures[key])
            text = await self.locate(served, view, strips[0], difference)
            what = f"{view}: {difference.pixels:,} pixels are not as with the whole font"
            if len(strips) > 1:
                what += f", and more further down in {len(strips) - 1} of {len(strips)} parts"
            yield self.problem("KS906", what, text)
            self.pictures += [
                (f"{view.medium}-{view.width}-site", first.pictures[key]),
                (f"{view.medium}-{view.width}-whole", second.pictures[key]),
                (f"{view.medium}-{view.width}-difference", difference.picture),
            ]

    async def measure(self, one: bytes, other: bytes) -> Difference:
        context = await self.browser.new_context()
        try:
            page = await context.new_page()
            found = await page.evaluate(COMPARE, [base64.b64encode(shot).decode() for shot in (one, other)])
        finally:
            await context.close()
        box = tuple(int(found[side]) for side in ("left", "top", "right", "bottom"))
        return Difference(int(found["count"]), box, base64.b64decode(found["picture"]))  # type: ignore[arg-type]

    async def locate(self, served: str, view: View, place: int, difference: Difference) -> str:
        """The Khmer text where two pictures differ, or ""."""
        left, top, right, bottom = difference.box
        async with self.open(served) as page:
            await arrange(page, view)
            found = await ask(page, LOCATE, [left, top + place * STRIP, right, bottom + place * STRIP])
        return str(found)


async def ask(page: Page, script: str, argument: object = None) -> Any:
    """What a script comes to in a page. Playwright itself would wait for ever for a page that is busy.

    Raises:
        TimeoutError: It takes too long.
    """
    async with asyncio.timeout(PATIENCE / 1000):
        return await page.evaluate(script, argument)


async def arrange(page: Page, view: View) -> None:
    """Bring a page into a view, and wait until it is drawn."""
    async with asyncio.timeout(PATIENCE / 1000):
        await page.emulate_media(media=view.medium)
        await page.set_viewport_size({"width": view.width, "height": 800})
    await ask(page, SETTLE)


async def read_status(page: Page) -> str:
    """What the visitor check of a page says, as soon as it does; "" where there is none, "nothing" where it is mute."""
    from playwright.async_api import TimeoutError as Late

    await ask(page, SETTLE)
    if not await ask(page, "document.querySelectorAll('script[data-khmertext]').length"):
        return ""
    with_status = page.locator("html[data-khmertext-status]")
    try:
        await with_status.wait_for(state="attached", timeout=STATUS_PATIENCE)
    except Late:
        return "nothing"
    return await with_status.get_attribute("data-khmertext-status") or "nothing"


async def shoot(page: Page) -> AsyncIterator[bytes]:
    """Pictures of a whole page, from its top to its end, none higher than ``STRIP``."""
    size: dict[str, int] = await ask(
        page, "({width: document.documentElement.scrollWidth, height: document.documentElement.scrollHeight})"
    )
    width = max(1, min(size["width"], STRIP))
    for top in range(0, max(1, min(size["height"], STRIP * MOST_STRIPS)), STRIP):
        height = max(1, min(STRIP, size["height"] - top))
        yield await page.screenshot(
            full_page=True,
            clip={"x": 0, "y": top, "width": width, "height": height},
            animations="disabled",
            caret="hide",
        )


async def find_foreign(page: Page) -> list[tuple[str, str]]:
    """The shown texts with Khmer that no web font draws, each with the family that does.

    A family that the page's own stack names is let pass: the author wanted it. Where a text has no fonts at all, its
    letters were shaped with those before it, or it is in a control.

    Source: Chrome DevTools Protocol, CSS.getPlatformFontsForNode.
    """
    texts: list[str] = await ask(page, NUMBER)
    if not texts:
        return []
    async with asyncio.timeout(PATIENCE / 1000):
        client = await page.context.new_cdp_session(page)
        await client.send("DOM.enable")
        await client.send("CSS.enable")
        root = (await client.send("DOM.getDocument"))["root"]["nodeId"]
        wanted = {"nodeId": root, "selector": "[data-khmertext-look]"}
        nodes = (await client.send("DOM.querySelectorAll", wanted))["nodeIds"]
        found = []
        for text, node in zip(texts, nodes, strict=False):
            fonts: list[dict[str, Any]] = (await client.send("CSS.getPlatformFontsForNode", {"nodeId": node}))["fonts"]
            if fonts and not any(font["isCustomFont"] for font in fonts):
                style = (await client.send("CSS.getComputedStyleForNode", {"nodeId": node}))["computedStyle"]
                stack = next((entry["value"] for entry in style if entry["name"] == "font-family"), "")
                families = [font["familyName"] for font in fonts]
                if not any(family.lower() in stack.lower() for family in families):
                    found.append((text, families[0]))
        await client.detach()
    await ask(page, FORGET)
    return found


def write_picture(folder: Path, path: str, name: str, data: bytes) -> Path:
    """Write a picture under a name that tells the page and that no other page has."""
    stem = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in path)[-80:].strip("-")
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:8]
    file = folder / f"{stem}-{digest}-{name}.png"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        put_whole(file, lambda temporary: fill_file(temporary, data, None))
    except OSError as error:
        raise SiteError(f"cannot be written: {error.strerror or error}", source=str(file)) from error
    return file
