"""Ask a schema in the same process, as a caller with a role, at an instant of one's choosing."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import strawberry

from graph.session import Database
from services.hosting.context import Context
from services.hosting.identity import Caller, Role


def context(
    database: Database,
    now: datetime | None = None,
    role: Role = Role.ADMINISTRATOR,
    person: str | None = None,
    subject: str = "tester",
) -> Context:
    made = Context(database, lambda: now or datetime.now(UTC), "test")
    made.admit(Caller(subject, role, person))
    return made


async def ask(
    schema: strawberry.Schema, document: str, variables: Mapping[str, Any] | None = None, *, as_: Context
) -> dict[str, Any]:
    """The data of the answer; fails with the errors where there are any."""
    result = await schema.execute(document, variable_values=dict(variables or {}), context_value=as_)
    assert not result.errors, result.errors
    assert result.data is not None
    return result.data


async def refused(
    schema: strawberry.Schema, document: str, variables: Mapping[str, Any] | None = None, *, as_: Context
) -> str:
    """The code of the one error that the answer has."""
    result = await schema.execute(document, variable_values=dict(variables or {}), context_value=as_)
    assert result.errors, result.data
    (error,) = result.errors
    return str((error.extensions or {}).get("code"))


class Stopped(Exception):
    """What was to be known is known."""


class Listening:
    """Stands where the database does, and keeps what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def read(self, statement: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        self.asked.append((statement, dict(parameters)))
        raise Stopped
