"""Khmer Unicode text and fonts.

This package is the text part; importing it loads no font or web code. Fonts are in :mod:`khmertext.fonts`, web sites
in :mod:`khmertext.web`.

Example:
    >>> split_clusters("ខ្មែរ 10")
    ['ខ្មែ', 'រ', ' ', '1', '0']
"""

from __future__ import annotations

from khmertext.text import (
    Cluster,
    ClusterKind,
    Edit,
    Normalization,
    cluster_starts,
    is_normalized,
    iter_clusters,
    normalize,
    normalize_with_edits,
    split_clusters,
)
from khmertext.version import __version__

__all__ = [
    "Cluster",
    "ClusterKind",
    "Edit",
    "Normalization",
    "__version__",
    "cluster_starts",
    "is_normalized",
    "iter_clusters",
    "normalize",
    "normalize_with_edits",
    "split_clusters",
]
