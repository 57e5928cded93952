"""What a resolver is handed: the caller, the database, the clock."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from strawberry.fastapi import BaseContext

from graph.session import Database
from services.hosting.identity import Caller

if TYPE_CHECKING:
    from services.hosting.streams import Stream, Streams

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


class Context(BaseContext):
    """The context of one HTTP request, or of one WebSocket connection with all its operations."""

    def __init__(self, database: Database, clock: Clock, correlation: str, streams: "Streams | None" = None) -> None:
        super().__init__()
        self._streams = streams
        self.following: dict[str, Stream] = {}
        """The streams of this connection that are open, by the names of their operations."""
        self.database = database
        self.clock = clock
        self.correlation = correlation
        self._caller: Caller | None = None

    @property
    def caller(self) -> Caller:
        """Who calls. Known before any resolver runs: nothing is executed for a caller who has not signed in."""
        if self._caller is None:
            raise RuntimeError("an operation was started before its caller was known")
        return self._caller

    @property
    def streams(self) -> "Streams":
        """Those of the app that was asked."""
        if self._streams is None:
            raise RuntimeError("there are no streams outside an app")
        return self._streams

    @property
    def admitted(self) -> bool:
        return self._caller is not None

    def admit(self, caller: Caller) -> None:
        self._caller = caller
