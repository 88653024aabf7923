"""``khmertext site watch`` as a process: what it builds again, what it survives, how it ends."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import fontpkg
import pytest
from fontTools.ttLib import TTFont

from khmertext.errors import SiteError
from khmertext.web import check_site

pytest.importorskip("watchfiles")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent otherwise there")

LIMIT = 60  # seconds until a test gives up; nothing is measured
PAGE = "<!doctype html><html lang=km><meta charset=utf-8><p style='font-family:Arial'>{}</p>"


class Watch:
    """A running watcher.

    Args:
        root: Where its site lies.
        process: The process.
    """

    def __init__(self, root: Path, process: subprocess.Popen[bytes]) -> None:
        self.root = root
        self.site = root / "site"
        self.process = process

    @property
    def lines(self) -> list[str]:
        """What it printed so far."""
        return (self.root / "log").read_text(encoding="utf-8").splitlines()

    def write(self, name: str, text: str) -> None:
        """Write a page, as a generator does."""
        path = self.site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGE.format(text), encoding="utf-8")

    def wait(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds."""
        end = time.monotonic() + LIMIT
        while not condition():
            assert self.process.poll() is None, self.lines
            assert time.monotonic() < end, self.lines
            time.sleep(0.1)

    def is_right(self) -> bool:
        """Whether the site is built for what it holds now."""
        try:
            return not check_site(self.site, jobs=1)
        except Exception:  # in the middle of being written
            return False

    def stop(self) -> int:
        """Press Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(LIMIT)


def heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture(params=["events", "poll"])
def watch(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Watch]:
    with start(tmp_path, *(["--poll"] if request.param == "poll" else [])) as watch:
        yield watch


@contextlib.contextmanager
def start(tmp_path: Path, *options: str) -> Iterator[Watch]:
    """A watcher of a site with one page, which has been built."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text(PAGE.format("ប្រាសាទ"), encoding="utf-8")
    command = [sys.executable, "-m", "khmertext", "site", "watch", "site", "--in-place", "--axes", "wght=400", "-j1"]
    command += ["--cache", str(tmp_path / "cache"), *options]
    with (tmp_path / "log").open("wb") as log:
        # Shells have what they start in the background ignore Ctrl-C, and tests may be started there.
        process = subprocess.Popen(
            command, cwd=tmp_path, stdout=log, stderr=subprocess.STDOUT, preexec_fn=heed_interrupts
        )
    watch = Watch(tmp_path, process)
    try:
        watch.wait(lambda: any(line.startswith("watching") for line in watch.lines))
        yield watch
    finally:
        process.kill()
        process.wait()


def test_pages_that_come_change_move_and_go_are_built(watch: Watch) -> None:
    def see(change: Callable[[], object]) -> str:
        """Make a change, wait until it is built, and return what is said of that."""
        count = len(watch.lines)
        change()
        watch.wait(lambda: len(watch.lines) > count and watch.is_right())
        return watch.lines[-1]

    assert watch.is_right()
    assert "news" in see(lambda: watch.write("news/a.html", "ភ្លៀងធ្លាក់"))
    assert "news/a.html" in see(lambda: watch.write("news/a.html", "ឃ្លាំងឆ្លើយ"))
    assert "b.html" in see(lambda: (watch.site / "news/a.html").rename(watch.site / "b.html"))
    assert "b.html" in see((watch.site / "b.html").unlink)
    assert not any("khmertext/" in line for line in watch.lines)
    # What it writes itself is no change.
    lines = watch.lines
    time.sleep(3)
    assert watch.lines == lines
    assert watch.stop() == 0
    assert watch.lines[-1] == "stopped"
    assert not any("Traceback" in line for line in watch.lines)


def test_a_burst_is_few_builds(watch: Watch) -> None:
    for number in range(40):
        watch.write(f"{number}.html", f"ប្រាសាទ{'ក' * number}")
        time.sleep(0.02)
    watch.wait(lambda: len(list(watch.site.glob("*.html"))) == 41 and watch.is_right())
    assert sum("files written" in line for line in watch.lines) < 10


def test_a_page_that_is_broken_is_told_and_mended(watch: Watch) -> None:
    page = watch.site / "index.html"
    page.write_bytes(PAGE.format("ប្រាសាទ").encode() + b"\xff\xe1")
    watch.wait(lambda: any("error" in line and "index.html" in line for line in watch.lines))
    watch.write("index.html", "ភ្លៀង")
    watch.wait(watch.is_right)


def test_a_folder_that_is_made_anew_is_followed(watch: Watch) -> None:
    shutil.rmtree(watch.site)
    time.sleep(1.5)
    watch.write("index.html", "ភ្លៀង")
    watch.wait(watch.is_right)
    shutil.rmtree(watch.site)
    watch.write("index.html", "ឃ្លាំង")
    watch.wait(watch.is_right)
    assert watch.stop() == 0


