"""The subgraph of the accountability room."""

import strawberry

from schema.build import build
from services.accountability import comparing, evidence, resolvers
from services.accountability.types import Trace, TraceComparison
from services.hosting.entities import entities


@strawberry.type
class Query:
    trace: Trace | None = strawberry.field(resolver=resolvers.trace)
    trace_comparison: TraceComparison | None = strawberry.field(resolver=comparing.trace_comparison)
    ledger: evidence.Ledger | None = strawberry.field(resolver=evidence.ledger)


schema = build(Query, entities=entities)
