"""How texts can look: weights, styles and features, on the screen and in print."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from turbohtml import parse

from khmertext.web.cascade import Cascade, StyleSet
from khmertext.web.disk import read_tree
from khmertext.web.facts import SiteContext
from khmertext.web.looks import Look
from khmertext.web.mediaqueries import Chance, read_query
from khmertext.web.mediumfonts import MAX_LOOKS
from khmertext.web.pages import scan_page
from khmertext.web.reading import read_site
from khmertext.web.stylesheets import parse_styles

SPACED = "clig=0,liga=0"


def looks(css: str, body: str = "<p>ក</p>", sheets: Mapping[str, str] | None = None, head: str = "") -> list[Look]:
    """The looks of the only text of a page."""
    context = SiteContext("K", sheets={name: parse_styles(text) for name, text in (sheets or {}).items()})
    page = f"<!doctype html><html lang=km><head><style>{css}</style>{head}</head><body>{body}</body></html>"
    (text,) = scan_page(page.encode(), "a.html", context).texts
    return list(text.looks)


@pytest.mark.parametrize(
    ("query", "screen", "printed"),
    [
        ("", "ALWAYS", "ALWAYS"),
        ("all", "ALWAYS", "ALWAYS"),
        ("only SCREEN", "ALWAYS", "NEVER"),
        ("print", "NEVER", "ALWAYS"),
        ("not print", "ALWAYS", "NEVER"),
        ("not all", "NEVER", "NEVER"),
        ("speech, tty", "NEVER", "NEVER"),
        ("screen, print", "ALWAYS", "ALWAYS"),
        ("print and (color)", "NEVER", "SOMETIMES"),
        ("not print and (color)", "ALWAYS", "SOMETIMES"),
        ("(min-width: 1px)", "SOMETIMES", "SOMETIMES"),
        ("not (color)", "SOMETIMES", "SOMETIMES"),
        ("screen and (color), print", "SOMETIMES", "ALWAYS"),
        ("not screen print", "SOMETIMES", "SOMETIMES"),
        ("and", "SOMETIMES", "SOMETIMES"),
    ],
)
def test_what_is_known_of_media(query: str, screen: str, printed: str) -> None:
    assert read_query(query) == (Chance[screen], Chance[printed])


@pytest.mark.parametrize(
    ("css", "body", "expected"),
    [
        ("", "<p><i>ក</i>", [Look(400, True)]),
        ("", "<p><em><b>ក</b></em>", [Look(700, True)]),
        ("i{font-style:normal}", "<p><i>ក</i>", [Look(400)]),
        ("p{font-style:oblique}", "<p>ក", [Look(400), Look(400, True)]),
        ("p{font-style:oblique 5deg}", "<p>ក", [Look(400), Look(400, True)]),
        ("p{font-style:oblique 0deg}", "<p>ក", [Look(400)]),
        ("p{font-style:slanted;font-weight:1001}", "<p>ក", [Look(400)]),
        ("p{font:italic 600 1em Arial}", "<p>ក", [Look(600, True)]),
        ("p{font-style:italic;font:1em Arial}", "<p>ក", [Look(400)]),
        ("body{font-style:italic}button{}", "<button>ក</button>", [Look(400)]),
        ("p:hover{font-style:italic}", "<p>ក", [Look(400), Look(400, True)]),
        ("p{font-style:var(--x)}", "<p>ក", [Look(400), Look(400, True)]),
        ("i{all:unset}", "<p><i>ក</i>", [Look(400)]),
        ("i{font-style:unset}cite{font-style:revert}", "<p><cite><i>ក</i></cite>", [Look(400, True)]),
        (":root{--w:300}p{font-weight:var(--w)}", "<p>ក", [Look(300), Look(400), Look(700)]),
        ("p{animation:a 1s}@keyframes a{to{font-weight:900}}", "<p>ក", [Look(400), Look(900)]),
        ("@layer a,b;@layer b{p{font-weight:300}}@layer a{p{font-weight:800}}", "<p>ក", [Look(300)]),
        ("@layer a{p{font-weight:800}}p{font-weight:revert-layer}", "<p>ក", [Look(800)]),
        ("@layer a{b{font-weight:300}}b{font-weight:revert}", "<p><b>ក</b>", [Look(700)]),
    ],
)
def test_weight_and_style(css: str, body: str, expected: list[Look]) -> None:
    assert looks(css, body) == expected


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ("p{font-feature-settings:'blwf' 0, 'SS01'}", ["SS01=1,blwf=0"]),
        ("p{font-feature-settings:'blwf' 0;font:1em Arial}", [""]),
        ("p{font:1em Arial;font-feature-settings:'blwf' 0}", ["blwf=0"]),
        ("p{font-feature-settings:normal}body{font-feature-settings:'kern' off}", [""]),
        ("body{font-feature-settings:'kern' off}", ["kern=0"]),
        ("p{font-feature-settings:'kern' 0;font-feature-settings:nonsense}", ["kern=0"]),
        ("p{font-kerning:none;font-variant-ligatures:none}", ["calt=0,clig=0,dlig=0,hlig=0,kern=0,liga=0"]),
        ("p{font-variant:small-caps tabular-nums}", ["smcp=1,tnum=1"]),
        ("p{font-variant:none}", ["calt=0,clig=0,dlig=0,hlig=0,liga=0"]),
        ("p{font:small-caps 1em Arial}", ["smcp=1"]),
        ("p{font-kerning:none;font-feature-settings:'kern'}", ["kern=1"]),
        ("body{letter-spacing:1px}", ["", SPACED]),
        ("body{letter-spacing:1px}p{letter-spacing:0}", [""]),
        ("p{letter-spacing:1px;font-variant-ligatures:common-ligatures}", ["clig=1,liga=1"]),
        ("p:hover{font-feature-settings:'kern' 0}", ["", "kern=0"]),
        ("p::first-line{font-feature-settings:'kern' 0}", ["", "kern=0"]),
        (":root{--f:'kern' 0}p{font-feature-settings:var(--f)}", ["", "kern=0"]),
    ],
)
def test_features(css: str, expected: list[str]) -> None:
    assert [look.features for look in looks(css)] == expected


@pytest.mark.parametrize(
    ("css", "sheets", "head"),
    [
        ("@media print{p{font:italic 700 1em Arial}}", {}, ""),
        ("@import 'x.css' print;", {"x.css": "p{font:italic 700 1em Arial}"}, ""),
        ("", {"x.css": "p{font:italic 700 1em Arial}"}, "<link rel=stylesheet media=print href=x.css>"),
        ("", {}, "<style media=print>p{font:italic 700 1em Arial}</style>"),
        ("p{font:italic 700 1em Arial}", {}, "<style media=screen>p{font:400 1em Arial}</style>"),
        ("p{font:italic 700 1em Arial}", {"x.css": "p{font:400 1em Arial}"}, "<style>@import 'x.css' screen;</style>"),
        ("@media screen{p{font:400 1em Arial}}p{font:italic 700 1em Arial}@media not print{p{font:1em a}}", {}, ""),
    ],
)
def test_print_and_screen_are_told_apart(css: str, sheets: dict[str, str], head: str) -> None:
    assert looks(css, "<p>ក", sheets, head) == [Look(400, media="screen"), Look(700, True, media="print")]


def test_a_stylesheet_that_a_script_may_set_to_another_medium_is_not_taken_at_its_word() -> None:
    head = "<link rel=stylesheet media=print onload=this.media='all' href=x.css>"
    found = looks("", "<p>ក", {"x.css": "p{font-weight:700}"}, head)
    assert found == [Look(400), Look(700)]


def test_a_text_across_elements_has_the_looks_of_all_of_them() -> None:
    page = "<!doctype html><html lang=km><p>ក<i>្ក</i><b>ា</b>".encode()
    whole = {text.looks for text in scan_page(page, "a.html", SiteContext("K")).texts if text.text == "ក្កា"}
    assert whole == {(Look(400), Look(400, True), Look(700))}


def test_texts_of_scripts_have_the_features_of_the_stylesheets() -> None:
    page = "<!doctype html><style>.x{font-feature-settings:'kern' 0}</style><script>a='ក'</script>".encode()
    (text,) = scan_page(page, "a.html", SiteContext("K")).texts
    assert {look.features for look in text.looks} == {"", "kern=0"}
    assert {(look.weight, look.italic) for look in text.looks} == {(400, False), (400, True), (700, False), (700, True)}


def test_a_page_made_to_have_endless_looks_has_a_bound() -> None:
    rules = "".join(f"p:hover{{font-weight:{n};font-feature-settings:'ab{n:02}'}}" for n in range(1, 90))
    assert len(looks(rules)) == MAX_LOOKS


@pytest.mark.parametrize(
    ("css", "families"),
    [
        (":root{--f:Inter,serif}p{font-family:var(--f)}", "Inter,serif"),
        (":root{--f:Inter}body{--f:Arial}p{font-family:var(--f),serif}", "Arial,serif"),
        (":root{--a:Inter;--f:var(--a), serif}body{--a:Arial}p{font-family:var(--f)}", "Inter, serif"),
        ("p{font-family:var(--none, 'A B')}", "'A B'"),
        ("body{font-family:Georgia}p{font-family:var(--none)}", "Georgia"),
        ("body{font-family:Georgia}:root{--a:var(--b);--b:var(--a)}p{font-family:var(--a)}", "Georgia"),
        (":root{--f:italic 600 1em/2 Inter,serif}p{font:var(--f)}", "Inter,serif"),
        ("p{--f:Inter !important;--f:Arial}p{font-family:var(--f)}", "Inter"),
    ],
)
def test_what_families_variables_come_to(css: str, families: str) -> None:
    document = parse("<!doctype html><p>x")
    found = Cascade(document, StyleSet([parse_styles(css)])).resolve(document.select("p")[0])
    assert found.media[0].chosen.families.replace('"', "'") == families


def test_variables_that_double_each_other_come_to_an_end() -> None:
    css = ":root{" + "".join(f"--v{n}:var(--v{n + 1}),var(--v{n + 1});" for n in range(40)) + "--v40:A}"
    document = parse("<!doctype html><p>x")
    cascade = Cascade(document, StyleSet([parse_styles(css + "p{font-family:var(--v0)}")]))
    assert cascade.resolve(document.select("p")[0]).media[0].chosen.families == ""


def test_stylesheets_of_other_hosts_are_told_and_not_read(tmp_path: Path) -> None:
    head = "<link rel=stylesheet href=//cdn.example/x.css><link rel=stylesheet href=a.css>"
    for name in ("a.html", "b.html"):
        (tmp_path / name).write_text(f"<!doctype html><html lang=km>{head}<p>ក", "utf-8")
    (tmp_path / "a.css").write_text("@import 'https://other.example/y.css' layer(x);p{color:red}", "utf-8")
    warnings = read_site(read_tree(tmp_path), family="K").warnings
    assert [(one.code, one.path, one.message.partition(": ")[0], one.line) for one in warnings] == [
        ("foreign-style", "a.html", "//cdn.example/x.css", 1),
        ("foreign-style", "a.html", "https://other.example/y.css", 0),
    ]
