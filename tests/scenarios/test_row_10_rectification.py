"""Row 10, rectification and look-back: what is fed back from above is put right, shown, checked by somebody else and
looked at again; through GraphQL on a real Neo4j.
"""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from graph.model.enums import Severity
from graph.model.instants import TICK
from services.campaign.rulebook import shipped
from services.hosting.identity import Role
from services.oversight.rules import draw
from tests.database import DatabaseConnection
from tests.scenarios.campaign_office import (
    DAY,
    HANDOVER,
    HOUR,
    MONDAY,
    Cell,
    County,
    Office,
    county_on,
    employ,
    live,
    photo,
    seven,
)
from tests.world import World, at

LIFE = """query ($id: ID!) { problem(id: $id) {
  status origin dueAt overdue feedback { document level }
  events(first: 30) { edges { node { kind evidence actor { name } attachments { sha256 takenBy { name } } } } }
  attachments(first: 9) { edges { node { kind reference takenAt event { kind } } } }
  lookBacks(first: 9) { edges { node { id selection outcome late lookedBy { name } draw { seed } } } } } }"""
LOOK_BACK = """query ($id: ID!, $asOf: DateTime) { lookBack(id: $id, asOf: $asOf) {
  outcome late dueAt rulebook orderedBy { name } lookedBy { name }
  events(first: 9) { edges { node { kind previousHash hash evidence note } } } } }"""
DEADLINE = "2024-12-20T18:00:00+08:00"
CLOSED = MONDAY + 4 * HOUR
LATER = MONDAY + DAY


def who_supervises(world: World, ids: dict[str, str]) -> None:
    """Housing regulates the sites; its manager supervises them, its director heads it."""
    employ(world, ids, "director", "housing", "住建局长")
    world.fact("Heads", "housing.headPost", ids["director-post"], ids["housing"], explicit=False)
    for number in (1, 2, 3):
        site = ids[f"site{number}"]
        world.fact("Regulation", f"industry{number}", ids["housing"], site, capacity="INDUSTRY")
        world.fact("Responsibility", f"duty{number}", ids["manager-post"], site, role="SUPERVISOR")


async def fed_back(office: Office, now: datetime = MONDAY, sites: int = 1, **given: Any) -> tuple[str, list[str]]:
    """A feedback of one problem at each of so many sites, with the deadline of Friday; its id and theirs."""
    problems = [
        {"title": "裸土未覆盖", "severity": "SERIOUS", "site": office.ids[f"site{number}"], "dueAt": DEADLINE}
        for number in range(1, sites + 1)
    ]
    given = {"level": "PROVINCE", "document": "省督〔2024〕7号", "problems": problems, **given}
    answer = await office.send("RecordFeedback", now, "officer", **given)
    assert "feedback" in answer, answer
    feedback = answer["feedback"]
    return feedback["id"], [edge["node"]["id"] for edge in feedback["problems"]["edges"]]


async def progress(office: Office, feedback: str, now: datetime) -> dict[str, int]:
    found = (await office.read("Feedback", now, id=feedback))["progress"]
    return {name: number for name, number in found.items() if number}


async def kinds(office: Office, problem: str, now: datetime) -> list[str]:
    events = (await office.read(LIFE, now, id=problem))["events"]["edges"]
    return [edge["node"]["kind"] for edge in events]


