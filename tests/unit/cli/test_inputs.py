"""Text files and standard input as options give them."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import click
import pytest

from khmertext.cli.inputs import STDIN, name_texts, read_texts
from khmertext.errors import TextError


def pipe(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="ascii"))


def test_files_and_standard_input_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_bytes("\ufeffក\r\n".encode())
    two.write_bytes("ខ\ufeff".encode())
    pipe(monkeypatch, "\ufeffភាសា\n".encode())
    assert read_texts([one, STDIN, two]) == ["ក\r\n", "ភាសា\n", "ខ\ufeff"]


def test_standard_input_twice_is_wrong_use_and_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe(monkeypatch, b"ab")
    with pytest.raises(click.UsageError, match="once"):
        read_texts([STDIN, STDIN])
    assert sys.stdin.read() == "ab"


def test_errors_name_their_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe(monkeypatch, b"a\xff")
    with pytest.raises(TextError, match=r"standard input: is not UTF-8: byte 1 is 0xff"):
        read_texts([STDIN])
    with pytest.raises(TextError, match=r"nowhere\.txt: cannot be read"):
        read_texts([tmp_path / "nowhere.txt"])
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(TextError, match=r"standard input: is closed"):
        read_texts([STDIN])


def test_names_are_few() -> None:
    assert name_texts([STDIN]) == "standard input"
    assert name_texts([Path(f"{number}.txt") for number in range(5)]) == "0.txt and 4 more"
