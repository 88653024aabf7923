"""The command: exit codes, what goes to which stream, nothing that drives a terminal."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest

from khmertext.cli import main as command
from khmertext.cli.page_reports import SiteFinding
from khmertext.cli.site_check import show_findings
from khmertext.cli.terminal import printable
from khmertext.errors import SiteError
from khmertext.web import BuildOptions, BuildResult, PageFinding, Problem, SiteReview, SiteWarning
from khmertext.web.cache import default_cache
from khmertext.web.manifest import Manifest
from tests.commands import Run

ESCAPES = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
HOSTILE = "a\x1b[31mb\x9b2J\x07\u202e\r.html"


@pytest.fixture
def run(run_command: Run) -> Run:
    return run_command


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.html").write_text("<p lang=km>ខ្មែរ", encoding="utf-8")
    return folder


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the command asks of the library, which is not called."""
    calls: list[tuple[Any, ...]] = []

    def build(source: Path, output: Path | None, options: BuildOptions, **_: object) -> BuildResult:
        calls.append((source, output, options))
        return BuildResult(1, 1, 5, 2, 3, written=4, manifest=Manifest("K"))

    monkeypatch.setattr("khmertext.cli.site.build_site", build)
    return calls


def test_build_check_and_clean(run: Run, site: Path, tmp_path: Path) -> None:
    original = (site / "index.html").read_bytes()
    built = run("site", "build", site, "--in-place", "-j1")
    assert built.code == 0
    assert re.search(r"pages +1 of 1 have Khmer\nKhmer characters +5\nclusters +2 distinct\nfont .*→", built.out)
    assert built.err == ""
    assert run("site", "check", site) == (0, "all Khmer found in this site is drawn by its font\n", "")
    assert "was up to date" in run("site", "build", site, "--in-place").out

    page = site / "index.html"
    page.write_bytes(page.read_bytes() + "\n\n<p>ភ្ជុំ".encode())
    found = run("site", "check", site)
    assert found.code == 1
    assert "index.html:3: KS901 <p>: the site's font cannot draw this: ភ្ជុំ (1797 17D2 1787 17BB 17C6)" in found.out
    listed = run("site", "check", site, "--json")
    assert listed.code == 1
    assert json.loads(listed.out)[0] == {
        "path": "index.html",
        "line": 3,
        "column": 0,
        "end_line": 3,
        "end_column": 0,
        "code": "KS901",
        "text": "ភ្ជុំ",
        "message": "<p>: the site's font cannot draw this",
    }
    assert run("site", "clean", site).code == 0
    assert page.read_bytes() == original + "\n\n<p>ភ្ជុំ".encode()
    cleaned_again = run("site", "clean", site)
    assert cleaned_again.code == 2
    assert cleaned_again.err.startswith("error: ")
    unbuilt = run("site", "check", site)
    assert unbuilt.code == 1
    assert "KS904 has Khmer, and the site has no font for it; run `khmertext site build`" in unbuilt.out


def test_check_in_a_browser_says_what_it_needs(run: Run, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("site", "build", site, "--in-place", "-j1")
    for option in (("--pages", "3"), ("--pictures", "x")):
        alone = run("site", "check", site, *option)
        assert alone.code == 2
        assert "--pages and --pictures are for --browser" in alone.err
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "playwright.async_api", None)
        without = run("site", "check", site, "--browser")
    assert without.code == 2
    assert 'playwright is not installed (pip install "khmertext[browser]")' in without.err


def test_check_in_a_browser_of_a_site_that_is_not_built_only_lints(run: Run, site: Path) -> None:
    found = run("site", "check", site, "--browser")
    assert found.code == 1
    assert "KS904" in found.out
    assert "not looked at in a browser" in found.out
    assert "compared" not in found.out


