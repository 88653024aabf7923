"""The languages written in Khmer script, and which syllable structure each uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

__all__ = ["PROFILES", "Profile", "Structure"]


class Structure(Enum):
    """Which of UTN #61's two syllable productions a language uses: Modern Khmer, or the wider Middle Khmer."""

    MODERN = "modern"
    MIDDLE = "middle"


@dataclass(frozen=True, slots=True)
class Profile:
    """A language written in Khmer script.

    Args:
        language: Language subtag (BCP 47), in lower case.
        name: English name.
        structure: The structure of its syllables.
    """

    language: str
    name: str
    structure: Structure


PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {
        profile.language: profile
        for profile in (
            Profile("km", "Khmer", Structure.MODERN),
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
