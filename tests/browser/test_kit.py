"""A kit behind a theme that knows nothing of Khmer, in Chromium and Firefox."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont

from khmertext.web import BuildOptions
from khmertext.web.kit import KitOptions, write_kit
from tests.browser.conftest import find_opener, save_renamed
from tests.browser.pages import SETTLE, STATUS, OpenMachine, wait_until

pytestmark = pytest.mark.browser

THEME = """:root{--head: Georgia, serif} body{font:20px/1.8 Arial, sans-serif;width:600px} h1{font-family:var(--head)}
blockquote{font-family:"Times New Roman", serif} .note{font-family:Verdana;font-weight:700} em{font-style:normal}
"""
PAGE = """<!doctype html><html lang="km"><head><meta charset="utf-8"><title>x</title>
<link rel="stylesheet" href="theme/style.css">{head}</head><body>
<h1>{0} Title</h1><p>{0} <em>{1}</em> Latin text, a line of it.</p><blockquote>{1} quoted</blockquote>
<p class="note">{0} note 123</p><button>{1}</button></body></html>"""
KNOWN = ("ភាសាខ្មែរ", "ប្រាសាទអង្គរ")
UNKNOWN = ("ឃ្លាំងឆ្លើយ", "ស្ត្រី")
# Khmer that nothing shapes is wider: a letter for each character.
WIDTHS = """[...document.querySelectorAll('h1,p,em,blockquote')].map(element => {
  const range = document.createRange(), node = element.firstChild;
  range.setStart(node, 0); range.setEnd(node, node.data.search(/[^\\u1780-\\u17ff]|$/));
  return range.getBoundingClientRect().width
})"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("cms")
    (root / "theme").mkdir()
    (root / "theme/style.css").write_text(THEME, encoding="utf-8")
    options = KitOptions(BuildOptions(axes={"wght": (400, 700)}), texts=KNOWN, theme=root / "theme", base_url="/kit/")
    write_kit(root / "kit", options)
    head = (root / "kit/head.html").read_text(encoding="utf-8")
    for name, words, inside in (
        ("known", KNOWN, head),
        ("unknown", UNKNOWN, head),
        ("latin", ("Latin", "words"), head),
        ("latin-before", ("Latin", "words"), ""),
    ):
        page = PAGE.replace("{head}", inside)
        for number, word in enumerate(words):
            page = page.replace(f"{{{number}}}", word)
        (root / f"{name}.html").write_text(page, encoding="utf-8")
    return root


def test_khmer_is_drawn_by_the_kit_and_latin_as_before(
    site: Path, open_machine: OpenMachine, latin_font: Path, serve: Callable[..., Any]
) -> None:
    served = serve(site)
    machine = open_machine(fonts=[latin_font])
    pictures = {}
    for name in ("known", "unknown", "latin", "latin-before"):
        page = machine.new_page()
        page.set_viewport(800, 600)
        page.open(f"{served.url}/{name}.html")
        page.evaluate(SETTLE)
        page.evaluate("new Promise(done => setTimeout(done, 300))")
        page.evaluate(SETTLE)
        if name != "latin-before":
            assert page.evaluate(STATUS) == "ok"
        pictures[name] = page.screenshot(full_page=True)
        if "known" in name:
            # Nine characters of Khmer in five or six letters' room; in boxes or unshaped they take more.
            widths = page.evaluate(WIDTHS)
            assert all(0 < width < 170 for width in widths), (name, widths)
        page.close()
    assert pictures["latin"] == pictures["latin-before"]


