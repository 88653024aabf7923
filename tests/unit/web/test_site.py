"""Sites built, checked and cleaned: what a run promises whatever it meets, and whatever ends it."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import tinycss2
from turbohtml import parse

from khmertext.errors import FontError, KhmerTextError, SiteError
from khmertext.fonts import default_face
from khmertext.web import BuildOptions, build_site, check_site, clean_site, disk
from khmertext.web.building import FontAsset, name_asset
from khmertext.web.manifest import FileRecord, Manifest, hash_bytes, read_manifest, write_manifest
from khmertext.web.reading import BY_NAME
from khmertext.web.webfonts import Download, SiteFonts
from tests.site_files import write_site

OPTIONS = BuildOptions(jobs=1)
Files = dict[str, bytes]

SITE: Files = {
    "index.html": "<head><link rel=stylesheet href=css/a.css></head><p>ខ្មែរ".encode(),
    "news/a.html": "<p style='font-family:A'>ក<b>ខ</b>".encode(),
    "plain.html": b"<p>Latin only",
    "css/a.css": b"p { font-family: Inter, serif }\r\n",
    "img/x.png": b"\x89PNG",
}


def read_site(root: Path) -> Files:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def times(root: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in root.rglob("*")}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return write_site(tmp_path / "site", SITE)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands in for the cutting of fonts, which takes its time: files whose bytes follow from the texts."""

    def make(_: object, texts: Sequence[Any], *, family: str, **__: object) -> SiteFonts:
        files, assets, entries = {}, [], []
        for role in ("text", "full"):
            data = json.dumps([role, family, texts if role == "text" else ""]).encode()
            name = name_asset(f"{family} {role}", data, ".woff2")
            files[name] = data
            assets.append(FontAsset(role, name, (400, 700), False, ((0x1780, 0x17FF),)))
            entries.append({"role": role, "file": name, "sha256": hash_bytes(data)})
        report = ({"lacking": [], "files": entries, "weights": [400, 700], "italic": False},)
        return SiteFonts(assets=tuple(assets), files=files, report=report, preloads=(assets[0].name,))

    download = Download({"K.ttf": b"font", "LICENSE.txt": b"OFL"}, (("K", "K.ttf"),), "OFL-1.1", "LICENSE.txt", "", "K")
    monkeypatch.setattr("khmertext.web.site.open_sources", lambda *_: [])
    monkeypatch.setattr("khmertext.web.site.make_fonts", make)
    monkeypatch.setattr("khmertext.web.site.make_download", lambda _: download)


def links_of(root: Path, page: str) -> list[str]:
    """The files that a page's nodes of ours load or name, from the root of the site."""
    text = (root / page).read_text(encoding="utf-8")
    found = []
    for element in parse(text).select("link[data-khmertext],script[data-khmertext]"):
        for name in ("href", "src", "data-sentence", "data-font", "data-install"):
            value = element.attr(name)
            if isinstance(value, str):
                found.append(os.path.normpath(os.path.join(os.path.dirname(page), unquote(value))))  # noqa: PTH118, PTH120
    return found


def assert_links_lead_somewhere(root: Path) -> None:
    for name in read_site(root):
        if name.endswith(".html") and not name.startswith(("khmertext", "other")):
            for link in links_of(root, name):
                assert (root / link).is_file(), (name, link)


@pytest.mark.usefixtures("quick")
def test_packed_copies_of_changed_files_are_told(site: Path, tmp_path: Path) -> None:
    write_site(site, {"index.html.gz": b"x", "css/a.css.br": b"x", "plain.html.gz": b"x"})
    warnings = build_site(site, tmp_path / "out", OPTIONS).warnings
    assert [one.path for one in warnings if one.code == "packed-copy"] == ["css/a.css.br", "index.html.gz"]


def test_where_one_page_fixes_a_stylesheet_others_are_marked_too(site: Path, tmp_path: Path) -> None:
    link = "<head><link rel=stylesheet href=css/a.css{}></head><p lang=km>ក"
    pages = {"fixed.html": link.format(" integrity=sha256-x").encode(), "free.html": link.format("").encode()}
    write_site(site, pages)
    build_site(site, tmp_path / "out", OPTIONS)
    assert (tmp_path / "out/css/a.css").read_bytes() == SITE["css/a.css"]
    for name in (*pages, "index.html"):
        assert b'<p data-khmertext="' in (tmp_path / "out" / name).read_bytes().replace(b"<p lang=km", b"<p")
    assert not check_site(tmp_path / "out")


# -- what a build makes --------------------------------------------------------------------------------------------


