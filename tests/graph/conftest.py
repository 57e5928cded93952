"""A county to ask about."""

import asyncio
from collections.abc import Generator
from datetime import UTC, datetime

import pytest

from gateway.cli.demonstration import instruct
from graph.migrations import migrate
from graph.session import Database
from services.integration import county
from services.integration.county.campaign import SHIPPED
from services.integration.loading.loader import import_bundle
from tests.database import DatabaseConnection, empty


@pytest.fixture(scope="module")
def county_database(
    database_connection: DatabaseConnection, tmp_path_factory: pytest.TempPathFactory
) -> Generator[DatabaseConnection]:
    """The campaign of the speech and a small county."""

    async def load() -> None:
        folder = tmp_path_factory.mktemp("county")
        county.generate(folder, scale=0.1)
        async with Database(*database_connection) as database:
            await migrate(database, datetime.now(UTC))
            for source, bundle in (("speech", SHIPPED), (county.SOURCE, folder)):
                imported = await import_bundle(database, bundle, lambda: datetime.now(UTC), source=source)
                assert imported.report.ok, imported.report
            await instruct(database)

    empty(database_connection)
    asyncio.run(load())
    yield database_connection
    empty(database_connection)
