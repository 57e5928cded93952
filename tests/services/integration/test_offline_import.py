"""First imports that build the store anew: the same graph as by transactions, and the old or the new store, whole."""

import asyncio
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graph import local
from graph.local import processes
from graph.migrations import migrate
from graph.session import Database
from services.integration.county.campaign import SHIPPED
from services.integration.loading import stretches
from services.integration.loading.loader import Imported, import_bundle
from services.integration.loading.offline import import_offline
from services.ledger import inspectors
from tests.database import DatabaseConnection
from tests.services.integration.bundles import SMALL, write

NOW = datetime(2030, 1, 1, 12, 0, 0, 123_456, tzinfo=UTC)
ODD = {
    "persons": ("王五", '"王\x1f五, ""小王""; \x1e\x1e"'),
    "organizations": ("面粉厂", " 面粉厂|\x1c' "),
    "problems": ("焚烧", '"焚烧\n两处\r\n""秸秆"""'),
    "events": ('"已苫盖,已洒水"', '"洒\n\n水"'),
    "tasks": ("2024-12-31", "2024-12-31T23:59:59.5+08:00"),
}
"""Texts with all that separates in a table."""
GRAPH = """
MATCH (n)
WITH n, [name IN keys(n) WHERE NOT (n:Import AND name = 'batches') | name] AS names
RETURN labels(n) AS labels,
  [name IN names | [name, valueType(n[name]),
    CASE WHEN valueType(n[name]) STARTS WITH 'LIST' THEN n[name] ELSE toString(n[name]) END]] AS properties,
  COLLECT { MATCH (n)-[r]->(x) RETURN [type(r), properties(r), coalesce(x.id, x.name, labels(x)[0])] } AS out
"""
KEPT = {".lock", "logs", "neo4j"}
"""What is in a home whose engine does not run."""
SCHEMA = "SHOW INDEXES YIELD name, state, type WHERE type <> 'LOOKUP' RETURN name, state"


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the campaign in it, and no engine that runs."""
    folder = tmp_path_factory.mktemp("begun")
    with local.running(folder, memory=local.Memory("512m", "64m")) as connection:
        asyncio.run(_begun(_reached(connection)))
    return folder


@pytest.fixture
def home(begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """A home as `begun`."""
    for name, size in (("ZEREN_HEAP", "512m"), ("ZEREN_PAGECACHE", "64m")):
        monkeypatch.setenv(name, size)
    folder = tmp_path / "责任, 与家"
    shutil.copytree(begun, folder)
    yield folder
    local.stop(folder, patience=5)


def _reached(connection: local.Connection) -> DatabaseConnection:
    return DatabaseConnection(connection.uri, connection.user, connection.password)


async def _begun(connection: DatabaseConnection) -> None:
    async with Database(*connection) as database:
        await migrate(database, NOW)
        assert (await import_bundle(database, SHIPPED, _now, source="speech")).report.ok


def _now() -> datetime:
    return NOW


def _odd(bundle: Path) -> None:
    write(bundle, SMALL)
    for name, (old, new) in ODD.items():
        file = bundle / f"{name}.csv"
        content = file.read_text("utf-8")
        assert old in content
        file.write_bytes(content.replace(old, new).encode())


async def _transacted(connection: DatabaseConnection, bundle: Path, source: str) -> Imported:
    async with Database(*connection) as database:
        return await import_bundle(database, bundle, _now, source=source)


async def _looked(connection: DatabaseConnection) -> tuple[Counter[str], list[dict[str, Any]]]:
    """Every node with its relationships, however often; the schema."""
    async with Database(*connection) as database:
        nodes = Counter[str]()
        for row in await database.read(GRAPH):
            out = sorted(row["out"], key=str)
            nodes[str((sorted(row["labels"]), sorted(row["properties"], key=str), out))] += 1
        return nodes, sorted(await database.read(SCHEMA), key=str)


def _offline(home: Path, bundle: Path, source: str = "bundle") -> Imported:
    return import_offline(home, bundle, _now, source=source, pays_from=1)


@pytest.mark.timeout(600)
def test_both_ways_make_the_same_graph(
    home: Path, tmp_path: Path, clean_database: DatabaseConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspectors, "ALONE", 0)
    monkeypatch.setattr(stretches, "PROBLEMS", 1)
    odd = tmp_path / "odd"
    _odd(odd)
    asyncio.run(_begun(clean_database))
    for bundle, source in ((write(tmp_path / "b", SMALL), "other"), (odd, "bundle")):
        usual = asyncio.run(_transacted(clean_database, bundle, source))
        assert usual.report.errors == []
        offline = _offline(home, bundle, source)
        assert (offline.written, offline.recorded_at) == (usual.written, usual.recorded_at)
    assert _left_in(home) == KEPT
    nodes, schema = asyncio.run(_looked(clean_database))
    with local.running(home) as connection:
        found, its_schema = asyncio.run(_looked(_reached(connection)))
        assert (found - nodes, nodes - found) == (Counter(), Counter())
        assert its_schema == schema
        assert asyncio.run(_transacted(_reached(connection), odd, "bundle")).recorded_at is None


def test_a_small_bundle_and_one_where_somebody_has_acted_go_the_usual_way(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "rebuilt", None)
    bundle = write(tmp_path / "b", SMALL)
    assert import_offline(home, bundle, _now, dry_run=True, pays_from=1).recorded_at is None
    assert import_offline(home, bundle, _now, source="few", pays_from=3).recorded_at is not None

    async def act() -> None:
        async with Database(*_reached(connection)) as database:
            await database.write("CREATE (:Command {key: 'somebody/1', request: '', outcome: ''})")

    with local.running(home) as connection:
        asyncio.run(act())
    assert import_offline(home, bundle, _now, pays_from=1).recorded_at is not None
    assert _left_in(home) == KEPT


def test_an_engine_that_can_t_start_ends_the_reading(home: Path, tmp_path: Path) -> None:
    (home / "neo4j" / "password").unlink()
    read = Counter[str]()
    with pytest.raises(local.EngineError, match="password is missing"):
        import_offline(home, write(tmp_path / "b", SMALL), _now, progress=lambda what, more: read.update({what: more}))
    assert "check" not in read


_CHILD = """
import os, subprocess, sys, time
from datetime import datetime
from pathlib import Path
from services.integration.loading.offline import import_offline
home, bundle, now, where = Path(sys.argv[1]), Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3]), sys.argv[4]
renames = 0

