"""Khmer Unicode text and fonts.

This package is the text part; importing it loads no font or web code. Fonts are in :mod:`khmertext.fonts`, web sites
in :mod:`khmertext.web`.

Example:
    >>> split_clusters("ខ្មែរ 10")
    ['ខ្មែ', 'រ', ' ', '1', '0']
"""

from __future__ import annotations

from khmertext.files import FileResult, normalize_file
from khmertext.text import (
    Cluster,
    ClusterKind,
    Diagnostic,
    Edit,
    FixResult,
    FixSafety,
    Normalization,
    Severity,
    StreamNormalizer,
    Syllable,
    apply_edits,
    backspace,
    caret_positions,
    check,
    cluster_starts,
    delete,
    fix_text,
    is_normalized,
    iter_clusters,
    next_caret,
    normalize,
    normalize_stream,
    normalize_with_edits,
    parse_syllable,
    previous_caret,
    search_key,
    split_clusters,
    truncate_bytes,
    truncate_clusters,
)
from khmertext.version import __version__

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
