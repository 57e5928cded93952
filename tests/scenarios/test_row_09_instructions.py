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
from graph.model.instants import SHANGHAI, TICK
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
EVIDENCE = (OPERATIONS / "Evidence.graphql").read_text("utf-8")
TRACE = (OPERATIONS / "Trace.graphql").read_text("utf-8")
POSSIBLE = """mutation ($input: AnswerInstructionInput!) { answerInstruction(input: $input) {
  ... on Refusal { code possibleSteps } } }"""
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

    async def issue(
        self, now: datetime = MONDAY, who: str | None = "expert", role: Role = Role.DEPARTMENT, **given: Any
    ) -> dict[str, Any]:
        recipients = [self.county.ids[name] for name in given.pop("to", ("housing", "transport", "town"))]
        return await self.send("IssueInstruction", now, who, role, text="停用裸土作业", recipients=recipients, **given)

    async def issued(self, now: datetime = MONDAY, **given: Any) -> str:
        answer = await self.issue(now, **given)
        return answer["instruction"]["id"]

    async def read(self, instruction: str, now: datetime, **times: Any) -> dict[str, Any]:
        variables = {"id": instruction, **{name: time.isoformat() for name, time in times.items()}}
        found = await ask(schema, RECIPIENTS, variables, as_=context(self.database, now))
        return found["instruction"]

    async def traced(self, instruction: str, now: datetime, **times: Any) -> dict[str, list[str]]:
        """Who stands on the task's line, or what is a gap there, by organization."""
        variables = {"subject": instruction, **{name: time.isoformat() for name, time in times.items()}}
        found = (await ask(schema, TRACE, variables, as_=context(self.database, now)))["trace"]
        told: dict[str, list[str]] = {}
        for hop in next(line["hops"] for line in found["lines"] if line["kind"] == "TASK"):
            assert (hop["capacity"], found["rulebook"]["version"]) == ("RECIPIENT", shipped().version)
            told.setdefault(hop["organization"]["name"], []).append(hop["gap"] or hop["holder"]["name"])
        return told

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
    world.fact("Responsibility", "duty", ids["clerk-post"], ids["task"], "2024-01-01T00:00+08:00", role="RESPONSIBLE")
    world.fact("Heads", "housing.headPost", ids["deputy-post"], ids["housing"], explicit=False)

    async def fill() -> None:
        async with Database(*clean_database) as database:
            await migrate(database, RECORDED)
            await world.write(database)

    asyncio.run(fill())
    return County(clean_database, ids)


async def the_straight_way(office: Office) -> None:
    answer = await office.issue(task=office.county.ids["task"])
    instruction = answer["instruction"]["id"]
    clocks = {
        name: datetime.fromisoformat(answer["instruction"][name]) for name in ("acknowledgeBy", "actBy", "answerBy")
    }
    assert clocks == {
        "acknowledgeBy": at("2024-12-16T09:30+08:00"),
        "actBy": at("2024-12-16T10:00+08:00"),
        "answerBy": at("2024-12-16T11:00+08:00"),
    }
    step = {"instruction": instruction}
    assert "instruction" in await office.send("AcknowledgeInstruction", MONDAY + MORNING, "clerk", **step)
    acted = await office.send(ACT, MONDAY + 4 * MORNING, "deputy", evidence=["covered.jpg"], **step)
    assert acted["recipient"] == {
        "state": "ACTED",
        "dueAt": "2024-12-16T11:00:00+08:00",
        "actedBy": {"name": "甲deputy"},
    }
    answered = await office.send("AnswerInstruction", MONDAY + 6 * MORNING, "clerk", answer="已全部覆盖", **step)
    assert answered == {"instruction": {"id": instruction}}

    found = await office.read(instruction, MONDAY + AFTERNOON)
    assert (found["rulebook"], found["issuer"], found["issuedBy"]) == (
        shipped().version,
        {"name": "专家组"},
        {"name": "甲expert"},
    )
    assert found["assumedClocks"] == ["ACKNOWLEDGE", "ACT", "ANSWER"]
    assert [one["organization"]["name"] for one in found["recipients"]] == ["住建局", "交通局", "一街道"]
    housing = found["recipients"][0]
    assert (housing["state"], housing["dueAt"], housing["answer"], housing["breaches"]) == (
        "ANSWERED",
        None,
        "已全部覆盖",
        [],
    )
    events = [edge["node"] for edge in housing["events"]["edges"]]
    assert [event["kind"] for event in events] == ["ISSUE", "ACKNOWLEDGE", "ACT", "ANSWER"]
    assert [event["evidence"] for event in events] == [[], [], ["covered.jpg"], []]
    assert [event["previousHash"] for event in events] == [None, *(event["hash"] for event in events[:-1])]
    assert [event["post"]["title"] for event in events] == [
        "experts专家",
        "housing值班员",
        "team执法队员",
        "housing值班员",
    ]
    for subject, length in ((instruction, 1), (housing["id"], 4)):
        proof = (await ask(schema, EVIDENCE, {"subject": subject}, as_=context(office.database)))["ledger"]
        assert (proof["verified"], len(proof["events"]["edges"])) == (True, length)


