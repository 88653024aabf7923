"""Values of ``font-family`` and ``font`` that browsers take, and some that they ignore.

Source: CSS Fonts Level 4, sections 2.1 and 2.7; what Chromium says of them is asked in tests/browser.
"""

from __future__ import annotations

INVALID_FAMILIES = (
    "'Foo' sans-serif",
    "1abc, Georgia",
    "Georgia !ie",
    "Georgia,",
    ",Georgia",
    "A,,B",
    "inherit, A",
    "default",
    "A, default",
    "sans-serif A",
    "A('x')",
    "A/B",
    "12px",
    "[A]",
    "",
)
VALID_FAMILIES = (
    "A",
    "A b, 'c'",
    "inherit a",
    "a inherit",
    "a default",
    "-a, --b",
    "a serif",
    "system-ui, emoji",
    "/**/a/**/",
)
INVALID_FONTS = (
    "12px",
    "A",
    "bold italic",
    "what 12px A",
    "bold bold 12px A",
    "italic oblique 1em A",
    "normal normal normal normal normal 1em A",
    "1001 12px A",
    "0 12px A",
    "12what A",
    "-1px A",
    "12 A",
    "12px/-1 A",
    "12px/ A",
    "12px/what A",
    "12px inherit",
    "12px A,",
    "12px 1a",
    "12px 'A' b",
    "oblique 10px 1em A",
    "all-small-caps 1em A",
    "caption A",
    "inherit A",
)
VALID_FONTS = (
    "12px A",
    "0/0 A",
    "italic small-caps bold condensed 12px/1.5 A, b",
    "normal normal normal normal 1em A",
    "italic normal 1em A",
    "1000 1e3px A",
    "oblique 10deg 1em A",
    "oblique calc(10deg) 1em A",
    "calc(400) 12px A",
    "calc(1px + 1em) A",
    "12px / normal A",
    "50%/50% A",
    "12px/calc(1) A",
    "math A",
    "xxx-large A",
    "1cqw 'A'",
    "12px inherit a",
)
