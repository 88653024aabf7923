"""What is read from a page: runs across inline elements, languages, weights, places for our nodes."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from urllib.parse import quote_from_bytes

import pytest
from fontTools.ttLib import TTFont
from turbohtml import Element, parse

from khmertext.fonts import cut, default_face, plan_text
from khmertext.web.disk import read_tree
from khmertext.web.facts import PageFacts, SiteContext
from khmertext.web.modules import ScriptGraph
from khmertext.web.pages import scan_page
from khmertext.web.reading import declared_families, read_site
from khmertext.web.sources import apply_insertions
from khmertext.web.stylesheets import parse_styles


def scan(page: str, css: str = "", **context: object) -> PageFacts:
    sheets = {"s.css": parse_styles(css)}
    return scan_page(page.encode(), "dir/page.html", SiteContext("K", sheets=sheets, **context))  # type: ignore[arg-type]


def runs(facts: PageFacts) -> set[str]:
    return {text.text for text in facts.texts}


LINK = "<link rel=stylesheet href=../s.css>"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<p>ក ខ", {"ក", "ខ"}),
        ("<p>ក<b>្ក</b>ា", {"ក្កា", "ក", "្ក", "ា"}),
        ("<p>ក<br>ខ", {"ក", "ខ"}),
        ("<p>ក<img>ខ", {"ក", "ខ"}),
        ("<p>ក<wbr>ខ", {"ក\u200bខ", "ក", "ខ"}),
        ("<div>ក<p>ខ</p>គ</div>", {"ក", "ខ", "គ"}),
        ("<div>ក<p></p>ខ</div>", {"ក", "ខ"}),
        ("<p>ក<!-- x -->ខ", {"កខ"}),
        ("<p>&#x1780;&#6017;", {"កខ"}),
        ("<p>ក\u200bខ", {"ក\u200bខ"}),
        ("<p>\u200b <b>x</b>", set()),
        ("<img alt='ក' title='ខ'><input placeholder='គ'><b aria-label=ឃ>", {"ក", "ខ", "គ", "ឃ"}),
        ("<input type=submit value=ក><input type=hidden value=ខ>", {"ក"}),
        (r'<script>x = "\u1780"</script><style>p::before{content:"\1781"}</style><p>', {"ក", "ខ"}),
        ("<script>x = '<b>&#x1781;&#6098;</b>&#x1798'</script>", {"ខ្", "ម"}),
        (r"<script>x = 'ក\u0026#6017;'</script>", {"ក", "កខ"}),
        (r'<style>p::before{content:"\1781"}</style>', set()),
        (r'<style>q::before{content:"\1780\17D2"}</style><q>ខ</q>', {"ក្", "ខ", "ក្ខ"}),
        ("<style>ol{list-style:khmer}</style><ol>", {"០១២៣៤៥៦៧៨៩"}),
        (
            "<title>ក</title><template><p>ខ</template><noscript>គ</noscript><svg><text>ឃ</text></svg>",
            {"ក", "ខ", "គ", "ឃ"},
        ),
        ("<a-b>ក</a-b>ខ", {"កខ", "ក", "ខ"}),
        ("<select><option>ក<option>ខ</select>", {"ក", "ខ"}),
        ("<table>ក<tr><td>ខ</table>", {"ក", "ខ"}),
    ],
)
def test_runs_are_what_a_browser_shapes(page: str, expected: set[str]) -> None:
    assert runs(scan(page)) == expected


@pytest.mark.parametrize(
    ("css", "body", "texts", "stacks"),
    [
        (":root{--x:'ក'}p::before{content:var(--x);font-family:A}", "<p>x", {"ក"}, {"A"}),
        (":root{--x:'ក'}p{--y:var(--x)}p::before{content:attr(z) var(--y)}p{font-family:A}", "<p>x", {"ក"}, {"A"}),
        ("p::before{content:var(--x,'ក')}p{font-family:A}", "<p>x", {"ក"}, {"A"}),
        ("p::before{content:counters(n,'។')}p{font-family:A}", "<p>x", {"។"}, {"A"}),
        ("p::before{content:var(--x)}p{font-family:A}", "<p style=\"--x:'\\1780'\">x", {"ក"}, {"A"}),
        (":root{--x:'x'}p::before{content:var(--x)}p{font-family:A}", "<p>x", set(), set()),
        ("@property --x{syntax:'*';inherits:true;initial-value:'ក'}", "<p>x", {"ក"}, set()),
        ("body{quotes:'«ឃ' 'ង»'}q{font-family:A}", "<q>x</q>", {"ឃ", "ង"}, {"A"}),
        ("body{quotes:'ឃ' 'ង'}i::before{content:open-quote;font-family:A}", "<i>x", {"ឃ", "ង"}, {"A"}),
        ("i{text-overflow:'ច';font-family:A}b{font-family:B}", "<i>x<b>y", {"ច"}, {"A"}),
        ("p{text-emphasis:'ខ' red}b{font-family:A}", "<p>x<b>y", {"ខ"}, {"A"}),
        ("p{text-emphasis-style:'ខ'}b{font-family:A}", "<p>x<b>y", {"ខ"}, {"A"}),
        ("p{hyphenate-character:'គ';font-family:A}", "<p>x", {"គ"}, {"A"}),
        ("@counter-style k{symbols:ក 'ខ'}ol{list-style:k}li{font-family:A}", "<ol><li>x", {"ក", "ខ"}, {"A"}),
        ("@counter-style k{system:extends khmer}ol{list-style:k}", "<ol><li>x", {"០១២៣៤៥៦៧៨៩"}, set()),
        ("ol{list-style-type:'ក '}li{font-family:A}", "<ol><li>x", {"ក"}, {"A"}),
        ("@page{@top-left{content:'ក'}}", "<p>x", {"ក"}, set()),
        ("@keyframes k{from{content:'ក';font-family:A}}p{font-family:B}", "<p>x", {"ក"}, {"A"}),
        ("@-webkit-keyframes k{50%{font:1em A}to{font-family:monospace}}p{font-family:B}", "<p>ខ", {"ខ"}, {"A", "B"}),
        ("@keyframes k{from{font-family:A}}p{font-family:B}", "<p>x", set(), set()),
    ],
)
def test_texts_that_stylesheets_bring_in_other_ways(css: str, body: str, texts: set[str], stacks: set[str]) -> None:
    sheet = parse_styles(css)
    facts = scan(f"<html>{LINK}<body>{body}", css)
    assert runs(facts) == texts
    assert {sheet.stacks[index].css for _, index in facts.stacks} == stacks


def test_display_from_css_joins_and_parts() -> None:
    assert "កខ" in runs(scan(f"{LINK}<ul><li>ក</li><li>ខ</li></ul>", "li{display:inline}"))
    assert "កខ" not in runs(scan(f"{LINK}<p><a>ក</a><a>ខ</a>", "a{display:block}"))


def test_language_and_weight_come_from_the_page() -> None:
    page = f"<html lang=KM>{LINK}<p>ក<b>ខ<i class=l>គ</i></b><p lang=en>ឃ<h1>ង</h1>"
    found = {text.text: (text.language, text.weights) for text in scan(page, ".l{font-weight:300}").texts}
    assert found["ក"] == ("km", (400,))
    assert found["ខ"] == ("km", (700,))
    assert found["គ"] == ("km", (300,))
    assert found["កខគ"] == ("km", (300, 400, 700))
    assert found["ឃ"] == ("en", (400,))
    assert found["ង"] == ("km", (700,))


def test_only_stacks_that_khmer_uses_are_edited() -> None:
    css = "body{font-family:A} h1{font-family:B} code{font-family:C} .x{font-family:D} @media print{p{font-family:E}}"
    facts = scan(f"{LINK}<p>ក<h1>Latin</h1><code>code</code>", css)
    sheet = parse_styles(css)
    assert {sheet.stacks[index].css for _, index in facts.stacks} == {"A", "E"}


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        (".m{font-family:A}a:link{font-family:B}", {"A", "B"}),
        ("a:is(:link,:visited){font-family:A}a:any-link{font-family:B}", {"A", "B"}),
        (".m.m.m{font-family:A}a:link{font-family:B}", {"A"}),
        ("a:link{font-family:B}.m.m{font-family:A}", {"A"}),
        (".m{font-family:A}a:not(:hover){font-family:B}", {"A", "B"}),
        (".m{font-family:A}:is(p:hover) a.m{font-family:B}", {"A", "B"}),
        (".m{font-family:A}a{p:hover &{font-family:B}}", {"A", "B"}),
        (".m{font-family:A}a:unheard-of(1){font-family:B}", {"A", "B"}),
        (".m.m{font-family:A}a::before{font-family:B}", {"A", "B"}),  # a part competes with nothing but itself
    ],
)
def test_what_may_win_is_edited_too(css: str, expected: set[str]) -> None:
    sheet = parse_styles(css)
    facts = scan(f"{LINK}<p><a class=m href=x>ក</a>", css)
    assert {sheet.stacks[index].css for _, index in facts.stacks} == expected


def test_a_part_may_have_a_weight_of_its_own_however_weak_its_rule() -> None:
    facts = scan(f"{LINK}<p class=m>x", "p::before{content:'ក';font-weight:900}.m.m{font-weight:300}")
    assert facts.texts[0].weights == (300, 900)


@pytest.mark.parametrize(
    ("css", "winner"),
    [
        ("@layer components{.m p{font-family:A}}@layer utilities{.s{font-family:B}}", "B"),
        ("@layer a,b;@layer b{body{font-family:B}}@layer a{body{font-family:A}}", "B"),
        ("@layer a,b;@layer b{.s{font-family:B!important}}@layer a{p{font-family:A!important}}", "A"),
        ("@layer a{p{font-family:A}}p.s.s.s{font-family:B!important}@layer b{p{font-family:C!important}}", "C"),
        ("@layer a{.m .s{font-family:A}}p{font-family:B}", "B"),
        # What stands in a layer itself is stronger than the layers in it.
        ("@layer a{p{font-family:A}@layer b{.m .s{font-family:B}}}", "A"),
        ("@layer a{p{font-family:A!important}@layer b{p{font-family:B!important}}}", "B"),
        ("@layer a.b{p{font-family:A}}@layer c{p{font-family:C}}@layer a{.m .s{font-family:B}}", "C"),
        ("@layer a.x,a.y;@layer a{@layer y{p{font-family:A}}@layer x{.s{font-family:B}}}", "A"),
        # Two layers without a name are two.
        ("@layer{.m .s{font-family:A}}@layer{p{font-family:B}}", "B"),
        ("@layer a{@layer{.m .s{font-family:A}}}@layer a{@layer{p{font-family:B}}}", "B"),
        ("@media screen{@layer b{.s{font-family:B}}}@layer a{p{font-family:A}}@layer b{.m .s{font-family:B}}", "A"),
        ("p{@layer a{font-family:A}@layer b{font-family:B}}", "B"),
        # Back to the layer below.
        ("@layer a{p{font-family:A}}@layer b{.s{font-family:B}.s{font-family:revert-layer}}", "A"),
        ("@layer a{body{font-family:A}}p{font-family:revert-layer}", "A"),
    ],
)
def test_of_two_layers_the_later_one_wins(css: str, winner: str) -> None:
    # CSS Cascade Level 5, sections 6.4.4 and 7.3.5.
    sheet = parse_styles(css)
    facts = scan(f"{LINK}<body class=m><p class=s>ក</p>", css)
    assert {sheet.stacks[index].css for _, index in facts.stacks} == {winner}


@pytest.mark.parametrize(
    ("css", "winner"),
    [
        ("@import 'i.css' layer(b);@layer a{p{font-family:A}}", "A"),
        ("@layer a,b;@import 'i.css' layer(b);@layer a{p{font-family:A}}", "I"),
        ("@layer b;@import 'gone.css' layer(a);@import 'i.css' layer(b);@layer a{p{font-family:A}}", "A"),
        ("@import 'gone.css' layer(a);@import 'i.css' layer(b);@layer a{p{font-family:A}}", "I"),
        ("@import 'i.css' layer;@import 'j.css' layer;", "J"),
        ("@layer a;@import 'i.css' layer(b.c);@layer b{p{font-family:A}}", "A"),
        ("@layer b.d,b.c;@import 'i.css' layer(b.c);@layer b.d{p{font-family:A}}", "I"),
        ("p.s.s{font-family:A}@import 'i.css';", "A"),  # too late: no import any more
        ("p{color:red}@layer x{}@import 'i.css';p{font-family:A}", "A"),
        ("@charset 'utf-8';@layer x;@import 'i.css';p{font-family:A}", "I"),
    ],
)
@pytest.mark.parametrize("linked", [True, False])
def test_imports_and_layers(css: str, winner: str, linked: bool) -> None:
    sheets = {"i.css": "@layer in,out;p.s{font-family:I}", "j.css": "@layer z{p.s.s{font-family:X}}p{font-family:J}"}
    sheets["s.css"] = css
    page = f"{'<link rel=stylesheet href=s.css>' if linked else f'<style>{css}</style>'}<p class=s>ក"
    context = SiteContext("K", sheets={path: parse_styles(text) for path, text in sheets.items()})
    facts = scan_page(page.encode(), "p.html", context)
    found = {context.sheets[path].stacks[index].css for path, index in facts.stacks}
    assert (found or {re.findall('"K", (.)', apply(page, facts))[0]}) == {winner}


def test_a_shadow_has_styles_of_its_own() -> None:
    page = (
        "<style>p{font-family:A}</style><div><template shadowrootmode=open><style>p{font-family:B}</style><p>ក</p>"
        "<slot></slot></template>ខ</div><p>គ</p>"
    )
    facts = scan(page)
    assert runs(facts) == {"ក", "ខ", "គ"}
    assert [apply(page, facts).count(stack) for stack in ('"K", A', '"K", B')] == [1, 1]


@pytest.mark.parametrize(
    ("inside", "outside", "tags"),
    [
        ("<p>ក</p><pre>x</pre>", "<pre>ខ</pre>", []),
        ("<style>pre{font-family:A}</style><pre>ក</pre>", "", []),
        ("<p>ក</p>\n<pre>x <b>ក</b></pre>", "", ["pre"]),
        ("<button>ក</button><pre>ខ</pre>", "", ["button"]),
    ],
)
def test_rules_of_ours_that_do_not_reach_into_a_shadow_are_told(inside: str, outside: str, tags: list[str]) -> None:
    facts = scan(f"<html lang=km><div><template shadowrootmode=open>{inside}</template></div>{outside}")
    found = [warning for warning in facts.warnings if warning.code == "shadow"]
    assert [warning.message.split()[0] for warning in found] == [f"<{tag}>" for tag in tags]
    plain = scan(f"<html lang=km><div><template>{inside}</template></div>{outside}")
    assert [warning.code for warning in plain.warnings] == []


@pytest.mark.parametrize("attribute", ["", "shadowrootmode=open"])
def test_what_is_in_a_template_inherits_from_around_it(attribute: str) -> None:
    page = (
        f"<style>div{{font-family:A}}</style><div lang=km>x<template {attribute}><p>ក<template><b>ខ</b></template></p>"
        "</template></div>"
    )
    facts = scan(page)
    assert {(text.text, text.language) for text in facts.texts} == {("ក", "km"), ("ខ", "km")}
    assert '"K", A' in apply(page, facts)


def test_stylesheets_that_import_each_other_twice_end() -> None:
    css = "".join(f"@import '{number}.css'; " for number in (1, 2))
    sheets = {f"{n}.css": parse_styles(f"@import '{n + 1}.css';@import '{n + 1}.css';") for n in range(19)}
    sheets["19.css"] = parse_styles("p{font-family:A}")
    facts = scan_page(f"<style>{css}</style><p lang=km>ក".encode(), "p.html", SiteContext("K", sheets=sheets))
    assert [warning.code for warning in facts.warnings] == ["huge-stylesheet"]
    assert facts.stacks == {("19.css", 0)}


@pytest.mark.parametrize(
    "page",
    [
        "<style>*{text-emphasis:'ខ'}</style>" + "<div>" * 3000,
        "<div style=\"text-emphasis:'ខ'\">" * 3000,
        "<style>div{list-style-type:'ខ'}</style>" + "<div>" * 3000 + "<li>x",
        "<style>:root{--x:'ខ'}div::before{content:var(--x)}</style>" + "<div>" * 3000 + "<li>x",
    ],
)
def test_texts_that_are_inherited_far_down_are_read_once(page: str) -> None:
    assert runs(scan(page)) == {"ខ"}


def test_custom_properties_are_edited_only_where_ours_goes_behind() -> None:
    css = ':root{--a:Arial;--b:"Khmer OS",serif} p{font-family:var(--a)} h1{font-family:var(--b)}'
    sheet = parse_styles(css)
    facts = scan(f"{LINK}<p>ក<h1>ខ</h1>", css)
    assert {sheet.stacks[index].css for _, index in facts.stacks} == {"var(--a)", '"Khmer OS",serif'}


@pytest.mark.parametrize(
    "invalid", ["font-family:'Foo' serif", "font-family:B,", "font:B", "font:bold 12 B", "all:what"]
)
def test_an_invalid_declaration_is_as_if_it_were_not_there(invalid: str) -> None:
    css = f"p{{font-family:A}} p.s{{{invalid}}} b{{{invalid}}} pre{{{invalid}}}"
    facts = scan(f"{LINK}<p class=s>x <b>ក</b></p>", css)
    assert {parse_styles(css).stacks[index].css for _, index in facts.stacks} == {"A"}
    assert facts.rules == ()
    facts = scan(f"{LINK}<body style='font-family:A'><pre>x ក</pre>", css)
    assert 'font-family:"K", monospace' in facts.rules[0]


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ("p{font-family:var(--n)}", {"A", "var(--n)"}),
        ("p{font-family:var(--n),B}", {"A", "var(--n),B"}),
        ("p{font-family:var(--n,)}", {"A", "var(--n,)"}),
        ("p{font-family:var(--n,var(--m))}", {"A", "var(--n,var(--m))"}),
        ("p{font-family:var(--n) B}", {"A", "var(--n) B"}),
        ("p{font-family:var(--n),}", {"A"}),
        ("p{font:var(--n) B}", {"A", "B"}),
        (":root{--n:var(--m)}p{font-family:var(--n)}", {"A", "var(--n)"}),
        (":root{--n:12px}p{font-family:var(--n)}", {"A", "var(--n)"}),
        (":root{--n:initial}p{font-family:var(--n)}", {"A", "var(--n)"}),
        (":root{--n:var(--m);--m:var(--n)}p{font-family:var(--n)}", {"A", "var(--n)"}),
        # Set, but not for every element.
        (".x{--n:B}p{font-family:var(--n)}", {"A", "var(--n)"}),
        ("@media print{:root{--n:B}}p{font-family:var(--n)}", {"A", "var(--n)"}),
        ("@media print{p{font-family:var(--n)}}", {"A", "var(--n)"}),
        ("@keyframes k{to{--n:B}}p{font-family:var(--n)}", {"A", "var(--n)"}),
        # Always there.
        ("p{font-family:var(--n,B)}", {"var(--n,B)"}),
        ("p{font-family:var(--n,var(--m,B))}", {"var(--n,var(--m,B))"}),
        (":root{--n:B}p{font-family:var(--n)}", {"var(--n)"}),
        ("*{--n:var(--m,B)}p{font-family:var(--n)}", {"var(--n)"}),
        (".x,:ROOT{--n:B;--s:bold 12px}p{font:var(--s) var(--n)}", {"var(--n)"}),
        (":root{--n:12px/1.5 B}p{font:bold var(--n)}", {"B"}),
    ],
)
def test_without_its_variable_a_stack_gives_way_to_what_is_inherited(css: str, expected: set[str]) -> None:
    css = "body{font-family:A}" + css
    facts = scan(f"{LINK}<body><p>ក", css)
    assert {parse_styles(css).stacks[index].css for _, index in facts.stacks} == expected
    assert facts.rules == ()


def test_a_variable_may_be_set_by_a_style_attribute() -> None:
    css = "p{font-family:var(--n)}"
    page = f"{LINK}<body style='font-family:A;--n:B'><p class=x data-khmer-dynamic>ក"
    assert 'font-family:"K Full", var(--n)!important' in "".join(scan(page, css).rules)
    page = page.replace(";--n:B", "")
    assert 'font-family:"K Full", A!important' in "".join(scan(page, css).rules)


def test_long_chains_of_variables_end() -> None:
    css = "".join(f":root{{--n{n}:var(--n{n + 1}),var(--n{n + 1})}}" for n in range(3000)) + "p{font-family:var(--n0)}"
    assert scan(f"{LINK}<body style='font-family:A'><p>ក", css).stacks


@pytest.fixture(scope="module")
def khmer_font() -> bytes:
    return cut(default_face(), plan_text(default_face(), [("កខ", "km")]))


def data_urls(font: bytes) -> list[str]:
    """Ways to write a font as a URL."""
    packed = base64.b64encode(font).decode()
    spaced = "%0A".join(packed[at : at + 76] for at in range(0, len(packed), 76))
    return [
        f"data:font/ttf;base64,{packed}",
        f"DATA:;BASE64,{packed.rstrip('=')}",
        f"data:application/x-font;charset=utf-8;base64,{spaced}",
        f"data:,{quote_from_bytes(font)}",
    ]


@pytest.mark.parametrize("inside", [True, False])
def test_a_font_written_as_a_url_may_show_khmer(inside: bool, khmer_font: bytes) -> None:
    cases = [(url, True) for url in data_urls(khmer_font)]
    without = TTFont(io.BytesIO(khmer_font))
    for table in without["cmap"].tables:
        table.cmap.pop(0x1780, None)
    without.save(saved := io.BytesIO())
    cases += [(f"data:;base64,{base64.b64encode(saved.getvalue()).decode()}", False)]
    cases += [(url, False) for url in ("data:;base64,AAAA", "data:;base64,\u1780", "data:", "data:,", "data:;base64,A")]
    for url, shows in cases:
        css = f'@font-face{{font-family:Mine;src:url("{url}") format("truetype")}}p{{font-family:Mine,serif}}'
        expected = 'p{font-family:Mine, "K",serif}' if shows else 'p{font-family:"K", Mine,serif}'
        page = f"<style>{css}</style><p lang=km>ក" if inside else f"{LINK}<p lang=km>ក"
        declared = declared_families({} if inside else {"s.css": parse_styles(css)}, frozenset())
        facts = scan(page, "" if inside else css, khmer_families=declared)
        if inside:
            assert expected in apply(page, facts)
        else:
            assert (declared == {"mine"}) is shows


@pytest.mark.parametrize(
    ("source", "shows"),
    [
        ("local('Khmer OS Muol')", True),
        ("url(gone.woff2), local(Khmer OS Siemreap)", True),
        ("local('KhmerOSmuol')", True),
        ("local('Battambang Bold'), local(Battambang-Bold)", True),
        ("local('KantumruyPro-SemiBoldItalic')", True),
        ("local('NotoSansKhmer-Regular')", True),
        ("local('Arial')", False),
        ("local('Metal Rebel')", False),
        ("local('KhmerMetal')", False),
        ("url('Khmer OS Muol')", False),
    ],
)
def test_a_family_may_stand_for_an_installed_one(source: str, shows: bool) -> None:
    page = f"<style>@font-face{{font-family:Mine;src:{source}}}p{{font-family:Mine}}</style><p>ក"
    assert (', "K"' in apply(page, scan(page))) is shows
    page = page.replace(";src", ";unicode-range:U+0-7F;src")
    assert '"K", Mine' in apply(page, scan(page))


def apply(page: str, facts: PageFacts) -> str:
    return apply_insertions(page.encode(), list(facts.insertions), "utf-8")[0].decode()


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ('<p style="font-family:A">ក', '<p style="font-family:&quot;K&quot;, A">ក'),
        ("<p style='color:red;font-family:A'>ក", "<p style='color:red;font-family:&quot;K&quot;, A'>ក"),
        ("<p style=font-family:A>ក", "<p style=font-family:&quot;K&quot;,&#32;A>ក"),
        ('<p style="font-family:&quot;A&quot;">ក', '<p style="font-family:&quot;K&quot;, &quot;A&quot;">ក'),
        (
            '<p style="font-family:&quot;Khmer OS&quot;,A">ក',
            '<p style="font-family:&quot;Khmer OS&quot;, &quot;K&quot;,A">ក',
        ),
        ("<style>p{font-family:A}</style><p>ក", '<style>p{font-family:"K", A}</style><p>ក'),
        ("<style>p{font-family:A}</style><p>a<b>ក", '<style>p{font-family:"K", A}</style><p>a<b>ក'),
        ("<p>ក", "<p>ក"),
        ("<p style='font-family:A'>Latin</p><p>ក", "<p style='font-family:A'>Latin</p><p>ក"),
        ("<style>code{font-family:monospace}</style><code>x</code><p>ក", None),
        ("<pre>x</pre><p>ក", None),
    ],
)
def test_stacks_inside_the_page_are_edited_in_place(page: str, expected: str | None) -> None:
    assert apply(page, scan(page)) == (expected or page)


@pytest.mark.parametrize(
    ("page", "rule"),
    [
        ("<pre>ក</pre>", '@layer khmertext{W{font-family:"K", monospace}W{font-size:calc(0.8125em + 0px)}}'),
        ("<pre><b>ក</b></pre>", '@layer khmertext{W{font-family:"K", monospace}W{font-size:calc(0.8125em + 0px)}}'),
        ("<div style=font-size:20px><pre>ក</pre></div>", '@layer khmertext{W{font-family:"K", monospace}}'),
        (
            "<style>pre{font-size:2em}</style><pre>ក",
            '@layer khmertext{W{font-family:"K", monospace}}M{font-size:calc(2em*0.8125)!important}',
        ),
        (
            "<style>pre{font-size:small}</style><pre>ក",
            '@layer khmertext{W{font-family:"K", monospace}}M{font-size:12px!important}',
        ),
        ("<p style='font-family:initial'>ក", 'M{font-family:"K"!important}'),
        (
            "<input placeholder=ក>",
            (
                '@layer khmertext{W{font-family:"K Full", Arial,system-ui,sans-serif}'
                'W::placeholder{font-family:"K", Arial,system-ui,sans-serif}}'
            ),
        ),
        (
            "<style>p{font-family:monospace}</style><p>ក",
            '@layer khmertext{W{font-size:calc(0.8125em + 0px)}}M{font-family:"K", monospace!important}',
        ),
        ("<button>ក</button>", '@layer khmertext{W{font-family:"K", Arial,system-ui,sans-serif}}'),
        ("<input type=submit value=ក>", '@layer khmertext{W{font-family:"K", Arial,system-ui,sans-serif}}'),
        ("<style>pre{all:revert}</style><pre style='font-size:9px'>ក", 'M{font-family:"K", monospace!important}'),
        (
            "<style>@media print{pre{font:20px serif}}</style><pre>ក",
            (
                '@layer khmertext{W{font-family:"K", monospace}W{font-size:calc(0.8125em + 0px)}'
                "@media print{W:where(pre){font-size:inherit}}}"
                '@media print{M:is(pre){font-family:"K", serif!important}}'
            ),
        ),
        (
            "<div style='font-family:A' contenteditable>ក</div>",
            'M{font-family:"K Full", A!important}M::placeholder{font-family:"K", A!important}',
        ),
        (
            "<div data-khmer-dynamic></div>",
            'M{font-family:"K Full"!important}M::placeholder{font-family:"K"!important}',
        ),
    ],
)
def test_elements_without_a_stack_of_the_author_are_marked(page: str, rule: str) -> None:
    """W is the mark as a selector that weighs nothing, M the mark as it is."""
    facts = scan(page)
    marked = list(parse(apply(page, facts)).select("[data-khmertext]"))
    assert len(marked) == 1
    mark = f'[data-khmertext="{marked[0].attr("data-khmertext")}"]'
    assert facts.rules == (rule.replace("W", f":where({mark})").replace("M", mark),)


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ("input{font-family:A}.x input{font-family:B}", 'M:is(.x input){font-family:"K Full", B!important}'),
        ("form input{font-family:A}.x input{font-family:B}.y{font-family:C}", 'M:is(.x input){font-family:"K Full", B'),
        (
            "body{font-family:A}input{font:inherit}.x body{font-family:monospace}",
            ':is(.x body):is(body,body *) M{font-family:"K Full", monospace!important',
        ),
        (
            "body{font-family:A}input{font:inherit}.x{font-family:B}",
            ':is(.x):is(body,body *) M{font-family:"K Full", B',
        ),
        (
            "body{font-family:A}input{font:inherit}form.x{font-family:B}",
            ':is(form.x):is(body,body *) M{font-family:"K Full", B',
        ),
        # These never reach it.
        ("input{font-family:A}.x b{font-family:B}", ""),
        ("#a{font-family:A}.x input{font-family:B}", ""),
        ("body{font-family:A}input{font:inherit}html.x{font-family:B}", ""),
        ("body{font-family:A}input{font:inherit}p.x{font-family:B}", ""),
    ],
)
def test_what_a_script_may_switch_on_is_said_again_for_marked_elements(css: str, expected: str) -> None:
    page = f"<style>{css}</style>SCRIPT<body><form><input id=a placeholder=ក></form>"
    for script in ("<script src=a.js></script>", ""):
        rules = "".join(scan(page.replace("SCRIPT", script)).rules)
        rules = re.sub(r'\[data-khmertext="[^"]*"\]', "M", rules)
        if expected and script:
            assert expected in rules
        else:
            assert ":is(" not in rules


def test_a_nest_of_monospace_keeps_its_size_together() -> None:
    page = "<pre>x <code>ក</code> <kbd>y</kbd></pre>"
    facts = scan(page)
    marked = {
        element.tag: element.attr("data-khmertext") for element in parse(apply(page, facts)).select("[data-khmertext]")
    }
    assert set(marked) == {"pre", "code", "kbd"}
    assert marked["code"] == marked["kbd"] != marked["pre"]
    assert any("calc(0.8125em + 0px)" in rule and str(marked["pre"]) in rule for rule in facts.rules)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<font face='Arial, serif'>ក</font>", "<font face='&quot;K&quot;, Arial, serif'>ក</font>"),
        ('<font face="Limon">x</font>', '<font face="Limon">x</font>'),
        (
            "<svg><text font-family=Arial>ក</text></svg>",
            "<svg><text font-family=&quot;K&quot;,&#32;Arial>ក</text></svg>",
        ),
    ],
)
def test_stacks_in_attributes_are_edited_in_place(page: str, expected: str) -> None:
    assert apply(page, scan(page)) == expected


def test_texts_kept_for_scripts_count() -> None:
    assert runs(scan("<p data-label='ក&#x1781;'>x")) == {"កខ"}
    assert runs(scan("<style>p::after{content:attr(data-x)}</style><p data-x=ក>")) == {"ក"}


def test_fields_that_inherit_take_the_full_family_but_show_their_placeholder_in_ours() -> None:
    facts = scan("<style>input{font-family:A,serif}</style><input placeholder=ក>")
    assert len(facts.rules) == 1  # of one mark; their order counts
    assert any('font-family:"K Full", A,serif!important' in rule for rule in facts.rules)
    assert any('::placeholder{font-family:"K", A,serif!important' in rule for rule in facts.rules)


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ("@media print{input{font-family:B}}", '@media print{[m]:is(input){font-family:"K Full", B!important}}'),
        ("input:focus{font-family:B}", '[m]:is(input:focus){font-family:"K Full", B!important}'),
        ("input::placeholder{font-family:B}", '[m]:is(input)::placeholder{font-family:"K", B!important}'),
        ("@supports (x:y){@media print{input{font:1em B}}}", "@supports (x:y){@media print{[m]:is(input){"),
        ("@scope (form){input{font-family:B}}", ""),  # cannot be said again
        ("@media print{input{font-family:inherit}}", "@media print{[m]:is(input){font-family:inherit!important}}"),
        ("@layer a{@media print{input{font-family:B}}}", ""),  # never wins
    ],
)
def test_what_holds_only_sometimes_is_said_again_for_marked_elements(css: str, expected: str) -> None:
    facts = scan(f"<style>input{{font-family:A}}{css}</style><input placeholder=ក>")
    (rules,) = facts.rules
    block = re.sub(r'\[data-khmertext="\w+"\]', "[m]", rules)
    assert block.startswith('[m]{font-family:"K Full", A!important}[m]::placeholder{font-family:"K", A!important}')
    assert (expected in block) if expected else block.count("{") == 2


@pytest.mark.parametrize("media", ["print}x{", "print;", "[print", "print/*", "\\"])
def test_a_media_attribute_cannot_break_out(media: str) -> None:
    page = f'<style>input{{font-family:A}}</style><style media="{media}">input{{font-family:B}}</style><input value=ក>'
    for rules in scan(page).rules:
        assert rules.count("{") == rules.count("}")
        assert "x{" not in rules
        assert ";" not in rules


def test_bare_fields_without_khmer_stay_and_are_told() -> None:
    facts = scan("<p lang=km>ក<input><textarea></textarea>")
    assert not facts.insertions
    assert [warning.code for warning in facts.warnings] == ["unstyled-fields"]


@pytest.mark.parametrize(
    ("page", "before"),
    [
        (
            "<!doctype html><html><head><meta charset=utf-8><title>x</title><link rel=stylesheet href=a></head><p>ក",
            "<link",
        ),
        ("<head><title>x</title></head><p>ក", "</head>"),
        ("<head><link rel=stylesheet href=a><meta charset=utf-8><script>1</script></head>ក", "<script"),
        ("<head><base href=../><link rel=icon href=x></head>ក", "</head>"),
        ("<!doctype html><!-- x --><p>ក", "<p>"),
        ("<!doctype html>\n<html lang=km><p>ក", "<p>"),
        ("<title>x</title><p>ក", "<p>"),
        ("ក", "ក"),
    ],
)
def test_links_go_where_they_work(page: str, before: str) -> None:
    facts = scan(page)
    assert page.encode()[facts.head :].decode().lstrip().startswith(before)
    linked = parse(page.encode()[: facts.head].decode() + "<link id=ours>" + page.encode()[facts.head :].decode())
    ours = linked.select_one("#ours")
    assert isinstance(ours, Element)
    assert isinstance(ours.parent, Element)
    assert ours.parent.tag == "head"


LAYERED = "<style>@layer a{html{font-family:A}}</style>"
CHARSET = "<meta charset=utf-8>"


@pytest.mark.parametrize(
    ("head", "before", "prefix"),
    [
        (LAYERED + CHARSET, "<style>@layer", "../"),
        (f"<title>x</title>{LAYERED}<meta http-equiv=content-security-policy content=x>", "<style>@layer", "../"),
        (f"{LAYERED}<base href=below/>", "<style>@layer", "../"),
        (f"{LAYERED}<base href=../>", "<style>@layer", "../"),
        (f"<base href=../>{LAYERED}{CHARSET}", "<style>@layer", ""),
        (f"<style>p{{}}</style>{LAYERED}{CHARSET}", "<style>p", "../"),
        (f"{LINK}<style>@layer a{{*{{font:1em A}}}}</style>{CHARSET}", "<link", "../"),
        # Where nothing is in the way, or no layer says what font the root has, all links go together.
        (CHARSET + LAYERED, "", ""),
        (f"<style>html{{font-family:A}}</style>{CHARSET}", "", ""),
        (f"<style>@layer a{{p{{font-family:A}}}}</style>{CHARSET}", "", ""),
        (f"<style>@layer a{{html{{color:red}}}}</style>{CHARSET}", "", ""),
    ],
)
def test_our_layer_is_the_first_of_the_page(head: str, before: str, prefix: str) -> None:
    page = f"<head>{head}</head><p lang=km>ក"
    facts = scan(page, folders=frozenset({"", "dir", "dir/below"}))
    assert (facts.early >= 0) == bool(before)
    assert facts.early_prefix == prefix
    assert page.encode()[facts.early :].startswith(before.encode())
    assert facts.head > facts.early


@pytest.mark.parametrize(("padding", "codes"), [(700, []), (950, ["late-charset"]), (1200, [])])
def test_the_charset_stays_where_browsers_look_for_it(padding: int, codes: list[str]) -> None:
    comment = f"<!--{'x' * (padding - 7 - len(LAYERED) - len(CHARSET))}-->"
    facts = scan(f"<head>{LAYERED}{comment}{CHARSET}</head><p lang=km>ក")
    assert [warning.code for warning in facts.warnings] == codes
    assert (facts.early < 0) == bool(codes)


@pytest.mark.parametrize(
    ("base", "prefix"),
    [
        ("", "../"),
        ("<base href=../>", ""),
        ("<base href=/elsewhere/>", ""),
        ("<base href=https://example.org/>", ""),
        ("<base target=_blank><base href=../><base href=../../>", ""),  # the first that has one
    ],
)
def test_links_follow_the_base(base: str, prefix: str) -> None:
    assert scan(f"{base}<p>ក", folders=frozenset({"", "dir"})).prefix == prefix


def test_a_page_that_loads_khmer_by_script_needs_the_font_in_every_stack() -> None:
    page = f"<head>{LINK}<script src=../m.js></script></head><p>Latin"
    css = "p{font-family:A} q{font-family:B} code{font-family:monospace}"
    facts = scan(page, css, scripts=ScriptGraph({"m.js": ()}, frozenset({"m.js"})))
    assert facts.needs_font
    assert {index for _, index in facts.stacks} == {0, 1}


def test_a_deeply_nested_page_is_read() -> None:
    assert runs(scan("<b>" * 3000 + "ក")) == {"ក"}


@pytest.mark.parametrize(
    "page",
    [
        "<head><meta charset=utf-8><noscript><img src=x></noscript><meta name=x></head><p>ក",
        "<head><meta charset=utf-8><title>ខ្មែរ</head>",
        "<head><noscript><link rel=stylesheet href=a></noscript><title>x</title></head><p>ក",
    ],
)
def test_links_never_come_to_lie_inside_another_element(page: str) -> None:
    facts = scan(page)
    raw = page.encode()
    linked = parse(raw[: facts.head].decode() + "<link id=ours>" + raw[facts.head :].decode())
    ours = linked.select_one("#ours")
    assert isinstance(ours, Element)
    assert isinstance(ours.parent, Element)
    assert ours.parent.tag == "head"


def test_a_stylesheet_with_integrity_keeps_its_bytes() -> None:
    facts = scan("<link rel=stylesheet href=../s.css integrity=sha256-x><p>ក", "body{font-family:Arial}")
    assert not facts.stacks
    assert facts.locked == {"s.css"}
    assert any('font-family:"K", Arial!important' in rule for rule in facts.rules)


def test_an_element_under_another_name_is_marked_whole() -> None:
    page = "<image data-khmer-dynamic alt=ក>"
    assert apply(page, scan(page)).startswith("<image data-khmertext=")


# -- custom properties that hold a whole shorthand -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        (
            ":root{--f:bold 1em/1.5 Inter,serif}body{font:var(--f)}",
            ':root{--f:bold 1em/1.5 "K", Inter,serif}body{font:var(--f)}',
        ),
        ("body{font:var(--w) var(--s)/1.5 Inter}", 'body{font:var(--w) var(--s)/1.5 "K", Inter}'),
        ("body{font:bold var(--s) Inter}", 'body{font:bold var(--s) "K", Inter}'),
        (":root{--a:Inter}body{font:1em var(--a)}", ':root{--a:Inter}body{font:1em "K", var(--a)}'),
        (
            ":root{--a:Inter}body{font:var(--s) var(--a),serif}",
            ':root{--a:Inter}body{font:var(--s) "K", var(--a),serif}',
        ),
    ],
)
def test_families_inside_variables(css: str, expected: str) -> None:
    page = f"<style>{css}</style><p lang=km>ក"
    assert edited(page) == f"<style>{expected}</style><p lang=km>ក"


def edited(page: str) -> str:
    """The page with what goes in besides the links."""
    facts = scan(page)
    return apply_insertions(page.encode(), list(facts.insertions), "utf-8")[0].decode()


def test_the_weight_of_a_whole_shorthand_is_not_known() -> None:
    facts = scan("<style>:root{--f:bold 1em Inter}p{font:var(--f)}</style><p>ក")
    assert facts.texts[0].weights == (400, 700)


# -- imports -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ('@import "i.css";', {("i.css", 0)}),  # only the winner
        ('@import "i.css" print;', {("i.css", 0), ("s.css", 0)}),
        ("@import url(i.css) layer(base);", {("s.css", 0)}),
        ('@import url("i.css") layer;', {("s.css", 0)}),
        ('@import "i.css" supports(display: grid);', {("i.css", 0), ("s.css", 0)}),
        ('@import "i.css" screen;', {("i.css", 0)}),
    ],
)
def test_imports_keep_their_conditions(rule: str, expected: set[tuple[str, int]]) -> None:
    # The imported selector is the stronger one: it wins unless it is in a layer.
    sheets = {"s.css": parse_styles(f"{rule}p{{font-family:A}}"), "i.css": parse_styles("html p{font-family:B}")}
    page = "<link rel=stylesheet href=s.css><p>ក"
    assert scan_page(page.encode(), "p.html", SiteContext("K", sheets=sheets)).stacks == expected


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("<style>@import url(../s.css)</style>", {"s.css", "dir/i.css"}),
        ("<style>@import '../s.css';p.c{font-family:C}</style>", {"dir/i.css"}),  # the winner is in the page itself
        ("<style>@import '../s.css' print;*{font-family:C}</style>", {"dir/i.css", "s.css"}),
        ("<style media=print>@import '../s.css'</style>", {"dir/i.css", "s.css"}),
        ("<base href=../><style>@import url(s.css)</style>", {"s.css", "dir/i.css"}),
        ("<base href=../><style>@import url(../s.css)</style>", {"s.css", "dir/i.css"}),  # nothing is above the root
        ("<style>@import url(gone.css)</style>", set()),
    ],
)
def test_style_elements_import_too(style: str, expected: set[str]) -> None:
    sheets = {
        "s.css": parse_styles('@import "dir/i.css" print;@import "s.css";p{font-family:A}'),
        "dir/i.css": parse_styles("html p.c{font-family:B}"),
    }
    page = f"{style}<p class=c>ក"
    facts = scan_page(page.encode(), "dir/p.html", SiteContext("K", sheets=sheets))
    assert {path for path, _ in facts.stacks} == expected


# -- pages of other kinds ------------------------------------------------------------------------------------------


def test_xhtml_is_read_as_xml() -> None:
    page = (
        '<?xml version="1.0"?>\r\n<html xmlns="http://www.w3.org/1999/xhtml" lang="km"><head>'
        "<script src='x.js'/><style><![CDATA[p{font-family:A}]]></style></head>\r\n"
        "<body><div/><p>ក<![CDATA[ខ & <b>]]></p></body></html>"
    ).encode()
    facts = scan_page(page, "a.xhtml", SiteContext("K"))
    assert runs(facts) == {"កខ"}
    result = apply_insertions(page, list(facts.insertions), "utf-8")[0].decode()
    assert 'p{font-family:"K", A}' in result
    assert page[facts.head :].startswith(b"<script src='x.js'/>")


def test_khmer_in_gb18030_is_read() -> None:
    page = "<meta charset=gb18030><p style='font-family:A'>中文 ខ្មែរ".encode("gb18030")
    facts = scan_page(page, "a.html", SiteContext("K"))
    assert runs(facts) == {"ខ្មែរ"}
    result = apply_insertions(page, list(facts.insertions), facts.encoding)[0]
    assert result.decode("gb18030").endswith("<p style='font-family:&quot;K&quot;, A'>中文 ខ្មែរ")


def test_khmer_in_srcdoc_is_proven_and_told() -> None:
    facts = scan("<html lang=km><iframe srcdoc='<p>&#x1780;&amp;#x1781;</p>'></iframe>")
    assert runs(facts) == {"កខ"}
    assert [warning.code for warning in facts.warnings] == ["srcdoc"]


@pytest.mark.parametrize(
    ("page", "prefix", "codes"),
    [
        ("<link rel=stylesheet href=/s.css><p lang=km>ក", "/", []),
        ("<link rel=stylesheet href=/my%20project/s.css?v=1><p lang=km>ក", "/my%20project/", []),
        ("<a href=//other.example/s.css>x</a><script src=/s.css></script><p lang=km>ក", "/", []),
        ("<link rel=stylesheet href=s.css><p lang=km>ក", "", ["not-found-page"]),
        ("<base href=/x/><p lang=km>ក", "", []),
        ("<link rel=stylesheet href=/%2Fother.example/s.css><p lang=km>ក", "", ["not-found-page"]),
        ("<a href=/%2fother.example/s.css>x</a><script src=/p/s.css></script><p lang=km>ក", "/p/", []),
    ],
)
def test_a_404_page_links_from_the_root(page: str, prefix: str, codes: list[str]) -> None:
    context = SiteContext("K", sheets={"s.css": parse_styles("")}, files=frozenset({"s.css", "404.html"}))
    facts = scan_page(page.encode(), "404.html", context)
    assert (facts.prefix, [warning.code for warning in facts.warnings]) == (prefix, codes)


def test_a_stylesheet_of_too_many_rules_is_told() -> None:
    css = ",".join(f".c{number}" for number in range(20_010))
    facts = scan(f"<style>{css}{{font-family:A}}p{{font-family:B}}</style><p lang=km>ក")
    assert [warning.code for warning in facts.warnings] == ["huge-stylesheet"]


def test_references_in_files_of_scripts_count(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("e.innerHTML = '<b>&#x1781;&#x17d2;&#x1798;</b>'", "utf-8")
    (tmp_path / "index.html").write_text("<p lang=km>ក<script src=a.js></script>", "utf-8")
    facts = read_site(read_tree(tmp_path), family="K")
    assert {text.text for _, text in facts.iter_texts()} == {"ក", "ខ្ម"}


@pytest.mark.parametrize(
    ("page", "told"),
    [
        (
            "<style>.a{font-feature-settings:'blwf' 0,\"pref\" off,'pstf' 0}</style><p>ខ<p class=a><b>ក",
            "blwf, pref, pstf",
        ),
        ("<style>@media print{p{font-feature-settings:'abvf' 0}}</style><p>ក", "abvf"),
        ("<p style='font-feature-settings:&quot;mark&quot; 0'>ក", "mark"),
        ("<style>p{font-feature-settings:'liga' 0,'kern' off,'blwf' 1,'pref'}</style><p>ក", ""),
        ("<style>b{font-feature-settings:'blwf' 0}</style><p>ក<b>Latin", ""),
        ("<style>p{font-feature-settings:'blwf' 0}</style><p style='font-feature-settings:normal'>ក", ""),
    ],
)
def test_features_of_khmer_that_are_turned_off_are_told(page: str, told: str) -> None:
    found = [one for one in scan(f"<html lang=km>\n{page}").warnings if one.code == "features-off"]
    assert [one.line for one in found] == [2] * bool(told)
    assert all(f" turns {told} off" in one.message for one in found)


@pytest.mark.parametrize(
    ("page", "rules", "told"),
    [
        ("<body>", 9, ""),
        ("<html>", 9, ""),
        ("<p>", 0, "pre, code, kbd, samp, tt, button, select, input, textarea"),
        ("<style>code{font-size:.9em}kbd{font-family:monospace}pre{font-size:9px}</style><body>", 9, ""),
        ("<style>body kbd{font-family:monospace}tt{font-size:.9em!important}</style><body>", 7, "kbd, tt"),
        ("<style>code,pre{font-family:A,monospace}button{font:inherit}</style><body>", 6, ""),
        ("<style>*{font-family:A}</style>", 0, ""),
    ],
)
def test_elements_that_scripts_make_get_the_weakest_rules_or_a_warning(page: str, rules: int, told: str) -> None:
    facts = scan(f"{page}<script>x = 'ក'</script>")
    block = "".join(rule for rule in facts.rules if "@layer khmertext.script{" in rule)
    assert block.count('font-family:"K') == rules
    found = [warning.message for warning in facts.warnings if warning.code == "script-elements"]
    assert len(found) == bool(told)
    assert all(f" and {told} that" in message for message in found)
    assert not [rule for rule in scan(f"{page}<p>ក<script>x = 1</script>").rules if ".script{" in rule]


def test_the_code_of_a_page_whose_script_brings_khmer_is_marked_where_it_stands() -> None:
    page = "<body><p style='font-size:20px'><code>x</code><script>x = 'ក'</script>"
    facts = scan(page)
    assert [element.tag for element in parse(apply(page, facts)).select("[data-khmertext]")] == ["body", "code"]
    assert min(facts.rules, key=len).count("font-size") == 0


def test_khmer_in_a_linked_script_is_expected_in_elements_too() -> None:
    scripts = ScriptGraph({"a.js": ()}, frozenset({"a.js"}))
    facts = scan("<body><script src=../a.js></script>", scripts=scripts)
    assert any(rule.startswith("@layer khmertext.script{") for rule in facts.rules)
