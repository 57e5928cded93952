"""Mutations: what a command came to, or why it was refused, in the response's shape."""

from collections.abc import Awaitable, Hashable, Mapping, Sequence
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary, proxy

import strawberry

from graph.compile import roots
from graph.compile.roots import Moment, Parts, Viewer
from graph.compile.selection import Selected
from graph.session import Database
from schema.rows import row
from services.hosting.commanding import Done, RefusedError
from services.hosting.context import Context
from services.hosting.judging import read
from services.hosting.reading import selection_of, viewer_of
from services.hosting.together import Together

Info = strawberry.Info[Context, None]
Row = dict[str, Any]
Ids = Sequence[str | list[str]]

MOST = 64
"""Payloads read by one statement."""

_under_way: "WeakKeyDictionary[Database, dict[Hashable, Together[Ids, Row]]]" = WeakKeyDictionary()


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
    asked = [part for part in fields if part.name in done.records]
    ids = [done.records[part.name] for part in asked]
    parts = tuple(
        (part.key, labels[part.name], isinstance(id_, list), part) for part, id_ in zip(asked, ids, strict=True)
    )
    moment = Moment(done.recorded_at, None, done.recorded_at)
    shown = await _shown(info.context.database, selected, parts, moment, viewer_of(info.context.caller), ids)
    return {**dict.fromkeys(part.key for part in fields), **shown, "__typename": typename}


async def _shown(database: Database, selected: Selected, parts: Parts, moment: Moment, viewer: Viewer, ids: Ids) -> Row:
    """The records with these ids. Commands that were written together and want the same are read for together."""
    wanted = id(selected.children), tuple(part[:3] for part in parts), moment, viewer
    under_way = _under_way.setdefault(database, {})
    together = under_way.get(wanted)
    if together is None:
        reading = partial(_read, proxy(database), selected, parts, moment, viewer)
        together = under_way[wanted] = Together(reading, MOST)
    try:
        return await together.do(ids)
    finally:
        for ended in [wanted for wanted, other in under_way.items() if other.idle]:
            del under_way[ended]


async def _read(
    database: Database, selected: Selected, parts: Parts, moment: Moment, viewer: Viewer, given: Sequence[Ids]
) -> Sequence[Row]:
    statement = roots.records(selected, parts, given, moment, viewer)
    rows = await read(database, statement, moment, viewer)
    shown = {row["data"]["row"]: row["data"]["shown"] for row in rows}
    return [shown[number] for number in range(len(given))]


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
