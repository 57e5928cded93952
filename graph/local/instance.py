"""One engine per home: start it, stop it, say how it is.

home/neo4j/           data, settings and password of the engine
home/logs/            its logs (neo4j.log, debug.log; jvm.log is what the Java machine itself printed)
home/connection.json  how to reach it; there only while it runs
home/.lock            held by the process that owns the home, released by the system when that process ends
"""

import asyncio
import atexit
import os
import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from graph.local import fetch, processes, server
from graph.local.connection import Connection, read_connection, write_connection, write_private
from graph.local.errors import DiskFull, EngineError, HomeHeld, PortInUse, StartFailed, TooLittleMemory
from graph.local.progress import Progress, Silent
from graph.local.server import Memory
from graph.session import Database, DatabaseDown

START_PATIENCE = 120.0
STOP_PATIENCE = 30.0
PROBE_INTERVAL = 0.05
ROOM_NEEDED = 300 << 20
TELLING = re.compile(r"\b(ERROR|Error|Caused by|Exception)\b|Invalid|could not|Could not")

_held: dict[Path, FileLock] = {}


class State(StrEnum):
    """How the engine of a home is."""

    STOPPED = "stopped"
    RUNNING = "running"
    ORPHANED = "orphaned"  # it runs, but the process that started it is gone


@dataclass(frozen=True, slots=True)
class Status:
    """`owner` and `engine` are pids, of live processes only; `connection` is there when the engine runs."""

    state: State
    owner: int | None
    engine: int | None
    connection: Connection | None


def start(
    home: Path,
    *,
    progress: Progress | None = None,
    port: int = 0,
    memory: Memory | None = None,
    patience: float = START_PATIENCE,
) -> Connection:
    """Start the engine of `home`, fetching it first if need be, and return when it answers.

    The calling process owns the home from now on, until `stop` or its own end; at a normal end the engine is stopped
    too. An engine that a killed owner left behind is taken over, or ended if it does not answer; `progress` is told.
    Blocks; from a coroutine use `asyncio.to_thread`. `port` 0 takes a free one; `patience` is in seconds.

    Raises `EngineError`: `HomeHeld`, `FetchFailed`, `DiskFull`, `TooLittleMemory`, `PortInUse`, `StartFailed`.
    """
    home = home.expanduser().resolve()
    progress = progress or Silent()
    memory = memory or Memory.from_environment()
    _make_folders(home)
    _hold(home)
    try:
        if adopted := _adopt(home, progress):
            return adopted
        jars = fetch.ensure_jars(progress=progress)
        _check_room(home, memory)
        progress.say("Starting Neo4j")
        return _launch(home, jars, port, memory, patience)
    except BaseException:
        stop(home, patience=5)
        raise


def stop(home: Path, *, patience: float = STOP_PATIENCE) -> bool:
    """End the engine of `home`, whoever started it, and let go of the home if this process holds it.

    Its process is asked, and after `patience` seconds made to end. Returns whether there was one to end.
    A live owner in another process is not ended: end it first (`status(home).owner`).
    """
    home = home.expanduser().resolve()
    recorded = read_connection(home)
    engine = processes.find_engine(home / "neo4j", recorded.neo4j if recorded else None)
    if engine:
        processes.end(engine, patience)
    (home / "connection.json").unlink(missing_ok=True)
    if lock := _held.pop(home, None):
        lock.release()
    return engine is not None


def status(home: Path) -> Status:
    """Tell how the engine of `home` is, from what lives and not from what was written down."""
    home = home.expanduser().resolve()
    recorded = read_connection(home)
    owner = recorded.zeren if recorded and processes.is_alive(recorded.zeren, recorded.zeren_started) else None
    engine = processes.find_engine(home / "neo4j", recorded.neo4j if recorded else None)
    if engine is None:
        return Status(State.STOPPED, owner, None, None)
    return Status(State.RUNNING if owner else State.ORPHANED, owner, engine.pid, recorded)


@contextmanager
def running(home: Path, *, progress: Progress | None = None) -> Generator[Connection]:
    """Lend the engine of `home`: the one that another process runs, else one started and stopped here."""
    found = status(home)
    if found.state is State.RUNNING and found.connection:
        yield found.connection
        return
    connection = start(home, progress=progress)
    try:
        yield connection
    finally:
        stop(home)


