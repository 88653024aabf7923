"""The options of a build on the command line, shared by the commands that build."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import Any, TypeVar

import click

from khmertext.cli.terminal import printable
from khmertext.web import NOTICE_LANGUAGES, BuildOptions
from khmertext.web.settings import make_options, read_config

__all__ = ["CONFIG", "FOLDER", "build_options", "find_config", "pick_options", "read_options"]

Command = TypeVar("Command", bound=Callable[..., Any])

CONFIG = "khmertext.toml"
FOLDER = click.Path(file_okay=False, path_type=Path)

OPTIONS: Mapping[str, Callable[[Any], Any]] = {
    "fonts": click.option(
        "--font",
        "fonts",
        multiple=True,
        type=click.Path(dir_okay=False, path_type=Path),
        help="A Khmer font (TTF, OTF, WOFF, WOFF2); once for each weight of a family. "
        "[default: Noto Sans Khmer, which comes with khmertext]",
    ),
    "family": click.option("--family", help="What the family is called in the site's CSS. [default: Site Khmer]"),
    "axes": click.option(
        "--axes",
        help="What to serve of a variable font, as wght=400 or wght=400:700,wdth=100. [default: weights 400 to 700]",
    ),
    "exclude": click.option("--exclude", multiple=True, metavar="GLOB", help="Files to leave as they are; repeatable."),
    "also": click.option(
        "--also", multiple=True, metavar="GLOB", help="Text files whose Khmer counts too, as '*.md'; repeatable."
    ),
    "folder": click.option("--folder", help="The name of our folder in the site. [default: khmertext]"),
    "hinting": click.option(
        "--hinting",
        type=click.Choice(["auto", "keep", "drop"]),
        help="Whether the font keeps its hints. [default: auto]",
    ),
    "detector": click.option(
        "--detector/--no-detector", default=None, help="Whether pages check the visitor's browser. [default: they do]"
    ),
    "noscript": click.option(
        "--noscript/--script-only",
        default=None,
        help="Whether the check is also in the body of pages, for browsers without JavaScript. [default: script only]",
    ),
    "notice_languages": click.option(
        "--notice-language",
        "notice_languages",
        multiple=True,
        type=click.Choice(NOTICE_LANGUAGES),
        help="A language of the check's notice besides English and Khmer, which it always has; repeatable.",
    ),
    "open_text": click.option(
        "--open-text/--known-text",
        default=None,
        help="Whether pages may come to show Khmer that is not in them now: comments, search, a CMS. Chromium then "
        "gets a font that knows the pages and flags the rest, other browsers all Khmer. [default: known text]",
    ),
    "include_text": click.option(
        "--include-text",
        multiple=True,
        metavar="FILE",
        type=click.Path(dir_okay=False, path_type=Path),
        help="A text file outside the site, in UTF-8, with Khmer that its scripts bring; repeatable.",
    ),
    "guard": click.option(
        "--guard/--no-guard",
        default=None,
        help="Whether pages get a script that sees to it that other Khmer that scripts bring is drawn with all of "
        "Khmer, which is loaded only then. [default: they do not]",
    ),
    "fallbacks": click.option(
        "--fallbacks/--no-fallbacks",
        default=None,
        help="Whether pages show Khmer fonts of the visitor's own, as wide and as tall as the site's, until that has "
        "come, so that nothing moves then. [default: they do]",
    ),
    "measured": click.option(
        "--measured",
        multiple=True,
        type=click.Path(dir_okay=False, exists=True, path_type=Path),
        help="A file that `khmertext font fallbacks` wrote: more fonts that visitors may have; repeatable.",
    ),
    "swap": click.option(
        "--swap/--no-swap",
        default=None,
        help="Whether the site's font takes the place of such a font whenever it comes. If not, a page keeps what it "
        "showed first, and nothing moves at all. [default: it does]",
    ),
    "own_fonts": click.option(
        "--own-fonts/--keep-own-fonts",
        default=None,
        help="Whether the Khmer of families that the site declares itself comes from smaller fonts, cut from its "
        "files, which are then loaded for other characters alone. [default: own fonts]",
    ),
    "slack": click.option(
        "--slack",
        type=click.FloatRange(0, 1000),
        help="How much larger than the smallest a font may be, in percent, so that the one of the build before is "
        "served again and visitors need not load another. [default: 10]",
    ),
    "cache": click.option(
        "--cache",
        type=FOLDER,
        help="Where to keep what the next build can use again. [default: the folder for caches of this system]",
    ),
    "no_cache": click.option("--no-cache", is_flag=True, help="Use nothing of earlier builds, and keep nothing."),
    "config": click.option(
        "--config",
        type=click.Path(dir_okay=False, exists=True, path_type=Path),
        help=f"A TOML file with these options. [default: {CONFIG}, where there is one]",
    ),
    "jobs": click.option(
        "--jobs", "-j", type=click.IntRange(1, 64), help="Processes to use. [default: one a processor]"
    ),
}


def build_options(command: Command) -> Command:
    """Give a command the options of a build; it gets what :func:`read_options` reads.

    Args:
        command: The function of a command.
    """
    return add_options(command, OPTIONS)


def pick_options(*names: str) -> Callable[[Command], Command]:
    """Give a command some of the options of a build.

    Args:
        names: The names of their parameters.
    """

    return lambda command: add_options(command, names)


def add_options(command: Command, names: Iterable[str]) -> Command:
    # The option that is added last comes first in the help.
    return reduce(lambda found, name: OPTIONS[name](found), reversed(tuple(names)), command)


def find_config(given: Mapping[str, Any]) -> Path:
    """Where the options of a build are read from: the file that is given, or the one that may lie in this folder.

    Args:
        given: What click read of the options of :func:`build_options`.

    Example:
        >>> find_config({"config": None}).as_posix()
        'khmertext.toml'
    """
    found: Path | None = given["config"]
    return Path(CONFIG) if found is None else found


def read_options(given: Mapping[str, Any], *, config: bool = True) -> BuildOptions:
    """Options from a file, overruled by those of the command line.

    Args:
        given: What click read of the options of :func:`build_options`.
        config: Whether there is a file.

    Raises:
        SiteError: The file cannot be read, or holds what is no option.
        click.UsageError: An option makes no sense.
    """
    path = find_config(given) if config else None
    if path is not None and given["config"] is None and not path.is_file():
        path = None
    values: dict[str, Any] = read_config(path) if path is not None else {}
    for name, value in given.items():
        if value is not None and value != () and name not in ("config", "no_cache"):
            values[name] = value
    try:
        options = make_options(values)
    except ValueError as error:
        where = "--axes" if given["axes"] is not None else f"axes in {printable(str(path))}"
        raise click.BadParameter(printable(str(error)), param_hint=where) from error
    return replace(options, cache=None) if given["no_cache"] else options
