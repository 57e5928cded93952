"""Row 11, supervision: patrols, urging, and the transfer of what is passed on, answered without substance, not done or
wrongly done to the discipline office; through GraphQL on a real Neo4j.
"""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from graph.model.instants import TICK
from services.campaign.rulebook import shipped
from services.hosting.identity import Role
from tests.database import DatabaseConnection
from tests.scenarios.campaign_office import DAY, HANDOVER, HOUR, MONDAY, Cell, County, Office, county_on, live, seven
from tests.world import at

LIFE = """query ($id: ID!) { problem(id: $id) {
  status origin patrol { purpose }
  events(first: 30) { edges { node { id kind actor { name } toOrganization { name } } } }
  urgings(first: 9) { edges { node { number answerBy late answeredAt answeredBy { name } } } }
  grounds(first: 30) { edges { node { kind event { kind } transfer { state } } } } } }"""
URGING = "query ($id: ID!, $asOf: DateTime) { urging(id: $id, asOf: $asOf) { late answeredAt rulebook } }"
TRANSFER = """query ($id: ID!, $asOf: DateTime) { transfer(id: $id, asOf: $asOf) {
  state acknowledgedLate decidedLate sender { name } receiver { name } transferredBy { name } acknowledgedBy { name }
  decidedBy { name } returnReason rulebook
  events(first: 9) { edges { node { kind note previousHash hash } } } } }"""
CUSTODY = """query ($id: ID!) { trace(subject: $id) { custody { reason organization { name } from until } } }"""


async def found(office: Office, now: datetime = MONDAY, **given: Any) -> str:
    """A problem at the first site that is assigned to housing and accepted by the clerk; its id."""
    report = {"title": "裸土未覆盖", "origin": "PATROL", "site": office.ids["site1"], **given}
    problem = (await office.send("ReportProblem", now, "officer", **report))["problem"]["id"]
    await office.done(problem, "REGISTER", now, "officer")
    await office.done(problem, "ASSIGN", now, "officer", toOrganization=office.ids["housing"])
    await office.done(problem, "ACCEPT", now, "clerk" if now < HANDOVER else "successor")
    return problem


async def urged(office: Office, problem: str, now: datetime, **given: Any) -> dict[str, Any]:
    answer = await office.send("UrgeProblem", now, "officer", problem=problem, reason="进度迟缓", **given)
    assert "urging" in answer, answer
    return answer["urging"]


async def transferred(office: Office, now: datetime, *grounds: tuple[str, str], **given: Any) -> dict[str, Any]:
    """Transfer problems for these words, (problem, kind)."""
    told = [{"problem": problem, "kind": kind} for problem, kind in grounds]
    given = {"to": office.ids["discipline"], "statement": "屡催不办", "grounds": told, **given}
    return await office.send("TransferProblems", now, "officer", **given)


async def received(office: Office, transfer: str, action: str, now: datetime, who: str, **given: Any) -> dict[str, Any]:
    return await office.send("ReceiveTransfer", now, who, transfer=transfer, action=action, **given)


async def wrongly(
    office: Office, problem: str, kind: str, now: datetime, who: str | None = "inspector", role: Role = Role.SUPERVISOR,
    /, **given: Any,
) -> dict[str, Any]:  # fmt: skip
    """Record that the clerk did wrong in the problem's last event of a kind."""
    happened = (await office.read(LIFE, now, id=problem))["events"]["edges"]
    events = [edge["node"]["id"] for edge in happened if edge["node"]["kind"] == kind][-1:]
    said = {"problem": problem, "doneBy": office.ids["clerk"], "statement": "无故退回", "evidence": ["memo.pdf"]}
    return await office.send("RecordWronglyDone", now, who, role, **{**said, "events": events, **given})