# What themes say of elements that browsers give a font, and which of these the kit then gives its family.
FIELDS = ("button", "input", "select")
MONOSPACE = ("code", "pre", "kbd", "samp", "tt", "pre code", ".mono")
THEMES = {
    "sizes in pixels": (
        """body{font:20px/1.8 Georgia,serif} code{font-size:.9em} pre{font-size:1.1em} textarea{font-size:1em}
        .mono{font-family:monospace;font-size:larger} kbd{font-size:80%}""",
        (*FIELDS, *MONOSPACE, "textarea"),
    ),
    "sizes in rem": (
        "html{font-size:110%}body{font-family:Georgia,serif;font-size:1.1rem}.mono{font-family:monospace}",
        (*FIELDS, *MONOSPACE, "textarea"),
    ),
    # Nothing of code is touched there: no stylesheet could give it the size that it has.
    "sizes of the browser": (
        "body{font-family:Georgia,serif} code{font-size:.9em} input{font-size:1em}",
        (*FIELDS, ".mono"),
    ),
    "sizes by keyword": (
        "body{font:20px Georgia} .box{font-size:medium} textarea{font-size:inherit}",
        (*FIELDS, ".mono"),
    ),
    "fonts of its own": (
        "body{font:20px Georgia} button,input,select,textarea{font:inherit} code,kbd,samp,tt,pre{font-family:Verdana}",
        (*FIELDS, *MONOSPACE, "textarea"),
    ),
    "fonts in layers": (
        """@layer base{@layer reset{button,input{font:inherit}}html{font-family:Georgia,serif}}
        @layer more{select,textarea,code{font-family:inherit}}""",
        (*FIELDS, "code", ".mono", "textarea"),
    ),
    "all in one family": ("*{font-family:Georgia,serif} body{font-size:20px}", (*FIELDS, *MONOSPACE, "textarea")),
}
BARE = """<!doctype html><html lang="km"><head><meta charset="utf-8"><title>x</title>
<link rel="stylesheet" href="theme/style.css">{head}</head><body><p>{0} text</p><button>{0}</button>
<input value="{0}"><select><option>{0}</select><textarea>{0}</textarea><p style="white-space:nowrap"><code>{0}</code>
<kbd>{0}</kbd>
<samp>{0} <code>{0}</code></samp> <tt>{0}</tt> <span class="mono">{0} <code>{0}</code></span></p><h2><code>{0}</code>
<small><kbd>{0}</kbd></small></h2><pre>{0}
<code>{0}</code></pre><div class="box"><code>{0}</code><pre>{0}</pre></div></body></html>"""
ALL = (*FIELDS, "textarea", *MONOSPACE)
# Of each: whether it asks for the kit's font; and how wide its text is, and how wide the kit's font is in that size.
ASK = """ALL.map(selector => {
  const element = document.querySelector(selector), style = getComputedStyle(element);
  const node = [...element.childNodes].find(one => one.nodeType == 3 && one.data.trim());
  const named = style.fontFamily.includes('Site Khmer');
  if (!node || selector == 'textarea') return [selector, named, 0, 0];
  const range = document.createRange();
  range.setStart(node, 0); range.setEnd(node, node.data.trimEnd().length);
  const other = document.createElement('span');
  other.style.font = `${style.fontWeight} ${style.fontSize} "Site Khmer"`;
  other.textContent = node.data.trimEnd();
  document.body.append(other);
  const found = [selector, named, range.getBoundingClientRect().width, other.getBoundingClientRect().width];
  other.remove();
  return found
})"""


@pytest.mark.parametrize("theme", THEMES)
def test_elements_without_a_font_of_the_themes_get_the_kits_where_nothing_else_changes(
    theme: str, open_machine: OpenMachine, latin_font: Path, serve: Callable[..., Any], tmp_path: Path
) -> None:
    css, covered = THEMES[theme]
    (tmp_path / "theme").mkdir()
    (tmp_path / "theme/style.css").write_text(css, encoding="utf-8")
    # Chromium's font of controls is found apart from the others: two fonts that nobody takes for one.
    other = TTFont(latin_font)
    for name, (advance, bearing) in other["hmtx"].metrics.items():
        other["hmtx"].metrics[name] = (advance + 200, bearing)
    for tag in ("HVAR", "gvar", "fvar", "avar", "STAT", "MVAR"):
        if tag in other:
            del other[tag]
    arial = save_renamed(other, "Arial", tmp_path / "arial.ttf")
    build = BuildOptions(axes={"wght": (400, 700)})
    write_kit(tmp_path / "kit", KitOptions(build, texts=KNOWN, theme=tmp_path / "theme", base_url="/kit/"))
    head = (tmp_path / "kit/head.html").read_text(encoding="utf-8")
    for file, word, inside in (("before", "Words", ""), ("latin", "Words", head), ("khmer", KNOWN[1], head)):
        page = BARE.replace("{head}", inside).replace("{0}", word)
        (tmp_path / f"{file}.html").write_text(page, encoding="utf-8")
    served = serve(tmp_path)
    machine = open_machine(fonts=[latin_font, arial])
    pictures = {}
    for file in ("before", "latin", "khmer"):
        tab = machine.new_page()
        tab.set_viewport(800, 600)
        tab.open(f"{served.url}/{file}.html")
        tab.evaluate(SETTLE)
        tab.evaluate("new Promise(done => setTimeout(done, 300))")
        tab.evaluate(SETTLE)
        pictures[file] = tab.screenshot(full_page=True)
        if file == "khmer":
            assert "Georgia" in tab.evaluate("getComputedStyle(document.body).fontFamily")
            firefox = tab.evaluate("CSS.supports('-moz-orient', 'inline')")
            scaled = "textarea" if firefox and "sizes" in theme else ""
            found = tab.evaluate(ASK.replace("ALL", repr(list(ALL))))
            assert {one for one, named, *_ in found if named} == {one for one in covered if one != scaled}
            for selector, named, width, wanted in found:
                assert not named or abs(width - wanted) < 1, (selector, width, wanted)
                assert wanted == 0 or width > 10
        tab.close()
    assert pictures["latin"] == pictures["before"]


