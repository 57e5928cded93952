"""The streams that are open in a process: how many there may be, how long each may go on, and how each stands."""

import asyncio
from collections import Counter, deque
from collections.abc import Generator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field

from graph.compile.cursor import log_cursor
from graph.session import Database
from services.hosting.context import Context
from services.hosting.horizon import Horizon, HorizonClosed
from services.hosting.identity import Caller
from services.hosting.observation import Metrics
from services.hosting.presentation import UNAVAILABLE


@dataclass(frozen=True, slots=True)
class Bounds:
    """`patience`: seconds that a client may take nothing of what is sent. `pages`: requests for pages, in a second."""

    per_caller: int = 20
    per_process: int = 1_000
    patience: float = 30.0
    pages: int = 20


OPERATION: ContextVar[str] = ContextVar("OPERATION", default="")
"""Which operation of its connection a stream is, where several can share one."""
ENDING_SECONDS = 1.0
"""For streams to say that the process ends."""


class StreamEnded(Exception):
    """A stream does not go on. `cursor`: where to begin again, None where it never began."""

    def __init__(self, code: str, message: str, cursor: str | None = None, reason: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.extensions = {"code": code}
        if cursor is not None:
            self.extensions["cursor"] = cursor
        if reason is not None:
            self.extensions["reason"] = reason


@dataclass
class Stream:
    """One subscription, or one request that waits for events. `position`: where what the client took ends."""

    horizon: Horizon
    until: float | None
    position: int = 0
    given: deque[int] = field(default_factory=deque[int])
    """Where each event ends that is on its way to the client."""

    @property
    def cursor(self) -> str:
        """Behind what the client took."""
        return log_cursor(self.position)

    @property
    def reached(self) -> str:
        """The cursor behind all that was given, which the client takes before what is said next."""
        return log_cursor(self.given[-1] if self.given else self.position)

    def took(self) -> None:
        """The client took the next of what was given."""
        if self.given:
            self.position = self.given.popleft()

    def passed(self, position: int) -> None:
        """Nothing more is wanted before `position`."""
        if self.given:
            self.given[-1] = position
        else:
            self.position = position

    async def beyond(self, position: int) -> int:
        """The log's size, once it is more than `position`. Raises StreamEnded."""
        try:
            async with asyncio.timeout_at(self.until):
                return await self.horizon.beyond(position)
        except TimeoutError:
            message = "The token has expired. Sign in again, and go on after this cursor."
            raise StreamEnded("UNAUTHENTICATED", message, self.reached, "EXPIRED") from None
        except HorizonClosed:
            message = "This service ends now. Connect again in a moment, and go on after this cursor."
            raise StreamEnded(UNAVAILABLE, message, self.reached) from None


@dataclass
class Streams:
    """Those of one app."""

    database: Database
    metrics: Metrics
    bounds: Bounds = field(default_factory=Bounds)

    def __post_init__(self) -> None:
        self.horizon = Horizon(self.database)
        self._open: Counter[str] = Counter()
        self.metrics.gauge("zeren_streams_open", "Streams of events that are open", lambda: float(self._open.total()))
        self.sent = self.metrics.counter("zeren_stream_events", "Events sent on streams")
        self.slow = self.metrics.counter("zeren_streams_slow", "Streams closed because the client took nothing")

        self._second = 0
        self._pages: Counter[str] = Counter()
        self._none_open = asyncio.Event()
        self._none_open.set()

    @contextmanager
    def open(self, context: Context) -> Generator[Stream]:
        """A place among the open streams, until the caller's token expires. Raises StreamEnded where all are taken."""
        bounds, subject, until = self.bounds, context.caller.subject, context.caller.until
        if self._open[subject] >= bounds.per_caller:
            message = f"You have {bounds.per_caller} streams open, and more are not allowed. Close one first."
            raise StreamEnded("TOO_MANY_STREAMS", message)
        if self._open.total() >= bounds.per_process:
            raise StreamEnded("TOO_MANY_STREAMS", "This service has no place for one more stream. Try again later.")
        left = None if until is None else (until - context.clock()).total_seconds()
        stream = Stream(self.horizon, None if left is None else asyncio.get_running_loop().time() + left)
        self._open[subject] += 1
        self._none_open.clear()
        name = OPERATION.get()
        context.following[name] = stream
        try:
            yield stream
        finally:
            context.following.pop(name, None)
            self._open[subject] -= 1
            self._open += Counter()  # forgets who has none
            if not self._open:
                self._none_open.set()

    def pace(self, caller: Caller) -> None:
        """Count a request for a page. Raises StreamEnded where the caller has had as many as a second allows."""
        second = int(asyncio.get_running_loop().time())
        if second != self._second:
            self._second = second
            self._pages.clear()
        self._pages[caller.subject] += 1
        if self._pages[caller.subject] > self.bounds.pages:
            message = f"You have asked for {self.bounds.pages} pages in this second. Wait a second, or wait for events."
            raise StreamEnded("TOO_MANY_REQUESTS", message)

    async def end(self) -> None:
        """Have every stream say that the process ends."""
        self.horizon.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._none_open.wait(), ENDING_SECONDS)
