"""The font that is used when none is given: Noto Sans Khmer, from a package, so that nothing is downloaded."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from khmertext.errors import FontError
from khmertext.fonts.faces import Face, read_face

__all__ = ["default_face", "default_license_text"]

FAMILY = "Noto Sans Khmer"
PACKAGE = "fontpkg-noto-sans-khmer"


@cache
def default_face() -> Face:
    """Return Noto Sans Khmer with its axes wght (100 to 900) and wdth (62.5 to 100). SIL Open Font License 1.1.

    Returns:
        The same face each time.

    Raises:
        FontError: The package that carries it is not installed.

    Example:
        >>> default_face().family
        'Noto Sans Khmer'
    """
    return read_face(find_font())


@cache
def default_license_text() -> str:
    """Return the text of the license of the default font, which has to go with it wherever it is published.

    Raises:
        FontError: The package that carries it is not installed.
    """
    try:
        return (find_font().parent.parent / "LICENSE").read_text("utf-8")
    except OSError as error:
        raise missing() from error


def find_font() -> Path:
    """Return the path of the default font in its package."""
    import fontpkg  # slow to load, and most commands are given a font

    try:
        return Path(fontpkg.path(FAMILY, weight=400))
    except fontpkg.FontpkgError as error:
        raise missing() from error


def missing() -> FontError:
    """The error for an installation without the font."""
    return FontError("the default font is not installed", source=PACKAGE, hint=f"pip install {PACKAGE}")
