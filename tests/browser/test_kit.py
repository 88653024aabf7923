"""A kit behind a theme that knows nothing of Khmer, in Chromium and Firefox."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from khmertext.web import BuildOptions
from khmertext.web.kit import KitOptions, write_kit
from tests.browser.pages import SETTLE, STATUS, OpenMachine

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
