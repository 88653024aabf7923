"""Work spread over processes, in a fixed order.

Threads do not help: shaping and parsing hold the interpreter, and so does most of copying many small files. Results
come back in the order of the items, so the outcome is the same for any number of processes.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import BaseContext

__all__ = ["begin", "count_jobs", "map_chunks", "split_chunks"]

Item = TypeVar("Item")
Result = TypeVar("Result")


def count_jobs(asked: int | None = None) -> int:
    """How many processes to use.

    Args:
        asked: What the user said, or None for as many as there are processors.

    Raises:
        ValueError: ``asked`` is below 1.

    Example:
        >>> count_jobs(3)
        3
    """
    if asked is not None:
        if asked < 1:
            raise ValueError(f"the number of jobs must be 1 or more, not {asked}")
        return asked
    try:
        return max(1, len(os.sched_getaffinity(0)))
    except AttributeError:  # not on macOS and Windows
        return max(1, os.cpu_count() or 1)


def split_chunks(items: Sequence[Item], count: int) -> list[Sequence[Item]]:
    """Cut a sequence into at most ``count`` parts of nearly equal length, in order; no part is empty.

    Example:
        >>> split_chunks([1, 2, 3, 4, 5], 2)
        [[1, 2, 3], [4, 5]]
    """
    size = max(1, -(-len(items) // max(1, count)))
    return [items[start : start + size] for start in range(0, len(items), size)]


def map_chunks(
    function: Callable[[Sequence[Item]], Result], chunks: Sequence[Sequence[Item]], jobs: int
) -> Iterator[Result]:
    """Apply a function to each chunk, in ``jobs`` processes when that is more than one; results in order.

    Args:
        function: A picklable callable (a module's function, or a ``functools.partial`` of one).
        chunks: The work.
        jobs: How many processes.

    Raises:
        MemoryError: The system ended a process.
        BaseException: Whatever the function raises.
    """
    if jobs <= 1 or len(chunks) <= 1:
        yield from map(function, chunks)
        return
    # Slow to load, and most commands do without.
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    with ProcessPoolExecutor(min(jobs, len(chunks)), mp_context=start_method()) as pool:
        try:
            yield from pool.map(function, chunks)
        except BrokenProcessPool as error:  # the system ended a process: most often there was no memory left
            raise MemoryError("a process was ended") from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


@contextmanager
def begin(function: Callable[[], Result], jobs: int) -> Iterator[Callable[[], Result]]:
    """Begin something that is asked for later, in a process beside this one where there may be several.

    Args:
        function: What to do. What it needs is there as it is now; what it changes is not seen here.
        jobs: How many processes there may be.

    Yields:
        What gives the result, once; it waits for it. Where no process is cheap to begin, it is what does it. The
        process does not outlive the context.

    Raises:
        MemoryError: The system ended the process; raised by what is yielded, as is whatever the function raises.

    Example:
        >>> with begin(lambda: 6 * 7, 2) as wait:
        ...     wait()
        42
    """
    context = start_method()
    if jobs <= 1 or context.get_start_method() != "fork":
        yield function
        return
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(  # type: ignore[attr-defined]
        target=send_result, args=(receiver, sender, function), daemon=True
    )
    process.start()
    sender.close()  # so that nothing is waited for once the process is gone

    def wait() -> Result:
        try:
            result, error = pickle.loads(receiver.recv_bytes())
        except EOFError as gone:
            raise MemoryError("a process was ended") from gone
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return]

    try:
        yield wait
    finally:
        process.terminate()
        process.join()
        receiver.close()


def send_result(receiver: Connection, sender: Connection, function: Callable[[], object]) -> None:
    receiver.close()  # ours alone would keep the pipe open when nobody else listens any more
    try:
        answer: tuple[object, BaseException | None] = (function(), None)
    except BaseException as error:
        answer = (None, carry(error))
    try:
        data = pickle.dumps(answer)
    except Exception as error:  # what cannot travel
        data = pickle.dumps((None, carry(error)))
    with suppress(BrokenPipeError):  # nobody waits any more
        sender.send_bytes(data)


def carry(error: BaseException) -> BaseException:
    """An error as another process can have it."""
    try:
        copy = pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return copy if isinstance(copy, BaseException) else RuntimeError(str(error))


def start_method() -> BaseContext:
    import multiprocessing

    # Forking is fastest and safe only where it is the custom and no thread runs.
    if sys.platform == "linux" and threading.active_count() == 1:
        return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")
