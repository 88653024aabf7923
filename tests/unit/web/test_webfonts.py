"""Which fonts a site may be cut from, and what visitors are offered."""

from __future__ import annotations

from pathlib import Path

import pytest

from khmertext.errors import FontError
from khmertext.fonts import default_face, open_face
from khmertext.fonts.default import find_font
from khmertext.web.manifest import hash_bytes
from khmertext.web.webfonts import make_download, open_sources


def test_two_files_of_one_weight_and_style_are_refused(tmp_path: Path) -> None:
    for name in ("a.ttf", "b.ttf"):
        (tmp_path / name).write_bytes(default_face().data)
    with pytest.raises(FontError, match=r"b\.ttf: has the weight and style of .*a\.ttf"):
        open_sources([tmp_path / "a.ttf", tmp_path / "b.ttf"])


def test_the_manifest_can_be_held_against_the_file_of_the_package() -> None:
    (source,) = open_sources([])
    assert source.digest == hash_bytes(find_font().read_bytes())


def test_the_download_carries_the_whole_license_and_fonts_that_open() -> None:
    download = make_download(open_sources([]))
    text = download.files["LICENSE.txt"].decode()
    assert text.startswith("Copyright")
    assert "PERMISSION & CONDITIONS" in text
    assert len(download.fonts) == 2
    for _, name in download.fonts:
        assert 0x1780 in open_face(download.files[name]).unicodes
