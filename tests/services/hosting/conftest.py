"""A toy room on a real socket, and callers who hold tokens of its own key pair."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import strawberry
from fastapi import FastAPI
from strawberry.types import Info

from graph.compile.errors import ReadError, ReadErrorCode
from services.hosting.app import build_app
from services.hosting.context import Context
from services.hosting.identity import Role
from services.hosting.keys import LocalKeys
from services.hosting.serving import listen, server
from services.hosting.settings import DatabaseAddress, Settings

NOW = datetime(2024, 12, 14, 1, 30, tzinfo=UTC)


@strawberry.type
class Area:
    name: str

    @strawberry.field
    def within(self) -> "Area":
        return Area(name=f"{self.name}'s")


@strawberry.type
class Query:
    area: Area = strawberry.field(resolver=lambda: Area(name="网格"))

    @strawberry.field
    def me(self, info: Info[Context, None]) -> str:
        caller = info.context.caller
        return f"{caller.role} {caller.person}"

    @strawberry.field
    def now(self, info: Info[Context, None]) -> datetime:
        return info.context.clock()

    @strawberry.field
    def echo(self, text: str, at: datetime | None = None) -> str:
        return text if at is None else f"{text} {at:%Y}"

    @strawberry.field
    def broken(self) -> str:
        raise RuntimeError("bolt://neo4j:s3cret@db:7687 refused")

    @strawberry.field
    def missing(self) -> str | None:
        raise ReadError(ReadErrorCode.NOT_FOUND, "There is no problem with this id.")

    @strawberry.field
    async def one(self, info: Info[Context, None]) -> int:
        rows = await info.context.database.read("RETURN 1 AS one")
        return rows[0]["one"]


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, info: Info[Context, None], to: int) -> AsyncGenerator[str]:
        for number in range(to):
            if number == 2:
                raise RuntimeError("the third is secret")
            yield f"{info.context.caller.role} {number}"


SCHEMA = strawberry.Schema(Query, subscription=Subscription)


@dataclass
class Served:
    """A running app and the keys that it trusts."""

    url: str
    settings: Settings
    keys: LocalKeys
    clock: list[datetime] = field(default_factory=lambda: [NOW])

    def token(self, role: Role = Role.VIEWER, person: str | None = None, ttl: timedelta = timedelta(hours=1)) -> str:
        return self.keys.mint(role, person, ttl, self.clock[0])

    def headers(self, **claims: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(**claims)}"}

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        answer = self.post({"query": query, "variables": variables})
        assert answer.headers["content-type"] == "application/json"
        return answer.json()

    def post(self, body: Any, headers: dict[str, str] | None = None) -> httpx.Response:
        sent = self.headers() if headers is None else headers
        return httpx.post(f"{self.url}/graphql", json=body, headers=sent, trust_env=False, timeout=30)

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.url + path, trust_env=False)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    # Nothing listens on this port: the database of the toy room is always down.
    return Settings(home=tmp_path, database=DatabaseAddress("bolt://127.0.0.1:1", "neo4j", "x"), request_bytes=20_000)


@pytest.fixture
def served(settings: Settings) -> Iterator[Served]:
    clock = [NOW]
    keys = LocalKeys.open(settings)
    with listening(build_app("toy", SCHEMA, settings, clock=lambda: clock[0]), settings) as url:
        yield Served(url, settings, keys, clock)


@contextmanager
def listening(app: FastAPI, settings: Settings) -> Generator[str]:
    """Serve `app` on a free port in a thread; the port is open when the block begins."""
    opened = threading.Event()
    socket = listen("127.0.0.1", 0)
    running = server(app, settings, opened.set)
    thread = threading.Thread(target=lambda: asyncio.run(running.serve([socket])))
    thread.start()
    try:
        assert opened.wait(30), "the app did not start"
        yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    finally:
        running.should_exit = True
        thread.join(30)
