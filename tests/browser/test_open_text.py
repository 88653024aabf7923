"""A site for text that nobody knows yet, in Chromium: known text loads one small font, all other is drawn right.

The site is built with the words of one sample; then others are written into its page, as a CMS or a script would do.
What is seen is compared with the same page where the whole font is all that there is.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from corpora.generator import damage, iter_words
from khmertext import split_clusters
from khmertext.script.everyday import everyday_counts
from khmertext.web import BuildOptions, build_site
from tests.font_files import FONTS, find_file

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
NEWS = (ROOT / "corpora" / "samples" / "news.txt").read_text(encoding="utf-8")[:2400]
TEMPLATE = (
    '<!doctype html><html lang="km"><head><meta charset="utf-8"><title>t</title>'
    "<style>body{{font:24px/2 sans-serif;width:1100px}}</style></head><body><main id=text>{0}</main></body></html>"
)
FAMILIES = ("Noto Sans Khmer", "Khmer OS Fasthand", "Kantumruy Pro")
PAUSE = 400  # ms: time for a font that nobody should ask for to be asked for

Serve = Callable[..., Any]


def list_unseen() -> list[str]:
    """Clusters that the page lacks: everyday ones of other text, made-up words, and these as people mistype them."""
    known = set(split_clusters(NEWS))
    words = list(iter_words(7, 900))
    texts = [row.cluster for row in everyday_counts() if row.held_out and row.cluster not in known]
    texts += words
    texts += [damage(word, number, 1.0) for number, word in enumerate(words)]
    return list(dict.fromkeys(texts))


@pytest.fixture(scope="module", params=FAMILIES)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built site of one page, and the same page with a stylesheet that has nothing but the whole font."""
    font = next(font for font in FONTS if font["family"] == request.param)
    path = find_file(font)
    if not path.is_file():
        pytest.skip(f"{request.param} is not here")
    source = tmp_path_factory.mktemp("source")
    (source / "index.html").write_text(TEMPLATE.format(NEWS), encoding="utf-8")
    built = tmp_path_factory.mktemp("built") / "site"
    result = build_site(source, built, BuildOptions(fonts=(path,), open_text=True, axes=axes_of(font)))
    assert result.warnings == ()
    (style,) = (built / "khmertext").glob("*.css")
    css = re.sub(r"(?m)^@supports .*$", "", style.read_text(encoding="utf-8"))
    (style.parent / "whole.css").write_text(css.replace("Site Khmer Check", "Site Khmer"), encoding="utf-8")
    page = (built / "index.html").read_text(encoding="utf-8")
    (built / "whole.html").write_text(page.replace(style.name, "whole.css"), encoding="utf-8")
    return built


def axes_of(font: dict[str, Any]) -> dict[str, tuple[float, float]]:
    return {"wght": (400, 400)} if font["registry"] == "pypi" else {}


@pytest.fixture
def context(open_browser: Callable[..., Browser], latin_font: Path) -> Any:
    """A context of a browser that has no Khmer font."""
    context = open_browser(fonts=[latin_font]).new_context(viewport={"width": 1200, "height": 900})
    yield context
    context.close()


def load(context: BrowserContext, site: Any, path: str, text: str = "") -> bytes:
    """Open a page, put a text into it, and return its picture once its fonts are there."""
    page = context.new_page()
    page.goto(f"{site.url}/{path}")
    page.evaluate("document.fonts.ready.then(() => 1)")
    if text:
        page.evaluate("text => { document.getElementById('text').textContent = text }", text)
        # What is flagged asks for its font when it is laid out, so there may be something to wait for only then.
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        page.evaluate("document.fonts.ready.then(() => 1)")
        page.wait_for_function("document.fonts.status === 'loaded'")
    page.wait_for_timeout(PAUSE)
    assert page.get_attribute("html", "data-khmertext-status") == "ok"
    picture = page.screenshot(full_page=True)
    page.close()
    return picture


def fonts_of(site: Any) -> set[str]:
    return {role for path in site.requests for role in re.findall(r"-(flagged|full)\.[0-9a-f]+\.woff2$", path)}


def count_differing(one: bytes, other: bytes) -> int:
    from PIL import Image, ImageChops

    pictures = [Image.open(io.BytesIO(data)).convert("RGB") for data in (one, other)]
    assert pictures[0].size == pictures[1].size
    difference = ImageChops.difference(*pictures).convert("L")
    return sum(difference.histogram()[1:])


def test_known_text_asks_for_the_small_font_alone(context: BrowserContext, serve: Serve, site: Path) -> None:
    server = serve(site)
    known = load(context, server, "index.html")
    assert fonts_of(server) == {"flagged"}
    whole = load(context, serve(site), "whole.html")
    assert count_differing(known, whole) == 0


def test_unseen_text_is_drawn_as_by_the_whole_font(context: BrowserContext, serve: Serve, site: Path) -> None:
    unseen = list_unseen()
    assert len(unseen) > 2500
    text = " ".join(unseen)
    server = serve(site)
    now = load(context, server, "index.html", text)
    assert fonts_of(server) == {"flagged", "full"}
    assert count_differing(now, load(context, serve(site), "whole.html", text)) == 0


def test_a_sentence_of_both_is_drawn_as_by_the_whole_font(context: BrowserContext, serve: Serve, site: Path) -> None:
    known = [cluster for cluster in dict.fromkeys(split_clusters(NEWS)) if "\u1780" <= cluster[0] <= "\u17b3"]
    unseen = list_unseen()[:800]
    # No space and no zero width space: what is known stands right beside what is not.
    words = [known[n % len(known)] + new + known[(3 * n + 1) % len(known)] for n, new in enumerate(unseen)]
    separated = [f"{a}\u200b{b}" for a, b in zip(words, reversed(words), strict=True)]
    text = " ".join((*words, *separated))
    now = load(context, serve(site), "index.html", text)
    assert count_differing(now, load(context, serve(site), "whole.html", text)) == 0
