"""A database of an earlier version, brought to the present form."""

from datetime import UTC, datetime
from importlib import import_module

import pytest

from graph.migrations import bring_to_form, is_migrated
from graph.queries import problems
from graph.session import Database
from tests.database import DatabaseConnection

NOW = datetime(2025, 1, 1, tzinfo=UTC)


async def test_states_of_problems_get_the_id_of_who_reported_them(
    clean_database: DatabaseConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("graph.migrations.migrate"), "AT_ONCE", 2)  # so that it takes several steps
    async with Database(*clean_database) as database:
        await database.write(
            "CREATE (:Migration {version: 3}) CREATE (y:Record:Person {id: 'y'}) "
            "FOREACH (i IN range(1, 3) | CREATE (p:Record:Problem {id: 'p' + i})-[:REPORTED_BY]->(y) "
            "CREATE (p)-[:WAS]->(:Former {id: 'p' + i})-[:REPORTED_BY]->(y)) "
            "CREATE (:Record:Problem {id: 'anonymous'})"
        )
        await bring_to_form(database, NOW)
        assert await is_migrated(database)
        states = await database.read("MATCH (x:Problem|Former) RETURN x.id AS id, x.reportedById AS by ORDER BY id")
        assert [(row["id"], row["by"]) for row in states] == [
            ("anonymous", None), *[(f"p{i}", "y") for i in (1, 2, 3) for _ in range(2)]
        ]  # fmt: skip
        assert await database.write(problems.NOTE_REPORTERS, {"limit": 9}) == [{"done": 0}]