async def the_straight_way(office: Office) -> None:
    feedback, problems = await fed_back(office, sites=3, authority="省督察组", batch="第七批")
    assert await progress(office, feedback, MONDAY) == {"total": 3, "open": 3}
    found = await office.read("Feedback", MONDAY, id=feedback)
    assert (found["organization"], found["recordedBy"]) == ({"name": "攻坚办"}, {"name": "甲officer"})
    # What is fed back needs nobody to say that it is a problem, and keeps the deadline that was set above.
    first = await office.read(LIFE, MONDAY, id=problems[0])
    assert (first["status"], first["origin"], first["dueAt"]) == ("REGISTERED", "PROVINCE", DEADLINE)
    assert first["feedback"] == {"document": "省督〔2024〕7号", "level": "PROVINCE"}
    for number, problem in enumerate(problems):
        taken = photo(f"after-{number}", MONDAY + HOUR, takenBy=office.ids["clerk"])
        await office.closed(problem, MONDAY, [taken])
    assert await progress(office, feedback, CLOSED) == {"total": 3, "closed": 3}
    submitted = await office.read(LIFE, CLOSED, id=problems[0])
    (attached,) = submitted["attachments"]["edges"]
    assert attached["node"]["event"] == {"kind": "SUBMIT"}
    (event,) = [edge["node"] for edge in submitted["events"]["edges"] if edge["node"]["kind"] == "SUBMIT"]
    sha256 = photo("after-0", MONDAY)["sha256"]
    assert (event["evidence"], event["attachments"]) == (
        [sha256],
        [{"sha256": sha256, "takenBy": {"name": "甲clerk"}}],
    )

    # Two are drawn by chance, and whoever has the seed draws the same.
    seed = "2024-12-17 16:00 上证收盘"
    scope = {"seed": seed, "size": 2, "area": office.ids["area"], "feedback": feedback}
    drawn = (await office.send("DrawLookBacks", LATER, "officer", **scope))["draw"]
    assert (drawn["populationSize"], drawn["population"]) == (3, sorted(problems))
    expected = draw(seed, problems, 2)
    look_backs = [edge["node"] for edge in drawn["lookBacks"]["edges"]]
    assert [one["problem"]["id"] for one in look_backs] == list(expected)
    assert draw("another seed", problems, 3) != draw(seed, problems, 3)
    held, false = look_backs
    answer = await office.send(
        "RecordLookBack", LATER + HOUR, "officer", lookBack=held["id"], outcome="HELD",
        attachments=[photo("held", LATER + HOUR)],
    )  # fmt: skip
    assert (answer["lookBack"]["outcome"], answer["problem"]["status"]) == ("HELD", "CLOSED")
    answer = await office.send(
        "RecordLookBack", LATER + HOUR, "officer", lookBack=false["id"], outcome="FALSE_RECTIFICATION",
        attachments=[photo("still bare", LATER + HOUR)], note="裸土仍未覆盖",
    )  # fmt: skip
    # It is reopened in the same hands, with the time that its severity gives.
    again = (LATER + HOUR + shipped().problem_clock(Severity.SERIOUS)).astimezone().isoformat()
    assert datetime.fromisoformat(answer["problem"]["dueAt"]) == datetime.fromisoformat(again)
    assert answer["problem"]["status"] == "RECTIFYING"
    assert await kinds(office, expected[1], LATER + HOUR) == [
        "REPORTED", "REGISTER", "ASSIGN", "ACCEPT", "SUBMIT", "VERIFY", "CLOSE", "LOOK_BACK", "REOPEN",
    ]  # fmt: skip
    assert await progress(office, feedback, LATER + HOUR) == {
        "total": 3, "open": 1, "closed": 2, "falseRectifications": 1,
    }  # fmt: skip
    # Another is chosen; what came back is put right once more.
    (third,) = set(problems) - set(expected)
    chosen = await office.send("ChooseLookBack", LATER, "officer", problem=third, reason="群众再次反映")
    recurred = await office.send(
        "RecordLookBack", LATER + HOUR, "inspector", lookBack=chosen["lookBack"]["id"], outcome="RECURRED",
        attachments=[photo("back again", LATER + HOUR)],
    )  # fmt: skip
    assert recurred == {"code": "SAME_PERSON"} | recurred, "the inspector verified it"
    recurred = await office.send(
        "RecordLookBack", LATER + HOUR, "officer", lookBack=chosen["lookBack"]["id"], outcome="RECURRED",
        attachments=[photo("back again", LATER + HOUR)],
    )  # fmt: skip
    assert (recurred["lookBack"]["outcome"], recurred["problem"]["status"]) == ("RECURRED", "RECTIFYING")
    # Who supervised the site answers for what was false, and the leader by transfer to the discipline office.
    trace = await office.read("Trace", LATER + HOUR, subject=expected[1], asOf=(LATER + HOUR).isoformat())
    (industry,) = [line["hops"] for line in trace["lines"] if line["kind"] == "INDUSTRY"]
    assert [(hop["holder"]["name"], hop["level"]) for hop in industry] == [
        ("甲manager", "SUPERVISORY"), ("甲director", "LEADERSHIP"),
    ]  # fmt: skip
    grounds = [{"problem": expected[1], "kind": "FALSE_RECTIFICATION", "statement": "回头看发现未整改"}]
    hand: dict[str, Any] = {"to": office.ids["discipline"], "statement": "虚假整改", "grounds": grounds}
    transfer = (await office.send("TransferProblems", LATER + 2 * HOUR, "officer", **hand))["transfer"]
    assert [edge["node"]["event"]["kind"] for edge in transfer["grounds"]["edges"]] == [
        "SUBMIT", "VERIFY", "LOOK_BACK", "REOPEN",
    ]  # fmt: skip
    for action, state in (("ACKNOWLEDGE", "ACKNOWLEDGED"), ("ACCEPT", "ACCEPTED")):
        given = {"transfer": transfer["id"], "action": action}
        answer = await office.send("ReceiveTransfer", LATER + 3 * HOUR, "disciplinarian", **given)
        assert answer["transfer"]["state"] == state
    for subject in (feedback, false["id"], expected[1], drawn["id"], transfer["id"]):
        assert (await office.read("Evidence", LATER + HOUR, subject=subject))["verified"]


