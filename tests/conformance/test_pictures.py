"""What fonts draw of spellings and of their forms: HarfBuzz, in fonts of three makers, over every string of a set.

The set is five bases with one to three of 37 units: 260,295 strings. Where only the default font is at hand, it is the
oracle for the visual form alone: one font says too little about uniqueness.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from khmertext import normalize
from tests.pictures import BASES, ORACLE_FONTS, UNITS, Oracle, iter_strings, open_oracles

PAGE = Path(__file__).resolve().parents[2] / "docs" / "one-picture-two-forms.md"
STRINGS = sum(len(BASES) * len(UNITS) ** length for length in (1, 2, 3))


@pytest.fixture(scope="module")
def oracles() -> list[Oracle]:
    return open_oracles()


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["km", "xhm"])
def test_the_visual_form_keeps_every_picture(oracles: list[Oracle], lang: str) -> None:
    changed = 0
    for text in iter_strings(3):
        form = normalize(text, form="visual", lang=lang)
        if form is not text:
            changed += 1
            assert normalize(form, form="visual", lang=lang) is form
            for oracle in oracles:
                picture = oracle.draw(text)
                assert picture is not None, ascii(text)
                assert picture == oracle.draw(form), (oracle.name, ascii(text), ascii(form))
    assert changed > 15_000


def explain(forms: list[str]) -> str:
    """The class of a picture that keeps several forms."""
    ways = {re.sub("[\u17c9\u17ca\u200c]", "", form) for form in forms}
    if len(ways) == 1 and any("\u200c" in form for form in forms):
        return "held-up"
    if len(ways) == 1 and all(re.search("[\u17c9\u17ca]", form) for form in forms):
        return "other-shifter"
    if {re.sub("\u17bb", "\u17c9", form) for form in forms} == {max(forms)} and max(forms)[-1] == "\u17d0":
        return "samyok-sannya"
    return "unexplained"


@pytest.mark.slow
def test_no_picture_keeps_two_forms_but_for_those_that_are_published(oracles: list[Oracle]) -> None:
    if len(oracles) < len(ORACLE_FONTS):
        pytest.skip("needs the fonts of three makers: python tools/fetch_packages.py fonts/MANIFEST.toml")
    pictures = defaultdict(list)
    count = 0
    for text in iter_strings(3):
        count += 1
        drawn = []
        for oracle in oracles:
            picture = oracle.draw(text)
            if picture is None:
                break
            drawn.append(picture)
        else:
            pictures[tuple(drawn)].append(text)
    assert count == STRINGS == 260_295
    assert sum(map(len, pictures.values())) == 95_545
    kept = [sorted(forms) for texts in pictures.values() if len(forms := set(map(normalize, texts))) > 1]
    classes = Counter(map(explain, kept))
    assert classes == {"held-up": 9, "other-shifter": 28, "samyok-sannya": 4}
    published = set(re.findall(r"^\| (17[0-9A-F ]+) \|", PAGE.read_text(encoding="utf-8"), re.M))
    assert published == {name(form) for forms in kept for form in forms[:1]}


def name(text: str) -> str:
    return " ".join(f"{ord(char):04X}" for char in text)
