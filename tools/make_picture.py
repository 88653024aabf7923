"""Draw the picture of README.md: the same words by two real subsets of one font.

    python tools/make_picture.py            writes docs/pictures/subset.png
    python tools/make_picture.py --check    exit code 1 if the file shows something else than would be written

Above, a font cut by code point (fontTools' subsetter, every layout feature kept); below, khmertext's. Both are cut to
the same five words, shaped by HarfBuzz and filled from their outlines; nothing is faked. The words hold the five split
vowels, and no 17C1: a heading or a short page is like that, a long page rarely.
"""

from __future__ import annotations

import argparse
import io
import itertools
import sys
from pathlib import Path

import uharfbuzz as hb
from fontTools import subset
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops, ImageDraw

from khmertext.fonts import Face, Run, default_face, limit_axes, open_face, shape, subset_text

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "pictures" / "subset.png"
WORDS = ("កោះ", "ជើង", "ភ្លៀង", "ជឿ", "ទៅ")
WEIGHT = 500
WIDTH, HEIGHT, SCALE = 760, 316, 4
MARGIN, GAP, EM = 36, 50, 62  # pixels
ALIKE = 0.0005  # share of the pixels that may differ: what another version of a library rounds otherwise
STEP = 64  # a difference in brightness below it, of 255, does not count
INK, PAPER, WRONG, RIGHT = (27, 31, 36), (255, 255, 255), (176, 42, 32), (20, 110, 60)
STEPS = 8  # straight pieces of a curve

Point = tuple[float, float]


def make_reference() -> Face:
    """The whole font at one weight."""
    return limit_axes(default_face(), {"wght": (WEIGHT, WEIGHT), "wdth": (100, 100)})


def cut_by_code_point(reference: Face) -> Face:
    """What a subsetter makes that is told the characters of the page."""
    options = subset.Options()
    options.layout_features = ["*"]
    options.notdef_outline = True
    font = TTFont(io.BytesIO(reference.data), recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(WORDS) + " ")
    subsetter.subset(font)
    out = io.BytesIO()
    font.save(out)
    return open_face(out.getvalue(), source="cut by code point")


def cut_by_khmertext(reference: Face) -> Face:
    """What khmertext makes of the same words."""
    return subset_text(reference, [Run(word, "km", WEIGHT) for word in WORDS]).face


def trace_contours(font: hb.Font, text: str) -> tuple[list[list[Point]], float]:
    """The contours of a shaped word in font units, and its width."""
    contours: list[list[Point]] = []
    pen_x = 0.0

    def place(x: float, y: float) -> Point:
        return pen_x + x, y

    def curve(*controls: Point) -> None:
        start = contours[-1][-1]
        points = (start, *controls)
        for step in range(1, STEPS + 1):
            at = step / STEPS
            level = list(points)
            while len(level) > 1:
                level = [(a[0] + (b[0] - a[0]) * at, a[1] + (b[1] - a[1]) * at) for a, b in itertools.pairwise(level)]
            contours[-1].append(level[0])

    funcs = hb.DrawFuncs()
    funcs.set_move_to_func(lambda x, y, _: contours.append([place(x, y)]))
    funcs.set_line_to_func(lambda x, y, _: contours[-1].append(place(x, y)))
    funcs.set_quadratic_to_func(lambda a, b, x, y, _: curve(place(a, b), place(x, y)))
    funcs.set_cubic_to_func(lambda a, b, c, d, x, y, _: curve(place(a, b), place(c, d), place(x, y)))
    funcs.set_close_path_func(lambda _: None)
    buffer = shape(font, text, "km")
    advance = 0.0
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        pen_x = advance + position.x_offset
        font.draw_glyph(info.codepoint, funcs, None)
        advance += position.x_advance
    return contours, advance


def paint(image: Image.Image, contours: list[list[Point]], x: float, y: float, size: float, color: object) -> None:
    """Fill contours by the nonzero rule, ``size`` pixels a font unit, the baseline at ``y``."""
    winding = Image.new("L", image.size, 128)
    for contour in contours:
        points = [(x + px * size, y - py * size) for px, py in contour]
        area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:] + points[:1], strict=True))
        mask = Image.new("L", image.size, 0)
        ImageDraw.Draw(mask).polygon(points, fill=1)
        winding = ImageChops.add(winding, mask) if area > 0 else ImageChops.subtract(winding, mask)
    image.paste(color, (0, 0), winding.point(lambda value: 0 if value == 128 else 255))  # type: ignore[arg-type]


def draw_row(image: Image.Image, face: Face, caption: str, color: object, top: int) -> None:
    """A caption, drawn with the whole font, and the words below it."""
    whole = default_face()
    contours, _ = trace_contours(whole.font({"wght": WEIGHT}), caption)
    paint(image, contours, MARGIN * SCALE, (top + 38) * SCALE, 20 * SCALE / whole.upem, color)
    x, size = float(MARGIN), EM / face.upem
    for word in WORDS:
        contours, advance = trace_contours(face.font(), word)
        paint(image, contours, x * SCALE, (top + 108) * SCALE, size * SCALE, INK)
        x += advance * size + GAP


def draw_picture() -> bytes:
    """The picture as PNG."""
    reference = make_reference()
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), PAPER)
    half = HEIGHT // 2
    draw_row(
        image, cut_by_code_point(reference), "cut by code point: the left halves of five vowels are gone", WRONG, 0
    )
    draw_row(image, cut_by_khmertext(reference), "cut by khmertext: proven the same as the whole font", RIGHT, half)
    line = [(MARGIN * SCALE, half * SCALE), ((WIDTH - MARGIN) * SCALE, half * SCALE)]
    ImageDraw.Draw(image).line(line, (214, 217, 221), SCALE)
    small = image.resize((WIDTH, HEIGHT), Image.Resampling.BOX).quantize(32)
    out = io.BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()


def are_alike(one: bytes, other: bytes) -> bool:
    """Whether two pictures show the same; single pixels may differ, a mark may not."""
    first, second = (Image.open(io.BytesIO(data)).convert("L") for data in (one, other))
    if first.size != second.size:
        return False
    levels = ImageChops.difference(first, second).histogram()
    return sum(levels[STEP:]) <= ALIKE * first.width * first.height


def main() -> int:
    """Write the picture, or compare it with the one that is there."""
    parser = argparse.ArgumentParser(description="Draw the picture of README.md.")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    options = parser.parse_args()
    data = draw_picture()
    if not options.check:
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        PICTURE.write_bytes(data)
        return 0
    return 0 if PICTURE.is_file() and are_alike(data, PICTURE.read_bytes()) else 1


if __name__ == "__main__":
    sys.exit(main())