async def the_wrong_person_acts(office: Office) -> None:
    bare: dict[str, Any] = {"level": "CITY", "document": "市督3号"}
    problem = {"title": "渣土车未覆盖", "site": office.ids["site1"]}
    wrong = [
        await office.refused("RecordFeedback", MONDAY, who, problems=[problem], **bare, **more)
        for who, more in (("townsman", {}), ("officer", {"post": office.ids["clerk-post"]}), (None, {}))
    ]
    assert wrong == [("NOT_ALLOWED", "recordedBy"), ("NOT_ALLOWED", "post"), ("MISSING_PERSON", "recordedBy")]
    _, (fed,) = await fed_back(office)
    await office.done(fed, "ASSIGN", MONDAY, "officer", toOrganization=office.ids["housing"])
    await office.done(fed, "ACCEPT", MONDAY, "clerk")
    await office.done(fed, "SUBMIT", MONDAY + HOUR, "clerk", attachments=[photo("after", MONDAY + HOUR)])
    # Who submitted may not verify; of what the province fed back, nobody of the same organization may.
    own = await office.act(fed, "VERIFY", MONDAY + HOUR, "clerk")
    near = await office.act(fed, "VERIFY", MONDAY + HOUR, "manager")
    assert [(one["code"], one["errors"][0]["path"]) for one in (own, near)] == [("SAME_PERSON", "person")] * 2
    assert "CLOSE" not in near["possible"]
    assert "VERIFY" in near["possible"]
    await office.done(fed, "VERIFY", MONDAY + 2 * HOUR, "inspector")
    await office.done(fed, "CLOSE", MONDAY + 2 * HOUR, "officer")
    # What the county's own office feeds back another person of the same organization may verify.
    _, (own_county,) = await fed_back(office, level="COUNTY", document="县督1号")
    await office.done(own_county, "ASSIGN", MONDAY, "officer", toOrganization=office.ids["housing"])
    await office.done(own_county, "ACCEPT", MONDAY, "clerk")
    await office.done(own_county, "SUBMIT", MONDAY + HOUR, "clerk", evidence=["after.jpg"])
    await office.done(own_county, "VERIFY", MONDAY + HOUR, "manager")

    assert await office.refused("ChooseLookBack", LATER, "manager", problem=fed, reason="抽查") == (
        "NOT_ALLOWED",
        "chosenBy",
    )
    chosen = (await office.send("ChooseLookBack", LATER, "officer", problem=fed, reason="抽查"))["lookBack"]["id"]

    async def looked(who: str | None, role: Role = Role.DEPARTMENT, **more: Any) -> tuple[str, str]:
        given = {"lookBack": chosen, "outcome": "HELD", "attachments": [photo("look", LATER)], **more}
        answer = await office.send("RecordLookBack", LATER, who, role, **given)
        if "lookBack" in answer:
            return "done", ""
        return answer["code"], answer["errors"][0]["path"] if answer["errors"] else ""

    assert await looked("clerk") == ("NOT_ALLOWED", "person")
    assert await looked("inspector") == ("SAME_PERSON", "person")
    assert await looked("officer", person=office.ids["inspector"]) == ("NOT_ALLOWED", "person")
    assert await looked(None, Role.INTEGRATOR) == ("MISSING_PERSON", "person")
    assert await looked("officer", Role.VIEWER) == ("NOT_ALLOWED", "")
    assert await looked(None, Role.INTEGRATOR, person=office.ids["officer"]) == ("done", "")


