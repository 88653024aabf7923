"""The frame of our pages about fonts: one HTML file that needs nothing else, in light, in dark and on paper.

A page is HTML and well-formed XML at once. It has no script and no address, and a policy that forbids both. Everything
that comes from a font or a text passes through :func:`escape`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from khmertext.fonts.drawing import escape_xml

__all__ = ["bar", "escape", "facts_table", "name_code_points", "page", "table"]

MAX_TEXT = 300
# Controls, and the characters that turn the direction of what follows (UAX #9, section 2).
UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

STYLE = """
:root{color-scheme:light dark;--ink:#1b1b1b;--paper:#fff;--soft:#595959;--line:#d0d0d0;--card:#f6f6f4;
--bad:#a4001d;--badpaper:#fdebed;--good:#1c6b2c;--bar:#3d6fa8;--bar2:#b8730c;--a:#5089cb;--b:#662400}
@media (prefers-color-scheme:dark){:root{--ink:#ececec;--paper:#161616;--soft:#a8a8a8;--line:#444;--card:#202020;
--bad:#ff97a3;--badpaper:#3a1a1f;--good:#7fd18f;--bar:#6ea3dc;--bar2:#e0a040;--a:#4178bd;--b:#ffcf8f}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:76rem;background:var(--paper);color:var(--ink);
font:1rem/1.45 system-ui,sans-serif}
h1{font-size:1.7rem;line-height:1.2;margin:.3rem 0;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:2.2rem 0 .4rem;border-top:1px solid var(--line);padding-top:.8rem}
h3{font-size:1rem;margin:1rem 0 .3rem}
p{margin:.4rem 0;max-width:46rem}
p,li{overflow-wrap:break-word}
svg{fill:currentColor;max-width:100%;height:auto;vertical-align:top}
.store{position:absolute;width:0;height:0}
.scroll{overflow-x:auto;max-width:100%;margin:.5rem 0}
.scroll:focus-visible{outline:2px solid var(--bar);outline-offset:2px}
table{border-collapse:collapse}
caption{text-align:left;font-weight:600;padding:.2rem 0;white-space:nowrap}
th,td{text-align:left;vertical-align:middle;padding:.25rem .6rem .25rem 0;border-bottom:1px solid var(--line)}
bdi{overflow-wrap:anywhere}
th bdi{overflow-wrap:break-word}
td bdi{display:inline-block;min-width:4.5rem}
th{font-weight:600}
td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
td.bar{width:40%;min-width:4rem}
td.bar svg{display:block;width:100%;height:.8rem}
.bar1{fill:var(--bar)}.bar2{fill:var(--bar2)}
.code{font:.75rem/1.3 ui-monospace,monospace;color:var(--soft);overflow-wrap:normal}
.tables{display:flex;flex-wrap:wrap;gap:0 2rem;align-items:flex-start}
.tables th{min-width:4rem}.tables td{text-align:center;padding:.3rem .2rem;min-width:4.6rem}
.tables td.bad{padding:.3rem .4rem}
.tables thead th{font-weight:400;color:var(--soft)}
@media (max-width:30rem){th,td{padding-right:.35rem}td.bar{min-width:2rem}
.tables th{min-width:3rem}.tables td{min-width:0}.tables .why{font-size:.7rem}
.cells .code{align-self:center;max-width:calc(50vw - 2.4rem)}}
.tables thead th+th{text-align:center}
.cells{list-style:none;margin:.5rem 0;padding:0;display:flex;flex-wrap:wrap;gap:.5rem}
.cells>li{border:1px solid var(--line);border-radius:4px;background:var(--card);padding:.5rem;min-width:6rem;
max-width:100%;text-align:center;display:flex;flex-direction:column;justify-content:space-between;gap:.3rem}
.cells>li>svg{align-self:center}
.bad,.cells>li.bad{background:var(--badpaper);outline:2px dashed var(--bad);outline-offset:-2px}
.why{display:block;color:var(--bad);font-size:.78rem;line-height:1.25;max-width:11rem;margin:0 auto}
.why::before{content:"\\2717\\00a0"}
.fails{color:var(--bad)}.passes{color:var(--good)}
.checks{list-style:none}.card .checks{padding:0}
.checks li{padding-left:1.4em;text-indent:-1.4em}
.checks li::before{display:inline-block;width:1.4em;text-indent:0;content:"\\2713"}
.checks .ok::before{color:var(--good)}
.checks .no{color:var(--bad)}.checks .no::before,.checks .info::before{content:"\\2717"}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(22rem,100%),1fr));gap:.7rem}
.cards.levels{grid-template-columns:repeat(auto-fill,minmax(min(16rem,100%),1fr));align-items:start}
.card{border:1px solid var(--line);border-radius:4px;padding:.6rem;background:var(--card);min-width:0}
.card ul{margin:.4rem 0;padding-left:1.2rem}
.card.wide{grid-column:1/-1}
.card h3{margin:0 0 .3rem}
.views{display:flex;flex-wrap:wrap;gap:.8rem 2rem;margin:.3rem 0}
figure{margin:0;max-width:100%}
figcaption{font-size:.8rem;color:var(--soft)}
.fa{fill:var(--a)}
.fb{fill:none;stroke:var(--b)}
.line{margin:.6rem 0}
.line svg{overflow:visible;margin:.1em 0}
@media print{:root{--ink:#000;--paper:#fff;--soft:#444;--line:#999;--card:#fff;--bad:#8a0018;--badpaper:#fff;
--good:#0a4d18;--bar:#555;--bar2:#aaa;--a:#8c8c8c;--b:#000}
body{max-width:none;padding:0;font-size:10pt}
.scroll{overflow:visible}
h2,h3,caption{break-after:avoid}
.card,.cells>li,tr,.line{break-inside:avoid}
.bar1,.bar2{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""


def escape(text: str) -> str:
    r"""Write a text as HTML content or as an attribute in double quotes.

    Controls and characters that change the direction of the page become U+FFFD; a long text is cut.

    Args:
        text: Any str.

    Example:
        >>> escape('"><script>\x1b'), len(escape("a" * 1000))
        ('&quot;&gt;&lt;script&gt;\ufffd', 301)
    """
    shown = text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + "…"
    return escape_xml(UNSHOWN.sub("\ufffd", shown))


def name_code_points(text: str, limit: int = 24) -> str:
    """Write the code points of a text in hexadecimal, the first few of many.

    Example:
        >>> name_code_points("ក្ខ")
        '1780 17D2 1781'
    """
    return " ".join(f"{ord(char):04X}" for char in text[:limit]) + (" …" if len(text) > limit else "")


def page(title: str, body: Iterable[str], definitions: str) -> str:
    """Return a whole page.

    Args:
        title: Any text; it is escaped here.
        body: HTML that is well-formed XML, piece by piece.
        definitions: SVG paths that the pictures of the body refer to.
    """
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
        '<meta name="color-scheme" content="light dark"/>\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<svg class="store" aria-hidden="true"><defs>{definitions}</defs></svg>\n'
        f"<main>\n{''.join(f'{piece}{chr(10)}' for piece in body)}</main>\n</body>\n</html>\n"
    )


def facts_table(caption: str, rows: Iterable[tuple[str, str]]) -> str:
    """Return a table of names and values; both are escaped here."""
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td><bdi>{escape(value)}</bdi></td></tr>\n' for name, value in rows
    )
    return table(caption, f"<tbody>\n{body}</tbody>")


def table(caption: str, content: str) -> str:
    """Return a table that can be scrolled by itself, with keys too, where it is wider than its page.

    Args:
        caption: Its name: any text; it is escaped here.
        content: The HTML of its head and body.

    Source: WCAG 2.2, 1.4.10 (no page scrolls in two directions) and 2.1.1 (keyboard).

    Example:
        >>> table("a&b", "<tbody></tbody>").startswith('<div class="scroll" role="region" tabindex="0"')
        True
    """
    name = escape(caption)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{name}">'
        f"<table><caption>{name}</caption>\n{content}</table></div>"
    )


def bar(values: Sequence[int], whole: int) -> str:
    """Return a bar as wide as its cell can be when the values add up to the whole; the numbers stand beside it.

    Args:
        values: One or two, not negative.
        whole: What fills the cell; at least their sum.

    Example:
        >>> bar([1], 4).count('width="250"')
        1
    """
    x = 0
    pieces = []
    for number, value in enumerate(values, 1):
        width = round(1000 * value / whole) if whole else 0
        if width:
            pieces.append(f'<rect class="bar{number}" x="{x}" width="{width}" height="10"/>')
        x += width
    content = "".join(pieces)
    return f'<svg aria-hidden="true" viewBox="0 0 1000 10" preserveAspectRatio="none">{content}</svg>'
