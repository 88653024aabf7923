"""Makes src/khmertext/web/detector/detector.min.js from detector.src.js.

    python tools/build_detector.py            write it
    python tools/build_detector.py --check    exit 1 if the file is not what the source gives

Needs Node.js: the minifying is done by terser, which npx fetches in the one version named here. Nobody else needs it,
because the result is committed; its first line holds a hash of the source, so a test without Node.js sees when it is
out of date.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import brotli

FOLDER = Path(__file__).resolve().parent.parent / "src" / "khmertext" / "web" / "detector"
SOURCE = FOLDER / "detector.src.js"
RESULT = FOLDER / "detector.min.js"
LIMIT = 2000  # bytes: every visitor loads it
PACKED_LIMIT = 1000  # bytes as servers send it, packed with brotli

TERSER = "terser@5.51.2"
# ASCII only: the script is then the same text in whatever encoding the page has.
OPTIONS = ("--ecma", "5", "--compress", "passes=3", "--mangle", "--format", "ascii_only=true")


def main(arguments: list[str]) -> int:
    return put_script(build_script(SOURCE.read_text(encoding="utf-8")), RESULT, arguments)


def put_script(script: str, result: Path, arguments: list[str]) -> int:
    """Write a minified script, or compare it with the file; the exit code.

    Args:
        script: What the source gives.
        result: The file.
        arguments: Of the command: ``--check`` to compare only.
    """
    if "--check" in arguments:
        return 0 if result.read_text(encoding="ascii") == script else 1
    with result.open("w", encoding="ascii", newline="\n") as file:
        file.write(script)
    print(f"{result.name}: {len(script)} bytes, {packed_size(script)} with brotli")
    return 0


def build_script(source: str, *, offline: bool = False) -> str:
    """The minified script with its header.

    Args:
        source: The readable script, with newlines as ``\\n``.
        offline: Use terser only if it is on this machine already.

    Raises:
        RuntimeError: There is no terser to be had, or it refuses the source.
        ValueError: The result is too large.
    """
    script = header(source) + minify(source, offline=offline)
    if len(script) >= LIMIT or packed_size(script) >= PACKED_LIMIT:
        raise ValueError(
            f"{len(script)} bytes, {packed_size(script)} with brotli; the limits are {LIMIT} and {PACKED_LIMIT}"
        )
    return script


def minify(source: str, *, offline: bool = False) -> str:
    """A script without comments, spaces and long names.

    Args:
        source: The readable script.
        offline: Use terser only if it is on this machine already.

    Raises:
        RuntimeError: There is no terser to be had, or it refuses the source.
    """
    npx = shutil.which("npx")
    if npx is None:
        raise RuntimeError("npx is not installed (it comes with Node.js)")
    command = [npx, *(["--offline"] if offline else []), "--yes", TERSER, *OPTIONS]
    run = subprocess.run(command, input=source, capture_output=True, text=True, encoding="utf-8", check=False)
    if run.returncode:
        raise RuntimeError(run.stderr.strip() or "terser failed")
    return run.stdout.strip() + "\n"


def packed_size(script: str) -> int:
    """How many bytes a server sends that packs with brotli as well as it can."""
    return len(brotli.compress(script.encode(), quality=11))


def header(source: str) -> str:
    """The first line: what the file is, and which source it was made from."""
    return f"/*! khmertext visitor check, MIT; {hashlib.sha256(source.encode()).hexdigest()[:16]} */\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
