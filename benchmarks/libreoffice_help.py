"""Build the Khmer LibreOffice Help, a real site of 2,451 Khmer pages, and measure.

    python benchmarks/libreoffice_help.py             three builds, the fastest one as a table
    python benchmarks/libreoffice_help.py --json      the same as JSON, with every round

The help comes from Debian's packages libreoffice-help-km and libreoffice-help-common: from where they are installed,
else by `apt-get download` and `dpkg-deb -x`, which need no root. It is copied once, its links resolved, since some of
Debian's lead out of the folder; what leads nowhere is left out. Nothing fails by time: the table says what was met.

Needs Linux and psutil (the `bench` extra). Two processors are used, or what `--processors` says.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

PACKAGES = ("libreoffice-help-km", "libreoffice-help-common")
HELP = Path("usr/share/libreoffice/help")
WORK = Path(tempfile.gettempdir()) / "khmertext-benchmarks"

# What the project wants on two quiet processors: a value must stay below.
TARGETS = {"seconds": 8, "megabytes": 500, "font_bytes": 18_000, "unproven": 1}
SAMPLE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Round:
    """One build.

    Attributes:
        seconds: From start to exit.
        processor_seconds: User and system time of all its processes; grows when processors are shared.
        megabytes: The most memory that its processes had together (10**6 bytes); pages they share count once.
        others: Processors that other programs kept busy meanwhile, on average.
        loop_seconds: A fixed loop just before: how fast this machine was.
        result: What `khmertext site build --json` printed.
    """

    seconds: float
    processor_seconds: float
    megabytes: float
    others: float
    loop_seconds: float
    result: dict[str, Any]


# -- the help -------------------------------------------------------------------------------------------------------


def bring_help(work: Path, *, download: bool = False) -> Path:
    """The help as a plain folder in ``work``: copied from the system, or from packages that are downloaded first."""
    site = work / "help"
    if site.is_dir():
        return site
    work.mkdir(parents=True, exist_ok=True)
    source = Path("/") / HELP
    if download or not (source / "km").is_dir():
        source = unpack_packages(work) / HELP
    begun = work / "help.begun"  # a copy that was broken off must not pass for the whole
    shutil.rmtree(begun, ignore_errors=True)
    shutil.copytree(source, begun, ignore_dangling_symlinks=True)
    return begun.rename(site)


def unpack_packages(work: Path) -> Path:
    """Download Debian's packages and unpack them; the root of what was in them."""
    packages, root = work / "packages", work / "root"
    packages.mkdir(exist_ok=True)
    for package in PACKAGES:
        if not list(packages.glob(f"{package}_*.deb")):
            subprocess.run(["apt-get", "download", package], cwd=packages, stdout=sys.stderr, check=True)
    for archive in sorted(packages.glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", str(archive), str(root)], check=True)
    return root


def describe_help(site: Path) -> dict[str, Any]:
    """What it is, so that results can be compared: files, bytes, and a digest over all of them."""
    digest = hashlib.sha256()
    files = size = pages = 0
    for path in sorted(path for path in site.rglob("*") if path.is_file()):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(site).as_posix()}\0{len(data)}\0".encode() + data)
        files, size, pages = files + 1, size + len(data), pages + (path.suffix == ".html")
    return {"files": files, "bytes": size, "html": pages, "sha256": digest.hexdigest()}


# -- measuring ------------------------------------------------------------------------------------------------------


def measure_round(command: Sequence[str]) -> Round:
    """Run a build and watch it."""
    loop = time_loop()
    before, watching_before, busy_before = read_used(), read_used(resource.RUSAGE_SELF), read_busy()
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    peaks: list[int] = [0]
    watcher = threading.Thread(target=watch_memory, args=(process, peaks))
    watcher.start()
    output, _ = process.communicate()
    seconds = time.perf_counter() - begin
    watcher.join()
    if process.returncode:
        raise SystemExit(f"the build failed with exit code {process.returncode}")
    used = read_used() - before
    ours = used + read_used(resource.RUSAGE_SELF) - watching_before
    others = max(0.0, read_busy() - busy_before - ours) / seconds
    return Round(
        round(seconds, 2),
        round(used, 2),
        round(max(peaks) / 1e6, 1),
        round(others, 2),
        round(loop, 2),
        json.loads(output),
    )


