"""Following the log: its events as they are numbered, from a cursor on, read only as fast as the client takes them."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import strawberry
from graphql import GraphQLError

from graph.compile import roots
from graph.compile.cursor import log_position
from graph.compile.errors import ReadError, ReadErrorCode
from graph.compile.roots import Moment
from graph.compile.selection import Selected
from graph.queries.feed import Wanted, stretch
from schema.errors import as_graphql
from services.hosting import judging
from services.hosting.context import Context
from services.hosting.reading import selection_of, viewer_of
from services.hosting.streams import StreamEnded

BATCH = 100
"""Events read at once, and so held in memory for one stream."""
STRETCH = 500
"""Events of the log that are looked through at once for those that are wanted."""
SEEN_WHOLE_SECONDS = 10.0
"""A write is seen in parts for a moment; what is missing after so long is lost."""

Row = dict[str, Any]


async def follow(info: strawberry.Info[Context, None], wanted: Wanted, after: str | None) -> AsyncGenerator[Any]:
    """Each wanted event after the cursor, and from then on as it comes; without one from the present end on.

    Raises GraphQLError with the code of what is wrong, or of what ended the stream and its cursor.
    """
    context, shown = info.context, selection_of(info).only()
    try:
        with context.streams.open(context) as stream:
            stream.position = await begin(context, wanted, after)
            position = stream.position
            while True:
                rows, position = await read(context, wanted, shown, position, await stream.beyond(position))
                for row in rows:
                    stream.given.append(row["index"] + 1)
                    context.streams.sent()
                    yield row["entry"]
                stream.passed(position)
    except ReadError as error:
        raise as_graphql(error) from error
    except StreamEnded as ended:
        raise GraphQLError(ended.message, extensions=ended.extensions) from ended


async def begin(context: Context, wanted: Wanted, after: str | None) -> int:
    """Where in the log to begin. Raises ReadError BAD_CURSOR, or NOT_FOUND for an area that the caller can't see."""
    if wanted.area is not None:
        moment, viewer = Moment(context.clock()), viewer_of(context.caller)
        statement = roots.by_ids("Area", [wanted.area], (Selected("id", "id"),), moment, viewer)
        (found,) = await context.database.read(statement.cypher, statement.parameters)
        if not found["data"]:
            raise ReadError(ReadErrorCode.NOT_FOUND, f"there is no Area {wanted.area} that you may see")
    position = None if after is None else log_position(after)
    size = await context.streams.horizon.size()
    if position is None:
        return size
    if position > size:
        raise ReadError(
            ReadErrorCode.BAD_CURSOR,
            "the cursor lies beyond the end of the log, so it is of another database or of a later state of this one",
        )
    return position


async def read(
    context: Context, wanted: Wanted, shown: Sequence[Selected], position: int, size: int, most: int = BATCH
) -> tuple[list[Row], int]:
    """(at most `most` rows of wanted events from `position` on, where to go on), out of one stretch of the log.

    What is shown of a record is as known at the watermark of the batch. Raises ReadError LOG_INCOMPLETE.
    """
    sees_all = viewer_of(context.caller).oversees
    stop = min(size, position + (STRETCH if not wanted.all else most if sees_all else BATCH))
    given_up = asyncio.get_running_loop().time() + SEEN_WHOLE_SECONDS
    while True:
        moment = Moment(context.clock())
        viewer = viewer_of(context.caller)
        statement = stretch(position, stop, most, wanted, shown, moment, viewer)
        (found,) = await judging.read(context.database, statement, moment, viewer)
        data = found["data"]
        if data["seen"] == stop - position:
            rows: list[Row] = data["rows"]
            return rows, rows[-1]["index"] + 1 if len(rows) == most else stop
        if asyncio.get_running_loop().time() > given_up:
            raise ReadError(
                ReadErrorCode.LOG_INCOMPLETE,
                f"of the events {position} to {stop - 1} of the log {data['seen']} are there; run `zeren verify`",
            )
        await asyncio.sleep(0.05)
