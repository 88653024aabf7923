"""Options of a build as files and other programs give them: plain values by name, checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from khmertext.errors import SiteError
from khmertext.fonts.axisranges import read_axes
from khmertext.web.cache import default_cache
from khmertext.web.site import BuildOptions

__all__ = ["SETTINGS", "CheckSettings", "make_options", "read_check", "read_config", "read_settings"]

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
        "include_text": list,
        "guard": bool,
        "fallbacks": bool,
        "measured": (str, list),
        "swap": bool,
        "own_fonts": bool,
        "cache": (str, bool),
        "slack": (int, float),
        "jobs": int,
    }
)
"""Name → what its value is; a list is of strings. ``cache`` is a path or false, for none."""

LIMITS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType({"jobs": (1, 64), "slack": (0, 1000)})
PATHS: Final = frozenset({"font", "cache", "include_text", "measured"})

CHECK: Final = "check"
CHECKS: Final = ("select", "ignore")
LINES: Final = "lines"


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
        kinds = SETTINGS[name]
        good = isinstance(value, kinds) and (
            isinstance(value, bool) == (kinds is bool) or (name == "cache" and value is not True)
        )
        if not good or (isinstance(value, list) and not all(isinstance(one, str) for one in value)):
            raise SiteError(f'the value of "{name}" is of the wrong kind', source=source)
        low, high = LIMITS.get(name, (0, 0))
        if name in LIMITS and not low <= value <= high:
            raise SiteError(f'the value of "{name}" goes from {low} to {high}', source=source)
        if name in PATHS and "" in (value if isinstance(value, list) else [value]):
            raise SiteError(f'"{name}" is empty', source=source, hint="name a path, or leave the option out")
    read = dict(values)
    fonts = read.pop("font", [])
    measured = read.pop("measured", [])
    read["measured"] = tuple(base / one for one in ([measured] if isinstance(measured, str) else measured))
    if "include_text" in read:
        read["include_text"] = tuple(base / one for one in read["include_text"])
    if read.get("cache", False) is False:
        read["cache"] = None if "cache" in read else default_cache()
    else:
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
    table = read_table(path)
    table.pop(CHECK, None)  # that is not about builds
    return read_settings(table, base=path.parent, source=str(path))


class CheckSettings(NamedTuple):
    """What a configuration file says about checks.

    Attributes:
        select: Codes.
        ignore: Codes.
        lines: Whether lines that are too tight are looked for.
        exclude: Patterns of files to leave alone.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    lines: bool = False
    exclude: tuple[str, ...] = ()


def read_check(path: Path) -> CheckSettings:
    """What a configuration file says about checks: its ``[site.check]``, and ``exclude`` of ``[site]``.

    Args:
        path: A TOML file.

    Returns:
        What it says.

    Raises:
        SiteError: It cannot be read, or holds what is no option.
    """
    table = read_table(path)
    check = table.pop(CHECK, {})
    exclude = read_settings(table, base=path.parent, source=str(path)).get("exclude", [])
    if not isinstance(check, dict):
        raise SiteError("its [site.check] is no table", source=str(path))
    for name, value in check.items():
        if name == LINES:
            if not isinstance(value, bool):
                raise SiteError(f'the value of "{name}" in [site.check] is neither true nor false', source=str(path))
            continue
        if name not in CHECKS:
            hint = f"the options are {', '.join((*CHECKS, LINES))}"
            raise SiteError(f'has no option "{name}" in [site.check]', source=str(path), hint=hint)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise SiteError(f'the value of "{name}" in [site.check] is no list of strings', source=str(path))
    select, ignore = (tuple(check.get(name, ())) for name in CHECKS)
    return CheckSettings(select, ignore, check.get(LINES, False), tuple(exclude))


def read_table(path: Path) -> dict[str, Any]:
    """The ``[site]`` table of a TOML file as it is."""
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
    return dict(table)


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
        include_text=tuple(values.get("include_text", ())),
        guard=values.get("guard", usual.guard),
        fallbacks=values.get("fallbacks", usual.fallbacks),
        measured=tuple(values.get("measured", ())),
        swap=values.get("swap", usual.swap),
        own_fonts=values.get("own_fonts", usual.own_fonts),
        cache=values["cache"] if "cache" in values else default_cache(),
        slack=values.get("slack", 100 * usual.slack) / 100,
        jobs=values.get("jobs"),
    )
