"""Fallback faces: the visitor's fonts as wide and as tall as the site's, in an order that browsers follow."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from khmertext.errors import FontError, SiteError
from khmertext.fonts import Face, default_face, limit_axes
from khmertext.fonts.fallbacks import (
    FallbackFont,
    estimate_advance,
    format_fallbacks,
    known_fallbacks,
    measure_fallback,
)
from khmertext.web.checking import check_site
from khmertext.web.facts import SiteContext
from khmertext.web.fallbacks import (
    Adjustment,
    adjust_fallbacks,
    choose_source,
    count_clusters,
    format_fallback_faces,
    keep_steady,
    list_fits,
)
from khmertext.web.site import BuildOptions, build_site
from khmertext.web.stacks import fallback_families, place_family
from khmertext.web.stylesheets import parse_styles
from khmertext.web.webfonts import FontSource, open_sources
from khmertext.web.writing import clean_site
from tests.site_files import write_site
from tests.unit.web.test_site import OPTIONS, SITE

TEXT = "សេចក្តីថ្លៃថ្នូរ មនុស្សទាំងអស់កើតមកមានសេរីភាព និងសមភាព"
FAMILIES = fallback_families("K")


@pytest.fixture(scope="module")
def sources() -> list[FontSource]:
    return open_sources([])


def known(family: str, *, bold: bool = False) -> FallbackFont:
    return next(font for font in known_fallbacks() if font.family == family and font.bold is bold)


def scaled(font: FallbackFont, factor: int, name: str = "Wide") -> FallbackFont:
    wide = {unit: factor * advance for unit, advance in font.advances.items()}
    return replace(font, family=name, names=(name,), advances=wide)


def width(font: FallbackFont, counts: Mapping[str, float]) -> float:
    return sum(count * (estimate_advance(font, cluster) or 0) / font.upem for cluster, count in counts.items())


def test_clusters_are_counted_by_weight() -> None:
    counts = count_clusters([("ខ្មែរ a", [400]), ("រ", [400, 600, 700]), ("\u200b", [400])])
    assert counts == {400: {"ខ្មែ": 1, "រ": pytest.approx(4 / 3)}, 600: {"រ": pytest.approx(1 / 3)},
                      700: {"រ": pytest.approx(1 / 3)}}  # fmt: skip


def test_a_font_that_is_the_sites_own_is_not_scaled(sources: list[FontSource]) -> None:
    own = measure_fallback(default_face())
    (one,) = adjust_fallbacks(sources, count_clusters([(TEXT, [400])]), [own])
    extents = default_face().font().get_font_extents("ltr")
    assert one.size == pytest.approx(1, abs=1e-3)
    assert one.spread < 0.005
    assert one.ascent * one.size == pytest.approx(extents.ascender / own.upem)
    assert one.descent * one.size == pytest.approx(-extents.descender / own.upem)
    assert one.gap == extents.line_gap == 0


def test_text_is_as_wide_in_every_fallback_after_scaling(sources: list[FontSource]) -> None:
    counts = count_clusters([(TEXT, [400])])
    adjusted = adjust_fallbacks(sources, counts, known_fallbacks())
    assert len(adjusted) == len({font.family for font in known_fallbacks()})
    widths = [one.size * width(one.font, counts[400]) for one in adjusted]
    assert widths == pytest.approx([widths[0]] * len(widths))
    assert [one.spread for one in adjusted] == sorted(one.spread for one in adjusted)
    assert adjusted[0].font.family == "Noto Sans Khmer"  # the site's font is that


def test_twice_as_wide_is_scaled_half_as_far(sources: list[FontSource]) -> None:
    counts = count_clusters([(TEXT, [400])])
    font = known("Khmer OS")
    one, two = (adjust_fallbacks(sources, counts, [each])[0] for each in (font, scaled(font, 2)))
    assert two.size == pytest.approx(one.size / 2)
    assert two.ascent == pytest.approx(one.ascent * 2)
    assert two.spread == pytest.approx(one.spread, abs=1e-6)


def test_what_no_browser_should_scale_is_left_out(sources: list[FontSource]) -> None:
    counts = count_clusters([(TEXT, [400])])
    assert adjust_fallbacks(sources, counts, [scaled(known("Khmer OS"), 20)]) == []
    assert adjust_fallbacks(sources, {}, known_fallbacks()) == []
    assert adjust_fallbacks(sources, {400: {"x": 1.0}}, known_fallbacks()) == []


def test_bold_text_is_fitted_by_itself(sources: list[FontSource]) -> None:
    counts = count_clusters([(TEXT, [400]), (TEXT, [700])])
    adjusted = adjust_fallbacks(sources, counts, [known("Khmer OS"), known("Noto Serif Khmer"),
                                                  known("Noto Serif Khmer", bold=True)])  # fmt: skip
    sizes = {(one.font.names[0], one.weight): one.size for one in adjusted}
    assert sizes.keys() == {
        ("Khmer OS", 400),
        ("Khmer OS", 599),
        ("Noto Serif Khmer Regular", 400),
        ("Noto Serif Khmer Bold", 700),
    }
    # The site's bold is wider, and emboldening leaves the visitor's letters as wide as they are.
    assert sizes["Khmer OS", 599] > 1.05 * sizes["Khmer OS", 400]


def test_each_weight_has_a_face_of_its_own(sources: list[FontSource]) -> None:
    """The font that the site's is, in an older version: its bold is wider than what is half as bold in ours."""
    counts = count_clusters([(TEXT, [400]), (TEXT, [600]), (TEXT, [700])])
    fonts = [known("Noto Sans Khmer"), known("Noto Sans Khmer", bold=True), known("Khmer OS")]
    adjusted = adjust_fallbacks(sources, counts, fonts)
    sizes = {(one.font.family, one.weight): one.size for one in adjusted}
    assert sizes.keys() == {("Noto Sans Khmer", weight) for weight in (400, 600, 700)} | {
        ("Khmer OS", 400), ("Khmer OS", 599),
    }  # fmt: skip
    assert sizes["Noto Sans Khmer", 400] == pytest.approx(1, abs=5e-4)
    assert sizes["Noto Sans Khmer", 700] == pytest.approx(1, abs=2e-3)
    assert 0.97 < sizes["Noto Sans Khmer", 600] < 0.985
    faces = parse_faces(format_fallback_faces(FAMILIES, adjusted))
    assert {(family, weight) for family, weight, _ in faces} == {
        *(("K Fallback", weight) for weight in ("", "600", "700")),
        *(("K Fallback Regular", weight) for weight in ("", "599")),
    }


