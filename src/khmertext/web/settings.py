"""Options of a build as files and other programs give them: plain values by name, checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from khmertext.errors import SiteError
from khmertext.fonts.axisranges import read_axes
from khmertext.web.cache import default_cache
from khmertext.web.site import BuildOptions

__all__ = ["SETTINGS", "make_options", "read_config", "read_settings"]

SETTINGS: Final[Mapping[str, type | tuple[type, ...]]] = MappingProxyType(
    {
        "font": (str, list),
        "family": str,
        "axes": str,
        "exclude": list,
        "also": list,
        "folder": str,
        "hinting": str,
        "detector": bool,
        "noscript": bool,
        "notice_languages": list,
        "open_text": bool,
        "own_fonts": bool,
        "cache": str,
        "slack": (int, float),
        "jobs": int,
    }
)
"""Name → what its value is; a list is of strings."""


def read_settings(values: Mapping[str, Any], *, base: Path, source: str) -> dict[str, Any]:
    """Check plain values, and resolve their paths.

    Args:
        values: By the names of :data:`SETTINGS`.
        base: What relative paths are relative to.
        source: Where they come from, for the error.

    Returns:
        What :func:`make_options` takes.

    Raises:
        SiteError: There is no option of a name, or its value is of the wrong kind.

    Example:
        >>> read_settings({"font": "k.ttf", "slack": 5}, base=Path("fonts"), source="")["fonts"][0].as_posix()
        'fonts/k.ttf'
    """
    for name, value in values.items():
        if name not in SETTINGS:
            raise SiteError(f'has no option "{name}"', source=source, hint=f"the options are {', '.join(SETTINGS)}")
        good = isinstance(value, SETTINGS[name]) and (isinstance(value, bool) == (SETTINGS[name] is bool))
        if not good or (isinstance(value, list) and not all(isinstance(one, str) for one in value)):
            raise SiteError(f'the value of "{name}" is of the wrong kind', source=source)
    read = dict(values)
    fonts = read.pop("font", [])
    if "cache" in read:
        read["cache"] = base / read["cache"]
    read["fonts"] = tuple(base / one for one in ([fonts] if isinstance(fonts, str) else fonts))
    return read


def read_config(path: Path) -> dict[str, Any]:
    """The ``[site]`` table of a configuration file, checked.

    Args:
        path: A TOML file; relative paths in it are relative to its folder.

    Returns:
        What :func:`make_options` takes.

    Raises:
        SiteError: It cannot be read, or holds what is no option.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SiteError(f"cannot be read as TOML: {error}", source=str(path)) from error
    table = document.get("site", {})
    stray = [name for name, value in document.items() if not isinstance(value, dict) and name != "site"]
    if stray:
        raise SiteError(f'has "{stray[0]}" outside [site]', source=str(path), hint="write the options below [site]")
    if not isinstance(table, dict):
        raise SiteError("its [site] is no table", source=str(path))
    return read_settings(table, base=path.parent, source=str(path))


def make_options(values: Mapping[str, Any]) -> BuildOptions:
    """The options of a build.

    Args:
        values: As :func:`read_settings` gives them; ``axes`` may be ranges already, ``cache`` is a path.

    Raises:
        ValueError: The axes make no sense.

    Example:
        >>> make_options({"axes": "wght=400", "slack": 5}).axes
        {'wght': (400.0, 400.0)}
    """
    usual = BuildOptions()
    axes = values.get("axes", {})
    return BuildOptions(
        fonts=tuple(values.get("fonts", ())),
        family=values.get("family", usual.family),
        axes=read_axes(axes) if isinstance(axes, str) else axes,
        exclude=tuple(values.get("exclude", ())),
        also=tuple(values.get("also", ())),
        folder=values.get("folder", usual.folder),
        hinting=values.get("hinting", usual.hinting),
        detector=values.get("detector", usual.detector),
        noscript=values.get("noscript", usual.noscript),
        notice_languages=tuple(values.get("notice_languages", ())),
        open_text=values.get("open_text", usual.open_text),
        own_fonts=values.get("own_fonts", usual.own_fonts),
        cache=Path(values["cache"]) if "cache" in values else default_cache(),
        slack=values.get("slack", 100 * usual.slack) / 100,
        jobs=values.get("jobs"),
    )
