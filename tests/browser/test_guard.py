"""The guard in browsers: text that scripts bring is drawn as by the whole font, and known text loads nothing more.

A site is built from one sample. Then its page is changed in all the ways in which scripts do that. What is seen is
compared with the same page, changed in the same way, where the whole font is all that there is.
"""

from __future__ import annotations

import io
import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from corpora.generator import damage, iter_words
from khmertext import split_clusters
from khmertext.web import BuildOptions, build_site
from tests.browser.conftest import find_opener
from tests.browser.pages import SETTLE, Machine, OpenMachine, Page, read_status, wait_for, wait_until
from tests.font_files import FONTS, find_file

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
NEWS = re.sub("[^\n -~\u1780-\u17ff\u200b]", "", (ROOT / "corpora/samples/news.txt").read_text(encoding="utf-8")[:2400])
KNOWN = [cluster for cluster in dict.fromkeys(split_clusters(NEWS)) if "\u1780" <= cluster[0] <= "\u17b3"]
WORDS = "".join(KNOWN[3:40:5])  # no word, but all of it is known
OTHER = "ឞ្ឋា"
STYLE = """
body { font: 24px/2 sans-serif; width: 1100px; margin: 8px }
.serif { font-family: Serif, serif }
.field { font: 24px/2 sans-serif; width: 600px; border: 0; padding: 0 }
.author { font-family: sans-serif !important }
b { font-weight: inherit }
"""
PAGE = (
    '<!doctype html><html lang="km"><head><meta charset="utf-8"><title>t</title>'
    '<link rel="stylesheet" href="style.css"><script src="app.js" defer></script></head><body><main id="text">'
    f'{NEWS}</main><p id="serif" class="serif">abc</p><p id="author" class="author"></p><div id="host"></div>'
    '<div id="edit" data-khmer-dynamic=""></div></body></html>'
)
# Nothing but files of the site, and no strings that become markup or code.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
TEXTS = f"const OTHER = {json.dumps(OTHER)}, WORDS = {json.dumps(WORDS)}"
FIRST = "getComputedStyle(document.getElementById({0})).fontFamily.split(',')[0].trim().replace(/\"/g, '')"
PAUSE = 300  # ms: time for a font that nobody should ask for to be asked for

Serve = Callable[..., Any]


class Case(NamedTuple):
    """A way to bring text into a page.

    Attributes:
        script: What brings it, with OTHER and WORDS for texts; it may be asynchronous.
        moved: Id of an element → whether it is to get the family with all of Khmer.
    """

    script: str
    moved: Mapping[str, bool]


