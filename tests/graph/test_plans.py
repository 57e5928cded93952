"""The plan of every statement that users wait for: index seeks, no scan of a label, no Eager that was not meant."""

import asyncio
import re
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import neo4j
import pytest

from gateway.schema import schema
from graph.compile.roots import Moment, Viewer
from graph.compile.selection import Selected
from graph.model.identity import record_id
from graph.model.instants import BEGINNING, OPEN
from graph.queries import inspections, instructions, problems, recorded_findings, supervision, sweeps
from graph.queries.accountable import Search, Shown, Starts, candidates
from graph.queries.feed import Wanted, stretch
from graph.queries.write import WRITES, Write
from graph.session import Database, Row
from services.integration import county
from tests.asking import ask, context
from tests.database import DatabaseConnection

ROOT = Path(__file__).parents[2]
DOCUMENTS = {file.stem: file.read_text("utf-8") for file in sorted((ROOT / "schema" / "operations").glob("*.graphql"))}
SCANS = ("AllNodesScan", "NodeByLabelScan", "UnionNodeByLabelsScan", "DirectedRelationshipTypeScan")
QUEUES = {"Pending", "Superseding", "Change", "Outbox", "CHANGES", "RollupDay|RollupChange"}
"""Labels and relationships that mark work to be done, counts to be forgotten too: what has one is what the write is
about."""
SMALL = {"SiteKind", "Gate", "Watermark", "Migration", "Import", "FindingsReader|Rollup"}
"""Labels with a handful of nodes at any size of a county."""


def speech(source_id: str) -> str:
    return record_id("speech", source_id)


VARIABLES: dict[str, dict[str, Any]] = {
    "FindProblem": {"source": county.SOURCE, "sourceId": "demo-problem"},
    "Trace": {"subject": record_id(county.SOURCE, "demo-problem")},
    "Similar": {"subject": record_id(county.SOURCE, "demo-problem"), "first": 5},
    "TraceComparison": {
        "subject": record_id(county.SOURCE, "demo-problem"),
        "before": {"asOf": "2024-11-15T00:00:00+08:00"},
        "after": {},
    },
    "AccountableFor": {
        "person": record_id(county.SOURCE, "person-demo-worker-2"),
        "from": "2024-11-01T00:00:00+08:00",
        "to": "2025-02-01T00:00:00+08:00",
        "first": 5,
    },
    "Gaps": {"asOf": "2024-12-20T08:00:00+08:00", "first": 5},
    "Worklist": {"organization": speech("org-housing"), "status": ["ASSIGNED", "RECTIFYING"], "first": 20},
    "Overview": {"campaign": speech("campaign-winter-2024"), "asOf": "2024-12-20T08:00:00+08:00"},
    "CampaignTree": {"campaign": speech("campaign-winter-2024")},
    "Instruction": {"id": record_id("zeren", "instruction/local:cli/demo-instruction")},
    "InstructionsReceived": {"organization": speech("org-housing"), "state": ["ISSUED", "ACKNOWLEDGED"], "first": 20},
}
LISTS = """{
  organizations(first: 5) { edges { node { id name children(first: 2) { edges { node { name } } } } } }
  sites(first: 5) { edges { node { name area { name } operator { name }
    problems(first: 2) { edges { node { title } } } } } }
  problems(first: 5) { edges { node { title } } }
}"""


class Recording(Database):
    """A database that remembers what was asked of it."""

    def __init__(self, *connection: str) -> None:
        super().__init__(*connection)
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def read(self, statement: str, parameters: Any = None) -> list[Row]:
        self.asked.append((statement, dict(parameters or {})))
        return await super().read(statement, parameters)


def operators(plan: dict[str, Any]) -> Generator[dict[str, Any]]:
    yield plan
    for child in plan.get("children", []):
        yield from operators(child)


