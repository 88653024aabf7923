"""Small sites for tests: written from a mapping of paths."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

__all__ = ["write_site"]


def write_site(root: Path, files: Mapping[str, bytes]) -> Path:
    """Write files into a folder.

    Args:
        root: The folder; it is made where it is not there.
        files: Path → bytes.

    Returns:
        The folder.
    """
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root