CASES = {
    "nothing": Case("0", {"text": False, "serif": False}),
    "known": Case(
        "host.innerHTML = '<p id=a>' + WORDS + '</p><p id=b class=serif>abc ' + WORDS + '។</p>'",
        {"a": False, "b": False, "text": False},
    ),
    "fetch": Case(
        "(await fetch('part.html')).text().then(html => { host.innerHTML = html })",
        {"part-known": False, "part-other": True, "part-latin": False},
    ),
    "text content": Case("serif.textContent = 'abc ' + WORDS + OTHER + WORDS", {"serif": True, "text": False}),
    "important": Case("author.textContent = OTHER", {"author": True}),
    "insert adjacent": Case(
        "text.insertAdjacentHTML('afterend', '<p id=a>' + OTHER + '</p><p id=b>' + WORDS + '</p>')",
        {"a": True, "b": False, "text": False},
    ),
    "fragment": Case(
        """const some = document.createDocumentFragment()
        for (const [id, word] of [['a', WORDS], ['b', OTHER]]) {
          const item = document.createElement('p')
          item.id = id
          item.append(word)
          some.append(item)
        }
        host.appendChild(some)""",
        {"a": False, "b": True},
    ),
    "character data": Case(
        "host.append(WORDS); await later(); host.firstChild.appendData(' ' + OTHER)", {"host": True, "text": False}
    ),
    "over elements": Case(
        # One cluster in three pieces, of which the first two are known alone.
        "host.innerHTML = '<p id=a>' + WORDS + 'ក<b id=b>\u17d2</b><i id=c>ឞ</i> ' + WORDS + '</p><p id=d>ក</p>'",
        {"a": True, "b": True, "c": True, "d": False},
    ),
    "beside elements": Case(
        "host.innerHTML = '<p><b id=a>ក</b><b id=b>' + OTHER + '</b><b id=c>ក</b></p>'",
        {"a": False, "b": True, "c": False},
    ),
    "field": Case(
        """const made = document.createElement('input')
        made.id = 'a'
        made.className = 'field'
        host.append(made)
        await later()
        made.value = WORDS + OTHER
        made.dispatchEvent(new Event('input', {bubbles: true}))""",
        {"a": True},
    ),
    "known in a field": Case(
        """host.innerHTML = '<input id=a class=field><textarea id=b class=field></textarea>'
        await later()
        document.getElementById('a').value = document.getElementById('b').value = WORDS
        for (const id of ['a', 'b']) document.getElementById(id).dispatchEvent(new Event('input', {bubbles: true}))""",
        {"a": False, "b": False},
    ),
    "attributes of a field": Case(
        """host.innerHTML = '<input id=a class=field><input id=b class=field>'
        await later()
        document.getElementById('a').setAttribute('placeholder', OTHER)
        document.getElementById('b').setAttribute('placeholder', WORDS)""",
        {"a": True, "b": False},
    ),
    "editable": Case(
        """host.contentEditable = 'true'
        host.append(WORDS)
        host.focus()
        getSelection().selectAllChildren(host)
        getSelection().collapseToEnd()
        document.execCommand('insertText', false, OTHER)
        host.blur()""",
        {"host": True},
    ),
    "another body": Case(
        """const other = document.createElement('body')
        other.innerHTML = '<p id=a>' + OTHER + '</p><p id=b>' + WORDS + '</p>'
        document.documentElement.replaceChild(other, document.body)""",
        {"a": True, "b": False},
    ),
    "many": Case(
        """const lines = []
        for (let n = 0; n < 3000; n++) lines.push('<p>' + WORDS + ' ' + n + '</p>')
        host.innerHTML = lines.join('') + '<p id=a>' + OTHER + '</p>'
        for (let n = 0; n < 40; n++) await later()
        while (host.childNodes.length > 1) host.firstChild.remove()""",
        {"a": True},
    ),
}
# Under a policy that forbids strings as markup.
STRICT = ("nothing", "text content", "fragment", "character data", "field")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_site(tmp_path_factory, "Noto Sans Khmer")


@pytest.mark.parametrize("family", ["Kh", 'ខ្មែរ "x\\y"', "3, Khmer"])
def test_families_are_told_however_they_are_written(
    machine: Machine, serve: Serve, tmp_path: Path, family: str
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/index.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "site/style.css").write_text(STYLE, encoding="utf-8")
    build_site(tmp_path / "site", None, BuildOptions(guard=True, family=family, axes={"wght": (400, 400)}))
    server = serve(tmp_path / "site")
    page = machine.new_page()
    page.open(f"{server.url}/index.html")
    page.evaluate(SETTLE)
    bring(page, CASES["known"])
    assert not full_fonts(server)
    bring(page, CASES["text content"])
    assert full_fonts(server)
    stack = page.evaluate("getComputedStyle(document.getElementById('serif')).fontFamily")
    assert stack.count("Full") == 1
    assert stack.lower().endswith("serif, serif")
    page.close()


