"""Text files: any size, whole or not at all."""

from __future__ import annotations

import errno
import io
import os
import stat
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmertext import files, normalize
from khmertext.atomic import temporary_of
from khmertext.errors import TextError
from khmertext.files import FileResult, iter_text, normalize_file, read_text, replace_file

WRONG = "ខែ្មរ\r\nពុទ្ធិ abc\r\n"


@given(st.text(max_size=300), st.integers(1, 9))
def test_blocks_of_any_size_give_the_text(text: str, size: int) -> None:
    data = text.encode("utf-8", "replace")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "BLOCK", size)
        assert "".join(iter_text(io.BytesIO(data))) == data.decode()


@pytest.mark.parametrize(
    ("data", "offset"),
    [(b"abc\xff", 3), ("ក".encode() + b"\xe1\x9e", 3), (b"\xed\xa0\x80", 0), ("កក".encode() + b"x\xc0\xaf", 7)],
)
@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_the_first_bad_byte_is_told(data: bytes, offset: int, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "BLOCK", size)
    with pytest.raises(TextError, match=rf"^a\.txt: is not UTF-8: byte {offset} is 0x"):
        list(iter_text(io.BytesIO(data), source="a.txt"))


def test_a_file_is_replaced_by_its_normal_form(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbf" + WRONG.encode())
    path.chmod(0o640)
    assert normalize_file(path) == FileResult(True, len(WRONG) + 1)
    assert path.read_bytes() == b"\xef\xbb\xbf" + normalize(WRONG).encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    os.utime(path, (1, 1))
    assert not normalize_file(path).changed
    assert path.stat().st_mtime == 1
    assert [child.name for child in tmp_path.iterdir()] == ["a.txt"]


def test_another_file_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(WRONG, "utf-8", newline="")
    assert normalize_file(tmp_path / "a.txt", tmp_path / "b.txt", keep_coeng_da=True).changed
    assert (tmp_path / "a.txt").read_bytes() == WRONG.encode()
    assert (tmp_path / "b.txt").read_bytes() == normalize(WRONG).encode()


@pytest.mark.parametrize("target", [None, "b.txt"])
def test_a_file_that_is_not_utf_8_leaves_everything_as_it_was(tmp_path: Path, target: str | None) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(WRONG.encode() * 50_000 + b"\xff")
    (tmp_path / "b.txt").write_bytes(b"old")
    with pytest.raises(TextError, match="is not UTF-8"):
        normalize_file(path, tmp_path / target if target else None)
    assert (tmp_path / "b.txt").read_bytes() == b"old"
    assert path.stat().st_size == len(WRONG.encode()) * 50_000 + 1
    assert sorted(child.name for child in tmp_path.iterdir()) == ["a.txt", "b.txt"]


@pytest.mark.parametrize("where", ["fill_file", "replace"])
def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")

    def fail(found: Path, *_: object) -> None:
        if where == "fill_file":
            found.write_bytes(b"ha")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files if where == "fill_file" else os, where, fail)
    with pytest.raises(TextError, match=r"a\.txt: cannot be written: No space left"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert [child.name for child in tmp_path.iterdir()] == ["a.txt"]


def test_links_stay_links_and_what_a_killed_run_left_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "real.txt"
    path.write_bytes(WRONG.encode())
    (tmp_path / "link.txt").symlink_to("real.txt")
    left = temporary_of(path)
    left.write_bytes(b"half")
    assert normalize_file(tmp_path / "link.txt").changed
    assert (tmp_path / "link.txt").is_symlink()
    assert path.read_bytes() == normalize(WRONG).encode()
    assert not left.exists()


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(TextError, match=r"none\.txt: cannot be read: No such file"):
        normalize_file(tmp_path / "none.txt")
    with pytest.raises(TextError, match="cannot be"):
        read_text(tmp_path)
    with pytest.raises(TextError, match=r"cannot be written|no regular"):
        replace_file(tmp_path, b"x")
    with pytest.raises(ValueError, match="no form"):
        normalize_file(tmp_path / "none.txt", form="x")


def test_memory_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "big.txt"
    path.write_bytes(WRONG.encode() * 100_000)  # 4 MB
    normalize_file(path, tmp_path / "warm.txt")
    tracemalloc.start()
    try:
        normalize_file(path, tmp_path / "out.txt")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000
