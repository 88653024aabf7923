"""Test fonts: the default font, and changed copies of it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from fontTools.ttLib import TTFont

from khmertext.fonts import Face, default_face, limit_axes, open_face

Change = Callable[[Any], None]
Changer = Callable[..., Face]


def save(font: Any) -> bytes:
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()


@pytest.fixture(scope="session")
def variable() -> Face:
    return default_face()


@pytest.fixture(scope="session")
def regular(variable: Face) -> Face:
    """The default font at one weight: static, small, quick."""
    return limit_axes(variable, {"wght": (400, 400), "wdth": (100, 100)})


@pytest.fixture(scope="session")
def weighted(variable: Face) -> Face:
    """The default font with the weights 400 to 700."""
    return limit_axes(variable, {"wght": (400, 700), "wdth": (100, 100)})


@pytest.fixture(scope="session")
def change() -> Changer:
    """Returns a face changed by a function over its fontTools font."""

    def apply(face: Face, *changes: Change) -> Face:
        font = TTFont(io.BytesIO(face.data), recalcTimestamp=False)
        for one in changes:
            one(font)
        return open_face(save(font), source="changed")

    return apply