async def steps_in_the_wrong_order(office: Office) -> None:
    _, (problem,) = await fed_back(office)
    early = await office.send("ChooseLookBack", MONDAY, "officer", problem=problem, reason="抽查")
    assert (early["code"], "ASSIGN" in early["possible"]) == ("ILLEGAL_TRANSITION", True)
    empty = {"seed": "seed", "size": 1, "area": office.ids["area"]}
    assert await office.refused("DrawLookBacks", MONDAY, "officer", **empty) == ("BAD_INPUT", "")
    await office.done(problem, "ASSIGN", MONDAY, "officer", toOrganization=office.ids["housing"])
    await office.done(problem, "ACCEPT", MONDAY, "clerk")
    now = MONDAY + HOUR

    async def submitted(**given: Any) -> tuple[str, str]:
        answer = await office.act(problem, "SUBMIT", now, "clerk", **given)
        return answer["code"], answer["errors"][0]["path"]

    # The province wants evidence that is described: a name is none, nor is what was taken before or afterwards.
    assert await submitted() == ("MISSING_EVIDENCE", "evidence")
    assert await submitted(evidence=["after.jpg"]) == ("MISSING_EVIDENCE", "attachments")
    old = photo("old", MONDAY - DAY)
    assert await submitted(attachments=[old]) == ("OUT_OF_ORDER", "attachments.0.takenAt")
    assert await submitted(attachments=[photo("a", now), photo("b", now + TICK)]) == (
        "OUT_OF_ORDER",
        "attachments.1.takenAt",
    )
    assert await submitted(attachments=[photo("a", now) | {"sha256": "abc"}]) == (
        "MISSING_EVIDENCE",
        "attachments.0.sha256",
    )
    await office.done(problem, "SUBMIT", now, "clerk", attachments=[photo("a", now)])
    await office.done(problem, "VERIFY", now, "inspector")
    await office.done(problem, "CLOSE", now, "officer")
    chosen = (await office.send("ChooseLookBack", LATER, "officer", problem=problem, reason="抽查"))["lookBack"]["id"]
    twice = await office.refused("ChooseLookBack", LATER, "officer", problem=problem, reason="抽查")
    assert twice == ("NOT_ALLOWED", "problem")
    look: dict[str, Any] = {"lookBack": chosen, "outcome": "FALSE_RECTIFICATION"}
    assert await office.refused("RecordLookBack", LATER, "officer", attachments=[], **look) == (
        "MISSING_EVIDENCE",
        "attachments",
    )
    before = (LATER - TICK).isoformat()
    shown = [photo("look", LATER)]
    assert await office.refused("RecordLookBack", LATER, "officer", attachments=shown, at=before, **look) == (
        "OUT_OF_ORDER",
        "at",
    )
    held = await office.refused(
        "RecordLookBack", LATER, "officer", attachments=shown, dueAt=DEADLINE, lookBack=chosen, outcome="HELD"
    )
    assert held == ("BAD_DUE_AT", "dueAt")
    assert "lookBack" in await office.send("RecordLookBack", LATER, "officer", attachments=shown, **look)
    again = await office.send("RecordLookBack", LATER, "officer", attachments=shown, **look)
    assert (again["code"], "SUBMIT" in again["possible"]) == ("ILLEGAL_TRANSITION", True)
    # Times that can't be are refused before anything is written.
    site = office.ids["site1"]
    late = {"title": "晚于收文", "site": site, "discoveredAt": (MONDAY + DAY).isoformat()}
    due = {"title": "时限早于发现", "site": site, "dueAt": (MONDAY - DAY).isoformat()}
    for wrong, path in ((late, "problems.1.discoveredAt"), (due, "problems.1.dueAt")):
        problems = [{"title": "裸土", "site": site}, wrong]
        answer = await office.refused(
            "RecordFeedback", MONDAY, "officer", level="CITY", document="市督3号", problems=problems
        )
        assert answer[1] == path
    (row,) = await office.database.read("MATCH (f:Feedback) RETURN count(f) AS n")
    assert row["n"] == 1


