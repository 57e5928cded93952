"""Work that is done again and again beside an app, until it is told to stop."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from graph.queries.watermark import GateShut
from graph.session import DatabaseError

log = logging.getLogger(__name__)


class Rounds:
    """`what`: which is done, as the log says it. `seconds`: between two rounds."""

    def __init__(self, what: str, seconds: float) -> None:
        self._what = what
        self._seconds = seconds
        self._stopping = asyncio.Event()

    async def catch_up(self) -> int:
        """Do all that there is now, or as much as was done when `stopping` turned true; returns how much."""
        raise NotImplementedError

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    async def run(self) -> None:
        """Catch up until `stop`. What goes wrong is logged, and tried again."""
        told = ""
        while not self.stopping:
            try:
                await self.catch_up()
                told = ""
            except DatabaseError as error:
                # Among them a shut gate: while a first import runs, nothing can be recorded.
                if str(error) != told:
                    told = str(error)
                    level = logging.INFO if isinstance(error, GateShut) else logging.WARNING
                    log.log(level, "%s can't be done now", self._what, extra={"reason": told})
            except Exception:
                log.exception("%s could not be done", self._what)
            await self.pause(self._seconds)

    async def pause(self, seconds: float) -> None:
        """Leave the time to others; `stop` ends it."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    def stop(self) -> None:
        """Have `run` return as soon as what it is at is done."""
        self._stopping.set()


@asynccontextmanager
async def beside(*rounds: Rounds) -> AsyncGenerator[None]:
    """Run them beside what is done inside; at its end each comes to the end of what it is at."""
    running = asyncio.gather(*(one.run() for one in rounds))
    try:
        yield
    finally:
        for one in rounds:
            one.stop()
        await running