def _make_folders(home: Path) -> None:
    try:
        for folder in (home, home / "neo4j" / "conf", home / "logs"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise EngineError(
            f"The home {home} can't be used: {error}. Choose another with --home or ZEREN_HOME."
        ) from error


def _hold(home: Path) -> None:
    if home in _held:
        return
    lock = FileLock(home / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise HomeHeld(home, status(home).owner) from error
    _held[home] = lock


def _adopt(home: Path, progress: Progress) -> Connection | None:
    """Take over the engine that runs in this home, if it answers to what is written down; else end it."""
    recorded = read_connection(home)
    engine = processes.find_engine(home / "neo4j", recorded.neo4j if recorded else None)
    if engine is None:
        return None
    if recorded and recorded.neo4j == engine.pid:
        if recorded.zeren == os.getpid():
            return recorded
        if _answers(recorded):
            progress.say(f"An earlier zeren was killed and left its Neo4j running (process {engine.pid}): taken over")
            adopted = replace(recorded, zeren=os.getpid(), zeren_started=psutil.Process().create_time())
            write_connection(home, adopted)
            return adopted
    progress.say(f"An earlier zeren was killed and left a Neo4j that does not answer (process {engine.pid}): ending it")
    processes.end(engine, STOP_PATIENCE)
    return None


def _check_room(home: Path, memory: Memory) -> None:
    free = shutil.disk_usage(home).free
    if free < ROOM_NEEDED:
        raise DiskFull(home, ROOM_NEEDED, free)
    available = psutil.virtual_memory().available
    if available < memory.total:
        raise TooLittleMemory(
            f"Neo4j is set to take about {memory.total >> 20} MB of memory, and {available >> 20} MB are free. "
            f"End other programs, or lower ZEREN_HEAP ({memory.heap} now) or ZEREN_PAGECACHE ({memory.page_cache} now)."
        )


def _launch(home: Path, jars: tuple[Path, ...], port: int, memory: Memory, patience: float) -> Connection:
    folder = home / "neo4j"
    password = _password(folder)
    port = _choose_port(port)
    (folder / "conf" / "neo4j.conf").write_text(server.settings(port, memory, home / "logs"), "utf-8")
    log = home / "logs" / "jvm.log"
    with log.open("wb") as output:
        # A session of its own: Ctrl-C in the terminal reaches zeren only, which then stops the engine last.
        engine = subprocess.Popen(  # noqa: S603 — our own arguments, no shell
            server.command(jars, folder, memory),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=folder,
            env=os.environ | {"LC_ALL": "C.UTF-8"},  # else Java can't open a path with Chinese in it
        )
    connection = Connection(
        f"bolt://127.0.0.1:{port}", server.USER, password, os.getpid(), psutil.Process().create_time(), engine.pid
    )
    write_connection(home, connection)
    deadline = time.monotonic() + patience
    while not _answers(connection):
        if engine.poll() is not None:
            raise StartFailed(f"Neo4j ended while starting (exit code {engine.returncode}).\n{_last_words(home)}")
        if time.monotonic() > deadline:
            raise StartFailed(f"Neo4j did not answer within {patience:.0f} s.\n{_last_words(home)}")
        time.sleep(PROBE_INTERVAL)
    return connection


def _password(folder: Path) -> str:
    kept = folder / "password"
    if kept.exists():
        return kept.read_text("utf-8").strip()
    if (folder / "data" / "databases" / "system").exists():
        raise EngineError(
            f"{kept} is missing, and without it the data beside it can't be opened. Put the file back, "
            f"or move {folder} away to begin anew."
        )
    password = secrets.token_urlsafe(24)
    dbms = folder / "data" / "dbms"
    dbms.mkdir(parents=True, exist_ok=True)
    write_private(dbms / "auth.ini", server.initial_password(password))
    write_private(kept, password + "\n")
    return password


def _choose_port(port: int) -> int:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortInUse(
                f"Port {port} of 127.0.0.1 can't be used for Neo4j: {error.strerror}. "
                "Choose another, or 0 for any free one."
            ) from error
        return probe.getsockname()[1]


def _answers(connection: Connection) -> bool:
    async def ask() -> bool:
        async with Database(connection.uri, connection.user, connection.password) as database:
            try:
                await database.verify()
            except DatabaseDown:
                return False
            return True

    # In a thread, for the caller may have an event loop of its own.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, ask()).result()


def _last_words(home: Path) -> str:
    """Return the lines of the logs that tell why the engine did not start, and what to do."""
    lines: list[str] = []
    for name in ("jvm.log", "neo4j.log"):
        try:
            written = (home / "logs" / name).read_text("utf-8", "replace").splitlines()
        except FileNotFoundError:
            continue
        lines += [line for line in written if TELLING.search(line)][-5:] or written[-5:]
    quoted = "\n".join(f"  {line.strip()[:400]}" for line in lines)
    return f"{quoted}\nThe whole logs are in {home / 'logs'}. Put right what they name and start again."


@atexit.register
def _stop_all() -> None:
    for home in list(_held):
        stop(home)
