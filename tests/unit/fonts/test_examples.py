"""The examples in the docstrings of the fonts package are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import khmertext.fonts

MODULES = [
    "khmertext.fonts",
    *(f"khmertext.fonts.{module.name}" for module in pkgutil.iter_modules(khmertext.fonts.__path__)),
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
