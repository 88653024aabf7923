"""``khmertext site device-page``: a page that tells whether a browser draws Khmer right, and how to read its code."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

import click

from khmertext.cli.terminal import format_json, format_table, printable
from khmertext.files import replace_file
from khmertext.fonts.default import find_font
from khmertext.web.device import DeviceResult, decode_result, make_device_page, sample_groups, sample_texts
from khmertext.web.device.page import font_number
from khmertext.web.manifest import hash_bytes

__all__ = ["device_page"]

STDOUT: Final = Path("-")
OUTPUT: Final = click.Path(path_type=Path, dir_okay=False, allow_dash=True)


@click.command(name="device-page", short_help="Write a page that tells whether a device draws Khmer right.")
@click.option("--output", "-o", type=OUTPUT, help="Write the page to this file; - for standard output.")
@click.option(
    "--font",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The font to try the device with. [default: Noto Sans Khmer, which comes with khmertext]",
)
@click.option("--decode", metavar="CODE", help="Say what a result code of such a page means; exit code 1 for faults.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def device_page(output: Path | None, font: Path | None, decode: str | None, as_json: bool) -> None:
    """Write a page that tells whether a browser, on a phone or anywhere, draws Khmer as HarfBuzz does.

    The page is one file with its font and needs no network. It compares more than 300 samples, lists what differs, and
    shows a short code to read out or to copy, which --decode explains. It sends nothing to anyone.
    """
    if (output is None) == (decode is None):
        raise click.UsageError("give either --output FILE or --decode CODE")
    if decode is not None:
        try:
            result = decode_result(decode)
        except ValueError as error:
            raise click.BadParameter(printable(str(error)), param_hint="--decode") from error
        digest = hash_bytes((font or find_font()).read_bytes())
        show_result(result, same_font=result.font == font_number(digest), named=font is not None, as_json=as_json)
        if result.differing or not result.font_used:
            click.get_current_context().exit(1)
        return
    assert output is not None
    if as_json and output == STDOUT:
        raise click.UsageError("standard output takes the JSON; give the page a file with --output")
    if font is not None and output.resolve() == font.resolve():
        raise click.UsageError(f"{printable(str(output))} is the font; give another name with --output")
    page = make_device_page(font)
    if output == STDOUT:
        sys.stdout.buffer.write(page.html)
        return
    replace_file(output, page.html)
    if as_json:
        value = {"bytes": len(page.html), "samples": page.samples, "for_information": page.free, "font": page.font}
        click.echo(format_json({**value, "lacking": list(page.lacking)}))
        return
    click.echo(
        f"{printable(str(output))}: {len(page.html):,} bytes, {page.samples} samples and {page.free} for information"
    )
    if page.lacking:
        click.echo(f"the font lacks letters of {len(page.lacking)} more, which are not tried", err=True)


def show_result(result: DeviceResult, *, same_font: bool, named: bool, as_json: bool) -> None:
    """Print what a code means.

    Args:
        result: What it says.
        same_font: Whether it is of the font that is at hand.
        named: Whether the user gave that font.
        as_json: Whether to print JSON.
    """
    groups = sample_groups()
    texts = sample_texts()
    if as_json:
        value: dict[str, Any] = {
            "font_used": result.font_used,
            "ink_measured": result.ink_measured,
            "font": result.font,
            "font_known": same_font,
            "differing": result.differing,
            "groups": [groups[number].name for number in result.groups],
            "samples": None if result.samples is None else [texts[index] for index in result.samples],
        }
        click.echo(format_json(value))
        return
    known = "this font" if named else "the default font"
    rows = [("font", f"{result.font}, {known if same_font else f'not {known}'}")]
    if not result.font_used:
        click.echo(format_table([*rows, ("differing", "unknown: the browser did not use the font of the page")]))
        return
    rows.append(("compared", "widths and ink" if result.ink_measured else "widths alone"))
    rows.append(("differing", f"{result.differing:,} sample{'' if result.differing == 1 else 's'}"))
    rows += [("in", groups[number].name + ("" if groups[number].counts else " (free)")) for number in result.groups]
    click.echo(format_table(rows))
    if result.samples is None:
        click.echo("which samples these are says the whole code of the page")
        return
    for index in result.samples:
        click.echo(f"  {texts[index]}  {' '.join(f'{ord(letter):04X}' for letter in texts[index])}")
