"""Khmer Unicode text and fonts.

This package is the text part; importing it loads no font or web code. Fonts are in :mod:`khmertext.fonts`, web sites
in :mod:`khmertext.web`.

Example:
    >>> split_clusters("ខ្មែរ 10")
    ['ខ្មែ', 'រ', ' ', '1', '0']
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from khmertext import text
from khmertext.text import (
    Cluster,
    ClusterKind,
    Edit,
    Normalization,
    Syllable,
    apply_edits,
    cluster_starts,
    is_normalized,
    iter_clusters,
    normalize,
    normalize_with_edits,
    parse_syllable,
    split_clusters,
)
from khmertext.version import __version__

if TYPE_CHECKING:
    from khmertext.files import FileResult, normalize_file
    from khmertext.text import (
        Diagnostic,
        FixResult,
        FixSafety,
        Severity,
        StreamNormalizer,
        backspace,
        caret_positions,
        check,
        delete,
        fix_text,
        next_caret,
        normalize_stream,
        previous_caret,
        search_key,
        truncate_bytes,
        truncate_clusters,
    )

__all__ = [
    "Cluster",
    "ClusterKind",
    "Diagnostic",
    "Edit",
    "FileResult",
    "FixResult",
    "FixSafety",
    "Normalization",
    "Severity",
    "StreamNormalizer",
    "Syllable",
    "__version__",
    "apply_edits",
    "backspace",
    "caret_positions",
    "check",
    "cluster_starts",
    "delete",
    "fix_text",
    "is_normalized",
    "iter_clusters",
    "next_caret",
    "normalize",
    "normalize_file",
    "normalize_stream",
    "normalize_with_edits",
    "parse_syllable",
    "previous_caret",
    "search_key",
    "split_clusters",
    "truncate_bytes",
    "truncate_clusters",
]


if not TYPE_CHECKING:  # so that type checkers still tell names that are not there

    def __getattr__(name: str) -> Any:
        # What touches the disk is loaded when it is first asked for, as is most of the text part.
        if name in ("FileResult", "normalize_file"):
            from khmertext import files

            return getattr(files, name)
        if name in __all__:
            return getattr(text, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
