"""The roll-up is what a plain recount of the problems comes to, at every instant of the ledger."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.counts import told
from gateway.schema import schema
from graph.migrations import migrate
from graph.queries import counting as queries
from graph.session import Database
from services.ledger.keyring import Keyring
from services.ledger.sequencer import Sequencer
from services.oversight import counting
from services.oversight.counting import Counting, check
from services.oversight.rules.counting import COUNTS
from services.oversight.watch import Watch
from tests.asking import ask, context, refused
from tests.database import DatabaseConnection
from tests.services.oversight.test_life_through_the_api import ACT, REPORT, keys
from tests.world import RECORDED, World, at

START = at("2024-12-16T09:00+08:00")
ROLLUP = """query ($id: ID!, $by: [RollupDimension!]!, $asOf: DateTime) { campaign(id: $id) {
  rollup(by: $by, asOf: $asOf) {
  area { sourceId } lineOfWork { code } countedTo open overdue closed closedInTime assigned submitted reopened extended
  closedRate closedInTimeRate reopenedRate extendedRate } } }"""
PROBLEMS = """query ($asOf: DateTime, $knownAt: DateTime) {
  problems(first: 100, asOf: $asOf, knownAt: $knownAt) { edges {
  node { area { sourceId parent { sourceId } } task { lineOfWork { code } }
    events(first: 100) { edges { node { kind at dueAt } } } } } } }"""
HOUR = timedelta(hours=1)
ONWARD = ("REGISTER", "ASSIGN", "ACCEPT", "SUBMIT", "VERIFY", "CLOSE", "GRANT_EXTENSION")
"""Actions that are chosen more often, so that some problems get to their end."""


@dataclass(frozen=True)
class Campaign:
    connection: DatabaseConnection
    id: str
    bureau: str
    persons: tuple[str, str]
    places: tuple[dict[str, str], ...]
    tasks: tuple[str, ...]

    @asynccontextmanager
    async def database(self) -> AsyncGenerator[Database]:
        async with Database(*self.connection) as database:
            yield database


@pytest.fixture
def campaign(clean_database: DatabaseConnection) -> Campaign:
    world = World()
    bureau = world.entity("Organization", "bureau", name="住建局", kind="DEPARTMENT")
    persons = world.entity("Person", "first", name="甲"), world.entity("Person", "second", name="乙")
    county = world.entity("Area", "county", name="某县", kind="COUNTY")
    places: list[dict[str, str]] = [{"area": county}]
    for street in ("one", "two"):
        area = world.entity("Area", street, name=street, kind="SUBDISTRICT")
        world.fact("Within", f"{street}.parent", area, county, explicit=False)
        grid = world.entity("Area", f"{street}-grid", name="网格", kind="GRID")
        world.fact("Within", f"{street}-grid.parent", grid, area, explicit=False)
        site = world.entity("Site", f"{street}-site", name="工地", kind="CONSTRUCTION")
        world.fact("Within", f"{street}-site.area", site, grid, explicit=False)
        places += [{"area": area}, {"site": site}]
    made = world.entity("Campaign", "winter", title="冬季", startsOn="2024-12-14", endsOn="2024-12-31")
    tasks: list[str] = []
    for code in ("DUST", "COAL"):
        line = world.entity("LineOfWork", f"winter/{code}", code=code, title=code, campaign=made)
        tasks.append(world.entity("Task", f"task-{code}", title=code, campaign=made, lineOfWork=line))
    other = world.entity("Campaign", "other", title="其他", startsOn="2024-12-14", endsOn="2024-12-31")
    line = world.entity("LineOfWork", "other/DUST", code="OTHER", title="其他", campaign=other)
    tasks.append(world.entity("Task", "task-other", title="其他", campaign=other, lineOfWork=line))

    async def fill() -> None:
        async with Database(*clean_database) as database:
            await migrate(database, RECORDED)
            await world.write(database)

    asyncio.run(fill())
    return Campaign(clean_database, made, bureau, persons, tuple(places), tuple(tasks))


async def some_life(campaign: Campaign, database: Database, seed: int, steps: int) -> list[datetime]:
    """Random commands, watched meanwhile; returns an instant after each."""
    drawn, now = random.Random(seed), START  # noqa: S311 - a repeatable choice of commands
    clock = [now]
    watch = Watch(database, lambda: clock[0])
    problems: list[str] = []
    moments: list[datetime] = []
    for _ in range(steps):
        now += drawn.randint(1, 20) * HOUR
        clock[0] = now
        as_ = context(database, now)
        if len(problems) < 3 or drawn.random() < 0.05:
            given = {"title": "问题", "origin": "PATROL", **drawn.choice(campaign.places)}
            given |= {
                "task": drawn.choice([*campaign.tasks[:2] * 2, campaign.tasks[2], None]),
                "idempotencyKey": next(keys),
            }
            answer = (await ask(schema, REPORT, {"input": given}, as_=as_))["reportProblem"]
            problems.append(answer["problem"]["id"])
        else:
            problem = drawn.choice(problems)
            given = {"problem": problem, "action": "URGE", "idempotencyKey": next(keys)}
            tried = (
                await ask(schema, ACT, {"input": {**given, "action": "LOOK_BACK", "dueAt": now.isoformat()}}, as_=as_)
            )["actOnProblem"]
            possible = [
                action for action in tried["possible"] if action not in ("URGE", "ESCALATE", "TRANSFER", "REJECT")
            ]
            onward = [action for action in ONWARD if action in possible]
            action = drawn.choice([*possible, *onward * 4, "REJECT" if "REJECT" in tried["possible"] else "URGE"])
            given |= {"action": action, "note": "说明", "evidence": ["a.jpg"], "idempotencyKey": next(keys)}
            given["person"] = campaign.persons[action in ("SUBMIT", "REQUEST_EXTENSION")]  # others check
            if action in ("ASSIGN", "REQUEST_EXTENSION", "GRANT_EXTENSION", "REOPEN"):
                later = 240 if action.endswith("EXTENSION") else 0
                given["dueAt"] = (now + (later + drawn.randint(1, 150)) * HOUR).isoformat()
            if action == "ASSIGN":
                given["toOrganization"] = campaign.bureau
            await ask(schema, ACT, {"input": given}, as_=as_)
        await watch.catch_up()
        moments.append(now + HOUR / 2)
    return moments


def figures(events: list[dict[str, Any]]) -> dict[str, int]:
    """What one problem counts as, told from its events alone; nothing where it was rejected."""
    due: datetime | None = None
    passed = since = closed_at = None
    for event in events:
        now, told = at(event["at"]), event["dueAt"] and at(event["dueAt"])
        match event["kind"]:
            case "ASSIGN" | "GRANT_EXTENSION" | "REOPEN":
                due, closed_at = told or due, None
            case "SUSPEND":
                since = now
            case "RESUME":
                assert since is not None
                due, since = due + (now - since) if due and since <= due else due, None
            case "DEADLINE_PASSED":
                passed = due
            case "CLOSE":
                closed_at = now
            case "REJECT":
                return {}
            case _:
                pass
    happened = {event["kind"] for event in events}
    return {
        "open": int(closed_at is None),
        "overdue": int(closed_at is None and since is None and due is not None and due == passed),
        "closed": int(closed_at is not None),
        "closedInTime": int(closed_at is not None and (due is None or closed_at <= due)),
        "assigned": int("ASSIGN" in happened),
        "submitted": int("SUBMIT" in happened),
        "reopened": int("REOPEN" in happened),
        "extended": int("GRANT_EXTENSION" in happened),
    }


async def recounted(database: Database, moment: datetime) -> dict[tuple[str, str], Counter[str]]:
    """By street and line of work, from the events that the API has of each problem."""
    known = {"asOf": moment.isoformat(), "knownAt": moment.isoformat()}
    found = await ask(schema, PROBLEMS, known, as_=context(database, moment))
    counted: dict[tuple[str, str], Counter[str]] = {}
    for edge in found["problems"]["edges"]:
        problem = edge["node"]
        counts = figures([each["node"] for each in problem["events"]["edges"]])
        if not counts or problem["task"] is None:
            continue
        code = problem["task"]["lineOfWork"]["code"]
        if code == "OTHER":
            continue
        area = problem["area"]
        street = area["parent"]["sourceId"] if area["sourceId"].endswith("-grid") else area["sourceId"]
        counted.setdefault((street, code), Counter()).update(counts)
    return counted


async def rolled_up(
    campaign: Campaign, database: Database, moment: datetime | None, *by: str
) -> dict[Any, Counter[str]]:
    variables = {"id": campaign.id, "by": by, "asOf": None if moment is None else moment.isoformat()}
    found = await ask(schema, ROLLUP, variables, as_=context(database, moment))
    rows: dict[Any, Counter[str]] = {}
    for row in found["campaign"]["rollup"]:
        of = {"closed": row["open"] + row["closed"]}
        of |= {"closedInTime": row["closed"], "reopened": row["submitted"], "extended": row["assigned"]}
        for some, whole in of.items():
            assert row[f"{some}Rate"] == (row[some] / whole if whole else None), "a rate of nothing is null"
        cell = row["area"] and row["area"]["sourceId"], row["lineOfWork"] and row["lineOfWork"]["code"]
        assert cell not in rows
        rows[cell] = Counter({name: row[name] for name in COUNTS})
    return rows


async def sequenced(database: Database, keys: Path) -> None:
    await Sequencer(database, lambda: Keyring.open(keys), [], lambda: START).catch_up()


@asynccontextmanager
async def lived(campaign: Campaign, keys: Path, seed: int, steps: int) -> AsyncGenerator[Database]:
    """The database, once something has happened there and is numbered."""
    async with campaign.database() as database:
        await some_life(campaign, database, seed, steps)
        await sequenced(database, keys)
        yield database


@pytest.mark.parametrize("seed", [8])
async def test_it_is_what_a_plain_recount_comes_to_at_every_instant(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(counting, "BATCH", 7)
    monkeypatch.setattr(counting, "CHANGES_IN_A_DAY", 5)
    async with campaign.database() as database, campaign.database() as another:
        moments = await some_life(campaign, database, seed, 100)
        await sequenced(database, tmp_path)
        await asyncio.gather(Counting(database).catch_up(), Counting(another).catch_up())
        expected = {moment: await recounted(database, moment) for moment in moments[::9]}
        seen = sum((row for rows in expected.values() for row in rows.values()), Counter[str]())
        assert all(seen[name] > 0 for name in COUNTS), f"some figure is never more than nothing: {seen}"
        assert any(row["closed"] == 0 for rows in expected.values() for row in rows.values()), (
            "and some is a rate of nothing"
        )

        async def compare() -> None:
            for moment, rows in expected.items():
                assert await rolled_up(campaign, database, moment, "AREA", "LINE_OF_WORK") == rows
                lines: dict[Any, Counter[str]] = {}
                areas: dict[Any, Counter[str]] = {}
                for (area, line), row in rows.items():
                    lines.setdefault((None, line), Counter()).update(row)
                    areas.setdefault((area, None), Counter()).update(row)
                assert await rolled_up(campaign, database, moment, "LINE_OF_WORK") == lines
                assert await rolled_up(campaign, database, moment, "AREA") == areas
            assert await check(database) == []

        await compare()
        days = "MATCH (d:RollupDay) RETURN count(DISTINCT d.at) AS days"
        assert (await database.read(days))[0]["days"] > 1, "nothing was read from a day's counts"
        await Counting(database).rebuild()
        await compare()


async def test_what_was_counted_is_kept_whole_without_waiting_for_another_event(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "CHANGES_IN_A_DAY", 1)
    async with lived(campaign, tmp_path, 3, 10) as database:
        await Counting(database).catch_up()
        (row,) = await database.read("MATCH (d:RollupDay) RETURN max(d.at) AS last")
        assert row["last"] == (await counting.reached(database)).at, "a read sums changes that no day holds"
        assert await check(database) == []


async def test_a_write_of_numbers_that_is_seen_in_part_is_counted_when_it_is_seen_whole(
    campaign: Campaign, tmp_path: Path
) -> None:
    async with lived(campaign, tmp_path, 3, 10) as database:
        await database.write("MATCH (e:Event {logIndex: 5}) SET e.unseen = 5 REMOVE e.logIndex")
        assert await Counting(database).catch_up() == 5
        assert (await counting.reached(database)).position == 5
        await database.write("MATCH (e:Event {unseen: 5}) SET e.logIndex = 5 REMOVE e.unseen")
        (log,) = await database.read(queries.SIZE)
        assert await Counting(database).catch_up() == log["size"] - 5
        assert await check(database) == []


async def test_a_log_that_is_longer_than_what_is_seen_of_it_is_not_complete(campaign: Campaign, tmp_path: Path) -> None:
    async with lived(campaign, tmp_path, 3, 10) as database:
        (log,) = await database.read(queries.SIZE)
        last = {"index": log["size"] - 1}
        await database.write("MATCH (e:Event {logIndex: $index}) SET e.unseen = true REMOVE e.logIndex", last)
        await Counting(database).catch_up()
        (seen,) = await database.read(
            "MATCH (e:Event {logIndex: $index}) RETURN e.recordedAt AS at", {"index": last["index"] - 1}
        )
        assert (await counting.reached(database)).at != seen["at"]
        await database.write("MATCH (e:Event {unseen: true}) SET e.logIndex = $index REMOVE e.unseen", last)
        await Counting(database).catch_up()
        assert (await counting.reached(database)).at > seen["at"]
        assert await check(database) == []


async def test_a_count_that_is_wrong_is_found_and_put_right(campaign: Campaign, tmp_path: Path) -> None:
    async with lived(campaign, tmp_path, 3, 8) as database:
        await Counting(database).catch_up()
        await database.write("MATCH (c:RollupChange) WITH c LIMIT 1 SET c.open = c.open + 1")
        (difference,) = await check(database)
        assert difference.counted.open == difference.recounted.open + 1
        assert "recounted" in told([difference])
        await Counting(database).rebuild()
        assert await check(database) == []


async def test_who_is_cut_off_loses_and_doubles_nothing(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "BATCH", 3)
    async with lived(campaign, tmp_path, 4, 10) as database:
        complete = queries.COMPLETE
        monkeypatch.setattr(queries, "COMPLETE", "RETURN date('no day') AS complete")
        with pytest.raises(Exception, match="Date"):
            await Counting(database).catch_up()
        monkeypatch.setattr(queries, "COMPLETE", complete)
        running = asyncio.create_task(Counting(database).catch_up())
        while not await database.read("MATCH (c:RollupChange) RETURN c LIMIT 1"):
            pass
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await Counting(database).catch_up()
        assert await check(database) == []


async def test_a_dimension_is_named_once(campaign: Campaign) -> None:
    async with campaign.database() as database:
        asked = {"id": campaign.id, "by": ["AREA", "AREA"]}
        assert await refused(schema, ROLLUP, asked, as_=context(database, START)) == "BAD_INPUT"
        assert await rolled_up(campaign, database, None) == {}, "nothing is counted yet"
