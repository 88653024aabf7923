"""Run everything that CI runs, and say what failed.

    python tools/check.py            all of it
    python tools/check.py --fast     without the tests that need a browser or take long

It needs the ``test`` extra of pyproject.toml. All steps run, also after one failed; the exit code is 1 if
any did.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("lint", ("ruff", "check", ".")),
    ("format", ("ruff", "format", "--check", ".")),
    ("types", ("mypy",)),
    ("tests", ("pytest",)),
)
FAST_TESTS = ("-m", "not browser and not slow")


def run_step(name: str, command: tuple[str, ...]) -> bool:
    """Run one tool with this Python; return whether it was content."""
    print(f"== {name}: {' '.join(command)}", flush=True)
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False).returncode == 0


def main(arguments: list[str] | None = None) -> int:
    """Run the steps and print a summary; return the exit code."""
    parser = argparse.ArgumentParser(description="Run everything that CI runs.")
    parser.add_argument("--fast", action="store_true", help="leave out the tests that need a browser or take long")
    options = parser.parse_args(arguments)
    lines = []
    failed = 0
    for name, command in STEPS:
        if options.fast and name == "tests":
            command = (*command, *FAST_TESTS)
        begin = time.monotonic()
        passed = run_step(name, command)
        failed += not passed
        lines.append(f"{'ok  ' if passed else 'FAIL'}  {name:8}{time.monotonic() - begin:7.1f} s")
    print("\n" + "\n".join(lines))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
