"""Row 9, expert instructions: to many organizations at once, each with three clocks; through GraphQL on a real Neo4j.

Seven cells: the straight way; the wrong person acts; steps in the wrong order; a step repeated by a retry; a clock that
runs out at that instant; a holiday between; a post that changes hands half-way.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from gateway.schema import schema
from graph.migrations import migrate
from graph.model.instants import TICK
from graph.session import Database
from services.campaign.rulebook import shipped
from services.hosting.identity import Role
from tests.asking import ask, context
from tests.database import DatabaseConnection
from tests.world import RECORDED, World, at

OPERATIONS = Path(__file__).parents[2] / "schema" / "operations"
DOCUMENTS = {file.stem: file.read_text("utf-8") for file in OPERATIONS.glob("*Instruction.graphql")}
ACT = """mutation ($input: ActOnInstructionInput!) { actOnInstruction(input: $input) {
  ... on InstructionPayload { instruction { id } recipient { state dueAt actedBy { name } } event { id kind evidence } }
  ... on Refusal { code message errors { path message } possibleSteps } } }"""
RECIPIENTS = """query ($id: ID!, $asOf: DateTime, $knownAt: DateTime) {
  instruction(id: $id, asOf: $asOf, knownAt: $knownAt) {
    rulebook assumedClocks issuer { name } issuedBy { name }
    events(first: 5) { edges { node { kind position instruction { id } } } }
    recipients {
      id organization { id name } state dueAt acknowledgedAt acknowledgedBy { name } actedAt actedBy { name } answeredAt
      answeredBy { name } answer breaches { kind dueAt doneAt }
      events(first: 9) { edges { node { kind evidence note actor { name } post { title } hash previousHash } } }
    } } }"""
MONDAY = at("2024-12-16T09:00+08:00")
MORNING, AFTERNOON = timedelta(minutes=10), timedelta(hours=6)


@dataclass
class County:
    """Five organizations with their people on an empty Neo4j. `ids` by the names that the tests use."""

    connection: DatabaseConnection
    ids: dict[str, str]
    keys: "count[int]" = field(default_factory=count)

    @asynccontextmanager
    async def database(self) -> AsyncGenerator["Office"]:
        async with Database(*self.connection) as database:
            yield Office(self, database)


@dataclass
class Office:
    county: County
    database: Database

    async def send(
        self, document: str, now: datetime, who: str | None, role: Role = Role.DEPARTMENT, **given: Any
    ) -> dict[str, Any]:
        """Send a command as a person, or as a machine where `who` is None; the answer of its one root field."""
        given = {"idempotencyKey": f"key-{next(self.county.keys)}", **given}
        caller = context(self.database, now, role, who and self.county.ids[who], subject=who or "machine")
        (answer,) = (await ask(schema, DOCUMENTS.get(document, document), {"input": given}, as_=caller)).values()
        return answer

    async def issue(self, now: datetime = MONDAY, who: str | None = "expert", **given: Any) -> dict[str, Any]:
        recipients = [self.county.ids[name] for name in given.pop("to", ("housing", "transport", "town"))]
        return await self.send("IssueInstruction", now, who, text="停用裸土作业", recipients=recipients, **given)

    async def issued(self, now: datetime = MONDAY, **given: Any) -> str:
        answer = await self.issue(now, **given)
        return answer["instruction"]["id"]

    async def read(self, instruction: str, now: datetime, **times: Any) -> dict[str, Any]:
        variables = {"id": instruction, **{name: time.isoformat() for name, time in times.items()}}
        found = await ask(schema, RECIPIENTS, variables, as_=context(self.database, now))
        return found["instruction"]

    async def recipient(self, instruction: str, name: str, now: datetime, **times: Any) -> dict[str, Any]:
        every = (await self.read(instruction, now, **times))["recipients"]
        return next(one for one in every if one["organization"]["id"] == self.county.ids[name])

    async def breaches(self, instruction: str, name: str, now: datetime, **times: Any) -> list[str]:
        return [one["kind"] for one in (await self.recipient(instruction, name, now, **times))["breaches"]]


@pytest.fixture
def county(clean_database: DatabaseConnection) -> County:
    world = World()
    ids: dict[str, str] = {}
    for name, title, kind in (
        ("government", "某县人民政府", "GOVERNMENT"),
        ("experts", "专家组", "EXPERT_GROUP"),
        ("housing", "住建局", "DEPARTMENT"),
        ("team", "住建执法队", "DEPARTMENT"),
        ("transport", "交通局", "DEPARTMENT"),
        ("town", "一街道", "SUBDISTRICT"),
    ):
        ids[name] = world.entity("Organization", name, name=title, kind=kind)
    for below, above in (("team", "housing"), ("housing", "government"), ("experts", "government")):
        world.fact("PartOf", f"{below}.parent", ids[below], ids[above], explicit=False)
    for person, organization, title, until in (
        ("expert", "experts", "专家", None),
        ("clerk", "housing", "值班员", "2024-12-16T12:00+08:00"),
        ("deputy", "team", "执法队员", None),
        ("driver", "transport", "值班员", None),
        ("townsman", "town", "值班员", None),
        ("mayor", "government", "副县长", None),
    ):
        post = ids[f"{person}-post"] = world.entity("Post", f"{person}-post", title=f"{organization}{title}")
        ids[person] = world.entity("Person", person, name=f"甲{person}")
        world.fact("PostIn", f"{person}.in", post, ids[organization], explicit=False)
        world.fact("Membership", f"{person}-m", ids[person], post, "2024-01-01T00:00+08:00", until)
    ids["successor"] = world.entity("Person", "successor", name="甲successor")
    since = "2024-12-16T12:00+08:00"
    world.fact("Membership", "successor-m", ids["successor"], ids["clerk-post"], since)
    ids["task"] = world.entity("Task", "task", title="专家指令办理")

    async def fill() -> None:
        async with Database(*clean_database) as database:
            await migrate(database, RECORDED)
            await world.write(database)

    asyncio.run(fill())
    return County(clean_database, ids)


async def the_straight_way(office: Office) -> None:
    answer = await office.issue(task=office.county.ids["task"])
    instruction = answer["instruction"]["id"]
    clocks = {name: datetime.fromisoformat(answer["instruction"][name]) for name in ("acknowledgeBy", "actBy", "answerBy")}
    assert clocks == {
        "acknowledgeBy": at("2024-12-16T09:30+08:00"),
        "actBy": at("2024-12-16T10:00+08:00"),
        "answerBy": at("2024-12-16T11:00+08:00"),
    }
    step = {"instruction": instruction}
    assert "instruction" in await office.send("AcknowledgeInstruction", MONDAY + MORNING, "clerk", **step)
    acted = await office.send(ACT, MONDAY + 4 * MORNING, "deputy", evidence=["covered.jpg"], **step)
    assert acted["recipient"] == {"state": "ACTED", "dueAt": "2024-12-16T11:00:00+08:00", "actedBy": {"name": "甲deputy"}}
    answered = await office.send("AnswerInstruction", MONDAY + 6 * MORNING, "clerk", answer="已全部覆盖", **step)
    assert answered == {"instruction": {"id": instruction}}

    found = await office.read(instruction, MONDAY + AFTERNOON)
    assert (found["rulebook"], found["issuer"], found["issuedBy"]) == (
        shipped().version, {"name": "专家组"}, {"name": "甲expert"},
    )
    assert found["assumedClocks"] == ["ACKNOWLEDGE", "ACT", "ANSWER"]
    assert [one["organization"]["name"] for one in found["recipients"]] == ["住建局", "交通局", "一街道"]
    housing = found["recipients"][0]
    assert (housing["state"], housing["dueAt"], housing["answer"], housing["breaches"]) == ("ANSWERED", None, "已全部覆盖", [])
    events = [edge["node"] for edge in housing["events"]["edges"]]
    assert [event["kind"] for event in events] == ["ISSUE", "ACKNOWLEDGE", "ACT", "ANSWER"]
    assert [event["evidence"] for event in events] == [[], [], ["covered.jpg"], []]
    assert [event["previousHash"] for event in events] == [None, *(event["hash"] for event in events[:-1])]
    assert [event["post"]["title"] for event in events] == ["experts专家", "housing值班员", "team执法队员", "housing值班员"]


STRAIGHT: dict[str, Callable[[Office], Coroutine[Any, Any, None]]] = {"the straight way": the_straight_way}


@pytest.mark.parametrize("cell", STRAIGHT)
def test_row_9(county: County, cell: str) -> None:
    async def go() -> None:
        async with county.database() as office:
            await STRAIGHT[cell](office)

    asyncio.run(go())
