"""``khmertext font subset``: the smallest fonts that draw a text, one for each weight and style, with their proofs."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import click

from khmertext.atomic import fill_file, put_whole
from khmertext.cli.axes import parse_axes
from khmertext.cli.features import features_option
from khmertext.cli.font_cutting import CutFont, Wish, cut_font, open_source, require_family
from khmertext.cli.font_options import FILE, language_option, text_file
from khmertext.cli.font_showing import (
    PROOF_SUFFIX,
    describe_sanitized,
    measure_dial,
    show_dial,
    show_reasons,
    show_subset,
)
from khmertext.cli.inputs import name_texts, read_texts
from khmertext.cli.terminal import format_json, printable
from khmertext.fonts.exact import EFFORTS
from khmertext.fonts.subset import COVERAGES
from khmertext.fonts.subsetting import FLAVORS, HINTING, Flavor

__all__ = ["font_subset"]

STYLESHEET = "fonts.css"
STDOUT = Path("-")
ENDINGS = {**{f".{flavor}": flavor for flavor in FLAVORS}, ".otf": "ttf"}


@click.command("subset", short_help="Cut fonts down to the smallest that draw a text.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=FILE)
@text_file
@click.option(
    "--coverage",
    type=click.Choice(COVERAGES),
    default="text",
    show_default=True,
    help="exact: only rules and outlines that the text uses. text: all rules over the glyphs that the text touches. "
    "flagged: as little, but all other Khmer comes out as .notdef, for which Chromium asks the next font. "
    "open: everyday Khmer too, and what the rules can make of the text's glyphs. full: all the Khmer of the font.",
)
@click.option(
    "--effort",
    type=click.Choice(EFFORTS),
    default="fast",
    show_default=True,
    help="max: with coverage exact leave out each rule for trial; a little smaller, and seconds to minutes slower.",
)
@click.option(
    "--axes",
    help="What stays of a variable font, as wght=400 or wght=400:700,wdth=100. [default: weights 400 to 700]",
)
@click.option("--hinting", type=click.Choice(HINTING), default="auto", show_default=True, help="What becomes of hints.")
@click.option("--flavor", type=click.Choice(FLAVORS), help="[default: as OUT ends, else woff2]")
@click.option("--name", help="The family name to use where the license reserves the font's own.")
@language_option()
@features_option("the font is cut for and proven with each besides the browser's default")
@click.option(
    "--sanitize/--no-sanitize", "ask", default=True, help="Run OpenType Sanitizer where it is installed. [default: do]"
)
@click.option("--allow-restricted", is_flag=True, help="Cut a font whose embedding bits forbid it; its owner may.")
@click.option(
    "--explain",
    is_flag=True,
    help="Show the bytes of each table, why each glyph is there, and what each coverage does to other Khmer.",
)
@click.option(
    "--css",
    is_flag=True,
    help=f"Make the @font-face rules too: {STYLESHEET} in the folder; for one FILE they are printed, and the rest goes "
    "to standard error.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print the proof as JSON; of several FILEs a list of all, with their names."
)
@click.option(
    "--output",
    "-o",
    required=True,
    metavar="OUT",
    type=click.Path(path_type=Path),
    help="The font to write; its proof goes beside it. Of several FILEs a folder, made where there is none: each font "
    "is called as its FILE.",
)
def font_subset(
    files: tuple[Path, ...],
    text_files: tuple[Path, ...],
    axes: str | None,
    explain: bool,
    css: bool,
    as_json: bool,
    output: Path,
    flavor: str | None,
    **asked: Any,
) -> None:
    """Cut FILE down to the smallest font that draws a text, and prove that it does.

    Every distinct run of Khmer in the text, and every space with its neighbours, is drawn with both fonts, at the ends,
    the default and the middle of each axis that stays. Where anything differs, or OpenType Sanitizer refuses the font,
    nothing is written.

    Several FILEs are the weights and styles of one family; each is cut for the whole text, and all are proven before
    the first is written.
    """
    alone = len(files) == 1
    refuse_options(files, output, flavor, asked)
    if css and as_json and alone:
        raise click.UsageError("--css and --json are both printed: give one of them, or several FILEs")
    kind = cast(Flavor, flavor or (find_flavor(output) if alone else "woff2"))
    places = [output] if alone else list_places(files, output, kind)
    sheet = None if alone or not css else output / STYLESHEET
    refuse_places(output, [*files, *text_files], [*places, *([sheet] if sheet else [])], alone=alone)
    sources = [open_source(path, axes, alone=alone) for path in files]
    require_family(sources)
    for tag in parse_axes(axes) if axes else {}:
        if not any(source.face.axis(tag) for source in sources):
            raise click.BadParameter(f"none of the fonts has an axis {printable(tag)}", param_hint="--axes")
    texts = read_texts(text_files)
    wish = Wish(flavor=kind, **asked)
    fonts = [cut_font(source, texts, wish, named=name_texts(text_files)) for source in sources]
    rules = format_rules(fonts, places, wish) if css else ""
    if not alone:
        output.mkdir(parents=True, exist_ok=True)
    for font, place in zip(fonts, places, strict=True):
        write(place, font.data)
        write(add_suffix(place), (format_json(font.certificate) + "\n").encode("ascii"))
    if sheet is not None:
        write(sheet, rules.encode("ascii"))
    dials = [
        measure_dial(font.source.reference, font.runs, font.subset, font.make) if explain else [] for font in fonts
    ]
    if as_json:
        values = [
            {**({} if alone else {"file": place.name}), **font.certificate, **({"dial": dial} if explain else {})}
            for font, place, dial in zip(fonts, places, dials, strict=True)
        ]
        click.echo(format_json(values[0] if alone else values))
        return
    with contextlib.redirect_stdout(sys.stderr) if css and alone else contextlib.nullcontext():
        for number, (font, place, dial) in enumerate(zip(fonts, places, dials, strict=True)):
            if number:
                click.echo()
            sanitizer = describe_sanitized(font.said) if wish.ask else "OpenType Sanitizer was not run"
            show_subset(font.certificate, font.subset, font.others, place, sanitizer)
            if explain:
                show_reasons(font.subset, len(font.data))
                show_dial(dial, font.subset.coverage)
        if sheet is not None:
            click.echo(f"\nrules for a page: {printable(str(sheet))}")
    if css and wish.coverage == "flagged":
        click.echo(
            "The rules are for Chromium alone, and other text needs the whole font: cut FILE with --coverage full "
            "too, and put its rule, with the same family, before this one.",
            err=True,
        )
    if css and alone:
        click.echo(rules, nl=False)


def refuse_options(files: Sequence[Path], output: Path, flavor: str | None, asked: Mapping[str, Any]) -> None:
    """See that no option would be without effect.

    Raises:
        click.UsageError: One would be.
    """
    if output == STDOUT:
        raise click.UsageError("the font and its proof are two files: give the font's name with --output, not -")
    if asked["effort"] != "fast" and asked["coverage"] != "exact":
        raise click.UsageError(f"--effort {asked['effort']} is for --coverage exact alone")
    for path in files:
        if path.suffix.lower() == ".css":
            raise click.UsageError(
                f"{printable(str(path))} is no font; --css takes no file: the rules are printed, or go to {STYLESHEET}"
            )
    ending = ENDINGS.get(output.suffix.lower())
    if len(files) == 1 and flavor and ending and ending != flavor:
        raise click.UsageError(f"{printable(output.name)} would hold {flavor}: name it *.{flavor}")


def find_flavor(output: Path) -> str:
    """The flavor that a file's name asks for."""
    return ENDINGS.get(output.suffix.lower(), "woff2")


