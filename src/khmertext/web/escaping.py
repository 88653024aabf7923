"""Text made safe for the place it is written into: CSS strings, HTML, URLs of files.

Every string that comes from a page, a font or an option passes through here before it is written into a file.
"""

from __future__ import annotations

import html
import re
from urllib.parse import quote

__all__ = ["escape_css_string", "escape_html", "quote_path"]

# What could end the string (quotes, newlines), start an escape (backslash) or end a <style> element (<); controls too.
UNSAFE_IN_CSS = re.compile("[\x01-\x1f\x7f\"'\\\\<>&]")
# CSS and HTML read NUL as U+FFFD; a lone surrogate has no UTF-8.
UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


def escape_css_string(text: str) -> str:
    r"""Write a text as the inside of a CSS string; the caller puts the quotes around it, single or double.

    The result is also harmless inside a ``<style>`` element. NUL and lone surrogates become U+FFFD.

    Args:
        text: Any str, such as the name of a font family.

    Example:
        >>> escape_css_string("Khmer Sans"), escape_css_string('a"b')
        ('Khmer Sans', 'a\\22 b')

    Source: CSSOM 1, "serialize a string"; CSS Syntax Level 3, sections 3.3 and 4.3.7.
    """
    text = UNWRITABLE.sub("\ufffd", text)
    return UNSAFE_IN_CSS.sub(lambda match: f"\\{ord(match.group()):x} ", text)


def escape_html(text: str) -> str:
    """Write a text as HTML content or as a quoted attribute value. NUL and lone surrogates become U+FFFD.

    Args:
        text: Any str.

    Example:
        >>> escape_html('<b title="x">')
        '&lt;b title=&quot;x&quot;&gt;'

    Source: HTML Standard, 13.3 (serializing fragments), and the quotes on top.
    """
    return html.escape(UNWRITABLE.sub("\ufffd", text), quote=True)


def quote_path(path: str) -> str:
    """Write a relative file path, with forward slashes, as a URL that cannot be anything but that.

    A colon or a leading ``//`` could otherwise make it another scheme or host. The result still has to be escaped for
    HTML like any other text (it holds no character that HTML minds).

    Args:
        path: A relative path such as ``fonts/Site Khmer.ttf``.

    Example:
        >>> quote_path("Site Khmer.ttf"), quote_path("javascript:alert(1)")
        ('./Site%20Khmer.ttf', './javascript%3Aalert%281%29')

    Source: RFC 3986, section 4.2.
    """
    return "./" + quote(UNWRITABLE.sub("\ufffd", path), safe="/")
