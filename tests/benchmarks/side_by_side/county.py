"""The county that is asked about: generated, imported, and let come to rest."""

import asyncio
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from graph import local
from graph.migrations import migrate
from graph.session import Database
from services.hosting.rounds import beside
from services.hosting.settings import Settings
from services.integration.county.campaign import SHIPPED
from services.integration.county.generation import PROBLEMS, SOURCE, generate
from services.integration.loading.loader import import_bundle
from services.integration.loading.offline import import_offline
from services.ledger.keyring import Keyring
from services.ledger.sequencer import Sequencer
from services.oversight.counting import Counting
from services.oversight.watch import Watch
from tests.database import DatabaseConnection, empty

SET_ASIDE = "MATCH (r:FindingsReader {name: 'main'}), (l:Log {name: 'main'}) SET r.position = l.size"
BUILT_IN = "county.built-in"
"""A file of the home: the seconds that the offline import took, the engine's starts and stops among them."""


@dataclass(frozen=True)
class Loaded:
    """How many there are of what, and how long the import took in seconds; 0 where that is not known."""

    problems: int
    events: int
    records: int
    seconds: float


async def load(connection: DatabaseConnection, home: Path, problems: int, *, anew: bool) -> Loaded:
    """A county of so many problems in the database; `anew` False: the one that is there, if it has as many."""
    async with await Database.connect(*connection) as database:
        there = (await database.read("MATCH (p:Problem) RETURN count(p) AS problems"))[0]["problems"]
    built = home / BUILT_IN
    seconds = float(built.read_text()) if built.exists() else 0.0
    if anew or there < problems:
        await asyncio.to_thread(empty, connection)
        seconds = await _imported(connection, problems)
    async with Database(*connection) as database:
        await database.read("CALL db.awaitIndexes(600)")
        counted = "MATCH (n:Problem) WITH count(n) AS problems MATCH (n:Event) WITH problems, count(n) AS events "
        (row,) = await database.read(f"{counted} MATCH (n:Record) RETURN problems, events, count(n) AS records")
    return Loaded(row["problems"], row["events"], row["records"], seconds)


def build(home: Path, problems: int) -> None:
    """Have a county of so many problems in `home`, whose engine does not run: built offline, unless it is there."""
    with local.running(home) as engine:
        there = asyncio.run(_begun(DatabaseConnection(engine.uri, engine.user, engine.password)))
    if there >= problems:
        return
    if there:
        raise RuntimeError(f"{home} holds a county of {there:,} problems; give a folder for another")
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "county"
        generate(bundle, scale=problems / PROBLEMS)
        begun = time.perf_counter()
        imported = import_offline(home, bundle, _now, source=SOURCE, pays_from=1)
        (home / BUILT_IN).write_text(f"{time.perf_counter() - begun}")
    if imported.report.errors:
        raise RuntimeError(f"the county could not be imported: {imported.report.errors[:3]}")


async def _begun(connection: DatabaseConnection) -> int:
    """The campaign, unless it is there; the problems that are."""
    async with Database(*connection) as database:
        await migrate(database, _now())
        await import_bundle(database, SHIPPED, _now, source="speech")
        return (await database.read("MATCH (p:Problem) RETURN count(p) AS problems"))[0]["problems"]


async def _imported(connection: DatabaseConnection, problems: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "county"
        await asyncio.to_thread(generate, bundle, scale=problems / PROBLEMS)
        await _begun(connection)
        async with Database(*connection) as database:
            begun = time.perf_counter()
            imported = await import_bundle(database, bundle, _now, source=SOURCE)
            seconds = time.perf_counter() - begun
    if imported.report.errors:
        raise RuntimeError(f"the county could not be imported: {imported.report.errors[:3]}")
    return seconds


async def come_to_rest(database: Database, home: Path) -> float:
    """Have all passed deadlines noticed and all events numbered, by the keys of `home`, and counted; in seconds.

    What of findings could be noticed in the past is set aside: at a million problems it would take hours, and no
    question asks for findings. So it is at every size.
    """
    begun = time.perf_counter()
    sequencer = Sequencer(database, lambda: Keyring.open(Settings(home).keys), [], _now)
    async with beside(Counting(database)):
        await asyncio.gather(Watch(database, _now).catch_up(), sequencer.catch_up())
        await sequencer.catch_up()
    await Counting(database).catch_up()
    await database.write(SET_ASIDE)
    return time.perf_counter() - begun


def _now() -> datetime:
    return datetime.now(UTC)
