"""The fonts that tests and benchmarks use are the ones that fonts/MANIFEST.toml names."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest

from khmertext.fonts import default_face, read_face, read_license
from tests.font_files import FONTS, find_file

ROOT = Path(__file__).resolve().parents[2]
FIELDS = {"family", "registry", "package", "version", "file", "sha256", "license", "used"}


def find_version(font: dict[str, Any]) -> str | None:
    """The installed version of a font's package; that of the manifest for what tools/fetch_packages.py brought."""
    if find_file(font).is_relative_to(ROOT / "fonts"):
        return str(font["version"])
    if font["registry"] == "pypi":
        try:
            return distribution(font["package"]).version
        except PackageNotFoundError:
            return None
    if font["registry"] == "npm" or shutil.which("dpkg-query") is None:
        return None
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Status} ${Version}", font["package"]]
    status, _, version = subprocess.run(query, capture_output=True, text=True, check=False).stdout.partition(" ")
    return version if status == "installed" else None


@pytest.fixture(params=FONTS, ids=lambda font: str(font["family"]))
def installed(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Each font that is installed in the version that the manifest names."""
    font: dict[str, Any] = request.param
    version = find_version(font)
    if version is None:
        pytest.skip(f"{font['package']} is not installed")
    if version != font["version"]:
        pytest.skip(f"{font['package']} is installed in version {version}, not {font['version']}")
    return font


def test_installed_fonts_are_what_the_manifest_says(installed: dict[str, Any]) -> None:
    path = find_file(installed)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == installed["sha256"]
    face = read_face(path)
    assert face.family == installed["family"]
    assert read_license(face).name == installed["license"]


def test_entries_are_whole_and_none_is_there_twice() -> None:
    assert FONTS
    for font in FONTS:
        assert font.keys() == FIELDS
        assert font["registry"] in ("pypi", "debian", "npm")
        assert re.fullmatch("[0-9a-f]{64}", font["sha256"])
        assert font["used"]
        assert set(font["used"]) <= {"default", "tests", "benchmarks"}
    assert len({font["file"] for font in FONTS}) == len(FONTS)


def test_the_default_font_is_in_the_manifest() -> None:
    (default,) = (font for font in FONTS if "default" in font["used"])
    assert default["family"] == default_face().family
    assert any(line.startswith(default["package"]) for line in read_dependencies())


def read_dependencies() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return list(project["dependencies"])


@pytest.mark.parametrize("use", ["tests", "benchmarks"])
def test_every_font_of_the_system_that_is_named_is_in_the_manifest(use: str) -> None:
    files = [path for suffix in ("py", "md") for path in sorted((ROOT / use).rglob(f"*.{suffix}"))]
    named = {
        name for path in files for name in re.findall(r"/(usr/share/fonts/[\w./-]+\.[to]tf)", path.read_text("utf-8"))
    }
    assert named <= {font["file"] for font in FONTS if use in font["used"]}
    assert named
