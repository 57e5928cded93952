"""Row 14, covert filming: what a film shows is put right at once, and all similar sites are swept (举一反三).

Through GraphQL on a real Neo4j.
"""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from gateway.schema import schema
from graph.model.instants import TICK
from services.campaign.rulebook import shipped
from services.hosting.identity import Role
from tests.asking import ask, context
from tests.database import DatabaseConnection
from tests.scenarios.campaign_office import (
    DOCUMENTS,
    HANDOVER,
    HOUR,
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

SWEEP = """query ($id: ID!, $asOf: DateTime, $knownAt: DateTime) { sweep(id: $id, asOf: $asOf, knownAt: $knownAt) {
  status startedAt dueAt overdue siteKinds checklist rulebook checked failed remaining closeReason
  origin { id } area { name } startedBy { name } closedBy { name }
  sites(first: 50) { totalCount edges { node {
    state late site { id name } inspection { inspectedBy { name } passed problems { title } } } } }
  events(first: 9) { edges { node { kind actor { name } post { title } dueAt note sweep { id } } } } } }"""
SHA = "ab" * 32
TEN = next(one for one in shipped().checklists if one.code == "CONSTRUCTION_TEN")
BARE = {"item": "COVERED", "outcome": "FAILED", "evidence": ["soil.jpg"], "note": "裸土未覆盖"}


def found(*said: dict[str, Any]) -> list[dict[str, Any]]:
    """All of the ten passed, but for what is said."""
    results = {item.code: {"item": item.code, "outcome": "PASSED"} for item in TEN.items}
    return list((results | {one["item"]: one for one in said}).values())


async def record_film(
    office: Office, now: datetime = MONDAY, who: str | None = "officer", role: Role = Role.DEPARTMENT, **given: Any
) -> dict[str, Any]:
    """A film that shows bare soil at the first site, which housing must put right."""
    ids = office.ids
    shown = {"title": "片中裸土未覆盖", "site": ids["site1"], "organization": ids["housing"]}
    sent = {
        "title": "大气攻坚暗访片",
        "takenBy": "市攻坚办暗访组",
        "takenAt": (now - 48 * HOUR).isoformat(),
        "file": "film.mp4",
        "sha256": SHA,
        "problems": [shown],
    }
    return await office.send("RecordCovertFilm", now, who, role, **(sent | given))


async def filmed(office: Office, now: datetime = MONDAY) -> str:
    """The problem of such a film."""
    return (await record_film(office, now))["problems"][0]["id"]


async def start(
    office: Office,
    problem: str,
    now: datetime = MONDAY,
    who: str | None = "clerk",
    role: Role = Role.DEPARTMENT,
    **given: Any,
) -> dict[str, Any]:
    return await office.send("StartSweep", now, who, role, **{"problem": problem, "area": office.ids["area"], **given})


async def started(office: Office, now: datetime = MONDAY, **given: Any) -> str:
    """A sweep of the two other building sites of the town."""
    return (await start(office, await filmed(office, now), now, **given))["sweep"]["id"]


async def inspect(
    office: Office, site: str, now: datetime, who: str | None = "clerk", role: Role = Role.DEPARTMENT, **given: Any
) -> dict[str, Any]:
    sent = {"site": office.ids[site], "checklist": TEN.code, "results": found()}
    return await office.send("RecordInspection", now, who, role, **(sent | given))


async def read_sweep(office: Office, sweep: str, now: datetime, **times: datetime) -> dict[str, Any]:
    variables = {"id": sweep, **{name: time.isoformat() for name, time in times.items()}}
    return (await ask(schema, SWEEP, variables, as_=context(office.database, now)))["sweep"]


async def progress(office: Office, sweep: str, now: datetime) -> tuple[int, int, int, int]:
    """How many sites it has, are checked, failed and remain, by the document that clients send."""
    asked = context(office.database, now)
    told = (await ask(schema, DOCUMENTS["SweepProgress"], {"sweep": sweep}, as_=asked))["sweep"]
    return told["sites"]["totalCount"], told["checked"], told["failed"], told["remaining"]


async def sites(office: Office, sweep: str, now: datetime, **times: datetime) -> dict[str, str]:
    """Of each site its state, and whether it is late."""
    told = await read_sweep(office, sweep, now, **times)
    nodes = (edge["node"] for edge in told["sites"]["edges"])
    return {node["site"]["name"]: node["state"] + (" late" if node["late"] else "") for node in nodes}


def the_rest_of_the_county(world: World, ids: dict[str, str]) -> None:
    """Other areas and sites, an enterprise, and somebody who holds no post."""
    ids["builder"] = world.entity("Organization", "builder", name="一建公司", kind="ENTERPRISE")
    employ(world, ids, "foreman", "builder", "安全员")
    ids["stranger"] = world.entity("Person", "stranger", name="甲stranger")
    ids["all"] = world.entity("Area", "all", name="某县", kind="COUNTY")
    ids["village"] = world.entity("Area", "village", name="二村", kind="VILLAGE")
    for below in ("area", "village"):
        world.fact("Within", f"{below}.parent", ids[below], ids["all"], explicit=False)
    for name, title, kind, area in (
        ("far", "丁工地", "CONSTRUCTION", "village"),
        ("kitchen", "一饭店", "RESTAURANT", "community"),
        ("field", "一片田", "FIELD", "village"),
    ):
        ids[name] = world.entity("Site", name, name=title, kind=kind, keyProject=False)
        world.fact("Within", f"{name}.area", ids[name], ids[area], explicit=False)


@pytest.fixture
def county(clean_database: DatabaseConnection) -> County:
    return county_on(clean_database, the_rest_of_the_county)


async def the_straight_way(office: Office) -> None:
    ids = office.ids
    recorded = await record_film(office)
    (problem,) = recorded["problems"]
    assert (problem["status"], problem["dueAt"]) == ("ASSIGNED", "2024-12-17T18:00:00+08:00"), "the next working day"
    started = await start(office, problem["id"])
    sweep = started["sweep"]["id"]
    assert (started["sweep"]["dueAt"], started["sweep"]["sites"]["totalCount"]) == ("2024-12-23T18:00:00+08:00", 2)
    assert await progress(office, sweep, MONDAY) == (2, 0, 0, 2)
    passed = await inspect(office, "site2", MONDAY + HOUR, sweep=sweep)
    assert (passed["inspection"]["passed"], passed["problems"]) == (True, [])
    assert await progress(office, sweep, MONDAY + HOUR) == (2, 1, 0, 1)
    failed = await inspect(office, "site3", MONDAY + 2 * HOUR, sweep=sweep, results=found(BARE))
    assert (failed["inspection"]["passed"], len(failed["problems"])) == (False, 1)
    assert await progress(office, sweep, MONDAY + 2 * HOUR) == (2, 2, 1, 0)
    closed = await office.send("CloseSweep", MONDAY + 3 * HOUR, "manager", sweep=sweep)
    assert closed["sweep"] == {"id": sweep, "status": "CLOSED", "checked": 2, "failed": 1, "remaining": 0}

    # From the film to each swept site, in one statement.
    film = recorded["covertFilm"]["id"]
    whole = context(office.database, MONDAY + 4 * HOUR)
    told = (await ask(schema, DOCUMENTS["CovertFilm"], {"id": film, "first": 10}, as_=whole))["covertFilm"]
    assert (told["takenBy"], told["sha256"], told["recordedBy"]) == ("市攻坚办暗访组", SHA, {"name": "甲officer"})
    (shown,) = told["problems"]
    assert (shown["site"], shown["assignedTo"]) == ({"name": "1号工地"}, {"name": "住建局"})
    assert (shown["sweep"]["id"], shown["sweep"]["area"], shown["sweep"]["closedBy"]) == (
        sweep,
        {"name": "一街道"},
        {"name": "甲manager"},
    )
    swept = {edge["node"]["site"]["name"]: edge["node"] for edge in shown["sweep"]["sites"]["edges"]}
    assert {name: (site["state"], site["late"]) for name, site in swept.items()} == {
        "2号工地": ("PASSED", False),
        "3号工地": ("FAILED", False),
    }
    assert [one["id"] for one in swept["3号工地"]["inspection"]["problems"]] == [failed["problems"][0]["id"]]
    assert swept["2号工地"]["inspection"]["inspectedBy"] == {"name": "甲clerk"}

    back = (
        """query ($id: ID!) { problem(id: $id) { origin inspection { sweep { id origin { covertFilm { id } } } } } }"""
    )
    variables = {"id": failed["problems"][0]["id"]}
    found_in_sweep = (await ask(schema, back, variables, as_=whole))["problem"]
    assert found_in_sweep == {
        "origin": "INSPECTION",
        "inspection": {"sweep": {"id": sweep, "origin": {"covertFilm": {"id": film}}}},
    }
    read = await read_sweep(office, sweep, MONDAY + 4 * HOUR)
    events = [edge["node"] for edge in read["events"]["edges"]]
    assert [(event["kind"], event["actor"]["name"], event["post"]["title"]) for event in events] == [
        ("SWEEP_STARTED", "甲clerk", "住建科员"),
        ("SWEEP_CLOSED", "甲manager", "住建科长"),
    ]
    assert (events[0]["dueAt"], read["rulebook"]) == ("2024-12-23T18:00:00+08:00", shipped().version)
    for subject, kinds in (
        (film, ["FILMED"]),
        (problem["id"], ["REPORTED", "REGISTER", "ASSIGN"]),
        (sweep, ["SWEEP_STARTED", "SWEEP_CLOSED"]),
        (failed["inspection"]["id"], ["INSPECTED"]),
    ):
        proof = (await ask(schema, DOCUMENTS["Evidence"], {"subject": subject}, as_=whole))["ledger"]
        assert [edge["node"]["kind"] for edge in proof["events"]["edges"]] == kinds
        assert proof["verified"] is True

    # Where and which sites: everywhere, or only those on the list of key projects.
    second = (await record_film(office, MONDAY + HOUR, sha256="cd" * 32))["problems"][0]["id"]
    everywhere = await start(office, second, MONDAY + HOUR, area=None)
    assert set(await sites(office, everywhere["sweep"]["id"], MONDAY + HOUR)) == {"2号工地", "3号工地", "丁工地"}
    third = (await record_film(office, MONDAY + HOUR, sha256="ef" * 32))["problems"][0]["id"]
    keys = await start(office, third, MONDAY + HOUR, area=ids["all"], keyProject=True)
    assert set(await sites(office, keys["sweep"]["id"], MONDAY + HOUR)) == {"3号工地"}


async def the_wrong_person_acts(office: Office) -> None:
    ids = office.ids

    def code(answer: dict[str, Any]) -> str:
        return f"{answer['code']} {answer['errors'][0]['path']}" if "code" in answer else "done"

    assert code(await record_film(office, who="foreman")) == "NOT_ALLOWED recordedBy"
    assert code(await record_film(office, who="stranger")) == "NOT_ALLOWED recordedBy"
    assert code(await record_film(office, who=None, role=Role.INTEGRATOR)) == "MISSING_PERSON recordedBy"
    assert (await record_film(office, who="officer", role=Role.VIEWER))["code"] == "NOT_ALLOWED"
    problem = await filmed(office)
    assert code(await start(office, problem, who="foreman")) == "NOT_ALLOWED startedBy"
    assert code(await start(office, problem, who="clerk", startedBy=ids["manager"])) == "NOT_ALLOWED startedBy"
    assert code(await start(office, problem, who="clerk", post=ids["manager-post"])) == "NOT_ALLOWED post"
    sweep = (await start(office, problem, who=None, role=Role.INTEGRATOR, startedBy=ids["clerk"]))["sweep"]["id"]
    # The builder does not inspect, whoever says so.
    assert code(await inspect(office, "site2", MONDAY, "foreman", sweep=sweep)) == "NOT_ALLOWED inspectedBy"
    relayed = await inspect(office, "site2", MONDAY, None, Role.INTEGRATOR, sweep=sweep, inspectedBy=ids["foreman"])
    assert code(relayed) == "NOT_ALLOWED inspectedBy"
    assert await progress(office, sweep, MONDAY) == (2, 0, 0, 2)
    # Who started it may not say that what remains need not be looked at.
    close: dict[str, Any] = {"sweep": sweep, "reason": "两处已停工"}
    assert code(await office.send("CloseSweep", MONDAY, "clerk", **close)) == "SAME_PERSON person"
    assert code(await office.send("CloseSweep", MONDAY, "foreman", **close)) == "NOT_ALLOWED person"
    assert code(await office.send("CloseSweep", MONDAY, "manager", **close)) == "done"
    read = await read_sweep(office, sweep, MONDAY + HOUR)
    assert (read["closeReason"], read["closedBy"], read["remaining"]) == ("两处已停工", {"name": "甲manager"}, 2)


async def steps_in_the_wrong_order(office: Office) -> None:
    ids = office.ids

    def said(answer: dict[str, Any]) -> str:
        return f"{answer['code']} {answer['errors'][0]['path']}" if "code" in answer else "done"

    early = (MONDAY + HOUR).isoformat()
    assert said(await record_film(office, takenAt=early)) == "OUT_OF_ORDER takenAt"
    assert said(await record_film(office, at=early)) == "BAD_INPUT at"
    assert said(await record_film(office, sha256="AB" * 32)) == "BAD_INPUT sha256"
    assert said(await record_film(office, problems=[])) == "BAD_INPUT problems"
    nowhere = {"title": "裸土", "site": ids["area"], "organization": ids["housing"]}
    assert said(await record_film(office, problems=[nowhere])) == "NOT_FOUND problems.0.site"
    problem = await filmed(office)
    assert said(await record_film(office)) == "BAD_INPUT sha256", "the same file once"
    before = (MONDAY - 49 * HOUR).isoformat()
    assert said(await start(office, problem, at=before)) == "OUT_OF_ORDER at"
    assert said(await start(office, problem, dueAt=(MONDAY - TICK).isoformat())) == "BAD_DUE_AT dueAt"
    assert said(await start(office, problem, siteKinds=["FIELD"])) == "NOT_FOUND siteKinds", "no checklist"
    assert said(await start(office, problem, checklist="CATERING_FUMES")) == "NOT_FOUND checklist"
    assert said(await start(office, problem, area=ids["village"], keyProject=True)) == "NOT_FOUND area", "no such site"
    assert said(await start(office, ids["site1"])) == "NOT_FOUND problem"
    sweep = (await start(office, problem))["sweep"]["id"]
    assert said(await start(office, problem)) == "ILLEGAL_TRANSITION problem", "one sweep for a problem"

    later = MONDAY + HOUR
    assert said(await inspect(office, "far", later, sweep=sweep)) == "NOT_FOUND sweep", "none of its sites"
    assert said(await inspect(office, "site1", later, sweep=sweep)) == "NOT_FOUND sweep"
    assert said(await inspect(office, "site2", later, sweep=problem)) == "NOT_FOUND sweep"
    earlier = (MONDAY - TICK).isoformat()
    assert said(await inspect(office, "site2", later, sweep=sweep, inspectedAt=earlier)) == "OUT_OF_ORDER inspectedAt"
    assert said(await inspect(office, "site2", later, sweep=sweep, results=found(BARE)[:-1])) == "BAD_INPUT results"
    assert await progress(office, sweep, later) == (2, 0, 0, 2), "what is refused counts for nothing"
    assert said(await inspect(office, "site2", later, sweep=sweep, results=found(BARE))) == "done"
    assert said(await inspect(office, "site2", later, sweep=sweep)) == "ILLEGAL_TRANSITION sweep", "once"
    assert said(await inspect(office, "site2", later)) == "done", "again, but not for the sweep"
    assert await progress(office, sweep, later) == (2, 1, 1, 1)
    assert said(await office.send("CloseSweep", later, "manager", sweep=sweep)) == "MISSING_NOTE reason"
    assert said(await office.send("CloseSweep", later, "manager", sweep=sweep, reason=" ")) == "MISSING_NOTE reason"
    assert said(await inspect(office, "site3", later, sweep=sweep)) == "done"
    half = (MONDAY + HOUR / 2).isoformat()
    assert said(await office.send("CloseSweep", later, "clerk", sweep=sweep, at=half)) == "OUT_OF_ORDER at"
    assert said(await office.send("CloseSweep", later, "clerk", sweep=sweep)) == "done", "none remains: anybody of them"
    assert said(await office.send("CloseSweep", later, "manager", sweep=sweep)) == "ILLEGAL_TRANSITION sweep"
    assert said(await inspect(office, "site3", later, sweep=sweep)) == "ILLEGAL_TRANSITION sweep"


async def a_step_repeated_by_a_retry(office: Office) -> None:
    films = [
        await record_film(office, idempotencyKey="film"),
        await record_film(office, MONDAY + HOUR, idempotencyKey="film"),
    ]
    assert films[0] != films[1], "another time is another command"
    assert films[1]["code"] == "IDEMPOTENCY_CONFLICT"
    again = await record_film(office, idempotencyKey="film")
    assert again == films[0]
    problem = films[0]["problems"][0]["id"]
    starts = await asyncio.gather(*(start(office, problem, idempotencyKey="start") for _ in range(3)))
    assert starts[0] == starts[1] == starts[2]
    sweep = starts[0]["sweep"]["id"]
    sent: dict[str, Any] = {"sweep": sweep, "results": found(BARE), "idempotencyKey": "look"}
    looks = await asyncio.gather(*(inspect(office, "site2", MONDAY + HOUR, **sent) for _ in range(3)))
    assert looks[0] == looks[1] == looks[2]
    assert await progress(office, sweep, MONDAY + HOUR) == (2, 1, 1, 1)
    # Two who look at one site at once: one of them counts, and the other is told so.
    both = await asyncio.gather(
        *(inspect(office, "site3", MONDAY + HOUR, who, sweep=sweep) for who in ("clerk", "manager"))
    )
    assert sorted(answer.get("code", "done") for answer in both) == ["ILLEGAL_TRANSITION", "done"]
    close: dict[str, Any] = {"sweep": sweep, "idempotencyKey": "close"}
    closes = [await office.send("CloseSweep", MONDAY + later * HOUR, "manager", **close) for later in (2, 3)]
    assert closes[0] == closes[1]
    rows = await office.database.read(
        "MATCH (n:CovertFilm|Sweep|SweptSite|Inspection|Problem) "
        "RETURN [label IN labels(n) WHERE label <> 'Record'][0] AS kind, count(n) AS n ORDER BY kind"
    )
    assert rows == [
        {"kind": "CovertFilm", "n": 1},
        {"kind": "Inspection", "n": 2},
        {"kind": "Problem", "n": 2},
        {"kind": "Sweep", "n": 1},
        {"kind": "SweptSite", "n": 2},
    ]


async def the_clock_runs_out_at_that_instant(office: Office) -> None:
    due_at = MONDAY + 2 * HOUR
    sweep = await started(office, dueAt=due_at.isoformat())
    assert (await read_sweep(office, sweep, due_at))["overdue"] is False, "at that very instant it has not run out"
    assert (await read_sweep(office, sweep, due_at + TICK))["overdue"] is True
    assert await sites(office, sweep, due_at + TICK) == {"2号工地": "PENDING late", "3号工地": "PENDING late"}
    assert "inspection" in await inspect(office, "site2", due_at, sweep=sweep)
    late = await inspect(office, "site3", due_at + TICK, sweep=sweep)
    assert "inspection" in late, "what comes late is recorded, and is late"
    evening = MONDAY + 9 * HOUR
    assert await sites(office, sweep, evening) == {"2号工地": "PASSED", "3号工地": "PASSED late"}
    assert (await read_sweep(office, sweep, evening))["overdue"] is False, "nothing remains"
    # As of the instant between, and as known then, the last had not been inspected.
    assert await sites(office, sweep, evening, asOf=due_at) == {"2号工地": "PASSED", "3号工地": "PENDING"}
    assert await sites(office, sweep, evening, knownAt=due_at) == {"2号工地": "PASSED", "3号工地": "PENDING late"}
    then = await read_sweep(office, sweep, evening, knownAt=MONDAY + HOUR)
    assert (then["checked"], then["remaining"], then["status"]) == (0, 2, "OPEN")
    # What the film shows has a clock of its own, and is overdue by it.
    overdue = "query ($id: ID!) { problem(id: $id) { dueAt overdue } }"
    problem = {"id": then["origin"]["id"]}
    due = at("2024-12-17T18:00+08:00")
    told = [
        (await ask(schema, overdue, problem, as_=context(office.database, now)))["problem"] for now in (due, due + TICK)
    ]
    assert [one["overdue"] for one in told] == [False, True]


async def a_holiday_between(office: Office) -> None:
    eve = at("2025-01-27T17:30+08:00")  # the last half hour before the Spring Festival
    recorded = await record_film(office, eve)
    assert recorded["problems"][0]["dueAt"] == "2025-02-05T18:00:00+08:00", "the first working day after it"
    sweep = (await start(office, recorded["problems"][0]["id"], eve, "manager"))["sweep"]
    assert sweep["dueAt"] == "2025-02-10T18:00:00+08:00", "five working days, of which a Saturday is one"
    assert (await read_sweep(office, sweep["id"], at("2025-02-04T12:00+08:00")))["overdue"] is False
    # The working days of the year after are not announced yet: no guess, but a time that is named is taken.
    last = at("2026-12-31T17:30+08:00")
    unknown = await record_film(office, last, sha256="cd" * 32)
    assert (unknown["code"], unknown["errors"][0]["path"]) == ("UNKNOWN_WORKING_DAYS", "at")
    problem = (await record_film(office, at("2026-12-28T09:00+08:00"), sha256="ef" * 32))["problems"][0]["id"]
    refused = await start(office, problem, last, "manager")
    assert (refused["code"], refused["errors"][0]["path"]) == ("UNKNOWN_WORKING_DAYS", "dueAt")
    named = await start(office, problem, last, "manager", dueAt="2027-01-08T18:00+08:00")
    assert named["sweep"]["dueAt"] == "2027-01-08T18:00:00+08:00"


async def a_post_changes_hands_half_way(office: Office) -> None:
    sweep = await started(office)
    early = await inspect(office, "site2", HANDOVER - TICK, "successor", sweep=sweep)
    assert (early["code"], early["errors"][0]["path"]) == ("NOT_ALLOWED", "inspectedBy")
    # From the very instant of the handover it is the successor's; the sweep and its clock go on as they were.
    gone = await inspect(office, "site2", HANDOVER, "clerk", sweep=sweep)
    assert (gone["code"], gone["errors"][0]["path"]) == ("NOT_ALLOWED", "inspectedBy")
    # What the one before looked at in time may still be told.
    looked = (MONDAY + HOUR).isoformat()
    assert "inspection" in await inspect(office, "site2", HANDOVER, "clerk", sweep=sweep, inspectedAt=looked)
    assert "inspection" in await inspect(office, "site3", HANDOVER, "successor", sweep=sweep)
    # A site that comes to the town later is none of the sweep.
    world = World()
    new = world.entity("Site", "new", HANDOVER, name="戊工地", kind="CONSTRUCTION")
    world.fact("Within", "new.area", new, office.ids["area"], recorded=HANDOVER, explicit=False)
    await world.write(office.database)
    assert await progress(office, sweep, HANDOVER + HOUR) == (2, 2, 0, 0)
    closed = await office.send("CloseSweep", HANDOVER + HOUR, "successor", sweep=sweep)
    assert closed["sweep"]["status"] == "CLOSED"
    read = await read_sweep(office, sweep, HANDOVER + 2 * HOUR)
    inspectors = {
        edge["node"]["site"]["name"]: edge["node"]["inspection"]["inspectedBy"]["name"]
        for edge in read["sites"]["edges"]
    }
    assert inspectors == {"2号工地": "甲clerk", "3号工地": "甲successor"}
    assert (read["startedBy"], read["closedBy"]) == ({"name": "甲clerk"}, {"name": "甲successor"})


@seven(
    the_straight_way,
    the_wrong_person_acts,
    steps_in_the_wrong_order,
    a_step_repeated_by_a_retry,
    the_clock_runs_out_at_that_instant,
    a_holiday_between,
    a_post_changes_hands_half_way,
)
def test_row_14(county: County, cell: Cell) -> None:
    live(county, cell)