def test_a_real_build_is_proven_checked_and_undone(site: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    result = build_site(site, output, OPTIONS)
    assert (result.pages, result.khmer_pages, result.lacking) == (3, 2, ())
    assert result.runs > 0
    assert 0 < result.after < result.before
    assert read_site(site) == SITE
    assert_links_lead_somewhere(output)
    built = read_site(output)
    for name in ("plain.html", "img/x.png"):
        assert built[name] == SITE[name]
    ours = b'"Site Khmer", "Site Khmer Fallback", "Site Khmer Fallback Regular"'
    assert built["css/a.css"] == b"p { font-family: " + ours + b", Inter, serif }\r\n"
    assert check_site(output, jobs=1) == []

    before = times(output)
    time.sleep(0.02)
    assert build_site(site, output, OPTIONS).written == 0
    assert times(output) == before

    clean_site(output)
    assert read_site(output) == SITE


@pytest.mark.usefixtures("quick")
def test_the_check_without_javascript_goes_into_bodies_and_out_again(site: Path, tmp_path: Path) -> None:
    pages = {
        "body.html": "<title>x</title><body class=x>ក".encode(),
        "head.html": "<head><title>x</title></head>ក".encode(),
        "bare.html": "<title>x</title><p>ក</p>".encode(),
        "none.html": "<title>x</title><p>ក".encode(),
    }
    write_site(site, pages)
    output = tmp_path / "out"
    options = replace(OPTIONS, noscript=True, notice_languages=("vi", "en", "fr"))
    result = build_site(site, output, options)
    assert [one.path for one in result.warnings if one.code == "no-body" and one.path in pages] == ["none.html"]
    for name in pages:
        page = parse((output / name).read_text(encoding="utf-8"))
        notices = page.select("body > noscript[data-khmertext] .khmertext-notice")
        assert len(notices) == (name != "none.html")
        for notice in notices:
            assert [one.attr("lang") for one in notice.select("p")] == ["en", "fr", "vi"]
            for link in notice.select("a"):
                assert (output / str(link.attr("href"))).is_file()
        (script,) = page.select("script[data-khmertext]")
        assert {"data-infr", "data-invi"} < set(script.attrs)
        assert "data-in-en" not in script.attrs
    css = next(path.read_text("utf-8") for path in (output / "khmertext").glob("*.css"))
    picture = css.partition('background-image:url("')[2].partition('"')[0]
    assert (output / "khmertext" / picture).is_file()

    assert build_site(site, output, options).written == 0
    edited = output / "body.html"
    edited.write_bytes(edited.read_bytes() + b"<p>new")
    clean_site(output)
    assert read_site(output) == {**SITE, **pages, "body.html": pages["body.html"] + b"<p>new"}


@pytest.mark.parametrize(
    "options",
    [
        {"notice_languages": ("xx",)},
        {"detector": False, "noscript": True},
        {"detector": False, "notice_languages": ("fr",)},
    ],
)
def test_a_notice_that_cannot_be_is_refused(site: Path, tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="notice"):
        build_site(site, tmp_path / "out", replace(OPTIONS, **options))


def test_names_of_assets_are_hashes_and_the_manifest_tells_no_time_host_or_place(site: Path, tmp_path: Path) -> None:
    options = replace(OPTIONS, fonts=(write_font(tmp_path / "My Font.ttf"),), axes={"wght": (400, 400)})
    build_site(site, tmp_path / "out", options)
    manifest = (tmp_path / "out/khmertext/manifest.json").read_text()
    value = json.loads(manifest)
    assert str(tmp_path) not in manifest
    assert os.uname().nodename not in manifest
    assert not re.search(r"20\d\d-\d\d-\d\d|\d\d:\d\d:\d\d", manifest)
    assert value["fonts"][0]["source"] == "My Font.ttf"
    assert value["fonts"][0]["license"] == "OFL-1.1"
    assert {"khmertext", "uharfbuzz", "fonttools", "brotli"} <= value["versions"].keys()
    assert value["text"]["clusters"] == sorted(["ខ្មែរ"[:4], "រ", "ក", "ខ"]) or len(value["text"]["clusters"]) == 4
    for path, digest in value["files"]["assets"].items():
        assert hash_bytes((tmp_path / "out" / path).read_bytes()) == digest
        if "/download/" not in path:
            assert f".{digest[:12]}." in path
    for entry in value["fonts"][0]["files"]:
        assert entry["runs_proven"] > 0
        assert entry["bytes"] == (tmp_path / "out/khmertext" / entry["file"]).stat().st_size


def test_the_same_site_gives_the_same_bytes_with_any_number_of_processes(tmp_path: Path) -> None:
    pages = {f"p{number}.html": f"<p>ខ្មែរ{chr(0x1780 + number % 30)}<b>ក".encode() for number in range(150)}
    site = write_site(tmp_path / "site", SITE | pages)
    build_site(site, tmp_path / "one", replace(OPTIONS, jobs=1))
    build_site(site, tmp_path / "two", replace(OPTIONS, jobs=2))
    assert read_site(tmp_path / "one") == read_site(tmp_path / "two")
    assert check_site(tmp_path / "one", jobs=2) == []


def test_a_dry_run_writes_nothing(site: Path, tmp_path: Path, quick: None) -> None:
    before = times(site)
    for output in (tmp_path / "out", None):
        result = build_site(site, output, OPTIONS, dry_run=True)
        assert result.written > 0
        assert result.manifest is not None
        assert set(result.manifest.changed) == {"index.html", "news/a.html", "css/a.css"}
    assert times(site) == before
    assert not (tmp_path / "out").exists()


def test_a_stylesheet_in_front_of_all_others_comes_out_again(tmp_path: Path, quick: None) -> None:
    head = "<link rel=stylesheet href=a.css><meta charset=utf-8><base href=below/>"
    page = f"<html lang=km><head>{head}</head><p>ខ្មែរ".encode()
    files = {"below/x.png": b"", "a.css": b"@layer base{html{font-family:monospace,serif}}", "d/a.html": page}
    files["a.html"] = page
    site = write_site(tmp_path / "site", files)
    build_site(site, None, OPTIONS)
    built = (site / "a.html").read_text("utf-8")
    links = [str(link.attr("href")) for link in parse(built).select("link")]
    assert [link.partition("/")[0] for link in links if ".css" in link] == ["khmertext", "a.css"]
    assert next(link for link in links if ".woff2" in link).startswith("../khmertext/")
    (site / "a.html").write_bytes(built.encode() + b"<!-- later -->")
    build_site(site, None, OPTIONS)
    assert (site / "a.html").read_bytes() == built.encode() + b"<!-- later -->"
    clean_site(site)
    assert read_site(site) == files | {"a.html": page + b"<!-- later -->"}


@pytest.mark.parametrize("name", ["a.htm", "a.HTML", "a.xhtml", "a.xht"])
def test_pages_are_known_by_their_names(name: str, tmp_path: Path, quick: None) -> None:
    page = '<html xmlns="http://www.w3.org/1999/xhtml" lang="km"><head/><body>ខ្មែរ</body></html>'.encode()
    site = write_site(tmp_path / "site", {name: page})
    assert build_site(site, None, OPTIONS).khmer_pages == 1
    assert_links_lead_somewhere(site)
    assert (site / name).read_bytes() != page
    clean_site(site)
    assert (site / name).read_bytes() == page


def test_excluded_pages_stay_as_they_are(site: Path, quick: None) -> None:
    build_site(site, None, OPTIONS)
    build_site(site, None, replace(OPTIONS, exclude=("news",)))
    assert (site / "news/a.html").read_bytes() == SITE["news/a.html"]
    assert check_links(site) == []


def check_links(root: Path) -> list[Any]:
    """Findings but for those of fonts, which the quick stand-in does not make."""
    from khmertext.web.checking import check_links as check
    from khmertext.web.disk import read_tree
    from khmertext.web.marks import Restorer
    from khmertext.web.reading import read_site as read

    manifest = read_manifest((root / "khmertext/manifest.json").read_bytes())
    exclude = manifest.report["options"]["exclude"]
    tree = read_tree(root, skip="khmertext")
    facts = read(tree, family=manifest.family, restorer=Restorer([manifest]), exclude=exclude)
    return list(check(root, facts, manifest))


# -- run again -----------------------------------------------------------------------------------------------------


def test_files_of_the_build_before_stay_for_exactly_one_more(site: Path, tmp_path: Path, quick: None) -> None:
    for target, output in ((site, None), (tmp_path / "out", tmp_path / "out")):
        known: list[set[str]] = []
        for number in range(4):
            page = site / "index.html"
            page.write_bytes(page.read_bytes() + f"<p>{chr(0x1781 + number)}".encode())
            for _ in range(2):  # the second one changes nothing
                build_site(site, output, OPTIONS)
            manifest = read_manifest((target / "khmertext/manifest.json").read_bytes())
            there = {name for name in read_site(target) if name.startswith("khmertext/") and "manifest" not in name}
            assert there == set(manifest.assets) | set(manifest.previous)
            known.append({name for name in manifest.assets if "/download/" not in name})
            assert set(known[-1]) <= there
            if number:
                assert known[-2] <= there
            if number > 1:
                assert not (known[-3] - known[-2] - known[-1]) & there
        clean_site(target)


def test_a_changed_family_replaces_the_old_one(site: Path, quick: None) -> None:
    build_site(site, None, OPTIONS)
    page = site / "index.html"
    page.write_bytes(page.read_bytes() + "<p>ថ្មី".encode())
    css = site / "css/a.css"
    css.write_bytes(css.read_bytes() + b"q { color: red }")
    build_site(site, None, replace(OPTIONS, family="Other"))
    text = page.read_text() + css.read_text()
    assert "Site Khmer" not in text
    assert '"Other", "Other Fallback", "Other Fallback Regular", Inter' in text
    clean_site(site)
    assert read_site(site) == SITE | {
        "index.html": SITE["index.html"] + "<p>ថ្មី".encode(),
        "css/a.css": SITE["css/a.css"] + b"q { color: red }",
    }


def test_a_changed_folder_is_refused_until_the_site_is_clean(site: Path, tmp_path: Path, quick: None) -> None:
    build_site(site, None, OPTIONS)
    built = read_site(site)
    for output in (None, tmp_path / "out"):
        with pytest.raises(SiteError, match="khmertext site clean"):
            build_site(site, output, replace(OPTIONS, folder="fonts-k"))
    assert read_site(site) == built
    clean_site(site)
    build_site(site, None, replace(OPTIONS, folder="fonts-k"))
    assert check_links_in(site, "fonts-k")
    clean_site(site)  # finds the folder by itself
    assert read_site(site) == SITE


def check_links_in(root: Path, folder: str) -> bool:
    return all(link.startswith(folder) for link in links_of(root, "index.html")) and bool(links_of(root, "index.html"))


def test_moved_and_copied_pages_are_restored_too(site: Path, quick: None) -> None:
    build_site(site, None, OPTIONS)
    (site / "index.html").rename(site / "moved.html")
    shutil.copy(site / "news/a.html", site / "news/copy.html")
    clean_site(site)
    after = read_site(site)
    assert after["moved.html"] == SITE["index.html"]
    assert after["news/copy.html"] == SITE["news/a.html"]
    assert not (site / "khmertext").exists()


def test_pages_that_went_from_the_site_go_from_the_output(site: Path, tmp_path: Path, quick: None) -> None:
    output = tmp_path / "out"
    build_site(site, output, OPTIONS)
    (output / "CNAME").write_text("mine")
    (site / "news/a.html").unlink()
    (site / "img/x.png").unlink()
    assert build_site(site, output, OPTIONS).removed == 2
    assert not (output / "news").exists()
    assert not (output / "img").exists()
    assert (output / "CNAME").read_text() == "mine"


def test_files_folders_and_links_may_change_places(tmp_path: Path, quick: None) -> None:
    """What an older output has must not be in the way of the new one, or be written through."""
    site, output = tmp_path / "site", tmp_path / "out"
    shapes: list[tuple[Files, dict[str, str]]] = [
        ({"a/b.html": "<p>ក".encode(), "c": b"file", "en-us/i.html": b"us"}, {"en": "en-us", "l.html": "a/b.html"}),
        (
            {"a": b"file", "c/d.html": "<p>ខ".encode(), "en/i.html": "<p>គ".encode(), "l.html": "<p>ឃ".encode()},
            {"en-us": "en"},
        ),
    ]
    for files, links in (*shapes, *shapes):
        shutil.rmtree(site, ignore_errors=True)
        write_site(site, files)
        for name, target in links.items():
            (site / name).symlink_to(target)
        build_site(site, output, OPTIONS)
        assert {name for name in read_site(output) if not name.startswith("khmertext")} == set(files)
        assert {path.name: str(path.readlink()) for path in output.iterdir() if path.is_symlink()} == links
        assert_links_lead_somewhere(output)


# -- no Khmer ------------------------------------------------------------------------------------------------------

LATIN: Files = {"index.html": b"<p>Latin", "css/a.css": b"p{font-family:A}"}


def test_without_khmer_nothing_changes_in_place(tmp_path: Path) -> None:
    site = write_site(tmp_path / "site", LATIN)
    before = times(site)
    result = build_site(site, None, OPTIONS)
    assert (result.manifest, result.written, result.characters) == (None, 0, 0)
    assert times(site) == before


def test_without_khmer_the_output_is_a_copy_that_later_runs_know(tmp_path: Path, quick: None) -> None:
    site = write_site(tmp_path / "site", LATIN)
    output = tmp_path / "out"
    for written in (3, 0):
        assert build_site(site, output, OPTIONS).written == written
        assert {name: data for name, data in read_site(output).items() if name in LATIN} == LATIN
    assert check_site(output) == []
    (site / "index.html").write_text("<p>ខ្មែរ", encoding="utf-8")
    (output / "index.html").write_text("<p>ខ្មែរ", encoding="utf-8")
    assert {problem.path for problem in check_site(output)} == {"index.html"}
    assert build_site(site, output, OPTIONS).khmer_pages == 1
    clean_site(output)
    assert read_site(output) == read_site(site)


def test_a_site_that_lost_its_khmer_is_cleaned_in_place(site: Path, quick: None) -> None:
    build_site(site, None, OPTIONS)
    for name in ("index.html", "news/a.html"):
        (site / name).write_bytes(b"<p>Latin")
    build_site(site, None, OPTIONS)
    assert read_site(site) == SITE | {"index.html": b"<p>Latin", "news/a.html": b"<p>Latin"}


# -- interrupted ---------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """Nobody catches this: what a run does after it, it would not do after SIGKILL either."""


@contextmanager
def stop_after(count: int, error: Callable[[], BaseException], seen: list[str] | None = None) -> Iterator[None]:
    """Let ``count`` changes of the disk happen; the next one fails, and leaves half a file where it writes one."""
    left = count
    with pytest.MonkeyPatch.context() as patch:

        def guard(owner: Any, name: str, half: Callable[..., None] | None = None) -> None:
            real = getattr(owner, name)

            def wrapper(*arguments: Any, **keywords: Any) -> Any:
                nonlocal left
                if seen is not None:
                    seen.append(name)
                if left == 0:
                    if half is not None:
                        half(*arguments)
                    raise error()
                left -= 1
                return real(*arguments, **keywords)

            patch.setattr(owner, name, wrapper)

        def write_half(path: Path, data: bytes | Path, _: int | None) -> None:
            whole = data if isinstance(data, bytes) else data.read_bytes()
            path.write_bytes(whole[: len(whole) // 2])

        guard(disk, "fill_file", write_half)
        guard(os, "replace")
        for name in ("symlink_to", *(("unlink", "rmdir") if error is Killed else ())):
            guard(Path, name)
        yield


def stopped(function: Callable[[Path], object], target: Path, count: int, error: Callable[[], BaseException]) -> None:
    """Call a function that is stopped after ``count`` changes of the disk (or ends: some steps may fail)."""
    with stop_after(count, error), suppress(Killed, SiteError):
        function(target)


def no_space() -> OSError:
    return OSError(errno.ENOSPC, "No space left on device")


EDITED: Files = SITE | {
    "index.html": SITE["index.html"] + "<p>ថ្មី".encode(),
    "new/b.html": "<p>ឃ".encode(),
    "css/a.css": SITE["css/a.css"] + b"b{font-family:C}",
}


def edit_site(root: Path) -> None:
    """The same edits on a built site as on one that is not."""
    for name in ("index.html", "css/a.css"):
        path = root / name
        path.write_bytes(path.read_bytes() + EDITED[name].removeprefix(SITE[name]))
    write_site(root, {"new/b.html": EDITED["new/b.html"]})


@pytest.mark.parametrize("error", [Killed, no_space])
@pytest.mark.parametrize(
    ("in_place", "built_before", "family"),
    [(True, False, "Site Khmer"), (True, True, "Site Khmer"), (True, True, "Other"), (False, False, "Other"),
     (False, True, "Site Khmer")],
)  # fmt: skip
def test_whatever_stops_a_build_the_site_stays_whole_and_a_rerun_completes_it(
    tmp_path: Path, quick: None, in_place: bool, built_before: bool, family: str, error: Any
) -> None:
    start, source = tmp_path / "start", tmp_path / "source"
    write_site(source, SITE)
    if in_place:
        write_site(start, SITE)
    if built_before:
        build_site(start if in_place else source, None if in_place else start, OPTIONS)
        edit_site(start if in_place else source)
    author = read_site(source) if not in_place else EDITED if built_before else SITE
    options = replace(OPTIONS, family=family)

    def build(target: Path) -> None:
        build_site(target if in_place else source, None if in_place else target, options)

    def fresh(name: str) -> Path:
        shutil.rmtree(tmp_path / name, ignore_errors=True)
        if start.exists():
            shutil.copytree(start, tmp_path / name)
        return tmp_path / name

    steps: list[str] = []
    complete = fresh("complete")
    with stop_after(-1, error, steps):
        build(complete)
    expected, before = read_site(complete), read_site(start) if start.exists() else {}
    assert len(steps) > 10
    for count in range(len(steps)):
        target = fresh("target")
        stopped(build, target, count, error)
        now = read_site(target)
        for name, data in now.items():
            if not name.startswith("khmertext/") and not name.endswith(".khmertext-tmp"):
                assert data in (before.get(name), author.get(name), expected.get(name)), (count, name)
        if error is no_space:
            assert not [name for name in now if name.endswith(".khmertext-tmp")]
        assert_links_lead_somewhere(target)
        if in_place:
            if any((target / "khmertext" / name).exists() for name in ("manifest.json", "journal.json")):
                clean_site(target)
            shutil.rmtree(target / "khmertext", ignore_errors=True)  # stopped before there was anything to undo
            assert read_site(target) == author, count
            target = fresh("target")
            stopped(build, target, count, error)
        else:
            assert read_site(source) == author
        build(target)
        assert read_site(target) == expected, count
        clean_site(target)
        assert read_site(target) == author, count


@pytest.mark.parametrize("folder", ["khmertext", "fonts-km"])
@pytest.mark.parametrize("given", [True, False])
def test_what_a_build_left_that_was_killed_at_once_is_cleaned(
    site: Path, quick: None, folder: str, given: bool
) -> None:
    for count in range(2):
        stopped(lambda site: build_site(site, None, replace(OPTIONS, folder=folder)), site, count, Killed)
        assert [path.name.endswith(".khmertext-tmp") for path in (site / folder).iterdir()] == [True]
        assert clean_site(site, folder=folder if given else None) == 1
        assert not (site / folder).exists()
        assert read_site(site) == SITE
    with pytest.raises(SiteError, match="holds no "):
        clean_site(site, folder=folder if given else None)


@pytest.mark.parametrize("name", ["theirs.txt", ".theirs.khmertext-tmp", "sub/x.txt"])
def test_what_is_not_ours_in_such_a_folder_stays(site: Path, quick: None, name: str) -> None:
    stopped(lambda site: build_site(site, None, OPTIONS), site, 0, Killed)
    write_site(site, {f"khmertext/{name}": b"x"})
    before = read_site(site)
    with pytest.raises(SiteError, match=r"holds no khmertext/manifest\.json"):
        clean_site(site)
    assert read_site(site) == before


def test_the_empty_folder_of_a_killed_run_is_cleaned(site: Path) -> None:
    (site / "khmertext").mkdir()
    (site / "mine").mkdir()
    assert clean_site(site) == 0
    assert not (site / "khmertext").exists()
    with pytest.raises(SiteError, match="holds no "):
        clean_site(site)
    assert (site / "mine").is_dir()


@pytest.mark.parametrize("folder", ["../khmertext", "sub/../khmertext", "..", "."])
def test_such_a_folder_is_one_of_the_site(site: Path, quick: None, folder: str) -> None:
    stopped(lambda site: build_site(site, None, OPTIONS), site, 0, Killed)
    (site / "sub").mkdir()
    with pytest.raises(SiteError, match="holds no "):
        clean_site(site / "sub" if folder.startswith("../") else site, folder=folder)
    assert (site / "khmertext").is_dir()


def test_a_link_in_place_of_such_a_folder_is_not_followed(site: Path, tmp_path: Path, quick: None) -> None:
    stopped(lambda site: build_site(site, None, OPTIONS), site, 0, Killed)
    (site / "khmertext").rename(tmp_path / "elsewhere")
    (site / "khmertext").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SiteError, match=r"holds no khmertext/manifest\.json"):
        clean_site(site)
    assert len(list((tmp_path / "elsewhere").iterdir())) == 1


def test_stopped_again_and_again_nothing_is_lost(tmp_path: Path, quick: None) -> None:
    """Edits and builds of other options, each stopped somewhere: the author's bytes still come back."""
    site = write_site(tmp_path / "site", SITE)
    author = dict(SITE)
    for number in range(60):
        name = ("index.html", "news/a.html", "css/a.css")[number % 3]
        if number % 4 == 0:
            more = b"\n" if name.endswith("css") else f"<p>{chr(0x1780 + number % 30)}".encode()
            author[name] += more
            with (site / name).open("ab") as file:
                file.write(more)
        options = replace(OPTIONS, family="KLM"[number % 3], exclude=("news",) if number % 5 == 0 else ())
        with stop_after(number * 7 % 41, Killed):
            try:
                build_site(site, None, options)
            except Killed:
                assert_links_lead_somewhere(site)
    build_site(site, None, OPTIONS)
    clean_site(site)
    assert read_site(site) == author


def test_a_clean_that_was_stopped_is_completed_by_the_next(tmp_path: Path, quick: None) -> None:
    start = write_site(tmp_path / "start", SITE)
    build_site(start, None, OPTIONS)
    steps: list[str] = []
    shutil.copytree(start, tmp_path / "complete")
    with stop_after(-1, Killed, steps):
        clean_site(tmp_path / "complete")
    for count in range(len(steps)):
        site = tmp_path / f"site{count}"
        shutil.copytree(start, site)
        stopped(clean_site, site, count, Killed)
        assert_links_lead_somewhere(site)
        if (site / "khmertext/manifest.json").exists():
            clean_site(site)
        shutil.rmtree(site / "khmertext", ignore_errors=True)  # at most an empty folder
        assert read_site(site) == SITE


def test_a_file_that_changes_while_it_is_read_ends_the_build(
    site: Path, monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    from khmertext.web import site as module

    real = module.make_report

    def meddle(*arguments: Any) -> Any:
        (site / "index.html").write_text("<p>changed", encoding="utf-8")
        return real(*arguments)

    monkeypatch.setattr(module, "make_report", meddle)
    with pytest.raises(SiteError, match=r"index\.html: changed while it was read"):
        build_site(site, None, OPTIONS)
    assert read_site(site) == SITE | {"index.html": b"<p>changed"}


# -- check ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    files = SITE | {"js/k.js": "x = 'ខ'".encode(), "js.html": b"<script src=js/k.js></script><p>x"}
    build_site(write_site(folder / "site", files), folder / "out", OPTIONS)
    return folder / "out"


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    shutil.copytree(built, tmp_path / "copy")
    return tmp_path / "copy"


def append(path: Path, text: str) -> None:
    path.write_bytes(path.read_bytes() + text.encode())


def test_new_khmer_that_the_font_has_is_fine(copy: Path) -> None:
    append(copy / "index.html", "\n<p>ខ្មែរ ក ខ")
    append(copy / "plain.html", "\n<p>nothing")
    assert check_site(copy) == []


@pytest.mark.parametrize(
    ("page", "text", "line"), [("index.html", "\n\n<p>ភ្ជុំ", 3), ("js/k.js", "\n\n'ភ្ជុំ'", 3), ("news/a.html", "<p>ភ្ជុំ", 1)]
)
def test_new_khmer_that_the_font_lacks_is_told_with_its_place(copy: Path, page: str, text: str, line: int) -> None:
    append(copy / page, text)
    found = check_site(copy)
    assert {(one.path, one.line, one.text) for one in found} == {(page, line, "ភ្ជុំ")}
    assert all("cannot draw" in one.message for one in found)


def test_a_run_that_is_shaped_in_pieces_lacks_nothing(tmp_path: Path) -> None:
    site = write_site(tmp_path / "site", {"a.html": ("<p>" + "ខ្មែរ" * 1000).encode()})
    assert build_site(site, None, OPTIONS).lacking == ()
    assert check_site(site) == []


def test_what_the_font_never_had_is_told_by_the_build_and_by_the_check(tmp_path: Path) -> None:
    site = write_site(tmp_path / "site", {"a.html": "<p>ក\u17deខ<p>ខ".encode()})  # no letter, and in no font
    result = build_site(site, None, OPTIONS)
    assert [(one.text, one.path, one.line) for one in result.lacking] == [("ក\u17deខ", "a.html", 1)]
    (known,) = check_site(site)
    assert (known.path, known.line, known.text) == ("a.html", 1, "ក\u17deខ")
    assert "use another --font" in known.message
    append(site / "a.html", "\n<p>ខ\u17de")
    assert [(one.line, one.text) for one in check_site(site)] == [(1, "ក\u17deខ"), (2, "ខ\u17de")]


@pytest.mark.parametrize(
    ("path", "data", "told"),
    [
        ("plain.html", "<p>ក", "not the site's font"),
        ("new.html", "<p>ក", "not the site's font"),
        ("index.html", SITE["index.html"].decode(), "not the site's font"),
        ("css/a.css", SITE["css/a.css"].decode(), "does not name the site's font"),
        ("css/a.css", 'p { font-family: B, "Site Khmer" } p { font-family: C }', "does not name the site's font"),
    ],
)
def test_pages_and_stylesheets_that_were_written_anew_are_told(copy: Path, path: str, data: str, told: str) -> None:
    (copy / path).write_text(data, encoding="utf-8", newline="")
    assert [(one.path, told in one.message) for one in check_site(copy)] == [(path, True)]


def test_new_styles_in_a_page_that_leave_the_font_out_are_told(copy: Path) -> None:
    append(copy / "index.html", "<p style='font-family:Arial'>ក")
    assert [one.path for one in check_site(copy)] == ["index.html"]


def test_every_asset_that_is_gone_or_damaged_is_told(copy: Path) -> None:
    manifest = read_manifest((copy / "khmertext/manifest.json").read_bytes())
    for path in manifest.assets:
        data = (copy / path).read_bytes()
        (copy / path).unlink()
        assert [(one.path, one.message) for one in check_site(copy)] == [(path, "is missing; build the site again")]
        (copy / path).write_bytes(data[:-1] + b"?")
        assert [one.path for one in check_site(copy)] == [path]
        (copy / path).write_bytes(data)


def test_a_site_that_is_not_built_is_told(tmp_path: Path) -> None:
    site = write_site(tmp_path / "site", SITE)
    for function in (check_site, clean_site):
        with pytest.raises(SiteError, match=r"holds no khmertext/manifest\.json"):
            function(site)
        with pytest.raises(SiteError, match="is no folder"):
            function(tmp_path / "nothing")


def test_an_interrupted_build_is_told(copy: Path, tmp_path: Path) -> None:
    shutil.copy(copy / "khmertext/manifest.json", copy / "khmertext/journal.json")
    assert [one.path for one in check_site(copy)] == ["khmertext/journal.json"]
    (copy / "khmertext/manifest.json").unlink()
    assert [one.path for one in check_site(copy)] == ["khmertext/journal.json"]


@pytest.mark.parametrize("part", ["options", "fonts", "fonts.0.files", "fonts.0.files.0.role", "fonts.0.files.1.file"])
@pytest.mark.parametrize("value", [None, 3, "../../etc/passwd", [1], {}])
def test_a_manifest_with_a_wrong_report_is_told(copy: Path, part: str, value: Any) -> None:
    path = copy / "khmertext/manifest.json"
    manifest = json.loads(path.read_bytes())
    *above, last = [int(name) if name.isdigit() else name for name in part.split(".")]
    inner = manifest
    for name in above:
        inner = inner[name]
    inner[last] = value
    path.write_text(json.dumps({"made_by": manifest.pop("made_by"), **manifest}))
    with pytest.raises(SiteError, match="manifest"):
        check_site(copy)


# -- refused -------------------------------------------------------------------------------------------------------


def refuse(source: Path, output: Path | None, match: str, options: BuildOptions = OPTIONS) -> None:
    """A build is refused with a message, and nothing at all changed."""
    everything = source.parent
    before, stamps = read_site(everything), times(everything)
    with pytest.raises(KhmerTextError, match=match):
        build_site(source, output, options)
    assert read_site(everything) == before
    assert times(everything) == stamps


def test_outputs_that_overlap_the_site_are_refused(site: Path) -> None:
    refuse(site, site, "is the site itself")
    refuse(site, site / "out", "inside each other")
    refuse(site, site.parent, "inside each other")
    (site.parent / "link").symlink_to("site")
    refuse(site, site.parent / "link", "is the site itself")
    refuse(site, site.parent / "link" / "out", "inside each other")


@pytest.mark.parametrize("output", [None, "out"])
@pytest.mark.parametrize("style", [b"", b"p { font-family: Inter, serif }"])
def test_a_built_site_that_lost_our_folder_is_not_taken_for_the_authors(
    tmp_path: Path, quick: None, output: str | None, style: bytes
) -> None:
    # Generators that clear their folder of what is not theirs leave pages that did not change.
    page = "<head><link rel=stylesheet href=css/a.css></head><p>ខ្មែរ".encode()
    site = write_site(tmp_path / "site", {"index.html": page, "css/a.css": style})
    build_site(site, None, OPTIONS)
    shutil.rmtree(site / "khmertext")
    before = read_site(site)
    with pytest.raises(SiteError) as caught:
        build_site(site, None if output is None else tmp_path / output, OPTIONS)
    assert "the file from its source" in caught.value.hint
    assert read_site(site) == before


def test_outputs_that_are_not_ours_are_refused(site: Path) -> None:
    output = site.parent / "out"
    write_site(output, {"mine.txt": b"mine"})
    refuse(site, output, "is not empty and holds no manifest")
    refuse(site, output / "mine.txt", "is no folder")
    write_site(output, {"khmertext/manifest.json": b'{"name": "somebody\'s web app"}'})
    refuse(site, output, r"khmertext/manifest\.json: is no manifest of khmertext")


@pytest.mark.parametrize("name", ["manifest.json", "journal.json", "theirs.txt", "sub/theirs.txt"])
def test_a_folder_of_our_name_that_is_not_ours_is_refused(site: Path, name: str) -> None:
    write_site(site, {f"khmertext/{name}": b"{}"})
    for output in (None, site.parent / "out"):
        refuse(site, output, "is in the site already|is no manifest")


def test_a_file_or_link_of_our_name_is_refused(site: Path) -> None:
    (site / "khmertext").write_text("a file")
    refuse(site, None, "is in the site already")
    (site / "khmertext").unlink()
    (site / "khmertext").symlink_to("css")
    refuse(site, None, "is in the site already")


def test_pages_in_no_encoding_are_named(site: Path) -> None:
    (site / "news/bad.html").write_bytes("<meta charset=utf-8>ក".encode() + b"\xff")
    refuse(site, None, r"news/bad\.html: is not valid UTF-8 at byte")
    (site / "news/bad.html").write_bytes(b"\xff\xfe<")
    refuse(site, site.parent / "out", r"news/bad\.html: is not valid UTF-16")
    build_site(site, site.parent / "out", replace(OPTIONS, exclude=("bad.html",)))


def test_unreadable_pages_are_named(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.read_bytes

    def read(path: Path) -> bytes:
        if path.name == "a.html":
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", read)
    with pytest.raises(SiteError, match=r"news/a\.html: cannot be read: Permission denied"):
        build_site(site, None, OPTIONS)


def test_a_site_that_declares_our_family_is_refused(site: Path) -> None:
    append(site / "css/a.css", "@font-face { font-family: 'Site Khmer'; src: url(x.woff2) }")
    refuse(site, None, "choose another --family")


def write_font(path: Path, change: Callable[[bytes], bytes] = bytes) -> Path:
    path.write_bytes(change(default_face().data))
    return path


@pytest.mark.parametrize(
    ("files", "family"),
    [
        ({"css/a.css": b"p{font-family:'Site Khmer', Arial}"}, "Site Khmer"),
        ({"css/a.css": b"p{font:1em site  khmer}"}, "Site Khmer"),
        ({"css/a.css": b":root{--f:Site Khmer Full,serif}"}, "Site Khmer"),
        ({"css/a.css": b"p{font-family:Georgia,serif}"}, "Georgia"),
        ({"index.html": "<style>p{font-family:Georgia}</style><p>ក".encode()}, "Georgia"),
        ({"index.html": "<p style='font-family:&quot;geor&#103;ia&quot;'>ក".encode()}, "Georgia"),
        ({"index.html": "<font face=Georgia>ក</font>".encode()}, "Georgia"),
    ],
)
def test_a_family_that_the_site_s_stacks_name_already_is_refused(
    site: Path, tmp_path: Path, files: Files, family: str
) -> None:
    """Our @font-face would shadow the visitor's font, and what an edited file loses could be the author's words."""
    write_site(site, files)
    before = read_site(site)
    for output in (None, tmp_path / "out"):
        with pytest.raises(SiteError, match=rf"(?i)names a font family .*{family.split()[0]}.*--family") as caught:
            build_site(site, output, replace(OPTIONS, family=family))
        assert next(iter(files)) in str(caught.value)
    assert read_site(site) == before
    assert not (tmp_path / "out").exists()


def test_a_copy_of_what_we_wrote_is_no_reason_to_refuse_the_next_build(site: Path, quick: None) -> None:
    build_site(site, None, OPTIONS)
    (site / "css/copy.css").write_bytes((site / "css/a.css").read_bytes() + b"q{color:red}")
    assert b"Site Khmer" in (site / "css/copy.css").read_bytes()
    build_site(site, None, OPTIONS)


def test_fonts_that_cannot_serve_are_refused(site: Path, tmp_path: Path) -> None:
    fonts = {
        "text.ttf": b"no font",
        "empty.ttf": b"",
        "half.ttf": default_face().data[:60_000],
        "page.woff2": b"<!doctype html>",
    }
    for name, data in fonts.items():
        (tmp_path / name).write_bytes(data)
        refuse(site, None, re.escape(name), replace(OPTIONS, fonts=(tmp_path / name,)))
    refuse(site, None, "missing.ttf", replace(OPTIONS, fonts=(tmp_path / "missing.ttf",)))
    refuse(site, None, "cannot|folder|directory", replace(OPTIONS, fonts=(tmp_path,)))


def change_font(path: Path, change: Callable[[Any], None]) -> Path:
    import io

    from fontTools.ttLib import TTFont

    font = TTFont(io.BytesIO(default_face().data), recalcTimestamp=False)
    change(font)
    font.save(path)
    return path


@pytest.mark.parametrize("bits", [0x0002, 0x0100])
def test_fonts_that_may_not_be_embedded_are_refused(site: Path, tmp_path: Path, bits: int) -> None:
    font = change_font(tmp_path / "kept.ttf", lambda font: setattr(font["OS/2"], "fsType", bits))
    refuse(site, None, r"kept\.ttf: ", replace(OPTIONS, fonts=(font,)))


def test_a_font_without_khmer_is_refused(site: Path, tmp_path: Path) -> None:
    def drop(font: Any) -> None:
        for table in font["cmap"].tables:
            table.cmap = {code: name for code, name in table.cmap.items() if code < 0x1700}

    refuse(site, None, r"latin\.ttf: ", replace(OPTIONS, fonts=(change_font(tmp_path / "latin.ttf", drop),)))


@pytest.mark.parametrize("axes", [{"wght": (1.0, 9000.0)}, {"opsz": (1.0, 2.0)}, {"wght": (5000.0, 6000.0)}])
def test_axes_that_the_font_lacks_are_refused(site: Path, axes: dict[str, tuple[float, float]]) -> None:
    refuse(site, None, "wght|opsz", replace(OPTIONS, axes=axes))


@pytest.mark.parametrize("family", ["", "  ", "a\nb", "a\0b", "\x1b[31m", "x" * 101, "a\u2028b", "\ud800", "a\x85"])
def test_families_that_cannot_be_named_are_refused(site: Path, family: str) -> None:
    with pytest.raises(ValueError, match="family"):
        build_site(site, None, replace(OPTIONS, family=family))


@pytest.mark.parametrize("folder", ["", ".", "..", "a/b", ".git", "a\\b", "/", "a\0"])
def test_folders_that_are_no_plain_name_are_refused(site: Path, folder: str) -> None:
    with pytest.raises((ValueError, SiteError)):
        build_site(site, None, replace(OPTIONS, folder=folder))
    assert read_site(site) == SITE


# -- nothing leaves the tree ---------------------------------------------------------------------------------------


@pytest.fixture
def secret(tmp_path: Path) -> Iterator[Path]:
    path = write_site(tmp_path / "secret", {"a.html": "<p>ក".encode(), "x": b"secret"})
    before, stamps = read_site(path), times(path)
    yield path
    assert read_site(path) == before
    assert times(path) == stamps


def hostile(path: str) -> bytes:
    record = FileRecord(hash_bytes(b""), hash_bytes(b"secret"), ((0, 6),))
    value = json.loads(write_manifest(Manifest("K", {"PATH": record}, {}, (), ("PATH",))))
    return json.dumps({"made_by": value.pop("made_by"), **value}).replace("PATH", path.replace("\\", "\\\\")).encode()


@pytest.mark.parametrize("name", ["manifest.json", "journal.json"])
@pytest.mark.parametrize("path", ["../secret/x", "a/../../secret/x", "{secret}/x", "khmertext/../../secret/x"])
def test_manifests_that_name_files_outside_are_refused(
    site: Path, secret: Path, tmp_path: Path, name: str, path: str
) -> None:
    data = hostile(path.replace("{secret}", str(secret)))
    output = tmp_path / "out"
    for root in (site, output):
        write_site(root, {f"khmertext/{name}": data})
    refuse(site, None, "outside the site")
    refuse(write_site(tmp_path / "good", SITE), output, "outside the site")
    for function in (check_site, clean_site):
        with pytest.raises(SiteError, match="outside the site"):
            function(site)


def test_manifests_cannot_claim_the_author_s_files(site: Path, secret: Path) -> None:
    (site / "out").symlink_to("../secret")
    for path in ("index.html", "out/x", "khmertext.html"):
        write_site(site, {"khmertext/manifest.json": write_manifest(Manifest("K", {}, {path: ""}))})
        with pytest.raises(SiteError, match="outside its folder"):
            clean_site(site)
    assert {name: data for name, data in read_site(site).items() if "manifest" not in name} == SITE


@pytest.mark.parametrize("place", ["output", "in place"])
def test_links_lead_nobody_out(site: Path, secret: Path, tmp_path: Path, quick: None, place: str) -> None:
    links = {
        "page.html": "../secret/a.html",
        "folder": "../secret",
        "news/loop.html": "loop.html",
        "dangling.html": "nowhere.html",
        "news/inside.html": "../index.html",
        "more": "news",
    }
    for name, target in links.items():
        (site / name).symlink_to(target)
    output = tmp_path / "out" if place == "output" else None
    result = build_site(site, output, OPTIONS)
    assert {warning.path for warning in result.warnings if warning.code == "outside-link"} == {
        "page.html",
        "folder",
        "news/loop.html",
        "dangling.html",
    }
    assert result.pages == 3
    root = output or site
    assert (root / "news/inside.html").readlink() == Path("../index.html")
    assert (root / "more").readlink() == Path("news")
    if output is not None:
        assert not os.path.lexists(root / "folder")
    else:
        assert {name: str((site / name).readlink()) for name in links} == links


def test_a_loop_of_links_is_called_one(site: Path, tmp_path: Path, quick: None) -> None:
    for name, target in (("a", "b"), ("b", "a"), ("self", "self"), ("gone", "nowhere"), ("news/out", "../../x")):
        (site / name).symlink_to(target)
    loop, outside = "a loop of links, which leads nowhere", "a link that leaves the site or leads nowhere"
    expected = {"a": loop, "b": loop, "self": loop, "gone": outside, "news/out": outside}
    for output, rest in ((tmp_path / "out", "; not read, not copied"), (None, "; not read")):
        warnings = build_site(site, output, OPTIONS).warnings
        found = {warning.path: warning.message for warning in warnings if warning.code == "outside-link"}
        assert found == {name: what + rest for name, what in expected.items()}


def test_a_page_that_became_a_link_is_not_written_through(site: Path, secret: Path, quick: None) -> None:
    build_site(site, None, OPTIONS)
    (site / "index.html").unlink()
    (site / "index.html").symlink_to("../secret/a.html")
    (site / "css").rename(site / "old")
    (site / "css").symlink_to("../secret")
    build_site(site, None, OPTIONS)
    clean_site(site)
    assert (site / "old/a.css").read_bytes() == SITE["css/a.css"]
    assert (site / "index.html").is_symlink()


def test_a_folder_of_the_output_that_leads_outside_is_not_written_through(
    site: Path, secret: Path, tmp_path: Path, quick: None
) -> None:
    output = tmp_path / "out"
    build_site(site, output, OPTIONS)
    for name in ("news", "khmertext"):
        shutil.rmtree(output / name)
        (output / name).symlink_to("../secret")
        with pytest.raises(SiteError, match=r"link|not empty"):
            build_site(site, output, OPTIONS)
        (output / name).unlink()
        if name == "news":
            build_site(site, output, OPTIONS)


# -- hostile names -------------------------------------------------------------------------------------------------

HOSTILE = [
    '"; } body { display: none } /*',
    "</style><script>alert(1)</script>",
    "back\\slash",
    "'single'",
    "a, b",
    "ខ្មែរ",
    "🙂",
    "&quot;&amp;",
    "url(//x)",
    "-->",
    "  spaces  ",
    "\\22 , x",
    "{{ x }}<%= y %>",
]


@pytest.mark.parametrize("family", HOSTILE)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252"])
def test_a_family_of_any_name_is_that_name_everywhere(tmp_path: Path, quick: None, family: str, encoding: str) -> None:
    charset = "<meta charset=windows-1252>" if encoding == "windows-1252" else ""
    page = (
        f"{charset}<style>.s{{font-family:A}}</style><link rel=stylesheet href=a.css><p class=s>&#x1780;<i>&#x1780;</i>"
        "<p style='font-family:B'>&#x1780;<p style=font-family:B>&#x1780;"
        "<pre>&#x1780;</pre><input style='font-family:C'>"
    )
    css = ('@charset "windows-1252";' if charset else "") + "i{font-family:D}q{font:1em E}"
    site = write_site(tmp_path / "site", {"a.html": page.encode(encoding), "a.css": css.encode(encoding)})
    original = read_site(site)
    build_site(site, None, replace(OPTIONS, family=family))
    built = read_site(site)
    document = parse(built["a.html"].decode(encoding))
    before = parse(page)
    for tag in ("script", "style", "link", "p", "pre", "input", "b"):
        ours = len(document.select(f"{tag}[data-khmertext='']")) if tag in ("script", "link") else 0
        assert len(document.select(tag)) - ours == len(before.select(tag))
    style = document.find("style")
    assert style is not None
    stacks = [families(style.text)]
    stacks += [families(f"x{{{element.attr('style')}}}") for element in document.select("p[style]")]
    named = [family, f"{family} Fallback", f"{family} Fallback Regular"]
    assert stacks == [[*named, "A"], [*named, "B"], [*named, "B"]]
    rules = tinycss2.parse_stylesheet(built["a.css"].decode(encoding))
    assert families(tinycss2.serialize([rule for rule in rules if rule.type == "qualified-rule"])) == [*named, "D"]
    assets = {name: data for name, data in built.items() if name.startswith("khmertext/")}
    (ours_css,) = (data.decode() for name, data in assets.items() if name.endswith(".css"))
    declared = [
        [token.value for token in declaration.value if token.type == "string"]
        for rule in tinycss2.parse_stylesheet(ours_css, skip_whitespace=True)
        if rule.type == "at-rule" and rule.content is not None  # it is for @charset
        for declaration in tinycss2.parse_blocks_contents(rule.content)
        if declaration.type == "declaration" and declaration.lower_name == "font-family"
    ]
    assert declared == [[family], [f"{family} Full"]]
    assert all(node.type != "error" for node in tinycss2.parse_stylesheet(ours_css))
    assert all(re.fullmatch(r"khmertext/(download/)?[A-Za-z0-9.-]+", name) for name in assets)
    assert build_site(site, None, replace(OPTIONS, family=family)).written == 0
    append(site / "a.css", "" if encoding == "utf-16" else " ")
    clean_site(site)
    assert read_site(site)["a.html"] == original["a.html"]
    assert read_site(site)["a.css"].rstrip() == original["a.css"]


def families(css: str) -> list[str]:
    """The first font stack of some CSS, as tinycss2 reads it."""
    for rule in tinycss2.parse_stylesheet(css, skip_whitespace=True, skip_comments=True):
        for declaration in tinycss2.parse_blocks_contents(rule.content):
            if declaration.type == "declaration" and declaration.lower_name in ("font-family", "font"):
                return [token.value for token in declaration.value if token.type in ("string", "ident")]
    return []


def test_a_font_with_hostile_names_is_harmless(site: Path, tmp_path: Path) -> None:
    name = '</title><script>alert(1)</script>"&\\'

    def rename(font: Any) -> None:
        for record in font["name"].names:
            if record.nameID in (1, 4, 16):
                record.string = name

    font = change_font(tmp_path / "x.ttf", rename)
    build_site(site, None, replace(OPTIONS, fonts=(font,), axes={"wght": (400, 400)}))
    page = parse((site / "khmertext/download/index.html").read_text(encoding="utf-8"))
    assert page.select("script") == []
    title = page.find("title")
    assert title is not None
    assert name in title.text


# -- large ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_large_inputs_stay_bounded(tmp_path: Path, quick: None) -> None:
    words = [f"{chr(0x1780 + a)}\u17d2{chr(0x1780 + b)}{chr(0x17B6 + c)}" for a in range(30) for b in range(30)
             for c in range(5)]  # fmt: skip
    numbered = {str(number): words[number % len(words)] for number in range(300_000)}
    script = json.dumps(numbered, ensure_ascii=False) + " " * 12_000_000
    sheet = "".join(f".c{number}{{font-family:A{number},serif;color:red}}" for number in range(15_000))
    sites: dict[str, Files] = {
        "script": {"big.js": script.encode(), "a.html": b"<script src=big.js></script><p>x"},
        "deep": {"a.html": b"<div>" * 20_000 + "ក".encode(), "b.html": b"<b>" * 20_000 + "ក".encode()},
        "sheet": {
            "big.css": sheet.encode() + b" " * 4_000_000,
            "a.html": "<link rel=stylesheet href=big.css><p class=c7>ក".encode(),
        },
    }
    assert len(script.encode()) > 18_000_000
    for name, files in sites.items():
        site = write_site(tmp_path / name, files)
        assert build_site(site, None, OPTIONS).khmer_pages == sum(path.endswith(".html") for path in files)
        clean_site(site)
        assert read_site(site) == files


@pytest.mark.parametrize("word", [b"counter ", b"list-style", b"counter khme "])
def test_a_page_without_khmer_is_passed_over_quickly(word: bytes) -> None:
    data = word * (4_000_000 // len(word))  # without a bound it would not end
    assert BY_NAME.search(data) is None


@pytest.mark.slow
def test_thousands_of_small_files(tmp_path: Path, quick: None) -> None:
    files = {f"d{n % 50}/p{n}.html": f"<p>ក{chr(0x1780 + n % 33)}".encode() for n in range(1500)}
    files |= {f"d{n % 50}/x{n}.txt": b"x" for n in range(2500)}
    site = write_site(tmp_path / "site", files)
    output = tmp_path / "out"
    assert build_site(site, output, OPTIONS).written > 4000
    assert build_site(site, output, OPTIONS).written == 0
    clean_site(output)
    assert read_site(output) == files


def test_a_font_error_writes_nothing(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def differ(*_: object, **__: object) -> SiteFonts:
        raise FontError("a run would look different")

    monkeypatch.setattr("khmertext.web.site.make_fonts", differ)
    refuse(site, None, "look different")
    refuse(site, site.parent / "out", "look different")


@pytest.mark.parametrize(
    ("picture", "warned"),
    [
        ("<text>ក</text>", True),
        ("<g><text>a<tspan>ក</tspan></text></g>", True),
        ("<foreignObject><p>ក</p></foreignObject>", True),
        ("<title>ក</title><text>a</text>", False),
        ('<g aria-label="ក"><path d="M0 0h1"/></g>', False),
    ],
)
def test_pictures_whose_drawn_text_cannot_have_the_font_are_told(tmp_path: Path, picture: str, warned: bool) -> None:
    files = {
        "a.html": "<html lang=km><p>ក<img src=a.svg>".encode(),
        "a.svg": f'<svg xmlns="http://www.w3.org/2000/svg">{picture}</svg>'.encode(),
    }
    result = build_site(write_site(tmp_path / "site", files), None, OPTIONS)
    assert [one.code for one in result.warnings] == ["svg-text"] * warned
