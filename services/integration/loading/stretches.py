"""Problems of a first bundle, a stretch at a time and each processor at one: replayed, and their rows made tables."""

import asyncio
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Thread

from graph.local import Connection
from graph.local.tables import Table, Tables
from graph.session import Database
from services.integration.bundle.checking import Checked
from services.integration.bundle.faults import Report
from services.integration.bundle.lives import PostOrganizations, Replay
from services.integration.bundle.resolving import Resolver
from services.integration.bundle.staging import Bounds, Stretch
from services.integration.loading.batches import Batches
from services.integration.loading.nodes import Recorder
from services.integration.loading.present import DatabaseKnown
from services.integration.loading.tables import StampedTables
from services.ledger.inspectors import in_order, inspectors

PROBLEMS = 20_000
"""In a stretch: its lives are held in memory, and processors are busy until the last stretches."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch, and what it takes to work it. `connection`: to the database, which knows what is not in the bundle."""

    connection: Connection
    staging: Path
    bounds: Bounds
    folder: Path
    source: str
    organizations: PostOrganizations
    began: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Worked:
    """What was wrong with the events of a stretch; if nothing was, its tables with so many records."""

    report: Report
    tables: list[Table]
    records: int


async def worked(
    connection: Connection, checked: Checked, folder: Path, began: datetime, at: datetime
) -> AsyncIterator[Worked]:
    """Each stretch of the problems, in their order. `began`: when the import did. `at`: its record time."""
    organizations = checked.replay.organizations
    parts = [
        Part(connection, checked.staging.path, bounds, folder / str(number), checked.source, organizations, began, at)
        for number, bounds in enumerate(checked.staging.stretches(PROBLEMS))
    ]
    with inspectors(checked.report.rows.get("events", 0)) as pool:
        async for found in in_order(pool, work, parts):
            yield found


def work(part: Part) -> Worked:
    """Replay the events of a stretch, and write its tables where nothing is wrong with them."""
    with Stretch(part.staging, part.bounds) as staging, _known(part.connection) as known:
        resolver = Resolver(staging, known, part.source)
        report = Report(part.source)
        report.extend(Replay(staging, resolver, known, part.organizations, may_be_known=False).run())
        if not report.ok:
            return Worked(report, [], 0)
        part.folder.mkdir()
        with Tables(part.folder) as tables:
            sink = StampedTables(tables, part.at)
            batches = Batches(staging, resolver, Recorder(resolver, part.began), {}, sink.rows)
            records = 0
            for problems in batches.problems():
                rows = batches.lives(problems, {}, {})
                sink.add(rows)
                records += rows.records
            return Worked(report, tables.written, records)


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
