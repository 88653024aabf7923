"""Taking our own insertions out of a file again.

A file that is as the last build left it is undone exactly, by the places in the manifest. One that was edited since is
undone by what our insertions look like; both ways leave the author's bytes alone.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from turbohtml import Element, Text, parse

from khmertext.errors import SiteError
from khmertext.web.cascade import STACK_ATTRIBUTES
from khmertext.web.escaping import quote_path
from khmertext.web.facts import MARK
from khmertext.web.manifest import FileRecord, Manifest, hash_bytes
from khmertext.web.sources import SourceText, decode_source, remove_insertions, source_kind
from khmertext.web.stacks import fallback_families, quote_families
from khmertext.web.stylesheets import parse_styles

__all__ = ["Restored", "Restorer", "strip_marks"]

# The parts of a rule that goes behind one of the author's (:mod:`khmertext.web.ownfonts`).
DESCRIPTORS = r"""(?:[^{}"']|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*?"""
ASSET = r"[a-z0-9-]+\.[0-9a-f]{12}\.woff2"
SERVED = r""" format\("woff2"\);unicode-range:[U+0-9A-F,-]+\}"""


class Restored(NamedTuple):
    """A file without what builds put in.

    Attributes:
        data: The author's bytes.
        original: Their sha256.
        found: sha256 of the file as it is.
    """

    data: bytes
    original: str
    found: str


class Restorer:
    """Knows what earlier builds put into a site, and takes it out.

    Args:
        manifests: The manifest of the last build, and the journal of an interrupted one.

    Example:
        >>> record = FileRecord(hash_bytes(b"ad"), hash_bytes(b"abcd"), ((1, 2),))
        >>> Restorer([Manifest("K", {"a.html": record})]).restore("a.html", b"abcd").data
        b'ad'
    """

    def __init__(self, manifests: Iterable[Manifest] = ()) -> None:
        manifests = tuple(manifests)
        self.families = tuple(dict.fromkeys(manifest.family for manifest in manifests))
        self.folders = tuple(
            dict.fromkeys(path.partition("/")[0] for manifest in manifests for path in sorted(manifest.assets))
        )
        self.paths = frozenset(path for manifest in manifests for path in manifest.changed)
        records = [(path, record) for manifest in manifests for path, record in manifest.changed.items()]
        self.originals = frozenset((path, record.original) for path, record in records)
        # By content, so that a page that was moved or copied since comes back exactly too.
        self.records: dict[str, FileRecord] = {record.result: record for _, record in records}

    def find_original(self, path: str, found: str) -> str | None:
        """The sha256 of the author's bytes of a file, where it can be told from that of the file as it is.

        Args:
            path: The file, from the root of the site.
            found: The sha256 of its bytes now.
        """
        if not self.families or (path, found) in self.originals:
            return found
        record = self.records.get(found)
        return None if record is None else record.original

    def restore(self, path: str, data: bytes) -> Restored:
        """The author's bytes of a file that a build may have changed.

        Args:
            path: The file, from the root of the site.
            data: Its bytes now.

        Raises:
            SiteError: The manifest and the file contradict each other.
        """
        found = hash_bytes(data)
        if not self.families or (path, found) in self.originals:
            return Restored(data, found, found)
        record = self.records.get(found)
        if record is not None:
            original = remove_insertions(data, list(record.places))
            if hash_bytes(original) != record.original:
                raise SiteError(
                    "does not come back to what the manifest says it was",
                    source=path,
                    hint="take the file from its source and build again",
                )
            return Restored(original, record.original, found)
        # Family names can be the author's own words in a file that we never touched; marks are nobody else's.
        families = self.families if path in self.paths else ()
        stripped = strip_marks(data, families, kind=source_kind(path), folders=self.folders)
        return Restored(stripped, found if stripped == data else hash_bytes(stripped), found)


def strip_marks(data: bytes, families: Sequence[str], *, kind: str = "html", folders: Sequence[str] = ()) -> bytes:
    """Remove whatever looks like an insertion of ours.

    That is marked elements and attributes, our family in font stacks, and rules for fonts in our folder.

    Args:
        data: A page or stylesheet.
        families: Names of the families that were put in.
        kind: "html", "xhtml" or "css".
        folders: Names of our folder in the site.

    Returns:
        The file without them; as it is when it is not in the encoding that it says.

    Example:
        >>> strip_marks(b'<p data-khmertext="0123abcd" style="font-family:&quot;K&quot;, serif">', ["K"])
        b'<p style="font-family:serif">'
    """
    try:
        source = decode_source(data, kind=kind)
    except SiteError:
        return data
    # What goes in is one piece: our family with those behind it, which a build may leave out; the longer one first.
    names = [
        quote_families(family, behind)
        for family in families
        for behind in (fallback_families(family, swap=False), fallback_families(family), ())
    ]
    if kind == "css":
        cuts = [*stack_cuts(source.text, 0, names), *face_cuts(source.text, folders)]
    elif MARK in source.text or any(name in source.text or html.escape(name) in source.text for name in names):
        cuts = list(page_cuts(source, names))
    else:
        return data
    places = []
    end = 0
    for first, last in sorted(set(cuts), key=lambda cut: (cut[0], -cut[1])):
        if first < end:
            continue  # inside what goes anyway
        start, end = source.byte_offset(first), last
        places.append((start, source.byte_offset(last) - start))
    return remove_insertions(data, places)


def page_cuts(source: SourceText, names: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The parts of a page that are ours, in characters."""
    text = source.text
    document = parse(text, source_locations=True)
    for element in document.select(f"[{MARK}]"):
        location = element.source_location
        if location is None or not text.startswith("<", location.start_tag.start_offset):
            continue
        if element.tag in ("link", "script", "noscript"):
            yield location.start_tag.start_offset, (location.end_tag or location.start_tag).end_offset
        elif MARK in location.attrs:
            span = location.attrs[MARK]
            yield span.start_offset - text[: span.start_offset].endswith(" "), span.end_offset
    if not names:
        return
    for element in document.select("style"):
        location = element.source_location
        css = "".join(child.data or "" for child in element.children if isinstance(child, Text))
        if location is not None and text.startswith(css, location.start_tag.end_offset):
            yield from stack_cuts(css, location.start_tag.end_offset, names)
    for element in document.select("[style],[face],[font-family]"):
        yield from attribute_cuts(text, element, names)


def stack_cuts(css: str, start: int, names: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where a stylesheet's font stacks name one of our families as we write it, comma included."""
    if not any(name in css for name in names):
        return
    for stack in parse_styles(css).stacks:
        for number, family in enumerate(stack.families):
            ends = {one.end for one in stack.families[number:]}
            written = (name for name in names if css.startswith(name, family.start))
            end = next((at for name in written if (at := family.start + len(name)) in ends), -1)
            if end < 0:
                continue
            if number and css.endswith(", ", 0, family.start):
                yield start + family.start - 2, start + end
            elif not number and css.startswith(", ", end):
                yield start + family.start, start + end + 2


def face_cuts(css: str, folders: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where a stylesheet has rules for fonts that were cut from the site's own, as we write them.

    Example:
        >>> css = '@font-face{font-family:A;src:url("K/a-own.0123456789ab.woff2") format("woff2");unicode-range:U+20}'
        >>> list(face_cuts("a{}\\n" + css, ["K"])), list(face_cuts("a{}\\n" + css, ["other"]))
        ([(3, 102)], [])
    """
    for folder in folders:
        name = re.escape(quote_path(folder).removeprefix("./"))
        written = re.compile(rf"\r?\n@font-face\{{{DESCRIPTORS}src:url\(\"(?:\.\./)*{name}/{ASSET}\"\){SERVED}")
        yield from (match.span() for match in written.finditer(css))


def attribute_cuts(text: str, element: Element, names: Sequence[str]) -> Iterator[tuple[int, int]]:
    location = element.source_location
    for attribute in ("style", *STACK_ATTRIBUTES) if location is not None else ():
        if location is not None and attribute in location.attrs:
            span = location.attrs[attribute]
            raw = text[span.start_offset : span.end_offset]
            for start, end in written_cuts(raw, names):
                yield span.start_offset + start, span.start_offset + end


def written_cuts(raw: str, names: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the source of an attribute names one of our families as we write it, comma included."""
    for name in names:
        escaped = html.escape(name)
        for written, space in ((escaped, " "), (escaped.replace(" ", "&#32;"), "&#32;")):
            for part in (f"{written},{space}", f",{space}{written}"):
                at = raw.find(part)
                while at >= 0:
                    yield at, at + len(part)
                    at = raw.find(part, at + len(part))
