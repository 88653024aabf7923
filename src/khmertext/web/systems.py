"""How content management systems load a stylesheet and a script: snippets for their themes. Facts and their writing.

Sources: WordPress Developer Resources, wp_enqueue_style, wp_enqueue_script, the filter script_loader_tag, child themes;
Drupal, "Adding assets (CSS, JS) to a Drupal theme via *.libraries.yml"; Joomla, "Web Assets" (joomla.asset.json).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

__all__ = ["SYSTEMS", "Snippet"]


class Snippet(NamedTuple):
    """A file for a system.

    Attributes:
        name: Its path in the kit.
        text: What it holds.
    """

    name: str
    text: str


def write_wordpress(urls: Mapping[str, Any]) -> Iterator[Snippet]:
    """A plugin of one file: it goes into wp-content/plugins/ or, with the kit's folder, beside it."""
    place = urls["base"] + urls["folder"] + "/"
    lines = [
        "<?php",
        "/**",
        " * Plugin Name: Khmer font (khmertext)",
        " * Description: Loads the Khmer font of this site behind the styles of the theme, and the visitor check.",
        " *",
        " * Put this file into wp-content/plugins/khmertext/, and turn it on under Plugins. The folder",
        f" * {urls['folder']}/ of the kit has to be found at {comment(urls['base'] + urls['folder'])}/",
        " */",
        "",
        "if ( ! defined( 'ABSPATH' ) ) {",
        "\texit;",
        "}",
        "",
        "add_action(",
        "\t'wp_enqueue_scripts',",
        "\tfunction () {",
        f"\t\twp_enqueue_style( 'khmertext', {php(place + urls['style'])}, array(), null );",
    ]
    if urls["script"]:
        source = php(place + urls["script"])
        lines.append(f"\t\twp_enqueue_script( 'khmertext', {source}, array(), null, array( 'strategy' => 'defer' ) );")
    lines += ["\t},", "\t1000", ");"]
    if urls["script"]:
        attributes = ", ".join(f"{php(name)} => {php(value)}" for name, value in urls["attributes"].items())
        lines += [
            "",
            "add_filter(",
            "\t'script_loader_tag',",
            "\tfunction ( $tag, $handle ) {",
            "\t\tif ( 'khmertext' !== $handle ) {",
            "\t\t\treturn $tag;",
            "\t\t}",
            "\t\t$attributes = '';",
            f"\t\tforeach ( array( {attributes} ) as $name => $value ) {{",
            "\t\t\t$attributes .= ' ' . $name . '=\"' . esc_attr( $value ) . '\"';",
            "\t\t}",
            "\t\treturn str_replace( '<script ', '<script' . $attributes . ' ', $tag );",
            "\t},",
            "\t10,",
            "\t2",
            ");",
        ]
    yield Snippet("wordpress/khmertext.php", "\n".join(lines) + "\n")


def write_drupal(urls: Mapping[str, Any]) -> Iterator[Snippet]:
    """A library for a theme: entries of two of its files."""
    place = urls["base"] + urls["folder"] + "/"
    lines = [
        "# Into THEME.libraries.yml of your theme; and into THEME.info.yml:",
        "#",
        "#   libraries:",
        "#     - THEME/khmertext",
        "#",
        f"# The folder {urls['folder']}/ of the kit has to be found at {comment(place)}",
        "khmertext:",
        "  css:",
        "    theme:",
        f"      {json.dumps(place + urls['style'])}: {{ type: external, minified: true, weight: 1000 }}",
    ]
    if urls["script"]:
        attributes = ", ".join(
            f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}"
            for name, value in {"defer": True, **urls["attributes"]}.items()
        )
        kind = f"{{ type: external, minified: true, attributes: {{ {attributes} }} }}"
        lines += ["  js:", f"    {json.dumps(place + urls['script'])}: {kind}"]
    yield Snippet("drupal/khmertext.libraries.yml", "\n".join(lines) + "\n")


def write_joomla(urls: Mapping[str, Any]) -> Iterator[Snippet]:
    """Lines for the index.php of a template."""
    place = urls["base"] + urls["folder"] + "/"
    lines = [
        "<?php",
        "// Into index.php of your template, behind its own $wa->use… lines, without the first line of this file.",
        f"// The folder {urls['folder']}/ of the kit has to be found at {comment(place)}",
        "$wa = $this->getWebAssetManager();",
        f"$wa->registerAndUseStyle('khmertext', {php(place + urls['style'])}, ['version' => false, 'weight' => 1000]);",
    ]
    if urls["script"]:
        attributes = ", ".join(
            f"{php(name)} => {php(value)}" for name, value in {"defer": "defer", **urls["attributes"]}.items()
        )
        source = php(place + urls["script"])
        lines.append(f"$wa->registerAndUseScript('khmertext', {source}, ['version' => false], [{attributes}]);")
    yield Snippet("joomla/khmertext.php", "\n".join(lines) + "\n")


def php(text: str) -> str:
    """A string of PHP.

    Source: PHP manual, strings, single quoted.

    Example:
        >>> print(php("it's \\\\"))
        'it\\'s \\\\'
    """
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def comment(text: str) -> str:
    """A text that ends no comment."""
    return text.replace("*/", "* /").replace("?>", "? >").replace("\n", " ")


SYSTEMS: Final[tuple[Callable[[Mapping[str, Any]], Iterator[Snippet]], ...]] = (
    write_wordpress,
    write_drupal,
    write_joomla,
)
"""What writes the snippets of each system."""