def test_a_folder_that_is_made_anew_at_once_is_followed_each_time(watch: Watch) -> None:
    """File systems give the new folder the number of the old one."""
    for number in range(3):
        shutil.rmtree(watch.site)
        watch.write("index.html", f"ភ្លៀង{'ក' * number}")
        watch.wait(watch.is_right)
        time.sleep(1.5)  # it is seen that the folder is another one
        watch.write("index.html", f"ឃ្លាំងឆ្លើយ{'ខ' * number}")
        watch.wait(watch.is_right)


def test_a_folder_of_ours_that_is_removed_is_noticed(watch: Watch) -> None:
    """Cleaners of generators remove what they do not know; what is left in the pages cannot be built over."""
    kept = watch.root / "kept"
    shutil.copytree(watch.site / "khmertext", kept)
    shutil.rmtree(watch.site / "khmertext")
    watch.wait(lambda: any(line.startswith("error: index.html") for line in watch.lines))
    shutil.copytree(kept, watch.site / "khmertext")
    watch.write("new.html", "គ្នា")
    watch.wait(lambda: (watch.site / "new.html").read_bytes().count(b"data-khmertext") > 0 and watch.is_right())


def test_an_output_that_is_removed_is_made_anew(tmp_path: Path) -> None:
    from khmertext.cli.site_watch import Builder, Inputs, follow

    site, output = tmp_path / "site", tmp_path / "output"
    site.mkdir()
    builder = Builder(site, output, Inputs({"folder": None}), "khmertext")
    manifest = output / "khmertext/manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("{}", encoding="utf-8")
    found = follow(pytest.importorskip("watchfiles"), builder, poll=True)
    assert next(found) == set()
    shutil.rmtree(output)
    assert next(found) == {"khmertext/manifest.json"}


def test_the_other_files_that_a_build_reads_are_followed(watch: Watch) -> None:
    """Their folders hold more, of which nothing is told; the configuration may come and go."""
    root = watch.root
    config = root / "khmertext.toml"

    def style() -> str:
        return "".join(path.read_text(encoding="utf-8") for path in (watch.site / "khmertext").glob("*.css"))

    def write_config(**options: object) -> None:
        lines = (f"{name} = {json.dumps(value)}\n" for name, value in options.items())
        config.write_text("[site]\n" + "".join(lines), encoding="utf-8")

    (root / "words").mkdir()
    (root / "words/a.txt").write_text("ភ្លៀង", encoding="utf-8")
    write_config(family="One", include_text=["words/a.txt"])
    watch.wait(lambda: " khmertext.toml: " in watch.lines[-1])
    assert '"One"' in style()
    # What the file has come to name is followed as well.
    lines = watch.lines
    (root / "words/b.txt").write_text("ស្ត្រី", encoding="utf-8")
    (root / "words/a.txt").write_text("ឃ្លាំង", encoding="utf-8")
    watch.wait(lambda: len(watch.lines) > len(lines))
    assert "words/a.txt: " in watch.lines[-1]
    assert "b.txt" not in watch.lines[-1]
    # One that cannot be read is told once, and nothing is built until it can.
    lines = watch.lines
    config.write_text("[site]\nfamily = ", encoding="utf-8")
    watch.wait(lambda: len(watch.lines) > len(lines))
    time.sleep(2)
    told = watch.lines[len(lines) :]
    assert sum("error" in line for line in told) == 1
    assert any("khmertext.toml" in line for line in told)
    for wrong in ({"family": ""}, {"fonts": "k.ttf"}, {"font": "none.ttf"}):
        lines = watch.lines
        write_config(**wrong)
        watch.wait(lambda: any("error" in line for line in watch.lines[len(lines) :]))  # noqa: B023 - at once
    write_config(family="Two")
    watch.wait(lambda: '"Two"' in style())
    config.unlink()
    watch.wait(lambda: '"Site Khmer"' in style())
    assert not any("Traceback" in line for line in watch.lines)
    assert watch.stop() == 0


def test_fonts_and_files_that_options_name_are_followed(tmp_path: Path) -> None:
    usual = Path(fontpkg.path("Noto Sans Khmer", weight=400))
    shutil.copy(usual, tmp_path / "k.ttf")
    wider = TTFont(usual)
    del wider["HVAR"]
    for name, (advance, bearing) in wider["hmtx"].metrics.items():
        wider["hmtx"].metrics[name] = (advance + 10 * bool(advance), bearing)
    (tmp_path / "words.txt").write_text("ភ្លៀង", encoding="utf-8")
    (tmp_path / "own.toml").write_text('[site]\nfamily = "One"\n', encoding="utf-8")
    options = ("--font", "k.ttf", "--include-text", "words.txt", "--config", "own.toml")
    with start(tmp_path, *options) as watch:

        def see(name: str, change: Callable[[], object]) -> set[bytes]:
            """Make a change, wait until it is told, and return the fonts there are then."""
            count = len(watch.lines)
            change()
            watch.wait(lambda: len(watch.lines) > count)
            assert f" {name}: " in watch.lines[-1]
            return {path.read_bytes() for path in (watch.site / "khmertext").glob("*.woff2")}

        first = {path.read_bytes() for path in (watch.site / "khmertext").glob("*.woff2")}
        second = see("k.ttf", lambda: wider.save(tmp_path / "k.ttf"))
        third = see("words.txt", lambda: (tmp_path / "words.txt").write_text("ឃ្លាំងឆ្លើយស្ត្រី", encoding="utf-8"))
        assert second - first
        assert third - second
        see("own.toml", lambda: (tmp_path / "own.toml").write_text('[site]\nfamily = "Two"\n', encoding="utf-8"))
        assert watch.stop() == 0


