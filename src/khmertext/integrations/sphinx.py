"""The extension for Sphinx: when the HTML has been written, it gets its Khmer font.

    extensions = ["khmertext.integrations.sphinx"]
    khmertext_options = {"axes": "wght=400:700"}

Source: Sphinx, extension API (``build-finished`` is the last event of a build; metadata of extensions).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError, SphinxError
from sphinx.util import logging

from khmertext.errors import KhmerTextError
from khmertext.integrations.reporting import describe_result, iter_notes
from khmertext.version import __version__
from khmertext.web import BuildOptions, build_site
from khmertext.web.settings import make_options, read_settings
from khmertext.web.site import check_options

__all__ = ["FontBuildError", "give_font", "require_options", "setup"]

LOG = logging.getLogger(__name__)
LAST = 900  # behind what other extensions write at the end
BUILDERS = ("html", "dirhtml", "singlehtml")  # books and help files are packed before this is called
OPTIONS = "khmertext_options"


class FontBuildError(SphinxError):
    """The site could not be given its font."""

    category = "khmertext"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension.

    Args:
        app: The application.

    Returns:
        What Sphinx wants to know of an extension.
    """
    app.add_config_value(OPTIONS, {}, "", types=[dict])
    app.add_config_value("khmertext_enabled", default=True, rebuild="", types=[bool])
    app.connect("config-inited", require_options)
    app.connect("build-finished", give_font, priority=LAST)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}


def require_options(app: Sphinx, config: Config) -> None:
    """See that the options are such, before anything is built.

    Sphinx asks to report whatever ends it; said at once and as what it is, that is not taken for advice.

    Args:
        app: The application.
        config: Of the project.

    Raises:
        ConfigError: An option is none, or makes no sense.
    """
    if config.khmertext_enabled:
        read_options(app, config)


def read_options(app: Sphinx, config: Config) -> BuildOptions:
    """The options of the build.

    Raises:
        ConfigError: One is none, or makes no sense.
    """
    try:
        values = read_settings(config[OPTIONS], base=Path(app.confdir), source=f"{OPTIONS} of conf.py")
        options = make_options(values)
        check_options(options)
    except ValueError as wrong:
        raise ConfigError(f"{OPTIONS}: {wrong}") from wrong
    except KhmerTextError as wrong:
        raise ConfigError(str(wrong)) from wrong
    return options


def give_font(app: Sphinx, error: Exception | None) -> None:
    """Build the font into what a builder of HTML has written.

    Args:
        app: The application.
        error: What ended the build, if anything did.

    Raises:
        ConfigError: An option is none, or makes no sense.
        FontBuildError: A page or a font cannot be used.
    """
    if error is not None or app.builder.name not in BUILDERS or not app.config.khmertext_enabled:
        return
    try:
        result = build_site(Path(app.outdir), None, read_options(app, app.config))
    except ValueError as wrong:
        raise ConfigError(f"{OPTIONS}: {wrong}") from wrong
    except KhmerTextError as wrong:
        raise FontBuildError(str(wrong)) from wrong
    LOG.info("khmertext: %s", describe_result(result))
    for serious, note in iter_notes(result):
        if serious:
            LOG.warning("khmertext: %s", note, type="khmertext")
        else:
            LOG.info("khmertext: %s", note)
