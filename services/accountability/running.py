"""What runs beside the accountability room's app: the sequencer of the ledger's log, and the noticing of findings."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.accountability.noticing import Noticer
from services.campaign.rulebook import current
from services.hosting.app import Lifespan
from services.hosting.context import system_clock
from services.hosting.rounds import beside
from services.hosting.settings import Settings
from services.ledger.serving import ledger_life


def ledger_and_findings(settings: Settings) -> Lifespan:
    """For `build_app`: over the app's database, with the keys of this home, while the app runs."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncGenerator[None]:
        noticer = Noticer(app.state.database, current(), system_clock)
        gauge = app.state.metrics.gauge
        gauge("zeren_findings_lag", "Events of the log not yet read for findings", lambda: float(noticer.lag))
        gauge(
            "zeren_findings_waiting",
            "Subjects to be looked at for findings; 1000 where they are more",
            lambda: float(noticer.waiting),
        )
        gauge("zeren_findings_noticed", "Findings noticed by this process", lambda: float(noticer.noticed))
        async with ledger_life(settings)(app), beside(noticer):
            yield

    return life
