"""The model's closed lists as GraphQL enums, each value described by its Chinese term."""

from functools import cache
from typing import Any

import strawberry

from graph.model import enums


@cache
def register_enums() -> None:
    """Give every closed list its descriptions; to be called before a schema is built."""
    for term in enums.Term.__subclasses__():
        made: Any = strawberry.enum(term, description=(term.__doc__ or "").strip() or None)
        for value in made.__strawberry_definition__.values:
            value.description = term[value.name].zh
