"""The tests' own choice of database."""

import asyncio

import pytest

from graph.session import Database
from tests.database import DatabaseConnection, Source, choose, database, empty


@pytest.mark.parametrize(
    ("environment", "docker", "chosen"),
    [
        ({"NEO4J_URI": "bolt://db:7687"}, True, Source.GIVEN),
        ({"NEO4J_URI": "bolt://db:7687"}, False, Source.GIVEN),
        ({}, True, Source.DOCKER),
        ({"NEO4J_URI": ""}, True, Source.DOCKER),
        ({}, False, Source.LOCAL),
        ({"NEO4J_USER": "neo4j", "NEO4J_PASSWORD": "secret"}, False, Source.LOCAL),
    ],
)
def test_the_first_that_can_be_had_is_taken(environment: dict[str, str], docker: bool, chosen: Source) -> None:
    assert choose(environment, lambda: docker) is chosen


def test_docker_is_not_asked_when_a_database_is_given() -> None:
    def ask() -> bool:
        raise AssertionError

    assert choose({"NEO4J_URI": "bolt://db:7687"}, ask) is Source.GIVEN


def count(connection: DatabaseConnection) -> int:
    async def ask() -> int:
        async with Database(*connection) as session:
            return (await session.read("MATCH (n) RETURN count(n) AS nodes"))[0]["nodes"]

    return asyncio.run(ask())


def write(connection: DatabaseConnection, *statements: str) -> None:
    async def run() -> None:
        async with Database(*connection) as session:
            for statement in statements:
                await session.write(statement)

    asyncio.run(run())


def test_a_given_database_with_data_is_not_emptied_unasked(
    clean_database: DatabaseConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(clean_database, "CREATE (:Treasure)")
    monkeypatch.setenv("NEO4J_URI", clean_database.uri)
    monkeypatch.setenv("NEO4J_USER", clean_database.user)
    monkeypatch.setenv("NEO4J_PASSWORD", clean_database.password)
    monkeypatch.delenv("ZEREN_TESTS_MAY_EMPTY", raising=False)
    with pytest.raises(RuntimeError, match="holds 1 nodes"), database(Source.GIVEN):
        pass
    assert count(clean_database) == 1
    monkeypatch.setenv("ZEREN_TESTS_MAY_EMPTY", "1")
    with database(Source.GIVEN) as given:
        assert given == clean_database
    assert count(clean_database) == 0


def test_a_bare_database_has_neither_data_nor_schema(bare_database: DatabaseConnection) -> None:
    write(
        bare_database,
        "CREATE CONSTRAINT some_id FOR (n:Some) REQUIRE n.id IS UNIQUE",
        "CREATE INDEX some_name FOR (n:Some) ON (n.name)",
        "UNWIND range(1, 20001) AS id CREATE (:Some {id: id})-[:NEXT]->(:Other)",
    )
    assert count(bare_database) == 40002
    empty(bare_database, schema=True)
    assert count(bare_database) == 0
    write(bare_database, "CREATE (:Some {id: 1}), (:Some {id: 1})")  # no constraint is left to refuse it
    empty(bare_database)
