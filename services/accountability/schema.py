"""The subgraph of the accountability room."""

import strawberry

from schema.build import build
from schema.pagination import Connection
from services.accountability import evidence, resolvers
from services.accountability.accountable import accountable_for
from services.accountability.gaps import gaps
from services.accountability.types import AccountableProblem, ResponsibilityGap, Trace
from services.hosting.entities import entities


@strawberry.type
class Query:
    trace: Trace | None = strawberry.field(resolver=resolvers.trace)
    accountable_for: Connection[AccountableProblem] = strawberry.field(resolver=accountable_for)
    gaps: Connection[ResponsibilityGap] = strawberry.field(resolver=gaps)
    ledger: evidence.Ledger | None = strawberry.field(resolver=evidence.ledger)


schema = build(Query, entities=entities)
