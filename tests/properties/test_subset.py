"""Any Khmer, well-formed or not: the cut font shows it as the whole font does, also to the browsers' own decoder."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import ots
from hypothesis import given, settings
from hypothesis import strategies as st

from khmertext.fonts import (
    Face,
    Run,
    default_face,
    default_limits,
    limit_axes,
    open_face,
    prove,
    shape,
    subset_text,
    trace,
)
from khmertext.fonts.planning import plan_text
from khmertext.fonts.subsetting import cut

KHMER = st.text(
    st.sampled_from([chr(code_point) for code_point in (*range(0x1780, 0x17FA), 0x200B, 0x200C, 0x200D, 0x25CC, 0x20)]),
    max_size=12,
)
WORD = st.from_regex(r"([ក-អ]([៉៊])?(្[ក-ហ]){0,2}[ាិីឹឺុូួើឿៀេែៃោៅ]?[ំះ]?){1,3}", fullmatch=True)
FEATURES = st.sampled_from(["", "", "kern=0", "abvs=0,pres=0", "blwm=0,mark=0", "dlig=1,ss01=1"])
RUN = st.builds(Run, WORD | KHMER, st.sampled_from(["km", "", "en"]), st.sampled_from([400, 700, 550]), FEATURES)


@cache
def weighted() -> Face:
    return limit_axes(default_face(), default_limits(default_face()))


@settings(max_examples=12, deadline=None)
@given(st.lists(RUN, max_size=12))
def test_a_subset_is_proven_and_holds_for_the_browsers_decoder(runs: list[Run]) -> None:
    subset = subset_text(weighted(), runs)
    assert subset.proof.holds
    assert subset.proof.runs + len(subset.proof.lacking) == len(set(runs))
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder, "before.woff2"), Path(folder, "after.ttf")
        before.write_bytes(subset.data)
        assert ots.sanitize(str(before), str(after), capture_output=True).returncode == 0
        assert prove(weighted(), open_face(after.read_bytes()), runs).holds


@settings(max_examples=25, deadline=None)
@given(st.lists(RUN, max_size=12))
def test_an_exact_subset_is_proven_and_never_larger(runs: list[Run]) -> None:
    exact = subset_text(weighted(), runs, coverage="exact")
    assert exact.coverage == "exact"
    assert prove(weighted(), open_face(exact.data), runs).holds
    assert len(exact.data) <= len(subset_text(weighted(), runs).data)
    with tempfile.TemporaryDirectory() as folder:
        before = Path(folder, "before.woff2")
        before.write_bytes(exact.data)
        assert ots.sanitize(str(before), str(Path(folder, "after.ttf")), capture_output=True).returncode == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(RUN, min_size=1, max_size=6))
def test_runs_traced_whole_need_no_second_round(runs: list[Run]) -> None:
    face = weighted()
    texts = [(run.text, run.language, run.features) for run in runs]
    plan = plan_text(face, texts, [face.locate(run.weight) for run in runs])
    for sample in texts:
        assert {info.codepoint for info in shape(face.font(), *sample).glyph_infos} <= plan.glyphs.keys()
        assert trace(face, [sample]).glyphs.keys() <= plan.glyphs.keys()
    proof = prove(face, open_face(cut(face, plan)), runs)
    assert all(difference.part != difference.run.text for difference in proof.differing)
