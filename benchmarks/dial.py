"""How small each coverage makes a font, beside other tools and beside what cannot be less.

    python benchmarks/dial.py [--help-text] [--font FILE ...] [--json]

The page is the first 300 words of corpora/samples/news.txt; with --help-text the Khmer LibreOffice Help too (see
libreoffice_help.py, which brings it). Fonts: Noto Sans Khmer, Noto Serif Khmer, Khmer OS, Battambang and Muol of
Debian's fonts-noto-core and fonts-khmeros, as far as they are there.

The peer is the smallest correct result of pyftsubset and hb-subset, each with all layout features and with its own
choice of them, without hints, given the text's characters, the space, 17C1 and 25CC. The bound is a font of the
outlines that are drawn, with their metrics and names, and no rules at all. All are packed by the same WOFF2 writer and
carry the same name records. A run is wrong when it is drawn otherwise than by the uncut font; hb-subset is counted
without 17C1 and 25CC too. Seconds are the fastest of three: of the peer, of coverage exact with its proof in this
process, and as a command from start to exit, with the most memory that its processes had together.

Needs the `bench` extra.
"""

from __future__ import annotations

import argparse
import io
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
import uharfbuzz as hb
from fontTools import subset
from fontTools.ttLib import TTFont

from khmertext.fonts import (
    Face,
    Run,
    SubsetPlan,
    cut,
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
COLUMNS: Final = (
    *("peer", "exact", "text", "bound", "exact / peer", "text / peer", "exact / bound", "wrong", "hb-subset wrong"),
    *("peer s", "s", "command s", "MB"),
)

# What the project wants: shares of the peer's bytes, multiples of the bound, seconds, megabytes.
TARGETS: Final = {
    "page": {"exact_of_peer": 0.70, "text_of_peer": 0.80, "exact_of_bound": 1.45, "command_seconds": 0.4},
    "help": {"exact_of_peer": 0.90, "command_seconds": 4.0, "megabytes": 300.0},
}


@dataclass(frozen=True, slots=True)
class Row:
    """One font on one text.

    Attributes:
        text: "page" or "help".
        font: The font's family.
        runs: Distinct runs.
        peer: Bytes of the smallest correct peer.
        peer_tool: Which one that is.
        exact: Bytes of coverage exact.
        by_text: Bytes of coverage text.
        bound: Bytes of outlines, metrics and names.
        wrong: Runs that exact and text draw wrong.
        peers_wrong: Runs that hb-subset draws wrong when nobody adds 17C1 and 25CC.
        peer_seconds: Of the peer, its WOFF2 included, without any proof.
        seconds: Of exact in this process, with its proof.
        command_seconds: Of the whole command, from start to exit.
        megabytes: The most memory of the command (10**6 bytes).
    """

    text: str
    font: str
    runs: int
    peer: int
    peer_tool: str
    exact: int
    by_text: int
    bound: int
    wrong: int
    peers_wrong: int
    peer_seconds: float
    seconds: float
    command_seconds: float
    megabytes: float

    @property
    def figures(self) -> dict[str, float]:
        """What has a target."""
        return {
            "exact_of_peer": self.exact / self.peer,
            "text_of_peer": self.by_text / self.peer,
            "exact_of_bound": self.exact / self.bound,
            "command_seconds": self.command_seconds,
            "megabytes": self.megabytes,
        }


# -- peers -----------------------------------------------------------------------------------------------------------


def cut_with_fonttools(face: Face, characters: str, *, every_feature: bool) -> bytes:
    """As `pyftsubset FONT --text=… --no-hinting --notdef-outline`, with `--layout-features='*'` or without."""
    options = subset.Options()
    if every_feature:
        options.layout_features = ["*"]
    options.hinting = False
    options.notdef_outline = True
    font = TTFont(io.BytesIO(face.data), recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def cut_with_harfbuzz(face: Face, characters: str, *, every_feature: bool) -> bytes:
    """As `hb-subset FONT --text=… --no-hinting --notdef-outline`, with `--layout-features='*'` or without."""
    request = hb.SubsetInput()
    request.unicode_set.update(map(ord, characters))
    if every_feature:
        request.layout_feature_tag_set.clear()
        request.layout_feature_tag_set.invert()
    request.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
    data: bytes = hb.SubsetPlan(hb.Face(face.data), request).execute().blob.data
    return data


PEERS: Final[dict[str, Callable[[Face, str], bytes]]] = {
    "pyftsubset": partial(cut_with_fonttools, every_feature=False),
    "pyftsubset *": partial(cut_with_fonttools, every_feature=True),
    "hb-subset": partial(cut_with_harfbuzz, every_feature=False),
    "hb-subset *": partial(cut_with_harfbuzz, every_feature=True),
}


def prove(reference: Face, shipped: Face, runs: Sequence[Run]) -> int:
    """How many runs are wrong."""
    proof = prove_in_processes(count_jobs(), reference, shipped, runs)
    return len({difference.run for difference in proof.differing if difference.part == difference.run.text})


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


def compare(text: str, font: Path, content: str) -> Row:
    """Cut one font for one text by every way."""
    face = read_face(font)
    runs = list_runs([content], face, weights=(face.weight,))
    prover = partial(prove_in_processes, count_jobs())
    seconds, exact = time_fastest(
        lambda: subset_text(read_face(font), runs, coverage="exact", hinting="drop", prover=prover)
    )
    names = exact.face.tables["name"]
    by_text = pack_named(subset_text(face, runs, hinting="drop", prover=prover).face.data, names)
    plain = peers.collect_characters(runs)
    results = {}
    for tool, make in PEERS.items():
        data = pack_named(make(face, plain + peers.REMEDY), names)
        if prove(face, open_face(data), runs) == 0:
            results[tool] = data
    tool = min(results, key=lambda name: len(results[name]))
    peer_seconds, _ = time_fastest(lambda: to_woff2(PEERS[tool](face, plain + peers.REMEDY)))
    command_seconds, megabytes = measure_command(font, content)
    return Row(
        text,
        face.family,
        len(runs),
        len(results[tool]),
        tool,
        len(exact.data),
        len(by_text),
        len(make_bound(face, runs, names)),
        prove(face, exact.face, runs) + prove(face, open_face(by_text), runs),
        prove(face, open_face(cut_with_harfbuzz(face, plain, every_feature=True)), runs),
        round(peer_seconds, 2),
        round(seconds, 2),
        round(command_seconds, 2),
        round(megabytes, 1),
    )


def time_fastest(work: Callable[[], Result]) -> tuple[float, Result]:
    """Do something three times; the fastest in seconds, and what came of it."""
    best = float("inf")
    for _ in range(ROUNDS):
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


def format_rows(rows: Sequence[Row]) -> str:
    """Tables in Markdown, one for each text, with the targets below."""
    lines: list[str] = []
    for text in dict.fromkeys(row.text for row in rows):
        chosen = [row for row in rows if row.text == text]
        lines += [
            f"\n{text}: {chosen[0].runs:,} distinct runs\n",
            f"| font | {' | '.join(COLUMNS)} |",
            "| --- |" + " ---: |" * len(COLUMNS),
        ]
        for row in chosen:
            shares = " | ".join(
                f"{row.figures[name]:.2f}" for name in ("exact_of_peer", "text_of_peer", "exact_of_bound")
            )
            lines.append(
                f"| {row.font} | {row.peer:,} ({row.peer_tool}) | {row.exact:,} | {row.by_text:,} | {row.bound:,} | "
                f"{shares} | {row.wrong} | {row.peers_wrong} | {row.peer_seconds} | {row.seconds} | "
                f"{row.command_seconds} | {row.megabytes:.0f} |"
            )
        for name, target in TARGETS[text].items():
            worst = max(row.figures[name] for row in chosen)
            verdict = "met" if worst <= target else "NOT MET"
            lines.append(f"\n{name.replace('_', ' ')}: at most {target:g}, worst {worst:.2f}: {verdict}")
    return "\n".join(lines).lstrip()


def main() -> None:
    """Compare on all fonts and texts."""
    parser = argparse.ArgumentParser(description="Compare coverages with other tools and with what cannot be less.")
    parser.add_argument("--font", action="append", type=Path, default=[], help="a Khmer font (default: five)")
    parser.add_argument("--help-text", action="store_true", help="the LibreOffice Help too")
    parser.add_argument("--json", action="store_true", help="print rows as JSON")
    options = parser.parse_args()
    fonts = options.font or [font for font in FONTS if font.is_file()]
    texts = {"page": read_page()}
    if options.help_text:
        texts["help"] = read_help()
    rows = [compare(text, font, content) for text, content in texts.items() for font in fonts]
    print(json.dumps([asdict(row) for row in rows], indent=1) if options.json else format_rows(rows))


if __name__ == "__main__":
    main()
