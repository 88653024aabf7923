"""``site check --browser``: what it says of sites that are right, and of sites that are wrong in one way each."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont

from khmertext.web import BuildOptions, build_site, looking, review_site
from khmertext.web.looking import BrowserReview, look_at_site

pytestmark = pytest.mark.browser

Look = Callable[..., BrowserReview]
SENTENCE = "ស្ត្រីខ្មែរ កម្ពុជា ធ្វើការ ព្រះរាជាណាចក្រ"
PAGE = "<!doctype html><html lang=km><head><meta charset=utf-8><title>t</title>{}</head><body>{}</body></html>"


@pytest.fixture
def look(chromium_path: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Look]:
    """``look(site, pictures=…)``: what a browser shows of all pages, in a thread, since Playwright runs in this one."""
    monkeypatch.setenv("KHMERTEXT_CHROMIUM", chromium_path)

    def look(site: Path, *, pages: Sequence[str] = (), pictures: Path | None = None) -> BrowserReview:
        review = review_site(site, lint=False)
        return pool.submit(look_at_site, site, pages or review.shown, review.originals, pictures=pictures).result()

    with ThreadPoolExecutor(1) as pool:
        yield look


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., Path]:
    """``build(name=html, …)``: a built site of these pages."""

    def build(
        folder: str = "site", files: dict[str, bytes] | None = None, *, open_text: bool = False, **pages: str
    ) -> Path:
        root = tmp_path / folder
        root.mkdir()
        for name, data in (files or {}).items():
            (root / name).write_bytes(data)
        for name, page in pages.items():
            (root / f"{name}.html").write_text(page, "utf-8")
        build_site(root, None, BuildOptions(open_text=open_text))
        return root

    return build


def text_font(site: Path) -> Path:
    (font,) = json.loads((site / "khmertext" / "manifest.json").read_bytes())["fonts"]
    (name,) = (entry["file"] for entry in font["files"] if entry["role"] == "text")
    return site / "khmertext" / str(name)


def codes(review: BrowserReview) -> list[tuple[str, str]]:
    return [(one.path, one.code) for one in review.problems]


def test_a_built_site_is_right(look: Look, build: Callable[..., Path]) -> None:
    site = build(
        one=PAGE.format("", f"<h1>{SENTENCE}</h1><p>{SENTENCE} <b>{SENTENCE}</b> <code>Latin ខ្មែរ</code>"),
        two=PAGE.format("<style>p{font-family:Georgia}@media print{p{color:red}}</style>", f"<p>{SENTENCE}"),
    )
    review = look(site)
    assert codes(review) == []
    assert (review.pages, review.shots) == (2, 6)


def test_a_font_that_lacks_a_text_is_seen_and_shown(look: Look, build: Callable[..., Path], tmp_path: Path) -> None:
    small = build("small", page=PAGE.format("", "<p>កា សត រី ខ្មែ ពុជ ធើវ ញ្ច ះណាច</p>"))
    titled = PAGE.replace("<title>t", f"<title>{SENTENCE}")  # which is not where it is seen
    site = build(page=titled.format("", f"<p>Latin</p>\n<p>កា</p>\n<p>{SENTENCE}</p>"))
    shutil.copy(text_font(small), text_font(site))
    review = look(site, pictures=tmp_path / "pictures")
    assert {one.code for one in review.problems} == {"KS906"}
    assert {one.text for one in review.problems} == {SENTENCE}
    assert {one.line for one in review.problems} == {3}
    assert len(review.problems) == 3  # wide, narrow, printed
    assert len(review.pictures) == 9
    assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in review.pictures)


def test_a_difference_far_down_a_long_page_is_found(look: Look, build: Callable[..., Path]) -> None:
    small = build("small", page=PAGE.format("", "<p>កា សត រី ខ្មែ ពុជ ធើវ ញ្ច ះណាច</p>"))
    site = build(page=PAGE.format("", f"<p>កា</p><div style=height:9000px></div>\n<p>{SENTENCE}</p>"))
    shutil.copy(text_font(small), text_font(site))
    review = look(site)
    assert review.shots == 9
    assert {(one.code, one.line, one.text) for one in review.problems} == {("KS906", 2, SENTENCE)}


def test_a_font_that_is_gone_is_told_by_the_visitor_check(look: Look, build: Callable[..., Path]) -> None:
    site = build(page=PAGE.format("", f"<p>{SENTENCE}"))
    for font in (site / "khmertext").glob("*.woff2"):
        font.unlink()
    problems = look(site).problems
    assert "its visitor check says 'tofu' in a browser" in {one.message for one in problems}


def test_a_policy_that_forbids_the_font_is_told(look: Look, build: Callable[..., Path]) -> None:
    site = build(page=PAGE.format("", f"<p>{SENTENCE}"))
    page = site / "page.html"
    policy = "<meta http-equiv=Content-Security-Policy content=\"font-src 'none'\">"
    page.write_text(page.read_text("utf-8").replace("<meta charset=utf-8>", f"<meta charset=utf-8>{policy}"), "utf-8")
    assert {code for _, code in codes(look(site))} == {"KS905"}


def test_text_that_a_font_of_the_machine_draws_is_told(look: Look, build: Callable[..., Path]) -> None:
    site = build(page=PAGE.format("", f"<p>កា</p>\n<p id=a>{SENTENCE}</p>"))
    page = site / "page.html"
    style = "<style>#a{font-family:Georgia,sans-serif!important}</style>"
    page.write_text(page.read_text("utf-8").replace("</head>", f"{style}</head>"), "utf-8")
    (problem,) = look(site).problems
    assert (problem.code, problem.line, problem.text) == ("KS905", 2, SENTENCE)
    assert "Khmertext Latin" in problem.message


def test_the_clock_chance_and_animations_stand_still(look: Look, build: Callable[..., Path]) -> None:
    style = "<style>@keyframes a{to{margin-left:300px}}p{animation:a .7s infinite alternate}</style>"
    script = "<script>document.body.append(Date.now(), new Date(), Math.random())</script>"
    site = build(page=PAGE.format(style, f"<p>{SENTENCE}</p>{script}"))
    assert codes(look(site)) == []


def test_a_page_that_is_never_the_same_is_told_as_that(look: Look, build: Callable[..., Path]) -> None:
    script = "<script>document.body.append(performance.timeOrigin)</script>"
    site = build(page=PAGE.format("", f"<p>{SENTENCE}</p>{script}"), other=PAGE.format("", f"<p>{SENTENCE}"))
    assert codes(look(site)) == [("page.html", "KS907")]


def test_a_page_that_never_ends_holds_nothing_up(
    look: Look, build: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "PATIENCE", 2000)
    site = build(
        endless=PAGE.format("", f"<p>{SENTENCE}</p><script>for (;;);</script>"),
        other=PAGE.format("", f"<p>{SENTENCE}<script>alert(1); confirm(2)</script>"),
    )
    assert codes(look(site)) == [("endless.html", "KS907")]


def test_no_other_host_is_asked(look: Look, build: Callable[..., Path], serve: Callable[..., Any]) -> None:
    (outside := build("outside", page=PAGE.format("", "x"))).joinpath("a.png").write_bytes(b"")
    other = serve(outside)
    named = other.url.replace("127.0.0.1", "localhost")
    site = build(page=PAGE.format(f"<link rel=stylesheet href={named}/a.css>", f"<p>{SENTENCE}<img src={named}/a.png>"))
    assert codes(look(site)) == []
    assert other.requests == []


def test_fonts_cut_from_the_sites_own_are_compared_with_these(
    look: Look, build: Callable[..., Path], khmer_font: Path
) -> None:
    style = "<link rel=stylesheet href=own.css>"
    css = b"@font-face{font-family:Own;src:url(own.ttf)}body{font-family:Own}"
    files = {"own.ttf": khmer_font.read_bytes(), "own.css": css}
    site = build(files=files, page=PAGE.format(style, f"<p>{SENTENCE} Latin"))
    small = build("small", files=files, page=PAGE.format(style, "<p>កា សត រី ខ្មែ ពុជ ធើវ ញ្ច ះណាច"))
    originals = review_site(site, lint=False).originals
    (cut,) = (path for path, whole in originals.items() if whole == "own.ttf")
    assert codes(look(site)) == []
    (other,) = (path for path, whole in review_site(small, lint=False).originals.items() if whole == "own.ttf")
    shutil.copy(small / other, site / cut)
    assert {code for _, code in codes(look(site))} == {"KS906"}


def test_command_looks_at_as_many_pages_as_are_asked_for(build: Callable[..., Path], chromium_path: str) -> None:
    pages = {f"p{number}": PAGE.format("", f"<p>{SENTENCE}") for number in range(5)}
    site = build(**pages)
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    told = subprocess.run(
        [sys.executable, "-m", "khmertext", "site", "check", site, "--browser", "--pages", "2"],
        env={**os.environ, "KHMERTEXT_CHROMIUM": chromium_path},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert told.returncode == 0, told
    assert "6 pictures of 2 pages of 5 compared; --pages 0 looks at all" in told.stdout
    assert {path: path.read_bytes() for path in site.rglob("*") if path.is_file()} == before


def test_fonts_that_flag_are_compared_with_the_whole_one(look: Look, build: Callable[..., Path]) -> None:
    site = build(open_text=True, page=PAGE.format("", f"<p>{SENTENCE}"))
    assert codes(look(site)) == []
    (file,) = (site / "khmertext").glob("*-flagged.*.woff2")
    font = TTFont(file)
    for name, (advance, bearing) in font["hmtx"].metrics.items():
        font["hmtx"].metrics[name] = (advance + 50, bearing)
    font.save(file)
    assert {code for _, code in codes(look(site))} == {"KS906"}


def test_a_page_that_is_busy_after_it_has_loaded_holds_nothing_up(
    look: Look, build: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "PATIENCE", 2000)
    script = "<script>addEventListener('load', () => setTimeout(() => { for (;;); }))</script>"
    site = build(busy=PAGE.format("", f"<p>{SENTENCE}</p>{script}"), other=PAGE.format("", f"<p>{SENTENCE}"))
    assert codes(look(site)) == [("busy.html", "KS907")]


def test_a_page_that_is_gone_is_not_taken_for_right(look: Look, build: Callable[..., Path]) -> None:
    site = build(page=PAGE.format("", f"<p>{SENTENCE}"))
    (problem,) = look(site, pages=["gone.html", "page.html"]).problems
    assert (problem.path, problem.code) == ("gone.html", "KS907")
    assert "404" in problem.message


@pytest.mark.parametrize(
    "sends",
    [
        "<meta http-equiv=refresh content='0;url=other.html'>",
        "<meta http-equiv=refresh content='0;url=http://elsewhere.example/'>",
        "<script>location.replace('other.html')</script>",
    ],
)
def test_a_page_that_leads_elsewhere_is_no_fault(look: Look, build: Callable[..., Path], sends: str) -> None:
    site = build(page=PAGE.format(sends, f"<p>{SENTENCE}"), other=PAGE.format("", f"<p>{SENTENCE}"))
    review = look(site)
    assert codes(review) == []
    assert (review.pages, review.left) == (1, 1)


def test_scripts_find_the_date_as_they_know_it(look: Look, build: Callable[..., Path]) -> None:
    asked = "typeof Date(), Date.length, new Date(0) instanceof Date, new Date().constructor === Date"
    # A page that is never the same is told: so is this one, where the date is not what scripts know.
    script = f"""<script>
      let told = '';
      try {{ told = JSON.stringify([{asked}]) }} catch {{ }}
      if (told !== '["string",7,true,true]') document.body.append(performance.timeOrigin)
    </script>"""
    assert codes(look(build(page=PAGE.format("", f"<p>{SENTENCE}</p>{script}")))) == []


def test_no_proxy_is_asked(
    look: Look, build: Callable[..., Path], serve: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = build(page=PAGE.format("", f"<p>{SENTENCE}<img src=http://elsewhere.example/a.png>"))
    proxy = serve(site)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
    assert codes(look(site)) == []
    assert proxy.requests == []
