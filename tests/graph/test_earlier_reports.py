"""What was put right by then is left out of what a trace reads of earlier reports, and that changes no answer."""

from typing import Any

from gateway.schema import schema
from graph.session import Database
from tests.asking import ask, context
from tests.database import DatabaseConnection

MERITS = """query ($of: ID!) {
  trace(subject: $of) { exculpatory { holder { id } reason event { id } membership { id } } }
}"""
PAIRS = """
MATCH (z:Problem) WHERE z.verifiedAt IS NOT NULL AND z.reportedById <> '' AND z.siteId <> ''
MATCH (x:Problem) WHERE x.siteId = z.siteId AND x.discoveredAt > z.discoveredAt
WITH x.id AS of, collect(z.verifiedAt <= x.discoveredAt) AS byThen
RETURN of, any(b IN byThen WHERE b) AS before, any(b IN byThen WHERE NOT b) AS after ORDER BY of
"""
HIDE = "MATCH (p:Problem) WHERE p.verifiedAt IS NOT NULL SET p.hidden = p.verifiedAt REMOVE p.verifiedAt"
SHOW = "MATCH (p:Problem) WHERE p.hidden IS NOT NULL SET p.verifiedAt = p.hidden REMOVE p.hidden"


async def test_who_reported_earlier_is_told_the_same_where_no_verification_is_known(
    county_database: DatabaseConnection,
) -> None:
    async with Database(*county_database) as database:
        pairs = await database.read(PAIRS)
        subjects = [row["of"] for which in ("before", "after") for row in [row for row in pairs if row[which]][:40]]

        async def told() -> list[Any]:
            return [await ask(schema, MERITS, {"of": of}, as_=context(database)) for of in subjects]

        known = await told()
        await database.write(HIDE)
        try:
            assert await told() == known
        finally:
            await database.write(SHOW)
    assert sum(row["before"] for row in pairs) > 5
    reasons = [item["reason"] for one in known for item in one["trace"]["exculpatory"]]
    assert "REPORTED_EARLIER" in reasons
