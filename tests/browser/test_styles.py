"""The fonts that pages ask for, as Chromium computes them: Khmer characters by family, weight and style, no count off.

Scripts are off: what stylesheets say is compared, and not what scripts do to it.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import tinycss2
from turbohtml import Element, Text

from khmertext.fonts import normalize_features
from khmertext.web.candidates import FontOrigin
from khmertext.web.disk import read_file, read_tree
from khmertext.web.documents import PageDocument
from khmertext.web.facts import SiteContext
from khmertext.web.fontvalues import split_commas
from khmertext.web.mediaqueries import Medium
from khmertext.web.reading import file_kind, read_site
from khmertext.web.scripts import KHMER_LETTER
from khmertext.web.sources import decode_source, source_kind
from tests.browser.test_site_pixels import EXAMPLE, FILES, LOOKS, SHAPES, html

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

HELP = Path("/usr/share/libreoffice/help")
HELP_PAGES = 220
SKIPPED = "script,style,title,template,noscript,iframe"
PROPERTIES = ("font-kerning", "font-variant-ligatures", "font-variant-caps", "font-variant-numeric",
              "font-variant-position", "font-variant-east-asian", "font-feature-settings",
              "letter-spacing")  # fmt: skip
READ = """() => {
  // What rules say of a state counts as sometimes, so no box is checked here.
  document.querySelectorAll('input:checked').forEach(box => { box.checked = false });
  const counts = new Map();
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const letters = node.data.match(/[\\u1780-\\u17ff\\u19e0-\\u19ff]/g);
    const element = node.parentElement;
    if (!letters || !element || element.closest('SKIPPED')) continue;
    const style = getComputedStyle(element);
    const key = JSON.stringify([style.fontFamily, style.fontWeight, style.fontStyle,
      ...PROPERTIES.map(name => style.getPropertyValue(name))]);
    counts.set(key, (counts.get(key) || 0) + letters.length);
  }
  return [...counts];
}""".replace("SKIPPED", SKIPPED).replace("PROPERTIES", json.dumps(PROPERTIES))  # fmt: skip
PROBE = "<!doctype html><p>x</p><button>x</button>"

Families = tuple[str, ...]


class Font(NamedTuple):
    """What a text asks for."""

    families: Families
    weight: int
    style: str


class Found(NamedTuple):
    """The Khmer of a page: letters by font, and the weights and styles that there are with their features."""

    letters: Counter[Font]
    looks: frozenset[tuple[int, str, str]]


# Pages whose styles are unusual in other ways than those of the pages that are drawn.
STYLES = {
    "italics": html(
        "<p><i>ក</i> <em>ខ <b>គ</b></em> <cite>ឃ</cite> <var>ង</var> <dfn>ច</dfn> <i><i class=n>ឆ</i></i></p>"
        "<address>ជ</address><p class=o>ឈ</p><p class=s>ញ <small>ដ</small></p><blockquote>ឋ</blockquote>",
        ".n{font-style:normal}.o{font-style:oblique 20deg}.s{font:italic small-caps 300 1em/2 Georgia}",
    ),
    "weights": html(
        "<h1>ក <b>ខ</b> <span class=l>គ</span></h1><p class=x>ឃ <b>ង <b>ច</b></b></p><p class=y>ឆ <strong>ជ</strong>"
        "<table><tr><th>ឈ <b>ញ</b><td>ដ</table><p class=z>ឋ <b>ឌ</b></p><p class=q>ឍ</p>",
        ".l{font-weight:lighter}.x{font-weight:100}.y{font-weight:850}.z{font-weight:600;font-weight:1e4}"
        ".q{font-weight:349.6}",
    ),
    "print": html(
        "<p>ក <b>ខ</b> <i>គ</i></p><h2>ឃ</h2><q>ង</q>",
        "body{font-family:Arial}@media print{body{font:italic 300 12pt Georgia,serif}b{font-weight:900}}"
        "@media screen{h2{font-weight:200}}@media not print{i{font-style:normal}}@media only screen{q{font-weight:500}}"
        "@media not screen{q{font-style:oblique}}@media tv,not all{q{font-weight:100}}",
    ),
    "print-linked": html(
        "<p>ក <b>ខ</b></p>",
        "p{font-weight:300}",
        head='<link rel=stylesheet media=print href="printed.css"><link rel=stylesheet media=screen href=shown.css>',
    ),
    "imports": html("<p>ក <b>ខ</b> <i>គ</i></p>", "@import 'printed.css' print;@import 'shown.css' layer(a) screen;"),
    "variables-of-elements": html(
        "<p>ក</p><div>ខ <p class=a>គ <b>ឃ</b></p></div><p style='--w:300;--f:Georgia'>ង <i>ច</i></p><q>ឆ</q><u>ជ</u>",
        ":root{--f:Arial,sans-serif;--w:500;--s:italic;--none:initial}body{font-family:var(--f);font-weight:var(--w)}"
        "div{--f:'Times New Roman';--w:900}.a{font-family:var(--f),serif}p{font-weight:var(--w);font-family:var(--f)}"
        "i{font-style:var(--s)}q{font:var(--s) var(--w) 1em var(--f)}u{font-family:var(--none,Courier);"
        "font-weight:var(--x)}",
    ),
    "variables-printed": html(
        "<p>ក <b>ខ</b></p>",
        ":root{--f:Arial}@media print{:root{--f:Georgia}}p{font-family:var(--f)}b{font:bold 1em var(--f)}",
    ),
    "features": html(
        "<p class=a>ក</p><p class=b>ខ <i>គ</i></p><p class=c>ឃ <b>ង</b></p><p class=d>ច</p><p class=e>ឆ</p>"
        "<button>ជ</button>",
        "body{letter-spacing:1px}.a{letter-spacing:normal;font-feature-settings:'blwf' 0,'ss01'}.b{font-variant:"
        "small-caps tabular-nums no-common-ligatures}.b i{font:1em Arial}.c{font-kerning:none}.c b{font-kerning:unset}"
        ".d{font-variant-ligatures:none;font-feature-settings:'liga' 1}.e{all:initial}",
    ),
    "layers-reverted": html(
        "<p>ក <b>ខ</b> <i>គ</i> <cite>ឃ</cite></p><h3>ង</h3>",
        "@layer a,b;@layer a{p{font:300 1em Georgia}b{font-weight:200}}@layer b{p{font-weight:revert-layer;"
        "font-style:italic}b{font-weight:revert}cite{font-style:revert-layer}}i{font-style:revert}h3{font-weight:unset}",
    ),
    "controls-styled": html(
        "<form><button>ក <b>ខ</b></button><select><option>គ<optgroup label=x><option>ឃ</select><textarea>ង</textarea>"
        "<fieldset><legend>ច</legend><label>ឆ</label></fieldset><details><summary>ជ</summary>ឈ</details></form>",
        "form{font:italic 700 1em Georgia}",
    ),
    "quirks-table": "<html lang=km><body style='font:italic bold 20px Georgia'>ក<table><tr><td>ខ<th>គ</table></body>",
    "nested": html(
        "<main>ក <p>ខ <i>គ</i></p></main>",
        "main{font-weight:300;p{font-family:Arial;& i{font-style:normal}@media print{font-weight:800}}}",
    ),
}
STYLE_FILES = {
    "printed.css": "p{font:italic 800 1em Georgia}b{font-weight:100}",
    "shown.css": "p{font-weight:600}b{font-style:oblique}",
}
# What hangs on a width or the like that holds in Chromium: it computes what we say is possible.
CONDITIONAL = {"layers", "states-of-links", "code-conditional-family", "code-conditional-family-over-own-size"}


def name_families(css: str) -> Families:
    """The names in a list of families."""
    return tuple(
        " ".join(str(token.value) for token in group if token.type in ("ident", "string"))
        for group in split_commas(tinycss2.parse_component_value_list(css))
    )


def ask_browser(page: Page, medium: Medium) -> Found:
    page.emulate_media(media="print" if medium is Medium.PRINT else "screen")
    letters: Counter[Font] = Counter()
    looks = set()
    for key, number in page.evaluate(READ):
        families, weight, style, *values = json.loads(key)
        font = Font(name_families(families), round(float(weight)), style.partition(" ")[0])
        letters[font] += number
        said = ";".join(
            f"{name}:{value}" if name != "font-feature-settings" else "" if value == "normal" else value
            for name, value in zip(PROPERTIES, values, strict=True)
            if name != "font-kerning" or value != "auto"
        )
        looks.add((font.weight, font.style, normalize_features(said)))
    return Found(letters, frozenset(looks))


def ask_cascade(document: PageDocument, medium: Medium, own: dict[FontOrigin, Families]) -> Found:
    letters: Counter[Font] = Counter()
    looks = set()
    for node in document.document.descendants:
        number = len(KHMER_LETTER.findall(node.data or "")) if isinstance(node, Text) else 0
        if not number or not isinstance(node.parent, Element) or node.parent.closest(SKIPPED):
            continue
        font = document.cascade.resolve(node.parent)
        chosen = font.media[medium].chosen
        families = name_families(chosen.families) or own[chosen.origin]
        asked = Font(families, chosen.weight, chosen.style)
        letters[asked] += number
        for look in font.looks:
            if look.media in ("all", medium.name.lower()):
                styles = ("italic", "oblique") if look.italic else ("normal", "oblique")
                looks |= {(look.weight, style, look.features) for style in styles}
    return Found(letters, frozenset(looks))


@pytest.fixture(scope="module")
def browser_page(open_browser: Callable[..., Browser], latin_font: Path) -> Iterator[Page]:
    context = open_browser(fonts=[latin_font]).new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def own(browser_page: Page) -> dict[FontOrigin, Families]:
    """The families that Chromium takes where nobody says any."""
    browser_page.set_content(PROBE)
    plain, control = (
        browser_page.evaluate(f"getComputedStyle(document.querySelector('{tag}')).fontFamily")
        for tag in ("p", "button")
    )
    return {FontOrigin.ROOT: name_families(plain), FontOrigin.CONTROL: name_families(control)}


def compare(
    root: Path, paths: list[str], page: Page, own: dict[FontOrigin, Families], context: SiteContext
) -> tuple[int, list[Any]]:
    """How many letters were counted, and what differs."""
    total = 0
    wrong: list[Any] = []
    memos: dict[Any, Any] = {}
    for path in paths:
        source = decode_source(read_file(root, path), source=path, kind=source_kind(path))
        document = PageDocument(source, path, context, memos)
        page.goto((root / path).as_uri())
        for medium in Medium:
            theirs, ours = ask_browser(page, medium), ask_cascade(document, medium, own)
            total += theirs.letters.total()
            if theirs.letters != ours.letters and Path(path).stem not in CONDITIONAL:
                missing, surplus = theirs.letters - ours.letters, ours.letters - theirs.letters
                wrong.append((path, medium.name, dict(missing), dict(surplus)))
            if not theirs.looks <= ours.looks:
                wrong.append((path, medium.name, theirs.looks - ours.looks, ours.looks))
    return total, wrong


def read_context(root: Path) -> tuple[SiteContext, list[str]]:
    tree = read_tree(root)
    return read_site(tree, family="Site Khmer").context, [path for path in tree.files if file_kind(path) == "html"]


def test_the_example_site(browser_page: Page, own: dict[FontOrigin, Families]) -> None:
    context, paths = read_context(EXAMPLE)
    total, wrong = compare(EXAMPLE, paths, browser_page, own, context)
    assert total > 2000
    assert not wrong, "\n".join(map(str, wrong))


def test_pages_made_to_be_awkward(tmp_path: Path, browser_page: Page, own: dict[FontOrigin, Families]) -> None:
    pages = {**LOOKS, **SHAPES, **STYLES}
    for name, text in pages.items():
        (tmp_path / f"{name}.html").write_text(text, "utf-8")
    for name, text in {**FILES, **STYLE_FILES}.items():
        (tmp_path / name).write_text(text, "utf-8")
    context, paths = read_context(tmp_path)
    assert len(paths) == len(pages)
    total, wrong = compare(tmp_path, paths, browser_page, own, context)
    assert total > 5000
    assert not wrong, "\n".join(map(str, wrong))


def test_the_help_of_libreoffice(tmp_path: Path, browser_page: Page, own: dict[FontOrigin, Families]) -> None:
    pages = sorted((HELP / "km" / "text").rglob("*.html")) if (HELP / "km" / "text").is_dir() else []
    if not pages:
        pytest.skip("no libreoffice-help-km")
    chosen = random.Random(7).sample(pages, HELP_PAGES)
    for path in [*chosen, *HELP.glob("*.css")]:
        target = tmp_path / path.relative_to(HELP)
        target.parent.mkdir(parents=True, exist_ok=True)
        # What sends visitors without scripts elsewhere.
        target.write_bytes(path.read_bytes().replace(b'http-equiv="refresh"', b"data-refresh"))
    context, paths = read_context(tmp_path)
    total, wrong = compare(tmp_path, paths, browser_page, own, context)
    assert len(paths) >= HELP_PAGES
    assert total > 20_000
    assert not wrong, "\n".join(map(str, wrong))
