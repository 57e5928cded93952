"""The watch on a real Neo4j: what passed is said once, whoever looks and however late, and changes no hands."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.schema import schema
from graph.model.identity import record_id
from graph.queries.watermark import GateShut, raise_watermark
from graph.session import Database
from services.integration.exporting import export_bundle
from services.integration.loading.loader import import_bundle
from services.oversight.watch import Watch
from tests.asking import ask, context
from tests.services.integration.bundles import SMALL, write
from tests.services.oversight.conftest import Place
from tests.services.oversight.test_life_through_the_api import NOW, act, assert_chain, report

DUE = NOW + timedelta(hours=2)
LATER = NOW + timedelta(hours=5)
TICK = timedelta(microseconds=1)
EVENTS = """query ($id: ID!) { problem(id: $id) { status dueAt overdue events(first: 100) {
  edges { node { kind at recordedAt actor { id } post { id } dueAt } } } } }"""
TRACE = """query ($id: ID!) { trace(subject: $id) {
  custody { from until organization { name } holder { name } reason late }
  exculpatory { reason event { kind } } lines { hops { post { title } holder { name } } } } }"""


class Dial:
    """A clock that stands where it is put."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


async def assigned(place: Place, database: Database, due_at: datetime = DUE) -> str:
    problem = (await report(place, database))["problem"]["id"]
    await act(database, problem, "REGISTER")
    found = await act(database, problem, "ASSIGN", toOrganization=place.department, dueAt=due_at.isoformat())
    assert "problem" in found, found
    return problem


async def traced(database: Database, problem: str, now: datetime) -> dict[str, Any]:
    """The trace, without how far it is known."""
    found = (await ask(schema, TRACE, {"id": problem}, as_=context(database, now)))["trace"]
    del found["custody"][-1]["until"]
    return found


async def kinds(database: Database, problem: str) -> list[str]:
    return await assert_chain(database, problem)


async def test_a_deadline_is_noticed_just_after_it_and_once(place: Place) -> None:
    clock = Dial(DUE)
    async with place.database() as database:
        problem = await assigned(place, database)
        watch = Watch(database, clock)
        assert await watch.catch_up() == 0, "what is done on the very instant is in time"
        clock.at = DUE + TICK
        await raise_watermark(database, clock.at)
        before = await traced(database, problem, clock.at)
        assert await watch.catch_up() == 1
        assert await watch.catch_up() == 0
        assert await Watch(database, clock).catch_up() == 0
        found = (await ask(schema, EVENTS, {"id": problem}, as_=context(database, clock.at)))["problem"]
        event = found["events"]["edges"][-1]["node"]
        assert (event["kind"], event["actor"], event["post"], event["dueAt"]) == ("DEADLINE_PASSED", None, None, None)
        assert datetime.fromisoformat(event["at"]) == DUE
        assert datetime.fromisoformat(event["recordedAt"]) > clock.at
        assert (found["status"], datetime.fromisoformat(found["dueAt"]), found["overdue"]) == ("ASSIGNED", DUE, True)
        assert await traced(database, problem, clock.at) == before
        # What was done in time may still be said, and the one who acts is not disturbed by what was noticed.
        assert "problem" in await act(database, problem, "ACCEPT", now=clock.at, at=NOW.isoformat())
        assert await kinds(database, problem) == ["REPORTED", "REGISTER", "ASSIGN", "DEADLINE_PASSED", "ACCEPT"]


async def test_after_a_day_down_two_watches_miss_and_double_nothing(place: Place) -> None:
    clock = Dial(NOW + timedelta(days=1))
    async with place.database() as database, place.database() as other:
        problems = [await assigned(place, database, DUE + i * TICK) for i in range(6)]
        closed = await assigned(place, database)
        for action in ("ACCEPT", "SUBMIT", "VERIFY", "CLOSE"):
            await act(database, closed, action, evidence=["after.jpg"])
        watches = [Watch(database, clock), Watch(other, clock)]
        assert sum(await asyncio.gather(*(watch.catch_up() for watch in watches))) == len(problems)
        for problem in problems:
            assert (await kinds(database, problem)).count("DEADLINE_PASSED") == 1
        assert "DEADLINE_PASSED" not in await kinds(database, closed)


