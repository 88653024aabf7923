"""Split vowels typed in two parts, and the order of several vowels.

Source: UTN #61, sequences not to be used. For 17C4 17B8 the note's text keeps 17BE 17B6 and its code does the
contrary; shapers draw 17BE 17B6 cleanly, and a dotted circle in the other.
"""

from __future__ import annotations

from khmertext.text.syllables import Parts

__all__ = ["compose_vowels", "sort_vowels"]

VOWEL_E, VOWEL_II, VOWEL_AA = "\u17c1", "\u17b8", "\u17b6"
VOWEL_OE, VOWEL_OO = "\u17be", "\u17c4"

# What stands in front, then below, above and behind: the order in which shapers take several.
VOWEL_ORDER = {
    vowel: index
    for index, vowel in enumerate(
        "\u17c1\u17c2\u17c3\u17be\u17bf\u17c0\u17c4\u17c5\u17bb\u17bc\u17bd\u17b7\u17b8\u17b9\u17ba\u17b6"
    )
}


def compose_vowels(parts: Parts) -> bool:
    """17C1 17B8 becomes 17BE, 17C1 17B6 becomes 17C4, 17C4 17B8 becomes 17BE 17B6; as often as there are such."""
    vowels = parts.vowels
    changed = False
    while len(vowels) > 1:
        if VOWEL_E in vowels and VOWEL_II in vowels:
            vowels[vowels.index(VOWEL_E)] = VOWEL_OE
            vowels.remove(VOWEL_II)
        elif VOWEL_E in vowels and VOWEL_AA in vowels:
            vowels[vowels.index(VOWEL_E)] = VOWEL_OO
            vowels.remove(VOWEL_AA)
        elif VOWEL_OO in vowels and VOWEL_II in vowels:
            vowels[vowels.index(VOWEL_OO)] = VOWEL_OE
            vowels[vowels.index(VOWEL_II)] = VOWEL_AA
        else:
            break
        changed = True
    return changed


def sort_vowels(parts: Parts) -> bool:
    """Several vowels that do not compose stand in the order in which they are drawn."""
    ordered = sorted(parts.vowels, key=VOWEL_ORDER.__getitem__)
    changed = ordered != parts.vowels
    parts.vowels = ordered
    return changed