def test_a_site_with_many_weights_has_faces_for_the_commonest(sources: list[FontSource]) -> None:
    weights = range(100, 1000, 100)
    counts = count_clusters([(TEXT, [weight]) for weight in weights for _ in range(weight // 100)])
    own = [known("Noto Sans Khmer"), known("Noto Sans Khmer", bold=True)]
    assert {one.weight for one in adjust_fallbacks(sources, counts, own)} == {300, 400, 500, 700, 800, 900}


def test_misspelled_syllables_do_not_count(sources: list[FontSource]) -> None:
    """They show a dotted circle in every font, which nobody has measured."""
    plain, broken = (
        adjust_fallbacks(sources, count_clusters([(text, [400])]), [known("Khmer OS")])
        for text in (TEXT, TEXT + " កីេ មា៌ ់")
    )
    assert plain[0].size == broken[0].size
    assert adjust_fallbacks(sources, count_clusters([("កីេ", [400])]), [known("Khmer OS")]) == []


def test_slanted_and_light_fonts_are_passed_over(sources: list[FontSource]) -> None:
    font = known("Khmer OS")
    counts = count_clusters([(TEXT, [400])])
    light = replace(font, weight=300, names=("Light",))
    (one,) = adjust_fallbacks(sources, counts, [replace(font, italic=True), light, font])
    assert one.font is font


def parse_faces(rules: list[str]) -> list[tuple[str, str, list[str]]]:
    found = []
    for rule in rules:
        assert rule.count("@font-face{") == rule.count("}") == 1
        (family,) = re.findall(r'font-family:"([^"]*)"', rule)
        weight = re.search(r"font-weight:(\d+)", rule)
        found.append((family, weight[1] if weight else "", re.findall(r'local\("([^"]*)"\)', rule)))
    return found


def test_the_nearest_fallback_is_the_last_of_its_weight(sources: list[FontSource]) -> None:
    counts = count_clusters([(TEXT, [400]), (TEXT, [700])])
    rules = format_fallback_faces(FAMILIES, adjust_fallbacks(sources, counts, known_fallbacks()))
    faces = parse_faces(rules)
    assert {(family, weight) for family, weight, _ in faces} == {
        ("K Fallback", ""),
        ("K Fallback", "700"),
        ("K Fallback Regular", ""),
        ("K Fallback Regular", "599"),
    }
    last = {(family, weight): names for family, weight, names in faces}
    assert last["K Fallback", ""] == ["Noto Sans Khmer Regular", "NotoSansKhmer-Regular"]
    assert last["K Fallback", "700"] == ["Noto Sans Khmer Bold", "NotoSansKhmer-Bold"]
    # Two names of one design: one rule.
    assert ["Khmer OS", "KhmerOS", "Khmer OS System", "KhmerOSsys"] in [names for _, _, names in faces]
    assert all("U+1780" in rule and "U+20," not in rule and "U+0-" not in rule for rule in rules)


def test_hostile_names_stay_names() -> None:
    font = replace(known("Khmer OS"), names=('"}</style>\\', "ខ្មែរ"))
    (rule,) = format_fallback_faces(('"};', "x"), [Adjustment(font, 400, 1, 1, 0.25, 0, 0)])
    assert rule.isascii()
    assert "</" not in rule
    (face,) = parse_styles(rule).faces
    assert face.local == ('"}</style>\\', "ខ្មែរ")


@pytest.mark.parametrize(
    ("weight", "expected"),
    [(100, 400), (400, 400), (450, 400), (500, 400), (501, 700), (600, 700), (700, 700), (900, 900)],
)
def test_the_font_of_a_weight_is_the_one_that_browsers_take(
    sources: list[FontSource], weight: int, expected: int
) -> None:
    (source,) = sources
    family = [replace(source, limits={"wght": (at, at)}, reference=at_weight(source, at)) for at in (400, 700, 900)]
    assert choose_source(family, weight).weights == (expected, expected)


def at_weight(source: FontSource, weight: int) -> Face:
    return limit_axes(source.face, {"wght": (weight, weight), "wdth": (100, 100)})


# -- in sites --------------------------------------------------------------------------------------------------------


def test_the_fallbacks_stand_right_behind_ours() -> None:
    context = SiteContext("K", fallbacks=FAMILIES)
    for css, text in [
        ("p{font-family:Arial}", '"K", "K Fallback", "K Fallback Regular", '),
        ("p{font-family:Khmer OS,Arial}", ', "K", "K Fallback", "K Fallback Regular"'),
    ]:
        place = place_family(parse_styles(css).stacks[0], "K", context)
        assert place is not None
        assert place[1] == text


def test_a_build_without_fallbacks_has_none(tmp_path: Path) -> None:
    site = write_site(tmp_path / "site", SITE)
    build_site(site, tmp_path / "with", OPTIONS)
    build_site(site, tmp_path / "without", replace(OPTIONS, fallbacks=False))
    sheets = {name: "".join(path.read_text() for path in sorted((tmp_path / name).rglob("*.css")))
              for name in ("with", "without")}  # fmt: skip
    assert sheets["with"].count("size-adjust") > 10
    assert "Fallback" not in sheets["without"]
    assert "local(" not in sheets["without"]


def test_measured_fonts_come_before_known_ones_and_change_the_build(tmp_path: Path) -> None:
    site = write_site(tmp_path / "site", SITE)
    table = tmp_path / "m.json"
    mine = replace(measure_fallback(default_face()), family="Visitor", names=("Visitor Khmer",))
    table.write_text(format_fallbacks([mine, scaled(known("Khmer OS"), 2, "Khmer OS")]))
    options = replace(OPTIONS, measured=(table,), cache=tmp_path / "cache")
    build_site(site, tmp_path / "out", options)
    (css,) = ((path.read_text()) for path in (tmp_path / "out/khmertext").glob("*.css"))
    assert 'local("Visitor Khmer")' in css
    assert 'local("Khmer OS");' in css
    assert 'local("Khmer OS"),' not in css
    assert build_site(site, tmp_path / "out", options).written == 0
    table.write_text(format_fallbacks([mine]))
    assert build_site(site, tmp_path / "out", options).written > 0
    assert build_site(site, tmp_path / "out", replace(options, measured=())).written > 0


def test_a_file_that_was_not_measured_is_refused(tmp_path: Path) -> None:
    site = write_site(tmp_path / "site", SITE)
    for cache in (None, tmp_path / "cache"):
        with pytest.raises((FontError, SiteError)):
            build_site(site, tmp_path / "out", BuildOptions(measured=(site / "index.html",), cache=cache))
    assert not (tmp_path / "out").exists()


def test_families_of_the_authors_that_are_named_so_are_refused(tmp_path: Path) -> None:
    for css in ("p{font-family:'Site Khmer Fallback',A}", "@font-face{font-family:Site Khmer Fallback;src:url(x)}"):
        site = write_site(tmp_path / "site", {**SITE, "css/a.css": css.encode()})
        with pytest.raises(SiteError, match="choose another --family"):
            build_site(site, tmp_path / "out", OPTIONS)
        build_site(site, tmp_path / "other", replace(OPTIONS, fallbacks=False))


def test_without_swapping_the_font_is_optional_and_comes_again_behind_the_fallbacks(tmp_path: Path) -> None:
    site = write_site(tmp_path / "site", SITE)
    before = {path: path.read_bytes() for path in sorted(site.rglob("*.*"))}
    options = replace(OPTIONS, swap=False)
    build_site(site, None, options)
    (sheet,) = (site / "khmertext").glob("site-khmer*.css")
    faces = {
        (face, display): file
        for face, file, display in re.findall(
            r'font-family:"([^"]+)";src:url\("([^"]+)"\)[^}]*font-display:(\w+)', sheet.read_text(encoding="utf-8")
        )
    }
    assert faces["Site Khmer", "optional"] == faces["Site Khmer Late", "swap"] != faces["Site Khmer Full", "swap"]
    assert len(faces) == 3
    stack = '"Site Khmer", "Site Khmer Fallback", "Site Khmer Fallback Regular", "Site Khmer Late"'
    assert any(stack.encode() in path.read_bytes() for path in before)
    assert check_site(site) == []
    build_site(site, None, options)
    assert any(stack.encode() in path.read_bytes() for path in before)
    build_site(site, None, OPTIONS)
    assert not any(b"Late" in path.read_bytes() for path in before)
    build_site(site, None, options)
    clean_site(site)
    assert {path: path.read_bytes() for path in before} == before


def test_without_fallbacks_every_font_swaps(tmp_path: Path) -> None:
    site = write_site(tmp_path / "site", SITE)
    with pytest.raises(ValueError, match="without fallbacks"):
        build_site(site, tmp_path / "out", replace(OPTIONS, swap=False, fallbacks=False))


def test_fits_that_hardly_change_keep_their_order_too() -> None:
    regular = [font for font in known_fallbacks() if not font.italic and not font.bold][:3]
    now = [Adjustment(font, 400, 0.9 + place / 1e6, 1.0, 0.3, 0.0, place / 10) for place, font in enumerate(regular)]
    then = list_fits([one._replace(size=0.9) for one in reversed(now)])
    kept = keep_steady(now, then)
    assert list_fits(kept) == then
    assert list(list_fits(kept)) == list(then)
    moved = [one._replace(size=1.0) for one in now]
    assert keep_steady(moved, then) == moved
