"""What was put right by then is left out of what a trace reads of earlier reports, and that changes no answer."""

from pathlib import Path
from typing import Any

from gateway.schema import schema
from graph.migrations import migrate
from graph.model.identity import record_id
from graph.session import Database
from services.integration.loading.loader import import_bundle
from tests.asking import ask, context
from tests.database import DatabaseConnection
from tests.services.integration.bundles import SMALL, write
from tests.services.ledger.writing import clock

MERITS = """query ($of: ID!, $knownAt: DateTime) {
  trace(subject: $of, knownAt: $knownAt) { exculpatory { holder { id } reason event { id } membership { id } } }
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


async def test_what_was_moved_to_the_site_later_was_no_earlier_report_there(
    clean_database: DatabaseConnection, tmp_path: Path
) -> None:
    rows = SMALL["problems"].rsplit("p2", 1)[0]
    elsewhere = f"{rows}p2,,焚烧,,grid,,CAMERA,2024-12-14T09:00:00+08:00,li,\n"
    tables = {**SMALL, "problems": elsewhere, "events": SMALL["events"].splitlines()[1] + "\n"}
    moved = {**tables, "problems": elsewhere.replace("焚烧,,grid", "焚烧,mill-site,")}
    async with Database(*clean_database) as database:
        await migrate(database, clock())
        first, second = [
            await import_bundle(database, write(tmp_path / name, told), clock, source="bundle")
            for name, told in (("first", tables), ("second", moved))
        ]
        assert first.report.errors == second.report.errors == []

        async def reasons(known_at: Any) -> list[str]:
            asked = {"of": record_id("bundle", "p1"), "knownAt": known_at}
            found = await ask(schema, MERITS, asked, as_=context(database))
            return [item["reason"] for item in found["trace"]["exculpatory"]]

        assert first.recorded_at is not None
        assert "REPORTED_EARLIER" in await reasons(None)
        assert "REPORTED_EARLIER" not in await reasons(first.recorded_at.isoformat())
