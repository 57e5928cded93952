"""The app of the accountability room."""

from fastapi import FastAPI

from services.accountability.feed import add_feed
from services.accountability.running import ledger_and_findings
from services.accountability.schema import schema
from services.hosting.app import build_app
from services.hosting.settings import Settings


def build(settings: Settings) -> FastAPI:
    """The room by itself, with the ledger's log and the noticing of findings. Raises SettingsError."""
    app = build_app("accountability", schema, settings, lifespan=ledger_and_findings(settings))
    add_feed(app)
    return app
