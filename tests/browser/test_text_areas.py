"""Text areas keep their size in each engine: Firefox's own hangs on the font."""

from __future__ import annotations

from pathlib import Path

import pytest

from khmertext.web import build_site
from tests.browser.pages import OpenMachine

pytestmark = pytest.mark.browser

STYLES = {
    "bare": "",
    "lone-monospace": "textarea{font-family:monospace}",
    "in-pixels": "textarea{font-size:18px}",
    "in-ems": "textarea{font-size:1.2em}",
    "inherited": "body{font-size:21px}textarea{font:inherit}",
    "sometimes-another-font": "@media(min-width:1px){textarea{font-family:Georgia}}",
    "not-now-another-font": "@media(max-width:1px){textarea{font-family:Georgia}}",
    "sometimes-another-size": "@media(min-width:1px){textarea{font-size:30px}}",
}
FIELDS = (
    "<p>ខ្មែរ</p><textarea>ខ្មែរ Latin</textarea><textarea>Latin</textarea><textarea data-khmer-dynamic>Latin</textarea>"
)
SIZES = "[...document.querySelectorAll('textarea')].map(e => getComputedStyle(e).fontSize)"


@pytest.mark.parametrize("name", STYLES)
def test_text_areas_keep_their_size(name: str, open_machine: OpenMachine, latin_font: Path, tmp_path: Path) -> None:
    for folder in ("source", "output"):
        (tmp_path / folder).mkdir()
    page = f"<!doctype html><html lang=km><meta charset=utf-8><title>t</title><style>{STYLES[name]}</style>{FIELDS}"
    (tmp_path / "source" / "index.html").write_text(page, "utf-8")
    build_site(tmp_path / "source", tmp_path / "output")
    found = {}
    for folder in ("source", "output"):
        shown = open_machine(fonts=[latin_font]).new_page()
        shown.open((tmp_path / folder / "index.html").as_uri())
        found[folder] = shown.evaluate(SIZES)
        shown.close()
    assert found["output"] == found["source"]
