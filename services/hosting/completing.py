"""The executor that completes the rows of a root field by closures, compiled once for a document and its shape."""

from collections.abc import Callable
from typing import Any, cast

from graphql import GraphQLResolveInfo, OperationDefinitionNode
from graphql.execution.collect_fields import FieldDetails
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graph.compile.recent import Recent
from schema.completion import Complete, Completion, OutputType, Unfit

Shape = tuple[int, str, tuple[tuple[str, bool], ...]]
"""An operation, a root field's key, and what `@skip` and `@include` may hang on."""


def executor(count: Callable[[str], None]) -> type[StrawberryGraphQLCoreExecutionContext]:
    """The executor for one app. `count` is told how each root field was completed: "compiled" or "standard"."""
    completions: Recent[Shape, tuple[OperationDefinitionNode, Complete]] = Recent(300)

    class Executor(StrawberryGraphQLCoreExecutionContext):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._handed_over = set[str | int]()

        def complete_value(
            self,
            return_type: OutputType,
            field_details_list: list[FieldDetails],
            info: GraphQLResolveInfo[Any],
            path: Path,
            result: Any,
            position_context: Any,
        ) -> Any:
            if path.prev is None and path.key not in self._handed_over and not isinstance(result, Exception):
                try:
                    completed = self._compiled(return_type, field_details_list, path)(result)
                except Unfit:
                    # The standard executor comes back here for the type within a non-null one, and for all below.
                    self._handed_over.add(path.key)
                    count("standard")
                else:
                    count("compiled")
                    return completed
            standard = cast("Any", super()).complete_value
            return standard(return_type, field_details_list, info, path, result, position_context)

        def _compiled(self, return_type: OutputType, nodes: list[FieldDetails], path: Path) -> Complete:
            chosen = tuple((k, v) for k, v in self.variable_values.coerced.items() if isinstance(v, bool))
            shape = id(self.operation), str(path.key), chosen
            found = completions.find(shape)
            if found is None:
                completion = Completion(self.schema, self.operation, self.fragments, self.variable_values)
                found = completions.keep(shape, (self.operation, completion.of(return_type, nodes)))
            return found[1]

    return Executor
