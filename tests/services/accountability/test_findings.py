"""Findings from what was done, or not done: noticed once, with whom they concern, withdrawn when the facts change."""

import asyncio
from datetime import timedelta
from typing import Any

from gateway.schema import schema
from services.accountability.noticing import Noticing, Overtaken, replay
from services.campaign.rulebook import shipped
from services.hosting.identity import Role
from tests.asking import ask, context, refused
from tests.services.accountability.conftest import HOUR, MONDAY, OPERATIONS, County

FINDING = "query ($id: ID!) { finding(id: $id) { kind withdrawnAt withdrawnBecause rule { title basis { title } } } }"
AT = """query ($filter: FindingFilter, $first: Int!, $after: String, $knownAt: DateTime) {
  findings(filter: $filter, first: $first, after: $after, knownAt: $knownAt) {
    edges { node { id kind withdrawnAt withdrawnBecause recordedAt subject { ... on Problem { id title } } } } } }"""


async def test_a_missed_deadline_names_those_who_answered_at_that_moment(county: County) -> None:
    problem = await county.assigned(due=10)
    assert (await county.look(10)).noticed == 0
    assert (await county.look(10.1)).noticed == 2
    assert (await county.look(10.1)).noticed == 0, "what is noticed twice is one finding"
    assert (await county.look(2000)).noticed == 1, "and it was not accepted within a day"

    found = {node["kind"]: node for node in await county.nodes(subject=problem)}
    accepted, nothing, overdue = (found[kind] for kind in ("NOT_ACKNOWLEDGED", "NOTHING_DONE", "OVERDUE"))
    assert (overdue["kind"], overdue["severity"], overdue["summary"]) == (
        "OVERDUE", "NORMAL", "问题逾期：时限 2024-12-16 19:00",
    )  # fmt: skip
    assert overdue["detectedAt"] == "2024-12-16T19:00:00+08:00"
    assert overdue["subject"] == {"__typename": "Problem"}
    assert overdue["case"] is None
    assert overdue["rule"] == {
        "code": "PROBLEM_OVERDUE", "version": shipped().version,
        "basis": {"title": "speech:clause-3-3-4", "clause": None},
    }  # fmt: skip
    assert [event["kind"] for event in overdue["events"]] == ["ASSIGN"]
    officer = {
        "person": {"name": "甲officer"}, "post": {"title": "监管员"}, "organization": {"name": "住建局"},
        "level": "SUPERVISORY",
    }  # fmt: skip
    assert overdue["accountable"] == [officer]
    assert [(one["person"]["name"], one["level"]) for one in nothing["accountable"]] == [
        ("甲officer", "SUPERVISORY"),
        ("甲director", "LEADERSHIP"),
    ]
    assert accepted["accountable"] == [
        {"person": None, "post": None, "organization": {"name": "住建局"}, "level": "DIRECT"}
    ], "nobody at that level there: the organization alone"


async def test_each_finding_is_an_event_of_its_own_chain_and_the_ledger_is_in_order(county: County) -> None:
    await county.assigned()
    await county.look(11)
    (finding, _) = await county.nodes()
    assert (await county.verify()).unnumbered == 0
    evidence = (OPERATIONS / "Evidence.graphql").read_text("utf-8")
    discipline = context(county.database, MONDAY + 20 * HOUR, Role.DISCIPLINE)
    ledger = (await ask(schema, evidence, {"subject": finding["id"]}, as_=discipline))["ledger"]
    ((event,), verified) = ledger["events"]["edges"], ledger["verified"]
    assert (event["node"]["kind"], verified) == ("NOTICED", True)
    assert finding["rule"]["code"] in event["node"]["data"]
    again = await county.look(11)
    assert (again.noticed, again.lag) == (0, 0), "its own events are read on, and nothing comes of them"