async def test_more_than_a_page_is_noticed_in_one_go(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.oversight.watch.PAGE", 2)
    async with place.database() as database:
        for _ in range(5):
            await assigned(place, database)
        assert await Watch(database, Dial(LATER)).catch_up() == 5


async def test_a_moved_deadline_is_noticed_anew_and_a_stopped_clock_is_not(place: Place) -> None:
    clock = Dial(LATER)
    async with place.database() as database:
        extended, suspended = await assigned(place, database), await assigned(place, database)
        watch = Watch(database, clock)
        later = (LATER + timedelta(hours=1)).isoformat()
        await act(database, suspended, "SUSPEND", person=place.worker, note="等待材料")
        assert await watch.catch_up() == 1
        await act(database, extended, "REQUEST_EXTENSION", dueAt=later, now=LATER, person=place.supervisor)
        await act(database, extended, "GRANT_EXTENSION", note="同意", now=LATER, person=place.worker)
        assert await watch.catch_up() == 0
        await act(database, suspended, "RESUME", dueAt=DUE.isoformat(), now=LATER)
        assert await watch.catch_up() == 1, "its clock runs again, and had run out"
        clock.at = LATER + timedelta(hours=2)
        assert await watch.catch_up() == 1, "the extended one"
        assert (await kinds(database, extended)).count("DEADLINE_PASSED") == 2


async def test_imported_clocks_are_watched_and_what_was_noticed_is_not_exported(place: Place, tmp_path: Path) -> None:
    head = "id,problem,at,action,person,post,toOrganization,dueAt,evidence,note\n"
    more = {
        "problems": "id,title,site,origin,discoveredAt,severity\n"
        "p9,积尘,mill-site,PATROL,2024-12-16T08:00:00+08:00,NORMAL\n",
        "events": head
        + "f1,p9,2024-12-16T09:00:00+08:00,REGISTER,,,,,,\nf2,p9,2024-12-16T10:00:00+08:00,ASSIGN,,,env,2024-12-17,,\n",
    }
    clock = Dial(NOW + timedelta(days=30))
    async with Database(*place.connection) as database:
        await database.write("MATCH (n:Record) DETACH DELETE n")
        first = await import_bundle(database, write(tmp_path / "a", SMALL), clock)
        assert first.report.errors == []
        watch = Watch(database, clock)
        assert await watch.catch_up() == 1
        later = await import_bundle(database, write(tmp_path / "b", more), clock)
        assert later.report.errors == []
        await export_bundle(database, tmp_path / "before", clock)
        assert await watch.catch_up() == 1
        await export_bundle(database, tmp_path / "after", clock)
        for file in sorted((tmp_path / "before").glob("*.csv")):
            assert (tmp_path / "after" / file.name).read_bytes() == file.read_bytes()
        # A later import of more events goes on from what was noticed.
        more["events"] = head + "f3,p9,2024-12-20T10:00:00+08:00,ACCEPT,,,,,,\n"
        del more["problems"]
        assert (await import_bundle(database, write(tmp_path / "c", more), clock)).report.errors == []
        assert await watch.catch_up() == 0
        assert await kinds(database, record_id("bundle", "p9")) == [
            "REPORTED", "REGISTER", "ASSIGN", "DEADLINE_PASSED", "ACCEPT",
        ]  # fmt: skip


async def test_while_the_gates_are_shut_the_watch_waits(place: Place) -> None:
    async with place.database() as database:
        problem = await assigned(place, database)
        watch = Watch(database, Dial(LATER))
        await database.write("MATCH (g:Gate) SET g.shut = true")
        with pytest.raises(GateShut):
            await watch.catch_up()
        running = asyncio.create_task(watch.run())
        await database.write("MATCH (g:Gate) REMOVE g.shut")
        async with asyncio.timeout(20):
            while "DEADLINE_PASSED" not in await kinds(database, problem):
                pass
        watch.stop()
        await running
        assert await kinds(database, problem) == ["REPORTED", "REGISTER", "ASSIGN", "DEADLINE_PASSED"]
