"""A site's Khmer without its pages: fonts, stylesheet and visitor check for a content management system's theme.

Nothing is known of the text, so the fonts are those for open text. How Khmer comes into a theme's looks without a
change to it: a stylesheet that is loaded behind the theme's own says its font stacks again, with our family in front.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from khmertext.errors import SiteError
from khmertext.fonts.runs import iter_khmer_runs
from khmertext.script.everyday import everyday_clusters, everyday_counts
from khmertext.web.bare import bare_rules, find_weakest_layer, has_fixed_sizes
from khmertext.web.building import SitePlan, page_links, page_notice
from khmertext.web.detector import WORDS
from khmertext.web.disk import Change, Rehearsal, Tree, TreeWriter, is_abandoned, read_file, read_tree
from khmertext.web.escaping import escape_css_string
from khmertext.web.facts import LAYER, PageFacts, SiteContext
from khmertext.web.fallbacks import Adjustment, adjust_fallbacks
from khmertext.web.looks import Look
from khmertext.web.manifest import check_path, hash_bytes
from khmertext.web.reading import PageRead, Progress, SiteFacts
from khmertext.web.site import BuildOptions, check_options, list_fallbacks, plan_site
from khmertext.web.sources import decode_source
from khmertext.web.stacks import fallback_families, put_in_front, quote_families, quote_family
from khmertext.web.stylesheets import ANONYMOUS, FontStack, StyleRule, StyleSheet, parse_styles
from khmertext.web.systems import SYSTEMS
from khmertext.web.webfonts import FontSource, make_download, make_fonts, open_sources
from khmertext.workers import count_jobs

__all__ = ["Kit", "KitOptions", "theme_rules", "write_kit"]

RECORD: Final = "kit.json"
FORMAT: Final = 1
LANGUAGES: Final = ("km",)
WEIGHTS: Final = (400, 700)
MAX_SHEET: Final = 16 << 20
# Weighs nothing, so that the rule is as strong as the theme's: Firefox shows text areas in another size then.
NO_TEXTAREA: Final = ":not(:where(textarea))"
NO_LAYER: Final = (
    "the theme begins with a cascade layer that has no name, below which nothing can be put: elements that the theme "
    "gives no font keep the browser's"
)


@dataclass(frozen=True, slots=True)
class KitOptions:
    """What a kit is told.

    Attributes:
        build: The options of a build; those about pages have no effect.
        texts: Texts that the site is known to show; none means everyday Khmer.
        theme: The folder of the theme; None where its stylesheets are not at hand.
        stacks: More font stacks of the theme: selector and stack.
        base_url: Where the kit's folder will be, as pages see it, with a slash at the end.
    """

    build: BuildOptions = field(default_factory=BuildOptions)
    texts: tuple[str, ...] = ()
    theme: Path | None = None
    stacks: tuple[tuple[str, str], ...] = ()
    base_url: str = "/"


@dataclass(frozen=True, slots=True)
class Kit:
    """What was made.

    Attributes:
        files: Every file, from the kit's folder.
        known: Bytes of the font that Chromium loads for text that was known; 0 where it loads the whole one.
        whole: Bytes of the font with all Khmer.
        rules: How many of the theme's font stacks are said again.
        notes: What its maker should know.
        written: Files written.
        removed: Files of an earlier kit that were removed.
    """

    files: tuple[str, ...]
    known: int
    whole: int
    rules: int
    notes: tuple[str, ...]
    written: int
    removed: int


def write_kit(
    output: Path,
    options: KitOptions,
    *,
    dry_run: bool = False,
    preview: Callable[[Change], None] | None = None,
    progress: Progress | None = None,
) -> Kit:
    """Make a kit.

    Args:
        output: Its folder; a new one, an empty one, or that of an earlier kit.
        options: What goes in.
        dry_run: Do everything but write; what would be written or removed is counted in the result.
        preview: In a dry run, given each change in the order in which it would be made.
        progress: Told how far it is.

    Returns:
        What was made. The same options and fonts give the same bytes.

    Raises:
        SiteError: The folder holds something else, or a file cannot be read or written.
        FontError: A font cannot be used.
        ValueError: An option makes no sense.
    """
    build = replace(options.build, open_text=True, guard=False)
    check_options(build)
    if not options.base_url.endswith("/") or any(letter in options.base_url for letter in "?#\"'<>\\ \n"):
        raise ValueError("the base URL ends with a slash, and has no query, quotes or blanks")
    earlier = read_record(output)
    sheets: list[StyleSheet] = []
    unread: list[str] = []
    if options.theme is not None:
        sheets, unread = read_theme(options.theme)
    style = style_theme(sheets, options)
    sources = open_sources(build.fonts, build.axes, WEIGHTS)
    texts = [
        (run, language, Look(weight))
        for run in sorted({run for text in options.texts for _, run in iter_khmer_runs(text)}) or everyday_clusters()
        for language in LANGUAGES
        for weight in WEIGHTS
    ]
    fonts = make_fonts(
        sources,
        texts,
        family=build.family,
        hinting=build.hinting,
        open_text=True,
        jobs=count_jobs(build.jobs),
        progress=progress,
    )
    context = SiteContext(build.family, fallbacks=families_of(build)[1:])
    plan = plan_site(
        SiteFacts(Tree(output, (), frozenset(), (), ()), context, (rules_page((*style.bare, *style.said)),)),
        fonts,
        build,
        make_download(sources) if build.detector else None,
        fit_fallbacks(sources, build),
        layer=style.layer,
    )
    files = dict(iter_files(plan, options.base_url, families_of(build)))
    listed = {name: hash_bytes(data) for name, data in sorted(files.items())}
    record = {
        "made_by": "khmertext",
        "format": FORMAT,
        "kit": listed,
        "fonts": list(fonts.report),
    }
    files[RECORD] = write_record(record)
    require_free(output, files.keys() - earlier - {RECORD})
    disk = Rehearsal(output, preview or (lambda _: None)) if dry_run else TreeWriter(output)
    changed = not (output / RECORD).is_file() or read_file(output, RECORD) != files[RECORD]
    if changed and not dry_run:
        # Everything is listed before it is there: what a killed run leaves is a kit, which the next one completes.
        disk.write(RECORD, write_record({**record, "kit": {**dict.fromkeys(sorted(earlier), ""), **listed}}))
    for name in sorted(earlier | files.keys()):
        disk.sweep(name)
    written = sum(disk.write(name, data) for name, data in files.items() if name != RECORD) + changed
    removed = sum(disk.remove(name) for name in sorted(earlier - files.keys()))
    disk.write(RECORD, files[RECORD])
    return Kit(
        files=tuple(files),
        known=fonts.after if fonts.whole else 0,
        whole=fonts.whole or fonts.after,
        rules=len(style.said),
        notes=(*fonts.notes, *unread, *style.notes),
        written=written,
        removed=removed,
    )


def families_of(build: BuildOptions) -> tuple[str, ...]:
    """Our family, and those of fallback fonts behind it."""
    return build.family, *(fallback_families(build.family) if build.fallbacks else ())


def fit_fallbacks(sources: Sequence[FontSource], build: BuildOptions) -> list[Adjustment]:
    """Fonts of the visitor's own, fitted to the kit's on everyday Khmer.

    So it is where texts were given, too: what a site comes to show is nearer to that than to a few texts of it.
    """
    if not build.fallbacks:
        return []
    counts = {row.cluster: float(row.known) for row in everyday_counts() if row.known}
    return adjust_fallbacks(sources, dict.fromkeys(WEIGHTS, counts), list_fallbacks(build))


def require_free(output: Path, names: Collection[str]) -> None:
    """See that nothing that is no kit's is in the place of a new file.

    Raises:
        SiteError: Something is.
    """
    for name in sorted(names):
        if os.path.lexists(output / name):
            raise SiteError("is in the folder already and is not of the kit", source=str(output / name),
                            hint="move it, or give a new folder")  # fmt: skip


def write_record(record: Mapping[str, Any]) -> bytes:
    """The list of what is in a kit, as its file has it."""
    return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "surrogatepass")


def rules_page(rules: Sequence[str]) -> PageRead:
    """The rules as if a page had brought them: in the order in which they stand in the theme, as one."""
    return PageRead(PageFacts("", rules=("\n".join(rules),) if rules else ()), "", "")


def read_record(output: Path) -> set[str]:
    """The files of an earlier kit in a folder.

    Raises:
        SiteError: It holds something that is no kit.
    """
    if not output.exists() or (output.is_dir() and is_abandoned(output)):
        return set()
    path = output / RECORD
    try:
        value: Any = json.loads(read_file(output, RECORD)) if path.is_file() else None
        if isinstance(value, dict) and value["made_by"] == "khmertext":
            return {check_path(name, str(path)) for name in value["kit"]}
    except (ValueError, KeyError, TypeError):
        pass
    raise SiteError("holds something else than a kit", source=str(output), hint="give a new folder, or empty this one")


# -- the theme -------------------------------------------------------------------------------------------------------


class ThemeStyle(NamedTuple):
    """What a kit's stylesheet says of a theme.

    Attributes:
        said: The theme's font stacks, said again.
        bare: The rules for elements that it gives no font.
        layer: The cascade layer below all of the theme's; None where there can be none.
        notes: What its maker should know.
    """

    said: tuple[str, ...]
    bare: tuple[str, ...]
    layer: str | None
    notes: tuple[str, ...]


def style_theme(sheets: Sequence[StyleSheet], options: KitOptions) -> ThemeStyle:
    """Find the rules that bring Khmer into a theme's looks.

    Args:
        sheets: Its stylesheets; none where they are not at hand.
        options: What the kit is told.

    Raises:
        ValueError: A stack of the user's makes no sense.
    """
    families = families_of(options.build)
    fixed = bool(sheets) and has_fixed_sizes(sheets)
    said = [rule for sheet in sheets for rule in theme_rules(sheet, *families, monospace=fixed)]
    given = [stack_rule(selector, stack, *families) for selector, stack in options.stacks]
    # Without stylesheets nobody knows whether there are layers, and what would be overruled.
    layer = find_weakest_layer(sheets) if sheets else LAYER
    bare = tuple(bare_rules(families, layer=layer, fixed_sizes=fixed)) if sheets and layer is not None else ()
    notes = (NO_LAYER,) if layer is None else ()
    return ThemeStyle((*dict.fromkeys(said), *given), bare, layer, notes)


def read_theme(folder: Path) -> tuple[list[StyleSheet], list[str]]:
    """The stylesheets of a theme, and what could not be read.

    Raises:
        SiteError: The folder cannot be read.
    """
    if not folder.is_dir():
        raise SiteError("is no folder", source=str(folder), hint="give the folder of the theme")
    sheets: list[StyleSheet] = []
    notes: list[str] = []
    for path in read_tree(folder).files:
        if not path.lower().endswith(".css"):
            continue
        try:
            data = read_file(folder, path)
            if len(data) > MAX_SHEET:
                raise SiteError("is larger than 16 MiB", source=path)
            sheets.append(parse_styles(decode_source(data, source=path, kind="css").text))
        except SiteError as error:
            notes.append(f"{path}: {error.message}; left out")
    return sheets, notes


def theme_rules(sheet: StyleSheet, family: str, *fallbacks: str, monospace: bool = False) -> list[str]:
    """The font stacks of a stylesheet, said again with our family in front.

    Args:
        sheet: The stylesheet.
        family: Our family's name.
        fallbacks: The families that go in behind it.
        monospace: Whether stacks of ``monospace`` alone are said again. Browsers may show these in another size.

    Returns:
        CSS rules with the selectors, conditions and layers of the author's, in their order. Rules whose conditions
        cannot be said again are left out.

    Source: CSS Cascade Level 5, section 6.1: of two rules that are alike, the later one wins.

    Example:
        >>> theme_rules(parse_styles("@media print { h1, .a:hover { font: bold 2em Lora, serif } }"), "K")
        ['@media print{h1{font-family:"K", Lora, serif}}', '@media print{.a:hover{font-family:"K", Lora, serif}}']
    """
    found: list[str] = []

    def front(stack: FontStack) -> str:
        return put_in_front(stack.css, family, frozenset(), fallbacks)

    for rule in sheet.rules:
        for setting in rule.settings:
            if setting.name != "font-family" or setting.stack < 0 or rule.wrappers is None or not rule.written:
                continue
            stack = sheet.stacks[setting.stack]
            # A variable's own value gets the family; icon fonts hold no Khmer, and no harm is done.
            if stack.shorthand or any(item.kind == "var" for item in stack.families):
                continue
            if stack.lone_monospace and (not monospace or rule.pseudo):
                continue
            said = f"{rule.written}{NO_TEXTAREA}" if stack.lone_monospace else rule.written
            css = f"font-family:{front(stack)}{'!important' if setting.important else ''}"
            found += wrap_rule(rule._replace(written=said), css)
    for name, stacks in sheet.custom:
        if name in sheet.everywhere and len(stacks) == 1 and not sheet.stacks[stacks[0]].lone_monospace:
            found.append(f":root{{{name}:{front(sheet.stacks[stacks[0]])}}}")
    return found


def wrap_rule(rule: StyleRule, declared: str) -> Iterator[str]:
    if any(name.startswith(ANONYMOUS) for name in rule.layer):
        return  # a layer without a name cannot be entered again
    text = f"{rule.written}{'::' + rule.pseudo if rule.pseudo else ''}{{{declared}}}"
    for wrapper in reversed(rule.wrappers or ()):
        text = f"{wrapper}{{{text}}}"
    yield f"@layer {'.'.join(rule.layer)}{{{text}}}" if rule.layer else text


def stack_rule(selector: str, stack: str, family: str, *fallbacks: str) -> str:
    """A rule for a stack that the user gives.

    Raises:
        ValueError: It is not one selector list and one stack.

    Example:
        >>> stack_rule("body", "Inter, sans-serif", "K")
        'body{font-family:"K", Inter, sans-serif}'
    """
    sheet = parse_styles(f"{selector}{{font-family:{stack}}}")
    wrong = any(sign in selector + stack for sign in "{};@") or len(sheet.stacks) != 1
    if wrong or any(item.kind == "var" for item in sheet.stacks[0].families):
        raise ValueError(f"{selector}={stack} is not like body=Inter, sans-serif")
    return f"{selector.strip()}{{font-family:{put_in_front(sheet.stacks[0].css, family, frozenset(), fallbacks)}}}"


# -- files -----------------------------------------------------------------------------------------------------------


def iter_files(plan: SitePlan, base: str, families: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of each file of a kit."""
    for name, data in plan.assets.items():
        yield f"{plan.folder}/{name}", data
    yield "head.html", (page_links(plan, base) + "\n").encode()
    if plan.noscript:
        yield "body.html", (page_notice(plan, base) + "\n").encode()
    urls = {
        "folder": plan.folder,
        "base": base,
        "style": plan.style,
        "script": plan.script.get("src", ""),
        "family": plan.family,
        "quoted": quote_family(plan.family),
        "css_family": escape_css_string(plan.family),
        "attributes": script_attributes(plan, base),
    }
    for system in SYSTEMS:
        for snippet in system(urls):
            yield snippet.name, snippet.text.encode("utf-8", "replace")
    yield "README.txt", read_me(plan, base, families).encode("utf-8", "replace")