async def test_one_whose_facts_were_corrected_is_withdrawn_with_the_reason_and_never_deleted(county: County) -> None:
    first = await county.closed()
    again = await county.report(30)
    await county.look(31)
    (finding,) = await county.nodes(subject=first)
    assert (finding["kind"], finding["detectedAt"]) == ("CONTRADICTED", "2024-12-17T15:00:00+08:00")

    await county.act(again, 40, "REGISTER", "clerk")
    await county.act(again, 41, "REJECT", "clerk", note="不是问题")
    assert (await county.look(42)).withdrawn == 1
    assert await county.kinds(subject=first) == []
    (gone,) = await county.nodes(subject=first, withdrawn=True, document=AT)
    assert gone["withdrawnBecause"] == "所依据的事实已更正"
    assert gone["withdrawnAt"] is not None
    assert gone["subject"] == {"id": first, "title": "裸土未覆盖"}

    before = {"knownAt": gone["recordedAt"], "filter": {"subject": first}, "first": 5}
    caller = context(county.database, MONDAY + 50 * HOUR, Role.DISCIPLINE)
    (edge,) = (await ask(schema, AT, before, as_=caller))["findings"]["edges"]
    assert (edge["node"]["id"], edge["node"]["withdrawnAt"]) == (finding["id"], None), "as it was known then"
    await county.verify()


async def test_however_many_follow_each_finding_is_written_once(county: County) -> None:
    for _ in range(3):
        await county.assigned()
    await county.number()

    async def follow() -> int:
        noticing, noticed = Noticing(county.database, shipped()), 0
        while True:
            try:
                one = await noticing.look(MONDAY + 11 * HOUR)
            except Overtaken:
                continue
            noticed += one.noticed
            if not one.done:
                return noticed

    assert sum(await asyncio.gather(follow(), follow(), follow())) == 6
    assert (await county.read())["totalCount"] == 6


async def test_a_process_that_ended_midway_goes_on_where_it_was(county: County) -> None:
    """Of the part that was written nothing is written again, and of the rest nothing is lost."""
    await county.assigned()
    await county.number()
    half = Noticing(county.database, shipped())
    for done in (3, 1):  # the events, then the problem
        assert (await half.look(MONDAY + 11 * HOUR)).done == done
    await county.database.write("MATCH (r:FindingsReader) SET r.position = 0")
    assert (await county.look(11)).noticed == 0
    assert (await county.read())["totalCount"] == 2


async def test_everybody_sees_what_concerns_them_and_those_who_oversee_all(county: County) -> None:
    await county.assigned()
    await county.look(11)
    for role in (Role.DISCIPLINE, Role.SUPERVISOR, Role.ADMINISTRATOR):
        assert (await county.read(role=role))["totalCount"] == 2
    seen: dict[str, list[str]] = {}
    for role, who in (
        (Role.DEPARTMENT, "officer"), (Role.DEPARTMENT, "driver"), (Role.GRID_WORKER, "officer"),
        (Role.GRID_WORKER, "director"), (Role.VIEWER, "driver"), (Role.INTEGRATOR, None),
    ):  # fmt: skip
        seen[f"{role} {who}"] = sorted(await county.kinds(role=role, who=who))
    both = ["NOTHING_DONE", "OVERDUE"]
    assert seen == {
        "department officer": both, "department driver": [], "grid_worker officer": both,
        "grid_worker director": ["NOTHING_DONE"], "viewer driver": [], "integrator None": [],
    }  # fmt: skip

    (overdue,) = await county.nodes(kind="OVERDUE")
    evidence = (OPERATIONS / "Evidence.graphql").read_text("utf-8")
    entity = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Finding { kind } } }"
    for who, expected in (("driver", "NOT_FOUND"), ("officer", None)):
        caller = context(county.database, MONDAY + 20 * HOUR, Role.DEPARTMENT, county.ids[who])
        named: dict[str, Any] = {"r": [{"__typename": "Finding", "id": overdue["id"]}]}
        found = (await ask(schema, entity, named, as_=caller))["_entities"]
        if expected is None:
            assert (await ask(schema, FINDING, {"id": overdue["id"]}, as_=caller))["finding"]["kind"] == "OVERDUE"
            assert (await ask(schema, evidence, {"subject": overdue["id"]}, as_=caller))["ledger"]["verified"]
            assert found == [{"kind": "OVERDUE"}]
        else:
            assert await refused(schema, FINDING, {"id": overdue["id"]}, as_=caller) == expected
            assert await refused(schema, evidence, {"subject": overdue["id"]}, as_=caller) == expected
            assert found == [None]