def make_site(factory: pytest.TempPathFactory, family: str) -> Path:
    """A built site of one page, and the same page without the guard and with nothing but the whole font."""
    font = next(font for font in FONTS if font["family"] == family)
    path = find_file(font)
    if not path.is_file():
        pytest.skip(f"{family} is not here")
    source = factory.mktemp("source")
    (source / "index.html").write_text(PAGE, encoding="utf-8")
    (source / "style.css").write_text(STYLE, encoding="utf-8")
    (source / "app.js").write_text("// it has no Khmer of its own\n", encoding="utf-8")
    built = factory.mktemp("built") / "site"
    axes = {"wght": (400, 400)} if font["registry"] == "pypi" else {}
    options = BuildOptions(fonts=(path,), guard=True, axes=axes, cache=None)
    result = build_site(source, built, options)
    assert result.warnings == ()
    part = f"<p id=part-known>{WORDS}</p><p id=part-other>{WORDS} {OTHER}</p><p id=part-latin>abc</p>"
    (built / "part.html").write_text(part, encoding="utf-8")
    (style,) = (built / "khmertext").glob("*.css")
    css = style.read_text(encoding="utf-8")
    faces = [line for line in css.splitlines() if line.startswith("@font-face") and '"Site Khmer"' in line]
    for face in faces:
        css = css.replace(face, "")
    (style.parent / "whole.css").write_text(css.replace("Site Khmer Full", "Site Khmer"), encoding="utf-8")
    page = re.sub("<script [^>]*guard[^>]*></script>", "", (built / "index.html").read_text(encoding="utf-8"))
    assert "guard" not in page
    (built / "whole.html").write_text(page.replace(style.name, "whole.css"), encoding="utf-8")
    return built


@pytest.fixture
def machine(open_machine: OpenMachine, latin_font: Path) -> Machine:
    """A browser without any Khmer font."""
    return open_machine(fonts=[latin_font])


def bring(page: Page, case: Case) -> None:
    """Change a page, and wait until its fonts are there."""
    later = "const later = () => new Promise(done => setTimeout(done, 20))"
    page.evaluate(f"(async () => {{ {TEXTS}; {later}; {case.script}; await later(); return 0 }})()")
    page.evaluate(SETTLE)
    page.evaluate(f"new Promise(done => setTimeout(done, {PAUSE}))")
    page.evaluate(SETTLE)


def is_moved(page: Page, case: Case) -> dict[str, bool]:
    return {name: page.evaluate(FIRST.format(json.dumps(name))) == "Site Khmer Full" for name in case.moved}


def has_moved(page: Page, case: Case) -> bool:
    return is_moved(page, case) == case.moved


def show(machine: Machine, server: Any, path: str, case: Case) -> tuple[bytes, dict[str, bool]]:
    """A picture of a page once it was changed, and whether each element of the case has all of Khmer in front."""
    page = machine.new_page()
    page.set_viewport(1200, 700)
    page.open(f"{server.url}/{path}")
    page.evaluate(SETTLE)
    bring(page, case)
    moved = is_moved(page, case)
    picture = page.screenshot(full_page=True)
    page.close()
    return picture, moved


def full_fonts(server: Any) -> list[str]:
    return [path for path in server.requests if re.search(r"-full\.[0-9a-f]+\.woff2$", path)]


def asks_for_full(server: Any) -> bool:
    return bool(full_fonts(server))


def count_differing(one: bytes, other: bytes) -> int:
    from PIL import Image, ImageChops

    pictures = [Image.open(io.BytesIO(data)).convert("RGB") for data in (one, other)]
    assert pictures[0].size == pictures[1].size
    return sum(ImageChops.difference(*pictures).convert("L").histogram()[1:])


@pytest.mark.parametrize("name", CASES)
def test_what_scripts_bring_is_drawn_as_by_the_whole_font(
    machine: Machine, serve: Serve, site: Path, name: str
) -> None:
    case = CASES[name]
    server = serve(site)
    now, moved = show(machine, server, "index.html", case)
    assert moved == case.moved
    assert bool(full_fonts(server)) == any(case.moved.values())
    whole, _ = show(machine, serve(site), "whole.html", case)
    assert count_differing(now, whole) == 0


