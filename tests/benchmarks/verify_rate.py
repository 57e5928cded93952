"""How many events are verified in a second: python -m tests.benchmarks.verify_rate [EVENTS]

Made-up chains of five events, as rows in memory and out of a backup's file; no database. Also in seconds of this
process's own, for a machine that does other things meanwhile.
"""

import asyncio
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from graph import ledger
from graph.merkle import Growth, leaf_hash
from graph.model.identity import record_id
from services.ledger.archive import Archive, Writer
from services.ledger.backup import verify_backup
from services.ledger.verification import Row, Verification, leaf_of_row

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
EVENTS = 200_000
Node = tuple[str, list[str], dict[str, Any], list[tuple[str, str, dict[str, Any]]]]


def made(events: int) -> tuple[list[Row], list[Node]]:
    rows: list[Row] = []
    nodes: list[Node] = []
    person = record_id("made", "person")
    for number in range(events):
        chain, place = divmod(number, 5)
        subject, source_id = record_id("made", f"p{chain}"), f"e{number}"
        at = BEGUN + timedelta(seconds=number)
        entry = ledger.Entry(
            record_id("made", source_id),
            subject,
            place + 1,
            "ASSIGN",
            at,
            actor=person,
            note="已派单",
            evidence=("a.jpg",),
        )
        sealed = ledger.seal(entry, rows[-1][7] if place else None)
        shown = ledger.text_of(at)[:-8] + "Z"
        rows.append(
            (entry.id, "made", source_id, "ASSIGN", shown, place + 1, sealed.data, sealed.hash, sealed.previous_hash,
             ["a.jpg"], "已派单", None, shown, None, number, 13 - (place == 0),
             [["EVENT_OF", subject], ["DONE_BY", person]])
        )  # fmt: skip
        properties = {
            "id": entry.id, "source": "made", "sourceId": source_id, "kind": "ASSIGN", "at": at, "position": place + 1,
            "data": sealed.data, "hash": sealed.hash, "evidence": ["a.jpg"], "note": "已派单", "recordedAt": at,
            "logIndex": number,
        }  # fmt: skip
        if sealed.previous_hash is not None:
            properties["previousHash"] = sealed.previous_hash
        nodes.append((entry.id, ["Record", "Event"], properties, [("EVENT_OF", subject, {}), ("DONE_BY", person, {})]))
    return rows, nodes


def told(what: str, events: int, begun: float, own: float) -> None:
    wall, cpu = perf_counter() - begun, process_time() - own
    sys.stdout.write(f"{what}: {events / wall:,.0f}/s; {events / cpu:,.0f} for each second of its own\n")


def main(events: int = EVENTS) -> None:
    rows, nodes = made(events)
    begun, own = perf_counter(), process_time()
    verification = Verification(None)
    for low in range(0, events, 5_000):
        verification.events(rows[low : low + 5_000])
    told("rows in memory", events, begun, own)
    growth = Growth()
    tiles = growth.add([leaf_hash(leaf_of_row(row)) for row in rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "backup"
        writer = Writer(path, BEGUN, None)
        writer.add([("log", ["Log"], {"size": events}, [])])
        writer.add(
            [
                (f"{tile}", ["Tile"], {"level": tile.level, "number": tile.number, "hashes": content}, [])
                for tile, content in tiles.items()
            ]
        )
        writer.add(nodes)
        writer.finish()
        begun, own = perf_counter(), process_time()
        found = asyncio.run(verify_backup(Archive.open(path), None, [], lambda _done, _all: None))
        told("a backup's file", found.events, begun, own)


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:]))
