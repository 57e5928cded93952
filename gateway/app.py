"""The gateway of one process: every room's fields at one address, and the API explorer."""

from fastapi import FastAPI

from gateway import explorer
from gateway.schema import schema
from graph.session import Database
from services.accountability.feed import add_feed
from services.hosting.app import build_app
from services.hosting.settings import Settings
from services.ledger.serving import ledger_life


def build(settings: Settings, database: Database | None = None) -> FastAPI:
    """The gateway, over `database` or the one that the settings name. Raises SettingsError."""
    app = build_app("gateway", schema, settings, database=database, lifespan=ledger_life(settings))
    add_feed(app)
    app.include_router(explorer.router())
    app.mount("/explorer/assets", explorer.assets())
    return app
