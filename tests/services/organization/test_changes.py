"""Facts recorded, ended, corrected and moved through GraphQL on a real Neo4j."""

from typing import Any

import pytest

from tests.services.organization.conftest import NOW, SINCE, County
from tests.world import at, rid

END = "2024-12-18T00:00:00+08:00"
EVIDENCE = """query ($subject: ID!, $known: DateTime) { ledger(subject: $subject, knownAt: $known) { verified
  events(first: 100) { edges { node { position kind hash previousHash note data recordedAt } } } } }"""

FACTS: dict[str, tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "Membership": (
        "m-clerk",
        {"person": rid("stranger"), "post": rid("clerk")},
        {"person": rid("stranger")},
        {"post": rid("deputy")},
    ),
    "Responsibility": (
        "a-clerk",
        {"post": rid("deputy"), "subject": rid("site"), "role": "LEADER"},
        {"role": "LEADER"},
        {"post": rid("deputy")},
    ),
    "Regulation": (
        "g-site",
        {"organization": rid("office"), "subject": rid("site"), "capacity": "BUSINESS"},
        {"capacity": "BUSINESS"},
        {"organization": rid("office")},
    ),
    "Reporting": (
        "r-clerk",
        {"post": rid("deputy"), "reportsTo": rid("chief")},
        {"reportsTo": rid("mayor")},
        {"reportsTo": rid("deputy")},
    ),
    "Heads": (
        "bureau.headPost",
        {"post": rid("deputy"), "organization": rid("office")},
        {"post": rid("deputy")},
        {"post": rid("deputy")},
    ),
    "Name": ("n-bureau", {"subject": rid("office"), "text": "一街道"}, {"text": "建设委员会"}, {"text": "建设局"}),
}
"""By kind: a fact that is there, what a new one says, what a correction says, what a move says."""


async def chain(county: County, fact: str) -> list[dict[str, Any]]:
    """The events of a fact; they must be verified."""
    found = (await county.ask(EVIDENCE, subject=fact))["ledger"]
    assert found["verified"] is True
    return [edge["node"] for edge in found["events"]["edges"]]


@pytest.mark.parametrize("kind", FACTS)
async def test_each_kind_is_recorded_ended_corrected_and_moved(county: County, kind: str) -> None:
    source_id, new, corrected, moved = FACTS[kind]
    field = kind.lower()
    old = rid(source_id)

    found = await county.change("record", kind, validFrom=END, basis="ASSUMED", **new)
    recorded = found[field]
    assert (recorded["validFrom"], recorded["validTo"], found["superseded"]) == (END, None, None)
    assert recorded["basis"] == {"title": "ASSUMED", "clause": None}
    assert found["event"]["kind"] == "RECORDED"
    assert [event["note"] for event in await chain(county, recorded["id"])] == ["任免文件有误"]

    found = await county.change("correct", kind, fact=old, **corrected)
    second = found[field]["id"]
    assert (second, found["superseded"]["id"]) == (f"{old}~2", old)
    assert found["superseded"]["supersededAt"] == found[field]["recordedAt"]
    assert found["event"]["kind"] == "CORRECTED"

    middle = END if kind != "Name" else "2018-01-01T00:00:00+08:00"
    found = await county.change("move", kind, fact=second, at=middle, **moved | _otherwise(kind))
    begun, ended = found[field], found["ended"]
    assert (ended["id"], ended["validTo"], begun["validFrom"]) == (f"{old}~3", middle, middle)
    assert [event["kind"] for event in await chain(county, begun["id"])] == ["RECORDED"]
    assert (await chain(county, old))[-1]["hash"] == found["endingEvent"]["hash"]

    since = SINCE if kind not in ("Name", "Heads") else "1995-01-01T00:00:00+08:00"
    found = await county.change("end", kind, fact=ended["id"], validTo=since)
    assert at(found[field]["validTo"]) == at(since)
    assert [event["kind"] for event in await chain(county, old)] == ["CORRECTED"] * 3


def _otherwise(kind: str) -> dict[str, Any]:
    """What the move must say beside, since the correction said it already."""
    return {"post": rid("worker")} if kind == "Heads" else {}


async def test_what_was_known_before_stays(county: County) -> None:
    query = """query ($post: ID!, $known: DateTime) {
      post(id: $post, asOf: "2024-12-19T00:00:00+08:00", knownAt: $known) {
        holders { id name } memberships(history: true) { id validFrom validTo recordedAt supersededAt } } }"""
    known = NOW.isoformat()
    before = await county.ask(query, post=rid("clerk"), known=known)
    later = at("2024-12-21T09:00+08:00")
    found = await county.change("end", "Membership", fact=rid("m-clerk"), validTo=END, now=later)
    assert found["membership"]["validTo"] == END
    assert await county.ask(query, later, post=rid("clerk"), known=known) == before
    assert (await county.ask(query, later, post=rid("clerk")))["post"]["holders"] == []


async def test_a_first_former_name_is_read_and_moved(county: County) -> None:
    query = """query ($of: ID!) { organization(id: $of, asOf: "2015-01-01T00:00:00+08:00") { name } }"""

    async def called(organization: str) -> str:
        return (await county.ask(query, of=rid(organization)))["organization"]["name"]

    assert await called("office") == "一街道办"
    since, until = "1995-01-01T00:00:00+08:00", "2018-01-01T00:00:00+08:00"
    found = await county.change("record", "Name", subject=rid("office"), text="一镇", validFrom=since, validTo=until)
    assert await called("office") == "一镇"
    assert await called("gov") == "县人民政府"
    name = found["name"]["id"]
    await county.change(
        "correct", "Name", fact=name, subject=rid("gov"), text="县公署", now=at("2024-12-21T09:00+08:00")
    )
    county.now = at("2024-12-22T09:00+08:00")
    assert (await called("office"), await called("gov")) == ("一街道办", "县公署")
