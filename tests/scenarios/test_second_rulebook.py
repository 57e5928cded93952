"""Another campaign is another file: an invented summer against ozone runs without a line of code of its own.

Its rulebook looks at a kind of site that winter's has no checklist for, and has a clock and a breach that winter's
lacks.
"""

import asyncio
from collections.abc import Generator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli.application import app
from gateway.schema import schema
from graph.model.enums import Severity, SiteType
from graph.model.instants import TICK
from graph.session import Database
from services.accountability.noticing import Noticing
from services.campaign.rulebook import current, shipped
from services.hosting.identity import Role
from services.ledger.keyring import Keyring
from services.ledger.sequencer import Sequencer
from tests.asking import ask, context
from tests.database import DatabaseConnection
from tests.scenarios.campaign_office import HOUR, MONDAY, County, Office, county_on
from tests.world import World

OZONE = Path(__file__).with_name("summer-ozone-2025.yaml")
FINDINGS = """query ($first: Int!) { findings(first: $first) { edges { node {
  kind severity rule { code version } accountable { organization { name } } } } } }"""
CHECKLISTS = "query ($siteKind: SiteType) { checklists(siteKind: $siteKind) { code rulebook items { code } } }"


@pytest.fixture
def county(monkeypatch: pytest.MonkeyPatch, clean_database: DatabaseConnection) -> Generator[County]:
    """A county with a fuel station, in a process that works by the notice."""
    monkeypatch.setenv("ZEREN_RULEBOOK", str(OZONE))
    current.cache_clear()
    county, world = county_on(clean_database), World()
    county.ids["pumps"] = world.entity("Site", "pumps", name="一号加油站", kind="FUEL_STATION")
    world.fact("Within", "pumps.area", county.ids["pumps"], county.ids["community"], explicit=False)

    async def fill() -> None:
        async with Database(*clean_database) as database:
            await world.write(database)

    asyncio.run(fill())
    yield county
    current.cache_clear()


def test_the_notice_is_in_order_and_has_what_winter_lacks() -> None:
    told = CliRunner().invoke(app, ["rulebook", "check", str(OZONE)])
    assert (told.exit_code, told.stdout) == (0, f"{OZONE} is in order: version summer-ozone-2025.1.\n")
    winter = shipped()
    assert not any(SiteType.FUEL_STATION in one.site_kinds for one in winter.checklists)
    assert "VAPOUR_NOT_CHECKED" not in {rule.code for rule in winter.findings}
    assert winter.problem_clock(Severity.SERIOUS) != timedelta(hours=6)


def test_a_rulebook_that_can_not_be_read_is_told_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ZEREN_RULEBOOK", str(tmp_path / "autumn.yaml"))
    current.cache_clear()
    for command in (["up"], ["serve", "oversight"]):
        told = CliRunner().invoke(app, [*command, "--home", str(tmp_path / "home")])
        current.cache_clear()
        assert told.exit_code, command
        assert "autumn.yaml:1: can't be read: No such file" in str(told.exception)


async def _noticed(office: Office, home: Path, now: datetime) -> list[dict[str, Any]]:
    """Number all events, look at what is due, and read what was noticed as the discipline office."""
    sequencer = Sequencer(office.database, lambda: Keyring.open(home / "keys"), [], lambda: now)
    await sequencer.catch_up()
    await Noticing(office.database, current()).look_until_done(now)
    caller = context(office.database, now, Role.DISCIPLINE, None)
    found = await ask(schema, FINDINGS, {"first": 9}, as_=caller)
    return [edge["node"] for edge in found["findings"]["edges"]]


async def test_a_fuel_station_is_inspected_and_what_follows_has_the_notices_clock_and_breach(
    county: County, tmp_path: Path
) -> None:
    async with county.database() as office:
        (checklist,) = await office.read(CHECKLISTS, MONDAY, siteKind="FUEL_STATION")
        items = [{"code": "NOZZLES_SEALED"}, {"code": "UNLOADED_AT_NIGHT"}]
        assert checklist == {"code": "VAPOUR_RECOVERY", "rulebook": "summer-ozone-2025.1", "items": items}
        winters: dict[str, Any] = {"site": office.ids["site1"], "checklist": "CONSTRUCTION_TEN", "results": []}
        assert await office.refused("RecordInspection", MONDAY, "clerk", **winters) == ("NOT_FOUND", "checklist")

        failed = {"item": "NOZZLES_SEALED", "outcome": "FAILED", "evidence": ["nozzle.jpg"], "note": "密封圈破损"}
        results = [failed, {"item": "UNLOADED_AT_NIGHT", "outcome": "PASSED"}]
        looked: dict[str, Any] = {"site": office.ids["pumps"], "checklist": "VAPOUR_RECOVERY", "results": results}
        (opened,) = (await office.send("RecordInspection", MONDAY, "clerk", **looked))["problems"]
        problem = opened["id"]
        await office.done(problem, "REGISTER", MONDAY, "officer")
        await office.done(problem, "ASSIGN", MONDAY, "officer", toOrganization=office.ids["housing"])
        due = await office.read("query ($id: ID!) { problem(id: $id) { dueAt } }", MONDAY, id=problem)
        assert due == {"dueAt": "2024-12-16T15:00:00+08:00"}  # six hours by night and day

        await office.done(problem, "ACCEPT", MONDAY + HOUR, "clerk")
        await office.done(problem, "SUBMIT", MONDAY + 2 * HOUR, "clerk", evidence=["seal.jpg"])
        assert await _noticed(office, tmp_path, MONDAY + 4 * HOUR) == []
        (breach,) = await _noticed(office, tmp_path, MONDAY + 4 * HOUR + TICK)
        assert (breach["kind"], breach["severity"]) == ("NOT_ACTED_ON", "SERIOUS")
        assert breach["rule"] == {"code": "VAPOUR_NOT_CHECKED", "version": "summer-ozone-2025.1"}
        assert {one["organization"]["name"] for one in breach["accountable"]} == {"攻坚办"}  # who was to check it
