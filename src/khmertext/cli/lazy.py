"""A group of commands that are imported when they are called: a pipe does not wait for fonts and web pages."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

__all__ = ["LazyGroup"]


class LazyGroup(click.Group):
    """A group whose commands are named, and imported one by one.

    Args:
        places: Name of a command to the module of this package and the name in it, as ``site.site``.
    """

    def __init__(self, *arguments: Any, places: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, sorted."""
        return sorted({*super().list_commands(ctx), *self.places})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name; None where there is none."""
        if cmd_name in self.places and cmd_name not in self.commands:
            module, _, name = self.places[cmd_name].partition(".")
            self.add_command(getattr(import_module(f"khmertext.cli.{module}"), name), cmd_name)
        return super().get_command(ctx, cmd_name)
