"""Browsers told apart by CSS alone: which fall back after shaping, and Firefox.

A font that flags (:mod:`khmertext.fonts.flagging`) is for browsers that shape a text first and then ask the next font
for the clusters in which .notdef came out. Chromium does; Firefox and WebKit choose the font by its characters, before
they shape. What no condition here knows gets the whole font, which is always right.

Source: observed in Chromium 156, Firefox ESR 153 and WebKitGTK 2.50. CSS Conditional Rules 3 (``@supports``).
"""

from __future__ import annotations

from typing import Final

__all__ = ["FALLS_BACK_AFTER_SHAPING", "IN_FIREFOX"]

IN_FIREFOX: Final = "(-moz-orient:inline)"
"""A condition for ``@supports`` that holds in Firefox, whose own the property is."""

FALLS_BACK_AFTER_SHAPING: Final = (
    f"(-webkit-app-region:drag) and (not {IN_FIREFOX}) and (not (font:-apple-system-body))"
)
"""A condition for ``@supports`` that holds in Chromium.

``-webkit-app-region`` is Chromium's own, ``-moz-orient`` Firefox's, the font keyword WebKit's: should one of the others
ever take up the first, its own property still tells it.
"""
