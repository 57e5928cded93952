"""Keeps the roll-up's counts: follows the log, and writes by how much each event's problem counts as something else.

The place in the log and the changes are written in one transaction, under one lock: whoever is killed has written both
or neither, and of two that count the second goes on where the first has ended.
"""

from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from graph.model.instants import BEGINNING, OPEN, SHANGHAI
from graph.queries import counting as queries
from graph.session import Database, DatabaseError, Transaction
from services.hosting.rounds import Rounds
from services.oversight import rules
from services.oversight.rules.counting import COUNTS, Counted, counted

LOOK_SECONDS = 0.5
BATCH = 2_000
"""Events counted in one transaction."""
CHANGES_IN_A_DAY = 2_000
"""After so many, the counts are kept whole though the day is not over: a read sums no more than these."""
FORGOTTEN_AT_ONCE = 10_000

Cell = tuple[str, str]
"""Ids of the area where the problem was found and of the line of work that it falls under; '' where there is none."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How far problems are counted: the place in the log; `at`: all that was recorded by then, None for nothing."""

    position: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a recount came to something else than the counts."""

    area: str
    line: str
    counted: Counted
    recounted: Counted


class Counting(Rounds):
    """Over one database."""

    def __init__(self, database: Database) -> None:
        super().__init__("counting problems", LOOK_SECONDS)
        self._database = database

    async def catch_up(self) -> int:
        """Count every event that has a number; returns how many there were."""
        count = 0
        while not self.stopping:
            after = (await reached(self._database)).position
            if not await self._database.read(queries.WAITS, {"after": after}):
                break
            done = await self._database.transact(_count)
            if not done:  # a write that is not yet seen whole: the next round sees it
                break
            count += done
        return count

    async def rebuild(self) -> int:
        """Forget all counts and count anew from the beginning of the log; returns the number of events."""
        await self._database.write(queries.BEGIN_ANEW.cypher)
        done = 1
        while done:
            (row,) = await self._database.write(queries.FORGET.cypher, {"limit": FORGOTTEN_AT_ONCE})
            done = row["done"]
        return await self.catch_up()


async def _count(transaction: Transaction) -> int:
    """The next events, if there are any; returns how many."""
    (before,) = await transaction.run(queries.BEGIN.cypher)
    after = {"after": before["position"], "limit": BATCH}
    events = _unbroken(await transaction.run(queries.NEXT, after), before["position"])
    if not events:
        return 0
    first, last = events[0]["at"], events[-1]["at"]
    at: datetime | None = before["at"]
    if at is not None and _day(at) < _day(first):
        await transaction.run(queries.KEEP_DAY.cypher, {"at": at, "beginning": BEGINNING})
    position = events[-1]["index"] + 1
    (found,) = await transaction.run(queries.COMPLETE, {"position": position, "at": last})
    complete = found["complete"]
    if complete and found["ends"]:
        (log,) = await transaction.run(queries.SIZE)
        complete = log["size"] <= position
    whole = [instant for event in events if (instant := event["at"]) < last or complete]
    if before["reached"] is not None and (reached := before["reached"]) < first:
        whole.insert(0, reached)
    counted_to, rows = max(whole, default=at), _changes(events)
    written = {"position": position, "reached": last, "at": counted_to, "rows": rows}
    await transaction.run(queries.CHANGE.cypher, written)
    if counted_to != at and before["changes"] + len(rows) >= CHANGES_IN_A_DAY:
        # At once: after an import it may be long until the next event, and a read sums what the days do not hold.
        await transaction.run(queries.KEEP_DAY.cypher, {"at": counted_to, "beginning": BEGINNING})
    return len(events)


def _unbroken(events: list[dict[str, Any]], start: int) -> list[dict[str, Any]]:
    """Those up to the first that is missing. Numbers have no gaps: they are read while they are being written."""
    return [event for place, event in enumerate(events, start) if event["index"] == place]


def _changes(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By how much the counts of each cell change at each record time. An event's first state began, the next ended."""
    changes: defaultdict[tuple[datetime, Cell], Counted] = defaultdict(Counted)
    for event in events:
        at = event["at"]
        for place, stood in enumerate(event["stood"]):
            one = counted(rules.load(stood["life"]))
            changes[at, _cell(stood)] += Counted() - one if place else one
    return [
        {"at": at, "area": area, "line": line, **asdict(change)}
        for (at, (area, line)), change in changes.items()
        if change != Counted()
    ]


def _cell(stood: dict[str, str]) -> Cell:
    return stood["area"], stood["line"]


def _day(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d}"


async def reached(database: Database) -> Reached:
    """How far problems are counted."""
    for row in await database.read(queries.REACHED):
        return Reached(row["position"], row["at"])
    raise DatabaseError("The database has no counts: run `zeren migrate`, or let a restore come to its end.")


async def counts(database: Database, at: datetime) -> dict[Cell, Counted]:
    """What was counted of all that was recorded by `at`."""
    rows = await database.read(queries.COUNTED, {"at": at, "beginning": BEGINNING})
    return {_cell(row): Counted(*(row[name] for name in COUNTS)) for row in rows}


async def recount(database: Database, at: datetime) -> dict[Cell, Counted]:
    """The same, by looking at every problem as it stood at `at`."""
    found: defaultdict[Cell, Counted] = defaultdict(Counted)
    async for stood in _every_problem(database, at):
        found[_cell(stood)] += counted(rules.load(stood["life"]))
    return {cell: count for cell, count in found.items() if count != Counted()}


async def check(database: Database) -> list[Difference]:
    """Where a recount comes to something else than what was counted; as of the same instant."""
    at = (await reached(database)).at or BEGINNING
    kept, found = await counts(database, at), await recount(database, at)
    return [
        Difference(*cell, kept.get(cell, Counted()), found.get(cell, Counted()))
        for cell in sorted(kept.keys() | found.keys())
        if kept.get(cell) != found.get(cell)
    ]


async def _every_problem(database: Database, at: datetime) -> AsyncIterator[dict[str, str]]:
    after = ""
    while rows := await database.read(queries.SCAN, {"after": after, "at": at, "open": OPEN, "limit": BATCH}):
        for row in rows:
            for stood in row["stood"]:
                yield stood
        after = rows[-1]["id"]
