"""The app of the organization room."""

from fastapi import FastAPI

from services.hosting.app import build_app
from services.hosting.settings import Settings
from services.organization.schema import schema


def build(settings: Settings) -> FastAPI:
    """The room by itself, with the database that the settings name. Raises SettingsError."""
    return build_app("organization", schema, settings)
