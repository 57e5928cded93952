"""What people write with Strawberry and FastAPI, on the driver as it comes: one statement, or one for each field."""

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, LiteralString, cast

import neo4j
import strawberry
import uvicorn
from fastapi import FastAPI
from strawberry.fastapi import GraphQLRouter

from graph.model.instants import OPEN
from tests.benchmarks.side_by_side.chain import AROUND, CYPHER, holds

_untyped: Any = neo4j.AsyncGraphDatabase  # its keyword settings carry no types
_driver: neo4j.AsyncDriver = _untyped.driver(
    os.environ["NEO4J_URI"], auth=(os.environ["NEO4J_USER"], os.environ["NEO4J_PASSWORD"])
)
Row = Mapping[str, Any]


async def _rows(cypher: str, record: str = "") -> list[Any]:
    found = await _driver.execute_query(
        cast("LiteralString", f"CYPHER 25 {cypher}"),
        {"id": record, "now": datetime.now(UTC), "open": OPEN},
        routing_=neo4j.RoutingControl.READ,
    )
    return [row[0] for row in found.records]


@strawberry.type
class Organization:
    id: strawberry.ID
    name: str


@strawberry.type
class Person:
    id: strawberry.ID
    name: str


@strawberry.type
class Post:
    id: strawberry.ID
    title: str
    organization: Organization | None
    holders: list[Person]


@strawberry.type
class Responsibility:
    role: str
    valid_from: datetime
    post: Post


@strawberry.type
class Area:
    id: strawberry.ID
    name: str
    kind: str
    responsibilities: list[Responsibility]


@strawberry.type
class Chain:
    id: strawberry.ID
    number: str
    title: str
    areas: list[Area]


def _post(row: Row) -> Post:
    home = row["organization"]
    holders = [Person(**person) for person in row["holders"]]
    return Post(id=row["id"], title=row["title"], organization=home and Organization(**home), holders=holders)


def _responsibility(row: Row) -> Responsibility:
    return Responsibility(
        role=row["role"], valid_from=datetime.fromisoformat(row["validFrom"]), post=_post(row["post"])
    )


def _area(row: Row) -> Area:
    answering = [_responsibility(one) for one in row["responsibilities"]]
    return Area(id=row["id"], name=row["name"], kind=row["kind"], responsibilities=answering)


@strawberry.type
class OneStatement:
    @strawberry.field
    async def one(self) -> int:
        """The least that an API over this database can do."""
        return (await _rows("RETURN 1"))[0]

    @strawberry.field
    async def chain(self, id: strawberry.ID) -> Chain | None:  # noqa: A002 - the argument's name in the schema
        for row in await _rows(CYPHER, id):
            areas = [_area(area) for area in row["areas"]]
            return Chain(id=row["id"], number=row["number"], title=row["title"], areas=areas)
        return None


@strawberry.type
class FieldPost:
    id: strawberry.ID
    title: str

    @strawberry.field
    async def organization(self) -> Organization | None:
        found = await _rows(
            f"MATCH (:Record {{id: $id}})-[:POST_IN]->(f:PostIn)-[:POST_IN_TO]->(o) WHERE {holds('f')} "
            "RETURN o {.id, .name} ORDER BY f.explicit DESC, f.validFrom DESC, f.id LIMIT 1",
            self.id,
        )
        return Organization(**found[0]) if found else None

    @strawberry.field
    async def holders(self) -> list[Person]:
        found = await _rows(
            f"MATCH (:Record {{id: $id}})<-[:MEMBERSHIP_TO]-(f:Membership)<-[:MEMBERSHIP]-(h) WHERE {holds('f')} "
            "WITH h ORDER BY h.sourceId RETURN h {.id, .name}",
            self.id,
        )
        return [Person(**person) for person in found]


@strawberry.type
class FieldResponsibility:
    id: strawberry.Private[str]
    role: str
    valid_from: datetime

    @strawberry.field
    async def post(self) -> FieldPost:
        (found,) = await _rows("MATCH (:Record {id: $id})<-[:RESPONSIBILITY]-(q) RETURN q {.id, .title}", self.id)
        return FieldPost(**found)


@strawberry.type(name="Area")
class FieldArea:
    id: strawberry.ID
    name: str
    kind: str

    @strawberry.field
    async def parent(self) -> "FieldArea | None":
        found = await _rows(f"MATCH (a:Record {{id: $id}}) WITH {AROUND.format('a')} AS a RETURN a {{.*}}", self.id)
        return _field_area(found[0])

    @strawberry.field
    async def responsibilities(self) -> list[FieldResponsibility]:
        found = await _rows(
            f"MATCH (:Record {{id: $id}})<-[:RESPONSIBILITY_TO]-(r:Responsibility) WHERE {holds('r')} "
            "WITH r ORDER BY r.validFrom, r.sourceId RETURN r {.id, .role, .validFrom}",
            self.id,
        )
        return [
            FieldResponsibility(id=row["id"], role=row["role"], valid_from=row["validFrom"].to_native())
            for row in found
        ]


def _field_area(row: Row | None) -> FieldArea | None:
    return FieldArea(id=row["id"], name=row["name"], kind=row["kind"]) if row else None


@strawberry.type
class FieldProblem:
    id: strawberry.ID
    number: str
    title: str

    @strawberry.field
    async def area(self) -> FieldArea | None:
        own = await _rows("MATCH (:Record {id: $id})-[:FOUND_IN]->(a) RETURN a {.*}", self.id)
        if own:
            return _field_area(own[0])
        around = AROUND.format("site")
        site = f"MATCH (:Record {{id: $id}})-[:FOUND_AT]->(site) WITH {around} AS a RETURN a {{.*}}"
        found = await _rows(site, self.id)
        return _field_area(found[0] if found else None)


@strawberry.type
class FieldByField:
    @strawberry.field
    async def problem(self, id: strawberry.ID) -> FieldProblem | None:  # noqa: A002 - the argument's name in the schema
        found = await _rows("MATCH (p:Record {id: $id}) WHERE p:Problem RETURN p {.id, .number, .title}", id)
        return FieldProblem(**found[0]) if found else None


class _Server(uvicorn.Server):
    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        sys.stderr.write('{"message": "serving"}\n')


def main() -> None:
    app = FastAPI()
    app.include_router(GraphQLRouter(strawberry.Schema(OneStatement)), prefix="/graphql")
    app.include_router(GraphQLRouter(strawberry.Schema(FieldByField)), prefix="/by-field")
    _Server(uvicorn.Config(app, port=int(os.environ["ZEREN_PORT"]), log_config=None, access_log=False)).run()


if __name__ == "__main__":
    main()
