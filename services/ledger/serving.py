"""The sequencer as a part of a service: it runs while the service does, and its figures are among the service's."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.hosting.app import Lifespan
from services.hosting.context import system_clock
from services.hosting.settings import Settings
from services.ledger.anchors import anchors_of
from services.ledger.keyring import Keyring
from services.ledger.sequencer import Sequencer, sequencing


def ledger_life(settings: Settings) -> Lifespan:
    """For `build_app`: runs a sequencer beside the app, over the app's database, with the keys of this home."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncGenerator[None]:
        anchors = anchors_of(settings.home, os.environ)
        sequencer = Sequencer(app.state.database, lambda: Keyring.open(settings.keys), anchors, system_clock)
        gauge = app.state.metrics.gauge
        gauge("zeren_ledger_leading", "Whether this process writes the ledger's log", lambda: float(sequencer.leading))
        gauge("zeren_ledger_size", "Events with a number; 0 where another leads", lambda: float(sequencer.size))
        gauge("zeren_ledger_waiting", "Events without a number", lambda: float(sequencer.lagging.waiting))
        gauge(
            "zeren_ledger_lag_seconds",
            "How long before the watermark the oldest event without a number was recorded",
            lambda: sequencer.lagging.seconds,
        )
        async with sequencing(sequencer):
            yield

    return life
