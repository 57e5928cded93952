"""The watch: notices that a deadline passed, and says so by an event on the problem, once.

What is due is found by an index on the deadlines that nobody noticed yet, however long ago they passed, so a watch that
did not run for a day misses nothing. Each is noticed under the problem's lock and leaves the index with that, so any
number of watches notice it once. Time is the clock that is passed in.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from graph.model.instants import TICK
from graph.queries import problems as queries
from graph.queries.watermark import passed, take_gate
from graph.session import Database, Transaction
from services.hosting.commanding import RefusedError
from services.hosting.rounds import Rounds
from services.oversight import rules
from services.oversight.rules import Life
from services.oversight.writing import Standing, lock, write_passed

Clock = Callable[[], datetime]

LOOK_SECONDS = 1.0
PAGE = 50
"""Problems noticed in one transaction, and so locked together."""


class Watch(Rounds):
    """Over one database, by one clock."""

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__("noticing deadlines", LOOK_SECONDS)
        self._database = database
        self._clock = clock
        self.noticed = 0
        """So many deadlines since it began."""

    async def catch_up(self) -> int:
        """Notice every deadline that has passed by the clock; returns how many were. Raises GateShut."""
        count = 0
        while not self.stopping:
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
