"""Plans: what always stays, and what unicode-range may hold."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from khmertext.fonts import Face, plan_full, plan_text, shape, unicode_range

ALWAYS = {0x20, 0x25CC, 0x1780, 0x17B7, 0x17D2, 0x17C1, 0x200B, 0x200C, 0x200D}


def test_what_always_stays(regular: Face) -> None:
    plan = plan_text(regular, [])
    assert plan.unicodes >= ALWAYS & regular.unicodes
    assert 0 in plan.glyphs
    assert not plan.closure
    # The script in the page measures these; without them it would see a font that does not shape.
    for probe in ("ក", "ក្ក", "កិ"):
        assert {info.codepoint for info in shape(regular.font(), probe, "km").glyph_infos} <= plan.glyphs.keys()


def test_each_glyph_has_a_reason_and_each_code_point_is_mapped(regular: Face) -> None:
    for plan in (plan_text(regular, [("ភាសាខ្មែរ\u4e00", "km")]), plan_full(regular)):
        assert all(plan.glyphs.values())
        assert plan.unicodes <= regular.unicodes
        assert {regular.font().get_nominal_glyph(code_point) for code_point in plan.unicodes} <= plan.glyphs.keys()


def test_full_is_all_khmer(regular: Face) -> None:
    plan = plan_full(regular)
    khmer = {*range(0x1780, 0x1800), *range(0x19E0, 0x1A00)}
    assert plan.closure
    assert plan.unicodes == (khmer | ALWAYS) & regular.unicodes
    assert len(plan.unicodes & khmer) > 140


@given(st.sets(st.integers(0, 0x10FFFF) | st.integers(0x1770, 0x1810) | st.integers(0x2000, 0x2010)))
def test_unicode_range(code_points: set[int]) -> None:
    ranges = unicode_range(code_points)
    spread = [code_point for first, last in ranges for code_point in range(first, last + 1)]
    assert spread == sorted(set(spread))
    assert set(spread) <= code_points
    assert all(
        0x1780 <= code_point <= 0x17FF
        or 0x19E0 <= code_point <= 0x19FF
        or code_point in {0x200B, 0x200C, 0x200D, 0x25CC}
        for code_point in spread
    )
    assert {0x1780, 0x17D2, 0x19E0, 0x200B, 0x25CC} & code_points <= set(spread)
    assert all(later[0] > earlier[1] + 1 for earlier, later in pairwise(ranges))


def test_unicode_range_never_has_the_space(regular: Face) -> None:
    assert 0x20 in plan_full(regular).unicodes
    assert all(first > 0x20 for first, _ in unicode_range(plan_full(regular).unicodes))