@pytest.mark.parametrize("name", STRICT)
def test_a_strict_policy_has_no_objection(machine: Machine, serve: Serve, site: Path, name: str) -> None:
    case = CASES[name]
    server = serve(site, headers={"Content-Security-Policy": POLICY})
    now, moved = show(machine, server, "index.html", case)
    assert moved == case.moved
    assert bool(full_fonts(server)) == any(case.moved.values())
    whole, _ = show(machine, serve(site), "whole.html", case)
    assert count_differing(now, whole) == 0


def test_webkit_moves_the_same_elements(
    request: pytest.FixtureRequest, latin_font: Path, serve: Serve, site: Path
) -> None:
    """Its driver awaits no promises: texts are brought at once, and what becomes of them is waited for."""
    machine = find_opener(request, "webkit")(fonts=[latin_font])
    page = machine.new_page()
    try:
        for name in ("known", "text content", "insert adjacent", "beside elements"):
            case = CASES[name]
            server = serve(site)
            page.open(f"{server.url}/index.html")
            assert read_status(page) == "ok"
            page.evaluate(f"(() => {{ {TEXTS}; {case.script}; return 0 }})()")
            wait_until(partial(has_moved, page, case), name)
            if any(case.moved.values()):
                wait_until(partial(asks_for_full, server), name)
            else:
                time.sleep(PAUSE / 1000)
                assert is_moved(page, case) == case.moved
                assert not full_fonts(server)
    finally:
        page.close()


def test_what_the_visitor_check_measures_is_known(machine: Machine, serve: Serve, site: Path) -> None:
    (font,) = (path for path in (site / "khmertext").glob("*.woff2") if "-full." not in path.name)
    gate = threading.Event()
    server = serve(site, gates={f"/khmertext/{font.name}": gate})
    page = machine.new_page()
    page.open(f"{server.url}/index.html", until="domcontentloaded")
    # Its probe stays in the page as long as the font has not come.
    wait_for(page, ".khmertext-probe")
    page.evaluate(f"new Promise(done => setTimeout(done, {PAUSE}))")
    assert page.evaluate("document.querySelector('.khmertext-probe').textContent") == "ក្ក"
    gate.set()
    assert read_status(page) == "ok"
    assert not full_fonts(server)
    page.close()


SHOW = """document.getElementById('host').replaceChildren(...TEXTS.map(text => {
  const box = document.createElement('span')
  box.style.cssText = 'display:inline-block;margin-right:8px'
  box.textContent = text
  return box
}))"""


@pytest.fixture(scope="module")
def fasthand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With rules that reach across clusters."""
    return make_site(tmp_path_factory, "Khmer OS Fasthand")


@pytest.mark.parametrize("which", ["site", "fasthand"])
def test_thousands_of_texts(machine: Machine, serve: Serve, request: pytest.FixtureRequest, which: str) -> None:
    """Words of known clusters in other orders, other words, and these as people mistype them: each in a box."""
    built = request.getfixturevalue(which)
    words = list(iter_words(7, 500))
    mixed = ["".join(KNOWN[(n * step) % len(KNOWN)] for step in (7, 11, 13, 29)) for n in range(600)]
    texts = [*mixed, *words, *(damage(word, number, 1.0) for number, word in enumerate(words))]
    case = Case(f"const TEXTS = {json.dumps(texts)}; {SHOW}", {"text": False})
    server = serve(built)
    now, _ = show(machine, server, "index.html", case)
    assert full_fonts(server)
    whole, _ = show(machine, serve(built), "whole.html", case)
    assert count_differing(now, whole) == 0
    alone = Case(f"const TEXTS = {json.dumps(mixed)}; {SHOW}", {"text": False, "host": False})
    server = serve(built)
    now, _ = show(machine, server, "index.html", alone)
    assert not full_fonts(server)
    whole, _ = show(machine, serve(built), "whole.html", alone)
    assert count_differing(now, whole) == 0
