"""One process offers what the rooms offer: each root field once, unchanged, from one room."""

from collections import Counter
from itertools import chain
from typing import Any

import pytest
from graphql import GraphQLObjectType

from gateway.schema import ROOMS, schema

FEDERATION = {"_service", "_entities"}


def root_fields(made: Any, root: str) -> dict[str, Any]:
    """The fields of a root type, by name."""
    found = made._schema.type_map.get(root)
    if not isinstance(found, GraphQLObjectType):
        return {}
    return {name: field for name, field in found.fields.items() if name not in FEDERATION}


@pytest.mark.parametrize("root", ["Query", "Mutation"])
def test_every_root_field_comes_from_one_room(root: str) -> None:
    named = Counter(chain.from_iterable(root_fields(made, root) for made in ROOMS.values()))
    assert [name for name, rooms in named.items() if rooms > 1] == []
    assert set(named) == set(root_fields(schema, root))


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("root", ["Query", "Mutation"])
def test_a_root_field_is_the_same_in_both_shapes(room: str, root: str) -> None:
    merged = root_fields(schema, root)
    for name, field in root_fields(ROOMS[room], root).items():
        assert _shape(field) == _shape(merged[name]), name


def _shape(field: Any) -> tuple[str, dict[str, str], object]:
    arguments = {name: str(argument.type) for name, argument in field.args.items()}
    return str(field.type), arguments, field.extensions["strawberry-definition"].base_resolver
