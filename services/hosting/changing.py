"""Mutations: what a command came to, or why it was refused, in the response's shape."""

from collections.abc import Awaitable, Mapping
from typing import Any

import strawberry

from graph.compile import roots
from graph.compile.roots import Moment
from graph.compile.selection import Selected
from schema.rows import row
from services.hosting.commanding import Done, RefusedError
from services.hosting.context import Context
from services.hosting.judging import read
from services.hosting.reading import selection_of, viewer_of

Info = strawberry.Info[Context, None]


async def outcome(info: Info, command: Awaitable[Done], typename: str, labels: Mapping[str, str]) -> Any:
    """What the command came to as the payload `typename`, whose fields hold records of these labels; or its refusal."""
    try:
        done = await command
    except RefusedError as refused:
        return refusal(info, refused)
    return await _payload(info, done, typename, labels)


async def _payload(info: Info, done: Done, typename: str, labels: Mapping[str, str]) -> Any:
    """Each field a record, as it was known when the command was recorded; null where the command has none for it."""
    selected = selection_of(info)
    fields = [part for part in selected.of(typename) if part.name in labels]
    asked = {
        part.key: (labels[part.name], done.records[part.name], part) for part in fields if part.name in done.records
    }
    moment = Moment(done.recorded_at, None, done.recorded_at)
    viewer = viewer_of(info.context.caller)
    (found,) = await read(info.context.database, roots.records(selected, asked, moment, viewer), moment, viewer)
    return {**dict.fromkeys(part.key for part in fields), **found["data"], "__typename": typename}


def refusal(info: Info, refused: RefusedError) -> Any:
    """The Refusal of the mutation's union."""
    value = {
        "code": refused.code,
        "message": refused.message,
        "errors": [{"path": path, "message": text} for path, text in refused.errors],
        "possible": list(refused.possible),
        "possibleSteps": list(refused.steps),
        "possibleReceipts": list(refused.receipts),
    }
    selected: Selected = selection_of(info)
    return {**row(selected.of("Refusal"), value), "__typename": "Refusal"}