def watch_memory(process: subprocess.Popen[str], peaks: list[int]) -> None:
    """Note the memory of a process and all below it, again and again until it ends."""
    try:
        root = psutil.Process(process.pid)
    except psutil.Error:
        return
    while process.poll() is None:
        total = 0
        try:
            family = [root, *root.children(recursive=True)]
        except psutil.Error:
            return
        for one in family:
            try:
                # The proportional set size, where the system tells it: what processes share counts once.
                memory: Any = one.memory_full_info()
            except psutil.Error:
                continue  # it ended meanwhile; the others count
            total += getattr(memory, "pss", memory.rss)
        peaks.append(total)
        time.sleep(SAMPLE_SECONDS)


def time_loop() -> float:
    """Seconds of a fixed loop."""
    begin = time.perf_counter()
    total = 0
    for number in range(10_000_000):
        total += number
    return time.perf_counter() - begin


def read_used(who: int = resource.RUSAGE_CHILDREN) -> float:
    """Processor seconds of all children that have ended, and of theirs; or of this process itself."""
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def read_busy() -> float:
    """Processor seconds that the whole machine was busy since it started."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))


# -- telling --------------------------------------------------------------------------------------------------------


def choose_figures(best: Round) -> dict[str, float]:
    """The figures of a table."""
    result = best.result
    return {
        "seconds": best.seconds,
        "processor_seconds": best.processor_seconds,
        "megabytes": best.megabytes,
        "pages": result["pages"],
        "pages_with_font": result["khmer_pages"],
        "characters": result["characters"],
        "clusters": result["clusters"],
        "runs_proven": result["runs"],
        "unproven": len(result["lacking"]),
        "font_bytes": result["after"],
        "glyphs": result["glyphs"],
        "others_busy": best.others,
        "loop_seconds": best.loop_seconds,
    }


def format_figures(figures: dict[str, float]) -> str:
    """A table: each figure, its target, and whether it was met."""
    lines = []
    for name, value in figures.items():
        target = TARGETS.get(name)
        verdict = "" if target is None else f"   under {target:,}: {'met' if value < target else 'NOT MET'}"
        lines.append(f"{name.replace('_', ' '):18}{value:>12,}{verdict}")
    return "\n".join(lines)


def main() -> None:
    """Measure some rounds and tell of the fastest."""
    parser = argparse.ArgumentParser(description="Build the Khmer LibreOffice Help and measure.")
    parser.add_argument("--rounds", type=int, default=3, help="how many builds; the fastest counts (default: 3)")
    parser.add_argument("--processors", type=int, default=2, help="how many to use at most (default: 2)")
    parser.add_argument("--work", type=Path, default=WORK, help=f"a folder for the copies (default: {WORK})")
    parser.add_argument("--download", action="store_true", help="take the packages even where they are installed")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    options = parser.parse_args()
    site = bring_help(options.work, download=options.download)
    allowed = sorted(os.sched_getaffinity(0))[: max(1, options.processors)]
    os.sched_setaffinity(0, allowed)  # children inherit it
    # A folder of its own for each round, all removed at the end: for a minute after a removal, ext4 passes over the
    # inodes that it freed, one by one, and making 7,900 files takes up to ten times as long.
    outputs = Path(tempfile.mkdtemp(prefix="built-", dir=options.work))
    build = [sys.executable, "-m", "khmertext", "site", "build", str(site), "--axes", "wght=400", "--json", "--output"]
    try:
        rounds = [measure_round([*build, str(outputs / str(number))]) for number in range(max(1, options.rounds))]
    finally:
        shutil.rmtree(outputs, ignore_errors=True)
    figures = choose_figures(min(rounds, key=lambda one: one.seconds))
    machine = f"Python {platform.python_version()}, {len(allowed)} processors, {platform.machine()}"
    if options.json:
        met = {name: figures[name] < target for name, target in TARGETS.items()}
        everything = {"machine": machine, "help": describe_help(site), "best": figures, "met": met}
        print(json.dumps({**everything, "rounds": [asdict(one) for one in rounds]}, indent=1, ensure_ascii=False))
        return
    print(format_figures(figures))
    median = statistics.median(one.seconds for one in rounds)
    every = ", ".join(f"{one.seconds:g} s" for one in rounds)
    print(f"fastest of {len(rounds)} ({every}; median {median:.2f} s); {machine}")


if __name__ == "__main__":
    main()
