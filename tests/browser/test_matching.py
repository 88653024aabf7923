"""Which face of a family a browser draws a text with: ours says the same as Chromium and Firefox."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from khmertext.web.looks import Look
from khmertext.web.matching import FaceStyle, Style, choose_faces
from tests.browser.pages import SETTLE, OpenMachine

pytestmark = pytest.mark.browser

FAMILIES: dict[str, list[tuple[tuple[int, int], bool]]] = {
    "static": [((400, 400), False), ((700, 700), False), ((400, 400), True), ((700, 700), True)],
    "no-italic": [((300, 300), False), ((400, 400), False), ((500, 500), False), ((900, 900), False)],
    "no-regular": [((100, 100), False), ((200, 200), False), ((600, 600), False), ((900, 900), True)],
    "above": [((450, 450), False), ((520, 520), False), ((800, 800), True), ((350, 350), True)],
    "ranges": [((100, 300), False), ((420, 460), False), ((600, 900), False), ((400, 700), True)],
    "italic-alone": [((500, 500), True)],
}
WEIGHTS = (1, 100, 250, 300, 350, 399, 400, 410, 450, 455, 480, 500, 501, 560, 600, 650, 700, 750, 900, 1000)


def test_the_face_is_the_one_that_browsers_take(
    open_machine: OpenMachine, serve: Callable[..., Any], latin_font: Path, tmp_path: Path
) -> None:
    """Each face has letters of a width of its own, so that the width of a text tells which one drew it."""
    font = instantiateVariableFont(TTFont(latin_font), {"wght": 400, "wdth": 100})
    rules = []
    for family, faces in FAMILIES.items():
        for place, ((low, high), italic) in enumerate(faces):
            advance = round(font["head"].unitsPerEm * (place + 1) / 2)
            for name in list(font["hmtx"].metrics):
                font["hmtx"].metrics[name] = (advance, 0)
            font.save(tmp_path / f"{family}{place}.ttf")
            weight = low if low == high else f"{low} {high}"
            rules.append(
                f"@font-face{{font-family:{family};src:url({family}{place}.ttf);font-weight:{weight};"
                f"font-style:{'italic' if italic else 'normal'}}}"
            )
    asked = [
        (family, weight, style)
        for family in FAMILIES
        for weight in WEIGHTS
        for style in ("normal", "italic", "oblique")
    ]
    spans = "".join(
        f"<span style='font:{style} {weight} 20px {family}'>x</span><br>" for family, weight, style in asked
    )
    page = f"<!doctype html><meta charset=utf-8><style>{''.join(rules)}</style><body>{spans}"
    (tmp_path / "a.html").write_text(page, "utf-8")
    opened = open_machine(fonts=[latin_font]).new_page()
    opened.open(f"{serve(tmp_path).url}/a.html")
    opened.evaluate(SETTLE)
    widths = opened.evaluate("[...document.querySelectorAll('span')].map(e => e.getBoundingClientRect().width)")
    opened.close()
    assert len(widths) == len(asked)
    wrong = []
    for (family, weight, style), width in zip(asked, widths, strict=True):
        drawn = round(width / 10) - 1
        styles: list[FaceStyle] = [Style(*face) for face in FAMILIES[family]]
        # For oblique text Chromium takes an italic face before an upright one, Firefox the other way round.
        slants = [style != "normal", *([False] if style == "oblique" else [])]
        if drawn not in [place for slant in slants for place in choose_faces(styles, Look(weight, slant))]:
            wrong.append((family, weight, style, drawn))
    assert not wrong
