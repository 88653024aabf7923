"""A site for text that nobody knows yet: known text loads one font, in Chromium a small one; all other is drawn right.

The site is built with the words of one sample; then others are written into its page, as a CMS or a script would do.
What is seen is compared with the same page where the whole font is all that there is.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from corpora.generator import damage, iter_words
from khmertext import ClusterKind, iter_clusters, split_clusters
from khmertext.script.everyday import everyday_counts
from khmertext.web import BuildOptions, build_site
from tests.browser.pages import SETTLE, STATUS, Chromium, Machine, OpenMachine
from tests.font_files import FONTS, find_file

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
# Without quotation marks, which no font of these browsers has: the box for them is that of the first font.
NEWS = re.sub("[^\n -~\u1780-\u17ff\u200b]", "", (ROOT / "corpora/samples/news.txt").read_text(encoding="utf-8")[:2400])
TEMPLATE = (
    '<!doctype html><html lang="km"><head><meta charset="utf-8"><title>t</title>'
    "<style>body{{font:24px/2 sans-serif;width:1100px}}textarea{{font:inherit}}</style></head>"
    "<body><main id=text>{0}</main><textarea id=field rows=3 cols=60></textarea></body></html>"
)
FAMILIES = ("Noto Sans Khmer", "Khmer OS Fasthand")  # the second has rules across clusters
SHOW = """texts => document.getElementById('text').replaceChildren(...texts.map(text => {
  const box = document.createElement('span')
  box.style.cssText = texts.length > 1 ? 'display:inline-block;margin-right:8px' : ''
  box.textContent = text
  return box
}))"""
TYPE = "texts => { document.getElementById('field').value = texts[0] }"
PAUSE = 400  # ms: time for a font that nobody should ask for to be asked for

Serve = Callable[..., Any]
Roles = tuple[set[str], set[str]]


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
def machine(open_machine: OpenMachine, latin_font: Path) -> Machine:
    """A browser without any Khmer font."""
    return open_machine(fonts=[latin_font])


@pytest.fixture
def roles(machine: Machine) -> Roles:
    """Which fonts a page asks for when it shows known text, and when it shows other text too."""
    return ({"flagged"}, {"flagged", "full"}) if isinstance(machine, Chromium) else ({"full"}, {"full"})


def load(machine: Machine, site: Any, path: str, texts: Sequence[str] = (), show: str = SHOW) -> bytes:
    """Open a page, put texts into it, each a run of its own, and return its picture once its fonts are there."""
    page = machine.new_page()
    page.set_viewport(1200, 900)
    page.open(f"{site.url}/{path}")
    page.evaluate(SETTLE)
    if texts:
        page.evaluate(f"({show})({json.dumps(list(texts))})")
        # What is flagged asks for its font when it is laid out, so there may be something to wait for only then.
        page.evaluate(SETTLE)
        page.evaluate(SETTLE)
    page.evaluate(f"new Promise(done => setTimeout(done, {PAUSE}))")
    page.evaluate(SETTLE)
    assert page.evaluate(STATUS) == "ok"
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


def test_known_text_asks_for_one_font(machine: Machine, roles: Roles, serve: Serve, site: Path) -> None:
    server = serve(site)
    known = load(machine, server, "index.html")
    assert fonts_of(server) == roles[0]
    assert count_differing(known, load(machine, serve(site), "whole.html")) == 0


def test_unseen_text_is_drawn_as_by_the_whole_font(machine: Machine, roles: Roles, serve: Serve, site: Path) -> None:
    unseen = list_unseen()
    assert len(unseen) > 2500
    server = serve(site)
    now = load(machine, server, "index.html", unseen)
    assert fonts_of(server) == roles[1]
    assert count_differing(now, load(machine, serve(site), "whole.html", unseen)) == 0


def test_a_sentence_of_both_is_drawn_as_by_the_whole_font(machine: Machine, serve: Serve, site: Path) -> None:
    known = [cluster for cluster in dict.fromkeys(split_clusters(NEWS)) if "\u1780" <= cluster[0] <= "\u17b3"]
    unseen = [text for text in list_unseen() if is_whole(text)][:1200]
    # No space and no zero width space: what is known stands right beside what is not.
    words = [known[n % len(known)] + new + known[(3 * n + 1) % len(known)] for n, new in enumerate(unseen)]
    separated = [f"{a}\u200b{b}" for a, b in zip(words, reversed(words), strict=True)]
    text = [" ".join((*words, *separated))]
    now = load(machine, serve(site), "index.html", text)
    assert count_differing(now, load(machine, serve(site), "whole.html", text)) == 0


def is_whole(text: str) -> bool:
    """Whether a text has nothing broken.

    HarfBuzz numbers syllables from 1 to 15 and over again, and leaves out the dotted circle of a broken one that has
    the number of the last broken one. So a whole run may lack a circle that a part of it has.
    """
    return all(cluster.kind is not ClusterKind.BROKEN for cluster in iter_clusters(text))


UPRIGHT = """texts => {
  const text = document.getElementById('text')
  text.style.cssText = 'writing-mode:vertical-rl;text-orientation:upright;height:700px'
  text.textContent = texts[0]
}"""


@pytest.mark.parametrize(
    ("text", "show"),
    [("abc \u25cc x (\u25cc) 1\u25cc", SHOW), ("ឫក ឞ្ឋា កម្ពុជា ឡៀម \u25cc", UPRIGHT)],
    ids=["circle-outside-khmer", "upright-in-vertical-lines"],
)
def test_where_khmer_is_shaped_in_other_ways(
    machine: Machine, roles: Roles, serve: Serve, site: Path, text: str, show: str
) -> None:
    server = serve(site)
    now = load(machine, server, "index.html", [text], show)
    assert fonts_of(server) == roles[1]
    assert count_differing(now, load(machine, serve(site), "whole.html", [text], show)) == 0


def test_what_is_typed_is_drawn_as_by_the_whole_font(machine: Machine, roles: Roles, serve: Serve, site: Path) -> None:
    typed = ["ឞ្ឋ ឡៀម ភ្ញៀវ ឱ្យ ឯក"]
    server = serve(site)
    now = load(machine, server, "index.html", typed, TYPE)
    assert fonts_of(server) == roles[1]
    assert count_differing(now, load(machine, serve(site), "whole.html", typed, TYPE)) == 0
