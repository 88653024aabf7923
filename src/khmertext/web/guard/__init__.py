"""The run-time guard: a small script that finds text with clusters that the site's small font was not cut for.

Elements that hold such text are moved to the family with all of Khmer, before they are painted.
"""

from __future__ import annotations

from khmertext.web.guard.clusterlist import LONGEST, choose_listed, decode_clusters, encode_clusters
from khmertext.web.guard.pattern import CLUSTER_PATTERN, RUN_CHARACTERS
from khmertext.web.guard.script import make_guard, make_guard_tag

__all__ = [
    "CLUSTER_PATTERN",
    "LONGEST",
    "RUN_CHARACTERS",
    "choose_listed",
    "decode_clusters",
    "encode_clusters",
    "make_guard",
    "make_guard_tag",
]
