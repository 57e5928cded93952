"""What the feed tells of findings: to each caller those that they may see, and everything else to all."""

import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest

from gateway.schema import schema
from services.accountability.feed import add_feed
from services.hosting.app import build_app
from services.hosting.context import Context
from services.hosting.identity import Caller, Role
from services.hosting.keys import LocalKeys
from services.hosting.settings import Settings
from services.hosting.streams import Streams
from tests.asking import ask, context
from tests.services.accountability.conftest import HOUR, MONDAY, County

EVENTS = 'subscription { events(after: "beginning") { event { id kind data } } }'
ENTITIES = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Event { kind } } }"
BOTH = ["NOTHING_DONE", "OVERDUE"]
CALLERS: dict[tuple[Role, str | None], list[str]] = {
    (Role.DISCIPLINE, None): BOTH,
    (Role.SUPERVISOR, None): BOTH,
    (Role.ADMINISTRATOR, None): BOTH,
    (Role.DEPARTMENT, "officer"): BOTH,
    (Role.DEPARTMENT, "driver"): [],
    (Role.GRID_WORKER, "director"): ["NOTHING_DONE"],
    (Role.VIEWER, "driver"): [],
    (Role.INTEGRATOR, None): [],
}


def findings_of(bodies: list[dict[str, Any]]) -> list[str]:
    return sorted(body["row"]["kind"] for body in bodies if body["kind"] == "NOTICED")


class Feed:
    """Both doors of the feed over a ledger: pages over HTTP, and the subscription."""

    def __init__(self, county: County) -> None:
        self.county = county
        settings = Settings(county.home)
        app = build_app("accountability", schema, settings, database=county.database)
        add_feed(app)
        self.keys = LocalKeys.open(settings)
        self.streams: Streams = app.state.streams
        transport = httpx.ASGITransport(app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://feed", timeout=30)

    def _person(self, who: str | None) -> str | None:
        return who and self.county.ids[who]

    async def pages(self, role: Role, who: str | None, first: int = 1000) -> list[dict[str, Any]]:
        """The bodies of all events, in pages of so many, until nothing more comes."""
        token = self.keys.mint(role, self._person(who), timedelta(hours=1), datetime.now(UTC))
        bodies: list[dict[str, Any]] = []
        url = f"/feed/events?after=beginning&first={first}"
        while True:
            answer = await self.client.get(url, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 200, answer.text
            if not answer.text:
                return bodies
            bodies += [json.loads(json.loads(line)["data"]) for line in answer.text.splitlines()]
            url = answer.links["next"]["url"]

    async def subscribed(self, role: Role, who: str | None, last: str) -> list[dict[str, Any]]:
        """The bodies that the subscription brings up to the first event of `last`."""
        caller = Context(self.county.database, lambda: datetime.now(UTC), "test", self.streams)
        caller.admit(Caller("tester", role, self._person(who)))
        answers = cast("AsyncGenerator[Any]", await schema.subscribe(EVENTS, context_value=caller))
        bodies: list[dict[str, Any]] = []
        async for answer in answers:
            assert not answer.errors, answer.errors
            bodies.append(json.loads(answer.data["events"]["event"]["data"]))
            if bodies[-1]["subject"] == last:
                break
        await answers.aclose()
        return bodies


@pytest.fixture
async def feed(county: County) -> AsyncGenerator[Feed]:
    made = Feed(county)
    yield made
    await made.streams.end()
    await made.client.aclose()


async def test_the_feed_tells_each_caller_of_the_findings_that_they_may_see(county: County, feed: Feed) -> None:
    await county.assigned()
    await county.look(11)
    last = await county.report(12)
    await county.number()
    everything = await feed.pages(Role.DISCIPLINE, None)
    others = [body["id"] for body in everything if body["kind"] != "NOTICED"]
    assert (len(everything), len(others)) == (6, 4)
    for (role, who), expected in CALLERS.items():
        for bodies in (await feed.pages(role, who), await feed.subscribed(role, who, last)):
            assert findings_of(bodies) == expected, (role, who)
            assert [body["id"] for body in bodies if body["kind"] != "NOTICED"] == others, (role, who)
        assert await feed.pages(role, who, first=1) == await feed.pages(role, who), "what is hidden is passed over"

    (noticed,) = (body for body in everything if body["kind"] == "NOTICED" and body["row"]["kind"] == "OVERDUE")
    named: dict[str, Any] = {"r": [{"__typename": "Event", "id": noticed["id"]}]}
    for role, who, found in ((Role.DEPARTMENT, "driver", None), (Role.DEPARTMENT, "officer", {"kind": "NOTICED"})):
        caller = context(county.database, MONDAY + 20 * HOUR, role, county.ids[who])
        assert (await ask(schema, ENTITIES, named, as_=caller))["_entities"] == [found]


async def test_who_waits_is_not_woken_by_what_they_may_not_see(county: County, feed: Feed) -> None:
    """The page is empty, and its cursor stands behind what was hidden: it is not looked through again."""
    await county.assigned()
    await county.number()
    token = feed.keys.mint(Role.INTEGRATOR, None, timedelta(hours=1), datetime.now(UTC))
    headers = {"Authorization": f"Bearer {token}"}
    end = (await feed.client.get("/feed/events", headers=headers)).links["next"]["url"]
    await county.look(11)
    await county.number()
    answer = await feed.client.get(f"{end}&wait=1", headers=headers)
    assert (answer.status_code, answer.text) == (200, "")
    onward = answer.links["next"]["url"]
    assert onward.partition("&wait")[0] != end
    await county.report(12)
    await county.number()
    assert len((await feed.client.get(onward, headers=headers)).text.splitlines()) == 1
