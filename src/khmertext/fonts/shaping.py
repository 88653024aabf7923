"""Shaping: one way to ask HarfBuzz, for tracing, proof, detection and drawing alike."""

from __future__ import annotations

import uharfbuzz as hb

from khmertext.fonts.features import read_features

__all__ = ["SCRIPT", "Sample", "name_sample", "new_buffer", "notate", "shape", "shape_buffer", "spread"]

SCRIPT = "Khmr"
"""ISO 15924 code under which Khmer is shaped."""

Sample = tuple[str, str] | tuple[str, str, str]
"""A text with its language, and the font features that CSS sets; none when they are not given."""

CLUSTER_LEVEL = hb.BufferClusterLevel.MONOTONE_CHARACTERS


def new_buffer(text: str, language: str = "") -> hb.Buffer:
    """Return a buffer ready to be shaped: Khmer, left to right, clusters counted in code points.

    Args:
        text: Any str; lone surrogates are shaped as U+FFFD.
        language: BCP 47 tag; empty when it is not known. What is no tag at all counts as not known.

    Returns:
        An ``hb.Buffer``.
    """
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.script = SCRIPT
    buffer.direction = "ltr"
    if language and language.isascii() and language.isprintable():
        buffer.language = language
    buffer.cluster_level = CLUSTER_LEVEL
    return buffer


def shape(font: hb.Font, text: str, language: str = "", features: str = "") -> hb.Buffer:
    """Shape a Khmer text.

    Args:
        font: A HarfBuzz font.
        text: Any str, shaped as one run.
        language: BCP 47 tag; empty when it is not known.
        features: Font features that CSS sets (:func:`khmertext.fonts.normalize_features`).

    Returns:
        The shaped ``hb.Buffer``: ``glyph_infos`` with glyph ids and clusters (in code points), and
        ``glyph_positions`` in font units.

    Raises:
        ValueError: ``features`` is no setting.

    Example:
        >>> from khmertext.fonts import default_face
        >>> font = default_face().font()
        >>> len(shape(font, "ក្ក", "km").glyph_infos)  # the subscript is one glyph
        2
    """
    buffer = new_buffer(text, language)
    shape_buffer(font, buffer, features)
    return buffer


def shape_buffer(font: hb.Font, buffer: hb.Buffer, features: str) -> None:
    """Shape what is in a buffer.

    Args:
        font: A HarfBuzz font.
        buffer: As :func:`new_buffer` makes it.
        features: Font features that CSS sets.

    Raises:
        ValueError: ``features`` is no setting.
    """
    if features:
        hb.shape(font, buffer, read_features(features))
    else:
        hb.shape(font, buffer)


def spread(sample: Sample) -> tuple[str, str, str]:
    """Return text, language and features of a sample.

    Example:
        >>> spread(("ក", "km"))
        ('ក', 'km', '')
    """
    return sample if len(sample) == 3 else (*sample, "")


def name_sample(text: str, features: str) -> str:
    """Return a text as :func:`notate` writes it, and the features with which it is shaped.

    Example:
        >>> name_sample("ក", "kern=0")
        "'ក' (U+1780) with kern=0"
    """
    return f"{notate(text)} with {features}" if features else notate(text)


def notate(text: str, limit: int = 40) -> str:
    """Return a text so that it can be read in any terminal: escaped, and its code points in U+ notation.

    Args:
        text: Any str.
        limit: How many code points are shown; the rest is an ellipsis.

    Returns:
        One line.

    Example:
        >>> notate("កុ")
        "'កុ' (U+1780 U+17BB)"
    """
    shown, rest = text[:limit], " …" if len(text) > limit else ""
    # Format characters and controls could play tricks on the terminal; Khmer marks may stay.
    safe = "".join(char if 0x20 <= ord(char) < 0x7F or 0x1780 <= ord(char) < 0x1800 else escape(char) for char in shown)
    return f"'{safe}{rest}' ({' '.join(f'U+{ord(char):04X}' for char in shown)}{rest})"


def escape(char: str) -> str:
    """Return a character as Python would write it in ASCII."""
    return ascii(char)[1:-1]
