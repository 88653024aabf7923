"""A page with the visitor check, as tests of it visit it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from khmertext.web.detector import make_detector, make_noscript, make_noscript_style, make_script_tag
from khmertext.web.escaping import escape_css_string

__all__ = ["HOSTILE_CSS", "STRICT_POLICY", "write_check_page"]

STRICT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "require-trusted-types-for 'script'"
)
HOSTILE_CSS = (
    "*{letter-spacing:.4em!important;word-spacing:1em!important;font-size:3px!important;text-transform:uppercase!"
    "important;white-space:pre-wrap!important;visibility:hidden!important;max-width:9px!important;min-width:7px!"
    "important;padding:20px!important;font-family:monospace!important;zoom:2!important;display:inline-flex!important;"
    "animation:none!important;container-type:normal!important}"
    "*::before,*::after{content:'xxxxxxxx'!important}"
    "html{transform:rotate(90deg);max-width:none!important;width:900px!important}"
)


def write_check_page(
    folder: Path,
    font: Path | None = None,
    *,
    css: str = "",
    family: str = "Site Khmer",
    body: str = "",
    languages: Sequence[str] = (),
    display: str = "auto",
) -> Path:
    """Write ``index.html`` and what it loads; the check is on it with JavaScript and without.

    Args:
        folder: Where to; made here.
        font: The page's web font.
        css: More rules of the page.
        family: What the web font is called.
        body: More of the body.
        languages: The languages of the notice besides English and Khmer.
        display: The font's ``font-display``.
    """
    folder.mkdir()
    detector = make_detector(family=family)
    name = escape_css_string(family)
    face = (
        f'@font-face{{font-family:"{name}";src:url(font.ttf);unicode-range:U+1780-17FF;font-display:{display}}}'
        if font
        else ""
    )
    tag = make_script_tag(
        src="detector.js",
        sentence="sentence.svg",
        alt=detector.alt,
        languages=languages,
        font="download.ttf",
        install="install.html",
    )
    noscript = make_noscript(alt=detector.alt, languages=languages, font="download.ttf", install="install.html")
    page = (
        '<!DOCTYPE html><html lang="km"><head><meta charset="utf-8"><title>t</title>'
        '<meta name="viewport" content="width=device-width"><link rel="icon" href="icon.svg">'
        '<link rel="stylesheet" href="site.css"><link rel="stylesheet" href="detector.css">'
        f"{tag}</head><body>{noscript}<h1>Hello ខ្មែរ</h1>{body}</body></html>"
    )
    files = {
        "detector.js": detector.script,
        "detector.css": detector.style + make_noscript_style(family=family, sentence="sentence.svg"),
        "sentence.svg": detector.sentence_svg,
        "site.css": f'{face}body{{font-family:"{name}",sans-serif}}{css}'.encode(),
        "icon.svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        "font.ttf": font.read_bytes() if font else b"",
        "index.html": page.encode(),
    }
    for file, data in files.items():
        (folder / file).write_bytes(data)
    return folder
