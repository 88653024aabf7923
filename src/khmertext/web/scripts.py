r"""JavaScript, JSON and plain text → the Khmer in them.

A script's comments are read too: to tell a comment from a regular expression takes a whole parser, and Khmer too much
costs a few glyphs, while Khmer too little costs a broken page.

Sources: ECMAScript 12.9.4 (string escapes ``\u1780``, ``\u{1780}``), RFC 8259 section 7 (JSON strings).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

__all__ = ["KHMER_LETTER", "KHMER_RUN", "iter_khmer_runs", "script_readings", "unescape_script"]

# What our font's unicode-range can hold; and what makes a run of it Khmer rather than a stray joiner.
KHMER_RUN = re.compile("[\u1780-\u17ff\u19e0-\u19ff\u200b-\u200d\u25cc]+")
KHMER_LETTER = re.compile("[\u1780-\u17ff\u19e0-\u19ff]")

ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\})")
LAST_CODE_POINT = 0x10FFFF


def unescape_script(text: str) -> str:
    r"""Resolve the Unicode escapes of a script or of JSON.

    Args:
        text: The whole source text.

    Returns:
        The text with each escape as its character; an escape out of range stays as it is.

    Example:
        >>> unescape_script(r'["\u1780\u{1781}"]')
        '["កខ"]'
    """

    def resolve(match: re.Match[str]) -> str:
        code = int(match[1] or match[2], 16)
        return chr(code) if code <= LAST_CODE_POINT else match[0]

    return ESCAPE.sub(resolve, text) if "\\u" in text else text


def script_readings(text: str) -> tuple[str, ...]:
    r"""What a script's source can come to show: its letters, and the same as markup where that holds more of them.

    Args:
        text: The whole source text.

    Returns:
        One text, or two: what goes into ``innerHTML`` may write its letters as character references.

    Example:
        >>> script_readings(r"a = '\u1780'"), script_readings("a = '&#x1780;'")
        (("a = 'ក'",), ("a = '&#x1780;'", "a = 'ក'"))
    """
    plain = unescape_script(text)
    markup = html.unescape(plain) if "&#" in plain else plain
    return (plain,) if len(KHMER_LETTER.findall(markup)) == len(KHMER_LETTER.findall(plain)) else (plain, markup)


def iter_khmer_runs(text: str) -> Iterator[tuple[int, str]]:
    """The runs of Khmer in a text, each with the offset of its start.

    A run is a longest stretch of the characters that the Khmer font is used for: Khmer, the joiners and the zero-width
    space among it, the dotted circle. Spaces and everything else end it.

    Args:
        text: Any text.

    Yields:
        Offset in characters, and the run.

    Example:
        >>> list(iter_khmer_runs("a ខ្មែរ, ក"))
        [(2, 'ខ្មែរ'), (9, 'ក')]
    """
    for match in KHMER_RUN.finditer(text):
        if KHMER_LETTER.search(match[0]):
            yield match.start(), match[0]
