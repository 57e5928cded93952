"""Row 9, expert instructions: to many organizations at once, each with three clocks.

Through GraphQL on a real Neo4j.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from gateway.schema import schema
from graph.model.instants import SHANGHAI, TICK
from services.campaign.rulebook import shipped
from services.hosting.identity import Role
from tests.asking import ask, context
from tests.database import DatabaseConnection
from tests.scenarios.campaign_office import (
    DOCUMENTS,
    HANDOVER,
    MONDAY,
    Cell,
    County,
    Office,
    county_on,
    employ,
    live,
    seven,
)
from tests.world import World, at

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
POSSIBLE = """mutation ($input: AnswerInstructionInput!) { answerInstruction(input: $input) {
  ... on Refusal { code possibleSteps } } }"""
MORNING, AFTERNOON = timedelta(minutes=10), timedelta(hours=6)


async def issue(
    office: Office, now: datetime = MONDAY, who: str | None = "expert", role: Role = Role.DEPARTMENT, **given: Any
) -> dict[str, Any]:
    recipients = [office.ids[name] for name in given.pop("to", ("housing", "transport", "town"))]
    return await office.send("IssueInstruction", now, who, role, text="停用裸土作业", recipients=recipients, **given)


async def issued(office: Office, now: datetime = MONDAY, **given: Any) -> str:
    answer = await issue(office, now, **given)
    return answer["instruction"]["id"]


async def read_instruction(office: Office, instruction: str, now: datetime, **times: Any) -> dict[str, Any]:
    variables = {"id": instruction, **{name: time.isoformat() for name, time in times.items()}}
    found = await ask(schema, RECIPIENTS, variables, as_=context(office.database, now))
    return found["instruction"]


async def traced(office: Office, instruction: str, now: datetime, **times: Any) -> dict[str, list[str]]:
    """Who stands on the task's line, or what is a gap there, by organization."""
    variables = {"subject": instruction, **{name: time.isoformat() for name, time in times.items()}}
    found = (await ask(schema, DOCUMENTS["Trace"], variables, as_=context(office.database, now)))["trace"]
    told: dict[str, list[str]] = {}
    for hop in next(line["hops"] for line in found["lines"] if line["kind"] == "TASK"):
        assert (hop["capacity"], found["rulebook"]["version"]) == ("RECIPIENT", shipped().version)
        told.setdefault(hop["organization"]["name"], []).append(hop["gap"] or hop["holder"]["name"])
    return told


async def recipient(office: Office, instruction: str, name: str, now: datetime, **times: Any) -> dict[str, Any]:
    every = (await read_instruction(office, instruction, now, **times))["recipients"]
    return next(one for one in every if one["organization"]["id"] == office.ids[name])


async def breaches(office: Office, instruction: str, name: str, now: datetime, **times: Any) -> list[str]:
    return [one["kind"] for one in (await recipient(office, instruction, name, now, **times))["breaches"]]


async def received(office: Office, now: datetime, page: int = 9, **asked: Any) -> list[str]:
    """The instructions that an organization was told, in the order of its list, read page by page."""
    found: list[str] = []
    after, more = None, True
    while more:
        variables = {"organization": office.ids["housing"], "first": page, "after": after, **asked}
        answer = await ask(schema, DOCUMENTS["InstructionsReceived"], variables, as_=context(office.database, now))
        found += [edge["node"]["instruction"]["id"] for edge in answer["recipients"]["edges"]]
        more, after = (answer["recipients"]["pageInfo"][name] for name in ("hasNextPage", "endCursor"))
    return found


def the_experts(world: World, ids: dict[str, str]) -> None:
    """Who tells the others what to do; a team below housing, and who stands above it."""
    for name, title, kind in (("experts", "专家组", "EXPERT_GROUP"), ("team", "住建执法队", "DEPARTMENT")):
        ids[name] = world.entity("Organization", name, name=title, kind=kind)
    for below, above in (("team", "housing"), ("housing", "government"), ("experts", "government")):
        world.fact("PartOf", f"{below}.parent", ids[below], ids[above], explicit=False)
    employ(world, ids, "expert", "experts", "专家")
    employ(world, ids, "deputy", "team", "执法队员")
    employ(world, ids, "mayor", "government", "副县长")
    ids["task"] = world.entity("Task", "task", title="专家指令办理")
    world.fact("Responsibility", "duty", ids["clerk-post"], ids["task"], "2024-01-01T00:00+08:00", role="RESPONSIBLE")
    world.fact("Heads", "housing.headPost", ids["deputy-post"], ids["housing"], explicit=False)


@pytest.fixture
def county(clean_database: DatabaseConnection) -> County:
    return county_on(clean_database, the_experts)


