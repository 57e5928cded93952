"""One engine per home: start it, stop it, say how it is.

home/neo4j/           data, settings and password of the engine
home/logs/            its logs (neo4j.log, debug.log; jvm.log is what the Java machine itself printed)
home/connection.json  how to reach it; there only while it runs
home/.lock            held by the process that owns the home, released by the system when that process ends
"""

import atexit
import os
import shutil
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from graph.local import building, fetch, processes, quick_start
from graph.local.connection import Connection, read_connection, write_connection
from graph.local.errors import DiskFull, EngineError, HomeHeld, StartFailed, TooLittleMemory
from graph.local.launch import answers, launch
from graph.local.progress import Progress, Silent
from graph.local.server import Memory
from graph.local.tables import Table
from graph.session import DatabaseError

START_PATIENCE = 120.0
STOP_PATIENCE = 30.0
ROOM_NEEDED = 300 << 20

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
    _make_folders(home)
    _hold(home)
    try:
        building.take_built(home)
        if adopted := _adopt(home, progress):
            return adopted
        memory = memory or Memory.from_environment(_stored(home))  # nothing changes its files now
        jars = fetch.ensure_jars(progress=progress)
        _check_room(home, memory)
        options = quick_start.ensure_archive(jars, progress)
        progress.say("Starting Neo4j")
        return launch(home, jars, memory, options, port=port, patience=patience)
    except BaseException as error:
        stop(home, patience=5)
        if isinstance(error, StartFailed) and (damaged := fetch.discard_damaged()):
            raise StartFailed(
                f"Neo4j did not start, for these of its jars are damaged: {', '.join(damaged)}. They were removed; "
                "start again to fetch them anew."
            ) from error
        raise


def stop(home: Path, *, patience: float = STOP_PATIENCE) -> bool:
    """End the engine of `home`, whoever started it, and let go of the home if this process holds it.

    Its process is asked, and after `patience` seconds made to end. Returns whether there was one to end.
    A live owner in another process is not ended: end it first (`status(home).owner`).
    """
    home = home.expanduser().resolve()
    engine = _end_engine(home, patience)
    if lock := _held.pop(home, None):
        lock.release()
    return engine


def _end_engine(home: Path, patience: float) -> bool:
    recorded = read_connection(home)
    engine = processes.find_engine(home / "neo4j", recorded.neo4j if recorded else None)
    if engine:
        processes.end(engine, patience)
    with suppress(FileNotFoundError, NotADirectoryError):
        (home / "connection.json").unlink()
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
def running(home: Path, *, progress: Progress | None = None, memory: Memory | None = None) -> Generator[Connection]:
    """Lend the engine of `home`: the one that another process runs, else one started and stopped here."""
    found = status(home)
    if found.state is State.RUNNING and found.connection:
        yield found.connection
        return
    connection = start(home, progress=progress, memory=memory)
    try:
        yield connection
    finally:
        stop(home)


@contextmanager
def rebuilt(
    home: Path, tables: Sequence[Table], *, progress: Progress | None = None, memory: Memory | None = None
) -> Generator[Connection]:
    """Lend the engine of a new store that is made of `tables`; left without an error, the store is the home's.

    The tables lie in the home's `table_folder`. Its engine, which this process started, is ended; afterwards none
    runs, and the home is held still. Raises what `start` raises, and `BuildFailed`.
    """
    home = home.expanduser().resolve()
    progress = progress or Silent()
    memory = memory or Memory.from_environment()
    _hold(home)
    _end_engine(home, STOP_PATIENCE)
    progress.say("Building the store")
    folder = home / building.BUILDING
    building.build(folder, tables, memory, progress)
    with running(folder, progress=progress, memory=memory) as connection:
        yield connection
    folder.rename(home / building.BUILT)
    building.take_built(home)


def _stored(home: Path) -> int:
    """Bytes of the home's database, without the logs of its transactions."""
    return sum(file.stat().st_size for file in (home / "neo4j" / "data" / "databases").rglob("*") if file.is_file())


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
        if _answers_us(recorded):
            progress.say(f"An earlier zeren was killed and left its Neo4j running (process {engine.pid}): taken over")
            adopted = replace(recorded, zeren=os.getpid(), zeren_started=psutil.Process().create_time())
            write_connection(home, adopted)
            return adopted
    progress.say(f"An earlier zeren was killed and left a Neo4j that does not answer (process {engine.pid}): ending it")
    processes.end(engine, STOP_PATIENCE)
    return None


def _answers_us(connection: Connection) -> bool:
    try:
        return answers(connection)
    except DatabaseError:
        return False


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


@atexit.register
def _stop_all() -> None:
    for home in list(_held):
        stop(home)
