"""Build the Khmer LibreOffice Help, a real site of 2,451 Khmer pages, and measure.

    python benchmarks/libreoffice_help.py [--rounds 3] [--work FOLDER] [--json]

The help comes from Debian's packages libreoffice-help-km and libreoffice-help-common: from /usr/share where they are
installed, else by `apt-get download`, which needs no root. It is copied with its links resolved, since Debian's lead
out of the folder. Needs the `bench` extra (psutil).
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil

PACKAGES = ("libreoffice-help-km", "libreoffice-help-common")
INSTALLED = Path("/usr/share/libreoffice/help")
TARGETS = {"seconds": 8.0, "megabytes": 500.0, "font_bytes": 18_000}


def bring_help(work: Path) -> Path:
    """The help's folder, copied from the system or unpacked from Debian's packages."""
    site = work / "help"
    if site.is_dir():
        return site
    source = INSTALLED
    if not (INSTALLED / "km").is_dir():
        for package in PACKAGES:
            subprocess.run(["apt-get", "download", package], cwd=work, check=True)
        for archive in sorted(work.glob("*.deb")):
            subprocess.run(["dpkg-deb", "-x", str(archive), str(work / "root")], check=True)
        source = work / "root" / "usr/share/libreoffice/help"
    shutil.copytree(source, site, symlinks=False, ignore_dangling_symlinks=True)
    return site


def measure(command: list[str]) -> tuple[float, float, str]:
    """Wall seconds, highest memory of all processes together in MB, and the output of a command."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    peak = 0

    def watch() -> None:
        nonlocal peak
        try:
            root = psutil.Process(process.pid)
            while process.poll() is None:
                total = 0
                for one in (root, *root.children(recursive=True)):
                    # What processes share counts once: the proportional set size, where the system tells it.
                    memory: Any = one.memory_full_info()
                    total += getattr(memory, "pss", memory.rss)
                peak = max(peak, total)
                time.sleep(0.05)
        except psutil.Error:
            return

    watcher = threading.Thread(target=watch)
    watcher.start()
    output, _ = process.communicate()
    seconds = time.perf_counter() - begin
    watcher.join()
    if process.returncode:
        raise SystemExit(f"the build failed with exit code {process.returncode}")
    return seconds, peak / 1e6, output


def calibrate() -> float:
    """Seconds of a fixed loop: how fast this machine is right now."""
    begin = time.perf_counter()
    total = 0
    for number in range(20_000_000):
        total += number
    return time.perf_counter() - begin


def main() -> None:
    """Measure some rounds and print the best one."""
    parser = argparse.ArgumentParser(description="Build the Khmer LibreOffice Help and measure.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "khmertext-benchmarks")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    site = bring_help(options.work)
    best: dict[str, Any] = {}
    for _ in range(options.rounds):
        output = options.work / "built"
        shutil.rmtree(output, ignore_errors=True)
        loop = calibrate()
        command = [sys.executable, "-m", "khmertext", "site", "build", str(site), "--output", str(output)]
        seconds, megabytes, printed = measure([*command, "--axes", "wght=400", "--json"])
        result = json.loads(printed)
        if not best or seconds < best["seconds"]:
            best = {
                "seconds": round(seconds, 2),
                "megabytes": round(megabytes),
                "loop_seconds": round(loop, 2),
                "pages": result["khmer_pages"],
                "characters": result["characters"],
                "clusters": result["clusters"],
                "runs": result["runs"],
                "lacking": len(result["lacking"]),
                "font_bytes": result["after"],
                "python": platform.python_version(),
            }
    if options.json:
        print(json.dumps(best, indent=1))
        return
    for name, value in best.items():
        target = f"   (target: under {TARGETS[name]:g})" if name in TARGETS else ""
        print(f"{name:14}{value}{target}")


if __name__ == "__main__":
    main()
