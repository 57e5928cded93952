"""The noticing as rounds: it goes on by itself, misses and doubles nothing, and lets others by."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.app import build
from gateway.cli.noticing import watch
from graph.queries import noticing as queries
from graph.queries.watermark import GateShut, take_gate
from graph.session import Database, Transaction
from services.accountability.noticing import Noticer, Overtaken
from services.campaign.rulebook import shipped
from services.hosting.settings import DatabaseAddress, Settings
from tests.database import DatabaseConnection
from tests.services.accountability.conftest import HOUR, MONDAY, County
from tests.services.hosting.conftest import listening

FIGURES = "zeren_findings_lag", "zeren_findings_waiting", "zeren_findings_noticed"
FOUND = "MATCH (f:Finding) RETURN count(f) AS findings, count(DISTINCT f.key) AS keys"
BLOCKED = "SHOW TRANSACTIONS YIELD status WHERE status STARTS WITH 'Blocked' RETURN status"


def noticer(database: Database, hour: float) -> Noticer:
    return Noticer(database, shipped(), lambda: MONDAY + hour * HOUR)


async def found(county: County) -> tuple[int, int]:
    """How many findings there are, and how many that differ."""
    (row,) = await county.database.read(FOUND)
    return row["findings"], row["keys"]


async def test_after_a_day_down_two_of_them_miss_and_double_nothing(
    county: County, clean_database: DatabaseConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.accountability.noticing.following.AT_ONCE", 2)
    monkeypatch.setattr("services.accountability.noticing.following.STRETCH", 4)
    for _ in range(5):
        await county.assigned()
    await county.number()
    async with Database(*clean_database) as other:
        both = [noticer(county.database, 48), noticer(other, 48)]
        while any(await asyncio.gather(*(one.catch_up() for one in both))):
            pass
    assert await found(county) == (15, 15)
    assert sum(one.noticed for one in both) == 15
    assert [(one.lag, one.waiting) for one in both] == [(0, 0), (0, 0)]
    await county.verify()


async def test_one_round_by_hand_numbers_what_nobody_has_and_ends(county: County, tmp_path: Path) -> None:
    await county.assigned()
    told = "{} deadlines passed unnoticed until now; {} findings were noticed."
    assert await watch(tmp_path, county.database, once=True) == told.format(1, 3)
    assert await watch(tmp_path, county.database, once=True) == told.format(0, 0)
    assert await found(county) == (3, 3)


async def test_another_that_was_quicker_is_no_error(
    county: County, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await county.assigned()
    await county.number()
    one, tried = noticer(county.database, 11), asyncio.Event()

    async def overtaken(_noticing: object, _at: datetime) -> None:
        tried.set()
        raise Overtaken

    monkeypatch.setattr("services.accountability.noticing.noticer.Noticing.look", overtaken)
    with caplog.at_level(logging.INFO, "services"):
        running = asyncio.create_task(one.run())
        await tried.wait()
        one.stop()
        await running
    assert caplog.records == []


async def test_while_the_gates_are_shut_nothing_is_noticed_and_afterwards_it_goes_on(
    county: County, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.accountability.noticing.noticer.LOOK_SECONDS", 0.01)
    await county.assigned()
    await county.number()
    await county.database.write("MATCH (g:Gate) SET g.shut = true")
    one = noticer(county.database, 11)
    with pytest.raises(GateShut):
        await one.catch_up()
    assert await found(county) == (0, 0)
    with caplog.at_level(logging.INFO, "services"):
        running = asyncio.create_task(one.run())
        while not caplog.records:
            await found(county)
        await county.database.write("MATCH (g:Gate) REMOVE g.shut")
        async with asyncio.timeout(20):
            while await found(county) != (2, 2):
                pass
        one.stop()
        await running
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("INFO", "noticing findings can't be done now")
    ]


class Killed(Exception):
    """Stands for a process that ends here."""


@pytest.mark.parametrize(
    ("after", "time"),
    [(queries.TURN, 1), (queries.AGENDA, 1), (queries.AGENDA, 2), (queries.NOTICE, 1)],
    ids=["turn", "put on the agenda", "looked at", "noticed"],
)
async def test_whoever_ends_midway_has_written_all_of_a_step_or_nothing(
    county: County, monkeypatch: pytest.MonkeyPatch, after: Any, time: int
) -> None:
    await county.assigned()
    await county.number()
    run: Callable[..., Any] = Transaction.run
    seen: list[str] = []

    async def ends(transaction: Transaction, statement: str, *given: Any) -> Any:
        rows = await run(transaction, statement, *given)
        seen.append(statement)
        if seen.count(after.cypher) == time:
            raise Killed
        return rows

    with monkeypatch.context() as patched:
        patched.setattr(Transaction, "run", ends)
        with pytest.raises(Killed):
            await noticer(county.database, 11).catch_up()
    assert await found(county) == (0, 0)
    await noticer(county.database, 11).catch_up()
    assert await found(county) == (2, 2)


async def test_a_clock_is_looked_at_once_all_that_was_done_before_is_seen(county: County) -> None:
    """A command that passed a gate before the deadline, and is not written to its end, may be what was awaited."""
    await county.assigned(due=10)
    await county.look(9)
    released = asyncio.Event()
    taken = asyncio.Event()

    async def command(transaction: Transaction) -> None:
        await take_gate(transaction, MONDAY + 9.9 * HOUR)
        taken.set()
        await released.wait()

    commanding = asyncio.create_task(county.database.transact(command))
    await taken.wait()
    noticing = asyncio.create_task(noticer(county.database, 11).catch_up())
    while not await county.database.read(BLOCKED):
        assert not noticing.done()
    assert await found(county) == (0, 0)
    released.set()
    await commanding
    await noticing
    assert await found(county) == (2, 2)


async def test_the_services_notice_by_themselves_and_say_how_far_they_are(
    county: County, clean_database: DatabaseConnection
) -> None:
    await county.assigned()
    settings = Settings(county.home, database=DatabaseAddress(*clean_database))
    app = build(settings)

    def figures() -> list[float]:
        lines = app.state.metrics.exposition().decode().splitlines()
        values = {line.partition("{")[0]: float(line.rpartition(" ")[2]) for line in lines if line[0] != "#"}
        return [values[name] for name in FIGURES]

    with listening(app, settings):
        async with asyncio.timeout(60):
            # What was done on a Monday long ago is overdue by now, and not accepted within a day.
            while figures() != [0, 0, 3]:
                await found(county)
    assert sorted(await county.kinds(hour=(datetime.now(UTC) - MONDAY) / HOUR)) == [
        "NOTHING_DONE", "NOT_ACKNOWLEDGED", "OVERDUE",
    ]  # fmt: skip