def test_no_khmer_is_said_and_is_no_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/index.html").write_text("<p>Latin")
    assert run("site", "build", "site", "--in-place") == (0, "no Khmer in 1 page; nothing to do\n", "")
    copied = run("site", "build", "site", "-o", "out")
    assert (copied.code, copied.err) == (0, "")
    assert "1 file copied as they are" in copied.out
    assert (tmp_path / "out/index.html").read_text() == "<p>Latin"


def test_json_is_json_and_quiet_is_quiet(run: Run, site: Path) -> None:
    built = run("site", "build", site, "-o", "out", "--json")
    assert built.code == 0
    assert json.loads(built.out)["clusters"] == 2
    assert built.out.isascii()
    assert run("site", "build", site, "-o", "out", "--quiet") == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["build", "site"], "--output FOLDER or --in-place"),
        (["build", "site", "--in-place", "-o", "x"], "--output FOLDER or --in-place"),
        (["build", "nothing", "--in-place"], "nothing: is no folder"),
        (["build", "site/index.html", "--in-place"], "index.html"),
        (["build", "site", "-o", "site"], "site: is the site itself"),
        (["build", "site", "-o", "site/out"], "inside each other"),
        (["build", "site", "--in-place", "--font", "site/index.html"], "site/index.html: "),
        (["build", "site", "--in-place", "--font", "none.ttf"], "none.ttf"),
        (["build", "site", "--in-place", "--family", ""], "family"),
        (["build", "site", "--in-place", "--family", "a\nb"], "family"),
        (["build", "site", "--in-place", "--folder", "../x"], "folder"),
        (["build", "site", "--in-place", "--hinting", "x"], "hinting"),
        (["build", "site", "--in-place", "--jobs", "0"], "jobs"),
        (["build", "site", "--in-place", "--jobs", "x"], "jobs"),
        (["build", "site", "--in-place", "--config", "none.toml"], "none.toml"),
        *(
            (["build", "site", "--in-place", "--axes", axes], "--axes")
            for axes in ("", "x", "wght", "wght=", "wght=a", "wght=7:4", "weight=4", "wght=nan", "ក្ក=1", "wght=1:2:3")
        ),
        (["build", "site", "--in-place", "--axes", "wght=-inf:inf"], "axis wght"),
        (["check", "nothing"], "nothing: is no folder"),
        (["check", "site", "--folder", "k"], "holds no k/manifest.json"),
        (["check", "site", "--json", "--format", "github"], "only one"),
        (["check", "site", "--select", "KX1"], "KX1"),
        (["clean", "site"], "holds no khmertext/manifest.json"),
        (["clean", "site", "--folder", "k"], "holds no k/manifest.json"),
        (["buld"], "buld"),
        ([], "build"),
    ],
)  # fmt: skip
def test_wrong_use_and_bad_input_end_with_2_and_a_message(
    run: Run, site: Path, arguments: Sequence[str], told: str
) -> None:
    before = sorted(site.rglob("*"))
    answer = run("site", *arguments)
    assert answer.code == 2
    assert told in answer.err
    assert answer.out == ""
    assert "Traceback" not in answer.err
    assert sorted(site.rglob("*")) == before


# -- options -------------------------------------------------------------------------------------------------------


def test_options_reach_the_library(run: Run, asked: list[Any], tmp_path: Path) -> None:
    options = "--font a.ttf --font b.ttf --family F --axes wght=400:700,wdth=100 --exclude x --exclude y --also *.md"
    more = "--folder=k --no-detector -j3 --cache=kept --slack=25"
    assert run("site", "build", "s", "-o", "o", *options.split(), *more.split()).code == 0
    run("site", "build", "s", "-o", "o", "--noscript", "--notice-language", "vi", "--notice-language", "en")
    assert asked.pop()[2] == BuildOptions(noscript=True, notice_languages=("vi", "en"), cache=default_cache())
    assert asked == [
        (
            Path("s"),
            Path("o"),
            BuildOptions(
                fonts=(Path("a.ttf"), Path("b.ttf")),
                family="F",
                axes={"wght": (400.0, 700.0), "wdth": (100.0, 100.0)},
                exclude=("x", "y"),
                also=("*.md",),
                folder="k",
                detector=False,
                cache=Path("kept"),
                slack=0.25,
                jobs=3,
            ),
        )
    ]