async def plan_of(
    connection: DatabaseConnection, statement: str, parameters: dict[str, Any], mode: str = "EXPLAIN"
) -> list[dict[str, Any]]:
    untyped: Any = neo4j.AsyncGraphDatabase  # its own types are partial
    async with untyped.driver(connection.uri, auth=(connection.user, connection.password)) as driver:
        found = await driver.execute_query(f"CYPHER 25 {mode} {statement}", parameters)
        plan = found.summary.profile or found.summary.plan
        assert plan is not None
        return list(operators(plan))


def unwanted(plan: list[dict[str, Any]], kinds: set[str], allowed: set[str]) -> list[str]:
    found = [(step["operatorType"].split("@")[0], step.get("args", {}).get("Details", "")) for step in plan]
    return [
        f"{kind} {details}"
        for kind, details in found
        if kind in kinds and not any(f":{label}" in details for label in allowed)
    ]


@pytest.mark.parametrize("name", [*VARIABLES, "lists"])
def test_reads_seek(county_database: DatabaseConnection, name: str) -> None:
    async def go() -> list[str]:
        async with Recording(*county_database) as database:
            await ask(schema, DOCUMENTS.get(name, LISTS), VARIABLES.get(name), as_=context(database))
            plans = [await plan_of(county_database, *asked) for asked in database.asked]
            return [
                problem for plan in plans for problem in unwanted(plan, {*SCANS, "CartesianProduct", "Eager"}, SMALL)
            ]

    assert asyncio.run(go()) == []


def test_each_root_field_is_one_statement(county_database: DatabaseConnection) -> None:
    async def go() -> dict[str, int]:
        counted: dict[str, int] = {}
        for name, variables in VARIABLES.items():
            async with Recording(*county_database) as database:
                await ask(schema, DOCUMENTS[name], variables, as_=context(database))
                counted[name] = len(database.asked)
        return counted

    assert asyncio.run(go()) == {**dict.fromkeys(VARIABLES, 1), "Worklist": 2, "Similar": 3}


async def cost_of_a_trace(database: Recording, connection: DatabaseConnection) -> tuple[int, int]:
    """(database hits, hops) of the demonstration's, planned anew."""
    await database.read("CALL db.clearQueryCaches()")
    database.asked.clear()
    answer = await ask(schema, DOCUMENTS["Trace"], VARIABLES["Trace"], as_=context(database))
    steps = await plan_of(connection, *database.asked[0], mode="PROFILE")
    return sum(step.get("dbHits", 0) for step in steps), sum(len(line["hops"]) for line in answer["trace"]["lines"])


def test_what_a_trace_costs(county_database: DatabaseConnection) -> None:
    """Subqueries in a loop are not in the plan, so what they read is held here: it goes with the hops and no more.

    Also where much is recorded elsewhere and the statistics do not know of it yet, as after an import.
    """

    async def go() -> list[tuple[int, int]]:
        async with Recording(*county_database) as database:
            costs = [await cost_of_a_trace(database, county_database)]
            await database.write(_ELSEWHERE)
            costs.append(await cost_of_a_trace(database, county_database))
            await database.write("MATCH (x:Elsewhere) DETACH DELETE x")
            return costs

    (hits, hops), later = asyncio.run(go())
    assert hops > 50
    assert hits / hops < 40
    assert later == (hits, hops)


_ELSEWHERE = """UNWIND range(1, 3000) AS i
CREATE (x:Elsewhere:Problem {siteId: 'elsewhere', discoveredAt: datetime({year: 2020}), id: 'elsewhere' + i,
  recordedAt: datetime(), changedAt: datetime()})
CREATE (x)-[:WAS]->(:Elsewhere:Former {siteId: 'elsewhere', discoveredAt: datetime({year: 2020}),
  changedAt: datetime({year: 2020}), supersededAt: datetime({year: 2020})})"""