async def the_straight_way(office: Office) -> None:
    answer = await issue(office, task=office.ids["task"])
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

    found = await read_instruction(office, instruction, MONDAY + AFTERNOON)
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
        "专家",
        "住建科员",
        "执法队员",
        "住建科员",
    ]
    for subject, length in ((instruction, 1), (housing["id"], 4)):
        proof = (await ask(schema, DOCUMENTS["Evidence"], {"subject": subject}, as_=context(office.database)))["ledger"]
        assert (proof["verified"], len(proof["events"]["edges"])) == (True, length)

    # What housing was told is listed by when it must have answered; what it did moves it to another list.
    second, third = [await issued(office, MONDAY + timedelta(hours=hours)) for hours in (7, 1)]
    await issued(office, MONDAY + AFTERNOON, to=["town"])
    evening = MONDAY + timedelta(hours=8)
    assert await received(office, evening) == await received(office, evening, page=1) == [instruction, third, second]
    assert await received(office, evening, state=["ISSUED", "ACKNOWLEDGED"]) == [third, second]
    assert await received(office, evening, state=["ANSWERED"]) == [instruction]
    before = (MONDAY + 4 * MORNING - TICK).isoformat()
    assert await received(office, evening, state=["ACKNOWLEDGED"], knownAt=before) == [instruction]


async def the_wrong_person_acts(office: Office) -> None:
    ids = office.ids
    refused = await issue(office, who="clerk")
    assert (refused["code"], refused["errors"][0]["path"]) == ("NOT_ALLOWED", "issuedBy")
    assert (await issue(office, who="expert", issuer=ids["housing"]))["errors"][0]["path"] == "issuer"
    assert (await issue(office, who=None))["code"] == "MISSING_PERSON"
    assert (await issue(office, who="expert", role=Role.VIEWER))["code"] == "NOT_ALLOWED"
    instruction = await issued(office)

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
    housing = await recipient(office, instruction, "housing", MONDAY + MORNING)
    assert (housing["state"], len(housing["events"]["edges"])) == ("ISSUED", 1)
    # Who relays it may name whoever did it.
    assert await acknowledged(None, Role.INTEGRATOR, person=ids["clerk"]) == ("done", "")
    assert await acknowledged("driver") == ("done", "")


async def steps_in_the_wrong_order(office: Office) -> None:
    ids = office.ids
    instruction = await issued(office)
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
    housing = await recipient(office, instruction, "housing", MONDAY + 2 * MORNING)
    assert (housing["state"], housing["dueAt"]) == ("ANSWERED", "2024-12-16T10:00:00+08:00")
    acted = await office.send(ACT, MONDAY + 3 * MORNING, "clerk", evidence=["a.jpg"], **step)
    assert (acted["recipient"]["state"], acted["recipient"]["dueAt"]) == ("ANSWERED", None)
    assert (await office.send(ACT, MONDAY + 4 * MORNING, "clerk", evidence=["b.jpg"], **step))[
        "code"
    ] == "ILLEGAL_TRANSITION"
    # Clocks in the wrong order are refused too.
    swapped = await issue(office, actBy="2024-12-16T09:20+08:00", to=["housing"])
    assert (swapped["code"], swapped["errors"][0]["path"]) == ("BAD_DUE_AT", "actBy")
    twice = await issue(office, to=["housing", "town", "housing"])
    assert (twice["code"], twice["errors"][0]["path"]) == ("BAD_INPUT", "recipients.2")
    person = await office.send("IssueInstruction", MONDAY, "expert", text="令", recipients=[ids["town"], ids["clerk"]])
    assert (person["code"], person["errors"][0]["path"]) == ("NOT_FOUND", "recipients.1")


async def a_step_repeated_by_a_retry(office: Office) -> None:
    issued = [
        await issue(office, idempotencyKey="issue"),
        await issue(office, MONDAY + MORNING, idempotencyKey="issue"),
    ]
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
    housing = await recipient(office, instruction, "housing", MONDAY + AFTERNOON)
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
    instruction = await issued(office)
    acknowledge_by, act_by, answer_by = (MONDAY + timedelta(minutes=minutes) for minutes in (30, 60, 120))
    step: dict[str, Any] = {"instruction": instruction}
    # At the very instant it has not run out; just after, it has.
    assert await breaches(office, instruction, "housing", acknowledge_by) == []
    assert await breaches(office, instruction, "housing", acknowledge_by + TICK) == ["NOT_ACKNOWLEDGED"]
    assert "instruction" in await office.send("AcknowledgeInstruction", acknowledge_by, "clerk", **step)
    assert "instruction" in await office.send("AcknowledgeInstruction", acknowledge_by + TICK, "driver", **step)
    assert "recipient" in await office.send(ACT, act_by, "clerk", evidence=["a.jpg"], **step)
    assert "instruction" in await office.send("AnswerInstruction", answer_by, "clerk", answer="已办", **step)
    late = await office.send("AnswerInstruction", MONDAY + AFTERNOON, "driver", answer="下午才报", **step)
    assert "instruction" in late, "a late answer is recorded, and is late"
    evening = MONDAY + timedelta(hours=9)
    assert await breaches(office, instruction, "housing", evening) == []
    transport = (await recipient(office, instruction, "transport", evening))["breaches"]
    assert [(one["kind"], one["doneAt"]) for one in transport] == [
        ("NOT_ACKNOWLEDGED", "2024-12-16T09:30:00.000001+08:00"),
        ("NOT_ACTED", None),
        ("ANSWERED_LATE", "2024-12-16T15:00:00+08:00"),
    ]
    assert await breaches(office, instruction, "town", evening) == ["NOT_ACKNOWLEDGED", "NOT_ACTED", "SILENT"]
    # As of an earlier instant, what came later had not come.
    then = (await recipient(office, instruction, "transport", evening, asOf=answer_by + TICK))["breaches"]
    assert [(one["kind"], one["doneAt"]) for one in then][-1] == ("ANSWERED_LATE", None)
    assert await breaches(office, instruction, "transport", evening, asOf=answer_by) == [
        "NOT_ACKNOWLEDGED",
        "NOT_ACTED",
    ]
    # As known before the late answer, it was not known.
    known = await recipient(office, instruction, "transport", evening, knownAt=answer_by + MORNING)
    assert (known["state"], known["answer"], known["breaches"][-1]["doneAt"]) == ("ACKNOWLEDGED", None, None)


