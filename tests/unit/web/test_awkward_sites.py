"""What real sites hold and tools trip over: each is handled, or named in the result, and nothing else is touched."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

import pytest
from turbohtml import parse

from khmertext.errors import SiteError
from khmertext.web import BuildOptions, BuildResult, build_site, check_site, clean_site
from khmertext.web.clashes import find_clashes
from khmertext.web.disk import Rehearsal, TreeWriter
from khmertext.web.looks import Look
from khmertext.web.webfonts import make_download, make_fonts, open_sources
from tests.site_files import write_site

OPTIONS = BuildOptions(jobs=1)
Files = dict[str, bytes]


@pytest.fixture(scope="module", autouse=True)
def one_font() -> Iterator[None]:
    """The same font for every site: what is tested is what becomes of the other files."""
    sources = open_sources([])
    fonts = make_fonts(sources, [(text, "km", Look(400)) for text in ("ខ្មែរ", "ក", "ខ", "គ")], family=OPTIONS.family)
    download = make_download(sources)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("khmertext.web.site.open_sources", lambda *_: [])
        patch.setattr("khmertext.web.site.make_fonts", lambda *_, **__: fonts)
        patch.setattr("khmertext.web.site.make_download", lambda _: download)
        yield


def read_files(root: Path) -> Files:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.relative_to(root).parts[0] != "khmertext"
    }


def codes(result: BuildResult) -> list[str]:
    return [warning.code for warning in result.warnings]


def build(folder: Path, files: Files) -> tuple[Path, BuildResult]:
    """Build in place; then undone it must be as it was, so that it is built, undone and built again."""
    site = write_site(folder / "site", files)
    build_site(site, None, OPTIONS)
    if (site / "khmertext").exists():
        clean_site(site)
    assert read_files(site) == files
    result = build_site(site, None, OPTIONS)
    if result.manifest is not None:
        assert check_site(site) == []
    return site, result


# -- hashes --------------------------------------------------------------------------------------------------------

SHEET = b"body{font-family:Arial}"
INTEGRITY = f'integrity="sha256-{base64.b64encode(hashlib.sha256(SHEET).digest()).decode()}"'
KHMER = "<html lang=km><p>ខ្មែរ".encode()


@pytest.mark.parametrize(
    "fixing",
    [
        f"<link rel=stylesheet href=a.css {INTEGRITY}><p>English",
        f"<link {INTEGRITY} href='/a.css' rel='stylesheet'>",
        f"<LINK\nREL=preload AS=style HREF=a.css {INTEGRITY.upper()}>",
    ],
)
def test_a_page_without_khmer_fixes_a_stylesheet_too(tmp_path: Path, fixing: str) -> None:
    page = b"<link rel=stylesheet href=a.css>" + KHMER
    site, result = build(tmp_path, {"a.css": SHEET, "km.html": page, "en.html": fixing.encode()})
    assert (site / "a.css").read_bytes() == SHEET
    assert (site / "en.html").read_bytes() == fixing.encode()
    assert codes(result) == ["fixed-hash"]
    assert parse((site / "km.html").read_text(encoding="utf-8")).select("p[data-khmertext]")
    assert "en.html" not in (result.manifest.report["inputs"] if result.manifest else {})


def test_a_page_that_fixes_a_stylesheet_nobody_changes_is_nothing_to_tell(tmp_path: Path) -> None:
    fixing = f"<link rel=stylesheet href=b.css {INTEGRITY}><p>English".encode()
    page = b"<link rel=stylesheet href=a.css>" + KHMER
    site, result = build(tmp_path, {"a.css": SHEET, "b.css": SHEET, "km.html": page, "en.html": fixing})
    assert b"Site Khmer" in (site / "a.css").read_bytes()
    assert codes(result) == []


def test_a_style_under_a_hash_of_the_policy_keeps_its_bytes_and_is_told(tmp_path: Path) -> None:
    style = "body{font-family:Arial}"
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    head = f"<meta http-equiv=Content-Security-Policy content=\"style-src 'self' 'sha256-{digest}'\">"
    site, result = build(tmp_path, {"a.html": f"<html lang=km>{head}<style>{style}</style><p>ក".encode()})
    assert f"<style>{style}</style>" in (site / "a.html").read_text(encoding="utf-8")
    assert codes(result) == ["fixed-hash"]


def test_our_own_files_carry_no_integrity(tmp_path: Path) -> None:
    site, _ = build(tmp_path, {"a.html": KHMER})
    ours = parse((site / "a.html").read_text(encoding="utf-8")).select("link[data-khmertext],script[data-khmertext]")
    assert len(ours) >= 3
    assert not any("integrity" in element.attrs for element in ours)


# -- kinds of pages ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", ["amp", "⚡", "⚡\ufe0f", "AMP", "amp4email", "⚡4ads"])
def test_an_amp_page_is_left_alone_and_told(tmp_path: Path, sign: str) -> None:
    head = "<style amp-custom>body{font-family:Arial}</style><link rel=stylesheet href=a.css>"
    page = f'<!doctype html><html {sign} lang="km"><head><meta charset="utf-8">{head}</head><body>ខ្មែរ'.encode()
    site, result = build(tmp_path, {"amp.html": page, "a.html": KHMER, "a.css": SHEET})
    assert (site / "amp.html").read_bytes() == page
    assert (site / "a.css").read_bytes() == SHEET
    assert codes(result) == ["amp"]
    assert result.khmer_pages == 1


def test_a_site_of_amp_pages_alone_is_told_too(tmp_path: Path) -> None:
    site, result = build(tmp_path, {"amp.html": b"<html amp lang=km>" + KHMER})
    assert codes(result) == ["amp"]
    assert result.khmer_pages == result.written == 0
    assert not (site / "khmertext").exists()


def test_an_amp_page_without_khmer_is_nothing_to_tell(tmp_path: Path) -> None:
    _, result = build(tmp_path, {"amp.html": b"<html amp><p>English", "a.html": KHMER})
    assert codes(result) == []


def test_a_page_of_frames_is_left_alone_and_its_frames_get_the_font(tmp_path: Path) -> None:
    frames = (
        "<html lang=km><title>ទំព័រ</title><frameset cols='*,*'><frame src=a.html><frame src='sub/b.html'>"
        "<noframes>ស៊ុម</noframes></frameset>"
    ).encode()
    inline = "<html lang=km><p>ក<iframe src=sub/b.html></iframe>".encode()
    files = {"index.html": frames, "a.html": KHMER, "sub/b.html": KHMER, "inline.html": inline}
    site, result = build(tmp_path, files)
    assert (site / "index.html").read_bytes() == frames
    assert result.khmer_pages == 3
    assert codes(result) == []


def test_xhtml_stays_well_formed(tmp_path: Path) -> None:
    space = 'xmlns="http://www.w3.org/1999/xhtml"'
    page = f"<?xml version='1.0'?>\r\n<html {space} lang='km'><head><title>t</title></head><body>ក<br/></body></html>"
    files = {"a.xhtml": page.encode(), "b.xht": page.encode("utf-16"), "c.xhtml": page.encode("utf-8-sig")}
    site, result = build(tmp_path, files)
    assert result.khmer_pages == 3
    for name in files:
        root = ElementTree.fromstring((site / name).read_bytes())
        assert len(root.findall(".//{*}script")) == 1


# -- encodings -----------------------------------------------------------------------------------------------------

DECLARED = "<?xml version='1.0'?><html lang=km><style>p{font-family:A}</style><p>ខ្មែរ"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_utf16_is_read_where_browsers_read_it(tmp_path: Path, encoding: str, mark: str) -> None:
    """With a byte order mark, or an XML declaration in its place: see test_awkward_places.py for browsers."""
    site, result = build(tmp_path, {"a.html": (mark + DECLARED).encode(encoding)})
    assert (result.khmer_pages, codes(result)) == (1, [])
    text = (site / "a.html").read_bytes().decode(encoding)
    assert text.startswith(mark + "<?xml")
    assert 'p{font-family:"Site Khmer", "Site Khmer Fallback", "Site Khmer Fallback Regular", A}' in text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_that_browsers_do_not_read_is_named(tmp_path: Path, encoding: str) -> None:
    files = {
        "km.html": DECLARED[21:].encode(encoding),
        "en.html": "<p>English".encode(encoding),
        "odd.html": b"\0<\xff\x17\0",
        "a.html": KHMER,
    }
    site, result = build(tmp_path, files)
    assert [(warning.code, warning.path) for warning in result.warnings] == [("utf-16", "km.html")]
    assert {name for name, data in read_files(site).items() if data != files[name]} == {"a.html"}


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_byte_of_the_author_stays(tmp_path: Path, newline: str, encoding: str) -> None:
    """Lines end as they ended, and what is added ends none."""
    page = newline.join(
        ["<!doctype html>", "<html lang=km>", "<pre>ក", "", "ខ</pre>", "<p style='font-family:A'>គ", ""]
    )
    site, _ = build(tmp_path, {"a.html": page.encode(encoding)})
    built = (site / "a.html").read_bytes().decode(encoding)
    assert built.count("\n") == page.count("\n")
    assert built.count("\r") == page.count("\r")
    rest = iter(built)
    assert all(letter in rest for letter in page)  # in this order


# -- names ---------------------------------------------------------------------------------------------------------


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def write_deep(root: Path, length: int) -> None:
    """A page so deep that its folder's whole path has about this length."""
    name = "d" * 100
    with inside(root):
        for _ in range((length - len(str(root))) // (len(name) + 1)):
            Path(name).mkdir()
            os.chdir(name)
        Path("a.html").write_bytes(KHMER)


@pytest.mark.skipif(sys.platform != "linux", reason="paths of 4,096 bytes are those of Linux")
def test_paths_as_long_as_paths_may_be(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    write_deep(site, 4000)
    output = tmp_path / "out"
    assert build_site(site, output, OPTIONS).khmer_pages == 1
    assert check_site(output) == []
    before = read_files(site)
    longer = tmp_path / ("o" * 200)
    with pytest.raises(SiteError, match="cannot be written: File name too long"):
        build_site(site, longer, OPTIONS)
    assert read_files(site) == before
    shutil.rmtree(site)
    site.mkdir()
    write_deep(site, 4300)
    for target in (None, tmp_path / "other"):
        with pytest.raises(SiteError, match="cannot be read: File name too long"):
            build_site(site, target, OPTIONS)


def test_names_that_one_disk_tells_apart_and_another_does_not() -> None:
    paths = ["a/B.html", "a/b.html", "A/c.html", "caf\u00e9.html", "cafe\u0301.html", "x/y.html", "ខ្មែរ.html"]
    assert list(find_clashes(paths)) == [
        ("a/B.html", "a/b.html"),
        ("a", "A"),
        ("caf\u00e9.html", "cafe\u0301.html"),
    ]
    assert list(find_clashes(["khmertext", "KhmerText/a.html", "KhmerText/b.html"])) == [("khmertext", "KhmerText")]
    assert list(find_clashes(["a/x.html", "b/x.html", "a.html"])) == []


@pytest.fixture
def folding_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands in for a disk that does not tell small letters from capitals."""
    monkeypatch.setattr(TreeWriter, "takes_for_one", lambda _, one, other: one.lower() == other.lower())


def test_a_file_that_would_take_the_place_of_another_ends_the_build(tmp_path: Path, folding_disk: None) -> None:
    site = write_site(tmp_path / "site", {"index.html": KHMER, "Index.html": KHMER})
    with pytest.raises(SiteError, match=r"is the same file as 'Index.html'"):
        build_site(site, tmp_path / "out", OPTIONS)
    assert not (tmp_path / "out").exists()
    assert build_site(site, None, OPTIONS).khmer_pages == 2


def test_a_folder_of_the_author_s_may_not_become_ours(tmp_path: Path, folding_disk: None) -> None:
    site = write_site(tmp_path / "site", {"index.html": KHMER, "KhmerText/x.txt": b"x"})
    with pytest.raises(SiteError, match=r"is the same file as 'khmertext'"):
        build_site(site, tmp_path / "out", OPTIONS)


def test_whether_a_disk_tells_names_apart_is_found_out_without_a_trace(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    for root in (tmp_path / "there", tmp_path / "not there"):
        before = sorted(tmp_path.rglob("*"))
        assert TreeWriter(root).takes_for_one("sub/a.html", "sub/a.html")
        assert not TreeWriter(root).takes_for_one("sub/a.html", "sub/b.html")
        assert not Rehearsal(root, print).takes_for_one("sub/a.html", "sub/a.html")
        assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_files_that_may_only_be_read_stay_so(tmp_path: Path) -> None:
    site = write_site(tmp_path / "site", {"index.html": KHMER, "a.css": b"p{font-family:A}"})
    (site / "index.html").chmod(0o444)
    build_site(site, None, OPTIONS)
    assert (site / "index.html").stat().st_mode & 0o777 == 0o444
    assert b"data-khmertext" in (site / "index.html").read_bytes()
    clean_site(site)
    assert (site / "index.html").read_bytes() == KHMER


# -- killed --------------------------------------------------------------------------------------------------------


KILLED_AFTER = """
import os, signal, sys
from pathlib import Path
from khmertext.web import BuildOptions, build_site

left = int(sys.argv[2])
real = os.replace

def replace(*arguments):
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    real(*arguments)

os.replace = replace
build_site(Path(sys.argv[1]), None, BuildOptions(jobs=1))
"""
UNTOUCHED = 1 << 30


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_killed_by_the_system(tmp_path: Path) -> None:
    """Processes that are really gone in front of a step; every step is tried in test_site.py, by exceptions."""

    def run(site: Path, left: int) -> int:
        return subprocess.run([sys.executable, "-c", KILLED_AFTER, str(site), str(left)], check=False).returncode

    files = {f"p{number}.html": KHMER + b"<link rel=stylesheet href=a.css>" for number in range(20)} | {"a.css": SHEET}
    done = write_site(tmp_path / "done", files)
    assert run(done, UNTOUCHED) == 0
    expected = read_files(done)
    site = tmp_path / "site"
    seen = set()
    for left in (0, 1, 10, 14, 18, 22, 25):
        shutil.rmtree(site, ignore_errors=True)
        write_site(site, files)
        assert run(site, left) == -signal.SIGKILL
        now = {name: data for name, data in read_files(site).items() if not name.endswith(".khmertext-tmp")}
        assert now.keys() == files.keys()
        seen.add(sum(data != files[name] for name, data in now.items()))
        for name, data in now.items():
            assert data in (files[name], expected[name])
            for element in parse(data.decode()).select("link[data-khmertext]") if name.endswith(".html") else ():
                assert (site / str(element.attr("href"))).is_file()
    assert len(seen) > 3
    assert run(site, UNTOUCHED) == 0
    assert read_files(site) == expected
    assert check_site(site) == []
    assert not list(site.rglob("*.khmertext-tmp"))
