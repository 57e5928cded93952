"""`zeren serve`: one service in a process of its own."""

import importlib
import logging
from dataclasses import replace
from pathlib import Path

from gateway.cli.home import settings_of
from services.hosting.observation import log_as_json
from services.hosting.serving import run

DEFAULT_PORT = 8000

log = logging.getLogger("zeren")


def serve(service: str, home: Path, port: int | None, bind: str | None) -> None:
    """Serve until SIGINT or SIGTERM. Raises SettingsError, PortTaken, or OSError for an address of another machine."""
    settings = settings_of(home)
    settings = replace(settings, bind=bind or settings.bind)
    chosen = next((given for given in (port, settings.port) if given is not None), DEFAULT_PORT)
    log_as_json(settings.log_level)
    module = "gateway.app" if service == "gateway" else f"services.{service}.app"
    app = importlib.import_module(module).build(settings)
    try:
        run(app, settings, port=chosen, opened=lambda: log.info("serving", extra={"room": service, "port": chosen}))
    except KeyboardInterrupt:
        log.info("stopped", extra={"room": service})
