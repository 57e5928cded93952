"""The app of the accountability room."""

from fastapi import FastAPI

from services.accountability.feed import add_feed
from services.accountability.schema import schema
from services.hosting.app import build_app
from services.hosting.settings import Settings
from services.ledger.serving import ledger_life


def build(settings: Settings) -> FastAPI:
    """The room by itself, with the database that the settings name. Raises SettingsError."""
    app = build_app("accountability", schema, settings, lifespan=ledger_life(settings))
    add_feed(app)
    return app
