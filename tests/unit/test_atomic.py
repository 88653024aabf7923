"""Putting files in their place, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from khmertext.atomic import BLOCK, TEMPORARY, fill_file, put_whole, temporary_of


@pytest.mark.parametrize("kind", ["bytes", "file", "pieces"])
def test_bytes_files_and_pieces_give_the_same_file(tmp_path: Path, kind: str) -> None:
    data = bytes(range(256)) * (BLOCK // 100)
    source = tmp_path / "source"
    source.write_bytes(data)
    kinds: dict[str, bytes | Path | Iterator[bytes]] = {
        "bytes": data,
        "file": source,
        "pieces": iter([data[:1], data[1:]]),
    }
    whole = kinds[kind]
    put_whole(tmp_path / "a", lambda path: fill_file(path, whole, 0o640))
    assert (tmp_path / "a").read_bytes() == data
    if os.name != "nt":
        assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_nothing_is_taken_from_pieces_before_the_file_is_there(tmp_path: Path) -> None:
    """What a killed run left is in the way once; the pieces must be whole at the second try."""
    left = temporary_of(tmp_path / "a")
    left.write_bytes(b"left over")
    pieces = iter([b"whole"])
    put_whole(tmp_path / "a", lambda path: fill_file(path, pieces, None))
    assert (tmp_path / "a").read_bytes() == b"whole"
    assert not left.exists()


@pytest.mark.parametrize("error", [OSError, ValueError, KeyboardInterrupt])
def test_whatever_ends_the_filling_the_old_file_stays_and_nothing_else(
    tmp_path: Path, error: type[BaseException]
) -> None:
    (tmp_path / "a").write_bytes(b"old")

    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise error

    with pytest.raises(error):
        put_whole(tmp_path / "a", lambda path: fill_file(path, pieces(), None))
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"old"


def test_names_of_any_length_have_room_for_the_temporary_one(tmp_path: Path) -> None:
    assert temporary_of(tmp_path / ("ក" * 80 + "x" * 15)).name.endswith(TEMPORARY)
    assert temporary_of(tmp_path / "a") != temporary_of(tmp_path / "b")


def test_the_ending_is_told_in_one_place() -> None:
    source = Path(__file__).resolve().parents[2] / "src"
    assert [path.name for path in source.rglob("*.py") if TEMPORARY in path.read_text("utf-8")] == ["atomic.py"]
