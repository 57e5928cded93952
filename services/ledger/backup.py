"""Backup and restore of everything, and the verification of a backup without a database."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from graph.migrations import schema_statements
from graph.queries import backup as queries
from graph.queries.evidence import COLUMNS
from graph.session import Database, Transaction
from services.ledger.anchors import Anchor
from services.ledger.archive import Archive, BackupRefused, Entry, Foot, Writer, entries, plain, text
from services.ledger.checkpoints import Trust
from services.ledger.inspection import Fault, Row, Stretch, inspect
from services.ledger.inspectors import in_order, inspectors
from services.ledger.notes import VerifierKey
from services.ledger.reading import Progress, Verified, stand_still, verified
from services.ledger.verification import Signed, Verification

AT_ONCE = 5_000
Item = TypeVar("Item")
_LAST = frozenset({"Watermark", "Gate"})
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
    """Write a backup into an empty database. Raises BackupRefused.

    Readers need the watermark and writers its gates: they come last, so that nobody takes a part for the whole. Until
    then `zeren migrate`, and all that migrates, refuses the database.
    """
    if await database.read(queries.HAS_NODES):
        raise BackupRefused(
            "The database is not empty: a backup is restored into an empty one only. Point NEO4J_URI or --home at "
            "another."
        )
    await database.write(queries.INDEX_KEYS)
    for statement in schema_statements():
        await database.write(statement.cypher)
    await database.write("CALL db.awaitIndexes(300)")
    done, whole = 0, archive.foot.nodes + archive.foot.relationships
    last: list[Entry] = []
    for part in _in_parts(archive.entries(), AT_ONCE):
        await _write_nodes(database, [entry for entry in part if _LAST.isdisjoint(entry.labels)])
        last += [entry for entry in part if not _LAST.isdisjoint(entry.labels)]
        done += len(part)
        progress(done, whole)
    for ways in _in_parts(_ways(archive), AT_ONCE):
        found_by: dict[tuple[str, bool, bool], list[dict[str, Any]]] = defaultdict(list)
        for from_, kind, to, more in ways:
            found_by[kind, _is_record(from_), _is_record(to)].append({"a": from_, "b": to, **_split(more)})
        await _write(
            database,
            [(queries.relationships(k, from_record=a, to_record=b), some) for (k, a, b), some in found_by.items()],
        )
        done += len(ways)
        progress(done, whole)
    while (await database.write(queries.FORGET_KEYS))[0]["done"]:
        pass
    (counted,) = await database.read(queries.COUNT)
    found = counted["nodes"] + len(last), counted["relationships"]
    if found != (archive.foot.nodes, archive.foot.relationships):
        raise BackupRefused(
            f"{found[0]} nodes and {found[1]} relationships were restored, and the backup has {archive.foot.nodes} and "
            f"{archive.foot.relationships}. Empty the database and try again."
        )
    await _write_nodes(database, last)
    await database.write(queries.FORGET_KEYS)
    await database.write(queries.DROP_KEYS)


async def _write_nodes(database: Database, entries: Sequence[Entry]) -> None:
    rows: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for entry in entries:
        row = _split(entry.properties)
        if "Record" not in entry.labels:
            row["p"]["restoredKey"] = entry.key
        rows[tuple(entry.labels)].append(row)
    await _write(database, [(queries.nodes(labels), some) for labels, some in rows.items()])


def _split(properties: dict[str, Any]) -> dict[str, Any]:
    """Instants apart and as text: the driver binds one in ten times the time, and without nanoseconds."""
    instants: dict[str, str] = {
        name: value["i"] for name, value in properties.items() if isinstance(value, dict) and "i" in value
    }
    return {"p": plain({name: value for name, value in properties.items() if name not in instants}), "i": instants}


def _is_record(key: str) -> bool:
    """A record's key is its id; the database's own, of other nodes, has colons."""
    return ":" not in key


async def _write(database: Database, statements: Sequence[tuple[str, list[dict[str, Any]]]]) -> None:
    async def work(transaction: Transaction) -> None:
        for statement, rows in statements:
            await transaction.run(statement, rows=rows)

    await database.transact(work)


def _ways(archive: Archive) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for entry in archive.entries():
        for kind, other, more in entry.out:
            yield entry.key, kind, other, more


@dataclass
class _Block:
    """What a part of a backup holds for the verification."""

    numbered: Stretch
    waiting: Stretch
    checkpoints: list[Signed] = field(default_factory=list[Signed])
    tiles: list[tuple[int, int, bytes]] = field(default_factory=list[tuple[int, int, bytes]])
    heads: list[tuple[str, int, str]] = field(default_factory=list[tuple[str, int, str]])
    log: tuple[int, str | None] | None = None


def _inspect(block: bytes) -> _Block:
    events: list[Row] = []
    found = _Block(Stretch(), Stretch())
    for entry in entries(block):
        labels, said = entry.labels, entry.properties
        if "Event" in labels:
            events.append(_row(entry))
        elif "Checkpoint" in labels:
            shown = (said["size"], str(said.get("rootHash")), text(said.get("signedAt")) or "")
            found.checkpoints.append(Signed(said["note"], "the backup", shown))
        elif "Tile" in labels:
            found.tiles.append((said["level"], said["number"], plain(said)["hashes"]))
        elif "Log" in labels:
            found.log = said["size"], said.get("key")
        elif "hash" in said and "Record" in labels:
            found.heads.append((entry.key, said["position"], said["hash"]))
    found.numbered = inspect([row for row in events if row[14] is not None], numbered=True)
    found.waiting = inspect([row for row in events if row[14] is None], numbered=False)
    return found


async def verify_backup(
    archive: Archive, key: VerifierKey | None, anchors: Sequence[Anchor], progress: Progress
) -> Verified:
    """As `verify_database`, over a file: no database is needed. Raises Fault, AnchorFailed."""
    notes = [Signed(note, str(anchor)) for anchor in anchors for note in await anchor.kept()]
    heads: list[tuple[str, int, str]] = []
    tiles: list[tuple[int, int, bytes]] = []
    log: tuple[int, str | None] | None = None
    verification = Verification(None if key is None else Trust([key]))
    begun = False
    with inspectors(archive.foot.nodes) as pool:
        async for block in in_order(pool, _inspect, archive.blocks()):
            notes += block.checkpoints
            heads += block.heads
            tiles += block.tiles
            log = block.log or log
            if not begun and (block.numbered.event or block.waiting.event):
                verification.expect(notes)
                begun = True
            verification.events(block.numbered)
            verification.waiting(block.waiting)
            progress(verification.size, archive.foot.events)
    if not begun:
        verification.expect(notes)
    if log is None:
        raise Fault("The backup has no log.")
    size, begun_under = log
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
