"""The files of the visitor check, made for one site: script, stylesheet, sentence, page of install hints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from khmertext.fonts.default import default_face
from khmertext.fonts.drawing import Drawing, draw_text, to_svg
from khmertext.web.detector.words import WORDS
from khmertext.web.escaping import escape_css_string, escape_html, quote_path

__all__ = ["Detector", "install_page", "make_detector", "make_noscript", "make_noscript_style", "make_script_tag"]

# "The browser you use cannot show Khmer letters on this page properly. Please install a Khmer Unicode font."
# In lines that fit the narrowest phone at a readable size.
SENTENCE_LINES = (
    "កម្មវិធីរុករករបស់អ្នកមិនអាចបង្ហាញ",
    "អក្សរខ្មែរនៅលើទំព័រនេះបានត្រឹមត្រូវទេ។",
    "សូមដំឡើងពុម្ពអក្សរខ្មែរយូនីកូដ។",
)
# Khmer writes no space between words, and one between sentences.
SENTENCE = SENTENCE_LINES[0] + SENTENCE_LINES[1] + " " + SENTENCE_LINES[2]


@dataclass(frozen=True, slots=True)
class Detector:
    """The files to publish for one site.

    Args:
        script: JavaScript, ASCII, the same for every site.
        style: CSS, UTF-8: the probe's font stack and the looks of the notice.
        sentence_svg: The notice's Khmer sentence as outlines, so it reads where Khmer does not.
        alt: What the picture says.
    """

    script: bytes
    style: bytes
    sentence_svg: bytes
    alt: str


def make_detector(*, family: str) -> Detector:
    """Make the files of the visitor check.

    Args:
        family: The name of the site's own Khmer family, as its ``@font-face`` rules have it, unescaped.

    Returns:
        The files as bytes. The same arguments give the same bytes.

    Raises:
        ValueError: The family has no name.

    Example:
        >>> detector = make_detector(family="Site Khmer")
        >>> detector.style.decode().splitlines()[0]
        ':root .khmertext-probe{font-family:"Site Khmer",sans-serif!important}'
        >>> len(detector.script) < 2000  # less than 1,000 with brotli
        True
    """
    if not family:
        raise ValueError("family must not be empty")
    left, top, right, bottom = draw_sentence().frame
    head = (
        f':root .khmertext-probe{{font-family:"{escape_css_string(family)}",sans-serif!important}}\n'
        # Room for the picture before it is there, so that nothing moves when it comes.
        f":root .khmertext-notice img{{aspect-ratio:{right - left}/{bottom - top}!important}}\n"
    )
    return Detector(
        script=read_asset("detector.min.js").encode("ascii"),
        style=(head + compact_css(read_asset("detector.css"))).encode(),
        sentence_svg=(sentence_svg() + "\n").encode(),
        alt=SENTENCE,
    )


def make_noscript_style(*, family: str, sentence: str) -> bytes:
    """Make the rules of the visitor check without JavaScript; they come behind those of the check with it.

    Args:
        family: The name of the site's own Khmer family.
        sentence: URL of the sentence's SVG, as the stylesheet sees it.

    Returns:
        CSS, UTF-8. The same arguments give the same bytes.

    Raises:
        ValueError: The family has no name.

    Source: CSS Containment Level 3, section 3 (container queries); CSS Cascade Level 5, section 6.1 (important rules
    and animations).

    Example:
        >>> make_noscript_style(family="K", sentence="s.svg").decode().splitlines()[-1]
        ':root .khmertext-check{font:64px "K",sans-serif!important}'
    """
    if not family:
        raise ValueError("family must not be empty")
    left, top, right, bottom = draw_sentence().frame
    head = (
        f":root .khmertext-notice [role=img]{{aspect-ratio:{right - left}/{bottom - top}!important;"
        f'background-image:url("{escape_css_string(sentence)}")!important}}\n'
    )
    # The size last: "font: inherit" above has reset it.
    tail = f':root .khmertext-check{{font:64px "{escape_css_string(family)}",sans-serif!important}}\n'
    return (head + compact_css(read_asset("noscript.css")) + tail).encode()


def make_noscript(*, alt: str, languages: Sequence[str] = (), font: str = "", install: str = "") -> str:
    """Write the element with the visitor check for browsers without JavaScript; it belongs into the body.

    Nothing tells there which languages a visitor reads, so the notice is in all of them.

    Args:
        alt: What the SVG of the sentence says.
        languages: The languages of the notice besides English and Khmer.
        font: URL of a font to download; empty for no link.
        install: URL of a page that says how to install it; empty for no link.

    Returns:
        The element, everything escaped.

    Example:
        >>> print(make_noscript(alt="ខ្មែរ", font="f.ttf").replace("<p", "\\n<p").replace("<label", "\\n<label"))
        <noscript data-khmertext=""><div class="khmertext-check" lang="km" dir="ltr" data-nosnippet="">\
