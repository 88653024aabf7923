"""The device page: a font, samples, what HarfBuzz makes of them, and a script that compares. Values in, HTML out.

The page is one file, and its policy lets it load nothing: neither its font nor its result leaves the device.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

from khmertext.fonts import Face, Run, read_license, shape, subset_full
from khmertext.web.device.codes import FONT_BITS
from khmertext.web.device.samples import SAMPLES_VERSION, sample_groups, sample_texts
from khmertext.web.escaping import escape_html
from khmertext.web.webfonts import open_sources

__all__ = ["DevicePage", "font_number", "make_device_page", "measure_sample"]

EM: Final = 1000
TOLERANCE: Final = 15
"""Thousandths of the em: browsers may round each glyph of a sample to a pixel at the size that is measured."""
INK_TOLERANCE: Final = 24
"""The same for ink: Chromium tells of it in steps of a sixty-fourth of the em."""
WEIGHT: Final = 400
INVISIBLE: Final = re.compile("[\u200b-\u200d\u2060 ]")  # shapers draw nothing of these, whatever the font has
NAME: Final = "Khmertext Device"


@dataclass(frozen=True, slots=True)
class DevicePage:
    """A page and what is in it.

    Attributes:
        html: The page, UTF-8.
        samples: How many samples it tries that count.
        free: How many it tries for information.
        lacking: The samples that the font lacks a letter of; they are not tried.
        font: The number of the font in result codes.
    """

    html: bytes
    samples: int
    free: int
    lacking: tuple[str, ...]
    font: int


def make_device_page(font: Path | None = None) -> DevicePage:
    """Make the page for a font.

    Args:
        font: Its file; None for the default font. Of a variable one the weight 400 is used.

    Returns:
        The page. The same font gives the same bytes.

    Raises:
        FontError: It cannot be read, cannot shape Khmer, or may not be embedded in a page.

    Example:
        >>> page = make_device_page()
        >>> page.samples > 280, page.lacking
        (True, ())
    """
    (source,) = open_sources([font] if font is not None else [], weights=(WEIGHT, WEIGHT))
    face = source.reference
    weight = source.use_weight(WEIGHT)
    known = [text for text in sample_texts() if has_letters(face, text)]
    subset = subset_full(face, [Run(text, "km", weight) for text in dict.fromkeys(known)], name=NAME)
    measured = {text: measure_sample(face, text) for text in dict.fromkeys(known)}
    groups = sample_groups()
    number = font_number(source.digest)
    data = {
        "version": SAMPLES_VERSION,
        "font": number,
        "tolerance": TOLERANCE,
        "ink_tolerance": INK_TOLERANCE,
        "groups": [
            {
                "name": group.name,
                "counts": group.counts,
                "samples": [[text, *measured.get(text, ())] for text in group.texts],
            }
            for group in groups
        ],
    }
    return DevicePage(
        write_page(data, subset.data, face, number).encode(),
        sum(text in measured for group in groups for text in group.texts if group.counts),
        sum(text in measured for group in groups for text in group.texts if not group.counts),
        tuple(text for text in dict.fromkeys(sample_texts()) if text not in measured),
        number,
    )


def font_number(digest: str) -> int:
    """Return what stands for a font in a result code.

    Args:
        digest: The sha256 of its file, in hexadecimal.

    Example:
        >>> font_number("ffff" + "0" * 60)
        32767
    """
    return int(digest[:16], 16) >> 64 - FONT_BITS


def has_letters(face: Face, text: str) -> bool:
    """Whether a font maps all of a text that is seen."""
    return all(ord(letter) in face.unicodes for letter in INVISIBLE.sub("", text)) and (
        " " not in text or 0x20 in face.unicodes
    )


def measure_sample(face: Face, text: str) -> tuple[int, ...]:
    """Measure a text as HarfBuzz shapes it.

    Args:
        face: The font, at the default place of its axes.
        text: Khmer.

    Returns:
        How wide it is, in thousandths of the em; and how far its ink reaches from the origin: left, top, right, bottom,
        upwards and rightwards positive. The width alone where nothing has ink.

    Source: OpenType spec, glyf and GPOS (advances, offsets, extents are in font units).
    """
    font = face.font()
    scale = EM / font.face.upem
    buffer = shape(font, text, "km")
    x = 0
    boxes: list[tuple[float, float, float, float]] = []
    for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        extents = font.get_glyph_extents(info.codepoint)
        if extents is not None and extents.width and extents.height:
            left, top = x + place.x_offset + extents.x_bearing, place.y_offset + extents.y_bearing
            boxes.append((left, top, left + extents.width, top + extents.height))
        x += place.x_advance
    if not boxes:
        return (round(x * scale),)
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return tuple(round(value * scale) for value in (x, min(lefts), max(tops), max(rights), min(bottoms)))


# -- HTML ------------------------------------------------------------------------------------------------------------


def write_page(data: Any, font: bytes, face: Face, number: int) -> str:
    """Write the page.

    Args:
        data: What the script compares with, in values that JSON has.
        font: The font, WOFF2.
        face: The font that it was cut from.
        number: The number of the font.
    """
    license = read_license(face)
    packed = base64.b64encode(font).decode("ascii")
    rule = (
        f'@font-face{{font-family:KhmertextDevice;src:url("data:font/woff2;base64,{packed}") format("woff2");'
        "font-display:block}\n"
    )
    style = rule + read_asset("device.css")
    script = read_asset("device.js")
    # What the page holds itself, by its hash, and nothing from anywhere.
    policy = (
        f"default-src 'none'; font-src data:; script-src {hash_source(script)}; style-src {hash_source(style)}; "
        "base-uri 'none'; form-action 'none'"
    )
    # JSON inside of HTML: nothing in it can end the element.
    value = json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")
    terms = ", ".join(filter(None, (license.name, license.copyright)))
    head = "".join(f'<th scope="col">{name}</th>' for name in HEADINGS)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape_html(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Does this browser draw Khmer right?</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>Does this browser draw Khmer right?</h1>
<div class="panel" role="status">
<p id="said">Measuring…</p>
<noscript><p>This page measures with JavaScript, which is turned off here.</p></noscript>
<div id="result" hidden>
<p>Result code, to read out or to copy:
<span class="code" id="code"></span>
<button type="button" data-copies="code">Copy</button></p>
<p id="full-part" hidden>The whole code, which says which samples differ:
<span class="code" id="full"></span>
<button type="button" data-copies="full">Copy</button></p>
</div>
</div>
<p>This page brings a font and how HarfBuzz, the shaper of Chromium, Firefox and Android, draws {len(sample_texts())}
samples of Khmer with it. Your browser has measured the same, unseen, and both were compared: how wide each sample is,
and how far its ink reaches. The page sends nothing to anyone. Whoever has the code can read it with
<code>khmertext site device-page --decode CODE</code>.</p>
<section id="differences" hidden>
<h2>What differs</h2>
<p class="small">In thousandths of the font size. The sample is drawn by this browser.</p>
<table><thead><tr>{head}</tr></thead><tbody id="rows"></tbody></table>
</section>
<section id="free" hidden>
<h2>What differs, for information</h2>
<p class="small">Middle Khmer and broken syllables: engines are free in how they draw them.</p>
<table><thead><tr>{head}</tr></thead><tbody id="free-rows"></tbody></table>
</section>
<h2>This device</h2>
<table><tbody id="facts"></tbody></table>
<details><summary>All samples, as this browser draws them</summary><div id="all"></div></details>
<p class="small">Font: <bdi>{escape_html(face.family or "unknown")}</bdi>, number {number}, cut for this page.
<bdi>{escape_html(terms)}</bdi></p>
</main>
<script type="application/json" id="data">{value}</script>
<script>{script}</script>
</body>
</html>
"""


HEADINGS: Final[Sequence[str]] = (
    "Sample",
    "Code points",
    "What it tries",
    "Width here",
    "Width by HarfBuzz",
    "Ink here, by HarfBuzz",
)


def hash_source(text: str) -> str:
    """Return a source expression for an inline element.

    Source: Content Security Policy 3, section 2.3.1 (hash sources).
    """
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
    return f"'sha256-{digest}'"


def read_asset(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
