"""A first import into an instance's own engine: the store is built anew while the engine stands still.

The check and the rows are those of every import; the rows become tables, and Neo4j's own bulk load makes a store of
them and of what was there before, beside the present one (docs/decisions/0063). Until it takes the place of the
present one nothing has changed, and afterwards all is visible.
"""

import asyncio
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from graph import local
from graph.local.tables import LIST_DELIMITER, Numbers, Table, Tables
from graph.migrations import bring_to_form, migrate
from graph.model.instants import utc
from graph.queries import backup, rebuilding
from graph.session import Database
from services.integration.bundle.checking import Checked, Progress, no_progress
from services.integration.bundle.faults import Report
from services.integration.loading.claiming import claim
from services.integration.loading.completion import Clock, ImportRefused, complete
from services.integration.loading.loader import NO_TITLES, Imported, Load, load_checked
from services.integration.loading.present import DatabaseKnown
from services.integration.loading.reading import Reading
from services.integration.loading.stretches import Part, divided, worked
from services.integration.loading.tables import StampedTables

PAYS_FROM = 20_000
"""Problems in a bundle: below, transactions are sooner done than an engine is stopped and started twice."""
KEPT_AT_MOST = 100_000
"""Nodes that are there before: they are held in memory."""
ROOM_FOR_PROBLEM = 25_000
"""Bytes, with its events and what belongs to it: tables, and both stores while there are two."""
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is in a database. `nodes`: (key, labels, properties); `ways`: by type, (from, to, properties) by keys."""

    nodes: list[tuple[str, list[str], dict[str, Any]]]
    ways: dict[str, list[tuple[str, str, dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class _Prepared:
    """All that a new store is made of, and what finishes the import in it.

    `began`: when the import did. `at`: its record time.
    """

    tables: list[Table]
    kept: _Kept
    began: datetime
    at: datetime
    source: str
    digest: str
    report: Report
    written: int


def import_offline(
    home: Path,
    path: Path,
    clock: Clock,
    *,
    source: str = "bundle",
    dry_run: bool = False,
    titles: Mapping[str, str] = NO_TITLES,
    progress: Progress = no_progress,
    engine: local.Progress | None = None,
    pays_from: int = PAYS_FROM,
) -> Imported:
    """Import as `import_bundle` does into the engine of `home`, which does not run; a big first bundle offline.

    Blocks. The caller sees to it that nobody else works on the home. Raises what `import_bundle` and `local` raise.
    """
    with (
        Reading(path, source, progress) as reading,
        local.running(home, progress=engine) as connection,
        local.table_folder(home) as folder,
    ):
        found = asyncio.run(_prepared(connection, folder, reading, clock, dry_run, titles, progress, pays_from))
        if isinstance(found, Imported):
            return found
        with local.rebuilt(home, found.tables, progress=engine) as new:
            recorded_at = asyncio.run(_finished(new, found, clock, progress))
    return Imported(found.report, found.written, recorded_at)


async def _prepared(
    connection: local.Connection,
    folder: Path,
    reading: Reading,
    clock: Clock,
    dry_run: bool,
    titles: Mapping[str, str],
    progress: Progress,
    pays_from: int,
) -> Imported | _Prepared:
    loop = asyncio.get_running_loop()
    began = clock()
    async with Database(connection.uri, connection.user, connection.password) as database:
        await bring_to_form(database, began)
        async with reading.checked(DatabaseKnown(database, loop)) as checked:
            before = await _last_transaction(database)
            pays = not dry_run and _pays(checked, folder, pays_from)
            at = await _record_time(database, began) if pays else None
            if at is None:
                checked.take(await asyncio.to_thread(checked.replay.run))
                if dry_run or not checked.report.ok:
                    return Imported(checked.report, 0, None)
                return await load_checked(database, checked, clock, titles, progress)
            kept = await _kept(database)
            shared = _shared_numbers(kept, checked)
            parts, first = divided(connection, checked, folder, shared, began, at)
            with Tables(folder, Numbers(shared, first)) as others:
                _keys(others, kept)
                load = Load(database, checked, progress, StampedTables(others, at), began)
                tables, written = await _written(load, checked, parts, titles, progress)
            if not checked.report.ok:
                return Imported(checked.report, 0, None)
            if await _last_transaction(database) != before:
                raise ImportRefused("Something else was written into this database meanwhile. Run the import again.")
            return _Prepared(
                others.written + tables, kept, began, at, checked.source, checked.digest, checked.report, written
            )


def _shared_numbers(kept: _Kept, checked: Checked) -> dict[str, str]:
    """Of the nodes to which tables of others may lead: what is kept, and what `Staging.shared_ids` says."""
    keys = dict.fromkeys(key for key, *_ in kept.nodes)
    keys |= dict.fromkeys(map(checked.resolver.record, checked.staging.shared_ids()))
    return {key: str(number) for number, key in enumerate(keys)}


async def _written(
    load: Load, checked: Checked, parts: Sequence[Part], titles: Mapping[str, str], progress: Progress
) -> tuple[list[Table], int]:
    """The tables of problems, and how many records are new in all; problems are written beside the rest.

    Faults of events are reported.
    """

    async def problems() -> tuple[list[Table], int]:
        tables: list[Table] = []
        records = 0
        async for stretch in worked(checked, parts):
            checked.take(stretch.report)
            tables += stretch.tables
            records += stretch.records
            progress("write", stretch.records)
        return tables, records

    rest = asyncio.create_task(load.write_but_problems(titles))
    try:
        tables, records = await problems()
        return tables, records + await rest
    finally:
        rest.cancel()


def _pays(checked: Checked, folder: Path, pays_from: int) -> bool:
    problems = checked.report.rows.get("problems", 0)
    room = shutil.disk_usage(folder).free > problems * ROOM_FOR_PROBLEM
    return checked.report.ok and checked.fresh and problems >= pays_from and room


async def _record_time(database: Database, now: datetime) -> datetime | None:
    """What SHUT_GATES will give; None where the database stands against it, and the import goes the usual way."""
    for state in await database.read(rebuilding.STATE):
        if not state["acted"] and not state["unfinished"] and state["nodes"] <= KEPT_AT_MOST:
            return max(utc(now), state["last"] + timedelta(microseconds=1))
    return None


async def _last_transaction(database: Database) -> int:
    (row,) = await database.read(rebuilding.LAST_TRANSACTION)
    return row["number"]


async def _kept(database: Database) -> _Kept:
    kept = _Kept([], {})
    async with database.snapshot() as transaction:
        for statement in (backup.NODES, backup.NUMBERED_EVENTS, backup.OTHER_EVENTS):
            async for rows in transaction.batches(statement):
                for key, labels, properties, out in rows:
                    kept.nodes.append((key, labels, properties))
                    for type_, other, more in out:
                        kept.ways.setdefault(type_, []).append((key, other, more))
    return kept


def _keys(tables: Tables, kept: _Kept) -> None:
    """What is kept as bare nodes, to which rows can lead; the rest comes from `_give_back`."""
    rows = [(key, LIST_DELIMITER.join(labels)) for key, labels, _ in kept.nodes]
    tables.nodes("Restored", ("restoredKey:string", ":LABEL"), 0, rows)


async def _finished(connection: local.Connection, found: _Prepared, clock: Clock, progress: Progress) -> datetime:
    async with Database(connection.uri, connection.user, connection.password) as database:
        await _give_back(database, found.kept)
        await migrate(database, clock())
        mine = await claim(database, found.source, found.digest, found.began)
        if mine.held_at != found.at:
            raise ImportRefused(f"The new store has another record time ({mine.held_at}). Run the import again.")
        return await complete(database, mine.id, clock, progress, found.report.rows)


async def _give_back(database: Database, kept: _Kept) -> None:
    places = {row["key"]: row["place"] for row in await database.read(rebuilding.PLACES)}
    if places.keys() != {key for key, *_ in kept.nodes}:
        raise ImportRefused("The new store lacks nodes of the present one. Run the import again.")
    for type_, ways in kept.ways.items():
        rows = [{"a": places[from_], "b": places[to], "p": more} for from_, to, more in ways]
        for some in _batched(rows):
            await database.write(rebuilding.tie(type_), {"rows": some})
    rows = [{"place": places[key], "properties": properties} for key, _, properties in kept.nodes]
    for some in _batched(rows):
        await database.write(rebuilding.GIVE_BACK.cypher, {"rows": some})


def _batched(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))
