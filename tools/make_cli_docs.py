"""Write docs/cli.md from the help of the commands themselves.

python tools/make_cli_docs.py           writes the file
python tools/make_cli_docs.py --check   exit code 1 if it is out of date
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from khmertext.cli.main import cli

PAGE = Path(__file__).resolve().parent.parent / "docs" / "cli.md"
HEAD = """# The command line

Made by `tools/make_cli_docs.py` from the commands' own help.

Exit codes: 0 nothing to say, 1 findings, 2 wrong use or bad input. Colour appears on terminals only, and never where
`NO_COLOR` is set; progress is shown on standard error, when a terminal watches.
"""


def iter_commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """A command and all below it, with the words that call them."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None  # it is listed
            yield from iter_commands(found, f"{path} {name}")


def format_docs() -> str:
    """The page as Markdown."""
    parts = [HEAD]
    for path, command in iter_commands(cli, "khmertext"):
        context = click.Context(command, info_name=path, max_content_width=100, terminal_width=100)
        help_text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
        parts.append(f"## {path}\n\n```text\n{help_text}\n```\n")
    return "\n".join(parts)


def main() -> int:
    """Write the page, or compare."""
    parser = argparse.ArgumentParser(description="Write docs/cli.md.")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    options = parser.parse_args()
    page = format_docs()
    if options.check:
        return 0 if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page else 1
    PAGE.write_text(page, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
