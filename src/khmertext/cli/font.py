"""``khmertext font``: what fonts can do with Khmer, pictures of it, and the smallest font that does it."""

from __future__ import annotations

import click

from khmertext.cli.lazy import LazyGroup

__all__ = ["font"]

COMMANDS = {
    "check": "font_check.font_check",
    "compare": "font_pictures.font_compare",
    "fallbacks": "font_fallbacks.font_fallbacks",
    "list": "font_check.font_list",
    "report": "font_pictures.font_report",
    "subset": "font_subset.font_subset",
    "verify": "font_verify.font_verify",
}


@click.group(cls=LazyGroup, places=COMMANDS, short_help="See what fonts can do with Khmer, and cut them down.")
def font() -> None:
    """See what fonts can do with Khmer, and make the smallest one that does it."""
