"""How small each coverage makes a font, beside other tools and beside what cannot be less.

    python benchmarks/dial.py [--help-text] [--max] [--all-fonts | --font FILE ...] [--untimed] [--json]

The page is the first 300 words of corpora/samples/news.txt; with --help-text the Khmer LibreOffice Help too (see
libreoffice_help.py, which brings it). Fonts: Noto Sans Khmer, Noto Serif Khmer, Khmer OS, Battambang and Muol of
Debian's fonts-noto-core and fonts-khmeros, as far as they are there. With --all-fonts all Khmer fonts of these two
packages, and all that fonts/MANIFEST.toml and benchmarks/MANIFEST.toml name and tools/fetch_packages.py has brought.
Variable fonts are limited to weight 400 before anything else.

The peer is the smallest correct result of pyftsubset, hb-subset and subset-font (other_tools.py), each with all layout
features ("*") and with a choice of them, without hints, given the text's characters, the space, 17C1 and 25CC. The
bound is a font of the outlines that are drawn, with their metrics and names, and no rules at all. All are packed by the
same WOFF2 writer and carry the same name records. A run is wrong when it is drawn otherwise than by the uncut font; the
peers are counted without 17C1 and 25CC too. With --max coverage exact is also made with effort max, on the page only.

Seconds are the fastest of three: of the peer, of coverage exact with its proof in this process, and as a command from
start to exit, with the most memory that its processes had together; of effort max, the one time that it is done. With
--untimed and --all-fonts nothing is timed but that.

Needs the `bench` extra.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import libreoffice_help
import peers
from other_tools import (
    REMEDY,
    bring_subset_font,
    collect_characters,
    cut_with_fonttools,
    cut_with_harfbuzz,
    cut_with_subset_font,
)

from khmertext.fonts import (
    Face,
    Run,
    SubsetPlan,
    cut,
    default_face,
    default_limits,
    limit_axes,
    list_runs,
    open_face,
    read_face,
    shape,
    subset_text,
    to_woff2,
)
from khmertext.fonts.containers import build_sfnt, read_tables
from khmertext.fonts.runs import iter_khmer_runs, prove_in_processes
from khmertext.workers import count_jobs

ROOT: Final = Path(__file__).resolve().parent.parent
WORDS: Final = 300
WEIGHT: Final = 400
KHMEROS, NOTO = Path("/usr/share/fonts/truetype/khmeros"), Path("/usr/share/fonts/truetype/noto")
FONTS: Final = (
    NOTO / "NotoSansKhmer-Regular.ttf",
    NOTO / "NotoSerifKhmer-Regular.ttf",
    KHMEROS / "KhmerOS.ttf",
    KHMEROS / "KhmerOSbattambang.ttf",
    KHMEROS / "KhmerOSmuol.ttf",
)
Result = TypeVar("Result")
COMMAND: Final = (sys.executable, "-c", "from khmertext.cli.font_subset import font_subset; font_subset()")
RULES: Final = ("GSUB", "GPOS", "GDEF")
ROUNDS: Final = 3
SHOWN: Final = 3  # examples of wrong runs in a table, the shortest

# What the project wants: shares of the peer's bytes, multiples of the bound, seconds, megabytes.
TARGETS: Final = {
    "page": {
        "exact_of_peer": 0.70,
        "text_of_peer": 0.80,
        "exact_of_bound": 1.45,
        "max_of_bound": 1.25,
        "command_seconds": 0.4,
    },
    "help": {"exact_of_peer": 0.90, "command_seconds": 4.0, "megabytes": 300.0},
}


@dataclass(frozen=True, slots=True)
class Row:
    """One font on one text. What was not measured is None.

    Attributes:
        text: "page" or "help".
        font: The font's family, its weight where it is not 400, and whether it is italic.
        file: The name of its file.
        runs: Distinct runs that the uncut font can show.
        peer: Bytes of the smallest correct peer.
        peer_tool: Which one that is.
        exact: Bytes of coverage exact.
        exact_max: The same with effort max.
        by_text: Bytes of coverage text.
        bound: Bytes of outlines, metrics and names.
        wrong: The runs that exact, effort max or text draws wrong.
        peers_wrong: For each peer the runs that it draws wrong when nobody adds 17C1 and 25CC.
        peers_wrong_added: The same when somebody does.
        max_seconds: Of effort max in this process, with its proof.
        peer_seconds: Of the peer, its WOFF2 included, without any proof.
        seconds: Of exact in this process, with its proof.
        command_seconds: Of the whole command, from start to exit.
        megabytes: The most memory of the command (10**6 bytes).
    """

    text: str
    font: str
    file: str
    runs: int
    peer: int
    peer_tool: str
    exact: int
    exact_max: int | None
    by_text: int
    bound: int
    wrong: list[str]
    peers_wrong: dict[str, list[str]]
    peers_wrong_added: dict[str, list[str]]
    max_seconds: float | None
    peer_seconds: float | None
    seconds: float | None
    command_seconds: float | None
    megabytes: float | None

    @property
    def figures(self) -> dict[str, float | None]:
        """What may have a target."""
        return {
            "exact_of_peer": self.exact / self.peer,
            "text_of_peer": self.by_text / self.peer,
            "exact_of_bound": self.exact / self.bound,
            "max_of_bound": None if self.exact_max is None else self.exact_max / self.bound,
            "command_seconds": self.command_seconds,
            "megabytes": self.megabytes,
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is measured besides bytes and wrong runs."""

    seconds: bool
    effort_max: bool


