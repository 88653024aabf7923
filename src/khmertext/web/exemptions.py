"""Pages that get nothing of ours, because it would break them or could not be seen there.

Sources: AMP HTML specification, "Required markup", "HTML tags" and "Stylesheets" (no scripts of the author's,
stylesheets by link only from a list of font hosts); HTML Standard 16.3 (``frameset``), 13.2.6.4.19.
"""

from __future__ import annotations

from turbohtml import Document

from khmertext.web.facts import SiteWarning

__all__ = ["UTF16", "amp_warning", "has_frameset"]

# The sign of lightning may be followed by the selector that makes it a colored picture.
AMP_ATTRIBUTES = frozenset(sign + kind for sign in ("amp", "\u26a1", "\u26a1\ufe0f") for kind in ("", "4ads", "4email"))
AMP = (
    "an AMP page, where our stylesheet and script would be against the rules of AMP: it gets no font; give it one in "
    "its `<style amp-custom>` (`khmertext font subset --css`), or let the page's plain version be the one with the font"
)
UTF16 = (
    "holds Khmer in UTF-16 without a byte order mark, which browsers read as another encoding; save it as UTF-8, or "
    "with the mark"
)


def amp_warning(document: Document, path: str) -> SiteWarning | None:
    """What to say of a page with Khmer that is an AMP page; None for any other.

    Whether a page stays valid could only be told by AMP's own validator, and its caches take out what is not.

    Args:
        document: The page.
        path: Where it is, from the root of the site.
    """
    root = document.find("html")
    if root is None or AMP_ATTRIBUTES.isdisjoint(root.attrs):
        return None
    return SiteWarning("amp", AMP, path, 0)


def has_frameset(document: Document) -> bool:
    """Whether a page has frames in the place of a body: these are pages of their own, and it shows no text itself.

    Args:
        document: The page.

    Example:
        >>> from turbohtml import parse
        >>> has_frameset(parse("<frameset><frame src=a.html></frameset>")), has_frameset(parse("<p>x<frameset>"))
        (True, False)
    """
    return document.select_one("html > frameset") is not None
