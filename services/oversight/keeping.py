"""What runs beside the oversight room's app: the watch, and whoever keeps the counts."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.hosting.app import Lifespan
from services.hosting.context import system_clock
from services.hosting.rounds import beside
from services.oversight.counting import Counting
from services.oversight.watch import Watch


def keeping_life() -> Lifespan:
    """For `build_app`: over the app's database, while the app runs."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncGenerator[None]:
        watch, counting = Watch(app.state.database, system_clock), Counting(app.state.database)
        app.state.metrics.gauge(
            "zeren_deadlines_noticed", "Passed deadlines noticed by this process", lambda: float(watch.noticed)
        )
        async with beside(watch, counting):
            yield

    return life
