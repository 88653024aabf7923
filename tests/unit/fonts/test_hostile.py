"""Damaged fonts: whatever is broken, the outcome is a FontError or a face that can be used."""

from __future__ import annotations

import io
import random

import pytest
from fontTools.ttLib import TTFont

from khmertext.errors import FontError
from khmertext.fonts import Face, Run, check_khmer, open_face, plan_full, prove, read_license, trace
from khmertext.fonts.subsetting import cut


def damage(data: bytes, chance: random.Random, kind: str) -> bytes:
    if kind == "cut off":
        return data[: chance.randrange(len(data))]
    broken = bytearray(data)
    if kind == "header":  # the directory, where sizes and offsets stand
        for _ in range(chance.randint(1, 4)):
            broken[chance.randrange(4, 400)] = chance.randrange(256)
    elif kind == "huge":
        at = chance.randrange(4, 400)
        broken[at : at + 4] = b"\xff\xff\xff\xf0"
    else:
        for _ in range(chance.randint(1, 40)):
            broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
    return bytes(broken)


def use(face: Face) -> None:
    """Do with a face what a build does with it."""
    check_khmer(face)
    read_license(face)
    trace(face, [("ស្ត្រីកើត", "km")])
    prove(face, face, [Run("ស្ត្រីកើត", "km", 700)])
    cut(face, plan_full(face))


@pytest.mark.parametrize("flavor", ["", "woff", "woff2"])
def test_damaged_fonts(regular: Face, weighted: Face, flavor: str) -> None:
    chance = random.Random(f"damage {flavor}")
    files = []
    for face in (regular, weighted):
        font = TTFont(io.BytesIO(cut(face, plan_full(face))))
        font.flavor = flavor or None
        file = io.BytesIO()
        font.save(file)
        files.append(file.getvalue())
    refused = used = 0
    for number in range(100):
        data = damage(files[number % 2], chance, ("cut off", "header", "huge", "anywhere")[number // 2 % 4])
        try:
            use(open_face(data))
            used += 1
        except FontError:
            refused += 1
    assert refused > 20
    assert flavor or used > 10  # packed fonts have checks of their own, and hardly any damage goes unseen
