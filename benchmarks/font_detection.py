"""How long it takes to look at a font once it is open; prints a table as Markdown.

    python benchmarks/font_detection.py

Uses the fonts of fonts/MANIFEST.toml that are at hand, and all Khmer fonts that are installed. Each font is opened
anew for each run, so that nothing is remembered; opening is timed apart. Milliseconds are of processor time, which
other work on the machine changes least.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from khmertext.errors import FontError  # noqa: E402
from khmertext.fonts import examine, open_face  # noqa: E402
from khmertext.fonts.behaviour import TESTS  # noqa: E402
from khmertext.fonts.installed import find_font_files  # noqa: E402
from tests.font_files import FONTS, find_file  # noqa: E402

RUNS = 25
KHMER = 0x1780


def time_font(data: bytes) -> tuple[float, list[float]]:
    """Return the median time to open a font, and every time to examine it, in seconds."""
    opening, examining = [], []
    for _ in range(RUNS):
        begin = time.process_time()
        face = open_face(data)
        opened = time.process_time()
        examine(face)
        examining.append(time.process_time() - opened)
        opening.append(opened - begin)
    return statistics.median(opening), examining


def main() -> None:
    """Time each font and print a row for it."""
    brought = (find_file(font) for font in FONTS)
    paths = dict.fromkeys([path for path in brought if path.is_file()] + list(find_font_files()))
    print("| font | opening, ms | examining, ms: median | worst |\n| --- | ---: | ---: | ---: |")
    khmer: list[float] = []
    others: list[float] = []
    gc.disable()
    for path in paths:
        data = path.read_bytes()
        try:
            face = open_face(data)
        except FontError:
            continue
        if KHMER not in face.unicodes:
            begin = time.process_time()
            examine(face)
            others.append(time.process_time() - begin)
            continue
        opening, examining = time_font(data)
        median = statistics.median(examining)
        khmer.append(median)
        print(f"| {path.name} | {opening * 1e3:.2f} | {median * 1e3:.2f} | {max(examining) * 1e3:.2f} |")
        gc.collect()
    strings = sum(len(test.texts) for test in TESTS)
    print(f"\n{strings} strings a font; {len(khmer)} Khmer fonts, the slowest {max(khmer) * 1e3:.2f} ms")
    if others:
        print(
            f"{len(others)} other fonts, median {statistics.median(others) * 1e3:.2f}, max {max(others) * 1e3:.2f} ms"
        )


if __name__ == "__main__":
    main()
