"""Manifests are read as if a stranger wrote them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmertext.errors import SiteError
from khmertext.web.manifest import FileRecord, Manifest, check_path, hash_bytes, read_manifest, write_manifest

DIGEST = hash_bytes(b"")
RECORD = FileRecord(DIGEST, DIGEST, ((0, 3), (9, 0)))
NAMES = st.text(st.characters(codec=None, exclude_characters="/\0"), min_size=1).filter(lambda name: name not in "..")


@given(
    st.dictionaries(NAMES, st.just(RECORD)),
    st.dictionaries(NAMES, st.just(DIGEST)),
    st.lists(NAMES),
    st.text(st.characters(codec="utf-8")),
)
def test_what_is_written_is_read(
    changed: dict[str, FileRecord], assets: dict[str, str], names: list[str], family: str
) -> None:
    """Any names, those of files that are no UTF-8 included (Python gives them lone surrogates)."""
    manifest = Manifest(family, changed, assets, tuple(sorted(names)), tuple(sorted(names)), {"x": [1]})
    data = write_manifest(manifest)
    assert read_manifest(data) == manifest
    assert write_manifest(read_manifest(data)) == data
    assert b"made_by" in data[:60]


OUTSIDE = ["../../x", "/etc/passwd", "a/../../x", "..", ".", "", "a//b", "a/", "./a", "a\0b", 7, None, ["a"]]


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("place", ["changed", "assets", "previous", "copied"])
def test_paths_that_leave_the_site_are_refused(path: Any, place: str) -> None:
    value = json.loads(write_manifest(Manifest("K", {"a": RECORD}, {"b": DIGEST}, ("c",), ("d",))))
    if place in ("previous", "copied"):
        value["files"][place] = [path]
    elif isinstance(path, str):
        value["files"][place] = {path: next(iter(value["files"][place].values()))}
    else:
        return
    with pytest.raises(SiteError, match=r"outside the site|no manifest") as caught:
        read_manifest(json.dumps(value).encode(), source="m.json")
    assert caught.value.source == "m.json"


@pytest.mark.parametrize("path", ["C:\\x", "C:/x", "C:x", "\\\\host\\x", "..\\x", "a.html:stream", "\\x"])
def test_on_windows_drives_streams_and_backslashes_are_refused_too(path: str) -> None:
    with pytest.raises(SiteError, match="outside"):
        check_path(path, "", windows=True)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"made_by": "somebody"}',
        b'{"made_by": "khmertext"}',
        b'{"made_by": "khmertext", "format": 1}',
        b'{"made_by": "khmertext", "format": 1, "files": []}',
        b'{"made_by": "khmertext", "format": 99, "files": {}}',
        b"[" * 100_000,
        b'{"made_by": "khmertext", "format": ' + b"9" * 9999 + b"}",
    ],
)
def test_damaged_manifests_are_told(data: bytes) -> None:
    with pytest.raises(SiteError) as caught:
        read_manifest(data, source="khmertext/manifest.json")
    assert "khmertext/manifest.json: " in str(caught.value)


def drop(value: Any, path: list[str]) -> None:
    for name in path[:-1]:
        value = value[name]
    del value[path[-1]]


def paths_in(value: Any, above: tuple[str, ...] = ()) -> list[list[str]]:
    if not isinstance(value, dict):
        return []
    return [found for key in value for found in ([*above, key], *paths_in(value[key], (*above, key)))]


GOOD = json.loads(write_manifest(Manifest("K", {"a.html": RECORD}, {"k/b": DIGEST})))


@pytest.mark.parametrize("path", paths_in(GOOD), ids=".".join)
@pytest.mark.parametrize("value", [None, 3, "x", [[1]], [[-1, 0]], {}, [["a", "b"]]], ids=repr)
def test_every_part_may_be_wrong(path: list[str], value: Any) -> None:
    """Whatever stands in the place of a part, nothing but our own error comes out."""
    manifest = json.loads(json.dumps(GOOD))
    inner = manifest
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    try:
        found = read_manifest(json.dumps(manifest).encode())
    except SiteError:
        return
    assert found.files <= {"a.html", "k/b", "x"} | set()


def test_what_json_cannot_hold_is_never_written() -> None:
    for value in (float("inf"), float("nan")):
        with pytest.raises(ValueError, match="JSON"):
            write_manifest(Manifest("K", report={"fonts": [value]}))
