"""`_entities`, by which a router asks for what another subgraph refers to: one statement for each kind of record."""

from asyncio import gather
from collections.abc import Mapping, Sequence
from typing import Any, cast

import strawberry
from graphql import GraphQLUnionType

from graph.compile import roots
from graph.compile.errors import ReadError, ReadErrorCode
from schema.errors import as_graphql
from services.hosting.context import Context
from services.hosting.reading import answer

Reference = tuple[str, str]
"""Of a record: its label, its id."""


async def entities(info: strawberry.Info[Context, None], representations: Sequence[object]) -> list[Any]:
    """A row for each representation {__typename, id}; None where there is no such record that the caller may see.

    Raises GraphQLError BAD_INPUT for a representation that names no entity.
    """
    references = references_of(representations, _kinds(info))
    asked: dict[str, list[str]] = {}
    for label, record in references:
        asked.setdefault(label, []).append(record)
    found: dict[Reference, Any] = {}
    for rows in await gather(*(_read(info, label, records) for label, records in asked.items())):
        found |= rows
    return [found.get(reference) for reference in references]


def references_of(representations: Sequence[object], kinds: Sequence[str]) -> list[Reference]:
    """What the representations refer to; fields beside `__typename` and `id` are the asking subgraph's own."""
    return [_reference(place, given, kinds) for place, given in enumerate(representations)]


def _reference(place: int, given: object, kinds: Sequence[str]) -> Reference:
    if not isinstance(given, Mapping):
        raise _malformed(place, f"is {given!r}; it must be an object with __typename and id")
    fields = cast("Mapping[str, object]", given)
    kind, record = fields.get("__typename"), fields.get("id")
    if kind not in kinds:
        raise _malformed(place, f"has the __typename {kind!r}; the entities are {', '.join(kinds)}")
    if not isinstance(record, str):
        raise _malformed(place, f"has the id {record!r}; it must be text")
    return cast("str", kind), record


def _malformed(place: int, fault: str) -> Exception:
    return as_graphql(ReadError(ReadErrorCode.BAD_INPUT, f"representations[{place}] {fault}"))


def _kinds(info: strawberry.Info[Context, None]) -> list[str]:
    union = info.schema._schema.type_map["_Entity"]  # pyright: ignore[reportPrivateUsage]
    return [member.name for member in cast("GraphQLUnionType", union).types]


async def _read(info: strawberry.Info[Context, None], label: str, records: list[str]) -> dict[Reference, Any]:
    row = await answer(info, lambda s, m, v: roots.by_ids(label, records, s.of(label), m, v))
    return {(label, found["id"]): {**found["record"], "__typename": label} for found in row["data"]}
