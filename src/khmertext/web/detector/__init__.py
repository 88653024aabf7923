"""The visitor check: a small script that tells whether a browser shows Khmer, and the notice for when it does not."""

from __future__ import annotations

from khmertext.web.detector.assets import Detector, install_page, make_detector, make_script_tag

__all__ = ["Detector", "install_page", "make_detector", "make_script_tag"]
