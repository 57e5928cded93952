"""The noticing as rounds beside an app: by the clock of the app, little by little."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from graph.session import Database
from services.accountability.noticing.following import Noticing, Overtaken
from services.campaign.rules import Rulebook
from services.hosting.rounds import Rounds

Clock = Callable[[], datetime]

LOOK_SECONDS = 1.0


class Noticer(Rounds):
    """Over one database, by one clock. Any number notice each finding once: who is overtaken looks later."""

    def __init__(self, database: Database, rulebook: Rulebook, clock: Clock) -> None:
        super().__init__("noticing findings", LOOK_SECONDS)
        self._noticing = Noticing(database, rulebook)
        self._clock = clock
        self.noticed = 0
        """So many findings since it began."""
        self.waiting = 0
        """Subjects that are to be looked at, as `Noticing.waiting` counts them."""

    @property
    def lag(self) -> int:
        """Events of the log that are not read yet."""
        return self._noticing.lag

    async def catch_up(self) -> int:
        """Read the log to its end and look at all that wait by the clock; returns how much was done. Raises GateShut.

        After each step it rests for as long as that took: a big past leaves half of the time to requests.
        """
        time = asyncio.get_running_loop().time
        count = 0
        while not self.stopping:
            begun, now = time(), self._clock()
            self.waiting = await self._noticing.waiting(now)
            try:
                looked = await self._noticing.look(now)
            except Overtaken:
                break
            self.noticed += looked.noticed
            count += looked.done
            if not looked.done:
                break
            await self.pause(time() - begun)
        return count
