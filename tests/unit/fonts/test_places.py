"""Where in the axes fonts are compared: the grid, its bound, and that what differs there is found."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.ttLib.tables.TupleVariation import TupleVariation
from hypothesis import given, settings
from hypothesis import strategies as st

from khmertext.fonts import (
    Axis,
    Face,
    Run,
    compare_faces,
    default_face,
    limit_axes,
    list_views,
    open_face,
    prove,
    subset_text,
    trace_lookups,
)
from khmertext.fonts.certificate import certify, prove_everywhere
from khmertext.fonts.places import MAX_PLACES, choose_weights, count_places, describe_place, list_places
from khmertext.fonts.subset import locate_all

VALUES = st.lists(st.integers(0, 8), min_size=3, max_size=3).map(sorted)


@settings(deadline=None)
@given(st.lists(VALUES, max_size=5), st.integers(0, 30))
def test_the_grid(spans: list[list[int]], weights: int) -> None:
    axes = tuple(Axis(f"AX{n:02}", *map(float, span)) for n, span in enumerate(spans))
    face = replace(default_face(), axes=(Axis("wght", 100, 400, 900), *axes))
    free = [axis for axis in axes if axis.minimum < axis.maximum]
    values = [sorted({axis.minimum, axis.default, (axis.minimum + axis.maximum) / 2, axis.maximum}) for axis in free]
    grid = {tuple(zip([axis.tag for axis in free], place, strict=True)) for place in itertools.product(*values)}
    places = [tuple(place.items()) for place in list_places(face, weights)]
    assert count_places(face) == len(grid)
    assert len(places) == len(set(places)) == min(len(grid), max(1, MAX_PLACES // max(weights, 1)))
    assert set(places) <= grid
    assert dict(places[0]) == {axis.tag: axis.default for axis in free}
    corners = [
        all(value in (axis.minimum, axis.maximum) for axis, (_, value) in zip(free, place, strict=True))
        for place in places[1:]
    ]
    assert corners == sorted(corners, reverse=True)  # all corners come before anything else
    assert choose_weights(face) == (100, 400, 500, 900)


def test_many_axes_take_no_time() -> None:
    axes = tuple(Axis(f"A{n:03}", 0, 1, 3) for n in range(60))
    places = list_places(replace(default_face(), axes=axes))
    assert len(places) == MAX_PLACES
    assert count_places(replace(default_face(), axes=axes)) == 4**60


def test_describe() -> None:
    assert describe_place({}) == ""
    assert describe_place({"wght": 400.0, "wdth": 62.5}) == "wght=400,wdth=62.5"


# -- what they find --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wide() -> Face:
    return limit_axes(default_face(), {"wght": (400, 700), "wdth": (80, 100)})


def bend(change: Any, face: Face, **axes: tuple[float, float, float]) -> Face:
    """The font with an outline that moves in one region of its axes alone."""

    def move(font: Any) -> None:
        points = len(font["gvar"].variations["uni1780"][0].coordinates)
        deltas: list[Any] = [(0, 0)] * points
        deltas[1] = (9, 0)
        font["gvar"].variations["uni1780"].append(TupleVariation(axes, deltas))

    bent: Face = change(face, move)
    return bent


@pytest.mark.parametrize(
    ("axes", "where"),
    [
        ({"wdth": (-1.0, -1.0, 0.0)}, "wdth=80"),
        ({"wdth": (-1.0, -0.5, 0.0)}, "wdth=90"),
        ({"wdth": (-1.0, -0.5, 0.0), "wght": (0.0, 0.5, 1.0)}, "wdth=90"),
        ({"wdth": (-1.0, -1.0, 0.0), "wght": (0.0, 1.0, 1.0)}, "wdth=80"),
    ],
    ids=["end", "middle", "middle of both", "corner"],
)
def test_what_differs_at_one_place_is_found(wide: Face, change: Any, axes: Any, where: str) -> None:
    other = bend(change, wide, **axes)
    runs = [Run("កខ", "km", weight) for weight in choose_weights(wide)]
    assert prove(wide, other, runs).holds  # at the default width nothing is seen
    proof = prove_everywhere(wide, other, runs)
    assert not proof.holds
    assert where in proof.differing[0].detail
    assert prove_everywhere(wide, wide, runs) == prove(wide, wide, runs)
    assert prove_everywhere(wide, wide, runs, jobs=2) == prove(wide, wide, runs)
    assert compare_faces(wide, other, ["កខ"]).same
    (found, *_) = compare_faces(wide, other, ["កខ"], list_views(wide, other)).changes
    assert found.text == "ក"
    assert where in found.view.label


@pytest.mark.parametrize("coverage", ["exact", "text"])
def test_setting_variations_is_as_good_as_instancing(wide: Face, coverage: Any) -> None:
    runs = [Run(text, "km", weight) for text in ("ស្ត្រី", "ខ្មែរ") for weight in choose_weights(wide)]
    subset = subset_text(wide, runs, coverage=coverage, prover=prove_everywhere)
    cut = open_face(subset.data)
    for place in list_places(wide):
        pins = {tag: (value, value) for tag, value in place.items()}
        assert prove(limit_axes(wide, pins), limit_axes(cut, pins), runs).holds, place
    found = certify(b"", b"", wide, subset, runs, axes={}, options={})["proof"]
    assert len(found["places"]) == 9
    assert found["places_left_out"] == 0
    assert found["places"][0] == {"wdth": 100.0, "wght": 400}
    assert {tuple(place.values()) for place in found["places"]} == set(
        itertools.product((80, 90, 100), (400, 550, 700))
    )


def test_the_trace_of_an_exact_cut_sees_all_places(wide: Face, change: Any) -> None:
    rules = "languagesystem khmr dflt; feature kern { pos uni1780 uni1781 (wdth=100:0 wdth=80:-60); } kern;"
    face = change(wide, lambda font: addOpenTypeFeaturesFromString(font, rules, tables=["GPOS"]))
    runs = [Run("កខ", "km", 400)]
    default: list[dict[str, float]] = [{}]
    found = [trace_lookups(face, [("កខ", "km")], places).sights for places in (default, locate_all(face, runs))]
    assert [("GPOS", 0) in sights for sights in found] == [False, True]
    exact = subset_text(face, runs, coverage="exact", prover=prove_everywhere)
    assert exact.coverage == "exact"
    assert prove_everywhere(face, open_face(exact.data), runs).holds


def test_processes_prove_at_the_same_place(wide: Face, change: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("khmertext.fonts.runs.SMALL", 0)
    other = bend(change, wide, wdth=(-1.0, -0.5, 0.0))
    runs = [Run(text, "km", 400) for text in ("ក", "ខ", "គ")]
    one, two = (prove_everywhere(wide, other, runs, jobs=jobs) for jobs in (1, 2))
    assert one == two
    assert len(one.differing) == 1


def test_views_of_fonts_with_other_axes(wide: Face, regular: Face) -> None:
    assert [view.label for view in list_views(wide, regular, ("", "kern=0"))] == ["", "kern=0"]
    assert len(list_views(wide, wide)) == 9
