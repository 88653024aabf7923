"""Font features that CSS turns on or off, in one spelling.

Every feature that a shaper applies by itself can be turned off by a page, and every other one turned on. A setting is
written as HarfBuzz writes its features, sorted, without those that a property leaves as they are: ``clig=0,kern=0``.
The empty setting is what browsers do by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Final

__all__ = [
    "find_tags",
    "format_features",
    "keep_features",
    "list_settings",
    "normalize_features",
    "parse_features",
    "split_variant",
]

# CSS Fonts 4, section 7.1: a tag is four ASCII characters. Registered ones, and those that fonts make up, are letters
# and digits; a value is a number, on or off.
SETTING: Final = re.compile(
    r"""([+-]?)(["']?)([A-Za-z0-9]{4})\2(?:\s*=\s*|(?<=["'])\s*|\s+)?(on|off|[0-9]{1,5})?""", re.ASCII
)
WORDS: Final = {"on": 1, "off": 0}
LIGATURES: Final = ("liga", "clig", "dlig", "hlig", "calt")

# CSS Fonts 4, sections 6.3 (font-kerning), 6.4 to 6.7 and 6.10 (the longhands of font-variant). What names glyphs by
# words that a stylesheet makes up (font-variant-alternates) is not here.
PROPERTIES: Final[Mapping[str, Mapping[str, Mapping[str, int]]]] = {
    "font-kerning": {"auto": {}, "normal": {"kern": 1}, "none": {"kern": 0}},
    "font-variant-ligatures": {
        "normal": {},
        "none": dict.fromkeys(LIGATURES, 0),
        "common-ligatures": {"liga": 1, "clig": 1},
        "no-common-ligatures": {"liga": 0, "clig": 0},
        "discretionary-ligatures": {"dlig": 1},
        "no-discretionary-ligatures": {"dlig": 0},
        "historical-ligatures": {"hlig": 1},
        "no-historical-ligatures": {"hlig": 0},
        "contextual": {"calt": 1},
        "no-contextual": {"calt": 0},
    },
    "font-variant-position": {"normal": {}, "sub": {"subs": 1}, "super": {"sups": 1}},
    "font-variant-caps": {
        "normal": {},
        "small-caps": {"smcp": 1},
        "all-small-caps": {"smcp": 1, "c2sc": 1},
        "petite-caps": {"pcap": 1},
        "all-petite-caps": {"pcap": 1, "c2pc": 1},
        "unicase": {"unic": 1},
        "titling-caps": {"titl": 1},
    },
    "font-variant-numeric": {
        "normal": {},
        "lining-nums": {"lnum": 1},
        "oldstyle-nums": {"onum": 1},
        "proportional-nums": {"pnum": 1},
        "tabular-nums": {"tnum": 1},
        "diagonal-fractions": {"frac": 1},
        "stacked-fractions": {"afrc": 1},
        "ordinal": {"ordn": 1},
        "slashed-zero": {"zero": 1},
    },
    "font-variant-alternates": {"normal": {}, "historical-forms": {"hist": 1}},
    "font-variant-east-asian": {
        "normal": {},
        "jis78": {"jp78": 1},
        "jis83": {"jp83": 1},
        "jis90": {"jp90": 1},
        "jis04": {"jp04": 1},
        "simplified": {"smpl": 1},
        "traditional": {"trad": 1},
        "full-width": {"fwid": 1},
        "proportional-width": {"pwid": 1},
        "ruby": {"ruby": 1},
    },
}
# CSS Text 3, section 8.2: letter-spacing turns optional ligatures off; browsers turn off those that are on by default.
SPACED: Final = {"liga": 0, "clig": 0}
UNSPACED: Final = re.compile(r"normal|[+-]?0*\.?0+[a-z%]*")


@lru_cache(maxsize=1024)
def read_features(text: str) -> dict[str, int]:
    """:func:`parse_features`, kept: shaping asks for each text. The answer must not be changed."""
    given: dict[str, int] = {}
    by_property: dict[str, int] = {}
    for item in re.split("[,;]", text):
        item = item.strip()
        name, colon, value = item.partition(":")
        if colon and name.strip().lower() != "font-feature-settings":
            by_property |= read_property(name.strip().lower(), value.strip().lower(), item)
            continue
        item = value.strip() if colon else item
        if item in ("", "normal"):
            continue
        found = SETTING.fullmatch(item)
        if found is None or (found[1] and found[4]):
            raise ValueError(f"{item!r} is no font feature, as kern=0, nor font-kerning:none")
        given[found[3]] = int(WORDS.get(found[4], found[4])) if found[4] else int(found[1] != "-")
    return by_property | given


def read_property(name: str, value: str, item: str) -> dict[str, int]:
    """Return the features that a property sets."""
    if name == "letter-spacing" and value:
        return {} if UNSPACED.fullmatch(value) else dict(SPACED)
    values = PROPERTIES.get(name, {})
    words = value.split()
    if not words or not values.keys() >= set(words):
        raise ValueError(f"{item!r} is no font feature, as kern=0, nor font-kerning:none")
    return {tag: number for word in words for tag, number in values[word].items()}


def parse_features(text: str) -> dict[str, int]:
    """Read a setting of font features.

    Args:
        text: Items between commas or semicolons: features as HarfBuzz (``kern=0``, ``-kern``, ``ss01``) or
            ``font-feature-settings`` (``"kern" off``) has them, and the properties ``font-kerning:none``,
            ``font-variant-ligatures:none`` (or another longhand of ``font-variant``, or what else they may be) and
            ``letter-spacing:1px``. Of a feature that is named twice the last one counts, and a feature before a
            property. Empty for nothing.

    Returns:
        Feature tag to value.

    Raises:
        ValueError: It is not of that form.

    Source: CSS Fonts 4, sections 6.3 to 6.7, 6.10, 7.1 and 7.2; CSS Text 3, section 8.2; HarfBuzz,
    hb_feature_from_string.

    Example:
        >>> parse_features("font-kerning:none, liga=0, ss01")
        {'kern': 0, 'liga': 0, 'ss01': 1}
    """
    return dict(read_features(text))


def format_features(features: Mapping[str, int]) -> str:
    """Write features in the one spelling: sorted by tag.

    Args:
        features: Feature tag to value.

    Returns:
        What :func:`parse_features` reads back.

    Example:
        >>> format_features({"liga": 0, "clig": 0})
        'clig=0,liga=0'
    """
    return ",".join(f"{tag}={value}" for tag, value in sorted(features.items()))


def split_variant(text: str) -> dict[str, str]:
    """Split a value of the ``font-variant`` shorthand into its longhands.

    Args:
        text: The value, in lower case.

    Returns:
        Longhand to value, every one of them; nothing where a word is not known.

    Source: CSS Fonts 4, section 6.11.

    Example:
        >>> {name: value for name, value in split_variant("small-caps tabular-nums").items() if value != "normal"}
        {'font-variant-caps': 'small-caps', 'font-variant-numeric': 'tabular-nums'}
    """
    found: dict[str, list[str]] = {name: [] for name in PROPERTIES if name.startswith("font-variant-")}
    for word in text.split():
        homes = [name for name in found if word in PROPERTIES[name] and word != "normal"]
        if (word == "normal" and text != "normal") or (not homes and word != "normal"):
            return {}
        if homes:
            found[homes[0]].append(word)
    return {name: " ".join(words) or "normal" for name, words in found.items()} if text.split() else {}


def find_tags(tables: Mapping[str, bytes]) -> frozenset[str]:
    """Return the features that a font has rules for.

    Args:
        tables: Its tables.

    Source: OpenType spec, chapter 2 (FeatureList), kern.

    Example:
        >>> from khmertext.fonts import default_face
        >>> "blwf" in find_tags(default_face().tables)
        True
    """
    found = {"kern"} if "kern" in tables else set()
    for name in ("GSUB", "GPOS"):
        table = tables.get(name, b"")
        start = int.from_bytes(table[6:8], "big")
        count = int.from_bytes(table[start : start + 2], "big") if start else 0
        records = table[start + 2 : start + 2 + 6 * count]
        found |= {records[at : at + 4].decode("latin-1") for at in range(0, len(records), 6)}
    return frozenset(found)


def keep_features(text: str, tags: Collection[str]) -> str:
    """Leave out of a setting what a font has no rules for: it changes nothing there.

    Args:
        text: A setting, in any spelling.
        tags: The features of the font.

    Returns:
        The rest, in the one spelling.

    Raises:
        ValueError: It is no setting.

    Example:
        >>> keep_features("kern=0,tnum=1", {"kern"})
        'kern=0'
    """
    return format_features({tag: value for tag, value in read_features(text).items() if tag in tags})


def normalize_features(text: str) -> str:
    """Bring a setting of font features into the one spelling.

    Args:
        text: As :func:`parse_features` takes it.

    Returns:
        The same setting, sorted; equal for settings that mean the same.

    Raises:
        ValueError: It is no setting.

    Example:
        >>> normalize_features("font-variant-ligatures:none")
        'calt=0,clig=0,dlig=0,hlig=0,liga=0'
        >>> normalize_features('"liga" off, -clig')
        'clig=0,liga=0'
    """
    return format_features(read_features(text))


def list_settings(texts: Iterable[str]) -> tuple[str, ...]:
    """List the settings to look at: what browsers do by themselves, and those that are given.

    Args:
        texts: Settings, in any spelling.

    Returns:
        The distinct settings in the one spelling, sorted; the empty one is the first.

    Raises:
        ValueError: One is no setting.

    Example:
        >>> list_settings(["liga=0", "-liga", "kern=0"])
        ('', 'kern=0', 'liga=0')
    """
    return tuple(sorted({"", *map(normalize_features, texts)}))
