"""What a lint finds on one page, gathered: what repeats is told once, with how often, and nothing grows without end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from khmertext.web.facts import PageFinding
from khmertext.web.places import Place

__all__ = ["MAX_KINDS", "MAX_TEXT_FINDINGS", "Notes"]

MAX_TEXT_FINDINGS = 200  # a page of nothing but mistakes is told of at some length, not for ever
MAX_KINDS = 50  # of one code: the values, families or hosts that a page itself chooses
SHOWN = 40


@dataclass(slots=True)
class Repeated:
    """A finding that a page has several times.

    Attributes:
        place: Where it is first.
        message: What it is.
        text: The text there.
        count: How many times there are.
    """

    place: Place
    message: str
    text: str = ""
    count: int = 1


@dataclass(slots=True)
class Notes:
    """What was found on one page.

    Args:
        path: The page.

    Example:
        >>> notes = Notes("a.html")
        >>> for line in 3, 4:
        ...     if not notes.has("KS103", "kh"):
        ...         notes.add("KS103", "kh", Place(line, 1, line, 5), "no tag of Khmer")
        >>> [(one.line, one.message) for one in notes.findings()]
        [(3, 'no tag of Khmer (2 places on this page)')]
    """

    path: str
    repeated: dict[tuple[str, str], Repeated] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    texts: list[PageFinding] = field(default_factory=list)
    ignored: frozenset[str] = frozenset()

    def enter(self, ignored: frozenset[str]) -> None:
        """Go on to an element in which codes that begin so do not count."""
        self.ignored = ignored

    def ignores(self, code: str) -> bool:
        """Whether a code does not count here."""
        return bool(self.ignored) and code.startswith(tuple(self.ignored))

    def has(self, code: str, key: str) -> bool:
        """Whether there is no need to tell of something; if it was found before, it is counted once more."""
        if self.ignores(code):
            return True
        found = self.repeated.get((code, key))
        if found is not None:
            found.count += 1
        return found is not None or self.kinds[code] >= MAX_KINDS

    def add(self, code: str, key: str, place: Place, message: str, text: str = "") -> None:
        """Add what was not found before."""
        self.kinds[code] += 1
        self.repeated[code, key] = Repeated(place, message, text.strip()[:SHOWN])

    @property
    def full(self) -> bool:
        """Whether there is enough wrong with the texts of the page."""
        return len(self.texts) >= MAX_TEXT_FINDINGS

    def add_text(self, code: str, place: Place, message: str, text: str) -> None:
        """Add what is wrong with a text, each time."""
        if not self.ignores(code):
            self.texts.append(PageFinding(code, self.path, *place, message, text[:SHOWN]))

    def findings(self) -> tuple[PageFinding, ...]:
        """Everything, in the order of places."""
        found = list(self.texts)
        for (code, _), one in self.repeated.items():
            more = f" ({one.count} places on this page)" if one.count > 1 else ""
            found.append(PageFinding(code, self.path, *one.place, one.message + more, one.text))
        return tuple(sorted(found, key=lambda one: (one.line, one.column, one.code, one.message)))
