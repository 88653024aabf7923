"""One cluster → its normal form, by the rules, and which of them it took.

The rules (:mod:`khmertext.text.rules`) work on the parts of a syllable and run to a fixed point.

Source: UTN #61 (Khmer Encoding Structure, October 2024).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import NamedTuple

from khmertext.script.classes import COENG, DIGITS, KHMER
from khmertext.script.profiles import find_profile
from khmertext.text.rules.coengs import move_coeng_ro, replace_coeng_da
from khmertext.text.rules.deprecated import replace_deprecated
from khmertext.text.rules.lunar import replace_lunar_date
from khmertext.text.rules.shifters import drop_idle_zwnj, replace_vowel_u
from khmertext.text.rules.vowels import compose_vowels, sort_vowels
from khmertext.text.syllables import Parts, parse_parts, write_parts
from khmertext.text.visual import explain_visually, mend_visually

__all__ = ["FORMS", "Settings", "choose_settings", "explain_cluster", "mend_cluster", "mender"]

Rule = Callable[[Parts], bool]

RULES: tuple[tuple[str, Rule], ...] = (
    ("deprecated", replace_deprecated),
    ("coeng-ro", move_coeng_ro),
    ("coeng-da", replace_coeng_da),
    ("split-vowel", compose_vowels),
    ("vowel-u", replace_vowel_u),
    ("vowel-order", sort_vowels),
    ("joiner", drop_idle_zwnj),
)
"""The rules in the order of application, with their stable names."""

MAX_ROUNDS = 20
MEMO_SIZE = 1 << 15
FORMS = ("utn61", "visual")
"""The forms that text can be kept in."""

KHAN, ATTHACAN = "\u17d4", "\u17dd"


class Settings(NamedTuple):
    """How to normalize.

    Attributes:
        form: One of FORMS.
        fold_coeng_da: Whether coeng da becomes coeng ta.
    """

    form: str = "utn61"
    fold_coeng_da: bool = True


@lru_cache(maxsize=256)
def choose_settings(form: str, lang: str, keep_coeng_da: bool) -> Settings:
    """What a caller asks for.

    Args:
        form: One of FORMS.
        lang: BCP 47 tag of a language written in Khmer script.
        keep_coeng_da: Whether coeng da stays where the language would not keep it.

    Raises:
        ValueError: There is no such form, or no such language.

    Example:
        >>> choose_settings("utn61", "xhm", False)
        Settings(form='utn61', fold_coeng_da=False)
    """
    if form not in FORMS:
        raise ValueError(f"there is no form {form!r}; there are {' and '.join(FORMS)}")
    return Settings(form, find_profile(lang).folds_coeng_da and not keep_coeng_da)


@cache
def mender(settings: Settings) -> Callable[[str], str]:
    """:func:`mend_cluster` with a memo of its own."""

    @lru_cache(maxsize=MEMO_SIZE)
    def mend(cluster: str) -> str:
        return mend_cluster(cluster, settings)

    return mend


def mend_cluster(cluster: str, settings: Settings) -> str:
    """The normal form of one cluster, by the rules.

    Args:
        cluster: What :func:`khmertext.split_clusters` cuts.
        settings: Which form.
    """
    if settings.form == "visual":
        return mend_visually(cluster)
    if cluster[0] in DIGITS or cluster[0] == KHAN:
        # Digits and punctuation are no syllables: nothing is moved on them but what canonical order asks for.
        mended = replace_lunar_date(cluster)
        while ATTHACAN + COENG in mended:
            mended = mended.replace(ATTHACAN + COENG, COENG + ATTHACAN)
        return mended
    if cluster[0] not in KHMER and len(cluster) == 1:
        return cluster
    found = parse_parts(cluster)
    for parts in found:
        apply_rules(parts, settings, set())
    mended = write_parts(found)
    return cluster if mended == cluster else mended


def apply_rules(parts: Parts, settings: Settings, applied: set[str]) -> None:
    """Run the rules until none changes anything; ``applied`` takes the names of those that did."""
    for _ in range(MAX_ROUNDS):
        changed = False
        for name, rule in RULES:
            if name == "coeng-da" and not settings.fold_coeng_da:
                continue
            if rule(parts):
                changed = True
                applied.add(name)
        if not changed:
            return


def explain_cluster(cluster: str, settings: Settings) -> list[str]:
    """The names of the rules that a cluster's normal form takes, in the order of RULES."""
    if settings.form == "visual":
        return explain_visually(cluster)
    if cluster[0] in DIGITS or cluster[0] == KHAN:
        return ["lunar" if replace_lunar_date(cluster) != cluster else "order"]
    found = parse_parts(cluster)
    applied = {"joiner"} if any(parts.joiners for parts in found) else set()
    for parts in found:
        apply_rules(parts, settings, applied)
    return [name for name, _ in RULES if name in applied] or ["order"]
