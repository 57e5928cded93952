"""A migrated, empty database for the tests of imports, and what they need of it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from graph.migrations import migrate
from graph.session import Database
from services.integration.exporting import export_bundle
from services.integration.loading.loader import Imported, import_bundle
from tests.database import DatabaseConnection, empty

Answer = TypeVar("Answer")


def now() -> datetime:
    return datetime.now(UTC)


class Store:
    """A database that tests import into and look at, without a loop of their own."""

    def __init__(self, connection: DatabaseConnection) -> None:
        self.connection = connection
        self.wipe()

    def run(self, work: Callable[[Database], Awaitable[Answer]]) -> Answer:
        async def main() -> Answer:
            async with Database(*self.connection) as database:
                return await work(database)

        return asyncio.run(main())

    def wipe(self) -> None:
        """Take away everything but what migrations make."""
        empty(self.connection)
        self.run(lambda database: migrate(database, now()))

    def load(self, path: Path, source: str = "bundle") -> Imported:
        return self.run(lambda database: import_bundle(database, path, now, source=source))

    def export(self, path: Path, source: str = "bundle") -> dict[str, bytes]:
        self.run(lambda database: export_bundle(database, path, now, source=source))
        return {file.name: file.read_bytes() for file in sorted(path.iterdir())}

    def rows(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        return self.run(lambda database: database.read(statement, parameters))

    def count(self, pattern: str) -> int:
        return self.rows(f"MATCH {pattern} RETURN count(*) AS n")[0]["n"]


@pytest.fixture
def store(clean_database: DatabaseConnection) -> Store:
    return Store(clean_database)
