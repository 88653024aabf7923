"""Hooks and the action: their commands are run as pre-commit and GitHub would run them."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}
BASH = shutil.which("bash")


def run_command(arguments: list[str], folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run with the command of this Python first in the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, **more}
    return subprocess.run(arguments, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_a_hook(hook: dict[str, Any], tmp_path: Path) -> None:
    assert {"id", "name", "entry", "language"} <= hook.keys()
    assert hook["language"] == "python"
    (tmp_path / "good.txt").write_text("ខ្មែរ\n", encoding="utf-8")
    (tmp_path / "bad.txt").write_text("ខែ្មរ\n", encoding="utf-8")
    entry = shlex.split(hook["entry"])
    assert run_command([*entry, "good.txt"], tmp_path).returncode == 0
    answer = run_command([*entry, "good.txt", "bad.txt"], tmp_path)
    mended = (tmp_path / "bad.txt").read_text(encoding="utf-8") == "ខ្មែរ\n"
    assert (answer.returncode, mended) == ((1, False) if hook["id"] == "khmertext-check" else (0, True))


def run_step(name: str, folder: Path, given: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a step as GitHub does: what stands between double braces goes into variables, never into the script."""
    step = STEPS[name]
    assert "${{" not in step["run"]
    inputs = {key: value.get("default", "") for key, value in ACTION["inputs"].items()} | given
    values = {}
    for key, text in step["env"].items():
        found = re.fullmatch(r"\$\{\{ inputs\.(\w+) \}\}", text)
        assert found is not None
        values[key] = inputs[found[1]]
    script = folder / "step.sh"
    script.write_text(step["run"], encoding="utf-8")
    assert BASH is not None
    return run_command([BASH, "--noprofile", "--norc", "-eo", "pipefail", str(script)], folder, **values)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    if BASH is None:
        pytest.skip("there is no bash")
    (tmp_path / "a site").mkdir()
    (tmp_path / "a site" / "index.html").write_text("<p lang=km>ខ្មែរ", encoding="utf-8")
    return tmp_path


def test_the_action_builds_and_checks(folder: Path) -> None:
    options = "--axes\nwght=400\n\n--no-detector\n"
    answer = run_step("Run khmertext", folder, {"site": "a site", "output": "out", "options": options})
    assert answer.returncode == 0, answer.stderr
    assert (folder / "out/khmertext/manifest.json").is_file()
    assert (folder / ".khmertext-cache").is_dir()
    assert run_step("Run khmertext", folder, {"site": "out", "command": "check"}).returncode == 0
    assert run_step("Run khmertext", folder, {"site": "a site"}).returncode == 0
    assert (folder / "a site/khmertext/manifest.json").is_file()
    assert run_step("Run khmertext", folder, {"site": "none"}).returncode == 2


def test_the_action_annotates(folder: Path) -> None:
    (folder / "a site" / "b.html").write_text("<p lang=kh>ខ្មែរ", encoding="utf-8")
    given = {"site": "a site", "command": "check", "options": "--format\ngithub\n--ignore\nKS904"}
    answer = run_step("Run khmertext", folder, given)
    assert answer.returncode == 1
    assert answer.stdout.startswith("::error file=a site/b.html,line=1,endLine=1,title=KS103 wrong-tag,col=4,")


@pytest.mark.parametrize("given", ["$(touch hacked)", "`touch hacked`", '"; touch hacked; "', "--help; touch hacked"])
def test_nothing_that_is_given_becomes_a_command(folder: Path, given: str) -> None:
    for name in ("site", "output", "command", "options"):
        run_step("Run khmertext", folder, {"site": "a site", name: given})
    assert not (folder / "hacked").exists()


def test_the_action_installs_from_its_own_folder() -> None:
    script = STEPS["Install khmertext"]["run"]
    assert "${{" not in script
    assert '"${REQUIREMENT:-$ACTION_FOLDER}"' in script
