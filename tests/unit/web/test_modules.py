"""Which scripts and data a page comes to load."""

from __future__ import annotations

from pathlib import Path

import pytest

from khmertext.web import BuildOptions, build_site
from khmertext.web.disk import read_tree
from khmertext.web.modules import ScriptGraph, find_names
from khmertext.web.reading import SiteFacts, read_site

KHMER = 'export const hello = "សួស្តី"'


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('import "./a.js"', ["./a.js"]),
        ("import {x} from '/js/a.mjs'; export * from `../b.js`", ["/js/a.mjs", "../b.js"]),
        ('const m = await import("./a.js?v=1#x")', ["./a.js?v=1#x"]),
        ('fetch("km.json").then(show); new Worker("w.cjs")', ["km.json", "w.cjs"]),
        (r'{"file": "\/data\/km.json"}', ["/data/km.json"]),
        ('"not a name.js" + "a.json.txt" + a.js', []),
        ('x = "a.js', []),
        ('"' + "a" * 400 + '.js"', []),
        ('"a.js" "a.js"', ["a.js"]),
    ],
)
def test_names_are_the_literals_that_look_like_scripts(script: str, expected: list[str]) -> None:
    assert list(find_names(script)) == expected


def test_many_quotes_are_read_in_bounded_time() -> None:
    assert find_names('"' * 200_000 + ".js" * 100_000) == ()


def read(root: Path, files: dict[str, str]) -> SiteFacts:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return read_site(read_tree(root), family="K")


@pytest.mark.parametrize(
    ("page", "scripts"),
    [
        ("<script src=js/km.js></script>", {}),
        ("<script type=module src=js/app.js></script>", {"js/app.js": 'import "./km.js"'}),
        (
            "<script type=module src=/js/app.js></script>",
            {"js/app.js": 'import "./b.js"', "js/b.js": "import('./km.js')"},
        ),
        ("<script type=module>import './js/km.js'</script>", {}),
        ("<link rel=modulepreload href=js/km.js>", {}),
        ('<script type=importmap>{"imports":{"km":"./js/km.js"}}</script><script type=module>import "km"</script>', {}),
        # Data is fetched from where the page is, not from where the script is.
        ("<script src=other/get.js></script>", {"other/get.js": "fetch('js/km.js')"}),
        ("<script src=a.js></script>", {"a.js": 'import "./b.js"', "b.js": 'import "./a.js"; import "./js/km.js"'}),
    ],
)
def test_khmer_in_a_module_reaches_the_page(tmp_path: Path, page: str, scripts: dict[str, str]) -> None:
    facts = read(tmp_path, {"index.html": f"<body><p>Latin</p>{page}", "js/km.js": KHMER, **scripts})
    assert [found.facts.path for found in facts.pages if found.facts.needs_font] == ["index.html"]
    assert facts.pages[0].facts.open_text
    assert facts.pages[0].facts.linked == {"js/km.js"}
    assert not facts.warnings


def test_khmer_that_no_page_loads_is_named(tmp_path: Path) -> None:
    files = {"index.html": "<script src=js/app.js></script>", "js/app.js": 'get("k" + "m.js")', "js/km.js": KHMER}
    facts = read(tmp_path, files)
    assert not any(page.facts.needs_font for page in facts.pages)
    assert [(one.code, one.path) for one in facts.warnings] == [("unreached-script", "js/km.js")]


def test_a_page_with_an_imported_module_gets_the_font(tmp_path: Path) -> None:
    files = {
        "index.html": "<head></head><script type=module src=a.js></script>",
        "a.js": 'import "./km.js"',
        "km.js": KHMER,
    }
    read(tmp_path / "in", files)
    build_site(tmp_path / "in", tmp_path / "out", BuildOptions(jobs=1))
    assert "data-khmertext" in (tmp_path / "out/index.html").read_text(encoding="utf-8")


def test_a_graph_without_khmer_is_not_followed() -> None:
    assert ScriptGraph({"a.js": ("b.js",)}).find_khmer("http://khmertext.invalid/", ["a.js"]) == frozenset()
