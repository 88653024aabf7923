"""The visitor check: a small script that tells whether a browser shows Khmer, and the notice for when it does not.

The same without JavaScript is a container query, for pages that have it in their body.
"""

from __future__ import annotations

from khmertext.web.detector.assets import (
    Detector,
    install_page,
    make_detector,
    make_noscript,
    make_noscript_style,
    make_script_tag,
)
from khmertext.web.detector.words import NOTICE_LANGUAGES, WORDS, more_languages

__all__ = [
    "NOTICE_LANGUAGES",
    "WORDS",
    "Detector",
    "install_page",
    "make_detector",
    "make_noscript",
    "make_noscript_style",
    "make_script_tag",
    "more_languages",
]
