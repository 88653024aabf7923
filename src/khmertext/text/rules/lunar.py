"""Lunar dates typed with digits and the conjoiner, for which Unicode has symbols.

Source: Unicode, 16.4 (Khmer, lunar date symbols); UTN #61, lunar dates.
"""

from __future__ import annotations

from khmertext.script.classes import COENG

__all__ = ["replace_lunar_date"]

KHAN = "\u17d4"
ZERO = 0x17E0
WAXING, WANING = 0x19E0, 0x19F0
LAST_DAY = 15


def replace_lunar_date(cluster: str) -> str:
    """A number above or below a khan becomes the symbol of that day; anything else comes back as it is.

    Example:
        >>> replace_lunar_date("១៥្។") == chr(0x19EF)
        True
    """
    left, conjoiner, right = cluster.partition(COENG)
    if not conjoiner or KHAN not in (left, right):
        return cluster
    if left == right:
        return chr(WANING)
    digits, first = (left, WAXING) if right == KHAN else (right, WANING)
    values = [ord(digit) - ZERO for digit in digits]
    if not 1 <= len(values) <= 2 or not all(0 <= value <= 9 for value in values):
        return cluster
    day = values[0] if len(values) == 1 else values[0] * 10 + values[1]
    if day > LAST_DAY or (len(values) == 2 and values[0] == 0):
        return cluster
    return chr(first + day)
