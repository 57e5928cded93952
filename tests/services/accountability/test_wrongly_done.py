"""乱作为: what somebody did wrong is recorded by a person who oversees, and withdrawn by one, through GraphQL."""

import asyncio
from dataclasses import replace
from typing import Any

from gateway.schema import schema
from graph.model.instants import TICK
from services.accountability.rules import wrongs
from services.campaign.rulebook import shipped
from services.hosting.identity import Role
from tests.asking import ask, context
from tests.services.accountability.conftest import HOUR, MONDAY, OPERATIONS, County

DOCUMENTS = {
    name: (OPERATIONS / f"{name}.graphql").read_text("utf-8") for name in ("RecordWronglyDone", "WithdrawFinding")
}
EVENTS = "query ($id: ID!) { problem(id: $id) { events(first: 50) { edges { node { id kind } } } } }"
INSTRUCTION = """query ($id: ID!) { instruction(id: $id) { events(first: 5) { edges { node { id } } }
  recipients { organization { id } events(first: 9) { edges { node { id kind } } } } } }"""
FINDING = """query ($id: ID!, $knownAt: DateTime) { finding(id: $id, knownAt: $knownAt) {
  recordedAt statement withdrawnAt withdrawnBecause doneBy { name } recordedBy { name } basis { title } } }"""


async def send(
    county: County, document: str, hour: float, who: str | None = "clerk", role: Role = Role.SUPERVISOR, /, **given: Any
) -> dict[str, Any]:
    given = {"idempotencyKey": f"key-{next(county.keys)}", **given}
    caller = context(county.database, MONDAY + hour * HOUR, role, who and county.ids[who], subject=who or "machine")
    (answer,) = (await ask(schema, DOCUMENTS[document], {"input": given}, as_=caller)).values()
    return answer


async def record(
    county: County, hour: float, who: str | None = "clerk", role: Role = Role.SUPERVISOR, /, **given: Any
) -> dict[str, Any]:
    given = {"doneBy": county.ids["officer"], "statement": "未整改即报完成", "evidence": ["film.mp4"], **given}
    return await send(county, "RecordWronglyDone", hour, who, role, **given)


async def events_of(county: County, problem: str) -> dict[str, str]:
    """The last event of each kind."""
    caller = context(county.database, MONDAY + 900 * HOUR)
    found = (await ask(schema, EVENTS, {"id": problem}, as_=caller))["problem"]["events"]["edges"]
    return {edge["node"]["kind"]: edge["node"]["id"] for edge in found}


async def about(county: County) -> dict[str, Any]:
    """A problem that was closed, and that the officer submitted it."""
    problem = await county.closed()
    return {"problem": problem, "events": [(await events_of(county, problem))["SUBMIT"]]}


def refusal(answer: dict[str, Any]) -> str:
    return f"{answer['code']} {answer['errors'][0]['path']}" if "code" in answer else "done"


