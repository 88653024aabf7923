from __future__ import annotations

import re

import pytest

from khmertext.script import classes
from khmertext.script.classes import CHARACTER_CLASSES, KHMER, KHMER_RANGES, CharacterClass, VowelPosition, char_set
from khmertext.script.ucd import CHARACTERS


def test_each_character_has_one_class() -> None:
    sets = [
        *(classes.BASES, classes.GENERIC_BASES, {classes.COENG}, {classes.ROBAT}, classes.SHIFTERS, classes.VOWELS),
        *(classes.MODIFIERS, classes.FINALS, classes.OTHERS, classes.JOINERS),
    ]
    assert sum(map(len, sets)) == len(CHARACTER_CLASSES)
    assert set().union(*sets) == set(CHARACTER_CLASSES)


def test_every_character_of_the_table_has_a_class_or_is_invisible() -> None:
    assert {chr(code) for code in CHARACTERS} == set(CHARACTER_CLASSES) | classes.INVISIBLES


def test_ranges_are_the_khmer_characters() -> None:
    assert KHMER_RANGES == ((0x1780, 0x17DD), (0x17E0, 0x17E9), (0x17F0, 0x17F9), (0x19E0, 0x19FF))
    assert sum(last - first + 1 for first, last in KHMER_RANGES) == len(KHMER) == 146


# What the names of the characters say, against the code points written down in classes.py.
@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("KHMER LETTER ", classes.CONSONANTS),
        ("KHMER INDEPENDENT VOWEL ", classes.INDEPENDENT_VOWELS | {"\u17a3", "\u17a4"}),
        ("KHMER VOWEL SIGN ", classes.VOWELS),
        ("KHMER DIGIT ", classes.DIGITS),
        ("KHMER SIGN ROBAT", {classes.ROBAT}),
        ("KHMER SIGN COENG", {classes.COENG}),
        ("KHMER LETTER BA", {classes.BA}),
        ("KHMER LETTER RO", {classes.RO}),
    ],
)
def test_names(prefix: str, expected: frozenset[str]) -> None:
    whole = not prefix.endswith(" ")
    named = {
        chr(code) for code, row in CHARACTERS.items() if (row.name == prefix if whole else row.name.startswith(prefix))
    }
    assert named == expected


def test_signs_by_name() -> None:
    def named(*names: str) -> set[str]:
        return {chr(code) for code, row in CHARACTERS.items() if row.name.removeprefix("KHMER SIGN ") in names}

    assert named("MUUSIKATOAN", "TRIISAP") == classes.SHIFTERS
    assert named("REAHMUK", "YUUKALEAPINTU") == classes.FINALS
    modifiers = ("NIKAHIT", "BANTOC", "TOANDAKHIAT", "KAKABAT", "AHSDA", "SAMYOK SANNYA", "VIRIAM", "ATTHACAN")
    assert named(*modifiers) == classes.MODIFIERS


def test_marks_are_marks_and_letters_are_letters() -> None:
    wanted = {
        CharacterClass.BASE: {"Lo"},
        CharacterClass.COENG: {"Mn"},
        CharacterClass.ROBAT: {"Mn"},
        CharacterClass.SHIFTER: {"Mn"},
        CharacterClass.VOWEL: {"Mn", "Mc"},
        CharacterClass.MODIFIER: {"Mn"},
        CharacterClass.FINAL: {"Mc"},
        CharacterClass.JOINER: {"Cf"},
    }
    for char, kind in CHARACTER_CLASSES.items():
        if kind in wanted:
            assert CHARACTERS[ord(char)].category in wanted[kind], f"{ord(char):04X}"


def test_vowels_with_a_part_beside_the_base_are_spacing() -> None:
    beside = {VowelPosition.PRE, VowelPosition.POST}
    for vowel, positions in classes.VOWEL_POSITIONS.items():
        assert (CHARACTERS[ord(vowel)].category == "Mc") == bool(positions & beside), f"{ord(vowel):04X}"


def test_strengths_share_the_consonants() -> None:
    strong, weak = classes.STRONG_CONSONANTS, classes.WEAK_CONSONANTS
    assert not strong & weak
    assert strong | weak | {classes.BA} == classes.CONSONANTS
    assert "\u1789" in weak  # NYO, which the reference code of UTN #61 takes for strong
    assert "\u1780" in strong


@pytest.mark.parametrize("name", [name for name in classes.__all__ if name.endswith("_SET")])
def test_patterns_match_their_sets(name: str) -> None:
    chars = {
        "KHMER_SET": classes.KHMER,
        "BASE_SET": classes.BASES,
        "GENERIC_BASE_SET": classes.GENERIC_BASES,
        "SHIFTER_SET": classes.SHIFTERS,
        "VOWEL_SET": classes.VOWELS,
        "MODIFIER_SET": classes.MODIFIERS,
        "FINAL_SET": classes.FINALS,
        "OTHER_SET": classes.OTHERS,
        "JOINER_SET": classes.JOINERS,
    }[name]
    pattern = re.compile(getattr(classes, name))
    assert {char for char in map(chr, range(0x10000)) if pattern.fullmatch(char)} == chars


@pytest.mark.parametrize("chars", ["-]^\\", "a", "abc", "ac", "\u002d\u17d2"])
def test_char_set_escapes(chars: str) -> None:
    pattern = re.compile(char_set(chars))
    assert {char for char in map(chr, range(0x1800)) if pattern.fullmatch(char)} == set(chars)
