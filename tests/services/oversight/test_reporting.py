"""Reports that come at the same time are each answered as if they had come alone."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.app import build
from graph.session import Database
from services.hosting.identity import Role
from services.hosting.keys import LocalKeys
from services.hosting.settings import DatabaseAddress, Settings
from services.oversight.schema import schema
from tests.asking import ask, context
from tests.services.oversight.conftest import Place
from tests.services.oversight.test_life_through_the_api import NOW, REPORT, assert_chain

KEPT = """
MATCH (p:Problem) WHERE p.title STARTS WITH 'together'
RETURN p.title AS title, COUNT { (p)<-[:EVENT_OF]-(:Event:Outbox) } AS events, p.recordedAt = p.changedAt AS begins,
  COLLECT { MATCH (p)-[:REPORTED_BY]->(x) RETURN x.id } AS reporters,
  COLLECT { MATCH (p)<-[:EVENT_OF]-()-[:DONE_AS]->(x) RETURN x.id } AS posts,
  COLLECT { MATCH (p)-[:FOUND_AT|FOUND_IN]->(x) RETURN x.id } AS places
ORDER BY title
"""


async def sent(database: Database, key: str, role: Role = Role.ADMINISTRATOR, **given: Any) -> dict[str, Any]:
    told = {"idempotencyKey": key, "title": f"together {key}", "origin": "PATROL", **given}
    return (await ask(schema, REPORT, {"input": told}, as_=context(database, NOW, role)))["reportProblem"]


def test_what_comes_together_is_answered_each_by_itself(place: Place) -> None:
    async def go() -> None:
        async with place.database() as database:
            before = await sent(database, "old", site=place.site)
            answers = await asyncio.gather(
                *(sent(database, f"new {n}", site=place.site, reportedBy=place.worker) for n in range(9)),
                sent(database, "twice", site=place.site),
                sent(database, "twice", site=place.site),
                sent(database, "old", site=place.site),
                sent(database, "old", site=place.site, title="together, another"),
                sent(database, "nowhere", site="no such site"),
                sent(database, "no post", site=place.site, reportedBy=place.worker, post="no such post"),
                sent(database, "viewer", Role.VIEWER, site=place.site),
                sent(database, "untold", title=" ", site=place.site),
            )
            new, (one, again, old, other, nowhere, no_post, viewer, untold) = answers[:9], answers[9:]
            assert len({answer["problem"]["id"] for answer in new}) == 9
            assert one == again
            assert old == before
            refused = [answer["code"] for answer in (other, nowhere, no_post, viewer, untold)]
            assert refused == ["IDEMPOTENCY_CONFLICT", "NOT_FOUND", "NOT_ALLOWED", "NOT_ALLOWED", "BAD_INPUT"]
            assert [error["path"] for answer in (nowhere, no_post) for error in answer["errors"]] == ["site", "post"]
            for answer in (*new, one):
                assert await assert_chain(database, answer["problem"]["id"]) == ["REPORTED"]

            kept = await database.read(KEPT)
            assert [row["title"] for row in kept] == [
                *(f"together new {n}" for n in range(9)),
                "together old",
                "together twice",
            ]
            assert all(row["events"] == 1 and row["begins"] and row["places"] == [place.site] for row in kept)
            assert all(row["reporters"] == [place.worker] and len(row["posts"]) == 1 for row in kept[:9])
            assert all(row["reporters"] == [] and row["posts"] == [] for row in kept[9:])

    asyncio.run(go())


SHOWN = """mutation ($input: ReportProblemInput!) { reportProblem(input: $input) {
  ... on ProblemPayload { problem { id title responsible { holder { id } } events(first: 5) { edges { node { hash } } }
    } event { hash } } } }"""


class Counted(Database):
    """Counts what is read in it."""

    reads = 0

    async def read(self, statement: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        self.reads += 1
        return await super().read(statement, parameters)


@pytest.mark.parametrize("document", [SHOWN, SHOWN.replace("responsible { holder { id } } ", "")])
def test_what_was_written_together_is_read_together_and_each_sees_its_own(
    place: Place, tmp_path: Path, document: str
) -> None:
    settings = Settings(tmp_path, database=DatabaseAddress(*place.connection))
    keys = LocalKeys.open(settings)
    tokens = [
        keys.mint(role, None, timedelta(hours=1), datetime.now(UTC)) for role in (Role.ADMINISTRATOR, Role.INTEGRATOR)
    ]

    async def go() -> None:
        async with Counted(*place.connection) as database:
            app = httpx.ASGITransport(build(settings, database))
            async with httpx.AsyncClient(transport=app, base_url="http://zeren") as client:

                async def told(number: int) -> dict[str, Any]:
                    report = {"idempotencyKey": f"shown {number}", "title": f"{number}", "origin": "PATROL"}
                    body = {"query": document, "variables": {"input": {**report, "site": place.site}}}
                    headers = {"authorization": f"Bearer {tokens[number % 2]}"}
                    return (await client.post("/graphql", json=body, headers=headers)).json()["data"]["reportProblem"]

                alone = await told(0)
                database.reads = 0
                answers = await asyncio.gather(*map(told, range(1, 25)))
        assert [answer["problem"]["title"] for answer in answers] == [str(number) for number in range(1, 25)]
        assert len({answer["problem"]["id"] for answer in answers}) == 24
        for answer in (*answers, alone):
            (edge,) = answer["problem"]["events"]["edges"]
            assert edge["node"]["hash"] == answer["event"]["hash"]
            assert answer["problem"].get("responsible") == alone["problem"].get("responsible")
        assert database.reads < 12

    asyncio.run(go())