def die():
    os.kill(os.getpid(), 9)

def progress(what, more):
    if what == where:
        die()

def build(command, **more):
    del more["check"]
    process = subprocess.Popen(command, **more)
    while not (home / "building" / "neo4j" / "data").exists():
        assert process.poll() is None
        time.sleep(0.01)
    die()

rename = Path.rename

def renamed(path, to):
    global renames
    done = rename(path, to)
    renames += 1
    if where == f"rename {renames}":
        die()
    return done

Path.rename = renamed
if where == "build":
    subprocess.run = build
import_offline(home, bundle, lambda: now, progress=progress, pays_from=1)
"""


def _killed(home: Path, bundle: Path, where: str) -> None:
    killed = subprocess.run([sys.executable, "-c", _CHILD, home, bundle, NOW.isoformat(), where], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert _left_in(home) - KEPT


def _state_after_a_start(home: Path) -> dict[str, int]:
    with local.running(home) as connection:
        assert _left_in(home) == KEPT | {"connection.json"}
        assert processes.find_engine(home / "building" / "neo4j") is None
        return asyncio.run(_state(_reached(connection)))


@pytest.mark.timeout(600)
def test_killed_before_the_new_store_is_whole_it_leaves_the_old_one(home: Path, tmp_path: Path) -> None:
    bundle = write(tmp_path / "b", SMALL)
    for where in ("write", "build", "stamp"):
        _killed(home, bundle, where)
    assert _state_after_a_start(home) == {"imports": 1, "shut": 0, "unfinished": 0}


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "where",
    [
        pytest.param("rename 1", id="once it is whole"),
        pytest.param("rename 2", id="once the old one is put away"),
        pytest.param("rename 3", id="before the old one is removed"),
    ],
)
def test_killed_afterwards_it_leaves_the_new_one(home: Path, tmp_path: Path, where: str) -> None:
    _killed(home, write(tmp_path / "b", SMALL), where)
    assert _state_after_a_start(home) == {"imports": 2, "shut": 0, "unfinished": 0}


async def _state(connection: DatabaseConnection) -> dict[str, int]:
    async with Database(*connection) as database:
        (row,) = await database.read(
            "RETURN COUNT { (i:Import) } AS imports, COUNT { (g:Gate {shut: true}) } AS shut, "
            "COUNT { (i:Import) WHERE i.recordedAt IS NULL } AS unfinished"
        )
        return row


def _left_in(home: Path) -> set[str]:
    return {path.name for path in home.iterdir()}