async def the_straight_way(office: Office) -> None:
    ids = office.ids
    planned = await office.send(
        "PlanPatrol", MONDAY, "inspector", purpose="夜查施工扬尘", route=[ids["site1"], ids["site2"], ids["community"]],
        startsAt=(MONDAY + HOUR).isoformat(), endsAt=(MONDAY + 4 * HOUR).isoformat(),
    )  # fmt: skip
    patrol = planned["patrol"]
    assert [(stop["site"] or stop["area"])["name"] for stop in patrol["stops"]] == ["1号工地", "2号工地", "一社区"]
    visits = [{"stop": stop["id"], "visitedAt": (MONDAY + 2 * HOUR).isoformat()} for stop in patrol["stops"][:2]]
    done = await office.send(
        "CompletePatrol", MONDAY + 3 * HOUR, "inspector", patrol=patrol["id"], visits=visits,
        problems=[{"title": "裸土未覆盖", "severity": "SERIOUS", "site": ids["site2"], "evidence": ["soil.jpg"]}],
    )  # fmt: skip
    (edge,) = done["patrol"]["problems"]["edges"]
    assert (done["patrol"]["late"], edge["node"]["status"]) == (False, "REPORTED")
    assert [stop["visitedAt"] is None for stop in done["patrol"]["stops"]] == [False, False, True], (
        "one was not visited"
    )
    problem = edge["node"]["id"]
    assert (await office.read(LIFE, MONDAY + 3 * HOUR, id=problem))["patrol"] == {"purpose": "夜查施工扬尘"}

    # Housing says that it is not theirs, is told that it is, and says so again; then nothing happens.
    now = MONDAY + 4 * HOUR
    await office.done(problem, "REGISTER", now, "officer")
    await office.done(problem, "ASSIGN", now, "officer", toOrganization=ids["housing"])
    await office.done(problem, "RETURN", now + HOUR, "clerk", note="不属本单位")
    await office.done(problem, "UPHOLD_RETURN", now + 2 * HOUR, "officer")
    await office.done(problem, "ASSIGN", now + 2 * HOUR, "officer", toOrganization=ids["transport"])
    await office.done(problem, "RETURN", now + 3 * HOUR, "driver", note="应由住建负责")
    await office.done(problem, "UPHOLD_RETURN", now + 4 * HOUR, "officer")
    await office.done(problem, "ASSIGN", now + 4 * HOUR, "officer", toOrganization=ids["housing"])
    tuesday = MONDAY + DAY
    first = await urged(office, problem, tuesday)
    assert (first["number"], first["organization"], first["answerBy"]) == (
        1, {"name": "住建局"}, "2024-12-17T15:30:00+08:00",
    )  # fmt: skip
    answered = await office.send("AnswerUrging", tuesday + HOUR, "clerk", urging=first["id"], answer="正在协调")
    assert (answered["urging"]["answer"], answered["urging"]["late"]) == ("正在协调", False)
    assert (await urged(office, problem, tuesday + 2 * HOUR))["number"] == 2

    # That the return was wrong a person says, whoever oversees; it names the clerk, and stands behind the word.
    recorded = await wrongly(office, problem, "RETURN", tuesday + 2 * HOUR, doneBy=ids["driver"])
    finding = recorded["finding"]
    assert (finding["doneBy"], finding["recordedBy"], finding["rule"]["version"]) == (
        {"name": "甲driver"}, {"name": "甲inspector"}, shipped().version,
    )  # fmt: skip
    assert [one["organization"] for one in finding["accountable"]] == [{"name": "交通局"}]
    words = ("PASSED_ON", "NOTHING_DONE", "WRONGLY_DONE")
    sent = await transferred(office, tuesday + 3 * HOUR, *((problem, word) for word in words))
    transfer = sent["transfer"]
    assert (transfer["state"], transfer["acknowledgeBy"], transfer["decideBy"]) == (
        "SENT", "2024-12-18T18:00:00+08:00", "2024-12-24T18:00:00+08:00",
    )  # fmt: skip
    behind = [(edge["node"]["kind"], edge["node"]["event"]["kind"]) for edge in transfer["grounds"]["edges"]]
    passed = ["ASSIGN", "RETURN", "UPHOLD_RETURN", "ASSIGN", "RETURN", "UPHOLD_RETURN", "ASSIGN"]
    nothing = ["ASSIGN", "ASSIGN", "ASSIGN", "URGE", "URGE"]
    assert [kind for word, kind in behind if word == "PASSED_ON"] == passed
    assert [kind for word, kind in behind if word == "WRONGLY_DONE"] == ["RETURN"]
    assert [kind for word, kind in behind if word == "NOTHING_DONE" and kind != "DEADLINE_PASSED"] == nothing
    # Whose hands it was in, and how long, the trace says.
    custody = (await office.read(CUSTODY, tuesday + 3 * HOUR, id=problem))["custody"]
    hands = [(one["reason"], one["organization"]["name"]) for one in custody if one["reason"] in ("ASSIGN", "RETURN")]
    assert hands == [
        ("ASSIGN", "住建局"), ("RETURN", "攻坚办"), ("ASSIGN", "交通局"), ("RETURN", "攻坚办"), ("ASSIGN", "住建局"),
    ]  # fmt: skip

    assert (await received(office, transfer["id"], "ACKNOWLEDGE", tuesday + 4 * HOUR, "disciplinarian"))["transfer"][
        "state"
    ] == "ACKNOWLEDGED"
    accepted = await received(office, transfer["id"], "ACCEPT", tuesday + 5 * HOUR, "disciplinarian")
    assert (accepted["transfer"]["state"], accepted["transfer"]["decidedLate"]) == ("ACCEPTED", False)
    events = (await office.read(LIFE, tuesday + 5 * HOUR, id=problem))["events"]["edges"]
    assert (events[-1]["node"]["kind"], events[-1]["node"]["toOrganization"]) == ("TRANSFER", {"name": "纪委追责办"})
    whole = await office.read(TRANSFER, tuesday + 5 * HOUR, id=transfer["id"])
    assert (whole["sender"], whole["receiver"], whole["rulebook"]) == (
        {"name": "攻坚办"},
        {"name": "纪委追责办"},
        shipped().version,
    )
    chain = [edge["node"] for edge in whole["events"]["edges"]]
    assert [event["kind"] for event in chain] == ["TRANSFER", "ACKNOWLEDGE", "ACCEPT"]
    assert [event["previousHash"] for event in chain] == [None, *(event["hash"] for event in chain[:-1])]
    for subject in (patrol["id"], first["id"], transfer["id"], problem, finding["id"]):
        assert (await office.read("Evidence", tuesday + 5 * HOUR, subject=subject))["verified"]


