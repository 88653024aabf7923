"""Our samples, the generator, and what makes one file of real text: all from what the repository holds."""

from __future__ import annotations

import doctest
import io
import os
import re
import struct
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

from corpora import build_real_text, generator, misspelling
from corpora.build_real_text import READERS, cap_sources, read_sources
from corpora.generator import (
    damage,
    is_valid,
    iter_representatives,
    iter_syllables,
    iter_words,
    make_text,
    misspell,
    spell_wrongly,
)
from khmertext import ClusterKind, is_normalized, iter_clusters, normalize, split_clusters
from khmertext.fonts import default_face
from khmertext.script import grammar
from khmertext.script.classes import (
    BASES,
    COENG,
    DIGITS,
    FINALS,
    GENERIC_BASES,
    KHMER,
    MODIFIERS,
    OTHERS,
    ROBAT,
    SHIFTERS,
    VOWELS,
    ZWJ,
    ZWNJ,
)
from khmertext.script.profiles import Structure
from khmertext.text.syllables import is_middle_syllable
from tests.pictures import Oracle

ROOT = Path(__file__).resolve().parents[2]
CORPORA = ROOT / "corpora"
SAMPLES = {path.stem: path.read_bytes().decode() for path in sorted((CORPORA / "samples").glob("*.txt"))}
OLD = "old-spellings"
CORRECT = {name: text for name, text in SAMPLES.items() if name != OLD}
ZWSP = "\u200b"
COENG_DA = COENG + "ដ"

# No sample has these: inherent vowels, which Unicode advises against, and a sign of a few old books.
IN_NO_SAMPLE = frozenset("\u17b4\u17b5\u17dd")
# Only the old spellings have these: letters of Sanskrit and of older books, deprecated letters, digits of divination.
IN_OLD_SPELLINGS = frozenset("ឝឞ\u17a3\u17a4\u17a8\u17a9ឭឰឲឳ\u17d1\u17d3\u17d8\u17dc") | frozenset(
    map(chr, range(0x17F0, 0x17FA))
)
# Letters that modern words do not put below: DA is written as TA there, LA stays above, SHA and SSO are Sanskrit.
NEVER_BELOW = frozenset("ដឡឝឞ")
CONSONANTS_BELOW = frozenset(map(chr, range(0x1780, 0x17A3))) - NEVER_BELOW

SYLLABLE = re.compile(grammar.SYLLABLE)


def count_words(text: str) -> int:
    """The Khmer words of a text that has ZWSP between its words."""
    return len(re.findall("[\u1780-\u17d3\u17d7\u17dd]+", text))


# -- samples ---------------------------------------------------------------------------------------------------------


def test_the_samples_are_there() -> None:
    assert set(SAMPLES) == {"mixed", "names", "news", "numbers", OLD, "poetry", "prose"}


@pytest.mark.parametrize("name", SAMPLES)
def test_files_are_plain(name: str) -> None:
    text = SAMPLES[name]
    assert text.strip()
    assert text.endswith("\n")
    assert "\r" not in text
    assert "\ufeff" not in text
    assert not re.search(r"(?m)[ \t\u200b]$", text)
    assert ZWSP * 2 not in text


def test_there_are_a_few_thousand_words() -> None:
    news = count_words(SAMPLES["news"])
    assert 1500 < news < 2500
    letters = {name: sum(char in KHMER - DIGITS for char in text) for name, text in CORRECT.items()}
    # Files without ZWSP are taken to have words as long as those of the news.
    assert 3000 < sum(letters.values()) * news / letters["news"] < 5000


def test_words_are_marked_in_some_files_and_not_in_others() -> None:
    assert {name for name, text in SAMPLES.items() if ZWSP in text} == {"mixed", "news"}


@pytest.mark.parametrize("name", CORRECT)
def test_samples_are_in_normal_form(name: str) -> None:
    assert is_normalized(CORRECT[name])
    assert COENG_DA not in CORRECT[name]


@pytest.mark.parametrize("name", CORRECT)
def test_samples_have_well_formed_clusters_alone(name: str) -> None:
    found = list(iter_clusters(CORRECT[name]))
    assert [cluster for cluster in found if cluster.kind is ClusterKind.BROKEN] == []
    # A mark of another script, or a joiner between Khmer letters, would be a cluster that is not Khmer.
    assert sum(cluster.kind is ClusterKind.SYLLABLE for cluster in found) > 300


