"""Run the server in a folder and wait until it answers."""

import asyncio
import os
import re
import secrets
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

from graph.local import server
from graph.local.connection import Connection, write_connection, write_private
from graph.local.errors import EngineError, PortInUse, StartFailed
from graph.local.server import Memory
from graph.session import Database, DatabaseDown, SignInRefused

PROBE_INTERVAL = 0.1
NOISE = re.compile(r"^\s+at |^\s*\.\.\. |WARNING:|\[warning\]| INFO |^\s*$")


def launch(
    home: Path, jars: Sequence[Path], memory: Memory, options: Sequence[str], *, port: int, patience: float
) -> Connection:
    """Run Neo4j below `home` with further JVM `options`, and return once Bolt answers.

    `connection.json` is written before that, so that an engine whose owner dies meanwhile can be found.
    Raises `PortInUse`, `StartFailed`.
    """
    folder = home / "neo4j"
    password = _password(folder)
    port = _choose_port(port)
    (folder / "conf" / "neo4j.conf").write_text(server.settings(port, memory, home / "logs"), "utf-8")
    with (home / "logs" / "jvm.log").open("wb") as output:
        # A session of its own: Ctrl-C in the terminal reaches zeren only, which then stops the engine last.
        engine = subprocess.Popen(  # noqa: S603 — our own arguments, no shell
            server.command(jars, folder, memory, options),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=folder,
            env=os.environ | {"LC_ALL": "C.UTF-8"},  # else Java can't open a path with Chinese in it
        )
    owner = psutil.Process()
    connection = Connection(
        f"bolt://127.0.0.1:{port}", server.USER, password, owner.pid, owner.create_time(), engine.pid
    )
    write_connection(home, connection)
    try:
        _await(connection, engine.poll, home, patience)
    except SignInRefused as error:
        raise StartFailed(
            f"The data in {folder / 'data'} does not take the password in {folder / 'password'}: it was changed. "
            "Write the present one into that file, and start again."
        ) from error
    return connection


def answers(connection: Connection) -> bool:
    """Tell whether Bolt answers at `connection`. Raises `DatabaseError` when it answers, but not to us."""

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


def _await(connection: Connection, exit_code: Callable[[], int | None], home: Path, patience: float) -> None:
    deadline = time.monotonic() + patience
    while not answers(connection):
        if (code := exit_code()) is not None:
            raise StartFailed(f"Neo4j ended while starting (exit code {code}). It said:\n{_last_words(home)}")
        if time.monotonic() > deadline:
            raise StartFailed(f"Neo4j did not answer within {patience:.0f} s. It said:\n{_last_words(home)}")
        time.sleep(PROBE_INTERVAL)


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
        # Connections of an engine that was killed linger on its port for a minute; only a listener is in the way.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortInUse(
                f"Port {port} of 127.0.0.1 can't be used for Neo4j: {error.strerror}. "
                "Choose another, or 0 for any free one."
            ) from error
        return probe.getsockname()[1]


def _last_words(home: Path) -> str:
    """Return the lines of the logs that tell why the engine did not start, and what to do."""
    lines: list[str] = []
    for name in ("jvm.log", "neo4j.log"):
        try:
            written = (home / "logs" / name).read_text("utf-8", "replace").splitlines()
        except FileNotFoundError:
            continue
        lines += [line for line in written if not NOISE.search(line)][-6:]
    quoted = "\n".join(f"  {line.strip()[:400]}" for line in lines)
    return f"{quoted}\nThe whole logs are in {home / 'logs'}. Put right what they name, and start again."