async def the_wrong_person_acts(office: Office) -> None:
    ids, now = office.ids, MONDAY + HOUR
    window = {"startsAt": MONDAY.isoformat(), "endsAt": (MONDAY + DAY).isoformat()}
    plan: dict[str, Any] = {"purpose": "夜查", "route": [ids["site1"]], **window}
    assert await office.refused("PlanPatrol", MONDAY, "clerk", **plan) == ("NOT_ALLOWED", "plannedBy")
    patrol = (await office.send("PlanPatrol", MONDAY, "inspector", **plan))["patrol"]["id"]
    other = await office.refused("CompletePatrol", now, "officer", patrol=patrol, visits=[])
    assert other == ("NOT_ALLOWED", "person"), "the office is not the bureau"
    problem = await found(office)
    urge = {"problem": problem, "reason": "进度迟缓"}
    assert await office.refused("UrgeProblem", now, "clerk", **urge) == ("NOT_ALLOWED", "urgedBy")
    assert await office.refused("UrgeProblem", now, None, **urge) == ("MISSING_PERSON", "urgedBy")
    for role in (Role.DEPARTMENT, Role.GRID_WORKER):
        own = await wrongly(office, problem, "ACCEPT", now, "manager", role)
        assert (own["code"], own["errors"][0]["path"]) == ("NOT_ALLOWED", ""), "nobody who does not oversee"
    uninvolved = await wrongly(office, problem, "ACCEPT", now, doneBy=ids["driver"])
    assert (uninvolved["code"], uninvolved["errors"][0]["path"]) == ("NOT_ALLOWED", "doneBy")
    urging = (await urged(office, problem, now))["id"]
    answer = {"urging": urging, "answer": "已办"}
    for who in ("driver", "officer"):
        assert await office.refused("AnswerUrging", now, who, **answer) == ("NOT_ALLOWED", "person")
    assert await office.refused("AnswerUrging", now, "driver", person=ids["clerk"], **answer) == (
        "NOT_ALLOWED",
        "person",
    )
    ground = [{"problem": problem, "kind": "NOTHING_DONE"}]
    hand: dict[str, Any] = {"statement": "屡催不办", "grounds": ground}
    assert await office.refused("TransferProblems", now, "clerk", to=ids["discipline"], **hand) == (
        "NOT_ALLOWED",
        "transferredBy",
    )
    assert await office.refused("TransferProblems", now, "officer", to=ids["bureau"], **hand) == ("NOT_ALLOWED", "to")
    transfer = (await transferred(office, now, (problem, "NOTHING_DONE")))["transfer"]["id"]
    for who in ("officer", "clerk"):
        refused = await received(office, transfer, "ACKNOWLEDGE", now, who)
        assert (refused["code"], refused["errors"][0]["path"]) == ("NOT_ALLOWED", "person")
    relayed = await office.send(
        "ReceiveTransfer", now, None, Role.INTEGRATOR, transfer=transfer, action="ACKNOWLEDGE",
        person=ids["disciplinarian"],
    )  # fmt: skip
    assert relayed["transfer"]["state"] == "ACKNOWLEDGED"
    assert "urging" in await office.send("AnswerUrging", now, "clerk", **answer)


