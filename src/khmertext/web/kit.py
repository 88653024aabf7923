"""A site's Khmer without its pages: fonts, stylesheet and visitor check for a content management system's theme.

Nothing is known of the text, so the fonts are those for open text. How Khmer comes into a theme's looks without a
change to it: a stylesheet that is loaded behind the theme's own says its font stacks again, with our family in front.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from khmertext.errors import SiteError
from khmertext.fonts.runs import iter_khmer_runs
from khmertext.script.everyday import everyday_clusters
from khmertext.web.building import SitePlan, page_links, page_notice
from khmertext.web.detector import WORDS
from khmertext.web.disk import Tree, TreeWriter, is_abandoned, read_file, read_tree
from khmertext.web.escaping import escape_css_string
from khmertext.web.facts import PageFacts, SiteContext
from khmertext.web.looks import Look
from khmertext.web.manifest import check_path, hash_bytes
from khmertext.web.reading import PageRead, Progress, SiteFacts
from khmertext.web.site import BuildOptions, check_options, plan_site
from khmertext.web.sources import decode_source
from khmertext.web.stacks import put_in_front, quote_family
from khmertext.web.stylesheets import ANONYMOUS, StyleRule, StyleSheet, parse_styles
from khmertext.web.systems import SYSTEMS
from khmertext.web.webfonts import make_download, make_fonts, open_sources
from khmertext.workers import count_jobs

__all__ = ["Kit", "KitOptions", "theme_rules", "write_kit"]

RECORD: Final = "kit.json"
FORMAT: Final = 1
LANGUAGES: Final = ("km",)
WEIGHTS: Final = (400, 700)
MAX_SHEET: Final = 16 << 20


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


def write_kit(output: Path, options: KitOptions, *, progress: Progress | None = None) -> Kit:
    """Make a kit.

    Args:
        output: Its folder; a new one, an empty one, or that of an earlier kit.
        options: What goes in.
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
    rules: list[str] = []
    notes = list(fonts.notes)
    if options.theme is not None:
        rules, unread = read_theme(options.theme, build.family)
        notes += unread
    rules += [stack_rule(selector, stack, build.family) for selector, stack in options.stacks]
    plan = plan_site(
        SiteFacts(Tree(output, (), frozenset(), (), ()), SiteContext(build.family), (rules_page(rules),)),
        fonts,
        build,
        make_download(sources) if build.detector else None,
    )
    files = dict(iter_files(plan, options.base_url))
    listed = {name: hash_bytes(data) for name, data in sorted(files.items())}
    record = {
        "made_by": "khmertext",
        "format": FORMAT,
        "kit": listed,
        "fonts": list(fonts.report),
    }
    files[RECORD] = write_record(record)
    disk = TreeWriter(output)
    if not (output / RECORD).is_file() or read_file(output, RECORD) != files[RECORD]:
        # Everything is listed before it is there: what a killed run leaves is a kit, which the next one completes.
        disk.write(RECORD, write_record({**record, "kit": {**dict.fromkeys(sorted(earlier), ""), **listed}}))
    written = sum(disk.write(name, data) for name, data in files.items())
    removed = sum(disk.remove(name) for name in sorted(earlier - files.keys()))
    return Kit(tuple(files), fonts.after if fonts.whole else 0, fonts.whole or fonts.after, len(rules), tuple(notes),
               written, removed)  # fmt: skip


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


def read_theme(folder: Path, family: str) -> tuple[list[str], list[str]]:
    """The rules that say a theme's font stacks again, and what could not be read.

    Raises:
        SiteError: The folder cannot be read.
    """
    if not folder.is_dir():
        raise SiteError("is no folder", source=str(folder), hint="give the folder of the theme")
    rules: list[str] = []
    notes: list[str] = []
    for path in read_tree(folder).files:
        if not path.lower().endswith(".css"):
            continue
        try:
            data = read_file(folder, path)
            if len(data) > MAX_SHEET:
                raise SiteError("is larger than 16 MiB", source=path)
            rules += theme_rules(parse_styles(decode_source(data, source=path, kind="css").text), family)
        except SiteError as error:
            notes.append(f"{path}: {error.message}; left out")
    return list(dict.fromkeys(rules)), notes