def test_a_configuration_is_read_and_the_command_line_wins(run: Run, asked: list[Any], tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/k.toml").write_text(
        '[site]\nfont = ["a.ttf"]\nfamily = "F"\naxes = "wght=400"\nexclude = ["x"]\ndetector = false\njobs = 2\n'
        'cache = "kept"\nslack = 5\n'
    )
    run("site", "build", "s", "--in-place", "--config", "sub/k.toml", "--family", "G")
    (tmp_path / "khmertext.toml").write_text(
        '[site]\nfont = "b.ttf"\nhinting = "drop"\nnoscript = true\nnotice_languages = ["fr"]\n[other]\nx = 1'
    )
    run("site", "build", "s", "--in-place", "--detector")
    run("site", "build", "s", "--in-place", "--no-cache")
    assert [options for _, _, options in asked] == [
        BuildOptions(
            (Path("sub/a.ttf"),),
            "G",
            {"wght": (400.0, 400.0)},
            ("x",),
            detector=False,
            cache=Path("sub/kept"),
            slack=0.05,
            jobs=2,
        ),
        BuildOptions((Path("b.ttf"),), hinting="drop", noscript=True, notice_languages=("fr",), cache=default_cache()),
        BuildOptions((Path("b.ttf"),), hinting="drop", noscript=True, notice_languages=("fr",)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[site",
        "site = 3",
        "[site]\nfont = 3",
        "[site]\nfonts = 'x'",
        "[site]\nexclude = 'x'",
        "[site]\nexclude = [3]",
        "[site]\njobs = true",
        "[site]\ncache = true",
        "[site]\nslack = true",
        "[site]\nslack = -1",
        "[site]\njobs = 0",
        "[site]\ndetector = 1",
        "[site]\nnoscript = 1",
        "[site]\nnotice_languages = 'fr'",
        "[site]\nnotice_languages = ['xx']",
        "[site]\naxes = 'x'",
        "[site]\nhinting = 'x'",
        '[site]\nfamily = "a\\nb"',
        "\xff",
    ],
)
def test_a_wrong_configuration_is_told(run: Run, site: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "khmertext.toml").write_bytes(text.encode("latin-1"))
    answer = run("site", "build", site, "--in-place")
    assert answer.code == 2
    assert answer.err
    assert sorted(path.name for path in site.iterdir()) == ["index.html"]


# -- checks --------------------------------------------------------------------------------------------------------


@pytest.fixture
def wrong(site: Path) -> Path:
    (site / "a b%ខ.html").write_text("<p lang=kh>ខែ្មរ", encoding="utf-8")
    return site


def codes_of(answer: Any) -> list[str]:
    return [one["code"] for one in json.loads(answer.out)]


def test_a_check_is_configured_by_a_file_and_the_command_line(run: Run, wrong: Path, tmp_path: Path) -> None:
    config = tmp_path / "khmertext.toml"  # where the command runs
    assert codes_of(run("site", "check", wrong, "--json")) == ["KS904", "KS103", "KT102"]
    config.write_text('[site.check]\nignore = ["KS9", "vowel-before-coeng"]\n', encoding="utf-8")
    assert codes_of(run("site", "check", wrong, "--json")) == ["KS103"]
    assert codes_of(run("site", "check", wrong, "--json", "--ignore", "KS")) == ["KT102"]
    config.write_text('[site]\nexclude = ["a*"]\n[site.check]\nselect = ["KT"]\n', encoding="utf-8")
    answer = run("site", "check", wrong)
    assert (answer.code, answer.err) == (0, "")
    assert codes_of(run("site", "check", wrong, "--json", "--select", "KS")) == ["KS904"]
    assert run("site", "build", wrong, "--in-place", "-j1").code == 0  # what is said of checks is not for builds


@pytest.mark.parametrize(
    "text",
    [
        "[site]\ncheck = 1",
        "[site.check]\nignore = 'KS1'",
        "[site.check]\nignore = ['KX1']",
        "[site.check]\nfont = ['x']",
        "[site]\nignore = ['KS1']",
        "[site.check]\nselect = [1]",
    ],
)
def test_a_wrong_configuration_of_checks_is_told(run: Run, site: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "khmertext.toml").write_text(text, encoding="utf-8")
    answer = run("site", "check", site)
    assert answer.code == 2
    assert answer.err


def test_paths_for_programs_begin_where_they_run(run: Run, wrong: Path) -> None:
    for name in (wrong, Path("site"), Path("./site")):
        log = json.loads(run("site", "check", name, "--format", "sarif").out)
        uris = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in log["runs"][0]["results"]}
        assert uris == {"site/a%20b%25%E1%9E%81.html"}