def script_attributes(plan: SitePlan, base: str) -> Mapping[str, str]:
    """The attributes of the visitor check's element besides its address, as they are, not escaped."""
    urls = {name: f"{base}{plan.folder}/{value}" for name, value in plan.script.items() if name != "src"}
    found = {"data-khmertext": ""}
    found |= {f"data-{name}": value for name, value in urls.items()}
    found |= {f"data-in{language}": "|".join(WORDS[language]) for language in plan.languages}
    return found | ({"data-alt": plan.alt} if plan.script else {})


def read_me(plan: SitePlan, base: str, families: Sequence[str]) -> str:
    """What to do with the kit, in plain words."""
    lines = [
        "Khmer for a content management system",
        "",
        f"1. Put the folder {plan.folder}/ where pages find it at {base}{plan.folder}/",
        "2. Load its stylesheet on every page, BEHIND the stylesheets of the theme, and the script of the visitor",
        "   check: head.html holds both as HTML. For some systems there are files in folders of their own:",
        "",
        *(f"   {name}" for name in ("wordpress/", "drupal/", "joomla/")),
        "",
        "   Each says in its first lines where it goes. They were written after the manuals of these systems and were",
        "   not run there.",
        *(
            ["3. body.html belongs right behind <body>, for browsers without JavaScript.", ""]
            if plan.noscript
            else [""]
        ),
        "How Khmer gets its font: the stylesheet says the font stacks of the theme again, with the family",
        f'"{plan.family}" in front. It holds Khmer alone, so everything else looks as before. Stacks that were not',
        "given (--theme FOLDER, --stack SELECTOR=STACK) do not name it: on elements that have one of these, Khmer",
        "shows in whatever font the visitor has. In a stylesheet of your own write",
        "",
        f"   .article {{ font-family: {quote_families(families[0], families[1:])}, Inter, sans-serif }}",
        "",
        "where Inter, sans-serif stands for what was there before.",
        *(
            [
                "The families behind the first are fonts that visitors may have, as wide and as tall as this one: they",
                "show Khmer until it has come.",
            ]
            if len(families) > 1
            else []
        ),
        "",
        "The fonts: Chromium loads a small one that knows everyday Khmer and, for other text alone, the one with all",
        "Khmer; other browsers load that at once.",
        "",
        "Made with `khmertext site kit`; make it again with the same options to update it. kit.json lists its files",
        "with their hashes, and what was proven of the fonts.",
        "",
    ]
    return "\n".join(lines)
