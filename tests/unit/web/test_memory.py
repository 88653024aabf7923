"""What builds remember: the same site comes out as without, nothing stale is believed, and nothing breaks a build."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from khmertext.errors import SiteError
from khmertext.fonts import default_face, limit_axes
from khmertext.script.everyday import everyday_clusters
from khmertext.web import BuildOptions, BuildResult, build_site, check_site, reading, site, webfonts
from khmertext.web.cache import SiteCache, default_cache, open_cache
from khmertext.web.factcodes import decode_facts, encode_facts, encode_shared
from khmertext.web.facts import Counted, FoundText, PageFacts, PageFinding, SiteWarning
from khmertext.web.keeping import keep_font
from khmertext.web.looks import Look
from khmertext.web.pages import scan_page
from khmertext.web.sources import Insertion
from khmertext.web.stamps import Stamp, take_stamp

AXES = {"wght": (400.0, 400.0)}
PAGES = {
    "index.html": "<!DOCTYPE html><html lang=km><link rel=stylesheet href=a.css><p>ខ្មែរ <p>ភាសាជាតិ".encode(),
    "sub/b.html": "<p lang=km>កម្ពុជា<script src=../j.js></script>".encode(),
    "404.html": "<p lang=km>រកមិនឃើញ".encode(),
    "plain.html": b"<p>none",
    "a.css": b"p { font-family: serif }\n",
    "j.js": 'const text = "ខ្ញុំ";'.encode(),
    "x.svg": "<svg><text>រូប</text></svg>".encode(),
    "y.svg": b"<svg/>",
}
Files = dict[str, bytes]


def write_files(root: Path, files: Files) -> Path:
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def read_files(root: Path) -> Files:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def options(tmp_path: Path) -> BuildOptions:
    return BuildOptions(jobs=1, axes=AXES, cache=tmp_path / "cache", slack=0, detector=False)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_files(tmp_path / "site", PAGES)


def build_both(source: Path, output: Path | None, options: BuildOptions, tmp_path: Path) -> BuildResult:
    """Build with the cache; a build of the same without one has to give the same files."""
    twin = tmp_path / "twin"
    shutil.rmtree(twin, ignore_errors=True)
    shutil.copytree(source, twin / "source")
    if output is not None and output.exists():
        shutil.copytree(output, twin / "output")
    result = build_site(source, output, options)
    plain = build_site(
        twin / "source", None if output is None else twin / "output", replace(options, cache=None, slack=0)
    )
    assert read_files(output or source) == read_files(twin / ("source" if output is None else "output"))
    assert (result.runs, result.clusters, result.warnings, result.lacking) == (
        plain.runs,
        plain.clusters,
        plain.warnings,
        plain.lacking,
    )
    assert not [one for one in check_site(output or source, jobs=1) if "lacks" not in one.message]
    return result


def edit(path: Path, text: str) -> None:
    path.write_bytes(path.read_bytes() + text.encode())


def touch_all(root: Path) -> None:
    for path in root.rglob("*"):
        if path.is_file():
            os.utime(path, (1, 1))


CHANGES: dict[str, Callable[[Path], object]] = {
    "nothing": lambda root: None,
    "latin": lambda root: edit(root / "index.html", "<p>more"),
    "khmer": lambda root: edit(root / "index.html", "<p>ឃ្លាំង"),
    "less": lambda root: (root / "sub/b.html").write_bytes(b"<p>none"),
    "page": lambda root: write_files(root, {"new/c.html": "<p lang=km>ថ្មី".encode()}),
    "gone": lambda root: (root / "sub/b.html").unlink(),
    "style": lambda root: edit(root / "a.css", "p { font-weight: 700 }"),
    "script": lambda root: edit(root / "j.js", 'const more = "ឆ្នាំ";'),
    "picture": lambda root: edit(root / "y.svg", "<text>ឈើ</text>"),
    "base": lambda root: edit(root / "plain.html", "<base href=/sub/><p lang=km>ក"),
    "times": lambda root: touch_all(root),
}


@pytest.mark.parametrize(
    ("change", "placed"), [(change, number % 2 == 0) for number, change in enumerate(CHANGES)] + [("khmer", False)]
)
def test_the_same_comes_out_as_without(
    source: Path, options: BuildOptions, tmp_path: Path, change: str, placed: bool
) -> None:
    output = None if placed else tmp_path / "out"
    build_both(source, output, options, tmp_path)
    CHANGES[change](source)
    build_both(source, output, options, tmp_path)
    again = build_both(source, output, options, tmp_path)
    assert (again.written, again.removed) == (0, 0)


def refuse(*_: object, **__: object) -> Any:
    raise AssertionError("it was read, cut or written again")


@pytest.mark.parametrize("placed", [True, False])
def test_an_unchanged_site_is_not_read(
    source: Path, options: BuildOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, placed: bool
) -> None:
    output = None if placed else tmp_path / "out"
    first = build_site(source, output, options)
    for name in ("read_site", "make_fonts", "SiteWriter"):
        monkeypatch.setattr(site, name, refuse)
    again = build_site(source, output, options)
    assert again == replace(first, written=0, removed=0)


def test_another_default_font_is_another_build(
    source: Path, options: BuildOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its package may have been upgraded since."""
    build_site(source, None, options)
    (tmp_path / "new.ttf").write_bytes(limit_axes(default_face(), {"wdth": (100, 100)}).data)
    monkeypatch.setattr(site, "find_font", lambda: tmp_path / "new.ttf")
    monkeypatch.setattr(site, "read_site", refuse)
    with pytest.raises(AssertionError, match="read, cut or written again"):
        build_site(source, None, options)