async def steps_in_the_wrong_order(office: Office) -> None:
    ids, now = office.ids, MONDAY + HOUR
    backwards = {"startsAt": (MONDAY + DAY).isoformat(), "endsAt": MONDAY.isoformat()}
    assert await office.refused(
        "PlanPatrol", MONDAY, "inspector", purpose="夜查", route=[ids["site1"]], **backwards
    ) == (
        "BAD_INTERVAL",
        "endsAt",
    )
    window = {"startsAt": MONDAY.isoformat(), "endsAt": (MONDAY + DAY).isoformat()}
    patrol = (await office.send("PlanPatrol", MONDAY, "inspector", purpose="夜查", route=[ids["site1"]], **window))[
        "patrol"
    ]
    early = [{"stop": patrol["stops"][0]["id"], "visitedAt": (MONDAY - TICK).isoformat()}]
    off = [{"stop": patrol["id"], "visitedAt": MONDAY.isoformat()}]
    for visits, said in ((early, ("OUT_OF_ORDER", "visits.0.visitedAt")), (off, ("NOT_FOUND", "visits.0.stop"))):
        assert await office.refused("CompletePatrol", now, "inspector", patrol=patrol["id"], visits=visits) == said
    assert "patrol" in await office.send("CompletePatrol", now, "inspector", patrol=patrol["id"], visits=[])
    again = await office.refused("CompletePatrol", now, "inspector", patrol=patrol["id"], visits=[])
    assert again == ("ILLEGAL_TRANSITION", "patrol")

    # Whom would one urge, while nobody has it in hand?
    report = {"title": "裸土", "origin": "PATROL", "site": ids["site1"]}
    loose = (await office.send("ReportProblem", MONDAY, "officer", **report))["problem"]["id"]
    nobody = await office.send("UrgeProblem", now, "officer", problem=loose, reason="进度迟缓")
    assert (nobody["code"], "REGISTER" in nobody["possible"]) == ("MISSING_ORGANIZATION", True)
    problem = await found(office)
    # A word needs a fact in the ledger behind it.
    for kind, path in (
        ("PASSED_ON", "kind"),
        ("NOTHING_DONE", "kind"),
        ("FALSE_RECTIFICATION", "kind"),
        ("WRONGLY_DONE", "kind"),
    ):
        refused = await transferred(office, now, (problem, kind))
        assert (refused["code"], refused["errors"][0]["path"]) == ("MISSING_EVIDENCE", f"grounds.0.{path}")
    events = [edge["node"] for edge in (await office.read(LIFE, now, id=problem))["events"]["edges"]]
    named = {"problem": problem, "kind": "NOTHING_DONE", "events": [events[0]["id"]]}
    wrong = await transferred(office, now, grounds=[named])
    assert (wrong["code"], wrong["errors"][0]["path"]) == ("MISSING_EVIDENCE", "grounds.0.events")
    seen = {"problem": problem, "kind": "WRONGLY_DONE", "events": [events[-1]["id"]], "statement": "违规放行"}
    sent = (await transferred(office, now, grounds=[seen]))["transfer"]
    assert [edge["node"]["event"]["kind"] for edge in sent["grounds"]["edges"]] == ["ACCEPT"]

    # What was recorded and withdrawn again stands behind no word, and is withdrawn once.
    finding = (await wrongly(office, problem, "ACCEPT", now))["finding"]["id"]
    gone: dict[str, Any] = {"finding": finding, "reason": "查无此事"}
    answer = await office.send("WithdrawFinding", now, "inspector", Role.SUPERVISOR, **gone)
    assert answer["finding"]["withdrawnBecause"] == "查无此事"
    twice = await office.send("WithdrawFinding", now, "inspector", Role.SUPERVISOR, **gone)
    assert twice["code"] == "ILLEGAL_TRANSITION"
    unsaid = await transferred(office, now, (problem, "WRONGLY_DONE"))
    assert (unsaid["code"], unsaid["errors"][0]["path"]) == ("MISSING_EVIDENCE", "grounds.0.kind")

    urging = (await urged(office, problem, now))["id"]
    before = (now - TICK).isoformat()
    assert await office.refused("AnswerUrging", now, "clerk", urging=urging, answer="已办", at=before) == (
        "OUT_OF_ORDER",
        "at",
    )
    assert await office.refused("AnswerUrging", now, "clerk", urging=urging, answer=" ") == ("MISSING_NOTE", "answer")
    assert "urging" in await office.send("AnswerUrging", now, "clerk", urging=urging, answer="已办")
    twice = await office.refused("AnswerUrging", now, "clerk", urging=urging, answer="又办")
    assert twice == ("ILLEGAL_TRANSITION", "urging")

    hasty = await received(office, sent["id"], "ACCEPT", now, "disciplinarian")
    assert (hasty["code"], hasty["possibleReceipts"]) == ("ILLEGAL_TRANSITION", ["ACKNOWLEDGE"])
    assert "transfer" in await received(office, sent["id"], "ACKNOWLEDGE", now, "disciplinarian")
    mute = await received(office, sent["id"], "RETURN", now, "disciplinarian")
    assert (mute["code"], mute["errors"][0]["path"]) == ("MISSING_NOTE", "reason")
    returned = await received(office, sent["id"], "RETURN", now, "disciplinarian", reason="事实不清")
    assert (returned["transfer"]["state"], returned["transfer"]["returnReason"]) == ("RETURNED", "事实不清")
    over = await received(office, sent["id"], "ACCEPT", now, "disciplinarian")
    assert (over["code"], over["possibleReceipts"]) == ("ILLEGAL_TRANSITION", [])


