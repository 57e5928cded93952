"""A GraphQL request → the compiler's selection. Collecting and merging fields is left to graphql-core."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    visit,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_subfields
from graphql.execution.values import VariableValues, get_argument_values

from graph.compile.recent import Recent
from graph.compile.selection import Selected


def selected(info: GraphQLResolveInfo[Any]) -> Selected:
    """The field that is being resolved, with all that is asked for below it.

    Two requests that ask for the same are handed the very same `children`, by which what was compiled for one is found
    for the other. The root field's own arguments are read anew.
    """
    reader = _Reader(info)
    nodes = [FieldDetails(node, None) for node in info.field_nodes]
    given = cast("dict[str, Any]", info.variable_values)  # Strawberry's executor hands over what is coerced
    chosen = tuple((name, value) for name, value in given.items() if isinstance(value, bool))
    place = (id(info.operation), id(info.schema), info.path.key, chosen)
    found = SELECTIONS.find(place)
    if found is None:
        variables = sorted(_variables_below(info, nodes))
        found = SELECTIONS.keep(place, _Kept(info.operation, info.schema, variables))
    values = repr([given.get(name, _ABSENT) for name in found.variables])
    if found.values == values and found.children is not None:
        return reader.root(info, nodes, found.children)
    made = reader.field(info.parent_type, info.field_name, nodes)
    found.values, found.children = values, made.children
    return made


_ABSENT = object()


@dataclass
class _Kept:
    """Held with the operation and the schema, so that no others can take their ids. `variables`: those used below the
    root field, whose `values` the `children` are of."""

    operation: OperationDefinitionNode
    schema: GraphQLSchema
    variables: list[str]
    values: str = ""
    children: Mapping[str, tuple[Selected, ...]] | None = None


SELECTIONS: Recent[tuple[object, ...], _Kept] = Recent(500)
"""What is asked for below root fields, by operation and what it hangs on there."""


class _Below(Visitor):
    """Gathers the variables within a selection and the fragments that it spreads."""

    def __init__(self) -> None:
        super().__init__()
        self.variables = set[str]()
        self.spread = set[str]()

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.variables.add(node.name.value)

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        self.spread.add(node.name.value)


def _variables_below(info: GraphQLResolveInfo[Any], nodes: list[FieldDetails]) -> set[str]:
    found, seen = _Below(), set[str]()
    for details in nodes:
        if details.node.selection_set is not None:
            visit(details.node.selection_set, found)
    while found.spread - seen:
        name = (found.spread - seen).pop()
        seen.add(name)
        visit(_definition(info.fragments[name]), found)
    return found.variables


def _definition(fragment: Any) -> FragmentDefinitionNode:
    return fragment.definition if isinstance(fragment, FragmentDetails) else fragment


class _Reader:
    def __init__(self, info: GraphQLResolveInfo[Any]) -> None:
        self._schema = info.schema
        self._operation = info.operation
        # what was sent is not asked for again: the values are coerced already
        self._variables = VariableValues({}, cast("dict[str, Any]", info.variable_values))
        self._fragments: dict[str, FragmentDetails] = {
            name: found if isinstance(found, FragmentDetails) else FragmentDetails(found, None)
            for name, found in info.fragments.items()
        }

    def field(self, parent: GraphQLObjectType, name: str, nodes: list[FieldDetails]) -> Selected:
        node = nodes[0].node
        key = node.alias.value if node.alias else name
        definition = parent.fields.get(name)
        if definition is None:  # __typename: the only field that every object has and none declares
            return Selected(name, key)
        arguments = self._arguments(definition, nodes)
        named = cast("Any", get_named_type(definition.type))
        if not is_composite_type(named):
            return Selected(name, key, arguments)
        children = {concrete.name: self._children(concrete, nodes) for concrete in self._concrete(named)}
        return Selected(name, key, arguments, children)

    def root(
        self, info: GraphQLResolveInfo[Any], nodes: list[FieldDetails], children: Mapping[str, tuple[Selected, ...]]
    ) -> Selected:
        """The root field with its arguments, and what is known to be asked for below it."""
        arguments = self._arguments(info.parent_type.fields[info.field_name], nodes)
        return Selected(info.field_name, str(info.path.key), arguments, children)

    def _arguments(self, definition: GraphQLField, nodes: list[FieldDetails]) -> dict[str, Any]:
        if not definition.args:
            return {}
        return get_argument_values(definition, nodes[0].node, self._variables, nodes[0].fragment_variable_values)

    def _concrete(self, named: Any) -> Iterable[GraphQLObjectType]:
        return self._schema.get_possible_types(named) if is_abstract_type(named) else (named,)

    def _children(self, concrete: GraphQLObjectType, nodes: list[FieldDetails]) -> tuple[Selected, ...]:
        found = collect_subfields(
            self._schema, self._fragments, self._variables, self._operation, concrete, nodes
        ).grouped_field_set
        return tuple(self.field(concrete, details[0].node.name.value, details) for details in found.values())
