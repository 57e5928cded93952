"""Backup and restore of everything, and the verification of a backup without a database."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from graph.migrations import schema_statements
from graph.queries import backup as queries
from graph.queries.evidence import COLUMNS
from graph.session import Database, Transaction
from services.ledger.anchors import Anchor
from services.ledger.archive import Archive, BackupRefused, Entry, Foot, Writer, plain, text
from services.ledger.checkpoints import Trust
from services.ledger.notes import VerifierKey
from services.ledger.reading import Progress, Verified, stand_still, verified
from services.ledger.verification import Fault, Row, Signed, Verification

AT_ONCE = 5_000
Item = TypeVar("Item")
_INSTANTS = frozenset({"at", "dueAt", "recordedAt"})


async def back_up(database: Database, path: Path, at: datetime, key: str | None, progress: Progress) -> Foot:
    """Write everything to `path`. Commands wait until it is done, so that it is all of one moment.

    `key`: the first key of the ledger. Raises BackupRefused, ImportUnderWay.
    """
    writer = Writer(path, at, key)
    try:
        async with database.snapshot() as transaction:
            await stand_still(transaction)
            unfinished = await transaction.run(queries.UNFINISHED_IMPORT)
            if unfinished:
                raise BackupRefused(
                    f"An import of {unfinished[0]['source']} is not complete. Finish or discard it first."
                )
            (counted,) = await transaction.run(queries.COUNT)
            done = 0
            for statement in (queries.NODES, queries.NUMBERED_EVENTS, queries.OTHER_EVENTS):
                async for rows in transaction.batches(statement):
                    writer.add([(key, labels, _tidy(properties), out) for key, labels, properties, out in rows])
                    done += len(rows)
                    progress(done, counted["nodes"])
        return writer.finish()
    except BaseException:
        writer.discard()
        raise


def _tidy(properties: dict[str, Any]) -> dict[str, Any]:
    # The lock of the transaction that reads, which is taken back at its end.
    return {name: value for name, value in properties.items() if name != "taken"}


async def restore(database: Database, archive: Archive, progress: Progress) -> None:
    """Write a backup into an empty database. Raises BackupRefused."""
    found = await database.read(queries.HAS_NODES)
    if found:
        raise BackupRefused(
            "The database is not empty: a backup is restored into an empty one only. Point NEO4J_URI or --home at "
            "another."
        )
    for statement in schema_statements():
        await database.write(statement.cypher)
    await database.write(queries.INDEX_KEYS)
    await database.write("CALL db.awaitIndexes(300)")
    done, whole = 0, archive.foot.nodes + archive.foot.relationships
    records: set[str] = set()
    for entries in _in_parts(archive.entries(), AT_ONCE):
        rows: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
        for entry in entries:
            properties = plain(entry.properties)
            if "Record" in entry.labels:
                records.add(entry.key)
            else:
                properties["restoredKey"] = entry.key
            rows[tuple(entry.labels)].append(properties)
        await _write(database, [(queries.nodes(labels), some) for labels, some in rows.items()])
        done += len(entries)
        progress(done, whole)
    for ways in _in_parts(_ways(archive), AT_ONCE):
        found_by: dict[tuple[str, bool, bool], list[dict[str, Any]]] = defaultdict(list)
        for from_, kind, to, more in ways:
            found_by[kind, from_ in records, to in records].append({"a": from_, "b": to, "p": plain(more)})
        await _write(
            database,
            [(queries.relationships(k, from_record=a, to_record=b), some) for (k, a, b), some in found_by.items()],
        )
        done += len(ways)
        progress(done, whole)
    while (await database.write(queries.FORGET_KEYS))[0]["done"]:
        pass
    await database.write(queries.DROP_KEYS)
    (counted,) = await database.read(queries.COUNT)
    if (counted["nodes"], counted["relationships"]) != (archive.foot.nodes, archive.foot.relationships):
        raise BackupRefused(
            f"{counted['nodes']} nodes and {counted['relationships']} relationships were restored, and the backup has "
            f"{archive.foot.nodes} and {archive.foot.relationships}. Empty the database and try again."
        )


async def _write(database: Database, statements: Sequence[tuple[str, list[dict[str, Any]]]]) -> None:
    async def work(transaction: Transaction) -> None:
        for statement, rows in statements:
            await transaction.run(statement, {"rows": rows})

    await database.transact(work)


def _ways(archive: Archive) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for entry in archive.entries():
        for kind, other, more in entry.out:
            yield entry.key, kind, other, more


async def verify_backup(
    archive: Archive, key: VerifierKey | None, anchors: Sequence[Anchor], progress: Progress
) -> Verified:
    """As `verify_database`, over a file: no database is needed. Raises Fault, AnchorFailed."""
    notes = [Signed(note, str(anchor)) for anchor in anchors for note in await anchor.kept()]
    heads: list[tuple[str, int, str]] = []
    tiles: list[tuple[int, int, bytes]] = []
    size, begun_under = -1, None
    verification = Verification(None if key is None else Trust([key]))
    begun = False
    for entries in _in_parts(archive.entries(), AT_ONCE):
        events: list[Row] = []
        for entry in entries:
            labels, found = entry.labels, entry.properties
            if "Event" in labels:
                events.append(_row(entry))
            elif "Checkpoint" in labels:
                shown = (found["size"], str(found.get("rootHash")), text(found.get("signedAt")) or "")
                notes.append(Signed(found["note"], "the backup", shown))
            elif "Tile" in labels:
                tiles.append((found["level"], found["number"], plain(found)["hashes"]))
            elif "Log" in labels:
                size, begun_under = found["size"], found.get("key")
            elif "hash" in found and "Record" in labels:
                heads.append((entry.key, found["position"], found["hash"]))
        if events and not begun:
            verification.expect(notes)
            begun = True
        numbered = [row for row in events if row[14] is not None]
        verification.events(numbered)
        verification.waiting(row for row in events if row[14] is None)
        progress(verification.size, archive.foot.events)
    if not begun:
        verification.expect(notes)
    if size < 0:
        raise Fault("The backup has no log.")
    if key is not None and begun_under not in (None, str(key)):
        raise Fault(f"The log says that it was begun under the key {begun_under}, and the trusted one is {key}.")
    verification.end(size, archive.foot.events)
    verification.heads(heads)
    verification.tiles(tiles)
    return verified(verification)


def _row(entry: Entry) -> Row:
    get: Callable[[str], Any] = entry.properties.get
    shown = [text(get(name)) if name in _INSTANTS else get(name) for name in COLUMNS]
    return (*shown, len(entry.properties), [(kind, other) for kind, other, _ in entry.out])


def _in_parts(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part