async def a_step_repeated_by_a_retry(office: Office) -> None:
    problem = await found(office)
    now = MONDAY + HOUR
    urge = {"problem": problem, "reason": "进度迟缓", "idempotencyKey": "urge"}
    answers = await asyncio.gather(*(office.send("UrgeProblem", now, "officer", **urge) for _ in range(3)))
    assert answers[1:] == [answers[0]] * 2
    assert answers[0]["urging"]["number"] == 1
    other = await office.send("UrgeProblem", now, "officer", **{**urge, "reason": "另一理由"})
    assert other["code"] == "IDEMPOTENCY_CONFLICT"
    sent = [await transferred(office, now, (problem, "NOTHING_DONE"), idempotencyKey="transfer") for _ in range(2)]
    assert sent[0] == sent[1]
    transfer = sent[0]["transfer"]["id"]
    said = [await wrongly(office, problem, "ACCEPT", now, idempotencyKey="wrong") for _ in range(2)]
    assert said[0] == said[1]
    assert "finding" in said[0]
    assert "transfer" in await received(
        office, transfer, "ACKNOWLEDGE", now, "disciplinarian", idempotencyKey="receipt"
    )
    # Two who decide at once: one is told that the other was first.
    both = await asyncio.gather(
        received(office, transfer, "ACCEPT", now, "disciplinarian"),
        received(office, transfer, "RETURN", now, "disciplinarian", reason="事实不清"),
    )
    assert sorted(one.get("code", "done") for one in both) == ["ILLEGAL_TRANSITION", "done"]
    again = await received(office, transfer, "ACKNOWLEDGE", now + HOUR, "disciplinarian", idempotencyKey="receipt")
    assert again["transfer"]["state"] == "ACKNOWLEDGED", "the first answer, given again"
    plan = {
        "purpose": "夜查", "route": [office.ids["site1"]], "startsAt": MONDAY.isoformat(),
        "endsAt": (MONDAY + DAY).isoformat(), "idempotencyKey": "plan",
    }  # fmt: skip
    plans = [await office.send("PlanPatrol", now, "inspector", **plan) for _ in range(2)]
    assert plans[0] == plans[1]
    rows = await office.database.read(
        "MATCH (n:Finding|Patrol|PatrolStop|Urging|Transfer) RETURN labels(n)[1] AS kind, count(n) AS n ORDER BY kind"
    )
    assert {row["kind"]: row["n"] for row in rows} == {
        "Finding": 1,
        "Patrol": 1,
        "PatrolStop": 1,
        "Transfer": 1,
        "Urging": 1,
    }


