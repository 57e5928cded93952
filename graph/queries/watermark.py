"""Record time without trusting a clock: gates that every write passes, and the watermark that readers stay below.

A command takes one gate's lock just before it writes, is recorded at an instant later than the gate's, and leaves that
instant on the gate. To move the watermark up, the lock of every gate is taken in turn: whoever held one has committed
by then, and whoever takes one afterwards is recorded later. So nothing is ever recorded at or below the watermark
again, and an answer as known there stays as it is.

The gates are shut while an import is written that took its record time beforehand: a command must not go by half of it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from graph.model.instants import utc
from graph.queries.write import Write
from graph.session import Database, DatabaseError, Transaction

GATES = 16
"""So many commands are recorded side by side."""

MAKE = """
MERGE (w:Watermark {name: 'main'}) ON CREATE SET w.holdsAt = $open
WITH w, CASE WHEN w.holdsAt <= $now THEN w.holdsAt - duration({microseconds: 1}) ELSE $now END AS at
SET w.at = coalesce(w.at, at)
WITH w
UNWIND range(1, $gates) AS number
MERGE (g:Gate {number: number}) ON CREATE SET g.at = CASE WHEN w.at < $now THEN $now ELSE w.at END
"""

TAKING = """
    MATCH (g:Gate {number: $gate})
    SET g.taken = true
    REMOVE g.taken
    WITH g, CASE WHEN g.at < $earliest THEN $earliest ELSE g.at + duration({microseconds: 1}) END AS at
    SET g.at = at
    WITH at, coalesce(g.shut, false) AS shut
"""
"""How a statement that takes a gate begins; its columns `at` and `shut` are for `entered`.

The lock comes first, so that what is read of the gate is what the one before left.
"""

TAKE = Write("take a gate", "accountability", f"{TAKING}    RETURN at, shut")

RAISE = Write(
    "move the watermark up",
    "accountability",
    """
    MATCH (w:Watermark {name: 'main'})
    SET w.taken = true
    REMOVE w.taken
    WITH w WHERE w.at < $to
    MATCH (g:Gate)
    WITH w, g ORDER BY g.number
    SET g.taken = true
    REMOVE g.taken
    WITH w, g, CASE WHEN g.at < $to THEN $to ELSE g.at END AS at
    SET g.at = at
    WITH w, min(at) AS at
    SET w.at = CASE WHEN w.holdsAt <= at THEN w.holdsAt - duration({microseconds: 1}) ELSE at END
    RETURN w.at AS at
    """,
)

STAND_STILL = Write(
    "keep everybody from writing",
    "accountability",
    """
    OPTIONAL MATCH (r:FindingsReader|Rollup)
    SET r.taken = true
    WITH count(r) AS readers
    MATCH (w:Watermark {name: 'main'})
    SET w.taken = true
    WITH w
    MATCH (g:Gate)
    WITH w, g ORDER BY g.number
    SET g.taken = true
    WITH w, count(g) AS gates
    MATCH (l:Log {name: 'main'})
    SET l.taken = true
    RETURN w.holdsAt < $open AS importing
    """,
)
"""For a transaction that is taken back at its end: until then no command is recorded, no event numbered, none read on.

Who reads on takes the lock of how far first, and a gate after it.
"""

_gates = count(1)
_waiting: "WeakKeyDictionary[Database, _Waiting]" = WeakKeyDictionary()


class GateShut(DatabaseError):
    """Nothing may be recorded now; the message says why and what to do."""


def any_gate(earliest: datetime) -> dict[str, object]:
    """The parameters of TAKING: to be recorded at `earliest` or, if the gate is further, just after it."""
    return {"gate": next(_gates) % GATES + 1, "earliest": utc(earliest)}


async def take_gate(transaction: Transaction, earliest: datetime) -> datetime:
    """When what this transaction writes is recorded: at `earliest` or, if the gate is further, just after it.

    Called last before the writes: until the transaction ends, nobody else passes this gate. Raises GateShut.
    """
    return entered(await transaction.run(TAKE.cypher, any_gate(earliest)))


def entered(rows: Sequence[Mapping[str, Any]]) -> datetime:
    """The record time out of the row of a statement that took a gate. Raises GateShut, which takes all of it back."""
    for row in rows:
        if row["shut"]:
            raise GateShut(
                "a first import is under way, and nothing can be acted on before all of it is there; send the same "
                "command again when it is complete (where it was cut off: `zeren import` the same bundle again, or "
                "discard it)"
            )
        return row["at"]
    raise DatabaseError("The database has no gates: run `zeren migrate`, or let a restore come to its end.")


async def raise_watermark(database: Database, to: datetime) -> datetime | None:
    """Move the watermark to `to` at least; returns where it stands, None where it stood there already.

    While an import becomes visible it stays below that import's record time, whatever `to` is.
    """
    rows = await database.write(RAISE.cypher, {"to": utc(to)})
    return rows[0]["at"] if rows else None


async def passed(database: Database, at: datetime) -> None:
    """Return once readers see what was recorded at `at`; if an import holds them below it, at once.

    Commands that wait at the same time are let through together by one raising.
    """
    waiting = _waiting.setdefault(database, _Waiting())
    waiting.commands += 1
    waiting.furthest = max(waiting.furthest or at, at)
    try:
        async with waiting.turn:
            if waiting.reached is None or waiting.reached < at:
                to = waiting.furthest
                await raise_watermark(database, to)
                waiting.reached = to
    finally:
        waiting.commands -= 1
        if not waiting.commands:
            _waiting.pop(database, None)


class _Waiting:
    """The commands of one process that wait for the watermark; forgotten when none waits."""

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.commands = 0
        self.furthest: datetime | None = None
        self.reached: datetime | None = None
