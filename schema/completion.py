"""What stands above the database's rows, compiled: one closure for all values below a root field.

It does what the standard executor does for rows that are as the schema says. For any that are not, it raises Unfit, and
the executor completes the same row: nulls that bubble and errors are its own.
"""

from collections.abc import Callable, Iterable
from typing import Any, cast

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    is_abstract_type,
    is_enum_type,
    is_leaf_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_subfields
from graphql.execution.values import VariableValues

from schema.build import reads_row

OutputType = Any
"""GraphQLOutputType, which pyright knows only in part."""
Complete = Callable[[Any], Any]
"""A resolved value → what the response holds. Raises Unfit."""


class Unfit(Exception):
    """The value is not what the schema says, or is not for this path."""


class Completion:
    """Compiles for one operation with one set of variables, as far as these decide which fields are there."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: dict[str, FragmentDetails],
        variables: VariableValues,
    ) -> None:
        self._schema = schema
        self._operation = operation
        self._fragments = fragments
        self._variables = variables

    def of(self, named: OutputType, nodes: list[FieldDetails]) -> Complete:
        """The closure for values of this type; takes none where a field below is not read from its parent's row."""
        try:
            return self._of(named, nodes)
        except Unfit:
            return _none_fits

    def _of(self, named: OutputType, nodes: list[FieldDetails]) -> Complete:
        if isinstance(named, GraphQLNonNull):
            return self._nullable(cast("OutputType", named).of_type, nodes)  # which takes no None
        return _optional(self._nullable(named, nodes))

    def _nullable(self, named: OutputType, nodes: list[FieldDetails]) -> Complete:
        if isinstance(named, GraphQLList):
            return _list(self._of(cast("OutputType", named).of_type, nodes))
        if is_enum_type(named):
            return _enum(named)
        if is_leaf_type(named):
            return _leaf(named.coerce_output_value)
        if is_object_type(named):
            return self._object(named, nodes)
        if is_abstract_type(named):
            return _member({member.name: self._object(member, nodes) for member in self._members(named)})
        raise Unfit

    def _members(self, named: Any) -> Iterable[GraphQLObjectType]:
        return self._schema.get_possible_types(named)

    def _object(self, named: GraphQLObjectType, nodes: list[FieldDetails]) -> Complete:
        collected = collect_subfields(self._schema, self._fragments, self._variables, self._operation, named, nodes)
        if collected.new_defer_usages:
            raise Unfit
        fields: list[_Field] = []
        for key, details in collected.grouped_field_set.items():
            name = details[0].node.name.value
            if name == "__typename":
                fields.append((key, None, False, _constant(named.name)))
                continue
            definition = named.fields[name]
            if not reads_row(definition):
                raise Unfit
            required = isinstance(definition.type, GraphQLNonNull)
            inner = definition.type.of_type if required else definition.type
            fields.append((key, _KEPT.get(inner), not required, self._nullable(inner, details)))
        return _row(fields)


_Field = tuple[str, type | None, bool, Complete]
"""Its key; the class whose values are not changed; whether it may be null; what completes any other value."""
_KEPT: dict[Any, type] = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}
"""Scalars whose values of this very class are not changed: calling a closure costs more than all else here."""


def _none_fits(_: Any) -> Any:
    raise Unfit


def _optional(complete: Complete) -> Complete:
    return lambda value: None if value is None else complete(value)


def _list(complete: Complete) -> Complete:
    def items(value: Any) -> Any:
        if type(value) is not list:
            raise Unfit
        return [complete(item) for item in cast("list[Any]", value)]

    return items


def _enum(named: GraphQLEnumType) -> Complete:
    # Strawberry takes the member of the Python enum and its value alike.
    declared = [value.value for value in cast("Any", named).values.values()]
    names = {value: named.coerce_output_value(value) for value in declared}

    def name(value: Any) -> Any:
        try:
            return names[value]
        except (KeyError, TypeError) as error:
            raise Unfit from error

    return name


def _leaf(coerce: Complete) -> Complete:
    def leaf(value: Any) -> Any:
        try:
            coerced = coerce(value)
        except Exception as error:
            raise Unfit from error
        if coerced is None:
            raise Unfit
        return coerced

    return leaf


def _constant(value: str) -> Complete:
    return lambda _: value


def _row(fields: list[_Field]) -> Complete:
    def row(value: Any) -> Any:
        if type(value) is not dict:
            raise Unfit
        source = cast("dict[str, Any]", value)
        completed: dict[str, Any] = {}
        try:
            for key, kept, nullable, complete in fields:
                found = source[key]
                unchanged = type(found) is kept or (nullable and found is None)
                completed[key] = found if unchanged else complete(found)
        except KeyError as error:
            raise Unfit from error
        return completed

    return row


def _member(rows: dict[str, Complete]) -> Complete:
    def member(value: Any) -> Any:
        try:
            row = rows[value["__typename"]]
        except (KeyError, TypeError) as error:
            raise Unfit from error
        return row(value)

    return member
