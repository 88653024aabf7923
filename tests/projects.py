"""Small projects of other tools, with Khmer of ours, and how to build them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

__all__ = ["MKDOCS", "SPHINX", "Project"]


class Project(NamedTuple):
    """A project, and the tool that makes a site of it.

    Args:
        files: Name → text; ``{options}`` in it stands for options of khmertext.
        page: The source of its second page.
        command: What builds it, behind ``python -m``.
        output: Where the site is then.
        options: How options are written that are none.
    """

    files: dict[str, str]
    page: str
    command: tuple[str, ...]
    output: str
    options: str

    def write(self, root: Path, options: str = "") -> Path:
        """Write the project's files, and return where its site will be."""
        for name, text in self.files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("OPTIONS", options or self.options), encoding="utf-8")
        return root / self.output

    def build(self, root: Path, *more: str) -> subprocess.CompletedProcess[str]:
        """Run the tool."""
        command = [sys.executable, "-m", *self.command, *more]
        return subprocess.run(command, cwd=root, capture_output=True, text=True, encoding="utf-8", check=False)


MKDOCS = Project(
    {
        "mkdocs.yml": (
            "site_name: សៀវភៅ\nsite_url: https://example.org/docs/\ntheme: {name: mkdocs, locale: en}\n"
            "plugins:\n  - search\n  - khmertext: {axes: wght=400, OPTIONS}\n"
        ),
        "docs/index.md": "# ប្រាសាទអង្គរ\n\nប្រាសាទអង្គរវត្តស្ថិតនៅខេត្តសៀមរាប។\n\n`កូដ`\n",
        "docs/two.md": "# ទំព័រ\n\nអត្ថបទទីពីរ។\n",
    },
    "docs/two.md",
    ("mkdocs", "build"),
    "site",
    "slack: 10",
)
SPHINX = Project(
    {
        "conf.py": (
            'project = "សៀវភៅ"\nlanguage = "en"\nextensions = ["khmertext.integrations.sphinx"]\n'
            'khmertext_options = {"axes": "wght=400", OPTIONS}\n'
        ),
        "index.rst": ("ប្រាសាទអង្គរ\n============\n\nប្រាសាទអង្គរវត្តស្ថិតនៅខេត្តសៀមរាប។ ``កូដ``\n\n.. toctree::\n\n   two\n"),
        "two.rst": "ទំព័រ\n=====\n\nអត្ថបទទីពីរ។\n",
    },
    "two.rst",
    ("sphinx", "-b", "html", "."),
    "out",
    '"slack": 10',
)
