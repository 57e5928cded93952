"""What settings are worth: python -m tests.benchmarks.settings HOME [TRACES]

On the county of a home whose engine does not run: traces by sixteen clients, without sockets, with one setting changed
at a time and all in turn, three times each. Milliseconds, and processor time for each trace by this process (gateway
and driver) and by Neo4j.
"""

import asyncio
import gc
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from unittest.mock import patch

import httpx
import uvloop

from gateway.app import build
from graph import local, session
from graph.local import quick_start, server
from graph.session import Database
from services.hosting.identity import Role
from services.hosting.keys import LocalKeys
from services.hosting.settings import DatabaseAddress, Settings
from tests.benchmarks.side_by_side.questions import TRACE, subjects
from tests.benchmarks.side_by_side.systems import engine_of, seconds_of
from tests.database import DatabaseConnection

HEAP = "3g"
CLIENTS = 16
TURNS = 3


def _frozen() -> None:
    """As it is served: services/hosting/serving.py."""
    gc.collect()
    gc.freeze()


def _seldom() -> None:
    _frozen()
    gc.set_threshold(50_000, 20, 100)


@dataclass
class Setting:
    """`page_cache`, `collector`: Neo4j's. `pool`: the driver's connections at most. `ours`: sets Python's collector."""

    name: str
    page_cache: str = "1g"
    collector: str = server.GARBAGE_COLLECTOR
    pool: int = session.CONNECTIONS
    ours: Callable[[], None] = _frozen
    found: list[tuple[float, ...]] = field(default_factory=list[tuple[float, ...]])


SETTINGS = (
    Setting("as it is"),
    Setting("page cache of 64 MB", page_cache="64m"),
    Setting("ParallelGC", collector="-XX:+UseParallelGC"),
    Setting("ZGC", collector="-XX:+UseZGC"),
    Setting("pool of 8", pool=8),
    Setting("pool of 16", pool=16),
    Setting("Python's collector not frozen", ours=lambda: None),
    Setting("Python's collector seldom", ours=_seldom),
)


async def _measure(connection: local.Connection, ours: Callable[[], None], traces: int, seed: int) -> tuple[float, ...]:
    where = DatabaseConnection(connection.uri, connection.user, connection.password)
    engine = engine_of(where)
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(Path(home), database=DatabaseAddress(*where))
        token = LocalKeys.open(settings).mint(Role.ADMINISTRATOR, None, timedelta(hours=1), datetime.now(UTC))
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        async with Database(*where) as database:
            transport = httpx.ASGITransport(build(settings, database))
            async with httpx.AsyncClient(transport=transport, base_url="http://zeren", headers=headers) as client:
                about = [TRACE.body(one) for one in (await subjects(database, seed))[: 2 * traces]]
                await _asked(client, about[:1])  # alone, for it takes seconds to plan
                await _asked(client, about[1:traces])
                ours()
                before = time.perf_counter(), time.process_time(), seconds_of(engine)
                taken = sorted(await _asked(client, about[traces:]))
                after = time.perf_counter(), time.process_time(), seconds_of(engine)
    clock, python, java = (b - a for a, b in zip(before, after, strict=True))
    each = 1e3 / traces
    return median(taken) * 1e3, taken[len(taken) * 99 // 100] * 1e3, traces / clock, python * each, java * each


async def _asked(client: httpx.AsyncClient, left: list[str]) -> list[float]:
    taken: list[float] = []
    waiting = list(left)

    async def one() -> None:
        while waiting:
            begun = time.perf_counter()
            answer = await client.post("/graphql", content=waiting.pop())
            taken.append(time.perf_counter() - begun)
            if answer.is_error or "errors" in answer.json():
                raise RuntimeError(answer.text[:300])

    await asyncio.gather(*(one() for _ in range(CLIENTS)))
    return taken


def main(home: Path, traces: int = 600) -> None:
    thresholds = gc.get_threshold()
    for turn in range(TURNS):
        for setting in SETTINGS:
            with ExitStack() as stack:
                for module in (server, quick_start):
                    stack.enter_context(patch.object(module, "GARBAGE_COLLECTOR", setting.collector))
                stack.enter_context(patch.object(session, "CONNECTIONS", setting.pool))
                engine = stack.enter_context(local.running(home, memory=local.Memory(HEAP, setting.page_cache)))
                setting.found.append(uvloop.run(_measure(engine, setting.ours, traces, turn)))
            gc.unfreeze()
            gc.set_threshold(*thresholds)
    sys.stdout.write(
        "| setting | p50 | p99 | traces/s | this process, each | Neo4j, each |\n| --- |" + " ---: |" * 5 + "\n"
    )
    for setting in SETTINGS:
        figures = " | ".join(f"{median(values):.1f}" for values in zip(*setting.found, strict=True))
        sys.stdout.write(f"| {setting.name} | {figures} |\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