# -- peers -----------------------------------------------------------------------------------------------------------

Cutter = Callable[[Face, str], bytes]
PEERS: Final[dict[str, Cutter]] = {
    "pyftsubset": partial(cut_with_fonttools, every_feature=False),
    "pyftsubset *": partial(cut_with_fonttools, every_feature=True),
    "hb-subset": partial(cut_with_harfbuzz, every_feature=False),
    "hb-subset *": partial(cut_with_harfbuzz, every_feature=True),
}
NPM_PEERS: Final[dict[str, Cutter]] = {
    "subset-font": partial(cut_with_subset_font, every_feature=False),
    "subset-font *": partial(cut_with_subset_font, every_feature=True),
}


def list_peers() -> dict[str, Cutter]:
    """The peers that are at hand."""
    return {**PEERS, **NPM_PEERS} if bring_subset_font() else PEERS


def find_wrong(reference: Face, shipped: Face, runs: Sequence[Run]) -> list[str]:
    """The runs that are wrong."""
    proof = prove_in_processes(count_jobs(), reference, shipped, runs)
    return sorted({difference.run.text for difference in proof.differing if difference.part == difference.run.text})


def pack_named(sfnt: bytes, names: bytes, gone: Sequence[str] = ()) -> bytes:
    """WOFF2 of a font with other name records, and without some tables."""
    version, tables = read_tables(sfnt)
    kept = {tag: body for tag, body in tables.items() if tag not in gone}
    return to_woff2(build_sfnt(version, {**kept, "name": names}))


def make_bound(face: Face, runs: Sequence[Run], names: bytes) -> bytes:
    """A font of what is drawn, without rules."""
    font = face.font()
    drawn = {info.codepoint for run in runs for info in shape(font, run.text, run.language).glyph_infos}
    plan = SubsetPlan(dict.fromkeys(sorted({0, *drawn}), ""), frozenset({ord(" ")}))
    return pack_named(cut(face, plan, hinting="drop"), names, RULES)


# -- measuring -------------------------------------------------------------------------------------------------------


def compare(text: str, font: Path, content: str, wanted: Wanted) -> Row:
    """Cut one font for one text by every way."""
    face = open_limited(font)
    runs = list_runs([content], face, weights=(face.weight,))
    make = partial(subset_text, hinting="drop", prover=partial(prove_in_processes, count_jobs()))
    rounds = ROUNDS if wanted.seconds else 1
    seconds, exact = time_fastest(lambda: make(open_limited(font), runs, coverage="exact"), rounds)
    names = exact.face.tables["name"]
    ours = {"exact": exact.data, "text": pack_named(make(face, runs).face.data, names)}
    max_seconds = None
    if wanted.effort_max:
        max_seconds, made = time_fastest(lambda: make(face, runs, coverage="exact", effort="max"), 1)
        ours["max"] = made.data
    known: dict[bytes, list[str]] = {}

    def find_once(data: bytes) -> list[str]:
        if data not in known:
            known[data] = find_wrong(face, open_face(data), runs)
        return known[data]

    plain = collect_characters(runs)
    peers_wrong, peers_wrong_added, correct = {}, {}, {}
    for tool, cut_by_tool in list_peers().items():
        peers_wrong[tool] = find_once(pack_named(cut_by_tool(face, plain), names))
        data = pack_named(cut_by_tool(face, plain + REMEDY), names)
        peers_wrong_added[tool] = find_once(data)
        if not peers_wrong_added[tool]:
            correct[tool] = data
    tool = min(correct, key=lambda name: len(correct[name]))
    peer_seconds = command_seconds = megabytes = None
    if wanted.seconds:
        peer_seconds, _ = time_fastest(lambda: to_woff2(list_peers()[tool](face, plain + REMEDY)), ROUNDS)
        command_seconds, megabytes = measure_command(font, content)
    return Row(
        text,
        describe(face),
        font.name,
        len(runs),
        len(correct[tool]),
        tool,
        len(ours["exact"]),
        len(ours["max"]) if wanted.effort_max else None,
        len(ours["text"]),
        len(make_bound(face, runs, names)),
        sorted({run for data in ours.values() for run in find_once(data)}),
        peers_wrong,
        peers_wrong_added,
        max_seconds,
        peer_seconds,
        seconds if wanted.seconds else None,
        command_seconds,
        megabytes,
    )


