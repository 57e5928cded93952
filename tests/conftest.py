"""What every test can ask for: a real Neo4j, and one that is empty; and how many processes share the tests."""

import os
from collections.abc import Generator
from contextlib import ExitStack
from unittest.mock import patch

import pytest
from xdist.remote import Producer  # pyright: ignore[reportMissingTypeStubs]

from graph.local import Silent
from tests.database import DatabaseConnection, Source, choose, database, docker_answers, empty, prepare
from tests.two_ends import FromBothEnds

# Instances that tests start live for a minute or two: Java's second compiler would take a third of all processor time
# for code that is soon thrown away. The session's own engine lives long enough for it.
SHORT_LIVED = "-XX:TieredStopAtLevel=1"
os.environ.setdefault("JAVA_TOOL_OPTIONS", SHORT_LIVED)


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


def pytest_xdist_auto_num_workers() -> int:
    """Two: one for what is asked of the session's database, and one for the rest beside it.

    Of a database that is given there is one only, which two would empty under each other: so all run in this process.
    """
    return 0 if choose(os.environ, docker_answers) is Source.GIVEN else 2


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FromBothEnds:
    """Files are dealt out from both ends."""
    return FromBothEnds(config, log)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Bring the engine before processes that have no terminal would wait for it in silence."""
    if session.config.getoption("numprocesses", None) and choose(os.environ, docker_answers) is Source.LOCAL:
        prepare(TerminalProgress(session.config))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what shares the session's database. Two processes begin at the two ends, so that one alone plans the
    statements of those tests, and the other has the rest, which start what they need.
    """
    items.sort(key=lambda item: "database_connection" not in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def database_connection(pytestconfig: pytest.Config) -> Generator[DatabaseConnection]:
    """A running Neo4j (uri, user, password), one for the whole session; it may hold what other tests left."""
    lent = database(choose(os.environ, docker_answers), TerminalProgress(pytestconfig))
    with ExitStack() as stack:
        with patch.dict(os.environ):
            if os.environ["JAVA_TOOL_OPTIONS"] == SHORT_LIVED:
                del os.environ["JAVA_TOOL_OPTIONS"]
            connection = stack.enter_context(lent)
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
