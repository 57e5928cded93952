"""A backup holds everything, is verified without a database, and comes back as it was."""

import asyncio
import gzip
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from graph.migrations import Unfinished, migrate
from graph.session import Database, DatabaseError
from services.ledger.archive import Archive, BackupRefused
from services.ledger.backup import back_up, restore, verify_backup
from services.ledger.inspection import Fault
from services.ledger.reading import Verified
from services.oversight.schema import schema
from tests.asking import context, refused
from tests.database import DatabaseConnection, empty
from tests.services.ledger.writing import Place, clock

ROOT = Path(__file__).parents[3]


def quiet(_done: int, _all: int) -> None:
    pass


async def contents(database: Database) -> list[Any]:
    """Everything that is in a database, with nodes told apart by what they hold."""
    nodes = await database.read(
        "MATCH (n) RETURN labels(n) AS labels, properties(n) AS p, "
        "COLLECT { MATCH (n)-[r]->(x) RETURN [type(r), properties(r), labels(x), properties(x)] } AS out"
    )
    return sorted(str(_ordered(node)) for node in nodes)


def _ordered(value: Any) -> Any:
    match value:
        case dict():
            return sorted((name, _ordered(item)) for name, item in value.items())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        case list():
            return sorted((_ordered(item) for item in value), key=str)  # pyright: ignore[reportUnknownVariableType]
        case _:
            return str(value)


async def made(place: Place, path: Path) -> Archive:
    await place.problem()
    await place.sequencer().catch_up()
    await place.report()
    await back_up(place.database, path, clock(), str(place.keys().root), quiet)
    return Archive.open(path)


async def verify(place: Place, archive: Archive) -> Verified:
    return await verify_backup(archive, place.keys().root, [place.anchor], quiet)


async def test_it_comes_back_as_it_was(place: Place, clean_database: DatabaseConnection, tmp_path: Path) -> None:
    archive = await made(place, tmp_path / "b.zeren")
    assert await verify(place, archive) == await place.verify()
    before = await contents(place.database)
    with pytest.raises(BackupRefused, match="not empty"):
        await restore(place.database, archive, quiet)
    await asyncio.to_thread(empty, clean_database, schema=True)
    await restore(place.database, archive, quiet)
    assert await contents(place.database) == before
    assert (await place.verify()).events == 3
    await place.problem()
    assert await place.sequencer().catch_up() == 7


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ("MATCH (e:Event {logIndex: 1}) SET e.note = '没办'", "its note is '没办'"),
        ("MATCH (e:Event {logIndex: 1})-[r:DONE_BY]->() DELETE r", "body says DONE_BY"),
        ("MATCH (e:Event {logIndex: 1}) DETACH DELETE e", "number 1 of the log is missing"),
        ("MATCH (e:Outbox) DETACH DELETE e", "says that its chain ends"),
        ("MATCH (t:Tile) DELETE t", "Tile 0/0 of the tree is missing"),
        ("MATCH (e:Event {logIndex: 1}) SET e.at = datetime({datetime: e.at, timezone: '+08:00'})", "its at is"),
    ],
)
async def test_a_backup_of_what_was_tampered_with(place: Place, tmp_path: Path, edit: str, said: str) -> None:
    await place.problem()
    await place.sequencer().catch_up()
    await place.report()
    await place.database.write(edit)
    await back_up(place.database, tmp_path / "b", clock(), None, quiet)
    with pytest.raises(Fault, match=said):
        await verify(place, Archive.open(tmp_path / "b"))


async def test_a_backup_that_was_damaged_is_refused(place: Place, tmp_path: Path) -> None:
    archive = await made(place, tmp_path / "b")
    whole = gzip.decompress(archive.path.read_bytes())
    damaged = tmp_path / "damaged"
    for content in (b"", whole[:-50], whole.replace("已办".encode(), "没办".encode()), whole[whole.index(b"\n") + 1 :]):
        damaged.write_bytes(gzip.compress(content))
        with pytest.raises(BackupRefused):
            Archive.open(damaged)
    for content in (archive.path.read_bytes()[:-100], b"text"):
        damaged.write_bytes(content)
        with pytest.raises(BackupRefused):
            Archive.open(damaged)
    with pytest.raises(BackupRefused, match="is there already"):
        await back_up(place.database, archive.path, clock(), None, quiet)


_CUT_OFF = """
import asyncio, os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from graph.session import Database, DatabaseError
from services.ledger.archive import Archive
from services.ledger.backup import back_up, restore

def die(_done, _all):
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    what, path, *connection = sys.argv[1:]
    async with Database(*connection) as database:
        if what == "back up":
            await back_up(database, Path(path), datetime.now(UTC), None, die)
        await restore(database, Archive.open(Path(path)), die)

asyncio.run(main())
"""


def cut_off(what: str, path: Path, connection: DatabaseConnection) -> None:
    """What is done there, killed with kill -9 after its first part."""
    command = [sys.executable, "-c", _CUT_OFF, what, path, *connection]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == -signal.SIGKILL


async def test_a_backup_that_was_cut_off_leaves_no_backup(
    place: Place, clean_database: DatabaseConnection, tmp_path: Path
) -> None:
    await place.problem()
    folder = tmp_path / "backups"
    folder.mkdir()
    await asyncio.to_thread(cut_off, "back up", folder / "b", clean_database)
    (left,) = folder.iterdir()
    assert left.name == ".b.unfinished"
    with pytest.raises(BackupRefused):
        Archive.open(left)
    await place.problem()  # nobody waits for who was killed
    await back_up(place.database, folder / "b", clock(), None, quiet)
    assert [path.name for path in folder.iterdir()] == ["b"]
    assert (await verify(place, Archive.open(folder / "b"))).unnumbered == 6


async def test_a_restore_that_was_cut_off_is_served_by_nobody(
    place: Place, clean_database: DatabaseConnection, tmp_path: Path
) -> None:
    archive = await made(place, tmp_path / "b")
    before = await contents(place.database)
    await asyncio.to_thread(empty, clean_database, schema=True)
    await asyncio.to_thread(cut_off, "restore", archive.path, clean_database)
    assert await place.database.read("MATCH (e:Event) RETURN e LIMIT 1")
    with pytest.raises(Unfinished, match="it holds a part"):
        await migrate(place.database, clock())
    asked = "query { problems(first: 1) { edges { node { id } } } }"
    assert await refused(schema, asked, as_=context(place.database)) == "NOT_MIGRATED"
    with pytest.raises(DatabaseError, match="no gates"):
        await place.report()
    with pytest.raises(BackupRefused, match="not empty"):
        await restore(place.database, archive, quiet)
    await asyncio.to_thread(empty, clean_database, schema=True)
    await restore(place.database, archive, quiet)
    assert await contents(place.database) == before