async def the_wrong_person_acts(office: Office) -> None:
    ids = office.county.ids
    refused = await office.issue(who="clerk")
    assert (refused["code"], refused["errors"][0]["path"]) == ("NOT_ALLOWED", "issuedBy")
    assert (await office.issue(who="expert", issuer=ids["housing"]))["errors"][0]["path"] == "issuer"
    assert (await office.issue(who=None))["code"] == "MISSING_PERSON"
    assert (await office.issue(who="expert", role=Role.VIEWER))["code"] == "NOT_ALLOWED"
    instruction = await office.issued()

    async def acknowledged(who: str | None, role: Role = Role.DEPARTMENT, **given: Any) -> tuple[str, str]:
        now = MONDAY + MORNING
        answer = await office.send("AcknowledgeInstruction", now, who, role, instruction=instruction, **given)
        return ("done", "") if "instruction" in answer else (answer["code"], answer["errors"][0]["path"])

    # Nobody of another organization, nor of the one above, may do it for a recipient, whoever relays it.
    assert await acknowledged("driver", organization=ids["housing"]) == ("NOT_ALLOWED", "person")
    assert await acknowledged("mayor") == ("NOT_ALLOWED", "person")
    assert await acknowledged("clerk", person=ids["driver"]) == ("NOT_ALLOWED", "person")
    assert await acknowledged(None, Role.INTEGRATOR, person=ids["driver"], organization=ids["housing"]) == (
        "NOT_ALLOWED",
        "person",
    )
    assert await acknowledged(None, Role.INTEGRATOR, organization=ids["housing"]) == ("MISSING_PERSON", "person")
    assert await acknowledged("expert", organization=ids["experts"]) == ("NOT_FOUND", "organization")
    assert await acknowledged("clerk", post=ids["driver-post"]) == ("NOT_ALLOWED", "post")
    housing = await office.recipient(instruction, "housing", MONDAY + MORNING)
    assert (housing["state"], len(housing["events"]["edges"])) == ("ISSUED", 1)
    # Who relays it may name whoever did it.
    assert await acknowledged(None, Role.INTEGRATOR, person=ids["clerk"]) == ("done", "")
    assert await acknowledged("driver") == ("done", "")


