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

from khmertext.atomic import temporary_of
from khmertext.errors import SiteError
from khmertext.fonts.fallbacks import known_fallbacks
from khmertext.script.everyday import everyday_counts
from khmertext.web import BuildOptions
from khmertext.web.bare import find_weakest_layer, has_fixed_sizes
from khmertext.web.disk import Change, TreeWriter
from khmertext.web.fallbacks import adjust_fallbacks
from khmertext.web.kit import Kit, KitOptions, theme_rules, write_kit
from khmertext.web.manifest import hash_bytes
from khmertext.web.stylesheets import parse_styles
from khmertext.web.systems import php
from khmertext.web.webfonts import open_sources

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
    ours = '"Site Khmer", "Site Khmer Fallback", "Site Khmer Fallback Regular"'
    for rule in (
        "body{font-family:OURS, Arial, sans-serif}",
        '@layer base{.a:hover{font-family:OURS, "Times New Roman",serif!important}}',
        "@media print{body{font-family:OURS, Georgia,serif}}",
        ":root{--head:OURS, Georgia, serif}",
        ".x, #y{font-family:OURS, Inter}",
        "code:not(:where(textarea)){font-family:OURS, monospace}",
        "@layer base.khmertext{html{font-family:OURS}}",
    ):
        assert rule.replace("OURS", ours) in text
    assert text.index("body{") < text.index("@media print")


@pytest.mark.parametrize("monospace", [False, True])
def test_said_again_once_more_they_are_the_same(monospace: bool) -> None:
    once = theme_rules(parse_styles(THEME), "K", "F", monospace=monospace)
    assert theme_rules(parse_styles("\n".join(once)), "K", "F", monospace=monospace) == once
    assert any(rule.startswith("code") for rule in once) is monospace


@pytest.mark.parametrize(
    ("css", "fixed"),
    [
        ("html{font-size:62.5%}body{font-size:1.6rem}code{font-size:90%}", True),
        ("body{font:400 16px/1.5 Inter}@media(width>60em){body{font-size:18px}}", True),
        ("html{font-size:16px}", True),
        ("html{font-size:16px}body{font-size:110%}", True),
        ("body{font-size:clamp(1rem,2vw,20px)}", True),
        # Sizes that hang on the browser's own, always or sometimes, or nobody knows.
        ("", False),
        ("body{font-size:100%}", False),
        ("body{font-size:calc(1em + 1vw)}", False),
        ("body{font-size:var(--size)}:root{--size:1em}", False),
        (".page{font-size:16px}", False),
        ("body{font-size:16px}@media(width>60em){body{font-size:120%}}", False),
        ("body{font-size:16px}small{font-size:small}", False),
        ("body{font-size:16px}h1{font:bold LARGE Inter}", False),
        ("body{font-size:16px}:root{--a:var(--b);--b:medium}.x{font-size:var(--a)}", False),
        ("body{font-size:16px}.x{font-size:initial}", False),
        ("body{font-size:16px}.x{all:revert}", False),
        # A root that is scaled itself, on which rem hangs.
        ("html{font-family:monospace}body{font-size:1rem}", False),
        ("html{font-family:monospace;font-size:16px}body{font-size:1rem}", True),
    ],
)
def test_monospace_is_touched_only_where_no_size_hangs_on_it(css: str, fixed: bool) -> None:
    assert has_fixed_sizes([parse_styles(css)]) is fixed


@pytest.mark.parametrize(
    ("sheets", "layer"),
    [
        (["p{}"], "khmertext"),
        (["@layer a,b;@layer a.d,a.c;"], "a.d.khmertext"),
        (["p{}", "@layer b{}", "@layer a{@layer x{}}"], "b.khmertext"),
        (["@import 'x.css' layer(first);@layer b{}"], "first.khmertext"),
        (["@layer z;@import 'x.css' layer(first);@layer b{}"], "z.khmertext"),
        (["@layer{p{}}@layer b{}"], None),
        (["@import 'x.css' layer;@layer b{}"], None),
        (["@layer b{@layer{p{}}}"], None),
    ],
)
def test_the_layer_of_what_weighs_least(sheets: list[str], layer: str | None) -> None:
    assert find_weakest_layer([parse_styles(css) for css in sheets]) == layer