async def the_clock_runs_out_at_that_instant(office: Office) -> None:
    problem = await found(office)
    one, two = await urged(office, problem, MONDAY), await urged(office, problem, MONDAY)
    assert at(one["answerBy"]) == at("2024-12-16T15:30+08:00"), "four working hours, without the noon"
    due = at(one["answerBy"])
    assert not (await office.read(URGING, due, id=one["id"]))["late"]
    assert (await office.read(URGING, due + TICK, id=one["id"]))["late"]
    in_time = await office.send("AnswerUrging", due, "clerk", urging=one["id"], answer="已办")
    late = await office.send("AnswerUrging", due + TICK, "clerk", urging=two["id"], answer="已办")
    assert (in_time["urging"]["late"], late["urging"]["late"]) == (False, True), (
        "a late answer is recorded, and is late"
    )
    transfer = (await transferred(office, MONDAY, (problem, "NOTHING_DONE")))["transfer"]
    acknowledge_by, decide_by = at(transfer["acknowledgeBy"]), at(transfer["decideBy"])
    assert (acknowledge_by, decide_by) == (at("2024-12-17T18:00+08:00"), at("2024-12-23T18:00+08:00"))
    found_at = await office.read(TRANSFER, acknowledge_by + TICK, id=transfer["id"])
    assert (found_at["acknowledgedLate"], found_at["decidedLate"]) == (True, False)
    done = await received(
        office, transfer["id"], "ACKNOWLEDGE", acknowledge_by, "disciplinarian", at=acknowledge_by.isoformat()
    )
    assert not done["transfer"]["acknowledgedLate"]
    assert (await office.read(TRANSFER, decide_by + TICK, id=transfer["id"]))["decidedLate"]
    decided = await received(office, transfer["id"], "ACCEPT", decide_by + TICK, "newcomer")
    assert (decided["transfer"]["decidedLate"], decided["transfer"]["acknowledgedLate"]) == (True, False)
    # What was wrongly done has no clock to be recorded by; it may not be recorded before it was done.
    too_late = await wrongly(office, problem, "ACCEPT", due, doneAt=(due + TICK).isoformat())
    assert (too_late["code"], too_late["errors"][0]["path"]) == ("OUT_OF_ORDER", "doneAt")
    assert (await wrongly(office, problem, "ACCEPT", due, doneAt=due.isoformat()))["finding"]["detectedAt"] == (
        "2024-12-16T15:30:00+08:00"
    )
    # A patrol that is done as its time ends is in time.
    plan = {
        "purpose": "夜查",
        "route": [office.ids["site1"]],
        "startsAt": MONDAY.isoformat(),
        "endsAt": due.isoformat(),
    }
    patrols = [(await office.send("PlanPatrol", MONDAY, "inspector", **plan))["patrol"]["id"] for _ in range(2)]
    dones = [
        await office.send("CompletePatrol", when, "inspector", patrol=patrol, visits=[])
        for patrol, when in zip(patrols, (due, due + TICK), strict=True)
    ]
    assert [one["patrol"]["late"] for one in dones] == [False, True]