<div class="khmertext-row"><div class="khmertext-room"><div class="khmertext-notice" role="alert">\
<span role="img" aria-label="ខ្មែរ"></span>
        <p lang="en">Your browser cannot display Khmer on this page properly. Please install a Khmer Unicode font. \
<a href="f.ttf" download="">Download a Khmer font</a></p>
        <label lang="en"><input type="checkbox" aria-label="Close this notice"/>×</label>\
</div></div></div></div></noscript>
    """
    picture = f'<span role="img" aria-label="{escape_html(alt)}"></span>'
    if install:
        picture = f'<a href="{escape_html(install)}">{picture}</a>'
    paragraphs = []
    for language in ("en", *languages):
        words = WORDS[language]
        links = [f'<a href="{escape_html(font)}" download="">{words.font}</a>'] if font else []
        links += [f'<a href="{escape_html(install)}">{words.install}</a>'] if install else []
        paragraphs.append(f'<p lang="{language}">{" ".join((words.sentence, *links))}</p>')
    return (
        '<noscript data-khmertext=""><div class="khmertext-check" lang="km" dir="ltr" data-nosnippet="">'
        '<div class="khmertext-row"><div class="khmertext-room"><div class="khmertext-notice" role="alert">'
        f"{picture}{''.join(paragraphs)}"
        f'<label lang="en"><input type="checkbox" aria-label="{WORDS["en"].close}"/>×</label>'
        "</div></div></div></div></noscript>"
    )


def make_script_tag(
    *,
    src: str,
    sentence: str,
    alt: str,
    languages: Sequence[str] = (),
    font: str = "",
    install: str = "",
    charset: str = "",
) -> str:
    """Write the element that runs the visitor check, with its settings.

    It belongs in the head, after the stylesheets. ``defer`` and not ``async``: the measuring waits for the stylesheets
    and for nothing else.

    Args:
        src: URL of the script.
        sentence: URL of the sentence's SVG.
        alt: What the SVG says.
        languages: The languages of the notice besides English and Khmer.
        font: URL of a font to download; empty for no link.
        install: URL of a page that says how to install it; empty for no link.
        charset: The encoding of the script; empty for that of the page.

    Returns:
        The element, everything escaped. URLs are taken as the page sees them.

    Example:
        >>> make_script_tag(src="d.js", sentence="s.svg", alt="ខ្មែរ", install="i.html?a&b")
        '<script data-khmertext="" defer="defer" src="d.js" data-sentence="s.svg" data-alt="ខ្មែរ" \
data-install="i.html?a&amp;b"></script>'
    """
    settings = {"sentence": sentence, "alt": alt, "font": font, "install": install}
    settings |= {f"in{language}": "|".join(WORDS[language]) for language in languages}
    data = "".join(f' data-{name}="{escape_html(value)}"' for name, value in settings.items() if value)
    # Every attribute has a value, so that it is good XHTML too.
    how = f'defer="defer" charset="{escape_html(charset)}"' if charset else 'defer="defer"'
    return f'<script data-khmertext="" {how} src="{escape_html(src)}"{data}></script>'


def install_page(
    *,
    title: str,
    files: Sequence[tuple[str, str]],
    license_name: str,
    license_file: str,
    license_text: str = "",
) -> bytes:
    """Write the page that offers the font and says how to install it: one HTML file, no script, nothing fetched.

    Args:
        title: The page's title and heading, such as "A Khmer font for your computer".
        files: Label and relative path of each font file, in the order to show them.
        license_name: What the license is called.
        license_file: Relative path of its text.
        license_text: The text itself, to show on the page too; empty to leave it out.

    Returns:
        The page, UTF-8. Every string is escaped, every path quoted.

    Example:
        >>> page = install_page(
        ...     title="Khmer font", files=[("Regular", "K.ttf")], license_name="OFL 1.1", license_file="OFL.txt"
        ... )
        >>> b'<a href="./K.ttf" download>Regular</a>' in page
        True
    """
    heading = escape_html(title)
    links = "\n".join(
        f'<li><a href="{quote_path(path)}" download>{escape_html(label)}</a></li>' for label, path in files
    )
    hints = "\n".join(f"<h3>{system}</h3>\n<p>{hint}</p>" for system, hint in INSTALL_HINTS.items())
    legal = f"<details><summary>Show the license</summary><pre>{escape_html(license_text)}</pre></details>\n"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{heading}</title>
<style>{PAGE_STYLE}</style>
</head>
<body>
<main>
<h1>{heading}</h1>
<p>Your browser has no font that shows Khmer properly. Install one of these, then open the page again.</p>
<p class="sentence" lang="km">{sentence_svg()}</p>
<h2>Download</h2>
<ul>
{links}
</ul>
<h2>How to install it</h2>
{hints}
<h2>License</h2>
<p>The font is free: {escape_html(license_name)} (<a href="{quote_path(license_file)}">license text</a>).</p>
{legal if license_text else ""}</main>
</body>
</html>
""".encode()


