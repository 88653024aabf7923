"""Khmer text: str in, values over str out. Nothing here fails on bad text, touches the disk or needs a font."""

from __future__ import annotations

from khmertext.text.clusters import Cluster, ClusterKind, cluster_starts, iter_clusters, split_clusters
from khmertext.text.normalization import Edit, Normalization, is_normalized, normalize, normalize_with_edits

__all__ = [
    "Cluster",
    "ClusterKind",
    "Edit",
    "Normalization",
    "cluster_starts",
    "is_normalized",
    "iter_clusters",
    "normalize",
    "normalize_with_edits",
    "split_clusters",
]
