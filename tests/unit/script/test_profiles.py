from __future__ import annotations

import pytest

from khmertext.script.profiles import PROFILES, Structure


def test_middle_and_old_khmer_have_the_wider_structure() -> None:
    middle = {language for language, profile in PROFILES.items() if profile.structure is Structure.MIDDLE}
    assert middle == {"xhm", "okz"}


def test_profiles_are_keyed_by_their_language() -> None:
    assert len(PROFILES) == 15
    assert all(language == profile.language for language, profile in PROFILES.items())
    assert len({profile.name for profile in PROFILES.values()}) == len(PROFILES)


def test_profiles_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        PROFILES["km"].name = "Cambodian"  # type: ignore[misc]
