"""Options as files and other programs give them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from khmertext.errors import SiteError
from khmertext.web.settings import make_options, read_settings


@pytest.mark.parametrize(
    "values",
    [
        {"jobs": 0},
        {"jobs": 1000},
        {"jobs": True},
        {"slack": -1},
        {"cache": ""},
        {"cache": True},
        {"font": ""},
        {"font": ["a.ttf", ""]},
        {"detector": 1},
        {"exclude": [1]},
        {"colour": "red"},
    ],
)
def test_what_makes_no_sense_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(SiteError) as caught:
        read_settings(values, base=Path(), source="x.yml")
    assert next(iter(values)) in str(caught.value)


@pytest.mark.parametrize("name", ["cache", "font", "measured"])
def test_an_empty_path_is_told_as_such(name: str) -> None:
    with pytest.raises(SiteError, match=f'"{name}" is empty'):
        read_settings({name: ""}, base=Path(), source="x.yml")


def test_values_come_through() -> None:
    values = {"font": ["a.ttf", "/b.ttf"], "cache": "c", "slack": 5, "axes": "wght=400", "jobs": 2, "noscript": True}
    options = make_options(read_settings(values, base=Path("x"), source=""))
    assert options.fonts == (Path("x/a.ttf"), Path("/b.ttf"))
    assert (options.cache, options.slack, options.jobs) == (Path("x/c"), 0.05, 2)
    assert (options.axes, options.noscript) == ({"wght": (400.0, 400.0)}, True)


def test_no_cache_is_wanted() -> None:
    assert make_options(read_settings({"cache": False}, base=Path(), source="")).cache is None
    assert make_options(read_settings({}, base=Path(), source="")).cache is not None