def list_places(files: Sequence[Path], folder: Path, kind: str) -> list[Path]:
    """Where the fonts of a family go.

    Raises:
        click.UsageError: Two would have the same place, on some system at least.
    """
    places = [folder / f"{path.stem}.{kind}" for path in files]
    names = [place.name.casefold() for place in places]
    for number, name in enumerate(names):
        if name in names[:number]:
            twin = files[names.index(name)]
            raise click.UsageError(
                f"{printable(str(files[number]))} and {printable(str(twin))} would have the same place, "
                f"{printable(str(places[number]))}: give files of different names"
            )
    return places


def refuse_places(output: Path, given: Sequence[Path], places: Sequence[Path], *, alone: bool) -> None:
    """See that what is to be written can be, and writes nothing over that is read.

    Raises:
        click.UsageError: It does not.
    """
    if alone and output.is_dir():
        raise click.UsageError(f"{printable(str(output))} is a folder; with one FILE give the font to write")
    if not alone and output.exists() and not output.is_dir():
        raise click.UsageError(f"{printable(str(output))} is a file; with several FILEs give a folder")
    for path in given:
        if any(is_same(path, written) for written in list_written(places)):
            raise click.UsageError(f"{printable(str(path))} would be written over")
    written = [path for path in list_written(places) if not path.name.startswith(STYLESHEET + PROOF_SUFFIX)]
    for path in written:
        if path.is_dir():
            raise click.UsageError(f"{printable(str(path))} is a folder, where a file would be written")
    if alone and not output.parent.is_dir():
        raise click.UsageError(f"there is no folder {printable(str(output.parent))}")


def list_written(places: Sequence[Path]) -> Iterator[Path]:
    for place in places:
        yield place
        yield add_suffix(place)


def add_suffix(path: Path) -> Path:
    return path.with_name(path.name + PROOF_SUFFIX)


def format_rules(fonts: Sequence[CutFont], places: Sequence[Path], wish: Wish) -> str:
    """The stylesheet for fonts; what makes it is loaded for those who ask."""
    from khmertext.cli.font_css import format_stylesheet

    return format_stylesheet(fonts, [place.name for place in places], wish)


def is_same(one: Path, other: Path) -> bool:
    """Whether two paths lead to the same file."""
    try:
        return one.samefile(other)
    except OSError:
        return False


def write(path: Path, data: bytes) -> None:
    put_whole(path, lambda temporary: fill_file(temporary, data, None))
