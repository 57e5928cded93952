"""Living through a time again: the noticing with a clock that is driven from one instant to the next that matters.

What a service that runs has noticed before is told all the same, each finding at the instant since which it is so.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

from graph.model.enums import FindingKind
from graph.model.instants import OPEN, TICK
from graph.queries import noticing as queries
from graph.session import Database
from services.accountability.noticing.following import Noticing, Told

STEP = timedelta(minutes=15)
"""The driven clock goes on by so much at least."""


async def replay(
    database: Database,
    noticing: Noticing,
    since: datetime,
    until: datetime,
    wait: Callable[[timedelta], Awaitable[None]],
) -> AsyncIterator[tuple[datetime, list[Told]]]:
    """What came to be so up to each instant from `since` to `until`; `wait` is called with the time to the next."""
    at, told = since, since - TICK
    while True:
        await noticing.look_until_done(at)
        rows = await database.read(queries.TOLD, {"after": told, "to": at, "open": OPEN})
        yield at, [Told(row["at"], FindingKind(row["kind"]), row["summary"]) for row in rows]
        if at >= until:
            return
        due = await noticing.next_look()
        known = await database.read(queries.NEXT_TOLD, {"after": at, "to": until, "open": OPEN})
        instants = [row["at"] for row in known] + ([] if due is None else [due + TICK])
        following = min(until, max(min(instants, default=until), at + STEP))
        await wait(following - at)
        at, told = following, at
