"""Another campaign is another file: an invented summer against ozone runs without a line of code of its own.

Its rulebook brings a kind of site, and has checklists, a clock and a breach that winter's lacks.
"""

import asyncio
from collections.abc import Generator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from gateway.cli.application import app
from gateway.schema import schema
from graph.migrations import migrate
from graph.model.enums import Severity, SiteType
from graph.model.instants import TICK
from graph.session import Database
from schema.enums import grow
from services.accountability.noticing import Noticing
from services.campaign.rulebook import current, shipped
from services.hosting.identity import Role
from services.integration.loading.loader import import_bundle
from services.ledger.keyring import Keyring
from services.ledger.sequencer import Sequencer
from tests.asking import ask, context
from tests.database import DatabaseConnection
from tests.scenarios.campaign_office import DOCUMENTS, HOUR, MONDAY, County, Office, county_on
from tests.world import World

OZONE = Path(__file__).with_name("summer-ozone-2025.yaml")
FINDINGS = """query ($first: Int!) { findings(first: $first) { edges { node {
  kind severity rule { code version } accountable { organization { name } } } } } }"""
CHECKLISTS = "query ($siteKind: SiteType) { checklists(siteKind: $siteKind) { code rulebook items { code } } }"


@pytest.fixture
def notice(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """The process works by the notice, and forgets at the end what kinds of site it has brought."""
    monkeypatch.setenv("ZEREN_RULEBOOK", str(OZONE))
    members, values, names = (
        cast("Any", SiteType)._member_map_,
        cast("Any", SiteType)._value2member_map_,
        cast("Any", SiteType)._member_names_,
    )
    before = members.copy(), values.copy(), names.copy()
    current.cache_clear()
    current()
    grow(schema)
    yield
    for kept, was in zip((members, values), before, strict=False):
        kept.clear()
        kept.update(was)
    names[:] = before[2]
    grow(schema)
    current.cache_clear()


@pytest.fixture
def county(notice: None, clean_database: DatabaseConnection) -> County:
    """A county with a fuel station."""
    del notice
    county, world = county_on(clean_database), World()
    county.ids["pumps"] = world.entity("Site", "pumps", name="一号加油站", kind="FUEL_STATION")
    world.fact("Within", "pumps.area", county.ids["pumps"], county.ids["community"], explicit=False)

    async def fill() -> None:
        async with Database(*clean_database) as database:
            await world.write(database)

    asyncio.run(fill())
    return county


def test_the_notice_is_in_order_and_has_what_winter_lacks() -> None:
    told = CliRunner().invoke(app, ["rulebook", "check", str(OZONE)])
    assert (told.exit_code, told.stdout) == (0, f"{OZONE} is in order: version summer-ozone-2025.1.\n")
    winter = shipped()
    assert not any(SiteType.FUEL_STATION in one.site_kinds for one in winter.checklists)
    assert "PAINT_SHOP" not in {*SiteType, *(kind.code for kind in winter.site_kinds)}
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


SITES = """{ sites(filter: { source: "county", sourceId: "p1" }) { edges { node {
  id kind regulations { organization { name } } } } } }"""
KINDS = """{ __type(name: "SiteType") { enumValues { name description } } }"""


def _bundle(folder: Path) -> Path:
    """One paint shop, and who regulates all that there are."""
    for name, rows in {
        "organizations": ["id,name,kind", "gov,测试县,GOVERNMENT", "eco,生态环境局,DEPARTMENT"],
        "areas": ["id,name,kind,organization", "county,测试县,COUNTY,gov"],
        "sites": ["id,name,kind,area", "p1,一号喷漆房,PAINT_SHOP,county"],
        "regulations": [
            "id,organization,subjectKind,subject,capacity,validFrom",
            "r1,eco,SITE_KIND,PAINT_SHOP,INDUSTRY,2024-01-01T00:00+08:00",
        ],
    }.items():
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", "utf-8")
    return folder


async def test_a_kind_of_site_that_it_brings_is_imported_regulated_inspected_and_listed(
    county: County, tmp_path: Path
) -> None:
    async with county.database() as office:
        imported = await import_bundle(office.database, _bundle(tmp_path), lambda: MONDAY, source="county")
        assert imported.report.ok, imported.report.errors
        (edge,) = (await office.read(SITES, MONDAY + HOUR))["edges"]
        shop = edge["node"]
        assert (shop["kind"], shop["regulations"]) == ("PAINT_SHOP", [])
        kinds = await ask(schema, KINDS, as_=context(office.database, MONDAY))
        assert {"name": "PAINT_SHOP", "description": "喷漆房"} in kinds["__type"]["enumValues"]

        (checklist,) = await office.read(CHECKLISTS, MONDAY, siteKind="PAINT_SHOP")
        assert checklist["code"] == "PAINT_SHOPS"
        traced = await ask(
            schema, DOCUMENTS["Trace"], {"subject": shop["id"]}, as_=context(office.database, MONDAY + HOUR)
        )
        industry = next(line for line in traced["trace"]["lines"] if line["kind"] == "INDUSTRY")
        assert {hop["organization"]["name"] for hop in industry["hops"]} == {"生态环境局"}

        results = [
            {"item": "DOORS_SHUT", "outcome": "FAILED", "evidence": ["door.jpg"]},
            {"item": "FILTERS_CHANGED", "outcome": "PASSED"},
        ]
        looked: dict[str, Any] = {"site": shop["id"], "checklist": "PAINT_SHOPS", "results": results}
        done = await office.send("RecordInspection", MONDAY + HOUR, "clerk", **looked)
        assert len(done["problems"]) == 1


def test_winter_knows_no_paint_shop(clean_database: DatabaseConnection, tmp_path: Path) -> None:
    async def go() -> None:
        async with Database(*clean_database) as database:
            await migrate(database, MONDAY)
            refused = (await import_bundle(database, _bundle(tmp_path), lambda: MONDAY, dry_run=True)).report
            assert [(error.file, error.column, error.value) for error in refused.errors] == [
                ("sites.csv", "kind", "PAINT_SHOP"),
                ("regulations.csv", "subject", "PAINT_SHOP"),
            ]
            assert all("COAL_YARD" in error.message for error in refused.errors)

    asyncio.run(go())