async def steps_in_the_wrong_order(office: Office) -> None:
    ids = office.county.ids
    instruction = await office.issued()
    step: dict[str, Any] = {"instruction": instruction}
    early = await office.send(POSSIBLE, MONDAY + MORNING, "clerk", answer="已办", **step)
    assert early == {"code": "ILLEGAL_TRANSITION", "possibleSteps": ["ACKNOWLEDGE"]}
    acting = await office.send(ACT, MONDAY + MORNING, "clerk", evidence=["a.jpg"], **step)
    assert (acting["code"], acting["possibleSteps"]) == ("ILLEGAL_TRANSITION", ["ACKNOWLEDGE"])
    before = await office.send(
        "AcknowledgeInstruction", MONDAY + MORNING, "clerk", at=(MONDAY - TICK).isoformat(), **step
    )
    assert (before["code"], before["errors"][0]["path"]) == ("OUT_OF_ORDER", "at")
    ahead = await office.send(
        "AcknowledgeInstruction", MONDAY + MORNING, "clerk", at=(MONDAY + 2 * MORNING).isoformat(), **step
    )
    assert (ahead["code"], ahead["errors"][0]["path"]) == ("BAD_INPUT", "at")
    assert "instruction" in await office.send("AcknowledgeInstruction", MONDAY + MORNING, "clerk", **step)
    again = await office.send("AcknowledgeInstruction", MONDAY + MORNING, "deputy", **step)
    assert again["code"] == "ILLEGAL_TRANSITION"
    bare = await office.send(ACT, MONDAY + 2 * MORNING, "clerk", evidence=[" "], **step)
    assert (bare["code"], bare["errors"][0]["path"]) == ("MISSING_EVIDENCE", "evidence")
    empty = await office.send("AnswerInstruction", MONDAY + 2 * MORNING, "clerk", answer=" ", **step)
    assert (empty["code"], empty["errors"][0]["path"]) == ("MISSING_NOTE", "answer")
    # An answer may come before the action, which stays due.
    assert "instruction" in await office.send(
        "AnswerInstruction", MONDAY + 2 * MORNING, "clerk", answer="正在办", **step
    )
    housing = await office.recipient(instruction, "housing", MONDAY + 2 * MORNING)
    assert (housing["state"], housing["dueAt"]) == ("ANSWERED", "2024-12-16T10:00:00+08:00")
    acted = await office.send(ACT, MONDAY + 3 * MORNING, "clerk", evidence=["a.jpg"], **step)
    assert (acted["recipient"]["state"], acted["recipient"]["dueAt"]) == ("ANSWERED", None)
    assert (await office.send(ACT, MONDAY + 4 * MORNING, "clerk", evidence=["b.jpg"], **step))[
        "code"
    ] == "ILLEGAL_TRANSITION"
    # Clocks in the wrong order are refused too.
    swapped = await office.issue(actBy="2024-12-16T09:20+08:00", to=["housing"])
    assert (swapped["code"], swapped["errors"][0]["path"]) == ("BAD_DUE_AT", "actBy")
    twice = await office.issue(to=["housing", "town", "housing"])
    assert (twice["code"], twice["errors"][0]["path"]) == ("BAD_INPUT", "recipients.2")
    person = await office.send("IssueInstruction", MONDAY, "expert", text="令", recipients=[ids["town"], ids["clerk"]])
    assert (person["code"], person["errors"][0]["path"]) == ("NOT_FOUND", "recipients.1")


