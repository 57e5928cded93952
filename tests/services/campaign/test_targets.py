"""What the statement works out of a campaign's targets is what the rules say of the same days."""

import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.schema import schema
from graph.migrations import migrate
from graph.model.enums import TargetIndicator
from graph.model.identity import record_id
from graph.model.instants import SHANGHAI
from graph.session import Database
from services.campaign.rules.air import Day, progress
from services.integration.exporting import export_bundle
from services.integration.loading.loader import import_bundle
from tests.asking import ask, context
from tests.database import DatabaseConnection
from tests.services.integration.bundles import write
from tests.world import at

NOW = at("2027-01-01T00:00+08:00")
TARGETS = """query ($id: ID!, $asOf: DateTime) { campaign(id: $id) { targets(asOf: $asOf) {
  indicator unit limit current yearOnYear daysLeft neededPerRemainingDay onTrack } } }"""
LIMITS = {"PM10": 80.0, "PM25": 45.0, "GOOD_AIR_DAYS": 300.0}
MEASURED = [date(year, month, day) for year in (2023, 2024, 2025, 2026) for month in (2, 3, 12) for day in (1, 27, 28)]
MEASURED.append(date(2024, 2, 29))


def bundle(means: dict[date, dict[str, list[int]]]) -> dict[str, str]:
    rows = [
        f"s{n},{on.isoformat()}T00:00:00+08:00,{indicator},{value}"
        for on, found in means.items()
        for indicator, values in found.items()
        for n, value in enumerate(values)
    ]
    years = [f"t{year}{name},k1,{name},{year},{limit}" for year in (2024, 2026) for name, limit in LIMITS.items()]
    return {
        "areas": "id,name,kind\ncounty,某县,COUNTY\n",
        "sites": "id,name,kind,area\ns0,一站,STATION,county\ns1,二站,STATION,county\n",
        "campaigns": "id,title,startsOn,endsOn\nk1,攻坚,2024-01-01,2026-12-31\n",
        "targets": "id,campaign,indicator,year,limit\n" + "\n".join(years) + "\n",
        "observations": "station,at,indicator,value\n" + "\n".join(rows) + "\n",
    }


async def test_the_statement_says_what_the_rules_say(clean_database: DatabaseConnection, tmp_path: Path) -> None:
    drawn = random.Random(1)  # noqa: S311 - repeatable figures
    means = {
        on: {
            "PM10": [drawn.randint(90, 170) for _ in range(2)],
            "PM25": [drawn.randint(40, 85) for _ in range(drawn.randint(1, 2))],
        }
        for on in MEASURED
    }
    days = [Day(on, {name: sum(v) / len(v) for name, v in found.items()}) for on, found in sorted(means.items())]
    async with Database(*clean_database) as database:
        await migrate(database, NOW)
        assert (await import_bundle(database, write(tmp_path / "a", bundle(means)), lambda: NOW)).report.errors == []

        async def asked(as_of: datetime | None) -> list[dict[str, Any]]:
            variables = {"id": record_id("bundle", "k1"), "asOf": None if as_of is None else as_of.isoformat()}
            found = await ask(schema, TARGETS, variables, as_=context(database, NOW + timedelta(days=1)))
            return found["campaign"]["targets"]

        for today in (date(2024, 2, 29), date(2024, 3, 1), date(2024, 12, 31), date(2026, 3, 2), date(2026, 12, 29)):
            rows = {row["indicator"]: row for row in await asked(datetime(*today.timetuple()[:3], 9, tzinfo=SHANGHAI))}
            for name, limit in LIMITS.items():
                said, row = progress(TargetIndicator(name), limit, days, today, date(2026, 12, 31)), rows[name]
                assert row["limit"] == limit
                assert row["current"] == pytest.approx(said.current)
                assert row["yearOnYear"] == pytest.approx(said.year_on_year)
                assert (row["daysLeft"], row["onTrack"]) == (said.days_left, said.on_track), (name, today)
                assert row["neededPerRemainingDay"] == pytest.approx(said.needed_per_remaining_day)
        assert await asked(datetime(2025, 6, 1, tzinfo=SHANGHAI)) == [], "that year has no targets"
        ended = await asked(None)
        assert [(row["daysLeft"], row["neededPerRemainingDay"]) for row in ended] == [(0, None)] * 3
        await export_bundle(database, tmp_path / "b", lambda: NOW + timedelta(days=1))
        exported = (tmp_path / "b" / "targets.csv").read_text("utf-8").split()
        assert sorted(exported[1:]) == sorted(
            f"t{year}{name},k1,{name},{year},{limit:g}" for year in (2024, 2026) for name, limit in LIMITS.items()
        )
