"""Pages under names that URLs have to escape, in encodings that browsers sniff, and in frames: our links work there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from khmertext.web import BuildOptions, build_site
from tests.browser.pages import SETTLE, OpenMachine, Page, count, read_status

pytestmark = pytest.mark.browser

PAGE = "<!doctype html><html lang=km><head>{head}<title>t</title></head><body><p>ខ្មែរ ស្ត្រី</p></body></html>"
UTF8 = "<meta charset=utf-8>"
NAMES = [
    "100%.html",
    "100%41.html",
    "a b.html",
    "a+b&c=d;e,f.html",
    "ខ្មែរ/ទំព័រ.html",
    "a?b#c.html",
    "quote'\"<b>.html",
    "back\\slash.html",
    "a:b/c:d.html",
    "javascript:x.html",
    "%2e%2e/x.html",
    "~x/[y]/{z}|^`.html",
    "d/" * 60 + "x.html",
    "ខ" * 80 + ".html",
]
BASED = {  # the base leads elsewhere in the same site
    "deep/based.html": '<base href="../">',
    "deep/er/based.html": '<base href="../../a%20b/">',
}
ENCODED = {
    "bom.html": ("utf-8-sig", ""),
    "utf-16-le.html": ("utf-16-le", "\ufeff"),
    "utf-16-be.html": ("utf-16-be", "\ufeff"),
    "declared-le.html": ("utf-16-le", "<?xml version='1.0'?>"),
    "declared-be.html": ("utf-16-be", "<?xml version='1.0'?>"),
}
FRAMES = "<html lang=km><head>" + UTF8 + "<title>ទំព័រ</title></head><frameset cols='*,*'>{0}{0}</frameset></html>"
PLACE = "sub path/១០០%"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a server, with the built site in a folder whose name has to be escaped too."""
    root = tmp_path_factory.mktemp("awkward")
    site = root / "site"
    files = {name: PAGE.format(head=UTF8).encode() for name in NAMES}
    files |= {name: PAGE.format(head=UTF8 + base).encode() for name, base in BASED.items()}
    files |= {name: (start + PAGE.format(head="")).encode(encoding) for name, (encoding, start) in ENCODED.items()}
    files["frames.html"] = FRAMES.format("<frame src='a%20b.html'>").encode()
    files["framed.html"] = (PAGE.format(head=UTF8) + "<iframe src='a%20b.html'></iframe>").encode()
    (site / "a b").mkdir(parents=True)
    for name, data in files.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_bytes(data)
    assert build_site(site, None, BuildOptions(axes={"wght": (400, 400)})).khmer_pages == len(files) - 1
    (root / PLACE).parent.mkdir(parents=True)
    shutil.move(site, root / PLACE)
    return root


def assert_content(page: Page) -> None:
    assert read_status(page) == "ok"
    page.evaluate(SETTLE)
    assert count(page, "[role=alert]") == 0


@pytest.mark.parametrize("name", [*NAMES, *BASED, "framed.html"])
def test_served_under_a_path(
    name: str, root: Path, open_machine: OpenMachine, latin_font: Path, serve: Callable[..., Any]
) -> None:
    site = serve(root)
    page = open_machine(fonts=[latin_font]).new_page()
    page.open(f"{site.url}/{quote(PLACE)}/{quote(name)}")
    assert_content(page)
    page.close()
    ours = [path for path in site.requests if "khmertext" in path]
    assert ours
    assert all(path.startswith(f"/{PLACE}/khmertext/") for path in ours)


@pytest.mark.parametrize("name", [*NAMES, *BASED, *ENCODED])
def test_opened_from_the_disk(name: str, root: Path, open_machine: OpenMachine, latin_font: Path) -> None:
    page = open_machine(fonts=[latin_font]).new_page()
    page.open((root / PLACE / name).as_uri())
    assert page.evaluate("document.querySelector('p').textContent") == "ខ្មែរ ស្ត្រី"
    assert_content(page)
    page.close()


def test_frames_get_the_font_and_what_holds_them_needs_none(
    root: Path, open_machine: OpenMachine, latin_font: Path, serve: Callable[..., Any]
) -> None:
    site = serve(root)
    page = open_machine(fonts=[latin_font]).new_page()
    page.open(f"{site.url}/{quote(PLACE)}/frames.html")
    assert count(page, "[data-khmertext]") == 0
    for number in (0, 1):
        status = f"frames[{number}].document.documentElement.dataset.khmertextStatus"
        ask = f"() => {status} ? done({status}) : setTimeout(ask, 20)"
        assert page.evaluate(f"new Promise(done => {{ const ask = {ask}; ask() }})") == "ok"
    page.close()
