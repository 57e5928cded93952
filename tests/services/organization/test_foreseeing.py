"""What a change would do is said before it is made, and is what it does: traces are compared, before and after."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from graph.model.instants import SHANGHAI
from services.organization import foreseeing
from tests.services.organization.conftest import NOW, OFFICER, County
from tests.world import World, at, rid

FORESEEN = """mutation ($input: %sInput!) { %s(input: $input) {
  ... on Foreseen { changed exact problems(first: 100) { problem { id number title } parts { line level } } }
  ... on Refusal { code message } } }"""
TRACE = """query ($subject: ID!, $known: DateTime) { trace(subject: $subject, knownAt: $known) { lines { kind hops {
  level role capacity gap post { id } holder { id } organization { id } area { id } } } } }"""
MIDDLE = "2024-12-10T00:00:00+08:00"
LATER = NOW + timedelta(days=1)


async def problems(county: County) -> list[str]:
    """At the site, at another of its kind, in the grid and in the county: ten days' each."""
    world = World()
    for place in ("site", "yard", "grid", "county"):
        for day in range(5, 15):
            where: dict[str, Any] = (
                {"site": rid(place), "siteId": rid(place)} if place in ("site", "yard") else {"ownArea": rid(place)}
            )
            world.entity(
                "Problem",
                f"{place}-{day}",
                number=f"{place}-{day}",
                title="扬尘",
                status="REPORTED",
                origin="PATROL",
                severity="NORMAL",
                discoveredAt=datetime(2024, 12, day, 9, tzinfo=SHANGHAI),
                dueAt=at("9999-01-01T00:00+00:00"),
                assignedToId="",
                taskId="",
                life="",
                **where,
            )
    await world.write(county.database)
    return [node["id"] for node in world.nodes["Problem"]]


async def answering(county: County, problem: str, known: datetime) -> set[tuple[str, str, str]]:
    """Every DIRECT and SUPERVISORY hop, with the line and level that it is on."""
    found = (await county.ask(TRACE, LATER + timedelta(days=1), subject=problem, known=known.isoformat()))["trace"]
    return {
        (line["kind"], hop["level"], repr(hop))
        for line in found["lines"]
        for hop in line["hops"]
        if hop["level"] != "LEADERSHIP"
    }


CHANGES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "the supervisor's membership ends": ("end", "Membership", {"fact": rid("m-clerk"), "validTo": MIDDLE}),
    "the superior of the supervisor": ("end", "Membership", {"fact": rid("m-chief"), "validTo": MIDDLE}),
    "the superior of the grid worker": ("end", "Membership", {"fact": rid("m-leader"), "validTo": MIDDLE}),
    "the grid worker was another": ("correct", "Membership", {"fact": rid("m-worker"), "person": rid("stranger")}),
    "a duty passes on": ("move", "Responsibility", {"fact": rid("a-worker"), "at": MIDDLE, "post": rid("deputy")}),
    "a duty in another role": ("correct", "Responsibility", {"fact": rid("a-clerk"), "role": "LEADER"}),
    "a duty for a kind": (
        "record",
        "Responsibility",
        {"post": rid("deputy"), "subject": "CONSTRUCTION", "role": "SUPERVISOR", "validFrom": MIDDLE},
    ),
    "a regulator more": (
        "record",
        "Regulation",
        {"organization": rid("office"), "subject": rid("yard"), "capacity": "BUSINESS", "validFrom": MIDDLE},
    ),
    "another superior": ("move", "Reporting", {"fact": rid("r-worker"), "at": MIDDLE, "reportsTo": rid("mayor")}),
    "a circle far above": (
        "record",
        "Reporting",
        {"post": rid("leader"), "reportsTo": rid("worker"), "validFrom": MIDDLE},
    ),
    "another head": ("move", "Heads", {"fact": rid("bureau.headPost"), "at": MIDDLE, "post": rid("deputy")}),
    "a basis": ("correct", "Membership", {"fact": rid("m-clerk"), "basis": "ASSUMED"}),
    "a name": ("record", "Name", {"subject": rid("bureau"), "text": "住房局", "validFrom": MIDDLE}),
}
UNTOUCHED = {
    "a basis",
    "a name",
    "another head",  # of a regulator: LEADERSHIP
    "the superior of the supervisor",  # the same
    "the superior of the grid worker",  # on the line in a right of its own, as LEADER
}


@pytest.mark.parametrize("change", CHANGES)
async def test_what_is_foreseen_is_what_happens(county: County, change: str) -> None:
    mutation, kind, given = CHANGES[change]
    every = await problems(county)
    asked = {"idempotencyKey": "same key", "reason": "任免文件有误", **given}
    taken = "End" if mutation == "end" else f"{mutation.capitalize()}{kind}"
    before = {problem: await answering(county, problem, NOW) for problem in every}

    document = FORESEEN % (taken, f"{mutation}{kind}")
    (foreseen,) = (await county.ask(document, LATER, input={**asked, "dryRun": True})).values()
    left = await county.database.read("MATCH (n:Event|Command|Outbox) RETURN count(n) AS left")
    assert left == [{"left": 0}]
    done = await county.change(mutation, kind, LATER, OFFICER, **asked)
    assert "event" in done, done

    after = {problem: await answering(county, problem, LATER) for problem in every}
    different = {
        problem: {(line, level) for line, level, _ in before[problem] ^ after[problem]}
        for problem in every
        if before[problem] != after[problem]
    }
    told = {
        one["problem"]["id"]: {(part["line"], part["level"]) for part in one["parts"]} for one in foreseen["problems"]
    }
    assert told == different
    assert (foreseen["changed"], foreseen["exact"]) == (len(different), True)
    assert (not different) == (change in UNTOUCHED)


async def test_beyond_the_bound_it_says_at_least(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    await problems(county)
    monkeypatch.setattr(foreseeing, "CHECKED", 3)
    given = {"idempotencyKey": "k", "reason": "补录", "fact": rid("m-worker"), "validTo": MIDDLE, "dryRun": True}
    (foreseen,) = (await county.ask(FORESEEN % ("End", "endMembership"), LATER, input=given)).values()
    assert (foreseen["changed"], foreseen["exact"]) == (3, False)
    newest = [one["problem"]["number"] for one in foreseen["problems"]]
    assert all(number.endswith("-14") for number in newest)


async def test_what_would_be_refused_is_refused(county: County) -> None:
    given = {"idempotencyKey": "k", "reason": "补录", "fact": "none", "validTo": MIDDLE, "dryRun": True}
    (refused,) = (await county.ask(FORESEEN % ("End", "endMembership"), LATER, input=given)).values()
    assert refused["code"] == "NOT_FOUND"
