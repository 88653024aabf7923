"""A whole built site in Chromium: the same pixels as with the full font, and the site's own look left alone.

Firefox draws the example site once more.

Two kinds of pages are built, once each: the example site, and small pages made to be awkward. System fonts are Latin
only, one of its own width and height for each family that Chromium falls back to, so that a wrong stack shows.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from khmertext.fonts import default_face, limit_axes
from khmertext.web import build_site
from khmertext.web.disk import read_tree
from khmertext.web.reading import read_site
from tests.browser.pages import SETTLE, OpenMachine, count, read_status
from tests.font_values import INVALID_FAMILIES, INVALID_FONTS, VALID_FAMILIES, VALID_FONTS

if TYPE_CHECKING:
    from PIL.Image import Image
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

pytestmark = pytest.mark.browser

EXAMPLE = Path(__file__).parents[2] / "examples" / "site"
EXAMPLE_PAGES = sorted(path.relative_to(EXAMPLE).as_posix() for path in EXAMPLE.rglob("*.html"))
WIDTHS = (1200, 375)
EVERYTHING = "U+1780-17FF,U+19E0-19FF,U+200B-200D,U+25CC"
STATUS = "html[data-khmertext-status]"
STRICT_CSP = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self'"
}
TODAY = "2026-11-23T08:00:00Z"
UNKNOWN = "ឞ្ឋ"  # a cluster that no page here holds

# The same day on every run, as an initial script.
FIX_TIME = (
    f"const today = Date.parse('{TODAY}');"
    "window.Date = class extends Date { constructor(...all) { super(...(all.length ? all : [today])) } }"
)

# What the browser falls back to, each family in another weight, width and height: (wght, wdth, added ascent).
PLATFORM = {
    "Times New Roman": (400, 100, 0),
    "Arial": (400, 90, 40),
    "Monospace": (300, 70, -60),
    "Georgia": (500, 80, 90),
}

Serve = Callable[..., Any]
Open = Callable[..., "Browser"]
Visit = Callable[..., "Visitor"]
Compare = Callable[[str, Mapping[str, bytes]], None]

SENTENCE = "ស្ត្រីខ្មែរ កម្ពុជា ធ្វើការ ព្រះរាជាណាចក្រ ប៉ុន្តែ កៅស៊ូ ភ្លៀង ស៊ី ញ៉ាំ ក្ដៅ ខ្ញុំ បញ្ញា។ "
MIXED = "<h1>Head ខ្មែរ</h1><p>Latin and ខ្មែរ here. <b>Bold ភាសា</b> <i>italic ក</i><br>Latin only</p><p>Latin only</p>"
CODE = (
    "<p>Text ក <code>Latin ខ្មែរ</code> <code>Latin only</code> <kbd>key</kbd></p><pre>Latin ខ្មែរ\nLatin only</pre>"
    "<pre>Latin only</pre>"
)
NESTED_CODE = (
    "<pre><code>Latin ខ្មែរ\nLatin only</code></pre><pre>Latin ខ្មែរ <code>Latin</code> <b>bold</b></pre>"
    "<pre>Latin <span>ខ្មែរ Latin</span></pre><p><code>Latin <b>ក</b></code></p>"
)
CONTROLS = (
    '<form><input value="Latin"><input placeholder="ឈ្មោះ Latin"><input value="Latin ខ្មែរ">'
    "<textarea>Latin ខ្មែរ</textarea><textarea>Latin only</textarea><button>Send ផ្ញើ</button><button>Send</button>"
    '<select><option>One ១<option>Two</select><select><option>One</select><input type="submit" value="Go ទៅ">'
    '<input type="submit" value="Go"></form>'
)
TOGGLE = "<script>document.documentElement.className = 'on'</script>"
SCRIPT = (
    "<{0} id=made></{0}><script>document.getElementById('made').innerHTML = 'a ឆ្នេរ <code>Latin ខ្មែរ<code>x</code>"
    '</code> <kbd>key</kbd> <button>Send ផ្ញើ</button> <input value="Latin"> <select><option>One ១</select><b>b</b>\''
    "</script>"
)
PARAGRAPHS = f"<p class=a>{SENTENCE * 4}</p><p class=a>Latin {SENTENCE}<b>{SENTENCE}</b></p>"


def html(body: str, css: str = "", *, head: str = "") -> str:
    return (
        f'<!doctype html><html lang="km"><head><meta charset="utf-8"><title>t</title><style>{css}</style>{head}</head>'
        f"<body>{body}</body></html>"
    )


POLICY_STYLE = "body{font-family:Georgia,serif}i{font-family:Arial}"
POLICY_HASH = f"sha256-{base64.b64encode(hashlib.sha256(POLICY_STYLE.encode()).digest()).decode()}"

# Pages whose look must stay once the Khmer is taken out.
LOOKS = {
    "no-family": html(MIXED),
    "body-family": html(MIXED, "body{font-family:Georgia,serif}"),
    "every-element": html(MIXED + CODE + CONTROLS, "*{font-family:Georgia}"),
    "shorthand": html(
        MIXED + "<p class=a>A ក</p>", "body{font:italic bold 18px/1.5 Georgia,serif}.a{font:1.2em 'Arial'}"
    ),
    "variables": html(
        MIXED + "<p class=a>A ក</p><p class=b>B ខ</p>",
        ":root{--f:Georgia,serif;--g:var(--f)}body{font-family:var(--f)}.a{font-family:var(--g)}"
        ".b{font:16px var(--x,Arial)}",
    ),
    "quotes": html(
        "<p style=\"font-family:'Georgia', serif\">A ក</p><p style='font-family:\"Georgia\", serif'>A ខ</p>"
        '<p style=font-family:Georgia>A គ</p><p style="font:20px &quot;Georgia&quot;">A ឃ</p>'
        '<p style="color:red;font-family : Georgia !important">B ង</p>',
        "p{font-family:\"Arial\" , 'Georgia'}h1{font-family:Times\\ New\\ Roman}",
    ),
    "keywords": html(
        '<p style="font-family:initial">A ក</p><p style="all:initial">A ក</p><p style="font:menu">A ក</p>'
        '<code style="font-family:inherit">A ក</code>',
        "body{font-family:Georgia}",
    ),
    "layered-root-first": "<html lang=km><head><link rel=stylesheet href=root.css><meta charset=utf-8><title>t</title>"
    f"</head><body>{MIXED}",
    "layered-root-before-base": "<html lang=km><head><link rel=stylesheet href=root.css><base href=below/></head>"
    f"<meta charset=utf-8><body>{MIXED}",
    "import": html(MIXED, "@import url(import.css);i{font-family:Arial}"),
    "layered-root": html(MIXED, "@layer base{html{font-family:Georgia,serif}}"),
    "layers": html(
        MIXED,
        "@layer a,b;@layer b{body{font-family:Georgia}}@layer a{p{font-family:Arial}}"
        "@supports(display:grid){b{font-family:Arial}}@media(min-width:600px){i{font-family:Georgia}}",
    ),
    "layers-that-compete": html(
        "<div class=m><h1>A ក</h1><h2>B ខ</h2><p class=s>C គ</p><q>D ឃ</q><b>E ង</b></div>",
        "@layer base,parts,last;@layer parts{.m .s{font-family:Arial}}@layer last{.s{font-family:Georgia}}"
        "@layer last{h1{font-family:Georgia!important}}@layer base{h1{font-family:Arial!important}}"
        "@layer base{h2{font-family:Arial}@layer inner{.m h2{font-family:Georgia}}}"
        "@layer{.m q{font-family:Georgia}}@layer{q{font-family:Arial}}"
        "@layer base{b{font-family:Arial}}.m b{font-family:revert-layer}",
    ),
    "parts": html(
        "<p>ខ្មែរ First</p><p class=q>Quote ក</p><ul><li>x ក</ul>",
        "p::first-letter{font-size:2em;font-family:Georgia}p::first-line{font-family:Arial}"
        '.q::before{content:"» ក";font-family:Georgia}.q::after{content:"ខ";font-family:monospace}'
        "li::marker{font-family:Arial}",
    ),
    "table": html(
        "<table border=1><caption>Title ក</caption><tr><th>Head ខ<th>Head<tr><td>Cell គ<td>Cell</table>",
        "td{font-family:Georgia}",
    ),
    "line-heights": html(
        f"<p style='line-height:normal'>Latin ខ្មែរ Latin<br>Latin only<br>x</p><p>zero\u200bwidth</p>"
        f"<ul><li>a ក<li>b</ul>{MIXED}",
        "body{font-family:Georgia}",
    ),
    "invalid-families": html(
        "<div class=b>A ក <p>B ខ</p><q>C គ</q><i>D ឃ</i><pre>E ង</pre></div><p class=k style='font-family:1'>F ច</p>",
        "body{font-family:Arial}.b{font-family:Georgia,}p{font-family:'Foo' serif}q{font-family:Georgia !ie}"
        "i{font:italic 1em/x Georgia}pre{font-family:1abc,Georgia}.k{font:bold}",
    ),
    "unset-variables": html(
        "<div class=b>A ក <p>B ខ</p><q>C គ</q><i>D ឃ</i><pre>E ង</pre><code>F ច</code></div><input value='G ឆ'>",
        "body{font-family:Georgia}.b{font-family:var(--none)}p{font-family:Arial;font-family:var(--none),Arial}"
        "q{font:1em var(--none),}i{font-family:var(--none,)}pre{font-family:var(--none)}code{font-family:var(--x)}"
        ".x{--x:Arial}input{font-family:var(--none)}",
    ),
    "base": html(MIXED, "body{font-family:Georgia}", head='<base href="below/">'),
    "frame": html(MIXED + '<iframe src="body-family.html"></iframe>', "body{font-family:Arial}"),
    "print": html(MIXED, "body{font-family:Arial}@media print{body{font-family:Georgia}}"),
    "quirks": "<html lang=km><body><table><tr><td>A ក<td>b</table><font size=5>x ក</font><input value='a ក'>",
    "no-head": "<p lang=km>A ខ្មែរ<p>b",
    "controls": html(CONTROLS + MIXED),
    "controls-in-body-family": html(CONTROLS + MIXED, "body{font:18px/1.4 Georgia}"),
    "controls-inherit": html(CONTROLS, "body{font:18px/1.4 Georgia}input,select,button,textarea{font:inherit}"),
    "controls-sized": html(CONTROLS, "input,select,button{font-size:1.2em}textarea{font-size:18px}"),
    "controls-sized-textarea": html(CONTROLS, "textarea{font-size:1.2em}"),
    "controls-monospace": html(CONTROLS, "input,textarea{font-family:monospace}"),
    "controls-printed": html(CONTROLS, "input{font-family:Arial}@media print{input{font-family:Georgia}}"),
    "controls-placeholder": html(CONTROLS, "input{font-family:Georgia}::placeholder{font-family:monospace;color:red}"),
    "dynamic-printed": html(
        "<p data-khmer-dynamic>Latin</p><p>ក</p>", "body{font-family:Arial}@media print{body{font-family:Georgia}}"
    ),
    "shorthand-variable": html(
        MIXED + CODE, ":root{--f:italic 20px/1.5 Georgia,serif;--s:1.2em}body{font:var(--f)}b{font:bold var(--s) Arial}"
    ),
    "policy": html(
        MIXED + CODE + CONTROLS,
        POLICY_STYLE,
        head=f"<meta http-equiv=Content-Security-Policy content=\"style-src 'self' '{POLICY_HASH}'\">",
    ),
    "media-attribute": html(
        CONTROLS,
        "input,textarea{font-family:Georgia}",
        head="<style media=print>input{font-family:Arial}</style><style media='(min-width:1px) and (max-width:900px)'>"
        "input:not([placeholder]){font-family:Arial}::placeholder{font-family:Georgia}</style>",
    ),
    "states": html(CONTROLS, "input{font-family:Georgia}input:invalid,form:focus-within input{font-family:Arial}"),
    "states-of-links": html(
        "<p><a class=m href=#>Link ក</a> <a class=n href=#>Link ខ</a> <a href=#>Link គ</a></p>",
        ".m{font-family:Arial}a:link{font-family:Georgia}a:is(:link,:visited).n{font-family:Arial}"
        "a:not(:hover):not(.n,.m){font-family:Arial}",
    ),
    "code": html(CODE),
    "code-nested": html(NESTED_CODE),
    "code-in-body-family": html(CODE, "body{font-family:Arial}"),
    "code-in-px": html(CODE, "body{font-size:18px}"),
    "code-in-rem": html(CODE, "body{font-size:1.125rem}"),
    "code-in-em": html(f"<div style='font-size:1.5em'>{CODE}</div>"),
    "code-in-percent": html(CODE, "body{font-size:112%}"),
    "code-in-keyword": html(CODE, "body{font-size:large}"),
    "code-in-heading": html("<h2>H <code>Latin ខ្មែរ</code></h2><small>s <code>Latin ក</code></small>"),
    "code-own-px": html(CODE, "pre{font-size:14px}code{font-size:.9rem}"),
    "code-own-percent": html(CODE, "code{font-size:87.5%}"),
    "code-own-em": html(CODE, "code{font-size:.9em}"),
    "code-own-keyword": html(CODE, "code{font-size:small}"),
    "code-shorthand": html(CODE, "pre{font:14px/1.5 monospace}code{font:italic 90% monospace}"),
    "code-in-monospace-body": html(CODE, "body{font-family:monospace}"),
    "code-with-other-family-inside": html("<pre>Latin ក <span style='font-family:Arial'>Latin ខ</span></pre>"),
    "code-monospace-monospace": html(CODE + NESTED_CODE, "pre,code,kbd{font-family:monospace,monospace;font-size:1em}"),
    "code-conditional": html(CODE, "@media(max-width:2000px){pre{font-size:11px}}@media print{code{font-size:20px}}"),
    "code-conditional-larger": html(CODE, "@media(min-width:1px){pre,code{font-size:30px}}"),
    "code-conditional-relative": html(CODE, "@media(min-width:1px){pre{font-size:.8em}code{font-size:large}}"),
    "code-conditional-over-own": html(CODE, "pre,code{font-size:.9em}@media(min-width:1px){pre{font-size:30px}}"),
    "code-conditional-parent": html(CODE, "@media(min-width:1px){body{font-size:18px}}"),
    "code-conditional-parent-over-own": html(CODE, "code{font-size:.9em}@media(min-width:1px){body{font-size:18px}}"),
    "code-conditional-keyword-parent": html(CODE, "@media(min-width:1px){body{font-size:large}}"),
    "code-conditional-family": html(CODE, "@media(min-width:1px){pre,code{font-family:serif}}"),
    "code-conditional-family-over-own-size": html(
        CODE, "pre{font-size:1.1em}@media(min-width:1px){pre,code{font-family:serif}}"
    ),
    "code-not-now": html(CODE, "@media(max-width:1px){body{font-size:18px}pre{font-size:9px;font-family:serif}}"),
    "toggled-root": html(
        TOGGLE + CONTROLS, ".on body{font-family:Arial}body{font-family:Georgia}input,textarea,select{font:inherit}"
    ),
    "toggled-root-monospace": html(
        TOGGLE + CONTROLS, ".on body{font-family:monospace}body{font-family:Georgia}input,textarea{font:inherit}"
    ),
    "toggled-above": html(
        TOGGLE + CONTROLS, "html.on{font-family:Arial}body{font-family:Georgia}input,textarea{font:inherit}"
    ),
    "toggled-fields": html(TOGGLE + CONTROLS, "input,textarea{font-family:Georgia}.on input{font-family:Arial}"),
    "toggled-fields-monospace": html(TOGGLE + CONTROLS, "input{font:16px Georgia}.on input{font-family:monospace}"),
    "toggled-fields-weaker": html(TOGGLE + CONTROLS, ".on input{font-family:Arial}form input{font:1em Georgia}"),
    "toggled-bare-fields": html(TOGGLE + CONTROLS, ".on input,.on button{font-family:Georgia}"),
    "toggled-code": html(TOGGLE + CODE, ".on pre{font-family:serif}.on code{font-size:20px}"),
    "script-code": html(SCRIPT.format("p") + CODE + CONTROLS),
    "script-code-in-body-family": html(SCRIPT.format("p") + CODE, "body{font:18px/1.5 Georgia}"),
    "script-code-in-em": html(SCRIPT.format("div") + CODE, "body{font-size:112%}div{font-size:1.5em}"),
    "script-code-families": html(
        SCRIPT.format("p") + NESTED_CODE,
        "p code{font-family:Georgia}kbd{font-family:Arial,monospace}pre{font-size:15px}",
    ),
    "script-code-styled": html(SCRIPT.format("p") + CODE, "code{font-size:.9em}button{font:inherit}"),
    "script-code-monospace": html(
        SCRIPT.format("p") + NESTED_CODE,
        "code,kbd{font-family:monospace}pre{font-size:20px}#made kbd{font-family:Arial}",
    ),
    "code-dynamic": html("<p><code data-khmer-dynamic>Latin</code> ក</p><pre contenteditable>Latin ខ្មែរ</pre>"),
}

# Pages that shape Khmer in unusual ways, or hold it in unusual places: the same pixels as with the full font.
SHAPES = {
    "first-letter": html(PARAGRAPHS, ".a::first-letter{font-size:3em}"),
    "break-all": html(PARAGRAPHS, ".a{word-break:break-all;width:37px}"),
    "anywhere": html(PARAGRAPHS, ".a{overflow-wrap:anywhere;width:13px}"),
    "spacing": html(PARAGRAPHS, ".a{letter-spacing:3px;word-spacing:4px}"),
    "no-ligatures": html(PARAGRAPHS, ".a{font-variant-ligatures:none;font-kerning:none}"),
    "features-off": html(PARAGRAPHS, ".a{font-feature-settings:'liga' 0,'clig' 0,'calt' 0,'kern' 0,'ss01'}"),
    "no-subscripts": html(PARAGRAPHS, ".a{font-feature-settings:'blwf' 0,'pref' 0,'pstf' 0,'abvf' 0}"),
    "no-presentation": html(PARAGRAPHS, ".a{font-feature-settings:'pres' 0,'blws' 0,'abvs' 0,'psts' 0,'ccmp' 0}"),
    "no-marks": html(PARAGRAPHS, ".a{font-feature-settings:'mark' 0,'mkmk' 0,'dist' 0}"),
    "numerals": html(PARAGRAPHS, ".a{font-variant-numeric:tabular-nums oldstyle-nums;font-variant-caps:small-caps}"),
    "italic": html(PARAGRAPHS, ".a{font-style:italic}"),
    "weights": html(PARAGRAPHS, ".a{font-weight:250}.a+.a{font-variation-settings:'wght' 550}b{font-weight:620}"),
    "vertical": html(PARAGRAPHS, ".a{writing-mode:vertical-rl;height:300px}"),
    "upright": html(PARAGRAPHS, ".a{writing-mode:vertical-rl;text-orientation:upright;height:300px}"),
    "backwards": html(PARAGRAPHS, ".a{direction:rtl;unicode-bidi:bidi-override}"),
    "ellipsis": html(PARAGRAPHS, ".a{width:83px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}"),
    "scaled": html(PARAGRAPHS, ".a{font-size:7.3px;transform:rotate(3deg)}b{font-size:61px}"),
    "letters-in-spans": html(
        "".join(
            f"<p>{''.join(f'<{tag} style={style}>{letter}</{tag.split()[0]}>' for letter in SENTENCE)}</p>"
            for tag, style in (("span", "color:red"), ("b", "color:red"), ("i", "font-size:31px"))
        )
    ),
    "seams": html(
        "<p>ក<b>្ក</b>ម<b>ា</b>ស្<b>ត</b>្<i>រ</i>ី</p><p>ក<!-- x -->្ក ស្ត<wbr>្រី ក&#x17D2;&#6016;</p>"
        "<p style='width:40px'>កម្ពុ\u00adជា ភា\u200bសា ក\u200dខ ក\u200cខ ក\u2060ខ ◌ា ◌្ក</p>"
    ),
    "languages": html("<p lang=en>ខ្មែរ ស្ត្រី</p><p lang=''>ខ្មែរ</p><p lang=th>ខ្មែរ</p><p lang=pi>ពុទ្ធោ</p>"),
    "template": html(
        "<template id=t><p>ឈ្ងុយ</p></template><div id=d>ក</div>"
        "<script>document.getElementById('d').append(document.getElementById('t').content.cloneNode(true))</script>"
    ),
    "shadow": html(
        "<div><template shadowrootmode=open><style>p{font-family:Georgia}</style><p>ឌ្ឍ x</p><slot></slot></template>ក"
        "</div>"
    ),
    "script": html(
        "<p id=a>ក</p><script>document.getElementById('a').innerHTML='ឆ្នេរ <code>ឌុប</code><b>ផ្ទះ</b>'</script>"
    ),
    "script-elements": html(
        "<p id=a>ក</p><pre>Latin</pre><script>document.getElementById('a').innerHTML='<button>ផ្ញើ</button><code>ខ្ញុំ "
        "<kbd>ម៉ែ</kbd></code><input placeholder=ឈ្មោះ value=ប្រុស><textarea>ឆ្នាំ</textarea><select><option>ច្បាប់"
        "</select><pre>ថ្ងៃ <code>យប់</code></pre>'; document.querySelector('body > pre').append('ល្ងាច')</script>"
    ),
    "script-splits": html(
        "<p id=a>ស្ត្រី</p><script>for(const c of 'ស្ត្រី')document.getElementById('a')"
        ".append(Object.assign(document.createElement('b'),{textContent:c}))</script>"
    ),
    "generated": html(
        "<p class=e data-x='ឈ្មួញ'>ក</p><p class=f aria-label='ឌ្ឋាន'>x</p><q>x ក</q><ol class=k><li>a<li>b</ol>"
        "<ol class=c><li>a<li>b</ol><p class=g>x</p>",
        ".e::before{content:attr(data-x)}.f::before{content:attr(aria-label)}q{quotes:'«ឃ' 'ង»'}"
        ".k{list-style-type:khmer}@counter-style kk{system:cyclic;symbols:'ជ' 'ឈ';suffix:' ញ '}.c{list-style:kk}"
        ".g::after{content:'\\1786\\17D2\\1793'}",
    ),
    "generated-by-name": html(
        "<p class=a>x</p><p class=b style=\"--y:'ឍ'\">x</p><q>x</q><p class=e>x</p><p class=h>long\u00adword</p>"
        "<ol class=c><li>a</ol><p class=k>x</p>",
        ":root{--x:'ឈ្មោះ';quotes:'«ឃ' 'ង»'}.a::before{content:var(--x);font-family:Georgia}"
        ".b::after{content:var(--y)}.b{font-family:Arial}q{font-family:Georgia}.e{text-emphasis:'ខ';font-family:Arial}"
        ".h{hyphenate-character:'ឌ';width:50px;font-family:Georgia}.k{animation:k 9s infinite paused}"
        "@keyframes k{from,to{font-family:Arial}}.k::before{content:'ឆ'}"
        "@counter-style kk{system:cyclic;symbols:'ជ';suffix:' '}.c{list-style:kk;font-family:Georgia}",
    ),
    "attributes": html(
        "<input type=email placeholder='ឌឍ'><input type=number placeholder='ផ'><input type=password placeholder='ឝ'>"
        "<input type=button value='ឡ'><select size=3><option>ឍ x<optgroup label='ណ្ឌ'><option>a</select><img alt='ឱ្យ'>"
    ),
    "legacy": html(
        "<font face=Georgia>ឃ x</font><font face='Arial,serif' size=5>ង</font><svg width=99 height=50>"
        "<text y=30 font-family=Georgia>គ x</text></svg><math><mtext>ខ</mtext></math>"
    ),
    "resets": html(
        "<p style='font:menu'>ក</p><p style='all:unset'>គ</p><p style='font:initial'>ឃ</p>"
        "<p style='font-family:initial'>ង</p><p style='font-family:revert'>ច</p><p style='font-family:sans-serif'>ជ</p>"
        "<p style='font-family:-apple-system,BlinkMacSystemFont'>ញ</p>",
        "body{font-family:Georgia}",
    ),
    "late-class": html(
        "<p id=p>ក</p><script>document.getElementById('p').className='late'</script>", ".late{font-family:Georgia}"
    ),
    "frame-text": html("<iframe srcdoc='<p>ឈ្ងុយ</p>'></iframe><p>ក</p>"),
    "upper-case": "<HTML LANG=KM><BODY><P STYLE='FONT-FAMILY:GEORGIA'>ក<BR>ខ<TABLE><TR><TD>គ</TABLE>",
}

MORE = {
    "installed": html(f"<p id=a>{SENTENCE}</p><p id=b>Latin</p>", "body{font-family:'Noto Sans Khmer',Georgia}"),
    "filled": html("<p>ក</p><p id=d data-khmer-dynamic>Latin</p>", "body{font-family:Georgia}"),
    "filled-children": html(
        "<p>ក</p><div id=d data-khmer-dynamic><h2 id=h></h2></div>", "body{font-family:Arial}h2{font-family:Georgia}"
    ),
    "styled-input": html("<p>ក</p><input id=d placeholder='ក'>", "input{font-family:Georgia}"),
    "plain-input": html("<p>ក</p><input id=d placeholder='ក'>"),
    "no-script": html("<noscript><p>ឆ្ងាញ់</p></noscript><p>ក</p>"),
    "english": html("<p>Latin only</p><input>"),
}

# Files that the pages load.
FILES = {
    "import.css": "body{font-family:Georgia,serif}",
    "root.css": "@layer base{html{font-family:monospace,serif}}",
}

TYPED = (
    "example/contact.html #name",
    "example/contact.html #message",
    "awkward/styled-input.html #d",
    "awkward/plain-input.html #d",
)

# What does not hold yet, and why: a line goes when its page does.
LOOK_DEFECTS: dict[str, str] = {}
SHAPE_DEFECTS = {
    "backwards": "clusters whose letters are reversed are not traced",
}


def params(pages: Iterable[str], defects: Mapping[str, str]) -> list[Any]:
    return [
        pytest.param(name, marks=[pytest.mark.xfail(strict=True, reason=defects[name])] if name in defects else [])
        for name in pages
    ]


# Sites, built once


class Tree(NamedTuple):
    """Folders under one root, so that one server has them all.

    ``source``, ``output``; ``reference``: the output with the whole font, for all of Khmer, under the same names;
    ``bare-source``, ``bare-output``: the two without any Khmer.
    """

    root: Path


def build_tree(root: Path, source: Path) -> Tree:
    if source != root / "source":
        shutil.copytree(source, root / "source")
    build_site(root / "source", root / "output")
    shutil.copytree(root / "output", root / "reference")
    (font,) = json.loads((root / "output" / "khmertext" / "manifest.json").read_bytes())["fonts"]
    whole = limit_axes(default_face(), {tag: tuple(span) for tag, span in font["axes"].items()}).data
    for path in (root / "reference" / "khmertext").iterdir():
        if path.suffix == ".woff2":
            path.write_bytes(whole)
        elif path.suffix == ".css":
            css, count = re.subn(
                r"(src:url[^}]*)unicode-range:[^}]*", rf"\1unicode-range:{EVERYTHING}", path.read_text("utf-8")
            )
            assert count == 2
            path.write_text(css, "utf-8")
    for name in ("source", "output"):
        shutil.copytree(root / name, root / f"bare-{name}")
        for path in (root / f"bare-{name}").rglob("*"):
            if path.suffix in (".html", ".css", ".js", ".svg") and path.parent.name != "khmertext":
                path.write_text(strip_khmer(path.read_text("utf-8")), "utf-8")
    return Tree(root)


def strip_khmer(text: str) -> str:
    """A file without the Khmer that it shows, escaped or made by counters and scripts."""
    text = re.sub("[\u1780-\u17ff\u19e0-\u19ff\u200b-\u200d\u25cc]", "", text)
    text = re.sub(r"\\u?17[89A-Fa-f][0-9A-Fa-f] ?|&#(?:x17[89a-fA-F][0-9a-fA-F]|6[01]\d\d);", "", text)
    return text.replace("0x17e0", "0x30").replace("list-style-type: khmer", "list-style-type: decimal")


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return build_tree(tmp_path_factory.mktemp("example"), EXAMPLE)


@pytest.fixture(scope="module")
def awkward(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    root = tmp_path_factory.mktemp("awkward")
    (root / "source").mkdir()
    for name, page in {**LOOKS, **SHAPES, **MORE}.items():
        (root / "source" / f"{name}.html").write_text(page, "utf-8")
    for name, text in FILES.items():
        (root / "source" / name).write_text(text, "utf-8")
    return build_tree(root, root / "source")


@pytest.fixture(scope="module")
def found(example: Tree, awkward: Tree) -> dict[str, list[str]]:
    """Every page, as "example/PATH" or "awkward/PATH", with the texts that the build finds on it."""
    return {
        f"{name}/{page.facts.path}": [text.text for text in page.facts.texts]
        for name, tree in (("example", example), ("awkward", awkward))
        for page in read_site(read_tree(tree.root / "source"), family="Site Khmer").pages
    }


@pytest.fixture(scope="module")
def platform_fonts(latin_font: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """No Khmer, and every family that browsers fall back to looks different."""
    return make_platform(latin_font, tmp_path_factory.mktemp("platform"))


@pytest.fixture(scope="module")
def platform(open_browser: Open, platform_fonts: list[Path]) -> Browser:
    return open_browser(fonts=platform_fonts)


def make_platform(latin_font: Path, folder: Path) -> list[Path]:
    paths = []
    for family, (weight, width, rise) in PLATFORM.items():
        font = instantiateVariableFont(TTFont(latin_font), {"wght": weight, "wdth": width})
        for name, (advance, bearing) in list(font["hmtx"].metrics.items()):
            font["hmtx"].metrics[name] = (600 if family == "Monospace" else advance, bearing)
        font["hhea"].ascent += rise
        font["OS/2"].sTypoAscender += rise
        font["OS/2"].usWinAscent += rise
        font["OS/2"].usWeightClass = 400
        for record in font["name"].names:
            if record.nameID in (1, 4, 6, 16):
                record.string = family.replace(" ", "") if record.nameID == 6 else family
        paths.append(folder / f"{family}.ttf")
        font.save(paths[-1])
    return paths


# Looking at pages


class Visitor:
    """One visitor's pages, with what the browser said about them."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.page = context.new_page()
        self.page.clock.set_fixed_time(TODAY)

    def open(self, url: str) -> Page:
        self.page.goto(url)
        if self.page.locator("script[data-khmertext]").count():
            self.page.locator(STATUS).wait_for(state="attached")
        self.settle()
        return self.page

    def settle(self) -> None:
        self.page.evaluate(SETTLE)

    def shoot(self) -> bytes:
        return self.page.screenshot(full_page=True)

    def resize(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": 700})

    def read_boxes(self) -> list[Any]:
        """Where each of the author's elements is, and its font size."""
        boxes: list[Any] = self.page.evaluate(
            "[...document.body.querySelectorAll('*')].filter(e => !e.matches('[data-khmertext=\"\"]')).map(e => {"
            "const r = e.getBoundingClientRect(), s = getComputedStyle(e);"
            "return [e.tagName, s.fontSize, s.lineHeight, r.x, r.y, r.width, r.height]})"
        )
        return boxes

    def find_undrawn(self) -> list[Any]:
        """The visible elements with Khmer that a web font does not draw, each with the fonts that do."""
        self.page.evaluate(
            "[...document.body.querySelectorAll('*')].filter(e => e.checkVisibility() && e.tagName !== 'IFRAME' &&"
            " [...e.childNodes].some(n => n.nodeType === 3 && /[\\u1780-\\u17ff]/.test(n.data)))"
            ".forEach((e, i) => e.setAttribute('data-number', i))"
        )
        client = self.context.new_cdp_session(self.page)
        client.send("DOM.enable")
        client.send("CSS.enable")
        root = client.send("DOM.getDocument")["root"]["nodeId"]
        undrawn = []
        nodes = client.send("DOM.querySelectorAll", {"nodeId": root, "selector": "[data-number]"})["nodeIds"]
        for number, node in enumerate(nodes):
            fonts = client.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
            # None at all: its letters were shaped with those before it, or it is a control.
            if fonts and not any(font["isCustomFont"] for font in fonts):
                shown = self.page.locator(f'[data-number="{number}"]').evaluate("e => e.outerHTML")
                undrawn.append((shown, [font["familyName"] for font in fonts]))
        client.detach()
        return undrawn


@pytest.fixture(scope="module")
def contexts() -> Iterator[list[BrowserContext]]:
    contexts: list[BrowserContext] = []
    yield contexts
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def visitors() -> dict[Browser, Visitor]:
    return {}


@pytest.fixture
def visit(contexts: list[BrowserContext], visitors: dict[Browser, Visitor]) -> Visit:
    """``visit(browser)``: a visitor who has just come; ``visit(browser, …)``: one with other settings.

    To open a window takes longer than most of these tests, so one window is used again and again. Each test has a
    server of its own, on another port: to the browser another site.
    """

    def visit(browser: Browser, **options: Any) -> Visitor:
        if options or browser not in visitors:
            contexts.append(browser.new_context(**options))
            visitor = Visitor(contexts[-1])
            if options:
                return visitor
            visitors[browser] = visitor
        visitor = visitors[browser]
        visitor.page.goto("about:blank")
        visitor.page.emulate_media(media="screen")
        visitor.resize(WIDTHS[0])
        return visitor

    return visit


@pytest.fixture
def compare(tmp_path: Path) -> Compare:
    """``compare(name, {what: png, what: png})``: two pictures are the same; else both and the difference are kept."""
    from PIL import ImageChops
    from PIL.Image import open as open_image

    def compare(name: str, pictures: Mapping[str, bytes]) -> None:
        first, second = pictures.values()
        if first == second:
            return
        left, right = (open_image(io.BytesIO(picture)).convert("RGB") for picture in (first, second))
        width, height = max(left.width, right.width), max(left.height, right.height)
        canvases = [enlarge(picture, width, height) for picture in (left, right)]
        difference = ImageChops.difference(*canvases)
        if difference.getbbox() is None and left.size == right.size:
            return
        count = width * height - difference.convert("L").histogram()[0]
        for what, picture in pictures.items():
            (tmp_path / f"{name}.{what}.png").write_bytes(picture)
        difference.save(tmp_path / f"{name}.difference.png")
        pytest.fail(
            f"{count} pixels differ (sizes {left.size}, {right.size}), see {tmp_path}/{name}.*.png", pytrace=False
        )

    return compare


def enlarge(picture: Image, width: int, height: int) -> Image:
    from PIL.Image import new

    canvas = new("RGB", (width, height), "magenta")
    canvas.paste(picture)
    return canvas


# What is found on each page alone


def khmer_in_source(page: str) -> set[str]:
    """The stretches of Khmer in a page as it is written, but in comments and descriptions; not by any code of ours."""
    page = re.sub(r"<!--.*?-->|<meta[^>]*>", "", page, flags=re.DOTALL)
    page = re.sub(
        r"\\u?\{?0*(17[89A-Fa-f][0-9A-Fa-f])\}? ?", lambda match: chr(int(match[1], 16)), unescape(unescape(page))
    )
    return set(re.findall("[\u1780-\u17ff\u19e0-\u19ff]+", page))


ALL_PAGES = {f"awkward/{name}.html": page for name, page in {**LOOKS, **SHAPES, **MORE}.items()}
ALL_PAGES |= {f"example/{path}": (EXAMPLE / path).read_text("utf-8") for path in EXAMPLE_PAGES}


@pytest.mark.parametrize("path", ALL_PAGES)
def test_no_letter_of_a_page_is_left_to_another(path: str, found: dict[str, list[str]]) -> None:
    # All pages share one font: a letter that is missed on one would be there because of another.
    texts = found.get(path, [])
    assert [text for text in sorted(khmer_in_source(ALL_PAGES[path])) if not any(text in one for one in texts)] == []


# The same pixels as with the full font


@pytest.mark.parametrize("path", EXAMPLE_PAGES)
def test_example_has_the_pixels_of_the_full_font(
    path: str, example: Tree, platform: Browser, serve: Serve, visit: Visit, compare: Compare
) -> None:
    site = serve(example.root)
    visitor = visit(platform)
    shots: dict[tuple[str, int], bytes] = {}
    for folder in ("reference", "output"):
        visitor.open(f"{site.url}/{folder}/{path}")
        for width in WIDTHS:
            visitor.resize(width)
            visitor.settle()
            shots[folder, width] = visitor.shoot()
        assert visitor.page.locator("[role=alert]").count() == 0
    assert visitor.find_undrawn() == []
    for width in WIDTHS:
        name = f"{path.replace('/', '-')}-{width}"
        compare(name, {folder: shots[folder, width] for folder in ("output", "reference")})


@pytest.mark.parametrize("path", EXAMPLE_PAGES)
def test_example_has_the_pixels_of_the_full_font_in_firefox(
    path: str, example: Tree, platform_fonts: list[Path], open_firefox: OpenMachine, serve: Serve, compare: Compare
) -> None:
    site = serve(example.root)
    page = open_firefox(fonts=platform_fonts).new_page(init=FIX_TIME)
    page.set_viewport(WIDTHS[0], 700)
    shots = {}
    for folder in ("reference", "output"):
        page.open(f"{site.url}/{folder}/{path}")
        if count(page, "script[data-khmertext]"):
            assert read_status(page) == "ok"
        page.evaluate(SETTLE)
        assert count(page, "[role=alert]") == 0
        is_loaded = page.evaluate("[...document.fonts].some(face => face.status === 'loaded')")
        assert is_loaded == bool(khmer_in_source(ALL_PAGES[f"example/{path}"]))
        shots[folder] = page.screenshot(full_page=True)
    page.close()
    compare(path.replace("/", "-"), shots)


@pytest.mark.parametrize("name", params(SHAPES, SHAPE_DEFECTS))
def test_awkward_page_has_the_pixels_of_the_full_font(
    name: str, awkward: Tree, platform: Browser, serve: Serve, visit: Visit, compare: Compare
) -> None:
    site = serve(awkward.root)
    visitor = visit(platform)
    shots = {}
    for folder in ("reference", "output"):
        visitor.open(f"{site.url}/{folder}/{name}.html")
        shots[folder] = visitor.shoot()
    assert visitor.find_undrawn() == []
    compare(name, shots)


def test_page_without_scripts_has_the_pixels_of_the_full_font(
    awkward: Tree, platform: Browser, serve: Serve, visit: Visit, compare: Compare
) -> None:
    site = serve(awkward.root)
    visitor = visit(platform, java_script_enabled=False)
    shots = {}
    for folder in ("reference", "output"):
        visitor.page.goto(f"{site.url}/{folder}/no-script.html", wait_until="networkidle")
        shots[folder] = visitor.shoot()
    compare("no-script", shots)


# The site's own look


def check_look(path: str, url: str, visitor: Visitor, compare: Compare, widths: Sequence[int] = WIDTHS[:1]) -> None:
    media = ("screen", "print") if "print" in path else ("screen",)
    boxes, shots = {}, {}
    for folder in ("bare-source", "bare-output"):
        visitor.open(f"{url}/{folder}/{path}")
        for medium in media:
            visitor.page.emulate_media(media=medium)  # type: ignore[arg-type]
            for width in widths:
                visitor.resize(width)
                visitor.settle()
                boxes[folder, medium, width], shots[folder, medium, width] = visitor.read_boxes(), visitor.shoot()
        visitor.page.emulate_media(media="screen")
    for medium in media:
        for width in widths:
            assert boxes["bare-output", medium, width] == boxes["bare-source", medium, width]
            name = f"{path.replace('/', '-')}-{medium}-{width}"
            compare(name, {folder: shots[folder, medium, width] for folder in ("bare-source", "bare-output")})


@pytest.mark.parametrize("path", EXAMPLE_PAGES)
def test_example_without_khmer_looks_as_before(
    path: str, example: Tree, platform: Browser, serve: Serve, visit: Visit, compare: Compare
) -> None:
    check_look(path, serve(example.root).url, visit(platform), compare, WIDTHS)


@pytest.mark.parametrize("name", params(LOOKS, LOOK_DEFECTS))
def test_awkward_page_without_khmer_looks_as_before(
    name: str, awkward: Tree, platform: Browser, serve: Serve, visit: Visit, compare: Compare
) -> None:
    check_look(f"{name}.html", serve(awkward.root).url, visit(platform), compare)


def test_the_values_that_we_take_are_those_that_the_browser_takes(platform: Browser, visit: Visit) -> None:
    page = visit(platform).page
    families = (*VALID_FAMILIES, *INVALID_FAMILIES)
    fonts = (*VALID_FONTS, *INVALID_FONTS)
    taken = {
        (name, value)
        for name, values in (("font-family", families), ("font", fonts))
        for value in values
        if page.evaluate(
            "([name, value]) => { const e = document.createElement('p'); e.style.cssText = `${name}:${value}`;"
            " return e.style.length > 0 }",
            [name, value],
        )
    }
    assert taken == {("font-family", one) for one in VALID_FAMILIES} | {("font", one) for one in VALID_FONTS}


# Puts our family in front of every stack that the browser computes, of parts of elements too.
FORCE = """(family) => {
  const sheet = document.body.appendChild(document.createElement('style')).sheet;
  [...document.body.querySelectorAll('*')].forEach((e, i) => {
    e.setAttribute('data-forced', i);
    for (const part of ['', '::before', '::after', '::marker']) {
      const stack = getComputedStyle(e, part).fontFamily;
      if (stack !== 'monospace')
        sheet.insertRule(`[data-forced="${i}"]${part}{font-family:${family},${stack}!important;animation:none}`);
    }
  });
}"""


@pytest.mark.parametrize("name", [name for name in SHAPES if name.startswith("generated")])
def test_our_font_draws_generated_khmer(
    name: str, awkward: Tree, platform: Browser, serve: Serve, visit: Visit, compare: Compare
) -> None:
    visitor = visit(platform)
    visitor.open(f"{serve(awkward.root).url}/output/{name}.html")
    shots = {"output": visitor.shoot()}
    visitor.page.evaluate(FORCE, '"Site Khmer"')
    visitor.settle()
    shots["forced"] = visitor.shoot()
    compare(name, shots)


@pytest.mark.parametrize("name", LOOKS)
def test_our_font_draws_the_khmer(name: str, awkward: Tree, platform: Browser, serve: Serve, visit: Visit) -> None:
    visitor = visit(platform)
    visitor.open(f"{serve(awkward.root).url}/output/{name}.html")
    assert visitor.find_undrawn() == []


# What is fetched


def fonts_fetched(site: Any) -> list[str]:
    """The roles of the fonts that the server was asked for, and what else of ours only troubled visitors need."""
    names = [path.rpartition("/")[2] for path in site.requests]
    roles = {name: "full" if name.startswith("site-khmer-full") else "text" for name in names if ".woff2" in name}
    others = [name for name in names if name.startswith("sentence") or name.endswith(".ttf") or "download" in name]
    return [roles[name] for name in names if name in roles] + others


@pytest.mark.parametrize(
    "path", [path for path in EXAMPLE_PAGES if path not in ("contact.html", "index.html", "en/about.html")]
)
def test_known_khmer_fetches_the_small_font_once(
    path: str, example: Tree, platform: Browser, serve: Serve, visit: Visit
) -> None:
    site = serve(example.root / "output")
    visit(platform).open(f"{site.url}/{path}")
    assert fonts_fetched(site) == ["text"]


@pytest.mark.parametrize("name", ["attributes", "plain-input", "styled-input"])
def test_placeholders_do_not_fetch_the_large_font(
    name: str, awkward: Tree, platform: Browser, serve: Serve, visit: Visit
) -> None:
    site = serve(awkward.root / "output")
    visit(platform).open(f"{site.url}/{name}.html")
    assert fonts_fetched(site) == ["text"]


def test_page_without_khmer_fetches_no_font(awkward: Tree, platform: Browser, serve: Serve, visit: Visit) -> None:
    site = serve(awkward.root / "output")
    visitor = visit(platform)
    visitor.open(f"{site.url}/english.html")
    visitor.page.locator("input").type("Latin")
    visitor.settle()
    assert [path for path in site.requests if "khmertext" in path] == []


@pytest.mark.parametrize("path", TYPED)
def test_typed_khmer_fetches_the_large_font_and_is_drawn(
    path: str,
    example: Tree,
    awkward: Tree,
    platform: Browser,
    serve: Serve,
    visit: Visit,
    compare: Compare,
) -> None:
    tree, _, place = path.partition("/")
    page, _, field = place.partition(" ")
    site = serve({"example": example, "awkward": awkward}[tree].root)
    shots = {}
    for folder in ("output", "reference"):
        site.requests.clear()
        visitor = visit(platform)
        visitor.open(f"{site.url}/{folder}/{page}")
        visitor.page.locator(field).fill(f"{UNKNOWN} Latin ឌ្ឍី")
        visitor.settle()
        assert "full" in fonts_fetched(site)
        visitor.settle()
        shots[folder] = visitor.page.locator(field).screenshot()
    compare(f"typed-{field[1:]}", shots)


@pytest.mark.parametrize(("name", "selector"), [("filled", "#d"), ("filled-children", "#h")])
def test_khmer_that_a_script_fills_in_fetches_the_large_font_and_is_drawn(
    name: str,
    selector: str,
    awkward: Tree,
    platform: Browser,
    serve: Serve,
    visit: Visit,
    compare: Compare,
) -> None:
    site = serve(awkward.root)
    shots = {}
    for folder in ("output", "reference"):
        site.requests.clear()
        visitor = visit(platform)
        visitor.open(f"{site.url}/{folder}/{name}.html")
        assert fonts_fetched(site) == ["text"]
        visitor.page.locator(selector).evaluate("(e, text) => e.textContent = text", f"{UNKNOWN} Latin")
        visitor.settle()
        assert fonts_fetched(site) == ["text", "full"]
        shots[folder] = visitor.shoot()
    compare(name, shots)


def test_khmer_family_that_the_site_names_and_the_visitor_has_is_used(
    awkward: Tree, open_browser: Open, latin_font: Path, khmer_font: Path, serve: Serve, visit: Visit
) -> None:
    site = serve(awkward.root / "output")
    visitor = visit(open_browser(fonts=[latin_font, khmer_font]))
    visitor.open(f"{site.url}/installed.html")
    assert [fonts for _, fonts in visitor.find_undrawn()] == [["Noto Sans Khmer"]]
    assert "full" not in fonts_fetched(site)


def test_khmer_family_that_the_site_names_and_the_visitor_lacks_is_replaced(
    awkward: Tree, platform: Browser, serve: Serve, visit: Visit
) -> None:
    visitor = visit(platform)
    visitor.open(f"{serve(awkward.root / 'output').url}/installed.html")
    assert visitor.find_undrawn() == []


# Where it is served


def note(said: list[str], message: ConsoleMessage) -> None:
    said.append(message.text)


def test_works_under_a_strict_policy_and_adds_no_word_to_the_console(
    example: Tree, platform: Browser, serve: Serve, visit: Visit
) -> None:
    site = serve(example.root, headers=STRICT_CSP)
    visitor = visit(platform)
    said: dict[str, list[str]] = {"source": [], "output": []}
    for path in ("index.html", "contact.html", "news/land-titles.html", "en/about.html"):
        for folder in said:
            page = visitor.context.new_page()
            page.on("console", partial(note, said[folder]))
            page.goto(f"{site.url}/{folder}/{path}")
        if page.locator("script[data-khmertext]").count():
            page.locator(f"{STATUS}[data-khmertext-status=ok]").wait_for(state="attached")
    # What was preloaded in vain is told some seconds after the page has loaded.
    page.wait_for_timeout(5500)
    assert sorted(said["output"]) == sorted(said["source"])
    assert [path for path in site.requests if path.endswith((".ttf", ".svg")) and "/khmertext/" in path] == []


def test_works_from_the_disk(example: Tree, platform: Browser, visit: Visit) -> None:
    visitor = visit(platform)
    for path in ("index.html", "news/index.html"):
        page = visitor.open((example.root / "output" / path).as_uri())
        assert page.locator(STATUS).get_attribute("data-khmertext-status") == "ok"
        assert visitor.find_undrawn() == []


# The visitor check of a built site


def test_missing_fonts_raise_the_notice_and_its_links_lead_somewhere(
    example: Tree, platform: Browser, serve: Serve, visit: Visit
) -> None:
    output = example.root / "output"
    fonts = [f"/{path.relative_to(output).as_posix()}" for path in output.rglob("*.woff2")]
    assert len(fonts) == 2
    site = serve(output, missing=fonts)
    visitor = visit(platform)
    for path in ("index.html", "news/land-titles.html"):
        page = visitor.open(f"{site.url}/{path}")
        assert page.locator(STATUS).get_attribute("data-khmertext-status") == "tofu"
        notice = page.get_by_role("alert")
        assert notice.is_visible()
        picture = notice.get_by_role("img")
        picture.evaluate("e => e.decode()")
        assert picture.evaluate("e => e.naturalWidth") > 100
        links: list[str] = notice.get_by_role("link").evaluate_all("all => all.map(e => e.href)")
        assert len(set(links)) == 2
        for link in links:
            answer = page.request.get(link)
            assert answer.status == 200
            if link.endswith(".ttf"):
                assert 0x1780 in TTFont(io.BytesIO(answer.body())).getBestCmap()
        install = visitor.context.new_page()
        install.goto(next(link for link in links if not link.endswith(".ttf")))
        files: list[str] = install.get_by_role("link").evaluate_all("all => all.map(e => e.href)")
        ours = [link for link in files if link.startswith(site.url)]
        assert {link.rpartition(".")[2] for link in ours} >= {"ttf", "txt"}
        assert [install.request.get(link).status for link in ours] == [200] * len(ours)
        for link in ours:
            if link.endswith(".ttf"):
                font = TTFont(io.BytesIO(install.request.get(link).body()))
                assert "fvar" not in font
                assert {0x1780, 0x17D2, 0x20} <= set(font.getBestCmap())


def test_missing_small_font_alone_is_noticed(example: Tree, platform: Browser, serve: Serve, visit: Visit) -> None:
    output = example.root / "output"
    text = [path for path in output.rglob("*.woff2") if not path.name.startswith("site-khmer-full")]
    site = serve(output, missing=[f"/{path.relative_to(output).as_posix()}" for path in text])
    page = visit(platform).open(f"{site.url}/print.html")
    assert page.locator(STATUS).get_attribute("data-khmertext-status") == "tofu"
