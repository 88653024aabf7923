"""Options that commands about cut fonts share."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["FILE", "language_option", "text_file"]

FILE = click.Path(dir_okay=False, path_type=Path)

text_file = click.option(
    "--text-file", "text_files", multiple=True, required=True, type=FILE, help="What it has to draw, UTF-8; repeatable."
)
language_option = click.option("--language", default="km", show_default=True, help="The language of the text (BCP 47).")
