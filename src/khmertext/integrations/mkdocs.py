"""The plugin for MkDocs: when a site has been written, it gets its Khmer font.

    plugins:
      - search
      - khmertext:
          axes: wght=400:700

Source: MkDocs, developer guide, plugins (events; ``on_post_build`` is the last one of a build).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from mkdocs.config import Config
from mkdocs.config import config_options as option
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger

from khmertext.errors import KhmerTextError
from khmertext.integrations.reporting import describe_result, iter_notes
from khmertext.web import NOTICE_LANGUAGES, build_site
from khmertext.web.settings import make_options, read_settings

__all__ = ["KhmerTextPlugin"]

LOG = get_plugin_logger(__name__)
OWN = ("enabled", "serve")
LAST = -100


class KhmerTextConfig(Config):  # type: ignore[no-untyped-call]
    """The options of the plugin: those of ``khmertext site build``, and two of its own.

    Attributes:
        enabled: Whether it does anything.
        serve: Whether it does so while ``mkdocs serve`` runs, too.
    """

    enabled = option.Type(bool, default=True)
    serve = option.Type(bool, default=False)
    font = option.Optional(option.Type((str, list)))
    family = option.Optional(option.Type(str))
    axes = option.Optional(option.Type(str))
    exclude = option.Optional(option.ListOfItems(option.Type(str)))
    also = option.Optional(option.ListOfItems(option.Type(str)))
    folder = option.Optional(option.Type(str))
    hinting = option.Optional(option.Choice(("auto", "keep", "drop")))
    detector = option.Optional(option.Type(bool))
    noscript = option.Optional(option.Type(bool))
    notice_languages = option.Optional(option.ListOfItems(option.Choice(NOTICE_LANGUAGES)))
    open_text = option.Optional(option.Type(bool))
    include_text = option.Optional(option.ListOfItems(option.Type(str)))
    guard = option.Optional(option.Type(bool))
    fallbacks = option.Optional(option.Type(bool))
    swap = option.Optional(option.Type(bool))
    own_fonts = option.Optional(option.Type(bool))
    measured = option.Optional(option.Type((str, list)))
    cache = option.Optional(option.Type((str, bool)))
    slack = option.Optional(option.Type((int, float)))
    jobs = option.Optional(option.Type(int))


class KhmerTextPlugin(BasePlugin[KhmerTextConfig]):  # type: ignore[no-untyped-call]
    """Gives a site its Khmer font, in place, when everything else has been written."""

    serving = False

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Note what MkDocs was told to do.

        Args:
            command: Its command.
            dirty: Whether it writes only what changed.
        """
        self.serving = command == "serve"

    @event_priority(LAST)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Build the font into the finished site.

        Args:
            config: Of the site.

        Raises:
            PluginError: A page, a font or an option cannot be used.
        """
        if not self.config.enabled or (self.serving and not self.config.serve):
            return
        source = config.config_file_path or ""
        values: dict[str, Any] = {
            name: value for name, value in self.config.items() if value is not None and name not in OWN
        }
        try:
            options = make_options(read_settings(values, base=Path(source).parent, source=source))
            result = build_site(Path(config.site_dir), None, options)
        except (KhmerTextError, ValueError) as error:
            raise PluginError(f"khmertext: {error}") from error
        LOG.info(describe_result(result))
        for serious, note in iter_notes(result):
            (LOG.warning if serious else LOG.info)(note)
