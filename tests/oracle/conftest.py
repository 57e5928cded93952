"""A database for the oracle's counties, and an event loop that Hypothesis can use."""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from graph.migrations import migrate
from graph.model.instants import OPEN
from graph.session import Database
from tests.database import DatabaseConnection, empty
from tests.oracle.counties import NOW

Answer = TypeVar("Answer")


@dataclass
class Bench:
    """A database, its watermark at NOW, and the loop that its connections live in."""

    database: Database
    run: Callable[[Awaitable[Any]], Any]


@pytest.fixture(scope="module")
def bench(database_connection: DatabaseConnection) -> Generator[Bench]:
    """An empty, migrated database whose watermark stands at NOW."""
    empty(database_connection)
    with asyncio.Runner() as runner:

        async def opened() -> Database:
            database = await Database.connect(*database_connection)
            await migrate(database, NOW)
            await database.write("MATCH (w:Watermark) SET w.at = $now, w.holdsAt = $open", {"now": NOW, "open": OPEN})
            return database

        async def wait(work: Awaitable[Answer]) -> Answer:
            return await work

        database = runner.run(opened())
        yield Bench(database, lambda work: runner.run(wait(work)))
        runner.run(database.close())
    empty(database_connection)
