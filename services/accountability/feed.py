"""The log for those without GraphQL: a line of JSON for each event, by the cursor of the subscriptions."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import orjson
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from graph.compile.cursor import page_size
from graph.compile.errors import ReadError, ReadErrorCode
from graph.compile.selection import Selected
from graph.queries.feed import Wanted
from graph.session import DatabaseError
from schema.scalars import instant_text
from services.hosting.app import refusal
from services.hosting.context import Context
from services.hosting.following import BATCH, begin, read
from services.hosting.presentation import UNAVAILABLE, UNAVAILABLE_MESSAGE
from services.hosting.streams import Stream, StreamEnded

PATH = "/feed/events"
LINES = "application/x-ndjson"
LONGEST_WAIT = 60
"""Seconds that a request may wait for the first event."""
LARGEST_PAGE = 4_000_000
"""Bytes; a page ends with the line that passes it."""

_NAMES = ("id", "at", "recordedAt", "kind", "data", "hash", "previousHash", "logIndex")
_SHOWN = (
    Selected("cursor", "next"),
    Selected("event", "event", children={"Event": tuple(Selected(name, name) for name in _NAMES)}),
)
_STATUS = {"UNAUTHENTICATED": 401, "TOO_MANY_STREAMS": 429, "TOO_MANY_REQUESTS": 429, UNAVAILABLE: 503}


def add_feed(app: FastAPI) -> None:
    """Serve the log's events at PATH, to the callers of `app`."""
    app.add_api_route(PATH, events, methods=["GET"])


async def events(request: Request) -> Response:
    """A page of events after the cursor `after`; with none there, the first that come within `wait` seconds.

    400 for what can't be understood, 401, 429 and 503 as they say; each with a code and a message.
    """
    context: Context = await request.app.state.admit(request)
    try:
        context.streams.pace(context.caller)
        asked = request.query_params
        first, wait = page_size(_number(asked, "first", BATCH)), _number(asked, "wait", 0)
        if wait > LONGEST_WAIT:
            raise ReadError(ReadErrorCode.BAD_RANGE, f"wait is {wait}; a request may wait {LONGEST_WAIT} seconds")
        with context.streams.open(context) as stream:
            stream.position = await begin(context, Wanted(), asked.get("after"))
            body = await _page(context, stream, first, wait)
    except ReadError as error:
        return refusal(503 if error.code is ReadErrorCode.LOG_INCOMPLETE else 400, error.code.value, error.message)
    except StreamEnded as ended:
        code = ended.extensions["code"]
        answer = refusal(_STATUS[code], code, ended.message)
        if answer.status_code == 429:
            answer.headers["Retry-After"] = "1"
        return answer
    except DatabaseError:
        return refusal(503, UNAVAILABLE, UNAVAILABLE_MESSAGE)
    onward = urlencode({**dict(asked), "after": stream.cursor})
    headers = {"Link": f'<{PATH}?{onward}>; rel="next"', "Cache-Control": "no-store"}
    return Response(body, media_type=LINES, headers=headers)


def _number(asked: Mapping[str, str], name: str, default: int) -> int:
    given = asked.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise ReadError(ReadErrorCode.BAD_RANGE, f"{name} is {given[:20]!r}; it must be a whole number")
    return int(given)


async def _page(context: Context, stream: Stream, first: int, wait: int) -> bytes:
    """Lines; `stream` then stands behind the last of them, and behind what the caller may not see after it."""
    loop = asyncio.get_running_loop()
    until = loop.time() + wait
    size = await context.streams.horizon.size()
    while not (found := await _lines(context, stream, first, size)) and loop.time() < until:
        try:
            async with asyncio.timeout_at(until):
                size = await stream.beyond(size)
        except TimeoutError:
            break
    return found


async def _lines(context: Context, stream: Stream, first: int, size: int) -> bytes:
    lines: list[bytes] = []
    length = 0
    while stream.position < size and len(lines) < first and length < LARGEST_PAGE:
        most = min(BATCH, first - len(lines))
        rows, onward = await read(context, Wanted(), _SHOWN, stream.position, size, most)
        for row in rows:
            line = _line(row["entry"])
            lines.append(line)
            length += len(line)
            stream.position = row["index"] + 1
            context.streams.sent()
            if length >= LARGEST_PAGE:
                break
        else:
            stream.position = onward
    return b"".join(lines)


def _line(entry: dict[str, Any]) -> bytes:
    event = entry["event"]
    shown = {
        **event,
        "at": instant_text(event["at"]),
        "recordedAt": instant_text(event["recordedAt"]),
        "subject": orjson.loads(event["data"])["subject"],
        "next": entry["next"],
    }
    return orjson.dumps(shown) + b"\n"
