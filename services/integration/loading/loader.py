"""`zeren import`: check the whole bundle, write it in batches that nobody sees, then let it be seen at once."""

import asyncio
import hashlib
import secrets
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from graph.model.instants import OPEN, utc
from graph.queries import imports, standing
from graph.queries.imports import create
from graph.session import Database, Transaction
from services.integration.bundle.checking import Checked, Progress, check, no_progress
from services.integration.bundle.columns import FILE, Column, File
from services.integration.bundle.faults import Report
from services.integration.bundle.staging import Row
from services.integration.loading.batches import ENTITY_FILES, FACT_FILES, Batches, ProblemRows, Stated
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

__all__ = ["ImportRefused", "Imported", "import_bundle"]

Item = TypeVar("Item")
_TRANSACTIONS = 2
"""At once: while one is committed, the next one's rows are created."""
_NO_TITLES: Mapping[str, str] = MappingProxyType({})


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
    titles: Mapping[str, str] = _NO_TITLES,
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
        load = _Load(database, checked, progress)
        await load.claim(clock())
        written = await load.write(titles)
        if written == 0 and not load.resumed:
            await forget(database, load.id)
            return Imported(checked.report, 0, None)
        recorded_at = await complete(database, load.id, clock, progress, checked.report.rows)
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


class _Load:
    """One run of an import."""

    def __init__(self, database: Database, checked: Checked, progress: Progress) -> None:
        self._database = database
        self._checked = checked
        self._progress = progress
        self._run = secrets.token_hex(8)
        self.id = hashlib.sha256(f"{checked.source}\x00{checked.digest}".encode()).hexdigest()
        self.resumed = False
        self._started_at: datetime | None = None
        self._held_at: datetime | None = None
        self._fresh = checked.fresh

    async def claim(self, now: datetime) -> None:
        """Begin, or take over from a run that ended before it was complete."""
        rows = await self._database.write(
            imports.CLAIM.cypher,
            {
                "id": self.id,
                "digest": self._checked.digest,
                "source": self._checked.source,
                "now": now,
                "run": self._run,
            },
        )
        if not rows:
            raise ImportRefused(
                "This database was never brought to the form that zeren needs: run `zeren migrate` first."
            )
        (row,) = rows
        for other in row["others"]:
            raise ImportRefused(
                f"An import of source {other['source']!r}, begun {other['startedAt'].isoformat()}, is not "
                "complete. Run it again to finish it, or discard it; then run this one."
            )
        mine = row["mine"][0]
        self._started_at = mine["startedAt"]
        self.resumed = self._started_at != now
        if mine["heldAt"] is not None:
            self._held_at = mine["heldAt"]
        elif not self.resumed:
            held = await self._database.write(imports.SHUT_GATES.cypher, {"id": self.id, "now": utc(now)})
            self._held_at = held[0]["at"] if held else None

    async def write(self, titles: Mapping[str, str]) -> int:
        """Write everything that is new or changed, unseen. Returns the number of records."""
        assert self._started_at is not None  # noqa: S101 - claimed before
        staging, resolver = self._checked.staging, self._checked.resolver
        batches = Batches(staging, resolver, Recorder(resolver, self._started_at), titles)
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
        return written + await self._problems(batches)

    async def _lines_of_work(self, batches: Batches) -> Rows:
        rows = Rows()
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
        return await self._each(batches.rows_of(file), prepare, 1 if file.name == "tasks" else _TRANSACTIONS)

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
        self, items: Iterator[Item], prepare: Callable[[Item], Awaitable[Rows]], at_once: int = _TRANSACTIONS
    ) -> int:
        """Prepare one batch while those before it are written. Returns the number of records."""
        written = 0
        writing: deque[asyncio.Task[int]] = deque()
        try:
            while (item := await asyncio.to_thread(next, items, None)) is not None:
                rows = await prepare(item)
                if len(writing) == at_once:
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
        """Write the rows in one transaction."""
        if not rows:
            return 0

        async def work(transaction: Transaction) -> None:
            if rows.held:
                held = {"rows": rows.held, "import": self.id}
                await _expect(transaction, imports.HOLD_PROBLEMS.cypher, held, len(rows.held), _MOVED_ON)
            if rows.corrections:
                corrected = {"rows": rows.corrections}
                await _expect(transaction, imports.HOLD_FACTS.cypher, corrected, len(rows.corrections), _CORRECTED)
            # Events last: what they are about may be among these rows, in another shape.
            stamped = self._held_at is not None
            for shape, new in sorted(rows.by_shape.items(), key=lambda item: item[0].label == "Event"):
                given = {"ends": list(new.ends), "at": self._held_at or OPEN, "open": OPEN}
                statement = imports.KEEP_PLAN + create(shape, stamped=stamped)
                await _expect(transaction, statement, given, new.made, _LOST, new.rows)
            for write, several in (
                (imports.SUBTASKS, rows.subtasks),
                (imports.CHANGED_SUBTASKS, rows.changed_subtasks),
                (imports.SUPERSEDE, rows.corrections),
            ):
                if several:
                    await _expect(transaction, write.cypher, {"rows": several}, len(several), _LOST)
            # Last, for it takes a lock until the commit: the next batch is created meanwhile.
            await _expect(transaction, imports.ADVANCE.cypher, {"id": self.id, "run": self._run}, 1, _TAKEN_OVER)

        await self._database.transact(work)
        self._progress("write", rows.records)
        return rows.records


_TAKEN_OVER = "Another process has taken over this import. Let it finish."
_MOVED_ON = "A problem was acted on while this import was under way. Run the import again."
_CORRECTED = "A fact was corrected while this import was under way. Run the import again."
_LOST = "A record that the bundle refers to is no longer there. Run the import again."


async def _expect(
    transaction: Transaction,
    statement: str,
    parameters: dict[str, Any],
    made: int,
    otherwise: str,
    rows: list[list[Any]] | None = None,
) -> None:
    answer = await transaction.run(statement, parameters, rows)
    if sum(row["made"] for row in answer) != made:
        raise ImportRefused(otherwise)
