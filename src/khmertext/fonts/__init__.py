"""Khmer fonts: open them, see whether they can shape Khmer, cut them to a text, and prove that nothing changed.

The usual way is :func:`default_face` or :func:`read_face`, then :func:`limit_axes` for a variable font, then
:func:`subset_text`.

Example:
    >>> from khmertext.fonts import Run, default_face, default_limits, limit_axes, subset_text
    >>> face = default_face()
    >>> face = limit_axes(face, default_limits(face, (400, 400)))
    >>> subset = subset_text(face, [Run("ភាសាខ្មែរ", "km", 400)])
    >>> len(subset.data) < 10_000, subset.proof.runs
    (True, 1)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from khmertext.fonts.behaviour import LEVELS, Check
from khmertext.fonts.default import default_face, default_license_text
from khmertext.fonts.detection import FontReport, Remark, Status, check_khmer, examine, require_khmer
from khmertext.fonts.deviation import axis_deviation
from khmertext.fonts.faces import Axis, Face, open_face, read_face
from khmertext.fonts.features import list_settings, normalize_features, parse_features
from khmertext.fonts.gate import Judged, judge_texts
from khmertext.fonts.legacy import LegacyFont
from khmertext.fonts.licensing import License, read_license, require_subsettable
from khmertext.fonts.lookups import LookupTrace, trace_lookups
from khmertext.fonts.planning import SubsetPlan, plan_full, plan_text, unicode_range
from khmertext.fonts.proof import Difference, Proof, Prover, Run, prove
from khmertext.fonts.runs import list_runs, split_at_gaps
from khmertext.fonts.shaping import shape
from khmertext.fonts.subset import COVERAGES, Coverage, Subset, subset_full, subset_text
from khmertext.fonts.subsetting import cut, default_limits, limit_axes, static_instances, to_woff2
from khmertext.fonts.tracing import Trace, trace
from khmertext.fonts.unseen import Unseen, measure_unseen

if TYPE_CHECKING:
    from khmertext.fonts.comparing import (
        Change,
        FaceComparison,
        LineChange,
        View,
        compare_faces,
        compare_page,
        draw_comparison,
        list_views,
    )
    from khmertext.fonts.reporting import report_page

__all__ = [
    "COVERAGES",
    "LEVELS",
    "Axis",
    "Change",
    "Check",
    "Coverage",
    "Difference",
    "Face",
    "FaceComparison",
    "FontReport",
    "Judged",
    "LegacyFont",
    "License",
    "LineChange",
    "LookupTrace",
    "Proof",
    "Prover",
    "Remark",
    "Run",
    "Status",
    "Subset",
    "SubsetPlan",
    "Trace",
    "Unseen",
    "View",
    "axis_deviation",
    "check_khmer",
    "compare_faces",
    "compare_page",
    "cut",
    "default_face",
    "default_license_text",
    "default_limits",
    "draw_comparison",
    "examine",
    "judge_texts",
    "limit_axes",
    "list_runs",
    "list_settings",
    "list_views",
    "measure_unseen",
    "normalize_features",
    "open_face",
    "parse_features",
    "plan_full",
    "plan_text",
    "prove",
    "read_face",
    "read_license",
    "report_page",
    "require_khmer",
    "require_subsettable",
    "shape",
    "split_at_gaps",
    "static_instances",
    "subset_full",
    "subset_text",
    "to_woff2",
    "trace",
    "trace_lookups",
    "unicode_range",
]

# What draws pages is loaded when it is first asked for: cutting a font does without.
LATE: Final = {
    "Change": "comparing",
    "FaceComparison": "comparing",
    "LineChange": "comparing",
    "View": "comparing",
    "compare_faces": "comparing",
    "compare_page": "comparing",
    "draw_comparison": "comparing",
    "list_views": "comparing",
    "report_page": "reporting",
}

if not TYPE_CHECKING:  # so that type checkers still tell names that are not there

    def __getattr__(name: str) -> Any:
        if name in LATE:
            return getattr(import_module(f"khmertext.fonts.{LATE[name]}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
