"""What a build has to say, as lines for the log of another program."""

from __future__ import annotations

from collections.abc import Iterator

from khmertext.web import BuildResult

__all__ = ["describe_result", "iter_notes"]

SHOWN = 5


def describe_result(result: BuildResult) -> str:
    """One line that says what was done.

    Args:
        result: Of the build.

    Example:
        >>> describe_result(BuildResult(pages=3))
        'no Khmer in 3 pages'
    """
    if not result.khmer_pages:
        return f"no Khmer in {result.pages} page{'' if result.pages == 1 else 's'}"
    fonts = f"{result.after:,} bytes" + (f" in Chromium, {result.whole:,} elsewhere" if result.whole else "")
    return f"Khmer font for {result.khmer_pages} of {result.pages} pages: {fonts}, {result.runs:,} runs proven"


def iter_notes(result: BuildResult) -> Iterator[tuple[bool, str]]:
    """What the owner of a site should know, each with whether its Khmer is wrong without it.

    Args:
        result: Of the build.

    Yields:
        Whether it is a warning, and the line. Of what there is many times, the first few.
    """
    for lacking in result.lacking[:SHOWN]:
        codes = " ".join(f"{ord(letter):04X}" for letter in lacking.text[:24])
        yield True, f"{lacking.path}:{lacking.line}: the font lacks {codes}"
    counts: dict[str, int] = {}
    for warning in result.warnings:
        counts[warning.code] = counts.get(warning.code, 0) + 1
        if counts[warning.code] <= SHOWN:
            place = f"{warning.path}:{warning.line}" if warning.line else warning.path
            yield warning.code in SERIOUS, f"{place}: {warning.message} [{warning.code}]".removeprefix(": ")


SERIOUS = frozenset(
    {
        "features-off",
        "huge-stylesheet",
        "late-charset",
        "no-body",
        "not-found-page",
        "policy",
        "script-elements",
        "shadow",
        "srcdoc",
        "utf-16",
    }
)
"""Codes of warnings for pages that may be shown wrong."""
