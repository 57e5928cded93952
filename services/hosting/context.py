"""What a resolver is handed: the caller, the database, the clock."""

from collections.abc import Callable
from datetime import UTC, datetime

from strawberry.fastapi import BaseContext

from graph.session import Database
from services.hosting.identity import Caller

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


class Context(BaseContext):
    """The context of one HTTP request, or of one WebSocket connection with all its operations."""

    def __init__(self, database: Database, clock: Clock, correlation: str) -> None:
        super().__init__()
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
    def admitted(self) -> bool:
        return self._caller is not None

    def admit(self, caller: Caller) -> None:
        self._caller = caller
