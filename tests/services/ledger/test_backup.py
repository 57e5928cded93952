"""A backup holds everything, is verified without a database, and comes back as it was."""

import asyncio
import gzip
from pathlib import Path
from typing import Any

import pytest

from graph.session import Database
from services.ledger.archive import Archive, BackupRefused
from services.ledger.backup import back_up, restore, verify_backup
from services.ledger.reading import Verified
from services.ledger.verification import Fault
from tests.database import DatabaseConnection, empty
from tests.services.ledger.writing import Place, clock


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
