"""Sites of MkDocs and Sphinx as visitors without any Khmer font see them, search results among them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.pages import SETTLE, STATUS, OpenMachine
from tests.projects import MKDOCS, SPHINX, Project

pytest.importorskip("mkdocs")
pytest.importorskip("sphinx")
pytestmark = pytest.mark.browser

RESULT = "document.querySelector('#search-results').innerText"


@pytest.mark.parametrize("project", [MKDOCS, SPHINX], ids=["mkdocs", "sphinx"])
def test_pages_are_shown_with_the_sites_own_font(
    project: Project,
    open_machine: OpenMachine,
    latin_font: Path,
    serve: Callable[..., Any],
    tmp_path: Path,
) -> None:
    site = project.write(tmp_path)
    done = project.build(tmp_path, *(["out"] if project is SPHINX else []))
    assert done.returncode == 0, done.stderr
    served = serve(site)
    page = open_machine(fonts=[latin_font]).new_page()
    paths = ["index.html", "two/index.html" if project is MKDOCS else "two.html"]
    for path in paths:
        page.open(f"{served.url}/{path}")
        page.evaluate(SETTLE)
        assert page.evaluate(STATUS) == "ok", path
    fonts = {url.rpartition("/")[2] for url in page.requests if url.endswith((".woff2", ".ttf")) and "khmer" in url}
    assert fonts
    assert not any("full" in name for name in fonts), "known text needs no font with all of Khmer"
    if project is SPHINX:  # the words stand in a field there too, which has all of Khmer
        page.open(f"{served.url}/search.html?q=ទំព័រ")
        page.evaluate(f"new Promise(done => {{ const look = () => ({RESULT}).includes('ទំព័រ') ? done() : "
                      "setTimeout(look, 50); look() })")  # fmt: skip
        page.evaluate(SETTLE)
        assert page.evaluate(STATUS) == "ok"
    page.close()
