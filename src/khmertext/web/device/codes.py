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

from khmertext.web.device.samples import SAMPLES_VERSION, SampleGroup, sample_groups

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
        (0, 34)
    """
    value = 0
    for index in indexes:
        value = (value * 31 + index + 1) % HASH_PRIME
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
        '1016-J021-8003-X0CF'
    """
    groups = sample_groups()
    found = frozenset(differing)
    mask = counted = start = 0
    for number, group in enumerate(groups):
        here = sum(index in found for index in range(start, start + len(group.texts)))
        mask |= bool(here) << number
        counted += here if group.counts else 0
        start += len(group.texts)
    flags = NO_FONT * (not font_used) | WHOLE * whole | NO_INK * (not ink_measured)
    values = (SAMPLES_VERSION, flags, font, counted, mask, hash_indexes(sorted(found)))
    digits = [digit for value, width in zip(values, WIDTHS, strict=True) for digit in split_number(value, width)]
    if whole:
        bits = [index in found for index in range(start)]
        bits += [False] * (-start % BITS)
        digits += [sum(bits[at + bit] << bit for bit in range(BITS)) for at in range(0, len(bits), BITS)]
    digits += split_number(check_digits(digits), 2)
    text = "".join(ALPHABET[digit] for digit in digits)
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def decode_result(code: str) -> DeviceResult:
    """Read a code that a person has read out or copied: in any case, with or without hyphens and spaces.

    Args:
        code: The code.

    Raises:
        ValueError: It is none, is mistyped, or is of a page that another version made.

    Example:
        >>> decode_result("1oi6 j021 8003 x0cf").differing
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
    groups = sample_groups()
    count = sum(len(group.texts) for group in groups)
    flags = digits[1]
    length = SHORT + (-(-count // BITS) if flags & WHOLE else 0)
    if len(text) != length or check_digits(digits[:-2]) != join_number(digits[-2:]):
        raise ValueError("the code was mistyped or cut off: its last two letters do not fit the rest")
    ends = list(accumulate(WIDTHS))
    fields = [join_number(digits[end - width : end]) for end, width in zip(ends, WIDTHS, strict=True)]
    _, _, font, differing, mask, digest = fields
    samples = None
    if flags & WHOLE:
        body = digits[sum(WIDTHS) : -2]
        samples = tuple(index for index in range(len(body) * BITS) if body[index // BITS] >> index % BITS & 1)
    elif digest == 0:
        samples = ()
    else:
        # One alone can be told by its hash.
        samples = next(((index,) for index in range(count) if hash_indexes([index]) == digest), None)
    result = DeviceResult(
        font,
        differing,
        tuple(number for number in range(WIDTHS[4] * BITS) if mask >> number & 1),
        digest,
        samples,
        not flags & NO_FONT,
        not flags & NO_INK,
    )
    require_sense(result, groups, count)
    return result


def require_sense(result: DeviceResult, groups: Sequence[SampleGroup], count: int) -> None:
    """See that what a code says fits together: its check digits fit, but somebody may have made it up.

    Raises:
        ValueError: It does not.
    """
    samples = result.samples
    good = all(number < len(groups) for number in result.groups)
    if samples is not None and good:
        said = encode_result(
            [index for index in samples if index < count],
            result.font,
            whole=True,
            font_used=result.font_used,
            ink_measured=result.ink_measured,
        )
        digits = [ALPHABET.index(letter) for letter in said.replace("-", "")]
        good = (
            all(index < count for index in samples)
            and join_number(digits[5:7]) == result.differing
            and join_number(digits[7:10]) == sum(1 << number for number in result.groups)
            and hash_indexes(samples) == result.digest
        )
    if not good:
        raise ValueError("the code says what no page says")


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