async def a_step_repeated_by_a_retry(office: Office) -> None:
    issued = [await office.issue(idempotencyKey="issue"), await office.issue(MONDAY + MORNING, idempotencyKey="issue")]
    assert issued[0] == issued[1]
    instruction = issued[0]["instruction"]["id"]
    step: dict[str, Any] = {"instruction": instruction, "idempotencyKey": "acknowledge"}
    answers = await asyncio.gather(
        *(office.send("AcknowledgeInstruction", MONDAY + MORNING, "clerk", **step) for _ in range(6))
    )
    assert answers == [{"instruction": {"id": instruction}}] * 6
    # Sent again after more has happened, and after the clock ran out, it gives the first answer again.
    assert "instruction" in await office.send(
        "AnswerInstruction", MONDAY + 2 * MORNING, "clerk", answer="已办", instruction=instruction
    )
    again = await office.send("AcknowledgeInstruction", MONDAY + AFTERNOON, "clerk", **step)
    assert again == answers[0]
    other = await office.send("AcknowledgeInstruction", MONDAY + MORNING, "clerk", note="又一次", **step)
    assert other["code"] == "IDEMPOTENCY_CONFLICT"
    housing = await office.recipient(instruction, "housing", MONDAY + AFTERNOON)
    assert [edge["node"]["kind"] for edge in housing["events"]["edges"]] == ["ISSUE", "ACKNOWLEDGE", "ANSWER"]
    assert housing["acknowledgedAt"] == (MONDAY + MORNING).astimezone(SHANGHAI).isoformat()
    # Each of those who reply at once is recorded once, and none waits for another.
    at_once = [
        office.send("AcknowledgeInstruction", MONDAY + MORNING, who, instruction=instruction)
        for who in ("driver", "townsman")
    ]
    assert all("instruction" in answer for answer in await asyncio.gather(*at_once))
    rows = await office.database.read(
        "MATCH (n:Instruction|Recipient) RETURN labels(n)[1] AS kind, count(n) AS n ORDER BY kind"
    )
    assert rows == [{"kind": "Instruction", "n": 1}, {"kind": "Recipient", "n": 3}]


async def the_clock_runs_out_at_that_instant(office: Office) -> None:
    instruction = await office.issued()
    acknowledge_by, act_by, answer_by = (MONDAY + timedelta(minutes=minutes) for minutes in (30, 60, 120))
    step: dict[str, Any] = {"instruction": instruction}
    # At the very instant it has not run out; just after, it has.
    assert await office.breaches(instruction, "housing", acknowledge_by) == []
    assert await office.breaches(instruction, "housing", acknowledge_by + TICK) == ["NOT_ACKNOWLEDGED"]
    assert "instruction" in await office.send("AcknowledgeInstruction", acknowledge_by, "clerk", **step)
    assert "instruction" in await office.send("AcknowledgeInstruction", acknowledge_by + TICK, "driver", **step)
    assert "recipient" in await office.send(ACT, act_by, "clerk", evidence=["a.jpg"], **step)
    assert "instruction" in await office.send("AnswerInstruction", answer_by, "clerk", answer="已办", **step)
    late = await office.send("AnswerInstruction", MONDAY + AFTERNOON, "driver", answer="下午才报", **step)
    assert "instruction" in late, "a late answer is recorded, and is late"
    evening = MONDAY + timedelta(hours=9)
    assert await office.breaches(instruction, "housing", evening) == []
    transport = (await office.recipient(instruction, "transport", evening))["breaches"]
    assert [(one["kind"], one["doneAt"]) for one in transport] == [
        ("NOT_ACKNOWLEDGED", "2024-12-16T09:30:00.000001+08:00"),
        ("NOT_ACTED", None),
        ("ANSWERED_LATE", "2024-12-16T15:00:00+08:00"),
    ]
    assert await office.breaches(instruction, "town", evening) == ["NOT_ACKNOWLEDGED", "NOT_ACTED", "SILENT"]
    # As of an earlier instant, what came later had not come.
    then = (await office.recipient(instruction, "transport", evening, asOf=answer_by + TICK))["breaches"]
    assert [(one["kind"], one["doneAt"]) for one in then][-1] == ("ANSWERED_LATE", None)
    assert await office.breaches(instruction, "transport", evening, asOf=answer_by) == ["NOT_ACKNOWLEDGED", "NOT_ACTED"]
    # As known before the late answer, it was not known.
    known = await office.recipient(instruction, "transport", evening, knownAt=answer_by + MORNING)
    assert (known["state"], known["answer"], known["breaches"][-1]["doneAt"]) == ("ACKNOWLEDGED", None, None)


