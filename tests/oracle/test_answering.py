"""What is derived from the trace, against the oracle: on the same counties, the same answers."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from services.accountability import accountable
from services.accountability.schema import schema
from tests.asking import ask, context
from tests.oracle.answering import accountable_for, gaps
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
FIRST, LAST = INSTANTS[0], INSTANTS[-1] + timedelta(days=30)
RANGES = ((FIRST, LAST), (FIRST, LAST), (INSTANTS[-1], LAST), (FIRST, INSTANTS[-1]), (INSTANTS[4], INSTANTS[5] + TICK))
KNOWN_AT = (None, None, *RECORDED, RECORDED[1] - TICK)


@pytest.fixture(scope="module")
def counties(bench: Bench) -> list[County]:
    made = [made_of(made, f"a{n}-", rid) for n, made in enumerate(chosen(SEED, COUNTIES))]
    bench.run(load(bench.database, made))
    return made


async def pages(bench: Bench, document: str, name: str, variables: dict[str, Any], size: int) -> list[Any]:
    """The nodes of the whole list, read page by page; the count of each page is that of the list."""
    found: list[Any] = []
    counts: set[int] = set()
    after, more = None, True
    while more:
        given = {**variables, "first": size, "after": after}
        page = (await ask(schema, document, given, as_=context(bench.database, NOW)))[name]
        found += [edge["node"] for edge in page["edges"]]
        counts.add(page["totalCount"])
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert counts == {len(found)}
    return found


@pytest.mark.timeout(120 + COUNTIES * 10)
@pytest.mark.parametrize("budget", [0, 12, 10_000], ids=["back in time", "as it comes", "down from the posts"])
def test_accountable_for(bench: Bench, counties: list[County], budget: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accountable, "BUDGET", budget)
    chance = Random(SEED)  # noqa: S311 - which questions are asked is no secret
    for county in counties:
        for person in of_kind(county, "Person"):
            since, until = chance.choice(RANGES)
            known_at: datetime | None = chance.choice(KNOWN_AT)
            if county.things[person].recorded_at > (known_at or NOW):
                continue
            variables: dict[str, Any] = {"person": person, "from": since.isoformat(), "to": until.isoformat()}
            variables["knownAt"] = known_at and known_at.isoformat()
            expected = accountable_for(county, person, since, until, known_at or NOW)
            size = chance.choice((1, 2, 50))
            assert bench.run(pages(bench, ACCOUNTABLE, "accountableFor", variables, size)) == expected, variables


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


@pytest.mark.timeout(120 + COUNTIES * 10)
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