def test_logs_fit_the_schema(run: Run, wrong: Path, tmp_path: Path) -> None:
    """KHMERTEXT_SARIF_SCHEMA names OASIS's schema of SARIF 2.1.0; the npm package @microsoft/jest-sarif has one."""
    file = os.environ.get("KHMERTEXT_SARIF_SCHEMA")
    if not file:
        pytest.skip("no KHMERTEXT_SARIF_SCHEMA")
    schema = json.loads(Path(file).read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    (tmp_path / "a.txt").write_text("ខែ្មរ", encoding="utf-8")
    broken = tmp_path / "b.txt"
    broken.write_bytes(b"\xff")
    asked = (("site", "check", wrong), ("check", "a.txt", "b.txt"), ("site", "check", wrong, "--select", "KS3"))
    for words in asked:
        log = json.loads(run(*words, "--format", "sarif").out)
        assert not list(validator.iter_errors(log))
    log["runs"][0]["columnKind"] = "bytes"
    assert list(validator.iter_errors(log))


# -- terminals -----------------------------------------------------------------------------------------------------


def test_no_name_drives_the_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    warning = SiteWarning("code", f"message {HOSTILE}", HOSTILE, 3)

    def build(*_: object, **__: object) -> BuildResult:
        return BuildResult(1, 1, 1, 1, warnings=(warning,), manifest=Manifest("K"))

    def check(*_: object, **__: object) -> SiteReview:
        problem = Problem(HOSTILE, 1, f"ក{HOSTILE}", HOSTILE, "KS901")
        finding = PageFinding("KS103", HOSTILE, 1, 2, 1, 3, HOSTILE, HOSTILE)
        return SiteReview((problem,), (finding,), 1, built=True)

    def clean(*_: object, **__: object) -> int:
        raise SiteError(HOSTILE, source=HOSTILE, hint=HOSTILE)

    monkeypatch.setattr("khmertext.cli.site.build_site", build)
    monkeypatch.setattr("khmertext.cli.site_check.review_site", check)
    monkeypatch.setattr("khmertext.cli.site.clean_site", clean)
    answers = [
        run("site", "build", HOSTILE, "-o", HOSTILE),
        run("site", "build", HOSTILE, "-o", HOSTILE, "--json"),
        run("site", "check", HOSTILE),
        run("site", "check", HOSTILE, "--json"),
        run("site", "check", HOSTILE, "--format", "sarif"),
        run("site", "check", HOSTILE, "--format", "github"),
        run("site", "check", HOSTILE, "--select", HOSTILE),
        run("site", "clean", HOSTILE),
        # What click itself has to say:
        run("site", HOSTILE),
        run("site", "build", f"--{HOSTILE}"),
        run("site", "build", "x", "--in-place", "--config", HOSTILE),
        run("site", "build", "x", "--in-place", "--hinting", HOSTILE),
        run("site", "build", "x", "--in-place", "--axes", HOSTILE),
        run("site", "build", "x", "--in-place", HOSTILE),
    ]
    for answer in answers:
        text = answer.out + answer.err
        assert text
        assert not ESCAPES.search(text), text
        assert "\u202e" not in text


def test_khmer_is_shown_as_it_is() -> None:
    assert printable("ខ្មែរ\u200bកោះ") == "ខ្មែរ\u200bកោះ"


def test_interruption_and_broken_disks_are_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def end_with(error: BaseException) -> None:
        def clean(*_: object, **__: object) -> int:
            raise error

        monkeypatch.setattr("khmertext.cli.site.clean_site", clean)

    end_with(KeyboardInterrupt())
    answer = run("site", "clean", "x")
    assert (answer.code, "interrupted" in answer.err) == (130, True)
    end_with(OSError(5, "Input/output error", "x/y"))
    assert run("site", "clean", "x") == (2, "", "error: x/y: Input/output error\n")
    for error in (MemoryError(), RecursionError()):
        end_with(error)
        answer = run("site", "clean", "x")
        assert (answer.code, "memory" in answer.err) == (2, True)


COMMAND = [sys.executable, "-m", "khmertext"]


def on_terminal(arguments: Sequence[str], **environment: str) -> tuple[int, str]:
    """Run the command with a terminal for all its streams."""
    main, side = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=side,
        stdout=side,
        stderr=side,
        env={name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm"} | environment,
    )
    os.close(side)
    shown = b""
    while True:
        try:
            block = os.read(main, 4096)
        except OSError:  # the other end is closed
            break
        if not block:
            break
        shown += block
    os.close(main)
    return process.wait(), shown.decode()


@pytest.mark.slow
def test_color_and_progress_are_for_terminals_only(site: Path) -> None:
    build = ["site", "build", str(site), "--in-place"]
    plain = subprocess.run([*COMMAND, *build], capture_output=True, text=True, check=True)
    assert "\x1b" not in plain.stdout + plain.stderr
    assert plain.stderr == ""

    code, shown = on_terminal([*build, "--no-cache"])
    assert code == 0
    assert "proving" in shown
    code, shown = on_terminal([*build, "--quiet"])
    assert (code, shown) == (0, "")
    wrong = ["site", "clean", str(site / "index.html")]
    assert "\x1b[31m" in on_terminal(wrong)[1]
    code, shown = on_terminal(wrong, NO_COLOR="1")
    assert code == 2
    assert "\x1b" not in shown


@pytest.mark.slow
def test_a_console_without_khmer_ends_nothing(site: Path) -> None:
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    (site / "ខ្មែរ.html").write_bytes("<svg><text>ក".encode())
    for more in ([], ["--json"]):
        process = subprocess.run(
            [*COMMAND, "site", "build", str(site), "--in-place", *more],
            capture_output=True,
            env=environment,
            check=False,
        )
        assert process.returncode == 0, process.stderr
        if more:
            json.loads(process.stdout)


def test_help_names_every_option(run: Run) -> None:
    for name in ("build", "check", "clean"):
        help_text = run("site", name, "--help").out
        assert command.cli.commands["site"].commands[name].params  # type: ignore[attr-defined]
        for option in command.cli.commands["site"].commands[name].params:  # type: ignore[attr-defined]
            if isinstance(option, click.Option):
                assert option.help
                assert option.opts[0] in help_text


@pytest.mark.parametrize(("code", "again"), [("KS906", True), ("KS907", False)])
def test_a_build_is_asked_for_where_it_helps(code: str, again: bool, capsys: pytest.CaptureFixture[str]) -> None:
    show_findings([SiteFinding("a.html", 0, 0, 0, 0, code, "is so", "")], built=True)
    assert ("site build" in capsys.readouterr().out) == again
