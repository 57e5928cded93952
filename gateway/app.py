"""The gateway of one process: every room's fields at one address, and the API explorer."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from gateway import explorer
from gateway.schema import schema
from graph.session import Database
from services.accountability.feed import add_feed
from services.accountability.running import ledger_and_findings
from services.hosting.app import Lifespan, build_app
from services.hosting.settings import Settings
from services.oversight.keeping import keeping_life


def build(settings: Settings, database: Database | None = None) -> FastAPI:
    """The gateway, over `database` or the one that the settings name. Raises SettingsError."""
    app = build_app("gateway", schema, settings, database=database, lifespan=_life(settings))
    add_feed(app)
    app.include_router(explorer.router())
    app.mount("/explorer/assets", explorer.assets())
    return app


def _life(settings: Settings) -> Lifespan:
    """What runs beside the rooms of one process."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncGenerator[None]:
        async with ledger_and_findings(settings)(app), keeping_life()(app):
            yield

    return life
