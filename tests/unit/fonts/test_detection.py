"""What a font can do with Khmer: good fonts pass, and each way of being bad is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from khmertext.errors import FontError
from khmertext.fonts import Face, check_khmer, open_face, read_face, require_khmer
from khmertext.fonts.planning import plan_code_points
from khmertext.fonts.subsetting import cut
from tests.unit.fonts.built import build_font

DEBIAN = sorted(
    [
        *Path("/usr/share/fonts/truetype/khmeros").glob("*.ttf"),
        *Path("/usr/share/fonts/truetype/noto").glob("Noto*Khmer*.ttf"),
    ]
)


def test_default_font_passes(variable: Face) -> None:
    assert check_khmer(variable) == ()
    require_khmer(variable)


@pytest.mark.skipif(not DEBIAN, reason="needs fonts-khmeros or fonts-noto-core")
@pytest.mark.parametrize("path", DEBIAN, ids=lambda path: path.stem)
def test_fonts_of_other_makers_pass(path: Path) -> None:
    assert check_khmer(read_face(path)) == ()


def test_no_rules(regular: Face, change: Any) -> None:
    def drop(font: Any) -> None:
        del font["GSUB"]

    (reason,) = check_khmer(change(regular, drop))[:1]
    assert "subscript of U+1780" in reason
    with pytest.raises(FontError, match="cannot shape Khmer") as caught:
        require_khmer(change(regular, drop))
    assert "`khmertext font list`" in caught.value.hint


@pytest.mark.parametrize("feature", ["blwf", "pref"])
def test_rules_of_one_feature_missing(regular: Face, change: Any, feature: str) -> None:
    def drop(font: Any) -> None:
        for record in font["GSUB"].table.FeatureList.FeatureRecord:
            if record.FeatureTag == feature:
                record.Feature.LookupListIndex = []
                record.Feature.LookupCount = 0

    reasons = check_khmer(change(regular, drop))
    assert any("U+179A" in reason if feature == "pref" else "subscript" in reason for reason in reasons)


def test_letters_missing(regular: Face) -> None:
    latin = open_face(cut(regular, plan_code_points(regular, dict.fromkeys(range(0x20, 0x7F), ""), closure=True)))
    (reason,) = check_khmer(latin)
    assert "U+1780" in reason
    assert "more" in reason


def test_a_font_of_another_script_is_told_to_be_one() -> None:
    with pytest.raises(FontError, match="cannot shape Khmer: it has no Khmer letters") as caught:
        require_khmer(open_face(build_font(range(0x41, 0x5B))))
    assert "`khmertext font list`" in caught.value.hint


def test_left_half_of_split_vowels(regular: Face, change: Any) -> None:
    # What code point subsetters do: 17C1 is not in the text, so the left half of U+17C4 becomes .notdef.
    def unmap(font: Any) -> None:
        for table in font["cmap"].tables:
            table.cmap.pop(0x17C1, None)

    assert any("U+17C1" in reason for reason in check_khmer(change(regular, unmap)))