async def a_holiday_between(office: Office) -> None:
    eve = at("2025-01-27T17:30+08:00")  # the last half hour before the Spring Festival
    answer = (await issue(office, eve))["instruction"]
    assert {name: answer[name] for name in ("acknowledgeBy", "actBy", "answerBy")} == {
        "acknowledgeBy": "2025-01-27T18:00:00+08:00",
        "actBy": "2025-02-05T09:00:00+08:00",
        "answerBy": "2025-02-05T10:00:00+08:00",
    }
    assert await breaches(office, answer["id"], "town", at("2025-02-01T12:00+08:00")) == ["NOT_ACKNOWLEDGED"]
    assert await breaches(office, answer["id"], "town", at("2025-02-05T09:00:01+08:00")) == [
        "NOT_ACKNOWLEDGED",
        "NOT_ACTED",
    ]
    make_up = (await issue(office, at("2025-01-25T17:30+08:00")))["instruction"]
    assert make_up["actBy"] == "2025-01-26T09:30:00+08:00", "a Sunday on which people work"
    # The working days of the year after are not announced yet: no guess, but a time that is named is taken.
    last = at("2026-12-31T17:30+08:00")
    unknown = await issue(office, last)
    assert (unknown["code"], unknown["errors"][0]["path"]) == ("UNKNOWN_WORKING_DAYS", "actBy")
    assert "2027" in unknown["message"]
    named = await issue(office, last, actBy="2027-01-04T12:00+08:00", answerBy="2027-01-04T18:00+08:00")
    read = await read_instruction(office, named["instruction"]["id"], last)
    assert read["assumedClocks"] == ["ACKNOWLEDGE"]


async def a_post_changes_hands_half_way(office: Office) -> None:
    instruction = await issued(office, at("2024-12-18T10:00+08:00"), task=office.ids["task"])
    step: dict[str, Any] = {"instruction": instruction}
    early = await office.send("AcknowledgeInstruction", at("2024-12-18T10:05+08:00"), "successor", **step)
    assert (early["code"], early["errors"][0]["path"]) == ("NOT_ALLOWED", "person")
    assert "instruction" in await office.send("AcknowledgeInstruction", at("2024-12-18T10:05+08:00"), "clerk", **step)
    # From the very instant of the handover it is the successor's; the clocks go on as they were.
    gone = await office.send(ACT, HANDOVER, "clerk", evidence=["a.jpg"], **step)
    assert (gone["code"], gone["errors"][0]["path"]) == ("NOT_ALLOWED", "person")
    # What the one before did in time may still be told.
    told = await office.send(ACT, HANDOVER, "clerk", at="2024-12-18T10:50+08:00", evidence=["a.jpg"], **step)
    assert told["recipient"]["actedBy"] == {"name": "甲clerk"}
    assert "instruction" in await office.send("AnswerInstruction", HANDOVER, "successor", answer="已办", **step)
    housing = await recipient(office, instruction, "housing", HANDOVER + TICK)
    assert [housing[who]["name"] for who in ("acknowledgedBy", "actedBy", "answeredBy")] == [
        "甲clerk",
        "甲clerk",
        "甲successor",
    ]
    assert housing["breaches"] == []
    # The trace is of the instant of the issue, unless another is asked about.
    nobody = ["UNASSIGNED", "UNASSIGNED"]
    expected = {"住建局": ["甲clerk"], "住建执法队": ["甲deputy"], "交通局": nobody, "一街道": nobody}
    assert await traced(office, instruction, HANDOVER + TICK) == expected
    assert await traced(office, instruction, HANDOVER + TICK, asOf=HANDOVER - TICK) == expected
    assert await traced(office, instruction, HANDOVER + TICK, asOf=HANDOVER) == expected | {"住建局": ["甲successor"]}


@seven(
    the_straight_way,
    the_wrong_person_acts,
    steps_in_the_wrong_order,
    a_step_repeated_by_a_retry,
    the_clock_runs_out_at_that_instant,
    a_holiday_between,
    a_post_changes_hands_half_way,
)
def test_row_9(county: County, cell: Cell) -> None:
    live(county, cell)
