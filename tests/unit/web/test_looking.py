"""What looking at pages in a browser needs besides it: pages chosen, files served, a font, names of pictures."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmertext.errors import SiteError
from khmertext.fonts import default_face, open_face
from khmertext.fonts.latin import latin_font
from khmertext.web.browsers import find_chromium
from khmertext.web.looking import choose_pages, write_picture
from khmertext.web.serving import serve_folder


@given(st.sets(st.text(max_size=4)), st.integers(0, 40))
def test_chosen_pages_are_spread_evenly(pages: set[str], most: int) -> None:
    chosen = choose_pages(sorted(pages), most)
    assert len(chosen) == (min(most, len(pages)) if most else len(pages))
    assert len(set(chosen)) == len(chosen)
    assert chosen == sorted(chosen)
    places = [sorted(pages).index(page) for page in chosen]
    steps = {after - before for before, after in pairwise(places)}
    assert not steps or max(steps) - min(steps) <= 1


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    root = tmp_path / "site"
    (root / "ខ្មែរ").mkdir(parents=True)
    (root / "index.html").write_text("home")
    (root / "ខ្មែរ" / "index.html").write_text("below")
    (root / "a b%.css").write_text("style")
    (root / "cut.woff2").write_text("cut")
    if sys.platform != "win32":
        (root / "a:b\\c.html").write_text("odd")
    (root / "whole.woff2").write_text("whole")
    (tmp_path / "secret").write_text("secret")
    (root / "link").symlink_to(tmp_path / "secret")
    (root / "loop").symlink_to(root / "loop")
    with serve_folder(root, {"cut.woff2": "whole.woff2"}) as address:
        yield address


def ask(address: str, path: str, method: str = "GET") -> tuple[int, str, str]:
    """Ask for a path as it is written, which no client tidies up: the status, the kind, and what comes."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=20)
    connection.putrequest(method, path, skip_host=False)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, answer.headers.get("Content-Type", ""), body


def test_files_are_served_as_static_hosts_do(address: str) -> None:
    assert ask(address, "/") == (200, "text/html", "home")
    assert ask(address, "/index.html?x#y") == (200, "text/html", "home")
    assert ask(address, "/a%20b%25.css") == (200, "text/css", "style")
    folder = "/%E1%9E%81%E1%9F%92%E1%9E%98%E1%9F%82%E1%9E%9A"
    assert ask(address, f"{folder}/") == (200, "text/html", "below")
    assert ask(address, folder)[0] == 301
    assert ask(address, "/cut.woff2") == (200, "font/woff2", "whole")
    assert ask(address, "/whole.woff2", "HEAD") == (200, "font/woff2", "")
    assert ask(address, "/nothing")[0] == 404
    assert sys.platform == "win32" or ask(address, "/a:b%5Cc.html") == (200, "text/html", "odd")
    assert ask(address, "/", "POST")[0] == 501


@pytest.mark.parametrize(
    "path",
    [
        "/../secret",
        "/%2e%2e/secret",
        "/..%2fsecret",
        "/..%5csecret",
        "//../secret",
        "/link",
        "/loop",
        "/%00",
        "/C:/x",
        f"/{'x' * 5000}",
    ],
)
def test_nothing_outside_is_served(address: str, path: str) -> None:
    status, _, body = ask(address, path)
    assert status == 404
    assert "secret" not in body


def test_the_port_is_free_again(tmp_path: Path) -> None:
    with serve_folder(tmp_path) as address:
        port = urlsplit(address).port
    with socket.socket() as other:
        other.bind(("127.0.0.1", port or 0))


def test_the_browsers_own_font_has_no_khmer() -> None:
    font = open_face(latin_font(default_face(), "Plain Latin"))
    assert (font.family, font.unicodes) == ("Plain Latin", frozenset(range(0x20, 0x7F)))
    assert font.axes == ()


def test_a_named_browser_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHMERTEXT_CHROMIUM", str(tmp_path / "none"))
    with pytest.raises(SiteError, match="is no file"):
        find_chromium()


def test_pictures_have_names_of_their_own(tmp_path: Path) -> None:
    pages = ("a/b.html", "a-b.html", "ក.html", "ខ.html")
    names = {write_picture(tmp_path / "new", page, "a", b"x").name for page in pages}
    assert len(names) == 4
    assert names == {path.name for path in (tmp_path / "new").iterdir()}
    (tmp_path / "file").write_text("")
    with pytest.raises(SiteError, match="cannot be written"):
        write_picture(tmp_path / "file", "a.html", "a", b"x")
