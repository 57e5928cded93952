"""The one door to Neo4j: no other module imports its driver."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any, LiteralString, Self, TypeVar, cast

import neo4j
from neo4j import exceptions
from neo4j._codec import packstream
from neo4j._codec.hydration.bolt.v2 import temporal

from graph import wire
from graph.model.instants import utc

CONNECT_SECONDS = 5.0
CONNECTIONS = 100
"""In a pool at most; docs/decisions/0072 says what fewer are worth."""
ACQUIRE_SECONDS = 15.0
"""So long is waited for one of the pool's connections."""
ROWS_AT_ONCE = 10_000
"""Of an answer that is read as it comes."""
EVERY_ROW = -1
READINGS = 10
"""So often at most is asked what met a record between two states."""
PAUSE = 0.005
"""Seconds before it is asked again, each time twice as many: two and a half in all."""
TORN_CODE = "Neo.ClientError.Statement.ArithmeticError"
"""What the server calls `graph.compile.moment.TORN`; no statement does sums that can fail otherwise."""

Row = dict[str, Any]
"""A row of an answer: the driver's values by the names that the statement returns."""

Answer = TypeVar("Answer")
_UNTYPED: Any = neo4j.AsyncGraphDatabase  # its keyword settings carry no types


# The driver has no public way to say how an instant is read and written; docs/decisions/0041 says why ours.
_temporal: Any = temporal
_structure: Any = cast("Any", packstream).Structure
read_by_driver: Callable[..., Any] = _temporal.hydrate_datetime


def _read(seconds: int, nanoseconds: int, tz: int | str | None = None) -> Any:
    return wire.instant_of(seconds, nanoseconds) if tz == 0 else read_by_driver(seconds, nanoseconds, tz).to_native()


_temporal.hydrate_datetime = _read  # each new connection looks it up there


class DatabaseError(Exception):
    """The database can't be used; the message says why and what to do."""


class Torn(DatabaseError):
    """A record was met between two states (`graph.compile.moment.TORN`)."""


class DatabaseDown(DatabaseError):
    """Nothing answers at the address, or not as Neo4j does."""


class DatabaseBusy(DatabaseError):
    """No connection became free in time: more is asked than the server can answer."""


class SignInRefused(DatabaseError):
    """The database does not take this user and password."""


class DatabaseTooOld(DatabaseError):
    """The server does not know Cypher 25, or not all of it that is asked for."""


