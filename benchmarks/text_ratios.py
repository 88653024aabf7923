"""The table of README.md's section Text, from what test_text_speed.py measured, and what else text costs.

    python benchmarks/text_ratios.py /tmp/text.json
    python benchmarks/text_ratios.py --costs

The first prints MB of UTF-8 a second, by the median, and how many times faster than each peer in the same run, by the
medians and by the fastest rounds. The second measures memory beyond the result and the time of an import.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TEXT = ROOT / "corpora" / "packages" / "real-khmer.txt"


def iter_rows(data: dict[str, Any]) -> Iterator[str]:
    """The rows of the table, as Markdown."""
    yield "| job | MB/s | beside | its MB/s | ratio | of the fastest | target |"
    yield "| --- | ---: | --- | ---: | ---: | ---: | ---: |"
    groups: dict[str, list[dict[str, Any]]] = {}
    for bench in data["benchmarks"]:
        groups.setdefault(bench["group"], []).append(bench)
    for group, benches in groups.items():
        peers = [bench for bench in benches if "peer" in bench["extra_info"]]
        for bench in benches:
            info = bench["extra_info"]
            if "peer" in info:
                continue
            job = f"{group}: {info['name']}" if "name" in info else group
            targets = info["target"]
            for peer in sorted(peers, key=lambda peer: peer["extra_info"]["peer"] not in targets):
                name = peer["extra_info"]["peer"]
                if "name" in info and name not in targets:
                    continue
                ours, its = speed(bench), speed(peer)
                fastest = speed(bench, "min") / speed(peer, "min")
                figures = f"{show(ours)} | {name} | {show(its)} | {show(ours / its)} | {show(fastest)}"
                yield f"| {job} | {figures} | {targets.get(name, '')} |"
                job = ""


def speed(bench: dict[str, Any], which: str = "median") -> float:
    """MB a second."""
    return float(bench["extra_info"]["bytes"]) / float(bench["stats"][which]) / 1e6


def show(number: float) -> str:
    return f"{number:,.0f}" if number >= 20 else f"{number:.1f}" if number >= 1 else f"{number:.2f}"


# -- what else it costs ------------------------------------------------------------------------------------------------


def iter_costs() -> Iterator[str]:
    """Memory beyond the result in bytes for each byte of text, and the import in milliseconds."""
    sys.path.insert(0, str(ROOT))
    from corpora.misspelling import damage
    from khmertext import is_normalized, normalize, normalize_with_edits

    text = TEXT.read_text(encoding="utf-8")
    clean = normalize(text)
    texts = {"whole text": text, "3 % mistyped": damage(clean, 3, 0.03), "all mistyped": damage(clean, 3, 1.0)}
    yield "| memory beyond the result, bytes a byte | " + " | ".join(texts) + " |"
    yield "| --- |" + " ---: |" * len(texts)
    functions: tuple[Callable[[str], object], ...] = (normalize, is_normalized, normalize_with_edits, use_maps)
    for function in functions:
        figures = [f"{measure_memory(function, text):.1f}" for text in texts.values()]
        yield f"| `{function.__name__}` | " + " | ".join(figures) + " |"
    yield ""
    bare, with_us = ([start_python(command) for _ in range(20)] for command in ("pass", "import khmertext"))
    for name, choose in (("fastest", min), ("median", statistics.median)):
        yield f"import khmertext, {name} of 20: {1000 * (choose(with_us) - choose(bare)):.0f} ms"


def use_maps(text: str) -> object:
    """The normal form, with both offset maps in use and every edit as an object."""
    from khmertext import normalize_with_edits

    found = normalize_with_edits(text)
    assert found.to_source(len(found.text)) + found.to_normalized(len(text)) == len(text) + len(found.text)
    return found, found.edits


def measure_memory(function: Callable[[str], object], text: str) -> float:
    """The peak beyond what is kept, by byte of text."""
    function(text)
    tracemalloc.start()
    result = function(text)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del result
    return (peak - kept) / len(text.encode())


def start_python(command: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", command], check=True)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("json", nargs="?", type=Path, help="what pytest wrote with --benchmark-json")
    parser.add_argument("--costs", action="store_true", help="measure memory and import time")
    options = parser.parse_args()
    if options.json:
        print(*iter_rows(json.loads(options.json.read_text(encoding="utf-8"))), sep="\n")
    if options.costs:
        print(*iter_costs(), sep="\n")


if __name__ == "__main__":
    main()
