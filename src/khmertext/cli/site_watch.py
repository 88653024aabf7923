"""``khmertext site watch``: build again whenever a site has changed."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from khmertext.atomic import TEMPORARY
from khmertext.cli.site_options import FOLDER, build_options, find_config, read_options
from khmertext.cli.terminal import paint, printable, show_error
from khmertext.errors import KhmerTextError
from khmertext.web import BuildOptions, BuildResult, build_site
from khmertext.web.stamps import Stamp, take_stamp
from khmertext.web.writing import MANIFEST

__all__ = ["watch"]

QUIET = 300  # ms without a change, after which a generator is taken to have finished
PATIENCE = 5000  # ms of changes without a pause, after which it is built all the same
LOOK = 1000  # ms between two looks at whether the folder is still the same
NEEDS = 'watching needs the package watchfiles: pip install "khmertext[watch]"'
SHOWN = 3


@click.command(short_help="Build again whenever a site has changed.")
@click.argument("source", metavar="SITE", type=FOLDER)
@click.option("--output", "-o", type=FOLDER, help="Write the new site to this folder.")
@click.option("--in-place", is_flag=True, help="Change the site where it is.")
@click.option(
    "--poll", is_flag=True, help="Look at all files again and again, for file systems that tell of no changes."
)
@build_options
def watch(source: Path, output: Path | None, in_place: bool, poll: bool, **given: Any) -> None:
    """Build SITE as `khmertext site build` does, and again whenever it has changed and been quiet for a moment.

    So it is when the configuration file, a font or another file that the options name has changed. A build that fails
    is told, and watching goes on. Ctrl-C ends it.
    """
    if in_place == (output is not None):
        raise click.UsageError("give either --output FOLDER or --in-place")
    try:
        import watchfiles
    except ImportError as error:
        raise click.UsageError(NEEDS) from error
    builder = Builder(source, output, Inputs(given))
    builder.build(first=True)
    click.echo(f"watching {printable(str(source))}; Ctrl-C ends it", err=True)
    try:
        while True:
            for changed in follow(watchfiles, builder, poll=poll):
                builder.build(changed)
            await_folder(source)
    except KeyboardInterrupt:
        click.echo("stopped", err=True)


@dataclass(slots=True)
class Inputs:
    """The files besides the site that a build reads: its configuration and what its options name.

    Args:
        given: What click read of the options.

    Attributes:
        known: Each with how it was when it was last looked at; None for one that is not there.
    """

    given: Mapping[str, Any]
    known: dict[Path, Stamp | None] = field(default_factory=dict)

    def read_options(self) -> BuildOptions:
        """Read the options, and look at the files that they name.

        Returns:
            The options as they are now. Where they cannot be read, the files that were followed still are.

        Raises:
            SiteError: The configuration cannot be read, or holds what is no option.
            click.UsageError: An option makes no sense.
        """
        config = find_config(self.given)
        # Looked at before it is read: what changes between the two is seen the next time.
        seen = self.known[config] = take_input_stamp(config)
        options = read_options(self.given)
        named = (*options.fonts, *options.include_text, *options.measured)
        self.known = {config: seen, **{path: take_input_stamp(path) for path in named}}
        return options

    def find_changed(self, wait: Callable[[float], None] = time.sleep) -> set[str]:
        """Look at the files again; where one has changed, until they have been quiet for a moment.

        Args:
            wait: How to wait for some seconds.

        Returns:
            The files that are not as they were known, which they now are.
        """
        before = self.known
        now = {path: take_input_stamp(path) for path in before}
        for _ in range(PATIENCE // QUIET if now != before else 0):
            wait(QUIET / 1000)
            last, now = now, {path: take_input_stamp(path) for path in before}
            if now == last:
                break
        self.known = now
        return {str(path) for path in now if now[path] != before[path]}


def take_input_stamp(path: Path) -> Stamp | None:
    """How a file is; of a link, how what it leads to is, since a build reads that."""
    return take_stamp(os.path.realpath(path))


@dataclass(slots=True)
class Builder:
    """Builds a site and tells of it.

    Args:
        source: The site.
        output: Where the new one goes; None for in place.
        inputs: What else is read.

    Attributes:
        folder: Our folder in the site, as the options last had it; "" until they were read.
    """

    source: Path
    output: Path | None
    inputs: Inputs
    folder: str = ""

    def build(self, changed: Collection[str] = (), *, first: bool = False) -> None:
        """Build once; nothing is told of a build that had nothing to do.

        Args:
            changed: The files that changed, for the line that tells.
            first: Whether it is the first time; what is wrong with options and folders ends the program then.
        """
        try:
            options = self.inputs.read_options()
            self.folder = options.folder
            result = build_site(self.source, self.output, options)
        except ValueError as error:
            if first:
                raise click.UsageError(printable(str(error))) from error
            show_error(str(error))
        except click.UsageError as error:
            if first:
                raise
            show_error(error.format_message())
        except KhmerTextError as error:
            if first and not (self.folder and self.source.is_dir()):
                raise
            show_error(str(error))
        else:
            if first or result.written or result.removed:
                click.echo(describe(result, changed))

    def has_result(self) -> bool:
        """Whether what the last build put into the site, or into its output, is still there."""
        root = self.source if self.output is None else self.output
        return bool(self.folder) and (root / self.folder / MANIFEST).is_file()

    def concerns(self, _: Any, path: str) -> bool:
        """Whether a file is one of the site's author, as watchfiles asks for it."""
        own = [self.source.resolve() / self.folder, *([] if self.output is None else [self.output.resolve()])]
        return not path.endswith(TEMPORARY) and not any(Path(path).is_relative_to(place) for place in own)


