"""Strawberry types → an executable federation schema whose objects are the database's rows."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import strawberry
from graphql import GraphQLField, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema, is_abstract_type, is_object_type
from strawberry.federation.schema import FederationAny
from strawberry.federation.schema_directives import Key
from strawberry.schema.config import StrawberryConfig
from strawberry.types.base import StrawberryObjectDefinition

from schema.scalars import SCALARS

ROOTS = frozenset({"Query", "Mutation", "Subscription"})
FEDERATION_VERSION = "2.9"  # what the composition library accepts

Entities = Callable[[strawberry.Info[Any, None], Sequence[object]], Awaitable[Any]]
"""Answers `_entities`: the representations that a router sends → a row, or None, for each, in their order."""


def build(
    query: type,
    mutation: type | None = None,
    subscription: type | None = None,
    *,
    entities: Entities,
) -> strawberry.federation.Schema:
    """The schema over these root types. Below the roots every value is read from its parent's row by response key."""

    class Subgraph(strawberry.federation.Schema):
        def entities_resolver(self, info: strawberry.Info[Any, None], representations: list[FederationAny]) -> Any:
            return entities(info, representations)

    def made(types: Sequence[type]) -> Subgraph:
        return Subgraph(
            query=query,
            mutation=mutation,
            subscription=subscription,
            types=types,
            federation_version=FEDERATION_VERSION,
            config=StrawberryConfig(scalar_map=SCALARS),
        )

    # Strawberry looks for entities no further than lazy types and unions, but the schema that it makes has them all.
    schema = made(_entity_types(made(())))
    _read_rows(schema._schema)  # pyright: ignore[reportPrivateUsage]
    return schema


def _entity_types(schema: strawberry.federation.Schema) -> list[type]:
    definitions = [named.definition for named in schema.schema_converter.type_map.values()]
    return [
        definition.origin
        for definition in definitions
        if isinstance(definition, StrawberryObjectDefinition)
        and any(isinstance(directive, Key) for directive in definition.directives or ())
    ]


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


def reads_row(field: GraphQLField) -> bool:
    """Whether the field is nothing but its key in its parent's row."""
    return field.resolve is _value


def _value(source: Any, info: GraphQLResolveInfo[Any], **_: object) -> Any:
    return source[info.path.key]


def _type_name(value: Any, *_: object) -> str:
    return value["__typename"]
