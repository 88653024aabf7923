"""The picture of the README is what its tool draws, and shows what it says.

That the file is up to date is tested with the other generated documents; here, that it could not be by accident.
"""

from __future__ import annotations

import importlib
import io
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image, ImageDraw

from khmertext.fonts import Face, Run, prove

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    return importlib.import_module("tools.make_picture")


@pytest.fixture(scope="module")
def reference(tool: ModuleType) -> Face:
    face = tool.make_reference()
    assert isinstance(face, Face)
    return face


def test_the_lower_row_is_drawn_as_by_the_whole_font(tool: ModuleType, reference: Face) -> None:
    ours = tool.cut_by_khmertext(reference)
    assert len(ours.data) < len(reference.data) / 5
    for word in tool.WORDS:
        assert tool.trace_contours(ours.font(), word) == tool.trace_contours(reference.font(), word)


def test_every_word_of_the_upper_row_is_drawn_otherwise(tool: ModuleType, reference: Face) -> None:
    theirs = tool.cut_by_code_point(reference)
    proof = prove(reference, theirs, [Run(word, "km", tool.WEIGHT) for word in tool.WORDS])
    assert {difference.run.text for difference in proof.differing} == set(tool.WORDS)
    for word in tool.WORDS:
        contours, advance = tool.trace_contours(theirs.font(), word)
        whole, whole_advance = tool.trace_contours(reference.font(), word)
        assert 0 < len(contours) < len(whole)  # a part is missing; nothing became a box
        assert advance < whole_advance


def test_the_words_are_spelled_without_the_letter_whose_shape_is_lost(tool: ModuleType) -> None:
    split_vowels = {"\u17be", "\u17bf", "\u17c0", "\u17c4", "\u17c5"}
    text = "".join(tool.WORDS)
    assert split_vowels <= set(text)
    assert "\u17c1" not in text


def test_the_file_is_small(tool: ModuleType) -> None:
    assert tool.PICTURE.stat().st_size < 60_000


def test_a_picture_that_lacks_one_mark_is_noticed(tool: ModuleType) -> None:
    data = tool.PICTURE.read_bytes()
    assert tool.are_alike(data, data)
    image = Image.open(io.BytesIO(data)).convert("RGB")
    middle = image.height // 2
    # The lower row begins with the left half of a vowel, which stands apart: take away its pixels alone.
    words = (
        image.crop((0, middle + 60, image.width, image.height)).convert("L").point(lambda level: level < 128 and 255)
    )
    left, top, _, bottom = words.getbbox() or (0, 0, 0, 0)
    right = left
    while words.crop((right, top, right + 1, bottom)).getbbox():
        right += 1
    assert 3 < right - left < tool.EM / 2
    ImageDraw.Draw(image).rectangle((left - 1, middle + 60 + top, right, middle + 60 + bottom), fill="white")
    changed = io.BytesIO()
    image.save(changed, "PNG")
    assert not tool.are_alike(data, changed.getvalue())
