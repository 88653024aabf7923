"""Khmer text: str in, values over str out. Nothing here fails on bad text, touches the disk or needs a font.

Clusters and normal form are loaded at once, the rest when it is first asked for: a program that normalizes does not
wait for the catalog of diagnostics.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from khmertext.text.clusters import Cluster, ClusterKind, cluster_starts, iter_clusters, split_clusters
from khmertext.text.edits import Edit, apply_edits
from khmertext.text.normalization import Normalization, is_normalized, normalize, normalize_with_edits
from khmertext.text.syllables import Syllable, parse_syllable

if TYPE_CHECKING:
    from khmertext.text.catalog import FixSafety, Severity
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
    from khmertext.text.searching import search_key
    from khmertext.text.streaming import StreamNormalizer, normalize_stream

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

LATER = {
    "FixSafety": "catalog",
    "Severity": "catalog",
    "Diagnostic": "diagnosis",
    "FixResult": "diagnosis",
    "check": "diagnosis",
    "fix_text": "diagnosis",
    "backspace": "editing",
    "caret_positions": "editing",
    "delete": "editing",
    "next_caret": "editing",
    "previous_caret": "editing",
    "truncate_bytes": "editing",
    "truncate_clusters": "editing",
    "search_key": "searching",
    "StreamNormalizer": "streaming",
    "normalize_stream": "streaming",
}


if not TYPE_CHECKING:  # so that type checkers still tell names that are not there

    def __getattr__(name: str) -> Any:
        module = LATER.get(name)
        if module is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{module}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
