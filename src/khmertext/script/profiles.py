"""The languages written in Khmer script, and which syllable structure each uses."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final, NamedTuple

__all__ = ["PROFILES", "Profile", "Structure", "find_profile"]

# ISO 639-3 has three letters for those that BCP 47 writes with two.
LONG_CODES: Final = {"khm": "km", "pli": "pi", "san": "sa"}


class Structure(Enum):
    """Which of UTN #61's two syllable productions a language uses: Modern Khmer, or the wider Middle Khmer."""

    MODERN = "modern"
    MIDDLE = "middle"


class Profile(NamedTuple):
    """A language written in Khmer script.

    Attributes:
        language: Language subtag (BCP 47), in lower case.
        name: English name.
        structure: The structure of its syllables.
        folds_coeng_da: Whether coeng da is taken for another spelling of coeng ta, as in Modern Khmer. Pali and
            Sanskrit tell the two apart, and what minority languages do is theirs to say.
    """

    language: str
    name: str
    structure: Structure
    folds_coeng_da: bool = False


PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {
        profile.language: profile
        for profile in (
            Profile("km", "Khmer", Structure.MODERN, folds_coeng_da=True),
            Profile("brb", "Brao", Structure.MODERN),
            Profile("cmo", "Bunong", Structure.MODERN),
            Profile("jra", "Jarai", Structure.MODERN),
            Profile("krr", "Krung", Structure.MODERN),
            Profile("krv", "Kavet", Structure.MODERN),
            Profile("kxm", "Northern Khmer", Structure.MODERN),
            Profile("pcb", "Pear", Structure.MODERN),
            Profile("pi", "Pali", Structure.MODERN),
            Profile("rka", "Kraol", Structure.MODERN),
            Profile("sa", "Sanskrit", Structure.MODERN),
            Profile("smu", "Somray", Structure.MODERN),
            Profile("tpu", "Tampuan", Structure.MODERN),
            Profile("okz", "Old Khmer", Structure.MIDDLE),
            Profile("xhm", "Middle Khmer", Structure.MIDDLE),
        )
    }
)
"""Language subtag to profile.

Source: UTN #61, the language lists of its Modern Khmer and Middle Khmer structures; names after ISO 639-3.

Example:
    >>> PROFILES["xhm"].structure
    <Structure.MIDDLE: 'middle'>
"""


def find_profile(tag: str) -> Profile:
    """The profile of a language tag.

    Args:
        tag: BCP 47, in any case: "km", "km-KH".

    Raises:
        ValueError: The language is not one that is written in Khmer script.

    Example:
        >>> find_profile("km-KH").name
        'Khmer'
    """
    language = tag.replace("_", "-").partition("-")[0].lower()
    profile = PROFILES.get(LONG_CODES.get(language, language))
    if profile is None:
        raise ValueError(f"{tag!r} is not written in Khmer script; known are {', '.join(sorted(PROFILES))}")
    return profile
