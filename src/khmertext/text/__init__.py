"""Khmer text: str in, values over str out. Nothing here fails on bad text, touches the disk or needs a font."""

from __future__ import annotations

from khmertext.text.clusters import Cluster, ClusterKind, cluster_starts, iter_clusters, split_clusters

__all__ = ["Cluster", "ClusterKind", "cluster_starts", "iter_clusters", "split_clusters"]