async def a_step_repeated_by_a_retry(office: Office) -> None:
    given = {"level": "CITY", "document": "市督3号", "idempotencyKey": "feedback"}
    problems = [{"title": "裸土", "site": office.ids[f"site{number}"]} for number in (1, 2)]
    at_once = [office.send("RecordFeedback", MONDAY, "officer", problems=problems, **given) for _ in range(4)]
    first, *others = await asyncio.gather(*at_once)
    assert others == [first] * 3
    other = await office.send("RecordFeedback", MONDAY, "officer", problems=problems[:1], **given)
    assert other["code"] == "IDEMPOTENCY_CONFLICT"
    for number, edge in enumerate(first["feedback"]["problems"]["edges"]):
        await office.closed(edge["node"]["id"], MONDAY, [photo(f"after-{number}", MONDAY + HOUR)])
    scope = {"seed": "seed", "size": 2, "idempotencyKey": "draw"}
    drawn = [await office.send("DrawLookBacks", LATER, "officer", **scope) for _ in range(2)]
    assert drawn[0] == drawn[1]
    look_back, beside = (edge["node"] for edge in drawn[0]["draw"]["lookBacks"]["edges"])
    # Another draw does not take what somebody is to look at already.
    assert (await office.send("DrawLookBacks", LATER, "officer", seed="seed", size=2))["code"] == "BAD_INPUT"
    look = {
        "lookBack": look_back["id"], "outcome": "FALSE_RECTIFICATION", "attachments": [photo("look", LATER)],
        "idempotencyKey": "look",
    }  # fmt: skip
    answers = await asyncio.gather(*(office.send("RecordLookBack", LATER, "officer", **look) for _ in range(3)))
    assert answers[1:] == [answers[0]] * 2
    problem = look_back["problem"]["id"]
    assert (await kinds(office, problem, LATER))[-2:] == ["LOOK_BACK", "REOPEN"]
    # Two who say at once what they found: one is told that the other was first.
    rival = {"lookBack": beside["id"], "attachments": [photo("rival", LATER)]}
    both = await asyncio.gather(
        office.send("RecordLookBack", LATER, "officer", outcome="HELD", **rival),
        office.send("RecordLookBack", LATER, "officer", outcome="RECURRED", **rival),
    )
    assert sorted(one.get("code", "done") for one in both) == ["ILLEGAL_TRANSITION", "done"]
    rows = await office.database.read(
        "MATCH (n:Feedback|Draw|LookBack) RETURN labels(n)[1] AS kind, count(n) AS n ORDER BY kind"
    )
    assert {row["kind"]: row["n"] for row in rows} == {"Draw": 1, "Feedback": 1, "LookBack": 2}


async def the_clock_runs_out_at_that_instant(office: Office) -> None:
    feedback, (problem,) = await fed_back(office)
    deadline = at(DEADLINE)
    assert await progress(office, feedback, deadline) == {"total": 1, "open": 1}
    assert await progress(office, feedback, deadline + TICK) == {"total": 1, "open": 1, "overdue": 1}
    # Assigned without a deadline, it keeps the one that was set above.
    await office.closed(problem, MONDAY, [photo("after", MONDAY + HOUR)])
    chosen = (await office.send("ChooseLookBack", LATER, "officer", problem=problem, reason="抽查"))["lookBack"]
    due = at(chosen["dueAt"])
    assert due == at("2024-12-31T18:00+08:00"), "ten working days from the day after"
    assert not (await office.read(LOOK_BACK, due, id=chosen["id"]))["late"]
    assert (await office.read(LOOK_BACK, due + TICK, id=chosen["id"]))["late"]
    look = {"lookBack": chosen["id"], "outcome": "HELD", "attachments": [photo("look", due)]}
    assert not (await office.send("RecordLookBack", due, "officer", **look))["lookBack"]["late"]
    found = await office.read(LOOK_BACK, due + DAY, id=chosen["id"])
    assert (found["late"], found["rulebook"]) == (False, shipped().version)
    events = [edge["node"] for edge in found["events"]["edges"]]
    assert [event["kind"] for event in events] == ["RECORDED", "LOOK_BACK"]
    assert events[1]["previousHash"] == events[0]["hash"]


