"""What an import plans while nothing is there it keeps until all is there: such plans must seek already."""

import asyncio
from datetime import UTC, datetime

import pytest

from graph.migrations import migrate
from graph.model.instants import OPEN
from graph.queries.imports import KEEP_PLAN, create
from graph.queries.shapes import Shape
from graph.session import Database
from tests.database import DatabaseConnection
from tests.graph.test_plans import SCANS, plan_of, unwanted

SHAPES = [Shape("Problem", events=True), Shape("Membership"), Shape("Person", changes=True), Shape("Event")]


@pytest.mark.parametrize("shape", [pytest.param(shape, id=shape.label) for shape in SHAPES])
def test_an_empty_database_is_sought_in(clean_database: DatabaseConnection, shape: Shape) -> None:
    async def go() -> list[str]:
        async with Database(*clean_database) as database:
            await migrate(database, datetime.now(UTC))
            given = {"ends": ["a", "b"], "rows": [], "at": OPEN, "open": OPEN}
            await database.write(KEEP_PLAN + create(shape), given)
            plan = await plan_of(clean_database, create(shape), given)
        assert any("UniqueIndexSeek" in step["operatorType"] for step in plan)
        return unwanted(plan, {*SCANS, "CartesianProduct"}, set())

    assert asyncio.run(go()) == []
