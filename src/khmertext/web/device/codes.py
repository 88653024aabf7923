"""Result codes of a device page: short enough to be read out over the telephone, or whole for an issue.

A code is a row of base 32 digits, in the alphabet that has none of the letters that are mistaken for digits or for each
other. In their order: version (1 digit), flags (1), font (3), how many differ (2), which groups (3), a hash of which
samples (4); in a whole code then a bit for each sample; and two digits that tell a mistyped or swapped digit.

Source: Douglas Crockford, "Base 32" (the alphabet and what is read as what).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from khmertext.web.device.samples import SAMPLES_VERSION, sample_groups

__all__ = ["FONT_BITS", "DeviceResult", "decode_result", "encode_result", "hash_indexes"]

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
READ_AS: Final = {"O": "0", "I": "1", "L": "1"}
DROPPED: Final = str.maketrans("", "", " -\t\r\n\u00a0\u2010\u2011\u2012\u2013\u2014")
BITS: Final = 5

NO_FONT, WHOLE, NO_INK = 1, 2, 4
FONT_BITS: Final = 15
WIDTHS: Final = (1, 1, 3, 2, 3, 4)
"""How many digits the fields have."""
HASH_PRIME: Final = 1_048_573
"""The greatest prime that four digits hold."""
HASH_STEP: Final = 1_021
"""More than there are samples: so one alone has its own number as its hash, and two have none so small."""
CHECK_PRIME: Final = 1_021
"""The greatest prime that two digits hold: sums by it tell every wrong digit and every two that are swapped."""
SHORT: Final = sum(WIDTHS) + 2
MAX_CODE: Final = 1_000


@dataclass(frozen=True, slots=True)
class DeviceResult:
    """What a device page found.

    Attributes:
        font: The first bits of the sha256 of the font file that the page was made from.
        differing: How many samples that count differ.
        groups: The groups in which any sample differs, by number.
        digest: The hash of which samples differ.
        samples: Which these are, by number, where that is known; None where the short code does not say.
        font_used: Whether the browser used the font of the page at all; else nothing can be said.
        ink_measured: Whether it told where it draws, so that this was compared too.
    """

    font: int
    differing: int
    groups: tuple[int, ...]
    digest: int
    samples: tuple[int, ...] | None = None
    font_used: bool = True
    ink_measured: bool = True


def hash_indexes(indexes: Iterable[int]) -> int:
    """Return the hash of which samples differ.

    Args:
        indexes: Their numbers, ascending.

    Example:
        >>> hash_indexes([]), hash_indexes([0, 2])
        (0, 1024)
    """
    value = 0
    for index in indexes:
        value = (value * HASH_STEP + index + 1) % HASH_PRIME
    return value


def encode_result(
    differing: Iterable[int],
    font: int,
    *,
    whole: bool = False,
    font_used: bool = True,
    ink_measured: bool = True,
) -> str:
    """Return the code of a result, as the page itself writes it.

    Args:
        differing: The numbers of the samples that differ.
        font: The first bits of the sha256 of the font file.
        whole: Whether it says which samples differ.
        font_used: As :class:`DeviceResult` has it.
        ink_measured: As :class:`DeviceResult` has it.

    Example:
        >>> encode_result([], 0)
        '1000-0000-0000-0001'
        >>> encode_result([3, 50], 1234)
        '1016-J020-0304-17A1'
    """
    found = frozenset(differing)
    count, *fields = encode_fields(found)
    flags = NO_FONT * (not font_used) | WHOLE * whole | NO_INK * (not ink_measured)
    values = (SAMPLES_VERSION, flags, font, *fields)
    digits = [digit for value, width in zip(values, WIDTHS, strict=True) for digit in split_number(value, width)]
    if whole:
        bits = [index in found for index in range(count)]
        bits += [False] * (-count % BITS)
        digits += [sum(bits[at + bit] << bit for bit in range(BITS)) for at in range(0, len(bits), BITS)]
    digits += split_number(check_digits(digits), 2)
    text = "".join(ALPHABET[digit] for digit in digits)
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def encode_fields(differing: Iterable[int]) -> tuple[int, int, int, int]:
    """Return how many samples there are, how many of those that count differ, in which groups, and the hash of which.

    Args:
        differing: The numbers of all that differ.
    """
    found = frozenset(differing)
    mask = counted = start = 0
    for number, group in enumerate(sample_groups()):
        here = sum(index in found for index in range(start, start + len(group.texts)))
        mask |= bool(here) << number
        counted += here if group.counts else 0
        start += len(group.texts)
    return start, counted, mask, hash_indexes(sorted(found))


def decode_result(code: str) -> DeviceResult:
    """Read a code that a person has read out or copied: in any case, with or without hyphens and spaces.

    Args:
        code: The code.

    Raises:
        ValueError: It is none, is mistyped, or is of a page that another version made.

    Example:
        >>> decode_result("ioi6 jo2o o3o4 i7ai").differing
        2
    """
    text = code.translate(DROPPED).upper()
    text = "".join(READ_AS.get(letter, letter) for letter in text)
    wrong = next((letter for letter in text if letter not in ALPHABET), None)
    if wrong is not None:
        raise ValueError(f"a code has no {wrong!r} in it")
    if not SHORT <= len(text) <= MAX_CODE:
        raise ValueError(f"a code has {SHORT} letters and digits or more, this has {len(text)}")
    digits = [ALPHABET.index(letter) for letter in text]
    if digits[0] != SAMPLES_VERSION and check_digits(digits[:-2]) == join_number(digits[-2:]):
        raise ValueError(f"the code is of a page of version {digits[0]}, and this reads version {SAMPLES_VERSION}")
    count = encode_fields(())[0]
    flags = digits[1]
    length = SHORT + (-(-count // BITS) if flags & WHOLE else 0)
    if len(text) != length or check_digits(digits[:-2]) != join_number(digits[-2:]):
        raise ValueError("the code was mistyped or cut off: its last two letters do not fit the rest")
    ends = list(accumulate(WIDTHS))
    fields = [join_number(digits[end - width : end]) for end, width in zip(ends, WIDTHS, strict=True)]
    _, _, font, differing, mask, digest = fields
    samples: tuple[int, ...] | None = None
    if flags & WHOLE:
        body = digits[sum(WIDTHS) : -2]
        samples = tuple(index for index in range(len(body) * BITS) if body[index // BITS] >> index % BITS & 1)
    elif not mask:
        samples = ()
    elif 1 <= digest <= count and encode_fields([digest - 1])[1:] == (differing, mask, digest):
        samples = (digest - 1,)  # one alone is its own hash; where it is not the only one, the rest hardly fits
    if samples is not None and (
        any(index >= count for index in samples) or encode_fields(samples)[1:] != (differing, mask, digest)
    ):
        raise ValueError("the code says what no page says")  # made up: its last two fit
    groups = tuple(number for number in range(WIDTHS[4] * BITS) if mask >> number & 1)
    if any(number >= len(sample_groups()) for number in groups):
        raise ValueError("the code says what no page says")
    return DeviceResult(font, differing, groups, digest, samples, not flags & NO_FONT, not flags & NO_INK)


def check_digits(digits: Sequence[int]) -> int:
    """Return the sum that a code ends with."""
    return sum((place + 1) * digit for place, digit in enumerate(digits)) % CHECK_PRIME


def split_number(value: int, width: int) -> list[int]:
    """Return the digits of a number, the greatest first."""
    return [value >> BITS * place & 31 for place in reversed(range(width))]


def join_number(digits: Sequence[int]) -> int:
    """Return the number that digits make."""
    value = 0
    for digit in digits:
        value = value << BITS | digit
    return value
