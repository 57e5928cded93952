"""Which events a stream brings: of an area and what lies in it, of a record, of a kind, of an import."""

import uuid
from pathlib import Path

from graph.model.enums import ProblemAction, Severity
from services.integration.loading.loader import import_bundle
from services.oversight.commands import Report, report
from tests.services.feed.clients import EVENTS, PROBLEM_EVENTS, Served, take
from tests.services.ledger.writing import ACTOR, Place, clock
from tests.world import World

CAMPAIGN = Path(__file__).parents[3] / "services" / "campaign" / "bundle"
OF_RECORD = """subscription ($subject: ID, $kinds: [EventKind!], $after: String) {
  events(subject: $subject, kinds: $kinds, after: $after) { cursor event { kind problem { id } } }
}"""


async def found(place: Place, *, area: str | None = None, site: str | None = None) -> str:
    """A problem that was found there."""
    command = Report(
        uuid.uuid4().hex, "扬尘", "GRID_REPORT", Severity.NORMAL, area=area, site=site, person=place.person
    )
    return str((await report(place.database, command, ACTOR, clock(), None)).records["problem"])


async def test_an_area_covers_what_lies_in_it(place: Place, served: Served) -> None:
    world = World()
    county = world.entity("Area", "county", name="县", kind="COUNTY")
    town = world.entity("Area", "town", name="镇", kind="TOWNSHIP")
    elsewhere = world.entity("Area", "elsewhere", name="他镇", kind="TOWNSHIP")
    for name, inner, outer in (("w1", town, county), ("w2", elsewhere, county), ("w3", place.area, town)):
        world.fact("Within", name, inner, outer, explicit=False)
    # A row of its own outweighs the column: from 2020 on the site lies in the community.
    site = world.entity("Site", "site", name="工地", kind="CONSTRUCTION")
    world.fact("Within", "w4", site, elsewhere, explicit=False)
    world.fact("Within", "w5", site, place.area, "2020-01-01T00:00+08:00")
    await world.write(place.database)
    inside = await found(place, area=place.area)
    outside = await found(place, area=elsewhere)
    at_site = await found(place, site=site)
    last = await found(place, area=county)

    async def problems(area: str, number: int) -> list[str]:
        entries = await take(served.over_websocket(PROBLEM_EVENTS, area=area, after="beginning"), number)
        return [entry["problem"]["id"] for entry in entries]

    assert await problems(county, 4) == [inside, outside, at_site, last]
    assert await problems(town, 2) == [inside, at_site]
    assert await problems(place.area, 2) == [inside, at_site]
    assert await problems(elsewhere, 1) == [outside]
    await place.act(outside, ProblemAction.REGISTER)
    assert await problems(elsewhere, 2) == [outside, outside]


async def test_events_of_a_record_and_of_a_kind(place: Place, served: Served) -> None:
    await place.problem()
    problem = await place.problem()
    asked = {"subject": problem, "after": "beginning"}
    entries = await take(served.over_sse(OF_RECORD, **asked, kinds=["REGISTER", "ASSIGN"]), 2)
    assert [entry["event"] for entry in entries] == [
        {"kind": "REGISTER", "problem": {"id": problem}},
        {"kind": "ASSIGN", "problem": {"id": problem}},
    ]


async def test_an_import_appears_as_its_events_once(place: Place, served: Served) -> None:
    for _ in range(2):
        imported = await import_bundle(place.database, CAMPAIGN, clock, source="speech")
        assert imported.report.ok
    (row,) = await place.database.read("MATCH (e:Event) RETURN count(e) AS events")
    assert row["events"] > 100
    problem = await place.problem()
    entries = await take(served.over_websocket(EVENTS, after="beginning"), row["events"] + 3)
    assert len({entry["event"]["id"] for entry in entries}) == row["events"] + 3
    assert {entry["event"]["kind"] for entry in entries[:-3]} == {"RECORDED"}
    assert len({entry["event"]["recordedAt"] for entry in entries[:-3]}) == 1
    assert problem in entries[-1]["event"]["data"]
