"""How large a GraphQL document may be. Counted before anything else looks at it, in time linear in the document."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)
from strawberry.extensions import MaxTokensLimiter, SchemaExtension


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one document may ask for; every count is taken with its fragments spread out."""

    tokens: int = 4_000
    depth: int = 20
    aliases: int = 50
    fields: int = 1_000

    def extensions(self) -> list[Callable[[], SchemaExtension]]:
        return [lambda: MaxTokensLimiter(self.tokens), lambda: WithinLimits(self)]


@dataclass(frozen=True, slots=True)
class Size:
    """What a selection asks for, its fragments spread out."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0


def size_of(document: DocumentNode) -> Size:
    """The size of the largest operation of `document`.

    Raises GraphQLError for fragments that spread themselves. Strawberry's own limiters walk a fragment again at each
    spread, so thirty fragments that each spread the next one twice would keep them busy for hours; here each is
    measured once.
    """
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    measured: dict[str, Size] = {}
    open_fragments: set[str] = set()

    def fragment(spread: FragmentSpreadNode) -> Size:
        name = spread.name.value
        if name not in fragments:
            return Size()  # validation names it
        if name in open_fragments:
            raise GraphQLError(f"The fragment '{name}' spreads itself.", spread)
        if name not in measured:
            open_fragments.add(name)
            measured[name] = selections(fragments[name].selection_set)
            open_fragments.remove(name)
        return measured[name]

    def selections(node: SelectionSetNode | None) -> Size:
        depth = aliases = fields = 0
        for selection in node.selections if node else ():
            match selection:
                case FieldNode():
                    within = selections(selection.selection_set)
                    own_alias = 1 if selection.alias else 0
                    within = Size(within.depth + 1, within.aliases + own_alias, within.fields + 1)
                case InlineFragmentNode():
                    within = selections(selection.selection_set)
                case FragmentSpreadNode():
                    within = fragment(selection)
                case _:
                    continue
            depth, aliases, fields = max(depth, within.depth), aliases + within.aliases, fields + within.fields
        return Size(depth, aliases, fields)

    sizes = [
        selections(node.selection_set) for node in document.definitions if isinstance(node, OperationDefinitionNode)
    ]
    return Size(
        max((size.depth for size in sizes), default=0),
        max((size.aliases for size in sizes), default=0),
        max((size.fields for size in sizes), default=0),
    )


class WithinLimits(SchemaExtension):
    """Refuses a document that is too large, before validation, whose cost grows faster than the document."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def on_validate(self) -> Iterator[None]:
        execution = self.execution_context
        document = execution.graphql_document
        passed = execution.pre_execution_errors is not None
        error = self._refused(document) if document and not passed else None
        if error:
            execution.pre_execution_errors = [error]
        yield

    def _refused(self, document: DocumentNode) -> GraphQLError | None:
        limits = self._limits
        try:
            size = size_of(document)
        except GraphQLError as error:
            return error
        for what, found, allowed in (
            ("levels deep", size.depth, limits.depth),
            ("aliases", size.aliases, limits.aliases),
            ("fields", size.fields, limits.fields),
        ):
            if found > allowed:
                return GraphQLError(
                    f"The operation is too large: {found} {what}, {allowed} are allowed. Ask for less, or in parts.",
                    extensions={"code": "TOO_LARGE"},
                )
        return None
