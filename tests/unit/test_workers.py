"""Processes beside this one: what they give, and that none is left."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from types import MappingProxyType

import pytest

from khmertext.errors import FontError
from khmertext.workers import begin

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="no process is cheap to begin there")

LARGE = 4 << 20  # more than a pipe holds


class Strange(Exception):
    """An error that cannot be made again from what it says."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} and {other}")


def run_alone(check: Callable[..., None], *arguments: object) -> None:
    """Run a check in a process without threads, which is where processes begin: other tests leave threads in this."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        pool.submit(check, *arguments).result()


def alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{number}/stat").read_text().split()[2] != "Z"


def check_a_result_comes_back(jobs: int) -> None:
    with begin(lambda: b"x" * LARGE, jobs) as wait:
        assert len(wait()) == LARGE


def check_an_error_comes_back(jobs: int) -> None:
    def fail() -> None:
        raise FontError("is none", source="a.ttf", hint="give another")

    with begin(fail, jobs) as wait, pytest.raises(FontError, match="is none"):
        wait()


def check_an_error_that_cannot_travel_is_told() -> None:
    def fail() -> None:
        raise Strange(1, 2)

    with begin(fail, 2) as wait, pytest.raises(RuntimeError, match="Strange: 1 and 2"):
        wait()


def check_a_result_that_cannot_travel_is_told() -> None:
    def work() -> MappingProxyType[str, str]:
        return MappingProxyType({})

    with begin(work, 2) as wait, pytest.raises(TypeError, match="mappingproxy"):
        wait()


def check_a_process_that_was_ended_is_no_result() -> None:
    me = os.getpid()

    def end() -> None:
        assert os.getpid() != me
        os.kill(os.getpid(), signal.SIGKILL)

    with begin(end, 2) as wait, pytest.raises(MemoryError):
        wait()


def check_a_result_that_nobody_wants_keeps_no_process(folder: Path) -> None:
    def work() -> bytes:
        (folder / "number").write_text(str(os.getpid()))
        return b"x" * LARGE

    limit = time.monotonic() + 60
    with begin(work, 2):
        while not (folder / "number").exists() or not (folder / "number").read_text():
            assert time.monotonic() < limit
            time.sleep(0.01)
    assert not alive(int((folder / "number").read_text()))


def check_nothing_is_forked_beside_a_thread() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    with begin(os.getpid, 2) as wait:
        number = wait()
    done.set()
    thread.join()
    assert number == os.getpid()


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_result_comes_back(jobs: int) -> None:
    run_alone(check_a_result_comes_back, jobs)


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_comes_back(jobs: int) -> None:
    run_alone(check_an_error_comes_back, jobs)


def test_an_error_that_cannot_travel_is_told() -> None:
    run_alone(check_an_error_that_cannot_travel_is_told)


def test_a_result_that_cannot_travel_is_told() -> None:
    run_alone(check_a_result_that_cannot_travel_is_told)


def test_a_process_that_was_ended_is_no_result() -> None:
    run_alone(check_a_process_that_was_ended_is_no_result)


def test_a_result_that_nobody_wants_keeps_no_process(tmp_path: Path) -> None:
    run_alone(check_a_result_that_nobody_wants_keeps_no_process, tmp_path)


def test_nothing_is_forked_beside_a_thread() -> None:
    run_alone(check_nothing_is_forked_beside_a_thread)


def test_no_process_outlives_one_that_was_killed(tmp_path: Path) -> None:
    code = f"""
import os, time
from khmertext.workers import begin
def work():
    open({str(tmp_path / "number")!r}, "w").write(str(os.getpid()))
    time.sleep(1)
    return b"x" * {LARGE}
with begin(work, 2) as wait:
    time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", code])
    end = time.monotonic() + 60
    while not (tmp_path / "number").exists() or not (tmp_path / "number").read_text():
        assert time.monotonic() < end
        time.sleep(0.05)
    parent.kill()
    parent.wait()
    number = int((tmp_path / "number").read_text())
    while alive(number):
        assert time.monotonic() < end
        time.sleep(0.1)