def describe(result: BuildResult, changed: Collection[str]) -> str:
    """One line: when, what changed, what was written."""
    names = sorted(changed)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    what = f"{', '.join(names[:SHOWN])}{more}: " if names else ""
    font = f", font {result.after:,} bytes" if result.after else ", no Khmer"
    files = f"{result.written:,} files written" + (f", {result.removed:,} removed" if result.removed else "")
    return f"{paint(time.strftime('%H:%M:%S'), 'cyan')} {printable(what, 300)}{files}{font}"


def follow(watchfiles: Any, builder: Builder, *, poll: bool) -> Iterator[Collection[str]]:
    """Yield what changed each time all is quiet for a moment; until the site's folder is another one, or gone.

    Once at first, too: what changed before anything watched is told by nobody.
    """
    source = builder.source.resolve()
    with contextlib.suppress(FileNotFoundError), hold_folder(source) as is_there:
        begun = False
        held = builder.has_result()
        events = watchfiles.watch(
            source,
            watch_filter=builder.concerns,
            debounce=PATIENCE,
            step=QUIET,
            rust_timeout=LOOK,
            yield_on_timeout=True,
        )
        for changes in poll_folder(source, builder.concerns) if poll else events:
            if not is_there():
                return  # what has come in its place is looked at when it is followed itself
            # A few files in any folders: looking at them costs less than watching these.
            others = builder.inputs.find_changed()
            # Our own folder is not among what changes: builds write there. That it went is told by nobody else.
            last, held = held, builder.has_result()
            if last and not held:
                others = others | {f"{builder.folder}/{MANIFEST}"}
            if changes or others or not begun:
                begun = True
                files = [path for _, path in changes if not Path(path).is_dir()]
                yield {shorten(path, source) for path in files or [path for _, path in changes]} | others


def poll_folder(
    root: Path, concerns: Callable[[Any, str], bool], wait: Callable[[float], None] = time.sleep
) -> Iterator[Collection[tuple[Any, str]]]:
    """Yield what changed each time a folder has been quiet for a moment, and nothing from time to time.

    What watchfiles has for this compares whole seconds, and misses the second of two changes in one.

    Args:
        root: The folder.
        concerns: Whether a file counts, as watchfiles asks for it.
        wait: How to wait for some seconds.
    """
    known = take_stamps(root, concerns)
    while True:
        wait(LOOK / 2000)
        now = take_stamps(root, concerns)
        for _ in range(PATIENCE // QUIET if now != known else 0):
            wait(QUIET / 1000)
            before, now = now, take_stamps(root, concerns)
            if now == before:
                break
        changed = [path for path in known.keys() | now.keys() if known.get(path) != now.get(path)]
        known = now
        yield [(None, path) for path in sorted(changed)]


def take_stamps(root: Path, concerns: Callable[[Any, str], bool]) -> Mapping[str, Stamp]:
    """How the files of a folder are; of what goes away meanwhile, nothing."""
    paths = (os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names)  # noqa: PTH118
    found = ((path, take_stamp(path)) for path in paths if concerns(None, path))
    return {path: stamp for path, stamp in found if stamp is not None}


@contextlib.contextmanager
def hold_folder(path: Path) -> Iterator[Callable[[], bool]]:
    """Tell whether a folder is still the one that it was.

    While it is held open, no other folder can have its number: file systems give the number of one that was removed to
    the next one that is made, and a watch on the old one tells nothing of that.

    Args:
        path: The folder.

    Raises:
        FileNotFoundError: It is not there.

    Source: POSIX, ``open`` and ``st_ino`` (the file serial number of a file that is open is not given again).
    """
    first = path.stat()
    handle = -1
    if os.name != "nt":  # there an open folder could not be removed, and numbers are not given again so soon
        with contextlib.suppress(PermissionError):
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def is_there() -> bool:
        try:
            now = path.stat()
        except FileNotFoundError:
            return False
        return os.path.samestat(now, os.fstat(handle) if handle >= 0 else first)

    try:
        yield is_there
    finally:
        if handle >= 0:
            os.close(handle)


def shorten(path: str, source: Path) -> str:
    try:
        return Path(path).relative_to(source).as_posix()
    except ValueError:
        return path


def await_folder(source: Path, wait: Callable[[float], None] = time.sleep) -> None:
    """Wait until a folder is there again: generators remove theirs and make it anew."""
    while not source.is_dir():
        wait(LOOK / 5000)