async def test_it_names_who_did_it_and_who_answered_at_that_moment_by_a_rule_of_this_version(county: County) -> None:
    given = await about(county)
    answer = await record(county, 20, **given)
    finding, event = answer["finding"], answer["event"]
    assert (finding["kind"], finding["severity"], finding["detectedAt"]) == (
        "WRONGLY_DONE", "SERIOUS", "2024-12-16T13:00:00+08:00",
    )  # fmt: skip
    assert (finding["summary"], finding["statement"]) == ("处置不当：未整改即报完成", "未整改即报完成")
    assert (finding["doneBy"], finding["recordedBy"]) == ({"name": "甲officer"}, {"name": "甲clerk"})
    assert (finding["evidence"], finding["subject"]) == (["film.mp4"], {"__typename": "Problem"})
    assert [(one["id"], one["kind"]) for one in finding["events"]] == [(given["events"][0], "SUBMIT")]
    assert [(one["person"]["name"], one["post"]["title"], one["level"]) for one in finding["accountable"]] == [
        ("甲officer", "监管员", "SUPERVISORY"),
        ("甲director", "局长", "LEADERSHIP"),
    ]
    assert finding["rule"]["version"] == shipped().version
    assert (finding["rule"]["code"], finding["basis"]) == ("WRONGLY_DONE", None), "the rule says what it rests on"
    assert event["kind"] == "WRONGLY_DONE"

    evidence = (OPERATIONS / "Evidence.graphql").read_text("utf-8")
    assert (await county.verify()).unnumbered == 0
    discipline = context(county.database, MONDAY + 30 * HOUR, Role.DISCIPLINE)
    ledger = (await ask(schema, evidence, {"subject": finding["id"]}, as_=discipline))["ledger"]
    ((edge,), verified) = ledger["events"]["edges"], ledger["verified"]
    assert (edge["node"]["id"], edge["node"]["actor"], edge["node"]["post"], verified) == (
        event["id"], {"name": "甲clerk"}, {"title": "值班员"}, True,
    )  # fmt: skip
    assert all(part in edge["node"]["data"] for part in (county.ids["officer"], given["events"][0], "speech:clause"))
    assert (await events_of(county, given["problem"])).keys() & {"WRONGLY_DONE"} == set(), "a chain of its own"
    # It concerns the officer, who may see it; the rules neither notice it again nor take it back.
    assert await county.kinds(role=Role.GRID_WORKER, who="officer") == ["WRONGLY_DONE"]
    assert await county.kinds(role=Role.GRID_WORKER, who="driver") == []
    looked = await county.look(40)
    assert (looked.noticed, looked.withdrawn) == (0, 0)
    assert await county.kinds(subject=given["problem"]) == ["WRONGLY_DONE"]


async def test_the_moment_decides_who_answered(county: County) -> None:
    """The deed was before the officer's post was known to answer for the site: as of then they stand on no line."""
    given = await about(county)
    await county.database.write(
        "MATCH (r:Responsibility {sourceId: 'duty'}) SET r.validFrom = $at", {"at": MONDAY + HOUR}
    )
    finding = (await record(county, 20, doneAt=(MONDAY + HOUR - TICK).isoformat(), **given))["finding"]
    first, *others = finding["accountable"]
    assert (first["person"]["name"], first["post"]["title"], first["level"]) == ("甲officer", "监管员", "DIRECT"), (
        "acted"
    )
    assert [(one["person"] and one["person"]["name"], one["gap"], one["level"]) for one in others] == [
        (None, "UNASSIGNED", "DIRECT"),
        ("甲director", None, "LEADERSHIP"),
    ], "and nobody was to answer for the site there"
    later = (await record(county, 21, doneAt=(MONDAY + HOUR).isoformat(), events=[*given["events"], (
        await events_of(county, given["problem"]))["ACCEPT"]], problem=given["problem"]))["finding"]  # fmt: skip
    assert later["accountable"][0]["level"] == "SUPERVISORY"


async def test_an_instruction_is_wrongly_dealt_with_by_one_of_its_recipients_or_wrongly_issued(county: County) -> None:
    told = {"text": "停用裸土作业", "recipients": [county.ids["housing"], county.ids["transport"]]}
    instruction = (await county.send("IssueInstruction", 0, "expert", **told))["instruction"]["id"]
    await county.send("AcknowledgeInstruction", 0.2, "officer", instruction=instruction)
    caller = context(county.database, MONDAY + HOUR)
    found = (await ask(schema, INSTRUCTION, {"id": instruction}, as_=caller))["instruction"]
    events = {
        one["organization"]["id"]: [edge["node"]["id"] for edge in one["events"]["edges"]]
        for one in found["recipients"]
    }
    ours = {"instruction": instruction, "organization": county.ids["housing"]}
    acknowledged = events[county.ids["housing"]][-1]
    finding = (await record(county, 1, events=[acknowledged], **ours))["finding"]
    assert (finding["subject"], finding["rule"]["code"]) == ({"__typename": "Instruction"}, "INSTRUCTION_WRONGLY_DONE")
    assert [one["person"] and one["person"]["name"] for one in finding["accountable"]] == [
        "甲officer",
        None,
        "甲director",
    ]
    assert finding["accountable"][1]["gap"] == "UNASSIGNED"

    (issued,) = (edge["node"]["id"] for edge in found["events"]["edges"])
    by_expert = await record(county, 1, doneBy=county.ids["expert"], events=[issued], basis="ASSUMED", **ours)
    assert [one["person"]["name"] for one in by_expert["finding"]["accountable"]] == ["甲expert"]
    assert by_expert["finding"]["basis"] == {"title": "ASSUMED", "clause": None}

    other = {"instruction": instruction, "organization": county.ids["transport"]}
    assert refusal(await record(county, 1, events=[acknowledged], **other)) == "NOT_FOUND events"
    assert refusal(await record(county, 1, events=[acknowledged], **ours | {"organization": county.ids["town"]})) == (
        "NOT_FOUND organization"
    )
    assert refusal(await record(county, 1, events=[issued], instruction=instruction)) == (
        "MISSING_ORGANIZATION organization"
    )
    assert (await county.look(1)).withdrawn == 0


