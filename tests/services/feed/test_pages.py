"""The log in lines of JSON, over plain HTTP."""

import asyncio
import hashlib
import json
from typing import Any

import httpx
import pytest

from services.hosting.streams import Bounds
from tests.services.feed.clients import EVENTS, Served, take
from tests.services.ledger.writing import Place


async def page(served: Served, path: str) -> httpx.Response:
    return await asyncio.to_thread(served.get, path)


def lines(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_pages_hold_what_the_subscription_brings(place: Place, served: Served) -> None:
    problems = [await place.problem() for _ in range(2)]
    expected = await take(served.over_websocket(EVENTS, after="beginning"), 6)
    answer = await page(served, "/feed/events?after=beginning&first=4")
    found = lines(answer)
    assert len(found) == 4
    found += lines(await page(served, answer.links["next"]["url"]))
    for line, entry in zip(found, expected, strict=True):
        subject = line.pop("subject")
        assert subject in problems
        assert line == {**entry["event"], "next": entry["cursor"]}
        assert hashlib.sha256(line["data"].encode()).hexdigest() == line["hash"]
    assert lines(await page(served, f"/feed/events?after={expected[-1]['cursor']}")) == []


async def test_a_request_waits_for_what_comes(place: Place, served: Served) -> None:
    end = (await page(served, "/feed/events")).links["next"]["url"]
    waiting = asyncio.create_task(page(served, f"{end}&wait=60"))
    while not await served.figure("zeren_streams_open"):
        pass
    problem = (await place.report()).records["problem"]
    (line,) = lines(await waiting)
    assert line["subject"] == problem


async def test_a_request_that_waits_ends_with_the_process(served: Served) -> None:
    waiting = asyncio.create_task(page(served, "/feed/events?wait=60"))
    while not await served.figure("zeren_streams_open"):
        pass
    await asyncio.to_thread(served.stop)
    answer = await waiting
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (503, "UNAVAILABLE")


@pytest.mark.parametrize(
    ("asked", "code"),
    [("after=nonsense", "BAD_CURSOR"), ("first=0", "BAD_RANGE"), ("first=1001", "BAD_RANGE"), ("first=x", "BAD_RANGE"),
     ("wait=61", "BAD_RANGE"), ("wait=-1", "BAD_RANGE")],
)  # fmt: skip
async def test_what_cannot_be_understood_is_refused(served: Served, asked: str, code: str) -> None:
    answer = await page(served, f"/feed/events?{asked}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == code


async def test_who_has_not_signed_in_gets_nothing(served: Served) -> None:
    answer = await asyncio.to_thread(httpx.get, f"{served.url}/feed/events", trust_env=False, timeout=60)
    assert answer.status_code == 401


async def test_too_many_requests_are_refused(served: Served) -> None:
    served.streams.bounds = Bounds(pages=0)
    answer = await page(served, "/feed/events")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
