"""From a bundle to its proof: imported, numbered by a sequencer that is killed meanwhile and by the next, verified."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from graph.migrations import migrate
from graph.session import Database
from services.integration.county.campaign import SHIPPED
from services.integration.loading.loader import import_bundle
from services.ledger.anchors import FileAnchor
from services.ledger.archive import Archive
from services.ledger.backup import back_up, verify_backup
from services.ledger.keyring import Keyring
from services.ledger.reading import verify_database
from services.ledger.sequencer import Sequencer
from tests.database import DatabaseConnection
from tests.services.ledger.writing import clock

ROOT = Path(__file__).parents[3]
_LEADER = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from graph.session import Database
from services.ledger import sequencer
from services.ledger.keyring import Keyring

sequencer.BATCH = 3

async def main():
    async with Database(*sys.argv[2:5]) as database:
        await sequencer.Sequencer(
            database, lambda: Keyring.open(Path(sys.argv[1])), [], lambda: datetime.now(UTC)
        ).run()

asyncio.run(main())
"""


async def test_an_import_is_numbered_through_a_kill_and_verified(
    clean_database: DatabaseConnection, tmp_path: Path
) -> None:
    keys, anchor = tmp_path / "keys", FileAnchor(tmp_path / "anchors")
    async with Database(*clean_database) as database:
        await migrate(database, clock())
        imported = await import_bundle(database, SHIPPED, clock, source="speech")
        (row,) = await database.read("MATCH (e:Event) RETURN count(e) AS events, collect(DISTINCT e.recordedAt) AS at")
        events = row["events"]
        assert row["at"] == [imported.recorded_at]

        command = [sys.executable, "-c", _LEADER, str(keys), *clean_database]
        leader = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})  # noqa: ASYNC220 - killed below
        try:
            async with asyncio.timeout(60):
                while not await database.read("MATCH (e:Event) WHERE e.logIndex >= 5 RETURN e.id LIMIT 1"):
                    pass
        finally:
            leader.send_signal(signal.SIGKILL)
            leader.wait()
        (row,) = await database.read("MATCH (l:Log) RETURN l.size AS size, COUNT { (:Outbox) } AS waiting")
        assert 5 < row["size"] < events, "it was killed too late to leave anything to the next"
        assert row["size"] + row["waiting"] == events
        first = await verify_database(database, Keyring.open(keys).root, [anchor], lambda _done, _all: None)
        assert (first.events, first.unnumbered) == (row["size"], row["waiting"])

        assert await Sequencer(database, lambda: Keyring.open(keys), [anchor], clock).catch_up() == events
        numbers = await database.read("MATCH (e:Event) RETURN e.logIndex AS n ORDER BY n")
        assert [row["n"] for row in numbers] == list(range(events))
        live = await verify_database(database, Keyring.open(keys).root, [anchor], lambda _done, _all: None)
        assert (live.events, live.unnumbered, live.anchored) == (events, 0, events)
        await back_up(database, tmp_path / "b", clock(), None, lambda _done, _all: None)
    kept = await verify_backup(
        Archive.open(tmp_path / "b"), Keyring.open(keys).root, [anchor], lambda _done, _all: None
    )
    assert kept == live
