"""Families that a site declares itself, built: the same pixels, and the whole file only where it is needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from khmertext.fonts import default_face
from khmertext.web import BuildOptions, build_site
from tests.browser.pages import SETTLE, OpenMachine

pytestmark = pytest.mark.browser

CSS = (
    "@font-face{font-family:Mine;src:url(../f/mine.ttf);font-weight:100 900}"
    "body{font:20px/1.6 Mine,serif}h1{font-weight:650}"
)
TEXT = "<h1>ព្រះរាជាណាចក្រកម្ពុជា</h1>\n<p>ស្ត្រីខ្មែរ ធ្វើការ\n<b>ភ្លៀង ញ៉ាំ</b> <i>ខ្ញុំ</i>។</p>\n"
PAGES = {
    "khmer": TEXT,
    "latin": TEXT + "<p>AVA To. Ty WA ខ្មែរ Latin, <b>and</b> ក (១២៣) office</p>",
    "digits": "<p>១២៣ 123 ក</p>",
    "printed": "<style>@media print{p{font-weight:900}}</style>" + TEXT,
}


def test_the_whole_file_is_loaded_for_other_letters_alone(
    open_machine: OpenMachine, serve: Callable[..., Any], latin_font: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    for name, data in {
        "css/a.css": CSS.encode(),
        "f/mine.ttf": default_face().data,
        **{
            f"{name}.html": f"<!doctype html><html lang=km><head><meta charset=utf-8><link rel=stylesheet "
            f"href=css/a.css></head><body>{body}</body></html>".encode()
            for name, body in PAGES.items()
        },
    }.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_bytes(data)
    build_site(site, tmp_path / "out", BuildOptions(jobs=1, detector=False))
    machine = open_machine(fonts=[latin_font])
    pictures: dict[tuple[str, str], bytes] = {}
    loaded: dict[str, set[str]] = {}
    for folder in ("site", "out"):
        served = serve(tmp_path / folder)
        for name in PAGES:
            served.requests.clear()
            page = machine.new_page()
            page.open(f"{served.url}/{name}.html")
            page.evaluate(SETTLE)
            pictures[folder, name] = page.screenshot()
            page.close()
            loaded[f"{folder} {name}"] = {path for path in served.requests if path.endswith(("ttf", "woff2"))}
    for name in PAGES:
        assert pictures["site", name] == pictures["out", name], name
        whole = "/f/mine.ttf" in loaded[f"out {name}"]
        assert whole == (name in ("latin", "digits")), loaded
        assert any("/khmertext/mine-own." in path for path in loaded[f"out {name}"])
