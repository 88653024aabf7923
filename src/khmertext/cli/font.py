"""``khmertext font``: what fonts can do with Khmer, and pictures of it."""

from __future__ import annotations

import click

from khmertext.cli.font_check import font_check, font_list
from khmertext.cli.font_pictures import font_compare, font_report

__all__ = ["font"]


@click.group()
def font() -> None:
    """Look at what fonts can do with Khmer."""


for command in (font_list, font_check, font_report, font_compare):
    font.add_command(command)