def test_what_is_unchanged_is_not_read_again(
    source: Path, options: BuildOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = replace(options, detector=True)
    build_site(source, None, options)
    edit(source / "index.html", "<p>more")
    read: list[str] = []
    scan = scan_page

    def note(data: bytes, path: str, *rest: Any) -> Any:
        read.append(path)
        return scan(data, path, *rest)

    monkeypatch.setattr(reading, "scan_page", note)
    monkeypatch.setattr("khmertext.web.webfonts.subset_text", refuse)
    monkeypatch.setattr("khmertext.web.webfonts.subset_full", refuse)
    monkeypatch.setattr(site, "make_download", refuse)
    build_site(source, None, options)
    assert read == ["index.html"]


@pytest.mark.parametrize("what", ["page", "font", "manifest", "style"])
def test_what_somebody_changed_in_the_output_is_put_right(
    source: Path, options: BuildOptions, tmp_path: Path, what: str
) -> None:
    output = tmp_path / "out"
    build_site(source, output, options)
    wanted = read_files(output)
    name = {"page": "index.html", "font": ".woff2", "manifest": "manifest.json", "style": ".css"}[what]
    path = next(
        output / path for path in sorted(wanted) if path.endswith(name) and (what != "style" or "khmer" in path)
    )
    if what == "manifest":
        edit(path, "\n")
    else:
        path.unlink()
    build_site(source, output, options)
    assert read_files(output) == wanted


def test_other_options_are_not_taken_for_the_same(source: Path, options: BuildOptions, tmp_path: Path) -> None:
    build_site(source, None, options)
    for other in (
        replace(options, detector=True),
        replace(options, family="Other"),
        replace(options, axes={"wght": (400, 700)}),
        replace(options, exclude=("sub",)),
        replace(options, open_text=True),
    ):
        shutil.rmtree(source)
        build_both(write_files(source, PAGES), None, other, tmp_path)


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"key": 3}', '{"source": 3, "digests": 3, "fonts": 3, "download": 3}']
)
def test_a_damaged_cache_is_none(source: Path, options: BuildOptions, tmp_path: Path, damage: str) -> None:
    build_site(source, None, options)
    assert options.cache is not None
    for path in options.cache.rglob("*.json"):
        path.write_text(damage, encoding="utf-8")
    edit(source / "index.html", "<p>ឃ្លា")
    build_both(source, None, options, tmp_path)


@pytest.mark.parametrize("values", [[1, 2], [["utf-8"], ["a", "b", "c", "d"], *range(12)], 7])
@pytest.mark.parametrize("shared", [True, False])
def test_values_of_another_form_are_none(
    source: Path, options: BuildOptions, tmp_path: Path, *, values: object, shared: bool
) -> None:
    options = replace(options, detector=True)
    build_site(source, None, options)
    assert options.cache is not None
    for path in options.cache.rglob("*.json"):
        value = json.loads(path.read_text(encoding="utf-8"))
        if path.name == "state.json":
            for part in value["fonts"].values():
                part["fonts"] = [[1, 2]]
            value["download"]["files"] = {"a": "b"}
        else:
            files = {name: [*entry[:2], values, entry[3]] for name, entry in value["files"].items()}
            value["files"] = files if shared else {name: [*entry[:3], ["x", 1]] for name, entry in files.items()}
            value["shared"] = value["shared"] if shared else {"x": {"y": [1]}}
        path.write_text(json.dumps(value), encoding="utf-8")
    edit(source / "index.html", "<p>ឃ្លា")
    build_both(source, None, options, tmp_path)


