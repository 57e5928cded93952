"""`zeren down`: end what serves a home, and an engine that was left behind."""

import time
from contextlib import suppress
from pathlib import Path

import psutil

from gateway.cli.failures import Refused
from gateway.cli.home import has_own_engine, serving

PATIENCE = 60.0  # open requests may end, and Neo4j closes its files


def down(home: Path) -> str:
    """Stop the instance of `home` by its pid; returns what was done. Raises Refused where it does not end."""
    server = serving(home)
    if server is not None:
        process = psutil.Process(server.pid)
        process.terminate()
        if not _ends(process):
            raise Refused(
                f"Process {server.pid} does not end within {PATIENCE:.0f} s. Look into {home / 'logs'}; "
                f"`kill -9 {server.pid}` and another `zeren down` end it by force."
            )
    if has_own_engine() and _engine_left(home):
        return f"Stopped the Neo4j that a killed zeren had left running in {home}."
    return f"Stopped zeren in {home}." if server else f"Nothing runs in {home}."


def _ends(process: psutil.Process) -> bool:
    """Whether it ends in time. A zombie has ended: only whoever started it has not asked how."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            process.wait(0.1)
        except psutil.TimeoutExpired:
            with suppress(psutil.NoSuchProcess):
                if process.status() == psutil.STATUS_ZOMBIE:
                    return True
            continue
        return True
    return False


def _engine_left(home: Path) -> bool:
    from graph import local

    state = local.status(home)
    if state.state is local.State.RUNNING:
        raise Refused(f"Process {state.owner} works on the database in {home} now. Let it end, or stop it.")
    return state.state is local.State.ORPHANED and local.stop(home)
