"""OpenType Sanitizer: the check that Chromium and Firefox make before they take a web font.

It is the package ``opentype-sanitizer``, which the extra ``verify`` brings; without it nothing is checked here. It runs
as a process of its own, some milliseconds for a web font.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from khmertext.errors import FontError

__all__ = ["HOW_TO_INSTALL", "Sanitized", "sanitize"]

HOW_TO_INSTALL = "pip install 'khmertext[verify]'"


class Sanitized(NamedTuple):
    """What OpenType Sanitizer said of a font.

    Args:
        version: Its version.
        message: What it found; empty when the font passes.
    """

    version: str
    message: str

    @property
    def passed(self) -> bool:
        """Whether browsers would take the font."""
        return not self.message


def sanitize(data: bytes) -> Sanitized | None:
    """Ask OpenType Sanitizer whether browsers would take a font.

    Args:
        data: The file: WOFF2, WOFF or sfnt.

    Returns:
        What it said; None when it is not installed.

    Raises:
        FontError: It is installed, but could not be run.

    Source: https://github.com/khaledhosny/ots

    Example:
        >>> said = sanitize(b"no font")
        >>> said is None or said.message
        'invalid sfntVersion: 1852776550'
    """
    try:
        import ots
    except ImportError:
        return None
    module: Any = ots
    with tempfile.TemporaryDirectory(prefix="khmertext-") as folder:
        path = Path(folder, "font")
        path.write_bytes(data)
        try:
            done = module.sanitize(str(path), capture_output=True)
        except (OSError, subprocess.SubprocessError) as error:
            raise FontError(
                f"OpenType Sanitizer cannot be run: {error}", hint="install it again, or take it out"
            ) from error
    lines = done.stderr.decode("utf-8", "replace").splitlines()
    message = "; ".join(
        dict.fromkeys(line.removeprefix("ERROR: ").strip() for line in lines if line.startswith("ERROR"))
    )
    failed = done.returncode != 0
    return Sanitized(str(module.__version__), (message or f"exit code {done.returncode}") if failed else "")
