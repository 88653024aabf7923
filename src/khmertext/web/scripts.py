r"""JavaScript, JSON and plain text → the Khmer in them.

A script's comments are read too: to tell a comment from a regular expression takes a whole parser, and Khmer too much
costs a few glyphs, while Khmer too little costs a broken page.

Sources: ECMAScript 12.9.4 (string escapes ``\u1780``, ``\u{1780}``), RFC 8259 section 7 (JSON strings).
"""

from __future__ import annotations

import html
import re

from khmertext.fonts.runs import KHMER_LETTER, KHMER_RUN, iter_khmer_runs

__all__ = ["KHMER_LETTER", "KHMER_RUN", "iter_khmer_runs", "script_readings", "unescape_script"]

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
