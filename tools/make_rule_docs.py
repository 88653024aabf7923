"""Write docs/rules: a page for each code of `khmertext check` and `khmertext site check`, with pictures of text.

    python tools/make_rule_docs.py           writes the pages and the pictures
    python tools/make_rule_docs.py --check   exit code 1 if they are out of date

The texts are those of the catalog; the pictures are drawn from the default font, dotted circles and all.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import uharfbuzz as hb

from khmertext.cli.describing import format_entry
from khmertext.fonts import default_face
from khmertext.fonts.drawing import draw_text
from khmertext.text.catalog import CATALOG, CatalogEntry
from khmertext.web.pagerules import PAGE_CATALOG

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "rules"
HEIGHT = 72  # CSS pixels of a picture
GAP = 900  # font units between the two sides
INDEX = """# The codes of `khmertext check` and `khmertext site check`

Made by `tools/make_rule_docs.py` from the catalog, as is each page. `khmertext rule CODE` prints the same.

KT codes are of text: an *error* is text that is not in the encoding of UTN #61; a *warning* is text that readers or
programs will stumble over; a *note* never makes a check fail. KS codes are of pages and sites (`khmertext site check`,
which tells KT errors and warnings too). Codes do not change their meaning.
"""


def draw_sides(font: hb.Font, entry: CatalogEntry) -> str:
    """Before and after as one SVG, dark on white, so that it reads on any page; "" where a picture says nothing."""
    if not entry.example.strip():
        return ""
    sides = [draw_text(font, text.strip()) for text in (entry.example, entry.instead) if text]
    left, top, bottom = 0, min(side.frame.top for side in sides), max(side.frame.bottom for side in sides)
    pad = 250
    shapes = []
    x = pad
    for number, side in enumerate(sides):
        if number:
            shapes.append(arrow(x + GAP / 3, (top + bottom) / 2))
            x += GAP
        x -= min(0, side.frame.left)
        shapes.append(f'<path transform="translate({x} 0)" d="{side.path}"/>')
        x += side.frame.right
    width, height = x + pad - left, bottom - top + 2 * pad
    scale = HEIGHT / height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top - pad} {width} {height}" '
        f'width="{width * scale:.0f}" height="{HEIGHT}">\n'
        f'<rect x="{left}" y="{top - pad}" width="{width}" height="{height}" fill="#fff"/>\n'
        f"{''.join(shape + chr(10) for shape in shapes)}</svg>\n"
    )


def arrow(x: float, y: float) -> str:
    return (
        f'<path d="M{x:.0f} {y:.0f}h{GAP / 3:.0f}m-110-110l110 110l-110 110" fill="none" stroke="#777" '
        'stroke-width="60"/>'
    )


def iter_files() -> Iterator[tuple[Path, str]]:
    """Every file of the folder, and what belongs into it."""
    font = default_face().font()
    lines = [INDEX]
    family = ""
    for entry in (*CATALOG.values(), *PAGE_CATALOG.values()):
        if entry.family != family:
            family = entry.family
            lines.append(
                f"\n## {family.capitalize()}\n\n| code | name | severity | fix | |\n| --- | --- | --- | --- | --- |"
            )
        lines.append(
            f"| [{entry.code}]({entry.code}.md) | {entry.name} | {entry.severity.value} | {entry.fix.value} "
            f"| {entry.message} |"
        )
        svg = draw_sides(font, entry) if entry.code in CATALOG else ""
        picture = ""
        if svg:
            what = "As it is written, and as it should be" if entry.instead else "As it is written"
            picture = f"![{what}](pictures/{entry.code}.svg)"
            yield FOLDER / "pictures" / f"{entry.code}.svg", svg
        yield FOLDER / f"{entry.code}.md", format_entry(entry, picture)
    yield FOLDER / "README.md", "\n".join(lines) + "\n"


def main() -> int:
    """Write the folder, or compare."""
    parser = argparse.ArgumentParser(description="Write docs/rules.")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    options = parser.parse_args()
    wanted = dict(iter_files())
    there = {path for path in FOLDER.rglob("*") if path.is_file()}
    if options.check:
        current = there == set(wanted) and all(path.read_text(encoding="utf-8") == wanted[path] for path in wanted)
        return 0 if current else 1
    for path in there - set(wanted):
        path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
