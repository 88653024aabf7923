"""The manifest: what a build put into a site, and how to take it out again.

A versioned JSON file with relative paths, without time and host: the same site gives the same manifest. The journal has
the same form; it is written before the pages and removed after the manifest, so that an interrupted build can be
undone exactly.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from khmertext.errors import SiteError

__all__ = [
    "FOLDER",
    "FORMAT",
    "SIGN",
    "FileRecord",
    "Manifest",
    "check_path",
    "hash_bytes",
    "read_manifest",
    "write_manifest",
]

FORMAT = 1
FOLDER = "khmertext"  # the usual name of our folder in a site
SIGN = b'"made_by": "khmertext"'  # among the first bytes of every manifest
SURROGATE = re.compile("[\ud800-\udfff]")
HINT = "remove the folder if it is not yours, or build again from the original site"


class FileRecord(NamedTuple):
    """A file of the site that a build changed.

    Attributes:
        original: sha256 of the file before.
        result: sha256 of the file after.
        places: Offset and length, in bytes of the file after, of everything put in; ascending.
    """

    original: str
    result: str
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a build did.

    Attributes:
        family: The name of the Khmer family.
        changed: Path → what was put into the file.
        assets: Our files, from the root of the site → sha256.
        previous: The files of the build before, kept for cached pages.
        copied: In an output folder, the files that are there unchanged.
        report: What was counted and proven; for people and tools.
    """

    family: str
    changed: Mapping[str, FileRecord] = field(default_factory=dict)
    assets: Mapping[str, str] = field(default_factory=dict)
    previous: tuple[str, ...] = ()
    copied: tuple[str, ...] = ()
    report: Mapping[str, Any] = field(default_factory=dict)

    @property
    def files(self) -> set[str]:
        """Every file that this manifest answers for, itself not included."""
        return {*self.changed, *self.assets, *self.previous, *self.copied}


def hash_bytes(data: bytes) -> str:
    """The sha256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def write_manifest(manifest: Manifest) -> bytes:
    """A manifest as JSON text in UTF-8; the same manifest gives the same bytes.

    A file name that is no valid UTF-8 comes to Python with lone surrogates; they are written as JSON escapes.

    Example:
        >>> read_manifest(write_manifest(Manifest("Site Khmer"))).family
        'Site Khmer'
    """
    value = {
        "format": FORMAT,
        "made_by": "khmertext",
        "family": manifest.family,
        **{name: manifest.report[name] for name in sorted(manifest.report)},
        "files": {
            "assets": dict(sorted(manifest.assets.items())),
            "previous": sorted(manifest.previous),
            "copied": sorted(manifest.copied),
            "changed": {},
        },
    }
    head, end, tail = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False).rpartition("}\n }\n}")
    # One line for a file: thousands of pages, each written with indents, would take longer than all the rest.
    records = ",\n".join(
        f"   {dump_line(path)}: {dump_line(record_value(record))}" for path, record in sorted(manifest.changed.items())
    )
    text = f"{head}\n{records}\n  {end}{tail}\n" if records else f"{head}{end}{tail}\n"
    return SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text).encode()


def record_value(record: FileRecord) -> dict[str, Any]:
    return {
        "original_sha256": record.original,
        "result_sha256": record.result,
        "inserted": [list(place) for place in record.places],
    }


def dump_line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def read_manifest(data: bytes, *, source: str = "") -> Manifest:
    """Read a manifest; a site may come from anywhere, so every path and number is looked at.

    Args:
        data: The file's bytes.
        source: Its name, for the error.

    Raises:
        SiteError: It is no manifest of ours, of a later format, or names files outside the site.
    """
    try:
        value = json.loads(data)
        if not isinstance(value, dict) or value.get("made_by") != "khmertext":
            raise SiteError("is no manifest of khmertext", source=source, hint=HINT)
        if value["format"] != FORMAT:
            raise SiteError(
                f"has format {value['format']}, this version reads {FORMAT}",
                source=source,
                hint="use the version of khmertext that wrote it",
            )
        files = value["files"]
        changed = {
            check_path(path, source): FileRecord(
                str(entry["original_sha256"]),
                str(entry["result_sha256"]),
                tuple(check_place(place) for place in entry["inserted"]),
            )
            for path, entry in files["changed"].items()
        }
        assets = {check_path(path, source): str(digest) for path, digest in files["assets"].items()}
        previous, copied = (check_paths(files[name], source) for name in ("previous", "copied"))
        report = {name: part for name, part in value.items() if name not in ("format", "made_by", "family", "files")}
        return Manifest(str(value["family"]), changed, assets, previous, copied, report)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SiteError(f"is a damaged manifest ({type(error).__name__})", source=source, hint=HINT) from error


def check_path(path: object, source: str, *, windows: bool = os.name == "nt") -> str:
    r"""A path that stays inside the site, or a :class:`SiteError`.

    Args:
        path: What a manifest names.
        source: The manifest, for the error.
        windows: Whether backslashes, drives and streams mean something here; elsewhere they are letters of a name.

    Example:
        >>> check_path("news/a.html", "")
        'news/a.html'
        >>> check_path("a:b.html", "", windows=False)
        'a:b.html'
    """
    if isinstance(path, str) and path not in ("", ".") and "\0" not in path:
        pure = PurePosixPath(path)
        leaves = pure.is_absolute() or ".." in pure.parts or str(pure) != path
        if not leaves and not (windows and (":" in path or "\\" in path)):
            return path
    raise SiteError(f"names a file outside the site: {path!r}", source=source, hint=HINT)


def check_paths(paths: Any, source: str) -> tuple[str, ...]:
    if not isinstance(paths, list):
        raise TypeError("a list of paths")
    return tuple(check_path(path, source) for path in paths)


def check_place(place: Any) -> tuple[int, int]:
    offset, length = place
    if not (isinstance(offset, int) and isinstance(length, int) and offset >= 0 and length >= 0):
        raise ValueError("a place is two counts")
    return offset, length
