"""What is derived from the trace, against the oracle: on the same counties, the same answers."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from services.accountability import searching
from services.accountability.schema import schema
from services.oversight import schema as oversight
from tests.asking import ask, context
from tests.oracle.answering import accountable_for, gaps, responsible, similar
from tests.oracle.conftest import Bench
from tests.oracle.counties import INSTANTS, NOW, RECORDED, TICK, chosen, made_of
from tests.oracle.loading import load
from tests.oracle.records import County
from tests.oracle.test_oracle import COUNTIES, SEED, of_kind
from tests.world import rid

ACCOUNTABLE = """
query ($person: ID!, $from: DateTime!, $to: DateTime!, $first: Int!, $after: String, $knownAt: DateTime) {
  accountableFor(person: $person, from: $from, to: $to, first: $first, after: $after, knownAt: $knownAt) {
    edges { node { level role post { id } problem { id } } }
    pageInfo { hasNextPage endCursor }
    totalCount
  }
}
"""
SHARE = max(COUNTIES // 5, 5)
"""Of the counties so many: each is asked about many times over."""
FIRST, LAST = INSTANTS[0], INSTANTS[-1] + timedelta(days=30)
RANGES = ((FIRST, LAST), (FIRST, LAST), (INSTANTS[-1], LAST), (FIRST, INSTANTS[-1]), (INSTANTS[4], INSTANTS[5] + TICK))
KNOWN_AT = (None, None, *RECORDED, RECORDED[1] - TICK)


@pytest.fixture(scope="module")
def counties(bench: Bench) -> list[County]:
    made = [made_of(made, f"a{n}-", rid) for n, made in enumerate(chosen(SEED, SHARE))]
    bench.run(load(bench.database, made))
    return made


async def pages(bench: Bench, document: str, name: str, variables: dict[str, Any], size: int) -> list[Any]:
    """The nodes of the whole list, read page by page; the count of each page is that of the list."""
    found: list[Any] = []
    counts: set[int] = set()
    after, more = None, True
    while more:
        given = {**variables, "first": size, "after": after}
        page = await ask(schema, document, given, as_=context(bench.database, NOW))
        for part in name.split("."):
            page = page[part]
        found += [edge["node"] for edge in page["edges"]]
        counts.add(page["totalCount"])
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert counts == {len(found)}
    return found


def looked_at(budget: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """So much on the way down, and so few problems at once that pages take several statements."""
    monkeypatch.setattr(searching, "BUDGET", budget)
    monkeypatch.setattr(searching, "FEWEST", 0)
    monkeypatch.setattr(searching, "LOOK_AHEAD", 0)


@pytest.mark.timeout(120 + SHARE * 30)
@pytest.mark.parametrize("budget", [0, 12, 10_000], ids=["back in time", "as it comes", "down from the posts"])
def test_accountable_for(bench: Bench, counties: list[County], budget: int, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at(budget, monkeypatch)
    chance = Random(SEED)  # noqa: S311 - which questions are asked is no secret
    for county in counties:
        for person in of_kind(county, "Person")[:3]:
            since, until = chance.choice(RANGES)
            known_at: datetime | None = chance.choice(KNOWN_AT)
            if county.things[person].recorded_at > (known_at or NOW):
                continue
            variables: dict[str, Any] = {"person": person, "from": since.isoformat(), "to": until.isoformat()}
            variables["knownAt"] = known_at and known_at.isoformat()
            expected = accountable_for(county, person, since, until, known_at or NOW)
            size = chance.choice((1, 2, 50))
            assert bench.run(pages(bench, ACCOUNTABLE, "accountableFor", variables, size)) == expected, variables


SIMILAR = """
query ($subject: ID!, $asOf: DateTime, $first: Int!, $after: String, $knownAt: DateTime) {
  trace(subject: $subject, asOf: $asOf, knownAt: $knownAt) { similar(first: $first, after: $after) {
    edges { node { problem { id } holders { id } gaps } }
    pageInfo { hasNextPage endCursor }
    totalCount
  } }
}
"""
CLOSE = """
UNWIND $problems AS id MATCH (p:Record {id: id}) SET p.status = $status
WITH p MATCH (p)-[:WAS]->(f) SET f.status = $status
"""


@pytest.mark.timeout(120 + SHARE * 30)
@pytest.mark.parametrize("budget", [0, 12, 10_000], ids=["back in time", "as it comes", "down from the posts"])
def test_similar(bench: Bench, counties: list[County], budget: int, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at(budget, monkeypatch)
    chance = Random(SEED)  # noqa: S311 - which questions are asked is no secret
    shared = 0
    for county in counties:
        problems = of_kind(county, "Problem")
        closed = {problem for problem in problems if chance.random() < 0.3}
        for status, those in (("CLOSED", closed), ("SUSPENDED", {*problems} - closed)):
            bench.run(bench.database.write(CLOSE, {"problems": sorted(those), "status": status}))
        for problem in problems[:1]:
            as_of: datetime | None = chance.choice((None, None, *INSTANTS))
            known_at: datetime | None = chance.choice(KNOWN_AT)
            if county.things[problem].recorded_at > (known_at or NOW):
                continue
            variables: dict[str, Any] = {"subject": problem, "asOf": as_of and as_of.isoformat()}
            variables["knownAt"] = known_at and known_at.isoformat()
            expected = similar(county, problem, as_of, known_at or NOW, closed)
            found = bench.run(pages(bench, SIMILAR, "trace.similar", variables, chance.choice((1, 2, 50))))
            assert found == expected, variables
            shared += len(found)
    assert shared


GAPS = """
query ($asOf: DateTime, $first: Int!, $after: String, $knownAt: DateTime) {
  gaps(asOf: $asOf, first: $first, after: $after, knownAt: $knownAt) {
    edges { node { kind since subject {
      __typename ... on Area { id } ... on Task { id } ... on SiteKind { id } ... on Post { id } ... on Site { id }
    } } }
    pageInfo { hasNextPage endCursor }
    totalCount
  }
}
"""
AS_OF = (None, *INSTANTS, INSTANTS[4] - TICK, FIRST - timedelta(days=40_000))


@pytest.mark.timeout(120 + SHARE * 30)
def test_gaps(bench: Bench, counties: list[County]) -> None:
    chance = Random(SEED)  # noqa: S311 - which questions are asked is no secret
    for _ in range(4):
        as_of: datetime | None = chance.choice(AS_OF)
        known_at: datetime | None = chance.choice(KNOWN_AT)
        rank = ["Area", "Task", "SiteKind", "Post", "Site"].index
        expected = sorted(
            (row for county in counties for row in gaps(county, as_of or NOW, known_at or NOW)),
            key=lambda row: (rank(row["subject"]["__typename"]), row["subject"]["id"]),
        )
        variables = {"asOf": as_of and as_of.isoformat(), "knownAt": known_at and known_at.isoformat()}
        found = bench.run(pages(bench, GAPS, "gaps", variables, chance.choice((7, 40, 1000))))
        for row in found:
            row["since"] = row["since"] and datetime.fromisoformat(row["since"])
        assert found == expected, variables


RESPONSIBLE = """
query ($id: ID!, $asOf: DateTime, $knownAt: DateTime) {
  site(id: $id, asOf: $asOf, knownAt: $knownAt) {
    problems(first: 50) { edges { node { id responsible { holder { id } post { id } } } } }
  }
}
"""
ASSIGN = """
MATCH (p:Record {id: $problem}) MATCH (o:Record {id: $organization}) CREATE (p)-[:ASSIGNED_TO]->(o)
WITH p, o MATCH (p)-[:WAS]->(f) CREATE (f)-[:ASSIGNED_TO]->(o)
"""


@pytest.mark.timeout(120 + COUNTIES * 10)
def test_responsible(bench: Bench) -> None:
    """Of the problems of a site, all at once: as a list in a record has them."""
    counties = [made_of(made, f"r{n}-", rid) for n, made in enumerate(chosen(SEED, COUNTIES))]
    bench.run(load(bench.database, counties))
    chance = Random(SEED)  # noqa: S311 - which questions are asked is no secret
    compared = 0
    for county in counties:
        assigned = {
            problem: chance.choice([*of_kind(county, "Organization"), None]) for problem in of_kind(county, "Problem")
        }
        for problem, organization in assigned.items():
            if organization is not None:
                bench.run(bench.database.write(ASSIGN, {"problem": problem, "organization": organization}))
        for site in of_kind(county, "Site"):
            at: datetime = chance.choice(INSTANTS)
            known_at: datetime = chance.choice((NOW, *RECORDED))
            variables = {"id": site, "asOf": at.isoformat(), "knownAt": known_at.isoformat()}
            answer = bench.run(ask(oversight.schema, RESPONSIBLE, variables, as_=context(bench.database, NOW)))
            for edge in answer["site"]["problems"]["edges"]:
                problem = edge["node"]["id"]
                expected = responsible(county, problem, assigned[problem], at, known_at)
                assert edge["node"]["responsible"] == expected, (problem, variables)
                compared += 1
    assert compared
