"""Cut fonts to the same text by different tools, and count what each of them draws wrong.

    python benchmarks/peers.py [SITE ...] [--font FILE ...] [--pages] [--json]

For each site (default: examples/site) and each font (default: Noto Sans Khmer) every tool gets the same input: the font
at weight 400, and the site's Khmer. Tools that cut by code point (other_tools.py; subset-font where node and npm are)
get its characters and the space, and keep all layout features. Every result is packed by the same WOFF2 writer, read
back, and drawn against the uncut font by `khmertext.fonts.prove`; a run is wrong when an outline, an advance or an
offset differs. With two sites each font is also tried on the other site's clusters, which it was not made for: the
smaller a font, the less it knows of text that comes later. With --pages the code point cut is also made for each page
alone, and the pages on which something is wrong are counted.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

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
    default_face,
    default_limits,
    limit_axes,
    open_face,
    prove,
    read_face,
    subset_full,
    subset_text,
    to_woff2,
)
from khmertext.fonts.runs import prove_in_processes
from khmertext.script.classes import KHMER_RANGES
from khmertext.text import split_clusters
from khmertext.web.disk import read_tree
from khmertext.web.reading import SiteFacts, read_site
from khmertext.workers import count_jobs

WEIGHT: Final = 400
BLOCKS: Final = "".join(chr(code) for first, last in KHMER_RANGES for code in range(first, last + 1))
INVISIBLE: Final = re.compile("[\u200b-\u200d\u17b4\u17b5]")  # hidden by the shaper, mapped or not
COMPANIONS: Final = " \u200b\u200c\u200d\u25cc"
EXAMPLE: Final = Path(__file__).resolve().parent.parent / "examples" / "site"

Tool = Callable[[Face, Sequence[Run]], bytes]
Cutter = Callable[[Face, str], bytes]


@dataclass(frozen=True, slots=True)
class Row:
    """What a tool made of a font for a site.

    Attributes:
        site: The site's folder.
        font: The font's family.
        tool: The tool.
        bytes: Size of the WOFF2 file.
        glyphs: How many glyphs it has.
        runs: Distinct runs of Khmer in the site that the uncut font can show.
        wrong: How many of them it draws otherwise than the uncut font.
        unseen: Distinct clusters of the other sites that this one does not have.
        unseen_wrong: How many of those it draws otherwise.
    """

    site: str
    font: str
    tool: str
    bytes: int
    glyphs: int
    runs: int
    wrong: int
    unseen: int
    unseen_wrong: int


# -- tools ----------------------------------------------------------------------------------------------------------


def pack(tool: Cutter, companions: str = "") -> Tool:
    """WOFF2 of what a tool makes of a text's characters and others, with all layout features."""
    return lambda face, runs: to_woff2(tool(face, collect_characters(runs) + companions))


CUTTERS: Final[dict[str, Cutter]] = {
    "pyftsubset": cut_with_fonttools,
    "hb-subset": cut_with_harfbuzz,
    **({"subset-font": cut_with_subset_font} if bring_subset_font() else {}),
}
TOOLS: Final[dict[str, Tool]] = {
    **{name: pack(cutter) for name, cutter in CUTTERS.items()},
    **{f"{name} + 17C1 25CC": pack(cutter, REMEDY) for name, cutter in CUTTERS.items()},
    "khmertext": lambda face, runs: subset_text(face, runs, prover=prover).data,
    "hb-subset, all Khmer": lambda face, runs: to_woff2(cut_with_harfbuzz(face, BLOCKS + COMPANIONS)),
    "khmertext, all Khmer": lambda face, runs: subset_full(face, runs, prover=prover).data,
}


def prover(reference: Face, shipped: Face, runs: Sequence[Run]) -> Any:
    """The proof in as many processes as there are processors."""
    return prove_in_processes(count_jobs(), reference, shipped, runs)


# -- counting -------------------------------------------------------------------------------------------------------


def read_facts(site: Path) -> SiteFacts:
    """What a site holds."""
    return read_site(read_tree(site, skip="khmertext"), family="Site Khmer", jobs=count_jobs())


def list_runs(facts: SiteFacts) -> list[Run]:
    """The distinct runs of a site, all at one weight."""
    return sorted({Run(text.text, text.language, WEIGHT) for _, text in facts.iter_texts()})


def limit_font(font: Face) -> Face:
    """The font at the one weight that is compared."""
    return limit_axes(font, default_limits(font, (WEIGHT, WEIGHT)))


