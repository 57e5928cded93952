"""The subgraph of the accountability room."""

import strawberry

from schema.build import build
from services.accountability import evidence, resolvers
from services.accountability.types import Trace
from services.hosting.entities import entities


@strawberry.type
class Query:
    trace: Trace | None = strawberry.field(resolver=resolvers.trace)
    ledger: evidence.Ledger | None = strawberry.field(resolver=evidence.ledger)


schema = build(Query, entities=entities)
