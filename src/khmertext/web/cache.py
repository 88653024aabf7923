"""What builds remember between runs: facts of files, proven fonts, and how the files were.

A folder outside the site with JSON files and font files; every file is whole or not there. Whatever cannot be read, or
was written by another version, counts as not there.

What is kept is keyed by what it was made of: the bytes of a page and of everything that reading it depends on, the
options, the versions of what makes it. Nothing is believed because of its name or place.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cache as memo
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple

from khmertext.atomic import TEMPORARY, fill_file, put_whole
from khmertext.web.manifest import hash_bytes

__all__ = ["Entry", "SiteCache", "default_cache", "hash_value", "open_cache", "source_key"]

FORMAT: Final = 3
SHARDS: Final = 32
MAX_FILE: Final = 512 << 20
STALE: Final = 90 * 24 * 3600
"""Seconds after which what was kept of a site that is not built any more goes."""


class Entry(NamedTuple):
    """What was kept of a file.

    Args:
        value: In values that JSON has.
        shared: What it has together with other files, in tuples.
    """

    value: Any
    shared: tuple[Any, ...] = ()


class Shard(NamedTuple):
    """What was kept of some of the files.

    Args:
        files: Path → the sha256 of its author's bytes, the key, the value, and the names of what is shared.
        shared: Name → what several files have together.
        names: The same the other way round.
    """

    files: dict[str, Any]
    shared: dict[str, Any]
    names: dict[Any, str]


def default_cache() -> Path:
    """The folder where caches go on this system.

    Source: XDG Base Directory Specification; Apple, "File System Programming Guide"; Microsoft, "Known folders".
    """
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        given = os.environ.get("XDG_CACHE_HOME", "")
        base = Path(given) if Path(given).is_absolute() else home / ".cache"
    return base / "khmertext"


@memo
def source_key() -> str:
    """What tells this khmertext from any other: the sizes and times of its files and of what it uses, and versions."""
    found = []
    for name in ("khmertext", "uharfbuzz", "fontTools", "turbohtml", "tinycss2"):
        spec = find_spec(name)
        root = Path(spec.origin).parent if spec is not None and spec.origin else Path()
        files = sorted(root.rglob("*.py")) if name == "khmertext" else sorted(root.glob("*.*"))
        found += [(path.name, stat.st_size, stat.st_mtime_ns) for path in files for stat in [path.stat()]]
    return hash_value([FORMAT, sys.version, version("brotli"), found])


def hash_value(value: Any) -> str:
    """The sha256 of a value that JSON has, in hexadecimal.

    Example:
        >>> hash_value({"b": 1, "a": 2}) == hash_value({"a": 2, "b": 1})
        True
    """
    return hash_bytes(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


def open_cache(folder: Path, source: Path, output: Path | None) -> SiteCache:
    """Open what was kept of a site.

    Args:
        folder: The folder of all caches.
        source: The site.
        output: Where it goes; None for in place.
    """
    places = [str(source.resolve()), str(output.resolve()) if output is not None else ""]
    return SiteCache(folder / "sites" / hash_value(places)[:32])


class SiteCache:
    """What is kept of one site.

    Args:
        folder: Where; it is made when there is something to keep.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state: Mapping[str, Any] = read_json(folder / "state.json")
        self.shards: dict[int, Shard] = {}
        self.dirty: set[int] = set()
        self.seen: set[str] = set()

    # -- facts --

    def find_original(self, path: str) -> str | None:
        """The sha256 of the author's bytes of a file that something is known of; None where nothing is.

        Args:
            path: The file.
        """
        entry = self.shard(path).files.get(path)
        return entry[0] if isinstance(entry, list) and entry and isinstance(entry[0], str) else None

    def find(self, path: str, original: str, key: str) -> Entry | None:
        """What a file was found to hold; None where it is not known.

        Args:
            path: The file.
            original: The sha256 of its author's bytes.
            key: What else reading it depends on.
        """
        self.seen.add(path)
        shard = self.shard(path)
        entry = shard.files.get(path)
        try:
            if entry is None or entry[:2] != [original, key]:
                return None
            return Entry(entry[2], tuple(shard.shared[name] for name in entry[3]))
        except (TypeError, IndexError, KeyError):
            return None

    def keep(self, path: str, original: str, key: str, value: Any, shared: Sequence[Any] = ()) -> None:
        """Keep what a file was found to hold.

        Args:
            path: The file.
            original: The sha256 of its author's bytes.
            key: What else reading it depends on.
            value: What it holds, in values that JSON has.
            shared: What many files have alike, in tuples; it is kept once.
        """
        shard = self.shard(path)
        names = []
        for one in shared:
            if one not in shard.names:
                name = shard.names[one] = hash_value(one)[:16]
                shard.shared[name] = one
            names.append(shard.names[one])
        shard.files[path] = [original, key, value, names]
        self.dirty.add(shard_of(path))
        self.seen.add(path)

    def shard(self, path: str) -> Shard:
        number = shard_of(path)
        if number not in self.shards:
            self.shards[number] = read_shard(self.folder / f"facts-{number:02}.json")
        return self.shards[number]

    # -- files --

    def read_blob(self, digest: str) -> bytes | None:
        """The bytes of a kept file; None where it is not there, or not what it was.

        Args:
            digest: Their sha256.
        """
        try:
            data = (self.folder / "files" / digest).read_bytes() if digest.isalnum() else b""
        except OSError:
            return None
        return data if hash_bytes(data) == digest else None

    @property
    def changed(self) -> int:
        """How many parts of the facts would be written."""
        return len(self.dirty)

    def save_facts(self, files: Iterable[bytes] = ()) -> None:
        """Keep what files were found to hold; what is not used any more goes.

        Where nothing can be written, nothing is kept.

        Args:
            files: Files to keep, found again by their sha256.
        """
        with contextlib.suppress(OSError):
            (self.folder / "files").mkdir(parents=True, exist_ok=True)
            kept = set()
            for data in files:
                digest = hash_bytes(data)
                kept.add(digest)
                if not (self.folder / "files" / digest).is_file():
                    put(self.folder / "files" / digest, data)
            for number, shard in self.shards.items():
                gone = shard.files.keys() - self.seen
                for path in gone:
                    del shard.files[path]
                if gone or number in self.dirty:
                    used = {name for entry in shard.files.values() for name in entry[3]}
                    shared = {name: one for name, one in shard.shared.items() if name in used}
                    write_json(self.folder / f"facts-{number:02}.json", {"files": shard.files, "shared": shared})
            for file in (self.folder / "files").iterdir():
                if file.name not in kept and not file.name.endswith(TEMPORARY):
                    file.unlink(missing_ok=True)
            self.drop_stale()

    def save_state(self, state: Mapping[str, Any]) -> None:
        """Keep how everything was, last of all.

        Args:
            state: What to find as :attr:`state` the next time, in values that JSON has.
        """
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_json(self.folder / "state.json", state)

    def drop_stale(self) -> None:
        """Remove what was kept of sites that nobody has built for long."""
        limit = time.time() - STALE
        for other in self.folder.parent.iterdir():
            state = other / "state.json"
            if other != self.folder and state.is_file() and state.stat().st_mtime < limit:
                shutil.rmtree(other, ignore_errors=True)


