"""Instants on the wire: what zeren reads and writes is what the driver's own conversion would, only sooner."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st
from neo4j._codec.hydration.bolt.v3.hydration_handler import HydrationHandler

from graph import session, wire
from graph.model.instants import BEGINNING, OPEN
from graph.session import Database, Row
from tests.database import DatabaseConnection

INSTANTS = st.datetimes(BEGINNING.replace(tzinfo=None), OPEN.replace(tzinfo=None), timezones=st.just(UTC))
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def test_the_driver_reads_instants_our_way() -> None:
    handler = HydrationHandler()
    assert handler.struct_hydration_functions[b"I"](0, 0, 0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert type(handler.struct_hydration_functions[b"I"](0, 0, 0)) is datetime


@given(INSTANTS, OFFSETS)
def test_an_instant_comes_back_as_it_was(instant: datetime, offset: timezone) -> None:
    seconds, nanoseconds = wire.carried(instant.astimezone(offset))
    assert 0 <= nanoseconds < 1_000_000_000
    assert wire.instant_of(seconds, nanoseconds) == instant


@given(INSTANTS)
def test_the_driver_s_own_reading_is_the_same(instant: datetime) -> None:
    seconds, nanoseconds = wire.carried(instant)
    theirs = session.read_by_driver(seconds, nanoseconds, 0)
    assert theirs.to_native() == wire.instant_of(seconds, nanoseconds)


def test_the_database_sees_the_same_instant(database_connection: DatabaseConnection) -> None:
    """Also inside lists and maps; another offset than UTC's is bound as UTC, for Neo4j tells them apart."""
    at = datetime(2024, 12, 14, 8, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    asked = "RETURN $at AS at, $near.of[0] AS inside, $at = datetime($text) AS equal, toString($at) AS text"
    text = "2024-12-14T00:00:00.123456Z"

    async def answered() -> list[Row]:
        async with await Database.connect(*database_connection) as database:
            return await database.read(asked, {"at": at, "near": {"of": [at]}, "text": text})

    assert asyncio.run(answered()) == [{"at": at, "inside": at, "equal": True, "text": text}]
