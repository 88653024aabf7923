"""Which families that a site declares itself show Khmer.

Sources: CSS Fonts Level 4, section 4 (``@font-face``); RFC 2397 and the Fetch Standard, section 6 (``data:`` URLs); the
Infra Standard, section 7 (forgiving base64).
"""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from khmertext.errors import FontError
from khmertext.fonts import open_face
from khmertext.web.families import is_known_khmer_face
from khmertext.web.stylesheets import FontFaceRule
from khmertext.web.urls import PageUrl, resolve_url

__all__ = ["MAX_SITE_FONT", "declares_khmer", "is_data", "maps_khmer"]

MAX_SITE_FONT = 32 * 1024 * 1024
BLANKS = b"\t\n\f\r "


def declares_khmer(face: FontFaceRule, path: str, fonts: frozenset[str]) -> bool:
    """Whether an ``@font-face`` rule gives a family that shows Khmer.

    Args:
        face: The rule.
        path: The stylesheet or page it stands in, from the root of the site.
        fonts: The site's font files that map Khmer.

    Example:
        >>> declares_khmer(FontFaceRule("Mine", ("a.woff2",), ()), "css/a.css", frozenset({"css/a.woff2"}))
        True
        >>> declares_khmer(FontFaceRule("Mine", (), (), ("Khmer OS Muol",)), "css/a.css", frozenset())
        True
    """
    if face.ranges and not any(first <= 0x17FF and last >= 0x1780 for first, last in face.ranges):
        return False
    if any(map(is_known_khmer_face, face.local)):
        return True
    base = PageUrl.of_page(path, is_folder=lambda folder: True).base
    for url in face.sources:
        if is_data(url):
            if carries_khmer(url):
                return True
        elif resolve_url(base, url, exists=fonts.__contains__):
            return True
    # A file that we cannot look into (on another host): believe a range that names Khmer and not everything.
    return any(0x1700 <= first <= 0x17FF for first, _ in face.ranges)


def maps_khmer(data: bytes, source: str) -> bool:
    """Whether a font maps Khmer letters; a broken one shows none.

    Args:
        data: The bytes of its file.
        source: Where they come from.
    """
    try:
        return len(data) <= MAX_SITE_FONT and 0x1780 in open_face(data, source=source).unicodes
    except FontError:
        return False


def is_data(url: str) -> bool:
    return url[:20].lstrip().lower().startswith("data:")


@lru_cache(maxsize=16)  # thousands of pages may carry the same font
def carries_khmer(url: str) -> bool:
    """Whether a ``data:`` URL is a font that maps Khmer letters."""
    # Base64 has four characters for three bytes, and some may be escaped.
    if len(url) > 2 * MAX_SITE_FONT:
        return False
    head, comma, body = url.strip().partition(",")
    data = unquote_to_bytes(body)
    if head.lower().replace(" ", "").endswith(";base64"):
        data = data.translate(None, BLANKS)
        try:
            data = base64.b64decode(data.rstrip(b"=") + b"=" * (-len(data.rstrip(b"=")) % 4), validate=True)
        except binascii.Error:
            return False
    return bool(comma) and maps_khmer(data, "a font in a stylesheet")
