"""Kits for content management systems: what is in them, what they leave alone, how a theme's stacks are said again."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from khmertext.errors import SiteError
from khmertext.web import BuildOptions
from khmertext.web.disk import TreeWriter
from khmertext.web.kit import KitOptions, theme_rules, write_kit
from khmertext.web.manifest import hash_bytes
from khmertext.web.stylesheets import parse_styles
from khmertext.web.systems import php

untimed = settings(deadline=None)

OPTIONS = KitOptions(BuildOptions(axes={"wght": (400, 400)}, jobs=1), texts=("ភាសាខ្មែរ",))
THEME = """:root{--head: Georgia, serif}
body{font:16px/1.6 Arial, sans-serif}
h1{font-family:var(--head)} code{font-family:monospace}
@layer base{.a:hover{font-family:"Times New Roman",serif !important}}
@media print{body{font-family:Georgia,serif}}
@font-face{font-family:Icons;src:url(i.woff2)}
"""


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("kit")
    (root / "theme").mkdir()
    (root / "theme/style.css").write_text(THEME, encoding="utf-8")
    options = KitOptions(
        BuildOptions(axes={"wght": (400, 400)}, noscript=True, notice_languages=("fr",), jobs=1),
        texts=OPTIONS.texts,
        theme=root / "theme",
        stacks=((".x, #y", "Inter"),),
        base_url="/a b/".replace(" ", "%20"),
    )
    write_kit(root / "kit", options)
    return root / "kit"


def test_a_kit_is_whole(kit: Path) -> None:
    record: dict[str, Any] = json.loads((kit / "kit.json").read_text(encoding="utf-8"))
    there = {path.relative_to(kit).as_posix() for path in kit.rglob("*") if path.is_file()}
    assert there == {*record["kit"], "kit.json"}
    assert all(hash_bytes((kit / name).read_bytes()) == digest for name, digest in record["kit"].items())
    assert all(entry["runs_proven"] for font in record["fonts"] for entry in font["files"])
    for name in ("head.html", "body.html"):
        for url in re.findall(r'(?:href|src|data-\w+)="(/a%20b/[^"]*)"', (kit / name).read_text(encoding="utf-8")):
            assert (kit / url.removeprefix("/a%20b/")).is_file(), url


def test_files_for_systems_can_be_read(kit: Path) -> None:
    library = yaml.safe_load((kit / "drupal/khmertext.libraries.yml").read_text(encoding="utf-8"))["khmertext"]
    (style,) = library["css"]["theme"]
    ((script, entry),) = library["js"].items()
    head = (kit / "head.html").read_text(encoding="utf-8")
    assert f'href="{style}"' in head
    assert f'src="{script}"' in head
    assert "|" in entry["attributes"]["data-infr"]
    for name in ("wordpress/khmertext.php", "joomla/khmertext.php"):
        text = (kit / name).read_text(encoding="utf-8")
        assert style in text
        assert script in text
        if shutil.which("php"):
            done = subprocess.run(["php", "-l", str(kit / name)], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout


@untimed
@given(st.text(alphabet="a'\\ \n$?>*/ខ"))
def test_strings_of_php_read_back(text: str) -> None:
    written = php(text)
    assert written[0] == written[-1] == "'"
    assert re.fullmatch(r"(?:[^'\\]|\\['\\])*", written[1:-1], re.S)
    assert re.sub(r"\\(['\\])", r"\1", written[1:-1]) == text


def test_a_themes_stacks_are_said_again_and_nothing_else(kit: Path) -> None:
    (style,) = (kit / "khmertext").glob("*.css")
    text = style.read_text(encoding="utf-8")
    for rule in (
        'body{font-family:"Site Khmer", Arial, sans-serif}',
        '@layer base{.a:hover{font-family:"Site Khmer", "Times New Roman",serif!important}}',
        '@media print{body{font-family:"Site Khmer", Georgia,serif}}',
        ':root{--head:"Site Khmer", Georgia, serif}',
        '.x, #y{font-family:"Site Khmer", Inter}',
    ):
        assert rule in text
    assert "code{" not in text
    assert text.index("body{") < text.index("@media print")


def test_said_again_once_more_they_are_the_same() -> None:
    once = theme_rules(parse_styles(THEME), "K")
    assert theme_rules(parse_styles("\n".join(once)), "K") == once


def test_the_same_gives_the_same_and_an_update_cleans_up(tmp_path: Path) -> None:
    first = write_kit(tmp_path / "a", OPTIONS)
    write_kit(tmp_path / "b", OPTIONS)
    read = {
        path.relative_to(tmp_path / "a"): path.read_bytes() for path in (tmp_path / "a").rglob("*") if path.is_file()
    }
    assert all((tmp_path / "b" / path).read_bytes() == data for path, data in read.items())
    assert first.written == len(read)
    again = write_kit(tmp_path / "a", OPTIONS)
    assert (again.written, again.removed) == (0, 0)
    other = write_kit(tmp_path / "a", KitOptions(OPTIONS.build, texts=("ភ្លៀងឃ្លាំង",), stacks=(("b", "Arial"),)))
    assert other.removed
    record = json.loads((tmp_path / "a/kit.json").read_text(encoding="utf-8"))
    there = {path.relative_to(tmp_path / "a").as_posix() for path in (tmp_path / "a").rglob("*") if path.is_file()}
    assert there == {*record["kit"], "kit.json"}


def test_a_run_that_was_killed_is_completed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_kit(tmp_path / "whole", OPTIONS)
    whole = read_files(tmp_path / "whole")
    write = TreeWriter.write
    for limit, options in ((2, replace(OPTIONS, base_url="/other/")), (len(whole) - 1, OPTIONS)):
        left = iter(range(limit))

        def write_some(disk: TreeWriter, path: str, data: bytes, *, left: Iterator[int] = left) -> bool:
            if next(left, None) is None:
                raise KeyboardInterrupt
            return write(disk, path, data)

        with monkeypatch.context() as patch:
            patch.setattr(TreeWriter, "write", write_some)
            with pytest.raises(KeyboardInterrupt):
                write_kit(tmp_path / "kit", options)
    write_kit(tmp_path / "kit", OPTIONS)
    assert read_files(tmp_path / "kit") == whole


def read_files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("text", ["{", '{"made_by": "khmertext", "kit": {"../x": "1"}}', '{"made_by": "me"}', "[]"])
def test_a_folder_with_something_else_is_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit/kit.json").write_text(text, encoding="utf-8")
    with pytest.raises(SiteError):
        write_kit(tmp_path / "kit", OPTIONS)
    assert [path.name for path in (tmp_path / "kit").iterdir()] == ["kit.json"]
