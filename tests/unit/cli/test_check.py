"""``khmertext check``, ``describe`` and ``rule`` as a user of a shell meets them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from khmertext import apply_edits, check
from khmertext.cli.reports import escape_message, escape_property, find_places
from khmertext.text.catalog import CATALOG
from khmertext.text.edits import Edit
from khmertext.web.pagerules import PAGE_CATALOG

SAFE, UNSAFE, NOTE = "ខែ្មរ", "ក\u17b8\u17c1", "ក្ដី"
WRONG = f"abc {SAFE}\r\nសួស្តី {UNSAFE}\n{NOTE}\n"
MENDED_SAFELY = f"abc ខ្មែរ\r\nសួស្តី {UNSAFE}\n{NOTE}\n"
MENDED = "abc ខ្មែរ\r\nសួស្តី ក\u17be\nក្តី\n"


def run(*arguments: str, given: bytes = b"", cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "khmertext", *arguments], input=given, capture_output=True, cwd=cwd, check=False
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in {
        "docs/a.md": WRONG,
        "docs/right.txt": "ខ្មែរ",
        "docs/sub/b.html": f"<p>{UNSAFE}",
        "docs/.hidden/c.md": WRONG,
        "docs/data.bin": WRONG,
        "docs/old/d.md": WRONG,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return tmp_path


def test_a_folder(tree: Path) -> None:
    done = run("check", "docs", "--exclude", "old", cwd=tree)
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 1
    assert lines == [
        "docs/a.md:1:6: KT102 [*] a vowel or sign stands before a coeng: ខែ្ម → ខ្មែ",
        "docs/a.md:2:9: KT201 [?] vowel OE (17BE) is typed as two vowels: ក\u17b8\u17c1 → ក\u17be",
        "docs/sub/b.html:1:5: KT201 [?] vowel OE (17BE) is typed as two vowels: ក\u17b8\u17c1 → ក\u17be",
    ]
    assert b"3 findings in 3 files, 1 note (--notes shows them)" in done.stderr
    assert b"1 can be mended with --fix; 2 with --fix --unsafe-fixes" in done.stderr


def test_what_is_looked_at(tree: Path) -> None:
    shown = run("check", "docs", "--include", "*.bin", cwd=tree).stdout.decode()
    assert "docs/data.bin:1:6" in shown
    assert ".hidden" not in shown
    assert "docs/data.bin:1:6" in run("check", "docs/data.bin", cwd=tree).stdout.decode()
    assert run("check", "docs/right.txt", cwd=tree).returncode == 0


def test_a_note_never_fails_a_check(tree: Path) -> None:
    done = run("check", "--notes", given=NOTE.encode())
    assert done.returncode == 0
    assert done.stdout.decode().startswith("<stdin>:1:2: KT402 [?]")
    assert run("check", given=NOTE.encode()).stdout == b""


@pytest.mark.parametrize(("arguments", "text"), [(["--fix"], MENDED_SAFELY), (["--fix", "--unsafe-fixes"], MENDED)])
def test_fix(tree: Path, arguments: list[str], text: str) -> None:
    done = run("check", "docs/a.md", *arguments, cwd=tree)
    assert (tree / "docs/a.md").read_bytes() == text.encode()
    assert done.returncode == (0 if text == MENDED else 1)
    assert b"made; " in done.stderr
    piped = run("check", *arguments, "-", given=WRONG.encode())
    assert piped.stdout == text.encode()


def test_fix_keeps_the_byte_order_mark_and_ignored_codes(tree: Path) -> None:
    (tree / "bom.txt").write_bytes(b"\xef\xbb\xbf" + WRONG.encode())
    run("check", "bom.txt", "--fix", "--unsafe-fixes", "--ignore", "KT402,KT2", cwd=tree)
    assert (tree / "bom.txt").read_bytes() == b"\xef\xbb\xbf" + MENDED_SAFELY.encode()


def test_without_fix_nothing_is_written(tree: Path) -> None:
    before = {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()}
    run("check", ".", "--diff", "--unsafe-fixes", cwd=tree)
    done = run("check", "docs/a.md", "--diff", cwd=tree)
    assert f"-abc {SAFE}\r\n+abc ខ្មែរ\r\n" in done.stdout.decode()
    assert before == {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()}


def test_bad_files_do_not_stop_the_others(tree: Path) -> None:
    (tree / "bad.txt").write_bytes("ក".encode() + b"\xff")
    done = run("check", "bad.txt", "none.txt", "docs/a.md", cwd=tree)
    assert done.returncode == 2
    assert b"bad.txt: is not UTF-8: byte 3 is 0xff" in done.stderr
    assert b"none.txt: cannot be read" in done.stderr
    assert b"docs/a.md:1:6" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--select", "KT999"], b"there is no code or family 'KT999'"),
        (["--lang", "en"], b"not written in Khmer script"),
        (["--fix", "--diff"], b"only one of --fix and --diff"),
        (["--unsafe-fixes"], b"goes with --fix or --diff"),
    ],
)
def test_wrong_use(arguments: list[str], message: bytes) -> None:
    done = run("check", *arguments)
    assert (done.returncode, message in done.stderr) == (2, True)


def test_select_by_family_and_name(tree: Path) -> None:
    shown = run("check", "docs/a.md", "--select", "KT2,coeng-da", "--statistics", cwd=tree).stdout.decode()
    assert [line.split()[1] for line in shown.splitlines()] == ["KT201", "KT402"]


# -- formats -------------------------------------------------------------------------------------------------------


def test_json(tree: Path) -> None:
    rows = json.loads(run("check", "docs/a.md", "--format", "json", cwd=tree).stdout)
    found = check(WRONG)
    assert [(row["code"], row["start"], row["end"]) for row in rows] == [(i.code, i.start, i.end) for i in found]
    assert [row["severity"] for row in rows] == ["error", "error", "note"]
    edits = [Edit(*(row["edit"][key] for key in ("start", "end", "replacement", "rule"))) for row in rows]
    assert apply_edits(WRONG, edits) == MENDED
    assert [(row["line"], row["column"], row["end_line"], row["end_column"]) for row in rows][1] == (2, 9, 2, 11)


def test_json_offsets_are_those_of_the_file_as_it_is_read(tree: Path) -> None:
    (tree / "bom.txt").write_bytes(b"\xef\xbb\xbf" + WRONG.encode())
    rows = json.loads(run("check", "bom.txt", "--format", "json", cwd=tree).stdout)
    edits = [Edit(*(row["edit"][key] for key in ("start", "end", "replacement", "rule"))) for row in rows]
    assert apply_edits("\ufeff" + WRONG, edits) == "\ufeff" + MENDED
    assert (rows[0]["line"], rows[0]["column"]) == (1, 6)


def test_a_diff_is_cut_at_newlines_alone(tree: Path) -> None:
    (tree / "odd.txt").write_bytes(f"x\fy\n{SAFE}\x0bz \u2028 q\r\n1\n".encode())
    shown = run("check", "odd.txt", "--diff", cwd=tree).stdout.decode()
    assert shown.splitlines()[2] == "@@ -1,3 +1,3 @@"
    assert f"-{SAFE}\x0bz \u2028 q\r\n" in shown
    assert "No newline" not in shown


def test_files_that_cannot_be_read_are_in_the_log(tree: Path) -> None:
    (tree / "bad.txt").write_bytes(b"\xff")
    done = run("check", "bad.txt", "docs/a.md", "--format", "sarif", cwd=tree)
    (invocation,) = json.loads(done.stdout)["runs"][0]["invocations"]
    assert not invocation["executionSuccessful"]
    assert "not UTF-8" in invocation["toolExecutionNotifications"][0]["message"]["text"]


@pytest.mark.skipif(sys.platform != "linux", reason="names that are not UTF-8")
def test_a_name_that_is_not_utf8(tree: Path) -> None:
    Path(os.fsdecode(os.fsencode(tree) + b"/\xff.txt")).write_bytes(WRONG.encode())
    done = run("check", ".", "--format", "sarif", cwd=tree)
    assert b"%FF.txt" in done.stdout
    assert done.returncode == 1


def test_sarif(tree: Path) -> None:
    (tree / "docs/a b,%.md").write_bytes(WRONG.encode())
    log = json.loads(run("check", "docs/a b,%.md", "--format", "sarif", cwd=tree).stdout)
    (ran,) = log["runs"]
    assert (log["version"], ran["columnKind"]) == ("2.1.0", "unicodeCodePoints")
    rules = ran["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["KT102", "KT201", "KT402"]
    for result in ran["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "docs/a%20b%2C%25.md"
        region = place["region"]
        line = WRONG.split("\n")[region["startLine"] - 1]
        part = WRONG[region["charOffset"] : region["charOffset"] + region["charLength"]]
        assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == part
    fix = ran["results"][0]["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert fix["insertedContent"]["text"] == "\u17d2\u1798\u17c2"


def test_github(tree: Path) -> None:
    shown = run("check", "docs/a.md", "--format", "github", "--notes", cwd=tree).stdout.decode().splitlines()
    assert shown[0].startswith(
        "::error file=docs/a.md,line=1,endLine=1,title=KT102 vowel-before-coeng,col=6,endColumn=9::"
    )
    assert shown[2].startswith("::notice ")
    assert escape_property("a:b,c%\n") == "a%3Ab%2Cc%25%0A"
    assert escape_message("a:b\r\n%") == "a:b%0D%0A%25"


def test_hostile_names_and_texts_do_not_drive_the_terminal(tree: Path) -> None:
    name = "a\x1b[31m\n::error::.txt"
    (tree / name).write_bytes(f"ក\x1b[2J\u200b{UNSAFE}".encode() + "\u17b6 \u17d2".encode())
    for style in ("text", "github"):
        shown = run("check", name, "--format", style, cwd=tree).stdout
        assert b"\x1b" not in shown
        assert not any(line.startswith(b"::error::") for line in shown.splitlines())


def test_places_count_code_points_and_only_newlines() -> None:
    text = "\U0001f600\u2028\r\n\u0085ក\u17b8\u17c1\nក\u17b6\u17b6"
    places = find_places(text, check(text))
    assert [(place.line, place.column) for place in places] == [(2, 3), (3, 3)]


# -- describe, rule ------------------------------------------------------------------------------------------------


def test_describe() -> None:
    done = run("describe", "ស្រ្តី")
    shown = done.stdout.decode()
    assert done.returncode == 1
    assert "U+17D2" in shown
    assert "KHMER SIGN COENG" in shown
    assert "KT401 1-5 [*] coeng RO stands before another coeng" in shown
    assert "becomes ស្ត្រី  (looks the same in every font tried)" in shown
    right = run("describe", "-", given="ខ្មែរ\n".encode())
    assert (right.returncode, "nothing is wrong" in right.stdout.decode()) == (0, True)


def test_describe_as_json() -> None:
    (described,) = json.loads(run("describe", "--json", UNSAFE).stdout)
    assert described["normalized"] == "ក\u17be"
    assert [row["code"] for cluster in described["clusters"] for row in cluster["characters"]] == [
        "U+1780",
        "U+17B8",
        "U+17C1",
    ]
    assert not described["keeps_picture"]


def test_describe_shows_what_is_invisible_and_drives_no_terminal() -> None:
    shown = run("describe", "ក\u200b\x1b\u17b6").stdout.decode()
    assert "ZERO WIDTH SPACE" in shown
    assert "\x1b" not in shown


def test_describe_refuses_what_is_not_text() -> None:
    done = run("describe", os.fsdecode(b"\xff")) if sys.platform == "linux" else run("describe", "\udcff")
    assert (done.returncode, b"not in the encoding" in done.stderr) == (2, True)


def test_rule_explains_codes_by_code_and_name() -> None:
    by_code, by_name = run("rule", "kt203"), run("rule", "oo-with-ii")
    assert by_code.stdout == by_name.stdout
    for heading in ("What it does", "Why it matters", "Example", "Use instead", "Fix"):
        assert f"## {heading}\n".encode() in by_code.stdout
    assert run("rule", "KT999").returncode == 2


def test_rule_lists_all() -> None:
    listed = run("rule").stdout.decode()
    assert all(code in listed for code in CATALOG)
    rows: list[dict[str, Any]] = json.loads(run("rule", "--json").stdout)
    assert [row["code"] for row in rows] == [*CATALOG, *PAGE_CATALOG]
