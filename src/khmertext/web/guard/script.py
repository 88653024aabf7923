"""The script of the guard, made for one site, and the element that runs it."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources
from typing import Final

from khmertext.web.escaping import escape_html
from khmertext.web.guard.clusterlist import choose_listed, encode_clusters
from khmertext.web.stacks import quote_family

__all__ = ["PLACEHOLDER", "make_guard", "make_guard_tag"]

PLACEHOLDER: Final = '"@KNOWN@"'
"""Where the list of clusters goes in the script."""


def make_guard(clusters: Iterable[str]) -> bytes:
    r"""Make the script of a site.

    Args:
        clusters: The clusters that its small fonts draw right in any order.

    Returns:
        JavaScript, ASCII. The same clusters give the same bytes.

    Source: ECMA-262, section 12.9.4 (escapes in string literals).

    Example:
        >>> b'0\\u17e1".replace' in make_guard(["ក", "១"])
        True
    """
    script = resources.files(__package__).joinpath("guard.min.js").read_text(encoding="ascii")
    literal = "".join(
        char if char.isascii() else f"\\u{ord(char):04x}" for char in encode_clusters(choose_listed(clusters))
    )
    return script.replace(PLACEHOLDER, f'"{literal}"').encode("ascii")


def make_guard_tag(*, src: str, family: str, charset: str = "") -> str:
    """Write the element that runs the guard.

    It stands behind the visitor check, which looks for the first script that is marked. ``defer``: observers see what
    comes in from then on, and what came before is looked at as a whole.

    Args:
        src: URL of the script.
        family: The name of the site's Khmer family.
        charset: The encoding of the script, where the page has one in which it would be read otherwise.

    Returns:
        The element, everything escaped.

    Example:
        >>> make_guard_tag(src="g.js", family="Site Khmer")
        '<script data-khmertext="" defer="defer" src="g.js" data-family="&quot;Site Khmer&quot;"></script>'
    """
    name = escape_html(quote_family(family))
    encoded = f' charset="{charset}"' if charset else ""
    return f'<script data-khmertext=""{encoded} defer="defer" src="{escape_html(src)}" data-family="{name}"></script>'