async def a_holiday_between(office: Office) -> None:
    eve = at("2025-01-27T17:30+08:00")  # the last half hour before the Spring Festival
    answer = (await office.issue(eve))["instruction"]
    assert {name: answer[name] for name in ("acknowledgeBy", "actBy", "answerBy")} == {
        "acknowledgeBy": "2025-01-27T18:00:00+08:00",
        "actBy": "2025-02-05T09:00:00+08:00",
        "answerBy": "2025-02-05T10:00:00+08:00",
    }
    assert await office.breaches(answer["id"], "town", at("2025-02-01T12:00+08:00")) == ["NOT_ACKNOWLEDGED"]
    assert await office.breaches(answer["id"], "town", at("2025-02-05T09:00:01+08:00")) == [
        "NOT_ACKNOWLEDGED",
        "NOT_ACTED",
    ]
    make_up = (await office.issue(at("2025-01-25T17:30+08:00")))["instruction"]
    assert make_up["actBy"] == "2025-01-26T09:30:00+08:00", "a Sunday on which people work"
    # The working days of the year after are not announced yet: no guess, but a time that is named is taken.
    last = at("2026-12-31T17:30+08:00")
    unknown = await office.issue(last)
    assert (unknown["code"], unknown["errors"][0]["path"]) == ("UNKNOWN_WORKING_DAYS", "actBy")
    assert "2027" in unknown["message"]
    named = await office.issue(last, actBy="2027-01-04T12:00+08:00", answerBy="2027-01-04T18:00+08:00")
    read = await office.read(named["instruction"]["id"], last)
    assert read["assumedClocks"] == ["ACKNOWLEDGE"]


async def a_post_changes_hands_half_way(office: Office) -> None:
    instruction = await office.issued(at("2024-12-16T10:00+08:00"), task=office.county.ids["task"])
    step: dict[str, Any] = {"instruction": instruction}
    handover = at("2024-12-16T12:00+08:00")
    early = await office.send("AcknowledgeInstruction", at("2024-12-16T10:05+08:00"), "successor", **step)
    assert (early["code"], early["errors"][0]["path"]) == ("NOT_ALLOWED", "person")
    assert "instruction" in await office.send("AcknowledgeInstruction", at("2024-12-16T10:05+08:00"), "clerk", **step)
    # From the very instant of the handover it is the successor's; the clocks go on as they were.
    gone = await office.send(ACT, handover, "clerk", evidence=["a.jpg"], **step)
    assert (gone["code"], gone["errors"][0]["path"]) == ("NOT_ALLOWED", "person")
    # What the one before did in time may still be told.
    told = await office.send(ACT, handover, "clerk", at="2024-12-16T10:50+08:00", evidence=["a.jpg"], **step)
    assert told["recipient"]["actedBy"] == {"name": "甲clerk"}
    assert "instruction" in await office.send("AnswerInstruction", handover, "successor", answer="已办", **step)
    housing = await office.recipient(instruction, "housing", handover + TICK)
    assert [housing[who]["name"] for who in ("acknowledgedBy", "actedBy", "answeredBy")] == [
        "甲clerk",
        "甲clerk",
        "甲successor",
    ]
    assert housing["breaches"] == []
    # The trace is of the instant of the issue, unless another is asked about.
    nobody = ["UNASSIGNED", "UNASSIGNED"]
    expected = {"住建局": ["甲clerk"], "住建执法队": ["甲deputy"], "交通局": nobody, "一街道": nobody}
    assert await office.traced(instruction, handover + TICK) == expected
    assert await office.traced(instruction, handover + TICK, asOf=handover - TICK) == expected
    assert await office.traced(instruction, handover + TICK, asOf=handover) == expected | {"住建局": ["甲successor"]}


CELLS = (
    the_straight_way,
    the_wrong_person_acts,
    steps_in_the_wrong_order,
    a_step_repeated_by_a_retry,
    the_clock_runs_out_at_that_instant,
    a_holiday_between,
    a_post_changes_hands_half_way,
)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.__name__)
def test_row_9(county: County, cell: Callable[[Office], Coroutine[Any, Any, None]]) -> None:
    async def go() -> None:
        async with county.database() as office:
            await cell(office)

    asyncio.run(go())