async def test_only_a_person_who_oversees_says_it_and_of_somebody_else(county: County) -> None:
    given = await about(county)
    for who, role in (
        ("director", Role.DEPARTMENT),
        ("keeper", Role.GRID_WORKER),
        (None, Role.INTEGRATOR),
        (None, Role.ADMINISTRATOR),
        ("clerk", Role.VIEWER),
    ):
        assert refusal(await record(county, 20, who, role, **given)) == "NOT_ALLOWED ", role
    assert refusal(await record(county, 20, None, **given)) == "MISSING_PERSON "
    assert refusal(await record(county, 20, "officer", **given)) == "SAME_PERSON doneBy"
    assert refusal(await record(county, 20, post=county.ids["officer-post"], **given)) == "NOT_ALLOWED post"
    stranger = await record(county, 20, doneBy=county.ids["driver"], **given)
    assert refusal(stranger) == "NOT_ALLOWED doneBy"
    assert county.ids["officer"] in stranger["message"], "and who it may be is said"
    assert county.ids["driver"] not in stranger["message"]
    assert await county.kinds() == []
    assert refusal(await record(county, 20, "clerk", Role.DISCIPLINE, **given)) == "done"


async def test_what_is_wrong_is_refused_where_it_is(county: County) -> None:
    right = await about(county)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"statement": " "}, "MISSING_NOTE statement"),
        ({"evidence": []}, "MISSING_EVIDENCE evidence"),
        ({"evidence": ["film.mp4", " "]}, "MISSING_EVIDENCE evidence"),
        ({"events": []}, "MISSING_EVIDENCE events"),
        ({"events": ["nothing"]}, "NOT_FOUND events"),
        ({"basis": " "}, "BAD_INPUT basis"),
        ({"problem": "nothing"}, "NOT_FOUND problem"),
        ({"problem": None}, "BAD_INPUT problem"),
        ({"instruction": "nothing"}, "BAD_INPUT problem"),
        ({"organization": "nothing"}, "MISSING_ORGANIZATION organization"),
        ({"doneBy": "nothing"}, "NOT_FOUND doneBy"),
        ({"at": (MONDAY + 21 * HOUR).isoformat()}, "BAD_INPUT at"),
        ({"doneAt": (MONDAY + 20 * HOUR + TICK).isoformat()}, "OUT_OF_ORDER doneAt"),
        ({"idempotencyKey": " "}, "BAD_INPUT idempotencyKey"),
    ]
    for given, expected in cases:
        assert refusal(await record(county, 20, **right | given)) == expected, given
    assert await county.kinds() == []


async def test_a_retry_records_it_once_and_so_do_two_who_record_the_same(county: County) -> None:
    given = await about(county)
    answers = await asyncio.gather(*(record(county, 20, idempotencyKey="once", **given) for _ in range(4)))
    assert answers == [answers[0]] * 4
    conflict = await record(county, 20, idempotencyKey="once", statement="另一事", **given)
    assert refusal(conflict) == "IDEMPOTENCY_CONFLICT idempotencyKey"
    again = await record(county, 21, "clerk", Role.DISCIPLINE, **given)
    assert refusal(again) == "NOT_ALLOWED events"
    assert answers[0]["finding"]["id"] in again["message"]
    accept = (await events_of(county, given["problem"]))["ACCEPT"]
    both = [record(county, 22, **given | {"events": [accept]}) for _ in range(2)]
    assert sorted(refusal(answer) for answer in await asyncio.gather(*both)) == ["NOT_ALLOWED events", "done"]
    assert len(await county.kinds()) == 2


