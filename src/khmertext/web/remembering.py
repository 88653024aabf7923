"""One build's memory: whether anything changed since the last one, what that found, and what this one finds.

An unchanged site is told by what the file system says of its files (:mod:`khmertext.web.stamps`); then the last result
is the result. Else pages and fonts that are as they were are not read and not cut again.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from khmertext.fonts import Run
from khmertext.web.cache import SiteCache, hash_value, open_cache, source_key
from khmertext.web.disk import read_tree
from khmertext.web.fallbacks import Fit
from khmertext.web.keeping import KeptFont, KeptSource, Shelf
from khmertext.web.manifest import hash_bytes
from khmertext.web.memory import PageMemory
from khmertext.web.stamps import Stamp, StampedTree, settle, take_stamp
from khmertext.web.webfonts import Download
from khmertext.web.writing import KnownFiles
from khmertext.workers import begin

__all__ = ["BuildMemory"]

FONTS: Final = "fonts"
SEPARATOR: Final = "\n"  # never in a run
DEVIATIONS: Final = "deviations"
FEW: Final = 8  # parts of the facts, beyond which another process writes them
DOWNLOAD: Final = "download"
FITS: Final = "fits"


class BuildMemory:
    """What is known of a site from its earlier builds.

    Args:
        folder: The folder of all caches.
        source: The site.
        output: Where it goes; None for in place.
        options: All that the outcome depends on besides the files of the site, in values that JSON has.
        slack: How much larger than the smallest a font may be that stays, as a share.

    Attributes:
        pages: What is known of pages.
        known_files: What is known of files without reading them.
        shelf: What is known of fonts.
        fits: How fonts of the visitor's own were fitted.
    """

    def __init__(self, folder: Path, source: Path, output: Path | None, options: Any, slack: float) -> None:
        self.cache = open_cache(folder, source, output)
        self.source = source
        self.output = output
        self.key = hash_value([source_key(), options, slack])
        state = self.cache.state
        self.before = picture(source)
        known = read_stamps(state.get("source"), state.get("digests"))
        self.pages = PageMemory(self.cache, StampedTree(source, known))
        self.known_files = KnownFiles(read_signatures(state.get("signatures")), self.pages.tree.digest)
        self.shelf = Shelf(dict(read_sources(self.cache)), slack)
        self.shelf.deviations |= read_numbers(state.get(DEVIATIONS))
        self.fits = read_fits(state.get(FITS))

    def recall(self) -> Mapping[str, Any] | None:
        """Return the last result, where the site, its output and the options are as they were then; else None."""
        state = self.cache.state
        result = state.get("result")
        if state.get("key") != self.key or not isinstance(result, dict):
            return None
        same = is_same(state.get("source"), self.before)
        if same and self.output is not None:
            same = self.output.is_dir() and is_same(state.get("output"), picture(self.output))
        return result if same else None

    def recall_download(self, made_of: Any) -> Download | None:
        """Return the fonts that visitors are offered, where they were made of the same before.

        Args:
            made_of: What they are made of, in values that JSON has.
        """
        kept = self.cache.state.get(DOWNLOAD)
        try:
            if kept is None or kept["key"] != hash_value([source_key(), made_of]):
                return None
            files = {name: self.cache.read_blob(digest) for name, digest in kept["files"].items()}
            there = {name: data for name, data in files.items() if data is not None}
            fonts = tuple((label, name) for label, name in kept["fonts"])
            license_name, license_file, license_text = kept["license"]
            download = Download(there, fonts, license_name, license_file, license_text, kept["family"])
        except (KeyError, TypeError, ValueError, AttributeError):
            return None
        return download if len(there) == len(files) else None

    def save(
        self,
        result: Mapping[str, Any],
        digests: Mapping[str, str],
        signatures: Mapping[str, str],
        download: Download | None,
        made_of: Any,
        jobs: int = 1,
    ) -> None:
        """Keep what this build found, for the next one.

        Args:
            result: The result, in values that JSON has.
            digests: Path → sha256 of the pages of the site as they are now.
            signatures: Path → what was put into a file, hashed.
            download: The fonts that visitors are offered.
            made_of: What these are made of.
            jobs: How many processes there may be.
        """
        shelf = self.shelf.current
        files = [font.data for source in shelf.values() for font in source.fonts]
        written = time.time_ns()
        fonts = {key: source_value(source) for key, source in shelf.items()}
        blobs = [*files, *(download.files.values() if download is not None else ())]
        with begin(lambda: self.cache.save_facts(blobs), jobs if self.cache.changed > FEW else 1) as saved:
            now = picture(self.source)
            goal = None if self.output is None else picture(self.output)
            if result["written"] or result["removed"]:
                settle(written)
                stamp_again(self.source, now)
                if self.output is not None and goal is not None:
                    stamp_again(self.output, goal)
            before = dict(self.before["files"])
            for entry in now["files"]:
                path, stamp = entry
                # What has the stamp it had is what was read. What was written since is looked at once more.
                if before.get(path) != stamp and path in digests and read_hash(self.source / path) != digests[path]:
                    entry[1] = None
            state: dict[str, Any] = {
                "key": self.key,
                "source": now,
                "output": goal,
                "digests": dict(digests),
                "signatures": dict(signatures),
                "result": {**result, "written": 0, "removed": 0},
                DEVIATIONS: self.shelf.measured,
                FITS: {name: list(fit) for name, fit in self.fits.items()},
                FONTS: fonts,
            }
            if download is not None:
                state[DOWNLOAD] = {
                    "key": hash_value([source_key(), made_of]),
                    "files": {name: hash_bytes(data) for name, data in download.files.items()},
                    "fonts": [list(one) for one in download.fonts],
                    "license": [download.license_name, download.license_file, download.license_text],
                    "family": download.family,
                }
            with suppress(MemoryError):  # the build is whole without
                saved()  # the state last: it speaks of what is there then
            self.cache.save_state(state)


# -- how files are ---------------------------------------------------------------------------------------------------


def picture(root: Path) -> dict[str, Any]:
    """What the file system says of a site, in values that JSON has; no stamp of a file that may still change unseen."""
    tree = read_tree(root)
    return {
        "files": [[path, stamp_value(f"{root}/{path}")] for path in tree.files],
        "folders": sorted(tree.folders),
        "links": list(tree.links),
        "outside": list(tree.outside),
    }


def stamp_again(root: Path, picture: Mapping[str, Any]) -> None:
    """Ask for the stamps once more that could not be believed."""
    for entry in picture["files"]:
        if entry[1] is None:
            entry[1] = stamp_value(f"{root}/{entry[0]}")


def is_same(saved: Any, now: Mapping[str, Any]) -> bool:
    """Whether a site is as it was; what could change unseen is taken to have changed."""
    return bool(saved == now and all(stamp is not None for _, stamp in now["files"]))


def stamp_value(path: str) -> list[int] | None:
    stamp = take_stamp(path)
    return None if stamp is None or not stamp.is_settled() else list(stamp)


def read_stamps(source: Any, digests: Any) -> dict[str, tuple[Stamp, str]]:
    """The stamps and digests of the last build; nothing of what is not of their form."""
    try:
        stamps = {path: Stamp(*stamp) for path, stamp in source["files"] if stamp is not None}
        return {path: (stamps[path], str(digest)) for path, digest in digests.items() if path in stamps}
    except (KeyError, TypeError, ValueError, AttributeError):
        return {}


def read_signatures(value: Any) -> dict[str, str]:
    """The signatures of the last build; nothing of what is not of their form."""
    if not isinstance(value, dict):
        return {}
    return {path: signature for path, signature in value.items() if isinstance(signature, str)}


def read_numbers(value: Any) -> dict[str, float]:
    """Numbers of the last build by their names; nothing of what is not of their form."""
    return {name: one for name, one in value.items() if isinstance(one, float)} if isinstance(value, dict) else {}


def read_fits(value: Any) -> dict[str, Fit]:
    """The fits of the last build; nothing of what is not of their form."""
    try:
        return {
            name: (float(size), float(up), float(down), float(gap)) for name, (size, up, down, gap) in value.items()
        }
    except (AttributeError, TypeError, ValueError):
        return {}


def read_hash(path: Path) -> str:
    try:
        return hash_bytes(path.read_bytes())
    except OSError:
        return ""


# -- fonts -----------------------------------------------------------------------------------------------------------


def source_value(source: KeptSource) -> dict[str, Any]:
    """What was cut from a font, in values that JSON has; the files are kept by themselves."""
    fonts = [
        [
            one.role,
            hash_bytes(one.data),
            sorted(one.unicodes),
            one.glyph_count,
            one.rounds,
            one.excess,
            run_columns(one.runs),
            sorted(one.clusters),
            list(one.lacking),
        ]
        for one in source.fonts
    ]
    return {"notes": list(source.notes), "fonts": fonts}


def read_sources(cache: SiteCache) -> Iterator[tuple[str, KeptSource]]:
    """Yield the fonts that the last build cut, each source with its key; nothing of what is not of their form."""
    try:
        for key, source in cache.state.get(FONTS, {}).items():
            fonts: list[KeptFont] = []
            for role, digest, unicodes, glyphs, rounds, excess, runs, clusters, lacking in source["fonts"]:
                data = cache.read_blob(digest)
                if data is None:
                    return
                fonts.append(
                    KeptFont(
                        role,
                        data,
                        frozenset(unicodes),
                        glyphs,
                        frozenset(read_columns(runs)),
                        frozenset(clusters),
                        tuple(read_runs(lacking)),
                        rounds,
                        float(excess),
                    )
                )
            yield key, KeptSource(tuple(fonts), tuple(source["notes"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        return


def run_columns(runs: Iterable[Run]) -> list[Any]:
    """Runs by where they are shown, the texts of each as one: far faster to read again than a list for each run."""
    texts: dict[tuple[Any, ...], list[str]] = {}
    for run in runs:
        texts.setdefault(run[1:], []).append(run.text)
    return [[SEPARATOR.join(sorted(found)), *place] for place, found in sorted(texts.items())]


def read_columns(values: Sequence[Any]) -> Iterator[Run]:
    for whole, language, weight, features in values:
        for text in whole.split(SEPARATOR):
            yield Run(text, language, weight, features)


def read_runs(values: Sequence[Any]) -> Iterator[Run]:
    return (Run(*value) for value in values)
