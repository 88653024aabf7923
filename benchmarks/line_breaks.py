"""How many lines break elsewhere in a visitor's font than in the site's: as it is, as it is fitted, and at best.

    python benchmarks/line_breaks.py

The texts are those of the example site, by blocks and weights, cut into words by Chromium; their widths are
HarfBuzz's. Each block is set in 70 widths from 160 to 712 px, up to where it is one line in both fonts, greedily, in
the font of the site and in the visitor's. The best size is the one of those within 3 % of the fit, in steps of a
thousandth and the same for all weights, that breaks the fewest lines elsewhere. Needs playwright, and fonts-noto-core
and fonts-khmeros of Debian.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from khmertext.fonts import Face, default_face, read_face
from khmertext.fonts.fallbacks import known_fallbacks
from khmertext.fonts.shaping import shape
from khmertext.web.fallbacks import adjust_fallbacks, count_clusters
from khmertext.web.webfonts import open_sources

SITE: Final = Path(__file__).resolve().parents[1] / "examples" / "site"
SYSTEM: Final = Path("/usr/share/fonts/truetype")
FONTS: Final = {
    "Noto Sans Khmer": ("noto/NotoSansKhmer-Regular.ttf", "noto/NotoSansKhmer-Bold.ttf"),
    "Khmer OS": ("khmeros/KhmerOS.ttf",),
    "Khmer OS Siemreap": ("khmeros/KhmerOSsiemreap.ttf",),
    "Khmer OS Battambang": ("khmeros/KhmerOSbattambang.ttf",),
    "Noto Serif Khmer": ("noto/NotoSerifKhmer-Regular.ttf", "noto/NotoSerifKhmer-Bold.ttf"),
}
WIDTHS: Final = range(160, 720, 8)
MEDIUM: Final = 500
NEAR: Final = range(-30, 31)  # thousandths
KHMER: Final = re.compile("[\u1780-\u17ff\u19e0-\u19ff]+")
CLOSING: Final = "។៕៖ៗ,.!?»)”:"
LATIN, SPACE = 0.5, 0.25  # em: the same in both fonts, so that it hardly matters
READ: Final = """() => {
  const blocks = new Map(), texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const words = new Intl.Segmenter('km', {granularity: 'word'});
  for (let text; text = texts.nextNode();) {
    const element = text.parentElement, style = getComputedStyle(element);
    if (!text.data.trim() || /^(SCRIPT|STYLE|OPTION|NOSCRIPT)$/.test(element.tagName)) continue;
    let block = element;
    while (getComputedStyle(block).display == 'inline') block = block.parentElement;
    if (!blocks.has(block)) blocks.set(block, []);
    const found = [...words.segment(text.data.replace(/\\s+/g, ' '))].map(one => one.segment);
    blocks.get(block).push([found, +style.fontWeight, parseFloat(style.fontSize)]);
  }
  return [...blocks.values()] }"""


class Word(NamedTuple):
    """A word: what it is in both fonts, in px; what in it is no Khmer; the space behind it."""

    weight: int
    ours: float
    theirs: float
    other: float
    space: float


def read_blocks() -> list[list[tuple[list[str], int, float]]]:
    """The blocks of the site's pages: for each text its words, weight and size."""
    from playwright.sync_api import sync_playwright

    blocks: list[Any] = []
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or playwright.chromium.executable_path
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for page in sorted(SITE.rglob("*.html")):
            if page.name != "misspelled.html":
                tab = browser.new_page(viewport={"width": 1280, "height": 800})
                tab.goto(page.as_uri())
                blocks += tab.evaluate(READ)
                tab.close()
        browser.close()
    return blocks


@cache
def measure(face: Face, weight: int, text: str) -> float:
    buffer = shape(face.font(face.locate(weight)), text, "km")
    return float(sum(position.x_advance for position in buffer.glyph_positions)) / face.upem


def set_words(block: list[tuple[list[str], int, float]], ours: Face, theirs: tuple[Face, ...]) -> list[Word]:
    """The words of a block in both fonts; what closes a sentence belongs to the word before it."""
    words: list[Word] = []
    for texts, weight, size in block:
        face = theirs[-1] if weight > MEDIUM else theirs[0]
        for text in texts:
            core = text.strip(" \u200b")
            runs = KHMER.findall(core)
            word = Word(
                weight,
                sum(measure(ours, weight, run) for run in runs) * size,
                sum(measure(face, face.weight, run) for run in runs) * size,
                LATIN * size * (len(core) - sum(map(len, runs))),
                SPACE * size * text.endswith(" "),
            )
            last = words[-1] if words else None
            if last is not None and last.weight == weight and not last.space and core[:1] in CLOSING:
                joined = (one + other for one, other in zip(last[1:], word[1:], strict=True))
                words[-1] = Word(weight, *joined)
            else:
                words.append(word)
    return words


def wrap(words: list[Word], widths: list[float], limit: int) -> list[int]:
    """Where the lines begin but for the first."""
    starts, x = [], 0.0
    for place, (word, width) in enumerate(zip(words, widths, strict=True)):
        if place and x + width > limit:
            starts.append(place)
            x = 0.0
        x += width + word.space
    return starts


def count(blocks: list[list[Word]], sizes: Mapping[int, float]) -> tuple[int, int, int, int]:
    """Lines; those that begin elsewhere; blocks that have another number of lines; blocks, each in each width."""
    lines = elsewhere = taller = all_blocks = 0
    for words in blocks:
        ours = [word.ours + word.other for word in words]
        theirs = [sizes[word.weight] * word.theirs + word.other for word in words]
        whole = max(sum(ours), sum(theirs))
        for limit in WIDTHS:
            if limit > whole + 8:
                break
            one, other = wrap(words, ours, limit), wrap(words, theirs, limit)
            lines += len(one) + 1
            elsewhere += max(len(set(one) - set(other)), len(set(other) - set(one)))
            taller += len(one) != len(other)
            all_blocks += 1
    return lines, elsewhere, taller, all_blocks


def main() -> None:
    """Print a row for each font and size."""
    read = read_blocks()
    ours = default_face()
    counts = count_clusters(("".join(words), [weight]) for block in read for words, weight, _ in block)
    weights = {weight for block in read for _, weight, _ in block}
    sources = open_sources([], {"wdth": (100, 100)}, (min(weights), max(weights)))
    for family, files in FONTS.items():
        faces = tuple(read_face(SYSTEM / name) for name in files)
        khmer = [block for block in read if any(KHMER.search("".join(words)) for words, _, _ in block)]
        blocks = [set_words(block, ours, faces) for block in khmer]
        fitted = adjust_fallbacks(sources, counts, [one for one in known_fallbacks() if one.family == family])
        size_of = {one.weight: one.size for one in fitted}
        fit = {weight: size_of[min(size_of, key=lambda one: abs(one - weight))] for weight in weights}
        near = {step: {weight: size * (1 + step / 1000) for weight, size in fit.items()} for step in NEAR}
        best = min(NEAR, key=lambda step: count(blocks, near[step])[1])
        for what, sizes in (
            ("as it is", dict.fromkeys(weights, 1.0)),
            ("fitted", fit),
            (f"best, {best / 10:+.1f} %", near[best]),
        ):
            lines, elsewhere, taller, all_blocks = count(blocks, sizes)
            moved, grown = 1000 * elsewhere / lines, 1000 * taller / all_blocks
            print(f"{family:20} {what:13} lines elsewhere {moved:5.1f}, blocks otherwise tall {grown:5.1f} of 1,000",
                  flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
