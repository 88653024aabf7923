"""Khmer text: str in, values over str out. Nothing here fails on bad text, touches the disk or needs a font."""

from __future__ import annotations

from khmertext.text.catalog import FixSafety, Severity
from khmertext.text.clusters import Cluster, ClusterKind, cluster_starts, iter_clusters, split_clusters
from khmertext.text.diagnosis import Diagnostic, FixResult, check, fix_text
from khmertext.text.editing import (
    backspace,
    caret_positions,
    delete,
    next_caret,
    previous_caret,
    truncate_bytes,
    truncate_clusters,
)
from khmertext.text.edits import Edit, apply_edits
from khmertext.text.normalization import Normalization, is_normalized, normalize, normalize_with_edits
from khmertext.text.searching import search_key
from khmertext.text.streaming import StreamNormalizer, normalize_stream
from khmertext.text.syllables import Syllable, parse_syllable

__all__ = [
    "Cluster",
    "ClusterKind",
    "Diagnostic",
    "Edit",
    "FixResult",
    "FixSafety",
    "Normalization",
    "Severity",
    "StreamNormalizer",
    "Syllable",
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
    "normalize_stream",
    "normalize_with_edits",
    "parse_syllable",
    "previous_caret",
    "search_key",
    "split_clusters",
    "truncate_bytes",
    "truncate_clusters",
]