def test_of_files_beside_the_site_the_last_change_of_a_burst_is_waited_for(tmp_path: Path) -> None:
    """No time passes but what the test says; a link counts as what it leads to."""
    from khmertext.cli.site_watch import Inputs

    given: dict[str, Any] = dict.fromkeys(("config", "axes", "no_cache"))
    (tmp_path / "a.txt").write_text("1", encoding="utf-8")
    (tmp_path / "b.txt").symlink_to("a.txt")
    inputs = Inputs({**given, "include_text": (tmp_path / "b.txt", tmp_path / "none.txt")})
    options = inputs.read_options()
    assert [path.name for path in options.include_text] == ["b.txt", "none.txt"]
    assert inputs.find_changed(lambda _: None) == set()
    waits: list[float] = []

    def write_more(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) < 4:
            (tmp_path / "a.txt").write_text("1" * 10 * len(waits), encoding="utf-8")

    (tmp_path / "a.txt").write_text("22", encoding="utf-8")
    assert inputs.find_changed(write_more) == {str(tmp_path / "b.txt")}
    assert len(waits) == 4
    assert inputs.find_changed(write_more) == set()
    (tmp_path / "none.txt").write_text("x", encoding="utf-8")
    (tmp_path / "b.txt").unlink()
    assert inputs.find_changed(lambda _: None) == {str(tmp_path / "b.txt"), str(tmp_path / "none.txt")}


@pytest.mark.parametrize("wrong", ['axes = "x"', 'family = ""', "family = ", "colour = 1"])
def test_what_is_wrong_with_options_ends_it_at_first_and_is_told_later(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: str
) -> None:
    from khmertext.cli.site_watch import Builder, Inputs

    (tmp_path / "site").mkdir()
    config = tmp_path / "own.toml"
    config.write_text(f"[site]\n{wrong}\n", encoding="utf-8")
    given: dict[str, Any] = {**dict.fromkeys(("axes", "no_cache")), "config": config}
    builder = Builder(tmp_path / "site", tmp_path / "output", Inputs(given))
    with pytest.raises((click.UsageError, SiteError)):
        builder.build(first=True)
    assert not capsys.readouterr().err
    builder.build({"own.toml"})
    assert capsys.readouterr().err.count("error: ") == 1
    config.write_text("", encoding="utf-8")
    assert builder.inputs.find_changed(lambda _: None) == {str(config)}
    builder.build({"own.toml"})
    assert capsys.readouterr().err == ""
    assert (tmp_path / "output/khmertext/manifest.json").is_file()


def test_without_the_package_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    code = "import sys; sys.modules['watchfiles'] = None; from khmertext.cli.main import main; main()"
    command = [sys.executable, "-c", code, "site", "watch", "site", "--in-place"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert 'pip install "khmertext[watch]"' in done.stderr


def test_wrong_use_ends_with_2(tmp_path: Path) -> None:
    for arguments in (
        ["none", "--in-place"],
        ["."],
        [".", "--in-place", "-o", "x"],
        [".", "--in-place", "--family", ""],
    ):
        command = [sys.executable, "-m", "khmertext", "site", "watch", *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=LIMIT)
        assert done.returncode == 2, arguments
        assert "error" in done.stderr.lower()


def test_two_changes_within_one_tick_of_whole_seconds_are_both_seen_by_polling(tmp_path: Path) -> None:
    """No time passes but what the test says: each wait is one step."""
    from khmertext.cli.site_watch import poll_folder

    page = tmp_path / "a.html"
    page.write_text("1", encoding="utf-8")
    times = iter(range(100, 1000, 100))  # nanoseconds, all in one second
    os.utime(page, ns=(0, next(times)))
    steps = poll_folder(tmp_path, lambda _, path: not path.endswith(".tmp"), wait=lambda _: None)
    assert list(next(steps)) == []
    for _ in range(2):
        page.write_text("2", encoding="utf-8")
        os.utime(page, ns=(0, next(times)))
        (tmp_path / "b.tmp").write_text("2", encoding="utf-8")
        assert [path for _, path in next(steps)] == [str(page)]
        assert list(next(steps)) == []
    page.unlink()
    assert [path for _, path in next(steps)] == [str(page)]


def test_polling_waits_for_the_end_of_a_burst(tmp_path: Path) -> None:
    from khmertext.cli.site_watch import poll_folder

    steps = iter(range(4))

    def write_one(_: float) -> None:
        number = next(steps, None)
        if number is not None:
            (tmp_path / f"{number}.html").write_text("x", encoding="utf-8")

    found = next(poll_folder(tmp_path, lambda _, __: True, wait=write_one))
    assert len(found) == 4