def shard_of(path: str) -> int:
    return hashlib.sha256(path.encode("utf-8", "surrogatepass")).digest()[0] % SHARDS


# -- JSON ------------------------------------------------------------------------------------------------------------


def read_json(path: Path) -> Mapping[str, Any]:
    """What a file holds; nothing where it is not there, or holds something else."""
    try:
        if path.stat().st_size > MAX_FILE:
            return {}
        value = json.loads(path.read_bytes().decode("utf-8", "surrogatepass"))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def read_shard(path: Path) -> Shard:
    """The facts of a file; of what is not of their form, nothing."""
    value = read_json(path)
    files, shared = value.get("files"), value.get("shared")
    if not isinstance(files, dict) or not isinstance(shared, dict):
        return Shard({}, {}, {})
    files = {name: entry for name, entry in files.items() if isinstance(entry, list) and len(entry) == 4}
    frozen = {name: freeze(one) for name, one in shared.items()}
    try:
        return Shard(files, frozen, {one: name for name, one in frozen.items()})
    except TypeError:  # nothing of ours: what is in there has no hash
        return Shard({}, {}, {})


def freeze(value: Any) -> Any:
    """Lists as tuples, whatever they hold."""
    return tuple(map(freeze, value)) if isinstance(value, list) else value


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    put(path, text.encode("utf-8", "surrogatepass"))


def put(path: Path, data: bytes) -> None:
    put_whole(path, lambda temporary: fill_file(temporary, data, None))
