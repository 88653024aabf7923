"""``khmertext normalize`` and ``khmertext clusters`` as a user of a shell meets them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from khmertext import normalize, split_clusters

WRONG = "ខែ្មរ\r\nពុទ្ធ abc\nក្ដី"


def run(*arguments: str, given: bytes = b"", cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "khmertext", *arguments], input=given, capture_output=True, cwd=cwd, check=False
    )


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "wrong.txt").write_bytes(WRONG.encode())
    (tmp_path / "right.txt").write_bytes(normalize(WRONG).encode())
    (tmp_path / "bad.txt").write_bytes(b"abc\xff")
    return tmp_path


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_a_pipe(arguments: list[str]) -> None:
    done = run("normalize", *arguments, given=WRONG.encode())
    assert (done.returncode, done.stdout, done.stderr) == (0, normalize(WRONG).encode(), b"")


def test_options_of_the_form() -> None:
    assert run("normalize", "--keep-coeng-da", given="ក្ដី".encode()).stdout.decode() == "ក្ដី"
    assert run("normalize", "--lang", "pi", given="ក្ដី".encode()).stdout.decode() == "ក្ដី"
    assert run("normalize", "--form", "visual", given="ក្ដី".encode()).stdout.decode() == "ក្ដី"
    done = run("normalize", "--lang", "en")
    assert done.returncode == 2
    assert b"not written in Khmer script" in done.stderr


def test_files_are_joined_and_bad_ones_do_not_stop_the_others(files: Path) -> None:
    done = run("normalize", "wrong.txt", "bad.txt", "none.txt", "right.txt", cwd=files)
    assert done.returncode == 2
    assert done.stdout.replace(b"abc\xff", b"").decode() == normalize(WRONG) * 2
    assert b"bad.txt: is not UTF-8: byte 3 is 0xff" in done.stderr
    assert b"none.txt: cannot be read" in done.stderr


def test_check_writes_nothing_and_names_files(files: Path) -> None:
    done = run("normalize", "--check", "wrong.txt", "right.txt", cwd=files)
    assert (done.returncode, done.stdout.decode().split()) == (1, ["would", "change:", "wrong.txt"])
    assert run("normalize", "--check", "right.txt", cwd=files).returncode == 0
    assert run("normalize", "--check", "right.txt", "bad.txt", cwd=files).returncode == 2
    assert (files / "wrong.txt").read_bytes() == WRONG.encode()
    report = json.loads(run("normalize", "--check", "--json", "wrong.txt", cwd=files).stdout)
    assert report == [{"path": "wrong.txt", "changed": True, "characters": len(WRONG), "error": ""}]


def test_the_diff_can_be_applied(files: Path) -> None:
    done = run("normalize", "--diff", "wrong.txt", "right.txt", cwd=files)
    assert done.returncode == 1
    lines = done.stdout.decode().split("\n")
    assert lines[:3] == ["--- wrong.txt", "+++ wrong.txt (normal form)", "@@ -1 +1 @@"]
    text = WRONG.split("\n")
    for at, line in enumerate(lines):
        if line.startswith("@@"):
            number = int(line.split("+")[1].split()[0]) - 1
            assert text[number] == lines[at + 1][1:]
            text[number] = next(found[1:] for found in lines[at + 1 :] if found.startswith("+"))
    assert "\n".join(text) == normalize(WRONG)
    assert run("normalize", "--diff", "right.txt", cwd=files).stdout == b""


def test_in_place_and_output(files: Path) -> None:
    done = run("normalize", "--in-place", "wrong.txt", "right.txt", "bad.txt", cwd=files)
    assert done.returncode == 2
    assert b"changed: wrong.txt" in done.stdout
    assert (files / "wrong.txt").read_bytes() == normalize(WRONG).encode()
    assert (files / "bad.txt").read_bytes() == b"abc\xff"
    assert run("normalize", "-o", "new.txt", "-", given=WRONG.encode(), cwd=files).returncode == 0
    assert (files / "new.txt").read_bytes() == normalize(WRONG).encode()
    assert run("normalize", "-o", "new.txt", "bad.txt", cwd=files).returncode == 2
    assert (files / "new.txt").read_bytes() == normalize(WRONG).encode()


@pytest.mark.parametrize(
    "arguments", [["--check", "--diff"], ["--in-place"], ["--in-place", "-"], ["--json"], ["--form", "nfc"]]
)
def test_wrong_use(arguments: list[str]) -> None:
    done = run("normalize", *arguments)
    assert done.returncode == 2
    assert b"error: " in done.stderr


def test_clusters_one_a_line(files: Path) -> None:
    done = run("clusters", "wrong.txt", cwd=files)
    shown = [text.replace("\r", "\\r").replace("\n", "\\n") for text in split_clusters(WRONG)]
    assert done.stdout.decode().split("\n")[:-1] == shown


def test_clusters_as_json_have_spans(files: Path) -> None:
    for name, text in (("wrong.txt", WRONG), ("right.txt", normalize(WRONG))):
        found = [json.loads(line) for line in run("clusters", "--json", name, cwd=files).stdout.splitlines()]
        assert [item["text"] for item in found] == split_clusters(text)
        assert all(text[item["start"] : item["end"]] == item["text"] for item in found)
        assert {item["file"] for item in found} == {name}
    broken = run("clusters", "--json", "--kind", "broken", "wrong.txt", cwd=files).stdout.splitlines()
    assert [json.loads(line)["text"] for line in broken] == ["ខែ្ម"]


def test_clusters_are_counted(files: Path) -> None:
    done = run("clusters", "--counts", "--kind", "syllable", "right.txt", "right.txt", cwd=files)
    counts = dict(line.split("\t")[::-1] for line in done.stdout.decode().splitlines())
    assert counts["ខ្មែ"] == "2"


def test_a_reader_that_goes_away_is_no_error(files: Path) -> None:
    (files / "long.txt").write_bytes(WRONG.encode() * 20_000)
    with subprocess.Popen(
        [sys.executable, "-m", "khmertext", "clusters", "long.txt"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=files,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(100)
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode in (0, 141)


def test_a_pipe_does_not_wait_for_its_end() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "khmertext", "normalize"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(WRONG.encode() * 1000)
        process.stdin.flush()
        assert os.read(process.stdout.fileno(), 10)
        process.stdin.close()
        process.stdout.read()


def test_a_pipe_loads_no_fonts_and_no_web() -> None:
    script = (
        "import io, sys; sys.stdin = io.TextIOWrapper(io.BytesIO(b'a'));"
        "from khmertext.cli.main import run; run(['normalize']);"
        "print(*sys.modules, sep='\\n', file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = done.stderr.split()
    assert "khmertext.cli.text" in loaded
    assert not [name for name in loaded if name.startswith(("khmertext.fonts", "khmertext.web", "uharfbuzz"))]