def theme_rules(sheet: StyleSheet, family: str) -> list[str]:
    """The font stacks of a stylesheet, said again with our family in front.

    Args:
        sheet: The stylesheet.
        family: Our family's name.

    Returns:
        CSS rules with the selectors, conditions and layers of the author's, in their order. Stacks of ``monospace``
        alone are left out, since browsers give it another size; so are rules whose conditions cannot be said again.

    Source: CSS Cascade Level 5, section 6.1: of two rules that are alike, the later one wins.

    Example:
        >>> theme_rules(parse_styles("@media print { h1, .a:hover { font: bold 2em Lora, serif } }"), "K")
        ['@media print{h1{font-family:"K", Lora, serif}}', '@media print{.a:hover{font-family:"K", Lora, serif}}']
    """
    found: list[str] = []
    for rule in sheet.rules:
        for setting in rule.settings:
            if setting.name != "font-family" or setting.stack < 0 or rule.wrappers is None or not rule.written:
                continue
            stack = sheet.stacks[setting.stack]
            # A variable's own value gets the family; icon fonts hold no Khmer, and no harm is done.
            if stack.lone_monospace or stack.shorthand or any(item.kind == "var" for item in stack.families):
                continue
            css = f"font-family:{put_in_front(stack.css, family, frozenset())}"
            found += wrap_rule(rule, f"{css}{'!important' if setting.important else ''}")
    for name, stacks in sheet.custom:
        if name in sheet.everywhere and len(stacks) == 1 and not sheet.stacks[stacks[0]].lone_monospace:
            found.append(f":root{{{name}:{put_in_front(sheet.stacks[stacks[0]].css, family, frozenset())}}}")
    return found


def wrap_rule(rule: StyleRule, declared: str) -> Iterator[str]:
    if any(name.startswith(ANONYMOUS) for name in rule.layer):
        return  # a layer without a name cannot be entered again
    text = f"{rule.written}{'::' + rule.pseudo if rule.pseudo else ''}{{{declared}}}"
    for wrapper in reversed(rule.wrappers or ()):
        text = f"{wrapper}{{{text}}}"
    yield f"@layer {'.'.join(rule.layer)}{{{text}}}" if rule.layer else text


def stack_rule(selector: str, stack: str, family: str) -> str:
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
    return f"{selector.strip()}{{font-family:{put_in_front(sheet.stacks[0].css, family, frozenset())}}}"


# -- files -----------------------------------------------------------------------------------------------------------


def iter_files(plan: SitePlan, base: str) -> Iterator[tuple[str, bytes]]:
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
    yield "README.txt", read_me(plan, base).encode("utf-8", "replace")


def script_attributes(plan: SitePlan, base: str) -> Mapping[str, str]:
    """The attributes of the visitor check's element besides its address, as they are, not escaped."""
    urls = {name: f"{base}{plan.folder}/{value}" for name, value in plan.script.items() if name != "src"}
    found = {"data-khmertext": ""}
    found |= {f"data-{name}": value for name, value in urls.items()}
    found |= {f"data-in{language}": "|".join(WORDS[language]) for language in plan.languages}
    return found | ({"data-alt": plan.alt} if plan.script else {})


def read_me(plan: SitePlan, base: str) -> str:
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
        f"   .article {{ font-family: {quote_family(plan.family)}, Inter, sans-serif }}",
        "",
        "where Inter, sans-serif stands for what was there before. Buttons and fields that the theme gives no font of",
        "its own are such elements too.",
        "",
        "The fonts: Chromium loads a small one that knows everyday Khmer and, for other text alone, the one with all",
        "Khmer; other browsers load that at once.",
        "",
        "Made with `khmertext site kit`; make it again with the same options to update it. kit.json lists its files",
        "with their hashes, and what was proven of the fonts.",
        "",
    ]
    return "\n".join(lines)
