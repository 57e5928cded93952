"""`zeren up`: the engine, then everything that serves it, in this process until it is told to stop."""

import asyncio
import importlib
import logging
import signal
import socket
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import timedelta
from logging.handlers import RotatingFileHandler
from pathlib import Path
from threading import Thread

from rich.console import Console

from gateway.cli.bars import EngineBars, timed
from gateway.cli.home import announce, has_own_engine, held, settings_of
from services.hosting.serving import listen
from services.hosting.settings import DatabaseAddress, Settings

DEFAULT_PORT = 8480
LINK_LASTS = timedelta(hours=1)
LOG_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user asked `up` for. `once`: show, stop, and end."""

    home: Path
    port: int | None
    demo: bool
    once: bool


def up(console: Console, wishes: Wishes) -> None:
    """Serve the home until SIGINT or SIGTERM. What was started here is stopped here."""
    home = wishes.home
    try:
        with ExitStack() as keep:
            keep.enter_context(held(home))
            settings = settings_of(home)
            port = DEFAULT_PORT if settings.port is None else settings.port
            opening = keep.enter_context(closing(listen(settings.bind, port if wishes.port is None else wishes.port)))
            # While Java starts there is a second processor to read our own modules with.
            Thread(target=importlib.import_module, args=("gateway.cli.running",), daemon=True).start()
            if has_own_engine():
                keep.callback(_stop_engine, home)
                keep.callback(_ignore_signals)
                settings = _with_engine(console, settings)
            _serve(console, settings, wishes, opening)
    except KeyboardInterrupt:
        pass
    console.print("已停止 Stopped.", style="dim")


def _ignore_signals() -> None:
    """From here on it is being stopped; a second Ctrl-C would only leave a process behind."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _with_engine(console: Console, settings: Settings) -> Settings:
    from graph import local

    with timed(console, "Neo4j 已就绪 Neo4j answers"), EngineBars(console) as bars:
        connection = local.start(settings.home, progress=bars)
    return replace(settings, database=DatabaseAddress(connection.uri, connection.user, connection.password))


def _stop_engine(home: Path) -> None:
    from graph import local

    local.stop(home)


def _serve(console: Console, settings: Settings, wishes: Wishes, opening: socket.socket) -> None:
    from gateway.cli import running

    _log_to_file(settings)
    with asyncio.Runner(loop_factory=running.loop_factory()) as runner:
        runner.run(
            running.serve(console, settings, wishes, opening, LINK_LASTS, lambda url: announce(wishes.home, url))
        )


def _log_to_file(settings: Settings) -> None:
    """The terminal is for people; what the services log goes into the home."""
    from services.hosting.observation import JsonLines

    folder = settings.home / "logs"
    folder.mkdir(mode=0o700, exist_ok=True)
    handler = RotatingFileHandler(folder / "zeren.log", maxBytes=LOG_BYTES, backupCount=3, encoding="utf-8")
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    for name in ("neo4j", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)