async def a_holiday_between(office: Office) -> None:
    eve = at("2025-01-27T17:00+08:00")  # the last hour before the Spring Festival
    problem = await found(office, eve)
    urging = await urged(office, problem, eve)
    assert urging["answerBy"] == "2025-02-05T11:30:00+08:00", "an hour before the holiday, three after it"
    assert not (await office.read(URGING, at("2025-02-01T12:00+08:00"), id=urging["id"]))["late"]
    transfer = (await transferred(office, eve, (problem, "NOTHING_DONE")))["transfer"]
    assert (transfer["acknowledgeBy"], transfer["decideBy"]) == (
        "2025-02-05T18:00:00+08:00",
        "2025-02-10T18:00:00+08:00",
    ), "with a Saturday on which people work"
    # Of a year whose working days nobody knows yet nothing is guessed; a time that is named is taken.
    last = at("2026-12-31T17:30+08:00")
    unknown = await office.refused("UrgeProblem", last, "officer", problem=problem, reason="进度迟缓")
    assert unknown == ("UNKNOWN_WORKING_DAYS", "answerBy")
    assert (await urged(office, problem, last, answerBy="2027-01-04T12:00:00+08:00"))["number"] == 2


async def a_post_changes_hands_half_way(office: Office) -> None:
    problem = await found(office)
    urging = (await urged(office, problem, HANDOVER - HOUR))["id"]
    # The organization was urged: from the instant of the handover the successor answers, within the same clock.
    gone = await office.refused("AnswerUrging", HANDOVER, "clerk", urging=urging, answer="已办")
    assert gone == ("NOT_ALLOWED", "person")
    answered = await office.send("AnswerUrging", HANDOVER, "successor", urging=urging, answer="已接手")
    assert not answered["urging"]["late"]
    # Who accepted it then is named for it, though another holds the post by now; the successor did nothing.
    successors = await wrongly(office, problem, "ACCEPT", HANDOVER, doneBy=office.ids["successor"])
    assert (successors["code"], successors["errors"][0]["path"]) == ("NOT_ALLOWED", "doneBy")
    clerks = (await wrongly(office, problem, "ACCEPT", HANDOVER))["finding"]["accountable"]
    assert [(one["person"], one["post"]) for one in clerks] == [({"name": "甲clerk"}, {"title": "住建科员"})]
    sent = (await transferred(office, HANDOVER, (problem, "NOTHING_DONE")))["transfer"]["id"]
    before = (HANDOVER - TICK).isoformat()
    early = await received(office, sent, "ACKNOWLEDGE", HANDOVER, "disciplinarian", at=before)
    assert (early["code"], early["errors"][0]["path"]) == ("OUT_OF_ORDER", "at")
    old = await received(office, sent, "ACKNOWLEDGE", HANDOVER, "disciplinarian")
    assert (old["code"], old["errors"][0]["path"]) == ("NOT_ALLOWED", "person")
    assert "transfer" in await received(office, sent, "ACKNOWLEDGE", HANDOVER, "newcomer")
    assert "transfer" in await received(office, sent, "ACCEPT", HANDOVER + HOUR, "newcomer")
    whole = await office.read(TRANSFER, HANDOVER + HOUR, id=sent)
    assert (whole["acknowledgedBy"], whole["decidedBy"]) == ({"name": "甲newcomer"}, {"name": "甲newcomer"})


@pytest.fixture
def county(clean_database: DatabaseConnection) -> County:
    return county_on(clean_database)


@seven(
    the_straight_way,
    the_wrong_person_acts,
    steps_in_the_wrong_order,
    a_step_repeated_by_a_retry,
    the_clock_runs_out_at_that_instant,
    a_holiday_between,
    a_post_changes_hands_half_way,
)
def test_row_11(county: County, cell: Cell) -> None:
    live(county, cell)
