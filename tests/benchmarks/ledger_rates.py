"""How many events are verified, backed up, restored and numbered in a second: python -m tests.benchmarks.ledger_rates

Made-up chains of five events: out of a backup's file; and, on the Neo4j that NEO4J_URI names (it is emptied), restored
into it, verified there, backed up from it, and, their numbers taken away, numbered anew. Give another number of events
than half a million after it. In seconds of the clock, and in processor seconds of this process and its
workers, for a machine that does other things meanwhile.
"""

import asyncio
import os
import resource
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from graph import ledger
from graph.merkle import Growth, Tile, leaf_hash
from graph.model.identity import record_id
from graph.session import Database
from services.ledger.anchors import FileAnchor
from services.ledger.archive import Archive, Writer
from services.ledger.backup import back_up, restore, verify_backup
from services.ledger.inspectors import collect_seldom
from services.ledger.keyring import Keyring
from services.ledger.reading import verify_database
from services.ledger.sequencer import Sequencer
from tests.database import DatabaseConnection, empty

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
EVENTS = 500_000
CHAIN = 5
PERSON = record_id("made", "person")
Node = tuple[str, list[str], dict[str, Any], list[tuple[str, str, dict[str, Any]]]]


def events(number: int) -> Iterator[Node]:
    """So many numbered events, the ends of their chains among them."""
    previous: str | None = None
    for index in range(number):
        chain, place = divmod(index, CHAIN)
        subject, source_id = record_id("made", f"p{chain}"), f"e{index}"
        at = BEGUN + timedelta(seconds=index)
        entry = ledger.Entry(
            record_id("made", source_id), subject, place + 1, "ASSIGN", at, actor=PERSON, note="已派单",
            evidence=("a.jpg",),
        )  # fmt: skip
        sealed = ledger.seal(entry, previous if place else None)
        previous = sealed.hash
        properties = {
            "id": entry.id, "source": "made", "sourceId": source_id, "kind": "ASSIGN", "at": at, "position": place + 1,
            "data": sealed.data, "hash": sealed.hash, "evidence": ["a.jpg"], "note": "已派单", "recordedAt": at,
            "logIndex": index,
        }  # fmt: skip
        if sealed.previous_hash is not None:
            properties["previousHash"] = sealed.previous_hash
        yield entry.id, ["Record", "Event"], properties, [("EVENT_OF", subject, {}), ("DONE_BY", PERSON, {})]


def others(number: int) -> Iterator[Node]:
    """What the events are about and by, the log and its tree."""
    yield PERSON, ["Record", "Person"], {"id": PERSON}, []
    growth, tiles = Growth(), dict[Tile, bytes]()
    some = events(number)
    while part := list(islice(some, 50_000)):
        tiles |= growth.add([leaf_hash(ledger.leaf_of(p["hash"], p["recordedAt"], None)) for _, _, p, _ in part])
        for _, _, found, out in part:
            if found["position"] == CHAIN or found["logIndex"] == number - 1:
                subject = out[0][1]
                state = {"id": subject, "position": found["position"], "hash": found["hash"]}
                yield subject, ["Record", "Problem"], state, []
    yield "log", ["Log"], {"name": "main", "size": number}, []
    yield "watermark", ["Watermark"], {"name": "main", "at": BEGUN, "holdsAt": BEGUN + timedelta(days=99_999)}, []
    for tile, content in tiles.items():
        yield str(tile), ["Tile"], {"level": tile.level, "number": tile.number, "hashes": content}, []


def written(path: Path, number: int) -> None:
    writer = Writer(path, BEGUN, None)
    for nodes in (others(number), events(number)):
        while part := list(islice(nodes, 5_000)):
            writer.add(part)
    writer.finish()


def quiet(_done: int, _whole: int) -> None:
    pass


async def told(what: str, number: int, work: Callable[[], Awaitable[object]]) -> None:
    begun, own = perf_counter(), _processor()
    await work()
    wall, cpu = perf_counter() - begun, _processor() - own
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    sys.stdout.write(
        f"{what}: {number / wall:,.0f} events/s; {number / cpu:,.0f} for each processor second of zeren's; "
        f"{memory} MB at most so far\n"
    )


def _processor() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return process_time() + children.ru_utime + children.ru_stime


async def _unnumber(database: Database) -> None:
    """All events wait for the sequencer, as they do after they were recorded."""
    for statement in (
        "MATCH (l:Log) SET l.size = 0, l.epoch = 0, l.beat = 0",
        "MATCH (t:Tile) DETACH DELETE t",
        "MATCH (w:Watermark) SET w.at = w.holdsAt",
    ):
        await database.write(statement)
    some = """
    MATCH (e:Event) WHERE e.logIndex >= $from AND e.logIndex < $from + 5000
    SET e:Outbox
    REMOVE e.logIndex
    RETURN count(*) AS made
    """
    start = 0
    while (await database.write(some, {"from": start}))[0]["made"]:
        start += 5_000


async def main(number: int = EVENTS) -> None:
    collect_seldom()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "backup"
        written(path, number)
        await told("verify a backup", number, lambda: verify_backup(Archive.open(path), None, [], quiet))
        if "NEO4J_URI" not in os.environ:
            return
        connection = DatabaseConnection(*(os.environ[name] for name in ("NEO4J_URI", "NEO4J_USER", "NEO4J_PASSWORD")))
        await asyncio.to_thread(empty, connection, schema=True)
        async with await Database.connect(*connection) as database:
            await told("restore", number, lambda: restore(database, Archive.open(path), quiet))
            for _ in range(2):  # the second time the server is warm
                await told("verify a database", number, lambda: verify_database(database, None, [], quiet))
            again = Path(folder) / "again"
            await told("back up", number, lambda: back_up(database, again, BEGUN, None, quiet))
            await _unnumber(database)
            keys, anchor = Path(folder) / "keys", FileAnchor(Path(folder) / "anchors")
            sequencer = Sequencer(database, lambda: Keyring.open(keys), [anchor], lambda: BEGUN)
            await told("number, sign and anchor", number, sequencer.catch_up)


if __name__ == "__main__":
    asyncio.run(main(*(int(text) for text in sys.argv[1:])))
