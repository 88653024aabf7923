"""``khmertext font fallbacks``: measure the fonts that visitors may have, for what they see until a site's has come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from khmertext.atomic import fill_file, put_whole
from khmertext.cli.terminal import ProgressLine, format_columns, format_json, printable, show_error
from khmertext.errors import FontError
from khmertext.fonts import Status, default_face, examine
from khmertext.fonts.faces import read_members
from khmertext.fonts.fallbacks import FallbackFont, estimate_advance, format_fallbacks, measure_fallback
from khmertext.fonts.installed import find_font_files
from khmertext.script.everyday import everyday_counts

__all__ = ["font_fallbacks"]

LONGEST_PATH = 2000
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(name="fallbacks", short_help="Measure fonts that visitors may have, for `site build --measured`.")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--output", "-o", type=FILE, help="Write the measurements to this file, for `site build --measured`.")
@click.option("--json", "as_json", is_flag=True, help="Print what was measured as JSON.")
def font_fallbacks(files: tuple[Path, ...], output: Path | None, as_json: bool) -> None:
    """Measure font FILES, or all Khmer fonts on this machine, as what visitors see until a site's font has come.

    Run it on a system of your visitors' kind: Windows, macOS and Android have Khmer fonts that come with nothing else.
    What is written are names and widths, nothing of the fonts themselves. Exit code 1 when no font shapes Khmer, 2 when
    a file that you name is no font.
    """
    failures: list[FontError] = []
    with ProgressLine(quiet=as_json) as progress:
        paths = files or find_font_files(khmer_only=True)
        measured: list[FallbackFont] = []
        for number, path in enumerate(paths, 1):
            measured += measure_file(path, failures)
            progress("fonts", number, len(paths))
    found = distinct_fonts(measured)
    if output is not None and found:
        write_table(output, format_fallbacks(found).encode())
    if as_json:
        click.echo(format_json([font_value(font) for font in found]))
    else:
        rows = [(printable(font.names[0]), str(font.weight), f"{width_of(font):.1f} %") for font in found]
        click.echo(format_columns([("font", "weight", "width"), *rows]) if rows else "no font that shapes Khmer")
        if output is not None and found:
            fonts = "1 font" if len(found) == 1 else f"{len(found)} fonts"
            click.echo(f"{fonts} written to {printable(str(output), LONGEST_PATH)}")
    for error in failures if files else ():
        show_error(printable(str(error), LONGEST_PATH))
    click.get_current_context().exit(2 if files and failures else 0 if found else 1)


def write_table(path: Path, data: bytes) -> None:
    try:
        put_whole(path, lambda temporary: fill_file(temporary, data, None))
    except OSError as error:
        raise FontError(f"cannot be written: {error.strerror or error}", source=str(path)) from error


def measure_file(path: Path, failures: list[FontError]) -> Iterator[FallbackFont]:
    """Measure the fonts of a file that shape Khmer; say why others are not measured."""
    try:
        for _, face, error in read_members(path):
            if face is None:
                failures += [error] if error is not None else []
            elif examine(face).status is not Status.SHAPES:
                failures.append(FontError("does not shape Khmer", source=face.source))
            else:
                yield measure_fallback(face, path.name)
    except FontError as error:
        failures.append(error)


def distinct_fonts(fonts: Iterable[FallbackFont]) -> list[FallbackFont]:
    """The fonts by family, weight and slope, each of the same names once."""
    found: dict[tuple[str, ...], FallbackFont] = {}
    for font in fonts:
        found.setdefault(font.names, font)
    return sorted(found.values(), key=lambda font: (font.family, font.italic, font.weight, font.names))


def width_of(font: FallbackFont) -> float:
    """How wide everyday Khmer is in a font, in percent of the default font."""
    ours = measure_fallback(default_face())
    widths = [0.0, 0.0]
    for row in everyday_counts():
        pair: Sequence[int | None] = (estimate_advance(font, row.cluster), estimate_advance(ours, row.cluster))
        if pair[0] is not None and pair[1] is not None:
            widths[0] += row.known * pair[0] / font.upem
            widths[1] += row.known * pair[1] / ours.upem
    return 100 * widths[0] / widths[1] if widths[1] else 0.0


def font_value(font: FallbackFont) -> dict[str, Any]:
    return {
        "family": font.family,
        "names": list(font.names),
        "weight": font.weight,
        "italic": font.italic,
        "width_percent": round(width_of(font), 2),
        "file": font.origin,
    }
