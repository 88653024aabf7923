"""Run everything that CI runs, and say what failed.

    python tools/check.py            all of it
    python tools/check.py --fast     without the tests that need a browser or take long

It needs the ``test`` extra of pyproject.toml. All steps run, also after one failed; the exit code is 1 if any did.
The tests run in two processes side by side, each most of the time on one processor: what the browser tests start would
else be in the way of the others, which are told after them.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent

STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("lint", ("ruff", "check", ".")),
    ("format", ("ruff", "format", "--check", ".")),
    ("types", ("mypy",)),
)
BROWSER_TESTS = ("browser", ("pytest", "-m", "browser"))
TESTS = ("tests", ("pytest", "-m", "not browser"))
FAST_TESTS = ("tests", ("pytest", "-m", "not browser and not slow"))


def run_step(name: str, command: tuple[str, ...], output: IO[bytes] | None = None) -> tuple[bool, str]:
    """Run one tool with this Python.

    Args:
        name: What the summary calls it.
        command: The tool's module and its arguments.
        output: Where to write what it prints, if not here.

    Returns:
        Whether it was content, and its line of the summary.
    """
    begin = time.monotonic()
    if output is None:
        print(f"== {name}: {' '.join(command)}", flush=True)
    passed = (
        subprocess.run(
            [sys.executable, "-m", *command], cwd=ROOT, check=False, stdout=output, stderr=output and subprocess.STDOUT
        ).returncode
        == 0
    )
    return passed, f"{'ok  ' if passed else 'FAIL'}  {name:8}{time.monotonic() - begin:7.1f} s"


def run_tests() -> list[tuple[bool, str]]:
    """Run those that need a browser and the others side by side."""
    with tempfile.TemporaryFile() as output, ThreadPoolExecutor(1) as pool:
        others = pool.submit(run_step, *TESTS, output)
        results = [run_step(*BROWSER_TESTS), others.result()]
        output.seek(0)
        print(f"== {TESTS[0]}: {' '.join(TESTS[1])}", flush=True)
        shutil.copyfileobj(output, sys.stdout.buffer)
        sys.stdout.flush()
    return results


def main(arguments: list[str] | None = None) -> int:
    """Run the steps and print a summary; return the exit code."""
    parser = argparse.ArgumentParser(description="Run everything that CI runs.")
    parser.add_argument("--fast", action="store_true", help="leave out the tests that need a browser or take long")
    options = parser.parse_args(arguments)
    results = [run_step(*step) for step in STEPS]
    results += [run_step(*FAST_TESTS)] if options.fast else run_tests()
    print("\n" + "\n".join(line for _, line in results))
    return 0 if all(passed for passed, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
