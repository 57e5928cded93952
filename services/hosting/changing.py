"""Mutations: what a command came to, or why it was refused, in the response's shape."""

from datetime import datetime
from typing import Any

import strawberry

from graph.compile import roots
from graph.compile.roots import Moment
from graph.compile.selection import Selected
from schema.errors import RefusalCode
from schema.rows import row
from services.hosting.context import Context
from services.hosting.identity import Role
from services.hosting.reading import selection_of, viewer_of

NAMES_OTHERS = frozenset({Role.INTEGRATOR, Role.ADMINISTRATOR})

Info = strawberry.Info[Context, None]


async def payload(info: Info, typename: str, records: dict[str, tuple[str, str]], recorded_at: datetime) -> Any:
    """The payload `typename`: each field a record (label, id), as it was known when the command was recorded."""
    selected = selection_of(info)
    asked = {part.key: (*records[part.name], part) for part in selected.of(typename) if part.name in records}
    moment = Moment(recorded_at, None, recorded_at)
    statement = roots.records(asked, moment, viewer_of(info.context.caller))
    (found,) = await info.context.database.read(statement.cypher, statement.parameters)
    return {**found["data"], "__typename": typename}


def refusal(
    info: Info,
    code: RefusalCode,
    message: str,
    errors: tuple[tuple[str, str], ...] = (),
    possible: tuple[Any, ...] = (),
) -> Any:
    """The Refusal of the mutation's union."""
    value = {
        "code": code,
        "message": message,
        "errors": [{"path": path, "message": text} for path, text in errors],
        "possible": list(possible),
    }
    selected: Selected = selection_of(info)
    return {**row(selected.of("Refusal"), value), "__typename": "Refusal"}
