"""Asks one system, as a process of its own: told on standard input what to ask, it says how long each answer took.

A system is a Neo4j, asked by the bare driver, or an address that answers GraphQL. Nothing of zeren is imported unless
it is told to: the driver is as it comes. An answer is had when it is read into Python's values, by either way.
"""

import asyncio
import json
import pickle
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, BinaryIO, LiteralString, cast
from urllib.parse import urlsplit

Statements = list[tuple[str, dict[str, Any]]]
"""What the driver is asked at once: Cypher and its parameters."""
Ask = Callable[[Any], Awaitable[Any]]


@dataclass(frozen=True)
class Wanted:
    """Questions to ask, by so many clients, each with one open question at a time; whether to hand back the answers."""

    questions: Sequence[Any]
    clients: int = 1
    answers: bool = False


@dataclass
class Taken:
    """Seconds that each answer took, and all of them together; the answers in the order of the questions.

    `processor`: seconds that Neo4j, the system and whoever asks it were computing.
    """

    seconds: list[float] = field(default_factory=list[float])
    clock: float = 0.0
    processor: dict[str, float] = field(default_factory=dict[str, float])
    answers: list[Any] = field(default_factory=list[Any])


async def ask_all(wanted: Wanted, ask: Ask) -> Taken:
    """Ask every question once, and stop."""
    taken = Taken(answers=[None] * len(wanted.questions))
    left = deque(enumerate(wanted.questions))

    async def client() -> None:
        while left:
            place, question = left.popleft()
            begun = perf_counter()
            answer = await ask(question)
            taken.seconds.append(perf_counter() - begun)
            if wanted.answers:
                taken.answers[place] = answer

    begun = perf_counter()
    await asyncio.gather(*(client() for _ in range(wanted.clients)))
    taken.clock = perf_counter() - begun
    return taken


class Connection(asyncio.Protocol):
    """One connection by HTTP/1.1 that is kept open: as little work beside the server's as Python can do."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._body = -1
        self._end = 0
        self._answered: asyncio.Future[bytes] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    @property
    def open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(exc or ConnectionError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._body < 0:
            head = self._buffer.find(b"\r\n\r\n")
            if head < 0:
                return
            lines = bytes(self._buffer[:head]).split(b"\r\n")
            headers = dict(line.lower().split(b": ", 1) for line in lines[1:])
            self._body = head + 4
            self._end = self._body + int(headers[b"content-length"])
        if len(self._buffer) >= self._end and self._answered is not None:
            body = bytes(self._buffer[self._body : self._end])
            del self._buffer[: self._end]
            self._body = -1
            self._answered.set_result(body)

    async def request(self, request: bytes) -> bytes:
        self._answered = asyncio.get_running_loop().create_future()
        assert self._transport is not None
        self._transport.write(request)
        return await self._answered


async def over_http(url: str, token: str, commands: BinaryIO) -> None:
    import orjson

    address = urlsplit(url)
    if address.hostname != "127.0.0.1" or address.port is None:
        raise ValueError(f"{url}: only this machine is asked")
    port, idle = address.port, list[Connection]()
    head = (
        f"POST {address.path} HTTP/1.1\r\nHost: 127.0.0.1:{address.port}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: "
    )

    async def ask(question: str) -> Any:
        while idle and not idle[-1].open:  # a server lets go of what was not used for a while
            idle.pop()
        if idle:
            connection = idle.pop()
        else:
            loop = asyncio.get_running_loop()
            _, connection = await loop.create_connection(Connection, "127.0.0.1", port)
        body = question.encode()
        answer = await connection.request(f"{head}{len(body)}\r\n\r\n".encode() + body)
        idle.append(connection)
        found = orjson.loads(answer)
        if "errors" in found:
            raise RuntimeError(f"{url} answers {json.dumps(found['errors'], ensure_ascii=False)[:2_000]}")
        return found["data"]

    await _serve(ask, commands)


async def over_bolt(uri: str, user: str, password: str, commands: BinaryIO) -> None:
    import neo4j

    untyped: Any = neo4j.AsyncGraphDatabase
    async with untyped.driver(uri, auth=(user, password), notifications_min_severity="OFF") as driver:

        async def one(statement: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
            cypher = cast("LiteralString", f"CYPHER 25 {statement}")
            async with driver.session(default_access_mode=neo4j.READ_ACCESS, fetch_size=-1) as session:
                result: Any = await session.run(cypher, parameters)
                return [dict(zip(record.keys(), record, strict=True)) async for record in result]

        async def ask(question: Statements) -> Any:
            if len(question) == 1:
                return [await one(*question[0])]
            return await asyncio.gather(*(one(*statement) for statement in question))

        await _serve(ask, commands)


async def _serve(ask: Ask, commands: BinaryIO) -> None:
    while True:
        try:
            wanted: Wanted = await asyncio.to_thread(pickle.load, commands)
        except EOFError:
            return
        try:
            answer: Taken | Exception = await ask_all(wanted, ask)
        except Exception as error:  # said to whoever asked, who stops
            answer = RuntimeError(f"{type(error).__name__}: {error}")
        pickle.dump(answer, sys.stdout.buffer)
        sys.stdout.buffer.flush()


def main(kind: str, *where: str) -> None:
    import gc

    import uvloop

    gc.disable()  # what is measured is who answers; a run is short
    if kind == "http":
        url, token = where
        work = over_http(url, token, sys.stdin.buffer)
    else:
        if kind == "bolt-with-our-instants":
            import graph.session  # pyright: ignore[reportUnusedImport]  # noqa: F401 - replaces how instants are read
        uri, user, password = where
        work = over_bolt(uri, user, password, sys.stdin.buffer)
    uvloop.run(work)
