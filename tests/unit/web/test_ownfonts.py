"""Families that a site declares itself: their Khmer is served apart, and all else is as the author left it."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tinycss2
from fontTools.otlLib.builder import buildLookup, buildSingleSubstSubtable
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables import otTables

from khmertext.errors import SiteError
from khmertext.fonts import Run, default_face, open_face, prove
from khmertext.web import BuildOptions, build_site, check_site, clean_site, ownfonts
from khmertext.web.ownfonts import read_styles
from khmertext.web.stylesheets import end_of_block, parse_styles

OPTIONS = BuildOptions(jobs=1, detector=False)
FACE = "@font-face{font-family:Mine;src:url(../f/mine.ttf);font-weight:100 900;font-display:swap}"
CSS = FACE + "h1{font-family:'Mine',serif}p{font-family:Arial}"
PAGE = "<!doctype html><html lang=km><head><link rel=stylesheet href=css/a.css></head><body><h1>ខ្មែរ ឆ</h1><p>គ្នា</p>"


def make_font(change: Any = None) -> bytes:
    font = TTFont(io.BytesIO(default_face().data))
    if change is not None:
        change(font)
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


FONT = make_font()


def build(tmp_path: Path, files: Mapping[str, str | bytes], **options: Any) -> tuple[Path, list[Any], list[Any]]:
    """Where the site went, what the manifest says of its own fonts, and its warnings."""
    site = tmp_path / "site"
    for name, data in {"index.html": PAGE, "css/a.css": CSS, "f/mine.ttf": FONT, **files}.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_bytes(data.encode() if isinstance(data, str) else data)
    result = build_site(site, tmp_path / "out", replace(OPTIONS, **options))
    report = json.loads((tmp_path / "out/khmertext/manifest.json").read_bytes())
    return tmp_path / "out", report["own_fonts"], list(result.warnings)


def own_rules(out: Path, name: str = "css/a.css") -> list[dict[str, str]]:
    """The descriptors of every rule in a stylesheet that loads one of our files."""
    found = []
    for node in tinycss2.parse_stylesheet((out / name).read_text("utf-8")):
        if node.type == "at-rule" and node.lower_at_keyword == "font-face":
            said = {
                one.lower_name: tinycss2.serialize(one.value).strip()
                for one in tinycss2.parse_blocks_contents(node.content)
                if one.type == "declaration"
            }
            if "khmertext/" in said["src"]:
                found.append(said)
    return found


def letters(out: Path, own: Mapping[str, Any]) -> set[str]:
    return {chr(code) for code in open_face((out / "khmertext" / own["file"]).read_bytes()).unicodes}


def test_the_rule_behind_the_authors_serves_khmer_and_spaces(tmp_path: Path) -> None:
    out, (own,), warnings = build(tmp_path, {})
    assert warnings == []
    assert (own["family"], own["source"], own["whole"]) == ("Mine", "f/mine.ttf", False)
    assert (tmp_path / "out/css/a.css").read_text().startswith(FACE + "\n@font-face{")
    (rule,) = own_rules(out)
    assert rule["src"] == f'url("../khmertext/{own["file"]}") format("woff2")'
    assert (rule["font-family"], rule["font-weight"], rule["font-display"]) == ("Mine", "100 900", "swap")
    assert rule["unicode-range"].startswith("U+20,")
    assert set("ខ្មែរឆ ") <= letters(out, own)
    assert not letters(out, own) & set("គA")  # a text of another family, a letter that the author's own file draws
    assert own["file_bytes"] < own["bytes"] / 5
    assert (out / "f/mine.ttf").read_bytes() == FONT
    assert check_site(out) == []


def test_clean_brings_the_authors_bytes_back(tmp_path: Path) -> None:
    build(tmp_path, {})
    site = tmp_path / "site"
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    build_site(site, None, OPTIONS)
    assert (site / "css/a.css").read_bytes() != before[site / "css/a.css"]
    again = build_site(site, None, OPTIONS)
    assert again.written == 0
    clean_site(site)
    assert {path: path.read_bytes() for path in site.rglob("*") if path.is_file()} == before


def test_they_can_be_left_alone(tmp_path: Path) -> None:
    out, own, _ = build(tmp_path, {}, own_fonts=False)
    assert own == own_rules(out) == []


def test_the_range_that_the_author_gives_is_kept_to(tmp_path: Path) -> None:
    css = CSS.replace("font-display", "unicode-range:U+1780-1790,u+17??;font-display")
    out, _, _ = build(tmp_path, {"css/a.css": css})
    (rule,) = own_rules(out)
    assert "U+20" not in rule["unicode-range"]
    assert rule["unicode-range"].startswith("U+17")
    latin = CSS.replace("font-display", "unicode-range:U+0-FF;font-display")
    assert own_rules(build(tmp_path / "b", {"css/a.css": latin})[0]) == []


def test_a_font_that_may_not_be_cut_is_left_alone_and_told(tmp_path: Path) -> None:
    def refuse(font: TTFont) -> None:
        font["OS/2"].fsType = 0x0100

    out, own, warnings = build(tmp_path, {"f/mine.ttf": make_font(refuse)})
    assert own == own_rules(out) == []
    assert [(one.code, one.path) for one in warnings] == [("own-font", "css/a.css")]
    assert "f/mine.ttf" in warnings[0].message


def test_a_stylesheet_with_fixed_bytes_is_left_alone_and_told(tmp_path: Path) -> None:
    page = PAGE.replace("<link ", "<link integrity=sha256-x ")
    out, own, warnings = build(tmp_path, {"index.html": page})
    assert own == []
    assert (out / "css/a.css").read_text() == CSS
    assert "own-font" in [one.code for one in warnings]


def test_a_stylesheet_that_only_a_page_without_khmer_fixes_is_left_alone(tmp_path: Path) -> None:
    # It has no font stacks, so no other page is read again for it.
    link = "<link rel=stylesheet href=css/f.css>"
    fixed = link.replace(">", ' integrity="sha384-AAAA">')
    files = {
        "css/f.css": FACE,
        "css/a.css": CSS.removeprefix(FACE),
        "index.html": PAGE.replace("<head>", f"<head>{link}"),
    }
    out, own, warnings = build(tmp_path, {**files, "en.html": f"<head>{fixed}</head>English"})
    assert own == []
    assert [one.code for one in warnings] == ["own-font"]
    assert (out / "css/f.css").read_text() == FACE


def test_where_text_may_come_all_of_khmer_is_served(tmp_path: Path) -> None:
    out, (own,), _ = build(tmp_path, {"index.html": PAGE + "<textarea></textarea>"})
    assert own["whole"]
    assert {chr(code) for code in range(0x1780, 0x17B4)} <= letters(out, own)


@pytest.mark.parametrize(
    ("files", "exclude"),
    [
        (
            {"old/b.html": PAGE.replace("ខ្មែរ", "ភ្នំពេញ").replace("css/", "../css/")},
            ("old",),
        ),  # it stays, and looks as before
        ({"css/b.css": "p{font-family:Mine}"}, ("b.css",)),
        ({"index.html": PAGE + "<iframe srcdoc='&lt;link rel=stylesheet href=css/a.css>&lt;h1>ភ្នំពេញ'></iframe>"}, ()),
    ],
)
def test_where_not_all_is_read_all_of_khmer_is_served(
    tmp_path: Path, files: dict[str, str], exclude: tuple[str, ...]
) -> None:
    _, (own,), _ = build(tmp_path, files, exclude=exclude)
    assert own["whole"] is True


def add_features(font: TTFont) -> None:
    """Let ខ be another letter with ``ss01``, and with ``calt``, which browsers turn on by themselves."""
    order, table = font.getBestCmap(), font["GSUB"].table
    for tag, code in (("ss01", 0x179D), ("calt", 0x179E)):
        lookup = buildLookup([buildSingleSubstSubtable({order[0x1781]: order[code]})])
        table.LookupList.Lookup.append(lookup)
        record = otTables.FeatureRecord()
        record.FeatureTag, record.Feature = tag, otTables.Feature()
        record.Feature.FeatureParams = None
        record.Feature.LookupListIndex = [len(table.LookupList.Lookup) - 1]
        table.FeatureList.FeatureRecord.append(record)
        for script in table.ScriptList.ScriptRecord:
            systems = [script.Script.DefaultLangSys, *(one.LangSys for one in script.Script.LangSysRecord)]
            for system in filter(None, systems):
                system.FeatureIndex.append(len(table.FeatureList.FeatureRecord) - 1)


def test_features_that_a_rule_turns_on_are_in_its_font(tmp_path: Path) -> None:
    font = make_font(add_features)
    for number, (said, settings) in enumerate(
        [
            ("font-feature-settings:'ss01','calt' off", ["calt=0,ss01=1", ""]),
            ('-moz-font-feature-settings:"ss01" 1', ["ss01=1", ""]),
            ("font-variant:no-contextual", ["calt=0", ""]),
        ]
    ):
        css = CSS.replace("font-display", f"{said};font-display")
        out, (own,), warnings = build(tmp_path / str(number), {"css/a.css": css, "f/mine.ttf": font})
        assert warnings == []
        cut = open_face((out / "khmertext" / own["file"]).read_bytes())
        # Browsers that do not know the descriptor draw without it.
        runs = [Run("ខ្មែរ", "km", 400, setting) for setting in settings]
        assert prove(open_face(font), cut, runs).holds
        assert check_site(out) == []


@pytest.mark.parametrize(
    "said",
    [
        "font-feature-settings:'ss01' maybe",
        "font-feature-settings:calc(1)",
        "font-variant:made-up",
        "font-language-override:'KHT'",
        "font-variation-settings:'wdth' 75",
    ],
)
def test_a_rule_whose_text_cannot_be_proven_is_left_alone_and_told(tmp_path: Path, said: str) -> None:
    out, own, warnings = build(tmp_path, {"css/a.css": CSS.replace("font-display", f"{said};font-display")})
    assert own == own_rules(out) == []
    (told,) = [one.message for one in warnings if one.code == "own-font"]
    assert said.partition(":")[0].replace("variant", "feature-settings") in told
    usual = CSS.replace("font-display", f"{said.partition(':')[0]}:normal;font-display")
    assert build(tmp_path / "usual", {"css/a.css": usual})[1]


def test_a_space_that_the_font_kerns_stays_with_its_letters(tmp_path: Path) -> None:
    def kern(font: TTFont) -> None:
        from fontTools.feaLib.builder import addOpenTypeFeaturesFromString

        order = font.getBestCmap()
        text = f"languagesystem latn dflt; feature kern {{ pos {order[0x41]} {order[0x20]} -80; }} kern;"
        gsub = font["GSUB"]
        addOpenTypeFeaturesFromString(font, text, tables=["GPOS"])
        font["GSUB"] = gsub

    out, _, _ = build(tmp_path, {"f/mine.ttf": make_font(kern)})
    rules = own_rules(out)
    assert [rule["unicode-range"].startswith("U+17") for rule in rules] == [True]


def test_each_face_of_a_family_has_its_own_text(tmp_path: Path) -> None:
    css = (
        "@font-face{font-family:Mine;src:url(../f/a.ttf);font-weight:400}"
        "@font-face{font-family:Mine;src:url(../f/b.ttf);font-weight:bold}body{font-family:Mine}"
    )
    page = PAGE.replace("<p>គ្នា</p>", "<p>ជ</p>")
    heavy = make_font(lambda font: setattr(font["OS/2"], "usWeightClass", 700))
    out, own, _ = build(tmp_path, {"index.html": page, "css/a.css": css, "f/a.ttf": FONT, "f/b.ttf": heavy})
    found = {one["source"]: letters(out, one) & set("ឆជ") for one in own}
    assert found == {"f/a.ttf": {"ជ"}, "f/b.ttf": {"ឆ"}}
    assert check_site(out) == []


HEADING = PAGE.replace("<p>គ្នា</p>", "")
SCRIPT = '<script>show("ងារ")</script>'


@pytest.mark.parametrize(
    ("page", "css", "preloaded"),
    [
        (PAGE, "", True),
        (HEADING, "", False),
        (HEADING, ":root{--a:'Mine'}h1{font:1em var(--a)}", False),
        (HEADING, "h1:hover{font-family:Arial}", False),  # not yet
        (HEADING, "h1{font-family:Other}", True),
        (HEADING + "<p title=គ្នា>x</p><title>គ្នា</title>", "", False),  # the browser's own font
        (HEADING + "<p><img alt=គ្នា>", "", True),
        (HEADING + "<p>x", "p::before{content:'គ្នា'}", True),
        (HEADING + SCRIPT, "", True),  # somewhere
        (HEADING + SCRIPT, "body{font-family:Mine}", False),
        (HEADING.replace("a.css", "b.css"), "", True),  # where the family is not declared
    ],
)
def test_our_font_is_preloaded_where_khmer_is_shown_in_it(tmp_path: Path, page: str, css: str, preloaded: bool) -> None:
    files = {"css/a.css": CSS + css, "css/b.css": "h1{font-family:Mine}", "index.html": page, "b.html": PAGE}
    out, _, _ = build(tmp_path, files)
    text = (out / "index.html").read_text("utf-8")
    assert "/site-khmer." in text
    assert ('rel="preload"' in text) is preloaded


def test_a_face_that_is_not_always_there_takes_no_text_from_another(tmp_path: Path) -> None:
    """On a page without it, and where its condition does not hold, bold text is drawn with the regular face."""
    css = (
        FACE.replace("100 900", "400")
        + "@supports(x:y){@font-face{font-family:Mine;src:url(../f/b.ttf);font-weight:700}}"
    )
    other = "@font-face{font-family:Mine;src:url(../f/b.ttf);font-weight:700}"
    heavy = make_font(lambda font: setattr(font["OS/2"], "usWeightClass", 700))
    files: dict[str, str | bytes] = {"css/a.css": css + "h1{font-family:Mine}", "css/b.css": other, "f/b.ttf": heavy}
    out, own, _ = build(tmp_path, files)
    regular = next(one for one in own if one["source"] == "f/mine.ttf")
    assert "ឆ" in letters(out, regular)


def test_check_tells_khmer_that_came_and_a_font_that_was_changed(tmp_path: Path) -> None:
    out, _, _ = build(tmp_path, {})
    page = out / "index.html"
    page.write_text(page.read_text("utf-8").replace("ឆ", "ឈ្ញ"), "utf-8")
    assert "f/mine.ttf" in " ".join(one.message for one in check_site(out))
    (out / "f/mine.ttf").write_bytes(make_font(lambda font: setattr(font["OS/2"], "usWeightClass", 700)))
    assert [one.path for one in check_site(out) if "was cut from" in one.message] == ["f/mine.ttf"]


@pytest.mark.parametrize(
    "css",
    [
        CSS.replace("url(", "local('Mine'),url("),  # the visitor's own font comes first
        CSS.replace("font-display:swap}h1", "x:y h1").replace("}", "")[:-1],  # never closed
        CSS.replace("'Mine',serif", "serif"),  # no text wants it
        CSS.replace("../f/mine.ttf", "https://example.org/none.ttf"),
        CSS.replace("url(", "url(https://example.org/none.ttf),url("),  # browsers take the first that they can read
        CSS.replace("url(", "url(data:font/ttf;base64,AAEAAAA=),url("),
    ],
)
def test_what_is_left_alone_without_a_word(tmp_path: Path, css: str) -> None:
    out, own, warnings = build(tmp_path, {"css/a.css": css})
    assert own == own_rules(out) == []
    assert "own-font" not in [one.code for one in warnings]


@pytest.mark.parametrize(
    ("text", "rest"),
    [("a{}b", "b"), ("a{b:'}'}c", "c"), ("a{/*}*/}c", "c"), ("a{b:url(x}y)}c", "c"), ("a{\\}}c", "c"), ("a{{}}c", "c")],
)
def test_where_a_block_ends(text: str, rest: str) -> None:
    assert text[end_of_block(text, 0) :] == rest
    assert end_of_block(text[: -len(rest) - 1], 0) == -1


def test_a_stylesheet_that_was_edited_in_place_keeps_no_rule_of_an_earlier_build(tmp_path: Path) -> None:
    # Of two rules the later is asked first: an old one draws new text with a font that was not cut for it.
    build(tmp_path, {})
    site = tmp_path / "site"
    build_site(site, None, OPTIONS)
    sheet, page = site / "css/a.css", site / "index.html"
    sheet.write_text(sheet.read_text("utf-8") + "em{color:red}", "utf-8")
    page.write_text(page.read_text("utf-8").replace("ខ្មែរ ឆ", "ខ្មែរ ឆ្នាំ"), "utf-8")
    build_site(site, None, OPTIONS)
    (rule,) = own_rules(site)
    assert (site / "khmertext" / rule["src"].rpartition("/")[2].partition('"')[0]).is_file()
    assert check_site(site) == []
    clean_site(site)
    assert sheet.read_text("utf-8") == CSS + "em{color:red}"


KNOWN = PAGE.replace("ខ្មែរ ឆ", "ខ្មែរ ឆ ភាសា ជាតិ ប្រជា")
AGAIN = KNOWN.replace("ជាតិ ប្រជា", "ប្រជាជាតិ")  # syllables that are there, in another order
MORE = KNOWN.replace("ជាតិ", "ជាតិ ឃ្លាំងឆ្លើយឈ្មោះដូច្នេះព្រះរាជាខ្ញុំក្រៅញញឹម")


def refuse(*_: object, **__: object) -> Any:
    raise AssertionError("it was cut again")


@pytest.mark.parametrize("whole", [False, True])
def test_a_font_that_still_draws_the_site_is_neither_cut_nor_loaded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, whole: bool
) -> None:
    field = "<textarea></textarea>" if whole else ""
    options = {"cache": tmp_path / "cache", "slack": 0.1}
    _, (first,), _ = build(tmp_path, {"index.html": KNOWN + field}, **options)
    with monkeypatch.context() as patch:
        for name in ("subset_text", "subset_full"):
            patch.setattr(ownfonts, name, refuse)
        patch.setattr(ownfonts, "prove_everywhere", refuse)
        out, (same,), _ = build(tmp_path, {"index.html": KNOWN + field + "<p>Latin"}, **options)
    assert same == first
    out, (kept,), _ = build(tmp_path, {"index.html": AGAIN + field}, **options)
    assert kept["file"] == first["file"]
    assert kept["runs_proven"] != first["runs_proven"]
    assert check_site(out) == []
    out, (other,), _ = build(tmp_path, {"index.html": MORE + field}, **options)
    assert (other["file"] == first["file"]) is whole  # all of Khmer is there
    assert check_site(out) == []


def test_a_font_that_became_too_large_is_cut_again(tmp_path: Path) -> None:
    found = []
    for page, slack in ((MORE, 0.1), (AGAIN, 10.0), (KNOWN, 0.01)):
        _, (own,), _ = build(tmp_path, {"index.html": page}, cache=tmp_path / "cache", slack=slack)
        found.append(own)
    _, (smallest,), _ = build(tmp_path, {"index.html": KNOWN})
    assert found[0]["file"] == found[1]["file"] != found[2]["file"] == smallest["file"]


def read_files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


CHANGES: list[tuple[dict[str, str | bytes], dict[str, Any]]] = [
    ({"index.html": AGAIN}, {}),
    ({"index.html": PAGE}, {}),
    ({"index.html": MORE}, {}),
    ({"index.html": KNOWN + "<textarea></textarea>"}, {}),
    ({"css/a.css": CSS.replace("font-display:swap", "font-display:block")}, {}),
    ({"css/a.css": FACE.replace("100 900", "400") + FACE.replace("100 900", "700") + CSS.removeprefix(FACE)}, {}),
    ({"f/mine.ttf": make_font(lambda font: setattr(font["head"], "fontRevision", 9.0))}, {}),
    ({}, {"hinting": "keep"}),
    ({}, {"hinting": "drop"}),
    ({}, {"family": "Another"}),
    ({}, {"own_fonts": False}),
    ({}, {"open_text": True}),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_without_slack_the_same_comes_out_as_without_a_cache(tmp_path: Path, number: int) -> None:
    change, options = CHANGES[number]
    files = {"index.html": KNOWN, **change}
    kept = {"cache": tmp_path / "cache", "slack": 0.0}
    build(tmp_path, {"index.html": KNOWN}, **kept)
    out, _, _ = build(tmp_path, files, **kept, **options)
    (out / "khmertext").rename(tmp_path / "first")
    shutil.rmtree(out)
    plain, _, _ = build(tmp_path, files, **options)
    first, second = read_files(tmp_path / "first"), read_files(plain / "khmertext")
    for found in (first, second):
        value = json.loads(found.pop("manifest.json"))
        found["own"] = json.dumps(value["own_fonts"]).encode()
    assert {name: first[name] for name in second} == second  # those of the build before are there for one more
    assert check_site(plain) == []


def test_faces_of_one_file_are_kept_apart(tmp_path: Path) -> None:
    """Each has texts of its own; else every build would cut the second for the text of the first."""
    faces = FACE.replace("100 900", "400") + FACE.replace("100 900", "700") + FACE.replace("Mine", "Two")
    files = {"css/a.css": faces + "h1{font-family:Mine}em{font-family:Two}", "index.html": KNOWN + "<em>ងារ</em>"}
    options = {"cache": tmp_path / "cache", "slack": 0.0}
    _, before, _ = build(tmp_path, files, **options)
    _, after, _ = build(tmp_path, {**files, "index.html": files["index.html"] + "<p>x"}, **options)
    assert after == before
    assert len({one["file"] for one in before}) == len(before) == 2


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        # As Material for MkDocs has it.
        ("--a:Mine;--b:var(--a,_),serif}h1{font-family:var(--b)}", '--a:Mine, "Site Khmer";--b:var(--a,_),serif}'),
        (
            "--a:0}h1{font-family:var(--none, 'Mine'), serif}",
            "h1{font-family:var(--none, 'Mine'), \"Site Khmer\", serif}",
        ),
        (
            "--a:Mine}h1{font-family:var(--none, var(--a))}",
            '--a:Mine, "Site Khmer"}h1{font-family:var(--none, var(--a))}',
        ),
        # In circles, which have no value.
        (
            "--a:var(--b),var(--b);--b:var(--a),var(--a),Mine}h1{font-family:var(--a), Mine}",
            "font-family:var(--a), Mine}",
        ),
    ],
)
def test_a_family_that_variables_lead_to_stays_in_front_and_has_all_its_text(
    tmp_path: Path, css: str, expected: str
) -> None:
    css = FACE + "q{font-family:Mine}:root{" + css
    page = PAGE.replace("<p>", "<q>ង</q><p>")  # whose letters alone would make a font that lacks the others' clusters
    out, own, _ = build(tmp_path, {"css/a.css": css, "index.html": page}, fallbacks=False)
    assert expected in (out / "css/a.css").read_text()
    assert set("ខ្មែរឆង") <= letters(out, own[0])


@pytest.mark.parametrize(
    ("css", "body", "expected"),
    [
        ("", "<h1 style='--x:Mine;font-family:var(--x)'>", "--x:Mine, &quot;Site Khmer&quot;;font-family:var(--x)'"),
        ("h1{font-family:var(--x)}", "<h1 style=--x:Mine>", "--x:Mine,&#32;&quot;Site&#32;Khmer&quot;>"),
        ("h1{font-family:var(--x)}", '<div style="--x: Mine"><h1>', '--x: Mine, &quot;Site Khmer&quot;"'),
        ("h1{font:1em var(--x)}", '<h1 style="--x: Mine">', '--x: Mine, &quot;Site Khmer&quot;"'),
        ("h1{font-family:var(--y)}", '<h1 style="--x: Mine;--y:var(--x),serif">', "--x: Mine, &quot;Site Khmer&quot;;"),
    ],
)
def test_a_family_that_a_style_attribute_sets_by_a_variable_stays_in_front(
    tmp_path: Path, css: str, body: str, expected: str
) -> None:
    files = {"css/a.css": FACE + css, "index.html": PAGE.replace("<h1>", body)}
    # What is known of the same stylesheet from another page does not count: there nothing leads to that family.
    other = PAGE.replace("<h1>", "<b style='--x:Arial'>").replace("</h1>", "</b>")
    out, own, _ = build(tmp_path, {**files, "a.html": other}, fallbacks=False)
    assert expected in (out / "index.html").read_text("utf-8")
    assert "Site" not in (out / "css/a.css").read_text("utf-8").rpartition("}h1")[2]
    assert set("ខ្មែរឆ") <= letters(out, own[0])
    build_site(tmp_path / "site", None, OPTIONS)
    clean_site(tmp_path / "site")
    assert (tmp_path / "site/index.html").read_text("utf-8") == files["index.html"]


def test_a_manifest_that_names_a_font_outside_the_site_is_refused(tmp_path: Path) -> None:
    out, _, _ = build(tmp_path, {})
    manifest = out / "khmertext/manifest.json"
    value = json.loads(manifest.read_bytes())
    value["own_fonts"][0]["file"] = "../../secret.woff2"
    manifest.write_text(json.dumps(value, indent=1), "utf-8")
    with pytest.raises(SiteError, match="outside the site"):
        check_site(out)


@pytest.mark.parametrize(
    ("style", "italic"),
    [
        ("normal", [False]),
        ("italic", [True]),
        ("oblique", [True]),
        ("oblique 14deg", [True]),
        ("oblique 5deg 14deg", [True]),
        ("oblique 0deg 14deg", [False, True]),
        ("oblique -10deg 10deg", [False, True]),
        ("oblique -10deg -5deg", [True]),
    ],
)
def test_a_face_that_can_be_upright_draws_upright_text(style: str, italic: list[bool]) -> None:
    (face,) = parse_styles(f"@font-face {{ font-family: A; src: url(a.woff2); font-style: {style} }}").faces
    assert [one.italic for one in read_styles(face)] == italic
