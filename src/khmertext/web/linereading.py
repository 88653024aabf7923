"""In what lines the Khmer of a page stands: its elements, gathered by what their boxes are like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from turbohtml import Element

from khmertext.fonts.runs import KHMER_LETTER
from khmertext.text.clusters import split_clusters
from khmertext.web.boxes import BoxReader
from khmertext.web.documents import PageDocument
from khmertext.web.ignoring import Ignoring
from khmertext.web.lines import LinePlace, PageLines
from khmertext.web.linting import iter_texts
from khmertext.web.places import PlaceFinder

__all__ = ["LINE_CODES", "read_lines"]

LINE_CODES: Final = {"overlap": "KS206", "cut": "KS207"}
"""Kind → its code in :mod:`khmertext.web.pagerules`."""


def read_lines(page: PageDocument) -> PageLines:
    """Read the lines of a page.

    Args:
        page: The page, of which :data:`khmertext.web.boxes.BOX_PROPERTIES` were read.

    Returns:
        Its Khmer by its lines, but for what ``data-khmer-ignore`` leaves out.
    """
    found: dict[tuple[object, ...], LinePlace] = {}
    unknown = 0
    reader, finder, ignoring = BoxReader(page), PlaceFinder(page.source), Ignoring(page.document)
    for element, texts in khmer_elements(page):
        ignored = tuple(ignoring.find(element))
        kinds = tuple(kind for kind, code in LINE_CODES.items() if not code.startswith(ignored))
        if not kinds:
            continue
        box = reader.read(element)
        if box is None:
            unknown += 1
            continue
        place = LinePlace(box, page.path, (0, 0, 0, 0), element.tag, kinds=kinds)
        place = found.setdefault(place.key, place)
        if not place.count:
            place.place = finder.of_tag(element)
        place.count += 1
        clusters = {cluster for text in texts for cluster in split_clusters(text) if KHMER_LETTER.search(cluster)}
        for weight in {look.weight for look in page.cascade.resolve(element).looks}:
            place.clusters.setdefault(weight, set()).update(clusters)
    return PageLines(tuple(found.values()), unknown)


def khmer_elements(page: PageDocument) -> Iterator[tuple[Element, list[str]]]:
    """The elements that Khmer stands right inside of, each with its texts."""
    found: dict[Element, list[str]] = {}
    for data, node in iter_texts(page):
        element = node.parent
        if isinstance(element, Element) and element.tag not in ("title", "option") and KHMER_LETTER.search(data):
            found.setdefault(element, []).append(data)
    yield from found.items()
