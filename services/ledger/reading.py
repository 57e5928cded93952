"""Verifying a live database: its ledger read in one transaction, in the order of the log."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from graph.model.instants import OPEN
from graph.queries import evidence
from graph.queries.watermark import STAND_STILL
from graph.session import Database, Transaction
from services.ledger.anchors import Anchor
from services.ledger.checkpoints import Trust
from services.ledger.inspection import Fault, Row, Stretch, inspect
from services.ledger.inspectors import in_order, inspectors
from services.ledger.notes import VerifierKey
from services.ledger.verification import Signed, Verification

AT_ONCE = 5_000
"""Events that are read as one answer."""

LOOKED_AT = 20_000
"""Records that are looked at for one answer, as to whether a chain of theirs ends there."""

Progress = Callable[[int, int], None]
"""(events done, events in all)"""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found right. `events`: with a number. `anchored`: of them, those below a checkpoint kept elsewhere."""

    events: int
    unnumbered: int
    checkpoints: int
    anchored: int
    trusted: bool


async def verify_database(
    database: Database, key: VerifierKey | None, anchors: Sequence[Anchor], progress: Progress
) -> Verified:
    """Raises Fault with the first thing that is wrong; AnchorFailed where an anchor can't be read.

    `key`: the first key of the ledger; without one no signature is checked.
    """
    kept = [(note, anchor) for anchor in anchors for note in await anchor.kept()]
    async with database.snapshot() as transaction:
        notes = [
            Signed(note, "the database", (size, root, at))
            for size, root, at, note in await _rows(transaction, evidence.CHECKPOINTS)
        ]
        notes += [Signed(note, str(anchor)) for note, anchor in kept]
        found = await _rows(transaction, evidence.SIZE)
        if not found:
            raise Fault("The database has no log: its head was removed, or it was never migrated (`zeren migrate`).")
        ((size, begun_under, events),) = found
        if key is not None and begun_under not in (None, str(key)):
            raise Fault(f"The log says that it was begun under the key {begun_under}, and the trusted one is {key}.")
        verification = Verification(None if key is None else Trust([key]))
        verification.expect(notes)
        with inspectors(events) as pool:
            if pool is not None:
                async for found in in_order(pool, partial(_inspect, database), _parts(size)):
                    verification.events(found)
                    progress(verification.size, events)
        # What is numbered stays as it is; the rest is looked at while nobody writes.
        for whole in (False, True):
            if whole:
                await stand_still(transaction)
            while rows := await _numbered(transaction.run, verification.size, verification.size + AT_ONCE):
                verification.events(inspect(rows, numbered=True))
                progress(verification.size, events)
        async for rows in transaction.batches(evidence.UNNUMBERED):
            verification.waiting(inspect(rows, numbered=False))
        ((size, _, events),) = await _rows(transaction, evidence.SIZE)
        verification.end(size, events)
        verification.heads(await _heads(transaction))
        verification.tiles(await _rows(transaction, evidence.ALL_TILES))
    return verified(verification)


def verified(found: Verification) -> Verified:
    return Verified(found.size, found.unnumbered, found.checkpoints, found.anchored, found.trust is not None)


_opened: dict[str, tuple[asyncio.Runner, Database]] = {}
"""What this process, if it is one that inspects, reads databases with."""


def _inspect(database: Database, part: tuple[int, int]) -> Stretch:
    runner, opened = _opened.setdefault(database.uri, (asyncio.Runner(), database))
    return inspect(runner.run(_numbered(opened.read, *part)), numbered=True)


def _parts(size: int) -> list[tuple[int, int]]:
    return [(low, min(low + AT_ONCE, size)) for low in range(0, size, AT_ONCE)]


async def _numbered(
    read: Callable[[str, dict[str, Any]], Awaitable[list[dict[str, Any]]]], low: int, high: int
) -> list[Row]:
    return (await read(evidence.NUMBERED, {"from": low, "to": high}))[0]["rows"]


async def _rows(transaction: Transaction, statement: str) -> list[tuple[Any, ...]]:
    return [row async for rows in transaction.batches(statement) for row in rows]


async def _heads(transaction: Transaction) -> list[Row]:
    found: list[Row] = []
    after: str | None = ""
    while after is not None:
        (page,) = await transaction.run(evidence.HEADS, {"after": after, "some": LOOKED_AT})
        found += page["rows"]
        after = page["last"]
    return found


class ImportUnderWay(Exception):
    """An import is not complete, and readers are held for it; the message says what to do."""


async def stand_still(transaction: Transaction) -> None:
    """Keep all others from writing until the transaction ends. Raises ImportUnderWay."""
    rows = await transaction.run(STAND_STILL.cypher, {"open": OPEN})
    if rows and rows[0]["importing"]:
        raise ImportUnderWay("An import is under way, or was cut off. Try again when it is complete.")
