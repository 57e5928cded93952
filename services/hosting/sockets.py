"""Streams as they leave the process: a client that takes nothing is told why its stream ends, and is let go."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from typing import Any, cast

import orjson
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Message as Sent
from starlette.types import Scope, Send
from starlette.websockets import WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.http.streaming import SSETransport
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.subscriptions.protocols.graphql_transport_ws.types import ConnectionInitMessage, Message

from services.hosting.context import Context
from services.hosting.serving import HURRY
from services.hosting.streams import OPERATION, Stream

SLOW = 4408
EXPIRED = 4403
"""Close codes, after HTTP's 408 and 403: the protocol's own for a client that does not come on, or may not."""
AFTER_EXPIRY_SECONDS = 1.0
"""For the streams to say so themselves, before their connection is closed."""


class TextMessages(ASGIWebSocketAdapter):
    """Sends each message as text, which is all that the protocol's clients read."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        try:
            await self.ws.send_text(orjson.dumps(message).decode())
        except WebSocketDisconnect as gone:
            raise WebSocketDisconnected from gone


class WebSocketStreams(BaseGraphQLTransportWSHandler[Context, None]):
    """The operations of one WebSocket. Nothing is sent to who takes nothing, or after the caller's token expired."""

    _expiring: asyncio.Task[None] | None = None
    _ended = False

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        await super().handle_connection_init(message)
        if self.connection_acknowledged and self._expiring is None:
            self._expiring = asyncio.create_task(self._expire())

    async def _expire(self) -> None:
        until = self.context.caller.until
        if until is not None:
            await asyncio.sleep((until - self.context.clock()).total_seconds() + AFTER_EXPIRY_SECONDS)
            await self._end(EXPIRED, "The token has expired. Sign in again.", "UNAUTHENTICATED")

    async def shutdown(self) -> None:
        if self._expiring is not None:
            self._expiring.cancel()
        await super().shutdown()

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        OPERATION.set(operation.id)
        await super().run_operation(operation)

    async def handle_task_exception(self, error: Exception) -> None:
        if not isinstance(error, WebSocketDisconnected):
            await super().handle_task_exception(error)

    async def send_message(self, message: Message) -> None:
        streams = self.context.streams
        try:
            async with asyncio.timeout(streams.bounds.patience):
                await super().send_message(message)
            if message["type"] == "next" and (stream := self.context.following.get(message["id"])):
                stream.took()
        except TimeoutError:
            streams.slow()
            await self._end(SLOW, _too_slow(streams.bounds.patience), "SLOW_CLIENT")
            raise WebSocketDisconnected from None

    async def _end(self, code: int, reason: str, graphql_code: str) -> None:
        """Tell each stream's client where it stood, and close: written at once, for the client may not be reading."""
        if self._ended:
            return
        self._ended = True
        socket: Any = self.websocket
        hurry(socket.ws.scope)
        with suppress(WebSocketDisconnected, RuntimeError):
            for name, stream in self.context.following.items():
                operation = self.operations.get(name)
                if operation is not None and not operation.completed:
                    operation.completed = True
                    error = _error(reason, graphql_code, stream)
                    await self.websocket.send_json({"id": name, "type": "error", "payload": [error]})
            await self.websocket.close(code, reason)


class ServerSentStream(StreamingResponse):
    """The events of one operation; ends with an error where the client takes nothing."""

    def __init__(self, events: AsyncGenerator[str], status: int, headers: Mapping[str, str], context: Context) -> None:
        super().__init__(events, status, headers)
        self._events = events
        self._context = context
        self._stream: Stream | None = None

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        streams = self._context.streams

        async def patiently(message: Sent) -> None:
            # Several of its events are on their way at a time, the last ones perhaps after it has ended.
            self._stream = self._context.following.get("", self._stream)
            async with asyncio.timeout(streams.bounds.patience):
                await send(message)
            if self._stream and message.get("body", b"").startswith(b"event: next"):
                self._stream.took()

        try:
            await super().__call__(scope, receive, patiently)
        except TimeoutError:
            streams.slow()
            hurry(scope)
            await send({"type": "http.response.body", "body": self._farewell(), "more_body": False})
        finally:
            await self._events.aclose()

    def _farewell(self) -> bytes:
        reason = _too_slow(self._context.streams.bounds.patience)
        errors = [_error(reason, "SLOW_CLIENT", self._stream)] if self._stream else []
        said = SSETransport()
        last = said.encode_event("next", orjson.dumps({"data": None, "errors": errors}).decode())
        return (last + said.encode_complete()).encode()


def context_of(request: Request) -> Context:
    """The context that this request is answered in, once it is."""
    return request.state.context


def hurry(scope: Scope) -> None:
    """Have what is sent from now on written at once, and the connection ended soon; where the server can."""
    extension = cast("dict[str, Any]", scope.get("extensions") or {}).get(HURRY)
    if extension is not None:
        extension()


def _too_slow(patience: float) -> str:
    return f"You took nothing for {patience:g} s. Connect again, and go on after your last cursor."


def _error(message: str, code: str, stream: Stream) -> dict[str, Any]:
    return {"message": message, "extensions": {"code": code, "cursor": stream.cursor}}
