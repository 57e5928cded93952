"""The evidence of one record: its events, the last checkpoint over the log, and whether they agree."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from graph.compile.errors import ReadError, ReadErrorCode
from graph.compile.roots import Moment, Viewer
from graph.compile.selection import Selected
from graph.compile.tree import Statement
from graph.merkle import ProofRefused, Tile, TiledHashes, check_inclusion, inclusion, leaf_hash, tiles_of
from graph.queries import evidence as queries
from graph.queries.log import TILES
from graph.session import Database
from schema.errors import as_graphql
from schema.pagination import Connection, paged
from schema.rows import row as shown
from schema.scalars import Instant
from services.hosting.context import Context
from services.hosting.reading import answer
from services.ledger.checkpoints import Trust
from services.ledger.inspection import Fault, inspect, leaf_of_row
from services.ledger.notes import NoteRefused, VerifierKey
from services.ledger.verification import Verification

if TYPE_CHECKING:
    from services.oversight.types import Event

LazyEvent = Annotated["Event", strawberry.lazy("services.oversight.types")]
field = strawberry.federation.field


@strawberry.federation.type(shareable=True, description="A signed head of the log's tree (C2SP checkpoint). 检查点")
class Checkpoint:
    size: int = field(description="How many events the log had.")
    root_hash: str = field(description="Root of the tree over them (RFC 9162), hexadecimal.")
    signed_at: Instant
    note: str = field(description="The signed note, to be checked with the ledger's key.")


@strawberry.federation.type(shareable=True, description="The evidence of one record. 存证")
class Ledger:
    events: Connection[LazyEvent] = paged("Its chain of events.")
    checkpoint: Checkpoint | None = field(description="The last one; null until the first is signed.")
    verified: bool = field(
        description="Whether each event agrees with its body, its chain, its relationships and, where it has a number "
        "below the checkpoint's size, with the signed tree. Shown from inside the database: `zeren verify` proves it "
        "against keys and anchors outside. 校验"
    )


async def ledger(info: strawberry.Info[Context, None], subject: strawberry.ID, known_at: Instant | None = None) -> Any:
    """The events that were recorded of this record, with what proves them. 存证"""
    asked: list[Selected] = []

    def compiled(selected: Selected, moment: Moment, viewer: Viewer) -> Statement:
        asked.append(selected)
        return queries.ledger(subject, selected, moment, viewer)

    found = await answer(info, compiled, None, known_at)
    data = found["data"]
    if data["_subject"] is None:
        raise as_graphql(ReadError(ReadErrorCode.NOT_FOUND, f"there is no record {subject} that you may see"))
    checkpoint = data["_checkpoint"]
    parts = asked[0].only()
    made: dict[str, Any] = {part.key: data[part.key] for part in parts if part.name == "events"}
    for part in parts:
        if part.name == "checkpoint":
            made[part.key] = None if checkpoint is None else shown(part.only(), checkpoint)
        elif part.name == "verified":
            made[part.key] = await _verified(info.context.database, subject, found["k"], checkpoint)
    return made


async def _verified(database: Database, subject: str, known_at: datetime, checkpoint: dict[str, Any] | None) -> bool:
    rows = await database.read(queries.OF_SUBJECT, {"subject": subject.partition("~")[0], "knownAt": known_at})
    events = [row["row"] for row in rows]
    try:
        Verification(None).waiting(inspect(events, numbered=False))
        if checkpoint is None:
            return True
        (trust,) = await database.read(queries.TRUST)
        trusted = Trust([VerifierKey.parse(trust["key"])])
        for note in trust["handovers"]:
            trusted.open(note)
        head = trusted.open(checkpoint["note"])
        if (head.size, head.root.hex()) != (checkpoint["size"], checkpoint["rootHash"]):
            return False
        covered = [event for event in events if event[14] is not None and event[14] < head.size]
        plans = [inclusion(event[14], head.size) for event in covered]
        needed = tiles_of(node for plan in plans for node in plan.nodes)
        asked = [{"level": tile.level, "number": tile.number} for tile in needed]
        stored = TiledHashes(
            {
                Tile(row["level"], row["number"]): bytes(row["hashes"])
                for row in await database.read(TILES, {"tiles": asked})
            }
        )
        for event, plan in zip(covered, plans, strict=True):
            check_inclusion(leaf_hash(leaf_of_row(event)), event[14], head.size, plan.hashes(stored), head.root)
    except (Fault, NoteRefused, ProofRefused, KeyError):
        return False
    return True
