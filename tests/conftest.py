"""What every test can ask for: a real Neo4j, and one that is empty."""

import os
from collections.abc import Generator

import pytest

from graph.local import Silent
from tests.database import DatabaseConnection, choose, database, docker_answers, empty


class TerminalProgress(Silent):
    """Says in pytest's own terminal why a first run takes longer."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def say(self, message: str) -> None:
        """Write a line, past pytest's capturing."""
        capture = self.config.pluginmanager.getplugin("capturemanager")
        writer = self.config.get_terminal_writer()
        with capture.global_and_fixture_disabled():  # type: ignore[union-attr]  # pytest always has it
            writer.line(f"[{message}]")


@pytest.fixture(scope="session")
def database_connection(pytestconfig: pytest.Config) -> Generator[DatabaseConnection]:
    """A running Neo4j (uri, user, password), one for the whole session; it may hold what other tests left."""
    with database(choose(os.environ, docker_answers), TerminalProgress(pytestconfig)) as connection:
        yield connection


@pytest.fixture
def clean_database(database_connection: DatabaseConnection) -> DatabaseConnection:
    """The session's Neo4j without a node in it; its constraints and indexes stay."""
    empty(database_connection)
    return database_connection


@pytest.fixture
def bare_database(database_connection: DatabaseConnection) -> DatabaseConnection:
    """The session's Neo4j as it was new: no node, no constraint, no index of ours."""
    empty(database_connection, schema=True)
    return database_connection