def describe(face: Face) -> str:
    """Family and style of a font."""
    weight = "" if face.weight == WEIGHT else f" {face.weight}"
    return face.family + weight + (" italic" if face.italic else "")


def open_limited(font: Path) -> Face:
    """A font, at one weight if it is variable."""
    face = read_face(font)
    return limit_axes(face, default_limits(face, (WEIGHT, WEIGHT)))


def time_fastest(work: Callable[[], Result], rounds: int) -> tuple[float, Result]:
    """Do something a few times; the fastest in seconds, and what came of it."""
    best = float("inf")
    for _ in range(rounds):
        begin = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - begin)
    return best, result


def measure_command(font: Path, content: str) -> tuple[float, float]:
    """Run the command three times; the fastest in seconds, and the most memory in megabytes."""
    best, peaks = float("inf"), [0]
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder, "text.txt")
        text.write_text(content, encoding="utf-8")
        command = [*COMMAND, str(font), "--text-file", str(text), "--coverage", "exact", "--hinting", "drop"]
        if any(axis.tag == "wght" for axis in read_face(font).axes):
            command += ["--axes", f"wght={WEIGHT}"]
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            process = subprocess.Popen(
                [*command, "-o", str(Path(folder, "out.woff2"))], stdout=subprocess.PIPE, text=True
            )
            watcher = threading.Thread(target=libreoffice_help.watch_memory, args=(process, peaks))
            watcher.start()
            process.communicate()
            best = min(best, time.perf_counter() - begin)
            watcher.join()
            if process.returncode:
                raise SystemExit(f"the command failed with exit code {process.returncode}")
    return best, max(peaks) / 1e6


# -- texts and telling -----------------------------------------------------------------------------------------------


def read_page() -> str:
    """The first words of a sample; a word ends at white space or at the zero-width space."""
    text = (ROOT / "corpora" / "samples" / "news.txt").read_text(encoding="utf-8")
    words = re.finditer("[^\\s\u200b]+", text)
    end = next(match.end() for number, match in enumerate(words, 1) if number == WORDS)
    return text[:end]


def read_help() -> str:
    """All Khmer of the Help, run by run as its pages show it."""
    facts = peers.read_facts(libreoffice_help.bring_help(libreoffice_help.WORK))
    return "\n".join(run for _, text in facts.iter_texts() for _, run in iter_khmer_runs(text.text))


def list_fonts() -> list[Path]:
    """All Khmer fonts of Debian's two packages and of the manifests, as far as they are there."""
    system = [*sorted(KHMEROS.glob("*.ttf")), *sorted(NOTO.glob("Noto*Khmer*.ttf"))]
    brought = [path for folder in ("fonts", "benchmarks") for path in sorted((ROOT / folder / "packages").glob("*.*"))]
    return [Path(default_face().source), *system, *brought]


def format_rows(rows: Sequence[Row]) -> str:
    """Tables in Markdown, two for each text, with the targets below."""
    lines: list[str] = []
    for text in dict.fromkeys(row.text for row in rows):
        chosen = [row for row in rows if row.text == text]
        lines += [f"\n{text}: {max(row.runs for row in chosen):,} distinct runs\n", *format_bytes(chosen)]
        for name, target in TARGETS[text].items():
            values = [value for row in chosen if (value := row.figures[name]) is not None]
            if values:
                verdict = "met" if max(values) <= target else "NOT MET"
                lines.append(f"\n{name.replace('_', ' ')}: at most {target:g}, worst {max(values):.2f}: {verdict}")
        larger = [row.font for row in chosen if max(row.exact, row.by_text) > row.peer]
        lines += [f"\nlarger than the peer: {', '.join(larger) or 'none'}\n", *format_wrong(chosen)]
    return "\n".join(lines).lstrip()


