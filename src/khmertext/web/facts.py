"""What reading a site gives: plain values, without the pages and parsers that they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from khmertext.web.families import is_known_khmer_family
from khmertext.web.lines import PageLines
from khmertext.web.looks import Look
from khmertext.web.modules import ScriptGraph
from khmertext.web.sources import Insertion
from khmertext.web.stylesheets import StyleSheet

__all__ = [
    "LAYER",
    "MARK",
    "NO_LINES",
    "Counted",
    "FoundText",
    "PageFacts",
    "PageFinding",
    "SiteContext",
    "SiteWarning",
]

MARK = "data-khmertext"
"""The attribute on every element that we put into a page or write a rule for."""

LAYER = "khmertext"
"""The cascade layer of those of our rules that are weaker than all of the author's."""


class SiteWarning(NamedTuple):
    """Something that the site's owner should know.

    Attributes:
        code: A short stable name.
        message: What it is and what to do.
        path: The file, from the root of the site.
        line: The line, from 1; 0 when there is none.
    """

    code: str
    message: str
    path: str
    line: int


class PageFinding(NamedTuple):
    """Something wrong with the Khmer of a file, besides its font.

    Attributes:
        code: Of :mod:`khmertext.web.pagerules`, or of :mod:`khmertext.text.catalog`.
        path: The file, from the root of the site.
        line: Where it begins, from 1; 0 where there is no such place. What builds put in is not counted.
        column: The same, in code points.
        end_line: Where it ends.
        end_column: Behind its last character.
        message: What is wrong.
        text: The text there, shortened.
    """

    code: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    text: str


class FoundText(NamedTuple):
    """A run of Khmer as a page shows it.

    Attributes:
        text: The run.
        language: The language that the page says it is in, in lower case, or "".
        looks: The weights, styles and features that it can be shown in, and where.
        line: The line where it was first met, from 1.
        where: The element, attribute or kind of file, in words.
        families: The Khmer families of the site's own that it may be shown in, in lower case.
    """

    text: str
    language: str
    looks: tuple[Look, ...]
    line: int
    where: str
    families: tuple[str, ...] = ()

    @property
    def weights(self) -> tuple[int, ...]:
        """The CSS font weights that it can be shown in."""
        return tuple(sorted({look.weight for look in self.looks}))


class Counted(NamedTuple):
    """What a build does not see of a page, or takes for granted.

    Attributes:
        typed: Fields and places with the family that has all of Khmer.
        unstyled: Fields that keep the browser's own font.
        scripts: Script elements.
        frames: Frames and embedded documents.
    """

    typed: int = 0
    unstyled: int = 0
    scripts: int = 0
    frames: int = 0


NOTHING: Final = Counted()
NO_LINES: Final = PageLines()


@dataclass(frozen=True, slots=True)
class SiteContext:
    """What reading a page needs to know of the rest of the site.

    Attributes:
        family: The name of the Khmer family to put in.
        sheets: Path → stylesheet, for every stylesheet of the site.
        scripts: Its scripts and data, those with Khmer among them.
        khmer_sheets: Whether any stylesheet shows Khmer.
        khmer_families: Names, in lower case, of the Khmer-capable families that the site declares itself.
        khmer_fonts: The site's own font files that map Khmer.
        folders: Every folder of the site, "" for its root.
        files: Every file of the site.
        locked: The stylesheet files whose bytes some page fixes by ``integrity``.
        rebuilt: Whether an earlier build put this family in, so that stacks may name it.
        brought: Whether any script may bring Khmer that is in no file of the site.
        lint: Whether pages are looked at for what is wrong with them.
        more: Properties of CSS that are read besides those that decide the font; with any, lines are.
        fallbacks: The families that go in behind ours: of what visitors see until the font has come.
    """

    family: str
    sheets: Mapping[str, StyleSheet] = field(default_factory=dict)
    scripts: ScriptGraph = field(default_factory=ScriptGraph)
    khmer_sheets: bool = False
    khmer_families: frozenset[str] = frozenset()
    khmer_fonts: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset({""})
    files: frozenset[str] = frozenset()
    locked: frozenset[str] = frozenset()
    rebuilt: bool = False
    brought: bool = False
    lint: bool = False
    fallbacks: tuple[str, ...] = ()
    more: frozenset[str] = frozenset()

    def shows_khmer(self, name: str) -> bool:
        """Whether a family of this name shows Khmer: declared so in the site, or known."""
        return " ".join(name.lower().split()) in self.khmer_families or is_known_khmer_family(name)


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page holds, and where our nodes would go in it.

    Attributes:
        path: The page, from the root of the site.
        encoding: Its Python codec.
        texts: Its distinct runs of Khmer.
        characters: How many Khmer characters it holds.
        needs_font: Whether the page is to get our links.
        open_text: Whether it can show text that nobody knows yet: fields, places that scripts fill.
        head: Where the links go, in bytes.
        prefix: What leads from the page to the root of the site.
        early: Where our stylesheet goes when it must stand in front of the other links, in bytes; -1 for with them.
        early_prefix: What leads from there to the root of the site.
        body: Where something can go into the body, in bytes; -1 where the source does not show it.
        insertions: What goes in besides the links.
        stacks: The font stacks of stylesheet files that Khmer uses: path and index.
        locked: The stylesheet files whose bytes the page fixes by ``integrity``.
        linked: The scripts and data with Khmer that the page comes to load.
        rules: CSS rules for the elements that the insertions mark.
        warnings: What the owner should know.
        findings: What is wrong with it, where that was asked for.
        counted: What is not seen of it.
        brought: Whether its scripts may bring Khmer that is in no file of the site.
        lines: In what lines its Khmer stands, where that was asked for.
        ours: Whether some of its Khmer is shown in our family, and not all in families of the site's own.
    """

    path: str
    encoding: str = "utf-8"
    texts: tuple[FoundText, ...] = ()
    characters: int = 0
    needs_font: bool = False
    open_text: bool = False
    head: int = 0
    prefix: str = ""
    early: int = -1
    early_prefix: str = ""
    body: int = -1
    insertions: tuple[Insertion, ...] = ()
    stacks: frozenset[tuple[str, int]] = frozenset()
    locked: frozenset[str] = frozenset()
    linked: frozenset[str] = frozenset()
    rules: tuple[str, ...] = ()
    warnings: tuple[SiteWarning, ...] = ()
    findings: tuple[PageFinding, ...] = ()
    counted: Counted = NOTHING
    brought: bool = False
    lines: PageLines = NO_LINES
    ours: bool = False
