"""Living through a time again: the noticing with a clock that is driven from one instant to the next that matters."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

from graph.model.instants import TICK
from services.accountability.noticing.following import Looked, Noticing

STEP = timedelta(minutes=15)
"""The driven clock goes on by so much at least."""


async def replay(
    noticing: Noticing, since: datetime, until: datetime, wait: Callable[[timedelta], Awaitable[None]]
) -> AsyncIterator[tuple[datetime, Looked]]:
    """What is noticed at each instant from `since` to `until`; `wait` is called with the time to the next."""
    at = since
    while True:
        yield at, await noticing.look_until_done(at)
        if at >= until:
            return
        due = await noticing.next_look()
        following = until if due is None else min(until, max(due + TICK, at + STEP))
        await wait(following - at)
        at = following
