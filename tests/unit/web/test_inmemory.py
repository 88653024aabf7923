"""Pages in memory come out as the build of a site on disk writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from khmertext.web import BuildOptions, SiteContext, build_site, scan_page
from khmertext.web.inmemory import lock_sheets, plan_pages, rewrite_page, rewrite_sheet
from khmertext.web.stacks import fallback_families
from khmertext.web.stylesheets import parse_styles

PAGES = {
    "index.html": "<!doctype html><html lang=km><link rel=stylesheet href=css/a.css><h1>ប្រាសាទ</h1><p>អង្គរវត្ត <b>ខ្មែរ",
    "sub/b.html": "<html lang=km><p style='font-family:Arial'>ភ្លៀង<input><code>កូដ</code>",
    "latin.html": "<p>Latin",
}
CSS = "h1{font-family:Georgia,serif} b{font-weight:600}"


def test_they_are_the_same(tmp_path: Path) -> None:
    site = tmp_path / "site"
    for name, text in {**PAGES, "css/a.css": CSS}.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, encoding="utf-8")
    options = BuildOptions(jobs=1)
    result = build_site(site, tmp_path / "out", options)
    context = SiteContext(
        "Site Khmer",
        sheets={"css/a.css": parse_styles(CSS)},
        folders=frozenset({"", "css", "sub"}),
        files=frozenset({*PAGES, "css/a.css"}),
        fallbacks=fallback_families("Site Khmer"),
    )
    plan = plan_pages((scan_page(text.encode(), path, context) for path, text in PAGES.items()), context, options)
    for path, text in PAGES.items():
        assert rewrite_page(text.encode(), path, plan) == (tmp_path / "out" / path).read_bytes(), path
    assert rewrite_sheet(CSS.encode(), "css/a.css", plan) == (tmp_path / "out/css/a.css").read_bytes()
    assert result.manifest is not None
    assert set(plan.files) == set(result.manifest.assets)
    assert all((tmp_path / "out" / path).read_bytes() == data for path, data in plan.files.items())


def test_without_khmer_there_is_nothing() -> None:
    page = b"<p>Latin"
    plan = plan_pages([scan_page(page, "a.html", SiteContext("Site Khmer"))])
    assert not plan.files
    assert rewrite_page(page, "a.html", plan) is page
    with pytest.raises(KeyError):
        rewrite_page(page, "b.html", plan)


def test_the_family_is_one() -> None:
    with pytest.raises(ValueError, match="family"):
        plan_pages([], SiteContext("K"), BuildOptions())


def test_what_the_font_lacks_is_told() -> None:
    context = SiteContext("Site Khmer")
    page = "<p lang=km>ក\u17deខ".encode()
    plan = plan_pages([scan_page(page, "a.html", context)], context, BuildOptions(axes={"wght": (400, 400)}, jobs=1))
    assert [one.code for one in plan.warnings] == ["lacking"]


def test_the_owner_is_told_the_same(tmp_path: Path) -> None:
    # An italic of which there is no font, and a page whose body has no tag.
    page = "<p lang=km>ខ្មែរ <i>ភាសា</i>"
    (tmp_path / "site").mkdir()
    (tmp_path / "site/a.html").write_text(page, encoding="utf-8")
    options = BuildOptions(noscript=True, jobs=1)
    told = build_site(tmp_path / "site", tmp_path / "out", options).warnings
    context = SiteContext("Site Khmer", fallbacks=fallback_families("Site Khmer"))
    plan = plan_pages([scan_page(page.encode(), "a.html", context)], context, options)
    assert plan.warnings == told
    assert {one.code for one in told} == {"invented-italic", "no-body"}


def test_the_guard_needs_pages_that_were_read_for_it() -> None:
    page = "<p lang=km>ខ្មែរ<script></script>".encode()
    with pytest.raises(ValueError, match="brought"):
        plan_pages([scan_page(page, "a.html", SiteContext("Site Khmer"))], None, BuildOptions(guard=True, jobs=1))
    context = SiteContext("Site Khmer", brought=True)
    plan = plan_pages([scan_page(page, "a.html", context)], context, BuildOptions(guard=True, jobs=1))
    assert plan.plan.guard.encode() in rewrite_page(page, "a.html", plan)


def test_a_stylesheet_that_another_page_fixes_keeps_its_bytes(tmp_path: Path) -> None:
    css = "h1{font-family:Georgia,serif} code{font-family:monospace}"
    head = "<!doctype html><html lang=km><link rel=stylesheet href=a.css"
    pages = {
        "a.html": f"{head}><h1>ប្រាសាទ</h1><code>កូដ</code>",
        "b.html": f"{head} integrity='sha256-x'><p>Latin",
    }
    site = tmp_path / "site"
    site.mkdir()
    for name, text in {**pages, "a.css": css}.items():
        (site / name).write_text(text, encoding="utf-8")
    options = BuildOptions(jobs=1, detector=False)
    build_site(site, tmp_path / "out", options)
    context = SiteContext(
        "Site Khmer",
        sheets={"a.css": parse_styles(css)},
        files=frozenset({*pages, "a.css"}),
        fallbacks=fallback_families("Site Khmer"),
    )
    facts = [scan_page(text.encode(), path, context) for path, text in pages.items()]
    with pytest.raises(ValueError, match=r"a\.css must keep its bytes.*lock_sheets"):
        plan_pages(facts, context, options)
    known = lock_sheets(facts, context)
    assert known.locked == {"a.css"}
    again = [scan_page(text.encode(), path, known) for path, text in pages.items()]
    assert lock_sheets(again, known) is known
    plan = plan_pages(again, known, options)
    assert rewrite_sheet(css.encode(), "a.css", plan) == css.encode()
    for path, text in pages.items():
        assert rewrite_page(text.encode(), path, plan) == (tmp_path / "out" / path).read_bytes()
    assert b"data-khmertext=" in rewrite_page(pages["a.html"].encode(), "a.html", plan)
