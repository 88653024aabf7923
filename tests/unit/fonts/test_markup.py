"""The frame of pages about fonts: what is drawn over each other can be told apart in every scheme."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from khmertext.fonts.markup import STYLE

LEAST = 3.0  # WCAG 2.2, 1.4.11: graphical objects
SCHEMES = dict(zip(("light", "dark", "print"), re.findall(r":root\{([^}]*)\}", STYLE), strict=True))


def read_colors(scheme: str) -> dict[str, str]:
    """The custom properties of a scheme."""
    colors = dict(re.findall(r"--(\w+):(#[0-9a-f]{3,6})", SCHEMES[scheme].replace("\n", "")))
    return {
        name: value if len(value) == 7 else "#" + "".join(2 * one for one in value[1:])
        for name, value in colors.items()
    }


def luminance(color: str) -> float:
    """Source: WCAG 2.2, relative luminance."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_both_fonts_of_an_overlay_stand_out(scheme: str) -> None:
    colors = read_colors(scheme)
    for back in ("paper", "card"):
        for one, other in combinations((colors[back], colors["a"], colors["b"]), 2):
            assert contrast(one, other) >= LEAST
    assert "opacity" not in STYLE  # or the colours would not be what is seen


@pytest.mark.parametrize("scheme", SCHEMES)
def test_words_can_be_read(scheme: str) -> None:
    colors = read_colors(scheme)
    for ink in ("ink", "soft", "bad", "good"):
        for back in ("paper", "card", *(["badpaper"] if ink == "bad" else [])):
            assert contrast(colors[ink], colors[back]) >= 4.5