@pytest.mark.parametrize("name", CORRECT)
def test_the_default_font_draws_the_samples_without_a_dotted_circle(name: str) -> None:
    oracle = Oracle("the default font", default_face())
    clusters = {text for text in split_clusters(CORRECT[name]) if text[0] in KHMER}
    assert len(clusters) > 50
    assert [text for text in sorted(clusters) if oracle.draw(text) is None] == []
    lines = re.findall("[\u1780-\u17ff\u19e0-\u19ff]+", CORRECT[name])
    assert [line for line in lines if oracle.draw(line) is None] == []


def test_every_character_of_khmer_occurs_but_those_listed() -> None:
    everything = set("".join(SAMPLES.values()))
    assert KHMER - everything == IN_NO_SAMPLE
    assert KHMER - set("".join(CORRECT.values())) == IN_NO_SAMPLE | IN_OLD_SPELLINGS


def test_every_consonant_of_modern_khmer_occurs_above_and_below() -> None:
    text = "".join(CORRECT.values())
    below = {coeng[1] for coeng in re.findall(f"{COENG}.", text)}
    assert CONSONANTS_BELOW - below == set()
    assert NEVER_BELOW & below == set()


def test_no_two_names_are_the_same() -> None:
    names = CORRECT["names"].splitlines()
    assert len(names) == len(set(names))


def read_old_spellings() -> dict[str, str]:
    rows = [line.split("\t") for line in SAMPLES[OLD].splitlines()]
    assert all(len(row) == 2 for row in rows)
    assert len({spelling for spelling, _ in rows}) == len(rows)
    return dict(rows)


def test_old_spellings_have_notes() -> None:
    rows = read_old_spellings()
    assert len(rows) > 60
    for spelling, note in rows.items():
        assert set(spelling) & KHMER
        assert note.isascii() or "ឧក" in note
        assert note == note.strip()


def test_spellings_with_coeng_da_stand_beside_their_normal_form() -> None:
    rows = read_old_spellings()
    with_da = [spelling for spelling in rows if COENG_DA in spelling]
    assert len(with_da) >= 9
    assert {normalize(spelling) for spelling in with_da} <= set(rows)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [("សុីក្លូ", "ស៊ីក្លូ"), ("ប៉\u200cុន្មាន", "ប៉ុន្មាន"), ("\u17a3ក្សរ", "អក្សរ"), ("\u17a4ចារ្យ", "អាចារ្យ"), ("១៥្។", "\u19ef")],
)
def test_misspelled_rows_stand_beside_their_normal_form(typed: str, normal: str) -> None:
    rows = read_old_spellings()
    assert {typed, normal} <= set(rows)
    assert normalize(typed) == normal


def test_a_held_up_shifter_stays_held_up() -> None:
    held = [spelling for spelling in read_old_spellings() if ZWNJ in spelling and is_normalized(spelling)]
    assert held == ["ម៉\u200cឺន", "ស៊\u200cីក្លូ"]


# -- generator -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("structure", Structure)
def test_generated_syllables_are_valid(structure: Structure) -> None:
    made = list(iter_syllables(11, 3000, structure))
    assert len(made) == 3000
    assert len(set(made)) > 1500
    for syllable in (*made, *iter_representatives(structure)):
        assert split_clusters(syllable) == [syllable]
        if structure is Structure.MODERN:
            assert SYLLABLE.fullmatch(syllable)
            assert normalize(syllable) == syllable
        else:
            assert is_middle_syllable(syllable)


def test_coeng_da_occurs_only_where_it_is_asked_for() -> None:
    assert not any(COENG_DA in syllable for syllable in iter_syllables(2, 3000))
    made = [*iter_syllables(2, 3000, coeng_da=True), *iter_representatives(coeng_da=True)]
    with_da = [syllable for syllable in made if COENG_DA in syllable]
    assert len(with_da) > 5
    for syllable in with_da:
        assert SYLLABLE.fullmatch(syllable)
        assert normalize(syllable, keep_coeng_da=True) == syllable != normalize(syllable)


def iter_made(structure: Structure) -> Iterator[list[str]]:
    yield list(iter_representatives(structure, coeng_da=True))
    yield list(iter_syllables(5, 4000, structure, coeng_da=True))


@pytest.mark.parametrize("structure", Structure)
def test_every_class_is_covered(structure: Structure) -> None:
    for made in iter_made(structure):
        characters = set("".join(made))
        deprecated = {"\u17a3", "\u17a4"} if structure is Structure.MODERN else set()
        for kind in (BASES, GENERIC_BASES, VOWELS, SHIFTERS, MODIFIERS, FINALS, OTHERS - deprecated, {ROBAT}):
            assert kind - characters == set()
        assert {syllable[0] for syllable in made if len(syllable) > 1} >= GENERIC_BASES
        assert {coeng[1] for coeng in re.findall(f"{COENG}.", "".join(made))} == BASES
        assert any(syllable.count(COENG) == 2 for syllable in made)
        for shifter in SHIFTERS:
            assert any(shifter + ZWNJ in syllable for syllable in made)
        assert any(sum(char in MODIFIERS for char in syllable) == 2 for syllable in made)
        middle = structure is Structure.MIDDLE
        assert any(sum(char in VOWELS for char in syllable) > 1 for syllable in made) is middle
        assert any(ZWJ + COENG in syllable for syllable in made) is middle


