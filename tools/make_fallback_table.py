"""Write src/khmertext/fonts/fallbacks.json: how wide the Khmer of fonts is that visitors may have.

    python tools/fetch_packages.py fonts/FALLBACKS.toml && python tools/make_fallback_table.py
    python tools/make_fallback_table.py --check     exit 1 if the file is not what this script writes

The fonts are those of fonts/FALLBACKS.toml, each with the hash that is there; any other version is refused.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tomllib
from pathlib import Path, PurePosixPath
from typing import Any, Final

from khmertext.fonts import open_face
from khmertext.fonts.fallbacks import format_fallbacks, measure_fallback

ROOT: Final = Path(__file__).resolve().parent.parent
MANIFEST: Final = ROOT / "fonts" / "FALLBACKS.toml"
OUTPUT: Final = ROOT / "src" / "khmertext" / "fonts" / "fallbacks.json"


def read_font(entry: dict[str, Any]) -> bytes:
    """The bytes of a font of the manifest, brought or installed.

    Raises:
        FileNotFoundError: It is not at hand in the version of the manifest.
    """
    path = PurePosixPath(entry["file"])
    for place in (ROOT / "fonts" / "packages" / path.name, Path("/", path)):
        if place.is_file() and hashlib.sha256(data := place.read_bytes()).hexdigest() == entry["sha256"]:
            return data
    raise FileNotFoundError(f"{path.name} of {entry['package']} {entry['version']} is not at hand: see --help")


def make_table() -> str:
    """Return the text of the table.

    Raises:
        FileNotFoundError: A font is not at hand.
    """
    fonts = []
    for entry in tomllib.loads(MANIFEST.read_text(encoding="utf-8"))["font"]:
        face = open_face(read_font(entry), source=PurePosixPath(entry["file"]).name)
        fonts.append(measure_fallback(face, f"{entry['registry']} {entry['package']} {entry['version']}"))
    return format_fallbacks(fonts)


def main() -> int:
    """Write or check the table; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 if the file is out of date")
    options = parser.parse_args()
    try:
        table = make_table()
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    if options.check:
        current = OUTPUT.read_text(encoding="utf-8") if OUTPUT.exists() else ""
        if current != table:
            print(f"{OUTPUT} is not what this script writes", file=sys.stderr)
        return int(current != table)
    OUTPUT.write_bytes(table.encode())
    print(f"{OUTPUT.relative_to(ROOT)}: {len(table.encode()):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