async def a_holiday_between(office: Office) -> None:
    eve = at("2025-01-27T10:00+08:00")
    sites = [{"title": "裸土", "site": office.ids["site1"]}]
    given: dict[str, Any] = {"level": "PROVINCE", "document": "省督1号", "problems": sites}
    answer = await office.send("RecordFeedback", eve, "officer", **given)
    (edge,) = answer["feedback"]["problems"]["edges"]
    problem = edge["node"]["id"]
    await office.done(problem, "ASSIGN", eve, "officer", toOrganization=office.ids["housing"])
    # A problem's clock runs by night and day, and so through the Spring Festival; a look-back's waits for working days.
    assert (await office.read(LIFE, eve, id=problem))["dueAt"] == "2025-01-30T10:00:00+08:00"
    await office.done(problem, "ACCEPT", eve, "successor")
    await office.done(problem, "SUBMIT", eve, "successor", attachments=[photo("after", eve)])
    await office.done(problem, "VERIFY", eve, "inspector")
    await office.done(problem, "CLOSE", eve, "officer")
    chosen = await office.send("ChooseLookBack", eve, "officer", problem=problem, reason="节前")
    assert chosen["lookBack"]["dueAt"] == "2025-02-17T18:00:00+08:00", "with a Saturday on which people work"
    # Of a year whose working days nobody knows yet nothing is guessed; a time that is named is taken.
    last = at("2026-12-31T10:00+08:00")
    draw_at: dict[str, Any] = {"seed": "seed", "size": 1}
    look = {"lookBack": chosen["lookBack"]["id"], "outcome": "HELD", "attachments": [photo("look", last)]}
    assert "lookBack" in await office.send("RecordLookBack", last, "officer", **look)
    assert await office.refused("DrawLookBacks", last, "officer", **draw_at) == ("UNKNOWN_WORKING_DAYS", "dueAt")
    assert "draw" in await office.send("DrawLookBacks", last, "officer", dueAt="2027-01-08T18:00+08:00", **draw_at)


async def a_post_changes_hands_half_way(office: Office) -> None:
    _, (problem,) = await fed_back(office, level="CITY", document="市督3号")
    await office.done(problem, "ASSIGN", MONDAY, "officer", toOrganization=office.ids["housing"])
    await office.done(problem, "ACCEPT", MONDAY, "clerk")
    await office.done(problem, "SUBMIT", HANDOVER - TICK, "clerk", attachments=[photo("after", MONDAY + HOUR)])
    # Of what the city fed back, the successor in the post that submitted is no other post.
    own = await office.act(problem, "VERIFY", HANDOVER, "successor")
    assert (own["code"], own["errors"][0]["path"]) == ("SAME_PERSON", "post")
    await office.done(problem, "VERIFY", HANDOVER, "manager")
    await office.done(problem, "CLOSE", HANDOVER, "officer")
    chosen = (await office.send("ChooseLookBack", HANDOVER, "officer", problem=problem, reason="抽查"))["lookBack"][
        "id"
    ]
    look = {"lookBack": chosen, "outcome": "FALSE_RECTIFICATION", "attachments": [photo("look", HANDOVER + HOUR)]}
    assert "lookBack" in await office.send("RecordLookBack", HANDOVER + HOUR, "officer", **look)
    # It goes on in the same organization, with whoever holds the post now; who submitted it then stays in the ledger.
    gone = await office.act(problem, "SUBMIT", HANDOVER + HOUR, "clerk", post=office.ids["clerk-post"])
    assert (gone["code"], gone["errors"][0]["path"]) == ("NOT_ALLOWED", "post")
    again = [photo("again", HANDOVER + HOUR)]
    await office.done(problem, "SUBMIT", HANDOVER + 2 * HOUR, "successor", attachments=again)
    events = [edge["node"] for edge in (await office.read(LIFE, LATER + 2 * DAY, id=problem))["events"]["edges"]]
    assert [(event["kind"], event["actor"]["name"]) for event in events if event["kind"] in ("SUBMIT", "REOPEN")] == [
        ("SUBMIT", "甲clerk"),
        ("REOPEN", "甲officer"),
        ("SUBMIT", "甲successor"),
    ]


@pytest.fixture
def county(clean_database: DatabaseConnection) -> County:
    return county_on(clean_database, who_supervises)


@seven(
    the_straight_way,
    the_wrong_person_acts,
    steps_in_the_wrong_order,
    a_step_repeated_by_a_retry,
    the_clock_runs_out_at_that_instant,
    a_holiday_between,
    a_post_changes_hands_half_way,
)
def test_row_10(county: County, cell: Cell) -> None:
    live(county, cell)
