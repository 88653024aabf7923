"""Which fonts a site may be cut from, and what visitors are offered."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTCollection, TTFont
from fontTools.ttLib.tables.DefaultTable import DefaultTable

from khmertext.errors import FontError
from khmertext.fonts import Face, default_face, limit_axes, open_face
from khmertext.fonts.default import find_font
from khmertext.fonts.deviation import MAX_DEVIATION
from khmertext.fonts.naming import mentions
from khmertext.web import BuildOptions, build_site
from khmertext.web.looks import Look
from khmertext.web.manifest import hash_bytes
from khmertext.web.webfonts import make_download, make_fonts, open_sources


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


def reserve(font: Any) -> None:
    """Under the OFL with a Reserved Font Name, and with tables of other shaping engines."""
    names = font["name"]
    for record in list(names.names):
        if record.nameID in (1, 3, 4, 6, 16, 17, 25):
            names.removeNames(nameID=record.nameID)
    names.setName("Copyright A, with Reserved Font Name Angkor Sun.", 0, 3, 1, 0x409)
    for name_id, text in ((1, "Angkor Sun"), (2, "Regular"), (4, "Angkor Sun Regular"), (6, "AngkorSun-Regular")):
        names.setName(text, name_id, 3, 1, 0x409)
    for tag in ("Silf", "Glat", "morx"):
        font[tag] = DefaultTable(tag)
        font[tag].data = b"\0\1\0\0" * 4


@pytest.fixture(scope="module")
def original() -> bytes:
    """The file of a static font under the OFL, as its maker would publish it."""
    static = limit_axes(default_face(), {"wght": (400, 400), "wdth": (100, 100)})
    font = TTFont(io.BytesIO(static.data), recalcTimestamp=False)
    reserve(font)
    file = io.BytesIO()
    font.save(file, reorderTables=True)
    return file.getvalue()


def test_a_static_font_is_offered_byte_for_byte(original: bytes, tmp_path: Path) -> None:
    """OFL 1.1, condition 3: only a font that nobody changed may keep its Reserved Font Name."""
    (tmp_path / "sun.ttf").write_bytes(original)
    (source,) = open_sources([tmp_path / "sun.ttf"])
    assert source.face.stripped == ("Glat", "Silf", "morx")
    download = make_download([source])
    assert download.files["AngkorSun-Regular.ttf"] == original
    assert (download.family, download.fonts) == ("Angkor Sun", (("Angkor Sun Regular", "AngkorSun-Regular.ttf"),))


def test_a_font_with_cff_outlines_is_offered_under_its_own_ending(original: bytes, tmp_path: Path) -> None:
    (tmp_path / "sun.otf").write_bytes(original)
    (source,) = open_sources([tmp_path / "sun.otf"])
    (name,) = (
        name for name in make_download([replace(source, original=b"OTTO" + original[4:])]).files if "Sun" in name
    )
    assert name == "AngkorSun-Regular.otf"


@pytest.mark.parametrize("flavor", ["woff", "woff2", "collection"])
def test_an_unpacked_font_is_a_changed_one_and_gives_its_reserved_name_up(
    original: bytes, tmp_path: Path, flavor: str
) -> None:
    packed = tmp_path / "sun"
    font = TTFont(io.BytesIO(original))
    if flavor == "collection":
        collection = TTCollection()
        collection.fonts = [font]
        collection.save(packed)
    else:
        font.flavor = flavor
        font.save(packed)
    download = make_download(open_sources([packed]))
    (label, name) = download.fonts[0]
    offered = open_face(download.files[name])
    names = TTFont(io.BytesIO(download.files[name]))["name"]
    assert offered.unicodes == default_face().unicodes
    told = [record.toUnicode() for record in names.names if record.nameID not in (0, 13, 14)]
    for text in (offered.family, label, name, download.family, *told):
        assert not mentions(text, ["Angkor Sun"]), text
    assert "Angkor Sun" in names.getDebugName(0)
    assert download.files["LICENSE.txt"].startswith(b"Copyright A, with Reserved Font Name Angkor Sun.")


def test_the_license_text_holds_the_notice_of_each_font_that_it_goes_with(original: bytes, tmp_path: Path) -> None:
    font = TTFont(io.BytesIO(original))
    font["OS/2"].usWeightClass = 700
    font["name"].setName("Copyright B", 0, 3, 1, 0x409)
    font.save(tmp_path / "bold.ttf")
    (tmp_path / "sun.ttf").write_bytes(original)
    download = make_download(open_sources([tmp_path / "sun.ttf", tmp_path / "bold.ttf"]))
    assert download.license_text.startswith("Copyright A, with Reserved Font Name Angkor Sun.\nCopyright B\n")


def test_a_font_whose_axes_cannot_be_limited_faithfully_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof compares with the limited font, so this one must be the whole font, within a bound."""
    sources = open_sources([])
    texts = [("ខ្មែរ", "km", Look(550))]
    (report,) = make_fonts(sources, texts, family="K").report
    assert report["axis_deviation_units"] <= default_face().upem / MAX_DEVIATION
    asked: list[set[float]] = []

    def measure(deviation: float, _: Face, __: Face, weights: Iterable[float], ___: object) -> float:
        asked.append(set(weights))
        return deviation

    for deviation in (math.inf, default_face().upem / MAX_DEVIATION + 0.01):
        monkeypatch.setattr("khmertext.fonts.deviation.axis_deviation", partial(measure, deviation))
        with pytest.raises(FontError, match=r"limiting its axes moves outlines by .* --axes"):
            make_fonts(sources, texts, family="K")
    assert asked[-1] == {400, 550, 700}


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_axes_without_a_number_are_refused(value: float, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>ក", "utf-8")
    with pytest.raises(ValueError, match="axis"):
        build_site(tmp_path, None, BuildOptions(axes={"wght": (value, value)}))