def count_wrong(reference: Face, shipped: Face, runs: Sequence[Run]) -> int:
    """How many runs come out otherwise; clusters that differ only when they stand alone do not count."""
    proof = prover(reference, shipped, runs)
    return len({difference.run for difference in proof.differing if difference.part == difference.run.text})


def count_pages(facts: SiteFacts, font: Face) -> tuple[int, int]:
    """How many pages there are with Khmer, and on how many a code point cut made for the page draws something wrong."""
    reference = limit_font(font)
    pages: dict[str, set[Run]] = defaultdict(set)
    for page in facts.pages:
        for text in page.facts.texts:
            pages[page.facts.path].add(Run(text.text, text.language, WEIGHT))
    wrong = 0
    for page_runs in pages.values():
        runs = sorted(page_runs)
        face = open_face(cut_with_harfbuzz(reference, collect_characters(runs)), source="one page")
        differing = prove(reference, face, runs).differing
        wrong += any(difference.part == difference.run.text for difference in differing)
    return len(pages), wrong


def compare_tools(site: str, runs: Sequence[Run], unseen: Sequence[Run], font: Face) -> list[Row]:
    """A row for each tool."""
    reference = limit_font(font)
    shown = [run for run in runs if reference.unicodes.issuperset(map(ord, INVISIBLE.sub("", run.text)))]
    rows = []
    for tool, make in TOOLS.items():
        data = make(reference, shown)
        face = open_face(data, source=tool)
        wrong = count_wrong(reference, face, shown)
        missed = count_wrong(reference, face, unseen)
        rows.append(Row(site, font.family, tool, len(data), face.glyph_count, len(shown), wrong, len(unseen), missed))
    return rows


def format_rows(rows: Sequence[Row]) -> str:
    """Tables in Markdown, one for each site and font."""
    lines: list[str] = []
    title = ""
    for row in rows:
        heading = f"{row.font}, {row.site}: {row.runs:,} runs"
        heading += f"; {row.unseen:,} clusters of other sites" if row.unseen else ""
        if heading != title:
            title = heading
            lines += ["", f"### {heading}", "", "| tool | WOFF2 bytes | glyphs | runs wrong | unseen clusters wrong |"]
            lines.append("| --- | ---: | ---: | ---: | ---: |")
        unseen = f"{row.unseen_wrong:,}" if row.unseen else ""
        lines.append(f"| {row.tool} | {row.bytes:,} | {row.glyphs:,} | {row.wrong:,} | {unseen} |")
    return "\n".join(lines).lstrip()


def main() -> None:
    """Compare on all sites and fonts."""
    parser = argparse.ArgumentParser(description="Cut fonts by different tools and count what they draw wrong.")
    parser.add_argument("sites", nargs="*", type=Path, default=[EXAMPLE], help="folders (default: the example site)")
    parser.add_argument("--font", action="append", type=Path, default=[], help="a Khmer font (default: the default)")
    parser.add_argument("--pages", action="store_true", help="count pages that a cut for each page alone breaks")
    parser.add_argument("--json", action="store_true", help="print rows as JSON")
    options = parser.parse_args()
    names = ["example site" if site.resolve() == EXAMPLE else site.resolve().name for site in options.sites]
    if len(set(names)) < len(names):
        parser.error("the sites' folders need different names")
    facts = {name: read_facts(site) for name, site in zip(names, options.sites, strict=True)}
    texts = {name: list_runs(found) for name, found in facts.items()}
    clusters = {
        name: {(cluster, run.language) for run in runs for cluster in split_clusters(run.text)}
        for name, runs in texts.items()
    }
    fonts = [read_face(path) for path in options.font] or [default_face()]
    rows: list[Row] = []
    pages: list[dict[str, Any]] = []
    for font in fonts:
        for name, runs in texts.items():
            known = {cluster for cluster, _ in clusters[name]}
            others = {cluster for other in clusters if other != name for cluster, _ in clusters[other]} - known
            unseen = [Run(cluster, "km", WEIGHT) for cluster in sorted(others)]
            rows += compare_tools(name, runs, unseen, font)
            if options.pages:
                count, wrong = count_pages(facts[name], font)
                pages.append({"site": name, "font": font.family, "pages": count, "wrong": wrong})
    if options.json:
        print(json.dumps({"rows": [asdict(row) for row in rows], "pages": pages}, indent=1))
        return
    print(format_rows(rows))
    for one in pages:
        print(f"\n{one['font']}, {one['site']}: cut by code point for each page alone, ", end="")
        print(f"{one['wrong']:,} of {one['pages']:,} pages are wrong")


if __name__ == "__main__":
    main()
