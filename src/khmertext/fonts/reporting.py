"""The report of a font: what it is, how it draws Khmer, what is wrong with it, and where its bytes are.

Each picture is a small text that is shaped, looked at and drawn. What is wrong stands beside it in words, so that the
page can be read where its colours cannot. The sample texts are ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from khmertext.fonts.behaviour import LEVELS, Check
from khmertext.fonts.detection import FontReport, check_khmer, examine
from khmertext.fonts.drawing import Box, Outlines, outline_funcs
from khmertext.fonts.faces import Face
from khmertext.fonts.licensing import read_license, read_names
from khmertext.fonts.markup import bar, escape, facts_table, name_code_points, page, table
from khmertext.fonts.naming import VERSION
from khmertext.fonts.pictures import Gallery, PlacedText
from khmertext.fonts.sizes import GlyphSize, measure_glyphs, measure_tables
from khmertext.script.classes import (
    ABOVE_VOWELS,
    COENG,
    CONSONANTS,
    DIGITS,
    FINALS,
    INDEPENDENT_VOWELS,
    KHMER,
    MODIFIERS,
    PRE_VOWELS,
    RO,
    ROBAT,
    SHIFTERS,
    STRONG_CONSONANTS,
    VOWELS,
    ZWNJ,
)
from khmertext.script.ucd import CHARACTERS

__all__ = ["embedding_sentence", "find_troubles", "report_page"]

KA: Final = "\u1780"
DOTTED_CIRCLE: Final = "\u25cc"

# The order of the alphabet, by the places of articulation; the two letters for Sanskrit stand last.
GROUPS: Final = (
    ("KA to NGO", "\u1780\u1781\u1782\u1783\u1784"),
    ("CA to NYO", "\u1785\u1786\u1787\u1788\u1789"),
    ("DA to NNO", "\u178a\u178b\u178c\u178d\u178e"),
    ("TA to NO", "\u178f\u1790\u1791\u1792\u1793"),
    ("BA to MO", "\u1794\u1795\u1796\u1797\u1798"),
    ("YO to SA", "\u1799\u179a\u179b\u179c\u179f"),
    ("HA to QA", "\u17a0\u17a1\u17a2"),
    ("SHA and SSO (for Sanskrit)", "\u179d\u179e"),
)
# The bars stand where a line may end; a space belongs to the word before it.
SPECIMEN: Final = "អក្សរ|ខ្មែរ|រស់|នៅ|លើ|អេក្រង់ |ស្ត្រី|ម្នាក់|អាន|សៀវភៅ|នៅ|ក្រោម|ដើម|ឈើ |ហើយ|ក្មេងៗ|ស្រែក|ច្រៀង|យ៉ាង|សប្បាយ។"
SPECIMEN_SIZES: Final = (14, 18, 24, 36)
SPECIMEN_WORD: Final = "ភាសាខ្មែរ"
STACKS: Final = (
    *("ស្ត្រ", "ស្ត្រី", "ន្ត្រ", "ន្ត្រី", "ង្គ្រ", "ង្គ្រោះ", "ង្ក្រ", "ន្ទ្រ", "ញ្ច្រ", "ញ្ជ្រ", "ម្ព្រ", "ម្ប្រ", "ក្ស្ម", "ក្ស្ត"),
    *("ណ្ឌ្រ", "ល្ក្រ", "ត្ត្វ", "ច្ឆ្រ", "ស្ត្វ", "ម្ភ្ល", "ក្ត្យ", "ន្ធ្យ", "ត្ថ្យ", "ជ្ឈ្យ"),
)
VOWEL_BASES: Final = (KA, "\u1780\u17d2\u179a", "\u179f\u17d2\u178f\u17d2\u179a")
SPLIT_VOWELS: Final = "\u17be\u17bf\u17c0\u17c4\u17c5"
# Unicode 16.4: with a vowel above, a shifter moves below the base and looks like the vowel U; a non-joiner keeps it up.
SHIFTED_BASES: Final = (
    ("\u17c9", "ងញបមយរវ"),
    ("\u17ca", "សហអ"),
)
ROBATS: Final = ("ក៌", "ធម៌", "វណ៌", "ព៌ណ", "គ៌ា", "ម៌ី")
LEVEL_TITLES: Final = {
    "modern": "Modern: Khmer of today",
    "middle": "Middle: older spellings too",
    "minority": "Minority: Pali, Sanskrit and minority languages too",
    "full": "Full: every Khmer character",
}
ROMAN_WEIGHTS: Final = (100, 200, 300, 400, 500, 600, 700, 800, 900)
HEAVIEST: Final = 24
EXAMPLES: Final = 3  # of what fails a check
SMALL, MIDDLE, LARGE = 26.0, 36.0, 44.0  # CSS pixels of an em


class Cell(NamedTuple):
    """A picture of the page: a text and what is wrong with how it is drawn, in words."""

    placed: PlacedText
    troubles: tuple[str, ...]


def report_page(face: Face) -> str:
    """Write what a font does with Khmer as one HTML page with pictures.

    The page needs no other file, no script and no network. It shows the font at the default place of its axes, and a
    variable one at each hundred of its weights too.

    Args:
        face: An opened font; it need not be able to shape Khmer.

    Returns:
        The page. The same font gives the same text.

    Raises:
        FontError: The names or the outlines of the font cannot be read.

    Source: Unicode Standard, section 16.4 (which marks stand where); UTN #61 (coengs, shifters).

    Example:
        >>> from khmertext.fonts import default_face
        >>> report_page(default_face()).startswith("<!DOCTYPE html>")
        True
    """
    gallery = Gallery(face, "g")
    weights = [Gallery(face, f"w{weight}-", place) for weight, place in iter_weights(face)]
    sections = list(iter_sections(face, gallery))
    cells = sum(section.cells for section in sections)
    failing = sum(section.failing for section in sections)
    body = [
        *draw_head(face, cells, failing),
        *draw_specimen(gallery),
        *draw_weights(face, weights),
        *(section.markup for section in sections),
        *draw_tables(face),
        *draw_heaviest(face, gallery),
    ]
    definitions = "".join(one.definitions() for one in (gallery, *weights))
    return page(f"{face.family or 'A font without a name'}: what it does with Khmer", body, definitions)


def find_troubles(face: Face, placed: PlacedText) -> tuple[str, ...]:
    """Tell what is wrong with a text as a font shapes it.

    Args:
        face: The font, with which the text was shaped.
        placed: The shaped text: whole syllables, or characters that stand alone.

    Returns:
        A few words for each trouble; empty when none was found.

    Source: OpenType spec, "Developing OpenType Fonts for Khmer Script" (what shaping has to do).

    Example:
        >>> from khmertext.fonts import default_face
        >>> face = default_face()
        >>> tuple(find_troubles(face, Gallery(face, "g").shape(text)) for text in ("ក្ខ", "ក្"))
        ((), ('coeng is drawn as a mark',))
    """
    text = placed.text
    glyphs = [glyph.glyph for glyph in placed.glyphs]
    lacking = sorted(char for char in set(text) if ord(char) not in face.unicodes and char != ZWNJ)
    troubles = []
    if lacking:
        troubles.append(f"no glyph for {name_code_points(''.join(lacking))}")
    elif 0 in glyphs:
        troubles.append(".notdef is drawn")
    if DOTTED_CIRCLE not in text and nominal(face, DOTTED_CIRCLE) in {*glyphs} - {0}:
        troubles.append("a dotted circle is drawn")
    unshaped = "".join(
        char for char in dict.fromkeys(subscripts(text)) if glyphs.count(nominal(face, char)) > count_full(text, char)
    )
    if unshaped and not lacking:
        troubles.append(f"no subscript {name_code_points(unshaped)}")
    elif not lacking and nominal(face, COENG) in {*glyphs} - {0}:
        troubles.append("coeng is drawn as a mark")
    if is_reordered(text) and glyphs[:1] == [nominal(face, text[0])] and not lacking:
        troubles.append("nothing is drawn before the base")
    if shifts_down(text) and not lacking and nominal(face, text[1]) in glyphs:
        troubles.append("the shifter stays above")
    if any(vowel in text and draws_whole(face, vowel, glyphs) for vowel in SPLIT_VOWELS):
        troubles.append("the part before the base is drawn twice")
    if not troubles and all(is_blank(face, glyph) for glyph in glyphs):
        troubles.append("nothing is drawn")
    return tuple(troubles)


def nominal(face: Face, char: str) -> int:
    """Return the glyph that a character is mapped to; 0 when it is not."""
    return int(face.font().get_nominal_glyph(ord(char)) or 0)


def subscripts(text: str) -> list[str]:
    """Return the letters that follow a coeng."""
    return [letter for coeng, letter in pairwise(text) if coeng == COENG and letter not in ZWNJ]


def count_full(text: str, letter: str) -> int:
    """Return how often a letter stands in a text in its full form."""
    return text.count(letter) - text.count(COENG + letter)


def is_reordered(text: str) -> bool:
    """Tell whether something of a syllable is drawn before its base."""
    return text[:1] in CONSONANTS and (COENG + RO in text or not PRE_VOWELS.isdisjoint(text))


def shifts_down(text: str) -> bool:
    """Tell whether a shifter right after the base has to move below: MUUSIKATOAN on a weak base, TRIISAP on a strong.

    Source: UTN #61, on shifters (the strength of bases; BA counts as weak).
    """
    shifter = "\u17ca" if text[:1] in STRONG_CONSONANTS else "\u17c9"
    return text[:1] in CONSONANTS and text[1:2] == shifter and text[2:3] in {*ABOVE_VOWELS, "\u17be"}


def draws_whole(face: Face, vowel: str, glyphs: Sequence[int]) -> bool:
    """Tell whether a split vowel stands in its full form after the part before the base, which that form holds too.

    Shapers put the part before the base themselves; the font has to make the rest of the vowel. In some fonts the
    vowel's own glyph is that rest, so the outlines tell.
    """
    whole = nominal(face, vowel)
    if whole == 0 or whole not in glyphs:
        return False
    front, full = (contour_shapes(face, glyph) for glyph in (nominal(face, "\u17c1"), whole))
    return bool(front) and front <= full


def contour_shapes(face: Face, glyph: int) -> set[tuple[object, ...]]:
    """Return the contours of a glyph, wherever they stand."""
    outlines = Outlines()
    face.font().draw_glyph(glyph, outline_funcs(), outlines)
    shapes: set[tuple[object, ...]] = set()
    for contour in outlines.contours:
        start = contour[0].points[0]
        shapes.add(
            tuple((command, *((at.x - start.x, at.y - start.y) for at in points)) for command, points in contour)
        )
    return shapes


def is_blank(face: Face, glyph: int) -> bool:
    extents = face.font().get_glyph_extents(glyph)
    return extents is None or not (extents.width and extents.height)


# -- the head ------------------------------------------------------------------------------------------------------


def draw_head(face: Face, cells: int, failing: int) -> Iterator[str]:
    license_ = read_license(face)
    (version,) = read_names(face, VERSION)
    own_words = " ".join((license_.text or license_.url or license_.copyright).split())
    khmer = sum(ord(char) in face.unicodes for char in KHMER)
    yield f"<h1><bdi>{escape(face.family or 'A font without a name')}</bdi></h1>"
    reasons = check_khmer(face)
    if reasons:
        items = "".join(f'<li class="fails">{escape(reason)}</li>' for reason in reasons)
        yield f'<p class="fails"><strong>This font fails the check for Khmer:</strong></p><ul>{items}</ul>'
    else:
        yield '<p class="passes"><strong>This font passes the check for Khmer.</strong></p>'
    found = f"{failing:,} of them with a fault: framed, and told in words" if failing else "none of them has a fault"
    yield f"<p>{cells:,} pictures were looked at, {found}.</p>"
    yield from draw_levels(examine(face))
    yield "<h2>The font</h2>"
    axes = "; ".join(f"{axis.tag} {axis.minimum:g} to {axis.maximum:g}" for axis in face.axes)
    yield facts_table(
        "What the font says of itself",
        [
            ("Family", face.family or "none"),
            ("Version", version or "none"),
            ("Weight", f"{face.weight}{', italic' if face.italic else ''}"),
            ("Axes", axes or "none (static)"),
            ("License", license_.name or own_words or "none is named"),
            ("Reserved names", ", ".join(license_.reserved_names) or "none"),
            ("Embedding", embedding_sentence(license_.fs_type, license_.refusal)),
            ("Glyphs", f"{face.glyph_count:,}"),
            ("Khmer characters", f"{khmer:,} of {len(KHMER):,}"),
            ("Bytes", f"{len(face.data):,}, unpacked"),
            ("Units per em", f"{face.upem:,}"),
            ("Left out", ", ".join(face.stripped) or "nothing (no tables of other shaping engines)"),
        ],
    )


def draw_levels(report: FontReport) -> Iterator[str]:
    """A card for each level, with its checks; nothing for a font without a Khmer letter."""
    if not report.checks:
        return
    highest = f"The highest level that it passes is {report.level}." if report.level else "It passes no level."
    cards = "".join(draw_level(report, level) for level in LEVELS)
    yield f"<h2>Checks</h2><p>{highest} Each level needs those before it too.</p>"
    yield f'<div class="cards levels">{cards}</div>'


def draw_level(report: FontReport, level: str) -> str:
    own = [check for check in report.checks if check.level == level]
    passed = report.passes(level)
    lower = not passed and all(check.passed or not check.counted for check in own)
    verdict = "passes" if passed else "does not pass, for a level before it" if lower else "does not pass"
    items = "".join(draw_check(check) for check in own)
    return (
        f'<div class="card"><h3>{LEVEL_TITLES[level]}</h3><p class="{"passes" if passed else "fails"}">'
        f'<strong>{verdict}</strong></p><ul class="checks">{items}</ul></div>\n'
    )


def draw_check(check: Check) -> str:
    """A line for a check: what it looks at, and the first strings that fail."""
    if check.passed:
        return f'<li class="ok">{escape(check.title)}</li>'
    shown = "; ".join(name_code_points(text) for text in check.failing[:EXAMPLES])
    more = "; …" if len(check.failing) > EXAMPLES else ""
    note = "" if check.counted else " (information only)"
    return (
        f'<li class="{"no" if check.counted else "info"}">{escape(check.title)}: {len(check.failing):,} of '
        f'{check.tried:,} wrong{note} <span class="code">{shown}{more}</span></li>'
    )


def embedding_sentence(fs_type: int, refusal: str) -> str:
    """Say what the embedding bits of a font allow.

    Args:
        fs_type: fsType of OS/2.
        refusal: Why it may not be cut; empty when it may.

    Source: OpenType spec, OS/2 fsType.

    Example:
        >>> embedding_sentence(0, "")
        'installable: no restriction (fsType 0x0000)'
    """
    if refusal:
        return refusal
    meaning = "installable: no restriction"
    if fs_type & 0x0008:
        meaning = "editable embedding"
    elif fs_type & 0x0004:
        meaning = "preview and print embedding"
    return f"{meaning} (fsType 0x{fs_type:04X})"


# -- specimen ------------------------------------------------------------------------------------------------------


def draw_specimen(gallery: Gallery) -> Iterator[str]:
    yield "<h2>Specimen</h2>"
    words = [gallery.shape(word) for word in SPECIMEN.split("|")]
    for size in SPECIMEN_SIZES:
        yield f'<h3>{size} px</h3><div class="line">{"".join(gallery.line(words, em=size))}</div>'
    word = gallery.shape(SPECIMEN_WORD)
    yield f'<h3>96 px</h3><div class="line">{gallery.picture(word, SPECIMEN_WORD, em=96, frame=gallery.frame([word]))}'
    yield "</div>"


def iter_weights(face: Face) -> Iterator[tuple[int, dict[str, float]]]:
    """Yield the hundreds of weight that a variable font has."""
    axis = face.axis("wght")
    if axis is not None:
        for weight in ROMAN_WEIGHTS:
            if axis.minimum <= weight <= axis.maximum:
                yield weight, face.locate(weight)


def draw_weights(face: Face, galleries: Sequence[Gallery]) -> Iterator[str]:
    if not galleries:
        return
    items = []
    for (weight, _), gallery in zip(iter_weights(face), galleries, strict=True):
        placed = gallery.shape(SPECIMEN_WORD)
        picture = gallery.picture(placed, f"{SPECIMEN_WORD}, weight {weight}", em=MIDDLE, frame=gallery.frame([placed]))
        items.append(f'<li>{picture}<span class="code">{weight}</span></li>')
    yield f'<h2>Weights</h2><ul class="cells">{"".join(items)}</ul>'


# -- sections ------------------------------------------------------------------------------------------------------


class Section(NamedTuple):
    """A part of the page: its HTML, how many pictures are in it, and how many of them have a fault."""

    markup: str
    cells: int
    failing: int


def iter_sections(face: Face, gallery: Gallery) -> Iterator[Section]:
    """Yield the grids: all that is looked at."""
    yield draw_consonants(face, gallery)
    yield draw_grid(
        face,
        gallery,
        "Stacks two deep",
        "Two subscripts under one base, as in words of everyday Khmer and of Sanskrit.",
        STACKS,
    )
    yield draw_grid(
        face,
        gallery,
        "Split vowels",
        "Each has a part before the base; with a subscript RO there are two.",
        [base + vowel for base in VOWEL_BASES for vowel in SPLIT_VOWELS],
    )
    yield draw_grid(
        face,
        gallery,
        "Dependent vowels",
        "On KA, each alone and with NIKAHIT or REAHMUK where they join.",
        vowel_texts(),
    )
    yield draw_grid(
        face, gallery, "Signs", "On KA.", [KA + sign for sign in sorted({*MODIFIERS, *FINALS, *SHIFTERS, ROBAT})]
    )
    yield draw_grid(
        face,
        gallery,
        "Register shifters",
        "Alone above the base; with a vowel above it they move below and look like the vowel U; a zero width "
        "non-joiner (200C) keeps them above.",
        shifter_texts(),
    )
    yield draw_grid(face, gallery, "Robat", "Above the letter that it follows in writing.", ROBATS)
    yield draw_grid(
        face,
        gallery,
        "Independent vowels",
        "Alone; two of them take a subscript in everyday words.",
        [*sorted(INDEPENDENT_VOWELS), "\u17b2\u17d2\u1799", "\u17b1\u17d2\u1799"],
    )
    yield draw_grid(face, gallery, "Digits", "", sorted(DIGITS), em=SMALL)
    yield draw_grid(
        face, gallery, "Punctuation and the riel", "", [chr(code) for code in range(0x17D4, 0x17DD)], em=SMALL
    )
    yield draw_grid(face, gallery, "Divination numerals", "", [chr(code) for code in range(0x17F0, 0x17FA)], em=SMALL)
    yield draw_grid(face, gallery, "Lunar dates", "", [chr(code) for code in range(0x19E0, 0x1A00)], em=SMALL)


def vowel_texts() -> list[str]:
    return [KA + vowel for vowel in sorted(VOWELS)] + ["កំ", "កុំ", "កាំ", "កះ", "កុះ", "កេះ", "កោះ"]


def shifter_texts() -> list[str]:
    texts = []
    for shifter, bases in SHIFTED_BASES:
        for base in bases:
            texts += [base + shifter, base + shifter + "\u17b8"]
        texts += [bases[0] + shifter + vowel for vowel in "\u17b7\u17b9\u17ba\u17be"]
        texts.append(bases[0] + shifter + ZWNJ + "\u17b8")
    return texts


def look(face: Face, gallery: Gallery, texts: Iterable[str]) -> list[Cell]:
    """Shape texts and find what is wrong with each."""
    placed = [gallery.shape(text) for text in texts]
    return [Cell(one, find_troubles(face, one)) for one in placed]


def draw_cell(gallery: Gallery, cell: Cell, *, em: float, frame: Box) -> str:
    """The picture of a cell, and its faults in words."""
    codes = name_code_points(cell.placed.text)
    label = f"{cell.placed.text} ({codes})"
    note = f"Fault: {'; '.join(cell.troubles)}" if cell.troubles else ""
    why = "".join(f'<span class="why">{escape(trouble)}</span>' for trouble in cell.troubles)
    return gallery.picture(cell.placed, label, em=em, frame=frame, note=note) + why


def draw_grid(
    face: Face, gallery: Gallery, title: str, note: str, texts: Sequence[str], *, em: float = MIDDLE
) -> Section:
    """A section with one picture for each text."""
    cells = look(face, gallery, texts)
    frame = gallery.frame(cell.placed for cell in cells)
    items = "".join(
        f"<li{bad(cell)}>{draw_cell(gallery, cell, em=em, frame=frame)}"
        f'<span class="code">{name_code_points(cell.placed.text)}</span></li>\n'
        for cell in cells
    )
    words = f"<p>{escape(note)}</p>" if note else ""
    return Section(
        f'<h2>{escape(title)}</h2>{words}\n<ul class="cells">\n{items}</ul>', len(cells), count_failing(cells)
    )


def draw_consonants(face: Face, gallery: Gallery) -> Section:
    """Each consonant alone, as a subscript of KA, over the subscript of KA, and over its own subscript."""
    rows = {
        letter: look(face, gallery, [letter, KA + COENG + letter, letter + COENG + KA, letter + COENG + letter])
        for _, letters in GROUPS
        for letter in letters
    }
    cells = [cell for row in rows.values() for cell in row]
    frame = gallery.frame(cell.placed for cell in cells)
    columns = ("letter", "alone", "under KA", "over KA", "doubled")
    names = "".join(f'<th scope="col">{name}</th>' for name in columns)
    head = f"<thead><tr>{names}</tr></thead>\n"
    tables = []
    for group, letters in GROUPS:
        body = "".join(
            f'<tr><th scope="row">{short_name(letter)}<br/><span class="code">{ord(letter):04X}</span></th>'
            + "".join(f"<td{bad(cell)}>{draw_cell(gallery, cell, em=SMALL, frame=frame)}</td>" for cell in rows[letter])
            + "</tr>\n"
            for letter in letters
        )
        tables.append(f"{table(group, f'{head}<tbody>{body}</tbody>')}\n")
    note = "<p>Alone, as the subscript (coeng) of KA, with the subscript of KA, and with its own subscript.</p>"
    return Section(
        f'<h2>Consonants and their coengs</h2>{note}\n<div class="tables">\n{"".join(tables)}</div>',
        len(cells),
        count_failing(cells),
    )


def bad(cell: Cell) -> str:
    return ' class="bad"' if cell.troubles else ""


def count_failing(cells: Iterable[Cell]) -> int:
    return sum(bool(cell.troubles) for cell in cells)


def short_name(char: str) -> str:
    """Return the last word of a character's name.

    Example:
        >>> short_name("ក")
        'KA'
    """
    return CHARACTERS[ord(char)].name.rpartition(" ")[2]


# -- bytes ---------------------------------------------------------------------------------------------------------


def draw_tables(face: Face) -> Iterator[str]:
    sizes = measure_tables(face)
    rest = len(face.data) - sum(size for _, size in sizes)
    whole = max((size for _, size in sizes), default=0)
    rows = "".join(
        f'<tr><th scope="row"><bdi>{escape(tag)}</bdi></th><td class="n">{size:,}</td>'
        f'<td class="n">{size / len(face.data):.1%}</td><td class="bar">{bar([size], whole)}</td></tr>\n'
        for tag, size in [*sizes, ("header and padding", rest)]
    )
    content = (
        '<thead><tr><th scope="col">table</th>'
        '<th scope="col" class="n">bytes</th><th scope="col" class="n">share</th>'
        f'<th scope="col">size</th></tr></thead>\n<tbody>{rows}</tbody>'
    )
    yield (
        "<h2>Bytes by table</h2><p>Of the unpacked font; WOFF2 packs them to less.</p>\n"
        f"{table(f'{len(face.data):,} bytes in {len(sizes)} tables', content)}"
    )


def draw_heaviest(face: Face, gallery: Gallery) -> Iterator[str]:
    sizes = [size for size in measure_glyphs(face)[:HEAVIEST] if size.outline + size.variations]
    whole = max((size.outline + size.variations for size in sizes), default=0)
    varies = "gvar" in face.tables
    head = '<th scope="col" class="n">variations</th>' if varies else ""
    rows = "".join(draw_weight(gallery, size, whole, varies=varies) for size in sizes)
    note = "The outline with its hints" + (", and what varies it (second colour)." if varies else ".")
    content = (
        '<thead><tr><th scope="col">glyph</th><th scope="col">picture</th><th scope="col" class="n">outline</th>'
        f'{head}<th scope="col">size</th></tr></thead>\n<tbody>{rows}</tbody>'
    )
    yield (
        f"<h2>The heaviest glyphs</h2><p>{note}</p>\n{table(f'{len(sizes)} of {face.glyph_count:,} glyphs', content)}"
    )


def draw_weight(gallery: Gallery, size: GlyphSize, whole: int, *, varies: bool) -> str:
    placed = gallery.place(size.glyph)
    name = gallery.name(size.glyph)
    picture = gallery.picture(placed, f"glyph {name}", em=SMALL, frame=gallery.frame([placed]))
    variations = f'<td class="n">{size.variations:,}</td>' if varies else ""
    return (
        f'<tr><th scope="row"><bdi>{escape(name)}</bdi> <span class="code">{size.glyph}</span></th><td>{picture}</td>'
        f'<td class="n">{size.outline:,}</td>{variations}'
        f'<td class="bar">{bar([size.outline, size.variations], whole)}</td></tr>\n'
    )
