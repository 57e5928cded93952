"""`zeren import`: check the whole bundle, write it in batches that nobody sees, then let it be seen at once."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from graph.queries import standing
from graph.session import Database
from services.integration.bundle.checking import Checked, Progress, check, no_progress
from services.integration.bundle.columns import FILE, Column, File
from services.integration.bundle.faults import Report
from services.integration.bundle.staging import Row
from services.integration.loading.batches import ENTITY_FILES, FACT_FILES, NAMES, Batches, ProblemRows, Stated
from services.integration.loading.claiming import claim
from services.integration.loading.completion import Clock, ImportRefused, complete, forget
from services.integration.loading.nodes import (
    FactRow,
    Present,
    Recorder,
    Rows,
    column_fact,
    fact_of_row,
    facts_of_columns,
    site_kinds,
)
from services.integration.loading.present import DatabaseKnown, present, problem_states
from services.integration.loading.transactions import Transactions

__all__ = ["ImportRefused", "Imported", "Load", "import_bundle", "load_checked"]

Item = TypeVar("Item")
NO_TITLES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to. `recorded_at`: its record time; None where the check failed or nothing was new."""

    report: Report
    written: int
    recorded_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        recorded_at = None if self.recorded_at is None else self.recorded_at.isoformat()
        return {**self.report.as_json(), "written": self.written, "recordedAt": recorded_at}


async def import_bundle(
    database: Database,
    path: Path,
    clock: Clock,
    *,
    source: str = "bundle",
    dry_run: bool = False,
    titles: Mapping[str, str] = NO_TITLES,
    progress: Progress = no_progress,
) -> Imported:
    """Check the bundle at `path` and load it, or go on with loading it where that was cut off.

    With faults in it nothing is loaded: see the report. `titles`: of lines of work, by code. Raises BundleError where
    it can't be read, ImportRefused where another import is not complete, and what `Database` raises.
    """
    loop = asyncio.get_running_loop()
    async with _checked(path, source, DatabaseKnown(database, loop), progress) as checked:
        if dry_run or not checked.report.ok:
            return Imported(checked.report, 0, None)
        return await load_checked(database, checked, clock, titles, progress)


async def load_checked(
    database: Database, checked: Checked, clock: Clock, titles: Mapping[str, str], progress: Progress
) -> Imported:
    """Load a bundle in which nothing is wrong. Raises ImportRefused."""
    mine = await claim(database, checked.source, checked.digest, clock())
    load = Load(database, checked, progress, Transactions(database, mine), mine.started_at)
    written = await load.write(titles)
    if written == 0 and not mine.resumed:
        await forget(database, mine.id)
        return Imported(checked.report, 0, None)
    recorded_at = await complete(database, mine.id, clock, progress, checked.report.rows)
    return Imported(checked.report, written, recorded_at)


@asynccontextmanager
async def _checked(path: Path, source: str, known: DatabaseKnown, progress: Progress) -> AsyncGenerator[Checked]:
    """The check, in a thread of its own: it computes for long, and asks the database through this loop."""
    context = check(path, source, known, progress)
    checked = await asyncio.to_thread(context.__enter__)
    try:
        yield checked
    finally:
        await asyncio.to_thread(context.__exit__, None, None, None)


class Sink(Protocol):
    """Where batches of rows go. `at_once`: so many may be on their way."""

    @property
    def at_once(self) -> int: ...

    def rows(self) -> Rows:
        """An empty batch in the form that it takes."""
        ...

    async def write(self, rows: Rows) -> None: ...


