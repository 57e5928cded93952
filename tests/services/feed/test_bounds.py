"""How long a stream may go on, how many there may be, and what becomes of a client that takes nothing."""

import asyncio
import uuid
from datetime import timedelta

import pytest
from websockets.exceptions import ConnectionClosed

from graph.model.enums import Severity
from services.hosting.identity import Role
from services.hosting.streams import Bounds
from services.oversight.commands import Report, report
from tests.services.feed.clients import EVENTS, Entry, Refused, Served, entries_of, rest, subscribe
from tests.services.ledger.writing import ACTOR, Place, clock

TRANSPORTS = ["over_websocket", "over_sse"]
REPORTS = 24
# A megabyte for each event, some ten times what sockets hold.
FIELDS = " ".join(f"a{number}: data" for number in range(40))
LARGE = f'subscription {{ events(after: "beginning") {{ cursor event {{ {FIELDS} }} }} }}'


async def write_much(place: Place) -> None:
    for _ in range(REPORTS):
        command = Report(
            uuid.uuid4().hex, "扬尘", "GRID_REPORT", Severity.NORMAL, area=place.area, person=place.person,
            note="尘" * 9_000,
        )  # fmt: skip
        await report(place.database, command, ACTOR, clock(), None)


async def closed_as_slow(served: Served) -> None:
    """Return once it is, having read no more of the log than sockets hold."""
    async with asyncio.timeout(60):
        while not await served.figure("zeren_streams_slow_total"):
            pass
    assert 0 < await served.figure("zeren_stream_events_total") < REPORTS * 2 / 3


async def test_who_takes_nothing_is_told_and_closed(place: Place, served: Served) -> None:
    served.streams.bounds = Bounds(patience=1.0)
    await write_much(place)
    async with served.socket() as socket:
        await subscribe(socket, LARGE, {})
        await closed_as_slow(served)
        found: list[Entry] = []
        refused = await rest(entries_of(socket), found)
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert refused.extensions == {"code": "SLOW_CLIENT", "cursor": found[-1]["cursor"]}
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4408


async def test_who_takes_no_server_sent_events_is_told(place: Place, served: Served) -> None:
    served.streams.bounds = Bounds(patience=1.0)
    await write_much(place)
    stream = served.over_sse(LARGE)
    found = [await anext(stream)]
    await closed_as_slow(served)
    refused = await rest(stream, found)
    assert refused.extensions == {"code": "SLOW_CLIENT", "cursor": found[-1]["cursor"]}
    assert await served.figure("zeren_streams_open") == 0


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_stream_ends_with_the_token_that_began_it(place: Place, served: Served, transport: str) -> None:
    await place.problem()
    token = served.token(timedelta(seconds=15), Role.DISCIPLINE)
    stream = getattr(served, transport)(EVENTS, token=token, after="beginning")
    last = [await anext(stream) for _ in range(4)][-1]  # its own three, and the gap that is noticed
    with pytest.raises(Refused) as refused:
        await anext(stream)
    assert refused.value.extensions == {"code": "UNAUTHENTICATED", "reason": "EXPIRED", "cursor": last["cursor"]}


async def test_a_socket_is_closed_when_its_token_has_expired(served: Served) -> None:
    async with served.socket(served.token(timedelta(seconds=5))) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403


@pytest.mark.parametrize("bounds", [Bounds(per_caller=1), Bounds(per_process=1)])
async def test_there_are_not_more_streams_than_allowed(place: Place, served: Served, bounds: Bounds) -> None:
    await place.problem()
    served.streams.bounds = bounds
    first = served.over_websocket(EVENTS, after="beginning")
    await anext(first)
    with pytest.raises(Refused) as refused:
        await anext(served.over_sse(EVENTS))
    assert refused.value.code == "TOO_MANY_STREAMS"
    await first.aclose()
    async with asyncio.timeout(30):
        while await served.figure("zeren_streams_open"):
            pass
    await anext(served.over_sse(EVENTS, after="beginning"))
