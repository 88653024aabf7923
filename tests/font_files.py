"""The fonts of fonts/MANIFEST.toml, wherever they are: installed, or brought by tools/fetch_packages.py."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath
from typing import Any

__all__ = ["FONTS", "find_file", "find_font"]

ROOT = Path(__file__).resolve().parents[1]
FONTS: list[dict[str, Any]] = tomllib.loads((ROOT / "fonts" / "MANIFEST.toml").read_text(encoding="utf-8"))["font"]


def find_file(font: dict[str, Any]) -> Path:
    """Where the file of an entry is, or would be."""
    brought = ROOT / "fonts" / "packages" / PurePosixPath(font["file"]).name
    if brought.is_file():
        return brought
    if font["registry"] == "pypi":
        try:
            return Path(str(distribution(font["package"]).locate_file(font["file"])))
        except PackageNotFoundError:
            pass
    return Path("/", font["file"])


def find_font(family: str) -> Path | None:
    """The file of a family; None where it is not at hand."""
    (font,) = (font for font in FONTS if font["family"] == family)
    path = find_file(font)
    return path if path.is_file() else None
