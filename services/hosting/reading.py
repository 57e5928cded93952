"""Root fields that read: the selection is compiled to one statement, run, and its row is the answer."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import strawberry

from graph.compile import roots, worklists
from graph.compile.errors import ReadError, ReadErrorCode
from graph.compile.roots import Moment, SourceKey, Viewer
from graph.compile.selection import Selected
from graph.compile.tree import Statement
from graph.compile.worklists import Conditions
from graph.queries.watermark import raise_watermark
from graph.session import Database
from schema.errors import as_graphql
from schema.scalars import Instant
from schema.selection import selected
from services.hosting.context import Context
from services.hosting.identity import Caller, Role
from services.hosting.judging import read

SEES_PERSONAL_DATA = frozenset({Role.DISCIPLINE, Role.ADMINISTRATOR})
OVERSEES = frozenset({Role.DISCIPLINE, Role.SUPERVISOR, Role.ADMINISTRATOR})
"""Who sees every finding."""

Compile = Callable[[Selected, Moment, Viewer], Statement]


def viewer_of(caller: Caller) -> Viewer:
    return Viewer(
        caller.person,
        caller.role in SEES_PERSONAL_DATA,
        oversees=caller.role in OVERSEES,
        for_department=caller.role is Role.DEPARTMENT,
    )


async def answer(
    info: strawberry.Info[Context, None],
    compiled: Compile,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> dict[str, Any]:
    """The row {high, t, k, data} of the statement. Raises GraphQLError with the code of what is wrong."""
    context = info.context
    moment = Moment(context.clock(), as_of, known_at)
    try:
        viewer = viewer_of(context.caller)
        statement = compiled(selection_of(info), moment, viewer)
        row = await _row(context.database, statement, moment, viewer)
        if known_at is not None and row["high"] < known_at <= moment.now:
            # Nothing has been written since the watermark: it may go on to the instant that is asked about.
            await raise_watermark(context.database, known_at)
            row = await _row(context.database, statement, moment, viewer)
        _check_known_at(row, known_at)
    except ReadError as error:
        raise as_graphql(error) from error
    return row


async def _row(database: Database, statement: Statement, moment: Moment, viewer: Viewer) -> dict[str, Any]:
    rows = await read(database, statement, moment, viewer)
    if not rows or rows[0]["high"] is None:
        raise ReadError(ReadErrorCode.NOT_MIGRATED, "the database has no watermark; run `zeren migrate`")
    return rows[0]


def selection_of(info: Any) -> Selected:
    """What is asked of the root field that is being resolved."""
    return selected(info._raw_info)  # Strawberry's own view of the selection merges neither fragments nor aliases


def _check_known_at(row: dict[str, Any], known_at: datetime | None) -> None:
    high: datetime = row["high"]
    if known_at is not None and known_at > high:
        raise ReadError(
            ReadErrorCode.FUTURE_KNOWN_AT,
            f"knownAt {known_at.isoformat()} lies beyond what is surely recorded; "
            f"ask for {high.isoformat()} or earlier",
        )


@strawberry.input(description="By what its source calls it.")
class SourceFilter:
    source: str | None = None
    source_id: str | None = None


def source_key(source: str | None, source_id: str | None) -> SourceKey | None:
    """Raises GraphQLError where only one of the two is given."""
    if source is None and source_id is None:
        return None
    if source is None or source_id is None:
        raise as_graphql(ReadError(ReadErrorCode.BAD_INPUT, "filter needs both source and sourceId, or neither"))
    return SourceKey(source, source_id)


def conditions(equal: Mapping[str, str | None], states: Sequence[object] | None) -> Conditions:
    """Those of a worklist's filter that are given; no state given is any state."""
    given: dict[str, object] = {name: value for name, value in equal.items() if value is not None}
    return given | ({worklists.STATES: list(dict.fromkeys(map(str, states)))} if states else {})


def lookup(label: str) -> Any:
    """A root field: the record of that kind with that id."""

    async def resolve(
        info: strawberry.Info[Context, None],
        id: strawberry.ID,  # noqa: A002 - the argument's name in the schema
        as_of: Instant | None = None,
        known_at: Instant | None = None,
    ) -> Any:
        row = await answer(info, lambda s, m, v: roots.by_id(label, id, s, m, v), as_of, known_at)
        if row["data"] is None:
            raise as_graphql(ReadError(ReadErrorCode.NOT_FOUND, f"there is no {label} {id} that you may see"))
        return row["data"]

    return strawberry.field(resolver=resolve, description=f"The {label} with that id; NOT_FOUND where there is none.")


def listing(label: str) -> Any:
    """A root field: all records of that kind, or the one that a source calls so."""

    async def resolve(
        info: strawberry.Info[Context, None],
        filter: SourceFilter | None = None,  # noqa: A002 - the argument's name in the schema
        first: int | None = 20,
        after: str | None = None,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
    ) -> Any:
        del first, after  # read from the selection, as those of nested lists are
        key = source_key(filter.source, filter.source_id) if filter else None
        row = await answer(info, lambda s, m, v: roots.listing(label, key, s, m, v), as_of, known_at)
        return row["data"]

    return strawberry.field(resolver=resolve, description=f"Every {label}, in a stable order.")
