"""``khmertext normalize`` and ``khmertext clusters``: text files and pipes."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import click

from khmertext.cli.terminal import ProgressLine, format_json, paint, printable, show_error
from khmertext.errors import KhmerTextError, TextError
from khmertext.files import iter_text, normalize_file, open_file, replace_file
from khmertext.script.profiles import PROFILES
from khmertext.text import ClusterKind, normalize, split_clusters
from khmertext.text.clusters import classify
from khmertext.text.mending import FORMS
from khmertext.text.streaming import StreamNormalizer, find_settled, normalize_stream
from khmertext.workers import count_jobs, map_chunks, split_chunks

__all__ = ["clusters", "normalize_command"]

STDIN = "-"
FLUSHED = 1 << 12  # characters from which a piece is worth a write of its own: a pipe should not wait for more
STDIN_NAME = "<stdin>"
FILES = click.Path(path_type=Path, allow_dash=True)
FORM_OPTION = click.option("--form", type=click.Choice(FORMS), default="utn61", help="Which form. [default: utn61]")
LANGUAGE_OPTION = click.option(
    "--lang",
    default="km",
    metavar="TAG",
    help=f"The language: one of {', '.join(PROFILES)}. [default: km]",
)
COENG_OPTION = click.option("--keep-coeng-da", is_flag=True, help="Do not write coeng da as coeng ta.")


class Outcome(NamedTuple):
    """What became of one file: whether it changes, how long it is, or why it could not be done."""

    path: str
    changed: bool
    characters: int
    error: str


@click.command(name="normalize", short_help="Bring Khmer text into normal form.")
@click.argument("files", nargs=-1, type=FILES)
@FORM_OPTION
@LANGUAGE_OPTION
@COENG_OPTION
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 and the names of files that would change.")
@click.option("--diff", is_flag=True, help="Write nothing but a unified diff; exit code 1 if there is any.")
@click.option("--in-place", "-i", is_flag=True, help="Replace each file by its normal form.")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@click.option("--jobs", "-j", type=click.IntRange(1, 64), help="Processes for many files. [default: one a processor]")
@click.option("--json", "as_json", is_flag=True, help="Print what became of each file as JSON.")
def normalize_command(
    files: tuple[Path, ...],
    form: str,
    lang: str,
    keep_coeng_da: bool,
    check: bool,
    diff: bool,
    in_place: bool,
    output: Path | None,
    jobs: int | None,
    as_json: bool,
) -> None:
    """Bring the Khmer of FILES, or of standard input, into normal form.

    Without an option that says otherwise the result goes to standard output. Text outside Khmer, newlines and a byte
    order mark stay as they are. Files of any size take little memory; they are UTF-8.
    """
    if sum((check, diff, in_place, output is not None)) > 1:
        raise click.UsageError("give only one of --check, --diff, --in-place and --output")
    options = {"form": form, "lang": lang, "keep_coeng_da": keep_coeng_da}
    try:
        StreamNormalizer(**options)  # type: ignore[arg-type]
    except ValueError as error:
        raise click.UsageError(printable(str(error))) from error
    names = [str(path) for path in files] or [STDIN]
    if in_place and STDIN in names:
        raise click.UsageError("--in-place needs the names of files")
    if as_json and not (check or in_place):
        raise click.UsageError("--json goes with --check or --in-place")
    if check or in_place:
        outcomes = run_many(names, options, in_place=in_place, jobs=count_jobs(jobs), quiet=as_json)
        show_outcomes(outcomes, check=check, as_json=as_json)
        failed = any(outcome.error for outcome in outcomes)
        found = check and any(outcome.changed for outcome in outcomes)
        click.get_current_context().exit(2 if failed else 1 if found else 0)
    failed = found = False
    texts = iter_normal(names, options)
    if output is not None:
        replace_file(output, (text.encode() for text in texts))
        return
    for name in names:
        try:
            for part in iter_diff(name, options) if diff else iter_normal([name], options):
                found = True
                write_out(part)
        except TextError as error:
            failed = True
            show_error(printable(str(error), 2000))
    click.get_current_context().exit(2 if failed else 1 if diff and found else 0)


def run_many(names: Sequence[str], options: dict[str, Any], *, in_place: bool, jobs: int, quiet: bool) -> list[Outcome]:
    """Check or replace files, in several processes when there are many."""
    chunks = split_chunks(names, max(1, len(names) // 8))
    outcomes: list[Outcome] = []
    with ProgressLine(quiet=quiet) as progress:
        for part in map_chunks(partial(run_some, options, in_place), chunks, jobs):
            outcomes += part
            progress("normalize", len(outcomes), len(names))
    return outcomes


def run_some(options: dict[str, Any], in_place: bool, names: Sequence[str]) -> list[Outcome]:
    outcomes = []
    for name in names:
        try:
            if in_place:
                result = normalize_file(Path(name), **options)
                outcomes.append(Outcome(name, *result, error=""))
            else:
                outcomes.append(check_one(name, options))
        except KhmerTextError as error:
            outcomes.append(Outcome(name, False, 0, str(error)))
    return outcomes


def check_one(name: str, options: dict[str, Any]) -> Outcome:
    """Whether a file would change; read until it does."""
    characters = 0
    stream = StreamNormalizer(**options)
    waiting = ""
    for text in iter_file(name):
        characters += len(text)
        waiting += text
        settled = stream.feed(text)
        if not waiting.startswith(settled):
            return Outcome(name, True, characters, "")
        waiting = waiting[len(settled) :]
    return Outcome(name, stream.finish() != waiting, characters, "")


def show_outcomes(outcomes: Sequence[Outcome], *, check: bool, as_json: bool) -> None:
    changed = [outcome for outcome in outcomes if outcome.changed]
    if as_json:
        click.echo(format_json([outcome._asdict() for outcome in outcomes]))
        return
    for outcome in outcomes:
        if outcome.error:
            click.echo(paint("error: ", "red", bold=True) + printable(outcome.error, 2000), err=True)
        elif outcome.changed:
            click.echo(f"{'would change' if check else 'changed'}: {printable(shown_name(outcome.path), 2000)}")
    total = sum(not outcome.error for outcome in outcomes)
    state = "not in normal form" if check else "changed"
    click.echo(f"{len(changed)} of {total} file{'s' * (total != 1)} {state}", err=True)


def iter_diff(name: str, options: dict[str, Any]) -> Iterator[str]:
    """A unified diff without context. Normal form leaves newlines alone, so that lines stand beside lines."""
    head = f"--- {printable(shown_name(name), 2000)}\n+++ {printable(shown_name(name), 2000)} (normal form)\n"
    for number, line in enumerate(iter_lines(iter_file(name)), 1):
        changed = normalize(line, **options)
        if changed == line:
            continue
        yield f"{head}@@ -{number} +{number} @@\n-{with_newline(line)}+{with_newline(changed)}"
        head = ""


def with_newline(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def iter_lines(texts: Iterable[str]) -> Iterator[str]:
    """Lines with their LF; what LF does not end is no line."""
    pieces: list[str] = []
    for text in texts:
        *lines, rest = text.split("\n")
        for line in lines:
            yield "".join((*pieces, line, "\n"))
            pieces.clear()
        if rest:
            pieces.append(rest)
    if pieces:
        yield "".join(pieces)


def iter_normal(names: Sequence[str], options: dict[str, Any]) -> Iterator[str]:
    for name in names:
        yield from normalize_stream(iter_file(name), **options)


# -- clusters ------------------------------------------------------------------------------------------------------


@click.command(short_help="Cut text into orthographic syllables.")
@click.argument("files", nargs=-1, type=FILES)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: file, start, end, text, kind.")
@click.option("--counts", is_flag=True, help="How often each distinct cluster occurs, the most frequent first.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([kind.value for kind in ClusterKind]),
    help="Only these; repeatable. [default: all]",
)
def clusters(files: tuple[Path, ...], as_json: bool, counts: bool, kinds: tuple[str, ...]) -> None:
    """Cut FILES, or standard input, into orthographic syllables: one a line.

    Offsets count code points from the start of the file. Controls and newlines are shown as escapes.
    """
    names = [str(path) for path in files] or [STDIN]
    wanted = {ClusterKind(kind) for kind in kinds} or set(ClusterKind)
    counted: Counter[str] = Counter()
    failed = False
    for name in names:
        try:
            start = 0
            for found in iter_pieces(iter_file(name)):
                if counts:
                    counted.update(found)
                else:
                    write_out(format_clusters(shown_name(name), found, start, wanted, as_json=as_json))
                    start += sum(map(len, found))
        except TextError as error:
            failed = True
            show_error(printable(str(error), 2000))
    for text, count in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
        if classify(text) in wanted:
            shown = json.dumps({"text": text, "count": count}) if as_json else f"{count}\t{printable(text, 2000)}"
            write_out(shown + "\n")
    click.get_current_context().exit(2 if failed else 0)


def format_clusters(name: str, found: Sequence[str], start: int, wanted: set[ClusterKind], *, as_json: bool) -> str:
    """Lines of clusters that follow one another, the first of which begins at ``start``."""
    lines = []
    file = json.dumps(name)
    for text in found:
        end = start + len(text)
        shown, kind = show_cluster(text)
        if kind in wanted:
            if as_json:
                shown = (
                    f'{{"file": {file}, "start": {start}, "end": {end}, "text": {json.dumps(text)}, '
                    f'"kind": "{kind.value}"}}'
                )
            lines.append(shown)
        start = end
    return "".join(f"{line}\n" for line in lines)


@lru_cache(maxsize=1 << 14)
def show_cluster(text: str) -> tuple[str, ClusterKind]:
    return printable(text, 2000), classify(text)


def iter_pieces(texts: Iterable[str]) -> Iterator[list[str]]:
    """The clusters of a text in chunks; no more is held than a chunk and a cluster."""
    waiting = ""
    for text in texts:
        waiting += text
        settled = find_settled(waiting)
        yield split_clusters(waiting[:settled])
        waiting = waiting[settled:]
    yield split_clusters(waiting)


# -- in and out ----------------------------------------------------------------------------------------------------


def iter_file(name: str) -> Iterator[str]:
    """The text of a file, or of standard input for "-", in pieces of at most 256 kB."""
    if name == STDIN:
        yield from iter_text(sys.stdin.buffer, source=STDIN_NAME)
        return
    with open_file(Path(name)) as stream:
        yield from iter_text(stream, source=name)


def shown_name(name: str) -> str:
    return STDIN_NAME if name == STDIN else name


def write_out(text: str) -> None:
    """Write text to standard output as UTF-8, newlines as they are, whatever the console's encoding."""
    stream = sys.stdout.buffer
    stream.write(text.encode())
    if len(text) >= FLUSHED:
        stream.flush()
