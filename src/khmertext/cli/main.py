"""The ``khmertext`` command.

Exit codes: 0 nothing to say, 1 findings, 2 wrong use or bad input.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

import click

from khmertext.cli.lazy import LazyGroup
from khmertext.cli.terminal import show_error
from khmertext.errors import KhmerTextError
from khmertext.version import __version__

__all__ = ["cli", "main", "run"]

# What click 8.2 and later raise for a group without a command; earlier ones print the help themselves.
HELP: type[click.UsageError] | tuple[()] = getattr(click.exceptions, "NoArgsIsHelpError", ())
# A build holds facts by the hundred thousand, none of them in cycles; to look for cycles after every 700 new ones, as
# Python does, takes a fifth of its time.
GARBAGE = (100_000, 20, 100)
INTERRUPTED = 130  # as shells tell of a program that Ctrl-C ended
BROKEN_PIPE = 141  # and of one whose reader went away


COMMANDS = {
    "check": "checking.check_command",
    "clusters": "text.clusters",
    "describe": "describing.describe",
    "font": "font.font",
    "normalize": "text.normalize_command",
    "pdf": "pdf.pdf",
    "rule": "describing.rule",
    "site": "site.site",
}


@click.group(
    cls=LazyGroup,
    places=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="khmertext")
def cli() -> None:
    """Khmer Unicode text and fonts."""


def main() -> None:
    """Run the command; our own errors become one line and exit code 2."""
    gc.set_threshold(*GARBAGE)
    for stream in (sys.stdout, sys.stderr):
        # Khmer on a console in another encoding must not end a build.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code.

    Args:
        arguments: What follows the program's name.
    """
    try:
        # Not click's own way to end: what it shows of file names may hold codes that drive the terminal.
        code = cli.main(list(arguments), prog_name="khmertext", standalone_mode=False)
    except click.UsageError as error:
        if isinstance(error, HELP):
            click.echo(error.format_message(), err=True)
            return 2
        if error.ctx is not None:
            click.echo(error.ctx.get_usage(), err=True)
        show_error(error.format_message())
        return 2
    except click.ClickException as error:
        show_error(error.format_message())
        return 2
    except click.Abort:
        show_error("interrupted; run again to complete it")
        return INTERRUPTED
    except KhmerTextError as error:
        show_error(str(error))
        return 2
    except SystemExit:
        # The one case in which click ends the program itself: whoever reads has had enough, as with `| head`.
        return BROKEN_PIPE
    except (MemoryError, RecursionError):
        show_error("there is not memory enough for it: give less at once, as a smaller file or fewer pages")
        return 2
    except OSError as error:
        show_error(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        return 2
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    main()
