"""URLs in pages and stylesheets → files of the site, and the way from a page to our folder.

Source: URL Standard, section 4.4, through :func:`urllib.parse.urljoin`; HTML Standard 4.2.3 (``base``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

__all__ = ["PageUrl", "is_foreign", "resolve_url"]

# A made-up origin: what still has it after joining is on this site, and no page can name it.
ORIGIN = "http://khmertext.invalid/"


class PageUrl(NamedTuple):
    """Where a page's relative URLs start.

    Attributes:
        base: The URL that they are joined to, under a made-up origin.
        prefix: What leads from there to the root of the site: "", "../" and so on.
        fixed: Whether a ``base`` element gives it, so that it is the same wherever the page is served.
    """

    base: str
    prefix: str
    fixed: bool = False

    @classmethod
    def of_page(cls, path: str, base_href: str | None = None, *, is_folder: Callable[[str], bool]) -> PageUrl:
        """The base of a page.

        Args:
            path: The page's path from the root of the site, with forward slashes.
            base_href: The ``href`` of its ``base`` element, if it has one.
            is_folder: Whether a path is a folder of the site; "" is its root.

        Example:
            >>> PageUrl.of_page("news/a.html", is_folder=lambda path: True).prefix
            '../'
            >>> PageUrl.of_page("news/a.html", "../", is_folder=lambda path: True).prefix
            ''
        """
        own = ORIGIN + path
        if not base_href:
            return cls(own, "../" * len([part for part in path.split("/")[:-1] if part]))
        base = urljoin(own, base_href.strip())
        folder = urlsplit(base).path.rpartition("/")[0].strip("/")
        elsewhere = base_href.strip().startswith("/") or "//" in base_href
        if elsewhere and not is_folder(unquote(folder)):
            # An absolute base that is no folder here names the place where the site will be published.
            return cls(base, "", True)
        return cls(base, "../" * len([part for part in folder.split("/") if part]), elsewhere)


def resolve_url(base: str, href: str, *, exists: Callable[[str], bool]) -> str | None:
    """The file of the site that a URL names.

    A site may be built for a host or a folder (``https://example.org/css/a.css``, ``/project/css/a.css``): the path is
    then looked for in the site from its end.

    Args:
        base: The URL to join to, as in :attr:`PageUrl.base`.
        href: The URL as written.
        exists: Whether a path is a file of the site.

    Returns:
        The path from the root of the site, or None when no file of the site is meant.

    Example:
        >>> resolve_url(ORIGIN + "news/a.html", "../css/a.css?v=2", exists={"css/a.css"}.__contains__)
        'css/a.css'
    """
    path = join_path(base.rpartition("/")[0] + "/", href)
    while path:
        if exists(path):
            return path
        path = path.partition("/")[2]
    return None


def is_foreign(href: str) -> bool:
    """Whether a URL as it is written names a host.

    Example:
        >>> is_foreign("//cdn.example/a.css"), is_foreign("css/a.css"), is_foreign("data:text/css,p{}")
        (True, False, False)
    """
    try:
        return bool(urlsplit(href.strip()).hostname)
    except ValueError:
        return False


@lru_cache(maxsize=1 << 16)
def join_path(folder: str, href: str) -> str:
    """The path that a URL leads to from a folder, without the first slash; "" for none."""
    try:
        parts = urlsplit(urljoin(folder, href.strip()))
    except ValueError:
        return ""
    return unquote(parts.path).lstrip("/") if parts.scheme in ("http", "https") else ""
