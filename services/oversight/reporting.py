"""Problems that are reported at the same time are written in one transaction, each as if it had been alone.

What can't be written just so (a key that is in use, something unknown, a post that is not held) is left to be done by
itself: there it is answered, or refused in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary, proxy

from graph.queries import commands, problems
from graph.queries.watermark import GateShut, any_gate, entered, passed
from graph.session import Database, Transaction
from services.hosting.commanding import (
    LATEST,
    Command,
    Done,
    Naming,
    RefusedError,
    outcome_before,
    post_of,
    refuse_others,
    shut,
)
from services.hosting.identity import Caller
from services.hosting.together import Together
from services.oversight.writing import Opening, opened

MOST = 64
"""Problems written in one transaction."""


@dataclass(frozen=True)
class Asked:
    """A problem that somebody asks to report, by which person in which post. `key`, `request`: as `claim_of` says."""

    command: Command
    caller: Caller
    opening: Opening
    key: str
    request: str
    person: str | None
    post: str | None
    clock: timedelta | None
    now: datetime

    def naming(self) -> Naming:
        """The records that the command names."""
        return {
            "site": (self.opening.site, ("Site",)),
            "area": (self.opening.area, ("Area",)),
            "task": (self.opening.task, ("Task",)),
            "reportedBy": (self.person, ("Person",)),
            "post": (self.post, ("Post",)),
        }

    def ids(self) -> list[str]:
        return [record for record, _ in self.naming().values() if record is not None]


class _Raced(Exception):
    """A key was claimed elsewhere while the transaction was under way."""


_together: "WeakKeyDictionary[Database, Together[Asked, Done | None]]" = WeakKeyDictionary()


async def reported(database: Database, asked: Asked) -> Done | None:
    """What the report came to, seen by whoever asks next; None where it must be done by itself. Raises RefusedError."""
    together = _together.get(database)
    if together is None:
        together = _together[database] = Together(partial(_write, proxy(database)), MOST)
    try:
        done = await together.do(asked)
    except GateShut as error:
        raise shut(error) from error
    if done is not None:
        await passed(database, done.recorded_at)
    return done


async def _write(database: Database, asked: Sequence[Asked]) -> Sequence[Done | None]:
    async def once(transaction: Transaction) -> Sequence[Done | None]:
        standing = await transaction.run(
            commands.STANDING, {"asked": [_question(one) for one in asked], "latest": LATEST}
        )
        rows: dict[int, dict[str, Any]] = {}
        keys: set[str] = set()
        for place, (one, found) in enumerate(zip(asked, standing, strict=True)):
            row = _row(one, found)
            if row is not None and row["key"] not in keys:
                rows[place] = row
                keys.add(row["key"])
        if not rows:
            return [None] * len(asked)
        earliest = any_gate(max(one.now for one in asked))
        written = await transaction.run(problems.REPORT_TOGETHER.cypher, {"rows": list(rows.values()), **earliest})
        recorded_at = entered(written)
        if not all(row["claimed"] for row in written):
            raise _Raced
        return [_done(rows.get(place), recorded_at) for place in range(len(asked))]

    try:
        return await database.transact(once)
    except _Raced:
        return [None] * len(asked)


def _question(asked: Asked) -> dict[str, Any]:
    return {"key": asked.key, "ids": asked.ids(), "person": asked.person, "at": asked.opening.discovered_at}


def _row(asked: Asked, found: dict[str, Any]) -> dict[str, Any] | None:
    """What REPORT_TOGETHER is bound to; None for what must be done by itself."""
    if found["used"]:
        return None
    try:
        post = asked.post if asked.person is None else post_of(found["held"], asked.post)
        refuse_others(asked.naming(), dict(found["kinds"]))
    except RefusedError:
        return None
    _, written = opened(asked.key, asked.opening, (asked.person, post), asked.clock, asked.now)
    claim = {"key": asked.key, "request": asked.request, "now": asked.now}
    return {**written, **claim, "outcome": outcome_before(_records(written))}


def _done(row: dict[str, Any] | None, recorded_at: datetime) -> Done | None:
    return None if row is None else Done(_records(row), recorded_at)


def _records(row: dict[str, Any]) -> dict[str, str]:
    return {name: row[name]["id"] for name in ("problem", "event")}