FIRST = [
    (instructions, "STANDING"), (instructions, "RECIPIENTS"), (instructions, "LOCK"), (instructions, "KIND"),
    (inspections, "SITE"), (sweeps, "FILM_OF"), (sweeps, "ORIGIN"), (sweeps, "ALIKE"), (sweeps, "ALIKE_IN"),
    (sweeps, "SWEPT"), (sweeps, "LEFT"), (supervision, "HAPPENED"),
    (problems, "LOCK"), (recorded_findings, "STANDING"),
    (recorded_findings, "LOCK"),
    (recorded_findings, "HAPPENED"),
]  # fmt: skip


@pytest.mark.parametrize(("module", "name"), FIRST)
def test_what_a_command_asks_first_seeks(county_database: DatabaseConnection, module: ModuleType, name: str) -> None:
    statement = getattr(module, name)
    names = set(re.findall(r"\$(\w+)", statement))
    plan = asyncio.run(plan_of(county_database, statement, dict.fromkeys(names)))
    assert unwanted(plan, {*SCANS, "CartesianProduct", "Eager"}, SMALL) == []


def test_what_fell_due_is_found_by_its_index(county_database: DatabaseConnection) -> None:
    plan = asyncio.run(plan_of(county_database, problems.FALLEN_DUE, {"now": datetime.now(UTC), "limit": 50}))
    assert unwanted(plan, {*SCANS, "CartesianProduct", "Eager", "Sort", "Top"}, SMALL) == []
    assert any(
        "fallsDueAt" in step.get("args", {}).get("Details", "") for step in plan if "Seek" in step["operatorType"]
    )


_AREA = Selected("area", "area", children={"Area": (Selected("name", "name"),)})
SHOWN = (
    Selected("cursor", "cursor"),
    Selected("event", "event", children={"Event": (Selected("id", "id"),)}),
    Selected("problem", "problem", children={"Problem": (Selected("status", "status"), _AREA)}),
)


@pytest.mark.parametrize(
    "wanted", [Wanted(), Wanted(problems=True, area="x"), Wanted(kinds=("REPORTED",), subject="x")], ids=repr
)
@pytest.mark.parametrize("viewer", [Viewer(), Viewer(oversees=True), Viewer("x", for_department=True)], ids=repr)
def test_a_stretch_of_the_log_seeks(county_database: DatabaseConnection, wanted: Wanted, viewer: Viewer) -> None:
    asked = stretch(0, 500, 100, wanted, SHOWN, Moment(datetime.now(UTC)), viewer)
    plan = asyncio.run(plan_of(county_database, asked.cypher, asked.parameters))
    assert unwanted(plan, {*SCANS, "CartesianProduct", "Eager"}, SMALL) == []
    assert any(
        "logIndex" in step.get("args", {}).get("Details", "") and "Seek" in step["operatorType"] for step in plan
    )


async def test_what_problems_take_grows_with_their_number_alone(county_database: DatabaseConnection) -> None:
    """A list that is held by each of many rows is counted for each: 200 took 7 MB, and 4,096 more than there is."""
    search = Search(Starts(), BEGINNING, OPEN, budget=0, walked=200, ahead=200)
    asked = candidates(search, Shown(), Moment(datetime.now(UTC)), Viewer())
    async with Database(*county_database) as database:
        (row,) = await database.read(asked.cypher, asked.parameters)
    assert len(row["data"]["found"]) == 200
    plan = await plan_of(county_database, asked.cypher, asked.parameters, "PROFILE")
    assert 0 < max(step["args"].get("GlobalMemory", 0) for step in plan) < 1_000_000


@pytest.mark.parametrize("write", [pytest.param(write, id=name) for name, write in sorted(WRITES.items())])
def test_writes_seek(county_database: DatabaseConnection, write: Write) -> None:
    """What is matched before it is joined is a record each, and an Eager keeps what is read apart from what is made."""
    names = set(re.findall(r"\$(\w+)", write.cypher))
    plan = asyncio.run(plan_of(county_database, write.cypher, dict.fromkeys(names)))
    assert unwanted(plan, {*SCANS}, SMALL | QUEUES) == []
