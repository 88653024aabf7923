"""The lists of commands: a line for each, whole."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from khmertext.cli.main import cli

NARROW = 80


def iter_groups(group: click.Group, path: str) -> Iterator[tuple[str, click.Group]]:
    yield path, group
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from iter_groups(command, f"{path} {name}")


GROUPS = dict(iter_groups(cli, "khmertext"))


def test_groups_are_found() -> None:
    assert set(GROUPS) == {"khmertext", "khmertext font", "khmertext pdf", "khmertext site"}


@pytest.mark.parametrize("path", GROUPS)
def test_each_command_has_its_line(path: str) -> None:
    group = GROUPS[path]
    context = click.Context(group, info_name=path, terminal_width=NARROW)
    names = group.list_commands(context)
    _, _, listed = group.get_help(context).partition("Commands:\n")
    lines = listed.splitlines()
    assert [line.split()[0] for line in lines] == names  # none is wrapped
    assert not [line for line in lines if not line.endswith(".") or line.endswith("...")]