async def test_it_is_withdrawn_by_a_person_with_the_reason_and_stands_as_it_was_known_before(county: County) -> None:
    given = await about(county)
    finding = (await record(county, 20, **given))["finding"]["id"]

    async def withdraw(hour: float, who: str | None = "clerk", role: Role = Role.DISCIPLINE, /, **more: Any) -> str:
        sent = {"finding": finding, "reason": "查无此事", **more}
        answer = await send(county, "WithdrawFinding", hour, who, role, **sent)
        return refusal(answer)

    assert await withdraw(21, "officer", Role.DEPARTMENT) == "NOT_ALLOWED "
    assert await withdraw(21, None) == "MISSING_PERSON "
    assert await withdraw(21, reason=" ") == "MISSING_NOTE reason"
    assert await withdraw(21, finding=given["problem"]) == "NOT_FOUND finding"
    assert await withdraw(21, at=(MONDAY + HOUR).isoformat()) == "OUT_OF_ORDER at"
    sent = {"finding": finding, "reason": "查无此事", "idempotencyKey": "gone"}
    answers = [await send(county, "WithdrawFinding", 21, "clerk", Role.DISCIPLINE, **sent) for _ in range(2)]
    assert answers[0] == answers[1]
    gone, event = answers[0]["finding"], answers[0]["event"]
    assert (gone["withdrawnBecause"], gone["withdrawnAt"] is not None) == ("查无此事", True)
    assert (event["kind"], event["actor"], event["note"]) == ("WITHDRAWN", {"name": "甲clerk"}, "查无此事")
    assert await withdraw(22) == "ILLEGAL_TRANSITION finding"

    discipline = context(county.database, MONDAY + 30 * HOUR, Role.DISCIPLINE)
    now = (await ask(schema, FINDING, {"id": finding}, as_=discipline))["finding"]
    before = {"id": finding, "knownAt": now["recordedAt"]}
    then = (await ask(schema, FINDING, before, as_=discipline))["finding"]
    assert (now["withdrawnBecause"], then["withdrawnAt"], then["withdrawnBecause"]) == ("查无此事", None, None)
    assert {name: now[name] for name in ("statement", "doneBy", "recordedBy")} == {
        name: then[name] for name in ("statement", "doneBy", "recordedBy")
    }
    assert await county.kinds() == []
    assert await county.kinds(withdrawn=True) == ["WRONGLY_DONE"]
    await county.verify()
    # What was withdrawn may be recorded again, as another finding.
    assert refusal(await record(county, 23, **given)) == "done"
    assert len(await county.kinds(withdrawn=None)) == 2


async def test_what_the_rules_noticed_no_person_withdraws(county: County) -> None:
    await county.assigned()
    await county.look(11)
    (overdue,) = await county.nodes(kind="OVERDUE")
    answer = await send(county, "WithdrawFinding", 12, "clerk", Role.DISCIPLINE, finding=overdue["id"], reason="误")
    assert refusal(answer) == "NOT_ALLOWED finding"
    caller = context(county.database, MONDAY + 13 * HOUR, Role.DISCIPLINE)
    noticed = (await ask(schema, FINDING, {"id": overdue["id"]}, as_=caller))["finding"]
    assert (noticed["statement"], noticed["doneBy"], noticed["recordedBy"]) == (None, None, None)


def test_a_line_of_work_may_have_a_rule_of_its_own_and_a_rulebook_none() -> None:
    rulebook = shipped()
    (rule,) = [one for one in rulebook.findings if one.code == "WRONGLY_DONE"]
    own = replace(rule, code="COAL_WRONGLY_DONE", line_of_work="COAL")
    both = replace(rulebook, findings=(rule, own))
    found = [wrongs.rule_of(both, rule.about, line) for line in ("COAL", "INDUSTRY", None)]
    assert found == [own, rule, rule]
    assert wrongs.rule_of(replace(rulebook, findings=()), rule.about, None) is None
