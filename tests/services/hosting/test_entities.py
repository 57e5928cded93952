"""`_entities` over HTTP on a real graph: read by the compiler, one statement for each kind of record."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from gateway.schema import ROOMS
from graph.migrations import migrate
from graph.model.instants import OPEN
from graph.session import Database, Row
from services.hosting.app import build_app
from services.hosting.identity import Role
from services.hosting.keys import LocalKeys
from services.hosting.settings import DatabaseAddress, Settings
from tests.database import DatabaseConnection
from tests.services.hosting.conftest import NOW, Served, listening
from tests.world import RECORDED, World, rid

LOOKUP = """
query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on Area { id called: name parent { name } }
    ... on Person { id name phone }
    ... on Membership { id post { title } }
  }
}
"""


class CountedDatabase(Database):
    """Counts the statements that are read."""

    statements = 0

    async def read(self, statement: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        self.statements += 1
        return await super().read(statement, parameters)


@pytest.fixture
def database(clean_database: DatabaseConnection) -> CountedDatabase:
    asyncio.run(_filled(clean_database))
    return CountedDatabase(*clean_database)


async def _filled(connection: DatabaseConnection) -> None:
    world = World()
    county = world.entity("Area", "county", name="测试县", kind="COUNTY")
    grid = world.entity("Area", "grid", name="一号网格", kind="GRID")
    world.fact("Within", "grid.parent", grid, county, explicit=False)
    pending = world.entity("Area", "pending", name="导入未完成的网格", kind="GRID")
    person = world.entity("Person", "person", name="示例网格员", phone="13800000000")
    post = world.entity("Post", "post", title="网格员")
    world.fact("Membership", "membership", person, post, since="2024-01-01T00:00+08:00")
    async with Database(*connection) as database:
        await migrate(database, RECORDED)
        await world.write(database)
        await database.write("MATCH (n:Record {id: $id}) SET n.recordedAt = $open", {"id": pending, "open": OPEN})


@pytest.fixture(params=[room for room in ROOMS if "_Entity" in ROOMS[room].as_str()])
def room(request: pytest.FixtureRequest, database: CountedDatabase, tmp_path: Path) -> Iterator[Served]:
    """Each room in turn: all of them can look up every entity."""
    settings = Settings(home=tmp_path, database=DatabaseAddress("bolt://127.0.0.1:1", "neo4j", "x"))
    keys = LocalKeys.open(settings)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncGenerator[None]:
        async with database:
            yield

    schema = ROOMS[request.param]
    app = build_app(request.param, schema, settings, database=database, clock=lambda: NOW, lifespan=life)
    with listening(app, settings) as url:
        yield Served(url, settings, keys)


def looked_up(room: Served, representations: list[Any], role: Role = Role.VIEWER) -> dict[str, Any]:
    body = {"query": LOOKUP, "variables": {"representations": representations}}
    answer: httpx.Response = room.post(body, room.headers(role=role))
    return answer.json()


def test_records_come_in_the_order_asked_by_one_statement_for_each_kind(
    room: Served, database: CountedDatabase
) -> None:
    asked = [
        {"__typename": "Area", "id": rid("grid")},
        {"__typename": "Person", "id": rid("person")},
        {"__typename": "Area", "id": rid("county"), "population": 3},  # a field that the other subgraph needs
        {"__typename": "Membership", "id": rid("membership")},
        {"__typename": "Area", "id": rid("grid")},
    ]
    grid = {"__typename": "Area", "id": rid("grid"), "called": "一号网格", "parent": {"name": "测试县"}}
    assert looked_up(room, asked) == {
        "data": {
            "_entities": [
                grid,
                {"__typename": "Person", "id": rid("person"), "name": "示例网格员", "phone": None},
                {"__typename": "Area", "id": rid("county"), "called": "测试县", "parent": None},
                {"__typename": "Membership", "id": rid("membership"), "post": {"title": "网格员"}},
                grid,
            ]
        }
    }
    assert database.statements == 3


@pytest.mark.parametrize("room", ["organization"], indirect=True)
def test_what_is_unknown_or_of_another_kind_or_not_yet_recorded_is_null(room: Served) -> None:
    asked = [
        {"__typename": "Area", "id": "nothing"},
        {"__typename": "Person", "id": rid("grid")},
        {"__typename": "Area", "id": rid("pending")},
        {"__typename": "Area", "id": rid("county")},
    ]
    found = looked_up(room, asked)["data"]["_entities"]
    assert [row and row["id"] for row in found] == [None, None, None, rid("county")]


@pytest.mark.parametrize("room", ["organization"], indirect=True)
def test_the_callers_role_decides_what_is_shown(room: Served) -> None:
    asked = [{"__typename": "Person", "id": rid("person")}]
    phones = [looked_up(room, asked, role)["data"]["_entities"][0]["phone"] for role in (Role.VIEWER, Role.DISCIPLINE)]
    assert phones == [None, "13800000000"]


@pytest.mark.parametrize("room", ["organization"], indirect=True)
@pytest.mark.parametrize(
    ("malformed", "said"),
    [
        ("grid", "representations[1] is 'grid'; it must be an object with __typename and id"),
        ({"id": "x"}, "representations[1] has the __typename None; the entities are Area, Campaign,"),
        ({"__typename": "Nonsense", "id": "x"}, "representations[1] has the __typename 'Nonsense'; the entities are"),
        ({"__typename": "Query", "id": "x"}, "representations[1] has the __typename 'Query'; the entities are"),
        ({"__typename": ["Area"], "id": "x"}, "representations[1] has the __typename ['Area']; the entities are"),
        ({"__typename": "Area"}, "representations[1] has the id None; it must be text"),
        ({"__typename": "Area", "id": {"a": 1}}, "representations[1] has the id {'a': 1}; it must be text"),
    ],
)
def test_a_malformed_representation_is_named(
    room: Served, database: CountedDatabase, malformed: object, said: str
) -> None:
    answer = looked_up(room, [{"__typename": "Area", "id": rid("grid")}, malformed])
    (error,) = answer["errors"]
    assert error["message"].startswith(said)
    assert error["extensions"] == {"code": "BAD_INPUT"}
    assert database.statements == 0


@pytest.mark.parametrize("room", ["organization"], indirect=True)
def test_nothing_asked_is_nothing_read(room: Served, database: CountedDatabase) -> None:
    assert looked_up(room, []) == {"data": {"_entities": []}}
    assert database.statements == 0
