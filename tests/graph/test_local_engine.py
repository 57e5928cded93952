"""The local engine, for real: its life, its deaths, and what it says when it can't start."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import psutil
import pytest
from neo4j import exceptions

from graph.local import (
    Connection,
    DiskFull,
    EngineError,
    Memory,
    PortInUse,
    Silent,
    StartFailed,
    State,
    TooLittleMemory,
    running,
    start,
    status,
    stop,
)
from graph.local.fetch import ensure_jars
from graph.local.launch import launch
from graph.local.quick_start import ensure_archive
from graph.session import Database, DatabaseDown, DatabaseError, DatabaseTooOld, SignInRefused, explain

SMALL = Memory("512m", "64m")
START = "import sys; from pathlib import Path; from graph.local import *; home = Path(sys.argv[1]);"


@pytest.fixture
def home(tmp_path: Path) -> Generator[Path]:
    folder = tmp_path / "责任 与家"
    yield folder
    stop(folder, patience=5)


def ask(connection: Connection, statement: str) -> list[dict[str, Any]]:
    async def run() -> list[dict[str, Any]]:
        async with Database(connection.uri, connection.user, connection.password) as database:
            return await database.write(statement)

    return asyncio.run(run())


class Watched(Silent):
    def __init__(self) -> None:
        self.said = ""

    def say(self, message: str) -> None:
        self.said += message + "\n"


def in_another_process(script: str, home: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", START + script, str(home)], capture_output=True, text=True, timeout=120, check=False
    )


def test_life(home: Path) -> None:
    """One start and all that can be seen of it, a stop, and a second start with the data of the first."""
    assert status(home).state is State.STOPPED
    connection = start(home, memory=SMALL)

    written = home / "connection.json"
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert json.loads(written.read_text("utf-8")) | {"zerenStarted": 0} == {
        "uri": connection.uri,
        "user": "neo4j",
        "password": connection.password,
        "pids": {"zeren": os.getpid(), "neo4j": connection.neo4j},
        "zerenStarted": 0,
    }
    found = status(home)
    assert (found.state, found.owner, found.engine) == (State.RUNNING, os.getpid(), connection.neo4j)
    assert start(home, memory=SMALL) == connection

    engine = psutil.Process(connection.neo4j)
    listening = {address.laddr.ip for address in engine.net_connections() if address.status == psutil.CONN_LISTEN}
    assert {ip.removeprefix("::ffff:") for ip in listening} == {"127.0.0.1"}
    settings = {row["name"]: row["value"] for row in ask(connection, "SHOW SETTINGS YIELD name, value")}
    assert settings["db.query.default_language"] == "CYPHER_25"
    assert settings["dbms.usage_report.enabled"] == "false"

    told = in_another_process("start(home)", home).stderr
    assert f"HomeHeld: The home {home} is held by process {os.getpid()}" in told
    lent = in_another_process(
        "exec('with running(home) as connection: print(connection.uri, status(home).state)')", home
    ).stdout
    assert lent.split() == [connection.uri, "running"]

    with pytest.raises(SignInRefused, match="NEO4J_PASSWORD"):
        asyncio.run(Database.connect(connection.uri, "neo4j", "guessed"))
    ask(connection, "CREATE (:Kept {text: '留存'})")
    assert stop(home)
    assert not engine.is_running()
    assert not written.exists()
    assert status(home).state is State.STOPPED
    assert not stop(home)
    for log in (home / "logs").iterdir():
        assert connection.password not in log.read_text("utf-8", "replace")

    with running(home) as again:
        assert again.password == connection.password
        assert ask(again, "MATCH (n:Kept) RETURN n.text AS text") == [{"text": "留存"}]
    assert status(home).state is State.STOPPED


def test_what_was_acknowledged_survives_a_killed_engine(home: Path) -> None:
    connection = start(home, memory=SMALL)
    ask(connection, "UNWIND range(1, 100) AS number CREATE (:Kept {number: number})")
    engine = psutil.Process(connection.neo4j)
    engine.kill()
    engine.wait(30)
    assert status(home).state is State.STOPPED
    again = start(home, memory=SMALL)
    assert ask(again, "MATCH (n:Kept) RETURN count(n) AS kept") == [{"kept": 100}]


def forget(home: Path) -> None:
    (home / "connection.json").unlink()


def misremember(home: Path) -> None:
    file = home / "connection.json"
    file.write_text(file.read_text("utf-8").replace("bolt://127.0.0.1:", "bolt://127.0.0.2:"), "utf-8")


@pytest.mark.parametrize(
    ("before", "adopted"),
    [
        pytest.param(None, True, id="left running"),
        pytest.param(forget, False, id="its record lost"),
        pytest.param(misremember, False, id="its record wrong"),
    ],
)
def test_the_engine_of_a_killed_owner_is_taken_over_or_ended(
    home: Path, before: Callable[[Path], None] | None, adopted: bool
) -> None:
    owner = in_another_process(
        "import os; connection = start(home, memory=Memory('512m', '64m')); print(connection.neo4j, flush=True);"
        "os.kill(os.getpid(), 9)",
        home,
    )
    assert owner.returncode == -signal.SIGKILL
    orphan = psutil.Process(int(owner.stdout))
    assert status(home).state is State.ORPHANED
    if before:
        before(home)
    progress = Watched()
    connection = start(home, memory=SMALL, progress=progress)
    assert f"process {orphan.pid}" in progress.said
    assert (connection.neo4j == orphan.pid) is adopted
    assert orphan.is_running() is adopted
    assert status(home).owner == os.getpid()
    ask(connection, "RETURN 1")


def test_an_owner_that_ends_without_stopping_takes_its_engine_along(home: Path) -> None:
    owner = in_another_process("print(start(home, memory=Memory('512m', '64m')).neo4j)", home)
    assert not psutil.pid_exists(int(owner.stdout))
    assert status(home).state is State.STOPPED


@pytest.mark.parametrize("left", ["{", "[]", '{"uri": "bolt://127.0.0.1:1"}', "pid of a stranger"])
def test_a_stale_record_misleads_nobody(home: Path, left: str) -> None:
    home.mkdir()
    if left == "pid of a stranger":
        stranger = {"zeren": os.getpid(), "neo4j": os.getpid()}
        left = json.dumps({"uri": "", "user": "", "password": "", "pids": stranger, "zerenStarted": 0})
    (home / "connection.json").write_text(left)
    found = status(home)
    assert (found.state, found.owner, found.engine) == (State.STOPPED, None, None)
    assert not stop(home)


def damage(home: Path) -> None:
    (home / "neo4j" / "data").mkdir(parents=True)
    (home / "neo4j" / "data" / "server_id").write_text("not an id")


def no_password(home: Path) -> None:
    (home / "neo4j" / "data" / "databases" / "system").mkdir(parents=True)


def occupy(home: Path) -> None:
    home.write_text("a file")


@pytest.mark.parametrize(
    ("prepare", "memory", "error", "told"),
    [
        pytest.param(None, Memory("9000g"), TooLittleMemory, "ZEREN_HEAP", id="memory"),
        pytest.param(None, Memory("1m"), StartFailed, "Too small maximum heap", id="heap too small"),
        pytest.param(damage, SMALL, StartFailed, "Failed to start Neo4j.*EOFException", id="damaged data"),
        pytest.param(no_password, SMALL, EngineError, "is missing, and without it", id="password lost"),
        pytest.param(occupy, SMALL, EngineError, "ZEREN_HOME", id="home is a file"),
    ],
)
def test_what_prevents_a_start_is_told(
    home: Path, prepare: Callable[[Path], None] | None, memory: Memory, error: type[EngineError], told: str
) -> None:
    if prepare:
        home.parent.mkdir(exist_ok=True)
        prepare(home)
    with pytest.raises(error, match=f"(?s){told}") as raised:
        start(home, memory=memory)
    assert str(home) in str(raised.value) or error is TooLittleMemory
    assert "\tat " not in str(raised.value)
    assert status(home).state is State.STOPPED


def test_a_full_disk_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = shutil.disk_usage(home.parent)._replace(free=1 << 20)

    def usage(_: object) -> object:
        return full

    monkeypatch.setattr(shutil, "disk_usage", usage)
    with pytest.raises(DiskFull, match=r"1 MB are free.*--home"):
        start(home, memory=SMALL)


def test_a_port_in_use_is_told(home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortInUse, match=f"Port {port} of 127.0.0.1"):
            start(home, memory=SMALL, port=port)


@pytest.mark.parametrize(
    ("total", "available", "stored", "heap", "page_cache"),
    [
        pytest.param(64 << 30, 50 << 30, 0, "4096m", "1024m", id="large"),
        pytest.param(64 << 30, 50 << 30, 12 << 30, "4096m", "15360m", id="large, and a large county"),
        pytest.param(24 << 30, 22 << 30, 12 << 30, "4096m", "6144m", id="a county larger than a quarter of it"),
        pytest.param(24 << 30, 22 << 30, 100 << 20, "4096m", "1024m", id="a small county"),
        pytest.param(8 << 30, 6 << 30, 0, "2048m", "512m", id="a laptop"),
        pytest.param(8 << 30, 2 << 30, 0, "1024m", "256m", id="a laptop with much open"),
        pytest.param(8 << 30, 2 << 30, 12 << 30, "1024m", "505m", id="a laptop with much open, and a large county"),
        pytest.param(1 << 30, 1 << 30, 0, "512m", "64m", id="small"),
    ],
)
def test_memory_goes_by_the_machine_and_the_county(
    total: int, available: int, stored: int, heap: str, page_cache: str
) -> None:
    memory = Memory.of_machine(total, available, stored)
    assert (memory.heap, memory.page_cache) == (heap, page_cache)
    assert memory.total < available


@pytest.mark.parametrize("size", ["lots", "0m", "1", "-1g", "1.5g"])
def test_what_is_no_size_is_told(size: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZEREN_HEAP", size)
    with pytest.raises(EngineError, match="for example 512m"):
        Memory.from_environment()


@pytest.mark.parametrize("uri", ["bolt://127.0.0.1:9", "nonsense", "http://127.0.0.1:9"])
def test_a_neo4j_that_is_not_there_is_told(uri: str) -> None:
    with pytest.raises(DatabaseDown, match=uri):
        asyncio.run(Database.connect(uri, "neo4j", "password"))


@pytest.mark.parametrize(
    ("raised", "ours", "told"),
    [
        (exceptions.CypherSyntaxError("Invalid input '25'"), DatabaseTooOld, "Neo4j/5.20.0.*2025.11 or newer"),
        (exceptions.CypherSyntaxError("Unknown function 'coll.sort'"), DatabaseTooOld, "2025.11 or newer"),
        (exceptions.AuthError("unauthorized"), SignInRefused, "NEO4J_PASSWORD"),
        (exceptions.ServiceUnavailable("refused"), DatabaseDown, "Is it running"),
    ],
)
def test_what_a_server_answers_is_told_in_our_words(raised: Exception, ours: type[DatabaseError], told: str) -> None:
    error = explain(raised, "bolt://db:7687", "Neo4j/5.20.0")
    assert type(error) is ours
    assert re.search(f"bolt://db:7687.*{told}", str(error))


def test_the_engine_starts_without_its_quick_start(
    home: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a cache where nothing was practised, and where Java's archive can't be had."""
    jars = ensure_jars()
    cache = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("ZEREN_CACHE", str(cache))
    monkeypatch.setenv("ZEREN_QUICK_START", "no")
    assert ensure_archive(jars, Silent()) == ()
    monkeypatch.delenv("ZEREN_QUICK_START")
    full = shutil.disk_usage(cache)._replace(free=100 << 20)

    def usage(_: object) -> object:
        return full

    monkeypatch.setattr(shutil, "disk_usage", usage)
    progress = Watched()
    assert ensure_archive(jars, progress) == ensure_archive(jars, progress) == ()
    assert progress.said.count("will start slower") == 1
    for folder in (home / "neo4j" / "conf", home / "logs"):
        folder.mkdir(parents=True)
    ask(launch(home, jars, SMALL, (), port=0, patience=200), "RETURN 1")
