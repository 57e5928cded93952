"""A database in which the ledger is written."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from graph.session import Database
from tests.database import DatabaseConnection
from tests.services.ledger.writing import Place


@pytest.fixture
async def place(clean_database: DatabaseConnection, tmp_path: Path) -> AsyncGenerator[Place]:
    async with Database(*clean_database) as database:
        yield await Place.make(database, tmp_path)
