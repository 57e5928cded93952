"""The watch: notices that a deadline passed, and says so by an event on the problem, once.

What is due is found by an index on the deadlines that nobody noticed yet, however long ago they passed, so a watch that
did not run for a day misses nothing. Each is noticed under the problem's lock and leaves the index with that, so any
number of watches notice it once. Time is the clock that is passed in.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from graph.model.instants import TICK
from graph.queries import problems as queries
from graph.queries.watermark import GateShut, passed, take_gate
from graph.session import Database, DatabaseError, Transaction
from services.hosting.commanding import RefusedError
from services.oversight import rules
from services.oversight.rules import Life
from services.oversight.writing import Standing, lock, write_passed

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

LOOK_SECONDS = 1.0
PAGE = 50
"""Problems noticed in one transaction, and so locked together."""


class Watch:
    """Over one database, by one clock."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._stopping = asyncio.Event()
        self.noticed = 0
        """So many deadlines since it began."""

    async def run(self) -> None:
        """Notice what falls due until `stop`. What goes wrong is logged, and tried again."""
        told = ""
        while not self._stopping.is_set():
            try:
                await self.catch_up()
                told = ""
            except DatabaseError as error:
                # Among them a shut gate: while a first import runs, nothing can be recorded.
                if str(error) != told:
                    told = str(error)
                    level = logging.INFO if isinstance(error, GateShut) else logging.WARNING
                    log.log(level, "deadlines can't be noticed now", extra={"reason": told})
            except Exception:
                log.exception("deadlines could not be noticed")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), LOOK_SECONDS)

    def stop(self) -> None:
        """Have `run` return as soon as the page that it is at is done."""
        self._stopping.set()

    async def catch_up(self) -> int:
        """Notice every deadline that has passed by the clock; returns how many were. Raises GateShut."""
        count = 0
        while not self._stopping.is_set():
            now = self._clock()
            due = await self._database.read(queries.FALLEN_DUE, {"now": now, "limit": PAGE})
            noticed = await self._notice(sorted(row["id"] for row in due), now)
            self.noticed += noticed
            count += noticed
            if not noticed:  # none is due, or another watch was quicker
                break
        return count

    async def _notice(self, problems: list[str], now: datetime) -> int:
        if not problems:
            return 0

        async def work(transaction: Transaction) -> tuple[int, datetime | None]:
            found: list[tuple[Standing, Life]] = []
            for problem in problems:
                with suppress(RefusedError):  # an import holds it by now
                    standing = await lock(transaction, problem)
                    after = rules.notice(standing.life, now)
                    if after is not None:
                        found.append((standing, after))
            if not found:
                return 0, None
            earliest = max(now, *(standing.changed_at + TICK for standing, _ in found))
            recorded_at = await take_gate(transaction, earliest)
            for standing, after in found:
                await write_passed(transaction, standing, after, recorded_at)
            return len(found), recorded_at

        count, recorded_at = await self._database.transact(work)
        if recorded_at is not None:
            await passed(self._database, recorded_at)
        return count
