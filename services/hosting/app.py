"""The app around a GraphQL schema: the same end points, limits and manners in each room and in the gateway."""

import asyncio
import copy
import logging
import re
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import orjson
import strawberry
from cross_web import HTTPException
from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.exceptions import ConnectionRejectionError
from strawberry.extensions import SchemaExtension
from strawberry.fastapi import GraphQLRouter
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.unset import UNSET, UnsetType

from graph.session import Database, DatabaseError, DatabaseTooOld, SignInRefused
from schema.enums import grow
from services.hosting.completing import executor
from services.hosting.context import Clock, Context, system_clock
from services.hosting.documents import ReuseDocuments, ValidDocuments
from services.hosting.identity import KeysUnavailable, Unauthenticated, Verifier
from services.hosting.keys import keys_of
from services.hosting.limits import Limits
from services.hosting.observation import Metrics, Observe, operation_names
from services.hosting.presentation import INTERNAL, UNAVAILABLE, PresentErrors
from services.hosting.settings import Settings, SettingsError
from services.hosting.sockets import ServerSentStream, TextMessages, WebSocketStreams, context_of
from services.hosting.streams import Streams

log = logging.getLogger(__name__)

READY_SECONDS = 2.0
JSON = "application/json"
CORRELATION_HEADER = "x-request-id"
_CORRELATION = re.compile(r"[A-Za-z0-9._-]{8,64}")

Admission = Callable[[HTTPConnection], Awaitable[Context]]
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def build_app(
    name: str,
    schema: strawberry.Schema,
    settings: Settings,
    *,
    database: Database | None = None,
    clock: Clock = system_clock,
    limits: Limits | None = None,
    verifier: Verifier | None = None,
    lifespan: Lifespan | None = None,
) -> FastAPI:
    """The app of the room `name`: /graphql, /healthz, /readyz and /metrics over `schema`.

    With `database` the app uses it and leaves it open; without, it opens the one that the settings name and closes it
    at its end. `lifespan` runs inside that. Raises SettingsError where no database is named or keys can't be read.
    """
    grow(schema)
    owned = database is None
    database = _opened(settings) if database is None else database
    verifier = verifier or Verifier(keys_of(settings), settings)
    metrics = Metrics(name, operation_names())
    streams = Streams(database, metrics)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncGenerator[None]:
        try:
            if lifespan is None:
                yield
            else:
                async with lifespan(app):
                    yield
        finally:
            await streams.end()
            if owned:
                await database.close()

    app = FastAPI(title=f"zeren {name}", lifespan=life, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.database = database
    app.state.metrics = metrics
    app.state.streams = streams
    app.state.ending = streams.end
    app.state.admit = admission(streams, verifier, clock)
    app.add_middleware(BoundedRequests, most=settings.request_bytes)
    app.include_router(
        Router(_hosted(schema, limits or Limits(), metrics), app.state.admit, verifier, clock), prefix="/graphql"
    )
    _add_probes(app, name, database, metrics)
    _add_refusals(app, metrics)
    return app


def _opened(settings: Settings) -> Database:
    if settings.database is None:
        raise SettingsError(
            "No database is named. Set NEO4J_URI, NEO4J_USER and NEO4J_PASSWORD (or NEO4J_PASSWORD_FILE), or start a "
            f"local one with `zeren up` in this home ({settings.home})."
        )
    return Database(settings.database.uri, settings.database.user, settings.database.password)


def _hosted(schema: strawberry.Schema, limits: Limits, metrics: Metrics) -> strawberry.Schema:
    """`schema` with what every app puts around it; the schema itself stays as it is, for any number of apps."""
    documents = ValidDocuments()
    around: list[Callable[[], SchemaExtension]] = [
        lambda: Observe(metrics),
        PresentErrors,
        lambda: ReuseDocuments(documents),
    ]
    hosted = copy.copy(schema)
    hosted.execution_context_class = executor(metrics.completion)
    hosted.extensions = (*around, *schema.extensions, *limits.extensions())
    return hosted


def admission(streams: Streams, verifier: Verifier, clock: Clock) -> Admission:
    """Makes the context of each request, of its caller. Raises Unauthenticated or KeysUnavailable."""

    async def admit(connection: HTTPConnection) -> Context:
        made = Context(streams.database, clock, _correlation(connection), streams)
        header = connection.headers.get("authorization")
        # A browser can't set headers on a WebSocket: there the token may come with connection_init.
        if connection.scope["type"] == "http" or header is not None:
            made.admit(await verifier.verify(header, clock()))
        return made

    return admit


class Router(GraphQLRouter[Context, None]):
    """GraphQL over HTTP POST, and over WebSocket by graphql-transport-ws; no caller unknown, no page served."""

    graphql_transport_ws_handler_class = WebSocketStreams
    websocket_adapter_class = TextMessages

    def __init__(self, schema: strawberry.Schema, admit: Admission, verifier: Verifier, clock: Clock) -> None:
        self._verifier = verifier
        self._clock = clock
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            context_getter=admit,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL),
        )

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        if not context.admitted:
            params: Any = context.connection_params or {}
            given = next(
                (value for key, value in params.items() if value and str(key).lower() == "authorization"), None
            )
            try:
                caller = await self._verifier.verify(given if isinstance(given, str) else None, self._clock())
            except (Unauthenticated, KeysUnavailable) as error:
                raise ConnectionRejectionError from error
            context.admit(caller)
        return UNSET

    async def run(self, request: Any, context: Any = UNSET, root_value: Any = UNSET) -> Any:
        answer: Any = super().run
        request.state.context = context
        try:
            return await answer(request, context, root_value)
        except HTTPException as error:
            if not isinstance(request, Request):
                raise
            return refusal(error.status_code, "BAD_REQUEST", error.reason or "The request can't be understood.")

    async def create_streaming_response(
        self,
        request: Request,
        stream: Callable[[], AsyncIterator[str]],
        sub_response: Response,
        headers: Mapping[str, str],
    ) -> Response:
        events: Any = stream()
        sent = {**sub_response.headers, **headers}
        return ServerSentStream(events, sub_response.status_code or 200, sent, context_of(request))

    def parse_json(self, data: str | bytes) -> Any:
        parsed: Any = super().parse_json(data)
        if type(parsed) in {dict, list}:
            return parsed
        raise HTTPException(400, "The body must be a JSON object with the document in `query`")

    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


