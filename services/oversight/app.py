"""The app of the oversight room."""

from fastapi import FastAPI

from services.hosting.app import build_app
from services.hosting.settings import Settings
from services.oversight.keeping import keeping_life
from services.oversight.schema import schema


def build(settings: Settings) -> FastAPI:
    """The room by itself, with its watch and counts, over the database that the settings name. Raises SettingsError."""
    return build_app("oversight", schema, settings, lifespan=keeping_life())
