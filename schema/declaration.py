"""GraphQL types of the graph's nodes: their descriptions come from the model, so they are said once."""

from collections.abc import Callable
from typing import Any, TypeVar

import strawberry
from strawberry.types.base import StrawberryObjectDefinition

from graph.model import MODEL

Declared = TypeVar("Declared", bound=type)


def node(label: str) -> Callable[[Declared], Declared]:
    """Class decorator: the GraphQL type of the node `label`, an entity of the federation with key `id`.

    Raises ValueError at import where the class has a field that the model does not declare.
    """
    declared = MODEL.by_label[label]

    def decorate(cls: Declared) -> Declared:
        description = f"{declared.en[0].upper()}{declared.en[1:]}. {declared.zh}"
        made: Any = strawberry.federation.type(cls, name=label, keys=["id"], shareable=True, description=description)
        definition: StrawberryObjectDefinition = made.__strawberry_definition__
        for field in definition.fields:
            name = graphql_name(field.python_name)
            if name not in declared.by_name:
                raise ValueError(f"{label}.{name} is not declared in graph/model")
            about = declared.by_name[name]
            field.description = f"{about.en[0].upper()}{about.en[1:]}. {about.zh}"
        return made

    return decorate


def graphql_name(python_name: str) -> str:
    """`recorded_at` → `recordedAt`; a trailing underscore, as in `from_`, only avoids a keyword."""
    head, *rest = python_name.rstrip("_").split("_")
    return head + "".join(part.capitalize() for part in rest)
