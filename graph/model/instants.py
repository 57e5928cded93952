"""Instants as the database keeps them: UTC only, and a sentinel where an end is not known.

Neo4j compares zoned datetimes of one instant as different, in index seeks too, so nothing but UTC is ever bound; and
neither MERGE nor a range index can use null, so `OPEN` stands for "still" and is null at every edge.
"""

from datetime import UTC, datetime, timedelta, timezone

SHANGHAI = timezone(
    timedelta(hours=8), "Asia/Shanghai"
)  # no daylight saving since 1991, and none before it matters here

OPEN = datetime(9999, 1, 1, tzinfo=UTC)
"""Still holding, never superseded, no deadline."""

BEGINNING = datetime(1900, 1, 1, tzinfo=SHANGHAI).astimezone(UTC)
"""Since when a value given by a column holds."""

TICK = timedelta(microseconds=1)
"""The smallest difference of two instants that is kept."""


def utc(instant: datetime) -> datetime:
    """`instant` in UTC. Raises ValueError for one without an offset: its meaning would be a guess."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} has no offset; write it as {instant.isoformat()}+08:00")
    return instant.astimezone(UTC)