def test_below_a_layer_without_a_name_nothing_is_put(tmp_path: Path) -> None:
    (tmp_path / "theme").mkdir()
    (tmp_path / "theme/style.css").write_text("@layer{html{font-family:Lora}}", encoding="utf-8")
    made = write_kit(tmp_path / "kit", replace(OPTIONS, theme=tmp_path / "theme"))
    (style,) = (tmp_path / "kit/khmertext").glob("*.css")
    assert "@layer" not in style.read_text(encoding="utf-8")
    assert any("no name" in note for note in made.notes)


def test_fallbacks_are_fitted_on_everyday_khmer(tmp_path: Path) -> None:
    """So that text that nobody counted is as wide in them, to a hundredth of each font."""
    styles = {}
    for fallbacks in (True, False):
        build = replace(OPTIONS.build, fallbacks=fallbacks)
        write_kit(tmp_path / str(fallbacks), replace(OPTIONS, build=build, stacks=(("body", "Inter"),)))
        (path,) = (tmp_path / str(fallbacks) / "khmertext").glob("*.css")
        styles[fallbacks] = path.read_text(encoding="utf-8")
    assert "allback" not in styles[False]
    assert 'body{font-family:"Site Khmer", "Site Khmer Fallback", "Site Khmer Fallback Regular", Inter}' in styles[True]
    assert "Site Khmer Fallback" in (tmp_path / "True/README.txt").read_text(encoding="utf-8")
    sources = open_sources((), OPTIONS.build.axes, (400, 700))
    held_out = {row.cluster: float(row.held_out) for row in everyday_counts() if row.held_out}
    faces = styles[True]
    for one in adjust_fallbacks(sources, {400: held_out}, known_fallbacks()):
        (rule,) = (
            rule for rule in faces.splitlines() if f'local("{one.font.names[0]}")' in rule and "font-weight" not in rule
        )
        size = float(re.search(r"size-adjust:([0-9.]+)%", rule)[1]) / 100  # type: ignore[index]
        assert abs(size / one.size - 1) < 0.01, one.font.names


def test_a_dry_run_tells_what_a_run_does_and_writes_nothing(tmp_path: Path) -> None:
    kit = tmp_path / "kit"

    def rehearse(options: KitOptions) -> tuple[Kit, list[Change]]:
        before = read_files(tmp_path)
        told: list[Change] = []
        made = write_kit(kit, options, dry_run=True, preview=told.append)
        assert read_files(tmp_path) == before
        return made, told

    other = replace(OPTIONS, texts=("ភ្លៀងឃ្លាំង",), stacks=(("b", "Arial"),))
    there: dict[str, bytes] = {}
    for options in (OPTIONS, other, replace(other, build=replace(other.build, detector=False)), OPTIONS):
        made, told = rehearse(options)
        assert write_kit(kit, options) == made
        now = read_files(kit)
        assert {one.path: one.kind for one in told} == {
            **dict.fromkeys(now.keys() - there.keys(), "added"),
            **dict.fromkeys(there.keys() - now.keys(), "removed"),
            **{path: "changed" for path in now.keys() & there.keys() if now[path] != there[path]},
        }
        assert len(told) == made.written + made.removed
        assert all(now[one.path] == one.after for one in told if one.after is not None)
        assert rehearse(options)[1] == []
        there = now


def test_what_is_not_of_the_kit_is_never_overwritten(tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    write_kit(kit, OPTIONS)
    (kit / "body.html").write_text("mine", encoding="utf-8")
    (kit / "notes.txt").write_text("mine", encoding="utf-8")
    before = read_files(kit)
    with_notice = replace(OPTIONS, build=replace(OPTIONS.build, noscript=True))
    for dry_run in (True, False):
        with pytest.raises(SiteError, match=re.escape("body.html")):
            write_kit(kit, with_notice, dry_run=dry_run)
        assert read_files(kit) == before
    (kit / "body.html").unlink()
    write_kit(kit, with_notice)
    assert (kit / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_what_a_killed_run_had_not_finished_is_swept(tmp_path: Path) -> None:
    made = write_kit(tmp_path / "kit", OPTIONS)
    whole = read_files(tmp_path / "kit")
    for name in made.files:
        temporary_of(tmp_path / "kit" / name).write_bytes(b"half")
    write_kit(tmp_path / "kit", OPTIONS)
    assert read_files(tmp_path / "kit") == whole


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