def test_what_is_not_valid_is_told_from_what_is() -> None:
    assert is_valid("ខ្មែ")
    for wrong in ("", "ខ្មែរ", "ខែ្ម", "ក្ដ", "ក្", "\u17b7", "a"):
        assert not is_valid(wrong)
    assert is_valid("ក្ដ", coeng_da=True)
    assert is_valid("ក\u17bb\u200d\u17d2ស", Structure.MIDDLE)
    assert not is_valid("ក\u17bb\u200d\u17d2ស")


def test_the_same_seed_makes_the_same() -> None:
    for structure in Structure:
        one, again, other = (list(iter_syllables(seed, 200, structure)) for seed in (1, 1, 2))
        assert one == again != other
    assert list(iter_words(3, 50)) == list(iter_words(3, 50)) != list(iter_words(4, 50))
    assert make_text(5, 2000) == make_text(5, 2000) != make_text(6, 2000)
    text = make_text(5, 2000)
    assert damage(text, 1, 0.5) == damage(text, 1, 0.5) != damage(text, 2, 0.5)


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_the_order_of_sets_does_not_matter(hash_seed: str) -> None:
    code = "from corpora.generator import *; print(ascii(damage(make_text(7, 500), 8, 0.5)))"
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == ascii(damage(make_text(7, 500), 8, 0.5)), done.stderr


def test_text_is_normal_and_as_long_as_asked_for() -> None:
    text = make_text(9, 5000)
    assert 5000 <= len(text) < 5600
    assert is_normalized(text)
    assert ClusterKind.BROKEN not in {cluster.kind for cluster in iter_clusters(text)}
    assert {ZWSP, " ", "\n", "។", "ៗ"} <= set(text)
    assert set(text) >= DIGITS
    assert make_text(9, 0) == ""


# -- damage ----------------------------------------------------------------------------------------------------------


def test_every_misspelling_occurs_and_comes_back() -> None:
    random = Random(4)
    met: dict[str, int] = {}
    for syllable in (*iter_representatives(), *iter_syllables(13, 4000)):
        for name, wrong in spell_wrongly(syllable, random).items():
            met[name] = met.get(name, 0) + 1
            assert wrong != syllable
            assert normalize(wrong) == syllable, (name, ascii(syllable), ascii(wrong))
    assert met.keys() == {"order", "split vowel", "vowel u", "coeng da", "coeng ro", "zwnj"}
    assert min(met.values()) > 10


@pytest.mark.parametrize(
    ("cluster", "name", "wrong"),
    [
        ("ត្រើ", "split vowel", "ត្រ\u17c1\u17b8"),
        ("ស៊ី", "vowel u", "ស\u17bb\u17b8"),
        ("ម៉ឺ", "vowel u", "ម\u17bb\u17ba"),
        ("ស្តា", "coeng da", "ស្ដា"),
        ("ស្ត្រី", "coeng ro", "ស្រ្តី"),
    ],
)
def test_misspellings_are_those_of_people(cluster: str, name: str, wrong: str) -> None:
    assert spell_wrongly(cluster, Random(1))[name] == wrong


def test_a_shifter_that_is_not_pushed_down_is_not_mistyped_as_vowel_u() -> None:
    for cluster in ("ស៊", "ម៉ា", "ស៊\u200cី", "ស៉ី"):
        assert "vowel u" not in spell_wrongly(cluster, Random(1))


def test_what_cannot_be_mistyped_stays() -> None:
    for cluster in ("ក", "១", "។", "a", "👋"):
        assert misspell(cluster, Random(1)) == cluster


@pytest.mark.parametrize("name", [*CORRECT, "synthetic"])
def test_damage_comes_back(name: str) -> None:
    text = CORRECT.get(name) or make_text(21, 20_000)
    for share in (0.2, 1.0):
        damaged = damage(text, 6, share)
        assert damaged != text
        assert not is_normalized(damaged)
        assert normalize(damaged) == text


