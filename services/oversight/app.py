"""The app of the oversight room."""

from fastapi import FastAPI

from services.hosting.app import build_app
from services.hosting.settings import Settings
from services.oversight.schema import schema
from services.oversight.watch import watch_life


def build(settings: Settings) -> FastAPI:
    """The room by itself with its watch, over the database that the settings name. Raises SettingsError."""
    return build_app("oversight", schema, settings, lifespan=watch_life())
