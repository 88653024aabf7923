"""Makes src/khmertext/web/guard/guard.min.js from guard.src.js and the grammar.

    python tools/build_guard.py            write it
    python tools/build_guard.py --check    exit 1 if the file is not what the source and the grammar give

Needs Node.js, as tools/build_detector.py does, whose minifier it uses. The result is committed.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from khmertext.web.guard.pattern import CLUSTER_PATTERN, RUN_CHARACTERS  # noqa: E402 - found by the path above
from khmertext.web.guard.script import PLACEHOLDER  # noqa: E402

FOLDER = ROOT / "src" / "khmertext" / "web" / "guard"
SOURCE = FOLDER / "guard.src.js"
RESULT = FOLDER / "guard.min.js"
LIMIT = 2600  # bytes, the list of clusters not among them
PACKED_LIMIT = 1150  # bytes as servers send it, packed with brotli

minifier = importlib.import_module("tools.build_detector")


def main(arguments: list[str]) -> int:
    return int(minifier.put_script(build_script(SOURCE.read_text(encoding="utf-8")), RESULT, arguments))


def fill_in(source: str) -> str:
    """The source with the grammar in it."""
    return source.replace("@CLUSTER@", CLUSTER_PATTERN).replace("@RUN@", RUN_CHARACTERS)


def header(source: str) -> str:
    """The first line: what the file is, and which source and grammar it was made from."""
    return f"/*! khmertext guard, MIT; {hashlib.sha256(fill_in(source).encode()).hexdigest()[:16]} */\n"


def build_script(source: str, *, offline: bool = False) -> str:
    """The minified script with its header.

    Args:
        source: The readable script, with newlines as ``\\n``.
        offline: Use terser only if it is on this machine already.

    Raises:
        RuntimeError: There is no terser to be had, or it refuses the source.
        ValueError: The result is too large, or has lost the place for the list.
    """
    script = header(source) + str(minifier.minify(fill_in(source), offline=offline))
    packed = minifier.packed_size(script)
    if len(script) >= LIMIT or packed >= PACKED_LIMIT:
        raise ValueError(f"{len(script)} bytes, {packed} with brotli; the limits are {LIMIT} and {PACKED_LIMIT}")
    if script.count(PLACEHOLDER) != 1:
        raise ValueError(f"the script holds {PLACEHOLDER} {script.count(PLACEHOLDER)} times")
    return script


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
