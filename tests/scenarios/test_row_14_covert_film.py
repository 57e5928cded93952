"""Row 14, covert filming: what a film shows is put right at once, and all similar sites are swept (举一反三).

Through GraphQL on a real Neo4j. Seven cells: the straight way; the wrong person acts; steps in the wrong order; a step
repeated by a retry; a clock that runs out at that instant; a holiday between; a post that changes hands half-way.
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
DOCUMENTS = {file.stem: file.read_text("utf-8") for file in OPERATIONS.glob("*.graphql")}
SWEEP = """query ($id: ID!, $asOf: DateTime, $knownAt: DateTime) { sweep(id: $id, asOf: $asOf, knownAt: $knownAt) {
  status startedAt dueAt overdue siteKinds checklist rulebook checked failed remaining closeReason
  origin { id } area { name } startedBy { name } closedBy { name }
  sites(first: 50) { totalCount edges { node {
    state late site { id name } inspection { inspectedBy { name } passed problems { title } } } } }
  events(first: 9) { edges { node { kind actor { name } post { title } dueAt note sweep { id } } } } } }"""
SHA = "ab" * 32
MONDAY = at("2024-12-16T09:00+08:00")
HOUR = timedelta(hours=1)
TEN = next(one for one in shipped().checklists if one.code == "CONSTRUCTION_TEN")
BARE = {"item": "COVERED", "outcome": "FAILED", "evidence": ["soil.jpg"], "note": "裸土未覆盖"}


def found(*said: dict[str, Any]) -> list[dict[str, Any]]:
    """All of the ten passed, but for what is said."""
    results = {item.code: {"item": item.code, "outcome": "PASSED"} for item in TEN.items}
    return list((results | {one["item"]: one for one in said}).values())


@dataclass
class County:
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
        (answer,) = (await ask(schema, DOCUMENTS[document], {"input": given}, as_=caller)).values()
        return answer

    async def film(
        self, now: datetime = MONDAY, who: str | None = "officer", role: Role = Role.DEPARTMENT, **given: Any
    ) -> dict[str, Any]:
        """A film that shows bare soil at the site `origin`, which housing must put right."""
        ids = self.county.ids
        shown = {"title": "片中裸土未覆盖", "site": ids["origin"], "organization": ids["housing"]}
        sent = {
            "title": "大气攻坚暗访片",
            "takenBy": "市攻坚办暗访组",
            "takenAt": (now - 48 * HOUR).isoformat(),
            "file": "film.mp4",
            "sha256": SHA,
            "problems": [shown],
        }
        return await self.send("RecordCovertFilm", now, who, role, **(sent | given))

    async def filmed(self, now: datetime = MONDAY) -> str:
        """The problem of such a film."""
        return (await self.film(now))["problems"][0]["id"]

    async def start(
        self,
        problem: str,
        now: datetime = MONDAY,
        who: str | None = "clerk",
        role: Role = Role.DEPARTMENT,
        **given: Any,
    ) -> dict[str, Any]:
        return await self.send(
            "StartSweep", now, who, role, **{"problem": problem, "area": self.county.ids["town"], **given}
        )

    async def started(self, now: datetime = MONDAY, **given: Any) -> str:
        """A sweep of the two other building sites of the town."""
        return (await self.start(await self.filmed(now), now, **given))["sweep"]["id"]

    async def inspect(
        self, site: str, now: datetime, who: str | None = "clerk", role: Role = Role.DEPARTMENT, **given: Any
    ) -> dict[str, Any]:
        sent = {"site": self.county.ids[site], "checklist": TEN.code, "results": found()}
        return await self.send("RecordInspection", now, who, role, **(sent | given))

    async def read(self, sweep: str, now: datetime, **times: datetime) -> dict[str, Any]:
        variables = {"id": sweep, **{name: time.isoformat() for name, time in times.items()}}
        return (await ask(schema, SWEEP, variables, as_=context(self.database, now)))["sweep"]

    async def progress(self, sweep: str, now: datetime) -> tuple[int, int, int, int]:
        """How many sites it has, are checked, failed and remain, by the document that clients send."""
        asked = context(self.database, now)
        told = (await ask(schema, DOCUMENTS["SweepProgress"], {"sweep": sweep}, as_=asked))["sweep"]
        return told["sites"]["totalCount"], told["checked"], told["failed"], told["remaining"]

    async def sites(self, sweep: str, now: datetime, **times: datetime) -> dict[str, str]:
        """Of each site its state, and whether it is late."""
        told = await self.read(sweep, now, **times)
        nodes = (edge["node"] for edge in told["sites"]["edges"])
        return {node["site"]["name"]: node["state"] + (" late" if node["late"] else "") for node in nodes}


@pytest.fixture
def county(clean_database: DatabaseConnection) -> County:
    world = World()
    ids: dict[str, str] = {}
    for name, title, kind in (
        ("office", "攻坚办", "SUPERVISION_BODY"),
        ("housing", "住建局", "DEPARTMENT"),
        ("builder", "一建公司", "ENTERPRISE"),
    ):
        ids[name] = world.entity("Organization", name, name=title, kind=kind)
    for name, title, kind, parent in (
        ("all", "某县", "COUNTY", None),
        ("town", "一街道", "SUBDISTRICT", "all"),
        ("block", "一社区", "COMMUNITY", "town"),
        ("village", "二村", "VILLAGE", "all"),
    ):
        ids[name] = world.entity("Area", name, name=title, kind=kind)
        if parent:
            world.fact("Within", f"{name}.parent", ids[name], ids[parent], explicit=False)
    for name, title, kind, area, key in (
        ("origin", "甲工地", "CONSTRUCTION", "block", False),
        ("second", "乙工地", "CONSTRUCTION", "block", False),
        ("third", "丙工地", "CONSTRUCTION", "town", True),
        ("far", "丁工地", "CONSTRUCTION", "village", False),
        ("kitchen", "一饭店", "RESTAURANT", "block", False),
        ("field", "一片田", "FIELD", "village", False),
    ):
        ids[name] = world.entity("Site", name, name=title, kind=kind, keyProject=key)
        world.fact("Within", f"{name}.area", ids[name], ids[area], explicit=False)
    handover = "2024-12-16T12:00+08:00"
    for person, organization, title, until in (
        ("officer", "office", "督查员", None),
        ("clerk", "housing", "监管员", handover),
        ("deputy", "housing", "副局长", None),
        ("foreman", "builder", "安全员", None),
    ):
        post = ids[f"{person}-post"] = world.entity("Post", f"{person}-post", title=title)
        ids[person] = world.entity("Person", person, name=f"甲{person}")
        world.fact("PostIn", f"{person}.in", post, ids[organization], explicit=False)
        world.fact("Membership", f"{person}-m", ids[person], post, "2024-01-01T00:00+08:00", until)
    ids["successor"] = world.entity("Person", "successor", name="甲successor")
    world.fact("Membership", "successor-m", ids["successor"], ids["clerk-post"], handover)
    ids["stranger"] = world.entity("Person", "stranger", name="甲stranger")

    async def fill() -> None:
        async with Database(*clean_database) as database:
            await migrate(database, RECORDED)
            await world.write(database)

    asyncio.run(fill())
    return County(clean_database, ids)


async def the_straight_way(office: Office) -> None:
    ids = office.county.ids
    recorded = await office.film()
    (problem,) = recorded["problems"]
    assert (problem["status"], problem["dueAt"]) == ("ASSIGNED", "2024-12-17T18:00:00+08:00"), "the next working day"
    started = await office.start(problem["id"])
    sweep = started["sweep"]["id"]
    assert (started["sweep"]["dueAt"], started["sweep"]["sites"]["totalCount"]) == ("2024-12-23T18:00:00+08:00", 2)
    assert await office.progress(sweep, MONDAY) == (2, 0, 0, 2)
    passed = await office.inspect("second", MONDAY + HOUR, sweep=sweep)
    assert (passed["inspection"]["passed"], passed["problems"]) == (True, [])
    assert await office.progress(sweep, MONDAY + HOUR) == (2, 1, 0, 1)
    failed = await office.inspect("third", MONDAY + 2 * HOUR, sweep=sweep, results=found(BARE))
    assert (failed["inspection"]["passed"], len(failed["problems"])) == (False, 1)
    assert await office.progress(sweep, MONDAY + 2 * HOUR) == (2, 2, 1, 0)
    closed = await office.send("CloseSweep", MONDAY + 3 * HOUR, "deputy", sweep=sweep)
    assert closed["sweep"] == {"id": sweep, "status": "CLOSED", "checked": 2, "failed": 1, "remaining": 0}

    # From the film to each swept site, in one statement.
    film = recorded["covertFilm"]["id"]
    whole = context(office.database, MONDAY + 4 * HOUR)
    told = (await ask(schema, DOCUMENTS["CovertFilm"], {"id": film, "first": 10}, as_=whole))["covertFilm"]
    assert (told["takenBy"], told["sha256"], told["recordedBy"]) == ("市攻坚办暗访组", SHA, {"name": "甲officer"})
    (shown,) = told["problems"]
    assert (shown["site"], shown["assignedTo"]) == ({"name": "甲工地"}, {"name": "住建局"})
    assert (shown["sweep"]["id"], shown["sweep"]["area"], shown["sweep"]["closedBy"]) == (
        sweep,
        {"name": "一街道"},
        {"name": "甲deputy"},
    )
    sites = {edge["node"]["site"]["name"]: edge["node"] for edge in shown["sweep"]["sites"]["edges"]}
    assert {name: (site["state"], site["late"]) for name, site in sites.items()} == {
        "乙工地": ("PASSED", False),
        "丙工地": ("FAILED", False),
    }
    assert [one["id"] for one in sites["丙工地"]["inspection"]["problems"]] == [failed["problems"][0]["id"]]
    assert sites["乙工地"]["inspection"]["inspectedBy"] == {"name": "甲clerk"}

    back = (
        """query ($id: ID!) { problem(id: $id) { origin inspection { sweep { id origin { covertFilm { id } } } } } }"""
    )
    variables = {"id": failed["problems"][0]["id"]}
    found_in_sweep = (await ask(schema, back, variables, as_=whole))["problem"]
    assert found_in_sweep == {
        "origin": "INSPECTION",
        "inspection": {"sweep": {"id": sweep, "origin": {"covertFilm": {"id": film}}}},
    }
    read = await office.read(sweep, MONDAY + 4 * HOUR)
    events = [edge["node"] for edge in read["events"]["edges"]]
    assert [(event["kind"], event["actor"]["name"], event["post"]["title"]) for event in events] == [
        ("SWEEP_STARTED", "甲clerk", "监管员"),
        ("SWEEP_CLOSED", "甲deputy", "副局长"),
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
    second = (await office.film(MONDAY + HOUR, sha256="cd" * 32))["problems"][0]["id"]
    everywhere = await office.start(second, MONDAY + HOUR, area=None)
    assert set(await office.sites(everywhere["sweep"]["id"], MONDAY + HOUR)) == {"乙工地", "丙工地", "丁工地"}
    third = (await office.film(MONDAY + HOUR, sha256="ef" * 32))["problems"][0]["id"]
    keys = await office.start(third, MONDAY + HOUR, area=ids["all"], keyProject=True)
    assert set(await office.sites(keys["sweep"]["id"], MONDAY + HOUR)) == {"丙工地"}


async def the_wrong_person_acts(office: Office) -> None:
    ids = office.county.ids

    def code(answer: dict[str, Any]) -> str:
        return f"{answer['code']} {answer['errors'][0]['path']}" if "code" in answer else "done"

    assert code(await office.film(who="foreman")) == "NOT_ALLOWED recordedBy"
    assert code(await office.film(who="stranger")) == "NOT_ALLOWED recordedBy"
    assert code(await office.film(who=None, role=Role.INTEGRATOR)) == "MISSING_PERSON recordedBy"
    assert (await office.film(who="officer", role=Role.VIEWER))["code"] == "NOT_ALLOWED"
    problem = await office.filmed()
    assert code(await office.start(problem, who="foreman")) == "NOT_ALLOWED startedBy"
    assert code(await office.start(problem, who="clerk", startedBy=ids["deputy"])) == "NOT_ALLOWED startedBy"
    assert code(await office.start(problem, who="clerk", post=ids["deputy-post"])) == "NOT_ALLOWED post"
    sweep = (await office.start(problem, who=None, role=Role.INTEGRATOR, startedBy=ids["clerk"]))["sweep"]["id"]
    # The builder does not inspect, whoever says so.
    assert code(await office.inspect("second", MONDAY, "foreman", sweep=sweep)) == "NOT_ALLOWED inspectedBy"
    relayed = await office.inspect("second", MONDAY, None, Role.INTEGRATOR, sweep=sweep, inspectedBy=ids["foreman"])
    assert code(relayed) == "NOT_ALLOWED inspectedBy"
    assert await office.progress(sweep, MONDAY) == (2, 0, 0, 2)
    # Who started it may not say that what remains need not be looked at.
    close: dict[str, Any] = {"sweep": sweep, "reason": "两处已停工"}
    assert code(await office.send("CloseSweep", MONDAY, "clerk", **close)) == "SAME_PERSON person"
    assert code(await office.send("CloseSweep", MONDAY, "foreman", **close)) == "NOT_ALLOWED person"
    assert code(await office.send("CloseSweep", MONDAY, "deputy", **close)) == "done"
    read = await office.read(sweep, MONDAY + HOUR)
    assert (read["closeReason"], read["closedBy"], read["remaining"]) == ("两处已停工", {"name": "甲deputy"}, 2)


async def steps_in_the_wrong_order(office: Office) -> None:
    ids = office.county.ids

    def said(answer: dict[str, Any]) -> str:
        return f"{answer['code']} {answer['errors'][0]['path']}" if "code" in answer else "done"

    early = (MONDAY + HOUR).isoformat()
    assert said(await office.film(takenAt=early)) == "OUT_OF_ORDER takenAt"
    assert said(await office.film(at=early)) == "BAD_INPUT at"
    assert said(await office.film(sha256="AB" * 32)) == "BAD_INPUT sha256"
    assert said(await office.film(problems=[])) == "BAD_INPUT problems"
    nowhere = {"title": "裸土", "site": ids["town"], "organization": ids["housing"]}
    assert said(await office.film(problems=[nowhere])) == "NOT_FOUND problems.0.site"
    problem = await office.filmed()
    assert said(await office.film()) == "BAD_INPUT sha256", "the same file once"
    before = (MONDAY - 49 * HOUR).isoformat()
    assert said(await office.start(problem, at=before)) == "OUT_OF_ORDER at"
    assert said(await office.start(problem, dueAt=(MONDAY - TICK).isoformat())) == "BAD_DUE_AT dueAt"
    assert said(await office.start(problem, siteKinds=["FIELD"])) == "NOT_FOUND siteKinds", "no checklist"
    assert said(await office.start(problem, checklist="CATERING_FUMES")) == "NOT_FOUND checklist"
    assert said(await office.start(problem, area=ids["village"], keyProject=True)) == "NOT_FOUND area", "no such site"
    assert said(await office.start(ids["origin"])) == "NOT_FOUND problem"
    sweep = (await office.start(problem))["sweep"]["id"]
    assert said(await office.start(problem)) == "ILLEGAL_TRANSITION problem", "one sweep for a problem"

    later = MONDAY + HOUR
    assert said(await office.inspect("far", later, sweep=sweep)) == "NOT_FOUND sweep", "none of its sites"
    assert said(await office.inspect("origin", later, sweep=sweep)) == "NOT_FOUND sweep"
    assert said(await office.inspect("second", later, sweep=problem)) == "NOT_FOUND sweep"
    earlier = (MONDAY - TICK).isoformat()
    assert said(await office.inspect("second", later, sweep=sweep, inspectedAt=earlier)) == "OUT_OF_ORDER inspectedAt"
    assert said(await office.inspect("second", later, sweep=sweep, results=found(BARE)[:-1])) == "BAD_INPUT results"
    assert await office.progress(sweep, later) == (2, 0, 0, 2), "what is refused counts for nothing"
    assert said(await office.inspect("second", later, sweep=sweep, results=found(BARE))) == "done"
    assert said(await office.inspect("second", later, sweep=sweep)) == "ILLEGAL_TRANSITION sweep", "once"
    assert said(await office.inspect("second", later)) == "done", "again, but not for the sweep"
    assert await office.progress(sweep, later) == (2, 1, 1, 1)
    assert said(await office.send("CloseSweep", later, "deputy", sweep=sweep)) == "MISSING_NOTE reason"
    assert said(await office.send("CloseSweep", later, "deputy", sweep=sweep, reason=" ")) == "MISSING_NOTE reason"
    assert said(await office.inspect("third", later, sweep=sweep)) == "done"
    half = (MONDAY + HOUR / 2).isoformat()
    assert said(await office.send("CloseSweep", later, "clerk", sweep=sweep, at=half)) == "OUT_OF_ORDER at"
    assert said(await office.send("CloseSweep", later, "clerk", sweep=sweep)) == "done", "none remains: anybody of them"
    assert said(await office.send("CloseSweep", later, "deputy", sweep=sweep)) == "ILLEGAL_TRANSITION sweep"
    assert said(await office.inspect("third", later, sweep=sweep)) == "ILLEGAL_TRANSITION sweep"


async def a_step_repeated_by_a_retry(office: Office) -> None:
    films = [await office.film(idempotencyKey="film"), await office.film(MONDAY + HOUR, idempotencyKey="film")]
    assert films[0] != films[1], "another time is another command"
    assert films[1]["code"] == "IDEMPOTENCY_CONFLICT"
    again = await office.film(idempotencyKey="film")
    assert again == films[0]
    problem = films[0]["problems"][0]["id"]
    starts = await asyncio.gather(*(office.start(problem, idempotencyKey="start") for _ in range(3)))
    assert starts[0] == starts[1] == starts[2]
    sweep = starts[0]["sweep"]["id"]
    sent: dict[str, Any] = {"sweep": sweep, "results": found(BARE), "idempotencyKey": "look"}
    looks = await asyncio.gather(*(office.inspect("second", MONDAY + HOUR, **sent) for _ in range(3)))
    assert looks[0] == looks[1] == looks[2]
    assert await office.progress(sweep, MONDAY + HOUR) == (2, 1, 1, 1)
    # Two who look at one site at once: one of them counts, and the other is told so.
    both = await asyncio.gather(
        *(office.inspect("third", MONDAY + HOUR, who, sweep=sweep) for who in ("clerk", "deputy"))
    )
    assert sorted(answer.get("code", "done") for answer in both) == ["ILLEGAL_TRANSITION", "done"]
    close: dict[str, Any] = {"sweep": sweep, "idempotencyKey": "close"}
    closes = [await office.send("CloseSweep", MONDAY + later * HOUR, "deputy", **close) for later in (2, 3)]
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
    sweep = await office.started(dueAt=due_at.isoformat())
    assert (await office.read(sweep, due_at))["overdue"] is False, "at that very instant it has not run out"
    assert (await office.read(sweep, due_at + TICK))["overdue"] is True
    assert await office.sites(sweep, due_at + TICK) == {"乙工地": "PENDING late", "丙工地": "PENDING late"}
    assert "inspection" in await office.inspect("second", due_at, sweep=sweep)
    late = await office.inspect("third", due_at + TICK, sweep=sweep)
    assert "inspection" in late, "what comes late is recorded, and is late"
    evening = MONDAY + 9 * HOUR
    assert await office.sites(sweep, evening) == {"乙工地": "PASSED", "丙工地": "PASSED late"}
    assert (await office.read(sweep, evening))["overdue"] is False, "nothing remains"
    # As of the instant between, and as known then, the last had not been inspected.
    assert await office.sites(sweep, evening, asOf=due_at) == {"乙工地": "PASSED", "丙工地": "PENDING"}
    assert await office.sites(sweep, evening, knownAt=due_at) == {"乙工地": "PASSED", "丙工地": "PENDING late"}
    then = await office.read(sweep, evening, knownAt=MONDAY + HOUR)
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
    recorded = await office.film(eve)
    assert recorded["problems"][0]["dueAt"] == "2025-02-05T18:00:00+08:00", "the first working day after it"
    sweep = (await office.start(recorded["problems"][0]["id"], eve, "deputy"))["sweep"]
    assert sweep["dueAt"] == "2025-02-10T18:00:00+08:00", "five working days, of which a Saturday is one"
    assert (await office.read(sweep["id"], at("2025-02-04T12:00+08:00")))["overdue"] is False
    # The working days of the year after are not announced yet: no guess, but a time that is named is taken.
    last = at("2026-12-31T17:30+08:00")
    unknown = await office.film(last, sha256="cd" * 32)
    assert (unknown["code"], unknown["errors"][0]["path"]) == ("UNKNOWN_WORKING_DAYS", "at")
    problem = (await office.film(at("2026-12-28T09:00+08:00"), sha256="ef" * 32))["problems"][0]["id"]
    refused = await office.start(problem, last, "deputy")
    assert (refused["code"], refused["errors"][0]["path"]) == ("UNKNOWN_WORKING_DAYS", "dueAt")
    named = await office.start(problem, last, "deputy", dueAt="2027-01-08T18:00+08:00")
    assert named["sweep"]["dueAt"] == "2027-01-08T18:00:00+08:00"


async def a_post_changes_hands_half_way(office: Office) -> None:
    handover = at("2024-12-16T12:00+08:00")
    sweep = await office.started()
    early = await office.inspect("second", handover - TICK, "successor", sweep=sweep)
    assert (early["code"], early["errors"][0]["path"]) == ("NOT_ALLOWED", "inspectedBy")
    # From the very instant of the handover it is the successor's; the sweep and its clock go on as they were.
    gone = await office.inspect("second", handover, "clerk", sweep=sweep)
    assert (gone["code"], gone["errors"][0]["path"]) == ("NOT_ALLOWED", "inspectedBy")
    # What the one before looked at in time may still be told.
    looked = (MONDAY + HOUR).isoformat()
    assert "inspection" in await office.inspect("second", handover, "clerk", sweep=sweep, inspectedAt=looked)
    assert "inspection" in await office.inspect("third", handover, "successor", sweep=sweep)
    # A site that comes to the town later is none of the sweep.
    world = World()
    new = world.entity("Site", "new", handover, name="戊工地", kind="CONSTRUCTION")
    world.fact("Within", "new.area", new, office.county.ids["town"], recorded=handover, explicit=False)
    await world.write(office.database)
    assert await office.progress(sweep, handover + HOUR) == (2, 2, 0, 0)
    closed = await office.send("CloseSweep", handover + HOUR, "successor", sweep=sweep)
    assert closed["sweep"]["status"] == "CLOSED"
    read = await office.read(sweep, handover + 2 * HOUR)
    inspectors = {
        edge["node"]["site"]["name"]: edge["node"]["inspection"]["inspectedBy"]["name"]
        for edge in read["sites"]["edges"]
    }
    assert inspectors == {"乙工地": "甲clerk", "丙工地": "甲successor"}
    assert (read["startedBy"], read["closedBy"]) == ({"name": "甲clerk"}, {"name": "甲successor"})


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
def test_row_14(county: County, cell: Callable[[Office], Coroutine[Any, Any, None]]) -> None:
    async def go() -> None:
        async with county.database() as office:
            await cell(office)

    asyncio.run(go())
