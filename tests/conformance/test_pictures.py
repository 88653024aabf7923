"""What fonts draw of spellings and of their forms: HarfBuzz, in fonts of three makers, over every string of a set.

The set is five bases with one to three of 37 units: 260,295 strings. Where only the default font is at hand, it is the
oracle for the visual form alone: one font says too little about uniqueness.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from corpora.generator import damage, make_text
from khmertext import normalize, search_key
from tests.pictures import BASES, ORACLE_FONTS, UNITS, Oracle, iter_strings, open_oracles

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "corpora" / "samples"
PAGE = ROOT / "docs" / "one-picture-two-forms.md"
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


def test_the_visual_form_keeps_pictures_of_many_coengs_and_of_signs_that_stand_in_for_a_base(
    oracles: list[Oracle],
) -> None:
    chosen = random.Random(9)
    bases = "\u1780\u1794\u179f\u1789\u17af\u25cc\u00a0-\u2022"
    units = [*UNITS, *("\u17d2" + letter for letter in "\u179a\u179a\u1780\u17a6\u17ac\u1787")]
    changed = 0
    for _ in range(60_000):
        text = chosen.choice(bases) + "".join(chosen.choices(units, k=chosen.randint(2, 6)))
        form = normalize(text, form="visual")
        if form is not text:
            for oracle in oracles:
                picture = oracle.draw(text)
                changed += picture is not None
                assert picture == oracle.draw(form), (oracle.name, ascii(text), ascii(form))
    assert changed > 500


def test_the_visual_form_keeps_the_pictures_of_text(oracles: list[Oracle]) -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SAMPLES.glob("*.txt")))
    text += damage(make_text(5, 400_000), 5, 1.0)
    runs = set(re.findall("[\u1780-\u17ff\u19e0-\u19ff\u200b-\u200d]+", text))
    changed = 0
    for run in runs:
        form = normalize(run, form="visual")
        if form is not run:
            changed += any(oracle.draw(run) is not None for oracle in oracles)
            for oracle in oracles:
                picture = oracle.draw(run)
                assert picture == oracle.draw(form) or picture is None, (oracle.name, ascii(run), ascii(form))
    assert len(runs) > 2_900
    assert changed >= 20


def explain(forms: list[str]) -> str:
    """The class of a picture that keeps several forms: how they differ."""
    if len({re.sub("\u200c", "", form) for form in forms}) == 1:
        return "zwnj-before-shifter"
    if {form.replace("\u17ca", "\u17c9") for form in forms} == {min(forms)}:
        return "vowel-u-is-muusikatoan"
    if {form.replace("\u17bb\u17d0", "\u17c9\u17d0") for form in forms} == {max(forms)}:
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
    assert classes == {"zwnj-before-shifter": 9, "vowel-u-is-muusikatoan": 28, "samyok-sannya": 4}
    published = set(re.findall(r"^\| (17[0-9A-F ]+) \|", PAGE.read_text(encoding="utf-8"), re.M))
    assert published == {name(form) for forms in kept for form in forms[:1]}

    # A search key goes further: there is one to each picture, without exception.
    assert all(len(set(map(search_key, texts))) == 1 for texts in pictures.values())

    # And no two forms look alike.
    forms = {normalize(text) for texts in pictures.values() for text in texts}
    looks = [tuple(oracle.draw(form) for oracle in oracles) for form in forms]
    whole = [look for look in looks if None not in look]
    assert (len(forms), len(whole), len(set(whole))) == (31_289, 31_139, 31_139)


def name(text: str) -> str:
    return " ".join(f"{ord(char):04X}" for char in text)