def refusal(status: int, code: str, message: str, **more: str) -> Response:
    """A refusal before any operation ran, in the form of a GraphQL response."""
    body = {"errors": [{"message": message, "extensions": {"code": code, **more}}]}
    return Response(orjson.dumps(body), status, media_type=JSON)


class BodyTooLarge(Exception):
    """The body of a request is over the bound."""


class BoundedRequests:
    """Stops reading a request once its body passes `most` bytes, whatever its Content-Length says."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        read = 0

        async def bounded() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.most:
                raise BodyTooLarge
            return message

        await self.app(scope, bounded, send)


def _correlation(connection: HTTPConnection) -> str:
    """The request's own number where a proxy has given it one, else a new one."""
    given = connection.headers.get(CORRELATION_HEADER, "")
    return given if _CORRELATION.fullmatch(given) else uuid.uuid4().hex


def _add_probes(app: FastAPI, name: str, database: Database, metrics: Metrics) -> None:
    async def healthz() -> dict[str, str]:
        return {"status": "alive", "room": name}

    async def readyz() -> Response:
        try:
            async with asyncio.timeout(READY_SECONDS):
                await database.verify()
        except (DatabaseError, TimeoutError) as error:
            log.warning("not ready", extra={"reason": str(error) or "time is up"})
            reason = _waits_for(error)
            return Response(orjson.dumps({"status": "waiting", "room": name, "reason": reason}), 503, media_type=JSON)
        return Response(orjson.dumps({"status": "ready", "room": name}), media_type=JSON)

    async def exposition() -> Response:
        return Response(metrics.exposition(), media_type=CONTENT_TYPE_LATEST)

    app.add_api_route("/healthz", healthz, methods=["GET"])
    app.add_api_route("/readyz", readyz, methods=["GET"])
    app.add_api_route("/metrics", exposition, methods=["GET"])


def _waits_for(error: Exception) -> str:
    # Probes are answered without sign-in, so the address and the user stay in the log.
    match error:
        case SignInRefused():
            return "the database does not take this service's user and password"
        case DatabaseTooOld():
            return "the database is too old"
        case _:
            return "the database does not answer"


def _add_refusals(app: FastAPI, metrics: Metrics) -> None:
    """Answers for all that ends a request before GraphQL, or outside it."""

    async def answer(connection: HTTPConnection, response: Response, code: str) -> Response:
        metrics.error(code)
        if isinstance(connection, WebSocket):
            await connection.send_denial_response(response)
        return response

    async def unauthenticated(connection: HTTPConnection, error: Exception) -> Response:
        if not isinstance(error, Unauthenticated):
            raise error
        response = refusal(401, "UNAUTHENTICATED", error.message, reason=error.reason.value)
        response.headers["WWW-Authenticate"] = error.challenge
        return await answer(connection, response, "UNAUTHENTICATED")

    async def no_keys(connection: HTTPConnection, error: Exception) -> Response:
        log.warning("sign-in is not possible", extra={"reason": str(error)})
        message = "Sign-in is not possible now: the issuer's keys can't be had. Send the same request again soon."
        return await answer(connection, refusal(503, UNAVAILABLE, message), UNAVAILABLE)

    async def too_large(connection: HTTPConnection, _error: Exception) -> Response:
        message = "The request is too large. Send long values as variables in several operations, or import a bundle."
        return await answer(connection, refusal(413, "TOO_LARGE", message), "TOO_LARGE")

    async def unexpected(connection: HTTPConnection, error: Exception) -> Response:
        correlation = _correlation(connection)
        log.error("a request failed", exc_info=error, extra={"correlation": correlation})
        message = f"Something went wrong here. Report it with the number {correlation}."
        return await answer(connection, refusal(500, INTERNAL, message, correlation=correlation), INTERNAL)

    app.add_exception_handler(Unauthenticated, unauthenticated)
    app.add_exception_handler(KeysUnavailable, no_keys)
    app.add_exception_handler(BodyTooLarge, too_large)
    app.add_exception_handler(Exception, unexpected)
