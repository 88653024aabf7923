"""The files of the visitor check: what is written into them, and that the committed script is the built one."""

from __future__ import annotations

import importlib
import re
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import brotli
import pytest
import tinycss2
from hypothesis import given, settings
from hypothesis import strategies as st

from khmertext.web.detector import (
    NOTICE_LANGUAGES,
    WORDS,
    install_page,
    make_detector,
    make_noscript,
    make_noscript_style,
    make_script_tag,
)
from khmertext.web.escaping import escape_css_string, escape_html, quote_path

untimed = settings(deadline=None)

HOSTILE = [
    'x"}</style><script>',
    "a'b",
    "back\\slash",
    "new\nline\r\f",
    "n\0l",
    "\ud800",
    "\\",
    "/*",
    "<!--",
    "ខ្មែរ",
    "]]>",
]
hostile_texts = st.sampled_from(HOSTILE) | st.text()
REPOSITORY = Path(__file__).resolve().parents[3]


def as_read(text: str) -> str:
    """What a reader gets back: NUL and lone surrogates cannot be written."""
    return re.sub("[\0\ud800-\udfff]", "\ufffd", text)


@untimed
@given(hostile_texts)
def test_css_string_reads_back(text: str) -> None:
    for quote in "\"'":
        written = f"{quote}{escape_css_string(text)}{quote}"
        (token,) = tinycss2.parse_component_value_list(written)
        assert (token.type, token.value) == ("string", as_read(text))
        assert "<" not in written
        written.encode()


@untimed
@given(hostile_texts)
def test_html_reads_back(text: str) -> None:
    seen: list[str | None] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.extend(value for _, value in attrs)

    Reader().feed(f'<a b="{escape_html(text)}">')
    assert seen == [as_read(text)]


@untimed
@given(st.text() | st.sampled_from(["javascript:x", "//host/x", "http://x", "a b?c#d", "../up", ""]))
def test_quoted_path_stays_a_relative_path(path: str) -> None:
    written = quote_path(path)
    assert re.fullmatch(r"\./[A-Za-z0-9_.~/%-]*", written)


@untimed
@given(hostile_texts.filter(bool))
def test_style_measures_in_the_family(family: str) -> None:
    rules = tinycss2.parse_stylesheet_bytes(make_detector(family=family).style)[0]
    assert [rule.type for rule in rules if rule.type not in ("qualified-rule", "whitespace")] == ["at-rule"] * 3
    probe = rules[0]
    assert tinycss2.serialize(probe.prelude) == ":root .khmertext-probe"
    (declaration,) = tinycss2.parse_declaration_list(probe.content)
    assert declaration.name == "font-family"
    assert declaration.important
    assert declaration.value[0].value == as_read(family)


def test_style_is_the_stylesheet_without_comments() -> None:
    folder = REPOSITORY / "src" / "khmertext" / "web" / "detector"
    source = parse_rules((folder / "detector.css").read_text(encoding="utf-8"))
    assert parse_rules(make_detector(family="x").style.decode())[2:] == source


def parse_rules(css: str) -> list[str]:
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return [re.sub(r"\s+|;(?=\s*})", "", rule.serialize()) for rule in rules]


def test_family_needs_a_name() -> None:
    with pytest.raises(ValueError, match="empty"):
        make_detector(family="")


def test_script_is_small_and_plain() -> None:
    script = make_detector(family="x").script
    assert len(script) < 2000
    assert len(brotli.compress(script, quality=11)) < 1000
    assert script.isascii()
    for forbidden in (b"eval", b"innerHTML", b"Function", b"canvas", b"http", b"=>", b"`", b"let ", b"const "):
        assert forbidden not in script


def test_sentence_is_a_named_picture_in_normal_order() -> None:
    detector = make_detector(family="x")
    picture = ElementTree.fromstring(detector.sentence_svg)
    title = picture.find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert title.text == detector.alt
    assert len(detector.sentence_svg) < 30_000
    # UTN #61: base, robat, coengs, shifter, vowel, modifiers; coeng ro last of the coengs.
    coengs = "(\u17d2[\u1780-\u1799\u179b-\u17b3])?(\u17d2\u179a)?"
    syllable = f"[\u1780-\u17b3]\u17cc?{coengs}[\u17c9\u17ca]?[\u17b6-\u17c5]?[\u17c6-\u17c8\u17cb\u17cd-\u17d1]?"
    assert re.fullmatch(f"(({syllable})+។ ?)+", detector.alt)


