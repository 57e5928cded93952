"""The subgraph of the accountability room."""

import strawberry

from schema.build import build
from services.accountability import resolvers
from services.accountability.types import Trace
from services.hosting.entities import entities


@strawberry.type
class Query:
    trace: Trace | None = strawberry.field(resolver=resolvers.trace)


schema = build(Query, entities=entities)
