"""The options of a build on the command line, shared by the commands that build."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import Any, TypeVar

import click

from khmertext.cli.terminal import printable
from khmertext.web import NOTICE_LANGUAGES, BuildOptions
from khmertext.web.settings import make_options, read_config

__all__ = ["FOLDER", "build_options", "read_options"]

Command = TypeVar("Command", bound=Callable[..., Any])

CONFIG = "khmertext.toml"
FOLDER = click.Path(file_okay=False, path_type=Path)

OPTIONS = (
    click.option(
        "--font",
        "fonts",
        multiple=True,
        type=click.Path(dir_okay=False, path_type=Path),
        help="A Khmer font (TTF, OTF, WOFF, WOFF2); once for each weight of a family. "
        "[default: Noto Sans Khmer, which comes with khmertext]",
    ),
    click.option("--family", help="What the family is called in the site's CSS. [default: Site Khmer]"),
    click.option(
        "--axes",
        help="What to serve of a variable font, as wght=400 or wght=400:700,wdth=100. [default: weights 400 to 700]",
    ),
    click.option("--exclude", multiple=True, metavar="GLOB", help="Files to leave as they are; repeatable."),
    click.option(
        "--also", multiple=True, metavar="GLOB", help="Text files whose Khmer counts too, as '*.md'; repeatable."
    ),
    click.option("--folder", help="The name of our folder in the site. [default: khmertext]"),
    click.option(
        "--hinting",
        type=click.Choice(["auto", "keep", "drop"]),
        help="Whether the font keeps its hints. [default: auto]",
    ),
    click.option(
        "--detector/--no-detector", default=None, help="Whether pages check the visitor's browser. [default: they do]"
    ),
    click.option(
        "--noscript/--script-only",
        default=None,
        help="Whether the check is also in the body of pages, for browsers without JavaScript. [default: script only]",
    ),
    click.option(
        "--notice-language",
        "notice_languages",
        multiple=True,
        type=click.Choice(NOTICE_LANGUAGES),
        help="A language of the check's notice besides English and Khmer, which it always has; repeatable.",
    ),
    click.option(
        "--open-text/--known-text",
        default=None,
        help="Whether pages may come to show Khmer that is not in them now: comments, search, a CMS. Chromium then "
        "gets a font that knows the pages and flags the rest, other browsers all Khmer. [default: known text]",
    ),
    click.option(
        "--slack",
        type=click.FloatRange(0, 1000),
        help="How much larger than the smallest a font may be, in percent, so that the one of the build before is "
        "served again and visitors need not load another. [default: 10]",
    ),
    click.option(
        "--cache",
        type=FOLDER,
        help="Where to keep what the next build can use again. [default: the folder for caches of this system]",
    ),
    click.option("--no-cache", is_flag=True, help="Use nothing of earlier builds, and keep nothing."),
    click.option(
        "--config",
        type=click.Path(dir_okay=False, exists=True, path_type=Path),
        help=f"A TOML file with these options. [default: {CONFIG}, where there is one]",
    ),
    click.option("--jobs", "-j", type=click.IntRange(1, 64), help="Processes to use. [default: one a processor]"),
)


def build_options(command: Command) -> Command:
    """Give a command the options of a build; it gets what :func:`read_options` reads.

    Args:
        command: The function of a command.
    """
    return reduce(lambda found, option: option(found), reversed(OPTIONS), command)


def read_options(given: Mapping[str, Any]) -> BuildOptions:
    """Options from a file, overruled by those of the command line.

    Args:
        given: What click read of the options of :func:`build_options`.

    Raises:
        SiteError: The file cannot be read, or holds what is no option.
        click.UsageError: An option makes no sense.
    """
    config = given["config"]
    if config is None and Path(CONFIG).is_file():
        config = Path(CONFIG)
    values: dict[str, Any] = read_config(config) if config is not None else {}
    for name, value in given.items():
        if value is not None and value != () and name not in ("config", "no_cache"):
            values[name] = value
    try:
        options = make_options(values)
    except ValueError as error:
        raise click.BadParameter(printable(str(error)), param_hint="--axes") from error
    return replace(options, cache=None) if given["no_cache"] else options
