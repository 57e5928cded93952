"""A GraphQL request → the compiler's selection. Collecting and merging fields is left to graphql-core."""

from collections.abc import Iterable
from typing import Any, cast

from graphql import GraphQLObjectType, GraphQLResolveInfo, get_named_type, is_abstract_type, is_composite_type
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_subfields
from graphql.execution.values import VariableValues, get_argument_values

from graph.compile.selection import Selected


def selected(info: GraphQLResolveInfo[Any]) -> Selected:
    """The field that is being resolved, with all that is asked for below it."""
    return _Reader(info).field(info.parent_type, info.field_name, [FieldDetails(n, None) for n in info.field_nodes])


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
        arguments: dict[str, Any] = {}
        if definition.args:
            arguments = get_argument_values(definition, node, self._variables, nodes[0].fragment_variable_values)
        named = cast("Any", get_named_type(definition.type))
        if not is_composite_type(named):
            return Selected(name, key, arguments)
        children = {concrete.name: self._children(concrete, nodes) for concrete in self._concrete(named)}
        return Selected(name, key, arguments, children)

    def _concrete(self, named: Any) -> Iterable[GraphQLObjectType]:
        return self._schema.get_possible_types(named) if is_abstract_type(named) else (named,)

    def _children(self, concrete: GraphQLObjectType, nodes: list[FieldDetails]) -> tuple[Selected, ...]:
        found = collect_subfields(
            self._schema, self._fragments, self._variables, self._operation, concrete, nodes
        ).grouped_field_set
        return tuple(self.field(concrete, details[0].node.name.value, details) for details in found.values())