async def test_an_instruction_that_nobody_answered_concerns_the_head_of_each_that_received_it(county: County) -> None:
    given = {"text": "停用裸土作业", "recipients": [county.ids["housing"], county.ids["transport"]]}
    answer = await county.send("IssueInstruction", 0, "expert", **given)
    instruction = answer["instruction"]["id"]
    step = {"instruction": instruction}
    await county.send("AcknowledgeInstruction", 0.2, "officer", **step)
    await county.look(0.5)
    assert await county.kinds() == []
    await county.look(0.6)
    assert await county.kinds() == ["NOT_ACKNOWLEDGED"]
    await county.look(5)
    assert sorted(await county.kinds(organization=county.ids["housing"])) == ["ANSWERED_LATE", "NOT_ACTED_ON"]
    assert sorted(await county.kinds(organization=county.ids["transport"])) == [
        "NOTHING_DONE", "NOT_ACKNOWLEDGED", "NOT_ACTED_ON",
    ]  # fmt: skip
    (late,) = await county.nodes(kind="ANSWERED_LATE")
    assert late["subject"] == {"__typename": "Instruction"}
    assert [one["person"] and one["person"]["name"] for one in late["accountable"]] == [None, "甲director"]
    assert await county.kinds(subject=instruction, kind="ANSWERED_LATE") == ["ANSWERED_LATE"]


async def test_filters_hold_together_and_pages_follow_one_another(county: County) -> None:
    problems = [await county.assigned(due=10 + place) for place in range(3)]
    await county.look(48)
    everything = await county.nodes()
    assert len(everything) == 9
    assert [node["detectedAt"] for node in everything] == sorted((n["detectedAt"] for n in everything), reverse=True)
    filters: list[dict[str, Any]] = [
        {},
        {"kind": "OVERDUE"},
        {"severity": "SERIOUS"},
        {"subject": problems[1]},
        {"person": county.ids["officer"]},
        {"organization": county.ids["housing"]},
        {"person": county.ids["officer"], "kind": "NOTHING_DONE"},
        {"organization": county.ids["housing"], "severity": "MINOR"},
        {"from": (MONDAY + timedelta(hours=11)).isoformat(), "to": (MONDAY + timedelta(hours=12)).isoformat()},
        {"subject": problems[0], "kind": "OVERDUE", "withdrawn": None},
        {"source": "zeren", "sourceId": "finding/none"},
    ]
    counts: list[int] = []
    for where in filters:
        whole = await county.read(**where)
        paged: list[str] = []
        after = None
        while True:
            page = await county.read(first=2, after=after, **where)
            paged += [edge["node"]["id"] for edge in page["edges"]]
            assert page["totalCount"] == whole["totalCount"]
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        assert paged == [edge["node"]["id"] for edge in whole["edges"]]
        counts.append(whole["totalCount"])
    assert counts == [9, 3, 3, 3, 6, 9, 3, 3, 2, 1, 0]


async def test_a_replay_tells_each_finding_at_its_instant_and_never_before(county: County) -> None:
    problem = await county.assigned(due=10)
    await county.act(problem, 12, "ACCEPT")
    await county.number()
    waited: list[timedelta] = []

    async def wait(gone: timedelta) -> None:
        waited.append(gone)

    told: list[tuple[float, str]] = []
    async for instant, new in replay(county.database, county.noticing, MONDAY, MONDAY + 30 * HOUR, wait):
        assert all(one.at <= instant < one.at + 0.5 * HOUR for one in new)
        told += [((one.at - MONDAY) / HOUR, one.kind) for one in new]
    assert sorted(told) == [(10, "NOTHING_DONE"), (10, "OVERDUE")]
    assert sum(waited, timedelta()) == 30 * HOUR
    assert len(waited) < 12, "it goes from one instant that matters to the next"
    assert (await county.read())["totalCount"] == 2
