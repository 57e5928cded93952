"""Strawberry types → an executable federation schema whose objects are the database's rows."""

from collections.abc import Sequence
from typing import Any

import strawberry
from graphql import GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema, is_abstract_type, is_object_type
from strawberry.schema.config import StrawberryConfig

from schema.scalars import SCALARS

ROOTS = frozenset({"Query", "Mutation", "Subscription"})
FEDERATION_VERSION = "2.9"  # what the composition library accepts


def build(
    query: type,
    mutation: type | None = None,
    subscription: type | None = None,
    types: Sequence[type] = (),
) -> strawberry.federation.Schema:
    """The schema over these root types. Below the roots every value is read from its parent's row by response key."""
    schema = strawberry.federation.Schema(
        query=query,
        mutation=mutation,
        subscription=subscription,
        types=types,
        federation_version=FEDERATION_VERSION,
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    _read_rows(schema._schema)  # pyright: ignore[reportPrivateUsage]
    return schema


def _read_rows(schema: GraphQLSchema) -> None:
    for named in schema.type_map.values():
        if named.name.startswith("__") or named.name == "_Service":
            continue
        if is_object_type(named) and named.name not in ROOTS:
            _read_row(named)
        elif is_abstract_type(named):
            named.resolve_type = _type_name


def _read_row(named: GraphQLObjectType) -> None:
    named.is_type_of = None
    for field in named.fields.values():
        field.resolve = _value


def _value(source: Any, info: GraphQLResolveInfo[Any], **_: object) -> Any:
    return source[info.path.key]


def _type_name(value: Any, *_: object) -> str:
    return value["__typename"]
