"""A planned site → files: what is written in which order, and what an earlier build left.

The order keeps a site whole at every moment: the journal, which lists everything that this run may put there; then the
assets; the stylesheets and pages; the manifest last. Whatever kills the run, pages link only to files that exist, and
the next run finds in the journal how to undo what was half done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from khmertext.atomic import temporary_of
from khmertext.errors import SiteError
from khmertext.web.building import SitePlan, edit_sheet, page_insertions
from khmertext.web.clashes import find_clashes
from khmertext.web.disk import Tree, TreeWriter, find_signed, is_abandoned, read_file, read_tree
from khmertext.web.manifest import FOLDER, SIGN, FileRecord, Manifest, hash_bytes, read_manifest, write_manifest
from khmertext.web.marks import Restorer
from khmertext.web.reading import Progress, SiteFacts, file_kind
from khmertext.web.sources import Insertion, apply_insertions, decode_source

__all__ = [
    "JOURNAL",
    "MANIFEST",
    "UNBUILT",
    "Earlier",
    "KnownFiles",
    "SiteWriter",
    "clean_site",
    "find_folder",
    "is_built",
    "load_earlier",
    "require_distinct",
    "require_folder",
    "require_output",
]

MANIFEST = "manifest.json"
JOURNAL = "journal.json"

MAX_RESULTS = 64 << 20  # bytes of files that are kept between being planned and being written

UNBUILT = "khmertext has not built this site"  # no family has this name


# -- what earlier builds left --------------------------------------------------------------------------------------


class Earlier(NamedTuple):
    """What earlier builds left in a site.

    Attributes:
        manifest: Of the last finished build.
        journal: Of one that was interrupted after it.
    """

    manifest: Manifest | None
    journal: Manifest | None

    @property
    def all(self) -> tuple[Manifest, ...]:
        """Those that are there, the manifest first."""
        return tuple(one for one in self if one is not None)


def load_earlier(root: Path, folder: str) -> Earlier:
    """Read the manifest and the journal of a site.

    Raises:
        SiteError: One is damaged, or names as ours what lies outside our folder.
    """
    found: list[Manifest | None] = []
    for name in (MANIFEST, JOURNAL):
        path = root / folder / name
        if not path.is_file():
            found.append(None)
            continue
        manifest = read_manifest(read_file(root, f"{folder}/{name}"), source=str(path))
        for asset in (*manifest.assets, *manifest.previous):
            if not asset.startswith(f"{folder}/"):
                raise SiteError(f"claims a file outside its folder: {asset!r}", source=str(path))
        found.append(manifest)
    return Earlier(*found)


def is_built(root: Path) -> bool:
    """Whether a build was here, finished or not.

    Raises:
        SiteError: It is no folder.
    """
    if not root.is_dir():
        raise SiteError("is no folder", source=str(root))
    return bool(find_signed(root, (MANIFEST, JOURNAL), SIGN)) or any(
        (root / FOLDER / name).exists() for name in (MANIFEST, JOURNAL)
    )


def find_folder(root: Path, folder: str | None = None) -> str:
    """The folder of ours in a built site.

    Args:
        root: The site.
        folder: Its name, or None to look for it.

    Raises:
        SiteError: There is none, or more than one.
    """
    if not root.is_dir():
        raise SiteError("is no folder", source=str(root))
    found = find_signed(root, (MANIFEST, JOURNAL), SIGN) if folder is None else [folder]
    if len(found) > 1:
        raise SiteError(f"was built more than once, in {' and '.join(found)}", source=str(root), hint="use --folder")
    if not found and (root / FOLDER / MANIFEST).is_file():
        found = [FOLDER]  # ours by its name alone: reading it tells what is wrong with it
    if not found or not any((root / found[0] / name).is_file() for name in (MANIFEST, JOURNAL)):
        raise SiteError(
            f"holds no {found[0] if found else FOLDER}/{MANIFEST}",
            source=str(root),
            hint="only a site that `khmertext site build` wrote has one",
        )
    return found[0]


def find_unbegun(root: Path, folder: str | None) -> str | None:
    """The folder of a first build that was killed before its journal was whole: nothing else is of ours then.

    Args:
        root: The site.
        folder: Its name, or None to look for it.

    Returns:
        Its name; None where there is none, or where it holds anything else.
    """
    if folder is not None and (folder == ".." or Path(folder).name != folder):
        return None  # nothing outside the site is looked at
    try:
        names = [folder] if folder is not None else sorted(entry.name for entry in root.iterdir())
        begun = [name for name in names if temporary_of(root / name / JOURNAL).is_file()]
        # The folder is made first, and cleaning removes it last: of our own name it may be empty.
        for name in (*begun, folder or FOLDER):
            path = root / name
            if path.is_dir() and not path.is_symlink() and {*path.iterdir()} <= {temporary_of(path / JOURNAL)}:
                return name
    except OSError:
        return None
    return None


def require_folder(root: Path, folder: str, earlier: Earlier) -> None:
    """See that our folder in a site is ours, or free, and that there is no other.

    Raises:
        SiteError: It is somebody else's; or an earlier build used a folder of another name.
    """
    others = [name for name in find_signed(root, (MANIFEST, JOURNAL), SIGN) if name != folder]
    if others:
        raise SiteError(
            f'was built with the folder "{others[0]}"',
            source=str(root),
            hint=f"use --folder {others[0]}, or run `khmertext site clean` first",
        )
    path = root / folder
    if not earlier.all and (path.exists() or path.is_symlink()) and not is_abandoned(path):
        raise SiteError("is in the site already and is not ours", source=str(path), hint="use --folder NAME")


def require_output(source: Path, output: Path, earlier: Earlier) -> None:
    """See that an output folder lies apart from the site, and is ours to write to.

    Raises:
        SiteError: It is not.
    """
    here, there = source.resolve(), output.resolve()
    if here == there:
        raise SiteError("is the site itself", source=str(output), hint="use --in-place to change it where it is")
    if there.is_relative_to(here) or here.is_relative_to(there):
        raise SiteError("and the site lie inside each other", source=str(output), hint="give a folder beside the site")
    if output.exists() and not output.is_dir():
        raise SiteError("is no folder", source=str(output))
    if not earlier.all and output.is_dir() and not is_abandoned(output):
        raise SiteError(
            "is not empty and holds no manifest of khmertext",
            source=str(output),
            hint="give a new folder, or empty this one",
        )


def require_distinct(tree: Tree, folder: str, disk: TreeWriter) -> None:
    """See that no file of a site would take the place of another where it is written.

    Raises:
        SiteError: One would: the disk takes two names for one.
    """
    for one, other in find_clashes((folder, *tree.files, *tree.links)):
        if disk.takes_for_one(one, other):
            raise SiteError(
                f"is the same file as {one!r} on the disk of the output", source=other, hint="rename one of the two"
            )


# -- writing -------------------------------------------------------------------------------------------------------


class KnownFiles(NamedTuple):
    """What the build before and the file system tell of a site.

    Attributes:
        signatures: Path → what the build before put into a file, hashed.
        digest: The sha256 of a file as it is; None where it has to be read.
    """

    signatures: Mapping[str, str]
    digest: Callable[[str], str | None]


class Edit(NamedTuple):
    insertions: list[Insertion]
    encoding: str


class SiteWriter:
    """Writes a planned site; made for one call of :meth:`write`.

    Args:
        facts: What was read.
        plan: What goes in.
        report: What the manifest tells of it.
        restorer: Takes what an earlier build put into the site that is read out of its files.
        earlier: What earlier builds left where it is written.
        output: Where that is, or None for in place.
        progress: Told how far it is.
        disk: What writes; a :class:`Rehearsal` where nothing is to be written.
        known: What is known of the files without reading them; None for nothing.

    Attributes:
        signatures: Path → what went into a file, hashed, once the files are planned.
        written: Files written, copied or linked.
        removed: Files removed.
    """

    def __init__(
        self,
        facts: SiteFacts,
        plan: SitePlan,
        report: Mapping[str, Any],
        *,
        restorer: Restorer,
        earlier: Earlier,
        output: Path | None,
        progress: Progress | None = None,
        disk: TreeWriter | None = None,
        known: KnownFiles | None = None,
    ) -> None:
        self.known_files = known
        self.signatures: dict[str, str] = {}
        self.facts = facts
        self.tree = facts.tree
        self.plan = plan
        self.report = report
        self.restorer = restorer
        self.earlier = earlier
        self.in_place = output is None
        self.progress = progress
        self.disk = disk or TreeWriter(self.tree.root if output is None else output)
        self.written = 0
        self.removed = 0
        self.results: dict[str, bytes] = {}  # what was made for its hash, and need not be made again, as far as fits
        self.room = MAX_RESULTS
        self.cleared: set[str] = set()
        self.known = {page.facts.path: page.original for page in facts.pages}
        self.known |= {file.path: file.original for file in facts.files}
        # What an earlier build changed, files that were moved since among it.
        self.touched = set(restorer.paths)
        self.touched |= {page.facts.path for page in facts.pages if page.found != page.original}
        self.touched |= {file.path for file in facts.files if file.found != file.original}

    def write(self) -> Manifest:
        """Write everything, and return the manifest.

        Raises:
            SiteError: A file changed since it was read, or cannot be read or written.
        """
        edits = self.plan_edits()
        manifest = self.make_manifest(self.make_records(edits))
        folder = self.plan.folder
        current = write_manifest(manifest)
        if not self.has(f"{folder}/{MANIFEST}", current):
            self.write_journal(manifest, current)
        self.clear_way(manifest)
        for name, data in sorted(self.plan.assets.items()):
            self.written += self.disk.write(f"{folder}/{name}", data)
        self.write_files(edits, manifest)
        self.remove_old(manifest)
        self.written += self.disk.write(f"{folder}/{MANIFEST}", current)
        sweep(self.disk, folder, self.earlier)
        self.disk.remove(f"{folder}/{JOURNAL}")
        return manifest

    # -- planning --

    def plan_edits(self) -> dict[str, Edit]:
        """What goes into which page and stylesheet; in the order of paths."""
        planned: dict[str, Edit] = {}
        stacks: dict[str, set[int]] = {}
        for page in self.facts.pages:
            facts = page.facts
            if facts.needs_font:
                planned[facts.path] = Edit(page_insertions(facts, self.plan), facts.encoding)
            for path, index in facts.stacks:
                stacks.setdefault(path, set()).add(index)
        for path in self.plan.own:
            stacks.setdefault(path, set())
        for path, indexes in stacks.items():
            source = decode_source(self.read_original(path), source=path, kind="css")
            insertions = edit_sheet(source, self.facts.context.sheets[path], indexes, self.facts.context)
            insertions += [Insertion(source.byte_offset(at), text) for at, text in self.plan.own.get(path, ())]
            if insertions:
                planned[path] = Edit(insertions, source.encoding)
        return dict(sorted(planned.items()))

    def make_records(self, edits: Mapping[str, Edit]) -> dict[str, FileRecord]:
        records = {}
        for number, (path, edit) in enumerate(edits.items()):
            self.signatures[path] = hash_bytes(repr(edit).encode("utf-8", "surrogatepass"))
            records[path] = self.recall_record(path) or self.make_record(path, edit)
            self.tell("planning", number + 1, len(edits))
        return records

    def make_record(self, path: str, edit: Edit) -> FileRecord:
        result, places = apply_insertions(self.read_original(path), *edit)
        if len(result) <= self.room:
            self.room -= len(result)
            self.results[path] = result
        return FileRecord(self.known[path], hash_bytes(result), tuple(places))

    def recall_record(self, path: str) -> FileRecord | None:
        """What the build before made of a file, where it put the same into the same."""
        before = self.earlier.manifest.changed.get(path) if self.earlier.manifest is not None else None
        if self.known_files is None or before is None or before.original != self.known[path]:
            return None
        return before if self.known_files.signatures.get(path) == self.signatures[path] else None

    def is_written(self, path: str, digest: str) -> bool:
        """Whether a file is there already as it is to be, as far as that can be told without reading it."""
        return self.in_place and self.known_files is not None and self.known_files.digest(path) == digest

    def make_manifest(self, changed: Mapping[str, FileRecord]) -> Manifest:
        assets = {f"{self.plan.folder}/{name}": hash_bytes(data) for name, data in self.plan.assets.items()}
        # The files of the build before stay for cached pages; a build that changes nothing changes this neither.
        previous: set[str] = set()
        if self.earlier.manifest is not None:
            same = set(self.earlier.manifest.assets) == set(assets)
            previous |= set(self.earlier.manifest.previous if same else self.earlier.manifest.assets)
        if self.earlier.journal is not None:
            previous |= set(self.earlier.journal.assets)
        copied = () if self.in_place else (path for path in (*self.tree.files, *self.tree.links) if path not in changed)
        return Manifest(
            family=self.plan.family,
            changed=changed,
            assets=assets,
            previous=tuple(sorted(previous - set(assets))),
            copied=tuple(sorted(copied)),
            report=self.report,
        )

    def read_original(self, path: str) -> bytes:
        restored = self.restorer.restore(path, read_file(self.tree.root, path))
        if self.known.get(path, restored.original) != restored.original:
            raise SiteError("changed while it was read", source=path, hint="run again when the site is finished")
        return restored.data

    # -- writing --

    def write_journal(self, manifest: Manifest, data: bytes) -> None:
        """Say what this run may put there. What an interrupted one before it said must not be forgotten by that."""
        path = f"{self.plan.folder}/{JOURNAL}"
        before = self.earlier.journal
        if before is not None:
            older = {*before.assets, *before.previous}
            manifest = replace(
                manifest,
                previous=tuple(sorted({*manifest.previous, *older} - set(manifest.assets))),
                copied=tuple(sorted({*manifest.copied, *(before.files - older - manifest.files)})),
            )
            data = write_manifest(manifest)
        if before is not None and self.in_place and not self.has(path, data):
            finished = self.earlier.manifest.changed if self.earlier.manifest is not None else {}
            results = {record.result for record in finished.values()}
            for changed, record in sorted(before.changed.items()):
                if not is_regular(self.disk.root / changed) or record.result in results:
                    continue
                restored = self.restorer.restore(changed, read_file(self.disk.root, changed))
                if restored.found == record.result:
                    self.disk.write(changed, restored.data)
        self.disk.write(path, data)

    def clear_way(self, manifest: Manifest) -> None:
        """Remove old files where now a folder must be, and the other way round."""
        if not self.listed():
            return
        mine = manifest.files
        folders = {folder for path in mine for folder in above(path)}
        for old in self.listed() - mine:
            if old in folders or not mine.isdisjoint(above(old)):
                self.removed += self.disk.remove(old)
                self.cleared.add(old)
        if not self.in_place:
            for path in self.listed() & manifest.changed.keys():
                if (self.disk.root / path).is_symlink():
                    self.disk.remove(path)

    def write_files(self, edits: Mapping[str, Edit], manifest: Manifest) -> None:
        root = self.tree.root
        # In place only what is edited, or was, is looked at.
        files = [path for path in self.tree.files if not self.in_place or path in edits or path in self.touched]
        plain = []
        for path in files:
            if path in edits and self.is_written(path, manifest.changed[path].result):
                pass
            elif path in edits:
                result = self.results.pop(path, None)
                if result is None:
                    result = apply_insertions(self.read_original(path), *edits[path])[0]
                self.written += self.disk.write(path, result, like=root / path)
            elif path in self.touched:
                self.written += self.disk.write(path, self.read_original(path), like=root / path)
            else:
                plain.append(path)
                continue
            self.tell("writing", len(files) - len(plain), len(files))
        for number, path in enumerate(plain):
            self.written += self.disk.copy(root / path, path)
            self.tell("writing", len(files) - len(plain) + number + 1, len(files))
        if not self.in_place:
            for path in self.tree.links:
                self.written += self.disk.link(root / path, path)

    def remove_old(self, manifest: Manifest) -> None:
        """Remove what earlier builds put there and this one does not."""
        for path in sorted(self.listed() - manifest.files - self.cleared):
            self.removed += self.disk.remove(path)

    def listed(self) -> set[str]:
        """The files that earlier builds answer for alone: in place just those in our folder."""
        if self.in_place:
            return {path for old in self.earlier.all for path in (*old.assets, *old.previous)}
        return {path for old in self.earlier.all for path in old.files}

    def has(self, path: str, data: bytes) -> bool:
        return (self.disk.root / path).is_file() and read_file(self.disk.root, path) == data

    def tell(self, what: str, done: int, total: int) -> None:
        if self.progress is not None and (done % 50 == 0 or done == total):
            self.progress(what, done, total)


def above(path: str) -> list[str]:
    return [path[:index] for index, letter in enumerate(path) if letter == "/"]


def is_regular(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def sweep(disk: TreeWriter, folder: str, earlier: Earlier) -> None:
    """Remove what a killed run had not finished writing, beside the files that its journal names."""
    names: Iterable[str] = earlier.journal.files if earlier.journal is not None else ()
    for path in (*names, f"{folder}/{MANIFEST}", f"{folder}/{JOURNAL}"):
        disk.sweep(path)


# -- clean ---------------------------------------------------------------------------------------------------------


def clean_site(root: Path, *, folder: str | None = None, disk: TreeWriter | None = None) -> int:
    """Take out of a site everything that builds put in: the author's bytes come back.

    Args:
        root: The built site.
        folder: Our folder in it; None to find it.
        disk: What writes; a :class:`Rehearsal` where nothing is to be written.

    Returns:
        How many files were changed or removed.

    Raises:
        SiteError: There is no manifest, or a file cannot be restored.
    """
    disk = disk or TreeWriter(root)
    try:
        folder = find_folder(root, folder)
    except SiteError:
        unbegun = find_unbegun(root, folder)
        if unbegun is None:
            raise
        return int(disk.remove(f"{unbegun}/{temporary_of(Path(JOURNAL)).name}"))
    earlier = load_earlier(root, folder)
    restorer = Restorer(earlier.all)
    count = 0
    for path in read_tree(root, skip=folder).files:
        # Pages that were moved or copied since the build are known by what is in them.
        if path not in restorer.paths and file_kind(path) not in ("html", "css"):
            continue
        data = read_file(root, path)
        if path in restorer.paths or hash_bytes(data) in restorer.records:
            count += disk.write(path, restorer.restore(path, data).data)
    for path in sorted({path for one in earlier.all for path in (*one.assets, *one.previous)}):
        count += disk.remove(path)
    sweep(disk, folder, earlier)
    for name in (JOURNAL, MANIFEST):
        disk.remove(f"{folder}/{name}")
    return count
