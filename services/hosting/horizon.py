"""How far the ledger's log is numbered: one look at the database serves everybody in the process who waits."""

import asyncio
import logging

from graph.compile.errors import ReadError, ReadErrorCode
from graph.queries.feed import SIZE
from graph.session import Database, DatabaseError

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
"""Between two looks, while somebody waits; nobody looks while nobody does."""
AGAIN_SECONDS = 1.0
"""After a look that failed."""


class HorizonClosed(Exception):
    """The process ends, and looks no more."""


class Horizon:
    """The log of one database, as far as this process has seen it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._size = 0
        self._waiting: dict[asyncio.Future[int], int] = {}
        self._looking: asyncio.Task[None] | None = None
        self._closed = False

    async def size(self) -> int:
        """How many events have a number now. Raises ReadError NOT_MIGRATED, DatabaseError."""
        # Asked of the member that writes: another's answer may be older than a cursor that a client has.
        rows = await self._database.write(SIZE)
        if not rows:
            raise ReadError(ReadErrorCode.NOT_MIGRATED, "the database has no log; run `zeren migrate`")
        self._size = max(self._size, rows[0]["size"])
        return self._size

    async def beyond(self, position: int) -> int:
        """Return the log's size once it is more than `position`. Raises HorizonClosed."""
        if self._closed:
            raise HorizonClosed
        if self._size > position:
            return self._size
        reached: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting[reached] = position
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            return await reached
        finally:
            del self._waiting[reached]

    async def _look(self) -> None:
        pause = LOOK_SECONDS
        while self._waiting:
            pause = await self._tell(pause)
            await asyncio.sleep(pause)

    async def _tell(self, before: float) -> float:
        """Wake who waits for what there is now; how long to pause."""
        try:
            size = await self.size()
        except (DatabaseError, ReadError) as error:
            if before == LOOK_SECONDS:
                log.warning("the log's size can't be read", extra={"reason": str(error)})
            return AGAIN_SECONDS
        for reached, position in self._waiting.items():
            if size > position and not reached.done():
                reached.set_result(size)
        return LOOK_SECONDS

    def close(self) -> None:
        """Look no more, and let nobody wait."""
        self._closed = True
        if self._looking is not None:
            self._looking.cancel()
        for reached in self._waiting:
            if not reached.done():
                reached.set_exception(HorizonClosed())
