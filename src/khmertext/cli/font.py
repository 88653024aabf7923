"""``khmertext font``: what fonts can do with Khmer, and pictures of it."""

from __future__ import annotations

import click

from khmertext.cli.font_check import font_check, font_list
from khmertext.cli.font_pictures import font_compare, font_report
from khmertext.cli.font_subset import font_subset, font_verify

__all__ = ["font"]


@click.group()
def font() -> None:
    """See what fonts can do with Khmer, and make the smallest one that does it."""


for command in (font_list, font_check, font_report, font_subset, font_verify, font_compare):
    font.add_command(command)
