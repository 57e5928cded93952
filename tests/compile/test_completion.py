"""Rows completed by compiled closures are what the standard executor makes of them: same data, or the same errors."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any, cast

import graphql
import orjson
import pytest
from graphql import (
    FragmentDefinitionNode,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    OperationDefinitionNode,
    is_abstract_type,
    is_enum_type,
    is_input_object_type,
    is_object_type,
    parse,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues, get_variable_values
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gateway.schema import Mutation, Query
from schema.build import build
from services.hosting.completing import executor
from services.hosting.entities import entities

OPERATIONS = Path(__file__).parents[2] / "schema" / "operations"
SCHEMA: Any = build(Query, Mutation, entities=entities)._schema  # pyright: ignore[reportPrivateUsage]
QUERY, MUTATION = cast("GraphQLObjectType", SCHEMA.query_type), cast("GraphQLObjectType", SCHEMA.mutation_type)


def _canned(source: Any, info: Any, **_: Any) -> Any:
    value = source[info.path.key]
    if isinstance(value, Exception):
        raise value
    return value


for root in (QUERY, MUTATION):
    for declared in root.fields.values():
        declared.resolve = _canned


FAULTS: list[Any] = [None, 7, "x", 1.5, [], {}, float("inf"), 2**40, True, object(), {"__typename": "No"}]


@dataclass
class Rows:
    """Makes the rows that an operation asks for; `faults` of a hundred values are not what the schema says."""

    variables: VariableValues
    chance: Random
    faults: int
    fragments: dict[str, Any] = field(default_factory=dict[str, Any])

    def root(self, operation: OperationDefinitionNode, named: GraphQLObjectType) -> dict[str, Any]:
        self.operation = operation
        found = collect_fields(SCHEMA, self.fragments, self.variables, named, operation).grouped_field_set
        return {key: self._field(named, details) for key, details in found.items()}

    def _field(self, parent: GraphQLObjectType, details: list[FieldDetails]) -> Any:
        name = details[0].node.name.value
        return parent.name if name == "__typename" else self._value(parent.fields[name].type, details)

    def _value(self, named: Any, details: list[FieldDetails], required: bool = False) -> Any:
        if self.chance.randrange(100) < self.faults:
            return self.chance.choice(
                [None, 7, "x", 1.5, [], {}, float("inf"), 2**40, True, object(), {"__typename": "No"}]
            )
        if isinstance(named, GraphQLNonNull):
            return self._value(cast("Any", named).of_type, details, required=True)
        if not required and self.chance.random() < 0.2:
            return None
        if isinstance(named, GraphQLList):
            return [self._value(cast("Any", named).of_type, details) for _ in range(self.chance.randrange(4))]
        if is_enum_type(named):
            member = self.chance.choice(list(named.values.values())).value
            return self.chance.choice([member, getattr(member, "value", member)])
        if is_object_type(named) or is_abstract_type(named):
            return self._row(named, details)
        return self._leaf(named.name)

    def _row(self, named: Any, details: list[FieldDetails]) -> Any:
        concrete = self.chance.choice(list(SCHEMA.get_possible_types(named))) if is_abstract_type(named) else named
        found = collect_subfields(SCHEMA, self.fragments, self.variables, self.operation, concrete, details)
        row = {key: self._field(concrete, parts) for key, parts in found.grouped_field_set.items()}
        if row and self.chance.randrange(100) < self.faults:
            row.pop(self.chance.choice(list(row)))
        return {**row, "__typename": concrete.name} if is_abstract_type(named) else row

    def _leaf(self, name: str) -> Any:
        match name:
            case "Int":
                return self.chance.randrange(-(2**31), 2**31)
            case "Float":
                return self.chance.choice([0, 1, -2.5, 1e300])
            case "Boolean":
                return self.chance.random() < 0.5
            case "DateTime":
                return datetime(2024, 12, 14, tzinfo=UTC)
            case "Date":
                return date(2024, 12, 14)
            case _:
                return self.chance.choice(["", "网格", "x" * 30])


def _answer(document: Any, rows: Any, variables: dict[str, Any], which: Any) -> bytes:
    result = cast("Any", graphql).execute(SCHEMA, document, rows, variable_values=variables, executor_class=which)
    errors = [error.formatted for error in result.errors or ()]
    return orjson.dumps({"data": result.data, "errors": errors}, default=repr)


def _compare(text: str, variables: dict[str, Any], seed: int, faults: int) -> list[str]:
    """Both answers to one operation over one set of rows are equal; how the compiled one was made."""
    document = parse(text)
    operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    coerced = get_variable_values(SCHEMA, operation.variable_definitions or (), variables)
    assert isinstance(coerced, VariableValues), coerced
    fragments: dict[str, Any] = {
        node.name.value: FragmentDetails(node, None)
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    chance = Random(seed)  # noqa: S311 - test data
    rows = Rows(coerced, chance, faults, fragments).root(operation, SCHEMA.get_root_type(operation.operation))
    ran: list[str] = []
    compiled = executor(ran.append)
    expected = _answer(document, rows, variables, StrawberryGraphQLCoreExecutionContext)
    assert _answer(document, rows, variables, compiled) == expected
    assert _answer(document, rows, variables, compiled) == expected, "the second time, by the closures kept"
    return ran


SCALARS = {"DateTime": st.just(nodes.String("2024-12-14T00:00:00Z")), "Date": st.just(nodes.String("2024-12-14"))}


ASKED = [name for name in QUERY.fields if name not in {"_service", "_entities"}]
"""`_service` has a resolver of its own, and what `_entities` takes is no scalar that can be made up."""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=queries(SCHEMA, fields=ASKED, custom_scalars=SCALARS),
    seed=st.integers(0, 2**32),
    faults=st.sampled_from([0, 1, 10]),
)
def test_generated_operations(text: str, seed: int, faults: int) -> None:
    ran = _compare(text, {}, seed, faults)
    if not faults:
        assert "standard" not in ran


@pytest.mark.parametrize("path", sorted(OPERATIONS.glob("*.graphql")), ids=lambda path: path.stem)
def test_what_clients_send_is_completed_by_the_compiled_path(path: Path) -> None:
    text = path.read_text("utf-8")
    (operation,) = (node for node in parse(text).definitions if isinstance(node, OperationDefinitionNode))
    if operation.operation.value == "subscription":
        return
    variables = {
        declared.variable.name.value: _given(cast("Any", graphql).type_from_ast(SCHEMA, declared.type))
        for declared in operation.variable_definitions or ()
    }
    for seed in range(20):
        assert set(_compare(text, variables, seed, faults=0)) == {"compiled"}
        _compare(text, variables, seed, faults=5)


def _given(named: Any) -> Any:
    """Some value of an input type."""
    if isinstance(named, GraphQLNonNull):
        return _given(cast("Any", named).of_type)
    if isinstance(named, GraphQLList):
        return [_given(cast("Any", named).of_type)]
    if is_enum_type(named):
        return next(iter(named.values))
    if is_input_object_type(named):
        fields: dict[str, Any] = {key: part.type for key, part in named.fields.items()}
        return {key: _given(part) for key, part in fields.items() if isinstance(part, GraphQLNonNull)}
    return {"Int": 5, "Boolean": True, "DateTime": "2024-12-14T00:00:00Z"}.get(named.name, "x")
