"""The app of the integration room."""

from fastapi import FastAPI

from services.hosting.app import build_app
from services.hosting.settings import Settings
from services.integration.schema import schema


def build(settings: Settings) -> FastAPI:
    """The room by itself, with the database that the settings name. Raises SettingsError."""
    return build_app("integration", schema, settings)
