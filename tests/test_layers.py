"""The direction of imports: each layer may import those below it, never one above, and no two modules each other.

The layers are the folders of the package. What is checked is the source, so that imports inside functions and for type
checking count too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

PACKAGE = "khmertext"
SOURCE = Path(__file__).resolve().parents[1] / "src" / PACKAGE

# Lowest first; what stands in one row is one layer. ROOT is the package's own __init__, which offers the text part.
ROOT = "__init__"
LAYERS = (
    ("atomic", "errors", "version", "workers"),
    ("script",),
    ("text",),
    ("files",),
    (ROOT,),
    ("fonts",),
    ("web",),
    ("integrations",),
    ("cli",),
    ("__main__",),
)
HEIGHTS = {name: height for height, names in enumerate(LAYERS) for name in names}

# Who may import which third-party package.
OWNERS = {
    "fontTools": "fonts",
    "uharfbuzz": "fonts",
    "turbohtml": "web",
    "tinycss2": "web",
    "playwright": "web",
    "pypdf": "web",
    "click": "cli",
    "watchfiles": "cli",
    "mkdocs": "integrations",
    "sphinx": "integrations",
}


def find_modules(source: Path) -> dict[str, Path]:
    """Return every module of the package: dotted name to file."""
    modules = {}
    for path in sorted(source.rglob("*.py")):
        parts = [source.name, *path.relative_to(source).with_suffix("").parts]
        if parts[-1] == "__init__":
            parts.pop()
        modules[".".join(parts)] = path
    return modules


def find_imports(name: str, path: Path, modules: Mapping[str, Path]) -> Iterator[tuple[int, str]]:
    """Yield the line and the dotted name of everything that a module imports, in whatever way it is written."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parent = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parent, base] if base else parent)
            for alias in node.names:
                member = f"{base}.{alias.name}"
                yield node.lineno, member if member in modules else base
        elif isinstance(node, ast.Call) and node.args:
            function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            target = node.args[0]
            if function in {"import_module", "__import__"} and isinstance(target, ast.Constant):
                yield node.lineno, str(target.value)


def find_layer(module: str, root: str) -> str:
    """Return the name of the layer's folder (or single module) that a module of the package belongs to."""
    return ROOT if module == root else module.split(".")[1]