def format_bytes(rows: Sequence[Row]) -> list[str]:
    """A table of bytes, shares and seconds, without the columns that nothing was measured for."""
    table = {
        "font": [row.font for row in rows],
        "peer": [f"{row.peer:,} ({row.peer_tool})" for row in rows],
        "exact": [f"{row.exact:,}" for row in rows],
        "exact, effort max": [show(row.exact_max, ",") for row in rows],
        "text": [f"{row.by_text:,}" for row in rows],
        "bound": [f"{row.bound:,}" for row in rows],
        "exact / peer": [show(row.figures["exact_of_peer"], ".2f") for row in rows],
        "text / peer": [show(row.figures["text_of_peer"], ".2f") for row in rows],
        "exact / bound": [show(row.figures["exact_of_bound"], ".2f") for row in rows],
        "max / bound": [show(row.figures["max_of_bound"], ".2f") for row in rows],
        "wrong": [str(len(row.wrong)) for row in rows],
        "max s": [show(row.max_seconds, ".2f") for row in rows],
        "peer s": [show(row.peer_seconds, ".2f") for row in rows],
        "exact s": [show(row.seconds, ".2f") for row in rows],
        "command s": [show(row.command_seconds, ".2f") for row in rows],
        "MB": [show(row.megabytes, ".0f") for row in rows],
    }
    shown = {name: column for name, column in table.items() if any(column)}
    lines = [f"| {' | '.join(shown)} |", "| --- |" + " ---: |" * (len(shown) - 1)]
    return lines + [f"| {' | '.join(cells)} |" for cells in zip(*shown.values(), strict=True)]


def show(value: float | None, form: str) -> str:
    """A number for a table; nothing for one that was not measured."""
    return "" if value is None else format(value, form)


def format_wrong(rows: Sequence[Row]) -> list[str]:
    """A table of the runs that the peers draw wrong, those of all features and of a choice together."""
    lines = ["| font | peer | wrong without 17C1 25CC | with them | for example |", "| --- | --- | ---: | ---: | --- |"]
    for row in rows:
        same: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
        for tool, wrong in row.peers_wrong.items():
            same.setdefault((tuple(wrong), tuple(row.peers_wrong_added[tool])), []).append(tool)
        for (wrong, wrong_added), tools in same.items():
            named = "all" if len(same) == 1 else ", ".join(tools)
            shown = " ".join(sorted(wrong_added or wrong, key=len)[:SHOWN])
            lines.append(f"| {row.font} | {named} | {len(wrong)} | {len(wrong_added)} | {shown} |")
    return lines


def main() -> None:
    """Compare on all fonts and texts."""
    parser = argparse.ArgumentParser(description="Compare coverages with other tools and with what cannot be less.")
    parser.add_argument("--font", action="append", type=Path, default=[], help="a Khmer font (default: five)")
    parser.add_argument("--all-fonts", action="store_true", help="every Khmer font that is at hand, untimed")
    parser.add_argument("--help-text", action="store_true", help="the LibreOffice Help too")
    parser.add_argument("--max", action="store_true", help="coverage exact with effort max too, on the page")
    parser.add_argument("--untimed", action="store_true", help="only bytes and wrong runs")
    parser.add_argument("--json", action="store_true", help="print rows as JSON, with every wrong run")
    options = parser.parse_args()
    fonts = list_fonts() if options.all_fonts else options.font or [font for font in FONTS if font.is_file()]
    texts = {"page": read_page()}
    if options.help_text:
        texts["help"] = read_help()
    rows = []
    for text, content in texts.items():
        wanted = Wanted(not (options.untimed or options.all_fonts), options.max and text == "page")
        for font in fonts:
            print(f"{text}: {font.name}", file=sys.stderr)
            rows.append(compare(text, font, content, wanted))
    if options.json:
        print(json.dumps([asdict(row) for row in rows], indent=1, ensure_ascii=False))
    else:
        print(format_rows(rows))


if __name__ == "__main__":
    main()
