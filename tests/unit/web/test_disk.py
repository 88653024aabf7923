"""Files are written whole or not at all, never through a link, never outside."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from khmertext.atomic import TEMPORARY, temporary_of
from khmertext.errors import SiteError
from khmertext.web import disk as disk_module
from khmertext.web.disk import (
    TreeWriter,
    find_signed,
    is_abandoned,
    matches_any,
    read_file,
    read_tree,
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    root = tmp_path / "site"
    (root / "sub").mkdir(parents=True)
    (root / "a.html").write_text("a")
    (root / "sub" / "b.html").write_text("b")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "c.html").write_text("secret")
    return root


def test_a_tree_tells_files_folders_and_links_apart(site: Path) -> None:
    links = {
        "in.html": "a.html",
        "sub/up.html": "../a.html",
        "folder": "sub",
        "loop": "loop",
        "one": "two",
        "two": "one",
        "dangling": "nothing",
        "out": "../secret",
        "out.html": "../secret/c.html",
        "absolute.html": str(site / "a.html"),
        "around.html": "../site/a.html",
    }
    for name, target in links.items():
        (site / name).symlink_to(target)
    os.mkfifo(site / "pipe")
    (site / f".x{TEMPORARY}").write_text("left over")
    (site / "khmertext").mkdir()
    (site / "khmertext" / "k.css").write_text("")
    tree = read_tree(site, skip="khmertext")
    assert tree.files == ("a.html", "sub/b.html")
    assert tree.folders == {"", "sub"}
    assert tree.links == ("folder", "in.html", "sub/up.html")
    assert tree.outside == tuple(sorted(links.keys() - set(tree.links)))


def test_a_tree_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for name in ("file", "nothing"):
        with pytest.raises(SiteError, match=f"{name}: is no folder"):
            read_tree(tmp_path / name)


def test_unreadable_files_are_named(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(SiteError, match=r"a\.html: cannot be read: Permission denied"):
        read_file(site, "a.html")
    monkeypatch.setattr("os.scandir", refuse)
    with pytest.raises(SiteError, match=r"site: cannot be read: Permission denied"):
        read_tree(site)


def test_writing_tells_whether_anything_changed(site: Path) -> None:
    disk = TreeWriter(site)
    os.utime(site / "a.html", (1, 1))
    assert not disk.write("a.html", b"a")
    assert (site / "a.html").stat().st_mtime == 1
    assert disk.write("a.html", b"b")
    assert disk.write("new/deep/ខ្មែរ.html", b"x")
    assert not disk.copy(site / "a.html", "a.html")
    assert disk.copy(site / "a.html", "copy.html")
    assert not disk.copy(site / "a.html", "copy.html")
    assert (site / "copy.html").read_bytes() == b"b"


def test_permissions_are_kept(site: Path) -> None:
    (site / "a.html").chmod(0o640)
    disk = TreeWriter(site)
    disk.write("a.html", b"new")
    disk.write("c.html", b"new", like=site / "a.html")
    disk.copy(site / "a.html", "d.html")
    assert {(site / name).stat().st_mode & 0o777 for name in ("a.html", "c.html", "d.html")} == {0o640}


def test_a_name_of_255_bytes_is_written(site: Path) -> None:
    name = "ខ" * 83 + ".htm.x"
    assert len(name.encode()) == 255
    assert TreeWriter(site).write(name, b"x")
    assert read_file(site, name) == b"x"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS])
@pytest.mark.parametrize("where", ["fill_file", "replace", "make_folder"])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    site: Path, monkeypatch: pytest.MonkeyPatch, code: int, where: str
) -> None:
    before = sorted(path.name for path in site.rglob("*"))

    def fail(path: Path, *_: object, **__: object) -> None:
        if where == "fill_file":
            path.write_bytes(b"ha")  # half of it
        raise OSError(code, os.strerror(code))

    owner = {"fill_file": disk_module, "replace": os, "make_folder": TreeWriter}[where]
    monkeypatch.setattr(owner, where, fail)
    with pytest.raises(SiteError, match=r"a\.html: cannot be written: ") as caught:
        TreeWriter(site).write("a.html", b"half")
    assert ("free some space" in str(caught.value)) == (code == errno.ENOSPC)
    assert (site / "a.html").read_text() == "a"
    assert sorted(path.name for path in site.rglob("*")) == before


def test_nothing_is_written_or_removed_through_a_link(site: Path) -> None:
    secret = site.parent / "secret"
    (site / "file.html").symlink_to("../secret/c.html")
    (site / "folder").symlink_to("../secret")
    (site / "inside").symlink_to("sub")
    disk = TreeWriter(site)
    for path in ("file.html", "folder/c.html", "folder/new/d.html", "inside/b.html"):
        with pytest.raises(SiteError, match="link"):
            disk.write(path, b"x")
        if "/" in path:
            with pytest.raises(SiteError, match="link"):
                disk.copy(site / "a.html", path)
            with pytest.raises(SiteError, match="link"):
                disk.remove(path)
    temporary_of(site / "a.html").symlink_to(secret / "c.html")
    assert disk.write("a.html", b"x")
    assert disk.copy(site / "a.html", "file.html")  # takes the place of the link
    assert disk.remove("folder")
    assert {path.name: path.read_text() for path in secret.iterdir()} == {"c.html": "secret"}
    assert (site / "sub" / "b.html").read_text() == "b"


def test_links_are_made_again_as_they_are(site: Path) -> None:
    (site / "in.html").symlink_to("sub/../a.html")
    disk = TreeWriter(site)
    assert disk.link(site / "in.html", "sub/in.html")
    assert not disk.link(site / "in.html", "sub/in.html")
    assert (site / "sub" / "in.html").readlink() == Path("sub/../a.html")


def test_where_links_cannot_be_made_the_file_is_copied(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (site / "in.html").symlink_to("a.html")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    assert TreeWriter(site).link(site / "in.html", "copy.html")
    assert not (site / "copy.html").is_symlink()
    assert (site / "copy.html").read_text() == "a"


def test_removing_takes_the_empty_folders_too_but_never_the_root(site: Path) -> None:
    disk = TreeWriter(site)
    disk.write("x/y/z.css", b"")
    assert disk.remove("x/y/z.css")
    assert not (site / "x").exists()
    assert not disk.remove("x/y/z.css")
    assert not disk.remove("a.html/below")
    for path in ("a.html", "sub/b.html"):
        assert disk.remove(path)
    assert site.is_dir()


def test_leftovers_are_swept(site: Path) -> None:
    left = temporary_of(site / "gone" / "a.html")
    left.parent.mkdir()
    left.write_text("half")
    TreeWriter(site).sweep("gone/a.html")
    assert not left.parent.exists()


def test_abandoned_folders_hold_nothing_but_leftovers(site: Path) -> None:
    folder = site / "khmertext"
    assert not is_abandoned(folder)
    folder.mkdir()
    assert is_abandoned(folder)
    temporary_of(folder / "journal.json").write_text("half")
    assert is_abandoned(folder)
    (folder / "mine.txt").write_text("")
    assert not is_abandoned(folder)
    assert not is_abandoned(site / "a.html")


def test_signed_folders_are_found_without_following_links(site: Path) -> None:
    (site / "sub" / "m.json").write_text("{sign}")
    (site / "link").symlink_to("sub")
    (site / "other").mkdir()
    (site / "other" / "m.json").write_text("{}" + " " * 300 + "sign")
    assert find_signed(site, ["n.json", "m.json"], b"sign") == ["sub"]
    assert find_signed(site / "nothing", ["m.json"], b"sign") == []


@pytest.mark.parametrize(
    ("path", "glob", "expected"),
    [
        ("a/b.html", "a", True),
        ("a/b.html", "a/", True),
        ("a/b.html", "./a/**", True),
        ("a/b.html", "*.html", True),
        ("a/b.html", "b", False),
        ("ab/c.html", "a", False),
        ("a\nb.html", "*.html", True),
        ("A.html", "a.html", False),
    ],
)
def test_patterns(path: str, glob: str, expected: bool) -> None:
    assert matches_any(path, [glob]) is expected
