"""What is generated for readers is what the tools make now, and what the README says is so."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("tool", ["make_cli_docs.py", "make_picture.py", "make_rule_docs.py"])
def test_generated_documents_are_up_to_date(tool: str) -> None:
    done = subprocess.run([sys.executable, str(ROOT / "tools" / tool), "--check"], check=False)
    assert done.returncode == 0, f"run: python tools/{tool}"


@pytest.mark.parametrize(
    "page", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md")), ids=lambda path: path.name
)
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    for link in links:
        assert (page.parent / link).exists(), link


def test_the_test_command_of_the_readme_is_what_ci_calls() -> None:
    commands = re.findall(r"```sh\n(python3 [^\n]+)\n```", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(commands) == 2
    assert commands[1] in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_configuration_in_the_readme_is_read(tmp_path: Path) -> None:
    from khmertext.web.settings import read_config

    (block,) = re.findall(r"```toml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    tomllib.loads(block)
    (tmp_path / "khmertext.toml").write_text(block, encoding="utf-8")
    assert read_config(tmp_path / "khmertext.toml")["family"] == "Site Khmer"


def test_the_text_examples_of_the_readme_are_true() -> None:
    block = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)[0]
    names: dict[str, object] = {}
    exec(compile(block, "README.md", "exec"), names)
    results = 0
    for line in block.splitlines():
        expression, mark, comment = line.partition("  # ")
        if not mark or "=" in expression.replace("==", "") or expression.rstrip().endswith(":"):
            continue
        value = repr(eval(expression, names))
        if comment[0] in "'[(TE":
            results += 1
            assert comment.startswith(value), line
    assert results >= 4
