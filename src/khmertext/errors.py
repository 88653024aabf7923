"""The exceptions of khmertext.

Bad *text* never raises: it is data, and comes back as values with a position. Bad *calls* raise the built-in
:class:`TypeError` and :class:`ValueError`. Bad *files* raise one of the classes here, which carry the place and what
to do about it.
"""

from __future__ import annotations

__all__ = ["FontError", "KhmerTextError", "PdfError", "SiteError", "TextError"]


class KhmerTextError(Exception):
    """Something outside the program is not as it should be.

    Args:
        message: What is wrong, in one sentence without the place.
        source: The file (or other place) it was met in; empty when there is none.
        hint: What the user can do next; empty when there is nothing to advise.

    Example:
        >>> str(KhmerTextError("not a font", source="a.ttf", hint="give a TTF, OTF, WOFF or WOFF2 file"))
        'a.ttf: not a font (give a TTF, OTF, WOFF or WOFF2 file)'
    """

    def __init__(self, message: str, *, source: str = "", hint: str = "") -> None:
        super().__init__(message, source, hint)
        self.message = message
        self.source = source
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.source}: " if self.source else ""
        advice = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.message}{advice}"

    def __reduce__(self) -> tuple[object, ...]:
        # Raised in worker processes too: keyword arguments must survive pickling.
        return (_rebuild, (type(self), self.message, self.source, self.hint))


class FontError(KhmerTextError):
    """A font file cannot be read, cannot do what is asked, or may not be used so."""


class PdfError(KhmerTextError):
    """A PDF cannot be read, or not within the limits."""


class SiteError(KhmerTextError):
    """A site's files cannot be read, or cannot be changed safely."""


class TextError(KhmerTextError):
    """A text file cannot be read or written, or is not UTF-8."""


def _rebuild(kind: type[KhmerTextError], message: str, source: str, hint: str) -> KhmerTextError:
    return kind(message, source=source, hint=hint)
