"""Processes that inspect parts of a ledger side by side; what they find comes back in the ledger's order."""

import asyncio
import gc
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator, Iterable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import connection, parent_process
from threading import Thread
from typing import TypeVar

Part = TypeVar("Part")
Found = TypeVar("Found")

PROCESSES = multiprocessing.get_context("spawn")
"""How processes are started: a copy of one that has threads and connections may hang."""
ALONE = 20_000
"""So many events are read sooner than a process is started."""


class InspectorLost(Exception):
    """One of the processes that share some work was ended from outside. The message says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "One of the processes that share this work was ended from outside, most likely because memory ran out. "
            "Nothing was changed. End other programs or lower ZEREN_HEAP, and run the command again."
        )


@contextmanager
def inspectors(events: int) -> Generator[ProcessPoolExecutor | None]:
    """A process for each processor; None, the caller itself, for few events."""
    if events <= ALONE:
        yield None
        return
    pool = ProcessPoolExecutor(os.cpu_count() or 1, PROCESSES, initializer=begin)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


async def in_order(
    pool: ProcessPoolExecutor | None, inspect: Callable[[Part], Found], parts: Iterable[Part]
) -> AsyncIterator[Found]:
    """What `inspect` finds in each part, a few parts ahead of who asks, so that memory is bounded.

    Raises InspectorLost, and what `inspect` raises.
    """
    if pool is None:
        for part in parts:
            yield inspect(part)
        return
    ahead = deque[asyncio.Future[Found]]()
    try:
        for part in parts:
            ahead.append(asyncio.wrap_future(pool.submit(inspect, part)))
            if len(ahead) > 2 * (os.cpu_count() or 1):
                yield await ahead.popleft()
        while ahead:
            yield await ahead.popleft()
    except BrokenProcessPool as error:
        await asyncio.gather(*ahead, return_exceptions=True)  # the others have the same to say
        raise InspectorLost from error


def collect_seldom() -> None:
    """Millions of small values and next to no cycle among them: else collecting takes a third of the time."""
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)


@contextmanager
def collecting_seldom() -> Generator[None]:
    """`collect_seldom`, in a process that has other work afterwards."""
    usual = gc.get_threshold()
    collect_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def begin() -> None:
    """What a process of this kind does first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller is interrupted, and ends this one
    collect_seldom()
    Thread(target=_end_with_caller, daemon=True).start()


def _end_with_caller() -> None:
    caller = parent_process()
    if caller is not None:
        connection.wait([caller.sentinel])
        os._exit(1)
