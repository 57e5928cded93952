"""An app on a real socket over a ledger that is written, and clients of its feed."""

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gateway.app import build
from graph.session import Database
from services.hosting.settings import DatabaseAddress, Settings
from tests.database import DatabaseConnection
from tests.services.feed.clients import Served
from tests.services.hosting.conftest import listening
from tests.services.ledger.writing import Place

Serve = Callable[[], Served]


@pytest.fixture
async def place(clean_database: DatabaseConnection, tmp_path: Path) -> AsyncGenerator[Place]:
    async with Database(*clean_database) as database:
        yield await Place.make(database, tmp_path)


@pytest.fixture
def settings(place: Place, clean_database: DatabaseConnection) -> Settings:
    return Settings(home=place.home, database=DatabaseAddress(*clean_database))


@pytest.fixture
def serve(settings: Settings) -> Iterator[Serve]:
    """Starts an app with a sequencer of its own, as a process has it; what is left running ends with the test."""
    with ExitStack() as stack:

        def start() -> Served:
            one = ExitStack()
            app = build(settings)
            url = one.enter_context(listening(app, settings))
            stack.push(one)
            return Served(url, settings, app.state.streams, one)

        yield start


@pytest.fixture
def served(serve: Serve) -> Served:
    return serve()