def test_damage_takes_the_share_that_is_asked_for() -> None:
    text = CORRECT["news"]
    clusters = split_clusters(text)

    def count(share: float) -> int:
        damaged = split_clusters(damage(text, 3, share))
        assert len(damaged) == len(clusters)
        return sum(one != other for one, other in zip(clusters, damaged, strict=True))

    everything = count(1.0)
    assert everything > 1000
    assert count(0.0) == 0
    assert 0.2 * everything < count(0.25) < 0.3 * everything


# -- real text -------------------------------------------------------------------------------------------------------


def test_entries_of_the_manifest_are_whole() -> None:
    entries = tomllib.loads((CORPORA / "MANIFEST.toml").read_text(encoding="utf-8"))["text"]
    assert len({entry["package"] for entry in entries}) == len(entries)
    for entry in entries:
        assert entry.keys() == {"registry", "package", "version", "files", "license", "kind"}
        assert entry["registry"] in ("debian", "pypi")
        assert entry["kind"] in READERS


def test_pages_are_cut_at_blocks() -> None:
    page = "<title>ក</title><script>ខ</script><p>គ <b>ឃ</b>\n ង<br>ច</p><ul><li>ឆ<li>ជ</ul>&#x1780;"
    lines = [line.strip() for line in READERS["html"](page.encode())]
    assert [line for line in lines if line] == ["ក", "គ ឃ ង", "ច", "ឆ", "ជ", "ក"]


@pytest.mark.parametrize("order", "<>")
def test_catalogues_are_read_without_their_head(order: str) -> None:
    messages = [("", "Language: ខ្មែរ"), ("one\0many", "មួយ\0ច្រើន"), ("two", "ពីរ\nបី")]
    start = 28 + 16 * len(messages)
    tables, text = [b"", b""], b""
    for column in range(2):
        for message in messages:
            data = message[column].encode()
            tables[column] += struct.pack(f"{order}2I", len(data), start + len(text))
            text += data + b"\0"
    head = struct.pack(f"{order}7I", 0x950412DE, 0, len(messages), 28, 28 + 8 * len(messages), 0, 0)
    assert list(READERS["gettext"](head + b"".join(tables) + text)) == ["មួយ", "ច្រើន", "ពីរ", "បី"]


def test_language_packs_are_read() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(
            "a.ftl", "# ក\nkey = ខ\n    .label = គ\nmany = { $n ->\n   *[other] ឃ { $n }\n}\nlong =\n    ង\n"
        )
        archive.writestr("b.properties", "# ក\nkey = ច\\nឆ\nother=ជ\n")
        archive.writestr("c.dtd", "<!-- ក --><!ENTITY key \"ឈ\"><!ENTITY other 'ញ'>")
        archive.writestr("d.json", '"ក"')
    lines = [line for line in READERS["mozilla"](packed.getvalue()) if set(line) & KHMER]
    assert lines == ["ខ", "គ", "ឃ { $n }", "ង", "ច", "ឆ", "ជ", "ឈ", "ញ"]


def test_lines_are_kept_once_and_only_with_khmer(tmp_path: Path) -> None:
    for package, page in (("one", "<p>ក</p><p>a</p><p> ខ  គ </p>"), ("two", "<p>ក</p><p>ឃ</p>")):
        (tmp_path / package).mkdir()
        (tmp_path / package / "page.html").write_text(page, encoding="utf-8")
    entries = [{"package": name, "kind": "html"} for name in ("one", "two")]
    assert read_sources(entries, tmp_path) == {"one": ["ក", "ខ គ"], "two": ["ឃ"]}
    with pytest.raises(FileNotFoundError, match="three"):
        read_sources([{"package": "three", "kind": "html"}], tmp_path)


def test_the_largest_source_alone_is_cut() -> None:
    lines = [f"ខ្មែរ {number}" for number in range(1000)]
    small = ["ក", "ខ"]
    found = {"small": list(small), "large": list(lines)}
    size = sum(len(line.encode()) + 1 for line in (*small, *lines))
    assert cap_sources(found, size) == 0
    assert found["large"] == lines
    left_out = cap_sources(found, size // 2)
    assert found["small"] == small
    assert len(found["large"]) == 1000 - left_out
    assert found["large"] == [line for line in lines if line in set(found["large"])]
    assert size // 2 - 40 < sum(len(line.encode()) + 1 for line in (*small, *found["large"])) <= size // 2
    # Evenly: about as many of the first half as of the second.
    assert abs(sum(line in set(found["large"]) for line in lines[:500]) - len(found["large"]) / 2) < 20


@pytest.mark.parametrize("module", [generator, misspelling, build_real_text], ids=lambda module: str(module.__name__))
def test_examples_run(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 2
    assert result.failed == 0
