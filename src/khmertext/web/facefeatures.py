"""What an ``@font-face`` rule itself turns on and off in its font, besides what pages say.

Source: CSS Fonts Level 4, sections 4.7 (``font-language-override``), 4.8 (``font-feature-settings`` and
``font-variation-settings`` as descriptors) and 7.2 (their precedence: what a page says of an element is stronger).
"""

from __future__ import annotations

from typing import Final

from khmertext.errors import FontError
from khmertext.fonts import Face
from khmertext.fonts.features import format_features, parse_features, split_variant
from khmertext.web.stylesheets import FontFaceRule

__all__ = ["join_features", "list_face_features", "require_provable"]

SETTINGS: Final = "font-feature-settings"
VARIANT: Final = "font-variant"
VARIATIONS: Final = "font-variation-settings"
UNPROVEN: Final = "its rule has a `{}` that text is not proven with"
PREFIXES: Final = ("-moz-", "-webkit-")


def list_face_features(rule: FontFaceRule) -> tuple[str, ...]:
    """The settings of features that a rule may make: none, since not every browser has it do so, and its own.

    Args:
        rule: The rule.

    Returns:
        The settings in the one spelling, the empty one first.

    Raises:
        ValueError: One is of a form that is not known.

    Example:
        >>> list_face_features(FontFaceRule("A", (), (), (), (("font-feature-settings", '"liga" off'),)))
        ('', 'liga=0')
    """
    said = [(plain_name(name), value.lower() if VARIANT in name else value) for name, value in rule.descriptors]
    variants: dict[str, int] = {}
    for name, value in said:
        if name == VARIANT:
            longhands = split_variant(value)
            if not longhands:
                raise ValueError(f"{value!r} is no font-variant")
            variants |= parse_features(";".join(f"{longhand}:{word}" for longhand, word in longhands.items()))
        elif name.startswith(f"{VARIANT}-") or name == "font-kerning":
            variants |= parse_features(f"{name}:{value}")
    settings = [value for name, value in said if name == SETTINGS and value.lower() != "normal"]
    # Of two a browser takes the last that it can read.
    whole = [variants | parse_features(value) for value in settings]
    return tuple(sorted({"", *map(format_features, [variants, *whole])}))


def join_features(weak: str, strong: str) -> str:
    """Two settings at once.

    Args:
        weak: One.
        strong: The other, which counts where both set a feature.

    Example:
        >>> join_features("kern=0,liga=0", "liga=1")
        'kern=0,liga=1'
    """
    return format_features(parse_features(weak) | parse_features(strong)) if weak else strong


def require_provable(rule: FontFaceRule, face: Face) -> None:
    """See that text can be proven as a rule has it drawn.

    Args:
        rule: The rule.
        face: Its font.

    Raises:
        FontError: The rule asks for something that is not known here.

    Example:
        >>> from khmertext.fonts import default_face
        >>> require_provable(FontFaceRule("A", (), (), (), (("font-language-override", "normal"),)), default_face())
    """
    try:
        list_face_features(rule)
    except ValueError as error:
        raise FontError(UNPROVEN.format(SETTINGS), source=face.source) from error
    for name, value in rule.descriptors:
        asked = plain_name(name)
        # A font without axes has nothing to vary.
        unknown = asked == "font-language-override" or (asked == VARIATIONS and bool(face.axes))
        if unknown and value.lower() != "normal":
            raise FontError(UNPROVEN.format(asked), source=face.source)


def plain_name(name: str) -> str:
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    return name
