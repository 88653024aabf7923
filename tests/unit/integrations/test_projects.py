"""The plugin for MkDocs and the extension for Sphinx, each in a real small project of its tool."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from khmertext.web import check_site
from tests.projects import MKDOCS, SPHINX, Project

pytest.importorskip("mkdocs")
pytest.importorskip("sphinx")

BOTH = pytest.mark.parametrize("project", [MKDOCS, SPHINX], ids=["mkdocs", "sphinx"])
BREAK = "\n\nឃ្លាំង ក៏ឆ្លើយ។\n"


def run(project: Project, root: Path, *more: str) -> str:
    if project is SPHINX:
        more = (*more, "out")
    done = project.build(root, *more)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@BOTH
def test_a_site_has_its_font_at_once(project: Project, tmp_path: Path) -> None:
    site = project.write(tmp_path)
    told = run(project, tmp_path)
    assert "khmertext: Khmer font for" in told
    assert " of " in told
    assert check_site(site, jobs=1) == []
    pages = [path for path in site.rglob("*.html") if "ប្រាសាទ" in path.read_text(encoding="utf-8")]
    assert pages
    assert all("khmertext/detector." in path.read_text(encoding="utf-8") for path in pages)
    # What the search shows is in the index alone, by a script.
    index = next(path for path in site.rglob("search*") if path.name in ("search_index.json", "searchindex.js"))
    assert "ទំព័រ" in index.read_text(encoding="utf-8") or "\\u1791" in index.read_text(encoding="utf-8")


@BOTH
def test_an_edit_is_built_over_what_is_there(project: Project, tmp_path: Path) -> None:
    site = project.write(tmp_path)
    run(project, tmp_path)
    before = {path.name for path in site.glob("khmertext/*.woff2")}
    page = tmp_path / project.page
    page.write_text(page.read_text(encoding="utf-8") + BREAK, encoding="utf-8")
    run(project, tmp_path)
    assert check_site(site, jobs=1) == []
    assert {path.name for path in site.glob("khmertext/*.woff2")} != before
    again = read_pages(site)
    run(project, tmp_path)
    assert read_pages(site) == again


def read_pages(site: Path) -> dict[str, str]:
    """The pages of a site, without what MkDocs says of the time."""
    return {path.name: re.sub("Build Date.*", "", path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}


@BOTH
def test_an_option_that_is_none_ends_the_build_and_is_told(project: Project, tmp_path: Path) -> None:
    site = project.write(tmp_path, "axes: weight=4" if project is MKDOCS else '"axes": "weight=4"')
    done = project.build(tmp_path, *(["out"] if project is SPHINX else []))
    assert done.returncode
    assert "is no axis" in done.stdout + done.stderr
    assert not (site / "khmertext").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ('"axes": "weight=4"', "is no axis"),
        ('"wrong": 1', 'has no option "wrong"'),
        ('"guard": True, "open_text": True', "the guard"),
        ('"family": ""', "1 to 100"),
    ],
)
def test_sphinx_tells_of_an_option_before_it_builds(tmp_path: Path, options: str, told: str) -> None:
    site = SPHINX.write(tmp_path, options)
    done = SPHINX.build(tmp_path, "out")
    assert done.returncode
    assert told in done.stderr
    assert "Configuration error" in done.stderr
    assert not (site / "index.html").exists()


@BOTH
def test_a_font_that_is_none_ends_the_build_and_is_told(project: Project, tmp_path: Path) -> None:
    project.write(tmp_path, "font: none.ttf" if project is MKDOCS else '"font": "none.ttf"')
    done = project.build(tmp_path, *(["out"] if project is SPHINX else []))
    assert done.returncode
    assert "khmertext" in done.stdout + done.stderr
    assert str(tmp_path / "none.ttf") in done.stdout + done.stderr
    assert "Traceback (most recent" not in done.stderr


def test_strict_builds_pass(tmp_path: Path) -> None:
    MKDOCS.write(tmp_path / "mkdocs")
    run(MKDOCS, tmp_path / "mkdocs", "--strict")
    SPHINX.write(tmp_path / "sphinx")
    run(SPHINX, tmp_path / "sphinx", "-W")


def test_what_spoils_khmer_fails_a_strict_build(tmp_path: Path) -> None:
    MKDOCS.write(tmp_path)
    page = tmp_path / MKDOCS.page
    page.write_text("<p style=\"font-feature-settings:'blwf' 0\">ខ្មែរ</p>\n", encoding="utf-8")
    done = MKDOCS.build(tmp_path, "--strict")
    assert done.returncode
    assert "features-off" in done.stderr


def test_other_builders_of_sphinx_are_left_alone(tmp_path: Path) -> None:
    SPHINX.write(tmp_path)
    done = SPHINX._replace(command=("sphinx", "-b", "text", ".")).build(tmp_path, "out")
    assert done.returncode == 0
    assert not (tmp_path / "out/khmertext").exists()
    for _ in range(2):  # what the first left behind, the second would pack
        assert SPHINX._replace(command=("sphinx", "-b", "epub", ".")).build(tmp_path, "book").returncode == 0
    assert not list((tmp_path / "book").rglob("*khmertext*"))
    folders = SPHINX._replace(command=("sphinx", "-b", "dirhtml", ".")).build(tmp_path, "folders")
    assert folders.returncode == 0
    assert check_site(tmp_path / "folders", jobs=1) == []
    assert '"../khmertext/' in (tmp_path / "folders/two/index.html").read_text(encoding="utf-8")


def test_it_can_be_turned_off(tmp_path: Path) -> None:
    site = MKDOCS.write(tmp_path, "enabled: false")
    run(MKDOCS, tmp_path)
    assert not (site / "khmertext").exists()
