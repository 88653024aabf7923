"""Fixtures of the tests of commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from khmertext.cli import main as command
from tests.commands import Answer, Run


@pytest.fixture
def run_command(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command as its users do, in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> Answer:
        code = command.run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Answer(code, out, err)

    return call