def test_words_are_whole_and_the_english_ones_are_those_of_the_script() -> None:
    script = make_detector(family="x").script.decode("ascii")
    assert "|".join(WORDS["en"]) in script
    assert {"en", "fr", "km", "vi"} <= set(NOTICE_LANGUAGES)
    for words in WORDS.values():
        assert all(words)
        assert "|" not in "".join(words)


@untimed
@given(hostile_texts)
def test_notice_without_javascript_lets_nothing_through(text: str) -> None:
    page = make_noscript(alt=text, font=text or "x", install=text or "x", languages=["fr"])
    plain = make_noscript(alt="x", font="x", install="x", languages=["fr"])

    def tags(markup: str) -> list[str]:
        return re.findall("<[^ >]+", re.sub('"[^"]*"', "", markup))

    assert tags(page) == tags(plain)


@untimed
@given(hostile_texts.filter(bool))
def test_style_without_javascript_measures_in_the_family(family: str) -> None:
    rules = tinycss2.parse_stylesheet_bytes(make_noscript_style(family=family, sentence="s.svg"))[0]
    last = [rule for rule in rules if rule.type == "qualified-rule"][-1]
    (declaration,) = tinycss2.parse_declaration_list(last.content)
    assert declaration.name == "font"
    assert [token.value for token in declaration.value if token.type == "string"] == [as_read(family)]
    assert not [rule for rule in rules if rule.type == "error"]


def test_same_family_gives_same_bytes() -> None:
    assert make_detector(family="Site Khmer") == make_detector(family="Site Khmer")


def test_script_tag_holds_every_setting_escaped() -> None:
    seen: list[tuple[str, str | None]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag == "script"
            seen.extend(attrs)

    value = '"></script>&<'
    Reader().feed(make_script_tag(src=value, sentence=value, alt=value, font=value, install="", languages=["fr"]))
    assert dict(seen) == {
        "defer": "defer",
        "src": value,
        "data-khmertext": "",
        "data-sentence": value,
        "data-alt": value,
        "data-font": value,
        "data-infr": "|".join(WORDS["fr"]),
    }


@untimed
@given(hostile_texts)
def test_install_page_lets_nothing_through(text: str) -> None:
    page = install_page(title=text, files=[(text, text)], license_name=text, license_file=text, license_text=f"x{text}")
    plain = install_page(title="x", files=[("x", "x")], license_name="x", license_file="x", license_text="x")
    assert read_tags(page) == read_tags(plain)


def read_tags(page: bytes) -> list[str]:
    tags: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append(tag)
            assert tag != "script"
            for name, value in attrs:
                assert not name.startswith("on")
                assert name != "src"
                assert name != "href" or (value or "").startswith("./")

        def handle_endtag(self, tag: str) -> None:
            tags.append(f"/{tag}")

        def handle_comment(self, data: str) -> None:
            raise AssertionError("a comment came through")

    Reader().feed(page.decode())
    return tags


def test_install_page_links_every_file() -> None:
    page = install_page(
        title="Khmer", files=[("A", "a b.ttf"), ("B", "b.ttf")], license_name="OFL 1.1", license_file="OFL.txt"
    ).decode()
    assert re.findall('href="([^"]*)"', page) == ["./a%20b.ttf", "./b.ttf", "./OFL.txt"]
    assert all(system in page for system in ("Windows", "macOS", "Android"))
    assert "<details>" not in page


@pytest.fixture(scope="module")
def build_detector() -> ModuleType:
    return importlib.import_module("tools.build_detector")


def test_committed_script_was_made_from_the_source(build_detector: ModuleType) -> None:
    source = build_detector.SOURCE.read_text(encoding="utf-8")
    assert build_detector.RESULT.read_text(encoding="utf-8").startswith(build_detector.header(source))


def test_committed_script_is_what_the_minifier_gives(build_detector: ModuleType) -> None:
    try:
        built = build_detector.build_script(build_detector.SOURCE.read_text(encoding="utf-8"), offline=True)
    except RuntimeError as error:
        pytest.skip(f"terser is not at hand: {error}")
    assert build_detector.RESULT.read_text(encoding="utf-8") == built