def find_cycles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Return a path for each edge that leads back to a module the search came through."""
    cycles: list[list[str]] = []
    done: set[str] = set()

    def visit(module: str, trail: list[str]) -> None:
        if module in trail:
            cycles.append([*trail[trail.index(module) :], module])
        elif module not in done:
            for target in sorted(graph[module]):
                visit(target, [*trail, module])
            done.add(module)

    for module in sorted(graph):
        visit(module, [])
    return cycles


def check_layers(source: Path) -> list[str]:
    """Return what is wrong with the imports of a package; an empty list when nothing is."""
    root = source.name
    modules = find_modules(source)
    graph: dict[str, set[str]] = {name: set() for name in modules}
    faults = []
    for name, path in modules.items():
        layer = find_layer(name, root)
        if layer not in HEIGHTS:
            faults.append(f"{name}: {layer} is in no layer")
            continue
        for line, target in find_imports(name, path, modules):
            top = target.split(".")[0]
            if top in OWNERS and layer != OWNERS[top]:
                faults.append(f"{name}:{line}: {top} is for {OWNERS[top]} only")
            if top != root:
                continue
            if target not in modules:
                faults.append(f"{name}:{line}: no such module: {target}")
                continue
            graph[name].add(target)
            above = find_layer(target, root)
            # Layers of one row are strangers to each other; inside one folder, only cycles are wrong.
            if above in HEIGHTS and above != layer and HEIGHTS[above] >= HEIGHTS[layer]:
                faults.append(f"{name}:{line}: {layer} imports {above}")
    faults.extend(f"cycle: {' > '.join(cycle)}" for cycle in find_cycles(graph))
    return faults


def test_package_is_there() -> None:
    modules = find_modules(SOURCE)
    assert {PACKAGE, f"{PACKAGE}.errors", f"{PACKAGE}.text.clusters", f"{PACKAGE}.script.ucd"} <= set(modules)


def test_imports_point_down() -> None:
    assert check_layers(SOURCE) == []


# --- the checker itself ---------------------------------------------------------------------------------------------

GOOD = {
    "__init__.py": "from sample.text import clusters",
    "errors.py": "",
    "version.py": "",
    "script/__init__.py": "",
    "script/classes.py": "import sys",
    "text/__init__.py": "from sample.text.clusters import a",
    "text/clusters.py": "from sample.script import classes\nfrom sample.errors import Error\na = 1",
    "fonts/__init__.py": "",
    "fonts/faces.py": "import uharfbuzz as hb\nfrom fontTools.ttLib import TTFont\nfrom sample import clusters",
    "fonts/proof.py": "from .faces import hb\nfrom . import faces",
    "web/__init__.py": "",
    "web/pages.py": "import turbohtml, tinycss2\nfrom sample.fonts import faces\nimport sample.text.clusters",
    "cli/__init__.py": "",
    "cli/main.py": "import click\nfrom ..web import pages\nfrom sample import fonts",
    "__main__.py": "from sample.cli.main import click",
}


def write_tree(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / "sample" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "sample"


def test_a_good_tree_passes(tmp_path: Path) -> None:
    assert check_layers(write_tree(tmp_path, GOOD)) == []


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("script/classes.py", "import sample.text.clusters", "script.classes:1: script imports text"),
        ("script/classes.py", "\nfrom sample.text import clusters", "script.classes:2: script imports text"),
        ("script/classes.py", "from ..text.clusters import a", "script.classes:1: script imports text"),
        ("script/classes.py", "from .. import text", "script.classes:1: script imports text"),
        (
            "script/classes.py",
            "def f():\n    from sample.text import clusters",
            "script.classes:2: script imports text",
        ),
        ("script/classes.py", "import importlib\nimportlib.import_module('sample.web.pages')", "2: script imports web"),
        ("text/clusters.py", "from sample import fonts", "text.clusters:1: text imports fonts"),
        ("text/clusters.py", "from sample import a", "text.clusters:1: text imports __init__"),
        ("text/clusters.py", "if TYPE_CHECKING:\n    import sample.cli", "text.clusters:2: text imports cli"),
        ("errors.py", "from sample.version import v", "errors:1: errors imports version"),
        ("fonts/proof.py", "from sample.web.pages import a", "fonts.proof:1: fonts imports web"),
        ("web/pages.py", "import fontTools.ttLib", "web.pages:1: fontTools is for fonts only"),
        ("cli/main.py", "import uharfbuzz", "cli.main:1: uharfbuzz is for fonts only"),
        ("fonts/faces.py", "from turbohtml import parse", "fonts.faces:1: turbohtml is for web only"),
        ("fonts/faces.py", "import tinycss2", "fonts.faces:1: tinycss2 is for web only"),
        ("__main__.py", "import click", "__main__:1: click is for cli only"),
        ("__init__.py", "from sample.web import pages", "sample:1: __init__ imports web"),
        ("fonts/faces.py", "from sample.fonts import proof", "cycle: sample.fonts.faces > sample.fonts.proof >"),
        (
            "text/clusters.py",
            "from sample.text import b",
            "cycle: sample.text.clusters > sample.text > sample.text.clusters",
        ),
        ("fonts/faces.py", "from . import faces", "cycle: sample.fonts.faces > sample.fonts.faces"),
        ("tricks/__init__.py", "", "sample.tricks: tricks is in no layer"),
        ("text/clusters.py", "import sample.text.lost", "text.clusters:1: no such module: sample.text.lost"),
    ],
)
def test_a_bad_tree_is_told(tmp_path: Path, name: str, text: str, fault: str) -> None:
    faults = check_layers(write_tree(tmp_path, {**GOOD, name: text}))
    assert any(fault in found for found in faults), faults
