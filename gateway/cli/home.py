"""An instance's home as the commands see it: its settings, its database, and who serves it."""

import json
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from filelock import FileLock, Timeout

from gateway.cli.failures import Refused
from services.hosting.settings import DatabaseAddress, Settings

if TYPE_CHECKING:
    from graph.local import Progress

RECORD = "server.json"


@dataclass(frozen=True, slots=True)
class Server:
    """The process that serves a home. `url` None: it is still starting."""

    pid: int
    started: float
    url: str | None


def settings_of(home: Path) -> Settings:
    """The settings of the environment, for this home. Raises SettingsError, RulebookError."""
    if os.environ.get("ZEREN_RULEBOOK"):  # one that can't be read is told here, and not by the first request
        from services.campaign.rulebook import current

        current()
    return Settings.from_environment({**os.environ, "ZEREN_HOME": str(home)})


def has_own_engine() -> bool:
    """Whether the database is the home's own, and not one that NEO4J_URI names."""
    return not os.environ.get("NEO4J_URI", "").strip()


def stands_still(home: Path) -> bool:
    """Whether the database is the home's own, and neither its engine nor anything that serves it runs."""
    if not has_own_engine() or serving(home) is not None:
        return False
    from graph import local

    return local.status(home).state is not local.State.RUNNING


@contextmanager
def lent(home: Path, progress: "Progress") -> Generator[Settings]:
    """The settings with a database that answers: NEO4J_URI's, the one running in this home, or one started for now."""
    if not has_own_engine():
        yield settings_of(home)
        return
    from graph import local

    with local.running(home, progress=progress) as connection:
        address = DatabaseAddress(connection.uri, connection.user, connection.password)
        yield replace(settings_of(home), database=address)


def serving(home: Path) -> Server | None:
    """The live process that serves this home."""
    try:
        found: dict[str, Any] = json.loads((home / RECORD).read_text("utf-8"))
        server = Server(found["pid"], found["started"], found["url"])
        process = psutil.Process(server.pid)
        alive = abs(process.create_time() - server.started) < 1 and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return None
    return server if alive else None


@contextmanager
def held(home: Path) -> Generator[None]:
    """This process serves the home from now on, and no other. Raises Refused."""
    lock = _locked(home)
    try:
        announce(home, None)
        yield
    finally:
        (home / RECORD).unlink(missing_ok=True)
        lock.release()


def _locked(home: Path) -> FileLock:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(home / ".server.lock")
        lock.acquire(timeout=0)
    except Timeout:
        raise Refused(_held_by(home, serving(home))) from None
    except OSError as error:
        raise Refused(
            f"The home {home} can't be used: {error.strerror}. Choose another with --home or ZEREN_HOME."
        ) from error
    return lock


def _held_by(home: Path, server: Server | None) -> str:
    if server is None:
        return f"Another zeren is working on the home {home}. Wait for it to end, or choose another with --home."
    where = f"at {server.url}" if server.url else "and is still starting"
    return (
        f"zeren already runs in the home {home} (process {server.pid}) {where}. Use it, stop it with "
        f"`zeren down --home {home}`, or start another with --home and --port."
    )


def announce(home: Path, url: str | None) -> None:
    """Write down who serves this home, and where."""
    content = {"pid": os.getpid(), "started": psutil.Process().create_time(), "url": url}
    draft = home / f".{RECORD}.{secrets.token_hex(4)}"
    draft.write_text(json.dumps(content) + "\n", "utf-8")
    draft.replace(home / RECORD)
