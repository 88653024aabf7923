"""The ``khmertext`` command.

Exit codes: 0 nothing to say, 1 findings, 2 wrong use or bad input.
"""

from __future__ import annotations

import sys

import click

from khmertext.cli.site import site
from khmertext.cli.terminal import printable
from khmertext.errors import KhmerTextError
from khmertext.version import __version__

__all__ = ["cli", "main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="khmertext")
def cli() -> None:
    """Khmer Unicode text and fonts."""


cli.add_command(site)


def main() -> None:
    """Run the command; our own errors become one line and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        # Khmer on a console in another encoding must not end a build.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    try:
        cli.main()
    except KhmerTextError as error:
        click.echo(click.style("error: ", fg="red", bold=True) + printable(str(error)), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