# Settings as the systems name them; where a system has Khmer built in, updating or enabling it is the better advice.
INSTALL_HINTS = {
    "Windows": (
        "Open each downloaded file and choose <b>Install</b>. Windows 8 and later also bring a Khmer font of their own "
        "(Leelawadee UI); more come with Settings, Optional features, <b>Khmer Supplemental Fonts</b>."
    ),
    "macOS": (
        "Open each downloaded file and choose <b>Install</b> in Font Book. macOS brings Khmer fonts of its own "
        "(Khmer MN, Khmer Sangam MN): if they are turned off, Font Book can turn them on again."
    ),
    "Android": (
        "Today's Android shows Khmer with no font to install: update the system and the browser. Some makers let you "
        "add a font under Settings, Display, <b>Font style</b>."
    ),
    "iPhone and iPad": "iOS and iPadOS bring a Khmer font: update the system and open the page again.",
    "Linux": (
        "Copy the files to <code>~/.local/share/fonts</code> and run <code>fc-cache</code>, or install your "
        "distribution's Noto or Khmer OS font package."
    ),
}

PAGE_STYLE = (
    "body{font:1.0625rem/1.6 system-ui,sans-serif;margin:0}main{margin:0 auto;max-width:40rem;padding:1.5rem 1rem}"
    ".sentence svg{display:block;height:auto;max-width:100%;width:24rem}h3{margin-bottom:0}h3+p{margin-top:0}"
    "li a{display:inline-block;padding:.25rem 0}pre{overflow:auto;white-space:pre-wrap}"
)


@cache
def draw_sentence() -> Drawing:
    return draw_text(default_face().font(), "\n".join(SENTENCE_LINES))


def sentence_svg() -> str:
    return to_svg(draw_sentence(), label=SENTENCE, height=120)


def read_asset(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def compact_css(css: str) -> str:
    """Our own stylesheet without comments and indentation. Not for anyone else's: strings are not looked out for."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};:,!]) ?", r"\1", css).replace(";}", "}").strip() + "\n"
