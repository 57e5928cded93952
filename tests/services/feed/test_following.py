"""The log followed over WebSocket and as server-sent events."""

import asyncio
from collections.abc import Callable

import pytest

from graph.model.enums import ProblemAction
from services.hosting.identity import Role
from tests.services.feed.clients import EVENTS, PROBLEM_EVENTS, Entry, Refused, Served, rest, take
from tests.services.ledger.writing import Place

LOG = "MATCH (e:Event) WHERE e.logIndex >= 0 RETURN e.id AS id ORDER BY e.logIndex"
WRITERS, PROBLEMS = 4, 20
TRANSPORTS = ["over_websocket", "over_sse"]


async def logged(place: Place) -> list[str]:
    return [row["id"] for row in await place.database.read(LOG)]


def ids(entries: list[Entry]) -> list[str]:
    return [entry["event"]["id"] for entry in entries]


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_all_there_ever_was_then_each_as_it_comes(place: Place, served: Served, transport: str) -> None:
    problem = await place.problem()
    stream = getattr(served, transport)(EVENTS, token=served.token(role=Role.DISCIPLINE), after="beginning")
    first = [await anext(stream) for _ in range(4)]
    kinds = [entry["event"]["kind"] for entry in first]
    kinds.remove("NOTICED")  # the gap, whenever that was
    assert kinds == ["REPORTED", "REGISTER", "ASSIGN"]
    await place.act(problem, ProblemAction.ACCEPT)
    entry = await anext(stream)
    assert entry["event"]["kind"] == "ACCEPT"
    assert entry["event"]["logIndex"] == 4
    await stream.aclose()


async def test_without_a_cursor_it_begins_at_the_present_end(place: Place, served: Served) -> None:
    await place.problem()
    await take(served.over_websocket(EVENTS, after="beginning"), 3)
    stream = served.over_websocket(PROBLEM_EVENTS)
    coming = asyncio.ensure_future(anext(stream))
    while not await served.figure("zeren_streams_open"):
        pass
    problem = (await place.report()).records["problem"]
    entry = await coming
    assert entry["problem"]["id"] == problem
    assert entry["event"]["kind"] == "REPORTED"
    await stream.aclose()


async def test_who_comes_back_misses_nothing_and_gets_nothing_twice(place: Place, serve: Callable[[], Served]) -> None:
    """Writers run on, clients come and go, and the process that serves them and numbers events is replaced.

    What both processes notice, a finding for each problem, is among the events.
    """
    first, second = serve(), serve()
    token = first.token(role=Role.DISCIPLINE)
    writers = [asyncio.create_task(written(place)) for _ in range(WRITERS)]
    got: list[Entry] = []
    after = "beginning"
    for size in (1, 7, 13):
        found = await take(first.over_websocket(EVENTS, token=token, after=after), size)
        got += found
        after = found[-1]["cursor"]
    stream = first.over_websocket(EVENTS, token=token, after=after)
    got.append(await anext(stream))
    ending = asyncio.create_task(asyncio.to_thread(first.stop))
    ended = await rest(stream, got)
    assert (ended.code, ended.extensions["cursor"]) == ("UNAVAILABLE", got[-1]["cursor"])
    written_events = sum(await asyncio.gather(*writers))
    await ending
    events = written_events + PROBLEMS
    got += await take(second.over_sse(EVENTS, token=token, after=got[-1]["cursor"]), events - len(got))
    assert len(got) == events
    assert ids(got) == await logged(place)
    assert [entry["event"]["logIndex"] for entry in got] == list(range(events))
    assert [entry["event"]["kind"] for entry in got].count("NOTICED") == PROBLEMS


async def written(place: Place) -> int:
    for _ in range(PROBLEMS // WRITERS):
        await place.problem()
    return 3 * PROBLEMS // WRITERS


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"after": "nonsense"}, "BAD_CURSOR"),
        ({"after": "1234567890.5"}, "BAD_CURSOR"),
        ({"area": "nowhere"}, "NOT_FOUND"),
    ],
)
async def test_what_cannot_be_followed_is_refused(
    served: Served, transport: str, variables: dict[str, str], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        await anext(getattr(served, transport)(PROBLEM_EVENTS, **variables))
    assert refused.value.code == code


async def test_a_cursor_of_a_log_that_has_not_come_so_far_is_refused(place: Place, served: Served) -> None:
    await place.problem()
    stream = served.over_websocket(EVENTS, token=served.token(role=Role.DISCIPLINE), after="beginning")
    (*_, last) = await take(stream, 4)  # its own three, and the gap that is noticed
    mark, _, position = last["cursor"].partition(".")
    assert position == "4"
    with pytest.raises(Refused, match="beyond the end"):
        await anext(served.over_websocket(EVENTS, after=f"{mark}.5"))