class Load:
    """The rows of a checked bundle on their way from the bundle to a sink. `started_at`: when the import began."""

    def __init__(
        self, database: Database, checked: Checked, progress: Progress, sink: Sink, started_at: datetime
    ) -> None:
        self._database = database
        self._checked = checked
        self._progress = progress
        self._sink = sink
        self._started_at = started_at
        self._fresh = checked.fresh

    async def write(self, titles: Mapping[str, str]) -> int:
        """Write everything that is new or changed, unseen. Returns the number of records."""
        batches = self._batches(titles)
        written = await self._but_problems(batches) + await self._problems(batches)
        return written + await self._facts(batches, FILE[NAMES])

    async def write_but_problems(self, titles: Mapping[str, str]) -> int:
        """As `write`, without problems and their events."""
        batches = self._batches(titles)
        return await self._but_problems(batches) + await self._facts(batches, FILE[NAMES])

    def _batches(self, titles: Mapping[str, str]) -> Batches:
        staging, resolver = self._checked.staging, self._checked.resolver
        return Batches(staging, resolver, Recorder(resolver, self._started_at), titles, self._sink.rows)

    async def _but_problems(self, batches: Batches) -> int:
        kinds = await present(self._database, site_kinds().values())
        written = await self._commit(batches.kinds(kinds))
        for name in ENTITY_FILES:
            if name == "tasks":
                written += await self._commit(await self._lines_of_work(batches))
            written += await self._entities(batches, FILE[name])
        for name in ENTITY_FILES:
            written += await self._column_facts(batches, FILE[name])
        for name in FACT_FILES:
            written += await self._facts(batches, FILE[name])
        return written

    async def _lines_of_work(self, batches: Batches) -> Rows:
        rows = self._sink.rows()
        lines = await asyncio.to_thread(batches.lines_of_work)
        there = await present(self._database, lines)
        for id_, statement in lines.items():
            if id_ not in there:
                rows.create(statement)
        return rows

    async def _entities(self, batches: Batches, file: File) -> int:
        async def prepare(rows: list[Row]) -> Rows:
            there = await self._present(lambda: batches.ids(file, rows))
            return await asyncio.to_thread(batches.entities, file, rows, there)

        # A task is hung below its parent, which may be in the batch before.
        return await self._each(batches.rows_of(file), prepare, 1 if file.name == "tasks" else self._sink.at_once)

    async def _facts(self, batches: Batches, file: File) -> int:
        async def prepare(rows: list[Row]) -> Rows:
            resolver = self._checked.resolver
            there = await self._present(lambda: batches.ids(file, rows))
            facts: list[Stated] = [(fact_of_row(file, row, resolver), file, row) for row in rows]
            return await asyncio.to_thread(batches.facts, facts, there)

        return await self._each(batches.rows_of(file), prepare)

    async def _column_facts(self, batches: Batches, file: File) -> int:
        columns = [column for column in file.columns if column.fact is not None]
        resolver = self._checked.resolver

        async def prepare(rows: list[Row]) -> Rows:
            facts = [fact for row in rows for fact in facts_of_columns(file, row, resolver)]
            if not self._fresh:
                facts += await self._no_longer_stated(file, columns, rows, {fact.reference for fact in facts})
            there = await self._present(lambda: [resolver.record(fact.reference) for fact in facts])
            stated: list[Stated] = [(fact, None, ()) for fact in facts]
            return await asyncio.to_thread(batches.facts, stated, there)

        return await self._each(batches.rows_of(file), prepare) if columns else 0

    async def _no_longer_stated(
        self, file: File, columns: list[Column], rows: list[Row], stated: set[str]
    ) -> list[FactRow]:
        """Retractions of the facts that columns of these things stood for and do not any more."""
        resolver = self._checked.resolver
        ids = [resolver.record(str(row[1])) for row in rows]
        found: list[FactRow] = []
        for column in columns:
            for fact in await self._database.read(standing.column_facts(column.fact or ""), {"ids": ids}):
                own = fact["source"] == resolver.source
                reference = fact["sourceId"] if own else f"{fact['source']}:{fact['sourceId']}"
                if reference not in stated:
                    thing, other = (file.label, fact["thing"]), (column.targets[0], fact["target"])
                    found.append(column_fact(column, reference, thing, other, retracted=True))
        return found

    async def _problems(self, batches: Batches) -> int:
        async def prepare(problems: list[ProblemRows]) -> Rows:
            there = await self._present(lambda: batches.problem_ids(problems))
            states: dict[str, dict[str, Any]] = {}
            if there:
                states = await problem_states(self._database, there)
            return await asyncio.to_thread(batches.lives, problems, there, states)

        return await self._each(batches.problems(), prepare)

    async def _present(self, ids: Callable[[], Collection[str]]) -> dict[str, Present]:
        return {} if self._fresh else await present(self._database, ids())

    async def _each(
        self, items: Iterator[Item], prepare: Callable[[Item], Awaitable[Rows]], at_once: int | None = None
    ) -> int:
        """Prepare one batch while those before it are written. Returns the number of records."""
        written = 0
        writing: deque[asyncio.Task[int]] = deque()
        try:
            while (item := await asyncio.to_thread(next, items, None)) is not None:
                rows = await prepare(item)
                if len(writing) == (at_once or self._sink.at_once):
                    written += await writing.popleft()
                writing.append(asyncio.create_task(self._commit(rows)))
            while writing:
                written += await writing.popleft()
        except BaseException:
            for task in writing:
                task.cancel()
            raise
        return written

    async def _commit(self, rows: Rows) -> int:
        if not rows:
            return 0
        await self._sink.write(rows)
        self._progress("write", rows.records)
        return rows.records
