"""The command as tests run it: in this process, with what it prints and its exit code."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

__all__ = ["Answer", "Run"]


class Answer(NamedTuple):
    """What a command said.

    Args:
        code: Its exit code.
        out: What it printed.
        err: What went to standard error.
    """

    code: int
    out: str
    err: str


Run = Callable[..., Answer]
