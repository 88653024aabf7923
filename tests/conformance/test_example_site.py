"""The example site is a fixture of many tests, so its own text must be rich, correct, and stay that way.

Nothing of khmertext is used here: the files are read with plain regular expressions, written down independently of
the grammar that they help to test, and HarfBuzz is asked where it draws dotted circles.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from urllib.parse import unquote

import fontpkg
import pytest
import uharfbuzz as hb

SITE = Path(__file__).parents[2] / "examples" / "site"
MISSPELLED = "misspelled.html"
ENGLISH = "en/about.html"
ARTICLES = ("news/land-titles.html", "news/school-for-all.html", "news/digital-safety.html")
PAGES = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html"))
TEXTUAL = sorted(
    path.relative_to(SITE).as_posix()
    for path in SITE.rglob("*")
    if path.suffix in {".html", ".css", ".js", ".json", ".svg", ".xml"}
)
CORRECT = [name for name in TEXTUAL if name != MISSPELLED]

LETTER = "[\u1780-\u17a2\u17a5-\u17b3]"
MARK = "[\u17b6-\u17d1\u17d3\u17dd]"
ABOVE = "[\u17b7-\u17ba\u17be\u17dd]"
COENG = f"\u17d2{LETTER}"
STRONG = "[\u1780-\u1783\u1785-\u1788\u178a-\u178d\u178f-\u1792\u1795-\u1797\u179e-\u17a0\u17a2]"
WEAK = "[\u1784\u1789\u178e\u1793\u1794\u1798-\u179d]"

UNSEEN = "[\u200b\u2060\ufeff\u00ad]"

# Sequences never to be used in Modern Khmer (UTN #61), each with the spelling that belongs there. Coeng da (17D2 178A)
# is no row: publishers differ between it and coeng ta, and the site has both.
NEVER = {
    "e + i for oe, or e + aa for oo": "\u17c1[\u17bb-\u17bd\u17c9\u17ca]*[\u17b6\u17b8]",
    "i or aa before e": "[\u17b6\u17b8][\u17bb-\u17bd\u17c9\u17ca]*\u17c1",
    "oo + ii": "\u17c4\u17b8|\u17b8\u17c4",
    "u for a lowered shifter": f"\u17bb{ABOVE}|{ABOVE}\u17bb|\u17bb\u17b6\u17c6|\u17bb\u17d0",
    "coeng ro before another coeng": "\u17d2\u179a\u17d2",
    "shifter before a coeng": "[\u17c9\u17ca][\u200b-\u200d]*\u17d2",
    "vowel or sign before a coeng": "[\u17b6-\u17c8\u17cb-\u17d1\u17dd]\u17d2(?!\u17d4)",
    "robat not right after its letter": "(?<![\u1780-\u17a2])\u17cc",
    "sign before a vowel": "[\u17c6\u17cb\u17cd-\u17d1\u17dd][\u17b6-\u17c5]",
    "two vowels": "[\u17b6-\u17c5]{2}",
    "shifter after a vowel": "[\u17b6-\u17c8][\u17c9\u17ca]",
    "anything after a final sign": f"[\u17c7\u17c8]{MARK}",
    "the same mark twice": f"({MARK})\\1",
    "a mark without a letter": f"(?<![\u1780-\u17d3\u17dd]){MARK}",
    "coeng without a letter": f"\u17d2(?!{LETTER})|(?<![\u1780-\u17b3\u17cc]){COENG}",
    "three coengs": f"(?:{COENG}){{3}}",
    "deprecated and discouraged signs": "[\u17a3\u17a4\u17b4\u17b5\u17d3\u17d8]",
    "joiners": "[\u200c\u200d]",
    "an invisible character inside a syllable": f"{UNSEEN}(?:{MARK}|\u17d2)|\u17d2{UNSEEN}",
}
# What the page of mistakes shows: without these, the rows above could be empty and nobody would know.
SHOWN = {
    "e + i for oe, or e + aa for oo",
    "i or aa before e",
    "u for a lowered shifter",
    "coeng ro before another coeng",
    "shifter before a coeng",
    "vowel or sign before a coeng",
    "robat not right after its letter",
    "sign before a vowel",
    "two vowels",
    "the same mark twice",
    "a mark without a letter",
    "coeng without a letter",
    "deprecated and discouraged signs",
    "an invisible character inside a syllable",
}

# Living letters and signs. Not asked for: 179D and 179E (Sanskrit only), what Unicode discourages, and rare vowels.
EVERYDAY = (
    "កខគឃងចឆជឈញដឋឌឍណតថទធនបផពភមយរលវសហឡអ"
    "\u17a5\u17a6\u17a7\u17aa\u17ab\u17ac\u17ad\u17ae\u17af\u17b1\u17b2"
    "\u17b6\u17b7\u17b8\u17b9\u17ba\u17bb\u17bc\u17bd\u17be\u17bf\u17c0\u17c1\u17c2\u17c3\u17c4\u17c5"
    "\u17c6\u17c7\u17c8\u17c9\u17ca\u17cb\u17cc\u17cd\u17ce\u17cf\u17d0\u17d2\u17d4\u17d6\u17d7\u17db"
    "០១២៣៤៥៦៧៨៩"
)
STRUCTURES = {
    "two coengs": f"{LETTER}(?:{COENG}){{2}}",
    "two coengs, the second is ro": f"{LETTER}\u17d2[^\u179a]\u17d2\u179a",
    "two coengs with a vowel": f"(?:{COENG}){{2}}[\u17b6-\u17c5]",
    "coeng ta": "\u17d2\u178f",
    "coeng da": "\u17d2\u178a",
    "coeng ro alone": f"{LETTER}\u17d2\u179a(?!\u17d2)",
    "coeng with a spacing right part": "\u17d2[\u1783\u1788\u178d\u1794\u1799\u179f]",
    "coeng under an independent vowel": "\u17b2\u17d2\u1799",
    "split vowel oe with a coeng": f"{COENG}\u17be",
    "split vowel yaa": f"{LETTER}\u17bf",
    "split vowel ie with a coeng": f"{COENG}\u17c0",
    "split vowel oo with a coeng": f"{COENG}\u17c4",
    "split vowel au": f"{LETTER}\u17c5",
    "triisap pushed down": f"{STRONG}\u17ca{ABOVE}",
    "triisap that stays up": f"{STRONG}\u17ca[\u17b6\u17bc](?!\u17c6)",
    "triisap on ba": "\u1794\u17ca\u17b7",
    "triisap with u": "\u17ca\u17bb\u17c6",
    "muusikatoan pushed down": f"{WEAK}\u17c9{ABOVE}",
    "muusikatoan pushed down by aa + niggahita": f"{WEAK}\u17c9\u17b6\u17c6",
    "muusikatoan that stays up": f"{WEAK}\u17c9[\u17b6\u17bb\u17bc\u17c2\u17c4](?!\u17c6)",
    "shifter after a coeng": f"{COENG}[\u17c9\u17ca]",
    "robat with a vowel": "[\u1780-\u17a2]\u17cc\u17b6|[\u1780-\u17a2]\u17cc[\u1780-\u17a2]",
    "samyok sannya": f"{LETTER}\u17d0{LETTER}",
    "vowel, sign and final": "\u17bb\u17c6",
    "bantoc on the last letter": f"\u17b6{LETTER}\u17cb",
    "reahmuk after a vowel": "[\u17b7\u17bb\u17c1\u17c4]\u17c7",
    "repetition sign": f"{LETTER}\u17d7",
    "digits in groups": "[\u17e0-\u17e9][ \u00a0]\u17e0\u17e0\u17e0",
    "riel sign": "[\u17e0-\u17e9][ \u00a0]\u17db",
    "zero-width space between words": f"(?:{LETTER}|{MARK})\u200b{LETTER}",
    "Latin inside a Khmer sentence": f"(?:{LETTER}|{MARK}) \\(?(?:<[^>]+>)?[A-Za-z]",
    "guillemets": "« [\u1780-\u17b3]",
}


def read(name: str) -> str:
    """The text of one file, with the escapes of its language resolved: references, \\uXXXX, or CSS hexadecimals."""
    text = (SITE / name).read_text(encoding="utf-8")
    if name.endswith((".html", ".svg", ".xml")):
        return html.unescape(text)
    if name.endswith((".js", ".json")):
        return re.sub(r"\\u([0-9A-Fa-f]{4})", lambda match: chr(int(match[1], 16)), text)
    return re.sub(r"\\([0-9A-Fa-f]{4,6}) ?", lambda match: chr(int(match[1], 16)), text)


def khmer_length(text: str) -> int:
    return len(re.findall("[\u1780-\u17ff]", text))


def test_the_files_are_there() -> None:
    wanted = {"index.html", "news/index.html", "donate.html", "contact.html", "print.html", MISSPELLED, ENGLISH}
    assert wanted | set(ARTICLES) == set(PAGES)
    assert {"css/site.css", "js/site.js", "data/search.json", "img/banner.svg"} < set(TEXTUAL)


def test_every_everyday_letter_and_sign_occurs() -> None:
    text = "".join(map(read, CORRECT))
    assert not [f"{ord(sign):04X}" for sign in EVERYDAY if sign not in text]


@pytest.mark.parametrize("structure", STRUCTURES)
def test_structure_occurs(structure: str) -> None:
    assert re.search(STRUCTURES[structure], "".join(map(read, CORRECT)))


def test_text_is_diverse() -> None:
    syllables = re.findall(f"{LETTER}(?:\u17cc|{COENG})*{MARK}*", "".join(map(read, CORRECT)))
    assert len(syllables) > 8_000
    assert len(set(syllables)) > 600
    assert len(set(re.findall(COENG, "".join(syllables)))) >= 25


@pytest.mark.parametrize("name", CORRECT)
@pytest.mark.parametrize("row", NEVER)
def test_only_the_page_of_mistakes_has_mistakes(name: str, row: str) -> None:
    found = re.search(NEVER[row], read(name))
    assert found is None, f"{name}: {row}: {found[0]!r} in {found.string[found.start() - 20 : found.end() + 20]!r}"


def test_the_page_of_mistakes_has_them() -> None:
    text = read(MISSPELLED)
    assert {row for row, pattern in NEVER.items() if re.search(pattern, text)} == SHOWN


def dotted_circles(name: str) -> set[str]:
    """Khmer runs of a file in which HarfBuzz, with the default font, puts a dotted circle that nobody typed."""
    face = hb.Face(Path(fontpkg.path("Noto Sans Khmer", weight=400)).read_bytes())
    font = hb.Font(face)
    circle = font.get_nominal_glyph(0x25CC)
    assert circle, "without a dotted circle in the font this test could not fail"
    runs = set(re.findall("[\u1780-\u17ff\u200b-\u200d ]*[\u1780-\u17ff][\u1780-\u17ff\u200b-\u200d ]*", read(name)))
    found = set()
    for run in runs:
        buffer = hb.Buffer()
        buffer.add_str(run)
        buffer.guess_segment_properties()
        buffer.language = "km"
        hb.shape(font, buffer)
        if any(info.codepoint == circle for info in buffer.glyph_infos):
            found.add(run)
    return found


@pytest.mark.parametrize("name", CORRECT)
def test_harfbuzz_draws_no_dotted_circle(name: str) -> None:
    assert not dotted_circles(name)


def test_harfbuzz_draws_dotted_circles_for_mistakes() -> None:
    assert len(dotted_circles(MISSPELLED)) >= 4


@pytest.mark.parametrize("name", ARTICLES)
def test_articles_have_real_length(name: str) -> None:
    story = re.sub(r"(?s)<head>.*?</head>|<header.*?</header>|<footer.*?</footer>", "", read(name))
    assert khmer_length(story) > 2_800


def test_one_article_marks_its_words() -> None:
    marked = {name: len(re.findall(f"\u200b(?={LETTER})", read(name))) for name in ARTICLES}
    assert marked["news/land-titles.html"] > 400
    assert marked["news/school-for-all.html"] == marked["news/digital-safety.html"] == 0
    assert "<wbr>" in read("news/digital-safety.html")


@pytest.mark.parametrize("name", PAGES)
def test_page_declares_language_and_charset(name: str) -> None:
    raw = (SITE / name).read_bytes()
    assert re.match(rb"<!doctype html>\s*<html lang=\"(km|en)\">", raw)
    assert b'<meta charset="utf-8">' in raw[:1024]
    assert b"<title>" in raw
    assert all(b"alt=" in tag for tag in re.findall(rb"<img\b[^>]*>", raw))
    raw.decode("utf-8")


def test_the_english_page_has_no_khmer() -> None:
    assert khmer_length(read(ENGLISH)) == 0
    assert 'lang="en"' in read(ENGLISH)


def test_khmer_stands_where_tools_forget_it() -> None:
    text = "".join(map(read, PAGES))
    for attribute in ("alt", "title", "placeholder", "aria-label", "content", "label"):
        assert re.search(f' {attribute}="[^"]*[\u1780-\u17b3]', text), attribute
    for element in (
        "option",
        "button",
        "label",
        "legend",
        "caption",
        "figcaption",
        "th",
        "dt",
        "summary|strong",
        "code",
    ):
        assert re.search(f"<(?:{element})\\b[^>]*>[^<]*[\u1780-\u17b3]", text), element
    assert "data-khmer-dynamic" in read("index.html")
    assert re.search(r"&#x?17[0-9A-F]{2};", (SITE / "donate.html").read_text(encoding="utf-8"))
    assert re.search("<title\\b[^>]*>[^<]*[\u1780-\u17b3]", read("img/banner.svg"))


def test_script_and_data_have_literal_and_escaped_khmer() -> None:
    script = (SITE / "js/site.js").read_text(encoding="utf-8")
    assert re.search('"[\u1780-\u17b3]', script)
    assert re.search(r'"(?:\\u17[0-9A-F]{2}){4,}', script)
    data = (SITE / "data/search.json").read_text(encoding="utf-8")
    assert data.isascii()
    pages = json.loads(data)["pages"]
    assert sum(khmer_length(page["title"]) for page in pages) > 100
    assert all((SITE / page["url"]).is_file() for page in pages)


def test_stylesheet_has_the_cases_that_matter() -> None:
    css = (SITE / "css/site.css").read_text(encoding="utf-8")
    assert '--face-text: "Inter", "Helvetica Neue", Arial, sans-serif;' in css
    assert '--face-heading: "Khmer OS Muol Light", "Moul", Georgia, serif;' in css
    assert "font-family: var(--face-text)" in css
    assert len(re.findall(r"font-family: monospace", css)) == 1
    assert re.search(r'content: "\\17[0-9A-F]{2}', css)
    assert re.search('content: "[^"\\\\]*[\u1780-\u17b3]', css)
    assert "list-style-type: khmer" in css
    assert "@media print" in css
    assert {"400", "600", "700"} == set(re.findall(r"font-weight: (\d+)", css))


@pytest.mark.parametrize("name", PAGES)
def test_links_resolve(name: str) -> None:
    page = SITE / name
    targets = re.findall(r'\b(?:href|src|action)="([^"]+)"', page.read_text(encoding="utf-8"))
    assert targets
    for target in targets:
        if target.startswith("mailto:"):
            assert target.endswith("@example.org")
            continue
        path, _, fragment = unquote(html.unescape(target)).partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.is_file(), target
        assert file.is_relative_to(SITE.resolve()), target
        if fragment:
            assert f'id="{fragment}"' in file.read_text(encoding="utf-8"), target


@pytest.mark.parametrize("name", TEXTUAL)
def test_nothing_is_loaded_from_elsewhere(name: str) -> None:
    text = (SITE / name).read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|srcset|href|action|data|poster)\s*=\s*["']?\s*(?:https?:)?//""", text)
    assert not re.search(r"""(?:url\(|@import|fetch\(|import\s*\()\s*["']?\s*(?:https?:)?//""", text)
    # Namespaces, example.org's identifiers in the feed, and the bare scheme in an article are no addresses of anybody.
    for address in re.findall(r"https?://[\w.-]+", text):
        assert address in {"http://www.w3.org", "https://example.org"}