class Database:
    """A pool of connections to one Neo4j server or cluster."""

    def __init__(self, uri: str, user: str, password: str) -> None:
        """Prepare the pool; nothing is sent yet. Raises `DatabaseDown` when `uri` is not an address of a Neo4j."""
        self.uri = uri
        self._opened_by = uri, user, password
        self._closed = False
        try:
            if not uri.startswith(("bolt", "neo4j")):  # the driver would try HTTP, which is not finished
                raise ValueError("it begins with neither bolt nor neo4j")
            self._driver: neo4j.AsyncDriver = _UNTYPED.driver(
                uri,
                auth=(user, password),
                connection_timeout=CONNECT_SECONDS,
                max_transaction_retry_time=CONNECT_SECONDS,
                max_connection_pool_size=CONNECTIONS,
                connection_acquisition_timeout=ACQUIRE_SECONDS,
                user_agent="zeren",
                notifications_min_severity="OFF",
            )
        except (exceptions.ConfigurationError, ValueError) as error:
            raise DatabaseDown(
                f"{uri!r} is not an address of a Neo4j: {error}. Write for example bolt://127.0.0.1:7687 or neo4j+s://…"
            ) from error

    def __reduce__(self) -> tuple[type[Self], tuple[str, str, str]]:
        """Sent to another process, it has a pool of its own there."""
        return type(self), self._opened_by

    @classmethod
    async def connect(cls, uri: str, user: str, password: str) -> Self:
        """Open a pool and check it. Raises what `verify` raises."""
        database = cls(uri, user, password)
        try:
            await database.verify()
        except BaseException:
            await database.close()
            raise
        return database

    async def verify(self) -> None:
        """Check that the server answers, takes our password and knows the Cypher that is asked for.

        Raises `DatabaseDown`, `SignInRefused` or `DatabaseTooOld`.
        """
        agent = "unknown"
        try:
            agent = await self._agent()
            # Asked of the server itself: Aura, for one, speaks Cypher 25 under an older version number.
            await self._driver.execute_query("CYPHER 25 RETURN coll.sort([1])")  # the youngest that is asked for
        except (exceptions.DriverError, exceptions.Neo4jError) as error:
            raise explain(error, self.uri, agent) from error

    async def _agent(self) -> str:
        untyped: Any = self._driver
        return (await untyped.get_server_info()).agent

    async def close(self) -> None:
        """Close every connection."""
        self._closed = True
        await self._driver.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def read(self, statement: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """Run a statement that only reads, and return its rows.

        It goes there and back once. What fails in passing is asked again as a transaction, which the driver repeats;
        what met a record between two states (`graph.compile.moment.TORN`), after a pause.
        """
        bound = _bound(parameters or {})

        async def once() -> list[Row]:
            return await self._read_once(statement, bound)

        return await _whole(once)

    async def _read_once(self, statement: str, bound: dict[str, Any]) -> list[Row]:
        try:
            untyped: Any = self._driver
            async with untyped.session(
                default_access_mode=neo4j.READ_ACCESS,
                fetch_size=EVERY_ROW,
                bookmark_manager=self._driver.execute_query_bookmark_manager,
            ) as session:
                result: Any = await session.run(_dialect(statement), bound)
                return [_row(record) async for record in result]
        except (exceptions.DriverError, exceptions.Neo4jError) as error:
            if self._closed or not error.is_retryable():
                raise self._explained(error) from error
        return await self._run(statement, bound, neo4j.RoutingControl.READ)

    async def write(self, statement: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """Run a statement that may write, in a transaction of its own, and return its rows."""
        return await self._run(statement, _bound(parameters or {}), neo4j.RoutingControl.WRITE)

    async def transact(self, work: Callable[["Transaction"], Awaitable[Answer]]) -> Answer:
        """Run `work` in one writing transaction.

        It is run again where the server asks for that (deadlock, new leader), and where `read` is. When this returns,
        what was written is on disk. An exception from `work` rolls everything back.
        """

        async def unit(transaction: neo4j.AsyncManagedTransaction) -> Answer:
            return await work(Transaction(transaction))

        async def once() -> Answer:
            try:
                untyped: Any = self._driver
                async with untyped.session() as session:
                    return await session.execute_write(unit)
            except (exceptions.DriverError, exceptions.Neo4jError) as error:
                raise self._explained(error) from error

        return await _whole(once)

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator["Transaction"]:
        """A transaction for long reads; whatever is done in it, locks included, is taken back at its end."""
        try:
            untyped: Any = self._driver
            async with (
                untyped.session(fetch_size=ROWS_AT_ONCE) as session,
                await session.begin_transaction() as transaction,
            ):
                yield Transaction(transaction)
                await transaction.rollback()
        except (exceptions.DriverError, exceptions.Neo4jError) as error:
            raise self._explained(error) from error

    async def _run(self, statement: str, bound: dict[str, Any], routing: neo4j.RoutingControl) -> list[Row]:
        try:
            found = await self._driver.execute_query(_dialect(statement), bound, routing_=routing)
        except (exceptions.DriverError, exceptions.Neo4jError) as error:
            raise self._explained(error) from error
        return [_row(record) for record in found.records]

    def _explained(self, error: exceptions.DriverError | exceptions.Neo4jError) -> Exception:
        # A commit that was not answered is not tried again: whether it was done is for an idempotency key to tell.
        unanswered = isinstance(error, exceptions.IncompleteCommit)
        if isinstance(error, exceptions.ClientError) and error.code == TORN_CODE:
            return Torn("What was asked for was being changed each time that it was read; ask again.")
        if isinstance(error, exceptions.ConnectionAcquisitionTimeoutError):
            return DatabaseBusy(
                f"All connections to {self.uri} were in use for {ACQUIRE_SECONDS:.0f} s: more is asked than Neo4j can "
                "answer. Ask again later."
            )
        if error.is_retryable() or unanswered or isinstance(error, exceptions.AuthError):
            return explain(error, self.uri, "unknown")
        return error


class Transaction:
    """A writing transaction that is open."""

    def __init__(self, transaction: neo4j.AsyncManagedTransaction | neo4j.AsyncTransaction) -> None:
        self._transaction = transaction

    async def run(
        self, statement: str, parameters: Mapping[str, Any] | None = None, rows: Sequence[Any] | None = None
    ) -> list[Row]:
        """Run a statement inside the transaction, and return its rows.

        `rows` is bound as the parameter of that name as it is: many rows at a time, with no instants in them.
        """
        bound = _bound(parameters or {})
        if rows is not None:
            bound["rows"] = rows
        result = await self._transaction.run(_dialect(statement), bound)
        return [_row(record) async for record in result]

    async def batches(
        self, statement: str, parameters: Mapping[str, Any] | None = None
    ) -> AsyncIterator[list[tuple[Any, ...]]]:
        """The rows of a statement, ROWS_AT_ONCE at a time, as they come from the server."""
        result: Any = await self._transaction.run(_dialect(statement), _bound(parameters or {}))
        while records := await result.fetch(ROWS_AT_ONCE):
            yield [tuple(record) for record in records]


def _bound(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _in_utc(value) for name, value in parameters.items()}


def _in_utc(value: Any) -> Any:
    # One instant under two zones is two values to Neo4j, also where both zones are UTC by another name, as in the
    # driver's own answers: comparisons at a boundary would be wrong.
    if isinstance(value, datetime):
        return _structure(b"I", *wire.carried(utc(value)), 0)
    if isinstance(value, dict):
        return _bound(cast("dict[str, Any]", value))
    if isinstance(value, (list, tuple)):
        return [_in_utc(item) for item in cast("list[Any]", value)]
    return value


def _row(record: neo4j.Record) -> Row:
    values = cast("tuple[Any, ...]", record)
    return dict(zip(record.keys(), values, strict=True))


def _dialect(statement: str) -> LiteralString:
    # The driver asks for literals to keep values out of statements; the compiler's are built from the model only.
    return cast("LiteralString", f"CYPHER 25 {statement}")


async def _whole(once: Callable[[], Awaitable[Answer]]) -> Answer:
    for reading in range(READINGS - 1):
        with suppress(Torn):
            return await once()
        await asyncio.sleep(PAUSE * 2**reading)  # for the commit to end: on a busy machine it takes a while
    return await once()


def explain(error: Exception, uri: str, agent: str) -> DatabaseError:
    """Turn what the driver raised while connecting to `uri` into our error; `agent` is what the server calls itself."""
    if isinstance(error, exceptions.AuthError):
        return SignInRefused(
            f"The Neo4j at {uri} does not take this user and password. Check NEO4J_USER and NEO4J_PASSWORD."
        )
    old_syntax = isinstance(error, exceptions.CypherSyntaxError) or (
        isinstance(error, exceptions.ClientError) and "CYPHER" in (error.message or "").upper()
    )
    if old_syntax:
        return DatabaseTooOld(
            f"The server at {uri} ({agent}) knows too little Cypher. zeren needs Neo4j 2025.11 or newer: upgrade it, "
            "or point NEO4J_URI at another."
        )
    return DatabaseDown(
        f"No Neo4j answers at {uri} ({type(error).__name__}: {error}). Is it running, is NEO4J_URI right?"
    )
