"""Text that scripts bring: what is known of it, what a build takes for granted, and that a check needs nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from khmertext.errors import TextError
from khmertext.fonts import open_face, shape
from khmertext.text.clusters import split_clusters
from khmertext.web import BuildOptions, build_site, check_site, clean_site
from khmertext.web.assumptions import count_assumptions
from khmertext.web.checking import review_site
from khmertext.web.facts import SiteContext
from khmertext.web.guard import choose_listed, decode_clusters
from khmertext.web.inmemory import plan_pages, rewrite_page
from khmertext.web.pages import scan_page
from khmertext.web.settings import make_options, read_settings

WEIGHT = {"wght": (400.0, 400.0)}
OTHER = "ឞ្ឋា"
FILES = {
    "index.html": (
        '<!doctype html><html lang="km"><head><title>t</title><link rel="stylesheet" href="s.css"></head>'
        "<body><p>ភាសាខ្មែរ</p><iframe src=x.html></iframe><input class=f><textarea></textarea></body></html>"
    ),
    "app.html": (
        '<!doctype html><html lang="en"><head><title>t</title><link rel="stylesheet" href="s.css">'
        '<script src="app.js"></script></head><body><p class=a>Latin</p></body></html>'
    ),
    "plain.html": "<!doctype html><html><head><title>t</title></head><body><p>Latin</p></body></html>",
    "app.js": "load()",
    "words.js": "const word = 'សួស្តី'",
    "s.css": ".a{font-family:Arial}.f{font-family:Georgia}",
    "drafts/a.html": "<p lang=km>ព្រាង</p>",
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "site"


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "elsewhere" / "words.json"
    path.parent.mkdir()
    path.write_text('\ufeff["' + OTHER + '", "\\u1780\\u17d2\\u1799"]', encoding="utf-8")
    return path


def options(**given: Any) -> BuildOptions:
    return BuildOptions(**{"jobs": 1, "axes": WEIGHT, "exclude": ("drafts",), **given})


def read_manifest(site: Path) -> Any:
    return json.loads((site / "khmertext" / "manifest.json").read_text(encoding="utf-8"))


def find_asset(site: Path, pattern: str) -> Path:
    """A file of the last build; those of the one before are still there."""
    names: list[str] = list(read_manifest(site)["files"]["assets"])
    (path,) = (name for name in names if re.fullmatch(f"khmertext/{pattern}", name))
    return site / path


def draws(site: Path, text: str) -> bool:
    infos = shape(
        open_face(find_asset(site, r"site-khmer\.[0-9a-f]+\.woff2").read_bytes()).font(), text, "km"
    ).glyph_infos
    return all(info.codepoint for info in infos)


def list_of(site: Path) -> list[str]:
    guard = find_asset(site, r"guard\..*\.js")
    found = re.search(r'"([^"]*)"\.replace\(/\(\\d\)', guard.read_text(encoding="ascii"))
    assert found is not None
    return decode_clusters(re.sub(r"\\u([0-9a-f]{4})", lambda one: chr(int(one[1], 16)), found[1]))


# -- included text ---------------------------------------------------------------------------------------------------


def test_included_text_is_drawn_by_the_small_font(site: Path, words: Path) -> None:
    build_site(site, None, options())
    assert not draws(site, OTHER)
    result = build_site(site, None, options(include_text=(words,)))
    assert draws(site, OTHER)
    assert draws(site, "ក្យ")  # written as escapes
    (told,) = result.assumptions["included_text"]
    assert told["name"] == "words.json"
    assert (told["runs"], told["characters"]) == (2, 7)
    text = (site / "khmertext" / "manifest.json").read_text(encoding="utf-8")
    assert str(words.parent) not in text
    assert "elsewhere" not in text


def test_pages_that_its_scripts_may_show_it_on_get_the_font(site: Path, words: Path) -> None:
    build_site(site, None, options(include_text=(words,)))
    page = (site / "app.html").read_text(encoding="utf-8")
    assert "khmertext/site-khmer" in page
    assert 'rel="preload"' not in page  # it may well never show any
    assert 'rel="preload"' in (site / "index.html").read_text(encoding="utf-8")
    # Nobody can tell which of the stacks it will be.
    families = '"Site Khmer", "Site Khmer Fallback", "Site Khmer Fallback Regular"'
    assert (site / "s.css").read_text(encoding="utf-8").startswith(f".a{{font-family:{families}, Arial}}")
    assert (site / "plain.html").read_text(encoding="utf-8") == FILES["plain.html"]


def test_the_check_needs_no_file_and_tells_what_it_takes_for_granted(site: Path, words: Path) -> None:
    build_site(site, None, options(include_text=(words,), guard=True))
    words.unlink()
    review = review_site(site, jobs=1, lint=False)
    assert review.problems == ()
    assert review.included == ("words.json",)
    # What was included may come into a page.
    page = site / "index.html"
    page.write_text(page.read_text(encoding="utf-8").replace("<p>", f"<p>{OTHER} "), encoding="utf-8")
    assert check_site(site, jobs=1) == []
    page.write_text(page.read_text(encoding="utf-8").replace("<p>", "<p>ញ៉ាំ "), encoding="utf-8")
    assert [one.text for one in check_site(site, jobs=1)] == ["ញ៉ាំ"]


def test_another_order_or_place_of_the_files_is_the_same_build(site: Path, words: Path, tmp_path: Path) -> None:
    second = tmp_path / "more.txt"
    second.write_text("ឡៀម", encoding="utf-8")
    moved = tmp_path / "moved" / "words.json"
    moved.parent.mkdir()
    moved.write_bytes(words.read_bytes())
    cache = tmp_path / "cache"
    first = build_site(site, tmp_path / "out", options(include_text=(words, second), cache=cache))
    again = build_site(site, tmp_path / "out", options(include_text=(second, moved, moved), cache=cache))
    assert again.written == again.removed == 0
    assert again.manifest == first.manifest
    moved.write_text(f"{OTHER} ញ៉ាំ", encoding="utf-8")
    changed = build_site(site, tmp_path / "out", options(include_text=(second, moved), cache=cache))
    assert changed.written > 0
    assert draws(tmp_path / "out", "ញ៉ាំ")


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x80\x17"])
def test_a_file_that_cannot_be_read_ends_the_build(site: Path, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "bad.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TextError, match=r"bad\.txt"):
        build_site(site, None, options(include_text=(path,)))
    assert not (site / "khmertext").exists()


def test_a_site_without_khmer_gets_a_font_for_what_scripts_bring(tmp_path: Path, words: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "app.html").write_text(FILES["app.html"], encoding="utf-8")
    result = build_site(tmp_path / "s", None, options(include_text=(words,), guard=True))
    assert result.khmer_pages == 1
    assert draws(tmp_path / "s", OTHER)
    assert check_site(tmp_path / "s", jobs=1) == []


# -- the guard -------------------------------------------------------------------------------------------------------


def test_the_guard_knows_what_the_font_was_cut_for(site: Path, words: Path) -> None:
    result = build_site(site, None, options(guard=True, include_text=(words,)))
    known = list_of(site)
    wanted = {cluster for text in ("ភាសាខ្មែរ", "សួស្តី", OTHER, "ក្យ") for cluster in split_clusters(text)}
    assert set(known) == set(choose_listed(wanted))
    assert "ព្រា" not in known  # of a page that was left out
    assert result.assumptions["guard"]["on"] is True
    assert result.assumptions["guard"]["clusters"] == len(known)
    (font,) = read_manifest(site)["fonts"]
    assert font["neighbours"] == {"clusters": len(known), "pairs": len(known) ** 2, "possible": len(known) ** 2}


def test_pages_get_it_behind_the_visitor_check(site: Path) -> None:
    build_site(site, None, options(guard=True))
    for name, guards in (("index.html", 0), ("app.html", 1)):  # the first has no script that could bring anything
        scripts = re.findall(r"<script data-khmertext[^>]*>", (site / name).read_text(encoding="utf-8"))
        assert [bool(re.search(r"/guard\.", one)) for one in scripts] == [False, True][: 1 + guards]
    assert (site / "plain.html").read_text(encoding="utf-8") == FILES["plain.html"]
    assert check_site(site, jobs=1) == []
    before = (site / "index.html").read_bytes()
    assert build_site(site, None, options(guard=True)).written == 0
    assert (site / "index.html").read_bytes() == before
    clean_site(site)
    assert {path: (site / path).read_text(encoding="utf-8") for path in FILES} == FILES
    assert not (site / "khmertext").exists()


def test_runs_are_counted_without_what_the_guard_adds(site: Path, tmp_path: Path) -> None:
    plain = build_site(site, tmp_path / "a", options())
    guarded = build_site(site, tmp_path / "b", options(guard=True))
    assert guarded.runs == plain.runs
    assert guarded.clusters == plain.clusters


def test_with_a_cache_it_is_the_same(site: Path, tmp_path: Path) -> None:
    kept = options(guard=True, cache=tmp_path / "cache")
    for text in ("<p>", "<p>ភាសា ", "<p>រោង "):
        page = site / "index.html"
        page.write_text(page.read_text(encoding="utf-8").replace("<p>", text), encoding="utf-8")
        result = build_site(site, tmp_path / "out", kept)
        plain = build_site(site, tmp_path / "plain", options(guard=True))
        assert result.assumptions == plain.assumptions
        assert list_of(tmp_path / "out") == list_of(tmp_path / "plain")
    assert build_site(site, tmp_path / "out", kept).written == 0


def test_it_is_not_for_open_text(site: Path) -> None:
    with pytest.raises(ValueError, match="open text"):
        build_site(site, None, options(guard=True, open_text=True))


def test_pages_in_memory_have_it_too() -> None:
    context = SiteContext("Site Khmer", brought=True)
    page = FILES["app.html"].encode()
    plan = plan_pages([scan_page(page, "a.html", context)], context, options(guard=True))
    assert any("/guard." in path for path in plan.files)
    assert b"/guard." in rewrite_page(page, "a.html", plan)


# -- assumptions -----------------------------------------------------------------------------------------------------


def test_what_is_taken_for_granted_is_listed_in_a_fixed_order(site: Path) -> None:
    result = build_site(site, None, options())
    told = read_manifest(site)["assumptions"]
    assert told == result.assumptions
    assert list(told) == [
        "script_texts", "included_text", "all_khmer", "browser_font", "scripts", "frames", "excluded", "guard",
    ]  # fmt: skip
    assert told["script_texts"] == {"runs": 1, "languages": ["km"], "weights": [400, 700], "files": ["words.js"]}
    assert told["all_khmer"] == {"index.html": 1}
    assert told["browser_font"] == {"index.html": 1}
    assert told["scripts"] == {}  # of pages without Khmer nothing is promised
    assert told["frames"] == {"index.html": 1}
    assert told["excluded"] == ["drafts/a.html"]
    assert told["guard"] == {"on": False}
    assert count_assumptions(told) == 5
    guarded = build_site(site, None, options(guard=True)).assumptions
    assert guarded["scripts"] == {"app.html": 1}


def test_a_manifest_without_them_is_an_older_one(site: Path) -> None:
    build_site(site, None, options())
    path = site / "khmertext" / "manifest.json"
    value = read_manifest(site)
    del value["assumptions"]
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
    assert check_site(site, jobs=1) == []


def test_settings_of_files(tmp_path: Path) -> None:
    read = read_settings({"include_text": ["a.txt"], "guard": True}, base=tmp_path, source="")
    made = make_options(read)
    assert made.include_text == (tmp_path / "a.txt",)
    assert made.guard
