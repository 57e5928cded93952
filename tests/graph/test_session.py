"""What the door to Neo4j says where the driver says it otherwise."""

import pytest

from graph import session
from graph.session import Database, DatabaseBusy
from tests.database import DatabaseConnection


async def test_who_waits_too_long_for_a_connection_is_told_so(
    clean_database: DatabaseConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "CONNECTIONS", 1)
    monkeypatch.setattr(session, "ACQUIRE_SECONDS", 0.1)
    async with Database(*clean_database) as database:
        async with database.snapshot() as taken:
            await taken.run("RETURN 1")
            for ask in (database.read, database.write):
                with pytest.raises(DatabaseBusy, match="Ask again later"):
                    await ask("RETURN 1")
        assert await database.read("RETURN 1 AS one") == [{"one": 1}]