def test_a_font_file_that_was_changed_is_not_served(source: Path, options: BuildOptions, tmp_path: Path) -> None:
    build_site(source, None, options)
    assert options.cache is not None
    for path in options.cache.rglob("files/*"):
        path.write_bytes(b"wOF2" + path.read_bytes()[4:-1] + b"?")
    edit(source / "index.html", "<p>more")
    build_both(source, None, options, tmp_path)


def test_where_nothing_can_be_kept_a_build_is_as_ever(source: Path, options: BuildOptions, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    build_both(source, None, replace(options, cache=tmp_path / "file" / "cache"), tmp_path)


def test_a_dry_run_keeps_nothing(source: Path, options: BuildOptions) -> None:
    build_site(source, None, options, dry_run=True)
    assert options.cache is not None
    assert not options.cache.exists()


# -- fonts that stay ---------------------------------------------------------------------------------------------------


def font_of(root: Path) -> str:
    value = json.loads((root / "khmertext/manifest.json").read_text(encoding="utf-8"))
    return next(str(one["file"]) for one in value["fonts"][0]["files"] if one["role"] in ("text", "flagged"))


@pytest.mark.parametrize("open_text", [False, True])
def test_a_font_that_still_draws_the_site_stays(source: Path, options: BuildOptions, *, open_text: bool) -> None:
    options = replace(options, slack=0.1, open_text=open_text)
    build_site(source, None, options)
    first = font_of(source)
    edit(source / "index.html", "<p>ភាសាខ្មែរជាភាសា")  # clusters that are there, in another order
    result = build_site(source, None, options)
    assert font_of(source) == first
    assert result.runs > 0
    assert not check_site(source, jobs=1)
    edit(source / "index.html", "<p>ឃ្លាំងឆ្លើយ")
    build_site(source, None, options)
    assert font_of(source) != first
    assert not check_site(source, jobs=1)


def test_a_font_that_became_too_large_goes(source: Path, options: BuildOptions) -> None:
    edit(source / "index.html", "<p>ឃ្លាំងឆ្លើយឈ្មោះដូច្នេះ")
    build_site(source, None, options)
    large = font_of(source)
    (source / "index.html").write_bytes(PAGES["index.html"])
    build_site(source, None, replace(options, slack=10))
    assert font_of(source) == large
    edit(source / "index.html", "<p>ភាសា")
    build_site(source, None, replace(options, slack=0.01))
    assert font_of(source) != large


def test_a_font_that_stays_is_no_larger_than_allowed(source: Path, options: BuildOptions, tmp_path: Path) -> None:
    """Held against the smallest font, which a build without memory cuts, over a row of edits."""
    words = ("ភាសា", "ឃ្លាំង", "ឆ្លើយ", "ឈ្មោះ", "ដូច្នេះ", "ស្រ្តី", "ព្រះរាជា", "ខ្ញុំ", "ក្រៅ", "ញញឹម")
    random = Random(5)
    options = replace(options, slack=0.05)
    fonts = set()
    for _ in range(8):
        edit(source / "index.html", "<p>" + " ".join(random.sample(words, random.randint(1, 9))))
        kept = build_site(source, None, options)
        fonts.add(font_of(source))
        smallest = build_site(source, tmp_path / "out", replace(options, cache=None))
        assert kept.after <= 1.05 * smallest.after
        assert kept.clusters == smallest.clusters
    assert 1 < len(fonts) < 8  # some stay, some go


def test_an_edit_that_changes_no_font_changes_no_other_page(source: Path, options: BuildOptions) -> None:
    options = replace(options, slack=0.1)
    edit(source / "index.html", "<p>ភាសាខ្មែរ " + " ".join(everyday_clusters()[:3000]))
    build_site(source, None, options)
    styles = {path.name for path in source.glob("khmertext/*.css")}
    edit(source / "index.html", "<p>ភាសាខ្មែរជាភាសាភាសា")
    result = build_site(source, None, options)
    assert {path.name for path in source.glob("khmertext/*.css")} == styles
    assert result.written == 1  # the manifest: the page has its links still
    for number in range(60):
        edit(source / "index.html", "<p>" + "ក្រ" * (number + 60))
    build_site(source, None, options)
    assert {path.name for path in source.glob("khmertext/*.css")} > styles


def test_slack_that_was_larger_once_is_not_believed(source: Path, options: BuildOptions, tmp_path: Path) -> None:
    words = "ឃ្លាំង ឆ្លើយ ឈ្មោះ ដូច្នេះ ស្រ្តី ព្រះរាជា ខ្ញុំ ក្រៅ ញញឹម ភាសា"
    edit(source / "index.html", f"<p>{words}")
    build_site(source, None, replace(options, slack=10))
    (source / "index.html").write_bytes(PAGES["index.html"])
    build_site(source, None, replace(options, slack=10))
    build_site(source, None, replace(options, slack=0.1))
    edit(source / "index.html", "<p>ភាសាភាសា")
    kept = build_site(source, None, replace(options, slack=0.1))
    smallest = build_site(source, tmp_path / "out", replace(options, cache=None))
    assert kept.after <= 1.1 * smallest.after


def test_what_is_new_in_the_text_is_proven(
    source: Path, options: BuildOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = replace(options, slack=10)
    build_site(source, None, options)
    proven: list[str] = []
    keep = keep_font

    def note(kept: Any, reference: Any, wanted: Any, prover: Any, **rest: Any) -> Any:
        def prove(one: Any, other: Any, runs: Any) -> Any:
            proven.extend(run.text for run in runs)
            return prover(one, other, runs)

        return keep(kept, reference, wanted, prove, **rest)

    monkeypatch.setattr(webfonts, "keep_font", note)
    edit(source / "index.html", "<p>ភាសាខ្មែរ")
    build_site(source, None, options)
    assert proven == ["ភាសាខ្មែរ"]


# -- the parts ---------------------------------------------------------------------------------------------------------


def test_what_was_just_written_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"1")
    stamp = take_stamp(path)
    assert stamp is not None
    assert not stamp.is_settled(stamp.modified)
    assert stamp.is_settled(stamp.modified + 10**10)
    assert not Stamp(1, 10**9, 10**9, 1).is_settled(2 * 10**9)  # whole seconds: a coarse clock
    assert take_stamp(tmp_path) is None
    (tmp_path / "link").symlink_to(path)
    assert take_stamp(tmp_path / "link") is None


def test_each_site_has_a_place_of_its_own(tmp_path: Path) -> None:
    places = {
        open_cache(tmp_path, tmp_path / "a", None).folder,
        open_cache(tmp_path, tmp_path / "b", None).folder,
        open_cache(tmp_path, tmp_path / "a", tmp_path / "b").folder,
    }
    assert len(places) == 3


def test_what_nobody_builds_any_more_goes(tmp_path: Path) -> None:
    old, new = SiteCache(tmp_path / "sites/old"), SiteCache(tmp_path / "sites/new")
    old.save_state({})
    os.utime(old.folder / "state.json", (1, 1))
    new.save_state({})
    new.save_facts()
    assert not old.folder.exists()
    assert new.folder.exists()


def test_where_caches_go(caches: Path) -> None:
    assert default_cache().name == "khmertext"


def test_every_fact_comes_back() -> None:
    """Each field of a page's facts differs from what it is unless given, so that none can be forgotten."""
    values: dict[str, Any] = {
        "path": "a.html",
        "texts": (
            FoundText("ក", "km", (Look(400, italic=True, features="kern=0", media="print"), Look(700)), 3, "<p>"),
        ),
        "insertions": (Insertion(3, "x"),),
        "stacks": frozenset({("a.css", 1)}),
        "locked": frozenset({"b.css"}),
        "linked": frozenset({"c.js"}),
        "rules": ("p{}",),
        "warnings": (SiteWarning("a", "b", "c", 1),),
        "findings": (PageFinding("KS101", "a", 1, 2, 3, 4, "b", "c"),),
        "encoding": "utf-16",
        "counted": Counted(1, 2, 3, 4),
    }
    plain = PageFacts("")
    values["lines"] = plain.lines  # never read together with a memory
    for field in fields(PageFacts):
        if field.name not in values:
            value = getattr(plain, field.name)
            values[field.name] = not value if isinstance(value, bool) else value + 7 if isinstance(value, int) else "y"
    facts = PageFacts(**values)
    assert decode_facts("a.html", json.loads(json.dumps(encode_facts(facts))), encode_shared(facts)) == facts


@pytest.mark.parametrize(("output", "place"), [(None, "site/.cache"), ("out", "site"), ("out", "out/x/cache")])
def test_a_cache_inside_the_site_is_refused(
    source: Path, options: BuildOptions, tmp_path: Path, output: str | None, place: str
) -> None:
    # It would be read as the site's data by the next build, and copied with it.
    before = read_files(tmp_path)
    with pytest.raises(SiteError, match="inside the site"):
        build_site(source, None if output is None else tmp_path / output, replace(options, cache=tmp_path / place))
    assert read_files(tmp_path) == before
