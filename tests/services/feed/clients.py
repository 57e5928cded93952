"""Clients of the feed: over WebSocket, over server-sent events, and over plain HTTP."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from socket import SO_RCVBUF, SOL_SOCKET, create_connection
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from services.hosting.identity import LEEWAY_SECONDS, Role
from services.hosting.keys import LocalKeys
from services.hosting.settings import Settings
from services.hosting.streams import Streams

EVENTS = """subscription ($after: String) { events(after: $after) {
  cursor event { id at recordedAt kind data hash previousHash logIndex }
} }"""
PROBLEM_EVENTS = """subscription ProblemEvents($area: ID, $after: String) {
  problemEvents(area: $area, after: $after) { cursor event { id at kind } problem { id number status } }
}"""

Entry = dict[str, Any]
LITTLE = (SOL_SOCKET, SO_RCVBUF, 16_384)
"""What the kernel holds for a client, which may else be dozens of megabytes."""


class Refused(Exception):
    """The stream ended with an error; `args` are its code, its message and its extensions."""

    @property
    def code(self) -> str:
        return self.args[0]

    @property
    def extensions(self) -> dict[str, Any]:
        return self.args[2]


@dataclass
class Served:
    """A running app; `stop` ends it as a signal would."""

    url: str
    settings: Settings
    streams: Streams
    running: ExitStack = field(repr=False)

    def token(self, left: timedelta = timedelta(hours=1), role: Role = Role.INTEGRATOR) -> str:
        """One that is taken for so long, leeway and all. An integrator does not see the findings that `build` notices,
        the discipline office does.
        """
        ttl = left - timedelta(seconds=LEEWAY_SECONDS)
        return LocalKeys.open(self.settings).mint(
            role, None, timedelta(hours=1), datetime.now(UTC) + ttl - timedelta(hours=1)
        )

    def headers(self, token: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {token or self.token()}"}

    async def figure(self, name: str) -> float:
        """A metric of the app."""
        text = (await asyncio.to_thread(self.get, "/metrics")).text
        (line,) = (line for line in text.splitlines() if line.startswith(f"{name}{{"))
        return float(line.rpartition(" ")[2])

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.url + path, headers=self.headers(), trust_env=False, timeout=90)

    def stop(self) -> None:
        self.running.close()

    @asynccontextmanager
    async def socket(self, token: str | None = None) -> AsyncGenerator[ClientConnection]:
        """A WebSocket that has signed in."""
        address = self.url.replace("http", "ws") + "/graphql"
        protocols = [Subprotocol("graphql-transport-ws")]
        port = int(self.url.rpartition(":")[2])
        with create_connection(("127.0.0.1", port)) as opened:
            opened.setsockopt(*LITTLE)
            # It reads one message ahead, and then no more until it is asked.
            async with connect(
                address, sock=opened, subprotocols=protocols, proxy=None, max_queue=1, max_size=None, compression=None
            ) as socket:
                payload = {"Authorization": f"Bearer {token or self.token()}"}
                await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
                assert json.loads(await socket.recv())["type"] == "connection_ack"
                yield socket

    async def over_websocket(
        self, document: str, *, token: str | None = None, **variables: Any
    ) -> AsyncGenerator[Entry]:
        """What a subscription brings, until it completes. Raises Refused, ConnectionClosed."""
        async with self.socket(token) as socket:
            await subscribe(socket, document, variables)
            async for entry in entries_of(socket):
                yield entry

    async def over_sse(self, document: str, *, token: str | None = None, **variables: Any) -> AsyncGenerator[Entry]:
        """The same as server-sent events."""
        body = {"query": document, "variables": variables}
        headers = {**self.headers(token), "Accept": "text/event-stream"}
        async with (
            httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(socket_options=[LITTLE]), timeout=30) as client,
            client.stream("POST", f"{self.url}/graphql", json=body, headers=headers) as answer,
        ):
            assert answer.headers["content-type"].startswith("text/event-stream")
            async for kind, data in events_of(answer.aiter_lines()):
                if kind == "complete":
                    return
                entry = taken({"type": kind, "payload": json.loads(data)})
                assert entry is not None
                yield entry


async def subscribe(socket: ClientConnection, document: str, variables: Mapping[str, Any], name: str = "1") -> None:
    payload = {"query": document, "variables": variables}
    await socket.send(json.dumps({"id": name, "type": "subscribe", "payload": payload}))


async def entries_of(socket: ClientConnection) -> AsyncGenerator[Entry]:
    async for message in socket:
        assert isinstance(message, str), "the protocol's messages are text"
        if (entry := taken(json.loads(message))) is None:
            return
        yield entry


def taken(message: dict[str, Any]) -> Entry | None:
    """The entry of a message, None where the stream is complete. Raises Refused."""
    if message["type"] == "complete":
        return None
    errors = message["payload"] if message["type"] == "error" else message["payload"].get("errors")
    if errors:
        raise Refused(errors[0]["extensions"]["code"], errors[0]["message"], errors[0]["extensions"])
    (entry,) = message["payload"]["data"].values()
    return entry


async def events_of(lines: AsyncIterator[str]) -> AsyncGenerator[tuple[str, str]]:
    kind = data = ""
    async for line in lines:
        name, _, value = line.partition(": ")
        match name:
            case "event":
                kind = value
            case "data" | "data:":
                data = value
            case "" if kind:
                yield kind, data
                kind = data = ""
            case _:
                pass


async def take(stream: AsyncGenerator[Entry], number: int) -> list[Entry]:
    """The next `number` entries; the stream is left after them."""
    found: list[Entry] = []
    with suppress(StopAsyncIteration):
        while len(found) < number:
            found.append(await anext(stream))
    await stream.aclose()
    return found


async def rest(stream: AsyncGenerator[Entry], into: list[Entry]) -> Refused:
    """What ends the stream; its entries until then go into the list."""
    try:
        while True:
            into.append(await anext(stream))
    except Refused as refused:
        return refused
