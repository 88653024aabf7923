"""The lint of pages: what is found, where, and what is left in peace."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from turbohtml import Text, parse

from khmertext.cli.page_reports import format_findings, merge_findings
from khmertext.web import BuildOptions, SiteContext, build_site, check_site, review_site
from khmertext.web.pagenotes import MAX_KINDS, MAX_TEXT_FINDINGS
from khmertext.web.pagerules import PAGE_CATALOG
from khmertext.web.pages import scan_page
from khmertext.web.places import PlaceFinder
from khmertext.web.sources import decode_source

untimed = settings(deadline=None)

KM = "<html lang=km>"
FACE = "@font-face{font-family:T;src:url(t.woff2);unicode-range:U+0-FF}"
LONG = "ប្រាសាទអង្គរវត្តស្ថិតនៅ"
CASES = {
    "no-language": ("<p>ខ្មែរ", ["KS101"]),
    "language, on an element around": (f"{KM}<div><p>ខ្មែរ", []),
    "xml:lang": ("<html xml:lang=km><p>ខ្មែរ", []),
    "no language is told once": ("<p>ខ្មែរ<p>ខ្មែរ", ["KS101"]),
    "other language": (f"{KM}<p lang=en>{LONG}", ["KS102"]),
    "a word in another language": ("<html lang=en><p>Angkor (អង្គរ)", []),
    "mostly Latin": (f"<html lang=en><p>{'Latin letters ' * 9}{LONG}", []),
    "another language in Khmer script": (f"<html lang=pi><p>{LONG}", []),
    "the script is told": (f"<html lang=th-Khmr><p>{LONG}", []),
    "no language on purpose": (f"<html lang=zxx><p>{LONG}", []),
    "two languages": ("<html lang=km xml:lang=en><p>ខ្មែរ", ["KS104"]),
    "two languages, one meant": ("<html lang=en xml:lang=kh><p>x (ខ)", ["KS104"]),
    "two languages, none Khmer": ("<html lang=en xml:lang=fr><p>x (ខ)", []),
    "one language in two ways": ("<html lang=km xml:lang=km-KH><p>ខ្មែរ", []),
    "other language, in short texts": (f"<html lang=en>{'<p>អង្គរ <b>x</b>' * 12}", ["KS102"]),
    "other language, in few short texts": (f"<html lang=en>{'<p>អង្គរ <b>x</b>' * 5}", []),
    "a list of words": (f"<html lang=en>{'<p>Angkor Wat: អង្គរ' * 12}", []),
    "wrong tag": ("<html lang=kh><p>ខ្មែរ", ["KS103"]),
    "wrong tag, underscore": ("<html lang=km_KH><p>ខ្មែរ", ["KS103"]),
    "wrong tag without Khmer": ("<html lang=kh><p>Latin", []),
    "region": ("<html lang=km-KH><p>ខ្មែរ", []),
    "letter-spacing": (f"{KM}<style>p{{letter-spacing:.1em}}</style><p>ខ្មែរ", ["KS201"]),
    "letter-spacing, inherited": (f"{KM}<style>body{{letter-spacing:1px}}</style><p><b>ខ្មែរ", ["KS201"]),
    "letter-spacing, taken back": (f"{KM}<style>body{{letter-spacing:1px}}p{{letter-spacing:0}}</style><p>ខ្មែរ", []),
    "letter-spacing, taken back for the language": (
        f"{KM}<style>body{{letter-spacing:1px}}:lang(km){{letter-spacing:normal}}</style><p>ខ្មែរ",
        [],
    ),
    "letter-spacing, weaker": (
        f"{KM}<style>p.a{{letter-spacing:0em}}p{{letter-spacing:1px}}</style><p class=a>ខ្មែរ",
        [],
    ),
    "letter-spacing, sometimes": (f"{KM}<style>@media print{{p{{letter-spacing:1px}}}}</style><p>ខ្មែរ", ["KS201"]),
    "letter-spacing, style attribute": (f"{KM}<p style='letter-spacing:-1px'>ខ្មែរ", ["KS201"]),
    "letter-spacing, of Latin": (f"{KM}<style>b{{letter-spacing:1px}}</style><p>ខ្មែរ <b>Latin</b>", []),
    "letter-spacing, unknown": (f"{KM}<style>p{{letter-spacing:var(--x)}}</style><p>ខ្មែរ", []),
    "letter-spacing, all taken back": (
        f"{KM}<style>body{{letter-spacing:1px}}.r{{all:initial}}</style><p class=r>ខ្មែរ",
        [],
    ),
    "letter-spacing, of the title": (
        f"{KM}<style>html{{letter-spacing:.02em}}body:lang(km){{letter-spacing:0}}</style><title>ខ្មែរ</title><p>ខ្មែរ",
        [],
    ),
    "letter-spacing, hidden": (f"{KM}<style>.h{{letter-spacing:1px}}</style><div class=h hidden><p>ខ្មែរ", []),
    "letter-spacing, of a part": (f"{KM}<style>p::selection{{letter-spacing:2px}}</style><p>ខ្មែរ", []),
    "letter-spacing, invalid": (f"{KM}<style>p{{letter-spacing:bogus value}}</style><p>ខ្មែរ", []),
    "letter-spacing, none by calc": (f"{KM}<style>p{{letter-spacing:calc(0px)}}</style><p>ខ្មែរ", []),
    "letter-spacing, in capitals": (f"{KM}<p style='LETTER-SPACING: 2px'>ខ្មែរ", ["KS201"]),
    "range, and a variable": (
        f'{KM}<style>{FACE}body{{font-family:T,var(--k)}}:root{{--k:"Hanuman"}}</style><p>ខ្មែរ',
        [],
    ),
    "host, in capitals": (
        f"{KM}<style>@font-face{{font-family:T;src:url(HTTPS://a.example/t)}}</style><p>ខ្មែរ",
        ["KS301"],
    ),
    "text, in attributes": (
        f'{KM}<meta name=description content="ខែ្មរ"><img alt="ខែ្មរ"><p aria-label="ខែ្មរ">ខ<meta name=x content="ខែ្មរ">',
        ["KT102"] * 3,
    ),
    "text, for browsers without scripts": (f"{KM}<noscript><p>ខែ្មរ</noscript>", ["KT102"]),
    "letter-spacing, of a bullet": (f"{KM}<style>p::before{{content:'x';letter-spacing:1px}}</style><p>ខ្មែរ", []),
    "letter-spacing, of the first line": (f"{KM}<style>p::first-line{{letter-spacing:1px}}</style><p>ខ្មែរ", ["KS201"]),
    "letter-spacing, sometimes none": (
        f"{KM}<style>p{{letter-spacing:1px}}@media print{{p{{letter-spacing:0}}}}</style><p>ខ្មែរ",
        ["KS201"],
    ),
    "letter-spacing, inherited on purpose": (
        f"{KM}<style>div{{letter-spacing:1px}}p{{letter-spacing:inherit}}</style><div><p>ខ្មែរ",
        ["KS201"],
    ),
    "features, put back": (
        f"{KM}<style>p{{font-feature-settings:'pref' 0}}p.a{{font-feature-settings:normal}}</style><p class=a>ខ្មែរ",
        [],
    ),
    "features, put back by a font": (f"{KM}<style>p{{font-feature-settings:'pref' 0;font:1em serif}}</style><p>ខ", []),
    "features, inherited": (f"{KM}<body style='font-feature-settings:\"blwf\" off'><p><b>ខ្មែរ", ["KS202"]),
    "breaks": (f"{KM}<style>td{{word-break:break-all}}</style><table><td><p>ខ្មែរ", ["KS204"]),
    "breaks, anywhere": (f"{KM}<style>p{{word-break:break-word;overflow-wrap:anywhere}}</style><p>ខ្មែរ", []),
    "breaks, of code": (f"{KM}<style>code{{word-break:break-all}}</style><p>ខ្មែរ<code>x", []),
    "first letter": (f"{KM}<style>p::first-letter{{color:red}}</style><p> <b>«ស្ត្រី»", ["KS205"]),
    "first letter, one colon": (f"{KM}<style>P:First-Letter{{color:red}}</style><p>ស្ត្រី", ["KS205"]),
    "first letter, without a subscript": (f"{KM}<style>p::first-letter{{color:red}}</style><p>កាស្ត្រី", []),
    "first letter, of what is in a line": (f"{KM}<style>b::first-letter{{color:red}}</style><p><b>ស្ត្រី", []),
    "first letter, Latin": (f"{KM}<style>p::first-letter{{color:red}}</style><p>A ស្ត្រី", []),
    "features": (f"{KM}<style>p{{font-feature-settings:'pref' 0}}</style><p>ខ្មែរ", ["KS202"]),
    "other features": (f"{KM}<style>p{{font-feature-settings:'liga' 0}}</style><p>ខ្មែរ", []),
    "range": (
        f"{KM}<style>@font-face{{font-family:T;src:url(t.woff2);unicode-range:U+0-FF}}p{{font-family:T}}</style><p>ខ្មែរ",
        ["KS203"],
    ),
    "range, and a Khmer family": (
        f"{KM}<style>{FACE}p{{font-family:T,Hanuman}}</style><p>ខ្មែរ",
        [],
    ),
    "range, Latin": (
        f"{KM}<style>{FACE}b{{font-family:T}}</style><p>ខ្មែរ<b>x",
        [],
    ),
    "host": (f"{KM}<link rel=stylesheet href=https://fonts.googleapis.com/css?family=Moul><p>ខ្មែរ", ["KS301"]),
    "host, preconnect": (f"{KM}<link rel=preconnect href=//fonts.gstatic.com><p>ខ្មែរ", ["KS301"]),
    "host, face": (
        f"{KM}<style>@font-face{{font-family:T;src:url(https://a.example/t.woff2)}}</style><p>ខ្មែរ",
        ["KS301"],
    ),
    "another host's stylesheet": (f"{KM}<link rel=stylesheet href=https://a.example/a.css><p>ខ្មែរ", []),
    "the site's own address": (f"{KM}<link rel=preload as=font href=https://a.example/index.html><p>ខ្មែរ", []),
    "host, script": (f"{KM}<script src=https://use.typekit.net/x.js></script><p>ខ្មែរ", ["KS301"]),
    "host of packages": (
        f"{KM}<link rel=stylesheet href=https://cdn.example/npm/@fontsource/moul/index.css><p>ខ្មែរ",
        ["KS301"],
    ),
    "host, no Khmer": ("<link rel=stylesheet href=https://fonts.googleapis.com/css?family=Moul><p>Latin", []),
    "legacy": ('<html lang=en><font face="Limon S1">RbeTskm<úCa</font>', ["KS401"]),
    "legacy, by a rule": ("<style>.k{font-family:'Limon R1'}</style><p class=k>RbeT<p>Latin", ["KS401"]),
    "legacy, not first": ("<style>p{font-family:Arial,'Limon R1'}</style><p>Latin", []),
    "text": (f"{KM}<p>ខែ្មរ ខ្មែរ ស្រ្តី", ["KT102", "KT401"]),
    "text, in a script": (f"{KM}<p>ខ្មែរ<script>'ខែ្មរ'</script>", []),
    "text, in attributes of all kinds": (
        f"{KM}<img alt='ខែ្មរ'><meta name=description content='ខែ្មរ'>",
        ["KT102", "KT102"],
    ),
    "text, in attributes that nobody sees": (f"{KM}<p class='ខែ្មរ'><input type=hidden value='ខែ្មរ'>", []),
    "text, over a seam": (f"{KM}<p><b>ក</b>ា <i>ក្</i>ក", []),
    "text, at the seam of two blocks": (f"{KM}<table><td>សិទ្<td>ក</table><div>ក្</div><p>ក", ["KT403", "KT403"]),
    "ignored": (f"{KM}<div data-khmer-ignore><p style='letter-spacing:1px'>ខែ្មរ<img alt='ខែ្មរ'></div>", []),
    "ignored, a family": (f"{KM}<p data-khmer-ignore=kt style='letter-spacing:1px'>ខែ្មរ", ["KS201"]),
    "ignored, others": (f"{KM}<p data-khmer-ignore='KT4, KS'><b data-khmer-ignore=KT9>ខែ្មរ", ["KT102"]),
    "ignored, elsewhere": (f"{KM}<p data-khmer-ignore>x<p>ខែ្មរ", ["KT102"]),
    "ignored, language": (f"<html lang=kh><p data-khmer-ignore=KS103>ខ<p lang=en>{LONG}", ["KS102"]),
    "text, Middle Khmer": ("<html lang=xhm><p>ខ្មែរ", []),
}


# What is looked for only where it is asked for.
LINE_CASES = {
    "tight lines": (f"{KM}<style>p{{line-height:1}}</style><p>ស្ត្រី ថ្នូ", ["KS206"]),
    "tight lines, by a variable": (f"{KM}<style>p{{--x:.5;line-height:calc(2*var(--x))}}</style><p>ស្ត្រី ថ្នូ", ["KS206"]),
    "tight lines, in print": (f"{KM}<style>p{{line-height:2}}@media print{{p{{line-height:1}}}}</style><p>ស្ត្រី ថ្នូ", []),
    "wide lines": (f"{KM}<style>p{{line-height:2}}</style><p>ស្ត្រី ថ្នូ", []),
    "one line": (f"{KM}<style>p{{line-height:1;white-space:nowrap}}</style><p>ស្ត្រី ថ្នូ", []),
    "cut off": (f"{KM}<style>p{{line-height:1;white-space:nowrap;overflow:clip}}</style><p>ស្ត្រី ថ្នូ", ["KS207"]),
    "both, after others": (f"{KM}<p style='line-height:1;overflow:hidden'>ស្ត្រី ថ្នូ ខែ្មរ", ["KS206", "KS207", "KT102"]),
    "tight lines, ignored": (f"{KM}<p style='line-height:1;overflow:hidden' data-khmer-ignore=KS206>ស្ត្រី", ["KS207"]),
    "tight lines, all ignored": (f"{KM}<p style='line-height:1' data-khmer-ignore=KS2>ស្ត្រី ថ្នូ", []),
}


def review(root: Path, page: str, *, lines: bool = False) -> list[str]:
    root.mkdir()
    (root / "index.html").write_text(page, encoding="utf-8")
    return [one.code for one in review_site(root, jobs=1, lines=lines).findings]


@pytest.mark.parametrize("name", CASES)
def test_page(tmp_path: Path, name: str) -> None:
    page, codes = CASES[name]
    assert review(tmp_path / "site", page) == codes


@pytest.mark.parametrize("name", LINE_CASES)
def test_lines(tmp_path: Path, name: str) -> None:
    page, codes = LINE_CASES[name]
    assert review(tmp_path / "lines", page, lines=True) == codes
    plain = [code for code in codes if code not in ("KS206", "KS207")]
    assert review(tmp_path / "plain", page) == plain


@pytest.mark.parametrize("name", CASES)
def test_what_else_is_told_stays_the_same_with_lines(tmp_path: Path, name: str) -> None:
    page, codes = CASES[name]
    found = review(tmp_path / "site", page, lines=True)
    assert [code for code in found if code not in ("KS206", "KS207")] == codes


def test_every_rule_of_pages_is_met() -> None:
    met = {code for _, codes in (CASES | LINE_CASES).values() for code in codes}
    assert {code for code in PAGE_CATALOG if not code.startswith("KS9")} <= met


def test_places_hold_what_they_tell(tmp_path: Path) -> None:
    page = f"\ufeff{KM}\r\n<!-- x --><p>a&amp;&#x1781;&#6082;្មរ <!-- y -->ខែ្មរ</p>\r\n<p lang=kh>ខ្មែរ"
    (tmp_path / "index.html").write_bytes(page.encode())
    lines = page.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    found = review_site(tmp_path, jobs=1).findings
    assert [lines[one.line - 1][one.column - 1 : one.end_column - 1] for one in found] == ["&#6082;្ម", "ែ្ម", "lang=kh"]


def test_places_in_elements_whose_text_is_special(tmp_path: Path) -> None:
    page = f"{KM}<title>ធាតុ <p> ខែ្មរ</title><pre>\nខែ្មរ &amp; ខែ្មរ</pre><textarea>\n<b>ខែ្មរ</textarea>"
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    lines = page.split("\n")
    found = review_site(tmp_path, jobs=1).findings
    assert [lines[one.line - 1][one.column - 1 : one.end_column - 1] for one in found] == ["ែ្ម"] * 4


def test_an_address_is_found_behind_a_comment(tmp_path: Path) -> None:
    url = "https://fonts.gstatic.com/a.woff2"
    page = f"{KM}<!-- {url} --><style>/* {url} */\n@font-face{{font-family:T;src:url({url})}}</style><p>ខ្មែរ"
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    (found,) = review_site(tmp_path, jobs=1).findings
    assert (found.line, found.column) == (2, 34)


def test_a_page_of_nothing_but_mistakes_is_told_of_a_few_of_them(tmp_path: Path) -> None:
    mistakes = "ខែ្មរ &amp; \n" * 5000
    (tmp_path / "index.html").write_text(f"{KM}<pre>{mistakes}</pre><p>{mistakes}", encoding="utf-8")
    found = review_site(tmp_path, jobs=1).findings
    assert len(found) == 200
    assert [one.line for one in found] == list(range(1, 201))


PLACES = {
    "reference": ("<p>a&amp;&#x1781;&#6082;្មរ", "&#6082;្ម"),
    "reference without an end": ("<p>&amp ខែ្មរ", "ែ្ម"),
    "comment inside": ("<p>ខ<!-- x > --> ខែ្មរ", "ែ្ម"),
    "line feed that is none": ("<pre>\nខែ្មរ</pre>", "ែ្ម"),
    "behind an element": ("<p>a<b>&lt;</b> ខែ្មរ", "ែ្ម"),
    "attribute": ("<img title='x' alt = 'a&quot; ខែ្មរ'>", "ែ្ម"),
    "attribute without quotes": ("<img alt=ខែ្មរ>", "ែ្ម"),
    "moved out of a table": ("<table><tr>ខែ្មរ<td>x</table>", "ែ្ម"),
    "moved out of a table, past a text": ("<div><table><td>xx</td>ខែ្មរ</table></div>", "<div>"),
    "right in the body": ("ខែ្មរ", "ែ្ម"),
    "astral letters before": ("<p>😀😀ខែ្មរ", "ែ្ម"),
}


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("head", ["", "\ufeff<!doctype html>\r\n<title>x</title>\r\n"])
def test_place(tmp_path: Path, name: str, head: str) -> None:
    page, wanted = PLACES[name]
    assert places(tmp_path, "a.html", head + page) == [wanted]


def test_places_in_xhtml_are_those_of_its_author(tmp_path: Path) -> None:
    page = "<html lang='km'><p/><div/><p>ក<br/></p><script/><p>ខែ្មរ</p><p><![CDATA[<]]> ខែ្មរ</p></html>"
    assert places(tmp_path, "a.xhtml", page) == ["ែ្ម", "ែ្ម"]


def places(folder: Path, name: str, page: str) -> list[str]:
    """What stands where mistakes in a text are told, read with another's rules: lines end in LF, columns are str's."""
    (folder / name).write_bytes(page.encode())
    lines = page.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    found = [one for one in review_site(folder, jobs=1).findings if one.code == "KT102"]
    assert all(one.line == one.end_line for one in found)
    return [lines[one.line - 1][one.column - 1 : one.end_column - 1] for one in found]


def test_a_page_cannot_make_findings_without_end(tmp_path: Path) -> None:
    pages = {
        "texts": f"{KM}<p>{'ខែ្មរ ' * 3000}",
        "nodes": KM + "<p>ខែ្មរ <!-- -->" * 3000,
        "values": KM + "".join(f"<p style='letter-spacing:{number}px'>ខ" for number in range(1, 3000)),
        "deep": "<div style='letter-spacing:inherit'>ខ" * 3000,
        "attributes": KM + "<img alt='ខែ្មរ'>" * 3000,
    }
    for name, page in pages.items():
        (tmp_path / f"{name}.html").write_text(page, encoding="utf-8")
    counted = Counter(one.path for one in review_site(tmp_path, jobs=1).findings)
    assert counted.keys() == {f"{name}.html" for name in pages}
    assert max(counted.values()) <= MAX_TEXT_FINDINGS + MAX_KINDS


@untimed
@given(st.lists(st.sampled_from(["ក", "<b>", "</b>", "&amp;", "&#x1781;", "<!--x-->", "x", "\n", "<br>", "&lt", "ខ"])))
def test_a_text_is_found_where_it_stands(parts: list[str]) -> None:
    source = decode_source(f"<p>{''.join(parts)}</p>".encode())
    finder = PlaceFinder(source)
    for node in parse(source.text, source_locations=True).descendants:
        if isinstance(node, Text) and node.data:
            place = finder.of_text(node, 0, len(node.data))
            start, end = (
                finder.starts[line - 1] + column - 1
                for line, column in ((place.line, place.column), (place.end_line, place.end_column))
            )
            assert parse(f"<p>{source.text[start:end]}").text == node.data


def test_a_built_site_is_looked_at_as_its_author_wrote_it(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text(f"<p style='font-family:Arial;letter-spacing:1px'>{LONG} ខែ្មរ", encoding="utf-8")
    before = review_site(site, jobs=1)
    assert not before.built
    assert [one.code for one in before.problems] == ["KS904"]
    build_site(site, None, BuildOptions(jobs=1))
    after = review_site(site, jobs=1)
    assert after.built
    assert not after.problems
    assert after.findings == before.findings
    assert [one.code for one in after.findings] == ["KS201", "KS101", "KT102"]
    assert not check_site(site, jobs=1)


def test_a_stylesheet_file_is_told_itself(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(f"{KM}<link rel=stylesheet href=a.css><p>ខ្មែរ", encoding="utf-8")
    (tmp_path / "a.css").write_text("/**/\n@import '//fonts.bunny.net/css?family=x';", encoding="utf-8")
    (found,) = review_site(tmp_path, jobs=1).findings
    assert (found.code, found.path, found.line, found.column) == ("KS301", "a.css", 2, 10)


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("features")])
def test_a_build_warns_of_the_same_features(name: str) -> None:
    page, codes = CASES[name]
    warnings = scan_page(page.encode(), "a.html", SiteContext("Site Khmer")).warnings
    assert [one.code == "features-off" for one in warnings] == [code == "KS202" for code in codes]


def test_what_a_style_does_is_told_with_its_rule(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("h1,\nmain  h2{letter-spacing:1px}", encoding="utf-8")
    page = "<link rel=stylesheet href=a.css><style>td{word-break:break-all}</style><main><h2>ខ</h2><table><td>ខ</table>"
    (tmp_path / "a.html").write_text(f"{KM}{page}<p style='letter-spacing:2px'>ខ", encoding="utf-8")
    told = [one.message.partition(" reaches")[0] for one in review_site(tmp_path, jobs=1).findings]
    assert told == [
        "`letter-spacing: 1px` of main h2 in a.css",
        "`word-break: break-all` of td in its own styles",
        "`letter-spacing: 2px` of a style attribute",
    ]


def test_formats(tmp_path: Path) -> None:
    name = "a b%ខ,:.html"
    (tmp_path / name).write_text("<html lang=kh><p>ខែ្មរ\n<p style='letter-spacing:1px'>x ខ", encoding="utf-8")
    seen = review_site(tmp_path, jobs=1)
    found = merge_findings(seen.problems, seen.findings)
    codes = [one.code for one in found]
    assert sorted(codes) == ["KS103", "KS201", "KS904", "KT102"]
    log = json.loads(format_findings(found, "sarif", "out/site"))
    (run,) = log["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert [one["ruleId"] for one in run["results"]] == codes
    assert [run["tool"]["driver"]["rules"][one["ruleIndex"]]["id"] for one in run["results"]] == codes
    places = [one["locations"][0]["physicalLocation"] for one in run["results"]]
    assert {one["artifactLocation"]["uri"] for one in places} == {"out/site/a%20b%25%E1%9E%81%2C%3A.html"}
    assert places[codes.index("KT102")]["region"] == {"startLine": 1, "startColumn": 19, "endLine": 1, "endColumn": 22}
    lines = format_findings(found, "github", "out").splitlines()
    assert len(lines) == 4
    starts = tuple(f"::{level} file=out/a b%25ខ%2C%3A.html,line=" for level in ("error", "warning"))
    assert all(line.startswith(starts) for line in lines)
    assert [one["code"] for one in json.loads(format_findings(found, "json", "out"))] == codes


def test_what_is_found_hangs_on_no_processes(tmp_path: Path) -> None:
    chance = random.Random(3)
    pages: Sequence[str] = [page for page, _ in CASES.values()]
    for number in range(60):
        (tmp_path / f"{number}.html").write_text(chance.choice(pages), encoding="utf-8")
    assert review_site(tmp_path, jobs=1) == review_site(tmp_path, jobs=3)
