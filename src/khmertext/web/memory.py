"""What an earlier build found in files, for the next one: facts by what they were made of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from khmertext.web.cache import SiteCache, hash_value, source_key
from khmertext.web.disk import read_file
from khmertext.web.factcodes import decode_facts, decode_file, encode_facts, encode_file, encode_shared
from khmertext.web.facts import SiteContext
from khmertext.web.marks import Restorer
from khmertext.web.reading import FileFacts, FileScan, PageScan, file_kind
from khmertext.web.stamps import StampedTree

__all__ = ["PageMemory"]

PAGE: Final = "html"


class PageMemory:
    """The facts of pages that were read before.

    Facts of a page are used again when its author's bytes are the same, and all else that reading it depends on: the
    stylesheets, the scripts and the fonts of the site, the family, what reads it. Of the site's other pages only those
    with a ``base`` and the page for what is not found depend.

    Args:
        cache: Where they are kept.
        tree: The sha256 of files that need not be read.

    Attributes:
        digests: Path → sha256 of each file as it is, once it was recalled or kept.
    """

    def __init__(self, cache: SiteCache, tree: StampedTree) -> None:
        self.cache = cache
        self.tree = tree
        self.digests: dict[str, str] = {}
        self.key = self.broad_key = ""
        self.rebuilt = False

    def recall_file(self, path: str, kind: str, restorer: Restorer) -> FileScan | None:
        """Return what a file other than a page holds, where that is known.

        Args:
            path: The file.
            kind: What it is read as. Stylesheets are read each time.
            restorer: Tells its author's bytes.
        """
        same = self.identify(path, restorer) if kind != "css" else None
        if same is None:
            return None
        found, original = same
        entry = self.cache.find(path, original, kind_key(kind))
        if entry is None:
            return None
        try:
            facts = None if entry.value is None else decode_file(path, kind, original, found, entry.value)
        except (TypeError, ValueError, IndexError, AttributeError):
            return None
        self.digests[path] = found
        return FileScan(path, kind, facts, original, found)

    def keep_file(self, scan: FileScan) -> None:
        """Keep what a file other than a page holds.

        Args:
            scan: What was read.
        """
        if scan.kind == "css":
            return
        self.digests[scan.path] = scan.found
        value = None if scan.facts is None else encode_file(scan.facts)
        self.cache.keep(scan.path, scan.original, kind_key(scan.kind), value)

    def identify(self, path: str, restorer: Restorer) -> tuple[str, str] | None:
        """The sha256 of a file as it is and of its author's bytes; None where nothing is known of it anyway."""
        known = self.cache.find_original(path)
        if known is None:
            return None
        found = self.tree.digest(path)
        # Where it is as its author made it, nothing of ours is to be taken out.
        original = found if found in (None, known) else restorer.find_original(path, found)
        if found is None or original is None:
            restored = restorer.restore(path, read_file(self.tree.root, path))
            found, original = restored.found, restored.original
        return found, original

    def begin(self, context: SiteContext, files: Sequence[FileFacts]) -> None:
        """Be told what reading any page depends on.

        Args:
            context: What the site says.
            files: What its other files hold.
        """
        others = sorted(path for path in context.files if file_kind(path) != PAGE)
        self.key = hash_value(
            [
                source_key(),
                context.family,
                context.fallbacks,
                [[file.path, file.kind, file.original] for file in files],
                sorted(context.khmer_families),
                sorted(context.khmer_fonts),
                others,
                context.brought,
            ]
        )
        self.broad_key = hash_value([self.key, sorted(context.files), sorted(context.folders)])
        self.rebuilt = context.rebuilt

    def recall(self, path: str, restorer: Restorer) -> PageScan | None:
        """Return what a page holds, where that is known.

        Args:
            path: The page.
            restorer: Tells its author's bytes.
        """
        same = self.identify(path, restorer)
        if same is None:
            return None
        found, original = same
        # In a site that was built before, stacks may name our family: what was read without that holds with it too.
        for rebuilt in (False, True) if self.rebuilt else (False,):
            for broad in (False, True):
                entry = self.cache.find(path, original, self.full_key(rebuilt=rebuilt, broad=broad))
                if entry is None:
                    continue
                try:
                    facts = None if entry.value is None else decode_facts(path, entry.value, entry.shared)
                except (TypeError, ValueError, IndexError, AttributeError):
                    continue
                self.digests[path] = found
                return PageScan(path, facts, original, found, broad)
        return None

    def keep(self, scan: PageScan) -> None:
        """Keep what a page holds.

        Args:
            scan: What was read.
        """
        self.digests[scan.path] = scan.found
        key = self.full_key(rebuilt=self.rebuilt, broad=scan.broad)
        facts = scan.facts
        if facts is None:
            self.cache.keep(scan.path, scan.original, key, None)
        else:
            self.cache.keep(scan.path, scan.original, key, encode_facts(facts), encode_shared(facts))

    def full_key(self, *, rebuilt: bool, broad: bool) -> str:
        return (self.broad_key if broad else self.key) + ("r" if rebuilt else "")


@cache
def kind_key(kind: str) -> str:
    """What reading a file other than a page depends on besides its bytes."""
    return hash_value([source_key(), kind])