SHIFT = f"""<!doctype html><html lang="km"><head><meta charset="utf-8"><title>x</title>
<style>p{{float:left;clear:left;margin:0;white-space:nowrap;font:20px Inter,sans-serif}}</style>{{head}}</head>
<body><p>{"".join((*KNOWN, *UNKNOWN)) * 3}<p><b>{"".join((*KNOWN, *UNKNOWN)) * 3}</b></body></html>"""
BOXES = (
    "[...document.querySelectorAll('p')].map(one => one.getBoundingClientRect()).map(one => [one.width, one.height])"
)


@pytest.mark.parametrize("fallbacks", [True, False])
def test_until_the_font_has_come_khmer_has_its_place(
    request: pytest.FixtureRequest,
    fonts: Mapping[str, Path],
    serve: Callable[..., Any],
    tmp_path: Path,
    fallbacks: bool,
) -> None:
    """A visitor who has Khmer OS, whose letters are a fifth wider.

    In Chromium: Firefox uses no other face of a page's while one that it asks for first is on its way.
    """
    khmer_os = Path("/usr/share/fonts/truetype/khmeros/KhmerOS.ttf")
    if not khmer_os.is_file():
        pytest.skip("not installed: fonts-khmeros")
    build = BuildOptions(axes={"wght": (400, 700)}, fallbacks=fallbacks)
    stacks = (("p", "Inter, sans-serif"),)
    write_kit(tmp_path / "kit", KitOptions(build, texts=KNOWN, stacks=stacks, base_url="/kit/"))
    head = (tmp_path / "kit/head.html").read_text(encoding="utf-8")
    (tmp_path / "index.html").write_text(SHIFT.replace("{head}", head), encoding="utf-8")
    gate = threading.Event()
    files = [f"/kit/khmertext/{path.name}" for path in (tmp_path / "kit/khmertext").glob("*.woff2")]
    served = serve(tmp_path, gates=dict.fromkeys(files, gate))
    tab = find_opener(request, "chromium")(fonts=[fonts["european"], khmer_os]).new_page()
    tab.open(f"{served.url}/index.html", until="domcontentloaded")
    wait_until(lambda: any(path in files for path in served.requests), "a request for the font")
    # With font-display: swap text is shown at once; a moment for fonts of the machine.
    tab.evaluate("new Promise(done => setTimeout(done, 500))")
    before = tab.evaluate(BOXES)
    gate.set()
    tab.evaluate(SETTLE)
    tab.evaluate("new Promise(done => setTimeout(done, 300))")
    tab.evaluate(SETTLE)
    after = tab.evaluate(BOXES)
    tab.close()
    changes = [now / was for one, other in zip(before, after, strict=True) for was, now in zip(one, other, strict=True)]
    if fallbacks:
        assert all(abs(change - 1) < 0.03 for change in changes), (before, after)
    else:
        assert max(abs(change - 1) for change in changes) > 0.1, (before, after)
