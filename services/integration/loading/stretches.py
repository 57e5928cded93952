"""Problems of a first bundle, a stretch at a time and each processor at one: replayed, and their rows made tables."""

import asyncio
from collections.abc import AsyncIterator, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Thread

import orjson

from graph.local import Connection
from graph.local.tables import Numbers, Table, Tables
from graph.session import Database
from services.integration.bundle.checking import Checked
from services.integration.bundle.faults import Report
from services.integration.bundle.lives import PostOrganizations, Replay
from services.integration.bundle.resolving import Resolver
from services.integration.bundle.staging import Bounds, Staged
from services.integration.loading.batches import Batches
from services.integration.loading.nodes import Recorder
from services.integration.loading.present import DatabaseKnown
from services.integration.loading.tables import StampedTables
from services.ledger.inspectors import in_order, inspectors

PROBLEMS = 5_000
"""In a stretch: so few that both processors are busy nearly to the end, and that its lives fit into memory."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch, and what it takes to work it. `connection`: to the database, which knows what is not in the bundle.

    `numbers`: a file of `shared_numbers`. `first`: of those that are the stretch's own.
    """

    connection: Connection
    staging: Path
    bounds: Bounds
    folder: Path
    source: str
    numbers: Path
    first: int
    organizations: PostOrganizations
    began: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Worked:
    """What was wrong with the events of a stretch; its tables with so many records, whole if nothing was."""

    report: Report
    tables: list[Table]
    records: int


def divided(
    connection: Connection, checked: Checked, folder: Path, shared: Mapping[str, str], began: datetime, at: datetime
) -> tuple[list[Part], int]:
    """The stretches of the problems, in their order, and the first number that none of their nodes takes.

    `shared`: the numbers of other nodes, from 0 on. `began`: when the import did. `at`: its record time.
    """
    staging, organizations = checked.staging, checked.replay.organizations
    numbers, first = folder / "numbers.json", len(shared)
    numbers.write_bytes(orjson.dumps(shared))
    parts: list[Part] = []
    for bounds in staging.stretches(PROBLEMS):
        its = folder / str(len(parts))
        parts.append(
            Part(connection, staging.path, bounds, its, checked.source, numbers, first, organizations, began, at)
        )
        problems, events = staging.problem_count(bounds)
        first += 2 * problems + events  # each was reported too, by an event that has no row
    return parts, first


async def worked(checked: Checked, parts: Sequence[Part]) -> AsyncIterator[Worked]:
    """What comes of each stretch."""
    with inspectors(checked.report.rows.get("events", 0)) as pool:
        async for found in in_order(pool, work, parts):
            yield found


def work(part: Part) -> Worked:
    """Replay the events of a stretch, and write its tables where nothing is wrong with them."""
    part.folder.mkdir()
    with (
        Staged(part.staging) as staging,
        _known(part.connection) as known,
        Tables(part.folder, Numbers(_shared(part.numbers), part.first)) as tables,
    ):
        resolver = Resolver(staging, known, part.source)
        replay = Replay(staging, resolver, known, part.organizations, may_be_known=False)
        sink = StampedTables(tables, part.at)
        batches = Batches(staging, resolver, Recorder(resolver, part.began), {}, sink.rows)
        report = Report(part.source)
        records = 0
        for problems in batches.replayed(replay, part.bounds, report):
            if report.ok:
                rows = batches.lives(problems, {}, {})
                sink.add(rows)
                records += rows.records
        return Worked(report, tables.written, records)


@lru_cache(maxsize=1)
def _shared(numbers: Path) -> Mapping[str, str]:
    return orjson.loads(numbers.read_bytes())


@contextmanager
def _known(connection: Connection) -> Generator[DatabaseKnown]:
    """The records of the database, asked through a loop of its own."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def opened() -> Database:
        return Database(connection.uri, connection.user, connection.password)

    database = asyncio.run_coroutine_threadsafe(opened(), loop).result()
    try:
        yield DatabaseKnown(database, loop)
    finally:
        asyncio.run_coroutine_threadsafe(database.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
